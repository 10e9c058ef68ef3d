//! Times as CF writes them: `<unit> since <date>`, lengths of time, and times given as text.

use crate::time::{Calendar, Date, Moment};

/// Seconds of a mean month: a twelfth of the udunits year of 365.242198781 days, to the second.
const MEAN_YEAR: f64 = 31_556_925.974_7;

/// A unit of time, by how it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Count {
    /// This many seconds each.
    Seconds(f64),
    /// This many calendar months each; a part of one is taken of the mean month.
    Months(f64),
}

/// `hours since 2026-11-20 12:00:00`: a scale on which a number is a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeScale {
    count: Count,
    origin: Moment,
}

impl TimeScale {
    /// From the `units` and `calendar` attributes; `None` where they say no such thing.
    #[must_use]
    pub fn parse(units: &str, calendar: Option<&str>) -> Option<Self> {
        let calendar = calendar.map_or(Some(Calendar::Standard), Calendar::from_cf)?;
        let at = find_since(units)?;
        let count = count(units.get(..at)?.trim())?;
        let origin = parse_moment(units.get(at + " since ".len()..)?, calendar)?;
        Some(Self { count, origin })
    }

    /// Rounded to the second; `None` for NaN, infinities and times beyond any calendar.
    #[must_use]
    pub fn moment(&self, value: f64) -> Option<Moment> {
        if !value.is_finite() {
            return None;
        }
        match self.count {
            Count::Seconds(each) => shifted(self.origin, value * each),
            Count::Months(each) => {
                let months = value * each;
                let whole = months.floor();
                let start = add_months(self.origin, whole)?;
                shifted(start, (months - whole) * MEAN_YEAR / 12.0)
            }
        }
    }

    /// Seconds in one of its unit; `None` for months and years.
    #[must_use]
    pub fn seconds_each(&self) -> Option<f64> {
        if let Count::Seconds(each) = self.count { Some(each) } else { None }
    }

    /// Months and years are no fixed lengths of time: readers disagree on what they mean.
    #[must_use]
    pub fn is_vague(&self) -> bool {
        matches!(self.count, Count::Months(_))
    }
}

/// The seconds in one unit of a length of time (`hours`, `days` …); `None` for any other unit.
#[must_use]
pub fn duration_seconds(units: &str) -> Option<f64> {
    match count(units.trim())? {
        Count::Seconds(each) => Some(each),
        Count::Months(_) => None,
    }
}

/// A time written as text: ISO 8601, `2005-08-28_12:00:00` as WRF has it, `20240228T12`, `2024022812`.
#[must_use]
pub fn parse_text(text: &str, calendar: Calendar) -> Option<Moment> {
    let text = text.trim().trim_end_matches('\0').trim();
    if text.len() >= 8 && text.bytes().take(8).all(|b| b.is_ascii_digit()) {
        return parse_compact(text, calendar);
    }
    text.bytes().next().is_some_and(|b| b.is_ascii_digit()).then(|| parse_moment(text, calendar))?
}

/// `day as %Y%m%d.%f`, the absolute time axis of CDO: the date in the number's digits, the day's part behind the point.
#[must_use]
pub fn absolute_day(value: f64, calendar: Calendar) -> Option<Moment> {
    if !value.is_finite() || value.abs() >= 1e12 {
        return None;
    }
    let (day, part) = (value.floor(), value - value.floor());
    let digits = day as i64;
    let date = Date {
        year: digits.div_euclid(10_000),
        month: (digits.rem_euclid(10_000) / 100) as u8,
        day: (digits.rem_euclid(100)) as u8,
    };
    shifted(Moment::new(calendar, date, 0, 0, 0)?, part * 86_400.0)
}

/// Whether the units are CDO's absolute days.
#[must_use]
pub fn is_absolute_day(units: &str) -> bool {
    units.trim().to_ascii_lowercase().starts_with("day as %y%m%d")
}

fn find_since(units: &str) -> Option<usize> {
    // ASCII letters keep their length in lower case, so the position holds in the original.
    units.to_ascii_lowercase().find(" since ")
}

fn count(unit: &str) -> Option<Count> {
    let seconds = match unit.to_ascii_lowercase().as_str() {
        "second" | "seconds" | "sec" | "secs" | "s" => 1.0,
        "minute" | "minutes" | "min" | "mins" => 60.0,
        "hour" | "hours" | "hr" | "hrs" | "h" => 3600.0,
        "day" | "days" | "d" => 86_400.0,
        "week" | "weeks" => 604_800.0,
        "millisecond" | "milliseconds" | "msec" | "msecs" | "ms" => 1e-3,
        "microsecond" | "microseconds" | "us" => 1e-6,
        "nanosecond" | "nanoseconds" | "ns" => 1e-9,
        "month" | "months" | "mon" => return Some(Count::Months(1.0)),
        "year" | "years" | "yr" | "yrs" | "common_year" | "common_years" => return Some(Count::Months(12.0)),
        _ => return None,
    };
    Some(Count::Seconds(seconds))
}

fn shifted(moment: Moment, seconds: f64) -> Option<Moment> {
    // A million years on either side: beyond any calendar, within i64.
    (seconds.abs() < 3.2e13)
        .then(|| moment.seconds.checked_add(seconds.round() as i64))?
        .map(|seconds| Moment { seconds, ..moment })
}

/// The same day and clock of another month, the day cut to what that month has.
fn add_months(moment: Moment, months: f64) -> Option<Moment> {
    if months.abs() > 1e7 {
        return None;
    }
    let Date { year, month, day } = moment.date();
    let count = year.checked_mul(12)?.checked_add(i64::from(month) - 1)?.checked_add(months as i64)?;
    let (year, month) = (count.div_euclid(12), (count.rem_euclid(12) + 1) as u8);
    let day = day.min(moment.calendar.days_in_month(year, month));
    let (hour, minute, second) = moment.clock();
    Moment::new(moment.calendar, Date { year, month, day }, hour, minute, second)
}

/// `2024-02-28`, `2024-2-28 12:00`, `2024-02-28T12:00:00.5Z`, `2024-02-28 12:00:00 +01:00`: udunits' dates.
fn parse_moment(text: &str, calendar: Calendar) -> Option<Moment> {
    let text = text.trim().trim_end_matches('\0').trim_end();
    let split = text.find(['T', 't', ' ', '_']).unwrap_or(text.len());
    let date = parse_date(text.get(..split)?)?;
    let rest = text.get(split..)?.trim_start_matches(['T', 't', ' ', '_']);
    let (clock, zone) = split_zone(rest)?;
    let midnight = Moment::new(calendar, date, 0, 0, 0)?;
    shifted(midnight, parse_clock(clock)? - zone)
}

fn parse_date(text: &str) -> Option<Date> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let mut parts = text.split('-');
    let year = sign * parts.next()?.parse::<i64>().ok()?;
    let month = parts.next().map_or(Some(1), |part| part.parse().ok())?;
    let day = parts.next().map_or(Some(1), |part| part.parse().ok())?;
    parts.next().is_none().then_some(Date { year, month, day })
}

/// The clock, and how many seconds it is ahead of UTC.
fn split_zone(text: &str) -> Option<(&str, f64)> {
    let text = text.trim();
    for name in ["UTC", "GMT", "Z", "z", "utc", "gmt"] {
        if let Some(clock) = text.strip_suffix(name) {
            return Some((clock.trim(), 0.0));
        }
    }
    // The first character cannot be a zone's sign: a clock stands there.
    let Some(at) = text.rfind(['+', '-', ' ']).filter(|&at| at > 0) else {
        return Some((text, 0.0));
    };
    let (clock, zone) = (text.get(..at)?.trim(), text.get(at..)?.trim());
    let (sign, zone) = match zone.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, zone.strip_prefix('+').unwrap_or(zone)),
    };
    let seconds = match zone.split_once(':') {
        Some((hours, minutes)) => hours.parse::<f64>().ok()? * 3600.0 + minutes.parse::<f64>().ok()? * 60.0,
        None if zone.len() <= 2 => zone.parse::<f64>().ok()? * 3600.0,
        None => {
            let digits = zone.parse::<u32>().ok().filter(|&digits| digits < 10_000)?;
            f64::from(digits / 100 * 3600 + digits % 100 * 60)
        }
    };
    Some((clock.trim_end_matches(['+', '-']).trim(), sign * seconds))
}

/// Seconds since midnight; an empty clock is midnight.
fn parse_clock(text: &str) -> Option<f64> {
    if text.is_empty() {
        return Some(0.0);
    }
    let mut total = 0.0;
    let mut weight = 3600.0;
    for part in text.split(':') {
        let value = part.trim().parse::<f64>().ok().filter(|value| (0.0..=60.0).contains(value))?;
        total += value * weight;
        weight /= 60.0;
    }
    (weight >= 1.0 / 60.0 && total <= 86_400.0).then_some(total)
}

fn parse_compact(text: &str, calendar: Calendar) -> Option<Moment> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let part = |from: usize, to: usize| -> Option<u8> {
        digits.get(from..to.min(digits.len())).filter(|part| !part.is_empty()).map_or(Some(0), |part| part.parse().ok())
    };
    let date = Date {
        year: digits.get(..4)?.parse().ok()?,
        month: digits.get(4..6)?.parse().ok()?,
        day: digits.get(6..8)?.parse().ok()?,
    };
    (digits.len() <= 14).then(|| Moment::new(calendar, date, part(8, 10)?, part(10, 12)?, part(12, 14)?))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(units: &str, calendar: &str, value: f64, expected: &str) {
        let scale = TimeScale::parse(units, Some(calendar)).unwrap_or_else(|| panic!("`{units}` is a time scale"));
        let got = scale.moment(value).map(Moment::iso);
        assert_eq!(got.as_deref(), Some(expected), "{value} {units} ({calendar})");
    }

    #[test]
    fn numbers_since_a_date_are_moments_in_every_unit() {
        check("hours since 1900-01-01 00:00:00.0", "gregorian", 1_111_248.0, "2026-10-09T00:00:00Z");
        check("seconds since 1970-01-01", "standard", 1_709_121_600.0, "2024-02-28T12:00:00Z");
        check("days since 2024-02-28 12:00", "standard", 1.0 / 3.0, "2024-02-28T20:00:00Z");
        check("minutes since 2024-02-28T12:00:00Z", "standard", 90.0, "2024-02-28T13:30:00Z");
        check("Days Since 2024-1-1", "proleptic_gregorian", 59.0, "2024-02-29T00:00:00Z");
        check("msec since 2024-01-01", "standard", 86_400_000.0, "2024-01-02T00:00:00Z");
        check("weeks since 2024-01-01", "standard", 2.0, "2024-01-15T00:00:00Z");
    }

    #[test]
    fn each_calendar_keeps_its_own_days() {
        check("days since 2024-02-28", "360_day", 2.0, "2024-02-30T00:00:00Z");
        check("days since 2024-02-28", "noleap", 1.0, "2024-03-01T00:00:00Z");
        check("days since 2023-02-28", "all_leap", 1.0, "2023-02-29T00:00:00Z");
        check("days since 1582-10-04", "standard", 1.0, "1582-10-15T00:00:00Z");
        check("days since 1900-02-28", "julian", 1.0, "1900-02-29T00:00:00Z");
    }

    #[test]
    fn a_time_zone_is_taken_off() {
        check("hours since 2024-02-28 12:00:00 +01:00", "standard", 0.0, "2024-02-28T11:00:00Z");
        check("hours since 2024-02-28 12:00:00 -3:30", "standard", 0.0, "2024-02-28T15:30:00Z");
        check("hours since 2024-02-28 12:00:00 +0100", "standard", 0.0, "2024-02-28T11:00:00Z");
        check("hours since 2024-02-28 12:00:00+01", "standard", 0.0, "2024-02-28T11:00:00Z");
        check("hours since 2024-02-28 12:00:00 UTC", "standard", 0.0, "2024-02-28T12:00:00Z");
        check("hours since 2024-02-28 12:00:00 -6", "standard", 0.0, "2024-02-28T18:00:00Z");
        check("hours since 2024-02-28 00:00:0.0", "standard", 6.0, "2024-02-28T06:00:00Z");
    }

    #[test]
    fn whole_months_go_by_the_calendar_and_parts_by_the_mean_month() {
        check("months since 2000-01-01", "standard", 13.0, "2001-02-01T00:00:00Z");
        check("months since 2024-01-31", "standard", 1.0, "2024-02-29T00:00:00Z");
        check("years since 2000-03-01", "standard", -1.0, "1999-03-01T00:00:00Z");
        check("months since 2001-01-01", "standard", 0.5, "2001-01-16T05:14:32Z");
    }

    #[test]
    fn what_is_no_time_scale_is_refused() {
        for units in
            ["parsecs since yesterday", "hours", "hours since", "hours since never", "", "K", "days since 2024-13-01"]
        {
            assert_eq!(TimeScale::parse(units, None), None, "{units}");
        }
        assert_eq!(TimeScale::parse("days since 2024-01-01", Some("mayan")), None);
        let scale = TimeScale::parse("days since 2024-01-01", None).expect("a scale");
        assert_eq!(scale.moment(f64::NAN), None);
        assert_eq!(scale.moment(1e300), None);
    }

    #[test]
    fn times_in_words_are_read() {
        for (text, expected) in [
            ("2024-02-28T12:00:00", "2024-02-28T12:00:00Z"),
            ("2005-08-28_12:00:00", "2005-08-28T12:00:00Z"),
            ("20240228T12", "2024-02-28T12:00:00Z"),
            ("2024022806", "2024-02-28T06:00:00Z"),
            ("2024-02-28 18:30Z", "2024-02-28T18:30:00Z"),
        ] {
            assert_eq!(parse_text(text, Calendar::Standard).map(Moment::iso).as_deref(), Some(expected));
        }
        assert_eq!(parse_text("yesterday", Calendar::Standard), None);
        assert_eq!(
            absolute_day(20_240_228.25, Calendar::Standard).map(Moment::iso).as_deref(),
            Some("2024-02-28T06:00:00Z")
        );
    }
}
