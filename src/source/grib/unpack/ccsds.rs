//! Template 5.42: the lossless compression of CCSDS 121.0-B-3, also known as AEC.

use rust_aec::{AecFlags, AecParams, decode, flags_from_grib2_ccsds_flags};

use super::aec;
use super::images::guarded;
use super::simple::numbers;
use super::{Failure, Packed, Scaling, Value};

/// Octets 22 to 25 parametrise the codec: the crate's for signed samples, restricted options and padded intervals, which
/// no file at hand has.
pub fn unpack<V: Value>(packed: &Packed<'_>) -> Result<Vec<V>, Failure> {
    let section = packed.representation;
    let scaling = Scaling::of_edition_2(section)?;
    if scaling.bits == 0 || packed.coded == 0 {
        return Ok(scaling.constant(packed.coded));
    }
    let parameters = || Some((section.u8(22)?, section.u8(23)?, section.u16(24)?));
    let (flags, block, interval) = parameters().ok_or_else(Failure::broken)?;
    const PREDICTED: u8 = 0x08;
    const UNUSUAL: u8 = 0x01 | 0x10 | 0x20;
    if flags & UNUSUAL == 0 {
        let predicted = flags & PREDICTED != 0;
        let coding = aec::Coding { bits: scaling.bits, block: block.into(), interval: interval.into(), predicted };
        let samples = aec::decode(packed.data, coding, packed.coded).ok_or_else(Failure::broken)?;
        return Ok(samples.into_iter().map(|sample| scaling.value(f64::from(sample))).collect());
    }
    // The order of bytes in memory is no business of the file.
    let mut flags = flags_from_grib2_ccsds_flags(flags) | AecFlags::MSB;
    flags.remove(AecFlags::DATA_3BYTE);
    let bits = scaling.bits;
    let parameters = AecParams::new(bits as u8, block.into(), interval.into(), flags);
    let bytes = guarded(|| decode(packed.data, parameters, packed.coded).ok())?;
    let stored = match bits {
        1..=8 => 8,
        9..=16 => 16,
        _ => 32,
    };
    numbers(Scaling { bits: stored, ..scaling }, &bytes, packed.coded)
}
