//! Where points lie: the positions are those that the centre's library (librmn 19.5, ezscint) gives for the same numbers.

use std::path::PathBuf;

use millibar::grid::{Geometry, Grid};
use millibar::source;

use super::standard_file::{Record, StandardFile};
use super::{opened, support, variable, written};

/// librmn computes in 32 bits.
const TOLERANCE: f64 = 7e-5;

fn field(ni: u32, nj: u32, grtyp: u8, ig: [u32; 4]) -> Record {
    Record::new("TT", ni, nj, &vec![0.0; (ni * nj) as usize]).on_grid(grtyp, ig)
}

fn numbers(first: i32, count: i32) -> Vec<f32> {
    (first..first + count).map(|n| n as f32).collect()
}

fn lies_at(grid: &Grid, (j, i): (usize, usize), (lat, lon): (f64, f64), tolerance: f64) {
    let (x, y) = grid.position(j, i).expect("a position");
    let apart = (y - lat).abs().max(((x - lon + 540.0).rem_euclid(360.0) - 180.0).abs() * lat.to_radians().cos());
    assert!(apart < tolerance, "point {j}, {i} lies at {y}, {x} and not at {lat}, {lon}");
}

/// Points by row and column, with their latitude and longitude.
type Known<'a> = &'a [((usize, usize), (f64, f64))];

fn check(test: &str, file: &StandardFile, known: Known) {
    let dataset = opened(&written(test, "file", file));
    assert!(!dataset.unplaced && dataset.notes.is_empty(), "{:?}", dataset.notes);
    for &(point, place) in known {
        lies_at(&variable(&dataset, "TT").grid, point, place, TOLERANCE);
    }
}

#[test]
fn grids_that_describe_themselves_lie_where_librmn_has_them() {
    let cases: [(&str, Record, Known); 9] = [
        ("l", field(90, 56, b'L', [90, 90, 11_000, 23_000]), &[((0, 0), (20.0, 230.0)), ((55, 89), (69.5, 310.1))]),
        ("a_north", field(16, 9, b'A', [1, 0, 0, 0]), &[((0, 0), (5.0, 0.0)), ((8, 15), (85.0, 337.5))]),
        ("b", field(16, 9, b'B', [0, 0, 0, 0]), &[((0, 0), (-90.0, 0.0)), ((4, 15), (0.0, 360.0))]),
        ("g", field(24, 12, b'G', [0, 0, 0, 0]), &[((0, 0), (-78.980_04, 0.0)), ((11, 0), (78.980_04, 0.0))]),
        ("g_north", field(24, 12, b'G', [1, 0, 0, 0]), &[((0, 0), (3.672_706_6, 0.0))]),
        ("g_down", field(24, 12, b'G', [0, 1, 0, 0]), &[((0, 0), (78.980_04, 0.0))]),
        (
            "n",
            field(19, 13, b'N', [150, 1110, 2076, 51_728]),
            &[((0, 0), (61.697_49, 22.808_289)), ((0, 18), (61.510_79, 27.938_32)), ((12, 18), (63.133_75, 28.377_08))],
        ),
        (
            "s",
            field(19, 13, b'S', [250, 900, 24_998, 48_072]),
            &[((0, 0), (-78.145_02, 274.644_62)), ((12, 18), (-81.563_92, 297.138_92))],
        ),
        (
            "e",
            field(25, 16, b'E', [1300, 0, 43_200, 43_200]),
            &[((0, 0), (-55.625, 180.0)), ((1, 5), (-51.384_55, 153.302_28)), ((15, 24), (44.375_01, 0.0))],
        ),
    ];
    for (name, record, known) in cases {
        check(&format!("grid_{name}"), &StandardFile::default().with(record), known);
    }
}

/// Axes on the rotated grid of the samples: 31 columns from 150 on, 21 rows from -20 on.
fn rotated_axes(ip: [u32; 3]) -> [Record; 2] {
    let ig = [1217, 0, 57_186, 57_184];
    let x = Record::positional(">>", ip, [31, 1], &numbers(150, 31)).on_grid(b'E', ig);
    let y = Record::positional("^^", ip, [1, 21], &numbers(-20, 21)).on_grid(b'E', ig);
    [x, y]
}

const ON_ROTATED: Known<'static> =
    &[((0, 0), (7.897_079_5, 239.083_31)), ((0, 30), (11.75, 267.400_02)), ((20, 30), (31.75, 267.400_02))];

fn rotated_field() -> Record {
    field(31, 21, b'Z', [81_234, 24_321, 11, 0])
}

#[test]
fn axes_are_found_among_several_by_their_numbers() {
    let [other_x, other_y] = rotated_axes([81_234, 24_321, 12]);
    let [x, y] = rotated_axes([81_234, 24_321, 11]);
    let moved = Record { data: numbers(0, 31).iter().flat_map(|value| value.to_be_bytes()).collect(), ..other_x };
    let file = StandardFile::default().with(moved).with(other_y).with(x).with(y).with(rotated_field());
    check("axes_in_file", &file, ON_ROTATED);
}

#[test]
fn a_tile_is_a_part_of_the_axes() {
    let [x, y] = rotated_axes([81_234, 24_321, 0]);
    // From column 31 and row 1 on, counted from 1.
    let file = StandardFile::default().with(x).with(y).with(field(1, 21, b'#', [81_234, 24_321, 31, 1]));
    check("tile", &file, &[((0, 0), (11.75, 267.400_02)), ((20, 0), (31.75, 267.400_02))]);
}

#[test]
fn axes_may_count_the_steps_of_a_polar_or_a_regular_grid() {
    let polar = [150, 100, 2100, 1905];
    let columns: Vec<f32> = (0..12).map(|n| (1 + 2 * n) as f32).collect();
    let rows: Vec<f32> = (0..10).map(|n| 1.0 + 1.5 * n as f32).collect();
    let file = StandardFile::default()
        .with(Record::positional(">>", [7, 8, 9], [12, 1], &columns).on_grid(b'N', polar))
        .with(Record::positional("^^", [7, 8, 9], [1, 10], &rows).on_grid(b'N', polar))
        .with(field(12, 10, b'Z', [7, 8, 9, 0]));
    check("axes_polar", &file, &[((0, 0), (60.134_468, 216.264_77)), ((9, 11), (66.448_906, 336.797_39))]);
    // South corner -10, west corner 200, half a degree by a quarter.
    let regular = [50, 25, 8000, 20_000];
    let file = StandardFile::default()
        .with(Record::positional(">>", [4, 5, 6], [3, 1], &[0.0, 4.0, 10.0]).on_grid(b'L', regular))
        .with(Record::positional("^^", [4, 5, 6], [1, 2], &[0.0, 8.0]).on_grid(b'L', regular))
        .with(field(3, 2, b'Z', [4, 5, 6, 0]));
    check("axes_regular", &file, &[((0, 0), (-10.0, 200.0)), ((1, 1), (-6.0, 201.0)), ((1, 2), (-6.0, 202.5))]);
}

#[test]
fn axes_are_looked_for_in_the_file_then_among_the_open_ones_then_in_the_folder() {
    let [x, y] = rotated_axes([81_234, 24_321, 11]);
    let axes = StandardFile::default().with(x).with(y).bytes();
    let fields = StandardFile::default().with(rotated_field()).bytes();
    let folder = support::folder("axes_elsewhere");
    let alone = support::write(&folder, "2025011500_006", &fields);
    let dataset = opened(&alone);
    assert!(dataset.unplaced);
    assert_eq!(variable(&dataset, "TT").grid.geometry, Geometry::Unplaced);
    assert!(dataset.notes[0].to_string().contains("Positional records not found"), "{}", dataset.notes[0]);
    assert_eq!(
        variable(&dataset, "TT").field(source::Choice::default()).map(|field| field.read_raw().is_ok()),
        Some(true)
    );

    let elsewhere = support::write(&support::folder("axes_among_open"), "axes", &axes);
    let is_placed = |others: &[PathBuf]| {
        let dataset = source::open_among(&alone, others).expect("opens");
        if !dataset.unplaced {
            lies_at(&variable(&dataset, "TT").grid, (0, 0), (7.897_079_5, 239.083_31), TOLERANCE);
        }
        !dataset.unplaced
    };
    assert!(!is_placed(std::slice::from_ref(&alone)));
    assert!(is_placed(&[alone.clone(), elsewhere]));
    support::write(&folder, "2025011500_000", b"not a standard file at all");
    support::write(&folder, "tictac", &axes);
    assert!(is_placed(&[]));
}

#[test]
fn loose_points_and_curvilinear_grids_have_a_position_each() {
    let lon = [10.0, 20.0, 30.0, 12.0, 22.0, 32.0];
    let lat = [50.0, 51.0, 52.0, 60.0, 61.0, 62.0];
    for (test, grtyp, shape) in
        [("curvilinear", b'Y', [3, 2]), ("ocean", b'O', [3, 2]), ("any", b'X', [3, 2]), ("loose", b'Y', [6, 1])]
    {
        let unit = [100, 100, 9000, 0];
        let file = StandardFile::default()
            .with(Record::positional(">>", [21, 22, 23], shape, &lon).on_grid(b'L', unit))
            .with(Record::positional("^^", [21, 22, 23], shape, &lat).on_grid(b'L', unit))
            .with(field(shape[0], shape[1], grtyp, [21, 22, 23, 0]));
        let place = if shape[1] == 1 { (0, 4) } else { (1, 1) };
        check(test, &file, &[((0, 0), (50.0, 10.0)), (place, (61.0, 22.0))]);
    }
}

#[test]
fn yin_and_yang_are_two_rotated_grids_one_above_the_other() {
    // The angles and the corner of the samples; two columns and rows of each half.
    let mut both = vec![70.0, 1.0, 2.0, 1.0, 1.0];
    both.extend([2.0, 2.0, 43.0, 317.0, -47.0, 47.0, 31.76, 267.4, 0.0, 357.4, 43.0, 317.0, -47.0, 47.0]);
    both.extend([2.0, 2.0, 43.0, 317.0, -47.0, 47.0, 0.0, 177.4, 31.76, 267.4, 43.0, 317.0, -47.0, 47.0]);
    let count = both.len() as u32;
    let file = StandardFile::default()
        .with(Record::positional("^>", [47, 81, 0], [count, 1], &both).on_grid(b'F', [1, 0, 0, 0]))
        .with(field(2, 4, b'U', [47, 81, 0, 0]));
    let dataset = opened(&written("yin_yang", "file", &file));
    let grid = &variable(&dataset, "TT").grid;
    assert!(matches!(&grid.geometry, Geometry::Stacked(grids) if grids.len() == 2), "{grid:?}");
    // librmn rounds these angles to a fortieth of a degree.
    lies_at(grid, (0, 0), (-62.174_63, 172.571_29), 0.01);
    lies_at(grid, (0, 1), (-62.174_63, 2.228_696), 0.01);
}

#[test]
fn what_makes_no_map_is_listed_all_the_same() {
    let file = StandardFile::default()
        .with(field(3, 2, b'X', [0; 4]))
        .with(Record { nomvar: "SP", ..field(3, 2, b'T', [1, 2, 3, 4]) })
        .with(Record { nomvar: "PS", ..field(3, 2, b'N', [0; 4]) });
    let dataset = opened(&written("no_map", "file", &file));
    assert_eq!(dataset.variables.len(), 3);
    assert!(dataset.variables.iter().all(|variable| variable.grid.geometry == Geometry::Unplaced));
    assert!(!dataset.unplaced, "nothing that another file could have");
}
