//! The lossless compression of CCSDS 121.0-B-3 in the form that weather files have: unsigned samples, no padding.
//!
//! ECMWF packs nearly all of its fields so, and the general codec of the crate takes four times as long. Samples come in
//! blocks; each block says how it is coded, and a reference sample begins every interval of some blocks.

/// What the header of the data says.
#[derive(Clone, Copy, Debug)]
pub struct Coding {
    /// Of a sample: 1 to 32.
    pub bits: u32,
    /// Samples in a block.
    pub block: usize,
    /// Blocks in an interval.
    pub interval: usize,
    /// Whether differences from a prediction are coded.
    pub predicted: bool,
}

/// Zero blocks are counted within segments of so many blocks.
const SEGMENT: usize = 64;
/// The code of zero blocks to the end of the segment.
const REST_OF_SEGMENT: usize = 5;

/// So many samples; `None` where the stream ends early or contradicts itself.
pub fn decode(bytes: &[u8], coding: Coding, count: usize) -> Option<Vec<u32>> {
    let Coding { bits, block, interval, predicted } = coding;
    if !(1..=32).contains(&bits) || block == 0 || interval == 0 {
        return None;
    }
    let mut stream = Stream { bytes, at: 0 };
    let mut samples: Vec<u32> = Vec::with_capacity(count.checked_add(block * SEGMENT)?);
    while samples.len() < count {
        let start = samples.len();
        read_interval(&mut stream, coding, count, &mut samples)?;
        if predicted {
            predict(samples.get_mut(start..)?, bits);
        }
    }
    samples.truncate(count);
    Some(samples)
}

/// The coded samples of one interval, its reference first.
fn read_interval(stream: &mut Stream<'_>, coding: Coding, count: usize, samples: &mut Vec<u32>) -> Option<()> {
    let Coding { bits, block, interval, predicted } = coding;
    let option_bits = match bits {
        17.. => 5,
        9.. => 4,
        _ => 3,
    };
    let uncompressed = (1 << option_bits) - 1;
    let mut at = 0;
    while at < interval && samples.len() < count {
        let option = stream.next(option_bits);
        let has_reference = predicted && at == 0;
        let own = block - usize::from(has_reference);
        let mut blocks = 1;
        if option == 0 {
            let extended = stream.next(1) == 1;
            if has_reference {
                samples.push(stream.next(bits) as u32);
            }
            if extended {
                pairs(stream, samples, block, has_reference)?;
            } else {
                blocks = match stream.unary()? as usize + 1 {
                    REST_OF_SEGMENT => (interval - at).min(SEGMENT - at % SEGMENT),
                    coded if coded > REST_OF_SEGMENT => coded - 1,
                    coded => coded,
                };
                if blocks > interval - at {
                    return None;
                }
                samples.resize(samples.len() + own + (blocks - 1) * block, 0);
            }
        } else if option == uncompressed {
            samples.extend((0..block).map(|_| stream.next(bits) as u32));
        } else {
            if has_reference {
                samples.push(stream.next(bits) as u32);
            }
            split(stream, samples, own, option as u32 - 1)?;
        }
        if stream.is_beyond() {
            return None;
        }
        at += blocks;
    }
    Some(())
}

/// High parts in unary, then the low `low` bits of each.
fn split(stream: &mut Stream<'_>, samples: &mut Vec<u32>, count: usize, low: u32) -> Option<()> {
    let start = samples.len();
    for _ in 0..count {
        samples.push(stream.unary()?.checked_shl(low)?);
    }
    if low > 0 {
        for sample in samples.get_mut(start..)? {
            *sample |= stream.next(low) as u32;
        }
    }
    Some(())
}

/// Second extension: two samples in one number, by the diagonals of a table of their sums.
fn pairs(stream: &mut Stream<'_>, samples: &mut Vec<u32>, block: usize, has_reference: bool) -> Option<()> {
    let mut place = usize::from(has_reference);
    while place < block {
        let number = stream.unary()?;
        let sum = ((f64::from(number) * 8.0 + 1.0).sqrt() as u32 - 1) / 2;
        let second = number.checked_sub(sum * (sum + 1) / 2)?;
        if place.is_multiple_of(2) {
            samples.push(sum.checked_sub(second)?);
            place += 1;
        }
        samples.push(second);
        place += 1;
    }
    Some(())
}

/// Turns mapped differences into samples, in place: small ones go to both sides of the sample before in turns, larger
/// ones to the side where there is room (CCSDS 121.0-B-3, section 4.4).
fn predict(samples: &mut [u32], bits: u32) {
    let most = u32::MAX >> (32 - bits);
    let middle = most / 2 + 1;
    let Some((first, rest)) = samples.split_first_mut() else { return };
    let mut last = *first;
    for sample in rest {
        let difference = *sample;
        let half = (difference >> 1) + (difference & 1);
        let mask = if last & middle == 0 { 0 } else { most };
        last = if half <= mask ^ last {
            let step = difference >> 1;
            if difference & 1 == 0 { last.wrapping_add(step) } else { last.wrapping_sub(step + 1) }
        } else {
            mask ^ difference
        };
        *sample = last;
    }
}

/// Bits from the highest down; zeros beyond the end.
struct Stream<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Stream<'_> {
    /// At least 57 bits from the current one on, at the top of a word.
    #[inline]
    fn word(&self) -> u64 {
        let byte = self.at / 8;
        let word = match self.bytes.get(byte..byte + 8).and_then(|bytes| bytes.try_into().ok()) {
            Some(bytes) => u64::from_be_bytes(bytes),
            None => {
                let rest = self.bytes.get(byte..).unwrap_or_default();
                rest.iter().zip(0..8).fold(0, |word, (&octet, n)| word | u64::from(octet) << (56 - 8 * n))
            }
        };
        word << (self.at % 8)
    }

    #[inline]
    fn next(&mut self, width: u32) -> u64 {
        let word = self.word() >> (64 - width);
        self.at += width as usize;
        word
    }

    /// Zeros before the next one; `None` where there is no one.
    #[inline]
    fn unary(&mut self) -> Option<u32> {
        let zeros = self.word().leading_zeros();
        if zeros < 57 {
            self.at += zeros as usize + 1;
            return Some(zeros);
        }
        self.long_unary()
    }

    #[cold]
    fn long_unary(&mut self) -> Option<u32> {
        let mut total = 0_u32;
        while !self.is_beyond() {
            let zeros = self.word().leading_zeros();
            if zeros < 57 {
                self.at += zeros as usize + 1;
                return total.checked_add(zeros);
            }
            total = total.checked_add(56)?;
            self.at += 56;
        }
        None
    }

    fn is_beyond(&self) -> bool {
        self.at > self.bytes.len().saturating_mul(8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_of_split_samples_is_read() {
        // 8 bits a sample, no prediction: option 2 (one low bit), highs 0 1 2 0 in unary, lows 1 0 1 1.
        // 010 1 01 001 1 1011 -> 0101 0100 1110 11(00)
        let coding = Coding { bits: 8, block: 4, interval: 2, predicted: false };
        assert_eq!(decode(&[0b0101_0100, 0b1110_1100], coding, 4), Some(vec![1, 2, 5, 1]));
        assert_eq!(decode(&[0b0101_0100], coding, 4), None, "cut");
    }

    #[test]
    fn differences_go_to_both_sides_and_then_to_the_one_with_room() {
        // 4 bits: from 3, 2 goes up by 1, 3 down by 2, 9 has room on one side only (theta of 2 is 2).
        let mut samples = [3, 2, 3, 9];
        predict(&mut samples, 4);
        assert_eq!(samples, [3, 4, 2, 9]);
    }
}
