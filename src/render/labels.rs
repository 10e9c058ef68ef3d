//! Values along isolines: on the straightest stretches, evenly spaced, upright, never colliding nor cut.

use super::isolines::Isoline;

/// A value's place on its line.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Index of its line.
    pub line: usize,
    /// The middle of the text, in pixels.
    pub centre: (f32, f32),
    /// Clockwise, −90° to +90° in radians.
    pub angle: f32,
    /// Half the width and half the height of the text.
    pub half: (f32, f32),
    /// The stretch of the line that it covers, as lengths from the line's start.
    pub stretch: (f32, f32),
}

/// What placing needs to know, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Placing {
    /// Of the map.
    pub size: (f32, f32),
    /// Along a line, from label to label.
    pub spacing: f32,
    /// Clear space around a text.
    pub clear: f32,
}

/// Places labels on lines: `half` gives half the width and height of a line's text. Lines earlier in `order` choose
/// first. The same lines give the same labels.
#[must_use]
pub fn place(
    lines: &[Isoline],
    order: &[usize],
    placing: Placing,
    half: impl Fn(&Isoline) -> (f32, f32),
) -> Vec<Label> {
    let mut placed: Vec<Label> = Vec::new();
    for &index in order {
        let Some(line) = lines.get(index) else { continue };
        let walk = Walk::new(&line.points);
        let half = half(line);
        let stretch = 2.0 * (half.0 + placing.clear);
        // A ring needs more line than its own label, or nothing of it is left to see.
        if walk.length() < stretch * if line.ring { 2.5 } else { 1.6 } {
            continue;
        }
        let sections = (walk.length() / placing.spacing).round().max(1.0);
        let section = walk.length() / sections;
        let mut free_from = 0.0;
        for n in 0..sections as usize {
            let (start, end) = ((n as f32 * section).max(free_from), (n as f32 + 1.0) * section);
            let best = candidates(&walk, start, end, stretch, half)
                .into_iter()
                .map(|(_, place)| Label { line: index, half, ..place })
                .find(|label| fits(label, &placed, placing));
            if let Some(label) = best {
                free_from = label.stretch.1 + placing.spacing * 0.4;
                placed.push(label);
            }
        }
    }
    placed
}

/// The places of a section of a line, the straightest first.
fn candidates(walk: &Walk, start: f32, end: f32, stretch: f32, half: (f32, f32)) -> Vec<(f32, Label)> {
    /// From candidate to candidate, in pixels.
    const STRIDE: f32 = 8.0;
    let end = end.min(walk.length() - stretch);
    let middle = (start + end) / 2.0;
    let mut found = Vec::new();
    let mut at = start;
    while at <= end {
        if let Some((label, bend)) = walk.place(at, stretch) {
            // The text has to sit on the line: a stronger bend would carry the line past its upper or lower edge.
            if bend <= half.1 * 0.7 {
                let off_middle = (at - middle).abs() / (end - start).max(1.0);
                found.push((bend + off_middle * 1.5, label));
            }
        }
        at += STRIDE;
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
}

/// Lengths along a polyline.
struct Walk<'a> {
    points: &'a [(f32, f32)],
    lengths: Vec<f32>,
}

impl<'a> Walk<'a> {
    fn new(points: &'a [(f32, f32)]) -> Self {
        let mut length = 0.0;
        let steps = points.windows(2).map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1));
        let lengths = std::iter::once(0.0)
            .chain(steps.map(|step| {
                length += step;
                length
            }))
            .collect();
        Self { points, lengths }
    }

    fn length(&self) -> f32 {
        self.lengths.last().copied().unwrap_or(0.0)
    }

    /// The segment in which a length ends: the index of its second point, at least 1.
    fn segment(&self, at: f32) -> usize {
        self.lengths.partition_point(|&length| length < at).clamp(1, self.points.len().saturating_sub(1).max(1))
    }

    fn at(&self, at: f32) -> Option<(f32, f32)> {
        let n = self.segment(at);
        let (a, b) = (self.points.get(n - 1)?, self.points.get(n)?);
        let (from, to) = (self.lengths.get(n - 1)?, self.lengths.get(n)?);
        let part = if to > from { ((at - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
        Some((a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part))
    }

    /// A label over the stretch from `at`, and how far the line bends away from its chord there.
    fn place(&self, at: f32, stretch: f32) -> Option<(Label, f32)> {
        let (a, b) = (self.at(at)?, self.at(at + stretch)?);
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let chord = dx.hypot(dy);
        if chord < stretch * 0.8 {
            return None;
        }
        let (first, last) = (self.segment(at), self.segment(at + stretch));
        let off = |p: &(f32, f32)| ((p.0 - a.0) * dy - (p.1 - a.1) * dx) / chord;
        let (low, high) = self
            .points
            .get(first..last)?
            .iter()
            .map(off)
            .fold((0.0_f32, 0.0_f32), |(low, high), off| (low.min(off), high.max(off)));
        // In the middle of what the line does, so that a slight bow passes evenly on both sides.
        let shift = (low + high) / 2.0;
        let centre = ((a.0 + b.0) / 2.0 + dy / chord * shift, (a.1 + b.1) / 2.0 - dx / chord * shift);
        let (dx, dy) = if dx < 0.0 || (dx == 0.0 && dy > 0.0) { (-dx, -dy) } else { (dx, dy) };
        let label = Label { line: 0, centre, angle: dy.atan2(dx), half: (0.0, 0.0), stretch: (at, at + stretch) };
        Some((label, high - low))
    }
}

fn fits(label: &Label, placed: &[Label], placing: Placing) -> bool {
    let inside = corners(label, placing.clear)
        .iter()
        .all(|&(x, y)| x >= 0.0 && y >= 0.0 && x <= placing.size.0 && y <= placing.size.1);
    inside && !placed.iter().any(|other| collide(label, other, placing.clear))
}

/// The corners of a label's box, widened by `clear` on all sides.
fn corners(label: &Label, clear: f32) -> [(f32, f32); 4] {
    let (sin, cos) = label.angle.sin_cos();
    let (w, h) = (label.half.0 + clear, label.half.1 + clear);
    [(-w, -h), (w, -h), (w, h), (-w, h)]
        .map(|(u, v)| (label.centre.0 + u * cos - v * sin, label.centre.1 + u * sin + v * cos))
}

/// Whether two boxes with `clear` between them overlap (separating axes).
#[must_use]
pub fn collide(one: &Label, two: &Label, clear: f32) -> bool {
    let reach = one.half.0.hypot(one.half.1) + two.half.0.hypot(two.half.1) + 2.0 * clear;
    let apart = (one.centre.0 - two.centre.0, one.centre.1 - two.centre.1);
    if apart.0.abs() > reach || apart.1.abs() > reach {
        return false;
    }
    let boxes = (corners(one, clear / 2.0), corners(two, clear / 2.0));
    let span = |corners: &[(f32, f32); 4], axis: (f32, f32)| {
        corners
            .iter()
            .map(|p| p.0 * axis.0 + p.1 * axis.1)
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)))
    };
    [one.angle, two.angle].iter().all(|angle| {
        let (sin, cos) = angle.sin_cos();
        [(cos, sin), (-sin, cos)].iter().all(|&axis| {
            let (a, b) = (span(&boxes.0, axis), span(&boxes.1, axis));
            a.0 < b.1 && b.0 < a.1
        })
    })
}

/// What is left of a line between the stretches that its labels cover.
#[must_use]
pub fn interrupted(points: &[(f32, f32)], gaps: &[(f32, f32)]) -> Vec<Vec<(f32, f32)>> {
    let walk = Walk::new(points);
    let mut gaps = gaps.to_vec();
    gaps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut pieces = Vec::new();
    let mut from = 0.0;
    for (start, end) in gaps.into_iter().chain([(walk.length(), f32::INFINITY)]) {
        if start > from {
            let inner = walk.lengths.iter().zip(points).filter(|(at, _)| (from..=start).contains(*at));
            let piece = walk.at(from).into_iter().chain(inner.map(|(_, p)| *p)).chain(walk.at(start));
            pieces.push(piece.collect());
        }
        from = end;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLACING: Placing = Placing { size: (600.0, 400.0), spacing: 260.0, clear: 3.0 };

    fn line(points: Vec<(f32, f32)>, ring: bool) -> Isoline {
        Isoline { multiple: 92, points, ring }
    }

    fn labels(lines: &[Isoline]) -> Vec<Label> {
        let order: Vec<_> = (0..lines.len()).collect();
        place(lines, &order, PLACING, |_| (14.0, 6.0))
    }

    #[test]
    fn a_label_sits_on_the_straight_part_of_its_line() {
        let bent = (0..=50).map(|n| {
            let x = 50.0 + 10.0 * n as f32;
            (x, if x < 350.0 { 200.0 + 25.0 * (n % 2) as f32 } else { 200.0 })
        });
        let found = labels(&[line(bent.collect(), false)]);
        assert!(!found.is_empty());
        for label in found {
            assert!(label.centre.0 > 350.0 && (label.centre.1 - 200.0).abs() < 1.0, "{label:?}");
        }
    }

    #[test]
    fn labels_read_from_left_to_right() {
        let westwards = line((0..=40).map(|n| (500.0 - 10.0 * n as f32, 100.0 + 3.0 * n as f32)).collect(), false);
        for label in labels(&[westwards]) {
            assert!(label.angle.abs() <= std::f32::consts::FRAC_PI_2 && label.angle < 0.0, "{label:?}");
        }
    }

    #[test]
    fn a_long_line_has_labels_at_even_distances() {
        let long = line((0..=60).map(|n| (10.0 * n as f32, 200.0)).collect(), false);
        let found = labels(&[long]);
        assert_eq!(found.len(), 2);
        let apart = found[1].centre.0 - found[0].centre.0;
        assert!((220.0..380.0).contains(&apart), "{apart}");
    }

    #[test]
    fn a_small_ring_stays_a_ring() {
        let ring = (0..=24).map(|n| (n as f32 / 24.0 * std::f32::consts::TAU).sin_cos());
        let ring = line(ring.map(|(s, c)| (300.0 + 9.0 * c, 200.0 + 9.0 * s)).collect(), true);
        assert_eq!(labels(&[ring]), []);
    }

    #[test]
    fn a_line_is_interrupted_where_its_label_stands() {
        let pieces = interrupted(&[(0.0, 0.0), (10.0, 0.0), (20.0, 0.0)], &[(12.0, 15.0), (3.0, 5.0)]);
        let ends: Vec<_> = pieces.iter().map(|p| (p[0].0, p[p.len() - 1].0)).collect();
        assert_eq!(ends, [(0.0, 3.0), (5.0, 12.0), (15.0, 20.0)]);
        assert_eq!(interrupted(&[(0.0, 0.0), (4.0, 0.0)], &[]).len(), 1);
        assert_eq!(interrupted(&[(0.0, 0.0), (4.0, 0.0)], &[(0.0, 4.0)]), Vec::<Vec<(f32, f32)>>::new());
    }

    proptest! {
        #[test]
        fn labels_neither_collide_nor_leave_the_map(
            waves in proptest::collection::vec((0.0_f32..400.0, 5.0_f32..80.0, 20.0_f32..200.0, -1.0_f32..1.0), 1..25)
        ) {
            let lines: Vec<_> = waves.iter().map(|&(y, height, length, slope)| {
                let points = (-2..=160).map(|n| {
                    let x = 4.0 * n as f32;
                    (x, y + slope * x + height * (x / length).sin())
                });
                line(points.collect(), false)
            }).collect();
            let found = labels(&lines);
            for (n, label) in found.iter().enumerate() {
                for (x, y) in corners(label, 0.0) {
                    prop_assert!((0.0..=600.0).contains(&x) && (0.0..=400.0).contains(&y));
                }
                prop_assert!(found[..n].iter().all(|other| !collide(label, other, 0.0)));
            }
        }
    }
}
