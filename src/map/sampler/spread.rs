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
        out.clear();
        out.reserve(self.columns * self.rows.len());
        let mut points = Vec::new();
        for row in &self.rows {
            let own = values.get(row.first..row.first + row.count).unwrap_or_default();
            row.fill(own, self.columns, &mut points, out);
        }
    }
}

impl Row {
    /// `points` is memory used again.
    fn fill(&self, own: &[f32], columns: usize, points: &mut Vec<f32>, out: &mut Vec<f32>) {
        let (Some(&first), Some(&last)) = (own.first(), own.last()) else {
            return out.extend(std::iter::repeat_n(f32::NAN, columns));
        };
        // One point more before, two behind: what follows round the Earth, or what a straight line gives.
        points.clear();
        let beyond = |end: f32, next: Option<&f32>| next.map_or(end, |next| 2.0 * end - next);
        let wrapped = |n: usize| own[n % own.len()];
        points.push(if self.closes { last } else { beyond(first, own.get(1)) });
        points.extend_from_slice(own);
        points.push(if self.closes { first } else { beyond(last, own.len().checked_sub(2).and_then(|n| own.get(n))) });
        points.push(if self.closes { wrapped(1) } else { f32::NAN });
        let (turn, end) = (self.count as f64, self.count as f64 - 1.0);
        let mut turned = 0.0;
        for column in 0..columns {
            let mut at = self.begin + self.step * column as f64 - turned;
            if self.closes {
                while at >= turn {
                    at -= turn;
                    turned += turn;
                }
            } else if at < -0.5 || at > end + 0.5 {
                out.push(f32::NAN);
                continue;
            } else {
                at = at.clamp(0.0, end);
            }
            let cell = at as usize;
            let four = points.get(cell..cell + 4);
            out.push(four.map_or(f32::NAN, |four| between(four, (at - cell as f64) as f32)));
        }
    }
}

/// Catmull-Rom between the second and the third of four values, kept between the lowest and the highest; beside a missing
/// value the straight mean.
#[inline]
fn between(four: &[f32], t: f32) -> f32 {
    let &[a, b, c, d] = four else { return f32::NAN };
    if t < 1e-4 {
        return b;
    }
    let bend = 0.5 * t * (1.0 - t) * ((1.0 - t) * (2.0 * b - a - c) + t * (2.0 * c - b - d));
    let straight = b + t * (c - b);
    let smooth = straight + bend;
    if smooth.is_nan() { straight } else { smooth.max(a.min(b).min(c).min(d)).min(a.max(b).max(c).max(d)) }
}
