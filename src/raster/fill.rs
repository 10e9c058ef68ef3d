//! Filled polygons with exact antialiasing.
//!
//! Every edge adds its signed area to the pixels right of it, and a running sum along each row gives the coverage: the
//! cost grows with the length of the outline, edges that two rings share cancel without a seam, and what lies left,
//! right, above or below the picture needs no clipping. Rings of opposite turn are holes.

use super::Mask;

/// Signed areas of the edges added so far.
pub struct Fill {
    width: usize,
    height: usize,
    /// One column more than the picture: edges at its right border spill there.
    area: Vec<f32>,
}

impl Fill {
    #[must_use]
    pub fn new(width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        Self { width, height, area: vec![0.0; (width + 2) * height] }
    }

    /// Adds a ring; its last point is joined to its first. Points that are not finite are left out.
    pub fn ring(&mut self, points: &[(f64, f64)]) {
        let finite = |p: &&(f64, f64)| p.0.is_finite() && p.1.is_finite();
        let mut points = points.iter().filter(finite);
        let Some(&first) = points.next() else { return };
        let mut last = first;
        for &point in points {
            self.edge(last, point);
            last = point;
        }
        self.edge(last, first);
    }

    /// Hands the covered pixels to a mask and empties the fill.
    pub fn drain_into(&mut self, mask: &mut Mask) {
        let stride = self.width + 2;
        for (y, row) in self.area.chunks_exact_mut(stride).enumerate() {
            if row.iter().all(|&area| area == 0.0) {
                continue;
            }
            let mut sum = 0.0_f32;
            for (cover, area) in mask.touch(y, 0, self.width).iter_mut().zip(row.iter()) {
                sum += area;
                let value = (sum.abs().min(1.0) * 255.0 + 0.5) as u8;
                *cover = value.max(*cover);
            }
            row.fill(0.0);
        }
    }

    fn edge(&mut self, a: (f64, f64), b: (f64, f64)) {
        let (sign, top, bottom) = if a.1 < b.1 { (1.0, a, b) } else { (-1.0, b, a) };
        let height = bottom.1 - top.1;
        if height <= 0.0 || bottom.1 <= 0.0 || top.1 >= self.height as f64 {
            return;
        }
        let slope = (bottom.0 - top.0) / height;
        let (from, to) = (top.1.max(0.0), bottom.1.min(self.height as f64));
        let right = self.width as f64;
        for y in from.floor() as usize..(to.ceil() as usize).min(self.height) {
            let (y0, y1) = (from.max(y as f64), to.min((y + 1) as f64));
            let x_at = |y: f64| (top.0 + (y - top.1) * slope).clamp(0.0, right);
            let (x0, x1) = (x_at(y0), x_at(y1));
            self.spread(y, x0.min(x1), x0.max(x1), sign * (y1 - y0));
        }
    }

    /// Adds `covered` (signed height within row `y`) spread evenly over `x0..x1`.
    fn spread(&mut self, y: usize, x0: f64, x1: f64, covered: f64) {
        let stride = self.width + 2;
        let Some(row) = self.area.get_mut(y * stride..(y + 1) * stride) else { return };
        let (first, last) = (x0.floor() as usize, (x1.ceil() as usize).max(x0.floor() as usize + 1));
        let share = |from: f64, to: f64, column: usize| {
            // Part of the edge that lies in this column, and how far right of its left side its middle is.
            let part = if x1 > x0 { (to - from) / (x1 - x0) } else { 1.0 };
            (part * covered, 0.5 * (from + to) - column as f64)
        };
        for column in first..last.min(self.width + 1) {
            let (from, to) = (x0.max(column as f64), x1.min((column + 1) as f64));
            let (height, middle) = share(from, to, column);
            row[column] += (height * (1.0 - middle)) as f32;
            row[column + 1] += (height * middle) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(rings: &[&[(f64, f64)]]) -> Vec<u8> {
        let (mut fill, mut mask) = (Fill::new(20, 10), Mask::new(20, 10));
        for ring in rings {
            fill.ring(ring);
        }
        fill.drain_into(&mut mask);
        (0..10).flat_map(|y| mask.touch(y, 0, 20).to_vec()).collect()
    }

    fn total(coverage: &[u8]) -> f64 {
        coverage.iter().map(|c| f64::from(*c) / 255.0).sum()
    }

    #[test]
    fn a_polygon_covers_its_area() {
        let triangle = [(2.3, 1.2), (17.9, 3.4), (6.1, 9.3)];
        let area = 0.5 * ((17.9 - 2.3) * (9.3 - 1.2) - (6.1 - 2.3) * (3.4 - 1.2));
        assert!((total(&covered(&[&triangle])) - f64::abs(area)).abs() < 0.15);
    }

    #[test]
    fn a_ring_of_opposite_turn_is_a_hole() {
        let outer = [(1.0, 1.0), (19.0, 1.0), (19.0, 9.0), (1.0, 9.0)];
        let hole = [(5.0, 3.0), (5.0, 7.0), (15.0, 7.0), (15.0, 3.0)];
        assert!((total(&covered(&[&outer, &hole])) - (18.0 * 8.0 - 10.0 * 4.0)).abs() < 1e-6);
    }

    #[test]
    fn two_halves_leave_no_seam() {
        let left = [(0.0, 0.0), (7.37, 0.0), (12.61, 10.0), (0.0, 10.0)];
        let right = [(7.37, 0.0), (20.0, 0.0), (20.0, 10.0), (12.61, 10.0)];
        assert!(covered(&[&left, &right]).iter().all(|&c| c == 255));
    }

    #[test]
    fn what_surrounds_the_picture_fills_it() {
        let around = [(-5e6, -4e6), (7e6, -4e6), (7e6, 4e6), (-5e6, 4e6)];
        assert!(covered(&[&around]).iter().all(|&c| c == 255));
        let beside = [(30.0, -5.0), (90.0, -5.0), (90.0, 50.0), (30.0, 50.0)];
        assert!(covered(&[&beside]).iter().all(|&c| c == 0));
    }
}
