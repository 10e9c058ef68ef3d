//! bzip2 streams into memory of known size.

use ::bzip2::{Decompress, Status};

use super::FilterError;

const BROKEN: FilterError = FilterError::Stream("bzip2");

/// How many bytes were written to `out`.
pub fn decode(mut bytes: &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
    let mut filled = 0;
    // Long data may be several streams in a row.
    while !bytes.is_empty() {
        let mut decoder = Decompress::new(false);
        let rest = out.get_mut(filled..).ok_or(BROKEN)?;
        if decoder.decompress(bytes, rest) != Ok(Status::StreamEnd) {
            return Err(BROKEN);
        }
        let counts = usize::try_from(decoder.total_in()).ok().zip(usize::try_from(decoder.total_out()).ok());
        let (read, written) = counts.ok_or(BROKEN)?;
        bytes = bytes.get(read..).ok_or(BROKEN)?;
        filled += written;
    }
    Ok(filled)
}
