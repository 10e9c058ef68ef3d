//! What the engine tells its owner.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::plan::Plan;
use crate::catalog::{Catalog, ModelTrouble, NoFiles};
use crate::source::SourceError;
use crate::text::{self, Bilingual, Language};
use crate::units;

/// How far one slot of the timeline has come.
#[derive(Clone, Debug, PartialEq)]
pub enum SlotState {
    Waiting,
    Rendering,
    Ready,
    /// Could not be read; the reason is shown in its place.
    Failed(Arc<SourceError>),
}

/// What the engine has to show at one moment. Cheap to take.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Rises with every request.
    pub generation: u64,
    pub catalog: Arc<Catalog>,
    /// Of the current request; empty before the first.
    pub plan: Arc<Plan>,
    /// One for each slot of the plan.
    pub slots: Vec<SlotState>,
    /// Files whose headers are being read: (done, of).
    pub opening: Option<(usize, usize)>,
    /// The models of the lists are in the catalogue.
    pub models_listed: bool,
    pub progress: Progress,
    /// What the engine had to decide or could not do, each once: the newest last. What was said of a file goes when
    /// that is written anew or gone.
    pub notes: Vec<EngineNote>,
    /// Values at the place that was asked for last, once they are read.
    pub series: Option<Arc<PointSeries>>,
}

/// How the rendering of the current request goes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Slots that were finished, or failed, at least once since the request.
    pub done: usize,
    pub of: usize,
    /// Since the request; stands still once all is done.
    pub elapsed: Duration,
}

/// Something that a person should know.
#[derive(Clone, Debug, PartialEq)]
pub enum EngineNote {
    /// The file is silent about a unit; it was told by the range of the values.
    GuessedUnit { path: PathBuf, parameter: Bilingual, unit: String },
    /// A grid that cannot be drawn; `placed` where the file says at least where its points lie.
    NotDrawn { path: PathBuf, parameter: Bilingual, placed: bool },
    /// Two files hold the same field with unlike values; the one written later is shown.
    SameField { shown: PathBuf, hidden: PathBuf },
    /// A list of models that was not understood in full.
    Models(ModelTrouble),
    /// A model for which no file was found.
    NoFiles(NoFiles),
    /// A layer that cannot be read at some time, of a picture that shows the other.
    LayerUnreadable { error: SourceError, layer: Bilingual },
}

impl EngineNote {
    /// Of a layer of a file that cannot be read one step is told, for all of them.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::LayerUnreadable { error, layer }, Self::LayerUnreadable { error: told, layer: of }) => {
                error.path == told.path && layer == of
            }
            _ => self == other,
        }
    }

    /// It was said of this file.
    pub(super) fn is_of(&self, file: &Path) -> bool {
        match self {
            Self::GuessedUnit { path, .. } | Self::NotDrawn { path, .. } => path == file,
            Self::SameField { shown, hidden } => shown == file || hidden == file,
            Self::LayerUnreadable { error, .. } => error.path == file,
            Self::Models(_) | Self::NoFiles(_) => false,
        }
    }

    /// One sentence for a person.
    #[must_use]
    pub fn tell(&self, language: Language) -> String {
        let (key, path, parameter, unit) = match self {
            Self::GuessedUnit { path, parameter, unit } => ("note.guessed_unit", path, parameter, unit.as_str()),
            Self::NotDrawn { path, parameter, placed: true } => ("note.not_drawn", path, parameter, ""),
            Self::NotDrawn { path, parameter, placed: false } => ("note.not_placed", path, parameter, ""),
            Self::SameField { shown, hidden } => {
                let (shown, hidden) = (shown.display().to_string(), hidden.display().to_string());
                return text::fill(language, "note.same_field", &[("shown", &shown), ("hidden", &hidden)]);
            }
            Self::Models(trouble) => return trouble.tell(language),
            Self::NoFiles(trouble) => return trouble.tell(language),
            Self::LayerUnreadable { error, layer } => {
                let (name, reason) = (layer.in_language(language), error.tell(language));
                return text::fill(language, "note.layer_unreadable", &[("name", name), ("reason", &reason)]);
            }
        };
        // The unit 1 would read as a number.
        let unit = match units::by_id(unit) {
            Some(unit) if unit.label.is_empty() => "0–1",
            Some(unit) => &unit.label,
            None => unit,
        };
        let path = path.display().to_string();
        let name = parameter.in_language(language);
        text::fill(language, key, &[("path", &path), ("name", name), ("unit", unit)])
    }
}

/// Values of both layers over all slots at one place, in the units shown. NaN where missing or not yet read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PointSeries {
    pub lat: f64,
    pub lon: f64,
    pub bands: Vec<f32>,
    pub lines: Vec<f32>,
    pub complete: bool,
}

/// Values under the cursor, in the units shown; `None` where missing, outside, or not at hand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    pub bands: Option<f32>,
    pub lines: Option<f32>,
}
