//! Files: what is in each, and the numbers when they are asked for.
//!
//! [`open`] reads headers only and gives a [`Dataset`]: variables with their axes and grids. A [`FieldRef`] is a small
//! handle that says where the values of one field lie; reading it gives the file's own numbers, with no conversion of
//! units. Nothing here guesses what a variable means.

mod alone;
mod angles;
mod bits;
mod bytes;
pub mod cf;
pub mod codec;
mod companions;
mod detail;
mod elsewhere;
mod error;
mod grib;
mod handles;
pub mod messages;
mod netcdf;
mod records;
mod rpn;
mod signature;
mod staggered;
mod tiles;
mod zarr;

use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ndarray::Array2;

use crate::field::{LevelKind, Member, Qualifier};
use crate::grid::{Geometry, Grid, Window};
use crate::time::{LeadTime, ReferenceTime, Span, ValidTime};

pub use angles::{Angles, angles};
pub use detail::Detail;
pub use error::{Refusal, SourceError};
pub(crate) use messages::shrink;
pub use netcdf::{Described, Dumped};
pub use records::{Column, Entry, Record, RecordList, Side, record_values, records};
use signature::Signature;
pub use staggered::brought_to;
pub use zarr::is_store;

/// Recognises a file by its contents, and reads its headers and coordinates: no field.
///
/// Refuses with the class and the words for a person; whatever stands in the file, the process goes on.
pub fn open(path: &Path) -> Result<Dataset, SourceError> {
    open_among(path, &[])
}

/// As [`open`]. Where a file leaves the positions of its grid to another one, that one is looked for among `others`,
/// then in the file's folder.
pub fn open_among(path: &Path, others: &[PathBuf]) -> Result<Dataset, SourceError> {
    match signature::recognise(path)? {
        Signature::Classic | Signature::Hdf5 => netcdf::open(path, others),
        Signature::Grib => grib::open(path, others),
        Signature::Rpn(kind) => rpn::open(path, kind, others),
        Signature::Zarr | Signature::Zip => zarr::open(path, others),
    }
}

/// What one file holds.
#[derive(Debug)]
pub struct Dataset {
    pub path: PathBuf,
    /// `netcdf4`, `netcdf3-classic`, `netcdf3-64bit`, `netcdf3-cdf5`, `zarr2`, `zarr3`, `grib2` …
    pub format: &'static str,
    pub variables: Vec<Variable>,
    /// Global attributes that are text, as written.
    pub attributes: Vec<(String, String)>,
    /// What could not be read, while the rest could.
    pub notes: Vec<SourceError>,
    /// Records with the positions of some grid were found neither in the file nor beside it: [`open_among`] may find them
    /// among files that are open.
    pub unplaced: bool,
    /// Other files whose positions its grids have.
    pub companions: Vec<PathBuf>,
}

impl Dataset {
    /// Whether other files that are open may have positions for it: it has none, or has those of a file that nobody opened.
    #[must_use]
    pub fn may_be_placed_by(&self, is_open: impl Fn(&Path) -> bool) -> bool {
        self.unplaced || self.companions.iter().any(|companion| !is_open(companion))
    }
}

/// A gridded variable: one parameter over levels, times, members.
#[derive(Debug)]
pub struct Variable {
    /// What `probe --variable` takes: the name, with `group/` before it.
    pub id: String,
    pub name: String,
    /// What tells it from all others of its name in this and in other files, where ids grow only by what tells apart
    /// the variables of one file.
    pub identity: Option<String>,
    pub units: Option<String>,
    pub standard_name: Option<String>,
    pub long_name: Option<String>,
    /// How its values stand for their cells, as CF writes it.
    pub cell_methods: Option<String>,
    pub grib: Option<GribIdentity>,
    /// Counts where the numbers are parts of a vector, or directions.
    pub frame: Frame,
    pub grid: Arc<Grid>,
    pub levels: Option<LevelAxis>,
    /// Shared between variables along the same times.
    pub steps: Arc<Vec<Step>>,
    /// What the values are beside the parameter: a percentile, a spread, those of a substance.
    pub qualifiers: Vec<Qualifier>,
    /// Ensemble members in the file's order.
    pub members: Option<Vec<Member>>,
    /// Other dimensions.
    pub dims: Arc<[ExtraDimension]>,
    /// The file's dimensions that the steps are spread over, with their sizes, the last running fastest. Empty in files of
    /// messages.
    pub step_dims: Vec<(String, usize)>,
    pub reader: Arc<dyn Reader>,
    /// Its number among the reader's variables.
    pub number: u32,
}

/// The axes along which the parts of vectors are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Frame {
    /// East and north.
    Earth,
    /// x and y of the grid.
    Grid,
    /// The file does not say.
    #[default]
    Unsaid,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LevelAxis {
    pub kind: LevelKind,
    pub units: Option<String>,
    /// The file's own numbers, in stored order.
    pub values: Vec<f64>,
    /// The other bound of each level that is a layer, in the same unit; empty where none is.
    pub to: Vec<Option<f64>>,
}

impl LevelAxis {
    /// An axis without layers.
    #[must_use]
    pub fn of(kind: LevelKind, units: Option<String>, values: Vec<f64>) -> Self {
        Self { kind, units, values, to: Vec::new() }
    }

    /// Both bounds of a level, the second one of layers only.
    #[must_use]
    pub fn bounds(&self, at: usize) -> Option<(f64, Option<f64>)> {
        Some((*self.values.get(at)?, self.to.get(at).copied().flatten()))
    }
}

/// A dimension that is neither of the grid nor of time, level or member: a quantile, a threshold, a soil type.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtraDimension {
    pub name: String,
    pub size: usize,
    /// It also counts steps, levels or members that their values do not tell apart; any position but the first overrules
    /// the choice of these.
    pub shared: bool,
    /// What its coordinate variable calls it.
    pub long_name: Option<String>,
    pub units: Option<String>,
    /// Its coordinates as words, one for each position; `None` where the file has none.
    pub values: Option<Vec<String>>,
}

impl ExtraDimension {
    /// The position that a person means: `#2` by its number, else the coordinate `0.9`; where the file has no
    /// coordinates, the number alone.
    #[must_use]
    pub fn position(&self, word: &str) -> Option<usize> {
        let word = word.trim();
        let at = match (word.strip_prefix('#'), &self.values) {
            (Some(number), _) => number.parse().ok()?,
            (None, None) => word.parse().ok()?,
            (None, Some(values)) => {
                let number = word.parse::<f64>().ok();
                let same = |value: &String| {
                    value == word || number.is_some_and(|wanted| value.parse::<f64>().is_ok_and(|n| n == wanted))
                };
                values.iter().position(same)?
            }
        };
        (at < self.size).then_some(at)
    }

    /// The coordinate at a position, with its unit; the position itself where the file has no coordinates.
    #[must_use]
    pub fn word(&self, at: usize) -> String {
        match self.values.as_ref().and_then(|values| values.get(at)) {
            Some(value) => match self.units.as_deref().filter(|units| !units.is_empty() && *units != "1") {
                Some(units) => format!("{value} {units}"),
                None => value.clone(),
            },
            None => format!("#{at}"),
        }
    }
}

/// One time for which a field exists. Which of the three are known depends on the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Step {
    pub run: Option<ReferenceTime>,
    pub lead: Option<LeadTime>,
    pub valid: Option<ValidTime>,
    /// How long the interval is that a sum, mean or extreme is taken over; it ends at the valid time.
    pub span: Option<Span>,
}

/// The numbers by which a GRIB message names its parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct GribIdentity {
    pub edition: u8,
    /// Common code table C-11.
    pub centre: u16,
    /// Edition 2: discipline, category, number. Edition 1: centre, version of the table, number.
    pub parameter: [u16; 3],
    /// Number of the type of level: code table 4.5, edition 1 table 3.
    pub surface: u8,
    pub level_kind: String,
    pub statistic: String,
    /// The numbers are those of the parameter itself: no probability, percentile or spread.
    pub plain: bool,
}

impl GribIdentity {
    /// Centres of the United States that number parameters of edition 1 as NCEP does: the National Weather Service, its
    /// hurricane centre, FSL, NCAR, and NOAA's research.
    #[must_use]
    pub fn uses_tables_of_ncep(centre: u16) -> bool {
        matches!(centre, 7..=9 | 52 | 59 | 60 | 161)
    }
}

/// Which field of a variable: positions on its axes, zero where an axis is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Choice {
    pub step: usize,
    pub level: usize,
    pub member: usize,
    /// One position for each of the variable's `dims`.
    pub dims: Vec<usize>,
}

/// Where the values of one field lie. Small, cheap to clone, equal and hashed by what it points to.
#[derive(Clone, Debug)]
pub struct FieldRef {
    pub reader: Arc<dyn Reader>,
    pub variable: u32,
    pub choice: Arc<Choice>,
    /// Where its points lie: its variable's grid, or that of its time where the grid moves.
    pub grid: Arc<Grid>,
}

impl Variable {
    /// Where the points of one field lie.
    #[must_use]
    pub fn grid_of(&self, choice: &Choice) -> &Arc<Grid> {
        let Geometry::Moving(_) = self.grid.geometry else { return &self.grid };
        self.grid.at(self.reader.step_of(self.number, choice)).unwrap_or(&self.grid)
    }

    /// The handle of one field; `None` where a position lies beyond its axis, or the file has no field there.
    #[must_use]
    pub fn field(&self, choice: Choice) -> Option<FieldRef> {
        let within = choice.step < self.steps.len().max(1)
            && choice.level < self.levels.as_ref().map_or(1, |axis| axis.values.len())
            && choice.member < self.members.as_ref().map_or(1, Vec::len)
            && choice.dims.len() <= self.dims.len()
            && choice.dims.iter().zip(self.dims.iter()).all(|(at, dim)| *at < dim.size);
        let there = within && self.reader.has(self.number, &choice);
        there.then(|| FieldRef {
            reader: self.reader.clone(),
            variable: self.number,
            grid: self.grid_of(&choice).clone(),
            choice: Arc::new(choice),
        })
    }
}

impl PartialEq for FieldRef {
    fn eq(&self, other: &Self) -> bool {
        self.reader.id() == other.reader.id() && self.variable == other.variable && self.choice == other.choice
    }
}
impl Eq for FieldRef {}
impl Hash for FieldRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.reader.id().hash(state);
        self.variable.hash(state);
        self.choice.hash(state);
    }
}

impl FieldRef {
    /// The file's own numbers over the whole grid: packing undone in f64, missing values NaN.
    pub fn read_raw(&self) -> Result<Array2<f64>, SourceError> {
        self.reader.read_raw(self.variable, &self.choice)
    }

    /// Fields with equal keys are stored in the same chunks: reading them together decodes each chunk once. Known from the
    /// first read of a variable on, or from [`FieldRef::learn`]; before that every field stands alone.
    #[must_use]
    pub fn batch(&self) -> (u64, u64) {
        (self.reader.id(), self.reader.batch(self.variable, &self.choice))
    }

    /// Reads how the field's variable is stored.
    pub fn learn(&self) {
        self.reader.learn(self.variable);
    }
}

/// Asked between the pieces of a long read; once set, the reader gives up.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// One open file. Positional reads only, so any number of threads may ask at once.
pub trait Reader: Send + Sync + std::fmt::Debug {
    /// Unlike that of every other reader of this process.
    fn id(&self) -> u64;
    fn path(&self) -> &Path;

    /// Whether there is a field at positions that lie on the axes. Files of messages may lack some.
    fn has(&self, variable: u32, choice: &Choice) -> bool {
        let _ = (variable, choice);
        true
    }

    /// The step that a choice means: another one than it says where its position along a dimension of time overrules that.
    fn step_of(&self, variable: u32, choice: &Choice) -> usize {
        let _ = variable;
        choice.step
    }

    /// See [`FieldRef::read_raw`].
    fn read_raw(&self, variable: u32, choice: &Choice) -> Result<Array2<f64>, SourceError>;

    /// The window of each wanted field as f32, NaN where missing, in the file's own unit, for drawing.
    ///
    /// Each stored chunk is read and decoded once, in parallel on the current rayon pool, and handed to all fields
    /// that it covers. `done(n, values)` is called once for each of `choices` that was finished, as soon as it is;
    /// fields not yet finished when `stop` is set are left out in silence.
    fn read_windows(
        &self,
        variable: u32,
        choices: &[&Choice],
        window: Window,
        stop: &Stop,
        done: &(dyn Fn(usize, Result<Array2<f32>, SourceError>) + Sync),
    );

    /// Finds out how the values of a variable are stored, so that [`Reader::batch`] knows.
    fn learn(&self, variable: u32) {
        let _ = variable;
    }

    /// Equal for fields that share stored chunks, as far as that is known without reading: asked under a lock.
    fn batch(&self, variable: u32, choice: &Choice) -> u64;
}
