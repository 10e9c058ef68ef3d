//! From stored numbers to values: scale and offset in double precision, missing values to NaN.

use super::attribute::{Attribute, Declared, Number};
use crate::units::Affine;

/// What a decoded value is kept as.
pub trait Sample: Copy + Default + Send + Sync + 'static {
    /// NaN.
    const MISSING: Self;
    fn of(value: f64) -> Self;
}

impl Sample for f32 {
    const MISSING: Self = Self::NAN;
    fn of(value: f64) -> Self {
        value as Self
    }
}

impl Sample for f64 {
    const MISSING: Self = Self::NAN;
    fn of(value: f64) -> Self {
        value
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    Little,
    Big,
}

/// One end of the valid range.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bound {
    value: f64,
    /// Meant for unpacked values, not for the stored numbers.
    unpacked: bool,
}

/// How the stored numbers of one variable become values.
#[derive(Clone, Debug, PartialEq)]
pub struct Packing {
    pub number: Number,
    missing_integers: Vec<i128>,
    missing_floats: Vec<f64>,
    low: Option<Bound>,
    high: Option<Bound>,
    affine: Option<Affine>,
}

impl Packing {
    /// From the attributes of CF section 8.1 and 2.5.1. `fill_by_default`: whether the type's default fill value is
    /// missing where `_FillValue` is not set, as in NetCDF. `None` for variables that are not numbers.
    #[must_use]
    pub fn of(declared: &Declared, fill_by_default: bool) -> Option<Self> {
        let stored = declared.number()?;
        let number = if declared.text("_Unsigned").eq_ignore_ascii_case("true") { unsigned(stored) } else { stored };
        let mut packing = Self {
            number,
            missing_integers: Vec::new(),
            missing_floats: Vec::new(),
            low: None,
            high: None,
            affine: affine(declared),
        };
        for name in ["_FillValue", "missing_value"] {
            if let Some(attribute) = declared.attribute(name) {
                packing.add_missing(attribute, stored);
            }
        }
        if fill_by_default && declared.attribute("_FillValue").is_none() {
            packing.add_default_fill();
        }
        packing.set_range(declared, stored);
        Some(packing)
    }

    /// For positions, times and levels, which stand where they stand: a valid range that leaves some of them out is wrong, and
    /// would take the place away from the data that lie there.
    #[must_use]
    pub fn of_coordinate(declared: &Declared, fill_by_default: bool) -> Option<Self> {
        Some(Self { low: None, high: None, ..Self::of(declared, fill_by_default)? })
    }

    fn add_missing(&mut self, attribute: &Attribute, stored: Number) {
        match attribute {
            Attribute::Integers(values) if self.number.is_integer() => {
                self.missing_integers.extend(values.iter().map(|&value| wrapped(value, stored, self.number)));
            }
            Attribute::Floats(values) if self.number.is_integer() => {
                let whole = values.iter().filter(|value| value.fract() == 0.0 && value.abs() < 1e20);
                self.missing_integers.extend(whole.map(|&value| value as i128));
            }
            other => self.missing_floats.extend(other.numbers()),
        }
    }

    /// The fill values of the NetCDF library; bytes have none, since all of their values are in use.
    fn add_default_fill(&mut self) {
        match self.number {
            Number::I8 | Number::U8 => {}
            Number::I16 => self.missing_integers.push(-32_767),
            Number::U16 => self.missing_integers.push(65_535),
            Number::I32 => self.missing_integers.push(-2_147_483_647),
            Number::U32 => self.missing_integers.push(4_294_967_295),
            Number::I64 => self.missing_integers.push(-9_223_372_036_854_775_806),
            Number::U64 => self.missing_integers.push(18_446_744_073_709_551_614),
            Number::F32 | Number::F64 => self.missing_floats.push(9.969_209_968_386_869e36),
        }
    }

    fn set_range(&mut self, declared: &Declared, stored: Number) {
        let bound = |attribute: &Attribute, position: usize| -> Option<Bound> {
            let value = match attribute {
                Attribute::Integers(values) => wrapped(*values.get(position)?, stored, self.number) as f64,
                other => *other.numbers().get(position)?,
            };
            let float_for_integers = matches!(attribute, Attribute::Floats(_)) && self.number.is_integer();
            // Single precision is compared in single precision.
            let value = if self.number == Number::F32 { f64::from(value as f32) } else { value };
            Some(Bound { value, unpacked: self.affine.is_some() && float_for_integers })
        };
        let range = declared.attribute("valid_range").filter(|range| range.numbers().len() == 2);
        let low = declared.attribute("valid_min").and_then(|a| bound(a, 0)).or_else(|| bound(range?, 0));
        let high = declared.attribute("valid_max").and_then(|a| bound(a, 0)).or_else(|| bound(range?, 1));
        (self.low, self.high) = (low, high);
    }

    /// Decodes `out.len()` numbers: the first at the start of `bytes`, the next `stride` numbers on. Numbers beyond the
    /// end of `bytes` are left as they were.
    pub fn decode<S: Sample>(&self, bytes: &[u8], order: ByteOrder, stride: usize, out: &mut [S]) {
        match self.number {
            Number::I8 => self.decode_as::<i8, S>(bytes, order, stride, out),
            Number::U8 => self.decode_as::<u8, S>(bytes, order, stride, out),
            Number::I16 => self.decode_as::<i16, S>(bytes, order, stride, out),
            Number::U16 => self.decode_as::<u16, S>(bytes, order, stride, out),
            Number::I32 => self.decode_as::<i32, S>(bytes, order, stride, out),
            Number::U32 => self.decode_as::<u32, S>(bytes, order, stride, out),
            Number::I64 => self.decode_as::<i64, S>(bytes, order, stride, out),
            Number::U64 => self.decode_as::<u64, S>(bytes, order, stride, out),
            Number::F32 => self.decode_as::<f32, S>(bytes, order, stride, out),
            Number::F64 => self.decode_as::<f64, S>(bytes, order, stride, out),
        }
    }

    fn decode_as<T: Stored, S: Sample>(&self, bytes: &[u8], order: ByteOrder, stride: usize, out: &mut [S]) {
        match order {
            ByteOrder::Little => self.decode_with(bytes, T::little, stride, out),
            ByteOrder::Big => self.decode_with(bytes, T::big, stride, out),
        }
    }

    /// `from` is a type of its own, not a pointer: a call for each number would cost as much as inflating it.
    fn decode_with<T: Stored, S: Sample>(
        &self,
        bytes: &[u8],
        from: impl Fn(&[u8]) -> T + Copy,
        stride: usize,
        out: &mut [S],
    ) {
        let step = T::SIZE.saturating_mul(stride.max(1));
        if step == T::SIZE {
            self.convert(bytes.chunks_exact(T::SIZE).map(from), out);
        } else {
            self.convert(bytes.chunks(step).filter_map(|chunk| chunk.get(..T::SIZE)).map(from), out);
        }
    }

    /// Separate passes over a row: each is a plain loop that the compiler turns into vector instructions.
    fn convert<T: Stored, S: Sample>(&self, raw: impl Iterator<Item = T> + Clone, out: &mut [S]) {
        match self.affine {
            Some(Affine { scale, offset }) => {
                for (value, x) in out.iter_mut().zip(raw.clone()) {
                    *value = S::of(x.wide() * scale + offset);
                }
            }
            None => {
                for (value, x) in out.iter_mut().zip(raw.clone()) {
                    *value = S::of(x.wide());
                }
            }
        }
        let integers = self.missing_integers.iter().filter_map(|&missing| T::from_integer(missing));
        let floats = self.missing_floats.iter().filter_map(|&missing| T::from_float(missing));
        for missing in integers.chain(floats) {
            for (value, x) in out.iter_mut().zip(raw.clone()) {
                *value = if x == missing { S::MISSING } else { *value };
            }
        }
        if self.low.is_some() || self.high.is_some() {
            self.apply_range(raw, out);
        }
    }

    fn apply_range<T: Stored, S: Sample>(&self, raw: impl Iterator<Item = T>, out: &mut [S]) {
        let Affine { scale, offset } = self.affine.unwrap_or(Affine::IDENTITY);
        let seen = |bound: Bound, x: f64| if bound.unpacked { x * scale + offset } else { x };
        for (value, x) in out.iter_mut().zip(raw) {
            let x = x.wide();
            let below = self.low.is_some_and(|low| seen(low, x) < low.value);
            let above = self.high.is_some_and(|high| seen(high, x) > high.value);
            if below || above {
                *value = S::MISSING;
            }
        }
    }
}

/// `scale_factor` and `add_offset`; `None` where neither is a number.
fn affine(declared: &Declared) -> Option<Affine> {
    let first = |name: &str| declared.attribute(name).and_then(|attribute| attribute.numbers().first().copied());
    let (scale, offset) = (first("scale_factor"), first("add_offset"));
    let affine = Affine { scale: scale.unwrap_or(1.0), offset: offset.unwrap_or(0.0) };
    (affine != Affine::IDENTITY).then_some(affine)
}

fn unsigned(number: Number) -> Number {
    match number {
        Number::I8 => Number::U8,
        Number::I16 => Number::U16,
        Number::I32 => Number::U32,
        Number::I64 => Number::U64,
        other => other,
    }
}

/// An attribute's whole number as the data's own bits: -1 means 255 where signed bytes are read as unsigned.
fn wrapped(value: i128, stored: Number, read_as: Number) -> i128 {
    if stored != read_as && value < 0 { value + (1_i128 << (8 * stored.size())) } else { value }
}

/// A stored number type.
trait Stored: Copy + PartialEq {
    const SIZE: usize;
    fn little(bytes: &[u8]) -> Self;
    fn big(bytes: &[u8]) -> Self;
    fn wide(self) -> f64;
    fn from_integer(value: i128) -> Option<Self>;
    fn from_float(value: f64) -> Option<Self>;
}

macro_rules! stored {
    ($($type:ty, $integer:expr, $float:expr;)*) => {$(
        impl Stored for $type {
            const SIZE: usize = size_of::<$type>();
            #[inline(always)]
            fn little(bytes: &[u8]) -> Self {
                bytes.try_into().map_or(<$type>::default(), <$type>::from_le_bytes)
            }
            #[inline(always)]
            fn big(bytes: &[u8]) -> Self {
                bytes.try_into().map_or(<$type>::default(), <$type>::from_be_bytes)
            }
            #[inline(always)]
            fn wide(self) -> f64 {
                self as f64
            }
            fn from_integer(value: i128) -> Option<Self> {
                $integer(value)
            }
            fn from_float(value: f64) -> Option<Self> {
                $float(value)
            }
        }
    )*};
}

stored! {
    i8, |value| i8::try_from(value).ok(), |_| None;
    u8, |value| u8::try_from(value).ok(), |_| None;
    i16, |value| i16::try_from(value).ok(), |_| None;
    u16, |value| u16::try_from(value).ok(), |_| None;
    i32, |value| i32::try_from(value).ok(), |_| None;
    u32, |value| u32::try_from(value).ok(), |_| None;
    i64, |value| i64::try_from(value).ok(), |_| None;
    u64, |value| u64::try_from(value).ok(), |_| None;
    f32, |_| None, |value| Some(value as f32);
    f64, |_| None, Some;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::cf::attribute::Element;

    fn packing(number: Number, attributes: &[(&str, Attribute)]) -> Packing {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let declared = Declared { path: "x".into(), element: Element::Number(number), dims: Vec::new(), attributes };
        Packing::of(&declared, true).expect("a number")
    }

    fn check(packing: &Packing, bytes: &[u8], expected: &[Option<f64>]) {
        let mut got = vec![0.0_f64; expected.len()];
        packing.decode(bytes, ByteOrder::Little, 1, &mut got);
        for (got, expected) in got.iter().zip(expected) {
            match expected {
                Some(value) => assert!((got - value).abs() <= 1e-12 * value.abs(), "{got} is not {value}"),
                None => assert!(got.is_nan(), "{got} is not missing"),
            }
        }
    }

    #[test]
    fn packed_integers_are_scaled_in_double_precision() {
        let packing = packing(
            Number::I16,
            &[
                ("scale_factor", Attribute::Floats(vec![0.01])),
                ("add_offset", Attribute::Floats(vec![273.15])),
                ("_FillValue", Attribute::Integers(vec![-32_768])),
            ],
        );
        check(&packing, &[1, 0, 0, 0x80, 0xff, 0xff], &[Some(273.16), None, Some(273.14)]);
    }

    #[test]
    fn signed_bytes_declared_unsigned_count_to_255() {
        let packing = packing(
            Number::I8,
            &[("_Unsigned", Attribute::Text("true".into())), ("_FillValue", Attribute::Integers(vec![-1]))],
        );
        check(&packing, &[200, 255, 3], &[Some(200.0), None, Some(3.0)]);
    }

    #[test]
    fn a_double_missing_value_is_found_in_single_precision_data() {
        let packing = packing(Number::F32, &[("missing_value", Attribute::Floats(vec![1e20, -9999.9]))]);
        let bytes: Vec<u8> =
            [1e20_f32, -9999.9, 5.0, f32::NAN, f32::INFINITY].iter().flat_map(|x| x.to_le_bytes()).collect();
        check(&packing, &bytes, &[None, None, Some(5.0), None]);
        let mut got = [0.0_f32; 5];
        packing.decode(&bytes, ByteOrder::Little, 1, &mut got);
        assert_eq!(got[4], f32::INFINITY);
    }

    #[test]
    fn the_valid_range_is_in_packed_units_when_it_is_whole() {
        let scaled = ("scale_factor", Attribute::Floats(vec![0.5]));
        let whole = packing(Number::I16, &[scaled.clone(), ("valid_range", Attribute::Integers(vec![0, 10]))]);
        check(&whole, &[10, 0, 11, 0], &[Some(5.0), None]);
        let real = packing(Number::I16, &[scaled, ("valid_max", Attribute::Floats(vec![5.0]))]);
        check(&real, &[10, 0, 11, 0], &[Some(5.0), None]);
    }

    #[test]
    fn a_coordinate_outside_its_valid_range_stands_where_it_stands() {
        let attributes = [
            ("valid_min", Attribute::Floats(vec![-89.0])),
            ("valid_max", Attribute::Floats(vec![89.0])),
            ("_FillValue", Attribute::Floats(vec![-999.0])),
        ];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let element = Element::Number(Number::F32);
        let declared = Declared { path: "lat".into(), element, dims: Vec::new(), attributes };
        let bytes: Vec<u8> = [90.0_f32, 45.0, -90.0, -999.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        let coordinate = Packing::of_coordinate(&declared, true).expect("a number");
        check(&coordinate, &bytes, &[Some(90.0), Some(45.0), Some(-90.0), None]);
        let field = Packing::of(&declared, true).expect("a number");
        check(&field, &bytes, &[None, Some(45.0), None, None]);
    }

    #[test]
    fn the_default_fill_is_missing_but_bytes_have_none() {
        check(&packing(Number::I16, &[]), &[1, 0x80, 2, 0], &[None, Some(2.0)]);
        check(&packing(Number::I8, &[]), &[129, 2], &[Some(-127.0), Some(2.0)]);
        check(&packing(Number::F32, &[]), &9.969_21e36_f32.to_le_bytes(), &[None]);
    }

    #[test]
    fn a_stride_steps_over_numbers() {
        let mut got = [0.0_f32; 3];
        packing(Number::U8, &[]).decode(&[1, 2, 3, 4, 5], ByteOrder::Big, 2, &mut got);
        assert_eq!(got, [1.0, 3.0, 5.0]);
    }
}
