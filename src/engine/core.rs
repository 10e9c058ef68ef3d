//! What the owner's thread and the workers share: the state behind its lock, the threads, the way to wake the owner.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::budget::{self, Budget, Usage};
use super::doubles;
use super::foresight;
use super::opening::Root;
use super::place;
use super::request::Request;
use super::series::Asked;
use super::snapshot::{Reading, Snapshot};
use super::state::State;
use super::trace::Trace;
use super::watch::{Place, Watchers, Watching};
use super::{Opener, Options};
use crate::catalog::Found;
use crate::render::{Frame, Scratch};
use crate::source::SourceError;
use crate::time::ReferenceTime;

/// Takes a slot's outcome instead of the cache.
pub(super) type Taker = dyn Fn(usize, Result<&Frame, &Arc<SourceError>>) + Send + Sync;

/// The engine behind its handle.
pub(super) struct Core {
    state: Mutex<State>,
    pub told: Condvar,
    threads: usize,
    pool: ThreadPool,
    /// One thread less, for while the owner needs a core.
    quiet: OnceLock<ThreadPool>,
    pub opener: Arc<Opener>,
    watching: Option<Watching>,
    watchers: Mutex<Watchers>,
    /// Held while the list of models is read and taken over.
    pub list: Mutex<()>,
    pub wake: Box<dyn Fn() + Send + Sync>,
    /// Where finished frames go instead of being kept.
    pub taker: Option<Box<Taker>>,
    /// Memory of painters, used again.
    pub scratches: Mutex<Vec<Scratch>>,
    pub trace: Trace,
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|n| format!("millibar-{n}"))
        .build()
        .unwrap_or_else(|error| panic!("the system gives no threads: {error}"))
}

impl Core {
    pub(super) fn new(
        options: Options,
        opener: Arc<Opener>,
        wake: Box<dyn Fn() + Send + Sync>,
        taker: Option<Box<Taker>>,
    ) -> Arc<Self> {
        let threads = options.threads();
        let mut state = State::new(Budget::new(options.memory));
        state.opening.patience = options.watching.map_or(Duration::ZERO, |watching| watching.patience);
        Arc::new(Self {
            state: Mutex::new(state),
            told: Condvar::new(),
            threads,
            pool: pool(threads),
            quiet: OnceLock::new(),
            opener,
            watching: options.watching,
            watchers: Mutex::default(),
            list: Mutex::default(),
            wake,
            taker,
            scratches: Mutex::default(),
            trace: Trace::new(),
        })
    }

    /// The lock is held for moments only. A panic under it would leave it poisoned, and the state still whole enough.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets as many workers to work as may work.
    pub(super) fn kick(self: &Arc<Self>) {
        let (missing, busy) = {
            let mut state = self.state();
            if state.stopped {
                return;
            }
            let most = if state.busy { self.threads.saturating_sub(1).max(1) } else { self.threads };
            let missing = most.saturating_sub(state.workers);
            state.workers += missing;
            (missing, state.busy && self.threads > 1)
        };
        let pool = if busy { self.quiet.get_or_init(|| pool(self.threads - 1)) } else { &self.pool };
        for _ in 0..missing {
            let core = self.clone();
            pool.spawn(move || core.work());
        }
    }

    pub(super) fn open(self: &Arc<Self>, paths: Vec<PathBuf>) {
        self.state().opening.add(paths);
        self.kick();
    }

    pub(super) fn open_models(self: &Arc<Self>, list: PathBuf) {
        self.state().opening.add_models_of(list);
        self.kick();
    }

    pub(super) fn read_run(self: &Arc<Self>, model: &str, run: Option<ReferenceTime>) {
        let mut state = self.state();
        let catalog = state.catalog.clone();
        let Some(run) = catalog.model(model).and_then(|model| model.run(run)) else { return };
        state.opening.read_next(model, &run.unread);
        drop(state);
        self.kick();
    }

    /// From now on what was listed is looked after.
    pub(super) fn watch(self: &Arc<Self>, place: Place, found: Vec<Found>) {
        if let Some(plan) = self.watching {
            let mut watchers = self.watchers.lock().unwrap_or_else(PoisonError::into_inner);
            watchers.add(self, plan, place, found);
        }
    }

    pub(super) fn unwatch(&self, place: &Place) {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner).remove(place);
    }

    /// Files came or changed on the disk, or are gone.
    pub(super) fn changed(self: &Arc<Self>, root: &Root, found: Vec<Found>, gone: &[PathBuf]) {
        let mut state = self.state();
        let any = state.opening.changed(root, found, gone);
        gone.iter().for_each(|path| state.cache.forget_file(path));
        drop(state);
        if any {
            self.kick();
            (self.wake)();
        }
    }

    /// What was named as a file is a folder by now.
    pub(super) fn became_folder(self: &Arc<Self>, path: &Path) {
        let mut state = self.state();
        state.opening.changed(&Root::Path(PathBuf::new()), Vec::new(), &[path.to_owned()]);
        state.opening.add(vec![path.to_owned()]);
        drop(state);
        self.kick();
    }

    /// Somebody writes to files: it is not over yet.
    pub(super) fn stirred(self: &Arc<Self>, paths: &[PathBuf]) {
        if self.state().opening.stirred(paths) {
            self.kick();
        }
    }

    /// Files that were broken while they grew have grown, or not.
    pub(super) fn look_at_patience(self: &Arc<Self>) {
        if self.state().opening.lose_patience() {
            self.kick();
        }
    }

    pub(super) fn close(self: &Arc<Self>, path: &Path) {
        let mut state = self.state();
        state.opening.forget(path);
        state.cache.forget_file(path);
        drop(state);
        self.kick();
    }

    pub(super) fn request(self: &Arc<Self>, request: Request) {
        let (catalog, id) = {
            let mut state = self.state();
            state.reel_count += 1;
            (state.catalog.clone(), state.reel_count)
        };
        let reel = foresight::reel(&catalog, &request, id);
        let due = doubles::of_plan(&catalog, &reel.plan);
        let mut state = self.state();
        state.doubles.begin(due);
        state.generation += 1;
        let (old_plan, keep_series) = (state.reels.first().map(|reel| reel.plan.clone()), state.series.take());
        state.series = keep_series.filter(|_| old_plan.is_some_and(|old| old.shows_the_same(&reel.plan)));
        state.begin(vec![reel]);
        state.request = Some(request);
        drop(state);
        self.kick();
    }

    pub(super) fn seek(self: &Arc<Self>, slot: usize, forward: bool) {
        let mut state = self.state();
        let busy = state.busy;
        let Some(reel) = state.reels.first_mut() else { return };
        if (reel.playhead, reel.forward) == (slot, forward) {
            return;
        }
        (reel.playhead, reel.forward) = (slot, forward);
        // What was foreseen for another slot is of no use; while the loop plays nothing is foreseen.
        for beyond in state.reels.drain(1..) {
            beyond.stop.stop();
        }
        state.foreseen &= busy;
        drop(state);
        self.kick();
    }

    pub(super) fn set_busy(self: &Arc<Self>, busy: bool) {
        let mut state = self.state();
        if state.busy == busy {
            return;
        }
        state.busy = busy;
        state.foreseen &= busy;
        drop(state);
        self.kick();
    }

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::new(self.state().snapshot())
    }

    pub(super) fn frame(&self, slot: usize) -> Option<Arc<Frame>> {
        self.state().frame(slot)
    }

    pub(super) fn reading(&self, slot: usize, lon: f64, lat: f64) -> Reading {
        let mut state = self.state();
        let state = &mut *state;
        let Some(reel) = state.reels.first() else { return Reading::default() };
        let reach = place::reach(&reel.picture.view);
        let value = |layer: usize, state: &mut super::cache::Cache| {
            let layer_of = reel.layers[layer].as_ref()?;
            // A moving grid is made ready for searches when its frame is painted: not here, where the window waits.
            if layer_of.moves() && !reel.is_painted(slot) {
                return None;
            }
            let (grid, is_direction) = (layer_of.grid(slot), layer_of.plan.parameter.is_direction);
            let kept = state.field(reel.field_key(slot, layer)?)?;
            let value = place::interpolate(&kept, grid, &grid.shown_at(lon, lat, reach)?, is_direction);
            Some(value).filter(|value| value.is_finite())
        };
        Reading { bands: value(0, &mut state.cache), lines: value(1, &mut state.cache) }
    }

    pub(super) fn ask_series(self: &Arc<Self>, lon: f64, lat: f64) {
        let mut state = self.state();
        let state_ref = &mut *state;
        let Some(reel) = state_ref.reels.first() else { return };
        state_ref.series = Some(Asked::new(reel, lon, lat, &mut state_ref.cache));
        drop(state);
        self.kick();
    }

    pub(super) fn usage(&self) -> Usage {
        self.state().usage()
    }

    pub(super) fn reserve_textures(self: &Arc<Self>, bytes: u64) {
        let mut state = self.state();
        state.textures = bytes;
        state.make_room(0);
        let due = state.budget.is_due();
        drop(state);
        if due {
            self.kick();
        }
    }

    /// Looks from time to time how much memory the machine has left, without the lock.
    pub(super) fn look_at_memory(&self) {
        let mut state = self.state();
        if !state.budget.begin_look() {
            return;
        }
        let used = state.used();
        drop(state);
        let limit = budget::limit_of_machine(used);
        let mut state = self.state();
        state.budget.know(limit);
        state.make_room(0);
    }

    pub(super) fn stop(&self) {
        let mut state = self.state();
        state.stopped = true;
        state.begin(Vec::new());
        drop(state);
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner).stop();
    }
}
