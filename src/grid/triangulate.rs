//! Triangles between loose points on the sphere (Delaunay): none holds a fourth point in its circle.
//!
//! Seen from one of the points, the others lie in a plane (the stereographic projection keeps circles), where triangles
//! with empty circles are triangles with empty circles on the sphere. The point itself joins the outline of them all.

use std::collections::HashSet;

use rayon::prelude::*;
use spade::{DelaunayTriangulation, Point2, Triangulation, mitigate_underflow};

use super::sphere::{Bounds, Vector, chord, cross, dot, normal};

/// A triangle in a circle so many times as wide as the smallest ones at its corners spans a gap or lies outside. Points on
/// one circle, as around a pole, make triangles of all shapes in the same circle.
const GAP: f64 = 2.5;
/// A side as long as this (of a sphere of radius one) joins nothing that lies together.
const LONGEST: f64 = 1.7;

/// Points of an uneven scatter: half of them have a triangle whose circle is so many times as wide as that of another.
/// Measured: points of a grid 1.0, of triangular meshes 1.3, of a spectral-element grid 1.35, at random 1.9 to 2.2.
const UNEVEN: f64 = 1.7;
/// Points closer than this (of a sphere of radius one: 4 m) share a place; single precision rounds to half of it.
const SAME_PLACE: f64 = 6e-7;

/// What comes of points that are joined.
pub struct Joined {
    /// Numbers of the points, all over the sphere where points are, but none across gaps and outside of an outline that is
    /// much longer than the points are apart.
    pub triangles: Vec<[u32; 3]>,
    /// The points lie as those of a grid do, not as stations.
    pub even: bool,
}

/// Joins points to triangles.
pub fn join(places: &[Option<Vector>]) -> Joined {
    let places = &distinct(places);
    without_gaps(triangles(places), places)
}

/// Of points that share a place, as corners of neighbouring elements do, the first remains.
///
/// In order along a direction in which no grid has its rows, those on one place follow each other; not all of a heap along
/// that direction are compared.
fn distinct(places: &[Option<Vector>]) -> Vec<Option<Vector>> {
    const MOST_COMPARED: usize = 64;
    const ASLANT: Vector = [0.524_31, 0.287_17, 0.801_67];
    let mut order: Vec<(f64, u32)> =
        places.iter().zip(0_u32..).filter_map(|(place, number)| Some((dot((*place)?, ASLANT), number))).collect();
    order.par_sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut kept = places.to_vec();
    for (n, &(along, number)) in order.iter().enumerate() {
        let near = order.iter().skip(n + 1).take_while(|(other, _)| other - along < SAME_PLACE).take(MOST_COMPARED);
        for &(_, other) in near {
            let [Some(Some(a)), Some(Some(b))] = [number, other].map(|n| places.get(n as usize).copied()) else {
                continue;
            };
            if chord(a, b) < SAME_PLACE * SAME_PLACE
                && let Some(later) = kept.get_mut(number.max(other) as usize)
            {
                *later = None;
            }
        }
    }
    kept
}

fn triangles(places: &[Option<Vector>]) -> Vec<[u32; 3]> {
    if are_lines(places) {
        return Vec::new();
    }
    let Some(eye) = farthest_from_the_middle(places) else { return Vec::new() };
    let Some(centre) = places.get(eye as usize).copied().flatten() else { return Vec::new() };
    let (east, north) = axes(centre);
    let seen = places.iter().zip(0_u32..).filter_map(|(place, number)| {
        let place = (*place)?;
        // 1 - cos, without the loss of digits near the eye.
        let away = 0.5 * chord(place, centre);
        let at = Point2::new(dot(place, east) / away, dot(place, north) / away);
        (away > 1e-16).then(|| (mitigate_underflow(at), number))
    });
    let (points, numbers): (Vec<_>, Vec<u32>) = seen.unzip();
    // Of points on one place the first counts.
    let Ok(net) = DelaunayTriangulation::<Point2<f64>>::bulk_load_stable(points.clone()) else { return Vec::new() };
    let number = |point: Point2<f64>, index: usize| {
        // Without doubles the order is kept, and the number is at hand.
        if points.get(index) == Some(&point) { numbers.get(index).copied() } else { None }
    };
    let own: Vec<Option<u32>> = if net.num_vertices() == points.len() {
        net.vertices().map(|vertex| number(vertex.position(), vertex.index())).collect()
    } else {
        let known: std::collections::HashMap<[u64; 2], u32> =
            points.iter().zip(&numbers).rev().map(|(at, &n)| ([at.x.to_bits(), at.y.to_bits()], n)).collect();
        let find = |at: Point2<f64>| known.get(&[at.x.to_bits(), at.y.to_bits()]).copied();
        net.vertices().map(|vertex| find(vertex.position())).collect()
    };
    let of = |index: usize| own.get(index).copied().flatten();
    let mut triangles: Vec<[u32; 3]> = net
        .inner_faces()
        .filter_map(|face| {
            let [a, b, c] = face.vertices().map(|vertex| of(vertex.index()));
            Some([a?, b?, c?])
        })
        .collect();
    triangles.extend(net.convex_hull().filter_map(|edge| {
        let [a, b] = edge.vertices().map(|vertex| of(vertex.index()));
        Some([a?, b?, eye])
    }));
    triangles
}

/// Many points, but all along lines: they cover nothing, and take for ever to be joined.
///
/// In boxes as wide as the points would be apart if they covered what they span, a surface fills most and a line few.
fn are_lines(places: &[Option<Vector>]) -> bool {
    const MANY: usize = 1000;
    let bounds = places.iter().flatten().fold(Bounds::EMPTY, |bounds, at| bounds.with(Bounds::of_patch(&[*at])));
    let known = places.iter().flatten().count();
    let along = (known as f64).sqrt();
    let width = bounds.widest() / along;
    if known < MANY || width.is_nan() || width <= 0.0 {
        return false;
    }
    let number = |at: &Vector| at.map(|part| (part / width).floor() as i32);
    let filled: HashSet<[i32; 3]> = places.iter().flatten().map(number).collect();
    (filled.len() as f64) < 8.0 * along
}

/// For points all over the Earth any; for a region's one of its outline.
fn farthest_from_the_middle(places: &[Option<Vector>]) -> Option<u32> {
    let sum = places.iter().flatten().fold([0.0; 3], |sum, at| std::array::from_fn(|n| sum[n] + at[n]));
    let middle = normal(sum);
    let far = |at: &Option<Vector>| at.map(|at| dot(at, middle));
    let known = places.iter().zip(0_u32..).filter_map(|(at, number)| Some((far(at)?, number)));
    known.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, number)| number)
}

/// Two directions at right angles to another and to each other.
fn axes(centre: Vector) -> (Vector, Vector) {
    let aside = if centre[2].abs() < 0.9 { [0.0, 0.0, 1.0] } else { [1.0, 0.0, 0.0] };
    let east = normal(cross(aside, centre));
    (east, cross(centre, east))
}

/// The circle of a triangle is compared with that of the smallest triangles at its corners.
fn without_gaps(triangles: Vec<[u32; 3]>, places: &[Option<Vector>]) -> Joined {
    let place = |n: u32| places.get(n as usize).copied().flatten().unwrap_or_default();
    let radius = |&[a, b, c]: &[u32; 3]| {
        let sides = [(a, b), (b, c), (c, a)].map(|(a, b)| chord(place(a), place(b)).sqrt());
        let (u, v) = (between(place(a), place(b)), between(place(a), place(c)));
        let normal = cross(u, v);
        let longest = sides.into_iter().fold(0.0, f64::max);
        // Corners in one line have no circle.
        if longest < LONGEST {
            sides.iter().product::<f64>() / (2.0 * dot(normal, normal).sqrt())
        } else {
            f64::INFINITY
        }
    };
    let radii: Vec<f64> = triangles.par_iter().with_min_len(4096).map(radius).collect();
    let mut least = vec![f64::INFINITY; places.len()];
    for (triangle, &radius) in triangles.iter().zip(&radii) {
        for &corner in triangle {
            if let Some(least) = least.get_mut(corner as usize) {
                *least = least.min(radius);
            }
        }
    }
    let usual = |triangle: &[u32; 3]| triangle.iter().map(|&n| least[n as usize]).fold(0.0, f64::max);
    let mut widest = vec![0.0_f64; places.len()];
    let whole = triangles.into_iter().zip(radii);
    let triangles: Vec<[u32; 3]> = whole
        .filter(|(triangle, radius)| radius.is_finite() && *radius <= GAP * usual(triangle))
        .map(|(whole, radius)| {
            whole.iter().for_each(|&n| widest[n as usize] = widest[n as usize].max(radius));
            whole
        })
        .collect();
    let mut spreads: Vec<f64> =
        widest.iter().zip(&least).filter(|(widest, _)| **widest > 0.0).map(|(widest, least)| widest / least).collect();
    let middle = spreads.len() / 2;
    let even = !spreads.is_empty() && *spreads.select_nth_unstable_by(middle, f64::total_cmp).1 < UNEVEN;
    Joined { triangles, even }
}

fn between(from: Vector, to: Vector) -> Vector {
    std::array::from_fn(|n| to[n] - from[n])
}
