//! What a variable means: its parameter, and the conversion of its numbers and levels to the units shown.

use super::departure::Departure;
use super::parameter::{
    self, GEOPOTENTIAL, GEOPOTENTIAL_HEIGHT, KnownParameter, OROGRAPHY, Parameter, SURFACE_GEOPOTENTIAL,
    TOTAL_PRECIPITATION,
};
use super::qualified;
use super::recipe::{STANDARD_GRAVITY, UnitGuess};
use crate::field::{Level, LevelKind, without_noise};
use crate::source::{LevelAxis, Variable};
use crate::units::{self, Affine, Unit};

/// The parameter behind a variable, the conversion to the unit shown, and what is to be told by the values where its unit
/// is silent or may be wrong. The conversion comes first, that of [`UnitGuess::decide`] behind it.
#[must_use]
pub fn meaning(variable: &Variable) -> (Parameter, Affine, Option<UnitGuess>) {
    if let Some((parameter, conversion)) = qualified::meaning(variable) {
        return (parameter, conversion, None);
    }
    let as_it_is = || (parameter::unknown(variable), Affine::IDENTITY, None);
    let Some(entry) = parameter::identify(variable) else { return as_it_is() };
    let found = variable.units.as_deref().and_then(units::parse);
    let is_silent = variable.units.as_deref().is_none_or(|unit| unit.trim().is_empty());
    if let Some(departure) = Departure::of(variable).filter(|_| !entry.is_departure()) {
        let silent = is_silent.then(|| entry.canonical_unit()).flatten();
        let departed = found.or(silent).and_then(|unit| departure.parameter(entry, unit));
        return departed.map_or_else(as_it_is, |(shown, conversion)| (shown, conversion, None));
    }
    if entry.id == SURFACE_GEOPOTENTIAL {
        let orography = parameter::known(OROGRAPHY).unwrap_or(entry).parameter();
        return (orography, Affine::scaled(1.0 / STANDARD_GRAVITY), None);
    }
    if let Some(ground) = ground(variable, entry, found) {
        return (ground.0, ground.1, None);
    }
    if entry.id == GEOPOTENTIAL && found.is_some() {
        let height = parameter::known(GEOPOTENTIAL_HEIGHT).unwrap_or(entry).parameter();
        return (height, Affine::scaled(0.1 / STANDARD_GRAVITY), None);
    }
    let guess = guess(variable, entry, found, is_silent);
    let is_bare = matches!(
        guess,
        Some(UnitGuess::Humidity | UnitGuess::Fraction | UnitGuess::Percent | UnitGuess::Height | UnitGuess::Water)
    );
    if is_bare {
        let shown =
            if entry.id == GEOPOTENTIAL { parameter::known(GEOPOTENTIAL_HEIGHT).unwrap_or(entry) } else { entry };
        return (shown.parameter(), Affine::IDENTITY, guess);
    }
    let shown = entry.parameter();
    let silent =
        (is_silent || guess.is_some_and(|guess| guess.said().is_none())).then(|| entry.canonical_unit()).flatten();
    let of_its_kind = found.filter(|unit| parameter::conversion(entry, unit).is_some() || guess.is_none());
    match (of_its_kind.or(silent), shown.unit) {
        (Some(from), Some(_)) => match parameter::conversion(entry, from) {
            Some(conversion) => (shown, conversion, guess),
            None => as_it_is(),
        },
        // A unit that the table does not know: the file's own words stand in the caption.
        _ => {
            let unit_label = variable.units.clone().unwrap_or_default();
            (Parameter { unit: None, unit_label, ..shown }, Affine::IDENTITY, None)
        }
    }
}

/// Which unit is told by the values. Tables of messages say temperatures and pressures in one unit only, and writers keep
/// to it; fractions of 1 stand behind their % often enough where HARMONIE writes edition 1.
fn guess(
    variable: &Variable,
    entry: &KnownParameter,
    found: Option<&'static Unit>,
    is_silent: bool,
) -> Option<UnitGuess> {
    /// NCEP, the National Weather Service, JMA, the Canadian centre, ECMWF: these write what their tables say.
    const FAITHFUL: [u16; 5] = [7, 8, 34, 54, 98];
    let is_message = variable.grib.is_some() || variable.identity.is_some();
    let is_faithful =
        is_message && variable.grib.as_ref().is_none_or(|grib| grib.edition != 1 || FAITHFUL.contains(&grib.centre));
    if entry.id == GEOPOTENTIAL || entry.id == GEOPOTENTIAL_HEIGHT {
        return found.is_none().then_some(UnitGuess::Height);
    }
    if entry.is_fraction() {
        return match found.map(|unit| unit.id.as_str()) {
            None => is_silent.then_some(UnitGuess::Humidity),
            Some("1") => Some(UnitGuess::Fraction),
            Some("%") => (!is_faithful).then_some(UnitGuess::Percent),
            Some(_) => None,
        };
    }
    if is_message {
        return None;
    }
    if entry.id == TOTAL_PRECIPITATION {
        return is_silent.then_some(UnitGuess::Water);
    }
    let said = found.map(|unit| unit.id.as_str());
    if entry.is_temperature() {
        return match said {
            None => is_silent.then_some(UnitGuess::Temperature { said: None }),
            // Degrees of what is not said.
            Some("degree") => Some(UnitGuess::Temperature { said: None }),
            Some("K") => Some(UnitGuess::Temperature { said: Some("K") }),
            Some("degC") => Some(UnitGuess::Temperature { said: Some("degC") }),
            Some("degF") => Some(UnitGuess::Temperature { said: Some("degF") }),
            Some(_) => None,
        };
    }
    if entry.is_pressure() {
        return match said {
            None => is_silent.then_some(UnitGuess::Pressure { said: None }),
            Some("Pa") => Some(UnitGuess::Pressure { said: Some("Pa") }),
            Some("hPa") => Some(UnitGuess::Pressure { said: Some("hPa") }),
            Some("kPa") => Some(UnitGuess::Pressure { said: Some("kPa") }),
            Some(_) => None,
        };
    }
    None
}

/// The height of the ground, where a geopotential or a height is that: on the surface, on model level 1 alone (as ECMWF
/// stores it), or without level and time.
fn ground(variable: &Variable, entry: &KnownParameter, found: Option<&Unit>) -> Option<(Parameter, Affine)> {
    let is_geopotential = entry.id == GEOPOTENTIAL;
    if !is_geopotential && entry.id != GEOPOTENTIAL_HEIGHT {
        return None;
    }
    let lies_on_it = match &variable.levels {
        Some(axis) if axis.kind == LevelKind::Surface => true,
        Some(axis) => {
            let is_model_level = matches!(axis.kind, LevelKind::Hybrid | LevelKind::ModelLevel);
            is_geopotential && is_model_level && axis.values == [1.0]
        }
        None => match &variable.grib {
            Some(grib) => grib.level_kind == "surface",
            None => is_geopotential && variable.steps.iter().all(|step| step.valid.is_none() && step.lead.is_none()),
        },
    };
    let ground = parameter::known(OROGRAPHY)?.parameter();
    let unit = found.or(entry.canonical_unit()).filter(|_| lies_on_it)?;
    let metres = units::conversion(unit, ground.unit?);
    let potential =
        || Some(units::conversion(unit, units::by_id("m2 s-2")?)?.then(Affine::scaled(1.0 / STANDARD_GRAVITY)));
    Some((ground, metres.or_else(potential)?))
}

/// The levels of an axis in the unit of their kind, in stored order.
#[must_use]
pub fn levels_of(axis: Option<&LevelAxis>) -> Vec<Option<Level>> {
    let Some(axis) = axis else { return vec![None] };
    let unit = axis.units.as_deref().and_then(units::parse);
    let wanted = match axis.kind {
        LevelKind::Pressure | LevelKind::PressureAboveGround => units::by_id("hPa"),
        LevelKind::PotentialTemperature | LevelKind::Isothermal => units::by_id("K"),
        LevelKind::PotentialVorticity => units::by_id("PVU"),
        LevelKind::Sigma => units::by_id("1"),
        LevelKind::HeightAboveGround
        | LevelKind::HeightAboveSea
        | LevelKind::DepthBelowLand
        | LevelKind::DepthBelowSea => units::by_id("m"),
        _ => None,
    };
    let conversion = match (unit, wanted) {
        (Some(from), Some(to)) => units::conversion(from, to).unwrap_or(Affine::IDENTITY),
        // A pressure axis without a unit: above 2000 it can only be Pa.
        (None, Some(_)) if axis.kind == LevelKind::Pressure && axis.values.iter().any(|v| *v > 2000.0) => {
            Affine::scaled(0.01)
        }
        _ => Affine::IDENTITY,
    };
    let shown = |value| without_noise(conversion.apply(value));
    let level = |at: usize| {
        let (value, to) = axis.bounds(at)?;
        Some(Level { kind: axis.kind, value: shown(value), to: to.map(shown) })
    };
    (0..axis.values.len()).map(level).collect()
}
