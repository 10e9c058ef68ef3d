//! How the bits of a number stand in HDF5, as far as the library does not tell: it gives the size and the order of bytes
//! only. HDF5 file format 3.0, IV.A.2.d, message 0x0003.

/// Whether the numbers of a datatype message are such as processors have: whole numbers that fill their bytes, or floats of
/// IEEE 754 with 32 or 64 bits. Of types that are neither, nothing is said here.
pub fn is_plain(message: &[u8]) -> bool {
    const WHOLE: u8 = 0;
    const FLOAT: u8 = 1;
    const ENUMERATION: u8 = 8;
    let Some((head, properties)) = message.split_first_chunk::<8>() else { return false };
    let [class, flags, sign, _, size @ ..] = *head;
    let bits = u64::from(u32::from_le_bytes(size)) * 8;
    let word = |at: usize| properties.get(at..)?.first_chunk().map(|bytes| u64::from(u16::from_le_bytes(*bytes)));
    let (offset, precision) = (word(0), word(2));
    let fills = (offset, precision) == (Some(0), Some(bits));
    match class & 0x0f {
        WHOLE => fills,
        FLOAT => {
            let bias = properties.get(8..).and_then(|rest| rest.first_chunk()).map(|bytes| u32::from_le_bytes(*bytes));
            let parts = properties.get(4..8);
            // Positions and sizes of exponent and fraction, the sign's position, the bias.
            let ieee = match bits {
                32 => parts == Some(&[23, 8, 0, 23]) && (sign, bias) == (31, Some(127)),
                64 => parts == Some(&[52, 11, 0, 52]) && (sign, bias) == (63, Some(1023)),
                _ => false,
            };
            // The first digit of the fraction is implied (bits 4 and 5), and the bytes stand in no order of VAX (bit 6).
            fills && ieee && flags & 0x70 == 0x20
        }
        // The type that it is made of follows.
        ENUMERATION => is_plain(properties),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As h5py writes `IEEE_F32LE`.
    const SINGLE: [u8; 20] = [0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0];

    #[test]
    fn numbers_of_fewer_digits_than_their_bytes_could_hold_are_not_plain() {
        // STD_I16LE; with set_precision(10); with set_precision(10) and set_offset(3).
        assert!(is_plain(&[0x10, 8, 0, 0, 2, 0, 0, 0, 0, 0, 16, 0]));
        assert!(!is_plain(&[0x10, 8, 0, 0, 2, 0, 0, 0, 0, 0, 10, 0]));
        assert!(!is_plain(&[0x10, 8, 0, 0, 2, 0, 0, 0, 3, 0, 10, 0]));
    }

    #[test]
    fn floats_of_another_layout_than_ieee_have_are_not_plain() {
        assert!(is_plain(&SINGLE));
        for (at, other) in [(12, 22), (13, 9), (16, 100), (1, 0x61), (1, 0), (2, 30), (10, 31)] {
            let mut odd = SINGLE;
            odd[at] = other;
            assert!(!is_plain(&odd), "byte {at} is {other}");
        }
        assert!(!is_plain(&SINGLE[..12]));
    }
}
