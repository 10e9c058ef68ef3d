//! Coverage of lines: what a pen of one colour has touched.
//!
//! Each segment covers a pixel by the distance from the pixel's centre, and segments are combined by their maximum: round
//! joins and caps, any width, no dark joints where segments meet.

use super::canvas::mix;
use super::{Canvas, PixelRect, Rgba, by_255};

/// Coverage of every pixel, 0 to 255, all zero between two paintings.
#[derive(Default)]
pub struct Mask {
    width: usize,
    height: usize,
    coverage: Vec<u8>,
    /// For each row the columns that may be touched: first and one behind the last.
    touched: Vec<(u32, u32)>,
}

/// A broken line: lengths in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dashes {
    pub on: f32,
    pub off: f32,
}

const UNTOUCHED: (u32, u32) = (u32::MAX, 0);

impl Mask {
    #[must_use]
    pub fn new(width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        Self { width, height, coverage: vec![0; width * height], touched: vec![UNTOUCHED; height] }
    }

    /// Makes the mask fit a picture of this size. It is empty afterwards.
    pub fn resize(&mut self, width: u32, height: u32) {
        if (self.width, self.height) == (width as usize, height as usize) {
            self.clear();
        } else {
            *self = Self::new(width, height);
        }
    }

    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// A rectangle that holds everything touched; `None` when nothing is.
    #[must_use]
    pub fn dirty(&self) -> Option<PixelRect> {
        let rows = || self.touched.iter().enumerate().filter(|(_, span)| span.0 < span.1);
        let (top, bottom) = (rows().next()?.0 as u32, rows().next_back()?.0 as u32);
        let left = rows().map(|(_, span)| span.0).min()?;
        let right = rows().map(|(_, span)| span.1).max()?;
        Some(PixelRect { x: left, y: top, width: right - left, height: bottom + 1 - top })
    }

    /// The coverage of columns `x0..x1` in row `y`, for whoever adds to it; columns and rows outside are left off.
    #[must_use]
    pub fn touch(&mut self, y: usize, x0: usize, x1: usize) -> &mut [u8] {
        let x1 = x1.min(self.width);
        if y >= self.height || x0 >= x1 {
            return &mut [];
        }
        let span = &mut self.touched[y];
        *span = (span.0.min(x0 as u32), span.1.max(x1 as u32));
        &mut self.coverage[y * self.width + x0..y * self.width + x1]
    }

    /// Draws a polyline with a round pen of this width. Points that are not finite break the line.
    pub fn stroke(&mut self, line: &[(f32, f32)], width: f32) {
        for pair in line.windows(2) {
            self.segment(pair[0], pair[1], width * 0.5);
        }
    }

    /// Draws a polyline in dashes, beginning with one at its first point.
    pub fn stroke_dashed(&mut self, line: &[(f32, f32)], width: f32, dashes: Dashes) {
        let period = dashes.on + dashes.off;
        if !(dashes.on > 0.0 && dashes.off > 0.0 && period.is_finite()) {
            return self.stroke(line, width);
        }
        let mut walked = 0.0_f32;
        for pair in line.windows(2) {
            let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
            let length = (bx - ax).hypot(by - ay);
            // Ends far outside the picture would make millions of dashes that nobody sees.
            if !length.is_finite() || length > 1e5 {
                walked = 0.0;
                continue;
            }
            let mut at = 0.0;
            while at < length {
                let phase = (walked + at) % period;
                let to_next = if phase < dashes.on { dashes.on - phase } else { period - phase };
                let end = (at + to_next.max(1e-3)).min(length);
                if phase < dashes.on {
                    let point = |t: f32| (ax + (bx - ax) * t / length, ay + (by - ay) * t / length);
                    self.segment(point(at), point(end), width * 0.5);
                }
                at = end;
            }
            walked = (walked + length) % period;
        }
    }

    /// Blends `colour` (its own opacity times `opacity`) where the mask covers the canvas, and empties the mask.
    pub fn paint(&mut self, canvas: &mut Canvas, colour: Rgba, opacity: f32) {
        let alpha = u32::from(colour.at(f32::from(colour.alpha) / 255.0 * opacity).alpha);
        self.drain(|y, x0, coverage| {
            let pixels = canvas.row_mut(y).as_chunks_mut::<4>().0;
            let Some(pixels) = pixels.get_mut(x0..) else { return };
            for (pixel, &cover) in pixels.iter_mut().zip(coverage) {
                if cover != 0 {
                    mix(pixel, colour, by_255(u32::from(cover) * alpha) as u8);
                }
            }
        });
    }

    /// Empties the mask without painting.
    pub fn clear(&mut self) {
        self.drain(|_, _, _| {});
    }

    /// Gives the touched stretches, row, first column and coverage, in blocks that are not all zero; then empties the mask.
    pub(super) fn drain(&mut self, mut each: impl FnMut(usize, usize, &[u8])) {
        const BLOCK: usize = 16;
        for (y, span) in self.touched.iter_mut().enumerate() {
            let (first, last) = std::mem::replace(span, UNTOUCHED);
            if first >= last {
                continue;
            }
            let row = &mut self.coverage[y * self.width + first as usize..y * self.width + last as usize];
            for (block, coverage) in row.chunks_mut(BLOCK).enumerate() {
                if coverage.iter().fold(0, |all, &cover| all | cover) != 0 {
                    each(y, first as usize + block * BLOCK, coverage);
                    coverage.fill(0);
                }
            }
        }
    }

    fn segment(&mut self, a: (f32, f32), b: (f32, f32), half: f32) {
        let reach = half + 0.5;
        let Some(((ax, ay), (bx, by))) = self.clip(a, b, reach) else { return };
        let (dx, dy) = (bx - ax, by - ay);
        let length2 = dx * dx + dy * dy;
        let inverse = if length2 > 0.0 { length2.recip() } else { 0.0 };
        let reach2 = reach * reach;
        let rows = pixels_between(ay.min(by) - reach, ay.max(by) + reach, self.height);
        for y in rows {
            let ey = y as f32 + 0.5 - ay;
            // Only the stretch of the segment whose points come near this row decides the columns.
            let (t0, t1) = if dy.abs() > 1e-3 {
                let (s, t) = ((ey - reach) / dy, (ey + reach) / dy);
                (s.min(t).clamp(0.0, 1.0), s.max(t).clamp(0.0, 1.0))
            } else {
                (0.0, 1.0)
            };
            let (x0, x1) = (ax + t0 * dx, ax + t1 * dx);
            let columns = pixels_between(x0.min(x1) - reach, x0.max(x1) + reach, self.width);
            let first = columns.start;
            for (i, cover) in self.touch(y, columns.start, columns.end).iter_mut().enumerate() {
                let ex = (first + i) as f32 + 0.5 - ax;
                let t = ((ex * dx + ey * dy) * inverse).clamp(0.0, 1.0);
                let (rx, ry) = (ex - t * dx, ey - t * dy);
                let distance2 = rx * rx + ry * ry;
                if distance2 < reach2 {
                    let value = ((reach - distance2.sqrt()).min(1.0) * 255.0 + 0.5) as u8;
                    *cover = value.max(*cover);
                }
            }
        }
    }

    /// The part of a segment that can touch the picture (Liang and Barsky); `None` when none does.
    fn clip(&self, a: (f32, f32), b: (f32, f32), reach: f32) -> Option<((f32, f32), (f32, f32))> {
        // In f64, because the ends may lie millions of pixels away.
        let (ax, ay, bx, by) = (f64::from(a.0), f64::from(a.1), f64::from(b.0), f64::from(b.1));
        let (dx, dy) = (bx - ax, by - ay);
        if !(dx.is_finite() && dy.is_finite()) {
            return None;
        }
        let margin = f64::from(reach) + 1.0;
        let (right, bottom) = (self.width as f64 + margin, self.height as f64 + margin);
        let (mut t0, mut t1) = (0.0_f64, 1.0_f64);
        for (start, change, low, high) in [(ax, dx, -margin, right), (ay, dy, -margin, bottom)] {
            if change == 0.0 {
                if start < low || start > high {
                    return None;
                }
                continue;
            }
            let (enter, leave) = ((low - start) / change, (high - start) / change);
            t0 = t0.max(enter.min(leave));
            t1 = t1.min(enter.max(leave));
        }
        if t0 > t1 {
            return None;
        }
        let point = |t: f64| ((ax + t * dx) as f32, (ay + t * dy) as f32);
        let start = if t0 > 0.0 { point(t0) } else { a };
        let end = if t1 < 1.0 { point(t1) } else { b };
        Some((start, end))
    }
}

/// The pixels whose centres lie between two positions, at most `0..size`.
#[inline]
fn pixels_between(low: f32, high: f32, size: usize) -> std::ops::Range<usize> {
    let first = (low - 0.5).ceil().max(0.0) as usize;
    let behind = ((high - 0.5).floor() + 1.0).max(0.0) as usize;
    first.min(size)..behind.min(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(mask: &Mask) -> f32 {
        mask.coverage.iter().map(|&cover| f32::from(cover) / 255.0).sum()
    }

    #[test]
    fn a_line_covers_its_length_times_its_width() {
        for (end, width) in [((90.0, 50.0), 3.0), ((10.5, 90.0), 1.0), ((80.3, 71.7), 2.0)] {
            let mut mask = Mask::new(100, 100);
            mask.stroke(&[(10.0, 10.0), end], width);
            let length = (end.0 - 10.0_f32).hypot(end.1 - 10.0);
            let expected = length * width + std::f32::consts::PI * width * width / 4.0;
            let got = coverage(&mask);
            assert!((got - expected).abs() < 0.03 * expected + 0.5, "{got} {expected}");
        }
    }

    #[test]
    fn where_segments_meet_nothing_gets_darker() {
        let (mut whole, mut pieces) = (Mask::new(60, 60), Mask::new(60, 60));
        whole.stroke(&[(5.0, 5.0), (50.0, 41.0)], 1.4);
        let points: Vec<_> = (0..=9).map(|i| (5.0 + 5.0 * i as f32, 5.0 + 4.0 * i as f32)).collect();
        pieces.stroke(&points, 1.4);
        let worst = whole.coverage.iter().zip(&pieces.coverage).map(|(&a, &b)| a.abs_diff(b)).max();
        assert!(worst <= Some(1), "{worst:?}");
    }

    #[test]
    fn a_line_from_very_far_away_is_cut_and_not_moved() {
        let (mut near, mut far) = (Mask::new(40, 40), Mask::new(40, 40));
        near.stroke(&[(-10.0, 20.0), (50.0, 20.0)], 2.0);
        far.stroke(&[(-3e7, 20.0), (5e7, 20.0)], 2.0);
        assert_eq!(near.coverage, far.coverage);
    }

    #[test]
    fn points_that_are_not_numbers_draw_nothing() {
        let mut mask = Mask::new(20, 20);
        mask.stroke(&[(f32::NAN, 3.0), (10.0, f32::INFINITY), (f32::NAN, f32::NAN)], 2.0);
        mask.stroke_dashed(&[(f32::NAN, 3.0), (10.0, 1e30)], 2.0, Dashes { on: 2.0, off: 2.0 });
        assert_eq!(mask.dirty(), None);
    }

    #[test]
    fn dashes_cover_their_share_of_the_line() {
        let mut mask = Mask::new(220, 20);
        // Butt ends are not drawn: the round caps add about one pixel to each dash.
        mask.stroke_dashed(&[(10.0, 10.0), (110.0, 10.0), (210.0, 10.0)], 1.0, Dashes { on: 6.0, off: 4.0 });
        let got = coverage(&mask);
        assert!((120.0..145.0).contains(&got), "{got}");
    }

    #[test]
    fn painting_blends_once_and_leaves_the_mask_empty() {
        let mut pixels = vec![255; 30 * 30 * 4];
        let mut mask = Mask::new(30, 30);
        mask.stroke(&[(15.0, 5.0), (15.0, 25.0)], 4.0);
        mask.stroke(&[(5.0, 15.0), (25.0, 15.0)], 4.0);
        let dirty = mask.dirty().expect("touched");
        assert!(dirty.x <= 3 && dirty.y <= 3 && dirty.right() >= 27 && dirty.bottom() >= 27, "{dirty:?}");
        mask.paint(&mut Canvas::new(&mut pixels, 30, 30), Rgba::BLACK, 0.5);
        assert_eq!(pixels[(15 * 30 + 15) * 4], 127);
        assert_eq!(pixels[(15 * 30 + 7) * 4], 127);
        assert_eq!(mask.dirty(), None);
        assert!(mask.coverage.iter().all(|&cover| cover == 0));
    }
}
