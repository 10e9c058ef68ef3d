//! However the numbers are stored, they come back as the C library reads them.

use std::sync::Mutex;

use millibar::grid::Window;
use millibar::source::{Choice, Dataset, Stop, Variable};
use ndarray::Array2;
use netcdf::{Endianness, FileMut, Options};

use super::writing::{Written, axis, find, opened, read, values_of, variable, write, write_as};

const STEPS: usize = 7;
const ROWS: usize = 11;
const COLUMNS: usize = 18;

fn grid(file: &mut FileMut) {
    let latitudes: Vec<f64> = (0..ROWS).map(|j| 50.0 - 10.0 * j as f64).collect();
    let longitudes: Vec<f64> = (0..COLUMNS).map(|i| 20.0 * i as f64).collect();
    let times: Vec<f64> = (0..STEPS).map(|n| 6.0 * n as f64).collect();
    axis(file, "lat", &latitudes, &[("units", "degrees_north")]);
    axis(file, "lon", &longitudes, &[("units", "degrees_east")]);
    axis(file, "time", &times, &[("units", "hours since 2026-11-20 12:00:00")]);
}

/// Rough enough that no two chunks are alike.
fn rough(n: usize) -> f64 {
    f64::from((n as u32).wrapping_mul(2_654_435_761) >> 8) / f64::from(1_u32 << 24) * 100.0
}

#[derive(Clone, Copy, Default)]
struct Storing {
    chunk: Option<[usize; 3]>,
    deflate: Option<bool>,
    big: bool,
}

/// One variable `x` over time, rows and columns.
fn stored<T: netcdf::types::NcTypeDescriptor + Copy>(
    name: &str,
    storing: Storing,
    scale: Option<(f64, f64)>,
    of: impl Fn(usize) -> T,
) -> Written {
    write(name, |file| {
        grid(file);
        let mut x = file.add_variable::<T>("x", &["time", "lat", "lon"]).expect("a new variable");
        if let Some(chunk) = storing.chunk {
            x.set_chunking(&chunk).expect("chunks");
        }
        if let Some(shuffle) = storing.deflate {
            x.set_compression(4, shuffle).expect("compression");
        }
        if storing.big {
            x.set_endianness(Endianness::Big).expect("an order of bytes");
        }
        if let Some((factor, offset)) = scale {
            x.put_attribute("scale_factor", factor).expect("an attribute");
            x.put_attribute("add_offset", offset).expect("an attribute");
        }
        let values: Vec<T> = (0..STEPS * ROWS * COLUMNS).map(of).collect();
        x.put_values(&values, ..).expect("values");
    })
}

/// The C library's numbers, unpacked by hand.
fn reference(written: &Written, scale: Option<(f64, f64)>) -> Vec<Array2<f64>> {
    let file = netcdf::open(&written.0).expect("the C library opens it");
    let stored: Vec<f64> = file.variable("x").expect("x").get_values(..).expect("values");
    let (factor, offset) = scale.unwrap_or((1.0, 0.0));
    let values: Vec<f64> = stored.iter().map(|value| value * factor + offset).collect();
    values
        .chunks(ROWS * COLUMNS)
        .map(|plane| Array2::from_shape_vec((ROWS, COLUMNS), plane.to_vec()).expect("a plane"))
        .collect()
}

fn choices() -> Vec<Choice> {
    (0..STEPS).map(|step| Choice { step, ..Choice::default() }).collect()
}

fn windows(variable: &Variable, window: Window, stop: &Stop) -> Vec<Option<Array2<f32>>> {
    let choices = choices();
    let choices: Vec<&Choice> = choices.iter().collect();
    let found = Mutex::new(vec![None; STEPS]);
    variable.reader.read_windows(variable.number, &choices, window, stop, &|n, values| {
        let mut found = found.lock().expect("no other panic");
        assert!(found[n].is_none(), "step {n} is handed over once");
        found[n] = Some(values.unwrap_or_else(|error| panic!("{error}")));
    });
    found.into_inner().expect("no panic")
}

fn check(written: &Written, scale: Option<(f64, f64)>) {
    let dataset: Dataset = opened(written);
    let x = find(&dataset, "x");
    let expected = reference(written, scale);
    for (choice, expected) in choices().into_iter().zip(&expected) {
        assert_eq!(&read(x, choice), expected);
    }
    let whole = windows(x, x.grid.whole(), &Stop::default());
    for (found, expected) in whole.iter().zip(&expected) {
        assert_eq!(found.as_ref(), Some(&expected.mapv(|value| value as f32)));
    }
    // Across the border of the columns, as a view over the date line needs it.
    let window = Window { j0: 3, i0: COLUMNS - 5, ny: 6, nx: 12 };
    for (found, expected) in windows(x, window, &Stop::default()).iter().zip(&expected) {
        let part = Array2::from_shape_fn((6, 12), |(j, i)| expected[[3 + j, (COLUMNS - 5 + i) % COLUMNS]] as f32);
        assert_eq!(found.as_ref(), Some(&part));
    }
}

const SHAPES: [[usize; 3]; 6] = [[1, 11, 18], [1, 4, 5], [3, 11, 18], [7, 3, 7], [2, 1, 18], [5, 11, 1]];

#[test]
fn contiguous_numbers_are_read_as_they_stand() {
    check(&stored("contiguous_f32", Storing::default(), None, |n| rough(n) as f32), None);
    check(&stored("contiguous_f64", Storing::default(), None, rough), None);
    check(&stored("contiguous_i32", Storing::default(), None, |n| n as i32 - 500), None);
}

#[test]
fn chunks_of_every_shape_fit_together() {
    for (n, chunk) in SHAPES.into_iter().enumerate() {
        let storing = Storing { chunk: Some(chunk), ..Storing::default() };
        check(&stored(&format!("chunk_{n}"), storing, None, |n| rough(n) as f32), None);
    }
}

#[test]
fn deflated_and_shuffled_chunks_come_back() {
    for (n, chunk) in SHAPES.into_iter().enumerate() {
        for shuffle in [false, true] {
            let storing = Storing { chunk: Some(chunk), deflate: Some(shuffle), ..Storing::default() };
            check(&stored(&format!("z_f32_{n}_{shuffle}"), storing, None, |n| rough(n) as f32), None);
            check(&stored(&format!("z_u8_{n}_{shuffle}"), storing, None, |n| (n % 256) as u8), None);
            check(&stored(&format!("z_f64_{n}_{shuffle}"), storing, None, rough), None);
        }
    }
}

#[test]
fn packed_integers_are_unpacked_in_double_precision() {
    let scale = Some((0.01, 273.15));
    for big in [false, true] {
        let storing = Storing { chunk: Some([2, 4, 5]), deflate: Some(true), big };
        check(&stored(&format!("i16_{big}"), storing, scale, |n| (rough(n) * 300.0) as i16 - 15_000), scale);
        check(&stored(&format!("u16_{big}"), storing, scale, |n| (rough(n) * 600.0) as u16), scale);
    }
}

#[test]
fn big_endian_numbers_are_turned_round() {
    for chunk in [None, Some([3, 4, 18])] {
        let storing = Storing { chunk, big: true, ..Storing::default() };
        check(&stored(&format!("big_{}", chunk.is_some()), storing, None, |n| rough(n) as f32), None);
    }
}

#[test]
fn classic_files_and_their_records_are_read() {
    let kinds: [(&str, fn() -> Options); 3] =
        [("cdf1", Options::empty), ("cdf2", || Options::_64BIT_OFFSET), ("cdf5", || Options::_64BIT_DATA)];
    for (name, options) in kinds {
        for records in [false, true] {
            let written = write_as(&format!("{name}_{records}"), options(), |file| {
                let latitudes: Vec<f64> = (0..ROWS).map(|j| 50.0 - 10.0 * j as f64).collect();
                let longitudes: Vec<f64> = (0..COLUMNS).map(|i| 20.0 * i as f64).collect();
                axis(file, "lat", &latitudes, &[("units", "degrees_north")]);
                axis(file, "lon", &longitudes, &[("units", "degrees_east")]);
                if records {
                    file.add_unlimited_dimension("time").expect("a dimension");
                } else {
                    file.add_dimension("time", STEPS).expect("a dimension");
                }
                let times: Vec<f64> = (0..STEPS).map(|n| 6.0 * n as f64).collect();
                let mut time = file.add_variable::<f64>("time", &["time"]).expect("time");
                time.put_attribute("units", "hours since 2026-11-20 12:00:00").expect("an attribute");
                values_of(file, "time", &times);
                file.add_variable::<i16>("x", &["time", "lat", "lon"]).expect("x");
                let values: Vec<i16> = (0..STEPS * ROWS * COLUMNS).map(|n| (rough(n) * 100.0) as i16).collect();
                values_of(file, "x", &values);
            });
            check(&written, None);
        }
    }
}

#[test]
fn any_order_of_dimensions_gives_the_same_rows_and_columns() {
    let orders: [[&str; 3]; 4] =
        [["time", "lat", "lon"], ["lon", "lat", "time"], ["lat", "time", "lon"], ["time", "lon", "lat"]];
    for (n, order) in orders.into_iter().enumerate() {
        for chunked in [false, true] {
            let written = write(&format!("order_{n}_{chunked}"), |file| {
                grid(file);
                let mut x = file.add_variable::<f32>("x", &order).expect("x");
                if chunked {
                    x.set_chunking(&[4, 3, 5]).expect("chunks");
                    x.set_compression(1, true).expect("compression");
                }
                let size = |name: &str| match name {
                    "time" => STEPS,
                    "lat" => ROWS,
                    _ => COLUMNS,
                };
                let mut values = Vec::new();
                for a in 0..size(order[0]) {
                    for b in 0..size(order[1]) {
                        for c in 0..size(order[2]) {
                            let at = |name: &str| [a, b, c][order.iter().position(|own| *own == name).expect("listed")];
                            values.push((at("time") * 10_000 + at("lat") * 100 + at("lon")) as f32);
                        }
                    }
                }
                x.put_values(&values, ..).expect("values");
            });
            let dataset = opened(&written);
            let x = find(&dataset, "x");
            let expected = |step: usize, j: usize, i: usize| (step * 10_000 + j * 100 + i) as f64;
            for step in [0, STEPS - 1] {
                let found = read(x, Choice { step, ..Choice::default() });
                assert_eq!(found, Array2::from_shape_fn((ROWS, COLUMNS), |(j, i)| expected(step, j, i)));
            }
            let window = Window { j0: 2, i0: 16, ny: 5, nx: 4 };
            let found = windows(x, window, &Stop::default());
            let part = Array2::from_shape_fn((5, 4), |(j, i)| expected(3, 2 + j, (16 + i) % COLUMNS) as f32);
            assert_eq!(found[3].as_ref(), Some(&part));
        }
    }
}

#[test]
fn chunks_that_were_never_written_are_missing() {
    let written = write("unwritten", |file| {
        grid(file);
        let mut x = file.add_variable::<f32>("x", &["time", "lat", "lon"]).expect("x");
        x.set_fill_value(-1.0_f32).expect("a fill value");
        x.set_chunking(&[1, ROWS, COLUMNS]).expect("chunks");
        x.put_values(&vec![5.0_f32; ROWS * COLUMNS], (1, .., ..)).expect("values");
        let mut y = file.add_variable::<f32>("y", &["lat", "lon"]).expect("y");
        y.set_fill_value(-1.0_f32).expect("a fill value");
    });
    let dataset = opened(&written);
    let x = find(&dataset, "x");
    assert!(read(x, Choice::default()).iter().all(|value| value.is_nan()));
    assert!(read(x, Choice { step: 1, ..Choice::default() }).iter().all(|&value| value == 5.0));
    assert!(read(find(&dataset, "y"), Choice::default()).iter().all(|value| value.is_nan()));
}

#[test]
fn fields_that_share_chunks_belong_to_one_batch() {
    let storing = Storing { chunk: Some([3, 11, 18]), deflate: Some(true), ..Storing::default() };
    let written = stored("batch", storing, None, |n| n as f32);
    let dataset = opened(&written);
    let x = find(&dataset, "x");
    let batches: Vec<(u64, u64)> =
        choices().into_iter().map(|choice| x.field(choice).expect("a step").batch()).collect();
    assert_ne!(batches[0], batches[2], "nothing is read to find out");
    x.field(Choice::default()).expect("a step").learn();
    let batches: Vec<(u64, u64)> =
        choices().into_iter().map(|choice| x.field(choice).expect("a step").batch()).collect();
    assert_eq!(batches[0], batches[2]);
    assert_eq!(batches[3], batches[5]);
    assert_ne!(batches[2], batches[3]);
}

#[test]
fn a_stopped_read_hands_nothing_over() {
    let written = stored("stopped", Storing { chunk: Some([1, 4, 5]), ..Storing::default() }, None, |n| n as f32);
    let dataset = opened(&written);
    let x = find(&dataset, "x");
    let stop = Stop::default();
    stop.stop();
    assert!(windows(x, x.grid.whole(), &stop).iter().all(Option::is_none));
}

#[test]
fn missing_values_of_every_kind_are_left_out() {
    let written = write("missing", |file| {
        axis(file, "lat", &[50.0], &[("units", "degrees_north")]);
        axis(file, "lon", &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], &[("units", "degrees_east")]);
        let mut x = file.add_variable::<i16>("x", &["lat", "lon"]).expect("x");
        x.set_fill_value(-32_768_i16).expect("a fill value");
        x.put_attribute("missing_value", vec![-1_i16, -2]).expect("an attribute");
        x.put_attribute("valid_range", vec![0_i16, 100]).expect("an attribute");
        x.put_attribute("scale_factor", 0.5).expect("an attribute");
        x.put_values(&[-32_768_i16, -1, -2, 100, 101, 0], ..).expect("values");
        variable(file, "y", &["lat", "lon"], &[f64::NAN, f64::INFINITY, 9.969_209_968_386_869e36, 1.0, 2.0, 3.0], &[]);
    });
    let dataset = opened(&written);
    let found = read(find(&dataset, "x"), Choice::default());
    let shown: Vec<Option<f64>> = found.iter().map(|&value| (!value.is_nan()).then_some(value)).collect();
    assert_eq!(shown, [None, None, None, Some(50.0), None, Some(0.0)]);
    let found = read(find(&dataset, "y"), Choice::default());
    assert!(found[[0, 0]].is_nan() && found[[0, 2]].is_nan());
    assert_eq!(found[[0, 1]], f64::INFINITY);
}
