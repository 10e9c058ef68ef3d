//! What of a file comes on the map: each variable that `info` lists, on its own grid and levels.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use millibar::catalog::{Catalog, Model};
use millibar::engine::{Engine, Options};
use millibar::render::Layout;

use super::standard_file::{Record, StandardFile};
use super::{opened, written};

const SIZE: [u32; 2] = [480, 300];
const OF_ZERO: [f32; 6] = [0.0; 6];

/// Over Canada, as coarse as can be; the second number moves it.
fn over_canada(record: Record, moved: u32) -> Record {
    record.on_grid(b'L', [2000, 2000, 13_000, 22_000 + moved])
}

fn field(nomvar: &'static str, etiket: &'static str, values: &[f32; 6]) -> Record {
    over_canada(Record { etiket, ..Record::new(nomvar, 3, 2, values) }, 0)
}

fn millibar(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_millibar"));
    command.env("LC_ALL", "C.UTF-8").args(arguments).output().expect("millibar starts")
}

fn plain(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The pixels of the map without what is written around it.
fn map_of(file: &Path, variable: &str) -> Vec<u8> {
    let picture = file.with_extension("png");
    let size = format!("{}x{}", SIZE[0], SIZE[1]);
    let output = millibar(&["render", plain(file), "--variable", variable, "--size", &size, "--out", plain(&picture)]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let mut reader = png::Decoder::new(std::io::BufReader::new(File::open(&picture).expect("written")))
        .read_info()
        .expect("a PNG file");
    let mut bytes = vec![0; reader.output_buffer_size().expect("small")];
    reader.next_frame(&mut bytes).expect("whole");
    fs::remove_file(&picture).expect("there");
    let map = Layout::new(SIZE, 1.0).map;
    let (left, top) = (map.x as usize, map.y as usize);
    let row = |y: usize| &bytes[3 * (y * SIZE[0] as usize + left)..][..3 * map.width as usize];
    (top..top + map.height as usize).flat_map(row).copied().collect()
}

/// The levels or lead times of a variable, from what is said of one that it does not have.
fn there(file: &Path, variable: &str, option: &str) -> String {
    let output = millibar(&["render", plain(file), "--variable", variable, option, "999", "--out", "none"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let said = stderr(&output);
    said.trim().rsplit(": ").next().unwrap_or_default().to_owned()
}

#[test]
fn of_two_versions_the_one_that_is_named_is_drawn() {
    let (high, low) = ([552.0, 540.0, 528.0, 516.0, 504.0, 492.0], [492.0, 504.0, 516.0, 528.0, 540.0, 552.0]);
    let both = StandardFile::default().with(field("GZ", "RUN1", &high)).with(field("GZ", "RUN2", &low));
    let both = written("shown_versions", "file", &both);
    for (id, values) in [("GZ/P/RUN1", high), ("GZ/P/RUN2", low)] {
        let alone = StandardFile::default().with(field("GZ", "RUN", &values));
        let alone = written("shown_version", "file", &alone);
        assert!(map_of(&both, id) == map_of(&alone, "GZ"), "{id}");
    }
}

#[test]
fn kinds_of_level_and_times_are_those_of_the_variable_that_is_named() {
    let file = StandardFile::default()
        .with(field("TT", "TEST", &OF_ZERO))
        // Hybrid level 1.
        .with(Record { ip: [93_423_264, 6, 0], ..field("TT", "TEST", &OF_ZERO) })
        .with(field("HR", "TEST", &OF_ZERO))
        .with(Record { typvar: "A", ip: [500, 0, 0], npas: 0, ..field("HR", "TEST", &OF_ZERO) });
    let file = written("shown_kinds", "file", &file);
    assert_eq!(there(&file, "TT/P/TEST/pressure", "--level"), "500 hPa");
    assert_eq!(there(&file, "TT/P/TEST/hybrid", "--level"), "1");
    assert_eq!(there(&file, "HR/P/TEST", "--lead"), "6");
    assert_eq!(there(&file, "HR/A/TEST", "--lead"), "0");
}

fn on_grids(test: &str, records: &[(&'static str, u32, u32)]) -> (PathBuf, Catalog) {
    let with = |file: StandardFile, &(nomvar, level, moved): &(&'static str, u32, u32)| {
        let record = Record { ip: [level, 6, 0], ..Record::new(nomvar, 3, 2, &OF_ZERO) };
        file.with(over_canada(record, moved))
    };
    let path = written(test, "file", &records.iter().fold(StandardFile::default(), with));
    let catalog = Catalog::new(&[(path.clone(), Ok(Arc::new(opened(&path))))]);
    (path, catalog)
}

#[test]
fn a_parameter_on_several_grids_is_there_on_each() {
    let (path, catalog) = on_grids("shown_grids", &[("TT", 500, 0), ("TT", 501, 100), ("TT", 502, 200)]);
    assert_eq!(catalog.models.len(), 3);
    for (id, level) in [("TT/P/TEST", "500 hPa"), ("TT/P/TEST#2", "501 hPa"), ("TT/P/TEST#3", "502 hPa")] {
        assert_eq!(there(&path, id, "--level"), level, "{id}");
    }
}

#[test]
fn unlike_parameters_and_kinds_of_level_on_unlike_grids_stay_one_model() {
    // At 1.5 m above ground by its code, and winds half a point aside.
    let above_ground = 76_696_048;
    let records = [("TT", 500, 0), ("UU", 500, 100), ("TT", above_ground, 200), ("VV", 500, 200)];
    let (path, catalog) = on_grids("shown_staggered", &records);
    let [Model { runs, .. }] = catalog.models.as_slice() else { panic!("one model: {:?}", catalog.models) };
    let mut ids: Vec<&str> = runs[0].series.iter().map(|series| series.parameter.id.as_str()).collect();
    assert_eq!(ids[0], "temperature");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4, "{ids:?}");
    assert_eq!(there(&path, "TT/P/TEST/pressure", "--level"), "500 hPa");
    assert_ne!(there(&path, "TT/P/TEST/height_above_ground", "--level"), "500 hPa");
}

/// Fields whose axes are in a file of their own, in another folder.
fn apart(test: &str) -> [PathBuf; 2] {
    let ig = [50, 25, 8000, 20_000];
    let axes = StandardFile::default()
        .with(Record::positional(">>", [4, 5, 6], [3, 1], &[0.0, 40.0, 100.0]).on_grid(b'L', ig))
        .with(Record::positional("^^", [4, 5, 6], [1, 2], &[200.0, 280.0]).on_grid(b'L', ig));
    let fields = StandardFile::default().with(field("GZ", "TEST", &OF_ZERO).on_grid(b'Z', [4, 5, 6, 0]));
    [written(&format!("{test}_fields"), "fields", &fields), written(&format!("{test}_axes"), "axes", &axes)]
}

#[test]
fn a_file_of_positions_alone_serves_the_others_in_silence() {
    let [fields, axes] = apart("positions_apart");
    let output = millibar(&["info", plain(&fields), plain(&axes)]);
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    assert!(String::from_utf8_lossy(&output.stdout).contains("2 × 3, latlon"), "{output:?}");
    let output = millibar(&["render", plain(&axes), plain(&fields), "--size", "480x300", "--out", "none"]);
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    let output = millibar(&["info", plain(&axes)]);
    assert_eq!(output.status.code(), Some(3), "alone it has nothing to show");
    assert!(stderr(&output).contains("No gridded variable"), "{}", stderr(&output));
}

#[test]
fn the_window_finds_positions_in_a_file_that_is_opened_later() {
    let [fields, axes] = apart("positions_later");
    let engine = Engine::start(Options::default(), || {});
    let wait_until = |what: &str, holds: &dyn Fn(&Catalog) -> bool| {
        let start = Instant::now();
        while !holds(&engine.snapshot().catalog) {
            assert!(start.elapsed() < Duration::from_secs(60), "{what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let corner = |catalog: &Catalog| {
        let series = catalog.models.first()?.runs.first()?.series.first()?;
        series.grid.position(0, 0)
    };
    engine.open(vec![fields]);
    wait_until("the fields are listed", &|catalog| !catalog.is_empty());
    assert_eq!(corner(&engine.snapshot().catalog), None);
    engine.open(vec![axes]);
    wait_until("the fields have their place", &|catalog| corner(catalog).is_some());
    assert_eq!(engine.snapshot().catalog.refused().count(), 0);
}
