//! What the window or the command line asks for.

use std::collections::BTreeSet;

use crate::catalog::{Catalog, Model, Run, Series, Variant};
use crate::field::Level;
use crate::field::Member;
use crate::map::View;
use crate::product;
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
        let read = || runs().filter(|(_, run)| run.is_read());
        let (model, run) = read().find(|(_, run)| run.is_placed()).or_else(|| read().next())?;
        Self::of_run(model, run)
    }

    /// What is shown first of a run.
    #[must_use]
    pub fn of_run(model: &Model, run: &Run) -> Option<Self> {
        let subjects = subjects(run);
        let is_placed = |subject: &&Subject| match subject {
            Subject::Variable(id) => run.series(id).is_some_and(Series::is_placed),
            Subject::Product(_) => true,
        };
        let subject = subjects.iter().find(is_placed).or(subjects.first())?.clone();
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

/// What a run can show: the products that it has a layer for, then every variable.
#[must_use]
pub fn subjects(run: &Run) -> Vec<Subject> {
    let mut subjects: Vec<Subject> = product::products()
        .iter()
        .filter(|product| layers(product).any(|id| run.series(id).is_some()))
        .map(|product| Subject::Product(product.id.clone()))
        .collect();
    for series in &run.series {
        let variable = Subject::Variable(series.parameter.id.clone());
        if !subjects.contains(&variable) {
            subjects.push(variable);
        }
    }
    subjects
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
        Subject::Variable(_) => product::first_level(levels, WANTED_HPA),
    }
}

fn layers(product: &product::Product) -> impl Iterator<Item = &str> {
    [&product.bands, &product.lines].into_iter().flatten().map(|(id, _)| id.as_str())
}
