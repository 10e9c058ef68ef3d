//! Variables of one file that hold one parameter at the same places: an analysis beside a forecast, two experiments with
//! labels of their own. They are kept apart, and called by what the file calls them.

use std::collections::{HashMap, HashSet};

use super::Parameter;
use super::join::{levels_of, meaning, same_grid};
use crate::field::Level;
use crate::source::{Choice, Dataset, Step, Variable};
use crate::text::Bilingual;

/// A level, a time and a member for which a variable has a field.
type Place<'a> = (Option<Level>, Option<Step>, Option<&'a str>);

/// The parameter of each variable: the first with fields at a place has the parameter's own name, others one with their
/// id behind it. The first by its id, the shortest before others: the files of a run may hold them in any order.
pub(super) fn parameters(dataset: &Dataset) -> Vec<Parameter> {
    let parameters: Vec<Parameter> = dataset.variables.iter().map(|variable| meaning(variable).0).collect();
    let mut alike: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, parameter) in parameters.iter().enumerate() {
        alike.entry(parameter.id.clone()).or_default().push(number);
    }
    let mut told = parameters;
    for mut numbers in alike.into_values().filter(|numbers| numbers.len() > 1) {
        numbers.sort_by_key(|number| dataset.variables.get(*number).map(|variable| rank(&variable.id)));
        let mut firsts: Vec<(&Variable, HashSet<Place<'_>>)> = Vec::new();
        for number in numbers {
            let Some(variable) = dataset.variables.get(number) else { continue };
            let places: HashSet<Place<'_>> = places(variable).collect();
            let taken = |(first, taken): &(&Variable, HashSet<Place<'_>>)| {
                same_grid(&first.grid, &variable.grid) && !taken.is_disjoint(&places)
            };
            if firsts.iter().any(taken) {
                if let Some(parameter) = told.get_mut(number) {
                    set_apart(parameter, &Bilingual::same(&variable.id));
                }
            } else {
                firsts.push((variable, places));
            }
        }
    }
    told
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
                Some((value, variable.steps.get(step).copied(), named.map(String::as_str)))
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
