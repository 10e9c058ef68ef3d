//! What exactly was found in a file, for those who look into it.

use crate::text::{self, Language};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    #[default]
    None,
    /// A text of ours and what fills its places.
    Words { key: &'static str, values: Vec<(&'static str, Detail)> },
    /// Names, identifying numbers, and what a library or the system said in its own words.
    Said(String),
    /// A size or count, with its thousands set apart as the language does.
    Count(u64),
}

impl Detail {
    /// A text without places to fill.
    #[must_use]
    pub fn of(key: &'static str) -> Self {
        Self::with(key, [])
    }

    #[must_use]
    pub fn with<const N: usize>(key: &'static str, values: [(&'static str, Detail); N]) -> Self {
        Self::Words { key, values: values.into() }
    }

    #[must_use]
    pub fn tell(&self, language: Language) -> String {
        match self {
            Self::None => String::new(),
            Self::Said(words) => words.clone(),
            Self::Count(number) => text::grouped(*number, language),
            Self::Words { key, values } => {
                let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.tell(language))).collect();
                let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
                text::fill(language, key, &values)
            }
        }
    }
}

impl From<String> for Detail {
    fn from(words: String) -> Self {
        if words.is_empty() { Self::None } else { Self::Said(words) }
    }
}

impl From<&str> for Detail {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

impl From<u64> for Detail {
    fn from(number: u64) -> Self {
        Self::Said(number.to_string())
    }
}
