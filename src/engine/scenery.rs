//! What all frames of a setting share, and the making of one frame from it. The window's frames and the command line's
//! are made here and nowhere else.

use std::borrow::Cow;
use std::sync::Arc;

use super::cache::Kept;
use super::key::Setting;
use super::plan::{LayerPlan, Look, Slot};
use crate::catalog::{Recipe, interval_words};
use crate::field::{Level, LevelKind};
use crate::grid::{Geometry, Grid, Window};
use crate::map::{self, Basemap, Sampler, View};
use crate::product::Style;
use crate::render::{self, Caption, CaptionNote, Frame, Layout, Prepared, Scene, Scratch};
use crate::text::{self, Bilingual, Language};

/// How a layer's grid lies in a view.
#[derive(Clone, Debug)]
pub(super) enum Placing {
    Drawn(Arc<Sampler>),
    /// It moves: each frame has a sampler of its own, made when it is painted. What is read is the whole grid.
    Moving {
        whole: Window,
        view: View,
    },
    /// Nothing of it lies in the view.
    Beside,
    /// Grids of this kind are not drawn.
    Impossible,
}

impl Placing {
    pub(super) fn new(grid: &Grid, view: &View) -> Self {
        if let Geometry::Moving(_) = grid.geometry {
            let whole = Self::Moving { whole: grid.whole(), view: view.clone() };
            return if grid.is_drawable() { whole } else { Self::Impossible };
        }
        match Sampler::new(grid, view) {
            Some(sampler) => Self::Drawn(Arc::new(sampler)),
            None if grid.is_drawable() => Self::Beside,
            None => Self::Impossible,
        }
    }

    fn sampler(&self) -> Option<&Arc<Sampler>> {
        if let Self::Drawn(sampler) = self { Some(sampler) } else { None }
    }

    /// What the picture needs of each field.
    pub(super) fn window(&self) -> Option<Window> {
        match self {
            Self::Drawn(sampler) => Some(sampler.window),
            Self::Moving { whole, .. } => Some(*whole),
            Self::Beside | Self::Impossible => None,
        }
    }

    /// How a field on `grid` is sampled; `None` where nothing of it lies in the view.
    fn sampler_of(&self, grid: Option<&Grid>) -> Option<Arc<Sampler>> {
        match self {
            Self::Drawn(sampler) => Some(sampler.clone()),
            Self::Moving { view, .. } => Sampler::new(grid?, view).map(Arc::new),
            Self::Beside | Self::Impossible => None,
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.sampler().map_or(0, |sampler| sampler.bytes() as u64)
    }
}

/// Where fields become frames.
pub(super) struct Scenery {
    prepared: Prepared,
    placings: [Option<Placing>; 2],
    /// Everything of the caption but the times and the notes.
    caption: Caption,
    shorts: [Option<Bilingual>; 2],
    intervals: [Option<Interval>; 2],
}

/// The level; nothing where the names of the layers say it already: «2 m temperature», «Surface pressure».
fn level_words<'a>(level: Level, layers: impl Iterator<Item = &'a LayerPlan> + Clone) -> Bilingual {
    let words = |language: Language| {
        let words = level.in_words(language);
        let name = |layer: &LayerPlan| layer.parameter.name.in_language(language).to_lowercase();
        let said = if level.kind == LevelKind::HeightAboveGround { level.number(language) } else { words.clone() };
        let repeats = layers.clone().all(|layer| has_words(&name(layer), &said.to_lowercase()));
        if repeats { String::new() } else { words }
    };
    Bilingual { en: words(Language::English), fr: words(Language::French) }
}

/// Whether some words stand in a text, and not as a part of longer ones.
fn has_words(text: &str, words: &str) -> bool {
    let beside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '.' && c != ',');
    text.match_indices(words).any(|(at, _)| {
        let (before, behind) = (text.get(..at), text.get(at + words.len()..));
        beside(before.and_then(|before| before.chars().next_back()))
            && behind.is_some_and(|behind| behind.chars().next().is_none_or(|c| !c.is_alphanumeric()))
    })
}

/// «6 h sum ending 12 UTC», of all layers that cover an interval at this time.
fn interval(slot: &Slot, layers: &[Option<Interval>; 2]) -> Bilingual {
    let recipes = [&slot.bands, &slot.lines];
    let words = |language: Language| {
        let covering = recipes.iter().zip(layers).filter_map(|(recipe, layer)| {
            let span = recipe.as_ref()?.span.filter(|span| span.0 > 0)?;
            let Interval { statistic, several } = layer.as_ref()?;
            let (lead, valid) = (slot.time.lead, slot.time.valid);
            Some(interval_words(statistic, lead, valid, span, *several, language))
        });
        covering.collect::<Vec<_>>().join(" + ")
    };
    Bilingual { en: words(Language::English), fr: words(Language::French) }
}

/// What a layer's fields are over their intervals.
struct Interval {
    statistic: String,
    several: bool,
}

/// «Canada (zoomed)»
fn zoomed(region: &Bilingual) -> Bilingual {
    let words = |language| text::fill(language, "app_map.zoomed", &[("region", region.in_language(language))]);
    Bilingual { en: words(Language::English), fr: words(Language::French) }
}

impl Scenery {
    pub(super) fn new(setting: &Setting, basemap: &Basemap, placings: [Option<Placing>; 2]) -> Self {
        let picture = &setting.picture;
        let layout = Layout::new(picture.size, picture.pixels_per_point);
        let mut style = Style::default();
        for layer in setting.layers.iter().flatten() {
            match &layer.look {
                Look::Bands(bands) => style.bands = Some(bands.clone()),
                Look::Lines(lines) => style.lines = Some(lines.clone()),
                Look::BandsOverRange => {}
            }
        }
        let region = map::region(&picture.region).map(|region| region.name.clone()).unwrap_or_default();
        let region = if picture.zoomed { zoomed(&region) } else { region };
        let caption = Caption {
            title: title(setting.layers.iter().flatten()),
            level: setting.level.map(|level| level_words(level, setting.layers.iter().flatten())).unwrap_or_default(),
            variant: setting.variant.clone(),
            model: setting.model.clone(),
            region,
            run: setting.run,
            ..Caption::default()
        };
        let prepared = Prepared::new(layout, picture.view.clone(), basemap, style, picture.language);
        let shorts = [0, 1].map(|n| setting.layers[n].as_ref().map(|layer| layer.short.clone()));
        let intervals = [0, 1].map(|n| {
            let layer = setting.layers[n].as_ref()?;
            Some(Interval { statistic: layer.statistic.clone(), several: layer.one_of_several })
        });
        Self { prepared, placings, caption, shorts, intervals }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.prepared.bytes() as u64
    }

    /// The frame of a slot. `fields` cover what the samplers ask for; the caption says which layer is not there, cannot
    /// be read, or has nothing to show here.
    pub(super) fn paint(
        &self,
        slot: &Slot,
        fields: &[Option<Arc<Kept>>; 2],
        broken: [bool; 2],
        columns: [usize; 2],
        scratch: &mut Scratch,
        pixels: Vec<u8>,
    ) -> Frame {
        let recipes = [&slot.bands, &slot.lines];
        let cut = |n: usize| {
            let kept = fields[n].as_ref()?;
            let sampler =
                self.placings[n].as_ref()?.sampler_of(recipes[n].as_ref().and_then(Recipe::grid).map(AsRef::as_ref))?;
            // A field that is kept just as it is drawn is not there twice: one of a large grid takes hundreds of megabytes.
            let values = if kept.window == sampler.window {
                Cow::Borrowed(&kept.values)
            } else {
                Cow::Owned(kept.cut(sampler.window, columns[n])?.to_owned())
            };
            Some((values, sampler))
        };
        let cuts = [cut(0), cut(1)];
        let covers = interval(slot, &self.intervals);
        let mut caption = Caption {
            lead: slot.time.lead,
            valid: slot.time.valid,
            number: slot.time.number,
            covers,
            ..self.caption.clone()
        };
        for (n, exists) in [slot.bands.is_some(), slot.lines.is_some()].into_iter().enumerate() {
            let Some(short) = self.shorts[n].clone() else { continue };
            if broken[n] {
                caption.notes.push(CaptionNote::UnreadableLayer { short });
            } else if !exists {
                caption.notes.push(CaptionNote::MissingLayer { short, lead: slot.time.lead });
            } else if cuts[n].is_none() {
                caption.notes.push(CaptionNote::NoValues { short });
            }
        }
        let layer = |n: usize| {
            let ((values, sampler), short) = cuts[n].as_ref().zip(self.shorts[n].as_ref())?;
            Some(render::Layer { values, sampler, short })
        };
        let scene = Scene { bands: layer(0), lines: layer(1), caption };
        let mut frame = render::paint(&self.prepared, &scene, scratch, pixels);
        let layers = self.shorts.iter().flatten().count();
        frame.caption.blank = frame.caption.notes.iter().filter(|note| note.is_lack()).count() == layers;
        frame
    }
}

/// «Relative humidity (%) + geopotential height (dam)», in both languages.
fn title<'a>(layers: impl Iterator<Item = &'a LayerPlan>) -> Bilingual {
    let mut title = Bilingual::default();
    for layer in layers {
        let parameter = &layer.parameter;
        for (title, name) in [(&mut title.en, &parameter.name.en), (&mut title.fr, &parameter.name.fr)] {
            // The kind of interval, which the name ends with, stands in the caption with its end.
            let plain =
                name.rsplit_once(", ").filter(|_| layer.one_of_several).map_or(name.as_str(), |(plain, _)| plain);
            let name = if title.is_empty() { plain.to_owned() } else { format!("{title} + {}", in_a_sentence(plain)) };
            let unit =
                if parameter.unit_label.is_empty() { String::new() } else { format!(" ({})", parameter.unit_label) };
            *title = name + &unit;
        }
    }
    title
}

/// Without its capital, unless more capitals follow it: `CAPE`.
fn in_a_sentence(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), second) if !second.is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_within_a_title_begins_small() {
        assert_eq!(in_a_sentence("Geopotential height"), "geopotential height");
        assert_eq!(in_a_sentence("Énergie"), "énergie");
        assert_eq!(in_a_sentence("CAPE"), "CAPE");
    }
}
