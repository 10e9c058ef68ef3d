//! What frames of one view and style share, made once.

use super::furniture::{self, EdgeLabels, PAPER};
use super::layout::Layout;
use super::legend;
use super::shades::Shades;
use crate::map::View;
use crate::product::{LineStyle, Style};
use crate::raster::{Canvas, Pen, Spans, Sprite};
use crate::text::Language;

/// The map without weather.
#[derive(Clone, Debug)]
pub struct Backdrop {
    /// RGBA of the map rectangle, opaque: what lies under the bands.
    pub ground: Vec<u8>,
    /// What lies over the bands: coast, borders, graticule.
    pub overlay: Spans,
    pub labels: EdgeLabels,
}

/// All of a frame that does not change with the lead time.
pub struct Prepared {
    layout: Layout,
    view: View,
    style: Style,
    language: Language,
    /// The whole frame without weather and title.
    base: Vec<u8>,
    overlay: Spans,
    shades: Option<Shades>,
    /// Where the colour bar ends in the legend.
    legend_free: f32,
}

impl Prepared {
    /// `backdrop` has the size of the layout's map.
    #[must_use]
    pub fn new(layout: Layout, view: View, style: Style, language: Language, backdrop: Backdrop) -> Self {
        let [width, height] = layout.size;
        let mut base = vec![255; width as usize * height as usize * 4];
        let mut canvas = Canvas::new(&mut base, width, height);
        canvas.fill(PAPER);
        canvas.part(layout.map).copy_from(&backdrop.ground);
        furniture::draw_edge_labels(&mut canvas, &layout, &backdrop.labels);
        furniture::draw_border(&mut canvas, &layout);
        let legend_free =
            style.bands.as_ref().map_or(0.0, |bands| legend::draw_colour_bar(&mut canvas, &layout, bands));
        let shades = style.bands.as_ref().map(|bands| Shades::new(&bands.table));
        Self { layout, view, style, language, base, overlay: backdrop.overlay, shades, legend_free }
    }

    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    #[must_use]
    pub fn view(&self) -> &View {
        &self.view
    }

    #[must_use]
    pub fn style(&self) -> &Style {
        &self.style
    }

    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// How many bytes this keeps in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.base.len() + self.overlay.bytes() + self.shades.as_ref().map_or(0, Shades::bytes)
    }

    pub(super) fn base(&self) -> &[u8] {
        &self.base
    }

    pub(super) fn overlay(&self) -> &Spans {
        &self.overlay
    }

    pub(super) fn shades(&self) -> Option<&Shades> {
        self.shades.as_ref()
    }

    pub(super) fn line_style(&self) -> Option<&LineStyle> {
        self.style.lines.as_ref()
    }

    pub(super) fn draw_line_legend(&self, canvas: &mut Canvas, interval: f32) {
        if let Some(style) = &self.style.lines {
            legend::draw_lines(canvas, &self.layout, style, interval, self.legend_free, self.language);
        }
    }

    /// A value of an isoline, ready to be drawn at any angle, and the width of its rim.
    pub(super) fn label(&self, text: &str) -> (Sprite, f32) {
        let rim = self.layout.pixels(2.2);
        (Sprite::new(&[Pen::bold(self.layout.pixels(LABEL)).outline(text)], rim), rim)
    }
}

/// Size of the values along isolines, in points.
const LABEL: f32 = 11.5;
