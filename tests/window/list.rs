//! The list of models changes under an editor while the window is open.

use std::path::{Path, PathBuf};
use std::time::Instant;

use egui::accesskit::Role;
use egui::{Key, Vec2};
use egui_kittest::kittest::Queryable;
use millibar::text::Language;

use super::harness::{PATIENCE, Window};
use super::support::{folder, forecast, write};

/// A folder with one run of two steps.
fn run(name: &str) -> PathBuf {
    let folder = folder(name);
    for lead in [0.0, 12.0] {
        write(&folder, &format!("{name}_2026112012_{lead:03}.nc"), &forecast(&[lead]).bytes());
    }
    folder
}

fn model(name: &str, folder: &Path) -> String {
    format!("[[model]]\nname_en = \"{name}\"\nfolder = \"{}\"\n\n", folder.display())
}

/// A window over a list, with its first model on screen, the last step, 850 hPa.
fn over(test: &str, language: Language, list: &str, first: &str) -> Window {
    let settings = folder(&format!("window-{test}")).join("settings.toml");
    write(settings.parent().expect("a folder"), "models.toml", list.as_bytes());
    let mut window = Window::with_settings(settings, language, &[], Vec2::new(1200.0, 800.0), 1.0);
    let model = window.say("app_top.model");
    window.until_label(model);
    until_listed(&mut window, first, true);
    window.harness.get_by_role_and_label(Role::ComboBox, model).click();
    window.steps(3);
    window.click(first);
    window.until("its run", |window| window.slots() == 2);
    window.click("850 hPa");
    window.press(Key::End);
    window
}

/// As editors do, at a stroke.
fn write_list(window: &Window, list: &str) {
    let folder = window.settings.parent().expect("a folder");
    let written = write(folder, "models.toml.new", list.as_bytes());
    std::fs::rename(written, folder.join("models.toml")).expect("it is there");
}

/// What was on screen is still there, under this model's name.
fn stays(window: &mut Window, name: &str) {
    let model = window.say("app_top.model");
    window.until(name, |window| window.value_of(Role::ComboBox, model) == name);
    window.steps(10);
    assert_eq!((window.slots(), &*window.step()), (2, "+012 h"));
    assert!(window.is_chosen("850 hPa"));
}

/// Looks into the list of models until one stands there with its runs, or not at all.
fn until_listed(window: &mut Window, name: &str, wanted: bool) {
    let (model, began) = (window.say("app_top.model"), Instant::now());
    loop {
        window.harness.get_by_role_and_label(Role::ComboBox, model).click();
        window.steps(3);
        let there = window.has(name);
        window.press(Key::Escape);
        if there == wanted {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "in vain: {name}, {wanted}");
    }
}

#[test]
fn a_model_that_an_editor_adds_renames_or_removes_is_taken_over_at_once() {
    let (gdps, hrdps) = (run("list-gdps"), run("list-hrdps"));
    let mut window = over("list", Language::English, &model("GDPS", &gdps), "GDPS");
    write_list(&window, &(model("Global", &gdps) + &model("HRDPS", &hrdps)));
    stays(&mut window, "Global");
    until_listed(&mut window, "HRDPS", true);
    window.press(Key::M);
    window.until("the model that was added", |window| window.value_of(Role::ComboBox, "Model") == "HRDPS");
    window.press(Key::M);
    stays(&mut window, "Global");
    write_list(&window, &model("Global", &gdps));
    until_listed(&mut window, "HRDPS", false);
    stays(&mut window, "Global");
    write_list(&window, "");
    window.until("the model to go", |window| window.slots() == 0);
    assert!(!window.has_with("list-gdps"), "nobody misses its files");
    write_list(&window, &model("GDPS", &gdps));
    window.until("the model in the list", |window| window.has("Model"));
}

#[test]
fn a_mistake_in_the_list_is_told_until_it_is_mended_and_costs_nothing() {
    for language in Language::ALL {
        let name = format!("list-mistake-{language:?}");
        let (gdps, hrdps) = (run(&name), run(&format!("{name}-2")));
        let whole = model("GDPS", &gdps);
        let mut window = over(&name, language, &whole, "GDPS");
        for broken in [whole.replace("folder", "folders"), whole.replace("\"GDPS\"", "\"GDPS")] {
            write_list(&window, &(broken + &model("HRDPS", &hrdps)));
            window.until("the mistake", |window| {
                window.has_with("models.toml, lin") || window.has_with("models.toml, lig")
            });
            stays(&mut window, "GDPS");
            // What is understood is taken over.
            until_listed(&mut window, "HRDPS", true);
            write_list(&window, &whole);
            window.until("the notice to go", |window| !window.has_with("models.toml, li"));
            stays(&mut window, "GDPS");
        }
    }
}

#[test]
fn with_nothing_on_screen_the_key_shows_the_first_model_of_the_list() {
    let data = run("list-first");
    let settings = folder("window-list-first").join("settings.toml");
    let missing = settings.with_file_name("missing.nc");
    let size = Vec2::new(1200.0, 800.0);
    let mut window = Window::with_settings(settings, Language::English, &[missing], size, 1.0);
    write_list(&window, &model("Alpha", &data));
    let began = Instant::now();
    while window.slots() != 2 {
        assert!(began.elapsed() < PATIENCE, "in vain: its run");
        window.press(Key::M);
    }
}
