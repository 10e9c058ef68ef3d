//! What is done first, what is stopped, what is kept ready.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use millibar::engine::{Engine, Request, Selection, SlotState};

use super::fake::{Fake, STEPS, dataset, engine, frames, request, threads, wait, wait_for_all};

#[test]
fn the_visible_step_is_made_first_and_then_those_that_follow_it() {
    let reader = Arc::new(Fake { milliseconds: 2, ..Fake::default() });
    let engine = engine(&reader, threads(1));
    engine.request(request(&engine, 500.0, 4));
    wait_for_all(&engine);
    let order = reader.order.lock().unwrap().clone();
    // Once more in front: whether its values fit the unit that the file names.
    let expected: Vec<usize> = [4].into_iter().chain(4..STEPS).chain(0..4).collect();
    assert_eq!(order, expected);
}

#[test]
fn a_jump_of_the_hand_turns_the_order() {
    let reader = Arc::new(Fake { milliseconds: 20, ..Fake::default() });
    let engine = engine(&reader, threads(1));
    engine.request(request(&engine, 500.0, 0));
    wait(&engine, |snapshot| snapshot.slots.first() == Some(&SlotState::Ready));
    engine.seek(9, false);
    wait_for_all(&engine);
    let order = reader.order.lock().unwrap().clone();
    let jump = order.iter().position(|step| *step == 9).expect("the step jumped to is read");
    assert!(jump <= 3, "{order:?}");
    assert_eq!(order[jump..jump + 4], [9, 8, 7, 6], "the loop runs backward");
}

#[test]
fn work_on_an_old_choice_ends_within_50_milliseconds() {
    let reader = Arc::new(Fake { milliseconds: 400, ..Fake::default() });
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 500.0, 0));
    let worked = || reader.worked.load(Ordering::Relaxed);
    while worked() == 0 {
        std::thread::yield_now();
    }
    let nothing = Selection { model: "none".to_owned(), ..request(&engine, 500.0, 0).selection };
    engine.request(Request { selection: nothing, ..request(&engine, 500.0, 0) });
    let before = worked();
    std::thread::sleep(Duration::from_millis(200));
    // By the work itself, as a machine may have others to serve meanwhile; each of the two threads has as much.
    let after = worked() - before;
    assert!(after < 2 * 50, "it went on for {after} milliseconds of work");
    assert!(engine.snapshot().slots.is_empty());
}

/// The best of some times: a machine may have others to serve meanwhile.
fn fastest(times: usize, mut once: impl FnMut() -> Duration) -> Duration {
    (0..times).map(|_| once()).min().expect("at least once")
}

#[test]
fn the_snapshot_never_waits_for_a_file() {
    let reader = Arc::new(Fake::default());
    let engine = engine(&reader, threads(2));
    reader.gate.close();
    engine.request(request(&engine, 500.0, 0));
    std::thread::sleep(Duration::from_millis(30));
    let ask_for_all = || {
        let start = Instant::now();
        for slot in 0..STEPS {
            let snapshot = engine.snapshot();
            assert_eq!(snapshot.progress.done, 0);
            assert!(engine.frame(slot).is_none());
            engine.seek(slot, true);
            assert_eq!(engine.reading(slot, -100.0, 60.0), Default::default());
        }
        start.elapsed()
    };
    assert!(fastest(5, ask_for_all) < Duration::from_millis(20));
    reader.gate.open();
    wait_for_all(&engine);
}

/// How much was decoded, once what is read ahead has come to its end.
fn decoded_at_rest(reader: &Fake) -> usize {
    let mut before = reader.decoded.load(Ordering::Relaxed);
    loop {
        std::thread::sleep(Duration::from_millis(60));
        let now = reader.decoded.load(Ordering::Relaxed);
        if now == before {
            return now;
        }
        before = now;
    }
}

#[test]
fn going_back_to_an_earlier_choice_finds_its_frames() {
    let reader = Arc::new(Fake { milliseconds: 3, ..Fake::default() });
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 500.0, 0));
    wait_for_all(&engine);
    let first = frames(&engine);
    engine.request(request(&engine, 850.0, 0));
    wait_for_all(&engine);
    assert_ne!(first, frames(&engine));
    let decoded = decoded_at_rest(&reader);
    engine.request(request(&engine, 500.0, 3));
    wait_for_all(&engine);
    assert!(frames(&engine) == first);
    assert!(reader.decoded.load(Ordering::Relaxed) <= decoded + 2, "only the level beside may be read ahead");
    let there_and_back = || {
        engine.request(request(&engine, 850.0, 0));
        wait_for_all(&engine);
        engine.request(request(&engine, 500.0, 3));
        wait_for_all(&engine).progress.elapsed
    };
    assert!(fastest(5, there_and_back) < Duration::from_millis(50));
}

#[test]
fn the_levels_beside_are_prepared_while_nothing_else_is_to_do() {
    let reader = Arc::new(Fake::default());
    let engine = engine(&reader, threads(2));
    engine.request(request(&engine, 700.0, 5));
    wait_for_all(&engine);
    let (start, beside) = (Instant::now(), 2 * (STEPS + 2));
    while reader.decoded.load(Ordering::Relaxed) < beside {
        assert!(start.elapsed() < Duration::from_secs(20), "the levels beside were not read ahead");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn the_owner_is_woken_for_every_frame() {
    let reader = Arc::new(Fake::default());
    let (known, woken) = (reader.clone(), Arc::new(AtomicUsize::new(0)));
    let count = woken.clone();
    let engine = Engine::with_opener(threads(2), Arc::new(move |_: &Path| Ok(dataset(&known))), move || {
        count.fetch_add(1, Ordering::Relaxed);
    });
    engine.open(vec![reader.path.clone()]);
    wait(&engine, |snapshot| !snapshot.catalog.is_empty());
    engine.request(request(&engine, 500.0, 0));
    wait_for_all(&engine);
    let start = Instant::now();
    while woken.load(Ordering::Relaxed) < STEPS {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn while_the_loop_plays_work_goes_on_with_a_core_less() {
    let reader = Arc::new(Fake { milliseconds: 1, ..Fake::default() });
    let engine = engine(&reader, threads(3));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for busy in [true, false].into_iter().cycle() {
                engine.set_busy(busy);
                std::thread::sleep(Duration::from_millis(2));
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        for turn in 0..6 {
            engine.request(request(&engine, [500.0, 700.0, 850.0][turn % 3], turn));
            wait_for_all(&engine);
        }
        stop.store(true, Ordering::Relaxed);
    });
}
