//! What a reel wants done next: the visible step first, then the others in play order.

use super::{Batch, Next, Part, Picturing, Reach, Reel};
use crate::engine::layer::Layer;

impl Reel {
    /// Takes on what is known by now; marks what it gives out as begun.
    pub(in crate::engine) fn next(&mut self, reach: Reach) -> Next {
        if self.survey.begin() {
            return Next::Survey;
        }
        if self.setting_is_impossible() {
            return Next::Rest;
        }
        if self.unpainted(&self.order(), reach) && self.scenery.done().is_none() && self.basemap.begin() {
            return Next::Basemap;
        }
        if self.survey.done().is_none() {
            return Next::Rest;
        }
        for (n, layer) in self.layers.iter_mut().enumerate() {
            if layer.as_mut().is_some_and(Layer::begin_guess) {
                return Next::Guess(n);
            }
        }
        let order = self.order();
        let Some(&visible) = order.first() else { return self.read_for_ranges(&order) };
        if self.paintable(visible) {
            return self.paint(visible);
        }
        let ready = self.setting.is_some() && self.basemap.done().is_some();
        if ready && self.unpainted(&order, reach) && self.scenery.begin() {
            return Next::Prepare;
        }
        if let Some(batch) = self.batch_for(visible, &order, reach) {
            return Next::Read(batch);
        }
        // The visible step first: while its chunks are decoded, the other cores help with them.
        if self.slots.get(visible).is_some_and(|slot| slot.parts.contains(&Part::Reading)) {
            return Next::Rest;
        }
        for (rank, &slot) in order.iter().enumerate().skip(1) {
            if rank < reach.frames && self.paintable(slot) {
                return self.paint(slot);
            }
            if rank < reach.frames
                && let Some(batch) = self.batch_for(slot, &order, reach)
            {
                return Next::Read(batch);
            }
        }
        self.read_for_ranges(&order)
    }

    /// No layer can be drawn.
    fn setting_is_impossible(&self) -> bool {
        self.layers.iter().flatten().all(Layer::is_impossible)
    }

    /// A layer without a colour table needs the range of all its slots, near or far.
    fn read_for_ranges(&mut self, order: &[usize]) -> Next {
        if self.layers.iter().flatten().all(|layer| !layer.wants_range()) {
            return Next::Rest;
        }
        let all = Reach { fields: 0, frames: self.slots.len() };
        let wanted = |slot: &usize| self.layers.iter().flatten().any(|layer| layer.wants_range_of(*slot));
        let slots: Vec<usize> = (0..self.slots.len()).filter(wanted).collect();
        for slot in slots {
            if let Some(batch) = self.batch_for(slot, order, all) {
                return Next::Read(batch);
            }
        }
        Next::Rest
    }

    fn unpainted(&self, order: &[usize], reach: Reach) -> bool {
        let due = |slot: &usize| {
            self.slots.get(*slot).is_some_and(|slot| matches!(slot.picture, Picturing::Due | Picturing::Running))
        };
        order.iter().take(reach.frames).any(due)
    }

    fn paintable(&self, slot: usize) -> bool {
        let Some(slot) = self.slots.get(slot) else { return false };
        matches!(slot.picture, Picturing::Due)
            && self.scenery.done().is_some()
            && slot.parts.iter().all(|part| matches!(part, Part::Absent | Part::Kept | Part::Failed))
    }

    fn paint(&mut self, slot: usize) -> Next {
        if let Some(work) = self.slots.get_mut(slot) {
            work.picture = Picturing::Running;
        }
        Next::Paint(slot)
    }

    /// The unread fields of a slot with those of other slots that lie in the same chunks, marked as begun.
    fn batch_for(&mut self, slot: usize, order: &[usize], reach: Reach) -> Option<Batch> {
        let work = self.slots.get(slot)?;
        let n = (0..2).find(|n| {
            let layer = self.layers[*n].as_ref();
            let due = work.parts[*n] == Part::Due && layer.is_some_and(Layer::may_read);
            due && (matches!(work.picture, Picturing::Due) || layer.is_some_and(|layer| layer.wants_range_of(slot)))
        })?;
        let layer = self.layers[n].as_ref()?;
        let first = layer.batches(slot);
        let whole_run = layer.wants_range();
        let shares = |other: &usize| {
            let work = self.slots.get(*other);
            work.is_some_and(|work| work.parts[n] == Part::Due) && layer.batches(*other) == first
        };
        let mut together = vec![slot];
        let near = |(rank, other): &(usize, &usize)| *rank < reach.fields || layer.wants_range_of(**other);
        let others = order.iter().enumerate().filter(near).map(|(_, other)| *other);
        together.extend(others.filter(|other| *other != slot).filter(shares));
        if whole_run {
            let rest = (0..self.slots.len()).filter(|other| !order.contains(other) && *other != slot);
            let rest = rest.filter(|other| layer.wants_range_of(*other));
            together.extend(rest.filter(shares));
        }
        let wanted = together.iter().flat_map(|slot| layer.wanted(*slot)).collect();
        for slot in together {
            if let Some(work) = self.slots.get_mut(slot) {
                work.parts[n] = Part::Reading;
            }
        }
        Some(Batch { layer: n, wanted })
    }
}
