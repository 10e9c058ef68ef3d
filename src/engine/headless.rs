//! All frames of a request, without a window.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::core::Core;
use super::doubles::{self, Doubles};
use super::plan::Plan;
use super::request::Request;
use super::snapshot::EngineNote;
use super::{Options, foresight};
use crate::catalog::Catalog;
use crate::render::Frame;
use crate::source::{self, SourceError};

/// What became of a request.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    pub plan: Arc<Plan>,
    pub notes: Vec<EngineNote>,
    /// Summed over all workers.
    pub read: Duration,
    /// Summed over all workers.
    pub render: Duration,
}

impl Rendered {
    /// No frame lacks a layer that it should have.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.notes.iter().any(|note| matches!(note, EngineNote::LayerUnreadable { .. }))
    }
}

/// Makes the frames of these slots of a request, or of all, on all cores, by the same stages as the window's engine.
///
/// `each` is called once for every slot, on the workers and in any order; the frame's buffer is used again
/// afterwards. `None` where the catalogue does not have what is asked for.
pub fn render_all(
    catalog: &Arc<Catalog>,
    request: &Request,
    slots: Option<&[usize]>,
    options: Options,
    each: impl Fn(usize, Result<&Frame, &Arc<SourceError>>) + Send + Sync + 'static,
) -> Option<Rendered> {
    let core = Core::new(options, Arc::new(source::open), Box::new(|| {}), Some(Box::new(each)));
    let reel = foresight::reel(catalog, request, 1);
    let plan = reel.plan.clone();
    if plan.slots.is_empty() {
        return None;
    }
    let all: Vec<usize> = (0..plan.slots.len()).collect();
    let reel = reel.only(slots.unwrap_or(&all).to_vec(), true);
    core.state().begin(vec![reel]);
    core.kick();
    let mut state = core.state();
    while !state.reels.first().is_none_or(|reel| reel.is_complete() && reel.is_resting() && reel.failures_are_told()) {
        state = core.told.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
    let (read, render) = core.trace.sums();
    let mut notes = std::mem::take(&mut state.notes);
    state.stopped = true;
    drop(state);
    notes.extend(unlike_doubles(catalog, &plan, slots));
    Some(Rendered { plan, notes, read, render })
}

/// Of the files that hold the same fields of these slots, those whose values differ.
fn unlike_doubles(catalog: &Catalog, plan: &Plan, slots: Option<&[usize]>) -> Vec<EngineNote> {
    let drawn = |slot: &usize| slots.is_none_or(|slots| slots.contains(slot));
    let shown = (0..plan.slots.len()).filter(drawn).filter_map(|slot| plan.slots.get(slot).cloned()).collect();
    let mut doubles = Doubles::default();
    doubles.begin(doubles::of_plan(catalog, &Plan { slots: shown, ..plan.clone() }));
    let mut notes = Vec::new();
    while let Some(double) = doubles.next() {
        if doubles::are_equal(&double) == Some(false) {
            notes.extend(doubles.differ(&double));
        }
    }
    notes
}

/// Reads the headers of files, and of all files of folders, on all cores, and joins them.
#[must_use]
pub fn open_all(paths: Vec<PathBuf>, options: Options) -> Arc<Catalog> {
    let core = Core::new(options, Arc::new(source::open), Box::new(|| {}), None);
    core.open(paths);
    let mut state = core.state();
    while state.opening.progress().is_some() {
        state = core.told.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
    state.stopped = true;
    state.catalog.clone()
}
