//! Grids that a message of edition 1 names by a number only, without describing them (NCEP Office Note 388, table B).

use super::super::message::Field;
use super::place::Corners;
use super::{Described, NoGrid, Order};

const NCEP: u16 = 7;

/// The number of a field's grid among NCEP's; above all of them where another centre names its own.
pub fn number(field: &Field) -> u16 {
    let number = u16::from(field.product().u8(7).unwrap_or(255));
    if field.centre() == NCEP { number } else { 0x100 | number }
}

/// The grid of a number of NCEP: its global ones, from the pole southwards and from Greenwich eastwards.
pub fn describe(number: u16) -> Result<Described, NoGrid> {
    let (step, ni, nj) = match number {
        2 => (2.5, 144, 73),
        3 => (1.0, 360, 181),
        4 => (0.5, 720, 361),
        _ => return Err(NoGrid::Unknown(number)),
    };
    let order = Order::default();
    let corners = Corners {
        ni,
        nj,
        first: (90.0, 0.0),
        last: (-90.0, 360.0 - step),
        di: Some(step),
        dj: Some(step),
        order,
        unit: 1e-3,
    };
    Ok(Described::new("regular_ll", order, corners.grid(corners.latitudes(), None)))
}
