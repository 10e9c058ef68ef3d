//! Grids whose positions change from time to time: nests that follow a storm, grids that drift.

use std::sync::Arc;

use super::attribute::Dimension;
use super::declarations::Declarations;
use super::horizontal::{Key, geometry};
use crate::grid::{Geometry, Grid};

/// Points at all times together whose positions are held: half a gigabyte.
pub const MOST_POINTS: usize = 1 << 25;
/// Degrees by which positions may differ that are the same: their single precision.
const SAME_PLACE: f64 = 1e-4;
/// The same as a part of the distance of neighbours: a nest moves by whole cells, and what differs less was computed anew.
const SAME_PART: f64 = 0.1;

/// What becomes of a grid along the dimensions that its positions have beside rows and columns.
#[derive(Debug)]
pub enum Moved {
    /// The positions are written again and again.
    Not,
    /// They change along a dimension of time.
    Along { dim: Dimension, grid: Arc<Grid> },
    /// They change along another dimension or several, or cannot be read.
    Unclear,
    /// They change, and are more than can be held.
    TooFar { times: usize, points: usize },
}

/// Compares the first with the last position along each dimension: a grid that stays costs no more than that.
pub(super) fn find(
    all: &Declarations<'_>,
    key: Key,
    is_time: impl Fn(&Dimension) -> bool,
    ny: usize,
    nx: usize,
) -> Moved {
    let (lat, lon, rank) = match key {
        Key::LatLon { lat, lon } | Key::Points { lat, lon, .. } => (lat, lon, 1),
        Key::Curvilinear { lat, lon } => (lat, lon, 2),
        _ => return Moved::Not,
    };
    let Some(dims) = all.get(lat).map(|lat| lat.dims.as_slice()) else { return Moved::Unclear };
    let outer = dims.get(..dims.len().saturating_sub(rank)).unwrap_or_default();
    let at = |along: usize, position: usize| -> Vec<usize> {
        (0..outer.len()).map(|dim| if dim == along { position } else { 0 }).collect()
    };
    let near = SAME_PLACE.max(SAME_PART * spacing(all, lat, lon, rank));
    let stays = |along: usize, from: usize, to: usize| {
        [lat, lon].into_iter().all(|coordinate| {
            let values = |position| all.numbers_at(coordinate, rank, &at(along, position));
            values(from).zip(values(to)).is_some_and(|(first, last)| are_alike(&first, &last, near))
        })
    };
    let changing = |along: &usize| outer.get(*along).is_some_and(|dim| dim.size > 1 && !stays(*along, 0, dim.size - 1));
    let mut changes = (0..outer.len()).filter(changing);
    let Some(along) = changes.next() else { return Moved::Not };
    let Some(dim) = outer.get(along).filter(|dim| is_time(dim) && changes.next().is_none()) else {
        return Moved::Unclear;
    };
    let mut grids: Vec<Arc<Grid>> = Vec::new();
    let (mut held, mut since) = (0_usize, 0);
    for time in 0..dim.size {
        if time > 0
            && stays(along, since, time)
            && let Some(last) = grids.last().cloned()
        {
            grids.push(last);
            continue;
        }
        since = time;
        held = held.saturating_add(ny.saturating_mul(nx));
        if held > MOST_POINTS {
            return Moved::TooFar { times: dim.size, points: dim.size.saturating_mul(ny).saturating_mul(nx) };
        }
        let Ok(Some(geometry)) = geometry(all, key, ny, nx, &at(along, time)) else { return Moved::Unclear };
        grids.push(Arc::new(Grid { ny, nx, geometry }));
    }
    Moved::Along { dim: dim.clone(), grid: Arc::new(Grid { ny, nx, geometry: Geometry::Moving(grids) }) }
}

/// What is missing in one of them is no difference.
fn are_alike(first: &[f64], last: &[f64], near: f64) -> bool {
    first.len() == last.len() && !first.iter().zip(last).any(|(a, b)| (a - b).abs() > near)
}

/// The middle distance in latitude or longitude, whichever is larger, from a point to the next in its row, as the numbers are.
fn spacing(all: &Declarations<'_>, lat: usize, lon: usize, rank: usize) -> f64 {
    let steps = |coordinate: usize| {
        let values = all.numbers(coordinate, rank);
        let mut steps: Vec<f64> =
            values.iter().flat_map(|values| values.windows(2)).map(|pair| (pair[1] - pair[0]).abs()).collect();
        steps.retain(|step| step.is_finite());
        let middle = steps.len() / 2;
        if steps.is_empty() { 0.0 } else { *steps.select_nth_unstable_by(middle, f64::total_cmp).1 }
    };
    steps(lat).max(steps(lon))
}
