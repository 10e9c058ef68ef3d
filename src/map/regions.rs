//! The regions of the selector, from `resources/regions.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::View;
use super::domain::{self, Extent};
use crate::grid::{Earth, Geometry, Grid, Lambert, Locator, Mercator, PolarStereographic, Projection};
use crate::text::Bilingual;

/// A named part of the Earth.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    pub id: String,
    pub name: Bilingual,
    /// `None` for the data's own.
    map: Option<(Projection, Shown)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shown {
    /// West, south, east, north.
    Box([f64; 4]),
    Centre {
        lon: f64,
        lat: f64,
        /// At [`REFERENCE_SIZE`].
        metres_per_pixel: f64,
    },
}

const REFERENCE_SIZE: [f64; 2] = [1600.0, 1000.0];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    name_en: String,
    name_fr: String,
    projection: Option<String>,
    parallels: Option<[f64; 2]>,
    latitude: Option<f64>,
    meridian: Option<f64>,
    #[serde(default)]
    south: bool,
    #[serde(rename = "box")]
    bounds: Option<[f64; 4]>,
    centre: Option<[f64; 2]>,
    metres_per_pixel: Option<f64>,
}

#[derive(Deserialize)]
struct Table {
    region: Vec<Row>,
}

static REGIONS: LazyLock<Vec<Region>> = LazyLock::new(|| {
    read(include_str!("../../resources/regions.toml"))
        .unwrap_or_else(|error| unreachable!("the bundled regions are tested: {error}"))
});

/// All regions, the default first.
#[must_use]
pub fn regions() -> &'static [Region] {
    &REGIONS
}

/// The region with this id.
#[must_use]
pub fn region(id: &str) -> Option<&'static Region> {
    REGIONS.iter().find(|region| region.id == id)
}

fn read(source: &str) -> Result<Vec<Region>, String> {
    let table: Table = toml::from_str(source).map_err(|error| error.to_string())?;
    table.region.into_iter().map(Region::try_from).collect()
}

impl TryFrom<Row> for Region {
    type Error = String;

    fn try_from(row: Row) -> Result<Self, String> {
        let unfit = |what: &str| format!("region {}: {what}", row.id);
        let name = Bilingual { en: row.name_en.clone(), fr: row.name_fr.clone() };
        let Some(kind) = &row.projection else {
            return Ok(Self { id: row.id, name, map: None });
        };
        let meridian = row.meridian.unwrap_or(0.0);
        let latitude = row.latitude.unwrap_or(if row.south { -60.0 } else { 60.0 });
        let projection = match kind.as_str() {
            "lambert" => {
                let parallels = row.parallels.ok_or_else(|| unfit("parallels are missing"))?;
                let origin = f64::midpoint(parallels[0], parallels[1]);
                Lambert::new(parallels, origin, meridian, Earth::SPHERE).map(Projection::Lambert)
            }
            "polar" => PolarStereographic::true_at(row.south, latitude, meridian, Earth::SPHERE)
                .map(Projection::PolarStereographic),
            "mercator" => {
                Mercator::true_at(row.latitude.unwrap_or(0.0), meridian, Earth::SPHERE).map(Projection::Mercator)
            }
            "plate-carree" => Some(Projection::PlateCarree { central_longitude: meridian }),
            other => return Err(unfit(&format!("the projection {other} is not known"))),
        };
        let projection = projection.ok_or_else(|| unfit("its numbers make no map"))?;
        let shown = match (row.bounds, row.centre, row.metres_per_pixel) {
            (Some(bounds), None, None) => Shown::Box(bounds),
            (None, Some([lon, lat]), Some(metres_per_pixel)) => Shown::Centre { lon, lat, metres_per_pixel },
            _ => return Err(unfit("either box, or centre and metres_per_pixel")),
        };
        Ok(Self { id: row.id, name, map: Some((projection, shown)) })
    }
}

impl Region {
    /// The region on a map rectangle of `size` physical pixels. «Data» shows all of `grid`, and without one the Earth.
    #[must_use]
    pub fn view(&self, size: [u32; 2], pixels_per_point: f32, grid: Option<&Grid>) -> View {
        let (projection, extent, units_per_pixel) = match (&self.map, grid) {
            (None, Some(grid)) => domain::of(grid),
            (None, None) => domain::of_the_earth(),
            (Some((projection, shown)), _) => shown.on(projection),
        };
        let wanted = size.map(|n| f64::from(n.max(1)));
        let units_per_pixel = match units_per_pixel {
            Some(metres) => metres * (REFERENCE_SIZE[0] / wanted[0]).max(REFERENCE_SIZE[1] / wanted[1]),
            None => (extent.width() / wanted[0]).max(extent.height() / wanted[1]),
        };
        View { projection, centre: extent.centre(), units_per_pixel, size, pixels_per_point }
    }

    /// Whether the region is a place to open the grid on: its data cover three quarters of the region's map.
    #[must_use]
    pub fn meets(&self, grid: &Grid) -> bool {
        const LATTICE: u32 = 15;
        let view = self.view(REFERENCE_SIZE.map(|n| n as u32), 1.0, Some(grid));
        let [width, height] = REFERENCE_SIZE;
        let listed = !matches!(grid.geometry, Geometry::LatLon { .. } | Geometry::Projected { .. });
        let Some(locator) = Locator::new(grid).filter(|_| !listed) else { return is_met_by_points(&view, grid) };
        let at = |n: u32, size: f64| size * (f64::from(n) + 0.5) / f64::from(LATTICE);
        let places = (0..LATTICE).flat_map(|i| (0..LATTICE).map(move |j| (i, j)));
        let earth: Vec<_> = places.filter_map(|(i, j)| view.to_lon_lat(at(i, width), at(j, height))).collect();
        let covered = earth.iter().filter(|(lon, lat)| locator.locate(*lon, *lat).is_some()).count();
        covered * 4 >= earth.len() * 3
    }
}

/// Whether some thousand positions of a grid fall into half of the map's fields. The grid is not made
/// ready for searches, which may take longer than a window waits.
fn is_met_by_points(view: &View, grid: &Grid) -> bool {
    const FIELDS: usize = 5;
    let [width, height] = REFERENCE_SIZE;
    let field = |at: f64, size: f64| (at / size * FIELDS as f64) as usize;
    let mut met = [false; FIELDS * FIELDS];
    for (lon, lat) in domain::some_positions(grid) {
        let at = view.to_pixel(lon, lat);
        if let Some((x, y)) = at.filter(|(x, y)| (0.0..width).contains(x) && (0.0..height).contains(y)) {
            met[field(y, height) * FIELDS + field(x, width)] = true;
        }
    }
    met.iter().filter(|&&met| met).count() * 2 >= met.len()
}

impl Shown {
    fn on(self, projection: &Projection) -> (Projection, Extent, Option<f64>) {
        match self {
            Self::Box(bounds) => (projection.clone(), Extent::of_box(projection, bounds), None),
            Self::Centre { lon, lat, metres_per_pixel } => {
                let extent = projection.forward(lon, lat).map_or(Extent::EMPTY, Extent::of_point);
                (projection.clone(), extent, Some(metres_per_pixel))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Curvilinear, RotatedPole};

    const SIZE: [u32; 2] = [1600, 1000];

    fn view(id: &str) -> View {
        region(id).expect("a bundled region").view(SIZE, 1.0, None)
    }

    fn shows(view: &View, lon: f64, lat: f64) -> bool {
        view.to_pixel(lon, lat).is_some_and(|(x, y)| (0.0..=1600.0).contains(&x) && (0.0..=1000.0).contains(&y))
    }

    #[test]
    fn the_regions_are_those_of_the_dashboard_and_the_data() {
        let ids: Vec<_> = regions().iter().map(|region| region.id.as_str()).collect();
        assert_eq!(ids, ["canada", "west", "east", "north-america", "north", "global", "data"]);
    }

    #[test]
    fn canada_lies_in_the_middle_at_four_kilometres_a_pixel() {
        let canada = view("canada");
        let (lon, lat) = canada.to_lon_lat(800.0, 500.0).expect("the middle");
        assert!((lon + 92.0).abs() < 1e-9 && (lat - 63.0).abs() < 1e-9);
        assert_eq!(canada.units_per_pixel, 4300.0);
        let doubled = region("canada").expect("canada").view([3200, 2000], 2.0, None);
        assert_eq!(doubled.units_per_pixel, 2150.0);
        for (lon, lat) in [(-141.0, 60.3), (-52.7, 47.6), (-95.2, 49.0), (-75.0, 80.0), (-79.4, 43.7)] {
            assert!(shows(&canada, lon, lat), "{lon} {lat}");
        }
    }

    #[test]
    fn every_region_shows_its_box() {
        let boxes = [
            ("west", [(-142.0, 48.0), (-95.0, 48.0), (-142.0, 62.0), (-95.0, 62.0), (-118.0, 62.0)]),
            ("east", [(-95.0, 41.0), (-50.0, 41.0), (-95.0, 60.0), (-50.0, 60.0), (-72.0, 41.0)]),
            ("north-america", [(-170.0, 15.0), (-50.0, 15.0), (-100.0, 75.0), (-170.0, 75.0), (-100.0, 15.0)]),
            ("north", [(-100.0, 40.0), (80.0, 40.0), (170.0, 40.0), (0.0, 90.0), (-10.0, 40.0)]),
            ("global", [(-179.9, 89.9), (179.9, -89.9), (0.0, 0.0), (90.0, 0.0), (-90.0, 0.0)]),
        ];
        for (id, positions) in boxes {
            let view = view(id);
            for (lon, lat) in positions {
                // A hair inside, since the box just fits.
                let (x, y) = view.to_pixel(lon, lat).expect("on the map");
                assert!((-0.5..1600.5).contains(&x) && (-0.5..1000.5).contains(&y), "{id}: {lon} {lat}: {x} {y}");
            }
        }
        assert!((view("global").units_per_pixel - 360.0 / 1600.0).abs() < 1e-12);
    }

    #[test]
    fn data_elsewhere_does_not_meet_canada_and_fills_its_own_view() {
        let lat: Vec<f64> = (0..21).map(|j| -45.0 + f64::from(j)).collect();
        let lon: Vec<f64> = (0..31).map(|i| 165.0 + f64::from(i)).collect();
        let grid = Grid { ny: 21, nx: 31, geometry: Geometry::LatLon { lat, lon } };
        assert!(!region("canada").expect("canada").meets(&grid));
        assert!(!region("global").expect("global").meets(&grid), "a patch on the globe is shown large, not small");
        let data = region("data").expect("data");
        assert!(data.meets(&grid));
        let view = data.view(SIZE, 1.0, Some(&grid));
        for (j, i) in [(0, 0), (20, 30), (0, 30), (20, 0), (10, 15)] {
            let (lon, lat) = grid.position(j, i).expect("a position");
            assert!(shows(&view, lon, lat), "{lon} {lat}");
        }
        assert!(view.degrees_per_pixel() < 0.03, "it fills the picture: {}", view.degrees_per_pixel());
    }

    #[test]
    fn projected_and_curved_grids_fill_their_own_view() {
        let lambert = Lambert::new([63.0, 63.0], 63.0, 15.0, Earth::SPHERE).map(Projection::Lambert).expect("a cone");
        let axis = |n: u32| -> Vec<f64> { (0..n).map(|i| -500_000.0 + 25_000.0 * f64::from(i)).collect() };
        let geometry = Geometry::Projected { projection: lambert.clone(), x: axis(50), y: axis(30) };
        let grid = Grid { ny: 30, nx: 50, geometry };
        let view = region("data").expect("data").view(SIZE, 1.0, Some(&grid));
        assert_eq!(view.projection, lambert);
        let positions: Vec<_> = (0..30).flat_map(|j| (0..50).map(move |i| (j, i))).collect();
        let at = |j: usize, i: usize| grid.position(j, i).expect("a position");
        assert!(positions.iter().all(|&(j, i)| shows(&view, at(j, i).0, at(j, i).1)));
        let lon = ndarray::Array2::from_shape_fn((30, 50), |(j, i)| at(j, i).0);
        let lat = ndarray::Array2::from_shape_fn((30, 50), |(j, i)| at(j, i).1);
        let curved = Curvilinear::new(lat, lon).map(Geometry::Curvilinear).expect("one shape");
        let curved = Grid { ny: 30, nx: 50, geometry: curved };
        let view = region("data").expect("data").view(SIZE, 1.0, Some(&curved));
        assert!(positions.iter().all(|&(j, i)| shows(&view, at(j, i).0, at(j, i).1)));
        assert!(view.degrees_per_pixel() < 0.02);
        let unplaced = Grid { ny: 3, nx: 3, geometry: Geometry::Unplaced };
        assert_eq!(region("data").expect("data").view(SIZE, 1.0, Some(&unplaced)), super::tests::view("global"));
    }

    #[test]
    fn data_across_the_end_of_their_own_map_are_shown_whole() {
        let axis =
            |first: f64, step: f64, n: u32| -> Vec<f64> { (0..n).map(|i| first + step * f64::from(i)).collect() };
        let rotated = |offset| Projection::RotatedPole(RotatedPole::new(31.76, 87.6, offset));
        let mercator = Mercator::true_at(0.0, 10.0, Earth::SPHERE).expect("a cylinder").shifted(5e5, 0.0);
        let half_turn = 5e5 + 180_f64.to_radians() * Earth::SPHERE.semi_major;
        let flat = Projection::PlateCarree { central_longitude: 0.0 };
        let cases = [
            ("rotated", Some(rotated(0.0)), axis(160.0, 1.0, 41)),
            ("rotated, a turn on", Some(rotated(0.0)), axis(-200.0, 1.0, 41)),
            ("rotated, with an offset", Some(rotated(-30.0)), axis(175.0, 1.0, 41)),
            ("rotated, all round", Some(rotated(0.0)), axis(0.0, 5.0, 72)),
            ("Mercator", Some(Projection::Mercator(mercator)), axis(half_turn - 2e6, 1e5, 41)),
            ("mapped latitudes and longitudes", Some(flat), axis(160.0, 1.0, 41)),
            ("latitudes and longitudes", None, axis(160.0, 1.0, 41)),
            ("latitudes and longitudes, falling", None, axis(-160.0, -1.0, 41)),
        ];
        for (name, projection, x) in cases {
            let metres = matches!(projection, Some(Projection::Mercator(_)));
            let y = if metres { axis(-1e6, 1e5, 21) } else { axis(-10.0, 1.0, 21) };
            let (ny, nx, width) = (y.len(), x.len(), (x[x.len() - 1] - x[0]).abs());
            let geometry = match projection {
                Some(projection) => Geometry::Projected { projection, x, y },
                None => Geometry::LatLon { lat: y, lon: x },
            };
            let grid = Grid { ny, nx, geometry };
            let view = region("data").expect("data").view(SIZE, 1.0, Some(&grid));
            assert!(view.units_per_pixel * 1600.0 < 1.1 * width, "{name} fills the picture");
            for (j, i) in (0..ny).flat_map(|j| (0..nx).map(move |i| (j, i))) {
                let (lon, lat) = grid.position(j, i).expect("a position");
                assert!(shows(&view, lon, lat), "{name}: {lon} {lat}");
                let (px, py) = view.to_pixel(lon, lat).expect("on the map");
                let (lon, lat) = view.to_lon_lat(px, py).expect("on the Earth");
                let (column, row) = grid.locate(lon, lat).unwrap_or_default();
                let off = (column - i as f64).abs().max((row - j as f64).abs());
                // The edge may be missed by the last digit.
                let inside = (1..ny - 1).contains(&j) && (1..nx - 1).contains(&i);
                assert!(!inside || off < 1e-6, "{name}: row {j} and column {i} at {row} and {column}");
            }
        }
    }

    #[test]
    fn a_table_with_a_mistake_says_where() {
        let wrong = "[[region]]\nid = 'x'\nname_en = 'X'\nname_fr = 'X'\nprojection = 'globe'\nbox = [0, 0, 1, 1]";
        assert!(read(wrong).is_err_and(|error| error.contains("region x") && error.contains("globe")));
    }
}
