//! Values that their unit does not settle, and names that mean several things, as `millibar probe` and `info` tell them.

#[allow(dead_code, reason = "each test binary uses a part of it")]
mod support;

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use support::{Classic, folder, write};

/// A variable of a file of its own, on a grid of 3 × 4 points.
struct Told {
    name: String,
    name_fr: String,
    units: String,
    /// The file's unit, where it was told by the values.
    told: Option<String>,
    /// What is shown at the first point.
    value: f64,
    /// What `info` says of the same variable.
    info: (String, String),
}

fn millibar(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_millibar")).args(arguments).output().expect("millibar starts");
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    serde_json::from_str(&words).unwrap_or_else(|error| panic!("{error}: {words} {output:?}"))
}

fn tell(variable: &str, attributes: &[(&str, &str)], values: [f64; 4], level: Option<(&str, f64)>) -> Told {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    // Test runners may give each test a process of its own.
    let folder = folder(&format!("values_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    let mut file = Classic::default()
        .dimension("lat", 3)
        .dimension("lon", 4)
        .variable("lat", &["lat"], &[("units", "degrees_north")], vec![80.0, 60.0, 40.0])
        .variable("lon", &["lon"], &[("units", "degrees_east")], vec![-150.0, -120.0, -90.0, -60.0]);
    let mut dims = vec!["lat", "lon"];
    if let Some((units, value)) = level {
        let standard = if units == "m" { "height" } else { "air_pressure" };
        file = file.dimension("level", 1).variable(
            "level",
            &["level"],
            &[("units", units), ("standard_name", standard)],
            vec![value],
        );
        dims.insert(0, "level");
    }
    let values = values.repeat(3);
    let bytes = file.variable(variable, &dims, attributes, values).bytes();
    let path = write(&folder, "field.nc", &bytes);
    let path = path.to_str().expect("a path");
    let probe = millibar(&["probe", path, "--variable", variable, "--index", "0,0", "--json"]);
    let info = millibar(&["info", path, "--json"]);
    let display = &probe["display"];
    let listed = info["variables"].as_array().expect("variables").iter().find(|v| v["id"] == variable).expect("listed");
    let words = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Told {
        name: words(&display["name"]["en"]),
        name_fr: words(&display["name"]["fr"]),
        units: words(&display["units"]),
        told: display["units_told"].as_str().map(str::to_owned),
        value: display["value"].as_f64().unwrap_or(f64::NAN),
        info: (words(&listed["display"]["name"]["en"]), words(&listed["display"]["units"])),
    }
}

fn check(variable: &str, attributes: &[(&str, &str)], values: [f64; 4], expected: (&str, &str, f64, Option<&str>)) {
    let told = tell(variable, attributes, values, None);
    let (name, units, value, by_range) = expected;
    assert_eq!((told.name.as_str(), told.units.as_str()), (name, units), "{variable} {attributes:?}");
    assert!((told.value - value).abs() < 1e-4, "{variable} {attributes:?}: {} is not {value}", told.value);
    assert_eq!(told.told.as_deref(), by_range, "{variable} {attributes:?}");
    assert_eq!(told.info, (told.name, told.units), "info and probe of {variable}");
}

#[test]
fn temperatures_and_pressures_are_told_by_their_range_where_the_unit_is_silent_or_wrong() {
    let air = ("standard_name", "air_temperature");
    check("t", &[air], [-47.8, -46.0, -49.0, -48.0], ("Temperature", "°C", -47.8, Some("degC")));
    check("t", &[air, ("units", "K")], [12.0, 15.0, 25.0, 30.0], ("Temperature", "°C", 12.0, Some("degC")));
    check("t", &[air, ("units", "K")], [293.15, 280.0, 300.0, 250.0], ("Temperature", "°C", 20.0, None));
    check("t2m", &[("units", "degC")], [293.15, 280.0, 300.0, 250.0], ("2 m temperature", "°C", 20.0, Some("K")));
    check("t2m", &[("units", "degrees")], [12.0, 14.0, 10.0, 9.0], ("2 m temperature", "°C", 12.0, Some("degC")));
    check("t2m", &[("units", "Deg. F")], [68.0, 70.0, 50.0, 59.0], ("2 m temperature", "°C", 20.0, None));
    check("d2m", &[], [68.0, 77.0, 50.0, 95.0], ("2 m dew point", "°C", 20.0, Some("degF")));
    check(
        "sst",
        &[("units", "Kelvin")],
        [18.0, 20.0, 25.0, 28.0],
        ("Sea surface temperature", "°C", 18.0, Some("degC")),
    );
    check(
        "msl",
        &[("units", "Pa")],
        [1013.0, 990.0, 1020.0, 1000.0],
        ("Mean sea level pressure", "hPa", 1013.0, Some("hPa")),
    );
    check("msl", &[], [101_300.0, 99_000.0, 1e5, 1e5], ("Mean sea level pressure", "hPa", 1013.0, Some("Pa")));
    check("sp", &[("units", "hPa")], [98_000.0, 99_000.0, 1e5, 1e5], ("Surface pressure", "hPa", 980.0, Some("Pa")));
}

#[test]
fn fractions_behind_a_percent_are_told_by_their_range() {
    let cloud = ("standard_name", "cloud_area_fraction");
    check("cc", &[cloud, ("units", "%")], [0.5, 1.0, 0.0, 0.25], ("Total cloud cover", "%", 50.0, Some("1")));
    check("cc", &[cloud, ("units", "%")], [50.0, 100.0, 0.0, 25.0], ("Total cloud cover", "%", 50.0, None));
    check("cc", &[cloud, ("units", "(0 - 1)")], [0.5, 1.0, 0.0, 0.25], ("Total cloud cover", "%", 50.0, None));
    check("clt", &[], [0.5, 1.0, 0.0, 0.25], ("Total cloud cover", "%", 50.0, Some("1")));
    check("rh", &[("units", "%")], [0.87, 1.0, 0.2, 0.3], ("Relative humidity", "%", 87.0, Some("1")));
    check("ci", &[("units", "%")], [87.0, 100.0, 20.0, 30.0], ("Sea ice area fraction", "%", 87.0, None));
}

#[test]
fn anomalies_and_errors_convert_without_offset_and_say_what_they_are() {
    let sst = ("standard_name", "sea_surface_temperature");
    let anomaly = ("Sea surface temperature (anomaly)", "K", -1.5, None);
    check("SST", &[sst, ("units", "K"), ("long_name", "Average Anomaly")], [-1.5, 0.0, 1.0, 2.0], anomaly);
    check("sst_anom", &[sst, ("units", "degC")], [-1.5, 0.0, 1.0, 2.0], anomaly);
    check("sst_anom", &[sst], [-1.5, 0.0, 1.0, 2.0], anomaly);
    let error = ("Temperature (error)", "K", 0.5, None);
    check("t_err", &[("standard_name", "air_temperature standard_error"), ("units", "K")], [0.5, 0.6, 0.7, 0.8], error);
    let deviation = ("2 m temperature (standard deviation)", "K", 5.0, None);
    check("t2m", &[("units", "degF"), ("cell_methods", "time: standard_deviation")], [9.0, 1.0, 1.0, 1.0], deviation);
    let spread = ("Mean sea level pressure (spread)", "hPa", 1.5, None);
    check("msl", &[("units", "Pa"), ("long_name", "ensemble spread of pressure")], [150.0, 10.0, 20.0, 30.0], spread);
    let told = tell("sst_anom", &[sst, ("units", "K")], [-1.5, 0.0, 1.0, 2.0], None);
    assert_eq!(told.name_fr, "Température de surface de la mer (anomalie)");
    // A corrected value is a value.
    let corrected = ("2 m temperature", "°C", 20.0, None);
    check(
        "t2m",
        &[("units", "K"), ("long_name", "bias-corrected 2 m temperature")],
        [293.15, 280.0, 300.0, 290.0],
        corrected,
    );
}

#[test]
fn long_names_go_before_guesses_from_short_ones() {
    let height = ("Geopotential height", "dam", 552.0, None);
    check("H", &[("units", "m"), ("long_name", "geopotential height")], [5520.0, 5500.0, 5400.0, 5300.0], height);
    let terrain = ("Model orography", "m", 1500.0, None);
    check("HGT", &[("units", "m"), ("description", "Terrain Height")], [1500.0, 5.0, 4.0, 3.0], terrain);
    check(
        "u",
        &[("units", "m s-1"), ("long_name", "Cone amplitude")],
        [1.0, 2.0, 3.0, 4.0],
        ("Cone amplitude", "m/s", 1.0, None),
    );
    let current = ("Eastward current", "m/s", 1.0, None);
    check("u", &[("units", "m s-1"), ("standard_name", "eastward_sea_water_velocity")], [1.0, 2.0, 3.0, 4.0], current);
    let theta = ("Potential temperature", "K", 300.0, None);
    check("T", &[("units", "K"), ("long_name", "Potential Temperature")], [300.0, 301.0, 302.0, 303.0], theta);
    check("H", &[("units", "m")], [1.0, 2.0, 3.0, 4.0], ("H", "m", 1.0, None));
}

#[test]
fn the_dew_point_on_a_level_of_the_model_is_not_that_at_two_metres() {
    let dew = [("standard_name", "dew_point_temperature"), ("units", "K")];
    let at = |level| tell("dew", &dew, [273.15, 270.0, 271.0, 272.0], Some(level)).name;
    assert_eq!(at(("hPa", 850.0)), "Dew point temperature");
    assert_eq!(at(("m", 2.0)), "2 m dew point");
}

#[test]
fn names_of_learned_forecasts_are_known_with_and_without_units() {
    for (name, units, value, shown) in [
        ("2m_temperature", "K", 293.15, ("2 m temperature", "°C", 20.0)),
        ("10m_u_component_of_wind", "m s**-1", 10.0, ("10 m U component of wind", "kt", 19.438_445)),
        ("10m_v_component_of_wind", "m s**-1", 10.0, ("10 m V component of wind", "kt", 19.438_445)),
        ("mean_sea_level_pressure", "Pa", 101_300.0, ("Mean sea level pressure", "hPa", 1013.0)),
        ("total_precipitation_6hr", "m", 0.012, ("6 h precipitation", "mm", 12.0)),
        ("specific_humidity", "kg kg**-1", 0.007, ("Specific humidity", "g/kg", 7.0)),
        ("vertical_velocity", "Pa s**-1", -0.5, ("Vertical velocity (omega)", "Pa/s", -0.5)),
        ("sea_surface_temperature", "K", 293.15, ("Sea surface temperature", "°C", 20.0)),
        (
            "toa_incident_solar_radiation",
            "J m**-2",
            2e6,
            ("Incident solar radiation at top of atmosphere", "MJ/m²", 2.0),
        ),
        ("land_sea_mask", "(0 - 1)", 1.0, ("Land-sea mask", "", 1.0)),
        ("total_column_water_vapour", "kg m**-2", 20.0, ("Precipitable water", "mm", 20.0)),
        ("geopotential_at_surface", "m**2 s**-2", 9806.65, ("Model orography", "m", 1000.0)),
        ("tp", "m", 0.004, ("Total precipitation", "mm", 4.0)),
    ] {
        for attributes in [&[("units", units)][..], &[]] {
            let told = tell(name, attributes, [value, value * 0.99, value * 0.98, value * 0.97], None);
            assert_eq!((told.name.as_str(), told.units.as_str()), (shown.0, shown.1), "{name} {attributes:?}");
            assert!((told.value - shown.2).abs() < 1e-4, "{name} {attributes:?}: {}", told.value);
        }
    }
}
