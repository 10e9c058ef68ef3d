//! Which messages belong to one variable, and what the variable is called.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::said::{Named, Said, named};
use super::values::Part;
use crate::grid::Grid;
use crate::source::GribIdentity;
use crate::source::messages::{Heading, Message};

/// What tells variables apart, beside the lower surface of layers.
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
    about: Vec<String>,
}

/// A lower surface by the bits of its number.
type Lower = Option<u64>;

/// The variables of a file in the making.
pub struct Headings {
    /// Variables whose layers have the same upper surface and unlike lower ones: there each layer is a variable.
    ambiguous: HashSet<Key>,
    made: HashMap<(Key, Lower), Arc<Heading>>,
}

impl Headings {
    pub fn new(parts: &[Part], said: &[Said]) -> Self {
        let mut lower_of: HashMap<(Key, u64), Lower> = HashMap::new();
        let mut ambiguous = HashSet::new();
        for (part, said) in parts.iter().zip(said).filter(|(_, said)| said.level.other.is_some()) {
            let key = Key::of(part, said);
            let upper = said.level.value.unwrap_or(0.0).to_bits();
            let lower = lower(said);
            if *lower_of.entry((key.clone(), upper)).or_insert(lower) != lower {
                ambiguous.insert(key);
            }
        }
        Self { ambiguous, made: HashMap::new() }
    }

    /// One message for each part.
    pub fn messages(mut self, parts: &[Part], said: Vec<Said>) -> Vec<Message> {
        let each = parts.iter().zip(said);
        each.map(|(part, said)| {
            let heading = self.heading(part, &said);
            Message { heading, level: said.level.value, step: said.step, member: said.member }
        })
        .collect()
    }

    fn heading(&mut self, part: &Part, said: &Said) -> Arc<Heading> {
        let key = Key::of(part, said);
        let lower = if self.ambiguous.contains(&key) { lower(said) } else { None };
        let made = self.made.entry((key, lower)).or_insert_with(|| Arc::new(heading(part, said, lower)));
        made.clone()
    }
}

fn lower(said: &Said) -> Lower {
    said.level.other.and_then(|(_, value)| value).map(f64::to_bits)
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
            about: said.about.clone(),
        }
    }
}

fn heading(part: &Part, said: &Said, lower: Lower) -> Heading {
    let (edition, centre) = (part.field.edition, part.field.table_centre());
    let known = named(edition, centre, said.parameter);
    let short = known.and_then(|known| known.short).map_or_else(|| numbers(edition, said.parameter), str::to_owned);
    let mut name = short;
    for word in &said.about {
        name = format!("{name}_{word}");
    }
    let mut qualified = format!("{name}:{}", said.level.word);
    if said.level.other.is_some() && !qualified.ends_with("_layer") {
        qualified.push_str("_layer");
    }
    if let Some(lower) = lower {
        let upper = said.level.value.unwrap_or(0.0);
        qualified = format!("{qualified}:{upper}-{}", f64::from_bits(lower));
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

fn long_name(known: Named, said: &Said) -> String {
    if said.about.is_empty() { known.long.to_owned() } else { format!("{} [{}]", known.long, said.about.join(", ")) }
}

/// A parameter without a name.
fn numbers(edition: u8, [first, second, third]: [u16; 3]) -> String {
    if edition == 1 { format!("p{second}.{third}") } else { format!("p{first}.{second}.{third}") }
}
