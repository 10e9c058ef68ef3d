//! What the files hold in their own words: their variables, joined over files, with nothing converted.
//!
//! The window shows parameters (see [`super::Series`]); the commands that look into files speak of variables.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use super::join::{model_name, same_grid};
use super::meaning::levels_of;
use crate::field::{LevelKind, Member};
use crate::source::{Choice, Dataset, ExtraDimension, FieldRef, LevelAxis, SourceError, Step, Variable};
use crate::time::{LeadTime, Moment, Span};

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
    /// Of all parts, in their order: what is chosen by default stands first.
    pub members: Option<Vec<Member>>,
    /// The same steps, once there are several parts.
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
    pub interval: Option<WantedInterval>,
    /// A number or a name; by default the control or the lowest number.
    pub member: Option<String>,
    /// Where on the other dimensions, by their names.
    pub dims: Vec<(String, WantedPosition)>,
}

/// Where on a dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedPosition {
    At(usize),
    /// As [`ExtraDimension::position`] understands it.
    Said(String),
}

/// The interval of a sum, a mean or an extreme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WantedInterval {
    /// Of this length.
    Length(Span),
    /// Between two lead times.
    Between(LeadTime, LeadTime),
}

impl WantedInterval {
    /// `6h`, `30min`, or `0-6` in hours of lead time.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hours = |text: &str| text.trim().parse::<f64>().ok().and_then(LeadTime::from_hours);
        let text = text.trim();
        if let Some((from, to)) = text.split_once('-') {
            let (from, to) = (hours(from)?, hours(to.trim_end_matches('h'))?);
            return (from <= to).then_some(Self::Between(from, to));
        }
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c.is_whitespace());
        let unit = match text.get(number.len()..)?.trim() {
            "" | "h" => 1.0,
            "min" | "m" => 1.0 / 60.0,
            "d" | "day" | "days" => 24.0,
            _ => return None,
        };
        let length = LeadTime::from_hours(number.trim().parse::<f64>().ok()? * unit)?;
        (length.0 > 0).then_some(Self::Length(Span(length.0)))
    }

    fn is_of(self, step: &Step) -> bool {
        let Some(span) = step.span else { return false };
        match self {
            Self::Length(length) => span.class() == length.class(),
            Self::Between(from, to) => step.lead == Some(to) && span.0 == to.0 - from.0,
        }
    }
}

/// A level by its number, or a layer by both of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WantedLevel {
    /// As it stands in the file.
    InFile(f64, Option<f64>),
    /// In the unit in which people say it: hPa for a pressure, else as it stands in the file.
    Said(f64, Option<f64>),
}

/// What of a [`Wanted`] no file has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    Time,
    Level,
    Member,
    Interval,
    Dimension(String),
    /// No step fits both the times that were named and the position on this dimension.
    Contradiction(String),
    /// A position or coordinate that a dimension does not have: its name, what was asked for, what there is.
    Position(String, String, String),
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
            let mut members = variable.members.clone();
            members.iter_mut().for_each(|members| members.sort());
            list.push(Listed { id: String::new(), parts: vec![part], levels, steps, members, known: HashSet::new() });
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
        let members = choose_members(variable.members.as_deref(), wanted.member.as_deref());
        let (along, mut dims) = split_dims(variable, &wanted.dims);
        let all = choose_steps(&variable.steps, wanted)?;
        let is_there = |step: &usize| along.iter().all(|place| place.is_of(*step));
        let mut steps: Vec<usize> = all.iter().copied().filter(is_there).collect();
        let in_range = along.iter().all(|place| place.at < place.size);
        let by_position = wanted.dims.iter().all(|(_, position)| matches!(position, WantedPosition::At(_)));
        if steps.is_empty() && in_range && by_position {
            // Programs name a time that stands several times and overrule it by its position.
            (steps, dims) = (all, wanted.dims.clone());
        }
        if let Some(place) = along.iter().find(|place| place.at >= place.size) {
            return Err(Absent::Dimension(place.name.to_owned()));
        }
        if let (true, Some(place)) = (steps.is_empty(), along.first()) {
            return Err(Absent::Contradiction(place.name.to_owned()));
        }
        let first = Choice {
            step: *steps.first().ok_or(Absent::Time)?,
            level: choose_level(axis, wanted.level).ok_or(Absent::Level)?,
            member: *members.first().ok_or(Absent::Member)?,
            dims: choose_dims(&variable.dims, &dims)?,
        };
        if variable.field(first.clone()).is_some() {
            return Ok(first);
        }
        // Not every step has every level: the first that fits and is there, where some are left open.
        let levels = match wanted.level {
            Some(_) => first.level..first.level + 1,
            None => 0..axis.map_or(1, |axis| axis.values.len()),
        };
        let every = steps.into_iter().flat_map(|step| levels.clone().map(move |level| (step, level)));
        every
            .flat_map(|(step, level)| members.iter().map(move |member| (step, level, *member)))
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
        let member = match (&mine.members, &theirs.members) {
            (Some(mine), Some(theirs)) => {
                let named = theirs.get(choice.member)?;
                mine.iter().position(|member| member == named)?
            }
            _ => 0,
        };
        let level = match (&mine.levels, &theirs.levels) {
            (Some(mine), Some(theirs)) => {
                let bounds = theirs.bounds(choice.level)?;
                (0..mine.values.len()).find(|at| mine.bounds(*at) == Some(bounds))?
            }
            _ => 0,
        };
        Some(Choice { step, level, member, dims: choice.dims.clone() })
    }
}

impl Listed {
    /// Whether a person means it by this word: its id, or with the number of its GRIB surface, `t:type:7`.
    #[must_use]
    pub fn is_called(&self, word: &str) -> bool {
        let by_number = || {
            let (name, number) = word.split_once(":type:")?;
            let variable = self.variable()?;
            let surface = variable.grib.as_ref()?.surface.to_string();
            let number = number.split([':', '_']).next()?;
            Some(variable.name == name && number == surface)
        };
        self.id == word || by_number() == Some(true)
    }

    /// The variable as its first file has it.
    #[must_use]
    pub fn variable(&self) -> Option<&Variable> {
        self.parts.first().and_then(Part::variable)
    }

    /// The field that is meant and the part that has it. Where several files have it, the one written last.
    pub fn find(&self, wanted: &Wanted) -> Result<(&Part, Choice), Absent> {
        // The members may stand in files of their own: the first of all of them comes first.
        if let (None, Some(members)) = (&wanted.member, self.members.as_ref().filter(|_| self.parts.len() > 1)) {
            let of = |member: &Member| Wanted { member: Some(member.name.clone()), ..wanted.clone() };
            if let Some(found) = members.iter().find_map(|member| self.find(&of(member)).ok()) {
                return Ok(found);
            }
        }
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

    /// Whether a part has this member, and this position on every dimension that is named.
    #[must_use]
    pub fn has(&self, member: Option<&str>, dims: &[(String, WantedPosition)]) -> bool {
        self.parts.iter().filter_map(Part::variable).any(|variable| {
            !choose_members(variable.members.as_deref(), member).is_empty() && choose_dims(&variable.dims, dims).is_ok()
        })
    }

    /// The intervals of the steps at the same time as another: what a person may have meant as well.
    #[must_use]
    pub fn other_intervals(&self, step: &Step) -> Vec<Span> {
        let same = |other: &&Step| (other.run, other.lead, other.valid) == (step.run, step.lead, step.valid);
        let spans = self.steps.iter().filter(same).filter_map(|other| other.span);
        spans.filter(|span| Some(*span) != step.span).collect()
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
            && mine.frame == theirs.frame
            && mine.members.is_some() == theirs.members.is_some()
            && mine.dims == theirs.dims
            && same_axis
            && (same_grid(&mine.grid, &theirs.grid) || self.moves_to(theirs))
    }

    /// A grid that moves from file to file: each is of times of its own.
    fn moves_to(&self, other: &Variable) -> bool {
        let is_new = |step: &Step| step.valid.is_some() && !self.steps.contains(step);
        self.variable().is_some_and(|mine| mine.grid.may_move_to(&other.grid))
            && !other.steps.is_empty()
            && other.steps.iter().all(is_new)
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
                add_levels(axis, more);
            }
            if let (Some(members), Some(more)) = (&mut self.members, &variable.members) {
                members.extend(more.iter().cloned());
                members.sort();
                members.dedup();
            }
        }
        self.parts.push(part);
    }
}

/// Adds the levels that an axis lacks.
fn add_levels(axis: &mut LevelAxis, more: &LevelAxis) {
    // -0 and 0 are one level.
    let bits = |(value, to): (f64, Option<f64>)| ((value + 0.0).to_bits(), to.map(f64::to_bits));
    let mut known: HashSet<_> = (0..axis.values.len()).filter_map(|at| axis.bounds(at)).map(bits).collect();
    for (value, to) in (0..more.values.len()).filter_map(|at| more.bounds(at)) {
        if known.insert(bits((value, to))) {
            if to.is_some() || !axis.to.is_empty() {
                axis.to.resize(axis.values.len(), None);
                axis.to.push(to);
            }
            axis.values.push(value);
        }
    }
}

/// All steps that fit, in their order; of those at one time the longest interval first, whatever the order of the file.
fn choose_steps(steps: &[Step], wanted: &Wanted) -> Result<Vec<usize>, Absent> {
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
    if steps.is_empty() {
        return if anything && wanted.interval.is_none() { Ok(vec![0]) } else { Err(Absent::Time) };
    }
    let mut first_at = HashMap::new();
    let mut found: Vec<(usize, Reverse<Option<Span>>, usize)> = Vec::new();
    for (n, step) in steps.iter().enumerate().filter(|(_, step)| fits(step)) {
        let at = match first_at.entry((step.run, step.lead, step.valid)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => *new.insert(n),
        };
        found.push((at, Reverse(step.span), n));
    }
    if found.is_empty() {
        return Err(Absent::Time);
    }
    if let Some(interval) = wanted.interval {
        found.retain(|(.., n)| steps.get(*n).is_some_and(|step| interval.is_of(step)));
        if found.is_empty() {
            return Err(Absent::Interval);
        }
    }
    found.sort_unstable();
    Ok(found.into_iter().map(|(.., n)| n).collect())
}

fn choose_level(axis: Option<&LevelAxis>, wanted: Option<WantedLevel>) -> Option<usize> {
    let Some(wanted) = wanted else { return Some(0) };
    let axis = axis?;
    let close = |asked: f64, value: f64| (value - asked).abs() <= 1e-6 * asked.abs().max(1e-3);
    // A layer is meant by both bounds; by one bound the level itself is meant, else the first layer from it on.
    let nearest = |(asked, to): (f64, Option<f64>), bounds: &dyn Fn(usize) -> Option<(f64, Option<f64>)>| {
        let fits = |at: &usize| bounds(*at).is_some_and(|(value, _)| close(asked, value));
        let same_end = |at: &usize| match (to, bounds(*at).and_then(|(_, end)| end)) {
            (Some(asked), Some(end)) => close(asked, end),
            (None, None) => true,
            _ => false,
        };
        let fitting: Vec<usize> = (0..axis.values.len()).filter(fits).collect();
        let off = |at: &usize| bounds(*at).map_or(f64::INFINITY, |(value, _)| (value - asked).abs());
        let exact = fitting.iter().copied().filter(same_end).min_by(|a, b| off(a).total_cmp(&off(b)));
        exact.or_else(|| fitting.iter().copied().filter(|_| to.is_none()).min_by(|a, b| off(a).total_cmp(&off(b))))
    };
    let in_file = |asked| nearest(asked, &|at| axis.bounds(at));
    match wanted {
        WantedLevel::InFile(asked, to) => in_file((asked, to)),
        WantedLevel::Said(asked, to) => {
            let levels = levels_of(Some(axis));
            let said =
                nearest((asked, to), &|at| levels.get(at).copied().flatten().map(|level| (level.value, level.to)));
            if axis.kind == LevelKind::Pressure { said } else { in_file((asked, to)).or(said) }
        }
    }
}

/// The members that fit, the one to be shown first in front.
fn choose_members(members: Option<&[Member]>, wanted: Option<&str>) -> Vec<usize> {
    let Some(members) = members else { return if wanted.is_none() { vec![0] } else { Vec::new() } };
    let fits = |at: &usize| wanted.is_none_or(|wanted| members.get(*at).is_some_and(|member| member.is_called(wanted)));
    let mut found: Vec<usize> = (0..members.len()).filter(fits).collect();
    found.sort_by_key(|at| members.get(*at));
    found
}

/// A position on a dimension that the steps are spread over.
struct StepPlace<'a> {
    name: &'a str,
    at: usize,
    size: usize,
    /// How many steps stand at each of its positions before the next.
    stride: usize,
}

impl StepPlace<'_> {
    fn is_of(&self, step: usize) -> bool {
        step / self.stride.max(1) % self.size.max(1) == self.at
    }
}

/// Of the dimensions that were named those of the steps, by position (`2` or `#2`), and the others.
fn split_dims<'a>(
    variable: &Variable,
    wanted: &'a [(String, WantedPosition)],
) -> (Vec<StepPlace<'a>>, Vec<(String, WantedPosition)>) {
    let (mut along, mut others) = (Vec::new(), Vec::new());
    for (name, asked) in wanted {
        let place = variable.step_dims.iter().position(|(dim, _)| dim == name);
        let at = match asked {
            WantedPosition::At(at) => Some(*at),
            WantedPosition::Said(word) => word.trim().trim_start_matches('#').parse().ok(),
        };
        match place.zip(at) {
            Some((place, at)) => {
                let size = variable.step_dims.get(place).map_or(1, |(_, size)| *size);
                let stride = variable.step_dims.iter().skip(place + 1).map(|(_, size)| *size).product();
                along.push(StepPlace { name, at, size, stride });
            }
            None => others.push((name.clone(), asked.clone())),
        }
    }
    (along, others)
}

/// Zero for every dimension that is not named.
fn choose_dims(dims: &[ExtraDimension], wanted: &[(String, WantedPosition)]) -> Result<Vec<usize>, Absent> {
    let mut positions = vec![0; dims.len()];
    for (name, asked) in wanted {
        let place = dims.iter().position(|dim| dim.name == *name).ok_or_else(|| Absent::Dimension(name.clone()))?;
        let dim = dims.get(place).ok_or_else(|| Absent::Dimension(name.clone()))?;
        let found = match asked {
            WantedPosition::At(at) => Some(*at).filter(|at| *at < dim.size),
            WantedPosition::Said(word) => dim.position(word),
        };
        let absent = || {
            let asked = match asked {
                WantedPosition::At(at) => at.to_string(),
                WantedPosition::Said(word) => word.clone(),
            };
            let there = match &dim.values {
                Some(values) if values.len() <= 64 => values.join(", "),
                _ => format!("#0 … #{}", dim.size.saturating_sub(1)),
            };
            Absent::Position(name.clone(), asked, there)
        };
        if let Some(slot) = positions.get_mut(place) {
            *slot = found.ok_or_else(absent)?;
        }
    }
    Ok(positions)
}
