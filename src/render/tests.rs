//! Whole frames.

use ndarray::Array2;

use super::{Caption, CaptionNote, Frame, Layer, Layout, Prepared, Scene, Scratch, paint};
use crate::field::Level;
use crate::grid::{Geometry, Grid};
use crate::map::{Basemap, Sampler, region};
use crate::product;
use crate::text::{Bilingual, Language};
use crate::time::LeadTime;

/// A setting of the first product, and fields for it.
struct Stage {
    prepared: Prepared,
    sampler: Option<Sampler>,
    humidity: Array2<f32>,
    height: Array2<f32>,
}

impl Stage {
    fn new(id: &str, size: [u32; 2], pixels_per_point: f32) -> Self {
        let layout = Layout::new(size, pixels_per_point);
        let view = region(id).expect("bundled").view([layout.map.width, layout.map.height], pixels_per_point, None);
        let lat = (0..91).map(|j| 90.0 - 2.0 * f64::from(j)).collect();
        let lon = (0..180).map(|i| 2.0 * f64::from(i)).collect();
        let grid = Grid { ny: 91, nx: 180, geometry: Geometry::LatLon { lat, lon } };
        let sampler = Sampler::new(&grid, &view);
        let cut = |value: fn(f64, f64) -> f64| {
            let window = sampler.as_ref().map_or(grid.whole(), |sampler| sampler.window);
            Array2::from_shape_fn((window.ny, window.nx), |(j, i)| {
                let (lon, lat) = grid.position(window.j0 + j, (window.i0 + i) % grid.nx).expect("a position");
                value(lon.to_radians(), lat.to_radians()) as f32
            })
        };
        let humidity = cut(|lon, lat| 60.0 + 40.0 * (5.0 * lon).sin() * (6.0 * lat).cos());
        let height = cut(|lon, lat| 540.0 - 30.0 * (3.0 * (lat - 0.8)).tanh() + 8.0 * (4.0 * lon).sin() * lat.cos());
        let style = product::product("rh-gz").expect("bundled").style(Some(Level::hpa(500.0)), 1.0);
        let prepared = Prepared::new(layout, view.clone(), &Basemap::new(&view), style, Language::French);
        Self { prepared, sampler, humidity, height }
    }

    fn frame(&self, bands: &Array2<f32>, lines: &Array2<f32>, caption: Caption, scratch: &mut Scratch) -> Frame {
        let short = &Bilingual::same("HR");
        let layer = |values| self.sampler.as_ref().map(|sampler| Layer { values, sampler, short });
        let scene = Scene { bands: layer(bands), lines: layer(lines), caption };
        paint(&self.prepared, &scene, scratch, Vec::new())
    }

    fn whole(&self, scratch: &mut Scratch) -> Frame {
        self.frame(&self.humidity, &self.height, caption(24), scratch)
    }
}

fn caption(hours: i64) -> Caption {
    Caption {
        title: Bilingual::same("Humidité relative (%) + hauteur géopotentielle (dam)"),
        level: Bilingual::same("500 hPa"),
        model: Bilingual::same("GDPS"),
        lead: Some(LeadTime(hours * 3600)),
        ..Caption::default()
    }
}

#[test]
fn one_thread_and_eight_threads_draw_the_same_bytes() {
    let stage = Stage::new("canada", [500, 400], 1.0);
    let alone = stage.whole(&mut Scratch::default());
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut scratch = Scratch::default();
                    // A brush that has painted something else paints the same.
                    let _ = stage.frame(&stage.height, &stage.humidity, caption(0), &mut scratch);
                    stage.whole(&mut scratch)
                })
            })
            .collect();
        for other in others {
            assert!(other.join().expect("painted") == alone);
        }
    });
}

#[test]
fn frames_are_opaque_and_painted_everywhere_at_every_size() {
    for size in [[1, 1], [7, 3], [90, 400], [400, 90], [240, 260], [400, 300], [1000, 360]] {
        for pixels_per_point in [1.0, 2.0] {
            let stage = Stage::new("north", size, pixels_per_point);
            let frame = stage.whole(&mut Scratch::default());
            assert_eq!(frame.pixels.len(), size[0] as usize * size[1] as usize * 4);
            assert!(frame.pixels.chunks_exact(4).all(|pixel| pixel[3] == 255), "{size:?}");
        }
    }
}

#[test]
fn another_lead_time_changes_the_title_and_nothing_else() {
    let stage = Stage::new("canada", [640, 480], 1.0);
    let mut scratch = Scratch::default();
    let one = stage.whole(&mut scratch);
    let other = stage.frame(&stage.humidity, &stage.height, caption(30), &mut scratch);
    let title = stage.prepared.layout().title;
    let bytes = (title.width * title.height * 4) as usize;
    assert!(one.pixels[..bytes] != other.pixels[..bytes]);
    assert!(one.pixels[bytes..] == other.pixels[bytes..]);
}

#[test]
fn a_field_without_values_leaves_the_map_and_says_what_is_missing() {
    let stage = Stage::new("canada", [640, 480], 1.0);
    let mut scratch = Scratch::default();
    let empty = Array2::from_elem(stage.humidity.raw_dim(), f32::NAN);
    let nothing = stage.frame(&empty, &empty, caption(0), &mut scratch);
    let scene = Scene { bands: None, lines: None, caption: caption(0) };
    let map = stage.prepared.layout().map;
    let without = paint(&stage.prepared, &scene, &mut scratch, Vec::new());
    let rows = |frame: &Frame| frame.pixels[(map.y * 640 * 4) as usize..(map.bottom() * 640 * 4) as usize].to_vec();
    let below_the_notes = (80 * 640 * 4) as usize;
    assert!(rows(&nothing)[below_the_notes..] == rows(&without)[below_the_notes..]);
    let no_values = CaptionNote::NoValues { short: Bilingual::same("HR") };
    assert_eq!(nothing.caption.notes, [no_values.clone(), no_values.clone()]);
    assert!(rows(&nothing) != rows(&without));
    let note = CaptionNote::MissingLayer { short: Bilingual::same("HR"), lead: Some(LeadTime(0)) };
    assert_eq!(note.in_language(Language::French), "HR : pas de 000 h");
    let noted = paint(
        &stage.prepared,
        &Scene { bands: None, lines: None, caption: Caption { notes: vec![note], ..caption(0) } },
        &mut scratch,
        Vec::new(),
    );
    assert!(rows(&noted) != rows(&without));
}

#[test]
fn values_beside_the_picture_are_not_values_in_it() {
    let stage = Stage::new("canada", [640, 480], 1.0);
    let mut scratch = Scratch::default();
    let mut corner = Array2::from_elem(stage.humidity.raw_dim(), f32::NAN);
    corner[[0, 0]] = 80.0;
    let frame = stage.frame(&corner, &stage.height, caption(0), &mut scratch);
    assert_eq!(frame.caption.notes, [CaptionNote::NoValues { short: Bilingual::same("HR") }]);
    assert_eq!(stage.whole(&mut scratch).caption.notes, []);
}

#[test]
fn steep_slopes_double_the_interval_before_the_map_is_black() {
    let stage = Stage::new("canada", [640, 480], 1.0);
    let mut scratch = Scratch::default();
    let steep = stage.height.mapv(|height| 540.0 + (height - 540.0) * 20.0);
    let frame = stage.frame(&stage.humidity, &steep, caption(0), &mut scratch);
    let interval = frame.caption.interval.as_ref().map(|interval| interval.value).expect("another interval");
    assert!(interval >= 12.0, "{interval}");
    let map = frame.map;
    let ink = frame.pixels.chunks_exact(4).filter(|pixel| pixel[..3].iter().all(|part| *part < 60)).count();
    assert!(ink < (map.width * map.height) as usize / 4, "{ink} black pixels");
}

#[test]
fn a_flat_height_field_halves_its_interval_and_the_title_says_so() {
    let stage = Stage::new("canada", [640, 480], 1.0);
    let flat = stage.height.mapv(|height| 540.0 + (height - 540.0) * 0.2);
    let mut scratch = Scratch::default();
    let frame = stage.frame(&stage.humidity, &flat, caption(0), &mut scratch);
    assert_eq!(frame.caption.interval.as_ref().map(|interval| interval.value), Some(3.0));
    assert!(frame.caption.title_in(Language::English).ends_with("500 hPa, contour interval 3 dam"));
    assert!(frame.caption.title_in(Language::French).ends_with("500 hPa, équidistance 3 dam"));
    assert_eq!(stage.whole(&mut scratch).caption.interval, None);
}
