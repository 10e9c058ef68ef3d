//! Samples of RPN standard files that the centre's own library wrote, where they stand beside the checkout.

use std::path::PathBuf;
use std::process::Command;

#[test]
fn every_sample_equals_what_librmn_reads() {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("MILLIBAR_SHARED").map_or(beside, PathBuf::from);
    let checker = shared.join("fstd/check_cli.py");
    if !checker.exists() {
        println!("no samples beside the checkout: nothing compared");
        return;
    }
    let python = |arguments: &[&str]| Command::new("python3").args(arguments).output().expect("python3 runs");
    if !python(&["-c", "import numpy"]).status.success() {
        println!("the checker needs numpy: nothing compared");
        return;
    }
    let checker = checker.to_str().expect("a plain path");
    let output = python(&[checker, "--cmd", env!("CARGO_BIN_EXE_millibar")]);
    let report = String::from_utf8_lossy(&output.stdout);
    println!("{report}");
    assert!(output.status.success(), "{report}{}", String::from_utf8_lossy(&output.stderr));
}
