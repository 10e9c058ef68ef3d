//! Standard output and standard error, without panics: a closed pipe is quiet, a full disk is told once.

use std::io::{self, BufWriter, ErrorKind, Stdout, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

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

    /// A line of the result: one line, whatever stands in it.
    pub fn line(&mut self, text: &str) {
        self.bytes(text::harmless(text).as_bytes());
        self.bytes(b"\n");
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        if self.failure.is_none() {
            self.failure = self.stdout.write_all(bytes).err();
        }
    }

    /// One JSON value on one line, written as it is made. Numbers that JSON does not have become `null`.
    pub fn json(&mut self, value: &impl Serialize) {
        if self.failure.is_none() {
            let mut to = serde_json::Serializer::with_formatter(&mut self.stdout, Harmless);
            self.failure = value.serialize(&mut to).err().map(Into::into);
            self.bytes(b"\n");
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
        let _ = writeln!(io::stderr(), "millibar: {}", text::harmless(sentence));
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
                let error = text::system_error(self.language, &error);
                self.complain_in_words("cli.output_failed", &[("error", &error)]);
                if status == Status::Done { Status::InPart } else { status }
            }
            _ => status,
        }
    }
}

/// JSON as it is always written, but that a terminal which shows it stays as it is: what is harmful in a string and no
/// control of ASCII, which JSON itself escapes, is escaped as well.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, harmful)) = rest.char_indices().find(|(_, c)| text::is_harmful(*c)) {
            let (before, from) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            for unit in harmful.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = from.get(harmful.len_utf8()..).unwrap_or_default();
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_holds_what_a_name_holds_and_no_terminal_sees_it() {
        let name = "a\u{1b}[2Jb\n\u{9b}2J\u{202e}Québec\u{feff}";
        let mut written = Vec::new();
        let mut to = serde_json::Serializer::with_formatter(&mut written, Harmless);
        name.serialize(&mut to).expect("in memory");
        let text = String::from_utf8(written).expect("text");
        assert_eq!(text, r#""a\u001b[2Jb\n\u009b2J\u202eQuébec\ufeff""#);
        assert_eq!(serde_json::from_str::<String>(&text).expect("JSON"), name);
    }
}
