//! The horizontal grid of a variable: which of its dimensions are rows and columns, and where the points lie.

use std::collections::HashMap;
use std::sync::Arc;

use ndarray::Array2;

use super::attribute::{Declared, Dimension};
use super::declarations::Declarations;
use super::roles::Role;
use crate::grid::{Geometry, Grid};

/// More points than any forecast has: 16 384 × 16 384.
const MOST_POINTS: usize = 1 << 28;

/// A variable's grid and the dimensions that it takes.
#[derive(Clone, Debug)]
pub struct Placed {
    pub grid: Arc<Grid>,
    /// `None` where the points stand in one row.
    pub y: Option<usize>,
    pub x: usize,
}

/// Finds grids, and shares those that several variables stand on.
#[derive(Default)]
pub struct Grids {
    known: HashMap<Key, Option<Arc<Grid>>>,
}

/// Where a grid's positions come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    LatLon { lat: usize, lon: usize },
    Curvilinear { lat: usize, lon: usize },
    Points { lat: usize, lon: usize },
    Unplaced { ny: usize, nx: usize },
}

/// Rows, columns, and where the positions come from.
#[derive(Clone, Copy)]
struct Found {
    y: Option<usize>,
    x: usize,
    key: Key,
}

impl Grids {
    /// The grid of a variable; `None` for one that has none.
    pub fn place(&mut self, all: &Declarations<'_>, variable: &Declared) -> Option<Placed> {
        let found = by_coordinate_variables(all, variable)
            .or_else(|| by_auxiliary_coordinates(all, variable))
            .or_else(|| by_projection_axes(all, variable))?;
        let size = |dim: usize| variable.dims.get(dim).map(|dim| dim.size);
        let (ny, nx) = (found.y.map_or(Some(1), size)?, size(found.x)?);
        if ny.checked_mul(nx).is_none_or(|points| points == 0 || points > MOST_POINTS) {
            return None;
        }
        let grid =
            self.known.entry(found.key).or_insert_with(|| build(all, found.key, ny, nx).map(Arc::new)).clone()?;
        ((grid.ny, grid.nx) == (ny, nx)).then_some(Placed { grid, y: found.y, x: found.x })
    }
}

/// A latitude and a longitude dimension, each with its coordinate variable.
fn by_coordinate_variables(all: &Declarations<'_>, variable: &Declared) -> Option<Found> {
    let along = |role: Role| {
        variable.dims.iter().enumerate().find_map(|(at, dim)| {
            let coordinate = all.coordinate(dim, variable.group())?;
            (all.role(coordinate) == Some(role)).then_some((at, coordinate))
        })
    };
    let ((y, lat), (x, lon)) = (along(Role::Latitude)?, along(Role::Longitude)?);
    Some(Found { y: Some(y), x, key: Key::LatLon { lat, lon } })
}

/// Latitudes and longitudes that `coordinates` names, or that stand beside the variable on its dimensions.
fn by_auxiliary_coordinates(all: &Declarations<'_>, variable: &Declared) -> Option<Found> {
    let named = all.auxiliary(variable);
    let candidates = |role: Role| -> Vec<usize> {
        let first = named.iter().copied().filter(|&n| all.role(n) == Some(role));
        first.chain(all.of_role(role, variable.group()).filter(|n| !named.contains(n))).collect()
    };
    let longitudes = candidates(Role::Longitude);
    candidates(Role::Latitude)
        .into_iter()
        .find_map(|lat| longitudes.iter().find_map(|&lon| pair(all, variable, lat, lon, named.contains(&lat))))
}

fn pair(all: &Declarations<'_>, variable: &Declared, lat: usize, lon: usize, named: bool) -> Option<Found> {
    let (lats, lons) = (all.get(lat)?.dims.as_slice(), all.get(lon)?.dims.as_slice());
    let position = |dim: &Dimension| variable.dims.iter().position(|own| own == dim);
    match (lats, lons) {
        ([.., rows, columns], _) if lats == lons && rows.size > 1 && columns.size > 1 => {
            let (y, x) = (position(rows)?, position(columns)?);
            Some(Found { y: Some(y), x, key: Key::Curvilinear { lat, lon } })
        }
        ([points], [same]) if points == same => {
            let x = position(points)?;
            let along_time = all.coordinate(points, variable.group()).is_some_and(|n| all.role(n) == Some(Role::Time));
            (named && points.size > 3 && !along_time).then_some(Found { y: None, x, key: Key::Points { lat, lon } })
        }
        ([rows], [columns]) => {
            Some(Found { y: Some(position(rows)?), x: position(columns)?, key: Key::LatLon { lat, lon } })
        }
        _ => None,
    }
}

/// Axes of a projection.
fn by_projection_axes(all: &Declarations<'_>, variable: &Declared) -> Option<Found> {
    let along = |role: Role| {
        variable.dims.iter().position(|dim| {
            all.coordinate(dim, variable.group()).is_some_and(|coordinate| all.role(coordinate) == Some(role))
        })
    };
    let (y, x) = (along(Role::Y)?, along(Role::X)?);
    let size = |dim: usize| variable.dims.get(dim).map(|dim| dim.size);
    Some(Found { y: Some(y), x, key: Key::Unplaced { ny: size(y)?, nx: size(x)? } })
}

fn build(all: &Declarations<'_>, key: Key, ny: usize, nx: usize) -> Option<Grid> {
    let geometry = match key {
        Key::LatLon { lat, lon } => Geometry::LatLon { lat: degrees(all, lat, 1)?, lon: degrees(all, lon, 1)? },
        Key::Points { lat, lon } => Geometry::Points { lat: degrees(all, lat, 1)?, lon: degrees(all, lon, 1)? },
        Key::Curvilinear { lat, lon } => {
            let plane = |n| Array2::from_shape_vec((ny, nx), degrees(all, n, 2)?).ok();
            Geometry::Curvilinear { lat: plane(lat)?, lon: plane(lon)? }
        }
        Key::Unplaced { .. } => Geometry::Unplaced,
    };
    Some(Grid { ny, nx, geometry })
}

/// Positions in degrees, whatever angle the file counts in.
fn degrees(all: &Declarations<'_>, variable: usize, rank: usize) -> Option<Vec<f64>> {
    let values = all.numbers(variable, rank)?;
    let radians = all.get(variable)?.text("units").to_ascii_lowercase().starts_with("radian");
    Some(values.iter().map(|&value| if radians { value.to_degrees() } else { value }).collect())
}
