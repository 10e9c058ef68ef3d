//! What is on screen goes with its files, and comes back.

use egui::Key;
use egui::accesskit::Role;
use millibar::text::Language;

use super::harness::{Window, with_folder};
use super::support::{folder, forecast, forecast_of, write};

#[test]
fn a_folder_that_comes_back_with_another_run_shows_it() {
    let (mut window, folder) = with_folder("replaced", Language::English);
    std::fs::remove_dir_all(&folder).expect("the folder");
    window.until("the run to go", |window| window.slots() == 0);
    std::fs::create_dir_all(&folder).expect("the folder");
    write(&folder, "gdps_2026112100_000.nc", &forecast_of(12.0, &[0.0]).bytes());
    window.until("the other run", |window| window.slots() == 1);
}

#[test]
fn what_is_on_screen_goes_with_its_folder_and_comes_back_as_it_was() {
    for (language, playing) in [(Language::English, false), (Language::French, true)] {
        let (mut window, folder) = with_folder(&format!("away-{language:?}"), language);
        let aside = folder.with_file_name(format!("window-away-{language:?}-aside"));
        let _ = std::fs::remove_dir_all(&aside);
        window.click("850 hPa");
        window.press(Key::End);
        window.type_text("+");
        if playing {
            window.click(window.say("app_play.play"));
        }
        window.steps(30);
        let view = window.view();
        std::fs::rename(&folder, &aside).expect("the folder");
        window.until("the run to go", |window| window.slots() == 0);
        let absent = window.say("app_note.absent").replace("{path}", "");
        window.until("the notice", |window| window.has_with(&absent));
        window.steps(30);
        std::fs::rename(&aside, &folder).expect("the folder");
        window.until("the run to come back", |window| window.slots() == 2);
        window.steps(5);
        assert!(!window.has_with(&absent), "it is there again");
        assert!(window.is_chosen("850 hPa"));
        assert_eq!(window.view(), view);
        assert_eq!(window.has(window.say("app_play.pause")), playing);
        if !playing {
            assert_eq!(window.step(), "+012 h");
        }
    }
}

#[test]
fn what_went_with_its_folder_comes_back_though_another_model_was_shown_meanwhile() {
    for (language, chooses) in [(Language::English, false), (Language::French, true)] {
        let test = format!("meanwhile-{language:?}");
        let (mut window, data) = with_folder(&test, language);
        let other = folder(&format!("window-{test}-other"));
        let other = write(&other, "other.nc", &forecast(&[0.0, 6.0, 18.0]).bytes());
        let aside = data.with_file_name(format!("window-{test}-aside"));
        let _ = std::fs::remove_dir_all(&aside);
        let model = window.say("app_top.model");
        let shows =
            move |window: &Window, name: &str| window.has(model) && window.value_of(Role::ComboBox, model) == name;
        window.drop_file(other);
        window.until("the other model", |window| shows(window, "other"));
        window.press(Key::M);
        window.until("the model again", |window| shows(window, "GDPS"));
        window.click("850 hPa");
        window.press(Key::End);
        window.type_text("+");
        window.steps(30);
        let view = window.view();
        std::fs::rename(&data, &aside).expect("the folder");
        window.until("the other model", |window| shows(window, "other"));
        if chooses {
            window.click("500 hPa");
        }
        window.steps(30);
        std::fs::rename(&aside, &data).expect("the folder");
        if chooses {
            window.until("the notice to go", |window| !window.has_with("gdps_2026112012"));
            window.steps(30);
            assert!(shows(&window, "other") && window.is_chosen("500 hPa"), "the hand has chosen it");
            continue;
        }
        window.until("the model to come back", |window| shows(window, "GDPS") && window.slots() == 2);
        window.steps(10);
        assert!(window.is_chosen("850 hPa"));
        assert_eq!(window.step(), "+012 h");
        assert_eq!(window.view(), view);
    }
}
