//! What a variable means: the dictionary of `resources/variables.toml`, and how files name its entries.

use std::sync::LazyLock;

use serde::Deserialize;

use super::grib_names;
use crate::field::LevelKind;
use crate::source::Variable;
use crate::text::{self, Bilingual};
use crate::units::{self, Affine, Unit};

/// An entry of the dictionary.
#[derive(Debug, Deserialize)]
pub struct KnownParameter {
    pub id: String,
    /// `scalar`, `accumulated`, `flux`, `rate` …
    kind: String,
    name_en: String,
    name_fr: String,
    /// The unit that a file means when it names none of its own.
    unit: String,
    /// The unit shown.
    display: String,
    /// What it is a part of, where it is a component: «10 m wind».
    #[serde(default)]
    vector_en: Option<String>,
    #[serde(default)]
    vector_fr: Option<String>,
    /// Id of its colour table.
    #[serde(default)]
    pub colours: Option<String>,
    #[serde(default)]
    standard_name: Vec<String>,
    #[serde(default)]
    netcdf: Vec<String>,
    #[serde(default)]
    rpn: Vec<RpnName>,
    #[serde(default)]
    wrf: Vec<String>,
    #[serde(default)]
    pub(super) grib2: Vec<String>,
    #[serde(default)]
    pub(super) grib1: Vec<String>,
    #[serde(default)]
    pub(super) grib1_ncep: Vec<String>,
    #[serde(default)]
    pub(super) ecmwf_id: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct RpnName {
    nomvar: String,
}

/// What a field shows: an entry of the dictionary, or a variable that it does not know.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The dictionary's id, or the file's own id of the variable.
    pub id: String,
    pub name: Bilingual,
    /// The unit shown; `None` where the file's unit is unknown or absent.
    pub unit: Option<&'static Unit>,
    /// The unit's words in captions: the table's label, else as the file writes it.
    pub unit_label: String,
    /// Its numbers are directions in degrees: 360 is 0 again.
    pub is_direction: bool,
    pub known: Option<&'static KnownParameter>,
}

#[derive(Deserialize)]
struct Table {
    variable: Vec<KnownParameter>,
}

pub(super) static KNOWN: LazyLock<Vec<KnownParameter>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("../../resources/variables.toml"))
        .unwrap_or_else(|error| unreachable!("the bundled dictionary is tested: {error}"));
    table.variable
});

pub const RELATIVE_HUMIDITY: &str = "relative_humidity";
pub const GEOPOTENTIAL_HEIGHT: &str = "geopotential_height";
pub const GEOPOTENTIAL: &str = "geopotential";
pub const SPECIFIC_HUMIDITY: &str = "specific_humidity";
pub const TEMPERATURE: &str = "temperature";

/// The entry with this id.
#[must_use]
pub fn known(id: &str) -> Option<&'static KnownParameter> {
    KNOWN.iter().find(|entry| entry.id == id)
}

impl KnownParameter {
    #[must_use]
    pub fn parameter(&'static self) -> Parameter {
        let unit = units::by_id(&self.display).or_else(|| units::parse(&self.display));
        Parameter {
            id: self.id.clone(),
            name: Bilingual { en: self.name_en.clone(), fr: self.name_fr.clone() },
            unit,
            unit_label: unit.map_or_else(|| self.display.clone(), |unit| unit.label.clone()),
            is_direction: self.kind == "direction",
            known: Some(self),
        }
    }

    /// The vector of which it is a component.
    pub(super) fn vector(&self) -> Option<Bilingual> {
        Some(Bilingual { en: self.vector_en.clone()?, fr: self.vector_fr.clone()? })
    }

    /// Whether a file uses one of this entry's names for something else, by what it says beside the name.
    fn is_contradicted(&self, variable: &Variable) -> bool {
        /// Of these a quantity is another one.
        const OTHER: [&str; 15] = [
            "anomal",
            "perturbation",
            "difference",
            "tendency",
            "increment",
            "error",
            "uncertainty",
            "bias",
            "deviation",
            "variance",
            "potential temp",
            "equivalent",
            "virtual",
            "dew",
            "reflect",
        ];
        let own =
            format!("{} {} {}", self.id.replace('_', " "), self.name_en, self.standard_name.join(" ")).to_lowercase();
        let said = variable.long_name.as_deref().unwrap_or_default().to_lowercase();
        /// Of these a vector is no wind.
        const NO_WIND: [&str; 11] =
            ["water", "current", "currents", "ocean", "ice", "stokes", "drift", "stress", "momentum", "wave", "flux"];
        let is_wind = self.vector_en.is_some() || self.id.starts_with("wind_");
        let in_the_sea = variable.levels.as_ref().is_some_and(|axis| axis.kind == LevelKind::DepthBelowSea);
        let not_wind = |word: &str| NO_WIND.contains(&word);
        if is_wind && (in_the_sea || said.split(|c: char| !c.is_alphanumeric()).any(not_wind)) {
            return true;
        }
        let qualified = OTHER.iter().any(|word| said.contains(word) && !own.contains(word));
        let standard = variable.standard_name.as_deref().and_then(|name| name.split_whitespace().next());
        let standard = standard.filter(|name| name.contains('_'));
        let other_standard = standard
            .is_some_and(|name| !self.standard_name.is_empty() && !self.standard_name.iter().any(|s| s == name));
        qualified || other_standard
    }

    /// Amounts and fluxes, of which files carry sums and means as often as the thing itself.
    pub(super) fn is_summed(&self) -> bool {
        ["accumulated", "flux", "rate"].contains(&self.kind.as_str())
    }

    /// The unit that values have when the file is silent.
    #[must_use]
    pub fn canonical_unit(&self) -> Option<&'static Unit> {
        units::by_id(&self.unit).or_else(|| units::parse(&self.unit))
    }
}

/// From a file's unit to the unit shown.
///
/// Water on the ground stands in kg/m² in files and in millimetres on maps: one litre on a square metre is one
/// millimetre deep, so the two convert here, though not in general.
#[must_use]
pub fn conversion(entry: &KnownParameter, found: &Unit) -> Option<Affine> {
    let shown = units::by_id(&entry.display)?;
    let water = || {
        let (mass, depth) = (units::by_id("kg m-2")?, units::by_id("mm")?);
        if entry.unit != mass.id {
            return None;
        }
        let to_depth = units::conversion(found, mass).or_else(|| units::conversion(found, depth))?;
        Some(to_depth.then(units::conversion(depth, shown)?))
    };
    units::conversion(found, shown).or_else(water)
}

/// The dictionary's entry for a variable: by the numbers of GRIB, or by standard name, then by the usual names in files,
/// never against its unit.
#[must_use]
pub fn identify(variable: &Variable) -> Option<&'static KnownParameter> {
    let standard_name = variable.standard_name.as_deref().map(|name| name.split_whitespace().next().unwrap_or(""));
    let unit = variable.units.as_deref().and_then(units::parse);
    // A message is known by its numbers; its name is only our abbreviation of them.
    if let Some(grib) = &variable.grib {
        return grib_names::identify(grib, variable.levels.as_ref()).filter(|entry| fits(entry, unit));
    }
    let by_standard_name =
        KNOWN.iter().find(|entry| standard_name.is_some_and(|name| entry.standard_name.iter().any(|s| s == name)));
    let by_name = || {
        let name = variable.name.as_str();
        let named = |names: &[String]| names.iter().any(|n| n == name);
        KNOWN
            .iter()
            .filter(|e| named(&e.netcdf) || e.rpn.iter().any(|r| r.nomvar == name) || named(&e.wrf) || e.id == name)
            .find(|entry| fits(entry, unit) && !entry.is_contradicted(variable))
    };
    by_standard_name.filter(|entry| fits(entry, unit)).or_else(by_name)
}

/// Whether a unit may stand behind this parameter. A silent or unknown unit contradicts nothing.
fn fits(entry: &KnownParameter, unit: Option<&'static Unit>) -> bool {
    match (entry.canonical_unit(), unit) {
        (Some(canonical), Some(found)) => {
            units::conversion(found, canonical).is_some() || conversion(entry, found).is_some()
        }
        _ => true,
    }
}

/// A parameter for a variable that the dictionary does not know: the file's own name and unit.
#[must_use]
pub fn unknown(variable: &Variable) -> Parameter {
    let unit = variable.units.as_deref().and_then(units::parse);
    let unit_label = match (unit, &variable.units) {
        (Some(unit), _) => unit.label.clone(),
        (None, Some(words)) => text::clipped(words),
        (None, None) => String::new(),
    };
    let name = variable.long_name.as_deref().unwrap_or(&variable.name);
    let (id, name) = (variable.id.clone(), Bilingual::same(text::clipped(name)));
    Parameter { id, name, unit, unit_label, is_direction: is_direction(variable, unit), known: None }
}

/// Degrees of a direction, by standard name or words: no widths, spreads or changes of one.
fn is_direction(variable: &Variable, unit: Option<&'static Unit>) -> bool {
    const NOT_ITSELF: [&str; 10] =
        ["width", "spread", "spreading", "error", "difference", "deviation", "variance", "change", "shear", "bias"];
    let standard = variable.standard_name.as_deref().and_then(|name| name.split_whitespace().next()).unwrap_or("");
    let says = |name: &str| {
        name.ends_with("from_direction") || name.ends_with("to_direction") || name.starts_with("direction_of")
    };
    let long = variable.long_name.as_deref().unwrap_or_default().to_lowercase();
    let mut words = long.split(|c: char| !c.is_alphanumeric());
    let mut in_words =
        || words.clone().any(|word| word == "direction") && !words.any(|word| NOT_ITSELF.contains(&word));
    let in_degrees = unit.is_none_or(|unit| unit.base == "degree");
    in_degrees && (says(standard) || (unit.is_some() && in_words()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_canonical_and_a_shown_unit_that_convert() {
        // Geopotential is shown as height; a precipitation type is a code and has no unit.
        for entry in KNOWN.iter().filter(|entry| entry.id != GEOPOTENTIAL && entry.display != "code") {
            let canonical = entry.canonical_unit().unwrap_or_else(|| panic!("{}: unit {}", entry.id, entry.unit));
            assert!(conversion(entry, canonical).is_some(), "{}: {} to {}", entry.id, entry.unit, entry.display);
        }
    }

    #[test]
    fn a_kilogram_of_water_on_a_square_metre_is_a_millimetre() {
        let rain = known("total_precipitation").expect("in the dictionary");
        for (unit, millimetres) in [("kg m-2", 1.0), ("mm", 1.0), ("m", 1000.0)] {
            let unit = units::parse(unit).expect("a known unit");
            assert!((conversion(rain, unit).expect("converts").apply(1.0) - millimetres).abs() < 1e-9);
        }
    }

    #[test]
    fn the_first_product_is_in_the_dictionary() {
        for id in [RELATIVE_HUMIDITY, GEOPOTENTIAL_HEIGHT, GEOPOTENTIAL, SPECIFIC_HUMIDITY, TEMPERATURE] {
            assert!(known(id).is_some(), "{id}");
        }
    }
}
