//! The horizontal grid of a variable: which of its dimensions are rows and columns, and where the points lie.

use std::collections::HashMap;
use std::sync::Arc;

use ndarray::Array2;

use super::Odd;
use super::attribute::{Declared, Dimension};
use super::declarations::Declarations;
use super::listed;
use super::mesh;
use super::offers::Offer;
use super::projected::{self, Axes};
use super::roles::Role;
use crate::grid::{Curvilinear, Geometry, Grid, Points, Sides};

/// More points than any forecast has: 16 384 × 16 384.
pub const MOST_POINTS: usize = 1 << 28;

/// A variable's grid and the dimensions that it takes.
#[derive(Clone, Debug)]
pub struct Placed {
    pub grid: Arc<Grid>,
    /// `None` where the points stand in one row.
    pub y: Option<usize>,
    pub x: usize,
    /// Which counts the sides of a cube, and how many there are: their points follow one another in one row.
    pub sides: Option<(usize, usize)>,
}

/// The sides of a cube.
const SIDES: usize = 6;

/// Finds grids, and shares those that several variables stand on.
#[derive(Default)]
pub struct Grids {
    known: HashMap<Key, Option<Arc<Grid>>>,
    /// Grid mappings that make no projection, and grids that are too large.
    pub odd: Vec<Odd>,
}

/// Where a grid's positions come from: numbers of variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    LatLon { lat: usize, lon: usize },
    Curvilinear { lat: usize, lon: usize },
    Points { lat: usize, lon: usize, faces: Option<usize> },
    Sides { lat: usize, lon: usize, sides: Sides },
    Projected(Axes),
    Unplaced { ny: usize, nx: usize },
}

/// Rows, columns, and where the positions come from.
#[derive(Clone, Copy)]
struct Found {
    y: Option<usize>,
    x: usize,
    /// The dimension of the sides of a cube.
    side: Option<usize>,
    key: Key,
}

impl Grids {
    /// The grid of a variable by its number; `None` for one that has none.
    pub fn place(&mut self, all: &Declarations<'_>, number: usize) -> Option<Placed> {
        let variable = all.get(number)?;
        let found = by_mesh(all, variable)
            .or_else(|| by_named_planes(all, variable))
            .or_else(|| by_coordinate_variables(all, variable))
            .or_else(|| by_known_names(all, variable))
            .or_else(|| by_auxiliary_coordinates(all, variable))
            .or_else(|| by_projection_axes(all, variable))?;
        let size = |dim: usize| variable.dims.get(dim).map(|dim| dim.size);
        let (mut ny, mut nx) = (found.y.map_or(Some(1), size)?, size(found.x)?);
        if found.side.is_some() {
            (ny, nx) = (1, ny.checked_mul(nx)?.checked_mul(SIDES)?);
        }
        if ny.checked_mul(nx).is_none_or(|points| points > MOST_POINTS) {
            self.odd.push(Odd::Large(number, ny, nx));
        }
        ny.checked_mul(nx).filter(|points| (1..=MOST_POINTS).contains(points))?;
        let listed = self.grid(all, found.key, ny, nx);
        let grid = self.projected(all, variable, &found, listed.as_deref()).or(listed)?;
        ((grid.ny, grid.nx) == (ny, nx)).then_some(Placed {
            grid,
            y: found.y,
            x: found.x,
            sides: found.side.map(|dim| (dim, SIDES)),
        })
    }

    fn grid(&mut self, all: &Declarations<'_>, key: Key, ny: usize, nx: usize) -> Option<Arc<Grid>> {
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let geometry = match geometry(all, key, ny, nx) {
            Ok(geometry) => geometry,
            Err((mapping, why)) => {
                self.odd.push(Odd::Mapping(mapping, why));
                None
            }
        };
        let shared = geometry.map(|geometry| Arc::new(Grid { ny, nx, geometry }));
        self.known.insert(key, shared.clone());
        shared
    }

    /// The grid by its projection, which knows more than a list of positions: how the cells lie between them. Where the
    /// file lists positions elsewhere than the projection has them, the list holds.
    fn projected(
        &mut self,
        all: &Declarations<'_>,
        variable: &Declared,
        found: &Found,
        listed: Option<&Grid>,
    ) -> Option<Arc<Grid>> {
        if !matches!(found.key, Key::Curvilinear { .. } | Key::Unplaced { .. }) {
            return None;
        }
        let along = |dim: usize, role: Role| {
            let dim = variable.dims.get(dim)?;
            let coordinate = all.coordinate(dim, variable.group())?;
            projected::is_axis(all, coordinate, role).then_some((coordinate, dim.size))
        };
        let ((y, ny), (x, nx)) = (along(found.y?, Role::Y)?, along(found.x, Role::X)?);
        projected::mappings(all, variable).into_iter().find_map(|mapping| {
            let grid = self.grid(all, Key::Projected(Axes { y, x, mapping }), ny, nx)?;
            listed.is_none_or(|listed| projected::agree(&grid, listed)).then_some(grid)
        })
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
    let counted = |n: usize| all.numbers(n, 1).is_some_and(|values| listed::is_counted(&values));
    // Some files count rows and columns and call it degrees; planes beside them know better.
    let planes = if counted(lat) && counted(lon) { planes_beside(all, variable) } else { None };
    planes.or(Some(Found { y: Some(y), x, side: None, key: Key::LatLon { lat, lon } }))
}

/// Planes of latitudes and longitudes on the variable's dimensions, named or not.
fn planes_beside(all: &Declarations<'_>, variable: &Declared) -> Option<Found> {
    let of_role = |role: Role| all.of_role(role, variable.group());
    of_role(Role::Latitude)
        .find_map(|lat| of_role(Role::Longitude).find_map(|lon| pair(all, variable, lat, lon, false).filter(is_plane)))
}

fn is_plane(found: &Found) -> bool {
    matches!(found.key, Key::Curvilinear { .. } | Key::Sides { .. } | Key::Unplaced { .. })
}

/// Nodes, edges or faces of a mesh.
fn by_mesh(all: &Declarations<'_>, variable: &Declared) -> Option<Found> {
    let mesh::Placed { x, lat, lon, faces } = mesh::place(all, variable)?;
    Some(Found { y: None, x, side: None, key: Key::Points { lat, lon, faces } })
}

/// Planes of latitudes and longitudes that `coordinates` names: they hold where the dimensions have coordinates as well,
/// which some files make up for programs that want rows and columns.
fn by_named_planes(all: &Declarations<'_>, variable: &Declared) -> Option<Found> {
    let named = all.auxiliary(variable);
    let of_role = |role: Role| named.iter().copied().filter(move |&n| all.role(n) == Some(role));
    of_role(Role::Latitude)
        .find_map(|lat| of_role(Role::Longitude).find_map(|lon| pair(all, variable, lat, lon, true)))
        .or_else(|| by_known_names(all, variable))
        .filter(is_plane)
}

/// Positions that stand beside the variable by names of which it is known what they mean: the axes of such files are
/// counted, or stand for no parallel or meridian.
fn by_known_names(all: &Declarations<'_>, variable: &Declared) -> Option<Found> {
    let of_role = |role: Role| all.of_role(role, variable.group());
    let together = |lat: usize, lon: usize| {
        all.get(lat).zip(all.get(lon)).is_some_and(|(lat, lon)| listed::belong_together(lat, lon))
    };
    of_role(Role::Latitude).find_map(|lat| {
        of_role(Role::Longitude).filter(|&lon| together(lat, lon)).find_map(|lon| pair(all, variable, lat, lon, true))
    })
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

/// GEOS calls the dimension `nf`, FV3 `tile`, MITgcm `face`. Six records or members of a grid that moves are no cube.
fn counts_sides(dim: &Dimension) -> bool {
    let name = dim.name.to_ascii_lowercase();
    dim.size == SIDES && (name == "nf" || ["tile", "face", "side", "panel"].iter().any(|word| name.contains(word)))
}

fn pair(all: &Declarations<'_>, variable: &Declared, lat: usize, lon: usize, named: bool) -> Option<Found> {
    let (lats, lons) = (all.get(lat)?.dims.as_slice(), all.get(lon)?.dims.as_slice());
    let position = |dim: &Dimension| variable.dims.iter().position(|own| own == dim);
    let along_time = |dim: &Dimension| {
        let coordinate = all.coordinate(dim, variable.group());
        coordinate.map_or(dim.name.to_ascii_lowercase().contains("time"), |n| all.role(n) == Some(Role::Time))
    };
    match (lats, lons) {
        ([before @ .., rows, columns], _) if lats == lons && rows.size > 1 && columns.size > 1 => {
            let (y, x) = (position(rows)?, position(columns)?);
            let outer: Vec<&Dimension> = before.iter().filter(|dim| dim.size > 1 && !along_time(dim)).collect();
            let (side, key) = match (outer.as_slice(), before) {
                ([], _) => (None, Key::Curvilinear { lat, lon }),
                ([side], [.., last]) if *side == last && rows.size == columns.size && counts_sides(side) => {
                    let sides = Sides { count: SIDES, ny: rows.size, nx: columns.size };
                    (Some(position(side)?), Key::Sides { lat, lon, sides })
                }
                // Positions that differ along other dimensions: the first ones are not those of the others.
                _ => (None, Key::Unplaced { ny: rows.size, nx: columns.size }),
            };
            Some(Found { y: Some(y), x, side, key })
        }
        ([points], [same]) if points == same => {
            let x = position(points)?;
            let meant = named || (listed::counts_points(points) && all.coordinate(points, variable.group()).is_none());
            (meant && points.size > 3 && !along_time(points)).then(|| {
                let faces = all.get(lat).and_then(|lat| mesh::faces_between(all, lat));
                Found { y: None, x, side: None, key: Key::Points { lat, lon, faces } }
            })
        }
        ([rows], [columns]) => {
            Some(Found { y: Some(position(rows)?), x: position(columns)?, side: None, key: Key::LatLon { lat, lon } })
        }
        _ => None,
    }
}

/// Axes of a projection.
fn by_projection_axes(all: &Declarations<'_>, variable: &Declared) -> Option<Found> {
    let mapped = !projected::mappings(all, variable).is_empty();
    let along = |role: Role| {
        variable.dims.iter().enumerate().find_map(|(at, dim)| {
            let n = all.coordinate(dim, variable.group())?;
            let is_axis = if mapped { projected::is_axis(all, n, role) } else { all.role(n) == Some(role) };
            is_axis.then_some((at, dim.size))
        })
    };
    let ((y, ny), (x, nx)) = (along(Role::Y)?, along(Role::X)?);
    Some(Found { y: Some(y), x, side: None, key: Key::Unplaced { ny, nx } })
}

/// An error names the grid mapping that makes no projection, and why.
fn geometry(all: &Declarations<'_>, key: Key, ny: usize, nx: usize) -> Result<Option<Geometry>, (usize, String)> {
    Ok(match key {
        Key::LatLon { lat, lon } => {
            degrees(all, lat, 1).zip(degrees(all, lon, 1)).map(|(lat, lon)| Geometry::LatLon { lat, lon })
        }
        Key::Points { lat, lon, faces } => {
            let triangles = faces.and_then(|faces| mesh::triangles(all, faces, nx));
            let points = degrees(all, lat, 1).zip(degrees(all, lon, 1)).and_then(|(lat, lon)| match triangles {
                Some(triangles) => Points::of_triangles(lat, lon, triangles),
                None => Points::new(lat, lon),
            });
            points.map(Geometry::Points)
        }
        Key::Curvilinear { lat, lon } => {
            let plane = |n| Array2::from_shape_vec((ny, nx), degrees(all, n, 2)?).ok();
            plane(lat).zip(plane(lon)).and_then(|(lat, lon)| {
                straight(&lat, &lon).or_else(|| Curvilinear::new(lat, lon).map(Geometry::Curvilinear))
            })
        }
        Key::Sides { lat, lon, sides } => {
            let places = degrees(all, lat, 3).zip(degrees(all, lon, 3));
            places.and_then(|(lat, lon)| Points::of_sides(lat, lon, sides)).map(Geometry::Points)
        }
        Key::Projected(axes) => projected::geometry(all, axes).map_err(|why| (axes.mapping, why))?,
        Key::Unplaced { .. } => Some(Geometry::Unplaced),
    })
}

/// The grid that positions make which a file has for fields of others.
pub fn listed_grid(all: &Declarations<'_>, offer: &Offer) -> Option<Arc<Grid>> {
    let (lat, lon, faces) = (offer.lat, offer.lon, offer.faces);
    let (ny, nx) = offer.size();
    let key = if offer.is_plane() { Key::Curvilinear { lat, lon } } else { Key::Points { lat, lon, faces } };
    if ny.checked_mul(nx).is_none_or(|points| points > MOST_POINTS) {
        return None;
    }
    let geometry = geometry(all, key, ny, nx).ok().flatten()?;
    let fits = match &geometry {
        Geometry::Points(points) => points.len() == nx,
        _ => true,
    };
    fits.then(|| Arc::new(Grid { ny, nx, geometry }))
}

/// Many files write rows and columns of latitudes and longitudes out in full.
fn straight(lat: &Array2<f64>, lon: &Array2<f64>) -> Option<Geometry> {
    let (row, column) = (lon.rows().into_iter().next()?, lat.columns().into_iter().next()?);
    let alike =
        lat.columns().into_iter().all(|other| other == column) && lon.rows().into_iter().all(|other| other == row);
    alike.then(|| Geometry::LatLon { lat: column.to_vec(), lon: row.to_vec() })
}

/// Positions in degrees, whatever angle the file counts in.
fn degrees(all: &Declarations<'_>, variable: usize, rank: usize) -> Option<Vec<f64>> {
    let values = all.numbers(variable, rank)?;
    let radians = listed::in_radians(all.get(variable)?);
    Some(values.iter().map(|&value| if radians { value.to_degrees() } else { value }).collect())
}
