//! The compression filters that HDF5 and Zarr share: one list, one `match`.
//!
//! Every decoder writes into memory of a size that is known beforehand and stops there, whatever its input says.

mod bitshuffle;
mod blosc;
mod blosclz;
mod bzip2;
mod checksum;
mod inflate;
mod library;
mod lz4;
mod lzf;
mod numbers;
mod pipeline;
mod shuffle;
mod snappy;
mod zstd;

use std::ops::Range;
use std::sync::Arc;

use super::Detail;
use super::cf::{ByteOrder, Number};
pub use inflate::{Inflater, Wrapping};
pub use library::registry;
pub use numbers::of_half;
pub use pipeline::{Buffers, Pipeline, Tools, Unfiltered};
pub use shuffle::{gather, unshuffle};

/// How numbers are stored before or after a filter that calculates.
pub type NumberForm = (Number, ByteOrder);

/// One step of a filter pipeline.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Deflated streams.
    Deflate(Wrapping),
    /// Bytes of equal weight stored together; the size of one number.
    Shuffle(usize),
    /// A checksum behind the bytes.
    Fletcher32,
    /// Another one.
    Crc32c,
    Zstd,
    Bzip2,
    Blosc,
    Lzf,
    /// Blocks of LZ4, as HDF5 stores them.
    Lz4Blocks,
    /// One block of LZ4 behind its size, as Zarr stores it.
    Lz4,
    Bitshuffle(bitshuffle::Blocks),
    /// A filter of HDF5 that the library undoes: szip, n-bit, scale-offset; with its parameters.
    Library(library::Kind, Arc<[u32]>),
    /// Differences between neighbours: how the numbers and the differences are stored.
    Delta {
        numbers: NumberForm,
        stored: NumberForm,
    },
    /// Whole numbers for `(value - offset) × scale`.
    FixedScaleOffset {
        offset: f64,
        scale: f64,
        numbers: NumberForm,
        stored: NumberForm,
    },
    /// Numbers of 16 bits with a fraction, read as those of 32 bits in the same order of bytes.
    Half(ByteOrder),
}

/// Why a filter cannot be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterError {
    /// No such filter here; its name.
    Unknown(String),
    /// The bytes are not what the filter makes: the key of what is wrong with them.
    Broken(&'static str),
    /// The bytes are not what this compression makes.
    Stream(&'static str),
}

impl FilterError {
    /// What is wrong, for a person.
    #[must_use]
    pub fn detail(&self) -> Detail {
        match self {
            Self::Unknown(name) => Detail::with("detail.filter", [("name", name.as_str().into())]),
            Self::Broken(key) => Detail::of(key),
            Self::Stream(name) => Detail::with("detail.stream", [("name", (*name).into())]),
        }
    }
}

/// Filters of HDF5 that are undone here and that the library lacks.
const OURS: [u16; 6] = [307, 32_000, 32_001, 32_004, 32_008, 32_015];

impl Filter {
    /// A filter of HDF5 by its registered number and its parameters.
    pub fn of_hdf5(id: u16, parameters: &[u32], number: Number) -> Result<Self, FilterError> {
        let number_size = number.size();
        let unknown = |name: &str| Err(FilterError::Unknown(name.to_owned()));
        let library = |kind| Ok(Self::Library(kind, parameters.into()));
        match id {
            1 => Ok(Self::Deflate(Wrapping::Zlib)),
            2 => {
                let size = parameters.first().and_then(|&size| usize::try_from(size).ok()).unwrap_or(number_size);
                if size == number_size { Ok(Self::Shuffle(size)) } else { unknown("shuffle") }
            }
            3 => Ok(Self::Fletcher32),
            4 => library(library::Kind::Szip),
            5 => library(library::Kind::NBit(number)),
            6 => library(library::Kind::ScaleOffset),
            307 => Ok(Self::Bzip2),
            32_000 => Ok(Self::Lzf),
            32_001 => Ok(Self::Blosc),
            32_004 => Ok(Self::Lz4Blocks),
            32_008 => bitshuffle::Blocks::of_hdf5(parameters).map(Self::Bitshuffle),
            32_013 => unknown("zfp"),
            32_015 => Ok(Self::Zstd),
            32_017 => unknown("sz"),
            32_024 => unknown("sz3"),
            32_026 => unknown("blosc2"),
            other => unknown(&other.to_string()),
        }
    }

    /// Most bytes that it makes of `size` bytes; exact for those that do not compress.
    fn encoded(&self, size: usize) -> usize {
        match self {
            Self::Shuffle(_) => size,
            Self::Fletcher32 | Self::Crc32c => size.saturating_add(4),
            Self::Delta { numbers, stored } | Self::FixedScaleOffset { numbers, stored, .. } => {
                (size / numbers.0.size()).saturating_mul(stored.0.size())
            }
            Self::Half(_) => size / 2,
            // Data that do not shrink grow by a hundredth at most, and by some headers.
            _ => size.saturating_add(size / 64).saturating_add(4096),
        }
    }

    /// Undoes the filter, into the front of `out`: the number of bytes. Only those in `needed` have to be right.
    fn decode(
        &self,
        bytes: &[u8],
        needed: Range<usize>,
        out: &mut [u8],
        tools: &mut Tools,
    ) -> Result<usize, FilterError> {
        match self {
            Self::Deflate(wrapping) => tools.inflater.inflate(*wrapping, bytes, out),
            Self::Shuffle(each) => {
                let out = out.get_mut(..bytes.len()).ok_or(FilterError::Broken("detail.chunk_size"))?;
                unshuffle(bytes, *each, out);
                Ok(bytes.len())
            }
            Self::Fletcher32 => copied(checksum::without_fletcher32(bytes)?, out),
            Self::Crc32c => copied(checksum::without_crc32c(bytes)?, out),
            Self::Zstd => tools.zstd.decode(bytes, out),
            Self::Bzip2 => bzip2::decode(bytes, out),
            Self::Blosc => blosc::decode(bytes, needed, out, tools),
            Self::Lzf => lzf::decode(bytes, out),
            Self::Lz4Blocks => lz4::decode_blocks(bytes, out),
            Self::Lz4 => lz4::decode_sized(bytes, out),
            Self::Bitshuffle(blocks) => blocks.decode(bytes, out, tools),
            Self::Library(kind, parameters) => kind.decode(bytes, parameters, out),
            Self::Delta { numbers, stored } => numbers::sums(bytes, *stored, *numbers, out),
            Self::FixedScaleOffset { offset, scale, numbers, stored } => {
                numbers::scaled(bytes, *stored, *numbers, |x| x / scale + offset, out)
            }
            Self::Half(order) => numbers::widened(bytes, *order, out),
        }
    }
}

fn copied(bytes: &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
    out.get_mut(..bytes.len()).ok_or(FilterError::Broken("detail.chunk_size"))?.copy_from_slice(bytes);
    Ok(bytes.len())
}

/// Bytes written as hexadecimal digits, for tests.
#[cfg(test)]
fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("digits")).collect()
}

#[cfg(test)]
mod tests;
