//! The corpus of forecast files that others wrote, where it stands beside the checkout, against reference values.

use std::path::PathBuf;
use std::process::Command;

/// The folder with `corpus/`: `MILLIBAR_SHARED`, else `shared` beside the checkout.
fn shared() -> PathBuf {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    std::env::var_os("MILLIBAR_SHARED").map_or(beside, PathBuf::from)
}

#[test]
fn every_netcdf_file_of_the_corpus_equals_its_reference() {
    let checker = shared().join("corpus/tools/check_headless.py");
    if !checker.exists() {
        println!("no corpus beside the checkout: nothing compared");
        return;
    }
    let output = Command::new("python3")
        .arg(&checker)
        .args(["--cmd", env!("CARGO_BIN_EXE_millibar"), "--formats", "netcdf,none"])
        .output()
        .expect("python3 runs the checker");
    let report = String::from_utf8_lossy(&output.stdout);
    println!("{report}");
    assert!(output.status.success(), "{report}{}", String::from_utf8_lossy(&output.stderr));
}
