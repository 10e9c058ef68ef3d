//! RPN standard files: the Canadian Meteorological Centre's format of gridded fields, in its random kind of 1998.
//!
//! A file is a directory and records: each record one field (a nomvar on a level at a time, over a grid), packed in its
//! own way, described by 72 bytes in the directory. This module reads it in four steps, and is a fair pattern for any
//! other format of messages:
//!
//! 1. **What file is it?** [`Kind`] knows the family by the first bytes and refuses by name what is not read here. The
//!    room's `signature` asks it, and [`open`] is called with the answer.
//! 2. **What is in it?** `container` follows the chain of directory pages and keeps the live `descriptor`s: nothing of
//!    the records is read. It checks every address and length against the file's, and gives what is odd as notes.
//! 3. **What does it mean?** Each descriptor becomes a [`Message`](super::messages::Message): a heading that all fields
//!    of a variable share (`naming`: name and unit; `grids`: where the points lie, with `reference` for grids that
//!    describe themselves and `positions` for records with axes, in this file or in others), a level (`levels`) and a
//!    time (`times`, `dates`). [`messages::variables`] joins them into variables with axes.
//! 4. **The numbers, when they are asked for.** `fields` is the [`Decoder`](super::messages::Decoder): any thread may
//!    ask it for any field. `values` checks a record's claims before anything is allocated, then unpacks it: `packed`
//!    (integers that stand for floats), `turbo` (their lossless compression), `ieee` (compressed floats), all on
//!    the `bits` that GRIB has as well.
//!
//! `listing` shows the directory as it is, for `millibar records`.
//!
//! Names are those of the format's own tools (nomvar, typvar, etiket, ip1 …): whoever has a standard file knows them.
//! Everything in the file is big-endian, and nothing that stands in it is believed before it is compared with the
//! file's length. A damaged record costs that record only.

mod container;
mod dates;
mod descriptor;
mod fields;
mod grids;
mod ieee;
mod kind;
mod levels;
mod listing;
mod naming;
mod packed;
mod positions;
mod reference;
mod times;
mod turbo;
mod values;
mod words;

use std::path::{Path, PathBuf};

use super::{Dataset, Detail, RecordList, Refusal, SourceError, error, messages};
use container::Container;
use fields::Fields;
use grids::Grids;
pub use kind::Kind;
use positions::Positions;
use values::Values;

/// The word for the format.
pub const FORMAT: &str = "rpn-fst98";

/// Reads the directory, and the positional records that grids need: those of the file, else of `others`, else of files
/// in its folder.
pub fn open(path: &Path, kind: Kind, others: &[PathBuf]) -> Result<Dataset, SourceError> {
    kind.readable(path)?;
    let mut container = Container::open(path)?;
    let odd = std::mem::take(&mut container.notes);
    let mut grids = Grids::new(Positions::new(&container, others));
    let mut fields = Fields::of(&container, &mut grids);
    let unplaced = !grids.unplaced.is_empty();
    let mut notes: Vec<SourceError> = damaged(path, &fields).chain(odd).collect();
    if fields.messages.is_empty() {
        // Damage says more than that nothing is left.
        let none = Detail::with("rpn.none", [("count", (container.len() as u64).into())]);
        let has_positions = container.records().any(|record| positions::is_positional(&record.nomvar()));
        let refused = SourceError::new(path, Refusal::NoGrid, none);
        let refused = if has_positions { refused.of_positions(error::Positions::Rpn) } else { refused };
        return Err(notes.into_iter().next().unwrap_or(refused));
    }
    notes.extend(unplaced_grids(path, &grids));
    if fields.too_many || grids.too_many {
        notes.push(SourceError::new(path, Refusal::Unsupported, Detail::of("rpn.many")));
    }
    let messages = std::mem::take(&mut fields.messages);
    let variables = messages::variables(&messages, fields.decoder(container));
    Ok(Dataset {
        path: path.to_owned(),
        format: FORMAT,
        variables,
        attributes: Vec::new(),
        notes,
        unplaced,
        companions: Vec::new(),
    })
}

/// One note for each kind of damage, however many records have it.
fn damaged<'a>(path: &'a Path, fields: &'a Fields) -> impl Iterator<Item = SourceError> + 'a {
    fields.faults.iter().map(|(fault, count, first)| {
        let places = [("count", (*count).into()), ("record", (*first as u64).into()), ("what", fault.clone())];
        SourceError::new(path, Refusal::Corrupt, Detail::with("rpn.records_bad", places))
    })
}

/// Fields whose positions were found nowhere are listed, and not drawn.
fn unplaced_grids<'a>(path: &'a Path, grids: &'a Grids) -> impl Iterator<Item = SourceError> + 'a {
    grids.unplaced.iter().map(|(names, count)| {
        let places = [("names", (*names).into()), ("count", (*count).into())];
        let detail = Detail::with("rpn.no_positions_for", places);
        SourceError::new(path, Refusal::NoGrid, detail).saying(&("rpn.no_positions", "rpn.no_positions_advice"))
    })
}

/// Lists all live records in directory order.
pub fn records(path: &Path, kind: Kind) -> Result<RecordList, SourceError> {
    kind.readable(path)?;
    Container::open(path).map(listing::list)
}

/// The values of one record; see [`super::record_values`].
pub fn record_values(path: &Path, kind: Kind, record: usize) -> Result<Vec<f64>, SourceError> {
    kind.readable(path)?;
    let container = Container::open(path)?;
    let Some(described) = container.record(record) else {
        let places = [("record", (record as u64).into()), ("count", (container.len() as u64).into())];
        let detail = Detail::with("rpn.no_record", places);
        return Err(SourceError::new(path, Refusal::NotFound, detail).saying(&("rpn.absent", "rpn.absent_advice")));
    };
    let data = container.read(record)?;
    values::decode(described, &data).map(Values::into_f64).map_err(|fault| container.fault(record, fault))
}
