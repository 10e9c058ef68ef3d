//! What a frame says about itself.

use crate::text::{self, Bilingual, Language};
use crate::time::{LeadTime, ReferenceTime, ValidTime};

/// The words of a frame. A caption belongs to the pixels that it was painted with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Caption {
    /// What is drawn, with units: «Relative humidity (%) + geopotential height (dam)».
    pub title: Bilingual,
    /// `500 hPa`; empty where the field has no level.
    pub level: Bilingual,
    /// The member and what else was chosen: «member 7»; empty where there is no choice.
    pub variant: Bilingual,
    /// «6 h sum ending 12 UTC»; empty for fields of a moment.
    pub covers: Bilingual,
    pub model: Bilingual,
    pub region: Bilingual,
    /// `None` reads «series».
    pub run: Option<ReferenceTime>,
    pub lead: Option<LeadTime>,
    pub valid: Option<ValidTime>,
    /// Place of a step without times in the loop, from 0.
    pub number: Option<usize>,
    pub notes: Vec<CaptionNote>,
    /// Filled in once it is painted: no layer has a value in view.
    pub blank: bool,
    /// Filled in by the painter: the isolines' interval, where it is another than the product's own.
    pub interval: Option<Interval>,
}

/// A number and its unit: a distance between isolines, a bound of colours.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    pub value: f32,
    pub unit_label: String,
}

/// Something that the picture lacks.
#[derive(Clone, Debug, PartialEq)]
pub enum CaptionNote {
    /// One of the two layers has no field at this time.
    MissingLayer { short: Bilingual, lead: Option<LeadTime> },
    /// One of the two layers has a field at this time that cannot be read.
    UnreadableLayer { short: Bilingual },
    /// A layer's field has no values where the map looks.
    NoValues { short: Bilingual },
    /// Nothing is coloured in view: all values are smaller than the first bound of the colours.
    AllBelow { short: Bilingual, bound: Interval },
    /// Nothing is coloured in view: no value is smaller than the last bound of the colours.
    AllAbove { short: Bilingual, bound: Interval },
}

impl Caption {
    /// The title's line in one language, with the level, and the interval where it is not the usual one.
    #[must_use]
    pub fn title_in(&self, language: Language) -> String {
        let mut title = self.title.in_language(language).to_owned();
        for part in [&self.level, &self.variant, &self.covers].map(|part| part.in_language(language)) {
            if !part.is_empty() {
                title = text::fill(language, "frame.title_level", &[("title", &title), ("level", part)]);
            }
        }
        if let Some(interval) = &self.interval {
            let value = number(interval.value);
            let places = [("title", title.as_str()), ("interval", &value), ("unit", &interval.unit_label)];
            title = text::fill(language, "frame.title_interval", &places);
        }
        title
    }

    /// Model, region and run.
    #[must_use]
    pub fn origin_in(&self, language: Language) -> String {
        let run = self.run.map_or_else(|| text::say(language, "frame.series").to_owned(), |run| run.to_string());
        let parts = [self.model.in_language(language), self.region.in_language(language), &run];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    /// Lead time and valid time.
    #[must_use]
    pub fn times_in(&self, language: Language) -> String {
        let lead = self.lead.map(|lead| lead.to_string());
        let valid = self.valid.map(|valid| {
            let time = valid.to_string();
            match valid.0.weekday() {
                Some(day) => {
                    let day = text::say(language, weekday_key(day));
                    text::fill(language, "frame.valid_on", &[("day", day), ("time", &time)])
                }
                None => text::fill(language, "frame.valid", &[("time", &time)]),
            }
        });
        let number =
            self.number.map(|number| text::fill(language, "frame.numbered", &[("number", &(number + 1).to_string())]));
        lead.into_iter().chain(valid).chain(number).collect::<Vec<_>>().join("   ")
    }
}

impl CaptionNote {
    /// A layer of the picture has nothing to show.
    #[must_use]
    pub fn is_lack(&self) -> bool {
        !matches!(self, Self::AllBelow { .. } | Self::AllAbove { .. })
    }

    #[must_use]
    pub fn in_language(&self, language: Language) -> String {
        match self {
            Self::MissingLayer { short, lead: Some(lead) } => text::fill(
                language,
                "frame.missing_layer_at",
                &[("layer", short.in_language(language)), ("lead", lead.to_string().trim_start_matches('+'))],
            ),
            Self::MissingLayer { short, lead: None } => {
                text::fill(language, "frame.missing_layer", &[("layer", short.in_language(language))])
            }
            Self::UnreadableLayer { short } => {
                text::fill(language, "frame.unreadable_layer", &[("layer", short.in_language(language))])
            }
            Self::NoValues { short } => {
                text::fill(language, "frame.no_values", &[("layer", short.in_language(language))])
            }
            Self::AllBelow { short, bound } => bounded(language, "frame.all_below", short, bound),
            Self::AllAbove { short, bound } => bounded(language, "frame.all_above", short, bound),
        }
    }
}

fn bounded(language: Language, key: &str, short: &Bilingual, bound: &Interval) -> String {
    let (layer, value) = (short.in_language(language), number(bound.value));
    text::fill(language, key, &[("layer", layer), ("bound", &value), ("unit", &bound.unit_label)])
}

/// Days as `Moment::weekday` counts them.
fn weekday_key(day: u8) -> &'static str {
    [
        "frame.monday",
        "frame.tuesday",
        "frame.wednesday",
        "frame.thursday",
        "frame.friday",
        "frame.saturday",
        "frame.sunday",
    ]
    .get(usize::from(day))
    .copied()
    .unwrap_or("frame.monday")
}

/// As short as it can be written, with a true minus.
#[must_use]
pub fn number(value: f32) -> String {
    if value == 0.0 { "0".to_owned() } else { value.to_string().replace('-', "−") }
}

/// The same of a number with more digits.
#[must_use]
pub fn exact_number(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { value.to_string().replace('-', "−") }
}
