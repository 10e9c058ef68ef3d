//! What can be shown: model → run → parameter → level → time, joined over all open files.
//!
//! A [`Catalog`] is immutable and made anew when files change. It knows what variables mean and how their numbers
//! become the product's; it never reads values.

mod grib_names;
mod inventory;
mod join;
pub mod parameter;
pub mod recipe;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::field::{Level, LevelKind};
use crate::grid::Grid;
use crate::source::{Dataset, SourceError, is_store};
use crate::text::{self, Bilingual, Language};
use crate::time::{LeadTime, ReferenceTime, ValidTime};

pub use inventory::{Absent, Listed, Part, Wanted, WantedLevel, inventory};
pub use join::{levels_of, meaning};
pub use parameter::{KnownParameter, Parameter};
pub use recipe::{Formula, Ingredient, Recipe, UnitGuess};

/// Everything that the open files offer.
#[derive(Debug, Default)]
pub struct Catalog {
    pub models: Vec<Model>,
    pub files: Vec<FileReport>,
    pub notes: Vec<CatalogNote>,
}

/// How the opening of one file went.
#[derive(Clone, Debug)]
pub struct FileReport {
    pub path: PathBuf,
    /// `Err` for a refused file; else what could not be read of it.
    pub outcome: Result<Vec<SourceError>, SourceError>,
}

/// What the catalogue has to tell about the files as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CatalogNote {
    /// Two files hold the same field; the one written later is shown.
    SameField { shown: PathBuf, hidden: PathBuf },
    /// Two files of one run hold the same parameters on unlike grids; the one with more fields is shown.
    OtherGrid { shown: PathBuf, hidden: PathBuf },
}

impl CatalogNote {
    /// One sentence for a person.
    #[must_use]
    pub fn tell(&self, language: Language) -> String {
        let (key, shown, hidden) = match self {
            Self::SameField { shown, hidden } => ("note.same_field", shown, hidden),
            Self::OtherGrid { shown, hidden } => ("note.other_grid", shown, hidden),
        };
        let (shown, hidden) = (shown.display().to_string(), hidden.display().to_string());
        text::fill(language, key, &[("shown", &shown), ("hidden", &hidden)])
    }
}

/// A forecast model, or an analysis or observation product, by what its files say of themselves.
#[derive(Debug)]
pub struct Model {
    pub id: String,
    pub name: Bilingual,
    /// Newest first; files without a reference time are one run without a name.
    pub runs: Vec<Run>,
}

#[derive(Debug)]
pub struct Run {
    pub reference: Option<ReferenceTime>,
    pub series: Vec<Series>,
}

/// All fields of one parameter on one grid in one run.
#[derive(Debug)]
pub struct Series {
    pub parameter: Parameter,
    pub grid: Arc<Grid>,
    /// From the top of the atmosphere down; `[None]` for a parameter without levels.
    pub levels: Vec<Option<Level>>,
    pub members: Vec<Option<String>>,
    /// In time order.
    pub slots: Vec<SlotTime>,
    /// One recipe for each level, member and slot that exists, looked up by [`Series::recipe`].
    recipes: std::collections::HashMap<(usize, usize, usize), Recipe>,
}

/// The time of one picture. Ordered by valid time where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotTime {
    pub valid: Option<ValidTime>,
    pub lead: Option<LeadTime>,
}

impl Catalog {
    /// Joins what the files hold. `opened` in the order in which they were opened.
    #[must_use]
    pub fn new(opened: &[(PathBuf, Result<Arc<Dataset>, SourceError>)]) -> Self {
        join::join(opened)
    }

    #[must_use]
    pub fn model(&self, id: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.id == id)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// The files that were refused.
    pub fn refused(&self) -> impl Iterator<Item = &SourceError> {
        self.files.iter().filter_map(|report| report.outcome.as_ref().err())
    }
}

impl Model {
    /// The run of this reference time.
    #[must_use]
    pub fn run(&self, reference: Option<ReferenceTime>) -> Option<&Run> {
        self.runs.iter().find(|run| run.reference == reference)
    }
}

impl Run {
    /// The series of a parameter. Where it stands on several kinds of level or grids, one with pressure levels, and of
    /// these the one with most fields.
    #[must_use]
    pub fn series(&self, parameter: &str) -> Option<&Series> {
        self.series
            .iter()
            .filter(|series| series.parameter.id == parameter)
            .max_by_key(|series| (series.is_on_pressure(), series.recipes.len()))
    }

    /// Files whose fields on levels of pressure stand behind those of another file on another grid: what is shown, and
    /// what is hidden by it.
    fn hidden_by_grid(&self) -> impl Iterator<Item = (PathBuf, PathBuf)> {
        self.series.iter().filter(|series| series.is_on_pressure()).filter_map(|series| {
            let shown = self.series(&series.parameter.id)?;
            let (shown, hidden) = (shown.first_file()?, series.first_file()?);
            (shown != hidden).then(|| (shown.to_owned(), hidden.to_owned()))
        })
    }
}

impl Series {
    fn is_on_pressure(&self) -> bool {
        self.levels.iter().flatten().any(|level| level.kind == LevelKind::Pressure)
    }

    /// The first by name of the files in which it stands.
    fn first_file(&self) -> Option<&Path> {
        let ingredients = self.recipes.values().flat_map(|recipe| &recipe.ingredients);
        ingredients.map(|ingredient| ingredient.field.reader.path()).min()
    }

    /// How to make the field of this level, member and time; `None` where no file has it.
    #[must_use]
    pub fn recipe(&self, level: Option<Level>, member: usize, slot: SlotTime) -> Option<&Recipe> {
        let level = self.levels.iter().position(|l| *l == level)?;
        let slot = self.slots.binary_search(&slot).ok()?;
        self.recipes.get(&(level, member, slot))
    }

    /// The number of fields that exist.
    #[must_use]
    pub fn len(&self) -> usize {
        self.recipes.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.recipes.is_empty()
    }
}

/// The files below a path: itself, or all regular files of a folder and its subfolders, in the order of their names. A
/// folder that is a store counts as one file.
///
/// Hidden entries are left out. Entries that cannot be listed are left out too: opening the path will say why.
#[must_use]
pub fn files_below(path: &Path) -> Vec<PathBuf> {
    const DEEPEST: usize = 8;
    fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            let Ok(kind) = entry.file_type() else { continue };
            if hidden {
                continue;
            } else if !kind.is_file() && is_store(&entry.path()) {
                files.push(entry.path());
            } else if kind.is_dir() && depth < DEEPEST {
                walk(&entry.path(), depth + 1, files);
            } else if kind.is_file() || (kind.is_symlink() && entry.path().is_file()) {
                files.push(entry.path());
            }
        }
    }
    if !path.is_dir() || is_store(path) {
        return vec![path.to_owned()];
    }
    let mut files = Vec::new();
    walk(path, 0, &mut files);
    files
}
