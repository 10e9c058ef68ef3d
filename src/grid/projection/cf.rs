//! Grid mappings of the CF conventions (appendix F).

use super::{Defined, Earth, Lambert, MapError, Mercator, PolarStereographic, Proj, Projection, RotatedPole};

/// The value of an attribute: text, or one or more numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum CfValue {
    Text(String),
    Numbers(Vec<f64>),
}

impl Projection {
    /// The projection that a grid mapping variable's attributes describe. An Earth that they do not describe is WGS 84.
    ///
    /// A `latitude_longitude` mapping is plate carrée about Greenwich.
    ///
    /// # Errors
    ///
    /// The name of what is missing or unknown.
    pub fn from_cf(attributes: &[(String, CfValue)]) -> Result<Self, MapError> {
        let mapping = Mapping(attributes);
        let name = mapping.name().ok_or_else(|| missing("grid_mapping_name"))?;
        mapping.called(name)
    }
}

/// Attributes that hold a whole definition: those of GDAL, rioxarray, adaguc, ncview's and others' files.
const DEFINITIONS: &[&str] = &[
    "proj4_params",
    "proj4",
    "proj4text",
    "proj4string",
    "proj4_string",
    "proj_params",
    "proj_string",
    "crs_wkt",
    "spatial_ref",
    "esri_pe_string",
    "wkt",
    "epsg",
    "epsg_code",
    "epsg_id",
    "srid",
    "srs",
    "crs",
    "id",
];

impl Defined {
    /// The projection of a grid mapping variable: by `grid_mapping_name`, else by a definition in another attribute
    /// (`proj4_params`, `crs_wkt`, `epsg` and the like), else by the variable's name or by attributes that only one
    /// projection has.
    ///
    /// # Errors
    ///
    /// The name of what is missing or unknown; of the first description, where several fail.
    pub fn of_mapping(variable: &str, attributes: &[(String, CfValue)]) -> Result<Self, MapError> {
        let mapping = Mapping(attributes);
        let plain = |projection| Self { projection, unit: 1.0 };
        let named = mapping.name().map(|name| mapping.called(name).map(plain));
        if let Some(Ok(named)) = named {
            return Ok(named);
        }
        let written = mapping.written();
        let told = || mapping.told_by(variable).map(|name| mapping.called(name).map(plain));
        match (named, written) {
            (_, Some(Ok(written))) => Ok(written),
            (Some(Err(error)), _) => Err(error),
            (None, written) => {
                let told = told();
                if let Some(Ok(told)) = told {
                    return Ok(told);
                }
                written.or(told).unwrap_or_else(|| Err(missing("grid_mapping_name")))
            }
            (Some(Ok(named)), _) => Ok(named),
        }
    }

    /// What a definition beside `grid_mapping_name` says, where a mapping has both and both can be followed.
    #[must_use]
    pub fn beside_name(attributes: &[(String, CfValue)]) -> Option<Self> {
        let mapping = Mapping(attributes);
        mapping.name()?;
        mapping.written()?.ok()
    }

    /// Whether a variable says anything of a projection.
    #[must_use]
    pub fn is_told_by(variable: &str, attributes: &[(String, CfValue)]) -> bool {
        let mapping = Mapping(attributes);
        mapping.name().is_some() || mapping.written().is_some() || mapping.told_by(variable).is_some()
    }
}

fn missing(name: &str) -> MapError {
    MapError::Missing(name.to_owned())
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

    fn name(&self) -> Option<&str> {
        self.text("grid_mapping_name").filter(|name| !name.is_empty())
    }

    /// The projection of a name of the conventions.
    fn called(&self, name: &str) -> Result<Projection, MapError> {
        let unsound = || MapError::Unsound(name.to_owned());
        match name {
            "latitude_longitude" => Ok(Projection::PlateCarree { central_longitude: 0.0 }),
            "rotated_latitude_longitude" => self.rotated_pole(),
            "lambert_conformal_conic" => self.lambert()?.map(Projection::Lambert).ok_or_else(unsound),
            "polar_stereographic" => self.polar()?.map(Projection::PolarStereographic).ok_or_else(unsound),
            "stereographic" if self.number("latitude_of_projection_origin").is_some_and(|lat| lat.abs() == 90.0) => {
                self.polar()?.map(Projection::PolarStereographic).ok_or_else(unsound)
            }
            "mercator" => self.mercator()?.map(Projection::Mercator).ok_or_else(unsound),
            _ => {
                Proj::new(&self.definition(name)?).map(Projection::Proj).map_err(|_| MapError::Unknown(name.to_owned()))
            }
        }
    }

    /// By the first attribute with a definition that can be followed; an error where there are only others.
    fn written(&self) -> Option<Result<Defined, MapError>> {
        let mut failed = None;
        for wanted in DEFINITIONS {
            let found = self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            let text = match found.map(|(_, value)| value) {
                Some(CfValue::Text(text)) if !text.trim().is_empty() => text.clone(),
                Some(CfValue::Numbers(numbers)) => numbers.first().map(f64::to_string).unwrap_or_default(),
                _ => continue,
            };
            match Defined::parse(&text) {
                Ok(defined) => return Some(Ok(defined)),
                // `id: unknown` says nothing.
                Err(MapError::Unreadable(_)) => {}
                Err(error) => failed = failed.or(Some(Err(error))),
            }
        }
        failed
    }

    /// The mapping's name in the conventions by that of its variable, or by attributes that no other mapping has.
    fn told_by(&self, variable: &str) -> Option<&'static str> {
        const NAMES: &[(&str, &str)] = &[
            ("lambert_conformal", "lambert_conformal_conic"),
            ("lambert_azimuthal", "lambert_azimuthal_equal_area"),
            ("polar_stereographic", "polar_stereographic"),
            ("transverse_mercator", "transverse_mercator"),
            ("rotated_pole", "rotated_latitude_longitude"),
            ("rotated_latitude_longitude", "rotated_latitude_longitude"),
            ("albers", "albers_conical_equal_area"),
            ("geostationary", "geostationary"),
            ("sinusoidal", "sinusoidal"),
            ("stereographic", "stereographic"),
            ("mercator", "mercator"),
        ];
        const OWN: &[(&[&str], &str)] = &[
            (&["grid_north_pole_latitude", "grid_north_pole_longitude"], "rotated_latitude_longitude"),
            (&["straight_vertical_longitude_from_pole"], "polar_stereographic"),
            (&["perspective_point_height", "sweep_angle_axis"], "geostationary"),
            (&["scale_factor_at_central_meridian", "longitude_of_central_meridian"], "transverse_mercator"),
        ];
        let says = |attributes: &[&str]| {
            attributes.iter().all(|name| self.number(name).is_some() || self.text(name).is_some())
        };
        let variable = variable.to_ascii_lowercase();
        let any = says(&["longitude_of_projection_origin"]) || says(&["longitude_of_central_meridian"]);
        let by_name = NAMES.iter().find(|(word, _)| variable.contains(word)).map(|(_, name)| *name);
        let by_own = || OWN.iter().find(|(attributes, _)| says(attributes)).map(|(_, name)| *name);
        // A cone has a latitude of origin and a central meridian beside its parallels; a cylinder has no latitude of origin.
        let by_shape = || match (says(&["standard_parallel"]), says(&["latitude_of_projection_origin"])) {
            (true, true) if says(&["longitude_of_central_meridian"]) => Some("lambert_conformal_conic"),
            (parallel, false) if says(&["longitude_of_projection_origin"]) => {
                (parallel || says(&["scale_factor_at_projection_origin"])).then_some("mercator")
            }
            _ => None,
        };
        by_own().or(by_name.filter(|_| any)).or_else(by_shape)
    }

    fn need(&self, name: &str) -> Result<f64, MapError> {
        self.number(name).ok_or_else(|| missing(name))
    }

    /// The first of several names that is there: the conventions changed some, and files mix them up.
    fn any(&self, names: &[&str]) -> Option<f64> {
        names.iter().find_map(|name| self.number(name))
    }

    fn central_longitude(&self) -> Result<f64, MapError> {
        const NAMES: [&str; 3] = [
            "longitude_of_central_meridian",
            "longitude_of_projection_origin",
            "straight_vertical_longitude_from_pole",
        ];
        self.any(&NAMES).ok_or_else(|| missing(NAMES[0]))
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

    fn rotated_pole(&self) -> Result<Projection, MapError> {
        let (lat, lon) = (self.need("grid_north_pole_latitude")?, self.need("grid_north_pole_longitude")?);
        let offset = self.number("north_pole_grid_longitude").unwrap_or(0.0);
        Ok(Projection::RotatedPole(RotatedPole::new(lat, lon, offset)))
    }

    fn lambert(&self) -> Result<Option<Lambert>, MapError> {
        let origin = self.number("latitude_of_projection_origin");
        let parallels = match self.numbers("standard_parallel")[..] {
            [first, second, ..] => [first, second],
            [one] => [one, one],
            // One-parallel files that give only the origin mean it as the parallel.
            [] => [origin.ok_or_else(|| missing("standard_parallel"))?; 2],
        };
        let (easting, northing) = self.false_origin();
        let scale = self.number("scale_factor_at_projection_origin").unwrap_or(1.0);
        let lambert = Lambert::new(parallels, origin.unwrap_or(parallels[0]), self.central_longitude()?, self.earth());
        Ok(lambert.map(|lambert| lambert.scaled(scale).shifted(easting, northing)))
    }

    fn polar(&self) -> Result<Option<PolarStereographic>, MapError> {
        let lon_0 = self
            .any(&[
                "straight_vertical_longitude_from_pole",
                "longitude_of_projection_origin",
                "longitude_of_central_meridian",
            ])
            .ok_or_else(|| missing("straight_vertical_longitude_from_pole"))?;
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

    fn mercator(&self) -> Result<Option<Mercator>, MapError> {
        let lon_0 = self.any(&["longitude_of_projection_origin", "longitude_of_central_meridian"]).unwrap_or(0.0);
        let mercator = match (self.number("standard_parallel"), self.number("scale_factor_at_projection_origin")) {
            (Some(latitude), _) => Mercator::true_at(latitude, lon_0, self.earth()),
            (None, scale) => Mercator::scaled_by(scale.unwrap_or(1.0), lon_0, self.earth()),
        };
        let (easting, northing) = self.false_origin();
        Ok(mercator.map(|mercator| mercator.shifted(easting, northing)))
    }

    /// The PROJ definition of a mapping that has no closed form here.
    fn definition(&self, name: &str) -> Result<String, MapError> {
        let lat_0 = self.origin_latitude();
        let lon_0 = || self.central_longitude();
        let own = match name {
            "albers_conical_equal_area" => {
                let parallels = self.numbers("standard_parallel");
                let first = *parallels.first().ok_or_else(|| missing("standard_parallel"))?;
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
            other => return Err(MapError::Unknown(other.to_owned())),
        };
        let earth = self.earth();
        if !earth.is_sound() {
            return Err(MapError::Unsound(name.to_owned()));
        }
        let (easting, northing) = self.false_origin();
        Ok(format!("{own} +x_0={easting} +y_0={northing} {} +units=m", earth.in_proj()))
    }
}
