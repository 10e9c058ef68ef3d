//! What became of a reel's slots: painted, failed, to be made again.

use std::sync::Arc;

use super::{Part, Picturing, Reel};
use crate::source::SourceError;

impl Reel {
    pub(in crate::engine) fn painted(&mut self, slot: usize) {
        self.conclude(slot, Picturing::Done);
    }

    /// A layer of a slot cannot be read. The slot fails where it has nothing else to show; what is being written anew
    /// is not shown in part.
    pub(in crate::engine) fn layer_failed(&mut self, slot: usize, layer: usize, error: SourceError) {
        self.set_part(slot, layer, Part::Failed);
        let other = self.part(slot, 1 - layer.min(1));
        let shows = matches!(other, Some(Part::Due | Part::Reading | Part::Kept)) && !self.plan.is_arriving(slot);
        if shows {
            self.unreadable.insert((slot, layer), error);
        } else {
            let first = self.unreadable.remove(&(slot, 1 - layer.min(1)));
            self.failed(slot, Arc::new(first.unwrap_or(error)));
        }
    }

    /// Why a painted slot lacks a layer.
    pub(in crate::engine) fn take_unreadable(&mut self, slot: usize) -> Option<(usize, SourceError)> {
        (0..2).find_map(|layer| Some((layer, self.unreadable.remove(&(slot, layer))?)))
    }

    pub(in crate::engine) fn failed(&mut self, slot: usize, error: Arc<SourceError>) {
        let ranged = [0, 1].map(|n| self.layers[n].as_ref().is_some_and(|layer| layer.wants_range_of(slot)));
        if let Some(work) = self.slots.get_mut(slot) {
            // Its other layer is not read any more, except where the range of all its slots is sought.
            for (part, ranged) in work.parts.iter_mut().zip(ranged) {
                if *part == Part::Due && !ranged {
                    *part = Part::Failed;
                }
            }
        }
        if !self.is_finished(slot) {
            if self.handed_on && self.expected().any(|expected| expected == slot) {
                self.untold.push((slot, error.clone()));
            }
            self.conclude(slot, Picturing::Failed(error));
        }
    }

    /// For a taker, which tells each one done by [`Reel::failure_told`].
    pub(in crate::engine) fn take_failures(&mut self) -> Vec<(usize, Arc<SourceError>)> {
        self.telling += self.untold.len();
        std::mem::take(&mut self.untold)
    }

    pub(in crate::engine) fn failure_told(&mut self) {
        self.telling = self.telling.saturating_sub(1);
    }

    pub(in crate::engine) fn failures_are_told(&self) -> bool {
        self.untold.is_empty() && self.telling == 0
    }

    fn conclude(&mut self, slot: usize, picture: Picturing) {
        if let Some(work) = self.slots.get_mut(slot) {
            work.picture = picture;
            work.counted = true;
        }
        if self.finished.is_none() && self.expected().all(|slot| self.slots[slot].counted) {
            self.finished = Some(self.started.elapsed());
        }
    }

    /// A frame had to go, or a field that it needs: it is made again when its turn comes.
    pub(in crate::engine) fn undo(&mut self, slot: usize) {
        if let Some(work) = self.slots.get_mut(slot)
            && !matches!(work.picture, Picturing::Failed(_))
        {
            work.picture = Picturing::Due;
        }
    }

    /// What all frames need cannot be made: no slot waits for it any longer.
    pub(in crate::engine) fn break_off(&mut self, error: impl Fn(&Self, usize) -> SourceError) {
        self.broken = true;
        for slot in 0..self.slots.len() {
            self.failed(slot, Arc::new(error(self, slot)));
        }
    }
}
