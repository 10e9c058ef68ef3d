//! `millibar render` as a user types it: frames as files, and the same frames that the window shows.

#[allow(dead_code, reason = "each test binary uses a part of it")]
mod support;

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use millibar::catalog::Catalog;
use millibar::engine::{self, Engine, Options, Picture, Request, Selection, SlotState, Subject};
use millibar::field::Level;
use millibar::map;
use millibar::render::Layout;
use millibar::source;
use millibar::text::Language;
use serde_json::Value;
use support::{Classic, LATITUDES, LEVELS, LONGITUDES, folder, forecast, write};

fn render(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_millibar"))
        .arg("render")
        .args(arguments)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .expect("millibar starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Size, and red, green and blue of every pixel.
fn read_png(path: &Path) -> ([u32; 2], Vec<[u8; 3]>) {
    let file = std::io::BufReader::new(File::open(path).expect("written"));
    let mut reader = png::Decoder::new(file).read_info().expect("a PNG file");
    let mut bytes = vec![0; reader.output_buffer_size().expect("small")];
    let info = reader.next_frame(&mut bytes).expect("whole");
    assert_eq!(info.color_type, png::ColorType::Rgb);
    ([info.width, info.height], bytes.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_and_a_path_are_enough_for_a_picture() {
    let folder = folder("render_one");
    let file = write(&folder, "run.nc", &forecast(&[0.0, 6.0]).bytes());
    let picture = folder.join("map.png");
    let output = render(&[text(&file), "--out", text(&picture)]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "quiet in a pipe");
    let (size, pixels) = read_png(&picture);
    assert_eq!(size, [1600, 1000]);
    let mut colours = pixels;
    colours.sort_unstable();
    colours.dedup();
    assert!(colours.len() > 100, "a map, not a blank sheet: {} colours", colours.len());
}

#[test]
fn all_lead_times_become_files_named_after_them() {
    let folder = folder("render_all");
    let file = write(&folder, "run.nc", &forecast(&[0.0, 6.0, 12.0]).bytes());
    let out = folder.join("deep/loop");
    let output = render(&[text(&file), "--all", "--level", "850", "--size", "320x200", "--out", text(&out), "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(names(&out), ["rh-gz_850hPa_+000.png", "rh-gz_850hPa_+006.png", "rh-gz_850hPa_+012.png"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(report["frames"], 3);
    assert_eq!(report["files"].as_array().map(Vec::len), Some(3));
    for part in ["total", "read", "render", "write"] {
        assert!(report["seconds"][part].as_f64().is_some_and(|seconds| seconds > 0.0), "{part}: {report}");
    }
    assert_ne!(read_png(&out.join("rh-gz_850hPa_+000.png")).1, read_png(&out.join("rh-gz_850hPa_+012.png")).1);
}

#[test]
fn nothing_is_written_where_nothing_is_wanted() {
    let folder = folder("render_none");
    let file = write(&folder, "run.nc", &forecast(&[0.0, 6.0]).bytes());
    let output = render(&[text(&file), "--all", "--size", "320x200", "--out", "none", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!((&report["frames"], &report["files"]), (&2.into(), &Value::Array(Vec::new())));
    assert_eq!(names(&folder), ["run.nc"]);
}

#[test]
fn a_single_variable_is_drawn_by_the_name_that_info_lists() {
    let folder = folder("render_variable");
    let file = write(&folder, "run.nc", &forecast(&[0.0]).bytes());
    let [by_file, by_id] = ["gh", "geopotential_height"].map(|name| {
        let picture = folder.join(format!("{name}.png"));
        let output = render(&[text(&file), "--variable", name, "--size", "320x200", "--out", text(&picture)]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        read_png(&picture)
    });
    assert_eq!(by_file, by_id);
}

#[test]
fn what_there_is_stands_in_the_message_about_what_there_is_not() {
    let folder = folder("render_usage");
    let file = write(&folder, "run.nc", &forecast(&[0.0, 6.0]).bytes());
    for (option, value, there) in [
        ("--level", "300", "500 hPa, 850 hPa"),
        ("--lead", "7", "0, 6"),
        ("--region", "atlantis", "canada"),
        ("--product", "snow", "rh-gz"),
        ("--variable", "snow", "r, gh"),
        ("--model", "ifs", "run"),
        ("--run", "1999-01-01", "2026-11-20T12:00:00Z"),
    ] {
        let output = render(&[text(&file), option, value, "--out", "none"]);
        assert_eq!(output.status.code(), Some(2), "{option}");
        assert!(stderr(&output).contains(there), "{option}: {}", stderr(&output));
    }
    for arguments in [&[text(&file)][..], &[text(&file), "--out", "none", "--size", "1x1"], &["--out", "none"]] {
        assert_eq!(render(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn products_and_regions_are_listed_with_their_ids_first() {
    let output = render(&["--list-regions"]);
    let regions: Vec<String> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect();
    assert_eq!(regions, ["canada", "west", "east", "north-america", "north", "global", "data"]);
    let output = render(&["--list-products", "--language", "fr"]);
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("rh-gz "));
}

#[test]
fn files_that_cannot_be_read_leave_no_picture() {
    let folder = folder("render_refused");
    let file = write(&folder, "page.nc", b"<html>404 not found</html>");
    let picture = folder.join("map.png");
    let output = render(&[text(&file), "--out", text(&picture)]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    assert!(!picture.exists());
}

#[test]
fn one_refused_file_makes_it_done_in_part() {
    let folder = folder("render_in_part");
    let good = write(&folder, "run.nc", &forecast(&[0.0]).bytes());
    let bad = write(&folder, "empty.nc", b"");
    let output = render(&[text(&good), text(&bad), "--size", "320x200", "--out", "none"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("empty.nc"));
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = folder("render_unwritable");
    let file = write(&folder, "run.nc", &forecast(&[0.0, 6.0]).bytes());
    let nowhere = folder.join("no/such/folder/map.png");
    for (out, all) in [(&nowhere, None), (&file, Some("--all"))] {
        let mut arguments = vec![text(&file), "--size", "320x200", "--out", text(out)];
        arguments.extend(all);
        let output = render(&arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(text(out)), "{}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_once_and_leaves_the_device_alone() {
    let folder = folder("render_full");
    let file = write(&folder, "run.nc", &forecast(&[0.0, 6.0, 12.0]).bytes());
    let output = render(&[text(&file), "--size", "320x200", "--out", "/dev/full"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("full"), "{}", stderr(&output));
    assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    assert!(Path::new("/dev/full").exists());
}

#[test]
fn the_frame_of_the_command_is_the_frame_of_the_window() {
    let folder = folder("render_same");
    let file = write(&folder, "run.nc", &forecast(&[0.0, 6.0]).bytes());
    let picture = folder.join("map.png");
    let size = [640, 400];
    let output =
        render(&[text(&file), "--lead", "6", "--size", "640x400", "--region", "canada", "--out", text(&picture)]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));

    let (wake, woken) = mpsc::channel();
    let engine = Engine::start(Options::default(), move || {
        let _ = wake.send(());
    });
    engine.open(vec![file]);
    let catalog = wait(&woken, || Some(engine.snapshot().catalog.clone()).filter(|catalog| !catalog.is_empty()));
    engine.request(Request { selection: first(&catalog), picture: as_the_window_asks(size), slot: 1 });
    wait(&woken, || (engine.snapshot().slots.get(1) == Some(&SlotState::Ready)).then_some(()));
    let frame = wait(&woken, || engine.frame(1));

    let shown: Vec<[u8; 3]> = frame.pixels.chunks_exact(4).map(|p| [p[0], p[1], p[2]]).collect();
    assert_eq!(read_png(&picture), (size, shown));
}

fn first(catalog: &Catalog) -> Selection {
    Selection::first(catalog).expect("something to show")
}

fn as_the_window_asks(size: [u32; 2]) -> Picture {
    let rectangle = Layout::new(size, 1.0).map;
    let region = map::region("canada").expect("bundled");
    Picture {
        size,
        pixels_per_point: 1.0,
        region: region.id.clone(),
        zoomed: false,
        view: region.view([rectangle.width, rectangle.height], 1.0, None),
        language: Language::English,
        interval_factor: 1.0,
    }
}

fn wait<T>(woken: &mpsc::Receiver<()>, ready: impl Fn() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(result) = ready() {
            return result;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "the engine has nothing to show");
        let _ = woken.recv_timeout(Duration::from_millis(50));
    }
}

/// A step of 2026-11-20 12Z on the usual rows and columns.
fn one_step() -> Classic {
    let time = [("standard_name", "time"), ("units", "hours since 2026-11-20 12:00:00")];
    Classic::default()
        .dimension("time", 1)
        .dimension("lat", LATITUDES.len())
        .dimension("lon", LONGITUDES.len())
        .variable("time", &["time"], &time, vec![0.0])
        .variable("lat", &["lat"], &[("units", "degrees_north")], LATITUDES.to_vec())
        .variable("lon", &["lon"], &[("units", "degrees_east")], LONGITUDES.to_vec())
}

/// Values that rise from row to row and column to column.
fn rising(from: f64, by: f64) -> Vec<f64> {
    (0..LATITUDES.len() * LONGITUDES.len()).map(|n| from + by * n as f64).collect()
}

fn subjects(path: &Path) -> (Selection, Vec<String>) {
    let catalog = Catalog::new(&[(path.to_owned(), source::open(path).map(std::sync::Arc::new))]);
    let selection = first(&catalog);
    let run = catalog.model(&selection.model).and_then(|model| model.run(selection.run)).expect("its run");
    let id = |subject: Subject| match subject {
        Subject::Product(id) | Subject::Variable(id) => id,
    };
    (selection, engine::subjects(run).into_iter().map(id).collect())
}

#[test]
fn what_people_look_for_stands_first_and_masks_and_depths_last() {
    let folder = folder("render_ranks");
    let on = ["time", "lat", "lon"];
    let file = one_step()
        .variable("bathymetry", &["lat", "lon"], &[("units", "m")], rising(10.0, 5.0))
        .variable("wet_mask", &on, &[("long_name", "Land mask")], rising(0.0, 0.01))
        .variable("something", &on, &[("units", "furlong")], rising(0.0, 1.0))
        .variable("fixed", &["lat", "lon"], &[("units", "furlong")], rising(0.0, 1.0))
        .variable("u10", &on, &[("units", "m s-1")], rising(-5.0, 0.3))
        .variable("tp", &on, &[("units", "m")], rising(0.0, 1e-4))
        .variable("t2m", &on, &[("units", "K")], rising(260.0, 1.0))
        .variable("msl", &on, &[("units", "Pa")], rising(99_000.0, 100.0))
        .variable("orog", &on, &[("units", "m")], rising(0.0, 10.0));
    let (first, order) = subjects(&write(&folder, "mixed.nc", &file.bytes()));
    assert_eq!(order[..4], ["mslp", "temperature_2m", "total_precipitation", "u_wind_10m"], "{order:?}");
    assert_eq!(order[4..6], ["something", "fixed"], "{order:?}");
    assert_eq!(first.subject, Subject::Variable("mslp".to_owned()));
}

#[test]
fn a_variable_without_values_is_passed_over_unless_it_was_asked_for() {
    let folder = folder("render_empty");
    let on = ["time", "lat", "lon"];
    let file = one_step().variable("msl", &on, &[("units", "Pa")], vec![f64::NAN; 40]).variable(
        "t2m",
        &on,
        &[("units", "K")],
        rising(260.0, 1.0),
    );
    let file = write(&folder, "empty.nc", &file.bytes());
    let drawn = |name: &str, words: &[&str]| {
        let picture = folder.join(name);
        let output = render(&[&[text(&file), "--size", "640x400", "--out", text(&picture)], words].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        read_png(&picture)
    };
    let by_itself = drawn("first.png", &[]);
    assert_eq!(by_itself, drawn("t2m.png", &["--variable", "t2m"]));
    assert_ne!(by_itself, drawn("msl.png", &["--variable", "msl"]));
    let out = folder.join("loop");
    assert_eq!(render(&[text(&file), "--all", "--size", "320x200", "--out", text(&out)]).status.code(), Some(0));
    assert_eq!(names(&out), ["temperature_2m_20261120T120000Z.png"]);
    let nothing = one_step().variable("msl", &on, &[("units", "Pa")], vec![f64::NAN; 40]);
    let nothing = write(&folder, "nothing.nc", &nothing.bytes());
    let picture = folder.join("nothing.png");
    assert_eq!(render(&[text(&nothing), "--size", "320x200", "--out", text(&picture)]).status.code(), Some(0));
    assert!(picture.exists(), "where nothing has values the first is drawn");
}

#[test]
fn the_noise_of_floats_in_a_pressure_is_no_level_of_its_own() {
    let folder = folder("render_noise");
    let noisy = forecast(&[0.0]).without("level");
    let level = [("standard_name", "air_pressure"), ("units", "hPa")];
    let noisy = noisy.variable("level", &["level"], &level, vec![499.999_97, 850.0001]);
    let file = write(&folder, "noisy.nc", &noisy.bytes());
    let (first, _) = subjects(&file);
    assert_eq!(first.level.map(|level| level.to_string()).as_deref(), Some("500 hPa"));
    let exact = write(&folder, "exact.nc", &forecast(&[0.0]).bytes());
    let (exact, _) = subjects(&exact);
    assert_eq!((first.level, LEVELS[0]), (exact.level, 500.0));
    let output = render(&[text(&file), "--level", "850", "--size", "320x200", "--all", "--out", text(&folder)]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(folder.join("rh-gz_850hPa_+000.png").exists(), "{:?}", names(&folder));
}

#[test]
fn temperature_is_shown_at_850_hpa_first_where_it_is_there() {
    let folder = folder("render_850");
    let field = (0..2 * 40).map(|n| 250.0 + f64::from(n) * 0.5).collect();
    let file = forecast(&[0.0]).without("r").without("gh");
    let file = file.variable("t", &["step", "level", "lat", "lon"], &[("units", "K")], field);
    let (first, _) = subjects(&write(&folder, "t.nc", &file.bytes()));
    assert_eq!(first.level, Some(Level::hpa(850.0)));
}

#[test]
fn the_geopotential_of_the_ground_is_its_height() {
    let folder = folder("render_ground");
    let file = one_step()
        .variable("z", &["lat", "lon"], &[("standard_name", "geopotential"), ("units", "m2 s-2")], rising(0.0, 98.0665))
        .variable("t2m", &["time", "lat", "lon"], &[("units", "K")], rising(260.0, 1.0));
    let (first, order) = subjects(&write(&folder, "ground.nc", &file.bytes()));
    assert_eq!(first.subject, Subject::Variable("temperature_2m".to_owned()));
    assert_eq!(order, ["temperature_2m", "orography"]);
}
