//! Joins datasets into models, runs, series.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::parameter::{self, GEOPOTENTIAL, GEOPOTENTIAL_HEIGHT, RELATIVE_HUMIDITY, SPECIFIC_HUMIDITY, TEMPERATURE};
use super::recipe::{Formula, Ingredient, Recipe, STANDARD_GRAVITY, UnitGuess};
use super::{Catalog, CatalogNote, FileReport, Model, Parameter, Run, Series, SlotTime};
use crate::field::{Level, LevelKind};
use crate::grid::Grid;
use crate::source::{Choice, Dataset, LevelAxis, SourceError, Variable};
use crate::text::{self, Bilingual, Language};
use crate::time::ReferenceTime;
use crate::units::{self, Affine};

type Opened = (PathBuf, Result<Arc<Dataset>, SourceError>);

/// One field with its place in the catalogue.
struct Entry {
    level: Option<Level>,
    member: Option<String>,
    slot: SlotTime,
    recipe: Recipe,
    file: usize,
}

/// A series in the making.
struct Gathered {
    parameter: Parameter,
    grid: Arc<Grid>,
    entries: Vec<Entry>,
}

type RunParts = BTreeMap<Option<ReferenceTime>, Vec<Gathered>>;

pub(super) fn join(opened: &[Opened]) -> Catalog {
    let mut models: Vec<(String, Bilingual, RunParts)> = Vec::new();
    let mut files = Vec::new();
    let mut paths = Vec::new();
    for (path, outcome) in opened {
        files.push(FileReport {
            path: path.clone(),
            outcome: outcome.as_ref().map(|dataset| dataset.notes.clone()).map_err(Clone::clone),
        });
        paths.push(path.clone());
        let Ok(dataset) = outcome else { continue };
        let name = model_name(dataset);
        let at = models.iter().position(|(id, ..)| *id == name.en).unwrap_or_else(|| {
            models.push((name.en.clone(), name, RunParts::new()));
            models.len() - 1
        });
        let Some((_, _, runs)) = models.get_mut(at) else { continue };
        for variable in &dataset.variables {
            gather(variable, paths.len() - 1, runs);
        }
    }
    let age: Vec<_> = paths.iter().map(|path| modified(path)).collect();
    let mut hidden = BTreeSet::new();
    let models: Vec<Model> = models
        .into_iter()
        .map(|(id, name, runs)| Model {
            id,
            name,
            runs: runs
                .into_iter()
                .rev()
                .map(|(reference, parts)| Run { reference, series: finish_run(parts, &age, &mut hidden) })
                .filter(|run| !run.series.is_empty())
                .collect(),
        })
        .filter(|model| !model.runs.is_empty())
        .collect();
    let same = hidden.into_iter().filter_map(|(shown, hidden)| {
        Some(CatalogNote::SameField { shown: paths.get(shown)?.clone(), hidden: paths.get(hidden)?.clone() })
    });
    let runs = models.iter().flat_map(|model| &model.runs);
    let other: BTreeSet<_> = runs.flat_map(Run::hidden_by_grid).collect();
    let other = other.into_iter().map(|(shown, hidden)| CatalogNote::OtherGrid { shown, hidden });
    let notes = same.chain(other).collect();
    Catalog { models, files, notes }
}

/// What a file calls its model: an attribute that names it, else its name without dates and numbers.
pub(super) fn model_name(dataset: &Dataset) -> Bilingual {
    const NAMING: [&str; 5] = ["model_name", "model", "model_id", "source_id", "generating_model"];
    let attribute = |wanted: &str| {
        dataset
            .attributes
            .iter()
            .find(|(name, text)| name.eq_ignore_ascii_case(wanted) && !text.trim().is_empty())
            .map(|(_, text)| text.trim().to_owned())
    };
    let name = NAMING.iter().find_map(|name| attribute(name)).unwrap_or_else(|| stem_without_dates(&dataset.path));
    match name.split_once(" / ") {
        Some((en, fr)) => Bilingual { en: en.trim().to_owned(), fr: fr.trim().to_owned() },
        None => Bilingual::same(name),
    }
}

/// `gdps_2026112012_024.nc` is of the model `gdps`; a folder's name serves where nothing is left.
fn stem_without_dates(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let words: Vec<&str> = stem
        .split(['_', '-', '.', ' '])
        .filter(|word| word.chars().any(char::is_alphabetic) && !is_time_word(word))
        .collect();
    if !words.is_empty() {
        return words.join("_");
    }
    let folder = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    folder.filter(|name| !name.is_empty()).unwrap_or(stem)
}

/// `20261120T12Z`, `f024`, `h006`, `12z`, `T00`: letters that only carry a time.
fn is_time_word(word: &str) -> bool {
    let letters: String = word.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
    let digits = word.chars().filter(char::is_ascii_digit).count();
    digits >= 2 && matches!(letters.as_str(), "t" | "tz" | "z" | "f" | "h" | "p" | "step" | "ft")
}

/// Adds all fields of a variable to the runs that they belong to.
fn gather(variable: &Variable, file: usize, runs: &mut RunParts) {
    let (parameter, conversion, guess) = meaning(variable);
    let levels = levels_of(variable.levels.as_ref());
    let members: Vec<Option<String>> =
        variable.members.as_ref().map_or(vec![None], |m| m.iter().cloned().map(Some).collect());
    let steps: Vec<_> = if variable.steps.is_empty() {
        vec![(None, SlotTime { valid: None, lead: None })]
    } else {
        variable.steps.iter().map(|s| (s.run, SlotTime { valid: s.valid, lead: s.lead })).collect()
    };
    for (step, (run, slot)) in steps.iter().enumerate() {
        let parts = runs.entry(*run).or_default();
        let at = parts
            .iter()
            .position(|part| part.parameter.id == parameter.id && same_grid(&part.grid, &variable.grid))
            .unwrap_or_else(|| {
                let grid = variable.grid.clone();
                parts.push(Gathered { parameter: parameter.clone(), grid, entries: Vec::new() });
                parts.len() - 1
            });
        let Some(part) = parts.get_mut(at) else { continue };
        for (level, level_value) in levels.iter().enumerate() {
            for (member, member_name) in members.iter().enumerate() {
                let Some(field) = variable.field(Choice { step, level, member, dims: vec![0; variable.dims.len()] })
                else {
                    continue;
                };
                let ingredients = vec![Ingredient { field, conversion }];
                let recipe = Recipe { ingredients, formula: Formula::Direct, guess };
                let member = member_name.clone();
                part.entries.push(Entry { level: *level_value, member, slot: *slot, recipe, file });
            }
        }
    }
}

pub(super) fn same_grid(a: &Arc<Grid>, b: &Arc<Grid>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}

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
        LevelKind::Pressure => units::by_id("hPa"),
        LevelKind::PotentialTemperature => units::by_id("K"),
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
    axis.values.iter().map(|value| Some(Level { kind: axis.kind, value: conversion.apply(*value) })).collect()
}

fn finish_run(
    mut parts: Vec<Gathered>,
    age: &[Option<std::time::SystemTime>],
    hidden: &mut BTreeSet<(usize, usize)>,
) -> Vec<Series> {
    derive_humidity(&mut parts);
    parts.into_iter().map(|part| finish_series(part, age, hidden)).filter(|series| !series.is_empty()).collect()
}

/// Adds relative humidity where a run has only specific humidity and temperature on the same grid and pressure levels.
fn derive_humidity(parts: &mut Vec<Gathered>) {
    if parts.iter().any(|part| part.parameter.id == RELATIVE_HUMIDITY) {
        return;
    }
    let Some(entry) = parameter::known(RELATIVE_HUMIDITY) else { return };
    let (Some(kilogram), Some(kelvin)) = (units::by_id("kg kg-1"), units::by_id("K")) else { return };
    let mut derived = Vec::new();
    for specific in parts.iter().filter(|part| part.parameter.id == SPECIFIC_HUMIDITY) {
        let same = |part: &&Gathered| part.parameter.id == TEMPERATURE && same_grid(&part.grid, &specific.grid);
        let Some(temperature) = parts.iter().find(same) else { continue };
        let back = |part: &Gathered, unit| part.parameter.unit.and_then(|shown| units::conversion(shown, unit));
        let (Some(to_kilogram), Some(to_kelvin)) = (back(specific, kilogram), back(temperature, kelvin)) else {
            continue;
        };
        let warm: HashMap<_, _> = temperature.entries.iter().map(|e| ((e.level, &e.member, e.slot), e)).collect();
        let entries: Vec<Entry> = specific
            .entries
            .iter()
            .filter_map(|moist| {
                let level = moist.level.filter(|level| level.kind == LevelKind::Pressure)?;
                let warm = warm.get(&(moist.level, &moist.member, moist.slot))?;
                let ingredient = |entry: &Entry, to: Affine| {
                    let first = entry.recipe.ingredients.first()?;
                    Some(Ingredient { field: first.field.clone(), conversion: first.conversion.then(to) })
                };
                let ingredients = vec![ingredient(moist, to_kilogram)?, ingredient(warm, to_kelvin)?];
                let formula = Formula::RelativeHumidity { pressure: level.value * 100.0 };
                let recipe = Recipe { ingredients, formula, guess: None };
                Some(Entry {
                    level: moist.level,
                    member: moist.member.clone(),
                    slot: moist.slot,
                    recipe,
                    file: moist.file,
                })
            })
            .collect();
        let plain = entry.parameter();
        let name = Bilingual {
            en: text::fill(Language::English, "parameter.over_water", &[("name", &plain.name.en)]),
            fr: text::fill(Language::French, "parameter.over_water", &[("name", &plain.name.fr)]),
        };
        derived.push(Gathered { parameter: Parameter { name, ..plain }, grid: specific.grid.clone(), entries });
    }
    parts.extend(derived);
}

fn finish_series(
    part: Gathered,
    age: &[Option<std::time::SystemTime>],
    hidden: &mut BTreeSet<(usize, usize)>,
) -> Series {
    let levels: Vec<Option<Level>> =
        part.entries.iter().map(|e| e.level).collect::<BTreeSet<_>>().into_iter().collect();
    let slots: Vec<SlotTime> = part.entries.iter().map(|e| e.slot).collect::<BTreeSet<_>>().into_iter().collect();
    let mut seen = HashSet::new();
    let members: Vec<Option<String>> =
        part.entries.iter().map(|e| e.member.clone()).filter(|member| seen.insert(member.clone())).collect();
    let mut owners: HashMap<(usize, usize, usize), usize> = HashMap::new();
    let mut recipes: HashMap<(usize, usize, usize), Recipe> = HashMap::new();
    for entry in part.entries {
        let (Ok(level), Some(member), Ok(slot)) = (
            levels.binary_search(&entry.level),
            members.iter().position(|member| *member == entry.member),
            slots.binary_search(&entry.slot),
        ) else {
            continue;
        };
        let key = (level, member, slot);
        match owners.get(&key).copied() {
            // The same field twice in one file: the first stands.
            Some(owner) if owner == entry.file => continue,
            Some(owner) if age.get(owner) > age.get(entry.file) => {
                hidden.insert((owner, entry.file));
                continue;
            }
            Some(owner) => {
                hidden.insert((entry.file, owner));
            }
            None => {}
        }
        owners.insert(key, entry.file);
        recipes.insert(key, entry.recipe);
    }
    Series { parameter: part.parameter, grid: part.grid, levels, members, slots, recipes }
}

fn modified(path: &Path) -> Option<std::time::SystemTime> {
    std::fs::metadata(path).and_then(|data| data.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_leads_in_a_name_are_not_the_model() {
        let check = |path: &str, model: &str| assert_eq!(stem_without_dates(Path::new(path)), model, "{path}");
        check("runs/gdps_2026112012_024.nc", "gdps");
        check("graphcast/2026112012_024.nc", "graphcast");
        check("ecmwf-20261120T12Z-f024.nc", "ecmwf");
        check("rh_gz.nc", "rh_gz");
    }
}
