//! What pictures lack, told once.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::reel::Part;
use super::snapshot::EngineNote;
use super::state::State;
use crate::grid::Geometry;
use crate::source::{Detail, Refusal, SourceError};

/// What was found and what to do where a grid makes no picture; for one whose file keeps its places to itself.
const NOT_DRAWN: (&str, &str) = ("refusal.not_drawn", "advice.not_drawn");
const NOT_PLACED: (&str, &str) = ("refusal.not_placed", "advice.not_drawn");

impl State {
    /// Adds what was not said before.
    pub(super) fn note(&mut self, notes: impl IntoIterator<Item = EngineNote>) {
        for note in notes {
            if !self.notes.iter().any(|known| known.says_the_same(&note)) {
                self.notes.push(note);
            }
        }
    }

    /// Takes back what was said of files that are others now, or gone: what holds still will be said again.
    pub(super) fn unsay(&mut self, files: &[PathBuf]) {
        for file in files {
            self.notes.retain(|note| !note.is_of(file));
            self.doubles.forget(file);
        }
    }

    /// A layer that is not drawn needs no fields. Where its grid can never be drawn that is said once, and slots that
    /// have nothing else fail.
    pub(super) fn leave_out(&mut self, id: u64, layer: usize) {
        let Some(reel) = self.reel(id) else { return };
        let Some(work) = reel.layers[layer].as_ref() else { return };
        let (parameter, impossible) = (work.plan.parameter.clone(), work.is_impossible());
        let placed = work.plan.grid.geometry != Geometry::Unplaced;
        let other = 1 - layer;
        let other_possible = reel.layers[other].as_ref().is_some_and(|layer| !layer.is_impossible());
        let mut note = None;
        for slot in 0..reel.len() {
            let Some(key) = reel.field_key(slot, layer).cloned() else { continue };
            reel.set_part(slot, layer, Part::Absent);
            let Some(path) = key.0.ingredients.first().map(|what| what.field.reader.path().to_owned()) else {
                continue;
            };
            if impossible && !(other_possible && reel.field_key(slot, other).is_some()) {
                let words = if placed { &NOT_DRAWN } else { &NOT_PLACED };
                let error = SourceError::new(&path, Refusal::Unsupported, "").saying(words);
                reel.failed(slot, Arc::new(error.in_part(parameter.name.en.clone())));
            }
            note.get_or_insert(EngineNote::NotDrawn { path, parameter: parameter.name.clone(), placed });
        }
        // Where nothing else is drawn the frame itself says so.
        self.note(note.filter(|_| impossible && other_possible));
    }

    /// A slot has its frame; what that lacks is told, once for each file and layer.
    pub(super) fn painted(&mut self, id: u64, slot: usize) {
        let Some(reel) = self.reel(id) else { return };
        reel.painted(slot);
        let Some((layer, error)) = reel.take_unreadable(slot) else { return };
        // Where somebody looks after the files, it will be read anew, or be gone.
        let renewed = error.detail == Detail::of("detail.changed") || error.refusal == Refusal::NotFound;
        if self.opening.patience > Duration::ZERO && renewed {
            return;
        }
        let Some(reel) = self.reel(id) else { return };
        let Some(layer) = reel.layers[layer].as_ref().map(|layer| layer.plan.parameter.name.clone()) else { return };
        self.note([EngineNote::LayerUnreadable { error, layer }]);
    }
}
