//! The house rules that a machine can check: which room may use which, which words stand where.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use millibar::text::{self, Language};

/// The rooms in the order of the river, each with the rooms that it may use. `ARCHITECTURE.md` draws it.
const MAY_USE: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("raster", &[]),
    ("units", &["text"]),
    ("time", &["text", "units"]),
    ("grid", &["text", "time", "units"]),
    ("field", &["grid", "text", "time", "units"]),
    ("source", &["field", "grid", "text", "time", "units"]),
    ("catalog", &["field", "grid", "source", "text", "time", "units"]),
    ("map", &["grid", "raster", "text", "units"]),
    ("product", &["field", "grid", "raster", "text", "time", "units"]),
    ("render", &["field", "grid", "map", "product", "raster", "text", "time", "units"]),
    ("engine", &["catalog", "field", "grid", "map", "product", "raster", "render", "source", "text", "time", "units"]),
    (
        "app",
        &[
            "catalog", "engine", "field", "grid", "map", "product", "raster", "render", "source", "text", "time",
            "units",
        ],
    ),
    (
        "cli",
        &[
            "catalog", "engine", "field", "grid", "map", "product", "raster", "render", "source", "text", "time",
            "units",
        ],
    ),
];

/// Words of the outside world that a room does without, whatever it does.
const NEVER: &[(&str, &[&str])] = &[
    ("text", &["egui", "eframe", "std::fs", "rayon"]),
    ("raster", &["egui", "eframe", "std::fs", "rayon", "std::thread"]),
    ("units", &["egui", "eframe", "std::fs", "rayon"]),
    ("time", &["egui", "eframe", "std::fs", "rayon"]),
    ("grid", &["egui", "eframe", "std::fs"]),
    ("field", &["egui", "eframe", "std::fs"]),
    ("source", &["egui", "eframe"]),
    ("catalog", &["egui", "eframe", "read_raw", "read_windows"]),
    ("map", &["egui", "eframe", "std::fs"]),
    ("product", &["egui", "eframe", "std::fs", "rayon"]),
    ("render", &["egui", "eframe", "std::fs", "std::time", "std::thread", "rayon"]),
    ("engine", &["egui", "eframe"]),
    ("cli", &["egui", "eframe", "rfd"]),
];

#[test]
fn data_flows_one_way() {
    for (room, allowed) in MAY_USE {
        for file in files_of(room) {
            let code = code_of(&file);
            for used in names_after_crate(&code) {
                assert!(
                    used == *room || allowed.contains(&used.as_str()),
                    "{}: `{room}` may not use `{used}`; see ARCHITECTURE.md",
                    file.display()
                );
            }
            assert!(
                !code.contains("use crate::{"),
                "{}: write one `use crate::room::{{…}}` line for each room",
                file.display()
            );
        }
    }
}

#[test]
fn every_room_has_its_row() {
    let rows: BTreeSet<&str> = MAY_USE.iter().map(|(room, _)| *room).collect();
    let tour = code_of(&root().join("src/lib.rs"));
    for room in tour.lines().filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';')) {
        assert!(rows.contains(room), "`{room}` stands in lib.rs and in no row of the architecture test");
    }
}

#[test]
fn no_room_does_what_its_row_forbids() {
    for (room, words) in NEVER {
        for file in files_of(room).into_iter().filter(|file| !file.to_string_lossy().ends_with("tests.rs")) {
            let code = without_tests(&code_of(&file)).to_owned();
            for word in *words {
                assert!(!contains_word(&code, word), "{}: `{room}` never uses `{word}`", file.display());
            }
        }
    }
}

#[test]
fn every_text_that_the_code_asks_for_stands_in_both_languages() {
    let tables: BTreeSet<&str> = text::keys(Language::English).filter_map(|key| Some(key.split_once('.')?.0)).collect();
    let known: [BTreeSet<&str>; 2] = Language::ALL.map(|language| text::keys(language).collect());
    for file in rust_files(&root().join("src")) {
        let code = code_of(&file);
        let asked = keys_in_calls(&code).into_iter();
        let of_known_tables = literals(&code).filter(|literal| {
            looks_like_a_key(literal) && literal.split_once('.').is_some_and(|(table, _)| tables.contains(table))
        });
        for key in asked.chain(of_known_tables) {
            for (language, known) in Language::ALL.iter().zip(&known) {
                assert!(known.contains(key), "{}: no text `{key}` in {language:?}", file.display());
            }
        }
    }
}

#[test]
fn no_file_names_the_machine_that_it_was_written_on() {
    let places = places_of_this_machine();
    for file in files_of_the_project() {
        let bytes = fs::read(&file).expect("a file of the project is readable");
        for place in &places {
            let found = bytes.windows(place.len()).any(|window| window == place.as_bytes());
            assert!(!found, "{} names {place}", file.display());
        }
    }
}

#[test]
fn a_rust_file_is_about_one_thing() {
    for file in rust_files(&root().join("src")) {
        let lines = without_tests(&fs::read_to_string(&file).expect("readable")).lines().count();
        assert!(lines <= 600, "{} has {lines} lines before its tests", file.display());
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_of(room: &str) -> Vec<PathBuf> {
    let mut files = rust_files(&root().join("src").join(room));
    let single = root().join("src").join(format!("{room}.rs"));
    if single.exists() {
        files.push(single);
    }
    files
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    files_below(folder).into_iter().filter(|file| file.extension().is_some_and(|end| end == "rs")).collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Everything that belongs to the project: not what was built, not what git keeps for itself.
fn files_of_the_project() -> Vec<PathBuf> {
    let left_out = [".git", "target", "tests/fuzz/target", "tests/fuzz/corpus", "tests/fuzz/artifacts"];
    let left_out = left_out.map(|name| root().join(name));
    let mut files = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).expect("a folder of the project").flatten().map(|entry| entry.path()) {
            if left_out.contains(&path) {
                continue;
            }
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

/// The checkout, the folder around it and the home folder, as far as they say anything.
fn places_of_this_machine() -> Vec<String> {
    let common = ["/", "/tmp", "/home", "/root", "/opt", "/srv", "/usr/src", "/var/tmp", "/mnt"];
    let checkout = root();
    let around = checkout.parent().map(Path::to_owned);
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let places =
        [around, home].into_iter().flatten().filter(|place| !common.iter().any(|known| place == Path::new(known)));
    places.chain([checkout.clone()]).map(|place| format!("{}/", place.display())).collect()
}

/// A file without its comments: a comment may name any room.
fn code_of(file: &Path) -> String {
    let source = fs::read_to_string(file).unwrap_or_default();
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.map(|line| line.split(" // ").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// The part before the file's own tests, which stand last.
fn without_tests(code: &str) -> &str {
    code.split("#[cfg(test)]\nmod ").next().unwrap_or(code)
}

fn names_after_crate(code: &str) -> BTreeSet<String> {
    let after = code.split("crate::").skip(1);
    after
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .filter(|name: &String| !name.is_empty())
        .collect()
}

fn contains_word(code: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(joins) && !after.is_some_and(joins)
    })
}

/// The first literal in each call of `say` and `fill`.
fn keys_in_calls(code: &str) -> Vec<&str> {
    let calls = ["say(", "fill("].into_iter().flat_map(|call| code.split(call).skip(1));
    let within_call = |rest: &str| rest.len() - rest.split([';', '\n']).next().unwrap_or(rest).len();
    calls
        .filter_map(|rest| literals(&rest[..rest.len() - within_call(rest)]).next())
        .filter(|literal| looks_like_a_key(literal))
        .collect()
}

fn looks_like_a_key(literal: &str) -> bool {
    let word =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    literal
        .split_once('.')
        .is_some_and(|(table, name)| word(table) && word(name) && !["toml", "rs", "png", "nc"].contains(&name))
}

/// What stands between plain double quotes on one line.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    code.lines().flat_map(|line| line.split('"').skip(1).step_by(2))
}
