//! Levels, and the pure functions on fields: on one parameter on one level at one time.

mod axis_words;
mod level;
mod member;
mod qualifier;
mod vector;

use ndarray::{Array2, Zip};

pub use axis_words::{AxisWords, NamedAxes};
pub use level::{Level, LevelKind, without_noise};
pub use member::{MEAN, Member, WEIGHTED_MEAN};
pub use qualifier::{Bounds, Ensemble, Event, Qualifier};
pub use vector::{Component, turn, turned_value};

/// Relative humidity in % from specific humidity (kg/kg), temperature (K) and pressure (Pa), over liquid water.
///
/// Vapour pressure from `e = q p / (ε + (1 − ε) q)` with ε = 0.62196; saturation after Ambaum (2020, equation 13), as
/// MetPy computes it. Missing where one of the two is missing. Values above 100 are kept.
#[must_use]
pub fn relative_humidity(specific: &Array2<f32>, temperature: &Array2<f32>, pressure: f64) -> Array2<f32> {
    let mut out = Array2::from_elem(specific.raw_dim(), f32::NAN);
    Zip::from(&mut out).and(specific).and(temperature).for_each(|rh, &q, &t| {
        *rh = humidity_at(f64::from(q), f64::from(t), pressure) as f32;
    });
    out
}

/// Constants of Ambaum (2020), <https://doi.org/10.1002/qj.3899>, with the values that MetPy 1.7 uses.
fn humidity_at(specific: f64, temperature: f64, pressure: f64) -> f64 {
    const EPSILON: f64 = 0.621_956_910_057_703_3;
    const TRIPLE_POINT: f64 = 273.16;
    const LATENT_HEAT: f64 = 2_500_840.0;
    const VAPOUR_GAS_CONSTANT: f64 = 461.523_115_726_060_84;
    const SATURATION_AT_TRIPLE_POINT: f64 = 611.2;
    const HEAT_DIFFERENCE: f64 = 4_219.4 - 1_860.078_011_865_639;
    let latent = LATENT_HEAT - HEAT_DIFFERENCE * (temperature - TRIPLE_POINT);
    let power = HEAT_DIFFERENCE / VAPOUR_GAS_CONSTANT;
    let exponent = (LATENT_HEAT / TRIPLE_POINT - latent / temperature) / VAPOUR_GAS_CONSTANT;
    let saturation = SATURATION_AT_TRIPLE_POINT * (TRIPLE_POINT / temperature).powf(power) * exponent.exp();
    let vapour = specific * pressure / (EPSILON + (1.0 - EPSILON) * specific);
    100.0 * vapour / saturation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_humidity_is_that_of_metpy() {
        // specific humidity kg/kg, temperature K, pressure Pa → % over liquid water (MetPy 1.7.1)
        let reference = [
            (0.008, 290.0, 100_000.0, 66.782_879_403_346_57),
            (0.004, 275.0, 85_000.0, 78.142_590_715_320_78),
            (0.0008, 250.0, 50_000.0, 67.450_210_783_038_26),
            (5e-5, 220.0, 25_000.0, 45.147_366_671_554_91),
            (0.03, 310.0, 100_000.0, 76.307_162_293_012_17),
        ];
        for (specific, temperature, pressure, expected) in reference {
            let got = humidity_at(specific, temperature, pressure);
            assert!((got - expected).abs() < 1e-9 * expected, "{got} is not {expected}");
        }
    }

    #[test]
    fn humidity_is_missing_where_one_of_its_sources_is() {
        let specific = ndarray::array![[0.008, f32::NAN, 0.008]];
        let temperature = ndarray::array![[290.0, 290.0, f32::NAN]];
        let humidity = relative_humidity(&specific, &temperature, 100_000.0);
        assert!((humidity[[0, 0]] - 66.7829).abs() < 1e-3);
        assert!(humidity[[0, 1]].is_nan() && humidity[[0, 2]].is_nan());
    }
}
