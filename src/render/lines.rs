//! Isolines and their values on the map.

use std::collections::BTreeMap;

use super::isolines::{self, Isoline, count_of_values};
use super::labels::{self, Label, Placing};
use super::prepared::Prepared;
use crate::map::Lattice;
use crate::product::LineStyle;
use crate::raster::{Canvas, Mask, Rgba, Sprite};

/// Fewer lines than this tell too little: the interval is halved.
const FEW: u64 = 4;
/// More lines than this, or lines nearer to one another than so many points in the mean, would blacken the map: the
/// interval is doubled until there are fewer.
const MANY: u64 = 160;
const NEAREST: f32 = 5.0;

/// Draws isolines and their values, and returns the interval that was taken.
pub fn draw(map: &mut Canvas, prepared: &Prepared, style: &LineStyle, lattice: &Lattice, mask: &mut Mask) -> f32 {
    let scale = prepared.layout().pixels_per_point;
    let interval = fitting_interval(style, lattice, scale);
    let lines = isolines::trace(lattice, interval, 25.0 * scale);
    let values = Values::new(prepared, &lines, interval);
    let placing =
        Placing { size: (map.width() as f32, map.height() as f32), spacing: 260.0 * scale, clear: 3.0 * scale };
    let thick = |line: &Isoline| is_thick(line, interval, style.thick_every);
    let order = order_of_placing(&lines, thick);
    let placed = labels::place(&lines, &order, placing, |line| values.half(line));
    mask.resize(map.width() as u32, map.height() as u32);
    for weight in [false, true] {
        let width = if weight { style.thick_width } else { style.width } * scale;
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| thick(line) == weight) {
            let gaps: Vec<_> = placed.iter().filter(|l| l.line == index).map(|l| l.stretch).collect();
            for piece in labels::interrupted(&line.points, &gaps) {
                mask.stroke(&piece, width);
            }
        }
    }
    mask.paint(map, Rgba::opaque(style.colour), 1.0);
    values.draw(map, &lines, &placed, style);
    interval
}

/// The style's interval, halved where it gives too few lines, doubled while it gives far too many.
fn fitting_interval(style: &LineStyle, lattice: &Lattice, scale: f32) -> f32 {
    let mut interval = style.interval;
    let count = |interval: f32| count_of_values(lattice, interval);
    if interval.is_nan() || interval <= 0.0 {
        return interval;
    }
    if style.halve_when_few && count(interval).is_some_and(|lines| lines < FEW) {
        interval /= 2.0;
    }
    let steepest = mean_slope(lattice) * NEAREST * scale;
    while interval.is_finite() && (count(interval).is_some_and(|lines| lines > MANY) || interval < steepest) {
        interval *= 2.0;
    }
    interval
}

/// How much the field changes over a pixel, in the mean over what is in view: the length of all isolines is this times
/// the area, divided by their interval.
fn mean_slope(lattice: &Lattice) -> f32 {
    let (mut sum, mut count) = (0.0, 0_usize);
    let rows = || lattice.values.chunks_exact(lattice.nx.max(1));
    for (upper, lower) in rows().zip(rows().skip(1)) {
        for (pair, below) in upper.windows(2).zip(lower) {
            let (across, down) = (pair[1] - pair[0], below - pair[0]);
            let slope = (across * across + down * down).sqrt();
            if slope.is_finite() {
                sum += f64::from(slope);
                count += 1;
            }
        }
    }
    if count == 0 { 0.0 } else { (sum / count as f64) as f32 / lattice.step }
}

fn is_thick(line: &Isoline, interval: f32, thick_every: f32) -> bool {
    let turns = line.multiple as f64 * f64::from(interval) / f64::from(thick_every);
    thick_every > 0.0 && (turns - turns.round()).abs() < 1e-4
}

/// Thick lines first, then the longest: they keep their values where room is scarce.
fn order_of_placing(lines: &[Isoline], thick: impl Fn(&Isoline) -> bool) -> Vec<usize> {
    let mut order: Vec<(bool, f32, usize)> =
        lines.iter().enumerate().map(|(n, line)| (!thick(line), -line.length(), n)).collect();
    order.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    order.into_iter().map(|(_, _, n)| n).collect()
}

/// The values in view as sprites.
struct Values {
    sprites: BTreeMap<i64, (Sprite, f32)>,
}

impl Values {
    fn new(prepared: &Prepared, lines: &[Isoline], interval: f32) -> Self {
        let digits = digits_of(interval);
        let mut sprites = BTreeMap::new();
        for line in lines {
            sprites.entry(line.multiple).or_insert_with(|| {
                let value = line.multiple as f64 * f64::from(interval);
                prepared.label(&format!("{value:.digits$}").replace('-', "−"))
            });
        }
        Self { sprites }
    }

    fn half(&self, line: &Isoline) -> (f32, f32) {
        self.sprites.get(&line.multiple).map_or((0.0, 0.0), |(sprite, _)| sprite.half())
    }

    fn draw(&self, map: &mut Canvas, lines: &[Isoline], placed: &[Label], style: &LineStyle) {
        let (ink, halo) = (Rgba::opaque(style.colour), Rgba::opaque(style.halo).at(0.85));
        for label in placed {
            let sprite = lines.get(label.line).and_then(|line| self.sprites.get(&line.multiple));
            if let Some((sprite, rim)) = sprite {
                sprite.draw(map, label.centre, label.angle, ink, Some((halo, *rim)));
            }
        }
    }
}

/// Decimals that an interval's multiples need, at most four.
fn digits_of(interval: f32) -> usize {
    (0..4)
        .find(|&digits| {
            let scaled = f64::from(interval) * 10_f64.powi(digits);
            (scaled - scaled.round()).abs() < 1e-4 * scaled.abs().max(1e-6)
        })
        .unwrap_or(4) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_decimals_that_their_interval_needs() {
        for (interval, digits) in [(6.0, 0), (3.0, 0), (1.5, 1), (0.75, 2), (0.1, 1), (0.05, 2), (40.0, 0)] {
            assert_eq!(digits_of(interval), digits, "{interval}");
        }
    }

    #[test]
    fn the_slope_of_a_plane_is_that_of_its_steepest_way() {
        let values = (0..12).map(|n| 3.0 * (n % 4) as f32 + 4.0 * (n / 4) as f32).collect();
        let plane = Lattice { nx: 4, ny: 3, step: 2.0, origin: (0.0, 0.0), values };
        assert!((mean_slope(&plane) - 2.5).abs() < 1e-6);
        assert_eq!(mean_slope(&Lattice::default()), 0.0);
    }

    #[test]
    fn thick_lines_stay_the_same_values_whatever_the_interval() {
        let thick = |multiple: i64, interval: f32| {
            is_thick(&Isoline { multiple, points: Vec::new(), ring: false }, interval, 30.0)
        };
        assert!(thick(90, 6.0) && !thick(91, 6.0));
        assert!(thick(180, 3.0) && !thick(185, 3.0) && thick(45, 12.0));
    }
}
