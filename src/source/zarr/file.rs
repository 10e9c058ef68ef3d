//! One open store: what it declares, its coordinates, and where its numbers lie.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::chunks::ArrayChunks;
use super::dtype::Form;
use super::json;
use super::nodes::{Array, MOST_NODES, Nodes, join};
use super::store::{Stamp, Store};
use crate::grid::Window;
use crate::source::cf::{Attribute, ByteOrder, Declared, Dimension, Element, Marks, Packing, Values};
use crate::source::tiles::{Arrays, Chunks, Job, Kind, Layout};
use crate::source::{Detail, Refusal, SourceError, Stop};

/// Largest coordinate.
const MOST_BYTES_READ: usize = 1 << 28;
/// Planes up to this size are not compared with what is stored: they cost little.
const SMALL: usize = 1 << 26;
/// Text of a coordinate, and its strings.
const MOST_TEXT: usize = 1 << 26;
const MOST_STRINGS: usize = 1 << 20;
/// Planes of a coordinate of more than two dimensions.
const MOST_PLANES: usize = 1 << 16;

/// A store and what it declares.
pub struct File {
    store: Arc<Store>,
    version: u8,
    arrays: Vec<Array>,
    declared: Vec<Declared>,
    /// Text attributes of the root.
    pub attributes: Vec<(String, String)>,
    /// The metadata as it was read. Chunks may come; if these change, the arrays are others.
    stamps: HashMap<String, Stamp>,
    /// Arrays whose metadata make no sense.
    broken: Vec<String>,
    /// The store has more arrays and groups than are read.
    more: bool,
}

impl File {
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let store = Arc::new(Store::open(path)?);
        let nodes = Nodes::read(&store)?;
        if nodes.arrays.is_empty() && nodes.documents.is_empty() {
            return Err(store.corrupt(Detail::of("detail.no_metadata")));
        }
        let stamps = nodes.documents.iter().filter_map(|key| Some((key.clone(), store.stamp(key)?))).collect();
        let attributes = nodes.groups.get("").and_then(Value::as_object).map(|all| {
            all.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
        });
        let declared = nodes.arrays.iter().map(|array| declared(array, &nodes, path)).collect();
        let Nodes { version, arrays, broken, more, .. } = nodes;
        Ok(Self { store, version, arrays, declared, attributes: attributes.unwrap_or_default(), stamps, broken, more })
    }

    /// One refusal for each array whose metadata make no sense.
    pub fn broken(&self) -> impl Iterator<Item = SourceError> + '_ {
        let fault = |path: &String| Detail::with("detail.metadata", [("key", path.as_str().into())]);
        self.broken.iter().map(move |path| self.store.corrupt(fault(path)).in_part(path.clone()))
    }

    /// That not all arrays were looked at, where it is so.
    pub fn unread(&self) -> Option<SourceError> {
        let most = Detail::with("detail.many_nodes", [("most", (MOST_NODES as u64).into())]);
        let note = || SourceError::new(self.store.path(), Refusal::Unsupported, most);
        self.more.then(|| note().saying(&("refusal.too_large", "advice.open_a_part")))
    }

    /// The word for its format.
    pub fn format(&self) -> &'static str {
        if self.version == 3 { "zarr3" } else { "zarr2" }
    }

    /// What it says of its grid.
    pub fn marks(&self) -> Marks {
        let texts: Vec<(&str, Attribute)> =
            self.attributes.iter().map(|(name, text)| (name.as_str(), Attribute::Text(text.clone()))).collect();
        let name = self.store.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        Marks::of(&name, texts.iter().map(|(name, value)| (*name, value)))
    }

    /// Whether so many bytes can be in what is stored of an array. Chunks that were never written cost nothing to claim.
    pub fn may_hold(&self, variable: usize, bytes: usize) -> bool {
        bytes <= SMALL || self.arrays.get(variable).is_some_and(|array| self.store.may_hold(&array.path, bytes as u64))
    }

    /// Why the values of an array cannot be read, if they cannot.
    pub fn refusal_of(&self, variable: usize) -> Option<SourceError> {
        let array = self.arrays.get(variable)?;
        let unknown = array.pipeline.as_ref().err()?;
        Some(SourceError::new(self.store.path(), Refusal::Unsupported, unknown.detail()).in_part(&array.path))
    }

    /// Why no array of the store is a field: a coordinate whose codec is unknown, or nothing that looks like one.
    pub fn why_nothing(&self) -> SourceError {
        let unknown = (0..self.arrays.len()).find_map(|variable| self.refusal_of(variable));
        unknown.or_else(|| self.unread()).or_else(|| self.broken().next()).unwrap_or_else(|| {
            let count = (self.arrays.len() as u64).into();
            SourceError::new(
                self.store.path(),
                Refusal::NoGrid,
                Detail::with("detail.none_gridded", [("count", count)]),
            )
        })
    }

    /// The values of a numeric array along its last `rank` dimensions, `at` these positions on the others, the first where
    /// it is silent.
    fn values(&self, variable: usize, rank: usize, at: &[usize]) -> Option<Vec<f64>> {
        let (declared, layout) = (self.declared.get(variable)?, self.layout(variable)?);
        let packing = Packing::of_coordinate(declared, false)?;
        let sizes = layout.shape.clone();
        let outer = declared.dims.len().saturating_sub(rank);
        let x = sizes.len().checked_sub(1)?;
        // Planes of the last two dimensions, a row where only one is wanted.
        let y = (rank >= 2 && x >= 1).then(|| x - 1);
        let (ny, nx) =
            (y.map_or(Some(1), |y| sizes.get(y).copied())?, sizes.get(x).copied().filter(|_| rank > 0).unwrap_or(1));
        let planes = sizes.get(outer..y.unwrap_or(x)).unwrap_or_default();
        let count = planes.iter().try_fold(1_usize, |count, &n| count.checked_mul(n))?;
        if count > MOST_PLANES {
            return None;
        }
        let elements = count.checked_mul(ny)?.checked_mul(nx)?;
        let bytes = elements.checked_mul(8).filter(|&bytes| bytes > 0 && bytes <= MOST_BYTES_READ)?;
        if !self.may_hold(variable, bytes) {
            return None;
        }
        if at.iter().zip(sizes.get(..outer)?).any(|(at, size)| at >= size) {
            return None;
        }
        let mut corners: Vec<Vec<usize>> = (0..count).map(|plane| corner(plane, outer, planes, sizes.len())).collect();
        for corner in &mut corners {
            corner.iter_mut().take(outer).zip(at).for_each(|(corner, &at)| *corner = at);
        }
        let window = Window { j0: 0, i0: 0, ny, nx };
        let job = Job { layout: &layout, packing: &packing, y, x, ny, nx, window };
        let found = Mutex::new(Some(vec![f64::NAN; elements]));
        job.run(&corners, &Stop::default(), &|plane, values: Result<ndarray::Array2<f64>, _>| {
            let Ok(mut found) = found.lock() else { return };
            match (values, found.as_mut()) {
                (Ok(values), Some(all)) => {
                    let out = all.iter_mut().skip(plane * ny * nx);
                    out.zip(&values).for_each(|(out, value)| *out = *value);
                }
                _ => *found = None,
            }
        });
        found.into_inner().ok().flatten()
    }

    /// The strings of an array of text, chunk by chunk.
    fn strings(&self, variable: usize) -> Option<Vec<String>> {
        let array = self.arrays.get(variable)?;
        let pipeline = array.pipeline.as_ref().ok()?;
        let count = array.shape.iter().try_fold(1_usize, |count, &n| count.checked_mul(n))?;
        let each = array.tile.iter().try_fold(1_usize, |count, &n| count.checked_mul(n))?;
        let in_order = array.axes.iter().enumerate().all(|(n, &axis)| n == axis);
        if count.max(each) > MOST_STRINGS || array.shape.len() > 2 || !in_order {
            return None;
        }
        let chunks = ArrayChunks::new(self.store.clone(), array);
        let mut texts = vec![String::new(); count];
        let tiles: Vec<usize> =
            array.shape.iter().zip(&array.tile).map(|(&whole, &n)| whole.div_ceil(n.max(1))).collect();
        let (mut left, mut raw) = (MOST_TEXT, Vec::new());
        for number in 0..tiles.iter().product::<usize>() {
            let tile = unravel(number, &tiles);
            let Some(fetched) = chunks.fetch(&tile, number as u64, None, &mut raw).ok()? else { continue };
            let bytes = pipeline.undo_within(raw.get(..fetched.length)?.to_vec(), left).ok()?;
            left = left.checked_sub(bytes.len())?;
            for (n, text) in split(&bytes, &array.form, each)?.into_iter().enumerate() {
                let inside = unravel(n, &array.tile);
                let place = tile.iter().zip(&inside).zip(array.tile.iter().zip(&array.shape)).try_fold(
                    0_usize,
                    |place, ((&tile, &inside), (&each, &whole))| {
                        let at = tile.checked_mul(each)?.checked_add(inside)?;
                        (at < whole).then_some(place * whole + at)
                    },
                );
                if let Some(out) = place.and_then(|place| texts.get_mut(place)) {
                    *out = text;
                }
            }
        }
        Some(texts)
    }
}

/// The position of a plane on all dimensions.
fn corner(plane: usize, outer: usize, planes: &[usize], rank: usize) -> Vec<usize> {
    let mut corner = vec![0; rank];
    let inner = unravel(plane, planes);
    corner.iter_mut().skip(outer).zip(inner).for_each(|(place, at)| *place = at);
    corner
}

fn unravel(mut n: usize, sizes: &[usize]) -> Vec<usize> {
    let mut at = vec![0; sizes.len()];
    for (position, &size) in at.iter_mut().zip(sizes).rev() {
        (*position, n) = (n % size.max(1), n / size.max(1));
    }
    at
}

/// The strings of a chunk, of which it has `most`.
fn split(bytes: &[u8], form: &Form, most: usize) -> Option<Vec<String>> {
    match form {
        Form::Vlen => {
            // Their number, then each behind its length, in four bytes, little endian.
            let (_, mut rest) = bytes.split_first_chunk::<4>()?;
            let mut texts = Vec::new();
            while let Some((length, behind)) = rest.split_first_chunk::<4>() {
                let (text, behind) = behind.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
                if texts.len() == most {
                    return None;
                }
                texts.push(String::from_utf8_lossy(text).into_owned());
                rest = behind;
            }
            Some(texts)
        }
        Form::Bytes(size) => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned();
            Some(bytes.chunks_exact(*size).take(most).map(text).collect())
        }
        Form::Utf32(length, order) => {
            let letter = |bytes: &[u8; 4]| match order {
                ByteOrder::Little => char::from_u32(u32::from_le_bytes(*bytes)),
                ByteOrder::Big => char::from_u32(u32::from_be_bytes(*bytes)),
            };
            let text = |bytes: &[u8]| -> String {
                let letters = bytes.as_chunks::<4>().0.iter().filter_map(letter);
                letters.collect::<String>().trim_end_matches('\0').to_owned()
            };
            Some(bytes.chunks_exact(length.checked_mul(4)?).take(most).map(text).collect())
        }
        Form::Numbers { .. } | Form::Other => None,
    }
}

/// An array as CF sees it.
fn declared(array: &Array, nodes: &Nodes, path: &Path) -> Declared {
    // A store that is one array has the name of the store.
    let name = || path.file_stem().map_or_else(|| "array".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let own_path = if array.path.is_empty() { name() } else { array.path.clone() };
    let dims = array.shape.iter().enumerate().map(|(n, &size)| {
        let name = array.dimensions.get(n).cloned().flatten();
        // One without a name is like no other.
        Dimension { name: name.unwrap_or_else(|| format!("{own_path}.{n}")), size }
    });
    let mut attributes = array.attributes.clone();
    attributes.retain(|(name, _)| name != "_ARRAY_DIMENSIONS");
    let mut add = |name: &str, value: Attribute| {
        if !attributes.iter().any(|(known, _)| known == name) {
            attributes.push((name.to_owned(), value));
        }
    };
    array.form.own_attributes().into_iter().for_each(|(name, value)| add(name, value));
    let group = own_path.rsplit_once('/').map_or("", |(group, _)| group);
    // xarray lists what belongs to no variable in particular with the group.
    let shared = nodes.groups.get(group).and_then(|all| json::attribute(all.get("coordinates")?));
    if let Some(shared) = shared {
        add("coordinates", shared);
    }
    Declared { element: array.form.element(), dims: dims.collect(), path: own_path, attributes }
}

impl Arrays for File {
    fn path(&self) -> &Path {
        self.store.path()
    }

    fn declared(&self) -> &[Declared] {
        &self.declared
    }

    /// A store gains chunks while it is written, and they are read as they come; other metadata make other arrays, and
    /// where they are gone, chunks that are gone with them would pass for such as were never written.
    fn unchanged(&self, variable: usize) -> Result<(), SourceError> {
        let changed = || SourceError::new(self.store.path(), Refusal::Corrupt, Detail::of("detail.changed"));
        let array = self.arrays.get(variable).map_or("", |array| &array.path);
        let documents = [".zmetadata", "zarr.json", &join(array, "zarr.json"), &join(array, ".zarray")];
        let same = documents.iter().filter_map(|key| self.stamps.get(*key)).all(Stamp::holds);
        same.then_some(()).ok_or_else(changed)
    }

    fn grows(&self) -> bool {
        self.store.grows()
    }

    fn layout(&self, variable: usize) -> Option<Layout> {
        let array = self.arrays.get(variable)?;
        let Element::Number(number) = array.form.element() else { return None };
        let pipeline = array.pipeline.as_ref().ok()?.clone();
        let chunks = Arc::new(ArrayChunks::new(self.store.clone(), array));
        let kind = Kind::Chunked { chunks, pipeline, fill: array.fill.clone() };
        let (mut shape, mut tile, mut axes) = (array.shape.clone(), array.tile.clone(), array.axes.clone());
        // A single number is read as a row of one; its chunk has no position in its key.
        if shape.is_empty() {
            (shape, tile, axes) = (vec![1], vec![1], vec![0]);
        }
        Some(Layout { order: array.form.order(), shape, tile, axes, number_size: number.size(), kind })
    }

    fn slab(&self, variable: usize, _: &[usize], _: &[usize]) -> Result<Vec<u8>, SourceError> {
        let other = || self.store.corrupt(Detail::of("detail.inconsistent"));
        Err(self.refusal_of(variable).unwrap_or_else(other))
    }
}

impl Values for File {
    fn numbers(&self, variable: usize, rank: usize) -> Option<Vec<f64>> {
        self.values(variable, rank, &[])
    }

    fn numbers_at(&self, variable: usize, rank: usize, at: &[usize]) -> Option<Vec<f64>> {
        self.values(variable, rank, at)
    }

    fn texts(&self, variable: usize) -> Option<Vec<String>> {
        self.strings(variable)
    }

    fn has_features(&self) -> bool {
        self.attributes.iter().any(|(name, text)| name.eq_ignore_ascii_case("featureType") && !text.trim().is_empty())
    }
}
