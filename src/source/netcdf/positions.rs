//! The positions that a file has for fields of others: the centres of an ICON grid for its GRIB files, the cells of a mesh
//! for the files of its run.

use std::path::Path;
use std::sync::Arc;

use super::file::File;
use crate::grid::Grid;
use crate::source::cf::listed::{self, Pair};
use crate::source::cf::{self, Marks, Offer};

/// A latitude and a longitude for each of so many points, in degrees.
pub struct Listed {
    pub lat: Vec<f64>,
    pub lon: Vec<f64>,
    /// The mark of the grid, where the file says it: the attribute `uuidOfHGrid`.
    pub uuid: Option<[u8; 16]>,
}

/// Whether a file lists positions at all; headers only.
pub fn has_listed_points(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| !listed::pairs(&file.declared).is_empty())
}

pub(super) fn are_in(file: &File) -> bool {
    !listed::pairs(&file.declared).is_empty() || !cf::offers(&file.declared, file, file.marks.stagger).is_empty()
}

/// The positions of so many points.
pub fn listed_points(path: &Path, count: usize) -> Option<Listed> {
    let file = File::open(path).ok()?;
    let pairs = listed::pairs(&file.declared);
    let (lat, lon) =
        pairs.iter().filter(|pair| pair.count == count).find_map(|pair: &Pair| pair.read(&file.declared, &file))?;
    Some(Listed { lat, lon, uuid: file.marks.uuid.map(u128::to_be_bytes) })
}

/// All positions in a file, and what it says of its grid; headers only, and without the second reader.
pub fn offered(path: &Path) -> Option<(Vec<Offer>, Marks)> {
    let file = File::open_plainly(path).ok()?;
    let offers = cf::offers(&file.declared, &file, file.marks.stagger);
    (!offers.is_empty()).then(|| (offers, file.marks.clone()))
}

/// The grid that some of these positions make.
pub fn offered_grid(path: &Path, offer: &Offer) -> Option<Arc<Grid>> {
    let file = File::open_plainly(path).ok()?;
    cf::grid_of(&file.declared, &file, offer)
}
