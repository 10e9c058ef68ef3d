//! A selection laid out: one slot for each lead time, and how each of its layers is made.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::request::{self, Selection, Subject};
use crate::catalog::{Catalog, Parameter, Recipe, Run, Series, SlotTime, expver};
use crate::field::Level;
use crate::grid::Grid;
use crate::product::{self, BandStyle, LineStyle, Style};
use crate::source::ExtraDimension;
use crate::text::{Bilingual, Language};
use crate::time::ReferenceTime;

/// All that a loop needs to know before a value is read.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub model: Bilingual,
    pub run: Option<ReferenceTime>,
    pub level: Option<Level>,
    /// The member and the positions on other dimensions in words; empty where there is no choice.
    pub variant: Bilingual,
    pub bands: Option<LayerPlan>,
    pub lines: Option<LayerPlan>,
    /// In time order.
    pub slots: Vec<Slot>,
    /// Times that the run should have, or will have once all its files are read or have come.
    pub missing: Vec<SlotTime>,
    /// Times of slots whose files are being written anew: their pictures are of what was there before.
    pub arriving: BTreeSet<SlotTime>,
}

/// One layer of the picture, the same in all slots.
#[derive(Clone, Debug)]
pub struct LayerPlan {
    pub parameter: Parameter,
    /// The short word in read-outs and notes: RH, Z; the parameter's name for a single variable.
    pub short: Bilingual,
    pub grid: Arc<Grid>,
    pub look: Look,
    /// What its fields are over their intervals, as of [`Series`].
    pub statistic: String,
    /// As of [`Series`].
    pub one_of_several: bool,
}

/// How a layer is coloured.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    Bands(BandStyle),
    Lines(LineStyle),
    /// Round steps over the range that the run's values turn out to have.
    BandsOverRange,
}

/// One picture of the loop.
#[derive(Clone, Debug)]
pub struct Slot {
    pub time: SlotTime,
    pub bands: Option<Recipe>,
    pub lines: Option<Recipe>,
}

impl Plan {
    /// `None` where the catalogue no longer has what is asked for.
    #[must_use]
    pub fn new(catalog: &Catalog, selection: &Selection, interval_factor: f32) -> Option<Self> {
        let model = catalog.model(&selection.model)?;
        let run = model.run(selection.run)?;
        let (bands, lines, style) = match &selection.subject {
            Subject::Product(id) => {
                let product = product::product(id)?;
                let of = |layer: &Option<(String, Bilingual)>| {
                    layer.as_ref().and_then(|(id, short)| Some((run.series(id)?, short.clone())))
                };
                (of(&product.bands), of(&product.lines), product.style(selection.level, interval_factor))
            }
            Subject::Variable(id) => {
                let series = run.series(id)?;
                (Some((series, series.parameter.name.clone())), None, Style::default())
            }
        };
        let slots = slots(bands.as_ref().map(|b| b.0), lines.as_ref().map(|l| l.0), selection);
        Some(Self {
            model: model.name.clone(),
            run: selection.run,
            level: selection.level,
            variant: variant_words(run, selection),
            bands: bands.map(|(series, short)| {
                let look = style.bands.map_or_else(|| variable_look(&series.parameter, selection.level), Look::Bands);
                LayerPlan::new(series, short, look)
            }),
            lines: lines
                .zip(style.lines)
                .map(|((series, short), style)| LayerPlan::new(series, short, Look::Lines(style))),
            missing: missing(run, &slots),
            arriving: arriving(catalog, &slots),
            slots,
        })
    }

    /// The same fields in the same slots.
    #[must_use]
    pub fn shows_the_same(&self, other: &Self) -> bool {
        let same = |(a, b): (&Slot, &Slot)| a.time == b.time && a.bands == b.bands && a.lines == b.lines;
        self.slots.len() == other.slots.len() && self.slots.iter().zip(&other.slots).all(same)
    }

    /// A file of this slot is being written anew.
    #[must_use]
    pub fn is_arriving(&self, slot: usize) -> bool {
        self.slots.get(slot).is_some_and(|slot| self.arriving.contains(&slot.time))
    }

    /// The grid by which the region «Data» is laid out.
    #[must_use]
    pub fn grid(&self) -> Option<&Arc<Grid>> {
        self.bands.as_ref().or(self.lines.as_ref()).map(|layer| &layer.grid)
    }

    /// The slot whose valid time is nearest to now; the first that has one where now lies outside the run's valid times.
    #[must_use]
    pub fn slot_of(&self, now: crate::time::Moment) -> usize {
        let seconds = |slot: &Slot| slot.time.valid.map(|valid| valid.0.seconds);
        let mut times = self.slots.iter().filter_map(seconds);
        let first = times.next();
        let last = times.next_back().or(first);
        let within = first.is_some_and(|first| first <= now.seconds) && last.is_some_and(|last| now.seconds <= last);
        let first_with_time = || self.slots.iter().position(|slot| slot.time.valid.is_some()).unwrap_or(0);
        if within { self.nearest_to(now) } else { first_with_time() }
    }

    /// The slot whose valid time is nearest to a moment.
    #[must_use]
    pub fn nearest_to(&self, now: crate::time::Moment) -> usize {
        let seconds = |slot: &Slot| slot.time.valid.map(|valid| valid.0.seconds);
        let distance = |slot: &Slot| seconds(slot).map_or(u64::MAX, |at| at.abs_diff(now.seconds));
        (0..self.slots.len()).min_by_key(|n| self.slots.get(*n).map_or(u64::MAX, distance)).unwrap_or(0)
    }
}

impl LayerPlan {
    fn new(series: &Series, short: Bilingual, look: Look) -> Self {
        Self {
            parameter: series.parameter.clone(),
            short,
            grid: series.grid.clone(),
            look,
            statistic: series.statistic.clone(),
            one_of_several: series.one_of_several,
        }
    }
}

/// «member 7, quantile 0.9»: the choice among members and on extra dimensions.
fn variant_words(run: &Run, selection: &Selection) -> Bilingual {
    let members = request::members(run, &selection.subject);
    let dims = request::dimensions(run, &selection.subject);
    let words = |language: Language| {
        let chosen = selection.variant.member.as_ref().filter(|member| members.contains(member)).or(members.first());
        let member = chosen.map(|member| member.in_words(language));
        // Streams that are joined are no choice.
        let is_chosen = |dim: &&ExtraDimension| {
            expver(std::slice::from_ref(*dim)).is_none() || selection.variant.dims.contains_key(&dim.name)
        };
        let dims = dims.iter().filter(is_chosen).map(|dim| {
            let at = selection.variant.dims.get(&dim.name).copied().unwrap_or(0);
            format!("{} {}", dim.name, dim.word(at))
        });
        member.into_iter().chain(dims).collect::<Vec<_>>().join(", ")
    };
    Bilingual { en: words(Language::English), fr: words(Language::French) }
}

/// The common times of both layers; with `union`, or where they have none in common, all times of either.
fn slots(bands: Option<&Series>, lines: Option<&Series>, selection: &Selection) -> Vec<Slot> {
    let recipe = |series: Option<&Series>, time: SlotTime| {
        series.and_then(|series| series.recipe(selection.level, &selection.variant, time))
    };
    let times: BTreeSet<SlotTime> =
        [bands, lines].into_iter().flatten().flat_map(|s| s.slots.iter().copied()).collect();
    let all: Vec<Slot> = times
        .into_iter()
        .map(|time| Slot { time, bands: recipe(bands, time), lines: recipe(lines, time) })
        .filter(|slot| slot.bands.is_some() || slot.lines.is_some())
        .collect();
    if selection.union {
        return all;
    }
    let whole = |slot: &&Slot| slot.bands.is_some() == bands.is_some() && slot.lines.is_some() == lines.is_some();
    let common: Vec<Slot> = all.iter().filter(whole).cloned().collect();
    if common.is_empty() { all } else { common }
}

/// What the run lacks and no slot has.
fn missing(run: &Run, slots: &[Slot]) -> Vec<SlotTime> {
    let has = |time: &&SlotTime| slots.iter().any(|slot| slot.time.lead == time.lead);
    run.arrival.missing.iter().filter(|time| !has(time)).copied().collect()
}

fn arriving(catalog: &Catalog, slots: &[Slot]) -> BTreeSet<SlotTime> {
    if catalog.arriving.is_empty() {
        return BTreeSet::new();
    }
    let is_written =
        |recipe: &Recipe| recipe.ingredients.iter().any(|what| catalog.arriving.contains(what.field.reader.path()));
    let of_slot = |slot: &&Slot| [&slot.bands, &slot.lines].into_iter().flatten().any(is_written);
    slots.iter().filter(of_slot).map(|slot| slot.time).collect()
}

/// A variable's own colour table on a level where there is one in a unit that is the unit shown.
fn variable_look(parameter: &Parameter, level: Option<Level>) -> Look {
    /// Of all directions, also those that the dictionary does not know.
    const DIRECTION: &str = "direction";
    let known = || parameter.known.and_then(|known| product::table_for(&known.id, level, known.colours.as_deref()));
    let table = if parameter.is_direction { product::named_table(DIRECTION) } else { known() };
    match (table, parameter.unit) {
        (Some((table, unit)), Some(shown)) if unit == shown.id => {
            Look::Bands(BandStyle { table, unit_label: parameter.unit_label.clone() })
        }
        _ => Look::BandsOverRange,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{LeadTime, Moment};

    #[test]
    fn a_loop_begins_with_a_step_that_has_a_time() {
        let run = ReferenceTime(Moment::from_unix(0));
        let plan = |hours: &[Option<i64>]| {
            let slots = hours.iter().map(|hour| {
                let lead = hour.map(|hour| LeadTime(hour * 3600));
                Slot {
                    time: SlotTime { valid: lead.map(|lead| run + lead), lead, number: None },
                    bands: None,
                    lines: None,
                }
            });
            Plan { slots: slots.collect(), ..Plan::default() }
        };
        let (during, after) = (Moment::from_unix(5 * 3600), Moment::from_unix(90 * 3600));
        let one_unknown = plan(&[None, Some(3), Some(6)]);
        assert_eq!((one_unknown.slot_of(during), one_unknown.slot_of(after)), (2, 1));
        let all_known = plan(&[Some(3), Some(6)]);
        assert_eq!((all_known.slot_of(during), all_known.slot_of(after)), (1, 0));
        assert_eq!(plan(&[None, None]).slot_of(during), 0);
        assert_eq!(plan(&[]).slot_of(during), 0);
    }
}
