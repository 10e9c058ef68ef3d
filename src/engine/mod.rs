//! The engine: reads, renders and keeps every lead time of a selection in the background, the visible one first.
//!
//! Its owner (the window, or the command line) sends a [`Request`] and reads a [`Snapshot`]; a closure that it gives
//! is called whenever something new is to be seen. Nothing here waits for the owner, and no call of the owner waits
//! for work.

mod budget;
mod cache;
mod core;
mod doubles;
mod files;
mod foresight;
mod headless;
mod key;
mod layer;
mod opening;
mod options;
mod place;
mod plan;
mod reading;
mod reel;
mod request;
mod scenery;
mod series;
mod snapshot;
mod state;
mod telling;
mod trace;
mod watch;
mod work;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::render::Frame;
use crate::source::{self, Dataset, SourceError};
use crate::time::ReferenceTime;

pub use budget::Usage;
pub use headless::{Rendered, open_all, render_all};
pub use options::Options;
pub use plan::{LayerPlan, Look, Plan, Slot};
pub use request::{Picture, Request, Selection, Subject, dimensions, first_level, first_of, levels, members, subjects};
pub use snapshot::{EngineNote, PointSeries, Progress, Reading, SlotState, Snapshot};
pub use watch::Watching;

use self::core::Core;

/// Reads the headers of a file.
pub type Opener = dyn Fn(&Path) -> Result<Dataset, SourceError> + Send + Sync;

/// Works in the background for one owner; dropping it stops the work.
pub struct Engine {
    core: Arc<Core>,
}

impl Engine {
    /// `wake` is called from any thread, whenever a new [`Snapshot`] is worth a look.
    #[must_use]
    pub fn start(options: Options, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self::with_opener(options, Arc::new(source::open), wake)
    }

    /// As [`Engine::start`], with other means to open files.
    #[must_use]
    pub fn with_opener(options: Options, opener: Arc<Opener>, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self { core: Core::new(options, opener, Box::new(wake), None) }
    }

    /// Adds files, and all files of folders. Their headers are read in the background; then a new catalogue stands in
    /// the snapshot. A file that is open already is read anew.
    pub fn open(&self, paths: Vec<PathBuf>) {
        self.core.open(paths);
    }

    /// Adds the models of a list, `models.toml`, and those that are bundled: by the names of their files only, until
    /// one of their runs is asked for. The list is followed as it changes; a mistake in it costs nothing that was there.
    pub fn open_models(&self, list: PathBuf) {
        self.core.open_models(list);
    }

    /// Reads the headers of a run that is known by the names of its files. Once they are there, it has series in the
    /// catalogue, the first before all are read.
    pub fn read_run(&self, model: &str, run: Option<ReferenceTime>) {
        self.core.read_run(model, run);
    }

    /// Forgets a file.
    pub fn close(&self, path: &Path) {
        self.core.close(path);
    }

    /// Begins a new generation: work on the old one stops, and what did not change is kept.
    pub fn request(&self, request: Request) {
        self.core.request(request);
    }

    /// Tells which slot is on screen and which way the loop runs: that slot is made next, then those that follow.
    pub fn seek(&self, slot: usize, forward: bool) {
        self.core.seek(slot, forward);
    }

    /// While the hand or the loop moves, one core is left to the owner.
    pub fn set_busy(&self, busy: bool) {
        self.core.set_busy(busy);
    }

    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.core.snapshot()
    }

    /// The finished frame of a slot of the current request.
    #[must_use]
    pub fn frame(&self, slot: usize) -> Option<Arc<Frame>> {
        self.core.frame(slot)
    }

    /// The values at a place, interpolated between grid points, from what is at hand: no file is read.
    #[must_use]
    pub fn reading(&self, slot: usize, lon: f64, lat: f64) -> Reading {
        self.core.reading(slot, lon, lat)
    }

    /// Asks for both layers over all slots at a place; the answer grows in [`Snapshot::series`].
    pub fn ask_series(&self, lon: f64, lat: f64) {
        self.core.ask_series(lon, lat);
    }

    #[must_use]
    pub fn budget(&self) -> Usage {
        self.core.usage()
    }

    /// Tells how many bytes the owner's textures take.
    pub fn reserve_textures(&self, bytes: u64) {
        self.core.reserve_textures(bytes);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.core.stop();
    }
}
