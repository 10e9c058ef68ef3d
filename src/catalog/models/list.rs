//! What stands in a `models.toml`: each model for itself, so that a mistake costs one, and is told where it stands.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Misunderstood, ModelFolder, ModelTrouble};
use crate::catalog::pattern::Pattern;
use crate::text::{self, Bilingual};

pub(super) const HEADING: &str = "[[model]]";

/// The keys of a model, those first that it must have.
const KEYS: [&str; 6] = ["name_en", "folder", "name_fr", "files", "note_en", "note_fr"];
const NEEDED: usize = 2;

/// A mistake within a block, and where in it.
type Mistake = (Range<usize>, Misunderstood);

pub(super) fn parse(bytes: &[u8], path: &Path) -> (Vec<ModelFolder>, Vec<ModelTrouble>) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (mut models, mut troubles) = (Vec::new(), Vec::new());
    for (start, block) in blocks(bytes) {
        let text = match std::str::from_utf8(block) {
            Ok(text) => text,
            Err(error) => {
                troubles.push(not_utf8(bytes, start + error.valid_up_to(), path));
                continue;
            }
        };
        match models_in(text, path) {
            Ok(of_block) => models.extend(of_block),
            Err((at, what)) => troubles.push(trouble(bytes, start + at.start, path, what)),
        }
    }
    (models, troubles)
}

/// What stands before the first heading, then a block for each; and where it begins.
fn blocks(bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii_start().starts_with(HEADING.as_bytes()) && at > 0 {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| Some((*start, bytes.get(*start..end)?))).collect()
}

fn models_in(block: &str, path: &Path) -> Result<Vec<ModelFolder>, Mistake> {
    let table = DeTable::parse(block).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        let found = Misunderstood::Syntax(words_at(block, at.start));
        (at, found)
    })?;
    let mut models = Vec::new();
    for (key, value) in in_order(table.get_ref()) {
        if key.get_ref() != "model" {
            return Err((key.span(), Misunderstood::Outside(key.get_ref().to_string())));
        }
        let no_list = || (key.span(), Misunderstood::Syntax(words_at(block, line_start(block, key.span().start))));
        for row in value.get_ref().as_array().ok_or_else(no_list)? {
            models.push(model_of(row.get_ref().as_table().ok_or_else(no_list)?, path)?);
        }
    }
    Ok(models)
}

fn model_of(row: &DeTable<'_>, file: &Path) -> Result<ModelFolder, Mistake> {
    for (key, value) in in_order(row) {
        let name = key.get_ref().to_string();
        if !KEYS.contains(&&*name) {
            return Err((key.span(), Misunderstood::UnknownKey(name)));
        }
        if !value.get_ref().is_str() {
            return Err((value.span(), Misunderstood::NoText(name)));
        }
    }
    let said = |key: &str| row.get(key).and_then(|value| value.get_ref().as_str()).map(str::to_owned);
    let needed = |key: &'static str| said(key).ok_or((0..0, Misunderstood::Missing(key)));
    let (name_en, folder) = (needed(KEYS[0])?, needed(KEYS[NEEDED - 1])?);
    let files = match row.get("files") {
        None => None,
        Some(value) => {
            let pattern = Pattern::parse(value.get_ref().as_str().unwrap_or_default());
            Some(pattern.map_err(|part| (value.span(), Misunderstood::Pattern(part)))?)
        }
    };
    let name = Bilingual { fr: said("name_fr").unwrap_or_else(|| name_en.clone()), en: name_en };
    let name = Bilingual { en: text::clipped(&name.en), fr: text::clipped(&name.fr) };
    let note_fr = said("note_fr");
    let note = said("note_en").or(note_fr.clone()).map(|en| Bilingual { fr: note_fr.unwrap_or(en.clone()), en });
    let of_home = folder.strip_prefix("~/");
    let home = of_home.and_then(|rest| Some(directories::BaseDirs::new()?.home_dir().join(rest)));
    let around = file.parent().unwrap_or(Path::new(""));
    Ok(ModelFolder { name, folder: home.unwrap_or_else(|| around.join(&folder)), files, note })
}

/// As they stand in the file: the first mistake is told.
fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Spanned<DeString<'i>>, &'t Spanned<DeValue<'i>>)> {
    let mut rows: Vec<_> = table.iter().collect();
    rows.sort_by_key(|(key, _)| key.span().start);
    rows
}

/// What stands at a place, to be shown; of a line that ends there, the line.
fn words_at(block: &str, at: usize) -> String {
    const MOST: usize = 40;
    let rest = block.get(at..).and_then(|rest| rest.lines().next()).unwrap_or_default().trim();
    let line = || block.get(line_start(block, at)..).and_then(|line| line.lines().next()).unwrap_or_default().trim();
    let words = if rest.is_empty() { line() } else { rest };
    words.chars().take(MOST).collect()
}

fn line_start(block: &str, at: usize) -> usize {
    block.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

pub(super) fn not_utf8(bytes: &[u8], at: usize, path: &Path) -> ModelTrouble {
    trouble(bytes, at, path, Misunderstood::NotUtf8)
}

fn trouble(bytes: &[u8], at: usize, path: &Path, what: Misunderstood) -> ModelTrouble {
    let before = bytes.get(..at).unwrap_or(bytes);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let begun = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let column = String::from_utf8_lossy(begun).chars().count() + 1;
    ModelTrouble { path: path.to_owned(), line, column, what }
}
