//! Grids whose rows are of unlike length: reduced Gaussian, reduced latitude and longitude.

use super::nearest::haversine;
use super::projection::wrap;
use super::{Geometry, Grid, Projection, RotatedPole};

/// Rows of points from west to east, one after the other in the order in which the file scans them.
#[derive(Clone, Debug, PartialEq)]
pub struct Reduced {
    rows: Vec<ReducedRow>,
    /// Where the rows lie along turned parallels.
    pub pole: Option<RotatedPole>,
    len: usize,
}

/// One row: `count` points from `west` on, `step` degrees apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReducedRow {
    pub lat: f64,
    pub west: f64,
    pub step: f64,
    pub count: usize,
    /// Number of its first point in the grid.
    pub first: usize,
}

impl Reduced {
    /// Of rows as `(lat, west, step, count)`; `None` where there are no points, or more than can be counted.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = (f64, f64, f64, usize)>, pole: Option<RotatedPole>) -> Option<Self> {
        let mut len = 0_usize;
        let mut known = Vec::new();
        for (lat, west, step, count) in rows {
            known.push(ReducedRow { lat, west, step, count, first: len });
            len = len.checked_add(count)?;
        }
        (len > 0).then_some(Self { rows: known, pole, len })
    }

    #[must_use]
    pub fn rows(&self) -> &[ReducedRow] {
        &self.rows
    }

    /// Points in all rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Longitude and latitude of a point by its number.
    #[must_use]
    pub fn position(&self, point: usize) -> Option<(f64, f64)> {
        let after = self.rows.partition_point(|row| row.first <= point);
        // Empty rows begin where the next one does: the last of those is meant.
        let row = self.rows.get(after.checked_sub(1)?)?;
        let along = point - row.first;
        if along >= row.count {
            return None;
        }
        let (lon, lat) = (row.west + along as f64 * row.step, row.lat);
        match &self.pole {
            None => Some((lon, lat)),
            Some(pole) => pole.inverse(lon, lat),
        }
    }

    /// Whether the rows that have points follow each other from one side to the other.
    #[must_use]
    pub(super) fn rises_or_falls(&self) -> bool {
        let lats: Vec<f64> = self.filled().map(|row| row.lat).collect();
        let falls = lats.first() > lats.last();
        lats.iter().all(|lat| lat.is_finite())
            && lats.windows(2).all(|pair| if falls { pair[0] > pair[1] } else { pair[0] < pair[1] })
    }

    fn filled(&self) -> impl Iterator<Item = &ReducedRow> + Clone {
        self.rows.iter().filter(|row| row.count > 0)
    }

    /// The rows filled out: the same latitudes, columns as dense as in the longest of them;
    /// `None` where they do not follow each other.
    #[must_use]
    pub fn filled_out(&self) -> Option<Grid> {
        if !self.rises_or_falls() {
            return None;
        }
        let longest = self.filled().max_by_key(|row| row.count)?;
        let lat: Vec<f64> = self.filled().map(|row| row.lat).collect();
        let step = self.filled().map(|row| row.step.abs()).fold(f64::INFINITY, f64::min);
        let lon: Vec<f64> = if self.filled().all(ReducedRow::closes) {
            (0..longest.count).map(|i| longest.west + longest.step * i as f64).collect()
        } else {
            let (west, east) = self.filled().fold((0.0_f64, 0.0_f64), |(west, east), row| {
                let from = wrap(row.west - longest.west);
                (west.min(from), east.max(from + row.step * (row.count - 1) as f64))
            });
            // As many as the longest row would have on the whole width.
            let count = ((east - west).min(360.0) / step.max(1e-4)).round() as usize + 1;
            (0..count).map(|i| longest.west + west + step * i as f64).collect()
        };
        let (ny, nx) = (lat.len(), lon.len());
        let geometry = match self.pole {
            None => Geometry::LatLon { lat, lon },
            Some(pole) => Geometry::Projected { projection: Projection::RotatedPole(pole), x: lon, y: lat },
        };
        Some(Grid { ny, nx, geometry })
    }

    /// The row with this number among those with points.
    #[must_use]
    pub fn filled_row(&self, number: usize) -> Option<&ReducedRow> {
        self.filled().nth(number)
    }

    /// Two points on each of the rows beside a position, and their weights; `None` outside. Beyond the last row of a grid
    /// that goes round a pole, the two of that row.
    #[must_use]
    pub fn around(&self, lon: f64, lat: f64) -> Option<[(usize, f64); 4]> {
        let (lon, lat) = self.own(lon, lat)?;
        let (upper, lower, part) = self.rows_beside(lat)?;
        let (a, b, u) = upper.beside(lon)?;
        let (c, d, w) = lower.beside(lon)?;
        Some([(a, (1.0 - u) * (1.0 - part)), (b, u * (1.0 - part)), (c, (1.0 - w) * part), (d, w * part)])
    }

    /// In the grid's own longitude and latitude.
    fn own(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        (lon.is_finite() && lat.abs() <= 90.0 + 1e-5).then(|| match &self.pole {
            None => (lon, lat),
            Some(pole) => pole.forward(lon, lat),
        })
    }

    /// The rows between which a latitude lies, and the weight of the second.
    fn rows_beside(&self, lat: f64) -> Option<(&ReducedRow, &ReducedRow, f64)> {
        let (first, last) = (self.rows.first()?, self.rows.last()?);
        let falls = first.lat > last.lat;
        let before = |row: &ReducedRow| if falls { row.lat >= lat } else { row.lat <= lat };
        let after = self.rows.partition_point(before);
        let upper = self.rows.get(..after)?.iter().rev().find(|row| row.count > 0);
        let lower = self.rows.get(after..)?.iter().find(|row| row.count > 0);
        match (upper, lower) {
            (Some(upper), Some(lower)) => Some((upper, lower, (lat - upper.lat) / (lower.lat - upper.lat))),
            (Some(only), None) | (None, Some(only)) => {
                let count = self.filled().count();
                let span = (first.lat - last.lat).abs() / count.saturating_sub(1).max(1) as f64;
                let at_pole =
                    only.closes() && 90.0 - only.lat.abs() <= span && lat * only.lat.signum() > only.lat.abs();
                let on_row = (lat - only.lat).abs() <= 1e-4 * span;
                (at_pole || on_row).then_some((only, only, 0.0))
            }
            (None, None) => None,
        }
    }

    /// The point nearest to a position by great circle: on any row the one nearest in longitude; rows farther away than the
    /// best so far are left out.
    #[must_use]
    pub(super) fn nearest(&self, lon: f64, lat: f64) -> Option<usize> {
        let (lon, lat) = self.own(lon, lat.clamp(-90.0, 90.0))?;
        let mut best: Option<(f64, usize)> = None;
        for row in self.filled() {
            if best.is_some_and(|(least, _)| (0.5 * (row.lat - lat).to_radians()).sin().powi(2) > least) {
                continue;
            }
            let Some(along) = row.nearest(lon) else { continue };
            let far = haversine((row.west + along as f64 * row.step, row.lat), (lon, lat));
            if !far.is_nan() && best.is_none_or(|(least, _)| far < least) {
                best = Some((far, row.first + along));
            }
        }
        best.map(|(_, point)| point)
    }
}

impl ReducedRow {
    /// Whether the row goes once round.
    #[must_use]
    pub fn closes(&self) -> bool {
        (self.step * self.count as f64 - 360.0).abs() < 0.5 * self.step
    }

    /// Fractional position along the row, below `count`; `None` beside it by more than half a step.
    #[must_use]
    pub fn along(&self, lon: f64) -> Option<f64> {
        let turn = 360.0 / self.step;
        let along = ((lon - self.west) / self.step).rem_euclid(turn);
        if self.closes() {
            return Some(if along < self.count as f64 { along } else { 0.0 });
        }
        let last = self.count.checked_sub(1)? as f64;
        let along = if along > turn - 0.5 { along - turn } else { along };
        (along <= last + 0.5).then(|| along.clamp(0.0, last))
    }

    /// Numbers of the points on both sides of a longitude, and the weight of the second.
    fn beside(&self, lon: f64) -> Option<(usize, usize, f64)> {
        let along = self.along(lon)?;
        let left = (along as usize).min(self.count.checked_sub(1)?);
        let right = if left + 1 == self.count { if self.closes() { 0 } else { left } } else { left + 1 };
        Some((self.first + left, self.first + right, along - left as f64))
    }

    fn nearest(&self, lon: f64) -> Option<usize> {
        let last = self.count.checked_sub(1)?;
        let east = wrap(lon - self.west).rem_euclid(360.0) / self.step;
        let (before, turn) = (east.floor() as usize, 360.0 / self.step);
        let candidates = [before.min(last), (before + 1).min(last), 0, last];
        let apart = |&along: &usize| {
            let apart = (along as f64 - east).rem_euclid(turn);
            apart.min(turn - apart)
        };
        candidates.into_iter().min_by(|a, b| apart(a).total_cmp(&apart(b)))
    }
}
