//! Meridians and parallels, and where their labels stand.

use super::View;
use super::trace::Tracer;
use crate::text::{self, Language};

/// What a line of the graticule is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Circle {
    /// At this longitude, -180 to 180.
    Meridian(f64),
    /// At this latitude.
    Parallel(f64),
}

/// A label at an edge of the map rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anchor {
    pub circle: Circle,
    /// Pixels along the edge: from the top for the left edge, from the left for the lower one.
    pub at: f32,
}

/// The graticule of a view.
#[derive(Clone, Debug, Default)]
pub struct Graticule {
    /// In pixels of the map rectangle, to be dashed.
    pub lines: Vec<Vec<(f32, f32)>>,
    /// Parallels that reach the left edge, from the top down.
    pub left: Vec<Anchor>,
    /// Meridians that reach the lower edge, from the left.
    pub below: Vec<Anchor>,
}

impl Graticule {
    /// Lines at round degrees, about eight across the map.
    #[must_use]
    pub fn new(view: &View) -> Self {
        let Some(extent) = Extent::of(view) else { return Self::default() };
        let tracer = Tracer::new(view);
        let wanted = view.degrees_per_pixel() * f64::from(view.size[0].max(view.size[1])) / 8.0;
        let parallels = round_step(wanted);
        let steepest = extent.middle_latitude().abs().min(80.0).to_radians().cos();
        let meridians = if extent.pole { 30.0 } else { round_step(wanted / steepest).max(parallels) };
        let mut graticule = Self::default();
        for lat in multiples(parallels, extent.south, extent.north).filter(|lat| lat.abs() < 89.99) {
            let line = along(extent.west, extent.east, |lon| (lon as f32, lat as f32));
            graticule.add(Circle::Parallel(lat), &line, &tracer, view);
        }
        // Meridians end short of the poles, where they would run into a blot.
        let ends = (extent.south.max(parallels - 90.0), extent.north.min(90.0 - parallels));
        let once = extent.east.min(extent.west + 360.0 - meridians * 0.5);
        for lon in multiples(meridians, extent.west, once) {
            let line = along(ends.0, ends.1, |lat| (lon as f32, lat as f32));
            graticule.add(Circle::Meridian(crate::grid::wrap(lon)), &line, &tracer, view);
        }
        graticule.left.sort_by(|a, b| a.at.total_cmp(&b.at));
        graticule.below.sort_by(|a, b| a.at.total_cmp(&b.at));
        graticule
    }

    /// Keeps a line and finds its labels: a parallel at the left edge, a meridian at the lower one; where it does not
    /// reach its own edge, at the other.
    fn add(&mut self, circle: Circle, line: &[(f32, f32)], tracer: &Tracer, view: &View) {
        let [width, height] = view.size.map(|n| n as f32);
        let (mut left, mut below) = (Vec::new(), Vec::new());
        let mut lowest: Option<(f32, f32)> = None;
        tracer.line(line, |pixels| {
            for pair in pixels.windows(2) {
                let &[(ax, ay), (bx, by)] = pair else { continue };
                left.extend(cross(ax, bx, ay, by, 0.5).filter(|at| (0.0..=height).contains(at)));
                below.extend(cross(ay, by, ax, bx, height - 0.5).filter(|at| (0.0..=width).contains(at)));
            }
            let inside = pixels.iter().filter(|p| (0.0..=width).contains(&p.0) && (0.0..=height).contains(&p.1));
            lowest = inside.chain(&lowest).copied().max_by(|a, b| a.1.total_cmp(&b.1));
            self.lines.push(pixels.to_vec());
        });
        // The lower end of the world may lie above the edge: its meridians are labelled below it all the same.
        if let (Circle::Meridian(_), true, true, Some((x, _))) =
            (circle, below.is_empty(), view.projection.is_in_degrees(), lowest)
        {
            below.push(x);
        }
        let own_first = match circle {
            Circle::Parallel(_) => !left.is_empty(),
            Circle::Meridian(_) => below.is_empty(),
        };
        let anchors = |list: Vec<f32>| list.into_iter().map(move |at| Anchor { circle, at });
        if own_first {
            self.left.extend(anchors(left));
        } else {
            self.below.extend(anchors(below));
        }
    }
}

/// A circle's degrees as they stand on maps: `140°W`, in French `140°O`; `50°N`; `0°` and `180°` without a letter.
#[must_use]
pub fn label(circle: Circle, language: Language) -> String {
    let (degrees, key) = match circle {
        Circle::Meridian(lon) if lon.abs() > 179.999 => return "180°".to_owned(),
        Circle::Meridian(lon) => (lon, if lon < 0.0 { "compass.west" } else { "compass.east" }),
        Circle::Parallel(lat) => (lat, if lat < 0.0 { "compass.south" } else { "compass.north" }),
    };
    let rounded = (degrees.abs() * 100.0).round() / 100.0;
    let number = match language {
        Language::English => rounded.to_string(),
        Language::French => rounded.to_string().replace('.', ","),
    };
    if rounded == 0.0 { "0°".to_owned() } else { format!("{number}°{}", text::say(language, key)) }
}

/// Where a piece from `a` to `b` passes `edge`, as the other coordinate there; a piece that ends on it passes once.
fn cross(a: f32, b: f32, other_a: f32, other_b: f32, edge: f32) -> Option<f32> {
    ((a < edge) != (b < edge)).then(|| other_a + (other_b - other_a) * (edge - a) / (b - a))
}

fn multiples(step: f64, from: f64, to: f64) -> impl Iterator<Item = f64> {
    let (first, last) = ((from / step - 1e-9).ceil() as i64, (to / step + 1e-9).floor() as i64);
    (first..=last).map(move |n| n as f64 * step)
}

fn along(from: f64, to: f64, point: impl Fn(f64) -> (f32, f32)) -> Vec<(f32, f32)> {
    let pieces = ((to - from) / 0.5).ceil().clamp(2.0, 1000.0) as usize;
    (0..=pieces).map(|n| point(from + (to - from) * n as f64 / pieces as f64)).collect()
}

/// The least round number of degrees that is not under `wanted`.
fn round_step(wanted: f64) -> f64 {
    const STEPS: [f64; 10] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0];
    STEPS.into_iter().find(|step| *step >= wanted * 0.8).unwrap_or(30.0)
}

/// The degrees that a view shows.
struct Extent {
    west: f64,
    east: f64,
    south: f64,
    north: f64,
    /// A pole is in view.
    pole: bool,
}

impl Extent {
    fn of(view: &View) -> Option<Self> {
        const LATTICE: u32 = 48;
        let [width, height] = view.size.map(f64::from);
        let middle = (0..=8)
            .find_map(|n| view.to_lon_lat(width * 0.5, height * (0.5 + f64::from(n) / 16.0)))
            .or_else(|| view.to_lon_lat(width * 0.5, height * 0.25))?
            .0;
        let mut extent = Self { west: f64::MAX, east: f64::MIN, south: f64::MAX, north: f64::MIN, pole: false };
        for j in 0..=LATTICE {
            for i in 0..=LATTICE {
                let at = |n: u32, size: f64| size * f64::from(n) / f64::from(LATTICE);
                let Some((lon, lat)) = view.to_lon_lat(at(i, width), at(j, height)) else { continue };
                let lon = middle + crate::grid::wrap(lon - middle);
                extent = Self {
                    west: extent.west.min(lon),
                    east: extent.east.max(lon),
                    south: extent.south.min(lat),
                    north: extent.north.max(lat),
                    ..extent
                };
            }
        }
        let shows = |lat: f64| {
            view.to_pixel(middle, lat).is_some_and(|(x, y)| (0.0..=width).contains(&x) && (0.0..=height).contains(&y))
        };
        let around = !view.projection.is_in_degrees();
        if !around && extent.east - extent.west > 330.0 {
            (extent.west, extent.east) = (middle - 180.0, middle + 180.0);
        }
        for (pole, lat) in [(90.0, 89.99), (-90.0, -89.99)] {
            if around && shows(lat) {
                extent.pole = true;
                (extent.west, extent.east) = (-180.0, 180.0);
                if pole > 0.0 {
                    extent.north = 90.0;
                } else {
                    extent.south = -90.0;
                }
            }
        }
        (extent.west <= extent.east).then_some(extent)
    }

    fn middle_latitude(&self) -> f64 {
        0.5 * (self.south + self.north)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_the_language() {
        let check = |circle, english: &str, french: &str| {
            assert_eq!(label(circle, Language::English), english);
            assert_eq!(label(circle, Language::French), french);
        };
        check(Circle::Meridian(-140.0), "140°W", "140°O");
        check(Circle::Meridian(17.5), "17.5°E", "17,5°E");
        check(Circle::Meridian(-180.0), "180°", "180°");
        check(Circle::Meridian(0.0), "0°", "0°");
        check(Circle::Parallel(50.0), "50°N", "50°N");
        check(Circle::Parallel(-30.0), "30°S", "30°S");
    }
}
