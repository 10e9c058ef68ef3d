//! Deflated streams into memory of known size: libdeflate where it is built in, zlib-rs otherwise.

use super::FilterError;

const BROKEN: FilterError = FilterError::Stream("deflate");

/// What stands around a deflated stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// RFC 1950.
    Zlib,
    /// RFC 1952.
    Gzip,
    /// Nothing: a member of a zip archive.
    Raw,
}

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
    pub fn inflate(&mut self, wrapping: Wrapping, bytes: &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
        let inflated = match wrapping {
            Wrapping::Zlib => self.0.zlib_decompress(bytes, out),
            Wrapping::Gzip => self.0.gzip_decompress(bytes, out),
            Wrapping::Raw => self.0.deflate_decompress(bytes, out),
        };
        inflated.map_err(|_| BROKEN)
    }
}

/// Has no tables of its own to keep: zlib-rs makes them anew.
#[cfg(not(feature = "libdeflate"))]
#[derive(Default)]
pub struct Inflater;

#[cfg(not(feature = "libdeflate"))]
impl Inflater {
    /// How many bytes were written to `out`.
    pub fn inflate(&mut self, wrapping: Wrapping, bytes: &[u8], out: &mut [u8]) -> Result<usize, FilterError> {
        let bytes = if wrapping == Wrapping::Gzip { behind_gzip_header(bytes).ok_or(BROKEN)? } else { bytes };
        let mut decoder = flate2::Decompress::new(wrapping == Wrapping::Zlib);
        match decoder.decompress(bytes, out, flate2::FlushDecompress::Finish) {
            Ok(flate2::Status::StreamEnd) => usize::try_from(decoder.total_out()).map_err(|_| BROKEN),
            _ => Err(BROKEN),
        }
    }
}

/// RFC 1952, section 2.3: ten bytes, then what their fourth byte announces.
#[cfg(not(feature = "libdeflate"))]
fn behind_gzip_header(bytes: &[u8]) -> Option<&[u8]> {
    let (head, mut rest) = bytes.split_first_chunk::<10>()?;
    let flags = head.starts_with(&[0x1f, 0x8b, 8]).then_some(head[3])?;
    if flags & 4 != 0 {
        let (length, extra) = rest.split_first_chunk::<2>()?;
        rest = extra.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    // A name and a comment, each ended by a zero.
    for flag in [8, 16] {
        if flags & flag != 0 {
            rest = rest.get(rest.iter().position(|&byte| byte == 0)? + 1..)?;
        }
    }
    if flags & 2 != 0 { rest.get(2..) } else { Some(rest) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn what_was_deflated_comes_back_and_broken_streams_do_not() {
        let data: Vec<u8> = (0..10_000_u32).map(|n| (n % 251) as u8).collect();
        let fast = flate2::Compression::fast();
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), fast);
        zlib.write_all(&data).expect("memory");
        let mut gzip = flate2::GzBuilder::new().filename("x").extra(vec![1, 2, 3]).write(Vec::new(), fast);
        gzip.write_all(&data).expect("memory");
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), fast);
        raw.write_all(&data).expect("memory");
        let streams = [
            (Wrapping::Zlib, zlib.finish().expect("memory")),
            (Wrapping::Gzip, gzip.finish().expect("memory")),
            (Wrapping::Raw, raw.finish().expect("memory")),
        ];
        let mut out = vec![0; data.len()];
        let mut inflater = Inflater::default();
        for (wrapping, stored) in streams {
            out.fill(0);
            assert_eq!(inflater.inflate(wrapping, &stored, &mut out), Ok(data.len()), "{wrapping:?}");
            assert_eq!(out, data);
            assert_eq!(inflater.inflate(wrapping, &stored[..stored.len() / 2], &mut out), Err(BROKEN));
            assert_eq!(inflater.inflate(wrapping, &stored, &mut out[..100]), Err(BROKEN));
        }
    }
}
