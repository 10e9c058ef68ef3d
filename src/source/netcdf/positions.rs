//! The positions that a file has for fields of others: the centres of an ICON grid for its GRIB files.

use std::path::Path;

use super::file::File;
use crate::source::cf::listed::{self, Pair};

/// A latitude and a longitude for each of so many points, in degrees.
pub struct Listed {
    pub lat: Vec<f64>,
    pub lon: Vec<f64>,
    /// The mark of the grid, where the file says it: the attribute `uuidOfHGrid`.
    pub uuid: Option<[u8; 16]>,
}

/// Whether a file lists positions at all; headers only.
pub fn has_listed_points(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| are_in(&file))
}

pub(super) fn are_in(file: &File) -> bool {
    !listed::pairs(&file.declared).is_empty()
}

/// The positions of so many points.
pub fn listed_points(path: &Path, count: usize) -> Option<Listed> {
    let file = File::open(path).ok()?;
    let pairs = listed::pairs(&file.declared);
    let (lat, lon) =
        pairs.iter().filter(|pair| pair.count == count).find_map(|pair: &Pair| pair.read(&file.declared, &file))?;
    let named = file.attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case("uuidOfHGrid"));
    Some(Listed { lat, lon, uuid: named.and_then(|(_, text)| mark(text)) })
}

/// `5a0a863d-2523-9515-7789-4930e3452bc0`
fn mark(text: &str) -> Option<[u8; 16]> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    if digits.len() != 32 || !digits.is_ascii() {
        return None;
    }
    u128::from_str_radix(&digits, 16).ok().map(u128::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_sixteen_octets_in_hexadecimal() {
        let expected = [0x5a, 0x0a, 0x86, 0x3d, 0x25, 0x23, 0x95, 0x15, 0x77, 0x89, 0x49, 0x30, 0xe3, 0x45, 0x2b, 0xc0];
        assert_eq!(mark("5A0a863d-2523-9515-7789-4930e3452bc0"), Some(expected));
        assert_eq!(mark("5a0a863d"), None);
        assert_eq!(mark("ça0a863d25239515778949 30e3452bc0"), None);
    }
}
