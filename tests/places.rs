//! Where the points of a field lie, from all the ways in which files say it: grids that move, meshes whose faces have no
//! coordinates, grid mappings in words of other programs, coordinates of more dimensions than a grid has.

#[allow(dead_code, reason = "each test binary uses a part of it")]
mod support;

use std::path::Path;
use std::sync::Arc;

use millibar::catalog::{Catalog, Variant, Wanted, inventory};
use millibar::grid::Geometry;
use millibar::map;
use millibar::source::{Choice, Dataset, Variable, open, open_among};
use support::{Classic, folder, write};

const LAT: [(&str, &str); 1] = [("units", "degrees_north")];
const LON: [(&str, &str); 1] = [("units", "degrees_east")];
const ROWS: usize = 4;
const COLUMNS: usize = 5;

fn opened(path: &Path) -> Dataset {
    open(path).unwrap_or_else(|error| panic!("{error}"))
}

fn variable<'d>(dataset: &'d Dataset, name: &str) -> &'d Variable {
    dataset.variables.iter().find(|variable| variable.name == name).expect("it is in the file")
}

/// Longitude and latitude of a point at a step, rounded to a millionth.
fn position(variable: &Variable, step: usize, j: usize, i: usize) -> Option<(f64, f64)> {
    let field = variable.field(Choice { step, dims: vec![0; variable.dims.len()], ..Choice::default() })?;
    let rounded = |value: f64| (value * 1e6).round() / 1e6;
    field.grid.position(j, i).map(|(lon, lat)| (rounded(lon), rounded(lat)))
}

/// Latitudes and longitudes of a nest that goes two degrees north and one and a half west from time to time.
fn track(times: std::ops::Range<usize>, stride: f64) -> [Vec<f64>; 2] {
    let mut places = [Vec::new(), Vec::new()];
    for time in times {
        for j in 0..ROWS {
            for i in 0..COLUMNS {
                places[0].push(25.0 + 0.5 * j as f64 + 2.0 * stride * time as f64);
                places[1].push(-85.0 + 0.5 * i as f64 - 1.5 * stride * time as f64);
            }
        }
    }
    places
}

/// A nest as WRF writes it, at these six-hourly times.
fn nest(times: std::ops::Range<usize>, stride: f64) -> Classic {
    let [lat, lon] = track(times.clone(), stride);
    let plane = ["Time", "south_north", "west_east"];
    let texts: Vec<String> = times.clone().map(|time| format!("2021-08-28_{:02}:00:00", 6 * time)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let values = lat.iter().map(|lat| 280.0 + lat).collect();
    Classic::default()
        .attribute("TITLE", " OUTPUT FROM WRF V4.3.2 MODEL")
        .attribute("SIMULATION_START_DATE", "2021-08-28_00:00:00")
        .dimension("Time", times.len())
        .dimension("DateStrLen", 19)
        .dimension("south_north", ROWS)
        .dimension("west_east", COLUMNS)
        .texts("Times", &["Time", "DateStrLen"], &texts)
        .variable("XLAT", &plane, &[("units", "degree_north")], lat)
        .variable("XLONG", &plane, &[("units", "degree_east")], lon)
        .variable("T2", &plane, &[("units", "K"), ("coordinates", "XLONG XLAT")], values)
}

#[test]
fn a_nest_that_moves_is_at_its_own_place_at_each_time() {
    let folder = folder("places_moving");
    let dataset = opened(&write(&folder, "wrfout_d02.nc", &nest(0..3, 1.0).bytes()));
    let t2 = variable(&dataset, "T2");
    assert_eq!(position(t2, 0, 0, 0), Some((-85.0, 25.0)));
    assert_eq!(position(t2, 1, 0, 0), Some((-86.5, 27.0)));
    assert_eq!(position(t2, 2, 3, 4), Some((-86.0, 30.5)));
    // The region of the data holds all of its places.
    let view = map::region("data").expect("it is bundled").view([800, 600], 1.0, Some(&t2.grid));
    for (lon, lat) in [(-85.0, 25.0), (-88.0, 30.5), (-83.0, 25.0)] {
        let (x, y) = view.to_pixel(lon, lat).expect("on the map");
        assert!((0.0..800.0).contains(&x) && (0.0..600.0).contains(&y), "{lon}, {lat}");
    }
}

#[test]
fn a_position_along_time_overrules_the_step_for_the_place_too() {
    let folder = folder("places_overruled");
    let dataset = opened(&write(&folder, "wrfout_d02.nc", &nest(0..3, 1.0).bytes()));
    let t2 = variable(&dataset, "T2");
    if let Some(at) = t2.dims.iter().position(|dim| dim.name == "Time") {
        let mut dims = vec![0; t2.dims.len()];
        dims[at] = 2;
        let field = t2.field(Choice { dims, ..Choice::default() }).expect("it is in the file");
        let values = field.read_raw().expect("readable");
        let (_, lat) = field.grid.position(1, 1).expect("it has a place");
        assert!((values[(1, 1)] - 280.0 - lat).abs() < 1e-9);
    }
}

#[test]
fn positions_written_again_and_again_are_one_grid() {
    let folder = folder("places_fixed");
    let dataset = opened(&write(&folder, "wrfout_d01.nc", &nest(0..3, 0.0).bytes()));
    let t2 = variable(&dataset, "T2");
    assert!(!matches!(t2.grid.geometry, Geometry::Moving(_)));
    assert_eq!(position(t2, 2, 0, 0), Some((-85.0, 25.0)));
}

#[test]
fn a_nest_that_moves_from_file_to_file_is_one_loop_and_is_probed_at_its_own_places() {
    let folder = folder("places_files");
    let files: Vec<_> = (0..3)
        .map(|time| {
            let name = format!("wrfout_d02_2021-08-28_{:02}.nc", 6 * time);
            let path = write(&folder, &name, &nest(time..time + 1, 1.0).bytes());
            let outcome = open(&path).map(Arc::new);
            (path, outcome)
        })
        .collect();
    let catalog = Catalog::new(&files);
    assert_eq!(catalog.models.len(), 1, "one model");
    let series = &catalog.models[0].runs[0].series;
    let t2 = series.iter().find(|series| series.slots.len() == 3).expect("one loop of three times");
    let places: Vec<_> = t2
        .slots
        .iter()
        .map(|slot| {
            t2.recipe(t2.levels[0], &Variant::default(), *slot)
                .and_then(|recipe| recipe.grid()?.position(0, 0))
                .expect("placed")
        })
        .collect();
    assert_eq!(places, [(-85.0, 25.0), (-86.5, 27.0), (-88.0, 29.0)]);
    let listed = inventory(&files);
    assert_eq!(listed.iter().filter(|listed| listed.id.starts_with("T2")).count(), 1);
    let wanted = Wanted { valid: Some("2021-08-28T06:00:00Z".into()), ..Wanted::default() };
    let (part, choice) = listed.iter().find(|l| l.id == "T2").expect("listed").find(&wanted).expect("that time");
    let field = part.variable().and_then(|variable| variable.field(choice)).expect("its field");
    assert_eq!(field.grid.position(0, 0), Some((-86.5, 27.0)));
}

#[test]
fn rows_and_columns_that_drift_are_followed_and_levels_that_differ_are_not_placed() {
    let folder = folder("places_drift");
    let base =
        || Classic::default().dimension("time", 2).dimension("lev", 2).dimension("y", ROWS).dimension("x", COLUMNS);
    let time = [("units", "hours since 2026-11-20"), ("standard_name", "time")];
    let axis = |count: usize, from: f64, by: f64| -> Vec<f64> {
        (0..2).flat_map(|time| (0..count).map(move |n| from + by * f64::from(time) + n as f64)).collect()
    };
    let drifting = base()
        .variable("time", &["time"], &time, vec![0.0, 6.0])
        .variable("lat", &["time", "y"], &LAT, axis(ROWS, 40.0, 1.0))
        .variable("lon", &["time", "x"], &LON, axis(COLUMNS, -100.0, -2.0))
        .variable(
            "t",
            &["time", "y", "x"],
            &[("units", "K"), ("coordinates", "lat lon")],
            vec![280.0; 2 * ROWS * COLUMNS],
        );
    let dataset = opened(&write(&folder, "drifting.nc", &drifting.bytes()));
    let t = variable(&dataset, "t");
    assert_eq!((position(t, 0, 0, 0), position(t, 1, 1, 1)), (Some((-100.0, 40.0)), Some((-101.0, 42.0))));
    let planes = |change: f64| {
        let size = 2 * 2 * ROWS * COLUMNS;
        let plane = ROWS * COLUMNS;
        let at = |n: usize| (n / plane % 2) as f64 * change;
        let lat = (0..size).map(|n| 40.0 + (n / COLUMNS % ROWS) as f64 + 0.1 * (n % COLUMNS) as f64 + at(n)).collect();
        let lon = (0..size).map(|n| -100.0 + (n % COLUMNS) as f64).collect();
        let all = ["time", "lev", "y", "x"];
        base()
            .variable("time", &["time"], &time, vec![0.0, 6.0])
            .variable("lat", &all, &LAT, lat)
            .variable("lon", &all, &LON, lon)
            .variable("t", &all, &[("units", "K"), ("coordinates", "lat lon")], vec![280.0; size])
    };
    let four = opened(&write(&folder, "four.nc", &planes(0.0).bytes()));
    assert_eq!(position(variable(&four, "t"), 1, 2, 1), Some((-99.0, 42.1)), "four dimensions that say the same");
    let differing = opened(&write(&folder, "differing.nc", &planes(0.5).bytes()));
    assert_eq!(variable(&differing, "t").grid.geometry, Geometry::Unplaced);
}

/// Three by three nodes two degrees apart, in triangles and one square; the field stands on the faces.
fn mesh(faces: &[[f64; 4]], turned: bool) -> Classic {
    let node = |n: usize| (50.0 + 2.0 * (n / 3) as f64, 4.0 + 2.0 * (n % 3) as f64);
    let topology = [
        ("cf_role", "mesh_topology"),
        ("topology_dimension", "2"),
        ("node_coordinates", "node_x node_y"),
        ("face_node_connectivity", "face_nodes"),
    ];
    let values: Vec<f64> = if turned {
        (0..4).flat_map(|corner| faces.iter().map(move |face| face[corner])).collect()
    } else {
        faces.iter().flatten().copied().collect()
    };
    let dims = if turned { ["four", "face"] } else { ["face", "four"] };
    let on_mesh = [("mesh", "mesh2d"), ("location", "face"), ("units", "m")];
    Classic::default()
        .dimension("node", 9)
        .dimension("face", faces.len())
        .dimension("four", 4)
        .dimension("time", 1)
        .variable("mesh2d", &[], &topology, vec![0.0])
        .variable("node_x", &["node"], &LON, (0..9).map(|n| node(n).1).collect())
        .variable("node_y", &["node"], &LAT, (0..9).map(|n| node(n).0).collect())
        .variable("face_nodes", &dims, &[], values)
        .variable("time", &["time"], &[("units", "hours since 2026-11-20")], vec![0.0])
        .variable("wl", &["time", "face"], &on_mesh, faces.iter().map(|face| face[0]).collect())
}

#[test]
fn faces_without_coordinates_stand_at_the_middle_of_their_nodes() {
    let folder = folder("places_mesh");
    let from = |first: f64, end: f64| {
        let node = move |n: f64| if n < 0.0 { end } else { n + first };
        [
            [0.0, 1.0, 4.0, 3.0],
            [1.0, 2.0, 5.0, -1.0],
            [1.0, 5.0, 4.0, -1.0],
            [3.0, 4.0, 7.0, -1.0],
            [4.0, 8.0, 7.0, -1.0],
            [4.0, 5.0, 8.0, -1.0],
        ]
        .map(|face| face.map(node))
    };
    let cases = [
        ("zero.nc", from(0.0, -1.0), false),
        ("one.nc", from(1.0, 0.0), false),
        ("fill.nc", from(1.0, -999.0), true),
        ("huge.nc", from(0.0, 999_999.0), true),
    ];
    for (name, faces, turned) in cases {
        let dataset = opened(&write(&folder, name, &mesh(&faces, turned).bytes()));
        let wl = variable(&dataset, "wl");
        assert_eq!((wl.grid.ny, wl.grid.nx), (1, 6), "{name}");
        let (lon, lat) = wl.grid.position(0, 0).expect("the square");
        assert!((lon - 5.0).abs() < 1e-9 && (lat - 51.0).abs() < 0.01, "{name}: {lon}, {lat}");
        let (lon, lat) = wl.grid.position(0, 1).expect("a triangle");
        assert!((lon - 22.0 / 3.0).abs() < 0.01 && (lat - 152.0 / 3.0).abs() < 0.01, "{name}: {lon}, {lat}");
    }
}

#[test]
fn numbers_that_stand_for_land_do_not_stretch_the_view() {
    let folder = folder("places_land");
    for garbage in [0.0, -999.0, 999.0, 1e5, 1e20, f64::NAN] {
        let plane = |from: f64, along: fn(usize) -> f64| -> Vec<f64> {
            (0..100).map(|n| if n % 10 < 4 && n / 10 > 5 { garbage } else { from + 0.05 * along(n) }).collect()
        };
        let all = ["time", "y", "x"];
        let file = Classic::default()
            .dimension("time", 1)
            .dimension("y", 10)
            .dimension("x", 10)
            .variable("nav_lat", &["y", "x"], &LAT, plane(36.5, |n| (n / 10) as f64))
            .variable("nav_lon", &["y", "x"], &LON, plane(-76.5, |n| (n % 10) as f64))
            .variable("time", &["time"], &[("units", "hours since 2026-11-20")], vec![0.0])
            .variable("sst", &all, &[("units", "degC"), ("coordinates", "nav_lon nav_lat")], vec![10.0; 100]);
        let dataset = opened(&write(&folder, "land.nc", &file.bytes()));
        let sst = variable(&dataset, "sst");
        assert_eq!(position(sst, 0, 9, 0), None, "{garbage}");
        let view = map::region("data").expect("it is bundled").view([800, 600], 1.0, Some(&sst.grid));
        let (lon, lat) = view.to_lon_lat(400.0, 300.0).expect("on the map");
        assert!((lon + 76.27).abs() < 0.2 && (lat - 36.7).abs() < 0.2, "{garbage}: {lon}, {lat}");
    }
}

/// Rows and columns of a projection whose mapping has these attributes.
fn mapped(name: &str, mapping: &[(&str, &str)], axes: &[(&str, &str)], x: Vec<f64>, y: Vec<f64>) -> Classic {
    let along = |standard_name: &'static str| {
        let mut all = vec![("standard_name", standard_name)];
        all.extend(axes);
        all
    };
    let size = x.len() * y.len();
    Classic::default()
        .dimension("x", x.len())
        .dimension("y", y.len())
        .variable("x", &["x"], &along("projection_x_coordinate"), x)
        .variable("y", &["y"], &along("projection_y_coordinate"), y)
        .variable(name, &[], mapping, vec![0.0])
        .variable("t", &["y", "x"], &[("units", "K"), ("grid_mapping", name)], vec![280.0; size])
}

#[test]
fn a_grid_mapping_is_followed_in_the_words_of_other_programs() {
    let folder = folder("places_mapping");
    let metres = [("units", "m")];
    let placed = |file: Classic| {
        let dataset = opened(&write(&folder, "mapped.nc", &file.bytes()));
        (position(variable(&dataset, "t"), 0, 1, 2), dataset.notes.len())
    };
    let (x, y) = (vec![0.0, 100_000.0, 200_000.0], vec![0.0, -150_000.0, -300_000.0]);
    // By pyproj, at x 200 km and y -150 km.
    let polar = Some((8.130102, 87.692479));
    assert_eq!(placed(mapped("crs", &[("id", "EPSG:3413")], &metres, x.clone(), y.clone())), (polar, 0));
    let kilometres = |values: &[f64]| values.iter().map(|value| value / 1000.0).collect::<Vec<f64>>();
    let definition = "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +datum=WGS84 +units=km";
    let own_unit = mapped("crs", &[("proj4_params", definition)], &[], kilometres(&x), kilometres(&y));
    assert_eq!(placed(own_unit), (polar, 0), "the axes are silent: in the definition's own unit");
    let degrees = (vec![-1.0, 0.0, 1.0], vec![-2.0, 2.0, 3.0]);
    let plain =
        mapped("crs", &[("proj4_params", "+proj=longlat +ellps=WGS84")], &[], degrees.0.clone(), degrees.1.clone());
    assert_eq!(placed(plain), (Some((1.0, 2.0)), 0));
    let mercator = [
        ("longitude_of_projection_origin", "0."),
        ("scale_factor_at_projection_origin", "1."),
        ("semi_major_axis", "6378137."),
        ("inverse_flattening", "298.257223563"),
    ];
    assert_eq!(placed(mapped("mercator", &mercator, &metres, x.clone(), y.clone())), (Some((1.796631, -1.356426)), 0));
}

#[test]
fn a_mapping_that_says_nothing_is_told_with_what_it_lacks_and_two_that_differ_too() {
    let folder = folder("places_contradiction");
    let (x, y) = (vec![0.0, 100_000.0, 200_000.0], vec![0.0, -150_000.0, -300_000.0]);
    let told = |mapping: &[(&str, &str)]| {
        let file = mapped("crs", mapping, &[("units", "m")], x.clone(), y.clone());
        let dataset = opened(&write(&folder, "told.nc", &file.bytes()));
        dataset.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let notes = told(&[("comment", "none")]);
    assert!(notes.contains("grid_mapping_name"), "{notes}");
    let notes = told(&[("epsg", "1")]);
    assert!(notes.contains("EPSG:1"), "{notes}");
    let twofold = [
        ("grid_mapping_name", "polar_stereographic"),
        ("straight_vertical_longitude_from_pole", "0."),
        ("latitude_of_projection_origin", "90."),
        ("standard_parallel", "70."),
        ("proj4", "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +datum=WGS84"),
    ];
    let notes = told(&twofold);
    assert!(notes.contains("contradicts"), "{notes}");
    assert_eq!(told(&twofold[..4]), "");
}

#[test]
fn coordinates_that_do_not_exist_do_not_hide_those_that_do() {
    let folder = folder("places_dangling");
    let axis = |name: &'static str, units: &'static str| [("standard_name", name), ("units", units)];
    let field = [("units", "ng m-3"), ("coordinates", "lat2d lon2d")];
    // FLEXPART: true degrees under the names of rotated ones.
    let flexpart = Classic::default()
        .dimension("latitude", ROWS)
        .dimension("longitude", COLUMNS)
        .variable("longitude", &["longitude"], &axis("grid_longitude", "degrees_east"), vec![5.0, 6.0, 7.0, 8.0, 9.0])
        .variable("latitude", &["latitude"], &axis("grid_latitude", "degrees_north"), vec![45.0, 46.0, 47.0, 48.0])
        .variable("spec001_mr", &["latitude", "longitude"], &field, vec![1.0; ROWS * COLUMNS]);
    let dataset = opened(&write(&folder, "flexpart.nc", &flexpart.bytes()));
    assert_eq!(position(variable(&dataset, "spec001_mr"), 0, 1, 2), Some((7.0, 46.0)));
    // FLEXPART-COSMO: rotated, by the only mapping that is there.
    let pole = [
        ("grid_mapping_name", "rotated_latitude_longitude"),
        ("grid_north_pole_latitude", "43."),
        ("grid_north_pole_longitude", "-170."),
    ];
    let rotated = Classic::default()
        .dimension("rlat", ROWS)
        .dimension("rlon", COLUMNS)
        .variable("rotated_pole", &[], &pole, vec![0.0])
        .variable("rlon", &["rlon"], &axis("grid_longitude", "degrees"), vec![-2.0, -1.0, 0.0, 1.0, 2.0])
        .variable("rlat", &["rlat"], &axis("grid_latitude", "degrees"), vec![-1.0, 0.0, 1.0, 2.0])
        .variable("spec001_mr", &["rlat", "rlon"], &field, vec![1.0; ROWS * COLUMNS]);
    let dataset = opened(&write(&folder, "rotated.nc", &rotated.bytes()));
    assert_eq!(position(variable(&dataset, "spec001_mr"), 0, 1, 2), Some((10.0, 47.0)));
}

#[test]
fn nodes_of_fesom_are_placed_by_the_mesh_file_in_either_of_its_forms() {
    let folder = folder("places_fesom");
    let (lat, lon) = (vec![10.0, 10.0, 20.0, 20.0, 30.0], vec![0.0, 10.0, 0.0, 10.0, 5.0]);
    let corners: Vec<f64> = vec![1.0, 2.0, 3.0, 2.0, 4.0, 5.0, 3.0, 3.0, 4.0];
    let listed = Classic::default()
        .dimension("nod2", 5)
        .dimension("elem", 3)
        .dimension("n3", 3)
        .variable("lat", &["nod2"], &[], lat.clone())
        .variable("lon", &["nod2"], &[], lon.clone())
        .variable("face_nodes", &["n3", "elem"], &[("start_index", "1")], corners.clone());
    let radians = |values: &[f64]| values.iter().map(|value| value.to_radians()).collect::<Vec<f64>>();
    let stacked = |values: [Vec<f64>; 2]| {
        Classic::default()
            .dimension("nod_n", 5)
            .dimension("elem", 3)
            .dimension("n3", 3)
            .dimension("n2", 2)
            .variable("nodes", &["n2", "nod_n"], &[], values.concat())
            .variable("elements", &["n3", "elem"], &[], corners.clone())
    };
    let in_degrees = stacked([lon.clone(), lat.clone()]);
    let meshes = [
        ("a.mesh.diag.nc", listed),
        ("b.mesh.diag.nc", in_degrees),
        ("c.mesh.diag.nc", stacked([radians(&lon), radians(&lat)])),
    ];
    for (name, mesh) in meshes {
        let mesh = write(&folder, name, &mesh.bytes());
        for dims in [["time", "nod2"], ["time", "nod_n"]] {
            let data = Classic::default()
                .dimension("time", 1)
                .dimension(dims[1], 5)
                .variable("time", &["time"], &[("units", "hours since 2026-11-20")], vec![0.0])
                .variable("sst", &dims, &[("units", "C")], vec![1.0, 2.0, 3.0, 4.0, 5.0]);
            let alone = support::folder("places_fesom_data");
            let path = write(&alone, "sst.fesom.1948.nc", &data.bytes());
            let dataset = open_among(&path, std::slice::from_ref(&mesh)).unwrap_or_else(|error| panic!("{error}"));
            let sst = variable(&dataset, "sst");
            assert_eq!(position(sst, 0, 0, 3), Some((10.0, 20.0)), "{name} {dims:?}");
            assert!(sst.grid.is_drawable(), "{name}");
        }
    }
}
