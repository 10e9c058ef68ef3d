//! BloscLZ, the codec that Blosc brings with it: FastLZ with longer distances.

use super::FilterError;
use super::lzf::copy_back;

const BROKEN: FilterError = FilterError::Stream("blosclz");
/// The longest distance that two bytes tell; farther ones follow it in two more.
const NEAR: usize = 8191;

/// How many bytes were written to `out`.
pub fn decode(bytes: &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
    let mut input = bytes.iter();
    let mut filled = 0;
    // The upper bits of the first byte tell the version of the format.
    let mut control = input.next().map(|&byte| usize::from(byte & 31));
    while let Some(token) = control {
        if token < 32 {
            let count = token + 1;
            let (literals, rest) = input.as_slice().split_at_checked(count).ok_or(BROKEN)?;
            out.get_mut(filled..filled + count).ok_or(BROKEN)?.copy_from_slice(literals);
            input = rest.iter();
            filled += count;
        } else {
            let mut next = || input.next().map(|&byte| usize::from(byte)).ok_or(BROKEN);
            let mut count = (token >> 5) - 1;
            if count == 6 {
                loop {
                    let more = next()?;
                    count += more;
                    if more != 255 {
                        break;
                    }
                }
            }
            let (high, low) = (token & 31, next()?);
            let far = high == 31 && low == 255;
            let distance = if far { (next()? << 8) + next()? + NEAR } else { (high << 8) + low };
            filled = copy_back(out, filled, distance + 1, count + 3).ok_or(BROKEN)?;
        }
        control = input.next().map(|&byte| usize::from(byte));
    }
    Ok(filled)
}
