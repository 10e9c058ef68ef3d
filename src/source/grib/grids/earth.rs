//! The figure of the Earth: octets 15 to 30 of the grid section (WMO code table 3.2).

use super::super::octets::Octets;
use crate::grid::Earth;

/// Of edition 2. Axes that are missing or absurd, as some files have them, make the weather services' sphere.
pub fn of_edition_2(section: Octets<'_>) -> Earth {
    let stated = |octet: usize| -> Option<f64> {
        let (scale, value) = (section.i8(octet)?, section.u32(octet + 1)?);
        (value != u32::MAX && scale.abs() < 20).then(|| f64::from(value) / 10_f64.powi(scale))
    };
    // Some write kilometres where metres are asked, and the reverse.
    let metres = |length: f64| if length < 10_000.0 { length * 1000.0 } else { length };
    let axes = || {
        let (semi_major, semi_minor) = (metres(stated(21)?), metres(stated(26)?));
        Some(Earth { semi_major, semi_minor })
    };
    let earth = match section.u8(15) {
        Some(0) => Some(Earth::sphere(6_367_470.0)),
        Some(1) => stated(16).map(|radius| Earth::sphere(metres(radius))),
        Some(2) => Some(Earth { semi_major: 6_378_160.0, semi_minor: 6_356_775.0 }),
        Some(3 | 7) => axes(),
        Some(4) => Some(Earth { semi_major: 6_378_137.0, semi_minor: 6_356_752.314 }),
        Some(5) => Some(Earth::WGS84),
        Some(8) => Some(Earth::sphere(6_371_200.0)),
        Some(9) => Some(Earth { semi_major: 6_377_563.396, semi_minor: 6_356_256.909 }),
        _ => None,
    };
    earth.filter(|earth| earth.is_sound() && (5e6..8e6).contains(&earth.semi_major)).unwrap_or(Earth::SPHERE)
}

/// Of edition 1: a flag tells a sphere of 6367.47 km from the ellipsoid of the IAU of 1965 (table 7).
pub fn of_edition_1(flags: u8) -> Earth {
    if flags & 0x40 == 0 {
        Earth::sphere(6_367_470.0)
    } else {
        Earth { semi_major: 6_378_160.0, semi_minor: 6_356_775.0 }
    }
}

/// For a PROJ definition. A sphere is written apart, since PROJ computes equal axes the long way.
pub fn definition(earth: Earth) -> String {
    if earth.semi_major == earth.semi_minor {
        format!("+R={}", earth.semi_major)
    } else {
        format!("+a={} +b={}", earth.semi_major, earth.semi_minor)
    }
}
