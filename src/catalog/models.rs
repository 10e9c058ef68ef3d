//! Model folders that stay: `models.toml`, the bundled one and the user's own.

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::names::{Named, read_name};
use super::pattern::Pattern;
use crate::text::{self, Bilingual, Language};

/// A model, where its files lie and how they are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFolder {
    pub name: Bilingual,
    pub folder: PathBuf,
    /// Below the folder; `None` for names as the centres write them.
    pub files: Option<Pattern>,
    pub note: Option<Bilingual>,
}

/// What of a `models.toml` was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelTrouble {
    pub path: PathBuf,
    /// Counted from 1; 0 where the file could not be read at all.
    pub line: usize,
    pub what: Misunderstood,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misunderstood {
    /// Not TOML, or not the keys of a model: in the words of the TOML reader.
    Text(String),
    /// A pattern, by the part of it that has no meaning.
    Pattern(String),
    Unreadable(String),
}

impl ModelTrouble {
    /// One sentence for a person.
    #[must_use]
    pub fn tell(&self, language: Language) -> String {
        let (key, what) = match &self.what {
            Misunderstood::Text(what) => ("note.models_text", what),
            Misunderstood::Pattern(what) => ("note.models_pattern", what),
            Misunderstood::Unreadable(what) => ("note.models_unreadable", what),
        };
        let (path, line) = (self.path.display().to_string(), self.line.to_string());
        text::fill(language, key, &[("path", &path), ("line", &line), ("what", what)])
    }
}

/// The file's own words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name_en: String,
    name_fr: Option<String>,
    folder: String,
    files: Option<String>,
    note_en: Option<String>,
    note_fr: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    model: Vec<Row>,
}

/// A longer file is no list of models.
const LONGEST: u64 = 1 << 20;
const HEADING: &str = "[[model]]";

/// The bundled models and those of the user's file; what of that is not understood is told, and the rest stands.
#[must_use]
pub fn read(path: Option<&Path>) -> (Vec<ModelFolder>, Vec<ModelTrouble>) {
    let (mut models, mut troubles) = parse(include_str!("../../resources/models.toml"), Path::new("models.toml"));
    let Some(path) = path else { return (models, troubles) };
    let own = std::fs::metadata(path).and_then(|data| {
        if !data.is_file() || data.len() > LONGEST {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        std::fs::read_to_string(path)
    });
    match own {
        Ok(text) => {
            let (own, told) = parse(&text, path);
            models.retain(|bundled| !own.iter().any(|own| own.name.en == bundled.name.en));
            models.extend(own);
            troubles.extend(told);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            let what = Misunderstood::Unreadable(error.to_string());
            troubles.push(ModelTrouble { path: path.to_owned(), line: 0, what });
        }
    }
    (models, troubles)
}

/// Each model for itself, so that a mistake costs one.
fn parse(text: &str, path: &Path) -> (Vec<ModelFolder>, Vec<ModelTrouble>) {
    let (mut models, mut troubles) = (Vec::new(), Vec::new());
    let mut blocks: Vec<(usize, String)> = vec![(1, String::new())];
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with(HEADING) {
            blocks.push((number + 1, String::new()));
        }
        if let Some((_, block)) = blocks.last_mut() {
            block.push_str(line);
            block.push('\n');
        }
    }
    for (first, block) in blocks {
        let mut trouble = |line: usize, what| {
            troubles.push(ModelTrouble { path: path.to_owned(), line: first + line, what });
        };
        match toml::from_str::<Table>(&block) {
            Err(error) => {
                let before = error.span().and_then(|span| block.get(..span.start)).unwrap_or_default();
                let message = error.message().lines().next().unwrap_or_default().to_owned();
                trouble(before.matches('\n').count(), Misunderstood::Text(message));
            }
            Ok(table) => {
                for row in table.model {
                    let line = block.lines().position(|line| line.trim_start().starts_with("files")).unwrap_or(0);
                    match model_of(row, path) {
                        Ok(model) => models.push(model),
                        Err(part) => trouble(line, Misunderstood::Pattern(part)),
                    }
                }
            }
        }
    }
    (models, troubles)
}

fn model_of(row: Row, file: &Path) -> Result<ModelFolder, String> {
    let files = row.files.as_deref().map(Pattern::parse).transpose()?;
    let name = Bilingual { fr: row.name_fr.unwrap_or_else(|| row.name_en.clone()), en: row.name_en };
    let note = row.note_en.or(row.note_fr.clone()).map(|en| Bilingual { fr: row.note_fr.unwrap_or(en.clone()), en });
    let folder = match row.folder.strip_prefix("~/") {
        Some(rest) => directories::BaseDirs::new().map(|dirs| dirs.home_dir().join(rest)),
        None => None,
    };
    let around = file.parent().unwrap_or(Path::new(""));
    Ok(ModelFolder { name, folder: folder.unwrap_or_else(|| around.join(&row.folder)), files, note })
}

/// What a model that is to be added has in common with one of the list, which it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    Name(Bilingual),
    /// The same folder, with all its files.
    Folder(Bilingual),
}

/// Whether a list has a model of this name, or over the whole of this folder. `list` is where it stands.
#[must_use]
pub fn taken(text: &str, list: &Path, name: &Bilingual, folder: &Path) -> Option<Taken> {
    let (models, _) = parse(text, list);
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
        HEADING.to_owned(),
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

    #[test]
    fn a_mistake_costs_one_model_and_is_told_with_its_line() {
        let broken = TWO.replace("name_fr = \"SGPD\"", "name_fr = SGPD");
        let (models, troubles) = parse(&broken, Path::new("models.toml"));
        assert_eq!(models.len(), 1);
        assert_eq!(troubles.len(), 1);
        assert_eq!(troubles[0].line, 4);
        let broken = TWO.replace("{lead}", "{step}");
        let (models, troubles) = parse(&broken, Path::new("models.toml"));
        assert_eq!((models.len(), troubles[0].line), (1, 6));
        assert_eq!(troubles[0].what, Misunderstood::Pattern("{step}".to_owned()));
        let (models, troubles) = parse(&TWO.replace("folder = \"hrdps\"", "folders = 1"), Path::new("models.toml"));
        assert_eq!((models.len(), troubles[0].line), (1, 11));
        for language in Language::ALL {
            let told = troubles[0].tell(language);
            assert!(told.contains("models.toml") && told.contains("11") && !told.contains('{'), "{told}");
        }
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
