//! Levels: the types of surfaces of both editions, in our kinds and in the words of `millibar info`.

use crate::field::{Level, LevelKind};
use crate::text::Language;

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
    (20, "type:20", LevelKind::Isothermal, Some("K")),
    (100, "pressure", LevelKind::Pressure, Some("Pa")),
    (101, "msl", LevelKind::MeanSeaLevel, None),
    (102, "height_above_sea", LevelKind::HeightAboveSea, Some("m")),
    (103, "height_above_ground", LevelKind::HeightAboveGround, Some("m")),
    (104, "sigma", LevelKind::Sigma, Some("1")),
    (105, "hybrid", LevelKind::Hybrid, Some("1")),
    (106, "depth_below_land", LevelKind::DepthBelowLand, Some("m")),
    (107, "potential_temperature", LevelKind::PotentialTemperature, Some("K")),
    (108, "type:108", LevelKind::PressureAboveGround, Some("Pa")),
    (109, "pv", LevelKind::PotentialVorticity, Some("K m2 kg-1 s-1")),
    (111, "type:111", LevelKind::Other(111), Some("1")),
    (118, "type:118", LevelKind::Hybrid, Some("1")),
    (119, "type:119", LevelKind::Hybrid, Some("1")),
    (150, "type:150", LevelKind::ModelLevel, Some("1")),
    (160, "type:160", LevelKind::DepthBelowSea, Some("m")),
    (200, "entire_atmosphere", LevelKind::EntireAtmosphere, None),
];

const EDITION_1: &[Row] = &[
    (1, "surface", LevelKind::Surface, None),
    (8, "type:8", LevelKind::Top, None),
    (20, "type:20", LevelKind::Isothermal, Some("K")),
    (100, "pressure", LevelKind::Pressure, Some("hPa")),
    (101, "type:101", LevelKind::Pressure, Some("kPa")),
    (102, "msl", LevelKind::MeanSeaLevel, None),
    (103, "height_above_sea", LevelKind::HeightAboveSea, Some("m")),
    (104, "type:104", LevelKind::HeightAboveSea, Some("hm")),
    (105, "height_above_ground", LevelKind::HeightAboveGround, Some("m")),
    (106, "type:106", LevelKind::HeightAboveGround, Some("hm")),
    (107, "sigma", LevelKind::Sigma, Some("1")),
    (108, "type:108", LevelKind::Sigma, Some("%")),
    (109, "hybrid", LevelKind::Hybrid, Some("1")),
    (110, "type:110", LevelKind::Hybrid, Some("1")),
    (111, "depth_below_land", LevelKind::DepthBelowLand, Some("cm")),
    (112, "depth_below_land_layer", LevelKind::DepthBelowLand, Some("cm")),
    (113, "potential_temperature", LevelKind::PotentialTemperature, Some("K")),
    (114, "type:114", LevelKind::PotentialTemperature, Some("K")),
    (115, "type:115", LevelKind::PressureAboveGround, Some("hPa")),
    (116, "type:116", LevelKind::PressureAboveGround, Some("hPa")),
    (117, "pv", LevelKind::PotentialVorticity, Some("1e-9 K m2 kg-1 s-1")),
    (119, "type:119", LevelKind::Other(111), Some("1")),
    (120, "type:120", LevelKind::Other(111), Some("%")),
    (121, "type:121", LevelKind::Pressure, Some("hPa")),
    (125, "type:125", LevelKind::HeightAboveGround, Some("cm")),
    (126, "type:126", LevelKind::Pressure, Some("Pa")),
    (128, "type:128", LevelKind::Sigma, Some("1")),
    (141, "type:141", LevelKind::Pressure, Some("hPa")),
    (160, "type:160", LevelKind::DepthBelowSea, Some("m")),
    (200, "entire_atmosphere", LevelKind::EntireAtmosphere, None),
];

/// Edition 1: layers between two levels of one type, both in one octet each.
const LAYERS_1: [u8; 12] = [101, 104, 106, 108, 110, 112, 114, 116, 120, 121, 128, 141];

/// Types of edition 1 without a name here that mean what they mean in edition 2: the first ones, and NCEP's own.
fn is_of_both(surface: u8) -> bool {
    matches!(surface, 2..=9 | 201..=254)
}

const NO_NUMBER: [LevelKind; 4] =
    [LevelKind::Surface, LevelKind::MeanSeaLevel, LevelKind::EntireAtmosphere, LevelKind::Top];

fn known(rows: &[Row], surface: u8) -> (String, LevelKind, Option<&'static str>) {
    match rows.iter().find(|row| row.0 == surface) {
        Some(&(_, word, kind, units)) => (word.to_owned(), kind, units),
        None => (format!("type:{surface}"), LevelKind::Other(surface.into()), None),
    }
}

/// Of edition 2: the two fixed surfaces, each a type and a number.
pub fn of_edition_2(first: (u8, Option<f64>), second: (u8, Option<f64>)) -> LevelSaid {
    let (surface, value) = first;
    let (word, kind, units) = known(EDITION_2, surface);
    let other = (second.0 != 255).then_some(second);
    let value = if NO_NUMBER.contains(&kind) { None } else { Some(value.unwrap_or(0.0)) };
    LevelSaid { surface, kind, word, units, value, other }
}

/// Of edition 1: a type, and two octets that are one number or two (WMO No. 306, GRIB edition 1, code table 3).
pub fn of_edition_1(surface: u8, [upper, lower]: [u8; 2]) -> LevelSaid {
    let (word, kind, units) = known(EDITION_1, surface);
    let kind = match kind {
        LevelKind::Other(number) if word.starts_with("type:") && units.is_none() && !is_of_both(surface) => {
            LevelKind::Other(number + LevelKind::UNNAMED)
        }
        kind => kind,
    };
    if LAYERS_1.contains(&surface) {
        let bound = |octet: u8| match surface {
            114 => 475.0 - f64::from(octet),
            121 => 1100.0 - f64::from(octet),
            128 => (1100.0 - f64::from(octet)) / 1000.0,
            _ => f64::from(octet),
        };
        let (top, bottom) = match surface {
            // Kilopascals and a difference from 1100 hPa.
            141 => (10.0 * f64::from(upper), 1100.0 - f64::from(lower)),
            _ => (bound(upper), bound(lower)),
        };
        return LevelSaid { surface, kind, word, units, value: Some(top), other: Some((surface, Some(bottom))) };
    }
    let number = f64::from(u16::from_be_bytes([upper, lower]));
    let value = match surface {
        _ if NO_NUMBER.contains(&kind) => None,
        // Ten-thousandths of the surface pressure.
        107 | 119 => Some(number / 10_000.0),
        20 => Some(number / 100.0),
        // The highest bit is the sign.
        117 if upper >= 0x80 => Some(-f64::from(u16::from_be_bytes([upper & 0x7f, lower]))),
        _ => Some(number),
    };
    LevelSaid { surface, kind, word, units, value, other: None }
}

impl LevelSaid {
    /// The kind of surface in ids: the word of `info`, for others the name of the surface, as `tropopause`.
    #[must_use]
    pub fn id(&self) -> String {
        if !self.word.starts_with("type:") || matches!(self.kind, LevelKind::Other(LevelKind::UNNAMED..)) {
            return self.word.clone();
        }
        let name = self.kind.name(Language::English).to_lowercase();
        let plain = name.replace("°", "").replace(|c: char| !c.is_ascii_alphanumeric(), " ");
        plain.split_whitespace().collect::<Vec<_>>().join("_")
    }

    /// The other bound of a layer between two surfaces of one kind.
    #[must_use]
    pub fn to(&self) -> Option<f64> {
        self.value?;
        self.other.filter(|(kind, _)| *kind == self.surface).and_then(|(_, value)| value)
    }

    /// The other surface of a layer between two kinds of surfaces.
    #[must_use]
    pub fn reaches(&self) -> Option<Level> {
        let (surface, value) = self.other.filter(|(kind, _)| *kind != self.surface)?;
        let (_, kind, units) = known(EDITION_2, surface);
        let scale = if units == Some("Pa") { 0.01 } else { 1.0 };
        Some(Level::new(kind, value.unwrap_or(0.0) * scale))
    }
}
