//! How a field of the product comes out of files: what to read, how to convert, what to compute.

use ndarray::Array2;

use crate::field::relative_humidity;
use crate::source::FieldRef;
use crate::units::Affine;

/// Standard gravity in m/s², by which geopotential becomes geopotential height (WMO definition).
pub const STANDARD_GRAVITY: f64 = 9.806_65;

/// One field of a file and the conversion of its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Ingredient {
    pub field: FieldRef,
    pub conversion: Affine,
}

/// What is done with the converted ingredients.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Formula {
    /// The only ingredient, as it is.
    Direct,
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

    /// The conversion to % or dam for values of which this is the largest magnitude, and the unit that it means.
    #[must_use]
    pub fn decide(self, largest: f64) -> (Affine, &'static str) {
        match self {
            Self::Humidity | Self::Fraction if largest <= 1.5 => (Affine::scaled(100.0), "1"),
            Self::Humidity | Self::Fraction => (Affine::IDENTITY, "%"),
            Self::Height if largest < 2_600.0 => (Affine::IDENTITY, "dam"),
            Self::Height if largest < 26_000.0 => (Affine::scaled(0.1), "m"),
            Self::Height => (Affine::scaled(0.1 / STANDARD_GRAVITY), "m2 s-2"),
        }
    }
}

impl Recipe {
    #[must_use]
    pub fn direct(field: FieldRef, conversion: Affine) -> Self {
        Self { ingredients: vec![Ingredient { field, conversion }], formula: Formula::Direct, guess: None }
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
            let (conversion, found) = guess.decide(largest);
            assert_eq!(found, unit);
            assert!((conversion.apply(value) - shown).abs() < 1e-9);
        };
        check(UnitGuess::Humidity, 1.02, "1", 0.87, 87.0);
        check(UnitGuess::Humidity, 101.0, "%", 87.0, 87.0);
        check(UnitGuess::Height, 590.0, "dam", 552.0, 552.0);
        check(UnitGuess::Height, 5_900.0, "m", 5_520.0, 552.0);
        check(UnitGuess::Height, 57_900.0, "m2 s-2", 552.0 * 98.0665, 552.0);
    }
}
