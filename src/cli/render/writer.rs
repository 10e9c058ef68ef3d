//! Takes frames from the engine's workers and writes them as files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use super::super::arguments::Render;
use super::choice::Choice;
use crate::engine::Slot;
use crate::render::Frame;
use crate::source::SourceError;
use crate::text::{self, Language};
use crate::time::ValidTime;

/// Where the frames go.
#[derive(Debug)]
pub struct Target {
    /// One for each slot of the plan; empty where nothing is written.
    paths: Vec<PathBuf>,
}

/// What could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// One or more lead times for the same reason.
    Source(Arc<SourceError>),
    /// The disk is full: nothing more was written.
    DiskFull(PathBuf),
    NotWritten {
        path: PathBuf,
        reason: String,
    },
}

/// What became of the frames.
#[derive(Debug, Default)]
pub struct Written {
    pub frames: usize,
    /// In the order of their names.
    pub files: Vec<PathBuf>,
    /// Each reason once.
    pub failures: Vec<Failure>,
    /// Encoding and writing, summed over all workers.
    pub seconds: Duration,
}

/// Shared by the engine's workers.
pub struct Writer {
    target: Target,
    written: Mutex<Written>,
    bar: ProgressBar,
    /// Slots whose frames have no value and are not written for now; `None` where all are written.
    held_back: Mutex<Option<Vec<usize>>>,
}

impl Target {
    /// Makes the folder where one is needed.
    pub fn new(asked: &Render, choice: &Choice) -> Result<Self, Failure> {
        let Some(out) = asked.out.as_deref().filter(|out| *out != Path::new("none")) else {
            return Ok(Self { paths: Vec::new() });
        };
        if !asked.all {
            return Ok(Self { paths: vec![out.to_owned(); choice.plan.slots.len()] });
        }
        fs::create_dir_all(out).map_err(|error| Failure::of_io(out, &error))?;
        let paths = choice.plan.slots.iter().map(|slot| out.join(file_name(&choice.name, slot)));
        Ok(Self { paths: paths.collect() })
    }
}

/// `NAME_+006.png`; with minutes and seconds where the lead time has any, and by the valid time where there is no lead
/// time, by the step's number where there is no time.
fn file_name(name: &str, slot: &Slot) -> String {
    match (slot.time.lead, slot.time.valid) {
        (Some(lead), _) => format!("{name}_{}.png", lead.in_file_name()),
        (None, Some(ValidTime(valid))) => {
            let plain: String = valid.iso().chars().filter(|c| !matches!(c, '-' | ':')).collect();
            format!("{name}_{plain}.png")
        }
        (None, None) => match slot.time.number {
            Some(number) => format!("{name}_step{:03}.png", number + 1),
            None => format!("{name}.png"),
        },
    }
}

impl Writer {
    /// With `holds_back`, frames without a value are only counted until [`Writer::release`] is called.
    pub fn new(target: Target, bar: ProgressBar, holds_back: bool) -> Self {
        let held_back = Mutex::new(holds_back.then(Vec::new));
        Self { target, written: Mutex::default(), bar, held_back }
    }

    /// The slots that were held back; from now on all frames are written.
    pub fn release(&self) -> Vec<usize> {
        self.held_back().take().unwrap_or_default()
    }

    /// Called once for each slot, on any thread.
    pub fn take(&self, slot: usize, outcome: Result<&Frame, &Arc<SourceError>>) {
        if outcome.is_ok_and(|frame| frame.caption.blank)
            && let Some(held_back) = self.held_back().as_mut()
        {
            held_back.push(slot);
            return;
        }
        let start = Instant::now();
        let file = match outcome {
            Err(error) => Err(Failure::Source(error.clone())),
            Ok(frame) => self.write(slot, frame),
        };
        let mut written = self.written();
        written.seconds += start.elapsed();
        match file {
            Ok(file) => {
                written.frames += 1;
                written.files.extend(file);
            }
            Err(failure) if !written.failures.contains(&failure) => written.failures.push(failure),
            Err(_) => {}
        }
        drop(written);
        self.bar.inc(1);
    }

    /// `None` where nothing is to be written.
    fn write(&self, slot: usize, frame: &Frame) -> Result<Option<PathBuf>, Failure> {
        let Some(path) = self.target.paths.get(slot) else { return Ok(None) };
        // A second file would not fit either: one message is enough.
        let full = self.written().failures.iter().find(|failure| matches!(failure, Failure::DiskFull(_))).cloned();
        if let Some(full) = full {
            return Err(full);
        }
        let bytes =
            frame.to_png().map_err(|error| Failure::NotWritten { path: path.clone(), reason: error.to_string() })?;
        fs::write(path, bytes).map_err(|error| {
            // Half a picture helps nobody; a device stays where it is. Whether the file can be removed changes nothing of
            // what there is to say.
            if path.is_file() {
                let _ = fs::remove_file(path);
            }
            Failure::of_io(path, &error)
        })?;
        Ok(Some(path.clone()))
    }

    pub fn finish(&self) -> Written {
        self.bar.finish_and_clear();
        let mut written = std::mem::take(&mut *self.written());
        written.files.sort();
        written
    }

    fn held_back(&self) -> MutexGuard<'_, Option<Vec<usize>>> {
        self.held_back.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failure {
    fn of_io(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull(path.to_owned()),
            _ => Self::NotWritten { path: path.to_owned(), reason: error.to_string() },
        }
    }

    /// One sentence for a person.
    pub fn tell(&self, language: Language) -> String {
        match self {
            Self::Source(error) => error.tell(language),
            Self::DiskFull(path) => text::fill(language, "cli.disk_full", &[("path", &path.display().to_string())]),
            Self::NotWritten { path, reason } => {
                text::fill(language, "cli.not_written", &[("path", &path.display().to_string()), ("reason", reason)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::time::LeadTime;

    #[test]
    fn files_are_named_by_their_lead_time_and_sort_by_it() {
        let check = |hours: f64, name: &str| {
            assert_eq!(LeadTime::from_hours(hours).map(LeadTime::in_file_name).as_deref(), Some(name));
        };
        check(6.0, "+006");
        check(0.0, "+000");
        check(240.0, "+240");
        check(0.25, "+000h15");
        check(0.125, "+000h07m30");
        check(-3.0, "-003");
    }
}
