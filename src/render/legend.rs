//! The legend below the map: the colour bar with its true bounds, and what the isolines mean.

use super::caption::{exact_number, number};
use super::furniture::{FAINT, INK, shortened};
use super::layout::Layout;
use super::lines::Spacing;
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
    let room = layout.legend.width as f32 - unit_at - layout.pixels(10.0);
    let (unit, width) = shortened(&pen, &unit, room);
    pen.draw(&mut canvas, unit_at, baseline, &unit, INK);
    unit_at + width
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

    /// Every bound, or every second, third … where they would touch; zero is among them where it is a bound.
    fn draw_bounds(&self, canvas: &mut Canvas, layout: &Layout, bounds: &[f32], magnitude: i32) {
        let pen = Pen::regular(layout.pixels(TEXT));
        let first = usize::from(self.tips.0 > 0.0);
        let texts = labels(bounds, magnitude);
        let gap = layout.pixels(5.0);
        let widest = texts.iter().map(|text| pen.width(text)).fold(0.0, f32::max) + gap;
        let every = (widest / self.class_width).ceil().max(1.0) as usize;
        let zero = bounds.iter().position(|bound| *bound == 0.0).unwrap_or(0);
        let mut free_from = 0.0;
        for (n, text) in texts.iter().enumerate().skip(zero % every).step_by(every) {
            let width = pen.width(text);
            let x = (self.left_of(n + first) - width / 2.0).max(0.0);
            if x >= free_from && x + width <= canvas.width() as f32 {
                pen.draw(canvas, x, layout.pixels(TICKS_BASELINE), text, INK);
                free_from = x + width + gap;
            }
        }
    }
}

/// The bounds as they are written, counted in a power of ten: as few digits as can be, and enough to tell them apart.
fn labels(bounds: &[f32], exponent: i32) -> Vec<String> {
    if exponent == 0 {
        return bounds.iter().map(|bound| number(*bound)).collect();
    }
    let rounded = |digits: i32| -> Vec<String> {
        let power = 10_f64.powi(digits);
        let in_powers = bounds.iter().map(|bound| f64::from(*bound) * 10_f64.powi(-exponent));
        in_powers.map(|value| exact_number((value * power).round() / power)).collect()
    };
    let is_told_apart = |texts: &Vec<String>| texts.windows(2).all(|pair| pair[0] != pair[1]);
    // An f32 holds no more than nine digits.
    (5..9).map(rounded).find(is_told_apart).unwrap_or_else(|| rounded(9))
}

/// Draws what the isolines mean, at the right, if there is room from `free_from` on.
pub fn draw_lines(
    canvas: &mut Canvas,
    layout: &Layout,
    style: &LineStyle,
    Spacing { interval, thick_every }: Spacing,
    free_from: f32,
    language: Language,
) {
    let mut canvas = canvas.part(layout.legend);
    let pen = Pen::regular(layout.pixels(TEXT));
    let unit = style.unit_label.as_str();
    let say = |key, value: f32| text::fill(language, key, &[("interval", &number(value)), ("unit", unit)]);
    let mut items = vec![(say("frame.lines_every", interval), style.width)];
    if thick_every > interval {
        items.push((say("frame.thick_lines_every", thick_every), style.thick_width));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_bounds_are_written_alike() {
        assert_eq!(labels(&[0.2, 2.0, 4.0], 0), ["0.2", "2", "4"]);
        assert_eq!(labels(&[-1e-6, 0.0, 2.5e-6], -6), ["−1", "0", "2.5"]);
        let close = labels(&[10_000_001.0, 10_000_002.0, 10_000_003.0], 7);
        assert_eq!(close, ["1.0000001", "1.0000002", "1.0000003"]);
        let tight = labels(&[101_325.01, 101_325.02, 101_325.03], 0);
        assert!(tight.windows(2).all(|pair| pair[0] != pair[1]), "{tight:?}");
    }
}
