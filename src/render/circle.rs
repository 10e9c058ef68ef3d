//! Directions between the points of a grid: on the circle, as the direction of the mean vector.

use crate::map::{Memory, Ready, Sampler};

/// The memory that this needs, used again for every frame.
#[derive(Default)]
pub struct Circle {
    sines: Vec<f32>,
    cosines: Vec<f32>,
    memory: Memory,
    row: Vec<f32>,
}

/// Directions made ready to be sampled row by row.
pub struct OnCircle<'a> {
    sines: Ready<'a>,
    cosines: Ready<'a>,
    row: &'a mut Vec<f32>,
    first: f32,
    cycle: f32,
}

impl Circle {
    /// `values` are those of the sampler's window, `cycle` what makes a turn; sampled values count from `first` on.
    pub fn ready<'a>(
        &'a mut self,
        sampler: &'a Sampler,
        values: &[f32],
        [first, cycle]: [f32; 2],
        memory: &'a mut Memory,
    ) -> OnCircle<'a> {
        let turn = std::f32::consts::TAU / cycle;
        self.sines.clear();
        self.sines.extend(values.iter().map(|value| (value * turn).sin()));
        self.cosines.clear();
        self.cosines.extend(values.iter().map(|value| (value * turn).cos()));
        OnCircle {
            sines: sampler.ready(&self.sines, memory),
            cosines: sampler.ready(&self.cosines, &mut self.memory),
            row: &mut self.row,
            first,
            cycle,
        }
    }
}

impl OnCircle<'_> {
    /// The directions at the pixels of row `y`; NaN outside, and beside a missing value. `out` has the picture's width.
    pub fn row(&mut self, y: usize, out: &mut [f32]) {
        self.row.clear();
        self.row.resize(out.len(), f32::NAN);
        self.sines.row(y, out);
        self.cosines.row(y, self.row);
        let per_radian = self.cycle / std::f32::consts::TAU;
        for (out, cosine) in out.iter_mut().zip(self.row.iter()) {
            let value = out.atan2(*cosine) * per_radian;
            // A hair below the first bound is the last class, not a turn above it.
            let from_first = (value - self.first).rem_euclid(self.cycle);
            *out = self.first + if from_first < self.cycle { from_first } else { 0.0 };
            if value.is_nan() {
                *out = f32::NAN;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Geometry, Grid};
    use crate::map::region;

    #[test]
    fn between_350_and_10_degrees_lies_north() {
        let lat = (0..91).map(|j| 90.0 - 2.0 * f64::from(j)).collect();
        let lon = (0..180).map(|i| 2.0 * f64::from(i)).collect();
        let grid = Grid { ny: 91, nx: 180, geometry: Geometry::LatLon { lat, lon } };
        let view = region("canada").expect("bundled").view([200, 150], 1.0, None);
        let sampler = Sampler::new(&grid, &view).expect("in the view");
        let window = sampler.window;
        let values: Vec<f32> = (0..window.ny * window.nx)
            .map(|n| if (n + n / window.nx).is_multiple_of(2) { 350.0 } else { 10.0 })
            .collect();
        let (mut circle, mut memory, mut row) = (Circle::default(), Memory::default(), vec![0.0; 200]);
        let mut field = circle.ready(&sampler, &values, [-22.5, 360.0], &mut memory);
        for y in 0..150 {
            field.row(y, &mut row);
            assert!(row.iter().all(|value| value.is_nan() || value.abs() < 12.0), "{y}: {row:?}");
            assert!(row.iter().any(|value| !value.is_nan()), "{y}");
        }
    }
}
