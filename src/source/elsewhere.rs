//! Positions for the fields of a file that has none for them: in the files that are open with it, then in its folder.
//!
//! A field is matched by the names and the lengths of its dimensions together, or by a mark that both files have of their
//! grid ([`Kinship`]). Where several files have positions that fit, and these differ, none is taken.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime};

use super::cf::{self, Declared, Fit, Gridded, Kinship, Lack, Marks, Missing, Offer, Values};
use super::companions::{Companions, Look};
use super::signature::{Signature, recognise};
use super::{Detail, Refusal, SourceError, netcdf};
use crate::grid::{Geometry, Grid};

/// No more files are opened once the search has taken so long: what a folder has cannot be helped.
const PATIENCE: Duration = Duration::from_millis(1500);
/// Files of which it is remembered what positions they have.
const MOST_REMEMBERED: usize = 4096;
/// Grids of one file that are given places.
const MOST_GRIDS: usize = 16;
/// Degrees by which positions differ that were written in single precision.
const SAME_PLACE: f64 = 1e-4;

/// What is said where no file has positions that fit.
const NOT_FOUND: &str = "elsewhere.no_positions";

/// The file whose fields lack positions.
pub struct Own<'a> {
    pub path: &'a Path,
    pub declared: &'a [Declared],
    pub values: &'a dyn Values,
    pub marks: &'a Marks,
}

/// What came of a search.
#[derive(Default)]
pub struct Outcome {
    pub notes: Vec<SourceError>,
    /// Some fields are without positions.
    pub unplaced: bool,
    /// The files whose positions were taken.
    pub companions: Vec<PathBuf>,
}

/// Places the fields that lack positions. Those for which none are found are in `gridded` without a place, so that their
/// values can be asked for.
pub fn place(own: &Own<'_>, gridded: &mut Vec<Gridded>, others: &[PathBuf]) -> Outcome {
    let mut lacking = cf::lacking(own.declared, own.values, gridded, own.marks.stagger);
    // Where a file places fields itself, what is along other dimensions is seldom a field.
    if gridded.iter().any(|field| field.grid.geometry != Geometry::Unplaced) {
        lacking.retain(|lack| lack.found.sure);
    }
    let mut outcome = Outcome::default();
    if lacking.is_empty() {
        return outcome;
    }
    let mut groups: Vec<(Missing, Vec<usize>)> = Vec::new();
    for Lack { variable, found } in lacking {
        if let Some((_, variables)) = groups.iter_mut().find(|(known, _)| *known == found) {
            variables.push(variable);
        } else if groups.len() < MOST_GRIDS {
            groups.push((found, vec![variable]));
        }
    }
    let met = search(own, &groups, others);
    let mut placed = Vec::new();
    for (missing, variables) in &groups {
        let note = match choose(own, missing, variables, &met) {
            Ok(found) => {
                if !outcome.companions.contains(&found.offering.path) {
                    outcome.companions.push(found.offering.path.clone());
                }
                placed.extend(found.fields(own, missing, variables));
                continue;
            }
            Err(note) => note,
        };
        // What may be anything is no field where no other file has positions for it.
        if missing.sure || note.words.is_some_and(|(found, _)| *found != NOT_FOUND) {
            outcome.unplaced = true;
            outcome.notes.push(*note);
            placed.extend(without_places(own, missing, variables));
        }
    }
    cf::add_placed(own.declared, own.values, gridded, placed);
    outcome
}

/// Another file with positions, and how it is kin to the one whose fields lack them.
struct Met {
    offering: Arc<Offering>,
    kinship: Kinship,
    in_folder: bool,
}

impl Met {
    /// The offer that fits a field.
    fn best(&self, own: &Own<'_>, missing: &Missing, variable: usize) -> Option<&Offer> {
        let known = self.kinship == Kinship::Same && own.marks.uuid.is_some();
        cf::best(&self.offering.offers, missing, own.declared.get(variable)?, known).map(|(offer, _)| offer)
    }
}

/// The files around that have positions: until one has served each grid, then only those whose names tell of positions.
fn search(own: &Own<'_>, groups: &[(Missing, Vec<usize>)], others: &[PathBuf]) -> Vec<Met> {
    let began = Instant::now();
    let mut around = Companions::new(own.path, others);
    let any_sure = groups.iter().any(|(missing, _)| missing.sure);
    if !any_sure {
        around.narrow_folder();
    }
    let mut met: Vec<Met> = Vec::new();
    loop {
        let serves = |(missing, variables): &(Missing, Vec<usize>)| {
            let Some(&first) = variables.first() else { return true };
            met.iter().any(|met| {
                let enough = if own.marks.uuid.is_some() { Kinship::Same } else { Kinship::Open };
                met.kinship <= enough && met.best(own, missing, first).is_some()
            })
        };
        if groups.iter().filter(|(missing, _)| missing.sure || !any_sure).all(serves) {
            around.narrow();
        }
        let look = |path: &Path| if began.elapsed() > PATIENCE { Look::Other } else { remembered(path) };
        let Some(offering) = around.next(look) else { return met };
        let kinship = own.marks.kinship(&offering.marks);
        met.push(Met { offering, kinship, in_folder: around.is_in_folder() });
    }
}

/// A grid for some fields, and where it was found.
struct Found {
    offering: Arc<Offering>,
    offer: Offer,
    grid: Arc<Grid>,
    known: bool,
}

impl Found {
    fn fields(&self, own: &Own<'_>, missing: &Missing, variables: &[usize]) -> Vec<(usize, Arc<Grid>, Fit)> {
        let offers = std::slice::from_ref(&self.offer);
        let field = |&n: &usize| {
            let (_, fit) = cf::best(offers, missing, own.declared.get(n)?, self.known)?;
            Some((n, self.grid.clone(), fit))
        };
        variables.iter().filter_map(field).collect()
    }
}

/// The grid of what fits best; an error says why there is none.
fn choose(own: &Own<'_>, missing: &Missing, variables: &[usize], met: &[Met]) -> Result<Found, Box<SourceError>> {
    let refused = |words, detail| Box::new(SourceError::new(own.path, Refusal::Unsupported, detail).saying(words));
    let lacks = || {
        let values = [("names", missing.wanted.as_str().into()), ("dimensions", missing.dimensions().into())];
        refused(missing.family.words(), Detail::with("elsewhere.wanted", values))
    };
    let Some(&first) = variables.first() else { return Err(lacks()) };
    let fitting: Vec<(&Met, &Offer)> =
        met.iter().filter_map(|met| Some((met, met.best(own, missing, first)?))).collect();
    let rank = |met: &Met| (met.kinship, met.in_folder);
    let best = fitting.iter().map(|(met, _)| rank(met)).min();
    let Some(best) = best.filter(|(kinship, _)| *kinship != Kinship::Other) else {
        // One that would do but for its mark.
        let marked = fitting.first().filter(|(met, _)| own.marks.uuid.and(met.offering.marks.uuid).is_some());
        return Err(marked.map_or_else(lacks, |(met, _)| {
            refused(
                &("elsewhere.other_grid", "elsewhere.other_grid_advice"),
                met.offering.path.display().to_string().into(),
            )
        }));
    };
    let mut taken: Option<Found> = None;
    for (met, offer) in fitting.into_iter().filter(|(met, _)| rank(met) == best) {
        let Some(grid) = met.offering.grid(offer) else { continue };
        let known = met.kinship == Kinship::Same && own.marks.uuid.is_some();
        match &taken {
            None => taken = Some(Found { offering: met.offering.clone(), offer: offer.clone(), grid, known }),
            Some(first) if known || first.offering.is_like(&first.offer, &met.offering, offer) => {}
            Some(first) => {
                let both = [&first.offering, &met.offering].map(|offering| offering.path.display().to_string());
                let words = &("elsewhere.several", "elsewhere.several_advice");
                return Err(refused(words, both.join(", ").into()));
            }
        }
    }
    taken.ok_or_else(lacks)
}

/// Fields that are listed and not drawn.
fn without_places(own: &Own<'_>, missing: &Missing, variables: &[usize]) -> Vec<(usize, Arc<Grid>, Fit)> {
    let (ny, nx) = (missing.rows.as_ref().map_or(1, |rows| rows.size), missing.columns.size);
    let grid = Arc::new(Grid { ny, nx, geometry: Geometry::Unplaced });
    let field = |&n: &usize| {
        let place = |wanted| own.declared.get(n)?.dims.iter().position(|dim| dim == wanted);
        let y = match &missing.rows {
            Some(rows) => Some(place(rows)?),
            None => None,
        };
        Some((n, grid.clone(), Fit { y, x: place(&missing.columns)? }))
    };
    variables.iter().filter_map(field).collect()
}

/// A file and the positions that it has.
#[derive(Debug)]
struct Offering {
    path: PathBuf,
    marks: Marks,
    offers: Vec<Offer>,
    /// The grids that were made of them, by the number of the latitudes, as long as somebody has fields on them: all files
    /// of a run share one.
    grids: Mutex<HashMap<usize, Made>>,
}

#[derive(Debug)]
struct Made {
    grid: Weak<Grid>,
    sums: Sums,
}

impl Offering {
    fn grid(&self, offer: &Offer) -> Option<Arc<Grid>> {
        let grids = || self.grids.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = grids().get(&offer.lat).and_then(|made| made.grid.upgrade()) {
            return Some(known);
        }
        // Not while the lock is held: two threads that begin together read the same twice, and the first one's stands.
        let grid = netcdf::offered_grid(&self.path, offer)?;
        let mut grids = grids();
        if let Some(known) = grids.get(&offer.lat).and_then(|made| made.grid.upgrade()) {
            return Some(known);
        }
        grids.insert(offer.lat, Made { grid: Arc::downgrade(&grid), sums: Sums::of(&grid) });
        Some(grid)
    }

    /// Whether positions of two files are the same; both were read before.
    fn is_like(&self, offer: &Offer, other: &Self, others_offer: &Offer) -> bool {
        let sums = |offering: &Self, offer: &Offer| {
            let grids = offering.grids.lock().unwrap_or_else(PoisonError::into_inner);
            grids.get(&offer.lat).map(|made| made.sums)
        };
        sums(self, offer).zip(sums(other, others_offer)).is_some_and(|(own, theirs)| own.is_like(&theirs))
    }
}

/// Sums over all positions, as places on the unit sphere: each weighed by its number, so that the same positions in another
/// order differ; and how many there are.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    weighed: [f64; 3],
    weight: f64,
    count: usize,
}

impl Sums {
    fn of(grid: &Grid) -> Self {
        let mut sums = Self::default();
        for n in 0..grid.ny.saturating_mul(grid.nx) {
            let Some((lon, lat)) = grid.position(n / grid.nx.max(1), n % grid.nx.max(1)) else { continue };
            let ((lon_sin, lon_cos), (lat_sin, lat_cos)) = (lon.to_radians().sin_cos(), lat.to_radians().sin_cos());
            // Without a pattern that rows, columns or pairs could have too.
            let weight = (n as f64 * 0.618_033_988_749_895).fract();
            for (sum, part) in sums.weighed.iter_mut().zip([lat_cos * lon_cos, lat_cos * lon_sin, lat_sin]) {
                *sum += weight * part;
            }
            sums.weight += weight;
            sums.count += 1;
        }
        sums
    }

    fn is_like(&self, other: &Self) -> bool {
        let apart = self.weighed.iter().zip(&other.weighed).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        self.count == other.count && self.count > 0 && apart <= SAME_PLACE.to_radians() * self.weight.max(1.0)
    }
}

/// What is known of a file as it was when it was looked into.
struct Remembered {
    length: u64,
    written: Option<SystemTime>,
    /// `None` for what is no NetCDF.
    offering: Option<Option<Arc<Offering>>>,
}

/// Each file of a run looks among the same files.
static MEMORY: Mutex<BTreeMap<PathBuf, Remembered>> = Mutex::new(BTreeMap::new());

fn remembered(path: &Path) -> Look<Arc<Offering>> {
    let memory = || MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    let Ok(about) = std::fs::metadata(path) else { return Look::Other };
    let (length, written) = (about.len(), about.modified().ok());
    let known = memory()
        .get(path)
        .filter(|known| (known.length, known.written) == (length, written))
        .map(|known| known.offering.clone());
    let offering = known.unwrap_or_else(|| {
        let is_netcdf = matches!(recognise(path), Ok(Signature::Classic | Signature::Hdf5));
        let offering = is_netcdf.then(|| {
            let (offers, marks) = netcdf::offered(path)?;
            Some(Arc::new(Offering { path: path.to_owned(), marks, offers, grids: Mutex::default() }))
        });
        let mut memory = memory();
        if memory.len() >= MOST_REMEMBERED {
            memory.clear();
        }
        memory.insert(path.to_owned(), Remembered { length, written, offering: offering.clone() });
        offering
    });
    match offering {
        None => Look::Other,
        Some(None) => Look::Nothing,
        Some(Some(offering)) => Look::Found(offering),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(step: f64, change: impl FnOnce(&mut Vec<f64>)) -> Sums {
        let mut lon: Vec<f64> = (0..1024).map(|i| -130.0 + step * f64::from(i)).collect();
        change(&mut lon);
        let lat = (0..64).map(|j| 30.0 + step * f64::from(j)).collect();
        Sums::of(&Grid { ny: 64, nx: 1024, geometry: Geometry::LatLon { lat, lon } })
    }

    #[test]
    fn positions_are_the_same_in_single_precision_and_others_in_another_order_or_beside_a_common_edge() {
        let whole = sums(0.02, |_| {});
        let single = sums(0.02, |lon| lon.iter_mut().for_each(|lon| *lon = f64::from(*lon as f32)));
        assert!(whole.is_like(&single));
        assert!(!whole.is_like(&sums(0.05, |_| {})));
        assert!(!whole.is_like(&sums(0.02, |lon| lon.swap(300, 700))));
        assert!(!whole.is_like(&sums(0.02, |lon| lon.iter_mut().for_each(|lon| *lon += 0.01))));
        let nowhere = sums(0.02, |lon| lon.fill(f64::NAN));
        assert!(!nowhere.is_like(&nowhere), "nothing is known of them");
    }
}
