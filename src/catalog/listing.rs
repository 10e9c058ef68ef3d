//! What lies below a path: names, sizes and times of writing, nothing read.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::fs::DirEntry;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::models::ModelFolder;
use super::names::{Named, is_beside, read_name};
use crate::source::is_store;

/// By this a file is known to be the same as before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// In bytes.
    pub length: u64,
    pub written: Option<SystemTime>,
}

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    pub mark: Mark,
    /// What its name tells.
    pub named: Option<Named>,
}

/// Folders in folders beyond this are not gone into.
const DEEPEST: usize = 8;
/// Links to more folders than this are not followed.
const MOST_LINKS: usize = 512;
/// Folders of a store that are asked when they were written, and how deep: groups, arrays, the dimensions of chunks.
const MOST_STORE_FOLDERS: usize = 1024;
const STORE_LEVELS: usize = 8;
/// More files than this below one path are not a forecast.
const MOST: usize = 200_000;

impl Mark {
    /// `None` where there is no such file, or it is closed to us.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let data = std::fs::metadata(path).ok()?;
        let written = data.modified().ok();
        let within = if data.is_dir() { newest_below(path) } else { None };
        Some(Self { length: data.len(), written: written.max(within) })
    }
}

/// When a folder of a store last gained an entry: the arrays' folders do with each chunk that lands.
///
/// Level by level, in every folder the last chunks first: where there are too many, those of the last steps are asked.
fn newest_below(store: &Path) -> Option<SystemTime> {
    let mut newest = None;
    let mut left = MOST_STORE_FOLDERS;
    let mut level = vec![store.to_owned()];
    for _ in 0..STORE_LEVELS {
        let mut folders: Vec<_> = level.iter().flat_map(|folder| folders_in(folder).into_iter().enumerate()).collect();
        folders.sort_by_key(|(place, _)| *place);
        // Some are left for the levels below.
        folders.truncate(left / 2);
        left -= folders.len();
        let written = folders.iter().filter_map(|(_, entry)| entry.metadata().ok()?.modified().ok());
        newest = newest.max(written.max());
        level = folders.iter().map(|(_, entry)| entry.path()).collect();
    }
    newest
}

/// The folders in a folder of a store: groups and arrays, then chunks from the last position to the first.
fn folders_in(folder: &Path) -> Vec<DirEntry> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<_> = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).collect();
    let number = |entry: &DirEntry| entry.file_name().to_str().and_then(|name| name.parse::<u64>().ok());
    folders.sort_by_cached_key(|entry| Reverse(number(entry).unwrap_or(u64::MAX)));
    folders
}

/// The files below a path: itself, or all regular files of a folder and its subfolders, in the order of their names. A
/// folder that is a store counts as one file.
///
/// Hidden entries are left out. Entries that cannot be listed are left out too: opening the path will say why.
#[must_use]
pub fn list(path: &Path) -> Vec<Found> {
    if !path.is_dir() || is_store(path) {
        let mark = Mark::of(path).unwrap_or_default();
        return vec![Found { path: path.to_owned(), mark, named: read_name(path) }];
    }
    if std::fs::read_dir(path).is_err() {
        // Opening it says why.
        return vec![Found { path: path.to_owned(), mark: Mark::default(), named: None }];
    }
    let mut found = Vec::new();
    walk(path, &mut |path, mark| {
        let named = read_name(&path);
        found.push(Found { path, mark, named });
        found.len() < MOST
    });
    found
}

/// The files of a model in its folder.
#[must_use]
pub fn list_model(model: &ModelFolder) -> Vec<Found> {
    let mut found = Vec::new();
    walk(&model.folder, &mut |path, mark| {
        if let Some(named) = model.names(&path) {
            found.push(Found { path, mark, named });
        }
        found.len() < MOST
    });
    found
}

impl ModelFolder {
    /// As [`ModelFolder::read_name`]; `None` also for what stands beside forecasts.
    #[must_use]
    pub fn names(&self, path: &Path) -> Option<Option<Named>> {
        self.read_name(path).filter(|_| !is_beside(path))
    }
}

/// What a path below a folder belongs to, at which something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// A file that [`list`] gives or would give, or the store that the path is a part of.
    ToFile(PathBuf),
    /// A folder that [`list`] goes into.
    ToFolder,
    /// There is nothing there.
    Gone,
    /// It is left out of lists.
    Nothing,
}

/// Finds out at which file something has happened, without listing the folder.
#[must_use]
pub fn happened(folder: &Path, path: &Path) -> Happened {
    let Ok(below) = path.strip_prefix(folder) else { return Happened::Nothing };
    if is_store(folder) {
        // Its groups and arrays look like stores of their own.
        return Happened::ToFile(folder.to_owned());
    }
    let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    if below.iter().any(hidden) {
        let store = store_around(folder, path);
        // In a store hidden names are its metadata.
        return store.map_or(Happened::Nothing, Happened::ToFile);
    }
    if let Some(store) = store_around(folder, path) {
        return Happened::ToFile(store);
    }
    match std::fs::metadata(path) {
        Err(_) => Happened::Gone,
        Ok(data) if data.is_dir() => Happened::ToFolder,
        Ok(data) if data.is_file() && below.iter().count() <= DEEPEST + 1 => Happened::ToFile(path.to_owned()),
        Ok(_) => Happened::Nothing,
    }
}

/// The outermost store below a folder that a path is or lies in.
fn store_around(folder: &Path, path: &Path) -> Option<PathBuf> {
    let around: Vec<&Path> = path.ancestors().take_while(|around| *around != folder).collect();
    let visible = |path: &Path| path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'));
    let store = around.into_iter().rev().take_while(|path| visible(path)).find(|path| is_store(path));
    store.map(Path::to_owned)
}

/// The paths alone, see [`list`].
#[must_use]
pub fn files_below(path: &Path) -> Vec<PathBuf> {
    list(path).into_iter().map(|found| found.path).collect()
}

/// Calls `each` for every file until it says that it is enough. Links to folders elsewhere are followed after all the
/// rest, each folder once: those that lead back, or to what is listed already, are left out.
fn walk(folder: &Path, each: &mut dyn FnMut(PathBuf, Mark) -> bool) {
    let mut links = VecDeque::new();
    if !walk_in(folder, 0, &mut links, each) {
        return;
    }
    let mut listed: Vec<PathBuf> = folder.canonicalize().into_iter().collect();
    while let Some((link, depth)) = links.pop_front() {
        let Ok(target) = link.canonicalize() else { continue };
        let is_known = |known: &PathBuf| target.starts_with(known) || known.starts_with(&target);
        if listed.len() > MOST_LINKS || listed.iter().any(is_known) {
            continue;
        }
        listed.push(target);
        if !walk_in(&link, depth, &mut links, each) {
            return;
        }
    }
}

/// As [`walk`], with the links to folders for later.
fn walk_in(
    folder: &Path,
    depth: usize,
    links: &mut VecDeque<(PathBuf, usize)>,
    each: &mut dyn FnMut(PathBuf, Mark) -> bool,
) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return true };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let Ok(kind) = entry.file_type() else { continue };
        if hidden {
            continue;
        }
        let path = entry.path();
        let more = if !kind.is_file() && is_store(&path) {
            Mark::of(&path).is_none_or(|mark| each(path, mark))
        } else if kind.is_dir() {
            depth >= DEEPEST || walk_in(&path, depth + 1, links, each)
        } else {
            let data = if kind.is_symlink() { std::fs::metadata(&path) } else { entry.metadata() };
            match data {
                Ok(data) if data.is_dir() && depth < DEEPEST => {
                    links.push_back((path, depth + 1));
                    true
                }
                Ok(data) if data.is_file() => each(path, Mark { length: data.len(), written: data.modified().ok() }),
                _ => true,
            }
        };
        if !more {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_happens_to_one_file_needs_no_list_of_its_folder() {
        let root = std::env::temp_dir().join(format!("millibar-listing-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        for folder in ["12", "a.zarr/t/.cache", ".rsync", "1/2/3/4/5/6/7/8/9"] {
            fs::create_dir_all(root.join(folder)).expect("a folder");
        }
        for file in
            ["12/a.nc", "12/.a.nc.x7Yq", ".rsync/a.nc", "a.zarr/.zgroup", "a.zarr/t/0", "1/2/3/4/5/6/7/8/9/a.nc"]
        {
            fs::write(root.join(file), "").expect("a file");
        }
        let check = |path: &str| match happened(&root, &root.join(path)) {
            Happened::ToFile(file) => file.strip_prefix(&root).expect("below").display().to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(check("12/a.nc"), "12/a.nc");
        assert_eq!(check("12/.a.nc.x7Yq"), "Nothing", "the name of a transfer");
        assert_eq!(check(".rsync/a.nc"), "Nothing");
        assert_eq!(check("12"), "ToFolder");
        assert_eq!(check("18"), "Gone");
        for part in ["a.zarr", "a.zarr/.zgroup", "a.zarr/t/0", "a.zarr/t/1.part"] {
            assert_eq!(check(part), "a.zarr", "{part}");
        }
        assert_eq!(check("1/2/3/4/5/6/7/8/9/a.nc"), "Nothing", "too deep for a list");
        let listed: Vec<PathBuf> = files_below(&root);
        assert_eq!(listed, ["12/a.nc", "a.zarr"].map(|path| root.join(path)));
        fs::remove_dir_all(&root).expect("ours");
    }

    #[test]
    fn whatever_happens_in_a_store_that_was_opened_itself_happens_to_all_of_it() {
        let root = std::env::temp_dir().join(format!("millibar-store-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("m/r/c/1/0")).expect("a folder");
        for file in ["zarr.json", "m/zarr.json", "m/r/zarr.json", "m/r/c/1/0/0"] {
            fs::write(root.join(file), "").expect("a file");
        }
        for part in ["", "m", "m/zarr.json", "m/r", "m/r/c/1/0/0", "m/r/.zarr.json.partial"] {
            assert_eq!(happened(&root, &root.join(part)), Happened::ToFile(root.clone()), "{part}");
        }
        assert_eq!(files_below(&root), [root.as_path()]);
        fs::remove_dir_all(&root).expect("ours");
    }

    #[cfg(unix)]
    #[test]
    fn a_chunk_deep_in_the_groups_of_a_store_changes_its_mark() {
        let root = std::env::temp_dir().join(format!("millibar-chunks-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        for step in 0..600 {
            fs::create_dir_all(root.join(format!("g/h/r/c/{step}/0"))).expect("a folder");
        }
        let last = root.join("g/h/r/c/599/0");
        let old = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            folders.extend(fs::read_dir(&folder).expect("ours").flatten().map(|entry| entry.path()));
            fs::File::open(&folder).and_then(|folder| folder.set_modified(old)).expect("ours");
        }
        let before = Mark::of(&root);
        fs::write(last.join("0"), "a chunk").expect("a file");
        assert_ne!(Mark::of(&root), before);
        fs::remove_dir_all(&root).expect("ours");
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_folders_elsewhere_once_and_never_round_in_a_loop() {
        use std::os::unix::fs::symlink;
        let around = std::env::temp_dir().join(format!("millibar-links-{}", std::process::id()));
        let _ = fs::remove_dir_all(&around);
        let (root, elsewhere) = (around.join("root"), around.join("elsewhere"));
        for folder in [root.join("12"), elsewhere.join("18")] {
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join("a.nc"), "").expect("a file");
        }
        let links = [
            (elsewhere.clone(), "data"),
            (elsewhere.join("18"), "twice"),
            (root.join("12"), "0latest"),
            (root.clone(), "12/up"),
            (around.clone(), "above"),
            (around.join("nowhere"), "broken"),
            (root.join("12/a.nc"), "file.nc"),
        ];
        for (target, link) in links {
            symlink(target, root.join(link)).expect("a link");
        }
        symlink(&elsewhere, elsewhere.join("18/round")).expect("a link");
        let listed = files_below(&root);
        assert_eq!(listed, ["12/a.nc", "file.nc", "data/18/a.nc"].map(|path| root.join(path)));
        fs::remove_dir_all(&around).expect("ours");
    }
}
