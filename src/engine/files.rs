//! How a worker finds files, reads their headers, and joins them into a catalogue.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::core::Core;
use super::opening::{OpeningJob, Root};
use super::snapshot::EngineNote;
use super::trace::Kind;
use super::watch::Place;
use super::work::{broken, lock};
use crate::catalog::{self, Catalog, Found, Mark, ModelFolder, NoFiles};
use crate::source::{self, Dataset, SourceError};

impl Core {
    pub(super) fn open_stage(self: &Arc<Self>, job: OpeningJob) {
        match job {
            OpeningJob::Models(list) => {
                self.read_models(list);
            }
            OpeningJob::List(Root::Model(model)) => {
                // On a thread of its own: a disk that hangs takes no worker.
                let core = self.clone();
                std::thread::spawn(move || core.list_model(model));
            }
            OpeningJob::List(Root::Path(path)) => {
                let list = || catch_unwind(AssertUnwindSafe(|| catalog::list(&path)));
                let found = self.trace.stage(Kind::Open, "list", None, list);
                // What breaks the search for files is met again, and told, when the path itself is opened.
                let itself = |_| vec![Found { path: path.clone(), mark: Mark::default(), named: None }];
                let found = found.unwrap_or_else(itself);
                let place = if path.is_dir() { Place::Folder(path.clone()) } else { Place::Files };
                self.state().opening.listed(&Root::Path(path), found.clone());
                self.watch(place, found);
            }
            OpeningJob::Headers(path) => {
                let open = || catch_unwind(AssertUnwindSafe(|| self.open_file(&path)));
                let outcome = self.trace.stage(Kind::Open, "headers", None, open);
                let outcome = outcome.unwrap_or_else(|panic| Err(broken(path.clone(), &*panic)));
                let mut state = self.state();
                if state.opening.read(&path, outcome.map(Arc::new)) {
                    // What was kept of the file as it was before is of no use.
                    state.cache.forget_file(&path);
                }
            }
            OpeningJob::Join { files, folders, lost } => {
                let join = || catch_unwind(AssertUnwindSafe(|| Arc::new(Catalog::of(&files, &folders, &lost))));
                let catalog = self.trace.stage(Kind::Open, "join", None, join);
                let mut state = self.state();
                if let Ok(catalog) = catalog {
                    state.catalog = catalog;
                }
                state.opening.joined();
            }
        }
        self.kick();
    }

    /// Reads the list of models, and looks after it from then on.
    fn read_models(self: &Arc<Self>, list: PathBuf) {
        // Whoever takes it over last has read it last.
        let reading = lock(&self.list);
        let mark = Mark::of(&list).unwrap_or_default();
        let (models, troubles) = catalog::models::read(Some(&list));
        let mut state = self.state();
        let dropped = state.opening.know_models(models, &troubles);
        state.notes.retain(|note| match note {
            EngineNote::Models(_) => false,
            EngineNote::NoFiles(lack) => dropped.models.iter().all(|model| **model != lack.model),
            _ => true,
        });
        state.note(troubles.into_iter().map(EngineNote::Models));
        dropped.files.iter().for_each(|file| state.cache.forget_file(file));
        drop(state);
        drop(reading);
        for model in dropped.models {
            self.unwatch(&Place::Model(model));
        }
        let found = Found { path: list.clone(), mark, named: None };
        self.watch(Place::List(list), vec![found]);
    }

    /// Headers; the positions of a grid may stand in another file that is open.
    fn open_file(&self, path: &Path) -> Result<Dataset, SourceError> {
        let opened = (self.opener)(path)?;
        let readable = || self.state().opening.readable();
        let others = if opened.unplaced || !opened.companions.is_empty() { readable() } else { Vec::new() };
        if !opened.may_be_placed_by(|companion| others.iter().any(|open| open == companion)) {
            return Ok(opened);
        }
        if others.iter().all(|other| other == path) { Ok(opened) } else { source::open_among(path, &others) }
    }

    fn list_model(self: &Arc<Self>, model: Arc<ModelFolder>) {
        let found = catalog::list_model(&model);
        let lack = if found.is_empty() { NoFiles::of(&model) } else { None };
        let mut state = self.state();
        let listed = state.opening.has_model(&model);
        state.note(lack.filter(|_| listed).map(EngineNote::NoFiles));
        state.opening.listed(&Root::Model(model.clone()), found.clone());
        drop(state);
        if listed {
            self.watch(Place::Model(model), found);
        }
        self.kick();
        self.told.notify_all();
        (self.wake)();
    }
}
