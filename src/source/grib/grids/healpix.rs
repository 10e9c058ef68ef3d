//! Template 150: HEALPix, twelve diamonds of equal area, each cut into squares (Górski et al. 2005,
//! doi:10.1086/427976). Drawn as loose points.

use std::f64::consts::FRAC_PI_2;

use super::super::octets::Octets;
use super::edition2::unplaced;
use super::{Described, Order};
use crate::grid::{Geometry, Grid, Points};

/// Each point takes its own latitude and longitude.
const MOST_PLACED: usize = 1 << 24;

/// Octets 32 to 35 say into how many parts a diamond's side is cut, octet 41 how points are counted: along parallels
/// (0) or diamond by diamond (1).
pub fn describe(section: Octets<'_>, points: usize) -> Option<Described> {
    let side = section.u32(32)? as usize;
    if side == 0 || side.checked_mul(side)?.checked_mul(12)? != points {
        return None;
    }
    let (at_centres, turn) = (section.u8(40)? == 4, f64::from(section.i32(36)?) * 1e-6 - 45.0);
    let places: Vec<(f64, f64)> = match section.u8(41)? {
        _ if points > MOST_PLACED || !at_centres => Vec::new(),
        0 => along_parallels(side),
        1 if side.is_power_of_two() => (0..points).map(|point| nested(side, point)).collect(),
        _ => Vec::new(),
    };
    if places.is_empty() {
        return Some(Described::unplaced("healpix", Order::default(), 1, points, unplaced(150)));
    }
    let lat = places.iter().map(|place| place.0).collect();
    let lon = places.iter().map(|place| place.1 + turn).collect();
    let geometry = Geometry::Points(Points::new(lat, lon)?);
    Some(Described::new("healpix", Order::default(), Grid { ny: 1, nx: points, geometry }))
}

/// From the north pole southwards, each ring eastwards.
fn along_parallels(side: usize) -> Vec<(f64, f64)> {
    let mut places = Vec::new();
    for ring in 1..4 * side {
        let (quarter, lat, half) = parallel(side, ring);
        let step = FRAC_PI_2.to_degrees() / quarter as f64;
        places.extend((0..4 * quarter).map(|j| (lat, (j as f64 + if half { 0.5 } else { 0.0 }) * step)));
    }
    places
}

/// Of a ring: the points in a quarter of it, its latitude, and whether its first point lies half a step from Greenwich.
fn parallel(side: usize, ring: usize) -> (usize, f64, bool) {
    let n = side as f64;
    let cap = |ring: usize| 1.0 - (ring * ring) as f64 / (3.0 * n * n);
    let (quarter, z, half) = if ring < side {
        (ring, cap(ring), true)
    } else if ring > 3 * side {
        (4 * side - ring, -cap(4 * side - ring), true)
    } else {
        (side, (2.0 * n - ring as f64) * 2.0 / (3.0 * n), (ring - side) % 2 == 0)
    };
    (quarter, z.asin().to_degrees(), half)
}

/// Diamond by diamond; within one, the bits of x and y take turns.
fn nested(side: usize, point: usize) -> (f64, f64) {
    let (face, within) = (point / (side * side), point % (side * side));
    let (x, y) = (even_bits(within), even_bits(within >> 1));
    let (row, column) = (face / 4 + 2, 2 * (face % 4) + usize::from(face / 4 != 1));
    let ring = row * side - x - y - 1;
    let (quarter, lat, half) = parallel(side, ring);
    // Position along the ring in half steps, counted from Greenwich.
    let halves = (column * quarter + x) as isize - y as isize;
    let around = 8 * quarter as isize;
    let halves = halves.rem_euclid(around);
    debug_assert_eq!(halves % 2 != 0, half);
    (lat, halves as f64 * FRAC_PI_2.to_degrees() / (2.0 * quarter as f64))
}

fn even_bits(word: usize) -> usize {
    (0..usize::BITS / 2).fold(0, |bits, n| bits | (word >> (2 * n) & 1) << n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_along_parallels_lie_where_eccodes_has_them() {
        // Nside 8 with ecCodes 2.50: `latitudes` and `longitudes` of points 0, 4, 5, 40.
        let places = along_parallels(8);
        assert_eq!(places.len(), 768);
        for (point, lat, lon) in [(0, 84.149_732_94, 45.0), (4, 78.284_147_61, 22.5), (5, 78.284_147_61, 67.5)] {
            assert!((places[point].0 - lat).abs() < 1e-7 && (places[point].1 - lon).abs() < 1e-7, "{point}");
        }
        assert!((places[40].1 - 9.0).abs() < 1e-9);
    }

    #[test]
    fn both_ways_of_counting_meet_the_same_points() {
        let place = |(lat, lon): (f64, f64)| ((lat * 1e6).round() as i64, (lon * 1e6).round() as i64);
        let mut rings: Vec<_> = along_parallels(4).into_iter().map(place).collect();
        let mut diamonds: Vec<_> = (0..192).map(|point| place(nested(4, point))).collect();
        rings.sort_unstable();
        diamonds.sort_unstable();
        assert_eq!(rings, diamonds);
        // The first diamond begins on the equator's side, at 45°E (healpix' pix2ang, nested, of point 0).
        assert_eq!(place(nested(1, 0)), (41_810_315, 45_000_000));
    }
}
