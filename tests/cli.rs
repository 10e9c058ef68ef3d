//! The commands as a user types them: what they print, what they say when something is wrong, how they end.

#[allow(dead_code, reason = "each test binary uses a part of it")]
mod support;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use millibar::text::{Language, say};
use serde_json::{Value, json};
use support::{Classic, folder, forecast, forecast_moved, forecast_of, height, humidity, write};

fn millibar() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_millibar"));
    // No display, and English whatever the machine speaks.
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env("LC_ALL", "C.UTF-8");
    command
}

fn run(arguments: &[&str]) -> Output {
    millibar().args(arguments).stdin(Stdio::null()).output().expect("millibar starts")
}

fn status(output: &Output) -> i32 {
    output.status.code().expect("ended by itself")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

fn info(files: &[&str]) -> (Value, i32) {
    let output = run(&[&["info"], files, &["--json"]].concat());
    (serde_json::from_slice(&output.stdout).expect("one JSON object"), status(&output))
}

fn batch(files: &[&str], requests: &str) -> Vec<Value> {
    let mut child = millibar()
        .arg("probe")
        .args(files)
        .arg("--batch")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("millibar starts");
    child.stdin.take().expect("a pipe").write_all(requests.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("ended");
    stdout(&output).lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
}

#[test]
fn info_lists_variables_levels_and_times() {
    let folder = folder("info_lists");
    let file = write(&folder, "run.nc", &forecast(&[0.0, 6.0, 12.0]).bytes());
    let (report, status) = info(&[text(&file)]);
    assert_eq!(status, 0);
    assert_eq!(report["contract"], 1);
    assert_eq!(report["files"][0]["status"], "ok");
    assert_eq!(report["files"][0]["format"], "netcdf3-classic");
    let humidity = &report["variables"][0];
    assert_eq!(humidity["id"], "r");
    assert_eq!(humidity["files"], json!([0]));
    assert_eq!(humidity["grid"]["shape"], json!([5, 8]));
    assert_eq!(humidity["levels"], json!({"units": "hPa", "values": [500.0, 850.0]}));
    let step = json!({"run": "2026-11-20T12:00:00Z", "lead": 6.0, "valid": "2026-11-20T18:00:00Z"});
    assert_eq!(humidity["steps"][1], step);
    assert_eq!(humidity["steps"].as_array().map(Vec::len), Some(3));
}

#[test]
fn info_reads_well_for_people_in_both_languages() {
    let folder = folder("info_for_people");
    let file = write(&folder, "run.nc", &forecast(&[0.0, 6.0]).bytes());
    let output = run(&["info", text(&file)]);
    assert_eq!(status(&output), 0);
    for words in ["netcdf3-classic", "5 × 8", "Pressure: 500, 850 hPa", "run 2026-11-20 12Z: +000 h, +006 h"] {
        assert!(stdout(&output).contains(words), "«{words}» in {}", stdout(&output));
    }
    let output = run(&["info", text(&file), "--language", "fr"]);
    assert!(stdout(&output).contains("passe 2026-11-20 12Z"), "{}", stdout(&output));
    assert!(stdout(&output).contains("Pression : 500, 850 hPa"), "{}", stdout(&output));
    let late = write(&folder, "a_late.nc", &forecast(&[12.0]).bytes());
    let output = run(&["info", text(&late), text(&write(&folder, "a_early.nc", &forecast(&[6.0, 0.0]).bytes()))]);
    assert!(stdout(&output).contains(": +000 h, +006 h"), "in the order of time: {}", stdout(&output));
}

#[test]
fn of_several_models_and_runs_the_one_is_drawn_that_the_window_shows() {
    let folder = folder("cli-first-choice");
    for (below, name, run) in
        [("a", "zeta_2026112000", -12.0), ("a", "zeta_2026112012", 0.0), ("b", "alpha_2026112100", 12.0)]
    {
        std::fs::create_dir_all(folder.join(below)).expect("a folder");
        write(&folder.join(below), &format!("{name}_000.nc"), &forecast_of(run, &[0.0, 6.0]).bytes());
    }
    let picture = folder.join("drawn.png");
    for words in [&["--variable", "r"][..], &[]] {
        let arguments = [&["render", text(&folder), "--out", text(&picture), "--size", "320x240"], words].concat();
        let output = run(&arguments);
        assert_eq!((status(&output), stderr(&output)), (0, String::new()));
        let drawn = std::fs::read(&picture).expect("a picture");
        let asked = run(&[&arguments[..], &["--model", "zeta", "--run", "2026112012"]].concat());
        assert_eq!(status(&asked), 0, "{}", stderr(&asked));
        assert!(drawn == std::fs::read(&picture).expect("a picture"), "the newest run of the first model");
    }
}

#[test]
fn several_files_of_one_run_are_one_data_set() {
    let folder = folder("several_files");
    let first = write(&folder, "run_000.nc", &forecast(&[0.0]).bytes());
    let second = write(&folder, "run_006.nc", &forecast(&[6.0]).bytes());
    let files = [text(&first), text(&second)];
    let (report, _) = info(&files);
    assert_eq!(report["variables"].as_array().map(Vec::len), Some(2), "one entry for each name");
    assert_eq!(report["variables"][0]["files"], json!([0, 1]));
    let answers = batch(&files, "{\"variable\":\"gh\",\"lead\":6,\"index\":[1,2]}\n");
    // The second file has one step only, so its first.
    assert_eq!(answers[0]["value"], height(0, 0, 1, 2));
}

#[test]
fn a_name_on_another_grid_is_a_variable_of_its_own() {
    let folder = folder("another_grid");
    let first = write(&folder, "run.nc", &forecast(&[0.0]).bytes());
    let other = support::Classic::default()
        .dimension("lat", 2)
        .dimension("lon", 3)
        .variable("lat", &["lat"], &[("units", "degrees_north")], vec![10.0, 20.0])
        .variable("lon", &["lon"], &[("units", "degrees_east")], vec![1.0, 2.0, 3.0])
        .variable("r", &["lat", "lon"], &[("units", "1")], vec![0.5; 6]);
    let second = write(&folder, "other.nc", &other.bytes());
    let files = [text(&first), text(&second)];
    let (report, _) = info(&files);
    let ids: Vec<&str> =
        report["variables"].as_array().expect("a list").iter().filter_map(|v| v["id"].as_str()).collect();
    assert_eq!(ids, ["r", "gh", "r@1"]);
    let answers = batch(&files, "{\"variable\":\"r@1\",\"index\":[1,2]}\n");
    assert_eq!(answers[0]["lat"], 20.0);
}

#[test]
fn a_folder_opens_with_all_its_forecasts_and_nothing_else() {
    let folder = folder("a_folder");
    write(&folder, "notes.txt", b"nothing to see here");
    let below = folder.join("deeper");
    std::fs::create_dir(&below).expect("a folder");
    write(&below, "run_000.nc", &forecast(&[0.0]).bytes());
    write(&below, "run_006.nc", &forecast(&[6.0]).bytes());
    let (report, status) = info(&[text(&folder)]);
    assert_eq!(status, 0);
    assert_eq!(report["files"].as_array().map(Vec::len), Some(2));
    assert_eq!(report["variables"][0]["steps"].as_array().map(Vec::len), Some(2));
}

#[test]
fn probe_gives_the_value_in_the_file_and_as_it_is_shown() {
    let folder = folder("probe_value");
    let file = write(&folder, "run.nc", &forecast(&[0.0, 6.0]).bytes());
    let place = ["--variable", "r", "--level", "500", "--lead", "6", "--at", "51,-119"];
    let output = run(&[&["probe", text(&file)], &place[..], &["--json"]].concat());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let raw = humidity(1, 0, 2, 2);
    assert_eq!(answer["value"], raw);
    assert_eq!(answer["units"], "1");
    assert_eq!(answer["index"], json!([2, 2]));
    assert_eq!((&answer["lat"], &answer["lon"]), (&json!(50.0), &json!(-120.0)));
    assert_eq!(answer["display"]["units"], "%");
    assert!((answer["display"]["value"].as_f64().expect("a number") - 100.0 * raw).abs() < 1e-9);
    // Linear in both directions: one tenth of the way to the next column and to the row before.
    let between = raw + 0.1 * 0.1 - 0.1 * 0.02;
    assert!((answer["interpolated"].as_f64().expect("a number") - between).abs() < 1e-9, "{answer}");

    let output = run(&[&["probe", text(&file)], &place[..]].concat());
    for words in ["500 hPa", "+006 h", "2026-11-20 18:00 UTC", "26 %", "in the file: 0.26 1", "row 2, column 2"] {
        assert!(stdout(&output).contains(words), "«{words}» in {}", stdout(&output));
    }
}

#[test]
fn every_line_of_a_batch_gets_its_answer() {
    let folder = folder("batch");
    let file = write(&folder, "run.nc", &forecast(&[0.0, 6.0]).bytes());
    let requests = concat!(
        "{\"variable\":\"r\",\"level\":850,\"lead\":6,\"index\":[4,7]}\n",
        "this is no request\n",
        "{\"variable\":\"r\",\"at\":[69.0,-141.0]}\n",
        "{\"variable\":\"nowhere\",\"index\":[0,0]}\n",
        "{\"variable\":\"r\",\"level\":1,\"index\":[0,0]}\n",
        "{\"variable\":\"r\",\"lead\":7,\"index\":[0,0]}\n",
        "{\"variable\":\"r\",\"index\":[5,0]}\n",
        "{\"variable\":\"r\"}\n",
    );
    let answers = batch(&[text(&file)], requests);
    assert_eq!(answers.len(), 8);
    assert_eq!(answers[0]["value"], humidity(1, 1, 4, 7));
    assert_eq!(answers[2]["index"], json!([0, 0]));
    let classes: Vec<&str> = answers.iter().map(|answer| answer["error"]["class"].as_str().unwrap_or("")).collect();
    assert_eq!(classes, ["", "bad-request", "", "not-found", "not-found", "not-found", "not-found", "bad-request"]);
}

#[test]
fn a_file_that_cannot_be_read_is_refused_with_a_reason() {
    let folder = folder("refused");
    let whole = forecast(&[0.0]).bytes();
    let missing = folder.join("missing.nc");
    for (path, reason) in [
        (missing, "not-found"),
        (write(&folder, "empty.nc", b""), "empty"),
        (write(&folder, "text.nc", b"<html>404 not found</html>\n"), "not-data"),
        (write(&folder, "cut.nc", &whole[..60]), "corrupt"),
    ] {
        let (report, status) = info(&[text(&path)]);
        assert_eq!(status, 3, "{reason}");
        assert_eq!(report["files"][0]["reason"], reason);
        let message = report["files"][0]["message"].as_str().expect("a message");
        let key = format!("advice.{}", reason.replace('-', "_"));
        let advice = say(Language::English, &key);
        assert!(message.starts_with(text(&path)) && message.contains(advice), "the file and what to do: {message}");

        let output = run(&["info", text(&path)]);
        assert_eq!(stdout(&output), "");
        assert_eq!(stderr(&output).lines().count(), 1, "one clear message: {}", stderr(&output));
        let output = run(&["probe", text(&path), "--at", "50,-100"]);
        assert_eq!(self::status(&output), 3);
        assert_eq!(stderr(&output).lines().count(), 1, "one clear message: {}", stderr(&output));
    }
}

#[test]
fn a_folder_without_forecasts_says_so() {
    let folder = folder("no_forecasts");
    let (report, status) = info(&[text(&folder)]);
    assert_eq!((report["files"][0]["reason"].as_str(), status), (Some("not-data"), 3));
    write(&folder, "notes.txt", b"nothing to see here");
    let (report, status) = info(&[text(&folder)]);
    assert_eq!((report["files"][0]["reason"].as_str(), status), (Some("not-data"), 3));
    assert_eq!(report["files"].as_array().map(Vec::len), Some(1), "the folder, not each of its files");
}

#[test]
fn one_bad_file_among_good_ones_costs_only_itself() {
    let folder = folder("one_bad");
    let good = write(&folder, "run.nc", &forecast(&[0.0]).bytes());
    let bad = write(&folder, "bad.nc", b"not a forecast");
    let output = run(&["info", text(&bad), text(&good)]);
    assert_eq!(status(&output), 0);
    assert!(stderr(&output).contains("bad.nc"));
    assert!(stdout(&output).contains("run.nc"));
}

#[test]
fn wrong_usage_ends_with_2() {
    let folder = folder("usage");
    let file = write(&folder, "run.nc", &forecast(&[0.0]).bytes());
    let file = text(&file);
    for arguments in [
        vec!["info"],
        vec!["probe", file],
        vec!["probe", file, "--at", "50"],
        vec!["probe", file, "--at", "north,west"],
        vec!["probe", file, "--variable", "nowhere", "--at", "50,-100"],
        vec!["probe", file, "--level", "123", "--at", "50,-100"],
        vec!["info", file, "--language", "tlh"],
        vec!["--no-such-option"],
    ] {
        let output = run(&arguments);
        assert_eq!(status(&output), 2, "{arguments:?}: {}", stderr(&output));
        assert!(!stderr(&output).is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = folder("closed_pipe");
    let file = write(&folder, "run.nc", &forecast(&[0.0]).bytes());
    let mut child = millibar()
        .args(["info", text(&file), "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("millibar starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ended");
    assert_eq!((status(&output), stderr(&output).as_str()), (0, ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_once() {
    let folder = folder("full_disk");
    let file = write(&folder, "run.nc", &forecast(&[0.0]).bytes());
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let output = millibar().args(["info", text(&file), "--json"]).stdout(full).output().expect("millibar starts");
    assert_eq!(status(&output), 1);
    assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
}

#[test]
fn shells_and_packages_get_their_files() {
    for shell in ["bash", "zsh", "fish"] {
        let output = run(&["completions", shell]);
        assert_eq!(status(&output), 0);
        assert!(stdout(&output).contains("probe"), "{shell}");
    }
    assert!(stdout(&run(&["man"])).contains(".TH millibar"));
    assert!(stdout(&run(&["--help"])).contains("Exit status"));
}

#[test]
fn a_usual_name_for_something_else_is_not_taken_at_its_word() {
    let folder = folder("contradicted");
    let named = |name: &str, attributes: &[(&str, &str)]| {
        let file = Classic::default()
            .dimension("lat", 2)
            .dimension("lon", 2)
            .variable("lat", &["lat"], &[("units", "degrees_north")], vec![50.0, 40.0])
            .variable("lon", &["lon"], &[("units", "degrees_east")], vec![-80.0, -70.0])
            .variable(name, &["lat", "lon"], attributes, vec![1.0; 4]);
        let path = write(&folder, "one.nc", &file.bytes());
        let output = run(&["probe", text(&path), "--variable", name, "--index", "0,0", "--json"]);
        let answer: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
        answer["display"]["name"]["en"].as_str().expect("a name").to_owned()
    };
    assert_eq!(named("t", &[("units", "K")]), "Temperature");
    assert_eq!(named("t", &[("units", "K"), ("long_name", "Temperature")]), "Temperature");
    assert_eq!(named("t", &[("units", "K"), ("long_name", "Temperature anomaly")]), "Temperature (anomaly)");
    assert_eq!(named("r", &[("units", "%"), ("long_name", "cloud reflectance")]), "cloud reflectance");
    assert_eq!(named("u", &[("units", "m s-1"), ("standard_name", "eastward_sea_water_velocity")]), "Eastward current");
}

#[test]
fn a_header_longer_than_64_kib_is_read_wherever_its_pieces_end() {
    let folder = folder("long-header");
    // An attribute across byte 65,536, one that begins behind it, and one of a variable.
    for (name, history, comment) in [("across", 65_500, 10), ("behind", 65_536, 300_000), ("far", 10, 1_500_000)] {
        let file = forecast(&[0.0])
            .attribute("history", &"h".repeat(history))
            .attribute("comment", &"c".repeat(comment))
            .dimension("n", 1)
            .variable("other", &["n"], &[("note", &"v".repeat(70_000))], vec![1.0]);
        let path = write(&folder, &format!("{name}.nc"), &file.bytes());
        let output = run(&["probe", text(&path), "--variable", "gh", "--index", "0,0", "--json"]);
        assert_eq!(status(&output), 0, "{name}: {}", stderr(&output));
    }
}

/// Stations all over Canada without order, by the generator of Lehmer (Park and Miller 1988).
fn stations(count: usize) -> Classic {
    let mut last = 1_u64;
    let mut any = || {
        last = last * 16_807 % 2_147_483_647;
        last as f64 / 2_147_483_647.0
    };
    let (lat, lon): (Vec<f64>, Vec<f64>) = (0..count).map(|_| (45.0 + 25.0 * any(), -130.0 + 65.0 * any())).unzip();
    Classic::default()
        .attribute("featureType", "timeSeries")
        .dimension("station", count)
        .variable("lat", &["station"], &[("units", "degrees_north")], lat)
        .variable("lon", &["station"], &[("units", "degrees_east")], lon)
        .variable(
            "t2m",
            &["station"],
            &[("units", "K"), ("standard_name", "air_temperature"), ("coordinates", "lat lon")],
            (0..count).map(|n| 260.0 + (n % 40) as f64).collect(),
        )
}

#[test]
fn stations_are_drawn_as_discs_with_the_map_between_them() {
    let folder = folder("stations");
    let path = write(&folder, "stations.nc", &stations(40).bytes());
    let picture = |name: &str, arguments: &[&str]| {
        let out = folder.join(name);
        let output = run(&[&["render", text(&path), "--size", "600x400", "--out", text(&out)], arguments].concat());
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        std::fs::read(out).expect("a picture")
    };
    let one = picture("one.png", &["--threads", "1"]);
    assert_eq!(one, picture("two.png", &["--threads", "2"]), "the same on any number of threads");
    let output = run(&["info", text(&path)]);
    assert!(stdout(&output).contains("40"), "{}", stdout(&output));
}

#[test]
fn a_run_on_two_grids_is_two_models() {
    let folder = folder("two-grids");
    let (coarse, fine) = (folder.join("a"), folder.join("b"));
    let write_below = |below: &Path, file: Classic| {
        std::fs::create_dir_all(below).expect("a folder");
        write(below, "model.nc", &file.bytes())
    };
    let first = write_below(&coarse, forecast(&[0.0, 6.0]));
    let second = write_below(&fine, forecast_moved(&[0.0]));
    let frames = |model: &str| {
        let output =
            run(&["render", text(&first), text(&second), "--model", model, "--all", "--out", "none", "--json"]);
        assert_eq!(stderr(&output), "");
        serde_json::from_str::<Value>(&stdout(&output)).expect("JSON")["frames"].as_u64()
    };
    assert_eq!(frames("model · 10°, 8 × 5"), Some(2));
    assert_eq!(frames("model · 10°, 8 × 5 (2)"), Some(1));
}

#[test]
fn unlike_lead_times_play_in_common_or_all_of_them() {
    let folder = folder("union");
    let below = |name: &str, file: Classic| {
        std::fs::create_dir_all(folder.join(name)).expect("a folder");
        write(&folder.join(name), "gdps.nc", &file.bytes())
    };
    let moist = below("hr", forecast(&[6.0, 12.0]).without("gh"));
    let high = below("gz", forecast(&[0.0, 6.0, 12.0]).without("r"));
    let frames = |more: &[&str]| {
        let mut words = vec!["render", text(&moist), text(&high), "--all", "--out", "none", "--json"];
        words.extend(more);
        serde_json::from_str::<Value>(&stdout(&run(&words))).expect("JSON")["frames"].as_u64()
    };
    assert_eq!(frames(&[]), Some(2));
    assert_eq!(frames(&["--union"]), Some(3));
    assert_eq!(frames(&["--union", "--product", "rh-gz"]), Some(3));
}

/// As the command is typed, where the system lets a process hold so few files open.
#[cfg(unix)]
#[test]
fn more_files_open_than_the_system_allows_at_once_are_all_read() {
    let folder = folder("cli-handles");
    for lead in 0..150 {
        write(&folder, &format!("m_2026112012_{lead:03}.nc"), &forecast(&[f64::from(lead)]).bytes());
    }
    let limited = |arguments: &[&str]| {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -n 48 && exec \"$@\"", "sh", env!("CARGO_BIN_EXE_millibar")]).args(arguments);
        shell.env("LC_ALL", "C.UTF-8").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        shell.spawn().expect("a shell")
    };
    let requests: String =
        (0..150).rev().map(|lead| json!({"variable": "r", "lead": lead, "level": 500}).to_string() + "\n").collect();
    let mut child = limited(&["probe", text(&folder), "--batch"]);
    child.stdin.take().expect("a pipe").write_all(requests.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("ended");
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(stdout(&output).lines().count(), 150);
    assert!(!stdout(&output).contains("no-access"), "{}", stdout(&output));
    let arguments = ["render", text(&folder), "--all", "--size", "320x240", "--out", "none", "--json"];
    let output = limited(&arguments).wait_with_output().expect("ended");
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let frames = serde_json::from_str::<Value>(&stdout(&output)).expect("JSON")["frames"].as_u64();
    assert_eq!(frames, Some(150));
}

#[test]
fn of_a_folder_of_runs_only_the_run_that_is_drawn_is_opened() {
    let folder = folder("runs-by-name");
    for lead in [0.0, 6.0] {
        write(&folder, &format!("gdps_2026112100_{lead:03}.nc"), &forecast_of(12.0, &[lead]).bytes());
    }
    // Would be told of if it were opened.
    write(&folder, "gdps_2026112012_000.nc", &forecast(&[0.0]).bytes()[..100]);
    let draw = |more: &[&str]| {
        let mut words = vec!["render", text(&folder), "--all", "--out", "none", "--json"];
        words.extend(more);
        run(&words)
    };
    let newest = draw(&[]);
    assert_eq!(stderr(&newest), "");
    assert_eq!(serde_json::from_str::<Value>(&stdout(&newest)).expect("JSON")["frames"].as_u64(), Some(2));
    let earlier = draw(&["--run", "2026112012"]);
    assert!(stderr(&earlier).contains("gdps_2026112012_000.nc"), "{}", stderr(&earlier));
}
