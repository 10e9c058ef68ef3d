//! Intervals of sums, means and extremes: fields of one parameter whose intervals are of several kinds are several series,
//! «6 h sums» and «sums since the start», so that a loop never mixes them.

use std::collections::BTreeMap;

use crate::text::{self, Bilingual, Language};
use crate::time::{LeadTime, Span, SpanClass, ValidTime};

/// A kind of interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Family {
    /// From the start of the run to the valid time.
    SinceStart,
    /// Of one length, wherever it begins.
    Length(SpanClass, Span),
}

/// The lead time at which an interval ends, and its length; `None` where the field has no interval.
pub(super) type Ending = (Option<LeadTime>, Option<Span>);

/// The families of some intervals, the one shown first in front: none or one where all are alike.
///
/// Lengths count that begin after the start of the run; an interval from the start on belongs to its length where others
/// are as long, and to «since the start» where some such interval is of no such length. GFS writes 0–3, 0–6, 6–9, 6–12 h;
/// HRRR 0–1, 1–2, 0–2, 2–3, 0–3 h.
pub(super) fn families(endings: &[Ending]) -> Vec<Family> {
    let from_start = |(lead, span): &Ending| lead.zip(*span).is_some_and(|(lead, span)| lead.0 == span.0);
    let lengths = |starting: bool| {
        let those = endings.iter().filter(|ending| from_start(ending) == starting);
        let spans = those.filter_map(|(_, span)| *span).filter(|span| span.0 > 0);
        let found: BTreeMap<SpanClass, Span> = spans.map(|span| (span.class(), span)).collect();
        found
    };
    let (later, first) = (lengths(false), lengths(true));
    let since_start = later.is_empty() || first.keys().any(|length| !later.contains_key(length));
    let mut found: Vec<Family> = later.into_iter().map(|(class, span)| Family::Length(class, span)).collect();
    let count = |family: &Family| endings.iter().filter(|ending| family.takes(**ending)).count();
    // The one with most fields; the longest of equals.
    found.sort_by_key(|family| std::cmp::Reverse((count(family), *family)));
    if since_start && !first.is_empty() {
        found.insert(0, Family::SinceStart);
    }
    found
}

impl Family {
    /// Whether an interval is of this kind. One without length, at the start of a run, is of every kind.
    pub fn takes(self, (lead, span): Ending) -> bool {
        let Some(span) = span.filter(|span| span.0 > 0) else { return true };
        match self {
            Self::SinceStart => lead.is_some_and(|lead| lead.0 == span.0),
            Self::Length(class, _) => span.class() == class,
        }
    }

    /// What tells it in ids: `6h`, `start`, `30min`.
    pub fn code(self) -> String {
        match self {
            Self::SinceStart => "start".to_owned(),
            Self::Length(_, span) => span.in_words(Language::English).replace(' ', ""),
        }
    }

    /// «6 h sums», «sums since the start».
    pub fn name(self, statistic: &str) -> Bilingual {
        let words = |language: Language| {
            let statistics = statistic_words(statistic, true, language);
            match self {
                Self::SinceStart => text::fill(language, "interval.family_since_start", &[("statistics", &statistics)]),
                Self::Length(_, span) => {
                    let length = span.in_words(language);
                    text::fill(language, "interval.family", &[("length", &length), ("statistics", &statistics)])
                }
            }
        };
        Bilingual { en: words(Language::English), fr: words(Language::French) }
    }
}

/// «sum» or «sums» by the code of a statistic.
#[must_use]
pub fn statistic_words(statistic: &str, several: bool, language: Language) -> String {
    let code = match statistic {
        "accum" | "sum" => "accum",
        "avg" | "max" | "min" | "sd" | "diff" => statistic,
        _ => "other",
    };
    let plural = if several { "s" } else { "" };
    text::say(language, &format!("interval.{code}{plural}")).to_owned()
}

/// The interval of a field in the words of a caption: «24 h sum ending 12 UTC»; of one that begins with the run, where
/// `several` kinds of intervals are there, «sum since the start of the run».
#[must_use]
pub fn interval_words(
    statistic: &str,
    lead: Option<LeadTime>,
    valid: Option<ValidTime>,
    span: Span,
    several: bool,
    language: Language,
) -> String {
    let statistic = statistic_words(statistic, false, language);
    if several && lead.is_some_and(|lead| lead.0 == span.0) {
        return text::fill(language, "interval.since_start", &[("statistic", &statistic)]);
    }
    let length = span.in_words(language);
    let places = [("length", length.as_str()), ("statistic", &statistic)];
    let Some(valid) = valid else { return text::fill(language, "interval.ending_untimed", &places) };
    let (hour, minute, _) = valid.0.clock();
    let time = if minute == 0 { format!("{hour:02} UTC") } else { format!("{hour:02}:{minute:02} UTC") };
    text::fill(language, "interval.ending", &[places[0], places[1], ("time", &time)])
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    fn check(intervals: &[(i64, i64)], expected: &[&str]) {
        let endings: Vec<Ending> =
            intervals.iter().map(|(from, to)| (Some(LeadTime(to * HOUR)), Some(Span((to - from) * HOUR)))).collect();
        let codes: Vec<String> = families(&endings).into_iter().map(Family::code).collect();
        assert_eq!(codes, expected, "{intervals:?}");
    }

    #[test]
    fn intervals_are_told_apart_by_length_and_by_the_start_of_the_run() {
        check(&[(0, 6), (6, 12), (12, 18)], &["6h"]);
        check(&[(0, 3), (0, 6), (0, 9)], &["start"]);
        check(&[(0, 5), (4, 5)], &["start", "1h"]);
        check(&[(0, 3), (0, 6), (6, 9), (6, 12)], &["6h", "3h"]);
        check(&[(0, 1), (0, 2), (1, 2), (0, 3), (2, 3)], &["start", "1h"]);
        check(&[(0, 3), (0, 6), (6, 9), (6, 12), (0, 9), (0, 12)], &["start", "6h", "3h"]);
        check(&[(0, 0), (0, 6)], &["start"]);
        check(&[], &[]);
    }

    #[test]
    fn months_are_of_one_length() {
        let days = |from: i64, to: i64| (from * 24, to * 24);
        check(&[days(31, 59), days(59, 90), days(90, 120)], &["1month"]);
    }

    #[test]
    fn a_sum_at_the_start_of_a_run_belongs_to_every_kind() {
        let nothing = (Some(LeadTime(0)), Some(Span(0)));
        assert!(
            Family::SinceStart.takes(nothing) && Family::Length(SpanClass::Seconds(HOUR), Span(HOUR)).takes(nothing)
        );
    }

    #[test]
    fn intervals_have_words() {
        let six = Family::Length(SpanClass::Seconds(6 * HOUR), Span(6 * HOUR));
        assert_eq!(six.name("accum").en, "6 h sums");
        assert_eq!(six.name("accum").fr, "cumuls sur 6 h");
        assert_eq!(Family::SinceStart.name("max").en, "maxima since the start");
        let lead = Some(LeadTime(24 * HOUR));
        let valid = Some(ValidTime(crate::time::Moment::from_unix(12 * HOUR)));
        let words = |span, several| interval_words("accum", lead, valid, Span(span * HOUR), several, Language::English);
        assert_eq!(words(24, true), "sum since the start of the run");
        assert_eq!(words(24, false), "24 h sum ending 12 UTC");
        assert_eq!(words(6, true), "6 h sum ending 12 UTC");
    }
}
