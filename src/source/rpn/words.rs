//! Words of 32 bits in a record's data, and what is said where its stream of numbers ends early.

use super::container::Fault;
use crate::source::Detail;
use crate::source::bits::Short;

impl From<Short> for Fault {
    fn from(_: Short) -> Self {
        Detail::of("rpn.stream")
    }
}

/// The word with this number.
pub fn word(data: &[u8], number: usize) -> Result<u32, Fault> {
    let bytes = number.checked_mul(4).and_then(|at| data.get(at..)).and_then(<[u8]>::first_chunk);
    bytes.map(|bytes| u32::from_be_bytes(*bytes)).ok_or_else(|| Detail::of("rpn.short"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_in_fours_of_bytes() {
        let data = [0x2c, 0x78, 0x90, 0xff, 1];
        assert_eq!(word(&data, 0).ok(), Some(0x2c78_90ff));
        assert!(word(&data, 1).is_err());
    }
}
