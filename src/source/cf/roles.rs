//! What a coordinate variable stands for: by standard name, axis and units first, by its usual name last.

use super::attribute::{Declared, Element};
use super::listed;
use super::time::{duration_seconds, is_absolute_day};
use crate::units;

/// The part that a variable plays as a coordinate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Latitude,
    Longitude,
    /// Along the columns of a projected grid.
    X,
    /// Along the rows of a projected grid.
    Y,
    /// A valid time.
    Time,
    /// A reference time.
    Run,
    /// A length of time ahead of the run.
    Lead,
    Member,
    Level,
}

/// What stands behind the degrees in a unit. WRF's geogrid writes `degrees latitude`.
const OF_LATITUDE: &[&str] = &["north", "n", "latitude", "lat", "northward"];
const OF_LONGITUDE: &[&str] = &["east", "e", "longitude", "lon", "eastward"];
const ANGLE_UNITS: &[&str] = &["", "degrees", "degree", "deg", "radian", "radians"];
const LATITUDE_NAMES: &[&str] = &[
    "lat",
    "latitude",
    "xlat",
    "xlat_m",
    "xlat_c",
    "nav_lat",
    "lat_rho",
    "lat_u",
    "lat_v",
    "lat_psi",
    "xlat_u",
    "xlat_v",
    "nav_lat_grid_t",
    "nav_lat_grid_u",
    "nav_lat_grid_v",
    "clat",
    "lats",
    "nlat",
    "lat2d",
    "gridlat",
    "mesh_node_y",
    "latitude_0",
    "geolat",
    "tlat",
];
const LONGITUDE_NAMES: &[&str] = &[
    "lon",
    "longitude",
    "xlong",
    "xlong_m",
    "xlong_c",
    "nav_lon",
    "lon_rho",
    "lon_u",
    "lon_v",
    "lon_psi",
    "xlong_u",
    "xlong_v",
    "nav_lon_grid_t",
    "nav_lon_grid_u",
    "nav_lon_grid_v",
    "clon",
    "lons",
    "nlon",
    "lon2d",
    "gridlon",
    "mesh_node_x",
    "longitude_0",
    "geolon",
    "tlong",
];
const RUN_NAMES: &[&str] = &[
    "forecast_reference_time",
    "reftime",
    "run",
    "analysis_time",
    "init_time",
    "initial_time",
    "initialization_time",
    "init",
    "base_time",
    "basetime",
];
const LEAD_NAMES: &[&str] = &[
    "step",
    "leadtime",
    "lead_time",
    "lead",
    "forecast_period",
    "forecast_hour",
    "forecast_hours",
    "forecast_time",
    "forecast_time0",
    "forecast_time1",
    "forecast_lead_time",
    "fhour",
    "fhr",
    "lead_hour",
    "lead_hours",
    "leadtime_hours",
    "forecast",
    "forecast1",
    "forecast2",
    "prediction_timedelta",
];
const TIME_NAMES: &[&str] = &["time", "times", "valid_time", "datetime", "validtime", "xtime"];
/// Dimensions of times that may have no coordinate.
const TIME_DIMENSIONS: &[&str] = &["time", "times", "valid_time", "time_counter", "ocean_time", "tstep", "ntime", "t"];
const MEMBER_NAMES: &[&str] = &["number", "member", "realization", "ensemble", "ensemble_member", "ens"];
const LEVEL_NAMES: &[&str] = &[
    "lev",
    "level",
    "levels",
    "plev",
    "isobaric",
    "pressure",
    "height",
    "depth",
    "z",
    "altitude",
    "pressure_level",
    "isobaricinhpa",
    "model_level",
    "model_level_number",
    "hybrid",
    "plevel",
    "pres",
    "hybrid0",
    "height0",
    "height1",
    "height2",
    "height3",
    "height_above_ground",
    "lev_2",
    "isobaric1",
    "isobaric2",
    "height_2m",
];
const LEVEL_STANDARD_NAMES: &[&str] =
    &["air_pressure", "pressure", "height", "altitude", "depth", "model_level_number", "air_potential_temperature"];

/// The role of a variable; `None` for what is no coordinate.
#[must_use]
pub fn role(declared: &Declared) -> Option<Role> {
    let numeric = declared.number().is_some();
    let found = horizontal(declared)
        .or_else(|| temporal(declared))
        .filter(|role| numeric || matches!(role, Role::Time | Role::Run));
    found.or_else(|| member(declared)).or_else(|| numeric.then(|| level(declared))?)
}

fn horizontal(declared: &Declared) -> Option<Role> {
    // ICON's grid files say grid_latitude of what are true latitudes.
    if let Some(role) = listed::role_of(declared) {
        return Some(role);
    }
    let standard_name = declared.text("standard_name");
    let units = declared.text("units").to_ascii_lowercase();
    let name = declared.name().to_ascii_lowercase();
    let by_name = standard_name.is_empty() && ANGLE_UNITS.contains(&units.as_str());
    match standard_name {
        "latitude" => return Some(Role::Latitude),
        "longitude" => return Some(Role::Longitude),
        "grid_latitude" | "projection_y_coordinate" | "projection_y_angular_coordinate" => return Some(Role::Y),
        "grid_longitude" | "projection_x_coordinate" | "projection_x_angular_coordinate" => return Some(Role::X),
        _ => {}
    }
    if is_degrees_of(&units, OF_LATITUDE) || (by_name && LATITUDE_NAMES.contains(&name.as_str())) {
        return Some(Role::Latitude);
    }
    if is_degrees_of(&units, OF_LONGITUDE) || (by_name && LONGITUDE_NAMES.contains(&name.as_str())) {
        return Some(Role::Longitude);
    }
    match declared.text("axis") {
        "X" | "x" => Some(Role::X),
        "Y" | "y" => Some(Role::Y),
        _ => None,
    }
}

/// `degrees_north`, `degree North`, `deg N`, `Degrees-north`, `°N`: whatever stands between the words.
fn is_degrees_of(units: &str, direction: &[&str]) -> bool {
    let letters: String =
        units.chars().filter(|c| c.is_alphabetic() || *c == '°').flat_map(char::to_lowercase).collect();
    let behind = |word: &&str| letters.strip_prefix(*word).is_some_and(|rest| direction.contains(&rest));
    ["degrees", "degree", "degs", "deg", "°"].iter().any(behind)
}

/// Whether a unit is one of latitudes, or of longitudes, in so many words.
#[must_use]
pub fn is_geographic(declared: &Declared) -> bool {
    let units = declared.text("units");
    is_degrees_of(units, OF_LATITUDE) || is_degrees_of(units, OF_LONGITUDE)
}

fn temporal(declared: &Declared) -> Option<Role> {
    let standard_name = declared.text("standard_name");
    let name = declared.name().to_ascii_lowercase();
    let units = declared.text("units");
    let named_run = standard_name == "forecast_reference_time" || RUN_NAMES.contains(&name.as_str());
    let named_time = standard_name == "time" || TIME_NAMES.contains(&name.as_str());
    if declared.element == Element::Text {
        return if named_run { Some(Role::Run) } else { named_time.then_some(Role::Time) };
    }
    if counts_since(units) || is_absolute_day(units) {
        return Some(if named_run { Role::Run } else { Role::Time });
    }
    let named_lead = standard_name == "forecast_period" || LEAD_NAMES.contains(&name.as_str());
    let is_time = standard_name == "time" || declared.text("axis").eq_ignore_ascii_case("T");
    if duration_seconds(units).is_some() && (named_lead || named_time || is_time) {
        return Some(Role::Lead);
    }
    // The unit is told by other attributes, or by the values, or by nothing.
    if units.is_empty() && named_lead {
        return Some(Role::Lead);
    }
    is_time.then_some(Role::Time)
}

/// Whether a dimension is one of times by its name, whatever its coordinate says.
#[must_use]
pub fn is_time_dimension(name: &str) -> bool {
    TIME_DIMENSIONS.contains(&name.to_ascii_lowercase().as_str())
}

/// `<unit of time> since …`, whether or not the date can be read.
fn counts_since(units: &str) -> bool {
    let lower = units.to_ascii_lowercase();
    lower.split_once(" since ").is_some_and(|(unit, _)| {
        duration_seconds(unit).is_some() || matches!(unit.trim(), "month" | "months" | "year" | "years")
    })
}

fn member(declared: &Declared) -> Option<Role> {
    let named = MEMBER_NAMES.contains(&declared.name().to_ascii_lowercase().as_str());
    (declared.text("standard_name") == "realization" || named).then_some(Role::Member)
}

fn level(declared: &Declared) -> Option<Role> {
    let standard_name = declared.text("standard_name");
    let parametric = ["atmosphere_", "ocean_s"].iter().any(|start| standard_name.starts_with(start))
        && standard_name.ends_with("coordinate")
        || standard_name.starts_with("ocean_s_coordinate");
    let found = declared.text("axis").eq_ignore_ascii_case("Z")
        || declared.attribute("positive").is_some()
        || parametric
        || LEVEL_STANDARD_NAMES.contains(&standard_name)
        || (declared.dims.len() <= 1 && is_pressure(declared.text("units")))
        || LEVEL_NAMES.contains(&declared.name().to_ascii_lowercase().as_str());
    found.then_some(Role::Level)
}

/// Whether the unit is one of pressure.
#[must_use]
pub fn is_pressure(unit: &str) -> bool {
    let pascal = units::by_id("Pa");
    units::parse(unit).zip(pascal).is_some_and(|(unit, pascal)| unit.base == pascal.base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::cf::attribute::{Attribute, Number};

    fn check(name: &str, attributes: &[(&str, &str)], expected: Option<Role>) {
        let attributes =
            attributes.iter().map(|(key, value)| ((*key).to_owned(), Attribute::Text((*value).to_owned()))).collect();
        let element = Element::Number(Number::F64);
        let declared = Declared { path: name.to_owned(), element, dims: Vec::new(), attributes };
        assert_eq!(role(&declared), expected, "{name}");
    }

    #[test]
    fn coordinates_are_known_by_what_they_say_of_themselves() {
        check("rows", &[("units", "degrees_north")], Some(Role::Latitude));
        check("lon", &[], Some(Role::Longitude));
        for units in ["degrees north", "degree North", "Degrees_North", "deg north", "degN", "deg_N", "degreesN", "°N"]
        {
            check("a", &[("units", units)], Some(Role::Latitude));
        }
        for units in ["degrees east", "degree East", "Degrees_East", "deg east", "degE", "degree_e", "degreeE", "° E"]
        {
            check("b", &[("units", units)], Some(Role::Longitude));
        }
        check("direction", &[("units", "degrees")], None);
        check("slope", &[("units", "degrees north of east")], None);
        check("rlat", &[("standard_name", "grid_latitude"), ("units", "degrees")], Some(Role::Y));
        check("x", &[("axis", "X"), ("units", "km")], Some(Role::X));
        check("valid_time", &[("units", "hours since 2024-01-01")], Some(Role::Time));
        check("reftime", &[("units", "hours since 2024-01-01")], Some(Role::Run));
        check("prediction_timedelta", &[("units", "hours")], Some(Role::Lead));
        check("time", &[("units", "hours")], Some(Role::Lead));
        check("forecast1", &[], Some(Role::Lead));
        check("prediction_timedelta", &[], Some(Role::Lead));
        check("time_counter", &[("axis", "T")], Some(Role::Time));
        check("number", &[("units", "1")], Some(Role::Member));
        check("plev", &[("units", "Pa")], Some(Role::Level));
        check("lev", &[("positive", "down")], Some(Role::Level));
        check("t2m", &[("units", "K")], None);
        check("time", &[("units", "parsecs since yesterday"), ("standard_name", "time")], Some(Role::Time));
    }
}
