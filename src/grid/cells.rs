//! The cells of a grid given by a list of positions: which of them are true pieces of the Earth's surface.

use std::ops::Range;

use rayon::prelude::*;

use super::curvilinear::Curvilinear;
use super::fold::Fold;
use super::sphere::{Bounds, Vector, chord, unit};
use super::tree::Tree;

/// An edge so many times as long as its neighbours, and as the middle one of its kind, is a tear.
const TEAR: f64 = 4.0;

/// The quadrilaterals between four points, numbered row by row.
pub struct Cells {
    /// Cells in a row: one for each column where the last column is followed by the first.
    pub across: usize,
    /// Columns once round, where the grid closes on itself.
    pub turn: Option<usize>,
    /// Where the last row meets itself: one more row of cells lies behind it.
    pub fold: Option<Fold>,
    /// Those that have four corners and do not tear.
    pub usable: Vec<bool>,
    pub tree: Tree,
}

impl Cells {
    pub fn new(grid: &Curvilinear) -> Self {
        let (ny, nx) = grid.dim();
        let places: Vec<Option<Vector>> = (0..ny * nx)
            .into_par_iter()
            .with_min_len(4096)
            .map(|n| grid.position(n / nx, n % nx).map(|(lon, lat)| unit(lon, lat)))
            .collect();
        let mut places = Places { places, ny, nx, fold: None };
        let turn = places.turn();
        places.fold =
            turn.and_then(|turn| Fold::find(ny, turn, |a, b| Some(chord(places.at(a.0, a.1)?, places.at(b.0, b.1)?))));
        let rows = if places.fold.is_some() { ny } else { ny.saturating_sub(1) };
        let across = if turn == Some(nx) { nx } else { nx.saturating_sub(1) };
        let tears = Tears::new(&places, across);
        let usable: Vec<bool> = (0..across * rows)
            .into_par_iter()
            .with_min_len(4096)
            .map(|n| {
                !tears.touch(n / across, n % across) && places.corners(n / across, n % across).is_some_and(has_area)
            })
            .collect();
        let mut order = Vec::new();
        in_patches(0..rows, 0..across, &mut |j, i| {
            if usable.get(j * across + i) == Some(&true) {
                order.push((j * across + i) as u32);
            }
        });
        let bounds = |cell: u32| {
            let corners = places.corners(cell as usize / across, cell as usize % across);
            corners.map_or(Bounds::EMPTY, |corners| Bounds::of_patch(&corners))
        };
        Self { across, turn, fold: places.fold, tree: Tree::of_sorted(order, bounds), usable }
    }

    /// Row and column of a cell.
    pub fn place(&self, cell: u32) -> (usize, usize) {
        (cell as usize / self.across.max(1), cell as usize % self.across.max(1))
    }

    /// Its number; `None` beyond the last.
    pub fn number(&self, j: usize, i: usize) -> Option<u32> {
        let i = if self.turn == Some(self.across) && self.across > 0 { i % self.across } else { i };
        let number = j.checked_mul(self.across)?.checked_add(i)?;
        (i < self.across && number < self.usable.len()).then_some(number as u32)
    }
}

/// Row and column of a cell's corners: its own, the right one, the lower one, the right lower one.
pub fn corners_of(j: usize, i: usize, nx: usize) -> [(usize, usize); 4] {
    let right = if i + 1 == nx { 0 } else { i + 1 };
    [(j, i), (j, right), (j + 1, i), (j + 1, right)]
}

/// The directions of all points.
struct Places {
    places: Vec<Option<Vector>>,
    ny: usize,
    nx: usize,
    fold: Option<Fold>,
}

impl Places {
    /// Rows of points, the one beyond a fold included.
    fn rows(&self) -> usize {
        self.ny + usize::from(self.fold.is_some())
    }

    fn at(&self, j: usize, i: usize) -> Option<Vector> {
        let (j, i) = self.fold.map_or((j, i), |fold| fold.stored((j, i)));
        if i < self.nx { *self.places.get(j * self.nx + i)? } else { None }
    }

    fn corners(&self, j: usize, i: usize) -> Option<[Vector; 4]> {
        let [a, b, c, d] = corners_of(j, i, self.nx).map(|(j, i)| self.at(j, i));
        Some([a?, b?, c?, d?])
    }

    /// Columns once round, where the grid closes: behind the last column comes the first, or the last one, two or three
    /// repeat the first ones, in nearly every row.
    fn turn(&self) -> Option<usize> {
        let nx = self.nx;
        if nx < 6 {
            return None;
        }
        let rows: Vec<usize> = (0..self.ny).step_by((self.ny / 64).max(1)).collect();
        let most = |test: &dyn Fn(usize) -> Option<bool>| {
            let answers: Vec<bool> = rows.iter().filter_map(|&j| test(j)).collect();
            !answers.is_empty() && answers.iter().filter(|&&yes| yes).count() * 10 >= answers.len() * 8
        };
        let step = |j: usize, a: usize, b: usize| Some(chord(self.at(j, a)?, self.at(j, b)?));
        // A row that comes back has gone away between.
        let goes_away = |j: usize| Some(step(j, 0, nx / 2)? > 4.0 * step(j, 0, 1)?);
        if !most(&goes_away) {
            return None;
        }
        for repeated in 1..=3 {
            let repeats = |j: usize| {
                let all =
                    (0..repeated).map(|i| Some(step(j, i, nx - repeated + i)? <= 1e-4 * step(j, 0, 1)?.max(1e-12)));
                all.collect::<Option<Vec<bool>>>().map(|all| all.into_iter().all(|same| same))
            };
            if most(&repeats) {
                return Some(nx - repeated);
            }
        }
        let follows = |j: usize| {
            let neighbours = step(j, 0, 1)?.max(step(j, nx - 2, nx - 1)?);
            Some(step(j, nx - 1, 0)? <= 2.25 * neighbours)
        };
        most(&follows).then_some(nx)
    }
}

/// Edges of cells between points that are not neighbours on the Earth.
struct Tears {
    across: usize,
    nx: usize,
    along_rows: Vec<bool>,
    along_columns: Vec<bool>,
}

impl Tears {
    fn new(places: &Places, across: usize) -> Self {
        let (ny, nx) = (places.rows(), places.nx);
        let row_edge = |j: usize, i: usize| {
            (i < across).then(|| edge(places.at(j, i)?, places.at(j, if i + 1 == nx { 0 } else { i + 1 })?)).flatten()
        };
        let column_edge = |j: usize, i: usize| edge(places.at(j, i)?, places.at(j + 1, i)?);
        let (middle_row, middle_column) = (middle(ny, across, row_edge), middle(ny.saturating_sub(1), nx, column_edge));
        let before = |n: usize| n.checked_sub(1);
        let along_rows = flags(ny, across, |j, i| {
            let neighbours = [before(i).and_then(|i| row_edge(j, i)), row_edge(j, i + 1)];
            tears(row_edge(j, i), neighbours, middle_row)
        });
        let along_columns = flags(ny.saturating_sub(1), nx, |j, i| {
            let neighbours = [before(j).and_then(|j| column_edge(j, i)), column_edge(j + 1, i)];
            tears(column_edge(j, i), neighbours, middle_column)
        });
        Self { across, nx, along_rows, along_columns }
    }

    /// Whether one of a cell's edges tears.
    fn touch(&self, j: usize, i: usize) -> bool {
        let right = if i + 1 == self.nx { 0 } else { i + 1 };
        let row = |j: usize| self.along_rows.get(j * self.across + i) == Some(&true);
        let column = |i: usize| self.along_columns.get(j * self.nx + i) == Some(&true);
        row(j) || row(j + 1) || column(i) || column(right)
    }
}

fn flags(rows: usize, columns: usize, flag: impl Fn(usize, usize) -> bool + Sync) -> Vec<bool> {
    (0..rows * columns).into_par_iter().with_min_len(4096).map(|n| flag(n / columns, n % columns)).collect()
}

/// Neither all of a row nor all of a column lies on one place.
fn has_area([a, b, c, d]: [Vector; 4]) -> bool {
    (edge(a, b).is_some() || edge(c, d).is_some()) && (edge(a, c).is_some() || edge(b, d).is_some())
}

/// The length of an edge; `None` for one without length, as along a pole.
fn edge(a: Vector, b: Vector) -> Option<f64> {
    Some(chord(a, b).sqrt()).filter(|&length| length > 1e-9)
}

/// The middle length among some thousands of edges.
fn middle(rows: usize, columns: usize, edge: impl Fn(usize, usize) -> Option<f64>) -> f64 {
    let stride = (rows * columns / 5000).max(1) | 1;
    let mut lengths: Vec<f64> =
        (0..rows * columns).step_by(stride).filter_map(|n| edge(n / columns, n % columns)).collect();
    let at = lengths.len() / 2;
    if lengths.is_empty() { f64::INFINITY } else { *lengths.select_nth_unstable_by(at, f64::total_cmp).1 }
}

fn tears(length: Option<f64>, neighbours: [Option<f64>; 2], middle: f64) -> bool {
    let Some(length) = length else { return false };
    let least = neighbours.into_iter().flatten().fold(f64::INFINITY, f64::min);
    // A point alone between two tears has only long edges.
    let alone = neighbours.iter().all(Option::is_none) && length > 5.0 * TEAR * middle;
    length > 1.4 || alone || (length > TEAR * middle && length > TEAR * least)
}

/// All pairs, in an order in which neighbours lie together.
pub fn in_patches(rows: Range<usize>, columns: Range<usize>, visit: &mut impl FnMut(usize, usize)) {
    let half = |range: &Range<usize>| usize::midpoint(range.start, range.end);
    match (rows.len(), columns.len()) {
        (0, _) | (_, 0) => {}
        (1, 1) => visit(rows.start, columns.start),
        (ny, nx) if ny >= nx => {
            let middle = half(&rows);
            in_patches(rows.start..middle, columns.clone(), visit);
            in_patches(middle..rows.end, columns, visit);
        }
        _ => {
            let middle = half(&columns);
            in_patches(rows.clone(), columns.start..middle, visit);
            in_patches(rows, middle..columns.end, visit);
        }
    }
}
