//! The product definition of edition 1 (section 1).

use super::levels::of_edition_1;
use super::{Said, Unit, lead, moment, step};
use crate::field::{Ensemble, MEAN, Member, Qualifier, WEIGHTED_MEAN};
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
    let (qualifiers, probability) = derived(section, maker);
    let end = unit.after(start, count(section, indicator)?)?;
    let begins = || unit.after(start, section.u8(19)?.into());
    let is_interval = matches!(indicator, 2..=5 | 118..=120);
    let begins = if is_interval { begins().map(|begins| lead(start, begins)) } else { None };
    Some(Said {
        parameter: [centre, section.u8(4)?.into(), section.u8(9)?.into()],
        level: of_edition_1(section.u8(10)?, [section.u8(11)?, section.u8(12)?]),
        statistic: statistic(indicator, centre),
        step: step(start, begins, end),
        begins,
        member: member(section, maker),
        perturbation: None,
        plain: qualifiers.iter().all(|qualifier| !qualifier.is_statistic()),
        qualifiers,
        probability,
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

/// Members stand in the centres' own octets, from 41 on. ECMWF's definitions that have a number have it at octet 50, and
/// the type of the field at 43 (10 control forecast, 11 perturbed); NCEP's ensembles have the kind of a perturbation (1
/// control, 2 minus, 3 plus) at octet 42 and its number at 43.
fn member(section: Octets<'_>, centre: u16) -> Option<Member> {
    let named = |number: String| Some(Member::named(number));
    let control = || Some(Member { name: "0".to_owned(), control: true });
    match (centre, section.u8(41)?) {
        (ECMWF, 1) if section.u8(43) == Some(17) => named(MEAN.to_owned()),
        (ECMWF, 1 | 26 | 30 | 36 | 50) => {
            let (number, total) = (section.u8(50)?, section.u8(51)?);
            match (number, total) {
                (0, 0) => None,
                (0, _) if section.u8(43) == Some(10) => control(),
                _ => named(number.to_string()),
            }
        }
        (ECMWF, 12 | 15 | 16 | 23) => named(section.u16(50)?.to_string()),
        (NCEP, 1) => match (section.u8(42)?, section.u8(43)?) {
            (1, 1) => control(),
            (1, _) => None,
            (2, number) => named(format!("-{number}")),
            (3, number) => named(number.to_string()),
            (5, _) if section.u8(44).is_some_and(|product| product <= 2) => {
                named(if section.u8(44) == Some(2) { WEIGHTED_MEAN } else { MEAN }.to_owned())
            }
            _ => None,
        },
        _ => None,
    }
}

/// What a field is beside its parameter, and whether it is a probability. ECMWF's types of fields: «es» (18) and «ses» (42)
/// are spreads, 16 and 27 probabilities; NCEP's ensembles say at octet 44 what was computed of the members (ON388, product
/// definition extension: 11 standard deviation, 12 normalised, 21 and above clusters and others).
fn derived(section: Octets<'_>, centre: u16) -> (Vec<Qualifier>, bool) {
    let spread = || vec![Qualifier::Ensemble(Ensemble::Spread)];
    match (centre, section.u8(41), section.u8(43)) {
        (ECMWF, Some(1), Some(18 | 42)) => (spread(), false),
        (ECMWF, Some(1), Some(kind @ (16 | 27))) => (vec![Qualifier::Unnamed(format!("type{kind}"))], true),
        (NCEP, Some(1), _) if section.u8(42) == Some(5) => match section.u8(44) {
            None | Some(0..=2) => (Vec::new(), false),
            Some(11) => (vec![Qualifier::Ensemble(Ensemble::StandardDeviation)], false),
            Some(12) => (vec![Qualifier::Ensemble(Ensemble::NormalisedStandardDeviation)], false),
            Some(other) => (vec![Qualifier::Ensemble(Ensemble::Other(other))], false),
        },
        _ => (Vec::new(), false),
    }
}
