//! The shuffle filter: all first bytes of the numbers, then all second ones, and so on.

/// Puts the bytes of each number together again; what is over at the end is copied.
pub fn unshuffle(bytes: &[u8], each: usize, out: &mut [u8]) {
    let count = bytes.len() / each.max(1);
    let whole = count * each;
    if let (Some(body), Some(rest)) = (out.get_mut(..whole), bytes.get(whole..)) {
        gather(bytes, each, count, 0, body);
        if let Some(tail) = out.get_mut(whole..whole + rest.len()) {
            tail.copy_from_slice(rest);
        }
    }
}

/// The numbers from `first` on, as many as `out` has room for, of `count` numbers of `each` bytes whose bytes stand
/// apart. Numbers that are not there are left as they were.
pub fn gather(bytes: &[u8], each: usize, count: usize, first: usize, out: &mut [u8]) {
    let wanted = out.len() / each.max(1);
    let plane = |byte: usize| -> &[u8] {
        let start = byte * count + first;
        bytes.get(start..start + wanted).unwrap_or_default()
    };
    // The common sizes by hand: the compiler turns each of these loops into vector instructions.
    match each {
        2 => {
            for ((out, a), b) in out.chunks_exact_mut(2).zip(plane(0)).zip(plane(1)) {
                out.copy_from_slice(&[*a, *b]);
            }
        }
        4 => {
            let planes = plane(0).iter().zip(plane(1)).zip(plane(2)).zip(plane(3));
            for (out, (((a, b), c), d)) in out.chunks_exact_mut(4).zip(planes) {
                out.copy_from_slice(&[*a, *b, *c, *d]);
            }
        }
        _ => {
            for byte in 0..each {
                for (out, value) in out.iter_mut().skip(byte).step_by(each).zip(plane(byte)) {
                    *out = *value;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_each_number_come_together() {
        for each in [1, 2, 3, 4, 8] {
            let plain: Vec<u8> = (0..each * 7).map(|n| n as u8).collect();
            let mut shuffled: Vec<u8> =
                (0..each).flat_map(|byte| (0..7).map(move |n| (n * each + byte) as u8)).collect();
            shuffled.push(99);
            let mut out = vec![0; shuffled.len()];
            unshuffle(&shuffled, each, &mut out);
            assert_eq!(out[..plain.len()], plain);
            assert_eq!(out.last(), Some(&99));
            let mut part = vec![0; each * 2];
            gather(&shuffled[..plain.len()], each, 7, 3, &mut part);
            assert_eq!(part, plain[each * 3..each * 5]);
        }
    }
}
