//! The records that hold the axes of other records' grids: in the file itself, in files that are open with it, in its
//! folder.

use std::path::{Path, PathBuf};

use super::container::Container;
use super::descriptor::Descriptor;
use super::kind::Kind;
use super::values::{self, Values};
use crate::source::companions::{Companions, Look};

/// Columns, rows, and both of a Yin-Yang grid.
pub const X: &str = ">>";
pub const Y: &str = "^^";
pub const BOTH: &str = "^>";
/// Never fields themselves; the last ones describe the vertical.
const NEVER_FIELDS: [&str; 6] = [X, Y, BOTH, "!!", "!!SF", "HY"];

/// A positional record of more values is none.
const MOST_VALUES: u64 = 1 << 24;

/// Whether a record only serves others.
pub fn is_auxiliary(nomvar: &str) -> bool {
    NEVER_FIELDS.contains(&nomvar)
}

/// Whether a record holds positions.
pub fn is_positional(nomvar: &str) -> bool {
    [X, Y, BOTH].contains(&nomvar)
}

/// What a field asks for by its ig1, ig2 and, but for tiles, ig3: the ip1, ip2 and ip3 of positional records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    pub ip1: u32,
    pub ip2: u32,
    pub ip3: Option<u32>,
}

/// A positional record: its description and its numbers.
pub struct Positional {
    pub record: Descriptor,
    pub values: Vec<f64>,
}

/// Looks where positional records may be, the nearest places first. Other files are opened when they are needed.
pub struct Positions<'a> {
    own: &'a Container,
    /// Files with positional records that were looked into.
    known: Vec<Container>,
    companions: Companions<'a>,
}

impl<'a> Positions<'a> {
    pub fn new(own: &'a Container, others: &'a [PathBuf]) -> Self {
        Self { own, known: Vec::new(), companions: Companions::new(own.path(), others) }
    }

    /// The first readable record with a name and a tag whose dimensions fit.
    pub fn find(&mut self, name: &str, tag: Tag, fits: &dyn Fn(&Descriptor) -> bool) -> Option<Positional> {
        let there = |container: &Container| look_in(container, name, tag, fits);
        if let Some(found) = there(self.own).or_else(|| self.known.iter().find_map(there)) {
            return Some(found);
        }
        while let Some(container) = self.companions.next(open_standard_file) {
            let found = there(&container);
            self.known.push(container);
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

fn look_in(container: &Container, name: &str, tag: Tag, fits: &dyn Fn(&Descriptor) -> bool) -> Option<Positional> {
    let is_meant = |record: &Descriptor| {
        record.ip1() == tag.ip1
            && record.ip2() == tag.ip2
            && tag.ip3.is_none_or(|ip3| record.ip3() == ip3)
            && u64::from(record.ni()) * u64::from(record.nj()) <= MOST_VALUES
            && record.nk() == 1
            && record.nomvar() == name
            && fits(record)
    };
    container.records().enumerate().filter(|(_, record)| is_meant(record)).find_map(|(number, record)| {
        let data = container.read(number).ok()?;
        let values = values::decode(record, &data).map(Values::into_f64).ok()?;
        Some(Positional { record: *record, values })
    })
}

/// A random standard file with positional records; reads next to nothing of other files.
fn open_standard_file(path: &Path) -> Look<Container> {
    if Container::kind(path) != Some(Kind::Random98) {
        return Look::Other;
    }
    let has_positions = |container: &Container| container.records().any(|record| is_positional(&record.nomvar()));
    Container::open(path).ok().filter(has_positions).map_or(Look::Nothing, Look::Found)
}
