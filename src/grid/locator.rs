//! From a position to the place on a grid, fast enough for every pixel.

use super::axis::Axis;
use super::curvilinear::{Curvilinear, Hint};
use super::projection::{Projection, wrap};
use super::{Geometry, Grid};

/// A grid with rows and columns made ready for many searches.
#[derive(Clone, Debug)]
pub enum Locator {
    Axes(Box<Axes>),
    Listed(Curvilinear),
}

/// Rows and columns that are those of a map.
#[derive(Clone, Debug)]
pub struct Axes {
    /// `None` for longitude and latitude.
    projection: Option<Projection>,
    x: Axis,
    y: Axis,
    /// What one turn round the Earth adds to x; `None` where x does not turn.
    period: Option<f64>,
    closes: bool,
    rows: usize,
    columns: usize,
    /// Latitude of row 0 and of the last row, where nothing but a pole lies within a step beyond them.
    polar: [Option<f64>; 2],
}

impl Locator {
    /// `None` for grids without rows and columns: reduced, stacked, loose points (in rows and columns or not), unplaced; and where coordinates do not rise
    /// or fall all the way, or no cell has four corners.
    #[must_use]
    pub fn new(grid: &Grid) -> Option<Self> {
        match &grid.geometry {
            Geometry::LatLon { lat, lon } => Axes::new(grid, None, lon, lat).map(Box::new).map(Self::Axes),
            Geometry::Projected { projection, x, y } => {
                Axes::new(grid, Some(projection.clone()), x, y).map(Box::new).map(Self::Axes)
            }
            Geometry::Curvilinear(listed) => {
                (listed.loose().is_none() && listed.has_cells()).then(|| Self::Listed(listed.clone()))
            }
            _ => None,
        }
    }

    /// The stored column that columns are counted from, round modulo the grid's `nx` as in a [`Window`]: 0, but where
    /// longitudes from 0 to 360 part a region at Greenwich.
    ///
    /// [`Window`]: super::Window
    #[must_use]
    pub fn first_column(&self) -> usize {
        match self {
            Self::Axes(axes) => axes.x.first(),
            Self::Listed(_) => 0,
        }
    }

    /// Fractional column, counted from [`Locator::first_column`], and row of a position; `None` outside the grid.
    ///
    /// Where the grid closes, a column may lie between the last one and the first of the next turn. Beyond the last row
    /// of a closed grid that touches a pole, the row is that last one. Where the last row meets itself ([`Grid::fold`]), the
    /// row may lie one beyond it.
    #[must_use]
    pub fn locate(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        self.locate_from(lon, lat, &mut Hint::default())
    }

    /// The same, beginning where the last search ended.
    #[must_use]
    #[inline]
    pub fn locate_from(&self, lon: f64, lat: f64, hint: &mut Hint) -> Option<(f64, f64)> {
        match self {
            Self::Axes(axes) => axes.locate(lon, lat),
            Self::Listed(listed) => listed.locate(lon, lat, hint),
        }
    }

    /// The same for a point in the grid's own coordinates; `None` where it has none.
    #[must_use]
    #[inline]
    pub fn locate_xy(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        match self {
            Self::Axes(axes) => axes.locate_xy(x, y),
            Self::Listed(_) => None,
        }
    }

    /// The grid's own projection; `None` for longitude and latitude.
    #[must_use]
    pub fn projection(&self) -> Option<&Projection> {
        match self {
            Self::Axes(axes) => axes.projection.as_ref(),
            Self::Listed(_) => None,
        }
    }

    /// How many columns go once round, where the grid closes.
    #[must_use]
    pub fn turn(&self) -> Option<usize> {
        match self {
            Self::Axes(axes) => axes.turn(),
            Self::Listed(listed) => listed.turn(),
        }
    }

    /// How many rows or columns a position lies inside of the edge; `None` outside. For grids that do not close.
    #[must_use]
    pub fn depth(&self, lon: f64, lat: f64) -> Option<f64> {
        let Self::Axes(axes) = self else { return None };
        let (column, row) = axes.locate(lon, lat)?;
        let across = column.min((axes.columns - 1) as f64 - column);
        Some(across.min(row).min((axes.rows - 1) as f64 - row))
    }
}

impl Axes {
    fn new(grid: &Grid, projection: Option<Projection>, x: &[f64], y: &[f64]) -> Option<Self> {
        if x.len() != grid.nx || y.len() != grid.ny {
            return None;
        }
        let degrees = projection.as_ref().is_none_or(Projection::is_in_degrees);
        let (reach_x, reach_y) = (single_reach(y, degrees), single_reach(x, degrees));
        let (x_axis, period) = if degrees {
            (Axis::of_longitudes(x, reach_x)?, Some(360.0))
        } else {
            (Axis::new(x, reach_x)?, projection.as_ref().and_then(Projection::period))
        };
        let y_axis = Axis::new(y, reach_y)?;
        let closes = closes(&x_axis, grid.nx, period);
        let step = y_axis.mean_step();
        let touches = |lat: &f64| degrees && closes && 90.0 - lat.abs() <= step;
        let polar = [y.first(), y.last()].map(|lat| lat.copied().filter(touches));
        Some(Self { projection, x: x_axis, y: y_axis, period, closes, rows: grid.ny, columns: grid.nx, polar })
    }

    /// How many columns differ: one less than stored where a grid that closes repeats its first column at the end.
    fn turn(&self) -> Option<usize> {
        let period = self.period.filter(|_| self.closes)?;
        let repeats = self.x.span() > period - 0.5 * self.x.mean_step();
        Some(if repeats { self.columns - 1 } else { self.columns })
    }

    #[inline]
    fn locate(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        match &self.projection {
            None => self.locate_xy(lon, lat),
            Some(projection) => {
                let (x, y) = projection.forward(lon, lat)?;
                self.locate_xy(x, y)
            }
        }
    }

    #[inline]
    fn locate_xy(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let column = match self.period {
            Some(period) => self.x.find_turning(x, period, self.closes)?,
            None => self.x.find(x)?,
        };
        let row = self.y.find(y).or_else(|| self.polar_row(y))?;
        Some((column, row))
    }

    fn polar_row(&self, y: f64) -> Option<f64> {
        if y.abs() > 90.0 + 1e-5 {
            return None;
        }
        let beyond = |row: Option<f64>| row.is_some_and(|row| y * row.signum() > row.abs());
        match self.polar {
            [first, _] if beyond(first) => Some(0.0),
            [_, last] if beyond(last) => Some((self.rows - 1) as f64),
            _ => None,
        }
    }
}

impl Grid {
    /// Fractional column and row of a position, in stored order; `None` outside the grid. A column may lie between the
    /// last one and the first of the next turn.
    #[must_use]
    pub fn locate(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let locator = Locator::new(self)?;
        let (column, row) = locator.locate(lon, lat)?;
        let (stored, columns) = (column + locator.first_column() as f64, self.nx as f64);
        Some((if locator.first_column() > 0 && stored >= columns { stored - columns } else { stored }, row))
    }

    /// Whether the columns go once round the Earth, with or without a stored column that repeats the first.
    #[must_use]
    pub fn closes(&self) -> bool {
        Locator::new(self).is_some_and(|locator| locator.turn().is_some())
    }

    /// How many columns differ: `nx`, or less where a grid that closes repeats its first columns at the end.
    #[must_use]
    pub fn columns(&self) -> usize {
        Locator::new(self).and_then(|locator| locator.turn()).unwrap_or(self.nx)
    }
}

/// From the first column to the last, and one step on, is a turn; or the last column is the first again.
fn closes(x: &Axis, nx: usize, period: Option<f64>) -> bool {
    let Some(period) = period else { return false };
    let (span, step) = (x.span(), x.mean_step());
    nx > 2 && ((span + step - period).abs() < 0.5 * step || (span - period).abs() < 0.5 * step)
}

/// A single row or column stands for half a step of the other dimension to both sides.
fn single_reach(others: &[f64], degrees: bool) -> f64 {
    match others {
        [first, second, ..] => 0.5 * if degrees { wrap(second - first).abs() } else { (second - first).abs() },
        _ if degrees => 0.5,
        _ => 50_000.0,
    }
}
