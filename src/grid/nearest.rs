//! Where the points of a grid lie, and which is nearest.

use super::projection::wrap;
use super::{Geometry, Grid, Projection};

impl Grid {
    /// Longitude (-180 to 180) and latitude of the point in row `j` and column `i`; `None` where the grid has none.
    #[must_use]
    pub fn position(&self, j: usize, i: usize) -> Option<(f64, f64)> {
        let (lon, lat) = match &self.geometry {
            Geometry::LatLon { lat, lon } => (*lon.get(i)?, *lat.get(j)?),
            Geometry::Projected { projection, x, y } => {
                let (x, y) = (*x.get(i)?, *y.get(j)?);
                projection.inverse(projection.home(x), y)?
            }
            Geometry::Curvilinear(curvilinear) => curvilinear.position(j, i)?,
            Geometry::Points(points) => points.position(i)?,
            Geometry::Reduced(reduced) => reduced.position(i)?,
            Geometry::Stacked(grids) => {
                let (part, row) = part_of(grids, j)?;
                return part.position(row, i);
            }
            Geometry::Moving(grids) => return grids.first()?.position(j, i),
            Geometry::Unplaced => return None,
        };
        (lon.is_finite() && lat.abs() <= 90.0 + 1e-3).then(|| (wrap(lon), lat))
    }

    /// Row and column of the point nearest to a position, by great circle; `None` for a grid without positions.
    #[must_use]
    pub fn nearest(&self, lon: f64, lat: f64) -> Option<(usize, usize)> {
        if !(lon.is_finite() && lat.is_finite()) {
            return None;
        }
        match &self.geometry {
            Geometry::LatLon { lat: lats, lon: lons } => nearest_of_product(lons, lats, lon, lat),
            Geometry::Projected { .. } => self.nearest_projected(lon, lat),
            Geometry::Curvilinear(curvilinear) => curvilinear.nearest(lon, lat),
            Geometry::Points(points) => points.nearest(lon, lat).map(|i| (0, i)),
            Geometry::Reduced(reduced) => reduced.nearest(lon, lat).map(|i| (0, i)),
            Geometry::Stacked(grids) => {
                let first_rows = grids.iter().scan(0, |next, grid| {
                    let first = *next;
                    *next += grid.ny;
                    Some(first)
                });
                let each = grids.iter().zip(first_rows).filter_map(|(grid, first)| {
                    let (j, i) = grid.nearest(lon, lat)?;
                    Some((first + j, i))
                });
                self.nearest_among(each, lon, lat)
            }
            Geometry::Moving(grids) => grids.first()?.nearest(lon, lat),
            Geometry::Unplaced => None,
        }
    }

    /// Inside the grid one of the points around; outside, one of its edge.
    ///
    /// The rim of a map of the whole Earth may show a place twice, and beside it what lies elsewhere, where the formulae
    /// still give positions: there every point is asked, unless there are too many to wait for.
    fn nearest_projected(&self, lon: f64, lat: f64) -> Option<(usize, usize)> {
        const MOST_ASKED: usize = 1 << 20;
        let (last_row, last_column) = (self.ny.checked_sub(1)?, self.nx.checked_sub(1)?);
        let other = matches!(&self.geometry, Geometry::Projected { projection: Projection::Proj(_), .. });
        let place = self.locate(lon, lat);
        if other && (place.is_none() || self.ny.saturating_mul(self.nx) <= MOST_ASKED) {
            let all = (0..self.ny).flat_map(|j| (0..self.nx).map(move |i| (j, i)));
            return self.nearest_among(all, lon, lat);
        }
        let candidates: Vec<(usize, usize)> = match place {
            Some((x, y)) => {
                let (i, j) = (x as usize, y as usize);
                let rows = j.saturating_sub(1)..=(j + 2).min(last_row);
                rows.flat_map(|j| (i.saturating_sub(1)..=i + 2).map(move |i| (j, i % self.nx))).collect()
            }
            None => {
                let across = (0..self.nx).flat_map(|i| [(0, i), (last_row, i)]);
                let along = (0..self.ny).flat_map(|j| [(j, 0), (j, last_column)]);
                across.chain(along).collect()
            }
        };
        self.nearest_among(candidates.into_iter(), lon, lat)
    }

    fn nearest_among(
        &self,
        candidates: impl Iterator<Item = (usize, usize)>,
        lon: f64,
        lat: f64,
    ) -> Option<(usize, usize)> {
        let distance = |&(j, i): &(usize, usize)| self.position(j, i).map(|at| haversine(at, (lon, lat)));
        candidates.filter_map(|at| distance(&at).map(|d| (at, d))).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
    }

    /// What kind of grid this is, in one word for `info`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.geometry {
            Geometry::LatLon { .. } => "latlon",
            Geometry::Projected { projection, .. } => match projection {
                Projection::PlateCarree { .. } => "latlon",
                Projection::RotatedPole(_) => "rotated_pole",
                Projection::Lambert(_) => "lambert",
                Projection::PolarStereographic(_) => "polar_stereographic",
                Projection::Mercator(_) => "mercator",
                Projection::Proj(_) => "projected",
            },
            Geometry::Curvilinear(_) => "curvilinear",
            Geometry::Points(_) => "unstructured",
            Geometry::Reduced(_) => "reduced",
            Geometry::Stacked(_) => "stacked",
            Geometry::Moving(grids) => grids.first().map_or("unplaced", |grid| grid.kind()),
            Geometry::Unplaced => "unplaced",
        }
    }
}

/// The grid of a stack that has a row, and the row's number in it.
pub(super) fn part_of(grids: &[Grid], row: usize) -> Option<(&Grid, usize)> {
    let mut row = row;
    for grid in grids {
        if row < grid.ny {
            return Some((grid, row));
        }
        row -= grid.ny;
    }
    None
}

/// On any row the column nearest in longitude is the nearest; then every row is tried.
fn nearest_of_product(lons: &[f64], lats: &[f64], lon: f64, lat: f64) -> Option<(usize, usize)> {
    let apart = |value: &f64| wrap(value - lon).abs();
    let (i, &nearest_lon) =
        lons.iter().enumerate().filter(|(_, v)| v.is_finite()).min_by(|a, b| apart(a.1).total_cmp(&apart(b.1)))?;
    let distance = |value: &f64| haversine((nearest_lon, *value), (lon, lat));
    let (j, _) = lats
        .iter()
        .enumerate()
        .filter(|(_, v)| v.is_finite())
        .min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)))?;
    Some((j, i))
}

/// Grows with the great-circle distance between two positions: sin² of half the angle.
pub(super) fn haversine(a: (f64, f64), b: (f64, f64)) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    half(b.1 - a.1) + a.1.to_radians().cos() * b.1.to_radians().cos() * half(b.0 - a.0)
}
