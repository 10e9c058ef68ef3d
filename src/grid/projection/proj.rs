//! Every other projection, through `proj4rs`.

use std::fmt;
use std::sync::Arc;

use proj4rs::adaptors::transform_xy;

use super::{Cap, wrap};

/// A projection by its PROJ definition string, such as `+proj=laea +lat_0=52 +lon_0=10 +R=6371229`. Metres.
#[derive(Clone)]
pub struct Proj {
    definition: Arc<str>,
    engine: Arc<Engine>,
    seam: Option<f64>,
    cap: Option<Cap>,
}

struct Engine {
    geographic: proj4rs::Proj,
    projected: proj4rs::Proj,
}

impl Proj {
    /// The projection of a definition string, with the ellipsoid among its parameters (`+R`, or `+a` and `+b`).
    pub fn new(definition: &str) -> Result<Self, String> {
        let build = |text: &str| proj4rs::Proj::from_proj_string(text).map_err(|error| format!("{text}: {error}"));
        let figure: Vec<&str> = definition
            .split_whitespace()
            .filter(|p| ["+R=", "+a=", "+b="].iter().any(|key| p.starts_with(key)))
            .collect();
        let projected = build(definition)?;
        if !(projected.has_inverse() && projected.has_forward()) {
            return Err(format!("{definition}: not to be inverted"));
        }
        let geographic = build(&format!("+proj=longlat {}", figure.join(" ")))?;
        let number = |key: &str| -> f64 {
            definition.split_whitespace().find_map(|p| p.strip_prefix(key)?.parse().ok()).unwrap_or(0.0)
        };
        let radius = if number("+R=") > 0.0 { number("+R=") } else { number("+a=") };
        let kind = definition.split_whitespace().find_map(|p| p.strip_prefix("+proj=")).unwrap_or_default();
        let cap = |radius| Some(Cap { lon: wrap(number("+lon_0=")), lat: number("+lat_0="), radius });
        let (seam, cap) = match kind {
            "aea" | "eqdc" | "cea" | "sinu" | "moll" | "robin" | "mill" | "eqc" | "eqearth" | "merc" => {
                (Some(wrap(number("+lon_0=") + 180.0)), None)
            }
            "ortho" => (None, cap(89.9)),
            "geos" | "tpers" | "nsper" => (None, cap(0.999 * (radius / (radius + number("+h="))).acos().to_degrees())),
            "laea" | "aeqd" => (None, cap(179.0)),
            "stere" | "sterea" => (None, cap(150.0)),
            // Transverse and oblique cylinders fold over far from their centre.
            _ => (None, cap(70.0)),
        };
        Ok(Self { definition: definition.into(), engine: Arc::new(Engine { geographic, projected }), seam, cap })
    }

    #[must_use]
    pub fn definition(&self) -> &str {
        &self.definition
    }

    pub(super) fn seam(&self) -> Option<f64> {
        self.seam
    }

    pub(super) fn cap(&self) -> Option<Cap> {
        self.cap
    }

    pub(super) fn forward(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let at = (wrap(lon).to_radians(), lat.to_radians());
        let (x, y) = transform_xy(&self.engine.geographic, &self.engine.projected, at.0, at.1).ok()?;
        (x.is_finite() && y.is_finite()).then_some((x, y))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (lon, lat) = transform_xy(&self.engine.projected, &self.engine.geographic, x, y).ok()?;
        let (lon, lat) = (lon.to_degrees(), lat.to_degrees());
        (lon.is_finite() && lat.abs() <= 90.0 + 1e-9).then(|| (wrap(lon), lat))
    }
}

impl PartialEq for Proj {
    fn eq(&self, other: &Self) -> bool {
        self.definition == other.definition
    }
}

impl fmt::Debug for Proj {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Proj").field(&self.definition).finish()
    }
}
