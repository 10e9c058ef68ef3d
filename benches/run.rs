//! All frames of a run, from the file's name to the last pixel: `MILLIBAR_BENCH_FILE=run.nc cargo bench --bench run`.
//! Without that variable there is nothing to measure.

use std::path::PathBuf;

use criterion::{Criterion, criterion_group, criterion_main};
use millibar::engine::{Options, Picture, Plan, Request, Selection, open_all, render_all};
use millibar::map::region;
use millibar::render::Layout;
use millibar::text::Language;

const SIZE: [u32; 2] = [1600, 1000];

fn run(criterion: &mut Criterion) {
    let Some(path) = std::env::var_os("MILLIBAR_BENCH_FILE").map(PathBuf::from) else {
        eprintln!("MILLIBAR_BENCH_FILE names no file: skipped");
        return;
    };
    let mut group = criterion.benchmark_group("run");
    group.sample_size(10);
    for id in ["canada", "global"] {
        let Some(request) = request(&path, id) else {
            eprintln!("{}: nothing to show, skipped", path.display());
            return;
        };
        group.bench_function(format!("{id}, 1600 × 1000, every step"), |bench| {
            bench.iter(|| {
                let catalog = open_all(vec![path.to_path_buf()], Options::default());
                render_all(&catalog, &request, None, Options::default(), |_, outcome| {
                    outcome.expect("every step of a file to measure with can be read");
                })
            });
        });
    }
    group.finish();
}

fn request(path: &std::path::Path, id: &str) -> Option<Request> {
    let catalog = open_all(vec![path.to_path_buf()], Options::default());
    let selection = Selection::first(&catalog)?;
    let plan = Plan::new(&catalog, &selection, 1.0)?;
    let map = Layout::new(SIZE, 1.0).map;
    let view = region(id)?.view([map.width, map.height], 1.0, plan.grid().map(|grid| &**grid));
    let picture = Picture {
        size: SIZE,
        pixels_per_point: 1.0,
        region: id.to_owned(),
        view,
        language: Language::English,
        interval_factor: 1.0,
    };
    Some(Request { selection, picture, slot: 0 })
}

criterion_group!(benches, run);
criterion_main!(benches);
