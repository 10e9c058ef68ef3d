//! Grids by their grid mapping: axes of a projection and the projection itself.

use super::attribute::{Attribute, Declared};
use super::declarations::Declarations;
use super::roles::Role;
use crate::grid::{CfValue, Geometry, Grid, Projection, wrap};
use crate::units;

/// How far, in degrees, a projected grid may lie from the positions that the file also gives: their single precision.
const SAME_PLACE: f64 = 0.002;

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
/// their coordinates: `crs: x y wgs84: lat lon`.
#[must_use]
pub fn mappings(all: &Declarations<'_>, variable: &Declared) -> Vec<usize> {
    let text = variable.text("grid_mapping");
    let long: Vec<&str> = text.split_whitespace().filter_map(|word| word.strip_suffix(':')).collect();
    let names = if long.is_empty() { text.split_whitespace().take(1).collect() } else { long };
    let found = names.iter().filter_map(|name| all.find(name, variable.group()));
    found
        .filter(|&n| {
            let name = all.get(n).map_or("", |mapping| mapping.text("grid_mapping_name"));
            !name.is_empty() && name != "latitude_longitude"
        })
        .collect()
}

/// `None` where the axes cannot be read; an error says why the mapping makes no projection.
pub fn geometry(all: &Declarations<'_>, axes: Axes) -> Result<Option<Geometry>, String> {
    let attributes: Vec<(String, CfValue)> = all.get(axes.mapping).map_or_else(Vec::new, |mapping| {
        mapping.attributes.iter().map(|(name, value)| (name.clone(), cf_value(value))).collect()
    });
    let projection = Projection::from_cf(&attributes)?;
    let height = attributes.iter().find_map(|(name, value)| match value {
        CfValue::Numbers(numbers) if name == "perspective_point_height" => numbers.first().copied(),
        _ => None,
    });
    let axis = |coordinate: usize| {
        let factor = axis_factor(all.get(coordinate)?.text("units"), projection.is_in_degrees(), height);
        Some(all.numbers(coordinate, 1)?.iter().map(|value| value * factor).collect::<Vec<f64>>())
    };
    let (x, y) = (axis(axes.x), axis(axes.y));
    Ok(x.zip(y).map(|(x, y)| Geometry::Projected { projection, x, y }))
}

/// To metres; the angles of a geostationary scan by the satellite's height; degrees stay.
fn axis_factor(unit: &str, in_degrees: bool, height: Option<f64>) -> f64 {
    let angle = unit.to_ascii_lowercase().starts_with("rad");
    match (in_degrees, angle, height) {
        (true, true, _) => 1.0_f64.to_degrees(),
        (true, false, _) => 1.0,
        (false, true, Some(height)) => height,
        (false, ..) => {
            let to_metres = units::parse(unit).zip(units::by_id("m")).and_then(|(unit, m)| units::conversion(unit, m));
            to_metres.map_or(1.0, |conversion| conversion.scale)
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

/// Whether a projected grid lies where the file lists its points. Some thousand points are compared.
#[must_use]
pub fn agree(grid: &Grid, listed: &Grid) -> bool {
    let (Geometry::Projected { projection, x, y }, Geometry::Curvilinear(listed)) = (&grid.geometry, &listed.geometry)
    else {
        return true;
    };
    let step = (grid.ny.saturating_mul(grid.nx) / 4096).max(1);
    let same = |n: usize| {
        let (j, i) = (n / grid.nx, n % grid.nx);
        let (Some(&lat), Some(&lon)) = (listed.lat().get((j, i)), listed.lon().get((j, i))) else { return false };
        if !lat.is_finite() || !lon.is_finite() {
            return true;
        }
        let position = x.get(i).zip(y.get(j)).and_then(|(&x, &y)| projection.inverse(projection.home(x), y));
        position.is_some_and(|(own_lon, own_lat)| {
            let across = wrap(own_lon - lon) * lat.to_radians().cos();
            (own_lat - lat).abs() < SAME_PLACE && across.abs() < SAME_PLACE
        })
    };
    (0..grid.ny * grid.nx).step_by(step).all(same)
}
