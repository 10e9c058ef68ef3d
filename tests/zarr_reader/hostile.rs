//! Stores that are none, broken, or traps.

use std::time::{Duration, Instant};

use millibar::source::{Choice, Refusal, open};
use serde_json::{Value, json};

use super::writing::{
    Objects, Written, archive, array_2, array_3, attributes_2, axes_2, axes_3, find, folder, kept, path, put_all,
    singles, text,
};

fn refusal(written: &Written) -> Option<Refusal> {
    open(&written.0).err().map(|error| error.refusal)
}

fn plain() -> Objects {
    let mut objects = axes_2();
    array_2(&mut objects, "x", &[2, 3, 4], &attributes_2(), &json!({"dtype": "<f4", "chunks": [1, 3, 4]}));
    objects.extend((0..2).map(|step| (format!("x/{step}.0.0"), singles([step as f32; 12]))));
    objects
}

#[test]
fn what_is_no_store_is_refused_with_its_class() {
    let no_data = archive("other.zip", &Objects::from([("run.nc".to_owned(), b"CDF\x01".to_vec())]), false);
    assert_eq!(refusal(&no_data), Some(Refusal::NotData));
    let broken = Written(path("broken.zip"));
    std::fs::write(&broken.0, b"PK\x03\x04 and nothing more").expect("a new file");
    assert_eq!(refusal(&broken), Some(Refusal::Corrupt));
    let group = json!({"zarr_format": 2});
    let empty = folder("empty", &Objects::from([(".zgroup".to_owned(), text(&group))]));
    assert_eq!(refusal(&empty), Some(Refusal::NoGrid));
    let nonsense = folder("nonsense", &Objects::from([("zarr.json".to_owned(), b"{\"a".to_vec())]));
    assert_eq!(refusal(&nonsense), Some(Refusal::Corrupt));
}

#[test]
fn keys_that_leave_the_store_are_never_followed() {
    let outer = folder("leaving", &Objects::new());
    put_all(&outer.0.join("outside"), &plain());
    let mut inside = plain();
    let copy = |key: &str| serde_json::from_slice::<Value>(&plain()[key]).expect("JSON");
    let mut metadata = serde_json::Map::new();
    for key in plain().keys().filter(|key| key.contains(".z")) {
        metadata.insert(key.clone(), copy(key));
    }
    for away in ["../outside/x", "/x", "a/../../outside/x", "..", "a//x", "a\\x"] {
        metadata.insert(format!("{away}/.zarray"), copy("x/.zarray"));
        metadata.insert(format!("{away}/.zattrs"), copy("x/.zattrs"));
    }
    inside.insert(".zmetadata".to_owned(), text(&json!({"metadata": metadata})));
    put_all(&outer.0.join("store"), &inside);
    let dataset = open(&outer.0.join("store")).expect("a store");
    assert_eq!(dataset.variables.iter().map(|x| x.id.as_str()).collect::<Vec<_>>(), ["x"]);
}

#[test]
fn sizes_are_believed_only_as_far_as_chunks_bear_them_out() {
    let begin = Instant::now();
    let huge = 1_u64 << 40;
    for (shape, chunks) in [
        (json!([2, 3, 4]), json!([huge, huge, 4])),
        (json!([huge, huge, huge]), json!([1, 3, 4])),
        (json!([2, 3, 4]), json!([0, 3, 4])),
        (json!([2, 3, 4]), json!([1 << 20, 1 << 20, 4])),
        (json!([2, 3, 4]), json!([1, 3])),
        (json!([2, -3, 4]), json!([1, 3, 4])),
    ] {
        let mut objects = plain();
        array_2(&mut objects, "x", &[], &attributes_2(), &json!({"dtype": "<f4", "shape": shape, "chunks": chunks}));
        assert_eq!(refusal(&folder("sizes", &objects)), Some(Refusal::Corrupt), "{shape} in {chunks}");
    }
    // A plane of a gigabyte, and axes to go with it, of which not a byte is stored.
    let mut objects = axes_3();
    for (name, units) in [("lat", "degrees_north"), ("lon", "degrees_east")] {
        array_3(&mut objects, name, &[16_384], &[name], &json!({"units": units}), &json!({}));
        objects.remove(&format!("{name}/c/0"));
    }
    array_3(
        &mut objects,
        "x",
        &[16_384, 16_384],
        &["lat", "lon"],
        &json!({}),
        &json!({
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [16, 16]}},
        }),
    );
    assert_eq!(refusal(&folder("unwritten_plane", &objects)), Some(Refusal::NoGrid));
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[test]
fn a_chunk_of_another_size_is_refused_and_its_neighbours_are_read() {
    for bytes in [singles([1.0; 11]), singles([1.0; 13]), Vec::new()] {
        let mut objects = plain();
        objects.insert("x/1.0.0".to_owned(), bytes);
        let dataset = kept(folder("chunk_size", &objects));
        let x = find(&dataset, "x");
        let field = |step| x.field(Choice { step, ..Choice::default() }).expect("a step");
        assert!(field(0).read_raw().is_ok());
        let error = field(1).read_raw().expect_err("not a chunk");
        assert_eq!((error.refusal, error.part.as_deref()), (Refusal::Corrupt, Some("x")));
        assert!(error.to_string().contains("1.0.0"), "{error}");
    }
}

#[test]
fn flipped_bytes_never_bring_the_reader_down() {
    let whole = archive("flipped.zip", &plain(), true);
    let bytes = std::fs::read(&whole.0).expect("the archive");
    let broken = Written(path("flipped_broken.zip"));
    let begin = Instant::now();
    for at in (0..bytes.len()).step_by(7) {
        let mut copy = bytes.clone();
        copy[at] ^= 0xff;
        std::fs::write(&broken.0, &copy).expect("a new file");
        let Ok(dataset) = open(&broken.0) else { continue };
        for field in dataset.variables.iter().filter_map(|x| x.field(Choice::default())) {
            // What it finds does not matter, only that it comes to an end.
            let _ = field.read_raw();
        }
    }
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
}
