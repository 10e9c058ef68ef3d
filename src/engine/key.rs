//! What makes two fields, or two frames, the same: the keys of the cache.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::plan::{LayerPlan, Plan};
use super::request::Picture;
use crate::catalog::{Formula, Recipe};
use crate::field::Level;
use crate::text::Bilingual;
use crate::time::ReferenceTime;

/// A field of the product: what is read and what is made of it.
#[derive(Clone, Debug)]
pub(super) struct FieldKey(pub Arc<Recipe>);

impl PartialEq for FieldKey {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}
impl Eq for FieldKey {}

impl Hash for FieldKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for ingredient in &self.0.ingredients {
            ingredient.field.hash(state);
        }
        matches!(self.0.formula, Formula::Direct).hash(state);
    }
}

/// A finished picture: its setting and the fields in it. A layer without a field is said on the frame.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FrameKey {
    /// Number of the [`Setting`].
    pub setting: u64,
    pub time: crate::catalog::SlotTime,
    pub fields: [Option<FieldKey>; 2],
    /// Layers that have a field which cannot be read: that is said on the frame as well.
    pub broken: [bool; 2],
}

/// What all frames of a loop share.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub picture: Arc<Picture>,
    pub model: Bilingual,
    pub run: Option<ReferenceTime>,
    pub level: Option<Level>,
    pub variant: Bilingual,
    /// With looks that are settled: never `Look::BandsOverRange`.
    pub layers: [Option<LayerPlan>; 2],
}

impl Setting {
    pub(super) fn new(plan: &Plan, picture: &Arc<Picture>, layers: [Option<LayerPlan>; 2]) -> Self {
        let (model, run, level, variant) = (plan.model.clone(), plan.run, plan.level, plan.variant.clone());
        Self { picture: picture.clone(), model, run, level, variant, layers }
    }

    fn makes_the_same(&self, other: &Self) -> bool {
        let same_layer = |(a, b): (&Option<LayerPlan>, &Option<LayerPlan>)| match (a, b) {
            (Some(a), Some(b)) => {
                a.look == b.look
                    && a.short == b.short
                    && a.statistic == b.statistic
                    && a.one_of_several == b.one_of_several
                    && a.parameter.id == b.parameter.id
                    && a.parameter.name == b.parameter.name
                    && a.parameter.unit_label == b.parameter.unit_label
                    && (Arc::ptr_eq(&a.grid, &b.grid) || a.grid == b.grid)
            }
            (None, None) => true,
            _ => false,
        };
        (&self.picture, &self.model, self.run, self.level, &self.variant)
            == (&other.picture, &other.model, other.run, other.level, &other.variant)
            && self.layers.iter().zip(&other.layers).all(same_layer)
    }
}

/// Gives equal settings equal numbers.
#[derive(Debug, Default)]
pub(super) struct Settings {
    known: Vec<(u64, Arc<Setting>)>,
    next: u64,
}

impl Settings {
    /// Settings remembered: beyond this the oldest is forgotten, and its frames are never found again.
    const KEPT: usize = 256;

    pub(super) fn number(&mut self, setting: Setting) -> u64 {
        if let Some((number, _)) = self.known.iter().rev().find(|(_, known)| known.makes_the_same(&setting)) {
            return *number;
        }
        self.next += 1;
        if self.known.len() >= Self::KEPT {
            self.known.remove(0);
        }
        self.known.push((self.next, Arc::new(setting)));
        self.next
    }

    pub(super) fn get(&self, number: u64) -> Option<Arc<Setting>> {
        self.known.iter().find(|(known, _)| *known == number).map(|(_, setting)| setting.clone())
    }
}
