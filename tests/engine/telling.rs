//! What the engine tells its owner.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use millibar::engine::{Engine, EngineNote, SlotState};
use millibar::source::Choice;
use millibar::text::Language;

use super::fake::{Fake, HEIGHT, HUMIDITY, STEPS, dataset, engine, request, threads, wait, wait_for_all};

#[test]
fn a_step_that_cannot_be_read_keeps_its_reason_and_the_others_play() {
    let reader = Arc::new(Fake { fails: [3].into(), panics: [7].into(), ..Fake::default() });
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 500.0, 0));
    let snapshot = wait_for_all(&engine);
    for (slot, state) in snapshot.slots.iter().enumerate() {
        match (slot, state) {
            (3, SlotState::Failed(error)) => assert_eq!(error.detail, "a broken chunk".into()),
            (7, SlotState::Failed(error)) => assert!(error.to_string().contains("a mistake in the reader")),
            (_, state) => assert_eq!(*state, SlotState::Ready, "slot {slot}"),
        }
        assert_eq!(engine.frame(slot).is_some(), ![3, 7].contains(&slot));
    }
    engine.request(request(&engine, 700.0, 0));
    wait_for_all(&engine);
}

#[test]
fn a_broken_layer_costs_itself_and_is_named_on_the_frame_and_in_a_notice() {
    let reader = Arc::new(Fake { fails: [3].into(), dry: [5, 6].into(), ..Fake::default() });
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 500.0, 0));
    let snapshot = wait_for_all(&engine);
    for (slot, state) in snapshot.slots.iter().enumerate() {
        assert_eq!(matches!(state, SlotState::Failed(_)), slot == 3, "slot {slot}: {state:?}");
    }
    let note = |slot: usize| engine.frame(slot).expect("drawn").caption.notes.clone();
    let words: Vec<String> = note(5).iter().map(|note| note.in_language(Language::English)).collect();
    assert_eq!(words, ["RH: cannot be read"]);
    assert!(note(4).is_empty());
    let value = engine.reading(5, 60.0, 60.0);
    assert!(value.bands.is_none() && value.lines.is_some());
    let notes = &engine.snapshot().notes;
    let [EngineNote::LayerUnreadable { error, layer }] = &notes[..] else { panic!("one for both steps: {notes:?}") };
    assert_eq!((&error.path, &*layer.en), (&reader.path, "Relative humidity"));
    for language in Language::ALL {
        let told = notes[0].tell(language);
        assert!(told.contains("a broken chunk") && !told.contains('{'), "{told}");
    }
    let before = engine.frame(5).expect("drawn");
    engine.request(request(&engine, 850.0, 0));
    wait_for_all(&engine);
    engine.request(request(&engine, 500.0, 0));
    wait_for_all(&engine);
    assert!(Arc::ptr_eq(&before, &engine.frame(5).expect("drawn")), "it is not drawn again");
}

#[test]
fn what_was_said_of_a_file_goes_when_it_is_read_again_and_is_whole() {
    let path = PathBuf::from("mended.nc");
    let broken = Arc::new(Fake { path: path.clone(), dry: [5].into(), ..Fake::default() });
    let whole = Arc::new(Fake { path: path.clone(), ..Fake::default() });
    let readers = Mutex::new(vec![whole, broken.clone()]);
    let open = move |_: &Path| Ok(dataset(&readers.lock().unwrap().pop().expect("read twice")));
    let engine = Engine::with_opener(threads(2), Arc::new(open), || {});
    engine.open(vec![path.clone()]);
    wait(&engine, |snapshot| !snapshot.catalog.is_empty());
    let request = request(&engine, 500.0, 0);
    engine.request(request.clone());
    wait_for_all(&engine);
    assert!(matches!(&engine.snapshot().notes[..], [EngineNote::LayerUnreadable { .. }]));
    let before = engine.snapshot().catalog.clone();
    engine.open(vec![path]);
    wait(&engine, |snapshot| !Arc::ptr_eq(&snapshot.catalog, &before) && snapshot.opening.is_none());
    assert!(engine.snapshot().notes.is_empty());
    engine.request(request);
    wait_for_all(&engine);
    assert!(engine.snapshot().notes.is_empty(), "nothing is wrong with it now");
}

#[test]
fn a_silent_unit_is_told_by_the_values_and_said() {
    let reader = Arc::new(Fake { silent: true, ..Fake::default() });
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 700.0, 2));
    let snapshot = wait_for_all(&engine);
    let told = |note: &EngineNote| matches!(note, EngineNote::GuessedUnit { unit, .. } if unit == "1");
    assert_eq!(snapshot.notes.iter().filter(|note| told(note)).count(), 1, "{:?}", snapshot.notes);
    let value = engine.reading(2, 60.0, 60.0).bands.expect("a value under the cursor");
    let stored = reader.value(HUMIDITY, &Choice { step: 2, level: 1, ..Choice::default() }, 6, 12);
    assert!((value - 100.0 * stored).abs() < 1e-3, "{value} for {stored}");
}

#[test]
fn the_values_at_a_place_over_all_steps_are_those_of_the_file() {
    let reader = Arc::new(Fake { fails: [4].into(), ..Fake::default() });
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 500.0, 0));
    engine.ask_series(-20.0, 45.0);
    let snapshot = wait(&engine, |snapshot| snapshot.series.as_ref().is_some_and(|series| series.complete));
    let series = snapshot.series.clone().expect("just seen");
    assert_eq!((series.bands.len(), series.lines.len()), (STEPS, STEPS));
    for step in 0..STEPS {
        let choice = Choice { step, ..Choice::default() };
        let (humidity, height) = (reader.value(HUMIDITY, &choice, 9, 68), reader.value(HEIGHT, &choice, 9, 68));
        if step == 4 {
            assert!(series.bands[step].is_nan() && series.lines[step].is_nan());
        } else {
            assert!((series.bands[step] - humidity).abs() < 1e-3, "step {step}");
            assert!((series.lines[step] - height / 10.0).abs() < 1e-3, "step {step}");
        }
    }
}

#[test]
fn a_closed_file_is_gone_and_a_broken_one_is_reported() {
    let reader = Arc::new(Fake::default());
    let engine = engine(&reader, threads(2));
    engine.open(vec!["broken.nc".into()]);
    let snapshot = wait(&engine, |snapshot| snapshot.opening.is_none() && snapshot.catalog.files.len() == 2);
    assert_eq!(snapshot.catalog.refused().count(), 1);
    engine.close(&reader.path);
    let snapshot = wait(&engine, |snapshot| snapshot.opening.is_none() && snapshot.catalog.files.len() == 1);
    assert!(snapshot.catalog.is_empty());
}
