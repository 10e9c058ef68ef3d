//! What a variable means: the dictionary of `resources/variables.toml`, and how files name its entries.

use std::sync::LazyLock;

use serde::Deserialize;

use super::departure::plain_standard_name;
use super::grib_names;
use super::order::Nature;
use crate::field::LevelKind;
use crate::source::{LevelAxis, Variable};
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
    /// Long names in files, as [`phrase`] makes them.
    #[serde(default)]
    long_name: Vec<String>,
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
    pub(super) grib1_ecmwf: Vec<String>,
    #[serde(default)]
    pub(super) ecmwf_id: Option<u32>,
    /// Everything that it is called, in lower case.
    #[serde(skip)]
    own: String,
    /// Its long names, each as [`phrase`] makes it.
    #[serde(skip)]
    phrases: Vec<String>,
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
    /// What else is known of it.
    pub nature: Nature,
}

#[derive(Deserialize)]
struct Table {
    variable: Vec<KnownParameter>,
}

pub(super) static KNOWN: LazyLock<Vec<KnownParameter>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("../../resources/variables.toml"))
        .unwrap_or_else(|error| unreachable!("the bundled dictionary is tested: {error}"));
    let mut known = table.variable;
    known.iter_mut().for_each(KnownParameter::learn_words);
    known
});

pub const RELATIVE_HUMIDITY: &str = "relative_humidity";
pub const GEOPOTENTIAL_HEIGHT: &str = "geopotential_height";
pub const GEOPOTENTIAL: &str = "geopotential";
pub const SURFACE_GEOPOTENTIAL: &str = "surface_geopotential";
pub const OROGRAPHY: &str = "orography";
pub const TOTAL_PRECIPITATION: &str = "total_precipitation";
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
        let unit = self.parameter_unit();
        Parameter {
            id: self.id.clone(),
            name: Bilingual { en: self.name_en.clone(), fr: self.name_fr.clone() },
            unit,
            unit_label: unit.map_or_else(|| self.display.clone(), |unit| unit.label.clone()),
            is_direction: self.kind == "direction",
            known: Some(self),
            nature: Nature::of_known(&self.id, self.is_summed()),
        }
    }

    /// The vector of which it is a component.
    pub(super) fn vector(&self) -> Option<Bilingual> {
        Some(Bilingual { en: self.vector_en.clone()?, fr: self.vector_fr.clone()? })
    }

    /// Whether a file uses one of this entry's names for something else, by what it says beside the name. That the values
    /// are anomalies or the like makes no other quantity, see [`super::departure`].
    fn is_contradicted(&self, variable: &Variable) -> bool {
        /// Of these a quantity is another one.
        const OTHER: [&str; 11] = [
            "perturbation",
            "tendency",
            "variance",
            "covariance",
            "potential temp",
            "equivalent",
            "virtual",
            "dew",
            "reflect",
            "probability",
            "index",
        ];
        let own = &self.own;
        let said = variable.long_name.as_deref().unwrap_or_default().to_lowercase();
        /// Of these a vector is no wind.
        const NO_WIND: [&str; 11] =
            ["water", "current", "currents", "ocean", "ice", "stokes", "drift", "stress", "momentum", "wave", "flux"];
        let is_wind = self.id.contains("wind");
        let in_the_sea = variable.levels.as_ref().is_some_and(|axis| axis.kind == LevelKind::DepthBelowSea);
        let not_wind = |word: &str| NO_WIND.contains(&word);
        if is_wind && (in_the_sea || said.split(|c: char| !c.is_alphanumeric()).any(not_wind)) {
            return true;
        }
        let qualified = OTHER.iter().any(|word| said.contains(word) && !own.contains(word));
        let standard = variable.standard_name.as_deref().map(plain_standard_name).filter(|name| name.contains('_'));
        let other_standard = standard
            .is_some_and(|name| !self.standard_name.is_empty() && !self.standard_name.iter().any(|s| s == name));
        qualified || other_standard || (is_of_water(variable) && !self.is_of_water())
    }

    fn learn_words(&mut self) {
        let standard: Vec<String> = self.standard_name.iter().map(|name| name.replace('_', " ")).collect();
        let id = self.id.replace('_', " ");
        let all = standard.iter().chain(&self.long_name).chain([&self.name_en, &id]);
        self.phrases = all.clone().map(|name| phrase(name)).collect();
        self.own = all.cloned().collect::<Vec<_>>().join(" ").to_lowercase();
    }

    /// Whether the values are anomalies or the like by the entry's own meaning: a depression of the dew point is.
    pub(super) fn is_departure(&self) -> bool {
        ["difference", "depression", "anomal", "spread", "deviation", "tendency", "index"]
            .iter()
            .any(|word| self.own.contains(word))
    }

    fn is_of_water(&self) -> bool {
        ["sea ", "ocean", "current", "salinity", "wave", "swell"].iter().any(|word| self.own.contains(word))
    }

    /// Whether a long name speaks of it: one of its words means something here.
    fn is_spoken_of(&self, long_name: &str) -> bool {
        /// These stand in names of all kinds.
        const COMMON: [&str; 24] = [
            "component",
            "surface",
            "level",
            "levels",
            "total",
            "mean",
            "model",
            "time",
            "averaged",
            "average",
            "field",
            "vertical",
            "low",
            "high",
            "maximum",
            "minimum",
            "height",
            "layer",
            "air",
            "hourly",
            "grid",
            "data",
            "value",
            "content",
        ];
        let own: Vec<&str> = words(&self.own).collect();
        let mut meaning = words(long_name).filter(|word| word.len() > 2 && !COMMON.contains(word)).peekable();
        // A long name of such words only says nothing.
        if meaning.peek().is_none() {
            return true;
        }
        meaning.any(|word| own.iter().any(|mine| mine.len() > 2 && (mine.starts_with(word) || word.starts_with(mine))))
    }

    /// Amounts and fluxes, of which files carry sums and means as often as the thing itself.
    pub(super) fn is_summed(&self) -> bool {
        ["accumulated", "flux", "rate"].contains(&self.kind.as_str())
    }

    /// The unit shown.
    pub(super) fn parameter_unit(&self) -> Option<&'static Unit> {
        units::by_id(&self.display).or_else(|| units::parse(&self.display))
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
        // Amounts that files give as a depth are in metres there.
        let of_water = entry.unit == mass.id || (entry.unit == "m" && entry.display == depth.id);
        if !of_water {
            return None;
        }
        let to_depth = units::conversion(found, mass).or_else(|| units::conversion(found, depth))?;
        Some(to_depth.then(units::conversion(depth, shown)?))
    };
    units::conversion(found, shown).or_else(water)
}

/// The dictionary's entry for a variable: by the numbers of GRIB; else by its standard name, by its long name, by the usual
/// names in files, in this order, never against its unit.
#[must_use]
pub fn identify(variable: &Variable) -> Option<&'static KnownParameter> {
    let unit = variable.units.as_deref().and_then(units::parse);
    // A message is known by its numbers; its name is only our abbreviation of them.
    if let Some(grib) = &variable.grib {
        return grib_names::identify(grib, variable.levels.as_ref()).filter(|entry| fits(entry, unit));
    }
    let standard_name = variable.standard_name.as_deref().map(plain_standard_name).unwrap_or_default();
    let said = phrase(variable.long_name.as_deref().unwrap_or_default());
    let fitting = |entry: &&'static KnownParameter| fits(entry, unit) && !entry.is_contradicted(variable);
    let standard = KNOWN.iter().filter(|entry| entry.standard_name.iter().any(|name| name == standard_name));
    let spoken = KNOWN.iter().filter(|entry| entry.is_called(&said));
    let named = KNOWN.iter().filter(|entry| entry.is_named(variable));
    best(standard.filter(fitting), variable, &said)
        .or_else(|| best(spoken.filter(fitting), variable, &said))
        .or_else(|| best(named.filter(fitting).filter(|entry| entry.is_meant(variable, &said)), variable, &said))
}

/// Of entries that fit alike, the one of which the variable says most beside; else the first.
fn best(
    entries: impl Iterator<Item = &'static KnownParameter>,
    variable: &Variable,
    said: &str,
) -> Option<&'static KnownParameter> {
    let weight = |entry: &KnownParameter| {
        let level = match entry.height() {
            Some(height) if stands_at(height, variable.levels.as_ref()) => 1,
            Some(_) => -1,
            None => 0,
        };
        4 * i32::from(entry.is_named(variable)) + 2 * i32::from(entry.is_called(said)) + level
    };
    let is_near_ground = may_stand_at(variable);
    let entries = entries.filter(|entry| is_near_ground || entry.height().is_none());
    let mut found: Option<(i32, &KnownParameter)> = None;
    for entry in entries {
        let weight = weight(entry);
        if found.is_none_or(|(most, _)| weight > most) {
            found = Some((weight, entry));
        }
    }
    found.map(|(_, entry)| entry)
}

impl KnownParameter {
    /// By a short name of files. Names of RPN standard files of one letter mean nothing elsewhere.
    fn is_named(&self, variable: &Variable) -> bool {
        let name = variable.name.as_str();
        let is_rpn = variable.identity.is_some() && variable.grib.is_none();
        let is = |names: &[String]| names.iter().any(|known| known == name);
        let rpn = || self.rpn.iter().any(|known| known.nomvar == name && (is_rpn || name.len() > 1));
        if is_rpn { rpn() } else { is(&self.netcdf) || is(&self.wrf) || rpn() || self.id == name }
    }

    /// By a long name, made plain by [`phrase`].
    fn is_called(&self, said: &str) -> bool {
        !said.is_empty() && self.phrases.iter().any(|phrase| phrase == said)
    }

    /// Whether a short name means this entry, with all that is said beside it: names of a letter or two stand for
    /// anything.
    fn is_meant(&self, variable: &Variable, said: &str) -> bool {
        const SHORT: usize = 3;
        let says_more = !said.is_empty() && said != variable.name.to_lowercase();
        !says_more || variable.name.len() > SHORT || variable.identity.is_some() || self.is_spoken_of(said)
    }

    /// Of a parameter at 2 m or at 10 m the height.
    fn height(&self) -> Option<f64> {
        self.id.rsplit('_').next()?.strip_suffix('m')?.parse().ok()
    }
}

/// Whether a height in m above ground is the only level of an axis.
fn stands_at(height: f64, levels: Option<&LevelAxis>) -> bool {
    let above_ground = levels.filter(|axis| axis.kind == LevelKind::HeightAboveGround);
    above_ground.is_some_and(|axis| axis.values.as_slice() == [height])
}

/// Whether the values may be those at a height above ground: they are on one level, and not on one of another kind.
fn may_stand_at(variable: &Variable) -> bool {
    variable.levels.as_ref().is_none_or(|axis| match axis.kind {
        LevelKind::HeightAboveGround => axis.values.len() == 1,
        LevelKind::Surface | LevelKind::Other(_) => true,
        _ => false,
    })
}

/// Values on levels below the surface of the sea are the water's.
fn is_of_water(variable: &Variable) -> bool {
    variable.levels.as_ref().is_some_and(|axis| axis.kind == LevelKind::DepthBelowSea)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// A long name in few words: without case, signs, brackets and what they hold, articles, and words on how values were made.
#[must_use]
pub fn phrase(long_name: &str) -> String {
    const LONGEST: usize = 200;
    const SILENT: [&str; 16] = [
        "the",
        "of",
        "at",
        "a",
        "an",
        "on",
        "in",
        "for",
        "field",
        "averaged",
        "instantaneous",
        "forecast",
        "vertically",
        "isobaric",
        "to",
        "time",
    ];
    let (mut plain, mut depth) = (String::new(), 0_usize);
    for letter in long_name.chars().take(LONGEST) {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ => plain.extend(letter.to_lowercase()),
        }
    }
    let mut said: Vec<&str> = Vec::new();
    for word in words(&plain).filter(|word| !SILENT.contains(word)) {
        match word.strip_suffix('m').filter(|digits| !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit())) {
            Some(digits) => said.extend([digits, "m"]),
            None if matches!(word, "metre" | "meter" | "metres" | "meters") => said.push("m"),
            None => said.push(word),
        }
    }
    said.join(" ")
}

/// Whether a unit may stand behind this parameter. A silent or unknown unit contradicts nothing, and «degrees» may be those
/// of a thermometer.
fn fits(entry: &KnownParameter, unit: Option<&'static Unit>) -> bool {
    match (entry.canonical_unit(), unit) {
        (Some(canonical), Some(found)) => {
            units::conversion(found, canonical).is_some()
                || conversion(entry, found).is_some()
                || (entry.is_temperature() && found.id == "degree")
        }
        _ => true,
    }
}

impl KnownParameter {
    /// A temperature that is shown in degrees, and not as a difference.
    #[must_use]
    pub fn is_temperature(&self) -> bool {
        self.unit == "K" && self.display == "degC"
    }

    /// The pressure at the ground or at sea level.
    #[must_use]
    pub fn is_pressure(&self) -> bool {
        matches!(self.id.as_str(), "mslp" | "surface_pressure")
    }

    /// A part of a whole.
    #[must_use]
    pub fn is_fraction(&self) -> bool {
        self.display == "%"
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
    let (is_direction, nature) = (is_direction(variable, unit), Nature::by_names(variable));
    Parameter { id, name, unit, unit_label, is_direction, known: None, nature }
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
        let as_height = [GEOPOTENTIAL, SURFACE_GEOPOTENTIAL];
        for entry in KNOWN.iter().filter(|entry| !as_height.contains(&entry.id.as_str()) && entry.display != "code") {
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
        for id in [
            RELATIVE_HUMIDITY,
            GEOPOTENTIAL_HEIGHT,
            GEOPOTENTIAL,
            SURFACE_GEOPOTENTIAL,
            OROGRAPHY,
            TOTAL_PRECIPITATION,
            SPECIFIC_HUMIDITY,
            TEMPERATURE,
        ] {
            assert!(known(id).is_some(), "{id}");
        }
    }
}
