//! The run that a file names in its global attributes.

use std::collections::HashMap;
use std::sync::Arc;

use super::Gridded;
use super::time::parse_text;
use crate::source::Step;
use crate::time::{Calendar, ReferenceTime};

/// WRF's start of the simulation, and of this part of it after a restart.
const STARTS: [&str; 2] = ["SIMULATION_START_DATE", "START_DATE"];

/// Gives steps without a run the one of the attributes, and the lead time that follows.
pub fn name_run(gridded: &mut [Gridded], attributes: &[(String, String)]) {
    let text = |name: &str| attributes.iter().find(|(key, _)| key == name).map(|(_, text)| text.as_str());
    let Some(start) = STARTS.iter().find_map(|name| parse_text(text(name)?, Calendar::Standard)) else { return };
    let run = ReferenceTime(start);
    // Variables along the same times go on sharing them.
    let mut known: HashMap<*const Vec<Step>, [Arc<Vec<Step>>; 2]> = HashMap::new();
    for field in gridded {
        let before = field.steps.clone();
        let [_, named] = known.entry(Arc::as_ptr(&before)).or_insert_with(|| {
            let of_run = |step: &Step| match step.valid {
                Some(valid) if step.run.is_none() && valid.0.calendar == start.calendar && valid.0 >= start => {
                    Step { run: Some(run), lead: Some(valid - run), ..*step }
                }
                None if step.run.is_none() && step.lead.is_none() => Step { run: Some(run), ..*step },
                _ => *step,
            };
            // What is kept cannot give its address to another.
            [before.clone(), Arc::new(before.iter().map(of_run).collect())]
        });
        field.steps = named.clone();
    }
}
