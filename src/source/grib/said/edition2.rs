//! The product definition of edition 2 (section 4), by the table of templates in `resources/grib/products.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::levels::of_edition_2;
use super::{Said, Unit, lead, moment, step};
use crate::source::grib::message::Field;
use crate::source::grib::octets::Octets;
use crate::time::Moment;

/// Octets of a template, 0 where it lacks the thing.
#[derive(Clone, Copy, Debug, Default)]
struct Template {
    /// The type of generating process; what stands before it, from octet 12 on, is about the parameter.
    process: usize,
    unit: usize,
    time: usize,
    surface: usize,
    member: usize,
    derived: usize,
    probability: usize,
    percentile: usize,
    end: usize,
}

static TEMPLATES: LazyLock<HashMap<u16, Template>> = LazyLock::new(|| {
    let rows = include_str!("../../../../resources/grib/products.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| {
        let numbers: Vec<usize> = row.split('\t').filter_map(|word| word.parse().ok()).collect();
        let [template, process, unit, time, surface, member, derived, probability, percentile, end] = numbers[..]
        else {
            return None;
        };
        let found = Template { process, unit, time, surface, member, derived, probability, percentile, end };
        Some((u16::try_from(template).ok()?, found))
    })
    .collect()
});

pub fn read(field: &Field) -> Option<Said> {
    let section = field.product();
    let number = section.u16(8)?;
    // A template that is not known may still have its parameter read; most begin as template 0 does.
    let template = TEMPLATES.get(&number).copied().unwrap_or_default();
    let start = reference_time(field.identification())?;
    let (end, statistic) = interval(section, template).unwrap_or((None, "instant".to_owned()));
    let begins = beginning(section, template, start);
    let end = end.filter(|end| end.seconds >= start.seconds - 1).or_else(|| forecast(section, template, begins));
    let mut said = Said {
        parameter: [field.discipline.into(), section.u8(10)?.into(), section.u8(11)?.into()],
        level: of_edition_2(surface(section, template.surface), surface(section, template.surface.saturating_add(6))),
        statistic,
        step: step(start, end.unwrap_or(start)),
        begins: begins.filter(|_| template.end > 0).map(|begins| lead(start, begins)),
        member: None,
        about: about(section, template.process),
        plain: true,
        probability: false,
        process: section.u8(process(number, template)).unwrap_or(255).into(),
        background: section.u8(template.process + 1).filter(|_| template.process > 0 && !is_satellite(number)),
        template: number,
    };
    if template.surface == 0 {
        said.level = of_edition_2((255, None), (255, None));
    }
    tell_ensemble(&mut said, section, template);
    tell_chances(&mut said, section, template);
    if !TEMPLATES.contains_key(&number) {
        // Whatever its octets mean, fields with unlike ones are not the same.
        let rest: String = section.from(12).iter().map(|octet| format!("{octet:02x}")).collect();
        said.about.push(format!("{number}-{rest}"));
        said.plain = false;
    }
    Some(said)
}

fn reference_time(section: Octets<'_>) -> Option<Moment> {
    date(section, 13)
}

/// Seven octets: year, month, day, hour, minute, second.
fn date(section: Octets<'_>, octet: usize) -> Option<Moment> {
    let word = |n: usize| section.u8(octet + n);
    moment(section.u16(octet)?.into(), [word(2)?, word(3)?, word(4)?, word(5)?, word(6)?])
}

/// End and statistic of the interval of a template that has one.
fn interval(section: Octets<'_>, template: Template) -> Option<(Option<Moment>, String)> {
    if template.end == 0 {
        return None;
    }
    let code = section.u8(template.end + 12)?;
    let word = if code == 255 { Some("instant") } else { statistic_word(code) };
    Some((date(section, template.end), word.map_or_else(|| format!("type:{code}"), str::to_owned)))
}

/// The word for a statistic (code table 4.10).
pub(super) fn statistic_word(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "avg",
        1 => "accum",
        2 => "max",
        3 => "min",
        4 => "diff",
        5 => "rms",
        6 => "sd",
        7 => "cov",
        8 => "sdiff",
        9 => "ratio",
        10 => "stdanom",
        11 => "sum",
        100 => "severity",
        101 => "mode",
        102 => "index",
        _ => return None,
    })
}

/// When the forecast holds, or its interval begins.
fn beginning(section: Octets<'_>, template: Template, start: Moment) -> Option<Moment> {
    if template.time == 0 {
        return None;
    }
    // Template 44 has two octets where all others have four.
    let short = template.surface == template.time + 2;
    let count = if short { i64::from(section.u16(template.time)?) } else { i64::from(section.i32(template.time)?) };
    unit(section, template.unit)?.after(start, count)
}

/// When the forecast holds; the end of an interval whose date is missing, by its length.
fn forecast(section: Octets<'_>, template: Template, begins: Option<Moment>) -> Option<Moment> {
    if template.end == 0 {
        return begins;
    }
    let length = section.u32(template.end + 15).filter(|&length| length != u32::MAX)?;
    unit(section, template.end + 14)?.after(begins?, length.into())
}

fn unit(section: Octets<'_>, octet: usize) -> Option<Unit> {
    match section.u8(octet)? {
        13 => Some(Unit::Seconds(1)),
        code => Unit::of(code),
    }
}

/// Type and number of a fixed surface.
fn surface(section: Octets<'_>, octet: usize) -> (u8, Option<f64>) {
    let Some(kind) = section.u8(octet).filter(|_| octet > 0) else { return (255, None) };
    let value = section.u32(octet + 2).filter(|&value| value != u32::MAX).and_then(|_| section.i32(octet + 2));
    let scale = section.u8(octet + 1).filter(|&scale| scale != 255).and_then(|_| section.i8(octet + 1)).unwrap_or(0);
    // By division, so that 0.995 is the nearest number to it.
    let scaled = |value: i32| match scale {
        0.. => f64::from(value) / 10_f64.powi(scale),
        _ => f64::from(value) * 10_f64.powi(-scale),
    };
    (kind, value.map(scaled).filter(|value| value.is_finite()))
}

/// The octet with the number of the generating process: behind its type and the background's, but that satellite products
/// have no background.
fn process(number: u16, template: Template) -> usize {
    template.process + if is_satellite(number) { 1 } else { 2 }
}

fn is_satellite(number: u16) -> bool {
    matches!(number, 30 | 31)
}

/// The octets between the parameter and the generating process: constituents, sizes, wavelengths, partitions.
fn about(section: Octets<'_>, process: usize) -> Vec<String> {
    let octets = section.some(12, process.saturating_sub(12)).unwrap_or_default();
    match octets {
        [] => Vec::new(),
        [a, b] => vec![format!("c{}", u16::from_be_bytes([*a, *b]))],
        [a, b, rest @ ..] => {
            let rest: String = rest.iter().map(|octet| format!("{octet:02x}")).collect();
            vec![format!("c{}-{rest}", u16::from_be_bytes([*a, *b]))]
        }
        [a] => vec![format!("c{a}")],
    }
}

/// Members by their number; means as a member of their own; spreads and the like as other fields.
fn tell_ensemble(said: &mut Said, section: Octets<'_>, template: Template) {
    if template.member > 0 {
        said.member = section.u8(template.member).map(|number| number.to_string());
    }
    if template.derived > 0 {
        let word = match section.u8(template.derived) {
            Some(0 | 1) => {
                said.member = Some("mean".to_owned());
                return;
            }
            Some(2) => "sd".to_owned(),
            Some(3) => "sdn".to_owned(),
            Some(4) => "spread".to_owned(),
            Some(6) => "clustermean".to_owned(),
            Some(7) => "iqr".to_owned(),
            Some(8) => "ensmin".to_owned(),
            Some(9) => "ensmax".to_owned(),
            Some(other) => format!("derived{other}"),
            None => return,
        };
        said.about.push(word);
        said.plain = false;
    }
}

/// Probabilities by what is exceeded, percentiles by their number.
fn tell_chances(said: &mut Said, section: Octets<'_>, template: Template) {
    if template.probability > 0 {
        let limit = |octet: usize| surface_number(section, octet);
        let (lower, upper) = (limit(template.probability + 1), limit(template.probability + 6));
        let word = match section.u8(template.probability) {
            Some(0) => format!("lt{lower}"),
            Some(1) => format!("gt{upper}"),
            Some(2) => format!("ge{lower}lt{upper}"),
            Some(3) => format!("gt{lower}"),
            Some(4) => format!("lt{upper}"),
            Some(other) => format!("prob{other}-{lower}-{upper}"),
            None => return,
        };
        said.about.push(word);
        (said.plain, said.probability) = (false, true);
    }
    if template.percentile > 0
        && let Some(percentile) = section.u8(template.percentile)
    {
        said.about.push(format!("p{percentile}"));
        said.plain = false;
    }
}

/// A scale factor and a number behind it, in few words.
fn surface_number(section: Octets<'_>, octet: usize) -> String {
    match (section.i8(octet), section.i32(octet + 1)) {
        (Some(scale), Some(value)) => format!("{}", f64::from(value) / 10_f64.powi(scale.clamp(-20, 20))),
        _ => String::new(),
    }
}
