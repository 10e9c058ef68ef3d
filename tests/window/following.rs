//! What is on screen is followed as its files change; new runs are offered.

use std::time::{Duration, Instant};

use egui::Key;
use egui::accesskit::Role;
use millibar::text::{self, Language};

use super::harness::{PATIENCE, Window, with_folder};
use super::support::{folder, forecast, forecast_low, forecast_of, write};

#[test]
fn a_lead_time_that_is_opened_later_takes_its_place_in_the_loop() {
    let folder = folder("window-later-data");
    let first = write(&folder, "model_000.nc", &forecast(&[0.0, 12.0]).bytes());
    let later = write(&folder, "model_006.nc", &forecast(&[6.0]).bytes());
    let mut window = Window::new("later", Language::English, &[first]);
    window.until_label("500 hPa");
    window.press(Key::End);
    window.click("Map");
    window.until("the values at +12", |window| window.has_with("\u{A0}%"));
    window.drop_file(later);
    window.press(Key::Home);
    window.press(Key::ArrowRight);
    let began = Instant::now();
    while window.step() != "+006 h" {
        assert!(began.elapsed() < PATIENCE, "it is one run: {}", window.step());
        window.press(Key::Home);
        window.press(Key::ArrowRight);
    }
    for key in [Key::Home, Key::ArrowRight, Key::ArrowRight] {
        window.press(key);
        window.until("the values of the step", |window| window.has_with("\u{A0}%"));
    }
    assert_eq!(window.step(), "+012 h");
}

#[test]
fn a_step_that_lands_joins_the_loop_under_a_resting_hand() {
    let (mut window, folder) = with_folder("lands", Language::English);
    window.click("850 hPa");
    window.press(Key::End);
    write(&folder, "gdps_2026112012_006.nc", &forecast(&[6.0]).bytes());
    let steps = |window: &Window| window.slots();
    window.until("the step to join", |window| steps(window) == 3);
    assert_eq!(window.step(), "+012 h", "the playhead stays where it is");
    assert!(window.is_chosen("850 hPa"), "so does what was chosen");
    window.press(Key::ArrowLeft);
    assert_eq!(window.step(), "+006 h");
}

#[test]
fn the_playhead_stays_while_the_file_under_it_is_written_anew_or_comes_back() {
    let (mut window, folder) = with_folder("anew", Language::English);
    write(&folder, "gdps_2026112012_006.nc", &forecast(&[6.0]).bytes());
    window.until("the step between", |window| window.slots() == 3);
    window.press(Key::Home);
    window.press(Key::ArrowRight);
    assert_eq!(window.step(), "+006 h");
    let whole = forecast_low(&[6.0]).bytes();
    for part in [0, whole.len() / 3, whole.len() / 2, whole.len()] {
        write(&folder, "gdps_2026112012_006.nc", &whole[..part]);
        let until = Instant::now() + Duration::from_millis(300);
        while Instant::now() < until {
            window.steps(1);
            assert_eq!((window.slots(), &*window.step()), (3, "+006 h"), "{part} bytes");
        }
    }
    std::fs::remove_file(folder.join("gdps_2026112012_006.nc")).expect("it was there");
    window.until("the step to go", |window| window.slots() == 2);
    assert_ne!(window.step(), "+006 h");
    write(&folder, "gdps_2026112012_006.nc", &whole);
    window.until("the step to come back", |window| window.slots() == 3);
    assert_eq!(window.step(), "+006 h", "so does the playhead");
}

#[test]
fn the_loop_plays_on_while_its_file_is_written_anew() {
    let folder = folder("window-anew-one-data");
    let whole = forecast_low(&[0.0, 6.0, 12.0]).bytes();
    let file = write(&folder, "model.nc", &forecast(&[0.0, 6.0, 12.0]).bytes());
    let mut window = Window::new("anew-one", Language::English, &[file]);
    window.until("the steps", |window| window.slots() == 3);
    window.press(Key::Home);
    window.click(window.say("app_play.play"));
    for part in [None, Some(0), Some(whole.len() / 2), Some(whole.len())] {
        if let Some(part) = part {
            write(&folder, "model.nc", &whole[..part]);
        }
        let mut seen = std::collections::BTreeSet::new();
        let until = Instant::now() + Duration::from_millis(400);
        while Instant::now() < until || seen.len() < 3 {
            window.steps(1);
            seen.insert(window.step());
            assert_eq!(window.slots(), 3, "{part:?} bytes");
            assert!(window.has(window.say("app_play.pause")), "it plays");
            assert!(!window.has_with("model.nc:"), "nothing is said of a file that is being written");
            assert!(Instant::now() < until + PATIENCE, "{seen:?}");
        }
    }
}

#[test]
fn a_new_run_is_offered_and_a_key_takes_it() {
    for language in Language::ALL {
        let (mut window, folder) = with_folder(&format!("offer-{language:?}"), language);
        window.press(Key::End);
        assert_eq!(window.step(), "+012 h");
        write(&folder, "gdps_2026112100_000.nc", &forecast_of(12.0, &[0.0]).bytes());
        let offer = text::fill(language, "app_top.new_run", &[("run", "2026-11-21 00Z")]);
        window.until_label(&offer);
        let run = window.say("app_top.run");
        assert_eq!(window.value_of(Role::ComboBox, run), "2026-11-20 12Z", "it is not forced on anybody");
        assert_eq!(window.step(), "+012 h");
        window.press(Key::Z);
        let arriving = format!("2026-11-21 00Z · {}", window.say("app_top.arriving"));
        window.until("the new run", |window| window.value_of(Role::ComboBox, run) == arriving);
        assert!(!window.has(&offer), "what was taken is offered no longer");
        assert_eq!(window.step(), "+000 h", "the same valid time");
    }
}

#[test]
fn an_offer_is_taken_by_its_button_or_put_aside() {
    let (mut window, folder) = with_folder("offer-button", Language::English);
    write(&folder, "gdps_2026112100_000.nc", &forecast_of(12.0, &[0.0]).bytes());
    window.until_label("New run 2026-11-21 00Z");
    window.click("Not now");
    assert!(!window.has("New run 2026-11-21 00Z"));
    write(&folder, "gdps_2026112112_000.nc", &forecast_of(24.0, &[0.0]).bytes());
    window.until_label("New run 2026-11-21 12Z");
    window.click("Show");
    window.until("the new run", |window| window.value_of(Role::ComboBox, "Run").starts_with("2026-11-21 12Z"));
}

#[test]
fn the_folder_of_an_open_file_brings_the_rest_of_its_run() {
    let folder = folder("rest-of-a-run");
    let one = write(&folder, "gdps_2026112012_000.nc", &forecast(&[0.0]).bytes());
    write(&folder, "gdps_2026112012_006.nc", &forecast(&[6.0]).bytes());
    write(&folder, "gdps_2026112000_000.nc", &forecast_of(-12.0, &[0.0]).bytes());
    let mut window = Window::new("rest", Language::English, &[one]);
    window.until("the file", |window| window.slots() == 1);
    window.drop_file(folder);
    window.until("its run", |window| window.slots() == 2);
}

#[test]
fn of_two_files_with_the_same_field_nothing_is_said_once_one_is_gone() {
    for language in Language::ALL {
        let (mut window, folder) = with_folder(&format!("double-{language:?}"), language);
        let below = folder.join("later");
        std::fs::create_dir_all(&below).expect("a folder");
        let name = "gdps_2026112012_000.nc";
        let double = write(&below, name, &forecast_low(&[0.0]).bytes());
        let (one, other) = (folder.join(name).display().to_string(), double.display().to_string());
        let words = text::fill(language, "note.same_field", &[("shown", &other), ("hidden", &one)]);
        window.until_label(&words);
        std::fs::remove_file(&double).expect("it was there");
        window.until("the notice to go", |window| !window.has(&words));
        write(&below, name, &forecast_low(&[0.0]).bytes());
        window.until_label(&words);
    }
}

#[test]
fn a_file_that_is_renamed_as_its_header_says_takes_its_notice_away() {
    let (mut window, folder) = with_folder("renamed", Language::English);
    let wrong = write(&folder, "gdps_2026112012_033.nc", &forecast(&[30.0]).bytes());
    window.until("the notice", |window| window.has_with("gdps_2026112012_033.nc: The file name says"));
    std::fs::rename(wrong, folder.join("gdps_2026112012_030.nc")).expect("it was there");
    window.until("the notice to go", |window| !window.has_with("The file name says"));
    assert_eq!(window.slots(), 3);
}
