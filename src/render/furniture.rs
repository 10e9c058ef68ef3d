//! What stands around the map: the title, the graticule's labels, notes.

use super::caption::Caption;
use super::layout::Layout;
use crate::map::{Anchor, Graticule, label};
use crate::raster::{Canvas, Pen, PixelRect, Rgba};
use crate::text::Language;

/// What the frame is drawn on.
pub const PAPER: Rgba = Rgba::opaque([252, 252, 250]);
pub const INK: Rgba = Rgba::opaque([24, 29, 36]);
/// Labels that step back behind the title.
pub const FAINT: Rgba = Rgba::opaque([86, 94, 104]);

/// A word at the map's edge.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeLabel {
    pub text: String,
    /// Along the edge, in pixels from the map's upper left corner.
    pub at: f32,
}

/// The words at the left and at the lower edge of the map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EdgeLabels {
    pub left: Vec<EdgeLabel>,
    pub below: Vec<EdgeLabel>,
}

impl EdgeLabels {
    pub fn of(graticule: &Graticule, language: Language) -> Self {
        let words = |anchors: &[Anchor]| {
            anchors.iter().map(|anchor| EdgeLabel { text: label(anchor.circle, language), at: anchor.at }).collect()
        };
        Self { left: words(&graticule.left), below: words(&graticule.below) }
    }
}

/// A line of text in two parts: one begins at the left, the other ends at the right.
struct Row {
    left: String,
    right: String,
    right_pen: fn(f32) -> Pen,
}

/// Draws the title: what is drawn in both languages, where it comes from, when it holds.
pub fn draw_title(canvas: &mut Canvas, layout: &Layout, caption: &Caption, language: Language) {
    let mut canvas = canvas.part(layout.title);
    if canvas.height() == 0 {
        return;
    }
    let row = |left, right| Row { left, right, right_pen: Pen::regular };
    let (french, english) = (caption.title_in(Language::French), caption.title_in(Language::English));
    let (origin, times) = (caption.origin_in(language), caption.times_in(language));
    let margin = layout.pixels(10.0);
    let width = layout.title.width as f32 - 2.0 * margin;
    if layout.wide {
        let rows = [row(french, origin), Row { right_pen: Pen::bold, ..row(english, times) }];
        let size = rows.iter().map(|row| row.fitting_size(layout.pixels(14.5), width)).fold(f32::MAX, f32::min);
        for (row, baseline) in rows.iter().zip([18.5, 37.5]) {
            row.draw(&mut canvas, margin, layout.pixels(baseline), width, size.max(layout.pixels(8.0)));
        }
    } else {
        let (titles, last) = ([row(french, String::new()), row(english, String::new())], row(origin, times));
        let last = Row { right_pen: Pen::bold, ..last };
        let size = titles.iter().map(|row| row.fitting_size(layout.pixels(12.0), width)).fold(f32::MAX, f32::min);
        for (row, baseline) in titles.iter().zip([14.0, 29.0]) {
            row.draw(&mut canvas, margin, layout.pixels(baseline), width, size.max(layout.pixels(7.0)));
        }
        let size = last.fitting_size(layout.pixels(11.5), width).max(layout.pixels(7.0));
        last.draw(&mut canvas, margin, layout.pixels(44.0), width, size);
    }
}

impl Row {
    /// The size at which both parts fit side by side, at most `largest`.
    fn fitting_size(&self, largest: f32, width: f32) -> f32 {
        let needed = Pen::regular(largest).width(&self.left) + (self.right_pen)(largest).width(&self.right);
        let gap = if self.right.is_empty() { 0.0 } else { largest * 1.5 };
        largest * ((width - gap) / needed.max(1.0)).clamp(0.0, 1.0)
    }

    fn draw(&self, canvas: &mut Canvas, margin: f32, baseline: f32, width: f32, size: f32) {
        let right = (self.right_pen)(size);
        let (right_text, right_width) = shortened(&right, &self.right, width);
        right.draw(canvas, margin + width - right_width, baseline, &right_text, INK);
        let left = Pen::regular(size);
        let gap = if self.right.is_empty() { 0.0 } else { size };
        let (left_text, _) = shortened(&left, &self.left, width - right_width - gap);
        left.draw(canvas, margin, baseline, &left_text, INK);
    }
}

/// The text as far as it fits, with an ellipsis where it does not, and its width.
pub fn shortened(pen: &Pen, text: &str, width: f32) -> (String, f32) {
    // No more letters than fit into any frame: files may hold names of any length.
    const MOST: usize = 1024;
    let letters: Vec<char> = text.chars().take(MOST).collect();
    if letters.len() < MOST {
        let whole = pen.width(text);
        if whole <= width {
            return (text.to_owned(), whole);
        }
    }
    let short = |count: usize| letters[..count].iter().collect::<String>().trim_end().to_owned() + "…";
    let (mut fits, mut too_long) = (0, letters.len());
    while too_long - fits > 1 {
        let middle = usize::midpoint(fits, too_long);
        if pen.width(&short(middle)) <= width {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    let text = short(fits);
    let reach = pen.width(&text);
    if reach <= width { (text, reach) } else { (String::new(), 0.0) }
}

/// Draws the words at the map's edges; of two that would touch, the second is left out.
pub fn draw_edge_labels(canvas: &mut Canvas, layout: &Layout, labels: &EdgeLabels) {
    let pen = Pen::regular(layout.pixels(11.0));
    let gap = layout.pixels(6.0);
    let mut free_from = f32::MIN;
    let mut left = canvas.part(layout.left);
    for label in &labels.left {
        let baseline = label.at + pen.cap_height() / 2.0;
        let top = baseline - pen.cap_height();
        if top >= free_from.max(0.0) && baseline <= layout.left.height as f32 {
            let x = layout.left.width as f32 - pen.width(&label.text) - gap;
            pen.draw(&mut left, x, baseline, &label.text, FAINT);
            free_from = baseline + gap;
        }
    }
    let mut free_from = f32::MIN;
    let mut below = canvas.part(layout.below);
    for label in &labels.below {
        let half = pen.width(&label.text) / 2.0;
        let (start, end) = (label.at - half, label.at + half);
        if start >= free_from.max(0.0) && end <= layout.below.width as f32 {
            pen.draw(&mut below, start, layout.pixels(13.0), &label.text, FAINT);
            free_from = end + gap;
        }
    }
}

/// Draws a fine border where the map meets the margins.
pub fn draw_border(canvas: &mut Canvas, layout: &Layout) {
    let map = layout.map;
    let line = layout.pixels(1.0).round().max(1.0) as u32;
    let faint = Rgba::opaque([150, 156, 164]);
    if layout.left.width > 0 {
        let x = map.x.saturating_sub(line);
        canvas.cover(PixelRect { x, y: map.y, width: line, height: map.height }, faint);
    }
    let start = map.x.saturating_sub(line);
    let width = map.right() - start;
    if layout.title.height > 0 {
        canvas.cover(PixelRect { x: start, y: map.y.saturating_sub(line), width, height: line }, faint);
    }
    if layout.below.height > 0 {
        canvas.cover(PixelRect { x: start, y: map.bottom(), width, height: line }, faint);
    }
}

/// Draws what the picture lacks, in the map's upper left corner.
pub fn draw_notes(canvas: &mut Canvas, layout: &Layout, caption: &Caption, language: Language) {
    let mut map = canvas.part(layout.map);
    let pen = Pen::bold(layout.pixels(12.0));
    let (pad, line) = (layout.pixels(8.0), layout.pixels(22.0));
    let mut top = layout.pixels(8.0);
    for note in &caption.notes {
        let (text, width) = shortened(&pen, &note.in_language(language), layout.map.width as f32 - 4.0 * pad);
        let back = PixelRect { x: pad as u32, y: top as u32, width: (width + 2.0 * pad) as u32, height: line as u32 };
        map.cover(back, PAPER.at(0.88));
        pen.draw(&mut map, pad * 2.0, top + line / 2.0 + pen.cap_height() / 2.0, &text, INK);
        top += line + layout.pixels(4.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_end_in_an_ellipsis_within_their_width() {
        let pen = Pen::regular(14.0);
        let (text, width) = shortened(&pen, "Humidité relative (%) + hauteur géopotentielle (dam)", 120.0);
        assert!(text.ends_with('…') && width <= 120.0, "{text} {width}");
        assert_eq!(shortened(&pen, "500 hPa", 400.0).0, "500 hPa");
        assert_eq!(shortened(&pen, "500 hPa", 2.0), (String::new(), 0.0));
        let (text, width) = shortened(&pen, &"m".repeat(1_000_000), 120.0);
        assert!(text.ends_with("m…") && (100.0..=120.0).contains(&width), "{text} {width}");
    }
}
