//! What lies over the map for a while: notices, the list of all of them, keys, about, a drop that is coming.

use std::path::{Path, PathBuf};

use egui::text::LayoutJob;
use egui::{Align, Align2, Color32, FontId, Id, Key, Layout, RichText, Ui, Vec2};

use super::commands::{self, Group};
use super::dialogs::{PathField, Saving};
use super::errands::Purpose;
use super::following::Offer;
use super::models::ModelForm;
use super::notices::{Card, Notice, Weight};
use super::{App, icons, playbar, theme, widgets};
use crate::source::SourceError;
use crate::text;

/// Which of them are open, and what they hold.
#[derive(Clone, Debug, Default)]
pub struct Panes {
    pub help: bool,
    pub list: bool,
    pub about: bool,
    pub path: Option<PathField>,
    /// The key that has opened the field, while it is held.
    pub struck: Option<Key>,
    /// What was typed into the field for opening last.
    pub typed: String,
    /// The picture that is being saved.
    pub saving: Option<Saving>,
    pub model: Option<ModelForm>,
    /// How high the unread notices reach from the window's foot, in points.
    pub cards: f32,
    /// Longitude and latitude of the series.
    pub series: Option<(f64, f64)>,
    /// The generation of which it was asked for.
    pub series_asked: Option<u64>,
    /// Id of the region on screen.
    pub region: String,
    /// Where the view of the region of this id is to be put when it is next shown, as in the settings.
    pub view: Option<(String, [f64; 3])>,
    /// The window's title.
    pub title: String,
}

impl Panes {
    pub fn ask_path(&mut self, purpose: Purpose, text: &str) {
        let (error, candidates) = (None, Vec::new());
        self.path = Some(PathField { purpose, text: text.to_owned(), fresh: true, error, candidates });
    }

    /// Closes what lies on top; `false` where nothing is open.
    pub fn close_top(&mut self) -> bool {
        if let Some(field) = self.path.take() {
            match field.purpose {
                Purpose::SavePicture => self.saving = None,
                _ => self.typed = field.text,
            }
            return true;
        }
        if self.model.take().is_some() {
            return true;
        }
        for open in [&mut self.help, &mut self.about, &mut self.list] {
            if std::mem::take(open) {
                return true;
            }
        }
        self.series.take().is_some()
    }
}

impl App {
    pub(super) fn overlays(&mut self, ui: &mut Ui, now: f64) {
        if self.selection.is_some() {
            self.series_window(ui);
        }
        self.notice_cards(ui, now);
        self.list_window(ui);
        self.help_window(ui);
        self.about_window(ui);
        self.path_field(ui);
        self.dialog_hint(ui);
        self.model_form(ui);
        self.drop_hint(ui);
    }

    /// The newest unread notices, bottom left above the player.
    fn notice_cards(&mut self, ui: &mut Ui, now: f64) {
        let over_map = self.selection.is_some();
        let unread = self.notices.cards(now, over_map);
        self.panes.cards = 0.0;
        if unread.is_empty() && self.sources.offer.is_none() {
            return;
        }
        let fades = unread.iter().any(|card| card.opacity < 1.0);
        ui.ctx().request_repaint_after_secs(if fades { 0.03 } else { 0.3 });
        let room = ui.ctx().content_rect();
        // A small window keeps its map in sight.
        let small = room.height() < 480.0;
        let shown = match (small, over_map) {
            (true, _) => 1,
            (false, true) => 2,
            (false, false) => 3,
        };
        let side = self.selection.is_some() && !self.settings.side_hidden && room.width() >= 560.0;
        let left = if side { 192.0 } else { 16.0 };
        let foot = match (self.selection.is_some(), room.width() >= 1000.0) {
            (false, _) => 16.0,
            (true, true) => 132.0,
            (true, false) if room.height() < playbar::COMPACT => 76.0,
            (true, false) => 172.0,
        };
        let width = (room.width() - left - 32.0).clamp(160.0, 400.0);
        let area = egui::Area::new(Id::unique("notices"))
            .anchor(Align2::LEFT_BOTTOM, Vec2::new(left, -foot))
            .order(egui::Order::Middle)
            .show(ui.ctx(), |ui| {
                ui.set_max_width(width);
                ui.spacing_mut().item_spacing.y = 6.0;
                self.offer_card(ui, width, now);
                if unread.len() > shown {
                    self.more_notices(ui, unread.len());
                }
                for card in unread.iter().take(shown).rev() {
                    let rows = match (small, over_map) {
                        (true, _) => 2,
                        (false, true) => 4,
                        (false, false) => usize::MAX,
                    };
                    ui.scope(|ui| {
                        ui.multiply_opacity(card.opacity);
                        self.notice_card(ui, card, (width, rows));
                    });
                }
            });
        self.panes.cards = room.bottom() - area.response.rect.top();
    }

    fn more_notices(&mut self, ui: &mut Ui, count: usize) {
        let words = crate::text::fill(self.language, "app_list.more", &[("count", &count.to_string())]);
        ui.horizontal(|ui| {
            if ui.button(words).clicked() {
                self.panes.list = true;
            }
            if ui.button(self.say("app_list.all_read")).clicked() {
                self.notices.mark_all_read();
            }
        });
    }

    /// Of words that do not fit into its rows, the list has the rest.
    fn notice_card(&mut self, ui: &mut Ui, shown: &Card, (width, rows): (f32, usize)) {
        let (at, words) = (shown.at, shown.notice.tell(self.language));
        let palette = theme::palette(ui);
        let (glyph, colour) = match shown.notice.weight() {
            Weight::Information => (icons::INFO, palette.accent),
            Weight::Warning => (icons::WARNING, palette.warning),
            Weight::Failure => (icons::WARNING, palette.failure),
        };
        card(&palette).show(ui, |ui| {
            ui.set_width(width - 20.0);
            ui.horizontal_top(|ui| {
                ui.label(theme::icon(glyph, 18.0).color(colour));
                ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                    let name = self.say("app_list.read");
                    if widgets::icon_button_sized(ui, icons::CLOSE, name, name, Vec2::splat(22.0), 13.0).clicked() {
                        self.notices.mark_read(at);
                    }
                    ui.with_layout(Layout::top_down(Align::Min), |ui| {
                        ui.add_space(1.0);
                        let font = FontId::proportional(13.0);
                        let mut job =
                            LayoutJob::simple(words.clone(), font, palette.text, ui.available_width().max(40.0));
                        job.wrap.max_rows = rows;
                        let galley = ui.painter().layout_job(job);
                        let sense = if galley.elided { egui::Sense::click() } else { egui::Sense::hover() };
                        if ui.add(egui::Label::new(galley).sense(sense)).clicked() {
                            self.panes.list = true;
                        }
                        if let Notice::Saved(path) = &shown.notice {
                            self.saved_buttons(ui, path);
                        }
                    });
                });
            });
        });
    }

    /// What can be done with a picture that was saved.
    fn saved_buttons(&self, ui: &mut Ui, path: &Path) {
        ui.horizontal(|ui| {
            if let Some(folder) = path.parent()
                && ui.button(self.say("app_list.show_folder")).clicked()
            {
                ui.ctx().open_url(egui::OpenUrl::new_tab(format!("file://{}", folder.display())));
            }
            if ui.button(self.say("app_list.copy_path")).clicked() {
                ui.ctx().copy_text(path.display().to_string());
            }
        });
    }

    /// A run that has come since.
    fn offer_card(&mut self, ui: &mut Ui, width: f32, now: f64) {
        let Some(offer) = self.sources.offer.clone() else { return };
        let palette = theme::palette(ui);
        let words = self.offer_words(&offer);
        card(&palette).show(ui, |ui| {
            ui.set_width(width - 20.0);
            ui.horizontal(|ui| {
                ui.label(theme::icon(icons::CLOCK, 18.0).color(palette.accent));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let name = self.say("app_top.not_now");
                    if widgets::icon_button_sized(ui, icons::CLOSE, name, name, Vec2::splat(22.0), 13.0).clicked() {
                        self.sources.offer = None;
                    }
                    let show = RichText::new(self.say("app_top.show_run")).color(palette.ground);
                    let mut button = ui.add(egui::Button::new(show).fill(palette.accent));
                    // The key takes runs of the model on screen.
                    if self.selection.as_ref().is_some_and(|selection| selection.model == offer.model) {
                        button = button.on_hover_text(commands::tip(commands::Command::NewestRun, self.language));
                    }
                    if button.clicked() {
                        self.take_offer(now);
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.add(egui::Label::new(RichText::new(words).size(13.5).color(palette.text)).truncate());
                    });
                });
            });
        });
    }

    /// `New run 2026-11-21 00Z`, with the model's name where that is another than the one on screen.
    fn offer_words(&self, offer: &Offer) -> String {
        let run = self.run_words(offer.run);
        let other = self.selection.as_ref().is_none_or(|selection| selection.model != offer.model);
        match self.catalog().model(&offer.model).filter(|_| other) {
            Some(model) => {
                let name = model.name.in_language(self.language);
                crate::text::fill(self.language, "app_top.new_run_of", &[("run", &run), ("model", name)])
            }
            None => crate::text::fill(self.language, "app_top.new_run", &[("run", &run)]),
        }
    }

    /// All files with their reports, and all notices of the session.
    fn list_window(&mut self, ui: &mut Ui) {
        if !self.panes.list {
            return;
        }
        let mut open = true;
        let mut closed: Option<PathBuf> = None;
        let room = ui.ctx().content_rect();
        egui::Window::new(self.say("app_list.title"))
            .id(Id::unique("list"))
            .open(&mut open)
            .collapsible(false)
            .pivot(Align2::CENTER_CENTER)
            .default_pos(room.center())
            .default_size(Vec2::new(620.0, 420.0).min(room.size() - Vec2::splat(60.0)))
            .show(ui.ctx(), |ui| {
                egui::ScrollArea::vertical().auto_shrink([false, true]).show(ui, |ui| {
                    closed = self.file_rows(ui);
                    self.notice_rows(ui);
                });
            });
        if let Some(path) = closed {
            self.close(&path);
        }
        if !open {
            self.panes.list = false;
            self.notices.mark_all_read();
        }
    }

    /// Gives the file that is to be closed.
    fn file_rows(&self, ui: &mut Ui) -> Option<PathBuf> {
        let palette = theme::palette(ui);
        let mut closed = None;
        let files = &self.catalog().files;
        ui.label(RichText::new(self.say("app_list.files")).size(15.0));
        if files.is_empty() {
            widgets::caption(ui, self.say("app_list.no_files"));
        }
        for report in files {
            ui.horizontal(|ui| {
                let name = self.say("app_list.close_file");
                let size = Vec2::splat(24.0);
                if widgets::icon_button_sized(ui, icons::CLOSE, name, name, size, 13.0).clicked() {
                    closed = Some(report.path.clone());
                }
                let (whole, shown) = text::of_path(&report.path);
                let colour = if report.outcome.is_ok() { palette.text } else { palette.failure };
                ui.label(RichText::new(shown).color(colour)).on_hover_text(whole);
            });
            let told: Vec<&SourceError> = match &report.outcome {
                Ok(notes) => notes.iter().collect(),
                Err(error) => vec![error],
            };
            for error in told {
                ui.horizontal_wrapped(|ui| {
                    ui.add_space(32.0);
                    ui.label(RichText::new(error.tell(self.language)).size(12.5).color(palette.quiet));
                });
            }
        }
        closed
    }

    /// All notices with the time when they were said, newest first.
    fn notice_rows(&mut self, ui: &mut Ui) {
        let palette = theme::palette(ui);
        ui.add_space(10.0);
        let none = self.notices.listed().next().is_none();
        let mut cleared = false;
        ui.horizontal(|ui| {
            ui.label(RichText::new(self.say("app_list.notices")).size(15.0));
            if !none {
                cleared = ui.button(self.say("app_list.clear")).clicked();
            }
        });
        if none {
            widgets::caption(ui, self.say("app_list.no_notices"));
        }
        for kept in self.notices.listed().rev() {
            let colour = match (kept.read, kept.notice.weight()) {
                (false, Weight::Failure) => palette.failure,
                (false, _) => palette.text,
                (true, _) => palette.quiet,
            };
            let (hour, minute, second) = kept.at.clock();
            ui.horizontal_top(|ui| {
                widgets::caption(ui, &format!("{hour:02}:{minute:02}:{second:02}Z"));
                let words = RichText::new(kept.notice.tell(self.language)).size(13.0).color(colour);
                ui.add(egui::Label::new(words).wrap());
            });
        }
        if cleared {
            self.notices.clear();
        }
    }

    fn help_window(&mut self, ui: &mut Ui) {
        if !self.panes.help {
            return;
        }
        let room = ui.ctx().content_rect().size();
        let answer = egui::Modal::new(Id::unique("help")).show(ui.ctx(), |ui| {
            ui.set_max_width((room.x - 60.0).min(820.0));
            ui.horizontal(|ui| {
                ui.label(RichText::new(self.say("app_help.title")).size(19.0));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if widgets::icon_button(ui, icons::CLOSE, self.say("app_help.close"), "").clicked() {
                        self.panes.help = false;
                    }
                });
            });
            ui.add_space(4.0);
            egui::ScrollArea::vertical().max_height(room.y - 150.0).min_scrolled_height(room.y - 150.0).show(
                ui,
                |ui| {
                    if room.x >= 760.0 {
                        ui.columns(2, |columns| {
                            if let [left, right] = columns {
                                self.key_rows(left, Group::Player);
                                self.key_rows(left, Group::Map);
                                self.key_rows(right, Group::Choice);
                                self.key_rows(right, Group::Window);
                                self.mouse_rows(right);
                            }
                        });
                    } else {
                        for group in Group::ALL {
                            self.key_rows(ui, group);
                        }
                        self.mouse_rows(ui);
                    }
                },
            );
        });
        if answer.should_close() {
            self.panes.help = false;
        }
    }

    fn key_rows(&self, ui: &mut Ui, group: Group) {
        let rows = commands::TABLE.iter().filter(|row| row.group == group);
        let rows = rows.map(|row| (self.say(row.keys), self.say(row.text)));
        self.help_rows(ui, self.say(group.text_key()), rows);
    }

    fn mouse_rows(&self, ui: &mut Ui) {
        let rows = [
            ("app_mouse.drag", "app_mouse.drag_does"),
            ("app_mouse.wheel", "app_mouse.wheel_does"),
            ("app_mouse.click", "app_mouse.click_does"),
            ("app_mouse.slot", "app_mouse.slot_does"),
            ("app_mouse.drop", "app_mouse.drop_does"),
        ];
        self.help_rows(
            ui,
            self.say("app_help.mouse"),
            rows.map(|(does, words)| (self.say(does), self.say(words))).into_iter(),
        );
    }

    fn help_rows(&self, ui: &mut Ui, title: &str, rows: impl Iterator<Item = (&'static str, &'static str)>) {
        const KEY: f32 = 118.0;
        let palette = theme::palette(ui);
        ui.add_space(6.0);
        ui.label(RichText::new(title).size(13.0).color(palette.accent));
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.spacing_mut().interact_size.y = 20.0;
        for (key, words) in rows {
            ui.horizontal(|ui| {
                ui.allocate_ui_with_layout(Vec2::new(KEY, 20.0), Layout::left_to_right(Align::Center), |ui| {
                    ui.set_min_width(KEY);
                    egui::Frame::NONE
                        .fill(palette.touched)
                        .corner_radius(4)
                        .inner_margin(egui::Margin::symmetric(6, 1))
                        .show(ui, |ui| ui.label(RichText::new(key).font(FontId::proportional(12.5))));
                });
                ui.add(egui::Label::new(RichText::new(words).size(13.0)).wrap());
            });
        }
        ui.add_space(4.0);
    }

    fn about_window(&mut self, ui: &mut Ui) {
        if !self.panes.about {
            return;
        }
        let palette = theme::palette(ui);
        let width = (ui.ctx().content_rect().width() - 80.0).clamp(160.0, 420.0);
        let answer = egui::Modal::new(Id::unique("about")).show(ui.ctx(), |ui| {
            ui.set_width(width);
            ui.label(RichText::new("millibar").size(24.0));
            let version =
                crate::text::fill(self.language, "app_about.version", &[("version", env!("CARGO_PKG_VERSION"))]);
            widgets::caption(ui, &version);
            ui.add_space(6.0);
            for key in ["app_about.what", "app_about.map", "app_about.licence"] {
                ui.label(RichText::new(self.say(key)).color(palette.text));
            }
            ui.add_space(8.0);
            ui.button(self.say("app_help.close")).clicked()
        });
        if answer.inner || answer.should_close() {
            self.panes.about = false;
        }
    }

    /// Files held over the window.
    fn drop_hint(&self, ui: &Ui) {
        let count = ui.input(|input| input.raw.hovered_files.len());
        if count == 0 {
            return;
        }
        let palette = theme::palette(ui);
        let room = ui.ctx().content_rect();
        let layer = egui::LayerId::new(egui::Order::Foreground, Id::unique("drop"));
        let painter = ui.ctx().layer_painter(layer);
        painter.rect_filled(room, 0.0, palette.ground.gamma_multiply(0.82));
        let inner = room.shrink(18.0);
        let stroke = egui::Stroke::new(2.0, palette.accent);
        painter.rect_stroke(inner, egui::CornerRadius::same(14), stroke, egui::StrokeKind::Inside);
        let middle = room.center();
        let above = middle - Vec2::new(0.0, 34.0);
        painter.text(above, Align2::CENTER_CENTER, icons::FOLDER, theme::icon_font(46.0), palette.accent);
        let words = self.say("app_empty.release");
        painter.text(
            middle + Vec2::new(0.0, 16.0),
            Align2::CENTER_CENTER,
            words,
            FontId::proportional(20.0),
            palette.text,
        );
    }
}

/// A card that lies on the map.
fn card(palette: &theme::Palette) -> egui::Frame {
    let shadow = egui::Shadow { offset: [0, 2], blur: 8, spread: 0, color: Color32::from_black_alpha(40) };
    egui::Frame::NONE
        .fill(palette.card)
        .stroke(egui::Stroke::new(1.0, palette.edge))
        .corner_radius(8)
        .shadow(shadow)
        .inner_margin(egui::Margin { left: 11, right: 6, top: 7, bottom: 8 })
}
