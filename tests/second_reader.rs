//! The NetCDF C library in its own process: it answers for files that the safe reader gives up, and whatever becomes of
//! it, nothing else notices.
#![cfg(all(feature = "netcdf-c", unix))]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// A folder of its own for each test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that is gone already is as good.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("second_reader_{}_{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// A file that is HDF5 by its first bytes and nothing else.
    fn broken(&self) -> PathBuf {
        let path = self.0.join("broken.nc");
        fs::write(&path, [b"\x89HDF\r\n\x1a\n".as_slice(), &[0; 200]].concat()).expect("a file");
        path
    }

    /// A sound file: rows 50 and 40, columns 0 to 2, packed numbers 0 to 5 with a NaN among the attributes.
    fn sound(&self) -> PathBuf {
        let path = self.0.join("sound.nc");
        let mut file = netcdf::create(&path).expect("a new file");
        for (name, values, units) in
            [("lat", &[50.0, 40.0][..], "degrees_north"), ("lon", &[0.0, 1.0, 2.0], "degrees_east")]
        {
            file.add_dimension(name, values.len()).expect("a dimension");
            let mut variable = file.add_variable::<f64>(name, &[name]).expect("a variable");
            variable.put_attribute("units", units).expect("an attribute");
            variable.put_values(values, ..).expect("values");
        }
        let mut x = file.add_variable::<i16>("x", &["lat", "lon"]).expect("a variable");
        x.put_attribute("scale_factor", 0.5).expect("an attribute");
        x.put_attribute("nothing", f64::NAN).expect("an attribute");
        x.put_values(&[0_i16, 1, 2, 3, 4, 5], ..).expect("values");
        file.close().expect("the file is written");
        path
    }

    /// A program in place of the second reader.
    fn helper(&self, script: &str) -> PathBuf {
        let path = self.0.join("helper");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
        path
    }
}

fn millibar(helper: &Path, arguments: &[&str], files: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_millibar"))
        .arg(arguments[0])
        .args(files)
        .args(&arguments[1..])
        .env("MILLIBAR_NETCDF", helper)
        .output()
        .expect("the command runs")
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn a_helper_that_crashes_hangs_or_babbles_is_not_noticed_by_the_other_file() {
    for (name, script) in [
        ("crash", "kill -SEGV $$"),
        ("hang", "exec sleep 60"),
        ("babble", "head -c 10000000 /dev/zero >&2; exec yes"),
        ("nonsense", "echo '{\"variables\": 7}'"),
        ("refuse", "exit 3"),
    ] {
        let folder = Folder::new(name);
        let begin = Instant::now();
        let output = millibar(&folder.helper(script), &["info", "--json"], &[&folder.broken(), &folder.sound()]);
        assert!(begin.elapsed() < Duration::from_secs(20), "{name}: {:?}", begin.elapsed());
        let told = json(&output);
        assert_eq!(told["files"][0]["reason"], "corrupt", "{name}");
        assert_eq!(told["files"][1]["status"], "ok", "{name}");
    }
}

#[test]
fn what_only_the_helper_can_read_is_read() {
    let folder = Folder::new("read");
    let (broken, sound) = (folder.broken(), folder.sound());
    // The real program, led to the sound file whatever file it is asked about.
    let real = env!("CARGO_BIN_EXE_millibar-netcdf");
    let script = format!("verb=$1; shift 2; exec '{real}' \"$verb\" '{}' \"$@\"", sound.display());
    let helper = folder.helper(&script);
    let told = json(&millibar(&helper, &["info", "--json"], &[&broken]));
    assert_eq!(told["files"][0]["status"], "ok");
    assert_eq!(told["variables"][0]["id"], "x");
    let found = millibar(&helper, &["probe", "--variable", "x", "--at", "40,2", "--json"], &[&broken]);
    assert!(String::from_utf8_lossy(&found.stdout).contains("2.5"), "{found:?}");
}

#[test]
fn without_a_helper_the_refusal_stands() {
    let folder = Folder::new("absent");
    let told = json(&millibar(&folder.0.join("nowhere"), &["info", "--json"], &[&folder.broken()]));
    assert_eq!(told["files"][0]["reason"], "corrupt");
}

#[test]
fn what_a_cut_classic_file_lacks_is_not_read_as_zeros() {
    let folder = Folder::new("cut");
    let whole = folder.0.join("whole.nc");
    let mut file = netcdf::create_with(&whole, netcdf::Options::_64BIT_OFFSET).expect("a new file");
    file.add_unlimited_dimension("time").expect("a dimension");
    let axes = [("lat", "degrees_north", [50.0, 40.0]), ("lon", "degrees_east", [0.0, 1.0])];
    for (name, units, _) in axes {
        file.add_dimension(name, 2).expect("a dimension");
        let mut variable = file.add_variable::<f64>(name, &[name]).expect("a variable");
        variable.put_attribute("units", units).expect("an attribute");
    }
    let mut time = file.add_variable::<f64>("time", &["time"]).expect("a variable");
    time.put_attribute("units", "hours since 2026-11-20 12:00:00").expect("an attribute");
    let mut height = file.add_variable::<f32>("gh", &["time", "lat", "lon"]).expect("a variable");
    height.put_attribute("units", "m").expect("an attribute");
    file.enddef().expect("the header is written");
    for (name, _, values) in axes {
        file.variable_mut(name).expect("it").put_values(&values, ..).expect("values");
    }
    for step in 0..40_usize {
        file.variable_mut("time").expect("it").put_value(6.0 * step as f64, step).expect("a time");
        file.variable_mut("gh").expect("it").put_values(&[5500.0_f32; 4], (step, .., ..)).expect("values");
    }
    file.close().expect("the file is written");
    let bytes = fs::read(&whole).expect("the file");
    let cut = folder.0.join("cut.nc");
    fs::write(&cut, &bytes[..bytes.len() - 200]).expect("a file");
    let helper = PathBuf::from(env!("CARGO_BIN_EXE_millibar-netcdf"));
    assert_eq!(json(&millibar(&helper, &["info", "--json"], &[&whole]))["files"][0]["status"], "ok");
    assert_eq!(json(&millibar(&helper, &["info", "--json"], &[&cut]))["files"][0]["reason"], "corrupt");
}
