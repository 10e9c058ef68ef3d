//! What a window may expect of the engine, seen from outside; files are played by a reader of the test's own.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use millibar::engine::{Engine, EngineNote, Options, Picture, Request, Selection, SlotState, Snapshot, Subject};
use millibar::field::{Level, LevelKind};
use millibar::grid::{Geometry, Grid, Window};
use millibar::map::region;
use millibar::source::{Choice, Dataset, LevelAxis, Reader, Refusal, SourceError, Step, Stop, Variable};
use millibar::text::Language;
use millibar::time::{Calendar, LeadTime, Moment, ReferenceTime};
use ndarray::Array2;

const STEPS: usize = 12;
const NY: usize = 37;
const NX: usize = 72;
const HUMIDITY: u32 = 0;
const HEIGHT: u32 = 1;

/// A forecast that lies in no file: what it does when it is read is the test's to say.
#[derive(Debug)]
struct Fake {
    id: u64,
    path: PathBuf,
    /// How many steps lie in one chunk.
    steps_in_chunk: usize,
    /// How long the decoding of one chunk takes, in pieces of a millisecond between which `Stop` is asked.
    milliseconds: u64,
    fails: HashSet<usize>,
    /// Humidity alone cannot be read at these.
    dry: HashSet<usize>,
    panics: HashSet<usize>,
    /// Humidity as a fraction, without a word about it.
    silent: bool,
    /// By another name, under which nobody knows it.
    unknown: bool,
    /// The steps that it has.
    steps: std::ops::Range<usize>,
    /// Nothing is read before this opens.
    gate: Gate,
    decoded: AtomicUsize,
    /// Steps of humidity in the order of reading.
    order: Mutex<Vec<usize>>,
    last_activity: Mutex<Option<Instant>>,
}

#[derive(Debug, Default)]
struct Gate {
    closed: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn close(&self) {
        *self.closed.lock().unwrap() = true;
    }

    fn open(&self) {
        *self.closed.lock().unwrap() = false;
        self.opened.notify_all();
    }

    fn pass(&self) {
        let mut closed = self.closed.lock().unwrap();
        while *closed {
            closed = self.opened.wait(closed).unwrap();
        }
    }
}

impl Default for Fake {
    fn default() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(1 << 40);
        let id = COUNT.fetch_add(1, Ordering::Relaxed);
        Self {
            id,
            path: PathBuf::from(format!("fake-{id}.nc")),
            steps_in_chunk: 1,
            milliseconds: 0,
            fails: HashSet::new(),
            dry: HashSet::new(),
            panics: HashSet::new(),
            silent: false,
            unknown: false,
            steps: 0..STEPS,
            gate: Gate::default(),
            decoded: AtomicUsize::new(0),
            order: Mutex::default(),
            last_activity: Mutex::default(),
        }
    }
}

impl Fake {
    fn value(&self, variable: u32, choice: &Choice, j: usize, i: usize) -> f32 {
        let (x, y, t) = (i as f32 / 5.0, j as f32 / 3.0, (choice.step + 7 * choice.level) as f32);
        match variable {
            HUMIDITY => {
                let percent = 50.0 + 50.0 * (x + t).sin() * y.cos();
                if self.silent { percent / 100.0 } else { percent }
            }
            _ => 5000.0 + 20.0 * j as f32 + 100.0 * (x + t / 4.0).sin(),
        }
    }
}

impl Reader for Fake {
    fn id(&self) -> u64 {
        self.id
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn read_raw(&self, variable: u32, choice: &Choice) -> Result<Array2<f64>, SourceError> {
        Ok(Array2::from_shape_fn((NY, NX), |(j, i)| f64::from(self.value(variable, choice, j, i))))
    }

    fn read_windows(
        &self,
        variable: u32,
        choices: &[&Choice],
        window: Window,
        stop: &Stop,
        done: &(dyn Fn(usize, Result<Array2<f32>, SourceError>) + Sync),
    ) {
        self.gate.pass();
        let mut chunks: Vec<usize> = choices.iter().map(|choice| choice.step / self.steps_in_chunk).collect();
        chunks.dedup();
        for chunk in chunks {
            for _ in 0..self.milliseconds {
                if stop.is_stopped() {
                    return;
                }
                *self.last_activity.lock().unwrap() = Some(Instant::now());
                std::thread::sleep(Duration::from_millis(1));
            }
            self.decoded.fetch_add(1, Ordering::Relaxed);
            for (n, choice) in choices.iter().enumerate().filter(|(_, c)| c.step / self.steps_in_chunk == chunk) {
                if variable == HUMIDITY {
                    self.order.lock().unwrap().push(choice.step);
                }
                assert!(!self.panics.contains(&choice.step), "a mistake in the reader");
                if self.fails.contains(&choice.step) || (variable == HUMIDITY && self.dry.contains(&choice.step)) {
                    done(n, Err(SourceError::new(&self.path, Refusal::Corrupt, "a broken chunk")));
                    continue;
                }
                let value = |(j, i)| self.value(variable, choice, window.j0 + j, (window.i0 + i) % NX);
                done(n, Ok(Array2::from_shape_fn((window.ny, window.nx), value)));
            }
        }
    }

    fn batch(&self, variable: u32, choice: &Choice) -> u64 {
        (u64::from(variable) << 32) | ((choice.level as u64) << 24) | (choice.step / self.steps_in_chunk) as u64
    }
}

fn dataset(reader: &Arc<Fake>) -> Dataset {
    let lat = (0..NY).map(|j| 90.0 - 5.0 * j as f64).collect();
    let lon = (0..NX).map(|i| 5.0 * i as f64).collect();
    let grid = Arc::new(Grid { ny: NY, nx: NX, geometry: Geometry::LatLon { lat, lon } });
    let run = Moment::from_iso("2026-11-20T12:00:00Z", Calendar::Standard).map(ReferenceTime);
    let step = |n: usize| {
        let lead = LeadTime(n as i64 * 6 * 3600);
        Step { run, lead: Some(lead), valid: run.map(|run| run + lead) }
    };
    let variable = |number: u32, name: &str, units: Option<&str>| Variable {
        id: name.to_owned(),
        name: name.to_owned(),
        identity: None,
        units: units.map(str::to_owned),
        standard_name: Some(name.to_owned()),
        long_name: None,
        grib: None,
        grid: grid.clone(),
        levels: Some(LevelAxis {
            kind: LevelKind::Pressure,
            units: Some("hPa".to_owned()),
            values: vec![500.0, 700.0, 850.0],
        }),
        steps: Arc::new(reader.steps.clone().map(step).collect()),
        members: None,
        dims: Vec::new(),
        reader: reader.clone(),
        number,
    };
    let name = if reader.unknown { "mystery" } else { "relative_humidity" };
    let humidity = variable(HUMIDITY, name, Some(if reader.silent { "" } else { "%" }));
    Dataset {
        path: reader.path.clone(),
        format: "fake",
        variables: vec![humidity, variable(HEIGHT, "geopotential_height", Some("m"))],
        attributes: vec![("model".to_owned(), "Fake".to_owned())],
        unplaced: false,
        notes: Vec::new(),
    }
}

/// An engine with the fake forecast open.
fn engine(reader: &Arc<Fake>, options: Options) -> Engine {
    let known = reader.clone();
    let open = move |path: &Path| match path == known.path {
        true => Ok(dataset(&known)),
        false => Err(SourceError::new(path, Refusal::NotData, "")),
    };
    let engine = Engine::with_opener(options, Arc::new(open), || {});
    engine.open(vec![reader.path.clone()]);
    wait(&engine, |snapshot| !snapshot.catalog.is_empty());
    engine
}

fn threads(threads: usize) -> Options {
    Options { threads: Some(threads), memory: Some(64 << 20), ..Options::default() }
}

fn wait(engine: &Engine, until: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
    let start = Instant::now();
    loop {
        let snapshot = engine.snapshot();
        if until(&snapshot) {
            return snapshot;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "it never came: {:?}", snapshot.slots);
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn wait_for_all(engine: &Engine) -> Arc<Snapshot> {
    wait(engine, |snapshot| snapshot.progress.of > 0 && snapshot.progress.done == snapshot.progress.of)
}

fn request(engine: &Engine, level: f64, slot: usize) -> Request {
    let snapshot = engine.snapshot();
    let first = Selection::first(&snapshot.catalog).expect("the fake forecast has something to show");
    assert_eq!(first.subject, Subject::Product("rh-gz".to_owned()));
    let size = [320, 240];
    let layout = millibar::render::Layout::new(size, 1.0);
    let view = region("global").expect("a bundled region").view([layout.map.width, layout.map.height], 1.0, None);
    Request {
        selection: Selection { level: Some(Level::hpa(level)), ..first },
        picture: Picture {
            size,
            pixels_per_point: 1.0,
            region: "global".to_owned(),
            view,
            language: Language::English,
            interval_factor: 1.0,
        },
        slot,
    }
}

fn frames(engine: &Engine) -> Vec<Vec<u8>> {
    (0..STEPS).map(|slot| engine.frame(slot).expect("all is ready").pixels.clone()).collect()
}

#[test]
fn the_visible_step_is_made_first_and_then_those_that_follow_it() {
    let reader = Arc::new(Fake { milliseconds: 2, ..Fake::default() });
    let engine = engine(&reader, threads(1));
    engine.request(request(&engine, 500.0, 4));
    wait_for_all(&engine);
    let order = reader.order.lock().unwrap().clone();
    let expected: Vec<usize> = (4..STEPS).chain(0..4).collect();
    assert_eq!(order, expected);
}

#[test]
fn a_jump_of_the_hand_turns_the_order() {
    let reader = Arc::new(Fake { milliseconds: 20, ..Fake::default() });
    let engine = engine(&reader, threads(1));
    engine.request(request(&engine, 500.0, 0));
    wait(&engine, |snapshot| snapshot.slots.first() == Some(&SlotState::Ready));
    engine.seek(9, false);
    wait_for_all(&engine);
    let order = reader.order.lock().unwrap().clone();
    let jump = order.iter().position(|step| *step == 9).expect("the step jumped to is read");
    assert!(jump <= 3, "{order:?}");
    assert_eq!(order[jump..jump + 4], [9, 8, 7, 6], "the loop runs backward");
}

#[test]
fn work_on_an_old_choice_ends_within_50_milliseconds() {
    let reader = Arc::new(Fake { milliseconds: 400, ..Fake::default() });
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 500.0, 0));
    std::thread::sleep(Duration::from_millis(60));
    let before = reader.last_activity.lock().unwrap().expect("reading began");
    assert!(before.elapsed() < Duration::from_millis(40));
    let changed = Instant::now();
    let nothing = Selection { model: "none".to_owned(), ..request(&engine, 500.0, 0).selection };
    engine.request(Request { selection: nothing, ..request(&engine, 500.0, 0) });
    std::thread::sleep(Duration::from_millis(150));
    let last = reader.last_activity.lock().unwrap().expect("reading began");
    let after = last.saturating_duration_since(changed);
    assert!(after < Duration::from_millis(50), "it went on for {after:?}");
    assert!(engine.snapshot().slots.is_empty());
}

#[test]
fn a_step_that_cannot_be_read_keeps_its_reason_and_the_others_play() {
    let reader = Arc::new(Fake { fails: [3].into(), panics: [7].into(), ..Fake::default() });
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 500.0, 0));
    let snapshot = wait_for_all(&engine);
    for (slot, state) in snapshot.slots.iter().enumerate() {
        match (slot, state) {
            (3, SlotState::Failed(error)) => assert_eq!(error.detail, "a broken chunk".into()),
            (7, SlotState::Failed(error)) => assert!(error.to_string().contains("a mistake in the reader")),
            (_, state) => assert_eq!(*state, SlotState::Ready, "slot {slot}"),
        }
        assert_eq!(engine.frame(slot).is_some(), ![3, 7].contains(&slot));
    }
    engine.request(request(&engine, 700.0, 0));
    wait_for_all(&engine);
}

#[test]
fn a_broken_layer_costs_itself_and_is_named_on_the_frame_and_in_a_notice() {
    let reader = Arc::new(Fake { fails: [3].into(), dry: [5, 6].into(), ..Fake::default() });
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 500.0, 0));
    let snapshot = wait_for_all(&engine);
    for (slot, state) in snapshot.slots.iter().enumerate() {
        assert_eq!(matches!(state, SlotState::Failed(_)), slot == 3, "slot {slot}: {state:?}");
    }
    let note = |slot: usize| engine.frame(slot).expect("drawn").caption.notes.clone();
    let words: Vec<String> = note(5).iter().map(|note| note.in_language(Language::English)).collect();
    assert_eq!(words, ["RH: cannot be read"]);
    assert!(note(4).is_empty());
    let value = engine.reading(5, 60.0, 60.0);
    assert!(value.bands.is_none() && value.lines.is_some());
    let notes = &engine.snapshot().notes;
    let [EngineNote::LayerUnreadable { error, layer }] = &notes[..] else { panic!("one for both steps: {notes:?}") };
    assert_eq!((&error.path, &*layer.en), (&reader.path, "Relative humidity"));
    for language in Language::ALL {
        let told = notes[0].tell(language);
        assert!(told.contains("a broken chunk") && !told.contains('{'), "{told}");
    }
    let before = engine.frame(5).expect("drawn");
    engine.request(request(&engine, 850.0, 0));
    wait_for_all(&engine);
    engine.request(request(&engine, 500.0, 0));
    wait_for_all(&engine);
    assert!(Arc::ptr_eq(&before, &engine.frame(5).expect("drawn")), "it is not drawn again");
}

#[test]
fn what_was_said_of_a_file_goes_when_it_is_read_again_and_is_whole() {
    let path = PathBuf::from("mended.nc");
    let broken = Arc::new(Fake { path: path.clone(), dry: [5].into(), ..Fake::default() });
    let whole = Arc::new(Fake { path: path.clone(), ..Fake::default() });
    let readers = Mutex::new(vec![whole, broken.clone()]);
    let open = move |_: &Path| Ok(dataset(&readers.lock().unwrap().pop().expect("read twice")));
    let engine = Engine::with_opener(threads(2), Arc::new(open), || {});
    engine.open(vec![path.clone()]);
    wait(&engine, |snapshot| !snapshot.catalog.is_empty());
    let request = request(&engine, 500.0, 0);
    engine.request(request.clone());
    wait_for_all(&engine);
    assert!(matches!(&engine.snapshot().notes[..], [EngineNote::LayerUnreadable { .. }]));
    let before = engine.snapshot().catalog.clone();
    engine.open(vec![path]);
    wait(&engine, |snapshot| !Arc::ptr_eq(&snapshot.catalog, &before) && snapshot.opening.is_none());
    assert!(engine.snapshot().notes.is_empty());
    engine.request(request);
    wait_for_all(&engine);
    assert!(engine.snapshot().notes.is_empty(), "nothing is wrong with it now");
}

#[test]
fn one_thread_and_eight_threads_draw_the_same_bytes() {
    let pictures = [1, 8].map(|count| {
        let reader = Arc::new(Fake { silent: true, ..Fake::default() });
        let engine = engine(&reader, threads(count));
        engine.request(request(&engine, 500.0, 5));
        wait_for_all(&engine);
        frames(&engine)
    });
    assert!(pictures[0] == pictures[1]);
    assert_ne!(pictures[0][0], pictures[0][1]);
}

#[test]
fn many_choices_stay_within_the_budget() {
    let limit = 8 << 20;
    let reader = Arc::new(Fake::default());
    let engine = engine(&reader, Options { threads: Some(2), memory: Some(limit), ..Options::default() });
    for turn in 0..12 {
        let level = [500.0, 700.0, 850.0][turn % 3];
        let mut wanted = request(&engine, level, turn);
        wanted.picture.view = wanted.picture.view.panned(turn as f64 * 7.0, 0.0);
        engine.request(wanted);
        wait_for_all(&engine);
        let usage = engine.budget();
        assert_eq!(usage.limit, limit);
        assert!(usage.used <= limit, "{usage:?}");
    }
}

#[test]
fn a_run_larger_than_the_budget_plays_from_where_the_hand_is() {
    let frame = 320 * 240 * 4;
    let reader = Arc::new(Fake::default());
    let engine = engine(&reader, Options { threads: Some(2), memory: Some(12 * frame), ..Options::default() });
    engine.request(request(&engine, 500.0, 0));
    let near = |snapshot: &Snapshot, slots: &[usize]| slots.iter().all(|n| snapshot.slots[*n] == SlotState::Ready);
    wait(&engine, |snapshot| near(snapshot, &[0, 1]));
    engine.seek(8, true);
    wait(&engine, |snapshot| near(snapshot, &[8, 9]));
    assert!(engine.frame(8).is_some());
    std::thread::sleep(Duration::from_millis(50));
    let usage = engine.budget();
    assert!(usage.used <= usage.limit + frame, "{usage:?}");
}

#[test]
fn a_chunk_that_holds_several_steps_is_decoded_once() {
    let reader = Arc::new(Fake { steps_in_chunk: 4, milliseconds: 1, ..Fake::default() });
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 500.0, 6));
    wait_for_all(&engine);
    let chunks = 2 * STEPS / 4;
    // The neighbouring levels may have been read ahead by now, one chunk for each of the layers.
    let ahead = 2 * 2;
    let decoded = reader.decoded.load(Ordering::Relaxed);
    assert!((chunks..=chunks + ahead).contains(&decoded), "{decoded}");
}

#[test]
fn the_snapshot_never_waits_for_a_file() {
    let reader = Arc::new(Fake::default());
    let engine = engine(&reader, threads(2));
    reader.gate.close();
    engine.request(request(&engine, 500.0, 0));
    std::thread::sleep(Duration::from_millis(30));
    let start = Instant::now();
    for slot in 0..STEPS {
        let snapshot = engine.snapshot();
        assert_eq!(snapshot.progress.done, 0);
        assert!(engine.frame(slot).is_none());
        engine.seek(slot, true);
        assert_eq!(engine.reading(slot, -100.0, 60.0), Default::default());
    }
    assert!(start.elapsed() < Duration::from_millis(20), "{:?}", start.elapsed());
    reader.gate.open();
    wait_for_all(&engine);
}

/// How much was decoded, once what is read ahead has come to its end.
fn decoded_at_rest(reader: &Fake) -> usize {
    let mut before = reader.decoded.load(Ordering::Relaxed);
    loop {
        std::thread::sleep(Duration::from_millis(60));
        let now = reader.decoded.load(Ordering::Relaxed);
        if now == before {
            return now;
        }
        before = now;
    }
}

#[test]
fn going_back_to_an_earlier_choice_finds_its_frames() {
    let reader = Arc::new(Fake { milliseconds: 3, ..Fake::default() });
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 500.0, 0));
    wait_for_all(&engine);
    let first = frames(&engine);
    engine.request(request(&engine, 850.0, 0));
    wait_for_all(&engine);
    assert_ne!(first, frames(&engine));
    let decoded = decoded_at_rest(&reader);
    engine.request(request(&engine, 500.0, 3));
    let snapshot = wait_for_all(&engine);
    assert!(snapshot.progress.elapsed < Duration::from_millis(50));
    assert!(frames(&engine) == first);
    assert!(reader.decoded.load(Ordering::Relaxed) <= decoded + 2, "only the level beside may be read ahead");
}

#[test]
fn the_levels_beside_are_prepared_while_nothing_else_is_to_do() {
    let reader = Arc::new(Fake::default());
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 700.0, 5));
    wait_for_all(&engine);
    let (start, beside) = (Instant::now(), 2 * (STEPS + 2));
    while reader.decoded.load(Ordering::Relaxed) < beside {
        assert!(start.elapsed() < Duration::from_secs(20), "the levels beside were not read ahead");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_silent_unit_is_told_by_the_values_and_said() {
    let reader = Arc::new(Fake { silent: true, ..Fake::default() });
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 700.0, 2));
    let snapshot = wait_for_all(&engine);
    let told = |note: &EngineNote| matches!(note, EngineNote::GuessedUnit { unit, .. } if unit == "1");
    assert_eq!(snapshot.notes.iter().filter(|note| told(note)).count(), 1, "{:?}", snapshot.notes);
    let value = engine.reading(2, 60.0, 60.0).bands.expect("a value under the cursor");
    let stored = reader.value(HUMIDITY, &Choice { step: 2, level: 1, ..Choice::default() }, 6, 12);
    assert!((value - 100.0 * stored).abs() < 1e-3, "{value} for {stored}");
}

#[test]
fn the_values_at_a_place_over_all_steps_are_those_of_the_file() {
    let reader = Arc::new(Fake { fails: [4].into(), ..Fake::default() });
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 500.0, 0));
    engine.ask_series(-20.0, 45.0);
    let snapshot = wait(&engine, |snapshot| snapshot.series.as_ref().is_some_and(|series| series.complete));
    let series = snapshot.series.clone().expect("just seen");
    assert_eq!((series.bands.len(), series.lines.len()), (STEPS, STEPS));
    for step in 0..STEPS {
        let choice = Choice { step, ..Choice::default() };
        let (humidity, height) = (reader.value(HUMIDITY, &choice, 9, 68), reader.value(HEIGHT, &choice, 9, 68));
        if step == 4 {
            assert!(series.bands[step].is_nan() && series.lines[step].is_nan());
        } else {
            assert!((series.bands[step] - humidity).abs() < 1e-3, "step {step}");
            assert!((series.lines[step] - height / 10.0).abs() < 1e-3, "step {step}");
        }
    }
}

#[test]
fn of_a_variable_without_a_colour_table_only_a_new_step_is_read_when_it_lands() {
    let fake = |steps| Arc::new(Fake { unknown: true, steps, ..Fake::default() });
    let (first, later) = (fake(0..STEPS - 1), fake(STEPS - 1..STEPS));
    let known = [first.clone(), later.clone()];
    let open = move |path: &Path| {
        let reader = known.iter().find(|known| known.path == path).expect("one of the two");
        Ok(dataset(reader))
    };
    let engine = Engine::with_opener(threads(2), Arc::new(open), || {});
    engine.open(vec![first.path.clone()]);
    wait(&engine, |snapshot| !snapshot.catalog.is_empty());
    let wanted = |slot| {
        let plain = Selection::first(&engine.snapshot().catalog).expect("something");
        let selection =
            Selection { subject: Subject::Variable("mystery".to_owned()), level: Some(Level::hpa(500.0)), ..plain };
        let layout = millibar::render::Layout::new([320, 240], 1.0);
        let view = region("global").expect("bundled").view([layout.map.width, layout.map.height], 1.0, None);
        let picture = Picture {
            size: [320, 240],
            pixels_per_point: 1.0,
            region: "global".to_owned(),
            view,
            language: Language::English,
            interval_factor: 1.0,
        };
        Request { selection, picture, slot }
    };
    engine.request(wanted(0));
    wait_for_all(&engine);
    let before: Vec<_> = (0..STEPS - 1).map(|slot| engine.frame(slot).expect("drawn")).collect();
    first.order.lock().unwrap().clear();
    engine.open(vec![later.path.clone()]);
    wait(&engine, |snapshot| snapshot.catalog.files.len() == 2);
    engine.request(wanted(0));
    wait(&engine, |snapshot| snapshot.slots == vec![SlotState::Ready; STEPS]);
    // The levels beside may be read ahead; the one on screen is not read again.
    let again = first.order.lock().unwrap().iter().filter(|step| **step > 1).count();
    assert_eq!(again, 0, "{:?}", first.order.lock().unwrap());
    assert_eq!(before.len(), STEPS - 1);
}

#[test]
fn a_closed_file_is_gone_and_a_broken_one_is_reported() {
    let reader = Arc::new(Fake::default());
    let engine = engine(&reader, threads(2));
    engine.open(vec!["broken.nc".into()]);
    let snapshot = wait(&engine, |snapshot| snapshot.opening.is_none() && snapshot.catalog.files.len() == 2);
    assert_eq!(snapshot.catalog.refused().count(), 1);
    engine.close(&reader.path);
    let snapshot = wait(&engine, |snapshot| snapshot.opening.is_none() && snapshot.catalog.files.len() == 1);
    assert!(snapshot.catalog.is_empty());
}

#[test]
fn the_owner_is_woken_for_every_frame() {
    let reader = Arc::new(Fake::default());
    let (known, woken) = (reader.clone(), Arc::new(AtomicUsize::new(0)));
    let count = woken.clone();
    let engine = Engine::with_opener(threads(2), Arc::new(move |_: &Path| Ok(dataset(&known))), move || {
        count.fetch_add(1, Ordering::Relaxed);
    });
    engine.open(vec![reader.path.clone()]);
    wait(&engine, |snapshot| !snapshot.catalog.is_empty());
    engine.request(request(&engine, 500.0, 0));
    wait_for_all(&engine);
    let start = Instant::now();
    while woken.load(Ordering::Relaxed) < STEPS {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn while_the_loop_plays_work_goes_on_with_a_core_less() {
    let reader = Arc::new(Fake { milliseconds: 1, ..Fake::default() });
    let engine = engine(&reader, threads(3));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for busy in [true, false].into_iter().cycle() {
                engine.set_busy(busy);
                std::thread::sleep(Duration::from_millis(2));
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        for turn in 0..6 {
            engine.request(request(&engine, [500.0, 700.0, 850.0][turn % 3], turn));
            wait_for_all(&engine);
        }
        stop.store(true, Ordering::Relaxed);
    });
}
