//! Filters of HDF5 that the library undoes, and ours that it is given.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hdf5_reader::FilterRegistry;
use hdf5_reader::error::Error;
use hdf5_reader::filters::{nbit, scaleoffset, szip};

use super::{Filter, FilterError, OURS, Pipeline, copied};
use crate::source::cf::Number;

/// Largest chunk that our filters make for the library, which does not say what it expects.
const LARGEST_CHUNK: usize = 1 << 28;

/// Which filter of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Szip,
    /// Of these numbers, which may have fewer digits than their bytes could hold.
    NBit(Number),
    ScaleOffset,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Szip => "szip",
            Self::NBit(_) => "n-bit",
            Self::ScaleOffset => "scale-offset",
        }
    }

    /// How many bytes were written to `out`.
    pub fn decode(self, bytes: &[u8], parameters: &[u32], out: &mut [u8]) -> Result<usize, FilterError> {
        let most = out.len();
        let decode = || match self {
            Self::Szip => szip::decompress_with_limit(bytes, parameters, most),
            Self::NBit(_) => nbit::decompress_with_limit(bytes, parameters, most),
            Self::ScaleOffset => scaleoffset::decompress_with_limit(bytes, parameters, most),
        };
        // A decoder that gives up is as good as one that says why.
        let decoded = catch_unwind(AssertUnwindSafe(decode)).ok().and_then(Result::ok);
        let mut decoded = decoded.ok_or(FilterError::Stream(self.name()))?;
        if let Self::NBit(number) = self {
            widen(&mut decoded, parameters, number).ok_or_else(|| FilterError::Unknown(self.name().to_owned()))?;
        }
        copied(&decoded, out)
    }
}

/// Moves the digits of whole numbers, which stand `offset` bits above the lowest, to where they belong, and extends their
/// sign (HDF5 file format, message 0x0003, class 0; the parameters of n-bit are those of H5Znbit.c: class, size, order,
/// precision, offset from the fourth on). `None` for floats of fewer digits, and for types made of others.
fn widen(bytes: &mut [u8], parameters: &[u32], number: Number) -> Option<()> {
    const ATOMIC: u32 = 1;
    const NOTHING_TO_DO: u32 = 4;
    let &[class, ref rest @ ..] = parameters.get(3..)? else { return None };
    if class == NOTHING_TO_DO {
        return Some(());
    }
    let &[size, order, precision, offset, ..] = rest else { return None };
    let bits = u32::try_from(number.size()).ok()? * 8;
    if class != ATOMIC || size.checked_mul(8) != Some(bits) {
        return None;
    }
    if (precision, offset) == (bits, 0) {
        return Some(());
    }
    if !number.is_integer() || precision == 0 || precision.checked_add(offset).is_none_or(|top| top > bits) {
        return None;
    }
    let signed = matches!(number, Number::I8 | Number::I16 | Number::I32 | Number::I64);
    let unused = 64 - precision;
    for number in bytes.chunks_exact_mut(number.size()) {
        if order != 0 {
            number.reverse();
        }
        let raw = number.iter().rev().fold(0_u64, |raw, &byte| raw << 8 | u64::from(byte));
        let high = raw >> offset << unused;
        let value = if signed { ((high as i64) >> unused) as u64 } else { high >> unused };
        number.iter_mut().zip(value.to_le_bytes()).for_each(|(to, from)| *to = from);
        if order != 0 {
            number.reverse();
        }
    }
    Some(())
}

/// The library's filters with ours beside them, for what it reads itself: coordinates, and what the loop over tiles does
/// not know.
#[must_use]
pub fn registry() -> FilterRegistry {
    let mut registry = FilterRegistry::new();
    for id in OURS {
        registry.register(
            id,
            Box::new(move |description, bytes, _| {
                let filter = Filter::of_hdf5(id, &description.client_data, Number::U8);
                let decoded =
                    filter.and_then(|filter| Pipeline(vec![filter]).undo_within(bytes.to_vec(), LARGEST_CHUNK));
                decoded.map_err(|error| match error {
                    FilterError::Unknown(name) => Error::UnsupportedFilter(name),
                    FilterError::Broken(what) | FilterError::Stream(what) => Error::InvalidData(what.to_owned()),
                })
            }),
        );
    }
    registry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_fewer_digits_get_their_sign() {
        // -273 and 273 in 14 bits, three bits above the lowest of 32.
        let stored = |value: i32| ((value as u32 & 0x3fff) << 3).to_le_bytes();
        let parameters = [8, 0, 2, 1, 4, 0, 14, 3];
        let mut bytes = [stored(-273), stored(273)].concat();
        assert_eq!(widen(&mut bytes, &parameters, Number::I32), Some(()));
        assert_eq!(bytes, [(-273_i32).to_le_bytes(), 273_i32.to_le_bytes()].concat());
        let mut unsigned = stored(-273).to_vec();
        assert_eq!(widen(&mut unsigned, &parameters, Number::U32), Some(()));
        assert_eq!(unsigned, (16_384_u32 - 273).to_le_bytes());
        let mut big: Vec<u8> = stored(-273).into_iter().rev().collect();
        assert_eq!(widen(&mut big, &[8, 0, 2, 1, 4, 1, 14, 3], Number::I32), Some(()));
        assert_eq!(big, (-273_i32).to_be_bytes());
    }

    #[test]
    fn floats_of_fewer_digits_are_not_taken_for_what_they_are_not() {
        let mut bytes = 1.5_f32.to_le_bytes().to_vec();
        assert_eq!(widen(&mut bytes, &[8, 0, 1, 1, 4, 0, 32, 0], Number::F32), Some(()));
        assert_eq!(widen(&mut bytes, &[8, 0, 1, 1, 4, 0, 20, 7], Number::F32), None);
        assert_eq!(widen(&mut bytes, &[8, 0, 1, 2, 4], Number::I32), None, "an array of numbers");
    }
}
