//! Opens the files and folders that were named, headers only, each with its own fate.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::Status;
use super::guarded;
use super::output::Output;
use crate::catalog::{Found, files_below, list, model_of};
use crate::source::{self, Dataset, Detail, Refusal, SourceError};
use crate::time::{LeadTime, ReferenceTime};

/// A file and how its opening went.
pub type Opened = (PathBuf, Result<Arc<Dataset>, SourceError>);

/// Opens all files of all paths, in parallel, in the order in which they were named.
///
/// Of a folder only what is data counts: other files in it are passed over in silence, unless there is nothing else.
/// A file whose grids lack positions is opened again with the others beside it, which may have them.
pub fn open_all(paths: &[PathBuf]) -> Vec<Opened> {
    opened_by(paths, open_folder)
}

/// Each file itself, and what `of_folder` gives for each folder.
fn opened_by(paths: &[PathBuf], of_folder: impl Fn(&Path) -> Vec<Opened>) -> Vec<Opened> {
    let opened = paths.iter().flat_map(|path| {
        if path.is_dir() && !source::is_store(path) { of_folder(path) } else { vec![open(path, &[])] }
    });
    let opened: Vec<Opened> = opened.collect();
    let may_help = |outcome: &Result<_, SourceError>| outcome.as_ref().err().is_none_or(SourceError::may_serve);
    let others: Vec<PathBuf> =
        opened.iter().filter(|(_, outcome)| may_help(outcome)).map(|(path, _)| path.clone()).collect();
    let again = |(path, outcome): Opened| match outcome {
        // What was opened with it goes before what lies in its folder.
        Ok(dataset) if others.len() > 1 && dataset.may_be_placed_by(|path| others.iter().any(|open| open == path)) => {
            open(&path, &others)
        }
        outcome => (path, outcome),
    };
    opened.into_iter().map(again).collect()
}

/// As [`open_all`]; but where the names in a folder tell several runs, only the files of the one that is asked for, else
/// of each model's newest.
pub fn open_run(paths: &[PathBuf], asked: Option<&dyn Fn(ReferenceTime) -> bool>) -> Vec<Opened> {
    opened_by(paths, |folder| open_files(folder, &of_run(&list(folder), asked)))
}

/// The files of a run, and those whose names tell none.
fn of_run(found: &[Found], asked: Option<&dyn Fn(ReferenceTime) -> bool>) -> Vec<PathBuf> {
    let mut newest: HashMap<String, ReferenceTime> = HashMap::new();
    for (found, named) in found.iter().filter_map(|found| Some((found, found.named?))) {
        let run = newest.entry(model_of(&found.path)).or_insert(named.run);
        *run = named.run.max(*run);
    }
    // Analyses by their names are one loop of all their times.
    let forecasts: HashSet<String> = found
        .iter()
        .filter(|found| found.named.is_some_and(|named| named.lead != Some(LeadTime(0))))
        .map(|found| model_of(&found.path))
        .collect();
    let is_asked = |found: &&Found| match (found.named, asked) {
        (Some(_), None) if !forecasts.contains(&model_of(&found.path)) => true,
        (None, _) => true,
        (Some(named), Some(asked)) => asked(named.run),
        (Some(named), None) => newest.get(&model_of(&found.path)) == Some(&named.run),
    };
    found.iter().filter(is_asked).map(|found| found.path.clone()).collect()
}

fn open_folder(folder: &Path) -> Vec<Opened> {
    open_files(folder, &files_below(folder))
}

fn open_files(folder: &Path, files: &[PathBuf]) -> Vec<Opened> {
    let mut opened: Vec<Opened> = files.par_iter().map(|file| open(file, &[])).collect();
    opened.retain(|(_, outcome)| !matches!(outcome, Err(error) if error.refusal == Refusal::NotData));
    if opened.is_empty() {
        let detail = match std::fs::read_dir(folder) {
            Err(error) => return vec![(folder.to_owned(), Err(unreadable(folder, &error)))],
            Ok(_) => Detail::with("detail.files_here", [("count", (files.len() as u64).into())]),
        };
        opened.push((folder.to_owned(), Err(SourceError::new(folder, Refusal::NotData, detail))));
    }
    opened
}

fn unreadable(path: &Path, error: &std::io::Error) -> SourceError {
    SourceError::new(path, Refusal::NoAccess, error.to_string())
}

fn open(path: &Path, others: &[PathBuf]) -> Opened {
    let outcome = guarded(|| source::open_among(path, others))
        .unwrap_or_else(|message| Err(SourceError::new(path, Refusal::Corrupt, message)));
    (path.to_owned(), outcome.map(Arc::new))
}

/// Tells on standard error what was refused, whole or in part; the status of a command that reads these files.
pub fn report(opened: &[Opened], output: &mut Output) -> Status {
    for (_, outcome) in opened {
        let language = output.language;
        match outcome {
            Err(error) if serves(error, opened) => {}
            Err(error) => output.complain(&error.tell(language)),
            Ok(dataset) => dataset.notes.iter().for_each(|note| output.complain(&note.tell(language))),
        }
    }
    status(opened)
}

/// Whether something was refused that is no mere help for what opened.
pub fn is_refused(opened: &[Opened]) -> bool {
    opened.iter().filter_map(|(_, outcome)| outcome.as_ref().err()).any(|error| !serves(error, opened))
}

/// Whether a refused file is there for one of those that opened.
fn serves(error: &SourceError, opened: &[Opened]) -> bool {
    opened.iter().filter_map(|(_, outcome)| outcome.as_ref().ok()).any(|dataset| error.serves(dataset))
}

/// The contract of `info` and `probe`: one file that opened is enough.
pub fn status(opened: &[Opened]) -> Status {
    if opened.iter().any(|(_, outcome)| outcome.is_ok()) { Status::Done } else { Status::AllRefused }
}
