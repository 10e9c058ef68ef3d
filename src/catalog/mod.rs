//! What can be shown: model → run → parameter → level → time, joined over all open files.
//!
//! A [`Catalog`] is immutable and made anew when files change. It knows what variables mean and how their numbers
//! become the product's; it never reads values.

mod analyses;
mod departure;
mod grib_names;
mod grids;
mod intervals;
mod inventory;
mod join;
mod listing;
mod meaning;
mod mesh;
pub mod models;
mod names;
mod order;
pub mod parameter;
mod pattern;
mod qualified;
pub mod recipe;
mod runs;
mod variant;
mod vectors;
mod versions;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::field::{Level, LevelKind, Member};
use crate::grid::{Geometry, Grid};
use crate::source::{Dataset, ExtraDimension, SourceError, Step};
use crate::text::{self, Bilingual, Language};
use crate::time::{LeadTime, ReferenceTime, ValidTime};

pub use intervals::{interval_words, statistic_words};
pub use inventory::{Absent, Listed, Part, Wanted, WantedInterval, WantedLevel, WantedPosition, inventory};
pub use join::expver;
pub use listing::{Found, Happened, Mark, files_below, happened, list, list_model};
pub use meaning::{levels_of, meaning};
pub use models::{ModelFolder, ModelTrouble, NoFiles};
pub use names::{Named, model_of, read_name};
pub use order::{Nature, Rank, first_pressure};
pub use parameter::{KnownParameter, Parameter};
pub use recipe::{Formula, Ingredient, Recipe, Seen, UnitGuess};
pub use runs::{Arrival, Completeness};
pub use variant::Variant;
pub use vectors::{Part as VectorPart, Shown};

/// Everything that the open files offer.
#[derive(Debug, Default)]
pub struct Catalog {
    pub models: Vec<Model>,
    /// Those that were read, or tried.
    pub files: Vec<FileReport>,
    pub notes: Vec<CatalogNote>,
    /// Fields that two files hold.
    pub doubles: Vec<Double>,
    /// Files that are being written anew. What they held stands here until they are whole, and may not be readable.
    pub arriving: BTreeSet<PathBuf>,
}

/// A file on its way into the catalogue.
#[derive(Clone, Debug)]
pub struct OpenFile {
    pub path: PathBuf,
    /// What its headers said; `None` while it is known by its name only.
    pub outcome: Option<Result<Arc<Dataset>, SourceError>>,
    pub named: Option<Named>,
    /// The model by the file's name, see [`model_of`].
    pub stem: Arc<str>,
    pub written: Option<SystemTime>,
    /// Where it lies, if that is a model's folder: the model has that name, whatever the file says.
    pub folder: Option<Arc<ModelFolder>>,
    /// It is being written anew, and stands here as it was before.
    pub arriving: bool,
}

/// A file that was open and is no longer there: its times are missing now.
#[derive(Clone, Debug)]
pub struct Lost {
    pub path: PathBuf,
    pub model: String,
    pub steps: Vec<Step>,
}

/// How the opening of one file went.
#[derive(Clone, Debug)]
pub struct FileReport {
    pub path: PathBuf,
    /// `Err` for a refused file; else what could not be read of it.
    pub outcome: Result<Vec<SourceError>, SourceError>,
}

/// The same field in two files: the one that was written later is shown. Where their values are equal that is nobody's
/// concern; whoever reads values finds out.
#[derive(Clone, Debug)]
pub struct Double {
    pub shown: Recipe,
    pub hidden: Recipe,
}

/// What the catalogue has to tell about the files as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CatalogNote {
    /// A file's name tells another run or lead time than its header, which is taken.
    NameDisagrees { path: PathBuf, named: String, found: String },
}

impl CatalogNote {
    /// One sentence for a person.
    #[must_use]
    pub fn tell(&self, language: Language) -> String {
        let Self::NameDisagrees { path, named, found } = self;
        let path = path.display().to_string();
        text::fill(language, "note.name_disagrees", &[("path", &path), ("named", named), ("found", found)])
    }
}

/// A forecast model, or an analysis or observation product, by what its files say of themselves.
#[derive(Debug)]
pub struct Model {
    pub id: String,
    pub name: Bilingual,
    pub note: Option<Bilingual>,
    /// It stands in a list of models.
    pub listed: bool,
    /// Newest first; files without a reference time are one run without a name. None in a model's folder that is empty.
    pub runs: Vec<Run>,
}

#[derive(Debug)]
pub struct Run {
    pub reference: Option<ReferenceTime>,
    /// Empty until the headers of its files are read.
    pub series: Vec<Series>,
    /// Its files whose headers were not read yet, in the order of their lead times.
    pub unread: Vec<PathBuf>,
    pub arrival: Arrival,
}

/// All fields of one parameter on one grid in one run. No other series of the run has the same parameter's id.
#[derive(Debug)]
pub struct Series {
    pub parameter: Parameter,
    pub grid: Arc<Grid>,
    /// From the top of the atmosphere down; `[None]` for a parameter without levels.
    pub levels: Vec<Option<Level>>,
    /// In their order: what is shown first stands first.
    pub members: Vec<Option<Member>>,
    /// Other dimensions of its fields.
    pub dims: Arc<[ExtraDimension]>,
    /// What its fields are over their intervals: `accum`, `avg`, `max`; `instant` where they have none.
    pub statistic: String,
    /// The run has the parameter over intervals of other kinds as well.
    pub one_of_several: bool,
    /// In time order.
    pub slots: Vec<SlotTime>,
    /// One recipe for each level, member and slot that exists, looked up by [`Series::recipe`].
    recipes: std::collections::HashMap<(usize, usize, usize), Recipe>,
}

/// The time of one picture. Ordered by valid time where there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotTime {
    pub valid: Option<ValidTime>,
    pub lead: Option<LeadTime>,
    /// Of a step whose times are not known: its place among the steps of its variable in its run, from 0.
    pub number: Option<usize>,
}

impl Catalog {
    /// Joins what the files hold. `opened` in the order in which they were opened.
    #[must_use]
    pub fn new(opened: &[(PathBuf, Result<Arc<Dataset>, SourceError>)]) -> Self {
        let files: Vec<OpenFile> = opened.iter().map(|(path, outcome)| OpenFile::read(path, outcome.clone())).collect();
        Self::of(&files, &[], &[])
    }

    /// Joins files that were read and those that are known by name, in the order in which they were opened. `folders`
    /// are models that stand in the list even without a file.
    #[must_use]
    pub fn of(files: &[OpenFile], folders: &[Arc<ModelFolder>], lost: &[Lost]) -> Self {
        join::join(files, folders, lost)
    }

    #[must_use]
    pub fn model(&self, id: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.id == id)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// Something that can be shown, or may be once it is read, lies at a path or below it.
    #[must_use]
    pub fn has_below(&self, path: &Path) -> bool {
        let read = self.files.iter().filter(|report| report.outcome.is_ok()).map(|report| &report.path);
        let unread = self.models.iter().flat_map(|model| &model.runs).flat_map(|run| &run.unread);
        read.chain(unread).any(|file| file.starts_with(path))
    }

    /// The files that were refused.
    pub fn refused(&self) -> impl Iterator<Item = &SourceError> {
        self.files.iter().filter_map(|report| report.outcome.as_ref().err())
    }
}

impl OpenFile {
    /// A file that lies in no model's folder, read.
    #[must_use]
    pub fn read(path: &Path, outcome: Result<Arc<Dataset>, SourceError>) -> Self {
        let written = std::fs::metadata(path).and_then(|data| data.modified()).ok();
        let (named, stem) = (read_name(path), model_of(path).into());
        Self { path: path.to_owned(), outcome: Some(outcome), named, stem, written, folder: None, arriving: false }
    }
}

impl Lost {
    /// What a file that was open held, so that the file itself can be let go.
    #[must_use]
    pub fn of(dataset: &Dataset, folder: Option<&ModelFolder>) -> Self {
        let model = folder.map_or_else(|| join::model_name(dataset).en, |folder| folder.name.en.clone());
        let mut steps: Vec<Step> = Vec::new();
        let (mut known, mut axes) = (HashSet::new(), HashSet::new());
        // Many variables share one axis of times.
        let own = dataset.variables.iter().filter(|variable| axes.insert(Arc::as_ptr(&variable.steps)));
        steps.extend(own.flat_map(|variable| variable.steps.iter()).filter(|step| known.insert(**step)));
        Self { path: dataset.path.clone(), model, steps }
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
    /// Something of it can be shown.
    #[must_use]
    pub fn is_read(&self) -> bool {
        !self.series.is_empty()
    }

    /// Something of it lies at places that are known, and can be drawn.
    #[must_use]
    pub fn is_placed(&self) -> bool {
        self.series.iter().any(Series::is_placed)
    }

    /// The series of a parameter: there is one at most.
    #[must_use]
    pub fn series(&self, parameter: &str) -> Option<&Series> {
        self.series.iter().find(|series| series.parameter.id == parameter)
    }
}

impl Series {
    /// Whether it is known where its points lie.
    #[must_use]
    pub fn is_placed(&self) -> bool {
        self.grid.geometry != Geometry::Unplaced
    }

    /// Whether some of its levels are pressures.
    #[must_use]
    pub fn is_on_pressure(&self) -> bool {
        self.levels.iter().flatten().any(|level| level.kind == LevelKind::Pressure)
    }

    /// The files in which it stands, each as often as it has fields.
    fn files(&self) -> impl Iterator<Item = &Path> {
        let ingredients = self.recipes.values().flat_map(|recipe| &recipe.ingredients);
        ingredients.map(|ingredient| ingredient.field.reader.path())
    }

    /// How to make the field of this level, variant and time; `None` where no file has it.
    #[must_use]
    pub fn recipe(&self, level: Option<Level>, variant: &Variant, slot: SlotTime) -> Option<Recipe> {
        let level = self.levels.iter().position(|l| *l == level)?;
        let slot = self.slots.binary_search(&slot).ok()?;
        let member = variant.member_among(&self.members);
        self.recipes.get(&(level, member, slot)).map(|recipe| recipe.along(&variant.dims))
    }

    /// How to make each field that exists, with its level and its member.
    pub fn recipes(&self) -> impl Iterator<Item = (Option<Level>, usize, &Recipe)> {
        let recipes = self.recipes.iter();
        recipes.filter_map(|((level, member, _), recipe)| Some((*self.levels.get(*level)?, *member, recipe)))
    }

    /// Whether its fields cover such an interval: `6h`, or `start` for since the start of the run.
    #[must_use]
    pub fn covers(&self, asked: &str) -> bool {
        let wanted = WantedInterval::parse(asked);
        let from_start = asked.eq_ignore_ascii_case("start");
        let spans =
            self.recipes.iter().filter_map(|((_, _, slot), recipe)| Some((self.slots.get(*slot)?, recipe.span?)));
        let mut spans = spans.filter(|(_, span)| span.0 > 0).peekable();
        spans.peek().is_some()
            && spans.all(|(slot, span)| match wanted {
                Some(WantedInterval::Length(length)) => span.class() == length.class(),
                _ => from_start && slot.lead.is_some_and(|lead| lead.0 == span.0),
            })
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
