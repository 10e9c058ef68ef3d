//! Numbers of any width, one after the other, from the highest bit down.

/// Reads unsigned numbers from a row of bytes. Beyond the end it reads zeros; [`Bits::holds`] asks beforehand.
#[derive(Clone, Debug)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    /// Bits already read.
    at: usize,
}

impl<'a> Bits<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Whether so many numbers of such a width are still there.
    pub fn holds(&self, count: usize, width: u32) -> bool {
        let wanted = count.checked_mul(width as usize).and_then(|bits| bits.checked_add(self.at));
        wanted.is_some_and(|end| end <= self.bytes.len().saturating_mul(8))
    }

    /// The next number, of at most 56 bits.
    #[inline]
    pub fn next(&mut self, width: u32) -> u64 {
        let (byte, skip) = (self.at / 8, (self.at % 8) as u32);
        self.at += width as usize;
        if width == 0 {
            return 0;
        }
        let word = match self.bytes.get(byte..byte + 8).and_then(|bytes| bytes.try_into().ok()) {
            Some(bytes) => u64::from_be_bytes(bytes),
            None => last_word(self.bytes.get(byte..).unwrap_or_default()),
        };
        (word << skip) >> (64 - width)
    }

    /// To the next whole byte.
    pub fn align(&mut self) {
        self.at = self.at.next_multiple_of(8);
    }

    /// So many numbers of one width; `None` where they are not there, or wider than 56 bits.
    pub fn take(&mut self, count: usize, width: u32) -> Option<Vec<u64>> {
        let there = self.holds(count, width) && width <= 56;
        there.then(|| (0..count).map(|_| self.next(width)).collect())
    }
}

/// The last bytes, filled up with zeros.
#[cold]
fn last_word(rest: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().zip(rest) {
        *to = *from;
    }
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_odd_widths_stand_side_by_side() {
        // 101 01100 11110000 1
        let mut bits = Bits::new(&[0b1010_1100, 0b1111_0000, 0b1000_0000]);
        assert_eq!((bits.next(3), bits.next(5), bits.next(8), bits.next(1)), (5, 12, 240, 1));
        assert!(bits.holds(7, 1) && !bits.holds(8, 1));
        bits.align();
        assert_eq!(bits.next(8), 0);
    }
}
