//! What is done to the values of a window before they are sampled: some count as missing, and behind a fold the last rows
//! follow once more, turned round.

use super::cut::Cut;
use crate::grid::{Curvilinear, Window};

/// Nothing to be done, for most grids.
#[derive(Debug, Default)]
pub struct Patch {
    /// Numbers of values in the window that count as missing: their positions are no corners of cells.
    lost: Vec<u32>,
    /// For each number of a row behind the last one, the number in the window that it repeats.
    behind: Vec<u32>,
}

impl Patch {
    /// `window` is what is read; that of the cut has the rows behind the fold as well.
    pub fn new(grid: &Curvilinear, cut: &Cut, window: Window) -> Self {
        let rows = window.ny..cut.window.ny;
        let behind = match grid.fold() {
            Some(fold) if !rows.is_empty() => {
                let repeated = |row: usize, column: usize| {
                    let (j, i) = fold.stored((window.j0 + row, window.i0 + column));
                    let row = j.saturating_sub(window.j0);
                    let column = cut.column(i as f32).round().max(0.0) as usize;
                    (row * window.nx + column.min(window.nx.saturating_sub(1))) as u32
                };
                rows.flat_map(|row| (0..window.nx).map(move |column| repeated(row, column))).collect()
            }
            _ => Vec::new(),
        };
        Self { lost: grid.lost_points(window), behind }
    }

    pub fn is_empty(&self) -> bool {
        self.lost.is_empty() && self.behind.is_empty()
    }

    /// Whether rows follow behind a fold.
    pub fn unfolds(&self) -> bool {
        !self.behind.is_empty()
    }

    /// The bytes that this keeps.
    pub fn bytes(&self) -> usize {
        (self.lost.len() + self.behind.len()) * 4
    }

    /// The values as they are sampled, copied only where there is anything to do.
    pub fn over<'a>(&self, values: &'a [f32], memory: &'a mut Vec<f32>) -> &'a [f32] {
        if self.is_empty() {
            return values;
        }
        memory.clear();
        memory.extend_from_slice(values);
        for &number in &self.lost {
            if let Some(value) = memory.get_mut(number as usize) {
                *value = f32::NAN;
            }
        }
        for &number in &self.behind {
            memory.push(memory.get(number as usize).copied().unwrap_or(f32::NAN));
        }
        memory
    }
}
