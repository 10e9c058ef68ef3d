//! Reads single values: which field, which point, the number as the file has it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use ndarray::Array2;

use super::guarded;
use super::info::shape;
use super::vectors::{Shelf, Vectors};
use crate::catalog::{Absent, Formula, Ingredient, Listed, Parameter, Part, Shown, VectorPart, Wanted, expver};
use crate::field::{Component, turned_value};
use crate::grid::{Directions, Grid};
use crate::source::{Choice, FieldRef, Refusal, SourceError, Variable};
use crate::text::{self, Language};
use crate::units::Affine;

/// Fields kept between the requests of one batch, in bytes.
const CACHE_LIMIT: usize = 512 << 20;

/// Where a value is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// Row and column as stored.
    Index([usize; 2]),
    /// Latitude and longitude in degrees.
    At([f64; 2]),
}

/// A field, one of its points, and what stands there.
pub struct Finding<'a> {
    pub listed: &'a Listed,
    pub variable: &'a Variable,
    /// Where the field's points lie.
    pub grid: &'a Grid,
    pub choice: Choice,
    pub values: Arc<Array2<f64>>,
    /// Row and column.
    pub index: [usize; 2],
    /// Longitude in [-180, 180) and latitude of the point; `None` where the file does not say.
    pub position: Option<(f64, f64)>,
    /// NaN where missing.
    pub value: f64,
    /// For a part of a vector along the grid.
    pub vector: Option<Vector>,
}

/// A part of a vector along the grid, as it is shown.
pub struct Vector {
    pub part: VectorPart,
    pub how: Shown,
    pub parameter: Parameter,
    /// From the file's unit to the unit shown.
    conversion: Affine,
    turning: Option<Turning>,
}

/// What turns it.
struct Turning {
    component: Component,
    by: Arc<Directions>,
    /// The other component, in the unit shown.
    mate: Option<(Arc<Array2<f64>>, Affine)>,
}

impl Vector {
    /// The value shown at a grid point, from the file's own; `None` beyond the grid, NaN where one of the parts is missing.
    pub fn value(&self, raw: f64, [j, i]: [usize; 2]) -> Option<f64> {
        let own = self.conversion.apply(raw);
        let Some(Turning { component, by, mate }) = &self.turning else { return Some(own) };
        let other = match mate {
            Some((values, conversion)) => conversion.apply(*values.get([j, i])?),
            None => 0.0,
        };
        Some(by.at(j, i).map_or(f64::NAN, |axis| turned_value(*component, own, other, axis)))
    }

    /// A value shown in the file's unit.
    pub fn in_file_units(&self, shown: f64) -> f64 {
        (shown - self.conversion.offset) / self.conversion.scale
    }
}

/// Why there is no value to give.
#[derive(Debug)]
pub enum ProbeError {
    NothingOpen,
    BadRequest(String),
    NoVariable { name: String, names: String },
    Absent { name: String, what: Absent },
    NoPlace,
    BeyondGrid { name: String, shape: String },
    Unplaced { name: String },
    Unreadable(SourceError),
}

/// Answers requests on the variables of the open files, and remembers the fields that it has read.
pub struct Prober<'a> {
    listed: &'a [Listed],
    vectors: Vectors<'a>,
    fields: HashMap<FieldRef, Arc<Array2<f64>>>,
    held: usize,
}

impl<'a> Prober<'a> {
    pub fn new(listed: &'a [Listed], shelf: &'a Shelf<'a>) -> Self {
        Self { listed, vectors: Vectors::new(shelf), fields: HashMap::new(), held: 0 }
    }

    /// The value at a place; of the first variable where none is named.
    pub fn find(
        &mut self,
        variable: Option<&str>,
        wanted: &Wanted,
        wanted_place: Option<Place>,
    ) -> Result<Finding<'a>, ProbeError> {
        let listed = self.listed(variable)?;
        let absent = |what| ProbeError::Absent { name: listed.id.clone(), what };
        let (part, mut choice) = listed.find(wanted).map_err(absent)?;
        let variable = part.variable().ok_or(ProbeError::NothingOpen)?;
        let grid = variable.grid_of(&choice);
        let index = point(listed, variable, grid, wanted_place.ok_or(ProbeError::NoPlace)?)?;
        let mut values = self.field(part, &choice)?;
        // Of ERA5 and ERA5T each holds a part of the times: the first that has values, as it is drawn.
        let streams =
            expver(&variable.dims).filter(|at| wanted.dims.iter().all(|(name, _)| !is_called(variable, *at, name)));
        let size = streams.and_then(|at| variable.dims.get(at)).map_or(1, |dim| dim.size);
        for position in 1..size {
            if values.iter().any(|value| !value.is_nan()) {
                break;
            }
            let mut other = choice.clone();
            streams.and_then(|at| other.dims.get_mut(at)).into_iter().for_each(|at| *at = position);
            let of_other = self.field(part, &other)?;
            if of_other.iter().any(|value| !value.is_nan()) {
                (values, choice) = (of_other, other);
            }
        }
        let value = values.get(index).copied().ok_or_else(|| beyond(listed, variable))?;
        let position = grid.position(index[0], index[1]);
        let vector = self.vector(variable, &choice)?;
        Ok(Finding { listed, variable, grid, choice, values, index, position, value, vector })
    }

    /// How a part of a vector along the grid is shown; `None` for anything else.
    fn vector(&mut self, variable: &Variable, choice: &Choice) -> Result<Option<Vector>, ProbeError> {
        let Some(part) = VectorPart::of(variable) else { return Ok(None) };
        // The catalogue has each field at the first positions on extra dimensions.
        let first = Choice { dims: vec![0; variable.dims.len()], ..choice.clone() };
        let Some(field) = variable.field(first) else { return Ok(None) };
        let Some((series, recipe)) = self.vectors.field(&field) else { return Ok(None) };
        let position = |name: &str| {
            let named = variable.dims.iter().zip(&choice.dims).find(|(dim, _)| dim.name == name);
            named.map_or(0, |(_, at)| *at)
        };
        let how = Shown::of(&variable.grid, Some(recipe));
        let parameter = series.parameter.clone();
        let conversion = recipe.ingredients.first().map_or(Affine::IDENTITY, |own| own.conversion);
        let turned = match &recipe.formula {
            Formula::Turned { component, by } => Some((*component, by.clone(), recipe.ingredients.get(1).cloned())),
            _ => None,
        };
        let turning = match turned {
            Some((component, by, mate)) => {
                let read = |mate: Ingredient| {
                    let path = mate.field.reader.path().to_owned();
                    let dims = mate.dims.iter().map(|dim| position(&dim.name)).collect();
                    let choice = Arc::new(Choice { dims, ..(*mate.field.choice).clone() });
                    Ok((self.read(FieldRef { choice, ..mate.field }, &path)?, mate.conversion))
                };
                Some(Turning { component, by, mate: mate.map(read).transpose()? })
            }
            None => None,
        };
        Ok(Some(Vector { part, how, parameter, conversion, turning }))
    }

    fn listed(&self, name: Option<&str>) -> Result<&'a Listed, ProbeError> {
        let Some(first) = self.listed.first() else { return Err(ProbeError::NothingOpen) };
        let Some(name) = name.map(|name| name.trim_start_matches('/')) else { return Ok(first) };
        let by_id = self.listed.iter().find(|listed| listed.is_called(name));
        let by_name = || self.listed.iter().find(|listed| listed.variable().is_some_and(|v| v.name == name));
        by_id.or_else(by_name).ok_or_else(|| {
            let names: Vec<&str> = self.listed.iter().map(|listed| listed.id.as_str()).collect();
            ProbeError::NoVariable { name: name.to_owned(), names: names.join(", ") }
        })
    }

    fn field(&mut self, part: &Part, choice: &Choice) -> Result<Arc<Array2<f64>>, ProbeError> {
        let path = &part.dataset.path;
        let damaged = |detail: String| ProbeError::Unreadable(SourceError::new(path, Refusal::Corrupt, detail));
        let field = part.variable().and_then(|variable| variable.field(choice.clone()));
        self.read(field.ok_or_else(|| damaged(String::new()))?, path)
    }

    fn read(&mut self, field: FieldRef, path: &Path) -> Result<Arc<Array2<f64>>, ProbeError> {
        let damaged = |detail: String| ProbeError::Unreadable(SourceError::new(path, Refusal::Corrupt, detail));
        if let Some(values) = self.fields.get(&field) {
            return Ok(values.clone());
        }
        let read = guarded(|| field.read_raw()).map_err(damaged)?;
        let values = Arc::new(read.map_err(ProbeError::Unreadable)?);
        self.held += values.len() * size_of::<f64>();
        if self.held > CACHE_LIMIT {
            self.fields.clear();
            self.held = values.len() * size_of::<f64>();
        }
        self.fields.insert(field, values.clone());
        Ok(values)
    }
}

fn is_called(variable: &Variable, dimension: usize, name: &str) -> bool {
    variable.dims.get(dimension).is_some_and(|dim| dim.name == name)
}

fn point(listed: &Listed, variable: &Variable, grid: &Grid, wanted: Place) -> Result<[usize; 2], ProbeError> {
    match wanted {
        Place::Index([j, i]) if j < grid.ny && i < grid.nx => Ok([j, i]),
        Place::Index(_) => Err(beyond(listed, variable)),
        Place::At([lat, lon]) => {
            let nearest = grid.nearest(lon, lat).map(|(j, i)| [j, i]);
            nearest.ok_or_else(|| ProbeError::Unplaced { name: listed.id.clone() })
        }
    }
}

fn beyond(listed: &Listed, variable: &Variable) -> ProbeError {
    let shape: Vec<String> = shape(&variable.grid).iter().map(ToString::to_string).collect();
    ProbeError::BeyondGrid { name: listed.id.clone(), shape: shape.join(" × ") }
}

impl ProbeError {
    /// Its class in JSON.
    pub fn class(&self) -> &'static str {
        match self {
            Self::BadRequest(_) | Self::NoPlace => "bad-request",
            Self::NoVariable { .. } | Self::Absent { .. } | Self::BeyondGrid { .. } => Refusal::NotFound.word(),
            Self::NothingOpen | Self::Unplaced { .. } => Refusal::NoGrid.word(),
            Self::Unreadable(error) => error.refusal.word(),
        }
    }

    /// A sentence for a person.
    pub fn tell(&self, language: Language) -> String {
        let fill = |key: &str, places: &[(&str, &str)]| text::fill(language, key, places);
        match self {
            Self::NothingOpen => fill("cli.nothing_open", &[]),
            Self::BadRequest(error) => fill("cli.bad_request", &[("error", error)]),
            Self::NoVariable { name, names } => fill("cli.no_variable", &[("name", name), ("names", names)]),
            Self::Absent { name, what } => match what {
                Absent::Time => fill("cli.no_time", &[("name", name)]),
                Absent::Level => fill("cli.no_level", &[("name", name)]),
                Absent::Member => fill("cli.no_member", &[("name", name)]),
                Absent::Interval => fill("cli.no_interval", &[("name", name)]),
                Absent::Position(dim, asked, there) => {
                    fill("cli.no_position", &[("name", name), ("dimension", dim), ("asked", asked), ("there", there)])
                }
                Absent::Contradiction(dim) => fill("cli.contradiction", &[("name", name), ("dimension", dim)]),
                Absent::Dimension(dim) => fill("cli.no_dimension", &[("name", name), ("dimension", dim)]),
            },
            Self::NoPlace => fill("cli.no_place", &[]),
            Self::BeyondGrid { name, shape } => fill("cli.beyond_grid", &[("name", name), ("shape", shape)]),
            Self::Unplaced { name } => fill("cli.unplaced", &[("name", name)]),
            Self::Unreadable(error) => error.tell(language),
        }
    }
}
