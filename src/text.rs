//! Every word that a person reads, in English and French, from `resources/text/*.toml`.
//!
//! Keys are `table.name`. A text may hold `{places}` that [`fill`] replaces.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    English,
    French,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    /// The language that the environment asks for (`LC_ALL`, `LC_MESSAGES`, `LANG`), English if it asks for neither.
    #[must_use]
    pub fn of_environment() -> Self {
        let wanted = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        match wanted {
            Some(value) if value.starts_with("fr") => Self::French,
            _ => Self::English,
        }
    }
}

/// A name that data carries in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bilingual {
    pub en: String,
    pub fr: String,
}

impl Bilingual {
    /// The same words in both languages, for names that come from a file.
    #[must_use]
    pub fn same(name: impl Into<String>) -> Self {
        let name = harmless(&name.into()).into_owned();
        Self { en: name.clone(), fr: name }
    }

    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::French => &self.fr,
        }
    }
}

static ENGLISH: LazyLock<HashMap<String, String>> =
    LazyLock::new(|| flatten(include_str!("../resources/text/en.toml")));
static FRENCH: LazyLock<HashMap<String, String>> = LazyLock::new(|| flatten(include_str!("../resources/text/fr.toml")));

/// The text behind `key`; the key itself where no text stands behind it, which a test forbids.
#[must_use]
pub fn say(language: Language, key: &str) -> &str {
    table(language).get(key).map_or(key, String::as_str)
}

/// The text behind a key that may have none: of a table of names that is not complete.
#[must_use]
pub fn find(language: Language, key: &str) -> Option<&str> {
    table(language).get(key).map(String::as_str)
}

/// The text behind `key` with each `{name}` replaced, by what is [`harmless`] of its value.
#[must_use]
pub fn fill(language: Language, key: &str, places: &[(&str, &str)]) -> String {
    let (mut text, mut rest) = (String::new(), say(language, key));
    while let Some((before, (name, behind))) = rest.split_once('{').and_then(|(a, b)| Some((a, b.split_once('}')?))) {
        text.push_str(before);
        match places.iter().find(|(known, _)| *known == name) {
            // A value may hold braces of its own.
            Some((_, value)) => text.push_str(&harmless(value)),
            None => text.extend(["{", name, "}"]),
        }
        rest = behind;
    }
    text + rest
}

/// The text for what the system says of a call that failed; `None` for what is rare, and has the system's words alone.
#[must_use]
pub fn of_system(error: &io::Error) -> Option<&'static str> {
    use io::ErrorKind as Kind;
    let key = match error.kind() {
        Kind::PermissionDenied => "system.no_access",
        Kind::NotFound => "system.not_found",
        Kind::AlreadyExists => "system.already_there",
        Kind::StorageFull | Kind::WriteZero => "system.disk_full",
        Kind::QuotaExceeded => "system.quota",
        Kind::ReadOnlyFilesystem => "system.read_only",
        Kind::IsADirectory => "system.is_folder",
        Kind::NotADirectory => "system.no_folder",
        Kind::InvalidFilename => "system.bad_name",
        Kind::FileTooLarge => "system.too_large",
        Kind::ResourceBusy | Kind::ExecutableFileBusy => "system.busy",
        Kind::TimedOut => "system.timed_out",
        Kind::StaleNetworkFileHandle
        | Kind::NetworkDown
        | Kind::NetworkUnreachable
        | Kind::HostUnreachable
        | Kind::ConnectionReset
        | Kind::ConnectionAborted
        | Kind::NotConnected => "system.disk_away",
        Kind::UnexpectedEof => "system.cut",
        Kind::OutOfMemory => "system.no_memory",
        Kind::Unsupported => "system.unsupported",
        Kind::InvalidInput => "system.no_file",
        _ => return of_number(error.raw_os_error().filter(|_| cfg!(unix))?),
    };
    Some(key)
}

/// What the system says of a call that failed, in our words where we have some.
#[must_use]
pub fn system_error(language: Language, error: &io::Error) -> String {
    of_system(error).map_or_else(|| error.to_string(), |key| say(language, key).to_owned())
}

/// Of errors that Rust has no name for: input and output, too many open files, and no such device.
fn of_number(error: i32) -> Option<&'static str> {
    match error {
        5 => Some("system.broken_disk"),
        6 | 19 => Some("system.disk_away"),
        23 | 24 => Some("system.too_many"),
        _ => None,
    }
}

/// Whether a character moves a terminal's cursor, breaks the line, or turns the direction of the text round it: the
/// controls of Unicode, and the marks by which its bidirectional algorithm (UAX 9, section 2) is overruled.
#[must_use]
pub fn is_harmful(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// A text on one line in which everything is seen that stands in it: names of files and names in files may hold what
/// would lead a reader astray, or worse. Safe to be applied twice.
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_harmful(c) { seen.extend(c.escape_unicode()) } else { seen.push(c) }
    }
    Cow::Owned(seen)
}

/// A path, and the last name in it, as a person may read them.
#[must_use]
pub fn of_path(path: &Path) -> (String, String) {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    (harmless(&path.to_string_lossy()).into_owned(), harmless(&name).into_owned())
}

/// A name as far as a person reads it: files may hold texts of any length.
#[must_use]
pub fn clipped(name: &str) -> String {
    const MOST: usize = 160;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default().trim_end()),
        None => name.to_owned(),
    }
}

/// `×10⁻⁵`
#[must_use]
pub fn power_of_ten(exponent: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |letter: char| letter.to_digit(10).map_or('⁻', |digit| RAISED[digit as usize]);
    format!("×10{}", exponent.to_string().chars().map(raise).collect::<String>())
}

/// A text as it begins a sentence.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.as_str().chars()).collect()
}

/// A whole number with its thousands set apart: `29,330` in English, `29 330` (with no-break spaces) in French.
#[must_use]
pub fn grouped(number: u64, language: Language) -> String {
    let separator = match language {
        Language::English => ',',
        Language::French => '\u{a0}',
    };
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// All keys of one language, for the tests that compare the two.
pub fn keys(language: Language) -> impl Iterator<Item = &'static str> {
    table(language).keys().map(String::as_str)
}

fn table(language: Language) -> &'static HashMap<String, String> {
    match language {
        Language::English => &ENGLISH,
        Language::French => &FRENCH,
    }
}

fn flatten(source: &str) -> HashMap<String, String> {
    let tables: HashMap<String, HashMap<String, String>> =
        toml::from_str(source).unwrap_or_else(|error| unreachable!("bundled texts are tested: {error}"));
    tables
        .into_iter()
        .flat_map(|(table, texts)| texts.into_iter().map(move |(name, text)| (format!("{table}.{name}"), text)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_the_system_says_is_said_in_both_languages() {
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        assert_eq!(of_system(&denied).map(|key| say(Language::French, key)), Some("accès refusé"));
        if cfg!(unix) {
            let numbers = [5, 13, 28, 24, 30].map(|number| of_system(&io::Error::from_raw_os_error(number)));
            let words = ["broken_disk", "no_access", "disk_full", "too_many", "read_only"];
            assert_eq!(numbers.map(|key| key.and_then(|key| key.strip_prefix("system."))), words.map(Some));
        }
        assert_eq!(of_system(&io::Error::other("a rare thing")), None);
    }

    #[test]
    fn thousands_are_set_apart() {
        let check = |number, english, french| {
            assert_eq!(grouped(number, Language::English), english);
            assert_eq!(grouped(number, Language::French), french);
        };
        check(0, "0", "0");
        check(999, "999", "999");
        check(29_330, "29,330", "29\u{a0}330");
        check(268_435_456, "268,435,456", "268\u{a0}435\u{a0}456");
    }

    #[test]
    fn both_languages_have_the_same_texts() {
        let english: BTreeSet<_> = keys(Language::English).collect();
        let french: BTreeSet<_> = keys(Language::French).collect();
        assert_eq!(english, french);
    }

    #[test]
    fn names_that_would_lead_a_reader_astray_are_shown_as_they_are() {
        assert_eq!(harmless("a\u{1b}[2Jb\nc\u{9b}"), "a\\u{1b}[2Jb\\u{a}c\\u{9b}");
        assert_eq!(harmless("run\u{202e}cn.exe"), "run\\u{202e}cn.exe");
        assert_eq!(harmless(&harmless("\u{2066}x")), "\\u{2066}x");
        assert_eq!(harmless("Québec 日本 م"), "Québec 日本 م");
        let told = fill(Language::English, "cli.disk_full", &[("path", "a\nb\u{1b}")]);
        assert!(told.contains("a\\u{a}b\\u{1b}"), "{told}");
        assert_eq!(Bilingual::same("a\rb").en, "a\\u{d}b");
        let told =
            fill(Language::English, "cli.not_written", &[("path", "{reason}.nc"), ("reason", "the disk is full")]);
        assert!(told.contains("{reason}.nc") && told.contains("(the disk is full)"), "{told}");
        let (path, name) = of_path(Path::new("/data/a\nb"));
        assert_eq!((&*path, &*name), ("/data/a\\u{a}b", "a\\u{a}b"));
    }

    #[test]
    fn both_languages_fill_the_same_places() {
        let places = |text: &str| -> BTreeSet<String> {
            text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
        };
        for key in keys(Language::English) {
            assert_eq!(places(say(Language::English, key)), places(say(Language::French, key)), "{key}");
        }
    }
}
