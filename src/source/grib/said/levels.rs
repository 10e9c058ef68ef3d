//! Levels: the types of surfaces of both editions, in our kinds and in the words of `millibar info`.

use crate::field::LevelKind;

/// The level of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelSaid {
    /// Number of the type: WMO code table 4.5 (edition 1: table 3).
    pub surface: u8,
    pub kind: LevelKind,
    pub word: String,
    pub units: Option<&'static str>,
    /// In that unit; `None` for surfaces that need no number.
    pub value: Option<f64>,
    /// The other surface of a layer: its type and number.
    pub other: Option<(u8, Option<f64>)>,
}

/// Type, word, kind, unit.
type Row = (u8, &'static str, LevelKind, Option<&'static str>);

const EDITION_2: &[Row] = &[
    (1, "surface", LevelKind::Surface, None),
    (8, "top", LevelKind::Top, None),
    (10, "entire_atmosphere", LevelKind::EntireAtmosphere, None),
    (100, "pressure", LevelKind::Pressure, Some("Pa")),
    (101, "msl", LevelKind::MeanSeaLevel, None),
    (102, "height_above_sea", LevelKind::HeightAboveSea, Some("m")),
    (103, "height_above_ground", LevelKind::HeightAboveGround, Some("m")),
    (104, "sigma", LevelKind::Sigma, Some("1")),
    (105, "hybrid", LevelKind::Hybrid, Some("1")),
    (106, "depth_below_land", LevelKind::DepthBelowLand, Some("m")),
    (107, "potential_temperature", LevelKind::PotentialTemperature, Some("K")),
    (109, "pv", LevelKind::Other(109), Some("K m2 kg-1 s-1")),
    (200, "entire_atmosphere", LevelKind::EntireAtmosphere, None),
    (111, "type:111", LevelKind::ModelLevel, Some("1")),
    (118, "type:118", LevelKind::Hybrid, Some("1")),
    (119, "type:119", LevelKind::Hybrid, Some("1")),
    (150, "type:150", LevelKind::ModelLevel, Some("1")),
    (160, "type:160", LevelKind::DepthBelowSea, Some("m")),
];

const EDITION_1: &[Row] = &[
    (1, "surface", LevelKind::Surface, None),
    (100, "pressure", LevelKind::Pressure, Some("hPa")),
    (102, "msl", LevelKind::MeanSeaLevel, None),
    (103, "height_above_sea", LevelKind::HeightAboveSea, Some("m")),
    (105, "height_above_ground", LevelKind::HeightAboveGround, Some("m")),
    (107, "sigma", LevelKind::Sigma, Some("1")),
    (109, "hybrid", LevelKind::Hybrid, Some("1")),
    (111, "depth_below_land", LevelKind::DepthBelowLand, Some("cm")),
    (112, "depth_below_land_layer", LevelKind::DepthBelowLand, Some("cm")),
    (113, "potential_temperature", LevelKind::PotentialTemperature, Some("K")),
    (117, "pv", LevelKind::Other(117), Some("1e-9 K m2 kg-1 s-1")),
    (160, "type:160", LevelKind::DepthBelowSea, Some("m")),
    (200, "entire_atmosphere", LevelKind::EntireAtmosphere, None),
];

/// Edition 1: layers between two levels of one type, both in one octet each.
const LAYERS_1: [u8; 12] = [101, 104, 106, 108, 110, 112, 114, 116, 120, 121, 128, 141];

const NO_NUMBER: [LevelKind; 4] =
    [LevelKind::Surface, LevelKind::MeanSeaLevel, LevelKind::EntireAtmosphere, LevelKind::Top];

fn known(rows: &[Row], surface: u8) -> (String, LevelKind, Option<&'static str>) {
    match rows.iter().find(|row| row.0 == surface) {
        Some(&(_, word, kind, units)) => (word.to_owned(), kind, units),
        None => (format!("type:{surface}"), LevelKind::Other(surface.into()), None),
    }
}

/// Of edition 2: the two fixed surfaces, each a type and a number. Of a layer the first one is the level; a layer is of
/// a kind of its own, except in the soil, where all fields are layers.
pub fn of_edition_2(first: (u8, Option<f64>), second: (u8, Option<f64>)) -> LevelSaid {
    let (surface, value) = first;
    let (word, kind, units) = known(EDITION_2, surface);
    let other = (second.0 != 255).then_some(second);
    let kind = match kind {
        LevelKind::DepthBelowLand | LevelKind::Surface | LevelKind::EntireAtmosphere => kind,
        _ if other.is_some() => LevelKind::Other(surface.into()),
        _ => kind,
    };
    let value = if NO_NUMBER.contains(&known(EDITION_2, surface).1) { None } else { Some(value.unwrap_or(0.0)) };
    LevelSaid { surface, kind, word, units, value, other }
}

/// Of edition 1: a type, and two octets that are one number or two.
pub fn of_edition_1(surface: u8, [upper, lower]: [u8; 2]) -> LevelSaid {
    let (word, kind, units) = known(EDITION_1, surface);
    if LAYERS_1.contains(&surface) {
        let other = Some((surface, Some(f64::from(lower))));
        return LevelSaid { surface, kind, word, units, value: Some(f64::from(upper)), other };
    }
    let number = f64::from(u16::from_be_bytes([upper, lower]));
    let value = match surface {
        _ if NO_NUMBER.contains(&kind) => None,
        // Ten-thousandths of the surface pressure.
        107 => Some(number / 10_000.0),
        _ => Some(number),
    };
    LevelSaid { surface, kind, word, units, value, other: None }
}
