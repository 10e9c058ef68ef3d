//! What is on screen goes with its files, and comes back.

use egui::Key;
use millibar::text::Language;

use super::harness::with_folder;
use super::support::{forecast_of, write};

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
