//! Map projections: closed forms for those that weather files use most, `proj4rs` for the others of the CF conventions.
//!
//! A projection maps longitude and latitude (degrees, longitudes of any turn) to x and y. These are metres, except for
//! [`Projection::PlateCarree`] and [`Projection::RotatedPole`], whose x and y are degrees.

mod cf;
mod conformal;
mod definition;
mod earth;
mod epsg;
mod error;
mod proj;
mod rotated;
#[cfg(test)]
mod tests;
mod wkt;

pub use cf::CfValue;
pub use conformal::{Lambert, Mercator, PolarStereographic};
pub use definition::Defined;
pub use earth::Earth;
pub use error::MapError;
pub use proj::Proj;
pub use rotated::RotatedPole;

/// A map projection. Equal projections give equal numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Projection {
    /// x and y are longitude and latitude in degrees; x lies within half a turn of the central longitude.
    PlateCarree {
        central_longitude: f64,
    },
    /// x and y are longitude and latitude in degrees about another pole.
    RotatedPole(RotatedPole),
    Lambert(Lambert),
    PolarStereographic(PolarStereographic),
    Mercator(Mercator),
    /// Any other, by its definition string.
    Proj(Proj),
}

/// What a hemisphere's or a satellite's view shows of the Earth: all within `radius` of a point, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cap {
    pub lon: f64,
    pub lat: f64,
    pub radius: f64,
}

/// Where a map is cut open: nothing continues across this meridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seam {
    /// Nowhere, as round a pole.
    None,
    /// Along this meridian, in degrees.
    Meridian(f64),
    /// Along ±180° of the rotated longitude.
    Rotated(RotatedPole),
}

impl Projection {
    /// x and y of a position; `None` where the map does not show it.
    #[must_use]
    pub fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        // Also refuses NaN. A hair beyond a pole is the pole: files carry f32 latitudes.
        if !(lat.abs() <= 90.0 + 1e-5 && lon.is_finite()) {
            return None;
        }
        let lat = lat.clamp(-90.0, 90.0);
        match self {
            Self::PlateCarree { central_longitude } => Some((central_longitude + wrap(lon - central_longitude), lat)),
            Self::RotatedPole(pole) => Some(pole.forward(lon, lat)),
            Self::Lambert(lambert) => lambert.forward(lon, lat),
            Self::PolarStereographic(polar) => polar.forward(lon, lat),
            Self::Mercator(mercator) => mercator.forward(lon, lat),
            Self::Proj(proj) => proj.forward(lon, lat),
        }
    }

    /// Longitude (-180 to 180) and latitude of a point of the map; `None` beside the map.
    #[must_use]
    pub fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        if !(x.is_finite() && y.is_finite()) {
            return None;
        }
        match self {
            Self::PlateCarree { central_longitude } => {
                ((x - central_longitude).abs() <= 180.0 + 1e-9 && y.abs() <= 90.0 + 1e-9).then(|| (wrap(x), y))
            }
            Self::RotatedPole(pole) => pole.inverse(x, y).filter(|_| x.abs() <= 180.0 + 1e-9),
            Self::Lambert(lambert) => lambert.inverse(x, y),
            Self::PolarStereographic(polar) => Some(polar.inverse(x, y)),
            Self::Mercator(mercator) => mercator.inverse(x, y),
            Self::Proj(proj) => proj.inverse(x, y),
        }
    }

    /// The direction in which x grows at a position, as its parts to the east and to the north: [cos, sin] of the angle
    /// from east, counter-clockwise. `None` where the map does not show the position.
    ///
    /// Of maps that are not conformal the axis is the one at right angles to the meridian's slope on the map, as tools
    /// for wind do.
    #[must_use]
    pub fn x_axis(&self, lon: f64, lat: f64) -> Option<[f64; 2]> {
        if !(lat.abs() <= 90.0 + 1e-5 && lon.is_finite()) {
            return None;
        }
        match self {
            Self::PlateCarree { .. } | Self::Mercator(_) => Some([1.0, 0.0]),
            Self::RotatedPole(pole) => pole.x_axis(lon, lat),
            Self::Lambert(lambert) => Some(lambert.x_axis(lon)),
            Self::PolarStereographic(polar) => Some(polar.x_axis(lon)),
            Self::Proj(proj) => {
                /// Degrees along the meridian to either side: 111 m.
                const STEP: f64 = 1e-3;
                let (south, north) = ((lat - STEP).max(-90.0), (lat + STEP).min(90.0));
                let ((x0, y0), (x1, y1)) = (proj.forward(lon, south)?, proj.forward(lon, north)?);
                // North on the map; east lies a quarter turn clockwise of it.
                let (dx, dy) = (x1 - x0, y1 - y0);
                let size = dx.hypot(dy);
                (size > 0.0).then(|| [dy / size, dx / size])
            }
        }
    }

    /// Whether x and y are degrees, not metres.
    #[must_use]
    pub fn is_in_degrees(&self) -> bool {
        matches!(self, Self::PlateCarree { .. } | Self::RotatedPole(_))
    }

    /// What one turn round the Earth adds to x; `None` where x does not turn.
    #[must_use]
    pub fn period(&self) -> Option<f64> {
        match self {
            Self::PlateCarree { .. } | Self::RotatedPole(_) => Some(360.0),
            Self::Mercator(mercator) => Some(mercator.turn()),
            Self::Lambert(_) | Self::PolarStereographic(_) | Self::Proj(_) => None,
        }
    }

    /// x in the turn about the middle of the map, where x turns.
    #[must_use]
    pub fn home(&self, x: f64) -> f64 {
        let middle = match self {
            Self::PlateCarree { central_longitude } => *central_longitude,
            Self::Mercator(mercator) => mercator.false_easting(),
            _ => 0.0,
        };
        match self.period() {
            Some(period) => middle + (x - middle + period / 2.0).rem_euclid(period) - period / 2.0,
            None => x,
        }
    }

    /// The same map cut open opposite `x`, and what is then to be added to x. Maps that x does not go round stay as they
    /// are.
    #[must_use]
    pub fn cut_opposite(&self, x: f64) -> (Self, f64) {
        match self {
            Self::PlateCarree { .. } => (Self::PlateCarree { central_longitude: x }, 0.0),
            Self::RotatedPole(pole) => (Self::RotatedPole(pole.counted_from(x)), -x),
            Self::Mercator(mercator) => (Self::Mercator(mercator.counted_from(x)), mercator.false_easting() - x),
            Self::Lambert(_) | Self::PolarStereographic(_) | Self::Proj(_) => (self.clone(), 0.0),
        }
    }

    /// Where the map is cut open.
    #[must_use]
    pub fn seam(&self) -> Seam {
        match self {
            Self::PlateCarree { central_longitude } => Seam::Meridian(wrap(central_longitude + 180.0)),
            Self::RotatedPole(pole) => Seam::Rotated(*pole),
            Self::Lambert(lambert) => Seam::Meridian(wrap(lambert.central_longitude() + 180.0)),
            Self::PolarStereographic(_) => Seam::None,
            Self::Mercator(mercator) => Seam::Meridian(wrap(mercator.central_longitude() + 180.0)),
            Self::Proj(proj) => proj.seam().map_or(Seam::None, Seam::Meridian),
        }
    }

    /// The part of the Earth beyond which the map shows nothing; `None` where it shows all, or all but a pole.
    #[must_use]
    pub fn cap(&self) -> Option<Cap> {
        match self {
            Self::Proj(proj) => proj.cap(),
            _ => None,
        }
    }
}

/// The same direction in -180 to 180.
#[must_use]
pub fn wrap(degrees: f64) -> f64 {
    if (-180.0..180.0).contains(&degrees) {
        degrees
    } else if (180.0..540.0).contains(&degrees) {
        degrees - 360.0
    } else if (-540.0..-180.0).contains(&degrees) {
        degrees + 360.0
    } else {
        (degrees + 180.0).rem_euclid(360.0) - 180.0
    }
}
