//! Looks after what is open: files that come, grow, are written anew or go.
//!
//! Each folder has a thread of its own, as a network disk that hangs must hold up nobody else. It sleeps until the
//! system tells of a change or some seconds are over: network disks tell of nothing, so folders are looked at in any
//! case, by the times of their writing where they are large. A file is handed on once it has rested for a moment.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant, SystemTime};

use notify::RecursiveMode;
use notify_debouncer_mini::{DebounceEventResult, Debouncer, new_debouncer};

use super::core::Core;
use super::opening::Root;
use crate::catalog::{self, Found, Happened, Mark, ModelFolder, read_name};
use crate::source;

/// How open files are looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watching {
    /// Folders are looked at so often, whatever the system tells.
    pub every: Duration,
    /// A file is whole once it has not changed for so long.
    pub settle: Duration,
    /// A broken file that was written within this time may still grow: nothing is said of it.
    pub patience: Duration,
    /// The system is asked to tell of changes.
    pub events: bool,
}

impl Default for Watching {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { every: seconds(5), settle: seconds(1), patience: seconds(60), events: true }
    }
}

/// What is looked after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Files that were named one by one.
    Files,
    Folder(PathBuf),
    Model(Arc<ModelFolder>),
    /// The list of models.
    List(PathBuf),
}

enum Signal {
    /// The system told of changes at these paths.
    Stir(Vec<PathBuf>),
    /// These belong to it as well.
    Add(Vec<Found>),
    Stop,
}

/// The threads that look.
#[derive(Default)]
pub(super) struct Watchers(Vec<(Place, Sender<Signal>)>);

impl Watchers {
    /// Looks after a place from now on, at which these files have been found.
    pub(super) fn add(&mut self, core: &Arc<Core>, plan: Watching, place: Place, found: Vec<Found>) {
        if let Some((_, sender)) = self.0.iter().find(|(known, _)| *known == place) {
            // A thread that has ended needs nothing any more.
            let _ = sender.send(Signal::Add(found));
            return;
        }
        let (sender, inbox) = channel();
        let watch = Watch {
            core: Arc::downgrade(core),
            place: place.clone(),
            plan,
            known: HashMap::new(),
            unsettled: HashMap::new(),
            vanished: HashMap::new(),
            folders: HashMap::new(),
            born: None,
            whole: Instant::now(),
        };
        let stirred = sender.clone();
        self.0.push((place, sender));
        let name = "millibar-watch".to_owned();
        // Without a thread nothing is looked after, and everything else goes on.
        let _ = std::thread::Builder::new().name(name).spawn(move || watch.run(found, stirred, &inbox));
    }

    /// A place that nobody asks for any more.
    pub(super) fn remove(&mut self, place: &Place) {
        for (_, sender) in self.0.extract_if(.., |(known, _)| known == place) {
            // A thread that has ended needs nothing any more.
            let _ = sender.send(Signal::Stop);
        }
    }

    /// The threads end at their next look.
    pub(super) fn stop(&mut self) {
        for (_, sender) in self.0.drain(..) {
            let _ = sender.send(Signal::Stop);
        }
    }
}

struct Watch {
    core: Weak<Core>,
    place: Place,
    plan: Watching,
    /// As they were handed on.
    known: HashMap<PathBuf, Mark>,
    /// Files that changed, as they were then.
    unsettled: HashMap<PathBuf, (Mark, Instant)>,
    /// Files that are gone, since when: some are written anew by being removed first.
    vanished: HashMap<PathBuf, Instant>,
    /// When something last came into the folders or went.
    folders: HashMap<PathBuf, Option<SystemTime>>,
    /// When the folder was made that the system was asked to tell of: one that is made anew is another.
    born: Option<Option<SystemTime>>,
    /// When all files were last looked at.
    whole: Instant,
}

/// A place with more files is looked at in parts, and as a whole every so many times.
const FEW: usize = 400;
const SELDOM: u32 = 12;
/// A file that was written longer ago is at rest.
const YOUNG: Duration = Duration::from_secs(3600);

impl Watch {
    fn run(mut self, found: Vec<Found>, stirred: Sender<Signal>, inbox: &Receiver<Signal>) {
        self.know(found);
        let mut debouncer = self.plan.events.then(|| listener(stirred)).flatten();
        self.born = self.root().and_then(born);
        self.listen(debouncer.as_mut());
        // What happened since the files were found and before the system was asked is told by nobody.
        self.look();
        let mut looked = Instant::now();
        loop {
            let resting = self.unsettled.is_empty() && self.vanished.is_empty();
            let pause = if resting { self.plan.every } else { self.plan.settle.min(self.plan.every) };
            match inbox.recv_timeout(pause) {
                Err(RecvTimeoutError::Disconnected) | Ok(Signal::Stop) => return,
                Ok(Signal::Add(found)) => {
                    self.know(found);
                    self.listen(debouncer.as_mut());
                }
                Ok(Signal::Stir(paths)) => self.look_at(&paths),
                Err(RecvTimeoutError::Timeout) => {}
            }
            // Where the system tells of something all the time, too.
            if looked.elapsed() >= pause {
                self.look();
                looked = Instant::now();
            }
            self.listen_anew(debouncer.as_mut());
            let Some(core) = self.core.upgrade() else { return };
            core.look_at_patience();
        }
    }

    fn know(&mut self, found: Vec<Found>) {
        self.known.extend(found.into_iter().map(|found| (found.path, found.mark)));
        self.folders = self.folder_times();
    }

    /// Asks the system to tell of changes. Where it cannot, the looks must do.
    fn listen(&self, debouncer: Option<&mut Debouncer<notify::RecommendedWatcher>>) {
        let Some(debouncer) = debouncer else { return };
        let watcher = debouncer.watcher();
        match self.root() {
            Some(root) => {
                let _ = watcher.watch(root, RecursiveMode::Recursive);
                // It tells when the folder itself is made anew.
                if let Some(around) = root.parent() {
                    let _ = watcher.watch(around, RecursiveMode::NonRecursive);
                }
            }
            None => {
                for folder in self.folders.keys() {
                    let _ = watcher.watch(folder, RecursiveMode::NonRecursive);
                }
            }
        }
    }

    /// A folder that was removed and made anew is another one, of which the system was not asked to tell yet.
    fn listen_anew(&mut self, debouncer: Option<&mut Debouncer<notify::RecommendedWatcher>>) {
        let (Some(debouncer), Some(root)) = (debouncer, self.root()) else { return };
        let born = born(root);
        if born == self.born {
            return;
        }
        // Of the old one the system may have forgotten everything.
        let _ = debouncer.watcher().unwatch(root);
        self.born = born;
        if born.is_some() {
            self.listen(Some(debouncer));
            // For what has come into it before.
            self.look_at_all();
        }
    }

    fn root(&self) -> Option<&Path> {
        match &self.place {
            Place::Files | Place::List(_) => None,
            Place::Folder(folder) => Some(folder),
            Place::Model(model) => Some(&model.folder),
        }
    }

    fn folder_times(&self) -> HashMap<PathBuf, Option<SystemTime>> {
        let around: BTreeSet<&Path> = self.known.keys().filter_map(|path| path.parent()).chain(self.root()).collect();
        let above = around.iter().filter_map(|folder| folder.parent().filter(|above| Some(*above) >= self.root()));
        let all: BTreeSet<&Path> = around.iter().copied().chain(above).collect();
        let within = |folder: &&Path| self.root().is_none_or(|root| folder.starts_with(root));
        let written = |folder: &Path| std::fs::metadata(folder).and_then(|data| data.modified()).ok();
        all.into_iter().filter(within).map(|folder| (folder.to_owned(), written(folder))).collect()
    }

    /// All files of the place; of a large one mostly those that may have changed.
    fn look(&mut self) {
        let seldom = self.whole.elapsed() >= self.plan.every * SELDOM;
        if self.known.len() <= FEW || seldom || self.folder_times() != self.folders {
            return self.look_at_all();
        }
        let now = SystemTime::now();
        let young =
            |mark: &Mark| mark.written.is_none_or(|written| now.duration_since(written).unwrap_or_default() < YOUNG);
        let young = self.known.iter().filter(|(_, mark)| young(mark)).map(|(path, _)| path);
        let paths = young.chain(self.unsettled.keys()).chain(self.vanished.keys()).cloned().collect();
        self.look_at_files(paths);
    }

    fn look_at_all(&mut self) {
        self.whole = Instant::now();
        let found = match &self.place {
            Place::Files | Place::List(_) => return self.look_at_files(self.known.keys().cloned().collect()),
            Place::Folder(folder) if folder.is_dir() => catalog::list(folder),
            Place::Folder(_) => Vec::new(),
            Place::Model(model) => catalog::list_model(model),
        };
        self.folders = self.folder_times();
        let seen: HashSet<&PathBuf> = found.iter().map(|found| &found.path).collect();
        let gone =
            self.known.keys().chain(self.unsettled.keys()).filter(|path| !seen.contains(path)).cloned().collect();
        self.compare(found, gone);
    }

    /// What the system told of: files, one by one; a folder that came or went takes a look at all.
    fn look_at(&mut self, paths: &[PathBuf]) {
        let mut files: Vec<PathBuf> = self.unsettled.keys().chain(self.vanished.keys()).cloned().collect();
        for path in paths {
            if self.is_folder_of_store(path) {
                continue;
            }
            let known = self.known.contains_key(path) || self.unsettled.contains_key(path);
            let happened = match self.root() {
                _ if known => Happened::ToFile(path.clone()),
                None => Happened::Nothing,
                Some(root) => catalog::happened(root, path),
            };
            match happened {
                Happened::ToFile(file) => files.push(file),
                Happened::ToFolder if is_unchanged_folder(path, &self.folders) => {}
                Happened::Gone if self.folders.keys().all(|folder| !folder.starts_with(path)) => {}
                Happened::ToFolder | Happened::Gone => return self.look_at_all(),
                Happened::Nothing => {}
            }
        }
        self.look_at_files(files);
    }

    /// Looking at a store opens its folders, of which the system tells in turn: only what comes into them counts.
    fn is_folder_of_store(&self, path: &Path) -> bool {
        let is_known = |folder: &Path| self.known.contains_key(folder) && source::is_store(folder);
        path.is_dir() && path.ancestors().any(is_known)
    }

    fn look_at_files(&mut self, paths: Vec<PathBuf>) {
        let (mut found, mut gone) = (Vec::new(), Vec::new());
        for path in paths.into_iter().collect::<BTreeSet<_>>() {
            if self.place == Place::Files && self.became_folder(&path) {
                continue;
            }
            match Mark::of(&path) {
                Some(mark) => {
                    let named = match &self.place {
                        Place::Model(model) => model.names(&path),
                        _ => Some(read_name(&path)),
                    };
                    found.extend(named.map(|named| Found { path, mark, named }));
                }
                // What never was there may come yet.
                None if self.known.get(&path) == Some(&Mark::default()) => {}
                None => gone.push(path),
            }
        }
        self.compare(found, gone);
    }

    /// Where a file was named a folder has come: it is opened as one, and looked after as one.
    fn became_folder(&mut self, path: &Path) -> bool {
        if !path.is_dir() || source::is_store(path) {
            return false;
        }
        self.known.remove(path);
        self.unsettled.remove(path);
        if let Some(core) = self.core.upgrade() {
            core.became_folder(path);
        }
        true
    }

    /// Of the files that are gone those that have been for a moment.
    fn gone_for_good(&mut self, gone: Vec<PathBuf>) -> Vec<PathBuf> {
        let (now, settle) = (Instant::now(), self.plan.settle);
        let mut for_good = |path: &PathBuf| {
            let since = *self.vanished.entry(path.clone()).or_insert(now);
            now.duration_since(since) >= settle
        };
        let over: Vec<PathBuf> = gone.into_iter().filter(|path| for_good(path)).collect();
        for path in &over {
            self.vanished.remove(path);
        }
        over
    }

    /// Hands on what has changed and rested since.
    fn compare(&mut self, found: Vec<Found>, gone: Vec<PathBuf>) {
        let (mut settled, mut stirred) = (Vec::new(), Vec::new());
        for found in found {
            self.vanished.remove(&found.path);
            if self.known.get(&found.path) == Some(&found.mark) {
                if self.unsettled.remove(&found.path).is_some() {
                    settled.push(found);
                }
                continue;
            }
            let fresh = !self.unsettled.contains_key(&found.path);
            if fresh && self.known.contains_key(&found.path) {
                stirred.push(found.path.clone());
            }
            let (mark, since) = *self.unsettled.entry(found.path.clone()).or_insert((found.mark, Instant::now()));
            if mark != found.mark {
                self.unsettled.insert(found.path, (found.mark, Instant::now()));
            } else if since.elapsed() >= self.plan.settle {
                self.unsettled.remove(&found.path);
                self.known.insert(found.path.clone(), found.mark);
                settled.push(found);
            }
        }
        if let Some(core) = self.core.upgrade().filter(|_| !stirred.is_empty()) {
            core.stirred(&stirred);
        }
        let gone = self.gone_for_good(gone);
        for path in &gone {
            self.unsettled.remove(path);
            self.known.remove(path);
            if matches!(self.place, Place::Files | Place::List(_)) {
                self.known.insert(path.clone(), Mark::default());
            }
        }
        if settled.is_empty() && gone.is_empty() {
            return;
        }
        let Some(core) = self.core.upgrade() else { return };
        let root = match &self.place {
            Place::List(list) => return core.open_models(list.clone()),
            Place::Files => Root::Path(PathBuf::new()),
            Place::Folder(folder) => Root::Path(folder.clone()),
            Place::Model(model) => Root::Model(model.clone()),
        };
        core.changed(&root, settled, &gone);
    }
}

/// When a folder was made, where the disk keeps that; `None` where there is no such folder.
fn born(folder: &Path) -> Option<Option<SystemTime>> {
    std::fs::metadata(folder).ok().map(|data| data.created().ok())
}

/// A folder of which the system says that it was opened or read.
fn is_unchanged_folder(path: &Path, folders: &HashMap<PathBuf, Option<SystemTime>>) -> bool {
    let written = || std::fs::metadata(path).and_then(|data| data.modified()).ok();
    folders.get(path).is_some_and(|known| *known == written())
}

/// Gathers what the system tells within a moment.
fn listener(stirred: Sender<Signal>) -> Option<Debouncer<notify::RecommendedWatcher>> {
    const TOGETHER: Duration = Duration::from_millis(250);
    let told = move |events: DebounceEventResult| {
        let paths: Vec<PathBuf> = events.unwrap_or_default().into_iter().map(|event| event.path).collect();
        // Nobody looks any more once the window is closed.
        let _ = stirred.send(Signal::Stir(paths));
    };
    new_debouncer(TOGETHER, told).ok()
}
