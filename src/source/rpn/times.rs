//! Reference, lead and valid time of a record, and where the file's name has to help.

use std::path::Path;

use super::dates::{Stamp, at};
use super::descriptor::Descriptor;
use crate::source::Step;
use crate::time::{Calendar, Date, LeadTime, Moment, ReferenceTime, ValidTime};

const HOUR: i64 = 3600;
/// Larger numbers in ip2 are codes.
const LARGEST_PLAIN_IP: u32 = 32_767;

/// What a file's name says: `2025011500_006` is the run of 2025-01-15 00Z six hours ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Seconds since 1970.
    run: Option<i64>,
    hours: Option<i64>,
}

impl Named {
    /// The first ten digits in a row are a run, the first three behind them (or any three) a lead time.
    pub fn of(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let groups: Vec<&str> = name.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
        let dated = groups.iter().position(|group| group.len() == 10);
        let behind = dated.map_or(0, |at| at + 1);
        let hours = groups.iter().skip(behind).find(|group| group.len() == 3).and_then(|group| group.parse().ok());
        let run = dated.and_then(|at| groups.get(at)).and_then(|group| run(group));
        Self { run, hours }
    }
}

/// YYYYMMDDHH
fn run(digits: &str) -> Option<i64> {
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<u8>().ok();
    let date = Date { year: digits.get(..4)?.parse().ok()?, month: part(4, 6)?, day: part(6, 8)? };
    Moment::new(Calendar::Standard, date, part(8, 10)?, 0, 0).map(|moment| moment.seconds)
}

/// The three times of a record. The directory holds the valid time; the lead time is deet × npas.
pub fn step(record: &Descriptor, named: Named) -> Step {
    let stamp = Stamp::unpack(record.date());
    let seconds = i64::from(record.deet()) * i64::from(record.npas());
    if seconds == 0
        && let Some(hours) = hours_of_name(record, named)
        && let Some(step) = step_by_name(stamp, hours, named.run)
    {
        return step;
    }
    let Some(run) = stamp.earlier(seconds) else {
        // No date, or a lead time that reaches back before all dates.
        let lead = (stamp.moment().is_none() && seconds > 0).then_some(LeadTime(seconds));
        return Step { run: None, lead, valid: stamp.moment().map(ValidTime), span: None };
    };
    let (run, lead) = (Some(ReferenceTime(run)), Some(LeadTime(seconds)));
    Step { run, lead, valid: stamp.moment().map(ValidTime), span: None }
}

/// Programs that leave deet or npas at zero put hours into ip2; that is believed where the name says the same.
fn hours_of_name(record: &Descriptor, named: Named) -> Option<i64> {
    let hours = (1..=LARGEST_PLAIN_IP).contains(&record.ip2()).then_some(i64::from(record.ip2()))?;
    (named.hours == Some(hours)).then_some(hours)
}

/// With no time steps a writer's one date is both origin and validity; the name tells which of them it meant.
fn step_by_name(stamp: Stamp, hours: i64, named_run: Option<i64>) -> Option<Step> {
    let date = stamp.moment()?.seconds;
    let lead = hours * HOUR;
    let run = if named_run == Some(date - lead) { date - lead } else { date };
    Some(Step {
        run: Some(ReferenceTime(at(run)?)),
        lead: Some(LeadTime(lead)),
        valid: Some(ValidTime(at(run.checked_add(lead)?)?)),
        span: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// deet, npas, ip2 and a date word, in a descriptor that is empty otherwise.
    fn record(deet: u32, npas: u32, ip2: u32, date: u32) -> Descriptor {
        let mut words = [0_u32; 18];
        (words[2], words[6], words[15], words[17]) = (deet << 8, npas << 6, ip2 << 4, date);
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        Descriptor::new(&bytes).expect("72 bytes")
    }

    fn said(step: Step) -> (Option<String>, Option<f64>, Option<String>) {
        (step.run.map(|run| run.0.iso()), step.lead.map(LeadTime::hours), step.valid.map(|valid| valid.0.iso()))
    }

    /// 2025-01-15 06:00, from the worked example of the format's description.
    const SIX: u32 = 0x16d1_a360;

    #[test]
    fn lead_time_is_the_length_of_all_time_steps() {
        let expected = (Some("2025-01-15T00:00:00Z".into()), Some(6.0), Some("2025-01-15T06:00:00Z".into()));
        assert_eq!(said(step(&record(450, 48, 99, SIX), Named::default())), expected);
    }

    #[test]
    fn without_time_steps_the_name_decides_whether_ip2_is_a_lead_time() {
        let named = |name: &str| Named::of(Path::new(name));
        let of = |name| said(step(&record(0, 48, 6, SIX), named(name)));
        let analysis = (Some("2025-01-15T06:00:00Z".into()), Some(0.0), Some("2025-01-15T06:00:00Z".into()));
        assert_eq!(of("analysis"), analysis);
        assert_eq!(of("2025011500_012"), analysis, "the name says twelve hours");
        let from_midnight = (Some("2025-01-15T00:00:00Z".into()), Some(6.0), Some("2025-01-15T06:00:00Z".into()));
        assert_eq!(of("2025011500_006"), from_midnight);
        let from_six = (Some("2025-01-15T06:00:00Z".into()), Some(6.0), Some("2025-01-15T12:00:00Z".into()));
        assert_eq!(of("2025011506_006.fst"), from_six);
        assert_eq!(of("pres_006"), from_six);
    }

    #[test]
    fn a_record_without_a_date_has_none() {
        assert_eq!(said(step(&record(0, 0, 0, 0), Named::default())), (None, None, None));
        assert_eq!(said(step(&record(3600, 6, 0, 0), Named::default())), (None, Some(6.0), None));
        // So many seconds that the run would lie before the year zero.
        let (run, lead, valid) = said(step(&record(0xff_ffff, 0x3ff_ffff, 0, SIX), Named::default()));
        assert_eq!((run, lead), (None, None));
        assert!(valid.is_some());
    }
}
