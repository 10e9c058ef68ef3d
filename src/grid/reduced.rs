//! Grids whose rows are of unlike length: reduced Gaussian, reduced latitude and longitude.

use super::RotatedPole;

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
}
