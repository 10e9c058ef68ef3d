//! `millibar probe`: the value at a place, as the file has it and as it is shown.

use serde::Serialize;
use serde_json::Value;

use super::arguments::Probe;
use super::info::StepEntry;
use super::output::Output;
use super::prober::{Finding, Place, ProbeError, Prober, Vector};
use super::vectors::Shelf;
use super::{Status, batch, number, opening};
use crate::catalog::{self, Parameter, Seen, Wanted, WantedLevel, inventory};
use crate::field::{LevelKind, Member};
use crate::grid::Around;
use crate::source::Step;
use crate::text::{self, Bilingual, Language};
use crate::time::LeadTime;
use crate::units::{self, Affine, Unit};

pub fn run(asked: &Probe, output: &mut Output) -> Status {
    let opened = opening::open_all(&asked.files);
    let status = opening::report(&opened, output);
    let listed = inventory(&opened);
    let shelf = Shelf::new(&opened);
    let mut prober = Prober::new(&listed, &shelf);
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
    place: Option<[f64; 2]>,
    shown: Parameter,
    /// From the file's unit to the unit shown.
    conversion: Affine,
    /// The file's unit where it is told by the range of the values.
    told: Option<&'static Unit>,
    step: Option<Step>,
}

#[derive(Serialize)]
struct Entry<'a> {
    variable: &'a str,
    #[serde(flatten)]
    answer: batch::Answer,
    interpolated: Value,
    level: Option<LevelEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'a str>,
    #[serde(flatten)]
    step: Option<StepEntry>,
    display: DisplayEntry<'a>,
}

#[derive(Serialize)]
struct LevelEntry<'a> {
    value: f64,
    /// The other bound of a layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<f64>,
    units: Option<&'a str>,
}

#[derive(Serialize)]
struct DisplayEntry<'a> {
    name: &'a Bilingual,
    value: Value,
    interpolated: Value,
    units: &'a str,
    /// The file's unit where it is told by the range of the values.
    #[serde(skip_serializing_if = "Option::is_none")]
    units_told: Option<&'a str>,
}

impl<'a> Readout<'a> {
    fn new(finding: &'a Finding<'a>, place: Option<[f64; 2]>) -> Self {
        let (mut shown, mut conversion, guess) = catalog::meaning(finding.variable);
        if let Some(vector) = &finding.vector {
            shown.name.clone_from(&vector.parameter.name);
        }
        let mut told = None;
        if let Some((guess, seen)) = guess.zip(Seen::of(finding.values.iter().map(|value| conversion.apply(*value)))) {
            let levels = catalog::levels_of(finding.variable.levels.as_ref());
            let level = levels.get(finding.choice.level).copied().flatten();
            let pressure = level.filter(|level| level.kind == LevelKind::Pressure).map(|level| level.value);
            let (correction, unit) = guess.decide(seen, pressure);
            conversion = conversion.then(correction);
            told = Some(unit).filter(|unit| guess.said() != Some(*unit)).and_then(units::by_id);
        }
        let interpolated = place.map(|place| interpolate(finding, place, shown.is_direction).unwrap_or(f64::NAN));
        let step = finding.variable.steps.get(finding.choice.step).copied();
        Self { finding, interpolated, place, shown, conversion, told, step }
    }

    fn entry(&self) -> Entry<'_> {
        let between = self.interpolated.unwrap_or(f64::NAN);
        let [shown, shown_between] = self.shown_values().map(batch::json_number);
        let axis = self.finding.variable.levels.as_ref();
        let level = axis.and_then(|axis| Some((axis, axis.bounds(self.finding.choice.level)?)));
        Entry {
            variable: &self.finding.listed.id,
            answer: batch::Answer::found(self.finding),
            interpolated: batch::json_number(between),
            level: level.map(|(axis, (value, to))| LevelEntry { value, to, units: axis.units.as_deref() }),
            member: self.member().map(|member| member.name.as_str()),
            step: self.step.as_ref().map(StepEntry::new),
            display: DisplayEntry {
                name: &self.shown.name,
                value: shown,
                interpolated: shown_between,
                units: &self.shown.unit_label,
                units_told: self.told.map(|unit| unit.id.as_str()),
            },
        }
    }

    /// In the unit shown, turned to east and north where that is done: at the grid point, and between the points around.
    fn shown_values(&self) -> [f64; 2] {
        let Some(vector) = &self.finding.vector else {
            return [self.finding.value, self.interpolated.unwrap_or(f64::NAN)]
                .map(|value| self.conversion.apply(value));
        };
        let values = &self.finding.values;
        let at = |j: usize, i: usize| vector.value(*values.get((j, i))?, [j, i]);
        let [j, i] = self.finding.index;
        let around = self.place.and_then(|[lat, lon]| self.finding.grid.around(lon, lat));
        let mean = |around: Around| if self.shown.is_direction { around.mean_direction(at) } else { around.mean(at) };
        [at(j, i).unwrap_or(f64::NAN), around.map_or(f64::NAN, mean)]
    }

    fn describe(&self, output: &mut Output) {
        let language = output.language;
        output.line(&self.heading(language));
        let width = ["cli.position", "cli.nearest", "cli.interpolated", "cli.shown"]
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
        if let Some(vector) = &self.finding.vector {
            let [at_point, between] = self.shown_values();
            let shown = if self.interpolated.is_some() { between } else { at_point };
            tell(
                "cli.shown",
                &format!("{}; {}", self.as_shown(shown, vector, language), vector.part.tell(vector.how, language)),
            );
        }
        if let Some(others) = self.others(language) {
            output.line(&format!("  {others}"));
        }
        if let Some(unit) = self.told {
            let unit = if unit.label.is_empty() { "0–1" } else { &unit.label };
            output.line(&format!("  {}", text::fill(language, "cli.unit_told", &[("unit", unit)])));
        }
    }

    /// `Relative humidity, 500 hPa, 2026-11-20 12Z, +006 h, 2026-11-20 18:00 UTC`
    fn heading(&self, language: Language) -> String {
        let level = catalog::levels_of(self.finding.variable.levels.as_ref()).get(self.finding.choice.level).copied();
        let step = self.step.as_ref();
        let words = [
            Some(self.shown.name.in_language(language).to_owned()),
            level.flatten().map(|level| level.in_words(language)),
            self.member().map(|member| member.in_words(language)),
            self.interval(language),
            self.positions(),
            step.and_then(|step| step.run).map(|run| run.to_string()),
            step.and_then(|step| step.lead).map(|lead| lead.to_string()),
            step.and_then(|step| step.valid).map(|valid| valid.to_string()),
            step.filter(|step| step.lead.is_none() && step.valid.is_none()).map(|_| self.numbered(language)),
        ];
        words.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// The member of an ensemble.
    fn member(&self) -> Option<&Member> {
        self.finding.variable.members.as_ref()?.get(self.finding.choice.member)
    }

    /// «6 h sum ending 12 UTC»
    fn interval(&self, language: Language) -> Option<String> {
        let step = self.step.as_ref()?;
        let span = step.span.filter(|span| span.0 > 0)?;
        let statistic = self.finding.variable.grib.as_ref().map_or("other", |grib| grib.statistic.as_str());
        Some(catalog::interval_words(statistic, step.lead, step.valid, span, false, language))
    }

    /// «quantile 0.9»: where the value stands on other dimensions.
    fn positions(&self) -> Option<String> {
        let dims = self.finding.variable.dims.iter().zip(&self.finding.choice.dims);
        let words: Vec<String> = dims
            .filter(|(dim, _)| !dim.shared && dim.size > 1)
            .map(|(dim, at)| format!("{} {}", dim.name, dim.word(*at)))
            .collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// Fields of the same time over other intervals, which `--interval` chooses.
    fn others(&self, language: Language) -> Option<String> {
        let spans = self.finding.listed.other_intervals(self.step.as_ref()?);
        let words: Vec<String> = spans.iter().map(|span| span.in_words(language)).collect();
        (!words.is_empty()).then(|| text::fill(language, "cli.other_intervals", &[("others", &words.join(", "))]))
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

impl Readout<'_> {
    /// `18.1 kt (9.3 m s-1)`: the shown value, and in the file's unit where that is another.
    fn as_shown(&self, shown: f64, vector: &Vector, language: Language) -> String {
        if shown.is_nan() {
            return text::say(language, "cli.missing").to_owned();
        }
        let words = format!("{} {}", number(shown), self.shown.unit_label);
        match &self.finding.variable.units {
            Some(units) if self.conversion != Affine::IDENTITY => {
                format!("{words} ({} {units})", number(vector.in_file_units(shown)))
            }
            _ => words.trim_end().to_owned(),
        }
    }
}

/// Between the grid points around a place, as they are drawn, directions on the circle; NaN beside a missing value, `None`
/// outside the grid and on grids that cannot be drawn.
fn interpolate(finding: &Finding, [lat, lon]: [f64; 2], are_directions: bool) -> Option<f64> {
    let around = finding.grid.around(lon, lat)?;
    let value = |j, i| finding.values.get((j, i)).copied();
    Some(if are_directions { around.mean_direction(value) } else { around.mean(value) })
}
