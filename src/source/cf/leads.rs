//! The unit of lead times that stand in a file without one.

use super::attribute::{Attribute, Declared};
use super::declarations::Declarations;
use super::time::duration_seconds;

const HOUR: f64 = 3600.0;

/// Seconds of one: by other attributes, by the name, at last by the values. `None` where nothing tells it.
#[must_use]
pub fn unit(all: &Declarations<'_>, declared: &Declared, values: &[f64]) -> Option<f64> {
    let of_bounds = || {
        let bounds = all.find(declared.text("bounds"), declared.group()).and_then(|n| all.get(n))?;
        duration_seconds(bounds.text("units"))
    };
    by_attribute(declared).or_else(of_bounds).or_else(|| by_name(declared.name())).or_else(|| by_values(values))
}

/// xarray keeps `timedelta64[ns]` in `dtype`; others name the unit elsewhere, or in words: «forecast hour».
fn by_attribute(declared: &Declared) -> Option<f64> {
    let of_type = declared.text("dtype").strip_prefix("timedelta64[").and_then(|rest| rest.strip_suffix(']'));
    let named = declared.attributes.iter().filter(|(key, _)| {
        let key = key.to_ascii_lowercase();
        matches!(key.as_str(), "unit" | "step_units" | "stepunits" | "grib_stepunits" | "time_units" | "lead_units")
    });
    let mut named = named.filter_map(|(_, value)| duration_seconds(value.text()?));
    let words = ["long_name", "description", "comment"].map(|name| declared.attribute(name).and_then(Attribute::text));
    of_type
        .and_then(duration_seconds)
        .or_else(|| named.next())
        .or_else(|| words.into_iter().flatten().find_map(in_words))
}

/// The only unit of time that a sentence names.
fn in_words(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 2);
    let mut units: Vec<f64> = words.filter_map(duration_seconds).collect();
    units.dedup();
    if let [only] = units.as_slice() { Some(*only) } else { None }
}

/// GDPS files name their lead times `forecast1` and mean hours.
fn by_name(name: &str) -> Option<f64> {
    let name = name.to_ascii_lowercase();
    let has = |part: &str| name.contains(part);
    match () {
        () if has("hour") || has("fhr") || matches!(name.as_str(), "forecast" | "forecast1" | "forecast2") => {
            Some(HOUR)
        }
        () if has("minute") => Some(60.0),
        () if has("day") => Some(86_400.0),
        () => None,
    }
}

/// Whole hours in numpy's nanoseconds or in seconds; steps of 3, 6, 12 or 24 can only be hours. Zero is zero in any unit.
fn by_values(values: &[f64]) -> Option<f64> {
    const NANOSECONDS_OF_A_MINUTE: f64 = 6e10;
    let known = || values.iter().copied().filter(|value| value.is_finite());
    let largest = known().fold(0.0_f64, |most, value| most.max(value.abs()));
    let all_of = |part: f64| known().all(|value| value % part == 0.0);
    match () {
        () if largest == 0.0 => known().next().map(|_| HOUR),
        () if largest >= NANOSECONDS_OF_A_MINUTE && all_of(NANOSECONDS_OF_A_MINUTE) => Some(1e-9),
        () if largest < 1e8 && all_of(600.0) => Some(1.0),
        () if largest <= 2000.0 && all_of(3.0) => Some(HOUR),
        () => None,
    }
}
