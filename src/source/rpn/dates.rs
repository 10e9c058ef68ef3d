//! Date-time stamps of the Canadian Meteorological Centre, all UTC.

use crate::time::{Calendar, Date, Moment};

const DAY: i64 = 86_400;
/// 1980-01-01 in seconds since 1970.
const NEW_STYLE_EPOCH: i64 = 3652 * DAY;
const NEW_STYLE_START: u32 = 123_200_000;
const EXTENDED_START: u32 = 3_000_000_000;
/// 0000-01-01 in days since 1970, proleptic Gregorian.
const YEAR_ZERO: i64 = -719_528;
/// 1582-10-15, from which on all calendars of today agree.
const GREGORIAN_REFORM: i64 = -12_219_292_800;

/// A stamp as the directory packs it: the decimal number without the eights and nines of its last place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(u32);

impl Stamp {
    pub fn unpack(word: u32) -> Self {
        Self((word >> 3).wrapping_mul(10).wrapping_add(word & 7))
    }

    /// As librmn gives it: a signed number.
    pub fn number(self) -> i64 {
        i64::from(self.0 as i32)
    }

    /// The point in time; `None` for «no date» and for dates that do not exist.
    pub fn moment(self) -> Option<Moment> {
        // Numbers that librmn's own tools write where there is no date.
        if [0, 10_101_011, 101_010_101].contains(&self.0) {
            return None;
        }
        // The last decimal counts to eight only.
        let eights = |number: u32| i64::from(number / 10) * 8 + i64::from(number % 10);
        if self.0 >= EXTENDED_START {
            return at(YEAR_ZERO * DAY + eights(self.0 - EXTENDED_START) * 3600);
        }
        if self.0 as i32 <= 0 {
            return None;
        }
        if self.0 >= NEW_STYLE_START {
            return at(NEW_STYLE_EPOCH + eights(self.0 - NEW_STYLE_START) * 5);
        }
        self.old_style()
    }

    /// MMDDYYZZR: month, day, year of the century, hour, and the number of the run, which says nothing of the time.
    fn old_style(self) -> Option<Moment> {
        let part = |divisor: u32| (self.0 / divisor % 100) as u8;
        let (month, day, year, hour) = ((self.0 / 10_000_000) as u8, part(100_000), part(1000), part(10));
        let date = Date { year: 1900 + i64::from(year), month, day };
        Moment::new(Calendar::Standard, date, 0, 0, 0)?;
        at(Calendar::Standard.days(date)? * DAY + i64::from(hour) * 3600)
    }

    /// The time so many seconds earlier. Old stamps count whole hours, so that the difference is rounded to hours.
    pub fn earlier(self, seconds: i64) -> Option<Moment> {
        let old = self.0 < NEW_STYLE_START;
        let back = if old { (seconds + 1800).div_euclid(3600) * 3600 } else { seconds };
        at(self.unix()?.checked_sub(back)?)
    }

    fn unix(self) -> Option<i64> {
        self.moment().map(|moment| moment.seconds)
    }
}

/// The calendar that people live by, as other formats write it; the one without a break before the reform. No year is
/// below zero.
pub fn at(seconds: i64) -> Option<Moment> {
    let calendar = if seconds < GREGORIAN_REFORM { Calendar::ProlepticGregorian } else { Calendar::Standard };
    (seconds >= YEAR_ZERO * DAY).then_some(Moment { calendar, seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(stamp: u32) -> Option<String> {
        Stamp(stamp).moment().map(Moment::iso)
    }

    #[test]
    fn stamps_of_all_ages_are_the_times_that_librmn_reads() {
        assert_eq!(Stamp::unpack(0x16d1_a360), Stamp(478_547_000));
        assert_eq!(iso(478_547_000).as_deref(), Some("2025-01-15T06:00:00Z"));
        assert_eq!(iso(478_541_600).as_deref(), Some("2025-01-15T00:00:00Z"));
        // 01-15, 1979, 12 hours, run 3.
        assert_eq!(iso(11_579_123).as_deref(), Some("1979-01-15T12:00:00Z"));
        // The thirtieth of February.
        assert_eq!(iso(23_079_120), None);
        assert_eq!(iso(0), None);
        // Hours since the year zero: none, then one day.
        assert_eq!(iso(3_000_000_000).as_deref(), Some("0000-01-01T00:00:00Z"));
        assert_eq!(iso(3_000_000_030).as_deref(), Some("0000-01-02T00:00:00Z"));
    }

    #[test]
    fn the_run_lies_a_lead_time_before_the_valid_time() {
        let stamp = Stamp(478_547_000);
        assert_eq!(stamp.earlier(6 * 3600).map(Moment::iso).as_deref(), Some("2025-01-15T00:00:00Z"));
        assert_eq!(stamp.earlier(1 << 50), None, "before the year zero");
        assert_eq!(Stamp(11_579_123).earlier(2000).map(Moment::iso).as_deref(), Some("1979-01-15T11:00:00Z"));
    }

    #[test]
    fn no_word_makes_a_panic() {
        for n in 0..200_000_u32 {
            let stamp = Stamp::unpack(n.wrapping_mul(2_654_435_761));
            if let Some(moment) = stamp.moment() {
                assert!(!moment.iso().is_empty());
            }
            let _ = stamp.earlier(i64::from(n) << 30);
        }
    }
}
