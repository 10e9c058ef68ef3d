//! Open and Save answer every press, whatever the desktop's dialogs do.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use millibar::app::{Answer, Dialogs};
use millibar::text::Language;

use super::harness::{Window, with_forecast};
use super::support::{folder, forecast, write};

fn with_dialogs(window: &Window, dialogs: Dialogs) {
    window.harness.state().borrow_mut().as_mut().expect("an app").set_dialogs(dialogs);
}

/// A key as a keyboard sends it: the key with its letter.
fn strike(window: &Window, key: Key, letter: &str) {
    for pressed in [true, false] {
        let modifiers = Modifiers::NONE;
        window.harness.event(Event::Key { key, physical_key: None, pressed, repeat: false, modifiers });
        if pressed {
            window.harness.event(Event::Text(letter.to_owned()));
        }
    }
}

fn typed(window: &Window, role: Role) -> String {
    window.harness.get_by_role(role).value().unwrap_or_default()
}

#[test]
fn two_hundred_presses_open_two_hundred_fields() {
    let mut window = with_forecast("press", Language::English);
    // Some say at once that they cannot be shown, some after a while, some break.
    let count = Arc::new(AtomicUsize::new(0));
    let asked = count.clone();
    let dialogs: Dialogs = Arc::new(move |_, _, _| {
        let number = asked.fetch_add(1, Ordering::Relaxed);
        assert!(number % 3 != 2, "a dialog that breaks");
        std::thread::sleep(Duration::from_millis(if number % 3 == 1 { 150 } else { 0 }));
        Answer::NoDialog
    });
    for press in 0..200 {
        if press % 20 < 3 {
            with_dialogs(&window, dialogs.clone());
        }
        let (key, letter, title) =
            [(Key::S, "s", "app_path.save_title"), (Key::O, "o", "app_path.open_title")][press % 2];
        // The step changes and is drawn anew while the key is struck.
        window.press(Key::ArrowRight);
        let step = window.step();
        strike(&window, key, letter);
        // Keys behind it are no commands.
        strike(&window, Key::Home, "");
        let title = window.say(title);
        window.until(title, |window| window.has(title));
        assert_eq!(window.step(), step, "press {press}");
        window.steps(2);
        window.press(Key::Escape);
        assert!(!window.has(title), "press {press}");
    }
    assert!(count.load(Ordering::Relaxed) >= 10);
}

#[test]
fn a_dialog_that_never_answers_is_given_up() {
    let mut window = with_forecast("press-hung", Language::English);
    with_dialogs(
        &window,
        Arc::new(|_, _, _| {
            loop {
                std::thread::park()
            }
        }),
    );
    for _ in 0..3 {
        strike(&window, Key::S, "s");
        window.until_label("Type the path");
        window.press(Key::End);
        assert!(window.step().starts_with("+000"), "keys go nowhere");
        window.press(Key::Escape);
        assert!(!window.has("Type the path"));
    }
    strike(&window, Key::S, "s");
    window.until_label("Type the path");
    window.click("Type the path");
    assert!(window.has("Save picture as"));
}

#[test]
fn a_picture_is_saved_under_a_name_that_tells_it_and_replaces_nothing() {
    let data = folder("window-press-save-data");
    let file = write(&data, "gdps_2026112012_006.nc", &forecast(&[6.0]).bytes());
    let mut window = Window::new("press-save", Language::English, &[file]);
    window.until_label("500 hPa");
    with_dialogs(&window, Arc::new(|_, _, _| Answer::NoDialog));
    let place = |window: &mut Window| {
        strike(window, Key::S, "s");
        window.until_label("Save picture as");
        window.steps(2);
        let name = PathBuf::from(typed(window, Role::TextInput));
        let name = name.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(name.starts_with("GDPS_2026112012_006_500hPa_") && name.ends_with(".png"), "{name}");
        name
    };
    let mut paths = Vec::new();
    for number in 0..2 {
        let name = place(&mut window);
        let to = data.join(&name).display().to_string();
        window.harness.event(Event::Key {
            key: Key::A,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::COMMAND,
        });
        window.steps(1);
        window.type_text(&to);
        assert_eq!(typed(&window, Role::TextInput), to);
        window.press(Key::Enter);
        let told = if number == 0 { to.clone() } else { to.replace(".png", "-2.png") };
        window.until("the path is told", |window| window.has_with(&told));
        assert!(Path::new(&told).is_file());
        paths.push(std::fs::read(told).expect("a picture"));
    }
    assert_eq!(paths[0], paths[1]);
}

#[test]
fn the_field_completes_and_keeps_what_was_typed_after_an_error() {
    let data = folder("window-press-field-data");
    write(&data, "model_a.nc", &forecast(&[0.0, 6.0]).bytes());
    write(&data, "model_b.nc", &forecast(&[0.0, 6.0]).bytes());
    let mut window = Window::new("press-field", Language::English, &[]);
    with_dialogs(&window, Arc::new(|_, _, _| Answer::NoDialog));
    strike(&window, Key::O, "o");
    window.until_label("Open a file or folder");
    window.steps(2);
    let missing = data.join("mod").display().to_string();
    window.type_text(&missing);
    window.press(Key::Enter);
    window.until("what is wrong", |window| window.has_with("not found"));
    assert_eq!(typed(&window, Role::MultilineTextInput), missing);
    window.press(Key::Tab);
    window.until_label("model_b.nc");
    assert!(typed(&window, Role::MultilineTextInput).ends_with("model_"));
    window.type_text("b");
    window.press(Key::Tab);
    window.until("the name", |window| typed(window, Role::MultilineTextInput).ends_with("model_b.nc"));
    window.steps(3);
    window.press(Key::Enter);
    window.until("its steps", |window| window.slots() == 2);
}
