//! All frames of a run, from the file's name to the last pixel, and the headers alone:
//! `MILLIBAR_BENCH_FILE=run.nc:run.grib2 cargo bench --bench run`. The same run in several formats (files or
//! folders, separated as in `PATH`) makes the ratios between them. Without that variable there is nothing to measure.

use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use millibar::catalog::Catalog;
use millibar::engine::{Options, Picture, Plan, Request, Selection, open_all, render_all};
use millibar::map::region;
use millibar::render::Layout;
use millibar::text::Language;

const SIZE: [u32; 2] = [1600, 1000];

fn run(criterion: &mut Criterion) {
    let Some(paths) = std::env::var_os("MILLIBAR_BENCH_FILE") else {
        eprintln!("MILLIBAR_BENCH_FILE names no file: skipped");
        return;
    };
    let mut group = criterion.benchmark_group("run");
    group.sample_size(10);
    for path in std::env::split_paths(&paths) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        group.bench_function(format!("{name}, headers"), |bench| bench.iter(|| open(&path)));
        for id in ["canada", "global"] {
            let Some(request) = request(&path, id) else {
                eprintln!("{}: nothing to show, skipped", path.display());
                break;
            };
            group.bench_function(format!("{name}, {id}, 1600 × 1000, every step"), |bench| {
                bench.iter(|| {
                    render_all(&open(&path), &request, None, Options::default(), |_, outcome| {
                        outcome.expect("every step of a file to measure with can be read");
                    })
                });
            });
        }
    }
    group.finish();
}

fn open(path: &Path) -> Arc<Catalog> {
    open_all(vec![path.to_path_buf()], Options::default())
}

fn request(path: &Path, id: &str) -> Option<Request> {
    let catalog = open(path);
    let selection = Selection::first(&catalog)?;
    let plan = Plan::new(&catalog, &selection, 1.0)?;
    let map = Layout::new(SIZE, 1.0).map;
    let view = region(id)?.view([map.width, map.height], 1.0, plan.grid().map(|grid| &**grid));
    let picture = Picture {
        size: SIZE,
        pixels_per_point: 1.0,
        region: id.to_owned(),
        zoomed: false,
        view,
        language: Language::English,
        interval_factor: 1.0,
    };
    Some(Request { selection, picture, slot: 0 })
}

criterion_group!(benches, run);
criterion_main!(benches);
