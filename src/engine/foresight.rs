//! From a request to a reel, and from a request to those that are likely to follow it.

use std::sync::Arc;

use super::plan::Plan;
use super::reel::Reel;
use super::request::{Request, Selection, Subject, levels};
use crate::catalog::{Catalog, Recipe, SlotTime};
use crate::product;

/// A request laid out; without slots where the catalogue no longer has what is asked for.
pub(super) fn reel(catalog: &Catalog, request: &Request, id: u64) -> Reel {
    let plan = Plan::new(catalog, &request.selection, request.picture.interval_factor).unwrap_or_default();
    let guesses = [&plan.bands, &plan.lines].map(|layer| {
        layer.as_ref().map_or_else(Vec::new, |layer| guesses(catalog, &request.selection, &layer.parameter.id))
    });
    let mut reel = Reel::new(id, Arc::new(plan), Arc::new(request.picture.clone()), guesses);
    reel.playhead = request.slot;
    reel
}

/// The recipes by which a silent unit is told: those of the topmost level, where a height is largest, so that all
/// levels come to the same unit.
fn guesses(catalog: &Catalog, selection: &Selection, parameter: &str) -> Vec<Arc<Recipe>> {
    let run = catalog.model(&selection.model).and_then(|model| model.run(selection.run));
    let Some(series) = run.and_then(|run| run.series(parameter)) else { return Vec::new() };
    let at = |level| move |time: &SlotTime| series.recipe(level, selection.member, *time);
    let silent = |recipe: &&Recipe| recipe.guess.is_some();
    for level in &series.levels {
        let recipes: Vec<_> =
            series.slots.iter().filter_map(at(*level)).filter(silent).cloned().map(Arc::new).collect();
        if !recipes.is_empty() {
            return recipes;
        }
    }
    Vec::new()
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
