//! `millibar probe`: the value at a place, as the file has it and as it is shown.

use ndarray::Array2;
use serde::Serialize;
use serde_json::Value;

use super::arguments::Probe;
use super::info::StepEntry;
use super::output::Output;
use super::prober::{Finding, Place, ProbeError, Prober};
use super::{Status, batch, number, opening};
use crate::catalog::{self, Parameter, Wanted, WantedLevel, inventory};
use crate::field::LevelKind;
use crate::grid::Grid;
use crate::source::Step;
use crate::text::{self, Bilingual, Language};
use crate::time::LeadTime;
use crate::units::Affine;

pub fn run(asked: &Probe, output: &mut Output) -> Status {
    let opened = opening::open_all(&asked.files);
    let status = opening::report(&opened, output);
    let listed = inventory(&opened);
    let mut prober = Prober::new(&listed);
    if asked.batch {
        batch::answer_all(&mut prober, output);
        return status;
    }
    let place = asked.at.map(Place::At).or(asked.index.map(Place::Index));
    match prober.find(asked.variable.as_deref(), &wanted(asked), place) {
        Ok(finding) => {
            tell(&finding, asked, output);
            status
        }
        Err(error) => {
            let usage =
                matches!(error, ProbeError::NoPlace | ProbeError::NoVariable { .. } | ProbeError::Absent { .. });
            if asked.json {
                output.json(&batch::Answer::refused(&error));
            }
            if status == Status::Done {
                output.complain(&error.tell(output.language));
            }
            match status {
                Status::Done if usage => Status::WrongUsage,
                Status::Done => Status::InPart,
                refused => refused,
            }
        }
    }
}

fn wanted(asked: &Probe) -> Wanted {
    Wanted {
        run: asked.run.clone(),
        lead: asked.lead.and_then(LeadTime::from_hours),
        valid: asked.valid.clone(),
        level: asked.level.map(|(value, to)| WantedLevel::Said(value, to)),
        interval: asked.interval,
        member: asked.variant.member.clone(),
        dims: asked.variant.positions(),
    }
}

fn tell(finding: &Finding, asked: &Probe, output: &mut Output) {
    let readout = Readout::new(finding, asked.at);
    if asked.json {
        output.json(&readout.entry());
    } else {
        readout.describe(output);
    }
}

/// A value with all that a person wants to know beside it.
struct Readout<'a> {
    finding: &'a Finding<'a>,
    /// Between the grid points around the place; NaN outside the grid or beside a missing value. `None` where a grid
    /// point was asked for and not a place.
    interpolated: Option<f64>,
    shown: Parameter,
    /// From the file's unit to the unit shown.
    conversion: Affine,
    step: Option<Step>,
}

#[derive(Serialize)]
struct Entry<'a> {
    variable: &'a str,
    #[serde(flatten)]
    answer: batch::Answer,
    interpolated: Value,
    level: Option<LevelEntry<'a>>,
    #[serde(flatten)]
    step: Option<StepEntry>,
    display: DisplayEntry<'a>,
}

#[derive(Serialize)]
struct LevelEntry<'a> {
    value: f64,
    units: Option<&'a str>,
}

#[derive(Serialize)]
struct DisplayEntry<'a> {
    name: &'a Bilingual,
    value: Value,
    interpolated: Value,
    units: &'a str,
}

impl<'a> Readout<'a> {
    fn new(finding: &'a Finding<'a>, place: Option<[f64; 2]>) -> Self {
        let (shown, mut conversion, guess) = catalog::meaning(finding.variable);
        if let Some(guess) = guess {
            let finite = finding.values.iter().filter(|value| value.is_finite());
            let levels = catalog::levels_of(finding.variable.levels.as_ref());
            let level = levels.get(finding.choice.level).copied().flatten();
            let pressure = level.filter(|level| level.kind == LevelKind::Pressure).map(|level| level.value);
            conversion = guess.decide(finite.fold(0.0, |largest, value| value.abs().max(largest)), pressure).0;
        }
        let interpolated =
            place.map(|[lat, lon]| interpolate(&finding.variable.grid, &finding.values, lon, lat).unwrap_or(f64::NAN));
        let step = finding.variable.steps.get(finding.choice.step).copied();
        Self { finding, interpolated, shown, conversion, step }
    }

    fn entry(&self) -> Entry<'_> {
        let shown = |value: f64| batch::json_number(self.conversion.apply(value));
        let between = self.interpolated.unwrap_or(f64::NAN);
        let axis = self.finding.variable.levels.as_ref();
        let level = axis.and_then(|axis| Some((axis, *axis.values.get(self.finding.choice.level)?)));
        Entry {
            variable: &self.finding.listed.id,
            answer: batch::Answer::found(self.finding),
            interpolated: batch::json_number(between),
            level: level.map(|(axis, value)| LevelEntry { value, units: axis.units.as_deref() }),
            step: self.step.as_ref().map(StepEntry::new),
            display: DisplayEntry {
                name: &self.shown.name,
                value: shown(self.finding.value),
                interpolated: shown(between),
                units: &self.shown.unit_label,
            },
        }
    }

    fn describe(&self, output: &mut Output) {
        let language = output.language;
        output.line(&self.heading(language));
        let width = ["cli.position", "cli.nearest", "cli.interpolated"]
            .iter()
            .map(|key| text::say(language, key).chars().count())
            .max()
            .unwrap_or(0);
        let mut tell = |key: &str, words: &str| {
            output.line(&format!("  {:<width$}  {words}", text::say(language, key)));
        };
        tell("cli.position", &self.position(language));
        tell("cli.nearest", &self.value(self.finding.value, language));
        if let Some(value) = self.interpolated {
            tell("cli.interpolated", &self.value(value, language));
        }
    }

    /// `Relative humidity, 500 hPa, 2026-11-20 12Z, +006 h, 2026-11-20 18:00 UTC`
    fn heading(&self, language: Language) -> String {
        let level = catalog::levels_of(self.finding.variable.levels.as_ref()).get(self.finding.choice.level).copied();
        let step = self.step.as_ref();
        let words = [
            Some(self.shown.name.in_language(language).to_owned()),
            level.flatten().map(|level| level.in_words(language)),
            step.and_then(|step| step.run).map(|run| run.to_string()),
            step.and_then(|step| step.lead).map(|lead| lead.to_string()),
            step.and_then(|step| step.valid).map(|valid| valid.to_string()),
            step.filter(|step| step.lead.is_none() && step.valid.is_none()).map(|_| self.numbered(language)),
        ];
        words.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// `step 3 of 12`
    fn numbered(&self, language: Language) -> String {
        let (number, count) = (self.finding.choice.step + 1, self.finding.variable.steps.len());
        let places = [("number", number.to_string()), ("count", count.to_string())];
        text::fill(language, "cli.numbered", &places.each_ref().map(|(name, value)| (*name, value.as_str())))
    }

    /// Latitude before longitude, as people say it, then row and column.
    fn position(&self, language: Language) -> String {
        let [j, i] = self.finding.index;
        let stored = text::fill(language, "cli.row_and_column", &[("row", &j.to_string()), ("column", &i.to_string())]);
        match self.finding.position {
            Some((lon, lat)) => format!("{}, {} ({stored})", number(lat), number(lon)),
            None => stored,
        }
    }

    /// `87.3 %`, and where the file has it in another unit: `(in the file: 0.873 1)`.
    fn value(&self, raw: f64, language: Language) -> String {
        if raw.is_nan() {
            return text::say(language, "cli.missing").to_owned();
        }
        let shown = format!("{} {}", number(self.conversion.apply(raw)), self.shown.unit_label);
        if self.conversion == Affine::IDENTITY {
            return shown.trim_end().to_owned();
        }
        let (value, units) = (number(raw), self.finding.variable.units.as_deref().unwrap_or(""));
        let in_file = text::fill(language, "cli.in_file", &[("value", &value), ("units", units)]);
        format!("{shown} ({})", in_file.trim_end())
    }
}

/// Between the grid points around a place, as they are drawn; NaN beside a missing value, `None` outside the grid and on
/// grids that cannot be drawn.
fn interpolate(grid: &Grid, values: &Array2<f64>, lon: f64, lat: f64) -> Option<f64> {
    Some(grid.around(lon, lat)?.mean(|j, i| values.get((j, i)).copied()))
}
