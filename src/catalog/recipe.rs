//! How a field of the product comes out of files: what to read, how to convert, what to compute.

use std::collections::BTreeMap;
use std::sync::Arc;

use ndarray::{Array2, Axis};

use crate::field::{Component, Level, LevelKind, relative_humidity, turn};
use crate::grid::{Directions, Grid, Window};
use crate::source::{Choice, ExtraDimension, FieldRef};
use crate::time::Span;
use crate::units::{self, Affine};

/// Standard gravity in m/s², by which geopotential becomes geopotential height (WMO definition).
pub const STANDARD_GRAVITY: f64 = 9.806_65;

/// One field of a file and the conversion of its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Ingredient {
    pub field: FieldRef,
    pub conversion: Affine,
    /// The extra dimensions of the field's variable.
    pub dims: Arc<[ExtraDimension]>,
}

/// What is done with the converted ingredients.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// The only ingredient, as it is.
    Direct,
    /// The first ingredient that has values: streams that hold a part of the times each.
    First,
    /// Relative humidity over water from specific humidity (kg/kg) and temperature (K) at this pressure in Pa.
    RelativeHumidity { pressure: f64 },
    /// The part to the east or to the north of a vector whose parts stand along the grid: the component itself, then its
    /// mate. A direction has no mate.
    Turned { component: Component, by: Arc<Directions> },
}

/// Everything that makes one field of a product.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    pub ingredients: Vec<Ingredient>,
    pub formula: Formula,
    /// The file names no unit: the range of its values decides between these, see [`UnitGuess`].
    pub guess: Option<UnitGuess>,
    /// The interval over which the field is a sum, a mean or an extreme.
    pub span: Option<Span>,
}

impl Recipe {
    /// Where the points of its field lie.
    #[must_use]
    pub fn grid(&self) -> Option<&Arc<Grid>> {
        self.ingredients.first().map(|ingredient| &ingredient.field.grid)
    }
}

/// For files that are silent about a unit, or name one in which their values make no sense: the range of the values tells
/// which one they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitGuess {
    /// 0..1 or 0..100
    Humidity,
    /// The same where the file says 0..1: percentages stand behind that unit often enough for the range to have the
    /// last word.
    Fraction,
    /// The same where the file says %.
    Percent,
    /// dam, m, or m²/s² by the magnitude of the largest value
    Height,
    /// Precipitation in m, as ECMWF and forecasts learned from its analyses have it, or in kg/m²
    Water,
    /// °C, K or °F. The values come as if they were in the unit said, K where none is.
    Temperature { said: Option<&'static str> },
    /// Pa, hPa or kPa. The values come as if they were in the unit said, Pa where none is.
    Pressure { said: Option<&'static str> },
}

/// What is looked at to tell a unit: values without the missing ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// The largest magnitude.
    pub largest: f64,
    pub highest: f64,
    /// The middle one of a sample: numbers that mean «missing» do not move it.
    pub middle: f64,
}

impl Seen {
    /// `None` where nothing is there.
    #[must_use]
    pub fn of(values: impl ExactSizeIterator<Item = f64>) -> Option<Self> {
        const SAMPLE: usize = 1 << 14;
        let step = values.len().div_ceil(SAMPLE).max(1);
        let (mut largest, mut highest, mut sample) = (0.0_f64, f64::NEG_INFINITY, Vec::new());
        for (n, value) in values.enumerate().filter(|(_, value)| value.is_finite()) {
            largest = largest.max(value.abs());
            highest = highest.max(value);
            if n % step == 0 || sample.is_empty() {
                sample.push(value);
            }
        }
        let at = sample.len() / 2;
        let (_, middle, _) = (!sample.is_empty()).then(|| sample.select_nth_unstable_by(at, f64::total_cmp))?;
        Some(Self { largest, highest, middle: *middle })
    }
}

/// °C that occur between the ground and the mesopause; numbers of other scales lie outside.
const CELSIUS: std::ops::RangeInclusive<f64> = -150.0..=65.0;
/// hPa at the ground and at sea level, from the highest mountain to the deepest valley.
const HECTOPASCALS: std::ops::RangeInclusive<f64> = 300.0..=1200.0;

impl UnitGuess {
    /// The unit that the file gives, where it gives one.
    #[must_use]
    pub fn said(self) -> Option<&'static str> {
        match self {
            Self::Fraction => Some("1"),
            Self::Percent => Some("%"),
            Self::Temperature { said } | Self::Pressure { said } => said,
            Self::Humidity | Self::Height | Self::Water => None,
        }
    }

    /// The conversion to the unit shown (%, dam, °C, hPa) of values like these, and the unit that it means. A height is
    /// told by the pressure of its level, in hPa, where that is known.
    #[must_use]
    pub fn decide(self, seen: Seen, pressure: Option<f64>) -> (Affine, &'static str) {
        /// Near the ground heights differ from the standard's by their own size.
        const LEAST_HEIGHT: f64 = 250.0;
        // Between two units lies a factor of ten: half of it to either side.
        let metres = pressure.map_or(8_200.0, |pressure| standard_height(pressure).max(LEAST_HEIGHT));
        match self {
            Self::Humidity | Self::Fraction if seen.largest <= 1.5 => (Affine::scaled(100.0), "1"),
            // A little above 1 by rounding; a clear sky is the same in both.
            Self::Percent if seen.largest <= 1.01 && seen.largest > 0.0 => (Affine::scaled(100.0), "1"),
            Self::Humidity | Self::Fraction | Self::Percent => (Affine::IDENTITY, "%"),
            // In an hour no metre of rain falls, and hardly anywhere on a map of it none at all.
            Self::Water if seen.largest < 1.5 => (Affine::scaled(1000.0), "m"),
            Self::Water => (Affine::IDENTITY, "kg m-2"),
            Self::Height if seen.largest < metres / 10_f64.sqrt() => (Affine::IDENTITY, "dam"),
            Self::Height if seen.largest < metres * 10_f64.sqrt() => (Affine::scaled(0.1), "m"),
            Self::Height => (Affine::scaled(0.1 / STANDARD_GRAVITY), "m2 s-2"),
            Self::Temperature { said } => {
                let makes_sense = |middle: f64, highest: f64| {
                    // What lies far beyond the middle is no temperature, and says nothing of the scale.
                    let highest = if highest - middle > 150.0 { middle } else { highest };
                    CELSIUS.contains(&middle) && CELSIUS.contains(&highest)
                };
                told(said.unwrap_or("K"), &["K", "degC", "degF"], "degC", seen, makes_sense)
            }
            Self::Pressure { said } => {
                let makes_sense = |middle: f64, _| HECTOPASCALS.contains(&middle);
                told(said.unwrap_or("Pa"), &["Pa", "hPa", "kPa"], "hPa", seen, makes_sense)
            }
        }
    }

    /// Of all levels of a run, the one by which a unit is told best: humidity and temperature where there is most of it,
    /// height where it is largest. Levels of pressure rank before all others.
    #[must_use]
    pub fn best_level(self, levels: &[Option<Level>]) -> Option<Option<Level>> {
        let of_pressure = levels.iter().filter(|level| level.is_some_and(|level| level.kind == LevelKind::Pressure));
        let found = if self == Self::Height { of_pressure.min() } else { of_pressure.max() };
        found.or(levels.first()).copied()
    }
}

/// The first unit in which values make sense in the unit shown, the one taken for granted before others; that one where
/// they make sense in none. `seen` is as if they were in it; the conversion sets that right.
fn told(
    taken: &'static str,
    others: &[&'static str],
    shown: &str,
    seen: Seen,
    makes_sense: impl Fn(f64, f64) -> bool,
) -> (Affine, &'static str) {
    let as_if = |unit: &str| {
        let (taken, unit, shown) = (units::by_id(taken)?, units::by_id(unit)?, units::by_id(shown)?);
        Some(units::conversion(shown, taken)?.then(units::conversion(unit, shown)?))
    };
    let sensible = |unit: &&str| {
        as_if(unit).is_some_and(|conversion| makes_sense(conversion.apply(seen.middle), conversion.apply(seen.highest)))
    };
    match std::iter::once(taken).chain(others.iter().copied()).find(|unit| sensible(unit)) {
        Some(unit) if unit != taken => as_if(unit).map_or((Affine::IDENTITY, taken), |conversion| (conversion, unit)),
        _ => (Affine::IDENTITY, taken),
    }
}

/// Geopotential height in m of a pressure in hPa in the U.S. Standard Atmosphere 1976: a lapse of 6.5 K/km up to 11 km,
/// isothermal above (true to 20 km, and near enough beyond).
fn standard_height(pressure: f64) -> f64 {
    const TROPOPAUSE: f64 = 226.32;
    if pressure >= TROPOPAUSE {
        44_330.8 * (1.0 - (pressure / 1013.25).powf(0.190_263))
    } else {
        11_000.0 + 6_341.6 * (TROPOPAUSE / pressure.max(0.01)).ln()
    }
}

impl Recipe {
    /// The same field at other positions on extra dimensions; on those that are not named it stays where it is.
    #[must_use]
    pub fn along(&self, positions: &BTreeMap<String, usize>) -> Self {
        if positions.is_empty() {
            return self.clone();
        }
        let moved = |ingredient: &Ingredient| {
            let mut choice: Choice = (*ingredient.field.choice).clone();
            choice.dims.resize(ingredient.dims.len(), 0);
            for (dim, at) in ingredient.dims.iter().zip(&mut choice.dims).filter(|(dim, _)| !dim.shared) {
                *at = positions.get(&dim.name).copied().filter(|at| *at < dim.size).unwrap_or(*at);
            }
            let field = FieldRef { choice: Arc::new(choice), ..ingredient.field.clone() };
            Ingredient { field, ..ingredient.clone() }
        };
        Self { ingredients: self.ingredients.iter().map(moved).collect(), ..self.clone() }
    }

    /// The field of a file that this shows, converted or turned; `None` where it is computed from others.
    #[must_use]
    pub fn shows(&self) -> Option<&FieldRef> {
        match self.formula {
            Formula::Direct | Formula::First | Formula::Turned { .. } => {
                self.ingredients.first().map(|what| &what.field)
            }
            Formula::RelativeHumidity { .. } => None,
        }
    }

    /// The finished field over a window from those of its ingredients, in their order, as read. `None` if one is lacking.
    #[must_use]
    pub fn cook(&self, raw: Vec<Array2<f32>>, window: Window) -> Option<Array2<f32>> {
        let mut converted = raw.into_iter().zip(&self.ingredients).map(|(mut values, ingredient)| {
            let Affine { scale, offset } = ingredient.conversion;
            if ingredient.conversion != Affine::IDENTITY {
                values.mapv_inplace(|x| (f64::from(x) * scale + offset) as f32);
            }
            values
        });
        match &self.formula {
            Formula::Direct => converted.next(),
            Formula::First => {
                let mut first = None;
                for values in converted {
                    if values.iter().any(|value| !value.is_nan()) {
                        return Some(values);
                    }
                    first = first.or(Some(values));
                }
                first
            }
            Formula::RelativeHumidity { pressure } => {
                let (specific, mut temperature) = (converted.next()?, converted.next()?);
                kelvin(&mut temperature);
                (specific.dim() == temperature.dim()).then(|| relative_humidity(&specific, &temperature, *pressure))
            }
            Formula::Turned { component, by } => {
                let own = converted.next()?;
                turned(*component, by, own, converted.next(), window)
            }
        }
    }
}

/// A component over a window turned to east or to north, row after row: what a block of rows needs is small.
fn turned(
    component: Component,
    by: &Directions,
    mut own: Array2<f32>,
    mate: Option<Array2<f32>>,
    window: Window,
) -> Option<Array2<f32>> {
    /// Points whose directions are kept together: 32 MiB.
    const MOST: usize = 1 << 22;
    let rows = (MOST / window.nx.max(1)).clamp(1, window.ny.max(1));
    if mate.as_ref().is_some_and(|mate| mate.dim() != own.dim()) {
        return None;
    }
    let mut mates = mate.as_ref().map(|mate| mate.axis_chunks_iter(Axis(0), rows));
    for (n, block) in own.axis_chunks_iter_mut(Axis(0), rows).enumerate() {
        let part = Window { j0: window.j0 + n * rows, ny: block.nrows(), ..window };
        turn(component, block, mates.as_mut().and_then(Iterator::next), by.over(part).view())?;
    }
    Some(own)
}

/// Temperatures that are called kelvin and are °C, by their range.
fn kelvin(values: &mut Array2<f32>) {
    const LOWEST: f64 = 100.0;
    let seen = Seen::of(values.iter().map(|value| f64::from(*value)));
    if seen.is_some_and(|seen| seen.middle < LOWEST) {
        values.mapv_inplace(|value| value + 273.15);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(largest: f64) -> Seen {
        Seen { largest, highest: largest, middle: largest / 2.0 }
    }

    #[test]
    fn a_silent_unit_is_told_by_the_range() {
        let check = |guess: UnitGuess, largest: f64, unit: &str, value: f64, shown: f64| {
            let (conversion, found) = guess.decide(seen(largest), None);
            assert_eq!(found, unit);
            assert!((conversion.apply(value) - shown).abs() < 1e-9);
        };
        check(UnitGuess::Humidity, 1.02, "1", 0.87, 87.0);
        check(UnitGuess::Humidity, 101.0, "%", 87.0, 87.0);
        check(UnitGuess::Percent, 1.0, "1", 0.87, 87.0);
        check(UnitGuess::Percent, 99.0, "%", 87.0, 87.0);
        check(UnitGuess::Percent, 0.0, "%", 0.0, 0.0);
        check(UnitGuess::Water, 0.08, "m", 0.02, 20.0);
        check(UnitGuess::Water, 80.0, "kg m-2", 20.0, 20.0);
        check(UnitGuess::Height, 590.0, "dam", 552.0, 552.0);
        check(UnitGuess::Height, 5_900.0, "m", 5_520.0, 552.0);
        check(UnitGuess::Height, 57_900.0, "m2 s-2", 552.0 * 98.0665, 552.0);
    }

    #[test]
    fn a_temperature_or_a_pressure_is_told_where_its_unit_is_silent_or_wrong() {
        /// Values in the file, the unit said, the unit found, and the first value shown.
        fn check(
            guess: impl Fn(Option<&'static str>) -> UnitGuess,
            said: Option<&'static str>,
            values: &[f64],
            found: &str,
            shown: f64,
        ) {
            let (taken, display) = match guess(said) {
                UnitGuess::Temperature { .. } => ("K", "degC"),
                _ => ("Pa", "hPa"),
            };
            let unit = |id| units::by_id(id).expect("in the table");
            let stated = units::conversion(unit(said.unwrap_or(taken)), unit(display)).expect("of one kind");
            let as_if: Vec<f64> = values.iter().map(|value| stated.apply(*value)).collect();
            let (correction, told) = guess(said).decide(Seen::of(as_if.iter().copied()).expect("values"), None);
            assert_eq!(told, found, "{said:?} {values:?}");
            let got = correction.apply(as_if[0]);
            assert!((got - shown).abs() < 1e-6, "{got} is not {shown}: {said:?} {values:?}");
        }
        let temperature = |said| UnitGuess::Temperature { said };
        check(temperature, Some("K"), &[-47.8, -49.1, -45.8], "degC", -47.8);
        check(temperature, Some("K"), &[0.0, 12.0, 29.0], "degC", 0.0);
        check(temperature, None, &[280.0, 290.0, 301.0], "K", 6.85);
        check(temperature, None, &[12.0, 15.0, 25.0], "degC", 12.0);
        check(temperature, None, &[68.0, 77.0, 95.0], "degF", 20.0);
        check(temperature, Some("degC"), &[280.0, 290.0, 301.0], "K", 6.85);
        check(temperature, Some("K"), &[210.0, 290.0, 330.0], "K", -63.15);
        // Fill values that nobody declared, and the thermosphere, change nothing.
        check(temperature, Some("K"), &[280.0, 290.0, 301.0, 0.0, 9.97e36], "K", 6.85);
        check(temperature, Some("K"), &[900.0, 1000.0, 1100.0], "K", 626.85);
        let pressure = |said| UnitGuess::Pressure { said };
        check(pressure, Some("Pa"), &[1013.0, 990.0], "hPa", 1013.0);
        check(pressure, Some("hPa"), &[101_300.0, 99_000.0], "Pa", 1013.0);
        check(pressure, None, &[101_300.0, 99_000.0], "Pa", 1013.0);
        check(pressure, None, &[1013.0, 99.0, 990.0], "hPa", 1013.0);
        check(pressure, Some("Pa"), &[101.3, 99.0], "kPa", 1013.0);
        check(pressure, Some("hPa"), &[1013.0, 990.0], "hPa", 1013.0);
    }

    #[test]
    fn a_silent_height_is_told_by_its_pressure() {
        // Largest heights in m that occur on a level, from a winter low to a summer high.
        for (pressure, heights) in [
            (1000.0, [100.0, 420.0]),
            (850.0, [1_250.0, 1_680.0]),
            (500.0, [5_100.0, 6_000.0]),
            (250.0, [9_700.0, 11_200.0]),
            (10.0, [28_500.0, 32_500.0]),
            (1.0, [43_000.0, 50_500.0]),
        ] {
            for height in heights {
                let told = |factor: f64| UnitGuess::Height.decide(seen(height * factor), Some(pressure)).1;
                assert_eq!(told(1.0), "m", "{height} m at {pressure} hPa");
                assert_eq!(told(0.1), "dam", "{height} m at {pressure} hPa");
                assert_eq!(told(STANDARD_GRAVITY), "m2 s-2", "{height}");
            }
        }
        assert!((standard_height(500.0) - 5_574.0).abs() < 2.0);
        assert!((standard_height(100.0) - 16_180.0).abs() < 5.0);
    }

    #[test]
    fn a_unit_is_told_where_the_field_is_large() {
        let levels = [None, Some(Level::hpa(1.0)), Some(Level::hpa(500.0)), Some(Level::hpa(1000.0))];
        assert_eq!(UnitGuess::Humidity.best_level(&levels), Some(Some(Level::hpa(1000.0))));
        assert_eq!(UnitGuess::Height.best_level(&levels), Some(Some(Level::hpa(1.0))));
        assert_eq!(UnitGuess::Height.best_level(&levels[..1]), Some(None));
        assert_eq!(UnitGuess::Height.best_level(&[]), None);
    }
}
