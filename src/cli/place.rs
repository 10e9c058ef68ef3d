//! Where the points of a grid lie, one at a time.

use ndarray::Array2;

use crate::grid::{Geometry, Grid, wrap};

/// Longitude in [-180, 180) and latitude of a grid point; `None` where the file does not say.
pub fn position(grid: &Grid, j: usize, i: usize) -> Option<(f64, f64)> {
    let (lon, lat) = match &grid.geometry {
        Geometry::LatLon { lat, lon } => (*lon.get(i)?, *lat.get(j)?),
        Geometry::Projected { projection, x, y } => projection.inverse(*x.get(i)?, *y.get(j)?)?,
        Geometry::Curvilinear { lat, lon } => (*lon.get((j, i))?, *lat.get((j, i))?),
        Geometry::Points { lat, lon } => (*lon.get(i)?, *lat.get(i)?),
        Geometry::Unplaced => return None,
    };
    (lon.is_finite() && lat.is_finite()).then(|| (wrap(lon), lat))
}

/// Row and column of the grid point that is nearest on a sphere.
pub fn nearest(grid: &Grid, lon: f64, lat: f64) -> Option<(usize, usize)> {
    let wanted = on_sphere(lon, lat);
    let points = (0..grid.ny).flat_map(|j| (0..grid.nx).map(move |i| (j, i)));
    points
        .filter_map(|(j, i)| {
            let (lon, lat) = position(grid, j, i)?;
            let point = on_sphere(lon, lat);
            let chord: f64 = point.iter().zip(wanted).map(|(a, b)| (a - b) * (a - b)).sum();
            Some((chord, (j, i)))
        })
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, point)| point)
}

/// Bilinear between the four points around a place; NaN beside a missing value, `None` outside the grid and on grids
/// whose cells are not known.
pub fn interpolate(grid: &Grid, values: &Array2<f64>, lon: f64, lat: f64) -> Option<f64> {
    let (column, row) = match &grid.geometry {
        Geometry::LatLon { lat: lats, lon: lons } => {
            let turned = |turn: f64| between(lons, lon + turn, grid.nx);
            let around = || around_the_world(lons, lon);
            (
                turned(0.0).or_else(|| turned(360.0)).or_else(|| turned(-360.0)).or_else(around)?,
                between(lats, lat, grid.ny)?,
            )
        }
        Geometry::Projected { projection, x, y } => {
            let (px, py) = projection.forward(lon, lat)?;
            (between(x, px, grid.nx)?, between(y, py, grid.ny)?)
        }
        _ => return None,
    };
    let row_value = |j: usize| {
        let (left, right, share) = column;
        Some(mix(*values.get((j, left))?, *values.get((j, right))?, share))
    };
    Some(mix(row_value(row.0)?, row_value(row.1)?, row.2))
}

/// A point that counts for nothing is not asked whether it is missing.
fn mix(a: f64, b: f64, share: f64) -> f64 {
    if share == 0.0 { a } else { a + share * (b - a) }
}

/// The neighbours of a value on an axis that rises or falls, and the share of the second.
fn between(axis: &[f64], value: f64, length: usize) -> Option<(usize, usize, f64)> {
    if let ([only], 1) = (axis, length) {
        return (*only == value).then_some((0, 0, 0.0));
    }
    axis.windows(2).enumerate().find_map(|(n, pair)| {
        let share = (value - pair.first()?) / (pair.get(1)? - pair.first()?);
        (0.0..=1.0).contains(&share).then_some((n, n + 1, share))
    })
}

/// Between the last column and the first of a grid that goes round the world.
fn around_the_world(lons: &[f64], lon: f64) -> Option<(usize, usize, f64)> {
    let (first, last) = (*lons.first()?, *lons.last()?);
    let step = lons.get(1)? - first;
    let gap = (first - last).rem_euclid(step.signum() * 360.0);
    let within = (lon - last).rem_euclid(step.signum() * 360.0);
    let closes = gap.abs() <= 1.01 * step.abs();
    (closes && within.abs() <= gap.abs()).then(|| (lons.len() - 1, 0, within / gap))
}

fn on_sphere(lon: f64, lat: f64) -> [f64; 3] {
    let (lon, lat) = (lon.to_radians(), lat.to_radians());
    [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
}
