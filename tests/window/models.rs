//! Models that stay: «Add folder as model…» and the list.

use std::path::Path;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Vec2};
use egui_kittest::kittest::Queryable;
use millibar::text::{self, Language};

use super::harness::{Window, with_folder};
use super::support::{folder, forecast, forecast_of, write};

#[test]
fn a_folder_is_added_as_a_model_and_stays_one() {
    let (mut window, folder) = with_folder("model", Language::English);
    window.click("Menu");
    window.click("Add folder as model…");
    window.until_label("Name in English");
    let field = |window: &Window, label: &str| window.value_of(Role::TextInput, label);
    assert_eq!(field(&window, "Folder"), folder.display().to_string());
    assert_eq!(field(&window, "Name in French"), "window-model-data");
    window.harness.get_by_role_and_label(Role::TextInput, "Name in English").focus();
    window.steps(2);
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.steps(2);
    window.type_text("Global \"test\"");
    window.click("Add");
    window.until("the model", |window| window.value_of(Role::ComboBox, "Model") == "Global \"test\"");
    let list = std::fs::read_to_string(window.settings.with_file_name("models.toml")).expect("written");
    assert!(list.contains("name_fr = \"window-model-data\""), "{list}");
    let settings = window.settings.clone();
    drop(window);
    let mut again = Window::with_settings(settings, Language::English, &[], Vec2::new(1200.0, 800.0), 1.0);
    again.until("the model in the list", |window| window.has("Model"));
}

#[test]
fn a_model_of_a_name_or_a_folder_that_is_taken_is_refused_with_the_form_left_open() {
    for language in Language::ALL {
        let (mut window, folder) = with_folder(&format!("model-twice-{language:?}"), language);
        let add = |window: &mut Window, name: Option<&str>| {
            if !window.has(window.say("app_model.name_en")) {
                window.click(window.say("app_menu.name"));
                window.click(window.say("app_menu.add_model"));
                window.until_label(window.say("app_model.name_en"));
            }
            for (field, name) in ["app_model.name_en", "app_model.name_fr"].iter().zip(name.into_iter().cycle()) {
                window.harness.get_by_role_and_label(Role::TextInput, window.say(field)).focus();
                window.steps(2);
                window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
                window.steps(2);
                window.type_text(name);
            }
            window.click(window.say("app_model.add"));
        };
        add(&mut window, None);
        let model = window.say("app_top.model");
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        window.until("the model", |window| window.value_of(Role::ComboBox, model) == name);
        let path = folder.display().to_string();
        add(&mut window, None);
        let refusal = |key| text::fill(language, key, &[("path", &path), ("name", &name)]);
        window.until_label(&refusal("app_note.model_name_taken"));
        add(&mut window, Some("other"));
        window.until_label(&refusal("app_note.model_folder_taken"));
        let list = std::fs::read_to_string(window.settings.with_file_name("models.toml")).expect("written");
        assert_eq!(list.matches("[[model]]").count(), 1, "{list}");
        let apart = super::support::folder(&format!("window-model-apart-{language:?}"));
        write(&apart, "gdps_2026112012_000.nc", &forecast(&[0.0]).bytes());
        window.steps(3);
        window.harness.get_by_role_and_label(Role::TextInput, window.say("app_model.folder")).focus();
        window.steps(2);
        window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        window.steps(2);
        window.type_text(&apart.display().to_string());
        add(&mut window, Some("other"));
        window.until("the other model", |window| window.value_of(Role::ComboBox, model) == "other");
        for key in ["app_note.model_name_taken", "app_note.model_folder_taken"] {
            assert!(!window.has(&refusal(key)), "{key}");
        }
    }
}

/// Adds a folder as a model, called as the form proposes.
fn add(window: &mut Window, folder: &Path) {
    window.click(window.say("app_menu.name"));
    window.click(window.say("app_menu.add_model"));
    let label = window.say("app_model.folder");
    window.until_label(label);
    window.harness.get_by_role_and_label(Role::TextInput, label).focus();
    window.steps(2);
    window.type_text(&folder.display().to_string());
    window.click(window.say("app_model.add"));
}

#[test]
fn a_model_whose_first_run_comes_late_is_offered_and_not_forced_on_anybody() {
    for (language, chooses) in [(Language::English, false), (Language::French, true)] {
        let (mut window, data) = with_folder(&format!("late-{language:?}"), language);
        let name = data.file_name().expect("a name").to_string_lossy().into_owned();
        let empty = folder(&format!("window-late-empty-{language:?}"));
        window.press(Key::End);
        add(&mut window, &empty);
        window.until_label(&text::fill(language, "app_note.model_added", &[("name", &name)]));
        if chooses {
            window.click("850 hPa");
        } else {
            window.steps(700);
        }
        write(&empty, "gdps_2026112100_000.nc", &forecast_of(12.0, &[0.0]).bytes());
        let words = [("run", "2026-11-21 00Z"), ("model", name.as_str())];
        window.until_label(&text::fill(language, "app_top.new_run_of", &words));
        window.steps(30);
        let model = window.say("app_top.model");
        assert_eq!(window.value_of(Role::ComboBox, model), "GDPS");
        assert_eq!(window.step(), "+012 h");
        window.click(window.say("app_top.show_run"));
        window.until("the model", |window| window.value_of(Role::ComboBox, model) == name);
    }
}

#[test]
fn the_form_of_a_model_is_filled_by_the_keyboard_alone() {
    let (mut window, folder) = with_folder("form", Language::English);
    let open = |window: &mut Window| {
        window.click("Menu");
        window.click("Add folder as model…");
        window.until_label("Name in English");
    };
    let field = |window: &Window, label: &str| window.value_of(Role::TextInput, label);
    open(&mut window);
    window.press(Key::Escape);
    window.steps(2);
    assert!(!window.has("Name in English"), "Escape closes it");
    open(&mut window);
    window.type_text("Global");
    assert_eq!(field(&window, "Name in English"), "Global", "what was proposed is selected, and replaced");
    window.press(Key::Tab);
    window.type_text("Mondial");
    assert_eq!(field(&window, "Name in French"), "Mondial");
    window.harness.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    window.steps(2);
    window.harness.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    window.steps(2);
    window.type_text(&folder.display().to_string());
    assert_eq!(field(&window, "Folder"), folder.display().to_string());
    window.press(Key::Enter);
    window.until("the model", |window| window.value_of(Role::ComboBox, "Model") == "Global");
    assert!(!window.has("Name in English"), "Enter adds it");
    let list = std::fs::read_to_string(window.settings.with_file_name("models.toml")).expect("written");
    assert_eq!(list.matches("[[model]]").count(), 1, "{list}");
    assert!(list.contains("name_fr = \"Mondial\""), "{list}");
}

#[test]
fn a_model_that_the_hand_waits_for_is_shown_though_what_was_on_screen_went_meanwhile() {
    let data = folder("window-waits-data");
    let alpha = write(&data, "alpha.nc", &forecast(&[0.0]).bytes());
    let beta = write(&data, "beta.nc", &forecast(&[0.0]).bytes());
    let empty = folder("window-waits-empty");
    let mut window = Window::new("waits", Language::English, &[alpha.clone(), beta]);
    window.until("a model", |window| window.has("Model") && window.value_of(Role::ComboBox, "Model") == "alpha");
    window.click("Menu");
    window.click("Add folder as model…");
    window.until_label("Folder");
    window.harness.get_by_role_and_label(Role::TextInput, "Folder").focus();
    window.steps(2);
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.steps(2);
    window.type_text(&empty.display().to_string());
    window.click("Add");
    window.until_label("window-waits-data added");
    std::fs::remove_file(alpha).expect("it was there");
    window.until("the other file", |window| window.value_of(Role::ComboBox, "Model") == "beta");
    write(&empty, "gdps_2026112012_000.nc", &forecast(&[0.0]).bytes());
    window.until("the awaited model", |window| window.value_of(Role::ComboBox, "Model") == "window-waits-data");
}
