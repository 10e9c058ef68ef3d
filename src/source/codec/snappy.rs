//! Snappy's raw format, as Blosc may use it: the decoded size, then literals and copies.

use super::FilterError;
use super::lzf::copy_back;

const BROKEN: FilterError = FilterError::Stream("snappy");

/// How many bytes were written to `out`.
pub fn decode(bytes: &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
    let size_bytes = bytes.iter().take(5).position(|byte| byte & 0x80 == 0).ok_or(BROKEN)? + 1;
    let stated = bytes.iter().take(size_bytes).rev().fold(0_u64, |size, &byte| size << 7 | u64::from(byte & 0x7f));
    let mut rest = bytes.get(size_bytes..).unwrap_or_default();
    let mut filled = 0;
    while let Some((&tag, behind)) = rest.split_first() {
        rest = behind;
        let upper = usize::from(tag >> 2);
        if tag & 3 == 0 {
            let count = if upper < 60 { upper } else { number(&mut rest, upper - 59)? } + 1;
            let (literals, behind) = rest.split_at_checked(count).ok_or(BROKEN)?;
            let end = filled + count;
            out.get_mut(filled..end).ok_or(BROKEN)?.copy_from_slice(literals);
            (rest, filled) = (behind, end);
            continue;
        }
        let (count, distance) = match tag & 3 {
            1 => ((upper & 7) + 4, (upper >> 3 << 8) + number(&mut rest, 1)?),
            2 => (upper + 1, number(&mut rest, 2)?),
            _ => (upper + 1, number(&mut rest, 4)?),
        };
        filled = copy_back(out, filled, distance, count).ok_or(BROKEN)?;
    }
    (stated == filled as u64).then_some(filled).ok_or(BROKEN)
}

/// A number of up to four bytes, little endian, taken off the front.
fn number(rest: &mut &[u8], bytes: usize) -> Result<usize, FilterError> {
    let (digits, behind) = rest.split_at_checked(bytes).ok_or(BROKEN)?;
    *rest = behind;
    Ok(digits.iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte)))
}
