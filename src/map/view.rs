//! What part of the Earth a picture shows.

use crate::grid::Projection;

/// A projection, and the rectangle of it that fills the map.
///
/// Pixels count from the top left corner of the map rectangle; the centre of the first is at (0.5, 0.5).
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub projection: Projection,
    /// In the projection's units.
    pub centre: (f64, f64),
    /// Projection units (metres, or degrees) a pixel.
    pub units_per_pixel: f64,
    /// Of the map rectangle, in physical pixels.
    pub size: [u32; 2],
    pub pixels_per_point: f32,
}

/// Degrees a pixel: no closer than the basemap can bear, no farther than the whole Earth on a small picture.
const ZOOM: (f64, f64) = (0.0005, 1.2);

const METRES_PER_DEGREE: f64 = 111_194.9;

impl View {
    /// Where a position falls, also beside the rectangle; `None` where the projection does not show it.
    #[must_use]
    pub fn to_pixel(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        self.projection.forward(lon, lat).map(|at| self.pixel_of(at))
    }

    /// Longitude and latitude of a pixel; `None` beside the Earth.
    #[must_use]
    pub fn to_lon_lat(&self, px: f64, py: f64) -> Option<(f64, f64)> {
        let (x, y) = self.units_at(px, py);
        self.projection.inverse(x, y)
    }

    /// The pixel at a point of the projection.
    #[must_use]
    pub fn pixel_of(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let [width, height] = self.size.map(f64::from);
        (
            width / 2.0 + (x - self.centre.0) / self.units_per_pixel,
            height / 2.0 - (y - self.centre.1) / self.units_per_pixel,
        )
    }

    /// The point of the projection at a pixel.
    #[must_use]
    pub fn units_at(&self, px: f64, py: f64) -> (f64, f64) {
        let [width, height] = self.size.map(f64::from);
        (
            self.centre.0 + (px - width / 2.0) * self.units_per_pixel,
            self.centre.1 + (height / 2.0 - py) * self.units_per_pixel,
        )
    }

    /// Moves the picture's content by pixels, to the right and down. A plate carrée world rolls; its seam stays opposite.
    #[must_use]
    pub fn panned(&self, dx: f64, dy: f64) -> Self {
        let [width, height] = self.size.map(f64::from);
        self.centred_on(self.units_at(width / 2.0 - dx, height / 2.0 - dy))
    }

    /// Magnifies (above 1) or shrinks; what lies at `about` stays there. Within limits.
    #[must_use]
    pub fn zoomed(&self, factor: f64, about: (f64, f64)) -> Self {
        if !(factor.is_finite() && factor > 0.0) {
            return self.clone();
        }
        let unit = self.degrees_per_unit();
        let nearest = self.units_per_pixel.min(ZOOM.0 / unit);
        let farthest = self.units_per_pixel.max(ZOOM.1 / unit);
        let units_per_pixel = (self.units_per_pixel / factor).clamp(nearest, farthest);
        let (x, y) = self.units_at(about.0, about.1);
        let kept = units_per_pixel / self.units_per_pixel;
        let centre = (x + (self.centre.0 - x) * kept, y + (self.centre.1 - y) * kept);
        Self { units_per_pixel, ..self.clone() }.centred_on(centre)
    }

    /// For a map rectangle of another size: the same place in the middle, the same share of the picture.
    #[must_use]
    pub fn resized(&self, size: [u32; 2], pixels_per_point: f32) -> Self {
        let area = |size: [u32; 2]| f64::from(size[0].max(1)) * f64::from(size[1].max(1));
        let units_per_pixel = self.units_per_pixel * (area(self.size) / area(size)).sqrt();
        Self { units_per_pixel, size, pixels_per_point, ..self.clone() }
    }

    /// How many degrees of a great circle one pixel is worth about the middle.
    #[must_use]
    pub fn degrees_per_pixel(&self) -> f64 {
        self.units_per_pixel * self.degrees_per_unit()
    }

    fn degrees_per_unit(&self) -> f64 {
        if self.projection.is_in_degrees() {
            return 1.0;
        }
        let (x, y) = self.centre;
        let step = 1000.0;
        let ends = self.projection.inverse(x, y - step).zip(self.projection.inverse(x, y + step));
        match ends {
            Some((a, b)) => angle(a, b) / (2.0 * step),
            None => METRES_PER_DEGREE.recip(),
        }
    }

    /// Unless that lies beside the Earth: then it stays where it is.
    fn centred_on(&self, (x, y): (f64, f64)) -> Self {
        let mut moved = self.clone();
        if let Projection::PlateCarree { central_longitude } = &mut moved.projection {
            *central_longitude = x;
        }
        let y = if self.projection.is_in_degrees() { y.clamp(-90.0, 90.0) } else { y };
        if moved.projection.inverse(x, y).is_none() {
            return self.clone();
        }
        moved.centre = (x, y);
        moved
    }
}

/// Degrees of a great circle between two positions.
fn angle(a: (f64, f64), b: (f64, f64)) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let part = half(b.1 - a.1) + a.1.to_radians().cos() * b.1.to_radians().cos() * half(b.0 - a.0);
    2.0 * part.sqrt().min(1.0).asin().to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::region;

    fn view(id: &str) -> View {
        region(id).expect("a bundled region").view([1600, 1000], 1.0, None)
    }

    #[test]
    fn pixels_and_positions_are_each_others_inverse() {
        for id in ["canada", "west", "north", "global"] {
            let view = view(id);
            for (px, py) in [(800.0, 500.0), (700.3, 420.9), (900.0, 600.0)] {
                let (lon, lat) = view.to_lon_lat(px, py).expect("on the Earth");
                let (x, y) = view.to_pixel(lon, lat).expect("on the map");
                assert!((x - px).abs() < 1e-6 && (y - py).abs() < 1e-6, "{id}: {x} {y}");
            }
        }
    }

    #[test]
    fn the_point_under_the_hand_stays_under_the_hand() {
        let view = view("canada");
        let about = (310.0, 640.0);
        let before = view.to_lon_lat(about.0, about.1).expect("on the Earth");
        let after = view.zoomed(2.5, about).to_lon_lat(about.0, about.1).expect("on the Earth");
        assert!((before.0 - after.0).abs() < 1e-9 && (before.1 - after.1).abs() < 1e-9);
        let moved = view.panned(37.0, -12.0);
        let (x, y) = moved.to_pixel(before.0, before.1).expect("on the map");
        assert!((x - about.0 - 37.0).abs() < 1e-6 && (y - about.1 + 12.0).abs() < 1e-6);
    }

    #[test]
    fn zooming_ends_somewhere_on_both_sides() {
        let (mut near, mut far) = (view("canada"), view("global"));
        for _ in 0..100 {
            near = near.zoomed(1.5, (800.0, 500.0));
            far = far.zoomed(0.7, (800.0, 500.0));
        }
        assert!((near.degrees_per_pixel() / ZOOM.0 - 1.0).abs() < 0.05, "{}", near.degrees_per_pixel());
        assert!((far.degrees_per_pixel() - ZOOM.1).abs() < 1e-9);
        assert_eq!(view("west").zoomed(f64::NAN, (0.0, 0.0)), view("west"));
    }

    #[test]
    fn the_world_rolls_and_never_leaves_the_picture() {
        let moved = view("global").panned(-800.0, 5000.0);
        let (lon, lat) = moved.to_lon_lat(800.0, 500.0).expect("the middle is on the Earth");
        assert!((lon - -180.0).abs() < 1e-9 || (lon - 180.0).abs() < 1e-9);
        assert!((lat - 90.0).abs() < 1e-9);
        assert!(moved.to_lon_lat(1.0, 700.0).is_some() && moved.to_lon_lat(1599.0, 700.0).is_some());
    }

    #[test]
    fn a_window_made_smaller_and_large_again_shows_the_same() {
        let view = view("canada");
        let back = view.resized([800, 900], 1.0).resized([1600, 1000], 1.0);
        assert!((back.units_per_pixel / view.units_per_pixel - 1.0).abs() < 1e-12);
    }
}
