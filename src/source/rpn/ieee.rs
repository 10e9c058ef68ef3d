//! Data type 133: floats taken apart into signs, exponents and mantissas, each compressed in its own way.

use super::container::Fault;
use super::turbo::{StreamHead, Width, parallelogram};
use super::words::word;
use crate::source::Detail;
use crate::source::bits::Bits;

const STEP: usize = 3;

/// The floats of a field, of a stream that begins with word 1.
pub fn floats(data: &[u8], ni: usize, nj: usize) -> Result<Vec<f32>, Fault> {
    const PREDICTOR: u32 = 5;
    let head = StreamHead::new(data, 1)?;
    let info = word(data, 2)?;
    if head.predictor != PREDICTOR {
        return Err(head.unknown_predictor());
    }
    let (base, exponent_bits, codes) = (info >> 16 & 0xff, info >> 8 & 0xff, info & 0xff);
    if !(1..=23).contains(&head.nbits) || exponent_bits > 8 || head.step != STEP {
        return Err(Detail::of("rpn.header"));
    }
    let count = ni * nj;
    let mut at = 3;
    let signs = match codes & 0x30 {
        0x00 => None,
        0x10 => Some(vec![1; count]),
        _ => {
            let part = part(data, &mut at)?;
            Some(signs(&mut Bits::new(part), count)?)
        }
    };
    let exponents = if codes & 0x0c == 0 {
        None
    } else {
        let part = part(data, &mut at)?;
        Some(parallelogram(&mut Bits::new(part), ni, nj, exponent_bits, STEP, Width::Eight)?)
    };
    // The word before the mantissas should be their length; writers put that of the signs there.
    let mut bits = Bits::starting_at(data, 32 * (at + 1));
    let mantissas = if codes & 3 == 0 {
        parallelogram(&mut bits, ni, nj, head.nbits, STEP, Width::ThirtyTwo)?
    } else {
        bits.numbers(head.nbits, count)?
    };
    let part_of = |part: &Option<Vec<u32>>, n: usize| part.as_ref().and_then(|part| part.get(n)).copied().unwrap_or(0);
    let shift = 23 - head.nbits;
    let assembled = mantissas.into_iter().enumerate().map(|(n, mantissa)| {
        let exponent = part_of(&exponents, n).wrapping_add(base) & 0xff;
        // As librmn joins them: a mantissa of too many bits, in a damaged stream, runs into the exponent.
        f32::from_bits(part_of(&signs, n) << 31 | exponent << 23 | mantissa << shift)
    });
    Ok(assembled.collect())
}

/// The bytes behind a word with their number; `at` goes on to the word behind them, which must be there.
fn part<'a>(data: &'a [u8], at: &mut usize) -> Result<&'a [u8], Fault> {
    let words = (word(data, *at)? >> 2) as usize;
    let end = at.saturating_add(1).saturating_add(words);
    word(data, end).map_err(|_| Detail::of("rpn.stream"))?;
    let part = data.get(4 * (*at + 1)..4 * end).ok_or_else(|| Detail::of("rpn.stream"))?;
    *at = end;
    Ok(part)
}

/// Runs: seven signs as they are, or one sign and how often. A count of 63 means 255 more of the last run's sign.
fn signs(bits: &mut Bits, count: usize) -> Result<Vec<u32>, Fault> {
    const LONG: u32 = 63;
    let mut signs = Vec::with_capacity(count);
    let mut last = 0;
    while signs.len() < count {
        let left = count - signs.len();
        if bits.one::<u32>(1)? == 0 {
            for _ in 0..left.min(7) {
                signs.push(bits.one(1)?);
            }
            continue;
        }
        let (sign, run): (u32, u32) = (bits.one(1)?, bits.one(6)?);
        let run = if run == LONG {
            255
        } else {
            last = sign;
            run as usize
        };
        // A run may be said to pass the end of the field.
        signs.resize(signs.len() + run.min(left), last);
    }
    Ok(signs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_come_in_runs_and_one_by_one() {
        // A run of three ones; seven signs 0101010; a run of 0 that is cut at the end.
        let bits = "11000011".to_owned() + "00101010" + "10000101";
        let data: Vec<u8> =
            bits.as_bytes().chunks(8).map(|byte| byte.iter().fold(0, |n, bit| n << 1 | (bit - b'0'))).collect();
        let read = signs(&mut Bits::new(&data), 13).expect("whole");
        assert_eq!(read, [1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0]);
        assert!(signs(&mut Bits::new(&data), 16).is_err(), "the stream ends");
    }
}
