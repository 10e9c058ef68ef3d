//! A field at a higher density than its grid's.

use ndarray::ArrayView2;

/// A field at two, four, eight … times the density of its grid, so that outlines are smooth where a cell covers many
/// pixels.
///
/// After one doubling row `2j` and column `2i` are the grid's own values. Between them stands the 4-point Catmull-Rom
/// mean, kept within the field's range; beside missing values the mean of the two neighbours, missing where one of these
/// is.
#[derive(Default)]
pub struct Refined {
    pub nx: usize,
    pub ny: usize,
    /// `ny` rows of `nx`.
    pub values: Vec<f32>,
    /// The values before the last doubling.
    coarser: Vec<f32>,
}

impl Refined {
    /// Doubles a field's density, once at least, and gives its values; memory of the former one is used again.
    pub fn refine(&mut self, field: ArrayView2<f32>, doublings: u32) -> &[f32] {
        let range = range_of(field);
        self.double(field, range);
        for _ in 1..doublings {
            let coarser = std::mem::replace(&mut self.values, std::mem::take(&mut self.coarser));
            if let Ok(field) = ArrayView2::from_shape((self.ny, self.nx), &coarser) {
                self.double(field, range);
            }
            self.coarser = coarser;
        }
        &self.values
    }

    fn double(&mut self, field: ArrayView2<f32>, range: (f32, f32)) {
        let (ny, nx) = field.dim();
        (self.ny, self.nx) = ((2 * ny).saturating_sub(1), (2 * nx).saturating_sub(1));
        self.values.clear();
        if ny == 0 || nx == 0 {
            (self.ny, self.nx) = (0, 0);
            return;
        }
        self.values.resize(self.nx * self.ny, f32::NAN);
        for (source, row) in field.rows().into_iter().zip(self.values.chunks_exact_mut(self.nx).step_by(2)) {
            match source.as_slice() {
                Some(source) => refine_row(source, row, range),
                None => refine_row(&source.to_vec(), row, range),
            }
        }
        self.refine_columns(range);
    }

    fn refine_columns(&mut self, range: (f32, f32)) {
        let nx = self.nx;
        for j in (1..self.ny).step_by(2) {
            let (upper, rest) = self.values.split_at_mut(j * nx);
            let (row, lower) = rest.split_at_mut(nx);
            let (b, c) = (&upper[(j - 1) * nx..], &lower[..nx]);
            let a = j.checked_sub(3).and_then(|k| upper.get(k * nx..(k + 1) * nx));
            let d = lower.get(2 * nx..3 * nx);
            for (i, value) in row.iter_mut().enumerate() {
                let (b, c) = (b[i], c[i]);
                let a = a.map_or_else(|| beyond(b, c), |a| a[i]);
                let d = d.map_or_else(|| beyond(c, b), |d| d[i]);
                *value = between(a, b, c, d, range);
            }
        }
    }
}

fn refine_row(source: &[f32], row: &mut [f32], range: (f32, f32)) {
    for (value, &own) in row.iter_mut().step_by(2).zip(source) {
        *value = own;
    }
    for (value, four) in row.iter_mut().skip(3).step_by(2).zip(source.windows(4)) {
        *value = between(four[0], four[1], four[2], four[3], range);
    }
    if let [b, c, ..] = *source {
        let d = source.get(2).copied().unwrap_or_else(|| beyond(c, b));
        row[1] = between(beyond(b, c), b, c, d, range);
    }
    if let [.., a, b, c] = *source {
        let middle = row.len() - 2;
        row[middle] = between(a, b, c, beyond(c, b), range);
    }
}

/// What a straight line gives one step before `b`: outside of the grid, nothing says how to bend.
#[inline]
fn beyond(b: f32, c: f32) -> f32 {
    b * 2.0 - c
}

/// Halfway between `b` and `c`.
#[inline]
fn between(a: f32, b: f32, c: f32, d: f32, (low, high): (f32, f32)) -> f32 {
    let smooth = ((b + c) * 9.0 - (a + d)) * 0.0625;
    if smooth.is_nan() { (b + c) * 0.5 } else { smooth.max(low).min(high) }
}

/// Lowest and highest value that is not missing.
fn range_of(field: ArrayView2<f32>) -> (f32, f32) {
    field.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn refined(field: &Array2<f32>) -> Array2<f32> {
        let mut out = Refined::default();
        out.refine(field.view(), 1);
        Array2::from_shape_vec((out.ny, out.nx), out.values).expect("rows and columns")
    }

    #[test]
    fn a_ramp_stays_a_ramp() {
        let out = refined(&Array2::from_shape_fn((7, 9), |(j, i)| 3.0 * i as f32 - 2.0 * j as f32));
        for ((j, i), &value) in out.indexed_iter() {
            let expected = 1.5 * i as f32 - j as f32;
            assert!((value - expected).abs() < 1e-5, "{j} {i}: {value} {expected}");
        }
    }

    #[test]
    fn the_grids_own_values_are_kept_and_never_passed() {
        let field = Array2::from_shape_fn((6, 6), |(j, i)| if (i + j) % 3 == 0 { 100.0 } else { 0.0 });
        let out = refined(&field);
        for ((j, i), &value) in field.indexed_iter() {
            assert_eq!(out[[2 * j, 2 * i]], value);
        }
        assert!(out.iter().all(|value| (0.0..=100.0).contains(value)));
    }

    #[test]
    fn holes_do_not_bleed() {
        let mut field = Array2::from_elem((7, 7), 50.0_f32);
        field[[3, 3]] = f32::NAN;
        let out = refined(&field);
        for ((j, i), value) in out.indexed_iter() {
            let hole = j.abs_diff(6) <= 1 && i.abs_diff(6) <= 1;
            assert_eq!(value.is_nan(), hole, "{j} {i}");
            assert!(hole || *value == 50.0);
        }
    }

    #[test]
    fn a_field_doubled_twice_is_a_field_doubled_and_doubled_again() {
        let field = Array2::from_shape_fn((6, 7), |(j, i)| ((i * i + 3 * j) % 11) as f32);
        let mut twice = Refined::default();
        twice.refine(field.view(), 2);
        assert_eq!((twice.ny, twice.nx), (21, 25));
        let again = refined(&refined(&field));
        assert!(again.iter().zip(&twice.values).all(|(a, b)| (a - b).abs() < 1e-5));
        let mut hole = field;
        hole[[2, 3]] = f32::NAN;
        twice.refine(hole.view(), 3);
        let wide = twice.values.iter().filter(|value| value.is_nan()).count();
        assert_eq!(wide, 15 * 15, "a hole keeps its size");
    }

    #[test]
    fn the_smallest_fields_are_refined_too() {
        assert_eq!(refined(&Array2::from_elem((1, 1), 4.0)).dim(), (1, 1));
        assert_eq!(refined(&Array2::from_elem((2, 1), 4.0)), Array2::from_elem((3, 1), 4.0));
        assert_eq!(refined(&Array2::from_elem((1, 2), 4.0)), Array2::from_elem((1, 3), 4.0));
        assert_eq!(refined(&Array2::from_elem((0, 5), 4.0)).dim(), (0, 0));
        let missing = refined(&Array2::from_elem((3, 3), f32::NAN));
        assert!(missing.iter().all(|value| value.is_nan()));
    }
}
