//! Filters that calculate: differences, scaled whole numbers, numbers of 16 bits with a fraction.

use super::{FilterError, NumberForm};
use crate::source::cf::{ByteOrder, Number};

const WRONG_SIZE: FilterError = FilterError::Broken("detail.chunk_size");

/// Sums of differences; whole numbers wrap as the writer's did.
pub fn sums(bytes: &[u8], stored: NumberForm, numbers: NumberForm, out: &mut [u8]) -> Result<usize, FilterError> {
    if numbers.0.is_integer() {
        let mut sum = 0_u64;
        return each(bytes, stored, numbers, out, |bytes, out| {
            sum = sum.wrapping_add(whole(bytes, stored));
            write_whole(sum, numbers.1, out);
        });
    }
    let mut sum = 0.0;
    each(bytes, stored, numbers, out, |bytes, out| {
        sum += real(bytes, stored);
        if numbers.0 == Number::F32 {
            sum = f64::from(sum as f32);
        }
        write(sum, numbers, out);
    })
}

/// Each number by a formula in double precision.
pub fn scaled(
    bytes: &[u8],
    stored: NumberForm,
    numbers: NumberForm,
    formula: impl Fn(f64) -> f64,
    out: &mut [u8],
) -> Result<usize, FilterError> {
    each(bytes, stored, numbers, out, |bytes, out| write(formula(real(bytes, stored)), numbers, out))
}

/// IEEE 754 binary16 to binary32, which holds all of it.
pub fn widened(bytes: &[u8], order: ByteOrder, out: &mut [u8]) -> Result<usize, FilterError> {
    let (halves, []) = bytes.as_chunks::<2>() else { return Err(WRONG_SIZE) };
    let out = out.get_mut(..halves.len() * 4).ok_or(WRONG_SIZE)?;
    for (half, out) in halves.iter().zip(out.as_chunks_mut::<4>().0) {
        *out = match order {
            ByteOrder::Little => of_half(u16::from_le_bytes(*half)).to_le_bytes(),
            ByteOrder::Big => of_half(u16::from_be_bytes(*half)).to_be_bytes(),
        };
    }
    Ok(halves.len() * 4)
}

/// The number that 16 bits stand for: a sign, five bits of exponent, ten of fraction.
#[must_use]
pub fn of_half(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let (exponent, fraction) = (u32::from(half >> 10 & 0x1f), u32::from(half & 0x3ff));
    match exponent {
        // Below the smallest exponent there is no hidden digit: units of 2^-24.
        0 => f32::from_bits(sign | (fraction as f32 * 2.0_f32.powi(-24)).to_bits()),
        31 => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

fn each(
    bytes: &[u8],
    (stored, _): NumberForm,
    (numbers, _): NumberForm,
    out: &mut [u8],
    mut convert: impl FnMut(&[u8], &mut [u8]),
) -> Result<usize, FilterError> {
    let count = bytes.len() / stored.size();
    let length = count.checked_mul(numbers.size()).ok_or(WRONG_SIZE)?;
    if !bytes.len().is_multiple_of(stored.size()) {
        return Err(WRONG_SIZE);
    }
    let out = out.get_mut(..length).ok_or(WRONG_SIZE)?;
    for (bytes, out) in bytes.chunks_exact(stored.size()).zip(out.chunks_exact_mut(numbers.size())) {
        convert(bytes, out);
    }
    Ok(length)
}

/// A whole number in 64 bits, its sign extended.
fn whole(bytes: &[u8], (number, order): NumberForm) -> u64 {
    let digits = |n: u64, &byte: &u8| n << 8 | u64::from(byte);
    let bits = match order {
        ByteOrder::Little => bytes.iter().rev().fold(0, digits),
        ByteOrder::Big => bytes.iter().fold(0, digits),
    };
    let unused = 64 - 8 * bytes.len().clamp(1, 8);
    if matches!(number, Number::I8 | Number::I16 | Number::I32) {
        ((bits << unused).cast_signed() >> unused).cast_unsigned()
    } else {
        bits
    }
}

fn real(bytes: &[u8], form: NumberForm) -> f64 {
    let bits = whole(bytes, form);
    match form.0 {
        Number::F32 => f64::from(f32::from_bits(bits as u32)),
        Number::F64 => f64::from_bits(bits),
        Number::I8 | Number::I16 | Number::I32 | Number::I64 => bits.cast_signed() as f64,
        Number::U8 | Number::U16 | Number::U32 | Number::U64 => bits as f64,
    }
}

fn write(value: f64, (number, order): NumberForm, out: &mut [u8]) {
    let bits = match number {
        Number::F32 => u64::from((value as f32).to_bits()),
        Number::F64 => value.to_bits(),
        Number::I8 | Number::I16 | Number::I32 | Number::I64 => (value as i64).cast_unsigned(),
        Number::U8 | Number::U16 | Number::U32 | Number::U64 => value as u64,
    };
    write_whole(bits, order, out);
}

/// The lowest bytes of a whole number.
fn write_whole(bits: u64, order: ByteOrder, out: &mut [u8]) {
    let bytes = bits.to_le_bytes();
    match order {
        ByteOrder::Little => out.iter_mut().zip(bytes).for_each(|(out, byte)| *out = byte),
        ByteOrder::Big => out.iter_mut().rev().zip(bytes).for_each(|(out, byte)| *out = byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_widened_exactly() {
        for (half, expected) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65_504.0),
            (0x0001, 5.960_464_5e-8),
            (0x03ff, 6.097_555e-5),
            (0x0400, 6.103_515_6e-5),
            (0x3555, 0.333_251_95),
            (0xfc00, f32::NEG_INFINITY),
        ] {
            assert_eq!(of_half(half), expected, "{half:#x}");
        }
        assert!(of_half(0x7e00).is_nan());
    }

    #[test]
    fn differences_add_up_and_wrap() {
        let (stored, numbers) = ((Number::I8, ByteOrder::Little), (Number::I16, ByteOrder::Big));
        let mut out = [0; 6];
        assert_eq!(sums(&[100, 100, 0x9c], stored, numbers, &mut out), Ok(6));
        assert_eq!(out, [0, 100, 0, 200, 0, 100]);
        assert_eq!(sums(&[100, 100], stored, numbers, &mut out[..3]), Err(WRONG_SIZE));
    }

    #[test]
    fn scaled_whole_numbers_come_back() {
        let (stored, numbers) = ((Number::U8, ByteOrder::Little), (Number::F32, ByteOrder::Little));
        let mut out = [0; 8];
        assert_eq!(scaled(&[0, 15], stored, numbers, |x| x / 10.0 + 1000.0, &mut out), Ok(8));
        assert_eq!(out.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect::<Vec<_>>(), [1000.0, 1001.5]);
    }
}
