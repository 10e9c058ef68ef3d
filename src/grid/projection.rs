//! Map projections, closed forms for the common ones.

/// The figure of the Earth, in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Earth {
    pub semi_major: f64,
    pub semi_minor: f64,
}

/// A map projection.
#[derive(Clone, Debug, PartialEq)]
pub enum Projection {
    /// x and y are longitude and latitude in degrees.
    PlateCarree { central_longitude: f64 },
}
