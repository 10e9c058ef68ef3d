//! LZ4 blocks in the two frames that forecasts come in; neither is that of the `lz4` program.

use super::FilterError;

const BROKEN: FilterError = FilterError::Stream("lz4");

/// One block; how many bytes were written to `out`.
pub fn decode(bytes: &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
    lz4_flex::block::decompress_into(bytes, out).map_err(|_| BROKEN)
}

/// One block behind its decoded size in four bytes, little endian: the LZ4 codec of Zarr.
pub fn decode_sized(bytes: &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
    let (size, block) = bytes.split_first_chunk::<4>().ok_or(BROKEN)?;
    let size = usize::try_from(u32::from_le_bytes(*size)).map_err(|_| BROKEN)?;
    let written = decode(block, out.get_mut(..size).ok_or(FilterError::Broken("detail.chunk_size"))?)?;
    (written == size).then_some(size).ok_or(BROKEN)
}

/// HDF5's filter 32004: the size of all in eight bytes and that of a block in four, then each block behind its stored
/// size in four, all big endian. A block that did not shrink stands as it is.
pub fn decode_blocks(bytes: &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
    let (size, block_size, rest) = head(bytes).ok_or(BROKEN)?;
    let out = out.get_mut(..size).ok_or(FilterError::Broken("detail.chunk_size"))?;
    let mut blocks = Blocks(rest);
    for out in out.chunks_mut(block_size.max(1)) {
        let block = blocks.next().ok_or(BROKEN)?;
        if block.len() == out.len() {
            out.copy_from_slice(block);
        } else if decode(block, out)? != out.len() {
            return Err(BROKEN);
        }
    }
    Ok(size)
}

/// The decoded size of all, that of a block, and what follows.
pub fn head(bytes: &[u8]) -> Option<(usize, usize, &[u8])> {
    let (size, rest) = bytes.split_first_chunk::<8>()?;
    let (block_size, rest) = rest.split_first_chunk::<4>()?;
    let size = usize::try_from(u64::from_be_bytes(*size)).ok()?;
    Some((size, usize::try_from(u32::from_be_bytes(*block_size)).ok()?, rest))
}

/// Stored blocks, each behind its size in four bytes, big endian.
pub struct Blocks<'a>(pub &'a [u8]);

impl<'a> Iterator for Blocks<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (size, rest) = self.0.split_first_chunk::<4>()?;
        let (block, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*size)).ok()?)?;
        self.0 = rest;
        Some(block)
    }
}
