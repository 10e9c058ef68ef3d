//! `millibar records`: what a file of records holds, record by record, and the values of one of them.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Serialize;

use super::arguments::Records;
use super::output::Output;
use super::{Status, guarded};
use crate::source::{self, Record, RecordList, Refusal, Side, SourceError};
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
    records: &'a [Record],
    warnings: Vec<String>,
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
        output.json(&Report { format: list.format, records: &list.records, warnings });
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

/// Columns as wide as their widest cell, and the number of records below them.
fn table(list: &RecordList, output: &mut Output) {
    let mut widths: Vec<usize> = list.columns.iter().map(|column| column.title.chars().count()).collect();
    for record in &list.records {
        for (width, cell) in widths.iter_mut().zip(&record.cells) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.zip(list.columns).zip(&widths).map(|((cell, column), &width)| match column.side {
            Side::Left => format!("{cell:<width$}"),
            Side::Right => format!("{cell:>width$}"),
        });
        padded.collect::<Vec<_>>().join(" ").trim_end().to_owned()
    };
    output.line(&line(&mut list.columns.iter().map(|column| column.title)));
    for record in &list.records {
        output.line(&line(&mut record.cells.iter().map(String::as_str)));
    }
    let count = list.records.len().to_string();
    output.line("");
    output.line(&text::fill(output.language, "records.count", &[("count", &count), ("format", list.format)]));
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
        let places = [("path", to.display().to_string()), ("reason", error.to_string())];
        let places: Vec<_> = places.iter().map(|(name, value)| (*name, value.as_str())).collect();
        output.complain_in_words("cli.not_written", &places);
        return Status::InPart;
    }
    Status::Done
}

fn unless_broken<T>(path: &Path, work: impl FnOnce() -> Result<T, SourceError>) -> Result<T, SourceError> {
    guarded(work).unwrap_or_else(|message| Err(SourceError::new(path, Refusal::Corrupt, message)))
}
