//! Blosc 1: blocks that were shuffled, split into the bytes of their numbers, and compressed by one of several codecs.
//!
//! After the format that c-blosc describes in its `README_CHUNK_FORMAT.rst`. Blocks stand alone: only those that are
//! needed are decoded.

use std::ops::Range;

use super::bitshuffle::{room, untranspose};
use super::{FilterError, Tools, Wrapping, blosclz, lz4, snappy, unshuffle};

const BROKEN: FilterError = FilterError::Stream("blosc");
const HEADER: usize = 16;
/// Numbers larger than this are not split, nor blocks with fewer than so many numbers.
const MOST_SPLITS: usize = 16;
const LEAST_NUMBERS: usize = 128;

const SHUFFLED: u8 = 1;
const COPIED: u8 = 2;
const BIT_SHUFFLED: u8 = 4;
const UNSPLIT: u8 = 16;

/// What the first 16 bytes say.
struct Header {
    flags: u8,
    each: usize,
    size: usize,
    block: usize,
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, FilterError> {
        let (head, _) = bytes.split_first_chunk::<HEADER>().ok_or(BROKEN)?;
        let [version, _, flags, each, sizes @ ..] = *head;
        // Version 2 is the only one that c-blosc 1 ever wrote; Blosc 2 begins with 3.
        if version > 2 {
            return Err(FilterError::Unknown("blosc2".into()));
        }
        let word = |n: usize| {
            let bytes = sizes.as_chunks::<4>().0.get(n).copied().unwrap_or_default();
            usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(usize::MAX)
        };
        let header = Self { flags, each: usize::from(each), size: word(0), block: word(1) };
        if header.each == 0 || header.size > 0 && header.block == 0 || word(2) > bytes.len() {
            return Err(BROKEN);
        }
        Ok(header)
    }

    /// In how many streams a block of so many bytes is stored.
    fn splits(&self, block: usize) -> usize {
        let whole = block == self.block && self.flags & UNSPLIT == 0;
        let splits = whole && self.each <= MOST_SPLITS && block / self.each >= LEAST_NUMBERS;
        if splits { self.each } else { 1 }
    }
}

/// How many bytes the chunk has; those of `needed`, and of the blocks that they stand in, are written to `out`.
pub fn decode(bytes: &[u8], needed: Range<usize>, out: &mut [u8], tools: &mut Tools) -> Result<usize, FilterError> {
    let header = Header::parse(bytes)?;
    let out = out.get_mut(..header.size).ok_or(FilterError::Broken("detail.chunk_size"))?;
    if header.flags & COPIED != 0 {
        out.copy_from_slice(bytes.get(HEADER..).and_then(|body| body.get(..header.size)).ok_or(BROKEN)?);
        return Ok(header.size);
    }
    if header.size == 0 {
        return Ok(0);
    }
    let starts = bytes.get(HEADER..).map(|body| body.as_chunks::<4>().0).ok_or(BROKEN)?;
    if starts.len() < header.size.div_ceil(header.block) {
        return Err(BROKEN);
    }
    for ((n, out), start) in out.chunks_mut(header.block).enumerate().zip(starts) {
        let first = n.saturating_mul(header.block);
        if first < needed.end && first + out.len() > needed.start {
            let start = usize::try_from(u32::from_le_bytes(*start)).map_err(|_| BROKEN)?;
            decode_block(&header, bytes.get(start..).ok_or(BROKEN)?, out, tools)?;
        }
    }
    Ok(header.size)
}

fn decode_block(header: &Header, bytes: &[u8], out: &mut [u8], tools: &mut Tools) -> Result<(), FilterError> {
    let bits = header.flags & BIT_SHUFFLED != 0;
    let shuffled = bits || header.flags & SHUFFLED != 0 && header.each > 1;
    if !shuffled {
        return decode_streams(header, bytes, out, tools);
    }
    let mut block = std::mem::take(&mut tools.block);
    let room = room(&mut block, out.len());
    let decoded = decode_streams(header, bytes, room, tools);
    if decoded.is_ok() && !bits {
        unshuffle(room, header.each, out);
    } else if decoded.is_ok() {
        // Blocks whose numbers are no multiple of eight were left as they were.
        let numbers = room.len() / header.each;
        let whole = if numbers.is_multiple_of(8) { numbers * header.each } else { 0 };
        let ((from, rest), (to, tail)) = (room.split_at(whole), out.split_at_mut(whole));
        untranspose(from, header.each, to);
        tail.copy_from_slice(rest);
    }
    tools.block = block;
    decoded
}

/// The streams of one block, each behind its stored size in four bytes.
fn decode_streams(header: &Header, mut bytes: &[u8], out: &mut [u8], tools: &mut Tools) -> Result<(), FilterError> {
    let splits = header.splits(out.len());
    for out in out.chunks_mut((out.len() / splits).max(1)) {
        let (size, rest) = bytes.split_first_chunk::<4>().ok_or(BROKEN)?;
        let size = usize::try_from(u32::from_le_bytes(*size)).map_err(|_| BROKEN)?;
        let (stream, rest) = rest.split_at_checked(size).ok_or(BROKEN)?;
        bytes = rest;
        // A stream that did not shrink stands as it is.
        if stream.len() == out.len() {
            out.copy_from_slice(stream);
            continue;
        }
        let decoded = match header.flags >> 5 {
            0 => blosclz::decode(stream, out)?,
            1 => lz4::decode(stream, out)?,
            2 => snappy::decode(stream, out)?,
            3 => tools.inflater.inflate(Wrapping::Zlib, stream, out)?,
            4 => tools.zstd.decode(stream, out)?,
            other => return Err(FilterError::Unknown(format!("blosc {other}"))),
        };
        if decoded != out.len() {
            return Err(BROKEN);
        }
    }
    Ok(())
}
