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
    /// PVU
    PotentialVorticity,
    /// hPa less than at the ground
    PressureAboveGround,
    /// K, where the temperature is that
    Isothermal,
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
    /// Any other surface by its number in WMO code table 4.5, see [`LevelKind::name`].
    Other(u16),
}

impl LevelKind {
    /// [`LevelKind::Other`] from this number on: types of surfaces without a common name, by their own number plus this.
    pub const UNNAMED: u16 = 2000;

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
            Self::PotentialVorticity => "level.potential_vorticity",
            Self::PressureAboveGround => "level.pressure_above_ground",
            Self::Isothermal => "level.isothermal",
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

    /// Its name: «Pressure», «Tropopause»; the number of the surface type where the tables do not name it.
    #[must_use]
    pub fn name(self, language: Language) -> String {
        let Self::Other(number) = self else { return text::say(language, self.text_key()).to_owned() };
        let key = format!("surface.type_{number}");
        let named = text::find(language, &key);
        let number = number.checked_sub(Self::UNNAMED).unwrap_or(number).to_string();
        named.map_or_else(|| text::fill(language, "surface.other", &[("number", &number)]), str::to_owned)
    }

    /// Levels of this kind have no number: the name says everything.
    #[must_use]
    pub fn is_numberless(self) -> bool {
        matches!(self, Self::Surface | Self::MeanSeaLevel | Self::EntireAtmosphere | Self::Top)
    }

    /// The unit behind the number in captions.
    #[must_use]
    pub fn unit_label(self) -> &'static str {
        match self {
            Self::Pressure | Self::PressureAboveGround => "hPa",
            Self::PotentialVorticity => "PVU",
            Self::HeightAboveGround | Self::HeightAboveSea | Self::DepthBelowLand | Self::DepthBelowSea => "m",
            Self::PotentialTemperature | Self::Isothermal => "K",
            _ => "",
        }
    }
}

/// A level in the unit of its kind (hPa, m, K, PVU), or a layer between two of them. Equal within a hundred-thousandth, so
/// that Pa and hPa meet.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    pub kind: LevelKind,
    pub value: f64,
    /// The other bound of a layer, of the same kind.
    pub to: Option<f64>,
}

impl Level {
    #[must_use]
    pub fn new(kind: LevelKind, value: f64) -> Self {
        Self { kind, value, to: None }
    }

    #[must_use]
    pub fn hpa(value: f64) -> Self {
        Self::new(LevelKind::Pressure, value)
    }

    /// For captions: `500 hPa`, «hybrid level 1», «0.1–0.4 m below ground», «tropopause».
    #[must_use]
    pub fn in_words(self, language: Language) -> String {
        let number = self.number(language);
        let fill = |key: &str| text::fill(language, key, &[("level", &number)]);
        match self.kind {
            LevelKind::HeightAboveGround => fill("level.above_ground"),
            LevelKind::HeightAboveSea => fill("level.above_sea"),
            LevelKind::DepthBelowLand => fill("level.below_land"),
            LevelKind::DepthBelowSea => fill("level.below_sea"),
            LevelKind::PressureAboveGround => fill("level.less_than_ground"),
            LevelKind::Isothermal => fill("level.at_temperature"),
            LevelKind::Sigma => fill("level.at_sigma"),
            LevelKind::Pressure | LevelKind::PotentialTemperature | LevelKind::PotentialVorticity => number,
            kind => {
                let name = beginning_small(&kind.name(language));
                let says_all = kind.is_numberless() || (matches!(kind, LevelKind::Other(_)) && self.value == 0.0);
                if says_all && self.to.is_none() { name } else { format!("{name} {number}") }
            }
        }
    }

    /// The number as a person of this language writes it, with its unit: `0,1–0,4 m`, `−2 PVU`.
    #[must_use]
    pub fn number(self, language: Language) -> String {
        let number = self.to_string();
        if language == Language::French { number.replace('.', ",") } else { number }
    }

    /// A whole number that is equal for equal levels.
    fn rank(&self) -> (i64, Option<i64>) {
        let whole = |value: f64| (value * 1e4).round() as i64;
        (whole(self.value), self.to.map(whole))
    }
}

/// A name within a sentence; what begins with two capitals stays as it is.
fn beginning_small(name: &str) -> String {
    let mut letters = name.chars();
    let Some(first) = letters.next() else { return String::new() };
    let rest = letters.as_str();
    if rest.chars().next().is_some_and(char::is_uppercase) {
        return name.to_owned();
    }
    first.to_lowercase().collect::<String>() + rest
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

/// By kind, then from the top of the atmosphere down, layers behind the level on which they begin: the order of the
/// selector.
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

/// `500 hPa`, `2 m`, `0.995`, `1000–500 hPa`: the number and the unit of its kind.
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Of numbers under a thousandth two digits count: a hybrid coefficient, a potential vorticity in SI units.
        fn written(value: f64) -> String {
            let rounded = (value * 1e4).round() / 1e4;
            let text = if rounded == 0.0 && value != 0.0 { format!("{value:e}") } else { rounded.to_string() };
            text.replace('-', "−")
        }
        write!(f, "{}", written(self.value))?;
        if let Some(to) = self.to {
            write!(f, "–{}", written(to))?;
        }
        match self.kind.unit_label() {
            "" => Ok(()),
            unit => write!(f, " {unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(level: Level, english: &str, french: &str) {
        let words = [Language::English, Language::French].map(|language| level.in_words(language));
        assert_eq!(words, [english, french]);
    }

    #[test]
    fn a_level_says_what_its_number_counts() {
        let check = |kind, value, english, french| check(Level::new(kind, value), english, french);
        check(LevelKind::Pressure, 500.0, "500 hPa", "500 hPa");
        check(LevelKind::Hybrid, 1.0, "hybrid level 1", "niveau hybride 1");
        check(LevelKind::HeightAboveGround, 2.0, "2 m above ground", "2 m au-dessus du sol");
        check(LevelKind::Surface, 0.0, "surface", "surface");
        check(LevelKind::PotentialVorticity, -2.0, "−2 PVU", "−2 PVU");
        check(LevelKind::Sigma, 0.995, "sigma 0.995", "sigma 0,995");
        check(LevelKind::Other(7), 0.0, "tropopause", "tropopause");
        check(LevelKind::Other(6), 0.0, "maximum wind", "vent maximal");
        check(LevelKind::Other(220), 0.0, "planetary boundary layer", "couche limite planétaire");
        check(LevelKind::Other(77), 3.0, "surface type 77 3", "surface de type 77 3");
    }

    #[test]
    fn a_layer_has_both_bounds_in_its_words() {
        let check = |kind, value, to, english, french| {
            super::tests::check(Level { kind, value, to: Some(to) }, english, french);
        };
        check(LevelKind::DepthBelowLand, 0.1, 0.4, "0.1–0.4 m below ground", "0,1–0,4 m sous le sol");
        check(LevelKind::Sigma, 0.44, 0.72, "sigma 0.44–0.72", "sigma 0,44–0,72");
        check(LevelKind::Pressure, 1000.0, 500.0, "1000–500 hPa", "1000–500 hPa");
        check(LevelKind::PressureAboveGround, 30.0, 0.0, "30–0 hPa above ground", "30–0 hPa au-dessus du sol");
    }

    #[test]
    fn layers_with_one_bound_in_common_are_not_equal() {
        let layer = |to| Level { kind: LevelKind::Sigma, value: 0.44, to };
        assert_ne!(layer(Some(0.72)), layer(Some(1.0)));
        assert_ne!(layer(Some(0.72)), layer(None));
        assert_eq!(layer(Some(0.72)), layer(Some(0.720_001)));
    }
}
