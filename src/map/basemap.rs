//! The map itself: ocean, land and lakes below the weather; coasts, borders and provinces above it.

use super::View;
use super::layers::{Scale, Theme, outlines};
use super::trace::Tracer;
use crate::raster::{Canvas, Dashes, Fill, Layer, Mask, Rgba, Spans};

/// Beside the Earth.
const PAGE: Rgba = Rgba::opaque([250, 250, 249]);
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
    let (mut fill, mut mask) = (Fill::new(width, height), Mask::new(width, height));
    match tracer.earth() {
        Some(earth) => {
            canvas.fill(PAGE);
            fill.ring(&earth);
            fill.drain_into(&mut mask);
            mask.paint(&mut canvas, OCEAN, 1.0);
        }
        None => canvas.fill(OCEAN),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Earth, PolarStereographic, Projection, RotatedPole};
    use crate::map::region;

    /// The colour of the ground at a position.
    fn ground_at(view: &View, basemap: &Basemap, lon: f64, lat: f64) -> Option<Rgba> {
        let (x, y) = view.to_pixel(lon, lat)?;
        let [width, height] = view.size.map(f64::from);
        if !((0.0..width).contains(&x) && (0.0..height).contains(&y)) {
            return None;
        }
        let at = (y as usize * view.size[0] as usize + x as usize) * 4;
        Some(Rgba::opaque([basemap.ground[at], basemap.ground[at + 1], basemap.ground[at + 2]]))
    }

    /// Places far from any coast: each view must show them as what they are.
    fn check(view: &View, least: usize) {
        let places = [
            (-100.0, 55.0, LAND),
            (-100.0, 40.0, LAND),
            (-42.0, 72.0, LAND),
            (25.0, 48.0, LAND),
            (67.0, 35.0, LAND),
            (100.0, 62.0, LAND),
            (134.0, -25.0, LAND),
            (-60.0, -10.0, LAND),
            (178.0, 67.5, LAND),
            (-178.5, 67.5, LAND),
            (0.0, -82.0, LAND),
            (-87.5, 47.6, LAKE),
            (51.0, 41.5, OCEAN),
            (-40.0, 35.0, OCEAN),
            (-150.0, 45.0, OCEAN),
            (179.0, 30.0, OCEAN),
            (-179.0, 30.0, OCEAN),
            (-20.0, -40.0, OCEAN),
            (-30.0, 86.0, OCEAN),
            (-86.0, 60.0, OCEAN),
        ];
        let basemap = Basemap::new(view);
        let mut seen = 0;
        for (lon, lat, expected) in places {
            if let Some(found) = ground_at(view, &basemap, lon, lat) {
                assert_eq!(found, expected, "{lon} {lat} in {:?}", view.projection);
                seen += 1;
            }
        }
        assert!(seen >= least, "{seen} places seen");
    }

    #[test]
    fn land_and_water_lie_where_they_are_in_every_region() {
        for (id, least) in [("canada", 4), ("north-america", 5), ("north", 10), ("global", 20)] {
            check(&region(id).expect("a region").view([800, 500], 1.0, None), least);
        }
    }

    #[test]
    fn land_and_water_lie_where_they_are_about_any_pole_and_meridian() {
        let degrees = |projection| View {
            projection,
            centre: (0.0, 0.0),
            units_per_pixel: 0.45,
            size: [800, 400],
            pixels_per_point: 1.0,
        };
        // A rotated pole over land (the outline of Eurasia runs round it), one over the sea, one over the true pole.
        for (lat, lon) in [(36.1, 65.0), (39.25, -162.0), (90.0, 0.0), (-20.0, 134.0)] {
            check(&degrees(Projection::RotatedPole(RotatedPole::new(lat, lon, 0.0))), 19);
        }
        for central_longitude in [-90.0, 150.0, 180.0] {
            let projection = Projection::PlateCarree { central_longitude };
            check(&View { centre: (central_longitude, 0.0), ..degrees(projection) }, 20);
        }
        let south = PolarStereographic::true_at(true, -60.0, 0.0, Earth::sphere(6_371_229.0)).expect("a projection");
        check(&View { units_per_pixel: 40_000.0, ..degrees(Projection::PolarStereographic(south)) }, 4);
    }

    #[test]
    fn beside_the_earth_there_is_only_the_page() {
        let view = region("global").expect("a region").view([800, 600], 1.0, None);
        let basemap = Basemap::new(&view);
        assert_eq!(basemap.ground[..3], [PAGE.red, PAGE.green, PAGE.blue]);
    }
}
