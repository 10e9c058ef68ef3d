//! Whole files, made by hand from bytes: what is read of them, and what is said where something is wrong.

use std::path::PathBuf;

use super::*;
use crate::grid::Geometry;
use crate::source::{Choice, Dataset, Variable};

/// A file in the temporary folder that goes when it is dropped.
struct Written(PathBuf);

impl Written {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("millibar-grib-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).expect("the temporary folder can be written to");
        Self(path)
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

fn section(number: u8, contents: &[u8]) -> Vec<u8> {
    let length = u32::try_from(contents.len() + 5).expect("short");
    [&length.to_be_bytes()[..], &[number], contents].concat()
}

/// Sections between the indicator and the closing `7777`.
fn message_2(sections: &[Vec<u8>]) -> Vec<u8> {
    let body = sections.concat();
    let length = (body.len() + 20) as u64;
    [b"GRIB\0\0\0\x02".as_slice(), &length.to_be_bytes(), &body, b"7777"].concat()
}

/// NCEP, 2026-11-20 12 UTC.
fn identification() -> Vec<u8> {
    section(1, &[0, 7, 0, 0, 2, 1, 1, 0x07, 0xea, 11, 20, 12, 0, 0, 0, 1])
}

/// Three columns from 10°E, two rows from 60°N, ten degrees apart.
fn grid(scan: u8) -> Vec<u8> {
    let mut octets = vec![0];
    octets.extend(6_u32.to_be_bytes());
    octets.extend([0, 0, 0, 0, 6]);
    octets.extend([0xff; 15]);
    octets.extend([3_u32, 2, 0, u32::MAX, 60_000_000, 10_000_000].map(u32::to_be_bytes).concat());
    octets.push(0x30);
    octets.extend([50_000_000_u32, 30_000_000, 10_000_000, 10_000_000].map(u32::to_be_bytes).concat());
    octets.push(scan);
    section(3, &octets)
}

/// Template 4.0: category, number, hours, type of surface and its number.
fn product(category: u8, number: u8, hours: u32, surface: u8, value: u32) -> Vec<u8> {
    let mut octets = vec![0, 0, 0, 0, category, number, 2, 0, 96, 0, 0, 0, 1];
    octets.extend(hours.to_be_bytes());
    octets.extend([surface, 0]);
    octets.extend(value.to_be_bytes());
    octets.extend([255, 0, 0, 0, 0, 0]);
    section(4, &octets)
}

/// Template 5.0: reference 1, scales of 2 and 10 raised to 1, eight bits: a number x stands for (1 + 2 x) / 10.
fn simple() -> Vec<u8> {
    let mut octets = 6_u32.to_be_bytes().to_vec();
    octets.extend([0, 0]);
    octets.extend(1_f32.to_be_bytes());
    octets.extend([0, 1, 0, 1, 8, 0]);
    section(5, &octets)
}

fn whole(category: u8, number: u8, hours: u32, pascals: u32) -> Vec<u8> {
    message_2(&[
        identification(),
        grid(0),
        product(category, number, hours, 100, pascals),
        simple(),
        section(6, &[255]),
        section(7, &[0, 1, 2, 3, 4, 5]),
    ])
}

fn read(name: &str, bytes: &[u8]) -> Result<Dataset, SourceError> {
    open(&Written::new(name, bytes).0, &[])
}

fn values(variable: &Variable) -> Vec<f64> {
    let field = variable.field(Choice::default()).expect("a field");
    field.read_raw().expect("it decodes").into_iter().collect()
}

#[test]
fn a_message_says_what_where_and_when() {
    let file = Written::new("plain", &whole(1, 1, 6, 50_000));
    let dataset = open(&file.0, &[]).expect("it opens");
    assert_eq!((dataset.format, dataset.notes.len()), ("grib2", 0));
    assert_eq!(dataset.attributes, [("model_name".to_owned(), "GFS".to_owned())]);
    let [humidity] = dataset.variables.as_slice() else { panic!("one variable") };
    assert_eq!((humidity.id.as_str(), humidity.units.as_deref()), ("r", Some("%")));
    let step = humidity.steps[0];
    assert_eq!(step.run.map(|run| run.0.iso()).as_deref(), Some("2026-11-20T12:00:00Z"));
    assert_eq!(step.valid.map(|valid| valid.0.iso()).as_deref(), Some("2026-11-20T18:00:00Z"));
    assert_eq!(humidity.levels.as_ref().map(|axis| axis.values.clone()), Some(vec![50_000.0]));
    let Geometry::LatLon { lat, lon } = &humidity.grid.geometry else { panic!("rows and columns") };
    assert_eq!((lat.as_slice(), lon.as_slice()), ([60.0, 50.0].as_slice(), [10.0, 20.0, 30.0].as_slice()));
    let expected = [0.1, 0.3, 0.5, 0.7, 0.9, 1.1];
    assert!(values(humidity).iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12));
}

#[test]
fn bulletins_padding_and_a_cut_last_message_cost_nothing_else() {
    let last = whole(3, 5, 12, 50_000);
    let file = [
        b"SDCA01 KWBC 201200\r\r\n".as_slice(),
        &whole(1, 1, 6, 50_000),
        &[0; 300],
        b"the word GRIB in a text",
        &whole(3, 5, 6, 50_000),
        &last[..last.len() - 9],
    ]
    .concat();
    let dataset = read("cut", &file).expect("it opens");
    let ids: Vec<&str> = dataset.variables.iter().map(|variable| variable.id.as_str()).collect();
    assert_eq!(ids, ["r", "gh"]);
    assert_eq!(dataset.variables[1].steps.len(), 1);
    let [note] = dataset.notes.as_slice() else { panic!("one note: {:?}", dataset.notes) };
    assert_eq!(note.refusal, Refusal::Corrupt);
}

#[test]
fn sections_that_are_repeated_make_fields_of_their_own() {
    let bitmap = section(6, &[0, 0b1010_1000]);
    let message = message_2(&[
        identification(),
        grid(0),
        product(2, 2, 6, 103, 10),
        simple(),
        bitmap,
        section(7, &[0, 1, 2]),
        product(2, 3, 6, 103, 10),
        simple(),
        section(6, &[254]),
        section(7, &[5, 6, 7]),
    ]);
    let file = Written::new("repeated", &message);
    let dataset = open(&file.0, &[]).expect("it opens");
    let [u, v] = dataset.variables.as_slice() else { panic!("two variables") };
    assert!(Arc::ptr_eq(&u.grid, &v.grid));
    for (variable, first) in [(u, 0.1), (v, 1.1)] {
        let found = values(variable);
        assert!((found[0] - first).abs() < 1e-12 && (found[2] - first - 0.2).abs() < 1e-12);
        assert!(found[1].is_nan() && found[3].is_nan() && found[5].is_nan());
    }
}

#[test]
fn rows_that_go_back_and_forth_are_read_in_one_direction() {
    let message = message_2(&[
        identification(),
        grid(0x10),
        product(0, 0, 0, 1, 0),
        simple(),
        section(6, &[255]),
        section(7, &[0, 1, 2, 3, 4, 5]),
    ]);
    let file = Written::new("forth", &message);
    let dataset = open(&file.0, &[]).expect("it opens");
    let found = values(&dataset.variables[0]);
    assert!((found[3] - 1.1).abs() < 1e-12 && (found[5] - 0.7).abs() < 1e-12);
}

#[test]
fn spectral_coefficients_are_refused_by_name() {
    let mut packing = 6_u32.to_be_bytes().to_vec();
    packing.extend([0, 50]);
    packing.extend([0; 10]);
    let message = message_2(&[
        identification(),
        grid(0),
        product(0, 0, 0, 105, 1),
        section(5, &packing),
        section(6, &[255]),
        section(7, &[0; 8]),
    ]);
    let refused = read("spectral", &message).expect_err("no grid");
    assert_eq!(refused.refusal, Refusal::Unsupported);
    assert!(refused.to_string().contains("spectral"), "{refused}");
}

#[test]
fn layers_and_levels_are_not_confused() {
    let layer = |bottom: u32| {
        let mut product = product(0, 0, 6, 106, 0);
        let end = product.len();
        product[end - 6..end - 4].copy_from_slice(&[106, 2]);
        product[end - 4..].copy_from_slice(&bottom.to_be_bytes());
        let rest = [simple(), section(6, &[255]), section(7, &[0; 6])];
        message_2(&[&[identification(), grid(0), product], rest.as_slice()].concat())
    };
    let dataset = read("layers", &[layer(10), layer(100)].concat()).expect("it opens");
    let [t] = dataset.variables.as_slice() else { panic!("one variable") };
    let axis = t.levels.as_ref().expect("it has levels");
    assert_eq!([axis.bounds(0), axis.bounds(1)], [Some((0.0, Some(0.1))), Some((0.0, Some(1.0)))]);
    let field = |level| t.field(Choice { level, ..Choice::default() });
    assert!(field(0).is_some() && field(1).is_some() && field(2).is_none());
}

/// A message of edition 1 on the same grid: ECMWF's geopotential at 500 hPa, a range of hours.
fn message_1(indicator: u8) -> Vec<u8> {
    let product = [
        0, 0, 28, 128, 98, 145, 255, 0x80, 129, 100, 0x01, 0xf4, 26, 11, 20, 12, 0, 1, 6, 12, indicator, 0, 0, 0, 21,
        0, 0, 0,
    ];
    let mut grid = vec![0, 0, 32, 0, 255, 0, 0, 3, 0, 2];
    grid.extend([0x00, 0xea, 0x60, 0x00, 0x27, 0x10, 0x80, 0x00, 0xc3, 0x50, 0x00, 0x75, 0x30]);
    grid.extend([0x27, 0x10, 0x27, 0x10, 0, 0, 0, 0, 0]);
    // Reference 1 (IBM 0x41100000), binary scale -1, eight bits.
    let data = [0, 0, 18, 0x08, 0x80, 0x01, 0x41, 0x10, 0, 0, 8, 0, 2, 4, 6, 8, 10, 0];
    let body = [product.as_slice(), &grid, &data].concat();
    let length = u32::try_from(body.len() + 12).expect("short").to_be_bytes();
    [b"GRIB".as_slice(), &length[1..], &[1], &body, b"7777"].concat()
}

#[test]
fn edition_1_says_the_same_in_its_own_octets() {
    let file = Written::new("first", &message_1(0));
    let dataset = open(&file.0, &[]).expect("it opens");
    let [z] = dataset.variables.as_slice() else { panic!("one variable") };
    assert_eq!((dataset.format, z.id.as_str(), z.units.as_deref()), ("grib1", "z", Some("m2 s-2")));
    assert_eq!(values(z), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(z.steps[0].lead.map(|lead| lead.hours()), Some(6.0));
    assert_eq!(z.grid.position(1, 2), Some((30.0, 50.0)));
    let sum = read("sum", &message_1(4)).expect("it opens");
    assert_eq!(sum.variables[0].steps[0].lead.map(|lead| lead.hours()), Some(12.0), "the end of the range");
    assert_eq!(sum.variables[0].grib.as_ref().map(|grib| grib.statistic.as_str()), Some("accum"));
}

#[test]
fn a_grid_that_promises_more_than_the_file_is_not_believed() {
    let mut message = whole(1, 1, 6, 50_000);
    let grid = 16 + 21;
    message[grid + 6..grid + 10].copy_from_slice(&(1_u32 << 29).to_be_bytes());
    message[grid + 30..grid + 34].copy_from_slice(&(1_u32 << 15).to_be_bytes());
    message[grid + 34..grid + 38].copy_from_slice(&(1_u32 << 14).to_be_bytes());
    let file = Written::new("promise", &message);
    let dataset = open(&file.0, &[]).expect("headers are sound");
    let field = dataset.variables[0].field(Choice::default()).expect("a field");
    assert_eq!(field.read_raw().expect_err("six bytes of data").refusal, Refusal::Corrupt);
}

#[test]
fn a_file_cut_anywhere_is_refused_or_read_and_never_more() {
    let file = [whole(1, 1, 6, 50_000), message_1(0)].concat();
    for end in 8..file.len() {
        match read("anywhere", &file[..end]) {
            Ok(dataset) => assert!(dataset.variables.len() == 1 && end >= whole(1, 1, 6, 50_000).len()),
            Err(refused) => assert_eq!(refused.refusal, Refusal::Corrupt),
        }
    }
}

/// Template 3.101: six cells of grid 26, by its mark.
fn cells(mark: u8) -> Vec<u8> {
    let mut octets = vec![0];
    octets.extend(6_u32.to_be_bytes());
    octets.extend([0, 0, 0, 101, 6, 0, 0, 26, 1]);
    octets.extend([mark; 16]);
    section(3, &octets)
}

/// Numbers x that stand for (1 + 2 x) / 10 on the cells of a grid.
fn on_cells(mark: u8, category: u8, number: u8, numbers: [u8; 6]) -> Vec<u8> {
    let data = section(7, &numbers);
    let product = product(category, number, 6, 100, 50_000);
    message_2(&[identification(), cells(mark), product, simple(), section(6, &[255]), data])
}

/// A folder of its own with some files.
fn folder(name: &str, files: &[(&str, Vec<u8>)]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("millibar-cells-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written to");
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).expect("the temporary folder can be written to");
    }
    folder
}

const LATITUDES: [u8; 6] = [0, 50, 100, 0, 50, 100];
const LONGITUDES: [u8; 6] = [200, 210, 220, 230, 240, 250];

/// Where the third cell of the first variable lies.
fn third_cell(dataset: &Dataset) -> Option<(f64, f64)> {
    let (lon, lat) = dataset.variables.first()?.grid.position(0, 2)?;
    Some(((lon * 1e6).round() / 1e6, (lat * 1e6).round() / 1e6))
}

#[test]
fn cells_lie_where_the_files_own_latitudes_and_longitudes_say() {
    let humidity = on_cells(7, 1, 1, [0, 1, 2, 3, 4, 5]);
    let all = [humidity, on_cells(7, 191, 1, LATITUDES), on_cells(7, 191, 2, LONGITUDES)].concat();
    let dataset = read("cells", &all).expect("it opens");
    assert_eq!((third_cell(&dataset), dataset.unplaced), (Some((44.1, 20.1)), false));
    assert!(dataset.notes.is_empty(), "{:?}", dataset.notes);
    let grids: Vec<_> = dataset.variables.iter().map(|variable| Arc::as_ptr(&variable.grid)).collect();
    assert!(grids.iter().all(|grid| *grid == grids[0]), "all fields share one grid");
}

#[test]
fn cells_are_looked_for_among_open_files_and_in_the_folder() {
    let (lat, lon) = (on_cells(7, 191, 1, LATITUDES), on_cells(7, 191, 2, LONGITUDES));
    let humidity = on_cells(7, 1, 1, [0, 1, 2, 3, 4, 5]);
    let alone = folder("alone", &[("rh", humidity.clone())]);
    let beside = folder("beside", &[("rh", humidity), ("clat", lat), ("clon", lon)]);
    let without = open(&alone.join("rh"), &[]).expect("it opens");
    assert!(without.unplaced && without.notes.len() == 1, "{:?}", without.notes);
    assert_eq!(values(&without.variables[0])[5], 1.1, "its values are read all the same");
    let among = open(&alone.join("rh"), &[beside.join("clon"), beside.join("clat")]).expect("it opens");
    assert_eq!(third_cell(&among), Some((44.1, 20.1)));
    let in_folder = open(&beside.join("rh"), &[]).expect("it opens");
    assert_eq!((third_cell(&in_folder), in_folder.notes.len()), (Some((44.1, 20.1)), 0));
    [alone, beside].iter().for_each(|folder| std::fs::remove_dir_all(folder).unwrap_or_default());
}

#[test]
fn the_grids_own_positions_go_before_those_of_another_with_as_many_cells() {
    let other = [on_cells(9, 191, 1, [9; 6]), on_cells(9, 191, 2, [9, 8, 7, 6, 5, 4])].concat();
    let own = [on_cells(7, 191, 1, LATITUDES), on_cells(7, 191, 2, LONGITUDES)].concat();
    let humidity = on_cells(7, 1, 1, [0, 1, 2, 3, 4, 5]);
    let both = folder("both", &[("rh", humidity.clone()), ("clat", other.clone()), ("zz", own)]);
    let found = open(&both.join("rh"), &[]).expect("it opens");
    assert_eq!((third_cell(&found), found.notes.len()), (Some((44.1, 20.1)), 0));
    let wrong = folder("wrong", &[("rh", humidity), ("clat", other)]);
    let found = open(&wrong.join("rh"), &[]).expect("it opens");
    assert_eq!(third_cell(&found), Some((1.5, 1.9)));
    assert_eq!(found.notes.len(), 1, "that the mark is another one is said");
    [both, wrong].iter().for_each(|folder| std::fs::remove_dir_all(folder).unwrap_or_default());
}

#[test]
fn a_parameter_that_is_alone_in_one_file_and_beside_another_level_in_the_next_is_found_again() {
    let near_ground =
        [identification(), grid(0), product(0, 0, 6, 103, 2), simple(), section(6, &[255]), section(7, &[0; 6])];
    let alone = read("alone", &whole(0, 0, 0, 50_000)).expect("it opens");
    let beside = read("beside", &[whole(0, 0, 6, 50_000), message_2(&near_ground)].concat()).expect("it opens");
    let names = |dataset: &Dataset| {
        let of = |variable: &Variable| (variable.id.clone(), variable.identity.clone().unwrap_or_default());
        dataset.variables.iter().map(of).collect::<Vec<_>>()
    };
    let both = |id: &str, identity: &str| (id.to_owned(), identity.to_owned());
    assert_eq!(names(&alone), [both("t", "t:pressure")]);
    let near = "t:height_above_ground";
    assert_eq!(names(&beside), [both("t:pressure", "t:pressure"), both(near, near)]);
}

#[test]
fn the_list_of_messages_tells_short_name_member_interval_and_points_as_grib_ls_does() {
    // Template 4.8: 2 m above ground, the maximum of six hours up to 18 UTC.
    let mut interval = vec![0, 0, 0, 8, 0, 0, 2, 0, 96, 0, 0, 0, 1, 0, 0, 0, 0, 103, 0, 0, 0, 0, 2, 255, 0, 0, 0, 0, 0];
    interval.extend([0x07, 0xea, 11, 20, 18, 0, 0, 1, 0, 0, 0, 0, 2, 2, 1, 0, 0, 0, 6, 255, 0, 0, 0, 0]);
    let data = section(7, &[0, 1, 2, 3, 4, 5]);
    let maximum = message_2(&[identification(), cells(3), section(4, &interval), simple(), section(6, &[255]), data]);
    let file = Written::new("listed", &[whole(0, 0, 6, 50_000), maximum].concat());
    let list = list(&file.0).expect("it is listed");
    let of = |record: usize, key: &str| {
        let entries = (list.describe)(record).map(|record| record.entries).unwrap_or_default();
        entries.into_iter().find(|(name, _)| *name == key).map(|(_, entry)| entry)
    };
    let text = |words: &str| Some(crate::source::Entry::Text(words.to_owned()));
    assert_eq!((of(0, "shortName"), of(0, "stepRange"), of(0, "levelUnits")), (text("t"), text("6"), text("Pa")));
    assert_eq!((of(1, "shortName"), of(1, "stepRange"), of(1, "levelUnits")), (text("max_2t"), text("0-6"), text("m")));
    assert_eq!((of(1, "begins"), of(1, "ends")), (text("2026-11-20T12:00:00Z"), text("2026-11-20T18:00:00Z")));
    assert_eq!(of(0, "ends"), Some(crate::source::Entry::Absent), "no interval");
    let numbers = ["points", "Ni", "Nj"].map(|key| of(1, key));
    let absent = Some(crate::source::Entry::Absent);
    assert_eq!(numbers, [Some(crate::source::Entry::Integer(6)), absent.clone(), absent]);
}

#[test]
fn of_very_many_broken_messages_the_first_are_told_and_the_others_counted() {
    // Each says that it ends one octet behind its header, and there stands no 7777.
    let broken = [b"GRIB\0\0\0\x02".as_slice(), &17_u64.to_be_bytes(), &[0]].concat();
    let file = Written::new("heap", &[whole(0, 0, 6, 50_000), broken.repeat(100_000)].concat());
    let list = list(&file.0).expect("it is listed");
    assert_eq!((list.count, list.warnings.len()), (1, 9));
    assert!(list.warnings[8].to_string().contains("99992"), "{}", list.warnings[8]);
}

fn be(number: i32) -> [u8; 4] {
    let size = number.unsigned_abs() | if number < 0 { 0x8000_0000 } else { 0 };
    size.to_be_bytes()
}

/// A message of edition 2 with as many values as its grid of `ny` rows and `nx` columns has points, all alike. `template`
/// is its number, the octets after the sizes of the grid, and those that follow.
fn on_template(number: u16, (nx, ny): (u32, u32), points: u32, octets: &[u8]) -> Vec<u8> {
    let mut grid = vec![0];
    grid.extend(points.to_be_bytes());
    grid.extend([0, 0]);
    grid.extend(number.to_be_bytes());
    grid.push(6);
    grid.extend([0xff; 15]);
    grid.extend(nx.to_be_bytes());
    grid.extend(ny.to_be_bytes());
    grid.extend(octets);
    let mut packing = points.to_be_bytes().to_vec();
    packing.extend([0, 0]);
    packing.extend(1_f32.to_be_bytes());
    packing.extend([0, 0, 0, 0, 0, 0]);
    message_2(&[
        identification(),
        section(3, &grid),
        product(1, 1, 6, 100, 50_000),
        section(5, &packing),
        section(6, &[255]),
        section(7, &[]),
    ])
}

fn lies_at(grid: &crate::grid::Grid, (j, i): (usize, usize), (lat, lon): (f64, f64)) {
    let (x, y) = grid.position(j, i).expect("it has a place");
    let apart = (y - lat).abs().max(crate::grid::wrap(x - lon).abs());
    assert!(apart < 2e-4, "{j} {i}: {y} {x}, and not {lat} {lon}");
}

fn noted(dataset: &Dataset) -> String {
    dataset.notes.iter().map(|note| note.tell(crate::text::Language::English)).collect()
}

#[test]
fn the_grid_of_the_rapid_refresh_turns_about_its_middle() {
    // As NCEP writes it: 953 columns and 834 rows of 0.121813 degrees. The corners are those of the header; the others are
    // PROJ's (ob_tran, o_lat_p=36, lon_0=254).
    let mut octets = [0_u32.to_be_bytes(), u32::MAX.to_be_bytes()].concat();
    octets.extend([be(-10_590_603), be(220_914_000)].concat());
    octets.push(56);
    octets.extend([be(54_000_000), be(254_000_000), be(121_813), be(121_813)].concat());
    octets.push(0x40);
    octets.extend([be(46_591_976), be(22_661_000)].concat());
    let dataset = read("rap", &on_template(32769, (953, 834), 953 * 834, &octets)).expect("it opens");
    let grid = &dataset.variables[0].grid;
    assert_eq!((grid.ny, grid.nx, noted(&dataset).as_str()), (834, 953, ""));
    lies_at(grid, (0, 0), (-10.590_603, 220.914));
    lies_at(grid, (833, 952), (46.591_976, 22.661));
    assert!(grid.around(254.0, 54.0).is_some(), "its middle");
    let (x, y) = grid.position(416, 476).expect("a place");
    assert!((y - 54.0).abs() < 0.08 && crate::grid::wrap(x - 254.0).abs() < 0.15, "{y} {x}");
}

/// Template 10: three columns and rows, 100 km apart at the equator, from 10 S 170 E across the date line.
fn mercator(last: (f64, f64), increment: f64) -> Vec<u8> {
    let millionths = |degrees: f64| be((degrees * 1e6).round() as i32);
    let mut octets = [millionths(-10.0), millionths(170.0)].concat();
    octets.push(0x30);
    octets.extend([millionths(0.0), millionths(last.0), millionths(last.1)].concat());
    octets.push(0x40);
    octets.extend([[0; 4], be((increment * 1e3) as i32), be((increment * 1e3) as i32)].concat());
    on_template(10, (21, 11), 231, &octets)
}

#[test]
fn a_mercator_header_that_contradicts_itself_is_placed_by_its_corners_and_told() {
    // Twenty columns of a degree on a sphere of 6371.229 km, and rows as far apart on the map.
    let step = 6_371_229.0 * 1_f64.to_radians();
    let last = {
        let stretched = |lat: f64| lat.to_radians().tan().asinh();
        let y = stretched(-10.0) + 10.0 * 1_f64.to_radians();
        (y.sinh().atan().to_degrees(), 190.0)
    };
    let sound = read("mercator", &mercator(last, step)).expect("it opens");
    assert_eq!(noted(&sound), "");
    lies_at(&sound.variables[0].grid, (10, 20), last);
    let scaled = read("scaled", &mercator(last, 0.75 * step)).expect("it opens");
    assert!(noted(&scaled).contains("190") || noted(&scaled).contains("-170"), "{}", noted(&scaled));
    lies_at(&scaled.variables[0].grid, (0, 0), (-10.0, 170.0));
    lies_at(&scaled.variables[0].grid, (10, 20), last);
    // The corner alone is wrong: its cells would be no squares.
    let astray = read("astray", &mercator((last.0 + 20.0, last.1), step)).expect("it opens");
    assert!(!noted(&astray).is_empty());
    lies_at(&astray.variables[0].grid, (10, 20), last);
}

#[test]
fn a_latitude_that_is_none_is_told_and_so_are_increments_and_counts_that_do_not_fit() {
    let mut lambert = [be(321_842_391), be(274_576_687)].concat();
    lambert.push(0x30);
    lambert.extend([be(-50_000_000), be(280_000_000), be(8_000_000), be(8_000_000)].concat());
    lambert.extend([0x80, 0x40]);
    lambert.extend([be(-50_000_000), be(-50_000_000), be(-90_000_000), be(0)].concat());
    let dataset = read("lambert", &on_template(30, (3, 2), 6, &lambert)).expect("it opens");
    assert!(noted(&dataset).contains("321.8424"), "{}", noted(&dataset));
    assert_eq!(dataset.variables[0].grid.geometry, Geometry::Unplaced);
    let rows = |increment: i32, points: u32| {
        let mut octets = [[0; 4], [0xff; 4], be(60_000_000), be(10_000_000)].concat();
        octets.push(0x30);
        octets.extend([be(50_000_000), be(30_000_000), be(increment), be(10_000_000)].concat());
        octets.push(0);
        read("rows", &on_template(0, (3, 2), points, &octets))
    };
    assert_eq!(noted(&rows(10_000_000, 6).expect("it opens")), "");
    let narrow = rows(4_000_000, 6).expect("it opens");
    assert!(noted(&narrow).contains("20°") && noted(&narrow).contains("8°"), "{}", noted(&narrow));
    lies_at(&narrow.variables[0].grid, (1, 2), (50.0, 30.0));
    assert!(!noted(&rows(10_000_000, 7).expect("it opens")).is_empty());
}

#[test]
fn what_a_satellite_sees_lies_where_eccodes_has_it_in_edition_1_too() {
    let product =
        [0, 0, 28, 128, 98, 145, 255, 0x80, 129, 100, 0x01, 0xf4, 26, 11, 20, 12, 0, 1, 6, 12, 0, 0, 0, 0, 21, 0, 0, 0];
    // 11 columns and 9 rows, the Earth 12 of them wide, its middle at 6, 5 and 9.5 E, the satellite at 6.6107 radii.
    let mut grid = vec![0, 0, 38, 0, 255, 90, 0, 11, 0, 9, 0, 0, 0, 0x00, 0x25, 0x1c, 0x80, 0, 0, 12, 0, 0, 12];
    grid.extend([0, 6, 0, 5, 0, 0, 0, 0, 0x64, 0xdf, 0x0c, 0, 0, 0, 0]);
    let data = [0, 0, 12, 0x08, 0, 0, 0x41, 0x10, 0, 0, 0, 0];
    let body = [product.as_slice(), &grid, &data].concat();
    let length = u32::try_from(body.len() + 12).expect("short").to_be_bytes();
    let dataset = read("seen", &[b"GRIB".as_slice(), &length[1..], &[1], &body, b"7777"].concat()).expect("it opens");
    let grid = &dataset.variables[0].grid;
    for (at, place) in
        [((2, 2), (27.101_240_6, -33.332_955_4)), ((4, 5), (8.198_094_7, 1.219_343_6)), ((5, 5), (0.0, 1.319_734_5))]
    {
        lies_at(grid, at, place);
    }
    assert_eq!(grid.position(0, 0), None, "beside the Earth");
}

#[test]
fn a_region_of_a_reduced_grid_has_the_points_that_eccodes_counts() {
    // N32, the first three rows, from a point of the third that rounds eastwards to one of the first.
    let counts = [20_u32, 27, 36];
    let west = 13_333_334; // A hair east of 13.333…, the second point of the second row.
    let inside = |count: u32| {
        let (first, last) = (f64::from(west) * 1e-6, 100.0);
        (0..count).map(|n| 360.0 * f64::from(n) / f64::from(count)).filter(|lon| (first..=last).contains(lon)).count()
    };
    let points = counts.iter().map(|count| inside(*count)).sum::<usize>() as u32;
    let mut octets = [[0; 4], [0xff; 4], be(87_863_799), be(west)].concat();
    octets.push(0);
    octets.extend([be(82_312_913), be(100_000_000), be(-1), 32_u32.to_be_bytes()].concat());
    octets.push(0);
    octets.extend(counts.iter().flat_map(|count| (*count as u16).to_be_bytes()));
    let mut message = on_template(40, (u32::MAX, 3), points, &octets);
    // Octets 11 and 12 of section 3: two octets for each row, which count points along parallels.
    let start = 16 + 21;
    message[start + 10..start + 12].copy_from_slice(&[2, 1]);
    let step = start + 63;
    message[step..step + 4].fill(0xff);
    let dataset = read("region", &message).expect("it opens");
    let grid = &dataset.variables[0].grid;
    assert_eq!(grid.nx, points as usize);
    lies_at(grid, (0, 0), (87.863_8, 18.0));
    lies_at(grid, (0, inside(20)), (85.096_5, 26.666_67));
}
