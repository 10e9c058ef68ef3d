//! What the files hold in their own words: their variables, joined over files, with nothing converted.
//!
//! The window shows parameters (see [`super::Series`]); the commands that look into files speak of variables.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::join::{model_name, same_grid};
use super::meaning::levels_of;
use crate::field::LevelKind;
use crate::source::{Choice, Dataset, FieldRef, LevelAxis, SourceError, Step, Variable};
use crate::time::{LeadTime, Moment};

/// A variable over all files that share its name, model, grid and axes.
#[derive(Debug)]
pub struct Listed {
    /// The variable's own id, the longest of its parts'; `@` and the number of its first file behind it where the id is
    /// taken.
    pub id: String,
    pub parts: Vec<Part>,
    /// Of all parts, each value once, in the order of the files.
    pub levels: Option<LevelAxis>,
    /// Of all parts, each step once, in the order of the files.
    pub steps: Arc<Vec<Step>>,
    /// The same, once there are several parts.
    known: HashSet<Step>,
}

/// A variable in one file.
#[derive(Clone, Debug)]
pub struct Part {
    /// Number of the file among those that were given.
    pub file: usize,
    pub dataset: Arc<Dataset>,
    number: usize,
    written: Option<SystemTime>,
}

/// Which field of a variable is meant. What is left out is the first that there is.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// As [`Moment::from_iso`] reads it, in the file's own calendar.
    pub run: Option<String>,
    pub lead: Option<LeadTime>,
    pub valid: Option<String>,
    pub level: Option<WantedLevel>,
    pub member: Option<String>,
    /// Positions on the other dimensions, by name.
    pub dims: Vec<(String, usize)>,
}

/// A level by its number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WantedLevel {
    /// As it stands in the file.
    InFile(f64),
    /// In the unit in which people say it: hPa for a pressure, else as it stands in the file.
    Said(f64),
}

/// What of a [`Wanted`] no file has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    Time,
    Level,
    Member,
    Dimension(String),
}

/// All variables of the files, in the files' order.
#[must_use]
pub fn inventory(opened: &[(PathBuf, Result<Arc<Dataset>, SourceError>)]) -> Vec<Listed> {
    let mut list: Vec<Listed> = Vec::new();
    // Thousands of files may each be of a model of their own: only those that are called alike are looked at.
    let mut alike: HashMap<(String, String), Vec<usize>> = HashMap::new();
    let told_apart = told_apart(opened);
    for (file, (path, outcome)) in opened.iter().enumerate() {
        let Ok(dataset) = outcome else { continue };
        let written = std::fs::metadata(path).and_then(|data| data.modified()).ok();
        let model = model_name(dataset).en;
        for (number, variable) in dataset.variables.iter().enumerate() {
            let part = Part { file, dataset: dataset.clone(), number, written };
            let is_bare = variable.id == variable.name && told_apart.contains(&(variable.name.as_str(), model.clone()));
            let names = names(variable, is_bare).map(|name| (name.to_owned(), model.clone()));
            let names: Vec<(String, String)> = names.collect();
            let takes = |at: &usize| list.get(*at).is_some_and(|listed: &Listed| listed.takes(&part));
            let found = names.iter().filter_map(|name| alike.get(name)).flatten().copied().find(takes);
            let at = found.unwrap_or(list.len());
            for name in names {
                let places = alike.entry(name).or_default();
                if !places.contains(&at) {
                    places.push(at);
                }
            }
            if let Some(listed) = list.get_mut(at) {
                listed.add(part);
                continue;
            }
            let (levels, steps) = (variable.levels.clone(), variable.steps.clone());
            list.push(Listed { id: String::new(), parts: vec![part], levels, steps, known: HashSet::new() });
        }
    }
    let mut taken: HashSet<String> = HashSet::new();
    for listed in &mut list {
        let ids = listed.parts.iter().filter_map(Part::variable).map(|variable| &variable.id);
        let id = ids.min_by_key(|id| Reverse(id.len())).cloned().unwrap_or_default();
        let file = listed.parts.first().map_or(0, |part| part.file);
        listed.id = if taken.contains(&id) { format!("{id}@{file}") } else { id };
        taken.insert(listed.id.clone());
    }
    list
}

/// Names with which several variables stand in one of the files, and the model there.
fn told_apart(opened: &[(PathBuf, Result<Arc<Dataset>, SourceError>)]) -> HashSet<(&str, String)> {
    let is_longer = |variable: &&Variable| variable.identity.is_some() && variable.id != variable.name;
    let mut found = HashSet::new();
    for dataset in opened.iter().filter_map(|(_, outcome)| outcome.as_ref().ok()) {
        let model = model_name(dataset).en;
        let longer = dataset.variables.iter().filter(is_longer);
        found.extend(longer.map(|variable| (variable.name.as_str(), model.clone())));
    }
    found
}

/// By what a variable is found again in other files: its identity, and its id unless that is the bare name of one of
/// several.
fn names(variable: &Variable, is_bare: bool) -> impl Iterator<Item = &str> {
    let id = Some(variable.id.as_str()).filter(|_| variable.identity.is_none() || !is_bare);
    variable.identity.as_deref().into_iter().chain(id)
}

impl Part {
    /// The variable itself.
    #[must_use]
    pub fn variable(&self) -> Option<&Variable> {
        self.dataset.variables.get(self.number)
    }

    /// The first field that fits. `Err` with what this part lacks.
    fn choose(&self, wanted: &Wanted) -> Result<Choice, Absent> {
        let variable = self.variable().ok_or(Absent::Time)?;
        let axis = variable.levels.as_ref();
        let first = Choice {
            step: choose_step(&variable.steps, wanted).ok_or(Absent::Time)?,
            level: choose_level(axis, wanted.level).ok_or(Absent::Level)?,
            member: choose_member(variable.members.as_deref(), wanted.member.as_deref()).ok_or(Absent::Member)?,
            dims: choose_dims(&variable.dims, &wanted.dims)?,
        };
        if variable.field(first.clone()).is_some() {
            return Ok(first);
        }
        // Not every step has every level: the first that fits and is there, where some are left open.
        let steps: Vec<usize> = (0..variable.steps.len().max(1))
            .filter(|&n| variable.steps.get(n).is_none_or(|step| choose_step(&[*step], wanted).is_some()))
            .collect();
        let levels = match wanted.level {
            Some(_) => first.level..first.level + 1,
            None => 0..axis.map_or(1, |axis| axis.values.len()),
        };
        let members = match wanted.member {
            Some(_) => first.member..first.member + 1,
            None => 0..variable.members.as_ref().map_or(1, Vec::len),
        };
        let every = steps.into_iter().flat_map(|step| levels.clone().map(move |level| (step, level)));
        every
            .flat_map(|(step, level)| members.clone().map(move |member| (step, level, member)))
            .map(|(step, level, member)| Choice { step, level, member, dims: first.dims.clone() })
            .find(|choice| variable.field(choice.clone()).is_some())
            .ok_or(Absent::Time)
    }

    /// Where the field that another file has at `choice` stands in this one.
    fn same_choice(&self, other: &Self, choice: &Choice) -> Option<Choice> {
        let (mine, theirs) = (self.variable()?, other.variable()?);
        let step = match theirs.steps.get(choice.step) {
            Some(step) => mine.steps.iter().position(|s| s == step)?,
            None => 0,
        };
        let level = match (&mine.levels, &theirs.levels) {
            (Some(mine), Some(theirs)) => {
                let value = theirs.values.get(choice.level)?;
                mine.values.iter().position(|v| v == value)?
            }
            _ => 0,
        };
        Some(Choice { step, level, member: choice.member, dims: choice.dims.clone() })
    }
}

impl Listed {
    /// The variable as its first file has it.
    #[must_use]
    pub fn variable(&self) -> Option<&Variable> {
        self.parts.first().and_then(Part::variable)
    }

    /// The field that is meant and the part that has it. Where several files have it, the one written last.
    pub fn find(&self, wanted: &Wanted) -> Result<(&Part, Choice), Absent> {
        let mut lacking = Absent::Time;
        for (n, part) in self.parts.iter().enumerate() {
            match part.choose(wanted) {
                Ok(choice) => {
                    let later = self.parts.iter().skip(n + 1).filter(|other| other.written > part.written);
                    let again = later.filter_map(|other| Some((other, other.same_choice(part, &choice)?)));
                    return Ok(again.max_by_key(|(other, _)| other.written).unwrap_or((part, choice)));
                }
                Err(absent) => lacking = absent,
            }
        }
        Err(lacking)
    }

    /// The handle of what [`Listed::find`] found.
    #[must_use]
    pub fn field(part: &Part, choice: Choice) -> Option<FieldRef> {
        part.variable()?.field(choice)
    }

    /// Of each part the reader and the variable's number there: by these a [`FieldRef`] is known to be its.
    pub fn keys(&self) -> impl Iterator<Item = (u64, u32)> {
        self.parts.iter().filter_map(Part::variable).map(|variable| (variable.reader.id(), variable.number))
    }

    /// Whether a variable of the same name and model is the same.
    fn takes(&self, part: &Part) -> bool {
        let (Some(mine), Some(theirs), Some(last)) = (self.variable(), part.variable(), self.parts.last()) else {
            return false;
        };
        let same_axis = match (&mine.levels, &theirs.levels) {
            (None, None) => true,
            (Some(mine), Some(theirs)) => mine.kind == theirs.kind && mine.units == theirs.units,
            _ => false,
        };
        last.file != part.file
            && mine.units == theirs.units
            && mine.grib == theirs.grib
            && mine.members == theirs.members
            && mine.dims == theirs.dims
            && same_axis
            && same_grid(&mine.grid, &theirs.grid)
    }

    fn add(&mut self, part: Part) {
        if let Some(variable) = part.variable() {
            if self.known.is_empty() {
                self.known.extend(self.steps.iter());
            }
            let new = variable.steps.iter().filter(|step| self.known.insert(**step));
            let new: Vec<Step> = new.copied().collect();
            if !new.is_empty() {
                Arc::make_mut(&mut self.steps).extend(new);
            }
            if let (Some(axis), Some(more)) = (&mut self.levels, &variable.levels) {
                // -0 and 0 are one level.
                let bits = |value: &f64| (value + 0.0).to_bits();
                let mut known: HashSet<u64> = axis.values.iter().map(bits).collect();
                axis.values.extend(more.values.iter().filter(|value| known.insert(bits(value))));
            }
        }
        self.parts.push(part);
    }
}

fn choose_step(steps: &[Step], wanted: &Wanted) -> Option<usize> {
    let is = |asked: &Option<String>, found: Option<Moment>| match asked {
        None => true,
        Some(text) => found.is_some_and(|moment| Moment::from_iso(text, moment.calendar) == Some(moment)),
    };
    let fits = |step: &Step| {
        is(&wanted.run, step.run.map(|run| run.0))
            && is(&wanted.valid, step.valid.map(|valid| valid.0))
            && wanted.lead.is_none_or(|lead| step.lead == Some(lead))
    };
    let anything = wanted.run.is_none() && wanted.valid.is_none() && wanted.lead.is_none();
    if steps.is_empty() { anything.then_some(0) } else { steps.iter().position(fits) }
}

fn choose_level(axis: Option<&LevelAxis>, wanted: Option<WantedLevel>) -> Option<usize> {
    let Some(wanted) = wanted else { return Some(0) };
    let axis = axis?;
    let nearest = |asked: f64, values: &mut dyn Iterator<Item = f64>| {
        let off = |value: f64| (value - asked).abs();
        let best = values.enumerate().min_by(|(_, a), (_, b)| off(*a).total_cmp(&off(*b)))?;
        (off(best.1) <= 1e-6 * asked.abs().max(1e-3)).then_some(best.0)
    };
    let in_file = |asked| nearest(asked, &mut axis.values.iter().copied());
    match wanted {
        WantedLevel::InFile(asked) => in_file(asked),
        WantedLevel::Said(asked) if axis.kind == LevelKind::Pressure => {
            let levels = levels_of(Some(axis));
            nearest(asked, &mut levels.iter().map(|level| level.map_or(f64::NAN, |level| level.value)))
        }
        WantedLevel::Said(asked) => in_file(asked),
    }
}

fn choose_member(members: Option<&[String]>, wanted: Option<&str>) -> Option<usize> {
    let Some(wanted) = wanted else { return Some(0) };
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let same = |name: &String| name == wanted || number(name).is_some_and(|n| number(wanted) == Some(n));
    members?.iter().position(same)
}

/// Zero for every dimension that is not named.
fn choose_dims(dims: &[(String, usize)], wanted: &[(String, usize)]) -> Result<Vec<usize>, Absent> {
    let mut positions = vec![0; dims.len()];
    for (name, at) in wanted {
        let place = dims.iter().position(|(dim, size)| dim == name && at < size);
        let slot = place.and_then(|n| positions.get_mut(n)).ok_or_else(|| Absent::Dimension(name.clone()))?;
        *slot = *at;
    }
    Ok(positions)
}
