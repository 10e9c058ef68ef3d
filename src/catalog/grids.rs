//! A model whose files hold a parameter on two grids on the same kind of level is two models: «GDPS · 0.24°» and
//! «GDPS · 15 km». Where the kinds differ, as at the ground and on pressure levels, it is one, with two variables.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::join::same_grid;
use super::versions;
use super::{Arrival, Model, Run, Series, model_of};
use crate::field::LevelKind;
use crate::grid::{Geometry, Grid, Projection};
use crate::text::Bilingual;

/// The model itself, or one for each of its grids: the one with most fields first, which keeps the model's id.
pub(super) fn split(model: Model) -> Vec<Model> {
    let mut models = by_grid(model);
    models.iter_mut().flat_map(|model| &mut model.runs).for_each(|run| set_apart(&mut run.series));
    models
}

fn by_grid(model: Model) -> Vec<Model> {
    let mut grids = rivals(&model);
    if grids.len() < 2 {
        return vec![model];
    }
    let fields = |grid: &Arc<Grid>| {
        let series = model.runs.iter().flat_map(|run| &run.series);
        series.filter(|series| same_grid(&series.grid, grid)).map(Series::len).sum::<usize>()
    };
    grids.sort_by_cached_key(|grid| std::cmp::Reverse(fields(grid)));
    let stems: Vec<BTreeSet<String>> = grids.iter().map(|grid| stems(&model, grid)).collect();
    let labels = labels(&grids);
    let mut models: Vec<Model> = labels
        .into_iter()
        .enumerate()
        .map(|(at, label)| {
            let name = Bilingual {
                en: format!("{} · {}", model.name.en, label.en),
                fr: format!("{} · {}", model.name.fr, label.fr),
            };
            let id = if at == 0 { model.id.clone() } else { name.en.clone() };
            Model { id, name, note: model.note.clone(), listed: model.listed, runs: Vec::new() }
        })
        .collect();
    for run in model.runs {
        let mut of_grid: Vec<Vec<Series>> = grids.iter().map(|_| Vec::new()).collect();
        for series in run.series {
            // What stands on a third grid goes with the first.
            let at = grids.iter().position(|grid| same_grid(&series.grid, grid)).unwrap_or(0);
            of_grid[at].push(series);
        }
        for (at, series) in of_grid.into_iter().enumerate() {
            // A file that was not read is on the grid of those that are called alike, else it may be on any.
            let on_this = |path: &Path| {
                let stem = model_of(path);
                stems[at].contains(&stem) || !stems.iter().any(|stems| stems.contains(&stem))
            };
            let unread: Vec<_> = run.unread.iter().filter(|path| on_this(path)).cloned().collect();
            if !series.is_empty() || !unread.is_empty() {
                let arrival: Arrival = run.arrival.clone();
                models[at].runs.push(Run { reference: run.reference, series, unread, arrival });
            }
        }
    }
    models
}

/// The grids on which a run has the same parameter on the same kind of level more than once.
fn rivals(model: &Model) -> Vec<Arc<Grid>> {
    let mut grids: Vec<Arc<Grid>> = Vec::new();
    for run in &model.runs {
        for (at, series) in run.series.iter().enumerate() {
            let same = |other: &&Series| {
                other.parameter.id == series.parameter.id
                    && !same_grid(&other.grid, &series.grid)
                    && kinds(other).any(|kind| kinds(series).any(|mine| mine == kind))
            };
            for other in run.series.iter().skip(at + 1).filter(same) {
                for grid in [&series.grid, &other.grid] {
                    if !grids.iter().any(|known| same_grid(known, grid)) {
                        grids.push(grid.clone());
                    }
                }
            }
        }
    }
    grids
}

fn kinds(series: &Series) -> impl Iterator<Item = Option<LevelKind>> {
    series.levels.iter().map(|level| level.map(|level| level.kind))
}

/// Makes the parameters of a run's series differ: of those that stand on several grids, the series with pressure levels,
/// else with most fields, keeps the name; the others have their grid's behind it.
fn set_apart(run: &mut [Series]) {
    let mut alike: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, series) in run.iter().enumerate() {
        alike.entry(series.parameter.id.clone()).or_default().push(at);
    }
    for mut places in alike.into_values().filter(|places| places.len() > 1) {
        places.sort_by_key(|at| std::cmp::Reverse((run[*at].is_on_pressure(), run[*at].len())));
        let grids: Vec<Arc<Grid>> = places.iter().map(|at| run[*at].grid.clone()).collect();
        for (at, label) in places.into_iter().zip(labels(&grids)).skip(1) {
            versions::set_apart(&mut run[at].parameter, &label);
        }
    }
}

/// How the files on a grid are called.
fn stems(model: &Model, grid: &Arc<Grid>) -> BTreeSet<String> {
    let series = model.runs.iter().flat_map(|run| &run.series).filter(|series| same_grid(&series.grid, grid));
    let paths: BTreeSet<&Path> = series.flat_map(Series::files).collect();
    paths.into_iter().map(model_of).collect()
}

/// By their spacing; where that is the same, by their size as well, and at last by a number.
fn labels(grids: &[Arc<Grid>]) -> Vec<Bilingual> {
    let plain: Vec<String> = grids.iter().map(|grid| spacing(grid)).collect();
    let twice = |label: &String| plain.iter().filter(|other| *other == label).count() > 1;
    let sized = plain.iter().zip(grids).map(|(label, grid)| match twice(label) {
        true => format!("{label}, {} × {}", grid.nx, grid.ny),
        false => label.clone(),
    });
    let mut labels: Vec<String> = Vec::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for label in sized {
        let count = counts.entry(label.clone()).or_default();
        *count += 1;
        labels.push(if *count > 1 { format!("{label} ({count})") } else { label });
    }
    labels.into_iter().map(|en| Bilingual { fr: en.replace('.', ","), en }).collect()
}

/// `0.24°`, `15 km`; the number of points where they have no common distance.
fn spacing(grid: &Grid) -> String {
    let step = |axis: &[f64]| match axis {
        [first, .., last] => Some((last - first).abs() / (axis.len() - 1) as f64),
        _ => None,
    };
    let both = |x: &[f64], y: &[f64]| step(y).or(step(x)).filter(|step| step.is_finite() && *step > 0.0);
    match &grid.first().geometry {
        Geometry::LatLon { lat, lon } => both(lon, lat).map(|step| format!("{}°", rounded(step))),
        Geometry::Projected { projection: Projection::RotatedPole(_), x, y } => {
            both(x, y).map(|step| format!("{}°", rounded(step)))
        }
        Geometry::Projected { x, y, .. } => both(x, y).map(|step| format!("{} km", rounded(step / 1000.0))),
        _ => None,
    }
    .unwrap_or_else(|| format!("{} × {}", grid.nx, grid.ny))
}

/// Three digits, no zeros behind them.
fn rounded(value: f64) -> String {
    let digits = (2.0 - value.log10().floor()).clamp(0.0, 6.0) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lat_lon(step: f64, ny: usize, nx: usize, south: f64) -> Arc<Grid> {
        let axis = |from: f64, count: usize| (0..count).map(|n| from + step * n as f64).collect();
        Arc::new(Grid { ny, nx, geometry: Geometry::LatLon { lat: axis(south, ny), lon: axis(0.0, nx) } })
    }

    #[test]
    fn grids_are_told_apart_in_both_languages() {
        let names =
            |grids: &[Arc<Grid>]| labels(grids).into_iter().map(|label| (label.en, label.fr)).collect::<Vec<_>>();
        let pair = |en: &str, fr: &str| (en.to_owned(), fr.to_owned());
        assert_eq!(
            names(&[lat_lon(0.24, 5, 9, 0.0), lat_lon(1.0, 5, 9, 0.0)]),
            [pair("0.24°", "0,24°"), pair("1°", "1°")]
        );
        assert_eq!(
            names(&[lat_lon(2.0, 5, 9, 0.0), lat_lon(2.0, 7, 9, 0.0), lat_lon(2.0, 7, 9, 1.0)]),
            [pair("2°, 9 × 5", "2°, 9 × 5"), pair("2°, 9 × 7", "2°, 9 × 7"), pair("2°, 9 × 7 (2)", "2°, 9 × 7 (2)")]
        );
    }
}
