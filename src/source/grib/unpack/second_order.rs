//! Second order packing: groups of values above group references, of edition 1 in all its variants, and of ECMWF's
//! templates 50001 and 50002 in edition 2.

use super::groups::{Groups, Substitutes, sum_differences};
use super::{Failure, Packed, Packing, SECOND_ORDER, Scaling, Value};
use crate::source::bits::Bits;
use crate::source::grib::octets::{Octets, signed};

/// Octet 14 of section 4 (flag table 11, with ECMWF's additions).
#[derive(Clone, Copy)]
struct Flags(u8);

impl Flags {
    /// A bitmap says where groups begin.
    fn has_bitmap(self) -> bool {
        self.0 & 0x20 != 0
    }
    fn has_widths(self) -> bool {
        self.0 & 0x10 != 0
    }
    /// Groups state their lengths.
    fn is_extended(self) -> bool {
        self.0 & 0x08 != 0
    }
    fn is_boustrophedonic(self) -> bool {
        self.0 & 0x04 != 0
    }
    /// Order of the differences.
    fn order(self) -> usize {
        usize::from(self.0 & 0x03)
    }
}

/// Whether every second row was packed backwards, as the ox ploughs.
pub fn is_boustrophedonic(packing: Packing, representation: Octets<'_>) -> bool {
    match packing {
        Packing::SecondOrder1 => representation.u8(14).is_some_and(|flags| Flags(flags).is_boustrophedonic()),
        Packing::SecondOrder2 => {
            representation.u16(10) == Some(SECOND_ORDER) && representation.u8(32).is_some_and(|flags| flags & 0x80 != 0)
        }
        _ => false,
    }
}

pub fn unpack_edition_1<V: Value>(packed: &Packed<'_>) -> Result<Vec<V>, Failure> {
    let section = Octets(packed.data);
    let scaling = Scaling::of_edition_1(section, packed.decimal)?;
    let members = edition_1(packed, section, scaling.bits).ok_or_else(Failure::broken)??;
    Ok(members.into_iter().map(|member| scaling.value(member as f64)).collect())
}

/// Octets 15 to 21 count groups; what follows depends on the variant.
fn edition_1(packed: &Packed<'_>, section: Octets<'_>, bits: u32) -> Option<Result<Vec<i64>, Failure>> {
    let flags = Flags(section.u8(14)?);
    let count = usize::from(section.u16(17)?) + 65536 * usize::from(section.u8(21)?);
    if count > packed.coded {
        return None;
    }
    if flags.is_extended() {
        let (width_bits, length_bits) = (section.u8(22)?.into(), section.u8(23)?.into());
        let (differences, lists) = if flags.order() == 0 {
            (Differences::default(), section.from(26))
        } else {
            let width = section.u8(26)?;
            let differences = Differences::read(flags.order(), width.into(), section.from(27))?;
            (differences, section.from(27 + differences_octets(flags.order(), width)))
        };
        return extended(lists, count, [width_bits, length_bits, bits], &differences, packed.coded);
    }
    let mut data = Bits::new(section.from(22));
    let widths = data.numbers(8, if flags.has_widths() { count } else { 1 }).ok()?;
    let widths = if flags.has_widths() { widths } else { vec![*widths.first()?; count] };
    let lengths = if flags.has_bitmap() { lengths_by_bitmap(&mut data, packed.coded)? } else { by_rows(packed.rows) };
    data.align();
    if lengths.len() != count {
        return None;
    }
    let references = data.numbers(bits, count).ok()?;
    data.align();
    let groups = Groups { references, widths, lengths };
    Some(groups.members(&mut data, packed.coded, Substitutes::NONE))
}

/// A set bit begins a group.
fn lengths_by_bitmap(data: &mut Bits<'_>, coded: usize) -> Option<Vec<u64>> {
    if data.require(coded, 1).is_err() {
        return None;
    }
    let mut lengths: Vec<u64> = Vec::new();
    for n in 0..coded {
        if data.next::<u64>(1) == 1 || n == 0 {
            lengths.push(0);
        }
        *lengths.last_mut()? += 1;
    }
    data.align();
    Some(lengths)
}

fn by_rows(rows: &[usize]) -> Vec<u64> {
    rows.iter().map(|&row| row as u64).collect()
}

pub fn unpack_edition_2<V: Value>(packed: &Packed<'_>) -> Result<Vec<V>, Failure> {
    let section = packed.representation;
    let scaling = Scaling::of_edition_2(section)?;
    let members = edition_2(packed, section).ok_or_else(Failure::broken)??;
    Ok(members.into_iter().map(|member| scaling.value(member as f64)).collect())
}

fn edition_2(packed: &Packed<'_>, section: Octets<'_>) -> Option<Result<Vec<i64>, Failure>> {
    let count = section.u32(22)? as usize;
    if count > packed.coded {
        return None;
    }
    // The template without flags is an octet shorter.
    let octet = if section.u16(10)? == SECOND_ORDER { 33 } else { 32 };
    let order = usize::from(section.u8(octet)?);
    let differences = match order {
        0 => Differences::default(),
        1..=3 => Differences::read(order, section.u8(octet + 1)?.into(), section.from(octet + 2))?,
        _ => return None,
    };
    let bits = [section.u8(30)?.into(), section.u8(31)?.into(), section.u8(21)?.into()];
    extended(packed.data, count, bits, &differences, packed.coded)
}

/// Widths, lengths and references of the groups, each list to a whole octet, then their members. The first values of
/// differences stand apart and belong to no group.
fn extended(
    lists: &[u8],
    count: usize,
    [width_bits, length_bits, reference_bits]: [u32; 3],
    differences: &Differences,
    coded: usize,
) -> Option<Result<Vec<i64>, Failure>> {
    let mut data = Bits::new(lists);
    let mut list = |bits: u32| {
        let list = data.numbers(bits, count).ok();
        data.align();
        list
    };
    let (widths, lengths, references) = (list(width_bits)?, list(length_bits)?, list(reference_bits)?);
    let groups = Groups { references, widths, lengths };
    let order = differences.first.len();
    let grouped = groups.members(&mut data, coded.checked_sub(order)?, Substitutes::NONE);
    Some(grouped.map(|grouped| {
        let mut members = vec![0; order];
        members.extend(grouped);
        sum_differences(&mut members, order, &differences.first, differences.bias);
        members
    }))
}

#[derive(Default)]
struct Differences {
    first: Vec<i64>,
    bias: i64,
}

impl Differences {
    /// The first values, then what was taken from all others, in numbers of one width.
    fn read(order: usize, width: u32, octets: &[u8]) -> Option<Self> {
        let width = Some(width).filter(|width| (1..=32).contains(width))?;
        let numbers: Vec<u64> = Bits::new(octets).numbers(width, order + 1).ok()?;
        let (bias, first) = numbers.split_last()?;
        let first = first.iter().map(|&first| first as i64).collect();
        Some(Self { first, bias: signed(*bias as u32, width).into() })
    }
}

fn differences_octets(order: usize, width: u8) -> usize {
    ((order + 1) * usize::from(width)).div_ceil(8)
}
