//! How the numbers of an array are stored: boxes of it, each read and decoded at once.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::source::bytes::FileBytes;
use crate::source::cf::ByteOrder;
use crate::source::codec::{Buffers, FilterError, Pipeline, Unfiltered};
use crate::source::{Detail, Refusal, SourceError};

/// Plain data are read in pieces of about this size, so that a long read can be stopped and shared.
const PLAIN_TILE_BYTES: usize = 4 << 20;

/// The array as a grid of tiles.
pub struct Layout {
    pub order: ByteOrder,
    pub shape: Vec<usize>,
    /// Numbers of a tile along each dimension; the last tiles of a dimension may stand out of the array.
    pub tile: Vec<usize>,
    /// The dimensions in the order in which a tile stores them, the last running fastest.
    pub axes: Vec<usize>,
    pub number_size: usize,
    pub kind: Kind,
}

/// Where tiles are.
pub enum Kind {
    /// Row by row from an address on; the positions of the first dimension lie `record` bytes apart.
    Plain { bytes: Arc<FileBytes>, address: u64, record: u64 },
    /// One by one, behind filters; `fill` is the number that stands in tiles that were never written.
    Chunked { chunks: Arc<dyn Chunks>, pipeline: Pipeline, fill: Vec<u8> },
}

/// The stored chunks of one array.
pub trait Chunks: Send + Sync {
    /// The file or store, for messages.
    fn path(&self) -> &Path;

    /// Reads what is stored of a tile into the front of `raw`, of unfiltered data only the bytes of `part`; `None` where
    /// the tile was never written. `number` is the tile's by [`Layout::number_of`].
    fn fetch(
        &self,
        tile: &[usize],
        number: u64,
        part: Option<Range<usize>>,
        raw: &mut Vec<u8>,
    ) -> Result<Option<Fetched>, SourceError>;

    /// Whether a tile may have been written, as far as that is known without reading it.
    fn may_have(&self, tile: &[usize]) -> bool {
        let _ = tile;
        true
    }
}

/// What was read of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetched {
    pub length: usize,
    /// See [`Pipeline::undo`].
    pub skipped: u32,
}

/// What a tile holds.
pub enum Tile<'b> {
    /// Numbers in the order of the tile; the first of them is number `first` of the tile.
    Numbers { unfiltered: Unfiltered<'b>, first: usize },
    /// The tile was never written: one number stands for all.
    Unwritten { number: &'b [u8] },
}

impl Layout {
    /// Plain data in boxes of a few MB: whole trailing dimensions, a part of one, single positions of those before.
    pub fn plain(
        bytes: Arc<FileBytes>,
        shape: Vec<usize>,
        number_size: usize,
        order: ByteOrder,
        address: u64,
        record: Option<u64>,
    ) -> Self {
        let mut tile = vec![1; shape.len()];
        let mut size = number_size;
        // Records of other variables stand between those of this one, so that a tile cannot span two.
        let first_free = usize::from(record.is_some());
        for dim in (first_free..shape.len()).rev() {
            let whole = shape[dim];
            let fits = (PLAIN_TILE_BYTES / size.max(1)).clamp(1, whole.max(1));
            tile[dim] = fits;
            size = size.saturating_mul(fits);
            if fits < whole {
                break;
            }
        }
        let inner: u64 = shape.iter().skip(1).fold(number_size as u64, |product, &n| product.saturating_mul(n as u64));
        let axes = (0..shape.len()).collect();
        let kind = Kind::Plain { bytes, address, record: record.unwrap_or(inner) };
        Self { order, shape, tile, axes, number_size, kind }
    }

    /// Bytes of a tile that is decoded as a whole; none where its parts are read as they lie.
    pub fn tile_bytes(&self) -> usize {
        match &self.kind {
            Kind::Plain { .. } => 0,
            Kind::Chunked { .. } => self.tile.iter().fold(self.number_size, |size, &n| size.saturating_mul(n)),
        }
    }

    /// How many tiles there are along each dimension.
    pub fn tiles(&self) -> Vec<usize> {
        self.shape.iter().zip(&self.tile).map(|(&whole, &tile)| whole.div_ceil(tile.max(1))).collect()
    }

    /// A number for each tile, in row-major order; `None` beyond what 64 bits count.
    pub fn number_of(&self, tile: &[usize]) -> Option<u64> {
        tile.iter()
            .zip(self.tiles())
            .try_fold(0_u64, |number, (&at, count)| number.checked_mul(count as u64)?.checked_add(at as u64))
    }

    /// Whether any tile of a plane may have been written: that from `corner` on along `dims`. Planes of very many tiles are
    /// not looked through.
    pub fn may_have(&self, corner: &[usize], dims: &[usize]) -> bool {
        const MOST_TILES: usize = 1024;
        let Kind::Chunked { chunks, .. } = &self.kind else { return true };
        let mut tile: Vec<usize> = corner.iter().zip(&self.tile).map(|(at, size)| at / (*size).max(1)).collect();
        let counts = self.tiles();
        let along: Vec<usize> = dims.iter().map(|&dim| counts.get(dim).copied().unwrap_or(1)).collect();
        let all = along.iter().try_fold(1_usize, |all, &count| all.checked_mul(count));
        let Some(all) = all.filter(|&all| all <= MOST_TILES) else { return true };
        (0..all).any(|number| {
            let mut rest = number;
            for (&dim, &count) in dims.iter().zip(&along) {
                if let Some(at) = tile.get_mut(dim) {
                    *at = rest % count.max(1);
                }
                rest /= count.max(1);
            }
            chunks.may_have(&tile)
        })
    }

    /// The number that stands in tiles that were never written, as stored.
    pub fn unwritten(&self) -> Option<&[u8]> {
        if let Kind::Chunked { fill, .. } = &self.kind { Some(fill) } else { None }
    }

    /// How far apart neighbours along each dimension stand within a tile, in numbers.
    pub fn strides(&self) -> Vec<usize> {
        let mut strides = vec![1_usize; self.tile.len()];
        let mut inner = 1_usize;
        for &dim in self.axes.iter().rev() {
            if let (Some(stride), Some(&size)) = (strides.get_mut(dim), self.tile.get(dim)) {
                *stride = inner;
                inner = inner.saturating_mul(size);
            }
        }
        strides
    }

    /// Reads one tile, at least the `needed` numbers of it.
    pub fn read<'b>(
        &'b self,
        tile: &[usize],
        needed: Range<usize>,
        buffers: &'b mut Buffers,
    ) -> Result<Tile<'b>, SourceError> {
        let contradiction = || self.corrupt(Detail::of("detail.inconsistent"));
        let range = needed.start.checked_mul(self.number_size).zip(needed.end.checked_mul(self.number_size));
        let range = range.map(|(start, end)| start..end).ok_or_else(contradiction)?;
        match &self.kind {
            Kind::Plain { bytes, address, record } => {
                let start = self.plain_address(*address, *record, tile, needed.start).ok_or_else(contradiction)?;
                bytes.read(start, range.len(), &mut buffers.raw)?;
                Ok(numbers(&buffers.raw, range.len(), needed.start))
            }
            Kind::Chunked { chunks, pipeline, fill } => {
                let number = self.number_of(tile).ok_or_else(contradiction)?;
                let part = pipeline.0.is_empty().then(|| range.clone());
                let Some(fetched) = chunks.fetch(tile, number, part, &mut buffers.raw)? else {
                    return Ok(Tile::Unwritten { number: fill });
                };
                if pipeline.0.is_empty() {
                    return Ok(numbers(&buffers.raw, fetched.length, needed.start));
                }
                let size = self.tile.iter().try_fold(self.number_size, |size, &n| size.checked_mul(n));
                let size = size.ok_or_else(contradiction)?;
                let unfiltered = pipeline.undo(buffers, fetched.length, size, fetched.skipped, range);
                let unfiltered = unfiltered.map_err(|error| refused(chunks.path(), tile, &error))?;
                Ok(Tile::Numbers { unfiltered, first: 0 })
            }
        }
    }

    /// The refusal of broken contents.
    pub fn corrupt(&self, found: Detail) -> SourceError {
        let path = match &self.kind {
            Kind::Plain { bytes, .. } => bytes.path(),
            Kind::Chunked { chunks, .. } => chunks.path(),
        };
        SourceError::new(path, Refusal::Corrupt, found)
    }

    /// Where a number of a tile of plain data stands in the file.
    fn plain_address(&self, address: u64, record: u64, tile: &[usize], number: usize) -> Option<u64> {
        let mut inner = self.number_size as u64;
        let mut offset = (number as u64).checked_mul(inner)?;
        for dim in (0..self.shape.len()).rev() {
            let start = (*tile.get(dim)? as u64).checked_mul(self.tile[dim] as u64)?;
            let stride = if dim == 0 { record } else { inner };
            offset = offset.checked_add(start.checked_mul(stride)?)?;
            inner = inner.checked_mul(self.shape[dim] as u64)?;
        }
        address.checked_add(offset)
    }
}

fn numbers(raw: &[u8], length: usize, first: usize) -> Tile<'_> {
    let bytes = raw.get(..length).unwrap_or_default();
    Tile::Numbers { unfiltered: Unfiltered { bytes, shuffled: None }, first }
}

fn refused(path: &Path, tile: &[usize], error: &FilterError) -> SourceError {
    if matches!(error, FilterError::Unknown(_)) {
        return SourceError::new(path, Refusal::Unsupported, error.detail());
    }
    let found = Detail::with("detail.chunk", [("chunk", format!("{tile:?}").into()), ("what", error.detail())]);
    SourceError::new(path, Refusal::Corrupt, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(shape: Vec<usize>, order: ByteOrder, address: u64, record: Option<u64>) -> Layout {
        let any_file = std::env::current_exe().expect("this test is a file");
        let bytes = Arc::new(FileBytes::open(&any_file, 0).expect("readable"));
        Layout::plain(bytes, shape, 4, order, address, record)
    }

    #[test]
    fn plain_tiles_are_whole_rows_of_a_few_megabytes() {
        let layout = plain(vec![41, 721, 1440], ByteOrder::Big, 100, None);
        assert_eq!(layout.tile, [1, 721, 1440]);
        assert_eq!(layout.tiles(), [41, 1, 1]);
        let Kind::Plain { address, record, .. } = layout.kind else { unreachable!() };
        assert_eq!(layout.plain_address(address, record, &[2, 0, 0], 3), Some(100 + 2 * 721 * 1440 * 4 + 12));
    }

    #[test]
    fn large_planes_are_split_into_blocks_of_rows() {
        let layout = plain(vec![3, 4000, 4000], ByteOrder::Little, 0, Some(1 << 30));
        assert_eq!(layout.tile, [1, 262, 4000]);
        let Kind::Plain { address, record, .. } = layout.kind else { unreachable!() };
        assert_eq!(layout.plain_address(address, record, &[1, 2, 0], 0), Some((1 << 30) + 2 * 262 * 4000 * 4));
    }

    #[test]
    fn records_of_other_variables_are_stepped_over() {
        let layout = plain(vec![5, 2, 3], ByteOrder::Big, 64, Some(1000));
        assert_eq!(layout.tile, [1, 2, 3]);
        let Kind::Plain { address, record, .. } = layout.kind else { unreachable!() };
        assert_eq!(layout.plain_address(address, record, &[4, 0, 0], 5), Some(64 + 4000 + 20));
    }

    #[test]
    fn a_tile_may_store_its_columns_first() {
        let mut layout = plain(vec![5, 4, 3], ByteOrder::Big, 0, None);
        assert_eq!(layout.strides(), [12, 3, 1]);
        layout.axes = vec![2, 1, 0];
        assert_eq!(layout.strides(), [1, 5, 20]);
    }
}
