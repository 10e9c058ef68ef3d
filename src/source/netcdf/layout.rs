//! How the numbers of a variable lie in the file: boxes of the array, each read and decoded at once.

use std::collections::HashMap;
use std::ops::Range;

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
    pub number_size: usize,
    pub kind: Kind,
}

/// Where tiles are.
pub enum Kind {
    /// Row by row from an address on; the positions of the first dimension lie `record` bytes apart.
    Plain {
        address: u64,
        record: u64,
    },
    Chunked {
        chunks: HashMap<u64, Chunk>,
        pipeline: Pipeline,
        fill: Vec<u8>,
    },
}

/// A stored chunk.
#[derive(Clone, Copy, Debug)]
pub struct Chunk {
    pub address: u64,
    pub size: u64,
    /// See [`Pipeline::undo`].
    pub skipped: u32,
}

/// What a tile holds.
pub enum Tile<'b> {
    /// Numbers in row-major order of the tile; the first of them is number `first` of the tile.
    Numbers { unfiltered: Unfiltered<'b>, first: usize },
    /// The tile was never written: one number stands for all.
    Unwritten { number: &'b [u8] },
}

impl Layout {
    /// Plain data in boxes of a few MB: whole trailing dimensions, a part of one, single positions of those before.
    pub fn plain(shape: Vec<usize>, number_size: usize, order: ByteOrder, address: u64, record: Option<u64>) -> Self {
        let mut tile = vec![1; shape.len()];
        let mut bytes = number_size;
        // Records of other variables stand between those of this one, so that a tile cannot span two.
        let first_free = usize::from(record.is_some());
        for dim in (first_free..shape.len()).rev() {
            let whole = shape[dim];
            let fits = (PLAIN_TILE_BYTES / bytes.max(1)).clamp(1, whole.max(1));
            tile[dim] = fits;
            bytes = bytes.saturating_mul(fits);
            if fits < whole {
                break;
            }
        }
        let inner: u64 = shape.iter().skip(1).fold(number_size as u64, |product, &n| product.saturating_mul(n as u64));
        Self { order, shape, tile, number_size, kind: Kind::Plain { address, record: record.unwrap_or(inner) } }
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

    /// How far apart neighbours along each dimension stand within a tile, in numbers.
    pub fn strides(&self) -> Vec<usize> {
        let mut strides = vec![1_usize; self.tile.len()];
        for dim in (1..self.tile.len()).rev() {
            strides[dim - 1] = strides[dim].saturating_mul(self.tile[dim]);
        }
        strides
    }

    /// Reads one tile, at least the `needed` numbers of it.
    pub fn read<'b>(
        &'b self,
        file: &FileBytes,
        tile: &[usize],
        needed: Range<usize>,
        buffers: &'b mut Buffers,
    ) -> Result<Tile<'b>, SourceError> {
        match &self.kind {
            Kind::Plain { address, record } => {
                let start = self.plain_address(*address, *record, tile, needed.start);
                let length = needed.len().checked_mul(self.number_size);
                let (start, length) =
                    start.zip(length).ok_or_else(|| file.corrupt(Detail::of("detail.inconsistent")))?;
                file.read(start, length, &mut buffers.raw)?;
                let bytes = buffers.raw.get(..length).unwrap_or_default();
                Ok(Tile::Numbers { unfiltered: Unfiltered { bytes, shuffled: None }, first: needed.start })
            }
            Kind::Chunked { chunks, pipeline, fill } => {
                let Some(chunk) = self.number_of(tile).and_then(|number| chunks.get(&number)) else {
                    return Ok(Tile::Unwritten { number: fill });
                };
                let size = self.tile.iter().try_fold(self.number_size, |size, &n| size.checked_mul(n));
                let size = size.ok_or_else(|| file.corrupt(Detail::of("detail.inconsistent")))?;
                let stored = if pipeline.0.is_empty() { Some(size) } else { usize::try_from(chunk.size).ok() };
                let stored = stored.ok_or_else(|| file.corrupt(Detail::of("detail.inconsistent")))?;
                file.read(chunk.address, stored, &mut buffers.raw)?;
                let unfiltered = pipeline.undo(buffers, stored, size, chunk.skipped);
                Ok(Tile::Numbers { unfiltered: unfiltered.map_err(|error| refused(file, tile, &error))?, first: 0 })
            }
        }
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

fn refused(file: &FileBytes, tile: &[usize], error: &FilterError) -> SourceError {
    match error {
        FilterError::Unknown(name) => SourceError::new(file.path(), Refusal::Unsupported, unknown_filter(name)),
        FilterError::Broken(what) => {
            let chunk = format!("{tile:?}").into();
            file.corrupt(Detail::with("detail.chunk", [("chunk", chunk), ("what", Detail::of(what))]))
        }
    }
}

/// A compression that is not read here.
pub fn unknown_filter(name: &str) -> Detail {
    Detail::with("detail.filter", [("name", name.into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_tiles_are_whole_rows_of_a_few_megabytes() {
        let layout = Layout::plain(vec![41, 721, 1440], 4, ByteOrder::Big, 100, None);
        assert_eq!(layout.tile, [1, 721, 1440]);
        assert_eq!(layout.tiles(), [41, 1, 1]);
        let Kind::Plain { address, record } = layout.kind else { unreachable!() };
        assert_eq!(layout.plain_address(address, record, &[2, 0, 0], 3), Some(100 + 2 * 721 * 1440 * 4 + 12));
    }

    #[test]
    fn large_planes_are_split_into_blocks_of_rows() {
        let layout = Layout::plain(vec![3, 4000, 4000], 4, ByteOrder::Little, 0, Some(1 << 30));
        assert_eq!(layout.tile, [1, 262, 4000]);
        let Kind::Plain { address, record } = layout.kind else { unreachable!() };
        assert_eq!(layout.plain_address(address, record, &[1, 2, 0], 0), Some((1 << 30) + 2 * 262 * 4000 * 4));
    }

    #[test]
    fn records_of_other_variables_are_stepped_over() {
        let layout = Layout::plain(vec![5, 2, 3], 4, ByteOrder::Big, 64, Some(1000));
        assert_eq!(layout.tile, [1, 2, 3]);
        let Kind::Plain { address, record } = layout.kind else { unreachable!() };
        assert_eq!(layout.plain_address(address, record, &[4, 0, 0], 5), Some(64 + 4000 + 20));
    }
}
