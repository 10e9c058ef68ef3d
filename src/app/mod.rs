//! The window: reads the engine's snapshot, makes textures from its frames, sends it requests.
//!
//! [`App`] is the whole window as a function of its state; it knows nothing of the system's windows, so that tests drive
//! it without a display. [`run`] puts it into a real one. Nothing here decodes, renders, reads files or waits: what
//! takes time is a request to the engine or an errand on a thread of its own.

mod again;
mod away;
mod blank;
mod centre;
mod choosing;
mod clock;
mod commands;
mod completing;
mod desktop;
mod dialogs;
mod errands;
mod following;
mod frames;
mod hand;
mod icons;
mod menu;
mod models;
mod notices;
mod overlays;
mod playbar;
mod player;
mod reading;
mod series;
mod settings;
mod side;
mod start;
mod textures;
mod theme;
mod timeline;
mod top;
mod trace;
mod widgets;
mod window;

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::{self, Engine, Picture, Plan, Selection, Snapshot};
use crate::text::Language;

pub use commands::{Command, TABLE, key_name, words};
pub use desktop::{Answer, Dialogs};
pub use errands::Purpose;
pub use notices::Notice;
pub use player::{Mode, Pace, Player};
pub use settings::{Last, Look, Settings, Trouble};
pub use start::{Failure, run};

/// What the window is started with.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Files and folders to open; none opens the bundled sample.
    pub paths: Vec<PathBuf>,
    pub engine: engine::Options,
    /// Instead of the language that was chosen last or that the environment asks for.
    pub language: Option<Language>,
}

/// The window's whole state.
pub struct App {
    engine: Engine,
    errands: errands::Errands,
    /// The list of models in the folder of the settings.
    models: Option<PathBuf>,
    settings: Settings,
    /// As they were last handed on for writing.
    kept: Settings,
    language: Language,
    zone: clock::Zone,
    snapshot: Arc<Snapshot>,
    selection: Option<Selection>,
    /// Of the selection: made anew with it and with the catalogue.
    plan: Arc<Plan>,
    /// Multiplies the isolines' interval.
    interval_factor: f32,
    /// What the engine was asked for last.
    sent: Option<(Selection, Arc<Picture>)>,
    player: Player,
    /// What the engine was told last of the slot on screen.
    sought: Option<(usize, bool)>,
    shelf: textures::Shelf,
    hand: hand::Hand,
    notices: notices::Notices,
    panes: overlays::Panes,
    sources: choosing::Sources,
    trace: trace::Trace,
}
