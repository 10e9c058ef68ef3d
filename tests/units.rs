//! Files of one run that do not agree about their units, as the engine shows them.

#[allow(dead_code, reason = "each test binary uses a part of it")]
mod support;

use std::time::{Duration, Instant};

use millibar::engine::{Engine, Options, Picture, Request, Selection, Snapshot};
use millibar::map::region;
use millibar::render::Layout;
use millibar::text::Language;
use support::{Classic, folder, write};

/// Humidity of one value everywhere, at one lead time, over Canada.
fn humidity(lead: f64, value: f64, attributes: &[(&str, &str)]) -> Vec<u8> {
    Classic::default()
        .dimension("step", 1)
        .dimension("lat", 3)
        .dimension("lon", 4)
        .variable(
            "reftime",
            &[],
            &[("standard_name", "forecast_reference_time"), ("units", "hours since 2026-11-20 12:00:00")],
            vec![0.0],
        )
        .variable("step", &["step"], &[("standard_name", "forecast_period"), ("units", "hours")], vec![lead])
        .variable("lat", &["lat"], &[("units", "degrees_north")], vec![80.0, 60.0, 40.0])
        .variable("lon", &["lon"], &[("units", "degrees_east")], vec![-150.0, -120.0, -90.0, -60.0])
        .variable("r", &["step", "lat", "lon"], attributes, vec![value; 12])
        .bytes()
}

fn wait(engine: &Engine, until: impl Fn(&Snapshot) -> bool) {
    let began = Instant::now();
    while !until(&engine.snapshot()) {
        assert!(began.elapsed() < Duration::from_secs(20), "in vain");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_unit_that_one_file_leaves_out_is_told_for_that_file_alone() {
    let folder = folder("units");
    let silent = write(&folder, "model_000.nc", &humidity(0.0, 0.5, &[]));
    let stated = write(&folder, "model_006.nc", &humidity(6.0, 40.0, &[("units", "%")]));
    let engine = Engine::start(Options { threads: Some(2), memory: Some(64 << 20), ..Options::default() }, || {});
    engine.open(vec![silent, stated]);
    wait(&engine, |snapshot| snapshot.opening.is_none() && !snapshot.catalog.is_empty());
    let selection = Selection::first(&engine.snapshot().catalog).expect("a run");
    let map = Layout::new([320, 240], 1.0).map;
    let picture = Picture {
        size: [320, 240],
        pixels_per_point: 1.0,
        region: "canada".to_owned(),
        zoomed: false,
        view: region("canada").expect("bundled").view([map.width, map.height], 1.0, None),
        language: Language::English,
        interval_factor: 1.0,
    };
    engine.request(Request { selection, picture, slot: 0 });
    wait(&engine, |snapshot| snapshot.progress.of == 2 && snapshot.progress.done == 2);
    let shown = [0, 1].map(|slot| engine.reading(slot, -100.0, 55.0).bands);
    assert_eq!(shown, [Some(50.0), Some(40.0)]);
}
