//! Rows of unlike length filled out to the length of the longest, for the part of the grid that a picture needs.

use crate::grid::{Reduced, Window};

/// How the rows of a window of the filled-out grid come from those of the file.
#[derive(Debug)]
pub struct Spread {
    /// What is read of the grid's one row of points.
    pub window: Window,
    columns: usize,
    rows: Vec<Row>,
}

/// One row: where its points stand in the window, and where along them the columns lie.
#[derive(Debug)]
struct Row {
    first: usize,
    count: usize,
    closes: bool,
    /// Fractional position of the first column, and of each further one from the one before.
    begin: f64,
    step: f64,
}

impl Spread {
    /// `target` is a window of [`Reduced::filled_out`], whose columns have these longitudes.
    pub fn new(reduced: &Reduced, target: Window, longitudes: &[f64]) -> Option<Self> {
        let own: Option<Vec<_>> = (target.j0..target.j0 + target.ny).map(|j| reduced.filled_row(j)).collect();
        let own = own?;
        let first = own.iter().map(|row| row.first).min()?;
        let end = own.iter().map(|row| row.first + row.count).max()?;
        let lon = *longitudes.get(target.i0 % longitudes.len().max(1))?;
        let step = longitudes.get(1).zip(longitudes.first()).map_or(0.0, |(second, first)| second - first);
        let rows = own
            .into_iter()
            .map(|row| {
                let closes = row.closes();
                let begin = (lon - row.west) / row.step;
                let turn = 360.0 / row.step;
                let begin = if closes {
                    begin.rem_euclid(turn)
                } else {
                    // In the turn in which the middle of the row comes next.
                    let middle = (row.count as f64 - 1.0) / 2.0;
                    let ahead = target.nx as f64 * step / row.step / 2.0;
                    begin - ((begin + ahead - middle) / turn).round() * turn
                };
                Row { first: row.first - first, count: row.count, closes, begin, step: step / row.step }
            })
            .collect();
        let window = Window { j0: 0, i0: first, ny: 1, nx: end - first };
        Some(Self { window, columns: target.nx, rows })
    }

    /// The window's values filled out, row by row.
    pub fn fill(&self, values: &[f32], out: &mut Vec<f32>) {
        out.resize(self.columns * self.rows.len(), f32::NAN);
        let mut points = Vec::new();
        for (row, out) in self.rows.iter().zip(out.chunks_exact_mut(self.columns.max(1))) {
            let own = values.get(row.first..row.first + row.count).unwrap_or_default();
            row.fill(own, &mut points, out);
        }
    }
}

impl Row {
    /// `points` is memory used again.
    fn fill(&self, own: &[f32], points: &mut Vec<f32>, out: &mut [f32]) {
        let (Some(&first), Some(&last)) = (own.first(), own.last()) else {
            return out.fill(f32::NAN);
        };
        // One point more before, two behind: what follows round the Earth, or what a straight line gives.
        points.clear();
        let beyond = |end: f32, next: Option<&f32>| next.map_or(end, |next| 2.0 * end - next);
        let wrapped = |n: usize| own[n % own.len()];
        points.push(if self.closes { last } else { beyond(first, own.get(1)) });
        points.extend_from_slice(own);
        points.push(if self.closes { first } else { beyond(last, own.len().checked_sub(2).and_then(|n| own.get(n))) });
        points.push(if self.closes { wrapped(1) } else { f32::NAN });
        let mut column = 0;
        while let Some(rest) = out.get_mut(column..).filter(|rest| !rest.is_empty()) {
            let at = self.begin + self.step * column as f64;
            let at = if self.closes { at % self.count as f64 } else { at };
            let last = self.count as f64 - 1.0;
            let beside = !self.closes && !(0.0..=last).contains(&at);
            // Half a step beside a row that does not go round its end still counts.
            let inside = if beside { at.clamp(0.0, last) } else { at };
            let cell = inside as usize;
            let within = inside - cell as f64;
            // All columns as far as the next point have the same four around them.
            let count = if beside { 1 } else { ((1.0 - within) / self.step).ceil() as usize };
            let count = count.clamp(1, rest.len());
            let (filled, _) = rest.split_at_mut(count);
            match points.get(cell..cell + 4) {
                Some(&[a, b, c, d]) if (at - inside).abs() <= 0.5 => {
                    Stretch::new([a, b, c, d]).fill(within as f32, self.step as f32, filled);
                }
                _ => filled.fill(f32::NAN),
            }
            column += count;
        }
    }
}

/// Between the second and the third of four values: Catmull-Rom, kept between the lowest and the highest; beside a missing
/// value straight.
struct Stretch {
    from: f32,
    to: f32,
    /// The bends at both ends, none beside a missing value.
    bends: [f32; 2],
    lowest: f32,
    highest: f32,
}

impl Stretch {
    fn new([a, b, c, d]: [f32; 4]) -> Self {
        let bends = [2.0 * b - a - c, 2.0 * c - b - d];
        let bends = if (bends[0] + bends[1]).is_nan() { [0.0; 2] } else { bends };
        Self { from: b, to: c, bends, lowest: a.min(b).min(c).min(d), highest: a.max(b).max(c).max(d) }
    }

    /// Values at `begin` (from 0 to 1) and each a `step` further on.
    fn fill(&self, begin: f32, step: f32, out: &mut [f32]) {
        let Self { from, to, bends: [first, second], lowest, highest } = *self;
        for (n, out) in out.iter_mut().enumerate() {
            let t = begin + step * n as f32;
            let bend = 0.5 * t * (1.0 - t) * ((1.0 - t) * first + t * second);
            *out = (from + t * (to - from) + bend).max(lowest).min(highest);
        }
        if let Some(at_point) = out.first_mut().filter(|_| begin < 1e-4) {
            // On a point its own value holds, whatever is missing beside it.
            *at_point = from;
        }
        if (from + to).is_nan() {
            let known = usize::from(begin < 1e-4);
            out[known..].fill(f32::NAN);
        }
    }
}
