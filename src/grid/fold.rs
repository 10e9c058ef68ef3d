//! The north fold of a tripolar grid: the last row meets itself, turned round. Ocean models (NEMO's ORCA, MOM) put two
//! poles on land in the north; the last row of points runs from one to the other and back along its other side.

/// How the rows go on beyond the last one: row `rows` is row `rows - 1` backwards, row `rows + 1` the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    rows: usize,
    /// A column and the one on the other side of the fold together, modulo `turn`.
    sum: usize,
    /// Columns once round.
    turn: usize,
}

impl Fold {
    /// The stored row and column of a point, which may lie beyond the last row.
    #[must_use]
    pub fn stored(&self, (j, i): (usize, usize)) -> (usize, usize) {
        match j.checked_sub(self.rows) {
            None => (j, i),
            Some(beyond) => (self.rows.saturating_sub(1 + beyond), self.mirrored(i)),
        }
    }

    fn mirrored(&self, i: usize) -> usize {
        (self.sum + self.turn - i % self.turn) % self.turn
    }

    /// Found where most points of the last row lie beside the one that mirrors them about a fixed column, and beside none
    /// if that column is another one, as they would in a small ring around a pole; and where no row repeats what lies on
    /// the other side, as it does in files that keep the model's own margin.
    ///
    /// `apart` gives the square of the distance between two points, by row and column.
    pub fn find(
        rows: usize,
        turn: usize,
        apart: impl Fn((usize, usize), (usize, usize)) -> Option<f64>,
    ) -> Option<Self> {
        const SAMPLES: usize = 64;
        const LEAST_COLUMNS: usize = 16;
        let last = rows.checked_sub(3)? + 2;
        if turn < LEAST_COLUMNS {
            return None;
        }
        let sampled: Vec<(usize, f64)> = (0..turn)
            .step_by((turn / SAMPLES).max(1))
            .filter_map(|i| Some((i, apart((last, i), (last - 1, i))?)))
            .collect();
        let of = |sum: usize| Self { rows, sum: sum % turn, turn };
        // No farther than rows are apart, and some more where they widen.
        let beside = |fold: Self| {
            let across = |&(i, row): &(usize, f64)| Some((apart((last, i), (last, fold.mirrored(i)))?, 9.0 * row));
            let near = sampled.iter().filter_map(across).filter(|(across, most)| across <= most);
            near.fold((0, 0.0), |(count, sum), (across, _)| (count + 1, sum + across))
        };
        let better = |a: &(usize, (usize, f64)), b: &(usize, (usize, f64))| {
            a.1.0.cmp(&b.1.0).then_with(|| b.1.1.total_cmp(&a.1.1))
        };
        let (sum, (near, _)) = (0..turn).map(|sum| (sum, beside(of(sum)))).max_by(better)?;
        let fold = of(sum);
        let repeats = |row: usize| {
            let same = |(i, step): &(usize, f64)| Some(apart((row, fold.mirrored(*i)), (last, *i))? <= 1e-6 * step);
            sampled.iter().filter(|sample| same(sample) == Some(true)).count() * 2 > sampled.len()
        };
        let in_a_ring = beside(of(sum + turn / 4)).0 * 2 >= near;
        (near * 10 >= sampled.len().max(1) * 6 && !in_a_ring && !repeats(last - 1) && !repeats(last - 2))
            .then_some(fold)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis, concatenate};

    use crate::grid::{Curvilinear, Geometry, Grid};

    /// Columns, and rows of the cap and south of it.
    const NI: usize = 72;
    const NJ: usize = 20;
    const SOUTH: usize = 30;
    const EDGE: f64 = 50.0;

    /// A tripolar grid without its margin, by formula: parallels up to 50°N; then the cap, seen from above the pole, is a
    /// hemisphere (radius tan of half the colatitude, the edge being its equator) with its poles on the edge, whose half
    /// circles from pole to pole are the rows. The last row lies half a step before the meridian that it would fold on.
    fn tripolar() -> [Array2<f64>; 2] {
        let phi = |i: usize| std::f64::consts::TAU * (i as f64 + 0.5) / NI as f64;
        let cap = |j: usize, i: usize| {
            let turn = j as f64 / (NJ as f64 - 0.5) * std::f64::consts::FRAC_PI_2;
            let (x, y, z) = (phi(i).cos(), phi(i).sin() * turn.cos(), phi(i).sin().abs() * turn.sin());
            let radius = (z.acos() / 2.0).tan() * ((90.0 - EDGE).to_radians() / 2.0).tan();
            (90.0 - 2.0 * radius.atan().to_degrees(), y.atan2(x).to_degrees())
        };
        let place = |j: usize, i: usize| match j.checked_sub(SOUTH) {
            Some(j) => cap(j, i),
            None => (-60.0 + 110.0 * j as f64 / SOUTH as f64, phi(i).to_degrees()),
        };
        let plane = |pick: fn((f64, f64)) -> f64| Array2::from_shape_fn((SOUTH + NJ, NI), |(j, i)| pick(place(j, i)));
        [plane(|place| place.0), plane(|place| place.1 + 73.0)]
    }

    fn grid([lat, lon]: [Array2<f64>; 2]) -> Grid {
        let (ny, nx) = lat.dim();
        Grid { ny, nx, geometry: Curvilinear::new(lat, lon).map(Geometry::Curvilinear).expect("one shape") }
    }

    /// Smooth over the pole.
    fn height(lon: f64, lat: f64) -> f64 {
        let (east, north) = (lon.to_radians(), lat.to_radians());
        north.cos() * (2.0 * east.cos() + east.sin()) + 3.0 * north.sin()
    }

    #[test]
    fn a_tripolar_grid_has_no_slit_along_its_fold() {
        let grid = grid(tripolar());
        let fold = grid.fold().expect("its last row meets itself");
        assert_eq!(fold.stored((SOUTH + NJ, 3)), (SOUTH + NJ - 1, NI - 1 - 3));
        assert_eq!(fold.stored((SOUTH + NJ + 1, 0)), (SOUTH + NJ - 2, NI - 1));
        for n in 0..4000 {
            let (lon, lat) = ((n * 77 % 3600) as f64 / 10.0, 51.0 + 39.0 * f64::from(n) / 4000.0);
            // The grid's own poles, at the edge of the cap, lie in no cell.
            if lat < 56.0 && ((lon - 73.0).rem_euclid(180.0) - 90.0).abs() > 80.0 {
                continue;
            }
            let around = grid.around(lon, lat).unwrap_or_else(|| panic!("a hole at {lon} {lat}"));
            let value = |j: usize, i: usize| grid.position(j, i).map(|(lon, lat)| height(lon, lat));
            let mean = around.mean(value);
            assert!((mean - height(lon, lat)).abs() < 0.02, "{lon} {lat}: {mean}");
        }
    }

    #[test]
    fn a_model_that_keeps_its_margin_needs_no_cells_behind_it() {
        // The margin of such a grid is the last row backwards, or the row before the last one where the fold lies on a row.
        let kept = tripolar().map(|plane| {
            let last = plane.index_axis(Axis(0), SOUTH + NJ - 1).to_owned();
            let turned = Array2::from_shape_fn((1, NI), |(_, i)| last[NI - 1 - i]);
            concatenate(Axis(0), &[plane.view(), turned.view()]).expect("as many columns")
        });
        let grid = grid(kept);
        assert_eq!(grid.fold(), None);
        assert!(grid.around(73.0, 85.0).is_some());
    }

    #[test]
    fn rows_around_a_pole_do_not_fold() {
        let lat = Array2::from_shape_fn((30, 72), |(j, i)| 31.0 + 2.0 * j as f64 + 0.01 * (i % 7) as f64);
        let lon = Array2::from_shape_fn((30, 72), |(_, i)| 5.0 * i as f64);
        assert_eq!(grid([lat.clone(), lon.clone()]).fold(), None);
        let on_the_pole = Array2::from_shape_fn((30, 72), |(j, _)| 32.0 + 2.0 * j as f64);
        assert_eq!(grid([on_the_pole, lon]).fold(), None);
    }
}
