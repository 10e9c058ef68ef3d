//! Template 5.200: runs of levels, as radar composites and nowcasts have them (WMO note on template 7.200).

use super::{Failure, Packed, Value};
use crate::source::bits::Bits;

/// Each number up to the highest level begins a run of it; the numbers above are the digits of how often it is repeated,
/// to the base of what is left of the range, lowest first. Level 0 is missing; the others stand in a table.
pub fn unpack<V: Value>(packed: &Packed<'_>) -> Result<Vec<V>, Failure> {
    let section = packed.representation;
    let broken = Failure::broken;
    let head = || Some((section.u8(12)?, section.u16(13)?, section.u16(15)?, section.i8(17)?));
    let (bits, highest, listed, decimal) = head().ok_or_else(broken)?;
    let range = 1_u64.checked_shl(bits.into()).filter(|_| (1..=16).contains(&bits)).ok_or_else(broken)? - 1;
    let highest = u64::from(highest);
    let base = range.checked_sub(highest).filter(|&base| base > 0).ok_or_else(broken)?;
    let scale = 10_f64.powi(-decimal);
    let table = section.some(18, 2 * usize::from(listed)).ok_or_else(broken)?;
    let (table, _) = table.as_chunks::<2>();
    let levels: Vec<V> = table.iter().map(|&level| V::of(f64::from(u16::from_be_bytes(level)) * scale)).collect();

    let mut values: Vec<V> = Vec::new();
    let mut numbers = Bits::new(packed.data);
    let mut next: Option<u64> = numbers.one(bits.into()).ok();
    while let Some(level) = next.filter(|_| values.len() < packed.coded) {
        if level > highest {
            return Err(broken());
        }
        let value = match (level as usize).checked_sub(1) {
            None => V::MISSING,
            Some(place) => *levels.get(place).ok_or_else(broken)?,
        };
        let (mut run, mut factor) = (1_u64, 1_u64);
        next = None;
        while let Ok(number) = numbers.one::<u64>(bits.into()) {
            if number <= highest {
                next = Some(number);
                break;
            }
            run = run.saturating_add((number - highest - 1).saturating_mul(factor));
            factor = factor.saturating_mul(base);
        }
        let end = usize::try_from(run).ok().and_then(|run| run.checked_add(values.len()));
        values.resize(end.filter(|&end| end <= packed.coded).ok_or_else(broken)?, value);
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::super::super::octets::Octets;
    use super::super::Packing;
    use super::*;

    #[test]
    fn digits_above_the_highest_level_repeat_it() {
        // 4 bits, highest level 3, 3 levels of 0.0, 0.5 and 2.0: base 15 - 3 = 12.
        let mut section = vec![0; 11];
        section.extend([4, 0, 3, 0, 3, 1, 0, 0, 0, 5, 0, 20]);
        // level 2, then 4 + digit: 2 × 1 and 1 × 12, so 1 + 2 + 12 times; level 0 once; level 3 once.
        let data = [0x26, 0x50, 0x30];
        let representation = Octets(&section);
        let packed =
            Packed { packing: Packing::RunLength, representation, data: &data, coded: 18, ..Packed::default() };
        let values: Vec<f64> = unpack(&packed).expect("decodes");
        assert_eq!(values[..15], [0.5; 15]);
        assert!(values[15].is_nan());
        assert_eq!(values[16], 2.0);
    }
}
