//! Whatever stands in a file, reading it comes back, soon and in little memory.

use std::path::Path;
use std::time::{Duration, Instant};

use millibar::source::{self, Choice};
use proptest::prelude::*;

use super::standard_file::{BitWriter, Record, StandardFile, entry};
use super::support;

/// A small file with all that the reader interprets: axes, packings, planes.
fn sample() -> Vec<u8> {
    let tag = [1, 2, 3];
    let x: Vec<f32> = (0..6).map(|n| 180.0 + n as f32).collect();
    let ranged = BitWriter::after(&[0x7ff0_000f, 4094 << 16 | 977 << 4, 0xa000_0000]).put(16, 0).put(8, 4);
    let ranged = (0..30).fold(ranged, |bits, n| bits.put(4, n % 16)).bytes();
    let head = [0, 0xefff_8605, 0x008a_0d71, 30, 4 | 1 << 4 | 3 << 7 | 16 << 10];
    let mut turbo = BitWriter::after(&head).put(3, 4);
    for n in 0..10 {
        turbo = turbo.put(16, 1000 + n);
    }
    // Four tiles of differences of five bits.
    for count in [9, 6, 3, 2] {
        turbo = (0..count).fold(turbo.put(4, 4), |bits, n| bits.put(5, n));
    }
    // All negative in one run; exponents and mantissas predicted without a difference.
    let signs = BitWriter::after(&[0, 5 | 1 << 4 | 3 << 7 | 23 << 10, 120 << 16 | 8 << 8 | 0x24, 4, 0xfe00_0000, 12]);
    let exponents = (0..10).fold(signs.put(3, 3), |bits, n| bits.put(8, n)).put(12, 0).put(1, 0).put(32, 0);
    let ieee = (0..10).fold(exponents.put(3, 5), |bits, n| bits.put(23, 1000 * n)).put(20, 0).bytes();
    let rotated = [1217, 0, 57_186, 57_184];
    let field = || Record::new("TT", 6, 5, &[0.5; 30]).on_grid(b'Z', [1, 2, 3, 0]);
    StandardFile::default()
        .with(Record::positional(">>", tag, [6, 1], &x).on_grid(b'E', rotated))
        .with(Record::positional("^^", tag, [1, 5], &x[..5]).on_grid(b'E', rotated))
        .with(field().packed(1, 4, ranged.clone()))
        .with(Record { nomvar: "GZ", ..field().packed(134, 16, turbo.bytes()) })
        .with(Record { nomvar: "ES", ..field().packed(133, 32, ieee) })
        .with(Record { nomvar: "UU", ..field().packed(65, 4, ranged).on_grid(b'L', [90, 90, 11_000, 23_000]) })
        .with(Record { nomvar: "VV", shape: [3, 5, 2], ..field().on_grid(b'N', [150, 100, 2100, 1905]) })
        .with(Record { nomvar: "WW", ..field().on_grid(b'G', [1, 0, 0, 0]) })
        .bytes()
}

/// Opens, lists, reads: refusals are an answer.
fn read_all(path: &Path) {
    if let Ok(list) = source::records(path) {
        for number in 0..list.count.min(16) {
            let _ = source::record_values(path, number);
        }
    }
    let Ok(dataset) = source::open(path) else { return };
    for variable in dataset.variables.iter().take(16) {
        let Some(field) = variable.field(Choice::default()) else { continue };
        if let Ok(values) = field.read_raw() {
            assert_eq!(values.dim(), (variable.grid.ny, variable.grid.nx));
        }
        let _ = variable.grid.position(0, 0);
        if variable.grid.ny.saturating_mul(variable.grid.nx) < 10_000 {
            let _ = variable.grid.nearest(-115.0, 51.0);
        }
    }
}

#[test]
fn the_file_that_is_mutated_is_whole_itself() {
    let path = support::write(&support::folder("hostile_whole"), "whole", &sample());
    let dataset = source::open(&path).expect("opens");
    assert!(dataset.notes.is_empty(), "{:?}", dataset.notes);
    for variable in &dataset.variables {
        let field = variable.field(Choice::default()).expect("a field");
        assert!(field.read_raw().is_ok(), "{}", variable.id);
    }
    assert_eq!(dataset.variables.len(), 7);
}

/// Bytes to be changed: the header, the directory's first entries, or anything at all.
fn change() -> impl Strategy<Value = (usize, u8)> {
    let place = prop_oneof![0..240_usize, entry(0)..entry(8), 18_672..25_000_usize];
    (place, any::<u8>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_file_is_read_or_refused(
        changes in prop::collection::vec(change(), 1..6),
        kept in prop::option::weighted(0.2, 0.0..1.0_f64),
    ) {
        let mut bytes = sample();
        for (at, value) in changes {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        if let Some(kept) = kept {
            bytes.truncate((bytes.len() as f64 * kept) as usize);
        }
        let path = support::write(&support::folder("hostile_changed"), "changed", &bytes);
        let start = Instant::now();
        read_all(&path);
        prop_assert!(start.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn pages_that_lead_in_a_circle_end() {
    let mut bytes = sample();
    // The next page of the only page is the page itself.
    bytes[208 + 16..208 + 20].copy_from_slice(&27_u32.to_be_bytes());
    let path = support::write(&support::folder("hostile_circle"), "circle", &bytes);
    let dataset = source::open(&path).expect("its records can be read");
    let notes: Vec<String> = dataset.notes.iter().map(ToString::to_string).collect();
    assert!(notes.iter().any(|note| note.contains("points back")), "{notes:?}");
}
