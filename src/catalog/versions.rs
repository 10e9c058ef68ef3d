//! Variables of a model's files that hold one parameter at the same places: an analysis beside a forecast, two
//! experiments with labels of their own. They are kept apart, and called by what the files call them.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::Parameter;
use super::join::same_grid;
use super::meaning::{levels_of, meaning};
use crate::field::{Level, Member};
use crate::source::{Choice, Dataset, Step, Variable};
use crate::text::Bilingual;

/// A level, a time and a member for which a variable has a field.
type Place<'a> = (Option<Level>, Option<Step>, Option<&'a Member>);

/// A parameter of a model, and what a file calls one version of it.
type Version<'a> = (&'a str, String, &'a str);

/// The parameters of each file's variables. Of versions that have fields at the same places one has the parameter's own
/// name, the others one with their id behind it, in all files of the model: the one with the most steps, else the first by
/// its id, the shortest before others.
pub(super) fn parameters(files: &[Option<(&str, &Dataset)>]) -> Vec<Vec<Parameter>> {
    let meant = |dataset: &Dataset| dataset.variables.iter().map(|variable| meaning(variable).0).collect();
    let mut told: Vec<Vec<Parameter>> =
        files.iter().map(|file| file.map(|(_, dataset)| meant(dataset)).unwrap_or_default()).collect();
    let known = || files.iter().zip(&told).filter_map(|(file, parameters)| Some(((*file)?, parameters)));
    let mut steps: HashMap<Version<'_>, usize> = HashMap::new();
    for ((model, dataset), parameters) in known() {
        for (variable, parameter) in dataset.variables.iter().zip(parameters) {
            *steps.entry(version(model, parameter, variable)).or_default() += variable.steps.len();
        }
    }
    let mut apart: HashMap<Version<'_>, Bilingual> = HashMap::new();
    for ((model, dataset), parameters) in known() {
        for (variable, parameter) in rivals(model, dataset, parameters, &steps) {
            let key = version(model, parameter, variable);
            apart.entry(key).or_insert_with(|| Bilingual::same(&variable.id));
        }
    }
    for (file, parameters) in files.iter().zip(&mut told) {
        let Some((model, dataset)) = file else { continue };
        for (variable, parameter) in dataset.variables.iter().zip(parameters) {
            if let Some(by) = apart.get(&version(model, parameter, variable)) {
                set_apart(parameter, by);
            }
        }
    }
    told
}

fn version<'a>(model: &'a str, parameter: &Parameter, variable: &'a Variable) -> Version<'a> {
    (model, parameter.id.clone(), variable.identity.as_deref().unwrap_or(&variable.id))
}

/// The variables of a file that have fields where another of the same parameter, which comes before them, has some.
fn rivals<'a, 'p>(
    model: &str,
    dataset: &'a Dataset,
    parameters: &'p [Parameter],
    steps: &HashMap<Version<'_>, usize>,
) -> Vec<(&'a Variable, &'p Parameter)> {
    let mut alike: HashMap<&str, Vec<(&'a Variable, &'p Parameter, usize)>> = HashMap::new();
    for (variable, parameter) in dataset.variables.iter().zip(parameters) {
        let named = variable.identity.is_some();
        let steps = steps.get(&version(model, parameter, variable)).filter(|_| named).copied().unwrap_or(0);
        alike.entry(&parameter.id).or_default().push((variable, parameter, steps));
    }
    let mut found = Vec::new();
    for mut versions in alike.into_values().filter(|versions| versions.len() > 1) {
        versions.sort_by_key(|(variable, _, steps)| (Reverse(*steps), rank(&variable.id)));
        let mut firsts: Vec<(&Variable, HashSet<Place<'_>>)> = Vec::new();
        for (variable, parameter, _) in versions {
            let places: HashSet<Place<'_>> = places(variable).collect();
            let taken = |(first, taken): &(&Variable, HashSet<Place<'_>>)| {
                same_grid(&first.grid, &variable.grid) && !taken.is_disjoint(&places)
            };
            if firsts.iter().any(taken) {
                found.push((variable, parameter));
            } else {
                firsts.push((variable, places));
            }
        }
    }
    found
}

/// By the length of the id; of RPN standard files, whose ids are nomvar/typvar/etiket, forecasts come first.
fn rank(id: &str) -> (usize, bool, &str) {
    let is_forecast = id.split('/').nth(1).is_some_and(|typvar| typvar.starts_with('P'));
    (id.len(), !is_forecast, id)
}

fn places(variable: &Variable) -> impl Iterator<Item = Place<'_>> {
    let levels = levels_of(variable.levels.as_ref());
    let members = variable.members.as_ref().map_or(1, Vec::len);
    (0..variable.steps.len().max(1)).flat_map(move |step| {
        let levels = levels.clone();
        levels.into_iter().enumerate().flat_map(move |(level, value)| {
            (0..members).filter_map(move |member| {
                let dims = vec![0; variable.dims.len()];
                variable.field(Choice { step, level, member, dims })?;
                let named = variable.members.as_ref().and_then(|names| names.get(member));
                Some((value, variable.steps.get(step).copied(), named))
            })
        })
    })
}

/// Puts what tells a parameter from others of its kind behind its id and its name.
pub(super) fn set_apart(parameter: &mut Parameter, by: &Bilingual) {
    parameter.id = format!("{}@{}", parameter.id, by.en);
    parameter.name = Bilingual {
        en: format!("{} ({})", parameter.name.en, by.en),
        fr: format!("{} ({})", parameter.name.fr, by.fr),
    };
}
