//! What happens to open files on the disk: some grow, some are written anew, some go, others come.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::Opening;
use super::entry::Root;
use crate::catalog::{Found, Lost};

impl Opening {
    /// Files that came or changed, and paths that are gone. True where anything comes of it.
    pub(in crate::engine) fn changed(&mut self, root: &Root, found: Vec<Found>, gone: &[PathBuf]) -> bool {
        if root.model().is_some_and(|model| !self.has_model(&model)) {
            return false;
        }
        let mut any = false;
        for found in found {
            any |= self.came(root, found);
        }
        let gone: HashSet<&Path> = gone.iter().map(PathBuf::as_path).collect();
        for entry in self.remove(|path| gone.contains(path)) {
            any = true;
            if let Some(Ok(dataset)) = &entry.outcome {
                let homes = entry.homes().iter();
                self.lost.extend(homes.map(|home| Lost::of(dataset, home.folder.as_deref())));
            }
        }
        any
    }

    /// Somebody writes to these files: until they rest, and are read again, they stand as they were.
    pub(in crate::engine) fn stirred(&mut self, paths: &[PathBuf]) -> bool {
        let mut any = false;
        for path in paths {
            let Some(entry) = self.entry(path).filter(|entry| matches!(entry.outcome, Some(Ok(_))) && !entry.stirs)
            else {
                continue;
            };
            entry.stirs = true;
            any = true;
        }
        self.stale |= any;
        any
    }

    fn came(&mut self, root: &Root, found: Found) -> bool {
        let path = found.path.clone();
        if self.closed.contains(&path) {
            return false;
        }
        if let Some(entry) = self.entry(&path) {
            let same = !entry.see(found.mark);
            let moved = root.model().is_some_and(|folder| entry.move_in(folder, found.named));
            if same && moved {
                return self.is_listed_also(&path);
            }
            if same {
                // It was touched, and is what it was.
                let stirred = std::mem::take(&mut entry.stirs);
                self.stale |= stirred;
                return stirred;
            }
            if entry.outcome.is_some() || entry.held {
                self.read_again(&path);
            } else {
                entry.changed |= entry.reading;
                self.stale = true;
            }
            return true;
        }
        let place = self.put(found, root);
        let Some(entry) = self.entries.get_mut(place) else { return false };
        entry.found = true;
        let by_name = matches!(root, Root::Model(_)) || entry.runs().next().is_some();
        // A file that was named, and is there again.
        let asked_for = matches!(root, Root::Path(path) if path.as_os_str().is_empty());
        if !by_name || asked_for || self.is_of_open_run(place) {
            self.read_again(&path);
        }
        self.stale = true;
        true
    }

    /// A file that is known already belongs to one more model.
    fn is_listed_also(&mut self, path: &Path) -> bool {
        let Some(place) = self.places.get(path).copied() else { return false };
        let unread = self.entries.get(place).is_some_and(super::Entry::is_unread);
        if unread && self.is_of_open_run(place) {
            self.read_again(path);
        }
        self.stale = true;
        true
    }

    /// Other files of its run were read, or are to be.
    fn is_of_open_run(&self, place: usize) -> bool {
        let Some(entry) = self.entries.get(place) else { return false };
        entry.runs().any(|run| {
            let read = |other: &super::Entry| other.outcome.is_some() && other.is_of(run);
            self.chosen.contains(run) || self.entries.iter().any(read)
        })
    }

    /// Reads the headers of an open file once more; until then it stays what it was.
    pub(in crate::engine) fn read_again(&mut self, path: &Path) {
        let Some(entry) = self.entry(path) else { return };
        if entry.reading {
            entry.changed = true;
        } else if !entry.queued {
            entry.queued = true;
            self.unread.push_back(path.to_owned());
        }
    }

    /// Files that grew no longer and are broken still are read a last time, and then told of.
    pub(in crate::engine) fn lose_patience(&mut self) -> bool {
        let patience = self.patience;
        let over = self.entries.iter().filter(|entry| entry.held && !entry.queued && !entry.is_young(patience));
        let over: Vec<PathBuf> = over.map(|entry| entry.path.clone()).collect();
        over.iter().for_each(|path| self.read_again(path));
        !over.is_empty()
    }
}
