//! Reads the values of one field: its bytes, its bitmap, its packing, its order of points.

use std::path::Path;
use std::sync::Arc;

use ndarray::Array2;

use super::grids::{Described, Order};
use super::message::{Bitmap, Field};
use super::octets::Octets;
use super::unpack::{Failure, Packed, Packing, Value, is_boustrophedonic, unpack};
use crate::source::bytes::FileBytes;
use crate::source::messages::Decoder;
use crate::source::{Detail, Refusal, SourceError};

/// A field of constant values needs no bits; so many points are believed without any.
const MOST_WITHOUT_BITS: usize = 1 << 26;

/// The fields of one file that can be read.
#[derive(Debug)]
pub struct Values {
    pub bytes: FileBytes,
    pub parts: Vec<Part>,
}

/// A field, its grid and its packing.
#[derive(Debug)]
pub struct Part {
    pub field: Field,
    pub grid: Arc<Described>,
    pub packing: Packing,
}

impl Decoder for Values {
    fn path(&self) -> &Path {
        self.bytes.path()
    }

    fn points(&self, message: usize) -> usize {
        self.parts.get(message).map_or(0, |part| part.grid.points())
    }

    fn decode(&self, message: usize) -> Result<Array2<f64>, SourceError> {
        self.read(message)
    }

    fn decode_f32(&self, message: usize) -> Result<Array2<f32>, SourceError> {
        self.read(message)
    }
}

impl Values {
    fn read<V: Value>(&self, message: usize) -> Result<Array2<V>, SourceError> {
        let part = self.parts.get(message).ok_or_else(|| self.refuse(message, Failure::broken()))?;
        // What was written anew would be read by the headers of what was there before.
        if !self.bytes.is_as_opened() {
            return Err(SourceError::new(self.bytes.path(), Refusal::Corrupt, Detail::of("detail.changed")));
        }
        let points = part.grid.points();
        let (mut data, mut bitmap) = (Vec::new(), Vec::new());
        let stretch = part.field.data;
        self.bytes.read(stretch.start, stretch.length, &mut data)?;
        if points > MOST_WITHOUT_BITS.max(data.len().saturating_mul(8)) {
            return Err(self.refuse(message, Failure::broken()));
        }
        let bitmap = match part.field.bitmap {
            Bitmap::All => None,
            Bitmap::Here(stretch) => {
                self.bytes.read(stretch.start, stretch.length, &mut bitmap)?;
                Some(bitmap.as_slice())
            }
            Bitmap::Predefined(number) => {
                let detail = Detail::with("detail.grib_bitmap", [("number", u64::from(number).into())]);
                return Err(self.refuse(message, Failure::Unsupported(detail)));
            }
        };
        part.values(&data, bitmap).map_err(|failure| self.refuse(message, failure))
    }

    fn refuse(&self, message: usize, failure: Failure) -> SourceError {
        let (refusal, detail) = match failure {
            Failure::Broken(detail) => (Refusal::Corrupt, detail),
            Failure::Unsupported(detail) => (Refusal::Unsupported, detail),
        };
        let number = self.parts.get(message).map_or(0, |part| part.field.message);
        let detail = Detail::with("detail.grib_field", [("message", (number as u64).into()), ("what", detail)]);
        SourceError::new(self.bytes.path(), refusal, detail)
    }
}

impl Part {
    /// `[ny, nx]`, from the bytes of the data and of the bitmap.
    fn values<V: Value>(&self, data: &[u8], bitmap: Option<&[u8]>) -> Result<Array2<V>, Failure> {
        let points = self.grid.points();
        let coded = match bitmap {
            None => points,
            Some(bitmap) => count_set(bitmap, points).ok_or_else(Failure::broken)?,
        };
        let rows = if self.packing == Packing::SecondOrder1 { self.coded_rows(bitmap) } else { Vec::new() };
        let representation = if self.field.edition == 1 { Octets(data) } else { self.field.representation() };
        let decimal = if self.field.edition == 1 { self.field.product().i16(27).unwrap_or(0) } else { 0 };
        let packed = Packed { packing: self.packing, representation, data, decimal, coded, rows: &rows };
        let coded = if coded == 0 { Vec::new() } else { unpack(&packed)? };
        let mut values = match bitmap {
            None => coded,
            Some(bitmap) => spread(coded, bitmap, points),
        };
        mask(&mut values, missing_numbers(&self.field));
        let order = self.grid.order;
        if order.alternating || is_boustrophedonic(self.packing, representation) {
            self.turn_back(&mut values);
        }
        arrange(values, order, self.grid.grid.ny, self.grid.grid.nx)
    }

    /// Points in each row, or column, in the order in which they were scanned.
    fn lines(&self) -> Vec<usize> {
        let (ny, nx) = (self.grid.grid.ny, self.grid.grid.nx);
        match &self.grid.rows {
            Some(rows) => rows.clone(),
            None if self.grid.order.j_consecutive => vec![ny; nx],
            None => vec![nx; ny],
        }
    }

    /// The same, without the points that a bitmap leaves out.
    fn coded_rows(&self, bitmap: Option<&[u8]>) -> Vec<usize> {
        let lines = self.lines();
        let Some(bitmap) = bitmap else { return lines };
        let mut set = bits_of(bitmap);
        lines.into_iter().map(|line| set.by_ref().take(line).filter(|set| *set).count()).collect()
    }

    /// Turns every second row.
    fn turn_back<V: Value>(&self, values: &mut [V]) {
        let mut at = 0;
        for (n, line) in self.lines().into_iter().enumerate() {
            if n % 2 == 1
                && let Some(line) = values.get_mut(at..at + line)
            {
                line.reverse();
            }
            at += line;
        }
    }
}

/// The numbers that mean «missing» where a centre writes them instead of a bitmap. MRMS (centre 161, discipline 209): −999
/// where no radar reaches, −99 where one reports nothing.
fn missing_numbers(field: &Field) -> &'static [f64] {
    const MRMS: u16 = 161;
    let is_mrms = field.edition == 2 && field.discipline == 209 && field.centre() == MRMS;
    if is_mrms { &[-999.0, -99.0] } else { &[] }
}

/// Makes all values that mean «missing» so.
fn mask<V: Value>(values: &mut [V], numbers: &[f64]) {
    for number in numbers.iter().map(|number| V::of(*number)) {
        values.iter_mut().filter(|value| **value == number).for_each(|value| *value = V::MISSING);
    }
}

fn bits_of(bitmap: &[u8]) -> impl Iterator<Item = bool> {
    bitmap.iter().flat_map(|&byte| (0..8).map(move |bit| byte & (0x80 >> bit) != 0))
}

/// Set bits among the first `points`; `None` where there are fewer bits.
fn count_set(bitmap: &[u8], points: usize) -> Option<usize> {
    let whole = bitmap.get(..points / 8)?;
    let count: usize = whole.iter().map(|byte| byte.count_ones() as usize).sum();
    let rest = points % 8;
    if rest == 0 {
        return Some(count);
    }
    let last = bitmap.get(points / 8)?;
    Some(count + (last >> (8 - rest)).count_ones() as usize)
}

/// Puts coded values where the bitmap has them.
fn spread<V: Value>(coded: Vec<V>, bitmap: &[u8], points: usize) -> Vec<V> {
    let mut values = Vec::with_capacity(points);
    let mut coded = coded.into_iter();
    for &byte in bitmap.iter().take(points.div_ceil(8)) {
        for bit in 0..8 {
            let value = if byte & (0x80 >> bit) != 0 { coded.next().unwrap_or(V::MISSING) } else { V::MISSING };
            values.push(value);
        }
    }
    values.truncate(points);
    values
}

/// Rows and columns from values in scanning order.
fn arrange<V: Value>(values: Vec<V>, order: Order, ny: usize, nx: usize) -> Result<Array2<V>, Failure> {
    let shaped = if order.j_consecutive && ny > 1 && nx > 1 {
        Array2::from_shape_vec((nx, ny), values).map(|columns| columns.t().as_standard_layout().into_owned())
    } else {
        Array2::from_shape_vec((ny, nx), values)
    };
    shaped.map_err(|_| Failure::broken())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_the_bitmap_has_them() {
        let bitmap = [0b1010_0001, 0b0100_0000];
        assert_eq!(count_set(&bitmap, 10), Some(4));
        assert_eq!(count_set(&bitmap, 17), None);
        let spread: Vec<f64> = spread(vec![1.0, 2.0, 3.0, 4.0], &bitmap, 10);
        let found: Vec<Option<f64>> = spread.into_iter().map(|v| Some(v).filter(|v| !v.is_nan())).collect();
        let (no, some) = (None, Some);
        assert_eq!(found, [some(1.0), no, some(2.0), no, no, no, no, some(3.0), no, some(4.0)]);
    }

    #[test]
    fn numbers_that_mean_missing_are_missing() {
        let mut values = [-999.0_f32, -99.0, -98.5, 0.0, 45.5];
        mask(&mut values, &[-999.0, -99.0]);
        assert!(values[..2].iter().all(|value| value.is_nan()));
        assert_eq!(values[2..], [-98.5, 0.0, 45.5]);
    }

    #[test]
    fn columns_that_come_first_become_rows() {
        let order = Order { j_consecutive: true, ..Order::default() };
        let rows = arrange(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], order, 3, 2).expect("six values");
        assert_eq!(rows, ndarray::array![[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]);
    }
}
