//! Small forecast files, written by hand in the classic NetCDF format (CDF-1), so that tests need no library for it.

use std::fs;
use std::path::{Path, PathBuf};

/// A classic file in the making.
#[derive(Default)]
pub struct Classic {
    dimensions: Vec<(String, usize)>,
    attributes: Vec<(String, String)>,
    variables: Vec<Variable>,
}

struct Variable {
    name: String,
    dimensions: Vec<usize>,
    attributes: Vec<(String, String)>,
    values: Values,
}

enum Values {
    Doubles(Vec<f64>),
    /// With the zeros that fill up the last four bytes.
    Characters(Vec<u8>),
}

impl Values {
    /// The number of its type in the file, and its bytes.
    fn stored(&self) -> (u32, Vec<u8>) {
        const CHARACTER: u32 = 2;
        const DOUBLE: u32 = 6;
        match self {
            Self::Doubles(values) => (DOUBLE, values.iter().flat_map(|value| value.to_be_bytes()).collect()),
            Self::Characters(bytes) => (CHARACTER, bytes.clone()),
        }
    }
}

impl Classic {
    pub fn dimension(mut self, name: &str, size: usize) -> Self {
        self.dimensions.push((name.to_owned(), size));
        self
    }

    /// Without one of its variables.
    pub fn without(mut self, name: &str) -> Self {
        self.variables.retain(|variable| variable.name != name);
        self
    }

    /// A variable of doubles. Its dimensions by name; panics on a name that was not declared, as tests may.
    pub fn variable(mut self, name: &str, dimensions: &[&str], attributes: &[(&str, &str)], values: Vec<f64>) -> Self {
        let number = |wanted: &&str| self.dimensions.iter().position(|(name, _)| name == wanted).expect("declared");
        let dimensions: Vec<usize> = dimensions.iter().map(number).collect();
        let size: usize = dimensions.iter().map(|d| self.dimensions[*d].1).product();
        assert_eq!(values.len(), size, "{name}");
        let attributes = attributes.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        self.variables.push(Variable {
            name: name.to_owned(),
            dimensions,
            attributes,
            values: Values::Doubles(values),
        });
        self
    }

    /// An attribute of the file itself.
    pub fn attribute(mut self, name: &str, text: &str) -> Self {
        self.attributes.push((name.to_owned(), text.to_owned()));
        self
    }

    /// A variable of characters: texts along the first dimension, if there are two, spaces behind them.
    pub fn texts(mut self, name: &str, dimensions: &[&str], texts: &[&str]) -> Self {
        let number = |wanted: &&str| self.dimensions.iter().position(|(name, _)| name == wanted).expect("declared");
        let dimensions: Vec<usize> = dimensions.iter().map(number).collect();
        let length = dimensions.last().map_or(0, |last| self.dimensions[*last].1);
        let mut bytes: Vec<u8> = texts.iter().flat_map(|text| format!("{text:length$}").into_bytes()).collect();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        let values = Values::Characters(bytes);
        self.variables.push(Variable { name: name.to_owned(), dimensions, attributes: Vec::new(), values });
        self
    }

    /// The file's bytes, after «The NetCDF Classic Format Specification».
    pub fn bytes(&self) -> Vec<u8> {
        // The length of the header does not depend on the offsets that stand in it.
        let length = self.header(0).len();
        let mut bytes = self.header(length);
        bytes.extend(self.variables.iter().flat_map(|variable| variable.values.stored().1));
        bytes
    }

    fn header(&self, data_start: usize) -> Vec<u8> {
        const DIMENSION: u32 = 10;
        const VARIABLE: u32 = 11;
        let mut out = b"CDF\x01".to_vec();
        let mut begin = data_start;
        number(&mut out, 0);
        list(&mut out, DIMENSION, self.dimensions.len());
        for (name, size) in &self.dimensions {
            text(&mut out, name);
            number(&mut out, *size);
        }
        attributes(&mut out, &self.attributes);
        list(&mut out, VARIABLE, self.variables.len());
        for variable in &self.variables {
            text(&mut out, &variable.name);
            number(&mut out, variable.dimensions.len());
            variable.dimensions.iter().for_each(|dimension| number(&mut out, *dimension));
            attributes(&mut out, &variable.attributes);
            let (kind, bytes) = variable.values.stored();
            out.extend(kind.to_be_bytes());
            number(&mut out, bytes.len());
            number(&mut out, begin);
            begin += bytes.len();
        }
        out
    }
}

fn attributes(out: &mut Vec<u8>, attributes: &[(String, String)]) {
    const ATTRIBUTE: u32 = 12;
    const CHARACTER: u32 = 2;
    list(out, if attributes.is_empty() { 0 } else { ATTRIBUTE }, attributes.len());
    for (name, value) in attributes {
        text(out, name);
        out.extend(CHARACTER.to_be_bytes());
        text(out, value);
    }
}

fn list(out: &mut Vec<u8>, tag: u32, length: usize) {
    out.extend(tag.to_be_bytes());
    number(out, length);
}

fn number(out: &mut Vec<u8>, value: usize) {
    out.extend(u32::try_from(value).expect("a small file").to_be_bytes());
}

/// A length, the bytes, and zeros up to a multiple of four.
fn text(out: &mut Vec<u8>, value: &str) {
    number(out, value.len());
    out.extend(value.as_bytes());
    out.resize(out.len().next_multiple_of(4), 0);
}

pub const LEVELS: [f64; 2] = [500.0, 850.0];
pub const LATITUDES: [f64; 5] = [70.0, 60.0, 50.0, 40.0, 30.0];
pub const LONGITUDES: [f64; 8] = [-140.0, -130.0, -120.0, -110.0, -100.0, -90.0, -80.0, -70.0];

/// Relative humidity as a fraction: rises by 0.1 from column to column and by 0.02 from step to step, level to level.
pub fn humidity(step: usize, level: usize, j: usize, i: usize) -> f64 {
    0.1 * i as f64 + 0.02 * (step + level + j) as f64
}

/// Geopotential height in metres, lower towards the pole.
pub fn height(step: usize, level: usize, j: usize, i: usize) -> f64 {
    let base = if level == 0 { 5_100.0 } else { 1_300.0 };
    base + 100.0 * j as f64 + 10.0 * (step + i) as f64
}

/// A run of 2026-11-20 12Z over Canada with these lead times in hours.
pub fn forecast(leads: &[f64]) -> Classic {
    forecast_of(0.0, leads)
}

/// As [`forecast`], for a run that began so many hours later.
pub fn forecast_of(run: f64, leads: &[f64]) -> Classic {
    on_rows(LATITUDES, run, leads, height)
}

/// As [`forecast`], on rows that lie two degrees further north.
pub fn forecast_moved(leads: &[f64]) -> Classic {
    on_rows(LATITUDES.map(|lat| lat + 2.0), 0.0, leads, height)
}

/// As [`forecast`], with the pressure surfaces 50 m lower.
pub fn forecast_low(leads: &[f64]) -> Classic {
    on_rows(LATITUDES, 0.0, leads, |step, level, j, i| height(step, level, j, i) - 50.0)
}

fn on_rows(latitudes: [f64; 5], run: f64, leads: &[f64], height: fn(usize, usize, usize, usize) -> f64) -> Classic {
    let field = |value: fn(usize, usize, usize, usize) -> f64| {
        let mut values = Vec::new();
        for step in 0..leads.len() {
            for level in 0..LEVELS.len() {
                for j in 0..LATITUDES.len() {
                    values.extend((0..LONGITUDES.len()).map(|i| value(step, level, j, i)));
                }
            }
        }
        values
    };
    let axes = ["step", "level", "lat", "lon"];
    Classic::default()
        .dimension("step", leads.len())
        .dimension("level", LEVELS.len())
        .dimension("lat", LATITUDES.len())
        .dimension("lon", LONGITUDES.len())
        .variable(
            "reftime",
            &[],
            &[("standard_name", "forecast_reference_time"), ("units", "hours since 2026-11-20 12:00:00")],
            vec![run],
        )
        .variable("step", &["step"], &[("standard_name", "forecast_period"), ("units", "hours")], leads.to_vec())
        .variable("level", &["level"], &[("standard_name", "air_pressure"), ("units", "hPa")], LEVELS.to_vec())
        .variable("lat", &["lat"], &[("standard_name", "latitude"), ("units", "degrees_north")], latitudes.to_vec())
        .variable("lon", &["lon"], &[("standard_name", "longitude"), ("units", "degrees_east")], LONGITUDES.to_vec())
        .variable("r", &axes, &[("standard_name", "relative_humidity"), ("units", "1")], field(humidity))
        .variable("gh", &axes, &[("standard_name", "geopotential_height"), ("units", "m")], field(height))
}

/// A new, empty folder for one test.
pub fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder below target");
    folder
}

/// Writes a file of a test and gives its path.
pub fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("writable");
    path
}
