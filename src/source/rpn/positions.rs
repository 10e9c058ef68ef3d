//! The records that hold the axes of other records' grids: in the file itself, in files that are open with it, in its
//! folder.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use super::container::Container;
use super::descriptor::Descriptor;
use super::kind::Kind;
use super::values::{self, Values};

/// Columns, rows, and both of a Yin-Yang grid.
pub const X: &str = ">>";
pub const Y: &str = "^^";
pub const BOTH: &str = "^>";
/// Never fields themselves; the last ones describe the vertical.
const NEVER_FIELDS: [&str; 6] = [X, Y, BOTH, "!!", "!!SF", "HY"];

/// Files that are looked into beside the one that is opened. Most runs have their positions in each file, or in one.
const MOST_FILES: usize = 64;
const MOST_NAMES: usize = 20_000;
/// Of a folder's files, every fourth that is looked into is one whose name is least like this one's.
const UNLIKE: usize = 4;

/// Whether a record only serves others.
pub fn is_auxiliary(nomvar: &str) -> bool {
    NEVER_FIELDS.contains(&nomvar)
}

/// What a field asks for by its ig1, ig2 and, but for tiles, ig3: the ip1, ip2 and ip3 of positional records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    pub ip1: u32,
    pub ip2: u32,
    pub ip3: Option<u32>,
}

/// A positional record: its description and its numbers.
pub struct Positional {
    pub record: Descriptor,
    pub values: Vec<f64>,
}

/// Looks where positional records may be, the nearest places first. Other files are opened when they are needed.
pub struct Positions<'a> {
    own: &'a Container,
    /// Files with positional records that were looked into.
    known: Vec<Container>,
    /// Files yet to be looked into; `None` before anything was missed in the own file.
    waiting: Option<VecDeque<PathBuf>>,
    others: &'a [PathBuf],
    looked: usize,
}

impl<'a> Positions<'a> {
    pub fn new(own: &'a Container, others: &'a [PathBuf]) -> Self {
        Self { own, known: Vec::new(), waiting: None, others, looked: 0 }
    }

    /// The first readable record with a name and a tag whose dimensions fit.
    pub fn find(&mut self, name: &str, tag: Tag, fits: &dyn Fn(&Descriptor) -> bool) -> Option<Positional> {
        let there = |container: &Container| look_in(container, name, tag, fits);
        if let Some(found) = there(self.own).or_else(|| self.known.iter().find_map(there)) {
            return Some(found);
        }
        while let Some(container) = self.next_file() {
            let found = there(&container);
            self.known.push(container);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The next file that has positional records.
    fn next_file(&mut self) -> Option<Container> {
        let (own, others) = (self.own.path(), self.others);
        let waiting = self.waiting.get_or_insert_with(|| {
            let given = others.iter().filter(|path| *path != own).cloned();
            given.chain(siblings(own)).collect()
        });
        while self.looked < MOST_FILES {
            let path = waiting.pop_front()?;
            let Some(container) = open_standard_file(&path) else { continue };
            self.looked += 1;
            if container.records().any(|record| [X, Y, BOTH].contains(&record.nomvar().as_str())) {
                return Some(container);
            }
        }
        None
    }
}

fn look_in(container: &Container, name: &str, tag: Tag, fits: &dyn Fn(&Descriptor) -> bool) -> Option<Positional> {
    let is_meant = |record: &Descriptor| {
        record.ip1() == tag.ip1
            && record.ip2() == tag.ip2
            && tag.ip3.is_none_or(|ip3| record.ip3() == ip3)
            && record.nomvar() == name
            && fits(record)
    };
    container.records().enumerate().filter(|(_, record)| is_meant(record)).find_map(|(number, record)| {
        let data = container.read(number).ok()?;
        let values = values::decode(record, &data).map(Values::into_f64).ok()?;
        Some(Positional { record: *record, values })
    })
}

/// `None` for what is no random standard file; waits for nothing and reads next to nothing of other files.
fn open_standard_file(path: &Path) -> Option<Container> {
    let about = std::fs::metadata(path).ok()?;
    if !about.is_file() || Container::kind(path)? != Kind::Random98 {
        return None;
    }
    Container::open(path).ok()
}

/// The other files of a folder. Most like this one by their names come first, since a run's files share their grid; but
/// among them some that are least like it, where a file of positions alone would stand.
fn siblings(path: &Path) -> Vec<PathBuf> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Vec::new() };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let name = name.to_string_lossy();
    let mut names: Vec<(Reverse<usize>, PathBuf)> = entries
        .flatten()
        .take(MOST_NAMES)
        .filter(|entry| entry.file_name() != *name)
        .map(|entry| (Reverse(alike(&name, &entry.file_name().to_string_lossy())), entry.path()))
        .collect();
    names.sort();
    let mut names: VecDeque<PathBuf> = names.into_iter().map(|(_, path)| path).collect();
    let mut mixed = Vec::with_capacity(names.len());
    while let Some(next) = if mixed.len() % UNLIKE == UNLIKE - 1 { names.pop_back() } else { names.pop_front() } {
        mixed.push(next);
    }
    mixed
}

/// How many characters two names begin with in common.
fn alike(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}
