//! `millibar info`: what files hold, for people and for programs.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::arguments::Info;
use super::opening::{self, Opened};
use super::output::Output;
use super::{Status, number};
use crate::catalog::{Listed, inventory};
use crate::grid::{Geometry, Grid};
use crate::source::{LevelAxis, Step, Variable};
use crate::text::{self, Language};
use crate::time::ReferenceTime;

pub fn run(asked: &Info, output: &mut Output) -> Status {
    let opened = opening::open_all(&asked.files);
    let listed = inventory(&opened);
    if asked.json {
        output.json(&Report::new(&opened, &listed));
        return opening::status(&opened);
    }
    for (path, outcome) in &opened {
        if let Ok(dataset) = outcome {
            output.line(&format!("{}: {}", path.display(), dataset.format));
        }
    }
    for variable in &listed {
        describe(variable, output);
    }
    opening::report(&opened, output)
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
}

/// A time with what is known of it; the contract leaves nothing out, so the unknown is `null`.
#[derive(Serialize)]
pub struct StepEntry {
    run: Option<String>,
    lead: Option<f64>,
    valid: Option<String>,
}

/// There may be very many: each is put into words when it is written.
struct StepEntries<'a>(&'a [Step]);

impl Serialize for StepEntries<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(StepEntry::new))
    }
}

impl<'a> Report<'a> {
    fn new(opened: &[Opened], listed: &'a [Listed]) -> Self {
        let variables = listed.iter().filter_map(VariableEntry::new).collect();
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
    fn new(listed: &'a Listed) -> Option<Self> {
        let variable = listed.variable()?;
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
            members: variable.members.as_ref().map(|members| members.iter().map(|name| member(name)).collect()),
            dims: variable.dims.iter().map(|(name, size)| (name.as_str(), *size)).collect(),
        })
    }
}

impl<'a> LevelsEntry<'a> {
    fn new(axis: &'a LevelAxis) -> Self {
        Self { units: axis.units.as_deref(), values: &axis.values }
    }
}

impl StepEntry {
    pub fn new(step: &Step) -> Self {
        Self {
            run: step.run.map(|run| run.0.iso()),
            lead: step.lead.map(|lead| lead.hours()),
            valid: step.valid.map(|valid| valid.0.iso()),
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
    match grid.geometry {
        Geometry::Points(_) | Geometry::Reduced(_) => vec![grid.nx],
        Geometry::Unplaced if grid.ny == 1 => vec![grid.nx],
        _ => vec![grid.ny, grid.nx],
    }
}

/// A few lines on one variable.
fn describe(listed: &Listed, output: &mut Output) {
    let Some(variable) = listed.variable() else { return };
    output.line("");
    output.line(&heading(&listed.id, variable));
    let language = output.language;
    let mut tell = |key: &str, value: &str| output.line(&format!("    {:<12}{value}", text::say(language, key)));
    let shape: Vec<String> = shape(&variable.grid).iter().map(ToString::to_string).collect();
    tell("cli.grid", &format!("{}, {}", shape.join(" × "), variable.grid.kind()));
    if let Some(axis) = &listed.levels {
        let values: Vec<String> = axis.values.iter().map(|value| number(*value)).collect();
        let values = format!("{} {}", shortened(&values, String::clone), axis.units.as_deref().unwrap_or(""));
        let places = [("kind", text::say(language, axis.kind.text_key())), ("values", values.trim_end())];
        tell("cli.levels", &text::fill(language, "cli.levels_of_kind", &places));
    }
    for times in times(&listed.steps, language) {
        tell("cli.times", &times);
    }
    if let Some(members) = &variable.members {
        tell("cli.members", &shortened(members, String::clone));
    }
    for (name, size) in &variable.dims {
        tell("cli.dimension", &format!("{name} ({size})"));
    }
}

fn heading(id: &str, variable: &Variable) -> String {
    let long = variable.long_name.as_deref().or(variable.standard_name.as_deref());
    let unit = variable.units.as_deref().filter(|unit| !unit.is_empty()).map(|unit| format!(" ({unit})"));
    let long = long.map(|name| format!("  {name}")).unwrap_or_default();
    format!("{id}{long}{}", unit.unwrap_or_default())
}

/// One line for each run, one for the times without a run.
fn times(steps: &[Step], language: Language) -> Vec<String> {
    let mut runs: BTreeMap<Option<ReferenceTime>, Vec<&Step>> = BTreeMap::new();
    for step in steps {
        runs.entry(step.run).or_default().push(step);
    }
    // For people in their order, whatever that of the files; programs get that of the files, whose first is the default.
    runs.values_mut().for_each(|steps| steps.sort_by_key(|step| (step.lead, step.valid)));
    runs.iter()
        .map(|(run, steps)| {
            let range = shortened(steps, |step: &&Step| match (run, step.lead, step.valid) {
                (Some(_), Some(lead), _) => lead.to_string(),
                (_, _, Some(valid)) => valid.to_string(),
                (_, lead, None) => lead.map(|lead| lead.to_string()).unwrap_or_default(),
            });
            match run {
                Some(run) => text::fill(language, "cli.run_times", &[("run", &run.to_string()), ("times", &range)]),
                None => range,
            }
        })
        .collect()
}

/// All of a short list; the ends of a long one and their number.
fn shortened<T>(list: &[T], say: impl Fn(&T) -> String) -> String {
    const SHORT: usize = 8;
    match list {
        [first, .., last] if list.len() > SHORT => format!("{} … {} ({})", say(first), say(last), list.len()),
        _ => list.iter().map(say).collect::<Vec<_>>().join(", "),
    }
}
