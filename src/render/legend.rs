//! The legend below the map: the colour bar with its true bounds, and what the isolines mean.

use super::caption::number;
use super::furniture::{FAINT, INK};
use super::layout::Layout;
use super::shades::class_colour;
use crate::product::{BandStyle, ColourTable, LineStyle};
use crate::raster::{Canvas, Mask, Pen, PixelRect, Rgba};
use crate::text::{self, Language};

/// Sizes in points.
const BAR_TOP: f32 = 6.0;
const BAR_HEIGHT: f32 = 11.0;
const TICKS_BASELINE: f32 = 29.5;
const TEXT: f32 = 11.0;

/// Draws the colour bar, and returns where it ends, in pixels.
pub fn draw_colour_bar(canvas: &mut Canvas, layout: &Layout, style: &BandStyle) -> f32 {
    let mut canvas = canvas.part(layout.legend);
    let start = (layout.map.x as f32).max(layout.pixels(10.0)).round();
    if canvas.height() == 0 || style.table.bounds.is_empty() {
        return start;
    }
    let bar = Bar::new(layout, &style.table, start);
    bar.draw_classes(&mut canvas, layout, &style.table);
    let magnitude = style.table.magnitude();
    bar.draw_bounds(&mut canvas, layout, &as_written(&style.table), magnitude);
    let unit = match magnitude {
        0 => style.unit_label.clone(),
        exponent => format!("{} {}", text::power_of_ten(exponent), style.unit_label),
    };
    let pen = Pen::regular(layout.pixels(TEXT));
    let unit_at = bar.end() + layout.pixels(7.0);
    let baseline = layout.pixels(BAR_TOP + BAR_HEIGHT / 2.0) + pen.cap_height() / 2.0;
    pen.draw(&mut canvas, unit_at, baseline, &unit, INK);
    unit_at + pen.width(&unit)
}

/// The bounds of a table; of one that goes round within one turn from 0 on.
fn as_written(table: &ColourTable) -> Vec<f32> {
    let bounds = table.bounds.iter();
    match table.cycle {
        Some(cycle) => bounds.map(|bound| bound.rem_euclid(cycle)).collect(),
        None => bounds.copied().collect(),
    }
}

/// Where the colour bar's parts stand. All classes are equally wide, whatever their bounds: every bound is written.
struct Bar {
    start: f32,
    class_width: f32,
    /// The pointed end of an open class; zero where the table is closed there.
    tips: (f32, f32),
    classes: usize,
    top: f32,
    height: f32,
}

impl Bar {
    fn new(layout: &Layout, table: &ColourTable, start: f32) -> Self {
        let tip = layout.pixels(12.0);
        let inner = table.bounds.len().saturating_sub(1);
        let tips = (if table.under { tip } else { 0.0 }, if table.over { tip } else { 0.0 });
        // The open class has the room of a class of its own, then its point.
        let classes = inner + usize::from(table.under) + usize::from(table.over);
        let room = (layout.legend.width as f32 - start) * 0.52 - tips.0 - tips.1;
        let class_width = (room / classes.max(1) as f32).clamp(2.0, layout.pixels(64.0)).round();
        let (top, height) = (layout.pixels(BAR_TOP).round(), layout.pixels(BAR_HEIGHT).round());
        Self { start, class_width, tips, classes, top, height }
    }

    fn end(&self) -> f32 {
        self.start + self.tips.0 + self.class_width * self.classes as f32 + self.tips.1
    }

    fn left_of(&self, class: usize) -> f32 {
        self.start + self.tips.0 + self.class_width * class as f32
    }

    fn draw_classes(&self, canvas: &mut Canvas, layout: &Layout, table: &ColourTable) {
        let first = usize::from(!table.under);
        let colour = |n: usize| {
            class_colour(table, n + first).map_or(Rgba::WHITE.at(0.0), |rgb| Rgba::opaque(rgb).at(table.opacity))
        };
        for n in 0..self.classes {
            let rect = PixelRect {
                x: self.left_of(n) as u32,
                y: self.top as u32,
                width: self.class_width as u32,
                height: self.height as u32,
            };
            canvas.cover(rect, colour(n));
        }
        if table.under {
            self.fill_tip(canvas, self.left_of(0), -self.tips.0, colour(0));
        }
        if table.over {
            self.fill_tip(canvas, self.left_of(self.classes), self.tips.1, colour(self.classes.saturating_sub(1)));
        }
        self.stroke(canvas, layout);
    }

    /// A triangle with its base at `x`, pointing by `length` to the right, to the left where that is below zero.
    fn fill_tip(&self, canvas: &mut Canvas, x: f32, length: f32, colour: Rgba) {
        for row in 0..self.height as i32 {
            let off_middle = ((row as f32 + 0.5) / self.height * 2.0 - 1.0).abs();
            let reach = length.abs() * (1.0 - off_middle);
            for column in 0..reach.ceil() as i32 {
                let cover = ((reach - column as f32).clamp(0.0, 1.0) * 255.0) as u8;
                let at = x as i32 + if length < 0.0 { -1 - column } else { column };
                canvas.mix_at(at, self.top as i32 + row, colour, cover);
            }
        }
    }

    fn stroke(&self, canvas: &mut Canvas, layout: &Layout) {
        let mut mask = Mask::new(canvas.width() as u32, canvas.height() as u32);
        let (top, bottom) = (self.top - 0.5, self.top + self.height + 0.5);
        let middle = (top + bottom) / 2.0;
        let (left, right) = (self.left_of(0), self.left_of(self.classes));
        let line = layout.pixels(1.0);
        mask.stroke(
            &[
                (left, top),
                (right, top),
                (right + self.tips.1, middle),
                (right, bottom),
                (left, bottom),
                (left - self.tips.0, middle),
                (left, top),
            ],
            line,
        );
        for n in 1..self.classes {
            mask.stroke(&[(self.left_of(n), top), (self.left_of(n), bottom)], line);
        }
        mask.paint(canvas, FAINT, 1.0);
    }

    /// Every bound, or every second, third … where they would touch.
    fn draw_bounds(&self, canvas: &mut Canvas, layout: &Layout, bounds: &[f32], magnitude: i32) {
        let pen = Pen::regular(layout.pixels(TEXT));
        let first = usize::from(self.tips.0 > 0.0);
        let texts: Vec<String> = bounds.iter().map(|&bound| number(in_powers(bound, magnitude))).collect();
        let widest = texts.iter().map(|text| pen.width(text)).fold(0.0, f32::max) + layout.pixels(5.0);
        let every = (widest / self.class_width).ceil().max(1.0) as usize;
        for (n, text) in texts.iter().enumerate().step_by(every) {
            let x = self.left_of(n + first) - pen.width(text) / 2.0;
            pen.draw(canvas, x.max(0.0), layout.pixels(TICKS_BASELINE), text, INK);
        }
    }
}

/// A bound counted in a power of ten, without the digits that an f32 does not hold.
fn in_powers(bound: f32, exponent: i32) -> f32 {
    let digits = |value: f64| (value * 1e5).round() / 1e5;
    if exponent == 0 { bound } else { digits(f64::from(bound) * 10_f64.powi(-exponent)) as f32 }
}

/// Draws what the isolines mean, at the right, if there is room from `free_from` on.
pub fn draw_lines(
    canvas: &mut Canvas,
    layout: &Layout,
    style: &LineStyle,
    interval: f32,
    free_from: f32,
    language: Language,
) {
    let mut canvas = canvas.part(layout.legend);
    let pen = Pen::regular(layout.pixels(TEXT));
    let unit = style.unit_label.as_str();
    let say = |key, value: f32| text::fill(language, key, &[("interval", &number(value)), ("unit", unit)]);
    let thick = style.thick_every > interval;
    let mut items = vec![(say("frame.lines_every", interval), style.width)];
    if thick {
        items.push((say("frame.lines_every", style.thick_every), style.thick_width));
    }
    let (sample, gap) = (layout.pixels(26.0), layout.pixels(7.0));
    let width =
        |items: &[(String, f32)]| items.iter().map(|(text, _)| sample + 3.0 * gap + pen.width(text)).sum::<f32>();
    let room = layout.legend.width as f32 - free_from - layout.pixels(24.0);
    if width(&items) > room {
        items.truncate(1);
    }
    if canvas.height() == 0 || width(&items) > room {
        return;
    }
    let middle = layout.pixels(BAR_TOP + BAR_HEIGHT / 2.0 + 4.0).round() + 0.5;
    let mut x = layout.legend.width as f32 - width(&items);
    let mut mask = Mask::new(canvas.width() as u32, canvas.height() as u32);
    for (text, weight) in &items {
        mask.stroke(&[(x, middle), (x + sample, middle)], layout.pixels(*weight));
        mask.paint(&mut canvas, Rgba::opaque(style.colour), 1.0);
        pen.draw(&mut canvas, x + sample + gap, middle + pen.cap_height() / 2.0, text, INK);
        x += sample + 3.0 * gap + pen.width(text);
    }
}
