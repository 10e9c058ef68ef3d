//! The bar at the top: what is open, and what of it is shown.

use std::time::SystemTime;

use egui::{Align, Layout, Response, Ui};

use super::commands::{self, Command};
use super::{App, icons, theme, widgets};
use crate::catalog::{Completeness, Run};
use crate::engine;
use crate::time::ReferenceTime;

const HEIGHT: f32 = 44.0;
/// Below this width the words before the selectors are left out; the selectors keep their names for screen readers.
const ROOM_FOR_CAPTIONS: f32 = 980.0;
/// Below this width the runs have no arrows, and «Open…» is its icon alone: their keys stay.
const ROOM_FOR_ARROWS: f32 = 640.0;

impl App {
    pub(super) fn top_bar(&mut self, ui: &mut Ui, now: f64) {
        let palette = theme::palette(ui);
        let frame = egui::Frame::NONE.fill(palette.ground).inner_margin(egui::Margin::symmetric(10, 7));
        egui::Panel::top("top").exact_size(HEIGHT).frame(frame).show(ui, |ui| {
            let wide = ui.available_width() >= ROOM_FOR_CAPTIONS;
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                self.menu_button(ui, now);
                let tip = commands::tip(Command::Help, self.language);
                if widgets::icon_button(ui, icons::HELP, self.say("app_do.help"), &tip).clicked() {
                    self.panes.help = true;
                }
                self.failure_badge(ui);
                self.opening_words(ui);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    self.open_button(ui);
                    if !self.catalog().is_empty() {
                        self.selectors(ui, wide, now);
                    }
                });
            });
        });
    }

    fn open_button(&mut self, ui: &mut Ui) {
        let palette = theme::palette(ui);
        let words = self.say("app_menu.open");
        let icon = theme::icon(icons::FOLDER, 17.0).color(palette.accent);
        let roomy = ui.ctx().content_rect().width() >= ROOM_FOR_ARROWS;
        let button = if roomy { egui::Button::new((icon, words)) } else { egui::Button::new(icon) };
        let response = ui.add(button);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, words));
        if response.on_hover_text(commands::tip(Command::Open, self.language)).clicked() {
            self.ask_for_files();
        }
        ui.add_space(6.0);
    }

    fn selectors(&mut self, ui: &mut Ui, wide: bool, now: f64) {
        let gap = if wide { 14.0 } else { 4.0 };
        let arrows = ui.ctx().content_rect().width() >= ROOM_FOR_ARROWS;
        // In a narrow bar each of the three has its share, whatever the others are called.
        let beside = if arrows { 110.0 } else { 64.0 };
        let most = if wide { f32::INFINITY } else { (ui.available_width() - beside) / 3.0 };
        self.model_selector(ui, (wide, most), now);
        ui.add_space(gap);
        self.run_selector(ui, (wide, most), arrows, now);
        ui.add_space(gap);
        self.subject_selector(ui, (wide, most), now);
    }

    fn model_selector(&mut self, ui: &mut Ui, (wide, most): (bool, f32), now: f64) {
        let name = self.say("app_top.model");
        let catalog = self.catalog().clone();
        let chosen = self.wanted_model().map(|model| model.id.clone()).unwrap_or_default();
        let shown = catalog.model(&chosen).map_or("", |model| model.name.in_language(self.language));
        let mut next = None;
        selector(ui, "model", name, wide, shown, most.min(260.0), |ui| {
            for model in &catalog.models {
                let words = model.name.in_language(self.language);
                let note = model.note.as_ref().map(|note| note.in_language(self.language));
                let hint = if model.runs.is_empty() { Some(self.say("app_top.empty")) } else { note };
                let row = list_row(ui, model.id == chosen, words, hint.unwrap_or_default(), !model.runs.is_empty());
                if row.clicked() {
                    next = Some(model.id.clone());
                }
            }
        });
        if let Some(id) = next {
            self.choose_model(&id, now);
        }
    }

    fn run_selector(&mut self, ui: &mut Ui, (wide, most): (bool, f32), arrows: bool, now: f64) {
        let Some(chosen) = self.wanted_run() else { return };
        if wide {
            widgets::caption(ui, self.say("app_top.run"));
        }
        let earlier = self.neighbour_run(1).is_some();
        let later = self.neighbour_run(-1).is_some();
        if arrows {
            self.run_arrow(ui, Command::EarlierRun, icons::LEFT, earlier, now);
        }
        let moment = SystemTime::now();
        let runs = self.wanted_model().map_or(&[][..], |model| &model.runs);
        let runs: Vec<(Option<ReferenceTime>, String)> =
            runs.iter().map(|run| (run.reference, self.arrival_words(run, moment))).collect();
        let shown = self.chosen_run_words(chosen, moment);
        let mut next = None;
        let name = self.say("app_top.run");
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            selector(ui, "run", name, false, &shown, most.min(300.0), |ui| {
                for (reference, hint) in runs {
                    if list_row(ui, reference == chosen, &self.run_words(reference), &hint, true).clicked() {
                        next = Some(reference);
                    }
                }
            });
        });
        if arrows {
            self.run_arrow(ui, Command::LaterRun, icons::RIGHT, later, now);
        }
        if let Some(reference) = next {
            self.choose_run(reference, now);
        }
    }

    fn run_arrow(&mut self, ui: &mut Ui, command: Command, glyph: char, there: bool, now: f64) {
        let (words, tip) = (commands::words(command, self.language), commands::tip(command, self.language));
        let size = egui::Vec2::new(22.0, 28.0);
        let clicked = ui
            .add_enabled_ui(there, |ui| widgets::icon_button_sized(ui, glyph, words, &tip, size, 16.0).clicked())
            .inner;
        if clicked {
            self.perform(command, ui.ctx(), now);
        }
    }

    /// `2026-11-20 12Z`; «series» for files without a reference time.
    pub(super) fn run_words(&self, reference: Option<ReferenceTime>) -> String {
        reference.map_or_else(|| self.say("app_top.series").to_owned(), |reference| reference.to_string())
    }

    /// «arriving, 12 of 41 lead times»; nothing for a run that is all there.
    fn arrival_words(&self, run: &Run, now: SystemTime) -> String {
        let key = match run.arrival.at(now) {
            Completeness::Whole => return String::new(),
            Completeness::Arriving => "app_top.arriving_leads",
            Completeness::Incomplete => "app_top.incomplete_leads",
        };
        let count = |count: Option<usize>| count.map_or_else(String::new, |count| count.to_string());
        let (leads, usual) = (count(run.arrival.leads), count(run.arrival.usual));
        crate::text::fill(self.language, key, &[("leads", &leads), ("usual", &usual)])
    }

    /// `2026-11-20 12Z · arriving`
    fn chosen_run_words(&self, chosen: Option<ReferenceTime>, now: SystemTime) -> String {
        let run = self.wanted_model().and_then(|model| model.run(chosen));
        let key = match run {
            Some(run) if !run.is_read() => Some("app_top.reading"),
            Some(run) => match run.arrival.at(now) {
                Completeness::Whole => None,
                Completeness::Arriving => Some("app_top.arriving"),
                Completeness::Incomplete => Some("app_top.incomplete"),
            },
            None => None,
        };
        let run = self.run_words(chosen);
        key.map_or_else(|| run.clone(), |key| format!("{run} · {}", self.say(key)))
    }

    fn subject_selector(&mut self, ui: &mut Ui, (wide, most): (bool, f32), now: f64) {
        let Some((run, selection)) = self.run().zip(self.selection.as_ref()) else { return };
        let subjects = engine::subjects(run);
        let chosen = selection.subject.clone();
        let product = matches!(chosen, engine::Subject::Product(_));
        let name = self.say(if product { "app_top.product" } else { "app_top.variable" });
        let shown = self.subject_name(&chosen);
        let mut next = None;
        selector(ui, "subject", name, wide, &shown, most.min(320.0), |ui| {
            let mut last_was_product = false;
            for subject in &subjects {
                let is_product = matches!(subject, engine::Subject::Product(_));
                if last_was_product && !is_product {
                    ui.separator();
                }
                last_was_product = is_product;
                if ui.selectable_label(*subject == chosen, self.subject_name(subject)).clicked() {
                    next = Some(subject.clone());
                }
            }
        });
        if let Some(subject) = next {
            self.choose_subject(subject, now);
        }
    }

    /// How many failures there are; opens their list.
    fn failure_badge(&mut self, ui: &mut Ui) {
        let (count, fresh) = self.notices.failures();
        if count == 0 {
            return;
        }
        let palette = theme::palette(ui);
        let colour = if fresh { palette.failure } else { palette.quiet };
        let words = crate::text::fill(self.language, "app_list.failures", &[("count", &count.to_string())]);
        let number = egui::RichText::new(count.to_string()).color(colour);
        let button = egui::Button::new((theme::icon(icons::WARNING, 17.0).color(colour), number));
        let response = ui.add(button.frame_when_inactive(false));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, &words));
        if response.on_hover_text(&words).clicked() {
            self.panes.list = true;
        }
    }

    /// That files are being read.
    fn opening_words(&self, ui: &mut Ui) {
        if let Some((done, of)) = self.snapshot.opening {
            let (done, of) = (done.to_string(), of.to_string());
            let words = crate::text::fill(self.language, "app_empty.opening", &[("done", &done), ("of", &of)]);
            widgets::caption(ui, &words);
        }
    }
}

/// A list to choose from, as wide as its text up to `most`. The name stands before it, or is only spoken.
fn selector(ui: &mut Ui, salt: &str, name: &str, captioned: bool, shown: &str, most: f32, rows: impl FnOnce(&mut Ui)) {
    if captioned {
        widgets::caption(ui, name);
    }
    let font = egui::FontId::proportional(14.0);
    let text = ui.painter().layout_no_wrap(shown.to_owned(), font, theme::palette(ui).text).size().x;
    let width = (text + 46.0).max(90.0).min(most).min(ui.available_width() - 8.0).max(34.0);
    let response = egui::ComboBox::from_id_salt(salt).width(width).truncate().selected_text(shown).show_ui(ui, |ui| {
        ui.set_min_width(width.max(160.0));
        rows(ui);
    });
    response.response.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(egui::accesskit::Role::ComboBox, true, name);
        info.current_text_value = Some(shown.to_owned());
        info
    });
}

/// A row of a list: what is chosen by it, and a quiet word at its right.
fn list_row(ui: &mut Ui, chosen: bool, words: &str, hint: &str, enabled: bool) -> Response {
    let palette = theme::palette(ui);
    let mut row = egui::Button::selectable(chosen, words);
    if !hint.is_empty() {
        row = row.right_text(egui::RichText::new(hint).size(12.5).color(palette.quiet));
    }
    let response = ui.add_enabled(enabled, row);
    let name = if hint.is_empty() { words.to_owned() } else { format!("{words}, {hint}") };
    response.widget_info(|| egui::WidgetInfo::selected(egui::accesskit::Role::Button, enabled, chosen, &name));
    response
}
