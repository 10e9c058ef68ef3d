//! The road from a grid with rows and columns to the pixels.

use rayon::prelude::*;

use super::coarse::{Cell, Coarse, STEP};
use super::cut::Cut;
use super::finder::Finder;
use crate::grid::{Grid, Hint};

/// What of a grid with rows and columns lies in a view.
pub struct Sketch {
    finder: Finder,
    coarse: Coarse,
    pub cut: Cut,
}

/// For every pixel the four values around it and what each counts for.
#[derive(Debug)]
pub struct ByRows {
    width: usize,
    /// How many times the density of the grid is doubled for [`ByRows::row`]: after `n` times the grid's value `[j, i]`
    /// stands at `[j·2ⁿ, i·2ⁿ]`. Zero where the grid's cells are small on the picture.
    pub doublings: u32,
    /// Columns and rows of the field that `row` samples.
    pub shape: (usize, usize),
    /// Per pixel the field's value up left, [`OUTSIDE`] where there is none.
    places: Vec<u32>,
    /// Per pixel the weights of the right and of the lower value, 65535 for all of it.
    weights_x: Vec<u16>,
    weights_y: Vec<u16>,
    pub cut: Cut,
    pub finder: Finder,
}

const OUTSIDE: u32 = u32::MAX;

/// Cells up to this many pixels need no refinement: their straight pieces of outline cannot be told from a curve.
const SMALL_CELL: f64 = 4.0;
const MOST_DOUBLINGS: u32 = 5;

impl Sketch {
    /// `None` where nothing of the grid lies in the view. With `whole_rows` the window has all columns.
    pub fn new(grid: &Grid, finder: Finder, whole_rows: bool) -> Option<Self> {
        let turn = finder.turn();
        let coarse = Coarse::new(&finder, turn);
        let cut = Cut::new(grid, &coarse, turn, finder.first_column(), whole_rows)?;
        Some(Self { finder, coarse, cut })
    }
}

impl ByRows {
    pub fn new(sketch: Sketch) -> Self {
        let Sketch { finder, coarse, cut } = sketch;
        let doublings =
            (pixels_a_cell(&coarse) / SMALL_CELL).log2().ceil().clamp(0.0, f64::from(MOST_DOUBLINGS)) as u32;
        let fine = |n: usize| ((n - 1) << doublings) + 1;
        let [width, height] = finder.size().map(|n| n as usize);
        let mut road = Self {
            width,
            doublings,
            shape: (fine(cut.window.nx), fine(cut.window.ny)),
            places: vec![OUTSIDE; width * height],
            weights_x: vec![0; width * height],
            weights_y: vec![0; width * height],
            cut,
            finder,
        };
        road.fill(&coarse);
        road
    }

    /// The bytes that this keeps.
    pub fn bytes(&self) -> usize {
        self.places.len() * 8
    }

    /// Fractional column and row in the window of what lies at a pixel; `None` outside.
    pub fn place(&self, px: f64, py: f64) -> Option<(f32, f32)> {
        let (column, row) = self.finder.find(px, py, &mut Hint::default())?;
        Some((self.cut.column(column as f32), self.cut.row(row as f32)))
    }

    /// The field at the pixels of row `y`, by straight means of the four values around; NaN outside, and where one of the
    /// four is missing. `values` has [`ByRows::shape`], `out` the picture's width. With `over` what lies outside is left as it
    /// is in `out`.
    ///
    /// Many pixels at a time, loads before sums: three times as fast as pixel by pixel.
    pub fn row(&self, values: &[f32], y: usize, out: &mut [f32], over: bool) {
        if !over {
            out.fill(f32::NAN);
        }
        let (columns, rows) = self.shape;
        let whole = y * self.width..(y + 1) * self.width;
        let (Some(places), Some(weights_x), Some(weights_y)) =
            (self.places.get(whole.clone()), self.weights_x.get(whole.clone()), self.weights_y.get(whole))
        else {
            return;
        };
        let Some(four) = Four::new(values, columns, rows) else { return };
        let (places, last_places) = places.as_chunks();
        let (weights_x, last_x) = weights_x.as_chunks();
        let (weights_y, last_y) = weights_y.as_chunks();
        let (out, last_out) = out.as_chunks_mut();
        for (((places, weights_x), weights_y), out) in places.iter().zip(weights_x).zip(weights_y).zip(out) {
            four.means(places, weights_x, weights_y, out);
        }
        let mut last = [f32::NAN; LANES];
        last[..last_out.len()].copy_from_slice(last_out);
        four.means(&padded(last_places, OUTSIDE), &padded(last_x, 0), &padded(last_y, 0), &mut last);
        last_out.copy_from_slice(&last[..last_out.len()]);
    }

    fn fill(&mut self, coarse: &Coarse) {
        let width = self.width;
        let scale = Scale::new(self.cut, self.shape, self.doublings);
        let rows = width * STEP;
        let strips = self.places.par_chunks_mut(rows).zip(self.weights_x.par_chunks_mut(rows));
        let strips = strips.zip(self.weights_y.par_chunks_mut(rows)).enumerate();
        strips.for_each(|(strip, ((places, weights_x), weights_y))| {
            // The first row of cells lies above the picture, the first column left of it.
            let first = (strip + 1) * coarse.cells_x + 1;
            let cells = &coarse.cells[first..first + width.div_ceil(STEP)];
            let lines = places.chunks_mut(width).zip(weights_x.chunks_mut(width)).zip(weights_y.chunks_mut(width));
            for (dy, ((places, weights_x), weights_y)) in lines.enumerate() {
                let blocks = places.chunks_mut(STEP).zip(weights_x.chunks_mut(STEP)).zip(weights_y.chunks_mut(STEP));
                for (((places, weights_x), weights_y), cell) in blocks.zip(cells) {
                    let Some((at, u, v)) = scale.pixels(cell, dy) else { continue };
                    places.copy_from_slice(&at[..places.len()]);
                    weights_x.copy_from_slice(&u[..weights_x.len()]);
                    weights_y.copy_from_slice(&v[..weights_y.len()]);
                }
            }
        });
    }
}

/// Pixels that are sampled together: so many that what was stored one by one has left the store buffer when it is loaded
/// in fours.
const LANES: usize = 64;

/// A field, and the same from its second column, second row, and both on: number `n` of each are the four around place
/// `n`. All of one length.
struct Four<'a>([&'a [f32]; 4]);

impl<'a> Four<'a> {
    fn new(values: &'a [f32], columns: usize, rows: usize) -> Option<Self> {
        let right = usize::from(columns > 1);
        let below = if rows > 1 { columns } else { 0 };
        let length = values.len().checked_sub(below + right).filter(|&length| length > 0)?;
        let from = |first: usize| values.get(first..first + length);
        Some(Self([from(0)?, from(right)?, from(below)?, from(below + right)?]))
    }

    #[inline]
    fn means(&self, places: &[u32; LANES], weights_x: &[u16; LANES], weights_y: &[u16; LANES], out: &mut [f32; LANES]) {
        let length = self.0[0].len();
        let [a, b, c, d] = self.0.map(|values| &values[..length]);
        let mut four = [[0.0; LANES]; 4];
        for (lane, &place) in places.iter().enumerate() {
            let place = (place as usize).min(length - 1);
            (four[0][lane], four[1][lane]) = (a[place], b[place]);
            (four[2][lane], four[3][lane]) = (c[place], d[place]);
        }
        let [a, b, c, d] = &four;
        let mean = |lane: usize| {
            let u = f32::from(weights_x[lane]) * (1.0 / 65535.0);
            let v = f32::from(weights_y[lane]) * (1.0 / 65535.0);
            let top = a[lane] + u * (b[lane] - a[lane]);
            let bottom = c[lane] + u * (d[lane] - c[lane]);
            top + v * (bottom - top)
        };
        if places.contains(&OUTSIDE) {
            (0..LANES).filter(|&lane| places[lane] != OUTSIDE).for_each(|lane| out[lane] = mean(lane));
        } else {
            (0..LANES).for_each(|lane| out[lane] = mean(lane));
        }
    }
}

/// The numbers, and as many others as are wanting.
fn padded<T: Copy>(numbers: &[T], other: T) -> [T; LANES] {
    std::array::from_fn(|lane| numbers.get(lane).copied().unwrap_or(other))
}

/// Numbers and weights of a row of pixels of one cell.
type Pixels = ([u32; STEP], [u16; STEP], [u16; STEP]);

/// From places in the window to numbers of the sampled field.
struct Scale {
    cut: Cut,
    factor: f32,
    columns: u32,
    last: (u32, u32),
}

impl Scale {
    fn new(cut: Cut, (columns, rows): (usize, usize), doublings: u32) -> Self {
        let last = |n: usize| n.saturating_sub(2) as u32;
        let factor = (1_u32 << doublings) as f32;
        Self { cut, factor, columns: columns as u32, last: (last(columns), last(rows)) }
    }

    /// The pixels of a cell `dy` below its upper edge; `None` where the cell has none on the grid.
    #[inline]
    fn pixels(&self, cell: &Cell, dy: usize) -> Option<Pixels> {
        match cell {
            Cell::Outside => None,
            Cell::Straight(corners) => Some(self.straight(corners, dy)),
            Cell::Exact(places) => {
                let mut pixels = ([OUTSIDE; STEP], [0; STEP], [0; STEP]);
                for (dx, &(column, row)) in places[dy * STEP..(dy + 1) * STEP].iter().enumerate() {
                    if !column.is_nan() {
                        (pixels.0[dx], pixels.1[dx], pixels.2[dx]) =
                            self.place(self.cut.column(column) * self.factor, self.cut.row(row) * self.factor);
                    }
                }
                Some(pixels)
            }
        }
    }

    /// By straight lines between the corners.
    #[inline]
    fn straight(&self, corners: &[(f32, f32); 4], dy: usize) -> Pixels {
        let part = dy as f32 / STEP as f32;
        let between = |a: (f32, f32), b: (f32, f32)| (a.0 + part * (b.0 - a.0), a.1 + part * (b.1 - a.1));
        let (left, right) = (between(corners[0], corners[2]), between(corners[1], corners[3]));
        let shift = self.cut.column(left.0.min(right.0)) - left.0.min(right.0);
        let in_one_run = self.cut.holds(left.0.max(right.0) + shift);
        let (x, y) = ((left.0 + shift) * self.factor, self.cut.row(left.1) * self.factor);
        let (dx, dy) = ((right.0 - left.0) * self.factor / STEP as f32, (right.1 - left.1) * self.factor / STEP as f32);
        let mut pixels = ([OUTSIDE; STEP], [0; STEP], [0; STEP]);
        for n in 0..STEP {
            let (x, y) = (x + n as f32 * dx, y + n as f32 * dy);
            // A cell over the window's ends goes on at its beginning.
            let x = if in_one_run { x } else { self.cut.column(x / self.factor - shift) * self.factor };
            (pixels.0[n], pixels.1[n], pixels.2[n]) = self.place(x, y);
        }
        pixels
    }

    /// Positive numbers only, and signed conversions: the compiler makes these eight at a time.
    #[inline]
    fn place(&self, x: f32, y: f32) -> (u32, u16, u16) {
        let (x, y) = (x.max(0.0), y.max(0.0));
        let (i, j) = ((x as i32).min(self.last.0 as i32), (y as i32).min(self.last.1 as i32));
        let weight = |part: f32| (part.min(1.0) * 65535.0 + 0.5) as i32 as u16;
        (j as u32 * self.columns + i as u32, weight(x - i as f32), weight(y - j as f32))
    }
}

/// How many pixels a cell of the grid measures, along its longer side, in the middle of the cases.
fn pixels_a_cell(coarse: &Coarse) -> f64 {
    let mut steps: Vec<f32> = coarse
        .cells
        .iter()
        .filter_map(|cell| match cell {
            Cell::Straight([a, b, c, _]) => {
                let (columns, rows) = ((b.0 - a.0).hypot(c.0 - a.0), (b.1 - a.1).hypot(c.1 - a.1));
                Some(columns.min(rows) / STEP as f32)
            }
            _ => None,
        })
        .collect();
    let middle = steps.len() / 2;
    if steps.is_empty() {
        return f64::INFINITY;
    }
    let (_, &mut step, _) = steps.select_nth_unstable_by(middle, f32::total_cmp);
    1.0 / f64::from(step.max(1e-6))
}
