//! The parallels of Gaussian grids: where a spectral model computes in the space of grid points.

use std::f64::consts::PI;

/// Above that of any model; the work grows with the square, so that a broken file must not name more.
const MOST_PARALLELS: usize = 1 << 13;

/// The `2 n` latitudes of a Gaussian grid with `n` parallels between a pole and the equator, in degrees, from north to
/// south. Empty for zero, and for more parallels than any model has.
///
/// They are the arcsines of the roots of the Legendre polynomial of degree `2 n`. Newton's method starts from Tricomi's
/// guess, which is right to some digits; the second turn then reaches the last bit, and the southern half mirrors the
/// northern one.
#[must_use]
pub fn gaussian_latitudes(n: usize) -> Vec<f64> {
    if n == 0 || n > MOST_PARALLELS {
        return Vec::new();
    }
    let degree = 2 * n;
    let north: Vec<f64> = (1..=n).map(|k| root(degree, k).asin().to_degrees()).collect();
    let south: Vec<f64> = north.iter().rev().map(|lat| -lat).collect();
    [north, south].concat()
}

/// The `k`-th root of the Legendre polynomial, counted from 1 downwards.
fn root(degree: usize, k: usize) -> f64 {
    let n = degree as f64;
    let angle = PI * (4 * k - 1) as f64 / (4.0 * n + 2.0);
    let mut x = (1.0 - (n - 1.0) / (8.0 * n * n * n)) * angle.cos();
    for _ in 0..8 {
        let (value, slope) = legendre(degree, x);
        let step = value / slope;
        x -= step;
        if step.abs() < 1e-16 {
            break;
        }
    }
    x
}

/// The Legendre polynomial and its slope, by Bonnet's recursion.
fn legendre(degree: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 2..=degree {
        let k = k as f64;
        let next = ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k;
        (before, value) = (value, next);
    }
    (value, degree as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parallels_of_n32_are_those_of_eccodes() {
        // `distinctLatitudes` of ecCodes 2.50
        let expected = [87.863_798_839, 85.096_526_989, 82.312_912_948, 79.525_606_573];
        let found = gaussian_latitudes(32);
        assert_eq!(found.len(), 64);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
        }
        assert!((found[31] - 1.395_306_910_8).abs() < 1e-9 && found[63] == -found[0]);
    }

    #[test]
    fn two_parallels_lie_where_the_second_polynomial_has_its_roots() {
        let found = gaussian_latitudes(1);
        let exact = (1.0_f64 / 3.0).sqrt().asin().to_degrees();
        assert!((found[0] - exact).abs() < 1e-13 && (found[1] + exact).abs() < 1e-13);
        assert!(gaussian_latitudes(0).is_empty());
    }

    #[test]
    fn the_finest_grids_are_in_order() {
        let found = gaussian_latitudes(1280);
        assert!(found.windows(2).all(|pair| pair[0] > pair[1]));
        assert!((found[0] - 89.946_187_716).abs() < 1e-9);
    }
}
