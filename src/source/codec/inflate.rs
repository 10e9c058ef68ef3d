//! zlib streams into memory of known size: libdeflate where it is built in, zlib-rs otherwise.

use super::FilterError;

const BROKEN: FilterError = FilterError::Broken("detail.zlib");

/// Keeps the decoder's tables between chunks.
#[cfg(feature = "libdeflate")]
pub struct Inflater(libdeflater::Decompressor);

#[cfg(feature = "libdeflate")]
impl Default for Inflater {
    fn default() -> Self {
        Self(libdeflater::Decompressor::new())
    }
}

#[cfg(feature = "libdeflate")]
impl Inflater {
    /// How many bytes were written to `out`.
    pub fn inflate(&mut self, bytes: &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
        self.0.zlib_decompress(bytes, out).map_err(|_| BROKEN)
    }
}

/// Keeps the decoder's window between chunks.
#[cfg(not(feature = "libdeflate"))]
pub struct Inflater(flate2::Decompress);

#[cfg(not(feature = "libdeflate"))]
impl Default for Inflater {
    fn default() -> Self {
        Self(flate2::Decompress::new(true))
    }
}

#[cfg(not(feature = "libdeflate"))]
impl Inflater {
    /// How many bytes were written to `out`.
    pub fn inflate(&mut self, bytes: &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
        self.0.reset(true);
        match self.0.decompress(bytes, out, flate2::FlushDecompress::Finish) {
            Ok(flate2::Status::StreamEnd) => usize::try_from(self.0.total_out()).map_err(|_| BROKEN),
            _ => Err(BROKEN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn what_was_deflated_comes_back_and_broken_streams_do_not() {
        let data: Vec<u8> = (0..10_000_u32).map(|n| (n % 251) as u8).collect();
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&data).expect("memory");
        let stored = encoder.finish().expect("memory");
        let mut out = vec![0; data.len()];
        let mut inflater = Inflater::default();
        for _ in 0..2 {
            assert_eq!(inflater.inflate(&stored, &mut out), Ok(data.len()));
            assert_eq!(out, data);
        }
        assert_eq!(inflater.inflate(&stored[..stored.len() / 2], &mut out), Err(BROKEN));
        assert_eq!(inflater.inflate(&stored, &mut out[..100]), Err(BROKEN));
    }
}
