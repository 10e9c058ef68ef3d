//! Files on their way into the catalogue.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::{Dataset, Refusal, SourceError};

/// A file and what its headers said.
pub(super) type Opened = (PathBuf, Result<Arc<Dataset>, SourceError>);

/// The open files, and those whose headers are still to be read.
#[derive(Debug, Default)]
pub(super) struct Opening {
    /// In the order in which they were asked for.
    files: Vec<(PathBuf, Option<Result<Arc<Dataset>, SourceError>>)>,
    /// Where each of them stands in `files`.
    places: HashMap<PathBuf, usize>,
    /// Found in a folder, not named: what is no data at all among them is passed over.
    found: HashSet<PathBuf>,
    /// Paths as the owner gave them: files or folders.
    unlisted: VecDeque<PathBuf>,
    listing: usize,
    unread: VecDeque<PathBuf>,
    reading: usize,
    /// Something changed since the last catalogue.
    stale: bool,
    joining: bool,
}

/// One step of opening.
#[derive(Debug)]
pub(super) enum OpeningJob {
    /// Find the files below a path.
    List(PathBuf),
    /// Read a file's headers.
    Headers(PathBuf),
    /// Make the catalogue.
    Join(Vec<Opened>),
}

impl Opening {
    pub(super) fn add(&mut self, paths: Vec<PathBuf>) {
        self.unlisted.extend(paths);
    }

    /// False where the file was not open.
    pub(super) fn forget(&mut self, path: &Path) -> bool {
        let forgotten = self.places.contains_key(path);
        self.files.retain(|(known, _)| known != path);
        self.unread.retain(|unread| unread != path);
        self.found.remove(path);
        self.places = self.files.iter().enumerate().map(|(place, (path, _))| (path.clone(), place)).collect();
        self.stale |= forgotten;
        forgotten
    }

    /// Done and all, while there is something to do.
    pub(super) fn progress(&self) -> Option<(usize, usize)> {
        let busy = !self.unlisted.is_empty() || !self.unread.is_empty() || self.listing + self.reading > 0;
        let waiting = self.unread.len() + self.reading;
        (busy || self.stale || self.joining).then(|| (self.files.len().saturating_sub(waiting), self.files.len()))
    }

    pub(super) fn next(&mut self) -> Option<OpeningJob> {
        if let Some(path) = self.unlisted.pop_front() {
            self.listing += 1;
            return Some(OpeningJob::List(path));
        }
        if let Some(path) = self.unread.pop_front() {
            self.reading += 1;
            return Some(OpeningJob::Headers(path));
        }
        let all_known = self.listing + self.reading == 0;
        if !(self.stale && all_known && !self.joining) {
            return None;
        }
        self.stale = false;
        self.joining = true;
        let known = self.files.iter().filter_map(|(path, outcome)| Some((path.clone(), outcome.clone()?)));
        let passed_over = |(path, outcome): &Opened| {
            self.found.contains(path) && matches!(outcome, Err(error) if error.refusal == Refusal::NotData)
        };
        Some(OpeningJob::Join(known.filter(|opened| !passed_over(opened)).collect()))
    }

    /// What was found at a path: itself, if it is a file.
    pub(super) fn listed(&mut self, asked: &Path, files: Vec<PathBuf>) {
        self.listing -= 1;
        let mut waiting: HashSet<PathBuf> = self.unread.iter().cloned().collect();
        for path in files {
            match self.places.get(&path).and_then(|place| self.files.get_mut(*place)) {
                Some((_, outcome)) => *outcome = None,
                None => {
                    self.places.insert(path.clone(), self.files.len());
                    self.files.push((path.clone(), None));
                }
            }
            if path == asked {
                self.found.remove(&path);
            } else {
                self.found.insert(path.clone());
            }
            if waiting.insert(path.clone()) {
                self.unread.push_back(path);
            }
        }
    }

    pub(super) fn read(&mut self, path: &Path, outcome: Result<Arc<Dataset>, SourceError>) {
        self.reading -= 1;
        self.stale = true;
        // A file that was closed meanwhile is no longer in the list.
        if let Some((_, place)) = self.places.get(path).and_then(|place| self.files.get_mut(*place)) {
            *place = Some(outcome);
        }
    }

    pub(super) fn joined(&mut self) {
        self.joining = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_made_once_when_all_headers_are_read() {
        let mut opening = Opening::default();
        opening.add(vec!["folder".into()]);
        assert!(matches!(opening.next(), Some(OpeningJob::List(_))));
        assert!(opening.next().is_none(), "nothing to read before the folder is listed");
        opening.listed(Path::new("folder"), vec!["a".into(), "b".into()]);
        for done in 0..2 {
            assert_eq!(opening.progress(), Some((done, 2)));
            let Some(OpeningJob::Headers(path)) = opening.next() else { panic!("headers come after the list") };
            let refused = SourceError::new(&path, Refusal::Empty, "");
            opening.read(&path, Err(refused));
        }
        let Some(OpeningJob::Join(files)) = opening.next() else { panic!("the catalogue comes last") };
        assert_eq!(files.len(), 2);
        opening.joined();
        assert!(opening.next().is_none());
        assert_eq!(opening.progress(), None);
    }

    #[test]
    fn a_file_closed_while_it_is_read_stays_closed() {
        let mut opening = Opening::default();
        opening.add(vec!["a".into()]);
        opening.next();
        opening.listed(Path::new("folder"), vec!["a".into()]);
        opening.next();
        assert!(opening.forget(Path::new("a")));
        opening.read(Path::new("a"), Err(SourceError::new(Path::new("a"), Refusal::Empty, "")));
        let Some(OpeningJob::Join(files)) = opening.next() else { panic!("a catalogue without the file is due") };
        assert!(files.is_empty());
    }
}
