//! What a geostationary satellite sees, in both editions.

use super::super::octets::Octets;
use super::edition2::unplaced;
use super::place::OnMap;
use super::{Described, Order, earth, sizes};
use crate::grid::{Earth, Proj, Projection};

/// What a header says of the view.
struct Seen {
    ni: usize,
    nj: usize,
    order: Order,
    /// Of the point straight below the satellite, in degrees.
    latitude: f64,
    longitude: f64,
    /// The Earth's apparent diameter, in grid lengths.
    across: f64,
    along: f64,
    /// Where that point lies on the whole picture, and where this grid begins there, in grid lengths.
    centre: (f64, f64),
    origin: (f64, f64),
    /// From the Earth's centre, in its equatorial radius; `None` where the view is from infinitely far away.
    distance: Option<f64>,
    figure: Earth,
}

/// Template 90. The satellite's distance is given in millionths of the equatorial radius.
pub fn describe(section: Octets<'_>) -> Option<Described> {
    let (ni, nj) = sizes(section.u32(31)?, section.u32(35)?).ok()?;
    let degrees = |octet: usize| Some(f64::from(section.i32(octet)?) * 1e-6);
    let number = |octet: usize| section.u32(octet).map(f64::from);
    Some(
        Seen {
            ni,
            nj,
            order: Order::of(section.u8(64)?),
            latitude: degrees(39)?,
            longitude: degrees(43)?,
            across: number(48)?,
            along: number(52)?,
            centre: (number(56)? * 1e-3, number(60)? * 1e-3),
            origin: (number(73)?, number(77)?),
            distance: number(69).filter(|&distance| distance != f64::from(u32::MAX)).map(|distance| distance * 1e-6),
            figure: earth::of_edition_2(section),
        }
        .describe(),
    )
}

/// Representation 90 of edition 1: the same in fewer octets, the point below the satellite in whole grid lengths.
pub fn describe_1(section: Octets<'_>) -> Option<Described> {
    let (ni, nj) = sizes(section.u16(7)?.into(), section.u16(9)?.into()).ok()?;
    let degrees = |octet: usize| Some(f64::from(section.i24(octet)?) * 1e-3);
    let (long, short) =
        (|octet: usize| section.u24(octet).map(f64::from), |octet: usize| section.u16(octet).map(f64::from));
    Some(
        Seen {
            ni,
            nj,
            order: Order { alternating: false, ..Order::of(section.u8(28)?) },
            latitude: degrees(11)?,
            longitude: degrees(14)?,
            across: long(18)?,
            along: long(21)?,
            centre: (short(24)?, short(26)?),
            origin: (short(35)?, short(37)?),
            distance: long(32).filter(|&distance| distance != f64::from(0xff_ffff)).map(|distance| distance * 1e-6),
            figure: earth::of_edition_1(section.u8(17)?),
        }
        .describe(),
    )
}

impl Seen {
    /// Angles of view become metres on PROJ's map at the satellite's height. Only a view straight down on the equator makes
    /// that map.
    fn describe(&self) -> Described {
        const WORD: &str = "space_view";
        let Self { ni, nj, order, longitude, figure, .. } = *self;
        let nowhere = || Described::unplaced(WORD, order, nj, ni, unplaced(90));
        let sound = |distance: &f64| self.latitude == 0.0 && *distance > 1.0 && self.across > 0.0 && self.along > 0.0;
        let Some(distance) = self.distance.filter(sound) else { return nowhere() };
        let height = (distance - 1.0) * figure.semi_major;
        let apparent = 2.0 * (1.0 / distance).asin();
        let flat = figure.semi_minor / figure.semi_major;
        let (step_x, step_y) = (apparent / self.across, apparent * flat / self.along);
        let shape = earth::definition(figure);
        let definition = format!("+proj=geos +lon_0={longitude} +h={height} +sweep=y {shape} +units=m");
        let Ok(projection) = Proj::new(&definition) else { return nowhere() };
        let map = OnMap { ni, nj, first: (0.0, 0.0), dx: step_x * height, dy: step_y * height, order };
        let sign = |negative: bool| if negative { -1.0 } else { 1.0 };
        let x0 = sign(order.i_negative) * (self.origin.0 - self.centre.0) * step_x * height;
        let y0 = sign(!order.j_positive) * (self.origin.1 - self.centre.1) * step_y * height;
        map.from(WORD, Projection::Proj(projection), (x0, y0))
    }
}
