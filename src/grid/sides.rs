//! The sides of a cube blown up to a sphere, whose points lie in the middles of their cells: between the outermost points
//! of two sides lies one more row of cells, and at each corner of the cube, where three sides meet, a triangle.

use super::sphere::{Vector, chord};

/// Points of two sides that lie across an edge are so many times as far apart as neighbours, at most.
const FARTHEST: f64 = 3.0;

/// Sides with rows and columns of points, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sides {
    pub count: usize,
    pub ny: usize,
    pub nx: usize,
}

/// The outermost points of a side along one of its edges.
struct Edge {
    side: usize,
    points: Vec<u32>,
}

impl Sides {
    fn number(&self, side: usize, j: usize, i: usize) -> u32 {
        ((side * self.ny + j) * self.nx + i) as u32
    }

    /// Triangles between all points, those of two and three sides included. There are as many points as `places`.
    pub fn triangles(&self, places: &[Option<Vector>]) -> Vec<[u32; 3]> {
        let mut triangles = Vec::new();
        if self.ny == 0 || self.nx == 0 || self.count * self.ny * self.nx != places.len() {
            return triangles;
        }
        for side in 0..self.count {
            for j in 0..self.ny - 1 {
                for i in 0..self.nx - 1 {
                    let at = |j: usize, i: usize| self.number(side, j, i);
                    join(&mut triangles, [at(j, i), at(j, i + 1)], [at(j + 1, i), at(j + 1, i + 1)]);
                }
            }
        }
        self.across_edges(places, &mut triangles);
        self.at_corners(places, &mut triangles);
        triangles
    }

    fn edges(&self) -> Vec<Edge> {
        let (bottom, right) = (self.ny - 1, self.nx - 1);
        let of = |side: usize| {
            let row = |j: usize| Edge { side, points: (0..self.nx).map(|i| self.number(side, j, i)).collect() };
            let column = |i: usize| Edge { side, points: (0..self.ny).map(|j| self.number(side, j, i)).collect() };
            [row(0), row(bottom), column(0), column(right)]
        };
        (0..self.count).flat_map(of).collect()
    }

    /// The edge of another side whose ends lie beside those of an edge, forwards or backwards.
    fn across_edges(&self, places: &[Option<Vector>], triangles: &mut Vec<[u32; 3]>) {
        let edges = self.edges();
        for (n, edge) in edges.iter().enumerate() {
            let Some(near) = spacing(places, &edge.points) else { continue };
            let ends = |edge: &Edge, backwards: bool| {
                let ends = (edge.points.first().copied(), edge.points.last().copied());
                if backwards { (ends.1, ends.0) } else { ends }
            };
            let own = ends(edge, false);
            let apart = |other: &Edge, backwards: bool| {
                let theirs = ends(other, backwards);
                let first = distance(places, own.0?, theirs.0?)?;
                Some(first.max(distance(places, own.1?, theirs.1?)?))
            };
            let others = edges
                .iter()
                .enumerate()
                .filter(|(_, other)| other.side != edge.side && other.points.len() == edge.points.len());
            let both_ways = others.flat_map(|(m, other)| [(m, other, false), (m, other, true)]);
            let nearest = both_ways
                .filter_map(|(m, other, backwards)| Some((apart(other, backwards)?, m, other, backwards)))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            let Some((apart, m, other, backwards)) = nearest else { continue };
            // Each pair is met twice.
            if m < n || apart > FARTHEST * near {
                continue;
            }
            let mut theirs = other.points.clone();
            if backwards {
                theirs.reverse();
            }
            for (own, theirs) in edge.points.windows(2).zip(theirs.windows(2)) {
                join(triangles, [own[0], own[1]], [theirs[0], theirs[1]]);
            }
        }
    }

    fn at_corners(&self, places: &[Option<Vector>], triangles: &mut Vec<[u32; 3]>) {
        let (bottom, right) = (self.ny - 1, self.nx - 1);
        let corners: Vec<(usize, u32)> = (0..self.count)
            .flat_map(|side| {
                let at = move |j, i| (side, self.number(side, j, i));
                [at(0, 0), at(0, right), at(bottom, 0), at(bottom, right)]
            })
            .collect();
        let edges = self.edges();
        let spacings = edges.iter().filter_map(|edge| spacing(places, &edge.points));
        let near = spacings.fold(0.0, f64::max);
        let mut found: Vec<[u32; 3]> = Vec::new();
        for &(side, corner) in &corners {
            let mut others: Vec<(f64, u32)> = corners
                .iter()
                .filter(|(other, _)| *other != side)
                .filter_map(|(_, other)| Some((distance(places, corner, *other)?, *other)))
                .filter(|(apart, _)| *apart <= FARTHEST * near)
                .collect();
            others.sort_by(|a, b| a.0.total_cmp(&b.0));
            if let [(_, a), (_, b), ..] = others.as_slice() {
                let mut triangle = [corner, *a, *b];
                triangle.sort_unstable();
                if !found.contains(&triangle) {
                    found.push(triangle);
                }
            }
        }
        triangles.extend(found);
    }
}

/// Two triangles between two pairs of neighbours.
fn join(triangles: &mut Vec<[u32; 3]>, [a, b]: [u32; 2], [c, d]: [u32; 2]) {
    triangles.extend([[a, b, d], [a, d, c]]);
}

fn distance(places: &[Option<Vector>], a: u32, b: u32) -> Option<f64> {
    let at = |n: u32| places.get(n as usize).copied().flatten();
    Some(chord(at(a)?, at(b)?).sqrt())
}

/// How far neighbours along an edge are apart, at most.
fn spacing(places: &[Option<Vector>], points: &[u32]) -> Option<f64> {
    let steps = points.windows(2).map(|pair| distance(places, pair[0], pair[1]));
    steps.collect::<Option<Vec<f64>>>().map(|steps| steps.into_iter().fold(0.0, f64::max)).filter(|&most| most > 0.0)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::FRAC_PI_4;

    use crate::grid::{Geometry, Grid, Points, Sides};

    /// The equiangular cubed sphere: the middles of n × n cells on each side, by formula.
    fn cube(n: usize) -> Grid {
        let (mut lat, mut lon) = (Vec::new(), Vec::new());
        for side in 0..6 {
            for j in 0..n {
                for i in 0..n {
                    let angle = |k: usize| (FRAC_PI_4 * (2.0 * (k as f64 + 0.5) / n as f64 - 1.0)).tan();
                    let (a, b) = (angle(i), angle(j));
                    let [x, y, z] = match side {
                        0 => [1.0, a, b],
                        1 => [-a, 1.0, b],
                        // GEOS and FV3 turn some sides: rows run otherwise there.
                        2 => [-b, -a, 1.0],
                        3 => [-1.0, b, -a],
                        4 => [b, -1.0, -a],
                        _ => [b, a, -1.0],
                    };
                    lat.push(z.atan2(x.hypot(y)).to_degrees());
                    lon.push(y.atan2(x).to_degrees());
                }
            }
        }
        let nx = lat.len();
        let points = Points::of_sides(lat, lon, Sides { count: 6, ny: n, nx: n }).expect("as many points");
        Grid { ny: 1, nx, geometry: Geometry::Points(points) }
    }

    #[test]
    fn a_cube_covers_the_earth_without_a_seam() {
        let grid = cube(24);
        let height = |lon: f64, lat: f64| {
            let (east, north) = (lon.to_radians(), lat.to_radians());
            north.cos() * (2.0 * east.cos() + east.sin()) + 3.0 * north.sin()
        };
        for n in 0..20_000 {
            let lat = (2.0 * (f64::from(n) + 0.5) / 20_000.0 - 1.0).asin().to_degrees();
            let lon = (f64::from(n) * 137.507_764).rem_euclid(360.0) - 180.0;
            let around = grid.around(lon, lat).unwrap_or_else(|| panic!("a hole at {lon} {lat}"));
            let value = |j: usize, i: usize| grid.position(j, i).map(|(lon, lat)| height(lon, lat));
            assert!((around.mean(value) - height(lon, lat)).abs() < 0.02, "{lon} {lat}");
        }
        for lat in [90.0, -90.0, 35.264_389_682_754_66] {
            assert!(grid.around(45.0, lat).is_some(), "{lat}");
        }
    }

    #[test]
    fn sides_that_do_not_meet_are_not_joined() {
        let all = cube(8);
        let apart = |grid: &Grid, from: usize| {
            let at: Vec<_> = (from..from + 64).map(|i| grid.position(0, i).expect("a place")).collect();
            at.into_iter().unzip::<f64, f64, Vec<_>, Vec<_>>()
        };
        let ((mut lon, mut lat), (other_lon, other_lat)) = (apart(&all, 0), apart(&all, 192));
        lon.extend(other_lon);
        lat.extend(other_lat);
        let points = Points::of_sides(lat, lon, Sides { count: 2, ny: 8, nx: 8 }).expect("as many points");
        let grid = Grid { ny: 1, nx: 128, geometry: Geometry::Points(points) };
        assert!(grid.around(0.0, 0.0).is_some() && grid.around(180.0, 0.0).is_some());
        assert!(grid.around(90.0, 0.0).is_none() && grid.around(0.0, 80.0).is_none());
    }
}
