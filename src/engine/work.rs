//! What a worker does: takes the most urgent stage, does it without the lock, brings back what came of it.

use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ndarray::Array2;

use super::cache::{Kept, offset};
use super::core::Core;
use super::doubles;
use super::foresight;
use super::layer::Extent;
use super::opening::{OpeningJob, Root};
use super::place;
use super::reel::{Batch, Once, Reel, Wanted};
use super::request::Request;
use super::scenery::{Placing, Scenery};
use super::snapshot::EngineNote;
use super::state::Job;
use super::trace::Kind;
use super::watch::Place;
use crate::catalog::{self, Catalog, Double, Found, Mark, ModelFolder, NoFiles, Recipe};
use crate::grid::{Grid, Window};
use crate::map::{Basemap, View};
use crate::source::{self, Choice, Dataset, Detail, FieldRef, Refusal, SourceError, Stop};
use crate::units::Affine;

thread_local! {
    /// This thread is inside a stage. While it waits there for chunks that others decode, it must not begin another.
    static WORKING: Cell<bool> = const { Cell::new(false) };
}

/// What a reading worker must know of a layer, taken under the lock.
struct Reading {
    stop: Stop,
    to_read: Window,
    kept: Window,
    grid: Arc<Grid>,
    conversion: Affine,
    ranged: bool,
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

    fn open_stage(self: &Arc<Self>, job: OpeningJob) {
        match job {
            OpeningJob::Models(list) => {
                let (models, troubles) = catalog::models::read(Some(&list));
                let mut state = self.state();
                state.opening.know_models(models);
                let notes: Vec<_> = troubles.into_iter().map(EngineNote::Models).collect();
                state.note(notes);
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

    /// Headers; the positions of a grid may stand in another file that is open.
    fn open_file(&self, path: &Path) -> Result<Dataset, SourceError> {
        let opened = (self.opener)(path)?;
        let others = if opened.unplaced { self.state().opening.readable() } else { Vec::new() };
        if others.iter().all(|other| other == path) { Ok(opened) } else { source::open_among(path, &others) }
    }

    fn list_model(self: &Arc<Self>, model: Arc<ModelFolder>) {
        let found = catalog::list_model(&model);
        let lack = if found.is_empty() { NoFiles::of(&model) } else { None };
        let mut state = self.state();
        state.note(lack.map(EngineNote::NoFiles));
        state.opening.listed(&Root::Model(model.clone()), found.clone());
        drop(state);
        self.watch(Place::Model(model), found);
        self.kick();
        self.told.notify_all();
        (self.wake)();
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

    /// Tells a silent unit by the first field that can be read.
    fn guess(self: &Arc<Self>, id: u64, n: usize) {
        let mut state = self.state();
        let Some((stop, layer)) = state.reel(id).and_then(|reel| Some((reel.stop.clone(), reel.layers[n].as_ref()?)))
        else {
            return;
        };
        let (guesses, grid, parameter) =
            (layer.guesses.clone(), layer.plan.grid.clone(), layer.plan.parameter.name.clone());
        let recipes = &guesses.recipes;
        drop(state);
        let tell = || recipes.iter().find_map(|recipe| largest(recipe, grid.whole(), &stop).map(|most| (recipe, most)));
        let told = self.trace.stage(Kind::Read, "guess", None, tell);
        if stop.is_stopped() {
            return;
        }
        let (conversion, note) = match told.and_then(|(recipe, most)| Some((recipe, recipe.guess?, most))) {
            None => (Affine::IDENTITY, None),
            Some((recipe, guess, most)) => {
                let (conversion, unit) = guess.decide(most, guesses.pressure);
                // What the file says already needs no notice.
                let first = recipe.ingredients.first().filter(|_| guess.said() != Some(unit));
                let path = first.map(|what| what.field.reader.path().to_owned());
                let note = path.map(|path| EngineNote::GuessedUnit { path, parameter, unit: unit.to_owned() });
                (conversion, note)
            }
        };
        self.state().guessed(id, n, conversion, note);
        self.kick();
    }

    fn read(self: &Arc<Self>, id: u64, batch: &Batch) {
        let n = batch.layer;
        let mut state = self.state();
        let Some(reading) = state.reel(id).and_then(|reel| reading(reel, n)) else { return };
        drop(state);
        let came = |wanted: &Wanted, outcome: Result<Array2<f32>, SourceError>| {
            let cooked = outcome.and_then(|values| self.cook(id, n, wanted, values, &reading)).transpose();
            if let Some(outcome) = cooked {
                self.state().field_came(id, wanted.slot, n, outcome);
                self.hand_on_failures(id);
                self.kick();
                (self.wake)();
            }
        };
        let slot = batch.wanted.first().map(|wanted| wanted.slot);
        self.trace.stage(Kind::Read, "read", slot, || read_all(&batch.wanted, reading.to_read, &reading.stop, &came));
    }

    /// A finished field of the product, once the last of its ingredients is there; cut to what is kept.
    fn cook(
        &self,
        id: u64,
        n: usize,
        wanted: &Wanted,
        values: Array2<f32>,
        reading: &Reading,
    ) -> Result<Option<(Kept, Option<Extent>)>, SourceError> {
        let path = || wanted.field.reader.path().to_owned();
        if values.dim() != (reading.to_read.ny, reading.to_read.nx) {
            return Err(SourceError::new(&path(), Refusal::Corrupt, Detail::of("detail.inconsistent")));
        }
        let mut state = self.state();
        let Some(reel) = state.reel(id) else { return Ok(None) };
        let Some(key) = reel.field_key(wanted.slot, n).cloned() else { return Ok(None) };
        let of = key.0.ingredients.len();
        let Some(raw) = reel.pot(wanted.slot, n, wanted.ingredient, of, values) else { return Ok(None) };
        drop(state);
        let cooked = catch_unwind(AssertUnwindSafe(|| key.0.cook(raw))).map_err(|panic| broken(path(), &*panic))?;
        let Some(mut values) = cooked else {
            return Err(SourceError::new(&path(), Refusal::Corrupt, Detail::of("detail.inconsistent")));
        };
        if key.0.guess.is_some() {
            convert(&mut values, reading.conversion);
        }
        let extent = reading.ranged.then(|| Extent::of(&values));
        let kept = Kept { values, window: reading.to_read };
        Ok(Some((cut(kept, reading.kept, reading.grid.nx), extent)))
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
    fn hand_on_failures(&self, id: u64) {
        let Some(take) = &self.taker else { return };
        let failed = self.state().reel(id).map(Reel::take_failures).unwrap_or_default();
        for (slot, error) in failed {
            take(slot, Err(&error));
            if let Some(reel) = self.state().reel(id) {
                reel.failure_told();
            }
        }
    }

    fn read_series(self: &Arc<Self>, batch: &Batch) {
        let n = batch.layer;
        let mut state = self.state();
        let state_ref = &mut *state;
        let (Some(reel), Some(asked)) = (state_ref.reels.first(), state_ref.series.as_ref()) else { return };
        let Some(layer) = reel.layers[n].as_ref() else { return };
        let (grid, stop, number, plan) = (layer.plan.grid.clone(), reel.stop.clone(), asked.number, reel.plan.clone());
        let Some((window, place)) = asked.window(n, &grid) else { return };
        let conversion = layer.conversion.done().copied().unwrap_or(Affine::IDENTITY);
        drop(state);
        let pots: Mutex<HashMap<usize, Vec<Option<Array2<f32>>>>> = Mutex::default();
        let came = |wanted: &Wanted, outcome: Result<Array2<f32>, SourceError>| {
            let slot = plan.slots.get(wanted.slot);
            let Some(recipe) = slot.and_then(|slot| [&slot.bands, &slot.lines][n].as_ref()) else { return };
            let value = match outcome {
                Err(_) => f32::NAN,
                Ok(values) => {
                    let mut pots = lock(&pots);
                    let pot = pots.entry(wanted.slot).or_insert_with(|| vec![None; recipe.ingredients.len()]);
                    if let Some(place) = pot.get_mut(wanted.ingredient) {
                        *place = Some(values);
                    }
                    if pot.iter().any(Option::is_none) {
                        return;
                    }
                    let raw = pots.remove(&wanted.slot).into_iter().flatten().flatten().collect();
                    drop(pots);
                    recipe.cook(raw).map_or(f32::NAN, |mut values| {
                        if recipe.guess.is_some() {
                            convert(&mut values, conversion);
                        }
                        place::interpolate(&Kept { values, window }, &grid, &place)
                    })
                }
            };
            if let Some(asked) = self.state().series.as_mut().filter(|asked| asked.number == number) {
                asked.know(wanted.slot, n, value);
            }
        };
        let slot = batch.wanted.first().map(|wanted| wanted.slot);
        self.trace.stage(Kind::Read, "series", slot, || read_all(&batch.wanted, window, &stop, &came));
        if stop.is_stopped()
            && let Some(asked) = self.state().series.as_mut().filter(|asked| asked.number == number)
        {
            asked.give_up(n, batch.wanted.iter().map(|wanted| wanted.slot));
        }
        self.kick();
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

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn reading(reel: &Reel, n: usize) -> Option<Reading> {
    let layer = reel.layers[n].as_ref()?;
    Some(Reading {
        stop: reel.stop.clone(),
        to_read: layer.to_read(),
        kept: layer.window,
        grid: layer.plan.grid.clone(),
        conversion: *layer.conversion.done()?,
        ranged: layer.wants_range(),
    })
}

/// Reads fields that share chunks, reader by reader and variable by variable. Each is answered for once, with a failure
/// where the reader breaks or forgets it; only what was stopped is left out.
fn read_all(
    wanted: &[Wanted],
    window: Window,
    stop: &Stop,
    came: &(dyn Fn(&Wanted, Result<Array2<f32>, SourceError>) + Sync),
) {
    let mut groups: Vec<Vec<&Wanted>> = Vec::new();
    for one in wanted {
        let same = |other: &&Wanted| {
            other.field.reader.id() == one.field.reader.id() && other.field.variable == one.field.variable
        };
        match groups.iter_mut().find(|group| group.first().is_some_and(same)) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    for group in groups {
        let Some(FieldRef { reader, variable, .. }) = group.first().map(|one| &one.field) else { continue };
        let choices: Vec<&Choice> = group.iter().map(|one| &*one.field.choice).collect();
        let answered: Vec<AtomicBool> = group.iter().map(|_| AtomicBool::new(false)).collect();
        let done = |n: usize, outcome: Result<Array2<f32>, SourceError>| {
            if let (Some(one), Some(answered)) = (group.get(n), answered.get(n))
                && !answered.swap(true, Ordering::Relaxed)
            {
                came(one, outcome);
            }
        };
        let read = || reader.read_windows(*variable, &choices, window, stop, &done);
        let outcome = catch_unwind(AssertUnwindSafe(read));
        if stop.is_stopped() {
            return;
        }
        let unanswered = group.iter().zip(&answered).filter(|(_, answered)| !answered.load(Ordering::Relaxed));
        for (one, _) in unanswered {
            let path = reader.path().to_owned();
            let error = match &outcome {
                Err(panic) => broken(path, &**panic),
                Ok(()) => SourceError::new(&path, Refusal::Corrupt, Detail::of("detail.gave_up")),
            };
            came(one, Err(error));
        }
    }
}

/// The largest magnitude of a whole field; `None` where it cannot be read or has no value.
fn largest(recipe: &Recipe, whole: Window, stop: &Stop) -> Option<f64> {
    let mut raw = Vec::new();
    for ingredient in &recipe.ingredients {
        let read: Mutex<Option<Array2<f32>>> = Mutex::default();
        let wanted = [Wanted { slot: 0, ingredient: 0, field: ingredient.field.clone() }];
        read_all(&wanted, whole, stop, &|_, outcome| *lock(&read) = outcome.ok());
        raw.push(read.into_inner().unwrap_or_else(PoisonError::into_inner)?);
    }
    let Extent { lowest, highest } = Extent::of(&recipe.cook(raw)?);
    (lowest <= highest).then(|| f64::from(lowest.abs().max(highest.abs())))
}

fn convert(values: &mut Array2<f32>, conversion: Affine) {
    if conversion != Affine::IDENTITY {
        values.mapv_inplace(|value| conversion.apply(f64::from(value)) as f32);
    }
}

fn cut(kept: Kept, window: Window, columns: usize) -> Kept {
    if kept.window == window {
        return kept;
    }
    if offset(kept.window, window, columns).is_none() {
        // The window goes round the grid, or a column more than it.
        let Window { j0, i0, ny, nx } = window;
        let at = |j: usize, i: usize| {
            let column = (i0 + i + columns - kept.window.i0.min(columns)) % columns.max(1);
            let row = (j0 + j).checked_sub(kept.window.j0)?;
            kept.values.get((row, column)).copied()
        };
        let values = Array2::from_shape_fn((ny, nx), |(j, i)| at(j, i).unwrap_or(f32::NAN));
        return Kept { values, window };
    }
    match kept.cut(window, columns) {
        Some(values) => Kept { values: values.to_owned(), window },
        None => kept,
    }
}

fn path_of(reel: &Reel, slot: usize) -> PathBuf {
    let key = (0..2).find_map(|n| reel.field_key(slot, n));
    key.and_then(|key| Some(key.0.ingredients.first()?.field.reader.path().to_owned())).unwrap_or_default()
}

/// A stage panicked: that is a mistake of ours, brought to light by what stands in the file.
fn broken(path: PathBuf, panic: &(dyn std::any::Any + Send)) -> SourceError {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    SourceError::new(&path, Refusal::Corrupt, text.map_or_else(|| Detail::of("detail.gave_up"), Detail::from))
}
