//! Grid descriptions of edition 1 (section 2, WMO table 6). Angles are thousandths of a degree, lengths metres.

use super::super::octets::Octets;
use super::place::{Corners, OnMap, rotated_pole};
use super::{Described, Gaussian, NoGrid, Order, earth, rows, sizes};
use crate::grid::{Lambert, Mercator, PolarStereographic, Projection};
use crate::source::Detail;

const UNIT: f64 = 1e-3;

/// Reads section 2.
pub fn describe(section: Octets<'_>, gaussian: &mut Gaussian) -> Result<Described, NoGrid> {
    let kind = section.u8(6).ok_or(NoGrid::Broken)?;
    let broken = NoGrid::Broken;
    match kind {
        0 | 4 | 10 | 14 | 20 | 24 | 30 | 34 => rows_and_columns(section, kind, gaussian),
        1 => mercator(section).ok_or(broken),
        3 => lambert(section).ok_or(broken),
        5 => polar_stereographic(section).ok_or(broken),
        90 => super::space::describe_1(section).ok_or(broken),
        50 | 60 | 70 | 80 => Err(NoGrid::Spectral),
        _ => Err(NoGrid::Unknown(kind.into())),
    }
}

/// Latitude and longitude (0) or Gaussian (4), each also rotated (+10), stretched (+20) or both (+30).
fn rows_and_columns(section: Octets<'_>, kind: u8, gaussian: &mut Gaussian) -> Result<Described, NoGrid> {
    let (is_gaussian, variant) = (kind % 10 == 4, kind / 10);
    let corners = corners(section, is_gaussian).ok_or(NoGrid::Broken)?;
    let list = list_of_rows(section)?;
    let is_rotated = variant & 1 == 1;
    let word = match (is_gaussian, list.is_some(), is_rotated) {
        (false, false, false) => "regular_ll",
        (false, false, true) => "rotated_ll",
        (false, true, false) => "reduced_ll",
        (false, true, true) => "reduced_rotated_ll",
        (true, false, false) => "regular_gg",
        (true, false, true) => "rotated_gg",
        (true, true, false) => "reduced_gg",
        (true, true, true) => "reduced_rotated_gg",
    };
    if variant & 2 == 2 {
        let points = list.map_or(corners.ni * corners.nj, |list| list.iter().sum());
        let (ny, nx) = if points == corners.ni * corners.nj { (corners.nj, corners.ni) } else { (1, points) };
        let note = Detail::with("detail.grib_unplaced", [("template", u64::from(kind).into())]);
        return Ok(Described::unplaced(word, corners.order, ny, nx, Some(note)));
    }
    let pole = || {
        let angle = |octet| Some(f64::from(section.i24(octet)?) * UNIT);
        Some(rotated_pole(angle(33)?, angle(36)?, section.ibm(39)?))
    };
    let pole = if is_rotated { Some(pole().ok_or(NoGrid::Broken)?) } else { None };
    let lat = if is_gaussian {
        let n = section.u16(26).ok_or(NoGrid::Broken)?;
        corners.gaussian(usize::from(n), gaussian)
    } else {
        corners.latitudes()
    };
    match list {
        Some(list) => rows::describe(&corners, lat, &list, pole, None, word),
        None => Ok(Described::new(word, corners.order, corners.grid(lat, pole)).doubted(corners.doubt())),
    }
}

fn corners(section: Octets<'_>, is_gaussian: bool) -> Option<Corners> {
    let angle = |octet: usize| Some(f64::from(section.i24(octet)?) * UNIT);
    let step =
        |octet: usize| Some(section.u16(octet).filter(|&step| step != u16::MAX).map(|step| f64::from(step) * UNIT));
    let (ni, nj) = (section.u16(7)?, section.u16(9)?);
    // Rows of unlike length leave the number of columns missing.
    let (ni, nj) = sizes(if ni == u16::MAX { 1 } else { ni.into() }, nj.into()).ok()?;
    // A flag says whether the steps are given (table 7).
    let given = section.u8(17)? & 0x80 != 0;
    Some(Corners {
        ni,
        nj,
        first: (angle(11)?, angle(14)?),
        last: (angle(18)?, angle(21)?),
        di: step(24)?.filter(|_| given),
        dj: if is_gaussian || !given { None } else { step(26)? },
        order: Order { alternating: false, ..Order::of(section.u8(28)?) },
        unit: UNIT,
    })
}

/// The list of points a row, where the number of columns is missing. Octet 5 says where lists begin, octet 4 how many
/// vertical coordinates, of four octets each, stand before it.
fn list_of_rows(section: Octets<'_>) -> Result<Option<Vec<usize>>, NoGrid> {
    if section.u16(7) != Some(u16::MAX) {
        return Ok(None);
    }
    let place = || {
        let (vertical, lists) = (section.u8(4)?, section.u8(5).filter(|&octet| octet != 255)?);
        section.some(usize::from(lists) + 4 * usize::from(vertical), 2 * usize::from(section.u16(9)?))
    };
    let list = place().ok_or(NoGrid::Broken)?;
    let counts = list.chunks_exact(2).map(|pair| pair.iter().fold(0, |n, octet| n << 8 | usize::from(*octet)));
    Ok(Some(counts.collect()))
}

/// What grids on maps have in common.
fn on_map(section: Octets<'_>, dx: usize) -> Option<OnMap> {
    let (ni, nj) = sizes(section.u16(7)?.into(), section.u16(9)?.into()).ok()?;
    let metres = |octet: usize| Some(f64::from(section.u24(octet)?));
    let first = (degrees(section, 11)?, degrees(section, 14)?);
    let order = Order { alternating: false, ..Order::of(section.u8(28)?) };
    Some(OnMap { ni, nj, first, dx: metres(dx)?, dy: metres(dx + 3)?, order })
}

fn degrees(section: Octets<'_>, octet: usize) -> Option<f64> {
    Some(f64::from(section.i24(octet)?) * UNIT)
}

fn placed(map: &OnMap, word: &'static str, projection: Option<Projection>, kind: u64) -> Described {
    map.describe(word, projection).unwrap_or_else(|| wrong(map, word, kind))
}

/// Values without positions, since the numbers of the header make no map.
fn wrong(map: &OnMap, word: &'static str, kind: u64) -> Described {
    Described::unplaced(word, map.order, map.nj, map.ni, None).doubted(Some(map.fault(kind)))
}

fn mercator(section: Octets<'_>) -> Option<Described> {
    let map = on_map(section, 29)?;
    let last = degrees(section, 21)?;
    let middle = map.first.1 + (last - map.first.1).rem_euclid(360.0) / 2.0;
    let mercator = Mercator::true_at(degrees(section, 24)?, middle, earth::of_edition_1(section.u8(17)?));
    let end = (degrees(section, 18)?, last);
    let described = map.describe_to("mercator", mercator.map(Projection::Mercator), end);
    Some(described.unwrap_or_else(|| wrong(&map, "mercator", 1)))
}

fn lambert(section: Octets<'_>) -> Option<Described> {
    let map = on_map(section, 21)?;
    let parallels = [degrees(section, 29)?, degrees(section, 32)?];
    let lambert = Lambert::new(parallels, parallels[0], degrees(section, 18)?, earth::of_edition_1(section.u8(17)?));
    Some(placed(&map, "lambert", lambert.map(Projection::Lambert), 3))
}

/// Steps are true at 60 degrees, by definition.
fn polar_stereographic(section: Octets<'_>) -> Option<Described> {
    let map = on_map(section, 21)?;
    let south = section.u8(27)? & 0x80 != 0;
    let earth = earth::of_edition_1(section.u8(17)?);
    let polar = PolarStereographic::true_at(south, 60.0, degrees(section, 18)?, earth);
    Some(placed(&map, "polar_stereographic", polar.map(Projection::PolarStereographic), 5))
}
