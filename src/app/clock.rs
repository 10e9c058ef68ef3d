//! Times as people read them: weekday, day, month, hour, in UTC and in a local zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::text::{self, Language};
use crate::time::{Calendar, Moment};

/// The zone of the local times in the timeline.
#[derive(Clone, Debug)]
pub struct Zone {
    zone: TimeZone,
}

/// Zones offered beside the system's own: those of the regions that the maps show, each with the key of its name.
pub const OFFERED: [(&str, &str); 12] = [
    ("UTC", "app_zone.utc"),
    ("America/St_Johns", "app_zone.st_johns"),
    ("America/Halifax", "app_zone.halifax"),
    ("America/Toronto", "app_zone.toronto"),
    ("America/Winnipeg", "app_zone.winnipeg"),
    ("America/Regina", "app_zone.regina"),
    ("America/Edmonton", "app_zone.edmonton"),
    ("America/Vancouver", "app_zone.vancouver"),
    ("America/Whitehorse", "app_zone.whitehorse"),
    ("America/Iqaluit", "app_zone.iqaluit"),
    ("Europe/London", "app_zone.london"),
    ("Europe/Paris", "app_zone.paris"),
];

impl Zone {
    /// Until the system's zone is read.
    #[must_use]
    pub fn utc() -> Self {
        Self { zone: TimeZone::UTC }
    }

    /// Reads the zone from the system's tables: not for the window's thread. `None` for a name that they do not have.
    #[must_use]
    pub fn read(name: Option<&str>) -> Option<Self> {
        let zone = match name {
            None => TimeZone::try_system().unwrap_or(TimeZone::UTC),
            Some("UTC") => TimeZone::UTC,
            Some(name) => TimeZone::get(name).ok()?,
        };
        Some(Self { zone })
    }

    /// `05:00 MST`, with the weekday before it where the day is another than in UTC; `None` in calendars that no zone
    /// has, and where the zone is UTC itself.
    #[must_use]
    pub fn local(&self, moment: Moment, language: Language) -> Option<String> {
        if !matches!(moment.calendar, Calendar::Standard | Calendar::ProlepticGregorian) {
            return None;
        }
        let stamp = Timestamp::from_second(moment.seconds).ok()?;
        let info = self.zone.to_offset_info(stamp);
        let offset = i64::from(info.offset().seconds());
        if self.zone == TimeZone::UTC || (offset == 0 && info.abbreviation() == "UTC") {
            return None;
        }
        let there = Moment { seconds: moment.seconds + offset, ..moment };
        let day = if there.date() == moment.date() { String::new() } else { format!("{} ", weekday(there, language)) };
        Some(format!("{day}{} {}", there.clock_words(), zone_word(info.abbreviation())))
    }
}

/// Zones without letters of their own are named by their offset: `-03` reads `UTC−03`.
fn zone_word(abbreviation: &str) -> String {
    match abbreviation.strip_prefix('-') {
        Some(rest) => format!("UTC−{rest}"),
        None if abbreviation.starts_with('+') => format!("UTC{abbreviation}"),
        None => abbreviation.to_owned(),
    }
}

/// `Sat`, `sam.`; empty in calendars without weeks.
#[must_use]
pub fn weekday(moment: Moment, language: Language) -> &'static str {
    const DAYS: [&str; 7] = [
        "app_day.monday",
        "app_day.tuesday",
        "app_day.wednesday",
        "app_day.thursday",
        "app_day.friday",
        "app_day.saturday",
        "app_day.sunday",
    ];
    moment.weekday().and_then(|day| DAYS.get(usize::from(day))).map_or("", |key| text::say(language, key))
}

/// `21 Nov`, `21 nov.`
#[must_use]
pub fn day(moment: Moment, language: Language) -> String {
    const MONTHS: [&str; 12] = [
        "app_month.january",
        "app_month.february",
        "app_month.march",
        "app_month.april",
        "app_month.may",
        "app_month.june",
        "app_month.july",
        "app_month.august",
        "app_month.september",
        "app_month.october",
        "app_month.november",
        "app_month.december",
    ];
    let date = moment.date();
    let month = MONTHS.get(usize::from(date.month).saturating_sub(1)).map_or("", |key| text::say(language, key));
    format!("{} {month}", date.day)
}

/// `Sat 21 Nov 12:00 UTC`, with seconds where there are any.
#[must_use]
pub fn utc(moment: Moment, language: Language) -> String {
    let name = weekday(moment, language);
    let gap = if name.is_empty() { "" } else { " " };
    format!("{name}{gap}{} {} UTC", day(moment, language), moment.clock_words())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::from_iso(text, Calendar::Standard).expect("a date")
    }

    #[test]
    fn a_time_is_read_with_its_weekday_in_both_languages() {
        let noon = moment("2026-11-21T12:00:00Z");
        assert_eq!(utc(noon, Language::English), "Sat 21 Nov 12:00 UTC");
        assert_eq!(utc(noon, Language::French), "sam. 21 nov. 12:00 UTC");
        assert_eq!(utc(moment("2026-11-21T12:00:30Z"), Language::English), "Sat 21 Nov 12:00:30 UTC");
    }

    #[test]
    fn local_time_names_its_zone_and_another_day() {
        let Some(edmonton) = Zone::read(Some("America/Edmonton")) else { return };
        let local = |text| edmonton.local(moment(text), Language::English);
        assert_eq!(local("2026-11-21T12:00:00Z").as_deref(), Some("05:00 MST"));
        assert_eq!(local("2026-07-01T12:00:00Z").as_deref(), Some("06:00 MDT"));
        assert_eq!(local("2026-11-21T06:00:00Z").as_deref(), Some("Fri 23:00 MST"));
    }

    #[test]
    fn utc_is_not_said_twice() {
        assert_eq!(Zone::utc().local(moment("2026-11-21T12:00:00Z"), Language::English), None);
    }

    #[test]
    fn a_calendar_of_30_day_months_has_no_weekday_and_no_local_time() {
        let odd = Moment::from_iso("2026-02-30T12:00:00Z", Calendar::Days360).expect("a date of that calendar");
        assert_eq!(utc(odd, Language::English), "30 Feb 12:00 UTC");
        let zone = Zone::read(None).expect("a zone");
        assert_eq!(zone.local(odd, Language::English), None);
    }
}
