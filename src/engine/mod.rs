//! The engine: reads, renders and keeps every lead time of a selection in the background, the visible one first.
//!
//! Its owner (the window, or the command line) sends a [`Request`] and reads a [`Snapshot`]; a closure that it gives
//! is called whenever something new is to be seen. Nothing here waits for the owner, and no call of the owner waits
//! for work.

mod plan;
mod request;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::catalog::Catalog;
use crate::source::SourceError;

pub use plan::{LayerPlan, Look, Plan, Slot};
pub use request::{Picture, Request, Selection, Subject, first_level, levels, subjects};

/// Limits that the user may set.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Worker threads; by default as many as the cores that this process may use.
    pub threads: Option<usize>,
    /// Bytes for fields, frames and textures together; by default a quarter of the available memory, 512 MiB to 2 GiB.
    pub memory: Option<u64>,
}

/// How far one slot of the timeline has come.
#[derive(Clone, Debug, PartialEq)]
pub enum SlotState {
    Waiting,
    Rendering,
    Ready,
    /// Could not be read; the reason is shown in its place.
    Failed(Arc<SourceError>),
}

/// What the engine has to show at one moment. Cheap to take.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Rises with every request.
    pub generation: u64,
    pub catalog: Arc<Catalog>,
    /// Of the current request; empty before the first.
    pub plan: Arc<Plan>,
    /// One for each slot of the plan.
    pub slots: Vec<SlotState>,
    /// Files whose headers are being read: (done, of).
    pub opening: Option<(usize, usize)>,
    pub progress: Progress,
    /// What the engine had to decide or could not do, each once: the newest last.
    pub notes: Vec<EngineNote>,
    /// Values at the place that was asked for last, once they are read.
    pub series: Option<Arc<PointSeries>>,
}

/// How the rendering of the current request goes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    pub done: usize,
    pub of: usize,
    /// Since the request; stands still once all is done.
    pub elapsed: Duration,
}

/// Something that a person should know.
#[derive(Clone, Debug, PartialEq)]
pub enum EngineNote {
    /// The file is silent about a unit; it was told by the range of the values.
    GuessedUnit { path: PathBuf, parameter: crate::text::Bilingual, unit: String },
    /// A grid that cannot be drawn yet.
    NotDrawn { path: PathBuf, parameter: crate::text::Bilingual },
}

/// Values of both layers over all slots at one place, in the units shown. NaN where missing or not yet read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PointSeries {
    pub lat: f64,
    pub lon: f64,
    pub bands: Vec<f32>,
    pub lines: Vec<f32>,
    pub complete: bool,
}

/// Values under the cursor, in the units shown; `None` where missing, outside, or not at hand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    pub bands: Option<f32>,
    pub lines: Option<f32>,
}
