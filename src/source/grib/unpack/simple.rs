//! Simple packing: one number of a fixed width for each value (template 5.0; edition 1 without flags).

use super::{Failure, Packed, Packing, Scaling, Value};
use crate::source::bits::Bits;

/// Template 5.0, and section 4 of edition 1, whose numbers begin at octet 12. The decimal scale of edition 1 is applied
/// by the caller, who has section 1.
pub fn unpack<V: Value>(packed: &Packed<'_>) -> Result<Vec<V>, Failure> {
    let (scaling, data) = match packed.packing {
        Packing::Simple1 => {
            let section = packed.representation;
            (Scaling::of_edition_1(section, packed.decimal)?, section.from(12))
        }
        _ => (Scaling::of_edition_2(packed.representation)?, packed.data),
    };
    numbers(scaling, data, packed.coded)
}

/// Template 5.61: the logarithm of the values and a constant is packed.
pub fn unpack_logarithms<V: Value>(packed: &Packed<'_>) -> Result<Vec<V>, Failure> {
    let scaling = Scaling::of_edition_2(packed.representation)?;
    let added = packed.representation.f32(21).ok_or_else(Failure::broken)?;
    let logarithms: Vec<f64> = numbers(scaling, packed.data, packed.coded)?;
    Ok(logarithms.into_iter().map(|logarithm| V::of(logarithm.exp() - added)).collect())
}

/// So many numbers. The common widths are whole bytes: a million numbers of 16 bits take about a millisecond so.
pub fn numbers<V: Value>(scaling: Scaling, data: &[u8], count: usize) -> Result<Vec<V>, Failure> {
    if scaling.bits == 0 {
        return Ok(scaling.constant(count));
    }
    let mut bits = Bits::new(data);
    if bits.require(count, scaling.bits).is_err() {
        return Err(Failure::broken());
    }
    Ok(match scaling.bits {
        8 => data.iter().take(count).map(|&byte| scaling.value(f64::from(byte))).collect(),
        16 => whole::<V, 2>(scaling, data, count, |bytes| f64::from(u16::from_be_bytes(bytes))),
        24 => whole::<V, 3>(scaling, data, count, |[a, b, c]| f64::from(u32::from_be_bytes([0, a, b, c]))),
        32 => whole::<V, 4>(scaling, data, count, |bytes| f64::from(u32::from_be_bytes(bytes))),
        12 => twelve(scaling, data, count),
        width => (0..count).map(|_| scaling.value(bits.next::<u64>(width) as f64)).collect(),
    })
}

fn whole<V: Value, const N: usize>(
    scaling: Scaling,
    data: &[u8],
    count: usize,
    number: impl Fn([u8; N]) -> f64,
) -> Vec<V> {
    let (numbers, _) = data.as_chunks::<N>();
    numbers.iter().take(count).map(|&bytes| scaling.value(number(bytes))).collect()
}

/// Two numbers in three bytes.
fn twelve<V: Value>(scaling: Scaling, data: &[u8], count: usize) -> Vec<V> {
    let (pairs, rest) = data.as_chunks::<3>();
    let mut values = Vec::with_capacity(count + 1);
    for &[a, b, c] in pairs.iter().take(count / 2) {
        let pair = u32::from_be_bytes([0, a, b, c]);
        values.push(scaling.value(f64::from(pair >> 12)));
        values.push(scaling.value(f64::from(pair & 0xfff)));
    }
    if count % 2 == 1 {
        let last = pairs.get(count / 2).map_or(rest, |pair| pair.as_slice());
        values.push(scaling.value(Bits::new(last).next::<u64>(12) as f64));
    }
    values
}
