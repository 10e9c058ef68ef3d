//! The level that is shown where nobody chose one.

use crate::field::{Level, LevelKind};

/// Kinds of level in the order in which they are looked for.
const KINDS: [LevelKind; 13] = [
    LevelKind::Pressure,
    LevelKind::HeightAboveGround,
    LevelKind::Surface,
    LevelKind::MeanSeaLevel,
    LevelKind::EntireAtmosphere,
    LevelKind::HeightAboveSea,
    LevelKind::Hybrid,
    LevelKind::Sigma,
    LevelKind::ModelLevel,
    LevelKind::PotentialTemperature,
    LevelKind::DepthBelowSea,
    LevelKind::DepthBelowLand,
    LevelKind::Top,
];

/// Of these levels the pressure nearest to `wanted` hPa. Where there is none: the lowest height, the smallest depth, the
/// model level about half way through the atmosphere, the isentrope nearest to 315 K, else the first.
#[must_use]
pub fn first_level(levels: &[Option<Level>], wanted: f64) -> Option<Level> {
    const ISENTROPE: f64 = 315.0;
    let there = || levels.iter().flatten().copied();
    let of_kind = |kind| there().filter(|level| level.kind == kind).collect::<Vec<Level>>();
    let levels = KINDS.into_iter().map(of_kind).find(|levels| !levels.is_empty());
    let levels = levels.unwrap_or_else(|| there().collect());
    match levels.first()?.kind {
        LevelKind::Pressure => nearest(&levels, wanted),
        LevelKind::PotentialTemperature => nearest(&levels, ISENTROPE),
        LevelKind::Sigma | LevelKind::Hybrid | LevelKind::ModelLevel => half_way(levels, wanted),
        LevelKind::HeightAboveGround
        | LevelKind::HeightAboveSea
        | LevelKind::DepthBelowSea
        | LevelKind::DepthBelowLand => nearest(&levels, f64::NEG_INFINITY),
        _ => levels.first().copied(),
    }
}

/// The level whose number is nearest to `wanted`; the smallest of all for −∞.
fn nearest(levels: &[Level], wanted: f64) -> Option<Level> {
    let off = |level: &Level| if wanted.is_finite() { (level.value - wanted).abs() } else { level.value };
    levels.iter().min_by(|a, b| off(a).total_cmp(&off(b))).copied()
}

/// Of model levels the one about half way down, in the sea the one at the surface: by its number where that is a part of the surface pressure, or a nominal
/// pressure in hPa (as CESM numbers its hybrid levels), else by its place.
fn half_way(mut levels: Vec<Level>, wanted: f64) -> Option<Level> {
    levels.sort_by(|a, b| a.value.total_cmp(&b.value));
    let (lowest, highest) = (levels.first()?.value, levels.last()?.value);
    // The ocean's terrain-following levels count from −1 at the bottom to 0 at the surface.
    if lowest >= -1.0 && highest <= 0.0 && lowest < 0.0 {
        return levels.last().copied();
    }
    let whole = levels.iter().all(|level| level.value.fract() == 0.0);
    if lowest >= 0.0 && highest <= 1.1 && !(whole && levels.len() < 3) {
        return nearest(&levels, 0.5);
    }
    if !whole && lowest >= 0.0 && highest > wanted && highest < 1100.0 {
        return nearest(&levels, wanted);
    }
    levels.get(levels.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(kind: LevelKind, values: &[f64]) -> Option<f64> {
        let levels: Vec<_> = values.iter().map(|value| Some(Level::new(kind, *value))).collect();
        first_level(&levels, 500.0).map(|level| level.value)
    }

    #[test]
    fn the_first_level_is_500_hpa_or_what_comes_near_it() {
        assert_eq!(first(LevelKind::Pressure, &[250.0, 500.0, 850.0]), Some(500.0));
        assert_eq!(first(LevelKind::Pressure, &[700.0, 850.0]), Some(700.0));
        assert_eq!(first(LevelKind::Sigma, &[0.1, 0.3, 0.515, 0.8, 0.995]), Some(0.515));
        assert_eq!(first(LevelKind::Hybrid, &[0.01, 0.2, 0.48, 1.0]), Some(0.48));
        assert_eq!(first(LevelKind::Hybrid, &[3.64, 108.2, 524.7, 992.6]), Some(524.7));
        let numbers: Vec<f64> = (1..=60).map(f64::from).collect();
        assert_eq!(first(LevelKind::Hybrid, &numbers), Some(31.0));
        assert_eq!(first(LevelKind::ModelLevel, &[1.0]), Some(1.0));
        assert_eq!(first(LevelKind::PotentialTemperature, &[285.0, 315.0, 350.0]), Some(315.0));
    }

    #[test]
    fn the_first_level_is_the_lowest_height_and_the_smallest_depth() {
        assert_eq!(first(LevelKind::HeightAboveGround, &[120.0, 80.0, 10.0]), Some(10.0));
        assert_eq!(first(LevelKind::HeightAboveSea, &[3000.0, 500.0]), Some(500.0));
        assert_eq!(first(LevelKind::DepthBelowSea, &[5000.0, 10.0, 0.5]), Some(0.5));
        assert_eq!(first(LevelKind::DepthBelowLand, &[1.0, 0.0]), Some(0.0));
        assert_eq!(first(LevelKind::ModelLevel, &[-0.95, -0.5, -0.05]), Some(-0.05));
    }

    #[test]
    fn pressures_come_before_all_other_kinds_and_any_level_before_none() {
        let surface = Level::new(LevelKind::Surface, 0.0);
        let tropopause = Level::new(LevelKind::Other(7), 0.0);
        let levels = [Some(surface), Some(tropopause), Some(Level::hpa(850.0)), None];
        assert_eq!(first_level(&levels, 500.0), Some(Level::hpa(850.0)));
        assert_eq!(first_level(&levels[..2], 500.0), Some(surface));
        assert_eq!(first_level(&levels[1..2], 500.0), Some(tropopause));
        assert_eq!(first_level(&[None], 500.0), None);
    }
}
