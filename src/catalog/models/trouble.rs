//! What of a list of models was not understood, in a person's words.

use std::path::PathBuf;

use super::ModelFolder;
use crate::source::Detail;
use crate::text::{self, Language};

/// What of a `models.toml` was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelTrouble {
    pub path: PathBuf,
    /// Counted from 1; 0 where it is the whole file.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    pub what: Misunderstood,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misunderstood {
    /// Not TOML, with what stands there: most often quotation marks are missing, or a key stands twice.
    Syntax(String),
    /// A model without this key.
    Missing(&'static str),
    UnknownKey(String),
    /// A key above all models.
    Outside(String),
    /// A number, a list, where a text is wanted.
    NoText(String),
    /// A pattern, by the part of it that has no meaning.
    Pattern(String),
    /// Letters of another encoding.
    NotUtf8,
    /// A folder, or a file too long for a list.
    NoList,
    NoAccess,
    Unreadable(Detail),
}

impl ModelTrouble {
    /// One sentence for a person.
    #[must_use]
    pub fn tell(&self, language: Language) -> String {
        let unreadable;
        let (key, what) = match &self.what {
            Misunderstood::Syntax(found) => ("note.models_syntax", found.as_str()),
            Misunderstood::Missing(key) => ("note.models_missing", *key),
            Misunderstood::UnknownKey(key) => ("note.models_key", key.as_str()),
            Misunderstood::Outside(key) => ("note.models_outside", key.as_str()),
            Misunderstood::NoText(key) => ("note.models_no_text", key.as_str()),
            Misunderstood::Pattern(part) => ("note.models_pattern", part.as_str()),
            Misunderstood::NotUtf8 => ("note.models_not_utf8", ""),
            Misunderstood::NoList => ("note.models_no_list", ""),
            Misunderstood::NoAccess => ("note.models_no_access", ""),
            Misunderstood::Unreadable(why) => {
                unreadable = why.tell(language);
                ("note.models_unreadable", unreadable.as_str())
            }
        };
        let path = self.path.display().to_string();
        let (line, column) = (self.line.to_string(), self.column.to_string());
        text::fill(language, key, &[("path", &path), ("line", &line), ("column", &column), ("what", what)])
    }
}

/// Why a model has no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoFiles {
    pub model: ModelFolder,
    pub why: Lack,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    NoFolder,
    NoAccess,
    /// There are so many files, and the pattern fits none.
    NoneFits(usize),
}

impl NoFiles {
    /// Of a model for which nothing was found; `None` where its folder is empty, as before the first run.
    #[must_use]
    pub fn of(model: &ModelFolder) -> Option<Self> {
        let why = match std::fs::read_dir(&model.folder) {
            Ok(_) => match crate::catalog::list(&model.folder).len() {
                0 => return None,
                count => Lack::NoneFits(count),
            },
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Lack::NoAccess,
            Err(_) => Lack::NoFolder,
        };
        let by_pattern = !matches!(why, Lack::NoneFits(_)) || model.files.is_some();
        by_pattern.then(|| Self { model: model.clone(), why })
    }

    /// One sentence for a person.
    #[must_use]
    pub fn tell(&self, language: Language) -> String {
        let (key, count) = match self.why {
            Lack::NoFolder => ("note.model_no_folder", 0),
            Lack::NoAccess => ("note.model_no_access", 0),
            Lack::NoneFits(count) => ("note.model_none_fits", count),
        };
        let (path, count) = (self.model.folder.display().to_string(), count.to_string());
        let pattern = self.model.files.as_ref().map_or("", |pattern| &pattern.text);
        let name = self.model.name.in_language(language);
        text::fill(language, key, &[("name", name), ("path", &path), ("pattern", pattern), ("count", &count)])
    }
}
