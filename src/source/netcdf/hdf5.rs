//! Finding the chunks of an HDF5 data set, for the loop that reads them.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use hdf5_reader::chunk_index::{self, ChunkEntry};
use hdf5_reader::error::{Error, Result};
use hdf5_reader::messages::HdfMessage;
use hdf5_reader::messages::fill_value::FillValueMessage;
use hdf5_reader::messages::filter_pipeline::FilterPipelineMessage;
use hdf5_reader::messages::layout::{ChunkIndexing, DataLayout};
use hdf5_reader::{ByteOrder as Order, Dataset, Datatype, Hdf5File, OpenOptions, Storage};
use netcdf_reader::DynStorage;

use super::datatype::is_plain;
use crate::source::SourceError;
use crate::source::bytes::FileBytes;
use crate::source::cf::{ByteOrder, Number};
use crate::source::codec::{Filter, FilterError, Pipeline};
use crate::source::tiles::{Chunks, Fetched, Kind, Layout};

/// Larger chunks are left to the reader's own limits.
const LARGEST_CHUNK: usize = 1 << 28;

/// The HDF5 file under a NetCDF-4 file.
pub struct Hdf5 {
    file: Hdf5File,
}

impl Hdf5 {
    pub fn open(storage: DynStorage) -> Result<Self> {
        Ok(Self { file: Hdf5File::from_storage_with_options(storage, OpenOptions::default())? })
    }

    /// Where address zero stands in the file.
    pub fn base(&self) -> u64 {
        self.file.superblock().base_address
    }

    /// The layout of a data set of numbers; `None` for one that only the reader's own slices can read, if anything can.
    pub fn layout(
        &self,
        bytes: &Arc<FileBytes>,
        path: &str,
        number: Number,
        shape: &[usize],
    ) -> Result<Option<Layout>> {
        let dataset = self.file.dataset(path)?;
        let header = self.file.get_or_parse_header(dataset.address())?;
        let messages = &header.messages;
        let unusual = |message: &HdfMessage| matches!(message, HdfMessage::Shared(_) | HdfMessage::ExternalFiles(_));
        let Some(order) = byte_order(dataset.dtype(), number) else { return Ok(None) };
        if messages.iter().any(unusual) || dataset.ndim() != shape.len() || shape.is_empty() {
            return Ok(None);
        }
        let filters = messages.iter().find_map(|message| match message {
            HdfMessage::FilterPipeline(pipeline) => Some(pipeline),
            _ => None,
        });
        let found = messages.iter().find_map(|message| match message {
            HdfMessage::DataLayout(layout) => Some(&layout.layout),
            _ => None,
        });
        match found {
            Some(DataLayout::Contiguous { address, .. }) if self.is_undefined(*address) => {
                // Never written: a single tile that is nowhere.
                let chunks = Map { bytes: bytes.clone(), chunks: HashMap::new(), size: 0 };
                Ok(Some(chunked(&dataset, order, shape, shape.to_vec(), number, chunks, Pipeline::default())))
            }
            Some(DataLayout::Contiguous { address, .. }) => {
                let same_shape = dataset.shape().iter().zip(shape).all(|(&stored, &seen)| stored == seen as u64);
                let plain = same_shape && filters.is_none();
                Ok(plain.then(|| Layout::plain(bytes.clone(), shape.to_vec(), number.size(), order, *address, None)))
            }
            Some(DataLayout::Chunked { address, chunk_indexing, .. }) => {
                let Some(pipeline) = pipeline(filters, number) else { return Ok(None) };
                let Some(tile) = chunk_shape(&dataset, shape, number.size()) else { return Ok(None) };
                let entries = self.entries(&dataset, *address, chunk_indexing.as_ref(), number.size())?;
                let size = tile.iter().product::<usize>() * number.size();
                let chunks = Map { bytes: bytes.clone(), chunks: located(shape, &tile, &entries), size };
                Ok(Some(chunked(&dataset, order, shape, tile, number, chunks, pipeline)))
            }
            _ => Ok(None),
        }
    }

    /// Whether the numbers of a data set are stored as others than those of their size usually are, and no filter makes
    /// them usual ones (n-bit has number 5).
    pub fn is_odd(&self, path: &str) -> Result<bool> {
        let dataset = self.file.dataset(path)?;
        if is_plain(&dataset.raw_datatype()?) {
            return Ok(false);
        }
        let header = self.file.get_or_parse_header(dataset.address())?;
        let n_bit = header.messages.iter().any(|message| match message {
            HdfMessage::FilterPipeline(pipeline) => pipeline.filters.iter().any(|filter| filter.id == 5),
            _ => false,
        });
        Ok(!n_bit)
    }

    /// Paths of the data sets of the root group whose numbers have a fraction and a size that NetCDF has not.
    pub fn of_unknown_size(&self) -> Result<Vec<String>> {
        let is_unknown = |dataset: &Dataset| match dataset.dtype() {
            Datatype::FloatingPoint { size, .. } => ![4, 8].contains(size),
            _ => false,
        };
        let found = self.file.root_group()?.datasets()?.into_iter().filter(is_unknown);
        Ok(found.map(|dataset| dataset.name().trim_start_matches('/').to_owned()).collect())
    }

    /// The filter of a data set that is not undone here.
    pub fn unknown_filter(&self, path: &str) -> Option<FilterError> {
        let dataset = self.file.dataset(path).ok()?;
        let header = self.file.get_or_parse_header(dataset.address()).ok()?;
        header.messages.iter().find_map(|message| match message {
            HdfMessage::FilterPipeline(pipeline) => pipeline
                .filters
                .iter()
                .find_map(|filter| Filter::of_hdf5(filter.id, &filter.client_data, Number::U8).err()),
            _ => None,
        })
    }

    fn entries(
        &self,
        dataset: &Dataset,
        address: u64,
        indexing: Option<&ChunkIndexing>,
        number_size: usize,
    ) -> Result<Vec<ChunkEntry>> {
        let storage: &dyn Storage = self.file.storage();
        let superblock = self.file.superblock();
        let (offset_size, length_size) = (superblock.offset_size, superblock.length_size);
        let (shape, rank) = (dataset.shape(), dataset.ndim());
        let chunk = dataset.chunks().unwrap_or_default();
        if self.is_undefined(address) {
            return Ok(Vec::new());
        }
        match indexing {
            None => {
                let rank_32 = u32::try_from(rank).map_err(|_| Error::InvalidData("too many dimensions".into()))?;
                let leaves = hdf5_reader::btree_v1::collect_btree_v1_leaves_storage(
                    storage,
                    address,
                    offset_size,
                    length_size,
                    Some(rank_32),
                    &chunk,
                    None,
                )?;
                Ok(leaves.into_iter().filter_map(|(key, address)| leaf(key, address, rank)).collect())
            }
            Some(ChunkIndexing::SingleChunk { filtered_size, filters }) => {
                Ok(vec![chunk_index::single_chunk_entry(address, *filtered_size, *filters, rank)])
            }
            Some(ChunkIndexing::Implicit) => {
                chunk_index::collect_implicit_chunk_entries(address, shape, &chunk, number_size, None, storage.len())
            }
            Some(ChunkIndexing::FixedArray { .. }) => {
                hdf5_reader::fixed_array::collect_fixed_array_chunk_entries_storage(
                    storage,
                    address,
                    offset_size,
                    length_size,
                    shape,
                    &chunk,
                    None,
                )
            }
            Some(ChunkIndexing::ExtensibleArray { .. }) => {
                hdf5_reader::extensible_array::collect_extensible_array_chunk_entries_storage(
                    storage,
                    address,
                    offset_size,
                    length_size,
                    shape,
                    dataset.max_dims(),
                    &chunk,
                    None,
                )
            }
            Some(ChunkIndexing::BTreeV2) => {
                let rank_32 = u32::try_from(rank).map_err(|_| Error::InvalidData("too many dimensions".into()))?;
                chunk_index::collect_v2_chunk_entries_storage(
                    storage,
                    address,
                    offset_size,
                    length_size,
                    rank_32,
                    &chunk,
                    None,
                )
            }
        }
    }

    fn is_undefined(&self, address: u64) -> bool {
        hdf5_reader::io::Cursor::is_undefined_offset(address, self.file.superblock().offset_size)
    }
}

fn byte_order(datatype: &Datatype, number: Number) -> Option<ByteOrder> {
    let (size, order) = match datatype {
        Datatype::FixedPoint { size, byte_order, .. } if number.is_integer() => (size, byte_order),
        Datatype::FloatingPoint { size, byte_order } if !number.is_integer() => (size, byte_order),
        Datatype::Enum { base, .. } => return byte_order(base, number),
        _ => return None,
    };
    let order = if *order == Order::LittleEndian { ByteOrder::Little } else { ByteOrder::Big };
    (usize::from(*size) == number.size()).then_some(order)
}

fn pipeline(filters: Option<&FilterPipelineMessage>, number: Number) -> Option<Pipeline> {
    let filters = filters.map_or(&[][..], |message| &message.filters);
    let known = filters.iter().map(|filter| Filter::of_hdf5(filter.id, &filter.client_data, number).ok());
    known.collect::<Option<Vec<_>>>().map(Pipeline)
}

fn chunk_shape(dataset: &Dataset, shape: &[usize], number_size: usize) -> Option<Vec<usize>> {
    let chunk: Vec<usize> = dataset.chunks()?.iter().map(|&n| usize::try_from(n).ok()).collect::<Option<_>>()?;
    let bytes = chunk.iter().try_fold(number_size, |product, &n| product.checked_mul(n))?;
    (chunk.len() == shape.len() && bytes > 0 && bytes <= LARGEST_CHUNK).then_some(chunk)
}

fn leaf(key: hdf5_reader::btree_v1::BTreeV1Key, address: u64, rank: usize) -> Option<ChunkEntry> {
    let hdf5_reader::btree_v1::BTreeV1Key::RawData { chunk_size, filter_mask, mut offsets } = key else {
        return None;
    };
    offsets.truncate(rank);
    Some(ChunkEntry { address, size: u64::from(chunk_size), filter_mask, offsets })
}

/// A stored chunk.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    address: u64,
    size: u64,
    /// See [`Pipeline::undo`].
    skipped: u32,
}

/// The chunks of a data set by the number of their tile.
struct Map {
    bytes: Arc<FileBytes>,
    chunks: HashMap<u64, Chunk>,
    /// Bytes of an unfiltered chunk.
    size: usize,
}

impl Chunks for Map {
    fn path(&self) -> &Path {
        self.bytes.path()
    }

    fn fetch(
        &self,
        _: &[usize],
        number: u64,
        part: Option<Range<usize>>,
        raw: &mut Vec<u8>,
    ) -> std::result::Result<Option<Fetched>, SourceError> {
        let Some(chunk) = self.chunks.get(&number) else { return Ok(None) };
        let inconsistent = || self.bytes.corrupt(crate::source::Detail::of("detail.inconsistent"));
        let (start, length) = match part {
            Some(part) if part.end <= self.size => (part.start as u64, part.len()),
            Some(_) => return Err(inconsistent()),
            None => (0, usize::try_from(chunk.size).map_err(|_| inconsistent())?),
        };
        let address = chunk.address.checked_add(start).ok_or_else(inconsistent)?;
        self.bytes.read(address, length, raw)?;
        Ok(Some(Fetched { length, skipped: chunk.skipped }))
    }
}

fn chunked(
    dataset: &Dataset,
    order: ByteOrder,
    shape: &[usize],
    tile: Vec<usize>,
    number: Number,
    chunks: Map,
    pipeline: Pipeline,
) -> Layout {
    let fill = fill(dataset.fill_value(), number.size());
    let kind = Kind::Chunked { chunks: Arc::new(chunks), pipeline, fill };
    Layout { order, shape: shape.to_vec(), tile, axes: (0..shape.len()).collect(), number_size: number.size(), kind }
}

/// Chunks by the number of their tile. Those that HDF5 keeps beyond the present extent, or that stand off the grid of
/// tiles, belong to no tile.
fn located(shape: &[usize], tile: &[usize], entries: &[ChunkEntry]) -> HashMap<u64, Chunk> {
    let found = entries.iter().filter_map(|entry| {
        let mut number = 0_u64;
        for ((&offset, &size), &whole) in entry.offsets.iter().zip(tile).zip(shape) {
            let (offset, count) = (usize::try_from(offset).ok()?, whole.div_ceil(size));
            let at = Some(offset / size).filter(|&at| offset % size == 0 && at < count)?;
            number = number.checked_mul(count as u64)?.checked_add(at as u64)?;
        }
        let chunk = Chunk { address: entry.address, size: entry.size, skipped: entry.filter_mask };
        (entry.offsets.len() == tile.len()).then_some((number, chunk))
    });
    found.collect()
}

/// What stands in chunks that were never written: the data set's fill value, or zero.
fn fill(message: Option<&FillValueMessage>, number_size: usize) -> Vec<u8> {
    let value = message.and_then(|message| message.value.clone());
    value.filter(|bytes| bytes.len() == number_size).unwrap_or_else(|| vec![0; number_size])
}
