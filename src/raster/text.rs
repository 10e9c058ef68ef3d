//! Words: crisp level text for titles, and distance sprites for labels at any angle.
//!
//! Both faces are DejaVu Sans, whose digits are equally wide, so that numbers do not dance from step to step.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, GlyphId, PxScale, ScaleFont, point};

use super::{Canvas, Rgba, Sprite};

static REGULAR: LazyLock<FontRef<'static>> =
    LazyLock::new(|| bundled(include_bytes!("../../assets/fonts/DejaVuSans.ttf")));
static BOLD: LazyLock<FontRef<'static>> =
    LazyLock::new(|| bundled(include_bytes!("../../assets/fonts/DejaVuSans-Bold.ttf")));

fn bundled(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(bytes).unwrap_or_else(|error| unreachable!("the bundled fonts are tested: {error}"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Face {
    Regular,
    Bold,
}

/// A face at a size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pen {
    pub face: Face,
    /// Of the em, in pixels.
    pub size: f32,
}

/// A glyph and where its origin stands on the line.
struct Placed {
    id: GlyphId,
    x: f32,
}

impl Pen {
    #[must_use]
    pub fn regular(size: f32) -> Self {
        Self { face: Face::Regular, size }
    }

    #[must_use]
    pub fn bold(size: f32) -> Self {
        Self { face: Face::Bold, size }
    }

    /// How far the text reaches, in pixels.
    #[must_use]
    pub fn width(&self, text: &str) -> f32 {
        self.lay_out(text).1
    }

    /// Height of the digits and capitals above the baseline, in pixels.
    #[must_use]
    pub fn cap_height(&self) -> f32 {
        self.size * 0.73
    }

    /// Draws text with its baseline's start at (`x`, `baseline`). The baseline is rounded to whole pixels, so that level
    /// strokes stay sharp. What the canvas does not hold is cut off.
    pub fn draw(&self, canvas: &mut Canvas, x: f32, baseline: f32, text: &str, colour: Rgba) {
        let (font, scale, baseline) = (self.font(), self.scale(), baseline.round());
        for Placed { id, x: offset } in self.lay_out(text).0 {
            let glyph = id.with_scale_and_position(scale, point(x + offset, baseline));
            let Some(outlined) = font.outline_glyph(glyph) else { continue };
            let (left, top) = (outlined.px_bounds().min.x as i32, outlined.px_bounds().min.y as i32);
            outlined.draw(|dx, dy, coverage| {
                let cover = (coverage.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
                if cover != 0 {
                    canvas.mix_at(left + dx as i32, top + dy as i32, colour, cover);
                }
            });
        }
    }

    /// The same with a rim of `halo` this many pixels wide under it.
    pub fn draw_with_halo(
        &self,
        canvas: &mut Canvas,
        x: f32,
        baseline: f32,
        text: &str,
        colour: Rgba,
        (halo, rim): (Rgba, f32),
    ) {
        let sprite = Sprite::new(&self.outline(text), rim);
        let centre = sprite.centre();
        let middle = (x + centre.0, baseline.round() + centre.1);
        sprite.draw_rim(canvas, middle, halo, rim);
        self.draw(canvas, x, baseline, text, colour);
    }

    /// The text's outlines as closed rings of straight lines, in pixels from its baseline's start, y downwards.
    #[must_use]
    pub fn outline(&self, text: &str) -> Outline {
        let font = self.font();
        let unit = self.size / font.units_per_em().unwrap_or(1000.0);
        let mut segments = Vec::new();
        let (glyphs, width) = self.lay_out(text);
        for Placed { id, x } in glyphs {
            let Some(outline) = font.outline(id) else { continue };
            let place = |p: ab_glyph::Point| (x + p.x * unit, -p.y * unit);
            for curve in outline.curves {
                flatten(&curve, place, &mut segments);
            }
        }
        Outline { segments, width }
    }

    fn font(&self) -> &'static FontRef<'static> {
        match self.face {
            Face::Regular => &REGULAR,
            Face::Bold => &BOLD,
        }
    }

    /// `ab_glyph` measures by ascent minus descent, the rest of the world by the em.
    fn scale(&self) -> PxScale {
        let font = self.font();
        PxScale::from(self.size * font.height_unscaled() / font.units_per_em().unwrap_or(1000.0))
    }

    fn lay_out(&self, text: &str) -> (Vec<Placed>, f32) {
        let font = self.font().as_scaled(self.scale());
        let (mut glyphs, mut x) = (Vec::new(), 0.0);
        let mut former = None;
        for id in text.chars().map(|letter| font.glyph_id(letter)) {
            if let Some(former) = former {
                x += font.kern(former, id);
            }
            glyphs.push(Placed { id, x });
            x += font.h_advance(id);
            former = Some(id);
        }
        (glyphs, x)
    }
}

/// The outlines of a text.
pub struct Outline {
    /// From and to, in pixels from the baseline's start, y downwards.
    pub segments: Vec<((f32, f32), (f32, f32))>,
    /// How far the text reaches.
    pub width: f32,
}

fn flatten(
    curve: &ab_glyph::OutlineCurve,
    place: impl Fn(ab_glyph::Point) -> (f32, f32),
    segments: &mut Vec<((f32, f32), (f32, f32))>,
) {
    use ab_glyph::OutlineCurve::{Cubic, Line, Quad};
    /// Straight pieces of a curve: at label sizes they stay within a hundredth of a pixel.
    const PIECES: u8 = 4;
    let at: Box<dyn Fn(f32) -> (f32, f32)> = match *curve {
        Line(a, b) => return segments.push((place(a), place(b))),
        Quad(a, b, c) => {
            let (a, b, c) = (place(a), place(b), place(c));
            Box::new(move |t| mix2(mix2(a, b, t), mix2(b, c, t), t))
        }
        Cubic(a, b, c, d) => {
            let (a, b, c, d) = (place(a), place(b), place(c), place(d));
            Box::new(move |t| {
                let (p, q, r) = (mix2(a, b, t), mix2(b, c, t), mix2(c, d, t));
                mix2(mix2(p, q, t), mix2(q, r, t), t)
            })
        }
    };
    let points: Vec<_> = (0..=PIECES).map(|i| at(f32::from(i) / f32::from(PIECES))).collect();
    segments.extend(points.windows(2).map(|pair| (pair[0], pair[1])));
}

fn mix2(a: (f32, f32), b: (f32, f32), t: f32) -> (f32, f32) {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_equally_wide() {
        for pen in [Pen::regular(13.0), Pen::bold(13.0)] {
            let zero = pen.width("0");
            for digit in "123456789".chars() {
                assert!((pen.width(&digit.to_string()) - zero).abs() < 1e-4, "{digit}");
            }
        }
    }

    #[test]
    fn every_letter_of_a_french_title_has_a_glyph() {
        for face in [Face::Regular, Face::Bold] {
            let font = Pen { face, size: 12.0 }.font();
            for letter in "ÀÂÇÉÈÊËÎÏÔŒÙÛàâçéèêëîïôœùû°’«»–—−≥≤µ²³×·%…→◀ 0123456789".chars()
            {
                assert_ne!(font.glyph_id(letter).0, 0, "{letter}");
            }
        }
    }

    #[test]
    fn text_stands_on_its_baseline_and_is_cut_at_the_picture() {
        let mut pixels = vec![255; 60 * 30 * 4];
        let mut canvas = Canvas::new(&mut pixels, 60, 30);
        Pen::bold(20.0).draw(&mut canvas, 5.0, 20.0, "HHHHHH", Rgba::BLACK);
        let dark = |y: usize| (0..60).filter(|x| pixels[(y * 60 + x) * 4] < 128).count();
        assert!(dark(19) > 10 && dark(20) == 0, "{} {}", dark(19), dark(20));
        assert!(dark(6) > 10 && dark(4) == 0, "{} {}", dark(6), dark(4));
    }
}
