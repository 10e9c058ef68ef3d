//! LZF, as h5py writes it: literals and copies of what was decoded before, told apart by three bits.

use super::FilterError;

const BROKEN: FilterError = FilterError::Stream("lzf");

/// How many bytes were written to `out`.
pub fn decode(bytes: &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
    let mut input = bytes.iter();
    let mut filled = 0;
    while let Some(&control) = input.next() {
        let control = usize::from(control);
        if control < 32 {
            let count = control + 1;
            let (literals, rest) = input.as_slice().split_at_checked(count).ok_or(BROKEN)?;
            out.get_mut(filled..filled + count).ok_or(BROKEN)?.copy_from_slice(literals);
            input = rest.iter();
            filled += count;
            continue;
        }
        let mut next = || input.next().map(|&byte| usize::from(byte)).ok_or(BROKEN);
        let mut count = control >> 5;
        if count == 7 {
            count += next()?;
        }
        let distance = ((control & 31) << 8) + next()? + 1;
        filled = copy_back(out, filled, distance, count + 2).ok_or(BROKEN)?;
    }
    Ok(filled)
}

/// Repeats `count` bytes that stand `distance` before `filled`, which may run into what is being written: where it ends.
/// `None` where that lies before the start or beyond the end.
pub fn copy_back(out: &mut [u8], filled: usize, distance: usize, count: usize) -> Option<usize> {
    let (from, end) = (filled.checked_sub(distance)?, filled.checked_add(count)?);
    if distance == 0 || end > out.len() {
        return None;
    }
    if distance >= count {
        out.copy_within(from..from + count, filled);
    } else if distance == 1 {
        let byte = *out.get(from)?;
        out.get_mut(filled..end)?.fill(byte);
    } else {
        // What has been repeated so far can be repeated at once: the piece doubles each time.
        let mut at = filled;
        while at < end {
            let piece = (at - from).min(end - at);
            out.copy_within(from..from + piece, at);
            at += piece;
        }
    }
    Some(end)
}
