//! Following the catalogue as it changes: what the hand waits for is shown when it is there, what is on screen stays
//! as it is, and a new run is offered.

use std::path::PathBuf;
use std::sync::Arc;

use super::App;
use super::notices::Notice;
use crate::catalog::{Catalog, Model, Run};
use crate::engine::{self, Look, Plan, Selection};
use crate::time::ReferenceTime;

/// A run whose headers are being read, to be shown when they are there.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Id of the model.
    pub model: String,
    /// `None` for its newest, whichever that will be.
    pub run: Option<Option<ReferenceTime>>,
    /// The hand has chosen it; else it is to be shown because there is nothing better.
    pub by_hand: bool,
    /// When nobody waits for it any more, on the window's clock.
    pub until: f64,
}

/// A new run of the model on screen, or the first one of a model that the hand has added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Id of the model.
    pub model: String,
    pub run: Option<ReferenceTime>,
}

impl App {
    pub(super) fn take_catalog(&mut self, before: &Catalog, catalog: &Catalog, now: f64) {
        self.tell_of(catalog);
        self.follow_name(before, catalog);
        let by_hand = self.sources.wanted.as_ref().is_some_and(|wanted| wanted.by_hand);
        let arrived = self.arrived(catalog, now);
        let asked = !self.sources.asked.is_empty() && !self.sources.answered;
        let fresh = match (asked, self.sources.again) {
            (true, true) => self.again(catalog),
            (true, false) => self.newly_opened(before, catalog),
            (false, _) => None,
        };
        self.sources.answered |= fresh.is_some();
        let still = self.selection.clone().filter(|s| Plan::new(catalog, s, 1.0).is_some());
        if arrived.is_none() && fresh.is_none() && !asked {
            self.look_for_new_run(before, catalog);
        }
        if still.is_none() {
            self.tell_of_gone(before, catalog);
        }
        let waits = asked || self.sources.wanted.as_ref().is_some_and(|wanted| wanted.by_hand);
        let back = if still.is_some() && !waits { self.is_back(catalog) } else { None };
        let by_hand = fresh.is_some() || (by_hand && arrived.is_some());
        if let Some(next) = arrived.or(fresh).or(back) {
            self.show_anew(next, now);
            if by_hand {
                self.sources.away.clear();
            }
        } else if let Some(same) = &still {
            self.carry_on(same, now);
        } else if let Some(first) = if self.sources.again { None } else { self.first_choice(catalog) } {
            self.put_away();
            self.show_anew(first, now);
        } else {
            self.forget_selection(now);
        }
        self.complete_run();
        self.look_at_added(catalog);
        let taken = |offer: &Offer| {
            let gone = catalog.model(&offer.model).is_none_or(|model| model.run(offer.run).is_none());
            gone || self.selection.as_ref().is_some_and(|s| s.model == offer.model && s.run >= offer.run)
        };
        if self.sources.offer.as_ref().is_some_and(taken) {
            self.sources.offer = None;
        }
    }

    /// Has the rest of the run on screen read, each file once: one of it may have been opened alone, and its folder
    /// afterwards.
    pub(super) fn complete_run(&mut self) {
        let Some(selection) = &self.selection else { return };
        let key = (selection.model.clone(), selection.run);
        self.sources.last_model = Some(key.0.clone());
        self.sources.last_runs.insert(key.0.clone(), key.1);
        let run = self.snapshot.catalog.model(&key.0).and_then(|model| model.run(key.1));
        let Some(unread) = run.map(|run| &run.unread).filter(|unread| !unread.is_empty()) else { return };
        // To a loop of analyses files may come at any time.
        let is_known = unread.iter().all(|path| self.sources.requested.contains(path));
        if !is_known || self.sources.completed.as_ref() != Some(&key) {
            self.sources.requested = unread.iter().cloned().collect();
            self.engine.read_run(&key.0, key.1);
            self.sources.completed = Some(key);
        }
    }

    fn tell_of(&mut self, catalog: &Catalog) {
        for report in &catalog.files {
            let told: &[_] = match &report.outcome {
                Err(error) => std::slice::from_ref(error),
                Ok(notes) => notes,
            };
            // What was mended since needs no reading any more.
            self.notices.retain_of(&report.path, told);
            told.iter().for_each(|error| self.notices.add(Notice::Source(error.clone())));
        }
        for note in &catalog.notes {
            self.notices.add(Notice::Catalog(note.clone()));
        }
        self.notices.follow(catalog);
    }

    /// Another choice, or the same that may mean other fields now. What comes back is shown as it was.
    fn show_anew(&mut self, selection: Selection, now: f64) {
        if self.sources.away.iter().any(|away| away.selection.model == selection.model) {
            self.notices.withdraw_where(|notice| matches!(notice, Notice::Gone(_)));
        }
        let away = self.take_back(&selection);
        // What was shown meanwhile plays, or was stopped by the hand.
        let playing = self.selection.is_some().then_some(self.player.playing);
        let as_it_was = away.as_ref().map(|away| away.selection.clone());
        let as_it_was = as_it_was.filter(|next| Plan::new(self.catalog(), next, self.interval_factor).is_some());
        self.selection = None;
        self.sent = None;
        // What the hand waits for may still come.
        let is_new = as_it_was.is_none();
        self.show(as_it_was.unwrap_or(selection), now);
        if is_new {
            self.begin_passing();
        }
        if let Some(away) = away {
            self.take_up_again(away, playing);
        }
    }

    /// The same choice over a catalogue that has changed: playhead, loop and finished pictures stay as they are, and
    /// only what is new is asked for.
    fn carry_on(&mut self, selection: &Selection, now: f64) {
        let Some(plan) = Plan::new(self.catalog(), selection, self.interval_factor) else { return };
        let old = std::mem::replace(&mut self.plan, Arc::new(plan));
        let plan = self.plan.clone();
        if plan.shows_the_same(&old) && plan.arriving == old.arriving {
            return;
        }
        let place = |slot: usize| {
            let time = old.slots.get(slot)?.time;
            plan.slots.iter().position(|slot| slot.time == time)
        };
        let same = |slot: usize| {
            let (was, at) = (old.slots.get(slot)?, place(slot)?);
            let is = plan.slots.get(at)?;
            (was.bands == is.bands && was.lines == is.lines).then_some(at)
        };
        // Colours over the range of all steps may be others now.
        let over_range = plan.bands.as_ref().is_some_and(|layer| layer.look == Look::BandsOverRange);
        if over_range || old.grid() != plan.grid() {
            self.shelf.clear(self.player.slot, now);
        } else {
            // What was written anew keeps its old picture until it has another.
            self.shelf.move_to(place, |slot| same(slot).is_some());
        }
        let slot = self.slot_after(&old, &plan, place(self.player.slot));
        self.player.change(plan.slots.len(), slot, place);
        self.sent = None;
        self.panes.series_asked = None;
        if old.grid() != plan.grid() {
            self.fit_region();
        }
    }

    /// Where the playhead goes when the steps change: it stays, steps aside to the nearest where its own step is gone,
    /// and goes back when that is there again and nobody has moved it meanwhile.
    fn slot_after(&mut self, old: &Plan, plan: &Plan, stays: Option<usize>) -> usize {
        let time = |plan: &Plan, slot: usize| plan.slots.get(slot).map(|slot| slot.time);
        let on = time(old, self.player.slot);
        self.sources.aside = self.sources.aside.filter(|(_, to)| on == Some(*to));
        if let Some((from, _)) = self.sources.aside
            && let Some(back) = plan.slots.iter().position(|slot| slot.time == from)
        {
            self.sources.aside = None;
            return back;
        }
        if let Some(stays) = stays {
            return stays;
        }
        let valid = on.and_then(|time| time.valid);
        let nearest = valid.map_or(0, |valid| plan.nearest_to(valid.0));
        // From a step that stands in for another it goes on standing in for that.
        let from = self.sources.aside.map(|(from, _)| from).or(on);
        self.sources.aside = from.zip(time(plan, nearest)).filter(|_| !self.player.playing);
        nearest
    }

    /// What the hand waits for, if it is there.
    fn arrived(&mut self, catalog: &Catalog, now: f64) -> Option<Selection> {
        if self.sources.wanted.as_ref().is_some_and(|wanted| now > wanted.until) {
            self.sources.wanted = None;
        }
        let Wanted { model, run, by_hand, .. } = self.sources.wanted.clone()?;
        let model = catalog.model(&model)?;
        let found = match run {
            Some(run) => model.run(run).filter(|run| run.is_read()),
            None => model.runs.first(),
        };
        // Files of unknown run stand in another one, once they are read.
        let found = found.or_else(|| model.runs.iter().find(|other| run == Some(None) && other.is_read()))?;
        if !found.is_read() {
            self.want(&model.id, found.reference, by_hand);
            return None;
        }
        let next = self.selection_in(model, found)?;
        self.sources.wanted = None;
        Some(next)
    }

    /// Has the headers of a run read; what is on screen stays there until they are.
    pub(super) fn want(&mut self, model: &str, run: Option<ReferenceTime>, by_hand: bool) {
        let wanted = Wanted { model: model.to_owned(), run: Some(run), by_hand, until: f64::INFINITY };
        self.sources.wanted = Some(wanted);
        self.engine.read_run(model, run);
    }

    /// The same where the hand waits for nothing itself; otherwise the run is shown only until that comes.
    pub(super) fn want_meanwhile(&mut self, model: &str, run: Option<ReferenceTime>) {
        match &self.sources.wanted {
            Some(wanted) if wanted.model != model || wanted.run != Some(run) => self.engine.read_run(model, run),
            Some(wanted) => self.want(model, run, wanted.by_hand),
            None => self.want(model, run, false),
        }
    }

    /// Nothing more is being read: what was waited for will not come.
    pub(super) fn give_up_waiting(&mut self) {
        let newest = |wanted: &Wanted| wanted.run.is_none();
        if !self.sources.wanted.as_ref().is_some_and(newest) {
            self.sources.wanted = None;
        }
    }

    /// The first run that can be shown now and could not before.
    fn newly_opened(&self, before: &Catalog, catalog: &Catalog) -> Option<Selection> {
        let known = |model: &Model, run: &Run| {
            before.model(&model.id).and_then(|m| m.run(run.reference)).is_some_and(Run::is_read)
        };
        let sample = self.sources.sample.is_some() && !before.is_empty();
        let runs = || catalog.models.iter().flat_map(|model| model.runs.iter().map(move |run| (model, run)));
        let fresh = || {
            runs().filter(|(model, run)| {
                run.is_read() && !known(model, run) && (!sample || before.model(&model.id).is_none_or(|m| !has_read(m)))
            })
        };
        let (model, run) = fresh().min_by_key(|(_, run)| engine::precedence(run))?;
        self.choice_of_run(model, run)
    }

    pub(super) fn first_choice(&mut self, catalog: &Catalog) -> Option<Selection> {
        let runs = || catalog.models.iter().flat_map(|model| model.runs.iter().map(move |run| (model, run)));
        let readable = |of: Option<&str>| {
            let read = runs().filter(|(model, run)| run.is_read() && of.is_none_or(|of| of == model.id));
            read.min_by_key(|(_, run)| engine::precedence(run))
        };
        let last = self.sources.last_model.clone();
        let Some(last) = last else {
            let first = readable(None).and_then(|(model, run)| self.choice_of_run(model, run));
            // Into a folder that was empty the names of a run have come.
            let awaited = |path: &PathBuf| self.sources.awaited.iter().any(|awaited| path.starts_with(awaited));
            let named = runs().find(|(_, run)| run.unread.iter().any(awaited)).filter(|_| first.is_none());
            if let Some((model, run)) = named {
                self.want_meanwhile(&model.id, run.reference);
            }
            return first;
        };
        // What was on screen is there again.
        if let Some(back) = self.is_back(catalog) {
            return Some(back);
        }
        if let Some((model, run)) = self.is_back_by_name(catalog) {
            self.want_meanwhile(&model, run);
            return None;
        }
        // What was on screen is gone, or came back as another run: first others of its model, also such as are known by
        // their names so far.
        if let Some((model, run)) = readable(Some(&last)) {
            return self.choice_of_run(model, run);
        }
        if let Some((model, run)) = runs().find(|(model, _)| model.id == last) {
            self.want_meanwhile(&model.id, run.reference);
            return None;
        }
        if let Some((model, run)) = readable(None) {
            return self.choice_of_run(model, run);
        }
        if let Some((model, run)) = runs().next() {
            self.want_meanwhile(&model.id, run.reference);
        }
        None
    }

    /// A run that is later than all there were is offered, and its headers are read so that it is there at once.
    fn look_for_new_run(&mut self, before: &Catalog, catalog: &Catalog) {
        let Some(model) = self.selection.as_ref().and_then(|s| catalog.model(&s.model)) else { return };
        let latest = |model: &Model| model.runs.iter().filter_map(|run| run.reference).max();
        let (Some(known), Some(run)) = (before.model(&model.id).and_then(latest), latest(model)) else { return };
        if run > known {
            self.sources.offer = Some(Offer { model: model.id.clone(), run: Some(run) });
            self.engine.read_run(&model.id, Some(run));
        }
    }

    pub(super) fn take_offer(&mut self, now: f64) {
        if let Some(Offer { model, run }) = self.sources.offer.take() {
            self.choose_model_run(&model, run, now);
        }
    }

    /// The newest run of the model on screen.
    pub(super) fn choose_newest_run(&mut self, now: f64) {
        let of_this = self.wanted_model().map(|model| model.id.clone());
        self.sources.offer.take_if(|offer| Some(&offer.model) == of_this.as_ref());
        let newest = self.model().and_then(|model| model.runs.iter().filter_map(|run| run.reference).max());
        if newest.is_some() {
            self.choose_run(newest, now);
        }
    }

    /// At the start without a file: the newest run of the first model that has one, else the bundled sample.
    pub(super) fn begin_by_itself(&mut self, since: f64, now: f64) {
        /// Longer than this nobody waits for a folder of models, which may lie on a disk that hangs.
        const PATIENCE: f64 = 1.5;
        let since = if since.is_nan() { now } else { since };
        self.sources.begins = Some(since);
        if !self.snapshot.models_listed && now - since < PATIENCE {
            return;
        }
        self.sources.begins = None;
        let last = self.settings.last.model.as_deref().and_then(|id| self.catalog().model(id));
        let mut models = last.into_iter().chain(&self.catalog().models);
        let first = models.find(|model| !model.runs.is_empty());
        match first.map(|model| model.id.clone()) {
            Some(id) => self.choose_model(&id, now),
            None => self.errands.lay_out_sample(),
        }
    }
}

fn has_read(model: &Model) -> bool {
    model.runs.iter().any(Run::is_read)
}
