//! RPN standard files.

mod bits;
mod container;
mod dates;
mod descriptor;
mod ieee;
mod kind;
mod levels;
mod listing;
mod packed;
mod turbo;
mod values;

use std::path::{Path, PathBuf};

use super::{Dataset, Detail, RecordList, Refusal, SourceError};
use container::Container;
pub use kind::Kind;
use values::Values;

/// The word for the format.
const FORMAT: &str = "rpn-fst98";

/// Lists all live records in directory order.
pub fn records(path: &Path, kind: Kind) -> Result<RecordList, SourceError> {
    kind.readable(path)?;
    Container::open(path).map(listing::list)
}

/// The values of one record; see [`super::record_values`].
pub fn record_values(path: &Path, kind: Kind, record: usize) -> Result<Vec<f64>, SourceError> {
    kind.readable(path)?;
    let container = Container::open(path)?;
    let count = container.len() as u64;
    let Some(described) = container.record(record) else {
        let detail = Detail::with("rpn.no_record", [("record", (record as u64).into()), ("count", count.into())]);
        return Err(SourceError::new(path, Refusal::NotFound, detail).saying("rpn.absent", "rpn.absent_advice"));
    };
    let data = container.read(record)?;
    values::decode(described, &data).map(Values::into_f64).map_err(|fault| container.fault(record, fault))
}

/// The fields of a file.
pub fn open(path: &Path, kind: Kind, others: &[PathBuf]) -> Result<Dataset, SourceError> {
    kind.readable(path)?;
    let _ = others;
    let container = Container::open(path)?;
    let detail = Detail::with("rpn.none", [("count", (container.len() as u64).into())]);
    Err(SourceError::new(path, Refusal::NoGrid, detail))
}
