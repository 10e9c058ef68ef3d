//! Zip archives by their central directory (PKWARE's APPNOTE): members stored or deflated, also of the 64-bit kind.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use super::store::is_safe;
use crate::source::bytes::FileBytes;
use crate::source::codec::{Inflater, Wrapping};
use crate::source::{Detail, Refusal, SourceError};

/// The record at the end (section 4.3.16) without its comment, and the longest comment.
const END: usize = 22;
const LONGEST_COMMENT: usize = 0xffff;
/// The record that says where the 64-bit one is (4.3.15).
const LOCATOR: usize = 20;
/// The directory's record of a member (4.3.12), and the header before its bytes (4.3.7).
const ENTRY: usize = 46;
const LOCAL: usize = 30;
/// A directory of about a million members.
const LARGEST_DIRECTORY: u64 = 1 << 26;
/// A member that has to be inflated as a whole.
const LARGEST_MEMBER: u64 = 1 << 29;
/// Deflate reaches 1032 to 1.
const MOST_GROWTH: u64 = 1100;

/// An open archive.
pub struct Archive {
    bytes: FileBytes,
    members: BTreeMap<String, Member>,
    /// The folder in the archive that is the store, with its slash.
    prefix: String,
}

/// One file in the archive.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    header: u64,
    pub stored: u64,
    pub length: u64,
    deflated: bool,
    checksum: u32,
}

impl Archive {
    /// Reads the directory.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let bytes = FileBytes::open(path, 0)?;
        let directory = directory(&bytes)?;
        let mut members = BTreeMap::new();
        let mut rest = directory.as_slice();
        while let Some((entry, behind)) = Entry::parse(rest) {
            rest = behind;
            // Of members of one name the last one holds: that is how an archive is written on.
            if let Some((name, member)) = entry.member().filter(|(name, _)| is_safe(name)) {
                members.insert(name, member);
            }
        }
        let prefix = prefix(&members);
        Ok(Self { bytes, members, prefix })
    }

    /// A member by its key in the store.
    pub fn member(&self, key: &str) -> Option<&Member> {
        if self.prefix.is_empty() { self.members.get(key) } else { self.members.get(&format!("{}{key}", self.prefix)) }
    }

    /// What is below a group or an array, named from there.
    pub fn below<'a>(&'a self, node: &str) -> impl Iterator<Item = (&'a str, &'a Member)> {
        let start = if node.is_empty() { self.prefix.clone() } else { format!("{}{node}/", self.prefix) };
        let from = self.members.range(start.clone()..);
        from.map_while(move |(name, member)| Some((name.strip_prefix(&start)?, member)))
    }

    /// Reads some bytes of a member into the front of `buffer`; of a deflated one all are inflated first.
    pub fn read(&self, member: &Member, part: Range<usize>, buffer: &mut Vec<u8>) -> Result<(), SourceError> {
        let wrong = || self.corrupt(Detail::of("detail.inconsistent"));
        if part.end as u64 > member.length || part.start > part.end {
            return Err(wrong());
        }
        let mut header = Vec::new();
        self.bytes.read(member.header, LOCAL, &mut header)?;
        let (name, extra) = (half(&header, 26), half(&header, 28));
        let (name, extra) = name.zip(extra).filter(|_| header.starts_with(b"PK\x03\x04")).ok_or_else(wrong)?;
        let start = member.header.checked_add((LOCAL + usize::from(name) + usize::from(extra)) as u64);
        let start = start.ok_or_else(wrong)?;
        let all = part.start == 0 && part.end as u64 == member.length;
        if !member.deflated {
            let from = start.checked_add(part.start as u64).ok_or_else(wrong)?;
            self.bytes.read(from, part.len(), buffer)?;
        } else {
            let stored = usize::try_from(member.stored).map_err(|_| wrong())?;
            let mut packed = Vec::new();
            self.bytes.read(start, stored, &mut packed)?;
            let length = usize::try_from(member.length).map_err(|_| wrong())?;
            // One more than is stated, to see what goes beyond.
            let mut whole = vec![0; length.saturating_add(1)];
            let inflated = Inflater::default().inflate(Wrapping::Raw, &packed, &mut whole);
            if inflated != Ok(length) {
                return Err(self.corrupt(Detail::with("detail.stream", [("name", "deflate".into())])));
            }
            whole.truncate(length);
            if all {
                *buffer = whole;
            } else if let Some(found) = whole.get(part.clone()) {
                *buffer = found.to_vec();
            }
        }
        let read = buffer.get(..part.len()).unwrap_or_default();
        if all && checksum(read) != member.checksum {
            return Err(self.corrupt(Detail::of("detail.checksum")));
        }
        Ok(())
    }

    fn corrupt(&self, found: Detail) -> SourceError {
        SourceError::new(self.bytes.path(), Refusal::Corrupt, found)
    }
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive").field("members", &self.members.len()).field("prefix", &self.prefix).finish()
    }
}

/// The folder of the outermost metadata, with its slash: a store that was packed together with its folder.
fn prefix(members: &BTreeMap<String, Member>) -> String {
    let marks = ["zarr.json", ".zgroup", ".zmetadata", ".zarray"];
    let folders = members.keys().filter_map(|name| {
        let (folder, name) = name.rsplit_once('/').unwrap_or(("", name));
        marks.contains(&name).then_some(folder)
    });
    let depth = |folder: &&str| (!folder.is_empty(), folder.matches('/').count(), folder.to_string());
    folders.min_by_key(depth).filter(|folder| !folder.is_empty()).map_or(String::new(), |folder| format!("{folder}/"))
}

/// The bytes of the central directory.
fn directory(bytes: &FileBytes) -> Result<Vec<u8>, SourceError> {
    let wrong = || SourceError::new(bytes.path(), Refusal::Corrupt, Detail::of("detail.zip_directory"));
    let tail_length = bytes.length().min((END + LONGEST_COMMENT + LOCATOR) as u64);
    let tail_start = bytes.length() - tail_length;
    let mut tail = Vec::new();
    bytes.read(tail_start, usize::try_from(tail_length).map_err(|_| wrong())?, &mut tail)?;
    let ends = |at: usize| {
        let comment = half(&tail, at + 20).map(usize::from);
        tail.get(at..).is_some_and(|end| end.starts_with(b"PK\x05\x06"))
            && comment.is_some_and(|length| at + END + length == tail.len())
    };
    let at = (0..tail.len().saturating_sub(END - 1)).rev().find(|&at| ends(at)).ok_or_else(wrong)?;
    let (mut size, mut start) =
        word(&tail, at + 12).map(u64::from).zip(word(&tail, at + 16).map(u64::from)).ok_or_else(wrong)?;
    let locator = at.checked_sub(LOCATOR).filter(|&at| tail.get(at..).is_some_and(|l| l.starts_with(b"PK\x06\x07")));
    if let Some(locator) = locator {
        let mut end = Vec::new();
        bytes.read(long(&tail, locator + 8).ok_or_else(wrong)?, 56, &mut end)?;
        let found = long(&end, 40).zip(long(&end, 48)).filter(|_| end.starts_with(b"PK\x06\x06"));
        (size, start) = found.ok_or_else(wrong)?;
    }
    let mut directory = Vec::new();
    let length = usize::try_from(size).ok().filter(|_| size <= LARGEST_DIRECTORY).ok_or_else(wrong)?;
    bytes.read(start, length, &mut directory)?;
    Ok(directory)
}

/// One record of the directory.
struct Entry<'a> {
    head: &'a [u8],
    name: &'a [u8],
    extra: &'a [u8],
}

impl<'a> Entry<'a> {
    fn parse(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (head, rest) = bytes.split_at_checked(ENTRY).filter(|(head, _)| head.starts_with(b"PK\x01\x02"))?;
        let (name, rest) = rest.split_at_checked(half(head, 28)?.into())?;
        let (extra, rest) = rest.split_at_checked(half(head, 30)?.into())?;
        let (_, rest) = rest.split_at_checked(half(head, 32)?.into())?;
        Some((Self { head, name, extra }, rest))
    }

    /// `None` for a folder, and for what is encrypted or packed in another way.
    fn member(&self) -> Option<(String, Member)> {
        let name = std::str::from_utf8(self.name).ok()?.to_owned();
        let (flags, method) = (half(self.head, 8)?, half(self.head, 10)?);
        let checksum = word(self.head, 16)?;
        let (mut stored, mut length) = (u64::from(word(self.head, 20)?), u64::from(word(self.head, 24)?));
        let mut header = u64::from(word(self.head, 42)?);
        // Those that do not fit into 32 bits follow in this order (4.5.3).
        let mut wide = self.wide().unwrap_or_default();
        for value in [&mut length, &mut stored, &mut header] {
            if *value == u64::from(u32::MAX) {
                *value = long(wide, 0)?;
                wide = wide.get(8..)?;
            }
        }
        let plain = flags & 1 == 0 && !name.ends_with('/');
        let sound = match method {
            0 => stored == length,
            8 => length <= LARGEST_MEMBER && length <= stored.saturating_mul(MOST_GROWTH),
            _ => false,
        };
        (plain && sound).then_some((name, Member { header, stored, length, deflated: method == 8, checksum }))
    }

    /// The extra field of the 64-bit kind.
    fn wide(&self) -> Option<&'a [u8]> {
        let mut rest = self.extra;
        loop {
            let (kind, size) = (half(rest, 0)?, half(rest, 2)?);
            let (field, behind) = rest.get(4..)?.split_at_checked(size.into())?;
            if kind == 1 {
                return Some(field);
            }
            rest = behind;
        }
    }
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    sum.sum()
}
