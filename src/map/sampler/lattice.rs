//! A field on a lattice of the picture, for smooth isolines.

use rayon::prelude::*;

use super::cut::Cut;
use super::finder::Finder;
use crate::grid::Hint;

/// Values at every `step`-th pixel, beginning at `origin`, one step outside of the map rectangle, and ending outside it.
/// Row by row from the top; NaN where the field has no value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lattice {
    pub nx: usize,
    pub ny: usize,
    /// Pixels.
    pub step: f32,
    /// The pixel position of the first value.
    pub origin: (f32, f32),
    pub values: Vec<f32>,
}

/// Where the points of a lattice lie in a window: fractional column and row, NaN outside.
#[derive(Debug)]
pub struct Places(Vec<(f32, f32)>);

/// The pixel position of a column or row of a lattice.
pub fn pixel(n: usize, step: u32) -> f64 {
    (n as f64 - 1.0) * f64::from(step)
}

impl Places {
    pub fn new(finder: &Finder, cut: &Cut, step: u32) -> Self {
        let [nx, ny] = super::lattice_size(finder.size(), step);
        let row = |j: usize| {
            let mut hint = Hint::default();
            (0..nx).map(move |i| match finder.find(pixel(i, step), pixel(j, step), &mut hint) {
                Some((column, row)) => (cut.column(column as f32), cut.row(row as f32)),
                None => (f32::NAN, f32::NAN),
            })
        };
        Self((0..ny).into_par_iter().flat_map_iter(row).collect())
    }

    /// The window's `values` (rows of `columns`) at every point.
    pub fn sample(&self, values: &[f32], columns: usize) -> Vec<f32> {
        let field = Rows { values, columns, rows: values.len() / columns.max(1) };
        self.0.iter().map(|&(x, y)| field.bicubic(x, y).unwrap_or(f32::NAN)).collect()
    }
}

/// A window of a field.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub values: &'a [f32],
    pub columns: usize,
    pub rows: usize,
}

impl Rows<'_> {
    /// The straight mean of the four values around; `None` outside, and where one of them is missing.
    pub fn bilinear(self, x: f32, y: f32) -> Option<f32> {
        let (i, u) = split(x, self.columns)?;
        let (j, v) = split(y, self.rows)?;
        // A neighbour without weight need not be there.
        let right = usize::from(u > 0.0);
        let below = if v > 0.0 { self.columns } else { 0 };
        let k = j * self.columns + i;
        let (a, b) = (*self.values.get(k)?, *self.values.get(k + right)?);
        let (c, d) = (*self.values.get(k + below)?, *self.values.get(k + below + right)?);
        let (top, bottom) = (a + u * (b - a), c + u * (d - c));
        Some(top + v * (bottom - top)).filter(|value| !value.is_nan())
    }

    /// Catmull-Rom through the sixteen values around; beside the edge and beside missing values the straight mean.
    pub fn bicubic(self, x: f32, y: f32) -> Option<f32> {
        let (i, u) = split(x, self.columns)?;
        let (j, v) = split(y, self.rows)?;
        if i >= 1 && j >= 1 && i + 2 < self.columns && j + 2 < self.rows {
            let (wu, wv) = (weights(u), weights(v));
            let mut sum = 0.0;
            for (n, weight) in wv.into_iter().enumerate() {
                let first = (j - 1 + n) * self.columns + i - 1;
                let four = self.values.get(first..first + 4)?;
                sum += weight * (wu[0] * four[0] + wu[1] * four[1] + wu[2] * four[2] + wu[3] * four[3]);
            }
            if !sum.is_nan() {
                return Some(sum);
            }
        }
        self.bilinear(x, y)
    }
}

/// The cell's number and the part of it; the last position belongs to the last cell.
fn split(at: f32, count: usize) -> Option<(usize, f32)> {
    let last = count.checked_sub(1)? as f32;
    if !(at >= -1e-3 && at <= last + 1e-3) {
        return None;
    }
    let at = at.clamp(0.0, last);
    let cell = (at as usize).min(count.saturating_sub(2));
    Some((cell, at - cell as f32))
}

fn weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [0.5 * (-t + 2.0 * t2 - t3), 0.5 * (2.0 - 5.0 * t2 + 3.0 * t3), 0.5 * (t + 4.0 * t2 - 3.0 * t3), 0.5 * (t3 - t2)]
}
