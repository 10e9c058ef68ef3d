//! How a field of the product comes out of files: what to read, how to convert, what to compute.

use std::collections::BTreeMap;
use std::sync::Arc;

use ndarray::Array2;

use crate::field::{Level, LevelKind, relative_humidity};
use crate::source::{Choice, ExtraDimension, FieldRef};
use crate::time::Span;
use crate::units::Affine;

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
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Formula {
    /// The only ingredient, as it is.
    Direct,
    /// The first ingredient that has values: streams that hold a part of the times each.
    First,
    /// Relative humidity over water from specific humidity (kg/kg) and temperature (K) at this pressure in Pa.
    RelativeHumidity { pressure: f64 },
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

/// For files that are silent about a unit: the range of the values tells which one they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitGuess {
    /// 0..1 or 0..100
    Humidity,
    /// The same where the file says 0..1: percentages stand behind that unit often enough for the range to have the
    /// last word.
    Fraction,
    /// dam, m, or m²/s² by the magnitude of the largest value
    Height,
}

impl UnitGuess {
    /// The unit that the file gives, where it gives one.
    #[must_use]
    pub fn said(self) -> Option<&'static str> {
        (self == Self::Fraction).then_some("1")
    }

    /// The conversion to % or dam for values of which this is the largest magnitude, and the unit that it means. A
    /// height is told by the pressure of its level, in hPa, where that is known.
    #[must_use]
    pub fn decide(self, largest: f64, pressure: Option<f64>) -> (Affine, &'static str) {
        /// Near the ground heights differ from the standard's by their own size.
        const LEAST_HEIGHT: f64 = 250.0;
        // Between two units lies a factor of ten: half of it to either side.
        let metres = pressure.map_or(8_200.0, |pressure| standard_height(pressure).max(LEAST_HEIGHT));
        match self {
            Self::Humidity | Self::Fraction if largest <= 1.5 => (Affine::scaled(100.0), "1"),
            Self::Humidity | Self::Fraction => (Affine::IDENTITY, "%"),
            Self::Height if largest < metres / 10_f64.sqrt() => (Affine::IDENTITY, "dam"),
            Self::Height if largest < metres * 10_f64.sqrt() => (Affine::scaled(0.1), "m"),
            Self::Height => (Affine::scaled(0.1 / STANDARD_GRAVITY), "m2 s-2"),
        }
    }

    /// Of all levels of a run, the one by which a unit is told best: humidity where there is most of it, height where it
    /// is largest. Levels of pressure rank before all others.
    #[must_use]
    pub fn best_level(self, levels: &[Option<Level>]) -> Option<Option<Level>> {
        let of_pressure = levels.iter().filter(|level| level.is_some_and(|level| level.kind == LevelKind::Pressure));
        let found = if self == Self::Height { of_pressure.min() } else { of_pressure.max() };
        found.or(levels.first()).copied()
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

    /// The finished field from the windows of its ingredients, in their order, as read. `None` if one is lacking.
    #[must_use]
    pub fn cook(&self, raw: Vec<Array2<f32>>) -> Option<Array2<f32>> {
        let mut converted = raw.into_iter().zip(&self.ingredients).map(|(mut values, ingredient)| {
            let Affine { scale, offset } = ingredient.conversion;
            if ingredient.conversion != Affine::IDENTITY {
                values.mapv_inplace(|x| (f64::from(x) * scale + offset) as f32);
            }
            values
        });
        match self.formula {
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
                let (specific, temperature) = (converted.next()?, converted.next()?);
                (specific.dim() == temperature.dim()).then(|| relative_humidity(&specific, &temperature, pressure))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_unit_is_told_by_the_range() {
        let check = |guess: UnitGuess, largest: f64, unit: &str, value: f64, shown: f64| {
            let (conversion, found) = guess.decide(largest, None);
            assert_eq!(found, unit);
            assert!((conversion.apply(value) - shown).abs() < 1e-9);
        };
        check(UnitGuess::Humidity, 1.02, "1", 0.87, 87.0);
        check(UnitGuess::Humidity, 101.0, "%", 87.0, 87.0);
        check(UnitGuess::Height, 590.0, "dam", 552.0, 552.0);
        check(UnitGuess::Height, 5_900.0, "m", 5_520.0, 552.0);
        check(UnitGuess::Height, 57_900.0, "m2 s-2", 552.0 * 98.0665, 552.0);
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
                let told = |factor: f64| UnitGuess::Height.decide(height * factor, Some(pressure)).1;
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
