//! What was on screen and went with its files, as when a disk is away for a moment: told, and shown again as it was when
//! they are back.

use std::path::PathBuf;

use super::App;
use super::notices::Notice;
use crate::catalog::{Catalog, SlotTime};
use crate::engine::{Plan, Selection};
use crate::map::View;

/// What was on screen, and how.
#[derive(Clone, Debug)]
pub struct Away {
    pub selection: Selection,
    time: Option<SlotTime>,
    skipped: Vec<SlotTime>,
    playing: bool,
    /// Where the hand has put the view; `None` where it was its region's own.
    view: Option<View>,
    region: String,
    /// The region that was chosen last.
    chosen: String,
}

impl App {
    /// Says that the files of the model on screen are gone, if they are and the hand has not closed them.
    pub(super) fn tell_of_gone(&mut self, catalog: &Catalog) {
        let Some(selection) = &self.selection else { return };
        if catalog.model(&selection.model).is_some_and(|model| !model.runs.is_empty()) {
            return;
        }
        // One that was refused says so itself.
        let told = |path: &PathBuf| catalog.files.iter().any(|report| report.path == *path);
        if let Some(path) = self.file_on_screen().filter(|path| !told(path) && !self.sources.closed.contains(path)) {
            self.notices.add(Notice::Gone(path));
        }
    }

    fn file_on_screen(&self) -> Option<PathBuf> {
        let slot = self.plan.slots.get(self.player.slot)?;
        let recipe = slot.bands.as_ref().or(slot.lines.as_ref())?;
        recipe.ingredients.first().map(|what| what.field.reader.path().to_owned())
    }

    /// The part of the map that is shown, once there is something to show.
    #[must_use]
    pub fn view(&self) -> Option<&View> {
        self.hand.view.as_ref()
    }

    /// What is on screen, before it goes; `None` where the hand has closed it.
    pub(super) fn put_away(&self) -> Option<Away> {
        if self.file_on_screen().is_some_and(|path| self.sources.closed.contains(&path)) {
            return None;
        }
        let time = |slot: usize| self.plan.slots.get(slot).map(|slot| slot.time);
        let stands_in = self.sources.aside.map(|(from, _)| from);
        Some(Away {
            selection: self.selection.clone()?,
            time: stands_in.or_else(|| time(self.player.slot)),
            skipped: self.player.skipped.iter().filter_map(|slot| time(*slot)).collect(),
            playing: self.player.playing,
            view: self.hand.view.clone().filter(|_| !self.hand.home),
            region: self.panes.region.clone(),
            chosen: self.settings.region.clone(),
        })
    }

    /// The choice that was on screen, where its run is there again.
    pub(super) fn is_back(&self, catalog: &Catalog) -> Option<Selection> {
        let selection = &self.sources.away.as_ref()?.selection;
        Plan::new(catalog, selection, self.interval_factor).map(|_| selection.clone())
    }

    /// Goes on where the loop and the view stood; a step that is not back yet is gone to when it is.
    pub(super) fn take_up_again(&mut self, away: Away) {
        let place = |time: &SlotTime| self.plan.slots.iter().position(|slot| slot.time == *time);
        let slot = away.time.as_ref().and_then(place);
        let skipped = away.skipped.iter().filter_map(place).collect();
        let nearest = || Some(self.plan.nearest_to(away.time?.valid?.0));
        if let Some(to) = slot.or_else(nearest) {
            let stands_in = away.time.zip(self.plan.slots.get(to).map(|slot| slot.time));
            self.sources.aside = stands_in.filter(|_| slot.is_none() && !away.playing);
            self.player.go_to(to);
        }
        self.player.skipped = skipped;
        self.player.playing = away.playing;
        if self.settings.region == away.chosen {
            self.panes.region = away.region;
            self.hand.home = away.view.is_none();
            self.hand.view = away.view;
        }
    }
}
