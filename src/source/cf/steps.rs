//! The time axes of a variable: reference time, lead time and valid time from all the forms that files give them in.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::attribute::{Attribute, Declared, Dimension, Element, Number};
use super::declarations::Declarations;
use super::roles::{Role, is_time_dimension};
use super::time::{TimeScale, absolute_day, duration_seconds, is_absolute_day, parse_text};
use super::{Odd, leads};
use crate::source::Step;
use crate::time::{Calendar, LeadTime, Moment, ReferenceTime, ValidTime};

/// More steps than a loop can hold: fifteen years of hours, three and a half centuries of days. A longer axis is chosen by
/// position.
pub const MOST_STEPS: usize = 1 << 17;
/// Steps of all variables of a file together: a catalogue has a field for each.
pub const MOST_STEPS_OF_ALL: usize = 1 << 20;
/// Time axes of one file that are kept; more are worked out again.
const MOST_KNOWN: usize = 64;
/// Longer leads are no forecast's: a hundred million years, and far from the end of the numbers.
const MOST_LEAD_SECONDS: f64 = 3.6e15;

/// The steps of a variable and the dimensions that they are spread over, the last running fastest.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    /// Variables along the same times share them.
    pub steps: Arc<Vec<Step>>,
    /// Number of the variable's dimension, and its size.
    pub dims: Vec<(usize, usize)>,
    /// Some step cannot be told from the others by its times: they can be chosen by position as well.
    pub doubtful: bool,
}

/// The time axes of a file's variables, those that several share worked out once.
#[derive(Default)]
pub struct Times {
    known: HashMap<Shared, Steps>,
    /// Variables with more steps than are told, and axes that cannot be read.
    pub odd: Vec<Odd>,
    /// Axes that were told of.
    told: HashSet<Untimed>,
    /// Steps of all variables so far.
    count: usize,
}

/// By all that the times of a variable depend on: its dimensions, those that the grid leaves, the coordinates that it
/// names, and its group.
type Shared = (Vec<Dimension>, Vec<usize>, Vec<usize>, String);

impl Times {
    /// The steps of a variable by its number; see [`Steps::of`].
    pub fn of(&mut self, all: &Declarations<'_>, number: usize, free: &[usize]) -> Option<Steps> {
        let steps = self.along(all, number, free)?;
        let count = self.count + steps.steps.len();
        if count > MOST_STEPS_OF_ALL {
            self.odd.push(Odd::Many(number));
            return Some(Steps::default());
        }
        self.count = count;
        Some(steps)
    }

    fn along(&mut self, all: &Declarations<'_>, number: usize, free: &[usize]) -> Option<Steps> {
        let variable = all.get(number)?;
        let shared = (variable.dims.clone(), free.to_vec(), all.auxiliary(variable), variable.group().to_owned());
        if let Some(known) = self.known.get(&shared) {
            return Some(known.clone());
        }
        let steps = match Steps::of(all, variable, free) {
            Ok((steps, untimed)) => {
                for axis in untimed {
                    if self.told.insert(axis.clone()) {
                        self.odd.push(Odd::Untimed(number, axis));
                    }
                }
                steps
            }
            Err(count) => {
                self.odd.push(Odd::Long(number, count));
                Steps::default()
            }
        };
        if self.known.len() < MOST_KNOWN {
            self.known.insert(shared, steps.clone());
        }
        Some(steps)
    }
}

/// An axis of which no times can be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Untimed {
    /// A dimension of times without a coordinate.
    Bare(String),
    /// A coordinate, by its number, that says nothing that can be read.
    Unread(usize),
    /// A coordinate that counts from no date.
    Undated(usize),
}

/// One of the three times, spread over some dimensions of the variable.
struct Source {
    /// The variable that has it.
    number: usize,
    /// Numbers of the variable's dimensions; none for a single time.
    dims: Vec<usize>,
    /// Empty where they cannot be read.
    times: Vec<Option<Instant>>,
    vague: bool,
}

#[derive(Clone, Copy)]
enum Instant {
    At(Moment),
    /// Seconds.
    After(i64),
}

impl Steps {
    /// Reads the time axes of `variable` among its dimensions `free`, which are those that the grid leaves. An error where
    /// there are too many steps: their number.
    fn of(all: &Declarations<'_>, variable: &Declared, free: &[usize]) -> Result<(Self, Vec<Untimed>), usize> {
        let [mut run, lead, mut valid] =
            [Role::Run, Role::Lead, Role::Time].map(|role| find(all, variable, free, role));
        let mut lead = lead.into_iter().next();
        // A time that does not share the lead's dimension cannot be when the forecast holds: it is when it started.
        if let Some(lead) = lead.as_ref().filter(|lead| !lead.dims.is_empty()) {
            let (holding, starting): (Vec<_>, Vec<_>) =
                valid.into_iter().partition(|time| time.dims.iter().any(|dim| lead.dims.contains(dim)));
            valid = holding;
            run.extend(starting);
        }
        let (run, valid) = (run.into_iter().next(), valid.into_iter().next());
        if valid.is_none() && run.is_none() && lead.as_ref().is_some_and(|lead| lead.dims.is_empty()) {
            lead = None;
        }
        let sources = [run, lead, valid];
        let mut dims: Vec<usize> = sources.iter().flatten().flat_map(|source| source.dims.clone()).collect();
        let named = free.iter().copied().filter(|&dim| !dims.contains(&dim) && is_named_time(all, variable, dim));
        let bare: Vec<usize> = named.collect();
        let untimed = untimed(all, variable, &sources, &bare);
        dims.extend(bare);
        dims.sort_unstable();
        dims.dedup();
        let sizes: Vec<usize> = dims.iter().map(|&dim| variable.dims.get(dim).map_or(0, |dim| dim.size)).collect();
        let count = sizes.iter().fold(1_usize, |product, &size| product.saturating_mul(size));
        if count > MOST_STEPS {
            return Err(count);
        }
        Ok((Self::spread(&sources, &dims, sizes, count).unwrap_or_default(), untimed))
    }

    fn spread(sources: &[Option<Source>; 3], dims: &[usize], sizes: Vec<usize>, count: usize) -> Option<Self> {
        if sources.iter().all(Option::is_none) && dims.is_empty() {
            return None;
        }
        let steps: Vec<Step> = (0..count)
            .map(|n| {
                let at = unravel(n, &sizes);
                let [run, lead, valid] = sources.each_ref().map(|source| source.as_ref()?.at(dims, &sizes, &at));
                step(run, lead, valid)
            })
            .collect();
        // A dimension that only a time of two dimensions covers has no numbers of its own to choose by.
        let has_axis = |dim: usize| sources.iter().flatten().any(|source| source.dims == [dim]);
        let without_axis = dims.iter().zip(&sizes).any(|(&dim, &size)| size > 1 && !has_axis(dim));
        let vague = sources.iter().flatten().any(|source| source.vague);
        let doubtful = vague || without_axis || !are_distinct(&steps) || steps.iter().any(is_unknown);
        Some(Self { steps: Arc::new(steps), dims: dims.iter().copied().zip(sizes).collect(), doubtful })
    }
}

impl Source {
    fn at(&self, dims: &[usize], sizes: &[usize], position: &[usize]) -> Option<Instant> {
        let index = self.dims.iter().try_fold(0_usize, |index, dim| {
            let place = dims.iter().position(|own| own == dim)?;
            Some(index * sizes.get(place)? + position.get(place)?)
        })?;
        self.times.get(index).copied().flatten()
    }
}

/// The axes of a variable that leave its steps without a time.
fn untimed(all: &Declarations<'_>, variable: &Declared, sources: &[Option<Source>; 3], bare: &[usize]) -> Vec<Untimed> {
    let [run, lead, valid] = sources;
    let is_read = |source: &&Source| source.times.iter().any(Option::is_some);
    let has = |source: &Option<Source>| source.as_ref().is_some_and(|source| is_read(&source));
    if has(valid) || (has(run) && has(lead)) {
        return Vec::new();
    }
    let of_axes =
        sources.iter().flatten().filter(|source| !is_read(source)).map(|source| Untimed::Unread(source.number));
    let of_dims = bare.iter().filter_map(|&dim| variable.dims.get(dim)).map(|dim| {
        all.coordinate(dim, variable.group()).map_or_else(|| Untimed::Bare(dim.name.clone()), Untimed::Unread)
    });
    let undated = lead.as_ref().filter(|lead| run.is_none() && is_read(lead));
    let is_called_time = |number: usize| {
        all.get(number).is_some_and(|v| v.text("standard_name") == "time" || is_time_dimension(v.name()))
    };
    let undated = undated.filter(|lead| is_called_time(lead.number)).map(|lead| Untimed::Undated(lead.number));
    of_axes.chain(of_dims).chain(undated).collect()
}

/// Completes what two of the three times say.
fn step(run: Option<Instant>, lead: Option<Instant>, valid: Option<Instant>) -> Step {
    let moment = |instant| if let Some(Instant::At(moment)) = instant { Some(moment) } else { None };
    let mut run = moment(run).map(ReferenceTime);
    let mut valid = moment(valid).map(ValidTime);
    let mut lead = if let Some(Instant::After(seconds)) = lead { Some(LeadTime(seconds)) } else { None };
    match (run, lead, valid) {
        (Some(start), Some(ahead), None) => valid = Some(start + ahead),
        (Some(start), None, Some(holds)) if start.0.calendar == holds.0.calendar => lead = Some(holds - start),
        (None, Some(ahead), Some(holds)) => run = Some(holds - ahead),
        _ => {}
    }
    Step { run, lead, valid, span: None }
}

/// A run alone does not say when a forecast holds, and neither does a lead time alone.
fn is_unknown(step: &Step) -> bool {
    step.valid.is_none()
}

fn are_distinct(steps: &[Step]) -> bool {
    let mut seen = HashSet::with_capacity(steps.len());
    steps.iter().all(|step| seen.insert((step.run, step.lead, step.valid)))
}

/// All sources of one of the three times, the most likely first: coordinate variables, then auxiliary ones, then what
/// stands beside the variable.
fn find(all: &Declarations<'_>, variable: &Declared, free: &[usize], role: Role) -> Vec<Source> {
    let coordinates = free.iter().filter_map(|&dim| all.coordinate(variable.dims.get(dim)?, variable.group()));
    let mut candidates: Vec<usize> = coordinates.collect();
    let named = all.auxiliary(variable);
    candidates.extend(&named);
    candidates.extend(all.of_role(role, variable.group()));
    let mut seen = HashSet::new();
    let mut found: Vec<Source> = candidates
        .into_iter()
        .filter(|&n| seen.insert(n) && all.role(n) == Some(role))
        .filter_map(|n| source(all, variable, free, n, named.contains(&n)))
        .collect();
    // NEMO: `time_centered` beside a `time_counter` that says nothing.
    found.sort_by_key(|source| source.times.iter().all(Option::is_none));
    found
}

fn source(all: &Declarations<'_>, variable: &Declared, free: &[usize], number: usize, named: bool) -> Option<Source> {
    let declared = all.get(number)?;
    let mut dims = Vec::with_capacity(declared.dims.len());
    for dim in &declared.dims {
        match free.iter().find(|&&own| variable.dims.get(own) == Some(dim)) {
            Some(&own) => dims.push(own),
            // A single time on a dimension of its own.
            None if dim.size == 1 && named => {}
            None => return None,
        }
    }
    let (times, vague) = instants(all, number, declared).unwrap_or_default();
    (times.iter().any(Option::is_some) || !dims.is_empty()).then_some(Source { number, dims, times, vague })
}

/// The times of a coordinate variable, and whether readers may differ about them. `None` where none can be read.
fn instants(all: &Declarations<'_>, number: usize, declared: &Declared) -> Option<(Vec<Option<Instant>>, bool)> {
    let calendar_name = declared.attribute("calendar").and_then(Attribute::text);
    let calendar = calendar_name.map_or(Some(Calendar::Standard), Calendar::from_cf)?;
    if declared.element == Element::Text {
        let texts = all.texts(number)?;
        return Some((texts.iter().map(|text| parse_text(text, calendar).map(Instant::At)).collect(), true));
    }
    let values = || all.numbers(number, declared.dims.len());
    let units = declared.text("units");
    if let Some(scale) = TimeScale::parse(units, calendar_name) {
        let values = values()?;
        let mut times: Vec<Option<Moment>> = values.iter().map(|&value| scale.moment(value)).collect();
        if let Some(each) = scale.seconds_each().filter(|_| declared.number() == Some(Number::F32)) {
            snap(&mut times, &values, each);
        }
        return Some((times.into_iter().map(|time| time.map(Instant::At)).collect(), scale.is_vague()));
    }
    if is_absolute_day(units) {
        let times = values()?.iter().map(|&value| absolute_day(value, calendar).map(Instant::At)).collect();
        return Some((times, true));
    }
    if all.role(number) != Some(Role::Lead) {
        return None;
    }
    let values = values()?;
    let each = if units.is_empty() { leads::unit(all, declared, &values)? } else { duration_seconds(units)? };
    let bounded = |seconds: f64| (seconds.abs() < MOST_LEAD_SECONDS).then(|| Instant::After(seconds.round() as i64));
    Some((values.iter().map(|&value| bounded(value * each)).collect(), false))
}

/// Times in 32-bit floats are exact to some seconds or minutes only: where all of them lie so near to whole days, hours or
/// minutes, these are meant. `each`: seconds of the axis' unit.
fn snap(times: &mut [Option<Moment>], values: &[f64], each: f64) {
    const ROUND: [i64; 10] = [86_400, 43_200, 21_600, 10_800, 3600, 1800, 900, 600, 300, 60];
    // Half the distance between neighbouring floats, and half a second for what was rounded.
    let slack = |value: f64| {
        let near = value as f32;
        (f64::from(near.abs().next_up()) - f64::from(near.abs())) * each * 0.5 + 0.5
    };
    let to = |moment: Moment, round: i64| (moment.seconds + round / 2).div_euclid(round) * round;
    let is_near = |(time, value): (&Option<Moment>, &f64), round: i64| {
        time.is_none_or(|time| (to(time, round) - time.seconds).abs() as f64 <= slack(*value))
    };
    // What is exact to the second stays as it is.
    if values.iter().all(|value| !value.is_finite() || slack(*value) < 1.0) {
        return;
    }
    let fits = |round: &&i64| times.iter().zip(values).all(|pair| is_near(pair, **round));
    if let Some(&round) = ROUND.iter().find(fits) {
        for time in times.iter_mut().flatten() {
            time.seconds = to(*time, round);
        }
    }
}

/// A dimension whose coordinate says that it is time, though its values cannot be read, or that is called so.
fn is_named_time(all: &Declarations<'_>, variable: &Declared, dim: usize) -> bool {
    let Some(dim) = variable.dims.get(dim) else { return false };
    let role = all.coordinate(dim, variable.group()).and_then(|n| all.role(n));
    match role {
        Some(role) => matches!(role, Role::Time | Role::Run | Role::Lead),
        None => dim.size > 1 && is_time_dimension(&dim.name),
    }
}

fn unravel(mut n: usize, sizes: &[usize]) -> Vec<usize> {
    let mut at = vec![0; sizes.len()];
    for (position, &size) in at.iter_mut().zip(sizes).rev() {
        (*position, n) = (n % size.max(1), n / size.max(1));
    }
    at
}
