//! Zstandard frames (RFC 8878) into memory of known size.

use std::io::Read;

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::FilterError;

const BROKEN: FilterError = FilterError::Stream("zstd");
/// What the decoder keeps of its output to copy from; more is asked for by no writer unless told to.
const LARGEST_WINDOW: u64 = 1 << 27;
/// Decoded between two emptyings of the decoder.
const PIECE: usize = 1 << 20;

/// Keeps the decoder's tables between chunks.
pub struct Zstd(FrameDecoder);

impl Default for Zstd {
    fn default() -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(LARGEST_WINDOW);
        Self(decoder)
    }
}

impl Zstd {
    /// Decodes all frames; how many bytes were written to `out`.
    pub fn decode(&mut self, mut bytes: &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
        let mut filled = 0;
        while !bytes.is_empty() {
            match self.0.init(&mut bytes) {
                Ok(()) => {}
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    bytes = usize::try_from(length).ok().and_then(|length| bytes.get(length..)).ok_or(BROKEN)?;
                    continue;
                }
                Err(_) => return Err(BROKEN),
            }
            filled += self.frame(&mut bytes, out.get_mut(filled..).ok_or(BROKEN)?)?;
        }
        Ok(filled)
    }

    fn frame(&mut self, bytes: &mut &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
        let mut filled = 0;
        loop {
            let strategy = BlockDecodingStrategy::UptoBytes(PIECE);
            let ended = self.0.decode_blocks(&mut *bytes, strategy).map_err(|_| BROKEN)?;
            let rest = out.get_mut(filled..).ok_or(BROKEN)?;
            filled += self.0.read(rest).map_err(|_| BROKEN)?;
            if self.0.can_collect() > 0 {
                return Err(FilterError::Broken("detail.chunk_size"));
            }
            if ended {
                break;
            }
        }
        let sums = self.0.get_checksum_from_data().zip(self.0.get_calculated_checksum());
        if sums.is_some_and(|(stated, found)| stated != found) {
            return Err(FilterError::Broken("detail.checksum"));
        }
        Ok(filled)
    }
}
