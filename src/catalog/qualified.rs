//! Fields of messages that are not their parameter alone: percentiles, probabilities, spreads, substances, extremes over an
//! interval that the dictionary has no entry for. They keep the parameter's name, with what they are behind it.

use super::grib_names;
use super::intervals::statistic_words;
use super::parameter::{self, KnownParameter, Parameter};
use crate::field::Qualifier;
use crate::source::{GribIdentity, Variable};
use crate::text::{Bilingual, Language};
use crate::units::{self, Affine, Unit};

/// The parameter of such a variable and the conversion to the unit shown; `None` for plain ones.
pub(super) fn meaning(variable: &Variable) -> Option<(Parameter, Affine)> {
    let grib = variable.grib.as_ref()?;
    let identify = |statistic: &str| {
        let plain = GribIdentity { plain: true, statistic: statistic.to_owned(), ..grib.clone() };
        grib_names::identify(&plain, variable.levels.as_ref())
    };
    let of_statistic = identify(&grib.statistic);
    let is_extreme = of_statistic.is_none() && grib.statistic != "instant";
    if variable.qualifiers.is_empty() && !is_extreme {
        return None;
    }
    let entry = of_statistic.or_else(|| identify("instant"));
    if entry.is_none() && variable.qualifiers.is_empty() {
        return None;
    }
    let words = |language: Language| {
        let statistic = is_extreme.then(|| statistic_words(&grib.statistic, false, language));
        let qualifiers = variable.qualifiers.iter().map(|qualifier| qualifier.in_words(language));
        [base(variable, entry, language)].into_iter().chain(statistic).chain(qualifiers).collect::<Vec<_>>().join(", ")
    };
    let name = Bilingual { en: words(Language::English), fr: words(Language::French) };
    let unknown = parameter::unknown(variable);
    let id = variable.identity.clone().unwrap_or_else(|| variable.id.clone());
    let found = variable.units.as_deref().and_then(units::parse);
    let is_probability = variable.qualifiers.iter().any(|qualifier| matches!(qualifier, Qualifier::Probability(_)));
    let of_entry = || {
        let (entry, found) = (entry.filter(|_| !is_probability)?, found?);
        let is_difference = variable.qualifiers.iter().any(Qualifier::is_difference);
        let (shown, conversion) = if is_difference { difference(entry, found)? } else { value(entry, found)? };
        // The colours of a parameter are those of its values, not of their spread.
        let known = Some(entry).filter(|_| !is_difference);
        let (unit, unit_label) = (Some(shown), shown.label.clone());
        let (id, name) = (id.clone(), name.clone());
        Some((Parameter { id, name, unit, unit_label, known, ..unknown.clone() }, conversion))
    };
    Some(
        of_entry()
            .unwrap_or_else(|| (Parameter { id: id.clone(), name: name.clone(), ..unknown.clone() }, Affine::IDENTITY)),
    )
}

fn value(entry: &KnownParameter, found: &Unit) -> Option<(&'static Unit, Affine)> {
    Some((entry.parameter_unit()?, parameter::conversion(entry, found)?))
}

/// Without an offset, in a unit that has none: a spread of temperatures is one in K.
fn difference(entry: &KnownParameter, found: &Unit) -> Option<(&'static Unit, Affine)> {
    let whole = entry.parameter_unit()?;
    let shown = if whole.offset == 0.0 { whole } else { units::by_id(&whole.base)? };
    (found.base == shown.base).then(|| (shown, Affine::scaled(found.factor / shown.factor)))
}

/// The name without the qualifiers: the dictionary's, else that of the tables of messages, which is English.
fn base(variable: &Variable, entry: Option<&'static KnownParameter>, language: Language) -> String {
    if let Some(entry) = entry {
        return entry.parameter().name.in_language(language).to_owned();
    }
    let words = variable.qualifiers.iter().map(|qualifier| format!(", {}", qualifier.in_words(Language::English)));
    let long = variable.long_name.as_deref().unwrap_or(&variable.name);
    long.strip_suffix(words.collect::<String>().as_str()).unwrap_or(long).to_owned()
}
