//! What a file is, by its first bytes; never by its name.

use std::io::Read;
use std::path::Path;

use super::rpn::Kind;
use super::{Detail, Refusal, SourceError, handles, is_store};

/// Formats that are known by sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// CDF-1, CDF-2, CDF-5.
    Classic,
    /// HDF5, also behind a user block.
    Hdf5,
    Grib,
    Rpn(Kind),
    /// A folder.
    Zarr,
    /// Perhaps of a Zarr store.
    Zip,
}

/// How far into a file a GRIB message may begin: bulletins put headers before it.
const GRIB_SEARCH: usize = 4096;
const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";

/// Looks at the beginning of a file. Refuses what is empty, absent, closed to us, a folder, or no data.
pub fn recognise(path: &Path) -> Result<Signature, SourceError> {
    let about = std::fs::metadata(path).map_err(|error| SourceError::of_io(path, &error))?;
    if about.is_dir() && is_store(path) {
        return Ok(Signature::Zarr);
    }
    if about.is_dir() {
        std::fs::read_dir(path).map_err(|error| SourceError::of_io(path, &error))?;
        return Err(SourceError::new(path, Refusal::NotData, Detail::of("detail.folder")));
    }
    // A pipe or a device would be waited on for ever.
    if !about.is_file() {
        return Err(SourceError::new(path, Refusal::NotData, Detail::of("detail.no_file")));
    }
    if about.len() == 0 {
        return Err(SourceError::new(path, Refusal::Empty, Detail::None));
    }
    let mut file = handles::open(path).map_err(|error| SourceError::of_io(path, &error))?;
    let mut head = Vec::new();
    let read = file.by_ref().take(1 << 16).read_to_end(&mut head);
    read.map_err(|error| SourceError::of_io(path, &error))?;
    of_bytes(&head).ok_or_else(|| SourceError::new(path, Refusal::NotData, describe(&head)))
}

fn of_bytes(head: &[u8]) -> Option<Signature> {
    if head.starts_with(b"CDF") && head.get(3).is_some_and(|version| [1, 2, 5].contains(version)) {
        return Some(Signature::Classic);
    }
    let user_blocks = std::iter::successors(Some(512_usize), |at| at.checked_mul(2)).take_while(|&at| at < head.len());
    if std::iter::once(0).chain(user_blocks).any(|at| head.get(at..).is_some_and(|rest| rest.starts_with(HDF5))) {
        return Some(Signature::Hdf5);
    }
    // Its marks stand anywhere in the first bytes, and may stand in others' by chance.
    let of_others = [b"GRIB".as_slice(), b"PK\x03\x04"].iter().any(|start| head.starts_with(start));
    if let Some(kind) = Kind::of(head).filter(|_| !of_others) {
        return Some(Signature::Rpn(kind));
    }
    if head.starts_with(b"PK\x03\x04") {
        return Some(Signature::Zip);
    }
    let search = head.get(..GRIB_SEARCH.min(head.len()))?;
    // Farther in, the word alone may be anybody's: the edition stands four bytes behind it.
    let message = |bytes: &[u8]| bytes.starts_with(b"GRIB") && matches!(bytes.last(), Some(1 | 2));
    (head.starts_with(b"GRIB") || search.windows(8).any(message)).then_some(Signature::Grib)
}

/// What stands there instead, for the message.
fn describe(head: &[u8]) -> Detail {
    let known: &[(&[u8], &str)] = &[(b"\x0e\x03\x13\x01", "HDF4"), (b"BUFR", "BUFR")];
    let packed: &[(&[u8], &str)] =
        &[(b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"), (b"\x28\xb5\x2f\xfd", "zstd")];
    let pictures: &[(&[u8], &str)] = &[(b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"%PDF", "PDF")];
    let name_of =
        |all: &[(&[u8], &'static str)]| all.iter().find(|(start, _)| head.starts_with(start)).map(|(_, n)| *n);
    if let Some(name) = name_of(known).or(name_of(pictures)) {
        return name.into();
    }
    if let Some(name) = name_of(packed) {
        return Detail::with("detail.packed", [("name", name.into())]);
    }
    let start = String::from_utf8_lossy(head.get(..512.min(head.len())).unwrap_or_default()).to_lowercase();
    let start = start.trim_start();
    if ["<!doctype html", "<html", "<head"].iter().any(|tag| start.starts_with(tag)) {
        return Detail::of("detail.html");
    }
    if start.starts_with("<?xml") {
        return "XML".into();
    }
    let text = head.iter().take(512).all(|&byte| byte >= 0x20 || b"\n\r\t\x0c".contains(&byte));
    if text { Detail::of("detail.text") } else { Detail::None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn formats_are_known_by_their_first_bytes() {
        assert_eq!(of_bytes(b"CDF\x01\0\0"), Some(Signature::Classic));
        assert_eq!(of_bytes(b"CDF\x07\0\0"), None);
        assert_eq!(of_bytes(b"\x89HDF\r\n\x1a\n\0"), Some(Signature::Hdf5));
        let mut behind_block = vec![0; 1024];
        behind_block[512..520].copy_from_slice(HDF5);
        assert_eq!(of_bytes(&behind_block), Some(Signature::Hdf5));
        assert_eq!(of_bytes(b"TTAA00 KWBC 201200\r\r\nGRIB\0\0\0\x02"), Some(Signature::Grib));
        assert_eq!(of_bytes(b"#!/usr/bin/env python3\n# opens GRIB files\n"), None);
        assert_eq!(of_bytes(b"\0"), None);
    }

    #[test]
    fn a_web_page_is_called_one() {
        assert!(describe(b"\n <!DOCTYPE html><html>").tell(Language::English).contains("HTML"));
        assert_eq!(describe(b"netcdf x {"), Detail::of("detail.text"));
    }
}
