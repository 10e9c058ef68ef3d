//! From a pixel of a view to the place on a grid, one at a time and exactly.

use crate::grid::{Grid, Hint, Locator};
use crate::map::View;

#[derive(Debug)]
pub struct Finder {
    locator: Locator,
    /// Of the other grids of a stack, and whether each of them stands before this one.
    others: Vec<(Locator, bool)>,
    view: View,
    /// Whether grid and view share a projection, so that no angle needs to be computed.
    shared: bool,
}

impl Finder {
    pub fn new(grid: &Grid, view: &View) -> Option<Self> {
        let locator = Locator::new(grid)?;
        // Beside a globe seen from afar is sky, which only the way over angles tells.
        let shared = locator.projection() == Some(&view.projection) && view.projection.cap().is_none();
        Some(Self { locator, others: Vec::new(), view: view.clone(), shared })
    }

    /// Finds what lies farther inside this grid of a stack than inside the others.
    pub fn in_stack(grids: &[Grid], number: usize, view: &View) -> Option<Self> {
        let locator = Locator::new(grids.get(number)?)?;
        let others = grids.iter().enumerate().filter(|(n, _)| *n != number);
        let others: Option<Vec<_>> = others.map(|(n, grid)| Some((Locator::new(grid)?, n < number))).collect();
        Some(Self { locator, others: others?, view: view.clone(), shared: false })
    }

    /// See [`Locator::first_column`].
    pub fn first_column(&self) -> usize {
        self.locator.first_column()
    }

    /// See [`Locator::turn`].
    pub fn turn(&self) -> Option<f64> {
        self.locator.turn().map(|columns| columns as f64)
    }

    pub fn size(&self) -> [u32; 2] {
        self.view.size
    }

    /// Fractional column and row of the grid at a pixel; `None` outside the grid or beside the Earth.
    pub fn find(&self, px: f64, py: f64, hint: &mut Hint) -> Option<(f64, f64)> {
        let (x, y) = self.view.units_at(px, py);
        let projection = &self.view.projection;
        if !self.shared {
            let (lon, lat) = projection.inverse(x, y)?;
            return self.locator.locate_from(lon, lat, hint).filter(|_| self.owns(lon, lat));
        }
        // One Earth, even where the picture is wider than that.
        if projection.period().is_some_and(|period| (projection.home(x) - x).abs() > 1e-9 * period) {
            return None;
        }
        self.locator.locate_xy(x, y)
    }

    /// Whether none of the others holds a position farther inside; of two alike the first one has it.
    #[inline]
    fn owns(&self, lon: f64, lat: f64) -> bool {
        if self.others.is_empty() {
            return true;
        }
        let own = self.locator.depth(lon, lat).unwrap_or(-1.0);
        self.others
            .iter()
            .all(|(other, before)| other.depth(lon, lat).is_none_or(|depth| depth < own || (depth == own && !before)))
    }
}
