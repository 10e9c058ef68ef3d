//! Zarr, versions 2 and 3: stores of arrays in a folder or a zip archive, consolidated or not.
//!
//! A store is one file to the rest of the program. Its chunks are read by the loop that reads those of NetCDF-4, its
//! attributes go through the CF layer as those of any other format. What the metadata says is hostile: keys that leave
//! the store are never followed, sizes are bounded before they are used.

mod chunks;
mod codecs;
mod dtype;
mod file;
mod json;
mod nodes;
mod store;
mod v2;
mod v3;
mod zip;

use std::path::{Path, PathBuf};

use super::cf::{self, Gridded, Packing};
use super::elsewhere::{self, Own};
use super::tiles::{self, Arrays};
use super::{Dataset, SourceError};
use file::File;
pub use store::is_store;

/// Reads the metadata of a store and the coordinates of its fields: those that it leaves to a NetCDF file among `others`,
/// else in the folder that it is in.
pub fn open(path: &Path, others: &[PathBuf]) -> Result<Dataset, SourceError> {
    let file = File::open(path)?;
    let (mut gridded, unmapped) = cf::describe(file.declared(), &file);
    let mut notes: Vec<SourceError> = cf::told(path, file.declared(), unmapped);
    let marks = file.marks();
    let own = Own { path, declared: file.declared(), values: &file, marks: &marks };
    let elsewhere = elsewhere::place(&own, &mut gridded, others);
    cf::name_run(&mut gridded, &file.attributes);
    let gridded: Vec<(Gridded, Packing)> = gridded
        .into_iter()
        .filter_map(|field| {
            let packing = Packing::of(file.declared().get(field.declared)?, false)?;
            Some((field, packing))
        })
        .filter(|(field, packing)| {
            let plane = field.grid.ny.saturating_mul(field.grid.nx).saturating_mul(packing.number.size());
            let held = file.may_hold(field.declared, plane);
            notes.extend((!held).then(|| cf::promised(path, file.declared().get(field.declared), plane)));
            held
        })
        .collect();
    if gridded.is_empty() {
        return Err(notes.into_iter().next().unwrap_or_else(|| file.why_nothing()));
    }
    notes.extend(file.unread());
    notes.extend(file.broken());
    notes.extend(elsewhere.notes);
    notes.extend(gridded.iter().filter_map(|(field, _)| file.refusal_of(field.declared)));
    let (format, attributes) = (file.format(), file.attributes.clone());
    let variables = tiles::variables(file, gridded);
    let (unplaced, companions) = (elsewhere.unplaced, elsewhere.companions);
    Ok(Dataset { path: path.to_owned(), format, variables, attributes, notes, unplaced, companions })
}
