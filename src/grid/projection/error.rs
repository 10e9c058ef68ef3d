//! Why a description makes no map.

use std::fmt;

/// What is wrong with the description of a projection: each names the part that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MapError {
    /// A parameter that the projection needs.
    Missing(String),
    /// A projection, figure, unit or number that is not known here.
    Unknown(String),
    /// Parameters that contradict one another or lie beyond all bounds.
    Unsound(String),
    /// A text that follows no known form.
    Unreadable(String),
}

impl MapError {
    /// The key of its text, in which `name` is to be filled in.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Missing(_) => "mapping.missing",
            Self::Unknown(_) => "mapping.unknown",
            Self::Unsound(_) => "mapping.unsound",
            Self::Unreadable(_) => "mapping.unreadable",
        }
    }

    /// The part that is meant, as the file or the conventions call it.
    #[must_use]
    pub fn name(&self) -> &str {
        let (Self::Missing(name) | Self::Unknown(name) | Self::Unsound(name) | Self::Unreadable(name)) = self;
        name
    }
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::text::fill(crate::text::Language::English, self.key(), &[("name", self.name())]))
    }
}
