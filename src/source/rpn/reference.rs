//! The grids that ig1 to ig4 describe by themselves, and on which other grids put their axes.

use crate::grid::{Earth, Geometry, PolarStereographic, Projection, RotatedPole, wrap};

/// The sphere of the centre's polar stereographic grids, in metres, and 1 + sin 60°: their scale is true there.
const EARTH_RADIUS: f64 = 6.371e6;
const ONE_AND_SIN_60: f64 = 1.866_025;

/// What x and y mean on a grid of type L, N, S or E.
#[derive(Clone, Debug, PartialEq)]
pub enum Reference {
    /// L: multiples of a step from a corner.
    LatLon { south: f64, west: f64, dlat: f64, dlon: f64 },
    /// N and S: columns and rows counted from 1, the pole at `pi`, `pj`; `d60` metres apart at 60°.
    Polar { projection: PolarStereographic, pi: f64, pj: f64, d60: f64 },
    /// E: degrees about another pole.
    Rotated(RotatedPole),
    /// E about the true poles, its longitudes turned by so much: no rotation at all.
    Turned(f64),
}

impl Reference {
    /// `None` for other types, and for numbers that make no grid.
    pub fn of(grtyp: char, ig: [u32; 4]) -> Option<Self> {
        let [ig1, ig2, ig3, ig4] = ig.map(f64::from);
        match grtyp {
            'L' => Some(Self::LatLon {
                south: ig3 / 100.0 - 90.0,
                west: ig4 / 100.0,
                dlat: ig1 / 100.0,
                dlon: ig2 / 100.0,
            }),
            'N' | 'S' => Self::polar(grtyp == 'S', ig),
            'E' => {
                let [lat1, lon1, lat2, lon2] = rotation_angles(ig);
                Self::rotated(lat1, lon1, lat2, lon2)
            }
            _ => None,
        }
    }

    /// The old coding has the pole's position, the new one, marked by a large ig4, that of the first point.
    fn polar(is_south: bool, [ig1, ig2, ig3, ig4]: [u32; 4]) -> Option<Self> {
        const NEW: u32 = 32_768;
        const MIRRORED: u32 = 16_384;
        let number = f64::from;
        if ig4 < NEW {
            let (pi, pj) = (number(ig2) / 10.0, number(ig1) / 10.0);
            return Self::polar_about(is_south, pi, pj, 100.0 * number(ig4), number(ig3) / 100.0);
        }
        let (d60, ig3) = if ig3 >= NEW { (1000.0 * number(ig1), ig3 - NEW) } else { (100.0 * number(ig1), ig3) };
        let (turn, ig4) = (number(ig2) / 10.0, ig4 - NEW);
        let (turn, ig4) = if ig4 >= MIRRORED { (360.0 - turn, ig4 - MIRRORED) } else { (turn, ig4) };
        let lat = 90.0 - 180.0 * number(ig4) / 16_383.0;
        let lon = 360.0 * number(ig3) / 32_767.0;
        let (lat, lon) = if is_south { (-lat, -lon) } else { (lat, lon) };
        let sine = lat.to_radians().sin();
        let radius = ONE_AND_SIN_60 * EARTH_RADIUS / d60 * ((1.0 - sine) / (1.0 + sine)).sqrt();
        let (sin, cos) = (lon + turn).to_radians().sin_cos();
        Self::polar_about(is_south, 1.0 - radius * cos, 1.0 - radius * sin, d60, turn)
    }

    /// `turn`: from the x axis to Greenwich, counter-clockwise, in degrees.
    fn polar_about(is_south: bool, pi: f64, pj: f64, d60: f64, turn: f64) -> Option<Self> {
        // Our y axis points away from the central meridian in the north, along it in the south.
        let central = wrap(if is_south { turn - 90.0 } else { -turn - 90.0 });
        let earth = Earth::sphere(EARTH_RADIUS);
        let projection = PolarStereographic::scaled_by(is_south, ONE_AND_SIN_60 / 2.0, central, earth)?;
        (d60 > 0.0 && pi.is_finite() && pj.is_finite()).then_some(Self::Polar { projection, pi, pj, d60 })
    }

    /// The first position is that of the rotated latitude 0 and longitude 180, the second lies on the rotated equator
    /// east of it. Degrees.
    pub fn rotated(lat1: f64, lon1: f64, lat2: f64, lon2: f64) -> Option<Self> {
        let (first, second) = (unit_vector(lat1, lon1), unit_vector(lat2, lon2));
        let x = first.map(|part| -part);
        let z = normalised(cross(first, second))?;
        let y = cross(z, x);
        if z[0].hypot(z[1]) < 1e-9 {
            let turn = x[1].atan2(x[0]).to_degrees();
            return Some(if z[2] > 0.0 {
                Self::Turned(turn)
            } else {
                Self::Rotated(RotatedPole::new(-90.0, 180.0, wrap(turn - 180.0)))
            });
        }
        let pole_latitude = z[2].clamp(-1.0, 1.0).asin().to_degrees();
        let pole_longitude = z[1].atan2(z[0]).to_degrees();
        // The true north pole as the rotated axes see it.
        let north_pole_longitude = y[2].atan2(x[2]).to_degrees();
        Some(Self::Rotated(RotatedPole::new(pole_latitude, pole_longitude, north_pole_longitude)))
    }

    /// Axes in this reference's own numbers, put on the Earth.
    pub fn place(&self, x: Vec<f64>, y: Vec<f64>) -> Geometry {
        let each = |values: Vec<f64>, f: &dyn Fn(f64) -> f64| values.into_iter().map(f).collect();
        match self {
            Self::LatLon { south, west, dlat, dlon } => {
                let (lon, lat) = (each(x, &|x| west + dlon * x), each(y, &|y| south + dlat * y));
                Geometry::LatLon { lat, lon }
            }
            Self::Turned(turn) => Geometry::LatLon { lat: y, lon: each(x, &|x| x + turn) },
            Self::Rotated(pole) => Geometry::Projected { projection: Projection::RotatedPole(*pole), x, y },
            Self::Polar { projection, pi, pj, d60 } => Geometry::Projected {
                projection: Projection::PolarStereographic(*projection),
                x: each(x, &|x| (x - pi) * d60),
                y: each(y, &|y| (y - pj) * d60),
            },
        }
    }
}

/// The four angles of an E grid, in steps of a fortieth of a degree, each spread over two numbers.
fn rotation_angles([ig1, ig2, ig3, ig4]: [u32; 4]) -> [f64; 4] {
    let [ig1, ig2, ig3, ig4] = [ig1, ig2, ig3, ig4].map(i64::from);
    let (lat1, lon1) = (ig1 << 2 | ig3 & 3, ig3 >> 2);
    let (lat2, lon2) = (ig2 << 2 | ig4 & 3, ig4 >> 2);
    let lat2 = if lat2 > 3600 { lat2 - 7201 } else { lat2 };
    let lon1 = if lon1 < 3559 { lon1 + 16_384 } else { lon1 };
    [lat1 - 3600, lon1 - 3600, lat2, lon2].map(|angle| angle as f64 / 40.0)
}

fn unit_vector(lat: f64, lon: f64) -> [f64; 3] {
    let ((sin_lat, cos_lat), (sin_lon, cos_lon)) = (lat.to_radians().sin_cos(), lon.to_radians().sin_cos());
    [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
}

fn cross([a, b, c]: [f64; 3], [d, e, f]: [f64; 3]) -> [f64; 3] {
    [b * f - c * e, c * d - a * f, a * e - b * d]
}

/// `None` for a vector without a direction.
fn normalised(vector: [f64; 3]) -> Option<[f64; 3]> {
    let length = vector.iter().map(|part| part * part).sum::<f64>().sqrt();
    (length > 1e-9).then(|| vector.map(|part| part / length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Grid;

    fn position(reference: &Reference, x: f64, y: f64) -> (f64, f64) {
        let grid = Grid { ny: 1, nx: 1, geometry: reference.place(vec![x], vec![y]) };
        grid.position(0, 0).expect("on the Earth")
    }

    fn near(found: (f64, f64), expected: (f64, f64)) {
        let apart = wrap(found.0 - expected.0).abs().max((found.1 - expected.1).abs());
        assert!(apart < 1e-4, "{found:?} is not {expected:?}");
    }

    #[test]
    fn the_first_and_last_point_of_the_worked_example_lie_where_they_should() {
        let reference = Reference::of('L', [90, 90, 11_000, 23_000]).expect("a grid");
        near(position(&reference, 0.0, 0.0), (230.0, 20.0));
        near(position(&reference, 89.0, 55.0), (310.1, 69.5));
    }

    #[test]
    fn the_pole_of_a_polar_grid_is_its_pole_and_greenwich_lies_at_its_angle() {
        // Pole at column 10, row 15; 190.5 km at 60°; Greenwich 21° from the x axis.
        let reference = Reference::of('N', [150, 100, 2100, 1905]).expect("a grid");
        near((0.0, position(&reference, 10.0, 15.0).1), (0.0, 90.0));
        // Ten columns to the right of the pole: longitude -21°.
        let radius: f64 = 10.0 * 190_500.0 / (1.866_025 * 6.371e6);
        let expected = (-21.0, 90.0 - 2.0 * radius.atan().to_degrees());
        near(position(&reference, 20.0, 15.0), expected);
        let south = Reference::of('S', [150, 100, 2100, 1905]).expect("a grid");
        near(position(&south, 20.0, 15.0), (21.0, -expected.1));
        assert_eq!(Reference::of('N', [150, 100, 2100, 0]), None, "points on one another");
    }

    #[test]
    fn the_centre_of_a_rotated_grid_is_its_first_position() {
        let reference = Reference::rotated(50.0, -95.0, 0.0, 5.0).expect("a rotation");
        near(position(&reference, 180.0, 0.0), (-95.0, 50.0));
        // The rotated equator passes the second position, as far east as both lie apart: cos⁻¹(cos 50° cos 100°).
        let apart = (50_f64.to_radians().cos() * 100_f64.to_radians().cos()).acos().to_degrees();
        near(position(&reference, 180.0 + apart, 0.0), (5.0, 0.0));
        assert_eq!(Reference::rotated(50.0, -95.0, 50.0, -95.0), None, "no direction");
    }

    #[test]
    fn an_unrotated_grid_is_one_of_latitudes_and_longitudes() {
        let reference = Reference::of('E', [900, 0, 43_200, 43_200]).expect("a grid");
        near(position(&reference, 30.0, 20.0), (30.0, 20.0));
        assert!(matches!(reference, Reference::Turned(turn) if turn.abs() < 1e-9));
    }
}
