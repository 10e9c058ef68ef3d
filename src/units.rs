//! Units and exact conversions between them, from the table in `resources/units.toml`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

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

/// The unit that a file's spelling means; `None` for what the table does not know.
#[must_use]
pub fn parse(spelling: &str) -> Option<&'static Unit> {
    let spelling = normalise(spelling);
    SPELLINGS.get(&spelling).or_else(|| CASELESS.get(&spelling.to_lowercase())).copied()
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
    fn unlike_units_do_not_convert() {
        let (kelvin, metre) = (parse("K").expect("K"), parse("m").expect("m"));
        assert_eq!(conversion(kelvin, metre), None);
        assert!(parse("furlong per fortnight").is_none());
    }
}
