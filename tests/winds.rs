//! Vectors: components along the grid are turned to east and north, and what cannot be turned says so. Directions lie on
//! the circle.

#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "support/standard_file.rs"]
mod standard_file;
#[allow(dead_code, reason = "each test binary uses a part of it")]
mod support;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use millibar::catalog::{Catalog, Formula, Series};
use millibar::grid::{Grid, Window};
use millibar::source;
use ndarray::Array2;
use serde_json::{Value, json};
use standard_file::{Record, StandardFile};
use support::{Classic, folder, write};

fn probe(files: &[&Path], request: &Value) -> Value {
    let mut child = Command::new(env!("CARGO_BIN_EXE_millibar"))
        .env("LC_ALL", "C.UTF-8")
        .arg("probe")
        .args(files)
        .arg("--batch")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("millibar starts");
    child.stdin.take().expect("a pipe").write_all(format!("{request}\n").as_bytes()).expect("written");
    let output = child.wait_with_output().expect("ended");
    serde_json::from_slice(&output.stdout).expect("a JSON line")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is a number"))
}

fn catalog(files: &[&Path]) -> Catalog {
    let opened: Vec<_> = files.iter().map(|path| (path.to_path_buf(), source::open(path).map(Arc::new))).collect();
    Catalog::new(&opened)
}

/// The series whose parameter has this name in English.
fn series<'a>(catalog: &'a Catalog, name: &str) -> &'a Series {
    let all = || catalog.models.iter().flat_map(|model| &model.runs).flat_map(|run| &run.series);
    let names: Vec<&str> = all().map(|series| series.parameter.name.en.as_str()).collect();
    all().find(|series| series.parameter.name.en == name).unwrap_or_else(|| panic!("«{name}» is among {names:?}"))
}

/// The field of a series as it is drawn: all of it, and a part round the seam where one is asked for.
fn drawn(series: &Series, window: Window) -> Array2<f32> {
    let (_, _, recipe) = series.recipes().next().expect("a field");
    let read = |what: &millibar::catalog::Ingredient| {
        let read = std::sync::Mutex::new(None);
        let (reader, choice) = (&what.field.reader, &*what.field.choice);
        reader.read_windows(what.field.variable, &[choice], window, &source::Stop::default(), &|_, outcome| {
            *read.lock().expect("one thread") = Some(outcome.expect("it reads"));
        });
        read.into_inner().expect("one thread").expect("it was read")
    };
    let raw = recipe.ingredients.iter().map(read).collect();
    recipe.cook(raw, window).expect("it is made")
}

/// Points of a Lambert cone of a sphere, tangent at 50°N, with the central meridian 107°W (Snyder 1987, chapter 15): longitude
/// and latitude of a point of the map in metres, and the angle by which meridians lean there.
fn lambert(x: f64, y: f64) -> (f64, f64, f64) {
    const RADIUS: f64 = 6_371_229.0;
    let parallel = 50_f64.to_radians();
    let (n, tangent) = (parallel.sin(), |latitude: f64| (std::f64::consts::FRAC_PI_4 + latitude / 2.0).tan());
    let factor = RADIUS * parallel.cos() * tangent(parallel).powf(n) / n;
    let origin = factor / tangent(parallel).powf(n);
    let (rho, theta) = (x.hypot(origin - y), x.atan2(origin - y));
    let lat = 2.0 * (factor / rho).powf(1.0 / n).atan() - std::f64::consts::FRAC_PI_2;
    (-107.0 + (theta / n).to_degrees(), lat.to_degrees(), theta)
}

/// To the east and to the north, of components along x and y where meridians lean by an angle.
fn turned((u, v): (f64, f64), lean: f64) -> (f64, f64) {
    (u * lean.cos() + v * lean.sin(), v * lean.cos() - u * lean.sin())
}

/// A component on rows and columns of the cone, 20 km apart, with positions of its own.
struct Plane {
    ny: usize,
    nx: usize,
    /// Of the first point, in steps from that of the cells.
    offset: (f64, f64),
}

impl Plane {
    fn at(&self, j: usize, i: usize) -> (f64, f64, f64) {
        const STEP: f64 = 20_000.0;
        lambert(1.5e6 + STEP * (i as f64 + self.offset.0), -3e5 + STEP * (j as f64 + self.offset.1))
    }

    fn each(&self, value: impl Fn((f64, f64, f64)) -> f64) -> Vec<f64> {
        (0..self.ny * self.nx).map(|n| value(self.at(n / self.nx, n % self.nx))).collect()
    }

    /// Adds positions along these dimensions.
    fn places(&self, file: Classic, dims: [&str; 2], [lat, lon]: [&str; 2]) -> Classic {
        file.variable(lat, &dims, &[("units", "degrees_north"), ("standard_name", "latitude")], self.each(|at| at.1))
            .variable(lon, &dims, &[("units", "degrees_east"), ("standard_name", "longitude")], self.each(|at| at.0))
    }
}

/// A true wind that differs from place to place: to the east, and to the north.
fn wind((lon, lat, _): (f64, f64, f64)) -> (f64, f64) {
    (10.0 + (lon + 90.0) / 5.0, 0.2 * (lat - 45.0) - 4.0)
}

/// Along x and along y of the cone.
fn along(at: (f64, f64, f64)) -> (f64, f64) {
    let (east, north) = wind(at);
    (east * at.2.cos() - north * at.2.sin(), east * at.2.sin() + north * at.2.cos())
}

const CELLS: Plane = Plane { ny: 9, nx: 12, offset: (0.0, 0.0) };

/// Variables of the cone with these attributes beside the unit and the coordinates.
fn cone(variables: &[(&str, &[(&str, &str)], Vec<f64>)]) -> Classic {
    let file = Classic::default().dimension("y", CELLS.ny).dimension("x", CELLS.nx);
    let file = CELLS.places(file, ["y", "x"], ["lat", "lon"]);
    variables.iter().fold(file, |file, (name, attributes, values)| {
        let attributes = [&[("units", "m s-1"), ("coordinates", "lat lon")], *attributes].concat();
        file.variable(name, &["y", "x"], &attributes, values.clone())
    })
}

fn cone_file(test: &str, variables: &[(&str, &[(&str, &str)], Vec<f64>)]) -> PathBuf {
    write(&folder(test), "cone.nc", &cone(variables).bytes())
}

#[test]
fn components_along_x_and_y_are_shown_to_the_east_and_to_the_north() {
    let path = cone_file(
        "components_along_x_and_y",
        &[
            ("x_wind_10m", &[("standard_name", "x_wind")], CELLS.each(|at| along(at).0)),
            ("y_wind_10m", &[("standard_name", "y_wind")], CELLS.each(|at| along(at).1)),
        ],
    );
    for (j, i) in [(0, 0), (4, 6), (8, 11)] {
        let at = CELLS.at(j, i);
        let (found, other) = (
            probe(&[&path], &json!({ "variable": "x_wind_10m", "index": [j, i] })),
            probe(&[&path], &json!({ "variable": "y_wind_10m", "index": [j, i] })),
        );
        assert!((number(&found["value"]) - along(at).0).abs() < 1e-9, "the file's own number stays: {found}");
        assert!((number(&found["shown"]["in_file_units"]) - wind(at).0).abs() < 1e-3, "{found} is not {:?}", wind(at));
        assert!((number(&other["shown"]["in_file_units"]) - wind(at).1).abs() < 1e-3, "{other} is not {:?}", wind(at));
        assert_eq!(found["shown"]["turned"], true);
    }
    let catalog = catalog(&[&path]);
    let east = series(&catalog, "U component of wind");
    let window = Window { j0: 2, i0: 3, ny: 4, nx: 5 };
    let knots = 3600.0 / 1852.0;
    for ((j, i), value) in drawn(east, window).indexed_iter() {
        let expected = wind(CELLS.at(j + 2, i + 3)).0 * knots;
        assert!((f64::from(*value) - expected).abs() < 2e-3, "{j} {i}: {value} is not {expected}");
    }
}

#[test]
fn what_has_no_mate_says_that_it_is_along_the_grid() {
    let alone = cone_file("no_mate", &[("x_wind", &[("standard_name", "x_wind")], vec![10.0; 108])]);
    let alone_catalog = catalog(&[&alone]);
    let found = series(&alone_catalog, "Wind, component along x of the grid");
    assert_eq!(found.parameter.name.fr, "Vent, composante selon x de la grille");
    let shown = probe(&[&alone], &json!({ "variable": "x_wind", "index": [1, 1] }))["shown"].clone();
    assert_eq!((shown["turned"].clone(), number(&shown["in_file_units"])), (json!(false), 10.0));
    let info = Command::new(env!("CARGO_BIN_EXE_millibar"))
        .env("LC_ALL", "C.UTF-8")
        .arg("info")
        .arg(&alone)
        .output()
        .expect("millibar starts");
    assert!(String::from_utf8_lossy(&info.stdout).contains("along x of the grid; not turned"), "{info:?}");
    // 10 m and 100 m are two winds, though the files say nothing of the height.
    let heights = cone_file(
        "other_height",
        &[
            ("x_wind_10m", &[("standard_name", "x_wind")], vec![10.0; 108]),
            ("y_wind_100m", &[("standard_name", "y_wind")], vec![3.0; 108]),
        ],
    );
    let shown = probe(&[&heights], &json!({ "variable": "x_wind_10m", "index": [1, 1] }))["shown"].clone();
    assert_eq!(shown["turned"], false);
}

#[test]
fn components_to_the_east_and_bare_ones_stay_to_the_bit() {
    let path = cone_file(
        "to_the_east",
        &[
            ("uas", &[("standard_name", "eastward_wind")], CELLS.each(|at| wind(at).0)),
            ("vas", &[("standard_name", "northward_wind")], CELLS.each(|at| wind(at).1)),
        ],
    );
    let found = probe(&[&path], &json!({ "variable": "uas", "index": [3, 4] }));
    assert!(
        found.get("shown").is_none() && (number(&found["value"]) - wind(CELLS.at(3, 4)).0).abs() < 1e-12,
        "{found}"
    );
    let catalog = catalog(&[&path]);
    let (_, _, recipe) = series(&catalog, "10 m U component of wind").recipes().next().expect("a field");
    assert_eq!((recipe.formula.clone(), recipe.ingredients.len()), (Formula::Direct, 1));
    let bare = cone_file("bare", &[("u", &[], vec![10.0; 108]), ("v", &[], vec![0.0; 108])]);
    assert!(probe(&[&bare], &json!({ "variable": "u", "index": [3, 4] })).get("shown").is_none());
}

#[test]
fn a_missing_mate_leaves_a_hole() {
    let mut v = vec![0.0; 108];
    v[13] = f64::NAN;
    let path = cone_file(
        "missing_mate",
        &[("x_wind", &[("standard_name", "x_wind")], vec![10.0; 108]), ("y_wind", &[("standard_name", "y_wind")], v)],
    );
    let shown = |i: usize| probe(&[&path], &json!({ "variable": "x_wind", "index": [1, i] }))["shown"]["value"].clone();
    assert!(shown(1).is_null() && shown(2).is_number());
}

/// WRF's u stands at the western edges of cells, its v at the southern ones.
#[test]
fn the_mate_of_a_staggered_component_is_brought_to_its_points() {
    let (u, v) = (Plane { nx: 13, offset: (-0.5, 0.0), ..CELLS }, Plane { ny: 10, offset: (0.0, -0.5), ..CELLS });
    let dims = [("west_east", 12), ("south_north", 9), ("west_east_stag", 13), ("south_north_stag", 10)];
    let file = dims.iter().fold(Classic::default(), |file, (name, size)| file.dimension(name, *size));
    let file = u.places(file, ["south_north", "west_east_stag"], ["XLAT_U", "XLONG_U"]);
    let file = v.places(file, ["south_north_stag", "west_east"], ["XLAT_V", "XLONG_V"]);
    let of_wrf = [("FieldType", "104"), ("MemoryOrder", "XY "), ("units", "m s-1")];
    let about = |description, coordinates| {
        [&of_wrf[..], &[("description", description), ("coordinates", coordinates)]].concat()
    };
    let (about_u, about_v) = (about("x-wind component", "XLONG_U XLAT_U"), about("y-wind component", "XLONG_V XLAT_V"));
    let file = file.variable("U", &["south_north", "west_east_stag"], &about_u, u.each(|at| along(at).0)).variable(
        "V",
        &["south_north_stag", "west_east"],
        &about_v,
        v.each(|at| along(at).1),
    );
    let path = write(&folder("staggered"), "wrfout.nc", &file.bytes());
    for (j, i) in [(3, 5), (8, 12), (0, 0)] {
        let shown = probe(&[&path], &json!({ "variable": "U", "index": [j, i] }))["shown"].clone();
        let expected = wind(u.at(j, i)).0;
        // At the edge two points of four stand for the mean.
        let tolerance = if (j, i) == (3, 5) { 1e-3 } else { 2e-2 };
        assert!((number(&shown["in_file_units"]) - expected).abs() < tolerance, "{shown} is not {expected}");
    }
    let shown = probe(&[&path], &json!({ "variable": "V", "index": [4, 6] }))["shown"].clone();
    let expected = wind(v.at(4, 6)).1;
    assert!((number(&shown["in_file_units"]) - expected).abs() < 1e-3, "{shown} is not {expected}");
}

/// A file may know its angles better than its positions tell them.
#[test]
fn the_angles_of_the_file_are_taken() {
    let (sin, cos) = 20_f64.to_radians().sin_cos();
    let plane = |value: f64| vec![value; 9];
    let rows = |step: f64| (0..9).map(|n| step * f64::from(n / 3)).collect::<Vec<_>>();
    let columns = (0..9).map(|n| f64::from(n % 3)).collect::<Vec<_>>();
    let dims = ["eta_rho", "xi_rho"];
    let speed = [("units", "m s-1"), ("coordinates", "lat_rho lon_rho")];
    let places = || {
        let file = Classic::default().dimension(dims[0], 3).dimension(dims[1], 3);
        file.variable("lat_rho", &dims, &[("units", "degrees_north")], rows(1.0))
            .variable("lon_rho", &dims, &[("units", "degrees_east")], columns.clone())
            .variable("U10", &dims, &speed, plane(10.0))
            .variable("V10", &dims, &speed, plane(0.0))
    };
    let of = |unit| [("units", unit), ("coordinates", "lat_rho lon_rho")];
    let files = [
        ("roms", places().variable("angle", &dims, &of("radians"), plane(20_f64.to_radians()))),
        (
            "wrf",
            places().variable("COSALPHA", &dims, &of("1"), plane(cos)).variable(
                "SINALPHA",
                &dims,
                &of("1"),
                plane(sin),
            ),
        ),
    ];
    for (name, file) in files {
        let path = write(&folder(&format!("angles_{name}")), "angles.nc", &file.bytes());
        for (variable, expected) in [("U10", 10.0 * cos), ("V10", 10.0 * sin)] {
            let found = probe(&[&path], &json!({ "variable": variable, "index": [1, 2] }));
            assert!((number(&found["shown"]["in_file_units"]) - expected).abs() < 1e-4, "{name}: {found}");
        }
    }
}

#[test]
fn currents_stresses_and_drift_are_turned_and_not_called_wind() {
    let path = cone_file(
        "currents",
        &[
            ("u", &[("long_name", "sea water velocity, x-component")], CELLS.each(|at| along(at).0)),
            ("v", &[("long_name", "sea water velocity, y-component")], CELLS.each(|at| along(at).1)),
            ("ua", &[("long_name", "u-component of ice drift")], vec![0.1; 108]),
        ],
    );
    let catalog = catalog(&[&path]);
    series(&catalog, "sea water velocity, x-component (turned to east)");
    series(&catalog, "Eastward ice drift");
    let names = catalog.models.iter().flat_map(|model| &model.runs).flat_map(|run| &run.series);
    assert!(names.map(|series| &series.parameter.name.en).all(|name| !name.to_lowercase().contains("wind")));
}

#[test]
fn directions_are_interpolated_on_the_circle() {
    let file = Classic::default()
        .dimension("lat", 2)
        .dimension("lon", 2)
        .variable("lat", &["lat"], &[("units", "degrees_north")], vec![50.0, 51.0])
        .variable("lon", &["lon"], &[("units", "degrees_east")], vec![-100.0, -99.0]);
    let from = [("standard_name", "wind_from_direction"), ("units", "degree")];
    let swell = [("long_name", "Direction of swell waves"), ("units", "degrees")];
    let values = vec![350.0, 10.0, 350.0, 10.0];
    let file = file.variable("wdir", &["lat", "lon"], &from, values.clone()).variable(
        "swdir",
        &["lat", "lon"],
        &swell,
        values,
    );
    let path = write(&folder("directions"), "directions.nc", &file.bytes());
    for variable in ["wdir", "swdir"] {
        let output = Command::new(env!("CARGO_BIN_EXE_millibar"))
            .env("LC_ALL", "C.UTF-8")
            .arg("probe")
            .arg(&path)
            .args(["--variable", variable, "--at", "50.5,-99.5", "--json"])
            .output()
            .expect("millibar starts");
        let found: Value = serde_json::from_slice(&output.stdout).expect("a JSON object");
        let between = number(&found["display"]["interpolated"]);
        assert!(between.min(360.0 - between) < 1e-6, "{variable}: {found}");
    }
    let catalog = catalog(&[&path]);
    assert!(series(&catalog, "Direction of swell (from)").parameter.is_direction);
}

/// A message of 10 m wind on the cone: its number, and the flags of the grid.
fn message(number: u8, flags: u8, value: f32) -> Vec<u8> {
    let section = |number: u8, contents: &[u8]| {
        let length = u32::try_from(contents.len() + 5).expect("short");
        [&length.to_be_bytes()[..], &[number], contents].concat()
    };
    let mut grid = vec![0];
    grid.extend(6_u32.to_be_bytes());
    grid.extend([0, 0, 0, 30, 6]);
    grid.extend([0xff; 15]);
    let (lon, lat, _) = lambert(1.5e6, -3e5);
    let millionths = |degrees: f64| (degrees * 1e6).round() as u32;
    grid.extend([3, 2, millionths(lat), millionths(lon + 360.0)].map(u32::to_be_bytes).concat());
    grid.push(flags);
    grid.extend([50_000_000, 253_000_000, 200_000_000, 200_000_000].map(u32::to_be_bytes).concat());
    grid.extend([0, 0x40]);
    grid.extend([50_000_000, 50_000_000, (1_u32 << 31) | 90_000_000, 0].map(u32::to_be_bytes).concat());
    let mut product = vec![0, 0, 0, 0, 2, number, 2, 0, 96, 0, 0, 0, 1, 0, 0, 0, 6, 103, 0, 0, 0, 0, 10];
    product.extend([255, 0, 0, 0, 0, 0]);
    let mut packing = 6_u32.to_be_bytes().to_vec();
    packing.extend([0, 0]);
    packing.extend(value.to_be_bytes());
    packing.extend([0, 0, 0, 0, 0, 0]);
    let body = [
        section(1, &[0, 7, 0, 0, 2, 1, 1, 0x07, 0xea, 11, 20, 12, 0, 0, 0, 1]),
        section(3, &grid),
        section(4, &product),
        section(5, &packing),
        section(6, &[255]),
        section(7, &[]),
    ]
    .concat();
    let length = (body.len() + 20) as u64;
    [b"GRIB\0\0\0\x02".as_slice(), &length.to_be_bytes(), &body, b"7777"].concat()
}

#[test]
fn the_flag_of_a_message_says_whether_its_wind_is_turned() {
    let test = folder("flags");
    let file = |name: &str, flags: u8| write(&test, name, &[message(2, flags, 10.0), message(3, flags, -2.0)].concat());
    let (along_grid, of_earth) = (file("grid.grib2", 0x38), file("earth.grib2", 0x30));
    let expected = turned((10.0, -2.0), lambert(1.7e6, -1e5).2);
    for (variable, raw, expected) in [("u", 10.0, expected.0), ("v", -2.0, expected.1)] {
        let request = json!({ "variable": variable, "index": [1, 1] });
        let found = probe(&[&along_grid], &request);
        assert_eq!(number(&found["value"]), raw);
        assert!((number(&found["shown"]["in_file_units"]) - expected).abs() < 1e-3, "{found} is not {expected}");
        let found = probe(&[&of_earth], &request);
        assert!(number(&found["value"]) == raw && found.get("shown").is_none(), "{found}");
    }
    series(&catalog(&[&along_grid]), "10 m U component of wind");
    let alone = write(&test, "alone.grib2", &message(2, 0x38, 10.0));
    series(&catalog(&[&alone]), "10 m wind, component along x of the grid");
}

/// The components to the east and to the north of a vector with these components along x and y at a point of a grid, by
/// the positions of its neighbours.
fn by_positions(grid: &Grid, (j, i): (usize, usize), (u, v): (f64, f64)) -> (f64, f64) {
    let at = |i: usize| grid.position(j, i).expect("a position");
    let ((_, lat), (west, south), (east, north)) = (at(i), at(i - 1), at(i + 1));
    let (dx, dy) = (((east - west + 540.0).rem_euclid(360.0) - 180.0) * lat.to_radians().cos(), north - south);
    let (cos, sin) = (dx / dx.hypot(dy), dy / dx.hypot(dy));
    (u * cos - v * sin, u * sin + v * cos)
}

#[test]
fn winds_of_standard_files_are_turned_on_rotated_and_polar_grids() {
    let axis = |from: f32| (0..5).map(|n| from + 0.1 * n as f32).collect::<Vec<_>>();
    // The centre of the rotation at 50°N 95°W, its equator through 0°N 5°E.
    let positional = |nomvar, shape, from: f32| {
        Record::positional(nomvar, [1, 2, 3], shape, &axis(from)).on_grid(b'E', [1400, 0, 56_800, 800])
    };
    let rotated = |nomvar, value: f32| Record::new(nomvar, 5, 5, &[value; 25]).on_grid(b'Z', [1, 2, 3, 0]);
    let z = StandardFile::default()
        .with(positional(">>", [5, 1], 190.0))
        .with(positional("^^", [1, 5], 12.0))
        .with(rotated("UU", 20.0))
        .with(rotated("VV", 5.0));
    let polar = |nomvar, value: f32| Record::new(nomvar, 5, 5, &[value; 25]).on_grid(b'N', [150, 100, 2100, 600]);
    let n = StandardFile::default().with(polar("UU", 20.0)).with(polar("VV", 5.0));
    for (name, file) in [("z", z), ("n", n)] {
        let path = write(&folder(&format!("standard_{name}")), "2026112012_006", &file.bytes());
        let dataset = source::open(&path).expect("it opens");
        let grid = &dataset.variables.iter().find(|variable| variable.name == "UU").expect("there").grid;
        let expected = by_positions(grid, (2, 2), (20.0, 5.0));
        for (variable, expected) in [("UU", expected.0), ("VV", expected.1)] {
            let found = probe(&[&path], &json!({ "variable": variable, "index": [2, 2] }));
            let shown = number(&found["shown"]["value"]);
            assert!((shown - expected).abs() < 2e-2, "{name}: {found} is not {expected}");
            assert!((shown - number(&found["value"])).abs() > 0.1, "{name}: it is turned at all");
        }
    }
}
