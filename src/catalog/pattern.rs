//! How a model's files are called, as a forecaster writes it: `{run}_{lead}`.
//!
//! The pattern describes the path below the model's folder. `*` stands for any characters within one name; `{run}` for
//! date and hour together (`2026112012`, `20261120T12Z`), `{date}` for `20261120`, `{hour}` for `12`, `{lead}` for the
//! lead time in hours. Everything else stands for itself.

use super::names::Named;
use crate::time::{Calendar, Date, LeadTime, Moment, ReferenceTime};

/// A pattern that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
    /// As it was written.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// A character that stands for itself.
    Letter(char),
    /// Any characters but `/`.
    Any,
    Run,
    Date,
    Hour,
    Lead,
}

/// What of a name was read so far.
#[derive(Clone, Copy, Debug, Default)]
struct Read {
    date: Option<Date>,
    clock: Option<(u8, u8)>,
    lead: Option<LeadTime>,
}

impl Pattern {
    const LONGEST: usize = 400;

    /// `Err` with the part that is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text.trim().trim_start_matches("./");
        if rest.is_empty() || rest.len() > Self::LONGEST {
            return Err(rest.chars().take(40).collect());
        }
        while let Some(next) = rest.chars().next() {
            if next == '{' {
                let end = rest.find('}').ok_or_else(|| rest.to_owned())?;
                let word = rest.get(1..end).unwrap_or_default();
                parts.push(match word {
                    "run" => Part::Run,
                    "date" => Part::Date,
                    "hour" => Part::Hour,
                    "lead" => Part::Lead,
                    _ => return Err(format!("{{{word}}}")),
                });
                rest = rest.get(end + 1..).unwrap_or_default();
                continue;
            }
            parts.push(if next == '*' { Part::Any } else { Part::Letter(next) });
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
        }
        Ok(Self { parts, text: text.trim().to_owned() })
    }

    /// Whether a path below the model's folder, with `/` between its names, is one of its files; and what its name
    /// tells: `Some(None)` where the pattern asks for no run.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<Option<Named>> {
        let read = self.matched(path)?;
        let moment = read
            .date
            .zip(read.clock)
            .and_then(|(date, (hour, minute))| Moment::new(Calendar::Standard, date, hour, minute, 0));
        Some(moment.map(|moment| Named { run: ReferenceTime(moment), lead: read.lead }))
    }

    /// From left to right; where a part does not fit, the last `*` takes one character more. Every other part fits a
    /// place in one way only, so nothing else needs to be tried again.
    fn matched(&self, path: &str) -> Option<Read> {
        let (mut part, mut rest, mut read) = (0, path, Read::default());
        let mut star: Option<(usize, &str, Read)> = None;
        loop {
            let fits = match self.parts.get(part) {
                None if rest.is_empty() => return Some(read),
                None => None,
                Some(Part::Any) => {
                    star = Some((part + 1, rest, read));
                    Some((rest, read))
                }
                Some(part) => part.fit(rest, read),
            };
            if let Some((after, known)) = fits {
                (part, rest, read) = (part + 1, after, known);
                continue;
            }
            let (after_star, from, known) = star.take()?;
            let skipped = from.chars().next().filter(|c| *c != '/')?;
            let from = from.get(skipped.len_utf8()..)?;
            star = Some((after_star, from, known));
            (part, rest, read) = (after_star, from, known);
        }
    }
}

impl Part {
    /// What is left behind this part, and what it tells.
    fn fit<'a>(&self, text: &'a str, read: Read) -> Option<(&'a str, Read)> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        match self {
            Self::Letter(letter) => Some((text.strip_prefix(*letter)?, read)),
            // The pattern's own star is met before.
            Self::Any => None,
            Self::Date => {
                let date = date(text.get(..8)?)?;
                Some((text.get(8..)?, Read { date: Some(date), ..read }))
            }
            Self::Hour => {
                let hour = two(text.get(..2)?).filter(|hour| *hour < 24)?;
                Some((text.get(2..)?, Read { clock: Some((hour, 0)), ..read }))
            }
            Self::Lead => {
                let hours: i64 = text.get(..digits).filter(|_| (1..=5).contains(&digits))?.parse().ok()?;
                Some((text.get(digits..)?, Read { lead: Some(LeadTime(hours * 3600)), ..read }))
            }
            Self::Run => {
                let date = date(text.get(..8)?)?;
                let behind = text.get(8..)?;
                let behind = behind.strip_prefix(['T', 't']).unwrap_or(behind);
                let hour = two(behind.get(..2)?).filter(|hour| *hour < 24)?;
                let rest = behind.get(2..)?;
                let minute = rest.get(..2).and_then(two).filter(|minute| *minute < 60);
                let rest = if minute.is_some() { rest.get(2..)? } else { rest };
                let rest = rest.strip_prefix(['Z', 'z']).unwrap_or(rest);
                Some((rest, Read { date: Some(date), clock: Some((hour, minute.unwrap_or(0))), ..read }))
            }
        }
    }
}

fn two(text: &str) -> Option<u8> {
    text.bytes().all(|c| c.is_ascii_digit()).then(|| text.parse().ok())?
}

/// `20261120`, a day of the calendar.
fn date(text: &str) -> Option<Date> {
    let year = text.get(..4).filter(|year| year.bytes().all(|c| c.is_ascii_digit()))?.parse().ok()?;
    let date = Date { year, month: two(text.get(4..6)?)?, day: two(text.get(6..8)?)? };
    Calendar::Standard.days(date).map(|_| date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_reads_run_and_lead_time_from_a_path() {
        for (pattern, path, run, hours) in [
            ("{run}_{lead}", "2026112012_024", "2026-11-20T12:00:00Z", 24),
            ("{run}_{lead}.nc", "20261120T12Z_6.nc", "2026-11-20T12:00:00Z", 6),
            ("CMC_*_{run}_P{lead}.grib2", "CMC_glb_HGT_ISBL_500_2026112000_P240.grib2", "2026-11-20T00:00:00Z", 240),
            (
                "gfs.{date}/{hour}/atmos/*.f{lead}",
                "gfs.20261120/18/atmos/gfs.t18z.0p25.f003",
                "2026-11-20T18:00:00Z",
                3,
            ),
            ("*{run}*_{lead}*", "a_2026112012_b_c_012_d", "2026-11-20T12:00:00Z", 12),
        ] {
            let pattern = Pattern::parse(pattern).expect("a pattern");
            let named = pattern.read(path).flatten().unwrap_or_else(|| panic!("{path} does not fit"));
            assert_eq!((named.run.0.iso().as_str(), named.lead), (run, Some(LeadTime(hours * 3600))), "{path}");
        }
    }

    #[test]
    fn what_does_not_fit_is_no_file_of_the_model() {
        let pattern = Pattern::parse("{run}_{lead}.nc").expect("a pattern");
        for path in
            ["2026112012_024", "2026112012_.nc", "2026132012_024.nc", "2026112024_024.nc", "x/2026112012_024.nc", ""]
        {
            assert_eq!(pattern.read(path), None, "{path}");
        }
        assert_eq!(Pattern::parse("*.nc").expect("a pattern").read("a.nc"), Some(None), "it asks for no run");
        assert_eq!(Pattern::parse("*.nc").expect("a pattern").read("a/b.nc"), None, "a star stays within a name");
    }

    #[test]
    fn an_unknown_place_is_named() {
        assert_eq!(Pattern::parse("{run}_{member}.nc"), Err("{member}".to_owned()));
        assert_eq!(Pattern::parse("a{run"), Err("{run".to_owned()));
        assert!(Pattern::parse("  ").is_err());
    }

    #[test]
    fn many_stars_take_no_time() {
        let pattern = Pattern::parse(&"*a".repeat(100)).expect("a pattern");
        assert_eq!(pattern.read(&"a".repeat(99)), None);
        assert_eq!(pattern.read(&"a".repeat(5000)), Some(None));
    }
}
