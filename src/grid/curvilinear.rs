//! Grids whose points lie where a list of latitudes and longitudes says: rows and columns that bend, fold and close.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use ndarray::Array2;
use rayon::prelude::*;

use super::Window;
use super::sphere::{Bounds, Plane, Vector, chord, unit};
use super::tree::Tree;

/// A latitude and a longitude for every point, NaN where the file has none. Cheap to clone.
#[derive(Clone)]
pub struct Curvilinear(Arc<Curved>);

struct Curved {
    lat: Array2<f64>,
    lon: Array2<f64>,
    cells: OnceLock<Cells>,
    points: OnceLock<Tree>,
}

/// The quadrilaterals between four points, numbered row by row.
struct Cells {
    /// Cells in a row: one for each column where the last column is followed by the first.
    across: usize,
    /// Columns once round, where the grid closes on itself.
    turn: Option<usize>,
    /// Those that have four corners and do not tear.
    usable: Vec<bool>,
    tree: Tree,
}

/// Where the last search ended: the next one, close by, begins there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hint(Option<u32>);

impl Hint {
    pub(super) fn get(self) -> Option<u32> {
        self.0
    }

    pub(super) fn set(&mut self, number: u32) {
        self.0 = Some(number);
    }
}

/// Steps from cell to cell before the tree is asked.
const MOST_STEPS: usize = 4;
/// How far a point may lie outside of a cell and still belong to it: a neighbour may round the other way.
const SLACK: f64 = 1e-7;
/// An edge so many times as long as its neighbours, and as the middle one of its kind, is a tear.
const TEAR: f64 = 4.0;

impl Curvilinear {
    /// `None` where the two are not of one shape, or more than can be numbered.
    #[must_use]
    pub fn new(lat: Array2<f64>, lon: Array2<f64>) -> Option<Self> {
        let sound = lat.dim() == lon.dim() && u32::try_from(lat.len()).is_ok();
        sound.then(|| Self(Arc::new(Curved { lat, lon, cells: OnceLock::new(), points: OnceLock::new() })))
    }

    /// Degrees, `[ny, nx]`.
    #[must_use]
    pub fn lat(&self) -> &Array2<f64> {
        &self.0.lat
    }

    /// Degrees of any turn, `[ny, nx]`.
    #[must_use]
    pub fn lon(&self) -> &Array2<f64> {
        &self.0.lon
    }

    /// Longitude and latitude of a point as stored; `None` where it has none.
    pub(super) fn position(&self, j: usize, i: usize) -> Option<(f64, f64)> {
        let (lon, lat) = (*self.0.lon.get((j, i))?, *self.0.lat.get((j, i))?);
        (lon.is_finite() && lat.abs() <= 90.0 + 1e-3).then_some((lon, lat))
    }

    fn dim(&self) -> (usize, usize) {
        self.0.lat.dim()
    }

    fn cells(&self) -> &Cells {
        self.0.cells.get_or_init(|| Cells::new(self))
    }

    /// Whether there is any cell to be drawn.
    pub(super) fn has_cells(&self) -> bool {
        !self.cells().tree.is_empty()
    }

    /// Columns once round the Earth (or a pole), where the grid closes on itself.
    pub(super) fn turn(&self) -> Option<usize> {
        self.cells().turn
    }

    /// Fractional column and row of a position; `None` outside of all cells. The column may lie between the last one and
    /// the first of the next turn.
    pub(super) fn locate(&self, lon: f64, lat: f64, hint: &mut Hint) -> Option<(f64, f64)> {
        if !(lon.is_finite() && lat.abs() <= 90.0 + 1e-5) {
            return None;
        }
        let cells = self.cells();
        let plane = Plane::at(lon, lat);
        let found = self.walk(cells, hint.0, &plane).or_else(|| {
            let look = |cell: u32| match self.within(cells, cell, &plane) {
                Some(Within::Inside(u, v)) => Some((cell, u, v)),
                _ => None,
            };
            cells.tree.find(plane.up, look)
        });
        let (cell, u, v) = found?;
        hint.set(cell);
        let (j, i) = cells.place(cell);
        Some((i as f64 + u, j as f64 + v))
    }

    /// The points of a window, by their numbers in it, that are no corner of any cell: what the file gives there is not
    /// to be mixed with its neighbours.
    pub(crate) fn lost_points(&self, window: Window) -> Vec<u32> {
        let cells = self.cells();
        let (ny, nx) = self.dim();
        let usable = |j: Option<usize>, i: Option<usize>| {
            let number = j.zip(i).and_then(|(j, i)| cells.number(j, i));
            number.is_some_and(|number| cells.usable.get(number as usize) == Some(&true))
        };
        let lost = |n: usize| {
            let (j, i) = (window.j0 + n / window.nx, (window.i0 + n % window.nx) % nx.max(1));
            let left = i.checked_sub(1).or((cells.turn == Some(nx)).then(|| nx - 1));
            let (here, above) = (Some(j).filter(|&j| j + 1 < ny), j.checked_sub(1));
            let own = Some(i).filter(|&i| i < cells.across);
            ![(here, own), (here, left), (above, own), (above, left)].into_iter().any(|(j, i)| usable(j, i))
        };
        let count = window.ny.saturating_mul(window.nx);
        (0..count).into_par_iter().with_min_len(4096).filter(|&n| lost(n)).map(|n| n as u32).collect()
    }

    /// From a cell towards the position, as long as it seems to come nearer.
    fn walk(&self, cells: &Cells, from: Option<u32>, plane: &Plane) -> Option<(u32, f64, f64)> {
        let mut cell = from?;
        for _ in 0..MOST_STEPS {
            match self.within(cells, cell, plane)? {
                Within::Inside(u, v) => return Some((cell, u, v)),
                Within::Beside(u, v) => {
                    let (j, i) = cells.place(cell);
                    let step = |at: usize, by: f64| at.checked_add_signed(by.floor().clamp(-16.0, 16.0) as isize);
                    let (j, i) = (step(j, v)?, step(i, u)?);
                    let next = cells.number(j, i).filter(|&next| next != cell)?;
                    cell = next;
                }
            }
        }
        None
    }

    /// Where a position lies with respect to a cell; `None` where that cell is not usable or on the Earth's other side.
    fn within(&self, cells: &Cells, cell: u32, plane: &Plane) -> Option<Within> {
        if !*cells.usable.get(cell as usize)? {
            return None;
        }
        let (j, i) = cells.place(cell);
        let mut corners = [(0.0, 0.0); 4];
        for (corner, (j, i)) in corners.iter_mut().zip(corners_of(j, i, self.dim().1)) {
            let (lon, lat) = (*self.0.lon.get((j, i))?, *self.0.lat.get((j, i))?);
            *corner = plane.project(unit(lon, lat))?;
        }
        Some(inverse_bilinear(corners))
    }

    /// Row and column of the point nearest to a position by great circle.
    pub(super) fn nearest(&self, lon: f64, lat: f64) -> Option<(usize, usize)> {
        let (ny, nx) = self.dim();
        let place = |point: u32| (point as usize / nx.max(1), point as usize % nx.max(1));
        let direction = |point: u32| {
            let (j, i) = place(point);
            self.position(j, i).map(|(lon, lat)| unit(lon, lat))
        };
        let tree = self.0.points.get_or_init(|| {
            let mut order = Vec::new();
            in_patches(0..ny, 0..nx, &mut |j, i| {
                if self.position(j, i).is_some() {
                    order.push((j * nx + i) as u32);
                }
            });
            Tree::of_sorted(order, |point| direction(point).map_or(Bounds::EMPTY, |at| Bounds::of_patch(&[at])))
        });
        let from = unit(lon, lat.clamp(-90.0, 90.0));
        tree.nearest(from, |point| direction(point).map_or(f64::NAN, |at| chord(at, from))).map(place)
    }
}

impl PartialEq for Curvilinear {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &Array2<f64>, b: &Array2<f64>| {
            a.dim() == b.dim() && a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
        };
        Arc::ptr_eq(&self.0, &other.0) || (same(&self.0.lat, &other.0.lat) && same(&self.0.lon, &other.0.lon))
    }
}

impl fmt::Debug for Curvilinear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Curvilinear").field("shape", &self.dim()).finish_non_exhaustive()
    }
}

impl Cells {
    fn new(grid: &Curvilinear) -> Self {
        let (ny, nx) = grid.dim();
        let places: Vec<Option<Vector>> = (0..ny * nx)
            .into_par_iter()
            .with_min_len(4096)
            .map(|n| grid.position(n / nx, n % nx).map(|(lon, lat)| unit(lon, lat)))
            .collect();
        let places = Places { places: without_placeholders(grid, places), ny, nx };
        let turn = places.turn();
        let across = if turn == Some(nx) { nx } else { nx.saturating_sub(1) };
        let tears = Tears::new(&places, across);
        let usable: Vec<bool> = (0..across * ny.saturating_sub(1))
            .into_par_iter()
            .with_min_len(4096)
            .map(|n| {
                !tears.touch(n / across, n % across) && places.corners(n / across, n % across).is_some_and(has_area)
            })
            .collect();
        let mut order = Vec::new();
        in_patches(0..ny.saturating_sub(1), 0..across, &mut |j, i| {
            if usable.get(j * across + i) == Some(&true) {
                order.push((j * across + i) as u32);
            }
        });
        let bounds = |cell: u32| {
            let corners = places.corners(cell as usize / across, cell as usize % across);
            corners.map_or(Bounds::EMPTY, |corners| Bounds::of_patch(&corners))
        };
        Self { across, turn, tree: Tree::of_sorted(order, bounds), usable }
    }

    fn place(&self, cell: u32) -> (usize, usize) {
        (cell as usize / self.across.max(1), cell as usize % self.across.max(1))
    }

    fn number(&self, j: usize, i: usize) -> Option<u32> {
        let i = if self.turn == Some(self.across) && self.across > 0 { i % self.across } else { i };
        let number = j.checked_mul(self.across)?.checked_add(i)?;
        (i < self.across && number < self.usable.len()).then_some(number as u32)
    }
}

/// Row and column of a cell's corners: its own, the right one, the lower one, the right lower one.
fn corners_of(j: usize, i: usize, nx: usize) -> [(usize, usize); 4] {
    let right = if i + 1 == nx { 0 } else { i + 1 };
    [(j, i), (j, right), (j + 1, i), (j + 1, right)]
}

/// Models that leave out the land write zeros there: a place that many points share is none.
fn without_placeholders(grid: &Curvilinear, mut places: Vec<Option<Vector>>) -> Vec<Option<Vector>> {
    const MOST_ON_ONE_PLACE: usize = 2;
    let origin = |n: usize| {
        let nx = grid.dim().1.max(1);
        grid.position(n / nx, n % nx) == Some((0.0, 0.0))
    };
    let at_origin: Vec<usize> = (0..places.len()).filter(|&n| origin(n)).collect();
    if at_origin.len() > MOST_ON_ONE_PLACE {
        for n in at_origin {
            places[n] = None;
        }
    }
    places
}

/// The directions of all points.
struct Places {
    places: Vec<Option<Vector>>,
    ny: usize,
    nx: usize,
}

impl Places {
    fn at(&self, j: usize, i: usize) -> Option<Vector> {
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
        let (ny, nx) = (places.ny, places.nx);
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
fn in_patches(rows: Range<usize>, columns: Range<usize>, visit: &mut impl FnMut(usize, usize)) {
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

enum Within {
    /// Parts along the row and along the column, 0 to 1.
    Inside(f64, f64),
    /// About so many cells away.
    Beside(f64, f64),
}

/// Where the origin of a plane lies in a quadrilateral, whose corners are in the order of [`corners_of`].
fn inverse_bilinear([a, b, c, d]: [(f64, f64); 4]) -> Within {
    let minus = |p: (f64, f64), q: (f64, f64)| (p.0 - q.0, p.1 - q.1);
    let cross = |p: (f64, f64), q: (f64, f64)| p.0 * q.1 - p.1 * q.0;
    let (e, f, h) = (minus(b, a), minus(c, a), (-a.0, -a.1));
    let g = minus(minus(d, b), f);
    // The point a + u e + v f + u v g is the origin: h - v f is parallel to e + v g.
    let (k2, k1, k0) = (cross(g, f), cross(e, f) + cross(h, g), cross(h, e));
    let root = (k1 * k1 - 4.0 * k0 * k2).sqrt();
    let q = -0.5 * (k1 + root.copysign(k1));
    let within = |part: f64| (-SLACK..=1.0 + SLACK).contains(&part);
    for v in [k0 / q, q / k2] {
        if !within(v) {
            continue;
        }
        let (top, bottom) = ((h.0 - v * f.0, h.1 - v * f.1), (e.0 + v * g.0, e.1 + v * g.1));
        let u = if bottom.0.abs() >= bottom.1.abs() { top.0 / bottom.0 } else { top.1 / bottom.1 };
        if within(u) {
            return Within::Inside(u.clamp(0.0, 1.0), v.clamp(0.0, 1.0));
        }
    }
    let area = cross(e, f);
    Within::Beside(cross(h, f) / area, cross(e, h) / area)
}
