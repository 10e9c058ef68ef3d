//! The value of a kept field at a place.

use super::cache::Kept;
use crate::grid::{Around, Grid};
use crate::map::View;

/// How far from a station the pointer may be, in points.
const REACH: f64 = 6.0;

/// The same in degrees of a great circle.
pub(super) fn reach(view: &View) -> f64 {
    REACH * f64::from(view.pixels_per_point) * view.degrees_per_pixel()
}

/// The mean of the points around a place, as they are drawn, of directions on the circle; NaN where one of them is missing
/// or not kept.
pub(super) fn interpolate(kept: &Kept, grid: &Grid, around: &Around, are_directions: bool) -> f32 {
    let value = |j, i| value(kept, grid, j, i).map(f64::from);
    let mean = if are_directions { around.mean_direction(value) } else { around.mean(value) };
    mean as f32
}

/// Whether all of the points around a place are kept.
pub(super) fn holds(kept: &Kept, grid: &Grid, around: &Around) -> bool {
    around.points().all(|([j, i], _)| value(kept, grid, j, i).is_some())
}

fn value(kept: &Kept, grid: &Grid, row: usize, column: usize) -> Option<f32> {
    let j = row.checked_sub(kept.window.j0)?;
    let i = (column + grid.nx).checked_sub(kept.window.i0)? % grid.nx.max(1);
    kept.values.get((j, i)).copied()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::grid::{Geometry, Window};

    #[test]
    fn values_lie_between_the_four_points_around() {
        let kept = Kept {
            values: array![[0.0, 1.0, 2.0], [10.0, 11.0, f32::NAN]],
            window: Window { j0: 4, i0: 9, ny: 2, nx: 3 },
        };
        // A grid of ten columns all round: the window goes on to the columns 9, 0 and 1.
        let geometry = Geometry::LatLon {
            lat: (0..8).map(|j| 10.0 * f64::from(j)).collect(),
            lon: (0..10).map(|i| 36.0 * f64::from(i)).collect(),
        };
        let grid = Grid { ny: 8, nx: 10, geometry };
        let check = |x: f64, y: f64, value: f32| {
            let around = grid.around(36.0 * x, 10.0 * y).expect("on the grid");
            let found = interpolate(&kept, &grid, &around, false);
            assert!(found == value || (found.is_nan() && value.is_nan()), "{x} {y}: {found}");
            let there = around.points().all(|([j, i], _)| (4..6).contains(&j) && [9, 0, 1].contains(&i));
            assert_eq!(holds(&kept, &grid, &around), there, "{x} {y}");
        };
        let north = Kept { values: array![[350.0, 10.0]], window: Window { j0: 4, i0: 3, ny: 1, nx: 2 } };
        let between = interpolate(&north, &grid, &grid.around(36.0 * 3.5, 40.0).expect("on the grid"), true);
        assert!(between.min(360.0 - between) < 1e-3, "{between} lies between 350° and 10°");
        check(9.0, 4.0, 0.0);
        check(9.5, 4.5, 5.5);
        check(0.0, 5.0, 11.0);
        check(0.5, 4.0, 1.5);
        check(0.5, 4.5, f32::NAN);
        check(1.0, 4.0, 2.0);
        check(9.0, 3.0, f32::NAN);
        check(5.0, 4.0, f32::NAN);
    }
}
