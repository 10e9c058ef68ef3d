//! Where the cells of an unstructured grid lie. A message of template 3.101 only names its grid; the latitudes and
//! longitudes are fields of their own (discipline 0, category 191, numbers 1 and 2: DWD's CLAT and CLON), or stand in a
//! grid file in NetCDF. They are looked for in the file itself, among the files that are open with it, then in its folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Reading;
use super::grids::{Described, GridMark};
use super::message::Field;
use super::said::Said;
use super::scan::scan_some;
use super::values::Values;
use crate::grid::{Geometry, Grid, Points};
use crate::source::bytes::FileBytes;
use crate::source::companions::{Companions, Look};
use crate::source::messages::Decoder;
use crate::source::netcdf;
use crate::source::signature::{Signature, recognise};
use crate::source::{Detail, Refusal, SourceError};

/// Latitudes and longitudes by discipline, category and number.
const WANTED: [[u16; 3]; 2] = [[0, 191, 1], [0, 191, 2]];
/// Messages of another file that are looked at.
const MOST_MESSAGES: usize = 256;
/// Grids of one file that are given places.
const MOST_GRIDS: usize = 8;
/// Other files with positions that are kept open.
const MOST_KNOWN: usize = 16;

/// Gives places to the fields that lack them. Notes of what is in doubt, and whether a grid is still without.
pub fn place(values: &mut Values, said: &[Said], others: &[PathBuf]) -> (Vec<SourceError>, bool) {
    let mut marks: Vec<GridMark> = values.parts.iter().filter_map(|part| part.grid.mark).collect();
    marks.sort_unstable();
    marks.dedup();
    let mut unplaced = marks.len() > MOST_GRIDS;
    let (mut notes, mut placed) = (Vec::new(), HashMap::new());
    let path = values.bytes.path().to_owned();
    let own = Offers::of(values, said);
    let mut others = Others { known: Vec::new(), around: Companions::new(&path, others) };
    for mark in marks.into_iter().take(MOST_GRIDS) {
        let Some((points, doubt)) = search(mark, values, &own, &mut others) else {
            unplaced = true;
            continue;
        };
        if let Some(file) = doubt {
            let detail = Detail::from(file.display().to_string());
            let note = SourceError::new(&path, Refusal::Unsupported, detail);
            notes.push(note.saying(&("grib.other_grid", "grib.other_grid_advice")));
        }
        placed.insert(mark, Arc::new(Grid { ny: 1, nx: mark.points, geometry: Geometry::Points(points) }));
    }
    // Fields that shared a grid go on sharing it.
    let mut renewed: HashMap<*const Described, Arc<Described>> = HashMap::new();
    for part in &mut values.parts {
        let Some(grid) = part.grid.mark.and_then(|mark| placed.get(&mark)) else { continue };
        let key = Arc::as_ptr(&part.grid);
        part.grid = renewed.entry(key).or_insert_with(|| Arc::new(part.grid.placed(grid.clone()))).clone();
    }
    (notes, unplaced)
}

/// The points of a grid; with the file whose word for it is that it has another grid of as many cells.
fn search(mark: GridMark, own: &Values, offers: &Offers, others: &mut Others) -> Option<(Points, Option<PathBuf>)> {
    let mut found = Gathered::default();
    found.take(mark, own, offers);
    let mut from = 0;
    while found.exact(mark).is_none() {
        let Some(other) = others.at(from) else { break };
        from += 1;
        match other {
            Other::Grib(values, offers) => found.take(mark, values, offers),
            Other::NetCdf(path) => found.take_listed(mark, path),
        }
    }
    let gathered = found.exact(mark).or_else(|| found.any())?;
    let doubt = gathered.uuid.is_some_and(|uuid| uuid != mark.uuid).then(|| gathered.path.clone());
    let [Some(lat), Some(lon)] = &gathered.axes else { return None };
    Points::new(lat.clone(), lon.clone()).map(|points| (points, doubt))
}

/// What a file of messages has in the way of positions: for either axis, the grids and the numbers of the parts.
struct Offers([Vec<(GridMark, usize)>; 2]);

impl Offers {
    fn of(values: &Values, said: &[Said]) -> Self {
        Self(WANTED.map(|wanted| {
            let parts = values.parts.iter().zip(said).enumerate();
            let meant = parts.filter(|(_, (part, said))| said.parameter == wanted && is_dense(&part.field));
            meant.filter_map(|(number, (part, _))| Some((part.grid.mark?, number))).collect()
        }))
    }
}

/// Positions have numbers, not one for all: a field without any bits would make points out of nothing.
fn is_dense(field: &Field) -> bool {
    let points = field.grid().u32(7).unwrap_or(u32::MAX) as usize;
    field.data.length.saturating_mul(8) >= points && field.bits() != Some(0)
}

/// Another file that may have positions.
enum Other {
    Grib(Values, Offers),
    NetCdf(PathBuf),
}

struct Others<'a> {
    known: Vec<Other>,
    around: Companions<'a>,
}

impl Others<'_> {
    /// One after another, each opened when it is first asked for.
    fn at(&mut self, number: usize) -> Option<&Other> {
        if number >= self.known.len() && self.known.len() < MOST_KNOWN {
            self.known.extend(self.around.next(open));
        }
        self.known.get(number)
    }
}

fn open(path: &Path) -> Look<Other> {
    match recognise(path) {
        Ok(Signature::Grib) => open_grib(path).map_or(Look::Nothing, Look::Found),
        Ok(Signature::Classic | Signature::Hdf5) if netcdf::has_listed_points(path) => {
            Look::Found(Other::NetCdf(path.to_owned()))
        }
        Ok(Signature::Classic | Signature::Hdf5) => Look::Nothing,
        _ => Look::Other,
    }
}

fn open_grib(path: &Path) -> Option<Other> {
    let bytes = FileBytes::open(path, 0).ok()?;
    let mut reading = Reading::default();
    let named = |field: &Field| field.edition == 2 && field.grid().u16(13) == Some(101);
    scan_some(&bytes, MOST_MESSAGES).ok()?.fields.into_iter().filter(named).for_each(|field| reading.add(field));
    let values = Values { bytes, parts: reading.parts };
    let offers = Offers::of(&values, &reading.said);
    let some = offers.0.iter().any(|axis| !axis.is_empty());
    some.then_some(Other::Grib(values, offers))
}

/// Latitudes and longitudes that were found, by the mark of the grid that they are said to be of.
#[derive(Default)]
struct Gathered(Vec<OfGrid>);

struct OfGrid {
    uuid: Option<[u8; 16]>,
    /// Where the first of them was found.
    path: PathBuf,
    axes: [Option<Vec<f64>>; 2],
}

impl Gathered {
    fn take(&mut self, mark: GridMark, values: &Values, offers: &Offers) {
        for (axis, offers) in offers.0.iter().enumerate() {
            let fits = |offered: &GridMark| (offered.part, offered.points) == (mark.part, mark.points);
            for (offered, number) in offers.iter().filter(|(offered, _)| fits(offered)) {
                let grid = self.of(Some(offered.uuid), values.path());
                if let Some(place @ None) = grid.axes.get_mut(axis) {
                    *place = values.decode(*number).ok().map(|values| values.into_iter().collect());
                }
            }
        }
    }

    fn take_listed(&mut self, mark: GridMark, path: &Path) {
        let Some(listed) = netcdf::listed_points(path, mark.points) else { return };
        let grid = self.of(listed.uuid, path);
        grid.axes = [Some(listed.lat), Some(listed.lon)];
    }

    fn of(&mut self, uuid: Option<[u8; 16]>, path: &Path) -> &mut OfGrid {
        let at = self.0.iter().position(|grid| grid.uuid == uuid).unwrap_or(self.0.len());
        if at == self.0.len() {
            self.0.push(OfGrid { uuid, path: path.to_owned(), axes: [None, None] });
        }
        &mut self.0[at]
    }

    fn whole(&self) -> impl Iterator<Item = &OfGrid> {
        self.0.iter().filter(|grid| grid.axes.iter().all(Option::is_some))
    }

    fn exact(&self, mark: GridMark) -> Option<&OfGrid> {
        self.whole().find(|grid| grid.uuid == Some(mark.uuid))
    }

    /// One that does not say which grid it is, else one that says that it is another.
    fn any(&self) -> Option<&OfGrid> {
        self.whole().min_by_key(|grid| grid.uuid.is_some())
    }
}
