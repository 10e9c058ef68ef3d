//! The program: a window, or one of the commands.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use millibar::cli::{self, Arguments, Status};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let status = match &arguments.command {
        Some(command) => cli::run(command, &arguments.common),
        None => {
            let shown = Arguments::command().print_help();
            if shown.is_ok() { Status::WrongUsage } else { Status::InPart }
        }
    };
    status.into()
}
