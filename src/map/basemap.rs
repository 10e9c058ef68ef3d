//! The map itself: ocean, land and lakes below the weather; coasts, borders and provinces above it.

use super::View;
use super::layers::{Scale, Theme, outlines};
use super::trace::Tracer;
use crate::raster::{Canvas, Dashes, Fill, Layer, Mask, Rgba, Spans};

const OCEAN: Rgba = Rgba::opaque([208, 222, 234]);
const LAND: Rgba = Rgba::opaque([246, 243, 235]);
const LAKE: Rgba = Rgba::opaque([196, 214, 230]);

/// One kind of line: weights that recede behind the weather, coasts heaviest.
struct Pen {
    theme: Theme,
    /// In points.
    width: f32,
    colour: Rgba,
    dashed: bool,
    closed: bool,
}

/// From the bottom up.
const PENS: [Pen; 5] = [
    Pen { theme: Theme::States, width: 0.8, colour: pen([112, 104, 110], 170), dashed: false, closed: false },
    Pen { theme: Theme::Lakes, width: 0.7, colour: pen([66, 84, 104], 200), dashed: false, closed: true },
    Pen { theme: Theme::Disputed, width: 1.0, colour: pen([72, 62, 72], 210), dashed: true, closed: false },
    Pen { theme: Theme::Borders, width: 1.2, colour: pen([72, 62, 72], 225), dashed: false, closed: false },
    Pen { theme: Theme::Coast, width: 1.1, colour: pen([38, 52, 68], 235), dashed: false, closed: false },
];

const fn pen([red, green, blue]: [u8; 3], alpha: u8) -> Rgba {
    Rgba { red, green, blue, alpha }
}

/// The basemap of one view.
#[derive(Clone, Debug)]
pub struct Basemap {
    /// Opaque RGBA of the map rectangle: what lies under the weather.
    pub ground: Vec<u8>,
    /// Lines over the weather.
    pub lines: Spans,
}

impl Basemap {
    /// Draws the basemap of a view. Pure, and the same on any machine with the same mathematical library.
    #[must_use]
    pub fn new(view: &View) -> Self {
        let tracer = Tracer::new(view);
        let scale = Scale::at(view.degrees_per_pixel() * f64::from(view.pixels_per_point));
        let (ground, lines) = rayon::join(|| ground(view, &tracer, scale), || lines(view, &tracer, scale));
        Self { ground, lines }
    }

    /// How many bytes this keeps in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.ground.len() + self.lines.bytes()
    }
}

fn ground(view: &View, tracer: &Tracer, scale: Scale) -> Vec<u8> {
    let [width, height] = view.size;
    let mut pixels = vec![0; width as usize * height as usize * 4];
    let mut canvas = Canvas::new(&mut pixels, width, height);
    canvas.fill(OCEAN);
    let (mut fill, mut mask) = (Fill::new(width, height), Mask::new(width, height));
    for (theme, colour) in [(Theme::Land, LAND), (Theme::Lakes, LAKE)] {
        for ring in outlines(theme, scale).parts() {
            tracer.ring(ring, |pixels| fill.ring(pixels));
        }
        fill.drain_into(&mut mask);
        mask.paint(&mut canvas, colour, 1.0);
    }
    pixels
}

fn lines(view: &View, tracer: &Tracer, scale: Scale) -> Spans {
    let [width, height] = view.size;
    let (mut layer, mut mask) = (Layer::new(width, height), Mask::new(width, height));
    let points = view.pixels_per_point;
    let dashes = Dashes { on: 5.0 * points, off: 3.5 * points };
    for pen in &PENS {
        let mut draw = |line: &[(f32, f32)]| {
            if pen.dashed {
                mask.stroke_dashed(line, pen.width * points, dashes);
            } else {
                mask.stroke(line, pen.width * points);
            }
        };
        let mut ring = Vec::new();
        for part in outlines(pen.theme, scale).parts() {
            if pen.closed {
                ring.clear();
                ring.extend_from_slice(part);
                ring.extend(part.first());
                tracer.line(&ring, &mut draw);
            } else {
                tracer.line(part, &mut draw);
            }
        }
        layer.paint(&mut mask, pen.colour);
    }
    layer.into_spans()
}
