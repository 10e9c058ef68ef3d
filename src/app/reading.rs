//! The value under the cursor, for both layers with their units.

use egui::{CornerRadius, FontId, Pos2, Rect, Response, Stroke, StrokeKind, Ui, Vec2};

use super::centre::Area;
use super::{App, theme};
use crate::engine::{LayerPlan, Look};
use crate::product;
use crate::text::{self, Language};

impl App {
    pub(super) fn reading_box(&self, ui: &Ui, response: &Response, area: &Area) {
        let Some(pointer) = self.hand.pointer.filter(|_| !response.dragged()) else { return };
        let reading = self.engine.reading(self.player.slot, pointer.lon, pointer.lat);
        let mut rows = vec![(String::new(), position(self.language, pointer.lon, pointer.lat))];
        let slot = self.plan.slots.get(self.player.slot);
        let layers = [
            (&self.plan.bands, reading.bands, slot.is_some_and(|slot| slot.bands.is_some())),
            (&self.plan.lines, reading.lines, slot.is_some_and(|slot| slot.lines.is_some())),
        ];
        for (layer, value, _) in layers.iter().filter(|(.., there)| *there) {
            if let Some(layer) = layer {
                rows.push((layer.short.in_language(self.language).to_owned(), self.value_words(layer, *value)));
            }
        }
        draw_box(ui, area, response.hover_pos(), &rows);
    }

    /// `552.4 dam`, or «missing».
    pub(super) fn value_words(&self, layer: &LayerPlan, value: Option<f32>) -> String {
        match value {
            Some(value) if value.is_finite() => {
                let magnitude = magnitude_of(layer, value);
                let power = (magnitude != 0).then(|| text::power_of_ten(magnitude));
                let unit = Some(layer.parameter.unit_label.clone()).filter(|unit| !unit.is_empty());
                let words = [Some(self.number(layer, value, magnitude)), power, unit];
                words.into_iter().flatten().collect::<Vec<_>>().join("\u{A0}")
            }
            _ => self.say("app_map.missing").to_owned(),
        }
    }

    /// In a power of ten, with as many digits as the layer's steps call for and the language's decimal sign.
    fn number(&self, layer: &LayerPlan, value: f32, magnitude: i32) -> String {
        let step = match &layer.look {
            Look::Lines(style) => style.interval / 10.0,
            Look::Bands(style) => style.table.bounds.windows(2).map(|w| w[1] - w[0]).fold(f32::MAX, f32::min) / 10.0,
            Look::BandsOverRange => value.abs() / 1000.0,
        };
        let power = 10_f64.powi(magnitude);
        let (value, step) = (f64::from(value) / power, f64::from(step) / power);
        let digits = if step.is_finite() && step > 0.0 { (-step.log10().floor()).clamp(0.0, 6.0) } else { 0.0 };
        in_language(self.language, &format!("{value:.*}", digits as usize))
    }
}

/// The power of ten in which a layer's values are written.
fn magnitude_of(layer: &LayerPlan, value: f32) -> i32 {
    match &layer.look {
        Look::Lines(_) => 0,
        Look::Bands(style) => style.table.magnitude(),
        Look::BandsOverRange => product::magnitude(value),
    }
}

/// A number's decimal sign and minus as the language writes them.
pub(super) fn in_language(language: Language, number: &str) -> String {
    let number = number.replace('-', "−");
    match language {
        Language::English => number,
        Language::French => number.replace('.', ","),
    }
}

/// `54.20°N 113.50°W`, in French `54,20°N  113,50°O`.
pub(super) fn position(language: Language, lon: f64, lat: f64) -> String {
    let lon = (lon + 180.0).rem_euclid(360.0) - 180.0;
    let side = |value: f64, positive: &'static str, negative: &'static str| {
        let key = if value < 0.0 { negative } else { positive };
        let number = in_language(language, &format!("{:.2}", value.abs()));
        text::fill(language, key, &[("degrees", &number)])
    };
    let lat = side(lat, "app_map.north", "app_map.south");
    format!("{lat}  {}", side(lon, "app_map.east", "app_map.west"))
}

/// A card at the lower right of the map; at its upper right while the pointer is near the lower one.
fn draw_box(ui: &Ui, area: &Area, pointer: Option<Pos2>, rows: &[(String, String)]) {
    const ROW: f32 = 20.0;
    const PAD: Vec2 = Vec2::new(12.0, 8.0);
    let palette = theme::palette(ui);
    let font = FontId::proportional(14.0);
    let painter = ui.painter().with_clip_rect(area.rect);
    let lay = |words: &str, colour| painter.layout_no_wrap(words.to_owned(), font.clone(), colour);
    let laid: Vec<_> = rows.iter().map(|(name, value)| (lay(name, palette.quiet), lay(value, palette.text))).collect();
    let gap = 14.0;
    let width = laid
        .iter()
        .map(|(name, value)| name.size().x + value.size().x + if name.size().x > 0.0 { gap } else { 0.0 })
        .fold(150.0_f32, f32::max);
    let size = Vec2::new(width, ROW * rows.len() as f32) + PAD * 2.0;
    let map = area.map();
    if size.x + 24.0 > map.width() || size.y + 24.0 > map.height() {
        return;
    }
    let low = Rect::from_min_size(map.max - size - Vec2::splat(12.0), size);
    let near = pointer.is_some_and(|at| low.expand(28.0).contains(at));
    let card = if near { low.translate(Vec2::new(0.0, map.top() + 12.0 - low.top())) } else { low };
    painter.rect_filled(card, CornerRadius::same(8), palette.card.gamma_multiply(0.95));
    painter.rect_stroke(card, CornerRadius::same(8), Stroke::new(1.0, palette.edge), StrokeKind::Inside);
    for (n, (name, value)) in laid.into_iter().enumerate() {
        let middle = card.top() + PAD.y + ROW * (n as f32 + 0.5);
        let top = |height: f32| middle - height / 2.0;
        let right = if name.size().x > 0.0 { card.right() - PAD.x - value.size().x } else { card.left() + PAD.x };
        painter.galley(Pos2::new(card.left() + PAD.x, top(name.size().y)), name, palette.quiet);
        painter.galley(Pos2::new(right, top(value.size().y)), value, palette.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_written_as_each_language_does() {
        assert_eq!(position(Language::English, -113.5, 54.2), "54.20°N  113.50°W");
        assert_eq!(position(Language::French, 246.5, -54.2), "54,20°S  113,50°O");
    }
}
