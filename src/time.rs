//! The three times of a forecast, kept apart by types, in the calendars that the CF conventions name.
//!
//! `ReferenceTime + LeadTime = ValidTime` is the only sum there is. All times are whole seconds, which is finer than
//! any forecast file and leaves no rounding to chance.

use std::fmt;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

use crate::text::{self, Language};

/// The calendars of CF conventions 1.11, section 4.4.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Calendar {
    /// Julian up to 1582-10-04, Gregorian from 1582-10-15.
    #[default]
    Standard,
    ProlepticGregorian,
    Julian,
    NoLeap,
    AllLeap,
    Days360,
}

impl Calendar {
    /// By its CF name, or one by which FMS and others write the same; `None` for any other name, and for `none`.
    #[must_use]
    pub fn from_cf(name: &str) -> Option<Self> {
        let name = name.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_ascii_lowercase();
        Some(match name.replace(['-', ' '], "_").as_str() {
            "standard" | "gregorian" | "" => Self::Standard,
            "proleptic_gregorian" => Self::ProlepticGregorian,
            "julian" => Self::Julian,
            "noleap" | "no_leap" | "365_day" | "365_days" | "365day" => Self::NoLeap,
            "all_leap" | "366_day" | "366_days" | "366day" => Self::AllLeap,
            "360_day" | "360_days" | "360day" | "360" | "thirty_day_months" => Self::Days360,
            _ => return None,
        })
    }

    fn is_leap(self, year: i64) -> bool {
        match self {
            Self::NoLeap | Self::Days360 => false,
            Self::AllLeap => true,
            Self::Julian => year.rem_euclid(4) == 0,
            Self::Standard if year < 1582 => year.rem_euclid(4) == 0,
            Self::Standard | Self::ProlepticGregorian => {
                year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
            }
        }
    }

    /// The length of a month, 1..=12.
    #[must_use]
    pub fn days_in_month(self, year: i64, month: u8) -> u8 {
        match (self, month) {
            (Self::Days360, _) => 30,
            (_, 2) => 28 + u8::from(self.is_leap(year)),
            (_, 4 | 6 | 9 | 11) => 30,
            _ => 31,
        }
    }

    /// Days since 1970-01-01 of this calendar; `None` for a date that it does not have.
    #[must_use]
    pub fn days(self, date: Date) -> Option<i64> {
        if !(1..=12).contains(&date.month)
            || date.day == 0
            || date.day > self.days_in_month(date.year, date.month)
            || date.year.abs() > 1_000_000
        {
            return None;
        }
        let Date { year, month, day } = date;
        Some(match self {
            Self::Days360 => (year - 1970) * 360 + (i64::from(month) - 1) * 30 + i64::from(day) - 1,
            Self::NoLeap | Self::AllLeap => {
                let length = if self == Self::NoLeap { 365 } else { 366 };
                let before: i64 = (1..month).map(|m| i64::from(self.days_in_month(year, m))).sum();
                (year - 1970) * length + before + i64::from(day) - 1
            }
            Self::ProlepticGregorian => gregorian_days(year, month, day),
            Self::Julian => julian_days(year, month, day),
            Self::Standard => match (year, month, day) {
                (1582, 10, 5..=14) => return None,
                _ if (year, month, day) < (1582, 10, 15) => julian_days(year, month, day),
                _ => gregorian_days(year, month, day),
            },
        })
    }

    /// The date that lies this many days after 1970-01-01.
    #[must_use]
    pub fn date(self, days: i64) -> Date {
        // A first guess by the mean year, then at most a few steps: plain, and exact in every calendar.
        let mean_year = match self {
            Self::Days360 => 360.0,
            Self::NoLeap => 365.0,
            Self::AllLeap => 366.0,
            Self::Julian => 365.25,
            Self::Standard | Self::ProlepticGregorian => 365.2425,
        };
        let first = |year: i64| self.days(Date { year, month: 1, day: 1 }).unwrap_or(i64::MIN / 2);
        let mut year = (1970 + (days as f64 / mean_year).floor() as i64).clamp(-999_000, 999_000);
        while year > -999_000 && first(year) > days {
            year -= 1;
        }
        while year < 999_000 && first(year + 1) <= days {
            year += 1;
        }
        let mut month = 12;
        let start = |month: u8| self.days(Date { year, month, day: 1 }).unwrap_or(i64::MIN / 2);
        while month > 1 && start(month) > days {
            month -= 1;
        }
        let mut day = (days - start(month) + 1).clamp(1, 31) as u8;
        if self == Self::Standard && (year, month) == (1582, 10) && day > 4 {
            day += 10;
        }
        Date { year, month, day }
    }
}

// Days from civil, Howard Hinnant's algorithm (public domain note «chrono-compatible low-level date algorithms»).
fn gregorian_days(year: i64, month: u8, day: u8) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn julian_days(year: i64, month: u8, day: u8) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    // 0000-03-01 Julian is two days before 0000-03-01 Gregorian.
    y * 365 + y.div_euclid(4) + day_of_year - 719_470
}

/// A calendar date; whether it exists depends on the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    pub year: i64,
    pub month: u8,
    pub day: u8,
}

/// A point in time in a calendar, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment {
    pub calendar: Calendar,
    /// Seconds since 1970-01-01T00:00:00Z of this calendar.
    pub seconds: i64,
}

impl Moment {
    /// `None` for a date that the calendar does not have, or a time past 23:59:60.
    #[must_use]
    pub fn new(calendar: Calendar, date: Date, hour: u8, minute: u8, second: u8) -> Option<Self> {
        if hour > 24 || minute > 59 || second > 60 {
            return None;
        }
        let seconds =
            calendar.days(date)? * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Some(Self { calendar, seconds })
    }

    /// From a count of seconds of the everyday calendar.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Self {
        Self { calendar: Calendar::Standard, seconds }
    }

    /// The clock of this machine.
    #[must_use]
    pub fn now() -> Self {
        Self::from_unix(jiff::Timestamp::now().as_second())
    }

    #[must_use]
    pub fn date(self) -> Date {
        self.calendar.date(self.seconds.div_euclid(86_400))
    }

    /// Hour, minute, second.
    #[must_use]
    pub fn clock(self) -> (u8, u8, u8) {
        let s = self.seconds.rem_euclid(86_400);
        ((s / 3600) as u8, (s / 60 % 60) as u8, (s % 60) as u8)
    }

    /// `12:00`; `12:00:30` where there are seconds.
    #[must_use]
    pub fn clock_words(self) -> String {
        match self.clock() {
            (hour, minute, 0) => format!("{hour:02}:{minute:02}"),
            (hour, minute, second) => format!("{hour:02}:{minute:02}:{second:02}"),
        }
    }

    /// 0 = Monday … 6 = Sunday, for the calendars that people live by; `None` in the others.
    #[must_use]
    pub fn weekday(self) -> Option<u8> {
        matches!(self.calendar, Calendar::Standard | Calendar::ProlepticGregorian)
            .then(|| (self.seconds.div_euclid(86_400) + 3).rem_euclid(7) as u8)
    }

    /// `2026-11-20T12:00:00Z`
    #[must_use]
    pub fn iso(self) -> String {
        let (Date { year, month, day }, (hour, minute, second)) = (self.date(), self.clock());
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }

    /// Reads what [`Moment::iso`] writes, in the given calendar.
    #[must_use]
    pub fn from_iso(text: &str, calendar: Calendar) -> Option<Self> {
        let text = text.trim().trim_end_matches('Z');
        let (date, clock) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
        let (sign, date) = date.strip_prefix('-').map_or((1, date), |rest| (-1, rest));
        let mut parts = date.splitn(3, '-');
        let year = sign * parts.next()?.parse::<i64>().ok()?;
        let month = parts.next()?.parse().ok()?;
        let day = parts.next()?.parse().ok()?;
        let mut parts = clock.splitn(3, ':');
        let hour = parts.next()?.parse().ok()?;
        let minute = parts.next().unwrap_or("0").parse().ok()?;
        let second = parts.next().unwrap_or("0").parse::<f64>().ok()?.round() as u8;
        Self::new(calendar, Date { year, month, day }, hour, minute, second)
    }
}

/// When the model started: the run. CF `forecast_reference_time`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReferenceTime(pub Moment);

/// When the forecast holds. CF `time`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ValidTime(pub Moment);

/// How far ahead of its run a forecast looks, in seconds. CF `forecast_period`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LeadTime(pub i64);

impl LeadTime {
    /// Rounded to the second; `None` for NaN and infinities.
    #[must_use]
    pub fn from_hours(hours: f64) -> Option<Self> {
        (hours.is_finite() && hours.abs() < 1e12).then(|| Self((hours * 3600.0).round() as i64))
    }

    #[must_use]
    pub fn hours(self) -> f64 {
        self.0 as f64 / 3600.0
    }

    /// As a part of a file's name: `+024`; `+000h15` and `+000h07m30` where the lead is no whole hour.
    #[must_use]
    pub fn in_file_name(self) -> String {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let [hours, minutes, seconds] = self.parts();
        match (minutes, seconds) {
            (0, 0) => format!("{sign}{hours:03}"),
            (_, 0) => format!("{sign}{hours:03}h{minutes:02}"),
            _ => format!("{sign}{hours:03}h{minutes:02}m{seconds:02}"),
        }
    }

    /// Hours, minutes, seconds, without the sign.
    fn parts(self) -> [u64; 3] {
        let seconds = self.0.unsigned_abs();
        [seconds / 3600, seconds / 60 % 60, seconds % 60]
    }
}

/// The length, in seconds, of an interval that ends at a valid time: of a sum, a mean, an extreme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

/// Lengths of intervals that people count as one: months are of 28 to 31 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpanClass {
    Seconds(i64),
    Month,
    Season,
    Year,
}

impl Span {
    #[must_use]
    pub fn class(self) -> SpanClass {
        const DAY: i64 = 86_400;
        match self.0 {
            seconds if seconds % DAY != 0 => SpanClass::Seconds(seconds),
            seconds => match seconds / DAY {
                28..=31 => SpanClass::Month,
                89..=92 => SpanClass::Season,
                365 | 366 => SpanClass::Year,
                _ => SpanClass::Seconds(seconds),
            },
        }
    }

    /// `6 h`, `15 min`, `1 month`; from three days on in days.
    #[must_use]
    pub fn in_words(self, language: Language) -> String {
        let counted = |key: &str, number: i64| text::fill(language, key, &[("number", &number.to_string())]);
        match self.class() {
            SpanClass::Month => text::say(language, "interval.month").to_owned(),
            SpanClass::Season => text::say(language, "interval.season").to_owned(),
            SpanClass::Year => text::say(language, "interval.year").to_owned(),
            SpanClass::Seconds(seconds) if seconds % 86_400 == 0 && seconds >= 3 * 86_400 => {
                counted("interval.days", seconds / 86_400)
            }
            SpanClass::Seconds(seconds) if seconds % 3600 == 0 => counted("interval.hours", seconds / 3600),
            SpanClass::Seconds(seconds) if seconds % 60 == 0 => counted("interval.minutes", seconds / 60),
            SpanClass::Seconds(seconds) => counted("interval.seconds", seconds),
        }
    }
}

/// `+024 h`; with minutes where the lead is no whole hour: `+00:15`, and with seconds where it is no whole minute. Leads of
/// more than 366 days read `+3 y 120 d`, in years of 365 days, with the clock behind where it is not midnight.
impl fmt::Display for LeadTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '−' } else { '+' };
        let [hours, minutes, seconds] = self.parts();
        if hours > 366 * 24 {
            let days = hours / 24;
            write!(f, "{sign}{} y {} d", days / 365, days % 365)?;
            return match [hours % 24, minutes, seconds] {
                [0, 0, 0] => Ok(()),
                [hours, minutes, 0] => write!(f, " {hours:02}:{minutes:02}"),
                [hours, minutes, seconds] => write!(f, " {hours:02}:{minutes:02}:{seconds:02}"),
            };
        }
        match [hours, minutes, seconds] {
            [hours, 0, 0] => write!(f, "{sign}{hours:03} h"),
            [hours, minutes, 0] => write!(f, "{sign}{hours:02}:{minutes:02}"),
            [hours, minutes, seconds] => write!(f, "{sign}{hours:02}:{minutes:02}:{seconds:02}"),
        }
    }
}

/// `2026-11-20 12Z`, with minutes and seconds where there are any.
impl fmt::Display for ReferenceTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Date { year, month, day } = self.0.date();
        write!(f, "{year:04}-{month:02}-{day:02} ")?;
        match self.0.clock() {
            (hour, 0, 0) => write!(f, "{hour:02}Z"),
            _ => write!(f, "{}Z", self.0.clock_words()),
        }
    }
}

/// `2026-11-21 12:00 UTC`, with seconds where there are any.
impl fmt::Display for ValidTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Date { year, month, day } = self.0.date();
        write!(f, "{year:04}-{month:02}-{day:02} {} UTC", self.0.clock_words())
    }
}

impl Add<LeadTime> for ReferenceTime {
    type Output = ValidTime;
    fn add(self, lead: LeadTime) -> ValidTime {
        ValidTime(Moment { seconds: self.0.seconds.saturating_add(lead.0), ..self.0 })
    }
}

impl Sub<ReferenceTime> for ValidTime {
    type Output = LeadTime;
    fn sub(self, run: ReferenceTime) -> LeadTime {
        LeadTime(self.0.seconds.saturating_sub(run.0.seconds))
    }
}

impl Sub<LeadTime> for ValidTime {
    type Output = ReferenceTime;
    fn sub(self, lead: LeadTime) -> ReferenceTime {
        ReferenceTime(Moment { seconds: self.0.seconds.saturating_sub(lead.0), ..self.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Calendar; 6] = [
        Calendar::Standard,
        Calendar::ProlepticGregorian,
        Calendar::Julian,
        Calendar::NoLeap,
        Calendar::AllLeap,
        Calendar::Days360,
    ];

    #[test]
    fn every_day_of_twelve_centuries_comes_back() {
        for calendar in ALL {
            for days in (-250_000..200_000).step_by(7) {
                let date = calendar.date(days);
                assert_eq!(calendar.days(date), Some(days), "{calendar:?} {date:?}");
            }
        }
    }

    #[test]
    fn the_standard_calendar_skips_ten_days_of_1582() {
        let day = |month, day| Calendar::Standard.days(Date { year: 1582, month, day });
        assert_eq!(day(10, 15), day(10, 4).map(|d| d + 1));
        assert_eq!(day(10, 10), None);
    }

    #[test]
    fn the_30th_of_february_exists_where_months_have_30_days() {
        let moment = Moment::from_iso("2024-02-30T06:00:00Z", Calendar::Days360).expect("a date of that calendar");
        assert_eq!(moment.iso(), "2024-02-30T06:00:00Z");
        assert_eq!(Moment::from_iso("2024-02-30T06:00:00Z", Calendar::Standard), None);
    }

    #[test]
    fn the_everyday_calendar_agrees_with_jiff() {
        for seconds in [-2_208_988_800_i64, 0, 951_782_400, 1_795_262_400, 4_102_444_799] {
            let ours = Moment::from_unix(seconds).iso();
            let theirs = jiff::Timestamp::from_second(seconds).expect("in range").to_string();
            assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn lead_times_read_as_forecasters_write_them() {
        assert_eq!(LeadTime(24 * 3600).to_string(), "+024 h");
        assert_eq!(LeadTime(15 * 60).to_string(), "+00:15");
        assert_eq!(LeadTime(-6 * 3600).to_string(), "−006 h");
    }

    #[test]
    fn leads_of_a_climate_run_read_in_years() {
        let days = |days: i64| LeadTime(days * 86_400);
        assert_eq!(days(210).to_string(), "+5040 h");
        assert_eq!(days(3 * 365 + 120).to_string(), "+3 y 120 d");
        assert_eq!(LeadTime(days(365 * 100).0 + 43_200).to_string(), "+100 y 0 d 12:00");
    }

    #[test]
    fn calendars_are_known_by_the_names_that_models_write() {
        for (name, calendar) in [
            ("THIRTY_DAY_MONTHS", Some(Calendar::Days360)),
            ("NOLEAP", Some(Calendar::NoLeap)),
            ("Gregorian\0", Some(Calendar::Standard)),
            ("none", None),
        ] {
            assert_eq!(Calendar::from_cf(name), calendar, "{name}");
        }
    }

    #[test]
    fn steps_of_seconds_are_told_apart_everywhere() {
        assert_eq!(LeadTime(450).to_string(), "+00:07:30");
        assert_eq!(LeadTime(3630).to_string(), "+01:00:30");
        assert_eq!(LeadTime(-30).to_string(), "−00:00:30");
        assert_eq!(LeadTime(450).in_file_name(), "+000h07m30");
        assert_eq!(LeadTime(3630).in_file_name(), "+001h00m30");
        assert_eq!(LeadTime(i64::MIN).in_file_name(), "-2562047788015215h30m08");
        let moment = |text| Moment::from_iso(text, Calendar::Standard).expect("a date");
        let half_past = moment("2026-11-20T12:00:30Z");
        assert_eq!(ValidTime(half_past).to_string(), "2026-11-20 12:00:30 UTC");
        assert_eq!(ReferenceTime(half_past).to_string(), "2026-11-20 12:00:30Z");
        assert_eq!(ReferenceTime(moment("2026-11-20T12:15:00Z")).to_string(), "2026-11-20 12:15Z");
        assert_eq!(ReferenceTime(moment("2026-11-20T12:00:00Z")).to_string(), "2026-11-20 12Z");
    }
}
