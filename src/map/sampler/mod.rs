//! The road from a grid to the pixels of a view, computed once and shared by every lead time.

mod by_dot;
mod by_point;
mod by_rows;
mod coarse;
mod cut;
mod finder;
#[cfg(test)]
mod kinds_tests;
mod lattice;
mod patch;
mod refined;
mod spread;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use ndarray::ArrayView2;

use self::by_dot::ByDot;
use self::by_point::{ByPoint, Nodes};
use self::by_rows::{ByRows, Sketch};
use self::finder::Finder;
use self::lattice::{Places, Rows};
use self::patch::Patch;
use self::refined::Refined;
use self::spread::Spread;
use crate::grid::{Geometry, Grid, Reduced, Window};

pub use self::lattice::Lattice;
use super::View;

/// For one grid and one view, the place in the grid behind every pixel.
///
/// Fields are handed in as the values of [`Sampler::window`], row by row.
#[derive(Debug)]
pub struct Sampler {
    /// What a frame needs of the grid: what the view touches and two rows and columns around.
    pub window: Window,
    size: [u32; 2],
    /// One, but for grids one under the other: a pixel lies on one of them at most.
    roads: Vec<Road>,
    lattices: Mutex<Vec<Arc<Known>>>,
}

#[derive(Debug)]
enum Road {
    Rows {
        road: ByRows,
        /// The first row of its window in the sampler's window.
        first_row: usize,
        patch: Patch,
    },
    /// Rows of unlike length, which are filled out first.
    Spread {
        road: ByRows,
        spread: Spread,
    },
    Points(ByPoint),
    /// Stations, each for itself.
    Dots(ByDot),
}

/// The memory in which fields are made ready, used again for every frame.
#[derive(Default)]
pub struct Memory {
    roads: Vec<RoadMemory>,
}

#[derive(Default)]
struct RoadMemory {
    /// Filled out, or without values that count as missing.
    own: Vec<f32>,
    refined: Refined,
}

/// A field made ready to be sampled row by row.
pub struct Ready<'a> {
    sampler: &'a Sampler,
    values: &'a [f32],
    memory: &'a Memory,
}

/// The places of a lattice of every `step`-th pixel.
#[derive(Debug)]
struct Known {
    step: u32,
    roads: Vec<RoadPlaces>,
}

#[derive(Debug)]
enum RoadPlaces {
    Rows(Places),
    Points(Nodes),
    /// Stations have no isolines.
    Dots,
}

/// Rows of unlike length are filled out to no more values than this: more points than that are small on the picture, and are
/// met one by one.
const MOST_FILLED: usize = 1 << 21;

impl Sampler {
    /// `None` where nothing of the grid lies in the view, and for grids that cannot be drawn.
    #[must_use]
    pub fn new(grid: &Grid, view: &View) -> Option<Self> {
        let (roads, window) = match &grid.geometry {
            Geometry::Stacked(grids) => Road::of_stack(grids, view)?,
            Geometry::Reduced(reduced) => Road::of_reduced(grid, reduced, view)?,
            _ if grid.loose().is_some() => Road::of_points(grid, view)?,
            _ => {
                let road = ByRows::new(Sketch::new(grid, Finder::new(grid, view)?, false)?);
                let window = road.cut.stored(grid);
                let patch = match &grid.geometry {
                    Geometry::Curvilinear(listed) => Patch::new(listed, &road.cut, window),
                    _ => Patch::default(),
                };
                (vec![Road::Rows { road, first_row: 0, patch }], window)
            }
        };
        Some(Self { window, size: view.size, roads, lattices: Mutex::default() })
    }

    /// The bytes that this keeps, with one lattice of every fourth pixel.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let pixels = self.size[0] as usize * self.size[1] as usize;
        let road = |road: &Road| match road {
            Road::Rows { road, patch, .. } => road.bytes() + pixels / 16 * 8 + patch.bytes(),
            Road::Spread { road, .. } => road.bytes() + pixels / 16 * 8,
            Road::Points(road) => road.bytes() + pixels / 16 * 32,
            Road::Dots(road) => road.bytes(),
        };
        self.roads.iter().map(road).sum()
    }

    /// Makes the window's values ready to be sampled; `memory` is used again.
    pub fn ready<'a>(&'a self, values: &'a [f32], memory: &'a mut Memory) -> Ready<'a> {
        memory.roads.resize_with(self.roads.len(), RoadMemory::default);
        for (road, RoadMemory { own: filled, refined }) in self.roads.iter().zip(&mut memory.roads) {
            let (road, own) = match road {
                Road::Rows { road, first_row, patch } => {
                    (road, patch.over(self.rows_of(road, *first_row, values), filled))
                }
                Road::Spread { road, spread } => {
                    spread.fill(values, filled);
                    (road, filled.as_slice())
                }
                Road::Points(_) | Road::Dots(_) => continue,
            };
            let Window { ny, nx, .. } = road.cut.window;
            if let (1.., Ok(field)) = (road.doublings, ArrayView2::from_shape((ny, nx), own)) {
                refined.refine(field, road.doublings);
            }
        }
        Ready { sampler: self, values, memory }
    }

    /// The window's own values, bicubic where the grid has rows and columns, at every `step`-th pixel from one step outside;
    /// `memory` is used again.
    #[must_use]
    pub fn lattice(&self, values: &[f32], step: u32, memory: &mut Memory) -> Lattice {
        let step = step.max(1);
        let [nx, ny] = lattice_size(self.size, step);
        let known = self.known_lattice(step);
        let mut whole: Option<Vec<f32>> = None;
        memory.roads.resize_with(self.roads.len(), RoadMemory::default);
        for ((road, places), RoadMemory { own: filled, .. }) in
            self.roads.iter().zip(&known.roads).zip(&mut memory.roads)
        {
            let own = match (road, places) {
                (Road::Rows { road, first_row, patch }, RoadPlaces::Rows(places)) => {
                    let own = self.rows_of(road, *first_row, values);
                    places.sample(patch.over(own, filled), road.cut.window.nx)
                }
                (Road::Spread { road, spread }, RoadPlaces::Rows(places)) => {
                    spread.fill(values, filled);
                    places.sample(filled, road.cut.window.nx)
                }
                (Road::Points(_), RoadPlaces::Points(nodes)) => nodes.sample(values),
                _ => continue,
            };
            match &mut whole {
                None => whole = Some(own),
                Some(whole) => {
                    whole.iter_mut().zip(own).filter(|(_, own)| !own.is_nan()).for_each(|(at, own)| *at = own)
                }
            }
        }
        let (values, step) = (whole.unwrap_or_else(|| vec![f32::NAN; nx * ny]), step as f32);
        Lattice { nx, ny, step, origin: (-step, -step), values }
    }

    /// The window's own values (not refined) at a pixel, by straight means; `None` outside and where one is missing.
    #[must_use]
    pub fn at(&self, values: &[f32], px: f64, py: f64) -> Option<f32> {
        let value = |road: &Road| match road {
            Road::Rows { road, first_row, patch } => {
                let (x, y) = road.place(px, py)?;
                let (own, mut unfolded) = (self.rows_of(road, *first_row, values), Vec::new());
                // A point that is no corner of a cell is met by none of the means.
                let own = if patch.unfolds() { patch.over(own, &mut unfolded) } else { own };
                self.field(road, own).bilinear(x, y)
            }
            Road::Spread { road, spread } => {
                let (x, y) = road.place(px, py)?;
                let mut filled = Vec::new();
                spread.fill(values, &mut filled);
                self.field(road, &filled).bilinear(x, y)
            }
            Road::Points(road) => road.at(values, px, py).filter(|value| !value.is_nan()),
            Road::Dots(road) => road.at(values, px, py),
        };
        self.roads.iter().find_map(value)
    }

    fn field<'a>(&self, road: &ByRows, values: &'a [f32]) -> Rows<'a> {
        Rows { values, columns: road.cut.window.nx, rows: road.cut.window.ny }
    }

    /// The values of one of the grids one under the other: all columns of its rows. Behind a fold there are none.
    fn rows_of<'a>(&self, road: &ByRows, first_row: usize, values: &'a [f32]) -> &'a [f32] {
        let Window { ny, nx, .. } = road.cut.window;
        let end = (first_row + ny).min(self.window.ny);
        values.get(first_row * nx..end * nx).unwrap_or_default()
    }

    /// Computed at the first frame, used by all others.
    ///
    /// Never while the lock is held: a thread that waits for its share of the work may take up another frame, which asks
    /// for the same lock. Two threads that begin together compute the same twice.
    fn known_lattice(&self, step: u32) -> Arc<Known> {
        let known = || self.lattices.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().iter().find(|lattice| lattice.step == step).cloned();
        found.unwrap_or_else(|| {
            let places = |road: &Road| match road {
                Road::Rows { road, .. } | Road::Spread { road, .. } => {
                    RoadPlaces::Rows(Places::new(&road.finder, &road.cut, step))
                }
                Road::Points(road) => {
                    let pixel = |n: usize| lattice::pixel(n, step);
                    RoadPlaces::Points(road.nodes(lattice_size(self.size, step), pixel))
                }
                Road::Dots(_) => RoadPlaces::Dots,
            };
            let made = Arc::new(Known { step, roads: self.roads.iter().map(places).collect() });
            known().push(made.clone());
            made
        })
    }
}

impl Road {
    fn of_points(grid: &Grid, view: &View) -> Option<(Vec<Self>, Window)> {
        if grid.is_scattered() {
            let (road, window) = ByDot::new(grid, view)?;
            return Some((vec![Self::Dots(road)], window));
        }
        let (road, window) = ByPoint::new(by_point::shared(grid)?, view)?;
        Some((vec![Self::Points(road)], window))
    }

    fn of_reduced(grid: &Grid, reduced: &Reduced, view: &View) -> Option<(Vec<Self>, Window)> {
        let filled = reduced.filled_out()?;
        let sketch = Sketch::new(&filled, Finder::new(&filled, view)?, false)?;
        let target = sketch.cut.window;
        if target.ny.saturating_mul(target.nx) > MOST_FILLED {
            return Self::of_points(grid, view);
        }
        let longitudes = match &filled.geometry {
            Geometry::LatLon { lon, .. } => lon,
            Geometry::Projected { x, .. } => x,
            _ => return None,
        };
        let spread = Spread::new(reduced, target, longitudes)?;
        let window = spread.window;
        Some((vec![Self::Spread { road: ByRows::new(sketch), spread }], window))
    }

    fn of_stack(grids: &[Grid], view: &View) -> Option<(Vec<Self>, Window)> {
        let mut found = Vec::new();
        let mut next = 0;
        for (number, grid) in grids.iter().enumerate() {
            let first = next;
            next += grid.ny;
            let finder = Finder::in_stack(grids, number, view)?;
            if let Some(sketch) = Sketch::new(grid, finder, true) {
                found.push((first + sketch.cut.window.j0, ByRows::new(sketch)));
            }
        }
        let j0 = found.iter().map(|(first, _)| *first).min()?;
        let end = found.iter().map(|(first, road)| first + road.cut.window.ny).max()?;
        let nx = found.first()?.1.cut.window.nx;
        let roads = found
            .into_iter()
            .map(|(first, road)| Self::Rows { road, first_row: first - j0, patch: Patch::default() })
            .collect();
        Some((roads, Window { j0, i0: 0, ny: end - j0, nx }))
    }
}

impl Ready<'_> {
    /// The field at the pixels of row `y`; NaN outside, and beside a missing value. `out` has the picture's width.
    pub fn row(&self, y: usize, out: &mut [f32]) {
        for (n, (road, memory)) in self.sampler.roads.iter().zip(&self.memory.roads).enumerate() {
            let (road, own) = match road {
                Road::Rows { road, patch, .. } if !patch.is_empty() => (road, memory.own.as_slice()),
                Road::Rows { road, first_row, .. } => (road, self.sampler.rows_of(road, *first_row, self.values)),
                Road::Spread { road, .. } => (road, memory.own.as_slice()),
                Road::Points(road) => {
                    road.row(self.values, y, out);
                    continue;
                }
                Road::Dots(road) => {
                    road.row(self.values, y, out);
                    continue;
                }
            };
            let own = if road.doublings > 0 { memory.refined.values.as_slice() } else { own };
            if n == 0 {
                road.row(own, y, out);
                continue;
            }
            // A pixel lies on one of the grids, and is empty on the others.
            let mut others = vec![f32::NAN; out.len()];
            road.row(own, y, &mut others);
            out.iter_mut().zip(others).filter(|(_, other)| !other.is_nan()).for_each(|(out, other)| *out = other);
        }
    }
}

/// Columns and rows of a lattice of every `step`-th pixel.
fn lattice_size(size: [u32; 2], step: u32) -> [usize; 2] {
    size.map(|n| n.div_ceil(step) as usize + 3)
}
