//! The numbers of a record: which packing it has, whether it can hold as many values as it claims, and their unpacking.

use super::container::Fault;
use super::descriptor::Descriptor;
use super::packed::{RANGED_BITS, Ranged, SCALED_BITS, Scaled};
use super::words::word;
use super::{ieee, turbo};
use crate::source::Detail;
use crate::source::bits::Bits;

/// Values of one record: more than any field has, and no more than fit into memory.
const MOST_VALUES: u64 = 1 << 26;
/// At best a tile of seven by seven compressed tokens takes four bits.
const MOST_FOR_A_BYTE: u64 = 13 * 8;
const MISSING: u32 = 64;
const COMPRESSED: u32 = 128;

/// Numbers as they are stored, i fastest, then j, then k.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    Unsigned(Vec<u32>),
    Signed(Vec<i32>),
    Single(Vec<f32>),
    Double(Vec<f64>),
}

/// Dimensions, checked against what the record can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub ni: usize,
    pub nj: usize,
    pub nk: usize,
}

impl Shape {
    /// Refuses a record whose data, of that many bytes, are too short for its values, or packed in an unknown way.
    pub fn of(record: &Descriptor, bytes: usize) -> Result<Self, Fault> {
        let datyp = record.datyp() & !MISSING;
        let unknown = || Detail::with("rpn.datyp", [("datyp", u64::from(record.datyp()).into())]);
        if !matches!(datyp, 0..=8 | 129 | 130 | 133 | 134) {
            return Err(unknown());
        }
        let (ni, nj, nk) = (record.ni(), record.nj(), record.nk());
        if ni == 0 || nj == 0 || nk == 0 {
            return Err(Detail::of("rpn.dimension"));
        }
        let large = || Detail::of("rpn.large");
        // 24, 24 and 20 bits.
        let count = (u64::from(ni) * u64::from(nj)).checked_mul(nk.into()).filter(|&n| n <= MOST_VALUES);
        let count = count.ok_or_else(large)?;
        if datyp & COMPRESSED != 0 {
            if nk > 1 || ni < 2 || nj < 2 {
                return Err(Detail::of("rpn.planes"));
            }
            if count > (bytes as u64).saturating_mul(MOST_FOR_A_BYTE) {
                return Err(large());
            }
        }
        let nbits = record.nbits();
        let possible = match datyp {
            5 => (1..=32).contains(&nbits) || nbits == 64,
            8 => nbits == 32 || nbits == 64,
            3 | 6 | 7 | 133 | 134 => nbits > 0,
            129 | 130 => (1..=16).contains(&nbits),
            _ => (1..=32).contains(&nbits),
        };
        if !possible {
            let places = [("bits", u64::from(nbits).into()), ("datyp", u64::from(record.datyp()).into())];
            return Err(Detail::with("rpn.bits", places));
        }
        let bits = match datyp {
            1 => RANGED_BITS as u64 + count * u64::from(nbits),
            6 => SCALED_BITS as u64 + count * 16,
            3 | 7 => count * 8,
            8 => count * u64::from(nbits) * 2,
            0..=5 => count * u64::from(nbits),
            _ => 0,
        };
        if bits > bytes as u64 * 8 {
            return Err(Detail::of("rpn.short"));
        }
        Ok(Self { ni: ni as usize, nj: nj as usize, nk: nk as usize })
    }

    /// Values in all planes.
    pub fn count(self) -> usize {
        self.ni * self.nj * self.nk
    }
}

/// Whether the values are numbers to be shown: neither characters nor complex.
pub fn is_field(record: &Descriptor) -> bool {
    !matches!(record.datyp() & !MISSING, 3 | 7 | 8)
}

/// Unpacks a record's data. Characters are their codes, complex numbers real and imaginary parts in turn.
pub fn decode(record: &Descriptor, data: &[u8]) -> Result<Values, Fault> {
    let shape = Shape::of(record, data.len())?;
    let values = unpack(record, shape, data)?;
    let flagged = record.datyp() & MISSING != 0 && !matches!(record.datyp() & !MISSING, 0 | 3 | 7 | 8);
    Ok(if flagged { values.without_largest() } else { values })
}

fn unpack(record: &Descriptor, shape: Shape, data: &[u8]) -> Result<Values, Fault> {
    let (count, nbits) = (shape.count(), record.nbits());
    let plain = |first: usize, width: u32, count: usize| {
        Bits::starting_at(data, first).numbers(width, count).map_err(Fault::from)
    };
    let compressed = |at: usize| turbo::tokens(data, at, shape.ni, shape.nj);
    Ok(match record.datyp() & !MISSING {
        0 | 2 => Values::Unsigned(plain(0, nbits, count)?),
        1 => {
            let packing = Ranged::new(data, 0, nbits)?;
            Values::Single(plain(RANGED_BITS, nbits, count)?.into_iter().map(|token| packing.value(token)).collect())
        }
        3 => Values::Unsigned(plain(0, 32, count.div_ceil(4))?),
        4 => {
            let middle = 1_u32 << (nbits - 1);
            Values::Signed(plain(0, nbits, count)?.into_iter().map(|token| token.wrapping_sub(middle) as i32).collect())
        }
        5 => floats(data, nbits, count)?,
        6 => {
            let packing = Scaled::new(data, 0, count)?;
            Values::Single(plain(SCALED_BITS, 16, count)?.into_iter().map(|token| packing.value(token)).collect())
        }
        7 => Values::Unsigned(plain(0, 8, count)?),
        8 => floats(data, nbits, 2 * count)?,
        // Tokens have sixteen bits in the stream, whatever the header says; librmn cuts them wrongly here.
        129 => {
            let packing = Ranged::new(data, 1, nbits)?;
            Values::Single(compressed(5)?.into_iter().map(|token| packing.value(token)).collect())
        }
        130 => {
            let mask = (1_u32 << nbits) - 1;
            Values::Unsigned(compressed(1)?.into_iter().map(|token| token & mask).collect())
        }
        133 => Values::Single(ieee::floats(data, shape.ni, shape.nj)?),
        _ => {
            let packing = Scaled::new(data, 1, count)?;
            Values::Single(compressed(4)?.into_iter().map(|token| packing.value(token)).collect())
        }
    })
}

/// IEEE floats of 64 bits, or the upper bits of those of 32.
fn floats(data: &[u8], nbits: u32, count: usize) -> Result<Values, Fault> {
    if nbits != 64 {
        let words: Vec<u32> = Bits::new(data).numbers(nbits, count)?;
        return Ok(Values::Single(words.into_iter().map(|word| f32::from_bits(word << (32 - nbits))).collect()));
    }
    word(data, (2 * count).saturating_sub(1))?;
    let pairs = data.chunks_exact(8).take(count).filter_map(<[u8]>::first_chunk);
    Ok(Values::Double(pairs.map(|bytes| f64::from_be_bytes(*bytes)).collect()))
}

impl Values {
    /// Where values are missing the writer put one above all others there; so the largest is the hole.
    fn without_largest(self) -> Self {
        let of_integers = |values: Vec<f64>| Self::Double(values).without_largest();
        match self {
            Self::Single(mut values) => {
                let largest = values.iter().copied().fold(f32::NAN, f32::max);
                values.iter_mut().filter(|value| **value == largest).for_each(|value| *value = f32::NAN);
                Self::Single(values)
            }
            Self::Double(mut values) => {
                let largest = values.iter().copied().fold(f64::NAN, f64::max);
                values.iter_mut().filter(|value| **value == largest).for_each(|value| *value = f64::NAN);
                Self::Double(values)
            }
            Self::Unsigned(values) => of_integers(values.into_iter().map(f64::from).collect()),
            Self::Signed(values) => of_integers(values.into_iter().map(f64::from).collect()),
        }
    }

    pub fn into_f64(self) -> Vec<f64> {
        match self {
            Self::Unsigned(values) => values.into_iter().map(f64::from).collect(),
            Self::Signed(values) => values.into_iter().map(f64::from).collect(),
            Self::Single(values) => values.into_iter().map(f64::from).collect(),
            Self::Double(values) => values,
        }
    }

    /// For drawing; without a detour over 64 bits where the values have 32.
    pub fn into_f32(self) -> Vec<f32> {
        match self {
            Self::Unsigned(values) => values.into_iter().map(|value| value as f32).collect(),
            Self::Signed(values) => values.into_iter().map(|value| value as f32).collect(),
            Self::Single(values) => values,
            Self::Double(values) => values.into_iter().map(|value| value as f32).collect(),
        }
    }
}
