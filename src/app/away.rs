//! What was on screen and went with its files, as when a disk is away for a moment: told, and shown again as it was when
//! they are back.

use std::path::PathBuf;

use super::App;
use super::notices::Notice;
use crate::catalog::{Catalog, Model, SlotTime};
use crate::engine::{Plan, Selection};
use crate::map::View;
use crate::time::ReferenceTime;

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
    pub(super) fn tell_of_gone(&mut self, before: &Catalog, catalog: &Catalog) {
        let Some(selection) = &self.selection else { return };
        if catalog.model(&selection.model).is_some_and(|model| !model.runs.is_empty()) {
            return;
        }
        // Whoever takes a model out of the list knows that it goes.
        let listed = |catalog: &Catalog| catalog.model(&selection.model).is_some_and(|model| model.listed);
        if listed(before) && !listed(catalog) {
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

    /// Keeps what is on screen in mind before it goes, but not what the hand has closed.
    pub(super) fn put_away(&mut self) {
        /// More models than this do not go one after the other.
        const MOST: usize = 16;
        let closed = self.file_on_screen().is_some_and(|path| self.sources.closed.contains(&path));
        let Some(selection) = self.selection.clone().filter(|_| !closed && self.sources.away.len() < MOST) else {
            return;
        };
        let time = |slot: usize| self.plan.slots.get(slot).map(|slot| slot.time);
        let stands_in = self.sources.aside.map(|(from, _)| from);
        self.sources.away.push(Away {
            selection,
            time: stands_in.or_else(|| time(self.player.slot)),
            skipped: self.player.skipped.iter().filter_map(|slot| time(*slot)).collect(),
            playing: self.player.playing,
            view: self.hand.view.clone().filter(|_| !self.hand.home),
            region: self.panes.region.clone(),
            chosen: self.settings.region.clone(),
        });
    }

    /// The choice that was on screen, where its run is there again: of several the one that the hand has chosen.
    pub(super) fn is_back(&self, catalog: &Catalog) -> Option<Selection> {
        let mut away = self.sources.away.iter().map(|away| &away.selection);
        away.find(|selection| Plan::new(catalog, selection, self.interval_factor).is_some()).cloned()
    }

    /// The same for a run whose names are there, and whose headers are to be read.
    pub(super) fn is_back_by_name(&self, catalog: &Catalog) -> Option<(String, Option<ReferenceTime>)> {
        let mut away = self.sources.away.iter().map(|away| (away.selection.model.clone(), away.selection.run));
        away.find(|(model, run)| {
            catalog.model(model).and_then(|model| model.run(*run)).is_some_and(|run| !run.unread.is_empty())
        })
    }

    /// How a run was on screen that is shown again; what was shown in its place is kept in mind no longer.
    pub(super) fn take_back(&mut self, selection: &Selection) -> Option<Away> {
        let same = |away: &Away| away.selection.model == selection.model && away.selection.run == selection.run;
        let at = self.sources.away.iter().position(same)?;
        self.sources.away.drain(at..).next()
    }

    /// The model on screen is called otherwise by now, as in a list that was written anew: what is on screen stays.
    pub(super) fn follow_name(&mut self, before: &Catalog, catalog: &Catalog) {
        let Some(selection) = self.selection.clone().filter(|s| catalog.model(&s.model).is_none()) else { return };
        let Some(path) = self.file_on_screen() else { return };
        // Several models may have the file: the name that is new is the one's that has gone.
        let (known, new): (Vec<&Model>, Vec<&Model>) =
            catalog.models.iter().partition(|model| before.model(&model.id).is_some());
        let renamed = new.into_iter().chain(known).find_map(|model| {
            let next = Selection { model: model.id.clone(), ..selection.clone() };
            let plan = Plan::new(catalog, &next, self.interval_factor)?;
            let recipes = plan.slots.iter().flat_map(|slot| [&slot.bands, &slot.lines]).flatten();
            let mut files = recipes.flat_map(|recipe| &recipe.ingredients).map(|what| what.field.reader.path());
            files.any(|file| file == path).then_some(next)
        });
        if let Some(next) = renamed {
            self.sources.last_model = Some(next.model.clone());
            self.selection = Some(next);
        }
    }

    /// Goes on where the loop and the view stood; a step that is not back yet is gone to when it is. `playing` where
    /// something else was on screen meanwhile.
    pub(super) fn take_up_again(&mut self, away: Away, playing: Option<bool>) {
        let place = |time: &SlotTime| self.plan.slots.iter().position(|slot| slot.time == *time);
        let slot = away.time.as_ref().and_then(place);
        let skipped = away.skipped.iter().filter_map(place).collect();
        let nearest = || Some(self.plan.nearest_to(away.time?.valid?.0));
        let playing = playing.unwrap_or(away.playing);
        if let Some(to) = slot.or_else(nearest) {
            let stands_in = away.time.zip(self.plan.slots.get(to).map(|slot| slot.time));
            self.sources.aside = stands_in.filter(|_| slot.is_none() && !playing);
            self.player.go_to(to);
        }
        self.player.skipped = skipped;
        self.player.playing = playing;
        if self.settings.region == away.chosen {
            self.panes.region = away.region;
            self.hand.home = away.view.is_none();
            self.hand.view = away.view;
        }
    }
}
