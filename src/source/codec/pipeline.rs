//! The filters of one array, undone in reverse order within bounds.

use std::ops::Range;

use super::inflate::Inflater;
use super::zstd::Zstd;
use super::{Filter, FilterError, checksum};
use crate::source::alone::is_large;

/// The filters of one array, in the order in which they were applied.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pipeline(pub Vec<Filter>);

/// Working memory of one thread, reused from chunk to chunk.
#[derive(Default)]
pub struct Buffers {
    /// As stored.
    pub raw: Vec<u8>,
    spare: Vec<u8>,
    tools: Tools,
}

/// Decoders that keep their tables between chunks.
#[derive(Default)]
pub struct Tools {
    pub(super) inflater: Inflater,
    pub(super) zstd: Zstd,
    /// One block of a chunk.
    pub(super) block: Vec<u8>,
}

/// A chunk without its filters; the shuffle may still be on it, so that only the rows that are wanted lose it.
#[derive(Clone, Copy, Debug)]
pub struct Unfiltered<'a> {
    pub bytes: &'a [u8],
    /// The size of a number whose bytes still stand apart.
    pub shuffled: Option<usize>,
}

impl Pipeline {
    /// Undoes the filters on the first `stored` bytes of `buffers.raw`, to `size` bytes, of which those in `needed` have
    /// to be right. Bit `n` of `skipped` says that filter `n` was not applied to this chunk.
    pub fn undo<'b>(
        &self,
        buffers: &'b mut Buffers,
        stored: usize,
        size: usize,
        skipped: u32,
        needed: Range<usize>,
    ) -> Result<Unfiltered<'b>, FilterError> {
        let mut applied: Vec<&Filter> =
            self.0.iter().enumerate().filter(|(n, _)| *n >= 32 || skipped & (1 << n) == 0).map(|(_, f)| f).collect();
        // The first filter that was applied: left to the reader of the rows.
        let shuffled = match applied.first() {
            Some(Filter::Shuffle(each)) => Some(*each),
            _ => None,
        };
        if shuffled.is_some() {
            applied.remove(0);
        }
        let needed = if shuffled.is_some() { 0..size } else { needed };
        let length = undo(&applied, buffers, stored, size, needed)?;
        if length != size {
            return Err(FilterError::Broken("detail.chunk_size"));
        }
        let bytes = buffers.raw.get(..length).ok_or(FilterError::Broken("detail.chunk_short"))?;
        Ok(Unfiltered { bytes, shuffled: shuffled.filter(|&each| each > 1) })
    }

    /// Undoes all filters on bytes that become `most` bytes or fewer.
    pub fn undo_within(&self, bytes: Vec<u8>, most: usize) -> Result<Vec<u8>, FilterError> {
        let (applied, stored): (Vec<&Filter>, usize) = (self.0.iter().collect(), bytes.len());
        let mut buffers = Buffers { raw: bytes, ..Buffers::default() };
        let length = undo(&applied, &mut buffers, stored, most, 0..most)?;
        Ok(buffers.raw.get(..length).unwrap_or_default().to_vec())
    }
}

/// How many bytes at the front of `buffers.raw` are left of the first `stored` ones; at most `size`.
fn undo(
    applied: &[&Filter],
    buffers: &mut Buffers,
    stored: usize,
    size: usize,
    needed: Range<usize>,
) -> Result<usize, FilterError> {
    let Buffers { raw, spare, tools } = buffers;
    let mut length = stored;
    for (n, filter) in applied.iter().enumerate().rev() {
        let bytes = raw.get(..length).ok_or(FilterError::Broken("detail.chunk_short"))?;
        match filter {
            // These stand behind the bytes, which can stay where they are.
            Filter::Fletcher32 => length = checksum::without_fletcher32(bytes)?.len(),
            Filter::Crc32c => length = checksum::without_crc32c(bytes)?.len(),
            filter => {
                let room = applied.iter().take(n).fold(size, |size, filter| filter.encoded(size));
                let needed = if n == 0 { needed.clone() } else { 0..room };
                if spare.len() < room {
                    // Zeroed memory costs nothing until it is written to.
                    *spare = vec![0; room];
                }
                let out = spare.get_mut(..room).ok_or(FilterError::Broken("detail.chunk_size"))?;
                length = filter.decode(bytes, needed, out, tools)?;
                std::mem::swap(raw, spare);
            }
        }
    }
    // What is left of an earlier stage would live as long as the field that is made of this one.
    if is_large(spare.len()) {
        *spare = Vec::new();
    }
    if length > size { Err(FilterError::Broken("detail.chunk_size")) } else { Ok(length) }
}

#[cfg(test)]
mod tests {
    use super::super::Wrapping;
    use super::*;

    #[test]
    fn filters_come_off_in_reverse_order() {
        // Four numbers of two bytes, shuffled, with their checksum, nothing compressed.
        let mut raw = vec![1, 2, 3, 4, 5, 6, 7, 8];
        raw.extend(hdf5_reader::checksum::fletcher32(&raw).to_le_bytes());
        let stored = raw.len();
        let mut buffers = Buffers { raw, ..Buffers::default() };
        let pipeline = Pipeline(vec![Filter::Shuffle(2), Filter::Fletcher32]);
        let chunk = pipeline.undo(&mut buffers, stored, 8, 0, 0..8).expect("sound");
        assert_eq!((chunk.bytes, chunk.shuffled), (&[1, 2, 3, 4, 5, 6, 7, 8][..], Some(2)));
        buffers.raw[0] = 9;
        let error = pipeline.undo(&mut buffers, stored, 8, 0, 0..8).err();
        assert_eq!(error, Some(FilterError::Broken("detail.checksum")));
    }

    #[test]
    fn what_grows_beyond_its_chunk_is_refused() {
        // zlib.compress(b"a" * 100)
        let stream = super::super::hex("789c4b4ca43d00007a4725e5");
        let pipeline = Pipeline(vec![Filter::Deflate(Wrapping::Zlib)]);
        assert_eq!(pipeline.undo_within(stream.clone(), 100), Ok(vec![b'a'; 100]));
        assert!(pipeline.undo_within(stream.clone(), 99).is_err());
        let mut buffers = Buffers { raw: stream.clone(), ..Buffers::default() };
        let error = pipeline.undo(&mut buffers, stream.len(), 101, 0, 0..101).err();
        assert_eq!(error, Some(FilterError::Broken("detail.chunk_size")));
    }
}
