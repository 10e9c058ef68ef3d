//! Pixels, strokes and glyphs: the painter's brushes. Knows neither weather nor maps.
//!
//! Positions are in pixels from the top left corner, `x` before `y`; the centre of the first pixel is at (0.5, 0.5).
//! Colours are blended as sRGB bytes, and a [`Canvas`] is always opaque.

mod canvas;
mod fill;
mod mask;
mod spans;
mod sprite;
mod text;

pub use canvas::Canvas;
pub use fill::Fill;
pub use mask::{Dashes, Mask};
pub use spans::{Layer, Spans};
pub use sprite::Sprite;
pub use text::{Face, Outline, Pen};

/// A colour in sRGB bytes with straight opacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgba {
    pub red: u8,
    pub green: u8,
    pub blue: u8,
    /// 0 is clear, 255 opaque.
    pub alpha: u8,
}

impl Rgba {
    pub const BLACK: Self = Self::opaque([0, 0, 0]);
    pub const WHITE: Self = Self::opaque([255, 255, 255]);

    #[must_use]
    pub const fn opaque([red, green, blue]: [u8; 3]) -> Self {
        Self { red, green, blue, alpha: 255 }
    }

    /// The same colour at another opacity, 0 to 1; beyond that it is clamped.
    #[must_use]
    pub fn at(self, opacity: f32) -> Self {
        Self { alpha: (opacity.clamp(0.0, 1.0) * 255.0).round() as u8, ..self }
    }
}

/// Whole pixels of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PixelRect {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl PixelRect {
    #[must_use]
    pub fn right(&self) -> u32 {
        self.x.saturating_add(self.width)
    }

    #[must_use]
    pub fn bottom(&self) -> u32 {
        self.y.saturating_add(self.height)
    }

    /// The part that lies in a picture of this size; empty where nothing does.
    #[must_use]
    pub fn within(self, width: u32, height: u32) -> Self {
        let (x, y) = (self.x.min(width), self.y.min(height));
        Self { x, y, width: self.right().min(width) - x, height: self.bottom().min(height) - y }
    }
}

/// `value / 255`, rounded, for products of two bytes.
#[inline]
fn by_255(value: u32) -> u32 {
    let value = value + 128;
    (value + (value >> 8)) >> 8
}
