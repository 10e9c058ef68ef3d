//! The look of the window: fonts, colours of both themes, spacing.

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle,
    Theme, Vec2, Visuals,
};

/// Colours of the window that egui's own style has no place for.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// Panels.
    pub ground: Color32,
    /// Behind the map while there is none.
    pub well: Color32,
    /// Cards, menus and boxes over the map.
    pub card: Color32,
    pub edge: Color32,
    pub text: Color32,
    pub quiet: Color32,
    pub accent: Color32,
    /// Behind what is chosen.
    pub chosen: Color32,
    /// Behind what the pointer is on.
    pub touched: Color32,
    pub warning: Color32,
    pub failure: Color32,
    /// The two layers in plots.
    pub first_layer: Color32,
    pub second_layer: Color32,
}

const LIGHT: Palette = Palette {
    ground: Color32::from_rgb(0xF6, 0xF7, 0xF9),
    well: Color32::from_rgb(0xE6, 0xEA, 0xEE),
    card: Color32::from_rgb(0xFF, 0xFF, 0xFF),
    edge: Color32::from_rgb(0xD5, 0xDA, 0xE1),
    text: Color32::from_rgb(0x1B, 0x23, 0x2D),
    quiet: Color32::from_rgb(0x55, 0x60, 0x6E),
    accent: Color32::from_rgb(0x1A, 0x66, 0xA8),
    chosen: Color32::from_rgb(0xD9, 0xE8, 0xF6),
    touched: Color32::from_rgb(0xE8, 0xEC, 0xF1),
    warning: Color32::from_rgb(0x9A, 0x5B, 0x00),
    failure: Color32::from_rgb(0xB3, 0x26, 0x1E),
    first_layer: Color32::from_rgb(0x0B, 0x79, 0x5E),
    second_layer: Color32::from_rgb(0x1A, 0x66, 0xA8),
};

const DARK: Palette = Palette {
    ground: Color32::from_rgb(0x1A, 0x1E, 0x24),
    well: Color32::from_rgb(0x12, 0x15, 0x1A),
    card: Color32::from_rgb(0x24, 0x2A, 0x32),
    edge: Color32::from_rgb(0x36, 0x3E, 0x48),
    text: Color32::from_rgb(0xE6, 0xEA, 0xEF),
    quiet: Color32::from_rgb(0x9F, 0xAB, 0xB8),
    accent: Color32::from_rgb(0x5C, 0xAE, 0xEF),
    chosen: Color32::from_rgb(0x1F, 0x3D, 0x58),
    touched: Color32::from_rgb(0x2A, 0x31, 0x3A),
    warning: Color32::from_rgb(0xF0, 0xB4, 0x4C),
    failure: Color32::from_rgb(0xF2, 0x8B, 0x82),
    first_layer: Color32::from_rgb(0x4F, 0xC7, 0xA4),
    second_layer: Color32::from_rgb(0x5C, 0xAE, 0xEF),
};

/// The paper of the frames, whatever the theme.
pub const PAPER: Color32 = Color32::WHITE;

/// The palette of the theme in use.
#[must_use]
pub fn palette(ui: &egui::Ui) -> Palette {
    if ui.visuals().dark_mode { DARK } else { LIGHT }
}

/// An icon as text.
#[must_use]
pub fn icon(glyph: char, size: f32) -> egui::RichText {
    egui::RichText::new(glyph).font(icon_font(size))
}

#[must_use]
pub fn icon_font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("icons".into()))
}

/// Installs fonts and both themes.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    ctx.set_style_of(Theme::Light, style(&LIGHT, Visuals::light()));
    ctx.set_style_of(Theme::Dark, style(&DARK, Visuals::dark()));
    // Ctrl with plus and minus would change the size of all text; here these keys zoom the map.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes: &'static [u8]| {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    };
    add("dejavu", include_bytes!("../../assets/fonts/DejaVuSans.ttf"));
    add("phosphor", include_bytes!("../../assets/fonts/Phosphor.ttf"));
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.entry(family).or_default().push("dejavu".to_owned());
    }
    fonts.families.insert(FontFamily::Name("icons".into()), vec!["phosphor".to_owned(), "dejavu".to_owned()]);
    fonts
}

fn style(palette: &Palette, visuals: Visuals) -> Style {
    let mut style = Style { visuals: coloured(palette, visuals), ..Style::default() };
    let proportional = |size| FontId::new(size, FontFamily::Proportional);
    style.text_styles.insert(TextStyle::Small, proportional(11.5));
    style.text_styles.insert(TextStyle::Body, proportional(14.0));
    style.text_styles.insert(TextStyle::Button, proportional(14.0));
    style.text_styles.insert(TextStyle::Heading, proportional(21.0));
    style.spacing.item_spacing = Vec2::new(8.0, 6.0);
    style.spacing.button_padding = Vec2::new(10.0, 5.0);
    style.spacing.interact_size = Vec2::new(30.0, 28.0);
    style.spacing.menu_margin = Margin::same(8);
    style.spacing.window_margin = Margin::same(16);
    style.spacing.combo_width = 60.0;
    style.spacing.combo_height = 420.0;
    style.spacing.icon_width = 16.0;
    style.spacing.tooltip_width = 420.0;
    style.interaction.tooltip_delay = 0.35;
    style.interaction.selectable_labels = false;
    style
}

fn coloured(palette: &Palette, mut visuals: Visuals) -> Visuals {
    visuals.panel_fill = palette.ground;
    visuals.window_fill = palette.card;
    visuals.window_stroke = Stroke::new(1.0, palette.edge);
    visuals.window_corner_radius = CornerRadius::same(10);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.window_shadow = Shadow { offset: [0, 6], blur: 22, spread: 0, color: Color32::from_black_alpha(56) };
    visuals.popup_shadow = Shadow { offset: [0, 4], blur: 14, spread: 0, color: Color32::from_black_alpha(48) };
    visuals.extreme_bg_color = palette.card;
    visuals.faint_bg_color = palette.touched;
    visuals.hyperlink_color = palette.accent;
    visuals.warn_fg_color = palette.warning;
    visuals.error_fg_color = palette.failure;
    visuals.weak_text_color = Some(palette.quiet);
    visuals.selection.bg_fill = palette.chosen;
    visuals.selection.stroke = Stroke::new(1.5, palette.accent);
    visuals.override_text_color = None;
    let widgets = &mut visuals.widgets;
    let all = [
        (&mut widgets.noninteractive, palette.ground, palette.edge),
        (&mut widgets.inactive, palette.card, palette.edge),
        (&mut widgets.hovered, palette.touched, palette.quiet),
        (&mut widgets.active, palette.chosen, palette.accent),
        (&mut widgets.open, palette.touched, palette.edge),
    ];
    for (widget, fill, edge) in all {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, edge);
        widget.fg_stroke = Stroke::new(1.0, palette.text);
        widget.corner_radius = CornerRadius::same(6);
        widget.expansion = 0.0;
    }
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast of two opaque colours after WCAG 2.2.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let light = |colour: Color32| {
            let linear = |c: u8| {
                let c = f32::from(c) / 255.0;
                if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
        };
        let (a, b) = (light(a), light(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn words_stand_out_from_what_is_behind_them_in_both_themes() {
        for palette in [LIGHT, DARK] {
            for ground in [palette.ground, palette.card, palette.chosen, palette.touched] {
                assert!(contrast(palette.text, ground) >= 7.0, "{palette:?}");
                for colour in [palette.quiet, palette.accent] {
                    assert!(contrast(colour, ground) >= 4.3, "{colour:?} on {ground:?}");
                }
            }
            for colour in [palette.warning, palette.failure] {
                assert!(contrast(colour, palette.card) >= 4.5, "{colour:?}");
            }
        }
    }
}
