//! Values packed as a grey picture: JPEG 2000 (template 5.40) and PNG (5.41).
//!
//! A picture's own header is compared with the number of values before its pixels get any memory, and a panic of a codec
//! on a broken picture stays here.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};

use super::simple::numbers;
use super::{Failure, Packed, Scaling, Value};
use crate::source::bits::Bits;

/// Beyond its pixels a PNG decoder needs a few rows.
const SPARE_BYTES: usize = 1 << 22;

pub fn unpack_jpeg<V: Value>(packed: &Packed<'_>) -> Result<Vec<V>, Failure> {
    let scaling = Scaling::of_edition_2(packed.representation)?;
    if scaling.bits == 0 || packed.coded == 0 {
        return Ok(scaling.constant(packed.coded));
    }
    guarded(|| {
        let settings = DecodeSettings { resolve_palette_indices: false, strict: false, target_resolution: None };
        let image = Image::new(packed.data, &settings).ok()?;
        if u64::from(image.width()) * u64::from(image.height()) != packed.coded as u64 {
            return None;
        }
        let mut context = DecoderContext::default();
        let decoded = image.decode(&mut context).ok()?;
        let component = decoded.components().first()?;
        Some(component.samples().iter().map(|&sample| scaling.value(f64::from(sample).round())).collect())
    })
}

pub fn unpack_png<V: Value>(packed: &Packed<'_>) -> Result<Vec<V>, Failure> {
    let scaling = Scaling::of_edition_2(packed.representation)?;
    if scaling.bits == 0 || packed.coded == 0 {
        return Ok(scaling.constant(packed.coded));
    }
    guarded(|| {
        let limit = packed.coded.checked_mul(8)?.checked_add(SPARE_BYTES)?;
        let mut decoder =
            png::Decoder::new_with_limits(std::io::Cursor::new(packed.data), png::Limits { bytes: limit });
        decoder.set_transformations(png::Transformations::IDENTITY);
        decoder.ignore_checksums(true);
        let mut reader = decoder.read_info().ok()?;
        let info = reader.info();
        let (width, height) = (info.width as usize, info.height as usize);
        if width.checked_mul(height)? != packed.coded {
            return None;
        }
        // A pixel is a number, whatever colours its bits would make: 24 bits are written as red, green and blue.
        let bits = info.bits_per_pixel() as u32;
        let mut pixels = vec![0; reader.output_buffer_size()?];
        let frame = reader.next_frame(&mut pixels).ok()?;
        let scaling = Scaling { bits, ..scaling };
        if (width * bits as usize).is_multiple_of(8) {
            return numbers(scaling, &pixels, packed.coded).ok();
        }
        let rows = pixels.chunks_exact(frame.line_size).take(height);
        let values = rows.flat_map(|row| {
            let mut row = Bits::new(row);
            (0..width).map(move |_| scaling.value(row.next::<u64>(bits) as f64))
        });
        Some(values.collect())
    })
}

/// A codec's own panic is a broken picture.
pub fn guarded<T>(decode: impl FnOnce() -> Option<T>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(decode)).ok().flatten().ok_or_else(Failure::broken)
}
