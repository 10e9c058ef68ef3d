//! `millibar records`: what a file of records holds, record by record, and the values of one of them.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::{Serialize, Serializer};

use super::arguments::Records;
use super::output::Output;
use super::{Status, guarded};
use crate::source::{self, RecordList, Refusal, Side, SourceError};
use crate::text::{self, Language};

pub fn run(asked: &Records, output: &mut Output) -> Status {
    match (asked.record, &asked.values) {
        (Some(record), Some(values)) => write_values(asked, record, values, output),
        _ => list(asked, output),
    }
}

/// What `records --json` prints.
#[derive(Serialize)]
struct Report<'a> {
    format: &'static str,
    #[serde(serialize_with = "one_by_one")]
    records: &'a RecordList,
    warnings: Vec<String>,
}

/// Each record is made when it is written.
fn one_by_one<S: Serializer>(list: &RecordList, to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(list.records())
}

/// What it prints of a file that is refused.
#[derive(Serialize)]
struct RefusedReport {
    error: ErrorEntry,
}

#[derive(Serialize)]
struct ErrorEntry {
    class: &'static str,
    message: String,
}

fn list(asked: &Records, output: &mut Output) -> Status {
    let list = match unless_broken(&asked.file, || source::records(&asked.file)) {
        Ok(list) => list,
        Err(error) => return refuse(&error, asked.json, output),
    };
    if asked.json {
        let warnings = list.warnings.iter().map(ToString::to_string).collect();
        output.json(&Report { format: list.format, records: &list, warnings });
        return Status::Done;
    }
    table(&list, output);
    for warning in &list.warnings {
        output.complain(&warning.tell(output.language));
    }
    Status::Done
}

fn refuse(error: &SourceError, json: bool, output: &mut Output) -> Status {
    if json {
        let (class, message) = (error.refusal.word(), error.tell(Language::English));
        output.json(&RefusedReport { error: ErrorEntry { class, message } });
    } else {
        output.complain(&error.tell(output.language));
    }
    Status::AllRefused
}

/// Columns are as wide as their widest cell among so many records; in longer lists they grow where one is wider.
const ALIGNED: usize = 1 << 14;

/// A line for each record, and their number below them.
fn table(list: &RecordList, output: &mut Output) {
    let mut widths: Vec<usize> = list.columns.iter().map(|column| column.title.chars().count()).collect();
    let mut records = list.records();
    let first: Vec<Vec<String>> = records.by_ref().take(ALIGNED).map(|record| record.cells).collect();
    for cells in &first {
        widen(&mut widths, cells);
    }
    output.line(&line(list.columns.iter().map(|column| column.title), list, &widths));
    for cells in first.into_iter().chain(records.map(|record| record.cells)) {
        if output.is_closed() {
            return;
        }
        widen(&mut widths, &cells);
        output.line(&line(cells.iter().map(String::as_str), list, &widths));
    }
    let count = list.count.to_string();
    output.line("");
    output.line(&text::fill(output.language, "records.count", &[("count", &count), ("format", list.format)]));
}

fn widen(widths: &mut [usize], cells: &[String]) {
    for (width, cell) in widths.iter_mut().zip(cells) {
        *width = (*width).max(cell.chars().count());
    }
}

fn line<'a>(cells: impl Iterator<Item = &'a str>, list: &RecordList, widths: &[usize]) -> String {
    let mut line = String::new();
    for ((cell, column), width) in cells.zip(list.columns).zip(widths) {
        let blank = width.saturating_sub(cell.chars().count());
        let (before, behind) = if column.side == Side::Right { (blank, 0) } else { (0, blank) };
        line.extend(std::iter::repeat_n(' ', before));
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', behind + 1));
    }
    line.truncate(line.trim_end().len());
    line
}

/// Raw little-endian numbers of 64 bits: what every array language reads in one line.
fn write_values(asked: &Records, record: usize, to: &Path, output: &mut Output) -> Status {
    let values = match unless_broken(&asked.file, || source::record_values(&asked.file, record)) {
        Ok(values) => values,
        Err(error) => return refuse(&error, asked.json, output),
    };
    let write = || -> io::Result<()> {
        let mut file = BufWriter::new(File::create(to)?);
        for value in &values {
            file.write_all(&value.to_le_bytes())?;
        }
        file.flush()
    };
    if let Err(error) = write() {
        let places = [("path", to.display().to_string()), ("reason", text::system_error(output.language, &error))];
        let places: Vec<_> = places.iter().map(|(name, value)| (*name, value.as_str())).collect();
        output.complain_in_words("cli.not_written", &places);
        return Status::InPart;
    }
    Status::Done
}

fn unless_broken<T>(path: &Path, work: impl FnOnce() -> Result<T, SourceError>) -> Result<T, SourceError> {
    guarded(work).unwrap_or_else(|message| Err(SourceError::new(path, Refusal::Corrupt, message)))
}
