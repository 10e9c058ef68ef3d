//! Which of a run's variables come first, and what else `resources/order.toml` knows of them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::parameter::{KNOWN, Parameter};
use super::{Run, Series};
use crate::field::Level;
use crate::source::Variable;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    first: Vec<String>,
    last: Vec<String>,
    last_words: Vec<String>,
    clear: Vec<String>,
    clear_words: Vec<String>,
    first_pressure: BTreeMap<String, f64>,
}

static ORDER: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("../../resources/order.toml"))
        .unwrap_or_else(|error| unreachable!("the bundled order is tested: {error}"))
});

/// A place in the list of a run's variables: the smaller, the sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// A product on levels of the free atmosphere.
    Product,
    /// What people look for first, by its place in the table.
    Sought(usize),
    /// A product that has only fields near the ground.
    ProductBelow,
    /// Another entry of the dictionary, by its place there.
    Known(usize),
    /// Not in the dictionary.
    Unknown,
    /// Not in the dictionary and without a time, in a run that has times.
    Timeless,
    /// Coordinates, masks, the shape of the ground.
    Auxiliary,
}

/// What a variable that the dictionary does not know is, by the words of its names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nature {
    /// It says where fields lie, or on what.
    pub is_auxiliary: bool,
    /// Zero is nothing: no rain, no cloud.
    pub zero_is_nothing: bool,
}

impl Nature {
    /// Of an entry of the dictionary.
    pub(super) fn of_known(id: &str, is_summed: bool) -> Self {
        let stands = |ids: &[String]| ids.iter().any(|known| known == id);
        Self { is_auxiliary: stands(&ORDER.last), zero_is_nothing: is_summed || stands(&ORDER.clear) }
    }

    /// By a variable's name, long name and standard name.
    pub(super) fn by_names(variable: &Variable) -> Self {
        let names = [Some(&variable.name), variable.long_name.as_ref(), variable.standard_name.as_ref()];
        let names: Vec<String> = names.into_iter().flatten().map(|name| spaced(name)).collect();
        let says = |words: &[String]| {
            words.iter().any(|word| match word.strip_prefix('=') {
                Some(whole) => names.contains(&spaced(whole)),
                None => names.iter().any(|name| name.contains(&spaced(word))),
            })
        };
        Self { is_auxiliary: says(&ORDER.last_words), zero_is_nothing: says(&ORDER.clear_words) }
    }
}

/// In small letters, a space before and behind each word: ` sea floor depth `.
fn spaced(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.fold(String::from(" "), |all, word| all + &word.to_lowercase() + " ");
    if words == " " { String::new() } else { words }
}

impl Series {
    /// Its place among the variables of its run.
    #[must_use]
    pub fn rank(&self, run: &Run) -> Rank {
        if self.parameter.nature.is_auxiliary {
            return Rank::Auxiliary;
        }
        match self.parameter.known {
            Some(known) => self.place_of(&known.id).map_or_else(
                || Rank::Known(KNOWN.iter().position(|entry| entry.id == known.id).unwrap_or(usize::MAX)),
                Rank::Sought,
            ),
            None if !self.is_timed() && run.series.iter().any(Self::is_timed) => Rank::Timeless,
            None => Rank::Unknown,
        }
    }

    fn is_timed(&self) -> bool {
        self.slots.iter().any(|slot| slot.valid.is_some() || slot.lead.is_some())
    }

    /// The place of a parameter on the levels of this series among those that are sought.
    fn place_of(&self, id: &str) -> Option<usize> {
        ORDER.first.iter().position(|entry| match entry.split_once('@') {
            Some((parameter, kind)) => parameter == id && self.levels.iter().flatten().any(|l| is_called(*l, kind)),
            None => entry == id,
        })
    }
}

fn is_called(level: Level, kind: &str) -> bool {
    level.kind.text_key().strip_prefix("level.") == Some(kind)
}

/// The pressure on which a parameter is shown first where it is there, in hPa.
#[must_use]
pub fn first_pressure(parameter: &str) -> Option<f64> {
    let id = parameter.split('@').next().unwrap_or(parameter);
    ORDER.first_pressure.get(id).copied()
}

impl Parameter {
    /// Nothing is drawn where it is zero.
    #[must_use]
    pub fn is_clear_at_zero(&self) -> bool {
        self.nature.zero_is_nothing
    }
}

#[cfg(test)]
mod tests {
    use super::super::parameter::known;
    use super::*;

    #[test]
    fn every_entry_of_the_order_is_in_the_dictionary() {
        let first = ORDER.first.iter().map(|entry| entry.split('@').next().unwrap_or(entry));
        let all = first.chain(ORDER.last.iter().chain(&ORDER.clear).map(String::as_str));
        for id in all.chain(ORDER.first_pressure.keys().map(String::as_str)) {
            assert!(known(id).is_some(), "{id}");
        }
    }

    #[test]
    fn whole_words_tell_what_a_variable_is() {
        assert_eq!(spaced("sea_floor-Depth"), " sea floor depth ");
        assert_eq!(spaced("--"), "");
        assert!(spaced("nav_lat").contains(&spaced("lat")));
        assert!(!spaced("latent_heat").contains(&spaced("lat")));
    }
}
