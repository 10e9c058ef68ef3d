//! One open file, and the run that it is of by its name.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::catalog::{Found, Mark, ModelFolder, Named, OpenFile, model_of};
use crate::source::{Dataset, Refusal, SourceError};
use crate::time::ReferenceTime;

/// Where files are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Root {
    /// A file, or a folder.
    Path(PathBuf),
    Model(Arc<ModelFolder>),
}

impl Root {
    pub fn model(&self) -> Option<Arc<ModelFolder>> {
        if let Self::Model(model) = self { Some(model.clone()) } else { None }
    }
}

/// A run by the names of its files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RunKey {
    pub model: Arc<str>,
    pub reference: ReferenceTime,
}

impl RunKey {
    pub fn of(found: &Found, folder: Option<&ModelFolder>) -> Option<Self> {
        let reference = found.named?.run;
        let model = folder.map_or_else(|| model_of(&found.path), |folder| folder.name.en.clone());
        Some(Self { model: model.into(), reference })
    }
}

#[derive(Debug)]
pub(super) struct Entry {
    pub path: PathBuf,
    pub mark: Mark,
    pub named: Option<Named>,
    pub stem: Arc<str>,
    pub folder: Option<Arc<ModelFolder>>,
    /// Found in a folder, not named: what is no data at all among them is passed over.
    pub found: bool,
    /// What its headers said, when they were last read.
    pub outcome: Option<Result<Arc<Dataset>, SourceError>>,
    /// To be read.
    pub queued: bool,
    /// Being read; and it changed meanwhile.
    pub reading: bool,
    pub changed: bool,
    /// It is broken, in part or whole, and was written a moment ago: more of it may come.
    pub held: bool,
    /// Its grids lack positions, which were looked for among so many other files.
    pub among: usize,
}

impl Entry {
    /// `alike`: the stem of the file before, which is often the same.
    pub fn new(found: Found, folder: Option<Arc<ModelFolder>>, alike: Option<Arc<str>>) -> Self {
        let stem = model_of(&found.path);
        let stem = alike.filter(|alike| **alike == *stem).unwrap_or_else(|| stem.into());
        let Found { path, mark, named } = found;
        Self {
            path,
            mark,
            named,
            stem,
            folder,
            found: false,
            outcome: None,
            queued: false,
            reading: false,
            changed: false,
            held: false,
            among: 0,
        }
    }

    /// Known by its name only, and not about to be read.
    pub fn is_unread(&self) -> bool {
        self.outcome.is_none() && !self.queued && !self.held
    }

    /// It was read, and may have positions for others.
    pub fn may_serve(&self) -> bool {
        self.outcome.as_ref().is_some_and(|outcome| outcome.as_ref().err().is_none_or(SourceError::may_serve))
    }

    pub fn run(&self) -> Option<RunKey> {
        let reference = self.named?.run;
        let model = self.folder.as_ref().map_or_else(|| self.stem.clone(), |folder| folder.name.en.as_str().into());
        Some(RunKey { model, reference })
    }

    /// Takes what its headers said. A file that still grows is not broken yet.
    pub fn take(&mut self, outcome: Result<Arc<Dataset>, SourceError>, patience: Duration) {
        let grows = self.found && self.is_young(patience);
        let broken = match &outcome {
            Err(error) => may_heal(error),
            Ok(dataset) => dataset.notes.iter().any(may_heal),
        };
        self.held = grows && broken;
        self.outcome = if self.held { None } else { Some(outcome) };
    }

    /// It was written within this time.
    pub fn is_young(&self, patience: Duration) -> bool {
        let age = self.mark.written.map(|written| SystemTime::now().duration_since(written).unwrap_or_default());
        age.is_some_and(|age| age < patience)
    }

    /// What the catalogue is told of it; `None` for what is passed over.
    pub fn for_catalog(&self) -> Option<OpenFile> {
        let no_data = matches!(&self.outcome, Some(Err(error)) if error.refusal == Refusal::NotData);
        // A file of unknown run is in no list before it is read.
        let unknown = self.outcome.is_none() && self.named.is_none() && self.folder.is_none();
        if self.held || unknown || (self.found && no_data) {
            return None;
        }
        Some(OpenFile {
            path: self.path.clone(),
            outcome: self.outcome.clone(),
            named: self.named,
            stem: self.stem.clone(),
            written: self.mark.written,
            folder: self.folder.clone(),
        })
    }
}

/// What is said of a file that is not there in full.
fn may_heal(error: &SourceError) -> bool {
    matches!(error.refusal, Refusal::Corrupt | Refusal::Empty | Refusal::NoGrid | Refusal::NotData | Refusal::NotFound)
}
