//! «Add folder as model…»: a folder that stays in the model selector, under a name in both languages.

use std::path::{Path, PathBuf};

use egui::{Key, Ui};

use super::errands::{NotAdded, Purpose};
use super::following::{Offer, Wanted};
use super::notices::Notice;
use super::{App, dialogs, theme, widgets};
use crate::catalog::Catalog;
use crate::engine::EngineNote;
use crate::text::Bilingual;

/// The list of models, beside the settings.
pub(super) const LIST: &str = "models.toml";

/// The form of a new model.
#[derive(Clone, Debug, Default)]
pub struct ModelForm {
    folder: String,
    name: Bilingual,
    /// Takes the keyboard once.
    used: bool,
}

/// Folders that are called by what is in them: the model's own is the one above.
const CONTENTS: [&str; 7] = ["pres", "pressure", "model", "data", "diag", "hyb", "eta"];

impl ModelForm {
    /// The folder's own name stands for both languages, until somebody writes better ones.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        let names = folder.ancestors().filter_map(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let own = |name: &String| !CONTENTS.contains(&name.to_lowercase().as_str());
        let name = names.take(2).find(own).unwrap_or_default();
        Self { folder: folder.display().to_string(), name: Bilingual::same(name), used: false }
    }

    /// What is to be written; `None` while something lacks.
    fn model(&self) -> Option<(Bilingual, PathBuf)> {
        let folder = dialogs::path_of(&self.folder)?;
        let [en, fr] = [&self.name.en, &self.name.fr].map(|name| name.trim().to_owned());
        let name = match (en.is_empty(), fr.is_empty()) {
            (true, true) => return None,
            (true, false) => Bilingual::same(fr),
            (false, true) => Bilingual::same(en),
            (false, false) => Bilingual { en, fr },
        };
        Some((name, folder))
    }
}

impl App {
    /// Opens the form, with the folder of what is on screen in it.
    pub(super) fn begin_model(&mut self) {
        let recipes = self.plan.slots.iter().flat_map(|slot| [&slot.bands, &slot.lines]).flatten();
        let shown = recipes.flat_map(|recipe| &recipe.ingredients).map(|what| what.field.reader.path()).next();
        let own = shown.filter(|path| self.sources.sample.as_deref() != Some(path));
        self.panes.model = Some(own.and_then(Path::parent).map(ModelForm::of).unwrap_or_default());
    }

    /// A folder was chosen for the form.
    pub(super) fn take_model_folder(&mut self, folder: &Path) {
        self.panes.model = Some(ModelForm::of(folder));
    }

    /// The form, as a small window in the middle.
    pub(super) fn model_form(&mut self, ui: &mut Ui) {
        let Some(mut form) = self.panes.model.take() else { return };
        let (mut done, mut entered, mut cancelled, mut choose) = (false, false, false, false);
        let answer = egui::Modal::new(egui::Id::unique("model")).show(ui.ctx(), |ui| {
            let width = (ui.ctx().content_rect().width() - 80.0).clamp(160.0, 520.0);
            ui.set_width(width);
            ui.label(egui::RichText::new(self.say("app_model.title")).size(17.0));
            widgets::caption(ui, self.say("app_model.hint"));
            ui.add_space(6.0);
            let fresh = !std::mem::replace(&mut form.used, true);
            let by_name = !form.folder.is_empty();
            let fields = [
                ("app_model.folder", &mut form.folder, fresh && !by_name),
                ("app_model.name_en", &mut form.name.en, fresh && by_name),
                ("app_model.name_fr", &mut form.name.fr, false),
            ];
            let mut asked = false;
            for (key, text, focus) in fields {
                let label = ui.label(egui::RichText::new(self.say(key)).size(12.5));
                let response = widgets::field(ui, text, &label, "", focus);
                entered |= response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                // What lacks is asked for.
                let lacks = entered && !asked && text.trim().is_empty();
                asked |= lacks;
                if lacks {
                    response.request_focus();
                }
                ui.add_space(4.0);
            }
            ui.add_space(6.0);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let palette = theme::palette(ui);
                let words = egui::RichText::new(self.say("app_model.add")).color(palette.ground);
                let button = egui::Button::new(words).fill(palette.accent);
                done |= ui.add_enabled(form.model().is_some(), button).clicked();
                cancelled = ui.button(self.say("app_path.cancel")).clicked();
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    choose = ui.button(self.say("app_model.choose")).clicked();
                });
            });
        });
        if choose {
            self.ask_with_dialog(Purpose::ModelFolder);
        }
        done |= entered;
        cancelled |= answer.should_close() && !done;
        match (form.model().filter(|_| done), &self.models) {
            (Some((name, folder)), Some(list)) => self.errands.add_model(list.clone(), name, folder),
            // There is no folder for settings: the model is there for this session.
            (Some((_, folder)), None) => self.open(vec![folder]),
            (None, _) if cancelled => {}
            (None, _) => self.panes.model = Some(form),
        }
    }

    /// Says why a model was not added; where it needs another name or folder only, the form comes back as it was.
    pub(super) fn refuse_model(&mut self, path: PathBuf, name: Bilingual, why: NotAdded) {
        match why {
            NotAdded::Failed(reason) => self.notices.add(Notice::ModelNotAdded { path, reason }),
            NotAdded::NoFolder => self.notices.add(Notice::NoFolder(path)),
            NotAdded::List(trouble) => self.notices.add(Notice::Engine(EngineNote::Models(trouble))),
            NotAdded::Taken(taken, folder) => {
                self.notices.add(Notice::ModelTaken { folder: folder.clone(), taken });
                let form = ModelForm { folder: folder.display().to_string(), name, used: false };
                self.panes.model.get_or_insert(form);
            }
        }
    }

    /// The list has one more model: it is read anew, and the model's newest run is shown, if that comes before the hand
    /// has turned to something else.
    pub(super) fn take_model(&mut self, list: PathBuf, name: &Bilingual, now: f64) {
        /// In seconds: after that a picture that changes by itself would be a surprise.
        const PATIENCE: f64 = 10.0;
        // What stood in the way of this one, or of the attempt before it, does no longer.
        let in_the_way = |notice: &Notice| {
            matches!(notice, Notice::ModelTaken { .. } | Notice::NoFolder(_) | Notice::ModelNotAdded { .. })
        };
        self.notices.withdraw_where(in_the_way);
        self.notices.add(Notice::ModelAdded(name.in_language(self.language).to_owned()));
        self.engine.open_models(list);
        self.sources.added.push(name.en.clone());
        self.sources.wanted = Some(Wanted { model: name.en.clone(), run: None, by_hand: true, until: now + PATIENCE });
    }

    /// The first run of a model that the hand has added is offered where nobody waits for it any more.
    pub(super) fn look_at_added(&mut self, catalog: &Catalog) {
        for id in std::mem::take(&mut self.sources.added) {
            let Some(run) = catalog.model(&id).and_then(|model| model.runs.first()) else {
                self.sources.added.push(id);
                continue;
            };
            let awaited = self.sources.wanted.as_ref().is_some_and(|wanted| wanted.model == id);
            if awaited || self.selection.as_ref().is_some_and(|selection| selection.model == id) {
                continue;
            }
            if self.selection.is_none() {
                self.want_meanwhile(&id, run.reference);
                continue;
            }
            self.engine.read_run(&id, run.reference);
            self.sources.offer = Some(Offer { model: id, run: run.reference });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_proposes_its_own_name() {
        let proposed = |folder: &str| ModelForm::of(Path::new(folder)).name;
        assert_eq!(proposed("/data/gdps"), Bilingual::same("gdps"));
        assert_eq!(proposed("/data/gdps/pres"), Bilingual::same("gdps"));
        assert_eq!(proposed("/"), Bilingual::same(""));
    }

    #[test]
    fn one_name_is_enough_and_none_is_not() {
        let form = |en: &str, fr: &str| ModelForm {
            folder: "/data".to_owned(),
            name: Bilingual { en: en.to_owned(), fr: fr.to_owned() },
            used: true,
        };
        assert_eq!(form("GDPS", " ").model().map(|(name, _)| name), Some(Bilingual::same("GDPS")));
        assert!(form(" ", "").model().is_none());
        assert!(ModelForm::default().model().is_none());
    }
}
