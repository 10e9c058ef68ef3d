//! Joins datasets into models, runs, series.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::meaning::{levels_of, meaning};
use super::parameter::{self, RELATIVE_HUMIDITY, SPECIFIC_HUMIDITY, TEMPERATURE};
use super::recipe::{Formula, Ingredient, Recipe};
use super::{
    Arrival, Catalog, CatalogNote, Double, FileReport, Lost, Model, ModelFolder, Named, OpenFile, Parameter, Run,
    Series, SlotTime, analyses, grids, intervals, mesh, model_of, runs, vectors, versions,
};
use crate::field::{Level, LevelKind, Member};
use crate::grid::{Directions, Geometry, Grid};
use crate::source::{Choice, Dataset, ExtraDimension, Step, Variable};
use crate::text::{self, Bilingual, Language};
use crate::time::{Calendar, LeadTime, Moment, ReferenceTime, ValidTime};
use crate::units::{self, Affine};

/// One field with its place in the catalogue.
#[derive(Clone)]
pub(super) struct Entry {
    pub level: Option<Level>,
    pub member: Option<Member>,
    pub slot: SlotTime,
    pub recipe: Recipe,
    pub file: usize,
    /// What it is of a vector along the grid.
    pub vector: Option<Arc<vectors::Part>>,
    /// The directions of its grid, where the file has them.
    pub told: Option<Arc<Directions>>,
}

/// A series in the making.
pub(super) struct Gathered {
    pub parameter: Parameter,
    pub grid: Arc<Grid>,
    pub dims: Arc<[ExtraDimension]>,
    pub statistic: String,
    /// The run has the parameter over intervals of other kinds as well.
    pub one_of_several: bool,
    pub entries: Vec<Entry>,
}

/// A model in the making.
struct Parts {
    name: Bilingual,
    note: Option<Bilingual>,
    listed: bool,
    runs: BTreeMap<Option<ReferenceTime>, RunParts>,
}

/// A run in the making.
#[derive(Default)]
pub(super) struct RunParts {
    pub(super) series: Vec<Gathered>,
    /// Numbers of its files that are known by name only.
    pub(super) unread: Vec<usize>,
    /// When one of its files was written last.
    pub(super) written: Option<SystemTime>,
    /// Lead times of files that were refused, by their names.
    pub(super) refused: Vec<LeadTime>,
}

pub(super) fn join(files: &[OpenFile], folders: &[Arc<ModelFolder>], lost: &[Lost]) -> Catalog {
    let mut models: Vec<Parts> = Vec::new();
    for folder in folders {
        let parts = place(&mut models, &folder.name);
        parts.note.clone_from(&folder.note);
        parts.listed = true;
    }
    let mut notes = Vec::new();
    let learned = learned_names(files);
    let names: Vec<Option<(Bilingual, &Dataset)>> = files
        .iter()
        .map(|file| {
            let dataset = file.outcome.as_ref()?.as_deref().ok()?;
            let name = file.folder.as_ref().map_or_else(|| model_name(dataset), |folder| folder.name.clone());
            Some((name, dataset))
        })
        .collect();
    let read: Vec<Option<(&str, &Dataset)>> =
        names.iter().map(|file| file.as_ref().map(|(name, dataset)| (name.en.as_str(), *dataset))).collect();
    let parameters = versions::parameters(&read);
    let datasets = names.iter().flatten().map(|(_, dataset)| dataset);
    let served: HashSet<&Path> = datasets.flat_map(|dataset| &dataset.companions).map(PathBuf::as_path).collect();
    for (number, ((file, read), parameters)) in files.iter().zip(&names).zip(parameters).enumerate() {
        match &file.outcome {
            None => {
                let name = file.folder.as_ref().map(|folder| &folder.name).or_else(|| learned.get(&*file.stem));
                let by_name = name.cloned().unwrap_or_else(|| Bilingual::same(&*file.stem));
                let run = place(&mut models, &by_name).runs.entry(file.named.map(|named| named.run)).or_default();
                run.unread.push(number);
                run.written = run.written.max(file.written);
            }
            Some(_) => {
                let Some((name, dataset)) = read else { continue };
                let parts = place(&mut models, name);
                let serves = served.contains(dataset.path.as_path());
                let shown = |variable: &Variable| !(serves && mesh::is_of_mesh(variable));
                let variables = dataset.variables.iter().zip(parameters);
                for (variable, parameter) in variables.filter(|(variable, _)| shown(variable)) {
                    gather(variable, parameter, number, file, &mut parts.runs);
                }
                notes.extend(disagreement(file, dataset));
            }
        }
    }
    for file in files {
        leave_gap(&mut models, file, &learned);
    }
    // One of each model is enough: they will all be called in the same way.
    let mut told = HashSet::new();
    notes.retain(|(stem, _)| told.insert(Arc::clone(stem)));
    let mut doubles = Vec::new();
    let models = models.into_iter().flat_map(|parts| finish_model(parts, files, lost, &mut doubles));
    let models =
        models.filter(|model| !model.runs.is_empty() || folders.iter().any(|f| f.name == model.name)).collect();
    let arriving = files.iter().filter(|file| file.arriving).map(|file| file.path.clone()).collect();
    let notes = notes.into_iter().map(|(_, note)| note).collect();
    Catalog { models, files: reports(files), notes, doubles, arriving }
}

fn reports(files: &[OpenFile]) -> Vec<FileReport> {
    let datasets = || files.iter().filter_map(|file| file.outcome.as_ref()?.as_ref().ok());
    let report = |file: &OpenFile| {
        let outcome = match file.outcome.as_ref()? {
            Ok(dataset) => Ok(dataset.notes.clone()),
            Err(error) if datasets().any(|dataset| error.serves(dataset)) => Ok(Vec::new()),
            Err(error) => Err(error.clone()),
        };
        Some(FileReport { path: file.path.clone(), outcome })
    };
    // A file of several models is one file.
    let mut told = HashSet::new();
    files.iter().filter(|file| told.insert(&file.path)).filter_map(report).collect()
}

/// Where a model of this name is made.
fn place<'m>(models: &'m mut Vec<Parts>, name: &Bilingual) -> &'m mut Parts {
    let at = models.iter().position(|known| known.name.en == name.en).unwrap_or(models.len());
    if at == models.len() {
        models.push(Parts { name: name.clone(), note: None, listed: false, runs: BTreeMap::new() });
    }
    &mut models[at]
}

/// A file that was refused leaves a gap in the run that it is of by its name, where that has others.
fn leave_gap(models: &mut [Parts], file: &OpenFile, learned: &HashMap<&str, Bilingual>) {
    let Some((Err(error), Named { run, lead: Some(lead) })) = file.outcome.as_ref().zip(file.named) else { return };
    let name = file.folder.as_ref().map(|folder| &folder.name).or_else(|| learned.get(&*file.stem));
    let model = models.iter_mut().find(|model| name.is_some_and(|name| name.en == model.name.en));
    if let Some(run) = model.and_then(|model| model.runs.get_mut(&Some(run)))
        && !error.may_serve()
    {
        run.refused.push(lead);
    }
}

/// How the files of one naming call their model in their headers: those not yet read will do the same.
fn learned_names(files: &[OpenFile]) -> HashMap<&str, Bilingual> {
    let mut learned = HashMap::new();
    for file in files.iter().filter(|file| file.named.is_some() && file.folder.is_none()) {
        if let Some(Ok(dataset)) = &file.outcome {
            learned.entry(&*file.stem).or_insert_with(|| model_name(dataset));
        }
    }
    learned
}

/// Where a file's name tells another run or lead time than its header.
fn disagreement(file: &OpenFile, dataset: &Dataset) -> Option<(Arc<str>, CatalogNote)> {
    let Named { run, lead } = file.named?;
    let steps: Vec<(ReferenceTime, Option<LeadTime>)> = dataset
        .variables
        .iter()
        .flat_map(|variable| variable.steps.iter())
        .filter_map(|step| Some((everyday_run(step.run?), step.lead)))
        .collect();
    let (found_run, found_lead) = *steps.first()?;
    let agrees = |(found, of): &(ReferenceTime, Option<LeadTime>)| {
        *found == run && (lead.is_none() || of.is_none() || *of == lead)
    };
    if steps.iter().any(agrees) {
        return None;
    }
    let words = |run: ReferenceTime, lead: Option<LeadTime>| match lead {
        Some(lead) => format!("{run} {lead}"),
        None => run.to_string(),
    };
    // The name of a sum may hold the time at which it ends (Stage IV: `ST4.2010010112.24h`).
    let ends = |step: &Step| step.valid.is_some_and(|valid| everyday(valid.0) == run.0);
    if dataset.variables.iter().flat_map(|variable| variable.steps.iter()).any(ends) {
        return None;
    }
    let (named, found) = (words(run, lead), words(found_run, found_lead));
    Some((file.stem.clone(), CatalogNote::NameDisagrees { path: file.path.clone(), named, found }))
}

fn finish_model(parts: Parts, files: &[OpenFile], lost: &[Lost], doubles: &mut Vec<Double>) -> Vec<Model> {
    let age: Vec<Option<SystemTime>> = files.iter().map(|file| file.written).collect();
    let mut runs = Vec::new();
    for (reference, mut run) in analyses::joined(parts.runs, files).into_iter().rev() {
        let lead = |number: &usize| files.get(*number).and_then(|file| Some(file.named?.lead));
        run.unread.sort_by_key(lead);
        let ahead = run.unread.iter().filter_map(lead).collect();
        let unread = run.unread.iter().filter_map(|number| Some(files.get(*number)?.path.clone())).collect();
        let series = finish_run(run.series, &age, doubles);
        let arrival = Arrival::of(run.written, ahead, run.refused);
        runs.push(Run { reference, series, unread, arrival });
    }
    runs.retain(|run| run.is_read() || !run.unread.is_empty());
    let model = Model { id: parts.name.en.clone(), name: parts.name, note: parts.note, listed: parts.listed, runs };
    let mut models = grids::split(model);
    for model in &mut models {
        runs::compare(model, lost);
    }
    models
}

/// The same moment in the calendar of our days: files differ in which of the two they name, and mean the same.
fn everyday(moment: Moment) -> Moment {
    /// 1582-10-15, from which on the two calendars are one.
    const GREGORIAN: i64 = -12_219_292_800;
    let same = moment.calendar == Calendar::ProlepticGregorian && moment.seconds >= GREGORIAN;
    if same { Moment { calendar: Calendar::Standard, ..moment } } else { moment }
}

fn everyday_run(run: ReferenceTime) -> ReferenceTime {
    ReferenceTime(everyday(run.0))
}

/// The run and the time of a step: by the header, and by the file's name where the header is silent.
fn timed(step: &Step, named: Option<Named>) -> (Option<ReferenceTime>, SlotTime) {
    let (valid, mut lead) = (step.valid.map(|valid| ValidTime(everyday(valid.0))), step.lead);
    let run = step.run.map(everyday_run).or_else(|| named.map(|named| named.run));
    if let (None, Some(named), Some(run)) = (step.run, named, run) {
        let same = |valid: &ValidTime| valid.0.calendar == run.0.calendar;
        lead = lead.or_else(|| valid.filter(same).map(|valid| valid - run)).or(named.lead);
    }
    let sum = || run.zip(lead).map(|(run, lead)| run + lead);
    (run, SlotTime { valid: valid.or_else(sum), lead, number: None })
}

/// What a file calls its model: an attribute that names it, else its name without dates and numbers.
pub(super) fn model_name(dataset: &Dataset) -> Bilingual {
    const NAMING: [&str; 5] = ["model_name", "model", "model_id", "source_id", "generating_model"];
    let attribute = |wanted: &str| {
        dataset
            .attributes
            .iter()
            .find(|(name, text)| name.eq_ignore_ascii_case(wanted) && !text.trim().is_empty())
            .map(|(_, text)| text::clipped(text.trim()))
    };
    let name = NAMING.iter().find_map(|name| attribute(name)).unwrap_or_else(|| model_of(&dataset.path));
    match name.split_once(" / ") {
        Some((en, fr)) => Bilingual { en: en.trim().to_owned(), fr: fr.trim().to_owned() },
        None => Bilingual::same(name),
    }
}

/// Adds all fields of a variable to the runs that they belong to.
fn gather(
    variable: &Variable,
    parameter: Parameter,
    number: usize,
    file: &OpenFile,
    runs: &mut BTreeMap<Option<ReferenceTime>, RunParts>,
) {
    let (_, conversion, guess) = meaning(variable);
    let vector = vectors::Part::of(variable).map(Arc::new);
    let told = vector.as_ref().and_then(|_| vectors::told(file.outcome.as_ref()?.as_ref().ok()?, &variable.grid));
    let levels = levels_of(variable.levels.as_ref());
    let members: Vec<Option<Member>> =
        variable.members.as_ref().map_or(vec![None], |m| m.iter().cloned().map(Some).collect());
    let untold = [Step::default()];
    let steps = if variable.steps.is_empty() { &untold[..] } else { variable.steps.as_slice() };
    // A name speaks for a file of one time only.
    let named = file.named.filter(|_| steps.len() == 1);
    let mut numbers: HashMap<Option<ReferenceTime>, usize> = HashMap::new();
    let streams = streams(variable);
    for (step, times) in steps.iter().enumerate() {
        let (run, mut slot) = timed(times, named);
        if steps.len() > 1 && slot == SlotTime::default() {
            let number = numbers.entry(run).or_default();
            slot.number = Some(*number);
            *number += 1;
        }
        let run = runs.entry(run).or_default();
        run.written = run.written.max(file.written);
        let parts = &mut run.series;
        let at = parts
            .iter()
            .position(|part| part.parameter.id == parameter.id && same_grid(&part.grid, &variable.grid))
            .unwrap_or_else(|| {
                parts.push(Gathered::new(parameter.clone(), variable));
                parts.len() - 1
            });
        let Some(part) = parts.get_mut(at) else { continue };
        for (level, level_value) in levels.iter().enumerate() {
            for (member, member_name) in members.iter().enumerate() {
                let fields = streams
                    .iter()
                    .filter_map(|dims| variable.field(Choice { step, level, member, dims: dims.clone() }));
                let ingredient = |field| Ingredient { field, conversion, dims: variable.dims.clone() };
                let ingredients: Vec<Ingredient> = fields.map(ingredient).collect();
                let formula = match ingredients.len() {
                    0 => continue,
                    1 => Formula::Direct,
                    _ => Formula::First,
                };
                let recipe = Recipe { ingredients, formula, guess, span: times.span };
                let member = member_name.clone();
                let (vector, told) = (vector.clone(), told.clone());
                part.entries.push(Entry { level: *level_value, member, slot, recipe, file: number, vector, told });
            }
        }
    }
}

/// The positions on a variable's extra dimensions that make one field: of ERA5's `expver` all, as each holds a part of the
/// times; the first of any other.
fn streams(variable: &Variable) -> Vec<Vec<usize>> {
    let first = vec![0; variable.dims.len()];
    let Some(at) = expver(&variable.dims) else { return vec![first] };
    let size = variable.dims.get(at).map_or(1, |dim| dim.size);
    let stream = |position: usize| {
        let mut dims = first.clone();
        dims.iter_mut().skip(at).take(1).for_each(|dim| *dim = position);
        dims
    };
    (0..size).map(stream).collect()
}

/// Which dimension is that of ERA5 and ERA5T, whose fields are joined.
#[must_use]
pub fn expver(dims: &[ExtraDimension]) -> Option<usize> {
    const MOST_STREAMS: usize = 8;
    dims.iter().position(|dim| dim.name.eq_ignore_ascii_case("expver") && (2..=MOST_STREAMS).contains(&dim.size))
}

pub(super) fn same_grid(a: &Arc<Grid>, b: &Arc<Grid>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}

fn finish_run(mut parts: Vec<Gathered>, age: &[Option<SystemTime>], doubles: &mut Vec<Double>) -> Vec<Series> {
    join_moving(&mut parts);
    derive_humidity(&mut parts);
    vectors::turn(&mut parts);
    let parts = parts.into_iter().flat_map(by_interval);
    parts.map(|part| finish_series(part, age, doubles)).filter(|series| !series.is_empty()).collect()
}

/// A grid that moves from file to file is one: grids of one kind and size, on which a parameter stands at times of their own.
fn join_moving(parts: &mut Vec<Gathered>) {
    let mut joined: Vec<(Gathered, HashSet<SlotTime>)> = Vec::new();
    for part in parts.drain(..) {
        let slots: HashSet<SlotTime> = part.entries.iter().map(|entry| entry.slot).collect();
        let takes = |(known, times): &&mut (Gathered, HashSet<SlotTime>)| {
            known.parameter.id == part.parameter.id
                && known.grid.may_move_to(&part.grid)
                && slots.iter().all(|slot| slot.valid.is_some() && !times.contains(slot))
        };
        match joined.iter_mut().find(takes) {
            Some((known, times)) => {
                known.entries.extend(part.entries);
                times.extend(slots);
            }
            None => joined.push((part, slots)),
        }
    }
    parts.extend(joined.into_iter().map(|(part, _)| Gathered { grid: grid_of(&part), ..part }));
}

/// The grid on which all entries lie: one that moves, where they lie on several.
fn grid_of(part: &Gathered) -> Arc<Grid> {
    let places = part.entries.iter().filter_map(|entry| Some((entry.slot, entry.recipe.grid()?)));
    let in_order: BTreeMap<SlotTime, &Arc<Grid>> = places.collect();
    let first = in_order.values().next().copied();
    if first.is_none_or(|first| in_order.values().all(|grid| Arc::ptr_eq(grid, first) || same_grid(grid, first))) {
        return part.grid.clone();
    }
    let (ny, nx) = (part.grid.ny, part.grid.nx);
    let grids = in_order.into_values().cloned().collect();
    Arc::new(Grid { ny, nx, geometry: Geometry::Moving(grids) })
}

/// Adds relative humidity where a run has only specific humidity and temperature on the same grid and pressure levels.
fn derive_humidity(parts: &mut Vec<Gathered>) {
    if parts.iter().any(|part| part.parameter.id == RELATIVE_HUMIDITY) {
        return;
    }
    let Some(entry) = parameter::known(RELATIVE_HUMIDITY) else { return };
    let (Some(kilogram), Some(kelvin)) = (units::by_id("kg kg-1"), units::by_id("K")) else { return };
    let mut derived = Vec::new();
    for specific in parts.iter().filter(|part| part.parameter.id == SPECIFIC_HUMIDITY) {
        let same = |part: &&Gathered| part.parameter.id == TEMPERATURE && same_grid(&part.grid, &specific.grid);
        let Some(temperature) = parts.iter().find(same) else { continue };
        let back = |part: &Gathered, unit| part.parameter.unit.and_then(|shown| units::conversion(shown, unit));
        let (Some(to_kilogram), Some(to_kelvin)) = (back(specific, kilogram), back(temperature, kelvin)) else {
            continue;
        };
        let warm: HashMap<_, _> = temperature.entries.iter().map(|e| ((e.level, &e.member, e.slot), e)).collect();
        let entries: Vec<Entry> = specific
            .entries
            .iter()
            .filter_map(|moist| {
                let level = moist.level.filter(|level| level.kind == LevelKind::Pressure)?;
                let warm = warm.get(&(moist.level, &moist.member, moist.slot))?;
                let ingredient = |entry: &Entry, to: Affine| {
                    let first = entry.recipe.ingredients.first()?;
                    let (field, dims) = (first.field.clone(), first.dims.clone());
                    Some(Ingredient { field, conversion: first.conversion.then(to), dims })
                };
                let ingredients = vec![ingredient(moist, to_kilogram)?, ingredient(warm, to_kelvin)?];
                let formula = Formula::RelativeHumidity { pressure: level.value * 100.0 };
                let recipe = Recipe { ingredients, formula, guess: None, span: moist.recipe.span };
                Some(Entry {
                    level: moist.level,
                    member: moist.member.clone(),
                    slot: moist.slot,
                    recipe,
                    file: moist.file,
                    vector: None,
                    told: None,
                })
            })
            .collect();
        let plain = entry.parameter();
        let name = Bilingual {
            en: text::fill(Language::English, "parameter.over_water", &[("name", &plain.name.en)]),
            fr: text::fill(Language::French, "parameter.over_water", &[("name", &plain.name.fr)]),
        };
        derived.push(Gathered {
            parameter: Parameter { name, ..plain },
            grid: specific.grid.clone(),
            dims: specific.dims.clone(),
            statistic: specific.statistic.clone(),
            one_of_several: false,
            entries,
        });
    }
    parts.extend(derived);
}

impl RunParts {
    /// Adds fields of another run to those of the same parameter on the same grid.
    pub(super) fn add(&mut self, part: Gathered) {
        let same = |own: &&mut Gathered| own.parameter.id == part.parameter.id && same_grid(&own.grid, &part.grid);
        match self.series.iter_mut().find(same) {
            Some(own) => own.entries.extend(part.entries),
            None => self.series.push(part),
        }
    }
}

impl Gathered {
    fn new(parameter: Parameter, variable: &Variable) -> Self {
        let said = variable.grib.as_ref().map(|grib| grib.statistic.clone());
        let statistic = said.unwrap_or_else(|| "instant".to_owned());
        let (grid, dims) = (variable.grid.clone(), variable.dims.clone());
        Self { parameter, grid, dims, statistic, one_of_several: false, entries: Vec::new() }
    }
}

/// One series for each kind of interval, see [`intervals`]. The first keeps the parameter's id.
fn by_interval(part: Gathered) -> Vec<Gathered> {
    let ending = |entry: &Entry| (entry.slot.lead, entry.recipe.span);
    let endings: Vec<_> = part.entries.iter().map(ending).collect();
    let families = intervals::families(&endings);
    if families.len() < 2 {
        return vec![part];
    }
    let of_family = |(number, family): (usize, &intervals::Family)| {
        let mut parameter = part.parameter.clone();
        let words = family.name(&part.statistic);
        if number > 0 {
            parameter.id = format!("{}@{}", parameter.id, family.code());
        }
        parameter.name.en = format!("{}, {}", parameter.name.en, words.en);
        parameter.name.fr = format!("{}, {}", parameter.name.fr, words.fr);
        let entries = part.entries.iter().filter(|entry| family.takes(ending(entry))).cloned().collect();
        Gathered {
            parameter,
            grid: part.grid.clone(),
            dims: part.dims.clone(),
            statistic: part.statistic.clone(),
            one_of_several: true,
            entries,
        }
    };
    families.iter().enumerate().map(of_family).collect()
}

fn finish_series(mut part: Gathered, age: &[Option<SystemTime>], doubles: &mut Vec<Double>) -> Series {
    let levels: Vec<Option<Level>> =
        part.entries.iter().map(|e| e.level).collect::<BTreeSet<_>>().into_iter().collect();
    let slots: Vec<SlotTime> = part.entries.iter().map(|e| e.slot).collect::<BTreeSet<_>>().into_iter().collect();
    let members: Vec<Option<Member>> =
        part.entries.iter().map(|e| e.member.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let mut owners: HashMap<(usize, usize, usize), usize> = HashMap::new();
    let mut recipes: HashMap<(usize, usize, usize), Recipe> = HashMap::new();
    for entry in std::mem::take(&mut part.entries) {
        let (Ok(level), Ok(member), Ok(slot)) = (
            levels.binary_search(&entry.level),
            members.binary_search(&entry.member),
            slots.binary_search(&entry.slot),
        ) else {
            continue;
        };
        let key = (level, member, slot);
        match owners.get(&key).copied() {
            // The same field twice in one file: the first stands.
            Some(owner) if owner == entry.file => continue,
            Some(owner) if age.get(owner) > age.get(entry.file) => {
                if let Some(shown) = recipes.get(&key).cloned() {
                    doubles.push(Double { shown, hidden: entry.recipe });
                }
                continue;
            }
            Some(_) => {
                let hidden = recipes.remove(&key);
                doubles.extend(hidden.map(|hidden| Double { shown: entry.recipe.clone(), hidden }));
            }
            None => {}
        }
        owners.insert(key, entry.file);
        recipes.insert(key, entry.recipe);
    }
    let Gathered { parameter, grid, dims, statistic, one_of_several, .. } = part;
    Series { parameter, grid, levels, members, dims, statistic, one_of_several, slots, recipes }
}
