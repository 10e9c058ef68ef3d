//! Grids one under the other, as Yin and Yang: which of them a place belongs to.

use super::{Grid, Locator};

/// The grid inside which a position lies farthest from the edge, and the number of its first row in the stack.
pub fn owner(grids: &[Grid], lon: f64, lat: f64) -> Option<(&Grid, usize)> {
    let mut first_row = 0;
    let mut best: Option<(f64, &Grid, usize)> = None;
    for grid in grids {
        let depth = Locator::new(grid).and_then(|locator| locator.depth(lon, lat));
        if let Some(depth) = depth.filter(|depth| best.is_none_or(|(deepest, ..)| *depth > deepest)) {
            best = Some((depth, grid, first_row));
        }
        first_row += grid.ny;
    }
    best.map(|(_, grid, first_row)| (grid, first_row))
}
