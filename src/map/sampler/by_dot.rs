//! The road from stations to the pixels: a disc for each.

use super::by_point::window_of;
use crate::grid::{Grid, Window};
use crate::map::View;

/// For every pixel the stations whose discs cover it, at most four, the nearest first.
#[derive(Debug)]
pub struct ByDot {
    width: usize,
    /// Numbers in the window, [`NONE`] behind the last one.
    covering: Vec<[u32; 4]>,
}

const NONE: u32 = u32::MAX;

/// Radii of discs, in points: the larger where there is room.
const RADIUS: (f64, f64) = (2.2, 4.5);
/// Of the distance from station to station, on average, that a radius takes.
const SHARE: f64 = 0.4;

/// A station on the picture.
struct Dot {
    number: usize,
    x: f64,
    y: f64,
}

impl ByDot {
    /// And what it needs of the grid; `None` where no station lies in the view.
    pub fn new(grid: &Grid, view: &View) -> Option<(Self, Window)> {
        let [width, height] = view.size.map(|n| n as usize);
        let scale = f64::from(view.pixels_per_point).max(0.1);
        let margin = RADIUS.1 * scale;
        let inside = |&(x, y): &(f64, f64)| {
            (-margin..=width as f64 + margin).contains(&x) && (-margin..=height as f64 + margin).contains(&y)
        };
        let columns = grid.nx.max(1);
        let dot = |number: usize| {
            let (lon, lat) = grid.position(number / columns, number % columns)?;
            let (x, y) = view.to_pixel(lon, lat).filter(inside)?;
            Some(Dot { number, x, y })
        };
        let dots: Vec<Dot> = (0..grid.ny.saturating_mul(grid.nx)).filter_map(dot).collect();
        let (first, last) = (dots.first()?.number, dots.last()?.number);
        let (window, first) = window_of(grid, first, last);
        let apart = ((width * height) as f64 / dots.len() as f64).sqrt();
        let radius = (SHARE * apart).clamp(RADIUS.0 * scale, RADIUS.1 * scale);
        let mut covering = vec![[NONE; 4]; width * height];
        let mut nearness = vec![[f32::INFINITY; 4]; width * height];
        for dot in &dots {
            let number = (dot.number - first) as u32;
            for (n, far) in disc(dot, radius, [width, height]) {
                insert(&mut covering[n], &mut nearness[n], number, far);
            }
        }
        Some((Self { width, covering }, window))
    }

    /// The bytes that this keeps.
    pub fn bytes(&self) -> usize {
        self.covering.len() * 16
    }

    /// The nearest value that is not missing at the pixels of row `y`; NaN beside all discs.
    pub fn row(&self, values: &[f32], y: usize, out: &mut [f32]) {
        let row = self.covering.get(y * self.width..(y + 1) * self.width).unwrap_or_default();
        out.fill(f32::NAN);
        for (out, covering) in out.iter_mut().zip(row) {
            *out = first_known(values, covering);
        }
    }

    /// The same at one pixel; `None` for NaN.
    pub fn at(&self, values: &[f32], px: f64, py: f64) -> Option<f32> {
        let (x, y) = (px.floor(), py.floor());
        if !(x >= 0.0 && y >= 0.0 && x < self.width as f64) {
            return None;
        }
        let covering = self.covering.get(y as usize * self.width + x as usize)?;
        Some(first_known(values, covering)).filter(|value| !value.is_nan())
    }
}

fn first_known(values: &[f32], covering: &[u32; 4]) -> f32 {
    let known = |&number: &u32| values.get(number as usize).copied().filter(|value| !value.is_nan());
    covering.iter().take_while(|number| **number != NONE).find_map(known).unwrap_or(f32::NAN)
}

/// The pixels whose middles lie in a disc, and the squares of their distances.
fn disc(dot: &Dot, radius: f64, [width, height]: [usize; 2]) -> impl Iterator<Item = (usize, f32)> {
    let span = |at: f64, size: usize| {
        let low = (at - radius).floor().clamp(0.0, size as f64) as usize;
        low..(at + radius).ceil().clamp(0.0, size as f64) as usize
    };
    let (columns, rows, x, y) = (span(dot.x, width), span(dot.y, height), dot.x, dot.y);
    let far = move |i: usize, j: usize| (i as f64 + 0.5 - x).powi(2) + (j as f64 + 0.5 - y).powi(2);
    let pixels = rows.flat_map(move |j| columns.clone().map(move |i| (j * width + i, far(i, j) as f32)));
    let most = (radius * radius) as f32;
    pixels.filter(move |(_, far)| *far <= most)
}

/// Keeps the four nearest in order; of two as near the first that came.
fn insert(covering: &mut [u32; 4], nearness: &mut [f32; 4], number: u32, far: f32) {
    let Some(place) = nearness.iter().position(|&known| far < known) else { return };
    covering[place..].rotate_right(1);
    nearness[place..].rotate_right(1);
    (covering[place], nearness[place]) = (number, far);
}
