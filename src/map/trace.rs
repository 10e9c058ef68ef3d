//! Carries lines and rings from degrees to the pixels of a view: cut at the map's seam, bent along its curves.

use crate::grid::{Cap, Projection, Seam, wrap};

use super::View;

/// Longest piece that stays straight on a map whose meridians or parallels are bent, in degrees.
const PIECE: f64 = 1.0;
/// How near a point may come to the seam, in degrees: less than a millionth of a pixel on any map.
const SEAM_GAP: f64 = 1e-9;

/// What a view needs to draw outlines.
pub(super) struct Tracer<'a> {
    view: &'a View,
    /// Middle of the unrolled map in its own longitudes; `None` where it is not cut open.
    middle: Option<f64>,
    /// Latitudes that the map can show at finite places.
    south: f64,
    north: f64,
    straight: bool,
    seen: Seen,
}

impl<'a> Tracer<'a> {
    pub fn new(view: &'a View) -> Self {
        let middle = match (&view.projection, view.projection.seam()) {
            // Its x counts from its own central longitude, which may stand a whole turn away.
            (Projection::PlateCarree { central_longitude }, _) => Some(*central_longitude),
            (_, Seam::None) => None,
            (_, Seam::Meridian(seam)) => Some(wrap(seam + 180.0)),
            (_, Seam::Rotated(_)) => Some(0.0),
        };
        let (south, north) = (limit(&view.projection, -1.0), limit(&view.projection, 1.0));
        let straight = view.projection.is_in_degrees();
        Self { view, middle, south, north, straight, seen: Seen::new(view) }
    }

    /// The outline of the Earth in pixels; `None` where it fills the map without an edge of its own.
    pub fn earth(&self) -> Option<Vec<(f64, f64)>> {
        if let Some(cap) = self.view.projection.cap() {
            // Seen from the antipode every direction lies beyond the rim, and is pushed onto it.
            let far = |n: i32| {
                let turn = f64::from(n).to_radians();
                (cap.lon + 180.0 + turn.cos(), (turn.sin() - cap.lat).clamp(-89.0, 89.0))
            };
            return Some((0..360).filter_map(|n| self.pixel(far(n))).collect());
        }
        let middle = self.middle.filter(|_| self.straight)?;
        let corners = [(-180.0, -90.0), (-180.0, 90.0), (180.0, 90.0), (180.0, -90.0)];
        Some(corners.into_iter().filter_map(|(lon, lat)| self.pixel((middle + lon, lat))).collect())
    }

    /// The pieces of a line that may be in view, in pixels.
    pub fn line(&self, line: &[(f32, f32)], mut draw: impl FnMut(&[(f32, f32)])) {
        if !self.seen.touches(line) {
            return;
        }
        let mut pixels: Vec<(f32, f32)> = Vec::new();
        let mut end = |pixels: &mut Vec<(f32, f32)>| {
            if pixels.len() > 1 {
                draw(pixels);
            }
            pixels.clear();
        };
        let mut last: Option<(f64, f64)> = None;
        for &(lon, lat) in line {
            let point = self.unrolled(f64::from(lon), f64::from(lat));
            let before = last.replace(point);
            let Some(mut before) = before else {
                self.add(point, &mut pixels, &mut end);
                continue;
            };
            if let (Some(middle), true) = (self.middle, (point.0 - before.0).abs() > 180.0) {
                // Across the seam: to its near side, then on from its far side.
                let side = (before.0 - middle).signum();
                let whole = point.0 + 360.0 * side;
                let part = ((middle + 180.0 * side - before.0) / (whole - before.0)).clamp(0.0, 1.0);
                let lat = before.1 + part * (point.1 - before.1);
                let near = (middle + (180.0 - SEAM_GAP) * side, lat);
                self.add_between(before, near, &mut pixels, &mut end);
                end(&mut pixels);
                before = (middle - (180.0 - SEAM_GAP) * side, lat);
                self.add(before, &mut pixels, &mut end);
            }
            self.add_between(before, point, &mut pixels, &mut end);
        }
        end(&mut pixels);
    }

    /// The rings that a ring becomes, in pixels; their turn is that of the ring.
    pub fn ring(&self, ring: &[(f32, f32)], mut fill: impl FnMut(&[(f64, f64)])) {
        if ring.len() < 3 || !self.seen.touches(ring) {
            return;
        }
        let unrolled = self.unroll_ring(ring);
        let Some(middle) = self.middle else {
            return self.fill_clipped(&unrolled, &mut fill);
        };
        let (west, east) = (middle - 180.0 + SEAM_GAP, middle + 180.0 - SEAM_GAP);
        let (least, most) = unrolled.iter().fold((f64::MAX, f64::MIN), |(a, b), p| (a.min(p.0), b.max(p.0)));
        // The whole turns by which a copy of the ring lies on the map.
        let (first, last) = (((west - most) / 360.0).ceil() as i32, ((east - least) / 360.0).floor() as i32);
        for turn in first..=last.min(first + 3) {
            let shifted: Vec<_> = unrolled.iter().map(|p| (p.0 + 360.0 * f64::from(turn), p.1)).collect();
            let cut = clip(&shifted, |p| p.0 - west, |p| (west, p));
            let cut = clip(&cut, |p| east - p.0, |p| (east, p));
            self.fill_clipped(&cut, &mut fill);
        }
    }

    /// A ring in the map's own longitudes without jumps; one round a rotated pole is closed over it.
    fn unroll_ring(&self, ring: &[(f32, f32)]) -> Vec<(f64, f64)> {
        let plain = ring.iter().map(|&(lon, lat)| (f64::from(lon), f64::from(lat)));
        let Seam::Rotated(pole) = self.view.projection.seam() else {
            // Outlines are cut at ±180° as they stand, and the edges along either side must keep it.
            return plain.collect();
        };
        let mut unrolled: Vec<(f64, f64)> = Vec::with_capacity(ring.len() + 3);
        for (lon, lat) in plain {
            let (lon, lat) = pole.forward(lon, lat);
            let lon = unrolled.last().map_or(lon, |last| last.0 + wrap(lon - last.0));
            unrolled.push((lon, lat));
        }
        if let (Some(first), Some(last)) = (unrolled.first().copied(), unrolled.last().copied()) {
            let closing = last.0 + wrap(first.0 - last.0) - first.0;
            if closing.abs() > 180.0 {
                // Outer rings turn clockwise: what lies right of a way eastward is south of it.
                let pole = if closing > 0.0 { -90.0 } else { 90.0 };
                unrolled.extend([(first.0 + closing, first.1), (first.0 + closing, pole), (first.0, pole)]);
            }
        }
        unrolled
    }

    fn fill_clipped(&self, ring: &[(f64, f64)], fill: &mut impl FnMut(&[(f64, f64)])) {
        let (south, north) = (self.south, self.north);
        let cut = clip_latitude(ring, |p| p.1 - south, south);
        let cut = clip_latitude(&cut, |p| north - p.1, north);
        let mut pixels = Vec::with_capacity(cut.len());
        for (n, &point) in cut.iter().enumerate() {
            let before = if n == 0 { cut[cut.len() - 1] } else { cut[n - 1] };
            self.pieces(before, point, |at| pixels.extend(self.pixel(at)));
        }
        if pixels.len() > 2 {
            fill(&pixels);
        }
    }

    fn add_between(
        &self,
        from: (f64, f64),
        to: (f64, f64),
        pixels: &mut Vec<(f32, f32)>,
        end: &mut impl FnMut(&mut Vec<(f32, f32)>),
    ) {
        self.pieces(from, to, |at| self.add(at, pixels, end));
    }

    fn add(&self, at: (f64, f64), pixels: &mut Vec<(f32, f32)>, end: &mut impl FnMut(&mut Vec<(f32, f32)>)) {
        let hidden = self.view.projection.cap().is_some_and(|cap| distance(&cap, at) > cap.radius);
        match self.pixel(at).filter(|_| !hidden) {
            Some((x, y)) => pixels.push((x as f32, y as f32)),
            None => end(pixels),
        }
    }

    /// Points from behind `from` up to `to`, near enough for straight lines between them.
    fn pieces(&self, from: (f64, f64), to: (f64, f64), mut each: impl FnMut((f64, f64))) {
        let span = (to.0 - from.0).abs().max((to.1 - from.1).abs());
        let pieces = if self.straight { 1 } else { ((span / PIECE).ceil() as usize).clamp(1, 720) };
        for n in 1..=pieces {
            let part = n as f64 / pieces as f64;
            each((from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1)));
        }
    }

    /// The map's own longitude and latitude: turned for a rotated pole, within half a turn of the middle.
    fn unrolled(&self, lon: f64, lat: f64) -> (f64, f64) {
        let (lon, lat) = match self.view.projection.seam() {
            Seam::Rotated(pole) => pole.forward(lon, lat),
            _ => (lon, lat),
        };
        match self.middle {
            Some(middle) => (middle + wrap(lon - middle).clamp(-180.0 + SEAM_GAP, 180.0 - SEAM_GAP), lat),
            None => (lon, lat),
        }
    }

    fn pixel(&self, (lon, lat): (f64, f64)) -> Option<(f64, f64)> {
        let projection = &self.view.projection;
        let (lon, lat) = projection.cap().map_or((lon, lat), |cap| onto_limb(&cap, (lon, lat)));
        let (x, y) = match projection {
            Projection::RotatedPole(_) | Projection::PlateCarree { .. } => (lon, lat),
            _ => projection.forward(lon, lat)?,
        };
        let (px, py) = self.view.pixel_of((x, y));
        (px.is_finite() && py.is_finite()).then_some((px, py))
    }
}

/// The highest latitude of a hemisphere that lies at a finite place of the map.
fn limit(projection: &Projection, sign: f64) -> f64 {
    const FAR: f64 = 2e8;
    if projection.is_in_degrees() || projection.cap().is_some() {
        return 90.0 * sign;
    }
    let finite = |lat: f64| projection.forward(0.0, lat * sign).is_some_and(|(x, y)| x.abs().max(y.abs()) < FAR);
    [90.0, 89.0, 88.0, 85.0, 80.0, 70.0].into_iter().find(|lat| finite(*lat)).unwrap_or(60.0) * sign
}

/// The part of a ring where `inside` is not negative (Sutherland and Hodgman), `on` giving the point on the cut.
fn clip(ring: &[(f64, f64)], inside: impl Fn((f64, f64)) -> f64, on: impl Fn(f64) -> (f64, f64)) -> Vec<(f64, f64)> {
    let mut kept = Vec::with_capacity(ring.len() + 4);
    let Some(&last) = ring.last() else { return kept };
    let mut before = last;
    for &point in ring {
        let (a, b) = (inside(before), inside(point));
        if (a >= 0.0) != (b >= 0.0) {
            kept.push(on(before.1 + (point.1 - before.1) * (a / (a - b))));
        }
        if b >= 0.0 {
            kept.push(point);
        }
        before = point;
    }
    kept
}

fn clip_latitude(ring: &[(f64, f64)], inside: impl Fn((f64, f64)) -> f64, limit: f64) -> Vec<(f64, f64)> {
    let turned: Vec<_> = ring.iter().map(|p| (p.1, p.0)).collect();
    let cut = clip(&turned, |p| inside((p.1, p.0)), |lon| (limit, lon));
    cut.into_iter().map(|p| (p.1, p.0)).collect()
}

/// Great-circle distance from the middle of a cap, in degrees.
fn distance(cap: &Cap, (lon, lat): (f64, f64)) -> f64 {
    let (a, b, turn) = (cap.lat.to_radians(), lat.to_radians(), (lon - cap.lon).to_radians());
    (a.sin() * b.sin() + a.cos() * b.cos() * turn.cos()).clamp(-1.0, 1.0).acos().to_degrees()
}

/// A point beyond a cap is pushed to its rim along its own direction, which keeps filled rings closed.
fn onto_limb(cap: &Cap, at: (f64, f64)) -> (f64, f64) {
    let far = distance(cap, at);
    let rim = cap.radius * 0.9999;
    if far <= rim {
        return at;
    }
    let (a, b, turn) = (cap.lat.to_radians(), at.1.to_radians(), (at.0 - cap.lon).to_radians());
    let azimuth = (turn.sin() * b.cos()).atan2(a.cos() * b.sin() - a.sin() * b.cos() * turn.cos());
    let reach = rim.to_radians();
    let lat = (a.sin() * reach.cos() + a.cos() * reach.sin() * azimuth.cos()).clamp(-1.0, 1.0).asin();
    let lon = cap.lon.to_radians() + (azimuth.sin() * reach.sin() * a.cos()).atan2(reach.cos() - a.sin() * lat.sin());
    (lon.to_degrees(), lat.to_degrees())
}

/// The coarse squares of the globe that a view shows, so that far outlines are never projected.
struct Seen {
    squares: Vec<bool>,
}

impl Seen {
    const SIZE: f64 = 5.0;
    const COLUMNS: usize = 72;
    const ROWS: usize = 36;

    fn new(view: &View) -> Self {
        const LATTICE: u32 = 64;
        let mut squares = vec![false; Self::COLUMNS * Self::ROWS];
        for j in 0..=LATTICE {
            for i in 0..=LATTICE {
                let at = |n: u32, size: u32| f64::from(size) * (f64::from(n) / f64::from(LATTICE));
                let Some((lon, lat)) = view.to_lon_lat(at(i, view.size[0]), at(j, view.size[1])) else { continue };
                let (column, row) = Self::square(lon, lat);
                // A neighbour each way for what lies between two points of the lattice; near a pole, all round it.
                let reach = if lat.abs() > 80.0 { Self::COLUMNS / 2 } else { 2 };
                for r in row.saturating_sub(1)..=(row + 1).min(Self::ROWS - 1) {
                    for c in 0..=2 * reach {
                        squares[r * Self::COLUMNS + (column + Self::COLUMNS + c - reach) % Self::COLUMNS] = true;
                    }
                }
            }
        }
        Self { squares }
    }

    fn square(lon: f64, lat: f64) -> (usize, usize) {
        let column = ((wrap(lon) + 180.0) / Self::SIZE) as usize;
        let row = ((lat + 90.0) / Self::SIZE).max(0.0) as usize;
        (column.min(Self::COLUMNS - 1), row.min(Self::ROWS - 1))
    }

    /// Whether the box round an outline shares a square with the view.
    fn touches(&self, outline: &[(f32, f32)]) -> bool {
        let start = (f32::MAX, f32::MIN);
        let (west, east) = outline.iter().fold(start, |(a, b), p| (a.min(p.0), b.max(p.0)));
        let (south, north) = outline.iter().fold(start, |(a, b), p| (a.min(p.1), b.max(p.1)));
        let (c0, r0) = Self::square(f64::from(west), f64::from(south));
        let (c1, r1) = Self::square(f64::from(east.min(179.99)), f64::from(north));
        (r0..=r1).any(|r| (c0..=c1).any(|c| self.squares[r * Self::COLUMNS + c]))
    }
}
