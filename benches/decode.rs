//! Decoding every step of a file's largest field: `MILLIBAR_BENCH_FILE=run.nc cargo bench --bench decode`.
//! Without that variable there is nothing to measure.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use criterion::{Criterion, criterion_group, criterion_main};
use millibar::source::{Choice, Stop, Variable, open};

fn decode(criterion: &mut Criterion) {
    let Some(path) = std::env::var_os("MILLIBAR_BENCH_FILE") else {
        eprintln!("MILLIBAR_BENCH_FILE names no file: skipped");
        return;
    };
    let dataset = match open(Path::new(&path)) {
        Ok(dataset) => dataset,
        Err(error) => {
            eprintln!("{error}: skipped");
            return;
        }
    };
    let mut group = criterion.benchmark_group("decode");
    group.sample_size(10);
    for variable in dataset.variables.iter().take(4) {
        group.bench_function(format!("{}, {} steps", variable.id, variable.steps.len()), |bench| {
            bench.iter(|| read_all_steps(variable));
        });
    }
    group.finish();
}

/// How many steps were read whole.
fn read_all_steps(variable: &Variable) -> usize {
    let choices: Vec<Choice> =
        (0..variable.steps.len().max(1)).map(|step| Choice { step, ..Choice::default() }).collect();
    let choices: Vec<&Choice> = choices.iter().collect();
    let count = AtomicUsize::new(0);
    let done = |_: usize, values: Result<_, _>| {
        count.fetch_add(usize::from(values.is_ok()), Ordering::Relaxed);
    };
    variable.reader.read_windows(variable.number, &choices, variable.grid.whole(), &Stop::default(), &done);
    count.into_inner()
}

criterion_group!(benches, decode);
criterion_main!(benches);
