//! The program: a window, or one of the commands.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use millibar::app;
use millibar::cli::{self, Arguments, Status};
use millibar::engine;
use millibar::text::Language;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    allow_many_files();
    let status = match &arguments.command {
        Some(command) => cli::run(command, &arguments.common),
        None => window(arguments),
    };
    status.into()
}

/// A file stays open while its fields may be asked for, and a model's folder has thousands; the usual limit is 1024.
fn allow_many_files() {
    const ENOUGH: u64 = 1 << 16;
    // Where the system allows no more, the files beyond are refused with its words.
    let _ = rlimit::increase_nofile_limit(ENOUGH);
}

fn window(arguments: Arguments) -> Status {
    let Arguments { files, common, .. } = arguments;
    let engine = engine::Options {
        threads: common.threads.map(usize::from),
        memory: common.memory,
        ..engine::Options::default()
    };
    match app::run(app::Options { paths: files, engine, language: common.language }) {
        Ok(()) => Status::Done,
        Err(failure) => {
            eprintln!("millibar: {}", failure.tell(common.language.unwrap_or_else(Language::of_environment)));
            if failure.after_start { Status::InPart } else { Status::NoDisplay }
        }
    }
}
