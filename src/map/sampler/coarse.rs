//! Places on the grid for every 8th pixel, and in between only where straight lines between those will not do.

use rayon::prelude::*;

use super::finder::Finder;
use crate::grid::Hint;

/// Pixels from node to node. A cell is kept straight only where that is true to a part of a pixel.
pub const STEP: usize = 8;

/// The cells of a picture: `STEP × STEP` pixels each, with a ring of them outside of the picture.
pub struct Coarse {
    pub cells_x: usize,
    /// In rows from the top.
    pub cells: Vec<Cell>,
}

/// Fractional columns and rows of the grid. Columns may pass the grid's end by part of a turn.
pub enum Cell {
    /// No pixel of it lies on the grid.
    Outside,
    /// At the top left pixel of this cell, and of those to the right, below, and right below.
    Straight([(f32, f32); 4]),
    /// At every pixel, NaN where that lies outside.
    Exact(Box<[(f32, f32); STEP * STEP]>),
}

/// The pixel at which a cell or node begins, one ring outside of the picture being the first.
fn pixel_of(cell: usize) -> isize {
    (cell * STEP) as isize - STEP as isize
}

impl Coarse {
    /// `turn` is the number of columns once round the Earth, for a grid that closes.
    pub fn new(finder: &Finder, turn: Option<f64>) -> Self {
        let [width, height] = finder.size().map(|n| n as usize);
        let (cells_x, cells_y) = (width.div_ceil(STEP) + 2, height.div_ceil(STEP) + 2);
        let nodes: Vec<Option<(f64, f64)>> = (0..=cells_y)
            .into_par_iter()
            .flat_map_iter(|b| {
                let mut hint = Hint::default();
                (0..=cells_x).map(move |a| find(finder, pixel_of(a), pixel_of(b), &mut hint))
            })
            .collect();
        let node = |a: usize, b: usize| nodes[b * (cells_x + 1) + a];
        let touched = |a: usize, b: usize| {
            (b.saturating_sub(1)..=(b + 2).min(cells_y))
                .any(|b| (a.saturating_sub(1)..=(a + 2).min(cells_x)).any(|a| node(a, b).is_some()))
        };
        let cells = (0..cells_y)
            .into_par_iter()
            .flat_map_iter(|b| {
                let mut hint = Hint::default();
                (0..cells_x).map(move |a| {
                    let corners = [node(a, b), node(a + 1, b), node(a, b + 1), node(a + 1, b + 1)];
                    if let [Some(p), Some(q), Some(r), Some(s)] = corners
                        && let Some(straight) = straight(finder, (a, b), [p, q, r, s], turn, &mut hint)
                    {
                        return Cell::Straight(straight);
                    }
                    // A cell without a corner on the grid may still hold the tip of one, if a neighbour holds more.
                    if touched(a, b) { exact(finder, (a, b), &mut hint) } else { Cell::Outside }
                })
            })
            .collect();
        Self { cells_x, cells }
    }
}

fn find(finder: &Finder, px: isize, py: isize, hint: &mut Hint) -> Option<(f64, f64)> {
    finder.find(px as f64 + 0.5, py as f64 + 0.5, hint)
}

/// The corners with their columns in one run, if the straight mean of them meets the true place of the middle pixel.
fn straight(
    finder: &Finder,
    (a, b): (usize, usize),
    corners: [(f64, f64); 4],
    turn: Option<f64>,
    hint: &mut Hint,
) -> Option<[(f32, f32); 4]> {
    let half = (STEP / 2) as isize;
    let middle = find(finder, pixel_of(a) + half, pixel_of(b) + half, hint)?;
    let near = |column: f64| match turn {
        Some(turn) => column - ((column - middle.0) / turn).round() * turn,
        None => column,
    };
    let corners = corners.map(|(column, row)| (near(column), row));
    let spread = |value: fn(&(f64, f64)) -> f64| {
        let values = corners.iter().map(value);
        values.clone().fold(f64::MIN, f64::max) - values.fold(f64::MAX, f64::min)
    };
    let (across, along) = (spread(|c| c.0), spread(|c| c.1));
    if turn.is_some_and(|turn| across > turn / 4.0) {
        return None;
    }
    let mean = |value: fn(&(f64, f64)) -> f64| corners.iter().map(value).sum::<f64>() / 4.0;
    // A fortieth of a pixel; where the grid hardly changes along the cell, a two-hundredth of its own step.
    let allowed = (0.025 * across.max(along) / STEP as f64).max(0.005);
    let fits = (mean(|c| c.0) - middle.0).abs() <= allowed && (mean(|c| c.1) - middle.1).abs() <= allowed;
    fits.then(|| corners.map(|(column, row)| (column as f32, row as f32)))
}

fn exact(finder: &Finder, (a, b): (usize, usize), hint: &mut Hint) -> Cell {
    let mut found = false;
    let mut places = Box::new([(f32::NAN, f32::NAN); STEP * STEP]);
    for (n, place) in places.iter_mut().enumerate() {
        let (dx, dy) = ((n % STEP) as isize, (n / STEP) as isize);
        if let Some((column, row)) = find(finder, pixel_of(a) + dx, pixel_of(b) + dy, hint) {
            *place = (column as f32, row as f32);
            found = true;
        }
    }
    if found { Cell::Exact(places) } else { Cell::Outside }
}
