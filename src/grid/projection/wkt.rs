//! Well-known text, version 1 (OGC 01-009, as GDAL and ESRI write it) and 2 (OGC 18-010), turned into PROJ strings.

use std::str::Chars;

use super::earth::parallel_m;
use super::{Earth, MapError};

/// Keywords within one another.
const MOST_DEPTH: usize = 24;

/// The PROJ string of a coordinate reference system; `None` where the text is no WKT.
pub(super) fn definition(text: &str) -> Option<Result<String, MapError>> {
    let root = Node::parse(text)?;
    let system = root.find_system()?;
    Some(system.definition())
}

/// `KEYWORD[…]`, or the same in parentheses.
#[derive(Debug)]
struct Node {
    /// In capitals.
    keyword: String,
    values: Vec<Value>,
}

#[derive(Debug)]
enum Value {
    Text(String),
    Number(f64),
    Node(Node),
    /// A word such as the direction of an axis.
    Word,
}

impl Node {
    fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { letters: text.chars(), ahead: None };
        reader.node(0)
    }

    fn children(&self) -> impl Iterator<Item = &Self> {
        self.values.iter().filter_map(|value| if let Value::Node(node) = value { Some(node) } else { None })
    }

    fn child(&self, keywords: &[&str]) -> Option<&Self> {
        self.children().find(|node| keywords.contains(&node.keyword.as_str()))
    }

    fn name(&self) -> &str {
        self.values
            .iter()
            .find_map(|value| if let Value::Text(text) = value { Some(text.as_str()) } else { None })
            .unwrap_or("")
    }

    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.values.iter().filter_map(|value| if let Value::Number(number) = value { Some(*number) } else { None })
    }

    /// The horizontal system: within a compound or a bound one, the first that is one.
    fn find_system(&self) -> Option<&Self> {
        const SYSTEMS: &[&str] =
            &["PROJCS", "PROJCRS", "PROJECTEDCRS", "GEOGCS", "GEOGCRS", "GEOGRAPHICCRS", "GEODCRS", "GEODETICCRS"];
        if SYSTEMS.contains(&self.keyword.as_str()) {
            return Some(self);
        }
        const AROUND: &[&str] = &["COMPD_CS", "COMPOUNDCRS", "BOUNDCRS", "SOURCECRS"];
        if AROUND.contains(&self.keyword.as_str()) { self.children().find_map(Self::find_system) } else { None }
    }

    fn definition(&self) -> Result<String, MapError> {
        if let Some(extension) = self.child(&["EXTENSION"])
            && let Some(Value::Text(text)) = extension.values.get(1)
            && extension.name().eq_ignore_ascii_case("PROJ4")
        {
            return Ok(text.clone());
        }
        let base = self.child(&["GEOGCS", "BASEGEOGCRS", "BASEGEODCRS", "GEOGCRS", "GEODCRS"]).unwrap_or(self);
        let figure = base.figure()?;
        let conversion = self.child(&["CONVERSION", "DERIVINGCONVERSION"]).unwrap_or(self);
        let method = conversion.child(&["METHOD", "PROJECTION"]).map(Self::name);
        let Some(method) = method else {
            let geographic = !self.keyword.starts_with("PROJ");
            let plain = || format!("+proj=longlat {figure}");
            return if geographic { Ok(plain()) } else { Err(MapError::Missing("PROJECTION".to_owned())) };
        };
        let angle = base.child(&["UNIT", "ANGLEUNIT"]).and_then(|unit| unit.numbers().next());
        let to_degrees = angle.unwrap_or(1.0_f64.to_radians()).to_degrees();
        let axes = self.child(&["UNIT", "LENGTHUNIT"]).or_else(|| {
            self.children().filter(|node| node.keyword == "AXIS").find_map(|axis| axis.child(&["LENGTHUNIT"]))
        });
        let to_metres = axes.and_then(|unit| unit.numbers().next()).unwrap_or(1.0);
        let (semi_major, inverse) = base.ellipsoid()?;
        let earth = Earth::flattened(semi_major, inverse);
        let given = Given::new(conversion, earth, to_degrees, to_metres);
        // PROJ writes what has no name of its own as its own string.
        let own = method.strip_prefix("PROJ ").map(|own| given.own(own));
        let parameters = own.map_or_else(|| given.method(method), Ok)?;
        let unit = if self.keyword.starts_with("PROJ") { format!(" +to_meter={to_metres}") } else { String::new() };
        let pseudo = squeezed(method).contains("pseudomercator") || squeezed(method).contains("auxiliarysphere");
        let figure = if pseudo { base.sphere()? } else { figure };
        Ok(format!("{parameters} {figure}{unit}"))
    }

    fn ellipsoid(&self) -> Result<(f64, f64), MapError> {
        let missing = || MapError::Missing("ELLIPSOID".to_owned());
        let datum = self.child(&["DATUM", "ENSEMBLE", "GEODETICDATUM", "TRF"]).ok_or_else(missing)?;
        let ellipsoid = datum.child(&["SPHEROID", "ELLIPSOID"]).ok_or_else(missing)?;
        let unit = ellipsoid.child(&["LENGTHUNIT", "UNIT"]).and_then(|unit| unit.numbers().next()).unwrap_or(1.0);
        let mut numbers = ellipsoid.numbers();
        let (semi_major, inverse) = numbers.next().zip(numbers.next()).ok_or_else(missing)?;
        Ok((semi_major * unit, inverse))
    }

    /// The figure of the Earth and the meridian that longitudes are counted from.
    fn figure(&self) -> Result<String, MapError> {
        let (semi_major, inverse) = self.ellipsoid()?;
        let figure = if inverse == 0.0 { format!("+R={semi_major}") } else { format!("+a={semi_major} +rf={inverse}") };
        let meridian = self.child(&["PRIMEM", "PRIMEMERIDIAN"]).and_then(|meridian| {
            let unit = meridian.child(&["ANGLEUNIT", "UNIT"]).and_then(|unit| unit.numbers().next());
            Some(meridian.numbers().next()? * unit.map_or(1.0, f64::to_degrees))
        });
        let meridian = meridian.filter(|meridian| *meridian != 0.0);
        Ok(figure + &meridian.map_or_else(String::new, |meridian| format!(" +pm={meridian}")))
    }

    fn sphere(&self) -> Result<String, MapError> {
        Ok(format!("+R={}", self.ellipsoid()?.0))
    }
}

/// The parameters of a projection by their names in small letters without anything between them, angles in degrees,
/// lengths in metres.
struct Given {
    parameters: Vec<(String, f64)>,
    earth: Earth,
}

impl Given {
    fn new(conversion: &Node, earth: Earth, to_degrees: f64, to_metres: f64) -> Self {
        let parameters = conversion.children().filter(|node| node.keyword == "PARAMETER");
        let each = parameters.filter_map(|node| {
            let name = squeezed(node.name());
            let value = node.numbers().next()?;
            let own = |keyword: &str| node.child(&[keyword]).and_then(|unit| unit.numbers().next());
            let is_length = ["easting", "northing", "height"].iter().any(|word| name.contains(word));
            let is_number = name.contains("scale") || name.starts_with('k');
            let value = match (own("ANGLEUNIT"), own("LENGTHUNIT")) {
                (Some(radians), _) => value * radians.to_degrees(),
                (None, Some(metres)) => value * metres,
                (None, None) if is_number => value,
                (None, None) if is_length => value * to_metres,
                (None, None) => value * to_degrees,
            };
            Some((name, value))
        });
        Self { parameters: each.collect(), earth }
    }

    fn any(&self, names: &[&str]) -> Option<f64> {
        names.iter().find_map(|name| self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| *value))
    }

    fn origin(&self) -> f64 {
        const NAMES: &[&str] = &[
            "latitudeoforigin",
            "latitudeofcenter",
            "latitudeofcentre",
            "latitudeofnaturalorigin",
            "latitudeoffalseorigin",
            "latitudeofprojectioncentre",
            "latitudeoftopocentricorigin",
        ];
        self.any(NAMES).unwrap_or(0.0)
    }

    fn meridian(&self) -> f64 {
        const NAMES: &[&str] = &[
            "centralmeridian",
            "longitudeofcenter",
            "longitudeofcentre",
            "longitudeoforigin",
            "longitudeofnaturalorigin",
            "longitudeoffalseorigin",
            "longitudeofprojectioncentre",
            "longitudeoftopocentricorigin",
        ];
        self.any(NAMES).unwrap_or(0.0)
    }

    fn parallels(&self) -> [Option<f64>; 2] {
        let first = self.any(&["standardparallel1", "latitudeof1ststandardparallel", "latitudeofstandardparallel"]);
        [first, self.any(&["standardparallel2", "latitudeof2ndstandardparallel"])]
    }

    fn scale(&self) -> Option<f64> {
        const NAMES: &[&str] =
            &["scalefactor", "scalefactoratnaturalorigin", "scalefactoratprojectioncentre", "scalefactoroninitialline"];
        self.any(NAMES)
    }

    fn shift(&self) -> (f64, f64) {
        let x = self.any(&["falseeasting", "eastingatfalseorigin", "eastingatprojectioncentre"]);
        let y = self.any(&["falsenorthing", "northingatfalseorigin", "northingatprojectioncentre"]);
        (x.unwrap_or(0.0), y.unwrap_or(0.0))
    }

    /// `ob_tran o_proj=longlat` with the string's own parameters beside it.
    fn own(&self, text: &str) -> String {
        let words: Vec<String> = text.split_whitespace().map(|word| format!(" +{word}")).collect();
        // Names that were squeezed: only those of rotated poles are written so.
        const NAMES: &[(&str, &str)] =
            &[("olatp", "o_lat_p"), ("olonp", "o_lon_p"), ("lon0", "lon_0"), ("lat0", "lat_0")];
        let each = NAMES.iter().filter_map(|(name, own)| Some(format!(" +{own}={}", self.any(&[name])?)));
        format!("+proj={}{}", words.concat().trim_start_matches([' ', '+']), each.collect::<String>())
    }

    fn method(&self, method: &str) -> Result<String, MapError> {
        let name = squeezed(method);
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let unknown = || MapError::Unknown(method.to_owned());
        let ((x, y), lat_0, lon_0) = (self.shift(), self.origin(), self.meridian());
        let [first, second] = self.parallels();
        let scale = self.scale().unwrap_or(1.0);
        let common = format!("+lon_0={lon_0} +x_0={x} +y_0={y}");
        if has(&["belgium", "michigan", "southorientated", "westorientated"]) {
            return Err(unknown());
        }
        Ok(if has(&["polerotationnetcdf"]) {
            let need = |word: &str| self.any(&[word]).ok_or_else(|| MapError::Missing(word.to_owned()));
            let pole = need("gridnorthpolelatitudenetcdfcfconvention")?;
            let turned = need("gridnorthpolelongitudenetcdfcfconvention")?;
            let offset = self.any(&["northpolegridlongitudenetcdfcfconvention"]).unwrap_or(0.0);
            format!("+proj=ob_tran +o_proj=longlat +o_lat_p={pole} +o_lon_p={offset} +lon_0={}", turned - 180.0)
        } else if has(&["polerotationgrib"]) {
            let of = |word: &str| self.any(&[word]).unwrap_or(0.0);
            let (lat, lon) =
                (of("latitudeofthesouthernpolegribconvention"), of("longitudeofthesouthernpolegribconvention"));
            let turn = of("axisrotationgribconvention");
            format!("+proj=ob_tran +o_proj=longlat +o_lat_p={} +o_lon_p={turn} +lon_0={lon}", -lat)
        } else if has(&["lambertconformalconic", "lambertconicconformal"]) {
            match (first, second) {
                (Some(first), Some(second)) => {
                    format!("+proj=lcc +lat_1={first} +lat_2={second} +lat_0={lat_0} {common} +k_0={scale}")
                }
                (first, _) => {
                    format!("+proj=lcc +lat_1={} +lat_0={lat_0} {common} +k_0={scale}", first.unwrap_or(lat_0))
                }
            }
        } else if has(&[
            "polarstereographic",
            "stereographicnorthpole",
            "stereographicsouthpole",
            "upsnorth",
            "upssouth",
        ]) {
            self.polar(&name)
        } else if has(&["obliquestereographic", "doublestereographic"]) {
            format!("+proj=sterea +lat_0={lat_0} {common} +k_0={scale}")
        } else if has(&["stereographic"]) {
            format!("+proj=stere +lat_0={lat_0} {common} +k_0={scale}")
        } else if has(&["transversemercator", "gausskruger"]) && !has(&["complex"]) {
            format!("+proj=tmerc +lat_0={lat_0} {common} +k_0={scale}")
        } else if has(&["obliquemercator", "hotine"]) {
            self.oblique(&name)
        } else if has(&["pseudomercator", "auxiliarysphere"]) {
            format!("+proj=merc {common}")
        } else if has(&["mercator"]) {
            match first {
                Some(parallel) => format!("+proj=merc +lat_ts={parallel} {common}"),
                None => format!("+proj=merc +k_0={scale} {common}"),
            }
        } else if has(&["lambertazimuthalequalarea"]) {
            format!("+proj=laea +lat_0={lat_0} {common}")
        } else if has(&["albers"]) {
            let first = first.ok_or_else(|| MapError::Missing("standard_parallel_1".to_owned()))?;
            format!("+proj=aea +lat_1={first} +lat_2={} +lat_0={lat_0} {common}", second.unwrap_or(first))
        } else if has(&["azimuthalequidistant"]) && !has(&["modified", "guam"]) {
            format!("+proj=aeqd +lat_0={lat_0} {common}")
        } else if has(&["equidistantcylindrical", "equirectangular", "platecarree"]) {
            format!("+proj=eqc +lat_ts={} +lat_0={lat_0} {common}", first.unwrap_or(0.0))
        } else if has(&["cylindricalequalarea", "behrmann"]) {
            format!("+proj=cea +lat_ts={} {common}", first.unwrap_or(0.0))
        } else if has(&["equidistantconic"]) {
            let first = first.ok_or_else(|| MapError::Missing("standard_parallel_1".to_owned()))?;
            format!("+proj=eqdc +lat_1={first} +lat_2={} +lat_0={lat_0} {common}", second.unwrap_or(first))
        } else if has(&["orthographic"]) {
            format!("+proj=ortho +lat_0={lat_0} {common}")
        } else if has(&["sinusoidal"]) {
            format!("+proj=sinu {common}")
        } else if has(&["mollweide"]) {
            format!("+proj=moll {common}")
        } else if has(&["robinson"]) {
            format!("+proj=robin {common}")
        } else if has(&["geostationary"]) {
            let sweep = if has(&["sweepx"]) { "x" } else { "y" };
            let height =
                self.any(&["satelliteheight"]).ok_or_else(|| MapError::Missing("satellite_height".to_owned()))?;
            format!("+proj=geos +h={height} +sweep={sweep} {common}")
        } else {
            return Err(unknown());
        })
    }

    /// Variants A (a scale at the pole), B (a parallel of true scale) and C (B with its false origin on that parallel); in
    /// WKT 1 the latitude of origin is a pole or the parallel, in ESRI's the pole stands in the name.
    fn polar(&self, name: &str) -> String {
        let ((x, y), origin, lon_0) = (self.shift(), self.origin(), self.meridian());
        let [parallel, _] = self.parallels();
        let is_pole = origin.abs() > 90.0 - 1e-9;
        let parallel = parallel.or((!is_pole && origin != 0.0).then_some(origin));
        let south = match parallel {
            _ if name.contains("southpole") || name.contains("upssouth") => true,
            Some(parallel) => parallel < 0.0,
            None => origin < 0.0,
        };
        let pole = if south { -90.0 } else { 90.0 };
        let scaled = match parallel {
            Some(parallel) => format!("+lat_ts={parallel}"),
            None => format!("+k_0={}", self.scale().unwrap_or(1.0)),
        };
        let y = match parallel.filter(|_| name.contains("variantc")) {
            Some(parallel) => {
                let earth = self.earth;
                let from_pole = earth.semi_major * parallel_m(parallel.to_radians(), earth.eccentricity());
                if south { y - from_pole } else { y + from_pole }
            }
            None => y,
        };
        format!("+proj=stere +lat_0={pole} {scaled} +lon_0={lon_0} +x_0={x} +y_0={y}")
    }

    fn oblique(&self, name: &str) -> String {
        let ((x, y), lat_0, lon_0) = (self.shift(), self.origin(), self.meridian());
        let azimuth = self.any(&["azimuth", "azimuthofinitialline", "azimuthatprojectioncentre"]).unwrap_or(90.0);
        let gamma = self.any(&["rectifiedgridangle", "anglefromrectifiedtoskewgrid"]).unwrap_or(azimuth);
        let corner = if ["varianta", "naturalorigin"].iter().any(|word| name.contains(word))
            || name == "hotineobliquemercator"
        {
            " +no_uoff"
        } else {
            ""
        };
        let scale = self.scale().unwrap_or(1.0);
        format!(
            "+proj=omerc +lat_0={lat_0} +lonc={lon_0} +alpha={azimuth} +gamma={gamma} +k_0={scale} +x_0={x} +y_0={y}{corner}"
        )
    }
}

/// In small letters without spaces, dashes and parentheses: the two versions and ESRI differ in these.
fn squeezed(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Reads a text from its beginning.
struct Reader<'a> {
    letters: Chars<'a>,
    ahead: Option<char>,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<char> {
        if self.ahead.is_none() {
            self.ahead = self.letters.next();
        }
        self.ahead
    }

    fn take(&mut self) -> Option<char> {
        let letter = self.peek();
        self.ahead = None;
        letter
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.take();
        }
    }

    /// All letters up to one that the test does not pass.
    fn word(&mut self, passes: impl Fn(char) -> bool) -> String {
        let mut word = String::new();
        while let Some(letter) = self.peek().filter(|letter| passes(*letter)) {
            word.push(letter);
            self.take();
        }
        word
    }

    fn node(&mut self, depth: usize) -> Option<Node> {
        self.skip_spaces();
        let keyword = self.word(|c| c.is_ascii_alphanumeric() || c == '_').to_ascii_uppercase();
        self.skip_spaces();
        if keyword.is_empty() || depth > MOST_DEPTH || !matches!(self.peek()?, '[' | '(') {
            return None;
        }
        self.values(keyword, depth)
    }

    /// From the bracket to the one that closes it.
    fn values(&mut self, keyword: String, depth: usize) -> Option<Node> {
        self.take();
        let mut values = Vec::new();
        loop {
            self.skip_spaces();
            match self.peek()? {
                ']' | ')' => {
                    self.take();
                    return Some(Node { keyword, values });
                }
                ',' => {
                    self.take();
                }
                '"' => {
                    self.take();
                    values.push(Value::Text(self.word(|c| c != '"')));
                    self.take();
                }
                c if c.is_ascii_digit() || "+-.".contains(c) => {
                    let word = self.word(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
                    values.push(Value::Number(word.parse().ok().filter(|number: &f64| number.is_finite())?));
                }
                c if c.is_ascii_alphabetic() => {
                    let word = self.word(|c| c.is_ascii_alphanumeric() || c == '_').to_ascii_uppercase();
                    self.skip_spaces();
                    if matches!(self.peek(), Some('[' | '(')) && depth < MOST_DEPTH {
                        values.push(Value::Node(self.values(word, depth + 1)?));
                    } else {
                        values.push(Value::Word);
                    }
                }
                _ => return None,
            }
        }
    }
}
