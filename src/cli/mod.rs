//! The headless twin of the window: the same rooms, no display.
//!
//! `info` says what files hold, `records` lists a file record by record, `probe` reads values, `render` draws frames. All of them end with a [`Status`];
//! results go to standard output, everything else to standard error.

mod arguments;
mod batch;
mod info;
mod opening;
mod output;
mod probe;
mod prober;
mod records;
mod render;
mod shell;
mod vectors;

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use crate::text::{self, Language};

pub use arguments::{Arguments, Command, Common};
use output::Output;

/// How a command ended: the exit statuses of the whole program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Done = 0,
    /// Some of what was asked for could not be done, and was named.
    InPart = 1,
    WrongUsage = 2,
    /// Not one file could be read.
    AllRefused = 3,
    /// The window found no display.
    NoDisplay = 4,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Runs a command to its end.
#[must_use]
pub fn run(command: &Command, common: &Common) -> Status {
    let language = common.language.unwrap_or_else(Language::of_environment);
    // A panic is caught where it happens, see `guarded`, and told in one sentence; the default hook would tell it twice.
    panic::set_hook(Box::new(|_| {}));
    let mut output = Output::new(language);
    let status = guarded(|| dispatch(command, common, &mut output)).unwrap_or_else(|message| {
        output.complain(&text::fill(language, "cli.internal_error", &[("message", &message)]));
        Status::InPart
    });
    output.finish(status)
}

fn dispatch(command: &Command, common: &Common, output: &mut Output) -> Status {
    match command {
        Command::Info(asked) => info::run(asked, output),
        Command::Probe(asked) => probe::run(asked, output),
        Command::Records(asked) => records::run(asked, output),
        Command::Render(asked) => render::run(asked, common, output),
        Command::Completions { shell } => shell::completions(*shell, output),
        Command::Man => shell::man(output),
    }
}

/// The last line of defence against a file that no reader expected: what the work gives, or what it panicked with.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| message_of(payload.as_ref()))
}

/// A number as people write it: no more digits than it needs, at most nine.
fn number(value: f64) -> String {
    let rounded: f64 = format!("{value:.8e}").parse().unwrap_or(value);
    rounded.to_string()
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic".to_owned())
}
