//! Points without rows and columns: those of triangular and polygonal models, joined to triangles between whose corners a
//! field is straight, and stations, each of which stands for itself.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::curvilinear::Hint;
use super::placeholders;
use super::sides::Sides;
use super::sphere::{Bounds, Plane, Vector, chord, normal, unit};
use super::tree::Tree;
use super::triangulate;

/// A latitude and a longitude for every point, NaN where the file has none, and perhaps the triangles that the file
/// joins them to. Cheap to clone.
#[derive(Clone)]
pub struct Points(Arc<Cloud>);

struct Cloud {
    lat: Vec<f64>,
    lon: Vec<f64>,
    joined: Joined,
    mesh: OnceLock<Mesh>,
    search: OnceLock<Tree>,
}

/// How points are joined to triangles.
#[derive(PartialEq)]
enum Joined {
    /// As they lie, unless they lie as stations do.
    ByPlace,
    /// As they lie: they are the cells of a model.
    Cells,
    /// Not at all: they are stations, or places where something was observed.
    Apart,
    /// As the file says.
    Given(Vec<[u32; 3]>),
    /// As neighbours on the sides of a cube.
    OnSides(Sides),
}

struct Mesh {
    triangles: Vec<[u32; 3]>,
    tree: Tree,
}

impl Points {
    /// Points of which it is not known what they are: a surface where they lie about as evenly as those of a grid, else each
    /// for itself. `None` where the two are not of one length, or more than can be numbered.
    #[must_use]
    pub fn new(lat: Vec<f64>, lon: Vec<f64>) -> Option<Self> {
        Self::with(lat, lon, Joined::ByPlace)
    }

    /// The cells, corners or edges of a model's grid: a surface.
    #[must_use]
    pub fn of_cells(lat: Vec<f64>, lon: Vec<f64>) -> Option<Self> {
        Self::with(lat, lon, Joined::Cells)
    }

    /// Stations and other places of observations: no surface.
    #[must_use]
    pub fn of_stations(lat: Vec<f64>, lon: Vec<f64>) -> Option<Self> {
        Self::with(lat, lon, Joined::Apart)
    }

    /// With the file's own triangles: numbers of their corners.
    #[must_use]
    pub fn of_triangles(lat: Vec<f64>, lon: Vec<f64>, triangles: Vec<[u32; 3]>) -> Option<Self> {
        Self::with(lat, lon, Joined::Given(triangles))
    }

    /// Of the sides of a cube, one after the other, each row by row.
    #[must_use]
    pub fn of_sides(lat: Vec<f64>, lon: Vec<f64>, sides: Sides) -> Option<Self> {
        let count = sides.count.checked_mul(sides.ny)?.checked_mul(sides.nx)?;
        if count == lat.len() { Self::with(lat, lon, Joined::OnSides(sides)) } else { None }
    }

    fn with(lat: Vec<f64>, lon: Vec<f64>, joined: Joined) -> Option<Self> {
        let sound = lat.len() == lon.len() && u32::try_from(lat.len()).is_ok();
        sound.then(|| Self(Arc::new(Cloud { lat, lon, joined, mesh: OnceLock::new(), search: OnceLock::new() })))
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lat.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.lat.is_empty()
    }

    /// Longitude and latitude of a point as stored; `None` where it has none.
    pub(super) fn position(&self, point: usize) -> Option<(f64, f64)> {
        let (lon, lat) = (*self.0.lon.get(point)?, *self.0.lat.get(point)?);
        placeholders::is_position(lon, lat).then_some((lon, lat))
    }

    fn direction(&self, point: u32) -> Option<Vector> {
        self.position(point as usize).map(|(lon, lat)| unit(lon, lat))
    }

    fn directions(&self) -> Vec<Option<Vector>> {
        (0..self.len() as u32).into_par_iter().with_min_len(4096).map(|point| self.direction(point)).collect()
    }

    fn mesh(&self) -> &Mesh {
        self.0.mesh.get_or_init(|| {
            let places = self.directions();
            let known = |triangle: &[u32; 3]| triangle.iter().all(|&n| matches!(places.get(n as usize), Some(Some(_))));
            let triangles: Vec<[u32; 3]> = match &self.0.joined {
                Joined::Given(given) => given.iter().copied().filter(has_area).filter(known).collect(),
                Joined::OnSides(sides) => sides.triangles(&places).into_iter().filter(known).collect(),
                Joined::Cells => triangulate::join(&places).triangles,
                Joined::Apart => Vec::new(),
                Joined::ByPlace if self.len() < FEWEST_OF_A_SURFACE => Vec::new(),
                Joined::ByPlace => {
                    let joined = triangulate::join(&places);
                    if joined.even { joined.triangles } else { Vec::new() }
                }
            };
            let corner = |n: u32| places.get(n as usize).copied().flatten().unwrap_or_default();
            let corners = |triangle: u32| triangles[triangle as usize].map(corner);
            let middle = |triangle: u32| {
                let [a, b, c] = corners(triangle);
                std::array::from_fn(|n| (a[n] + b[n] + c[n]) / 3.0)
            };
            let middles: Vec<Vector> = (0..triangles.len() as u32).into_par_iter().map(middle).collect();
            let order = (0..triangles.len() as u32).collect();
            let tree = Tree::of_places(order, |n| middles[n as usize], |n| Bounds::of_patch(&corners(n)));
            let given = matches!(self.0.joined, Joined::Given(_) | Joined::OnSides(_));
            if given && are_heaped(&middles, &tree) {
                return Mesh { triangles: Vec::new(), tree: Tree::of_sorted(Vec::new(), |_| Bounds::EMPTY) };
            }
            Mesh { triangles, tree }
        })
    }

    /// Whether triangles join them to a surface. Else each is drawn for itself.
    pub(super) fn has_triangles(&self) -> bool {
        !self.mesh().triangles.is_empty()
    }

    /// Whether any of them has a position.
    pub(super) fn has_positions(&self) -> bool {
        (0..self.len()).any(|point| self.position(point).is_some())
    }

    /// The corners of the triangle around a position, and their weights; `None` outside of all triangles.
    pub(super) fn around(&self, lon: f64, lat: f64, hint: &mut Hint) -> Option<[(usize, f64); 3]> {
        if !(lon.is_finite() && lat.abs() <= 90.0 + 1e-5) {
            return None;
        }
        let mesh = self.mesh();
        let plane = Plane::at(lon, lat);
        let look = |triangle: u32| {
            let corners = *mesh.triangles.get(triangle as usize)?;
            let weights = self.weights(corners, &plane)?;
            Some((triangle, [0, 1, 2].map(|n| (corners[n] as usize, weights[n]))))
        };
        let (triangle, around) = hint.get().and_then(look).or_else(|| mesh.tree.find(plane.up, look))?;
        hint.set(triangle);
        Some(around)
    }

    /// The weights of a triangle's corners at the plane's origin; `None` outside.
    fn weights(&self, corners: [u32; 3], plane: &Plane) -> Option<[f64; 3]> {
        let mut places = [(0.0, 0.0); 3];
        for (place, corner) in places.iter_mut().zip(corners) {
            *place = plane.project(self.direction(corner)?)?;
        }
        let [a, b, c] = places;
        let cross = |p: (f64, f64), q: (f64, f64)| p.0 * q.1 - p.1 * q.0;
        let parts = [cross(b, c), cross(c, a), cross(a, b)];
        let area: f64 = parts.iter().sum();
        let weights = parts.map(|part| part / area);
        // A triangle without area gives no number, and is not met.
        weights.iter().all(|&weight| weight >= -1e-9).then(|| weights.map(|weight| weight.max(0.0)))
    }

    /// The point nearest to a position by great circle.
    pub(super) fn nearest(&self, lon: f64, lat: f64) -> Option<usize> {
        let from = unit(lon, lat.clamp(-90.0, 90.0));
        let tree = self.0.search.get_or_init(|| {
            let places = self.directions();
            let order = (0..self.len() as u32).filter(|&n| places[n as usize].is_some()).collect();
            let place = |n: u32| places[n as usize].unwrap_or_default();
            Tree::of_places(order, place, |n| Bounds::of_patch(&[place(n)]))
        });
        let distance = |point: u32| self.direction(point).map_or(f64::NAN, |at| chord(at, from));
        tree.nearest(from, distance).map(|point| point as usize)
    }
}

/// Fewer points, of which it is not known what they are, make no surface.
const FEWEST_OF_A_SURFACE: usize = 12;

/// Whether triangles of a file lie in heaps over one another: they say nothing about what lies beside what, and every pixel
/// would be sought in most of them. Round a point of a mesh some ten to a hundred lie close enough to be looked at.
fn are_heaped(middles: &[Vector], tree: &Tree) -> bool {
    const SAMPLES: usize = 1024;
    const MOST: usize = 512;
    // A heap may lie among many triangles that do not.
    const MOST_SOMEWHERE: usize = 16 * MOST;
    const FEW: usize = 4;
    let looked_at = |middle: &Vector| {
        let mut count = 0;
        tree.find(normal(*middle), |_| {
            count += 1;
            None::<()>
        });
        count
    };
    let samples: Vec<usize> = middles.iter().step_by(middles.len() / SAMPLES + 1).map(looked_at).collect();
    let heaps = samples.iter().filter(|count| **count > MOST_SOMEWHERE).count();
    heaps >= FEW || samples.iter().sum::<usize>() > MOST * samples.len()
}

/// Files fill up the list of a cell's corners by repeating one.
fn has_area([a, b, c]: &[u32; 3]) -> bool {
    a != b && b != c && c != a
}

impl PartialEq for Points {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &[f64], b: &[f64]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
        };
        Arc::ptr_eq(&self.0, &other.0)
            || (same(&self.0.lat, &other.0.lat) && same(&self.0.lon, &other.0.lon) && self.0.joined == other.0.joined)
    }
}

impl fmt::Debug for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Points").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows and columns of a tenth of a degree.
    fn points(count: u32) -> (Vec<f64>, Vec<f64>) {
        let place = |n: u32| (f64::from(n / 100) * 0.1, f64::from(n % 100) * 0.1);
        (0..count).map(place).unzip()
    }

    #[test]
    fn triangles_of_a_mesh_are_drawn_and_heaps_of_them_are_not() {
        let (lat, lon) = points(10_000);
        let beside = |n: u32| [[n, n + 1, n + 100], [n + 1, n + 101, n + 100]];
        let mesh: Vec<[u32; 3]> = (0..9_900).filter(|n| n % 100 != 99).flat_map(beside).collect();
        let mesh = Points::of_triangles(lat.clone(), lon.clone(), mesh).expect("as many latitudes as longitudes");
        assert!(mesh.has_triangles());
        // Numbers without order, by the generator of Lehmer (Park and Miller 1988).
        let mut last = 1_u64;
        let mut any = || {
            last = last * 16_807 % 2_147_483_647;
            (last % 10_000) as u32
        };
        let heaped = (0..20_000).map(|_| [any(), any(), any()]).collect();
        let heaped = Points::of_triangles(lat, lon, heaped).expect("as many latitudes as longitudes");
        assert!(!heaped.has_triangles());
        assert!(heaped.nearest(0.0, 0.0).is_some(), "values are still found");
    }
}
