//! What the window or the command line asks for.

use std::collections::BTreeSet;

use crate::catalog::{Catalog, Model, Rank, Run, Series, Variant, first_pressure};
use crate::field::{Level, LevelKind, Member};
use crate::map::View;
use crate::product::{self, Product};
use crate::source::ExtraDimension;
use crate::text::Language;
use crate::time::ReferenceTime;

/// What is shown: a product, or one variable as bands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Id of a product.
    Product(String),
    /// Id of a parameter.
    Variable(String),
}

/// A choice in the selectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    pub model: String,
    pub run: Option<ReferenceTime>,
    pub subject: Subject,
    pub level: Option<Level>,
    /// The member and the positions on other dimensions.
    pub variant: Variant,
    /// Also the times that only one of a product's layers has.
    pub union: bool,
}

/// How it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Of the whole frame, in physical pixels.
    pub size: [u32; 2],
    pub pixels_per_point: f32,
    /// Id of the region, for the caption.
    pub region: String,
    /// The view is another than the region's own.
    pub zoomed: bool,
    /// Of the frame's map rectangle.
    pub view: View,
    pub language: Language,
    /// Multiplies the isolines' interval: 1, or 2 or ½ by a key.
    pub interval_factor: f32,
}

/// One generation of work.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub selection: Selection,
    pub picture: Picture,
    /// The slot on screen, made first.
    pub slot: usize,
}

impl Selection {
    /// What is shown first of a catalogue: the first model's newest run that can be drawn, the first product that the run
    /// has, else its first variable, on the product's own first level. `None` where there is nothing to show.
    #[must_use]
    pub fn first(catalog: &Catalog) -> Option<Self> {
        let runs = || catalog.models.iter().flat_map(|model| model.runs.iter().map(move |run| (model, run)));
        let read = runs().filter(|(_, run)| run.is_read());
        let (model, run) = read.min_by_key(|(_, run)| precedence(run))?;
        Self::of_run(model, run)
    }

    /// What is shown first of a run.
    #[must_use]
    pub fn of_run(model: &Model, run: &Run) -> Option<Self> {
        let subjects = subjects(run);
        let is_shown = |subject: &&Subject| match subject {
            Subject::Variable(id) => run.series(id).is_some_and(is_drawable),
            Subject::Product(id) => product::product(id)
                .is_some_and(|product| layers(product).filter_map(|id| run.series(id)).any(is_drawable)),
        };
        let subject = subjects.iter().find(is_shown).or(subjects.first())?.clone();
        let level = first_level(run, &subject);
        Some(Self {
            model: model.id.clone(),
            run: run.reference,
            subject,
            level,
            variant: Variant::default(),
            union: false,
        })
    }
}

/// Of several runs the first with the smallest number is shown first: what can be drawn, and shows more than where its
/// points lie.
#[must_use]
pub fn precedence(run: &Run) -> u8 {
    let is_telling = |series: &Series| is_drawable(series) && series.rank(run) < Rank::Timeless;
    if run.series.iter().any(is_telling) {
        0
    } else if run.series.iter().any(is_drawable) {
        1
    } else {
        2
    }
}

fn is_drawable(series: &Series) -> bool {
    series.is_placed() && series.grid.is_drawable()
}

/// What a run can show: the products that it has a layer for and its variables, by their rank.
#[must_use]
pub fn subjects(run: &Run) -> Vec<Subject> {
    let mut subjects: Vec<(Rank, Subject)> = product::products()
        .iter()
        .filter_map(|product| Some((product_rank(run, product)?, Subject::Product(product.id.clone()))))
        .collect();
    for series in &run.series {
        let variable = Subject::Variable(series.parameter.id.clone());
        if !subjects.iter().any(|(_, known)| *known == variable) {
            subjects.push((series.rank(run), variable));
        }
    }
    // Equal ranks stay in the order of the files.
    subjects.sort_by_key(|(rank, _)| *rank);
    subjects.into_iter().map(|(_, subject)| subject).collect()
}

/// `None` where the run has none of its layers. A product of fields near the ground is not the one that is looked for.
fn product_rank(run: &Run, product: &Product) -> Option<Rank> {
    use LevelKind::{Hybrid, ModelLevel, PotentialTemperature, Pressure, Sigma};
    let is_aloft = |level: &Option<Level>| {
        level.is_none_or(|level| matches!(level.kind, Pressure | Hybrid | Sigma | ModelLevel | PotentialTemperature))
    };
    let mut series = layers(product).filter_map(|id| run.series(id)).peekable();
    series.peek()?;
    Some(if series.any(|series| series.levels.iter().any(is_aloft)) { Rank::Product } else { Rank::ProductBelow })
}

/// The members that a subject's layers have, the one shown first in front; none where it has no ensemble.
#[must_use]
pub fn members(run: &Run, subject: &Subject) -> Vec<Member> {
    let all = series(run, subject).flat_map(|series| series.members.iter().flatten().cloned());
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The extra dimensions of a subject's layers, each name once.
#[must_use]
pub fn dimensions(run: &Run, subject: &Subject) -> Vec<ExtraDimension> {
    let mut found: Vec<ExtraDimension> = Vec::new();
    for dim in series(run, subject).flat_map(|series| series.dims.iter()) {
        if !dim.shared && dim.size > 1 && !found.iter().any(|known| known.name == dim.name) {
            found.push(dim.clone());
        }
    }
    found
}

fn series<'a>(run: &'a Run, subject: &Subject) -> impl Iterator<Item = &'a Series> {
    let ids: Vec<String> = match subject {
        Subject::Variable(id) => vec![id.clone()],
        Subject::Product(id) => {
            product::product(id).iter().flat_map(|product| layers(product).map(str::to_owned)).collect()
        }
    };
    ids.into_iter().filter_map(|id| run.series(&id))
}

/// The levels on which a subject can be shown, from the top of the atmosphere down: those that all its layers share,
/// else those that any has.
#[must_use]
pub fn levels(run: &Run, subject: &Subject) -> Vec<Option<Level>> {
    let of = |id: &str| run.series(id).map(|series| series.levels.clone());
    match subject {
        Subject::Variable(id) => of(id).unwrap_or_default(),
        Subject::Product(id) => {
            let Some(product) = product::product(id) else { return Vec::new() };
            let mut all: Vec<Vec<Option<Level>>> = layers(product).filter_map(of).collect();
            let Some(first) = all.pop() else { return Vec::new() };
            let shared: Vec<_> =
                first.iter().filter(|level| all.iter().all(|levels| levels.contains(level))).copied().collect();
            if !shared.is_empty() {
                return shared;
            }
            let mut any: Vec<_> = all.into_iter().flatten().chain(first).collect();
            any.sort();
            any.dedup();
            any
        }
    }
}

/// The level shown first.
#[must_use]
pub fn first_level(run: &Run, subject: &Subject) -> Option<Level> {
    first_of(subject, &levels(run, subject))
}

/// Of these levels the one shown first.
#[must_use]
pub fn first_of(subject: &Subject, levels: &[Option<Level>]) -> Option<Level> {
    const WANTED_HPA: f64 = 500.0;
    match subject {
        Subject::Product(id) => product::product(id)?.first_level(levels),
        Subject::Variable(id) => {
            let own = first_pressure(id).filter(|pressure| levels.contains(&Some(Level::hpa(*pressure))));
            product::first_level(levels, own.unwrap_or(WANTED_HPA))
        }
    }
}

fn layers(product: &Product) -> impl Iterator<Item = &str> {
    [&product.bands, &product.lines].into_iter().flatten().map(|(id, _)| id.as_str())
}
