//! Quantities that are not the thing itself but how far it is from another: anomalies, differences, errors, spreads. They
//! convert without an offset: a difference of 1.5 K is one of 1.5 °C.

use super::order::Nature;
use super::parameter::{KnownParameter, Parameter};
use crate::source::Variable;
use crate::text::{self, Bilingual, Language};
use crate::units::{self, Affine, Unit};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Departure {
    Anomaly,
    Difference,
    Error,
    Bias,
    Increment,
    Deviation,
    Spread,
    Uncertainty,
    Range,
}

/// Words of long names, in lower case.
const IN_LONG_NAMES: [(&str, Departure); 23] = [
    ("anomal", Departure::Anomaly),
    ("departure from", Departure::Anomaly),
    ("standard dev", Departure::Deviation),
    ("std dev", Departure::Deviation),
    ("std. dev", Departure::Deviation),
    ("stdev", Departure::Deviation),
    ("stddev", Departure::Deviation),
    ("écart-type", Departure::Deviation),
    ("standard error", Departure::Error),
    ("root mean square", Departure::Error),
    ("rmse", Departure::Error),
    ("error", Departure::Error),
    ("uncertaint", Departure::Uncertainty),
    ("increment", Departure::Increment),
    ("ensemble spread", Departure::Spread),
    ("spread of", Departure::Spread),
    (" spread", Departure::Spread),
    ("bias", Departure::Bias),
    ("difference", Departure::Difference),
    ("change in ", Departure::Difference),
    ("change of ", Departure::Difference),
    (" minus ", Departure::Difference),
    ("anomalie", Departure::Anomaly),
];

/// Words of short names between underscores and the like.
const IN_NAMES: [(&str, Departure); 23] = [
    ("anom", Departure::Anomaly),
    ("anoms", Departure::Anomaly),
    ("anomaly", Departure::Anomaly),
    ("anomalies", Departure::Anomaly),
    ("ano", Departure::Anomaly),
    ("diff", Departure::Difference),
    ("difference", Departure::Difference),
    ("delta", Departure::Difference),
    ("err", Departure::Error),
    ("error", Departure::Error),
    ("rmse", Departure::Error),
    ("mae", Departure::Error),
    ("bias", Departure::Bias),
    ("incr", Departure::Increment),
    ("increment", Departure::Increment),
    ("std", Departure::Deviation),
    ("stdev", Departure::Deviation),
    ("stddev", Departure::Deviation),
    ("sd", Departure::Deviation),
    ("spread", Departure::Spread),
    ("sprd", Departure::Spread),
    ("unc", Departure::Uncertainty),
    ("uncertainty", Departure::Uncertainty),
];

impl Departure {
    /// By the standard name and its modifier, the long name, the cell methods, and the name. `None` for messages, of which
    /// statistics are told by numbers.
    pub fn of(variable: &Variable) -> Option<Self> {
        if variable.grib.is_some() {
            return None;
        }
        let standard = variable.standard_name.as_deref().unwrap_or_default().to_lowercase();
        by_standard_name(&standard)
            .or_else(|| by_long_name(variable.long_name.as_deref().unwrap_or_default()))
            .or_else(|| by_methods(variable.cell_methods.as_deref().unwrap_or_default()))
            .or_else(|| by_name(&variable.name))
    }

    fn text_key(self) -> &'static str {
        match self {
            Self::Anomaly => "parameter.anomaly",
            Self::Difference => "parameter.difference",
            Self::Error => "parameter.error",
            Self::Bias => "parameter.bias",
            Self::Increment => "parameter.increment",
            Self::Deviation => "parameter.deviation",
            Self::Spread => "parameter.spread",
            Self::Uncertainty => "parameter.uncertainty",
            Self::Range => "parameter.range",
        }
    }

    /// The parameter of such values of an entry, and the conversion from `found` to the unit shown, without offset. `None`
    /// where the unit is of another kind.
    pub fn parameter(self, entry: &'static KnownParameter, found: &Unit) -> Option<(Parameter, Affine)> {
        let whole = entry.parameter();
        let shown = whole.unit?;
        // A difference of temperatures is one in K.
        let shown = if shown.offset == 0.0 { shown } else { units::by_id(&shown.base)? };
        let conversion = if found.base == shown.base {
            Affine::scaled(found.factor / shown.factor)
        } else {
            super::parameter::conversion(entry, found).filter(|conversion| conversion.offset == 0.0)?
        };
        let named = |language, name: &str| text::fill(language, self.text_key(), &[("name", name)]);
        let name =
            Bilingual { en: named(Language::English, &whole.name.en), fr: named(Language::French, &whole.name.fr) };
        let id = format!("{}~{}", whole.id, self.text_key().trim_start_matches("parameter."));
        let unit_label = shown.label.clone();
        Some((
            Parameter {
                id,
                name,
                unit: Some(shown),
                unit_label,
                known: None,
                is_direction: false,
                nature: Nature::default(),
            },
            conversion,
        ))
    }
}

/// The name of the quantity itself, from that of its anomaly or of its change.
pub(super) fn plain_standard_name(standard: &str) -> &str {
    let name = standard.split_whitespace().next().unwrap_or_default();
    let name = name.strip_suffix("_anomaly").unwrap_or(name);
    name.strip_prefix("change_over_time_in_").unwrap_or(name)
}

/// CF standard names, appendix C of the conventions for the modifiers.
fn by_standard_name(standard: &str) -> Option<Departure> {
    let mut words = standard.split_whitespace();
    let (name, modifier) = (words.next().unwrap_or_default(), words.next());
    if modifier == Some("standard_error") {
        return Some(Departure::Error);
    }
    if name.ends_with("_anomaly") {
        return Some(Departure::Anomaly);
    }
    name.starts_with("change_over_time_in_").then_some(Departure::Difference)
}

fn by_long_name(long_name: &str) -> Option<Departure> {
    let said = format!(" {}", long_name.to_lowercase().replace('_', " "));
    // A corrected value is a value.
    if ["corrected", "correction", "bias adjusted", "bias-adjusted", "adjusted for"]
        .iter()
        .any(|word| said.contains(word))
    {
        return None;
    }
    // The spread of directions in a sea is a quantity of its own.
    let is_own = |departure| departure == Departure::Spread && said.contains("direction");
    let found = IN_LONG_NAMES.iter().find(|(word, _)| said.contains(word)).map(|(_, departure)| *departure);
    found.filter(|departure| !is_own(*departure))
}

/// `time: standard_deviation`; the range is that of the values in a cell.
fn by_methods(methods: &str) -> Option<Departure> {
    let mut words = methods.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.find_map(|word| match word {
        "standard_deviation" => Some(Departure::Deviation),
        "range" => Some(Departure::Range),
        _ => None,
    })
}

/// Not alone: `sd` is the depth of snow.
fn by_name(name: &str) -> Option<Departure> {
    let words: Vec<String> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let said = |word: &String| IN_NAMES.iter().find(|(known, _)| known == word).map(|(_, departure)| *departure);
    if words.len() > 1 {
        return words.iter().find_map(said);
    }
    let word = words.first()?;
    let joined = [("anomaly", Departure::Anomaly), ("anom", Departure::Anomaly), ("bias", Departure::Bias)];
    joined.into_iter().find(|(end, _)| word.len() > end.len() && word.ends_with(end)).map(|(_, departure)| departure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parameter::known;

    #[test]
    fn words_of_names_tell_what_is_no_value_itself() {
        for (long_name, departure) in [
            ("PMIP2 Average Anomaly", Some(Departure::Anomaly)),
            ("2 metre temperature anomaly", Some(Departure::Anomaly)),
            ("Temperature difference between 850 and 500 hPa", Some(Departure::Difference)),
            ("estimated error standard deviation of analysed_sst", Some(Departure::Deviation)),
            ("Analysis error", Some(Departure::Error)),
            ("ensemble spread of temperature", Some(Departure::Spread)),
            ("bias-corrected temperature", None),
            ("wave directional spread", None),
            ("Air temperature at model level", None),
        ] {
            assert_eq!(by_long_name(long_name), departure, "{long_name}");
        }
        for (name, departure) in [
            ("sst_anom", Some(Departure::Anomaly)),
            ("tas_std", Some(Departure::Deviation)),
            ("t2m_sd", Some(Departure::Deviation)),
            ("sstanom", Some(Departure::Anomaly)),
            ("sd", None),
            ("std", None),
            ("wind", None),
            ("precip", None),
        ] {
            assert_eq!(by_name(name), departure, "{name}");
        }
        assert_eq!(by_standard_name("air_temperature standard_error"), Some(Departure::Error));
        assert_eq!(by_standard_name("surface_temperature_anomaly"), Some(Departure::Anomaly));
        assert_eq!(by_standard_name("air_temperature"), None);
        assert_eq!(plain_standard_name("surface_temperature_anomaly"), "surface_temperature");
        assert_eq!(by_methods("time: mean (interval: 1 month)"), None);
        assert_eq!(by_methods("time: standard_deviation"), Some(Departure::Deviation));
    }

    #[test]
    fn a_departure_converts_without_offset() {
        let temperature = known("temperature_2m").expect("in the dictionary");
        for (unit, value, kelvin) in [("K", -1.5, -1.5), ("degC", -1.5, -1.5), ("degF", 9.0, 5.0)] {
            let found = units::parse(unit).expect("a unit");
            let (shown, conversion) = Departure::Anomaly.parameter(temperature, found).expect("of one kind");
            assert_eq!((shown.unit_label.as_str(), conversion.offset), ("K", 0.0));
            assert!((conversion.apply(value) - kelvin).abs() < 1e-9);
            assert_eq!(shown.name.en, "2 m temperature (anomaly)");
        }
        let pascal = units::parse("Pa").expect("a unit");
        let (_, conversion) = Departure::Spread.parameter(known("mslp").expect("known"), pascal).expect("of one kind");
        assert!((conversion.apply(150.0) - 1.5).abs() < 1e-9);
        assert!(Departure::Anomaly.parameter(temperature, pascal).is_none());
    }
}
