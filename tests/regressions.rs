//! Inputs that once made a reader fail, small; each is opened, listed and read again.

use std::fs;
use std::path::Path;

use millibar::{catalog, source};

#[path = "support/reading.rs"]
mod reading;

#[test]
fn what_once_made_a_reader_fail_does_so_no_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regressions");
    let mut files: Vec<_> = fs::read_dir(&folder).expect("the folder is part of the project").flatten().collect();
    files.sort_by_key(fs::DirEntry::file_name);
    for file in files {
        println!("{}", file.path().display());
        reading::open_and_read(&file.path());
    }
}
