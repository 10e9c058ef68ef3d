//! Choosing: model, run, product or variable, level, region; and what is open at all.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::away::Away;
use super::following::{Offer, Wanted};
use super::notices::Notice;
use super::{App, clock};
use crate::catalog::{Catalog, Model, Run, SlotTime};
use crate::engine::{self, EngineNote, Plan, Selection, Subject};
use crate::field::{Level, LevelKind};
use crate::map;
use crate::time::{Moment, ReferenceTime};

/// What was opened, and what has been said of it.
#[derive(Default)]
pub struct Sources {
    /// Being opened by the hand: what they bring is shown when it is there.
    pub asked: Vec<PathBuf>,
    /// Something of what is being opened is on screen already.
    pub answered: bool,
    /// The bundled sample, while it is open.
    pub sample: Option<PathBuf>,
    /// The window came up without a file, and shows what there is: since when, on its clock.
    pub begins: Option<f64>,
    pub wanted: Option<Wanted>,
    pub offer: Option<Offer>,
    /// The model that was on screen last, though all its files may be gone for now.
    pub last_model: Option<String>,
    /// The run that was on screen last, of each model.
    pub last_runs: HashMap<String, Option<ReferenceTime>>,
    /// Models that the hand has added and that had no run yet.
    pub added: Vec<String>,
    /// The run whose files were all asked for, though some of them are known by name only.
    pub completed: Option<(String, Option<ReferenceTime>)>,
    /// Files that were asked for with it.
    pub requested: HashSet<PathBuf>,
    /// Paths that the hand named and that had nothing to show.
    pub awaited: Vec<PathBuf>,
    /// The time on screen that went with its file, and the one that the playhead stepped aside to.
    pub aside: Option<(SlotTime, SlotTime)>,
    /// What was on screen and is gone for now; what was shown by itself instead and is gone as well comes later.
    pub away: Vec<Away>,
    /// What was on screen last time is being opened.
    pub again: bool,
    /// What was shown by itself and passed over since, having no values; `None` where the user chose what is shown.
    pub passed: Option<Vec<Subject>>,
    /// Files that the hand has closed.
    pub closed: BTreeSet<PathBuf>,
    /// The catalogue as last looked at.
    catalog: Arc<Catalog>,
    /// The engine's notes as last looked at.
    engine_notes: Vec<EngineNote>,
}

impl App {
    /// Opens paths that the user named. What they hold is shown as soon as it is known.
    pub fn open(&mut self, paths: Vec<PathBuf>) {
        if paths.is_empty() {
            return;
        }
        self.sources.asked.extend(paths.iter().cloned());
        (self.sources.wanted, self.sources.offer) = (None, None);
        self.sources.closed.retain(|closed| !paths.iter().any(|path| closed.starts_with(path)));
        self.engine.open(paths);
    }

    /// Paths that the engine was given before there was a window.
    pub(super) fn opened_at_start(&mut self, paths: Vec<PathBuf>) {
        self.sources.asked = paths;
    }

    /// Forgets a file.
    pub fn close(&mut self, path: &Path) {
        if self.sources.sample.as_deref() == Some(path) {
            self.sources.sample = None;
            self.notices.withdraw(&Notice::Sample);
        }
        self.sources.closed.insert(path.to_owned());
        self.settings.last.paths.retain(|open| open != path);
        self.engine.close(path);
    }

    /// Takes in what the engine has to say since the last display frame.
    pub(super) fn look_at_engine(&mut self, now: f64) {
        self.snapshot = self.engine.snapshot();
        self.tell_of_engine();
        let catalog = self.snapshot.catalog.clone();
        let fresh = !Arc::ptr_eq(&catalog, &self.sources.catalog);
        if fresh {
            let before = std::mem::replace(&mut self.sources.catalog, catalog.clone());
            self.take_catalog(&before, &catalog, now);
        }
        if self.snapshot.opening.is_none() {
            if !self.sources.asked.is_empty() {
                self.finish_opening();
                self.finish_again(&catalog, now);
            }
            // What a new catalogue makes wanted is being read from now on only.
            if !fresh {
                self.give_up_waiting();
            }
        }
        if let Some(since) = self.sources.begins {
            self.begin_by_itself(since, now);
        }
    }

    /// Adds what the engine has noted since, and takes back what it says no longer.
    fn tell_of_engine(&mut self) {
        if self.snapshot.notes == self.sources.engine_notes {
            return;
        }
        let before = std::mem::replace(&mut self.sources.engine_notes, self.snapshot.notes.clone());
        let notes = &self.sources.engine_notes;
        self.notices.withdraw_where(|notice| match notice {
            Notice::Engine(note) => before.contains(note) && !notes.contains(note),
            _ => false,
        });
        for note in notes.iter().filter(|note| !before.contains(note)) {
            self.notices.add(Notice::Engine(note.clone()));
        }
    }

    /// What is shown first of a run: what was chosen last where the run has it.
    pub(super) fn choice_of_run(&self, model: &Model, run: &Run) -> Option<Selection> {
        let mut selection = Selection::of_run(model, run)?;
        let subjects = engine::subjects(run);
        let wanted = self.selection.as_ref().map(|s| s.subject.clone());
        let last = self.settings.last.variable.clone().map(Subject::Variable).filter(|last| subjects.contains(last));
        let product = || self.settings.product.clone().map(Subject::Product);
        let kept = wanted.or(last).or_else(product);
        if let Some(subject) = kept.filter(|subject| subjects.contains(subject)) {
            selection.level = engine::first_level(run, &subject);
            selection.subject = subject;
        }
        let levels = engine::levels(run, &selection.subject);
        let last = self.settings.pressure.map(Level::hpa);
        if let Some(level) = last.filter(|level| levels.contains(&Some(*level))) {
            selection.level = Some(level);
        }
        // What is shown first after a restart is on the level that was on screen.
        let written = self.settings.last.level.as_ref().filter(|_| self.selection.is_none());
        let as_written = levels.iter().flatten().find(|level| Some(&level.to_string()) == written);
        if let Some(level) = as_written {
            selection.level = Some(*level);
        }
        Some(selection)
    }

    fn finish_opening(&mut self) {
        let asked = std::mem::take(&mut self.sources.asked);
        self.sources.answered = false;
        let catalog = self.sources.catalog.clone();
        for path in &asked {
            if !catalog.files.iter().any(|report| report.path.starts_with(path)) {
                self.notices.add(Notice::NothingIn(path.clone()));
            }
        }
        // Those that were named first are the first of the recent ones; what could not be opened is none of them.
        for path in asked.iter().rev() {
            self.sources.awaited.retain(|awaited| awaited != path);
            if catalog.has_below(path) {
                self.settings.remember(path);
                if !self.settings.last.paths.contains(path) && self.sources.sample.as_ref() != Some(path) {
                    self.settings.last.paths.push(path.clone());
                }
            } else {
                self.settings.forget(path);
                self.settings.last.paths.retain(|open| open != path);
                self.sources.awaited.push(path.clone());
            }
        }
        let opened =
            catalog.files.iter().any(|r| r.outcome.is_ok() && asked.iter().any(|path| r.path.starts_with(path)));
        // The sample has served its purpose once there is something real to see.
        let sample = self.sources.sample.clone().filter(|sample| !asked.contains(sample));
        if let Some(sample) = sample.filter(|_| opened) {
            self.close(&sample);
        }
    }

    pub(super) fn forget_selection(&mut self, now: f64) {
        self.shelf.clear(self.player.slot, now);
        self.put_away();
        self.selection = None;
        self.plan = Arc::default();
        self.sent = None;
        self.hand.view = None;
        self.player.playing = false;
        self.player.load(0, 0);
    }

    /// The hand chose what is to be shown: it waits for nothing else any more, and nothing else comes back.
    pub(super) fn select(&mut self, selection: Selection, now: f64) {
        self.sources.wanted = None;
        self.sources.passed = None;
        self.sources.away.clear();
        self.remember_choice(&selection);
        self.show(selection, now);
    }

    /// Shows another selection, at the same valid time where it has that.
    pub(super) fn show(&mut self, selection: Selection, now: f64) {
        if self.selection.as_ref() == Some(&selection) {
            return;
        }
        let Some(plan) = Plan::new(&self.sources.catalog, &selection, self.interval_factor) else { return };
        self.sources.aside = None;
        let times = |plan: &Plan| plan.slots.iter().map(|slot| slot.time).collect::<Vec<_>>();
        let (old, new) = (times(&self.plan), times(&plan));
        let first = self.plan.slots.is_empty();
        let grid_before = self.plan.grid().cloned();
        if old != new {
            let valid = old.get(self.player.slot).and_then(|time| time.valid);
            let same = valid.and_then(|valid| new.iter().position(|time| time.valid == Some(valid)));
            let slot = same.unwrap_or_else(|| plan.slot_of(Moment::now()));
            self.player.load(plan.slots.len(), slot);
        }
        if first {
            self.player.playing = self.player.playing || self.sources.sample.is_some();
        }
        self.shelf.clear(self.player.slot, now);
        self.plan = Arc::new(plan);
        self.selection = Some(selection);
        let same_grid = matches!((&grid_before, self.plan.grid()), (Some(a), Some(b)) if Arc::ptr_eq(a, b) || a == b);
        if !same_grid {
            self.fit_region();
        }
        self.panes.series_asked = None;
    }

    fn remember_choice(&mut self, selection: &Selection) {
        if let Subject::Product(id) = &selection.subject {
            self.settings.product = Some(id.clone());
        }
        if let Some(level) = selection.level.filter(|level| level.kind == LevelKind::Pressure) {
            self.settings.pressure = Some(level.value);
        }
    }

    pub(super) fn model(&self) -> Option<&Model> {
        self.sources.catalog.model(&self.selection.as_ref()?.model)
    }

    pub(super) fn run(&self) -> Option<&Run> {
        self.model()?.run(self.selection.as_ref()?.run)
    }

    pub(super) fn catalog(&self) -> &Arc<Catalog> {
        &self.sources.catalog
    }

    pub(super) fn levels(&self) -> Vec<Option<Level>> {
        match (self.run(), &self.selection) {
            (Some(run), Some(selection)) => engine::levels(run, &selection.subject),
            _ => Vec::new(),
        }
    }

    pub(super) fn choose_level(&mut self, level: Option<Level>, now: f64) {
        if let Some(selection) = self.selection.clone() {
            self.select(Selection { level, ..selection }, now);
        }
    }

    /// The next level up (−1) or down (1) in the atmosphere; at the ends nothing happens.
    pub(super) fn step_level(&mut self, by: isize, now: f64) {
        let levels = self.levels();
        let chosen = self.selection.as_ref().map(|s| s.level);
        let at = levels.iter().position(|level| Some(*level) == chosen);
        let next = at.and_then(|at| at.checked_add_signed(by)).and_then(|at| levels.get(at).copied());
        if let Some(level) = next {
            self.choose_level(level, now);
        }
    }

    pub(super) fn choose_run(&mut self, reference: Option<ReferenceTime>, now: f64) {
        let model = self.wanted_model().map(|model| model.id.clone());
        if let Some(id) = model {
            self.choose_model_run(&id, reference, now);
        }
    }

    /// Shows a run: at once, or when its headers are read.
    pub(super) fn choose_model_run(&mut self, id: &str, reference: Option<ReferenceTime>, now: f64) {
        let catalog = self.sources.catalog.clone();
        let Some((model, run)) = catalog.model(id).and_then(|model| Some((model, model.run(reference)?))) else {
            return;
        };
        if !run.is_read() {
            self.want(id, reference, true);
        } else if let Some(next) = self.selection_in(model, run) {
            self.select(next, now);
            self.complete_run();
        }
    }

    /// What is on screen, of another run or another model.
    pub(super) fn selection_in(&self, model: &Model, run: &Run) -> Option<Selection> {
        let same_model = self.selection.as_ref().filter(|selection| selection.model == model.id);
        let next = same_model.map(|selection| Selection { run: run.reference, ..selection.clone() });
        let shown = |next: &Selection| {
            engine::subjects(run).contains(&next.subject) && engine::levels(run, &next.subject).contains(&next.level)
        };
        if let Some(next) = next.filter(shown) {
            return Some(next);
        }
        let level = self.selection.as_ref().map(|selection| selection.level);
        let mut next = self.choice_of_run(model, run)?;
        if let Some(level) = level.filter(|level| engine::levels(run, &next.subject).contains(level)) {
            next.level = level;
        }
        Some(next)
    }

    /// The model and run that the hand chose last, though their headers may still be read.
    pub(super) fn wanted_model(&self) -> Option<&Model> {
        let wanted = self.sources.wanted.as_ref().and_then(|wanted| self.sources.catalog.model(&wanted.model));
        wanted.filter(|model| !model.runs.is_empty()).or_else(|| self.model())
    }

    pub(super) fn wanted_run(&self) -> Option<Option<ReferenceTime>> {
        let wanted = self.sources.wanted.as_ref().and_then(|wanted| wanted.run);
        wanted.or_else(|| self.selection.as_ref().map(|selection| selection.run))
    }

    /// The reference time of the run before (1) or after (−1) this one.
    pub(super) fn neighbour_run(&self, by: isize) -> Option<Option<ReferenceTime>> {
        let (model, reference) = self.wanted_model().zip(self.wanted_run())?;
        let at = model.runs.iter().position(|run| run.reference == reference)?;
        Some(model.runs.get(at.checked_add_signed(by)?)?.reference)
    }

    pub(super) fn step_run(&mut self, by: isize, now: f64) {
        if let Some(reference) = self.neighbour_run(by) {
            self.choose_run(reference, now);
        }
    }

    /// Another model: the run of it that was on screen last, else the same run as now, else its newest.
    pub(super) fn choose_model(&mut self, id: &str, now: f64) {
        let Some(model) = self.sources.catalog.model(id) else { return };
        let last = self.sources.last_runs.get(id).and_then(|run| model.run(*run));
        let same = self.wanted_run().and_then(|run| model.run(run));
        let Some(run) = last.or(same).or(model.runs.first()) else { return };
        let reference = run.reference;
        self.choose_model_run(id, reference, now);
    }

    pub(super) fn next_model(&mut self, now: f64) {
        let models: Vec<&Model> = self.sources.catalog.models.iter().filter(|model| !model.runs.is_empty()).collect();
        let at = models.iter().position(|model| self.wanted_model().is_some_and(|wanted| wanted.id == model.id));
        // With nothing on screen the first.
        let next = models.get(at.map_or(0, |at| (at + 1) % models.len())).map(|model| model.id.clone());
        if let Some(id) = next {
            self.choose_model(&id, now);
        }
    }

    pub(super) fn choose_subject(&mut self, subject: Subject, now: f64) {
        let Some((run, selection)) = self.run().zip(self.selection.as_ref()) else { return };
        let levels = engine::levels(run, &subject);
        let kept = levels.contains(&selection.level);
        let level = if kept { selection.level } else { engine::first_level(run, &subject) };
        let next = Selection { subject, level, ..selection.clone() };
        self.select(next, now);
    }

    pub(super) fn next_subject(&mut self, now: f64) {
        let Some((run, selection)) = self.run().zip(self.selection.as_ref()) else { return };
        let subjects = engine::subjects(run);
        let at = subjects.iter().position(|subject| *subject == selection.subject);
        if let Some(next) = at.and_then(|at| subjects.get((at + 1) % subjects.len())).cloned() {
            self.choose_subject(next, now);
        }
    }

    /// The name of a product or variable in the window's language.
    pub(super) fn subject_name(&self, subject: &Subject) -> String {
        match subject {
            Subject::Product(id) => crate::product::product(id)
                .map_or_else(|| id.clone(), |product| product.name.in_language(self.language).to_owned()),
            Subject::Variable(id) => self
                .run()
                .and_then(|run| run.series(id))
                .map_or_else(|| id.clone(), |series| series.parameter.name.in_language(self.language).to_owned()),
        }
    }

    /// Goes to the region's own view.
    pub(super) fn choose_region(&mut self, id: &str, now: f64) {
        if !map::regions().iter().any(|region| region.id == id) {
            return;
        }
        if self.settings.region != id {
            id.clone_into(&mut self.settings.region);
            self.shelf.clear(self.player.slot, now);
        }
        id.clone_into(&mut self.panes.region);
        self.hand.home = true;
        self.hand.view = None;
        self.hand.moved = None;
    }

    /// Before a new grid is shown: the region chosen last where it meets the data, else all of the data.
    pub(super) fn fit_region(&mut self) {
        let wanted = map::regions().iter().find(|region| region.id == self.settings.region);
        let meets = match (wanted, self.plan.grid()) {
            (Some(region), Some(grid)) => region.meets(grid),
            _ => true,
        };
        let id = if meets { self.settings.region.as_str() } else { super::frames::DATA };
        id.clone_into(&mut self.panes.region);
        self.hand.home = true;
        self.hand.view = None;
        self.hand.moved = None;
    }

    pub(super) fn set_zone(&mut self, name: Option<String>) {
        self.settings.zone.clone_from(&name);
        self.errands.read_zone(name);
    }

    pub(super) fn take_zone(&mut self, name: Option<String>, zone: Option<clock::Zone>) {
        match (zone, name) {
            (Some(zone), _) => self.zone = zone,
            (None, name) => {
                self.settings.zone = None;
                self.notices.add(Notice::UnknownZone(name.unwrap_or_default()));
            }
        }
    }
}
