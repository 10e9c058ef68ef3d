//! The product definition of edition 2 (section 4), by the table of templates in `resources/grib/products.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::levels::of_edition_2;
use super::{Said, Unit, lead, moment, step, substances};
use crate::field::{Bounds, Ensemble, Event, MEAN, Member, Qualifier, WEIGHTED_MEAN};
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
    let begins_at = begins.filter(|_| template.end > 0).map(|begins| lead(start, begins));
    let mut said = Said {
        parameter: [field.discipline.into(), section.u8(10)?.into(), section.u8(11)?.into()],
        level: of_edition_2(surface(section, template.surface), surface(section, template.surface.saturating_add(6))),
        statistic,
        step: step(start, begins_at, end.unwrap_or(start)),
        begins: begins_at,
        member: None,
        perturbation: None,
        qualifiers: substance(section, template.process),
        plain: true,
        probability: false,
        process: section.u8(process(number, template)).unwrap_or(255).into(),
        background: section.u8(template.process + 1).filter(|_| template.process > 0 && !is_satellite(number)),
        template: number,
    };
    if template.surface == 0 {
        said.level = of_edition_2((255, None), (255, None));
    }
    said.qualifiers.extend(said.level.reaches().map(Qualifier::Reaching));
    tell_ensemble(&mut said, section, template);
    tell_chances(&mut said, section, template);
    if !TEMPLATES.contains_key(&number) {
        // Whatever its octets mean, fields with unlike ones are not the same.
        let rest: String = section.from(12).iter().map(|octet| format!("{octet:02x}")).collect();
        said.qualifiers.push(Qualifier::Unnamed(format!("{number}-{rest}")));
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

/// What the octets between the parameter and the generating process say: a substance, sizes of its particles, wavelengths.
/// They stand one behind the other, as far as the template has them (templates 40 to 50).
fn substance(section: Octets<'_>, process: usize) -> Vec<Qualifier> {
    const SUBSTANCE: usize = 2;
    const SIZE: usize = 13;
    const WAVELENGTH: usize = 24;
    let length = process.saturating_sub(12);
    let Some(octets) = section.some(12, length).filter(|octets| !octets.is_empty()) else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(number) = section.u16(12).filter(|_| length >= SUBSTANCE && length != 3) {
        found.push(Qualifier::Substance { name: substances::name(number), number });
    }
    match length {
        SUBSTANCE => {}
        SIZE => found.extend(bounds(section, 14).map(Qualifier::Size)),
        WAVELENGTH => {
            found.extend(bounds(section, 14).map(Qualifier::Size));
            found.extend(bounds(section, 25).map(Qualifier::Wavelength));
        }
        _ => {
            let rest: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
            found.push(Qualifier::Unnamed(rest));
        }
    }
    found
}

/// An interval by its type (code table 4.91) and two numbers with their scale factors; `None` where it is missing.
fn bounds(section: Octets<'_>, octet: usize) -> Option<Bounds> {
    let limit = |octet: usize| {
        let scale = section.u8(octet).filter(|&scale| scale != 255).and_then(|_| section.i8(octet))?;
        let value = section.u32(octet + 1).filter(|&value| value != u32::MAX).and_then(|_| section.i32(octet + 1))?;
        Some(scaled(value, scale)).filter(|value: &f64| value.is_finite())
    };
    let (first, second) = (limit(octet + 1), limit(octet + 6));
    match section.u8(octet)? {
        0 | 5 => first.map(Bounds::Below),
        1 | 6 => second.map(Bounds::Above),
        3 | 8 => first.map(Bounds::Above),
        4 | 9 => second.map(Bounds::Below),
        2 | 7 | 10 => Some(Bounds::Between(first?, second?)),
        11 => first.map(Bounds::Exactly),
        _ => None,
    }
}

/// Members by their number, and whether they are the control; means as a member of their own; spreads and the like as other
/// fields.
fn tell_ensemble(said: &mut Said, section: Octets<'_>, template: Template) {
    if template.member > 0 {
        // Code table 4.6: unperturbed at high or low resolution.
        said.perturbation = section.u8(template.member.saturating_sub(1));
        let control = matches!(said.perturbation, Some(0 | 1));
        said.member = section.u8(template.member).map(|number| Member { name: number.to_string(), control });
    }
    if template.derived > 0 {
        let statistic = match section.u8(template.derived) {
            Some(0) => return said.member = Some(Member::named(MEAN)),
            Some(1) => return said.member = Some(Member::named(WEIGHTED_MEAN)),
            Some(2) => Ensemble::StandardDeviation,
            Some(3) => Ensemble::NormalisedStandardDeviation,
            Some(4) => Ensemble::Spread,
            Some(5) => Ensemble::LargeAnomalyIndex,
            Some(6) => Ensemble::ClusterMean,
            Some(7) => Ensemble::InterquartileRange,
            Some(8) => Ensemble::Minimum,
            Some(9) => Ensemble::Maximum,
            Some(other) => Ensemble::Other(other),
            None => return,
        };
        said.qualifiers.push(Qualifier::Ensemble(statistic));
        said.plain = false;
    }
}

/// Probabilities by what is exceeded (code table 4.9), percentiles by their number.
fn tell_chances(said: &mut Said, section: Octets<'_>, template: Template) {
    if template.probability > 0
        && let Some(kind) = section.u8(template.probability)
    {
        let limit = |octet: usize| match (section.i8(octet), section.i32(octet + 1)) {
            (Some(scale), Some(value)) => scaled(value, scale),
            _ => f64::NAN,
        };
        let (lower, upper) = (limit(template.probability + 1), limit(template.probability + 6));
        let event = match kind {
            0 => Event::Below(lower),
            1 => Event::Above(upper),
            2 => Event::Between(lower, upper),
            3 => Event::Above(lower),
            4 => Event::Below(upper),
            other => Event::Other(other, lower, upper),
        };
        said.qualifiers.push(Qualifier::Probability(event));
        (said.plain, said.probability) = (false, true);
    }
    if template.percentile > 0
        && let Some(percentile) = section.u8(template.percentile)
    {
        said.qualifiers.push(Qualifier::Percentile(percentile.into()));
        said.plain = false;
    }
}

/// A whole number by its scale factor; by division, so that 0.995 is the nearest number to it.
fn scaled(value: i32, scale: i32) -> f64 {
    match scale.clamp(-20, 20) {
        scale @ 0.. => f64::from(value) / 10_f64.powi(scale),
        scale => f64::from(value) * 10_f64.powi(-scale),
    }
}
