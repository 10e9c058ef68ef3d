//! From what was typed to a request; what was left out is chosen as the window would.

use std::collections::{BTreeSet, HashSet};

use super::super::arguments::Render;
use super::super::number;
use super::super::opening::Opened;
use super::super::output::Output;
use crate::catalog::{Catalog, Listed, Model, Recipe, Run, Series, Variant, inventory};
use crate::engine::{self, Picture, Plan, Request, Selection, Slot, Subject};
use crate::field::{Level, LevelKind};
use crate::map::{self, Region};
use crate::product;
use crate::render::Layout;
use crate::source::FieldRef;
use crate::text::{self, Bilingual, Language};
use crate::time::{LeadTime, Moment, ReferenceTime};

/// A request, laid out.
#[derive(Clone)]
pub struct Choice {
    pub request: Request,
    pub plan: Plan,
    /// Slots of the plan that are wanted.
    pub slots: Vec<usize>,
    /// How the files of a loop begin: `rh-gz_500hPa`.
    pub name: String,
    /// What else the run can show, where nobody named what is drawn.
    pub others: Vec<Subject>,
}

/// One line for each product or region, its id first.
pub fn list(asked: &Render, output: &mut Output) {
    let language = output.language;
    let products = product::products().iter().map(|product| (product.id.as_str(), &product.name));
    let mut line = |(id, name): (&str, &Bilingual)| output.line(&format!("{id:<16}{}", name.in_language(language)));
    if asked.list_products {
        products.for_each(&mut line);
    }
    if asked.list_regions {
        map::regions().iter().map(|region| (region.id.as_str(), &region.name)).for_each(line);
    }
}

/// `Err` with a sentence that says what there is instead.
pub fn choose(asked: &Render, opened: &[Opened], catalog: &Catalog, language: Language) -> Result<Choice, String> {
    let chooser = Chooser { asked, catalog, language };
    let named = chooser.named(opened)?;
    let (model, run, subject) = chooser.run_with(named.as_ref())?;
    chooser.lay_out(model, run, subject, named.as_ref())
}

/// The same request for something else that its run can show.
pub fn instead(
    choice: &Choice,
    subject: Subject,
    asked: &Render,
    catalog: &Catalog,
    language: Language,
) -> Result<Choice, String> {
    let chooser = Chooser { asked, catalog, language };
    let selection = &choice.request.selection;
    let found = catalog.model(&selection.model).and_then(|model| Some((model, model.run(selection.run)?)));
    let (model, run) = found.ok_or_else(|| text::say(language, "cli.nothing_to_draw").to_owned())?;
    chooser.lay_out(model, run, subject, None)
}

/// The same on the region of all data, where nobody named a region and another was taken.
pub fn wider(choice: &Choice, asked: &Render) -> Option<Choice> {
    let all = map::regions().last().filter(|all| asked.region.is_none() && choice.request.picture.region != all.id)?;
    let mut wider = choice.clone();
    let picture = &mut wider.request.picture;
    let grid = choice.plan.grid().map(AsRef::as_ref);
    picture.view = all.view(picture.view.size, picture.pixels_per_point, grid);
    picture.region.clone_from(&all.id);
    Some(wider)
}

/// What was named.
enum Named {
    Subject(Subject),
    /// A variable of the files, by the [`Listed::keys`] of its fields.
    Variable(HashSet<(u64, u32)>),
}

/// Whether a field is one of what was named, and not of another variable that shows the same parameter.
fn belongs(named: Option<&Named>, recipe: &Recipe) -> bool {
    let Some(Named::Variable(keys)) = named else { return true };
    let is_its = |field: &FieldRef| keys.contains(&(field.reader.id(), field.variable));
    recipe.shows().is_some_and(is_its)
}

struct Chooser<'a> {
    asked: &'a Render,
    catalog: &'a Catalog,
    language: Language,
}

impl<'a> Chooser<'a> {
    /// The series of the interval that was asked for.
    fn of_interval(&self, run: &Run, subject: Subject) -> Result<Subject, String> {
        let (Some(asked), Subject::Variable(id)) = (&self.asked.interval, &subject) else { return Ok(subject) };
        let plain = id.split('@').next().unwrap_or(id);
        let alike = || {
            run.series.iter().filter(|s| s.parameter.id == plain || s.parameter.id.starts_with(&format!("{plain}@")))
        };
        let found = alike().find(|series| series.covers(asked));
        let there = || alike().map(|series| series.parameter.name.in_language(self.language).to_owned());
        let found = found.ok_or_else(|| self.absent("cli.no_interval_of", asked, there()))?;
        Ok(Subject::Variable(found.parameter.id.clone()))
    }

    /// The member and the position on other dimensions, and the levels on which a run has what was named there.
    fn places(
        &self,
        run: &Run,
        subject: &Subject,
        named: Option<&Named>,
    ) -> Result<(Variant, Vec<Option<Level>>), String> {
        let members = engine::members(run, subject);
        let mut variant = Variant::default();
        if let Some(asked) = &self.asked.variant.member {
            let there = || members.iter().map(|member| member.name.clone());
            let found = members.iter().find(|member| member.is_called(asked)).cloned();
            variant.member = Some(found.ok_or_else(|| self.absent("cli.no_member_of", asked, there()))?);
        }
        let dims = engine::dimensions(run, subject);
        for (name, word) in &self.asked.variant.dims {
            let dim = dims.iter().find(|dim| dim.name == *name);
            let dim =
                dim.ok_or_else(|| self.absent("cli.no_dimension_of", name, dims.iter().map(|dim| dim.name.clone())))?;
            let there = || (0..dim.size.min(64)).map(|at| dim.word(at));
            let at = dim.position(word).ok_or_else(|| self.absent("cli.no_position_of", word, there()))?;
            variant.dims.insert(name.clone(), at);
        }
        let (Some(Named::Variable(_)), Subject::Variable(id)) = (named, subject) else {
            return Ok((variant, engine::levels(run, subject)));
        };
        let Some(series) = run.series(id) else { return Ok((variant, Vec::new())) };
        let places: BTreeSet<_> = series
            .recipes()
            .filter(|(_, _, recipe)| belongs(named, recipe))
            .map(|(level, member, _)| (member, level))
            .collect();
        let first = places.first().map_or(0, |(member, _)| *member);
        let member = variant.member.as_ref().map_or(first, |_| variant.member_among(&series.members));
        variant.member = series.members.get(member).cloned().flatten();
        Ok((variant, places.into_iter().filter(|(of, _)| *of == member).map(|(_, level)| level).collect()))
    }

    /// `cli.<key>` with what was asked for and what there is.
    fn absent(&self, key: &str, name: &str, there: impl IntoIterator<Item = String>) -> String {
        let there: Vec<String> = there.into_iter().collect();
        text::fill(self.language, key, &[("name", name), ("names", &there.join(", "))])
    }

    /// The product or variable that was named.
    fn named(&self, opened: &[Opened]) -> Result<Option<Named>, String> {
        if let Some(id) = &self.asked.product {
            let known = product::product(id).map(|product| Subject::Product(product.id.clone()));
            let ids = || product::products().iter().map(|product| product.id.clone());
            return known
                .map(|known| Some(Named::Subject(known)))
                .ok_or_else(|| self.absent("cli.no_product", id, ids()));
        }
        let Some(name) = &self.asked.variable else { return Ok(None) };
        // As the file names it, which is what `info` lists.
        let listed = inventory(opened);
        let keys = |is_meant: &dyn Fn(&Listed) -> bool| {
            let keys: HashSet<_> = listed.iter().filter(|listed| is_meant(listed)).flat_map(Listed::keys).collect();
            (!keys.is_empty()).then_some(Named::Variable(keys))
        };
        let is_shown = || self.runs().any(|(_, run)| run.series(name).is_some());
        let named = keys(&|listed| listed.is_called(name))
            .or_else(|| is_shown().then(|| Named::Subject(Subject::Variable(name.clone()))))
            .or_else(|| keys(&|listed| listed.variable().is_some_and(|variable| variable.name == *name)));
        let names = || listed.iter().map(|listed| listed.id.clone());
        named.map(Some).ok_or_else(|| self.absent("cli.no_variable", name, names()))
    }

    /// All runs of all models, the window's first choice first.
    fn runs(&self) -> impl Iterator<Item = (&'a Model, &'a Run)> {
        self.catalog.models.iter().flat_map(|model| model.runs.iter().map(move |run| (model, run)))
    }

    /// The first run that was named, or that has what was named, and what it shows.
    fn run_with(&self, named: Option<&Named>) -> Result<(&'a Model, &'a Run, Subject), String> {
        let fits = |model: &Model| self.asked.model.as_ref().is_none_or(|asked| is_called(model, asked));
        let of_model: Vec<_> = self.runs().filter(|(model, _)| fits(model)).collect();
        if let Some(name) = self.asked.model.as_ref().filter(|_| of_model.is_empty()) {
            return Err(self.absent("cli.no_model", name, self.catalog.models.iter().map(|model| model.id.clone())));
        }
        let is_asked = |run: &Run| match (&self.asked.run, run.reference) {
            (None, _) => true,
            (Some(asked), Some(reference)) => is_of(reference, asked),
            (Some(_), None) => false,
        };
        let mut wanted: Vec<_> = of_model.iter().filter(|(_, run)| is_asked(run)).collect();
        if let Some(name) = self.asked.run.as_ref().filter(|_| wanted.is_empty()) {
            let runs = of_model.iter().filter_map(|(_, run)| run.reference).map(|run| run.0.iso());
            return Err(self.absent("cli.no_run", name, runs));
        }
        // As the window: what can be drawn before what cannot.
        wanted.sort_by_key(|(_, run)| engine::precedence(run));
        let has = |(model, run): &(&'a Model, &'a Run)| match named {
            Some(Named::Subject(subject)) => engine::subjects(run).contains(subject).then(|| subject.clone()),
            Some(Named::Variable(_)) => {
                let shows = |series: &&Series| series.recipes().any(|(_, _, recipe)| belongs(named, recipe));
                // The one that has what was asked for: the lead time of sums over several kinds of intervals.
                let lacks = |series: &Series| {
                    let lead = self.asked.lead.and_then(LeadTime::from_hours);
                    lead.is_some_and(|lead| !series.slots.iter().any(|slot| slot.lead == Some(lead)))
                };
                let shown = run.series.iter().filter(shows);
                let shown = shown.min_by_key(|series| (lacks(series), !series.is_on_pressure()));
                shown.map(|series| Subject::Variable(series.parameter.id.clone()))
            }
            None => Selection::of_run(model, run).map(|selection| selection.subject),
        };
        let found = wanted.iter().find_map(|of| Some((of.0, of.1, has(of)?)));
        found.ok_or_else(|| {
            let series = wanted.iter().flat_map(|(_, run)| &run.series);
            let there = series.map(|series| series.parameter.id.clone());
            match (named, &self.asked.variable) {
                (Some(Named::Subject(Subject::Product(id) | Subject::Variable(id))), _) => {
                    self.absent("cli.no_subject", id, there)
                }
                (Some(Named::Variable(_)), Some(name)) => self.absent("cli.not_shown", name, there),
                _ => text::say(self.language, "cli.nothing_to_draw").to_owned(),
            }
        })
    }

    /// What of a run is drawn where nobody named anything and the subject has no values.
    fn others(run: &Run, subject: &Subject) -> Vec<Subject> {
        /// After so many without values nothing more is tried.
        const MOST: usize = 16;
        engine::subjects(run).into_iter().filter(|other| other != subject).take(MOST).collect()
    }

    /// The request for a subject of a run.
    fn lay_out(&self, model: &Model, run: &Run, subject: Subject, named: Option<&Named>) -> Result<Choice, String> {
        let subject = self.of_interval(run, subject)?;
        let (variant, levels) = self.places(run, &subject, named)?;
        let level = self.level(&subject, &levels)?;
        let others = if named.is_none() { Self::others(run, &subject) } else { Vec::new() };
        let selection =
            Selection { model: model.id.clone(), run: run.reference, subject, level, variant, union: self.asked.union };
        let plan = Plan::new(self.catalog, &selection, 1.0).filter(|plan| !plan.slots.is_empty());
        let plan = plan.ok_or_else(|| text::say(self.language, "cli.nothing_to_draw").to_owned())?;
        // The parameter may have other times from other variables.
        let is_meant = |slot: &Slot| slot.bands.iter().chain(&slot.lines).any(|recipe| belongs(named, recipe));
        let meant: Vec<usize> = (0..plan.slots.len()).filter(|n| plan.slots.get(*n).is_some_and(is_meant)).collect();
        let slot = self.slot(&plan, &meant)?;
        let name = name_of(&selection);
        let picture = self.picture(&plan)?;
        let slots = if self.asked.all { meant } else { vec![slot] };
        Ok(Choice { request: Request { selection, picture, slot }, plan, slots, name, others })
    }

    fn level(&self, subject: &Subject, levels: &[Option<Level>]) -> Result<Option<Level>, String> {
        let Some(asked) = self.asked.level else { return Ok(engine::first_of(subject, levels)) };
        let levels: Vec<Level> = levels.iter().copied().flatten().collect();
        let (value, to) = asked;
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-6 * b.abs().max(1e-3);
        let ends = |level: &Level| match (to, level.to) {
            (Some(asked), Some(end)) => close(end, asked),
            (None, None) => true,
            _ => false,
        };
        // Hectopascals first; the number of another kind of level otherwise; by its first bound a layer at last.
        let by_number = |level: &&Level| close(level.value, value);
        let exact = levels.iter().find(|level| **level == Level { to, ..Level::hpa(value) });
        let found = exact
            .or_else(|| levels.iter().filter(|level| ends(level)).find(by_number))
            .or_else(|| levels.iter().filter(|_| to.is_none()).find(by_number));
        let there = levels.iter().map(ToString::to_string);
        let words = to.map_or_else(|| number(value), |to| format!("{}–{}", number(value), number(to)));
        found.copied().map(Some).ok_or_else(|| self.absent("cli.no_such_level", &words, there))
    }

    /// One of those that are meant.
    fn slot(&self, plan: &Plan, meant: &[usize]) -> Result<usize, String> {
        let Some(asked) = self.asked.lead else {
            let now = plan.slot_of(Moment::now());
            let nearest = meant.iter().copied().min_by_key(|slot| slot.abs_diff(now));
            return nearest.ok_or_else(|| text::say(self.language, "cli.nothing_to_draw").to_owned());
        };
        let wanted = LeadTime::from_hours(asked);
        let lead_of = |slot: usize| plan.slots.get(slot).and_then(|slot| slot.time.lead);
        let slot = meant.iter().copied().find(|slot| wanted.is_some() && lead_of(*slot) == wanted);
        let there = meant.iter().filter_map(|slot| lead_of(*slot)).map(|lead| number(lead.hours()));
        slot.ok_or_else(|| self.absent("cli.no_lead", &number(asked), there))
    }

    fn picture(&self, plan: &Plan) -> Result<Picture, String> {
        let region = self.region(plan)?;
        let (size, pixels_per_point) = (self.asked.size, self.asked.scale);
        let map = Layout::new(size, pixels_per_point).map;
        let grid = plan.grid().map(AsRef::as_ref);
        Ok(Picture {
            size,
            pixels_per_point,
            region: region.id.clone(),
            zoomed: false,
            view: region.view([map.width, map.height], pixels_per_point, grid),
            language: self.language,
            interval_factor: 1.0,
        })
    }

    /// The one that was named; else the first, or all of the data where that lies elsewhere.
    fn region(&self, plan: &Plan) -> Result<&'static Region, String> {
        let ids = || map::regions().iter().map(|region| region.id.clone());
        if let Some(id) = &self.asked.region {
            return map::region(id).ok_or_else(|| self.absent("cli.no_region", id, ids()));
        }
        let meets = |region: &&Region| plan.grid().is_none_or(|grid| region.meets(grid));
        let usual = map::regions().first().filter(meets).or_else(|| map::regions().last());
        usual.ok_or_else(|| text::say(self.language, "cli.nothing_to_draw").to_owned())
    }
}

fn is_called(model: &Model, name: &str) -> bool {
    [&model.id, &model.name.en, &model.name.fr].iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// `2026-11-20T12:00:00Z`, `2026-11-20 12Z`, `2026112012`
pub fn is_of(reference: ReferenceTime, asked: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (known, asked) = (digits(&reference.0.iso()), digits(asked));
    asked.len() >= 8
        && known.starts_with(&asked)
        && known.get(asked.len()..).is_some_and(|rest| rest.chars().all(|c| c == '0'))
}

/// Letters, digits and a few signs that every file system takes.
fn name_of(selection: &Selection) -> String {
    let (Subject::Product(id) | Subject::Variable(id)) = &selection.subject;
    let level = selection.level.map(|level| match level.kind {
        LevelKind::Pressure => format!("_{}hPa", number(level.value)),
        _ => format!("_{}", number(level.value)),
    });
    let name = format!("{id}{}", level.unwrap_or_default());
    name.chars().map(|c| if c.is_alphanumeric() || "-_.+".contains(c) { c } else { '-' }).collect()
}
