//! An engine over a folder, and what it shows.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use millibar::catalog::Run;
use millibar::engine::{Engine, Options, Picture, Request, Selection, Snapshot, Watching};
use millibar::map::region;
use millibar::text::Language;
use millibar::time::LeadTime;

use super::support::{forecast_of, write};

pub const MILLI: Duration = Duration::from_millis(1);

/// Looks often, waits little.
pub const QUICK: Watching = Watching {
    every: Duration::from_millis(40),
    settle: Duration::from_millis(60),
    patience: Duration::from_secs(60),
    events: false,
};

/// By what the system tells alone.
pub const EVENTS: Watching = Watching { every: Duration::from_secs(3600), events: true, ..QUICK };

pub fn options(watching: Option<Watching>) -> Options {
    Options { threads: Some(2), memory: Some(64 << 20), watching }
}

pub fn wait(engine: &Engine, what: &str, until: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
    let start = Instant::now();
    loop {
        let snapshot = engine.snapshot();
        if until(&snapshot) {
            return snapshot;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "in vain: {what}: {:?}", snapshot.catalog.files);
        std::thread::sleep(MILLI);
    }
}

pub fn open(folder: &Path, watching: Option<Watching>) -> Engine {
    let engine = Engine::start(options(watching), || {});
    engine.open(vec![folder.to_owned()]);
    wait(&engine, "the folder", |snapshot| snapshot.opening.is_none());
    engine
}

pub fn request(snapshot: &Snapshot) -> Request {
    let selection = Selection::first(&snapshot.catalog).expect("something to show");
    let size = [320, 240];
    let layout = millibar::render::Layout::new(size, 1.0);
    let view = region("global").expect("bundled").view([layout.map.width, layout.map.height], 1.0, None);
    let picture = Picture {
        size,
        pixels_per_point: 1.0,
        region: "global".to_owned(),
        zoomed: false,
        view,
        language: Language::English,
        interval_factor: 1.0,
    };
    Request { selection, picture, slot: 0 }
}

/// Has all frames made.
pub fn show(engine: &Engine) -> Arc<Snapshot> {
    engine.request(request(&engine.snapshot()));
    wait(engine, "all frames", |snapshot| snapshot.progress.of > 0 && snapshot.progress.done == snapshot.progress.of)
}

pub fn runs(snapshot: &Snapshot) -> &[Run] {
    snapshot.catalog.models.first().map_or(&[], |model| &model.runs)
}

pub fn slots(run: &Run) -> Vec<f64> {
    let series = run.series.first().map_or(&[][..], |series| &series.slots);
    series.iter().filter_map(|slot| slot.lead).map(LeadTime::hours).collect()
}

/// A step of the run that began so many hours after 2026-11-20 12Z, called as the centres do.
pub fn step(folder: &Path, run: f64, lead: f64) -> PathBuf {
    let hours = 20 * 24 + 12 + run as i64;
    let name = format!("gdps_202611{:02}{:02}_{lead:03}.nc", hours / 24, hours % 24);
    write(folder, &name, &forecast_of(run, &[lead]).bytes())
}

pub fn written(path: &Path, ago: Duration) {
    let file = File::options().write(true).open(path).expect("just written");
    file.set_modified(SystemTime::now() - ago).expect("a time can be set");
}

pub const HOUR: Duration = Duration::from_secs(3600);

/// Opens a file in place as `cp` does: the same file, emptied, then filled.
pub fn in_place(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("writable");
}
