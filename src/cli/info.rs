//! `millibar info`: what files hold, for people and for programs.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::arguments::Info;
use super::opening::{self, Opened};
use super::output::Output;
use super::vectors::{Shelf, Vectors};
use super::{Status, number};
use crate::catalog::{self, Listed, Shown, expver, inventory, statistic_words};
use crate::field::LevelKind;
use crate::grid::{Geometry, Grid};
use crate::source::{LevelAxis, Step, Variable};
use crate::text::{self, Bilingual, Language};
use crate::time::{LeadTime, ReferenceTime, Span};
use crate::units;

pub fn run(asked: &Info, output: &mut Output) -> Status {
    let opened = opening::open_all(&asked.files);
    let mut listed = inventory(&opened);
    let (member, dims) = (asked.variant.member.as_deref(), asked.variant.positions());
    listed.retain(|listed| listed.has(member, &dims));
    let shelf = Shelf::new(&opened);
    let vectors = Vectors::new(&shelf);
    if asked.json {
        output.json(&Report::new(&opened, &listed, &vectors));
        return opening::status(&opened);
    }
    for (path, outcome) in &opened {
        if let Ok(dataset) = outcome {
            output.line(&format!("{}: {}", path.display(), dataset.format));
        }
    }
    for variable in &listed {
        describe(variable, &vectors, output);
    }
    opening::report(&opened, output)
}

#[derive(Serialize)]
struct VectorEntry {
    frame: &'static str,
    turned: bool,
}

/// The object that `info --json` prints: version 1 of its contract.
#[derive(Serialize)]
struct Report<'a> {
    contract: u8,
    files: Vec<FileEntry>,
    variables: Vec<VariableEntry<'a>>,
}

#[derive(Serialize)]
struct FileEntry {
    path: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Serialize)]
struct VariableEntry<'a> {
    id: &'a str,
    name: &'a str,
    files: Vec<usize>,
    units: Option<&'a str>,
    standard_name: Option<&'a str>,
    long_name: Option<&'a str>,
    grib: Option<GribEntry<'a>>,
    grid: GridEntry,
    levels: Option<LevelsEntry<'a>>,
    steps: StepEntries<'a>,
    members: Option<Vec<serde_json::Value>>,
    dims: BTreeMap<&'a str, usize>,
    /// Coordinates along these, where the file has them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    coordinates: BTreeMap<&'a str, &'a [String]>,
    /// Of a part of a vector along the grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    vector: Option<VectorEntry>,
    /// As it is shown, and as `probe` tells it.
    display: DisplayEntry,
}

#[derive(Serialize)]
struct DisplayEntry {
    name: Bilingual,
    units: String,
}

#[derive(Serialize)]
struct GribEntry<'a> {
    edition: u8,
    param: [u16; 3],
    level_kind: &'a str,
    stat: &'a str,
}

#[derive(Serialize)]
struct GridEntry {
    kind: &'static str,
    shape: Vec<usize>,
}

#[derive(Serialize)]
struct LevelsEntry<'a> {
    units: Option<&'a str>,
    values: &'a [f64],
    /// The other bounds of layers.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    to: &'a [Option<f64>],
}

/// A time with what is known of it; the contract leaves nothing out, so the unknown is `null`.
#[derive(Serialize)]
pub struct StepEntry {
    run: Option<String>,
    lead: Option<f64>,
    valid: Option<String>,
    /// Hours of the interval that ends then.
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<f64>,
}

/// There may be very many: each is put into words when it is written.
struct StepEntries<'a>(&'a [Step]);

impl Serialize for StepEntries<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(StepEntry::new))
    }
}

impl<'a> Report<'a> {
    fn new(opened: &[Opened], listed: &'a [Listed], vectors: &Vectors) -> Self {
        let variables = listed.iter().filter_map(|listed| VariableEntry::new(listed, vectors)).collect();
        Self { contract: 1, files: opened.iter().map(FileEntry::new).collect(), variables }
    }
}

impl FileEntry {
    fn new((path, outcome): &Opened) -> Self {
        let path = path.display().to_string();
        match outcome {
            Ok(dataset) if dataset.notes.is_empty() => {
                Self { path, status: "ok", format: Some(dataset.format), reason: None, message: None }
            }
            Ok(dataset) => {
                let notes: Vec<String> = dataset.notes.iter().map(ToString::to_string).collect();
                let reason = dataset.notes.first().map(|note| note.refusal.word());
                let message = Some(notes.join("\n"));
                Self { path, status: "partial", format: Some(dataset.format), reason, message }
            }
            Err(error) => {
                let (reason, message) = (Some(error.refusal.word()), Some(error.to_string()));
                Self { path, status: "refused", format: None, reason, message }
            }
        }
    }
}

impl<'a> VariableEntry<'a> {
    fn new(listed: &'a Listed, vectors: &Vectors) -> Option<Self> {
        let variable = listed.variable()?;
        let (shown, ..) = catalog::meaning(variable);
        Some(Self {
            id: &listed.id,
            name: &variable.name,
            files: listed.parts.iter().map(|part| part.file).collect(),
            units: variable.units.as_deref(),
            standard_name: variable.standard_name.as_deref(),
            long_name: variable.long_name.as_deref(),
            grib: variable.grib.as_ref().map(|grib| GribEntry {
                edition: grib.edition,
                param: grib.parameter,
                level_kind: &grib.level_kind,
                stat: &grib.statistic,
            }),
            grid: GridEntry { kind: variable.grid.kind(), shape: shape(&variable.grid) },
            levels: listed.levels.as_ref().map(LevelsEntry::new),
            steps: StepEntries(&listed.steps),
            members: listed.members.as_ref().map(|members| members.iter().map(|m| member(&m.name)).collect()),
            dims: variable.dims.iter().map(|dim| (dim.name.as_str(), dim.size)).collect(),
            coordinates: variable
                .dims
                .iter()
                .filter_map(|dim| Some((dim.name.as_str(), dim.values.as_deref()?)))
                .collect(),
            vector: vectors.variable(variable).map(|(part, how)| VectorEntry {
                frame: part.tell(how, Language::English),
                turned: how == Shown::Turned,
            }),
            display: DisplayEntry { name: shown.name, units: shown.unit_label },
        })
    }
}

impl<'a> LevelsEntry<'a> {
    fn new(axis: &'a LevelAxis) -> Self {
        Self { units: axis.units.as_deref(), values: &axis.values, to: &axis.to }
    }
}

impl StepEntry {
    pub fn new(step: &Step) -> Self {
        Self {
            run: step.run.map(|run| run.0.iso()),
            lead: step.lead.map(|lead| lead.hours()),
            valid: step.valid.map(|valid| valid.0.iso()),
            interval: step.span.map(|span| span.0 as f64 / 3600.0),
        }
    }
}

/// A member's number where it has one, else its name.
fn member(name: &str) -> serde_json::Value {
    let number = name.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number.map_or_else(|| name.into(), Into::into)
}

/// Rows and columns; one number for loose points, reduced grids and points without a place.
pub fn shape(grid: &Grid) -> Vec<usize> {
    match grid.first().geometry {
        Geometry::Points(_) | Geometry::Reduced(_) => vec![grid.nx],
        Geometry::Unplaced if grid.ny == 1 => vec![grid.nx],
        _ => vec![grid.ny, grid.nx],
    }
}

/// A few lines on one variable.
fn describe(listed: &Listed, vectors: &Vectors, output: &mut Output) {
    let Some(variable) = listed.variable() else { return };
    output.line("");
    let language = output.language;
    output.line(&heading(&listed.id, variable, language));
    let mut tell = |key: &str, value: &str| output.line(&format!("    {:<12}{value}", text::say(language, key)));
    let shape: Vec<String> = shape(&variable.grid).iter().map(ToString::to_string).collect();
    tell("cli.grid", &format!("{}, {}", shape.join(" × "), variable.grid.kind()));
    if let Some(axis) = &listed.levels {
        tell("cli.levels", &levels(axis, language));
    }
    let statistic = variable.grib.as_ref().map_or("instant", |grib| &grib.statistic);
    for times in times(&listed.steps, statistic, language) {
        tell("cli.times", &times);
    }
    if let Some(members) = &listed.members {
        tell("cli.members", &shortened(members, |member| member.in_words(language)));
    }
    if let Some((part, how)) = vectors.variable(variable) {
        tell("cli.vector", part.tell(how, language));
    }
    for dim in variable.dims.iter() {
        let name = dim.long_name.as_ref().map_or_else(|| dim.name.clone(), |long| format!("{} ({long})", dim.name));
        match &dim.values {
            _ if expver(std::slice::from_ref(dim)).is_some() => {
                let size = dim.size.to_string();
                tell(
                    "cli.dimension",
                    &text::fill(language, "cli.joined_dimension", &[("name", &name), ("size", &size)]),
                );
            }
            Some(values) => {
                let unit = dim.units.as_deref().filter(|unit| !unit.is_empty() && *unit != "1").unwrap_or("");
                tell("cli.dimension", format!("{name}: {} {unit}", shortened(values, String::clone)).trim_end());
            }
            None => tell("cli.dimension", &format!("{name} ({})", dim.size)),
        }
    }
}

/// «Pressure: 500, 850 hPa», «Depth below ground: 0–0.1, 0.1–0.4 m», «Tropopause».
fn levels(axis: &LevelAxis, language: Language) -> String {
    let kind = axis.kind.name(language);
    let bounds: Vec<(f64, Option<f64>)> = (0..axis.values.len()).filter_map(|at| axis.bounds(at)).collect();
    let named = matches!(axis.kind, LevelKind::Other(_));
    if named && bounds.iter().all(|bounds| *bounds == (0.0, None)) {
        return kind;
    }
    let words = |(value, to): &(f64, Option<f64>)| match to {
        Some(to) => format!("{}–{}", number(*value), number(*to)),
        None => number(*value),
    };
    let values = format!("{} {}", shortened(&bounds, words), axis.units.as_deref().unwrap_or(""));
    text::fill(language, "cli.levels_of_kind", &[("kind", &kind), ("values", values.trim_end())])
}

/// `tp  Total precipitation (mm; in the file: kg m-2)`: name and unit as they are shown, and as `probe` has them.
fn heading(id: &str, variable: &Variable, language: Language) -> String {
    let (shown, ..) = catalog::meaning(variable);
    let name = shown.name.in_language(language);
    let name = if name == variable.name { String::new() } else { format!("  {name}") };
    let file = variable.units.as_deref().map(str::trim).filter(|unit| !unit.is_empty());
    let is_same =
        |unit: &str| units::parse(unit).is_some_and(|found| Some(found) == shown.unit) || unit == shown.unit_label;
    let unit = match file {
        Some(unit) if !is_same(unit) => {
            let in_file = text::fill(language, "cli.unit_in_file", &[("units", unit)]);
            if shown.unit_label.is_empty() { in_file } else { format!("{}; {in_file}", shown.unit_label) }
        }
        _ => shown.unit_label.clone(),
    };
    let unit = if unit.is_empty() { unit } else { format!(" ({unit})") };
    format!("{id}{name}{unit}")
}

/// One line for each run and each kind of interval, one for the times without a run.
fn times(steps: &[Step], statistic: &str, language: Language) -> Vec<String> {
    let mut runs: BTreeMap<(Option<ReferenceTime>, Kind), Vec<&Step>> = BTreeMap::new();
    for step in steps {
        runs.entry((step.run, Kind::of(step))).or_default().push(step);
    }
    // For people in their order, whatever that of the files; programs get that of the files, whose first is the default.
    runs.values_mut().for_each(|steps| steps.sort_by_key(|step| (step.lead, step.valid)));
    runs.iter()
        .map(|((run, kind), steps)| {
            let untimed = steps.iter().filter(|step| step.lead.is_none() && step.valid.is_none()).count();
            let steps: Vec<&Step> =
                steps.iter().copied().filter(|step| step.lead.is_some() || step.valid.is_some()).collect();
            let range = shortened(&steps, |step: &&Step| match (run, step.lead, step.valid) {
                (Some(_), Some(lead), _) => interval(step, lead),
                (_, _, Some(valid)) => valid.to_string(),
                (_, lead, None) => lead.map(|lead| lead.to_string()).unwrap_or_default(),
            });
            let count = untimed.to_string();
            let untimed = (untimed > 0).then(|| text::fill(language, "cli.untimed", &[("count", &count)]));
            let range = [range].into_iter().filter(|range| !range.is_empty()).chain(untimed);
            let range = range.collect::<Vec<_>>().join(", ");
            let range = match kind {
                Kind::Moment => range,
                Kind::Length(span) => {
                    let statistics = statistic_words(statistic, true, language);
                    let places = [("length", span.in_words(language)), ("statistics", statistics)];
                    let places = places.each_ref().map(|(name, value)| (*name, value.as_str()));
                    format!("{} {range}", text::fill(language, "interval.family", &places))
                }
                Kind::FromStart => {
                    let statistics = statistic_words(statistic, true, language);
                    let places = [("statistics", statistics.as_str())];
                    format!("{} {range}", text::fill(language, "interval.family_since_start", &places))
                }
            };
            match run {
                Some(run) => text::fill(language, "cli.run_times", &[("run", &run.to_string()), ("times", &range)]),
                None => range,
            }
        })
        .collect()
}

/// The kind of interval by which steps stand in one line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Moment,
    FromStart,
    Length(Span),
}

impl Kind {
    fn of(step: &Step) -> Self {
        match (step.span.filter(|span| span.0 > 0), step.lead) {
            (None, _) => Self::Moment,
            (Some(span), Some(lead)) if lead.0 == span.0 => Self::FromStart,
            (Some(span), _) => Self::Length(span),
        }
    }
}

/// `+006 h`, or `0–6 h` of a field that covers an interval.
fn interval(step: &Step, lead: LeadTime) -> String {
    match step.span.filter(|span| span.0 > 0) {
        Some(span) => {
            let begins = LeadTime(lead.0.saturating_sub(span.0));
            format!("{}–{} h", number(begins.hours()), number(lead.hours()))
        }
        None => lead.to_string(),
    }
}

/// All of a short list; the ends of a long one and their number.
fn shortened<T>(list: &[T], say: impl Fn(&T) -> String) -> String {
    const SHORT: usize = 8;
    match list {
        [first, .., last] if list.len() > SHORT => format!("{} … {} ({})", say(first), say(last), list.len()),
        _ => list.iter().map(say).collect::<Vec<_>>().join(", "),
    }
}
