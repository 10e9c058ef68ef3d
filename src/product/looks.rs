//! Which colour table a parameter has on a level: `resources/looks.toml`, else the one that the dictionary names.

use std::sync::LazyLock;

use serde::Deserialize;

use super::colours::named_table;
use super::style::ColourTable;
use crate::field::{Level, LevelKind};

#[derive(Deserialize)]
struct Table {
    look: Vec<Look>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Look {
    parameters: Vec<String>,
    /// All kinds where it is empty.
    #[serde(default)]
    levels: Kinds,
    /// In hPa.
    above: Option<f64>,
    below: Option<f64>,
    /// Empty where such fields have no table: steps over their range are taken.
    table: String,
}

/// One word or several.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Kinds {
    #[default]
    All,
    One(String),
    Several(Vec<String>),
}

static LOOKS: LazyLock<Vec<Look>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("../../resources/looks.toml"))
        .unwrap_or_else(|error| unreachable!("the bundled looks are tested: {error}"));
    table.look
});

/// The colour table of a parameter on a level, and the id of the unit that its bounds are in. `usual` is the one that
/// the dictionary names. `None` where neither knows one.
#[must_use]
pub fn table_for(parameter: &str, level: Option<Level>, usual: Option<&str>) -> Option<(ColourTable, &'static str)> {
    let chosen = LOOKS.iter().find(|look| look.fits(parameter, level));
    named_table(chosen.map(|look| look.table.as_str()).or(usual)?)
}

impl Look {
    fn fits(&self, parameter: &str, level: Option<Level>) -> bool {
        let word = level.map_or("none", |level| kind_word(level.kind));
        let of_kind = match &self.levels {
            Kinds::All => true,
            Kinds::One(kind) => kind == word,
            Kinds::Several(kinds) => kinds.iter().any(|kind| kind == word),
        };
        let pressure = level.filter(|level| level.kind == LevelKind::Pressure).map(|level| level.value);
        let within = |bound: Option<f64>, fits: fn(f64, f64) -> bool| {
            bound.is_none_or(|bound| pressure.is_some_and(|pressure| fits(pressure, bound)))
        };
        self.parameters.iter().any(|known| known == parameter)
            && of_kind
            && within(self.above, |pressure, bound| pressure < bound - 1e-6)
            && within(self.below, |pressure, bound| pressure >= bound - 1e-6)
    }
}

/// `pressure`, `height_above_ground`: the kind's word in our tables.
fn kind_word(kind: LevelKind) -> &'static str {
    kind.text_key().rsplit('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(parameter: &str, level: Option<Level>) -> Vec<f32> {
        table_for(parameter, level, Some("temperature_air")).map(|(table, _)| table.bounds).unwrap_or_default()
    }

    #[test]
    fn wind_and_temperature_have_the_table_of_their_level() {
        let ten_metres = Some(Level::new(LevelKind::HeightAboveGround, 10.0));
        let first = |level| bounds("wind_speed", level).first().copied();
        assert_eq!(first(Some(Level::hpa(250.0))), Some(60.0));
        assert_eq!(first(Some(Level::hpa(400.0))), Some(20.0));
        assert_eq!(first(Some(Level::hpa(850.0))), Some(20.0));
        assert_eq!(first(ten_metres), Some(4.0));
        assert_eq!(first(None), Some(4.0));
        assert_eq!(first(Some(Level::new(LevelKind::Hybrid, 96.0))), Some(10.0));
        let temperature = |level| bounds("temperature", level);
        assert_ne!(temperature(Some(Level::hpa(500.0))), temperature(ten_metres));
        assert_ne!(temperature(Some(Level::hpa(500.0))), temperature(Some(Level::hpa(250.0))));
        assert_eq!(temperature(Some(Level::hpa(850.0))), temperature(None), "the usual table");
    }

    #[test]
    fn heights_have_a_table_at_500_hpa_only() {
        assert!(table_for("geopotential_height", Some(Level::hpa(500.0)), None).is_some());
        assert!(table_for("geopotential_height", Some(Level::hpa(850.0)), Some("geopotential_height")).is_none());
    }

    #[test]
    fn every_look_names_a_table_and_kinds_that_there_are() {
        const KINDS: [LevelKind; 4] =
            [LevelKind::Pressure, LevelKind::HeightAboveGround, LevelKind::Surface, LevelKind::MeanSeaLevel];
        for look in LOOKS.iter() {
            assert!(look.table.is_empty() || named_table(&look.table).is_some(), "{}", look.table);
            let words = match &look.levels {
                Kinds::All => Vec::new(),
                Kinds::One(word) => vec![word.as_str()],
                Kinds::Several(words) => words.iter().map(String::as_str).collect(),
            };
            let known = |word: &str| word == "none" || KINDS.iter().any(|kind| kind_word(*kind) == word);
            assert!(words.into_iter().all(known), "{}", look.table);
        }
    }
}
