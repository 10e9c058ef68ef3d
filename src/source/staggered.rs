//! Fields brought to the points between their own: one component of a wind where the other one stands.

use std::path::Path;
use std::sync::Arc;

use ndarray::Array2;

use super::{Choice, FieldRef, Reader, SourceError, Stop};
use crate::grid::{Grid, Neighbours, Window};

/// The field as the mean of the points around those of another grid, as far as there are values: at coasts and edges fewer
/// than four.
#[must_use]
pub fn brought_to(field: &FieldRef, own: &Grid, other: &Arc<Grid>, around: Neighbours) -> FieldRef {
    let (from, to) = ((own.ny, own.nx), (other.ny, other.nx));
    let reader = Between { inner: field.reader.clone(), around, from, to };
    let (variable, choice) = (field.variable, field.choice.clone());
    FieldRef { reader: Arc::new(reader), variable, choice, grid: other.clone() }
}

/// A reader of means.
#[derive(Debug)]
struct Between {
    inner: Arc<dyn Reader>,
    around: Neighbours,
    /// Rows and columns of the field and of the means.
    from: (usize, usize),
    to: (usize, usize),
}

impl Between {
    /// What is read of the field for a window of means: all columns where the window goes round the grid.
    fn source(&self, window: Window) -> Window {
        let span = |first: usize, count: usize, by: isize, size: usize| {
            let end = first.saturating_add(count).saturating_add_signed(by + 1).min(size);
            let first = first.saturating_add_signed(by).min(end);
            (first, end - first)
        };
        let (j0, ny) = span(window.j0, window.ny, self.around.dj, self.from.0);
        let round = window.i0 + window.nx > self.to.1;
        let (i0, nx) = if round { (0, self.from.1) } else { span(window.i0, window.nx, self.around.di, self.from.1) };
        Window { j0, i0, ny, nx }
    }

    /// The means over a window, from values over the part that [`Between::source`] gives.
    fn means<S: Copy + Into<f64>>(&self, values: &Array2<S>, source: Window, window: Window) -> Array2<f64> {
        Array2::from_shape_fn((window.ny, window.nx), |(j, i)| {
            let (j, i) = (window.j0 + j, (window.i0 + i) % self.to.1.max(1));
            let (mut sum, mut count) = (0.0, 0.0);
            for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let place = |n: usize, by: isize, first: usize| n.checked_add_signed(by)?.checked_sub(first);
                let at = place(j, self.around.dj + row, source.j0).zip(place(i, self.around.di + column, source.i0));
                let value: Option<f64> = at.and_then(|at| values.get(at)).map(|&value| value.into());
                if let Some(value) = value.filter(|value| !value.is_nan()) {
                    sum += value;
                    count += 1.0;
                }
            }
            if count > 0.0 { sum / count } else { f64::NAN }
        })
    }
}

impl Reader for Between {
    /// That of the field's own reader, marked by the points around: the same means have the same.
    fn id(&self) -> u64 {
        const MARK: u64 = 1 << 62;
        let pattern = u64::from(self.around.dj < 0) << 1 | u64::from(self.around.di < 0);
        MARK | self.inner.id() << 2 | pattern
    }

    fn path(&self) -> &Path {
        self.inner.path()
    }

    fn has(&self, variable: u32, choice: &Choice) -> bool {
        self.inner.has(variable, choice)
    }

    fn read_raw(&self, variable: u32, choice: &Choice) -> Result<Array2<f64>, SourceError> {
        let whole = |(ny, nx)| Window { j0: 0, i0: 0, ny, nx };
        let values = self.inner.read_raw(variable, choice)?;
        Ok(self.means(&values, whole(self.from), whole(self.to)))
    }

    fn read_windows(
        &self,
        variable: u32,
        choices: &[&Choice],
        window: Window,
        stop: &Stop,
        done: &(dyn Fn(usize, Result<Array2<f32>, SourceError>) + Sync),
    ) {
        let source = self.source(window);
        let means = |values: Array2<f32>| self.means(&values, source, window).mapv(|value| value as f32);
        self.inner.read_windows(variable, choices, source, stop, &|n, outcome| done(n, outcome.map(means)));
    }

    fn learn(&self, variable: u32) {
        self.inner.learn(variable);
    }

    fn batch(&self, variable: u32, choice: &Choice) -> u64 {
        self.inner.batch(variable, choice)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::grid::Geometry;

    /// One field that counts its points.
    #[derive(Debug)]
    struct Counting(usize, usize);

    impl Reader for Counting {
        fn id(&self) -> u64 {
            7
        }
        fn path(&self) -> &Path {
            Path::new("counting")
        }
        fn read_raw(&self, _: u32, _: &Choice) -> Result<Array2<f64>, SourceError> {
            Ok(Array2::from_shape_fn((self.0, self.1), |(j, i)| (10 * j + i) as f64))
        }
        fn read_windows(
            &self,
            variable: u32,
            choices: &[&Choice],
            window: Window,
            _: &Stop,
            done: &(dyn Fn(usize, Result<Array2<f32>, SourceError>) + Sync),
        ) {
            for (n, choice) in choices.iter().enumerate() {
                let whole = self.read_raw(variable, choice).expect("counts");
                let at = |(j, i)| whole[[window.j0 + j, (window.i0 + i) % self.1]] as f32;
                done(n, Ok(Array2::from_shape_fn((window.ny, window.nx), at)));
            }
        }
        fn batch(&self, _: u32, _: &Choice) -> u64 {
            0
        }
    }

    fn grid(ny: usize, nx: usize) -> Arc<Grid> {
        Arc::new(Grid { ny, nx, geometry: Geometry::Unplaced })
    }

    #[test]
    fn means_of_four_points_and_of_fewer_at_the_edge() {
        // v of 5 rows and 4 columns at the 4 rows and 5 columns of u.
        let field =
            FieldRef { reader: Arc::new(Counting(5, 4)), variable: 0, choice: Arc::default(), grid: grid(5, 4) };
        let mean = brought_to(&field, &grid(5, 4), &grid(4, 5), Neighbours { dj: 0, di: -1 });
        let whole = mean.read_raw().expect("reads");
        assert_eq!(whole.dim(), (4, 5));
        assert_eq!(whole[[1, 2]], (11.0 + 12.0 + 21.0 + 22.0) / 4.0);
        assert_eq!(whole[[3, 0]], (30.0 + 40.0) / 2.0);
        assert_eq!(whole[[0, 4]], (3.0 + 13.0) / 2.0);
        for (j0, i0, ny, nx) in [(0, 0, 4, 5), (1, 2, 2, 2), (3, 4, 1, 1), (2, 3, 2, 4)] {
            let window = Window { j0, i0, ny, nx };
            let read = Mutex::new(None);
            let put = |_: usize, outcome: Result<Array2<f32>, SourceError>| {
                *read.lock().expect("one thread") = outcome.ok();
            };
            mean.reader.read_windows(0, &[&Choice::default()], window, &Stop::default(), &put);
            let read = read.into_inner().expect("one thread").expect("was read");
            for ((j, i), value) in read.indexed_iter() {
                assert_eq!(f64::from(*value), whole[[j0 + j, (i0 + i) % 5]], "{window:?} {j} {i}");
            }
        }
    }
}
