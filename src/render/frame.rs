//! A finished picture.

use super::caption::Caption;
use crate::grid::Projection;
use crate::map::View;
use crate::raster::PixelRect;

/// RGBA bytes, rows from the top, opaque; where in them the map lies, and what they show.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// Four bytes a pixel.
    pub pixels: Vec<u8>,
    pub map: PixelRect,
    /// Of the map rectangle.
    pub view: View,
    pub caption: Caption,
}

/// Nothing: no pixels, no words.
impl Default for Frame {
    fn default() -> Self {
        let view = View {
            projection: Projection::PlateCarree { central_longitude: 0.0 },
            centre: (0.0, 0.0),
            units_per_pixel: 1.0,
            size: [0, 0],
            pixels_per_point: 1.0,
        };
        Self { size: [0, 0], pixels: Vec::new(), map: PixelRect::default(), view, caption: Caption::default() }
    }
}
