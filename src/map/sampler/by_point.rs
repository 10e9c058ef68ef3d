//! The road from loose points, and from rows too long to be filled out, to the pixels: for each its own few points.

use rayon::prelude::*;

use crate::grid::{Geometry, Grid, Hint, Window};
use crate::map::View;

/// For every pixel up to four points and what each counts for.
#[derive(Debug)]
pub struct ByPoint {
    grid: Grid,
    view: View,
    first: usize,
    /// Numbers in the window; the first one is [`OUTSIDE`] where there is no point.
    points: Vec<[u32; 4]>,
    /// 65535 for all of it.
    weights: Vec<[u16; 4]>,
}

/// The points and weights of the nodes of a lattice.
#[derive(Debug)]
pub struct Nodes(Vec<([u32; 4], [f32; 4])>);

const OUTSIDE: u32 = u32::MAX;
/// Of the lattice of isolines, where a pixel is a point.
const LATTICE_STEP: u32 = 4;

impl ByPoint {
    /// And what it needs of the grid, whose points are numbered row by row; `None` where nothing of it lies in the view.
    pub fn new(grid: Grid, view: &View) -> Option<(Self, Window)> {
        let [width, height] = view.size.map(|n| n as usize);
        let mut points = vec![[OUTSIDE; 4]; width * height];
        let mut weights = vec![[0; 4]; width * height];
        let rows = points.par_chunks_mut(width.max(1)).zip(weights.par_chunks_mut(width.max(1)));
        let spans = rows.enumerate().map(|(y, (points, weights))| {
            let (mut hint, mut span) = (Hint::default(), (u32::MAX, 0));
            for (x, (points, weights)) in points.iter_mut().zip(weights).enumerate() {
                let Some((numbers, parts)) = at(&grid, view, x as f64 + 0.5, y as f64 + 0.5, &mut hint) else {
                    continue;
                };
                (*points, *weights) = (numbers, whole_parts(parts));
                span = numbers.iter().fold(span, |(low, high), &n| (low.min(n), high.max(n)));
            }
            span
        });
        let wider = |a: (u32, u32), b: (u32, u32)| (a.0.min(b.0), a.1.max(b.1));
        let pixels = spans.reduce(|| (u32::MAX, 0), wider);
        // Isolines ask for places between the pixels, and one step beyond them.
        let step = f64::from(LATTICE_STEP);
        let nodes = (0..=(height as u32).div_ceil(LATTICE_STEP) + 2).into_par_iter().map(|j| {
            let mut hint = Hint::default();
            let found = (0..=(width as u32).div_ceil(LATTICE_STEP) + 2)
                .filter_map(|i| at(&grid, view, (f64::from(i) - 1.0) * step, (f64::from(j) - 1.0) * step, &mut hint));
            found.flat_map(|(numbers, _)| numbers).fold((u32::MAX, 0), |(low, high), n| (low.min(n), high.max(n)))
        });
        let (first, last) = nodes.reduce(|| pixels, wider);
        if first > last {
            return None;
        }
        let (window, first) = window_of(&grid, first as usize, last as usize);
        points.par_iter_mut().for_each(|points| {
            if points[0] != OUTSIDE {
                *points = points.map(|point| point - first as u32);
            }
        });
        Some((Self { grid, view: view.clone(), first, points, weights }, window))
    }

    /// The bytes that this keeps.
    pub fn bytes(&self) -> usize {
        self.points.len() * 24
    }

    /// The field at the pixels of row `y`; NaN outside, and where a point that counts is missing.
    pub fn row(&self, values: &[f32], y: usize, out: &mut [f32]) {
        let whole = y * out.len()..(y + 1) * out.len();
        let (Some(points), Some(weights)) = (self.points.get(whole.clone()), self.weights.get(whole)) else {
            return out.fill(f32::NAN);
        };
        for ((out, points), weights) in out.iter_mut().zip(points).zip(weights) {
            *out = if points[0] == OUTSIDE {
                f32::NAN
            } else {
                mean(values, points, &weights.map(|weight| f32::from(weight) * (1.0 / 65535.0)))
            };
        }
    }

    /// The field at a pixel.
    pub fn at(&self, values: &[f32], px: f64, py: f64) -> Option<f32> {
        let (points, weights) = at(&self.grid, &self.view, px, py, &mut Hint::default())?;
        Some(mean(values, &self.in_window(points), &weights.map(|weight| weight as f32)))
    }

    fn in_window(&self, points: [u32; 4]) -> [u32; 4] {
        points.map(|point| (point as usize).checked_sub(self.first).map_or(OUTSIDE, |point| point as u32))
    }

    pub fn nodes(&self, [nx, ny]: [usize; 2], pixel: impl Fn(usize) -> f64 + Sync) -> Nodes {
        let row = |j: usize| {
            let mut hint = Hint::default();
            (0..nx)
                .map(|i| match at(&self.grid, &self.view, pixel(i), pixel(j), &mut hint) {
                    Some((points, weights)) => (self.in_window(points), weights.map(|weight| weight as f32)),
                    None => ([OUTSIDE; 4], [0.0; 4]),
                })
                .collect::<Vec<_>>()
        };
        Nodes((0..ny).into_par_iter().flat_map_iter(row).collect())
    }
}

impl Nodes {
    /// The field at every node.
    pub fn sample(&self, values: &[f32]) -> Vec<f32> {
        self.0.iter().map(|(points, weights)| mean(values, points, weights)).collect()
    }
}

/// Parts of 65535, which sum to it.
fn whole_parts(parts: [f64; 4]) -> [u16; 4] {
    let [_, b, c, d] = parts.map(|part| (part * 65535.0 + 0.5) as u16);
    [65535_u16.saturating_sub(b).saturating_sub(c).saturating_sub(d), b, c, d]
}

/// A point that counts for nothing is the first again, so that it is never missing alone.
fn at(grid: &Grid, view: &View, px: f64, py: f64, hint: &mut Hint) -> Option<([u32; 4], [f64; 4])> {
    let (lon, lat) = view.to_lon_lat(px, py)?;
    let around = grid.around_from(lon, lat, hint)?;
    let number = |[row, column]: [usize; 2]| (row * grid.nx + column) as u32;
    let first = number(around.points().next()?.0);
    let (mut points, mut weights) = ([first; 4], [0.0; 4]);
    for ((point, weight), (place, part)) in points.iter_mut().zip(&mut weights).zip(around.points()) {
        (*point, *weight) = (number(place), part);
    }
    Some((points, weights))
}

/// NaN for points that are not there.
#[inline]
fn mean(values: &[f32], points: &[u32; 4], weights: &[f32; 4]) -> f32 {
    let value = |n: usize| values.get(points[n] as usize).copied().unwrap_or(f32::NAN);
    (weights[0] * value(0) + weights[1] * value(1)) + (weights[2] * value(2) + weights[3] * value(3))
}

/// The window that holds all points from one number to another, and the number of its first point: whole rows, but of a
/// grid of one row only what is needed.
pub fn window_of(grid: &Grid, first: usize, last: usize) -> (Window, usize) {
    if grid.ny == 1 {
        return (Window { j0: 0, i0: first, ny: 1, nx: last + 1 - first }, first);
    }
    let nx = grid.nx.max(1);
    let (top, bottom) = (first / nx, last / nx);
    (Window { j0: top, i0: 0, ny: bottom + 1 - top, nx: grid.nx }, top * nx)
}

/// What can be searched by itself of a grid without rows and columns.
pub fn shared(grid: &Grid) -> Option<Grid> {
    let geometry = match &grid.geometry {
        Geometry::Curvilinear(listed) => Geometry::Curvilinear(listed.clone()),
        Geometry::Points(points) => Geometry::Points(points.clone()),
        Geometry::Reduced(reduced) => Geometry::Reduced(reduced.clone()),
        _ => return None,
    };
    Some(Grid { ny: grid.ny, nx: grid.nx, geometry })
}
