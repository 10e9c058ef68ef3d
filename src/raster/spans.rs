//! A picture that does not change and covers little: drawn once, laid over every frame.

use super::{Canvas, Mask, PixelRect, Rgba, by_255};

/// A clear picture to paint masks into, with premultiplied opacity.
pub struct Layer {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 4]>,
}

impl Layer {
    #[must_use]
    pub fn new(width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        Self { width, height, pixels: vec![[0; 4]; width * height] }
    }

    /// Lays `colour` over the layer where the mask covers it, and empties the mask.
    pub fn paint(&mut self, mask: &mut Mask, colour: Rgba) {
        let (width, height) = (self.width, self.height);
        mask.drain(|y, x0, coverage| {
            if y >= height || x0 >= width {
                return;
            }
            let row = &mut self.pixels[y * width + x0..(y + 1) * width];
            for (pixel, &cover) in row.iter_mut().zip(coverage) {
                let alpha = by_255(u32::from(cover) * u32::from(colour.alpha));
                *pixel = over(premultiplied(colour, alpha), *pixel);
            }
        });
    }

    /// Lays `colour` over one pixel with this coverage; nothing happens outside.
    pub fn mix_at(&mut self, x: i32, y: i32, colour: Rgba, coverage: u8) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if x < self.width && y < self.height {
            let pixel = &mut self.pixels[y * self.width + x];
            let alpha = by_255(u32::from(coverage) * u32::from(colour.alpha));
            *pixel = over(premultiplied(colour, alpha), *pixel);
        }
    }

    /// What is not clear, as spans.
    #[must_use]
    pub fn into_spans(self) -> Spans {
        let mut spans = Spans::default();
        for (y, row) in self.pixels.chunks_exact(self.width.max(1)).enumerate() {
            let mut x = 0;
            for stretch in row.chunk_by(|a, b| (a[3] == 0) == (b[3] == 0)) {
                if stretch[0][3] != 0 {
                    spans.spans.push(Span { x: x as u32, y: y as u32, length: stretch.len() as u32 });
                    spans.pixels.extend_from_slice(stretch);
                }
                x += stretch.len();
            }
        }
        spans
    }
}

/// The pixels of a layer that are not clear, in stretches of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spans {
    spans: Vec<Span>,
    /// Premultiplied, all spans one behind the other.
    pixels: Vec<[u8; 4]>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    x: u32,
    y: u32,
    length: u32,
}

impl Spans {
    /// Lays the spans over a canvas from its top left corner; what does not fit is left off.
    pub fn blend(&self, canvas: &mut Canvas) {
        let mut sources = self.pixels.as_slice();
        for span in &self.spans {
            let (source, rest) = sources.split_at(span.length as usize);
            sources = rest;
            let row = canvas.row_mut(span.y as usize).as_chunks_mut::<4>().0;
            let Some(row) = row.get_mut(span.x as usize..) else { continue };
            for (pixel, &new) in row.iter_mut().zip(source) {
                *pixel = over(new, *pixel);
            }
        }
    }

    /// How many bytes this keeps in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.spans.len() * size_of::<Span>() + self.pixels.len() * 4
    }

    /// The smallest rectangle that holds all spans; `None` when there are none.
    #[must_use]
    pub fn bounds(&self) -> Option<PixelRect> {
        let left = self.spans.iter().map(|span| span.x).min()?;
        let right = self.spans.iter().map(|span| span.x + span.length).max()?;
        let (top, bottom) = (self.spans.first()?.y, self.spans.last()?.y);
        Some(PixelRect { x: left, y: top, width: right - left, height: bottom + 1 - top })
    }
}

#[inline]
fn premultiplied(colour: Rgba, alpha: u32) -> [u8; 4] {
    [colour.red, colour.green, colour.blue, 255].map(|channel| by_255(u32::from(channel) * alpha) as u8)
}

/// `new` over `old`, both premultiplied.
#[inline]
fn over(new: [u8; 4], old: [u8; 4]) -> [u8; 4] {
    let rest = 255 - u32::from(new[3]);
    // The sum cannot pass 255: a premultiplied channel is at most its opacity.
    std::array::from_fn(|i| new[i].saturating_add(by_255(u32::from(old[i]) * rest) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_show_what_painting_straight_would() {
        let line = [(3.0, 4.0), (40.0, 31.0), (58.0, 6.0)];
        let colour = Rgba::opaque([200, 30, 90]).at(0.6);
        let mut mask = Mask::new(60, 40);
        let (mut straight, mut through_spans) = (vec![180; 60 * 40 * 4], vec![180; 60 * 40 * 4]);
        mask.stroke(&line, 2.5);
        mask.paint(&mut Canvas::new(&mut straight, 60, 40), colour, 1.0);
        mask.stroke(&line, 2.5);
        let mut layer = Layer::new(60, 40);
        layer.paint(&mut mask, colour);
        layer.into_spans().blend(&mut Canvas::new(&mut through_spans, 60, 40));
        let colours = |pixels: &[u8]| pixels.chunks(4).flat_map(|p| [p[0], p[1], p[2]]).collect::<Vec<_>>();
        let worst = colours(&straight).iter().zip(colours(&through_spans)).map(|(a, b)| a.abs_diff(b)).max();
        assert!(worst <= Some(2), "{worst:?}");
    }

    #[test]
    fn a_clear_layer_keeps_nothing() {
        assert_eq!(Layer::new(100, 100).into_spans(), Spans::default());
        assert_eq!(Layer::new(0, 7).into_spans().bounds(), None);
    }
}
