//! The window under test, and the forecasts that it shows.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Key, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use millibar::app::{App, Settings};
use millibar::engine::{Engine, Options, Watching};
use millibar::map;
use millibar::text::{self, Language};

use super::support::{folder, forecast, write};

pub type State = Rc<RefCell<Option<App>>>;

pub struct Window {
    pub harness: Harness<'static, State>,
    pub language: Language,
    /// Where its settings are kept.
    pub settings: PathBuf,
}

/// Looks often and waits little, and asks the system for nothing.
pub const QUICK: Watching = Watching {
    every: Duration::from_millis(50),
    settle: Duration::from_millis(50),
    patience: Duration::from_secs(60),
    events: false,
};

pub const PATIENCE: Duration = Duration::from_secs(20);

impl Window {
    pub fn new(test: &str, language: Language, files: &[PathBuf]) -> Self {
        let settings = folder(&format!("window-{test}")).join("settings.toml");
        Self::with_settings(settings, language, files, Vec2::new(1200.0, 800.0), 1.0)
    }

    pub fn with_settings(settings: PathBuf, language: Language, files: &[PathBuf], size: Vec2, scale: f32) -> Self {
        let state: State = Rc::default();
        let (made, path, files) = (state.clone(), settings.clone(), files.to_vec());
        let setup = move |ctx: &egui::Context| {
            let waker = ctx.clone();
            let options = Options { threads: Some(2), memory: None, watching: Some(QUICK) };
            let engine = Engine::start(options, move || waker.request_repaint());
            let (mut read, trouble) = Settings::read(&path);
            let again = read.last.paths.clone();
            if files.is_empty() {
                engine.open(again.clone());
            }
            read.language = read.language.or(Some(language));
            let mut app = App::new(engine, (read, trouble), Some(path), ctx);
            app.open_models();
            if files.is_empty() && !again.is_empty() {
                app.open_again();
            }
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

    pub fn steps(&mut self, count: usize) {
        for _ in 0..count {
            self.harness.step();
        }
    }

    /// Display frames until something holds.
    pub fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < PATIENCE, "in vain: {what}");
            std::thread::sleep(Duration::from_millis(2));
            self.harness.step();
        }
    }

    pub fn say(&self, key: &'static str) -> &'static str {
        text::say(self.language, key)
    }

    pub fn has(&self, label: &str) -> bool {
        self.harness.query_all_by_label(label).next().is_some()
    }

    pub fn has_with(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    pub fn until_label(&mut self, label: &str) {
        let label = label.to_owned();
        self.until(&label.clone(), move |window| window.has(&label));
    }

    pub fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.steps(3);
    }

    pub fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.steps(2);
    }

    pub fn type_text(&mut self, text: &str) {
        self.harness.event(Event::Text(text.to_owned()));
        self.steps(2);
    }

    pub fn drop_file(&mut self, path: PathBuf) {
        self.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path)));
        self.steps(1);
        self.harness.input_mut().dropped_files.clear();
    }

    /// The step under the playhead, as the timeline speaks it.
    pub fn step(&self) -> String {
        let name = self.say("app_play.timeline");
        self.harness.get_by_role_and_label(Role::Slider, name).value().unwrap_or_default()
    }

    pub fn is_chosen(&self, row: &str) -> bool {
        let node = self.harness.get_by_role_and_label(Role::RadioButton, row);
        node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
    }

    /// How many steps the timeline has that can be shown.
    pub fn slots(&self) -> usize {
        self.harness.state().borrow().as_ref().map_or(0, App::steps)
    }

    pub fn view(&self) -> Option<map::View> {
        self.harness.state().borrow().as_ref().and_then(|app| app.view().cloned())
    }

    pub fn value_of(&self, role: Role, label: &str) -> String {
        self.harness.get_by_role_and_label(role, label).value().unwrap_or_default()
    }
}

/// A file that the desktop lets fall on the window.
#[derive(Debug)]
pub struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }
    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// A window over one run of three steps and two levels.
pub fn with_forecast(test: &str, language: Language) -> Window {
    let file = write(&folder(&format!("window-{test}-data")), "model.nc", &forecast(&[0.0, 6.0, 12.0]).bytes());
    let mut window = Window::new(test, language, &[file]);
    window.until_label("500 hPa");
    window
}

/// A folder with one run of two steps, called as the centres do.
pub fn with_folder(test: &str, language: Language) -> (Window, PathBuf) {
    let folder = folder(&format!("window-{test}-data"));
    for lead in [0.0, 12.0] {
        write(&folder, &format!("gdps_2026112012_{lead:03}.nc"), &forecast(&[lead]).bytes());
    }
    let mut window = Window::new(test, language, std::slice::from_ref(&folder));
    window.until_label("500 hPa");
    window.until("both steps", |window| window.slots() == 2);
    (window, folder)
}
