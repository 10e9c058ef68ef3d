//! Isolines by marching squares on a lattice of the picture: smooth, in pixels, the same cost for every grid and
//! projection, without seams at the date line or the poles.

use std::collections::BTreeMap;

use crate::map::Lattice;

/// A line of one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Isoline {
    /// The value in intervals: the line stands at `multiple × interval`.
    pub multiple: i64,
    /// In pixels.
    pub points: Vec<(f32, f32)>,
    /// Closed: the first point is repeated at the end.
    pub ring: bool,
}

impl Isoline {
    /// In pixels.
    #[must_use]
    pub fn length(&self) -> f32 {
        self.points.windows(2).map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1)).sum()
    }
}

/// An edge between two nodes: twice the node's number, plus one where it runs down instead of right.
type Edge = u32;

/// The edges that a line of one value joins within one cell.
type Piece = (Edge, Edge);

/// All isolines at multiples of `interval`, by value, open lines before rings. A node's value equal to an isoline's
/// counts as above it. Cells with a missing corner have no lines; rings shorter than `shortest_ring` pixels are left out.
#[must_use]
pub fn trace(lattice: &Lattice, interval: f32, shortest_ring: f32) -> Vec<Isoline> {
    if !(interval > 0.0 && lattice.nx >= 2 && lattice.ny >= 2) {
        return Vec::new();
    }
    let nodes = Nodes { lattice, values: lattice.values.iter().map(|value| value / interval).collect() };
    let mut joiner = Joiner::new(nodes.values.len() * 2);
    let mut lines = Vec::new();
    for (multiple, pieces) in nodes.pieces() {
        for edges in joiner.join(&pieces) {
            let points = edges.iter().map(|&edge| nodes.crossing(edge, multiple)).collect();
            let line = Isoline { multiple, points, ring: edges.first() == edges.last() };
            if !(line.ring && line.length() < shortest_ring) {
                lines.push(line);
            }
        }
    }
    lines
}

/// How many multiples of `interval` a lattice's values pass; `None` where all are missing.
#[must_use]
pub fn count_of_values(lattice: &Lattice, interval: f32) -> Option<u64> {
    let (low, high) = lattice
        .values
        .iter()
        .filter(|value| value.is_finite())
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
    (low <= high).then(|| ((high / interval).floor() - (low / interval).floor()).max(0.0) as u64)
}

/// The lattice with its values counted in intervals, so that isolines stand at whole numbers.
struct Nodes<'a> {
    lattice: &'a Lattice,
    values: Vec<f32>,
}

impl Nodes<'_> {
    /// The pieces of every value's lines, in the order of the cells.
    fn pieces(&self) -> BTreeMap<i64, Vec<Piece>> {
        let mut all: BTreeMap<i64, Vec<Piece>> = BTreeMap::new();
        let nx = self.lattice.nx;
        for j in 0..self.lattice.ny - 1 {
            let (upper, lower) = (&self.values[j * nx..(j + 1) * nx], &self.values[(j + 1) * nx..(j + 2) * nx]);
            for (i, (up, down)) in upper.windows(2).zip(lower.windows(2)).enumerate() {
                let corners = [up[0], up[1], down[1], down[0]];
                let low = up[0].min(up[1]).min(down[0]).min(down[1]).floor();
                let high = up[0].max(up[1]).max(down[0]).max(down[1]).floor();
                // Most cells have no line. (NaN is not seen by `min` and `max`, hence the second look.)
                if low < high && corners.iter().all(|value| value.is_finite()) {
                    for multiple in low as i64 + 1..=high as i64 {
                        let pieces = all.entry(multiple).or_default();
                        cell_pieces(corners, multiple as f32, (j * nx + i) as u32, nx as u32, pieces);
                    }
                }
            }
        }
        all
    }

    /// Where a line crosses an edge, in pixels. Both cells of an edge get the same point.
    fn crossing(&self, edge: Edge, multiple: i64) -> (f32, f32) {
        let (node, down) = ((edge / 2) as usize, edge % 2 == 1);
        let next = node + if down { self.lattice.nx } else { 1 };
        let (from, to) = (self.values[node], self.values[next]);
        let along = ((multiple as f32 - from) / (to - from)).clamp(0.0, 1.0);
        let (i, j) = ((node % self.lattice.nx) as f32, (node / self.lattice.nx) as f32);
        let (i, j) = if down { (i, j + along) } else { (i + along, j) };
        (self.lattice.origin.0 + i * self.lattice.step, self.lattice.origin.1 + j * self.lattice.step)
    }
}

/// The pieces of one value's lines in one cell. Corners clockwise from the upper left.
fn cell_pieces(corners: [f32; 4], value: f32, node: u32, nx: u32, pieces: &mut Vec<Piece>) {
    let [a, b, c, d] = corners;
    let (top, right, bottom, left) = (node * 2, (node + 1) * 2 + 1, (node + nx) * 2, node * 2 + 1);
    let above = corners.map(|corner| corner >= value);
    match above {
        [true, false, false, false] | [false, true, true, true] => pieces.push((left, top)),
        [false, true, false, false] | [true, false, true, true] => pieces.push((top, right)),
        [false, false, true, false] | [true, true, false, true] => pieces.push((right, bottom)),
        [false, false, false, true] | [true, true, true, false] => pieces.push((bottom, left)),
        [true, true, false, false] | [false, false, true, true] => pieces.push((left, right)),
        [true, false, false, true] | [false, true, true, false] => pieces.push((top, bottom)),
        [true, false, true, false] | [false, true, false, true] => {
            // The bilinear surface's own saddle decides which corners belong together.
            let saddle = (a * c - b * d) / (a + c - b - d);
            if (saddle >= value) == above[0] {
                pieces.extend([(top, right), (bottom, left)]);
            } else {
                pieces.extend([(left, top), (right, bottom)]);
            }
        }
        [true, true, true, true] | [false, false, false, false] => {}
    }
}

const NONE: u32 = u32::MAX;

/// Joins pieces into lines by their common edges.
struct Joiner {
    /// For each edge the one or two pieces that end there. All [`NONE`] between two uses.
    at_edge: Vec<[u32; 2]>,
}

impl Joiner {
    fn new(edges: usize) -> Self {
        Self { at_edge: vec![[NONE; 2]; edges] }
    }

    /// The edges of each line in order: open lines first, then rings, whose first edge stands again at the end.
    fn join(&mut self, pieces: &[Piece]) -> Vec<Vec<Edge>> {
        for (number, piece) in (0..).zip(pieces) {
            for edge in [piece.0, piece.1] {
                let slots = &mut self.at_edge[edge as usize];
                slots[usize::from(slots[0] != NONE)] = number;
            }
        }
        let mut used = vec![false; pieces.len()];
        let mut lines = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            for (edge, other) in [(piece.0, piece.1), (piece.1, piece.0)] {
                if !used[number] && self.at_edge[edge as usize][1] == NONE {
                    used[number] = true;
                    lines.push(self.walk(pieces, &mut used, number, vec![edge, other]));
                }
            }
        }
        for (number, piece) in pieces.iter().enumerate() {
            if !used[number] {
                used[number] = true;
                lines.push(self.walk(pieces, &mut used, number, vec![piece.0, piece.1]));
            }
        }
        for piece in pieces {
            self.at_edge[piece.0 as usize] = [NONE; 2];
            self.at_edge[piece.1 as usize] = [NONE; 2];
        }
        lines
    }

    fn walk(&self, pieces: &[Piece], used: &mut [bool], first: usize, mut line: Vec<Edge>) -> Vec<Edge> {
        let (mut number, mut edge) = (first as u32, line[line.len() - 1]);
        loop {
            let [one, two] = self.at_edge[edge as usize];
            let next = if one == number { two } else { one };
            if next == NONE || used[next as usize] {
                return line;
            }
            used[next as usize] = true;
            let piece = pieces[next as usize];
            edge = if piece.0 == edge { piece.1 } else { piece.0 };
            number = next;
            line.push(edge);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lattice(nx: usize, ny: usize, value: impl Fn(f32, f32) -> f32) -> Lattice {
        let step = 4.0;
        let values = (0..nx * ny).map(|n| value((n % nx) as f32 * step, (n / nx) as f32 * step)).collect();
        Lattice { nx, ny, step, origin: (0.0, 0.0), values }
    }

    #[test]
    fn a_cone_has_circular_isolines() {
        let cone = lattice(101, 101, |x, y| (x - 200.3).hypot(y - 199.1));
        let lines = trace(&cone, 20.0, 25.0);
        let rings: Vec<_> = lines.iter().filter(|line| line.ring).collect();
        assert_eq!(rings.len(), 9);
        for ring in rings {
            let radius = ring.multiple as f32 * 20.0;
            for (x, y) in &ring.points {
                let off = (x - 200.3).hypot(y - 199.1) - radius;
                assert!(off.abs() < 0.25, "{off} at radius {radius}");
            }
            assert!((ring.length() / (std::f32::consts::TAU * radius) - 1.0).abs() < 0.02);
        }
        assert!(lines.iter().filter(|line| !line.ring).all(|line| line.multiple >= 10));
    }

    #[test]
    fn lines_end_at_the_border_and_never_run_along_it() {
        let ramp = lattice(20, 10, |x, _| x);
        let lines = trace(&ramp, 10.0, 25.0);
        assert_eq!(lines.len(), 7);
        for line in &lines {
            assert_eq!(line.points.len(), 10);
            assert!(line.points.iter().all(|p| (p.0 - line.multiple as f32 * 10.0).abs() < 1e-4));
        }
    }

    #[test]
    fn a_plateau_at_an_isolines_value_has_one_border() {
        let plateau =
            lattice(20, 20, |x, y| if (24.0..52.0).contains(&x) && (24.0..52.0).contains(&y) { 10.0 } else { 9.0 });
        let lines = trace(&plateau, 10.0, 25.0);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].ring);
        assert_eq!(trace(&lattice(9, 9, |_, _| 10.0), 10.0, 25.0), []);
    }

    #[test]
    fn a_saddle_joins_what_the_bilinear_surface_joins() {
        let checkerboard =
            |high: f32| Lattice { nx: 2, ny: 2, step: 4.0, origin: (0.0, 0.0), values: vec![high, 0.0, 0.0, high] };
        // Saddle value 0.5: above the line it joins the highs, below it parts them.
        let ends =
            |high: f32| trace(&checkerboard(high), 1.0, 0.0).iter().map(|l| l.points.clone()).collect::<Vec<_>>();
        let joined = ends(2.5);
        assert!(joined.iter().take(2).any(|points| points[0].1 == 0.0 && points[1].0 == 4.0), "{joined:?}");
        let parted = ends(1.5);
        assert!(parted.iter().any(|points| points[0].0 == 0.0 && points[1].1 == 0.0), "{parted:?}");
    }

    #[test]
    fn lines_stop_at_holes() {
        let mut holed = lattice(11, 11, |x, _| x);
        holed.values[5 * 11 + 5] = f32::NAN;
        let lines = trace(&holed, 18.0, 25.0);
        let first: Vec<_> = lines.iter().filter(|line| line.multiple == 1).collect();
        assert_eq!(first.len(), 2);
        assert!(first.iter().flat_map(|line| &line.points).all(|p| p.1 <= 16.0 || p.1 >= 24.0));
        assert_eq!(count_of_values(&holed, 18.0), Some(2));
    }

    #[test]
    fn a_field_without_values_has_no_lines() {
        let empty = lattice(5, 5, |_, _| f32::NAN);
        assert_eq!(trace(&empty, 1.0, 25.0), []);
        assert_eq!(count_of_values(&empty, 1.0), None);
        assert_eq!(trace(&Lattice::default(), 1.0, 25.0), []);
    }

    proptest! {
        #[test]
        fn isolines_separate_values(values in proptest::collection::vec(0_u8..40, 64)) {
            let rough = Lattice {
                nx: 8, ny: 8, step: 4.0, origin: (0.0, 0.0),
                values: values.iter().map(|&v| f32::from(v) / 4.0).collect(),
            };
            // Along every edge of the lattice, the lines crossed are the values passed.
            let mut crossed: BTreeMap<(u32, u32), usize> = BTreeMap::new();
            for line in trace(&rough, 1.0, 0.0) {
                let points = if line.ring { &line.points[1..] } else { &line.points[..] };
                for p in points {
                    // Nodes and edges in quarter pixels; a crossing at a node belongs to the edges that end there.
                    *crossed.entry(((p.0 * 64.0).round() as u32, (p.1 * 64.0).round() as u32)).or_default() += 1;
                }
            }
            let total: usize = crossed.values().sum();
            let passed = |a: f32, b: f32| (a.floor() - b.floor()).abs() as usize;
            let mut expected = 0;
            for j in 0..8 {
                for i in 0..8 {
                    let value = rough.values[j * 8 + i];
                    if i < 7 { expected += passed(value, rough.values[j * 8 + i + 1]); }
                    if j < 7 { expected += passed(value, rough.values[(j + 1) * 8 + i]); }
                }
            }
            prop_assert_eq!(total, expected);
        }
    }
}
