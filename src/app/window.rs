//! The window's display frame: take in what happened, lay out the panels, see to what is due.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use egui::{Event, Key, Ui};

use super::commands::{self, Command};
use super::desktop::Answer;
use super::errands::{Errands, Outcome, Purpose};
use super::notices::{Notice, Notices};
use super::settings::{Look, Settings, Trouble};
use super::trace::Trace;
use super::{App, clock, theme};
use crate::engine::{Engine, Snapshot};
use crate::text::{self, Language};

impl App {
    /// A window over an engine. `settings` as they were read, with what went wrong; `path` is where they are kept,
    /// and with none they are not.
    #[must_use]
    pub fn new(
        engine: Engine,
        (settings, trouble): (Settings, Option<Trouble>),
        path: Option<PathBuf>,
        ctx: &egui::Context,
    ) -> Self {
        theme::install(ctx);
        let models = path.as_ref().map(|path| path.with_file_name(super::models::LIST));
        let errands = Errands::new(ctx.clone(), path);
        let mut notices = Notices::default();
        if let Some(trouble) = trouble {
            notices.add(Notice::Settings(trouble));
        }
        errands.read_zone(settings.zone.clone());
        let language = settings.language.unwrap_or_else(Language::of_environment);
        let app = Self {
            errands,
            models,
            kept: settings.clone(),
            language,
            zone: clock::Zone::utc(),
            snapshot: Arc::new(Snapshot::default()),
            selection: None,
            plan: Arc::default(),
            interval_factor: 1.0,
            sent: None,
            player: super::Player::new(settings.pace),
            sought: None,
            shelf: super::textures::Shelf::default(),
            hand: super::hand::Hand::default(),
            notices,
            panes: super::overlays::Panes { region: settings.region.clone(), ..super::overlays::Panes::default() },
            sources: super::choosing::Sources::default(),
            trace: Trace::of_environment(),
            settings,
            engine,
        };
        app.apply_look(ctx);
        app
    }

    /// Opens the bundled sample, as on first start.
    pub fn open_sample(&mut self) {
        self.errands.lay_out_sample();
    }

    /// Opens what there is: the newest run of the first model of the user's list, else the bundled sample.
    pub fn open_by_itself(&mut self) {
        self.sources.begins = Some(f64::NAN);
    }

    /// Shows again what was on screen last; its paths are open in the engine. Without any it opens what there is.
    pub fn open_again(&mut self) {
        let paths = self.settings.last.paths.clone();
        if paths.is_empty() {
            self.open_by_itself();
            return;
        }
        self.sources.again = true;
        self.panes.view = self.settings.last.view.clone();
        self.opened_at_start(paths);
    }

    /// Has the list of models read, from the folder of the settings.
    pub fn open_models(&self) {
        if let Some(list) = &self.models {
            self.engine.open_models(list.clone());
        }
    }

    /// How many steps the loop has.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.player.count()
    }

    /// One display frame.
    pub fn ui(&mut self, ui: &mut Ui) {
        let began = Instant::now();
        let now = ui.input(|input| input.time);
        self.take_outcomes(ui.ctx(), now);
        self.take_dropped(ui.ctx());
        self.look_at_engine(now);
        self.drop_letter(ui.ctx());
        for command in self.typed(ui.ctx()) {
            self.perform(command, ui.ctx(), now);
            // The keys behind it are meant for what it has opened.
            if self.is_asking() {
                self.panes.struck = commands::key_of(command, &ui.input(|input| input.events.clone()));
                break;
            }
        }
        self.see_to_saving();
        self.play(ui.ctx(), now);
        self.top_bar(ui, now);
        self.play_bar(ui, now);
        self.side_panel(ui, now);
        self.centre(ui, now);
        self.overlays(ui, now);
        self.set_title(ui.ctx());
        self.keep_settings(ui.ctx());
        let loading = self.snapshot.progress.done < self.snapshot.progress.of;
        self.trace.note(began, loading);
    }

    /// «GDPS · 2026-11-20 12Z · 500 hPa — millibar»
    fn set_title(&mut self, ctx: &egui::Context) {
        let title = match (&self.selection, self.model()) {
            (Some(selection), Some(model)) => {
                let level = selection.level.map(|level| level.in_words(self.language));
                let parts = [
                    Some(model.name.in_language(self.language).to_owned()),
                    Some(self.run_words(selection.run)),
                    level,
                ];
                format!("{} — millibar", parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
            }
            _ => "millibar".to_owned(),
        };
        if title != self.panes.title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.panes.title = title;
        }
    }

    /// The text behind a key, in the window's language.
    pub(super) fn say(&self, key: &'static str) -> &'static str {
        text::say(self.language, key)
    }

    fn take_outcomes(&mut self, ctx: &egui::Context, now: f64) {
        for outcome in self.errands.take() {
            match outcome {
                Outcome::Dialog(purpose, Answer::NoDialog) => {
                    self.notices.add(Notice::NoDialog);
                    self.ask_with_field(purpose);
                }
                Outcome::Dialog(Purpose::SavePicture, Answer::Chosen(paths)) => match paths.into_iter().next() {
                    Some(path) => self.save_to(path, true),
                    None => self.panes.saving = None,
                },
                Outcome::Dialog(Purpose::ModelFolder, Answer::Chosen(paths)) => {
                    if let Some(folder) = paths.into_iter().next() {
                        self.take_model_folder(&folder);
                    }
                }
                Outcome::Dialog(_, Answer::Chosen(paths)) => self.open(paths),
                Outcome::Completed(typed, completion) => self.take_completion(&typed, completion),
                Outcome::Checked(typed, paths, missing) => self.take_check(&typed, paths, missing.as_deref()),
                Outcome::Sample(Ok(path)) => {
                    self.sources.sample = Some(path.clone());
                    self.notices.add(Notice::Sample);
                    self.engine.open(vec![path]);
                }
                Outcome::Sample(Err(reason)) => self.notices.add(Notice::SampleFailed(reason)),
                Outcome::Saved(path, saved) => self.take_saved(path, saved),
                Outcome::Zone(name, zone) => self.take_zone(name, zone),
                Outcome::Model(list, name, Ok(())) => self.take_model(list, &name, now),
                Outcome::Model(path, name, Err(why)) => self.refuse_model(path, name, why),
                Outcome::Settings(trouble) => self.notices.add(Notice::Settings(trouble)),
            }
            ctx.request_repaint();
        }
    }

    fn take_dropped(&mut self, ctx: &egui::Context) {
        let dropped: Vec<PathBuf> =
            ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        self.open(dropped);
    }

    /// The letter of the key that has opened a field may come in a later frame, and again while the key is held: it is
    /// no text for the field.
    fn drop_letter(&mut self, ctx: &egui::Context) {
        let Some(key) = self.panes.struck else { return };
        let is_letter = |event: &Event| matches!(event, Event::Text(text) if text.eq_ignore_ascii_case(key.name()));
        let is_down = ctx.input_mut(|input| {
            input.events.retain(|event| !is_letter(event));
            input.key_down(key)
        });
        self.panes.struck = self.panes.struck.filter(|_| is_down);
    }

    /// The commands typed, unless a text field has the keyboard. A path pasted outside one is opened.
    fn typed(&mut self, ctx: &egui::Context) -> Vec<Command> {
        let escape = ctx.input(|input| input.key_pressed(Key::Escape));
        if self.is_asking() || ctx.text_edit_focused() {
            return if escape { vec![Command::Dismiss] } else { Vec::new() };
        }
        if self.panes.help || egui::Popup::is_any_open(ctx) {
            // What lies above the window has the keys.
            let typed = commands::typed(&ctx.input(|input| input.events.clone()), false);
            // An open list closes itself.
            let still = |typed: &Command| match typed {
                Command::Help | Command::Quit | Command::Open | Command::Save => true,
                Command::Dismiss => self.panes.help,
                _ => false,
            };
            return typed.into_iter().filter(still).collect();
        }
        let focused = ctx.memory(|memory| memory.focused().is_some());
        let events = ctx.input(|input| input.events.clone());
        for event in &events {
            if let Event::Paste(pasted) = event {
                self.open_pasted(pasted);
            }
        }
        commands::typed(&events, !focused)
    }

    pub(super) fn perform(&mut self, command: Command, ctx: &egui::Context, now: f64) {
        match command {
            Command::PlayPause => self.player.toggle(),
            Command::StepBack => self.player.step(false),
            Command::StepForward => self.player.step(true),
            Command::First => self.player.first(),
            Command::Last => self.player.last(),
            Command::Now => self.player.go_to(self.plan.nearest_to(crate::time::Moment::now())),
            Command::NextMode => self.player.pace.mode = self.player.pace.mode.next(),
            Command::Reverse => self.player.reverse = !self.player.reverse,
            Command::Slower => self.player.set_speed(super::Pace::stepped(self.player.speed(), false)),
            Command::Faster => self.player.set_speed(super::Pace::stepped(self.player.speed(), true)),
            Command::LevelUp => self.step_level(-1, now),
            Command::LevelDown => self.step_level(1, now),
            Command::LaterRun => self.step_run(-1, now),
            Command::EarlierRun => self.step_run(1, now),
            Command::NewestRun => self.choose_newest_run(now),
            Command::NextModel => self.next_model(now),
            Command::NextSubject => self.next_subject(now),
            Command::Region(place) => {
                if let Some(region) = crate::map::regions().get(place) {
                    self.choose_region(&region.id, now);
                }
            }
            Command::ZoomIn => self.zoom_middle(1.5, now),
            Command::ZoomOut => self.zoom_middle(1.0 / 1.5, now),
            Command::ZoomHome => {
                let region = self.panes.region.clone();
                self.choose_region(&region, now);
            }
            Command::PanLeft => self.pan_share(0.15, 0.0, now),
            Command::PanRight => self.pan_share(-0.15, 0.0, now),
            Command::PanUp => self.pan_share(0.0, 0.15, now),
            Command::PanDown => self.pan_share(0.0, -0.15, now),
            Command::DoubleInterval => self.change_interval(2.0, now),
            Command::HalveInterval => self.change_interval(0.5, now),
            Command::Open | Command::Save => {
                egui::Popup::close_all(ctx);
                self.panes.help = false;
                if command == Command::Open { self.ask_for_files() } else { self.ask_where_to_save() }
            }
            Command::Copy => self.copy_picture(ctx),
            Command::FullScreen => {
                let full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
                ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!full));
            }
            Command::Help => self.panes.help = !self.panes.help,
            Command::Dismiss => self.dismiss(ctx, now),
            Command::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
        ctx.request_repaint();
    }

    /// Escape: closes what lies on top, else leaves full screen.
    fn dismiss(&mut self, ctx: &egui::Context, now: f64) {
        if self.give_up_dialog() || self.panes.close_top() {
            return;
        }
        if let Some(card) = self.notices.cards(now, self.selection.is_some()).first() {
            self.notices.mark_read(card.at);
        } else if ctx.input(|input| input.viewport().fullscreen.unwrap_or(false)) {
            ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(false));
        }
    }

    fn change_interval(&mut self, factor: f32, now: f64) {
        let next = self.interval_factor * factor;
        if !(0.24..=4.1).contains(&next) {
            return;
        }
        self.interval_factor = next;
        if let Some(selection) = self.selection.take() {
            self.show(selection, now);
        }
    }

    pub(super) fn set_language(&mut self, language: Language) {
        self.language = language;
        self.settings.language = Some(language);
    }

    pub(super) fn set_look(&mut self, look: Look, ctx: &egui::Context) {
        self.settings.look = look;
        self.apply_look(ctx);
    }

    fn apply_look(&self, ctx: &egui::Context) {
        ctx.set_theme(match self.settings.look {
            Look::System => egui::ThemePreference::System,
            Look::Light => egui::ThemePreference::Light,
            Look::Dark => egui::ThemePreference::Dark,
        });
    }

    /// Hands changed settings on for writing.
    fn keep_settings(&mut self, ctx: &egui::Context) {
        self.settings.pace = self.player.pace;
        self.keep_last(ctx.input(|input| input.time));
        let viewport = ctx.input(|input| input.viewport().clone());
        let plain = !viewport.fullscreen.unwrap_or(false) && !viewport.maximized.unwrap_or(false);
        if let Some(size) = viewport.inner_rect.map(|rect| rect.size()).filter(|_| plain) {
            self.settings.window = Some([size.x.round(), size.y.round()]);
        }
        if self.settings != self.kept {
            self.kept = self.settings.clone();
            self.errands.keep(self.settings.clone());
        }
    }
}
