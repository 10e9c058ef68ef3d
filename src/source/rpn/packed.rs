//! Integers that stand for floats: the packings of data types 1 and 6 (and, compressed, 129 and 134).

use super::container::Fault;
use super::words::word;
use crate::source::Detail;

fn contradicts() -> Fault {
    Detail::of("rpn.header")
}

/// Data types 1 and 129: a minimum and a power of two, in words 0 to 3 of a header.
pub struct Ranged {
    minimum: f64,
    step: f64,
}

/// Where the numbers of data type 1 begin: in the last byte of its header.
pub const RANGED_BITS: usize = 120;

impl Ranged {
    /// Of the header that begins with word `first`. Its number of bits must be that of the directory; its count
    /// overflows in large fields and says nothing.
    pub fn new(data: &[u8], first: usize, nbits: u32) -> Result<Self, Fault> {
        let (range, mantissa, size) = (word(data, first + 1)?, word(data, first + 2)?, word(data, first + 3)?);
        if size >> 8 & 0xff != nbits {
            return Err(contradicts());
        }
        let exponent = (range >> 16) as i32 - 4096;
        // Only damaged headers have a larger one.
        if exponent > 1023 {
            return Err(contradicts());
        }
        Ok(Self { minimum: minimum(range, mantissa), step: 2_f64.powi(exponent) })
    }

    pub fn value(&self, token: u32) -> f32 {
        if token == 0 {
            return self.minimum as f32;
        }
        // The odd factor is librmn's; without it the last bit differs.
        (f64::from(token) * self.step * 1.000_000_000_000_1 + self.minimum) as f32
    }
}

/// An exponent of twelve bits, counted from 849, a sign in the four behind it, and a mantissa whose first bit is set.
fn minimum(range: u32, mantissa: u32) -> f64 {
    let (exponent, sign) = (range >> 4 & 0xfff, range & 1);
    let Some(exponent) = exponent.checked_sub(849).filter(|_| mantissa != 0) else { return 0.0 };
    f32::from_bits(sign << 31 | (exponent & 0xff) << 23 | mantissa >> 8 & 0x7f_ffff).into()
}

/// Data types 6 and 134: a common exponent and a shift, in three words.
pub struct Scaled {
    /// `None` where all values are zero.
    unit: Option<f32>,
    minimum: u32,
    shift: u32,
}

/// Where the numbers of data type 6 begin; they have sixteen bits whatever the directory says.
pub const SCALED_BITS: usize = 96;

impl Scaled {
    /// Of the header that begins with word `first`.
    pub fn new(data: &[u8], first: usize, count: usize) -> Result<Self, Fault> {
        let (head, minimum, said) = (word(data, first)?, word(data, first + 1)?, word(data, first + 2)?);
        let shift = head & 0xff;
        if head >> 20 != 0xeff || said as usize != count || shift > 31 {
            return Err(contradicts());
        }
        let unit = match head >> 8 & 0xff {
            0 => None,
            // 2^(exponent - 150), the smallest of them without a leading one.
            exponent if exponent > 23 => Some(f32::from_bits((exponent - 23) << 23)),
            exponent => Some(f32::from_bits(1 << (exponent - 1))),
        };
        Ok(Self { unit, minimum, shift })
    }

    #[inline]
    pub fn value(&self, token: u32) -> f32 {
        let Some(unit) = self.unit else { return 0.0 };
        let mantissa = (token << self.shift).wrapping_add(self.minimum) as i32;
        mantissa.clamp(-0xff_ffff, 0xff_ffff) as f32 * unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_height_of_the_worked_example_comes_out_to_the_last_bit() {
        let words = [0xefff_8605_u32, 0x008a_0d71, 5040];
        let data: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        let packing = Scaled::new(&data, 0, 5040).expect("its header");
        assert_eq!(packing.value(10_076), 142.972_43);
        assert!(Scaled::new(&data, 0, 5041).is_err(), "another count");
    }

    #[test]
    fn the_units_of_the_common_exponent_are_powers_of_two() {
        for exponent in 1..=255_u32 {
            let words = [0xeff0_0000 | exponent << 8, 1, 1];
            let data: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
            let unit = Scaled::new(&data, 0, 1).expect("its header").value(0);
            assert_eq!(f64::from(unit), 2_f64.powi(exponent as i32 - 150), "{exponent}");
        }
    }
}
