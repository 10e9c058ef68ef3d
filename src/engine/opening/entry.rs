//! One open file, and the run that it is of by its name.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::catalog::{Found, Mark, ModelFolder, Named, OpenFile, model_of, read_name};
use crate::source::{Dataset, Refusal, SourceError, Step, Variable};
use crate::time::{LeadTime, ReferenceTime};

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

/// What a file is by its name, in one of the models that have it, or by itself.
#[derive(Debug)]
pub(super) struct Home {
    pub folder: Option<Arc<ModelFolder>>,
    pub named: Option<Named>,
    pub run: Option<RunKey>,
}

impl Home {
    fn new(folder: Option<Arc<ModelFolder>>, named: Option<Named>, stem: &Arc<str>) -> Self {
        let model = || folder.as_ref().map_or_else(|| stem.clone(), |folder| folder.name.en.as_str().into());
        let run = named.map(|named| RunKey { model: model(), reference: named.run });
        Self { folder, named, run }
    }
}

#[derive(Debug)]
pub(super) struct Entry {
    pub path: PathBuf,
    mark: Mark,
    /// When it was first seen as it is.
    since: Instant,
    pub stem: Arc<str>,
    /// The models' folders that have it, each under its own pattern; without any, one of no folder.
    homes: Vec<Home>,
    /// Opened by its path or by that of a folder, not only as a model's.
    pub asked: bool,
    /// Found in a folder, not named: what is no data at all among them is passed over, unless its name tells a run.
    pub found: bool,
    /// What its headers said, when they were last read.
    pub outcome: Option<Result<Arc<Dataset>, SourceError>>,
    /// To be read.
    pub queued: bool,
    /// Being read; and it changed meanwhile.
    pub reading: bool,
    pub changed: bool,
    /// It is broken, in part or whole, and was written a moment ago: more of it may come. What it was before stands,
    /// until there is more.
    pub held: bool,
    /// Somebody writes to it just now.
    pub stirs: bool,
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
            since: Instant::now(),
            asked: folder.is_none(),
            homes: vec![Home::new(folder, named, &stem)],
            stem,
            found: false,
            outcome: None,
            queued: false,
            reading: false,
            changed: false,
            held: false,
            stirs: false,
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

    pub fn homes(&self) -> &[Home] {
        &self.homes
    }

    /// The runs that it is of by its name, one at most in each of its models.
    pub fn runs(&self) -> impl Iterator<Item = &RunKey> {
        self.homes.iter().filter_map(|home| home.run.as_ref())
    }

    pub fn is_of(&self, run: &RunKey) -> bool {
        self.runs().any(|own| own == run)
    }

    /// The lead time that its name tells in a run.
    pub fn lead_in(&self, run: &RunKey) -> Option<LeadTime> {
        self.homes.iter().find(|home| home.run.as_ref() == Some(run))?.named?.lead
    }

    /// Takes it into a model's folder; false where it is there already.
    pub fn move_in(&mut self, folder: Arc<ModelFolder>, named: Option<Named>) -> bool {
        if self.homes.iter().any(|home| home.folder.as_ref() == Some(&folder)) {
            return false;
        }
        // Folders of one name are one model, which has each file once.
        self.homes.retain(|home| home.folder.as_ref().is_some_and(|known| known.name.en != folder.name.en));
        self.homes.push(Home::new(Some(folder), named, &self.stem));
        true
    }

    /// Takes it out of models that stand in no list any more, and into those that have come in their place; false where
    /// nobody has it then.
    pub fn move_out(&mut self, gone: &[Arc<ModelFolder>], fresh: &[Arc<ModelFolder>]) -> bool {
        let is_gone = |home: &Home| home.folder.as_ref().is_some_and(|folder| gone.contains(folder));
        if !self.homes.iter().any(is_gone) {
            return true;
        }
        let here = fresh.iter().filter(|model| self.path.starts_with(&model.folder));
        let next: Vec<_> = here.filter_map(|model| Some((model.clone(), model.names(&self.path)?))).collect();
        for (model, named) in next {
            self.move_in(model, named);
        }
        self.homes.retain(|home| !is_gone(home));
        if self.homes.is_empty() && self.asked {
            self.homes.push(Home::new(None, read_name(&self.path), &self.stem));
        }
        !self.homes.is_empty()
    }

    /// Takes what its headers said; false where it stays what it was. A file that still grows is not broken yet: of one
    /// to which messages are added those that are there are taken, and one that is written anew is what it was until
    /// it is whole.
    pub fn take(&mut self, outcome: Result<Arc<Dataset>, SourceError>, patience: Duration) -> bool {
        let was_open = matches!(self.outcome, Some(Ok(_)));
        let grows = (self.found || was_open) && self.is_young(patience);
        let broken = match &outcome {
            // Positions for others are no fields that are still to come.
            Err(error) => may_heal(error) && !error.may_serve(),
            Ok(dataset) => dataset.notes.iter().any(may_heal),
        };
        self.held = grows && broken;
        self.stirs = false;
        let taken = !self.held || matches!(&outcome, Ok(dataset) if self.is_less_than(dataset));
        if taken {
            self.outcome = Some(if self.held { outcome.map(without_faults) } else { outcome });
        }
        taken
    }

    /// Whether a file of messages, which stand in it one after the other, has all that this one had, and more.
    fn is_less_than(&self, grown: &Dataset) -> bool {
        let of_messages = grown.format.starts_with("grib") || grown.format.starts_with("rpn");
        let Some(Ok(before)) = &self.outcome else { return of_messages };
        let kept = |variable: &Variable| {
            let same = grown.variables.iter().find(|other| other.id == variable.id);
            same.is_some_and(|same| {
                let steps: HashSet<&Step> = same.steps.iter().collect();
                levels(same) >= levels(variable) && variable.steps.iter().all(|step| steps.contains(step))
            })
        };
        of_messages && fields(grown) > fields(before) && before.variables.iter().all(kept)
    }

    /// It was written within this time. What is dated in the future was written by another clock, and is young for as
    /// long since it was seen.
    pub fn is_young(&self, patience: Duration) -> bool {
        let age = self.mark.written.map(|written| SystemTime::now().duration_since(written).unwrap_or_default());
        age.is_some_and(|age| age < patience) && self.since.elapsed() < patience
    }

    /// It is on the disk like this now; false where it was before.
    pub fn see(&mut self, mark: Mark) -> bool {
        let changed = self.mark != mark;
        if changed {
            (self.mark, self.since) = (mark, Instant::now());
        }
        changed
    }

    /// What the catalogue is told of it, once for each model that has it; nothing of what is passed over.
    pub fn for_catalog(&self) -> impl Iterator<Item = OpenFile> {
        let no_data = matches!(&self.outcome, Some(Err(error)) if error.refusal == Refusal::NotData);
        let awaited = self.held && self.outcome.is_none();
        let homes = self.homes.iter().filter(move |home| {
            // What is called as a step and is no data, as a page of an error that came in its place, is told of.
            let stray = self.found && no_data && home.named.is_none();
            // A file of unknown run is in no list before it is read.
            let unknown = self.outcome.is_none() && home.named.is_none() && home.folder.is_none();
            !awaited && !stray && !unknown
        });
        homes.map(|home| OpenFile {
            path: self.path.clone(),
            outcome: self.outcome.clone(),
            named: home.named,
            stem: self.stem.clone(),
            written: self.mark.written,
            folder: home.folder.clone(),
            arriving: self.held || self.stirs,
        })
    }
}

fn levels(variable: &Variable) -> usize {
    variable.levels.as_ref().map_or(1, |levels| levels.values.len())
}

fn fields(dataset: &Dataset) -> usize {
    let of = |variable: &Variable| {
        variable
            .steps
            .len()
            .saturating_mul(levels(variable))
            .saturating_mul(variable.members.as_ref().map_or(1, Vec::len))
    };
    dataset.variables.iter().map(of).fold(0, usize::saturating_add)
}

/// What is still to come is no fault of a file that grows.
fn without_faults(mut dataset: Arc<Dataset>) -> Arc<Dataset> {
    if let Some(dataset) = Arc::get_mut(&mut dataset) {
        dataset.notes.retain(|note| !may_heal(note));
    }
    dataset
}

/// What is said of a file that is not there in full.
fn may_heal(error: &SourceError) -> bool {
    matches!(error.refusal, Refusal::Corrupt | Refusal::Empty | Refusal::NoGrid | Refusal::NotData | Refusal::NotFound)
}
