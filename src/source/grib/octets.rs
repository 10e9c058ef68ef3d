//! The octets of a section, counted from 1 as the WMO's manual on codes does, and the numbers that they make.

/// One section, from its first octet. Beyond its end there is nothing: every look gives `None` there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Octets<'a>(pub &'a [u8]);

impl<'a> Octets<'a> {
    /// What follows from an octet on; nothing beyond the end.
    pub fn from(self, octet: usize) -> &'a [u8] {
        self.0.get(octet.saturating_sub(1)..).unwrap_or_default()
    }

    /// `count` octets from `octet` on.
    pub fn some(self, octet: usize, count: usize) -> Option<&'a [u8]> {
        self.from(octet).get(..count)
    }

    fn array<const N: usize>(self, octet: usize) -> Option<[u8; N]> {
        self.some(octet, N)?.try_into().ok()
    }

    pub fn u8(self, octet: usize) -> Option<u8> {
        self.some(octet, 1)?.first().copied()
    }

    pub fn u16(self, octet: usize) -> Option<u16> {
        self.array(octet).map(u16::from_be_bytes)
    }

    pub fn u24(self, octet: usize) -> Option<u32> {
        self.array(octet).map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    pub fn u32(self, octet: usize) -> Option<u32> {
        self.array(octet).map(u32::from_be_bytes)
    }

    pub fn u64(self, octet: usize) -> Option<u64> {
        self.array(octet).map(u64::from_be_bytes)
    }

    /// A sign in the highest bit, and a magnitude: how GRIB writes all its negative numbers.
    pub fn i8(self, octet: usize) -> Option<i32> {
        self.u8(octet).map(|word| signed(word.into(), 8))
    }

    pub fn i16(self, octet: usize) -> Option<i32> {
        self.u16(octet).map(|word| signed(word.into(), 16))
    }

    pub fn i24(self, octet: usize) -> Option<i32> {
        self.u24(octet).map(|word| signed(word, 24))
    }

    pub fn i32(self, octet: usize) -> Option<i32> {
        self.u32(octet).map(|word| signed(word, 32))
    }

    /// IEEE 754, single.
    pub fn f32(self, octet: usize) -> Option<f64> {
        self.array(octet).map(|bytes| f64::from(f32::from_be_bytes(bytes)))
    }

    /// The floating point of IBM's System/360: sign, exponent of 16 with excess 64, fraction of 24 bits.
    pub fn ibm(self, octet: usize) -> Option<f64> {
        self.u32(octet).map(|word| {
            let fraction = f64::from(word & 0x00ff_ffff) / f64::from(1 << 24);
            let exponent = ((word >> 24) & 0x7f) as i32 - 64;
            let magnitude = fraction * 16_f64.powi(exponent);
            if word >> 31 == 1 { -magnitude } else { magnitude }
        })
    }
}

/// A word of so many bits as sign and magnitude.
pub fn signed(word: u32, bits: u32) -> i32 {
    let sign = 1_u32 << (bits - 1);
    let magnitude = (word & (sign - 1)) as i32;
    if word & sign != 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_numbers_carry_a_sign_and_a_magnitude() {
        let octets = Octets(&[0x80, 0x05, 0x00, 0x07]);
        assert_eq!((octets.i16(1), octets.i16(3), octets.i24(1)), (Some(-5), Some(7), Some(-0x500)));
        assert_eq!(octets.i32(1), Some(-0x0005_0007));
        assert_eq!((octets.u8(5), octets.i32(2)), (None, None));
    }

    #[test]
    fn a_number_of_the_360_is_read() {
        // The manual's own example: -118.625 is C2 76 A0 00.
        assert_eq!(Octets(&[0xc2, 0x76, 0xa0, 0x00]).ibm(1), Some(-118.625));
        assert_eq!(Octets(&[0; 4]).ibm(1), Some(0.0));
    }
}
