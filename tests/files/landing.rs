//! A run lands, file by file and step by step.

use std::fs;
use std::sync::Arc;

use millibar::engine::{SlotState, Watching};

use super::harness::{EVENTS, HOUR, MILLI, QUICK, in_place, open, request, runs, show, slots, step, wait, written};
use super::standard_file::{Record, SIX_O_CLOCK, StandardFile};
use super::support::{Classic, folder, forecast, write};

/// While a run lands its steps join the loop, and what was drawn stays; a new run is listed and not read.
fn lands(name: &str, watching: Watching) {
    let folder = folder(name);
    step(&folder, 0.0, 0.0);
    step(&folder, 0.0, 12.0);
    let engine = open(&folder, Some(watching));
    show(&engine);
    let before: Vec<_> = [0, 1].map(|slot| engine.frame(slot).expect("drawn")).into();

    step(&folder, 0.0, 6.0);
    let snapshot = wait(&engine, "the step between", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 6.0, 12.0]);
    engine.request(request(&snapshot));
    let drawn = wait(&engine, "the new frame", |snapshot| snapshot.slots == vec![SlotState::Ready; 3]);
    assert_eq!(drawn.progress.of, 3);
    let after = [0, 2].map(|slot| engine.frame(slot).expect("drawn"));
    assert!(before.iter().zip(&after).all(|(a, b)| Arc::ptr_eq(a, b)), "what was drawn is not drawn again");

    step(&folder, 12.0, 0.0);
    let snapshot = wait(&engine, "the new run", |snapshot| runs(snapshot).len() == 2);
    assert!(!runs(&snapshot)[0].is_read(), "it is offered by its name");
    assert_eq!(snapshot.generation, drawn.generation, "what is shown is the owner's to choose");
    assert_eq!(snapshot.catalog.refused().count(), 0);
}

#[test]
fn a_run_lands_where_the_system_tells_nothing() {
    lands("files-lands-polled", QUICK);
}

#[test]
fn a_run_lands_as_the_system_tells() {
    lands("files-lands-told", EVENTS);
}

#[test]
fn files_come_under_the_names_of_a_transfer_and_folders_come_whole() {
    let folder = folder("files-transfer");
    let data = folder.join("prévisions d’été");
    fs::create_dir_all(&data).expect("a folder");
    step(&data, 0.0, 0.0);
    let engine = open(&data, Some(EVENTS));
    let bytes = |lead: f64| forecast(&[lead]).bytes();
    // As rsync does, and as browsers and `mv` do.
    for (lead, name) in [(6.0, ".gdps_2026112012_006.nc.x7Yq"), (12.0, "gdps_2026112012_012.nc.part")] {
        let whole = bytes(lead);
        let temporary = write(&data, name, &whole[..whole.len() / 2]);
        std::thread::sleep(150 * MILLI);
        fs::write(&temporary, &whole).expect("writable");
        fs::rename(&temporary, data.join(format!("gdps_2026112012_{lead:03}.nc"))).expect("renamed");
    }
    wait(&engine, "both steps", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 6.0, 12.0]);
    // A folder beside the others, with a file in it by the time that anybody looks.
    fs::create_dir_all(folder.join("18")).expect("a folder");
    step(&folder.join("18"), 0.0, 18.0);
    fs::rename(folder.join("18"), data.join("18")).expect("renamed");
    wait(&engine, "the folder", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 6.0, 12.0, 18.0]);
    fs::remove_dir_all(data.join("18")).expect("removed");
    let snapshot = wait(&engine, "the folder to go", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 6.0, 12.0]);
    assert_eq!(snapshot.catalog.refused().count(), 0);
}

#[test]
fn versions_of_a_parameter_are_the_same_series_in_whatever_order_the_files_hold_them() {
    let folder = folder("files-versions");
    let of = |lead: f64, names: &[&str]| {
        let humidity = |name: &str| if name == "hr_a" { 0.5 } else { 0.7 };
        let run = [("standard_name", "forecast_reference_time"), ("units", "hours since 2026-11-20 12:00:00")];
        let file = Classic::default()
            .dimension("lat", 2)
            .dimension("lon", 3)
            .variable("reftime", &[], &run, vec![0.0])
            .variable("lead", &[], &[("standard_name", "forecast_period"), ("units", "hours")], vec![lead])
            .variable("lat", &["lat"], &[("units", "degrees_north")], vec![50.0, 40.0])
            .variable("lon", &["lon"], &[("units", "degrees_east")], vec![-90.0, -80.0, -70.0]);
        let attributes = [("standard_name", "relative_humidity"), ("units", "1"), ("coordinates", "reftime lead")];
        names.iter().fold(file, |file, name| file.variable(name, &["lat", "lon"], &attributes, vec![humidity(name); 6]))
    };
    write(&folder, "m_2026112012_000.nc", &of(0.0, &["hr_b"]).bytes());
    write(&folder, "m_2026112012_006.nc", &of(6.0, &["hr_a", "hr_b"]).bytes());
    write(&folder, "m_2026112012_012.nc", &of(12.0, &["hr_b", "hr_a"]).bytes());
    let engine = open(&folder, None);
    let snapshot = engine.snapshot();
    let series = &runs(&snapshot)[0].series;
    assert_eq!(series.len(), 2);
    for (id, value, count) in [("relative_humidity", 0.5, 2), ("relative_humidity@hr_b", 0.7, 3)] {
        let series = series.iter().find(|series| series.parameter.id == id).expect(id);
        assert_eq!(series.slots.len(), count);
        for (_, _, recipe) in series.recipes() {
            let raw = recipe.ingredients[0].field.read_raw().expect("readable");
            assert!(raw.iter().all(|read| *read == value), "{raw}");
        }
    }
}

#[test]
fn a_file_that_is_being_written_joins_when_it_is_whole() {
    let folder = folder("files-grows");
    step(&folder, 0.0, 0.0);
    let engine = open(&folder, Some(QUICK));
    let whole = forecast(&[6.0]).bytes();
    let path = write(&folder, "gdps_2026112012_006.nc", &whole[..whole.len() / 2]);
    std::thread::sleep(400 * MILLI);
    let snapshot = engine.snapshot();
    assert_eq!(snapshot.catalog.refused().count(), 0, "a file that grows is not broken");
    assert_eq!(slots(&runs(&snapshot)[0]), [0.0]);
    fs::write(&path, &whole).expect("writable");
    wait(&engine, "the whole file", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 6.0]);
    let cut = write(&folder, "gdps_2026112012_012.nc", &forecast(&[12.0]).bytes()[..200]);
    written(&cut, HOUR);
    let snapshot = wait(&engine, "the broken file", |snapshot| snapshot.catalog.refused().count() == 1);
    assert_eq!(slots(&runs(&snapshot)[0]), [0.0, 6.0], "one that grows no longer is told of");
}

/// An RPN standard file with so many steps, six hours from one to the next, which its writer has closed or not.
fn steps_of_one_file(count: u32, closed: bool) -> Vec<u8> {
    let record = |n: u32| {
        // Dates are packed in units of four seconds, the last digit in three bits.
        let date = SIX_O_CLOCK + n * (6 * 3600 / 4 / 10 * 8);
        let values = [540.0, 546.0, 552.0, 534.0, 540.0, 546.0];
        let record = Record::new("GZ", 3, 2, &values).on_grid(b'L', [2000, 2000, 13_000, 22_000]);
        Record { ip: [500, 6 * (n + 1), 0], npas: 48 * (n + 1), date, ..record }
    };
    let file = (0..count).fold(StandardFile::default(), |file, n| file.with(record(n)));
    if closed { file.bytes() } else { file.unclosed().bytes() }
}

#[test]
fn of_a_file_that_grows_by_its_steps_those_that_are_there_are_shown() {
    let folder = folder("files-one-grows");
    let file = write(&folder, "one.fst", &steps_of_one_file(2, true));
    let all = [6.0, 12.0, 18.0, 24.0, 30.0];
    // Named by itself, or found in its folder.
    for opened in [&file, &folder] {
        in_place(&file, &steps_of_one_file(2, opened == &file));
        let engine = open(opened, Some(QUICK));
        assert_eq!(slots(&runs(&engine.snapshot())[0]), all[..2]);
        for count in [3, 4] {
            in_place(&file, &steps_of_one_file(count, false));
            let count = count as usize;
            let snapshot = wait(&engine, "the next step", |snapshot| {
                slots(&runs(snapshot)[0]) == all[..count] && snapshot.opening.is_none()
            });
            assert!(snapshot.catalog.arriving.contains(&file), "more may come");
            assert!(snapshot.catalog.files.iter().all(|report| report.outcome.as_ref().is_ok_and(Vec::is_empty)));
            assert_eq!(show(&engine).slots, vec![SlotState::Ready; count]);
        }
        in_place(&file, &steps_of_one_file(1, false));
        std::thread::sleep(300 * MILLI);
        assert_eq!(slots(&runs(&engine.snapshot())[0]), all[..4], "written anew it is what it was until there is more");
        in_place(&file, &steps_of_one_file(5, true));
        let snapshot = wait(&engine, "the whole file", |snapshot| {
            slots(&runs(snapshot)[0]) == all && snapshot.catalog.arriving.is_empty()
        });
        assert_eq!(show(&engine).slots.len(), 5);
        assert_eq!(snapshot.catalog.refused().count(), 0);
    }
}
