//! How much is read and kept.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use millibar::engine::{Engine, Options, Picture, Request, Selection, SlotState, Snapshot, Subject};
use millibar::field::Level;
use millibar::map::region;
use millibar::text::Language;

use super::fake::{Fake, STEPS, dataset, engine, frames, request, threads, wait, wait_for_all};

#[test]
fn one_thread_and_eight_threads_draw_the_same_bytes() {
    let pictures = [1, 8].map(|count| {
        let reader = Arc::new(Fake { silent: true, ..Fake::default() });
        let engine = engine(&reader, threads(count));
        engine.request(request(&engine, 500.0, 5));
        wait_for_all(&engine);
        frames(&engine)
    });
    assert!(pictures[0] == pictures[1]);
    assert_ne!(pictures[0][0], pictures[0][1]);
}

#[test]
fn many_choices_stay_within_the_budget() {
    let limit = 8 << 20;
    let reader = Arc::new(Fake::default());
    let engine = engine(&reader, Options { threads: Some(2), memory: Some(limit), ..Options::default() });
    for turn in 0..12 {
        let level = [500.0, 700.0, 850.0][turn % 3];
        let mut wanted = request(&engine, level, turn);
        wanted.picture.view = wanted.picture.view.panned(turn as f64 * 7.0, 0.0);
        engine.request(wanted);
        wait_for_all(&engine);
        let usage = engine.budget();
        assert_eq!(usage.limit, limit);
        assert!(usage.used <= limit, "{usage:?}");
    }
}

#[test]
fn a_run_larger_than_the_budget_plays_from_where_the_hand_is() {
    let frame = 320 * 240 * 4;
    let reader = Arc::new(Fake::default());
    let engine = engine(&reader, Options { threads: Some(2), memory: Some(12 * frame), ..Options::default() });
    engine.request(request(&engine, 500.0, 0));
    let near = |snapshot: &Snapshot, slots: &[usize]| slots.iter().all(|n| snapshot.slots[*n] == SlotState::Ready);
    wait(&engine, |snapshot| near(snapshot, &[0, 1]));
    engine.seek(8, true);
    wait(&engine, |snapshot| near(snapshot, &[8, 9]));
    assert!(engine.frame(8).is_some());
    std::thread::sleep(Duration::from_millis(50));
    let usage = engine.budget();
    assert!(usage.used <= usage.limit + frame, "{usage:?}");
}

#[test]
fn a_chunk_that_holds_several_steps_is_decoded_once() {
    let reader = Arc::new(Fake { steps_in_chunk: 4, milliseconds: 1, ..Fake::default() });
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 500.0, 6));
    wait_for_all(&engine);
    let chunks = 2 * STEPS / 4;
    // The neighbouring levels may have been read ahead by now, one chunk for each of the layers.
    let ahead = 2 * 2;
    let decoded = reader.decoded.load(Ordering::Relaxed);
    assert!((chunks..=chunks + ahead).contains(&decoded), "{decoded}");
}

#[test]
fn of_a_variable_without_a_colour_table_only_a_new_step_is_read_when_it_lands() {
    let fake = |steps| Arc::new(Fake { unknown: true, steps, ..Fake::default() });
    let (first, later) = (fake(0..STEPS - 1), fake(STEPS - 1..STEPS));
    let known = [first.clone(), later.clone()];
    let open = move |path: &Path| {
        let reader = known.iter().find(|known| known.path == path).expect("one of the two");
        Ok(dataset(reader))
    };
    let engine = Engine::with_opener(threads(2), Arc::new(open), || {});
    engine.open(vec![first.path.clone()]);
    wait(&engine, |snapshot| !snapshot.catalog.is_empty());
    let wanted = |slot| {
        let plain = Selection::first(&engine.snapshot().catalog).expect("something");
        let selection =
            Selection { subject: Subject::Variable("mystery".to_owned()), level: Some(Level::hpa(500.0)), ..plain };
        let layout = millibar::render::Layout::new([320, 240], 1.0);
        let view = region("global").expect("bundled").view([layout.map.width, layout.map.height], 1.0, None);
        let picture = Picture {
            size: [320, 240],
            pixels_per_point: 1.0,
            region: "global".to_owned(),
            zoomed: false,
            view,
            language: Language::English,
            interval_factor: 1.0,
        };
        Request { selection, picture, slot }
    };
    engine.request(wanted(0));
    wait_for_all(&engine);
    let before: Vec<_> = (0..STEPS - 1).map(|slot| engine.frame(slot).expect("drawn")).collect();
    first.order.lock().unwrap().clear();
    engine.open(vec![later.path.clone()]);
    wait(&engine, |snapshot| snapshot.catalog.files.len() == 2);
    engine.request(wanted(0));
    wait(&engine, |snapshot| snapshot.slots == vec![SlotState::Ready; STEPS]);
    // The levels beside may be read ahead; the one on screen is not read again.
    let again = first.order.lock().unwrap().iter().filter(|step| **step > 1).count();
    assert_eq!(again, 0, "{:?}", first.order.lock().unwrap());
    assert_eq!(before.len(), STEPS - 1);
}
