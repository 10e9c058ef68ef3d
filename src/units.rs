//! Units and exact conversions between them, from the table in `resources/units.toml`.

mod composed;

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use composed::Composed;

/// A unit of the table. Two units convert into each other when they share a base.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Unit {
    pub id: String,
    pub base: String,
    /// `value in base = value × factor + offset`
    pub factor: f64,
    #[serde(default)]
    pub offset: f64,
    /// As it stands in captions: `°C`, `hPa`, `dam`.
    pub label: String,
    #[serde(default)]
    spellings: Vec<String>,
}

/// `y = x × scale + offset`: a conversion, or a packing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    pub scale: f64,
    pub offset: f64,
}

impl Affine {
    pub const IDENTITY: Self = Self { scale: 1.0, offset: 0.0 };

    #[must_use]
    pub fn scaled(scale: f64) -> Self {
        Self { scale, offset: 0.0 }
    }

    #[must_use]
    pub fn apply(self, x: f64) -> f64 {
        x * self.scale + self.offset
    }

    /// First `self`, then `next`.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self { scale: self.scale * next.scale, offset: self.offset * next.scale + next.offset }
    }
}

#[derive(Deserialize)]
struct Table {
    unit: Vec<Unit>,
}

static TABLE: LazyLock<Vec<Unit>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("../resources/units.toml"))
        .unwrap_or_else(|error| unreachable!("bundled units are tested: {error}"));
    table.unit
});

static SPELLINGS: LazyLock<HashMap<String, &'static Unit>> = LazyLock::new(|| {
    let mut map = HashMap::new();
    for unit in TABLE.iter() {
        for spelling in unit.spellings.iter().chain([&unit.id]) {
            map.entry(normalise(spelling)).or_insert(unit);
        }
    }
    map
});

static CASELESS: LazyLock<HashMap<String, &'static Unit>> = LazyLock::new(|| {
    let mut map = HashMap::new();
    for unit in TABLE.iter() {
        for spelling in unit.spellings.iter().chain([&unit.id]) {
            map.entry(normalise(spelling).to_lowercase()).or_insert(unit);
        }
    }
    map
});

/// Words for temperatures, fractions and angles, without what files put between them: `Deg. C`, `degree_C`, `(0 - 1)`.
static SQUEEZED: LazyLock<HashMap<String, &'static Unit>> = LazyLock::new(|| {
    let mut map = HashMap::new();
    for unit in TABLE.iter().filter(|unit| ["K", "1", "degree"].contains(&unit.base.as_str())) {
        for spelling in unit.spellings.iter().chain([&unit.id]) {
            map.entry(squeeze(spelling)).or_insert(unit);
        }
    }
    map.retain(|spelling, _| spelling.len() > 1);
    map
});

/// The units of the table that are put together of others, in its order.
static COMPOSED: LazyLock<Vec<(Composed, &'static Unit)>> = LazyLock::new(|| {
    let plain = TABLE.iter().filter(|unit| unit.offset == 0.0);
    plain.filter_map(|unit| Some((composed::compose(&unit.id)?, unit))).collect()
});

/// The unit that a file's spelling means; `None` for what the table does not know.
#[must_use]
pub fn parse(spelling: &str) -> Option<&'static Unit> {
    let bare = unbracketed(spelling);
    let normal = normalise(bare);
    let listed = SPELLINGS.get(&normal).or_else(|| CASELESS.get(&normal.to_lowercase()));
    listed.or_else(|| SQUEEZED.get(&squeeze(bare))).copied().or_else(|| {
        let found = composed::compose(bare)?;
        let same = |(own, _): &&(Composed, &Unit)| {
            own.kind == found.kind && (own.factor - found.factor).abs() <= 1e-9 * found.factor
        };
        COMPOSED.iter().find(same).map(|(_, unit)| *unit)
    })
}

/// `[K]` is `K`.
fn unbracketed(spelling: &str) -> &str {
    let plain = spelling.trim();
    let inner = plain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.map_or(plain, str::trim)
}

/// The unit with this id in the table.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Unit> {
    TABLE.iter().find(|unit| unit.id == id)
}

/// The exact conversion; `None` between units of unlike kind.
#[must_use]
pub fn conversion(from: &Unit, to: &Unit) -> Option<Affine> {
    if from.id == to.id {
        return Some(Affine::IDENTITY);
    }
    (from.base == to.base)
        .then(|| Affine { scale: from.factor / to.factor, offset: (from.offset - to.offset) / to.factor })
}

/// Collapses spaces, drops the signs of powers, and takes `.` between units for a space: `m**2 s^-2`, `m2.s-2`, `m2 s-2` are one.
fn normalise(spelling: &str) -> String {
    let plain = spelling.trim().replace("**", "").replace('^', "");
    let spaced: String = plain
        .char_indices()
        .map(|(i, c)| {
            let between_letters = c == '.'
                && plain[..i].chars().next_back().is_some_and(char::is_alphanumeric)
                && plain[i + 1..].chars().next().is_some_and(char::is_alphabetic);
            if between_letters { ' ' } else { c }
        })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without case, spaces, dots, underscores and brackets; the sign of a degree is the word.
fn squeeze(spelling: &str) -> String {
    let words = spelling.to_lowercase().replace(['°', 'º'], "deg");
    words.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '.' | '_' | '(' | ')')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, to: &str, value: f64, expected: f64) {
        let from = parse(from).unwrap_or_else(|| panic!("{from} unknown"));
        let to = parse(to).unwrap_or_else(|| panic!("{to} unknown"));
        let got = conversion(from, to).expect("same base").apply(value);
        assert!((got - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{got} is not {expected}");
    }

    #[test]
    fn meteorological_units_convert_exactly() {
        check("K", "degC", 273.15, 0.0);
        check("Pa", "hPa", 50_000.0, 500.0);
        check("millibar", "Pa", 850.0, 85_000.0);
        check("gpm", "dam", 5520.0, 552.0);
        check("1", "%", 0.87, 87.0);
        check("(0-1)", "%", 0.5, 50.0);
    }

    #[test]
    fn spellings_of_powers_are_one_unit() {
        for spelling in ["m2 s-2", "m**2 s**-2", "m^2 s^-2", "m2.s-2"] {
            assert_eq!(parse(spelling).map(|u| u.id.as_str()), parse("m2 s-2").map(|u| u.id.as_str()), "{spelling}");
            assert!(parse(spelling).is_some());
        }
    }

    #[test]
    fn spellings_of_files_are_units() {
        for (id, spellings) in [
            ("K", ["degK", "Kelvin", "deg K", "degrees Kelvin", "[K]", "kelvins"].as_slice()),
            ("degC", &["degree_C", "Deg C", "deg. C", "celsius", "Degrees Celsius", "degrees C", "°C", "º C", "deg_c"]),
            ("degF", &["degree_F", "Deg F", "deg. F", "°F", "Degrees Fahrenheit"]),
            ("1", &["(0 - 1)", "(0-1)", "0-1", "0 - 1", "[0-1]", "1", "-", "Dimensionless", "proportion", "0..1"]),
            ("%", &["%", "percent", "(0 - 100)", "[%]"]),
            (
                "ug m-3",
                &["(10-6 g) m-3", "(10-6g)m-3", "10-6 g m-3", "ug/m^3", "µg m**-3", "1e-9 kg m-3", "microgram m-3"],
            ),
            ("hPa", &["mbar", "hectopascal", "hPa", "mb", "Millibars", "100 Pa"]),
            ("m", &["gpm", "metre", "meters", "geopotential meters", "m (geopotential)"]),
            ("m2 s-2", &["m**2 s**-2", "m2/s2", "(m/s)^2", "m^2 s^-2"]),
            ("W m-2", &["W m**-2", "watt meter-2", "W/m^2", "Watts per square meter"]),
            ("kg kg-1", &["kg/kg", "kg kg**-1", "1 kg/kg", "kg.kg-1"]),
            ("g kg-1", &["g/kg", "g kg^-1", "gram/kilogram", "1e-3 kg kg-1"]),
            ("mm h-1", &["mm/h", "mm/hr", "mm h^-1", "mm hour-1", "kg m-2 h-1"]),
            ("s-1", &["1/s", "s**-1", "second-1", "/s"]),
            ("1e-5 s-1", &["10-5 s-1", "1e-05 s-1", "10^-5/s"]),
            ("m s-1", &["meter second-1", "m/s", "meter per second", "meters/second", "m.s-1", "m·s-1"]),
            ("cm s-1", &["cm/s", "centimeter/s", "cm s^-1"]),
            ("kg m-2", &["kg/m^2", "KG M-2", "kg m**-2", "kilogram meter-2"]),
            ("J kg-1", &["J/kg", "J kg**-1"]),
            ("degree", &["degrees", "deg", "degree true", "degrees clockwise from north"]),
            ("PVU", &["PVU", "10-6 K m2 kg-1 s-1"]),
        ] {
            for spelling in spellings {
                assert_eq!(parse(spelling).map(|unit| unit.id.as_str()), Some(id), "{spelling}");
            }
        }
    }

    #[test]
    fn unlike_units_do_not_convert() {
        let (kelvin, metre) = (parse("K").expect("K"), parse("m").expect("m"));
        assert_eq!(conversion(kelvin, metre), None);
        assert!(parse("furlong per fortnight").is_none());
    }
}
