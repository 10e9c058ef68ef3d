//! How the axes of a grid lie on the Earth: what turns the components of a vector along the grid to east and north.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ndarray::Array2;

use super::nearest::part_of;
use super::sphere::{Vector, cross, dot, normal, unit};
use super::{Curvilinear, Geometry, Grid, Projection, Window};

/// How the axes of a grid lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orientation {
    /// x grows to the east and y to the north everywhere.
    EastNorth,
    /// By an angle that differs from point to point.
    Turned,
    /// Loose points have no axes, and points without a place none that are known.
    Unknown,
}

impl Grid {
    #[must_use]
    pub fn orientation(&self) -> Orientation {
        match &self.geometry {
            Geometry::LatLon { .. } => Orientation::EastNorth,
            Geometry::Projected { projection: Projection::PlateCarree { .. } | Projection::Mercator(_), .. } => {
                Orientation::EastNorth
            }
            Geometry::Reduced(reduced) if reduced.pole.is_none() => Orientation::EastNorth,
            Geometry::Projected { .. } | Geometry::Curvilinear(_) | Geometry::Reduced(_) => Orientation::Turned,
            Geometry::Stacked(grids) => {
                let mut parts = grids.iter().map(Self::orientation);
                let first = parts.next().unwrap_or(Orientation::Unknown);
                parts.fold(first, |all, part| match (all, part) {
                    (Orientation::Unknown, _) | (_, Orientation::Unknown) => Orientation::Unknown,
                    (Orientation::EastNorth, Orientation::EastNorth) => Orientation::EastNorth,
                    _ => Orientation::Turned,
                })
            }
            Geometry::Moving(grids) if grids.iter().all(|grid| grid.orientation() == Orientation::EastNorth) => {
                Orientation::EastNorth
            }
            // Its axes turn from time to time.
            Geometry::Moving(_) | Geometry::Points(_) | Geometry::Unplaced => Orientation::Unknown,
        }
    }

    /// The direction of the x axis at a point, as its parts to the east and to the north: the cosine and the sine of the
    /// angle from east to the axis, counter-clockwise. The y axis lies a quarter turn further on. `None` where it has no
    /// direction.
    ///
    /// On a projection x is that of the map, whatever the order of the columns; of listed positions it is the direction
    /// of the next column.
    #[must_use]
    pub fn x_axis(&self, j: usize, i: usize) -> Option<[f64; 2]> {
        match &self.geometry {
            Geometry::Projected { projection, .. } => {
                let (lon, lat) = self.position(j, i)?;
                projection.x_axis(lon, lat)
            }
            Geometry::Curvilinear(listed) => Along::new(listed).x_axis(j, i),
            Geometry::Reduced(reduced) => match &reduced.pole {
                Some(pole) => {
                    let (lon, lat) = reduced.position(i)?;
                    pole.x_axis(lon, lat)
                }
                None => Some([1.0, 0.0]),
            },
            Geometry::Stacked(grids) => {
                let (part, row) = part_of(grids, j)?;
                part.x_axis(row, i)
            }
            Geometry::LatLon { .. } => Some([1.0, 0.0]),
            Geometry::Moving(grids) => grids.first()?.x_axis(j, i),
            Geometry::Points(_) | Geometry::Unplaced => None,
        }
    }
}

/// Differences of listed positions along the columns.
struct Along<'a> {
    listed: &'a Curvilinear,
    columns: usize,
    /// Columns between the points of a difference.
    stride: usize,
}

impl<'a> Along<'a> {
    fn new(listed: &'a Curvilinear) -> Self {
        /// Positions are often 32-bit floats of degrees: over 3 km their rounding turns the axis by 0.02° at most.
        const LEAST: f64 = 5e-4;
        const MOST_COLUMNS: usize = 16;
        let (ny, columns) = listed.dim();
        let at = |i: usize| listed.position(ny / 2, i).map(|(lon, lat)| unit(lon, lat));
        let apart = at(columns / 2).zip(at(columns / 2 + 1)).map(|(a, b)| length(minus(b, a)));
        let wanted = apart.filter(|&apart| apart > 0.0).map_or(1.0, |apart| (LEAST / apart).ceil());
        let most = MOST_COLUMNS.min(columns / 4).max(1);
        Self { listed, columns, stride: (wanted.min(MOST_COLUMNS as f64) as usize).clamp(1, most) }
    }

    fn at(&self, j: usize, i: Option<usize>) -> Option<Vector> {
        self.listed.position(j, i.filter(|&i| i < self.columns)?).map(|(lon, lat)| unit(lon, lat))
    }

    fn x_axis(&self, j: usize, i: usize) -> Option<[f64; 2]> {
        let here = self.listed.position(j, i)?;
        let along = self.difference(j, i, self.stride).or_else(|| self.difference(j, i, 1))?;
        east_and_north(here, along)
    }

    /// Of second order at the edges too, as far as there are positions.
    fn difference(&self, j: usize, i: usize, n: usize) -> Option<Vector> {
        let here = self.at(j, Some(i))?;
        let (before, after) = (self.at(j, i.checked_sub(n)), self.at(j, Some(i + n)));
        let to_one_side = |next: Vector, second: Option<Vector>| match second {
            Some(second) => std::array::from_fn(|k| 4.0 * next[k] - 3.0 * here[k] - second[k]),
            None => minus(next, here),
        };
        match (before, after) {
            (Some(before), Some(after)) => Some(minus(after, before)),
            (None, Some(after)) => Some(to_one_side(after, self.at(j, Some(i + 2 * n)))),
            (Some(before), None) => Some(to_one_side(before, self.at(j, i.checked_sub(2 * n))).map(|part: f64| -part)),
            (None, None) => None,
        }
    }
}

/// The parts of a direction to the east and to the north of a place, as one of length 1.
pub(super) fn east_and_north((lon, lat): (f64, f64), along: Vector) -> Option<[f64; 2]> {
    let (sin, cos) = lon.to_radians().sin_cos();
    let east = [-sin, cos, 0.0];
    let north = cross(unit(lon, lat), east);
    let (e, n) = (dot(along, east), dot(along, normal(north)));
    let size = e.hypot(n);
    (size > 1e-12).then(|| [e / size, n / size])
}

fn minus(a: Vector, b: Vector) -> Vector {
    std::array::from_fn(|n| a[n] - b[n])
}

fn length(vector: Vector) -> f64 {
    dot(vector, vector).sqrt()
}

/// Of each point the x axis as [`Grid::x_axis`] gives it, NaN where it has none.
pub type XAxes = Array2<[f32; 2]>;

/// A window whose directions are known, or being computed.
type Known = (Window, Arc<OnceLock<Arc<XAxes>>>);

/// Directions that a file gives for the points of a grid.
pub trait Told: Send + Sync + fmt::Debug {
    /// Those of a window; `None` where they cannot be read.
    fn over(&self, window: Window) -> Option<XAxes>;
    /// The same for the same numbers.
    fn id(&self) -> (u64, u32);
}

/// The directions of a grid, computed once for each window that is asked for: those of the file, else by the positions.
/// Equal for equal grids and files.
pub struct Directions {
    pub grid: Arc<Grid>,
    told: Option<Box<dyn Told>>,
    known: Mutex<Vec<Known>>,
}

impl Directions {
    /// Windows that are remembered: that of the view, and that of a place whose series is read.
    const KEPT: usize = 3;

    #[must_use]
    pub fn new(grid: Arc<Grid>, told: Option<Box<dyn Told>>) -> Self {
        Self { grid, told, known: Mutex::default() }
    }

    /// That of a point; `None` where it has none.
    #[must_use]
    pub fn at(&self, j: usize, i: usize) -> Option<[f64; 2]> {
        let told = self.told.as_ref().and_then(|told| told.over(Window { j0: j, i0: i, ny: 1, nx: 1 }));
        let told = told.and_then(|axes| axes.first().copied()).map(|axis| axis.map(f64::from));
        told.filter(|[cos, _]| !cos.is_nan()).or_else(|| self.grid.x_axis(j, i))
    }

    /// Those of a window's points.
    #[must_use]
    pub fn over(&self, window: Window) -> Arc<XAxes> {
        let cell = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let found = known.iter().find(|(of, _)| *of == window).map(|(_, cell)| cell.clone());
            found.unwrap_or_else(|| {
                if known.len() >= Self::KEPT {
                    known.remove(0);
                }
                let cell = Arc::new(OnceLock::new());
                known.push((window, cell.clone()));
                cell
            })
        };
        // Never while others wait: a thread that waits for its share of reading may take up work that comes back here. Two
        // that begin together compute the same twice.
        if let Some(known) = cell.get() {
            return known.clone();
        }
        let made = Arc::new(self.compute(window));
        cell.get_or_init(|| made).clone()
    }

    fn compute(&self, window: Window) -> XAxes {
        let grid = &*self.grid;
        let mut told = self.told.as_ref().and_then(|told| told.over(window));
        if let Some(told) = told.take_if(|told| told.dim() == (window.ny, window.nx)) {
            return told;
        }
        let along = if let Geometry::Curvilinear(listed) = &grid.geometry { Some(Along::new(listed)) } else { None };
        Array2::from_shape_fn((window.ny, window.nx), |(j, i)| {
            let (j, i) = (window.j0 + j, (window.i0 + i) % grid.nx.max(1));
            let axis = along.as_ref().map_or_else(|| grid.x_axis(j, i), |along| along.x_axis(j, i));
            axis.map_or([f32::NAN; 2], |parts| parts.map(|part| part as f32))
        })
    }
}

impl PartialEq for Directions {
    fn eq(&self, other: &Self) -> bool {
        let told = |directions: &Self| directions.told.as_ref().map(|told| told.id());
        (Arc::ptr_eq(&self.grid, &other.grid) || self.grid == other.grid) && told(self) == told(other)
    }
}

impl fmt::Debug for Directions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directions").field("ny", &self.grid.ny).field("nx", &self.grid.nx).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Earth, Lambert, PolarStereographic, Proj, RotatedPole};

    /// The x axis by small steps along x on the map, put on the Earth.
    fn by_steps(projection: &Projection, (x, y): (f64, f64), step: f64) -> [f64; 2] {
        let at = |x: f64| projection.inverse(x, y).expect("on the map");
        let (here, before, after) = (at(x), at(x - step), at(x + step));
        let along = minus(unit(after.0, after.1), unit(before.0, before.1));
        east_and_north(here, along).expect("a direction")
    }

    fn check(projection: &Projection, lon: f64, lat: f64, step: f64) {
        let (x, y) = projection.forward(lon, lat).expect("on the map");
        let expected = by_steps(projection, (x, y), step);
        let found = projection.x_axis(lon, lat).expect("a direction");
        let off = (found[0] - expected[0]).hypot(found[1] - expected[1]);
        assert!(off < 1e-5, "{projection:?} at {lon} {lat}: {found:?} is not {expected:?}");
    }

    #[test]
    fn the_x_axis_of_a_map_is_where_x_grows() {
        let earth = Earth::sphere(6_371_229.0);
        let lambert = Projection::Lambert(Lambert::new([38.5, 38.5], 38.5, -97.5, earth).expect("a cone"));
        let southern = Projection::Lambert(Lambert::new([-30.0, -60.0], -45.0, 130.0, earth).expect("a cone"));
        let north = PolarStereographic::true_at(false, 60.0, -105.0, earth).map(Projection::PolarStereographic);
        let south = PolarStereographic::true_at(true, 71.0, 20.0, earth).map(Projection::PolarStereographic);
        let (north, south) = (north.expect("a map"), south.expect("a map"));
        let area = Proj::new("+proj=laea +lat_0=54.9 +lon_0=-2.5 +R=6371229 +units=m").expect("a map");
        for (lon, lat) in [(-63.0, 47.1), (-120.0, 30.0), (-97.5, 60.0), (60.0, 80.0), (179.9, 12.0)] {
            check(&lambert, lon, lat, 100.0);
            check(&north, lon, lat, 100.0);
            check(&south, lon, -lat, 100.0);
            check(&southern, lon, -lat, 100.0);
        }
        // No conformal map: near its middle the axes are at right angles all the same.
        check(&Projection::Proj(area), -2.4, 55.0, 100.0);
        for pole in [(36.0885, 65.305, 180.0), (-35.0, 10.0, 0.0), (39.25, -162.0, 0.0), (5.0, 20.0, 33.0)] {
            let pole = Projection::RotatedPole(RotatedPole::new(pole.0, pole.1, pole.2));
            for (lon, lat) in [(10.0, 50.0), (-63.0, 47.1), (100.0, 80.0), (-150.0, -70.0), (0.1, 0.2)] {
                check(&pole, lon, lat, 1e-3);
            }
        }
    }

    #[test]
    fn at_80_degrees_north_a_rotated_grid_is_turned_by_the_angle_of_spherical_trigonometry() {
        // The pole of the rotation on the equator at 90°E: rotated meridians leave there. In the triangle of both poles
        // and the point, the angle at the point lies between the two norths: sin A = sin(pole's distance) sin(λ) / sin(σ).
        let pole = RotatedPole::new(0.0, 90.0, 0.0);
        let (lon, lat) = (30.0_f64, 80.0_f64);
        let [cos, sin] = pole.x_axis(lon, lat).expect("a direction");
        let away = (90.0 - lon).to_radians();
        let distance = (lat.to_radians().cos() * away.cos()).acos();
        let angle = (away.sin() / distance.sin()).asin();
        // The rotated north lies `angle` east of the true one, or its supplement; towards the south-east here.
        let bearing = std::f64::consts::PI - angle;
        assert!((sin.atan2(cos) + bearing).abs() < 1e-9, "{} {}", sin.atan2(cos).to_degrees(), bearing.to_degrees());
    }

    #[test]
    fn listed_positions_tell_the_same_as_the_map_that_they_lie_on() {
        let earth = Earth::sphere(6_370_000.0);
        let lambert = Lambert::new([30.0, 60.0], 47.0, 15.0, earth).expect("a cone");
        let projection = Projection::Lambert(lambert);
        let (ny, nx) = (30, 40);
        for step in [500.0, 3_000.0, 50_000.0] {
            let at = |j: usize, i: usize| {
                let place = projection.inverse((i as f64 - 30.0) * step, (j as f64 - 10.0) * step);
                // As files write them.
                place.map(|(lon, lat)| (f64::from(lon as f32), f64::from(lat as f32))).expect("on the map")
            };
            let lat = Array2::from_shape_fn((ny, nx), |(j, i)| at(j, i).1);
            let lon = Array2::from_shape_fn((ny, nx), |(j, i)| at(j, i).0);
            let listed = Curvilinear::new(lat, lon).expect("of one shape");
            let grid = Grid { ny, nx, geometry: Geometry::Curvilinear(listed) };
            for (j, i) in [(0, 0), (12, 0), (29, 39), (15, 20), (3, 1)] {
                let (lon, lat) = at(j, i);
                let (found, expected) =
                    (grid.x_axis(j, i).expect("known"), projection.x_axis(lon, lat).expect("known"));
                let off = (found[0] - expected[0]).hypot(found[1] - expected[1]);
                assert!(off < 1e-3, "{step} m, {j} {i}: {found:?} is not {expected:?}");
            }
        }
    }

    #[test]
    fn directions_of_a_window_are_those_of_its_points() {
        let pole = RotatedPole::new(40.0, 10.0, 0.0);
        let axis = |n: usize, from: f64, step: f64| (0..n).map(|k| from + step * k as f64).collect();
        let geometry = Geometry::Projected {
            projection: Projection::RotatedPole(pole),
            x: axis(36, -180.0, 10.0),
            y: axis(17, -80.0, 10.0),
        };
        let grid = Arc::new(Grid { ny: 17, nx: 36, geometry });
        let directions = Directions::new(grid.clone(), None);
        let window = Window { j0: 3, i0: 34, ny: 2, nx: 4 };
        let found = directions.over(window);
        let expected = grid.x_axis(4, 1).expect("known");
        assert!((f64::from(found[[1, 3]][1]) - expected[1]).abs() < 1e-6);
        assert!(Arc::ptr_eq(&found, &directions.over(window)), "computed once");
        let plain = Geometry::LatLon { lat: vec![0.0, 1.0], lon: vec![0.0, 1.0] };
        assert_eq!(Grid { ny: 2, nx: 2, geometry: plain }.orientation(), Orientation::EastNorth);
        assert_eq!(grid.orientation(), Orientation::Turned);
        assert_eq!(Grid { ny: 2, nx: 2, geometry: Geometry::Unplaced }.orientation(), Orientation::Unknown);
    }
}
