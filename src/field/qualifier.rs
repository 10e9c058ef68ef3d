//! What makes a field another one than its parameter alone: a percentile of it, a probability, the spread of an ensemble,
//! a substance. Each has words for people and a short code for ids.

use std::fmt;

use crate::text::{self, Bilingual, Language};

/// One of the things that a field is beside its parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Qualifier {
    /// The value that so many per cent of the members, or of the past, stay below.
    Percentile(f64),
    /// The probability that the parameter is within these bounds, in its own unit.
    Probability(Event),
    /// A statistic over the members of an ensemble.
    Ensemble(Ensemble),
    /// The substance: names in both languages, and its number in WMO code table 4.230.
    Substance { name: Option<Bilingual>, number: u16 },
    /// Diameters of particles, in metres.
    Size(Bounds),
    /// In metres.
    Wavelength(Bounds),
    /// A layer that ends on a surface of another kind.
    Reaching(super::Level),
    /// What a message says in a way that has no name: only a code.
    Unnamed(String),
}

/// What a probability is that of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    Below(f64),
    Above(f64),
    /// At least the first, below the second.
    Between(f64, f64),
    /// WMO code table 4.9 has a kind that is none of these.
    Other(u8, f64, f64),
}

/// Statistics over the members of an ensemble (WMO code table 4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ensemble {
    Mean,
    StandardDeviation,
    NormalisedStandardDeviation,
    Spread,
    LargeAnomalyIndex,
    ClusterMean,
    InterquartileRange,
    Minimum,
    Maximum,
    Other(u8),
}

/// An interval of sizes or lengths that may be open at one end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bounds {
    Exactly(f64),
    Between(f64, f64),
    Below(f64),
    Above(f64),
}

impl Qualifier {
    /// What stands behind the parameter's name: «90th percentile», «ensemble spread», «PM2.5».
    #[must_use]
    pub fn in_words(&self, language: Language) -> String {
        let say = |key: &str| text::say(language, key).to_owned();
        let fill = |key: &str, places: &[(&str, &str)]| text::fill(language, key, places);
        match self {
            Self::Percentile(percentile) => {
                fill("qualifier.percentile", &[("number", &decimal(*percentile, language))])
            }
            Self::Probability(event) => event.in_words(language),
            Self::Ensemble(statistic) => match statistic {
                Ensemble::Other(number) => fill("qualifier.ensemble_other", &[("number", &number.to_string())]),
                _ => say(statistic.text_key()),
            },
            Self::Substance { name: Some(name), .. } => name.in_language(language).to_owned(),
            Self::Substance { name: None, number } => fill("qualifier.substance", &[("number", &number.to_string())]),
            Self::Size(bounds) => fill("qualifier.size", &[("size", &bounds.in_words(language))]),
            Self::Wavelength(bounds) => fill("qualifier.wavelength", &[("length", &bounds.in_words(language))]),
            Self::Reaching(level) => fill("qualifier.reaching", &[("level", &level.in_words(language))]),
            Self::Unnamed(code) => fill("qualifier.unnamed", &[("code", code)]),
        }
    }

    /// The values are not those of the parameter: no percentile of rain falls anywhere. A substance or a size only says
    /// which of the parameters of one name is meant.
    #[must_use]
    pub fn is_statistic(&self) -> bool {
        matches!(self, Self::Percentile(_) | Self::Probability(_) | Self::Ensemble(_) | Self::Unnamed(_))
    }

    /// Differences between values: a conversion of units has no offset.
    #[must_use]
    pub fn is_difference(&self) -> bool {
        use Ensemble::{InterquartileRange, NormalisedStandardDeviation, Spread, StandardDeviation};
        matches!(self, Self::Ensemble(StandardDeviation | NormalisedStandardDeviation | Spread | InterquartileRange))
    }
}

/// The code by which ids tell it: `p90`, `gt10`, `spread`, `c62000`.
impl fmt::Display for Qualifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percentile(percentile) => write!(f, "p{percentile}"),
            Self::Probability(Event::Below(limit)) => write!(f, "lt{limit}"),
            Self::Probability(Event::Above(limit)) => write!(f, "gt{limit}"),
            Self::Probability(Event::Between(lower, upper)) => write!(f, "ge{lower}lt{upper}"),
            Self::Probability(Event::Other(kind, lower, upper)) => write!(f, "prob{kind}-{lower}-{upper}"),
            Self::Ensemble(statistic) => f.write_str(match statistic {
                Ensemble::Mean => "mean",
                Ensemble::StandardDeviation => "sd",
                Ensemble::NormalisedStandardDeviation => "sdn",
                Ensemble::Spread => "spread",
                Ensemble::LargeAnomalyIndex => "anomalyindex",
                Ensemble::ClusterMean => "clustermean",
                Ensemble::InterquartileRange => "iqr",
                Ensemble::Minimum => "ensmin",
                Ensemble::Maximum => "ensmax",
                Ensemble::Other(number) => return write!(f, "derived{number}"),
            }),
            Self::Substance { number, .. } => write!(f, "c{number}"),
            Self::Size(bounds) => write!(f, "size{bounds}"),
            Self::Wavelength(bounds) => write!(f, "wave{bounds}"),
            Self::Reaching(level) => write!(f, "to-{}", level.to_string().replace(' ', "")),
            Self::Unnamed(code) => f.write_str(code),
        }
    }
}

impl Event {
    fn in_words(self, language: Language) -> String {
        let number = |value| decimal(value, language);
        let fill = |key: &str, places: &[(&str, &str)]| text::fill(language, key, places);
        match self {
            Self::Below(limit) => fill("qualifier.below", &[("limit", &number(limit))]),
            Self::Above(limit) => fill("qualifier.above", &[("limit", &number(limit))]),
            Self::Between(lower, upper) => {
                fill("qualifier.between", &[("lower", &number(lower)), ("upper", &number(upper))])
            }
            Self::Other(kind, lower, upper) => fill(
                "qualifier.probability_other",
                &[("kind", &kind.to_string()), ("lower", &number(lower)), ("upper", &number(upper))],
            ),
        }
    }
}

impl Ensemble {
    fn text_key(self) -> &'static str {
        match self {
            Self::Mean => "qualifier.ensemble_mean",
            Self::StandardDeviation => "qualifier.standard_deviation",
            Self::NormalisedStandardDeviation => "qualifier.normalised_deviation",
            Self::Spread => "qualifier.spread",
            Self::LargeAnomalyIndex => "qualifier.anomaly_index",
            Self::ClusterMean => "qualifier.cluster_mean",
            Self::InterquartileRange => "qualifier.interquartile_range",
            Self::Minimum => "qualifier.ensemble_minimum",
            Self::Maximum => "qualifier.ensemble_maximum",
            Self::Other(_) => "qualifier.ensemble_other",
        }
    }
}

impl Bounds {
    /// «< 2.5 µm», «550 nm»
    fn in_words(self, language: Language) -> String {
        match self {
            Self::Exactly(size) => length(size, language),
            Self::Below(size) => format!("< {}", length(size, language)),
            Self::Above(size) => format!("> {}", length(size, language)),
            Self::Between(lower, upper) => format!("{}–{}", length(lower, language), length(upper, language)),
        }
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(size) => write!(f, "{size:e}"),
            Self::Below(size) => write!(f, "lt{size:e}"),
            Self::Above(size) => write!(f, "gt{size:e}"),
            Self::Between(lower, upper) => write!(f, "{lower:e}to{upper:e}"),
        }
    }
}

/// A length in nanometres below a micrometre, in micrometres below a millimetre.
fn length(metres: f64, language: Language) -> String {
    let (scale, unit) = match metres.abs() {
        small if small < 1e-6 => (1e9, "nm"),
        small if small < 1e-3 => (1e6, "µm"),
        small if small < 1.0 => (1e3, "mm"),
        _ => (1.0, "m"),
    };
    format!("{} {unit}", decimal(metres * scale, language))
}

/// A number without the last digits that binary fractions leave.
fn decimal(value: f64, language: Language) -> String {
    let digits = 6 - value.abs().max(1e-12).log10().floor().clamp(-12.0, 12.0) as i32;
    let scale = 10_f64.powi(digits.clamp(0, 15));
    let text = ((value * scale).round() / scale).to_string();
    if language == Language::French { text.replace('.', ",") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(qualifier: Qualifier, code: &str, english: &str, french: &str) {
        assert_eq!(qualifier.to_string(), code);
        assert_eq!(qualifier.in_words(Language::English), english);
        assert_eq!(qualifier.in_words(Language::French), french);
    }

    #[test]
    fn qualifiers_have_a_code_and_words() {
        check(Qualifier::Percentile(90.0), "p90", "90 % percentile", "percentile 90 %");
        check(Qualifier::Ensemble(Ensemble::Spread), "spread", "ensemble spread", "dispersion d’ensemble");
        check(
            Qualifier::Probability(Event::Above(273.15)),
            "gt273.15",
            "probability above 273.15",
            "probabilité au-dessus de 273,15",
        );
        check(Qualifier::Size(Bounds::Below(2.5e-6)), "sizelt2.5e-6", "diameter < 2.5 µm", "diamètre < 2,5 µm");
        check(
            Qualifier::Wavelength(Bounds::Between(5.45e-7, 5.65e-7)),
            "wave5.45e-7to5.65e-7",
            "wavelength 545 nm–565 nm",
            "longueur d’onde 545 nm–565 nm",
        );
        let sulphate = Bilingual { en: "sulphate".into(), fr: "sulfate".into() };
        check(Qualifier::Substance { name: Some(sulphate), number: 62_006 }, "c62006", "sulphate", "sulfate");
    }
}
