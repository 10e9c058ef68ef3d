//! What the window shows by itself has something to see: a variable without values is passed over. What the user chose
//! stands.

use super::App;
use crate::engine::{self, Selection, SlotState, Subject};

impl App {
    /// From now on what is on screen may be passed over, if nobody chose it.
    pub(super) fn begin_passing(&mut self) {
        let by_itself = self.model().zip(self.run()).and_then(|(model, run)| Selection::of_run(model, run));
        let shown = self.selection.as_ref().map(|selection| &selection.subject);
        let is_automatic = by_itself.is_some_and(|first| shown == Some(&first.subject));
        self.sources.passed = is_automatic.then(Vec::new);
    }

    /// Goes on to all of the data, then to the next variable, where what is on screen has no value; back to the first
    /// where none has any.
    pub(super) fn pass_over_blank(&mut self, now: f64) {
        /// After so many without values nothing more is tried.
        const MOST: usize = 16;
        if self.sources.passed.is_none() || !self.hand.home {
            return;
        }
        let is_asked = self.sent.as_ref().is_some_and(|(selection, picture)| {
            Some(selection) == self.selection.as_ref() && picture.region == self.panes.region
        });
        let ready = is_asked && matches!(self.snapshot.slots.get(self.player.slot), Some(SlotState::Ready));
        let Some(frame) = self.engine.frame(self.player.slot).filter(|_| ready) else { return };
        let Some(mut passed) = self.sources.passed.take().filter(|_| frame.caption.blank) else { return };
        let Some((run, selection)) = self.run().zip(self.selection.clone()) else { return };
        if self.panes.region != super::frames::DATA {
            // There may be values elsewhere.
            self.panes.region = super::frames::DATA.to_owned();
            self.hand.view = None;
            self.sources.passed = Some(passed);
            return;
        }
        passed.push(selection.subject.clone());
        let untried = |subject: &Subject| passed.len() < MOST && !passed.contains(subject);
        let next = engine::subjects(run).into_iter().find(untried);
        let ended = next.is_none();
        let Some(subject) = next.or_else(|| passed.first().cloned()) else { return };
        let level = engine::first_level(run, &subject);
        self.show(Selection { subject, level, ..selection }, now);
        self.fit_region();
        self.sources.passed = (!ended).then_some(passed);
    }
}
