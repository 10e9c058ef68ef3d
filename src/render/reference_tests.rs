//! Bands and isolines against contourpy: `tests/data/make_contour_reference.py` says how the reference was made.

use std::collections::BTreeMap;

use ndarray::Array2;
use serde::Deserialize;

use super::bands::{self, BandScratch};
use super::isolines;
use super::shades::Shades;
use crate::grid::{Geometry, Grid, Projection};
use crate::map::{Memory, Sampler, View};
use crate::product::ColourTable;
use crate::raster::Canvas;

#[derive(Deserialize)]
struct Reference {
    step: f64,
    nx: usize,
    ny: usize,
    pixels: f64,
    corner: (f64, f64),
    size: [u32; 2],
    interval: f32,
    bounds: Vec<f32>,
    height: Vec<f32>,
    humidity: Vec<f32>,
    refined: Contours,
    native: Contours,
}

#[derive(Deserialize)]
struct Contours {
    /// For each row of pixels: class, run, class, run …
    classes: Vec<Vec<usize>>,
    lines: Vec<(i64, Vec<f32>)>,
}

impl Contours {
    fn picture(&self) -> Vec<usize> {
        let runs = self.classes.iter().flat_map(|row| row.chunks_exact(2));
        runs.flat_map(|run| std::iter::repeat_n(run[0], run[1])).collect()
    }

    fn lines_by_value(&self) -> BTreeMap<i64, Vec<Vec<(f32, f32)>>> {
        let mut all: BTreeMap<i64, Vec<_>> = BTreeMap::new();
        for (multiple, numbers) in &self.lines {
            all.entry(*multiple).or_default().push(numbers.chunks_exact(2).map(|p| (p[0], p[1])).collect());
        }
        all
    }
}

impl Reference {
    fn read() -> Self {
        serde_json::from_str(include_str!("../../tests/data/contour_reference.json")).expect("the reference is whole")
    }

    fn sampler(&self) -> Sampler {
        let axis = |n: usize, first: f64, step: f64| (0..n).map(|k| first + step * k as f64).collect();
        let (west, north) = (-100.0, 60.0);
        let geometry = Geometry::LatLon { lat: axis(self.ny, north, -self.step), lon: axis(self.nx, west, self.step) };
        let units_per_pixel = self.step / self.pixels;
        let middle = |corner: f64, size: u32| corner * self.step + f64::from(size) / 2.0 * units_per_pixel;
        let view = View {
            projection: Projection::PlateCarree { central_longitude: -95.0 },
            centre: (west + middle(self.corner.0, self.size[0]), north - middle(self.corner.1, self.size[1])),
            units_per_pixel,
            size: self.size,
            pixels_per_point: 1.0,
        };
        Sampler::new(&Grid { ny: self.ny, nx: self.nx, geometry }, &view).expect("the grid lies in the view")
    }

    /// The part of a field that the sampler wants.
    fn cut(&self, sampler: &Sampler, values: &[f32]) -> Array2<f32> {
        let window = sampler.window;
        Array2::from_shape_fn((window.ny, window.nx), |(j, i)| values[(window.j0 + j) * self.nx + window.i0 + i])
    }

    /// The class of every pixel as we draw it: the class whose share of the pixel is the largest.
    fn our_classes(&self) -> Vec<usize> {
        let sampler = self.sampler();
        let shade = |class: usize| (class * 40) as u8;
        let table = ColourTable {
            colours: (0..=self.bounds.len()).map(|class| [shade(class); 3]).collect(),
            bounds: self.bounds.clone(),
            opacity: 1.0,
            under: true,
            over: true,
            cycle: None,
        };
        let (values, mut memory) = (self.cut(&sampler, &self.humidity), Memory::default());
        let field = sampler.ready(values.as_slice().expect("in order"), &mut memory);
        let [width, height] = self.size;
        let mut pixels = vec![0; (width * height * 4) as usize];
        let mut canvas = Canvas::new(&mut pixels, width, height);
        let shades = Shades::new(&table);
        let ground = vec![0; (width * height * 4) as usize];
        let rows = ground.chunks_exact(width as usize * 4);
        bands::paint(&mut canvas, rows, &shades, &mut BandScratch::default(), |y, row| field.row(y, row));
        pixels.chunks_exact(4).map(|pixel| (usize::from(pixel[0]) + 20) / 40).collect()
    }

    fn our_lines(&self) -> BTreeMap<i64, Vec<Vec<(f32, f32)>>> {
        let sampler = self.sampler();
        let values = self.cut(&sampler, &self.height);
        let lattice = sampler.lattice(values.as_slice().expect("in order"), 4, &mut Memory::default());
        let mut all: BTreeMap<i64, Vec<_>> = BTreeMap::new();
        for line in isolines::trace(&lattice, self.interval, 25.0) {
            all.entry(line.multiple).or_default().push(line.points);
        }
        all
    }
}

/// The share of pixels in another class, in %, and how many of them lie farther than a pixel from a band's edge.
fn compare_classes(reference: &Reference, theirs: &[usize]) -> (f64, usize) {
    let ours = reference.our_classes();
    assert_eq!(ours.len(), theirs.len());
    let [width, height] = reference.size.map(|n| n as usize);
    let (mut other, mut far) = (0, 0);
    for (n, (our, their)) in ours.iter().zip(theirs).enumerate().filter(|(_, (our, their))| our != their) {
        assert!(our.abs_diff(*their) <= 1, "pixel {n}: {our} is not {their}");
        other += 1;
        let (x, y) = (n % width, n / width);
        let near = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
        let edge = near.iter().any(|&(x, y)| x < width && y < height && theirs[y * width + x] == *our);
        far += usize::from(!edge);
    }
    (100.0 * f64::from(other) / ours.len() as f64, far)
}

/// Distances from points along one set of lines, half a pixel apart, to the lines of the same value of another.
fn distances(
    from: &BTreeMap<i64, Vec<Vec<(f32, f32)>>>,
    to: &BTreeMap<i64, Vec<Vec<(f32, f32)>>>,
    [width, height]: [u32; 2],
) -> Vec<f32> {
    let mut found = Vec::new();
    for (multiple, lines) in from {
        let others = to.get(multiple).map_or(&[][..], Vec::as_slice);
        for pair in lines.iter().flat_map(|line| line.windows(2)) {
            let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
            let steps = ((bx - ax).hypot(by - ay) * 2.0).ceil().max(1.0) as u32;
            for n in 0..steps {
                let part = n as f32 / steps as f32;
                let (x, y) = (ax + (bx - ax) * part, ay + (by - ay) * part);
                if (0.0..=width as f32).contains(&x) && (0.0..=height as f32).contains(&y) {
                    found.push(distance_to(others, x, y));
                }
            }
        }
    }
    found.sort_by(f32::total_cmp);
    found
}

fn distance_to(lines: &[Vec<(f32, f32)>], x: f32, y: f32) -> f32 {
    let of_segment = |pair: &[(f32, f32)]| {
        let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
        let (dx, dy) = (bx - ax, by - ay);
        let length2 = (dx * dx + dy * dy).max(1e-12);
        let t = (((x - ax) * dx + (y - ay) * dy) / length2).clamp(0.0, 1.0);
        (x - ax - t * dx).hypot(y - ay - t * dy)
    };
    lines.iter().flat_map(|line| line.windows(2)).map(of_segment).fold(f32::INFINITY, f32::min)
}

/// The 99th percentile and the largest of distances both ways.
fn compare_lines(reference: &Reference, theirs: &Contours) -> (f32, f32) {
    let (ours, theirs) = (reference.our_lines(), theirs.lines_by_value());
    let mut all = distances(&ours, &theirs, reference.size);
    all.extend(distances(&theirs, &ours, reference.size));
    all.sort_by(f32::total_cmp);
    assert!(all.len() > 5000, "enough lines to compare: {}", all.len());
    (all[all.len() * 99 / 100], all[all.len() - 1])
}

#[test]
fn bands_are_those_of_contourpy_on_the_same_refined_field() {
    let reference = Reference::read();
    let (other, far) = compare_classes(&reference, &reference.refined.picture());
    println!("refined field: {other:.3} % of pixels in another class, {far} of them off the edges");
    assert!(other <= 0.3 && far == 0, "{other} % {far}");
}

/// Against polygons between the grid's own points, the smooth outlines differ by what smoothing is for.
#[test]
fn bands_stay_near_those_of_contourpy_on_the_grid_itself() {
    let reference = Reference::read();
    let (other, far) = compare_classes(&reference, &reference.native.picture());
    println!("grid itself: {other:.3} % of pixels in another class, {far} of them off the edges");
    assert!(other <= 1.5, "{other} % {far}");
}

#[test]
fn isolines_are_those_of_contourpy_on_the_same_refined_field() {
    let reference = Reference::read();
    let (most, worst) = compare_lines(&reference, &reference.refined);
    println!("refined field: 99 % of isolines within {most:.3} px, all within {worst:.3} px");
    assert!(most <= 0.5 && worst <= 2.0, "{most} {worst}");
}

#[test]
fn isolines_stay_near_those_of_contourpy_on_the_grid_itself() {
    let reference = Reference::read();
    let (most, worst) = compare_lines(&reference, &reference.native);
    println!("grid itself: 99 % of isolines within {most:.3} px, all within {worst:.3} px");
    assert!(most <= 0.6 && worst <= 4.0, "{most} {worst}");
}
