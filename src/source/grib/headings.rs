//! Which messages belong to one variable, and what the variable is called.

use std::collections::HashMap;
use std::sync::Arc;

use super::grids::frame;
use super::said::{Named, Said, named};
use super::values::Part;
use crate::field::Qualifier;
use crate::grid::Grid;
use crate::source::GribIdentity;
use crate::source::messages::{Heading, Message};
use crate::text::Language;

/// What tells variables apart. Layers of one kind are levels of one variable.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    grid: *const Grid,
    edition: u8,
    centre: u16,
    parameter: [u16; 3],
    surface: u8,
    /// Type of the other surface.
    other: Option<u8>,
    statistic: String,
    qualifiers: Vec<String>,
}

/// The variables of a file in the making.
#[derive(Default)]
pub struct Headings(HashMap<Key, Arc<Heading>>);

impl Headings {
    /// One message for each part.
    pub fn messages(mut self, parts: &[Part], mut said: Vec<Said>) -> Vec<Message> {
        number_both_ways(&mut said);
        let each = parts.iter().zip(said);
        each.map(|(part, said)| {
            let heading = self.0.entry(Key::of(part, &said)).or_insert_with(|| Arc::new(heading(part, &said))).clone();
            let (level, level_to) = (said.level.value, said.level.to());
            Message { heading, level, level_to, step: said.step, member: said.member }
        })
        .collect()
    }
}

/// Ensembles in pairs number the members with a negative and with a positive perturbation alike: there the negative ones
/// get a minus.
fn number_both_ways(said: &mut [Said]) {
    let has = |negative: bool| said.iter().any(|said| said.perturbation == Some(if negative { 2 } else { 3 }));
    if has(true) && has(false) {
        for member in
            said.iter_mut().filter(|said| said.perturbation == Some(2)).filter_map(|said| said.member.as_mut())
        {
            member.name.insert(0, '-');
        }
    }
}

impl Key {
    fn of(part: &Part, said: &Said) -> Self {
        Self {
            grid: Arc::as_ptr(&part.grid.grid),
            edition: part.field.edition,
            centre: part.field.centre(),
            parameter: said.parameter,
            surface: said.level.surface,
            other: said.level.other.map(|(kind, _)| kind),
            statistic: said.statistic.clone(),
            qualifiers: said.qualifiers.iter().map(Qualifier::to_string).collect(),
        }
    }
}

fn heading(part: &Part, said: &Said) -> Heading {
    let (edition, centre) = (part.field.edition, part.field.table_centre());
    let known = named(edition, centre, said.parameter);
    let short = known.and_then(|known| known.short).map_or_else(|| numbers(edition, said.parameter), str::to_owned);
    let mut name = short;
    for qualifier in &said.qualifiers {
        name = format!("{name}_{qualifier}");
    }
    let mut qualified = format!("{name}:{}", said.level.id());
    if said.level.other.is_some() && !qualified.ends_with("_layer") {
        qualified.push_str("_layer");
    }
    if said.statistic != "instant" {
        qualified = format!("{qualified}:{}", said.statistic);
    }
    let levels = said.level.value.map(|_| (said.level.kind, said.level.units.map(str::to_owned)));
    Heading {
        name,
        identity: Some(qualified.clone()),
        qualified,
        units: units(known, said),
        standard_name: None,
        long_name: known.map(|known| long_name(known, said)),
        grib: Some(GribIdentity {
            edition,
            centre,
            parameter: said.parameter,
            surface: said.level.surface,
            level_kind: said.level.word.clone(),
            statistic: said.statistic.clone(),
            plain: said.plain,
        }),
        qualifiers: said.qualifiers.clone(),
        frame: frame(&part.field),
        grid: part.grid.grid.clone(),
        levels,
    }
}

/// The table's unit; of a rate that was summed over time, the amount's.
fn units(known: Option<Named>, said: &Said) -> Option<String> {
    if said.probability {
        return Some("%".to_owned());
    }
    let unit = match (known?.units?, said.statistic.as_str()) {
        ("kg m-2 s-1", "accum") => "kg m-2",
        ("W m-2", "accum") => "J m-2",
        (unit, _) => unit,
    };
    Some(unit.to_owned())
}

/// The table's name, and behind it what the field is beside the parameter.
fn long_name(known: Named, said: &Said) -> String {
    let words = said.qualifiers.iter().map(|qualifier| qualifier.in_words(Language::English));
    [known.long.to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(", ")
}

/// A parameter without a name.
fn numbers(edition: u8, [first, second, third]: [u16; 3]) -> String {
    if edition == 1 { format!("p{second}.{third}") } else { format!("p{first}.{second}.{third}") }
}
