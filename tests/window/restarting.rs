//! What was on screen is there again in the next session.

use egui::accesskit::Role;
use egui::{Key, Vec2};
use millibar::text::{self, Language};

use super::harness::{Window, with_folder};
use super::support::{folder, forecast, write};

fn again(window: Window) -> Window {
    let (settings, language) = (window.settings.clone(), window.language);
    drop(window);
    Window::with_settings(settings, language, &[], Vec2::new(1200.0, 800.0), 1.0)
}

#[test]
fn files_level_and_view_are_there_again() {
    for language in Language::ALL {
        let (mut window, _) = with_folder(&format!("again-{language:?}"), language);
        window.click("850 hPa");
        window.type_text("+");
        window.steps(40);
        let before = window.view().expect("a view");
        let mut window = again(window);
        window.until("both steps", |window| window.slots() == 2);
        window.steps(5);
        assert!(window.is_chosen("850 hPa"));
        let after = window.view().expect("a view");
        assert!((before.centre.0 - after.centre.0).abs() < before.units_per_pixel, "{before:?} {after:?}");
        assert!((before.units_per_pixel / after.units_per_pixel - 1.0).abs() < 1e-6);
        let reset = window.say("app_map.reset");
        assert!(window.has(reset));
        window.click(reset);
        window.steps(5);
        assert!(!window.has(reset));
    }
}

#[test]
fn of_several_files_the_model_that_was_on_screen_is_shown_again() {
    let data = folder("window-again-two-data");
    let one = write(&data, "alpha.nc", &forecast(&[0.0, 6.0]).bytes());
    let two = write(&data, "beta.nc", &forecast(&[0.0, 6.0, 12.0]).bytes());
    let mut window = Window::new("again-two", Language::English, &[one, two]);
    let model = "Model";
    window.until("both files", |window| window.has(model) && window.slots() > 0);
    window.steps(30);
    while window.value_of(Role::ComboBox, model) != "beta" {
        window.press(Key::M);
    }
    window.steps(10);
    let mut window = again(window);
    window.until("the model", |window| window.has(model) && window.value_of(Role::ComboBox, model) == "beta");
}

#[test]
fn files_that_are_gone_are_told() {
    let (mut window, data) = with_folder("again-gone", Language::English);
    window.steps(5);
    let settings = window.settings.clone();
    drop(window);
    std::fs::remove_dir_all(&data).expect("the folder");
    let mut window = Window::with_settings(settings, Language::English, &[], Vec2::new(1200.0, 800.0), 1.0);
    let absent = text::fill(Language::English, "app_note.absent", &[("path", &data.display().to_string())]);
    window.until("the notice", |window| window.has(&absent));
    window.until("the sample", |window| window.slots() > 2);
}
