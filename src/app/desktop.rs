//! The desktop's own dialogs for paths, and how to know that there are none.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::errands::Purpose;

/// What a dialog brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Empty where it was cancelled.
    Chosen(Vec<PathBuf>),
    /// There is no dialog.
    NoDialog,
}

/// Shows a dialog with a title and a proposed name, and waits for its answer.
pub type Dialogs = Arc<dyn Fn(Purpose, &str, &str) -> Answer + Send + Sync>;

/// Nobody cancels a dialog that fast.
const NO_DIALOG: Duration = Duration::from_millis(100);

/// Those of the desktop: its portal, or zenity.
pub fn dialogs() -> Dialogs {
    // Another logger may be there; then the time alone tells.
    if log::set_logger(&Ear).is_ok() {
        log::set_max_level(log::LevelFilter::Error);
    }
    Arc::new(ask)
}

fn ask(purpose: Purpose, title: &str, name: &str) -> Answer {
    let dialog = rfd::FileDialog::new().set_title(title);
    let asked = Instant::now();
    HEARD.set(false);
    let chosen = match purpose {
        Purpose::OpenFiles => dialog.pick_files().filter(|paths| !paths.is_empty()),
        Purpose::OpenFolder | Purpose::ModelFolder => dialog.pick_folder().map(|folder| vec![folder]),
        Purpose::SavePicture => dialog.set_file_name(name).save_file().map(|file| vec![file]),
    };
    match chosen {
        Some(paths) => Answer::Chosen(paths),
        // A machine under load may need seconds to find that it has no dialog.
        None if HEARD.get() || asked.elapsed() < NO_DIALOG => Answer::NoDialog,
        None => Answer::Chosen(Vec::new()),
    }
}

thread_local! {
    /// The dialog asked for on this thread could not be shown.
    static HEARD: Cell<bool> = const { Cell::new(false) };
}

/// The library for dialogs answers a dialog that was cancelled and one that could not be shown alike, but it logs that
/// its last resort, zenity, could not be started.
struct Ear;

impl log::Log for Ear {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() == log::Level::Error && metadata.target().starts_with("rfd")
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) && record.args().to_string().contains("zenity") {
            HEARD.set(true);
        }
    }

    fn flush(&self) {}
}
