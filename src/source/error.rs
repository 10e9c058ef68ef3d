//! Why a file, or a part of it, could not be read: which file, what was found, what to do.

use std::path::{Path, PathBuf};

use super::{Dataset, Detail, handles, rpn};
use crate::text::{self, Language};

/// The classes of refusal that the command's JSON names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No known signature.
    NotData,
    /// Zero bytes.
    Empty,
    /// Signature known, contents broken.
    Corrupt,
    /// Readable, but no gridded variable with values.
    NoGrid,
    /// Valid, but not read here.
    Unsupported,
    NotFound,
    NoAccess,
}

impl Refusal {
    /// Its word in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NotData => "not-data",
            Self::Empty => "empty",
            Self::Corrupt => "corrupt",
            Self::NoGrid => "no-grid",
            Self::Unsupported => "unsupported",
            Self::NotFound => "not-found",
            Self::NoAccess => "no-access",
        }
    }

    /// The texts `refusal.<word>` (what was found) and `advice.<word>` (what to do).
    fn key(self) -> String {
        self.word().replace('-', "_")
    }
}

/// A refusal of one file or of a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    pub path: PathBuf,
    pub refusal: Refusal,
    /// The variable, message or step that is meant, where it is not the whole file.
    pub part: Option<String>,
    pub detail: Detail,
    /// There is nothing to show in the file, but there are positions for the grids of others.
    pub(super) positions: Option<Positions>,
    /// Texts that say better than those of the class what was found and what to do.
    pub(super) words: Option<&'static (&'static str, &'static str)>,
}

/// For whom a file has positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Positions {
    /// For other RPN standard files.
    Rpn,
    /// For messages of GRIB that name their grid, and for files of arrays that took them.
    Cells,
}

impl SourceError {
    #[must_use]
    pub fn new(path: &Path, refusal: Refusal, detail: impl Into<Detail>) -> Self {
        Self { path: path.to_owned(), refusal, part: None, detail: detail.into(), positions: None, words: None }
    }

    /// Of a failed system call: absent, closed to us, or broken while being read.
    #[must_use]
    pub fn of_io(path: &Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let refusal = match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Refusal::NotFound,
            ErrorKind::PermissionDenied => Refusal::NoAccess,
            ErrorKind::Unsupported => return Self::new(path, Refusal::NotData, Detail::of("detail.no_file")),
            _ if handles::is_too_many(error) => Refusal::NoAccess,
            _ => Refusal::Corrupt,
        };
        let detail = text::of_system(error).map_or_else(|| error.to_string().into(), Detail::of);
        Self::new(path, refusal, detail)
    }

    #[must_use]
    pub fn in_part(mut self, part: impl Into<String>) -> Self {
        self.part = Some(part.into());
        self
    }

    /// With texts of its own, by their keys: what was found, and what to do.
    #[must_use]
    pub fn saying(mut self, words: &'static (&'static str, &'static str)) -> Self {
        self.words = Some(words);
        self
    }

    /// A refused file that has positions for others.
    pub(super) fn of_positions(self, positions: Positions) -> Self {
        Self { positions: Some(positions), ..self }
    }

    /// Whether the refused file is there for others, and may be for this one: then nobody needs to hear of it.
    #[must_use]
    pub fn serves(&self, dataset: &Dataset) -> bool {
        match self.positions {
            Some(Positions::Rpn) => dataset.format == rpn::FORMAT,
            Some(Positions::Cells) => dataset.format.starts_with("grib") || dataset.companions.contains(&self.path),
            None => false,
        }
    }

    /// Whether the refused file is there for others.
    #[must_use]
    pub fn may_serve(&self) -> bool {
        self.positions.is_some()
    }

    /// For a person: file, what was found, what to do.
    #[must_use]
    pub fn tell(&self, language: Language) -> String {
        let key = self.refusal.key();
        let mut file = self.path.display().to_string();
        if let Some(part) = &self.part {
            file = format!("{file} ({part})");
        }
        let (found_key, advice_key) = (format!("refusal.{key}"), format!("advice.{key}"));
        let (found_key, advice_key) = self.words.copied().unwrap_or((&found_key, &advice_key));
        let [found, advice] = [found_key, advice_key].map(|key| text::capitalised(text::say(language, key)));
        let detail = self.detail.tell(language);
        let detail = if detail.is_empty() { detail } else { format!(" ({detail})") };
        text::fill(
            language,
            "refusal.sentence",
            &[("file", &file), ("found", &found), ("detail", &detail), ("advice", &advice)],
        )
    }
}

impl std::fmt::Display for SourceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.tell(Language::English))
    }
}

impl std::error::Error for SourceError {}
