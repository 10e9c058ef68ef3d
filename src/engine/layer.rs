//! One layer of a request: where its pixels lie on the grid, and what of its look must be found out from the values.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::key::FieldKey;
use super::plan::{LayerPlan, Look};
use super::reel::{Once, Wanted};
use super::scenery::Placing;
use crate::catalog::{Recipe, UnitGuess};
use crate::grid::{Geometry, Grid, Window};
use crate::product::{self, BandStyle};
use crate::units::Affine;

/// Lowest and highest of all values; the other way round where there are none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Extent {
    pub lowest: f32,
    pub highest: f32,
}

impl Extent {
    const NONE: Self = Self { lowest: f32::INFINITY, highest: f32::NEG_INFINITY };

    pub(super) fn of<'a>(values: impl IntoIterator<Item = &'a f32>) -> Self {
        // Comparisons with NaN are false, and infinities have no place on a scale.
        values.into_iter().filter(|value| value.is_finite()).fold(Self::NONE, |extent, value| Self {
            lowest: extent.lowest.min(*value),
            highest: extent.highest.max(*value),
        })
    }

    fn with(self, other: Self) -> Self {
        Self { lowest: self.lowest.min(other.lowest), highest: self.highest.max(other.highest) }
    }
}

/// The range of a layer's values over all its slots.
#[derive(Clone, Debug)]
enum Range {
    NotNeeded,
    Sought { so_far: Extent, slots_left: BTreeSet<usize> },
    Known(Extent),
}

/// By these recipes a silent unit is told: the first that can be read decides.
#[derive(Clone, Debug, Default)]
pub(super) struct Guesses {
    pub recipes: Vec<Arc<Recipe>>,
    /// Of their level, in hPa.
    pub pressure: Option<f64>,
}

/// What the values told of units: for each kind of recipe the conversion from the cooked values to the unit shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Told(pub Vec<(UnitGuess, Affine)>);

impl Told {
    /// Nothing is to be done where nothing had to be told, or nothing could.
    pub(super) fn of(&self, guess: Option<UnitGuess>) -> Affine {
        let told = guess.and_then(|guess| self.0.iter().find(|(known, _)| *known == guess));
        told.map_or(Affine::IDENTITY, |(_, conversion)| *conversion)
    }
}

pub(super) struct Layer {
    pub plan: LayerPlan,
    keys: Vec<Option<FieldKey>>,
    pub guesses: Guesses,
    /// For fields whose unit is told by their values.
    pub conversion: Once<Told>,
    range: Range,
    /// `None` until that was looked into.
    pub placing: Option<Placing>,
    /// What is kept of each field: what the sampler asks for, and a margin for small moves of the view.
    pub window: Window,
}

impl Layer {
    pub(super) fn new(plan: LayerPlan, keys: Vec<Option<FieldKey>>, guesses: Guesses) -> Self {
        let range = match plan.look {
            Look::BandsOverRange => {
                let with_field = keys.iter().enumerate().filter(|(_, key)| key.is_some());
                Range::Sought { so_far: Extent::NONE, slots_left: with_field.map(|(slot, _)| slot).collect() }
            }
            _ => Range::NotNeeded,
        };
        Self {
            window: plan.grid.whole(),
            conversion: if guesses.recipes.is_empty() { Once::Done(Told::default()) } else { Once::Due },
            plan,
            keys,
            guesses,
            range,
            placing: None,
        }
    }

    /// Something of it lies in the view and can be drawn.
    pub(super) fn is_drawn(&self) -> bool {
        self.drawn().is_some()
    }

    /// What the picture needs of each field.
    pub(super) fn drawn(&self) -> Option<Window> {
        self.placing.as_ref()?.window()
    }

    pub(super) fn is_impossible(&self) -> bool {
        matches!(self.placing, Some(Placing::Impossible))
    }

    pub(super) fn begin_guess(&mut self) -> bool {
        self.is_drawn() && self.conversion.begin()
    }

    pub(super) fn may_read(&self) -> bool {
        self.is_drawn() && self.conversion.done().is_some()
    }

    /// Fields are read whole, for their range.
    pub(super) fn wants_range(&self) -> bool {
        self.is_drawn() && matches!(self.range, Range::Sought { .. })
    }

    /// This slot's field is still to be read whole.
    pub(super) fn wants_range_of(&self, slot: usize) -> bool {
        self.is_drawn() && matches!(&self.range, Range::Sought { slots_left, .. } if slots_left.contains(&slot))
    }

    /// What is read of each field.
    pub(super) fn to_read(&self) -> Window {
        if self.wants_range() { self.plan.grid.whole() } else { self.window }
    }

    /// Takes what is known of fields that were read whole before: only the others need to be.
    pub(super) fn know_extents(&mut self, known: impl Fn(&FieldKey) -> Option<Extent>) {
        for slot in 0..self.keys.len() {
            if let Some(extent) = self.keys.get(slot).and_then(Option::as_ref).and_then(&known) {
                self.add_to_range(slot, Some(extent));
            }
        }
    }

    /// Adds a slot's whole field, or none where it could not be read.
    pub(super) fn add_to_range(&mut self, slot: usize, extent: Option<Extent>) {
        let Range::Sought { so_far, slots_left } = &mut self.range else { return };
        if slots_left.remove(&slot) {
            *so_far = so_far.with(extent.unwrap_or(Extent::NONE));
        }
        if slots_left.is_empty() {
            self.range = Range::Known(*so_far);
        }
    }

    /// With its look; `None` while that is being found out.
    pub(super) fn settled(&self) -> Option<LayerPlan> {
        let look = match (&self.plan.look, &self.range) {
            (Look::BandsOverRange, Range::Known(Extent { lowest, highest })) => {
                let table = product::round_table(*lowest, *highest, self.plan.parameter.is_clear_at_zero());
                Look::Bands(BandStyle { table, unit_label: self.plan.parameter.unit_label.clone() })
            }
            (Look::BandsOverRange, _) => return None,
            (look, _) => look.clone(),
        };
        Some(LayerPlan { look, ..self.plan.clone() })
    }

    /// Where the points of a slot's field lie.
    pub(super) fn grid(&self, slot: usize) -> &Grid {
        let own = self.keys.get(slot).and_then(Option::as_ref).and_then(|key| key.0.grid());
        own.map_or(&self.plan.grid, |grid| grid)
    }

    /// Whether that changes from slot to slot.
    pub(super) fn moves(&self) -> bool {
        matches!(self.plan.grid.geometry, Geometry::Moving(_))
    }

    /// The chunks in which a slot's ingredients lie, as far as their readers know by now.
    pub(super) fn batches(&self, slot: usize) -> Vec<(u64, u32, u64)> {
        let key = self.keys.get(slot).and_then(Option::as_ref);
        let ingredients = key.iter().flat_map(|key| &key.0.ingredients);
        let place = ingredients.map(|ingredient| {
            let (reader, batch) = ingredient.field.batch();
            (reader, ingredient.field.variable, batch)
        });
        place.collect()
    }

    /// The fields to read for a slot.
    pub(super) fn wanted(&self, slot: usize) -> Vec<Wanted> {
        let key = self.keys.get(slot).and_then(Option::as_ref);
        let ingredients = key.iter().flat_map(|key| key.0.ingredients.iter().enumerate());
        ingredients.map(|(ingredient, what)| Wanted { slot, ingredient, field: what.field.clone() }).collect()
    }
}

/// The window with a quarter of its size more on each side, within the grid.
pub(super) fn with_margin(window: Window, grid: &Grid) -> Window {
    let (above, beside) = (window.ny / 4, window.nx / 4);
    let j0 = window.j0.saturating_sub(above);
    let j1 = (window.j0 + window.ny + above).min(grid.ny).max(window.j0 + window.ny);
    let (i0, nx) = if window.i0 + window.nx > grid.nx {
        // It crosses the seam, so it may go on round the grid.
        let nx = (window.nx + 2 * beside).min(grid.nx).max(window.nx);
        let before = (nx - window.nx) / 2;
        ((window.i0 + grid.nx - before) % grid.nx.max(1), nx)
    } else {
        let i0 = window.i0.saturating_sub(beside);
        (i0, (window.i0 + window.nx + beside).min(grid.nx) - i0)
    };
    Window { j0, i0, ny: j1 - j0, nx }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cache::offset;

    #[test]
    fn the_margin_holds_the_window_and_stays_on_the_grid() {
        let grid = Grid { ny: 100, nx: 200, geometry: Geometry::Unplaced };
        let windows = [(0, 0, 100, 200), (40, 50, 20, 40), (0, 180, 10, 60), (90, 0, 10, 1), (3, 150, 7, 200)];
        for (j0, i0, ny, nx) in windows {
            let window = Window { j0, i0, ny, nx };
            let wide = with_margin(window, &grid);
            assert!(offset(wide, window, grid.nx).is_some(), "{window:?} in {wide:?}");
            assert!(wide.j0 + wide.ny <= grid.ny && wide.i0 < grid.nx, "{wide:?}");
        }
    }

    #[test]
    fn an_extent_leaves_out_what_is_no_number() {
        assert_eq!(Extent::of(&[f32::NAN, 3.0, -1.0, f32::INFINITY]), Extent { lowest: -1.0, highest: 3.0 });
    }
}
