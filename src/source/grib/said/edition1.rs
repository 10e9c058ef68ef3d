//! The product definition of edition 1 (section 1).

use super::levels::of_edition_1;
use super::{Said, Unit, lead, moment, step};
use crate::source::grib::message::Field;
use crate::source::grib::octets::Octets;
use crate::time::Moment;

const ECMWF: u16 = 98;
const NCEP: u16 = 7;

pub fn read(field: &Field) -> Option<Said> {
    let section = field.product();
    let (centre, maker) = (field.centre(), field.table_centre());
    let indicator = section.u8(21)?;
    let start = reference_time(section)?;
    let unit = unit(section.u8(18)?)?;
    let end = unit.after(start, count(section, indicator)?)?;
    let begins = || unit.after(start, section.u8(19)?.into());
    let is_interval = matches!(indicator, 2..=5 | 118..=120);
    Some(Said {
        parameter: [centre, section.u8(4)?.into(), section.u8(9)?.into()],
        level: of_edition_1(section.u8(10)?, [section.u8(11)?, section.u8(12)?]),
        statistic: statistic(indicator, centre),
        step: step(start, end),
        begins: if is_interval { begins().map(|begins| lead(start, begins)) } else { None },
        member: member(section, maker),
        about: Vec::new(),
        plain: !is_derived(section, maker),
        probability: false,
        process: section.u8(6)?.into(),
        background: None,
        template: indicator.into(),
    })
}

/// Octet 25 counts the century, octet 13 its years from 1 to 100. Climatologies leave the year missing: the year 0 then,
/// as other tools have it.
fn reference_time(section: Octets<'_>) -> Option<Moment> {
    let (year, century) = (i64::from(section.u8(13)?), i64::from(section.u8(25).unwrap_or(20)));
    let clock = [section.u8(14)?, section.u8(15)?, section.u8(16)?, section.u8(17)?, 0];
    moment(if year == 255 { 0 } else { (century - 1) * 100 + year }, clock)
}

/// Edition 1 has units that edition 2 numbers otherwise.
fn unit(code: u8) -> Option<Unit> {
    match code {
        13 => Some(Unit::Seconds(900)),
        14 => Some(Unit::Seconds(1800)),
        254 => Some(Unit::Seconds(1)),
        code => Unit::of(code),
    }
}

/// When the field holds, or its interval ends, by the indicator of the time range (table 5).
fn count(section: Octets<'_>, indicator: u8) -> Option<i64> {
    let (first, second) = (i64::from(section.u8(19)?), i64::from(section.u8(20)?));
    Some(match indicator {
        2..=5 | 118..=120 | 128 | 130 | 133 => second,
        6 => -second,
        10 => section.u16(19)?.into(),
        _ => first,
    })
}

fn statistic(indicator: u8, centre: u16) -> String {
    let word = match indicator {
        0 | 1 | 10 | 14 => "instant",
        // Edition 1 has no word for extremes: ECMWF writes them as a range.
        2 if centre == ECMWF => "max",
        2 | 4 => "accum",
        3 | 6 | 7 => "avg",
        5 => "diff",
        113 => "avgfc",
        118 => "max",
        119 => "min",
        120 => "rms",
        123 => "avgua",
        124 => "avgia",
        128 => "avgas",
        130 => "avgad",
        133 => "avgid",
        other => return format!("type:{other}"),
    };
    word.to_owned()
}

/// Members stand in the centres' own octets, from 41 on. ECMWF's definitions that have a number have it at octet 50;
/// NCEP's ensembles have the kind of a perturbation (1 control, 2 minus, 3 plus) at octet 42 and its number at 43.
fn member(section: Octets<'_>, centre: u16) -> Option<String> {
    match (centre, section.u8(41)?) {
        (ECMWF, 1 | 26 | 30 | 36 | 50) => {
            let (number, total) = (section.u8(50)?, section.u8(51)?);
            (number > 0 || total > 0).then(|| number.to_string())
        }
        (ECMWF, 12 | 15 | 16 | 23) => section.u16(50).map(|number| number.to_string()),
        (NCEP, 1) => match (section.u8(42)?, section.u8(43)?) {
            (1, 1) => Some("0".to_owned()),
            (1, _) => None,
            (2, number) => Some(format!("-{number}")),
            (3, number) => Some(number.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// NCEP's spreads, and ECMWF's: type of field «es» (18), «ses» (42), and probabilities (16).
fn is_derived(section: Octets<'_>, centre: u16) -> bool {
    match (centre, section.u8(41)) {
        (ECMWF, Some(1)) => matches!(section.u8(43), Some(16 | 18 | 27 | 42)),
        (NCEP, Some(1)) => section.u8(42) == Some(5) && section.u8(44).is_some_and(|product| product > 2),
        _ => false,
    }
}
