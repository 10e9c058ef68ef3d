//! Grids of which one lies between the points of the other, as those of both components of a wind (Arakawa's C grid).

use super::sphere::{Vector, chord, unit};
use super::{Geometry, Grid};

/// Which points of another grid lie around a point: rows `j + dj` and `j + dj + 1`, columns `i + di` and `i + di + 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Neighbours {
    /// -1 or 0.
    pub dj: isize,
    pub di: isize,
}

impl Neighbours {
    const ALL: [Self; 4] =
        [Self { dj: 0, di: -1 }, Self { dj: -1, di: 0 }, Self { dj: 0, di: 0 }, Self { dj: -1, di: -1 }];
}

impl Grid {
    /// Whether the points of two grids lie at the same places, as far as a tenth of a cell counts.
    #[must_use]
    pub fn lies_on(&self, other: &Self) -> bool {
        let at = |grid: &Self, j: usize, i: usize| grid.position(j, i).map(|(lon, lat)| unit(lon, lat));
        let places = [(0, 0), (self.ny / 2, self.nx / 2), (self.ny.saturating_sub(1), self.nx.saturating_sub(2))];
        let near = |&(j, i): &(usize, usize)| {
            let apart = at(self, j, i).zip(at(other, j, i)).map(|(own, other)| chord(own, other));
            let cell = at(self, j, i).zip(at(self, j, i + 1)).map(|(own, next)| chord(own, next));
            apart.zip(cell).is_some_and(|(apart, cell)| apart <= 0.01 * cell)
        };
        (self.ny, self.nx) == (other.ny, other.nx) && places.iter().all(near)
    }

    /// How the points of `other`, which differs by a row and a column at most, lie around those of this grid: by their
    /// positions, and by the numbers of rows and columns where the other has none. `None` where they do not.
    #[must_use]
    pub fn neighbours(&self, other: &Self) -> Option<Neighbours> {
        let near = |a: usize, b: usize| a.abs_diff(b) <= 1 && a.min(b) > 1;
        if !(near(self.ny, other.ny) && near(self.nx, other.nx)) {
            return None;
        }
        if other.geometry == Geometry::Unplaced {
            // More columns and fewer rows: its points stand at the edges of cells (WRF); the other way round: within (ROMS).
            return match (self.nx as isize - other.nx as isize, self.ny as isize - other.ny as isize) {
                (1, -1) => Some(Neighbours { dj: 0, di: -1 }),
                (-1, 1) => Some(Neighbours { dj: -1, di: 0 }),
                _ => None,
            };
        }
        let (j, i) = ((self.ny / 2).min(other.ny - 2).max(1), (self.nx / 2).min(other.nx - 2).max(1));
        let at = |grid: &Self, j: usize, i: usize| grid.position(j, i).map(|(lon, lat)| unit(lon, lat));
        let (here, next) = (at(self, j, i)?, at(self, j, i + 1).or_else(|| at(self, j, i - 1))?);
        let within = 0.1 * chord(here, next);
        let mean = |around: &Neighbours| {
            let place = |n: usize, by: isize| n.checked_add_signed(by);
            let mut sum: Vector = [0.0; 3];
            for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let point = at(other, place(j, around.dj + row)?, place(i, around.di + column)?)?;
                (0..3).for_each(|n| sum[n] += point[n] / 4.0);
            }
            Some(chord(sum, here))
        };
        let found = Neighbours::ALL.iter().filter_map(|around| Some((mean(around)?, *around)));
        let (apart, around) = found.min_by(|a, b| a.0.total_cmp(&b.0))?;
        (apart <= within).then_some(around)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(ny: usize, nx: usize, south: f64, west: f64) -> Grid {
        let axis = |n: usize, from: f64| (0..n).map(|k| from + k as f64).collect();
        Grid { ny, nx, geometry: Geometry::LatLon { lat: axis(ny, south), lon: axis(nx, west) } }
    }

    #[test]
    fn the_points_of_the_other_component_lie_around() {
        // Edges of cells, as of WRF: u at the western ones, v at the southern ones.
        let (u, v) = (grid(5, 8, 40.0, -0.5), grid(6, 7, 39.5, 0.0));
        assert_eq!(u.neighbours(&v), Some(Neighbours { dj: 0, di: -1 }));
        assert_eq!(v.neighbours(&u), Some(Neighbours { dj: -1, di: 0 }));
        // Within, as of ROMS: u between columns, v between rows.
        let (u, v) = (grid(6, 7, 40.0, 0.5), grid(5, 8, 40.5, 0.0));
        assert_eq!(u.neighbours(&v), Some(Neighbours { dj: -1, di: 0 }));
        assert_eq!(v.neighbours(&u), Some(Neighbours { dj: 0, di: -1 }));
        // As many of both, as of NEMO: u at the eastern edges, v at the northern ones.
        let (u, v) = (grid(6, 8, 40.0, 0.5), grid(6, 8, 40.5, 0.0));
        assert_eq!(u.neighbours(&v), Some(Neighbours { dj: -1, di: 0 }));
        assert_eq!(v.neighbours(&u), Some(Neighbours { dj: 0, di: -1 }));
        assert!(u.lies_on(&grid(6, 8, 40.0, 0.500_001)) && !u.lies_on(&v), "positions are rounded");
        assert_eq!(u.neighbours(&grid(6, 8, 60.0, 0.5)), None, "elsewhere");
        assert_eq!(u.neighbours(&grid(9, 8, 40.0, 0.0)), None, "another size");
        let unplaced = Grid { ny: 6, nx: 7, geometry: Geometry::Unplaced };
        assert_eq!(grid(5, 8, 40.0, -0.5).neighbours(&unplaced), Some(Neighbours { dj: 0, di: -1 }));
    }
}
