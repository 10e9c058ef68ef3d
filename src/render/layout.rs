//! Where things stand on a frame.

use crate::raster::PixelRect;

/// The parts of a frame, in physical pixels. Small frames leave parts out, and a part that is left out is empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    pub size: [u32; 2],
    pub pixels_per_point: f32,
    /// At the top, over the whole width.
    pub title: PixelRect,
    pub map: PixelRect,
    /// Latitudes, left of the map.
    pub left: PixelRect,
    /// Longitudes, below the map.
    pub below: PixelRect,
    /// Colour bar and the meaning of the lines, at the bottom.
    pub legend: PixelRect,
    /// The title's times stand beside its names; on narrow frames they have a line of their own.
    pub wide: bool,
}

impl Layout {
    /// Of a frame of this size. Any size has a layout; from 1 × 1 on the map has at least one pixel.
    #[must_use]
    pub fn new(size: [u32; 2], pixels_per_point: f32) -> Self {
        let pixels_per_point = if pixels_per_point.is_finite() { pixels_per_point.clamp(0.25, 8.0) } else { 1.0 };
        let points = |pixels: u32| pixels as f32 / pixels_per_point;
        let pixels = |points: f32| (points * pixels_per_point).round() as u32;
        let (width, height) = (points(size[0]), points(size[1]));
        let wide = width >= 880.0;
        let when = |fits: bool, points: f32| if fits { pixels(points) } else { 0 };
        let title = when(width >= 200.0 && height >= 160.0, if wide { 46.0 } else { 50.0 });
        let left = when(width >= 360.0 && height >= 220.0, 48.0);
        let below = when(width >= 360.0 && height >= 220.0, 17.0);
        let legend = when(width >= 240.0 && height >= 260.0, 36.0);
        let map = PixelRect {
            x: left,
            y: title,
            width: size[0].saturating_sub(left),
            height: size[1].saturating_sub(title + below + legend),
        };
        let bottom = map.bottom();
        Self {
            size,
            pixels_per_point,
            title: PixelRect { x: 0, y: 0, width: size[0], height: title },
            map,
            left: PixelRect { x: 0, y: map.y, width: left, height: map.height },
            below: PixelRect { x: map.x, y: bottom, width: map.width, height: below },
            legend: PixelRect { x: 0, y: bottom + below, width: size[0], height: legend },
            wide,
        }
    }

    /// Points in pixels.
    #[must_use]
    pub fn pixels(&self, points: f32) -> f32 {
        points * self.pixels_per_point
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_has_a_map_inside_its_frame() {
        for width in (1..2000).step_by(37) {
            for height in (1..1300).step_by(29) {
                for pixels_per_point in [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, f32::NAN] {
                    let layout = Layout::new([width, height], pixels_per_point);
                    assert!(layout.map.width >= 1 && layout.map.height >= 1, "{layout:?}");
                    for part in [layout.map, layout.title, layout.left, layout.below, layout.legend] {
                        assert!(part.right() <= width && part.bottom() <= height, "{layout:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_large_frame_is_mostly_map() {
        let Layout { map, .. } = Layout::new([1600, 1000], 1.0);
        assert!(map.width * map.height > 1_600_000 * 85 / 100, "{map:?}");
        assert_eq!(map.right(), 1600);
    }
}
