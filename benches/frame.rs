//! One frame of 1600 × 1000 pixels over Canada from fields of 0.25 degrees, on one core, and its parts;
//! the same from grids of other kinds.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use millibar::field::Level;
use millibar::grid::{Curvilinear, Earth, Geometry, Grid, Lambert, Points, Projection, Reduced};
use millibar::map::{Basemap, Memory, Sampler, View, region};
use millibar::product;
use millibar::render::{Caption, Layer, Layout, Prepared, Scene, Scratch, paint};
use millibar::text::{Bilingual, Language};
use millibar::time::{Calendar, LeadTime, Moment, ReferenceTime};
use ndarray::Array2;

const STEP: f64 = 0.25;
const SIZE: [u32; 2] = [1600, 1000];

fn grid() -> Grid {
    let lat = (0..721).map(|j| 90.0 - STEP * f64::from(j)).collect();
    let lon = (0..1440).map(|i| STEP * f64::from(i)).collect();
    Grid { ny: 721, nx: 1440, geometry: Geometry::LatLon { lat, lon } }
}

/// A field on the sampler's window, from longitude and latitude in radians.
fn cut(grid: &Grid, sampler: &Sampler, value: impl Fn(f64, f64) -> f64) -> Array2<f32> {
    let window = sampler.window;
    Array2::from_shape_fn((window.ny, window.nx), |(j, i)| {
        let (lon, lat) = grid.position(window.j0 + j, (window.i0 + i) % grid.nx).unwrap_or_default();
        value(lon.to_radians(), lat.to_radians()) as f32
    })
}

fn height(lon: f64, lat: f64) -> f64 {
    let waves = 9.0 * (4.0 * lon + 2.0 * lat).sin() + 6.0 * (7.0 * lon - 3.0 * lat).sin();
    let small = 1.5 * (31.0 * lon + 17.0 * lat).sin() * (23.0 * lat).cos();
    545.0 - 60.0 * (2.2 * (lat - 0.8)).tanh() + lat.cos() * (waves + small)
}

/// Rough: waves from 2000 km down to a few cells.
fn humidity(lon: f64, lat: f64) -> f64 {
    let octave = |n: i32| {
        let k = 5.0 * 1.9_f64.powi(n);
        0.72_f64.powi(n) * (k * lon + 1.7 * k * lat + f64::from(n)).sin() * (0.8 * k * lat - 0.6 * k * lon).cos()
    };
    (55.0 + 38.0 * (0..6).map(octave).sum::<f64>()).clamp(0.0, 100.0)
}

fn caption() -> Caption {
    let run = Moment::from_iso("2026-11-20T12:00:00Z", Calendar::Standard).map(ReferenceTime);
    let lead = LeadTime(24 * 3600);
    Caption {
        title: Bilingual {
            en: "Relative humidity (%) + geopotential height (dam)".to_owned(),
            fr: "Humidité relative (%) + hauteur géopotentielle (dam)".to_owned(),
        },
        level: Bilingual::same("500 hPa"),
        model: Bilingual::same("GDPS"),
        region: Bilingual::same("Canada"),
        run,
        lead: Some(lead),
        valid: run.map(|run| run + lead),
        ..Caption::default()
    }
}

fn view(layout: &Layout) -> Option<View> {
    Some(region("canada")?.view([layout.map.width, layout.map.height], 1.0, None))
}

fn frame(criterion: &mut Criterion) {
    let layout = Layout::new(SIZE, 1.0);
    let Some((view, product)) = view(&layout).zip(product::product("rh-gz")) else { return };
    let style = product.style(Some(Level::hpa(500.0)), 1.0);
    let grid = grid();
    let Some(sampler) = Sampler::new(&grid, &view) else { return };
    let (bands, lines) = (cut(&grid, &sampler, humidity), cut(&grid, &sampler, height));
    let short = Bilingual::same("RH");
    let [bands, lines] = [&bands, &lines].map(|values| Layer { values, sampler: &sampler, short: &short });
    let basemap = Basemap::new(&view);
    let prepared = Prepared::new(layout, view.clone(), &basemap, style.clone(), Language::English);
    let mut scratch = Scratch::default();
    let mut pixels = Vec::new();

    let mut group = criterion.benchmark_group("frame");
    group.sample_size(30);
    let mut whole = |name: &str, bands: Option<Layer>, lines: Option<Layer>| {
        let scene = Scene { bands, lines, caption: caption() };
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let frame = paint(&prepared, &scene, &mut scratch, std::mem::take(&mut pixels));
                pixels = frame.pixels;
            });
        });
    };
    whole("whole", Some(bands), Some(lines));
    whole("bands, basemap and words", Some(bands), None);
    whole("isolines, basemap and words", None, Some(lines));
    whole("basemap and words", None, None);
    group.bench_function("lattice of the isolines", |bencher| {
        let values = lines.values.as_slice().unwrap_or_default();
        let mut memory = Memory::default();
        bencher.iter(|| sampler.lattice(values, 4, &mut memory));
    });
    group.bench_function("once a view: sampler", |bencher| bencher.iter(|| Sampler::new(&grid, &view)));
    group.bench_function("once a view: basemap", |bencher| bencher.iter(|| Basemap::new(&view)));
    group.bench_function("once a style: prepared", |bencher| {
        bencher.iter(|| Prepared::new(layout, view.clone(), &basemap, style.clone(), Language::English));
    });
    group.finish();
}

/// Grids of other kinds: what a view costs once, and a frame.
fn kinds(criterion: &mut Criterion) {
    let layout = Layout::new(SIZE, 1.0);
    let Some((view, product)) = view(&layout).zip(product::product("rh-gz")) else { return };
    let style = product.style(Some(Level::hpa(500.0)), 1.0);
    let basemap = Basemap::new(&view);
    let prepared = Prepared::new(layout, view.clone(), &basemap, style, Language::English);
    let mut scratch = Scratch::default();
    let mut pixels = Vec::new();
    let mut group = criterion.benchmark_group("kinds");
    group.sample_size(10);
    for (name, make) in [("curvilinear", curvilinear as fn() -> Option<Grid>), ("reduced", reduced), ("points", points)]
    {
        group.bench_function(format!("{name}: index and sampler"), |bencher| {
            bencher.iter_batched(
                make,
                |grid| grid.and_then(|grid| Sampler::new(&grid, &view)),
                BatchSize::PerIteration,
            );
        });
        let Some(grid) = make() else { continue };
        let Some(sampler) = Sampler::new(&grid, &view) else { continue };
        group.bench_function(format!("{name}: sampler of another view"), |bencher| {
            bencher.iter(|| Sampler::new(&grid, &view));
        });
        let (bands, lines) = (cut(&grid, &sampler, humidity), cut(&grid, &sampler, height));
        let short = Bilingual::same("RH");
        let [bands, lines] = [&bands, &lines].map(|values| Layer { values, sampler: &sampler, short: &short });
        let scene = Scene { bands: Some(bands), lines: Some(lines), caption: caption() };
        group.bench_function(format!("{name}: frame"), |bencher| {
            bencher.iter(|| {
                let frame = paint(&prepared, &scene, &mut scratch, std::mem::take(&mut pixels));
                pixels = frame.pixels;
            });
        });
    }
    group.finish();
}

/// 1.5 million points, 5 km apart over Canada.
fn curvilinear() -> Option<Grid> {
    let lambert = Lambert::new([49.0, 77.0], 63.0, -92.0, Earth::SPHERE).map(Projection::Lambert)?;
    let at = |j: usize, i: usize| {
        lambert.inverse((i as f64 - 749.5) * 5000.0, (499.5 - j as f64) * 5000.0).unwrap_or((f64::NAN, f64::NAN))
    };
    let lat = Array2::from_shape_fn((1000, 1500), |(j, i)| at(j, i).1);
    let lon = Array2::from_shape_fn((1000, 1500), |(j, i)| at(j, i).0);
    Some(Grid { ny: 1000, nx: 1500, geometry: Geometry::Curvilinear(Curvilinear::new(lat, lon)?) })
}

/// O1280: 6.6 million points.
fn reduced() -> Option<Grid> {
    let row = |j: usize| {
        let count = 20 + 4 * j.min(2559 - j);
        (90.0 - 180.0 * (j as f64 + 0.5) / 2560.0, 0.0, 360.0 / count as f64, count)
    };
    let reduced = Reduced::new((0..2560).map(row), None)?;
    Some(Grid { ny: 1, nx: reduced.len(), geometry: Geometry::Reduced(reduced) })
}

/// A million points all over the Earth, along a spiral.
fn points() -> Option<Grid> {
    let count = 1_000_000;
    let turn = 180.0 * (3.0 - 5.0_f64.sqrt());
    let lon = (0..count).map(|n| turn * f64::from(n) % 360.0).collect();
    let lat = (0..count).map(|n| (1.0 - (2.0 * f64::from(n) + 1.0) / f64::from(count)).asin().to_degrees()).collect();
    Some(Grid { ny: 1, nx: 1_000_000, geometry: Geometry::Points(Points::new(lat, lon)?) })
}

criterion_group!(benches, frame, kinds);
criterion_main!(benches);
