//! The window without a display: driven by the names of its controls, as a screen reader would.

#[allow(dead_code, reason = "each test binary uses a part of it")]
mod support;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use millibar::app::{self, App, Settings, TABLE};
use millibar::engine::{Engine, Options, Watching};
use millibar::map;
use millibar::text::{self, Language};

use support::{Classic, folder, forecast, forecast_low, forecast_of, write};

type State = Rc<RefCell<Option<App>>>;

struct Window {
    harness: Harness<'static, State>,
    language: Language,
    /// Where its settings are kept.
    settings: PathBuf,
}

/// Looks often and waits little, and asks the system for nothing.
const QUICK: Watching = Watching {
    every: Duration::from_millis(50),
    settle: Duration::from_millis(50),
    patience: Duration::from_secs(60),
    events: false,
};

const PATIENCE: Duration = Duration::from_secs(20);

impl Window {
    fn new(test: &str, language: Language, files: &[PathBuf]) -> Self {
        let settings = folder(&format!("window-{test}")).join("settings.toml");
        Self::with_settings(settings, language, files, Vec2::new(1200.0, 800.0), 1.0)
    }

    fn with_settings(settings: PathBuf, language: Language, files: &[PathBuf], size: Vec2, scale: f32) -> Self {
        let state: State = Rc::default();
        let (made, path, files) = (state.clone(), settings.clone(), files.to_vec());
        let setup = move |ctx: &egui::Context| {
            let waker = ctx.clone();
            let options = Options { threads: Some(2), memory: None, watching: Some(QUICK) };
            let engine = Engine::start(options, move || waker.request_repaint());
            let (mut read, trouble) = Settings::read(&path);
            read.language = read.language.or(Some(language));
            let mut app = App::new(engine, (read, trouble), Some(path), ctx);
            app.open_models();
            app.open(files);
            *made.borrow_mut() = Some(app);
        };
        let harness = Harness::builder()
            .with_size(size)
            .with_pixels_per_point(scale)
            .with_step_dt(1.0 / 60.0)
            .with_context_setup(setup)
            .build_ui_state(
                |ui, state: &mut State| {
                    if let Some(app) = state.borrow_mut().as_mut() {
                        app.ui(ui);
                    }
                },
                state,
            );
        Self { harness, language, settings }
    }

    fn steps(&mut self, count: usize) {
        for _ in 0..count {
            self.harness.step();
        }
    }

    /// Display frames until something holds.
    fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < PATIENCE, "in vain: {what}");
            std::thread::sleep(Duration::from_millis(2));
            self.harness.step();
        }
    }

    fn say(&self, key: &'static str) -> &'static str {
        text::say(self.language, key)
    }

    fn has(&self, label: &str) -> bool {
        self.harness.query_all_by_label(label).next().is_some()
    }

    fn has_with(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    fn until_label(&mut self, label: &str) {
        let label = label.to_owned();
        self.until(&label.clone(), move |window| window.has(&label));
    }

    fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.steps(3);
    }

    fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.steps(2);
    }

    fn type_text(&mut self, text: &str) {
        self.harness.event(Event::Text(text.to_owned()));
        self.steps(2);
    }

    fn drop_file(&mut self, path: PathBuf) {
        self.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path)));
        self.steps(1);
        self.harness.input_mut().dropped_files.clear();
    }

    /// The step under the playhead, as the timeline speaks it.
    fn step(&self) -> String {
        let name = self.say("app_play.timeline");
        self.harness.get_by_role_and_label(Role::Slider, name).value().unwrap_or_default()
    }

    fn is_chosen(&self, row: &str) -> bool {
        let node = self.harness.get_by_role_and_label(Role::RadioButton, row);
        node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
    }

    /// How many steps the timeline has that can be shown.
    fn slots(&self) -> usize {
        self.harness.state().borrow().as_ref().map_or(0, App::steps)
    }

    fn view(&self) -> Option<map::View> {
        self.harness.state().borrow().as_ref().and_then(|app| app.view().cloned())
    }

    fn value_of(&self, role: Role, label: &str) -> String {
        self.harness.get_by_role_and_label(role, label).value().unwrap_or_default()
    }
}

/// A file that the desktop lets fall on the window.
#[derive(Debug)]
struct Dropped(PathBuf);
impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }
    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// A window over one run of three steps and two levels.
fn with_forecast(test: &str, language: Language) -> Window {
    let file = write(&folder(&format!("window-{test}-data")), "model.nc", &forecast(&[0.0, 6.0, 12.0]).bytes());
    let mut window = Window::new(test, language, &[file]);
    window.until_label("500 hPa");
    window
}

#[test]
fn a_file_fills_the_selectors_in_both_languages() {
    for (language, other_region) in [(Language::English, "West"), (Language::French, "Ouest")] {
        let window = with_forecast(&format!("selectors-{language:?}"), language);
        assert!(window.is_chosen("500 hPa"));
        assert!(!window.is_chosen("850 hPa"));
        assert!(window.is_chosen("Canada"));
        assert!(!window.is_chosen(other_region));
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
fn the_keys_of_the_player_move_the_playhead() {
    let mut window = with_forecast("player-keys", Language::English);
    window.press(Key::Home);
    assert_eq!(window.step(), "+000 h");
    window.press(Key::ArrowRight);
    assert_eq!(window.step(), "+006 h");
    window.press(Key::End);
    assert_eq!(window.step(), "+012 h");
    window.press(Key::ArrowRight);
    assert_eq!(window.step(), "+000 h", "after the last comes the first");
    window.press(Key::ArrowLeft);
    assert_eq!(window.step(), "+012 h");
}

#[test]
fn the_loop_plays_what_is_ready() {
    let mut window = with_forecast("plays", Language::English);
    window.press(Key::Home);
    window.click(window.say("app_play.play"));
    assert!(window.has(window.say("app_play.pause")), "the button now pauses");
    window.until("the second step", |window| window.step() == "+006 h");
    window.until("the third step", |window| window.step() == "+012 h");
    window.until("the first again", |window| window.step() == "+000 h");
    window.press(Key::Space);
    assert!(window.has(window.say("app_play.play")), "Space pauses");
    let before = window.step();
    window.steps(60);
    assert_eq!(window.step(), before);
}

#[test]
fn a_step_is_left_out_by_a_click_with_ctrl_on_its_slot() {
    let mut window = with_forecast("skip", Language::English);
    let timeline = window.harness.get_by_role_and_label(Role::Slider, window.say("app_play.timeline"));
    timeline.click_modifiers(Modifiers::COMMAND);
    window.steps(3);
    window.press(Key::Home);
    window.press(Key::ArrowRight);
    assert_eq!(window.step(), "+012 h", "the middle step was left out");
}

#[test]
fn what_lies_above_the_window_has_the_keys() {
    let mut window = with_forecast("above", Language::English);
    window.press(Key::F1);
    assert!(window.has(window.say("app_help.title")));
    window.press(Key::Num2);
    assert!(window.is_chosen("Canada") && !window.is_chosen("West"));
    window.press(Key::Escape);
    window.steps(2);
    assert!(!window.has(window.say("app_help.title")));
    window.press(Key::Num2);
    assert!(window.is_chosen("West"));
}

#[test]
fn a_click_on_the_timeline_goes_there() {
    let mut window = with_forecast("scrub", Language::English);
    window.press(Key::Home);
    window.click("Timeline");
    assert_eq!(window.step(), "+006 h");
}

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

/// A folder with one run of two steps, called as the centres do.
fn with_folder(test: &str, language: Language) -> (Window, PathBuf) {
    let folder = folder(&format!("window-{test}-data"));
    for lead in [0.0, 12.0] {
        write(&folder, &format!("gdps_2026112012_{lead:03}.nc"), &forecast(&[lead]).bytes());
    }
    let mut window = Window::new(test, language, std::slice::from_ref(&folder));
    window.until_label("500 hPa");
    window.until("both steps", |window| window.slots() == 2);
    (window, folder)
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
fn what_can_be_drawn_is_shown_before_what_cannot_and_that_says_why() {
    let folder = folder("window-places");
    let axis = |standard_name| [("standard_name", standard_name), ("units", "m")];
    let nowhere = Classic::default()
        .dimension("y", 2)
        .dimension("x", 3)
        .variable("y", &["y"], &axis("projection_y_coordinate"), vec![0.0, 1e5])
        .variable("x", &["x"], &axis("projection_x_coordinate"), vec![0.0, 1e5, 2e5])
        .variable("r", &["y", "x"], &[("units", "%")], vec![50.0; 6]);
    let nowhere = write(&folder, "a_nowhere.nc", &nowhere.bytes());
    let forecast = write(&folder, "b_forecast.nc", &forecast(&[0.0, 6.0]).bytes());
    let mut window = Window::new("places-both", Language::English, &[nowhere.clone(), forecast]);
    window.until("the forecast", |window| window.slots() == 2);
    let mut window = Window::new("places-one", Language::English, &[nowhere]);
    window.until("the reason", |window| window.has_with("does not say where its points lie"));
}

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
    window.until("the notice", |window| window.has_with("gdps_2026112012_033.nc: its name says"));
    std::fs::rename(wrong, folder.join("gdps_2026112012_030.nc")).expect("it was there");
    window.until("the notice to go", |window| !window.has_with("its name says"));
    assert_eq!(window.slots(), 3);
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
        let apart = support::folder(&format!("window-model-apart-{language:?}"));
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
    window.until_label("window-waits-data is now one of the models.");
    std::fs::remove_file(alpha).expect("it was there");
    window.until("the other file", |window| window.value_of(Role::ComboBox, "Model") == "beta");
    write(&empty, "gdps_2026112012_000.nc", &forecast(&[0.0]).bytes());
    window.until("the awaited model", |window| window.value_of(Role::ComboBox, "Model") == "window-waits-data");
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
    assert!(window.has("Product"), "after the last variable comes the product");
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
    assert!(window.has("Ouest") && !window.has("West"));
    let settings = window.settings.clone();
    drop(window);
    assert_eq!(Settings::read(&settings).0.language, Some(Language::French));
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
fn nothing_open_says_what_can_be_opened() {
    for language in Language::ALL {
        let window = Window::new(&format!("empty-{language:?}"), language, &[]);
        for key in
            ["app_empty.title", "app_empty.what", "app_empty.open", "app_menu.open_folder", "app_menu.open_sample"]
        {
            assert!(window.has(window.say(key)), "{key}");
        }
    }
}

#[test]
fn a_broken_file_is_told_and_leaves_the_rest() {
    let folder = folder("window-broken-data");
    let good = write(&folder, "good.nc", &forecast(&[0.0, 6.0]).bytes());
    let bad = write(&folder, "bad.nc", b"CDF\x01 this is no forecast");
    let empty = write(&folder, "empty.nc", b"");
    let mut window = Window::new("broken", Language::English, &[good, bad, empty]);
    window.until_label("500 hPa");
    window.until("both notices", |window| window.has_with("bad.nc") && window.has_with("empty.nc"));
    window.press(Key::End);
    assert_eq!(window.step(), "+006 h");
    while window.harness.query_all_by_label("Read").next().is_some() {
        window.harness.query_all_by_label("Read").next().expect("a notice").click();
        window.steps(3);
    }
    assert!(!window.has_with("empty.nc"), "read notices go");
    window.click("Menu");
    window.click(window.say("app_menu.files"));
    assert!(window.has("bad.nc") && window.has("good.nc"), "the list keeps the files");
    assert!(window.has_with("empty.nc: "), "and says what is wrong with them");
}

#[test]
fn only_broken_files_leave_the_empty_page_with_a_notice() {
    let bad = write(&folder("window-only-broken-data"), "bad.nc", b"not a forecast at all");
    let mut window = Window::new("only-broken", Language::English, &[bad]);
    window.until("the notice", |window| window.has_with("bad.nc"));
    assert!(window.has(window.say("app_empty.title")));
}

#[test]
fn a_missing_file_and_a_folder_without_forecasts_are_told() {
    let empty = folder("window-nothing-data");
    let missing = empty.with_file_name("window-missing.nc");
    let mut window = Window::new("nothing", Language::English, &[empty, missing]);
    window.until("missing", |window| window.has_with("window-missing.nc"));
    window.until("nothing in the folder", |window| window.has_with("no forecast was found there"));
}

#[test]
fn a_path_that_is_not_there_yet_opens_by_itself_when_it_comes() {
    let around = folder("window-not-yet-data");
    let (file, below) = (around.join("later/model.nc"), around.join("runs"));
    for (language, path, count) in [(Language::English, &file, 2), (Language::French, &below, 1)] {
        let mut window = Window::new(&format!("not-yet-{language:?}"), language, std::slice::from_ref(path));
        let absent = text::fill(language, "app_note.absent", &[("path", &path.display().to_string())]);
        window.until_label(&absent);
        if count == 2 {
            std::fs::create_dir_all(around.join("later")).expect("a folder");
            write(&around.join("later"), "model.nc", &forecast(&[0.0, 6.0]).bytes());
        } else {
            std::fs::create_dir_all(path).expect("a folder");
            window.steps(30);
            write(path, "gdps_2026112012_006.nc", &forecast(&[6.0]).bytes());
        }
        window.until("its steps", |window| window.slots() == count);
        assert!(!window.has(&absent), "it is there now");
    }
}

#[test]
fn forecasts_that_come_into_an_empty_folder_take_its_notice_away() {
    let empty = folder("window-filled-data");
    let mut window = Window::new("filled", Language::English, std::slice::from_ref(&empty));
    let nothing = "no forecast was found there";
    window.until("nothing in the folder", |window| window.has_with(nothing));
    write(&empty, "gdps_2026112012_006.nc", &forecast(&[6.0]).bytes());
    window.until("its step", |window| window.slots() == 1);
    assert!(!window.has_with(nothing));
}

#[test]
fn only_what_could_be_opened_is_recent() {
    let folder = folder("window-recent-data");
    let good = write(&folder, "good.nc", &forecast(&[0.0]).bytes());
    let bad = write(&folder, "bad.nc", b"no forecast");
    let files = [bad, good.clone(), folder.join("never.nc")];
    let mut window = Window::new("recent", Language::English, &files);
    window.until("the notices", |window| window.has_with("never.nc") && window.has_with("bad.nc"));
    window.until("the file", |window| window.slots() == 1);
    window.steps(3);
    let settings = window.settings.clone();
    drop(window);
    assert_eq!(Settings::read(&settings).0.recent, [good]);
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
fn a_path_is_typed_where_there_is_no_dialog_and_its_letters_are_no_commands() {
    let file = write(&folder("window-path-data"), "model.nc", &forecast(&[0.0, 6.0]).bytes());
    let mut window = Window::new("path", Language::English, &[]);
    window.click(window.say("app_menu.open_path"));
    window.steps(3);
    let field = window.harness.get_by_role(Role::TextInput);
    field.type_text(&file.display().to_string());
    window.steps(3);
    assert!(!window.has(window.say("app_help.title")));
    window.click("Open");
    window.until_label("500 hPa");
}

#[test]
fn a_dropped_file_opens() {
    let file = write(&folder("window-drop-data"), "prévision à jour.nc", &forecast(&[0.0, 6.0]).bytes());
    let mut window = Window::new("drop", Language::English, &[]);
    window.drop_file(file);
    window.until_label("500 hPa");
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
    assert!(window.has("Series"));
    window.until("both layers", |window| window.has_with("\u{A0}%") && window.has_with("\u{A0}dam"));
    window.steps(30);
    let title = window.harness.get_by_label("Series").rect();
    assert!(title.top() > 300.0, "it leaves the map in sight: {title:?}");
    window.steps(30);
    assert_eq!(window.harness.get_by_label("Series").rect(), title, "it keeps its size");
    window.press(Key::Escape);
    window.steps(2);
    assert!(!window.has("Series"));
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
