//! The loop that reads fields: planned by tile, each tile read and decoded once, in parallel, for all fields it covers.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::Array2;
use rayon::prelude::*;

use super::layout::{Layout, Tile};
use crate::grid::Window;
use crate::source::cf::{Packing, Sample};
use crate::source::codec::{Buffers, gather};
use crate::source::{Detail, SourceError, Stop, alone};

/// More tiles than this in one field are no forecast's, but a trap.
const MOST_TILES: usize = 1 << 22;

/// What is read of one variable.
pub struct Job<'a> {
    pub layout: &'a Layout,
    pub packing: &'a Packing,
    /// Stored dimensions of rows and columns.
    pub y: Option<usize>,
    pub x: usize,
    /// The grid's.
    pub ny: usize,
    pub nx: usize,
    pub window: Window,
}

/// One tile and the fields that have a part in it.
struct Task {
    tile: Vec<usize>,
    fields: Vec<usize>,
}

/// A field that is being put together.
struct Field<S> {
    values: Mutex<Result<Vec<S>, SourceError>>,
    tiles_left: AtomicUsize,
}

/// A run of stored columns and where it begins in the window.
#[derive(Clone, Copy)]
struct Columns {
    from: usize,
    count: usize,
    out: usize,
}

impl Job<'_> {
    /// Reads the window of each field; `corners` holds the fields' positions on the stored dimensions. Tiles are taken
    /// in the order of the fields, so that the first field is whole first.
    pub fn run<S: Sample>(
        &self,
        corners: &[Vec<usize>],
        stop: &Stop,
        done: &(dyn Fn(usize, Result<Array2<S>, SourceError>) + Sync),
    ) {
        let columns = self.columns();
        let (tasks, counts) = match self.plan(corners, &columns) {
            Ok(plan) => plan,
            Err(error) => return (0..corners.len()).for_each(|n| done(n, Err(error.clone()))),
        };
        let fields: Vec<Field<S>> = counts
            .iter()
            .map(|&count| Field { values: Mutex::new(Ok(Vec::new())), tiles_left: AtomicUsize::new(count) })
            .collect();
        for (n, _) in counts.iter().enumerate().filter(|(_, count)| **count == 0) {
            done(n, self.whole(self.blank()));
        }
        let next = AtomicUsize::new(0);
        let workers = rayon::current_num_threads().min(tasks.len());
        (0..workers).into_par_iter().for_each(|_| {
            let mut buffers = Buffers::default();
            let mut row = Vec::new();
            while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                if stop.is_stopped() {
                    return;
                }
                let large = alone::alone(self.layout.tile_bytes());
                self.do_task(task, corners, &columns, &fields, &mut buffers, &mut row);
                if large.is_some() {
                    buffers = Buffers::default();
                }
                drop(large);
                self.hand_over(task, &fields, done);
            }
        });
    }

    /// The window's columns as runs of stored ones, round the globe where it asks for more than there are.
    fn columns(&self) -> Vec<Columns> {
        let mut runs = Vec::new();
        let mut out = 0;
        while out < self.window.nx && self.nx > 0 {
            let from = (self.window.i0 + out) % self.nx;
            let count = (self.nx - from).min(self.window.nx - out);
            runs.push(Columns { from, count, out });
            out += count;
        }
        runs
    }

    fn rows(&self) -> Range<usize> {
        self.window.j0.min(self.ny)..self.window.j0.saturating_add(self.window.ny).min(self.ny)
    }

    /// The tiles to read, and how many of them each field waits for.
    fn plan(&self, corners: &[Vec<usize>], columns: &[Columns]) -> Result<(Vec<Task>, Vec<usize>), SourceError> {
        let tile_size = |dim: usize| self.layout.tile.get(dim).copied().unwrap_or(1).max(1);
        let rows = self.rows();
        let y_tiles = match self.y {
            Some(y) if !rows.is_empty() => rows.start / tile_size(y)..(rows.end - 1) / tile_size(y) + 1,
            Some(_) => 0..0,
            None => 0..1,
        };
        let mut x_tiles: Vec<usize> = columns
            .iter()
            .flat_map(|run| run.from / tile_size(self.x)..(run.from + run.count - 1) / tile_size(self.x) + 1)
            .collect();
        x_tiles.sort_unstable();
        x_tiles.dedup();
        let per_field = y_tiles.len().saturating_mul(x_tiles.len());
        if per_field > MOST_TILES {
            return Err(self.layout.corrupt(Detail::of("detail.inconsistent")));
        }
        let mut tasks: Vec<Task> = Vec::new();
        let mut known: HashMap<u64, usize> = HashMap::new();
        for (field, corner) in corners.iter().enumerate() {
            let mut tile: Vec<usize> = corner.iter().enumerate().map(|(dim, &at)| at / tile_size(dim)).collect();
            for y_tile in y_tiles.clone() {
                for &x_tile in &x_tiles {
                    for (dim, at) in self.y.map(|y| (y, y_tile)).into_iter().chain([(self.x, x_tile)]) {
                        if let Some(place) = tile.get_mut(dim) {
                            *place = at;
                        }
                    }
                    let number = self
                        .layout
                        .number_of(&tile)
                        .ok_or_else(|| self.layout.corrupt(Detail::of("detail.inconsistent")))?;
                    let task = *known.entry(number).or_insert_with(|| {
                        tasks.push(Task { tile: tile.clone(), fields: Vec::new() });
                        tasks.len() - 1
                    });
                    if let Some(task) = tasks.get_mut(task) {
                        task.fields.push(field);
                    }
                }
            }
        }
        Ok((tasks, vec![per_field; corners.len()]))
    }

    fn do_task<S: Sample>(
        &self,
        task: &Task,
        corners: &[Vec<usize>],
        columns: &[Columns],
        fields: &[Field<S>],
        buffers: &mut Buffers,
        row: &mut Vec<u8>,
    ) {
        let parts: Vec<(usize, Part)> =
            task.fields.iter().filter_map(|&n| Some((n, self.part(&task.tile, corners.get(n)?)))).collect();
        let needed = parts
            .iter()
            .filter_map(|(_, part)| part.needed(columns))
            .reduce(|a, b| a.start.min(b.start)..a.end.max(b.end));
        let tile = self.layout.read(&task.tile, needed.unwrap_or(0..0), buffers);
        for (n, part) in parts {
            let Some(field) = fields.get(n) else { continue };
            let Ok(mut values) = field.values.lock() else { continue };
            match (&tile, values.as_mut()) {
                (Ok(tile), Ok(values)) => {
                    if values.is_empty() {
                        *values = self.blank();
                    }
                    self.copy(tile, &part, columns, values, row);
                }
                (Err(error), Ok(_)) => *values = Err(error.clone()),
                (_, Err(_)) => {}
            }
        }
    }

    /// The window before anything is in it: missing where the window leaves the grid.
    fn blank<S: Sample>(&self) -> Vec<S> {
        let inside = self.window.j0.saturating_add(self.window.ny) <= self.ny;
        let size = self.window.ny.saturating_mul(self.window.nx);
        // Zeroed memory costs nothing until it is written to, and inside the grid all of it is.
        if inside { vec![S::of(0.0); size] } else { vec![S::MISSING; size] }
    }

    fn whole<S>(&self, values: Vec<S>) -> Result<Array2<S>, SourceError> {
        Array2::from_shape_vec((self.window.ny, self.window.nx), values)
            .map_err(|_| self.layout.corrupt(Detail::of("detail.inconsistent")))
    }

    fn hand_over<S: Sample>(
        &self,
        task: &Task,
        fields: &[Field<S>],
        done: &(dyn Fn(usize, Result<Array2<S>, SourceError>) + Sync),
    ) {
        for &n in &task.fields {
            let Some(field) = fields.get(n) else { continue };
            if field.tiles_left.fetch_sub(1, Ordering::AcqRel) == 1 {
                let values = field.values.lock().map(|mut values| std::mem::replace(&mut *values, Ok(Vec::new())));
                let values = values.unwrap_or_else(|_| Err(self.layout.corrupt(Detail::of("detail.gave_up"))));
                done(n, values.and_then(|values| self.whole(values)));
            }
        }
    }

    /// What a tile holds of a field.
    fn part(&self, tile: &[usize], corner: &[usize]) -> Part {
        let strides = self.layout.strides();
        let start = |dim: usize| {
            let size = self.layout.tile.get(dim).copied().unwrap_or(1);
            tile.get(dim).copied().unwrap_or(0).saturating_mul(size)
        };
        let range = |dim: usize, end: usize| {
            let size = self.layout.tile.get(dim).copied().unwrap_or(1);
            start(dim)..start(dim).saturating_add(size).min(end)
        };
        let origin = corner
            .iter()
            .zip(&strides)
            .enumerate()
            .filter(|(dim, _)| Some(*dim) != self.y && *dim != self.x)
            .map(|(dim, (&at, &stride))| at.saturating_sub(start(dim)).saturating_mul(stride))
            .sum();
        let rows = self.rows();
        let stored_rows = self.y.map_or(0..1, |y| range(y, self.ny));
        Part {
            origin,
            rows: rows.start.max(stored_rows.start)..rows.end.min(stored_rows.end),
            first_row: stored_rows.start,
            row_stride: self.y.and_then(|y| strides.get(y)).copied().unwrap_or(0),
            columns: range(self.x, self.nx),
            column_stride: strides.get(self.x).copied().unwrap_or(1),
        }
    }

    /// Decodes a part into the window, row by row.
    fn copy<S: Sample>(&self, tile: &Tile<'_>, part: &Part, columns: &[Columns], values: &mut [S], row: &mut Vec<u8>) {
        for j in part.rows.clone() {
            let out_row = (j - self.window.j0) * self.window.nx;
            for run in columns {
                let Some((stored, from, count)) = part.run(run, j) else { continue };
                let out = out_row + run.out + from - run.from;
                if let Some(out) = values.get_mut(out..out + count) {
                    self.decode(tile, stored, part.column_stride, out, row);
                }
            }
        }
    }

    fn decode<S: Sample>(&self, tile: &Tile<'_>, number: usize, stride: usize, out: &mut [S], row: &mut Vec<u8>) {
        let size = self.layout.number_size;
        match tile {
            Tile::Unwritten { number } => {
                let mut one = [S::MISSING];
                self.packing.decode(number, self.layout.order, 1, &mut one);
                out.fill(one[0]);
            }
            Tile::Numbers { unfiltered, first } => match unfiltered.shuffled {
                None => {
                    let start = (number - first) * size;
                    let bytes = unfiltered.bytes.get(start..).unwrap_or_default();
                    self.packing.decode(bytes, self.layout.order, stride, out);
                }
                Some(each) => {
                    // The bytes come together for this row alone, in memory that stays in the first cache.
                    let span = (out.len().saturating_sub(1)) * stride + 1;
                    row.resize(span * size, 0);
                    gather(unfiltered.bytes, each, unfiltered.bytes.len() / each, number, row);
                    self.packing.decode(row, self.layout.order, stride, out);
                }
            },
        }
    }
}

/// What a tile holds of a field, and where in the tile it stands.
struct Part {
    /// The number of the tile at its first row and column.
    origin: usize,
    /// Rows of the grid that are wanted and here.
    rows: Range<usize>,
    first_row: usize,
    row_stride: usize,
    /// Columns of the grid that are here.
    columns: Range<usize>,
    column_stride: usize,
}

impl Part {
    /// For a run of columns in a row: the number in the tile where it starts, its first column, and its length.
    fn run(&self, run: &Columns, row: usize) -> Option<(usize, usize, usize)> {
        let from = run.from.max(self.columns.start);
        let end = (run.from + run.count).min(self.columns.end);
        let number = self.origin
            + (row - self.first_row) * self.row_stride
            + from.checked_sub(self.columns.start)? * self.column_stride;
        (from < end).then(|| (number, from, end - from))
    }

    /// The numbers of the tile from the first to the last that is wanted.
    fn needed(&self, columns: &[Columns]) -> Option<Range<usize>> {
        let (first, last) = (self.rows.start, self.rows.end.checked_sub(1)?);
        columns
            .iter()
            .filter_map(|run| {
                let (start, ..) = self.run(run, first)?;
                let (end, _, count) = self.run(run, last)?;
                Some(start..end + (count - 1) * self.column_stride + 1)
            })
            .reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
    }
}
