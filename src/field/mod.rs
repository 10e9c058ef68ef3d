//! A field: one parameter on one level at one time, and the pure functions on fields.

mod level;

use std::sync::Arc;

use ndarray::{Array2, Zip};

use crate::grid::{Grid, Window};
use crate::units::Unit;

pub use level::{Level, LevelKind};

/// Values of one parameter, level and time over a window of a grid. Missing values are NaN.
#[derive(Clone, Debug)]
pub struct Field {
    /// Rows and columns of `window`, in the file's stored order.
    pub values: Array2<f32>,
    pub window: Window,
    pub grid: Arc<Grid>,
    /// What the values are in; `None` where the file does not say and nothing converts them.
    pub unit: Option<&'static Unit>,
}

/// The phase over which relative humidity is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Over liquid water at all temperatures, as the WMO asks of observations.
    Water,
}

/// Relative humidity in % from specific humidity (kg/kg), temperature (K) and pressure (Pa), over liquid water.
///
/// Vapour pressure from `e = q p / (ε + (1 − ε) q)` with ε = 0.62198; saturation after Ambaum (2020, equation 13), as
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
    const EPSILON: f64 = 0.621_980_569_203_773_4;
    const TRIPLE_POINT: f64 = 273.16;
    const LATENT_HEAT: f64 = 2_500_840.0;
    const VAPOUR_GAS_CONSTANT: f64 = 461.523_117_263_057_5;
    const SATURATION_AT_TRIPLE_POINT: f64 = 611.2;
    const HEAT_DIFFERENCE: f64 = 4219.4 - 1860.078_011_865_639;
    let latent = LATENT_HEAT - HEAT_DIFFERENCE * (temperature - TRIPLE_POINT);
    let power = HEAT_DIFFERENCE / VAPOUR_GAS_CONSTANT;
    let exponent = (LATENT_HEAT / TRIPLE_POINT - latent / temperature) / VAPOUR_GAS_CONSTANT;
    let saturation = SATURATION_AT_TRIPLE_POINT * (TRIPLE_POINT / temperature).powf(power) * exponent.exp();
    let vapour = specific * pressure / (EPSILON + (1.0 - EPSILON) * specific);
    100.0 * vapour / saturation
}
