//! Positions that models write where they have none: zeros over the land that they leave out, and other numbers repeated.

use ndarray::Array2;
use rayon::prelude::*;

use super::sphere::{chord, unit};

/// So many times the middle distance of neighbours away, a neighbour is none.
const FAR: f64 = 4.0;
/// Longitudes of more turns than this are numbers that stand for nothing.
pub const MOST_LONGITUDE: f64 = 720.0;

/// Makes placeholders NaN: points that lie exactly where a neighbour lies, or at 0/0, and far from all neighbours that lie
/// elsewhere. A point at 0/0 whose neighbours are near stays, and so do poles and rows written twice.
pub(super) fn take_out(lat: &mut Array2<f64>, lon: &mut Array2<f64>) {
    let (ny, nx) = lat.dim();
    let at = |lat: &Array2<f64>, lon: &Array2<f64>, j: usize, i: usize| {
        let (lat, lon) = (*lat.get((j, i))?, *lon.get((j, i))?);
        is_position(lon, lat).then_some((lon, lat))
    };
    let is_suspect = |j: usize, i: usize| {
        let Some(own) = at(lat, lon, j, i) else { return false };
        let before = [i.checked_sub(1).map(|i| (j, i)), j.checked_sub(1).map(|j| (j, i))];
        let beside = before.into_iter().flatten().chain([(j, i + 1), (j + 1, i)]);
        own == (0.0, 0.0) || beside.into_iter().any(|(j, i)| at(lat, lon, j, i) == Some(own))
    };
    let rows = (0..ny).into_par_iter().with_min_len(16);
    let suspects: Vec<(usize, usize)> =
        rows.flat_map_iter(|j| (0..nx).map(move |i| (j, i)).filter(|&(j, i)| is_suspect(j, i))).collect();
    if suspects.is_empty() {
        return;
    }
    let reach = FAR * FAR * middle_distance(lat, lon);
    let is_lost = |&(j, i): &(usize, usize)| {
        let Some(own) = at(lat, lon, j, i) else { return false };
        let rows = j.saturating_sub(1)..=j + 1;
        let around = rows.flat_map(|j| (i.saturating_sub(1)..=i + 1).map(move |i| (j, i)));
        let others = around.filter_map(|(j, i)| at(lat, lon, j, i)).filter(|other| *other != own);
        let here = unit(own.0, own.1);
        !others.map(|(lon, lat)| chord(unit(lon, lat), here)).any(|apart| apart <= reach)
    };
    let lost: Vec<(usize, usize)> = suspects.into_iter().filter(is_lost).collect();
    // Where nothing else is left, the numbers mean something.
    if lost.len() == lat.len() {
        return;
    }
    for place in lost {
        if let (Some(lat), Some(lon)) = (lat.get_mut(place), lon.get_mut(place)) {
            (*lat, *lon) = (f64::NAN, f64::NAN);
        }
    }
}

/// Whether two numbers can be a place on the Earth.
pub(super) fn is_position(lon: f64, lat: f64) -> bool {
    lon.abs() <= MOST_LONGITUDE && lat.abs() <= 90.0 + 1e-3
}

/// The square of the middle distance between neighbours along rows and columns that do not lie on one place, among some
/// thousands; infinite where there are none.
fn middle_distance(lat: &Array2<f64>, lon: &Array2<f64>) -> f64 {
    let (ny, nx) = lat.dim();
    let place = |j: usize, i: usize| {
        let (lat, lon) = (*lat.get((j, i))?, *lon.get((j, i))?);
        is_position(lon, lat).then(|| unit(lon, lat))
    };
    let stride = (ny * nx / 4096).max(1) | 1;
    let pairs = (0..ny * nx).step_by(stride).flat_map(|n| {
        let (j, i) = (n / nx, n % nx);
        [(j, i + 1), (j + 1, i)].map(|(below, beside)| Some(chord(place(j, i)?, place(below, beside)?)))
    });
    let mut apart: Vec<f64> = pairs.flatten().filter(|apart| *apart > 1e-18).collect();
    let at = apart.len() / 2;
    if apart.is_empty() { f64::INFINITY } else { *apart.select_nth_unstable_by(at, f64::total_cmp).1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten rows and columns of a tenth of a degree from a corner on, some of them changed.
    fn grid(south: f64, west: f64, change: impl Fn(usize, usize) -> Option<(f64, f64)>) -> (Array2<f64>, Array2<f64>) {
        let at = |j: usize, i: usize| change(j, i).unwrap_or((south + 0.1 * j as f64, west + 0.1 * i as f64));
        let mut lat = Array2::from_shape_fn((10, 10), |(j, i)| at(j, i).0);
        let mut lon = Array2::from_shape_fn((10, 10), |(j, i)| at(j, i).1);
        take_out(&mut lat, &mut lon);
        (lat, lon)
    }

    fn lost(grid: &(Array2<f64>, Array2<f64>)) -> usize {
        grid.0.iter().filter(|lat| lat.is_nan()).count()
    }

    #[test]
    fn numbers_that_stand_for_land_are_no_places_and_a_true_point_at_the_origin_is_one() {
        for land in [(0.0, 0.0), (-1.0, -1.0), (60.0, 60.0)] {
            let block = grid(36.0, -76.0, |j, i| (j < 4 && i < 3).then_some(land));
            assert_eq!(lost(&block), 12, "{land:?}");
        }
        assert_eq!(lost(&grid(36.0, -76.0, |j, i| (j == 5 && i == 5).then_some((0.0, 0.0)))), 1, "one alone");
        let origin = grid(-0.5, -0.5, |j, i| (j == 5 && i == 5).then_some((0.0, 0.0)));
        assert_eq!(lost(&origin), 0);
        let both = grid(-0.5, -0.5, |j, i| ((j == 5 && i == 5) || (j > 7 && i > 7)).then_some((0.0, 0.0)));
        assert_eq!(both.0.get((5, 5)), Some(&0.0), "the sea's own point stays");
        assert_eq!(both.0.get((9, 9)).map(|lat| lat.is_nan()), Some(true));
    }

    #[test]
    fn a_pole_and_a_column_written_twice_stay() {
        let pole =
            grid(89.0, 0.0, |j, i| (j == 9).then_some((90.0, 0.0)).or(Some((89.1 + 0.1 * j as f64, 36.0 * i as f64))));
        assert_eq!(lost(&pole), 0);
        assert_eq!(lost(&grid(36.0, -76.0, |j, i| (i == 9).then_some((36.0 + 0.1 * j as f64, -75.2)))), 0);
    }
}
