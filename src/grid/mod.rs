//! Grids: where the numbers of a field lie.
//!
//! Order, everywhere in the program: `x` before `y`, longitude before latitude in code; `[row, column]` = `[j, i]` for
//! arrays, in the file's stored order (row 0 is the first stored row, north or south). Degrees, longitudes of any turn.

mod around;
mod axis;
mod cells;
mod curvilinear;
mod direction;
mod fold;
mod gaussian;
mod locator;
mod nearest;
mod placeholders;
mod points;
mod projection;
mod reduced;
mod sides;
mod sphere;
mod stacked;
mod staggered;
#[cfg(test)]
mod tests;
mod tree;
mod triangulate;

use std::sync::Arc;

pub use around::Around;
pub use curvilinear::{Curvilinear, Hint};
pub use direction::{Directions, Orientation, Told, XAxes};
pub use fold::Fold;
pub use gaussian::gaussian_latitudes;
pub use locator::Locator;
pub use points::Points;
pub use projection::{
    Cap, CfValue, Defined, Earth, Lambert, MapError, Mercator, PolarStereographic, Proj, Projection, RotatedPole, Seam,
    wrap,
};
pub use reduced::{Reduced, ReducedRow};
pub use sides::Sides;
pub use sphere::middle_of;
pub use staggered::Neighbours;

/// A horizontal grid. Values of a field on it are `[ny, nx]`; an unstructured one is a single row.
#[derive(Debug, PartialEq)]
pub struct Grid {
    pub ny: usize,
    pub nx: usize,
    pub geometry: Geometry,
}

#[derive(Debug, PartialEq)]
pub enum Geometry {
    /// One latitude a row, one longitude a column, as stored.
    LatLon { lat: Vec<f64>, lon: Vec<f64> },
    /// Axes in the projection's own units: metres, or degrees for a rotated pole.
    Projected { projection: Projection, x: Vec<f64>, y: Vec<f64> },
    /// A latitude and a longitude for every point of rows and columns that bend.
    Curvilinear(Curvilinear),
    /// Loose points, or the corners of triangles; one row.
    Points(Points),
    /// Rows of unlike length, one after the other in one row of values.
    Reduced(Reduced),
    /// Grids one under the other, each with its own rows of values and as many columns as the others: Yin and Yang.
    Stacked(Vec<Grid>),
    /// The same rows and columns at other places from time to time, as of a nest that follows a storm: one grid for each
    /// time, in order; neighbours that do not differ are shared. Asked as a whole, it lies where it lies first.
    Moving(Vec<Arc<Grid>>),
    /// The file gives no positions.
    Unplaced,
}

/// A part of a grid: `ny` rows from `j0`, `nx` columns from `i0`, columns counted round modulo the grid's stored `nx`
/// (where the grid closes on itself, `nx` may be more than the grid has). Rows never pass the grid's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    pub j0: usize,
    pub i0: usize,
    pub ny: usize,
    pub nx: usize,
}

impl Grid {
    /// Where the last row of a tripolar grid meets itself.
    #[must_use]
    pub fn fold(&self) -> Option<Fold> {
        if let Geometry::Curvilinear(listed) = &self.geometry { listed.fold() } else { None }
    }

    /// Where the points lie at one of its times; `None` where that does not change, or for a time beyond the last.
    #[must_use]
    pub fn at(&self, time: usize) -> Option<&Arc<Self>> {
        if let Geometry::Moving(grids) = &self.geometry { grids.get(time) } else { None }
    }

    /// The grid itself, or that of the first time.
    pub(crate) fn first(&self) -> &Self {
        self.at(0).map_or(self, |grid| grid)
    }

    /// Whether another grid may be this one at another time: of the same kind and size, elsewhere.
    #[must_use]
    pub fn may_move_to(&self, other: &Self) -> bool {
        let kind = |grid: &Self| std::mem::discriminant(&grid.first().geometry);
        (self.ny, self.nx) == (other.ny, other.nx)
            && kind(self) == kind(other)
            && self.first().geometry != Geometry::Unplaced
            && self != other
    }

    /// The whole grid.
    #[must_use]
    pub fn whole(&self) -> Window {
        Window { j0: 0, i0: 0, ny: self.ny, nx: self.nx }
    }
}
