//! Any bytes as a file.
#![no_main]

use std::sync::LazyLock;
use std::{env, fs, process};

use libfuzzer_sys::fuzz_target;

static PATH: LazyLock<std::path::PathBuf> = LazyLock::new(|| {
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { env::temp_dir() };
    folder.join(format!("millibar-fuzz-{}", process::id()))
});

fuzz_target!(|bytes: &[u8]| {
    fs::write(&*PATH, bytes).expect("room for a small file");
    millibar_fuzz::reading::open_and_read(&PATH);
});
