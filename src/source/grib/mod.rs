//! GRIB, editions 1 and 2: messages with one field each, or several.
//!
//! A message is a row of sections, each with its length: who made it and when, on which grid, which parameter and level,
//! how the numbers are packed, which points have any, and the numbers. Read the modules in the order in which a file is:
//!
//! 1. [`scan`] walks through the file by the lengths of the sections and keeps the headers ([`message::Field`]);
//! 2. [`grids`] makes of a grid section a grid with positions, once for all messages on it;
//! 3. [`said`] reads parameter, level, times, member and statistic, [`models`] the model;
//! 4. [`headings`] joins what belongs to one variable, and what all files of messages share makes axes of it;
//! 5. [`positions`] finds what grids leave to other messages or files: latitudes and longitudes of their cells;
//! 6. [`values`] reads one field: [`unpack`] undoes its packing, the bitmap and the order of points follow.
//!
//! [`listing`] shows the headers as they are, for `millibar records`.
//!
//! Octets are counted from 1 and tables named as in the WMO's Manual on Codes (WMO-No. 306, volume I.2), so that code
//! and standard lie side by side. Opening reads no data section. Tables of parameters, templates and models stand in
//! `resources/grib`. To add a packing: a row in `unpack::Packing`, a module beside the others, a test with a message of
//! a few points; a grid: a branch in `grids::edition2`; a product template: a row in `products.tsv`.

mod grids;
mod headings;
mod listing;
mod message;
mod models;
mod octets;
mod positions;
mod said;
mod scan;
#[cfg(test)]
mod tests;
mod unpack;
mod values;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bytes::FileBytes;
use super::{Dataset, Detail, Refusal, SourceError, messages};
use crate::grid::Geometry;
pub use listing::{list, values as record_values};

use grids::{Described, Grids, NoGrid};
use headings::Headings;
use message::Field;
use said::Said;
use scan::Found;
use unpack::{Failure, Packing};
use values::{Part, Values};

/// Reads the headers of all messages of a file, and the positions that their grids leave to other messages or files:
/// those of `others`, else of the folder.
pub fn open(path: &Path, others: &[PathBuf]) -> Result<Dataset, SourceError> {
    let bytes = FileBytes::open(path, 0)?;
    let Found { fields, lost, untold } = scan::scan(&bytes)?;
    let mut reading = Reading::default();
    for field in fields {
        reading.add(field);
    }
    let mut notes = lost_messages(path, lost, untold);
    notes.extend(reading.refused(path));
    if reading.parts.is_empty() {
        let none = || SourceError::new(path, Refusal::Corrupt, Detail::of("detail.grib_none"));
        return Err(notes.into_iter().next_back().unwrap_or_else(none));
    }
    let (format, attributes) = (reading.format(), reading.attributes());
    let Reading { parts, said, .. } = reading;
    let mut values = Values { bytes, parts };
    let (doubts, unplaced) = positions::place(&mut values, &said, others);
    notes.extend(doubts);
    notes.extend(unplaced_grids(&values));
    let listed = Headings::default().messages(&values.parts, said);
    let variables = messages::variables(&listed, Arc::new(values));
    Ok(Dataset { path: path.to_owned(), format, variables, attributes, notes, unplaced, companions: Vec::new() })
}

/// The fields of a file as far as they are read, and those that are not.
#[derive(Default)]
struct Reading {
    grids: Grids,
    parts: Vec<Part>,
    /// One for each part.
    said: Vec<Said>,
    /// What is not read, and in which messages.
    refused: Vec<(Refusal, Detail, Vec<usize>)>,
}

impl Reading {
    fn add(&mut self, field: Field) {
        match self.understand(&field) {
            Ok((grid, packing, said)) => {
                self.parts.push(Part { field, grid, packing });
                self.said.push(said);
            }
            Err(failure) => self.refuse(field.message, failure),
        }
    }

    fn understand(&mut self, field: &Field) -> Result<(Arc<Described>, Packing, Said), Failure> {
        let packing = Packing::of(field.edition, field.representation())?;
        let grid = self.grids.of(field).map_err(|none| match none {
            NoGrid::Broken => Failure::Broken(Detail::of("detail.grib_grid")),
            NoGrid::Spectral => unpack::spectral(),
            NoGrid::Unknown(number) => {
                Failure::Unsupported(Detail::with("detail.grib_no_grid", [("number", u64::from(number).into())]))
            }
        })?;
        let said = said::read(field).ok_or_else(|| Failure::Broken(Detail::of("detail.grib_product")))?;
        Ok((grid, packing, said))
    }

    fn refuse(&mut self, message: usize, failure: Failure) {
        let (refusal, detail) = match failure {
            Failure::Broken(detail) => (Refusal::Corrupt, detail),
            Failure::Unsupported(detail) => (Refusal::Unsupported, detail),
        };
        match self.refused.iter_mut().find(|(known, of, _)| *known == refusal && *of == detail) {
            Some((.., messages)) => messages.push(message),
            None => self.refused.push((refusal, detail, vec![message])),
        }
    }

    fn refused(&self, path: &Path) -> Vec<SourceError> {
        let note = |(refusal, detail, messages): &(Refusal, Detail, Vec<usize>)| {
            let first = messages.first().copied().unwrap_or(0) as u64;
            let values =
                [("count", (messages.len() as u64).into()), ("message", first.into()), ("what", detail.clone())];
            SourceError::new(path, *refusal, Detail::with("detail.grib_fields", values))
        };
        self.refused.iter().map(note).collect()
    }

    fn format(&self) -> &'static str {
        let has = |edition| self.parts.iter().any(|part| part.field.edition == edition);
        match (has(1), has(2)) {
            (true, true) => "grib1+2",
            (true, false) => "grib1",
            _ => "grib2",
        }
    }

    /// The model by which the catalogue files the fields: that of the first one.
    fn attributes(&self) -> Vec<(String, String)> {
        let first = self.parts.first().zip(self.said.first());
        let model = first.and_then(|(part, said)| models::model(&part.field, said.process, said.background));
        model.map(|model| ("model_name".to_owned(), model.to_owned())).into_iter().collect()
    }
}

/// A note for each grid that has no place on a map, or one that is in doubt.
fn unplaced_grids(values: &Values) -> Vec<SourceError> {
    let mut told: HashSet<*const Described> = HashSet::new();
    let grids = values.parts.iter().map(|part| &part.grid).filter(|grid| told.insert(Arc::as_ptr(grid)));
    let note = |grid: &Arc<Described>| {
        let note = SourceError::new(values.bytes.path(), Refusal::Unsupported, grid.note.clone()?);
        let named = grid.mark.is_some();
        Some(if named { note.saying(&("grib.no_positions", "grib.no_positions_advice")) } else { note })
    };
    let doubt = |grid: &Arc<Described>| {
        let note = SourceError::new(values.bytes.path(), Refusal::Corrupt, grid.doubt.clone()?);
        let placed = grid.grid.geometry != Geometry::Unplaced;
        Some(note.saying(if placed {
            &("grib.contradicts", "grib.contradicts_advice")
        } else {
            &("grib.wrong_header", "grib.wrong_header_advice")
        }))
    };
    grids.flat_map(|grid| [note(grid), doubt(grid)]).flatten().collect()
}

fn lost_messages(path: &Path, lost: Vec<(u64, Detail)>, untold: u64) -> Vec<SourceError> {
    let note = |detail| SourceError::new(path, Refusal::Corrupt, detail);
    let mut notes: Vec<SourceError> = lost
        .into_iter()
        .map(|(at, why)| note(Detail::with("detail.grib_message", [("byte", at.into()), ("what", why)])))
        .collect();
    if untold > 0 {
        notes.push(note(Detail::with("detail.grib_more", [("count", untold.into())])));
    }
    notes
}
