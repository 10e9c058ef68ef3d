//! Standard output and standard error, without panics: a closed pipe is quiet, a full disk is told once.

use std::borrow::Cow;
use std::io::{self, BufWriter, ErrorKind, Stdout, Write};

use serde::Serialize;

use super::Status;
use crate::text::{self, Language};

/// Where a command writes. Remembers the first failure and is silent afterwards.
pub struct Output {
    pub language: Language,
    stdout: BufWriter<Stdout>,
    failure: Option<io::Error>,
}

impl Output {
    pub fn new(language: Language) -> Self {
        Self { language, stdout: BufWriter::new(io::stdout()), failure: None }
    }

    /// A line of the result.
    pub fn line(&mut self, text: &str) {
        self.bytes(harmless(text).as_bytes());
        self.bytes(b"\n");
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        if self.failure.is_none() {
            self.failure = self.stdout.write_all(bytes).err();
        }
    }

    /// One JSON value on one line. Numbers that JSON does not have become `null`.
    pub fn json(&mut self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(text) => self.line(&text),
            Err(error) => self.failure = self.failure.take().or(Some(error.into())),
        }
    }

    /// Hands everything written so far to the reader.
    pub fn flush(&mut self) {
        if self.failure.is_none() {
            self.failure = self.stdout.flush().err();
        }
    }

    /// Nobody reads any more.
    pub fn is_closed(&self) -> bool {
        self.failure.is_some()
    }

    /// A sentence on standard error.
    pub fn complain(&mut self, sentence: &str) {
        self.flush();
        // Nothing is left to be done where even standard error is closed.
        let _ = writeln!(io::stderr(), "millibar: {}", harmless(sentence));
    }

    /// A text of the resources on standard error.
    pub fn complain_in_words(&mut self, key: &str, places: &[(&str, &str)]) {
        let sentence = text::fill(self.language, key, places);
        self.complain(&sentence);
    }

    /// The end: a result that could not be written whole is a failure, but a reader that has seen enough is none.
    pub fn finish(mut self, status: Status) -> Status {
        self.flush();
        match self.failure.take() {
            Some(error) if error.kind() != ErrorKind::BrokenPipe => {
                self.complain_in_words("cli.output_failed", &[("error", &error.to_string())]);
                if status == Status::Done { Status::InPart } else { status }
            }
            _ => status,
        }
    }
}

/// Names in files and of files may hold what moves a terminal's cursor, or worse.
fn harmless(text: &str) -> Cow<'_, str> {
    let moves = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !text.contains(moves) {
        return Cow::Borrowed(text);
    }
    text.chars().map(|c| if moves(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_move_the_cursor_is_shown_instead() {
        assert_eq!(harmless("a\u{1b}[2Jb\tc"), "a\\u{1b}[2Jb\tc");
        assert_eq!(harmless("Québec"), "Québec");
    }
}
