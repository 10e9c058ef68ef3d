//! Files that are none, or broken: each is refused with its class, and quickly.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use millibar::source::{Choice, Dataset, Refusal, open};
use netcdf::{FileMut, Options};

use super::writing::{Written, axis, counting, path, small_grid, write, write_as};

fn refusal(path: &Path) -> Option<Refusal> {
    open(path).err().map(|error| error.refusal)
}

fn small_file(name: &str) -> Written {
    write(name, |file| {
        small_grid(file);
        axis(file, "time", &[0.0, 6.0], &[("units", "hours since 2026-11-20")]);
        let mut x = file.add_variable::<i16>("x", &["time", "lat", "lon"]).expect("x");
        x.set_chunking(&[1, 2, 3]).expect("chunks");
        x.set_compression(4, true).expect("compression");
        x.put_values(&(0..24).collect::<Vec<i16>>(), ..).expect("values");
        counting(file, "y", &["lat", "lon"], &[("standard_name", "air_temperature"), ("units", "K")]);
    })
}

/// Opens a file and reads all of its fields. What it finds does not matter, only that it comes to an end.
fn read_everything(path: &Path) {
    let Ok(dataset) = open(path) else { return };
    for variable in &dataset.variables {
        for step in 0..variable.steps.len().clamp(1, 4) {
            if let Some(field) = variable.field(Choice { step, ..Choice::default() }) {
                let _ = field.read_raw();
            }
        }
    }
}

#[test]
fn what_is_no_data_is_refused_with_its_class() {
    let written = Written(path("not_data"));
    assert_eq!(refusal(&written.0), Some(Refusal::NotFound));
    for (bytes, expected) in [
        (&b""[..], Refusal::Empty),
        (b"<!DOCTYPE html><html>404</html>", Refusal::NotData),
        (b"\x89PNG\r\n\x1a\n", Refusal::NotData),
        (b"C", Refusal::NotData),
        (b"CDF\x01", Refusal::Corrupt),
        (b"\x89HDF\r\n\x1a\n", Refusal::Corrupt),
        (b"GRIB\0\0\0\x02 and so on 7777", Refusal::Corrupt),
    ] {
        fs::write(&written.0, bytes).expect("a new file");
        assert_eq!(refusal(&written.0), Some(expected), "{bytes:?}");
    }
    assert_eq!(refusal(Path::new(env!("CARGO_TARGET_TMPDIR"))), Some(Refusal::NotData));
}

#[test]
fn a_file_without_a_grid_says_so() {
    let written = write("series", |file| axis(file, "time", &[0.0, 1.0], &[("units", "hours since 2026-11-20")]));
    assert_eq!(refusal(&written.0), Some(Refusal::NoGrid));
}

#[test]
fn a_cut_file_never_brings_the_reader_down() {
    let whole = small_file("cut");
    let bytes = fs::read(&whole.0).expect("the file");
    let cut = Written(path("cut_part"));
    let begin = Instant::now();
    for length in (0..bytes.len()).step_by(97) {
        fs::write(&cut.0, &bytes[..length]).expect("a new file");
        assert!(open(&cut.0).is_err(), "cut at {length} of {}", bytes.len());
    }
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[test]
fn flipped_bytes_never_bring_the_reader_down() {
    let classic = |file: &mut FileMut| {
        small_grid(file);
        counting(file, "y", &["lat", "lon"], &[("units", "K")]);
    };
    for (name, whole) in [("flip_4", small_file("flip_4")), ("flip_3", write_as("flip_3", Options::empty(), classic))] {
        let bytes = fs::read(&whole.0).expect("the file");
        let broken = Written(path(&format!("{name}_broken")));
        let begin = Instant::now();
        for at in (0..bytes.len()).step_by(31) {
            let mut copy = bytes.clone();
            copy[at] ^= 0xff;
            fs::write(&broken.0, &copy).expect("a new file");
            read_everything(&broken.0);
        }
        assert!(begin.elapsed() < Duration::from_secs(30), "{name}: {:?}", begin.elapsed());
    }
}

#[test]
fn a_damaged_chunk_is_refused_and_its_neighbours_are_read() {
    let written = small_file("damaged");
    let mut bytes = fs::read(&written.0).expect("the file");
    // The zlib streams of the small chunks: the last of them belongs to the last step.
    let streams: Vec<usize> = (0..bytes.len() - 1).filter(|&at| bytes[at..].starts_with(&[0x78, 0x5e])).collect();
    let last = *streams.last().expect("compressed chunks");
    bytes[last + 3] ^= 0xff;
    bytes[last + 4] ^= 0xff;
    let sound = open(&written.0).expect("a sound file");
    fs::write(&written.0, &bytes).expect("the file");
    let read = |file: &Dataset, step: usize| {
        let x = file.variables.iter().find(|variable| variable.id == "x").expect("x");
        x.field(Choice { step, ..Choice::default() }).expect("a step").read_raw()
    };
    let changed = read(&sound, 0).expect_err("written since it was opened");
    assert!(changed.to_string().contains("open it again"), "{changed}");
    let damaged = open(&written.0).expect("sound headers");
    assert!(read(&damaged, 0).is_ok());
    let error = read(&damaged, 1).expect_err("a broken stream");
    assert_eq!((error.refusal, error.part.as_deref()), (Refusal::Corrupt, Some("x")));
}
