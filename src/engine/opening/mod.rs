//! Files on their way into the catalogue.
//!
//! Folders are listed by names first. Where the names tell several runs, only the headers of the chosen one are read,
//! those for its first picture before the others, and a catalogue is made as soon as they are there.

mod changes;
mod entry;
mod lists;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) use entry::Root;
use entry::{Entry, RunKey};

use crate::catalog::{Found, Lost, ModelFolder, OpenFile};
use crate::source::{Dataset, SourceError};
use crate::time::{LeadTime, Moment};

/// The open files, and those whose headers are still to be read.
#[derive(Debug, Default)]
pub(super) struct Opening {
    /// In the order in which they were asked for.
    entries: Vec<Entry>,
    /// Where each of them stands.
    places: HashMap<PathBuf, usize>,
    /// Models that stand in the list even without a file.
    folders: Vec<Arc<ModelFolder>>,
    /// Files that were read and are gone.
    lost: Vec<Lost>,
    /// Files that are others now than they were, or gone.
    renewed: Vec<PathBuf>,
    /// Files that the hand has closed: they come back by the hand only.
    closed: HashSet<PathBuf>,
    waiting: VecDeque<OpeningJob>,
    /// Paths that are being listed.
    listing: usize,
    /// Models' folders that are being listed, and lists of them: nothing waits for these.
    models: usize,
    unread: VecDeque<PathBuf>,
    reading: usize,
    /// Runs whose files are read as they come.
    chosen: HashSet<RunKey>,
    /// Files for the first picture of what was chosen.
    first: HashSet<PathBuf>,
    /// How long a file that grows may be broken before that is told; zero where nobody watches it grow.
    pub patience: Duration,
    /// Something changed since the last catalogue.
    stale: bool,
    joining: bool,
    /// A catalogue is wanted before all headers are read: now, or from time to time.
    at_once: bool,
    in_parts: bool,
    joined: Option<Instant>,
}

/// One step of opening.
#[derive(Debug)]
pub(super) enum OpeningJob {
    /// Read which models there are.
    Models(PathBuf),
    /// Find the files below a path.
    List(Root),
    /// Read a file's headers.
    Headers(PathBuf),
    /// Make the catalogue.
    Join { files: Vec<OpenFile>, folders: Vec<Arc<ModelFolder>>, lost: Vec<Lost> },
}

/// While headers are read, so often a catalogue is made of those that are there.
const BETWEEN_PARTS: Duration = Duration::from_millis(150);

impl Opening {
    pub(super) fn add(&mut self, paths: Vec<PathBuf>) {
        for path in paths {
            self.closed.retain(|closed| !closed.starts_with(&path));
            self.waiting.push_back(OpeningJob::List(Root::Path(path)));
        }
    }

    /// False where the file was not open.
    pub(super) fn forget(&mut self, path: &Path) -> bool {
        let forgotten = !self.remove(|other| other == path).is_empty();
        self.lost.retain(|lost| lost.path != path);
        self.closed.insert(path.to_owned());
        forgotten
    }

    fn remove(&mut self, goes: impl Fn(&Path) -> bool) -> Vec<Entry> {
        let (gone, kept): (Vec<Entry>, Vec<Entry>) =
            std::mem::take(&mut self.entries).into_iter().partition(|entry| goes(&entry.path));
        self.entries = kept;
        if !gone.is_empty() {
            self.renewed.extend(gone.iter().map(|entry| entry.path.clone()));
            self.unread.retain(|unread| !goes(unread));
            self.first.retain(|first| !goes(first));
            self.places = self.entries.iter().enumerate().map(|(place, entry)| (entry.path.clone(), place)).collect();
            self.stale = true;
        }
        gone
    }

    fn entry(&mut self, path: &Path) -> Option<&mut Entry> {
        let place = self.places.get(path)?;
        self.entries.get_mut(*place)
    }

    /// Done and all, while there is something to do.
    pub(super) fn progress(&self) -> Option<(usize, usize)> {
        let of_paths = |job: &OpeningJob| matches!(job, OpeningJob::List(Root::Path(_)));
        let listing = self.listing > 0 || self.waiting.iter().any(of_paths);
        let busy = listing || !self.unread.is_empty() || self.reading > 0;
        if !(busy || self.stale || self.joining) {
            return None;
        }
        // A catalogue of names alone is made in a moment.
        let of = self.entries.iter().filter(|entry| entry.queued || entry.outcome.is_some()).count();
        let waiting = self.unread.len() + self.reading;
        Some((of.saturating_sub(waiting), of))
    }

    /// All models are in the catalogue, with the names of their files.
    pub(super) fn models_are_listed(&self) -> bool {
        let of_models = |job: &OpeningJob| !matches!(job, OpeningJob::List(Root::Path(_)));
        self.models == 0 && !self.stale && !self.joining && !self.waiting.iter().any(of_models)
    }

    pub(super) fn next(&mut self) -> Option<OpeningJob> {
        if let Some(job) = self.waiting.pop_front() {
            match job {
                OpeningJob::List(Root::Path(_)) => self.listing += 1,
                _ => self.models += 1,
            }
            return Some(job);
        }
        if self.is_due() {
            return Some(self.join());
        }
        let path = self.unread.pop_front()?;
        self.reading += 1;
        if let Some(entry) = self.entry(&path) {
            entry.reading = true;
        }
        Some(OpeningJob::Headers(path))
    }

    /// Whether it is time for a catalogue.
    fn is_due(&self) -> bool {
        let all_known = self.listing + self.reading == 0 && self.unread.is_empty();
        let rested = || self.joined.is_none_or(|joined| joined.elapsed() >= BETWEEN_PARTS);
        self.stale && !self.joining && (all_known || self.at_once || (self.in_parts && rested()))
    }

    fn join(&mut self) -> OpeningJob {
        (self.stale, self.joining, self.at_once) = (false, true, false);
        self.joined = Some(Instant::now());
        let files = self.entries.iter().flat_map(Entry::for_catalog).collect();
        OpeningJob::Join { files, folders: self.folders.clone(), lost: self.lost.clone() }
    }

    /// What was found at a path: itself, if it is a file.
    pub(super) fn listed(&mut self, root: &Root, files: Vec<Found>) {
        match root {
            Root::Model(model) => {
                self.models -= 1;
                if self.has_model(model) {
                    self.take_named(root, files);
                }
            }
            Root::Path(asked) => {
                self.listing -= 1;
                let of_folder = files.iter().all(|found| found.path != *asked);
                let keys = || files.iter().filter(|_| of_folder).filter_map(|found| RunKey::of(found, None));
                let runs: BTreeSet<RunKey> = keys().collect();
                let newest = keys().next().map(|run| run.model);
                if runs.len() > 1 {
                    self.take_named(root, files);
                    // The newest run of the model that comes first in the folder, as in the catalogue.
                    if let Some(newest) = newest.and_then(|model| runs.iter().rev().find(|run| run.model == model)) {
                        self.choose(newest);
                    }
                } else {
                    self.in_parts |= !runs.is_empty();
                    self.take_all(asked, files);
                    if let Some(run) = runs.into_iter().next() {
                        self.choose(&run);
                    }
                }
            }
        }
    }

    /// All of them are read, and those that are open are read anew.
    fn take_all(&mut self, asked: &Path, files: Vec<Found>) {
        let mut waiting: HashSet<PathBuf> = self.unread.iter().cloned().collect();
        for found in files {
            let path = found.path.clone();
            let in_folder = path != asked;
            let place = self.put(found, &Root::Path(asked.to_owned()));
            if let Some(entry) = self.entries.get_mut(place) {
                entry.outcome = None;
                entry.queued = true;
                entry.found = in_folder;
            }
            if waiting.insert(path.clone()) {
                self.unread.push_back(path);
            }
        }
    }

    /// Those whose names tell their run, and all of a model's, are known by their names for now.
    fn take_named(&mut self, root: &Root, files: Vec<Found>) {
        for found in files {
            let path = found.path.clone();
            if self.closed.contains(&path) {
                continue;
            }
            let by_name = matches!(root, Root::Model(_)) || found.named.is_some();
            let known = self.places.contains_key(&path);
            let place = self.put(found, root);
            if let Some(entry) = self.entries.get_mut(place).filter(|_| !known) {
                entry.found = true;
                if !by_name {
                    entry.queued = true;
                    self.unread.push_back(path);
                }
            }
        }
        (self.stale, self.at_once) = (true, true);
    }

    /// Gives a file its place, or finds the one that it has.
    fn put(&mut self, found: Found, root: &Root) -> usize {
        let folder = root.model();
        if let Some(place) = self.places.get(&found.path).copied() {
            if let Some(entry) = self.entries.get_mut(place) {
                entry.see(found.mark);
                match folder {
                    Some(folder) => {
                        entry.move_in(folder, found.named);
                    }
                    None => entry.asked = true,
                }
            }
            return place;
        }
        self.lost.retain(|lost| lost.path != found.path);
        let stem = self.entries.last().map(|last| last.stem.clone());
        let entry = Entry::new(found, folder, stem);
        self.places.insert(entry.path.clone(), self.entries.len());
        self.entries.push(entry);
        self.entries.len() - 1
    }

    /// Reads the headers of these files next: the hand has chosen their run. Where several models have them, that of
    /// this one.
    pub(super) fn read_next(&mut self, model: &str, paths: &[PathBuf]) {
        let of_files = paths.iter().filter_map(|path| self.entries.get(*self.places.get(path)?));
        let mut keys: HashSet<RunKey> = of_files.flat_map(Entry::runs).cloned().collect();
        if keys.iter().any(|key| &*key.model == model) {
            keys.retain(|key| &*key.model == model);
        }
        let mut unnamed: Vec<PathBuf> = Vec::new();
        for path in paths {
            let Some(entry) = self.entry(path).filter(|entry| entry.runs().next().is_none() && entry.is_unread())
            else {
                continue;
            };
            entry.queued = true;
            unnamed.push(path.clone());
        }
        self.unread.extend(unnamed);
        for key in keys {
            self.choose(&key);
        }
    }

    /// The files of a run are read before all others, those of its first picture first of all.
    fn choose(&mut self, run: &RunKey) {
        self.chosen.insert(run.clone());
        self.in_parts = true;
        let of_run = self.entries.iter().filter(|entry| entry.is_of(run));
        let mut files: Vec<(Option<LeadTime>, PathBuf)> = of_run
            .filter(|entry| entry.outcome.is_none())
            .map(|entry| (entry.lead_in(run), entry.path.clone()))
            .collect();
        files.sort();
        let leads: Vec<LeadTime> = files.iter().filter_map(|(lead, _)| *lead).collect();
        let first = first_lead(run, &leads, Moment::now());
        files.sort_by_key(|(lead, _)| (*lead != first, lead.zip(first).map(|(lead, first)| lead.0.abs_diff(first.0))));
        self.first = files.iter().filter(|(lead, _)| *lead == first).map(|(_, path)| path.clone()).collect();
        let waiting: HashSet<&PathBuf> = files.iter().map(|(_, path)| path).collect();
        self.unread.retain(|unread| !waiting.contains(unread));
        for (_, path) in files.iter().rev() {
            if let Some(place) = self.places.get(path)
                && let Some(entry) = self.entries.get_mut(*place).filter(|entry| !entry.reading)
            {
                entry.queued = true;
                self.unread.push_front(path.clone());
            }
        }
    }

    /// True where the file is now what was read; false where it stays what it was.
    pub(super) fn read(&mut self, path: &Path, outcome: Result<Arc<Dataset>, SourceError>) -> bool {
        self.reading -= 1;
        self.stale = true;
        self.first.remove(path);
        let patience = self.patience;
        let (mut again, mut taken) = (false, true);
        // A file that was closed meanwhile is no longer in the list.
        if let Some(entry) = self.entry(path) {
            (entry.queued, entry.reading) = (false, false);
            again = std::mem::take(&mut entry.changed);
            taken = entry.take(outcome, patience);
        }
        if taken {
            self.renewed.push(path.to_owned());
        }
        if again {
            self.read_again(path);
        }
        if self.in_parts
            && self.first.is_empty()
            && self.joined.is_none_or(|joined| joined.elapsed() > BETWEEN_PARTS / 4)
        {
            self.at_once = true;
        }
        self.in_parts &= self.reading > 0 || !self.unread.is_empty();
        if self.reading == 0 && self.unread.is_empty() {
            self.look_among_others();
        }
        taken
    }

    /// The files that are others now than they were, or gone, since this was last asked.
    pub(super) fn take_renewed(&mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.renewed)
    }

    /// The files that may have positions for others.
    pub(super) fn readable(&self) -> Vec<PathBuf> {
        self.entries.iter().filter(|entry| entry.may_serve()).map(|entry| entry.path.clone()).collect()
    }

    /// Files whose grids lack positions are read once more when others have come, which may have them.
    fn look_among_others(&mut self) {
        let count = self.entries.iter().filter(|entry| entry.may_serve()).count();
        let mut again = Vec::new();
        let places = &self.places;
        for entry in &mut self.entries {
            let is_open = |path: &Path| places.contains_key(path);
            let unplaced = matches!(&entry.outcome, Some(Ok(dataset)) if dataset.may_be_placed_by(is_open));
            if unplaced && count > 1 && entry.among != count {
                entry.among = count;
                again.push(entry.path.clone());
            }
        }
        again.iter().for_each(|path| self.read_again(path));
    }

    pub(super) fn joined(&mut self) {
        self.joining = false;
    }
}

/// The lead time of the first picture: nearest to now within the run, else its first.
fn first_lead(run: &RunKey, leads: &[LeadTime], now: Moment) -> Option<LeadTime> {
    let (first, last) = (leads.first()?, leads.last()?);
    let ahead = now.seconds - run.reference.0.seconds;
    let within = (first.0..=last.0).contains(&ahead);
    if within { leads.iter().min_by_key(|lead| lead.0.abs_diff(ahead)).copied() } else { Some(*first) }
}
