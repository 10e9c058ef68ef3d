//! The menu: everything that has a key stands here as a row that names it, beside what has none.

use egui::{Ui, accesskit::Role};

use super::commands::{self, Command};
use super::settings::Look;
use super::{App, clock, icons, theme, widgets};
use crate::text::{self, Language};

impl App {
    pub(super) fn menu_button(&mut self, ui: &mut Ui, now: f64) {
        let name = self.say("app_menu.name");
        let button = egui::Button::new(theme::icon(icons::MENU, 18.0))
            .frame_when_inactive(false)
            .min_size(egui::Vec2::splat(30.0));
        let config = egui::containers::menu::MenuConfig::new();
        let (response, _) = egui::containers::menu::MenuButton::from_button(button).config(config).ui(ui, |ui| {
            ui.set_min_width(270.0);
            self.menu(ui, now);
        });
        response.widget_info(|| egui::WidgetInfo::labeled(Role::Button, true, name));
    }

    fn menu(&mut self, ui: &mut Ui, now: f64) {
        self.row(ui, Command::Open, now);
        if widgets::menu_row(ui, self.say("app_menu.open_folder"), "").clicked() {
            self.ask_for_folder();
        }
        if widgets::menu_row(ui, self.say("app_menu.open_path"), "").clicked() {
            self.ask_with_field(super::errands::Purpose::OpenFiles);
        }
        self.recent_menu(ui);
        if widgets::menu_row(ui, self.say("app_menu.add_model"), "").clicked() {
            self.begin_model();
        }
        if widgets::menu_row(ui, self.say("app_menu.open_sample"), "").clicked() {
            self.open_sample();
        }
        ui.separator();
        self.row(ui, Command::Save, now);
        self.row(ui, Command::Copy, now);
        ui.separator();
        self.group_menu(ui, commands::Group::Player, now);
        self.choice_menu(ui, now);
        self.group_menu(ui, commands::Group::Map, now);
        self.view_menu(ui, now);
        ui.separator();
        self.language_menu(ui);
        self.look_menu(ui);
        self.zone_menu(ui);
        ui.separator();
        if widgets::menu_row(ui, self.say("app_menu.files"), "").clicked() {
            self.panes.list = true;
        }
        self.row(ui, Command::Help, now);
        if widgets::menu_row(ui, self.say("app_menu.about"), "").clicked() {
            self.panes.about = true;
        }
        self.row(ui, Command::Quit, now);
    }

    fn row(&mut self, ui: &mut Ui, command: Command, now: f64) {
        let (words, key) = (commands::words(command, self.language), commands::key_name(command, self.language));
        if widgets::menu_row(ui, words, key).clicked() {
            self.perform(command, ui.ctx(), now);
        }
    }

    /// All commands of a group.
    fn group_menu(&mut self, ui: &mut Ui, group: commands::Group, now: f64) {
        ui.menu_button(self.say(group.text_key()), |ui| {
            ui.set_min_width(270.0);
            for row in commands::TABLE.iter().filter(|row| row.group == group) {
                self.row(ui, row.command, now);
            }
        });
    }

    /// As the others, with levels and regions as lists of their own: they have no panel in a narrow window.
    fn choice_menu(&mut self, ui: &mut Ui, now: f64) {
        let group = commands::Group::Choice;
        ui.menu_button(self.say(group.text_key()), |ui| {
            ui.set_min_width(270.0);
            for row in commands::TABLE.iter().filter(|row| row.group == group) {
                if !matches!(row.command, Command::Region(_)) {
                    self.row(ui, row.command, now);
                }
            }
            ui.separator();
            ui.menu_button(self.say("app_side.level"), |ui| {
                ui.set_min_width(160.0);
                self.level_rows(ui, now);
            });
            ui.menu_button(self.say("app_side.region"), |ui| {
                ui.set_min_width(180.0);
                self.region_rows(ui, now);
            });
            if self.selection.is_some() {
                ui.separator();
                self.union_row(ui, now);
            }
        });
    }

    /// Whether the times that only one of the layers has are shown as well.
    fn union_row(&mut self, ui: &mut Ui, now: f64) {
        let Some(selection) = self.selection.clone() else { return };
        let mut union = selection.union;
        if ui.checkbox(&mut union, self.say("app_menu.union")).changed() {
            self.select(crate::engine::Selection { union, ..selection }, now);
        }
    }

    fn view_menu(&mut self, ui: &mut Ui, now: f64) {
        ui.menu_button(self.say("app_help.window"), |ui| {
            ui.set_min_width(270.0);
            self.row(ui, Command::FullScreen, now);
            let mut shown = !self.settings.side_hidden;
            if ui.checkbox(&mut shown, self.say("app_menu.side")).changed() {
                self.settings.side_hidden = !shown;
            }
        });
    }

    fn recent_menu(&mut self, ui: &mut Ui) {
        let recent = self.settings.recent.clone();
        let words = self.say("app_menu.recent");
        ui.add_enabled_ui(!recent.is_empty(), |ui| {
            ui.menu_button(words, |ui| {
                ui.set_min_width(220.0);
                for path in recent {
                    let (whole, name) = text::of_path(&path);
                    if ui.button(name).on_hover_text(whole).clicked() {
                        self.open(vec![path]);
                    }
                }
            });
        });
    }

    fn language_menu(&mut self, ui: &mut Ui) {
        ui.menu_button(self.say("app_menu.language"), |ui| {
            for (language, name) in [(Language::English, "app_menu.english"), (Language::French, "app_menu.french")] {
                if ui.radio(self.language == language, self.say(name)).clicked() {
                    self.set_language(language);
                    ui.close();
                }
            }
        });
    }

    fn look_menu(&mut self, ui: &mut Ui) {
        ui.menu_button(self.say("app_menu.look"), |ui| {
            let looks = [
                (Look::System, "app_menu.look_system"),
                (Look::Light, "app_menu.look_light"),
                (Look::Dark, "app_menu.look_dark"),
            ];
            for (look, name) in looks {
                if ui.radio(self.settings.look == look, self.say(name)).clicked() {
                    self.set_look(look, ui.ctx());
                    ui.close();
                }
            }
        });
    }

    fn zone_menu(&mut self, ui: &mut Ui) {
        ui.menu_button(self.say("app_menu.zone"), |ui| {
            let chosen = self.settings.zone.clone();
            if ui.radio(chosen.is_none(), self.say("app_menu.zone_system")).clicked() {
                self.set_zone(None);
                ui.close();
            }
            for (name, key) in clock::OFFERED {
                if ui.radio(chosen.as_deref() == Some(name), self.say(key)).clicked() {
                    self.set_zone(Some(name.to_owned()));
                    ui.close();
                }
            }
        });
    }
}
