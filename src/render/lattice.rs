//! The picture's lattice: a field sampled smoothly at every few pixels, for isolines.

use ndarray::ArrayView2;

use super::bands::range_of;

/// Where the nodes of a lattice lie in the cut field. The lattice covers the map and one step more on each side, so
/// that isolines reach the border.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LatticeMap {
    pub nx: usize,
    pub ny: usize,
    /// Pixels between neighbouring nodes.
    pub step: f32,
    /// Where the first node lies, in pixels of the map.
    pub origin: (f32, f32),
    /// `ny` rows of `nx`: column and row of the cut field, NaN outside of it.
    pub places: Vec<(f32, f32)>,
}

/// A field sampled at the nodes of a lattice.
#[derive(Clone, Debug, Default)]
pub struct Lattice {
    pub nx: usize,
    pub ny: usize,
    /// Pixels between neighbouring nodes.
    pub step: f32,
    /// Where the first node lies, in pixels.
    pub origin: (f32, f32),
    /// `ny` rows of `nx`; missing values are NaN.
    pub values: Vec<f32>,
}

impl Lattice {
    /// Samples a cut field: Catmull-Rom over 16 values, kept within the field's range; bilinear where some of the 16 are
    /// missing or outside, missing where one of the inner four is. Memory of the former lattice is used again.
    pub fn sample(&mut self, map: &LatticeMap, field: ArrayView2<f32>) {
        (self.nx, self.ny, self.step, self.origin) = (map.nx, map.ny, map.step, map.origin);
        self.values.clear();
        let (low, high) = range_of(field);
        let (ny, nx) = field.dim();
        let Some(values) = field.to_slice().filter(|_| nx >= 2 && ny >= 2) else {
            self.values.resize(map.places.len(), f32::NAN);
            return;
        };
        let cut = Cut { values, nx, ny, low, high };
        self.values.extend(map.places.iter().map(|&(x, y)| cut.at(x, y)));
    }
}

/// A cut field and its range.
struct Cut<'a> {
    values: &'a [f32],
    nx: usize,
    ny: usize,
    low: f32,
    high: f32,
}

impl Cut<'_> {
    fn at(&self, x: f32, y: f32) -> f32 {
        let (last_x, last_y) = ((self.nx - 1) as f32, (self.ny - 1) as f32);
        // False for NaN: nodes outside of the field.
        if !(x >= 0.0 && y >= 0.0 && x <= last_x && y <= last_y) {
            return f32::NAN;
        }
        let (i, j) = ((x as usize).min(self.nx - 2), (y as usize).min(self.ny - 2));
        let (fx, fy) = (x - i as f32, y - j as f32);
        let smooth = self.bicubic(i, j, fx, fy);
        if smooth.is_nan() { self.bilinear(i, j, fx, fy) } else { smooth.max(self.low).min(self.high) }
    }

    /// NaN where one of the 16 values is missing or outside.
    fn bicubic(&self, i: usize, j: usize, fx: f32, fy: f32) -> f32 {
        if i == 0 || j == 0 || i + 2 >= self.nx || j + 2 >= self.ny {
            return f32::NAN;
        }
        let (wx, wy) = (catmull_rom(fx), catmull_rom(fy));
        let first = (j - 1) * self.nx + i - 1;
        let sixteen = &self.values[first..first + 3 * self.nx + 4];
        let row = |k: usize| {
            let four = &sixteen[k * self.nx..k * self.nx + 4];
            four[0] * wx[0] + four[1] * wx[1] + four[2] * wx[2] + four[3] * wx[3]
        };
        row(0) * wy[0] + row(1) * wy[1] + row(2) * wy[2] + row(3) * wy[3]
    }

    fn bilinear(&self, i: usize, j: usize, fx: f32, fy: f32) -> f32 {
        let first = j * self.nx + i;
        let four = &self.values[first..first + self.nx + 2];
        let upper = four[0] + (four[1] - four[0]) * fx;
        let lower = four[self.nx] + (four[self.nx + 1] - four[self.nx]) * fx;
        upper + (lower - upper) * fy
    }
}

fn catmull_rom(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [0.5 * (2.0 * t2 - t - t3), 0.5 * (2.0 - 5.0 * t2 + 3.0 * t3), 0.5 * (t + 4.0 * t2 - 3.0 * t3), 0.5 * (t3 - t2)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn sampled(field: &Array2<f32>, places: Vec<(f32, f32)>) -> Vec<f32> {
        let map = LatticeMap { nx: places.len(), ny: 1, step: 4.0, origin: (0.0, 0.0), places };
        let mut lattice = Lattice::default();
        lattice.sample(&map, field.view());
        lattice.values
    }

    #[test]
    fn a_ramp_is_sampled_exactly_up_to_its_border() {
        let ramp = Array2::from_shape_fn((6, 8), |(j, i)| 2.0 * i as f32 - j as f32);
        for (x, y) in [(0.0, 0.0), (3.25, 2.5), (7.0, 5.0), (0.4, 4.9), (6.99, 0.01)] {
            let got = sampled(&ramp, vec![(x, y)])[0];
            assert!((got - (2.0 * x - y)).abs() < 1e-5, "{x} {y}: {got}");
        }
    }

    #[test]
    fn nodes_outside_and_in_holes_are_missing() {
        let mut field = Array2::from_elem((6, 6), 5.0);
        field[[2, 2]] = f32::NAN;
        let values =
            sampled(&field, vec![(-0.1, 1.0), (f32::NAN, 1.0), (5.1, 1.0), (2.5, 2.5), (3.5, 3.5), (1.0, 1.0)]);
        let missing: Vec<_> = values.iter().map(|value| value.is_nan()).collect();
        assert_eq!(missing, [true, true, true, true, false, true]);
    }

    #[test]
    fn smooth_values_stay_within_the_fields_range() {
        let steep = Array2::from_shape_fn((8, 8), |(_, i)| if i < 4 { 0.0 } else { 100.0 });
        let places = (0..70).map(|n| (n as f32 / 10.0, 3.3)).collect();
        assert!(sampled(&steep, places).iter().all(|value| (0.0..=100.0).contains(value)));
    }
}
