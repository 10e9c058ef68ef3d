//! Template 90: what a geostationary satellite sees.

use super::super::octets::Octets;
use super::edition2::{proj, unplaced};
use super::place::OnMap;
use super::{Described, Order, earth, sizes};

/// Angles of view become metres on PROJ's map at the satellite's height. The Earth's apparent diameter is stated in grid
/// lengths, the satellite's distance from the Earth's centre in millionths of the equatorial radius.
pub fn describe(section: Octets<'_>) -> Option<Described> {
    let (ni, nj) = sizes(section.u32(31)?, section.u32(35)?).ok()?;
    let order = Order::of(section.u8(64)?);
    let word = "space_view";
    let nowhere = || Described::unplaced(word, order, nj, ni, unplaced(90));
    let millionths = |octet: usize| Some(f64::from(section.i32(octet)?) * 1e-6);
    let (latitude, longitude) = (millionths(39)?, millionths(43)?);
    let (across, along) = (f64::from(section.u32(48)?), f64::from(section.u32(52)?));
    let (centre_x, centre_y) = (f64::from(section.u32(56)?) * 1e-3, f64::from(section.u32(60)?) * 1e-3);
    let distance =
        section.u32(69).filter(|&distance| distance != u32::MAX).map(|distance| f64::from(distance) * 1e-6)?;
    let (origin_x, origin_y) = (f64::from(section.u32(73)?), f64::from(section.u32(77)?));
    // Only a view straight down on the equator makes PROJ's map.
    if !(latitude == 0.0 && distance > 1.0 && across > 0.0 && along > 0.0) {
        return Some(nowhere());
    }
    let figure = earth::of_edition_2(section);
    let height = (distance - 1.0) * figure.semi_major;
    let apparent = 2.0 * (1.0 / distance).asin();
    let (step_x, step_y) = (apparent / across, apparent * figure.semi_minor / figure.semi_major / along);
    let definition = format!("+proj=geos +lon_0={longitude} +h={height} +sweep=y");
    let Some(projection) = proj(&definition, section) else { return Some(nowhere()) };
    let map = OnMap { ni, nj, first: (0.0, 0.0), dx: step_x * height, dy: step_y * height, order };
    let sign = |negative: bool| if negative { -1.0 } else { 1.0 };
    let x0 = sign(order.i_negative) * (origin_x - centre_x) * step_x * height;
    let y0 = sign(!order.j_positive) * (origin_y - centre_y) * step_y * height;
    Some(map.from(word, projection, (x0, y0)))
}
