//! The part of the Earth that a grid covers, and the projection that shows it best.

use crate::grid::{Earth, Geometry, Grid, Lambert, PolarStereographic, Projection, wrap};

/// A rectangle in a projection's units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    pub x: (f64, f64),
    pub y: (f64, f64),
}

impl Extent {
    /// Holds nothing, and grows with what is put in.
    pub const EMPTY: Self = Self { x: (f64::INFINITY, f64::NEG_INFINITY), y: (f64::INFINITY, f64::NEG_INFINITY) };

    pub fn of_point((x, y): (f64, f64)) -> Self {
        Self { x: (x, x), y: (y, y) }
    }

    /// What holds the outline and the inside of a box of longitudes and latitudes (west, south, east, north).
    pub fn of_box(projection: &Projection, [west, south, east, north]: [f64; 4]) -> Self {
        const STEPS: i32 = 48;
        if let Projection::PlateCarree { .. } = projection {
            let turn = projection.home(f64::midpoint(west, east)) - f64::midpoint(west, east);
            return Self { x: (west + turn, east + turn), y: (south, north) };
        }
        let mut extent = Self::EMPTY;
        for i in 0..=STEPS {
            for j in 0..=STEPS {
                let part = |a: f64, b: f64, n: i32| a + (b - a) * f64::from(n) / f64::from(STEPS);
                // A hair inside, so that ±180 stays on its own side of the seam.
                let lon = part(west + 1e-9, east - 1e-9, i);
                if let Some(at) = projection.forward(lon, part(south, north, j)) {
                    extent.add(at);
                }
            }
        }
        extent
    }

    pub fn add(&mut self, (x, y): (f64, f64)) {
        self.x = (self.x.0.min(x), self.x.1.max(x));
        self.y = (self.y.0.min(y), self.y.1.max(y));
    }

    pub fn width(&self) -> f64 {
        self.x.1 - self.x.0
    }

    pub fn height(&self) -> f64 {
        self.y.1 - self.y.0
    }

    pub fn centre(&self) -> (f64, f64) {
        (f64::midpoint(self.x.0, self.x.1), f64::midpoint(self.y.0, self.y.1))
    }

    /// A little wider all round, and never without size; `None` where nothing was put in.
    fn with_margin(self, least: f64) -> Option<Self> {
        (self.x.0 <= self.x.1 && self.y.0 <= self.y.1).then(|| {
            let dx = (0.03 * self.width()).max(least);
            let dy = (0.03 * self.height()).max(least);
            Self { x: (self.x.0 - dx, self.x.1 + dx), y: (self.y.0 - dy, self.y.1 + dy) }
        })
    }
}

/// The projection in which all of a grid is shown, and the extent that holds it.
pub fn of(grid: &Grid) -> (Projection, Extent, Option<f64>) {
    let found = match &grid.geometry {
        Geometry::Projected { projection, x, y } => of_axes(projection, x, y),
        Geometry::LatLon { .. } if grid.closes() => None,
        Geometry::Unplaced => None,
        _ => of_positions(grid),
    };
    found.map_or_else(of_the_earth, |(projection, extent)| (projection, extent, None))
}

/// The whole Earth in plate carrée.
pub fn of_the_earth() -> (Projection, Extent, Option<f64>) {
    let extent = Extent { x: (-180.0, 180.0), y: (-90.0, 90.0) };
    (Projection::PlateCarree { central_longitude: 0.0 }, extent, None)
}

fn of_axes(projection: &Projection, x: &[f64], y: &[f64]) -> Option<(Projection, Extent)> {
    let mut extent = Extent::EMPTY;
    for &x in x.iter().filter(|x| x.is_finite()) {
        extent.x = (extent.x.0.min(x), extent.x.1.max(x));
    }
    for &y in y.iter().filter(|y| y.is_finite()) {
        extent.y = (extent.y.0.min(y), extent.y.1.max(y));
    }
    // Longitudes counted beyond 180 are brought to the turn that the projection knows.
    let middle = extent.centre().0;
    let turn = projection.home(middle) - middle;
    extent.x = (extent.x.0 + turn, extent.x.1 + turn);
    // The map ends half a turn from its middle; data across that are shown on one that ends opposite them.
    let (mut shown, hair) = (projection.clone(), 1e-6 * extent.width());
    if [extent.x.0 + hair, extent.x.1 - hair].iter().any(|&x| (projection.home(x) - x).abs() > hair) {
        let shift;
        (shown, shift) = projection.cut_opposite(extent.centre().0);
        extent.x = (extent.x.0 + shift, extent.x.1 + shift);
    }
    let least = if projection.is_in_degrees() { 0.2 } else { 20_000.0 };
    extent.with_margin(least).map(|extent| (shown, extent))
}

fn of_positions(grid: &Grid) -> Option<(Projection, Extent)> {
    let positions: Vec<_> = some_positions(grid).collect();
    let middle = middle_longitude(&positions)?;
    let (mut offsets, mut lats) = ((0.0_f64, 0.0_f64), (90.0_f64, -90.0_f64));
    for &(lon, lat) in &positions {
        let offset = wrap(lon - middle);
        offsets = (offsets.0.min(offset), offsets.1.max(offset));
        lats = (lats.0.min(lat), lats.1.max(lat));
    }
    // All round and nearly from pole to pole: the Earth as everybody knows it.
    if offsets.1 - offsets.0 > 330.0 && lats.1 - lats.0 > 100.0 {
        return None;
    }
    let centre = middle + f64::midpoint(offsets.0, offsets.1);
    let projection = fitting(grid, centre, offsets.1 - offsets.0, lats);
    let mut extent = Extent::EMPTY;
    positions.iter().filter_map(|&(lon, lat)| projection.forward(lon, lat)).for_each(|at| extent.add(at));
    let least = if projection.is_in_degrees() { 0.2 } else { 20_000.0 };
    extent.with_margin(least).map(|extent| (projection, extent))
}

/// Rows and columns of latitude and longitude are shown as such; others on a chart that bends them least.
fn fitting(grid: &Grid, centre: f64, width: f64, (south, north): (f64, f64)) -> Projection {
    let middle = f64::midpoint(south, north);
    let flat = Projection::PlateCarree { central_longitude: centre };
    if matches!(grid.first().geometry, Geometry::LatLon { .. }) {
        return flat;
    }
    if width > 150.0 {
        let southern = middle < 0.0;
        let one_hemisphere = south > 15.0 || north < -15.0;
        return PolarStereographic::true_at(southern, 60.0, centre, Earth::SPHERE)
            .filter(|_| one_hemisphere)
            .map_or(flat, Projection::PolarStereographic);
    }
    if middle.abs() < 20.0 {
        return flat;
    }
    let spread = (north - south) / 4.0;
    Lambert::new([middle - spread, middle + spread], middle, centre, Earth::SPHERE).map_or(flat, Projection::Lambert)
}

/// The direction in which most positions lie, so that those about the date line stay together.
fn middle_longitude(positions: &[(f64, f64)]) -> Option<f64> {
    let mut lons: Vec<f64> = positions.iter().map(|at| at.0).collect();
    lons.sort_by(f64::total_cmp);
    let (first, last) = (*lons.first()?, *lons.last()?);
    // Opposite the widest gap without positions.
    let mut gap = (first + 360.0 - last, last);
    for pair in lons.windows(2) {
        if pair[1] - pair[0] > gap.0 {
            gap = (pair[1] - pair[0], pair[0]);
        }
    }
    Some(wrap(gap.1 + gap.0 / 2.0 + 180.0))
}

/// At most some thousand positions of a grid, its edges and corners among them; of one that moves, at most of its times.
pub fn some_positions(grid: &Grid) -> Box<dyn Iterator<Item = (f64, f64)> + '_> {
    const MOST_TIMES: usize = 256;
    match &grid.geometry {
        Geometry::Moving(grids) => {
            let each = chosen(grids.len(), MOST_TIMES).filter_map(|time| grids.get(time));
            Box::new(each.flat_map(|grid| some_of(grid, 8, 64)))
        }
        _ => Box::new(some_of(grid, 64, 4000)),
    }
}

/// Of the points in one row at most `in_one_row`, of rows and columns at most `most` each.
fn some_of(grid: &Grid, most: usize, in_one_row: usize) -> impl Iterator<Item = (f64, f64)> + '_ {
    let across = if grid.ny <= 1 { in_one_row } else { most };
    chosen(grid.ny, most).flat_map(move |j| chosen(grid.nx, across).filter_map(move |i| grid.position(j, i)))
}

/// At most so many of `n` numbers, the first and the last among them.
fn chosen(n: usize, most: usize) -> impl Iterator<Item = usize> {
    let stride = n.div_ceil(most).max(1);
    (0..n).step_by(stride).chain(n.checked_sub(1).filter(move |last| last % stride != 0))
}
