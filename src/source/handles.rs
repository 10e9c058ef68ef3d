//! Files that are open just now. A model's folder has more files than a process may hold open, so those that were not
//! asked for the longest time are closed, and opened again on demand, if they are still the same.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;

/// So many are held open; the usual limit of a process is 1024, and 256 on some systems.
const MOST: usize = 128;

/// By this a file is known to be the one that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    length: u64,
    written: Option<SystemTime>,
    /// Device and number on it, where the system has them.
    node: Option<(u64, u64)>,
}

impl Identity {
    fn of(about: &Metadata) -> Self {
        Self { length: about.len(), written: about.modified().ok(), node: node(about) }
    }
}

#[cfg(unix)]
fn node(about: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((about.dev(), about.ino()))
}

#[cfg(not(unix))]
fn node(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// A file that was opened, and is open whenever it is asked for.
#[derive(Debug)]
pub struct Handle {
    number: u64,
    path: PathBuf,
    identity: Identity,
}

impl Handle {
    pub fn open(path: &Path) -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let file = open(path)?;
        let identity = Identity::of(&file.metadata()?);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        shelf().put(number, Arc::new(file));
        Ok(Self { number, path: path.to_owned(), identity })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// In bytes, when it was opened.
    pub fn length(&self) -> u64 {
        self.identity.length
    }

    /// The open file; `Ok(None)` where another stands at its path, or this one was written since.
    pub fn file(&self) -> io::Result<Option<Arc<File>>> {
        if let Some(file) = shelf().get(self.number) {
            return Ok(Some(file));
        }
        let file = Arc::new(open(&self.path)?);
        if Identity::of(&file.metadata()?) != self.identity {
            return Ok(None);
        }
        shelf().put(self.number, file.clone());
        Ok(Some(file))
    }

    /// Whether nobody has written to the file since it was opened; one that was replaced under its name, and is open
    /// still, is the old one.
    pub fn is_as_opened(&self) -> bool {
        let about = self.file().and_then(|file| file.map(|file| file.metadata()).transpose());
        matches!(about, Ok(Some(about)) if Identity::of(&about) == self.identity)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        shelf().files.remove(&self.number);
    }
}

/// Opens a regular file; where the system allows no more of them, half of ours are closed first. Of a pipe or a device
/// nothing is opened (`ErrorKind::Unsupported`): it would be waited on for ever.
pub fn open(path: &Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(ErrorKind::Unsupported.into());
    }
    match File::open(path) {
        Err(error) if is_too_many(&error) => {
            shelf().close_half();
            File::open(path)
        }
        opened => opened,
    }
}

/// EMFILE and ENFILE of Unix systems: too many files are open, and nothing is wrong with this one.
pub fn is_too_many(error: &io::Error) -> bool {
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}

#[derive(Default)]
struct Shelf {
    /// By the numbers of their handles, with the time of their last use.
    files: HashMap<u64, (Arc<File>, u64)>,
    clock: u64,
}

fn shelf() -> MutexGuard<'static, Shelf> {
    static SHELF: OnceLock<Mutex<Shelf>> = OnceLock::new();
    SHELF.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shelf {
    fn get(&mut self, number: u64) -> Option<Arc<File>> {
        self.clock += 1;
        let (file, used) = self.files.get_mut(&number)?;
        *used = self.clock;
        Some(file.clone())
    }

    fn put(&mut self, number: u64, file: Arc<File>) {
        self.clock += 1;
        if self.files.len() >= MOST {
            self.close(1);
        }
        self.files.insert(number, (file, self.clock));
    }

    fn close_half(&mut self) {
        self.close(self.files.len().div_ceil(2));
    }

    /// Those that were not asked for the longest time. One that is being read stays open until that is done.
    fn close(&mut self, count: usize) {
        let mut by_use: Vec<(u64, u64)> = self.files.iter().map(|(number, (_, used))| (*used, *number)).collect();
        by_use.sort_unstable();
        for (_, number) in by_use.into_iter().take(count) {
            self.files.remove(&number);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("millibar-handles-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    #[test]
    fn more_files_than_are_held_open_are_all_read_and_few_are_open() {
        let folder = folder("many");
        let handles: Vec<Handle> = (0..3 * MOST)
            .map(|n| {
                let path = folder.join(format!("{n}"));
                std::fs::write(&path, format!("{n:08}")).expect("written");
                Handle::open(&path).expect("a file")
            })
            .collect();
        for (n, handle) in handles.iter().enumerate() {
            let file = handle.file().expect("opened again").expect("the same");
            let mut text = String::new();
            (&*file).take(8).read_to_string(&mut text).expect("read");
            assert_eq!(text, format!("{n:08}"));
            assert!(handle.is_as_opened());
            assert!(shelf().files.len() <= MOST);
        }
        drop(handles);
        std::fs::remove_dir_all(&folder).expect("ours");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_opened() {
        let error = open(Path::new("/dev/zero")).expect_err("no file");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }

    #[test]
    fn a_file_that_was_written_while_it_was_closed_is_another() {
        let folder = folder("changed");
        let path = folder.join("a");
        std::fs::write(&path, "old").expect("written");
        let handle = Handle::open(&path).expect("a file");
        shelf().files.remove(&handle.number);
        std::fs::write(&path, "longer").expect("written");
        assert!(handle.file().expect("there is a file").is_none());
        assert!(!handle.is_as_opened());
        std::fs::remove_file(&path).expect("ours");
        assert!(handle.file().is_err());
        std::fs::remove_dir_all(&folder).expect("ours");
    }
}
