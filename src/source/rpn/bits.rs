//! A stream of numbers of any width, the most significant bit first, over the bounds of words.

use super::container::Fault;
use crate::source::Detail;

/// Reads from a record's data, never beyond its end.
pub struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Bits<'a> {
    /// From a bit of the data on.
    pub fn new(data: &'a [u8], first: usize) -> Self {
        Self { data, at: first, end: data.len().saturating_mul(8) }
    }

    /// Refuses where fewer numbers than that are left. Asked once for a run of them, so that [`Bits::take`] need not.
    pub fn require(&self, count: usize, width: u32) -> Result<(), Fault> {
        let bits = count.checked_mul(width as usize).and_then(|bits| bits.checked_add(self.at));
        bits.filter(|&bits| bits <= self.end).map(|_| ()).ok_or_else(|| Detail::of("rpn.stream"))
    }

    /// The next number of 1 to 32 bits; zeros beyond the end.
    #[inline]
    pub fn take(&mut self, width: u32) -> u32 {
        let rest = self.data.get(self.at >> 3..).unwrap_or_default();
        let word = rest.first_chunk().map_or_else(|| last_word(rest), |eight| u64::from_be_bytes(*eight));
        let aligned = word << (self.at & 7);
        self.at += width as usize;
        // Twice, since a width of zero would shift by all 64.
        (aligned >> 1 >> (63 - (width & 63))) as u32
    }

    /// As [`Bits::take`], where it is not known that there is another number.
    pub fn next(&mut self, width: u32) -> Result<u32, Fault> {
        self.require(1, width)?;
        Ok(self.take(width))
    }

    /// The next numbers, as many as there are places.
    pub fn fill(&mut self, width: u32, out: &mut [u32]) -> Result<(), Fault> {
        self.require(out.len(), width)?;
        out.iter_mut().for_each(|value| *value = self.take(width));
        Ok(())
    }

    /// The next numbers in a vector.
    pub fn numbers(&mut self, width: u32, count: usize) -> Result<Vec<u32>, Fault> {
        self.require(count, width)?;
        Ok((0..count).map(|_| self.take(width)).collect())
    }
}

/// Fewer than eight bytes, zeros behind them.
#[cold]
fn last_word(rest: &[u8]) -> u64 {
    rest.iter().take(8).zip((0..64).step_by(8)).fold(0, |word, (&byte, shift)| word | u64::from(byte) << (56 - shift))
}

/// The word of 32 bits with this number.
pub fn word(data: &[u8], number: usize) -> Result<u32, Fault> {
    let bytes = number.checked_mul(4).and_then(|at| data.get(at..)).and_then(<[u8]>::first_chunk);
    bytes.map(|bytes| u32::from_be_bytes(*bytes)).ok_or_else(|| Detail::of("rpn.short"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_over_the_bounds_of_bytes_and_words() {
        // 001 01100 0111 1000 1001 …
        let data = [0b0010_1100, 0b0111_1000, 0b1001_0000, 0xff];
        let mut bits = Bits::new(&data, 0);
        assert_eq!(bits.numbers(3, 3).ok(), Some(vec![0b001, 0b011, 0b000]));
        assert_eq!(bits.next(13).ok(), Some(0b1_1110_0010_0100));
        assert_eq!(Bits::new(&data, 24).next(8).ok(), Some(0xff));
        assert!(Bits::new(&data, 25).next(8).is_err());
        assert_eq!(Bits::new(&data, 0).next(32).ok(), Some(0x2c78_90ff));
        assert_eq!(word(&data, 0).ok(), Some(0x2c78_90ff));
        assert!(word(&data, 1).is_err());
    }
}
