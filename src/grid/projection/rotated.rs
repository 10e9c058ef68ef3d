//! Longitude and latitude about a pole put elsewhere.

use super::wrap;
use crate::grid::direction::east_and_north;
use crate::grid::sphere::{cross, unit};

/// A rotated pole, by the numbers of the CF conventions, in degrees. (GRIB gives the southern pole and an angle.)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RotatedPole {
    sin_pole: f64,
    cos_pole: f64,
    /// The true meridian that points away from the rotated pole.
    lon_0: f64,
    /// The rotated longitude of the true north pole.
    offset: f64,
}

impl RotatedPole {
    /// `grid_north_pole_latitude`, `grid_north_pole_longitude` and `north_pole_grid_longitude` (zero where silent).
    #[must_use]
    pub fn new(pole_latitude: f64, pole_longitude: f64, north_pole_grid_longitude: f64) -> Self {
        let (sin_pole, cos_pole) = pole_latitude.to_radians().sin_cos();
        Self { sin_pole, cos_pole, lon_0: wrap(pole_longitude + 180.0), offset: north_pole_grid_longitude }
    }

    /// The same pole, with rotated longitudes counted from what is `x` here.
    pub(super) fn counted_from(self, x: f64) -> Self {
        Self { offset: wrap(self.offset - x), ..self }
    }

    /// Rotated longitude (-180 to 180) and latitude.
    #[must_use]
    pub fn forward(&self, lon: f64, lat: f64) -> (f64, f64) {
        let (sin_lon, cos_lon) = (lon - self.lon_0).to_radians().sin_cos();
        let (sin_lat, cos_lat) = lat.to_radians().sin_cos();
        let along = self.sin_pole * cos_lat * cos_lon + self.cos_pole * sin_lat;
        let across = cos_lat * sin_lon;
        let up = self.sin_pole * sin_lat - self.cos_pole * cos_lat * cos_lon;
        (wrap(across.atan2(along).to_degrees() + self.offset), up.atan2(along.hypot(across)).to_degrees())
    }

    /// True longitude and latitude; `None` beyond the rotated poles or more than a turn away.
    /// Parts to the east and to the north of the direction in which x grows; `None` at the pole of the rotation.
    #[must_use]
    pub fn x_axis(&self, lon: f64, lat: f64) -> Option<[f64; 2]> {
        let (sin, cos) = (self.lon_0 - 180.0).to_radians().sin_cos();
        let pole = [self.cos_pole * cos, self.cos_pole * sin, self.sin_pole];
        east_and_north((lon, lat), cross(pole, unit(lon, lat)))
    }

    #[must_use]
    pub fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        if y.abs() > 90.0 + 1e-9 || x.abs() > 540.0 {
            return None;
        }
        let (sin_x, cos_x) = (x - self.offset).to_radians().sin_cos();
        let (sin_y, cos_y) = y.clamp(-90.0, 90.0).to_radians().sin_cos();
        let along = self.sin_pole * cos_y * cos_x - self.cos_pole * sin_y;
        let across = cos_y * sin_x;
        let up = self.sin_pole * sin_y + self.cos_pole * cos_y * cos_x;
        let lon = wrap(across.atan2(along).to_degrees() + self.lon_0);
        Some((lon, up.atan2(along.hypot(across)).to_degrees()))
    }
}
