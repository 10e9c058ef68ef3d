//! Fields that two files hold: told of only where their values differ, and only for what is looked at.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

use ndarray::Array2;

use super::plan::Plan;
use super::snapshot::EngineNote;
use crate::catalog::{Catalog, Double, Recipe};
use crate::grid::Window;
use crate::source::FieldRef;

/// Those of the current plan, and what was found out so far.
#[derive(Default)]
pub(super) struct Doubles {
    due: VecDeque<Double>,
    /// What was compared, by the first fields of both recipes.
    done: HashSet<(FieldRef, FieldRef)>,
    /// Pairs of files that were told of.
    told: HashSet<(PathBuf, PathBuf)>,
}

impl Doubles {
    /// What another plan shows.
    pub(super) fn begin(&mut self, due: Vec<Double>) {
        self.due = due.into();
    }

    /// The next to be compared.
    pub(super) fn next(&mut self) -> Option<Double> {
        loop {
            let double = self.due.pop_front()?;
            let told = pair(&double).is_some_and(|pair| self.told.contains(&pair));
            if !told && ends(&double).is_some_and(|ends| self.done.insert(ends)) {
                return Some(double);
            }
        }
    }

    /// Gives the note for two files that differ, once.
    pub(super) fn differ(&mut self, double: &Double) -> Option<EngineNote> {
        let (shown, hidden) = pair(double)?;
        self.told.insert((shown.clone(), hidden.clone())).then_some(EngineNote::SameField { shown, hidden })
    }

    /// What was found out of a file that is another now, or gone.
    pub(super) fn forget(&mut self, file: &Path) {
        self.told.retain(|(shown, hidden)| shown != file && hidden != file);
        self.done.retain(|(shown, hidden)| shown.reader.path() != file && hidden.reader.path() != file);
    }
}

/// Those whose shown field stands in the plan.
pub(super) fn of_plan(catalog: &Catalog, plan: &Plan) -> Vec<Double> {
    if catalog.doubles.is_empty() {
        return Vec::new();
    }
    let first = |recipe: &Recipe| recipe.ingredients.first().map(|what| what.field.clone());
    let recipes = plan.slots.iter().flat_map(|slot| [&slot.bands, &slot.lines]).flatten();
    #[expect(
        clippy::mutable_key_type,
        reason = "the grid of a field, and what is made of it later, is no part of the key"
    )]
    let shown: HashSet<FieldRef> = recipes.filter_map(first).collect();
    let of_plan = |double: &&Double| first(&double.shown).is_some_and(|field| shown.contains(&field));
    catalog.doubles.iter().filter(of_plan).cloned().collect()
}

/// Whether both fields have the same values in the unit shown, but for rounding: packings round to about a millionth of
/// the range, and what differs by less shows in no picture. `None` where one cannot be read, which is told elsewhere.
pub(super) fn are_equal(double: &Double) -> Option<bool> {
    const ROUNDING: f32 = 2e-6;
    if double.shown.guess != double.hidden.guess {
        return None;
    }
    let (shown, hidden) = (values(&double.shown)?, values(&double.hidden)?);
    if shown.dim() != hidden.dim() {
        return Some(false);
    }
    let largest = shown.iter().filter(|value| value.is_finite()).fold(0.0_f32, |most, value| most.max(value.abs()));
    let same = |(a, b): (&f32, &f32)| (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= ROUNDING * largest;
    Some(shown.iter().zip(&hidden).all(same))
}

fn values(recipe: &Recipe) -> Option<Array2<f32>> {
    let raw = recipe.ingredients.iter().map(|what| what.field.read_raw().ok().map(|raw| raw.mapv(|x| x as f32)));
    let raw = raw.collect::<Option<Vec<_>>>()?;
    let (ny, nx) = raw.first()?.dim();
    recipe.cook(raw, Window { j0: 0, i0: 0, ny, nx })
}

fn pair(double: &Double) -> Option<(PathBuf, PathBuf)> {
    let (shown, hidden) = ends(double)?;
    Some((shown.reader.path().to_owned(), hidden.reader.path().to_owned()))
}

fn ends(double: &Double) -> Option<(FieldRef, FieldRef)> {
    let first = |recipe: &Recipe| Some(recipe.ingredients.first()?.field.clone());
    Some((first(&double.shown)?, first(&double.hidden)?))
}
