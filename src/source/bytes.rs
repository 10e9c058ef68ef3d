//! Positional reads of a file whose length was taken when it was opened: no memory maps, no shared position.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::handles::Handle;
use super::{Detail, Refusal, SourceError};

/// A file to be read from many threads at once.
#[derive(Clone, Debug)]
pub struct FileBytes {
    handle: Arc<Handle>,
    /// Where address zero stands: behind the user block of an HDF5 file.
    base: u64,
}

impl FileBytes {
    pub fn open(path: &Path, base: u64) -> Result<Self, SourceError> {
        let handle = Handle::open(path).map_err(|error| SourceError::of_io(path, &error))?;
        Ok(Self { handle: Arc::new(handle), base })
    }

    /// The same file with address zero elsewhere.
    pub fn from(&self, base: u64) -> Self {
        Self { base, ..self.clone() }
    }

    /// Bytes in the file when it was opened.
    pub fn length(&self) -> u64 {
        self.handle.length()
    }

    /// Whether nobody has written to the open file since; one that was replaced under its name may still be the old one.
    pub fn is_as_opened(&self) -> bool {
        self.handle.is_as_opened()
    }

    pub fn path(&self) -> &Path {
        self.handle.path()
    }

    /// Reads `length` bytes from `address` into the front of `buffer`, which grows as needed; never more than the file
    /// has.
    pub fn read(&self, address: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), SourceError> {
        let start = address.checked_add(self.base);
        let end = start.and_then(|start| start.checked_add(length as u64));
        let Some((start, end)) = start.zip(end).filter(|&(_, end)| end <= self.length()) else {
            let (end, wanted) = (self.length(), address.saturating_add(length as u64));
            return Err(self.corrupt(Detail::with(
                "detail.ends_early",
                [("end", Detail::Count(end)), ("wanted", Detail::Count(wanted))],
            )));
        };
        debug_assert!(end <= self.length());
        if buffer.len() < length {
            buffer.resize(length, 0);
        }
        let Some(target) = buffer.get_mut(..length) else { return Ok(()) };
        let file = self.handle.file().map_err(|error| SourceError::of_io(self.path(), &error))?;
        let file = file.ok_or_else(|| self.corrupt(Detail::of("detail.changed")))?;
        read_at(&file, target, start).map_err(|error| SourceError::of_io(self.path(), &error))
    }

    /// The refusal of broken contents.
    pub fn corrupt(&self, found: Detail) -> SourceError {
        SourceError::new(self.path(), Refusal::Corrupt, found)
    }
}

#[cfg(unix)]
fn read_at(file: &File, target: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, target, start)
}

#[cfg(windows)]
fn read_at(file: &File, mut target: &mut [u8], mut start: u64) -> io::Result<()> {
    while !target.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, target, start)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        target = target.get_mut(read..).unwrap_or_default();
        start += read as u64;
    }
    Ok(())
}
