//! Fields on the sides of a cube: planes in the file, one row of points on the grid.

use std::sync::{Mutex, PoisonError};

use ndarray::Array2;

use crate::grid::Window;
use crate::source::cf::Sample;
use crate::source::{SourceError, messages};

/// A part of that row, and the planes that it is cut from.
pub struct Row {
    /// The stored dimension of the sides, and how many there are.
    dim: usize,
    count: usize,
    /// Points of one side.
    each: usize,
    /// `None` for the whole row.
    window: Option<Window>,
}

/// A row that is being put together.
struct Gathered<S> {
    left: usize,
    values: Vec<S>,
    failed: bool,
}

impl Row {
    pub fn new((dim, count): (usize, usize), [ny, nx]: [usize; 2], window: Option<Window>) -> Self {
        Self { dim, count, each: ny.saturating_mul(nx), window }
    }

    /// The sides that the window touches; it may go round.
    fn touched(&self) -> Vec<usize> {
        let all = self.each.saturating_mul(self.count);
        match self.window {
            Some(Window { i0, nx, .. }) if self.each > 0 && nx > 0 && i0.saturating_add(nx) <= all => {
                (i0 / self.each..=(i0 + nx - 1) / self.each).collect()
            }
            _ => (0..self.count).collect(),
        }
    }

    /// Reads the row at each of `corners` by `planes`, which reads whole planes and calls back for each of them.
    pub fn read<S: Sample>(
        &self,
        corners: &[Vec<usize>],
        planes: impl FnOnce(Vec<Vec<usize>>, &(dyn Fn(usize, Result<Array2<S>, SourceError>) + Sync)),
        done: &(dyn Fn(usize, Result<Array2<S>, SourceError>) + Sync),
    ) {
        let touched = self.touched();
        let side_of = |corner: &Vec<usize>, side: usize| {
            let mut corner = corner.clone();
            if let Some(place) = corner.get_mut(self.dim) {
                *place = side;
            }
            corner
        };
        let all = corners.iter().flat_map(|corner| touched.iter().map(move |&side| side_of(corner, side))).collect();
        let rows: Vec<Mutex<Gathered<S>>> = corners
            .iter()
            .map(|_| Mutex::new(Gathered { left: touched.len(), values: Vec::new(), failed: false }))
            .collect();
        planes(all, &|number, plane| {
            let (n, side) = (number / touched.len().max(1), touched.get(number % touched.len().max(1)));
            let (Some(row), Some(&side)) = (rows.get(n), side) else { return };
            if let Some(outcome) = self.take(row, side, plane) {
                done(n, outcome);
            }
        });
    }

    /// What became of a row with one more of its planes, once that is known.
    fn take<S: Sample>(
        &self,
        row: &Mutex<Gathered<S>>,
        side: usize,
        plane: Result<Array2<S>, SourceError>,
    ) -> Option<Result<Array2<S>, SourceError>> {
        let mut row = row.lock().unwrap_or_else(PoisonError::into_inner);
        if row.failed {
            return None;
        }
        let plane = match plane {
            Ok(plane) => plane,
            Err(error) => {
                row.failed = true;
                return Some(Err(error));
            }
        };
        let all = self.each * self.count;
        row.values.resize(all, S::MISSING);
        let out = row.values.iter_mut().skip(side * self.each).take(self.each);
        out.zip(&plane).for_each(|(out, value)| *out = *value);
        row.left = row.left.saturating_sub(1);
        if row.left > 0 {
            return None;
        }
        let values = Array2::from_shape_vec((1, all), std::mem::take(&mut row.values)).ok()?;
        Some(Ok(match self.window {
            Some(window) => messages::cut(values, window, S::MISSING),
            None => values,
        }))
    }
}
