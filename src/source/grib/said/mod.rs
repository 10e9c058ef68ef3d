//! What a message says of itself beside its numbers: parameter, level, times, member, statistic.

mod edition1;
mod edition2;
mod levels;
mod names;
mod substances;

use crate::field::{Member, Qualifier};
use crate::source::Step;
use crate::time::{Calendar, Date, LeadTime, Moment, ReferenceTime, Span};

pub use levels::LevelSaid;
pub use names::{Named, named, short_name};

use super::message::Field;

/// A message in our words.
#[derive(Clone, Debug)]
pub struct Said {
    /// Edition 2: discipline, category, number. Edition 1: centre, version of the table, number.
    pub parameter: [u16; 3],
    pub level: LevelSaid,
    /// `instant`, `accum`, `avg`, `max` …
    pub statistic: String,
    pub step: Step,
    /// When the interval of a statistic begins; it ends at the step.
    pub begins: Option<LeadTime>,
    pub member: Option<Member>,
    /// How a member was perturbed (code table 4.6): 2 negatively, 3 positively.
    pub perturbation: Option<u8>,
    /// What else tells it from other fields of the parameter: a substance, a threshold, a percentile.
    pub qualifiers: Vec<Qualifier>,
    /// The numbers are those of the parameter itself: no probability, percentile or spread.
    pub plain: bool,
    /// They are probabilities.
    pub probability: bool,
    /// Number of the generating process: the model, in the centre's own list.
    pub process: u16,
    /// Number of the background process, which edition 1 lacks.
    pub background: Option<u8>,
    /// Product definition template of edition 2; the indicator of the time range of edition 1.
    pub template: u16,
}

/// Reads the product section. `None` where its octets are not there, or make no date.
pub fn read(field: &Field) -> Option<Said> {
    match field.edition {
        1 => edition1::read(field),
        _ => edition2::read(field),
    }
}

/// Seconds, or months, in a unit of time (WMO code table 4.4, and table 4 of edition 1 as far as they agree).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Seconds(i64),
    Months(i64),
}

impl Unit {
    fn of(code: u8) -> Option<Self> {
        const HOUR: i64 = 3600;
        Some(match code {
            0 => Self::Seconds(60),
            1 => Self::Seconds(HOUR),
            2 => Self::Seconds(24 * HOUR),
            3 => Self::Months(1),
            4 => Self::Months(12),
            5 => Self::Months(120),
            6 => Self::Months(360),
            7 => Self::Months(1200),
            10 => Self::Seconds(3 * HOUR),
            11 => Self::Seconds(6 * HOUR),
            12 => Self::Seconds(12 * HOUR),
            _ => return None,
        })
    }

    /// So many units after a time.
    fn after(self, start: Moment, count: i64) -> Option<Moment> {
        match self {
            Self::Seconds(each) => {
                let seconds = start.seconds.checked_add(count.checked_mul(each)?)?;
                Some(Moment { seconds, ..start })
            }
            Self::Months(each) => {
                let (date, (hour, minute, second)) = (start.date(), start.clock());
                let months = (date.year * 12 + i64::from(date.month) - 1).checked_add(count.checked_mul(each)?)?;
                let (year, month) = (months.div_euclid(12), months.rem_euclid(12) as u8 + 1);
                if year.abs() > 100_000 {
                    return None;
                }
                let day = date.day.min(start.calendar.days_in_month(year, month));
                Moment::new(start.calendar, Date { year, month, day }, hour, minute, second)
            }
        }
    }
}

fn lead(start: Moment, at: Moment) -> LeadTime {
    LeadTime(at.seconds.saturating_sub(start.seconds))
}

/// The step of a forecast that holds at `end`, or of an interval up to it.
fn step(start: Moment, begins: Option<LeadTime>, end: Moment) -> Step {
    let (run, lead) = (ReferenceTime(start), lead(start, end));
    let span = begins.map(|begins| Span(lead.0.saturating_sub(begins.0))).filter(|span| span.0 >= 0);
    Step { run: Some(run), lead: Some(lead), valid: Some(run + lead), span }
}

fn moment(year: i64, [month, day, hour, minute, second]: [u8; 5]) -> Option<Moment> {
    Moment::new(Calendar::Standard, Date { year, month, day }, hour, minute, second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_in_the_calendar() {
        let start = moment(2023, [11, 30, 6, 0, 0]).expect("a date");
        let after = |count| Unit::Months(1).after(start, count).expect("a date").iso();
        assert_eq!(after(3), "2024-02-29T06:00:00Z");
        assert_eq!(after(-11), "2022-12-30T06:00:00Z");
    }
}
