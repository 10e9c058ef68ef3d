//! The other files that may have what a file leaves out, the positions of its grid: those that are open with it, then
//! those of its folder, the likeliest first, and never more than some.

use std::cmp::Reverse;
use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

/// Files that are looked into, of those that are open and again of the folder's. Most runs have their positions in each
/// file, or in one.
const MOST_FILES: usize = 64;
/// Files whose first bytes are read to see whether they are worth that.
const MOST_GLANCES: usize = 1024;
const MOST_NAMES: usize = 20_000;
/// Every fourth file that is looked into is one whose name is least like this one's.
const UNLIKE: usize = 4;
/// Words in the names of files that hold positions: those of ICON and COSMO at DWD, of grid files, of MPAS (`static`,
/// `init`), WRF (`geo_em`, `wrfinput`), NEMO (`domain_cfg`, `coordinates`), ROMS (`grd`), and of SCRIP.
const TELLING: &[&str] = &[
    "clat",
    "clon",
    "vlat",
    "vlon",
    "elat",
    "elon",
    "rlat",
    "rlon",
    "grid",
    "hgrid",
    "invariant",
    "mesh",
    "static",
    "init",
    "geo",
    "wrfinput",
    "domain",
    "coordinates",
    "grd",
    "scrip",
];

/// What became of a file that was looked at.
pub enum Look<T> {
    /// Of another kind, known by its first bytes or its size.
    Other,
    /// It was opened, and has nothing.
    Nothing,
    Found(T),
}

/// The files around one, each given once. They are listed when the first is asked for.
pub struct Companions<'a> {
    own: &'a Path,
    others: &'a [PathBuf],
    /// Those that are open and those of the folder.
    waiting: Option<[VecDeque<PathBuf>; 2]>,
    /// From which of the two the last one came.
    last: usize,
    /// How many of either were opened, and how many of all were looked at.
    opened: [usize; 2],
    glances: usize,
}

impl<'a> Companions<'a> {
    pub fn new(own: &'a Path, others: &'a [PathBuf]) -> Self {
        Self { own, others, waiting: None, last: 0, opened: [0, 0], glances: 0 }
    }

    /// From now on only files whose names tell of positions; and none of the folder's where one that is open has served.
    pub fn narrow(&mut self) {
        let last = self.last;
        for (n, waiting) in self.waiting().iter_mut().enumerate() {
            waiting.retain(|path| n == last && tells(&name_of(path)));
        }
    }

    /// Of the folder only files whose names tell of positions.
    pub fn narrow_folder(&mut self) {
        let [_, folder] = self.waiting();
        folder.retain(|path| tells(&name_of(path)));
    }

    /// Whether the last one came from the folder.
    pub fn is_in_folder(&self) -> bool {
        self.last == 1
    }

    fn waiting(&mut self) -> &mut [VecDeque<PathBuf>; 2] {
        let (own, others) = (self.own, self.others);
        self.waiting.get_or_insert_with(|| {
            let given: Vec<PathBuf> = others.iter().filter(|path| *path != own).cloned().collect();
            let mut beside = siblings(own);
            if !given.is_empty() {
                let known: HashSet<&PathBuf> = given.iter().collect();
                beside.retain(|path| !known.contains(path));
            }
            [in_order(own, given), in_order(own, beside)]
        })
    }

    /// What `look` makes of the next file in which it finds something.
    pub fn next<T>(&mut self, mut look: impl FnMut(&Path) -> Look<T>) -> Option<T> {
        for n in 0..2 {
            while self.opened[n] < MOST_FILES && self.glances < MOST_GLANCES {
                let Some(path) = self.waiting()[n].pop_front() else { break };
                // A pipe or a device would be waited on for ever.
                if !std::fs::metadata(&path).is_ok_and(|about| about.is_file()) {
                    continue;
                }
                self.glances += 1;
                match look(&path) {
                    Look::Other => {}
                    Look::Nothing => self.opened[n] += 1,
                    Look::Found(found) => {
                        self.opened[n] += 1;
                        self.last = n;
                        return Some(found);
                    }
                }
            }
        }
        None
    }
}

/// The other files of a folder.
fn siblings(path: &Path) -> Vec<PathBuf> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Vec::new() };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let others = entries.flatten().take(MOST_NAMES).filter(|entry| entry.file_name() != name);
    others.map(|entry| entry.path()).collect()
}

/// Those whose names tell of positions come first. Then those most like this one by their names, since a run's files
/// share their grid; but among them some that are least like it, where a file of positions alone would stand.
fn in_order(own: &Path, paths: Vec<PathBuf>) -> VecDeque<PathBuf> {
    let own = name_of(own);
    let likeness = |path: PathBuf| (Reverse(alike(&own, &name_of(&path))), path);
    let mut paths: Vec<_> = paths.into_iter().map(likeness).collect();
    paths.sort();
    let in_order = paths.into_iter().map(|(_, path)| path);
    let (telling, mut rest): (VecDeque<PathBuf>, VecDeque<PathBuf>) = in_order.partition(|path| tells(&name_of(path)));
    let mut mixed = telling;
    for turn in 1.. {
        let next = if turn % UNLIKE == 0 { rest.pop_back() } else { rest.pop_front() };
        let Some(next) = next else { break };
        mixed.push_back(next);
    }
    mixed
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// How many characters two names begin with in common.
fn alike(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

/// Whether one of a name's words is said of positions.
fn tells(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.split(|c: char| !c.is_ascii_alphabetic()).any(|word| TELLING.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_looked_for_where_names_tell_of_them_then_in_the_same_run() {
        let path = |name: &str| PathBuf::from(name);
        let own = path("icon_single-level_2026112012_006_T_2M.grib2");
        let mut all: Vec<PathBuf> =
            (0..300).map(|n| path(&format!("icon_pressure-level_2026112012_006_{n}_RELHUM.grib2"))).collect();
        all.push(path("icon_single-level_2026112012_012_T_2M.grib2"));
        all.push(path("icon_time-invariant_2026112012_CLAT.grib2"));
        all.push(path("icon_grid_0026_R03B07_G.nc"));
        let order = in_order(&own, all);
        assert!(order.range(..2).all(|path| tells(&path.to_string_lossy())), "{:?}", order.range(..2));
        assert_eq!(order.get(2), Some(&path("icon_single-level_2026112012_012_T_2M.grib2")));
        assert_eq!(order.len(), 303);
    }

    #[test]
    fn no_more_files_are_opened_than_were_agreed_on() {
        let folder = std::env::temp_dir().join(format!("millibar-companions-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written to");
        for n in 0..100 {
            std::fs::write(folder.join(format!("a{n}")), b"x").expect("the temporary folder can be written to");
        }
        let own = folder.join("a0");
        let mut opened = 0;
        let found = Companions::new(&own, &[]).next(|path| -> Look<()> {
            opened += 1;
            assert_ne!(path, own, "not the file itself");
            Look::Nothing
        });
        std::fs::remove_dir_all(&folder).ok();
        assert_eq!((found, opened), (None, MOST_FILES));
    }
}
