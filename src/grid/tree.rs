//! A search tree over things on the sphere that have numbers: cells, triangles, points.

use rayon::prelude::*;

use super::sphere::{Bounds, Vector};

/// Numbers in an order in which neighbours lie together, and boxes round ever longer runs of them: node `n` has the
/// children `2n + 1` and `2n + 2`, each with half of its run.
#[derive(Debug)]
pub struct Tree {
    order: Vec<u32>,
    bounds: Vec<Bounds>,
    /// Runs are halved this many times.
    depth: u32,
}

/// Runs this long are not halved.
const LEAF: usize = 4;
/// Boxes looked into for one point: cells that lie beside each other call for a tenth of it. Where heaps of them lie over
/// each other, a point in none of the first ones is taken for outside.
const MOST_BOXES: usize = 1024;
/// More halvings than any count of things calls for.
const MOST_DEPTH: usize = 40;

impl Tree {
    /// Of things already in an order in which neighbours lie together.
    pub fn of_sorted(order: Vec<u32>, bounds_of: impl Fn(u32) -> Bounds + Sync) -> Self {
        let mut depth = 0;
        while order.len() >> depth > LEAF {
            depth += 1;
        }
        let leaves = 1_usize << depth;
        let mut bounds = vec![Bounds::EMPTY; 2 * leaves - 1];
        bounds[leaves - 1..].par_iter_mut().with_min_len(256).enumerate().for_each(|(leaf, bounds)| {
            let (first, end) = run_of_leaf(leaf, depth, order.len());
            *bounds = order[first..end].iter().fold(Bounds::EMPTY, |all, &thing| all.with(bounds_of(thing)));
        });
        for node in (0..leaves - 1).rev() {
            bounds[node] = bounds[2 * node + 1].with(bounds[2 * node + 2]);
        }
        Self { order, bounds, depth }
    }

    /// Of `count` things by their places.
    pub fn of_places(
        things: Vec<u32>,
        place: impl Fn(u32) -> Vector + Sync,
        bounds_of: impl Fn(u32) -> Bounds + Sync,
    ) -> Self {
        let mut order: Vec<(u64, u32)> =
            things.into_par_iter().map(|thing| (along_a_curve(place(thing)), thing)).collect();
        order.par_sort_unstable();
        Self::of_sorted(order.into_iter().map(|(_, thing)| thing).collect(), bounds_of)
    }

    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// What `look` gives for the first thing near the point for which it gives anything.
    pub fn find<T>(&self, point: Vector, mut look: impl FnMut(u32) -> Option<T>) -> Option<T> {
        let single = point.map(|part| part as f32);
        let mut waiting = Stack::new(self.order.len());
        for _ in 0..MOST_BOXES {
            let Node { number, first, end, depth, .. } = waiting.pop()?;
            if !self.bounds.get(number)?.holds(single) {
                continue;
            }
            if depth == self.depth {
                if let Some(found) = self.order.get(first..end)?.iter().find_map(|&thing| look(thing)) {
                    return Some(found);
                }
                continue;
            }
            let middle = usize::midpoint(first, end);
            waiting.push(Node { number: 2 * number + 2, first: middle, end, depth: depth + 1, distance: 0.0 });
            waiting.push(Node { number: 2 * number + 1, first, end: middle, depth: depth + 1, distance: 0.0 });
        }
        None
    }

    /// The thing with the least `distance`, which is a [`chord`](super::sphere::chord) and not less than that of its box.
    /// Of things equally far the one with the lowest number.
    pub fn nearest(&self, point: Vector, distance: impl Fn(u32) -> f64) -> Option<u32> {
        let mut best: Option<(f64, u32)> = None;
        let mut waiting = Stack::new(self.order.len());
        while let Some(Node { number, first, end, depth, distance: at_least }) = waiting.pop() {
            if best.is_some_and(|(least, _)| at_least > least) {
                continue;
            }
            if depth == self.depth {
                for &thing in self.order.get(first..end)? {
                    let far = (distance(thing), thing);
                    if !far.0.is_nan() && best.is_none_or(|best| far < best) {
                        best = Some(far);
                    }
                }
                continue;
            }
            let middle = usize::midpoint(first, end);
            let child = |number: usize, first, end| {
                let distance = self.bounds.get(number).map_or(f64::INFINITY, |bounds| bounds.distance(point));
                Node { number, first, end, depth: depth + 1, distance }
            };
            let (left, right) = (child(2 * number + 1, first, middle), child(2 * number + 2, middle, end));
            let (near, far) = if left.distance <= right.distance { (left, right) } else { (right, left) };
            waiting.push(far);
            waiting.push(near);
        }
        best.map(|(_, thing)| thing)
    }
}

#[derive(Clone, Copy, Default)]
struct Node {
    number: usize,
    first: usize,
    end: usize,
    depth: u32,
    distance: f64,
}

/// Nodes still to be looked at: one for each halving, at most.
struct Stack {
    nodes: [Node; MOST_DEPTH],
    count: usize,
}

impl Stack {
    fn new(things: usize) -> Self {
        let mut stack = Self { nodes: [Node::default(); MOST_DEPTH], count: 0 };
        if things > 0 {
            stack.push(Node { end: things, ..Node::default() });
        }
        stack
    }

    fn push(&mut self, node: Node) {
        if let Some(place) = self.nodes.get_mut(self.count) {
            *place = node;
            self.count += 1;
        }
    }

    fn pop(&mut self) -> Option<Node> {
        self.count = self.count.checked_sub(1)?;
        self.nodes.get(self.count).copied()
    }
}

/// The run of a leaf: halves chosen by the binary digits of its number.
fn run_of_leaf(leaf: usize, depth: u32, count: usize) -> (usize, usize) {
    (0..depth).rev().fold((0, count), |(first, end), digit| {
        let middle = usize::midpoint(first, end);
        if leaf >> digit & 1 == 0 { (first, middle) } else { (middle, end) }
    })
}

/// Along a curve that fills the box around the Earth, and seldom jumps: bits of the three coordinates in turn.
fn along_a_curve(at: Vector) -> u64 {
    const CELLS: f64 = (1_u64 << 21) as f64;
    let spread = |part: f64| {
        // Two empty bits behind every bit of 21.
        let part = ((part + 1.0) * 0.5 * (CELLS - 1.0)) as u64;
        let part = (part | part << 32) & 0x1f_0000_0000_ffff;
        let part = (part | part << 16) & 0x1f_0000_ff00_00ff;
        let part = (part | part << 8) & 0x100f_00f0_0f00_f00f;
        let part = (part | part << 4) & 0x10c3_0c30_c30c_30c3;
        (part | part << 2) & 0x1249_2492_4924_9249
    };
    let [x, y, z] = at.map(spread);
    x << 2 | y << 1 | z
}
