//! The three conformal projections of weather charts, after Snyder (1987), on the sphere and on the ellipsoid.

use std::f64::consts::FRAC_PI_2;

use super::earth::{Earth, conformal_t, latitude_of_t, parallel_m};
use super::wrap;

/// Lambert conformal conic (Snyder, chapter 15).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lambert {
    lon_0: f64,
    eccentricity: f64,
    /// The cone's constant, negative for a cone over the south pole.
    n: f64,
    /// Semi-major axis × F × scale.
    a_f: f64,
    rho_0: f64,
    false_origin: (f64, f64),
}

impl Lambert {
    /// Two standard parallels (equal for a tangent cone), the origin's latitude and the central meridian, in degrees.
    /// `None` where the parallels make no cone.
    #[must_use]
    pub fn new(parallels: [f64; 2], origin_latitude: f64, central_longitude: f64, earth: Earth) -> Option<Self> {
        let e = earth.eccentricity();
        let [first, second] = parallels.map(f64::to_radians);
        let origin = origin_latitude.to_radians();
        let (m1, t1) = (parallel_m(first, e), conformal_t(first, e));
        let n = if (first - second).abs() < 1e-10 {
            first.sin()
        } else {
            (m1.ln() - parallel_m(second, e).ln()) / (t1.ln() - conformal_t(second, e).ln())
        };
        let a_f = earth.semi_major * m1 / (n * t1.powf(n));
        let rho_0 = a_f * conformal_t(origin, e).powf(n);
        let sound = earth.is_sound() && n.abs() > 1e-6 && n.abs() <= 1.0 && a_f.is_finite() && rho_0.is_finite();
        sound.then_some(Self { lon_0: central_longitude, eccentricity: e, n, a_f, rho_0, false_origin: (0.0, 0.0) })
    }

    /// With a scale factor on the standard parallel.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Self {
        self.a_f *= factor;
        self.rho_0 *= factor;
        self
    }

    /// With false easting and northing in metres.
    #[must_use]
    pub fn shifted(mut self, easting: f64, northing: f64) -> Self {
        self.false_origin = (easting, northing);
        self
    }

    #[must_use]
    pub fn central_longitude(&self) -> f64 {
        self.lon_0
    }

    /// Parts to the east and to the north of the direction in which x grows: meridians lean by n times their distance
    /// from the central one.
    pub(super) fn x_axis(&self, lon: f64) -> [f64; 2] {
        let (sin, cos) = (self.n * wrap(lon - self.lon_0).to_radians()).sin_cos();
        [cos, -sin]
    }

    pub(super) fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let rho = if 90.0 - lat.abs() < 1e-10 {
            // One pole is the cone's apex, the other lies at infinity.
            if lat.signum() != self.n.signum() {
                return None;
            }
            0.0
        } else {
            self.a_f * conformal_t(lat.to_radians(), self.eccentricity).powf(self.n)
        };
        let (sin, cos) = (self.n * wrap(lon - self.lon_0).to_radians()).sin_cos();
        Some((rho * sin + self.false_origin.0, self.rho_0 - rho * cos + self.false_origin.1))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let sign = self.n.signum();
        let (x, y) = (sign * (x - self.false_origin.0), sign * (self.rho_0 - (y - self.false_origin.1)));
        let rho = x.hypot(y);
        if rho == 0.0 {
            return Some((wrap(self.lon_0), 90.0 * sign));
        }
        let turn = (x.atan2(y) / self.n).to_degrees();
        // The wedge that opens when the cone is laid flat.
        if turn.abs() > 180.0 + 1e-9 {
            return None;
        }
        let t = (rho / self.a_f.abs()).powf(1.0 / self.n);
        Some((wrap(self.lon_0 + turn), latitude_of_t(t, self.eccentricity).to_degrees()))
    }
}

/// Polar stereographic (Snyder, chapter 21).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolarStereographic {
    south: bool,
    lon_0: f64,
    eccentricity: f64,
    /// Metres for each unit of t.
    scale: f64,
    false_origin: (f64, f64),
}

impl PolarStereographic {
    /// True at `latitude` (degrees; its sign does not matter); `lon_0` points down (from the north pole) or up.
    #[must_use]
    pub fn true_at(south: bool, latitude: f64, lon_0: f64, earth: Earth) -> Option<Self> {
        let latitude = latitude.abs();
        if 90.0 - latitude < 1e-9 {
            return Self::scaled_by(south, 1.0, lon_0, earth);
        }
        let (e, latitude) = (earth.eccentricity(), latitude.to_radians());
        let scale = earth.semi_major * parallel_m(latitude, e) / conformal_t(latitude, e);
        Self::with_scale(south, scale, lon_0, earth)
    }

    /// With a scale factor at the pole.
    #[must_use]
    pub fn scaled_by(south: bool, factor: f64, lon_0: f64, earth: Earth) -> Option<Self> {
        let e = earth.eccentricity();
        let ellipsoid = ((1.0 + e).powf(1.0 + e) * (1.0 - e).powf(1.0 - e)).sqrt();
        Self::with_scale(south, 2.0 * earth.semi_major * factor / ellipsoid, lon_0, earth)
    }

    fn with_scale(south: bool, scale: f64, lon_0: f64, earth: Earth) -> Option<Self> {
        let sound = earth.is_sound() && scale.is_finite() && scale > 0.0 && lon_0.is_finite();
        sound.then(|| Self { south, lon_0, eccentricity: earth.eccentricity(), scale, false_origin: (0.0, 0.0) })
    }

    /// With false easting and northing in metres.
    #[must_use]
    pub fn shifted(mut self, easting: f64, northing: f64) -> Self {
        self.false_origin = (easting, northing);
        self
    }

    #[must_use]
    pub fn is_south(&self) -> bool {
        self.south
    }

    /// Parts to the east and to the north of the direction in which x grows.
    pub(super) fn x_axis(&self, lon: f64) -> [f64; 2] {
        let (sin, cos) = (lon - self.lon_0).to_radians().sin_cos();
        [cos, if self.south { sin } else { -sin }]
    }

    pub(super) fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let towards_pole = if self.south { -lat } else { lat };
        if towards_pole < -89.9 {
            return None; // the far pole lies at infinity
        }
        let rho = if 90.0 - towards_pole < 1e-10 {
            0.0
        } else {
            self.scale * conformal_t(towards_pole.to_radians(), self.eccentricity)
        };
        let (sin, cos) = (lon - self.lon_0).to_radians().sin_cos();
        let down = if self.south { cos } else { -cos };
        Some((rho * sin + self.false_origin.0, rho * down + self.false_origin.1))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> (f64, f64) {
        let (x, y) = (x - self.false_origin.0, y - self.false_origin.1);
        let down = if self.south { y } else { -y };
        let latitude = latitude_of_t(x.hypot(y) / self.scale, self.eccentricity).to_degrees();
        let lon = if x == 0.0 && y == 0.0 { self.lon_0 } else { self.lon_0 + x.atan2(down).to_degrees() };
        (wrap(lon), if self.south { -latitude } else { latitude })
    }
}

/// Mercator (Snyder, chapter 7).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mercator {
    lon_0: f64,
    eccentricity: f64,
    /// Metres for each radian along the equator.
    scale: f64,
    false_origin: (f64, f64),
}

impl Mercator {
    /// True at `latitude`, in degrees.
    #[must_use]
    pub fn true_at(latitude: f64, central_longitude: f64, earth: Earth) -> Option<Self> {
        Self::scaled_by(parallel_m(latitude.to_radians(), earth.eccentricity()), central_longitude, earth)
    }

    /// With a scale factor at the equator.
    #[must_use]
    pub fn scaled_by(factor: f64, central_longitude: f64, earth: Earth) -> Option<Self> {
        let scale = earth.semi_major * factor;
        let sound = earth.is_sound() && scale.is_finite() && scale > 1.0 && central_longitude.is_finite();
        sound.then(|| Self {
            lon_0: central_longitude,
            eccentricity: earth.eccentricity(),
            scale,
            false_origin: (0.0, 0.0),
        })
    }

    /// With false easting and northing in metres.
    #[must_use]
    pub fn shifted(mut self, easting: f64, northing: f64) -> Self {
        self.false_origin = (easting, northing);
        self
    }

    #[must_use]
    pub fn central_longitude(&self) -> f64 {
        self.lon_0
    }

    pub(super) fn false_easting(&self) -> f64 {
        self.false_origin.0
    }

    /// The same with the meridian at `x` in the middle, which gets the false easting.
    pub(super) fn counted_from(self, x: f64) -> Self {
        let east = (x - self.false_origin.0) / self.scale;
        Self { lon_0: self.lon_0 + east.to_degrees(), ..self }
    }

    /// Metres once round the Earth.
    pub(super) fn turn(&self) -> f64 {
        std::f64::consts::TAU * self.scale
    }

    pub(super) fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        if lat.abs() > 89.9 {
            return None; // both poles lie at infinity
        }
        let x = self.scale * wrap(lon - self.lon_0).to_radians();
        let y = -self.scale * conformal_t(lat.to_radians(), self.eccentricity).ln();
        Some((x + self.false_origin.0, y + self.false_origin.1))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let turn = (x - self.false_origin.0) / self.scale;
        let t = (-(y - self.false_origin.1) / self.scale).exp();
        let latitude = latitude_of_t(t, self.eccentricity);
        (turn.abs() <= std::f64::consts::PI + 1e-9 && latitude.abs() < FRAC_PI_2)
            .then(|| (wrap(self.lon_0 + turn.to_degrees()), latitude.to_degrees()))
    }
}
