//! How layers look: colour classes of bands, intervals and weights of isolines.

/// Colour classes of a filled layer.
#[derive(Clone, Debug, PartialEq)]
pub struct ColourTable {
    /// Class bounds in the unit shown, strictly rising. A value on a bound belongs to the class above it.
    pub bounds: Vec<f32>,
    /// One colour for each class that is drawn: first that under the lowest bound where `under` is set, then one
    /// between each two bounds, then that above the highest where `over` is set.
    pub colours: Vec<[u8; 3]>,
    /// 0 = invisible … 1 = opaque.
    pub opacity: f32,
    /// Values under the lowest bound are drawn.
    pub under: bool,
    /// Values from the highest bound on are drawn.
    pub over: bool,
    /// Values that differ by this much are one: 360 for directions. The bounds then go once round, and the values are
    /// counted from the first of them.
    pub cycle: Option<f32>,
}

impl ColourTable {
    /// The power of ten in which its bounds are written; zero where they are of ordinary size.
    #[must_use]
    pub fn magnitude(&self) -> i32 {
        magnitude(self.bounds.iter().fold(0.0, |largest, bound| bound.abs().max(largest)))
    }
}

/// The power of ten in which a number is written; zero where it is of ordinary size.
#[must_use]
pub fn magnitude(number: f32) -> i32 {
    let size = number.abs();
    let ordinary = size == 0.0 || (1e-3..1e6).contains(&size);
    if ordinary || !size.is_finite() { 0 } else { size.log10().floor() as i32 }
}

/// A filled layer.
#[derive(Clone, Debug, PartialEq)]
pub struct BandStyle {
    pub table: ColourTable,
    /// Beside the colour bar: `%`.
    pub unit_label: String,
}

/// A layer of isolines.
#[derive(Clone, Debug, PartialEq)]
pub struct LineStyle {
    /// In the unit shown, above zero.
    pub interval: f32,
    /// The user's: multiplies the interval, also one that was fitted to the values in view.
    pub factor: f32,
    /// Multiples of this are drawn thicker, as long as the interval in use divides it; else every fifth line.
    pub thick_every: f32,
    /// Half the interval is taken where fewer than four lines are in view, and less where there is none.
    pub halve_when_few: bool,
    /// Stroke widths in points.
    pub width: f32,
    pub thick_width: f32,
    pub colour: [u8; 3],
    pub halo: [u8; 3],
    /// In the legend: `dam`.
    pub unit_label: String,
}

/// The look of a picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Style {
    pub bands: Option<BandStyle>,
    pub lines: Option<LineStyle>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_far_from_one_are_written_with_a_power_of_ten() {
        let written = [0.0, 0.5, -0.001, 999_999.0, f32::NAN, 2.5e-10, -4e-4, 3.2e9].map(magnitude);
        assert_eq!(written, [0, 0, 0, 0, 0, -10, -4, 9]);
    }
}
