//! The points around a position and what each counts for: what is read out under the cursor, and what is drawn.

use super::curvilinear::Hint;
use super::points::Points;
use super::sphere::{chord, unit};
use super::{Geometry, Grid, Locator, Window};

/// Up to four points of a grid, row and column as stored, with weights that sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Around {
    points: [([usize; 2], f64); 4],
    count: usize,
}

impl Around {
    fn new(points: impl IntoIterator<Item = ([usize; 2], f64)>) -> Self {
        let mut around = Self { points: [([0, 0], 0.0); 4], count: 0 };
        // A point that counts for nothing need not be there.
        for (place, point) in around.points.iter_mut().zip(points.into_iter().filter(|(_, weight)| *weight > 0.0)) {
            *place = point;
            around.count += 1;
        }
        around
    }

    /// Between four points, from a fractional column and row; `columns` are stored, the first follows the last.
    fn in_cell((x, y): (f64, f64), columns: usize) -> Self {
        let (i, j) = (x.floor(), y.floor());
        let (u, v) = (x - i, y - j);
        let (i, j) = (i as usize, j as usize);
        let (left, right) = (i % columns.max(1), (i + 1) % columns.max(1));
        Self::new([
            ([j, left], (1.0 - u) * (1.0 - v)),
            ([j, right], u * (1.0 - v)),
            ([j + 1, left], (1.0 - u) * v),
            ([j + 1, right], u * v),
        ])
    }

    /// Row, column and weight of each point.
    pub fn points(&self) -> impl Iterator<Item = ([usize; 2], f64)> + '_ {
        self.points.iter().take(self.count).copied()
    }

    /// The weighted mean; NaN where a value is missing.
    pub fn mean(&self, value: impl Fn(usize, usize) -> Option<f64>) -> f64 {
        self.points().map(|([j, i], weight)| weight * value(j, i).unwrap_or(f64::NAN)).sum()
    }

    /// The same of directions in degrees, as the direction of their mean vector, from 0 up to 360: 350° and 10° give 0°.
    pub fn mean_direction(&self, value: impl Fn(usize, usize) -> Option<f64>) -> f64 {
        let (mut across, mut along) = (0.0, 0.0);
        for ([j, i], weight) in self.points() {
            let (sin, cos) = value(j, i).unwrap_or(f64::NAN).to_radians().sin_cos();
            across += weight * sin;
            along += weight * cos;
        }
        across.atan2(along).to_degrees().rem_euclid(360.0)
    }

    /// A part of the grid that holds all of them.
    #[must_use]
    pub fn window(&self, grid: &Grid) -> Window {
        let rows = self.points().map(|([j, _], _)| j);
        let columns = self.points().map(|([_, i], _)| i);
        let span = |mut numbers: Box<dyn Iterator<Item = usize> + '_>| {
            let first = numbers.next().unwrap_or(0);
            numbers.fold((first, first), |(low, high), n| (low.min(n), high.max(n)))
        };
        let (j0, j1) = span(Box::new(rows));
        let (i0, i1) = span(Box::new(columns));
        let over_the_end = self.points().all(|([_, i], _)| i == 0 || i + 1 == grid.nx);
        if grid.ny > 1 && i0 == 0 && i1 + 1 == grid.nx && grid.nx > 2 && over_the_end {
            return Window { j0, i0: i1, ny: j1 + 1 - j0, nx: 2 };
        }
        Window { j0, i0, ny: j1 + 1 - j0, nx: i1 + 1 - i0 }
    }
}

impl Grid {
    /// The points around a position; `None` outside the grid, and on grids that cannot be drawn.
    #[must_use]
    pub fn around(&self, lon: f64, lat: f64) -> Option<Around> {
        self.around_from(lon, lat, &mut Hint::default())
    }

    /// What a picture shows at a position: the points around it, of scattered points the nearest one within `reach` degrees.
    #[must_use]
    pub fn shown_at(&self, lon: f64, lat: f64, reach: f64) -> Option<Around> {
        if !self.is_scattered() {
            return self.around(lon, lat);
        }
        let (j, i) = self.nearest(lon, lat)?;
        let (x, y) = self.position(j, i)?;
        let farthest = 2.0 * (reach.clamp(0.0, 180.0).to_radians() / 2.0).sin();
        (chord(unit(x, y), unit(lon, lat)).sqrt() <= farthest).then(|| Around::new([([j, i], 1.0)]))
    }

    /// The points of a grid without rows and columns, or with such as only number them.
    pub(crate) fn loose(&self) -> Option<&Points> {
        match &self.geometry {
            Geometry::Points(points) => Some(points),
            Geometry::Curvilinear(listed) => listed.loose(),
            _ => None,
        }
    }

    /// Whether its points make no surface, and are drawn one by one: stations.
    #[must_use]
    pub fn is_scattered(&self) -> bool {
        self.loose().is_some_and(|points| !points.has_triangles())
    }

    /// The same for many positions close together.
    pub(crate) fn around_from(&self, lon: f64, lat: f64, hint: &mut Hint) -> Option<Around> {
        if let Some(points) = self.loose() {
            let (corners, columns) = (points.around(lon, lat, hint)?, self.nx.max(1));
            return Some(Around::new(corners.map(|(point, weight)| ([point / columns, point % columns], weight))));
        }
        match &self.geometry {
            Geometry::LatLon { .. } | Geometry::Projected { .. } | Geometry::Curvilinear(_) => {
                let locator = Locator::new(self)?;
                let (column, row) = locator.locate_from(lon, lat, hint)?;
                let around = Around::in_cell((column + locator.first_column() as f64, row), self.nx);
                Some(match self.fold() {
                    Some(fold) => {
                        Around::new(around.points().map(|([j, i], weight)| (fold.stored((j, i)).into(), weight)))
                    }
                    None => around,
                })
            }
            Geometry::Reduced(reduced) => {
                Some(Around::new(reduced.around(lon, lat)?.map(|(point, weight)| ([0, point], weight))))
            }
            Geometry::Stacked(grids) => {
                let (part, first_row) = super::stacked::owner(grids, lon, lat)?;
                let around = part.around(lon, lat)?;
                Some(Around::new(around.points().map(|([j, i], weight)| ([j + first_row, i], weight))))
            }
            Geometry::Moving(grids) => grids.first()?.around_from(lon, lat, hint),
            Geometry::Points(_) | Geometry::Unplaced => None,
        }
    }

    /// Whether a picture can be made of a field on this grid.
    #[must_use]
    pub fn is_drawable(&self) -> bool {
        match &self.geometry {
            Geometry::LatLon { .. } | Geometry::Projected { .. } => Locator::new(self).is_some(),
            Geometry::Curvilinear(curvilinear) => {
                curvilinear.loose().is_some_and(Points::has_positions) || curvilinear.has_cells()
            }
            Geometry::Points(points) => points.has_positions(),
            Geometry::Reduced(reduced) => reduced.rises_or_falls(),
            Geometry::Stacked(grids) => !grids.is_empty() && grids.iter().all(|grid| Locator::new(grid).is_some()),
            Geometry::Moving(grids) => grids.iter().any(|grid| grid.is_drawable()),
            Geometry::Unplaced => false,
        }
    }
}
