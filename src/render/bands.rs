//! Bands of colour: the field sampled at every pixel and looked up by value and gradient.

use super::shades::Shades;
use crate::raster::Canvas;

/// The memory that painting bands needs, used again for every frame.
#[derive(Default)]
pub struct BandScratch {
    /// Sampled rows: the one above, the one being painted, the one below.
    rows: [Vec<f32>; 3],
    places: Vec<u32>,
}

/// What there was to paint.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Painted {
    /// The field has values here.
    pub values: bool,
    /// Some of them lie in classes that are drawn.
    pub colours: bool,
}

/// Paints the canvas with the bands of a field over the ground, which gives its rows of pixels from the top. `sample` gives
/// the field's values along one row of pixels, NaN where it has none.
pub fn paint<'g>(
    canvas: &mut Canvas,
    ground: impl Iterator<Item = &'g [u8]>,
    shades: &Shades,
    scratch: &mut BandScratch,
    mut sample: impl FnMut(usize, &mut [f32]),
) -> Painted {
    let (width, height) = (canvas.width(), canvas.height());
    if width == 0 || height == 0 {
        return Painted::default();
    }
    for row in &mut scratch.rows {
        row.clear();
        row.resize(width, f32::NAN);
    }
    scratch.places.resize(width, 0);
    sample(0, &mut scratch.rows[1]);
    let mut painted = Painted::default();
    for (y, ground) in ground.enumerate().take(height) {
        let last = y + 1 == height;
        if !last {
            sample(y + 1, &mut scratch.rows[2]);
        }
        let [above, row, below] = &scratch.rows;
        painted.values = painted.values || row.iter().any(|value| !value.is_nan());
        let above = if y == 0 { row } else { above };
        let below = if last { row } else { below };
        let reach = if y == 0 || last { 1.0 } else { 2.0 };
        shades.places([above, row, below], reach, &mut scratch.places);
        painted.colours |= shades.lay(&scratch.places, ground, canvas.row_mut(y));
        scratch.rows.rotate_left(1);
    }
    painted
}
