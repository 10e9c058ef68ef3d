//! The painter: fields, style and view to a frame. Pure: the same input gives the same bytes.
//!
//! Order on the frame: ground, bands, the basemap's lines, isolines, their labels, what stands around the map.

mod bands;
mod caption;
mod circle;
mod frame;
mod furniture;
mod isolines;
mod labels;
mod layout;
mod legend;
mod lines;
mod png;
mod prepared;
#[cfg(test)]
mod reference_tests;
mod shades;
#[cfg(test)]
mod tests;

use ndarray::{Array2, CowArray, Ix2};

use crate::map::{Memory, Sampler};
use crate::product::BandStyle;
use crate::raster::{Canvas, Mask};
use crate::text::Bilingual;

pub use caption::{Caption, CaptionNote, Interval};
pub use frame::Frame;
pub use layout::Layout;
pub use prepared::Prepared;

/// A field to be drawn: the values of its sampler's window, in the unit shown, missing ones NaN.
#[derive(Clone, Copy)]
pub struct Layer<'a> {
    pub values: &'a Array2<f32>,
    pub sampler: &'a Sampler,
    /// Its name in a note.
    pub short: &'a Bilingual,
}

/// What one frame shows. A layer that the style does not know is not drawn.
pub struct Scene<'a> {
    pub bands: Option<Layer<'a>>,
    pub lines: Option<Layer<'a>>,
    pub caption: Caption,
}

/// Memory that a painter needs for the length of a frame. One for each thread, used again.
#[derive(Default)]
pub struct Scratch {
    memory: Memory,
    circle: circle::Circle,
    bands: bands::BandScratch,
    mask: Mask,
}

/// Points between the nodes of the lattice on which isolines are traced: 3 ms for 1600 × 1000 pixels, at half of it 12.
const LATTICE_STEP: f32 = 4.0;

/// Paints one frame. `pixels` is a buffer of any length, used again for the frame's own.
#[must_use]
pub fn paint(prepared: &Prepared, scene: &Scene, scratch: &mut Scratch, mut pixels: Vec<u8>) -> Frame {
    let layout = prepared.layout();
    let mut caption = scene.caption.clone();
    pixels.resize(prepared.base().len(), 255);
    let mut canvas = Canvas::new(&mut pixels, layout.size[0], layout.size[1]);
    match (&scene.bands, prepared.shades()) {
        (Some(_), Some(_)) => copy_margins(&mut canvas, prepared),
        _ => canvas.copy_from(prepared.base()),
    }
    {
        let mut map = canvas.part(layout.map);
        if let (Some(layer), Some(shades)) = (scene.bands, prepared.shades()) {
            let Scratch { memory, bands, circle, .. } = scratch;
            let values = layer.values.as_standard_layout();
            let cycle = prepared.style().bands.as_ref().and_then(|bands| bands.table.cycle);
            let painted = if let Some(cycle) = cycle {
                let first = shades.first_bound();
                let mut field = circle.ready(layer.sampler, slice_of(&values), [first, cycle], memory);
                bands::paint(&mut map, prepared.ground(), shades, bands, |y, row| field.row(y, row))
            } else {
                let field = layer.sampler.ready(slice_of(&values), memory);
                bands::paint(&mut map, prepared.ground(), shades, bands, |y, row| field.row(y, row))
            };
            if !painted.values {
                caption.notes.push(CaptionNote::NoValues { short: layer.short.clone() });
            } else if !painted.colours && scene.lines.is_none() {
                caption.notes.extend(prepared.style().bands.as_ref().and_then(|style| undrawn(layer.short, style)));
            }
        }
        for overlay in prepared.overlays() {
            overlay.blend(&mut map);
        }
        if let (Some(layer), Some(style)) = (scene.lines, prepared.line_style()) {
            let step = (LATTICE_STEP * layout.pixels_per_point).round().max(2.0) as u32;
            let lattice =
                layer.sampler.lattice(slice_of(&layer.values.as_standard_layout()), step, &mut scratch.memory);
            let seen = lattice.values.iter().any(|value| !value.is_nan());
            caption.notes.extend((!seen).then(|| CaptionNote::NoValues { short: layer.short.clone() }));
            let spacing = lines::draw(&mut map, prepared, style, &lattice, &mut scratch.mask);
            prepared.draw_line_legend(&mut canvas, spacing);
            caption.interval = (spacing.interval != style.interval)
                .then(|| Interval { value: spacing.interval, unit_label: style.unit_label.clone() });
        }
    }
    furniture::draw_title(&mut canvas, layout, &caption, prepared.language());
    furniture::draw_notes(&mut canvas, layout, &caption, prepared.language());
    Frame { size: layout.size, pixels, map: layout.map, view: prepared.view().clone(), caption }
}

/// That all values in view lie where the colours of a table end.
fn undrawn(short: &Bilingual, style: &BandStyle) -> Option<CaptionNote> {
    let (table, short) = (&style.table, short.clone());
    let bound = |value: &f32| Interval { value: *value, unit_label: style.unit_label.clone() };
    match (table.under, table.over) {
        (false, true) => Some(CaptionNote::AllBelow { short, bound: bound(table.bounds.first()?) }),
        (true, false) => Some(CaptionNote::AllAbove { short, bound: bound(table.bounds.last()?) }),
        _ => None,
    }
}

/// Copies all of the base but the map, which the bands are going to cover.
fn copy_margins(canvas: &mut Canvas, prepared: &Prepared) {
    let map = prepared.layout().map;
    let [first, last] = [map.x, map.right()].map(|x| x as usize * 4);
    let (top, bottom) = (map.y as usize, map.bottom() as usize);
    for (y, source) in prepared.rows().enumerate() {
        let row = canvas.row_mut(y);
        if (top..bottom).contains(&y) {
            row[..first].copy_from_slice(&source[..first]);
            row[last..].copy_from_slice(&source[last..]);
        } else {
            row.copy_from_slice(source);
        }
    }
}

/// The values of an array in standard layout.
fn slice_of<'a>(values: &'a CowArray<f32, Ix2>) -> &'a [f32] {
    values.as_slice().unwrap_or_default()
}
