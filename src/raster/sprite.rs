//! Text as a field of signed distances, drawn at any angle with its halo in one pass.

use super::text::Outline;
use super::{Canvas, Rgba};

/// Distances to the outline of one text. Drawn by interpolation, so any angle and any rim cost the same.
#[derive(Clone, Debug, Default)]
pub struct Sprite {
    width: usize,
    height: usize,
    /// In pixels, positive inside the letters; rows from the top, [`SCALE`] samples a pixel.
    distances: Vec<f32>,
    /// Where the first sample lies, in pixels from the baseline's start; a whole number of samples from it.
    corner: (f32, f32),
    letters: Letters,
    /// How far the text reaches on its line, a whole number of samples.
    advance: f32,
    /// How far around the letters distances are known.
    margin: f32,
}

/// The smallest box around letters, in pixels from the baseline's start, y downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Letters {
    x: (f32, f32),
    y: (f32, f32),
}

/// Samples a pixel: two keep corners sharp when the text is turned.
const SCALE: f32 = 2.0;

impl Sprite {
    /// Of an outline, good for rims up to `rim` pixels.
    #[must_use]
    pub fn new(outline: &Outline, rim: f32) -> Self {
        let margin = rim.clamp(0.0, 64.0) + 1.0;
        let ends = || outline.segments.iter().flat_map(|(a, b)| [*a, *b]);
        let letters = Letters { x: bounds(ends().map(|p| p.0)), y: bounds(ends().map(|p| p.1)) };
        let mut sprite = Self::empty(letters, margin, (outline.width * SCALE).round() / SCALE);
        for (row, line) in sprite.distances.chunks_exact_mut(sprite.width).enumerate() {
            let y = sprite.corner.1 + row as f32 / SCALE;
            distances_of_row(line, sprite.corner.0, y, &outline.segments, margin);
        }
        sprite
    }

    /// Texts one behind the other on a line: the nearest outline counts.
    #[must_use]
    pub fn joined(parts: &[&Self]) -> Self {
        let mut pen = 0.0;
        let placed: Vec<(f32, &Self)> = parts
            .iter()
            .map(|part| {
                let at = pen;
                pen += part.advance;
                (at, *part)
            })
            .collect();
        let along = |at: f32, (low, high): (f32, f32)| [low + at, high + at];
        let letters = Letters {
            x: bounds(placed.iter().flat_map(|(at, part)| along(*at, part.letters.x))),
            y: bounds(placed.iter().flat_map(|(_, part)| along(0.0, part.letters.y))),
        };
        let margin = parts.iter().map(|part| part.margin).fold(0.0, f32::max);
        let mut whole = Self::empty(letters, margin, pen);
        for (at, part) in placed {
            let left = ((part.corner.0 + at - whole.corner.0) * SCALE).round().max(0.0) as usize;
            let top = ((part.corner.1 - whole.corner.1) * SCALE).round().max(0.0) as usize;
            let rows = whole.distances.chunks_exact_mut(whole.width).skip(top);
            for (row, source) in rows.zip(part.distances.chunks_exact(part.width.max(1))) {
                for (distance, &other) in row.iter_mut().skip(left).zip(source) {
                    *distance = distance.max(other);
                }
            }
        }
        whole
    }

    /// Nothing but room for letters.
    fn empty(letters: Letters, margin: f32, advance: f32) -> Self {
        let first = |low: f32| ((low - margin) * SCALE).floor();
        let count = |(low, high): (f32, f32)| ((high + margin) * SCALE).ceil() - first(low) + 1.0;
        let (width, height) = (count(letters.x) as usize, count(letters.y) as usize);
        Self {
            width,
            height,
            distances: vec![-margin; width * height],
            corner: (first(letters.x.0) / SCALE, first(letters.y.0) / SCALE),
            letters,
            advance,
            margin,
        }
    }

    /// Half the width and half the height of the letters.
    #[must_use]
    pub fn half(&self) -> (f32, f32) {
        ((self.letters.x.1 - self.letters.x.0) / 2.0, (self.letters.y.1 - self.letters.y.0) / 2.0)
    }

    /// The middle of the letters, from the baseline's start.
    pub(super) fn centre(&self) -> (f32, f32) {
        (f32::midpoint(self.letters.x.0, self.letters.x.1), f32::midpoint(self.letters.y.0, self.letters.y.1))
    }

    /// Draws the text with its middle at `centre`, turned clockwise by `angle` radians, on a rim of `halo`.
    pub fn draw(&self, canvas: &mut Canvas, centre: (f32, f32), angle: f32, fill: Rgba, halo: Option<(Rgba, f32)>) {
        self.scan(canvas, centre, angle, |canvas, x, y, distance| {
            if let Some((colour, rim)) = halo {
                canvas.mix_at(x, y, colour, cover(distance + rim));
            }
            canvas.mix_at(x, y, fill, cover(distance));
        });
    }

    /// Draws the rim alone, level.
    pub(super) fn draw_rim(&self, canvas: &mut Canvas, centre: (f32, f32), halo: Rgba, rim: f32) {
        self.scan(canvas, centre, 0.0, |canvas, x, y, distance| canvas.mix_at(x, y, halo, cover(distance + rim)));
    }

    fn scan(
        &self,
        canvas: &mut Canvas,
        centre: (f32, f32),
        angle: f32,
        mut each: impl FnMut(&mut Canvas, i32, i32, f32),
    ) {
        let (sin, cos) = angle.sin_cos();
        let (half, own) = (self.half(), self.centre());
        let (half_x, half_y) = (half.0 + self.margin, half.1 + self.margin);
        let (left, top) = (own.0 - self.corner.0, own.1 - self.corner.1);
        let reach = (half_x * cos.abs() + half_y * sin.abs(), half_x * sin.abs() + half_y * cos.abs());
        if !(centre.0.is_finite() && centre.1.is_finite() && angle.is_finite()) {
            return;
        }
        let first = |middle: f32, reach: f32| ((middle - reach).floor().max(0.0)) as i32;
        let last = |middle: f32, reach: f32, size: usize| ((middle + reach).ceil().min(size as f32)) as i32;
        for y in first(centre.1, reach.1)..last(centre.1, reach.1, canvas.height()) {
            for x in first(centre.0, reach.0)..last(centre.0, reach.0, canvas.width()) {
                let (dx, dy) = (x as f32 + 0.5 - centre.0, y as f32 + 0.5 - centre.1);
                let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
                if let Some(distance) = self.at((u + left) * SCALE, (v + top) * SCALE) {
                    each(canvas, x, y, distance);
                }
            }
        }
    }

    /// The distance between samples; `None` outside of what is known.
    #[inline]
    fn at(&self, u: f32, v: f32) -> Option<f32> {
        if !(u >= 0.0 && v >= 0.0) {
            return None;
        }
        let (i, j) = (u as usize, v as usize);
        if i + 1 >= self.width || j + 1 >= self.height {
            return None;
        }
        let (fx, fy) = (u - i as f32, v - j as f32);
        let four = &self.distances[j * self.width + i..][..self.width + 2];
        let upper = four[0] + (four[1] - four[0]) * fx;
        let lower = four[self.width] + (four[self.width + 1] - four[self.width]) * fx;
        Some(upper + (lower - upper) * fy)
    }
}

/// Coverage of a pixel this far inside an edge.
#[inline]
fn cover(distance: f32) -> u8 {
    ((distance + 0.5).clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

fn bounds(values: impl Iterator<Item = f32>) -> (f32, f32) {
    let (low, high) = values.fold((f32::MAX, f32::MIN), |(low, high), value| (low.min(value), high.max(value)));
    if low <= high { (low, high) } else { (0.0, 0.0) }
}

fn distances_of_row(line: &mut [f32], left: f32, y: f32, segments: &[((f32, f32), (f32, f32))], farthest: f32) {
    // Distances beyond the margin are never looked at: most segments are too far from the row to matter.
    let near: Vec<_> =
        segments.iter().filter(|(a, b)| a.1.min(b.1) - farthest <= y && y <= a.1.max(b.1) + farthest).collect();
    for (i, distance) in line.iter_mut().enumerate() {
        let x = left + i as f32 / SCALE;
        let mut nearest = farthest * farthest;
        let mut winding = 0;
        for &&((ax, ay), (bx, by)) in &near {
            let (dx, dy, ex, ey) = (bx - ax, by - ay, x - ax, y - ay);
            let length2 = dx * dx + dy * dy;
            let t = if length2 > 0.0 { ((ex * dx + ey * dy) / length2).clamp(0.0, 1.0) } else { 0.0 };
            let (rx, ry) = (ex - t * dx, ey - t * dy);
            nearest = nearest.min(rx * rx + ry * ry);
            if (ay <= y) != (by <= y) && ax + (y - ay) / dy * dx > x {
                winding += if dy > 0.0 { 1 } else { -1 };
            }
        }
        *distance = if winding == 0 { -nearest.sqrt() } else { nearest.sqrt() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Pen;

    fn ink(pixels: &[u8]) -> f64 {
        pixels.chunks(4).map(|p| f64::from(255 - p[0]) / 255.0).sum()
    }

    #[test]
    fn a_turned_label_has_the_ink_of_a_level_one() {
        let pen = Pen::bold(16.0);
        let sprite = Sprite::new(&pen.outline("552"), 2.0);
        let drawn = |angle: f32| {
            let mut pixels = vec![255; 80 * 80 * 4];
            sprite.draw(&mut Canvas::new(&mut pixels, 80, 80), (40.0, 40.0), angle, Rgba::BLACK, None);
            ink(&pixels)
        };
        let mut pixels = vec![255; 80 * 80 * 4];
        pen.draw(&mut Canvas::new(&mut pixels, 80, 80), 20.0, 45.0, "552", Rgba::BLACK);
        let level = ink(&pixels);
        for angle in [0.0_f32, 0.4, 1.1, -0.8] {
            let got = drawn(angle);
            assert!((got - level).abs() < 0.06 * level, "{angle}: {got} {level}");
        }
    }

    #[test]
    fn joined_digits_look_like_one_text() {
        let pen = Pen::bold(16.0);
        let digit = |digit: &str| Sprite::new(&pen.outline(digit), 2.0);
        let (five, two) = (digit("5"), digit("2"));
        let (joined, whole) = (Sprite::joined(&[&five, &five, &two]), digit("552"));
        assert!((joined.half().0 - whole.half().0).abs() < 0.6, "{:?} {:?}", joined.half(), whole.half());
        let drawn = |sprite: &Sprite| {
            let mut pixels = vec![255; 60 * 40 * 4];
            let mut canvas = Canvas::new(&mut pixels, 60, 40);
            sprite.draw(&mut canvas, (30.0, 20.0), 0.3, Rgba::BLACK, Some((Rgba::BLACK.at(0.3), 2.0)));
            ink(&pixels)
        };
        let (joined, whole) = (drawn(&joined), drawn(&whole));
        assert!((joined - whole).abs() < 0.04 * whole, "{joined} {whole}");
        assert_eq!(Sprite::joined(&[]).half(), (0.0, 0.0));
    }

    #[test]
    fn the_hole_of_a_zero_stays_open() {
        let sprite = Sprite::new(&Pen::bold(30.0).outline("0"), 2.0);
        let mut pixels = vec![255; 60 * 60 * 4];
        sprite.draw(&mut Canvas::new(&mut pixels, 60, 60), (30.0, 30.0), 0.0, Rgba::BLACK, None);
        assert_eq!(pixels[(30 * 60 + 30) * 4], 255);
    }

    #[test]
    fn a_label_without_letters_draws_nothing() {
        let sprite = Sprite::new(&Pen::bold(12.0).outline(" "), 2.0);
        let mut pixels = vec![255; 20 * 20 * 4];
        sprite.draw(&mut Canvas::new(&mut pixels, 20, 20), (10.0, 10.0), 0.3, Rgba::BLACK, Some((Rgba::BLACK, 0.5)));
        assert!(ink(&pixels) < 0.01);
    }
}
