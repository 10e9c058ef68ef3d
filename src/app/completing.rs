//! Completes a typed path, as shells do.

use std::fs;
use std::path::{MAIN_SEPARATOR, Path};

use super::dialogs::path_of;

/// What a typed path could become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// With the part that all candidates share.
    pub text: String,
    /// Names of the folder that begin as what was typed, sorted; folders end with a separator.
    pub candidates: Vec<String>,
}

/// More names than this are of no help.
const MOST: usize = 200;

/// Completes the last line of a text. Reads the folder.
#[must_use]
pub fn complete(typed: &str) -> Completion {
    let (before, line) = typed.rsplit_once('\n').map_or(("", typed), |(before, line)| (before, line));
    let unchanged = || Completion { text: typed.to_owned(), candidates: Vec::new() };
    let line = line.trim_start();
    let (head, begun) = line
        .rsplit_once(['/', MAIN_SEPARATOR])
        .map_or(("", line), |(head, _)| line.split_at_checked(head.len() + 1).unwrap_or((line, "")));
    if line == "~" {
        return Completion { text: joined(before, "~/"), candidates: Vec::new() };
    }
    let folder = if head.is_empty() { Some(Path::new(".").to_owned()) } else { path_of(head) };
    let Some(entries) = folder.and_then(|folder| fs::read_dir(folder).ok()) else { return unchanged() };
    let mut candidates: Vec<String> = Vec::new();
    for entry in entries.flatten() {
        // A name that is no text cannot be typed.
        let Ok(mut name) = entry.file_name().into_string() else { continue };
        let hidden = name.starts_with('.') && !begun.starts_with('.');
        if !name.starts_with(begun) || hidden {
            continue;
        }
        if entry.path().is_dir() {
            name.push('/');
        }
        candidates.push(name);
    }
    candidates.sort_unstable();
    let Some(shared) = shared_start(&candidates) else { return unchanged() };
    let text = joined(before, &format!("{head}{shared}"));
    candidates.truncate(MOST);
    if let [_] = candidates.as_slice() {
        candidates.clear();
    }
    Completion { text, candidates }
}

/// What was typed with a candidate in the place of what it completes.
#[must_use]
pub fn with_candidate(typed: &str, candidate: &str) -> String {
    let at = typed.rfind(['/', '\n', MAIN_SEPARATOR]).map_or(0, |at| at + 1);
    format!("{}{candidate}", typed.get(..at).unwrap_or_default())
}

fn joined(before: &str, line: &str) -> String {
    if before.is_empty() { line.to_owned() } else { format!("{before}\n{line}") }
}

/// The longest start that all have.
fn shared_start(names: &[String]) -> Option<String> {
    let (first, rest) = names.split_first()?;
    let mut shared = first.as_str();
    for name in rest {
        let same = shared.chars().zip(name.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        shared = shared.get(..same).unwrap_or_default();
    }
    Some(shared.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_completed_as_far_as_it_is_the_only_one() {
        let folder = std::env::temp_dir().join(format!("millibar-completing-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("runs été")).expect("a folder");
        for name in ["gdps_000.nc", "gdps_006.nc", ".hidden"] {
            fs::write(folder.join(name), b"").expect("written");
        }
        let base = folder.display().to_string();
        let check = |typed: &str, text: &str, candidates: &[&str]| {
            let got = complete(&format!("{base}/{typed}"));
            assert_eq!(
                (got.text, got.candidates),
                (format!("{base}/{text}"), candidates.iter().map(|c| (*c).to_owned()).collect())
            );
        };
        check("r", "runs été/", &[]);
        check("g", "gdps_00", &["gdps_000.nc", "gdps_006.nc"]);
        check("gdps_006", "gdps_006.nc", &[]);
        check("", "", &["gdps_000.nc", "gdps_006.nc", "runs été/"]);
        check(".h", ".hidden", &[]);
        check("none", "none", &[]);
        let two = complete(&format!("/a\n{base}/r"));
        assert_eq!(two.text, format!("/a\n{base}/runs été/"));
        assert_eq!(with_candidate("/a/g", "gdps.nc"), "/a/gdps.nc");
    }
}
