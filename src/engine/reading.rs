//! How a worker reads the fields of a layer: in batches that share chunks, cooked by their recipes, cut to what is kept.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ndarray::Array2;

use super::cache::{Kept, offset};
use super::core::Core;
use super::layer::{Extent, Told};
use super::reel::{Batch, Reel, Wanted};
use super::snapshot::EngineNote;
use super::trace::Kind;
use super::work::{broken, lock};
use crate::catalog::{Recipe, Seen, UnitGuess};
use crate::grid::{Grid, Window};
use crate::source::{Choice, Detail, FieldRef, Refusal, SourceError, Stop, shrink};
use crate::units::Affine;

/// What a reading worker must know of a layer, taken under the lock.
struct Reading {
    stop: Stop,
    to_read: Window,
    kept: Window,
    grid: Arc<Grid>,
    told: Told,
    ranged: bool,
}

impl Core {
    /// Tells a silent unit by the first field that can be read.
    pub(super) fn guess(self: &Arc<Self>, id: u64, n: usize) {
        let mut state = self.state();
        let Some((stop, layer)) = state.reel(id).and_then(|reel| Some((reel.stop.clone(), reel.layers[n].as_ref()?)))
        else {
            return;
        };
        let (guesses, grid, parameter) =
            (layer.guesses.clone(), layer.plan.grid.clone(), layer.plan.parameter.name.clone());
        drop(state);
        let mut kinds: Vec<UnitGuess> = Vec::new();
        for guess in guesses.recipes.iter().filter_map(|recipe| recipe.guess) {
            if !kinds.contains(&guess) {
                kinds.push(guess);
            }
        }
        let (mut told, mut notes) = (Told::default(), Vec::new());
        for guess in kinds {
            let recipes: Vec<&Recipe> =
                guesses.recipes.iter().map(|recipe| &**recipe).filter(|recipe| recipe.guess == Some(guess)).collect();
            let look = || self.look(&recipes, guess, grid.whole(), &stop);
            let Some((recipe, seen)) = self.trace.stage(Kind::Read, "guess", None, look) else { continue };
            let (conversion, unit) = guess.decide(seen, guesses.pressure);
            told.0.push((guess, conversion));
            // What the file says already needs no notice.
            let first = recipe.ingredients.first().filter(|_| guess.said() != Some(unit));
            let path = first.map(|what| what.field.reader.path().to_owned());
            let parameter = parameter.clone();
            notes.extend(path.map(|path| EngineNote::GuessedUnit { path, parameter, unit: unit.to_owned() }));
        }
        if stop.is_stopped() {
            return;
        }
        self.state().guessed(id, n, told, notes);
        self.kick();
    }

    /// The first field that can be read, and what it looks like. A fraction behind a % is told by several fields: the first
    /// may be that of a clear sky.
    fn look<'r>(
        &self,
        recipes: &[&'r Recipe],
        guess: UnitGuess,
        whole: Window,
        stop: &Stop,
    ) -> Option<(&'r Recipe, Seen)> {
        let (at, recipe, first) =
            recipes.iter().enumerate().find_map(|(at, recipe)| Some((at, *recipe, self.seen(recipe, whole, stop)?)))?;
        if guess != UnitGuess::Percent || first.largest > 1.5 {
            return Some((recipe, first));
        }
        let others = [recipes.len() / 2, recipes.len() - 1].into_iter().filter(|other| *other > at);
        let others = others.filter_map(|other| self.seen(recipes.get(other)?, whole, stop));
        Some((recipe, others.fold(first, |most, other| if other.largest > most.largest { other } else { most })))
    }

    /// What a field looks like, which is remembered: every level and every view asks again.
    fn seen(&self, recipe: &Recipe, whole: Window, stop: &Stop) -> Option<Seen> {
        /// Then it begins anew.
        const REMEMBERED: usize = 4096;
        let field = &recipe.ingredients.first()?.field;
        let key = (field.reader.id(), field.variable, field.choice.clone());
        if let Some(seen) = self.state().seen.get(&key) {
            return Some(*seen);
        }
        let seen = seen(recipe, whole, stop)?;
        let mut state = self.state();
        if state.seen.len() >= REMEMBERED {
            state.seen.clear();
        }
        state.seen.insert(key, seen);
        Some(seen)
    }

    pub(super) fn read(self: &Arc<Self>, id: u64, batch: &Batch) {
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
        let cooked = catch_unwind(AssertUnwindSafe(|| key.0.cook(raw, reading.to_read)))
            .map_err(|panic| broken(path(), &*panic))?;
        let Some(mut values) = cooked else {
            return Err(SourceError::new(&path(), Refusal::Corrupt, Detail::of("detail.inconsistent")));
        };
        convert(&mut values, reading.told.of(key.0.guess));
        let extent = reading.ranged.then(|| Extent::of(&values));
        let kept = Kept { values, window: reading.to_read };
        Ok(Some((cut(kept, reading.kept, reading.grid.nx), extent)))
    }
}

fn reading(reel: &Reel, n: usize) -> Option<Reading> {
    let layer = reel.layers[n].as_ref()?;
    Some(Reading {
        stop: reel.stop.clone(),
        to_read: layer.to_read(),
        kept: layer.window,
        grid: layer.plan.grid.clone(),
        told: layer.conversion.done()?.clone(),
        ranged: layer.wants_range(),
    })
}

/// Reads fields that share chunks, reader by reader and variable by variable. Each is answered for once, with a failure
/// where the reader breaks or forgets it; only what was stopped is left out.
pub(super) fn read_all(
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

/// What a field looks like. `None` where it cannot be read, or nothing is there.
fn seen(recipe: &Recipe, whole: Window, stop: &Stop) -> Option<Seen> {
    let mut raw = Vec::new();
    for ingredient in &recipe.ingredients {
        let read: Mutex<Option<Array2<f32>>> = Mutex::default();
        let wanted = [Wanted { slot: 0, ingredient: 0, field: ingredient.field.clone() }];
        read_all(&wanted, whole, stop, &|_, outcome| *lock(&read) = outcome.ok());
        raw.push(read.into_inner().unwrap_or_else(PoisonError::into_inner)?);
    }
    Seen::of(recipe.cook(raw, whole)?.iter().map(|value| f64::from(*value)))
}

pub(super) fn convert(values: &mut Array2<f32>, conversion: Affine) {
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
    match offset(kept.window, window, columns) {
        Some((j0, i0)) => Kept { values: shrink(kept.values, Window { j0, i0, ..window }), window },
        None => kept,
    }
}
