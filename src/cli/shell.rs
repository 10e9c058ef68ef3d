//! Completion scripts and the manual page, for packages.

use clap::CommandFactory;
use clap_complete::Shell;

use super::output::Output;
use super::{Arguments, Status};

pub fn completions(shell: Shell, output: &mut Output) -> Status {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "millibar", &mut script);
    output.bytes(&script);
    Status::Done
}

pub fn man(output: &mut Output) -> Status {
    let mut page = Vec::new();
    if clap_mangen::Man::new(Arguments::command()).render(&mut page).is_err() {
        return Status::InPart;
    }
    output.bytes(&page);
    Status::Done
}
