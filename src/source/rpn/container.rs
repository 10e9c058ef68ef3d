//! The file: a header, directory pages in a chain between the records, and the records. All big-endian; addresses count
//! units of eight bytes from 1.

use std::path::Path;

use super::descriptor::Descriptor;
use super::kind::Kind;
use crate::source::bytes::FileBytes;
use crate::source::{Detail, Refusal, SourceError};

const HEADER_BYTES: usize = 64;
/// By which kinds of files are told apart.
const SIGNATURE_BYTES: usize = 128;
const PAGE_BYTES: usize = 18_464;
const PAGE_HEAD: usize = 32;
const MOST_ENTRIES: u32 = 256;
const MOST_PAGES: usize = 1024;
/// The record's own copy of its descriptor and eight bytes of auxiliary keys, before its data.
const RECORD_KEYS: u64 = 80;

/// An open file and what its directory lists.
#[derive(Debug)]
pub struct Container {
    bytes: FileBytes,
    /// Live records in directory order.
    entries: Vec<Entry>,
    /// What contradicts itself, while the directory can be read as far as it goes.
    pub notes: Vec<SourceError>,
}

#[derive(Debug)]
struct Entry {
    descriptor: Descriptor,
    /// Where in the directory it stands.
    at: u64,
}

/// What is wrong with a part of the file.
pub type Fault = Detail;

impl Container {
    /// Reads the header and the directory: nothing of the records. Refuses a file whose directory cannot even be begun.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let bytes = FileBytes::open(path, 0)?;
        let mut buffer = Vec::new();
        bytes.read(0, HEADER_BYTES, &mut buffer)?;
        let header = Header::new(&buffer).ok_or_else(|| bytes.corrupt(Detail::of("rpn.layout")))?;
        let mut container = Self { bytes, entries: Vec::new(), notes: Vec::new() };
        let pages = container.read_directory(&header)?;
        container.compare(&header, pages);
        Ok(container)
    }

    /// What kind of file of this family stands there, by a hundred bytes of it.
    pub fn kind(path: &Path) -> Option<Kind> {
        let mut head = Vec::new();
        FileBytes::open(path, 0).ok()?.read(0, SIGNATURE_BYTES, &mut head).ok()?;
        Kind::of(&head)
    }

    /// Follows the chain of pages; gives their number. What breaks the chain is a note where something was read before.
    fn read_directory(&mut self, header: &Header) -> Result<usize, SourceError> {
        let mut visited: Vec<u32> = Vec::new();
        let mut next = header.first_page;
        let mut buffer = Vec::new();
        while next != 0 {
            let number = visited.len() as u64;
            let page = if visited.contains(&next) {
                Err(Detail::with("rpn.page_loop", [("page", number.into())]))
            } else if visited.len() >= MOST_PAGES {
                Err(Detail::of("rpn.pages"))
            } else {
                self.read_page(next, number, &mut buffer)
            };
            match page {
                Ok(following) => {
                    visited.push(next);
                    next = following;
                }
                Err(fault) if visited.is_empty() => return Err(self.bytes.corrupt(fault)),
                Err(fault) => {
                    self.notes.push(self.bytes.corrupt(fault));
                    break;
                }
            }
        }
        Ok(visited.len())
    }

    /// Takes the live entries of one page; gives the address of the next, 0 behind the last.
    fn read_page(&mut self, address: u32, number: u64, buffer: &mut Vec<u8>) -> Result<u32, Fault> {
        let beyond = || Detail::with("rpn.page_beyond", [("page", number.into())]);
        let start = offset(address).ok_or_else(beyond)?;
        self.bytes.read(start, PAGE_BYTES, buffer).map_err(|_| beyond())?;
        let page = buffer.get(..PAGE_BYTES).ok_or_else(beyond)?;
        let word = |at: usize| page.get(4 * at..).and_then(be_u32).unwrap_or(0);
        let (next, count) = (word(4), word(5));
        if count > MOST_ENTRIES {
            let count = u64::from(count).into();
            return Err(Detail::with("rpn.page_entries", [("page", number.into()), ("count", count)]));
        }
        let sum = page.chunks_exact(4).skip(4).filter_map(be_u32).fold(0, |sum, word| sum ^ word);
        if sum != 0 {
            let detail = Detail::with("rpn.page_checksum", [("page", number.into())]);
            let note = unexpected(&self.bytes, detail);
            // Of many pages one says it.
            if self.notes.is_empty() {
                self.notes.push(note);
            }
        }
        let entries = page.get(PAGE_HEAD..).unwrap_or_default().chunks_exact(Descriptor::BYTES).take(count as usize);
        for (place, entry) in entries.enumerate() {
            let at = start + (PAGE_HEAD + place * Descriptor::BYTES) as u64;
            if let Some(descriptor) = Descriptor::new(entry).filter(Descriptor::is_live) {
                self.entries.push(Entry { descriptor, at });
            }
        }
        Ok(next)
    }

    /// What the header says of the whole, against what was found.
    fn compare(&mut self, header: &Header, pages: usize) {
        if header.open {
            let writing = SourceError::new(self.path(), Refusal::Corrupt, Detail::None);
            self.notes.push(writing.saying(&("rpn.writing", "rpn.writing_advice")));
        }
        let said_and_found =
            |key, said: u64, found: u64| Detail::with(key, [("said", said.into()), ("found", found.into())]);
        if header.size != self.bytes.length() {
            let detail = said_and_found("rpn.size", header.size, self.bytes.length());
            self.notes.push(unexpected(&self.bytes, detail));
        }
        let found = self.entries.len() as u64;
        if header.records != found || header.pages != pages as u64 {
            self.notes.push(unexpected(&self.bytes, said_and_found("rpn.counts", header.records, found)));
        }
    }

    pub fn path(&self) -> &Path {
        self.bytes.path()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn record(&self, number: usize) -> Option<&Descriptor> {
        self.entries.get(number).map(|entry| &entry.descriptor)
    }

    /// The live records in directory order.
    pub fn records(&self) -> impl ExactSizeIterator<Item = &Descriptor> {
        self.entries.iter().map(|entry| &entry.descriptor)
    }

    /// Where the data of a record begin, and how many bytes they have: within the file.
    pub fn payload(&self, record: &Descriptor) -> Result<(u64, usize), Fault> {
        let start = offset(record.address()).ok_or_else(|| Detail::of("rpn.address"))?;
        let end = start.checked_add(record.length()).filter(|&end| end <= self.bytes.length());
        end.ok_or_else(|| Detail::of("detail.data_beyond"))?;
        let length = record.length().checked_sub(RECORD_KEYS).ok_or_else(|| Detail::of("rpn.short"))?;
        let length = usize::try_from(length).map_err(|_| Detail::of("rpn.large"))?;
        Ok((start + RECORD_KEYS, length))
    }

    /// The data of a record, packed as they are. Refused where the writer has put something else there since.
    pub fn read(&self, number: usize) -> Result<Vec<u8>, SourceError> {
        let absent = || self.fault(number, Detail::of("rpn.address"));
        let entry = self.entries.get(number).ok_or_else(absent)?;
        let (start, length) = self.payload(&entry.descriptor).map_err(|fault| self.fault(number, fault))?;
        let mut data = Vec::new();
        self.bytes.read(start, length, &mut data)?;
        // A writer appends, which harms nobody; what was rewritten in place has another entry now.
        if !self.bytes.is_as_opened() {
            let mut entry_now = Vec::new();
            self.bytes.read(entry.at, Descriptor::BYTES, &mut entry_now)?;
            if Descriptor::new(&entry_now).as_ref() != Some(&entry.descriptor) {
                return Err(self.fault(number, Detail::of("rpn.rewritten")));
            }
        }
        Ok(data)
    }

    /// The refusal of one record.
    pub fn fault(&self, number: usize, fault: Fault) -> SourceError {
        let what = Detail::with("rpn.record", [("record", (number as u64).into()), ("what", fault)]);
        SourceError::new(self.path(), Refusal::Corrupt, what)
    }
}

/// What the header says that is of use.
struct Header {
    first_page: u32,
    /// Bytes.
    size: u64,
    pages: u64,
    records: u64,
    /// A writer has it open, or had when it broke off.
    open: bool,
}

impl Header {
    /// `None` for keys of another length than 72 and 8 bytes: those of other applications of the container.
    fn new(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| bytes.get(4 * at..).and_then(be_u32);
        let (first, keys, auxiliary) = (word(0)?, word(10)?, word(11)?);
        if first >> 24 != 0 || keys & 0xffff != 9 || auxiliary & 0xffff != 1 {
            return None;
        }
        Some(Self {
            first_page: (first & 0xff_ffff) + 1,
            size: u64::from(word(4)?) * 8,
            pages: word(7)?.into(),
            records: word(13)?.into(),
            open: word(14)? != 0,
        })
    }
}

fn unexpected(bytes: &FileBytes, detail: Detail) -> SourceError {
    bytes.corrupt(detail).saying(&("rpn.unexpected", "rpn.unexpected_advice"))
}

fn offset(address: u32) -> Option<u64> {
    Some(u64::from(address.checked_sub(1)?) * 8)
}

fn be_u32(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|word| u32::from_be_bytes(*word))
}
