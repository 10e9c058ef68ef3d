//! Analyses and observations: every field has its own reference time, and all of them together are one loop.

use std::collections::{BTreeMap, BTreeSet};

use super::OpenFile;
use super::join::RunParts;
use crate::time::{LeadTime, ReferenceTime};

type Runs = BTreeMap<Option<ReferenceTime>, RunParts>;

/// Runs of one time each that are no forecasts become one without a reference time, a series by valid time: all of lead
/// time 0, or sums over the whole time since their reference time that do not overlap (Stage IV).
pub(super) fn joined(runs: Runs, files: &[OpenFile]) -> Runs {
    if runs.len() < 2 || !are_analyses(&runs, files) {
        return runs;
    }
    let mut all = RunParts::default();
    for mut run in runs.into_values() {
        all.unread.append(&mut run.unread);
        all.written = all.written.max(run.written);
        for mut part in run.series {
            for entry in &mut part.entries {
                entry.slot.lead = None;
            }
            all.add(part);
        }
    }
    BTreeMap::from([(None, all)])
}

fn are_analyses(runs: &Runs, files: &[OpenFile]) -> bool {
    let of_run = |run: &RunParts| -> Option<LeadTime> {
        let read = run.series.iter().flat_map(|part| &part.entries).map(|entry| {
            let lead = entry.slot.lead?;
            let whole = entry.recipe.span.is_some_and(|span| span.0 == lead.0);
            (lead.0 == 0 || whole).then_some(lead)
        });
        let named = run.unread.iter().map(|number| files.get(*number)?.named?.lead.filter(|lead| lead.0 == 0));
        let leads: Option<BTreeSet<LeadTime>> = read.chain(named).collect();
        let leads = leads.filter(|leads| leads.len() == 1 && run.refused.is_empty())?;
        leads.first().copied()
    };
    let leads: Option<Vec<LeadTime>> = runs.values().map(of_run).collect();
    let starts: Option<Vec<ReferenceTime>> = runs.keys().copied().collect();
    let (Some(leads), Some(starts)) = (leads, starts) else { return false };
    let is_apart = |(pair, lead): (&[ReferenceTime], &LeadTime)| match pair {
        [a, b] => b.0.seconds - a.0.seconds >= lead.0,
        _ => true,
    };
    leads.windows(2).all(|pair| pair.first() == pair.last()) && starts.windows(2).zip(&leads).all(is_apart)
}
