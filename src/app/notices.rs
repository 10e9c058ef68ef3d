//! What a person should know: shown bottom left until read, and kept in a list.

use std::io;
use std::path::{Path, PathBuf};

use super::settings::Trouble;
use crate::catalog::models::Taken;
use crate::catalog::{Catalog, CatalogNote};
use crate::engine::EngineNote;
use crate::source::{Detail, Refusal, SourceError};
use crate::text::{self, Language};
use crate::time::Moment;

#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// The bundled sample is on screen.
    Sample,
    SampleFailed(Detail),
    Settings(Trouble),
    /// A file, or a part of it, that could not be read.
    Source(SourceError),
    Catalog(CatalogNote),
    Engine(EngineNote),
    /// What was on screen is gone, this file with it.
    Gone(PathBuf),
    /// Nothing that can be shown was found below this path.
    NothingIn(PathBuf),
    Saved(PathBuf),
    NotSaved {
        path: PathBuf,
        reason: Detail,
    },
    Copied,
    NoPicture,
    NoDialog,
    /// The frames are larger than the graphics can show.
    TooLarge {
        side: usize,
    },
    UnknownZone(String),
    /// By its name in the window's language.
    ModelAdded(String),
    ModelNotAdded {
        path: PathBuf,
        reason: Detail,
    },
    /// What should become a model is no folder.
    NoFolder(PathBuf),
    /// Another model of the list has the name, or the whole folder.
    ModelTaken {
        folder: PathBuf,
        taken: Taken,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Goes by itself after some seconds.
    Information,
    Warning,
    Failure,
}

impl Notice {
    #[must_use]
    pub fn weight(&self) -> Weight {
        match self {
            Self::Saved(_) | Self::Copied | Self::ModelAdded(_) | Self::Sample | Self::NoDialog | Self::NoPicture => {
                Weight::Information
            }
            Self::Catalog(_) | Self::Engine(_) | Self::Settings(_) | Self::UnknownZone(_) | Self::Gone(_) => {
                Weight::Warning
            }
            Self::SampleFailed(_)
            | Self::Source(_)
            | Self::NothingIn(_)
            | Self::NotSaved { .. }
            | Self::ModelNotAdded { .. }
            | Self::ModelTaken { .. }
            | Self::NoFolder(_)
            | Self::TooLarge { .. } => Weight::Failure,
        }
    }

    /// In a person's words.
    #[must_use]
    pub fn tell(&self, language: Language) -> String {
        let say = |key: &str| text::say(language, key).to_owned();
        match self {
            Self::Sample => say("app_note.sample"),
            Self::SampleFailed(reason) => {
                text::fill(language, "app_note.sample_failed", &[("reason", &reason.tell(language))])
            }
            Self::Settings(trouble) => tell_trouble(trouble, language),
            // What is not there is looked for again and again.
            Self::Source(error) if error.refusal == Refusal::NotFound && error.part.is_none() => {
                text::fill(language, "app_note.absent", &[("path", &error.path.display().to_string())])
            }
            Self::Source(error) => error.tell(language),
            Self::Gone(path) => text::fill(language, "app_note.absent", &[("path", &path.display().to_string())]),
            Self::Catalog(note) => note.tell(language),
            Self::Engine(note) => note.tell(language),
            Self::NothingIn(path) => {
                text::fill(language, "app_note.nothing_in", &[("path", &path.display().to_string())])
            }
            Self::Saved(path) => text::fill(language, "app_note.saved", &[("path", &path.display().to_string())]),
            Self::NotSaved { path, reason } => {
                let places = [("path", &*path.display().to_string()), ("reason", &reason.tell(language))];
                text::fill(language, "app_note.not_saved", &places)
            }
            Self::Copied => say("app_note.copied"),
            Self::NoPicture => say("app_note.no_picture"),
            Self::NoDialog => say("app_note.no_dialog"),
            Self::TooLarge { side } => text::fill(language, "app_note.too_large", &[("side", &side.to_string())]),
            Self::ModelAdded(name) => text::fill(language, "app_note.model_added", &[("name", name)]),
            Self::ModelNotAdded { path, reason } => {
                let places = [("path", &*path.display().to_string()), ("reason", &reason.tell(language))];
                text::fill(language, "app_note.model_not_added", &places)
            }
            Self::NoFolder(path) => {
                text::fill(language, "app_note.model_no_folder", &[("path", &path.display().to_string())])
            }
            Self::ModelTaken { folder, taken } => {
                let (key, of) = match taken {
                    Taken::Name(of) => ("app_note.model_name_taken", of),
                    Taken::Folder(of) => ("app_note.model_folder_taken", of),
                };
                let (path, name) = (folder.display().to_string(), of.in_language(language));
                text::fill(language, key, &[("path", &path), ("name", name)])
            }
            Self::UnknownZone(name) => text::fill(language, "app_note.unknown_zone", &[("zone", name)]),
        }
    }
}

fn tell_trouble(trouble: &Trouble, language: Language) -> String {
    let with = |key: &str, path: &PathBuf, reason: &Detail| {
        text::fill(language, key, &[("path", &path.display().to_string()), ("reason", &reason.tell(language))])
    };
    match trouble {
        Trouble::Broken { aside } => with("app_note.settings_broken", aside, &Detail::None),
        Trouble::Unreadable { path, reason } => with("app_note.settings_unreadable", path, reason),
        Trouble::Unwritable { path, reason } => with("app_note.settings_unwritable", path, reason),
    }
}

/// Why the system did not do something, in our words where we have some.
pub fn reason(error: &io::Error) -> Detail {
    text::of_system(error).map_or_else(|| error.to_string().into(), Detail::of)
}

/// All notices of the session.
#[derive(Debug, Default)]
pub struct Notices {
    all: Vec<Kept>,
}

#[derive(Debug)]
pub struct Kept {
    pub notice: Notice,
    pub read: bool,
    /// When it was said.
    pub at: Moment,
    /// Seconds on the window's clock when it was first seen.
    since: Option<f64>,
    /// Taken out of the list by the hand; it is kept here so that it is not said again while its cause lasts.
    cleared: bool,
}

/// What is shown on a card: its place in the list, and how much of it is still to be seen, from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    pub at: usize,
    pub notice: Notice,
    pub opacity: f32,
}

/// How long information is shown, and how long of that it fades.
const SHOWN_SECONDS: f64 = 6.0;
const FADING_SECONDS: f64 = 0.6;

impl Notices {
    /// Adds a notice. Information is said again; the same warning or failure is not while it is in the list.
    pub fn add(&mut self, notice: Notice) {
        let answer = notice.weight() == Weight::Information || matches!(notice, Notice::NotSaved { .. });
        if answer {
            self.all.retain(|kept| kept.notice != notice);
        } else if self.all.iter().any(|kept| kept.notice == notice) {
            return;
        }
        if matches!(notice, Notice::Saved(_) | Notice::Copied) {
            // The answer to the last key is the one that counts.
            let past = |kept: &Kept| matches!(kept.notice, Notice::Saved(_) | Notice::Copied | Notice::NoPicture);
            self.all.iter_mut().filter(|kept| past(kept)).for_each(|kept| kept.read = true);
        }
        self.all.push(Kept { notice, read: false, at: Moment::now(), since: None, cleared: false });
    }

    /// What is shown on cards, newest first. Information goes when its time is over, and so does a failure where it would
    /// lie on a map: it stays in the list, and is counted.
    pub fn cards(&mut self, now: f64, over_map: bool) -> Vec<Card> {
        for kept in &mut self.all {
            let since = *kept.since.get_or_insert(now);
            if kept.notice.weight() == Weight::Information && now - since > SHOWN_SECONDS {
                kept.read = true;
            }
        }
        let shown = self.all.iter().enumerate().rev().filter(|(_, kept)| !kept.read).filter_map(|(at, kept)| {
            let left = kept.since.map_or(0.0, |since| SHOWN_SECONDS - (now - since));
            let passes = match kept.notice.weight() {
                Weight::Information => true,
                Weight::Warning => false,
                Weight::Failure => over_map,
            };
            let opacity = if passes { (left / FADING_SECONDS).clamp(0.0, 1.0) as f32 } else { 1.0 };
            (opacity > 0.0).then(|| Card { at, notice: kept.notice.clone(), opacity })
        });
        shown.collect()
    }

    /// How many failures are in the list, and whether one of them is unread.
    #[must_use]
    pub fn failures(&self) -> (usize, bool) {
        let failures = || self.listed().filter(|kept| kept.notice.weight() == Weight::Failure);
        (failures().count(), failures().any(|kept| !kept.read))
    }

    /// Empties the list.
    pub fn clear(&mut self) {
        for kept in &mut self.all {
            (kept.read, kept.cleared) = (true, true);
        }
    }

    /// All but those that the hand has cleared, oldest first.
    pub fn listed(&self) -> impl DoubleEndedIterator<Item = &Kept> {
        self.all.iter().filter(|kept| !kept.cleared)
    }

    pub fn mark_read(&mut self, at: usize) {
        if let Some(kept) = self.all.get_mut(at) {
            kept.read = true;
        }
    }

    pub fn mark_all_read(&mut self) {
        for kept in &mut self.all {
            kept.read = true;
        }
    }

    /// Takes back what no longer holds.
    pub fn withdraw(&mut self, notice: &Notice) {
        self.all.retain(|kept| kept.notice != *notice);
    }

    /// Of a file these hold, and nothing else that was said of it.
    pub fn retain_of(&mut self, path: &Path, errors: &[SourceError]) {
        self.withdraw_where(|notice| match notice {
            Notice::Source(error) => error.path == path && !errors.contains(error),
            _ => false,
        });
    }

    /// Takes back what nobody has read yet and what holds no longer.
    pub fn withdraw_where(&mut self, is_over: impl Fn(&Notice) -> bool) {
        self.all.retain(|kept| kept.read || !is_over(&kept.notice));
    }

    /// What was said of files that are open no longer or bear another name, of models without files and of empty
    /// folders goes where the catalogue knows better by now.
    pub fn follow(&mut self, catalog: &Catalog) {
        let has_files = |name: &str| catalog.model(name).is_some_and(|model| !model.runs.is_empty());
        self.withdraw_where(|notice| match notice {
            Notice::Source(error) => catalog.files.iter().all(|report| report.path != error.path),
            Notice::Catalog(note) => !catalog.notes.contains(note),
            Notice::Engine(EngineNote::NoFiles(lack)) => has_files(&lack.model.name.en),
            Notice::NothingIn(path) | Notice::Gone(path) => catalog.has_below(path),
            _ => false,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Bilingual;

    fn shown(notices: &mut Notices, now: f64, over_map: bool) -> usize {
        notices.cards(now, over_map).len()
    }

    #[test]
    fn a_warning_stays_until_it_is_read_and_is_kept_in_the_list() {
        let mut notices = Notices::default();
        notices.add(Notice::Gone(PathBuf::from("a.nc")));
        notices.add(Notice::Gone(PathBuf::from("a.nc")));
        assert_eq!(shown(&mut notices, 0.0, true), 1);
        assert_eq!(shown(&mut notices, 1e6, true), 1);
        notices.mark_read(0);
        assert_eq!(shown(&mut notices, 1e6, true), 0);
        assert_eq!(notices.listed().count(), 1);
        notices.clear();
        notices.add(Notice::Gone(PathBuf::from("a.nc")));
        assert_eq!((notices.listed().count(), shown(&mut notices, 1e6, true)), (0, 0), "it was cleared");
    }

    #[test]
    fn information_fades_after_six_seconds_and_is_said_again() {
        let mut notices = Notices::default();
        notices.add(Notice::NoPicture);
        assert_eq!(shown(&mut notices, 10.0, true), 1);
        assert_eq!(shown(&mut notices, 15.9, true), 1);
        assert_eq!(shown(&mut notices, 16.1, true), 0);
        notices.add(Notice::NoPicture);
        assert_eq!(shown(&mut notices, 20.0, true), 1);
        assert_eq!(notices.listed().count(), 1);
    }

    #[test]
    fn failures_are_counted_and_leave_the_map_free() {
        let mut notices = Notices::default();
        for name in ["a.nc", "b.nc"] {
            notices.add(Notice::NothingIn(PathBuf::from(name)));
        }
        assert_eq!(shown(&mut notices, 0.0, true), 2);
        assert_eq!(shown(&mut notices, 7.0, true), 0);
        assert_eq!(shown(&mut notices, 7.0, false), 2);
        assert_eq!(notices.failures(), (2, true));
        notices.mark_all_read();
        assert_eq!(notices.failures(), (2, false));
        notices.clear();
        assert_eq!(notices.failures(), (0, false));
    }

    #[test]
    fn what_the_system_said_is_told_in_the_windows_language() {
        let full = reason(&io::Error::from(io::ErrorKind::StorageFull));
        let told = Notice::NotSaved { path: PathBuf::from("a.png"), reason: full }.tell(Language::French);
        assert!(told.contains("le disque est plein"), "{told}");
        let rare = reason(&io::Error::other("a rare thing"));
        assert_eq!(rare.tell(Language::French), "a rare thing");
    }

    #[test]
    fn every_notice_has_its_words() {
        let path = PathBuf::from("a.nc");
        let reason = || Detail::of("system.disk_full");
        let word = || "full".to_owned();
        let all = [
            Notice::Source(SourceError::new(&path, Refusal::NotFound, "")),
            Notice::Sample,
            Notice::SampleFailed(reason()),
            Notice::Settings(Trouble::Broken { aside: path.clone() }),
            Notice::Settings(Trouble::Unreadable { path: path.clone(), reason: reason() }),
            Notice::Settings(Trouble::Unwritable { path: path.clone(), reason: reason() }),
            Notice::Engine(EngineNote::SameField { shown: path.clone(), hidden: path.clone() }),
            Notice::Catalog(CatalogNote::NameDisagrees { path: path.clone(), named: word(), found: word() }),
            Notice::ModelAdded("GDPS".to_owned()),
            Notice::ModelNotAdded { path: path.clone(), reason: reason() },
            Notice::ModelTaken { folder: path.clone(), taken: Taken::Name(Bilingual::same("GDPS")) },
            Notice::ModelTaken { folder: path.clone(), taken: Taken::Folder(Bilingual::same("GDPS")) },
            Notice::NoFolder(path.clone()),
            Notice::NothingIn(path.clone()),
            Notice::Gone(path.clone()),
            Notice::Saved(path.clone()),
            Notice::NotSaved { path, reason: reason() },
            Notice::Copied,
            Notice::NoPicture,
            Notice::NoDialog,
            Notice::TooLarge { side: 2048 },
            Notice::UnknownZone(word()),
        ];
        for (notice, language) in all.iter().flat_map(|notice| Language::ALL.map(|language| (notice, language))) {
            let words = notice.tell(language);
            assert!(!words.contains("app_note.") && !words.contains('{'), "{words}");
        }
    }
}
