//! Template 5.4: numbers as they are, IEEE 754.

use super::{Failure, Packed, Value};

/// Octet 12 says how wide they are: 1 single, 2 double.
pub fn unpack<V: Value>(packed: &Packed<'_>) -> Result<Vec<V>, Failure> {
    let missing = Failure::broken;
    match packed.representation.u8(12).ok_or_else(missing)? {
        1 => read::<V, 4>(packed, |bytes| f64::from(f32::from_be_bytes(bytes))),
        2 => read::<V, 8>(packed, f64::from_be_bytes),
        _ => Err(missing()),
    }
}

fn read<V: Value, const N: usize>(packed: &Packed<'_>, number: impl Fn([u8; N]) -> f64) -> Result<Vec<V>, Failure> {
    let (numbers, _) = packed.data.as_chunks::<N>();
    let numbers = numbers.get(..packed.coded).ok_or_else(Failure::broken)?;
    Ok(numbers.iter().map(|&bytes| V::of(number(bytes))).collect())
}
