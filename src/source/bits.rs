//! A stream of numbers of any width, the highest bit first, over the bounds of bytes and words: what GRIB and RPN standard
//! files pack their values in.

/// Reads unsigned numbers of at most 56 bits from a row of bytes. Beyond the end it reads zeros; [`Bits::require`] asks
/// beforehand, once for a run of them.
#[derive(Clone, Debug)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    /// Bits already read.
    at: usize,
}

/// Fewer numbers are left than are wanted, or they are too wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short;

/// What numbers are read as; the upper bits of wider ones are lost.
pub trait Whole {
    fn of(bits: u64) -> Self;
}

impl Whole for u64 {
    #[inline]
    fn of(bits: u64) -> Self {
        bits
    }
}

impl Whole for u32 {
    #[inline]
    fn of(bits: u64) -> Self {
        bits as Self
    }
}

impl<'a> Bits<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::starting_at(bytes, 0)
    }

    /// From a bit on.
    pub fn starting_at(bytes: &'a [u8], bit: usize) -> Self {
        Self { bytes, at: bit }
    }

    /// Refuses where fewer numbers than that are left.
    pub fn require(&self, count: usize, width: u32) -> Result<(), Short> {
        let end = count.checked_mul(width as usize).and_then(|bits| bits.checked_add(self.at));
        let there = end.is_some_and(|end| end <= self.bytes.len().saturating_mul(8));
        if there && width <= 56 { Ok(()) } else { Err(Short) }
    }

    /// The next number; zeros beyond the end.
    #[inline]
    pub fn next<T: Whole>(&mut self, width: u32) -> T {
        let rest = self.bytes.get(self.at >> 3..).unwrap_or_default();
        let word = rest.first_chunk().map_or_else(|| last_word(rest), |eight| u64::from_be_bytes(*eight));
        let aligned = word << (self.at & 7);
        self.at += width as usize;
        // Twice, since a width of zero would shift by all 64.
        T::of(aligned >> 1 >> (63 - (width & 63)))
    }

    /// The next number, where it is not known that there is another.
    pub fn one<T: Whole>(&mut self, width: u32) -> Result<T, Short> {
        self.require(1, width)?;
        Ok(self.next(width))
    }

    /// The next numbers, as many as there are places.
    pub fn fill<T: Whole>(&mut self, width: u32, out: &mut [T]) -> Result<(), Short> {
        self.require(out.len(), width)?;
        out.iter_mut().for_each(|value| *value = self.next(width));
        Ok(())
    }

    /// The next numbers in a vector.
    pub fn numbers<T: Whole>(&mut self, width: u32, count: usize) -> Result<Vec<T>, Short> {
        self.require(count, width)?;
        Ok((0..count).map(|_| self.next(width)).collect())
    }

    /// To the next whole byte.
    pub fn align(&mut self) {
        self.at = self.at.next_multiple_of(8);
    }
}

/// Fewer than eight bytes, zeros behind them.
#[cold]
fn last_word(rest: &[u8]) -> u64 {
    rest.iter().take(8).zip((0..64).step_by(8)).fold(0, |word, (&byte, shift)| word | u64::from(byte) << (56 - shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_over_the_bounds_of_bytes_and_words() {
        // 001 01100 0111 1000 1001 …
        let data = [0b0010_1100, 0b0111_1000, 0b1001_0000, 0xff];
        let mut bits = Bits::new(&data);
        assert_eq!(bits.numbers(3, 3), Ok(vec![0b001_u32, 0b011, 0b000]));
        assert_eq!(bits.one(13), Ok(0b1_1110_0010_0100_u64));
        assert_eq!(Bits::starting_at(&data, 24).one(8), Ok(0xff_u32));
        assert_eq!(Bits::starting_at(&data, 25).one::<u32>(8), Err(Short));
        assert_eq!(Bits::new(&data).one(32), Ok(0x2c78_90ff_u32));
        assert_eq!(Bits::new(&data).next::<u64>(0), 0, "a number without width");
    }

    #[test]
    fn beyond_the_end_are_zeros_and_nothing_that_was_asked_for() {
        // 101 01100 11110000 1
        let mut bits = Bits::new(&[0b1010_1100, 0b1111_0000, 0b1000_0000]);
        let four: [u64; 4] = [bits.next(3), bits.next(5), bits.next(8), bits.next(1)];
        assert_eq!(four, [5, 12, 240, 1]);
        assert_eq!((bits.require(7, 1), bits.require(8, 1)), (Ok(()), Err(Short)));
        bits.align();
        assert_eq!(bits.next::<u64>(8), 0);
        assert_eq!(Bits::new(&[0; 32]).require(1, 57), Err(Short), "wider than can be read at once");
        assert_eq!(Bits::new(&[0; 32]).require(usize::MAX, 2), Err(Short));
    }
}
