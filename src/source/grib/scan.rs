//! The walk through a file: from message to message and from section to section by their lengths, reading headers only.
//!
//! Messages may stand anywhere: behind bulletin headers, between padding, after something else's bytes. A message counts
//! when its sections fill its length exactly and `7777` closes it. Where one does not, the search goes on right behind
//! the word `GRIB` that began it, so that a damaged message costs itself only.

use std::collections::HashSet;
use std::sync::Arc;

use super::message::{Bitmap, Field, Stretch};
use super::octets::Octets;
use crate::source::bytes::FileBytes;
use crate::source::{Detail, SourceError};

/// Read at once: the headers of most messages, or many small messages.
const BLOCK: usize = 4096;
/// The same where a message is searched for.
const SEARCH_BLOCK: usize = 1 << 18;
/// Bytes searched in one file before it is given up: a second's work.
const MOST_GARBAGE: u64 = 1 << 28;
/// Sections looked at in one file, those of what only looks like a message included.
const MOST_SECTIONS: usize = 1 << 23;
/// A header section; the longest in use list the rows of reduced grids.
const MOST_HEADER: usize = 1 << 20;
/// As many broken messages are told of one by one.
const MOST_TOLD: usize = 8;

/// What a walk found.
#[derive(Debug, Default)]
pub struct Found {
    pub fields: Vec<Field>,
    /// Messages that are lost, by where they begin, and why.
    pub lost: Vec<(u64, Detail)>,
    /// Lost ones that are not in that list.
    pub untold: u64,
}

/// Why there is no message where one seemed to begin.
enum Wrong {
    /// Nothing like a message.
    Nothing,
    Lost(Detail),
    /// The file cannot be read.
    Unreadable(SourceError),
}

impl From<SourceError> for Wrong {
    fn from(error: SourceError) -> Self {
        Self::Unreadable(error)
    }
}

/// Lists all fields of a file. An error only where the file itself cannot be read.
pub fn scan(bytes: &FileBytes) -> Result<Found, SourceError> {
    scan_some(bytes, usize::MAX)
}

/// Those of its first messages.
pub fn scan_some(bytes: &FileBytes, most: usize) -> Result<Found, SourceError> {
    let mut walk = Walk { ahead: Ahead::new(bytes), sections: 0, garbage: 0, shared: HashSet::new() };
    let mut found = Found::default();
    let (mut at, mut message) = (0, 0);
    while message < most
        && let Some(start) = walk.next_start(at)?
    {
        at = match walk.message(start, message + 1, &mut found.fields) {
            Ok(end) => {
                message += 1;
                end
            }
            Err(Wrong::Unreadable(error)) => return Err(error),
            Err(Wrong::Nothing) => start + 4,
            Err(Wrong::Lost(_)) if found.lost.len() >= MOST_TOLD => {
                found.untold += 1;
                start + 4
            }
            Err(Wrong::Lost(why)) => {
                found.lost.push((start, why));
                start + 4
            }
        };
        if walk.sections > MOST_SECTIONS {
            found.lost.push((at, Detail::of("detail.grib_too_many")));
            break;
        }
    }
    Ok(found)
}

struct Walk<'a> {
    ahead: Ahead<'a>,
    sections: usize,
    garbage: u64,
    /// Header sections that were met before: messages of one run share most of theirs.
    shared: HashSet<Arc<[u8]>>,
}

impl Walk<'_> {
    /// Where the next `GRIB` stands, from `at` on.
    fn next_start(&mut self, at: u64) -> Result<Option<u64>, SourceError> {
        let length = self.ahead.bytes.length();
        if at.saturating_add(8) > length {
            return Ok(None);
        }
        if self.ahead.get(at, 4)? == b"GRIB" {
            return Ok(Some(at));
        }
        let mut from = at;
        while from.saturating_add(8) <= length && self.garbage < MOST_GARBAGE {
            // What was read before is looked through first: where broken messages lie close together, the next is in it.
            let held = self.ahead.held(from).filter(|&held| held >= 8);
            let size = held.unwrap_or(SEARCH_BLOCK).min((length - from).min(SEARCH_BLOCK as u64) as usize);
            let block = self.ahead.get(from, size)?;
            if let Some(place) = block.windows(4).position(|word| word == b"GRIB") {
                self.garbage += place as u64;
                return Ok(Some(from + place as u64));
            }
            // The word may lie across two blocks.
            self.garbage += size as u64;
            from += (size - 3) as u64;
        }
        Ok(None)
    }

    /// The fields of the message at `start`; its end.
    fn message(&mut self, start: u64, number: usize, fields: &mut Vec<Field>) -> Result<u64, Wrong> {
        let known = fields.len();
        let walked = match self.ahead.get(start, 8)?.get(7) {
            Some(1) => self.edition_1(start, number, fields),
            Some(2) => self.edition_2(start, number, fields),
            _ => Err(Wrong::Nothing),
        };
        if walked.is_err() {
            fields.truncate(known);
        }
        walked
    }

    /// Checks that a message lies within the file and is closed; where the last section must end.
    fn closing(&mut self, start: u64, length: u64) -> Result<u64, Wrong> {
        let have = self.ahead.bytes.length();
        let end = start.checked_add(length).ok_or(Wrong::Nothing)?;
        if end > have {
            return Err(Wrong::Lost(ends_early(have, end)));
        }
        if length < 16 || self.ahead.peek(end - 4, 4)? != b"7777" {
            return Err(Wrong::Lost(Detail::of("detail.grib_not_closed")));
        }
        Ok(end - 4)
    }

    fn edition_2(&mut self, start: u64, number: usize, fields: &mut Vec<Field>) -> Result<u64, Wrong> {
        if start.saturating_add(16) > self.ahead.bytes.length() {
            return Err(Wrong::Nothing);
        }
        let indicator = Octets(self.ahead.get(start, 16)?);
        let (discipline, length) = indicator.u8(7).zip(indicator.u64(9)).ok_or(Wrong::Nothing)?;
        let end = self.closing(start, length)?;
        let mut sections = Sections::default();
        let mut at = start + 16;
        while at < end {
            let (octets, section) = self.section(at, end)?;
            at = at.saturating_add(octets as u64);
            let place = Stretch { start: at - octets as u64, length: octets };
            match section {
                1 => sections.identification = self.header(place)?,
                2 => {}
                3 => sections.grid = self.header(place)?,
                4 => sections.product = self.header(place)?,
                5 => sections.representation = self.header(place)?,
                6 => sections.bitmap = self.bitmap_2(place, sections.bitmap)?,
                7 => {
                    let data = Stretch { start: place.start + 5, length: place.length - 5 };
                    fields.push(sections.field(number, start, discipline, data).ok_or_else(broken)?);
                }
                _ => return Err(broken()),
            }
        }
        if at != end || sections.identification.is_empty() {
            return Err(broken());
        }
        Ok(end + 4)
    }

    /// Length and number of the section at `at`.
    fn section(&mut self, at: u64, end: u64) -> Result<(usize, u8), Wrong> {
        self.sections += 1;
        if at.saturating_add(5) > end || self.sections > MOST_SECTIONS {
            return Err(broken());
        }
        let head = Octets(self.ahead.get(at, 5)?);
        let (length, section) = head.u32(1).zip(head.u8(5)).ok_or_else(broken)?;
        if length < 5 || u64::from(length) > end - at {
            return Err(broken());
        }
        Ok((length as usize, section))
    }

    /// Code table 6.0: 255 no bitmap, 254 the one before, 0 here, else one that the centre has.
    fn bitmap_2(&mut self, place: Stretch, before: Option<Bitmap>) -> Result<Option<Bitmap>, Wrong> {
        if place.length < 6 {
            return Err(broken());
        }
        Ok(Some(match self.ahead.get(place.start, 6)?.get(5) {
            Some(255) => Bitmap::All,
            Some(254) => before.ok_or_else(broken)?,
            Some(0) => Bitmap::Here(Stretch { start: place.start + 6, length: place.length - 6 }),
            Some(number) => Bitmap::Predefined(u16::from(*number)),
            None => return Err(broken()),
        }))
    }

    fn edition_1(&mut self, start: u64, number: usize, fields: &mut Vec<Field>) -> Result<u64, Wrong> {
        let stated = Octets(self.ahead.get(start, 8)?).u24(5).ok_or(Wrong::Nothing)?;
        let have = self.ahead.bytes.length();
        if stated & 0x80_0000 == 0 && start.saturating_add(u64::from(stated)) > have {
            let wanted = start.saturating_add(u64::from(stated));
            return Err(Wrong::Lost(ends_early(have, wanted)));
        }
        let mut at = start + 8;
        let product = self.section_1(&mut at, 28)?;
        let product = self.header(product)?;
        let flags = Octets(&product).u8(8).ok_or_else(broken)?;
        let mut grid: Arc<[u8]> = Arc::from([]);
        if flags & 0x80 != 0 {
            let place = self.section_1(&mut at, 6)?;
            grid = self.header(place)?;
        }
        let mut bitmap = Bitmap::All;
        if flags & 0x40 != 0 {
            let place = self.section_1(&mut at, 6)?;
            let predefined = Octets(self.ahead.get(place.start, 6)?).u16(5).ok_or_else(broken)?;
            bitmap = match predefined {
                0 => Bitmap::Here(Stretch { start: place.start + 6, length: place.length - 6 }),
                number => Bitmap::Predefined(number),
            };
        }
        let own = Octets(self.ahead.within(at, 3)?).u24(1).ok_or_else(broken)?;
        let length = length_1(stated, own);
        let end = self.closing(start, length)?;
        // A large message gives its own length by the trick, and its last section reaches to its end.
        let data = if is_large(stated, own) { end.saturating_sub(at) } else { u64::from(own) };
        if data < 11 || at.saturating_add(data) > end {
            return Err(broken());
        }
        let data = Stretch { start: at, length: usize::try_from(data).map_err(|_| broken())? };
        let representation = self.ahead.get(at, data.length.min(14))?.into();
        let identification = product.clone();
        fields.push(Field {
            message: number,
            offset: start,
            edition: 1,
            discipline: 0,
            identification,
            product,
            grid,
            representation,
            bitmap,
            data,
        });
        Ok(end + 4)
    }

    /// A section of edition 1 at `at`, which moves behind it.
    fn section_1(&mut self, at: &mut u64, least: u32) -> Result<Stretch, Wrong> {
        self.sections += 1;
        let length = Octets(self.ahead.within(*at, 3)?).u24(1).ok_or_else(broken)?;
        if length < least || at.saturating_add(u64::from(length)) > self.ahead.bytes.length() {
            return Err(broken());
        }
        let place = Stretch { start: *at, length: length as usize };
        *at += u64::from(length);
        Ok(place)
    }

    fn header(&mut self, place: Stretch) -> Result<Arc<[u8]>, Wrong> {
        if place.length > MOST_HEADER {
            return Err(broken());
        }
        let section = self.ahead.get(place.start, place.length)?;
        if let Some(known) = self.shared.get(section) {
            return Ok(known.clone());
        }
        let section = section.into();
        Ok(self.share(section))
    }

    fn share(&mut self, section: Arc<[u8]>) -> Arc<[u8]> {
        if let Some(known) = self.shared.get(&section) {
            return known.clone();
        }
        self.shared.insert(section.clone());
        section
    }
}

/// The sections of a message of edition 2 as far as they were met; a repeated one takes the place of the one before.
struct Sections {
    identification: Arc<[u8]>,
    grid: Arc<[u8]>,
    product: Arc<[u8]>,
    representation: Arc<[u8]>,
    bitmap: Option<Bitmap>,
}

impl Default for Sections {
    fn default() -> Self {
        let none = || Arc::from([]);
        Self { identification: none(), grid: none(), product: none(), representation: none(), bitmap: None }
    }
}

impl Sections {
    fn field(&self, message: usize, offset: u64, discipline: u8, data: Stretch) -> Option<Field> {
        let whole = [&self.identification, &self.grid, &self.product, &self.representation];
        if whole.iter().any(|section| section.is_empty()) {
            return None;
        }
        Some(Field {
            message,
            offset,
            edition: 2,
            discipline,
            identification: self.identification.clone(),
            product: self.product.clone(),
            grid: self.grid.clone(),
            representation: self.representation.clone(),
            bitmap: self.bitmap?,
            data,
        })
    }
}

fn ends_early(end: u64, wanted: u64) -> Detail {
    Detail::with("detail.ends_early", [("end", end.into()), ("wanted", wanted.into())])
}

fn broken() -> Wrong {
    Wrong::Lost(Detail::of("detail.grib_sections"))
}

/// Three octets count to 16 MiB. ECMWF writes longer messages in units of 120 octets, with the highest bit set, and
/// then the length of section 4 (less than 120) says how much of the last unit is not there.
fn is_large(stated: u32, data: u32) -> bool {
    stated & 0x80_0000 != 0 && data < 120
}

fn length_1(stated: u32, data: u32) -> u64 {
    if is_large(stated, data) {
        (u64::from(stated & 0x7f_ffff) * 120 + 4).saturating_sub(u64::from(data))
    } else {
        u64::from(stated)
    }
}

/// Looks at a file in blocks.
struct Ahead<'a> {
    bytes: &'a FileBytes,
    block: Vec<u8>,
    start: u64,
    filled: usize,
    /// For what lies far ahead, so that the block stays.
    aside: Vec<u8>,
}

impl<'a> Ahead<'a> {
    fn new(bytes: &'a FileBytes) -> Self {
        Self { bytes, block: Vec::new(), start: 0, filled: 0, aside: Vec::new() }
    }

    /// How many bytes from `at` on are in the block.
    fn held(&self, at: u64) -> Option<usize> {
        let skip = usize::try_from(at.checked_sub(self.start)?).ok()?;
        self.filled.checked_sub(skip)
    }

    /// Bytes that must lie within the file.
    fn get(&mut self, at: u64, length: usize) -> Result<&[u8], SourceError> {
        let held = at.checked_sub(self.start).filter(|&skip| skip.saturating_add(length as u64) <= self.filled as u64);
        let skip = match held {
            Some(skip) => skip as usize,
            None => {
                let rest = self.bytes.length().saturating_sub(at).min(BLOCK as u64) as usize;
                self.filled = 0;
                self.bytes.read(at, rest.max(length), &mut self.block)?;
                (self.start, self.filled) = (at, rest.max(length));
                0
            }
        };
        Ok(self.block.get(skip..skip + length).unwrap_or_default())
    }

    /// The same, for bytes that may lie beyond the end of the file.
    fn within(&mut self, at: u64, length: usize) -> Result<&[u8], Wrong> {
        if at.saturating_add(length as u64) > self.bytes.length() {
            return Err(broken());
        }
        Ok(self.get(at, length)?)
    }

    /// A few bytes further on, without losing the place.
    fn peek(&mut self, at: u64, length: usize) -> Result<&[u8], SourceError> {
        let held = at.checked_sub(self.start).filter(|&skip| skip.saturating_add(length as u64) <= self.filled as u64);
        if held.is_some() {
            return self.get(at, length);
        }
        self.bytes.read(at, length, &mut self.aside)?;
        Ok(self.aside.get(..length).unwrap_or_default())
    }
}
