//! An opaque picture that somebody else owns.

use super::{PixelRect, Rgba, by_255};

/// A picture, or a rectangle of one: RGBA rows from the top, always opaque.
pub struct Canvas<'a> {
    pixels: &'a mut [u8],
    width: usize,
    height: usize,
    /// Bytes from one row to the next.
    stride: usize,
}

impl<'a> Canvas<'a> {
    /// Over the first `width × height` pixels of a buffer; as many whole rows as it holds.
    #[must_use]
    pub fn new(pixels: &'a mut [u8], width: u32, height: u32) -> Self {
        let width = width as usize;
        let stride = width * 4;
        let height = pixels.len().checked_div(stride).unwrap_or(0).min(height as usize);
        Self { pixels, width, height, stride }
    }

    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// A rectangle of this picture with positions of its own; what lies outside is left off.
    #[must_use]
    pub fn part(&mut self, rect: PixelRect) -> Canvas<'_> {
        let rect = rect.within(self.width as u32, self.height as u32);
        if rect.width == 0 || rect.height == 0 {
            return Canvas { pixels: &mut [], width: 0, height: 0, stride: 0 };
        }
        let first = rect.y as usize * self.stride + rect.x as usize * 4;
        let pixels = self.pixels.get_mut(first..).unwrap_or_default();
        Canvas { pixels, width: rect.width as usize, height: rect.height as usize, stride: self.stride }
    }

    /// The bytes of one row; empty outside the picture.
    #[inline]
    #[must_use]
    pub fn row_mut(&mut self, y: usize) -> &mut [u8] {
        if y >= self.height {
            return &mut [];
        }
        let first = y * self.stride;
        self.pixels.get_mut(first..first + self.width * 4).unwrap_or_default()
    }

    /// One opaque colour everywhere; its opacity is not looked at.
    pub fn fill(&mut self, colour: Rgba) {
        let pixel = [colour.red, colour.green, colour.blue, 255];
        for y in 0..self.height {
            self.row_mut(y).as_chunks_mut::<4>().0.fill(pixel);
        }
    }

    /// Copies an opaque RGBA picture of the same size.
    pub fn copy_from(&mut self, picture: &[u8]) {
        let bytes = self.width * 4;
        for (y, source) in picture.chunks_exact(bytes.max(1)).enumerate().take(self.height) {
            self.row_mut(y).copy_from_slice(source);
        }
    }

    /// Lays a colour over a rectangle; positions may lie outside.
    pub fn cover(&mut self, rect: PixelRect, colour: Rgba) {
        let mut part = self.part(rect);
        for y in 0..part.height {
            for pixel in part.row_mut(y).as_chunks_mut::<4>().0 {
                mix(pixel, colour, colour.alpha);
            }
        }
    }

    /// Lays a colour over one pixel with this coverage, 0 to 255; nothing happens outside.
    #[inline]
    pub fn mix_at(&mut self, x: i32, y: i32, colour: Rgba, coverage: u8) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if let Some(pixel) = self.row_mut(y).as_chunks_mut::<4>().0.get_mut(x) {
            mix(pixel, colour, by_255(u32::from(coverage) * u32::from(colour.alpha)) as u8);
        }
    }
}

/// Moves an opaque pixel towards `colour` by `alpha`.
#[inline]
pub(super) fn mix(pixel: &mut [u8; 4], colour: Rgba, alpha: u8) {
    let (alpha, rest) = (u32::from(alpha), 255 - u32::from(alpha));
    let channel = |old: u8, new: u8| by_255(u32::from(old) * rest + u32::from(new) * alpha) as u8;
    *pixel = [channel(pixel[0], colour.red), channel(pixel[1], colour.green), channel(pixel[2], colour.blue), 255];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_part_counts_from_its_own_corner() {
        let mut pixels = vec![255; 10 * 8 * 4];
        let mut canvas = Canvas::new(&mut pixels, 10, 8);
        let mut part = canvas.part(PixelRect { x: 2, y: 3, width: 100, height: 100 });
        assert_eq!((part.width(), part.height()), (8, 5));
        part.part(PixelRect { x: 1, y: 1, width: 1, height: 1 }).fill(Rgba::BLACK);
        let black: Vec<_> =
            pixels.chunks(4).enumerate().filter(|(_, p)| p[0] == 0).map(|(i, _)| (i % 10, i / 10)).collect();
        assert_eq!(black, [(3, 4)]);
    }

    #[test]
    fn nothing_happens_outside_the_picture() {
        let mut pixels = vec![255; 4 * 4 * 4];
        let mut canvas = Canvas::new(&mut pixels, 4, 4);
        canvas.mix_at(-1, 2, Rgba::BLACK, 255);
        canvas.mix_at(4, 2, Rgba::BLACK, 255);
        canvas.part(PixelRect { x: 9, y: 9, width: 3, height: 3 }).fill(Rgba::BLACK);
        assert!(pixels.iter().all(|&byte| byte == 255));
    }

    #[test]
    fn an_empty_picture_takes_every_brush() {
        let mut canvas = Canvas::new(&mut [], 0, 5);
        canvas.fill(Rgba::BLACK);
        canvas.copy_from(&[1, 2, 3, 4]);
        assert_eq!(canvas.height(), 0);
    }
}
