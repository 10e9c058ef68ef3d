//! From a pixel of a view to the place on a grid, one at a time and exactly.

use crate::grid::{Grid, Locator};
use crate::map::View;

#[derive(Debug)]
pub struct Finder {
    locator: Locator,
    view: View,
    /// Whether grid and view share a projection, so that no angle needs to be computed.
    shared: bool,
}

impl Finder {
    pub fn new(grid: &Grid, view: &View) -> Option<Self> {
        let locator = Locator::new(grid)?;
        // Beside a globe seen from afar is sky, which only the way over angles tells.
        let shared = locator.projection() == Some(&view.projection) && view.projection.cap().is_none();
        Some(Self { locator, view: view.clone(), shared })
    }

    /// See [`Locator::first_column`].
    pub fn first_column(&self) -> usize {
        self.locator.first_column()
    }

    pub fn size(&self) -> [u32; 2] {
        self.view.size
    }

    /// Fractional column and row of the grid at a pixel; `None` outside the grid or beside the Earth.
    pub fn find(&self, px: f64, py: f64) -> Option<(f64, f64)> {
        let (x, y) = self.view.units_at(px, py);
        let projection = &self.view.projection;
        if !self.shared {
            let (lon, lat) = projection.inverse(x, y)?;
            return self.locator.locate(lon, lat);
        }
        // One Earth, even where the picture is wider than that.
        if projection.period().is_some_and(|period| (projection.home(x) - x).abs() > 1e-9 * period) {
            return None;
        }
        self.locator.locate_xy(x, y)
    }
}
