//! Grids by their grid mapping: axes of a projection and the projection itself.

use super::attribute::{Attribute, Declared};
use super::declarations::Declarations;
use super::roles::Role;
use crate::grid::{CfValue, Defined, Geometry, Grid, MapError, Projection, wrap};
use crate::units;

/// How far, in degrees, a projected grid may lie from the positions that the file also gives: their single precision.
pub const SAME_PLACE: f64 = 0.002;

/// Degrees by which two descriptions of one grid may differ without a word: figures of the Earth differ by a fifth.
pub const CONTRADICTION: f64 = 0.25;

/// The coordinate variables of a projected grid, and its grid mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Axes {
    pub y: usize,
    pub x: usize,
    pub mapping: usize,
}

/// By what the coordinate says of itself, or by the names that models give such axes.
#[must_use]
pub fn is_axis(all: &Declarations<'_>, coordinate: usize, role: Role) -> bool {
    let names: &[&str] = if role == Role::Y { &["y", "yc", "rlat"] } else { &["x", "xc", "rlon"] };
    let name = all.get(coordinate).map_or("", Declared::name).to_ascii_lowercase();
    all.role(coordinate) == Some(role) || (all.role(coordinate).is_none() && names.contains(&name.as_str()))
}

/// The variables that hold the grid mapping of a projection. `grid_mapping` names one, or in the long form several with
/// their coordinates: `crs: x y wgs84: lat lon`. Where it names none that is there, the only grid mapping around holds.
#[must_use]
pub fn mappings(all: &Declarations<'_>, variable: &Declared) -> Vec<usize> {
    let text = variable.text("grid_mapping");
    let long: Vec<&str> = text.split_whitespace().filter_map(|word| word.strip_suffix(':')).collect();
    let names = if long.is_empty() { text.split_whitespace().take(1).collect() } else { long };
    let mut found: Vec<usize> = names.iter().filter_map(|name| all.find(name, variable.group())).collect();
    if found.is_empty() {
        found = only_mapping(all, variable).into_iter().collect();
    }
    found.retain(|&n| all.get(n).is_some_and(|mapping| mapping.text("grid_mapping_name") != "latitude_longitude"));
    found
}

/// The grid mapping of the variable's group, or of one around it, where there is one only.
fn only_mapping(all: &Declarations<'_>, variable: &Declared) -> Option<usize> {
    let is_one = |other: &Declared| {
        let around = other.group().is_empty() || variable.group().starts_with(other.group());
        let own = ["grid_mapping_name", "crs_wkt", "spatial_ref", "proj4_params", "proj4"];
        around && other.count() == Some(1) && own.iter().any(|name| !other.text(name).is_empty())
    };
    let mut found = all.variables.iter().enumerate().filter(|(_, other)| is_one(other)).map(|(n, _)| n);
    found.next().filter(|_| found.next().is_none())
}

/// Whether a grid mapping says what projection it is of.
#[must_use]
pub fn is_told(all: &Declarations<'_>, mapping: usize) -> bool {
    all.get(mapping).is_some_and(|mapping| Defined::is_told_by(mapping.name(), &attributes(mapping)))
}

fn attributes(mapping: &Declared) -> Vec<(String, CfValue)> {
    mapping.attributes.iter().map(|(name, value)| (name.clone(), cf_value(value))).collect()
}

/// `None` where the axes cannot be read.
///
/// # Errors
///
/// What of the mapping is missing or unknown, so that it makes no projection.
pub fn geometry(all: &Declarations<'_>, axes: Axes) -> Result<Option<Geometry>, MapError> {
    let Some(mapping) = all.get(axes.mapping) else { return Ok(None) };
    let attributes = attributes(mapping);
    let defined = Defined::of_mapping(mapping.name(), &attributes)?;
    let height = attributes.iter().find_map(|(name, value)| match value {
        CfValue::Numbers(numbers) if name == "perspective_point_height" => numbers.first().copied(),
        _ => None,
    });
    let read = |defined: &Defined| {
        let axis = |coordinate: usize| {
            let factor = axis_factor(all.get(coordinate)?.text("units"), defined, height);
            Some(all.numbers(coordinate, 1)?.iter().map(|value| value * factor).collect::<Vec<f64>>())
        };
        axis(axes.x).zip(axis(axes.y))
    };
    Ok(read(&defined).map(|(x, y)| match defined.projection {
        Projection::PlateCarree { central_longitude: 0.0 } => Geometry::LatLon { lat: y, lon: x },
        projection => Geometry::Projected { projection, x, y },
    }))
}

/// How many degrees apart the two descriptions of a mapping place a grid's corners, where it has both: `grid_mapping_name`
/// with its parameters, and a definition in text.
#[must_use]
pub fn contradiction(all: &Declarations<'_>, mapping: usize, grid: &Grid) -> Option<f64> {
    let beside = Defined::beside_name(&attributes(all.get(mapping)?))?;
    // Some give the geographic system that the projection is based on.
    if matches!(beside.projection, Projection::PlateCarree { .. }) {
        return None;
    }
    let (x, y) = match &grid.geometry {
        Geometry::Projected { x, y, .. } => (x, y),
        Geometry::LatLon { lat, lon } => (lon, lat),
        _ => return None,
    };
    let corners = [(0, 0), (0, grid.nx.checked_sub(1)?), (grid.ny.checked_sub(1)?, 0), (grid.ny - 1, grid.nx - 1)];
    let apart = corners.iter().filter_map(|&(j, i)| {
        let (lon, lat) = grid.position(j, i)?;
        let other = &beside.projection;
        let (x, y) = (*x.get(i)?, *y.get(j)?);
        let Some((other_lon, other_lat)) = other.inverse(other.home(x), y) else { return Some(180.0) };
        Some((wrap(other_lon - lon) * lat.to_radians().cos()).hypot(other_lat - lat))
    });
    apart.reduce(f64::max).filter(|apart| *apart > CONTRADICTION)
}

/// To metres; the angles of a geostationary scan by the satellite's height; degrees stay.
fn axis_factor(unit: &str, defined: &Defined, height: Option<f64>) -> f64 {
    let angle = unit.to_ascii_lowercase().starts_with("rad");
    match (defined.projection.is_in_degrees(), angle, height) {
        (true, true, _) => 1.0_f64.to_degrees(),
        (true, false, _) => 1.0,
        (false, true, Some(height)) => height,
        (false, ..) => {
            let to_metres = units::parse(unit).zip(units::by_id("m")).and_then(|(unit, m)| units::conversion(unit, m));
            to_metres.filter(|_| !unit.is_empty()).map_or(defined.unit, |conversion| conversion.scale)
        }
    }
}

fn cf_value(attribute: &Attribute) -> CfValue {
    match attribute {
        Attribute::Text(text) => CfValue::Text(text.clone()),
        Attribute::Texts(texts) => CfValue::Text(texts.join(" ")),
        Attribute::Integers(_) | Attribute::Floats(_) => CfValue::Numbers(attribute.numbers()),
    }
}

/// How many degrees at most a projected grid lies from where the file lists its points. Some thousand are compared.
#[must_use]
pub fn apart(grid: &Grid, listed: &Grid) -> f64 {
    if matches!(listed.geometry, Geometry::Unplaced) {
        return 0.0;
    }
    let step = (grid.ny.saturating_mul(grid.nx) / 4096).max(1);
    let between = |n: usize| {
        let (j, i) = (n / grid.nx, n % grid.nx);
        let (lon, lat) = listed.position(j, i)?;
        let Some((own_lon, own_lat)) = grid.position(j, i) else { return Some(180.0) };
        let across = wrap(own_lon - lon) * lat.to_radians().cos();
        Some((own_lat - lat).abs().max(across.abs()))
    };
    (0..grid.ny * grid.nx).step_by(step).filter_map(between).fold(0.0, f64::max)
}
