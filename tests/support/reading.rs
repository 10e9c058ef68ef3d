//! All that the program does with a file before it draws: opens it, joins the catalogue, reads some fields.

use std::path::Path;
use std::sync::Arc;

use super::catalog::{self, Catalog};
use super::source::{self, Choice, Stop, Variable};

/// Fields of more points are listed and not read: what is sought is a wrong step, not patience.
const MOST_POINTS: usize = 1 << 20;

/// Whatever stands in the file, this comes back.
pub fn open_and_read(path: &Path) {
    let opened = source::open(path);
    if let Err(refusal) = &opened {
        assert!(!refusal.to_string().is_empty());
    }
    let opened = [(path.to_owned(), opened.map(Arc::new))];
    let catalog = Catalog::new(&opened);
    for series in catalog.models.iter().flat_map(|model| &model.runs).flat_map(|run| &run.series) {
        assert!(!series.is_empty() && !series.levels.is_empty(), "{} has no field", series.parameter.id);
    }
    let variables = opened.iter().flat_map(|(_, outcome)| outcome.iter()).map(|dataset| dataset.variables.len());
    assert_eq!(catalog::inventory(&opened).len(), variables.sum::<usize>(), "each variable of one file is listed once");
    if let Ok(list) = source::records(path) {
        for record in 0..list.count.min(8) {
            let _ = source::record_values(path, record);
        }
    }
    let [(_, Ok(dataset))] = &opened else { return };
    for variable in dataset.variables.iter().take(6) {
        read(variable);
    }
}

/// The first field and the last.
fn read(variable: &Variable) {
    let last = Choice {
        step: variable.steps.len().saturating_sub(1),
        level: variable.levels.as_ref().map_or(0, |axis| axis.values.len().saturating_sub(1)),
        ..Choice::default()
    };
    let grid = &variable.grid;
    if grid.ny.saturating_mul(grid.nx) > MOST_POINTS {
        return;
    }
    // A message may fail, and says why; nothing else may happen.
    for choice in [Choice::default(), last] {
        let Some(field) = variable.field(choice) else { continue };
        if let Err(error) = field.read_raw() {
            assert!(!error.to_string().is_empty());
        }
        let window = grid.whole();
        field.reader.read_windows(field.variable, &[&field.choice], window, &Stop::default(), &|_, _| {});
    }
    assert!(grid.nearest(-115.0, 51.0).is_none_or(|(j, i)| j < grid.ny && i < grid.nx));
}
