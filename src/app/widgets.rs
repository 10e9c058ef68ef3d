//! The window's own small controls. Each has a name that a screen reader speaks and that a test finds.

use egui::accesskit::Role;
use egui::text_selection::CCursorRange;
use egui::{Align2, CornerRadius, FontId, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use super::theme;

/// A square button that shows an icon. `name` is spoken; `tip` is shown while the pointer rests on it.
pub fn icon_button(ui: &mut Ui, glyph: char, name: &str, tip: &str) -> Response {
    icon_button_sized(ui, glyph, name, tip, Vec2::splat(30.0), 18.0)
}

pub fn icon_button_sized(ui: &mut Ui, glyph: char, name: &str, tip: &str, size: Vec2, icon: f32) -> Response {
    let enabled = ui.is_enabled();
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    let palette = theme::palette(ui);
    if response.hovered() || response.has_focus() {
        let fill = if response.is_pointer_button_down_on() { palette.chosen } else { palette.touched };
        ui.painter().rect_filled(rect, CornerRadius::same(6), fill);
    }
    focus_ring(ui, &response, rect);
    let colour = if response.hovered() { palette.accent } else { palette.text };
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, glyph, theme::icon_font(icon), faded(ui, colour));
    if tip.is_empty() { response } else { response.on_hover_text(tip) }
}

/// The one button of the player that matters most: round, in the accent colour.
pub fn round_button(ui: &mut Ui, glyph: char, name: &str, tip: &str, diameter: f32) -> Response {
    let enabled = ui.is_enabled();
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(diameter), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    let palette = theme::palette(ui);
    let fill = if response.hovered() { palette.accent.gamma_multiply(0.88) } else { palette.accent };
    ui.painter().circle_filled(rect.center(), diameter / 2.0, faded(ui, fill));
    if response.has_focus() {
        ui.painter().circle_stroke(rect.center(), diameter / 2.0 + 2.0, Stroke::new(1.5, palette.accent));
    }
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, glyph, theme::icon_font(diameter * 0.52), palette.ground);
    response.on_hover_text(tip)
}

/// A choice over the whole width of a panel: a bar at its left where it is the chosen one, a hint at its right.
pub fn choice_row(ui: &mut Ui, label: &str, hint: &str, chosen: bool) -> Response {
    const HEIGHT: f32 = 26.0;
    let size = Vec2::new(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, label));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let palette = theme::palette(ui);
    let corner = CornerRadius::same(6);
    if chosen {
        ui.painter().rect_filled(rect, corner, palette.chosen);
        let bar = Rect::from_min_size(rect.min + Vec2::new(0.0, 5.0), Vec2::new(3.0, HEIGHT - 10.0));
        ui.painter().rect_filled(bar, CornerRadius::same(2), palette.accent);
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, corner, palette.touched);
    }
    focus_ring(ui, &response, rect);
    let font = FontId::proportional(14.0);
    let hint_width = if hint.is_empty() { 0.0 } else { 18.0 };
    let text = cut_to(ui, label, font, palette.text, rect.width() - 22.0 - hint_width);
    let at = Pos2::new(rect.left() + 13.0, rect.center().y - text.size().y / 2.0);
    ui.painter().galley(at, text, palette.text);
    let hint_at = Pos2::new(rect.right() - 9.0, rect.center().y);
    ui.painter().text(hint_at, Align2::RIGHT_CENTER, hint, FontId::proportional(11.5), palette.quiet);
    response
}

/// A heading over rows of choices, with the unit of all of them.
pub fn section(ui: &mut Ui, title: &str, unit: &str) {
    let palette = theme::palette(ui);
    ui.add_space(2.0);
    // A unit keeps its letters: hPa, not HPA.
    let words = format!("{}  {unit}", title.to_uppercase());
    let words = egui::RichText::new(words.trim_end()).size(11.5).color(palette.quiet).extra_letter_spacing(0.7);
    egui::Frame::NONE.inner_margin(egui::Margin { left: 13, right: 4, top: 1, bottom: 1 }).show(ui, |ui| {
        ui.add(egui::Label::new(words).wrap());
    });
}

/// A quiet word before a control.
pub fn caption(ui: &mut Ui, text: &str) {
    let palette = theme::palette(ui);
    ui.label(egui::RichText::new(text).size(12.5).color(palette.quiet));
}

/// A row of a menu with the key that does the same at its right.
pub fn menu_row(ui: &mut Ui, words: &str, key: &str) -> Response {
    let palette = theme::palette(ui);
    let key = egui::RichText::new(key).size(12.0).color(palette.quiet);
    let response = ui.add(egui::Button::new(words).right_text(key).frame_when_inactive(false));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, words));
    response
}

/// Text in one line, with `…` where it does not fit.
pub fn cut_to(ui: &Ui, text: &str, font: FontId, colour: egui::Color32, width: f32) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(8.0));
    ui.painter().layout_job(job)
}

fn focus_ring(ui: &Ui, response: &Response, rect: Rect) {
    if response.has_focus() {
        let stroke = Stroke::new(1.5, theme::palette(ui).accent);
        ui.painter().rect_stroke(rect, CornerRadius::same(6), stroke, StrokeKind::Inside);
    }
}

fn faded(ui: &Ui, colour: egui::Color32) -> egui::Color32 {
    if ui.is_enabled() { colour } else { colour.gamma_multiply(0.4) }
}

/// A field for a line of text, with the label that is read for it; `take` gives it the keyboard. Who comes into it
/// otherwise than by the pointer has its whole text selected.
pub fn field(ui: &mut Ui, text: &mut String, label: &Response, example: &str, take: bool) -> Response {
    let edit = egui::TextEdit::singleline(text)
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(10, 6))
        .hint_text(example);
    let mut shown = edit.show(ui);
    let response = shown.response.response.labelled_by(label.id);
    if take {
        response.request_focus();
    }
    let by_pointer = !take && ui.input(|input| input.pointer.any_down() || input.pointer.any_released());
    if response.gained_focus() && !by_pointer {
        shown.state.cursor.set_char_range(Some(CCursorRange::select_all_str(text)));
        shown.state.store(ui.ctx(), response.id);
    }
    response
}
