//! Paths: asked for by the desktop's dialog, or by a field where the desktop has none; and the picture that is saved.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Key, Ui};

use super::errands::Purpose;
use super::notices::Notice;
use super::{App, theme, widgets};
use crate::engine::Subject;
use crate::render::Frame;
use crate::time::LeadTime;

/// A field for a path.
#[derive(Clone, Debug)]
pub struct PathField {
    pub purpose: Purpose,
    pub text: String,
    /// Takes the keyboard once.
    pub fresh: bool,
}

impl App {
    pub(super) fn ask_for_files(&mut self) {
        let title = self.say("app_menu.open");
        self.errands.ask(Purpose::OpenFiles, title, "");
    }

    pub(super) fn ask_for_folder(&mut self) {
        let title = self.say("app_menu.open_folder");
        self.errands.ask(Purpose::OpenFolder, title, "");
    }

    pub(super) fn ask_where_to_save(&mut self) {
        if self.shown_frame().is_none() {
            self.notices.add(Notice::NoPicture);
            return;
        }
        let (title, name) = (self.say("app_do.save"), self.picture_name());
        self.errands.ask(Purpose::SavePicture, title, &name);
    }

    pub(super) fn save_to(&mut self, path: PathBuf) {
        let path = if path.extension().is_none() { path.with_extension("png") } else { path };
        match self.shown_frame() {
            Some(frame) => self.errands.save_picture(frame, path),
            None => self.notices.add(Notice::NoPicture),
        }
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

    /// `GraphCast_2026112012_rh-gz_500_+024.png`
    pub(super) fn picture_name(&self) -> String {
        let Some(selection) = &self.selection else { return String::new() };
        let mut parts = vec![selection.model.clone()];
        if let Some(run) = selection.run {
            let date = run.0.date();
            let clock = match run.0.clock() {
                (hour, 0, 0) => format!("{hour:02}"),
                (hour, minute, 0) => format!("{hour:02}{minute:02}"),
                (hour, minute, second) => format!("{hour:02}{minute:02}{second:02}"),
            };
            parts.push(format!("{:04}{:02}{:02}{clock}", date.year, date.month, date.day));
        }
        let (Subject::Product(id) | Subject::Variable(id)) = &selection.subject;
        parts.push(id.clone());
        parts.extend(selection.level.map(|level| level.to_string().replace(" hPa", "").replace(' ', "")));
        let time = self.plan.slots.get(self.player.slot).map(|slot| slot.time);
        if let Some(time) = time {
            let lead = time.lead.map(LeadTime::in_file_name);
            parts.extend(lead.or(time.valid.map(|valid| valid.0.iso().replace([':', '-'], ""))));
        }
        let plain = |c: char| if c.is_alphanumeric() || "+-._".contains(c) { c } else { '-' };
        format!("{}.png", parts.join("_").chars().map(plain).collect::<String>())
    }

    /// A path that was pasted outside any field, as file managers and shells copy it.
    pub(super) fn open_pasted(&mut self, pasted: &str) {
        let paths: Vec<PathBuf> = pasted.lines().filter_map(path_of).filter(|path| path.is_absolute()).collect();
        self.open(paths);
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
            let width = (ui.ctx().content_rect().width() - 80.0).clamp(160.0, 560.0);
            ui.set_width(width);
            let name = ui.label(egui::RichText::new(title).size(17.0));
            if opening {
                widgets::caption(ui, self.say("app_path.hint"));
            }
            ui.add_space(4.0);
            let fresh = std::mem::take(&mut field.fresh);
            let response = widgets::field(ui, &mut field.text, &name, self.say("app_path.example"), fresh);
            done = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
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
        match path_of(&field.text).filter(|_| done) {
            Some(path) if opening => self.open(vec![path]),
            Some(path) => self.save_to(path),
            None if cancelled => {}
            None => self.panes.path = Some(field),
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
