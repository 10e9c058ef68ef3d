//! What must not happen on the window's thread: dialogs, files written, the sample laid out, time zones read.
//!
//! Each errand runs on a thread of its own and comes back as an [`Outcome`], which the window takes when it draws.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::clock::Zone;
use super::notices::reason;
use super::settings::{Settings, Trouble, write_whole};
use crate::catalog::models::{self, ModelTrouble, Taken};
use crate::render::Frame;
use crate::source::Detail;
use crate::text::Bilingual;

/// What an errand brought back.
pub enum Outcome {
    /// Chosen in a dialog; empty where it was cancelled.
    Chosen(Purpose, Vec<PathBuf>),
    /// The desktop has no dialog to offer.
    NoDialog(Purpose),
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

/// A portal that is not there says so within some 15 ms; nobody cancels a dialog that fast.
const NO_DIALOG: Duration = Duration::from_millis(100);

/// The bundled forecast, made up from a seed.
const SAMPLE: &[u8] = include_bytes!("../../assets/sample.nc");

pub struct Errands {
    ctx: egui::Context,
    sender: Sender<Outcome>,
    receiver: Receiver<Outcome>,
    settings: Option<SettingsWriter>,
    /// Of a dialog that is open: there is never a second.
    dialog: bool,
}

impl Errands {
    /// `settings`: where they are kept; `None` keeps none.
    #[must_use]
    pub fn new(ctx: egui::Context, settings: Option<PathBuf>) -> Self {
        let (sender, receiver) = channel();
        let settings = settings.map(|path| SettingsWriter::start(path, sender.clone(), ctx.clone()));
        Self { ctx, sender, receiver, settings, dialog: false }
    }

    /// What has come back since the last call.
    pub fn take(&mut self) -> Vec<Outcome> {
        let outcomes: Vec<Outcome> = self.receiver.try_iter().collect();
        if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Chosen(..) | Outcome::NoDialog(_))) {
            self.dialog = false;
        }
        outcomes
    }

    /// Asks for paths with the desktop's own dialog. `name` is what a picture is to be called.
    pub fn ask(&mut self, purpose: Purpose, title: &str, name: &str) {
        if std::mem::replace(&mut self.dialog, true) {
            return;
        }
        let dialog = rfd::FileDialog::new().set_title(title);
        let name = name.to_owned();
        self.run(move || {
            let asked = Instant::now();
            let chosen = match purpose {
                Purpose::OpenFiles => dialog.pick_files(),
                Purpose::OpenFolder | Purpose::ModelFolder => dialog.pick_folder().map(|folder| vec![folder]),
                Purpose::SavePicture => dialog.set_file_name(name).save_file().map(|file| vec![file]),
            };
            match chosen {
                Some(paths) => Outcome::Chosen(purpose, paths),
                None if asked.elapsed() < NO_DIALOG => Outcome::NoDialog(purpose),
                None => Outcome::Chosen(purpose, Vec::new()),
            }
        });
    }

    /// Lays the bundled sample out as a file, once for each version of the program.
    pub fn lay_out_sample(&self) {
        self.run(|| Outcome::Sample(sample_file().map_err(|error| reason(&error))));
    }

    pub fn save_picture(&self, frame: Arc<Frame>, path: PathBuf) {
        self.run(move || {
            let bytes = frame.to_png().map_err(|error| Detail::from(error.to_string()));
            let saved = bytes.and_then(|bytes| write_whole(&path, &bytes).map_err(|error| reason(&error)));
            Outcome::Saved(path, saved)
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
