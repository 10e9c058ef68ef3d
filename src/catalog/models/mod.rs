//! Model folders that stay: `models.toml`, the bundled one and the user's own.

mod list;
mod trouble;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use trouble::{Lack, Misunderstood, ModelTrouble, NoFiles};

use super::names::{Named, read_name};
use super::pattern::Pattern;
use crate::source::Detail;
use crate::text::{self, Bilingual};

/// A model, where its files lie and how they are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFolder {
    pub name: Bilingual,
    pub folder: PathBuf,
    /// Below the folder; `None` for names as the centres write them.
    pub files: Option<Pattern>,
    pub note: Option<Bilingual>,
}

/// The bundled models and those of the user's file; what of that is not understood is told, and the rest stands.
#[must_use]
pub fn read(path: Option<&Path>) -> (Vec<ModelFolder>, Vec<ModelTrouble>) {
    let bundled = include_bytes!("../../../resources/models.toml");
    let (mut models, mut troubles) = list::parse(bundled, Path::new("models.toml"));
    let Some(path) = path else { return (models, troubles) };
    match bytes_of(path) {
        Ok(bytes) => {
            let (own, told) = list::parse(&bytes, path);
            models.retain(|bundled| !own.iter().any(|own| own.name.en == bundled.name.en));
            models.extend(own);
            troubles.extend(told);
        }
        Err(trouble) => troubles.push(trouble),
    }
    (models, troubles)
}

/// The models of a list that was read again: what is understood is taken over, and where there is a mistake nothing of
/// what stood before is lost by it.
#[must_use]
pub fn followed(before: &[Arc<ModelFolder>], read: Vec<ModelFolder>, troubles: &[ModelTrouble]) -> Vec<ModelFolder> {
    let mut models = read;
    if !troubles.is_empty() {
        let lost = |model: &&Arc<ModelFolder>| models.iter().all(|read| read.name.en != model.name.en);
        let lost: Vec<ModelFolder> = before.iter().filter(lost).map(|model| (**model).clone()).collect();
        models.extend(lost);
    }
    models
}

/// A longer file is no list of models.
const LONGEST: u64 = 1 << 20;

/// What stands in a list; nothing where there is none yet.
fn bytes_of(path: &Path) -> Result<Vec<u8>, ModelTrouble> {
    let whole = |what| ModelTrouble { path: path.to_owned(), line: 0, column: 0, what };
    let read = std::fs::metadata(path).and_then(|data| {
        let is_list = data.is_file() && data.len() <= LONGEST;
        is_list.then(|| std::fs::read(path)).transpose()
    });
    match read {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(whole(Misunderstood::NoList)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(whole(Misunderstood::NoAccess)),
        Err(error) => {
            let why = text::of_system(&error).map_or_else(|| error.to_string().into(), Detail::of);
            Err(whole(Misunderstood::Unreadable(why)))
        }
    }
}

/// The text of a list that is to be added to; empty where there is none yet.
pub fn text_of(path: &Path) -> Result<String, ModelTrouble> {
    let bytes = bytes_of(path)?;
    String::from_utf8(bytes).map_err(|error| list::not_utf8(error.as_bytes(), error.utf8_error().valid_up_to(), path))
}

/// What a model that is to be added has in common with one of the list, which it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    Name(Bilingual),
    /// The same folder, with all its files.
    Folder(Bilingual),
}

/// Whether a list has a model of this name, or over the whole of this folder. `path` is where the list stands.
#[must_use]
pub fn taken(text: &str, path: &Path, name: &Bilingual, folder: &Path) -> Option<Taken> {
    let (models, _) = list::parse(text.as_bytes(), path);
    let place = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = place(folder);
    let same_name = |model: &&ModelFolder| model.name.en == name.en || model.name.fr == name.fr;
    let same_files = |model: &&ModelFolder| model.files.is_none() && place(&model.folder) == folder;
    let by_name = models.iter().find(same_name).map(|model| Taken::Name(model.name.clone()));
    by_name.or_else(|| models.iter().find(same_files).map(|model| Taken::Folder(model.name.clone())))
}

/// The text of a list of models with one more at its end.
#[must_use]
pub fn with_model(text: &str, name: &Bilingual, folder: &Path) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let lines = [
        list::HEADING.to_owned(),
        format!("name_en = {}", quoted(&name.en)),
        format!("name_fr = {}", quoted(&name.fr)),
        format!("folder = {}", quoted(&folder.to_string_lossy())),
    ];
    let kept = text.trim_end();
    let gap = if kept.is_empty() { "" } else { "\n\n" };
    format!("{kept}{gap}{}\n", lines.join("\n"))
}

impl ModelFolder {
    /// Whether a file in the folder belongs to the model, and what its name tells.
    #[must_use]
    pub fn read_name(&self, path: &Path) -> Option<Option<Named>> {
        let Some(pattern) = &self.files else { return Some(read_name(path)) };
        let below = path.strip_prefix(&self.folder).ok()?;
        let names: Vec<_> = below.iter().map(|name| name.to_string_lossy()).collect();
        pattern.read(&names.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    fn parse(text: &str, path: &Path) -> (Vec<ModelFolder>, Vec<ModelTrouble>) {
        list::parse(text.as_bytes(), path)
    }

    const TWO: &str = r#"
[[model]]
name_en = "GDPS"
name_fr = "SGPD"
folder = "/data/gdps"
files = "{run}_{lead}"
note_en = "15 km"

[[model]]
name_en = "HRDPS"
folder = "hrdps"
"#;

    #[test]
    fn models_have_a_name_in_both_languages_and_a_folder() {
        let (models, troubles) = parse(TWO, Path::new("/etc/millibar/models.toml"));
        assert!(troubles.is_empty(), "{troubles:?}");
        let [gdps, hrdps] = &models[..] else { panic!("{models:?}") };
        assert_eq!((gdps.name.en.as_str(), gdps.name.fr.as_str()), ("GDPS", "SGPD"));
        assert_eq!(gdps.note.as_ref().map(|note| note.fr.as_str()), Some("15 km"));
        assert_eq!(hrdps.name.fr, "HRDPS");
        assert_eq!(hrdps.folder, Path::new("/etc/millibar/hrdps"));
        assert!(gdps.read_name(Path::new("/data/gdps/2026112012_024")).flatten().is_some());
        assert!(gdps.read_name(Path::new("/data/gdps/readme.txt")).is_none());
        assert_eq!(hrdps.read_name(Path::new("/etc/millibar/hrdps/readme.txt")), Some(None));
    }

    /// How many models are left, and what is told of the one mistake: line, column, what.
    fn mistake(list: &[u8]) -> (usize, (usize, usize), Misunderstood) {
        let (models, troubles) = list::parse(list, Path::new("models.toml"));
        let [trouble] = &troubles[..] else { panic!("{troubles:?}") };
        let library = ["expected", "missing field", "unknown field", "invalid", "unquoted", "string,"];
        for language in Language::ALL {
            let told = trouble.tell(language);
            let line = trouble.line.to_string();
            assert!(told.contains("models.toml") && told.contains(&line) && !told.contains("{what"), "{told}");
            assert!(!library.iter().any(|word| told.contains(word)), "a library's words: {told}");
        }
        (models.len(), (trouble.line, trouble.column), trouble.what.clone())
    }

    #[test]
    fn a_mistake_costs_one_model_and_is_told_with_its_place_in_our_own_words() {
        let check = |from: &str, to: &str| mistake(TWO.replace(from, to).as_bytes());
        let syntax = |found: &str| Misunderstood::Syntax(found.to_owned());
        assert_eq!(check("name_fr = \"SGPD\"", "name_fr = SGPD"), (1, (4, 11), syntax("SGPD")));
        assert_eq!(check("\"GDPS\"", "\"GDPS"), (1, (3, 16), syntax("name_en = \"GDPS")));
        assert_eq!(check("note_en", "folder"), (1, (7, 1), syntax("folder = \"15 km\"")), "it stands twice");
        let key = |key: &str| key.to_owned();
        assert_eq!(check("folder = \"hrdps\"", ""), (1, (9, 1), Misunderstood::Missing("folder")));
        assert_eq!(check("name_en = \"HRDPS\"", ""), (1, (9, 1), Misunderstood::Missing("name_en")));
        assert_eq!(check("folder = \"hrdps\"", "folder = 1"), (1, (11, 10), Misunderstood::NoText(key("folder"))));
        let folders = "folder = \"a\"\nfolders = 1";
        assert_eq!(check("folder = \"hrdps\"", folders), (1, (12, 1), Misunderstood::UnknownKey(key("folders"))));
        assert_eq!(check("{lead}", "{step}"), (1, (6, 9), Misunderstood::Pattern(key("{step}"))));
        assert_eq!(check("\n[[model]]\nname_en = \"GDPS\"", "\n[model]\nname_en = \"GDPS\"").2, syntax("[model]"));
        assert_eq!(check("\n[[model]]\nname_en = \"GDPS\"", "names = 3").2, Misunderstood::Outside(key("names")));
    }

    #[test]
    fn a_list_in_another_encoding_loses_the_models_with_letters_of_it() {
        let latin: Vec<u8> =
            TWO.replace("15 km", "trou d'?t?").bytes().map(|b| if b == b'?' { 0xe9 } else { b }).collect();
        assert_eq!(mistake(&latin), (1, (7, 19), Misunderstood::NotUtf8));
        let utf16: Vec<u8> = "\u{feff}[[model]]\nname_en".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(mistake(&utf16), (0, (1, 1), Misunderstood::NotUtf8));
        let marked = [b"\xef\xbb\xbf", TWO.trim().as_bytes()].concat();
        assert_eq!(list::parse(&marked, Path::new("models.toml")).0.len(), 2, "a mark of its encoding is no mistake");
    }

    #[test]
    fn a_model_that_is_added_is_read_back_and_nothing_else_is_touched() {
        let name = Bilingual { en: "A \"model\"".to_owned(), fr: "Un modèle".to_owned() };
        for before in ["", TWO, "# mine\n"] {
            let text = with_model(before, &name, Path::new("/data/été"));
            assert!(text.starts_with(before.trim_end()));
            let (models, troubles) = parse(&text, Path::new("models.toml"));
            assert!(troubles.is_empty(), "{troubles:?}");
            let last = models.last().expect("added");
            assert_eq!((&last.name, last.folder.as_path()), (&name, Path::new("/data/été")));
        }
    }

    #[test]
    fn a_name_or_a_whole_folder_of_the_list_is_taken() {
        let name = |en: &str, fr: &str| Bilingual { en: en.to_owned(), fr: fr.to_owned() };
        let check = |en, fr, folder| {
            let taken = taken(TWO, Path::new("/etc/millibar/models.toml"), &name(en, fr), Path::new(folder));
            taken.map(|taken| match taken {
                Taken::Name(of) => ("name", of.en),
                Taken::Folder(of) => ("folder", of.en),
            })
        };
        let (gdps, hrdps) = ("GDPS".to_owned(), "HRDPS".to_owned());
        assert_eq!(check("GDPS", "autre", "/data/a"), Some(("name", gdps.clone())));
        assert_eq!(check("other", "SGPD", "/data/a"), Some(("name", gdps)));
        assert_eq!(check("other", "autre", "/etc/millibar/hrdps"), Some(("folder", hrdps)));
        assert_eq!(check("other", "autre", "/data/gdps"), None, "that one has a pattern, and other files");
    }

    #[test]
    fn the_bundled_list_is_understood() {
        assert_eq!(read(None).1, []);
        assert_eq!(read(Some(Path::new("/nowhere/models.toml"))).1, []);
    }
}
