//! What happens to open files on the disk: some grow, some are written anew, some go, others come.

use std::path::{Path, PathBuf};

use super::Opening;
use super::entry::Root;
use crate::catalog::{Found, Lost};

impl Opening {
    /// Files that came or changed, and paths that are gone. True where anything comes of it.
    pub(in crate::engine) fn changed(&mut self, root: &Root, found: Vec<Found>, gone: &[PathBuf]) -> bool {
        let mut any = false;
        for found in found {
            any |= self.came(root, found);
        }
        for path in gone {
            let Some(entry) = self.remove(path) else { continue };
            any = true;
            if let Some(Ok(dataset)) = &entry.outcome {
                self.lost.push(Lost::of(dataset, entry.folder.as_deref()));
            }
        }
        any
    }

    fn came(&mut self, root: &Root, found: Found) -> bool {
        let path = found.path.clone();
        if self.closed.contains(&path) {
            return false;
        }
        if let Some(entry) = self.entry(&path) {
            let same = entry.mark == found.mark;
            entry.mark = found.mark;
            if same {
                return false;
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
        let run = entry.run();
        let by_name = matches!(root, Root::Model(_)) || run.is_some();
        let of_open_run = run.as_ref().is_some_and(|run| {
            let alike = |entry: &super::Entry| entry.run().as_ref() == Some(run);
            self.chosen.contains(run) || self.entries.iter().any(|entry| entry.outcome.is_some() && alike(entry))
        });
        // A file that was named, and is there again.
        let asked_for = matches!(root, Root::Path(path) if path.as_os_str().is_empty());
        if !by_name || of_open_run || asked_for {
            self.read_again(&path);
        }
        self.stale = true;
        true
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
