//! The stored chunks of an array: one object each, or many in one shard.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use super::nodes::{Array, Keys, Shard, join};
use super::store::{Object, Store};
use crate::source::cf::ByteOrder;
use crate::source::codec::{Filter, Pipeline};
use crate::source::tiles::{Chunks, Fetched};
use crate::source::{Detail, SourceError};

/// Chunks of one shard; an index has 16 bytes for each.
const MOST_IN_SHARD: usize = 1 << 20;
/// Indices that are kept.
const MOST_INDICES: usize = 64;
/// An object is read whole only up to this size.
const LARGEST_OBJECT: u64 = 1 << 29;
/// Stands in an index for a chunk that was never written.
const ABSENT: u64 = u64::MAX;

/// Finds and reads the chunks of an array.
pub struct ArrayChunks {
    store: Arc<Store>,
    path: String,
    keys: Keys,
    /// Dimensions; none for a single number.
    rank: usize,
    /// Bytes of an unfiltered chunk.
    size: usize,
    shard: Option<Shard>,
    indices: Mutex<HashMap<String, Option<Arc<Index>>>>,
    /// The names in the array's folder, as they were when first asked for; `None` where they are not known.
    names: OnceLock<Option<HashSet<String>>>,
}

/// Where the chunks of a shard begin, and how long they are.
type Index = Vec<(u64, u64)>;

impl ArrayChunks {
    pub fn new(store: Arc<Store>, array: &Array) -> Self {
        let size = array.tile.iter().fold(array.form.size(), |size, &n| size.saturating_mul(n));
        let (path, keys, shard) = (array.path.clone(), array.keys, array.shard.clone());
        let (rank, indices, names) = (array.shape.len(), Mutex::default(), OnceLock::new());
        Self { store, path, keys, rank, size, shard, indices, names }
    }

    /// The key of a chunk or a shard by its position.
    fn key(&self, position: impl Iterator<Item = usize>) -> String {
        let mut key = String::new();
        if self.keys.leading {
            key.push('c');
        }
        for at in position.take(self.rank) {
            if !key.is_empty() {
                key.push(self.keys.separator);
            }
            // Writing to a string cannot fail.
            let _ = write!(key, "{at}");
        }
        if key.is_empty() {
            key.push('0');
        }
        join(&self.path, &key)
    }

    /// The key of the object that a tile is in, and its number there where it is one of a shard.
    fn place(&self, tile: &[usize]) -> (String, Option<usize>) {
        let Some(shard) = &self.shard else { return (self.key(tile.iter().copied()), None) };
        let each = || tile.iter().zip(&shard.per_shard).map(|(&at, &each)| (at, each.max(1)));
        let number = each().fold(0_usize, |number, (at, each)| number.saturating_mul(each) + at % each);
        (self.key(each().map(|(at, each)| at / each)), Some(number))
    }

    fn whole(&self, object: &Object<'_>, range: Range<u64>, raw: &mut Vec<u8>) -> Result<usize, SourceError> {
        let sound =
            range.start <= range.end && range.end <= object.length() && range.end - range.start <= LARGEST_OBJECT;
        let bounds = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok()).filter(|_| sound);
        let (start, end) = bounds.ok_or_else(|| self.store.corrupt(Detail::of("detail.inconsistent")))?;
        object.read(start..end, raw)?;
        Ok(end - start)
    }

    /// Reads from an object what stands in `range`, or the `part` of it that is needed.
    fn read(
        &self,
        object: &Object<'_>,
        range: Range<u64>,
        part: Option<Range<usize>>,
        raw: &mut Vec<u8>,
    ) -> Result<usize, SourceError> {
        let Some(part) = part else { return self.whole(object, range, raw) };
        // What is not compressed has to be as long as a chunk.
        if range.end.saturating_sub(range.start) != self.size as u64 || part.end > self.size {
            return Err(self.store.corrupt(Detail::of("detail.chunk_size")));
        }
        self.whole(object, range.start + part.start as u64..range.start + part.end as u64, raw)
    }

    fn fetch_from(
        &self,
        key: &str,
        in_shard: Option<usize>,
        part: Option<Range<usize>>,
        raw: &mut Vec<u8>,
    ) -> Result<Option<usize>, SourceError> {
        let Some(object) = self.store.object(key)? else { return Ok(None) };
        let range = match (in_shard, &self.shard) {
            (Some(number), Some(shard)) => {
                let index = self.index(key, &object, shard)?;
                let (start, length) = index.get(number).copied().unwrap_or((ABSENT, ABSENT));
                if (start, length) == (ABSENT, ABSENT) {
                    return Ok(None);
                }
                start..start.saturating_add(length)
            }
            _ => 0..object.length(),
        };
        self.read(&object, range, part, raw).map(Some)
    }

    /// The index of a shard, read once.
    fn index(&self, key: &str, object: &Object<'_>, shard: &Shard) -> Result<Arc<Index>, SourceError> {
        let known = self.indices.lock().ok().and_then(|indices| indices.get(key).cloned().flatten());
        if let Some(index) = known {
            return Ok(index);
        }
        let wrong = || self.store.corrupt(Detail::of("detail.inconsistent"));
        let count = shard.per_shard.iter().try_fold(1_usize, |count, &n| count.checked_mul(n));
        let count = count.filter(|&count| count <= MOST_IN_SHARD).ok_or_else(wrong)?;
        let length = count as u64 * 16 + if shard.checked { 4 } else { 0 };
        let start = if shard.first { Some(0) } else { object.length().checked_sub(length) };
        let start = start.ok_or_else(wrong)?;
        let mut bytes = Vec::new();
        let read = self.whole(object, start..start.saturating_add(length), &mut bytes)?;
        bytes.truncate(read);
        let checks = Pipeline(shard.checked.then_some(Filter::Crc32c).into_iter().collect());
        let bytes = checks.undo_within(bytes, count * 16).map_err(|error| self.store.corrupt(error.detail()))?;
        let number = |bytes: &[u8; 8]| match shard.order {
            ByteOrder::Little => u64::from_le_bytes(*bytes),
            ByteOrder::Big => u64::from_be_bytes(*bytes),
        };
        let pairs = bytes.as_chunks::<8>().0.as_chunks::<2>().0;
        let index: Arc<Index> = Arc::new(pairs.iter().map(|[start, length]| (number(start), number(length))).collect());
        if let Ok(mut indices) = self.indices.lock() {
            if indices.len() >= MOST_INDICES {
                indices.clear();
            }
            indices.insert(key.to_owned(), Some(index.clone()));
        }
        Ok(index)
    }
}

impl Chunks for ArrayChunks {
    fn path(&self) -> &Path {
        self.store.path()
    }

    fn fetch(
        &self,
        tile: &[usize],
        _: u64,
        part: Option<Range<usize>>,
        raw: &mut Vec<u8>,
    ) -> Result<Option<Fetched>, SourceError> {
        let (key, in_shard) = self.place(tile);
        let found = self.fetch_from(&key, in_shard, part, raw).map_err(|error| {
            let found = Detail::with("detail.chunk", [("chunk", key.as_str().into()), ("what", error.detail.clone())]);
            SourceError { detail: found, ..self.store.renamed(error) }
        })?;
        Ok(found.map(|length| Fetched { length, skipped: 0 }))
    }

    /// By the names in the array's folder: a folder's name says that something of its first dimension has come.
    fn may_have(&self, tile: &[usize]) -> bool {
        let leading = if self.keys.leading && self.keys.separator == '/' { "c" } else { "" };
        let names = self.names.get_or_init(|| self.store.names(&join(&self.path, leading)));
        let (key, _) = self.place(tile);
        let within = join(&self.path, leading);
        let name = key.strip_prefix(&within).unwrap_or(&key).trim_start_matches('/');
        let first = name.split('/').next().unwrap_or_default();
        names.as_ref().is_none_or(|names| names.contains(first))
    }
}
