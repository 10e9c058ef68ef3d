//! Bitshuffle: all first bits of the numbers, then all second ones, and so on, in blocks that may be compressed.

use super::{FilterError, Tools, lz4};

const BROKEN: FilterError = FilterError::Stream("bitshuffle");
const WRONG_SIZE: FilterError = FilterError::Broken("detail.chunk_size");
/// Blocks have this many bytes unless told otherwise.
const USUAL_BLOCK: usize = 8192;

/// HDF5's filter 32008.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// Bytes of a number.
    each: usize,
    /// Numbers of a block, where blocks are not compressed.
    block: usize,
    compression: Compression,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compression {
    None,
    Lz4,
    Zstd,
}

impl Blocks {
    /// Parameters: two of the version, bytes of a number, numbers of a block or zero, compression.
    pub fn of_hdf5(parameters: &[u32]) -> Result<Self, FilterError> {
        let parameter = |n: usize| usize::try_from(parameters.get(n).copied().unwrap_or(0)).unwrap_or(0);
        let compression = match parameter(4) {
            0 => Compression::None,
            2 => Compression::Lz4,
            3 => Compression::Zstd,
            _ => return Err(FilterError::Unknown("bitshuffle".into())),
        };
        let each = parameter(2);
        if !(1..=256).contains(&each) {
            return Err(FilterError::Unknown("bitshuffle".into()));
        }
        let usual = (USUAL_BLOCK / each / 8 * 8).max(128);
        let block = if parameter(3) == 0 { usual } else { parameter(3) };
        Ok(Self { each, block, compression })
    }

    /// How many bytes were written to `out`.
    pub fn decode(&self, bytes: &[u8], out: &mut [u8], tools: &mut Tools) -> Result<usize, FilterError> {
        if self.compression == Compression::None {
            return self.decode_plain(bytes, out);
        }
        let (size, block_bytes, rest) = lz4::head(bytes).ok_or(BROKEN)?;
        let out = out.get_mut(..size).ok_or(WRONG_SIZE)?;
        let (whole, tail) = out.split_at_mut(self.shuffled(size));
        let mut blocks = lz4::Blocks(rest);
        let block_bytes = self.shuffled(block_bytes).max(8 * self.each);
        for out in whole.chunks_mut(block_bytes) {
            let stored = blocks.next().ok_or(BROKEN)?;
            let block = room(&mut tools.block, out.len());
            let decoded = match self.compression {
                Compression::Zstd => tools.zstd.decode(stored, block)?,
                _ => lz4::decode(stored, block)?,
            };
            if decoded != out.len() {
                return Err(BROKEN);
            }
            untranspose(block, self.each, out);
        }
        tail.copy_from_slice(blocks.0.get(..tail.len()).ok_or(BROKEN)?);
        Ok(size)
    }

    fn decode_plain(&self, bytes: &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
        let out = out.get_mut(..bytes.len()).ok_or(WRONG_SIZE)?;
        let block_bytes = self.block.checked_mul(self.each).map(|size| self.shuffled(size)).ok_or(WRONG_SIZE)?;
        let ((shuffled, rest), (whole, tail)) =
            (bytes.split_at(self.shuffled(bytes.len())), out.split_at_mut(self.shuffled(bytes.len())));
        let block_bytes = block_bytes.max(8 * self.each);
        for (block, out) in shuffled.chunks(block_bytes).zip(whole.chunks_mut(block_bytes)) {
            untranspose(block, self.each, out);
        }
        tail.copy_from_slice(rest);
        Ok(bytes.len())
    }

    /// The part of so many bytes that is shuffled: whole groups of eight numbers.
    fn shuffled(&self, bytes: usize) -> usize {
        let group = 8 * self.each;
        bytes / group * group
    }
}

/// Memory of a size that a block of a chunk asks for; it has been compared with the chunk's.
pub fn room(memory: &mut Vec<u8>, size: usize) -> &mut [u8] {
    if memory.len() < size {
        memory.resize(size, 0);
    }
    memory.get_mut(..size).unwrap_or_default()
}

/// Puts the bits of each number together again, of groups of eight numbers with `each` bytes; `bytes` is as long as `out`.
pub fn untranspose(bytes: &[u8], each: usize, out: &mut [u8]) {
    let groups = bytes.len() / (8 * each).max(1);
    if groups == 0 {
        return;
    }
    let planes: Vec<&[u8]> = bytes.chunks_exact(groups).collect();
    for (byte, planes) in planes.as_chunks::<8>().0.iter().enumerate() {
        for (group, out) in out.chunks_exact_mut(8 * each).enumerate() {
            let bits = planes.map(|plane| plane.get(group).copied().unwrap_or(0));
            let numbers = transposed(u64::from_le_bytes(bits)).to_le_bytes();
            for (out, value) in out.iter_mut().skip(byte).step_by(each).zip(numbers) {
                *out = value;
            }
        }
    }
}

/// Eight bytes as a square of bits, turned about its diagonal (H. S. Warren, Hacker's Delight, section 7-3).
fn transposed(mut x: u64) -> u64 {
    for (shift, mask) in [(7, 0x00aa_00aa_00aa_00aa), (14, 0x0000_cccc_0000_cccc), (28, 0x0000_0000_f0f0_f0f0)] {
        let swapped = (x ^ (x >> shift)) & mask;
        x ^= swapped ^ (swapped << shift);
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_together_as_they_were() {
        for each in [1, 2, 4, 8] {
            let plain: Vec<u8> = (0..each * 24).map(|n| (n * 37 + 11) as u8).collect();
            let mut bits = vec![0_u8; plain.len()];
            for (number, bytes) in plain.chunks(each).enumerate() {
                for bit in 0..8 * each {
                    let set = bytes[bit / 8] >> (bit % 8) & 1;
                    bits[bit * 3 + number / 8] |= set << (number % 8);
                }
            }
            let mut out = vec![0; plain.len()];
            untranspose(&bits, each, &mut out);
            assert_eq!(out, plain);
        }
    }
}
