//! Whether the classes of all colour tables are told apart, by all eyes, on land and on sea.
//!
//! Colour difference: CIEDE2000 after Sharma, Wu and Dalal, «The CIEDE2000 color-difference formula: implementation
//! notes, supplementary test data, and mathematical observations», Color Res. Appl. 30 (2005). Colour-blind eyes: Machado,
//! Oliveira and Fernandes, «A physiologically-based model for simulation of color vision deficiency», IEEE TVCG 15
//! (2009), severity 1.0, in linear sRGB. CIELAB with the white of sRGB (IEC 61966-2-1).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ColourTable, named_table, round_table};

/// The map's ground, see `map::basemap`.
const GROUNDS: [[u8; 3]; 2] = [[246, 243, 235], [208, 222, 234]];

type Matrix = [[f64; 3]; 3];

/// Normal sight, protanopia, deuteranopia, tritanopia.
const EYES: [Matrix; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
];

const SRGB_TO_XYZ: Matrix = [
    [0.412_456_4, 0.357_576_1, 0.180_437_5],
    [0.212_672_9, 0.715_152_2, 0.072_175_0],
    [0.019_333_9, 0.119_192_0, 0.950_304_1],
];

/// Neighbouring classes differ by this much.
const APART: f64 = 4.0;

fn times(matrix: &Matrix, vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
}

/// CIELAB of an sRGB colour, as an eye sees it.
fn lab(rgb: [u8; 3], eye: &Matrix) -> [f64; 3] {
    let linear = rgb.map(|channel| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    let seen = times(eye, linear).map(|channel| channel.clamp(0.0, 1.0));
    let (xyz, white) = (times(&SRGB_TO_XYZ, seen), times(&SRGB_TO_XYZ, [1.0; 3]));
    let f = |n: usize| {
        let t = xyz[n] / white[n];
        if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 }
    };
    [116.0 * f(1) - 16.0, 500.0 * (f(0) - f(1)), 200.0 * (f(1) - f(2))]
}

fn ciede2000([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let seventh = |c: f64| (c.powi(7) / (c.powi(7) + 25_f64.powi(7))).sqrt();
    let g = 0.5 * (1.0 - seventh(f64::midpoint(a1.hypot(b1), a2.hypot(b2))));
    let (a1, a2) = ((1.0 + g) * a1, (1.0 + g) * a2);
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let hue = |a: f64, b: f64| if a == 0.0 && b == 0.0 { 0.0 } else { b.atan2(a).to_degrees().rem_euclid(360.0) };
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let grey = c1 * c2 == 0.0;
    let turn = match h2 - h1 {
        _ if grey => 0.0,
        turn if turn > 180.0 => turn - 360.0,
        turn if turn < -180.0 => turn + 360.0,
        turn => turn,
    };
    let (dl, dc, dh) = (l2 - l1, c2 - c1, 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin());
    let (l, c) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let h = match h1 + h2 {
        sum if grey => sum,
        sum if (h1 - h2).abs() <= 180.0 => sum / 2.0,
        sum if sum < 360.0 => (sum + 360.0) / 2.0,
        sum => (sum - 360.0) / 2.0,
    };
    let cos = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cos(h - 30.0) + 0.24 * cos(2.0 * h) + 0.32 * cos(3.0 * h + 6.0) - 0.20 * cos(4.0 * h - 63.0);
    let theta = 30.0 * (-((h - 275.0) / 25.0).powi(2)).exp();
    let sl = 1.0 + 0.015 * (l - 50.0).powi(2) / (20.0 + (l - 50.0).powi(2)).sqrt();
    let (sc, sh) = (1.0 + 0.045 * c, 1.0 + 0.015 * c * t);
    let rt = -(2.0 * theta).to_radians().sin() * 2.0 * seventh(c);
    ((dl / sl).powi(2) + (dc / sc).powi(2) + (dh / sh).powi(2) + rt * (dc / sc) * (dh / sh)).sqrt()
}

/// A colour over a ground, as the painter lays it.
fn over(colour: [u8; 3], opacity: f32, ground: [u8; 3]) -> [u8; 3] {
    std::array::from_fn(|c| (f32::from(colour[c]) * opacity + f32::from(ground[c]) * (1.0 - opacity)).round() as u8)
}

/// The smallest difference between two colours over both grounds and all eyes; `None` stands for the bare ground.
fn difference(table: &ColourTable, a: Option<[u8; 3]>, b: Option<[u8; 3]>) -> f64 {
    let mut least = f64::INFINITY;
    for ground in GROUNDS {
        let seen = |colour: Option<[u8; 3]>| colour.map_or(ground, |colour| over(colour, table.opacity, ground));
        for eye in &EYES {
            least = least.min(ciede2000(lab(seen(a), eye), lab(seen(b), eye)));
        }
    }
    least
}

/// Lightness and chroma of each class over a ground, for normal sight.
fn seen(table: &ColourTable, ground: [u8; 3]) -> Vec<(f64, f64)> {
    let of = |colour: &[u8; 3]| {
        let [l, a, b] = lab(over(*colour, table.opacity, ground), &EYES[0]);
        (l, a.hypot(b))
    };
    table.colours.iter().map(of).collect()
}

fn check_neighbours(name: &str, table: &ColourTable) {
    for (n, pair) in table.colours.windows(2).enumerate() {
        let apart = difference(table, Some(pair[0]), Some(pair[1]));
        assert!(apart >= APART, "{name}: classes {n} and {} differ by {apart:.2}", n + 1);
    }
}

fn check_palest(name: &str, table: &ColourTable, colour: Option<&[u8; 3]>) {
    let apart = difference(table, colour.copied(), None);
    assert!(apart >= APART, "{name}: the palest class differs from the ground by {apart:.2}");
}

/// Lightness runs one way, and the extreme is darkest.
fn check_one_way(name: &str, table: &ColourTable, extreme_is_low: bool) {
    for ground in GROUNDS {
        let mut lightness: Vec<f64> = seen(table, ground).iter().map(|seen| seen.0).collect();
        if extreme_is_low {
            lightness.reverse();
        }
        assert!(lightness.windows(2).all(|pair| pair[1] < pair[0]), "{name}: lightness {lightness:.1?}");
    }
    check_palest(name, table, if extreme_is_low { table.colours.last() } else { table.colours.first() });
}

/// Lightness falls from the middle to both ends.
fn check_two_sided(name: &str, table: &ColourTable) {
    for ground in GROUNDS {
        let lightness: Vec<f64> = seen(table, ground).iter().map(|seen| seen.0).collect();
        let middle = (0..lightness.len()).max_by(|a, b| lightness[*a].total_cmp(&lightness[*b])).expect("classes");
        let (below, above) = (&lightness[..=middle], &lightness[middle..]);
        assert!(below.windows(2).all(|pair| pair[0] < pair[1]), "{name}: lightness {lightness:.1?}");
        assert!(above.windows(2).all(|pair| pair[1] < pair[0]), "{name}: lightness {lightness:.1?}");
    }
    check_palest(name, table, table.colours.first());
    check_palest(name, table, table.colours.last());
}

#[derive(Deserialize)]
struct Meant {
    kind: String,
    extreme: Option<String>,
}

#[test]
fn the_classes_of_every_bundled_table_are_told_apart_by_all_eyes() {
    let meant: BTreeMap<String, Meant> =
        toml::from_str(include_str!("../../resources/colours.toml")).expect("every table says its kind");
    for (name, Meant { kind, extreme }) in &meant {
        let (table, _) = named_table(name).expect("a bundled table");
        check_neighbours(name, &table);
        match (kind.as_str(), extreme.as_deref()) {
            ("sequential", None) => check_one_way(name, &table, false),
            ("sequential", Some("low")) => check_one_way(name, &table, true),
            ("diverging", None) => check_two_sided(name, &table),
            ("cyclic", None) => {
                let apart = difference(&table, table.colours.last().copied(), table.colours.first().copied());
                assert!(table.cycle.is_some() && apart >= APART, "{name} goes round: {apart:.2}");
            }
            ("classes", None) => {
                table.colours.iter().for_each(|colour| check_palest(name, &table, Some(colour)));
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn automatic_tables_are_told_apart_as_well() {
    for highest in [0.7, 1.0, 3.3, 9.9, 11.7, 25.0, 47.0, 1013.0] {
        let table = round_table(0.0, highest, true);
        check_neighbours(&format!("0 to {highest}"), &table);
        check_one_way(&format!("0 to {highest}"), &table, false);
        let name = format!("−{highest} to {highest}");
        let table = round_table(-highest, highest, false);
        check_neighbours(&name, &table);
        check_two_sided(&name, &table);
    }
}

#[test]
fn the_classes_of_products_are_told_apart_by_all_eyes() {
    for product in super::products() {
        for classes in &product.classes {
            let colours = classes.colours.iter().filter_map(|hex| super::colours::from_hex(hex)).collect();
            let bounds = classes.bounds.clone();
            let table =
                ColourTable { bounds, colours, opacity: classes.opacity, under: false, over: true, cycle: None };
            check_neighbours(&product.id, &table);
        }
    }
}

#[test]
fn the_difference_is_that_of_the_published_pairs() {
    // Sharma et al. 2005, table 1, pairs 1, 7, 10, 13, 17, 21, 25, 29, 33.
    for (one, other, expected) in [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
        ([50.0, 2.49, -0.001], [50.0, -2.49, 0.0011], 7.2195),
        ([50.0, -0.001, 2.49], [50.0, 0.0009, -2.49], 4.8045),
        ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
        ([50.0, 2.5, 0.0], [50.0, 3.1736, 0.5854], 1.0000),
        ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
        ([22.7233, 20.0904, -46.6940], [23.0331, 14.9730, -42.5619], 2.0373),
        ([6.7747, -0.2908, -2.4247], [5.8714, -0.0985, -2.2286], 0.6377),
    ] {
        let found = ciede2000(one, other);
        assert!((found - expected).abs() < 5e-5, "{one:?} {other:?}: {found}");
    }
}
