//! From a request to a reel, and from a request to those that are likely to follow it.

use std::sync::Arc;

use super::budget::Usage;
use super::cache::frame_bytes;
use super::layer::Guesses;
use super::plan::{LayerPlan, Plan};
use super::reel::Reel;
use super::request::{Request, Selection, Subject, levels};
use super::state::{Job, State};
use crate::catalog::{Catalog, SlotTime};
use crate::field::{Level, LevelKind};
use crate::product;

/// A request laid out; without slots where the catalogue no longer has what is asked for.
pub(super) fn reel(catalog: &Catalog, request: &Request, id: u64) -> Reel {
    let plan = Plan::new(catalog, &request.selection, request.picture.interval_factor).unwrap_or_default();
    let visible = plan.slots.get(request.slot).map(|slot| slot.time);
    let guesses = [&plan.bands, &plan.lines].map(|layer| {
        let told = |layer: &LayerPlan| guesses(catalog, &request.selection, &layer.parameter.id, visible);
        layer.as_ref().map_or_else(Guesses::default, told)
    });
    let mut reel = Reel::new(id, Arc::new(plan), Arc::new(request.picture.clone()), guesses);
    reel.playhead = request.slot;
    reel
}

/// The recipes by which a unit is told, all of one level, so that all levels come to the same unit. Where the file names a
/// unit the visible step comes first: nothing else is waited for. A silent one is told by the first step, whatever is shown.
fn guesses(catalog: &Catalog, selection: &Selection, parameter: &str, visible: Option<SlotTime>) -> Guesses {
    let run = catalog.model(&selection.model).and_then(|model| model.run(selection.run));
    let Some(series) = run.and_then(|run| run.series(parameter)) else { return Guesses::default() };
    let silent = |level: Option<Level>| {
        let recipes = series.slots.iter().filter_map(move |time| series.recipe(level, &selection.variant, *time));
        recipes.filter(|recipe| recipe.guess.is_some())
    };
    let levels: Vec<_> = series.levels.iter().copied().filter(|level| silent(*level).next().is_some()).collect();
    let guess = levels.first().and_then(|level| silent(*level).next()?.guess);
    let Some(level) = guess.and_then(|guess| guess.best_level(&levels)) else { return Guesses::default() };
    let pressure = level.filter(|level| level.kind == LevelKind::Pressure).map(|level| level.value);
    let mut recipes: Vec<_> = silent(level).map(Arc::new).collect();
    if let Some(shown) = visible.and_then(|time| series.recipe(level, &selection.variant, time))
        && shown.guess.is_some_and(|guess| guess.said().is_some())
        && let Some(at) = recipes.iter().position(|recipe| **recipe == shown)
    {
        recipes.swap(0, at);
    }
    Guesses { recipes, pressure }
}

/// The same slot one level up and one level down.
pub(super) fn neighbours(catalog: &Catalog, request: &Request, time: SlotTime) -> Vec<(Request, usize)> {
    let run = catalog.model(&request.selection.model).and_then(|model| model.run(request.selection.run));
    let Some(run) = run else { return Vec::new() };
    let levels = levels(run, &request.selection.subject);
    let Some(at) = levels.iter().position(|level| *level == request.selection.level) else { return Vec::new() };
    let beside = [at.checked_sub(1), at.checked_add(1)].into_iter().flatten().filter_map(|at| levels.get(at));
    beside
        .filter_map(|level| {
            let selection = Selection { level: *level, ..request.selection.clone() };
            let plan = Plan::new(catalog, &selection, request.picture.interval_factor)?;
            let slot = plan.slots.iter().position(|slot| slot.time == time)?;
            Some((Request { selection, slot, ..request.clone() }, slot))
        })
        .filter(|(request, _)| !needs_whole_run(request))
        .collect()
}

/// A variable without a colour table of its own: too much to read on a chance.
fn needs_whole_run(request: &Request) -> bool {
    match &request.selection.subject {
        Subject::Product(id) => product::product(id).is_none(),
        Subject::Variable(_) => true,
    }
}

impl State {
    /// What is likely to be chosen next is prepared while the window is at rest, and there is room for it.
    pub(super) fn foresee(&mut self) -> Option<Job> {
        let request = self.request.clone()?;
        let reel = self.reels.first()?;
        let (id, slot) = (reel.id, reel.playhead);
        if self.foreseen || self.busy || self.reach(0).frames < self.reels.first()?.len() {
            return None;
        }
        let Usage { used, limit } = self.usage();
        if used + 4 * frame_bytes(request.picture.size) > limit {
            return None;
        }
        self.foreseen = true;
        Some(Job::Foresee { reel: id, request: Box::new(request), slot })
    }
}
