//! Reading fields of arrays that are stored in tiles.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use ndarray::Array2;

use super::NATIVE;
use super::layout::Layout;
use super::sides::Row;
use super::windows::Job;
use crate::grid::Window;
use crate::source::cf::{self, Declared, Gridded, Packing, Places, Sample};
use crate::source::{Choice, Detail, Reader, Refusal, SourceError, Stop, Variable, messages};

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// An open file or store of arrays.
pub trait Arrays: Send + Sync {
    fn path(&self) -> &Path;

    /// All variables, in the file's order.
    fn declared(&self) -> &[Declared];

    /// Refuses what was written since it was opened, where that makes nonsense of what was read of it then.
    fn unchanged(&self, variable: usize) -> Result<(), SourceError>;

    /// Where the numbers of a variable lie; `None` where only [`Arrays::slab`] can read them, or say why nothing can.
    fn layout(&self, variable: usize) -> Option<Layout>;

    /// Whether fields may come one after another into what is open, so that some of them are not there yet.
    fn grows(&self) -> bool {
        false
    }

    /// A box of a variable as stored numbers in this machine's byte order, the last dimension running fastest.
    fn slab(&self, variable: usize, start: &[usize], count: &[usize]) -> Result<Vec<u8>, SourceError>;
}

/// One variable as it is stored.
struct Stored {
    declared: usize,
    shape: Vec<usize>,
    ny: usize,
    nx: usize,
    places: Places,
    packing: Packing,
    /// Found when the first field is read.
    layout: OnceLock<Option<Layout>>,
}

impl Stored {
    fn of(declared: &[Declared], field: &Gridded, packing: Packing) -> Self {
        let dims = declared.get(field.declared).map_or(&[][..], |declared| &declared.dims);
        let size = |dim: usize| dims.get(dim).map_or(0, |dim| dim.size);
        // What is stored as a plane of rows and columns, where the grid has the planes of several sides in one row.
        let plane = (field.places.y.map_or(1, size), size(field.places.x));
        let (ny, nx) = if field.places.sides.is_some() { plane } else { (field.grid.ny, field.grid.nx) };
        Self {
            declared: field.declared,
            shape: dims.iter().map(|dim| dim.size).collect(),
            ny,
            nx,
            places: field.places.clone(),
            packing,
            layout: OnceLock::new(),
        }
    }

    /// Of one plane.
    fn whole(&self) -> Window {
        Window { j0: 0, i0: 0, ny: self.ny, nx: self.nx }
    }

    fn corner(&self, choice: &Choice) -> Vec<usize> {
        self.places.corner(choice, self.shape.len())
    }
}

/// The variables of a file, each with the same reader.
pub fn variables<A: Arrays + 'static>(file: A, gridded: Vec<(Gridded, Packing)>) -> Vec<Variable> {
    let stored = gridded.iter().map(|(field, packing)| Stored::of(file.declared(), field, packing.clone())).collect();
    let reader = Arc::new(TileReader { id: NEXT_ID.fetch_add(1, Ordering::Relaxed), file, stored });
    let numbered = gridded.into_iter().zip(0..);
    numbered.filter_map(|((field, _), number)| variable(&reader, field, number)).collect()
}

fn variable<A: Arrays + 'static>(reader: &Arc<TileReader<A>>, field: Gridded, number: u32) -> Option<Variable> {
    let declared = reader.file.declared().get(field.declared)?;
    let text = |name: &str| Some(declared.text(name).to_owned()).filter(|text| !text.is_empty());
    let step_dims =
        field.places.step.iter().filter_map(|(dim, size)| Some((declared.dims.get(*dim)?.name.clone(), *size)));
    Some(Variable {
        step_dims: step_dims.collect(),
        id: declared.path.clone(),
        name: declared.name().to_owned(),
        identity: None,
        units: text("units"),
        standard_name: text("standard_name"),
        // WRF describes its variables by another attribute.
        long_name: text("long_name").or_else(|| text("description")),
        cell_methods: text("cell_methods"),
        grib: None,
        qualifiers: Vec::new(),
        frame: cf::frame(declared),
        grid: field.grid,
        levels: field.levels,
        steps: field.steps,
        members: field.members,
        dims: field.dims.into(),
        reader: reader.clone(),
        number,
    })
}

/// The fields of one file or store of arrays.
struct TileReader<A> {
    id: u64,
    file: A,
    stored: Vec<Stored>,
}

impl<A: Arrays> TileReader<A> {
    fn stored(&self, variable: u32) -> Result<&Stored, SourceError> {
        let found = usize::try_from(variable).ok().and_then(|n| self.stored.get(n));
        found.ok_or_else(|| SourceError::new(self.file.path(), Refusal::NoGrid, Detail::of("detail.inconsistent")))
    }

    /// Windows of several fields of a variable: by the loop over tiles where it knows the layout, else field by field.
    fn read<S: Sample>(
        &self,
        variable: u32,
        choices: &[&Choice],
        window: Option<Window>,
        stop: &Stop,
        done: &(dyn Fn(usize, Result<Array2<S>, SourceError>) + Sync),
    ) {
        let unchanged = |stored: &Stored| self.file.unchanged(stored.declared);
        let stored = match self.stored(variable).and_then(|stored| unchanged(stored).map(|()| stored)) {
            Ok(stored) => stored,
            Err(error) => return (0..choices.len()).for_each(|n| done(n, Err(error.clone()))),
        };
        let corners: Vec<Vec<usize>> = choices.iter().map(|choice| stored.corner(choice)).collect();
        match stored.places.sides {
            None => self.planes(stored, corners, window.unwrap_or_else(|| stored.whole()), stop, done),
            Some(sides) => {
                let row = Row::new(sides, [stored.ny, stored.nx], window);
                let planes =
                    |corners: Vec<Vec<usize>>, done: &(dyn Fn(usize, Result<Array2<S>, SourceError>) + Sync)| {
                        self.planes(stored, corners, stored.whole(), stop, done);
                    };
                row.read(&corners, planes, done);
            }
        }
    }

    /// A window of the planes at these positions.
    fn planes<S: Sample>(
        &self,
        stored: &Stored,
        corners: Vec<Vec<usize>>,
        window: Window,
        stop: &Stop,
        done: &(dyn Fn(usize, Result<Array2<S>, SourceError>) + Sync),
    ) {
        if let Some(layout) = self.layout(stored) {
            let Places { y, x, .. } = stored.places;
            let job = Job { layout, packing: &stored.packing, y, x, ny: stored.ny, nx: stored.nx, window };
            let part =
                self.file.declared().get(stored.declared).map_or(String::new(), |declared| declared.path.clone());
            return job.run(&corners, stop, &|n, values: Result<_, SourceError>| {
                done(n, values.map_err(|error| error.in_part(part.clone())));
            });
        }
        for (n, corner) in corners.into_iter().enumerate() {
            if stop.is_stopped() {
                return;
            }
            done(n, self.plane(stored, corner).map(|plane| messages::cut(plane, window, S::MISSING)));
        }
    }

    fn layout<'s>(&'s self, stored: &'s Stored) -> Option<&'s Layout> {
        stored.layout.get_or_init(|| self.file.layout(stored.declared)).as_ref()
    }

    /// One whole field by [`Arrays::slab`], rows and columns in stored order.
    fn plane<S: Sample>(&self, stored: &Stored, start: Vec<usize>) -> Result<Array2<S>, SourceError> {
        let mut count = vec![1; start.len()];
        for dim in stored.places.y.into_iter().chain([stored.places.x]) {
            if let (Some(count), Some(&size)) = (count.get_mut(dim), stored.shape.get(dim)) {
                *count = size;
            }
        }
        let bytes = self.file.slab(stored.declared, &start, &count)?;
        let mut values = Array2::from_elem((stored.ny, stored.nx), S::MISSING);
        let rows_first = stored.places.y.is_none_or(|y| y < stored.places.x);
        let (row, stride) = if rows_first { (stored.nx, 1) } else { (1, stored.ny) };
        for (j, out) in values.rows_mut().into_iter().enumerate() {
            let from = bytes.get(j * row * stored.packing.number.size()..).unwrap_or_default();
            if let Some(out) = out.into_slice() {
                stored.packing.decode(from, NATIVE, stride, out);
            }
        }
        Ok(values)
    }
}

impl<A: Arrays> Reader for TileReader<A> {
    fn id(&self) -> u64 {
        self.id
    }

    fn path(&self) -> &Path {
        self.file.path()
    }

    /// A field of a store that grows is not there as long as nothing of it was written and nothing but missing values
    /// would be read. Where another number stands for what was not written, that number is meant.
    fn has(&self, variable: u32, choice: &Choice) -> bool {
        let Some(stored) = self.stored(variable).ok().filter(|_| self.file.grows()) else { return true };
        let Some(layout) = self.layout(stored) else { return true };
        let Some(fill) = layout.unwritten() else { return true };
        let mut unwritten = [f64::NAN];
        stored.packing.decode(fill, layout.order, 1, &mut unwritten);
        let sides = stored.places.sides.map(|(dim, _)| dim);
        let dims: Vec<usize> = stored.places.y.into_iter().chain(sides).chain([stored.places.x]).collect();
        !unwritten[0].is_nan() || layout.may_have(&stored.corner(choice), &dims)
    }

    fn step_of(&self, variable: u32, choice: &Choice) -> usize {
        self.stored(variable).map_or(choice.step, |stored| stored.places.step_of(choice, stored.shape.len()))
    }

    fn read_raw(&self, variable: u32, choice: &Choice) -> Result<Array2<f64>, SourceError> {
        let found = Mutex::new(None);
        self.read(variable, &[choice], None, &Stop::default(), &|_, values| {
            if let Ok(mut found) = found.lock() {
                *found = Some(values);
            }
        });
        let gave_up = || SourceError::new(self.file.path(), Refusal::Corrupt, Detail::of("detail.gave_up"));
        found.into_inner().ok().flatten().unwrap_or_else(|| Err(gave_up()))
    }

    fn read_windows(
        &self,
        variable: u32,
        choices: &[&Choice],
        window: Window,
        stop: &Stop,
        done: &(dyn Fn(usize, Result<Array2<f32>, SourceError>) + Sync),
    ) {
        self.read(variable, choices, Some(window), stop, done);
    }

    fn learn(&self, variable: u32) {
        if let Ok(stored) = self.stored(variable) {
            self.layout(stored);
        }
    }

    fn batch(&self, variable: u32, choice: &Choice) -> u64 {
        let tile = self.stored(variable).ok().and_then(|stored| {
            let corner = stored.corner(choice);
            // Asked on any thread: what the first read has not found out yet is not sought now.
            match stored.layout.get() {
                Some(Some(layout)) => {
                    let tile: Vec<usize> =
                        corner.iter().zip(&layout.tile).map(|(at, size)| at / (*size).max(1)).collect();
                    layout.number_of(&tile)
                }
                _ => Some(choice.step as u64),
            }
        });
        // Keys of unlike variables must not meet by chance too often; if they do, nothing is read wrong.
        u64::from(variable).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(tile.unwrap_or(0))
    }
}

impl<A: Arrays> fmt::Debug for TileReader<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TileReader").field("path", &self.file.path()).field("variables", &self.stored.len()).finish()
    }
}
