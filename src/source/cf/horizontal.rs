//! The horizontal grid of a variable: which of its dimensions are rows and columns, and where the points lie.

use std::collections::HashMap;
use std::sync::Arc;

use ndarray::Array2;

use super::Odd;
use super::attribute::{Declared, Dimension};
use super::declarations::Declarations;
use super::listed;
use super::mesh;
use super::motion::{self, Moved};
use super::offers::Offer;
use super::projected::{self, Axes};
use super::roles::{Role, is_geographic};
use crate::grid::{Curvilinear, Geometry, Grid, MapError, Points, Sides};

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
    /// The dimension of time along which a moving grid has its places.
    pub moving: Option<usize>,
}

/// The sides of a cube.
const SIDES: usize = 6;

/// Finds grids, and shares those that several variables stand on.
#[derive(Default)]
pub struct Grids {
    known: HashMap<Key, Option<Arc<Grid>>>,
    motions: HashMap<Key, Moved>,
    /// Grid mappings that make no projection, and grids that are too large.
    pub odd: Vec<Odd>,
}

/// Where a grid's positions come from: numbers of variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    LatLon {
        lat: usize,
        lon: usize,
    },
    Curvilinear {
        lat: usize,
        lon: usize,
    },
    Points {
        lat: usize,
        lon: usize,
        faces: Option<usize>,
    },
    /// The middles of faces or edges, whose nodes have the positions.
    Middles {
        lat: usize,
        lon: usize,
        joined: usize,
    },
    Sides {
        lat: usize,
        lon: usize,
        sides: Sides,
    },
    Projected(Axes),
    Unplaced {
        ny: usize,
        nx: usize,
    },
}

impl Key {
    /// The latitudes.
    fn lat(&self) -> Option<usize> {
        match *self {
            Self::LatLon { lat, .. } | Self::Curvilinear { lat, .. } | Self::Points { lat, .. } => Some(lat),
            _ => None,
        }
    }
}

/// Whether a variable's positions change.
enum Motion {
    Still,
    /// From time to time, along this dimension of the variable.
    Along {
        dim: usize,
        grid: Arc<Grid>,
    },
    /// In a way that is not followed.
    Unclear,
}

/// Rows, columns, and where the positions come from.
#[derive(Clone, Copy)]
struct Found {
    y: Option<usize>,
    x: usize,
    /// The dimension of the sides of a cube.
    side: Option<usize>,
    key: Key,
    /// The positions have more dimensions than the grid, along which they may change.
    outer: bool,
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
            .or_else(|| by_projection_axes(all, variable))
            .or_else(|| by_mesh_dimension(all, variable))?;
        let size = |dim: usize| variable.dims.get(dim).map(|dim| dim.size);
        let (mut ny, mut nx) = (found.y.map_or(Some(1), size)?, size(found.x)?);
        if found.side.is_some() {
            (ny, nx) = (1, ny.checked_mul(nx)?.checked_mul(SIDES)?);
        }
        if ny.checked_mul(nx).is_none_or(|points| points > MOST_POINTS) {
            self.odd.push(Odd::Large(number, ny, nx));
        }
        ny.checked_mul(nx).filter(|points| (1..=MOST_POINTS).contains(points))?;
        let motion = if found.outer { self.motion(all, variable, found.key, ny, nx) } else { Motion::Still };
        if let Motion::Along { dim, grid } = motion {
            return Some(Placed { grid, y: found.y, x: found.x, sides: None, moving: Some(dim) });
        }
        let key = if matches!(motion, Motion::Unclear) { Key::Unplaced { ny, nx } } else { found.key };
        let listed = self.grid(all, key, ny, nx);
        let grid = self.projected(all, variable, &found, listed.as_deref()).or(listed)?;
        ((grid.ny, grid.nx) == (ny, nx)).then_some(Placed {
            grid,
            y: found.y,
            x: found.x,
            sides: found.side.map(|dim| (dim, SIDES)),
            moving: None,
        })
    }

    /// Whether positions change along the dimensions that the grid does not take.
    fn motion(&mut self, all: &Declarations<'_>, variable: &Declared, key: Key, ny: usize, nx: usize) -> Motion {
        let is_time = |dim: &Dimension| is_along_time(all, dim, variable.group());
        let found = self.motions.entry(key).or_insert_with(|| motion::find(all, key, is_time, ny, nx));
        let moved = match found {
            Moved::Not => return Motion::Still,
            Moved::Along { dim, grid } => variable.dims.iter().position(|own| own == dim).map(|at| (at, grid.clone())),
            Moved::Unclear => None,
            Moved::TooFar { times, points } => {
                let (times, points) = (*times, *points);
                if let Some(lat) = key.lat() {
                    self.tell(Odd::Moving(lat, times, points));
                }
                None
            }
        };
        // A field without that time stands at no place that is known.
        moved.map_or(Motion::Unclear, |(dim, grid)| Motion::Along { dim, grid })
    }

    fn grid(&mut self, all: &Declarations<'_>, key: Key, ny: usize, nx: usize) -> Option<Arc<Grid>> {
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let geometry = match geometry(all, key, ny, nx, &[]) {
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

    /// Once for each mapping.
    fn tell(&mut self, odd: Odd) {
        let is_known = |known: &Odd| match (known, &odd) {
            (Odd::Twofold(known, _), Odd::Twofold(new, _))
            | (Odd::Listed(known, _), Odd::Listed(new, _))
            | (Odd::Moving(known, ..), Odd::Moving(new, ..)) => known == new,
            _ => false,
        };
        if !self.odd.iter().any(is_known) {
            self.odd.push(odd);
        }
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
        // A mapping that says nothing is missed only where nothing else places the points.
        let is_asked = |mapping: &usize| listed.is_none_or(is_unplaced) || projected::is_told(all, *mapping);
        projected::mappings(all, variable).into_iter().filter(is_asked).find_map(|mapping| {
            let grid = self.grid(all, Key::Projected(Axes { y, x, mapping }), ny, nx)?;
            if let Some(apart) = projected::contradiction(all, mapping, &grid) {
                self.tell(Odd::Twofold(mapping, apart));
            }
            let apart = listed.map_or(0.0, |listed| projected::apart(&grid, listed));
            if apart > projected::CONTRADICTION {
                self.tell(Odd::Listed(mapping, apart));
            }
            (apart < projected::SAME_PLACE).then_some(grid)
        })
    }
}

fn is_unplaced(grid: &Grid) -> bool {
    grid.geometry == Geometry::Unplaced
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
    planes.or(Some(Found { y: Some(y), x, side: None, key: Key::LatLon { lat, lon }, outer: false }))
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
    mesh::place(all, variable).map(on_mesh)
}

/// The same of the only mesh around, by the dimension.
fn by_mesh_dimension(all: &Declarations<'_>, variable: &Declared) -> Option<Found> {
    mesh::place_by_dimension(all, variable).map(on_mesh)
}

fn on_mesh(placed: mesh::Placed) -> Found {
    let mesh::Placed { x, lat, lon, faces, middles } = placed;
    let key = match middles {
        Some(joined) => Key::Middles { lat, lon, joined },
        None => Key::Points { lat, lon, faces },
    };
    Found { y: None, x, side: None, key, outer: false }
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
    let along_time = |dim: &Dimension| is_along_time(all, dim, variable.group());
    let points = |dim: &Dimension, outer: bool| {
        let x = position(dim)?;
        let counted = listed::counts_points(dim) && all.coordinate(dim, variable.group()).is_none();
        let stations = all.has_features();
        ((named || counted || stations) && (dim.size > 3 || stations) && !along_time(dim)).then(|| {
            let faces = all.get(lat).and_then(|lat| mesh::faces_between(all, lat));
            Found { y: None, x, side: None, key: Key::Points { lat, lon, faces }, outer }
        })
    };
    match (lats, lons) {
        ([time, dim], _) if lats == lons && along_time(time) => points(dim, time.size > 1),
        ([before @ .., rows, columns], _) if lats == lons && rows.size > 1 && columns.size > 1 => {
            let (y, x) = (position(rows)?, position(columns)?);
            let mut outer = before.iter().filter(|dim| dim.size > 1);
            let last_side = outer.clone().filter(|dim| !along_time(dim)).collect::<Vec<_>>();
            let (side, key) = match (last_side.as_slice(), before) {
                ([side], [.., last]) if *side == last && rows.size == columns.size && counts_sides(side) => {
                    let sides = Sides { count: SIDES, ny: rows.size, nx: columns.size };
                    (Some(position(side)?), Key::Sides { lat, lon, sides })
                }
                _ => (None, Key::Curvilinear { lat, lon }),
            };
            let outer = side.is_none() && outer.next().is_some();
            Some(Found { y: Some(y), x, side, key, outer })
        }
        ([dim], [same]) if dim == same => points(dim, false),
        ([rows], [columns]) => Some(Found {
            y: Some(position(rows)?),
            x: position(columns)?,
            side: None,
            key: Key::LatLon { lat, lon },
            outer: false,
        }),
        // Rows and columns that drift.
        ([time, rows], [same, columns]) if time == same && along_time(time) => Some(Found {
            y: Some(position(rows)?),
            x: position(columns)?,
            side: None,
            key: Key::LatLon { lat, lon },
            outer: true,
        }),
        _ => None,
    }
}

/// By its coordinate variable, else by its name.
fn is_along_time(all: &Declarations<'_>, dim: &Dimension, group: &str) -> bool {
    let coordinate = all.coordinate(dim, group);
    coordinate.map_or(dim.name.to_ascii_lowercase().contains("time"), |n| all.role(n) == Some(Role::Time))
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
    let coordinate = |dim: usize| all.coordinate(variable.dims.get(dim)?, variable.group());
    let true_degrees = |n: &usize| all.get(*n).is_some_and(is_geographic);
    // FLEXPART says `grid_latitude` of true latitudes, in degrees_north, and has no pole that they could be about.
    let key = match coordinate(y).filter(true_degrees).zip(coordinate(x).filter(true_degrees)) {
        Some((lat, lon)) if !mapped => Key::LatLon { lat, lon },
        _ => Key::Unplaced { ny, nx },
    };
    Some(Found { y: Some(y), x, side: None, key, outer: false })
}

/// The geometry at these positions on the dimensions before those of the grid. An error names the grid mapping that makes no
/// projection, and why.
pub(super) fn geometry(
    all: &Declarations<'_>,
    key: Key,
    ny: usize,
    nx: usize,
    at: &[usize],
) -> Result<Option<Geometry>, (usize, MapError)> {
    Ok(match key {
        Key::LatLon { lat, lon } => {
            degrees(all, lat, 1, at).zip(degrees(all, lon, 1, at)).map(|(lat, lon)| Geometry::LatLon { lat, lon })
        }
        Key::Points { lat, lon, faces } => {
            let in_cells = |lat: &Declared| lat.dims.first().is_some_and(listed::counts_cells);
            let make: Make = if all.has_features() {
                Points::of_stations
            } else if all.has_mesh() || all.get(lat).is_some_and(in_cells) {
                Points::of_cells
            } else {
                Points::new
            };
            points(all, (lat, lon), faces, nx, at, make).map(Geometry::Points)
        }
        Key::Middles { lat, lon, joined } => {
            let nodes = degrees(all, lat, 1, at).zip(degrees(all, lon, 1, at));
            let middles = nodes.and_then(|(lat, lon)| mesh::middles(all, joined, nx, &lat, &lon));
            middles.and_then(|(lat, lon)| Points::of_cells(lat, lon)).map(Geometry::Points)
        }
        Key::Curvilinear { lat, lon } => {
            let plane = |n| Array2::from_shape_vec((ny, nx), degrees(all, n, 2, at)?).ok();
            plane(lat).zip(plane(lon)).and_then(|(lat, lon)| {
                straight(&lat, &lon).or_else(|| Curvilinear::new(lat, lon).map(Geometry::Curvilinear))
            })
        }
        Key::Sides { lat, lon, sides } => {
            let places = degrees(all, lat, 3, at).zip(degrees(all, lon, 3, at));
            places.and_then(|(lat, lon)| Points::of_sides(lat, lon, sides)).map(Geometry::Points)
        }
        Key::Projected(axes) => projected::geometry(all, axes).map_err(|why| (axes.mapping, why))?,
        Key::Unplaced { .. } => Some(Geometry::Unplaced),
    })
}

type Make = fn(Vec<f64>, Vec<f64>) -> Option<Points>;

/// Points by their triangles where the file has some, else as `make` takes them.
fn points(
    all: &Declarations<'_>,
    (lat, lon): (usize, usize),
    faces: Option<usize>,
    count: usize,
    at: &[usize],
    make: Make,
) -> Option<Points> {
    let triangles = faces.and_then(|faces| mesh::triangles(all, faces, count));
    let places = if lat == lon { two_rows(all, lat) } else { degrees(all, lat, 1, at).zip(degrees(all, lon, 1, at)) };
    let (lat, lon) = places?;
    match triangles {
        Some(triangles) => Points::of_triangles(lat, lon, triangles),
        None => make(lat, lon),
    }
}

/// The grid that positions make which a file has for fields of others.
pub fn listed_grid(all: &Declarations<'_>, offer: &Offer) -> Option<Arc<Grid>> {
    let (lat, lon, faces) = (offer.lat, offer.lon, offer.faces);
    let (ny, nx) = offer.size();
    let key = if offer.is_plane() { Key::Curvilinear { lat, lon } } else { Key::Points { lat, lon, faces } };
    if ny.checked_mul(nx).is_none_or(|points| points > MOST_POINTS) {
        return None;
    }
    let geometry = match key {
        // The fields of another file have their mesh there: they are no stations.
        Key::Points { lat, lon, faces } => {
            points(all, (lat, lon), faces, nx, &[], Points::of_cells).map(Geometry::Points)?
        }
        key => geometry(all, key, ny, nx, &[]).ok().flatten()?,
    };
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

/// Latitudes and longitudes of a variable that has both, longitudes first; in radians where no number is larger.
fn two_rows(all: &Declarations<'_>, nodes: usize) -> Option<(Vec<f64>, Vec<f64>)> {
    use std::f64::consts::{FRAC_PI_2, TAU};
    let row = |row: usize| all.numbers_at(nodes, 1, &[row]);
    let (lon, lat) = row(0).zip(row(1))?;
    let within = |values: &[f64], most: f64| !values.iter().any(|value| value.abs() > most + 1e-6);
    let radians = within(&lat, FRAC_PI_2) && within(&lon, TAU);
    let degrees = |values: &[f64]| {
        values.iter().map(|value| if radians { value.to_degrees() } else { *value }).collect::<Vec<f64>>()
    };
    Some((degrees(&lat), degrees(&lon)))
}

/// Positions in degrees, whatever angle the file counts in.
fn degrees(all: &Declarations<'_>, variable: usize, rank: usize, at: &[usize]) -> Option<Vec<f64>> {
    let values = all.numbers_at(variable, rank, at)?;
    let radians = listed::in_radians(all.get(variable)?);
    Some(values.iter().map(|&value| if radians { value.to_degrees() } else { value }).collect())
}
