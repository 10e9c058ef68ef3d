//! Vertical levels: a kind and a number, so that 500 hPa and 500 m never meet.

use std::cmp::Ordering;
use std::fmt;

use crate::text::{self, Language};

/// What the number of a level counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LevelKind {
    /// hPa
    Pressure,
    /// m above ground
    HeightAboveGround,
    /// m above mean sea level
    HeightAboveSea,
    /// m below the land's surface
    DepthBelowLand,
    /// m below the sea's surface
    DepthBelowSea,
    /// K
    PotentialTemperature,
    /// Hybrid level number or coefficient
    Hybrid,
    /// Fraction of the surface pressure
    Sigma,
    /// Any other numbered model level
    ModelLevel,
    Surface,
    MeanSeaLevel,
    /// The whole column
    EntireAtmosphere,
    Top,
    /// A GRIB surface type that has no name here
    Other(u16),
}

impl LevelKind {
    /// Larger numbers of this kind lie lower in the atmosphere.
    #[must_use]
    pub fn falls_with_height(self) -> bool {
        matches!(
            self,
            Self::Pressure | Self::Sigma | Self::Hybrid | Self::ModelLevel | Self::DepthBelowLand | Self::DepthBelowSea
        )
    }

    /// The key of its name in the texts.
    #[must_use]
    pub fn text_key(self) -> &'static str {
        match self {
            Self::Pressure => "level.pressure",
            Self::HeightAboveGround => "level.height_above_ground",
            Self::HeightAboveSea => "level.height_above_sea",
            Self::DepthBelowLand => "level.depth_below_land",
            Self::DepthBelowSea => "level.depth_below_sea",
            Self::PotentialTemperature => "level.potential_temperature",
            Self::Hybrid => "level.hybrid",
            Self::Sigma => "level.sigma",
            Self::ModelLevel => "level.model_level",
            Self::Surface => "level.surface",
            Self::MeanSeaLevel => "level.mean_sea_level",
            Self::EntireAtmosphere => "level.entire_atmosphere",
            Self::Top => "level.top",
            Self::Other(_) => "level.other",
        }
    }

    /// The unit behind the number in captions.
    #[must_use]
    pub fn unit_label(self) -> &'static str {
        match self {
            Self::Pressure => "hPa",
            Self::HeightAboveGround | Self::HeightAboveSea | Self::DepthBelowLand | Self::DepthBelowSea => "m",
            Self::PotentialTemperature => "K",
            _ => "",
        }
    }
}

/// A level in the unit of its kind (hPa, m, K). Equal within a hundred-thousandth, so that Pa and hPa meet.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    pub kind: LevelKind,
    pub value: f64,
}

impl Level {
    /// For captions: `500 hPa`, «hybrid level 1»; the name alone where the number says nothing.
    #[must_use]
    pub fn in_words(self, language: Language) -> String {
        let name = text::say(language, self.kind.text_key());
        let mut letters = name.chars();
        let name: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
        match self.kind {
            LevelKind::Surface | LevelKind::MeanSeaLevel | LevelKind::EntireAtmosphere | LevelKind::Top => name,
            // «2 m» is above the ground to everybody, unless something else is said.
            LevelKind::DepthBelowLand => text::fill(language, "level.below_land", &[("level", &self.to_string())]),
            LevelKind::DepthBelowSea => text::fill(language, "level.below_sea", &[("level", &self.to_string())]),
            LevelKind::HeightAboveSea => text::fill(language, "level.above_sea", &[("level", &self.to_string())]),
            kind if kind.unit_label().is_empty() => format!("{name} {self}"),
            _ => self.to_string(),
        }
    }

    #[must_use]
    pub fn hpa(value: f64) -> Self {
        Self { kind: LevelKind::Pressure, value }
    }

    /// A whole number that is equal for equal levels.
    fn rank(&self) -> i64 {
        (self.value * 1e4).round() as i64
    }
}

impl PartialEq for Level {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.rank() == other.rank()
    }
}
impl Eq for Level {}

impl std::hash::Hash for Level {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
        self.rank().hash(state);
    }
}

/// By kind, then from the top of the atmosphere down: the order of the selector.
impl Ord for Level {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_value = self.rank().cmp(&other.rank());
        let downwards = if self.kind.falls_with_height() { by_value } else { by_value.reverse() };
        self.kind.cmp(&other.kind).then(downwards)
    }
}
impl PartialOrd for Level {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `500 hPa`, `2 m`, `0.995`: the number and the unit of its kind.
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = (self.value * 1e4).round() / 1e4;
        write!(f, "{rounded}")?;
        match self.kind.unit_label() {
            "" => Ok(()),
            unit => write!(f, " {unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_a_unit_stands_behind_the_name_of_its_kind() {
        let words = |kind, value| [Language::English, Language::French].map(|l| Level { kind, value }.in_words(l));
        assert_eq!(words(LevelKind::Pressure, 500.0), ["500 hPa", "500 hPa"]);
        assert_eq!(words(LevelKind::Hybrid, 1.0), ["hybrid level 1", "niveau hybride 1"]);
        assert_eq!(words(LevelKind::HeightAboveGround, 2.0), ["2 m", "2 m"]);
        assert_eq!(words(LevelKind::DepthBelowLand, 0.1), ["0.1 m below ground", "0.1 m sous terre"]);
        assert_eq!(words(LevelKind::Surface, 0.0), ["surface", "surface"]);
    }
}
