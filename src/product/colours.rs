//! Colour tables by name, and tables of round steps for variables that have none.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::style::ColourTable;

#[derive(Deserialize)]
struct Row {
    unit: String,
    levels: Vec<f32>,
    colours: Vec<String>,
    alpha: f32,
    extend: String,
    cycle: Option<f32>,
}

static TABLES: LazyLock<BTreeMap<String, Row>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../resources/colours.toml"))
        .unwrap_or_else(|error| unreachable!("the bundled colours are tested: {error}"))
});

/// `#rrggbb`
pub(super) fn from_hex(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |at: usize| digits.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    Some([part(0)?, part(2)?, part(4)?])
}

/// The table of this name and the id of the unit that its bounds are in.
#[must_use]
pub fn named_table(name: &str) -> Option<(ColourTable, &'static str)> {
    let row = TABLES.get(name)?;
    let table = ColourTable {
        bounds: row.levels.clone(),
        colours: row.colours.iter().filter_map(|hex| from_hex(hex)).collect(),
        opacity: row.alpha,
        under: matches!(row.extend.as_str(), "both" | "min"),
        over: matches!(row.extend.as_str(), "both" | "max"),
        cycle: row.cycle,
    };
    Some((table, row.unit.as_str()))
}

/// Stops of a colour scale from light to dark in steps that all eyes tell apart, also over the map's land and sea.
const ONE_WAY: [[u8; 3]; 14] = [
    [199, 232, 207],
    [175, 219, 206],
    [142, 203, 197],
    [112, 185, 191],
    [82, 167, 185],
    [69, 144, 180],
    [61, 124, 174],
    [68, 102, 165],
    [77, 78, 154],
    [89, 49, 143],
    [105, 30, 114],
    [110, 13, 87],
    [92, 8, 46],
    [66, 6, 26],
];

/// The same from the middle to each side, the outermost first: after vik of the Crameri scientific colour maps (MIT).
const BELOW: [[u8; 3]; 6] =
    [[0, 18, 97], [2, 57, 122], [17, 100, 150], [84, 150, 183], [167, 201, 218], [216, 228, 234]];
const ABOVE: [[u8; 3]; 6] = [[74, 0, 6], [133, 34, 6], [183, 90, 38], [204, 135, 95], [225, 184, 160], [238, 217, 201]];

/// Classes of a round width (1, 2, 2.5 or 5 times a power of ten) over a range of values, about a dozen, open at both
/// ends, darker towards the extreme. A range of no width gives two classes that part at the value.
///
/// Where values of both signs reach far, the classes are the same on both sides of zero and part there. With
/// `clear_zero`, nothing is drawn up to a tenth of a class, where no value is negative: it does not rain there.
#[must_use]
pub fn round_table(lowest: f32, highest: f32, clear_zero: bool) -> ColourTable {
    let (low, high) = (f64::from(lowest), f64::from(highest));
    if clear_zero && low >= -1e-3 * high.abs() && high.is_finite() {
        return clear_table(low, high);
    }
    if low < 0.0 && high > 0.0 && (-low).min(high) >= 0.1 * (-low).max(high) {
        return two_sided_table((-low).max(high));
    }
    let bounds = round_bounds(low, high);
    let colours = shades(&ONE_WAY, bounds.len() + 1);
    ColourTable { bounds, colours, opacity: OPACITY, under: true, over: true, cycle: None }
}

const OPACITY: f32 = 0.8;

/// Nothing is drawn where the value is nearly zero.
fn clear_table(lowest: f64, highest: f64) -> ColourTable {
    let bounds = round_bounds(lowest.min(0.0), highest);
    let step = bounds.iter().copied().find(|bound| *bound > 0.0).unwrap_or(1.0);
    // A range that begins high above zero has no dry places.
    let least = (lowest < f64::from(step)).then_some((f64::from(step) / 10.0) as f32);
    let bounds: Vec<f32> = least.into_iter().chain(bounds.into_iter().filter(|bound| *bound > 0.0)).collect();
    let bounds = if bounds.is_empty() { vec![step] } else { bounds };
    let under = least.is_none();
    let colours = shades(&ONE_WAY, bounds.len() + usize::from(under));
    ColourTable { bounds, colours, opacity: OPACITY, under, over: true, cycle: None }
}

/// The same classes below zero and above; the middle one lies around zero.
fn two_sided_table(largest: f64) -> ColourTable {
    const CLASSES: f64 = 6.0;
    let step = round_step(largest / CLASSES);
    let count = ((largest / step).ceil() as i64 - 1).clamp(1, CLASSES as i64);
    let bounds = (-count..=count).filter(|n| *n != 0).map(|n| (n as f64 * step) as f32);
    let (below, mut above) = (shades(&BELOW, count as usize), shades(&ABOVE, count as usize));
    above.reverse();
    let middle = [236, 229, 224];
    let colours = below.into_iter().chain([middle]).chain(above).collect();
    ColourTable { bounds: bounds.collect(), colours, opacity: OPACITY, under: true, over: true, cycle: None }
}

/// The next of 1, 2, 2.5, 5 times a power of ten.
fn round_step(rough: f64) -> f64 {
    let power = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= rough).unwrap_or(rough)
}

fn round_bounds(lowest: f64, highest: f64) -> Vec<f32> {
    const CLASSES: f64 = 12.0;
    let width = highest - lowest;
    if !width.is_finite() || width <= f64::from(f32::EPSILON) * highest.abs().max(lowest.abs()) {
        return vec![if lowest.is_finite() { lowest as f32 } else { 0.0 }];
    }
    let step = round_step(width / CLASSES);
    let (first, last) = ((lowest / step).floor() as i64 + 1, (highest / step).ceil() as i64 - 1);
    let mut bounds: Vec<f32> = (first..=last.max(first)).map(|n| (n as f64 * step) as f32).collect();
    bounds.dedup();
    bounds
}

/// So many colours at even distances along a scale, its ends among them; the first where there is one only.
fn shades(stops: &[[u8; 3]], count: usize) -> Vec<[u8; 3]> {
    (0..count).map(|n| blend(stops, n as f32 / (count - 1).max(1) as f32)).collect()
}

fn blend(stops: &[[u8; 3]], at: f32) -> [u8; 3] {
    let last = stops.len().saturating_sub(1);
    let place = at.clamp(0.0, 1.0) * last as f32;
    let below = (place as usize).min(last.saturating_sub(1));
    let part = place - below as f32;
    let stop = |n: usize| stops.get(n.min(last)).copied().unwrap_or_default();
    let (from, to) = (stop(below), stop(below + 1));
    std::array::from_fn(|c| (f32::from(from[c]) * (1.0 - part) + f32::from(to[c]) * part).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundled_table_has_a_colour_for_each_class() {
        for name in TABLES.keys() {
            let (table, _) = named_table(name).expect("a bundled table");
            let classes = table.bounds.len() - 1 + usize::from(table.under) + usize::from(table.over);
            assert_eq!(table.colours.len(), classes, "{name}");
            assert!(table.bounds.windows(2).all(|pair| pair[0] < pair[1]), "{name}");
            if let Some(cycle) = table.cycle {
                let turn = table.bounds.last().zip(table.bounds.first()).map(|(last, first)| last - first);
                assert_eq!((turn, table.under, table.over), (Some(cycle), false, false), "{name} goes once round");
            }
        }
    }

    #[test]
    fn an_unknown_variable_gets_round_steps_over_its_range() {
        assert_eq!(round_bounds(0.3, 11.7), (1..=11).map(|n| n as f32).collect::<Vec<_>>());
        assert_eq!(round_bounds(-20.0, 40.0), (-3..=7).map(|n| n as f32 * 5.0).collect::<Vec<_>>());
        assert_eq!(round_bounds(3.0, 3.0), [3.0]);
        assert_eq!(round_bounds(f64::NAN, f64::NAN), [0.0]);
        for (lowest, highest) in [(0.0, 1.0), (-7.0, 9.0), (5.0, 5.0), (f32::INFINITY, f32::NEG_INFINITY)] {
            for clear in [false, true] {
                let table = round_table(lowest, highest, clear);
                let classes = table.bounds.len() - 1 + usize::from(table.under) + usize::from(table.over);
                assert_eq!(table.colours.len(), classes, "{lowest} to {highest}");
                assert!(table.bounds.windows(2).all(|pair| pair[0] < pair[1]), "{lowest} to {highest}");
            }
        }
    }

    #[test]
    fn nothing_is_drawn_where_it_does_not_rain() {
        let rain = round_table(0.0, 23.0, true);
        assert_eq!((rain.under, rain.bounds[..3].to_vec()), (false, vec![0.2, 2.0, 4.0]));
        let packed = round_table(-1e-6, 23.0, true);
        assert_eq!((packed.under, packed.bounds[0]), (false, 0.2), "what packing leaves below zero is none");
        assert!(!round_table(0.0, 0.0, true).under, "dry everywhere");
        assert!(round_table(150.0, 400.0, true).under, "a range far above zero has no dry places");
        assert!(round_table(0.0, 23.0, false).under);
    }

    #[test]
    fn values_of_both_signs_part_at_zero() {
        let wind = round_table(-31.0, 42.0, false);
        assert_eq!(wind.bounds, [-40.0, -30.0, -20.0, -10.0, 10.0, 20.0, 30.0, 40.0]);
        assert_eq!(wind.colours[4], [236, 229, 224]);
        assert!(
            round_table(-1.0, 42.0, false).bounds.iter().all(|bound| *bound > -1.0),
            "a hair below zero is no side"
        );
    }
}
