//! What must not happen on the window's thread: dialogs, files written, the sample laid out, time zones read.
//!
//! Each errand runs on a thread of its own and comes back as an [`Outcome`], which the window takes when it draws.

use std::io::ErrorKind;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::clock::Zone;
use super::completing::{self, Completion};
use super::desktop::{self, Answer, Dialogs};
use super::notices::reason;
use super::settings::{Settings, Trouble, write_whole};
use crate::catalog::models::{self, ModelTrouble, Taken};
use crate::render::Frame;
use crate::source::Detail;
use crate::text::Bilingual;

/// What an errand brought back.
pub enum Outcome {
    /// What a dialog answered.
    Dialog(Purpose, Answer),
    /// What a typed path completes to: what was typed, what it is now, and what it could become.
    Completed(String, Completion),
    /// What was typed, the paths in it, and the first of them that is not there.
    Checked(String, Vec<PathBuf>, Option<PathBuf>),
    Sample(Result<PathBuf, Detail>),
    Saved(PathBuf, Result<(), Detail>),
    Zone(Option<String>, Option<Zone>),
    Settings(Trouble),
    /// The list of models with one more: where it stands, the model's name.
    Model(PathBuf, Bilingual, Result<(), NotAdded>),
}

/// Why a model did not come into the list.
pub enum NotAdded {
    Failed(Detail),
    NoFolder,
    /// The list cannot be added to.
    List(ModelTrouble),
    /// Another model has the name or the folder; with the folder that was to be added.
    Taken(Taken, PathBuf),
}

/// What a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    OpenFiles,
    OpenFolder,
    SavePicture,
    ModelFolder,
}

/// The bundled forecast, made up from a seed.
const SAMPLE: &[u8] = include_bytes!("../../assets/sample.nc");

pub struct Errands {
    ctx: egui::Context,
    sender: Sender<Outcome>,
    receiver: Receiver<Outcome>,
    settings: Option<SettingsWriter>,
    dialogs: Dialogs,
    /// The dialog that is expected: there is never a second.
    asked: Option<Asked>,
    /// Answers come with the number of their dialog: those of a dialog that was given up are dropped.
    answers: (Sender<(u64, Answer)>, Receiver<(u64, Answer)>),
    number: u64,
    /// The desktop has said that it has no dialog. It is not asked again.
    none: bool,
}

/// A dialog that has not answered.
struct Asked {
    purpose: Purpose,
    number: u64,
    since: Instant,
}

impl Errands {
    /// `settings`: where they are kept; `None` keeps none.
    #[must_use]
    pub fn new(ctx: egui::Context, settings: Option<PathBuf>) -> Self {
        let (sender, receiver) = channel();
        let settings = settings.map(|path| SettingsWriter::start(path, sender.clone(), ctx.clone()));
        let answers = channel();
        Self {
            ctx,
            sender,
            receiver,
            settings,
            dialogs: desktop::dialogs(),
            asked: None,
            answers,
            number: 0,
            none: false,
        }
    }

    /// Other dialogs than the desktop's.
    pub fn set_dialogs(&mut self, dialogs: Dialogs) {
        self.dialogs = dialogs;
        self.none = false;
    }

    /// What has come back since the last call.
    pub fn take(&mut self) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = self.receiver.try_iter().collect();
        for (number, answer) in self.answers.1.try_iter() {
            if let Some(asked) = self.asked.take_if(|asked| asked.number == number) {
                self.none = matches!(answer, Answer::NoDialog);
                outcomes.push(Outcome::Dialog(asked.purpose, answer));
            }
        }
        outcomes
    }

    /// Asks for paths with the desktop's own dialog, unless one is open. `name` is what a picture is to be called.
    /// `false` where the desktop has no dialog.
    pub fn ask(&mut self, purpose: Purpose, title: &'static str, name: &str) -> bool {
        if self.none {
            return false;
        }
        if self.asked.is_some() {
            return true;
        }
        self.number += 1;
        let (number, dialogs, name) = (self.number, self.dialogs.clone(), name.to_owned());
        self.asked = Some(Asked { purpose, number, since: Instant::now() });
        let (sender, ctx) = (self.answers.0.clone(), self.ctx.clone());
        std::thread::spawn(move || {
            // A dialog that breaks is none: the window must not wait for it.
            let answer = panic::catch_unwind(AssertUnwindSafe(|| dialogs(purpose, title, &name)));
            // The window may be gone by now; then nobody needs the answer.
            let _ = sender.send((number, answer.unwrap_or(Answer::NoDialog)));
            ctx.request_repaint();
        });
        true
    }

    /// The dialog that has not answered yet, and for how long.
    pub fn asked(&self) -> Option<(Purpose, Duration)> {
        self.asked.as_ref().map(|asked| (asked.purpose, asked.since.elapsed()))
    }

    /// Waits for the dialog no longer: its answer is dropped.
    pub fn give_up_dialog(&mut self) -> Option<Purpose> {
        self.asked.take().map(|asked| asked.purpose)
    }

    /// Completes the last line of what was typed.
    pub fn complete(&self, typed: String) {
        self.run(|| {
            let completion = completing::complete(&typed);
            Outcome::Completed(typed, completion)
        });
    }

    /// Looks whether the paths are there.
    pub fn check(&self, typed: String, paths: Vec<PathBuf>) {
        self.run(|| {
            let missing = paths.iter().find(|path| !path.exists()).cloned();
            Outcome::Checked(typed, paths, missing)
        });
    }

    /// Lays the bundled sample out as a file, once for each version of the program.
    pub fn lay_out_sample(&self) {
        self.run(|| Outcome::Sample(sample_file().map_err(|error| reason(&error))));
    }

    /// Writes a picture. Where a file of this name is there and must not be replaced, a number is added to the name.
    pub fn save_picture(&self, frame: Arc<Frame>, path: PathBuf, replace: bool) {
        self.run(move || {
            let path = std::path::absolute(&path).unwrap_or(path);
            let bytes = frame.to_png().map_err(|error| Detail::from(error.to_string()));
            let saved = bytes.and_then(|bytes| {
                let written =
                    if replace { write_whole(&path, &bytes).map(|()| path.clone()) } else { write_new(&path, &bytes) };
                written.map_err(|error| reason(&error))
            });
            match saved {
                Ok(path) => Outcome::Saved(path, Ok(())),
                Err(reason) => Outcome::Saved(path, Err(reason)),
            }
        });
    }

    /// Writes a model to the end of the list.
    pub fn add_model(&self, list: PathBuf, name: Bilingual, folder: PathBuf) {
        self.run(move || {
            let added = add_model(&list, &name, &folder);
            // What is in the way is the folder or the list.
            let at = if folder.is_dir() { list } else { folder };
            Outcome::Model(at, name, added)
        });
    }

    pub fn read_zone(&self, name: Option<String>) {
        self.run(move || {
            let zone = Zone::read(name.as_deref());
            Outcome::Zone(name, zone)
        });
    }

    /// Settings are written in the background, the last state when the window closes.
    pub fn keep(&self, settings: Settings) {
        if let Some(writer) = &self.settings {
            writer.keep(settings);
        }
    }

    fn run(&self, errand: impl FnOnce() -> Outcome + Send + 'static) {
        let (sender, ctx) = (self.sender.clone(), self.ctx.clone());
        std::thread::spawn(move || {
            // The window may be gone by now; then nobody needs the answer.
            let _ = sender.send(errand());
            ctx.request_repaint();
        });
    }
}

/// Writes a file under a name that is free: the one given, or that with a number behind it. Gives the name.
fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<PathBuf> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let (stem, end) = (path.file_stem().unwrap_or_default(), path.extension());
    for number in 1..10_000 {
        let mut free = path.to_owned();
        if number > 1 {
            let mut name = stem.to_owned();
            name.push(format!("-{number}"));
            if let Some(end) = end {
                name.push(".");
                name.push(end);
            }
            free.set_file_name(name);
        }
        match std::fs::OpenOptions::new().write(true).create_new(true).open(&free) {
            Ok(_) => {
                let written = write_whole(&free, bytes);
                if written.is_err() {
                    // The empty file only held the name.
                    let _ = std::fs::remove_file(&free);
                }
                return written.map(|()| free);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

fn add_model(list: &Path, name: &Bilingual, folder: &Path) -> Result<(), NotAdded> {
    if !folder.is_dir() {
        return Err(NotAdded::NoFolder);
    }
    let before = models::text_of(list).map_err(NotAdded::List)?;
    if let Some(taken) = models::taken(&before, list, name, folder) {
        return Err(NotAdded::Taken(taken, folder.to_owned()));
    }
    write_whole(list, models::with_model(&before, name, folder).as_bytes())
        .map_err(|error| NotAdded::Failed(reason(&error)))
}

/// The sample's place: the cache folder of this user, else that of the system for passing things.
fn sample_file() -> std::io::Result<PathBuf> {
    let folder = directories::ProjectDirs::from("", "", "millibar")
        .map_or_else(|| std::env::temp_dir().join("millibar"), |dirs| dirs.cache_dir().to_owned());
    let name = format!("sample-{}.nc", env!("CARGO_PKG_VERSION"));
    lay_out(&folder.join(&name)).or_else(|_| lay_out(&std::env::temp_dir().join(&name)))
}

fn lay_out(path: &Path) -> std::io::Result<PathBuf> {
    let there = std::fs::metadata(path).is_ok_and(|data| data.is_file() && data.len() == SAMPLE.len() as u64);
    if !there {
        write_whole(path, SAMPLE)?;
    }
    Ok(path.to_owned())
}

/// Writes the settings that stand last in its slot.
struct SettingsWriter {
    slot: Arc<Mutex<Option<Settings>>>,
    bell: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl SettingsWriter {
    fn start(path: PathBuf, outcomes: Sender<Outcome>, ctx: egui::Context) -> Self {
        let slot = Arc::new(Mutex::new(None::<Settings>));
        let (bell, rung) = channel::<()>();
        let shared = slot.clone();
        let thread = std::thread::spawn(move || {
            let mut told = false;
            while rung.recv().is_ok() {
                let next = shared.lock().unwrap_or_else(PoisonError::into_inner).take();
                let Some(settings) = next else { continue };
                if let Err(error) = settings.write(&path)
                    && !std::mem::replace(&mut told, true)
                {
                    let trouble = Trouble::Unwritable { path: path.clone(), reason: reason(&error) };
                    // Nobody listens once the window is gone.
                    let _ = outcomes.send(Outcome::Settings(trouble));
                    ctx.request_repaint();
                }
            }
        });
        Self { slot, bell: Some(bell), thread: Some(thread) }
    }

    fn keep(&self, settings: Settings) {
        *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(settings);
        if let Some(bell) = &self.bell {
            // The thread ends only after the bell is dropped.
            let _ = bell.send(());
        }
    }
}

impl Drop for SettingsWriter {
    fn drop(&mut self) {
        self.bell = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to write.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_is_not_replaced() {
        let folder = std::env::temp_dir().join(format!("millibar-errands-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let path = folder.join("deep/a.png");
        assert_eq!(write_new(&path, b"1").expect("written"), path);
        assert_eq!(write_new(&path, b"2").expect("written"), folder.join("deep/a-2.png"));
        assert_eq!(write_new(&path, b"3").expect("written"), folder.join("deep/a-3.png"));
        assert_eq!(std::fs::read(&path).expect("kept"), b"1");
        assert_eq!(std::fs::read(folder.join("deep/a-3.png")).expect("there"), b"3");
    }
}
