//! Where the objects of a store are kept: the files of a folder, or the members of a zip archive.

use std::collections::{BTreeSet, HashSet};
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::zip::{Archive, Member};
use crate::source::bytes::FileBytes;
use crate::source::{Detail, Refusal, SourceError};

/// Any of these makes a folder a store, or a part of one.
const MARKS: [&str; 5] = ["zarr.json", ".zgroup", ".zmetadata", ".zarray", ".zattrs"];
/// Entries of a folder that are looked at.
const MOST_ENTRIES: usize = 1 << 17;
/// Deflate reaches 1032 to 1, other codecs more for what is all alike.
const MOST_GROWTH: u64 = 4096;

/// Whether a folder is a Zarr store: one file to the rest of the program, whatever is in it. A mark that is a pipe or a
/// link to nowhere is one, and is told of when it is read.
#[must_use]
pub fn is_store(folder: &Path) -> bool {
    let is_mark = |mark: &&str| std::fs::symlink_metadata(folder.join(mark)).is_ok_and(|about| !about.is_dir());
    MARKS.iter().any(is_mark)
}

/// Whether a path of a store's metadata stays within the store, on every system.
#[must_use]
pub fn is_safe(path: &str) -> bool {
    let safe = |part: &str| {
        let odd = part.contains(['\\', '\0']) || cfg!(windows) && part.contains([':', '*', '?', '<', '>', '|', '"']);
        !part.is_empty() && part != "." && part != ".." && !odd
    };
    path.len() <= 4096 && path.split('/').all(safe)
}

/// An open store.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    Folder,
    Zip(Box<Archive>),
}

/// What tells whether a file was written since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    path: PathBuf,
    length: u64,
    written: Option<SystemTime>,
}

impl Stamp {
    fn of(path: PathBuf) -> Option<Self> {
        let about = std::fs::metadata(&path).ok()?;
        Some(Self { length: about.len(), written: about.modified().ok(), path })
    }

    pub fn holds(&self) -> bool {
        Self::of(self.path.clone()).as_ref() == Some(self)
    }
}

impl Store {
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let kept = if path.is_dir() {
            Kept::Folder
        } else {
            let archive = Archive::open(path)?;
            // The archive of anything else is no data.
            let has_mark = MARKS.iter().any(|mark| archive.member(mark).is_some());
            if !has_mark {
                let found = Detail::with("detail.packed", [("name", "zip".into())]);
                return Err(SourceError::new(path, Refusal::NotData, found));
            }
            Kept::Zip(Box::new(archive))
        };
        Ok(Self { path: path.to_owned(), kept })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn corrupt(&self, found: Detail) -> SourceError {
        SourceError::new(&self.path, Refusal::Corrupt, found)
    }

    /// The state of the file in which a key is kept.
    pub fn stamp(&self, key: &str) -> Option<Stamp> {
        match &self.kept {
            Kept::Folder => Stamp::of(self.path.join(key)),
            Kept::Zip(_) => Stamp::of(self.path.clone()),
        }
    }

    /// An object by its key; `None` where there is none.
    pub fn object(&self, key: &str) -> Result<Option<Object<'_>>, SourceError> {
        if !is_safe(key) {
            return Ok(None);
        }
        match &self.kept {
            Kept::Folder => self.file(key),
            Kept::Zip(archive) => Ok(archive.member(key).map(|member| Object::Member(archive, member))),
        }
    }

    fn file(&self, key: &str) -> Result<Option<Object<'_>>, SourceError> {
        let path = self.path.join(key);
        let about = match std::fs::metadata(&path) {
            Ok(about) => about,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                // A link to nowhere is something else than what was never written.
                let dangling = std::fs::symlink_metadata(&path).is_ok();
                return if dangling { Err(self.corrupt(Detail::of("detail.no_file"))) } else { Ok(None) };
            }
            Err(error) => return Err(SourceError::of_io(&self.path, &error)),
        };
        // A pipe would be waited on for ever, and passing it over would make missing values of it.
        if !about.is_file() {
            return Err(self.corrupt(Detail::of("detail.no_file")));
        }
        match FileBytes::open(&path, 0) {
            Ok(bytes) => Ok(Some(Object::File(bytes))),
            Err(error) if error.refusal == Refusal::NotFound => Ok(None),
            Err(error) => Err(self.renamed(error)),
        }
    }

    /// What went wrong with a part, as of the store.
    pub fn renamed(&self, error: SourceError) -> SourceError {
        SourceError { path: self.path.clone(), ..error }
    }

    /// A whole object of at most `most` bytes.
    pub fn get(&self, key: &str, most: u64) -> Result<Option<Vec<u8>>, SourceError> {
        let Some(object) = self.object(key)? else { return Ok(None) };
        let length = usize::try_from(object.length()).ok().filter(|&length| length as u64 <= most);
        let too_long = || self.corrupt(Detail::with("detail.metadata", [("key", key.into())]));
        let length = length.ok_or_else(too_long)?;
        let mut bytes = Vec::new();
        object.read(0..length, &mut bytes).map_err(|error| self.renamed(error))?;
        bytes.truncate(length);
        Ok(Some(bytes))
    }

    /// Names of what may be nodes in a group, in their order.
    pub fn children(&self, group: &str, most: usize) -> Vec<String> {
        let hidden = |name: &str| name.starts_with('.') || !is_safe(name);
        match &self.kept {
            Kept::Folder => {
                let Ok(entries) = std::fs::read_dir(self.path.join(group)) else { return Vec::new() };
                let folders = entries.take(MOST_ENTRIES).flatten().filter(|entry| entry.path().is_dir());
                let names = folders.filter_map(|entry| entry.file_name().into_string().ok());
                names.filter(|name| !hidden(name)).collect::<BTreeSet<_>>().into_iter().take(most).collect()
            }
            Kept::Zip(archive) => {
                let inside = archive.below(group).filter_map(|(rest, _)| Some(rest.split_once('/')?.0));
                let names: BTreeSet<&str> = inside.filter(|name| !hidden(name)).collect();
                names.into_iter().take(most).map(str::to_owned).collect()
            }
        }
    }

    /// Whether chunks may still come: an archive is written as a whole.
    pub fn grows(&self) -> bool {
        matches!(self.kept, Kept::Folder)
    }

    /// The names in a folder of the store; `None` where they cannot be listed, or are too many.
    pub fn names(&self, folder: &str) -> Option<HashSet<String>> {
        if !self.grows() {
            return None;
        }
        let entries = match std::fs::read_dir(self.path.join(folder)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Some(HashSet::new()),
            entries => entries.ok()?,
        };
        let mut names = HashSet::new();
        for entry in entries {
            names.insert(entry.ok()?.file_name().into_string().ok()?);
            if names.len() > MOST_ENTRIES {
                return None;
            }
        }
        Some(names)
    }

    /// Whether what is stored of an array can decode to so many bytes.
    pub fn may_hold(&self, array: &str, bytes: u64) -> bool {
        let enough = bytes.div_ceil(MOST_GROWTH);
        match &self.kept {
            Kept::Folder => {
                let (mut found, mut left) = (0, MOST_ENTRIES);
                add_sizes(&self.path.join(array), enough, &mut found, &mut left, 0);
                found >= enough
            }
            Kept::Zip(archive) => archive.below(array).map(|(_, member)| member.stored).sum::<u64>() >= enough,
        }
    }
}

/// Adds up the files below a folder until they are enough.
fn add_sizes(folder: &Path, enough: u64, found: &mut u64, left: &mut usize, depth: usize) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if *found >= enough || *left == 0 || depth > 33 {
            return;
        }
        *left -= 1;
        match entry.metadata() {
            Ok(about) if about.is_dir() => add_sizes(&entry.path(), enough, found, left, depth + 1),
            Ok(about) => *found = found.saturating_add(about.len()),
            Err(_) => {}
        }
    }
}

/// One object of a store, to be read in parts.
pub enum Object<'a> {
    File(FileBytes),
    Member(&'a Archive, &'a Member),
}

impl Object<'_> {
    pub fn length(&self) -> u64 {
        match self {
            Self::File(bytes) => bytes.length(),
            Self::Member(_, member) => member.length,
        }
    }

    /// Reads some bytes of it into the front of `buffer`.
    pub fn read(&self, part: Range<usize>, buffer: &mut Vec<u8>) -> Result<(), SourceError> {
        match self {
            Self::File(bytes) => bytes.read(part.start as u64, part.len(), buffer),
            Self::Member(archive, member) => archive.read(member, part, buffer),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_nowhere_or_to_a_device_is_no_chunk_that_was_never_written() {
        let folder = std::env::temp_dir().join(format!("millibar-store-links-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("t")).expect("a folder");
        let link = |name: &str, to: &str| std::os::unix::fs::symlink(to, folder.join(name)).expect("a link");
        link("t/0.0", "/nowhere/at/all");
        link("t/0.1", "/dev/zero");
        link(".zgroup", "/dev/zero");
        std::fs::create_dir(folder.join("t/1.0")).expect("a folder");
        assert!(is_store(&folder), "its mark is told of");
        let store = Store::open(&folder).expect("a folder");
        let detail = |key: &str| store.object(key).err().map(|error| error.detail);
        for odd in ["t/0.0", "t/0.1", "t/1.0", ".zgroup"] {
            assert_eq!(detail(odd), Some(Detail::of("detail.no_file")), "{odd}");
        }
        assert!(store.object("t/1.1").expect("was never written").is_none());
        std::fs::remove_dir_all(&folder).expect("ours");
    }
}
