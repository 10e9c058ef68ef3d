//! The messages as `grib_ls` lists them: a line for each field, also for those that are not read here.

use std::cell::RefCell;
use std::path::Path;

use super::grids::{Described, Grids, NoGrid};
use super::message::Field;
use super::said::{self, Said, short_name};
use super::scan::{Found, scan};
use super::unpack::Packing;
use super::values::{Part, Values};
use super::{Reading, lost_messages};
use crate::grid::{Geometry, Grid};
use crate::source::bytes::FileBytes;
use crate::source::messages::Decoder;
use crate::source::{Column, Detail, Entry, Record, RecordList, Refusal, SourceError};
use crate::time::{Moment, ValidTime};

const COLUMNS: &[Column] = &[
    Column::right("record"),
    Column::right("edition"),
    Column::left("centre"),
    Column::left("date"),
    Column::right("time"),
    Column::right("template"),
    Column::left("stepType"),
    Column::right("stepRange"),
    Column::left("typeOfLevel"),
    Column::right("level"),
    Column::left("levelUnits"),
    Column::right("member"),
    Column::left("shortName"),
    Column::left("parameter"),
    Column::left("gridType"),
    Column::left("packingType"),
    Column::right("points"),
    Column::right("Ni"),
    Column::right("Nj"),
    Column::right("bits"),
];

/// Lists all fields of a file.
pub fn list(path: &Path) -> Result<RecordList, SourceError> {
    let bytes = FileBytes::open(path, 0)?;
    let Found { fields, lost, untold } = scan(&bytes)?;
    let mut warnings = lost_messages(path, lost, untold);
    if fields.is_empty() {
        let none = || SourceError::new(path, Refusal::Corrupt, Detail::of("detail.grib_none"));
        return Err(warnings.pop().unwrap_or_else(none));
    }
    let has = |edition| fields.iter().any(|field| field.edition == edition);
    let format = match (has(1), has(2)) {
        (true, true) => "grib1+2",
        (true, false) => "grib1",
        _ => "grib2",
    };
    let (count, grids) = (fields.len(), RefCell::new(Grids::default()));
    let describe = move |number| {
        let grids: &mut Grids = &mut *grids.try_borrow_mut().ok()?;
        Some(describe(number, fields.get(number)?, grids))
    };
    Ok(RecordList { format, columns: COLUMNS, count, describe: Box::new(describe), warnings })
}

/// Values of one field, row by row as `millibar probe` counts them.
pub fn values(path: &Path, record: usize) -> Result<Vec<f64>, SourceError> {
    let bytes = FileBytes::open(path, 0)?;
    let found = scan(&bytes)?;
    let count = found.fields.len() as u64;
    let absent = || {
        let values = [("record", (record as u64).into()), ("count", count.into())];
        SourceError::new(path, Refusal::NotFound, Detail::with("detail.grib_no_record", values))
    };
    let field = found.fields.into_iter().nth(record).ok_or_else(absent)?;
    let mut reading = Reading::default();
    reading.add(field);
    if let Some(refused) = reading.refused(path).pop() {
        return Err(refused);
    }
    let parts: Vec<Part> = reading.parts;
    Ok(Values { bytes, parts }.decode(0)?.into_iter().collect())
}

fn describe(number: usize, field: &Field, grids: &mut Grids) -> Record {
    let said = said::read(field);
    let grid = grids.of(field);
    let packing = Packing::of(field.edition, field.representation()).ok();
    let integer = |value: u64| Entry::Integer(i64::try_from(value).unwrap_or(i64::MAX));
    let text = |words: Option<String>| words.map_or(Entry::Absent, Entry::Text);
    let size = |pick: fn(&Described) -> Option<usize>| {
        grid.as_ref().ok().and_then(|described| pick(described)).map_or(Entry::Absent, |size| integer(size as u64))
    };
    let of = |tell: fn(&Said) -> Entry| said.as_ref().map_or(Entry::Absent, tell);
    let short = said.as_ref().and_then(|said| short_name(field.edition, field.table_centre(), said));
    let grid_word = match &grid {
        Ok(described) => Some(described.word.to_owned()),
        Err(NoGrid::Spectral) => Some("sh".to_owned()),
        Err(NoGrid::Broken | NoGrid::Unknown(_)) => None,
    };
    let entries = vec![
        ("record", integer(number as u64)),
        ("message", integer(field.message as u64)),
        ("edition", integer(field.edition.into())),
        ("centre", integer(field.centre().into())),
        ("date", of(|said| said.step.run.map_or(Entry::Absent, |run| Entry::Text(date(run.0))))),
        ("time", of(|said| said.step.run.map_or(Entry::Absent, |run| Entry::Text(clock(run.0))))),
        ("template", of(|said| Entry::Integer(said.template.into()))),
        ("stepType", of(|said| Entry::Text(said.statistic.clone()))),
        ("stepRange", text(said.as_ref().and_then(range))),
        (
            "startStep",
            of(|said| said.begins.or(said.step.lead).map_or(Entry::Absent, |lead| Entry::Number(lead.hours()))),
        ),
        ("endStep", of(|said| said.step.lead.map_or(Entry::Absent, |lead| Entry::Number(lead.hours())))),
        ("begins", of(|said| time_of(said.step.run.zip(said.begins).map(|(run, begins)| run + begins)))),
        ("ends", of(|said| time_of(said.begins.and(said.step.valid)))),
        ("typeOfLevel", of(|said| Entry::Text(said.level.word.clone()))),
        ("level", of(|said| said.level.value.map_or(Entry::Absent, Entry::Number))),
        ("levelUnits", of(|said| said.level.units.map_or(Entry::Absent, |units| Entry::Text(units.to_owned())))),
        ("shortName", text(short.map(str::to_owned))),
        ("parameter", of(|said| Entry::Text(said.parameter.map(|number| number.to_string()).join(".")))),
        ("member", of(|said| said.member.as_ref().map_or(Entry::Absent, |member| Entry::Text(member.name.clone())))),
        ("process", of(|said| Entry::Integer(said.process.into()))),
        ("gridType", text(grid_word)),
        ("packingType", text(packing.map(|packing| packing.word().to_owned()))),
        ("points", size(|described| Some(described.points()))),
        // Rows of unlike length, and points without rows, have no number of columns.
        ("Ni", size(|described| has_columns(&described.grid).then_some(described.grid.nx))),
        ("Nj", size(rows)),
        ("bits", field.bits().map_or(Entry::Absent, |bits| integer(bits.into()))),
        ("address", integer(field.offset)),
        ("bytes", integer(field.data.length as u64)),
    ];
    let cell = |column: &Column| entries.iter().find(|(key, _)| *key == column.title).map(|(_, entry)| written(entry));
    let cells = COLUMNS.iter().map(|column| cell(column).unwrap_or_default()).collect();
    Record { entries, cells }
}

/// Hours, as `6` or `0-6`; minutes where these are not whole, as `15m`.
fn range(said: &Said) -> Option<String> {
    let end = said.step.lead?;
    let begins = said.begins.filter(|begins| *begins < end);
    let times: Vec<i64> = begins.into_iter().chain([end]).map(|lead| lead.0).collect();
    let (each, unit) = match times.iter() {
        times if times.clone().all(|seconds| seconds % 3600 == 0) => (3600, ""),
        times if times.clone().all(|seconds| seconds % 60 == 0) => (60, "m"),
        _ => (1, "s"),
    };
    let words: Vec<String> = times.iter().map(|seconds| format!("{}{unit}", seconds / each)).collect();
    Some(words.join("-"))
}

fn time_of(at: Option<ValidTime>) -> Entry {
    at.map_or(Entry::Absent, |at| Entry::Text(at.0.iso()))
}

fn has_columns(grid: &Grid) -> bool {
    grid.ny > 1 || !matches!(grid.geometry, Geometry::Points(_) | Geometry::Reduced(_) | Geometry::Unplaced)
}

/// The number of rows, whether they are of one length or not.
fn rows(described: &Described) -> Option<usize> {
    let unlike = described.rows.as_ref().map(Vec::len);
    unlike.or_else(|| has_columns(&described.grid).then_some(described.grid.ny))
}

fn written(entry: &Entry) -> String {
    match entry {
        Entry::Text(text) => text.clone(),
        Entry::Integer(number) => number.to_string(),
        Entry::Number(number) => number.to_string(),
        Entry::Absent => String::new(),
    }
}

fn date(moment: Moment) -> String {
    let date = moment.date();
    format!("{:04}{:02}{:02}", date.year, date.month, date.day)
}

fn clock(moment: Moment) -> String {
    let (hour, minute, _) = moment.clock();
    format!("{hour:02}{minute:02}")
}
