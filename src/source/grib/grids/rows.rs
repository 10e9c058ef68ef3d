//! Grids with rows of unlike length: reduced Gaussian and reduced latitude and longitude.

use super::place::Corners;
use super::{Described, MOST_POINTS, NoGrid};
use crate::grid::{Geometry, Grid, Reduced, RotatedPole};

/// Of the list of points a row. `points` is what the message states itself, where it does.
///
/// Of a Gaussian grid the list counts whole circles, also where the grid is a region of them, unless the stated number of
/// points says otherwise. Of latitude and longitude it counts what is there. Of a row those points are in the region that
/// lie between its ends to the last stated digit, as ecCodes has it; where the number of points says that more are, also
/// those which rounding put outside.
pub fn describe(
    corners: &Corners,
    lat: Vec<f64>,
    list: &[usize],
    pole: Option<RotatedPole>,
    points: Option<usize>,
    word: &'static str,
) -> Result<Described, NoGrid> {
    if list.len() != lat.len() {
        return Err(NoGrid::Broken);
    }
    let total = |counts: &mut dyn Iterator<Item = usize>| counts.fold(0_usize, usize::saturating_add);
    let whole = total(&mut list.iter().copied());
    let cut = match points {
        None if word.ends_with("gg") && !corners.is_global(list) => Some(corners.circles(list, Ends::Exact)),
        Some(points) if points != whole => [Ends::Exact, Ends::Rounded]
            .into_iter()
            .map(|ends| corners.circles(list, ends))
            .find(|rows| total(&mut rows.iter().map(|row| row.2)) == points),
        _ => None,
    };
    let rows: Vec<(f64, f64, f64, usize)> = match cut {
        Some(cut) => lat.into_iter().zip(cut).map(|(lat, (west, step, count))| (lat, west, step, count)).collect(),
        None => lat
            .into_iter()
            .zip(list)
            .map(|(lat, &count)| (lat, corners.first.1, corners.step(list, count), count))
            .collect(),
    };
    let counts: Vec<usize> = rows.iter().map(|row| row.3).collect();
    let reduced = Reduced::new(rows, pole).filter(|reduced| reduced.len() <= MOST_POINTS).ok_or(NoGrid::Broken)?;
    if points.is_some_and(|points| points != reduced.len()) {
        return Err(NoGrid::Broken);
    }
    let grid = Grid { ny: 1, nx: reduced.len(), geometry: Geometry::Reduced(reduced) };
    let mut described = Described::new(word, corners.order, grid);
    described.rows = Some(counts);
    Ok(described)
}

impl Corners {
    /// From the first longitude eastwards to the last.
    fn width(&self) -> f64 {
        let width = (self.last.1 - self.first.1).rem_euclid(360.0);
        if width == 0.0 && self.last.1 != self.first.1 { 360.0 } else { width }
    }

    /// Whether the longest row goes all round the Earth.
    fn is_global(&self, list: &[usize]) -> bool {
        let longest = list.iter().copied().max().unwrap_or(0).max(1) as f64;
        self.width() + 360.0 / longest > 360.0 - 4.0 * self.unit.max(1e-3)
    }

    /// Degrees between the points of a row that is listed as it is.
    fn step(&self, list: &[usize], count: usize) -> f64 {
        if self.is_global(list) {
            360.0 / count.max(1) as f64
        } else {
            self.width() / count.saturating_sub(1).max(1) as f64
        }
    }

    /// The rows of a region whose list counts whole circles.
    fn circles(&self, list: &[usize], ends: Ends) -> Vec<(f64, f64, usize)> {
        list.iter().map(|&count| self.circle(count, ends)).collect()
    }

    /// Of a whole circle of so many points, counted from Greenwich, those in the region: west, step and number.
    ///
    /// In whole units of the message: a third of a degree is no number of these, and 21.094 lies east of 21.09375.
    fn circle(&self, count: usize, ends: Ends) -> (f64, f64, usize) {
        if count == 0 {
            return (0.0, 0.0, 0);
        }
        let step = 360.0 / count as f64;
        let units = |degrees: f64| (degrees / self.unit).round();
        let (west, east, turn) = (units(self.first.1), units(self.first.1 + self.width()), units(360.0));
        let slack = match ends {
            Ends::Exact => 0.0,
            Ends::Rounded => 2.0,
        };
        // Whole numbers below 2^53, but for units that no file has.
        let west = ((west - slack) * count as f64 / turn).ceil();
        let east = ((east + slack) * count as f64 / turn).floor();
        let within = (east - west + 1.0).clamp(0.0, count as f64) as usize;
        (west * step, step, within)
    }
}

/// How the ends of a region are meant.
#[derive(Clone, Copy)]
enum Ends {
    Exact,
    /// By two units of the message wider.
    Rounded,
}
