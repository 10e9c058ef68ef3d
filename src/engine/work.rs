//! What a worker does: takes the most urgent stage, does it without the lock, brings back what came of it.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::cache::Kept;
use super::core::Core;
use super::doubles;
use super::foresight;
use super::reel::{Once, Reel};
use super::request::Request;
use super::scenery::{Placing, Scenery};
use super::state::Job;
use super::trace::Kind;
use crate::catalog::Double;
use crate::grid::Grid;
use crate::map::{Basemap, View};
use crate::source::{Detail, FieldRef, Refusal, SourceError};

thread_local! {
    /// This thread is inside a stage. While it waits there for chunks that others decode, it must not begin another.
    static WORKING: Cell<bool> = const { Cell::new(false) };
}

impl Core {
    /// Works until nothing is left to begin.
    pub(super) fn work(self: &Arc<Self>) {
        if WORKING.replace(true) {
            self.state().workers -= 1;
            return;
        }
        self.look_at_memory();
        while let Some(job) = self.take_job() {
            // There may be enough for several workers.
            self.kick();
            let reel = job.reel();
            let run = catch_unwind(AssertUnwindSafe(|| self.run(job)));
            if let (Err(panic), Some(reel)) = (run, reel) {
                self.fail_all(reel, &*panic);
            }
            self.told.notify_all();
            (self.wake)();
            self.look_at_memory();
        }
        WORKING.set(false);
        self.told.notify_all();
    }

    /// Without a job the worker leaves under the same lock: whoever brings work afterwards sends another.
    fn take_job(&self) -> Option<Job> {
        let mut state = self.state();
        let job = state.next_job();
        if job.is_none() {
            state.workers -= 1;
        }
        job
    }

    fn run(self: &Arc<Self>, job: Job) {
        match job {
            Job::Open(job) => self.open_stage(job),
            Job::Survey { reel, view, grids } => self.survey(reel, &view, grids),
            Job::Guess { reel, layer } => self.guess(reel, layer),
            Job::Read { reel, batch } => self.read(reel, &batch),
            Job::Basemap { reel, view } => self.basemap(reel, &view),
            Job::Prepare { reel, setting } => self.prepare(reel, setting),
            Job::Paint { reel, slot, scenery, fields } => self.paint(reel, slot, &scenery, &fields),
            Job::Series(batch) => self.read_series(&batch),
            Job::Compare(double) => self.compare(&double),
            Job::Foresee { reel, request, slot } => self.foresee(reel, &request, slot),
        }
    }

    fn survey(self: &Arc<Self>, reel: u64, view: &View, grids: [Option<Arc<Grid>>; 2]) {
        let first = self.state().reel(reel).map(|reel| reel.fields_in_sight()).unwrap_or_default();
        let learn = || catch_unwind(AssertUnwindSafe(|| first.iter().for_each(FieldRef::learn)));
        // What breaks here breaks again where the values are read, and is told there.
        let _ = self.trace.stage(Kind::Read, "learn", None, learn);
        let placings = grids.map(|grid| {
            let grid = grid?;
            let known = self.state().placing(&grid, view);
            if known.is_some() {
                return known;
            }
            let make = || catch_unwind(AssertUnwindSafe(|| Placing::new(&grid, view)));
            let placing = self.trace.stage(Kind::Render, "survey", None, make).unwrap_or(Placing::Impossible);
            self.state().keep_placing(grid, view.clone(), placing.clone());
            Some(placing)
        });
        self.state().surveyed(reel, placings, self.taker.is_none());
        self.hand_on_failures(reel);
        self.kick();
    }

    fn basemap(self: &Arc<Self>, id: u64, view: &View) {
        let known = self.state().basemap(view);
        let made = known.map(Ok).unwrap_or_else(|| {
            let make = || catch_unwind(AssertUnwindSafe(|| Arc::new(Basemap::new(view))));
            let made = self.trace.stage(Kind::Render, "basemap", None, make);
            if let Ok(basemap) = &made {
                self.state().keep_basemap(view.clone(), basemap.clone());
            }
            made
        });
        match made {
            Ok(basemap) => {
                if let Some(reel) = self.state().reel(id) {
                    reel.basemap = Once::Done(basemap);
                }
            }
            Err(panic) => self.fail_all(id, &*panic),
        }
        self.kick();
    }

    /// What all frames need cannot be made.
    fn fail_all(&self, id: u64, panic: &(dyn std::any::Any + Send)) {
        let mut state = self.state();
        let Some(reel) = state.reel(id) else { return };
        reel.break_off(|reel, slot| broken(path_of(reel, slot), panic));
        drop(state);
        self.hand_on_failures(id);
    }

    fn prepare(self: &Arc<Self>, id: u64, number: u64) {
        let mut state = self.state();
        let setting = state.settings.get(number);
        let parts = state.reel(id).and_then(|reel| {
            let placings = [0, 1].map(|n| reel.layers[n].as_ref().and_then(|layer| layer.placing.clone()));
            Some((placings, reel.basemap.done()?.clone()))
        });
        drop(state);
        let (Some(setting), Some((placings, basemap))) = (setting, parts) else { return };
        let make = || catch_unwind(AssertUnwindSafe(|| Scenery::new(&setting, &basemap, placings)));
        match self.trace.stage(Kind::Render, "prepare", None, make) {
            Ok(scenery) => self.state().prepared(id, number, Arc::new(scenery)),
            Err(panic) => self.fail_all(id, &*panic),
        }
        self.kick();
    }

    fn paint(self: &Arc<Self>, id: u64, slot: usize, scenery: &Scenery, fields: &[Option<Arc<Kept>>; 2]) {
        let mut state = self.state();
        let Some(reel) = state.reel(id) else { return };
        let (plan, size, key) = (reel.plan.clone(), reel.picture.size, reel.frame_key(slot));
        let columns = [0, 1].map(|n| reel.layers[n].as_ref().map_or(1, |layer| layer.plan.grid.nx));
        let (Some(moment), Some(key)) = (plan.slots.get(slot), key) else { return };
        let (pixels, unreadable) = (state.buffer(size), key.broken);
        drop(state);
        let mut scratch = lock(&self.scratches).pop().unwrap_or_default();
        let work = || {
            catch_unwind(AssertUnwindSafe(|| scenery.paint(moment, fields, unreadable, columns, &mut scratch, pixels)))
        };
        let painted = self.trace.stage(Kind::Render, "paint", Some(slot), work);
        match (painted, &self.taker) {
            (Ok(frame), Some(take)) => {
                take(slot, Ok(&frame));
                let mut state = self.state();
                state.reuse_buffer(frame.pixels);
                key.fields.iter().flatten().for_each(|key| state.cache.take_field(key));
                state.painted(id, slot);
            }
            (Ok(frame), None) => {
                let mut state = self.state();
                state.make_room(frame.pixels.len() as u64);
                state.cache.put_frame(key, Arc::new(frame));
                state.painted(id, slot);
            }
            (Err(panic), _) => {
                let mut state = self.state();
                if let Some(reel) = state.reel(id) {
                    let path = path_of(reel, slot);
                    reel.failed(slot, Arc::new(broken(path, &*panic)));
                }
                drop(state);
                self.hand_on_failures(id);
                return;
            }
        }
        // Memory that was in use in a panic is thrown away.
        lock(&self.scratches).push(scratch);
    }

    /// Tells the taker of slots that failed since it was last told.
    pub(super) fn hand_on_failures(&self, id: u64) {
        let Some(take) = &self.taker else { return };
        let failed = self.state().reel(id).map(Reel::take_failures).unwrap_or_default();
        for (slot, error) in failed {
            take(slot, Err(&error));
            if let Some(reel) = self.state().reel(id) {
                reel.failure_told();
            }
        }
    }

    fn compare(self: &Arc<Self>, double: &Double) {
        let compare = || catch_unwind(AssertUnwindSafe(|| doubles::are_equal(double)));
        let equal = self.trace.stage(Kind::Read, "compare", None, compare);
        if matches!(equal, Ok(Some(false))) {
            let mut state = self.state();
            let note = state.doubles.differ(double);
            state.note(note);
        }
        self.kick();
    }

    fn foresee(self: &Arc<Self>, id: u64, request: &Request, slot: usize) {
        let mut state = self.state();
        let time = state.reel(id).and_then(|reel| Some(reel.plan.slots.get(slot)?.time));
        let catalog = state.catalog.clone();
        drop(state);
        let Some(time) = time else { return };
        for (request, slot) in foresight::neighbours(&catalog, request, time) {
            let mut state = self.state();
            state.reel_count += 1;
            let number = state.reel_count;
            drop(state);
            let reel = foresight::reel(&catalog, &request, number).only(vec![slot], false);
            let mut state = self.state();
            if state.reels.first().is_some_and(|first| first.id == id) {
                state.reels.push(reel);
            }
        }
        self.kick();
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn path_of(reel: &Reel, slot: usize) -> PathBuf {
    let key = (0..2).find_map(|n| reel.field_key(slot, n));
    key.and_then(|key| Some(key.0.ingredients.first()?.field.reader.path().to_owned())).unwrap_or_default()
}

/// A stage panicked: that is a mistake of ours, brought to light by what stands in the file.
pub(super) fn broken(path: PathBuf, panic: &(dyn std::any::Any + Send)) -> SourceError {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    SourceError::new(&path, Refusal::Corrupt, text.map_or_else(|| Detail::of("detail.gave_up"), Detail::from))
}
