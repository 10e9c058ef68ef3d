//! One coordinate along one dimension of a grid, searched in either direction.

use super::projection::wrap;

/// Coordinates that rise or fall all the way, evenly or not.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    /// Rising: the stored values, or the stored values with their sign turned.
    rising: Vec<f64>,
    falls: bool,
    /// The step, where all steps are alike to a thousandth.
    step: Option<f64>,
    /// How far a single value reaches to both sides.
    reach: f64,
    /// Where the run begins in stored order; it goes on from the last stored value to the first.
    first: usize,
}

impl Axis {
    /// `None` where the values do not rise or fall all the way, or are not finite. A single value stands for what lies
    /// within `reach` of it.
    pub fn new(values: &[f64], reach: f64) -> Option<Self> {
        let falls = values.first()? > values.last()?;
        let rising: Vec<f64> = if falls { values.iter().map(|v| -v).collect() } else { values.to_vec() };
        let sound = rising.iter().all(|v| v.is_finite()) && rising.windows(2).all(|pair| pair[0] < pair[1]);
        let step = even_step(&rising);
        sound.then_some(Self { rising, falls, step, reach, first: 0 })
    }

    /// Longitudes of any turn, or in several turns (… 179, -180 …), as one run of numbers. It begins behind the widest
    /// gap: a region across Greenwich in longitudes from 0 to 360 is stored in two pieces (0 … 30, 340 … 355).
    pub fn of_longitudes(values: &[f64], reach: f64) -> Option<Self> {
        let first = start_of_run(values);
        let mut at = *values.get(first)?;
        let mut run = vec![at];
        let turned = values.get(first..)?.iter().chain(values.get(..first)?);
        for (from, to) in turned.clone().zip(turned.skip(1)) {
            at += wrap(to - from);
            run.push(at);
        }
        // Two columns half a turn apart rise, as longitudes do.
        if let [first, second] = run[..]
            && second - first == -180.0
        {
            run[1] = first + 180.0;
        }
        Some(Self { first, ..Self::new(&run, reach)? })
    }

    /// The stored position of the value that positions are counted from.
    pub fn first(&self) -> usize {
        self.first
    }

    /// From the first value to the last, never below zero.
    pub fn span(&self) -> f64 {
        self.rising.last().zip(self.rising.first()).map_or(0.0, |(last, first)| last - first)
    }

    /// The mean step between neighbours; twice the reach of a single value.
    pub fn mean_step(&self) -> f64 {
        if self.rising.len() > 1 { self.span() / (self.rising.len() - 1) as f64 } else { 2.0 * self.reach }
    }

    /// Fractional position of a coordinate, counted from [`Axis::first`]; `None` outside.
    pub fn find(&self, value: f64) -> Option<f64> {
        self.rank(if self.falls { -value } else { value })
    }

    /// The same on an axis that closes, or may be met, a whole number of `period`s away.
    pub fn find_turning(&self, value: f64, period: f64, closes: bool) -> Option<f64> {
        let first = *self.rising.first()?;
        let value = if self.falls { -value } else { value };
        let mut offset = value - first;
        // Seldom more than a turn away, and a division costs more than the rest of the search.
        if offset < 0.0 {
            offset += period;
        } else if offset >= period {
            offset -= period;
        }
        if !(0.0..period).contains(&offset) {
            offset = offset.rem_euclid(period);
        }
        // The last digits of a coordinate in f32 must not push a point out of a grid that it begins.
        let slack = self.mean_step() * 1e-4;
        if offset > period - slack && !closes {
            offset -= period;
        }
        if self.rising.len() == 1 {
            let beside = offset.min(period - offset);
            return (beside <= self.reach).then_some(0.0);
        }
        let last = self.span();
        if closes && offset > last {
            // Between the last column and the first one of the next turn.
            return Some((self.rising.len() - 1) as f64 + ((offset - last) / (period - last)).min(1.0 - 1e-9));
        }
        self.rank(first + offset)
    }

    fn rank(&self, value: f64) -> Option<f64> {
        let (first, last) = (*self.rising.first()?, *self.rising.last()?);
        let end = self.rising.len() - 1;
        if end == 0 {
            return ((value - first).abs() <= self.reach).then_some(0.0);
        }
        let slack = self.mean_step() * 1e-4;
        if !(value >= first - slack && value <= last + slack) {
            return None;
        }
        let value = value.clamp(first, last);
        let below = match self.step {
            Some(step) => {
                let guess = (((value - first) / step) as usize).min(end - 1);
                // The steps are alike to a thousandth only, so that the guess may be one off.
                if value < self.rising[guess] {
                    guess.saturating_sub(1)
                } else if value > self.rising[guess + 1] {
                    (guess + 1).min(end - 1)
                } else {
                    guess
                }
            }
            None => self.rising.partition_point(|&v| v <= value).saturating_sub(1).min(end - 1),
        };
        let (low, high) = (self.rising[below], self.rising[below + 1]);
        Some(below as f64 + ((value - low) / (high - low)).clamp(0.0, 1.0))
    }
}

/// Behind the one gap that is much wider than all others; 0 where that gap is the one from the last value to the first.
fn start_of_run(values: &[f64]) -> usize {
    let eastward = values.windows(2).filter(|pair| wrap(pair[1] - pair[0]) > 0.0).count() * 2 >= values.len();
    let gap = |from: f64, to: f64| if eastward { to - from } else { from - to }.rem_euclid(360.0);
    let (mut widest, mut second, mut start) = (0.0, 0.0, 0);
    for (n, &to) in values.iter().enumerate() {
        let from = if n == 0 { values[values.len() - 1] } else { values[n - 1] };
        let gap = gap(from, to);
        if gap > widest {
            (second, widest, start) = (widest, gap, n);
        } else if gap > second {
            second = gap;
        }
    }
    if widest > 3.0 * second { start } else { 0 }
}

fn even_step(rising: &[f64]) -> Option<f64> {
    let (first, last) = (*rising.first()?, *rising.last()?);
    let step = (last - first) / (rising.len().checked_sub(1).filter(|&n| n > 0)? as f64);
    let even = rising.iter().enumerate().all(|(i, v)| (v - first - step * i as f64).abs() < step * 1e-3);
    even.then_some(step)
}
