//! Folders are listed by the names of their files, and runs are read when they are chosen.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use millibar::catalog::{CatalogNote, Completeness};
use millibar::engine::{Engine, EngineNote};
use millibar::source;
use millibar::time::{Calendar, LeadTime, Moment};

use super::harness::{HOUR, MILLI, open, options, runs, show, slots, step, wait, written};
use super::support::{Classic, LATITUDES, LONGITUDES, folder, forecast, write};

#[test]
fn five_thousand_files_fill_the_selectors_by_their_names() {
    let folder = folder("files-many");
    for lead in 0..84 {
        step(&folder, 0.0, 3.0 * f64::from(lead));
    }
    for run in 1..60 {
        let moment = Moment::from_iso("2026-11-20T12:00:00Z", Calendar::Standard).expect("a moment");
        let run = Moment { seconds: moment.seconds - run * 43_200, ..moment }.iso().replace(['-', 'T'], "");
        for lead in 0..84 {
            File::create(folder.join(format!("gdps_{}_{:03}.nc", &run[..10], 3 * lead))).expect("a file");
        }
    }
    let fill = || {
        let count = Arc::new(AtomicUsize::new(0));
        let opened = count.clone();
        let opener = move |path: &Path| {
            opened.fetch_add(1, Ordering::Relaxed);
            source::open(path)
        };
        let engine = Engine::with_opener(options(None), Arc::new(opener), || {});
        let start = Instant::now();
        engine.open(vec![folder.clone()]);
        let snapshot = wait(&engine, "the names", |snapshot| !runs(snapshot).is_empty());
        let elapsed = start.elapsed();
        assert_eq!(runs(&snapshot).len(), 60);
        assert_eq!(snapshot.catalog.models[0].name.en, "GDPS");
        wait(&engine, "the headers of one run", |snapshot| snapshot.opening.is_none());
        assert_eq!(count.load(Ordering::Relaxed), 84, "only the newest run is read");
        elapsed
    };
    // The best of three: a machine may have others to serve meanwhile.
    let elapsed = (0..3).map(|_| fill()).min().expect("three times");
    assert!(elapsed < Duration::from_secs(1), "{elapsed:?}");
}

#[test]
fn a_run_is_read_when_it_is_chosen() {
    let folder = folder("files-chosen");
    for run in [0.0, 12.0] {
        for lead in [0.0, 6.0, 12.0] {
            step(&folder, run, lead);
        }
    }
    let engine = open(&folder, None);
    let snapshot = engine.snapshot();
    let [newest, earlier] = runs(&snapshot) else { panic!("two runs") };
    assert!(newest.is_read() && newest.unread.is_empty());
    assert!(!earlier.is_read() && earlier.unread.len() == 3);
    assert_eq!(slots(newest), [0.0, 6.0, 12.0]);
    engine.read_run("GDPS", earlier.reference);
    let snapshot = wait(&engine, "the run before", |snapshot| runs(snapshot)[1].unread.is_empty());
    assert_eq!(slots(&runs(&snapshot)[1]), [0.0, 6.0, 12.0]);
    assert!(snapshot.catalog.notes.is_empty());
}

#[test]
fn a_short_run_arrives_and_an_old_short_one_is_incomplete() {
    let folder = folder("files-arriving");
    for (run, leads, ago) in [(-24.0, 2, 48), (-12.0, 4, 36), (0.0, 4, 24), (12.0, 3, 0)] {
        for lead in 0..leads {
            written(&step(&folder, run, f64::from(lead) * 6.0), HOUR * ago);
        }
    }
    let engine = open(&folder, None);
    let snapshot = engine.snapshot();
    let now = SystemTime::now();
    let states: Vec<Completeness> = runs(&snapshot).iter().map(|run| run.arrival.at(now)).collect();
    use Completeness::{Arriving, Incomplete, Whole};
    assert_eq!(states, [Arriving, Whole, Whole, Incomplete]);
    let arrival = &runs(&snapshot)[0].arrival;
    assert_eq!((arrival.leads, arrival.usual), (Some(3), Some(4)));
    let missing: Vec<f64> = arrival.missing.iter().filter_map(|time| time.lead).map(LeadTime::hours).collect();
    assert_eq!(missing, [18.0]);
    assert_eq!(runs(&snapshot)[0].arrival.at(now + 24 * HOUR), Incomplete, "nobody waits for ever");
}

#[test]
fn a_name_speaks_where_the_header_is_silent_and_yields_where_it_is_not() {
    let folder = folder("files-silent");
    let silent = Classic::default()
        .dimension("lat", 2)
        .dimension("lon", 3)
        .variable("lat", &["lat"], &[("units", "degrees_north")], vec![50.0, 40.0])
        .variable("lon", &["lon"], &[("units", "degrees_east")], vec![-90.0, -80.0, -70.0])
        .variable("t", &["lat", "lon"], &[("units", "K")], vec![280.0; 6]);
    write(&folder, "gdps_2026112012_024.nc", &silent.bytes());
    let engine = open(&folder, None);
    let snapshot = engine.snapshot();
    let run = &runs(&snapshot)[0];
    assert_eq!(run.reference.map(|run| run.0.iso()).as_deref(), Some("2026-11-20T12:00:00Z"));
    assert_eq!(slots(run), [24.0]);
    assert_eq!(run.series[0].slots[0].valid.map(|valid| valid.0.iso()).as_deref(), Some("2026-11-21T12:00:00Z"));

    let path = write(&folder, "other_2026112000_006.nc", &forecast(&[6.0]).bytes());
    let engine = Engine::start(options(None), || {});
    engine.open(vec![path.clone()]);
    let snapshot = wait(&engine, "the file", |snapshot| snapshot.opening.is_none());
    assert_eq!(runs(&snapshot)[0].reference.map(|run| run.0.iso()).as_deref(), Some("2026-11-20T12:00:00Z"));
    let [CatalogNote::NameDisagrees { path: told, named, found }] = &snapshot.catalog.notes[..] else {
        panic!("{:?}", snapshot.catalog.notes)
    };
    assert_eq!((told, &**named, &**found), (&path, "2026-11-20 00Z +006 h", "2026-11-20 12Z +006 h"));
}

/// The forecast of +6 h with another height at its first point on 500 hPa.
fn unlike() -> Vec<u8> {
    let mut bytes = forecast(&[6.0]).bytes();
    let height = 2 * LATITUDES.len() * LONGITUDES.len() * size_of::<f64>();
    let at = bytes.len() - height;
    bytes[at..at + 8].copy_from_slice(&5000.0_f64.to_be_bytes());
    bytes
}

#[test]
fn two_files_with_the_same_field_are_told_of_where_their_values_differ() {
    for (name, other, told) in [("equal", forecast(&[6.0]).bytes(), false), ("unlike", unlike(), true)] {
        let folder = folder(&format!("files-double-{name}"));
        let [a, b] = ["a", "b"].map(|name| folder.join(name));
        for below in [&a, &b] {
            fs::create_dir_all(below).expect("a folder");
        }
        let old = write(&a, "gdps.nc", &forecast(&[6.0]).bytes());
        written(&old, HOUR);
        let new = write(&b, "gdps.nc", &other);
        let engine = Engine::start(options(None), || {});
        engine.open(vec![old.clone(), new.clone()]);
        wait(&engine, "the files", |snapshot| snapshot.opening.is_none());
        let snapshot = engine.snapshot();
        assert_eq!(snapshot.catalog.doubles.len(), 4, "two variables on two levels");
        show(&engine);
        let note = EngineNote::SameField { shown: new, hidden: old };
        if told {
            wait(&engine, "the note", |snapshot| snapshot.notes.contains(&note));
        }
        std::thread::sleep(200 * MILLI);
        assert_eq!(engine.snapshot().notes, if told { vec![note] } else { Vec::new() });
    }
}
