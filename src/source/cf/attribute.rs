//! Variables as a file declares them, whatever its format.

use serde::{Deserialize, Serialize};

/// The value of an attribute, with whole numbers kept whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Attribute {
    Text(String),
    Texts(Vec<String>),
    Integers(Vec<i128>),
    Floats(#[serde(with = "bits")] Vec<f64>),
}

/// JSON has no NaN, and fill values often are: numbers go as their bits.
mod bits {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        values.iter().map(|value| value.to_bits()).collect::<Vec<u64>>().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        Ok(Vec::<u64>::deserialize(deserializer)?.into_iter().map(f64::from_bits).collect())
    }
}

impl Attribute {
    /// The text of a text attribute; `None` for numbers and lists.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Texts(texts) => match texts.as_slice() {
                [only] => Some(only),
                _ => None,
            },
            Self::Integers(_) | Self::Floats(_) => None,
        }
    }

    /// The numbers of a numeric attribute; empty for text.
    #[must_use]
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Integers(values) => values.iter().map(|&value| value as f64).collect(),
            Self::Floats(values) => values.clone(),
            Self::Text(_) | Self::Texts(_) => Vec::new(),
        }
    }
}

/// How the numbers of a variable are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Number {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Number {
    /// Bytes of one.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    #[must_use]
    pub fn is_integer(self) -> bool {
        !matches!(self, Self::F32 | Self::F64)
    }
}

/// What the elements of a variable are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Element {
    Number(Number),
    /// Strings, or characters along the last dimension.
    Text,
    /// Compounds, enumerations and the like: listed by nobody.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Dimension {
    pub name: String,
    pub size: usize,
}

/// One variable of a file, before anybody asks what it means.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Declared {
    /// `group/name`, no leading slash.
    pub path: String,
    pub element: Element,
    pub dims: Vec<Dimension>,
    /// In the file's order.
    pub attributes: Vec<(String, Attribute)>,
}

impl Declared {
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    #[must_use]
    pub fn group(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(group, _)| group)
    }

    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// A text attribute without the spaces and zero bytes around it; empty where it is absent, or no text.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        let text = self.attribute(name).and_then(Attribute::text).unwrap_or("");
        text.trim_matches(|c: char| c.is_whitespace() || c == '\0')
    }

    #[must_use]
    pub fn number(&self) -> Option<Number> {
        match self.element {
            Element::Number(number) => Some(number),
            Element::Text | Element::Other => None,
        }
    }

    /// How many elements; `None` where the product overflows.
    #[must_use]
    pub fn count(&self) -> Option<usize> {
        self.dims.iter().try_fold(1_usize, |product, dim| product.checked_mul(dim.size))
    }
}
