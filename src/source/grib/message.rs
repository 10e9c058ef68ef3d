//! One field of a GRIB file: its header sections as they stand, and where its bitmap and its data lie.

use std::sync::Arc;

use super::octets::Octets;

/// A stretch of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub start: u64,
    pub length: usize,
}

/// Which points have values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bitmap {
    /// All of them.
    All,
    /// One bit for each point.
    Here(Stretch),
    /// By a number that the centre knows.
    Predefined(u16),
}

/// A field: one message, or one of several in a message of edition 2 that repeats its later sections.
#[derive(Clone, Debug)]
pub struct Field {
    /// Number of its message in the file, from 1.
    pub message: usize,
    /// Where its message begins.
    pub offset: u64,
    pub edition: u8,
    /// Edition 2: section 0, octet 7. Zero in edition 1.
    pub discipline: u8,
    /// Edition 2: section 1. Edition 1 has all of it in the product section.
    pub identification: Arc<[u8]>,
    /// Edition 2: section 4. Edition 1: section 1.
    pub product: Arc<[u8]>,
    /// Edition 2: section 3. Edition 1: section 2, empty where a number in section 1 names the grid.
    pub grid: Arc<[u8]>,
    /// Edition 2: section 5. Edition 1: the beginning of section 4, which says the same.
    pub representation: Arc<[u8]>,
    pub bitmap: Bitmap,
    /// Edition 2: section 7 behind its own header. Edition 1: all of section 4.
    pub data: Stretch,
}

impl Field {
    pub fn identification(&self) -> Octets<'_> {
        Octets(&self.identification)
    }

    pub fn product(&self) -> Octets<'_> {
        Octets(&self.product)
    }

    pub fn grid(&self) -> Octets<'_> {
        Octets(&self.grid)
    }

    pub fn representation(&self) -> Octets<'_> {
        Octets(&self.representation)
    }

    /// Bits for each packed number, where the packing has a number of them.
    pub fn bits(&self) -> Option<u8> {
        match (self.edition, self.representation().u16(10)) {
            (1, _) => self.representation().u8(11),
            (_, Some(200)) => self.representation().u8(12),
            (_, Some(4)) => None,
            _ => self.representation().u8(20),
        }
    }

    /// The centre that made it: WMO common code table C-11, of which C-1 is the beginning.
    pub fn centre(&self) -> u16 {
        let centre = match self.edition {
            1 => self.product().u8(5).map(u16::from),
            _ => self.identification().u16(6),
        };
        centre.unwrap_or(u16::MAX)
    }

    /// The centre whose tables and own octets a message of edition 1 uses: that of the subcentre 98, which is ECMWF, where
    /// others write for it.
    pub fn table_centre(&self) -> u16 {
        const ECMWF: u8 = 98;
        let for_ecmwf = self.edition == 1 && self.product().u8(26) == Some(ECMWF);
        if for_ecmwf { ECMWF.into() } else { self.centre() }
    }
}
