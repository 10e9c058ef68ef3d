//! A finished picture.

use crate::raster::PixelRect;

/// RGBA bytes, rows from the top, opaque; and where in them the map lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// Four bytes a pixel.
    pub pixels: Vec<u8>,
    pub map: PixelRect,
}
