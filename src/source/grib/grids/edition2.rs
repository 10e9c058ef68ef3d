//! Grid definition templates of edition 2 (section 3, WMO code table 3.1).

use super::super::octets::Octets;
use super::place::{Corners, OnMap, rotated_pole};
use super::{Described, Gaussian, GridMark, MOST_POINTS, NoGrid, Order, earth, rows, sizes};
use crate::grid::{Lambert, Mercator, PolarStereographic, Proj, Projection, RotatedPole};
use crate::source::Detail;

/// Reads section 3. Its number of points is only asked where rows and columns do not give one: some writers leave an old
/// number there, and the data tell anyway.
pub fn describe(section: Octets<'_>, gaussian: &mut Gaussian) -> Result<Described, NoGrid> {
    let template = section.u16(13).ok_or(NoGrid::Broken)?;
    let points = section.u32(7).ok_or(NoGrid::Broken)? as usize;
    if points == 0 || points > MOST_POINTS {
        return Err(NoGrid::Broken);
    }
    let described = by_template(section, template, points, gaussian)?;
    let (ny, nx) = (described.grid.ny, described.grid.nx);
    let differ = described.rows.is_none() && described.points() != points;
    let places = || [("points", number(points)), ("nj", number(ny)), ("ni", number(nx))];
    Ok(described.doubted(differ.then(|| Detail::with("detail.grib_points", places()))))
}

fn number(number: usize) -> Detail {
    (number as u64).into()
}

fn by_template(
    section: Octets<'_>,
    template: u16,
    points: usize,
    gaussian: &mut Gaussian,
) -> Result<Described, NoGrid> {
    // A definition of the centre's own, by a number (octet 6), has no template.
    if section.u8(6).is_some_and(|source| source != 0) && template == u16::MAX {
        return Ok(Described::unplaced("unknown", Order::default(), 1, points, unplaced(template)));
    }
    let broken = NoGrid::Broken;
    match template {
        0..=3 | 40..=43 => rows_and_columns(section, template, points, gaussian),
        10 => mercator(section).ok_or(broken),
        12 => transverse_mercator(section).ok_or(broken),
        20 => polar_stereographic(section).ok_or(broken),
        30 | 31 => conic(section, template).ok_or(broken),
        50..=53 => Err(NoGrid::Spectral),
        90 => super::space::describe(section).ok_or(broken),
        101 => Ok(unstructured(section, points)),
        140 => equal_area(section).ok_or(broken),
        150 => super::healpix::describe(section, points).ok_or(broken),
        32769 => about_its_centre(section).ok_or(broken),
        _ => Ok(Described::unplaced("unknown", Order::default(), 1, points, unplaced(template))),
    }
}

pub(super) fn unplaced(template: u16) -> Option<Detail> {
    Some(Detail::with("detail.grib_unplaced", [("template", u64::from(template).into())]))
}

/// Degrees of a basic angle and its subdivisions (octets 39 to 46); millionths where they are silent.
fn unit_of_angles(section: Octets<'_>) -> f64 {
    match section.u32(39).zip(section.u32(43)) {
        Some((angle @ 1..=0xffff_fffe, parts @ 1..=0xffff_fffe)) => f64::from(angle) / f64::from(parts),
        _ => 1e-6,
    }
}

/// Templates 0 to 3 and 40 to 43: latitude and longitude or Gaussian, each plain, rotated, stretched, or both.
fn rows_and_columns(
    section: Octets<'_>,
    template: u16,
    points: usize,
    gaussian: &mut Gaussian,
) -> Result<Described, NoGrid> {
    let kind = template % 10;
    let (is_rotated, is_stretched, is_gaussian) = (kind & 1 == 1, kind & 2 == 2, template >= 40);
    let corners = corners(section, is_gaussian).ok_or(NoGrid::Broken)?;
    let list = list_of_rows(section, 73 + 12 * (usize::from(is_rotated) + usize::from(is_stretched)))?;
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
    if is_stretched {
        let (ny, nx) = if list.is_some() { (1, points) } else { (corners.nj, corners.ni) };
        return Ok(Described::unplaced(word, corners.order, ny, nx, unplaced(template)));
    }
    let pole = if is_rotated { Some(pole(section).ok_or(NoGrid::Broken)?) } else { None };
    let lat = if is_gaussian {
        let n = section.u32(68).ok_or(NoGrid::Broken)? as usize;
        corners.gaussian(n, gaussian)
    } else {
        corners.latitudes()
    };
    match list {
        Some(list) => rows::describe(&corners, lat, &list, pole, Some(points), word),
        None => Ok(Described::new(word, corners.order, corners.grid(lat, pole)).doubted(corners.doubt())),
    }
}

fn corners(section: Octets<'_>, is_gaussian: bool) -> Option<Corners> {
    let unit = unit_of_angles(section);
    let angle = |octet: usize| Some(f64::from(section.i32(octet)?) * unit);
    let step =
        |octet: usize| Some(section.u32(octet).filter(|&step| step != u32::MAX).map(|step| f64::from(step) * unit));
    let (ni, nj) = (section.u32(31)?, section.u32(35)?);
    // Rows of unlike length leave the number of columns missing.
    let (ni, nj) = sizes(if ni == u32::MAX { 1 } else { ni }, nj).ok()?;
    let corners = Corners {
        ni,
        nj,
        first: (angle(47)?, angle(51)?),
        last: (angle(56)?, angle(60)?),
        di: step(64)?,
        dj: if is_gaussian { None } else { step(68)? },
        order: Order::of(section.u8(72)?),
        unit,
    };
    let sound = corners.first.0.abs() <= 90.1 && corners.first.1.abs() <= 720.0 && corners.last.1.abs() <= 720.0;
    sound.then_some(corners)
}

fn pole(section: Octets<'_>) -> Option<RotatedPole> {
    let unit = unit_of_angles(section);
    let angle = |octet: usize| Some(f64::from(section.i32(octet)?) * unit);
    let turn = section.f32(81).filter(|turn| turn.is_finite())?;
    Some(rotated_pole(angle(73)?, angle(77)?, turn))
}

/// Template 32769 of NCEP, of the models RAP and NAM: rows and columns about a pole that brings the grid's middle to where
/// equator and meridian cross. The corners are given by their true latitudes and longitudes; the increments are rounded.
fn about_its_centre(section: Octets<'_>) -> Option<Described> {
    let unit = unit_of_angles(section);
    let angle = |octet: usize| Some(f64::from(section.i32(octet)?) * unit);
    let (ni, nj) = sizes(section.u32(31)?, section.u32(35)?).ok()?;
    let (latitude, longitude) = (angle(56)?, angle(60)?);
    if latitude.abs() > 90.0 {
        return None;
    }
    let pole = rotated_pole(latitude - 90.0, longitude, 0.0);
    let turned = |lat: f64, lon: f64| {
        let (x, y) = pole.forward(lon, lat);
        (y, x)
    };
    let (first, step) = (turned(angle(47)?, angle(51)?), |octet: usize| Some(f64::from(section.u32(octet)?) * unit));
    let order = Order::of(section.u8(72)?);
    let (di, dj) = (step(64)?, step(68)?);
    let signed = |step: f64, count: usize, up: bool| (count - 1) as f64 * if up { step } else { -step };
    let last = match (angle(73), angle(77)) {
        (Some(lat), Some(lon)) if (lat, lon) != (0.0, 0.0) => turned(lat, lon),
        _ => (first.0 + signed(dj, nj, order.j_positive), first.1 + signed(di, ni, !order.i_negative)),
    };
    // The increments tell turns apart that such a grid does not have, and no more.
    let corners = Corners { ni, nj, first, last, di: Some(di), dj: Some(dj), order, unit };
    let grid = corners.grid(corners.latitudes(), Some(pole));
    Some(Described::new("rotated_ll", order, grid).doubted(corners.doubt()))
}

/// The list of points a row behind the template, where octet 11 says how wide its numbers are.
fn list_of_rows(section: Octets<'_>, octet: usize) -> Result<Option<Vec<usize>>, NoGrid> {
    let width = match section.u8(11) {
        Some(0) | None => return Ok(None),
        Some(width @ 1..=4) => usize::from(width),
        Some(_) => return Err(NoGrid::Broken),
    };
    let rows = section.u32(35).ok_or(NoGrid::Broken)? as usize;
    let list = section.some(octet, rows.saturating_mul(width)).ok_or(NoGrid::Broken)?;
    let number = |octets: &[u8]| octets.iter().fold(0_usize, |number, octet| number << 8 | usize::from(*octet));
    Ok(Some(list.chunks_exact(width).map(number).collect()))
}

/// What the templates of maps have in common: sizes at 31 and 35, the first point at 39 and 43, in millionths.
fn on_map(section: Octets<'_>, dx: usize, scan: usize) -> Option<OnMap> {
    let (ni, nj) = sizes(section.u32(31)?, section.u32(35)?).ok()?;
    let metres = |octet: usize| Some(f64::from(section.u32(octet)?) * 1e-3);
    let (dx, dy) = (metres(dx)?, metres(dx + 4)?);
    let first = (degrees(section, 39)?, degrees(section, 43)?);
    Some(OnMap { ni, nj, first, dx, dy, order: Order::of(section.u8(scan)?) })
}

fn degrees(section: Octets<'_>, octet: usize) -> Option<f64> {
    Some(f64::from(section.i32(octet)?) * 1e-6)
}

/// A grid on a map; without positions where its numbers make no map.
fn placed(map: &OnMap, word: &'static str, projection: Option<Projection>, template: u16) -> Described {
    map.describe(word, projection).unwrap_or_else(|| wrong(map, word, template))
}

/// Values without positions, since the numbers of the header make no map.
fn wrong(map: &OnMap, word: &'static str, template: u16) -> Described {
    Described::unplaced(word, map.order, map.nj, map.ni, None).doubted(Some(map.fault(template.into())))
}

fn mercator(section: Octets<'_>) -> Option<Described> {
    let map = on_map(section, 65, 60)?;
    // The map is cut half a turn from its middle: the middle of the grid keeps the cut away from it.
    let last = degrees(section, 56)?;
    let middle = map.first.1 + (last - map.first.1).rem_euclid(360.0) / 2.0;
    let mercator = Mercator::true_at(degrees(section, 48)?, middle, earth::of_edition_2(section));
    let end = (degrees(section, 52)?, last);
    let described = map.describe_to("mercator", mercator.map(Projection::Mercator), end);
    Some(described.unwrap_or_else(|| wrong(&map, "mercator", 10)))
}

fn polar_stereographic(section: Octets<'_>) -> Option<Described> {
    let map = on_map(section, 56, 65)?;
    let south = section.u8(64)? & 0x80 != 0;
    let (true_at, upright) = (degrees(section, 48)?, degrees(section, 52)?);
    let polar = PolarStereographic::true_at(south, true_at, upright, earth::of_edition_2(section));
    Some(placed(&map, "polar_stereographic", polar.map(Projection::PolarStereographic), 20))
}

/// Lambert conformal (30) and Albers (31).
fn conic(section: Octets<'_>, template: u16) -> Option<Described> {
    let map = on_map(section, 56, 65)?;
    let (origin, upright) = (degrees(section, 48)?, degrees(section, 52)?);
    let parallels = [degrees(section, 66)?, degrees(section, 70)?];
    let earth = earth::of_edition_2(section);
    if template == 30 {
        let lambert = Lambert::new(parallels, origin, upright, earth).map(Projection::Lambert);
        return Some(placed(&map, "lambert", lambert, template));
    }
    let [first, second] = parallels;
    let definition = format!("+proj=aea +lat_1={first} +lat_2={second} +lat_0={origin} +lon_0={upright}");
    Some(placed(&map, "albers", proj(&definition, section), template))
}

fn equal_area(section: Octets<'_>) -> Option<Described> {
    let map = on_map(section, 56, 64)?;
    let definition = format!("+proj=laea +lat_0={} +lon_0={}", degrees(section, 47)?, degrees(section, 51)?);
    Some(placed(&map, "lambert_azimuthal_equal_area", proj(&definition, section), 140))
}

/// Template 12: the corner is given on the map, in centimetres.
fn transverse_mercator(section: Octets<'_>) -> Option<Described> {
    let (ni, nj) = sizes(section.u32(31)?, section.u32(35)?).ok()?;
    let centimetres = |octet: usize| Some(f64::from(section.i32(octet)?) * 1e-2);
    let order = Order::of(section.u8(60)?);
    let map = OnMap { ni, nj, first: (0.0, 0.0), dx: centimetres(61)?, dy: centimetres(65)?, order };
    let scale = section.f32(48).filter(|scale| scale.is_finite() && *scale > 0.0)?;
    let definition = format!(
        "+proj=tmerc +lat_0={} +lon_0={} +k_0={scale} +x_0={} +y_0={}",
        degrees(section, 39)?,
        degrees(section, 43)?,
        centimetres(52)?,
        centimetres(56)?
    );
    let word = "transverse_mercator";
    Some(match proj(&definition, section) {
        Some(projection) => map.from(word, projection, (centimetres(69)?, centimetres(73)?)),
        None => Described::unplaced(word, order, nj, ni, unplaced(12)),
    })
}

pub(super) fn proj(definition: &str, section: Octets<'_>) -> Option<Projection> {
    let figure = earth::definition(earth::of_edition_2(section));
    Proj::new(&format!("{definition} {figure} +units=m")).ok().map(Projection::Proj)
}

/// ICON's triangles and others: the file gives the number of a grid and its mark, no positions.
fn unstructured(section: Octets<'_>, points: usize) -> Described {
    let number = section.u24(16).unwrap_or(0);
    let note = Detail::with("detail.grib_unstructured", [("grid", u64::from(number).into())]);
    let uuid = section.some(20, 16).and_then(|octets| octets.try_into().ok());
    let mark = section.u8(19).zip(uuid).map(|(part, uuid)| GridMark { uuid, part, points });
    Described { mark, ..Described::unplaced("unstructured_grid", Order::default(), 1, points, Some(note)) }
}
