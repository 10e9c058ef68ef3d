//! The panel at the left: levels and regions, a row for each.

use egui::Ui;

use super::{App, theme, widgets};
use crate::field::{Level, LevelKind};
use crate::map;
use crate::text::{self, Language};

const WIDTH: f32 = 176.0;
/// A narrower window shows the map alone; the levels and regions keep their keys and stand in the menu.
const NARROWEST: f32 = 560.0;

impl App {
    pub(super) fn side_panel(&mut self, ui: &mut Ui, now: f64) {
        let room = ui.ctx().content_rect().width() >= NARROWEST;
        if self.selection.is_none() || self.settings.side_hidden || !room {
            return;
        }
        let palette = theme::palette(ui);
        let frame =
            egui::Frame::NONE.fill(palette.ground).inner_margin(egui::Margin { left: 8, right: 8, top: 4, bottom: 6 });
        egui::Panel::left("side").exact_size(WIDTH).resizable(false).frame(frame).show(ui, |ui| {
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                self.level_rows(ui, now);
                ui.add_space(12.0);
                self.region_rows(ui, now);
            });
        });
    }

    pub(super) fn level_rows(&mut self, ui: &mut Ui, now: f64) {
        let levels = self.levels();
        let chosen = self.selection.as_ref().and_then(|s| s.level);
        if levels.iter().all(Option::is_none) {
            return;
        }
        let mut next = None;
        let mut kind = None;
        for level in levels.iter().flatten() {
            if kind != Some(level.kind) {
                if kind.is_some() {
                    ui.add_space(8.0);
                }
                kind = Some(level.kind);
                widgets::section(ui, heading(level.kind, self.language), level.kind.unit_label());
            }
            if widgets::choice_row(ui, &level_words(*level, self.language), "", chosen == Some(*level)).clicked() {
                next = Some(*level);
            }
        }
        if next.is_some() {
            self.choose_level(next, now);
        }
    }

    pub(super) fn region_rows(&mut self, ui: &mut Ui, now: f64) {
        widgets::section(ui, self.say("app_side.region"), "");
        let mut next = None;
        for (place, region) in map::regions().iter().enumerate() {
            let digit = if place < 9 { (place + 1).to_string() } else { String::new() };
            let chosen = self.panes.region == region.id;
            let mut name = region.name.in_language(self.language).to_owned();
            if chosen && self.is_zoomed() {
                name = text::fill(self.language, "app_map.zoomed", &[("region", &name)]);
            }
            if widgets::choice_row(ui, &name, &digit, chosen).clicked() {
                next = Some(region.id.as_str());
            }
        }
        if let Some(id) = next {
            self.choose_region(id, now);
        }
    }
}

/// «Level» for pressure, the commonest; the kind's name for the others.
fn heading(kind: LevelKind, language: Language) -> &'static str {
    match kind {
        LevelKind::Pressure => text::say(language, "app_side.level"),
        other => text::say(language, other.text_key()),
    }
}

/// The number with its unit; the kind's name where its number says nothing.
fn level_words(level: Level, language: Language) -> String {
    match level.kind {
        LevelKind::Surface | LevelKind::MeanSeaLevel | LevelKind::EntireAtmosphere | LevelKind::Top => {
            text::say(language, level.kind.text_key()).to_owned()
        }
        _ => super::reading::in_language(language, &level.to_string()),
    }
}
