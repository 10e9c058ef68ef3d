//! A forecast that a reader plays, and an engine over it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use millibar::engine::{Engine, Options, Picture, Request, Selection, Snapshot, Subject};
use millibar::field::{Level, LevelKind};
use millibar::grid::{Geometry, Grid, Window};
use millibar::map::region;
use millibar::source::{Choice, Dataset, LevelAxis, Reader, Refusal, SourceError, Step, Stop, Variable};
use millibar::text::Language;
use millibar::time::{Calendar, LeadTime, Moment, ReferenceTime};
use ndarray::Array2;

pub const STEPS: usize = 12;

pub const NY: usize = 37;

pub const NX: usize = 72;

pub const HUMIDITY: u32 = 0;

pub const HEIGHT: u32 = 1;

/// A forecast that lies in no file: what it does when it is read is the test's to say.
#[derive(Debug)]
pub struct Fake {
    pub id: u64,
    pub path: PathBuf,
    /// How many steps lie in one chunk.
    pub steps_in_chunk: usize,
    /// How long the decoding of one chunk takes, in pieces of a millisecond between which `Stop` is asked.
    pub milliseconds: u64,
    pub fails: HashSet<usize>,
    /// Humidity alone cannot be read at these.
    pub dry: HashSet<usize>,
    pub panics: HashSet<usize>,
    /// Humidity as a fraction, without a word about it.
    pub silent: bool,
    /// By another name, under which nobody knows it.
    pub unknown: bool,
    /// The steps that it has.
    pub steps: std::ops::Range<usize>,
    /// Nothing is read before this opens.
    pub gate: Gate,
    pub decoded: AtomicUsize,
    /// Steps of humidity in the order of reading.
    pub order: Mutex<Vec<usize>>,
    /// Milliseconds of work that were begun, on all threads together.
    pub worked: AtomicUsize,
}

#[derive(Debug, Default)]
pub struct Gate {
    pub closed: Mutex<bool>,
    pub opened: Condvar,
}

impl Gate {
    pub fn close(&self) {
        *self.closed.lock().unwrap() = true;
    }

    pub fn open(&self) {
        *self.closed.lock().unwrap() = false;
        self.opened.notify_all();
    }

    pub fn pass(&self) {
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
            worked: AtomicUsize::new(0),
        }
    }
}

impl Fake {
    pub fn value(&self, variable: u32, choice: &Choice, j: usize, i: usize) -> f32 {
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
                self.worked.fetch_add(1, Ordering::Relaxed);
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

pub fn dataset(reader: &Arc<Fake>) -> Dataset {
    let lat = (0..NY).map(|j| 90.0 - 5.0 * j as f64).collect();
    let lon = (0..NX).map(|i| 5.0 * i as f64).collect();
    let grid = Arc::new(Grid { ny: NY, nx: NX, geometry: Geometry::LatLon { lat, lon } });
    let run = Moment::from_iso("2026-11-20T12:00:00Z", Calendar::Standard).map(ReferenceTime);
    let step = |n: usize| {
        let lead = LeadTime(n as i64 * 6 * 3600);
        Step { run, lead: Some(lead), valid: run.map(|run| run + lead), span: None }
    };
    let variable = |number: u32, name: &str, units: Option<&str>| Variable {
        step_dims: Vec::new(),
        id: name.to_owned(),
        name: name.to_owned(),
        identity: None,
        units: units.map(str::to_owned),
        standard_name: Some(name.to_owned()),
        long_name: None,
        cell_methods: None,
        grib: None,
        frame: millibar::source::Frame::Unsaid,
        grid: grid.clone(),
        levels: Some(LevelAxis::of(LevelKind::Pressure, Some("hPa".to_owned()), vec![500.0, 700.0, 850.0])),
        steps: Arc::new(reader.steps.clone().map(step).collect()),
        members: None,
        qualifiers: Vec::new(),
        dims: Arc::default(),
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
        companions: Vec::new(),
        notes: Vec::new(),
    }
}

/// An engine with the fake forecast open.
pub fn engine(reader: &Arc<Fake>, options: Options) -> Engine {
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

pub fn threads(threads: usize) -> Options {
    Options { threads: Some(threads), memory: Some(64 << 20), ..Options::default() }
}

pub fn wait(engine: &Engine, until: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
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

pub fn wait_for_all(engine: &Engine) -> Arc<Snapshot> {
    wait(engine, |snapshot| snapshot.progress.of > 0 && snapshot.progress.done == snapshot.progress.of)
}

pub fn request(engine: &Engine, level: f64, slot: usize) -> Request {
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
            zoomed: false,
            view,
            language: Language::English,
            interval_factor: 1.0,
        },
        slot,
    }
}

pub fn frames(engine: &Engine) -> Vec<Vec<u8>> {
    (0..STEPS).map(|slot| engine.frame(slot).expect("all is ready").pixels.clone()).collect()
}
