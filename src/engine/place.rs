//! The value of a kept field at a place.

use super::cache::Kept;
use crate::grid::Grid;

/// Fractional column and row of a position, in stored order; `None` outside the grid.
pub(super) fn locate(grid: &Grid, lon: f64, lat: f64) -> Option<(f64, f64)> {
    grid.locate(lon, lat)
}

/// Bilinear between the four points around; NaN where one of them is missing or not kept. `columns` of the grid.
pub(super) fn interpolate(kept: &Kept, columns: usize, (x, y): (f64, f64)) -> f32 {
    let at = |column: usize, row: usize| {
        let j = row.checked_sub(kept.window.j0)?;
        let i = (column + columns).checked_sub(kept.window.i0)? % columns.max(1);
        kept.values.get((j, i)).copied()
    };
    let (left, above) = (x.floor(), y.floor());
    let (right_part, below_part) = ((x - left) as f32, (y - above) as f32);
    let (i, j) = (left as usize, above as usize);
    let mut sum = 0.0;
    for (row, row_part) in [(j, 1.0 - below_part), (j + 1, below_part)] {
        for (column, column_part) in [(i, 1.0 - right_part), (i + 1, right_part)] {
            let part = row_part * column_part;
            // A point on a row or column takes nothing from the next one, which may not exist.
            if part > 0.0 {
                sum += part * at(column % columns.max(1), row).unwrap_or(f32::NAN);
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::grid::Window;

    #[test]
    fn values_lie_between_the_four_points_around() {
        let kept = Kept {
            values: array![[0.0, 1.0, 2.0], [10.0, 11.0, f32::NAN]],
            window: Window { j0: 4, i0: 9, ny: 2, nx: 3 },
        };
        // A grid of ten columns: the window goes round, to the columns 9, 0 and 1.
        let check = |x, y, value: f32| {
            let found = interpolate(&kept, 10, (x, y));
            assert!(found == value || (found.is_nan() && value.is_nan()), "{x} {y}: {found}");
        };
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
