//! Whether a run is all there: its lead times against those that its model's runs usually have.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use super::{Lost, Model, Run, SlotTime};
use crate::time::{LeadTime, Moment, ReferenceTime};

/// How far a run has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// Lead times that are there; `None` where that is not known before its files are read.
    pub leads: Option<usize>,
    /// How many runs of this model usually have.
    pub usual: Option<usize>,
    /// When one of its files was written last.
    pub written: Option<SystemTime>,
    /// There is no later run of its model.
    pub newest: bool,
    /// Times that the run should have, or had, or will have once its files are read, and has not.
    pub missing: Vec<SlotTime>,
    /// Of files that were not read yet, by their names; `None` for a name that tells none.
    ahead: Vec<Option<LeadTime>>,
    /// Of files that were refused, by their names.
    refused: Vec<LeadTime>,
}

/// What a run is by its lead times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// As many as usual, or nothing to compare it with.
    Whole,
    /// Fewer, and more may come.
    Arriving,
    /// Fewer, and nothing has come for long.
    Incomplete,
}

/// A run of which something was written within this time still grows.
const GROWS: Duration = Duration::from_secs(90 * 60);
/// The newest run is waited for as long as centres take to compute one.
const NEWEST_GROWS: Duration = Duration::from_secs(12 * 3600);

impl Arrival {
    pub(super) fn of(written: Option<SystemTime>, ahead: Vec<Option<LeadTime>>, refused: Vec<LeadTime>) -> Self {
        Self { written, ahead, refused, ..Self::default() }
    }

    /// At this moment: a run that grows no longer is incomplete some time later.
    #[must_use]
    pub fn at(&self, now: SystemTime) -> Completeness {
        if self.leads.is_none() || self.usual.is_none() || self.leads >= self.usual {
            return Completeness::Whole;
        }
        // What is dated in the future was written just now, by another clock.
        let age = self.written.map(|written| now.duration_since(written).unwrap_or_default());
        let patience = if self.newest { NEWEST_GROWS } else { GROWS };
        let grows = age.is_some_and(|age| age <= patience);
        if grows { Completeness::Arriving } else { Completeness::Incomplete }
    }
}

/// Finds out for all runs of a model what they have and what they lack.
pub(super) fn compare(model: &mut Model, lost: &[Lost]) {
    let leads: Vec<Option<BTreeSet<LeadTime>>> = model.runs.iter().map(leads_of).collect();
    let newest = model.runs.iter().filter_map(|run| run.reference).max();
    let usual: Vec<Option<&BTreeSet<LeadTime>>> = (0..leads.len()).map(|at| usual(&model.runs, &leads, at)).collect();
    for (at, run) in model.runs.iter_mut().enumerate() {
        let mine = leads.get(at).and_then(Option::as_ref);
        let usual = usual.get(at).copied().flatten();
        run.arrival.leads = mine.map(BTreeSet::len);
        run.arrival.usual = usual.map(BTreeSet::len);
        run.arrival.newest = run.reference.is_some() && run.reference == newest;
        run.arrival.missing = missing(run, &model.id, mine, usual, lost);
    }
}

/// All lead times of a run, by its fields and by the names of its files.
fn leads_of(run: &Run) -> Option<BTreeSet<LeadTime>> {
    run.reference?;
    let ahead: Option<BTreeSet<LeadTime>> = run.arrival.ahead.iter().copied().collect();
    let read = run.series.iter().flat_map(|series| &series.slots).filter_map(|slot| slot.lead);
    let all: BTreeSet<LeadTime> = ahead?.into_iter().chain(read).collect();
    (!all.is_empty()).then_some(all)
}

/// What the most of the other runs have. Those of 06Z and 18Z are often shorter than those of 00Z and 12Z, so runs are
/// compared with those of the same hour or twelve hours off, where there are any.
fn usual<'l>(runs: &[Run], leads: &'l [Option<BTreeSet<LeadTime>>], at: usize) -> Option<&'l BTreeSet<LeadTime>> {
    let hour = |n: usize| runs.get(n).and_then(|run| Some(run.reference?.0.seconds.rem_euclid(12 * 3600)));
    let known: Vec<usize> =
        (0..leads.len()).filter(|n| *n != at && leads.get(*n).is_some_and(Option::is_some)).collect();
    let alike: Vec<usize> = known.iter().copied().filter(|n| hour(*n) == hour(at)).collect();
    let others = if alike.is_empty() { known } else { alike };
    let mut counts: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for n in others {
        let size = leads.get(n)?.as_ref()?.len();
        // Runs stand newest first: the first of a size is the newest.
        counts.entry(size).or_insert((0, n)).0 += 1;
    }
    let (_, (_, newest)) = counts.into_iter().max_by_key(|(size, (count, _))| (*count, *size))?;
    leads.get(newest)?.as_ref()
}

/// Times that have no field: those that files will bring or should have brought, those that other runs have, those that
/// were there.
fn missing(
    run: &Run,
    model: &str,
    mine: Option<&BTreeSet<LeadTime>>,
    usual: Option<&BTreeSet<LeadTime>>,
    lost: &[Lost],
) -> Vec<SlotTime> {
    let Some(reference) = run.reference else { return Vec::new() };
    let there: BTreeSet<SlotTime> = run.series.iter().flat_map(|series| series.slots.iter().copied()).collect();
    if there.is_empty() {
        return Vec::new();
    }
    let wanted = mine.into_iter().chain(usual).flatten().chain(&run.arrival.refused);
    let wanted = wanted.map(|lead| at(reference, *lead));
    let lost = lost.iter().filter(|lost| lost.model == model).flat_map(|lost| &lost.steps);
    let lost = lost.filter(|step| step.run.is_some_and(|run| same(run.0, reference.0)));
    let lost = lost.filter_map(|step| Some(at(reference, step.lead?)));
    let all: BTreeSet<SlotTime> = wanted.chain(lost).collect();
    let has = |time: &SlotTime| there.iter().any(|slot| slot.lead == time.lead);
    all.into_iter().filter(|time| !has(time)).collect()
}

fn at(reference: ReferenceTime, lead: LeadTime) -> SlotTime {
    SlotTime { valid: Some(reference + lead), lead: Some(lead), number: None }
}

fn same(a: Moment, b: Moment) -> bool {
    a.seconds == b.seconds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Bilingual;

    const HOUR: u64 = 3600;

    fn model(runs: &[(i64, usize)]) -> Model {
        let runs = runs.iter().map(|(hour, leads)| Run {
            reference: Some(ReferenceTime(Moment::from_unix(hour * 3600))),
            series: Vec::new(),
            unread: Vec::new(),
            arrival: Arrival::of(
                Some(SystemTime::UNIX_EPOCH + Duration::from_secs(HOUR * (*hour as u64 + 4))),
                (0..*leads).map(|lead| Some(LeadTime(lead as i64 * 21_600))).collect(),
                Vec::new(),
            ),
        });
        let name = Bilingual::same("a");
        let mut model = Model { id: "a".to_owned(), name, note: None, listed: false, runs: runs.collect() };
        compare(&mut model, &[]);
        model
    }

    fn states(runs: &[(i64, usize)], now: u64) -> Vec<Completeness> {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(HOUR * now);
        model(runs).runs.iter().map(|run| run.arrival.at(now)).collect()
    }

    #[test]
    fn a_short_run_arrives_while_it_grows_and_is_incomplete_when_it_is_old() {
        use Completeness::{Arriving, Incomplete, Whole};
        let runs = [(48, 12), (36, 41), (24, 20), (12, 41)];
        assert_eq!(states(&runs, 53), [Arriving, Whole, Incomplete, Whole]);
        assert_eq!(states(&runs, 70), [Incomplete, Whole, Incomplete, Whole], "nobody waits for ever");
        let arrival = &model(&runs).runs[0].arrival;
        assert_eq!((arrival.leads, arrival.usual), (Some(12), Some(41)));
    }

    #[test]
    fn the_runs_of_an_hour_are_compared_with_one_another() {
        use Completeness::Whole;
        let shorter = [(54, 20), (48, 41), (42, 20), (36, 41), (30, 20), (24, 41)];
        assert_eq!(states(&shorter, 56), [Whole; 6]);
    }

    #[test]
    fn a_lone_run_is_compared_with_nothing() {
        assert_eq!(states(&[(12, 3)], 13), [Completeness::Whole]);
        assert_eq!(model(&[]).runs.len(), 0);
    }
}
