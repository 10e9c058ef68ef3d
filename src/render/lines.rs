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
/// It is halved further, up to so many times, where there are fewer than these.
const FEWEST: u64 = 2;
const HALVINGS: u32 = 10;
/// More lines than this, or lines nearer to one another than so many points in the mean, would blacken the map: the
/// interval is doubled until there are fewer.
const MANY: u64 = 160;
const NEAREST: f32 = 5.0;
/// So much nearer the user may have them.
const USERS: u8 = 4;
/// One line in so many is thicker where the style's own do not fit the interval.
const ACCENT: f32 = 5.0;

/// The interval of isolines, and of those among them that are drawn thicker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spacing {
    pub interval: f32,
    pub thick_every: f32,
}

/// Draws isolines and their values, and returns how far apart they are.
pub fn draw(map: &mut Canvas, prepared: &Prepared, style: &LineStyle, lattice: &Lattice, mask: &mut Mask) -> Spacing {
    let scale = prepared.layout().pixels_per_point;
    let spacing @ Spacing { interval, thick_every } = spacing(style, lattice, scale);
    let lines = isolines::trace(lattice, interval, 25.0 * scale);
    let values = Values::new(prepared, &lines, interval);
    let placing =
        Placing { size: (map.width() as f32, map.height() as f32), spacing: 260.0 * scale, clear: 3.0 * scale };
    let thick = |line: &Isoline| is_thick(line, interval, thick_every);
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
    spacing
}

/// The interval that fits the values in view, times the user's factor, so that a key always changes what is seen.
fn spacing(style: &LineStyle, lattice: &Lattice, scale: f32) -> Spacing {
    if !(style.interval > 0.0 && style.factor > 0.0) {
        return Spacing { interval: style.interval, thick_every: style.thick_every };
    }
    let steepest = mean_slope(lattice) * NEAREST * scale;
    let fitting = fewer(halved(style, lattice), lattice, MANY, steepest);
    let users = f32::from(USERS);
    let interval = fewer(fitting * style.factor, lattice, MANY * u64::from(USERS), steepest / users);
    Spacing { interval, thick_every: accent(style.thick_every, interval) }
}

/// The multiples that are drawn thicker: the style's own, so that they stay the same values whatever the interval, or a
/// part of them where that is every tenth line and rarer; every fifth line where these are no multiples of the interval.
fn accent(mut thick_every: f32, interval: f32) -> f32 {
    const RAREST: f32 = 10.0;
    while thick_every.is_finite() && thick_every > RAREST * interval {
        thick_every /= 2.0;
    }
    if divides(interval, thick_every) { thick_every } else { ACCENT * interval }
}

/// The style's interval; half of it where it gives too few lines, and less where that gives next to none.
fn halved(style: &LineStyle, lattice: &Lattice) -> f32 {
    let count = |interval: f32| count_of_values(lattice, interval);
    if !style.halve_when_few || count(style.interval).is_none_or(|lines| lines >= FEW) {
        return style.interval;
    }
    let half = style.interval / 2.0;
    let mut smaller = (0..HALVINGS).map(|n| half / f32::from(2_u16.pow(n)));
    smaller.find(|interval| count(*interval).is_some_and(|lines| lines >= FEWEST)).unwrap_or(half)
}

/// An interval, doubled while it gives more than `most` lines or is smaller than `least`.
fn fewer(mut interval: f32, lattice: &Lattice, most: u64, least: f32) -> f32 {
    let too_many = |interval: f32| count_of_values(lattice, interval).is_some_and(|lines| lines > most);
    while interval.is_finite() && (too_many(interval) || interval < least) {
        interval *= 2.0;
    }
    interval
}

/// Whether `whole` is a multiple of `part`, but not `part` itself.
fn divides(part: f32, whole: f32) -> bool {
    let turns = f64::from(whole) / f64::from(part);
    turns >= 1.5 && (turns - turns.round()).abs() < 1e-4
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

    fn style(factor: f32) -> LineStyle {
        let product = crate::product::product("rh-gz").expect("bundled");
        product.style(None, factor).lines.expect("lines")
    }

    /// Values from `low` to `high` along a row of points that is `pixels` long.
    fn ramp(low: f32, high: f32, pixels: f32) -> Lattice {
        let values = (0..202).map(|n| low + (high - low) * (n % 101) as f32 / 100.0).collect();
        Lattice { nx: 101, ny: 2, step: pixels / 100.0, origin: (0.0, 0.0), values }
    }

    #[test]
    fn the_users_factor_changes_what_is_seen_and_keeps_every_fifth_line_thick() {
        let at = |factor: f32, lattice: &Lattice| {
            let Spacing { interval, thick_every } = spacing(&style(factor), lattice, 1.0);
            (interval, thick_every)
        };
        let usual = ramp(490.0, 590.0, 1600.0);
        assert_eq!(
            [0.25, 0.5, 1.0, 2.0, 4.0].map(|factor| at(factor, &usual)),
            [(1.5, 15.0), (3.0, 30.0), (6.0, 30.0), (12.0, 60.0), (24.0, 120.0)]
        );
        let flat = ramp(541.0, 551.0, 1600.0);
        assert_eq!([0.5, 1.0, 2.0].map(|factor| at(factor, &flat)), [(1.5, 15.0), (3.0, 30.0), (6.0, 30.0)]);
        let steep = ramp(0.0, 1600.0, 800.0);
        let seen = [0.5, 1.0, 2.0].map(|factor| at(factor, &steep).0);
        assert!(seen[0] < seen[1] && seen[1] < seen[2], "{seen:?}");
    }

    #[test]
    fn values_that_cross_no_line_get_lines_of_their_own() {
        for (low, high) in [(541.0, 543.0), (541.2, 541.9), (551.01, 551.05)] {
            let lattice = ramp(low, high, 1600.0);
            let Spacing { interval, .. } = spacing(&style(1.0), &lattice, 1.0);
            assert!(count_of_values(&lattice, interval).is_some_and(|lines| lines > 0), "{low} to {high}: {interval}");
        }
        assert_eq!(spacing(&style(1.0), &ramp(541.0, 541.0, 1600.0), 1.0).interval, 3.0, "there is no line in a plane");
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
