//! Complex packing, plain and with differences between neighbours (templates 5.2 and 5.3, 7.2 and 7.3).

use super::groups::{Groups, MISSING, Substitutes, sum_differences};
use super::{Failure, Packed, Packing, Scaling, Value};
use crate::source::bits::Bits;
use crate::source::grib::octets::{Octets, signed};

pub fn unpack<V: Value>(packed: &Packed<'_>) -> Result<Vec<V>, Failure> {
    let section = packed.representation;
    let scaling = Scaling::of_edition_2(section)?;
    let mut data = Bits::new(packed.data);
    let differences = match packed.packing {
        Packing::ComplexDifferences => Some(Differences::read(section, &mut data).ok_or_else(Failure::broken)?),
        _ => None,
    };
    let kinds = u64::from(section.u8(23).ok_or_else(Failure::broken)?);
    let kinds = if kinds > 2 { 0 } else { kinds };
    let substitutes = Substitutes { kinds, reference_bits: scaling.bits };
    let groups = groups(section, &mut data, scaling.bits, packed.coded).ok_or_else(Failure::broken)?;
    // A constant field may come without groups.
    if groups.references.is_empty() && scaling.bits == 0 {
        return Ok(vec![scaling.value(0.0); packed.coded]);
    }
    let mut members = groups.members(&mut data, packed.coded, substitutes)?;
    if let Some(Differences { order, first, bias }) = differences {
        sum_differences(&mut members, order, &first, bias);
    }
    let value = |member: i64| if member == MISSING { V::MISSING } else { scaling.value(member as f64) };
    Ok(members.into_iter().map(value).collect())
}

/// Octets 32 to 47: the references, then the widths, then the lengths of all groups, each list to a whole octet.
fn groups(section: Octets<'_>, data: &mut Bits<'_>, bits: u32, coded: usize) -> Option<Groups> {
    let count = section.u32(32)? as usize;
    // Every group has a member, so that there are no more groups than values.
    if count > coded {
        return None;
    }
    let references: Vec<u64> = data.numbers(bits, count).ok()?;
    data.align();
    let (narrowest, width_bits) = (u64::from(section.u8(36)?), u32::from(section.u8(37)?));
    let widths: Vec<u64> = data.numbers(width_bits, count).ok()?;
    let widths = widths.into_iter().map(|width| width.saturating_add(narrowest)).collect();
    data.align();
    let (shortest, step) = (u64::from(section.u32(38)?), u64::from(section.u8(42)?));
    let (last, length_bits) = (u64::from(section.u32(43)?), u32::from(section.u8(47)?));
    let scaled: Vec<u64> = data.numbers(length_bits, count).ok()?;
    let scaled = scaled.into_iter();
    let mut lengths: Vec<u64> = scaled.map(|length| length.saturating_mul(step).saturating_add(shortest)).collect();
    data.align();
    if let Some(length) = lengths.last_mut() {
        *length = last;
    }
    Some(Groups { references, widths, lengths })
}

/// What differencing needs beside the groups: octets 48 and 49, and the beginning of section 7.
struct Differences {
    order: usize,
    first: Vec<i64>,
    bias: i64,
}

impl Differences {
    fn read(section: Octets<'_>, data: &mut Bits<'_>) -> Option<Self> {
        let (order, octets) = (usize::from(section.u8(48)?), u32::from(section.u8(49)?));
        if !(1..=2).contains(&order) || octets > 4 {
            return None;
        }
        let numbers: Vec<u64> = data.numbers(8 * octets, order + 1).ok()?;
        let (bias, first) = numbers.split_last()?;
        let bias = if octets == 0 { 0 } else { signed(*bias as u32, 8 * octets).into() };
        Some(Self { order, first: first.iter().map(|&first| first as i64).collect(), bias })
    }
}
