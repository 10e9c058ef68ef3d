//! The painter: fields, style and view to a frame. Pure: the same input gives the same bytes.
//!
//! Order on the frame: ground, bands, the basemap's lines, isolines, their labels, what stands around the map.

mod bands;
mod caption;
mod frame;
mod furniture;
mod isolines;
mod labels;
mod lattice;
mod layout;
mod legend;
mod lines;
mod png;
mod prepared;
mod shades;

use ndarray::Array2;

use crate::raster::{Canvas, Mask};

pub use bands::Refined;
pub use caption::{Caption, CaptionNote, Interval};
pub use frame::Frame;
pub use furniture::{EdgeLabel, EdgeLabels};
pub use lattice::LatticeMap;
pub use layout::Layout;
pub use prepared::{Backdrop, Prepared};

/// How a cut field reaches the pixels of a map.
pub trait Sampling {
    /// The field along one row of pixels, from its refined form; NaN outside of the field.
    fn row(&self, y: usize, field: &Refined, values: &mut [f32]);

    /// Where the nodes of the picture's lattice lie in the cut field.
    fn lattice(&self) -> &LatticeMap;
}

/// A field to be drawn: the part of it that the map's sampler covers, in the unit shown.
#[derive(Clone, Copy)]
pub struct Layer<'a> {
    pub values: &'a Array2<f32>,
    pub sampling: &'a dyn Sampling,
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
    refined: Refined,
    bands: bands::BandScratch,
    lattice: lattice::Lattice,
    mask: Mask,
}

/// Paints one frame. `pixels` is a buffer of any length, used again for the frame's own.
#[must_use]
pub fn paint(prepared: &Prepared, scene: &Scene, scratch: &mut Scratch, mut pixels: Vec<u8>) -> Frame {
    let layout = prepared.layout();
    let mut caption = scene.caption.clone();
    pixels.resize(prepared.base().len(), 255);
    let mut canvas = Canvas::new(&mut pixels, layout.size[0], layout.size[1]);
    canvas.copy_from(prepared.base());
    {
        let mut map = canvas.part(layout.map);
        if let (Some(layer), Some(shades)) = (scene.bands, prepared.shades()) {
            scratch.refined.refine(layer.values.view());
            let Scratch { refined, bands, .. } = scratch;
            bands::paint(&mut map, shades, bands, |y, row| layer.sampling.row(y, refined, row));
        }
        prepared.overlay().blend(&mut map);
        if let (Some(layer), Some(style)) = (scene.lines, prepared.line_style()) {
            scratch.lattice.sample(layer.sampling.lattice(), layer.values.view());
            let interval = lines::draw(&mut map, prepared, style, &scratch.lattice, &mut scratch.mask);
            prepared.draw_line_legend(&mut canvas, interval);
            caption.interval = (interval != style.interval)
                .then(|| Interval { value: interval, unit_label: style.unit_label.clone() });
        }
    }
    furniture::draw_title(&mut canvas, layout, &caption, prepared.language());
    furniture::draw_notes(&mut canvas, layout, &caption, prepared.language());
    Frame { size: layout.size, pixels, map: layout.map, view: prepared.view().clone(), caption }
}
