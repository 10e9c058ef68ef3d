//! Files go, come back, and are written anew.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use millibar::engine::{Engine, Selection, SlotState, Snapshot, Watching};
use millibar::grid::Geometry;
use millibar::time::LeadTime;

use super::harness::{
    EVENTS, HOUR, MILLI, QUICK, in_place, open, options, request, runs, show, slots, step, wait, written,
};
use super::support::{folder, forecast, forecast_low, forecast_moved, write};

#[test]
fn a_file_that_is_gone_leaves_its_steps_missing_and_one_written_anew_is_read_anew() {
    let folder = folder("files-changes");
    let paths = [0.0, 6.0, 12.0].map(|lead| step(&folder, 0.0, lead));
    let engine = open(&folder, Some(QUICK));
    show(&engine);
    let before = [0, 1].map(|slot| engine.frame(slot).expect("drawn"));

    fs::remove_file(&paths[2]).expect("it was there");
    let snapshot = wait(&engine, "the step to go", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 6.0]);
    let missing: Vec<_> = runs(&snapshot)[0].arrival.missing.iter().filter_map(|time| time.lead).collect();
    assert_eq!(missing, [LeadTime(12 * 3600)]);
    assert_eq!(snapshot.catalog.refused().count(), 0);

    // The same step with other values, which lie two rows further north.
    fs::write(&paths[1], forecast_moved(&[6.0]).bytes()).expect("writable");
    // One step on other rows makes the grid one that moves.
    let moves = |snapshot: &Snapshot| matches!(runs(snapshot)[0].series[0].grid.geometry, Geometry::Moving(_));
    wait(&engine, "the file to be read anew", |snapshot| snapshot.opening.is_none() && moves(snapshot));
    fs::write(&paths[1], forecast(&[6.0]).bytes()).expect("writable");
    let snapshot = wait(&engine, "the old values again", |snapshot| snapshot.opening.is_none() && !moves(snapshot));
    engine.request(request(&snapshot));
    wait(&engine, "the frames", |snapshot| snapshot.slots == vec![SlotState::Ready; 2]);
    let after = [0, 1].map(|slot| engine.frame(slot).expect("drawn"));
    assert!(Arc::ptr_eq(&before[0], &after[0]), "an untouched step stays as it is");
    assert!(!Arc::ptr_eq(&before[1], &after[1]));
    step(&folder, 0.0, 12.0);
    let snapshot = wait(&engine, "the step that came back", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 6.0, 12.0]);
    assert!(runs(&snapshot)[0].arrival.missing.is_empty());
}

#[test]
fn a_step_whose_file_is_refused_is_told_of_and_leaves_a_gap() {
    let folder = folder("files-refused");
    let paths = [0.0, 6.0, 12.0, 18.0].map(|lead| step(&folder, 0.0, lead));
    written(&write(&folder, "notes.dat", b"<html>what stands beside</html>"), HOUR);
    let engine = open(&folder, Some(QUICK));
    let whole = forecast(&[6.0]).bytes();
    let page = b"<!DOCTYPE html><html>503 Service Unavailable</html>".to_vec();
    for bytes in [page, Vec::new(), whole[..whole.len() / 4].to_vec()] {
        fs::write(&paths[1], &bytes).expect("writable");
        written(&paths[1], HOUR);
        let snapshot = wait(&engine, "the refusal", |snapshot| {
            snapshot.catalog.refused().any(|error| error.path == paths[1]) && snapshot.opening.is_none()
        });
        assert_eq!(snapshot.catalog.refused().count(), 1, "what is no step is passed over");
        assert_eq!(slots(&runs(&snapshot)[0]), [0.0, 12.0, 18.0]);
        let missing: Vec<f64> =
            runs(&snapshot)[0].arrival.missing.iter().filter_map(|time| time.lead).map(LeadTime::hours).collect();
        assert_eq!(missing, [6.0], "{} bytes", bytes.len());
        fs::write(&paths[1], &whole).expect("writable");
        let snapshot = wait(&engine, "the step again", |snapshot| slots(&runs(snapshot)[0]).len() == 4);
        assert_eq!(snapshot.catalog.refused().count(), 0);
        assert!(runs(&snapshot)[0].arrival.missing.is_empty());
    }
    fs::write(&paths[1], b"<html></html>").expect("writable");
    written(&paths[1], HOUR);
    let snapshot = open(&folder, None).snapshot();
    assert_eq!((snapshot.catalog.refused().count(), runs(&snapshot)[0].arrival.missing.len()), (1, 1));
}

#[test]
fn a_file_that_is_written_anew_keeps_its_steps_and_their_pictures_until_it_is_whole() {
    for (name, of_one) in [("one", true), ("many", false)] {
        let folder = folder(&format!("files-anew-{name}"));
        let leads = [0.0, 6.0, 12.0];
        let files: Vec<PathBuf> = match of_one {
            true => leads.map(|lead| step(&folder, 0.0, lead)).into(),
            false => vec![write(&folder, "forecast.nc", &forecast(&leads).bytes())],
        };
        let target = if of_one { files[1].clone() } else { files[0].clone() };
        let engine = Engine::start(options(Some(QUICK)), || {});
        engine.open(if of_one { vec![folder.clone()] } else { files });
        wait(&engine, "the files", |snapshot| snapshot.opening.is_none());
        show(&engine);
        let before: Vec<_> = (0..3).map(|slot| engine.frame(slot).expect("drawn")).collect();

        let whole = if of_one { forecast_low(&[6.0]) } else { forecast_low(&leads) }.bytes();
        for part in [0, 100, whole.len() / 2, whole.len() - 40] {
            in_place(&target, &whole[..part]);
            let snapshot = wait(&engine, "the stir", |snapshot| snapshot.catalog.arriving.contains(&target));
            std::thread::sleep(200 * MILLI);
            assert_eq!(slots(&runs(&snapshot)[0]), leads, "the steps keep their places");
            let now = engine.snapshot();
            assert_eq!(slots(&runs(&now)[0]), leads, "{part} bytes");
            assert_eq!(now.catalog.refused().count(), 0, "what is being written is not broken");
            assert!(runs(&now)[0].arrival.missing.is_empty());
            engine.request(request(&now));
            let shown = wait(&engine, "the old frames", |snapshot| snapshot.slots == vec![SlotState::Ready; 3]);
            assert_eq!(shown.plan.arriving.len(), if of_one { 1 } else { 3 });
            assert!((0..3).all(|slot| Arc::ptr_eq(&before[slot], &engine.frame(slot).expect("drawn"))));
        }
        // What was not drawn before cannot be now, and that is no failure.
        let mut other = request(&engine.snapshot());
        other.selection.level = Some(millibar::field::Level::hpa(850.0));
        engine.request(other);
        wait(&engine, "all that can be read", |snapshot| snapshot.progress.done == 3);
        let states = engine.snapshot().slots.clone();
        assert!(states.iter().all(|state| matches!(state, SlotState::Ready | SlotState::Waiting)), "{states:?}");
        // The level beside may have been read ahead for the step on screen.
        assert_eq!(states[1], SlotState::Waiting);

        in_place(&target, &whole);
        let snapshot = wait(&engine, "the whole file", |snapshot| {
            snapshot.catalog.arriving.is_empty() && snapshot.opening.is_none()
        });
        assert_eq!(slots(&runs(&snapshot)[0]), leads);
        show(&engine);
        for (slot, before) in before.iter().enumerate() {
            let renewed = !of_one || slot == 1;
            let now = engine.frame(slot).expect("drawn");
            assert_eq!(now.pixels != before.pixels, renewed, "slot {slot} of {name}");
        }
    }
}

#[test]
fn a_file_that_is_removed_and_put_back_at_once_was_never_gone() {
    let folder = folder("files-back");
    let paths = [0.0, 6.0, 12.0].map(|lead| step(&folder, 0.0, lead));
    let patient = Watching { settle: 400 * MILLI, ..QUICK };
    let engine = open(&folder, Some(patient));
    fs::remove_file(&paths[1]).expect("it was there");
    let start = Instant::now();
    while start.elapsed() < 200 * MILLI {
        assert_eq!(slots(&runs(&engine.snapshot())[0]), [0.0, 6.0, 12.0]);
        std::thread::sleep(5 * MILLI);
    }
    write(&folder, "gdps_2026112012_006.nc", &forecast_low(&[6.0]).bytes());
    let start = Instant::now();
    while start.elapsed() < 800 * MILLI {
        assert_eq!(slots(&runs(&engine.snapshot())[0]), [0.0, 6.0, 12.0]);
        std::thread::sleep(5 * MILLI);
    }
    fs::remove_file(&paths[1]).expect("it was there");
    wait(&engine, "the step to go", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 12.0]);
}

#[test]
fn whatever_happens_to_the_files_in_the_end_the_steps_are_those_on_the_disk() {
    for (name, watching) in [("polled", QUICK), ("told", Watching { every: 200 * MILLI, ..EVENTS })] {
        let folder = folder(&format!("files-anything-{name}"));
        let path = |lead: usize| folder.join(format!("gdps_2026112012_{:03}.nc", 6 * lead));
        let whole = |lead: usize| forecast(&[6.0 * lead as f64]).bytes();
        (0..8).for_each(|lead| fs::write(path(lead), whole(lead)).expect("writable"));
        let engine = open(&folder, Some(watching));
        show(&engine);
        // Numerical Recipes' linear congruence: any order will do, the same each time.
        let mut seed = 20_261_120_u32;
        let mut any = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % below
        };
        for _ in 0..80 {
            let lead = any(8) as usize;
            let (path, whole) = (path(lead), whole(lead));
            let half = &whole[..whole.len() / 2];
            // Some of these fail where there is no file, as they would for anybody.
            let _ = match any(8) {
                0 => fs::write(&path, &whole),
                1 => fs::write(&path, half),
                2 => File::create(&path).map(drop),
                3 => fs::remove_file(&path),
                4 => fs::write(path.with_extension("part"), &whole)
                    .and_then(|()| fs::rename(path.with_extension("part"), &path)),
                5 => {
                    File::options().write(true).open(&path).and_then(|file| file.set_modified(SystemTime::now() + HOUR))
                }
                6 => File::options()
                    .write(true)
                    .open(&path)
                    .and_then(|file| file.set_modified(SystemTime::now() - 5 * HOUR)),
                _ => fs::rename(&path, path.with_extension("old"))
                    .and_then(|()| fs::rename(path.with_extension("old"), &path)),
            };
            std::thread::sleep(any(40) * MILLI);
            let snapshot = engine.snapshot();
            if Selection::first(&snapshot.catalog).is_some() {
                engine.request(request(&snapshot));
            }
        }
        for lead in 0..8 {
            if lead % 3 == 0 {
                let _ = fs::remove_file(path(lead));
            } else {
                fs::write(path(lead), whole(lead)).expect("writable");
            }
        }
        let there = [6.0, 12.0, 24.0, 30.0, 42.0];
        let snapshot = wait(&engine, "what is on the disk", |snapshot| {
            !runs(snapshot).is_empty() && slots(&runs(snapshot)[0]) == there && snapshot.catalog.arriving.is_empty()
        });
        engine.request(request(&snapshot));
        wait(&engine, "all frames", |snapshot| snapshot.slots == vec![SlotState::Ready; there.len()]);
        wait(&engine, "nothing to complain of", |snapshot| snapshot.catalog.refused().count() == 0);
    }
}

#[test]
fn a_folder_that_is_removed_and_made_anew_is_told_of_by_the_system_as_before() {
    let folder = folder("files-made-anew");
    step(&folder, 0.0, 0.0);
    let engine = open(&folder, Some(EVENTS));
    wait(&engine, "the run", |snapshot| runs(snapshot).first().is_some_and(|run| slots(run) == [0.0]));
    for lead in [6.0, 12.0] {
        fs::remove_dir_all(&folder).expect("the folder");
        wait(&engine, "the run to go", |snapshot| runs(snapshot).is_empty());
        fs::create_dir_all(&folder).expect("the folder");
        step(&folder, 0.0, 0.0);
        wait(&engine, "the run again", |snapshot| runs(snapshot).first().is_some_and(|run| slots(run) == [0.0]));
        step(&folder, 0.0, lead);
        wait(&engine, "its next step", |snapshot| runs(snapshot).first().is_some_and(|run| slots(run) == [0.0, lead]));
    }
}
