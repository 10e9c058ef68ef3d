//! What the coordinates mean: grids, levels, times and members in the forms in which files give them.

use millibar::field::{LevelKind, Member};
use millibar::grid::Geometry;
use millibar::source::{Choice, Variable};
use netcdf::FileMut;

use super::writing::{axis, counting, find, opened, put, read, small_grid, variable, write};

/// Run, lead in hours and valid time of each step, as one would say them.
fn told(variable: &Variable) -> Vec<String> {
    let time = |moment: Option<String>| moment.unwrap_or_else(|| "?".to_owned());
    variable
        .steps
        .iter()
        .map(|step| {
            let run = time(step.run.map(|run| run.0.iso()));
            let lead = step.lead.map_or_else(|| "?".to_owned(), |lead| lead.hours().to_string());
            format!("{run} + {lead} = {}", time(step.valid.map(|valid| valid.0.iso())))
        })
        .collect()
}

const RUN: &str = "2026-11-20T12:00:00Z";
const SIX: &str = "2026-11-20T12:00:00Z + 6 = 2026-11-20T18:00:00Z";
const SINCE: (&str, &str) = ("units", "hours since 2026-11-20 12:00:00");

/// A variable `x` on the small grid with two steps; `time` writes the time coordinates over the dimension it names.
fn check_steps(name: &str, dims: &[&str], coordinates: &str, time: impl FnOnce(&mut FileMut), expected: &[&str]) {
    let written = write(name, |file| {
        small_grid(file);
        time(file);
        let dims: Vec<&str> = dims.iter().copied().chain(["lat", "lon"]).collect();
        counting(file, "x", &dims, &[("coordinates", coordinates)]);
    });
    let dataset = opened(&written);
    assert_eq!(told(find(&dataset, "x")), expected, "{name}");
}

#[test]
fn a_time_axis_alone_gives_valid_times_and_no_run() {
    let expected = ["? + ? = 2026-11-20T12:00:00Z", "? + ? = 2026-11-20T18:00:00Z"];
    check_steps("time", &["time"], "", |file| axis(file, "time", &[0.0, 6.0], &[SINCE]), &expected);
}

#[test]
fn a_forecast_reference_time_is_the_run() {
    let zero = format!("{RUN} + 0 = {RUN}");
    let times = |file: &mut FileMut| {
        axis(file, "time", &[0.0, 6.0], &[SINCE]);
        let run = [SINCE, ("standard_name", "forecast_reference_time")];
        variable(file, "forecast_reference_time", &[], &[0.0], &run);
        variable(file, "forecast_period", &["time"], &[0.0, 6.0], &[("units", "hours")]);
    };
    check_steps("frt", &["time"], "forecast_reference_time forecast_period", times, &[&zero, SIX]);
}

#[test]
fn a_run_and_a_step_dimension_make_the_valid_time() {
    let zero = format!("{RUN} + 0 = {RUN}");
    for (name, units, step) in [
        ("step", "days", 0.25),
        ("leadtime", "hours", 6.0),
        ("forecast1", "minutes", 360.0),
        ("prediction_timedelta", "seconds", 21_600.0),
    ] {
        let times = |file: &mut FileMut| {
            axis(file, name, &[0.0, step], &[("units", units)]);
            variable(file, "reftime", &[], &[0.0], &[SINCE]);
        };
        check_steps(&format!("run_{name}"), &[name], "", times, &[&zero, SIX]);
        // cfgrib without its standard names: `time` beside `step` is the run.
        let times = |file: &mut FileMut| {
            axis(file, name, &[0.0, step], &[("units", units)]);
            variable(file, "time", &[], &[0.0], &[SINCE]);
        };
        check_steps(&format!("time_{name}"), &[name], "time", times, &[&zero, SIX]);
    }
}

#[test]
fn a_lead_time_without_a_unit_is_hours() {
    let zero = format!("{RUN} + 0 = {RUN}");
    let times = |file: &mut FileMut| {
        axis(file, "forecast", &[0.0, 6.0], &[]);
        variable(file, "reftime", &[], &[0.0], &[SINCE]);
    };
    check_steps("forecast", &["forecast"], "", times, &[&zero, SIX]);
}

#[test]
fn graphcast_writes_a_timedelta_beside_the_dates() {
    let zero = format!("{RUN} + 0 = {RUN}");
    let times = |file: &mut FileMut| {
        file.add_dimension("batch", 1).expect("a dimension");
        axis(file, "time", &[0.0, 6.0], &[("units", "hours")]);
        variable(file, "datetime", &["batch", "time"], &[0.0, 6.0], &[SINCE]);
    };
    check_steps("graphcast", &["batch", "time"], "datetime", times, &[&zero, SIX]);
}

#[test]
fn two_runs_times_two_leads_are_four_steps() {
    let expected = [
        "2026-11-20T12:00:00Z + 0 = 2026-11-20T12:00:00Z",
        SIX,
        "2026-11-21T00:00:00Z + 0 = 2026-11-21T00:00:00Z",
        "2026-11-21T00:00:00Z + 6 = 2026-11-21T06:00:00Z",
    ];
    let times = |file: &mut FileMut| {
        axis(file, "forecast_reference_time", &[0.0, 12.0], &[SINCE]);
        axis(file, "lead", &[0.0, 6.0], &[("units", "hours")]);
    };
    check_steps("two_runs", &["forecast_reference_time", "lead"], "", times, &expected);
}

#[test]
fn a_time_that_cannot_be_told_apart_is_chosen_by_position_as_well() {
    let written = write("repeated", |file| {
        small_grid(file);
        axis(file, "time", &[0.0, 6.0, 6.0, 12.0], &[SINCE]);
        counting(file, "x", &["time", "lat", "lon"], &[]);
    });
    let dataset = opened(&written);
    let x = find(&dataset, "x");
    assert_eq!((x.dims[0].name.as_str(), x.dims[0].size, x.dims.len()), ("time", 4, 1));
    let by_position = read(x, Choice { dims: vec![2], ..Choice::default() });
    assert_eq!(by_position[[0, 0]], 24.0);
    let by_step = read(x, Choice { step: 1, ..Choice::default() });
    assert_eq!(by_step[[0, 0]], 12.0);
}

#[test]
fn a_calendar_keeps_its_30th_of_february() {
    let written = write("days360", |file| {
        small_grid(file);
        axis(file, "time", &[0.0, 1.0], &[("units", "days since 2026-02-29"), ("calendar", "360_day")]);
        counting(file, "x", &["time", "lat", "lon"], &[]);
    });
    let dataset = opened(&written);
    assert_eq!(told(find(&dataset, "x"))[1], "? + ? = 2026-02-30T00:00:00Z");
}

#[test]
fn levels_keep_the_file_s_numbers_and_unit() {
    let written = write("levels", |file| {
        small_grid(file);
        axis(file, "plev", &[50_000.0, 85_000.0], &[("units", "Pa")]);
        axis(file, "level", &[500.0, 850.0, 1000.0], &[]);
        axis(file, "hybrid", &[1.0, 2.0], &[("standard_name", "atmosphere_hybrid_sigma_pressure_coordinate")]);
        variable(file, "height", &[], &[2.0], &[("units", "m"), ("standard_name", "height")]);
        counting(file, "a", &["plev", "lat", "lon"], &[]);
        counting(file, "b", &["level", "lat", "lon"], &[]);
        counting(file, "c", &["lat", "lon"], &[("coordinates", "height")]);
        counting(file, "d", &["hybrid", "plev", "lat", "lon"], &[]);
        counting(file, "e", &["lat", "lon"], &[]);
    });
    let dataset = opened(&written);
    let level = |id: &str| find(&dataset, id).levels.clone().map(|axis| (axis.kind, axis.units, axis.values));
    assert_eq!(level("a"), Some((LevelKind::Pressure, Some("Pa".to_owned()), vec![50_000.0, 85_000.0])));
    assert_eq!(level("b"), Some((LevelKind::Pressure, None, vec![500.0, 850.0, 1000.0])));
    assert_eq!(level("c"), Some((LevelKind::HeightAboveGround, Some("m".to_owned()), vec![2.0])));
    assert_eq!(level("d").map(|(kind, ..)| kind), Some(LevelKind::Pressure));
    assert_eq!((find(&dataset, "d").dims[0].name.as_str(), find(&dataset, "d").dims[0].size), ("hybrid", 2));
    assert_eq!(level("e"), None);
    let d = read(find(&dataset, "d"), Choice { level: 1, dims: vec![1], ..Choice::default() });
    assert_eq!(d[[0, 0]], 36.0);
}

#[test]
fn members_and_other_dimensions_are_chosen() {
    let written = write("members", |file| {
        small_grid(file);
        axis(file, "number", &[0.0, 5.0], &[("standard_name", "realization")]);
        file.add_dimension("soiltype", 3).expect("a dimension");
        counting(file, "x", &["number", "soiltype", "lat", "lon"], &[]);
    });
    let dataset = opened(&written);
    let x = find(&dataset, "x");
    assert_eq!(x.members.as_deref(), Some(&["0", "5"].map(Member::named)[..]));
    assert_eq!((x.dims[0].name.as_str(), x.dims[0].size, x.dims.len()), ("soiltype", 3, 1));
    assert_eq!(read(x, Choice { member: 1, dims: vec![2], ..Choice::default() })[[0, 0]], 60.0);
    assert_eq!(x.field(Choice { member: 2, ..Choice::default() }), None);
}

#[test]
fn positions_of_two_dimensions_make_a_curvilinear_grid() {
    let written = write("curvilinear", |file| {
        file.add_dimension("y", 2).expect("a dimension");
        file.add_dimension("x", 3).expect("a dimension");
        let lat = [50.0, 50.5, 51.0, 49.0, 49.5, 50.0];
        let lon = [10.0, 11.0, 12.0, 10.5, 11.5, 12.5];
        variable(file, "nav_lat", &["y", "x"], &lat, &[]);
        variable(file, "nav_lon", &["y", "x"], &lon, &[]);
        counting(file, "t", &["x", "y"], &[("coordinates", "nav_lon nav_lat")]);
    });
    let dataset = opened(&written);
    let t = find(&dataset, "t");
    let Geometry::Curvilinear(plane) = &t.grid.geometry else { panic!("{:?}", t.grid) };
    assert_eq!((plane.lat()[[1, 2]], plane.lon()[[1, 2]]), (50.0, 12.5));
    // Stored columns first: row 1, column 2 is number 2 × 2 + 1.
    assert_eq!(read(t, Choice::default())[[1, 2]], 5.0);
}

#[test]
fn a_grid_mapping_places_a_grid_without_latitudes() {
    let written = write("lambert", |file| {
        axis(file, "y", &[-10.0, 0.0, 10.0], &[("units", "km"), ("standard_name", "projection_y_coordinate")]);
        axis(file, "x", &[-20.0, 0.0, 20.0, 40.0], &[("units", "km"), ("standard_name", "projection_x_coordinate")]);
        variable(file, "crs", &[], &[0.0], &[("grid_mapping_name", "lambert_conformal_conic")]);
        put(file, "crs", "standard_parallel", vec![50.0, 50.0]);
        put(file, "crs", "longitude_of_central_meridian", -92.0);
        put(file, "crs", "latitude_of_projection_origin", 50.0);
        put(file, "crs", "earth_radius", 6_371_229.0);
        counting(file, "t", &["y", "x"], &[("grid_mapping", "crs: x y")]);
    });
    let dataset = opened(&written);
    let t = find(&dataset, "t");
    let Geometry::Projected { projection, x, y } = &t.grid.geometry else { panic!("{:?}", t.grid) };
    assert_eq!((x[3], y[0]), (40_000.0, -10_000.0));
    let (lon, lat) = projection.inverse(x[1], y[1]).expect("on the map");
    assert!((lon + 92.0).abs() < 1e-9 && (lat - 50.0).abs() < 1e-9, "{lon} {lat}");
    assert_eq!(dataset.notes, []);
}

#[test]
fn a_grid_mapping_that_is_unknown_is_said_and_the_values_are_still_there() {
    let written = write("unmapped", |file| {
        axis(file, "y", &[0.0, 1.0], &[("units", "m"), ("standard_name", "projection_y_coordinate")]);
        axis(file, "x", &[0.0, 1.0], &[("units", "m"), ("standard_name", "projection_x_coordinate")]);
        variable(file, "crs", &[], &[0.0], &[("grid_mapping_name", "butterfly")]);
        counting(file, "t", &["y", "x"], &[("grid_mapping", "crs")]);
    });
    let dataset = opened(&written);
    let t = find(&dataset, "t");
    assert_eq!(t.grid.geometry, Geometry::Unplaced);
    assert_eq!(read(t, Choice::default())[[1, 1]], 3.0);
    assert!(dataset.notes.iter().any(|note| note.to_string().contains("butterfly")));
}

#[test]
fn loose_points_are_one_row() {
    let written = write("points", |file| {
        file.add_dimension("cell", 5).expect("a dimension");
        let degrees = std::f64::consts::PI / 180.0;
        let radians: Vec<f64> = (0..5).map(|n| f64::from(n) * 10.0 * degrees).collect();
        variable(file, "clat", &["cell"], &radians, &[("units", "radian"), ("standard_name", "latitude")]);
        variable(file, "clon", &["cell"], &radians, &[("units", "radian"), ("standard_name", "longitude")]);
        axis(file, "time", &[0.0, 6.0], &[SINCE]);
        counting(file, "t", &["time", "cell"], &[("coordinates", "clon clat")]);
    });
    let dataset = opened(&written);
    let t = find(&dataset, "t");
    assert_eq!((t.grid.ny, t.grid.nx), (1, 5));
    assert!(matches!(t.grid.geometry, Geometry::Points(_)), "{:?}", t.grid);
    let (_, lat) = t.grid.position(0, 4).expect("a place");
    assert!((lat - 40.0).abs() < 1e-9);
    assert_eq!(read(t, Choice { step: 1, ..Choice::default() })[[0, 4]], 9.0);
}

#[test]
fn groups_keep_their_variables_apart_and_see_the_coordinates_outside() {
    let written = write("groups", |file| {
        small_grid(file);
        for name in ["a", "b"] {
            let mut group = file.add_group(name).expect("a group");
            let mut rh = group.add_variable::<f32>("rh", &["lat", "lon"]).expect("rh");
            rh.put_values(&[1.0_f32; 12], ..).expect("values");
        }
    });
    let dataset = opened(&written);
    let ids: Vec<&str> = dataset.variables.iter().map(|variable| variable.id.as_str()).collect();
    assert_eq!(ids, ["a/rh", "b/rh"]);
    assert!(std::sync::Arc::ptr_eq(&find(&dataset, "a/rh").grid, &find(&dataset, "b/rh").grid));
}

#[test]
fn corners_and_coordinates_are_no_fields() {
    let written = write("bounds", |file| {
        small_grid(file);
        file.add_dimension("two", 2).expect("a dimension");
        counting(file, "edges", &["lat", "two"], &[]);
        put(file, "lat", "bounds", "edges");
        counting(file, "x", &["lat", "lon"], &[]);
    });
    let dataset = opened(&written);
    assert_eq!(dataset.variables.len(), 1);
}

#[test]
fn planes_that_are_named_hold_against_axes_that_are_made_up() {
    let named = write("made_up", |file| {
        axis(file, "y", &[-45.0, 0.0, 45.0], &[("units", "degrees_north"), ("long_name", "Fake Latitude")]);
        axis(file, "x", &[0.0, 45.0], &[("units", "degrees_east"), ("long_name", "Fake Longitude")]);
        variable(file, "lats", &["y", "x"], &[-33.0, -34.0, 1.0, 2.0, 33.0, 35.0], &[("units", "degrees_north")]);
        variable(file, "lons", &["y", "x"], &[10.0, 50.0, 11.0, 52.0, 12.0, 51.0], &[("units", "degrees_east")]);
        counting(file, "t", &["y", "x"], &[("coordinates", "lons lats")]);
        counting(file, "plain", &["y", "x"], &[]);
    });
    let dataset = opened(&named);
    assert_eq!(find(&dataset, "t").grid.position(0, 1), Some((50.0, -34.0)));
    assert_eq!(find(&dataset, "plain").grid.position(0, 1), Some((45.0, -45.0)));
}

#[test]
fn rows_and_columns_written_out_in_full_are_rows_and_columns() {
    let full = write("in_full", |file| {
        file.add_dimension("y", 2).expect("a dimension");
        file.add_dimension("x", 3).expect("a dimension");
        variable(file, "lat", &["y", "x"], &[50.0, 50.0, 50.0, 40.0, 40.0, 40.0], &[("units", "degrees_north")]);
        variable(file, "lon", &["y", "x"], &[0.0, 1.0, 2.0, 0.0, 1.0, 2.0], &[("units", "degrees_east")]);
        counting(file, "t", &["y", "x"], &[("coordinates", "lat lon")]);
    });
    let expected = Geometry::LatLon { lat: vec![50.0, 40.0], lon: vec![0.0, 1.0, 2.0] };
    assert_eq!(find(&opened(&full), "t").grid.geometry, expected);
}
