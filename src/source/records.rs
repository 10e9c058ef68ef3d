//! Files of records as those who look into them list them: a line for each, in the file's own words.

use std::path::Path;

use serde::ser::{Serialize, Serializer};

use super::signature::{self, Signature};
use super::{Detail, Refusal, SourceError, grib, rpn};

/// What stands in a file of records (RPN) or messages (GRIB), in the file's order. A file may hold millions, so that each
/// is described when its turn comes.
pub struct RecordList {
    /// As [`super::Dataset::format`].
    pub format: &'static str,
    /// The columns of the table for people; each record has as many cells.
    pub columns: &'static [Column],
    pub count: usize,
    /// One record by its number below `count`.
    pub describe: Box<dyn Fn(usize) -> Option<Record>>,
    /// What was not as it should be, while the file can still be listed.
    pub warnings: Vec<SourceError>,
}

impl RecordList {
    /// All of them, in the file's order.
    pub fn records(&self) -> impl Iterator<Item = Record> + '_ {
        (0..self.count).filter_map(|number| (self.describe)(number))
    }
}

/// The head of a column, and the side on which its words stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// As the format's own tools name it, in every language.
    pub title: &'static str,
    pub side: Side,
}

/// Where words stand in a column that is wider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// One record: for programs, and for people.
#[derive(Clone, Debug)]
pub struct Record {
    /// Named values in the order in which they are written. Keys stand once.
    pub entries: Vec<(&'static str, Entry)>,
    /// One for each column.
    pub cells: Vec<String>,
}

/// A value of a record's description.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    Text(String),
    Integer(i64),
    /// `null` where it is not finite.
    Number(f64),
    /// `null`
    Absent,
}

impl Column {
    #[must_use]
    pub const fn left(title: &'static str) -> Self {
        Self { title, side: Side::Left }
    }

    #[must_use]
    pub const fn right(title: &'static str) -> Self {
        Self { title, side: Side::Right }
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => to.serialize_str(text),
            Self::Integer(number) => to.serialize_i64(*number),
            Self::Number(number) => to.serialize_f64(*number),
            Self::Absent => to.serialize_none(),
        }
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.entries.iter().map(|(key, entry)| (key, entry)))
    }
}

/// Lists the records of a file; reads no values. Refuses files of other formats.
pub fn records(path: &Path) -> Result<RecordList, SourceError> {
    match signature::recognise(path)? {
        Signature::Rpn(kind) => rpn::records(path, kind),
        Signature::Grib => grib::list(path),
        _ => Err(without_records(path)),
    }
}

/// The values of one record, by its number in [`records`], in stored order (i fastest, then j, then k), packing undone,
/// missing values NaN.
pub fn record_values(path: &Path, record: usize) -> Result<Vec<f64>, SourceError> {
    match signature::recognise(path)? {
        Signature::Rpn(kind) => rpn::record_values(path, kind, record),
        Signature::Grib => grib::record_values(path, record),
        _ => Err(without_records(path)),
    }
}

fn without_records(path: &Path) -> SourceError {
    SourceError::new(path, Refusal::Unsupported, Detail::None).saying(&("records.none", "records.use_info"))
}
