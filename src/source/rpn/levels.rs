//! Levels from ip1: a kind and a number, in the old coding and in the new one.

use crate::field::LevelKind;

/// A decoded ip1 (or another ip): its kind by librmn's number and its value, both as librmn computes them, in 32 bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coded {
    pub kind: u32,
    pub value: f32,
}

/// Of a kind: number, smallest and largest value, what counts as zero, and what the listing writes behind the number.
struct Range(u32, f32, f32, f32, &'static str);

/// After librmn's convip_plus; the letters are those of its listings.
const RANGES: [Range; 11] = [
    Range(0, -20_000.0, 100_000.0, 0.0, "m"),
    Range(1, 0.0, 1.0, 0.0, "sg"),
    Range(2, 0.0, 1100.0, 0.0, "mb"),
    Range(3, -4.8e8, 1e10, 0.0, ""),
    Range(4, -20_000.0, 100_000.0, 0.0, "M"),
    Range(5, 0.0, 1.0, 0.0, "hy"),
    Range(6, 1.0, 200_000.0, 1.0, "th"),
    Range(7, 0.0, 20_000.0, 0.0, "m-"),
    Range(10, 0.0, 1e10, 0.0, "H"),
    Range(17, 1.0, 1e10, 1.0, "[]"),
    Range(21, 0.0, 1e6, 1.001e-4, "mp"),
];
const INTEGER: u32 = 15;
const LARGEST_INTEGER: u32 = 2_000_000;
/// Codes up to here are old ones.
const LAST_OLD: u32 = 32_767;
/// LevelKind's numbers for kinds that have no name there begin behind those of GRIB.
const OTHER: u16 = 1000;

impl Coded {
    /// `None` for a code without a meaning.
    pub fn of(ip: u32) -> Option<Self> {
        if ip > LAST_OLD { Self::new_style(ip) } else { Some(Self::old_style(ip)) }
    }

    fn old_style(ip: u32) -> Self {
        let number = ip as f32;
        let (kind, value) = match ip {
            0..=1099 => (2, number),
            1100..=1200 => (3, 1200.0 - number),
            1201..=1399 => (2, (number - 1200.0) / 20_000.0),
            1400..=1599 => (2, (number - 1400.0) / 2000.0),
            1600..=1799 => (2, (number - 1600.0) / 200.0),
            1800..=1999 => (2, (number - 1800.0) / 20.0),
            2000..=12_000 => (1, (number - 2000.0) / 10_000.0),
            12_001..=32_000 => (0, 5.0 * (number - 12_001.0)),
            _ => (3, number),
        };
        Self { kind, value }
    }

    /// Four bits of kind, four of a power of ten, twenty of mantissa. A number beyond the range of its kind means the
    /// kind that lies sixteen above.
    fn new_style(ip: u32) -> Option<Self> {
        let (kind, exponent, mantissa) = (ip >> 24 & 0xf, ip >> 20 & 0xf, ip & 0xf_ffff);
        if kind == INTEGER {
            let number = ip & 0xff_ffff;
            return (number <= LARGEST_INTEGER).then_some(Self { kind, value: number as f32 });
        }
        let signed = if mantissa > 1_000_000 { 1e6 - f64::from(mantissa) } else { f64::from(mantissa) };
        let scaled = (signed / 10_f64.powi(exponent as i32 - 4)) as f32;
        [kind, kind + 16].into_iter().find_map(|kind| {
            let Range(_, low, high, zero, _) = RANGES.iter().find(|range| range.0 == kind)?;
            let factor = match kind {
                17 => -1.0,
                21 => 10_000.0,
                _ => 1.0,
            };
            let value = scaled / factor;
            let at_zero = value.abs() < 1.001 * zero;
            let settled = if at_zero { if matches!(kind, 6 | 17) { 1.0 } else { 0.0 } } else { value };
            (value >= *low && value <= *high).then_some(Self { kind, value: settled })
        })
    }

    /// The value as people write it: 0.995, not the 0.99500000476… that 32 bits make of it.
    pub fn number(self) -> f64 {
        self.value.to_string().parse().unwrap_or(f64::from(self.value))
    }
}

/// What ip1 says: the kind of level and its unit, and the number; `None` for codes without a meaning.
pub fn level(ip1: u32) -> Option<((LevelKind, Option<&'static str>), f64)> {
    // Zero is 0 hPa and «no level» in one; nobody draws the top of space.
    if ip1 == 0 {
        return Some(((LevelKind::Surface, None), 0.0));
    }
    let coded = Coded::of(ip1)?;
    let kind = match coded.kind {
        0 => (LevelKind::HeightAboveSea, Some("m")),
        1 => (LevelKind::Sigma, None),
        2 => (LevelKind::Pressure, Some("hPa")),
        3 | INTEGER => (LevelKind::ModelLevel, None),
        4 => (LevelKind::HeightAboveGround, Some("m")),
        5 => (LevelKind::Hybrid, None),
        6 => (LevelKind::PotentialTemperature, Some("K")),
        7 => (LevelKind::DepthBelowSea, Some("m")),
        10 => (LevelKind::Other(OTHER + 10), Some("h")),
        21 => (LevelKind::Other(OTHER + 21), Some("m")),
        other => (LevelKind::Other(OTHER + other as u16), None),
    };
    Some((kind, coded.number()))
}

/// As listings show an ip1: `850 mb`, `0.995 hy`; the code itself where it has no meaning.
pub fn written(ip1: u32) -> String {
    let Some(coded) = Coded::of(ip1) else { return ip1.to_string() };
    let letters = RANGES.iter().find(|range| range.0 == coded.kind).map_or("", |range| range.4);
    format!("{} {letters}", coded.value).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_codes_of_one_level_meet() {
        assert_eq!(level(850), level(41_744_464), "850 hPa");
        assert_eq!(level(500), level(41_394_464), "500 hPa");
        assert_eq!(level(76_696_048), Some(((LevelKind::HeightAboveGround, Some("m")), 1.5)));
        assert_eq!(level(93_423_264), Some(((LevelKind::Hybrid, None), 1.0)));
        assert_eq!(level(12_000), Some(((LevelKind::Sigma, None), 1.0)));
        assert_eq!(level(11_950).map(|(_, value)| value), Some(0.995));
        assert_eq!(level(0).map(|((kind, _), _)| kind), Some(LevelKind::Surface));
    }

    #[test]
    fn a_level_is_listed_with_the_letters_of_its_kind() {
        assert_eq!(written(850), "850 mb");
        assert_eq!(written(93_423_264), "1 hy");
        assert_eq!(written(1100), "100");
    }

    #[test]
    fn no_code_makes_a_panic() {
        for n in 0..300_000_u32 {
            let ip = n.wrapping_mul(2_654_435_761) >> 4;
            assert!(Coded::of(ip).is_none_or(|coded| coded.value.is_finite()));
            assert!(!written(ip).is_empty());
        }
    }
}
