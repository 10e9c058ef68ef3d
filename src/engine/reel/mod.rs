//! One request on its way: a plan, and how far each of its slots has come. Knows what to do next, does nothing itself.

mod next;
mod outcome;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ndarray::Array2;

use super::key::{FieldKey, FrameKey, Setting};
use super::layer::{Guesses, Layer};
use super::plan::{LayerPlan, Plan};
use super::request::Picture;
use super::scenery::Scenery;
use super::snapshot::{Progress, SlotState};
use crate::catalog::Recipe;
use crate::map::Basemap;
use crate::source::{FieldRef, SourceError, Stop};

/// Something that is made once, by one worker.
#[derive(Clone, Debug)]
pub(super) enum Once<T> {
    Due,
    Running,
    Done(T),
}

impl<T> Once<T> {
    pub(super) fn done(&self) -> Option<&T> {
        if let Self::Done(made) = self { Some(made) } else { None }
    }

    /// True once: for the worker that shall make it.
    pub(super) fn begin(&mut self) -> bool {
        let due = matches!(self, Self::Due);
        if due {
            *self = Self::Running;
        }
        due
    }
}

/// How far one layer's field of a slot has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// No file has it.
    Absent,
    Due,
    Reading,
    /// Lies in the cache, unless it had to go again.
    Kept,
    Failed,
}

#[derive(Clone, Debug)]
enum Picturing {
    Due,
    Running,
    Done,
    Failed(Arc<SourceError>),
}

#[derive(Debug)]
struct SlotWork {
    parts: [Part; 2],
    keys: [Option<FieldKey>; 2],
    picture: Picturing,
    /// Was finished, or failed, at least once.
    counted: bool,
}

/// How many slots, from the playhead on, may hold what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    pub fields: usize,
    pub frames: usize,
}

/// Fields that share stored chunks, to be read together.
#[derive(Debug)]
pub(super) struct Batch {
    pub layer: usize,
    pub wanted: Vec<Wanted>,
}

/// One field to read: the ingredient of a slot's recipe.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub slot: usize,
    pub ingredient: usize,
    pub field: FieldRef,
}

/// What a reel wants done next.
#[derive(Debug)]
pub(super) enum Next {
    /// Find where the pixels lie on the grids.
    Survey,
    /// Find out the unit of a layer.
    Guess(usize),
    Read(Batch),
    /// Draw the map without weather.
    Basemap,
    /// Make what all frames share.
    Prepare,
    Paint(usize),
    /// Nothing for the moment: the cores are wanted for what is under way, or all is done.
    Rest,
}

pub(super) struct Reel {
    pub id: u64,
    pub stop: Stop,
    pub plan: Arc<Plan>,
    pub picture: Arc<Picture>,
    pub layers: [Option<Layer>; 2],
    /// The samplers of the layers.
    pub survey: Once<()>,
    pub basemap: Once<Arc<Basemap>>,
    /// Number of the setting, once all looks are settled.
    pub setting: Option<u64>,
    pub scenery: Once<Arc<Scenery>>,
    slots: Vec<SlotWork>,
    /// Only these, in this order; `None` for all in play order.
    only: Option<Vec<usize>>,
    /// Finished slots need no place any more: frames are handed on, not kept.
    handed_on: bool,
    pub playhead: usize,
    pub forward: bool,
    /// Ingredients of fields that need several, by slot and layer, until all are there.
    pots: HashMap<(usize, usize), Vec<Option<Array2<f32>>>>,
    /// Why layers of slots could not be read, by slot and layer, where the other layer may still be drawn.
    unreadable: HashMap<(usize, usize), SourceError>,
    /// Failures that a taker has not heard of, and how many it is being told of.
    untold: Vec<(usize, Arc<SourceError>)>,
    telling: usize,
    /// What all frames need broke: it will not be made.
    broken: bool,
    started: Instant,
    finished: Option<Duration>,
}

impl Reel {
    /// `guesses` has for each layer the recipes by which a silent unit is told.
    pub(super) fn new(id: u64, plan: Arc<Plan>, picture: Arc<Picture>, guesses: [Guesses; 2]) -> Self {
        let key = |recipe: &Option<Recipe>| recipe.as_ref().map(|recipe| FieldKey(Arc::new(recipe.clone())));
        let slots: Vec<SlotWork> = plan
            .slots
            .iter()
            .map(|slot| {
                let keys = [key(&slot.bands), key(&slot.lines)];
                let parts = [0, 1].map(|n| if keys[n].is_some() { Part::Due } else { Part::Absent });
                SlotWork { parts, keys, picture: Picturing::Due, counted: false }
            })
            .collect();
        let [bands, lines] = guesses;
        let keys = |n: usize| slots.iter().map(|slot| slot.keys[n].clone()).collect::<Vec<_>>();
        let layer = |plan: &Option<LayerPlan>, n, guess| plan.clone().map(|plan| Layer::new(plan, keys(n), guess));
        let layers = [layer(&plan.bands, 0, bands), layer(&plan.lines, 1, lines)];
        Self {
            id,
            stop: Stop::default(),
            plan,
            picture,
            layers,
            survey: Once::Due,
            basemap: Once::Due,
            setting: None,
            scenery: Once::Due,
            slots,
            only: None,
            handed_on: false,
            playhead: 0,
            forward: true,
            pots: HashMap::new(),
            unreadable: HashMap::new(),
            untold: Vec::new(),
            telling: 0,
            broken: false,
            started: Instant::now(),
            finished: None,
        }
    }

    /// Only these slots, in this order. With `handed_on`, what is finished takes no place any more.
    pub(super) fn only(mut self, slots: Vec<usize>, handed_on: bool) -> Self {
        self.only = Some(slots.into_iter().filter(|slot| *slot < self.slots.len()).collect());
        self.handed_on = handed_on;
        self
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The slots from the playhead on.
    pub(super) fn order(&self) -> Vec<usize> {
        let open = |slot: &usize| !(self.handed_on && self.is_finished(*slot));
        if let Some(only) = &self.only {
            return only.iter().copied().filter(open).collect();
        }
        let n = self.slots.len();
        let at = self.playhead.min(n.saturating_sub(1));
        let turn = |step: usize| if self.forward { (at + step) % n } else { (at + n - step) % n };
        (0..n).map(turn).filter(open).collect()
    }

    pub(super) fn is_finished(&self, slot: usize) -> bool {
        self.slots.get(slot).is_some_and(|slot| matches!(slot.picture, Picturing::Done | Picturing::Failed(_)))
    }

    /// What is read first: the fields of the slot on screen.
    pub(super) fn fields_in_sight(&self) -> Vec<FieldRef> {
        let layers = self.layers.iter().flatten();
        layers.flat_map(|layer| layer.wanted(self.playhead)).map(|wanted| wanted.field).collect()
    }

    /// The keys of a slot's fields, where it has them.
    pub(super) fn field_key(&self, slot: usize, layer: usize) -> Option<&FieldKey> {
        self.slots.get(slot)?.keys.get(layer)?.as_ref()
    }

    /// `None` until the setting is settled.
    pub(super) fn frame_key(&self, slot: usize) -> Option<FrameKey> {
        let (setting, work) = (self.setting?, self.slots.get(slot)?);
        let time = self.plan.slots.get(slot)?.time;
        let broken = work.parts.map(|part| part == Part::Failed);
        let mut fields = work.keys.clone();
        fields.iter_mut().zip(broken).filter(|(_, broken)| *broken).for_each(|(field, _)| *field = None);
        Some(FrameKey { setting, time, fields, broken })
    }

    pub(super) fn part(&self, slot: usize, layer: usize) -> Option<Part> {
        Some(*self.slots.get(slot)?.parts.get(layer)?)
    }

    pub(super) fn set_part(&mut self, slot: usize, layer: usize, part: Part) {
        if let Some(place) = self.slots.get_mut(slot).and_then(|slot| slot.parts.get_mut(layer)) {
            *place = part;
        }
    }

    /// Adds an ingredient; gives all of them back once the last is there.
    pub(super) fn pot(
        &mut self,
        slot: usize,
        layer: usize,
        at: usize,
        of: usize,
        values: Array2<f32>,
    ) -> Option<Vec<Array2<f32>>> {
        let pot = self.pots.entry((slot, layer)).or_insert_with(|| vec![None; of]);
        *pot.get_mut(at)? = Some(values);
        if pot.iter().any(Option::is_none) {
            return None;
        }
        self.pots.remove(&(slot, layer)).map(|full| full.into_iter().flatten().collect())
    }

    fn expected(&self) -> Box<dyn Iterator<Item = usize> + '_> {
        match &self.only {
            Some(only) => Box::new(only.iter().copied()),
            None => Box::new(0..self.slots.len()),
        }
    }

    /// Every expected slot was finished or failed.
    pub(super) fn is_complete(&self) -> bool {
        self.finished.is_some() || self.expected().next().is_none()
    }

    /// Nothing of it is under way.
    pub(super) fn is_resting(&self) -> bool {
        let made_once = matches!(self.scenery, Once::Running)
            || matches!(self.survey, Once::Running)
            || matches!(self.basemap, Once::Running)
            || self.layers.iter().flatten().any(|layer| matches!(layer.conversion, Once::Running));
        (self.broken || !made_once)
            && !self
                .slots
                .iter()
                .any(|slot| matches!(slot.picture, Picturing::Running) || slot.parts.contains(&Part::Reading))
    }

    /// A slot whose frame had a place in the cache.
    pub(super) fn slot_of(&self, key: &FrameKey) -> Option<usize> {
        (self.setting == Some(key.setting)).then(|| self.plan.slots.iter().position(|s| s.time == key.time)).flatten()
    }

    pub(super) fn is_painted(&self, slot: usize) -> bool {
        self.slots.get(slot).is_some_and(|slot| matches!(slot.picture, Picturing::Done))
    }

    /// The setting, once the looks of all layers that can be drawn are settled.
    pub(super) fn settled(&self) -> Option<Setting> {
        self.survey.done()?;
        // A variable that lies beside the view has no range of its own to be coloured by.
        let look = |layer: &Option<Layer>| match layer.as_ref().filter(|layer| !layer.is_impossible()) {
            Some(layer) if layer.is_drawn() => layer.settled().map(Some),
            Some(layer) => Some(Some(layer.settled().unwrap_or_else(|| layer.plan.clone()))),
            None => Some(None),
        };
        Some(Setting::new(&self.plan, &self.picture, [look(&self.layers[0])?, look(&self.layers[1])?]))
    }

    pub(super) fn states(&self) -> Vec<SlotState> {
        let state = |(at, slot): (usize, &SlotWork)| match &slot.picture {
            Picturing::Done => SlotState::Ready,
            // A file that is being written anew cannot be read before it is whole: that is no failure.
            Picturing::Failed(_) if self.plan.is_arriving(at) => SlotState::Waiting,
            Picturing::Failed(error) => SlotState::Failed(error.clone()),
            Picturing::Running => SlotState::Rendering,
            Picturing::Due if slot.parts.contains(&Part::Reading) => SlotState::Rendering,
            Picturing::Due => SlotState::Waiting,
        };
        self.slots.iter().enumerate().map(state).collect()
    }

    pub(super) fn progress(&self) -> Progress {
        Progress {
            done: self.slots.iter().filter(|slot| slot.counted).count(),
            of: self.slots.len(),
            elapsed: self.finished.unwrap_or_else(|| self.started.elapsed()),
        }
    }
}
