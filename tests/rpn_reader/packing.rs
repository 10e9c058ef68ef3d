//! Numbers as they are packed: each stream is laid out bit by bit, and its values worked out by hand.

use millibar::source::{self, Choice, Stop};

use super::standard_file::{BitWriter, Record, StandardFile};
use super::{first_field, opened, variable, written};

/// The values of the only record of a file.
fn values(test: &str, record: Record) -> Vec<f64> {
    let path = written(test, "packed", &StandardFile::default().with(record));
    source::record_values(&path, 0).expect("a whole record")
}

fn is_refused(test: &str, record: Record, words: &str) {
    let path = written(test, "packed", &StandardFile::default().with(record));
    let refusal = source::record_values(&path, 0).expect_err("damaged").to_string();
    assert!(refusal.contains(words), "{refusal}");
}

fn record(ni: u32, nj: u32) -> Record {
    Record::new("TT", ni, nj, &[])
}

/// A minimum of 2.5 and steps of a quarter: 2.5 = 1.25 × 2¹, so its exponent is 849 + 128 and its mantissa 0xa0….
fn ranged_header(nbits: u32) -> BitWriter {
    BitWriter::default()
        .put(32, 0x7ff0_0006)
        .put(16, 4096 - 2)
        .put(12, 849 + 128)
        .put(4, 0)
        .put(32, 0xa000_0000)
        .put(16, 0)
        .put(8, nbits)
}

#[test]
fn a_packed_float_is_a_minimum_and_steps_from_bit_120_on() {
    let bits = [0, 1, 3, 7, 2, 5].iter().fold(ranged_header(3), |bits, &token| bits.put(3, token));
    assert_eq!(values("ranged", record(3, 2).packed(1, 3, bits.bytes())), [2.5, 2.75, 3.25, 4.25, 3.0, 3.75]);
    is_refused("ranged_bits", record(3, 2).packed(1, 4, bits.bytes()), "packing header");
}

#[test]
fn where_values_are_missing_the_largest_is_the_hole() {
    let bits = [0, 1, 7, 7, 2, 5].iter().fold(ranged_header(3), |bits, &token| bits.put(3, token));
    let found = values("missing", record(3, 2).packed(64 + 1, 3, bits.bytes()));
    assert_eq!(found.iter().map(|value| value.is_nan()).collect::<Vec<_>>(), [false, false, true, true, false, false]);
    assert_eq!((found[0], found[5]), (2.5, 3.75));
}

#[test]
fn integers_and_floats_of_odd_widths_run_over_words() {
    let tokens = |width: u32, tokens: &[u32]| tokens.iter().fold(BitWriter::default(), |bits, &t| bits.put(width, t));
    let unsigned = tokens(13, &[0, 1, 8191, 4096, 77, 5]).bytes();
    assert_eq!(values("unsigned", record(3, 2).packed(2, 13, unsigned)), [0.0, 1.0, 8191.0, 4096.0, 77.0, 5.0]);
    // Signed ones are counted from half the range.
    let signed = tokens(5, &[0, 16, 31, 15, 17, 16]).bytes();
    assert_eq!(values("signed", record(3, 2).packed(4, 5, signed)), [-16.0, 0.0, 15.0, -1.0, 1.0, 0.0]);
    // The upper 16 bits of 1.5 and -2.
    let cut = tokens(16, &[0x3fc0, 0xc000]).bytes();
    assert_eq!(values("cut", record(2, 1).packed(5, 16, cut)), [1.5, -2.0]);
    let double: Vec<u8> = [0.1_f64, -1e300].iter().flat_map(|value| value.to_be_bytes()).collect();
    assert_eq!(values("double", record(2, 1).packed(5, 64, double)), [0.1, -1e300]);
    is_refused("too_short", record(300, 20).packed(2, 13, vec![0; 64]), "too short for its values");
    is_refused("no_bits", record(3, 2).packed(2, 0, vec![0; 64]), "0 bits");
    is_refused("no_type", record(3, 2).packed(9, 16, vec![0; 64]), "data type 9");
}

/// The header of the worked example of the format's description, for so many values.
fn scaled_header(count: u32) -> [u32; 3] {
    [0xefff_8605, 0x008a_0d71, count]
}

/// What that example says that the first four tokens of its first row are.
const HEIGHTS: [(u32, f64); 4] =
    [(10_076, 142.972_43), (10_810, 143.704_71), (11_610, 144.502_8), (12_470, 145.360_77)];

/// (token × 32 + 0x8a0d71) × 2^(0x86 − 150)
fn height(token: u32) -> f64 {
    f64::from(token * 32 + 0x008a_0d71) / 65_536.0
}

#[test]
fn floats_of_sixteen_bit_tokens_share_an_exponent() {
    let bits = HEIGHTS.iter().fold(BitWriter::after(&scaled_header(4)), |bits, &(token, _)| bits.put(16, token));
    let found = values("scaled", record(2, 2).packed(6, 12, bits.bytes()));
    assert_eq!(found, HEIGHTS.map(|(token, _)| height(token)));
    assert!((found[0] - 142.972_43).abs() < 5e-6, "the number in the description");
    is_refused("scaled_count", record(1, 2).packed(6, 12, bits.bytes()), "packing header");
}

/// A compressed stream of tokens, with a predictor, a tile size and a number of bits.
fn turbo_head(predictor: u32, step: u32, nbits: u32) -> u32 {
    predictor | 1 << 4 | step << 7 | nbits << 10
}

/// The tokens of a field of five by four: steep in its middle, and over the bound of sixteen bits at its end.
fn tokens() -> Vec<u32> {
    (0..20).map(|n| if n == 7 { 60_000 } else { 10_000 + 37 * (n % 5) + 11 * (n / 5) * (n % 3) }).collect()
}

#[test]
fn the_parallelogram_predicts_from_three_neighbours() {
    let field = tokens();
    let at = |i: usize, j: usize| field[5 * j + i];
    let head = scaled_header(20);
    let mut bits = BitWriter::after(&[0, head[0], head[1], head[2], turbo_head(4, 3, 16)]).put(3, 4);
    for i in 0..5 {
        bits = bits.put(16, at(i, 0));
    }
    for j in 1..4 {
        bits = bits.put(16, at(0, j));
    }
    let difference = |i: usize, j: usize| {
        at(i, j).wrapping_add(at(i - 1, j - 1)).wrapping_sub(at(i, j - 1)).wrapping_sub(at(i - 1, j))
    };
    // Two tiles: three columns with whole differences, of seventeen bits, and one column with differences of nine.
    bits = bits.put(4, 15);
    for (j, i) in (1..4).flat_map(|j| (1..4).map(move |i| (j, i))) {
        bits = bits.put(17, difference(i, j) & 0x1_ffff);
    }
    bits = bits.put(4, 8);
    for j in 1..4 {
        bits = bits.put(9, difference(4, j) & 0x1ff);
    }
    let record = record(5, 4).packed(134, 16, bits.bytes());
    let expected: Vec<f64> = field.iter().map(|&token| height(token)).collect();
    assert_eq!(values("parallelogram", record.clone()), expected);
    // The way to the picture gives the same numbers.
    let path = written("parallelogram_f32", "packed", &StandardFile::default().with(record.clone()));
    let dataset = opened(&path);
    let field = variable(&dataset, "TT").field(Choice::default()).expect("a field");
    let window = variable(&dataset, "TT").grid.whole();
    field.reader.read_windows(field.variable, &[&field.choice], window, &Stop::default(), &|_, values| {
        let drawn: Vec<f64> = values.expect("decodes").into_iter().map(f64::from).collect();
        assert_eq!(drawn, expected);
    });
    let mut cut = record;
    cut.data.truncate(40);
    is_refused("parallelogram_cut", cut, "compressed values are damaged or incomplete");
}

#[test]
fn tiles_hold_a_minimum_and_what_is_added_to_it() {
    let head = scaled_header(21);
    // Seven by three in tiles of five: one with additions of four bits, one that is constant.
    let mut bits = BitWriter::after(&[0, head[0], head[1], head[2], turbo_head(3, 5, 16)]).put(4, 4).put(16, 10_000);
    for n in 0..15 {
        bits = bits.put(4, n);
    }
    bits = bits.put(4, 0).put(16, 10_076);
    let found = values("minimum", record(7, 3).packed(134, 16, bits.bytes()));
    let expected: Vec<f64> = (0..21)
        .map(|n| (n % 7, n / 7))
        .map(|(i, j)| if i < 5 { 10_000 + 5 * j + i } else { 10_076 })
        .map(height)
        .collect();
    assert_eq!(found, expected);
    let mut sample = BitWriter::after(&[0, head[0], head[1], head[2], turbo_head(1, 5, 16)]).bytes();
    sample.resize(200, 0);
    is_refused("sample_predictor", record(7, 3).packed(134, 16, sample), "predictor 1");
    is_refused(
        "compressed_planes",
        Record { shape: [7, 3, 2], ..record(7, 3).packed(134, 16, vec![0; 200]) },
        "not two-dimensional",
    );
    is_refused("compressed_size", record(1 << 20, 64).packed(134, 16, vec![0; 200]), "more values than it can hold");
}

#[test]
fn compressed_integers_are_unsigned() {
    let mut bits = BitWriter::after(&[0, turbo_head(3, 5, 16)]).put(4, 15);
    for token in [0_u32, 65_535, 32_768, 1] {
        bits = bits.put(16, token);
    }
    assert_eq!(values("integers", record(2, 2).packed(130, 16, bits.bytes())), [0.0, 65_535.0, 32_768.0, 1.0]);
}

#[test]
fn compressed_floats_are_put_together_from_sign_exponent_and_mantissa() {
    // All negative, all with exponent 127, mantissas as they are: -1, -1.5, -1.25, -1.75.
    let mut bits = BitWriter::after(&[0, 5 | 1 << 4 | 3 << 7 | 3 << 10, 127 << 16 | 0x10 | 0x01, 0]);
    for mantissa in [0b000, 0b100, 0b010, 0b110] {
        bits = bits.put(3, mantissa);
    }
    assert_eq!(values("ieee", record(2, 2).packed(133, 12, bits.bytes())), [-1.0, -1.5, -1.25, -1.75]);
}

#[test]
fn each_plane_of_a_record_is_a_field() {
    let numbers: Vec<f32> = (0..12).map(|n| n as f32).collect();
    let record = Record { shape: [3, 2, 2], ..Record::new("TT", 3, 2, &numbers) };
    let path = written("planes", "planes", &StandardFile::default().with(record));
    let dataset = opened(&path);
    assert_eq!(first_field(variable(&dataset, "TT/P/TEST/k=0")), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(first_field(variable(&dataset, "TT/P/TEST/k=1")), [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]);
    assert_eq!(source::record_values(&path, 0).expect("whole").len(), 12);
}
