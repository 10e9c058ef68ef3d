//! Directions from the Earth's middle, and the boxes that hold them.

/// A direction, or a point of the unit sphere.
pub type Vector = [f64; 3];

/// The direction of a longitude and latitude in degrees.
pub fn unit(lon: f64, lat: f64) -> Vector {
    let (sin_lon, cos_lon) = lon.to_radians().sin_cos();
    let (sin_lat, cos_lat) = lat.to_radians().sin_cos();
    [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
}

/// Longitude and latitude of the middle of some places: the mean of their directions. `None` where these cancel out, or there
/// is no place.
pub fn middle_of(places: impl Iterator<Item = (f64, f64)>) -> Option<(f64, f64)> {
    let sound = places.filter(|(lon, lat)| lon.is_finite() && lat.abs() <= 90.0 + 1e-3);
    let sum = sound.map(|(lon, lat)| unit(lon, lat)).reduce(|a, b| [a[0] + b[0], a[1] + b[1], a[2] + b[2]])?;
    let across = sum[0].hypot(sum[1]);
    (across.hypot(sum[2]) > 1e-9).then(|| (sum[1].atan2(sum[0]).to_degrees(), sum[2].atan2(across).to_degrees()))
}

pub fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The same direction of length 1; unchanged where it has no length.
pub fn normal(a: Vector) -> Vector {
    let length = dot(a, a).sqrt();
    if length > 0.0 { a.map(|part| part / length) } else { a }
}

/// The square of the straight way between two points: grows with the great-circle distance.
pub fn chord(a: Vector, b: Vector) -> f64 {
    let apart = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    dot(apart, apart)
}

/// The plane that touches the sphere at a point. Great circles are straight in it.
pub struct Plane {
    pub up: Vector,
    east: Vector,
    north: Vector,
}

impl Plane {
    pub fn at(lon: f64, lat: f64) -> Self {
        let (sin_lon, cos_lon) = lon.to_radians().sin_cos();
        let (sin_lat, cos_lat) = lat.to_radians().sin_cos();
        Self {
            up: [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat],
            east: [-sin_lon, cos_lon, 0.0],
            north: [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
        }
    }

    /// Where a point falls, seen from the Earth's middle (the gnomonic projection); `None` a quarter turn away and beyond.
    pub fn project(&self, point: Vector) -> Option<(f64, f64)> {
        let height = dot(self.up, point);
        (height > 1e-3).then(|| (dot(self.east, point) / height, dot(self.north, point) / height))
    }
}

/// A box in space, in single precision and never too small.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    low: [f32; 3],
    high: [f32; 3],
}

impl Bounds {
    pub const EMPTY: Self = Self { low: [f32::INFINITY; 3], high: [f32::NEG_INFINITY; 3] };

    /// What holds the patch of the sphere between some points that lie close together: it bulges out of their hull by
    /// less than a quarter of the square of their distance.
    pub fn of_patch(corners: &[Vector]) -> Self {
        let reach = corners.iter().map(|&corner| chord(corner, corners[0])).fold(0.0, f64::max);
        let slack = (reach + 3e-7) as f32;
        let mut bounds = Self::EMPTY;
        for corner in corners {
            for ((low, high), &part) in bounds.low.iter_mut().zip(&mut bounds.high).zip(corner) {
                *low = low.min(part as f32 - slack);
                *high = high.max(part as f32 + slack);
            }
        }
        bounds
    }

    pub fn with(self, other: Self) -> Self {
        Self {
            low: std::array::from_fn(|n| self.low[n].min(other.low[n])),
            high: std::array::from_fn(|n| self.high[n].max(other.high[n])),
        }
    }

    pub fn holds(&self, point: [f32; 3]) -> bool {
        (0..3).all(|n| self.low[n] <= point[n] && point[n] <= self.high[n])
    }

    /// The length of its longest side; below zero for an empty one.
    pub fn widest(&self) -> f64 {
        (0..3).map(|n| f64::from(self.high[n] - self.low[n])).fold(f64::NEG_INFINITY, f64::max)
    }

    /// The square of the distance from a point to the box, zero within; infinite for an empty one.
    pub fn distance(&self, point: Vector) -> f64 {
        let beside = |n: usize| (f64::from(self.low[n]) - point[n]).max(point[n] - f64::from(self.high[n])).max(0.0);
        (0..3).map(|n| beside(n).powi(2)).sum()
    }
}
