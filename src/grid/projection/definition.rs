//! Projections as other programs write them down: PROJ strings, well-known text, EPSG numbers.

use super::{Earth, Lambert, MapError, Mercator, PolarStereographic, Proj, Projection, RotatedPole, epsg, wkt, wrap};

/// A projection and the unit of its axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Defined {
    pub projection: Projection,
    /// Metres for each unit of x and y; 1 where these are degrees.
    pub unit: f64,
}

/// Beyond this length a text is no definition.
const MOST_BYTES: usize = 1 << 16;

impl Defined {
    /// From `+proj=lcc +lat_1=25 …`, WKT 1 or 2, or an EPSG number (`EPSG:3413`, `urn:ogc:def:crs:EPSG::3413`, `3413`).
    ///
    /// # Errors
    ///
    /// The name of what is missing, not known here, or makes no map.
    pub fn parse(text: &str) -> Result<Self, MapError> {
        let text = text.trim_matches(['\0', ' ', '\n', '\t', '"']);
        let unreadable = || MapError::Unreadable(text.chars().take(40).collect());
        if text.len() > MOST_BYTES {
            return Err(unreadable());
        }
        if let Some(number) = epsg_number(text) {
            return Self::of_epsg(number);
        }
        if !text.contains('[') && (text.contains("proj=") || text.contains("init=")) {
            return Parameters::of(text).defined();
        }
        let definition = wkt::definition(text).ok_or_else(unreadable)??;
        Parameters::of(&definition).defined()
    }

    /// From the number of the EPSG's register.
    ///
    /// # Errors
    ///
    /// [`MapError::Unknown`] for one that is not in the table.
    pub fn of_epsg(number: u32) -> Result<Self, MapError> {
        let definition = epsg::definition(number).ok_or_else(|| MapError::Unknown(format!("EPSG:{number}")))?;
        Parameters::of(&definition).defined()
    }
}

/// `EPSG:3413`, `epsg 3413`, the forms of the OGC, or the number alone.
fn epsg_number(text: &str) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    if ["crs84", "crs:84"].iter().any(|end| lower.ends_with(end)) && lower.len() < 48 {
        return Some(4326);
    }
    let rest = match lower.rfind("epsg") {
        Some(at) if lower.len() < 64 && !lower.contains(['[', '(', '=']) => lower.get(at + 4..)?,
        Some(_) => return None,
        None => &lower,
    };
    // What stands between the register and the number is its version.
    let last = rest.rsplit([':', '/', ' ']).find(|word| !word.is_empty())?;
    last.parse().ok()
}

/// The parameters of a PROJ string, without their plus signs.
struct Parameters<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Parameters<'a> {
    fn of(text: &'a str) -> Self {
        let word = |word: &'a str| {
            let word = word.trim_start_matches('+').trim_end_matches([',', ';']);
            word.split_once('=').unwrap_or((word, ""))
        };
        Self(text.split_whitespace().map(word).collect())
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    fn number(&self, key: &str) -> Result<Option<f64>, MapError> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let value = text.parse().ok().filter(|value: &f64| value.is_finite());
        value.map(Some).ok_or_else(|| MapError::Unreadable(format!("+{key}={text}")))
    }

    fn or_zero(&self, key: &str) -> Result<f64, MapError> {
        Ok(self.number(key)?.unwrap_or(0.0))
    }

    fn scale(&self) -> Result<f64, MapError> {
        Ok(self.number("k_0")?.or(self.number("k")?).unwrap_or(1.0))
    }

    fn false_origin(&self) -> Result<(f64, f64), MapError> {
        Ok((self.or_zero("x_0")?, self.or_zero("y_0")?))
    }

    /// Degrees from Greenwich to the meridian that longitudes are counted from.
    fn prime_meridian(&self) -> Result<f64, MapError> {
        match self.text("pm") {
            None => Ok(0.0),
            Some(name) if name.eq_ignore_ascii_case("greenwich") => Ok(0.0),
            Some(name) if name.eq_ignore_ascii_case("paris") => Ok(2.337_229_166_667),
            Some(_) => self.or_zero("pm"),
        }
    }

    fn central_longitude(&self) -> Result<f64, MapError> {
        Ok(wrap(self.or_zero("lon_0")? + self.prime_meridian()?))
    }

    fn defined(&self) -> Result<Defined, MapError> {
        if let Some(number) = self.text("init").and_then(epsg_number) {
            return Defined::of_epsg(number);
        }
        let kind = self.text("proj").ok_or_else(|| MapError::Missing("+proj".to_owned()))?;
        let unsound = || MapError::Unsound(format!("+proj={kind}"));
        let (projection, in_degrees) = match kind {
            "longlat" | "latlong" | "lonlat" | "latlon" => {
                (Projection::PlateCarree { central_longitude: self.central_longitude()? }, true)
            }
            "ob_tran" => (Projection::RotatedPole(self.rotated_pole()?), true),
            "lcc" => (Projection::Lambert(self.lambert()?.ok_or_else(unsound)?), false),
            "merc" => (Projection::Mercator(self.mercator()?.ok_or_else(unsound)?), false),
            "webmerc" => {
                let earth = Earth::sphere(Earth::WGS84.semi_major);
                (Projection::Mercator(Mercator::scaled_by(1.0, 0.0, earth).ok_or_else(unsound)?), false)
            }
            "stere" | "ups" if kind == "ups" || self.or_zero("lat_0")?.abs() > 90.0 - 1e-9 => {
                (Projection::PolarStereographic(self.polar(kind)?.ok_or_else(unsound)?), false)
            }
            _ => (Projection::Proj(self.other(kind)?), false),
        };
        let unit = if in_degrees { 1.0 } else { self.unit()? };
        Ok(Defined { projection, unit })
    }

    /// PROJ's general oblique transformation about plain longitude and latitude.
    fn rotated_pole(&self) -> Result<RotatedPole, MapError> {
        let inner = self.text("o_proj").unwrap_or_default();
        if !["longlat", "latlong", "lonlat", "latlon"].contains(&inner) {
            return Err(MapError::Unknown(format!("+proj=ob_tran +o_proj={inner}")));
        }
        let need = |key: &str| self.number(key)?.ok_or_else(|| MapError::Missing(format!("+{key}")));
        let pole = need("o_lat_p")?;
        Ok(RotatedPole::new(pole, wrap(self.central_longitude()? + 180.0), self.or_zero("o_lon_p")?))
    }

    fn lambert(&self) -> Result<Option<Lambert>, MapError> {
        let first = self.number("lat_1")?.or(self.number("lat_0")?);
        let first = first.ok_or_else(|| MapError::Missing("+lat_1".to_owned()))?;
        let second = self.number("lat_2")?;
        let origin = self.number("lat_0")?.unwrap_or(if second.is_none() { first } else { 0.0 });
        let (x, y) = self.false_origin()?;
        let lambert = Lambert::new([first, second.unwrap_or(first)], origin, self.central_longitude()?, self.figure()?);
        let scale = self.scale()?;
        Ok(lambert.map(|lambert| lambert.scaled(scale).shifted(x, y)))
    }

    fn mercator(&self) -> Result<Option<Mercator>, MapError> {
        let (lon_0, earth, (x, y)) = (self.central_longitude()?, self.figure()?, self.false_origin()?);
        let mercator = match self.number("lat_ts")? {
            Some(latitude) => Mercator::true_at(latitude, lon_0, earth),
            None => Mercator::scaled_by(self.scale()?, lon_0, earth),
        };
        Ok(mercator.map(|mercator| mercator.shifted(x, y)))
    }

    fn polar(&self, kind: &str) -> Result<Option<PolarStereographic>, MapError> {
        let (lon_0, earth) = (self.central_longitude()?, self.figure()?);
        if kind == "ups" {
            let polar = PolarStereographic::scaled_by(self.text("south").is_some(), 0.994, lon_0, earth);
            return Ok(polar.map(|polar| polar.shifted(2e6, 2e6)));
        }
        let (south, (x, y)) = (self.or_zero("lat_0")? < 0.0, self.false_origin()?);
        let polar = match self.number("lat_ts")?.filter(|latitude| latitude.abs() < 90.0 - 1e-9) {
            Some(latitude) => PolarStereographic::true_at(south, latitude, lon_0, earth),
            None => PolarStereographic::scaled_by(south, self.scale()?, lon_0, earth),
        };
        Ok(polar.map(|polar| polar.shifted(x, y)))
    }

    /// Any other projection, by the same string with its figure, meridian and unit written out.
    fn other(&self, kind: &str) -> Result<Proj, MapError> {
        const WRITTEN_OUT: &[&str] = &[
            "proj",
            "R",
            "a",
            "b",
            "rf",
            "f",
            "e",
            "es",
            "ellps",
            "datum",
            "units",
            "to_meter",
            "pm",
            "lon_0",
            "towgs84",
            "nadgrids",
            "no_defs",
            "wktext",
            "type",
            "zone",
            "south",
            "title",
            "over",
            "axis",
            "vunits",
            "geoidgrids",
        ];
        let unknown = |name: &str| MapError::Unknown(name.to_owned());
        if let Some((name, _)) = self.0.iter().find(|(name, _)| name.starts_with("R_")) {
            return Err(unknown(&format!("+{name}")));
        }
        let (kind, mut rest) = if kind == "utm" {
            let zone = self.number("zone")?.ok_or_else(|| MapError::Missing("+zone".to_owned()))?;
            let north = if self.text("south").is_some() { 1e7 } else { 0.0 };
            let meridian = zone.clamp(1.0, 60.0) * 6.0 - 183.0;
            ("tmerc", format!("+lon_0={meridian} +k_0=0.9996 +x_0=500000 +y_0={north}"))
        } else {
            let key = if kind == "omerc" { "lonc" } else { "lon_0" };
            (kind, format!("+{key}={}", wrap(self.or_zero(key)? + self.prime_meridian()?)))
        };
        for (name, value) in &self.0 {
            // Keys and values of a string go into another one: they must not bring parameters of their own.
            let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c));
            if WRITTEN_OUT.contains(name) || *name == "lonc" || !(plain(name) && plain(value)) {
                continue;
            }
            let name = if *name == "k" { "k_0" } else { name };
            rest += &if value.is_empty() { format!(" +{name}") } else { format!(" +{name}={value}") };
        }
        let earth = self.figure()?;
        if !earth.is_sound() {
            return Err(MapError::Unsound(format!("+proj={kind}")));
        }
        Proj::new(&format!("+proj={kind} {rest} {} +units=m", earth.in_proj()))
            .map_err(|_| unknown(&format!("+proj={kind}")))
    }

    /// PROJ takes GRS 80 where nothing is said; the sphere where a radius is.
    fn figure(&self) -> Result<Earth, MapError> {
        if let Some(radius) = self.number("R")? {
            return Ok(Earth::sphere(radius));
        }
        let named = match (self.text("ellps"), self.text("datum")) {
            (Some(name), _) => Some(ellipsoid(name).ok_or_else(|| MapError::Unknown(format!("+ellps={name}")))?),
            (None, Some(name)) => {
                Some(of_datum(name).and_then(ellipsoid).ok_or_else(|| MapError::Unknown(format!("+datum={name}")))?)
            }
            (None, None) => None,
        };
        let Some(semi_major) = self.number("a")? else { return Ok(named.unwrap_or(Earth::GRS80)) };
        if let Some(semi_minor) = self.number("b")? {
            return Ok(Earth { semi_major, semi_minor });
        }
        if let Some(inverse) = self.number("rf")? {
            return Ok(Earth::flattened(semi_major, inverse));
        }
        if let Some(flattening) = self.number("f")? {
            return Ok(Earth { semi_major, semi_minor: semi_major * (1.0 - flattening) });
        }
        let square = match (self.number("es")?, self.number("e")?) {
            (Some(square), _) => square,
            (None, Some(eccentricity)) => eccentricity * eccentricity,
            (None, None) => 0.0,
        };
        Ok(Earth { semi_major, semi_minor: semi_major * (1.0 - square).max(0.0).sqrt() })
    }

    fn unit(&self) -> Result<f64, MapError> {
        if let Some(metres) = self.number("to_meter")? {
            return Ok(metres);
        }
        match self.text("units") {
            None | Some("m") => Ok(1.0),
            Some("km") => Ok(1000.0),
            Some("ft") => Ok(0.3048),
            Some("us-ft") => Ok(1200.0 / 3937.0),
            Some(other) => Err(MapError::Unknown(format!("+units={other}"))),
        }
    }
}

/// The figures of the Earth that PROJ knows by name, as far as maps in use are drawn on them (NIMA TR8350.2, EPSG).
fn ellipsoid(name: &str) -> Option<Earth> {
    const KNOWN: &[(&str, f64, f64)] = &[
        ("wgs84", 6_378_137.0, 298.257_223_563),
        ("grs80", 6_378_137.0, 298.257_222_101),
        ("wgs72", 6_378_135.0, 298.26),
        ("wgs66", 6_378_145.0, 298.25),
        ("grs67", 6_378_160.0, 298.247_167_427),
        ("aust_sa", 6_378_160.0, 298.25),
        ("intl", 6_378_388.0, 297.0),
        ("krass", 6_378_245.0, 298.3),
        ("bessel", 6_377_397.155, 299.152_812_8),
        ("helmert", 6_378_200.0, 298.3),
        ("evrst30", 6_377_276.345, 300.801_7),
        ("clrk66", 6_378_206.4, 294.978_698_213_898_2),
        ("clrk80", 6_378_249.145, 293.465),
        ("clrk80ign", 6_378_249.2, 293.466_021_293_626_5),
        ("airy", 6_377_563.396, 299.324_964_6),
        ("mod_airy", 6_377_340.189, 299.324_964_6),
        ("iau76", 6_378_140.0, 298.257),
        ("sphere", 6_370_997.0, 0.0),
    ];
    let known = KNOWN.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
    Some(Earth::flattened(known.1, known.2))
}

fn of_datum(name: &str) -> Option<&'static str> {
    const KNOWN: &[(&str, &str)] = &[
        ("WGS84", "wgs84"),
        ("NAD83", "grs80"),
        ("NAD27", "clrk66"),
        ("GGRS87", "grs80"),
        ("OSGB36", "airy"),
        ("potsdam", "bessel"),
        ("hermannskogel", "bessel"),
        ("carthage", "clrk80ign"),
        ("ire65", "mod_airy"),
        ("nzgd49", "intl"),
    ];
    KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, ellipsoid)| *ellipsoid)
}
