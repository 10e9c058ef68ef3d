//! Small stores for the tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use millibar::source::{Choice, Dataset, Variable, open};
use ndarray::Array2;
use serde_json::{Value, json};

/// The objects of a store by their keys.
pub type Objects = BTreeMap<String, Vec<u8>>;

/// A folder or file that goes away with the test.
pub struct Written(pub PathBuf);

impl Drop for Written {
    fn drop(&mut self) {
        // What is gone already is as good.
        let _ = fs::remove_dir_all(&self.0).or_else(|_| fs::remove_file(&self.0));
    }
}

/// A path of its own for each test.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("zarr_reader_{}_{name}", std::process::id()))
}

pub fn folder(name: &str, objects: &Objects) -> Written {
    let written = Written(path(name));
    put_all(&written.0, objects);
    written
}

pub fn put_all(folder: &Path, objects: &Objects) {
    for (key, bytes) in objects {
        let file = folder.join(key);
        fs::create_dir_all(file.parent().expect("within the folder")).expect("a new folder");
        fs::write(file, bytes).expect("a new file");
    }
}

/// A zip archive with its members as they stand or deflated.
pub fn archive(name: &str, objects: &Objects, deflated: bool) -> Written {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (key, content) in objects {
        let mut sum = flate2::Crc::new();
        sum.update(content);
        let stored = if deflated { deflate(content, false) } else { content.clone() };
        let size = |bytes: &[u8]| u32::try_from(bytes.len()).expect("small").to_le_bytes();
        // Version, flags, method, time, date, checksum, sizes, length of the name, no extra field.
        let mut head = vec![20, 0, 0, 0, u8::from(deflated) * 8, 0, 0, 0, 0, 0];
        head.extend(sum.sum().to_le_bytes());
        head.extend([size(&stored), size(content)].concat());
        head.extend([u8::try_from(key.len()).expect("short"), 0, 0, 0]);
        directory.extend([b"PK\x01\x02\x14\0".as_slice(), &head, &[0; 10], &size(&bytes), key.as_bytes()].concat());
        bytes.extend([b"PK\x03\x04".as_slice(), &head, key.as_bytes(), &stored].concat());
    }
    let start = u32::try_from(bytes.len()).expect("small").to_le_bytes();
    let length = u32::try_from(directory.len()).expect("small").to_le_bytes();
    let count = u16::try_from(objects.len()).expect("few").to_le_bytes();
    bytes.extend([&directory, b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &length, &start, &[0; 2]].concat());
    let written = Written(path(name));
    fs::write(&written.0, bytes).expect("a new file");
    written
}

pub fn deflate(bytes: &[u8], zlib: bool) -> Vec<u8> {
    use std::io::Write;
    let level = flate2::Compression::default();
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
    let mut wrapped = flate2::write::ZlibEncoder::new(Vec::new(), level);
    let writer: &mut dyn Write = if zlib { &mut wrapped } else { &mut encoder };
    writer.write_all(bytes).expect("memory");
    if zlib { wrapped.finish().expect("memory") } else { encoder.finish().expect("memory") }
}

pub fn text(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

pub fn doubles(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

pub fn singles(values: impl IntoIterator<Item = f32>) -> Vec<u8> {
    values.into_iter().flat_map(f32::to_le_bytes).collect()
}

/// Adds an array of version 2; `changes` overrule what is usual.
pub fn array_2(objects: &mut Objects, path: &str, shape: &[usize], attributes: &Value, changes: &Value) {
    let mut document = json!({
        "zarr_format": 2, "shape": shape, "chunks": shape, "dtype": "<f8", "order": "C",
        "compressor": null, "filters": null, "fill_value": null,
    });
    merge(&mut document, changes);
    objects.insert(format!("{path}/.zarray"), text(&document));
    objects.insert(format!("{path}/.zattrs"), text(attributes));
}

/// Adds an array of version 3.
pub fn array_3(objects: &mut Objects, path: &str, shape: &[usize], dims: &[&str], attributes: &Value, changes: &Value) {
    let mut document = json!({
        "zarr_format": 3, "node_type": "array", "shape": shape, "data_type": "float64",
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": shape}},
        "chunk_key_encoding": {"name": "default"}, "fill_value": 0.0,
        "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
        "dimension_names": dims, "attributes": attributes,
    });
    merge(&mut document, changes);
    objects.insert(format!("{path}/zarr.json"), text(&document));
}

fn merge(document: &mut Value, changes: &Value) {
    for (key, value) in changes.as_object().expect("an object") {
        document[key] = value.clone();
    }
}

pub const LATITUDES: [f64; 3] = [60.0, 50.0, 40.0];
pub const LONGITUDES: [f64; 4] = [0.0, 10.0, 20.0, 30.0];

/// Latitudes 60, 50, 40, longitudes 0, 10, 20, 30 and times of 0 and 6 hours.
pub fn axes_2() -> Objects {
    let mut objects = Objects::from([(".zgroup".to_owned(), text(&json!({"zarr_format": 2})))]);
    let axis = |objects: &mut Objects, name: &str, units: &str, values: &[f64]| {
        let attributes = json!({"_ARRAY_DIMENSIONS": [name], "units": units});
        array_2(objects, name, &[values.len()], &attributes, &json!({}));
        objects.insert(format!("{name}/0"), doubles(values));
    };
    axis(&mut objects, "lat", "degrees_north", &LATITUDES);
    axis(&mut objects, "lon", "degrees_east", &LONGITUDES);
    axis(&mut objects, "time", "hours since 2026-11-20 12:00:00", &[0.0, 6.0]);
    objects
}

pub fn axes_3() -> Objects {
    let group = json!({"zarr_format": 3, "node_type": "group", "attributes": {"title": "by hand"}});
    let mut objects = Objects::from([("zarr.json".to_owned(), text(&group))]);
    let axis = |objects: &mut Objects, name: &str, units: &str, values: &[f64]| {
        array_3(objects, name, &[values.len()], &[name], &json!({"units": units}), &json!({}));
        objects.insert(format!("{name}/c/0"), doubles(values));
    };
    axis(&mut objects, "lat", "degrees_north", &LATITUDES);
    axis(&mut objects, "lon", "degrees_east", &LONGITUDES);
    axis(&mut objects, "time", "hours since 2026-11-20 12:00:00", &[0.0, 6.0]);
    objects
}

pub fn attributes_2() -> Value {
    json!({"_ARRAY_DIMENSIONS": ["time", "lat", "lon"], "units": "K"})
}

/// The number of a step, row and column: 0, 1, 2 … in stored order.
pub fn counted(step: usize) -> Array2<f64> {
    Array2::from_shape_fn((3, 4), |(j, i)| (12 * step + 4 * j + i) as f64)
}

pub fn opened(written: &Written) -> Dataset {
    open(&written.0).unwrap_or_else(|error| panic!("{error}"))
}

/// A store that is opened and stays as long as its data set.
pub struct Kept {
    dataset: Dataset,
    _written: Written,
}

impl std::ops::Deref for Kept {
    type Target = Dataset;

    fn deref(&self) -> &Dataset {
        &self.dataset
    }
}

pub fn kept(written: Written) -> Kept {
    Kept { dataset: opened(&written), _written: written }
}

pub fn find<'a>(dataset: &'a Dataset, id: &str) -> &'a Variable {
    dataset.variables.iter().find(|variable| variable.id == id).unwrap_or_else(|| panic!("{id} is listed"))
}

pub fn read(variable: &Variable, step: usize) -> Array2<f64> {
    let field = variable.field(Choice { step, ..Choice::default() }).expect("within the axes");
    field.read_raw().unwrap_or_else(|error| panic!("{error}"))
}
