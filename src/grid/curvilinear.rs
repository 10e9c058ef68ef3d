//! Grids whose points lie where a list of latitudes and longitudes says: rows and columns that bend, fold and close.

use std::fmt;
use std::sync::{Arc, OnceLock};

use ndarray::Array2;
use rayon::prelude::*;

use super::Window;
use super::cells::{Cells, corners_of, in_patches};
use super::fold::Fold;
use super::placeholders;
use super::points::Points;
use super::sphere::{Bounds, Plane, Vector, chord, normal, unit};
use super::tree::Tree;

/// A latitude and a longitude for every point, NaN where the file has none. Cheap to clone.
#[derive(Clone)]
pub struct Curvilinear(Arc<Curved>);

struct Curved {
    lat: Array2<f64>,
    lon: Array2<f64>,
    cells: OnceLock<Cells>,
    points: OnceLock<Tree>,
    loose: OnceLock<Option<Points>>,
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
/// More points than this are no elements of a model's grid, and are not looked through.
const MOST_LOOSE: usize = 1 << 18;
/// The part of the edges that may have other points in their middle.
const MOST_STRANGE: f64 = 0.4;

impl Curvilinear {
    /// `None` where the two are not of one shape, or more than can be numbered. Numbers that stand for no place, as over the
    /// land that a model leaves out, become NaN.
    #[must_use]
    pub fn new(mut lat: Array2<f64>, mut lon: Array2<f64>) -> Option<Self> {
        let sound = lat.dim() == lon.dim() && u32::try_from(lat.len()).is_ok();
        if sound {
            placeholders::take_out(&mut lat, &mut lon);
        }
        sound.then(|| {
            let (cells, points, loose) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
            Self(Arc::new(Curved { lat, lon, cells, points, loose }))
        })
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
        placeholders::is_position(lon, lat).then_some((lon, lat))
    }

    pub(super) fn dim(&self) -> (usize, usize) {
        self.0.lat.dim()
    }

    fn cells(&self) -> &Cells {
        self.0.cells.get_or_init(|| Cells::new(self))
    }

    /// The same as loose points, row by row, where rows and columns only number them: neighbours in a row or column are no
    /// neighbours on the Earth, as where each row lists the nodes of an element.
    pub(crate) fn loose(&self) -> Option<&Points> {
        self.0.loose.get_or_init(|| self.as_loose()).as_ref()
    }

    fn as_loose(&self) -> Option<Points> {
        let (ny, nx) = self.dim();
        if ny < 2 || nx < 2 || ny * nx > MOST_LOOSE {
            return None;
        }
        let along = self.strange_edges(ny, nx - 1, (0, 1))?;
        let across = self.strange_edges(ny - 1, nx, (1, 0))?;
        if along.max(across) <= MOST_STRANGE {
            return None;
        }
        Points::of_cells(self.0.lat.iter().copied().collect(), self.0.lon.iter().copied().collect())
    }

    /// Of the edges from points to their neighbours, the part that has another point of the grid in its middle. Neighbours
    /// have none between them.
    fn strange_edges(&self, rows: usize, columns: usize, step: (usize, usize)) -> Option<f64> {
        const SAMPLES: usize = 512;
        /// Of the way from the middle to the ends. Elements of four nodes along a side have one at 0.1 every second time.
        const IN_THE_MIDDLE: f64 = 0.3;
        let direction = |j: usize, i: usize| self.position(j, i).map(|(lon, lat)| unit(lon, lat));
        let is_strange = |n: usize| {
            let (j, i) = (n / columns, n % columns);
            let (a, b): (Vector, Vector) = (direction(j, i)?, direction(j + step.0, i + step.1)?);
            let middle = normal(std::array::from_fn(|n| a[n] + b[n]));
            let (y, x) = self.nearest_to(middle)?;
            Some(chord(direction(y, x)?, middle).sqrt() < IN_THE_MIDDLE * chord(a, middle).sqrt())
        };
        let count = rows * columns;
        let answers: Vec<bool> = (0..count).step_by((count / SAMPLES) | 1).filter_map(is_strange).collect();
        (!answers.is_empty()).then(|| answers.iter().filter(|strange| **strange).count() as f64 / answers.len() as f64)
    }

    /// Whether there is any cell to be drawn.
    pub(super) fn has_cells(&self) -> bool {
        !self.cells().tree.is_empty()
    }

    /// Columns once round the Earth (or a pole), where the grid closes on itself.
    pub(super) fn turn(&self) -> Option<usize> {
        self.cells().turn
    }

    /// Where the last row meets itself.
    pub(crate) fn fold(&self) -> Option<Fold> {
        self.cells().fold
    }

    /// Fractional column and row of a position; `None` outside of all cells. The column may lie between the last one and
    /// the first of the next turn, the row beyond the last one where that meets itself in a fold.
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
            let (here, above) = (Some(j).filter(|&j| j + 1 < ny || cells.fold.is_some()), j.checked_sub(1));
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
        for (corner, place) in corners.iter_mut().zip(corners_of(j, i, self.dim().1)) {
            let (j, i) = cells.fold.map_or(place, |fold| fold.stored(place));
            let (lon, lat) = (*self.0.lon.get((j, i))?, *self.0.lat.get((j, i))?);
            *corner = plane.project(unit(lon, lat))?;
        }
        Some(inverse_bilinear(corners))
    }

    /// Row and column of the point nearest to a position by great circle.
    pub(super) fn nearest(&self, lon: f64, lat: f64) -> Option<(usize, usize)> {
        self.nearest_to(unit(lon, lat.clamp(-90.0, 90.0)))
    }

    fn nearest_to(&self, from: Vector) -> Option<(usize, usize)> {
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
