//! What the owner's thread and the workers share.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::budget::{Budget, Usage};
use super::opening::{Opening, OpeningJob};
use super::plan::Plan;
use super::request::Request;
use super::snapshot::{Progress, Reading, SlotState, Snapshot};
use super::{Opener, Options};
use crate::catalog::{self, Catalog};
use crate::render::Frame;

/// The engine behind its handle.
pub(super) struct Core {
    state: Mutex<State>,
    pool: rayon::ThreadPool,
    opener: Arc<Opener>,
    wake: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct State {
    generation: u64,
    catalog: Arc<Catalog>,
    plan: Arc<Plan>,
    opening: Opening,
    textures: u64,
    budget: Option<Budget>,
    stopped: bool,
}

impl Core {
    pub(super) fn new(options: Options, opener: Arc<Opener>, wake: Box<dyn Fn() + Send + Sync>) -> Arc<Self> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads())
            .thread_name(|n| format!("millibar-{n}"))
            .build()
            .unwrap_or_else(|error| unreachable!("threads can be started: {error}"));
        let state = State { budget: Some(Budget::new(options.memory)), ..State::default() };
        Arc::new(Self { state: Mutex::new(state), pool, opener, wake })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(self: &Arc<Self>, paths: Vec<PathBuf>) {
        self.state().opening.add(paths);
        self.kick();
    }

    pub(super) fn close(self: &Arc<Self>, path: &Path) {
        self.state().opening.forget(path);
        self.kick();
    }

    pub(super) fn request(&self, request: Request) {
        let mut state = self.state();
        state.generation += 1;
        let plan = Plan::new(&state.catalog, &request.selection, request.picture.interval_factor);
        state.plan = Arc::new(plan.unwrap_or_default());
    }

    pub(super) fn seek(&self, _slot: usize, _forward: bool) {}
    pub(super) fn set_busy(&self, _busy: bool) {}

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        let state = self.state();
        Arc::new(Snapshot {
            generation: state.generation,
            catalog: state.catalog.clone(),
            plan: state.plan.clone(),
            slots: vec![SlotState::Waiting; state.plan.slots.len()],
            opening: state.opening.progress(),
            progress: Progress { of: state.plan.slots.len(), ..Progress::default() },
            ..Snapshot::default()
        })
    }

    pub(super) fn frame(&self, _slot: usize) -> Option<Arc<Frame>> {
        None
    }

    pub(super) fn reading(&self, _slot: usize, _lon: f64, _lat: f64) -> Reading {
        Reading::default()
    }

    pub(super) fn ask_series(&self, _lon: f64, _lat: f64) {}

    pub(super) fn usage(&self) -> Usage {
        let mut state = self.state();
        let used = state.textures;
        Usage { used, limit: state.budget.as_mut().map_or(0, |budget| budget.limit(used)) }
    }

    pub(super) fn reserve_textures(&self, bytes: u64) {
        self.state().textures = bytes;
    }

    pub(super) fn stop(&self) {
        self.state().stopped = true;
    }

    fn kick(self: &Arc<Self>) {
        let core = self.clone();
        self.pool.spawn(move || core.work());
    }

    fn work(self: &Arc<Self>) {
        loop {
            let job = self.state().opening.next();
            match job {
                None => return,
                Some(OpeningJob::List(path)) => {
                    let files = catalog::files_below(&path);
                    self.state().opening.listed(files);
                    self.kick();
                }
                Some(OpeningJob::Headers(path)) => {
                    let outcome = (self.opener)(&path).map(Arc::new);
                    self.state().opening.read(&path, outcome);
                }
                Some(OpeningJob::Join(files)) => {
                    let catalog = Arc::new(Catalog::new(&files));
                    let mut state = self.state();
                    state.catalog = catalog;
                    state.opening.joined();
                }
            }
            (self.wake)();
        }
    }
}
