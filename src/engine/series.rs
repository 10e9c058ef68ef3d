//! Values of both layers over all slots at one place.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use ndarray::Array2;

use super::cache::{Cache, Kept};
use super::core::Core;
use super::place;
use super::reading::{convert, read_all};
use super::reel::{Batch, Reel, Wanted};
use super::snapshot::PointSeries;
use super::trace::Kind;
use super::work::lock;
use crate::grid::{Around, Grid, Window};
use crate::source::SourceError;

/// How far the answer for one layer of a slot has come.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Due,
    Reading,
    Known(f32),
}

/// Where a place lies on a layer's grid.
#[derive(Clone, Copy, Debug)]
enum Spot {
    /// Between these points.
    Within(Around),
    Outside,
    /// Elsewhere from slot to slot.
    Moves,
}

/// A place that was asked for.
pub(super) struct Asked {
    /// Tells answers to this question from those to an older one.
    pub number: u64,
    lon: f64,
    lat: f64,
    /// Where the place lies on the layers' grids.
    places: [Spot; 2],
    answers: [Vec<Answer>; 2],
    batches: [Vec<Vec<(u64, u32, u64)>>; 2],
}

impl Asked {
    /// What the cache has is known at once.
    pub(super) fn new(reel: &Reel, lon: f64, lat: f64, cache: &mut Cache) -> Self {
        let reach = place::reach(&reel.picture.view);
        let places = [0, 1].map(|n| match reel.layers[n].as_ref() {
            Some(layer) if layer.moves() => Spot::Moves,
            Some(layer) => layer.plan.grid.shown_at(lon, lat, reach).map_or(Spot::Outside, Spot::Within),
            None => Spot::Outside,
        });
        let answers = [0, 1].map(|n| {
            let answer = |slot| match (reel.field_key(slot, n), places[n]) {
                (Some(_), Spot::Within(_) | Spot::Moves) => Answer::Due,
                _ => Answer::Known(f32::NAN),
            };
            (0..reel.len()).map(answer).collect::<Vec<_>>()
        });
        let chunks = |n: usize| {
            let of = |slot| reel.layers[n].as_ref().map(|layer| layer.batches(slot).to_vec()).unwrap_or_default();
            (0..reel.len()).map(of).collect::<Vec<_>>()
        };
        static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut asked = Self { number, lon, lat, places, answers, batches: [chunks(0), chunks(1)] };
        for slot in 0..reel.len() {
            for n in 0..2 {
                if let Some(kept) = reel.field_key(slot, n).and_then(|key| cache.field(key)) {
                    asked.fill(reel, slot, n, &kept);
                }
            }
        }
        asked
    }

    /// Takes the value from a field that was kept, if it reaches so far.
    pub(super) fn fill(&mut self, reel: &Reel, slot: usize, layer: usize, kept: &Arc<Kept>) {
        // Searches on grids that move are made where the fields are read, which is off the lock.
        let (Spot::Within(place), Some(plan)) = (&self.places[layer], reel.layers[layer].as_ref().map(|l| &l.plan))
        else {
            return;
        };
        let grid = &plan.grid;
        if place::holds(kept, grid, place) {
            let value = place::interpolate(kept, grid, place, plan.parameter.is_direction);
            self.know(slot, layer, value);
        }
    }

    pub(super) fn know(&mut self, slot: usize, layer: usize, value: f32) {
        if let Some(answer) = self.answers[layer].get_mut(slot) {
            *answer = Answer::Known(value);
        }
    }

    /// The next fields to read, together with those in the same chunks.
    pub(super) fn next(&mut self, reel: &Reel) -> Option<Batch> {
        for n in 0..2 {
            let Some(layer) = reel.layers[n].as_ref().filter(|layer| layer.may_read()) else { continue };
            let Some(first) = self.answers[n].iter().position(|answer| *answer == Answer::Due) else { continue };
            let chunks = self.batches[n].get(first)?.clone();
            let mut wanted: Vec<Wanted> = Vec::new();
            for (slot, answer) in self.answers[n].iter_mut().enumerate() {
                if *answer == Answer::Due && self.batches[n].get(slot) == Some(&chunks) {
                    *answer = Answer::Reading;
                    wanted.extend(layer.wanted(slot));
                }
            }
            return Some(Batch { layer: n, wanted });
        }
        None
    }

    /// These were not read after all.
    pub(super) fn give_up(&mut self, layer: usize, slots: impl Iterator<Item = usize>) {
        for slot in slots {
            if let Some(answer) = self.answers[layer].get_mut(slot).filter(|answer| **answer == Answer::Reading) {
                *answer = Answer::Due;
            }
        }
    }

    /// The part of a layer's grid that holds the points around the place: all of one that moves.
    fn window(&self, layer: usize, grid: &Grid) -> Option<(Window, Spot)> {
        let spot = self.places[layer];
        match spot {
            Spot::Within(around) => Some((around.window(grid), spot)),
            Spot::Moves => Some((grid.whole(), spot)),
            Spot::Outside => None,
        }
    }

    pub(super) fn answer(&self) -> Arc<PointSeries> {
        let values = |answers: &[Answer]| {
            let value = |answer: &Answer| if let Answer::Known(value) = answer { *value } else { f32::NAN };
            answers.iter().map(value).collect()
        };
        let complete = self.answers.iter().flatten().all(|answer| matches!(answer, Answer::Known(_)));
        let [bands, lines] = [values(&self.answers[0]), values(&self.answers[1])];
        Arc::new(PointSeries { lat: self.lat, lon: self.lon, bands, lines, complete })
    }
}

impl Core {
    /// Reads the fields of a batch around the place that was asked for.
    pub(super) fn read_series(self: &Arc<Self>, batch: &Batch) {
        let n = batch.layer;
        let mut state = self.state();
        let state_ref = &mut *state;
        let (Some(reel), Some(asked)) = (state_ref.reels.first(), state_ref.series.as_ref()) else { return };
        let Some(layer) = reel.layers[n].as_ref() else { return };
        let (grid, stop, number, plan) = (layer.plan.grid.clone(), reel.stop.clone(), asked.number, reel.plan.clone());
        let Some((window, spot)) = asked.window(n, &grid) else { return };
        let (lon, lat) = (asked.lon, asked.lat);
        let are_directions = layer.plan.parameter.is_direction;
        let told = layer.conversion.done().cloned().unwrap_or_default();
        drop(state);
        let pots: Mutex<HashMap<usize, Vec<Option<Array2<f32>>>>> = Mutex::default();
        let came = |wanted: &Wanted, outcome: Result<Array2<f32>, SourceError>| {
            let slot = plan.slots.get(wanted.slot);
            let Some(recipe) = slot.and_then(|slot| [&slot.bands, &slot.lines][n].as_ref()) else { return };
            let value = match outcome {
                Err(_) => f32::NAN,
                Ok(values) => {
                    let mut pots = lock(&pots);
                    let pot = pots.entry(wanted.slot).or_insert_with(|| vec![None; recipe.ingredients.len()]);
                    if let Some(place) = pot.get_mut(wanted.ingredient) {
                        *place = Some(values);
                    }
                    if pot.iter().any(Option::is_none) {
                        return;
                    }
                    let raw = pots.remove(&wanted.slot).into_iter().flatten().flatten().collect();
                    drop(pots);
                    recipe.cook(raw, window).map_or(f32::NAN, |mut values| {
                        convert(&mut values, told.of(recipe.guess));
                        let (grid, around) = match spot {
                            Spot::Within(around) => (&*grid, Some(around)),
                            Spot::Moves => {
                                let own: &Grid = recipe.grid().unwrap_or(&grid);
                                (own, own.around(lon, lat))
                            }
                            Spot::Outside => (&*grid, None),
                        };
                        around.map_or(f32::NAN, |around| {
                            place::interpolate(&Kept { values, window }, grid, &around, are_directions)
                        })
                    })
                }
            };
            if let Some(asked) = self.state().series.as_mut().filter(|asked| asked.number == number) {
                asked.know(wanted.slot, n, value);
            }
        };
        let slot = batch.wanted.first().map(|wanted| wanted.slot);
        self.trace.stage(Kind::Read, "series", slot, || read_all(&batch.wanted, window, &stop, &came));
        if stop.is_stopped()
            && let Some(asked) = self.state().series.as_mut().filter(|asked| asked.number == number)
        {
            asked.give_up(n, batch.wanted.iter().map(|wanted| wanted.slot));
        }
        self.kick();
    }
}
