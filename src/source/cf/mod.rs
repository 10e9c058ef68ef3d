//! The CF conventions: from what a file declares to gridded variables with grid, levels, times and members.
//!
//! Nothing here knows a file format: a reader gives its variables as [`Declared`] and their coordinate values through
//! [`Values`], and gets back which of them are fields and where each choice stands among the stored dimensions.

pub mod attribute;
mod declarations;
mod frame;
mod horizontal;
mod lacking;
mod leads;
mod levels;
pub mod listed;
mod mesh;
mod motion;
mod offers;
pub mod packing;
mod places;
mod projected;
mod roles;
mod started;
mod steps;
mod time;

use std::path::Path;
use std::sync::Arc;

use crate::field::Member;
use crate::grid::{Geometry, Grid, MapError};
use crate::source::{Choice, Detail, ExtraDimension, LevelAxis, Refusal, SourceError, Step};

pub use attribute::{Attribute, Declared, Dimension, Element, Number};
pub use declarations::{Declarations, Values};
pub use frame::frame;
pub use lacking::{Lack, Missing};
pub use offers::{Fit, Kinship, Marks, Offer, best};
pub use packing::{ByteOrder, Packing, Sample};
pub use places::Places;
pub use started::name_run;

use horizontal::{Grids, Placed};
use levels::level_axis;
use roles::Role;
use steps::{Steps, Times, Untimed};

/// A variable that lies on a horizontal grid.
#[derive(Debug)]
pub struct Gridded {
    /// Its number among the declared variables.
    pub declared: usize,
    pub grid: Arc<Grid>,
    pub levels: Option<LevelAxis>,
    pub steps: Arc<Vec<Step>>,
    pub members: Option<Vec<Member>>,
    pub dims: Vec<ExtraDimension>,
    pub places: Places,
}

/// What of a file was not followed: the number of the variable that is meant, and why.
#[derive(Debug)]
pub enum Odd {
    /// A grid mapping that makes no projection.
    Mapping(usize, MapError),
    /// A grid mapping that describes its projection twice, so many degrees apart.
    Twofold(usize, f64),
    /// A grid mapping that places points so many degrees from the positions that the file lists.
    Listed(usize, f64),
    /// Latitudes that change at so many times, with so many points in all.
    Moving(usize, usize, usize),
    /// A variable on a grid of so many points.
    Large(usize, usize, usize),
    /// A variable with more steps than are told one by one.
    Long(usize, usize),
    /// A variable, and what leaves its steps without a time.
    Untimed(usize, Untimed),
    /// A variable behind others which have as many steps together as are told.
    Many(usize),
}

/// All gridded variables of a file, in the file's order, and what could not be followed.
#[must_use]
pub fn describe(variables: &[Declared], values: &dyn Values) -> (Vec<Gridded>, Vec<Odd>) {
    let all = Declarations::new(variables, values);
    let (mut grids, mut times) = (Grids::default(), Times::default());
    let numbers = 0..variables.len();
    let mut gridded = |n| gridded(&all, &mut grids, &mut times, n);
    let found = numbers.filter(|&n| may_be_field(&all, n)).filter_map(&mut gridded).collect();
    grids.odd.extend(times.odd);
    (found, grids.odd)
}

/// So many variables are told of one by one.
const MOST_TOLD: usize = 8;

/// A note for each of the first things that were not followed.
#[must_use]
pub fn told(path: &Path, variables: &[Declared], odd: Vec<Odd>) -> Vec<SourceError> {
    let number = |number: usize| Detail::Count(number as u64);
    let rounded = |degrees: f64| Detail::from(format!("{degrees:.2}"));
    let note = |odd: Odd| {
        let (variable, detail, words) = match odd {
            Odd::Mapping(mapping, why) => {
                let words: &'static (&str, &str) = &("refusal.not_placed", "advice.no_mapping");
                let words = matches!(why, MapError::Missing(_)).then_some(words);
                (mapping, Detail::with(why.key(), [("name", why.name().into())]), words)
            }
            Odd::Twofold(mapping, degrees) => {
                let words: &'static (&str, &str) = &("refusal.contradiction", "advice.contradiction");
                (mapping, Detail::with("mapping.twofold", [("degrees", rounded(degrees))]), Some(words))
            }
            Odd::Listed(mapping, degrees) => {
                let words: &'static (&str, &str) = &("refusal.contradiction", "advice.contradiction");
                (mapping, Detail::with("mapping.listed", [("degrees", rounded(degrees))]), Some(words))
            }
            Odd::Moving(lat, times, points) => {
                let most = number(motion::MOST_POINTS);
                let places = [("count", number(times)), ("points", number(points)), ("most", most)];
                let words: &'static (&str, &str) = &("refusal.too_large", "advice.moving");
                (lat, Detail::with("mapping.moving", places), Some(words))
            }
            Odd::Large(variable, ny, nx) => {
                let places = [("ny", number(ny)), ("nx", number(nx)), ("most", number(horizontal::MOST_POINTS))];
                let words: &'static (&str, &str) = &("refusal.too_large", "advice.too_large");
                (variable, Detail::with("detail.grid_too_large", places), Some(words))
            }
            Odd::Long(variable, count) => {
                let places = [("count", number(count)), ("most", number(steps::MOST_STEPS))];
                let words: &'static (&str, &str) = &("refusal.too_large", "advice.too_long");
                (variable, Detail::with("detail.too_long", places), Some(words))
            }
            Odd::Untimed(variable, axis) => {
                let (at, detail, words) = untimed(variables, variable, axis);
                (at, detail, Some(words))
            }
            Odd::Many(variable) => {
                let places = [("most", number(steps::MOST_STEPS_OF_ALL))];
                let words: &'static (&str, &str) = &("refusal.too_large", "advice.too_long");
                (variable, Detail::with("detail.too_many_steps", places), Some(words))
            }
        };
        let part = variables.get(variable).map_or_else(String::new, |variable| variable.path.clone());
        let note = SourceError::new(path, Refusal::Unsupported, detail).in_part(part);
        words.map_or(note.clone(), |words| note.saying(words))
    };
    odd.into_iter().take(MOST_TOLD).map(note).collect()
}

/// The variable to name, and what to say of its axis.
fn untimed(
    variables: &[Declared],
    variable: usize,
    axis: Untimed,
) -> (usize, Detail, &'static (&'static str, &'static str)) {
    let text = |number: usize, name: &str| variables.get(number).map_or("", |declared| declared.text(name)).to_owned();
    let unread: &'static (&str, &str) = &("refusal.untimed", "advice.untimed");
    match axis {
        Untimed::Bare(dimension) => {
            (variable, Detail::with("detail.no_times", [("dimension", dimension.into())]), unread)
        }
        Untimed::Unread(number) => {
            let (units, calendar) = (text(number, "units"), text(number, "calendar"));
            let detail = match (units.as_str(), calendar.as_str()) {
                ("", _) => Detail::of("detail.no_units"),
                (_, "") => Detail::with("detail.time_units", [("units", units.into())]),
                _ => Detail::with("detail.time_units_in", [("units", units.into()), ("calendar", calendar.into())]),
            };
            (number, detail, unread)
        }
        Untimed::Undated(number) => {
            let detail = Detail::with("detail.time_units", [("units", text(number, "units").into())]);
            (number, detail, &("refusal.undated", "advice.undated"))
        }
    }
}

/// The note of a variable whose one field has more bytes than the file can hold, however well compressed.
#[must_use]
pub fn promised(path: &Path, variable: Option<&Declared>, bytes: usize) -> SourceError {
    let part = variable.map_or_else(String::new, |variable| variable.path.clone());
    let detail = Detail::with("detail.promised", [("bytes", Detail::Count(bytes as u64))]);
    SourceError::new(path, Refusal::NoGrid, detail).in_part(part)
}

/// The fields of a file whose positions stand in no variable of it. `gridded` in the file's order; `of_file`: NEMO's
/// points on which all its fields stand.
#[must_use]
pub fn lacking(variables: &[Declared], values: &dyn Values, gridded: &[Gridded], of_file: Option<char>) -> Vec<Lack> {
    lacking::lacking(&Declarations::new(variables, values), gridded, of_file)
}

/// Puts fields on grids that stand elsewhere. `gridded` stays in the file's order, and what it has of these fields goes.
pub fn add_placed(
    variables: &[Declared],
    values: &dyn Values,
    gridded: &mut Vec<Gridded>,
    placed: Vec<(usize, Arc<Grid>, Fit)>,
) {
    let (all, mut times) = (Declarations::new(variables, values), Times::default());
    for (number, grid, Fit { y, x }) in placed {
        let Some(field) = on_grid(&all, &mut times, number, Placed { grid, y, x, sides: None, moving: None }) else {
            continue;
        };
        match gridded.binary_search_by_key(&number, |known| known.declared) {
            Ok(at) => gridded[at] = field,
            Err(at) => gridded.insert(at, field),
        }
    }
}

/// The positions that a file has for fields of others.
#[must_use]
pub fn offers(variables: &[Declared], values: &dyn Values, of_file: Option<char>) -> Vec<Offer> {
    offers::offers(&Declarations::new(variables, values), of_file)
}

/// The grid that some of them make.
#[must_use]
pub fn grid_of(variables: &[Declared], values: &dyn Values, offer: &Offer) -> Option<Arc<Grid>> {
    horizontal::listed_grid(&Declarations::new(variables, values), offer)
}

/// Numbers along dimensions, and no coordinate of anything.
fn may_be_field(all: &Declarations<'_>, number: usize) -> bool {
    let Some(variable) = all.get(number) else { return false };
    let own_dimension = matches!(variable.dims.as_slice(), [only] if only.name == variable.name());
    let coordinate =
        matches!(all.role(number), Some(Role::Latitude | Role::Longitude | Role::Time | Role::Run | Role::X | Role::Y));
    let full = variable.count().is_some_and(|count| count > 0);
    variable.number().is_some() && full && !own_dimension && !coordinate && !all.is_cell_bounds(number)
}

fn gridded(all: &Declarations<'_>, grids: &mut Grids, times: &mut Times, number: usize) -> Option<Gridded> {
    on_grid(all, times, number, grids.place(all, number)?)
}

fn on_grid(all: &Declarations<'_>, times: &mut Times, number: usize, placed: Placed) -> Option<Gridded> {
    let variable = all.get(number)?;
    let Placed { grid, y, x, sides, moving } = placed;
    let of_grid = [Some(x), y, sides.map(|(dim, _)| dim)];
    let mut free: Vec<usize> = (0..variable.dims.len()).filter(|&dim| !of_grid.contains(&Some(dim))).collect();
    let Steps { steps, dims: step_dims, doubtful } = times.of(all, number, &free)?;
    let mut places = Places { y, x, sides, step: step_dims, ..Places::default() };
    if doubtful {
        places.dims.extend(places.step.iter().map(|(dim, _)| *dim));
    }
    free.retain(|dim| !places.step.iter().any(|(step, _)| step == dim));
    let members = members(all, variable, &mut free, &mut places);
    let levels = levels(all, variable, &mut free, &mut places);
    places.dims.extend(free);
    places.dims.sort_unstable();
    let dims = places.dims.iter().filter_map(|&dim| extra(all, variable, dim, &places)).collect();
    let grid = moving.map_or_else(|| grid.clone(), |along| at_steps(&grid, along, &places, steps.len()));
    Some(Gridded { declared: number, grid, levels, steps, members, dims, places })
}

/// A moving grid with its place at each step. `along`: the dimension of the variable for whose positions it has places.
fn at_steps(grid: &Arc<Grid>, along: usize, places: &Places, count: usize) -> Arc<Grid> {
    if matches!(places.step.as_slice(), [(only, size)] if *only == along && *size == count) {
        return grid.clone();
    }
    let each = (0..count).map(|step| {
        let choice = Choice { step, ..Choice::default() };
        places.step.iter().any(|(dim, _)| *dim == along).then_some(())?;
        grid.at(places.corner(&choice, along + 1).get(along).copied()?).cloned()
    });
    let grids: Option<Vec<Arc<Grid>>> = each.collect();
    // Steps that are not told one by one: where a field lies cannot be said.
    let geometry = grids.filter(|grids| !grids.is_empty()).map_or(Geometry::Unplaced, Geometry::Moving);
    Arc::new(Grid { ny: grid.ny, nx: grid.nx, geometry })
}

/// The ensemble members; their dimension leaves `free`. Names that repeat are chosen by position as well.
fn members(
    all: &Declarations<'_>,
    variable: &Declared,
    free: &mut Vec<usize>,
    places: &mut Places,
) -> Option<Vec<Member>> {
    let (at, coordinate) = free.iter().find_map(|&dim| along(all, variable, dim, Role::Member).map(|n| (dim, n)))?;
    let names = match all.texts(coordinate).filter(|_| all.get(coordinate).is_some_and(|v| v.number().is_none())) {
        Some(texts) => texts,
        None => all.numbers(coordinate, 1)?.iter().map(f64::to_string).collect(),
    };
    free.retain(|&dim| dim != at);
    places.member = Some(at);
    if !are_distinct(&names) {
        places.dims.push(at);
    }
    Some(names.into_iter().map(Member::named).collect())
}

/// A dimension that is chosen by itself, with the coordinates along it.
fn extra(all: &Declarations<'_>, variable: &Declared, dim: usize, places: &Places) -> Option<ExtraDimension> {
    /// Longer dimensions are no list to choose from.
    const MOST_COORDINATES: usize = 1 << 14;
    let Dimension { name, size } = variable.dims.get(dim)?.clone();
    let shared = places.counts_others(dim);
    let is_along = |n: &usize| all.get(*n).is_some_and(|v| matches!(v.dims.first(), Some(first) if first.name == name));
    let own = variable.dims.get(dim).and_then(|dim| all.coordinate(dim, variable.group()));
    let coordinate = own.or_else(|| all.auxiliary(variable).into_iter().find(is_along)).filter(|_| !shared);
    let declared = coordinate.and_then(|n| all.get(n));
    let text =
        |attribute: &str| declared.map(|declared| declared.text(attribute).to_owned()).filter(|text| !text.is_empty());
    let is_text = declared.is_some_and(|declared| declared.number().is_none());
    let read = |n: usize| match is_text {
        true => all.texts(n).map(|texts| texts.iter().map(|text| text.trim().to_owned()).collect()),
        false => all.numbers(n, 1).map(|values| values.iter().map(|value| short(*value)).collect::<Vec<_>>()),
    };
    let values = coordinate.filter(|_| size <= MOST_COORDINATES).and_then(read).filter(|values| values.len() == size);
    let (long_name, units) = (text("long_name"), text("units"));
    Some(ExtraDimension { name, size, shared, long_name, units, values })
}

/// A coordinate without the digits that 32-bit floats leave: 0.1 and not 0.10000000149011612.
fn short(value: f64) -> String {
    let single = value as f32;
    if f64::from(single) == value { single.to_string() } else { value.to_string() }
}

/// The level axis; its dimension leaves `free`. Pressure goes before other kinds where a variable has two axes.
fn levels(
    all: &Declarations<'_>,
    variable: &Declared,
    free: &mut Vec<usize>,
    places: &mut Places,
) -> Option<LevelAxis> {
    let axis = |n: usize, rank: usize| Some(level_axis(all.get(n)?, all.numbers(n, rank)?.to_vec()));
    let mut axes: Vec<(usize, LevelAxis, bool)> = Vec::new();
    for &dim in free.iter() {
        let own = variable.dims.get(dim).and_then(|dim| all.coordinate(dim, variable.group()));
        if let Some(coordinate) = along(all, variable, dim, Role::Level) {
            axes.extend(axis(coordinate, 1).map(|axis| (dim, axis, own == Some(coordinate))));
        }
    }
    axes.sort_by_key(|(_, axis, _)| axis.kind != crate::field::LevelKind::Pressure);
    let Some((at, axis, own)) = axes.into_iter().next() else {
        return scalar_level(all, variable).and_then(|n| axis(n, 0)).filter(|axis| axis.values.len() == 1);
    };
    if axis.values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    free.retain(|&dim| dim != at);
    places.level = Some(at);
    let texts: Vec<String> = axis.values.iter().map(f64::to_string).collect();
    if !own || !are_distinct(&texts) {
        places.dims.push(at);
    }
    Some(axis)
}

/// The coordinate of a role along a dimension: its coordinate variable, or one that `coordinates` names; members may
/// also stand beside the variable.
fn along(all: &Declarations<'_>, variable: &Declared, dim: usize, role: Role) -> Option<usize> {
    let dim = variable.dims.get(dim)?;
    let fits = |n: &usize| {
        all.role(*n) == Some(role) && all.get(*n).is_some_and(|v| matches!(v.dims.as_slice(), [only] if only == dim))
    };
    let mut named = all.coordinate(dim, variable.group()).into_iter().chain(all.auxiliary(variable));
    named.find(fits).or_else(|| (role == Role::Member).then(|| all.of_role(role, variable.group()).find(fits))?)
}

/// A level of one value that `coordinates` names: 2 m above ground, 500 hPa.
fn scalar_level(all: &Declarations<'_>, variable: &Declared) -> Option<usize> {
    all.auxiliary(variable)
        .into_iter()
        .find(|&n| all.role(n) == Some(Role::Level) && all.get(n).is_some_and(|v| v.count() == Some(1)))
}

fn are_distinct(names: &[String]) -> bool {
    let mut seen = std::collections::HashSet::with_capacity(names.len());
    names.iter().all(|name| seen.insert(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Coordinates that count.
    struct Counting<'a>(&'a [Declared]);

    impl Values for Counting<'_> {
        fn numbers(&self, variable: usize, rank: usize) -> Option<Vec<f64>> {
            let size = self.0.get(variable)?.dims.first().map_or(1, |dim| dim.size);
            (rank == 1 && size <= 1 << 20).then(|| (0..size as u32).map(f64::from).collect())
        }
        fn texts(&self, _: usize) -> Option<Vec<String>> {
            None
        }
    }

    fn declared(path: &str, dims: &[(&str, usize)], units: &str) -> Declared {
        let dims = dims.iter().map(|(name, size)| Dimension { name: (*name).into(), size: *size }).collect();
        let attributes = vec![("units".to_owned(), Attribute::Text(units.to_owned()))];
        Declared { path: path.into(), element: Element::Number(Number::F32), dims, attributes }
    }

    /// Two fields along the same times.
    fn file(times: usize, rows: usize) -> Vec<Declared> {
        let all = [("time", times), ("lat", rows), ("lon", rows)];
        vec![
            declared("time", &all[..1], "hours since 2026-11-20"),
            declared("lat", &all[1..2], "degrees_north"),
            declared("lon", &all[2..], "degrees_east"),
            declared("t", &all, "K"),
            declared("r", &all, "%"),
        ]
    }

    #[test]
    fn variables_along_the_same_times_share_them() {
        let declared = file(5, 2);
        let (found, odd) = describe(&declared, &Counting(&declared));
        assert!(odd.is_empty());
        let [t, r] = found.as_slice() else { panic!("two fields") };
        assert_eq!(t.steps.len(), 5);
        assert!(Arc::ptr_eq(&t.steps, &r.steps));
    }

    #[test]
    fn a_longer_axis_than_a_loop_can_hold_is_chosen_by_position_and_told_of() {
        let declared = file(steps::MOST_STEPS + 1, 2);
        let (found, odd) = describe(&declared, &Counting(&declared));
        assert!(found.iter().all(|field| field.steps.is_empty()));
        assert_eq!((found[0].dims[0].name.as_str(), found[0].dims[0].size), ("time", steps::MOST_STEPS + 1));
        let notes = told(Path::new("long.nc"), &declared, odd);
        assert_eq!(notes.len(), 1, "once for all that share the axis");
        let told = notes[0].to_string();
        assert!(told.contains("131,073") && told.contains("131,072"), "{told}");
    }

    #[test]
    fn variables_that_have_too_many_steps_together_are_told_of_and_chosen_by_position() {
        let mut declared = file(steps::MOST_STEPS, 2);
        for n in 0..8 {
            let dims = declared[3].dims.clone();
            declared.push(Declared { path: format!("x{n}"), dims, ..declared[4].clone() });
        }
        let (found, odd) = describe(&declared, &Counting(&declared));
        let along_time = found.iter().filter(|field| !field.steps.is_empty()).count();
        assert_eq!((found.len(), along_time), (10, 8));
        assert_eq!(told(Path::new("many.nc"), &declared, odd).len(), 2);
    }

    #[test]
    fn steps_of_an_axis_that_cannot_be_read_stay_apart_and_are_told() {
        let mut declared = file(3, 2);
        declared[0] = Declared { attributes: Vec::new(), ..declared[0].clone() };
        declared[0].attributes.push(("units".to_owned(), Attribute::Text("days since 2000-00-00".to_owned())));
        let (found, odd) = describe(&declared, &Counting(&declared));
        assert!(found.iter().all(|field| field.steps.len() == 3));
        let notes = told(Path::new("a.nc"), &declared, odd);
        assert_eq!(notes.len(), 1, "once for all that share the axis");
        assert!(notes[0].to_string().contains("2000-00-00"));
    }

    #[test]
    fn leads_without_a_unit_make_the_other_time_the_run() {
        let dims = [("time", 2), ("prediction_timedelta", 3), ("lat", 2), ("lon", 2)];
        let mut declared = file(2, 2);
        declared.truncate(3);
        declared.push(declared_bare("prediction_timedelta", &dims[1..2]));
        declared.push(declared_bare("z", &dims));
        let (found, odd) = describe(&declared, &Counting(&declared));
        assert!(found[0].steps.iter().all(|step| step.run.is_some() && step.valid.is_none() && step.lead.is_none()));
        assert_eq!(told(Path::new("a.nc"), &declared, odd).len(), 1);
        // numpy's words for the unit.
        declared[3].attributes.push(("dtype".to_owned(), Attribute::Text("timedelta64[h]".to_owned())));
        let (found, odd) = describe(&declared, &Counting(&declared));
        let leads: Vec<f64> = found[0].steps.iter().filter_map(|step| Some(step.lead?.hours())).collect();
        assert_eq!(leads, [0.0, 1.0, 2.0, 0.0, 1.0, 2.0]);
        assert!(odd.is_empty());
    }

    fn declared_bare(path: &str, dims: &[(&str, usize)]) -> Declared {
        Declared { attributes: Vec::new(), ..declared(path, dims, "") }
    }

    #[test]
    fn a_grid_of_more_points_than_are_read_is_told_with_their_number() {
        let declared = file(1, 20_000);
        let (found, odd) = describe(&declared, &Counting(&declared));
        assert!(found.is_empty());
        let notes = told(Path::new("large.nc"), &declared, odd);
        let told = notes[0].to_string();
        assert!(told.contains("20,000 × 20,000") && told.contains("268,435,456") && told.contains("(t)"), "{told}");
    }
}
