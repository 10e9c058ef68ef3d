//! Every control: named, in the menu, in both languages, in windows of any size.

use egui::accesskit::Role;
use egui::{Key, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use millibar::app::{self, Settings, TABLE};
use millibar::text::{self, Language};

use super::harness::{Window, with_forecast};
use super::support::{folder, forecast, write};

#[test]
fn what_lies_above_the_window_has_the_keys() {
    let mut window = with_forecast("above", Language::English);
    window.press(Key::F1);
    assert!(window.has(window.say("app_help.title")));
    window.press(Key::Num2);
    assert!(window.is_chosen("Full grid") && !window.is_chosen("Western Canada"));
    window.press(Key::Escape);
    window.steps(2);
    assert!(!window.has(window.say("app_help.title")));
    window.press(Key::Num2);
    assert!(window.is_chosen("Western Canada"));
}

#[test]
fn the_overlay_lists_every_key_and_every_row_of_it_does_something() {
    let mut window = with_forecast("help", Language::French);
    window.type_text("?");
    for row in TABLE {
        assert!(window.has(text::say(Language::French, row.text)), "{}", row.text);
        assert!(window.has(text::say(Language::French, row.keys)), "{}", row.keys);
    }
    window.press(Key::Escape);
    assert!(!window.has(window.say("app_help.title")));
}

#[test]
fn every_command_of_the_table_stands_in_the_menu_with_its_key() {
    let mut window = with_forecast("menu", Language::English);
    let headings = ["app_help.player", "app_help.choice", "app_help.map", "app_help.window"];
    let mut seen: Vec<String> = Vec::new();
    for heading in headings {
        window.click(window.say("app_menu.name"));
        window.harness.get_by_role_and_label(Role::Button, window.say(heading)).click();
        window.steps(4);
        seen.extend(window.harness.root().children_recursive().filter_map(|node| node.accesskit_node().label()));
        window.press(Key::Escape);
        window.steps(2);
        window.press(Key::Escape);
        window.steps(2);
    }
    for row in TABLE.iter().filter(|row| row.command != app::Command::Dismiss) {
        let words = app::words(row.command, Language::English);
        assert!(seen.iter().any(|label| label == words), "no menu row: {words}");
    }
}

#[test]
fn the_language_changes_at_once_and_is_remembered() {
    let mut window = with_forecast("language", Language::English);
    window.click("Menu");
    window.click("Language");
    window.click("Français");
    window.steps(3);
    assert!(window.has("Ouest du Canada") && !window.has("Western Canada"));
    let settings = window.settings.clone();
    drop(window);
    assert_eq!(Settings::read(&settings).0.language, Some(Language::French));
}

#[test]
fn broken_settings_are_told_and_kept_aside() {
    let folder = folder("window-broken-settings");
    let settings = write(&folder, "settings.toml", b"region = [[");
    let window = Window::with_settings(settings.clone(), Language::English, &[], Vec2::new(900.0, 600.0), 1.0);
    assert!(window.has_with("settings.toml.broken"));
    drop(window);
    assert_eq!(std::fs::read(folder.join("settings.toml.broken")).expect("kept"), b"region = [[");
    assert_eq!(Settings::read(&settings).1, None);
}

#[test]
fn every_control_has_a_name() {
    let mut window = with_forecast("names", Language::French);
    window.click(window.say("app_play.pace"));
    window.steps(3);
    let speed = window.value_of(Role::SpinButton, window.say("app_play.speed_forward"));
    assert!(speed.starts_with("8,0"), "a comma in French: {speed}");
    let controls = [
        Role::Button,
        Role::RadioButton,
        Role::ComboBox,
        Role::CheckBox,
        Role::Slider,
        Role::SpinButton,
        Role::TextInput,
    ];
    let mut named = 0;
    for node in window.harness.root().children_recursive() {
        let node = node.accesskit_node();
        if controls.contains(&node.role()) {
            let name = node.label().unwrap_or_default();
            let words = name.chars().any(|c| c.is_alphanumeric());
            assert!(words, "a {:?} without a name: {name:?} {:?}", node.role(), node.value());
            named += 1;
        }
    }
    assert!(named > 25, "{named}");
}

#[test]
fn windows_of_any_size_and_scale_show_something() {
    let file = write(&folder("window-sizes-data"), "model.nc", &forecast(&[0.0, 6.0]).bytes());
    for (number, (width, height, scale)) in
        [(320.0, 240.0, 1.0), (400.0, 300.0, 2.0), (700.0, 1000.0, 1.0), (1000.0, 700.0, 1.5)].into_iter().enumerate()
    {
        let settings = folder(&format!("window-sizes-{number}")).join("settings.toml");
        let size = Vec2::new(width, height);
        let mut window = Window::with_settings(settings, Language::French, std::slice::from_ref(&file), size, scale);
        window.until_label("Carte");
        window.press(Key::End);
        assert_eq!(window.step(), "+006 h", "{size:?}");
        window.type_text("?");
        window.steps(3);
    }
}
