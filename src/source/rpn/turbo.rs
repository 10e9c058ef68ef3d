//! The lossless compression of tokens of sixteen bits (data types 129, 130, 134), and its parallelogram, which type 133
//! uses as well.

use super::container::Fault;
use super::words::word;
use crate::source::Detail;
use crate::source::bits::Bits;

/// How many of its bits a predicted number keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    Eight,
    Sixteen,
    ThirtyTwo,
}

/// The word before a compressed stream; its fields count from the least significant bit.
pub struct StreamHead {
    pub predictor: u32,
    pub step: usize,
    pub nbits: u32,
}

impl StreamHead {
    pub fn new(data: &[u8], at: usize) -> Result<Self, Fault> {
        let head = word(data, at)?;
        Ok(Self { predictor: head & 0xf, step: (head >> 7 & 7) as usize, nbits: head >> 10 & 0x1f })
    }

    pub fn unknown_predictor(&self) -> Fault {
        Detail::with("rpn.predictor", [("predictor", u64::from(self.predictor).into())])
    }
}

/// The tokens of a field, in plain order, of the stream that begins with word `at`.
pub fn tokens(data: &[u8], at: usize, ni: usize, nj: usize) -> Result<Vec<u32>, Fault> {
    const MINIMUM: u32 = 3;
    const PARALLELOGRAM: u32 = 4;
    let head = StreamHead::new(data, at)?;
    if !matches!(head.predictor, MINIMUM | PARALLELOGRAM) {
        return Err(head.unknown_predictor());
    }
    if head.step == 0 || !(1..=16).contains(&head.nbits) {
        return Err(Detail::of("rpn.header"));
    }
    let mut bits = Bits::starting_at(data, 32 * (at + 1));
    if head.predictor == MINIMUM {
        minimum(&mut bits, ni, nj, &head)
    } else {
        parallelogram(&mut bits, ni, nj, head.nbits, head.step, Width::Sixteen)
    }
}

/// Tiles, each with its smallest token and what is to be added to it.
fn minimum(bits: &mut Bits, ni: usize, nj: usize, head: &StreamHead) -> Result<Vec<u32>, Fault> {
    const RAW: u32 = 15;
    let mut tokens = vec![0; ni * nj];
    // At most seven by seven points.
    let mut tile = [0_u32; 49];
    for band in tokens.chunks_mut(head.step * ni) {
        let rows = band.len() / ni;
        for i in (0..ni).step_by(head.step) {
            let columns = head.step.min(ni - i);
            let Some(tile) = tile.get_mut(..rows * columns) else { return Err(Detail::of("rpn.header")) };
            match bits.one::<u32>(4)? {
                0 => tile.fill(bits.one(head.nbits)?),
                RAW => bits.fill(16, tile)?,
                width => {
                    let lowest: u32 = bits.one(head.nbits)?;
                    bits.fill(width, tile)?;
                    tile.iter_mut().for_each(|token| *token = token.wrapping_add(lowest) & 0xffff);
                }
            }
            for (row, from) in band.chunks_mut(ni).zip(tile.chunks(columns)) {
                row.iter_mut().skip(i).zip(from).for_each(|(token, value)| *token = *value);
            }
        }
    }
    Ok(tokens)
}

/// The first row and the first column as they are; then tiles of differences from left + above − above left.
pub fn parallelogram(
    bits: &mut Bits,
    ni: usize,
    nj: usize,
    nbits: u32,
    step: usize,
    width: Width,
) -> Result<Vec<u32>, Fault> {
    let nonsense = || Detail::of("rpn.stream");
    let size_bits: u32 = bits.one(3)?;
    if !(1..=5).contains(&size_bits) {
        return Err(nonsense());
    }
    bits.require(ni + nj - 1, nbits)?;
    let mut field = vec![0_u32; ni * nj];
    let (first_row, others) = field.split_at_mut(ni);
    first_row.iter_mut().for_each(|value| *value = bits.next(nbits));
    others.chunks_mut(ni).filter_map(|row| row.first_mut()).for_each(|value| *value = bits.next(nbits));
    for j in (1..nj).step_by(step) {
        let rows = step.min(nj - j);
        let band = field.get_mut((j - 1) * ni..(j + rows) * ni).ok_or_else(nonsense)?;
        for i in (1..ni).step_by(step) {
            let columns = step.min(ni - i);
            let difference_bits = match (bits.one::<u32>(size_bits)?, width) {
                (0, _) => 0,
                // Sixteen bits and a sign: the difference of two whole tokens.
                (15 | 16, Width::Sixteen) => 17,
                (size, _) => size + 1,
            };
            if difference_bits > 32 {
                return Err(nonsense());
            }
            bits.require(rows * columns, difference_bits)?;
            for row in 0..rows {
                let start = row * ni + i - 1;
                let Some((above, here)) = band.split_at_mut_checked((row + 1) * ni) else { return Err(nonsense()) };
                let above = above.get(start..start + columns + 1).unwrap_or_default();
                let here = here.get_mut(i - 1..i + columns).unwrap_or_default();
                predict(bits, difference_bits, above, here);
            }
        }
    }
    let mask = match width {
        Width::Eight => 0xff,
        Width::Sixteen => 0xffff,
        Width::ThirtyTwo => u32::MAX,
    };
    if width != Width::ThirtyTwo {
        field.iter_mut().for_each(|value| *value &= mask);
    }
    Ok(field)
}

/// A row of a tile; both slices begin one column before it. Sums wrap: only their low bits count.
#[inline]
fn predict(bits: &mut Bits, difference_bits: u32, above: &[u32], here: &mut [u32]) {
    let Some((&mut first, here)) = here.split_first_mut() else { return };
    let mut left = first;
    for (value, pair) in here.iter_mut().zip(above.windows(2)) {
        let difference = match difference_bits {
            0 => 0,
            width => {
                let unused = 32 - width;
                ((bits.next::<u32>(width) << unused) as i32 >> unused) as u32
            }
        };
        if let [corner, over] = *pair {
            left = difference.wrapping_add(over).wrapping_add(left).wrapping_sub(corner);
            *value = left;
        }
    }
}
