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

/// Files, threads and what the system tells of folders need more than the 256 that some systems allow at first.
fn allow_many_files() {
    const ENOUGH: u64 = 4096;
    // Where the system allows no more, fewer files are held open at a time.
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
