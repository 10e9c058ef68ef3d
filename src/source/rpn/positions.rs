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

/// Files that are looked into, of those that are open and again of the folder's. Most runs have their positions in each
/// file, or in one.
const MOST_FILES: usize = 64;
/// A positional record of more values is none.
const MOST_VALUES: u64 = 1 << 24;
const MOST_NAMES: usize = 20_000;
/// Every fourth file that is looked into is one whose name is least like this one's.
const UNLIKE: usize = 4;

/// Whether a record only serves others.
pub fn is_auxiliary(nomvar: &str) -> bool {
    NEVER_FIELDS.contains(&nomvar)
}

/// Whether a record holds positions.
pub fn is_positional(nomvar: &str) -> bool {
    [X, Y, BOTH].contains(&nomvar)
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
    /// Files yet to be looked into, those that are open and those of the folder; `None` before anything was missed.
    waiting: Option<[VecDeque<PathBuf>; 2]>,
    others: &'a [PathBuf],
    /// How many of either were looked into.
    looked: [usize; 2],
}

impl<'a> Positions<'a> {
    pub fn new(own: &'a Container, others: &'a [PathBuf]) -> Self {
        Self { own, known: Vec::new(), waiting: None, others, looked: [0, 0] }
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
            let given = others.iter().filter(|path| *path != own).cloned().collect();
            [in_order(own, given), in_order(own, siblings(own))]
        });
        for (waiting, looked) in waiting.iter_mut().zip(&mut self.looked) {
            while *looked < MOST_FILES {
                let Some(path) = waiting.pop_front() else { break };
                let Some(container) = open_standard_file(&path) else { continue };
                *looked += 1;
                if container.records().any(|record| is_positional(&record.nomvar())) {
                    return Some(container);
                }
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
            && u64::from(record.ni()) * u64::from(record.nj()) <= MOST_VALUES
            && record.nk() == 1
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

/// The other files of a folder.
fn siblings(path: &Path) -> Vec<PathBuf> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Vec::new() };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let others = entries.flatten().take(MOST_NAMES).filter(|entry| entry.file_name() != name);
    others.map(|entry| entry.path()).collect()
}

/// Those most like this one by their names come first, since a run's files share their grid; but among them some that
/// are least like it, where a file of positions alone would stand.
fn in_order(own: &Path, paths: Vec<PathBuf>) -> VecDeque<PathBuf> {
    let name_of = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let own = name_of(own);
    let mut paths: Vec<_> = paths.into_iter().map(|path| (Reverse(alike(&own, &name_of(&path))), path)).collect();
    paths.sort();
    let mut paths: VecDeque<PathBuf> = paths.into_iter().map(|(_, path)| path).collect();
    let mut mixed = VecDeque::with_capacity(paths.len());
    while let Some(next) = if mixed.len() % UNLIKE == UNLIKE - 1 { paths.pop_back() } else { paths.pop_front() } {
        mixed.push_back(next);
    }
    mixed
}

/// How many characters two names begin with in common.
fn alike(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}
