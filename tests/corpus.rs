//! A corpus of third-party forecast files, if it is beside the checkout: compared with reference values, and read with
//! random changes.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Output};

/// References known to be wrong. The first two files alternate the direction of rows, as their headers say, but the
/// reference leaves every second row reversed. In the third, positions and values start at different corners. The fourth is
/// a nest that moves: the reference has the positions of the first time for all times.
const REFERENCE_AT_FAULT: [&str; 4] = [
    "real/cfgrib_alternate-scanning.grib",
    "real/earthkit_mercator.grib",
    "real/iris_ukv_chan9.grib2",
    "real/xwrf_mercator_sample.nc",
];

/// Runs one of the corpus' tools; `None` where there is no corpus.
fn tool(name: &str, arguments: &[&str]) -> Option<Output> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("MILLIBAR_SHARED").map_or(beside, PathBuf::from);
    let tool = shared.join("corpus/tools").join(name);
    if !tool.exists() {
        println!("no corpus beside the checkout: nothing compared");
        return None;
    }
    Some(Command::new("python3").arg(&tool).args(arguments).output().expect("python3 runs the tool"))
}

#[test]
fn every_file_of_the_corpus_equals_its_reference() {
    let Some(output) = tool("check_headless.py", &["--cmd", env!("CARGO_BIN_EXE_millibar")]) else { return };
    let report = String::from_utf8_lossy(&output.stdout);
    println!("{report}");
    assert!(report.contains(" passed, "), "the checker came to its end: {}", String::from_utf8_lossy(&output.stderr));
    let failed: BTreeSet<&str> = report.lines().filter_map(|line| line.strip_prefix("FAIL ")).collect();
    assert_eq!(failed, REFERENCE_AT_FAULT.into_iter().collect());
}

#[test]
fn changed_files_are_listed_or_refused() {
    let command = format!("{} info {{}} --json", env!("CARGO_BIN_EXE_millibar"));
    hostile(&["--cmd", &command, "--n", "300"]);
}

#[test]
fn changed_files_are_drawn_or_refused() {
    let picture = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("changed.png");
    let millibar = env!("CARGO_BIN_EXE_millibar");
    let command = format!("{millibar} render {{}} --size 300x200 --out {}", picture.display());
    hostile(&["--cmd", &command, "--n", "100", "--no-fs", "--no-fixed"]);
}

fn hostile(arguments: &[&str]) {
    let Some(output) = tool("run_hostile.py", arguments) else { return };
    let report = String::from_utf8_lossy(&output.stdout);
    println!("{report}");
    assert!(output.status.success(), "{report}{}", String::from_utf8_lossy(&output.stderr));
}
