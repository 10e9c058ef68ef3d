//! Data types of both versions, and the fill values that go with them.

use serde_json::Value;

use super::json;
use crate::source::cf::{Attribute, ByteOrder, Element, Number};
use crate::source::codec::{Filter, NumberForm};

/// How the elements of an array are stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    Numbers {
        number: Number,
        order: ByteOrder,
        kind: Kind,
    },
    /// Strings of so many characters of four bytes.
    Utf32(usize, ByteOrder),
    /// Strings of so many bytes.
    Bytes(usize),
    /// Strings of any length, each behind its own.
    Vlen,
    /// Records, complex numbers, and what is not known.
    Other,
}

/// What numbers stand for.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Plain,
    Truth,
    /// 16 bits with a fraction, widened to 32.
    Half,
    /// Moments counted from 1970 on, in this unit.
    Moments(&'static str),
    /// Lengths of time in this unit.
    Durations(&'static str),
}

/// What numpy calls "not a time".
const NO_TIME: i128 = i64::MIN as i128;

impl Form {
    fn plain(number: Number, order: ByteOrder) -> Self {
        Self::Numbers { number, order, kind: Kind::Plain }
    }

    /// numpy's way of writing types: `<f4`, `|b1`, `<M8[ns]`.
    pub fn of_numpy(text: &str) -> Self {
        Self::parse_numpy(text).unwrap_or(Self::Other)
    }

    fn parse_numpy(text: &str) -> Option<Self> {
        let order = if text.starts_with('>') { ByteOrder::Big } else { ByteOrder::Little };
        let (kind, rest) = text.strip_prefix(['<', '>', '|']).and_then(|rest| rest.split_at_checked(1))?;
        let (digits, unit) = rest.split_once('[').unwrap_or((rest, ""));
        if kind == "O" {
            return Some(Self::Vlen);
        }
        let size: usize = digits.parse().ok()?;
        let unit = unit.trim_end_matches(']');
        if let Some(form) = number(kind, size).map(|number| Self::plain(number, order)) {
            return Some(form);
        }
        let counted = |kind| Some(Self::Numbers { number: Number::I64, order, kind });
        match (kind, size) {
            ("b", 1) => Some(Self::Numbers { number: Number::U8, order, kind: Kind::Truth }),
            ("f", 2) => Some(Self::Numbers { number: Number::F32, order, kind: Kind::Half }),
            ("M", 8) => counted(Kind::Moments(time_unit(unit)?)),
            ("m", 8) => counted(Kind::Durations(time_unit(unit)?)),
            ("U", 1..=65_536) => Some(Self::Utf32(size, order)),
            ("S", 1..=65_536) => Some(Self::Bytes(size)),
            _ => None,
        }
    }

    /// The names of version 3, some of which have a configuration. The order of bytes is told by a codec.
    pub fn of_name(value: &Value, order: ByteOrder) -> Self {
        Self::parse_name(value, order).unwrap_or(Self::Other)
    }

    fn parse_name(value: &Value, order: ByteOrder) -> Option<Self> {
        let name = value.as_str().or_else(|| value.get("name")?.as_str())?;
        let setting = |key: &str| value.get("configuration").and_then(|all| all.get(key));
        let bytes = || usize::try_from(setting("length_bytes")?.as_u64()?).ok().filter(|n| (1..=1 << 18).contains(n));
        let once = || setting("scale_factor").is_none_or(|factor| factor.as_u64() == Some(1));
        let unit = || time_unit(setting("unit")?.as_str()?).filter(|_| once());
        let numbers = |number, kind| Some(Self::Numbers { number, order, kind });
        match name {
            "bool" => numbers(Number::U8, Kind::Truth),
            "float16" => numbers(Number::F32, Kind::Half),
            "numpy.datetime64" => numbers(Number::I64, Kind::Moments(unit()?)),
            "numpy.timedelta64" => numbers(Number::I64, Kind::Durations(unit()?)),
            "string" | "variable_length_utf8" => Some(Self::Vlen),
            "fixed_length_utf32" => {
                Some(Self::Utf32(bytes()? / 4, order)).filter(|form| *form != Self::Utf32(0, order))
            }
            "null_terminated_bytes" | "fixed_length_ascii" => Some(Self::Bytes(bytes()?)),
            _ => {
                let at = name.find(|c: char| c.is_ascii_digit())?;
                let (kind, bits) = name.split_at_checked(at)?;
                let kind = match kind {
                    "int" => "i",
                    "uint" => "u",
                    "float" => "f",
                    _ => return None,
                };
                let bits: usize = bits.parse().ok()?;
                number(kind, bits / 8).filter(|_| bits.is_multiple_of(8)).map(|number| Self::plain(number, order))
            }
        }
    }

    pub fn element(&self) -> Element {
        match self {
            Self::Numbers { number, .. } => Element::Number(*number),
            Self::Utf32(..) | Self::Bytes(_) | Self::Vlen => Element::Text,
            Self::Other => Element::Other,
        }
    }

    /// Bytes of one element without its filters; one for those of any length.
    pub fn size(&self) -> usize {
        match self {
            Self::Numbers { number, .. } => number.size(),
            Self::Utf32(length, _) => length * 4,
            Self::Bytes(length) => *length,
            Self::Vlen | Self::Other => 1,
        }
    }

    pub fn order(&self) -> ByteOrder {
        match self {
            Self::Numbers { order, .. } | Self::Utf32(_, order) => *order,
            Self::Bytes(_) | Self::Vlen | Self::Other => ByteOrder::Little,
        }
    }

    /// How plain numbers are stored, as filters that calculate have to know it.
    pub fn number_form(&self) -> Option<NumberForm> {
        match self {
            Self::Numbers { number, order, kind } if *kind != Kind::Half => Some((*number, *order)),
            _ => None,
        }
    }

    /// What makes the stored numbers those that are read.
    pub fn filter(&self) -> Option<Filter> {
        match self {
            Self::Numbers { order, kind: Kind::Half, .. } => Some(Filter::Half(*order)),
            _ => None,
        }
    }

    /// The unit that the type itself tells, and its missing value.
    pub fn own_attributes(&self) -> Vec<(&'static str, Attribute)> {
        let Self::Numbers { kind, .. } = self else { return Vec::new() };
        let units = match kind {
            Kind::Moments(unit) => format!("{unit} since 1970-01-01"),
            Kind::Durations(unit) => (*unit).to_owned(),
            Kind::Plain | Kind::Truth | Kind::Half => return Vec::new(),
        };
        vec![("units", Attribute::Text(units)), ("_FillValue", Attribute::Integers(vec![NO_TIME]))]
    }

    /// An attribute, or a fill value, that is written as one of the array's own numbers.
    pub fn attribute(&self, value: &Value) -> Option<Attribute> {
        let Self::Numbers { number, kind, .. } = self else { return None };
        let Some(text) = value.as_str() else { return json::attribute(value) };
        if text == "NaT" && number.is_integer() {
            return Some(Attribute::Integers(vec![NO_TIME]));
        }
        if number.is_integer() {
            return text.parse().ok().map(|whole: i128| Attribute::Integers(vec![whole]));
        }
        let real = json::word(text).or_else(|| of_bits(text, *number, kind)).or_else(|| of_base64(text));
        real.or_else(|| text.parse().ok()).map(|real| Attribute::Floats(vec![real]))
    }

    /// The bytes of a fill value; where none is told, missing for numbers with a fraction and zero for others.
    pub fn fill(&self, value: Option<&Value>) -> Vec<u8> {
        let Self::Numbers { number, order, .. } = self else { return vec![0; self.size()] };
        let value = value.filter(|value| !value.is_null()).and_then(|value| self.attribute(value));
        let mut bytes = match (value, number) {
            (Some(Attribute::Integers(whole)), _) if number.is_integer() => {
                let whole = whole.first().copied().unwrap_or(0);
                whole.to_le_bytes().into_iter().take(number.size()).collect()
            }
            (Some(other), Number::F32) => first(&other).map(|x| x as f32).unwrap_or(f32::NAN).to_le_bytes().to_vec(),
            (Some(other), Number::F64) => first(&other).unwrap_or(f64::NAN).to_le_bytes().to_vec(),
            (None, Number::F32) => f32::NAN.to_le_bytes().to_vec(),
            (None, Number::F64) => f64::NAN.to_le_bytes().to_vec(),
            (Some(other), _) => (first(&other).unwrap_or(0.0) as i64).to_le_bytes()[..number.size()].to_vec(),
            (None, _) => vec![0; number.size()],
        };
        if *order == ByteOrder::Big {
            bytes.reverse();
        }
        bytes
    }
}

fn first(attribute: &Attribute) -> Option<f64> {
    attribute.numbers().first().copied()
}

fn number(kind: &str, size: usize) -> Option<Number> {
    Some(match (kind, size) {
        ("i", 1) => Number::I8,
        ("u", 1) => Number::U8,
        ("i", 2) => Number::I16,
        ("u", 2) => Number::U16,
        ("i", 4) => Number::I32,
        ("u", 4) => Number::U32,
        ("i", 8) => Number::I64,
        ("u", 8) => Number::U64,
        ("f", 4) => Number::F32,
        ("f", 8) => Number::F64,
        _ => return None,
    })
}

fn time_unit(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "W" => "weeks",
        "D" => "days",
        "h" => "hours",
        "m" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" | "μs" => "microseconds",
        "ns" => "nanoseconds",
        _ => return None,
    })
}

/// `0x7fc00000`: the bits of a number, as version 3 may write them.
fn of_bits(text: &str, number: Number, kind: &Kind) -> Option<f64> {
    let bits = u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()?;
    match (number, kind) {
        (_, Kind::Half) => Some(f64::from(crate::source::codec::of_half(u16::try_from(bits).ok()?))),
        (Number::F32, _) => Some(f64::from(f32::from_bits(u32::try_from(bits).ok()?))),
        _ => Some(f64::from_bits(bits)),
    }
}

/// A double in base 64 (RFC 4648), little endian: how xarray writes `_FillValue` into stores of version 3.
fn of_base64(text: &str) -> Option<f64> {
    if text.len() != 12 || !text.ends_with('=') {
        return None;
    }
    let digit = |c: u8| match c {
        b'A'..=b'Z' => Some(u128::from(c - b'A')),
        b'a'..=b'z' => Some(u128::from(c - b'a') + 26),
        b'0'..=b'9' => Some(u128::from(c - b'0') + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    // Eleven digits hold 66 bits, of which the last two are empty.
    let bits = text.bytes().take(11).try_fold(0_u128, |bits, c| Some(bits << 6 | digit(c)?))? >> 2;
    Some(f64::from_bits(u64::try_from(bits).ok()?.swap_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn types_are_read_in_both_spellings() {
        assert_eq!(Form::of_numpy(">i2"), Form::plain(Number::I16, ByteOrder::Big));
        assert_eq!(Form::of_numpy("<f2").filter(), Some(Filter::Half(ByteOrder::Little)));
        let hours = Form::of_numpy("<M8[h]").own_attributes();
        assert_eq!(hours[0], ("units", Attribute::Text("hours since 1970-01-01".into())));
        assert_eq!(Form::of_numpy("<M8"), Form::Other);
        assert_eq!(Form::of_numpy("<c8"), Form::Other);
        assert_eq!(Form::of_numpy("<U5").size(), 20);
        assert_eq!(Form::of_numpy("|O"), Form::Vlen);
        let named = |value: Value| Form::of_name(&value, ByteOrder::Little);
        assert_eq!(named(json!("uint16")), Form::plain(Number::U16, ByteOrder::Little));
        assert_eq!(named(json!("complex64")), Form::Other);
        assert_eq!(named(json!("int7")), Form::Other);
        let seconds = json!({"name": "numpy.timedelta64", "configuration": {"unit": "s", "scale_factor": 1}});
        assert_eq!(named(seconds).own_attributes()[0].1, Attribute::Text("seconds".into()));
        let odd = json!({"name": "numpy.timedelta64", "configuration": {"unit": "s", "scale_factor": 25}});
        assert_eq!(named(odd), Form::Other);
    }

    #[test]
    fn fill_values_are_read_however_they_are_written() {
        let single = Form::plain(Number::F32, ByteOrder::Big);
        assert_eq!(single.fill(Some(&json!(1.5))), 1.5_f32.to_be_bytes());
        assert_eq!(single.fill(Some(&json!("-Infinity"))), f32::NEG_INFINITY.to_be_bytes());
        assert_eq!(single.fill(Some(&json!("0x3fc00000"))), 1.5_f32.to_be_bytes());
        assert_eq!(single.fill(Some(&Value::Null)), f32::NAN.to_be_bytes());
        // base64.b64encode(struct.pack("<d", -9999.5))
        assert_eq!(single.attribute(&json!("AAAAAMCHw8A=")), Some(Attribute::Floats(vec![-9999.5])));
        let whole = Form::plain(Number::I16, ByteOrder::Little);
        assert_eq!(whole.fill(Some(&json!(-2))), [0xfe, 0xff]);
        assert_eq!(whole.fill(None), [0, 0]);
        assert_eq!(Form::of_numpy("<M8[ns]").fill(Some(&json!("NaT"))), i64::MIN.to_le_bytes());
    }
}
