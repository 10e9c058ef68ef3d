//! The colour of a pixel from its value and the steepness there: exact anti-aliasing by a table.
//!
//! A pixel sees the values from `v − g/2` to `v + g/2`, where `g` is how much the field changes from one pixel to the
//! next. Its colour is the mean of the steps over that range, also where several bands meet in one pixel. No polygons,
//! so no seams, and a cost that does not grow with the field's roughness.

use crate::product::ColourTable;

/// Values are told apart in this many buckets; bucket 0 means missing.
const BUCKETS: usize = 2048;
/// Half octaves of the squared gradient: 22 octaves, from half a bucket a pixel to a thousand buckets.
const CLASSES: u32 = 44;

/// A colour table, ready to be looked up by value and gradient.
#[derive(Debug)]
pub struct Shades {
    /// Premultiplied RGBA by class and bucket, red in the lowest byte.
    entries: Vec<u32>,
    first_bound: f32,
    /// Buckets a unit of the field.
    scale: f32,
    /// Bucket of the first bound, less the half that makes rounding a floor.
    offset: f32,
    /// Class 0, as the upper bits of a squared gradient.
    flat: u32,
    /// What makes a turn, for directions: infinite for all else.
    cycle: f32,
}

impl Shades {
    #[must_use]
    pub fn new(table: &ColourTable) -> Self {
        let (steps, cycle) = match table.cycle {
            Some(cycle) => (Steps::new(&thrice(table, cycle)), cycle),
            None => (Steps::new(table), f32::INFINITY),
        };
        let first_bound = table.bounds.first().copied().unwrap_or(0.0);
        let (width, before) = bucket_width(&table.bounds);
        let flat = (((width * 0.5) * (width * 0.5)) as f32).max(f32::MIN_POSITIVE).to_bits() >> 22;
        let mut entries = vec![0; CLASSES as usize * BUCKETS];
        for (class, row) in (0..).zip(entries.chunks_exact_mut(BUCKETS)) {
            let gradient = if class == 0 { 0.0 } else { f64::from(middle_of_class(flat + class)).sqrt() };
            for (bucket, entry) in row.iter_mut().enumerate().skip(1) {
                let value = f64::from(first_bound) + (bucket as f64 + 0.5 - before) * width;
                *entry = u32::from_le_bytes(steps.mean(value - gradient / 2.0, value + gradient / 2.0));
            }
        }
        // Rounding to the nearest gives the floor of what is half a bucket less. The thousandth lifts a value equal to a
        // bound over the last bits that were lost on the way: it belongs to the band above.
        let offset = (before - 0.5) as f32 + 1e-3;
        Self { entries, first_bound, scale: (1.0 / width) as f32, offset, flat, cycle }
    }

    /// Below it lies no class, but for open ones.
    #[must_use]
    pub fn first_bound(&self) -> f32 {
        self.first_bound
    }

    /// Where in the table each pixel of a row finds its colour. Values are the sampled row and its two neighbours,
    /// `reach` the number of rows between the neighbours (2, or 1 at the picture's upper and lower edge).
    pub fn places(&self, rows: [&[f32]; 3], reach: f32, places: &mut [u32]) {
        if self.cycle.is_finite() {
            self.places_by(rows, reach, places, |step| step - (step / self.cycle).round() * self.cycle);
        } else {
            self.places_by(rows, reach, places, |step| step);
        }
    }

    /// `way`: from one value to another, on the circle the shorter way round.
    #[inline]
    fn places_by(&self, [above, row, below]: [&[f32]; 3], reach: f32, places: &mut [u32], way: impl Fn(f32) -> f32) {
        let width = row.len().min(places.len()).min(above.len()).min(below.len());
        let vertical = reach.recip();
        let inner = row.windows(3).zip(above.iter().zip(below).skip(1)).zip(places.iter_mut().skip(1));
        for ((three, (up, down)), place) in inner {
            *place = self.place(three[1], way(three[2] - three[0]) * 0.5, way(down - up) * vertical);
        }
        let last = width.saturating_sub(1);
        for (x, (left, right)) in [(0, (0, 1.min(last))), (last, (last.saturating_sub(1), last))] {
            if x < width {
                places[x] = self.place(row[x], way(row[right] - row[left]), way(below[x] - above[x]) * vertical);
            }
        }
    }

    #[inline]
    fn place(&self, value: f32, gx: f32, gy: f32) -> u32 {
        let steepness = gx * gx + gy * gy;
        // Beside a hole the gradient is unknown: a hard edge there. (The comparison is false for NaN.)
        let steepness = if steepness > 0.0 { steepness } else { 0.0 };
        let class = (steepness.to_bits() >> 22).saturating_sub(self.flat).min(CLASSES - 1);
        // Adding 2^23 leaves the whole number in the lowest bits: an `as` would test for overflow in every pixel.
        let place = ((value - self.first_bound) * self.scale + self.offset).clamp(1.0, (BUCKETS - 1) as f32);
        let bucket = (place + 8_388_608.0).to_bits() & (BUCKETS as u32 - 1);
        class * BUCKETS as u32 + if value.is_nan() { 0 } else { bucket }
    }

    /// Lays the colours of a row over its ground, eight pixels at a time: where it is dry, all eight are the ground's.
    /// True where any pixel has a colour.
    pub fn lay(&self, places: &[u32], ground: &[u8], row: &mut [u8]) -> bool {
        const BLOCK: usize = 8;
        let (places, last_places) = places.as_chunks::<BLOCK>();
        let (ground, last_ground) = ground.as_chunks::<{ BLOCK * 4 }>();
        let (row, last_row) = row.as_chunks_mut::<{ BLOCK * 4 }>();
        let mut any = 0;
        for ((row, ground), places) in row.iter_mut().zip(ground).zip(places) {
            let colours = places.map(|place| self.colour(place));
            let all = colours.iter().fold(0, |all, colour| all | colour);
            any |= all;
            if all == 0 {
                *row = *ground;
            } else {
                lay_over(&colours, ground, row);
            }
        }
        for ((row, ground), place) in last_row.chunks_exact_mut(4).zip(last_ground.chunks_exact(4)).zip(last_places) {
            any |= self.colour(*place);
            lay_over(&[self.colour(*place)], ground, row);
        }
        any != 0
    }

    #[inline]
    fn colour(&self, place: u32) -> u32 {
        self.entries.get(place as usize).copied().unwrap_or_default()
    }

    /// How many bytes this keeps in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.entries.len() * 4
    }

    /// The premultiplied colour of a value where the field is flat.
    #[cfg(test)]
    fn flat_colour(&self, value: f32) -> [u8; 4] {
        self.entries[self.place(value, 0.0, 0.0) as usize].to_le_bytes()
    }
}

#[inline]
fn lay_over(colours: &[u32], ground: &[u8], row: &mut [u8]) {
    let pixels = row.as_chunks_mut::<4>().0.iter_mut().zip(ground.as_chunks::<4>().0);
    for ((pixel, ground), colour) in pixels.zip(colours) {
        *pixel = over(*colour, u32::from_le_bytes(*ground)).to_le_bytes();
    }
}

/// A premultiplied colour over an opaque pixel, two channels at a time, divided by 255 with rounding.
#[inline]
fn over(colour: u32, ground: u32) -> u32 {
    const EVEN: u32 = 0x00ff_00ff;
    let rest = 255 - (colour >> 24);
    let scaled = |two: u32| {
        let product = two * rest + 0x0080_0080;
        ((product + ((product >> 8) & EVEN)) >> 8) & EVEN
    };
    let mixed = colour.wrapping_add(scaled(ground & EVEN) | (scaled((ground >> 8) & EVEN) << 8));
    mixed | 0xff00_0000
}

fn middle_of_class(class: u32) -> f32 {
    f32::from_bits((class << 22) | (1 << 21))
}

/// The width of a bucket, such that bounds fall between buckets as nearly as can be (a flat field's edge then lies where
/// it belongs), and how many buckets lie before the first bound.
fn bucket_width(bounds: &[f32]) -> (f64, f64) {
    let (first, last) = (bounds.first().copied().unwrap_or(0.0), bounds.last().copied().unwrap_or(0.0));
    let (first, span) = (f64::from(first), f64::from(last) - f64::from(first));
    if !(span > 0.0 && span.is_finite()) {
        let width = (first.abs() * 1e-5).max(1e-6);
        return (width, (BUCKETS / 2) as f64);
    }
    // Beyond the outer bounds as far as the widest band, so that steep pixels out there still see the bound.
    let widest = bounds.windows(2).map(|pair| f64::from(pair[1] - pair[0])).fold(0.0, f64::max);
    let narrowest = (span + 2.0 * widest) / (BUCKETS - 8) as f64;
    let most = (span / narrowest).floor().max(1.0) as u32;
    let misfit = |count: u32| {
        let width = span / f64::from(count);
        let off = |bound: f32| {
            let at = (f64::from(bound) - first) / width;
            (at - at.round()).abs()
        };
        bounds.iter().map(|&bound| off(bound)).fold(0.0, f64::max)
    };
    let mut best = (most, misfit(most));
    for count in (most / 2 + 1..most).rev() {
        if best.1 < 1e-3 {
            break;
        }
        let other = misfit(count);
        if other < best.1 {
            best = (count, other);
        }
    }
    let width = span / f64::from(best.0);
    (width, (widest / width).floor() + 3.0)
}

/// The classes of a table that goes round, a turn before and a turn behind them too: what a pixel sees across the ends.
fn thrice(table: &ColourTable, cycle: f32) -> ColourTable {
    let inner = table.bounds.split_last().map_or(&[][..], |(_, inner)| inner);
    let turned = |turn: f32| inner.iter().map(move |bound| bound + turn * cycle);
    let last = table.bounds.last().map(|last| last + cycle);
    ColourTable {
        bounds: turned(-1.0).chain(turned(0.0)).chain(turned(1.0)).chain(last).collect(),
        colours: table.colours.repeat(3),
        ..table.clone()
    }
}

/// The colour table as a function of the value: steps of premultiplied colour, and their integral.
struct Steps {
    bounds: Vec<f64>,
    /// One more than bounds: below the first, between, from the last on.
    colours: Vec<[f64; 4]>,
    /// Of the colours, from the first bound to each.
    integrals: Vec<[f64; 4]>,
}

impl Steps {
    fn new(table: &ColourTable) -> Self {
        let alpha = f64::from(table.opacity.clamp(0.0, 1.0)) * 255.0;
        let colours: Vec<[f64; 4]> = (0..=table.bounds.len())
            .map(|band| {
                class_colour(table, band).map_or([0.0; 4], |rgb| {
                    let [r, g, b] = rgb.map(|channel| f64::from(channel) * alpha / 255.0);
                    [r, g, b, alpha]
                })
            })
            .collect();
        let bounds: Vec<f64> = table.bounds.iter().map(|&bound| f64::from(bound)).collect();
        let mut integrals = vec![[0.0; 4]; bounds.len()];
        for n in 1..bounds.len() {
            let width = bounds[n] - bounds[n - 1];
            integrals[n] = std::array::from_fn(|c| integrals[n - 1][c] + colours[n][c] * width);
        }
        Self { bounds, colours, integrals }
    }

    /// The mean colour between two values; the colour itself where they are one.
    fn mean(&self, low: f64, high: f64) -> [u8; 4] {
        let colour = if high > low {
            let (from, to) = (self.integral(low), self.integral(high));
            std::array::from_fn(|c| (to[c] - from[c]) / (high - low))
        } else {
            self.colours[self.band(low)]
        };
        colour.map(|channel| channel.round().clamp(0.0, 255.0) as u8)
    }

    fn integral(&self, value: f64) -> [f64; 4] {
        let band = self.band(value);
        let start = band.saturating_sub(1);
        let Some(&bound) = self.bounds.get(start) else { return [0.0; 4] };
        std::array::from_fn(|c| self.integrals[start][c] + self.colours[band][c] * (value - bound))
    }

    fn band(&self, value: f64) -> usize {
        self.bounds.partition_point(|&bound| bound <= value)
    }
}

/// The colour of a class, counted from the one below the first bound; `None` where nothing is drawn.
pub(super) fn class_colour(table: &ColourTable, class: usize) -> Option<[u8; 3]> {
    let open_above = class == table.bounds.len() && !table.over;
    let index = if table.under { Some(class) } else { class.checked_sub(1) };
    index.filter(|_| !open_above).and_then(|index| table.colours.get(index)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn humidity() -> ColourTable {
        ColourTable {
            bounds: vec![65.0, 80.0, 95.0],
            colours: vec![[0, 128, 0], [0, 255, 255], [0, 0, 255]],
            opacity: 1.0,
            under: false,
            over: true,
            cycle: None,
        }
    }

    #[test]
    fn a_value_on_an_edge_belongs_to_the_band_above() {
        let shades = Shades::new(&humidity());
        assert_eq!(shades.flat_colour(80.0), [0, 255, 255, 255]);
        assert_eq!(shades.flat_colour(79.98), [0, 128, 0, 255]);
        assert_eq!(shades.flat_colour(65.0), [0, 128, 0, 255]);
        assert_eq!(shades.flat_colour(64.98), [0; 4]);
        assert_eq!(shades.flat_colour(95.0), [0, 0, 255, 255]);
    }

    #[test]
    fn every_bound_of_an_uneven_table_is_found_where_it_lies() {
        let table = ColourTable {
            bounds: vec![0.1, 0.5, 1.0, 2.0, 5.0, 10.0],
            colours: (0..6).map(|n| [n * 40, 0, 0]).collect(),
            opacity: 1.0,
            under: false,
            over: true,
            cycle: None,
        };
        let shades = Shades::new(&table);
        for (n, &bound) in table.bounds.iter().enumerate() {
            assert_eq!(shades.flat_colour(bound + 0.004)[0], n as u8 * 40, "{bound}");
        }
    }

    #[test]
    fn values_far_outside_keep_the_outer_colours_and_the_lowest_is_no_hole() {
        let mut table = humidity();
        let shades = Shades::new(&table);
        assert_eq!(shades.flat_colour(1e30), [0, 0, 255, 255]);
        assert_eq!(shades.flat_colour(f32::NAN), [0; 4]);
        table.under = true;
        table.colours.insert(0, [9, 9, 9]);
        let shades = Shades::new(&table);
        assert_eq!(shades.flat_colour(0.0), [9, 9, 9, 255]);
        assert_eq!(shades.flat_colour(-1e30), [9, 9, 9, 255]);
        assert_eq!(shades.flat_colour(f32::NAN), [0; 4]);
    }

    #[test]
    fn a_closed_table_draws_nothing_above_its_last_bound() {
        let table = ColourTable { over: false, colours: vec![[1, 1, 1], [2, 2, 2]], ..humidity() };
        let shades = Shades::new(&table);
        assert_eq!(shades.flat_colour(94.0), [2, 2, 2, 255]);
        assert_eq!(shades.flat_colour(96.0), [0; 4]);
    }

    #[test]
    fn a_pixel_across_an_edge_mixes_both_bands_by_their_share() {
        let shades = Shades::new(&humidity());
        // 8 units a pixel, a quarter of the pixel above the bound: half green-blue of the one, rest of the other.
        let place = shades.place(78.0, 8.0, 0.0);
        let [_, green, blue, alpha] = shades.entries[place as usize].to_le_bytes();
        let share = f64::from(blue) / 255.0;
        assert!((share - 0.25).abs() < 0.07, "{share}");
        assert!(green > 128 && alpha == 255);
    }

    #[test]
    fn one_bound_alone_parts_the_values_at_it() {
        let table = ColourTable {
            bounds: vec![273.15],
            colours: vec![[10, 0, 0], [200, 0, 0]],
            opacity: 1.0,
            under: true,
            over: true,
            cycle: None,
        };
        let shades = Shades::new(&table);
        assert_eq!(shades.flat_colour(273.15)[0], 200);
        assert_eq!(shades.flat_colour(273.13)[0], 10);
    }

    #[test]
    fn a_table_that_goes_round_has_no_end() {
        let table = ColourTable {
            bounds: vec![-45.0, 45.0, 135.0, 225.0, 315.0],
            colours: vec![[0, 0, 0], [50, 200, 0], [100, 200, 0], [150, 0, 0]],
            under: false,
            over: false,
            cycle: Some(360.0),
            ..humidity()
        };
        let shades = Shades::new(&table);
        assert_eq!([-44.0, 0.0, 44.0, 90.0, 314.0].map(|value| shades.flat_colour(value)[0]), [0, 0, 0, 50, 150]);
        // From 314 to -44, two degrees across the end: parts of both, and none of the green that lies between.
        let row = [313.5_f32, 314.5, -44.5, -43.5];
        let mut places = [0; 4];
        shades.places([&row, &row, &row], 2.0, &mut places);
        let colours = places.map(|place| shades.entries[place as usize].to_le_bytes());
        assert!(colours.iter().all(|[_, green, _, alpha]| (*green, *alpha) == (0, 255)), "{colours:?}");
        assert!(colours[0][0] > 140 && colours[3][0] < 10, "{colours:?}");
    }

    #[test]
    fn laying_a_clear_colour_leaves_the_ground() {
        let over = |colour, ground| over(u32::from_le_bytes(colour), u32::from_le_bytes(ground)).to_le_bytes();
        assert_eq!(over([0; 4], [12, 34, 56, 255]), [12, 34, 56, 255]);
        assert_eq!(over([0, 128, 255, 255], [12, 34, 56, 255]), [0, 128, 255, 255]);
        assert_eq!(over([64, 0, 0, 128], [255, 255, 255, 255]), [191, 127, 127, 255]);
    }
}
