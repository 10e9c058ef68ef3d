//! Paths: asked for by the desktop's dialog, or by a field where the desktop has none; and the picture that is saved.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use egui::text::CCursor;
use egui::text_selection::CCursorRange;
use egui::{Key, Modifiers, Ui};

use super::completing::{self, Completion};
use super::desktop::Dialogs;
use super::errands::Purpose;
use super::notices::Notice;
use super::{App, theme, widgets};
use crate::engine::{Selection, SlotState, Subject};
use crate::render::Frame;
use crate::source::Detail;
use crate::text;
use crate::time::LeadTime;

/// A field for a path.
#[derive(Clone, Debug)]
pub struct PathField {
    pub purpose: Purpose,
    pub text: String,
    /// Takes the keyboard once.
    pub fresh: bool,
    /// What stood in the way of what was typed.
    pub error: Option<String>,
    /// How the name that is being typed may go on.
    pub candidates: Vec<String>,
}

/// A picture on its way into a file: the one that was on screen when it was asked for.
#[derive(Clone, Debug)]
pub struct Saving {
    selection: Selection,
    slot: usize,
    name: String,
    /// As soon as it is finished.
    frame: Option<Arc<Frame>>,
    /// Where to, and whether a file of this name may be replaced.
    path: Option<(PathBuf, bool)>,
    /// It was handed on.
    written: bool,
}

impl App {
    /// Dialogs in the place of the desktop's.
    pub fn set_dialogs(&mut self, dialogs: Dialogs) {
        self.errands.set_dialogs(dialogs);
    }

    pub(super) fn ask_for_files(&mut self) {
        self.ask_with_dialog(Purpose::OpenFiles);
    }

    pub(super) fn ask_for_folder(&mut self) {
        self.ask_with_dialog(Purpose::OpenFolder);
    }

    /// Asks for a path with a dialog; with the field where there is none.
    pub(super) fn ask_with_dialog(&mut self, purpose: Purpose) {
        let title = self.say(match purpose {
            Purpose::OpenFiles => "app_menu.open",
            Purpose::OpenFolder => "app_menu.open_folder",
            Purpose::SavePicture => "app_do.save",
            Purpose::ModelFolder => "app_model.choose",
        });
        let name = self.panes.saving.as_ref().map(|saving| saving.name.clone()).unwrap_or_default();
        if !self.errands.ask(purpose, title, &name) {
            self.ask_with_field(purpose);
        }
    }

    /// Asks for a path with the field.
    pub(super) fn ask_with_field(&mut self, purpose: Purpose) {
        let proposed = match (&self.panes.saving, purpose) {
            // The form has a field for the folder.
            (_, Purpose::ModelFolder) => return,
            (Some(saving), Purpose::SavePicture) => {
                let folder = self.settings.pictures.clone().or_else(|| std::env::current_dir().ok());
                folder.unwrap_or_default().join(&saving.name).display().to_string()
            }
            (_, purpose) if purpose != Purpose::SavePicture => self.panes.typed.clone(),
            _ => String::new(),
        };
        self.panes.ask_path(purpose, &proposed);
    }

    /// A dialog or a field that takes the keys is there or expected.
    pub(super) fn is_asking(&self) -> bool {
        self.errands.asked().is_some() || self.panes.path.is_some() || self.panes.model.is_some()
    }

    /// Asks where the picture on screen is to be saved, also where it is not finished yet.
    pub(super) fn ask_where_to_save(&mut self) {
        let Some(selection) = self.selection.clone() else {
            self.notices.add(Notice::NoPicture);
            return;
        };
        let (slot, name) = (self.player.slot, self.picture_name());
        let frame = self.shown_frame();
        self.panes.saving = Some(Saving { selection, slot, name, frame, path: None, written: false });
        self.ask_with_dialog(Purpose::SavePicture);
    }

    /// A picture without an end in its name is a PNG: this is another name than the dialog has asked about.
    pub(super) fn save_to(&mut self, path: PathBuf, replace: bool) {
        let ended = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("png"));
        let path = if ended {
            path
        } else {
            let mut name = path.into_os_string();
            name.push(".png");
            PathBuf::from(name)
        };
        if let Some(saving) = &mut self.panes.saving {
            saving.path = Some((path, replace && ended));
            saving.written = false;
        }
    }

    /// Hands the picture on as soon as it is finished and has a place.
    pub(super) fn see_to_saving(&mut self) {
        let Some(mut saving) = self.panes.saving.take_if(|saving| !saving.written) else { return };
        if saving.frame.is_none() {
            let same = self.selection.as_ref() == Some(&saving.selection);
            let failed = matches!(self.slot_state(saving.slot), Some(SlotState::Failed(_)));
            if !same || failed {
                if self.panes.path.as_ref().is_some_and(|field| field.purpose == Purpose::SavePicture) {
                    self.panes.path = None;
                }
                self.notices.add(Notice::NoPicture);
                return;
            }
            saving.frame = self.engine.frame(saving.slot).filter(|frame| !frame.pixels.is_empty());
        }
        if let (Some(frame), Some((path, replace))) = (&saving.frame, &saving.path) {
            self.errands.save_picture(frame.clone(), path.clone(), *replace);
            saving.written = true;
        }
        self.panes.saving = Some(saving);
    }

    /// How the writing of a picture ended: where it failed, the field asks again.
    pub(super) fn take_saved(&mut self, path: PathBuf, saved: Result<(), Detail>) {
        match saved {
            Ok(()) => {
                self.panes.saving = None;
                self.settings.pictures = path.parent().map(Path::to_owned);
                self.notices.add(Notice::Saved(path));
            }
            Err(reason) => {
                let notice = Notice::NotSaved { path: path.clone(), reason };
                let Some(saving) = &mut self.panes.saving else {
                    self.notices.add(notice);
                    return;
                };
                (saving.written, saving.path) = (false, None);
                self.panes.ask_path(Purpose::SavePicture, &path.display().to_string());
                if let Some(field) = &mut self.panes.path {
                    field.error = Some(notice.tell(self.language));
                }
            }
        }
    }

    /// What was typed is completed, unless it has changed meanwhile.
    pub(super) fn take_completion(&mut self, typed: &str, completion: Completion) {
        if let Some(field) = self.panes.path.as_mut().filter(|field| field.text == typed) {
            field.text = completion.text;
            field.candidates = completion.candidates;
            field.error = None;
            field.fresh = true;
        }
    }

    /// Opens what was typed if all of it is there; else the field says what is not.
    pub(super) fn take_check(&mut self, typed: &str, paths: Vec<PathBuf>, missing: Option<&Path>) {
        let Some(field) = self.panes.path.as_mut().filter(|field| field.text == typed) else { return };
        if let Some(missing) = missing {
            let path = missing.display().to_string();
            field.error = Some(text::fill(self.language, "app_path.missing", &[("path", &path)]));
            field.fresh = true;
            return;
        }
        self.panes.path = None;
        self.panes.typed = typed.to_owned();
        self.open(paths);
    }

    pub(super) fn copy_picture(&mut self, ctx: &egui::Context) {
        let Some(frame) = self.shown_frame() else {
            self.notices.add(Notice::NoPicture);
            return;
        };
        let size = frame.size.map(|side| side as usize);
        ctx.copy_image(egui::ColorImage::from_rgba_premultiplied(size, &frame.pixels));
        self.notices.add(Notice::Copied);
    }

    fn shown_frame(&self) -> Option<Arc<Frame>> {
        self.engine.frame(self.player.slot).filter(|frame| !frame.pixels.is_empty())
    }

    /// `GDPS_2026112012_024_500hPa_Canada.png`
    pub(super) fn picture_name(&self) -> String {
        let Some(selection) = &self.selection else { return String::new() };
        let model = self.model().map_or(selection.model.as_str(), |model| model.name.in_language(self.language));
        let mut parts = vec![model.to_owned()];
        if let Some(run) = selection.run {
            let date = run.0.date();
            let clock = match run.0.clock() {
                (hour, 0, 0) => format!("{hour:02}"),
                (hour, minute, 0) => format!("{hour:02}{minute:02}"),
                (hour, minute, second) => format!("{hour:02}{minute:02}{second:02}"),
            };
            parts.push(format!("{:04}{:02}{:02}{clock}", date.year, date.month, date.day));
        }
        let time = self.plan.slots.get(self.player.slot).map(|slot| slot.time);
        if let Some(time) = time {
            let lead = time.lead.map(LeadTime::in_file_name).map(|lead| lead.trim_start_matches('+').to_owned());
            parts.extend(lead.or(time.valid.map(|valid| valid.0.iso().replace([':', '-'], ""))));
        }
        if let Subject::Variable(id) = &selection.subject {
            parts.push(id.clone());
        }
        parts.extend(selection.level.map(|level| level.to_string().replace(' ', "")));
        let region = crate::map::region(&self.panes.region);
        parts.extend(region.map(|region| region.name.in_language(self.language).replace(' ', "-")));
        let plain = |c: char| if c.is_alphanumeric() || "+-._".contains(c) { c } else { '-' };
        format!("{}.png", parts.join("_").chars().map(plain).collect::<String>())
    }

    /// A path that was pasted outside any field, as file managers and shells copy it.
    pub(super) fn open_pasted(&mut self, pasted: &str) {
        let paths: Vec<PathBuf> = pasted.lines().filter_map(path_of).filter(|path| path.is_absolute()).collect();
        self.open(paths);
    }

    /// That a dialog is expected, where it takes longer than a moment.
    pub(super) fn dialog_hint(&mut self, ui: &Ui) {
        const MOMENT: Duration = Duration::from_millis(400);
        let Some((purpose, since)) = self.errands.asked() else { return };
        if since < MOMENT {
            ui.ctx().request_repaint_after(MOMENT - since);
            return;
        }
        let (mut typing, mut cancelled) = (false, false);
        egui::Modal::new(egui::Id::unique("dialog")).show(ui.ctx(), |ui| {
            let width = (ui.ctx().content_rect().width() - 80.0).clamp(160.0, 420.0);
            ui.set_width(width);
            ui.label(egui::RichText::new(self.say("app_path.waiting")).size(15.0));
            ui.add_space(8.0);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                typing = purpose != Purpose::ModelFolder && ui.button(self.say("app_path.type")).clicked();
                cancelled = ui.button(self.say("app_path.cancel")).clicked();
            });
        });
        if typing || cancelled {
            self.give_up_dialog();
        }
        if typing {
            if purpose == Purpose::SavePicture {
                self.ask_where_to_save();
            }
            self.errands.give_up_dialog();
            self.ask_with_field(purpose);
        }
    }

    /// Waits for no dialog any more.
    pub(super) fn give_up_dialog(&mut self) -> bool {
        let given_up = self.errands.give_up_dialog();
        if given_up == Some(Purpose::SavePicture) {
            self.panes.saving = None;
        }
        given_up.is_some()
    }

    /// The field for a path, as a small window in the middle.
    pub(super) fn path_field(&mut self, ui: &mut Ui) {
        let Some(mut field) = self.panes.path.take() else { return };
        let opening = field.purpose != Purpose::SavePicture;
        let (title, action) = if opening {
            (self.say("app_path.open_title"), self.say("app_path.open"))
        } else {
            (self.say("app_path.save_title"), self.say("app_path.save"))
        };
        let (mut done, mut cancelled) = (false, false);
        let answer = egui::Modal::new(egui::Id::unique("path")).show(ui.ctx(), |ui| {
            let width = (ui.ctx().content_rect().width() - 80.0).clamp(160.0, 640.0);
            ui.set_width(width);
            let name = ui.label(egui::RichText::new(title).size(17.0));
            widgets::caption(ui, self.say(if opening { "app_path.hint" } else { "app_path.save_hint" }));
            ui.add_space(4.0);
            done = self.path_line(ui, &mut field, &name);
            self.path_answers(ui, &mut field);
            ui.add_space(8.0);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let palette = theme::palette(ui);
                let words = egui::RichText::new(action).color(palette.ground);
                let ready = path_of(&field.text).is_some();
                let button = egui::Button::new(words).fill(palette.accent);
                let response = ui.add_enabled(ready, button);
                done |= response.clicked();
                cancelled = ui.button(self.say("app_path.cancel")).clicked();
            });
        });
        cancelled |= answer.should_close() && !done;
        let paths: Vec<PathBuf> = field.text.lines().filter_map(path_of).collect();
        if cancelled {
            self.panes.typed = if opening { field.text } else { std::mem::take(&mut self.panes.typed) };
            self.panes.saving = self.panes.saving.take().filter(|_| opening);
        } else if done && opening && !paths.is_empty() {
            self.errands.check(field.text.clone(), paths);
            self.panes.path = Some(field);
        } else if let Some(path) = paths.into_iter().next().filter(|_| done) {
            self.save_to(path, false);
        } else {
            self.panes.path = Some(field);
        }
    }

    /// The line itself; `true` where Enter was pressed in it. Tab completes.
    fn path_line(&self, ui: &mut Ui, field: &mut PathField, label: &egui::Response) -> bool {
        let id = egui::Id::unique("path-line");
        let press = |key| {
            ui.memory(|memory| memory.has_focus(id)) && ui.input_mut(|input| input.consume_key(Modifiers::NONE, key))
        };
        let (entered, tab) = (press(Key::Enter), press(Key::Tab));
        if tab {
            self.errands.complete(field.text.clone());
        }
        let before = field.text.clone();
        let edit = if field.purpose == Purpose::SavePicture {
            egui::TextEdit::singleline(&mut field.text)
        } else {
            egui::TextEdit::multiline(&mut field.text).desired_rows(1)
        };
        let edit = edit.id(id).lock_focus(true).desired_width(f32::INFINITY).margin(egui::Margin::symmetric(10, 6));
        let mut shown = edit.hint_text(self.say("app_path.example")).show(ui);
        let response = shown.response.response.labelled_by(label.id);
        if std::mem::take(&mut field.fresh) {
            response.request_focus();
            let end = CCursor::new(field.text.chars().count());
            shown.state.cursor.set_char_range(Some(CCursorRange::one(end)));
            shown.state.store(ui.ctx(), response.id);
        }
        if field.text != before {
            field.error = None;
            field.candidates.clear();
        }
        entered
    }

    /// Below the line: what was wrong, and how the name may go on.
    fn path_answers(&self, ui: &mut Ui, field: &mut PathField) {
        let palette = theme::palette(ui);
        if let Some(error) = &field.error {
            ui.add_space(4.0);
            ui.add(egui::Label::new(egui::RichText::new(error).color(palette.failure)).wrap());
        }
        if field.candidates.is_empty() {
            return;
        }
        ui.add_space(4.0);
        let mut taken = None;
        egui::ScrollArea::vertical().max_height(160.0).show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                for candidate in &field.candidates {
                    if ui.add(egui::Button::new(candidate).frame_when_inactive(false)).clicked() {
                        taken = Some(candidate.clone());
                    }
                }
            });
        });
        if let Some(candidate) = taken {
            field.text = completing::with_candidate(&field.text, &candidate);
            field.candidates.clear();
            field.fresh = true;
        }
    }
}

/// A path as people paste it: in quotes, as a `file:` address, with `~` for the home folder.
pub(super) fn path_of(text: &str) -> Option<PathBuf> {
    let text = text.trim().trim_matches(['"', '\'', '«', '»']).trim();
    if text.is_empty() {
        return None;
    }
    if let Some(address) = text.strip_prefix("file://") {
        return Some(PathBuf::from(without_escapes(address)));
    }
    if text == "~" {
        return Some(directories::BaseDirs::new()?.home_dir().to_owned());
    }
    if let Some(rest) = text.strip_prefix("~/") {
        let home = directories::BaseDirs::new()?.home_dir().to_owned();
        return Some(home.join(rest));
    }
    Some(PathBuf::from(text))
}

/// `%C3%A9` as `é`.
fn without_escapes(address: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = address.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = (first == b'%').then(|| after.get(..2)).flatten();
        let code = code.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_understood_as_people_paste_them() {
        let check = |text: &str, path: &str| assert_eq!(path_of(text), Some(PathBuf::from(path)), "{text}");
        check(" /data/run.nc\n", "/data/run.nc");
        check("\"/data/a file.nc\"", "/data/a file.nc");
        check("file:///data/pr%C3%A9vision%20a.nc", "/data/prévision a.nc");
        check("file:///data/100%.nc", "/data/100%.nc");
        assert_eq!(path_of("  "), None);
    }
}
