//! What a variable means: its parameter, and the conversion of its numbers and levels to the units shown.

use super::parameter::{self, GEOPOTENTIAL, GEOPOTENTIAL_HEIGHT, Parameter, RELATIVE_HUMIDITY};
use super::recipe::{STANDARD_GRAVITY, UnitGuess};
use crate::field::{Level, LevelKind};
use crate::source::{LevelAxis, Variable};
use crate::units::{self, Affine};

/// The parameter behind a variable, the conversion to the unit shown, and whether the unit must be guessed.
#[must_use]
pub fn meaning(variable: &Variable) -> (Parameter, Affine, Option<UnitGuess>) {
    let Some(entry) = parameter::identify(variable) else {
        return (parameter::unknown(variable), Affine::IDENTITY, None);
    };
    let found = variable.units.as_deref().and_then(units::parse);
    if entry.id == GEOPOTENTIAL && found.is_some() {
        let height = parameter::known(GEOPOTENTIAL_HEIGHT).unwrap_or(entry).parameter();
        return (height, Affine::scaled(0.1 / STANDARD_GRAVITY), None);
    }
    let guess = match entry.id.as_str() {
        RELATIVE_HUMIDITY if variable.units.as_deref().is_none_or(|u| u.trim().is_empty()) => Some(UnitGuess::Humidity),
        RELATIVE_HUMIDITY if found.is_some_and(|unit| unit.id == "1") => Some(UnitGuess::Fraction),
        GEOPOTENTIAL | GEOPOTENTIAL_HEIGHT if found.is_none() => Some(UnitGuess::Height),
        _ => None,
    };
    if guess.is_some() {
        let shown =
            if entry.id == GEOPOTENTIAL { parameter::known(GEOPOTENTIAL_HEIGHT).unwrap_or(entry) } else { entry };
        return (shown.parameter(), Affine::IDENTITY, guess);
    }
    let shown = entry.parameter();
    let silent = variable.units.is_none().then(|| entry.canonical_unit()).flatten();
    match (found.or(silent), shown.unit) {
        (Some(from), Some(_)) => match parameter::conversion(entry, from) {
            Some(conversion) => (shown, conversion, None),
            None => (parameter::unknown(variable), Affine::IDENTITY, None),
        },
        // A unit that the table does not know: the file's own words stand in the caption.
        _ => {
            let unit_label = variable.units.clone().unwrap_or_default();
            (Parameter { unit: None, unit_label, ..shown }, Affine::IDENTITY, None)
        }
    }
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
    let level = |at: usize| {
        let (value, to) = axis.bounds(at)?;
        Some(Level { kind: axis.kind, value: conversion.apply(value), to: to.map(|to| conversion.apply(to)) })
    };
    (0..axis.values.len()).map(level).collect()
}
