//! What is shown is chosen: level, region, run, model, variable, a place on the map.

use egui::accesskit::Role;
use egui::{Key, Vec2};
use egui_kittest::kittest::Queryable;
use millibar::app::{self, Settings};
use millibar::map;
use millibar::text::Language;

use super::harness::{Window, with_forecast};
use super::support::{folder, forecast, forecast_of, write};

#[test]
fn a_file_fills_the_selectors_in_both_languages() {
    for (language, full_grid) in [(Language::English, "Full grid"), (Language::French, "Grille entière")] {
        let window = with_forecast(&format!("selectors-{language:?}"), language);
        assert!(window.is_chosen("500 hPa"));
        assert!(!window.is_chosen("850 hPa"));
        assert!(window.is_chosen(full_grid), "the data cover less than three quarters of Canada's map");
        assert!(!window.is_chosen("Canada"));
        let (model, run) = (window.say("app_top.model"), window.say("app_top.run"));
        assert_eq!(window.value_of(Role::ComboBox, model), "model");
        assert_eq!(window.value_of(Role::ComboBox, run), "2026-11-20 12Z");
        assert!(window.has(window.say("app_top.product")));
    }
}

#[test]
fn a_click_on_a_level_and_the_arrow_keys_choose_it() {
    let mut window = with_forecast("levels", Language::English);
    window.click("850 hPa");
    assert!(window.is_chosen("850 hPa") && !window.is_chosen("500 hPa"));
    window.press(Key::ArrowUp);
    assert!(window.is_chosen("500 hPa"), "up goes up in the atmosphere");
    window.press(Key::ArrowUp);
    assert!(window.is_chosen("500 hPa"), "above the highest there is none");
    window.press(Key::ArrowDown);
    assert!(window.is_chosen("850 hPa"));
}

#[test]
fn digits_choose_the_regions_in_their_order() {
    let mut window = with_forecast("regions", Language::English);
    for (digit, region) in [(Key::Num2, 1), (Key::Num6, 5), (Key::Num1, 0)] {
        window.press(digit);
        assert!(window.is_chosen(&map::regions()[region].name.en));
    }
    window.type_text("3");
    assert!(window.is_chosen(&map::regions()[2].name.en), "AZERTY types its digits as characters");
}

#[test]
fn a_run_known_by_name_is_read_when_it_is_chosen() {
    let folder = folder("window-names-data");
    for lead in [0.0, 6.0] {
        write(&folder, &format!("gdps_2026112012_{lead:03}.nc"), &forecast(&[lead]).bytes());
        write(&folder, &format!("gdps_2026112100_{lead:03}.nc"), &forecast_of(12.0, &[lead]).bytes());
    }
    let mut window = Window::new("names", Language::English, &[folder]);
    window.until("the newest run", |window| {
        window.has("Run") && window.value_of(Role::ComboBox, "Run") == "2026-11-21 00Z"
    });
    window.press(Key::PageUp);
    window.until("the run before", |window| window.value_of(Role::ComboBox, "Run") == "2026-11-20 12Z");
    assert!(window.is_chosen("500 hPa"));
}

#[test]
fn runs_are_gone_through_by_their_arrows() {
    let folder = folder("window-runs-data");
    let early = write(&folder, "model_2026112012.nc", &forecast(&[0.0, 6.0, 12.0]).bytes());
    let late = write(&folder, "model_2026112100.nc", &forecast_of(12.0, &[0.0, 6.0, 12.0]).bytes());
    let mut window = Window::new("runs", Language::English, &[early, late]);
    window.until("both runs", |window| window.has("Run") && window.value_of(Role::ComboBox, "Run") == "2026-11-21 00Z");
    window.press(Key::Home);
    window.click("Earlier run");
    assert_eq!(window.value_of(Role::ComboBox, "Run"), "2026-11-20 12Z");
    assert_eq!(window.step(), "+012 h", "the same valid time of the run before");
    window.press(Key::PageDown);
    assert_eq!(window.value_of(Role::ComboBox, "Run"), "2026-11-21 00Z");
}

#[test]
fn models_and_variables_are_chosen_from_their_lists() {
    let folder = folder("window-models-data");
    let one = write(&folder, "alpha.nc", &forecast(&[0.0, 6.0]).bytes());
    let two = write(&folder, "beta.nc", &forecast(&[0.0, 6.0]).bytes());
    let mut window = Window::new("models", Language::English, &[one, two]);
    window.until("a model", |window| window.has("Model"));
    window.until("both models", |window| window.has_with("500 hPa") && !window.has_with("Reading"));
    let first = window.value_of(Role::ComboBox, "Model");
    window.press(Key::M);
    assert_ne!(window.value_of(Role::ComboBox, "Model"), first);
    window.harness.get_by_role_and_label(Role::ComboBox, "Product").click();
    window.steps(3);
    window.click("Geopotential height");
    assert_eq!(window.value_of(Role::ComboBox, "Variable"), "Geopotential height");
    window.press(Key::P);
    assert_eq!(window.value_of(Role::ComboBox, "Variable"), "Relative humidity");
    window.press(Key::P);
    assert!(window.has("Product"), "after the last variable comes the product");
}

#[test]
fn a_click_on_the_map_opens_the_series_and_escape_closes_it() {
    let mut window = with_forecast("series", Language::English);
    window.steps(5);
    let map = window.harness.get_by_role_and_label(Role::Image, "Map").rect();
    window.harness.hover_at(map.center());
    window.steps(2);
    window.click("Map");
    window.steps(30);
    assert!(window.has("Time series"));
    window.until("both layers", |window| window.has_with("\u{A0}%") && window.has_with("\u{A0}dam"));
    window.steps(30);
    let title = window.harness.get_by_label("Time series").rect();
    assert!(title.top() > 300.0, "it leaves the map in sight: {title:?}");
    window.steps(30);
    assert_eq!(window.harness.get_by_label("Time series").rect(), title, "it keeps its size");
    window.press(Key::Escape);
    window.steps(2);
    assert!(!window.has("Time series"));
}

#[test]
fn last_choices_come_back() {
    let mut window = with_forecast("remember", Language::English);
    window.click("850 hPa");
    window.press(Key::Num2);
    window.press(Key::L);
    let settings = window.settings.clone();
    drop(window);
    let (read, trouble) = Settings::read(&settings);
    assert_eq!(trouble, None);
    assert_eq!(read.pressure, Some(850.0));
    assert_eq!(read.region, map::regions()[1].id);
    assert_eq!(read.pace.mode, app::Mode::Rock);
    let file = read.recent.first().expect("a recent file").clone();
    let mut again = Window::with_settings(settings, Language::English, &[file], Vec2::new(1200.0, 800.0), 1.0);
    again.until_label("850 hPa");
    assert!(again.is_chosen("850 hPa"));
    assert!(again.is_chosen(&map::regions()[1].name.en));
}

#[test]
fn a_model_that_is_come_back_to_shows_the_run_that_it_had() {
    let folder = folder("window-back-data");
    let early = write(&folder, "alpha_2026112012.nc", &forecast(&[0.0, 12.0]).bytes());
    let late = write(&folder, "alpha_2026112100.nc", &forecast_of(12.0, &[0.0, 12.0]).bytes());
    let other = write(&folder, "beta_2026112012.nc", &forecast(&[0.0, 12.0]).bytes());
    let mut window = Window::new("back", Language::English, &[early, late, other]);
    let shows = |window: &Window| {
        let words = |label: &str| window.value_of(Role::ComboBox, label);
        if window.has("Run") { format!("{} {}", words("Model"), words("Run")) } else { String::new() }
    };
    window.until("the first model", |window| shows(window).starts_with("alpha 2026-11-21 00Z"));
    window.until("all files", |window| !window.has_with("Reading"));
    window.press(Key::Home);
    window.press(Key::M);
    assert_eq!(shows(&window), "beta 2026-11-20 12Z");
    assert_eq!(window.step(), "+012 h", "the same valid time");
    window.press(Key::M);
    assert_eq!(shows(&window), "alpha 2026-11-21 00Z");
    assert_eq!(window.step(), "+000 h");
}
