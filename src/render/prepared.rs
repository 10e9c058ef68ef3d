//! What frames of one view and style share, made once.

use std::collections::BTreeMap;

use super::furniture::{self, EdgeLabels, PAPER};
use super::layout::Layout;
use super::legend;
use super::lines::Spacing;
use super::shades::Shades;
use crate::map::{Basemap, Graticule, View};
use crate::product::{LineStyle, Style};
use crate::raster::{Canvas, Dashes, Layer, Mask, Pen, Rgba, Spans, Sprite};
use crate::text::Language;

/// All of a frame that does not change with the lead time.
#[derive(Debug)]
pub struct Prepared {
    layout: Layout,
    view: View,
    style: Style,
    language: Language,
    /// The whole frame without weather and title.
    base: Vec<u8>,
    /// Over the bands, from the bottom up.
    overlays: [Spans; 2],
    shades: Option<Shades>,
    digits: BTreeMap<char, Sprite>,
    /// Where the colour bar ends in the legend.
    legend_free: f32,
}

impl Prepared {
    /// The frame's parts without weather. `view` and `basemap` have the size of the layout's map.
    #[must_use]
    pub fn new(layout: Layout, view: View, basemap: &Basemap, style: Style, language: Language) -> Self {
        let [width, height] = layout.size;
        let mut base = vec![255; width as usize * height as usize * 4];
        let mut canvas = Canvas::new(&mut base, width, height);
        canvas.fill(PAPER);
        canvas.part(layout.map).copy_from(&basemap.ground);
        let graticule = Graticule::new(&view);
        furniture::draw_edge_labels(&mut canvas, &layout, &EdgeLabels::of(&graticule, language));
        furniture::draw_border(&mut canvas, &layout);
        let bar = |bands| legend::draw_colour_bar(&mut canvas, &layout, bands);
        let legend_free = style.bands.as_ref().map_or(0.0, bar);
        let shades = style.bands.as_ref().map(|bands| Shades::new(&bands.table));
        let overlays = [stroked(&graticule, &layout), basemap.lines.clone()];
        let digits = digits(&layout);
        Self { layout, view, style, language, base, overlays, shades, digits, legend_free }
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
        self.base.len()
            + self.overlays.iter().map(Spans::bytes).sum::<usize>()
            + self.shades.as_ref().map_or(0, Shades::bytes)
    }

    pub(super) fn base(&self) -> &[u8] {
        &self.base
    }

    /// The base's rows of pixels.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.base.chunks_exact((self.layout.size[0] as usize * 4).max(1))
    }

    /// The rows of pixels of the map without weather.
    pub(super) fn ground(&self) -> impl Iterator<Item = &[u8]> {
        let map = self.layout.map;
        let (first, last) = (map.x as usize * 4, map.right() as usize * 4);
        self.rows().skip(map.y as usize).take(map.height as usize).map(move |row| &row[first..last])
    }

    pub(super) fn overlays(&self) -> &[Spans] {
        &self.overlays
    }

    pub(super) fn shades(&self) -> Option<&Shades> {
        self.shades.as_ref()
    }

    pub(super) fn line_style(&self) -> Option<&LineStyle> {
        self.style.lines.as_ref()
    }

    pub(super) fn draw_line_legend(&self, canvas: &mut Canvas, spacing: Spacing) {
        if let Some(style) = &self.style.lines {
            legend::draw_lines(canvas, &self.layout, style, spacing, self.legend_free, self.language);
        }
    }

    /// A value of an isoline, ready to be drawn at any angle, and the width of its rim.
    pub(super) fn label(&self, text: &str) -> (Sprite, f32) {
        let parts: Vec<&Sprite> = text.chars().filter_map(|letter| self.digits.get(&letter)).collect();
        (Sprite::joined(&parts), self.layout.pixels(RIM))
    }
}

/// Size of the values along isolines, in points.
const LABEL: f32 = 11.5;
/// Width of the rim around them.
const RIM: f32 = 2.2;

/// What the values along isolines are made of.
fn digits(layout: &Layout) -> BTreeMap<char, Sprite> {
    let (pen, rim) = (Pen::bold(layout.pixels(LABEL)), layout.pixels(RIM));
    "0123456789−.".chars().map(|letter| (letter, Sprite::new(&pen.outline(&letter.to_string()), rim))).collect()
}

/// Meridians and parallels, dashed and faint.
fn stroked(graticule: &Graticule, layout: &Layout) -> Spans {
    let (mut layer, mut mask) = (Layer::new(layout.map.width, layout.map.height), Mask::default());
    mask.resize(layout.map.width, layout.map.height);
    let dashes = Dashes { on: layout.pixels(4.0), off: layout.pixels(4.0) };
    for line in &graticule.lines {
        mask.stroke_dashed(line, layout.pixels(0.8), dashes);
    }
    layer.paint(&mut mask, Rgba::opaque([84, 92, 102]).at(0.55));
    layer.into_spans()
}
