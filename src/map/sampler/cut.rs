//! The window of a grid that a picture needs, and places counted from its corner.

use super::coarse::{Cell, Coarse};
use crate::grid::{Grid, Window};

/// Rows and columns beyond what the picture touches, for the bicubic.
const MARGIN: usize = 2;

/// A window, and how a place of the grid is counted in it.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    pub window: Window,
    /// The column, as places count them, that stands at `first` in the window.
    base: f32,
    first: f32,
    /// Columns once round the Earth, where the grid closes.
    turn: Option<f32>,
}

impl Cut {
    /// What holds every place of the picture; `None` where that is nothing. Places count their columns from `first_column`.
    /// With `whole_rows` the window has all columns, from the first stored one.
    pub fn new(grid: &Grid, coarse: &Coarse, turn: Option<f64>, first_column: usize, whole_rows: bool) -> Option<Self> {
        let mut rows = (f32::INFINITY, f32::NEG_INFINITY);
        let mut used = Used::new(turn.map_or(grid.nx, |turn| turn as usize), turn.is_some());
        for cell in &coarse.cells {
            match cell {
                Cell::Outside => {}
                Cell::Straight(corners) => {
                    let columns = corners.iter().map(|c| c.0);
                    used.mark(columns.clone().fold(f32::MAX, f32::min), columns.fold(f32::MIN, f32::max));
                    for corner in corners {
                        rows = (rows.0.min(corner.1), rows.1.max(corner.1));
                    }
                }
                Cell::Exact(places) => {
                    for &(column, row) in places.iter().filter(|place| !place.0.is_nan()) {
                        used.mark(column, column);
                        rows = (rows.0.min(row), rows.1.max(row));
                    }
                }
            }
        }
        let last_row = grid.ny.checked_sub(1)?;
        let j0 = (rows.0 as usize).saturating_sub(MARGIN);
        let below = rows.1.ceil() as usize + MARGIN;
        // Behind a fold the last rows follow turned round, so that all columns may be needed.
        let folds = below > last_row && turn.is_some() && grid.fold().is_some();
        let j1 = if folds { below.min(last_row + 1 + MARGIN) } else { below.min(last_row) };
        let (columns, count) = if folds { used.all() } else { used.run()? };
        let around = |i0: usize, nx: usize| Window { j0, i0, ny: j1 + 1 - j0, nx };
        if whole_rows {
            let turn = turn.map(|turn| turn as f32);
            return (first_column == 0).then(|| Self { window: around(0, grid.nx), base: 0.0, first: 0.0, turn });
        }
        let Some(turn) = turn else {
            let i0 = columns.saturating_sub(MARGIN);
            let i1 = (columns + count - 1 + MARGIN).min(grid.nx - 1);
            let window = around((i0 + first_column) % grid.nx, i1 + 1 - i0);
            return Some(Self { window, base: i0 as f32, first: 0.0, turn: None });
        };
        let period = turn as usize;
        let (base, first, window) = if period == grid.nx {
            let i0 = (columns + period - MARGIN) % period;
            (columns, MARGIN, around(i0, count + 2 * MARGIN))
        } else if columns + count <= grid.nx && count < period {
            // The repeated column stays at the end.
            let i0 = columns.saturating_sub(MARGIN);
            let i1 = (columns + count - 1 + MARGIN).min(grid.nx - 1);
            (columns, columns - i0, around(i0, i1 + 1 - i0))
        } else {
            (0, 0, around(0, grid.nx))
        };
        Some(Self { window, base: base as f32, first: first as f32, turn: Some(turn as f32) })
    }

    /// The part of the window that the grid stores: all but rows behind a fold.
    pub fn stored(&self, grid: &Grid) -> Window {
        let ny = self.window.ny.min(grid.ny.saturating_sub(self.window.j0));
        Window { ny, ..self.window }
    }

    /// The column of the window at a column of the grid.
    #[inline]
    pub fn column(&self, column: f32) -> f32 {
        let from_base = column - self.base;
        match self.turn {
            // A rounding error before the base is the base, not the end of the turn.
            Some(turn) => {
                let turns = ((from_base + 1e-3) / turn).floor();
                self.first + from_base - turns * turn
            }
            None => from_base,
        }
    }

    #[inline]
    pub fn row(&self, row: f32) -> f32 {
        row - self.window.j0 as f32
    }

    /// Whether a column of the window lies in it, with a neighbour to the right where the window has more than one.
    #[inline]
    pub fn holds(&self, column: f32) -> bool {
        column <= (self.window.nx - 1) as f32 + 1e-3
    }
}

/// Which columns a picture touches.
struct Used {
    columns: Vec<bool>,
    turns: bool,
}

impl Used {
    fn new(count: usize, turns: bool) -> Self {
        Self { columns: vec![false; count], turns }
    }

    /// From the column left of `low` to that right of `high`.
    fn mark(&mut self, low: f32, high: f32) {
        let count = self.columns.len() as i64;
        let (low, high) = (low.floor() as i64, high.floor() as i64 + 1);
        for column in low..=high.min(low + count) {
            let column = if self.turns { column.rem_euclid(count) } else { column.clamp(0, count - 1) };
            self.columns[column as usize] = true;
        }
    }

    /// A whole turn and one on.
    fn all(&self) -> (usize, usize) {
        (0, self.columns.len() + 1)
    }

    /// The first column and the number of columns of the shortest run that holds all; a whole turn and one on where no
    /// gap is worth leaving out.
    fn run(&self) -> Option<(usize, usize)> {
        let count = self.columns.len();
        let first = self.columns.iter().position(|&used| used)?;
        let last = self.columns.iter().rposition(|&used| used)?;
        if !self.turns {
            return Some((first, last + 1 - first));
        }
        let mut widest = (first + count - last, last);
        let mut before = first;
        for (column, _) in self.columns.iter().enumerate().filter(|(_, used)| **used).skip(1) {
            if column - before > widest.0 {
                widest = (column - before, before);
            }
            before = column;
        }
        if widest.0 <= 2 * MARGIN + 2 {
            return Some(self.all());
        }
        Some(((widest.1 + widest.0) % count, count + 1 - widest.0))
    }
}
