//! Where the points of a record lie: the grid types that are drawn. Others are listed, and their values read.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use ndarray::Array2;

use super::descriptor::Descriptor;
use super::positions::{BOTH, Positional, Positions, Tag, X, Y};
use super::reference::Reference;
use crate::grid::{Curvilinear, Geometry, Grid, Points, gaussian_latitudes};

/// Coordinates that the grids of one file may have together: 128 MiB.
const MOST_COORDINATES: usize = 1 << 24;
/// Rows of a Gaussian grid; each costs as much again as there are rows.
const MOST_GAUSSIAN_ROWS: usize = 8192;

/// All that tells one grid from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    grtyp: char,
    ni: usize,
    nj: usize,
    ig: [u32; 4],
}

/// Why a grid has no positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lack {
    /// Its type or its numbers make no map.
    NoMap,
    /// The records with these names were not found.
    Records(&'static str),
    /// It would take more memory than the grids of a file are given.
    Large,
}

/// The grids of a file, each made once, and how many of its records lack positions.
pub struct Grids<'a> {
    positions: Positions<'a>,
    known: HashMap<Key, (Arc<Grid>, Option<Lack>)>,
    coordinates_left: usize,
    /// For each kind of missing positional records, how many fields ask for them.
    pub unplaced: HashMap<&'static str, u64>,
    /// Whether a grid was too large to be kept in mind.
    pub too_many: bool,
}

impl<'a> Grids<'a> {
    pub fn new(positions: Positions<'a>) -> Self {
        let (known, unplaced) = (HashMap::new(), HashMap::new());
        Self { positions, known, coordinates_left: MOST_COORDINATES, unplaced, too_many: false }
    }

    /// The grid of a record whose dimensions have been checked; one without positions where they are not known.
    pub fn of(&mut self, record: &Descriptor) -> Arc<Grid> {
        let (ni, nj) = (record.ni() as usize, record.nj() as usize);
        let key = Key { grtyp: record.grtyp(), ni, nj, ig: record.ig() };
        let (grid, lack) = match self.known.entry(key) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(place) => {
                let made = make(key, &mut self.positions, &mut self.coordinates_left);
                let (grid, lack) = made.map_or_else(
                    |lack| (Grid { ny: nj, nx: ni, geometry: Geometry::Unplaced }, Some(lack)),
                    |grid| (grid, None),
                );
                place.insert((Arc::new(grid), lack)).clone()
            }
        };
        match lack {
            Some(Lack::Records(names)) => *self.unplaced.entry(names).or_default() += 1,
            Some(Lack::Large) => self.too_many = true,
            Some(Lack::NoMap) | None => {}
        }
        grid
    }
}

fn make(key: Key, positions: &mut Positions, coordinates_left: &mut usize) -> Result<Grid, Lack> {
    let Key { grtyp, ni, nj, ig } = key;
    let wanted = match grtyp {
        'X' | 'Y' | 'O' => ni.saturating_mul(nj).saturating_mul(2),
        _ => ni.saturating_add(nj),
    };
    *coordinates_left = coordinates_left.checked_sub(wanted).ok_or(Lack::Large)?;
    let geometry = match grtyp {
        'A' | 'B' | 'G' => whole_earth(key)?,
        'L' => Reference::of('L', ig).ok_or(Lack::NoMap)?.place(counted(0, ni), counted(0, nj)),
        'N' | 'S' => Reference::of(grtyp, ig).ok_or(Lack::NoMap)?.place(counted(1, ni), counted(1, nj)),
        'E' => rotated_earth(key)?,
        'Z' => on_axes(key, positions)?,
        '#' => tile(key, positions)?,
        // Most records of this type name no positions at all.
        'X' if ig.iter().take(3).all(|&number| number == 0) => return Err(Lack::NoMap),
        'X' | 'Y' | 'O' => return points(key, positions),
        'U' => yin_yang(key, positions)?,
        _ => return Err(Lack::NoMap),
    };
    Ok(Grid { ny: nj, nx: ni, geometry })
}

fn counted(first: usize, count: usize) -> Vec<f64> {
    (first..first + count).map(|n| n as f64).collect()
}

/// A, B and G: the Earth or, by ig1, its northern (1) or southern (2) half; by ig2 = 1 from north to south.
fn whole_earth(Key { grtyp, ni, nj, ig: [half, downwards, ..] }: Key) -> Result<Geometry, Lack> {
    let (south, span) = match half {
        0 => (-90.0, 180.0),
        1 => (0.0, 90.0),
        2 => (-90.0, 90.0),
        _ => return Err(Lack::NoMap),
    };
    // B repeats its first column, and has rows on the poles or the equator.
    let closed = grtyp == 'B';
    let columns = if closed { ni.saturating_sub(1) } else { ni }.max(1) as f64;
    let lon = counted(0, ni).into_iter().map(|i| 360.0 * i / columns).collect();
    let mut lat: Vec<f64> = match grtyp {
        'G' => gaussian(nj, half)?,
        'B' => counted(0, nj).into_iter().map(|j| south + span * j / nj.saturating_sub(1).max(1) as f64).collect(),
        _ => counted(0, nj).into_iter().map(|j| south + span * (j + 0.5) / nj as f64).collect(),
    };
    if downwards == 1 {
        lat.reverse();
    }
    Ok(Geometry::LatLon { lat, lon })
}

/// Gaussian latitudes from south to north; a hemisphere has one half of twice as many.
fn gaussian(nj: usize, half: u32) -> Result<Vec<f64>, Lack> {
    if nj > MOST_GAUSSIAN_ROWS {
        return Err(Lack::Large);
    }
    // An odd number of parallels has one on the equator; no such grid has been met.
    let between_pole_and_equator = match half {
        0 if nj.is_multiple_of(2) => nj / 2,
        0 => return Err(Lack::NoMap),
        _ => nj,
    };
    let mut lat = gaussian_latitudes(between_pole_and_equator);
    lat.reverse();
    match half {
        1 => lat = lat.split_off(nj),
        2 => lat.truncate(nj),
        _ => {}
    }
    Ok(lat)
}

/// A plain E grid: the whole Earth about a rotated pole, its first column repeated.
fn rotated_earth(Key { ni, nj, ig, .. }: Key) -> Result<Geometry, Lack> {
    let reference = Reference::of('E', ig).ok_or(Lack::NoMap)?;
    let columns = ni.saturating_sub(1).max(1) as f64;
    let x = counted(0, ni).into_iter().map(|i| 360.0 * i / columns).collect();
    let y = counted(0, nj).into_iter().map(|j| -90.0 + (j + 0.5) * 180.0 / nj as f64).collect();
    Ok(reference.place(x, y))
}

/// The records `>>` and `^^` that a field asks for.
fn both_axes(
    positions: &mut Positions,
    tag: Tag,
    fit_x: &dyn Fn(&Descriptor) -> bool,
    fit_y: &dyn Fn(&Descriptor) -> bool,
) -> Result<(Positional, Positional), Lack> {
    let missing = Lack::Records(">> ^^");
    let x = positions.find(X, tag, fit_x).ok_or(missing)?;
    let y = positions.find(Y, tag, fit_y).ok_or(missing)?;
    let finite = x.values.iter().chain(&y.values).all(|value| value.is_finite());
    finite.then_some((x, y)).ok_or(Lack::NoMap)
}

/// What the axes' own descriptors refer to; O is degrees as they are.
fn reference_of(axis: &Positional) -> Result<Reference, Lack> {
    match axis.record.grtyp() {
        'O' => Ok(Reference::Turned(0.0)),
        grtyp => Reference::of(grtyp, axis.record.ig()).ok_or(Lack::NoMap),
    }
}

/// Z: columns and rows at any places of a reference grid.
fn on_axes(Key { ni, nj, ig: [ip1, ip2, ip3, _], .. }: Key, positions: &mut Positions) -> Result<Geometry, Lack> {
    let tag = Tag { ip1, ip2, ip3: Some(ip3) };
    let fits = |record: &Descriptor, count: usize| u64::from(record.ni()) * u64::from(record.nj()) == count as u64;
    let (x, y) = both_axes(positions, tag, &|record| fits(record, ni), &|record| fits(record, nj))?;
    Ok(reference_of(&x)?.place(x.values, y.values))
}

/// #: a part of a Z grid; ig3 and ig4 are its first column and row there, counted from 1.
fn tile(Key { ni, nj, ig: [ip1, ip2, i, j], .. }: Key, positions: &mut Positions) -> Result<Geometry, Lack> {
    let tag = Tag { ip1, ip2, ip3: None };
    let part = |values: &[f64], first: u32, count: usize| {
        let first = (first as usize).checked_sub(1)?;
        values.get(first..first.checked_add(count)?).map(<[f64]>::to_vec)
    };
    let reaches = |size: u32, first: u32, count: usize| u64::from(first) + count as u64 <= u64::from(size) + 1;
    let fit_x = |record: &Descriptor| record.nj() == 1 && reaches(record.ni(), i, ni);
    let fit_y = |record: &Descriptor| record.ni() == 1 && reaches(record.nj(), j, nj);
    let (x, y) = both_axes(positions, tag, &fit_x, &fit_y)?;
    let (columns, rows) = part(&x.values, i, ni).zip(part(&y.values, j, nj)).ok_or(Lack::NoMap)?;
    Ok(reference_of(&x)?.place(columns, rows))
}

/// X, Y and O: a longitude and a latitude for every point; degrees, whatever the reference's numbers. X says nothing of what
/// lies beside what, and is taken in the rows and columns of its records as Y is.
fn points(Key { ni, nj, ig: [ip1, ip2, ip3, _], .. }: Key, positions: &mut Positions) -> Result<Grid, Lack> {
    let tag = Tag { ip1, ip2, ip3: Some(ip3) };
    let fits = |record: &Descriptor| (record.ni() as usize, record.nj() as usize) == (ni, nj);
    let (lon, lat) = both_axes(positions, tag, &fits, &fits)?;
    if !matches!(lon.record.grtyp(), 'L' | 'O') {
        return Err(Lack::NoMap);
    }
    if ni == 1 || nj == 1 {
        let points = Points::new(lat.values, lon.values).ok_or(Lack::NoMap)?;
        return Ok(Grid { ny: 1, nx: ni * nj, geometry: Geometry::Points(points) });
    }
    let plane = |values| Array2::from_shape_vec((nj, ni), values).map_err(|_| Lack::NoMap);
    let plane = Curvilinear::new(plane(lat.values)?, plane(lon.values)?).ok_or(Lack::NoMap)?;
    Ok(Grid { ny: nj, nx: ni, geometry: Geometry::Curvilinear(plane) })
}

/// U: Yin and Yang one above the other, both described by one record.
fn yin_yang(Key { ni, nj, ig: [ip1, ip2, ip3, _], .. }: Key, positions: &mut Positions) -> Result<Geometry, Lack> {
    const PREAMBLE: usize = 5;
    let tag = Tag { ip1, ip2, ip3: Some(ip3) };
    let found = positions.find(BOTH, tag, &|_| true).ok_or(Lack::Records(BOTH))?;
    if !found.values.iter().all(|value| value.is_finite()) || found.values.get(2) != Some(&2.0) || !nj.is_multiple_of(2)
    {
        return Err(Lack::NoMap);
    }
    let rest = found.values.get(PREAMBLE..).ok_or(Lack::NoMap)?;
    let (yin, rest) = half_of_yin_yang(rest, ni, nj / 2)?;
    let (yang, _) = half_of_yin_yang(rest, ni, nj / 2)?;
    Ok(Geometry::Stacked(vec![yin, yang]))
}

/// ni, nj, the ends of both axes, the four angles of the rotation, the columns, the rows; and what stands behind them.
fn half_of_yin_yang(values: &[f64], ni: usize, nj: usize) -> Result<(Grid, &[f64]), Lack> {
    let &[columns, rows, _, _, _, _, lat1, lon1, lat2, lon2, ref axes @ ..] = values else { return Err(Lack::NoMap) };
    if columns != ni as f64 || rows != nj as f64 {
        return Err(Lack::NoMap);
    }
    let (x, axes) = axes.split_at_checked(ni).ok_or(Lack::NoMap)?;
    let (y, rest) = axes.split_at_checked(nj).ok_or(Lack::NoMap)?;
    let reference = Reference::rotated(lat1, lon1, lat2, lon2).ok_or(Lack::NoMap)?;
    Ok((Grid { ny: nj, nx: ni, geometry: reference.place(x.to_vec(), y.to_vec()) }, rest))
}
