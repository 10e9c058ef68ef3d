//! Numbers in groups: each group has a reference, a width and a length, and its members are counted from the reference.

use super::Failure;
use crate::source::bits::Bits;

/// Stands for a missing value among whole numbers.
pub const MISSING: i64 = i64::MIN;

/// The headers of all groups.
#[derive(Debug)]
pub struct Groups {
    pub references: Vec<u64>,
    pub widths: Vec<u64>,
    pub lengths: Vec<u64>,
}

/// How missing members are written (WMO code table 5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Substitutes {
    /// 0 none, 1 all bits set, 2 also all but the last.
    pub kinds: u64,
    /// Bits of a reference: it says it for groups without width.
    pub reference_bits: u32,
}

impl Groups {
    /// The members of all groups, `count` together.
    pub fn members(&self, data: &mut Bits<'_>, count: usize, substitutes: Substitutes) -> Result<Vec<i64>, Failure> {
        let total = self.lengths.iter().try_fold(0_u64, |total, &length| total.checked_add(length));
        if total != Some(count as u64) {
            return Err(Failure::broken());
        }
        let mut members = Vec::with_capacity(count);
        for ((&reference, &width), &length) in self.references.iter().zip(&self.widths).zip(&self.lengths) {
            let (width, length) = (width as u32, length as usize);
            if data.require(length, width).is_err() {
                return Err(Failure::broken());
            }
            let reference = reference as i64;
            if width == 0 {
                let is_missing = substitutes.covers(reference as u64, substitutes.reference_bits);
                let value = if is_missing { MISSING } else { reference };
                members.resize(members.len() + length, value);
            } else if substitutes.kinds == 0 {
                members.extend((0..length).map(|_| reference + data.next::<u64>(width) as i64));
            } else {
                members.extend((0..length).map(|_| {
                    let member: u64 = data.next(width);
                    if substitutes.covers(member, width) { MISSING } else { reference + member as i64 }
                }));
            }
        }
        if members.len() == count { Ok(members) } else { Err(Failure::broken()) }
    }
}

impl Substitutes {
    pub const NONE: Self = Self { kinds: 0, reference_bits: 0 };

    fn covers(self, number: u64, bits: u32) -> bool {
        let all = (1_u64 << bits.min(63)) - 1;
        self.kinds > 0 && number == all || self.kinds > 1 && all > 0 && number == all - 1
    }
}

/// Turns differences of the given order (0 to 3) back into what they are differences of. The first `order` members that
/// are not missing come from `first`; `bias` was taken from all others. Sums wrap: a broken file gives nonsense, no panic.
pub fn sum_differences(members: &mut [i64], order: usize, first: &[i64], bias: i64) {
    // The sum before, and its own differences.
    let mut state = [0_i64; 3];
    let mut seen: Vec<i64> = Vec::with_capacity(3);
    for member in members.iter_mut().filter(|member| **member != MISSING) {
        if seen.len() < order {
            let value = first.get(seen.len()).copied().unwrap_or(0);
            seen.push(value);
            *member = value;
            if seen.len() == order {
                state = start(&seen);
            }
            continue;
        }
        let mut sum = member.wrapping_add(bias);
        for level in state.iter_mut().take(order).rev() {
            sum = sum.wrapping_add(*level);
            *level = sum;
        }
        *member = sum;
    }
}

/// The last of the first values, its difference from the one before, and the difference of those.
fn start(seen: &[i64]) -> [i64; 3] {
    match *seen {
        [a] => [a, 0, 0],
        [a, b] => [b, b.wrapping_sub(a), 0],
        [a, b, c] => {
            let (before, last) = (b.wrapping_sub(a), c.wrapping_sub(b));
            [c, last, last.wrapping_sub(before)]
        }
        _ => [0; 3],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_of_every_order_give_the_numbers_back() {
        let numbers: Vec<i64> = vec![3, 4, 9, 2, 7, 7, 100, -5];
        for order in 0..=3 {
            let mut differences = numbers.clone();
            for _ in 0..order {
                let before = differences.clone();
                for n in (1..differences.len()).rev() {
                    differences[n] = before[n] - before[n - 1];
                }
            }
            let mut members: Vec<i64> = differences.iter().map(|difference| difference + 11).collect();
            members.insert(4, MISSING);
            sum_differences(&mut members, order, &numbers[..order], -11);
            assert_eq!(members.remove(4), MISSING);
            assert_eq!(members, numbers, "order {order}");
        }
    }
}
