//! Level axes: which kind of level a coordinate counts.

use super::attribute::Declared;
use super::roles::is_pressure;
use crate::field::LevelKind;
use crate::source::LevelAxis;
use crate::units;

/// The levels that pressure-level data use, hPa; a bare list of these is pressure, as GraphCast writes it.
const USUAL_PRESSURES: &[f64] = &[
    1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0, 50.0, 70.0, 100.0, 125.0, 150.0, 175.0, 200.0, 225.0, 250.0, 275.0,
    300.0, 350.0, 400.0, 450.0, 500.0, 550.0, 600.0, 650.0, 700.0, 725.0, 750.0, 775.0, 800.0, 825.0, 850.0, 875.0,
    900.0, 925.0, 950.0, 975.0, 985.0, 1000.0, 1015.0,
];

/// The axis that a level coordinate makes. Pressures without a unit are hPa.
#[must_use]
pub fn level_axis(declared: &Declared, values: Vec<f64>) -> LevelAxis {
    let units = Some(declared.text("units")).filter(|units| !units.is_empty()).map(str::to_owned);
    LevelAxis::of(kind(declared, &values), units, values)
}

fn kind(declared: &Declared, values: &[f64]) -> LevelKind {
    let unit = declared.text("units");
    let name = declared.name().to_ascii_lowercase();
    let standard_name = declared.text("standard_name");
    let long_name = declared.text("long_name").to_ascii_lowercase();
    if is_pressure(unit) || ["air_pressure", "pressure"].contains(&standard_name) {
        return LevelKind::Pressure;
    }
    if let Some(kind) = by_standard_name(standard_name, &long_name) {
        return kind;
    }
    let says = |word: &str| name.contains(word) || long_name.contains(word);
    let is_length = units::parse(unit).zip(units::by_id("m")).is_some_and(|(unit, metre)| unit.base == metre.base);
    if is_length {
        let down = declared.text("positive").eq_ignore_ascii_case("down") || says("depth");
        return match (down, says("soil") || says("land")) {
            (true, true) => LevelKind::DepthBelowLand,
            (true, false) => LevelKind::DepthBelowSea,
            (false, _) if says("altitude") || says("above_sea") || says("above sea") => LevelKind::HeightAboveSea,
            (false, _) => LevelKind::HeightAboveGround,
        };
    }
    if unit.is_empty() && is_list_of_pressures(values) {
        return LevelKind::Pressure;
    }
    match () {
        () if says("hybrid") => LevelKind::Hybrid,
        () if says("sigma") => LevelKind::Sigma,
        () if name.contains("theta") || unit == "K" => LevelKind::PotentialTemperature,
        () => LevelKind::ModelLevel,
    }
}

fn by_standard_name(standard_name: &str, long_name: &str) -> Option<LevelKind> {
    Some(match standard_name {
        "height" => LevelKind::HeightAboveGround,
        "altitude" | "height_above_mean_sea_level" | "height_above_geopotential_datum" => LevelKind::HeightAboveSea,
        "depth" if long_name.contains("soil") => LevelKind::DepthBelowLand,
        "depth" => LevelKind::DepthBelowSea,
        "air_potential_temperature" => LevelKind::PotentialTemperature,
        "atmosphere_sigma_coordinate" => LevelKind::Sigma,
        "atmosphere_hybrid_sigma_pressure_coordinate" | "atmosphere_hybrid_height_coordinate" => LevelKind::Hybrid,
        _ => return None,
    })
}

/// Whether every number is a usual pressure level, and one of them no likely number of a model level.
fn is_list_of_pressures(values: &[f64]) -> bool {
    values.iter().all(|value| USUAL_PRESSURES.contains(value)) && values.iter().any(|&value| value >= 200.0)
}
