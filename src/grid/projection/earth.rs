//! The figure of the Earth.

/// An ellipsoid of revolution, or a sphere; axes in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Earth {
    pub semi_major: f64,
    pub semi_minor: f64,
}

impl Earth {
    /// What a CF file means that says nothing of its Earth, as PROJ and its users read it.
    pub const WGS84: Self = Self { semi_major: 6_378_137.0, semi_minor: 6_356_752.314_245_179 };
    /// What PROJ takes where a definition says nothing.
    pub const GRS80: Self = Self { semi_major: 6_378_137.0, semi_minor: 6_356_752.314_140_356 };
    /// The sphere of the weather services.
    pub const SPHERE: Self = Self { semi_major: 6_371_229.0, semi_minor: 6_371_229.0 };

    #[must_use]
    pub fn sphere(radius: f64) -> Self {
        Self { semi_major: radius, semi_minor: radius }
    }

    /// An inverse flattening of zero means a sphere, as CF has it.
    #[must_use]
    pub fn flattened(semi_major: f64, inverse_flattening: f64) -> Self {
        let flattening = if inverse_flattening == 0.0 { 0.0 } else { 1.0 / inverse_flattening };
        Self { semi_major, semi_minor: semi_major * (1.0 - flattening) }
    }

    /// Zero for a sphere.
    #[must_use]
    pub fn eccentricity(self) -> f64 {
        let ratio = self.semi_minor / self.semi_major;
        (1.0 - ratio * ratio).max(0.0).sqrt()
    }

    /// As parameters of a PROJ string. Equal axes are an ellipsoid without flattening there, computed the long way, so that
    /// a sphere is written as such.
    pub(super) fn in_proj(self) -> String {
        let Self { semi_major, semi_minor } = self;
        if semi_major == semi_minor { format!("+R={semi_major}") } else { format!("+a={semi_major} +b={semi_minor}") }
    }

    /// Axes that are finite, above zero, and the minor not above the major.
    #[must_use]
    pub fn is_sound(self) -> bool {
        self.semi_major.is_finite() && self.semi_minor > 0.0 && self.semi_minor <= self.semi_major * (1.0 + 1e-12)
    }
}

/// Snyder's t (equation 15-9): tan(π/4 − φ/2) corrected for the ellipsoid. Latitude in radians.
pub(super) fn conformal_t(latitude: f64, eccentricity: f64) -> f64 {
    let plain = (std::f64::consts::FRAC_PI_4 - latitude / 2.0).tan();
    if eccentricity == 0.0 {
        return plain;
    }
    let es = eccentricity * latitude.sin();
    plain * ((1.0 + es) / (1.0 - es)).powf(eccentricity / 2.0)
}

/// The latitude in radians whose [`conformal_t`] is `t` (Snyder 7-9, iterated; it gains three digits a turn).
pub(super) fn latitude_of_t(t: f64, eccentricity: f64) -> f64 {
    let first = std::f64::consts::FRAC_PI_2 - 2.0 * t.atan();
    if eccentricity == 0.0 {
        return first;
    }
    let mut latitude = first;
    for _ in 0..12 {
        let es = eccentricity * latitude.sin();
        let corrected = t * ((1.0 - es) / (1.0 + es)).powf(eccentricity / 2.0);
        let next = std::f64::consts::FRAC_PI_2 - 2.0 * corrected.atan();
        if (next - latitude).abs() < 1e-14 {
            return next;
        }
        latitude = next;
    }
    latitude
}

/// Snyder's m (equation 14-15): the radius of the parallel over the semi-major axis. Latitude in radians.
pub(super) fn parallel_m(latitude: f64, eccentricity: f64) -> f64 {
    let es = eccentricity * latitude.sin();
    latitude.cos() / (1.0 - es * es).sqrt()
}
