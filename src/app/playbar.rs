//! The player at the bottom: buttons, timeline, times, and how far the run has come.

use egui::{Align, FontId, Layout, Ui, Vec2};

use super::commands::{self, Command};
use super::player::{Mode, Pace};
use super::{App, clock, icons, reading, theme, timeline, widgets};
use crate::text;

/// Narrower than this, the timeline takes a row of its own.
const ONE_ROW: f32 = 1000.0;
/// Narrow and lower than this, a window keeps its height for the map: one row, and no times.
pub(super) const COMPACT: f32 = 400.0;
const HEIGHT_OF_ONE: f32 = timeline::HEIGHT + 14.0;
const HEIGHT_OF_TWO: f32 = timeline::HEIGHT + 14.0 + 48.0;
const TIMES: f32 = 208.0;
const BUTTONS: f32 = 322.0;

impl App {
    pub(super) fn play_bar(&mut self, ui: &mut Ui, now: f64) {
        if self.selection.is_none() || self.player.count() == 0 {
            return;
        }
        let palette = theme::palette(ui);
        let frame = egui::Frame::NONE.fill(palette.ground).inner_margin(egui::Margin::symmetric(12, 7));
        // Exact heights: a panel that finds its size by itself would have the first pictures made twice.
        let one_row = ui.available_width() >= ONE_ROW;
        let compact = !one_row && ui.ctx().content_rect().height() < COMPACT;
        let height = match (one_row, compact) {
            (true, _) => HEIGHT_OF_ONE,
            (false, true) => HEIGHT_OF_ONE,
            (false, false) => HEIGHT_OF_TWO,
        };
        egui::Panel::bottom("player").resizable(false).exact_size(height).frame(frame).show(ui, |ui| {
            if one_row {
                self.one_row(ui, now);
            } else if compact {
                self.compact_row(ui, now);
            } else {
                self.two_rows(ui, now);
            }
        });
    }

    fn one_row(&mut self, ui: &mut Ui, now: f64) {
        ui.allocate_ui_with_layout(
            Vec2::new(ui.available_width(), timeline::HEIGHT),
            Layout::left_to_right(Align::Center),
            |ui| {
                let whole = ui.available_width();
                ui.allocate_ui_with_layout(
                    Vec2::new(BUTTONS, timeline::HEIGHT),
                    Layout::left_to_right(Align::Center),
                    |ui| self.buttons(ui, now),
                );
                let used = ui.min_rect().width();
                ui.add_space(8.0);
                self.timeline(ui, (whole - used - TIMES - 32.0).max(80.0));
                ui.add_space(8.0);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| self.times(ui));
            },
        );
    }

    fn compact_row(&mut self, ui: &mut Ui, now: f64) {
        ui.horizontal_centered(|ui| {
            self.buttons(ui, now);
            let width = ui.available_width();
            self.timeline(ui, width);
        });
    }

    fn two_rows(&mut self, ui: &mut Ui, now: f64) {
        let width = ui.available_width();
        self.timeline(ui, width);
        ui.horizontal(|ui| {
            self.buttons(ui, now);
            if ui.available_width() > 150.0 {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| self.times(ui));
            }
        });
    }

    fn buttons(&mut self, ui: &mut Ui, now: f64) {
        ui.spacing_mut().item_spacing.x = 3.0;
        let roomy = ui.available_width() > 300.0;
        if roomy {
            self.button(ui, Command::First, icons::FIRST, now);
        }
        self.button(ui, Command::StepBack, icons::STEP_BACK, now);
        let (glyph, name) = if self.player.playing {
            (icons::PAUSE, self.say("app_play.pause"))
        } else {
            (icons::PLAY, self.say("app_play.play"))
        };
        let tip = commands::tip(Command::PlayPause, self.language);
        if widgets::round_button(ui, glyph, name, &tip, 38.0).clicked() {
            self.perform(Command::PlayPause, ui.ctx(), now);
        }
        self.button(ui, Command::StepForward, icons::STEP_FORWARD, now);
        if roomy {
            self.button(ui, Command::Last, icons::LAST, now);
            self.button(ui, Command::Now, icons::CLOCK, now);
        }
        ui.add_space(6.0);
        self.pace_button(ui);
    }

    fn button(&mut self, ui: &mut Ui, command: Command, glyph: char, now: f64) {
        let (words, tip) = (commands::words(command, self.language), commands::tip(command, self.language));
        if widgets::icon_button(ui, glyph, words, &tip).clicked() {
            self.perform(command, ui.ctx(), now);
        }
    }

    /// Loop mode and speed, with a card of all there is to set.
    fn pace_button(&mut self, ui: &mut Ui) {
        let palette = theme::palette(ui);
        let glyph = match self.player.pace.mode {
            Mode::Loop => icons::LOOP,
            Mode::Rock => icons::ROCK,
            Mode::Once => icons::ONCE,
        };
        let speed = self.speed_words(self.player.speed());
        let mut job = egui::text::LayoutJob::default();
        let format =
            |font, color| egui::TextFormat { font_id: font, color, valign: Align::Center, ..Default::default() };
        job.append(&glyph.to_string(), 0.0, format(theme::icon_font(17.0), palette.accent));
        if self.player.reverse {
            job.append(&icons::BACKWARD.to_string(), 4.0, format(theme::icon_font(15.0), palette.accent));
        }
        job.append(&speed, 7.0, format(FontId::proportional(13.5), palette.text));
        let name = self.say("app_play.pace");
        let response = ui.add(egui::Button::new(job).min_size(Vec2::new(88.0, 30.0)));
        response.widget_info(|| {
            let mut info = egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, name);
            info.current_text_value = Some(speed.clone());
            info
        });
        let response = response.on_hover_text(name);
        egui::Popup::menu(&response)
            .align(egui::RectAlign::TOP_START)
            .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
            .show(|ui| self.pace_card(ui));
    }

    fn speed_words(&self, speed: f32) -> String {
        let digits = if speed.fract() == 0.0 { 0 } else { 1 };
        let number = super::reading::in_language(self.language, &format!("{speed:.digits$}"));
        text::fill(self.language, "app_play.per_second", &[("speed", &number)])
    }

    fn pace_card(&mut self, ui: &mut Ui) {
        ui.set_min_width(300.0);
        ui.spacing_mut().item_spacing.y = 7.0;
        widgets::caption(ui, self.say("app_play.mode"));
        ui.horizontal(|ui| {
            for mode in Mode::ALL {
                let name = self.say(match mode {
                    Mode::Loop => "app_play.loop",
                    Mode::Rock => "app_play.rock",
                    Mode::Once => "app_play.once",
                });
                if ui.radio(self.player.pace.mode == mode, name).clicked() {
                    self.player.pace.mode = mode;
                }
            }
        });
        widgets::caption(ui, self.say("app_play.direction"));
        ui.horizontal(|ui| {
            for (reverse, key) in [(false, "app_play.forward"), (true, "app_play.backward")] {
                if ui.radio(self.player.reverse == reverse, self.say(key)).clicked() {
                    self.player.reverse = reverse;
                }
            }
        });
        ui.add_space(2.0);
        let mut pace = self.player.pace;
        egui::Grid::new("pace").num_columns(2).spacing(Vec2::new(14.0, 8.0)).show(ui, |ui| {
            let speeds = 0.5..=30.0;
            for (value, key) in
                [(&mut pace.forward, "app_play.speed_forward"), (&mut pace.backward, "app_play.speed_backward")]
            {
                let name = ui.label(self.say(key));
                let drag = self.tenths(value).range(speeds.clone()).speed(0.1);
                ui.add(drag.suffix(self.say("app_play.per_second_unit"))).labelled_by(name.id);
                ui.end_row();
            }
            for (value, key) in
                [(&mut pace.first_dwell, "app_play.first_dwell"), (&mut pace.last_dwell, "app_play.last_dwell")]
            {
                let name = ui.label(self.say(key));
                let drag = self.tenths(value).range(0.0..=Pace::LONGEST_DWELL).speed(0.05);
                ui.add(drag.suffix(" s")).labelled_by(name.id);
                ui.end_row();
            }
        });
        self.player.pace = pace.sane();
        if !self.player.skipped.is_empty() && ui.button(self.say("app_play.unskip")).clicked() {
            self.player.skipped.clear();
        }
    }

    /// A number to drag or type, as the language writes it.
    fn tenths<'v>(&self, value: &'v mut f32) -> egui::DragValue<'v> {
        let language = self.language;
        egui::DragValue::new(value)
            .max_decimals(1)
            .custom_formatter(move |value, _| reading::in_language(language, &format!("{value:.1}")))
            .custom_parser(|typed| typed.trim().replace(',', ".").parse().ok())
    }

    /// Lead time, valid time in UTC and local, and the progress of the run while it is made. Laid out from the right.
    fn times(&mut self, ui: &mut Ui) {
        let palette = theme::palette(ui);
        let time = self.plan.slots.get(self.player.slot).map(|slot| slot.time);
        let Some(time) = time else { return };
        let utc = time.valid.map(|valid| clock::utc(valid.0, self.language)).unwrap_or_default();
        let local = time.valid.and_then(|valid| self.zone.local(valid.0, self.language));
        let lead = time.lead.map(|lead| lead.to_string()).unwrap_or_default();
        let progress = self.progress_words();
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.set_width(TIMES);
            ui.horizontal(|ui| {
                ui.label(egui::RichText::new(lead).size(17.0).color(palette.accent));
                let second = local.or(progress.clone()).unwrap_or_default();
                ui.label(egui::RichText::new(second).size(12.5).color(palette.quiet));
            });
            ui.label(egui::RichText::new(utc).size(14.0).color(palette.text));
        });
    }

    /// `12 of 41 · 0.4 s` while the run is made.
    pub(super) fn progress_words(&self) -> Option<String> {
        let progress = self.snapshot.progress;
        if progress.of == 0 || progress.done >= progress.of {
            return None;
        }
        let seconds = format!("{:.1}", progress.elapsed.as_secs_f64());
        Some(text::fill(
            self.language,
            "app_play.progress",
            &[
                ("done", &progress.done.to_string()),
                ("of", &progress.of.to_string()),
                ("seconds", &super::reading::in_language(self.language, &seconds)),
            ],
        ))
    }
}
