//! Positional reads of a file whose length was taken when it was opened: no memory maps, no shared position.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Detail, Refusal, SourceError};

/// A file to be read from many threads at once.
#[derive(Debug)]
pub struct FileBytes {
    path: PathBuf,
    file: File,
    length: u64,
    /// When it was last written, as far as the system says.
    written: Option<SystemTime>,
    /// Where address zero stands: behind the user block of an HDF5 file.
    base: u64,
}

impl FileBytes {
    pub fn open(path: &Path, base: u64) -> Result<Self, SourceError> {
        let open = || -> io::Result<(File, std::fs::Metadata)> {
            let file = File::open(path)?;
            let about = file.metadata()?;
            Ok((file, about))
        };
        let (file, about) = open().map_err(|error| SourceError::of_io(path, &error))?;
        Ok(Self { path: path.to_owned(), file, length: about.len(), written: about.modified().ok(), base })
    }

    /// Bytes in the file when it was opened.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether nobody has written to the open file since; one that was replaced under its name is still the old one.
    pub fn is_as_opened(&self) -> bool {
        let about = self.file.metadata();
        about.is_ok_and(|about| about.len() == self.length && about.modified().ok() == self.written)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads `length` bytes from `address` into the front of `buffer`, which grows as needed; never more than the file
    /// has.
    pub fn read(&self, address: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), SourceError> {
        let start = address.checked_add(self.base);
        let end = start.and_then(|start| start.checked_add(length as u64));
        let Some((start, end)) = start.zip(end).filter(|&(_, end)| end <= self.length) else {
            let (end, wanted) = (self.length.into(), address.saturating_add(length as u64).into());
            return Err(self.corrupt(Detail::with("detail.ends_early", [("end", end), ("wanted", wanted)])));
        };
        debug_assert!(end <= self.length);
        if buffer.len() < length {
            buffer.resize(length, 0);
        }
        let Some(target) = buffer.get_mut(..length) else { return Ok(()) };
        read_at(&self.file, target, start).map_err(|error| SourceError::of_io(&self.path, &error))
    }

    /// The refusal of broken contents.
    pub fn corrupt(&self, found: Detail) -> SourceError {
        SourceError::new(&self.path, Refusal::Corrupt, found)
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
