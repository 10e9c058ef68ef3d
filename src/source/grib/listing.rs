//! The messages as `grib_ls` lists them: a line for each field, also for those that are not read here.

use std::path::Path;

use super::grids::Grids;
use super::message::Field;
use super::said::{self, Said, named};
use super::scan::{Found, scan};
use super::unpack::Packing;
use super::values::{Part, Values};
use super::{Reading, lost_messages};
use crate::grid::Grid;
use crate::source::bytes::FileBytes;
use crate::source::messages::Decoder;
use crate::source::{Column, Detail, Entry, Record, RecordList, Refusal, SourceError};
use crate::time::Moment;

const COLUMNS: &[Column] = &[
    Column::right("record"),
    Column::right("edition"),
    Column::left("centre"),
    Column::left("date"),
    Column::right("time"),
    Column::right("template"),
    Column::left("stepType"),
    Column::right("endStep"),
    Column::left("typeOfLevel"),
    Column::right("level"),
    Column::left("shortName"),
    Column::left("parameter"),
    Column::left("gridType"),
    Column::left("packingType"),
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
    let mut grids = Grids::default();
    let records = fields.iter().enumerate().map(|(number, field)| describe(number, field, &mut grids)).collect();
    let has = |edition| fields.iter().any(|field| field.edition == edition);
    let format = match (has(1), has(2)) {
        (true, true) => "grib1+2",
        (true, false) => "grib1",
        _ => "grib2",
    };
    Ok(RecordList { format, columns: COLUMNS, records, warnings })
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
    let grid = grids.of(field).ok();
    let packing = Packing::of(field.edition, field.representation()).ok();
    let integer = |value: u64| Entry::Integer(i64::try_from(value).unwrap_or(i64::MAX));
    let text = |words: Option<String>| words.map_or(Entry::Absent, Entry::Text);
    let size = |pick: fn(&Grid) -> usize| {
        grid.as_ref().map_or(Entry::Absent, |described| integer(pick(&described.grid) as u64))
    };
    let of = |tell: fn(&Said) -> Entry| said.as_ref().map_or(Entry::Absent, tell);
    let short = said.as_ref().and_then(|said| named(field.edition, field.table_centre(), said.parameter)?.short);
    let grid_word = grid.as_ref().map(|described| described.word.to_owned());
    let entries = vec![
        ("record", integer(number as u64)),
        ("message", integer(field.message as u64)),
        ("edition", integer(field.edition.into())),
        ("centre", integer(field.centre().into())),
        ("date", of(|said| said.step.run.map_or(Entry::Absent, |run| Entry::Text(date(run.0))))),
        ("time", of(|said| said.step.run.map_or(Entry::Absent, |run| Entry::Text(clock(run.0))))),
        ("template", of(|said| Entry::Integer(said.template.into()))),
        ("stepType", of(|said| Entry::Text(said.statistic.clone()))),
        ("endStep", of(|said| said.step.lead.map_or(Entry::Absent, |lead| Entry::Number(lead.hours())))),
        ("typeOfLevel", of(|said| Entry::Text(said.level.word.clone()))),
        ("level", of(|said| said.level.value.map_or(Entry::Absent, Entry::Number))),
        ("shortName", text(short.map(str::to_owned))),
        ("parameter", of(|said| Entry::Text(said.parameter.map(|number| number.to_string()).join(".")))),
        ("member", of(|said| said.member.clone().map_or(Entry::Absent, Entry::Text))),
        ("process", of(|said| Entry::Integer(said.process.into()))),
        ("gridType", text(grid_word)),
        ("packingType", text(packing.map(|packing| packing.word().to_owned()))),
        ("Ni", size(|grid| grid.nx)),
        ("Nj", size(|grid| grid.ny)),
        ("bits", field.bits().map_or(Entry::Absent, |bits| integer(bits.into()))),
        ("address", integer(field.offset)),
        ("bytes", integer(field.data.length as u64)),
    ];
    let cell = |column: &Column| entries.iter().find(|(key, _)| *key == column.title).map(|(_, entry)| written(entry));
    let cells = COLUMNS.iter().map(|column| cell(column).unwrap_or_default()).collect();
    Record { entries, cells }
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
