//! The arrays and groups of a store, from consolidated metadata or by a walk.

use std::collections::BTreeMap;

use serde_json::Value;

use super::dtype::Form;
use super::store::{Store, is_safe};
use super::{json, v2, v3};
use crate::source::cf::{Attribute, ByteOrder};
use crate::source::codec::{FilterError, Pipeline};
use crate::source::{Detail, SourceError};

/// A document of metadata is smaller than this, and so are all together.
const LARGEST_DOCUMENT: u64 = 16 << 20;
const MOST_DOCUMENTS: u64 = 64 << 20;
/// More nodes than any forecast has.
pub const MOST_NODES: usize = 1 << 13;
const DEEPEST_GROUP: usize = 16;
/// Bytes of a decoded chunk.
const LARGEST_CHUNK: usize = 1 << 28;

/// One array, as its metadata describes it.
#[derive(Debug)]
pub struct Array {
    /// From the root of the store.
    pub path: String,
    /// Names of the dimensions where they have some; empty where nothing is said of them.
    pub dimensions: Vec<Option<String>>,
    pub attributes: Vec<(String, Attribute)>,
    pub form: Form,
    pub shape: Vec<usize>,
    /// Of a sharded array its inner chunks.
    pub tile: Vec<usize>,
    /// The dimensions in the order in which a chunk stores them.
    pub axes: Vec<usize>,
    /// An error for a codec that is not known.
    pub pipeline: Result<Pipeline, FilterError>,
    pub keys: Keys,
    pub shard: Option<Shard>,
    /// One element, as it is stored.
    pub fill: Vec<u8>,
}

/// How chunks are named.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    pub separator: char,
    /// Whether a `c` goes before the numbers.
    pub leading: bool,
}

/// How several chunks are kept in one object.
#[derive(Clone, Debug)]
pub struct Shard {
    /// Chunks along each dimension.
    pub per_shard: Vec<usize>,
    /// Whether a checksum stands behind the index.
    pub checked: bool,
    /// Whether the index stands before the chunks.
    pub first: bool,
    pub order: ByteOrder,
}

/// Everything that a store declares.
#[derive(Debug, Default)]
pub struct Nodes {
    /// 2 or 3.
    pub version: u8,
    /// Keys of the documents that were read: they tell whether the store is still the same.
    pub documents: Vec<String>,
    pub arrays: Vec<Array>,
    /// Attributes of the groups, by path.
    pub groups: BTreeMap<String, Value>,
    /// Paths of arrays whose metadata make no sense.
    pub broken: Vec<String>,
    /// There are more nodes than are read.
    pub more: bool,
}

/// More codecs in a row than any writer uses.
pub const MOST_CODECS: usize = 16;

/// Sizes that hold together and that a reader can count.
pub fn bounded(shape: &[usize], tile: &[usize], size: usize) -> Option<()> {
    let chunk = tile.iter().try_fold(size, |product, &n| product.checked_mul(n))?;
    let whole = shape.iter().try_fold(8_usize, |product, &n| product.checked_mul(n));
    (shape.len() == tile.len() && shape.len() <= 32 && chunk > 0 && chunk <= LARGEST_CHUNK && whole.is_some())
        .then_some(())
}

impl Nodes {
    /// Reads the metadata of a store.
    pub fn read(store: &Store) -> Result<Self, SourceError> {
        let mut reading = Reading { store, left: MOST_DOCUMENTS, nodes: Self::default() };
        if let Some(root) = reading.document("zarr.json")? {
            reading.nodes.version = 3;
            let members = root.get("consolidated_metadata").and_then(|all| all.get("metadata")?.as_object());
            match members {
                Some(members) => {
                    reading.nodes.more = members.len() > MOST_NODES;
                    reading.nodes.add_v3("", &root);
                    for (path, document) in members.iter().take(MOST_NODES).filter(|(path, _)| is_safe(path)) {
                        reading.nodes.add_v3(path, document);
                    }
                }
                None => reading.walk_v3("", &root, 0)?,
            }
        } else {
            reading.nodes.version = 2;
            // One that is being written anew makes no sense for a moment; the documents that it repeats do.
            let consolidated = reading.document(".zmetadata").ok().flatten();
            match consolidated.as_ref().and_then(|all| all.get("metadata")?.as_object()) {
                Some(all) => reading.nodes.add_consolidated(all),
                None => reading.walk_v2("", 0)?,
            }
        }
        Ok(reading.nodes)
    }

    fn add(&mut self, path: &str, array: Option<Array>) {
        match array {
            Some(array) => self.arrays.push(array),
            None => self.broken.push(path.to_owned()),
        }
    }

    fn add_v3(&mut self, path: &str, document: &Value) {
        if document.get("node_type").and_then(Value::as_str) == Some("array") {
            self.add(path, v3::array(path, document));
        } else {
            let attributes = document.get("attributes").cloned().unwrap_or_default();
            self.groups.insert(path.to_owned(), attributes);
        }
    }

    fn add_consolidated(&mut self, all: &serde_json::Map<String, Value>) {
        self.more = all.len() > 4 * MOST_NODES;
        for (key, document) in all.iter().take(4 * MOST_NODES) {
            let (path, name) = key.rsplit_once('/').unwrap_or(("", key));
            if !path.is_empty() && !is_safe(path) {
                continue;
            }
            let attributes = || all.get(&join(path, ".zattrs"));
            match name {
                ".zarray" => self.add(path, v2::array(path, document, attributes())),
                ".zgroup" => {
                    self.groups.insert(path.to_owned(), attributes().cloned().unwrap_or_default());
                }
                _ => {}
            }
        }
    }
}

/// A walk through a store that has to come to an end.
struct Reading<'a> {
    store: &'a Store,
    /// Bytes of metadata that may still be read.
    left: u64,
    nodes: Nodes,
}

impl Reading<'_> {
    /// A document, `None` where it is absent.
    fn document(&mut self, key: &str) -> Result<Option<Value>, SourceError> {
        let Some(bytes) = self.store.get(key, LARGEST_DOCUMENT.min(self.left))? else { return Ok(None) };
        self.left = self.left.saturating_sub(bytes.len() as u64);
        let broken = || self.store.corrupt(Detail::with("detail.metadata", [("key", key.into())]));
        let document = json::parse(&bytes).filter(Value::is_object).ok_or_else(broken)?;
        self.nodes.documents.push(key.to_owned());
        Ok(Some(document))
    }

    fn walk_v2(&mut self, path: &str, depth: usize) -> Result<(), SourceError> {
        let inside = depth > 0;
        let attributes = self.document(&join(path, ".zattrs"));
        let array = self.document(&join(path, ".zarray"));
        // A node whose documents are broken costs that node only.
        if inside && (array.is_err() || attributes.is_err()) {
            self.nodes.broken.push(path.to_owned());
            if !matches!(array, Ok(None)) {
                return Ok(());
            }
        }
        let attributes = attributes.ok().flatten();
        if let Some(document) = array? {
            self.nodes.add(path, v2::array(path, &document, attributes.as_ref()));
            return Ok(());
        }
        let group = self.document(&join(path, ".zgroup"));
        if inside && !matches!(group, Ok(Some(_))) {
            self.nodes.broken.extend(group.is_err().then(|| path.to_owned()));
            return Ok(());
        }
        group?;
        self.nodes.groups.insert(path.to_owned(), attributes.unwrap_or_default());
        for child in self.children(path, depth) {
            self.walk_v2(&child, depth + 1)?;
        }
        Ok(())
    }

    fn walk_v3(&mut self, path: &str, document: &Value, depth: usize) -> Result<(), SourceError> {
        self.nodes.add_v3(path, document);
        if document.get("node_type").and_then(Value::as_str) == Some("array") {
            return Ok(());
        }
        for child in self.children(path, depth) {
            match self.document(&join(&child, "zarr.json")) {
                Ok(Some(document)) => self.walk_v3(&child, &document, depth + 1)?,
                Ok(None) => {}
                Err(_) => self.nodes.broken.push(child),
            }
        }
        Ok(())
    }

    fn children(&mut self, path: &str, depth: usize) -> Vec<String> {
        let room = MOST_NODES.saturating_sub(self.nodes.arrays.len() + self.nodes.groups.len());
        if depth >= DEEPEST_GROUP {
            return Vec::new();
        }
        let mut names = self.store.children(path, room + 1);
        self.nodes.more |= names.len() > room;
        names.truncate(room);
        names.into_iter().map(|name| join(path, &name)).collect()
    }
}

/// The key of something in a group.
pub fn join(group: &str, name: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{group}/{name}") }
}
