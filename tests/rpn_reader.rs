//! RPN standard files: what is in them, where their points lie, and their numbers. The files are written by hand.

#[path = "rpn_reader/command.rs"]
mod command;
#[path = "rpn_reader/grids.rs"]
mod grids;
#[path = "rpn_reader/hostile.rs"]
mod hostile;
#[path = "rpn_reader/meaning.rs"]
mod meaning;
#[path = "rpn_reader/packing.rs"]
mod packing;
#[path = "rpn_reader/shown.rs"]
mod shown;
#[path = "support/standard_file.rs"]
mod standard_file;
#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};

use millibar::source::{self, Choice, Dataset, Variable};
use standard_file::StandardFile;

/// Writes a file into a new folder of its own.
fn written(test: &str, name: &str, file: &StandardFile) -> PathBuf {
    support::write(&support::folder(test), name, &file.bytes())
}

fn opened(path: &Path) -> Dataset {
    source::open(path).expect("opens")
}

fn variable<'a>(dataset: &'a Dataset, id: &str) -> &'a Variable {
    let ids: Vec<&str> = dataset.variables.iter().map(|variable| variable.id.as_str()).collect();
    dataset.variables.iter().find(|variable| variable.id == id).unwrap_or_else(|| panic!("{id} is not among {ids:?}"))
}

/// The values of a variable's first field.
fn first_field(variable: &Variable) -> Vec<f64> {
    let field = variable.field(Choice::default()).expect("there is a field");
    field.read_raw().expect("it decodes").into_iter().collect()
}
