//! Reading fields of an open file.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::Array2;

use super::file::{File, NATIVE};
use crate::grid::Window;
use crate::source::cf::{Declared, Gridded, Packing, Places, Sample};
use crate::source::{Choice, Reader, Refusal, SourceError, Stop};

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// One variable as it is stored.
pub struct Stored {
    declared: usize,
    shape: Vec<usize>,
    ny: usize,
    nx: usize,
    places: Places,
    packing: Packing,
}

impl Stored {
    pub fn of(file: &File, field: &Gridded, packing: Packing) -> Self {
        let dims = file.declared.get(field.declared).map_or(&[][..], |declared| &declared.dims);
        Self {
            declared: field.declared,
            shape: dims.iter().map(|dim| dim.size).collect(),
            ny: field.grid.ny,
            nx: field.grid.nx,
            places: field.places.clone(),
            packing,
        }
    }
}

/// The fields of one NetCDF file.
pub struct NetcdfReader {
    id: u64,
    file: File,
    stored: Vec<Stored>,
}

impl NetcdfReader {
    pub fn new(file: File, stored: Vec<Stored>) -> Self {
        Self { id: NEXT_ID.fetch_add(1, Ordering::Relaxed), file, stored }
    }

    pub fn declared(&self, number: usize) -> &Declared {
        &self.file.declared[number]
    }

    fn stored(&self, variable: u32) -> Result<&Stored, SourceError> {
        let found = usize::try_from(variable).ok().and_then(|n| self.stored.get(n));
        found.ok_or_else(|| SourceError::new(self.file.path(), Refusal::NoGrid, format!("no variable {variable}")))
    }

    /// One whole field, rows and columns in stored order.
    fn plane<S: Sample>(&self, stored: &Stored, choice: &Choice) -> Result<Array2<S>, SourceError> {
        let start = stored.places.corner(choice, stored.shape.len());
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

impl Reader for NetcdfReader {
    fn id(&self) -> u64 {
        self.id
    }

    fn path(&self) -> &Path {
        self.file.path()
    }

    fn read_raw(&self, variable: u32, choice: &Choice) -> Result<Array2<f64>, SourceError> {
        self.plane(self.stored(variable)?, choice)
    }

    fn read_windows(
        &self,
        variable: u32,
        choices: &[&Choice],
        window: Window,
        stop: &Stop,
        done: &(dyn Fn(usize, Result<Array2<f32>, SourceError>) + Sync),
    ) {
        for (n, choice) in choices.iter().enumerate() {
            if stop.is_stopped() {
                return;
            }
            let whole = self.stored(variable).and_then(|stored| self.plane::<f32>(stored, choice));
            done(n, whole.map(|whole| cut(&whole, window)));
        }
    }

    fn batch(&self, variable: u32, choice: &Choice) -> u64 {
        u64::from(variable) << 32 | choice.step as u64
    }
}

fn cut(whole: &Array2<f32>, window: Window) -> Array2<f32> {
    let (_, nx) = whole.dim();
    Array2::from_shape_fn((window.ny, window.nx), |(j, i)| {
        let column = (window.i0 + i) % nx.max(1);
        whole.get((window.j0 + j, column)).copied().unwrap_or(f32::NAN)
    })
}

impl fmt::Debug for NetcdfReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetcdfReader").field("path", &self.file.path()).field("variables", &self.stored.len()).finish()
    }
}
