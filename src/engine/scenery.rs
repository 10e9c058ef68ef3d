//! What all frames of a setting share, and the making of one frame from it. The window's frames and the command line's
//! are made here and nowhere else.

use std::sync::Arc;

use super::cache::Kept;
use super::key::Setting;
use super::plan::{LayerPlan, Look, Slot};
use crate::field::Level;
use crate::grid::Grid;
use crate::map::{self, Basemap, Sampler, View};
use crate::product::Style;
use crate::render::{self, Caption, CaptionNote, Frame, Layout, Prepared, Scene, Scratch};
use crate::text::{self, Bilingual, Language};

/// How a layer's grid lies in a view.
#[derive(Clone, Debug)]
pub(super) enum Placing {
    Drawn(Arc<Sampler>),
    /// Nothing of it lies in the view.
    Beside,
    /// Grids of this kind are not drawn.
    Impossible,
}

impl Placing {
    pub(super) fn new(grid: &Grid, view: &View) -> Self {
        match Sampler::new(grid, view) {
            Some(sampler) => Self::Drawn(Arc::new(sampler)),
            None if grid.is_drawable() => Self::Beside,
            None => Self::Impossible,
        }
    }

    pub(super) fn sampler(&self) -> Option<&Arc<Sampler>> {
        if let Self::Drawn(sampler) = self { Some(sampler) } else { None }
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
}

fn in_words(level: Level) -> Bilingual {
    Bilingual { en: level.in_words(Language::English), fr: level.in_words(Language::French) }
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
            level: setting.level.map(in_words).unwrap_or_default(),
            model: setting.model.clone(),
            region,
            run: setting.run,
            ..Caption::default()
        };
        let prepared = Prepared::new(layout, picture.view.clone(), basemap, style, picture.language);
        let shorts = [0, 1].map(|n| setting.layers[n].as_ref().map(|layer| layer.short.clone()));
        Self { prepared, placings, caption, shorts }
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
        let cut = |n: usize| {
            let sampler = self.placings[n].as_ref()?.sampler()?;
            let values = fields[n].as_ref()?.cut(sampler.window, columns[n])?;
            Some((values.to_owned(), sampler))
        };
        let cuts = [cut(0), cut(1)];
        let mut caption = Caption { lead: slot.time.lead, valid: slot.time.valid, ..self.caption.clone() };
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
        render::paint(&self.prepared, &scene, scratch, pixels)
    }
}

/// «Relative humidity (%) + geopotential height (dam)», in both languages.
fn title<'a>(layers: impl Iterator<Item = &'a LayerPlan>) -> Bilingual {
    let mut title = Bilingual::default();
    for layer in layers {
        let parameter = &layer.parameter;
        for (title, name) in [(&mut title.en, &parameter.name.en), (&mut title.fr, &parameter.name.fr)] {
            let name = if title.is_empty() { name.clone() } else { format!("{title} + {}", in_a_sentence(name)) };
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
