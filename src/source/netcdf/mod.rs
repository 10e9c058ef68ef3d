//! NetCDF: classic, 64-bit offset, CDF-5, and NetCDF-4 on HDF5.

mod datatype;
mod fallback;
mod file;
mod hdf5;
mod metadata;
mod positions;

use std::path::{Path, PathBuf};

use super::cf::{self, Gridded, Packing};
use super::elsewhere::{self, Own};
use super::error::Positions;
use super::tiles::{self, Arrays};
use super::{Dataset, Detail, Refusal, SourceError};
pub use fallback::{Described, Dumped};
use file::File;
pub use positions::{has_listed_points, listed_points, offered, offered_grid};

/// Reads the headers of a file whose signature says NetCDF or HDF5, and the coordinates of its fields: those that it leaves
/// to another file among `others`, else in its folder.
pub fn open(path: &Path, others: &[PathBuf]) -> Result<Dataset, SourceError> {
    let file = File::open(path)?;
    let (mut gridded, unmapped) = cf::describe(&file.declared, &file);
    let mut odd = cf::told(path, &file.declared, unmapped);
    odd.extend(file.unknown_numbers());
    let own = Own { path, declared: &file.declared, values: &file, marks: &file.marks };
    let elsewhere = elsewhere::place(&own, &mut gridded, others);
    cf::name_run(&mut gridded, &file.attributes);
    let gridded: Vec<(Gridded, Packing)> = gridded
        .into_iter()
        .filter_map(|field| {
            let packing = Packing::of(file.declared.get(field.declared)?, true)?;
            Some((field, packing))
        })
        .filter(|(field, packing)| {
            let plane = field.grid.ny.saturating_mul(field.grid.nx).saturating_mul(packing.number.size());
            let held = file.may_hold(plane as u64);
            odd.extend((!held).then(|| cf::promised(path, file.declared.get(field.declared), plane)));
            held
        })
        .collect();
    let cut: Vec<SourceError> = file
        .cut_variables()
        .into_iter()
        .map(|declared| {
            SourceError::new(path, Refusal::Corrupt, Detail::of("detail.data_beyond")).in_part(&declared.path)
        })
        .collect();
    if gridded.is_empty() {
        if let Some(worse) = cut.into_iter().chain(odd).next() {
            return Err(worse);
        }
        let count = (file.declared.len() as u64).into();
        let found = Detail::with("detail.none_gridded", [("count", count)]);
        let refused = SourceError::new(path, Refusal::NoGrid, found);
        return Err(if positions::are_in(&file) { refused.of_positions(Positions::Cells) } else { refused });
    }
    let mut notes = ignored_scales(&file, &gridded);
    notes.extend(cut);
    notes.extend(elsewhere.notes);
    notes.extend(odd);
    let (format, attributes) = (file.format(), file.attributes.clone());
    let variables = tiles::variables(file, gridded);
    let (unplaced, companions) = (elsewhere.unplaced, elsewhere.companions);
    Ok(Dataset { path: path.to_owned(), format, variables, attributes, notes, unplaced, companions })
}

/// A scale or an offset that is text cannot be applied; the numbers are shown as stored, and that is said.
fn ignored_scales(file: &File, gridded: &[(Gridded, Packing)]) -> Vec<SourceError> {
    let mut notes = Vec::new();
    for (field, _) in gridded {
        let Some(declared) = file.declared.get(field.declared) else { continue };
        for name in ["scale_factor", "add_offset"] {
            if declared.attribute(name).is_some_and(|attribute| attribute.numbers().is_empty()) {
                let detail = Detail::with("detail.ignored_scale", [("name", name.into())]);
                notes.push(SourceError::new(file.path(), Refusal::Unsupported, detail).in_part(declared.path.clone()));
            }
        }
    }
    notes
}
