//! The compression filters that HDF5 and Zarr share: one list, one `match`.

mod inflate;
mod shuffle;

use inflate::Inflater;
pub use shuffle::{gather, unshuffle};

/// One step of a filter pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// zlib streams.
    Deflate,
    /// Bytes of equal weight stored together; the size of one number.
    Shuffle(usize),
    /// A checksum behind the bytes.
    Fletcher32,
}

/// Why a filter cannot be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterError {
    /// No such filter here; its name.
    Unknown(String),
    /// The bytes are not what the filter makes: the key of what is wrong with them.
    Broken(&'static str),
}

impl Filter {
    /// A filter of HDF5 by its registered number and its parameters.
    pub fn of_hdf5(id: u16, parameters: &[u32], number_size: usize) -> Result<Self, FilterError> {
        let unknown = |name: &str| Err(FilterError::Unknown(name.to_owned()));
        match id {
            1 => Ok(Self::Deflate),
            2 => {
                let size = parameters.first().and_then(|&size| usize::try_from(size).ok()).unwrap_or(number_size);
                if size == number_size { Ok(Self::Shuffle(size)) } else { unknown("shuffle") }
            }
            3 => Ok(Self::Fletcher32),
            4 => unknown("szip"),
            5 => unknown("n-bit"),
            6 => unknown("scale-offset"),
            307 => unknown("bzip2"),
            32_000 => unknown("lzf"),
            32_001 => unknown("blosc"),
            32_004 => unknown("lz4"),
            32_008 => unknown("bitshuffle"),
            32_013 => unknown("zfp"),
            32_015 => unknown("zstd"),
            32_026 => unknown("blosc2"),
            other => unknown(&other.to_string()),
        }
    }

    /// Bytes that it adds to what it does not compress.
    fn overhead(self) -> usize {
        match self {
            Self::Fletcher32 => 4,
            Self::Deflate | Self::Shuffle(_) => 0,
        }
    }
}

/// The filters of one array, in the order in which they were applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pipeline(pub Vec<Filter>);

/// Working memory of one thread, reused from chunk to chunk.
#[derive(Default)]
pub struct Buffers {
    /// As stored.
    pub raw: Vec<u8>,
    spare: Vec<u8>,
    inflater: Inflater,
}

/// A chunk without its filters; the shuffle may still be on it, so that only the rows that are wanted lose it.
#[derive(Clone, Copy, Debug)]
pub struct Unfiltered<'a> {
    pub bytes: &'a [u8],
    /// The size of a number whose bytes still stand apart.
    pub shuffled: Option<usize>,
}

impl Pipeline {
    /// Whether each step's output size is known before it runs, which the loop needs.
    #[must_use]
    pub fn is_simple(&self) -> bool {
        self.0.iter().filter(|&&filter| filter == Filter::Deflate).count() <= 1
    }

    /// Undoes the filters on the first `stored` bytes of `buffers.raw`, to `size` bytes. Bit `n` of `skipped` says that
    /// filter `n` was not applied to this chunk.
    pub fn undo<'b>(
        &self,
        buffers: &'b mut Buffers,
        stored: usize,
        size: usize,
        skipped: u32,
    ) -> Result<Unfiltered<'b>, FilterError> {
        let Buffers { raw, spare, inflater } = buffers;
        let mut length = stored;
        let applied: Vec<Filter> =
            self.0.iter().enumerate().filter(|(n, _)| *n >= 32 || skipped & (1 << n) == 0).map(|(_, &f)| f).collect();
        let mut shuffled = None;
        for (n, &filter) in applied.iter().enumerate().rev() {
            let bytes = raw.get(..length).ok_or(FilterError::Broken("detail.chunk_short"))?;
            match filter {
                Filter::Fletcher32 => {
                    length = checked(bytes)?;
                }
                Filter::Deflate => {
                    let overhead: usize = applied.iter().take(n).map(|filter| filter.overhead()).sum();
                    let room = size.checked_add(overhead).ok_or(FilterError::Broken("detail.chunk_size"))?;
                    if spare.len() < room {
                        spare.resize(room, 0);
                    }
                    let out = spare.get_mut(..room).ok_or(FilterError::Broken("detail.chunk_size"))?;
                    length = inflater.inflate(bytes, out)?;
                    std::mem::swap(raw, spare);
                }
                // The first filter that was applied: left to the reader of the rows.
                Filter::Shuffle(each) if n == 0 => shuffled = Some(each),
                Filter::Shuffle(each) => {
                    if spare.len() < length {
                        spare.resize(length, 0);
                    }
                    let out = spare.get_mut(..length).ok_or(FilterError::Broken("detail.chunk_size"))?;
                    unshuffle(bytes, each, out);
                    std::mem::swap(raw, spare);
                }
            }
        }
        if length != size {
            return Err(FilterError::Broken("detail.chunk_size"));
        }
        let bytes = raw.get(..length).ok_or(FilterError::Broken("detail.chunk_short"))?;
        Ok(Unfiltered { bytes, shuffled: shuffled.filter(|&each| each > 1) })
    }
}

/// The length without the checksum, once that is found right.
fn checked(bytes: &[u8]) -> Result<usize, FilterError> {
    let (body, sum) = bytes.split_last_chunk::<4>().ok_or(FilterError::Broken("detail.checksum"))?;
    if hdf5_reader::checksum::fletcher32(body) != u32::from_le_bytes(*sum) {
        return Err(FilterError::Broken("detail.checksum"));
    }
    Ok(body.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_come_off_in_reverse_order() {
        // Four numbers of two bytes, shuffled, with their checksum, nothing compressed.
        let mut raw = vec![1, 2, 3, 4, 5, 6, 7, 8];
        raw.extend(hdf5_reader::checksum::fletcher32(&raw).to_le_bytes());
        let stored = raw.len();
        let mut buffers = Buffers { raw, ..Buffers::default() };
        let pipeline = Pipeline(vec![Filter::Shuffle(2), Filter::Fletcher32]);
        let chunk = pipeline.undo(&mut buffers, stored, 8, 0).expect("sound");
        assert_eq!((chunk.bytes, chunk.shuffled), (&[1, 2, 3, 4, 5, 6, 7, 8][..], Some(2)));
        buffers.raw[0] = 9;
        assert_eq!(pipeline.undo(&mut buffers, stored, 8, 0).err(), Some(FilterError::Broken("detail.checksum")));
    }

    #[test]
    fn a_filter_we_lack_is_named() {
        let error = Filter::of_hdf5(32_015, &[], 4).err();
        assert_eq!(error, Some(FilterError::Unknown("zstd".into())));
    }
}
