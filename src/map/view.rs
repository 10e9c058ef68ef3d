//! What part of the Earth a picture shows.

use crate::grid::Projection;

/// A projection, and the rectangle of it that fills the map.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub projection: Projection,
    /// In the projection's units.
    pub centre: (f64, f64),
    /// Projection units (metres, or degrees) a pixel.
    pub units_per_pixel: f64,
    /// Of the map rectangle, in physical pixels.
    pub size: [u32; 2],
    pub pixels_per_point: f32,
}
