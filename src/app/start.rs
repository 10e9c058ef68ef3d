//! Into a real window, or one sentence that says why there is none.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::settings::Settings;
use super::{App, Options};
use crate::engine::{self, Engine, Watching};
use crate::text::{self, Language};

/// Why no window could be shown, or why it could be no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What the system's libraries said, in their words.
    pub cause: String,
    /// There was a window: what broke is ours, not the display's.
    pub after_start: bool,
}

impl Failure {
    /// One sentence: what is missing, and what to do.
    #[must_use]
    pub fn tell(&self, language: Language) -> String {
        if self.after_start {
            return text::fill(language, "cli.internal_error", &[("message", &self.cause)]);
        }
        let display = ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
        let key = if display { "app_start.no_graphics" } else { "app_start.no_display" };
        text::fill(language, key, &[("cause", without_source(&self.cause).trim_end_matches('.'))])
    }
}

/// Without the place in a library's source that some errors carry: `os error at /…/mod.rs:788: no connection`.
fn without_source(cause: &str) -> &str {
    cause
        .rsplit_once(".rs:")
        .map_or(cause, |(_, rest)| rest.trim_start_matches(|c: char| c.is_ascii_digit() || ": ".contains(c)))
}

/// The Debian packages that the window needs are named in the texts `app_start`.
const APP_ID: &str = "millibar";
const FIRST_SIZE: [f32; 2] = [1440.0, 900.0];

/// Shows the window until it is closed.
pub fn run(options: Options) -> Result<(), Failure> {
    let path = Settings::usual_path();
    let (mut settings, trouble) = path.as_deref().map_or_else(Default::default, Settings::read);
    if options.language.is_some() {
        settings.language = options.language;
    }
    // The files are opened while the window comes up; whoever is awake first waits for nobody.
    let waker: Arc<OnceLock<egui::Context>> = Arc::default();
    let wake = waker.clone();
    let watched = engine::Options { watching: Some(Watching::default()), ..options.engine };
    let engine = Engine::start(watched, move || {
        if let Some(ctx) = wake.get() {
            ctx.request_repaint();
        }
    });
    let paths: Vec<_> = options.paths.iter().map(|path| std::path::absolute(path).unwrap_or(path.clone())).collect();
    if let Some(list) = path.as_ref().map(|path| path.with_file_name(super::models::LIST)) {
        engine.open_models(list);
    }
    engine.open(if paths.is_empty() { settings.last.paths.clone() } else { paths.clone() });
    let native = native_options(settings.window.unwrap_or(FIRST_SIZE));
    let frames = Arc::new(AtomicUsize::new(0));
    let counted = frames.clone();
    let create = move |creation: &eframe::CreationContext<'_>| {
        let ctx = &creation.egui_ctx;
        let mut app = App::new(engine, (settings, trouble), path, ctx);
        // Set once: the engine is ours alone.
        let _ = waker.set(ctx.clone());
        if paths.is_empty() {
            app.open_again();
        } else {
            app.forget_last();
            app.opened_at_start(paths);
        }
        Ok(Box::new(Shell { app, frames: counted }) as Box<dyn eframe::App>)
    };
    // The first display frame is asked for before anything is on screen.
    let after_start = move || frames.load(Ordering::Relaxed) > 1;
    shown(|| eframe::run_native("millibar", native, Box::new(create)), after_start)
}

/// A library that is missing is told by an error, or by a panic (libxkbcommon-x11): both end as a [`Failure`].
fn shown(run: impl FnOnce() -> eframe::Result, after_start: impl Fn() -> bool) -> Result<(), Failure> {
    let before = panic::take_hook();
    let window = std::thread::current().id();
    let cause = Arc::new(OnceLock::<String>::new());
    let heard = cause.clone();
    panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == window {
            let said = info.payload().downcast_ref::<String>().cloned();
            let said = said.or_else(|| info.payload().downcast_ref::<&str>().map(|said| (*said).to_owned()));
            // The first panic is the cause; what follows it is not.
            let _ = heard.set(said.unwrap_or_default());
        }
    }));
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    panic::set_hook(before);
    match outcome {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Failure { cause: error.to_string(), after_start: after_start() }),
        Err(_) => Err(Failure { cause: cause.get().cloned().unwrap_or_default(), after_start: after_start() }),
    }
}

fn native_options(size: [f32; 2]) -> eframe::NativeOptions {
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("millibar")
        .with_app_id(APP_ID)
        .with_inner_size(size)
        .with_min_inner_size([320.0, 240.0])
        .with_drag_and_drop(true);
    if let Some(icon) = icon() {
        viewport = viewport.with_icon(icon);
    }
    eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Glow,
        // A quarter of each display frame with software graphics, and it would alter no pixel shown 1:1.
        dithering: false,
        ..eframe::NativeOptions::default()
    }
}

fn icon() -> Option<egui::IconData> {
    let picture = image::load_from_memory(include_bytes!("../../assets/icon.png")).ok()?.to_rgba8();
    let (width, height) = picture.dimensions();
    Some(egui::IconData { rgba: picture.into_raw(), width, height })
}

/// The window as eframe wants it.
struct Shell {
    app: App,
    /// Display frames so far.
    frames: Arc<AtomicUsize>,
}

impl eframe::App for Shell {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.frames.fetch_add(1, Ordering::Relaxed);
        self.app.ui(ui);
    }
}
