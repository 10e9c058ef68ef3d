//! Grid mappings of the CF conventions (appendix F).

use super::{Earth, Lambert, Mercator, PolarStereographic, Proj, Projection, RotatedPole};

/// The value of an attribute: text, or one or more numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum CfValue {
    Text(String),
    Numbers(Vec<f64>),
}

impl Projection {
    /// The projection that a grid mapping variable's attributes describe. An Earth that they do not describe is WGS 84.
    ///
    /// A `latitude_longitude` mapping is plate carrée about Greenwich. The error says what is missing or unknown.
    pub fn from_cf(attributes: &[(String, CfValue)]) -> Result<Self, String> {
        let mapping = Mapping(attributes);
        let name = mapping.text("grid_mapping_name").ok_or("no grid_mapping_name")?;
        let unsound = || format!("{name}: its parameters make no map");
        match name {
            "latitude_longitude" => Ok(Self::PlateCarree { central_longitude: 0.0 }),
            "rotated_latitude_longitude" => mapping.rotated_pole(),
            "lambert_conformal_conic" => mapping.lambert()?.map(Self::Lambert).ok_or_else(unsound),
            "polar_stereographic" => mapping.polar()?.map(Self::PolarStereographic).ok_or_else(unsound),
            "stereographic" if mapping.number("latitude_of_projection_origin").is_some_and(|lat| lat.abs() == 90.0) => {
                mapping.polar()?.map(Self::PolarStereographic).ok_or_else(unsound)
            }
            "mercator" => mapping.mercator()?.map(Self::Mercator).ok_or_else(unsound),
            _ => Proj::new(&mapping.definition(name)?).map(Self::Proj),
        }
    }
}

struct Mapping<'a>(&'a [(String, CfValue)]);

impl Mapping<'_> {
    fn value(&self, name: &str) -> Option<&CfValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    fn text(&self, name: &str) -> Option<&str> {
        match self.value(name)? {
            CfValue::Text(text) => Some(text.trim_matches(['\0', ' '])),
            CfValue::Numbers(_) => None,
        }
    }

    /// All finite numbers of an attribute; files in the wild write some of them as text.
    fn numbers(&self, name: &str) -> Vec<f64> {
        match self.value(name) {
            Some(CfValue::Numbers(numbers)) => numbers.iter().copied().filter(|n| n.is_finite()).collect(),
            Some(CfValue::Text(text)) => {
                text.split([',', ' ']).filter_map(|word| word.parse().ok()).filter(|n: &f64| n.is_finite()).collect()
            }
            None => Vec::new(),
        }
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.numbers(name).first().copied()
    }

    fn need(&self, name: &str) -> Result<f64, String> {
        self.number(name).ok_or_else(|| format!("{name} is missing"))
    }

    /// The first of several names that is there: the conventions changed some, and files mix them up.
    fn any(&self, names: &[&str]) -> Option<f64> {
        names.iter().find_map(|name| self.number(name))
    }

    fn central_longitude(&self) -> Result<f64, String> {
        const NAMES: [&str; 3] = [
            "longitude_of_central_meridian",
            "longitude_of_projection_origin",
            "straight_vertical_longitude_from_pole",
        ];
        self.any(&NAMES).ok_or_else(|| format!("{} is missing", NAMES[0]))
    }

    fn origin_latitude(&self) -> f64 {
        self.number("latitude_of_projection_origin").unwrap_or(0.0)
    }

    fn false_origin(&self) -> (f64, f64) {
        (self.number("false_easting").unwrap_or(0.0), self.number("false_northing").unwrap_or(0.0))
    }

    fn earth(&self) -> Earth {
        if let Some(radius) = self.number("earth_radius") {
            return Earth::sphere(radius);
        }
        let Some(semi_major) = self.number("semi_major_axis") else {
            return Earth::WGS84;
        };
        match (self.number("semi_minor_axis"), self.number("inverse_flattening")) {
            (_, Some(inverse)) => Earth::flattened(semi_major, inverse),
            (Some(semi_minor), None) => Earth { semi_major, semi_minor },
            (None, None) => Earth::sphere(semi_major),
        }
    }

    fn rotated_pole(&self) -> Result<Projection, String> {
        let (lat, lon) = (self.need("grid_north_pole_latitude")?, self.need("grid_north_pole_longitude")?);
        let offset = self.number("north_pole_grid_longitude").unwrap_or(0.0);
        Ok(Projection::RotatedPole(RotatedPole::new(lat, lon, offset)))
    }

    fn lambert(&self) -> Result<Option<Lambert>, String> {
        let origin = self.number("latitude_of_projection_origin");
        let parallels = match self.numbers("standard_parallel")[..] {
            [first, second, ..] => [first, second],
            [one] => [one, one],
            // One-parallel files that give only the origin mean it as the parallel.
            [] => [origin.ok_or("standard_parallel is missing")?; 2],
        };
        let (easting, northing) = self.false_origin();
        let scale = self.number("scale_factor_at_projection_origin").unwrap_or(1.0);
        let lambert = Lambert::new(parallels, origin.unwrap_or(parallels[0]), self.central_longitude()?, self.earth());
        Ok(lambert.map(|lambert| lambert.scaled(scale).shifted(easting, northing)))
    }

    fn polar(&self) -> Result<Option<PolarStereographic>, String> {
        let lon_0 = self
            .any(&[
                "straight_vertical_longitude_from_pole",
                "longitude_of_projection_origin",
                "longitude_of_central_meridian",
            ])
            .ok_or("straight_vertical_longitude_from_pole is missing")?;
        let parallel = self.number("standard_parallel");
        let origin = self.number("latitude_of_projection_origin").or(parallel).unwrap_or(90.0);
        let south = origin < 0.0;
        let polar = match (parallel, self.number("scale_factor_at_projection_origin")) {
            (Some(latitude), _) => PolarStereographic::true_at(south, latitude, lon_0, self.earth()),
            (None, scale) => PolarStereographic::scaled_by(south, scale.unwrap_or(1.0), lon_0, self.earth()),
        };
        let (easting, northing) = self.false_origin();
        Ok(polar.map(|polar| polar.shifted(easting, northing)))
    }

    fn mercator(&self) -> Result<Option<Mercator>, String> {
        let lon_0 = self.any(&["longitude_of_projection_origin", "longitude_of_central_meridian"]).unwrap_or(0.0);
        let mercator = match (self.number("standard_parallel"), self.number("scale_factor_at_projection_origin")) {
            (Some(latitude), _) => Mercator::true_at(latitude, lon_0, self.earth()),
            (None, scale) => Mercator::scaled_by(scale.unwrap_or(1.0), lon_0, self.earth()),
        };
        let (easting, northing) = self.false_origin();
        Ok(mercator.map(|mercator| mercator.shifted(easting, northing)))
    }

    /// The PROJ definition of a mapping that has no closed form here.
    fn definition(&self, name: &str) -> Result<String, String> {
        let lat_0 = self.origin_latitude();
        let lon_0 = || self.central_longitude();
        let own = match name {
            "albers_conical_equal_area" => {
                let parallels = self.numbers("standard_parallel");
                let first = *parallels.first().ok_or("standard_parallel is missing")?;
                let second = parallels.get(1).copied().unwrap_or(first);
                format!("+proj=aea +lat_1={first} +lat_2={second} +lat_0={lat_0} +lon_0={}", lon_0()?)
            }
            "azimuthal_equidistant" => format!("+proj=aeqd +lat_0={lat_0} +lon_0={}", lon_0()?),
            "lambert_azimuthal_equal_area" => format!("+proj=laea +lat_0={lat_0} +lon_0={}", lon_0()?),
            "lambert_cylindrical_equal_area" => match self.number("scale_factor_at_projection_origin") {
                Some(scale) => format!("+proj=cea +k_0={scale} +lon_0={}", lon_0()?),
                None => {
                    let parallel = self.number("standard_parallel").unwrap_or(0.0);
                    format!("+proj=cea +lat_ts={parallel} +lon_0={}", lon_0()?)
                }
            },
            "orthographic" => format!("+proj=ortho +lat_0={lat_0} +lon_0={}", lon_0()?),
            "sinusoidal" => format!("+proj=sinu +lon_0={}", lon_0()?),
            "stereographic" => {
                let scale = self.number("scale_factor_at_projection_origin").unwrap_or(1.0);
                format!("+proj=stere +lat_0={lat_0} +lon_0={} +k_0={scale}", lon_0()?)
            }
            "transverse_mercator" => {
                let scale = self.number("scale_factor_at_central_meridian").unwrap_or(1.0);
                format!("+proj=tmerc +lat_0={lat_0} +lon_0={} +k_0={scale}", lon_0()?)
            }
            "oblique_mercator" => {
                let azimuth = self.need("azimuth_of_central_line")?;
                let scale = self.number("scale_factor_at_projection_origin").unwrap_or(1.0);
                format!("+proj=omerc +lat_0={lat_0} +lonc={} +alpha={azimuth} +gamma=0 +k_0={scale}", lon_0()?)
            }
            "vertical_perspective" => {
                format!("+proj=nsper +lat_0={lat_0} +lon_0={} +h={}", lon_0()?, self.need("perspective_point_height")?)
            }
            "geostationary" => {
                // The scan that moves first: `sweep_angle_axis`, or the other of `fixed_angle_axis`.
                let sweep = match (self.text("sweep_angle_axis"), self.text("fixed_angle_axis")) {
                    (Some(axis), _) => axis,
                    (None, Some("y")) => "x",
                    _ => "y",
                };
                let height = self.need("perspective_point_height")?;
                format!("+proj=geos +lon_0={} +h={height} +sweep={sweep}", lon_0()?)
            }
            other => return Err(format!("the grid mapping {other} is not known")),
        };
        let earth = self.earth();
        if !earth.is_sound() {
            return Err(format!("{name}: its Earth has no size"));
        }
        // Written apart, since a PROJ string with equal axes is an ellipsoid without flattening, computed the long way.
        let figure = if earth.semi_major == earth.semi_minor {
            format!("+R={}", earth.semi_major)
        } else {
            format!("+a={} +b={}", earth.semi_major, earth.semi_minor)
        };
        let (easting, northing) = self.false_origin();
        Ok(format!("{own} +x_0={easting} +y_0={northing} {figure} +units=m"))
    }
}
