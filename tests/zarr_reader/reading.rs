//! However a store keeps its numbers, they come back.

use std::fs;

use millibar::catalog::{Mark, files_below};
use millibar::source::{Choice, Refusal, Variable};
use millibar::time::Moment;
use ndarray::Array2;
use serde_json::{Value, json};

use super::writing::{
    Objects, archive, array_2, array_3, attributes_2, axes_2, axes_3, counted, deflate, doubles, find, folder, kept,
    opened, put_all, read, singles, text,
};

/// Both steps of `x` are 0, 1, 2 … in stored order.
fn check(x: &Variable) {
    assert_eq!(x.steps.len(), 2);
    for step in 0..2 {
        assert_eq!(read(x, step), counted(step), "step {step}");
    }
}

/// `x` of version 2 with one chunk for each step, under keys of its own.
fn store_2(changes: &Value, chunk: impl Fn(Vec<u8>) -> Vec<u8>) -> Objects {
    let mut objects = axes_2();
    let mut all = json!({"chunks": [1, 3, 4], "dtype": "<f4"});
    all.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
    array_2(&mut objects, "x", &[2, 3, 4], &attributes_2(), &all);
    for step in 0..2 {
        let numbers = singles(counted(step).iter().map(|&x| x as f32));
        objects.insert(format!("x/{step}.0.0"), chunk(numbers));
    }
    objects
}

/// `x` of version 3; `chunks` by their keys.
fn store_3(changes: &Value, chunks: &[(&str, Vec<u8>)]) -> Objects {
    let mut objects = axes_3();
    let dims = ["time", "lat", "lon"];
    let attributes = json!({"units": "K"});
    array_3(&mut objects, "x", &[2, 3, 4], &dims, &attributes, changes);
    objects.extend(chunks.iter().map(|(key, bytes)| (format!("x/{key}"), bytes.clone())));
    objects
}

fn all_singles() -> Vec<u8> {
    singles((0..24).map(|n| n as f32))
}

#[test]
fn a_store_of_version_2_shows_its_fields() {
    let objects = store_2(&json!({}), |chunk| chunk);
    let written = folder("v2", &objects);
    let dataset = opened(&written);
    assert_eq!(dataset.format, "zarr2");
    let x = find(&dataset, "x");
    assert_eq!(x.units.as_deref(), Some("K"));
    check(x);
    // The same from one document that repeats all others.
    let mut metadata = serde_json::Map::new();
    for (key, bytes) in objects.iter().filter(|(key, _)| key.contains(".z")) {
        metadata.insert(key.clone(), serde_json::from_slice(bytes).expect("JSON"));
    }
    let mut consolidated: Objects = objects.into_iter().filter(|(key, _)| !key.contains(".z")).collect();
    let document = json!({"zarr_consolidated_format": 1, "metadata": metadata});
    consolidated.insert(".zmetadata".to_owned(), text(&document));
    check(find(&kept(folder("v2_consolidated", &consolidated)), "x"));
}

#[test]
fn a_store_of_version_3_shows_its_fields() {
    let changes = json!({"data_type": "float32"});
    let dataset = kept(folder("v3", &store_3(&changes, &[("c/0/0/0", all_singles())])));
    assert_eq!(dataset.format, "zarr3");
    assert_eq!(dataset.attributes, [("title".to_owned(), "by hand".to_owned())]);
    check(find(&dataset, "x"));
}

#[test]
fn a_grid_that_moves_is_at_its_own_place_at_each_time() {
    let mut objects = axes_2();
    let plane = |name: &str, units: &str, value: &dyn Fn(usize) -> f64, objects: &mut Objects| {
        let attributes = json!({"_ARRAY_DIMENSIONS": ["time", "y", "x"], "units": units, "coordinates": "plat plon"});
        array_2(objects, name, &[2, 3, 4], &attributes, &json!({"chunks": [1, 3, 4]}));
        for time in 0..2 {
            let values: Vec<f64> = (0..12).map(|n| value(12 * time + n)).collect();
            objects.insert(format!("{name}/{time}.0.0"), doubles(&values));
        }
    };
    plane("plat", "degrees_north", &|n| 25.0 + (n % 12 / 4) as f64 + 2.0 * (n / 12) as f64, &mut objects);
    plane("plon", "degrees_east", &|n| -85.0 + (n % 4) as f64 - 1.5 * (n / 12) as f64, &mut objects);
    plane("x", "K", &|n| n as f64, &mut objects);
    let dataset = kept(folder("moving", &objects));
    let x = find(&dataset, "x");
    let position = |step: usize| {
        let field = x.field(Choice { step, ..Choice::default() }).expect("within the axes");
        field.grid.position(2, 1).expect("it has a place")
    };
    assert_eq!((position(0), position(1)), ((-84.0, 27.0), (-85.5, 29.0)));
    assert_eq!(read(x, 1), counted(1));
}

#[test]
fn archives_hold_stores_too() {
    let objects = store_2(&json!({}), |chunk| chunk);
    for deflated in [false, true] {
        let written = archive(&format!("archive_{deflated}.zip"), &objects, deflated);
        check(find(&opened(&written), "x"));
        let inside: Objects = objects.iter().map(|(key, bytes)| (format!("run.zarr/{key}"), bytes.clone())).collect();
        let written = archive(&format!("archive_inside_{deflated}.zip"), &inside, deflated);
        check(find(&opened(&written), "x"));
    }
}

#[test]
fn filters_and_orders_of_version_2_are_undone() {
    let zlib = store_2(&json!({"compressor": {"id": "zlib", "level": 5}}), |chunk| deflate(&chunk, true));
    check(find(&kept(folder("zlib", &zlib)), "x"));
    let delta = json!({"dtype": "|u1", "filters": [{"id": "delta", "dtype": "|u1"}]});
    let differences = |chunk: Vec<u8>| {
        let first = f32::from_le_bytes(*chunk.first_chunk().expect("numbers"));
        [vec![first as u8], vec![1; 11]].concat()
    };
    check(find(&kept(folder("delta", &store_2(&delta, differences))), "x"));
    let columns_first = |chunk: Vec<u8>| {
        let numbers = chunk.as_chunks::<4>().0;
        (0..4).flat_map(|i| (0..3).flat_map(move |j| numbers[4 * j + i])).collect()
    };
    check(find(&kept(folder("columns", &store_2(&json!({"order": "F"}), columns_first))), "x"));
    let big = |chunk: Vec<u8>| chunk.as_chunks::<4>().0.iter().flat_map(|x| x.iter().rev().copied()).collect();
    check(find(&kept(folder("big", &store_2(&json!({"dtype": ">f4"}), big))), "x"));
}

#[test]
fn codecs_of_version_3_are_undone() {
    // Stored with the columns first, then time, then rows; gzip of Python, as bytes.
    let numbers = all_singles();
    let turned: Vec<u8> = (0..4)
        .flat_map(|i| (0..2).flat_map(move |t| (0..3).map(move |j| 12 * t + 4 * j + i)))
        .flat_map(|n| numbers[4 * n..4 * n + 4].to_vec())
        .collect();
    let codecs = json!([{"name": "transpose", "configuration": {"order": [2, 0, 1]}}, {"name": "bytes"}]);
    let changes = json!({"data_type": "float32", "codecs": codecs});
    check(find(&kept(folder("transposed", &store_3(&changes, &[("c/0/0/0", turned)]))), "x"));
    let halves: Vec<u8> = (0..24).flat_map(|n| half(n as f32).to_be_bytes()).collect();
    let big = json!([{"name": "bytes", "configuration": {"endian": "big"}}]);
    let keys = json!({"name": "v2", "configuration": {"separator": "."}});
    let changes = json!({"data_type": "float16", "codecs": big, "chunk_key_encoding": keys});
    check(find(&kept(folder("halves", &store_3(&changes, &[("0.0.0", halves)]))), "x"));
}

/// Of a small whole number.
fn half(x: f32) -> u16 {
    let bits = x.to_bits();
    if x == 0.0 { 0 } else { u16::try_from((bits >> 13) - (112 << 10)).expect("small") }
}

#[test]
fn shards_hold_many_chunks() {
    // One shard of two steps; a chunk has one row and all columns; the last one was never written.
    let numbers = all_singles();
    let (mut shard, mut index) = (Vec::new(), Vec::new());
    for chunk in [4, 0, 2, 1, 3] {
        index.push((chunk, shard.len() as u64, 16_u64));
        shard.extend(&numbers[16 * chunk..16 * chunk + 16]);
    }
    index.sort_unstable();
    index.push((5, u64::MAX, u64::MAX));
    shard.extend(index.iter().flat_map(|(_, start, length)| [start.to_le_bytes(), length.to_le_bytes()].concat()));
    let bytes = json!({"name": "bytes", "configuration": {"endian": "little"}});
    let codec = json!({"name": "sharding_indexed", "configuration": {
        "chunk_shape": [1, 1, 4], "codecs": [bytes], "index_codecs": [bytes], "index_location": "end",
    }});
    let changes = json!({"data_type": "float32", "fill_value": 99.0, "codecs": [codec]});
    let dataset = kept(folder("shards", &store_3(&changes, &[("c/0/0/0", shard)])));
    let x = find(&dataset, "x");
    assert_eq!(read(x, 0), counted(0));
    let mut second = counted(1);
    second.row_mut(2).fill(99.0);
    assert_eq!(read(x, 1), second);
}

#[test]
fn a_chunk_that_was_never_written_holds_the_fill_value() {
    // Half of the second step is there.
    let mut objects = store_2(&json!({"fill_value": "NaN", "chunks": [1, 3, 2]}), |chunk| chunk);
    objects.retain(|key, _| !key.starts_with("x/1"));
    let half = |columns: std::ops::Range<usize>| {
        singles(counted(1).rows().into_iter().flat_map(|row| row.to_vec()[columns.clone()].to_vec()).map(|x| x as f32))
    };
    objects.insert("x/1.0.0".to_owned(), half(0..2));
    let written = folder("unwritten", &objects);
    let dataset = opened(&written);
    let x = find(&dataset, "x");
    let read_first = read(x, 1);
    assert_eq!(read_first.column(1), counted(1).column(1));
    assert!(read_first.column(2).iter().all(|value| value.is_nan()));
    // A store that is being written gains chunks, and they are shown.
    fs::write(written.0.join("x/1.0.1"), half(2..4)).expect("a chunk");
    assert_eq!(read(x, 1), counted(1));
}

#[test]
fn zero_is_a_value_unless_numbers_are_packed() {
    // Written by whoever did not ask for a fill value; the first of the counted values is zero.
    let written = folder("zero", &store_2(&json!({"fill_value": 0.0}), |chunk| chunk));
    assert_eq!(read(find(&opened(&written), "x"), 0), counted(0));
}

#[test]
fn a_store_is_another_file_once_a_chunk_has_landed() {
    let mut objects = store_2(&json!({}), |chunk| chunk);
    let chunk = objects.remove("x/1.0.0").expect("a chunk");
    let written = folder("landing", &objects);
    let before = Mark::of(&written.0);
    std::thread::sleep(std::time::Duration::from_millis(20));
    fs::write(written.0.join("x/1.0.0"), chunk).expect("a chunk");
    assert_ne!(Mark::of(&written.0), before);
}

#[test]
fn an_array_with_broken_metadata_costs_itself_and_is_told_of() {
    let mut objects = store_2(&json!({}), |chunk| chunk);
    array_2(&mut objects, "y", &[2], &json!({}), &json!({}));
    objects.insert("y/.zarray".to_owned(), b"{".to_vec());
    let dataset = opened(&folder("broken_array", &objects));
    let [note] = dataset.notes.as_slice() else { panic!("one note: {:?}", dataset.notes) };
    assert_eq!((note.refusal, note.part.as_deref()), (Refusal::Corrupt, Some("y")));
    find(&dataset, "x");
}

#[test]
fn a_store_that_became_another_says_so() {
    let written = folder("changed", &store_2(&json!({}), |chunk| chunk));
    let dataset = opened(&written);
    fs::write(written.0.join("x/.zarray"), b"{\"shape\": [1]}").expect("metadata");
    let field = find(&dataset, "x").field(Choice::default()).expect("a field");
    let error = field.read_raw().expect_err("other metadata");
    assert!(error.to_string().contains("open it again"), "{error}");
    fs::remove_dir_all(&written.0).expect("the store");
    assert!(field.read_raw().is_err(), "what is gone was not never written");
}

#[test]
fn moments_of_numpy_are_times() {
    let mut objects = store_2(&json!({}), |chunk| chunk);
    let attributes = json!({"_ARRAY_DIMENSIONS": ["time"]});
    array_2(&mut objects, "time", &[2], &attributes, &json!({"dtype": "<M8[h]"}));
    // Hours from 1970-01-01 to 2026-11-20 12:00, and six more.
    objects.insert("time/0".to_owned(), [498_660_i64, 498_666].iter().flat_map(|n| n.to_le_bytes()).collect());
    let dataset = kept(folder("moments", &objects));
    let valid: Vec<Option<Moment>> = find(&dataset, "x").steps.iter().map(|step| step.valid.map(|v| v.0)).collect();
    let written = kept(folder("hours", &store_2(&json!({}), |chunk| chunk)));
    let expected: Vec<Option<Moment>> = find(&written, "x").steps.iter().map(|step| step.valid.map(|v| v.0)).collect();
    assert_eq!(valid, expected);
    assert!(valid.iter().all(Option::is_some));
}

#[test]
fn steps_in_one_chunk_are_read_together() {
    let mut objects = axes_2();
    array_2(&mut objects, "x", &[2, 3, 4], &attributes_2(), &json!({"dtype": "<f4"}));
    objects.insert("x/0.0.0".to_owned(), all_singles());
    let dataset = kept(folder("together", &objects));
    let x = find(&dataset, "x");
    let fields: Vec<_> = (0..2).filter_map(|step| x.field(Choice { step, ..Choice::default() })).collect();
    fields[0].learn();
    assert_eq!(fields[0].batch(), fields[1].batch());
    check(x);
}

#[test]
fn a_folder_of_stores_and_files_lists_each_store_once() {
    let written = folder("mixed", &Objects::from([("a.txt".to_owned(), b"text".to_vec())]));
    put_all(&written.0.join("run.zarr"), &store_2(&json!({}), |chunk| chunk));
    put_all(&written.0.join("deeper/other"), &store_3(&json!({}), &[]));
    let names: Vec<String> = files_below(&written.0)
        .iter()
        .map(|path| path.strip_prefix(&written.0).expect("below").to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, ["a.txt", "deeper/other", "run.zarr"]);
    let store = written.0.join("run.zarr");
    assert_eq!(files_below(&store), [store]);
}

#[test]
fn a_compression_that_is_not_read_is_named() {
    let lzma = store_2(&json!({"compressor": {"id": "lzma"}}), |chunk| chunk);
    let dataset = kept(folder("lzma", &lzma));
    let found: Result<Array2<f64>, _> = find(&dataset, "x").field(Choice::default()).expect("a field").read_raw();
    let error = found.expect_err("unknown");
    assert_eq!((error.refusal, error.part.as_deref()), (Refusal::Unsupported, Some("x")));
    assert!(error.to_string().contains("lzma"), "{error}");
    assert_eq!(dataset.notes.len(), 1);
}

#[test]
fn a_step_whose_chunks_have_not_come_is_not_there_yet() {
    // The metadata stand first; then come the chunks, one step after another.
    for keys in ["{}.0.0", "{}/0/0"] {
        let mut objects = axes_2();
        let separator = if keys.contains('/') { "/" } else { "." };
        let more = json!({"dtype": "<f4", "chunks": [1, 3, 4], "dimension_separator": separator, "fill_value": "NaN"});
        array_2(&mut objects, "x", &[2, 3, 4], &attributes_2(), &more);
        let zero = json!({"dtype": "<f4", "chunks": [1, 3, 4], "fill_value": 0.0});
        array_2(&mut objects, "y", &[2, 3, 4], &attributes_2(), &zero);
        objects.insert(format!("x/{}", keys.replace("{}", "0")), singles([7.0; 12]));
        let store = folder(&format!("arriving-{}", separator.len() + keys.len()), &objects);
        let step = |name: &str, step: usize| {
            let dataset = opened(&store);
            let variable = find(&dataset, name);
            variable
                .field(Choice { step, ..Choice::default() })
                .map(|field| field.read_raw().expect("it decodes")[[0, 0]])
        };
        assert_eq!((step("x", 0), step("x", 1)), (Some(7.0), None), "{keys}");
        assert_eq!(step("y", 1), Some(0.0), "a number that stands for what was not written is meant");
        put_all(&store.0, &Objects::from([(format!("x/{}", keys.replace("{}", "1")), singles([8.0; 12]))]));
        assert_eq!(step("x", 1), Some(8.0), "{keys}");
    }
}
