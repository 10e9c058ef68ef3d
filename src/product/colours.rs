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

/// Stops of a colour scale of even lightness, dark to light, told apart by all eyes: seven samples of the viridis map
/// (matplotlib, CC0).
const EVEN: [[u8; 3]; 7] =
    [[68, 1, 84], [68, 58, 131], [49, 104, 142], [33, 145, 140], [53, 183, 121], [144, 215, 67], [253, 231, 37]];

/// Classes of a round width (1, 2, 2.5 or 5 times a power of ten) over a range of values, about a dozen, open at both
/// ends. A range of no width gives two classes that part at the value.
#[must_use]
pub fn round_table(lowest: f32, highest: f32) -> ColourTable {
    let bounds = round_bounds(f64::from(lowest), f64::from(highest));
    let classes = bounds.len() + 1;
    let colours = (0..classes).map(|n| blend(n as f32 / (classes - 1).max(1) as f32)).collect();
    ColourTable { bounds, colours, opacity: 0.8, under: true, over: true, cycle: None }
}

fn round_bounds(lowest: f64, highest: f64) -> Vec<f32> {
    const CLASSES: f64 = 12.0;
    let width = highest - lowest;
    if !width.is_finite() || width <= f64::from(f32::EPSILON) * highest.abs().max(lowest.abs()) {
        return vec![if lowest.is_finite() { lowest as f32 } else { 0.0 }];
    }
    let rough = width / CLASSES;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough).unwrap_or(rough);
    let (first, last) = ((lowest / step).floor() as i64 + 1, (highest / step).ceil() as i64 - 1);
    let mut bounds: Vec<f32> = (first..=last.max(first)).map(|n| (n as f64 * step) as f32).collect();
    bounds.dedup();
    bounds
}

fn blend(at: f32) -> [u8; 3] {
    let place = at.clamp(0.0, 1.0) * (EVEN.len() - 1) as f32;
    let below = (place as usize).min(EVEN.len() - 2);
    let part = place - below as f32;
    std::array::from_fn(|c| {
        (f32::from(EVEN[below][c]) * (1.0 - part) + f32::from(EVEN[below + 1][c]) * part).round() as u8
    })
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
        let table = round_table(0.0, 1.0);
        assert_eq!(table.colours.len(), table.bounds.len() + 1);
    }
}
