//! The panel at the left: levels and regions, a row for each.

use egui::Ui;

use super::{App, theme, widgets};
use crate::engine;
use crate::field::{Level, LevelKind};
use crate::map;
use crate::text::{self, Language};

const WIDTH: f32 = 196.0;
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
                self.variant_rows(ui, now);
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
                widgets::section(ui, &heading(level.kind, self.language), level.kind.unit_label());
            }
            if widgets::choice_row(ui, &level_words(*level, self.language), "", chosen == Some(*level)).clicked() {
                next = Some(*level);
            }
        }
        if next.is_some() {
            self.choose_level(next, now);
        }
    }

    /// A list for the members of an ensemble, and one for each other dimension: quantiles, thresholds.
    pub(super) fn variant_rows(&mut self, ui: &mut Ui, now: f64) {
        let Some((run, selection)) = self.run().zip(self.selection.clone()) else { return };
        let members = engine::members(run, &selection.subject);
        let dims = engine::dimensions(run, &selection.subject);
        let mut next = selection.clone();
        let chosen = selection.variant.member.as_ref().filter(|member| members.contains(member)).or(members.first());
        if let Some(chosen) = chosen.filter(|_| members.len() > 1) {
            let words: Vec<String> = members.iter().map(|member| member.in_words(self.language)).collect();
            let at = members.iter().position(|member| member == chosen).unwrap_or(0);
            if let Some(at) = list(ui, self.say("app_side.member"), "member", &words, at) {
                next.variant.member = members.get(at).cloned();
            }
        }
        for dim in &dims {
            /// Longer lists are cut: nobody scrolls through them.
            const MOST_ROWS: usize = 2000;
            let words: Vec<String> = (0..dim.size.min(MOST_ROWS)).map(|at| dim.word(at)).collect();
            let at = selection.variant.dims.get(&dim.name).copied().unwrap_or(0);
            let name = dim.long_name.as_deref().unwrap_or(&dim.name);
            if let Some(at) = list(ui, &text::clipped(name), &dim.name, &words, at) {
                next.variant.dims.insert(dim.name.clone(), at);
            }
        }
        if next != selection {
            self.select(next, now);
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

/// A heading and a list under it. The row that was chosen, if one was.
fn list(ui: &mut Ui, name: &str, salt: &str, rows: &[String], chosen: usize) -> Option<usize> {
    ui.add_space(12.0);
    widgets::section(ui, name, "");
    let shown = rows.get(chosen).map_or("", String::as_str);
    let mut next = None;
    let width = ui.available_width();
    let combo = egui::ComboBox::from_id_salt(("side", salt)).width(width).truncate().selected_text(shown);
    let response = combo.show_ui(ui, |ui| {
        for (at, words) in rows.iter().enumerate() {
            if ui.selectable_label(at == chosen, words).clicked() {
                next = Some(at);
            }
        }
    });
    response.response.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(egui::accesskit::Role::ComboBox, true, name);
        info.current_text_value = Some(shown.to_owned());
        info
    });
    next
}

/// «Level» for pressure, the commonest; the kind's name for the others.
fn heading(kind: LevelKind, language: Language) -> String {
    match kind {
        LevelKind::Pressure => text::say(language, "app_side.level").to_owned(),
        other => other.name(language),
    }
}

/// The number with its unit; the kind's name where its number says nothing.
fn level_words(level: Level, language: Language) -> String {
    let says_nothing = level.kind.is_numberless() || (matches!(level.kind, LevelKind::Other(_)) && level.value == 0.0);
    if says_nothing && level.to.is_none() { level.kind.name(language) } else { level.number(language) }
}
