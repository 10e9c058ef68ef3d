//! `millibar records` as it is typed.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::standard_file::{Record, StandardFile};
use super::{support, written};

fn records(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_millibar"));
    command.env("LC_ALL", "C.UTF-8").arg("records").args(arguments).output().expect("millibar starts")
}

fn file(test: &str) -> String {
    let first = Record::new("GZ", 3, 1, &[1.5, -2.0, 0.25]);
    let second = Record { ip: [93_423_264, 0, 0], etiket: "R1_V710_N", ..Record::new("TT", 3, 1, &[0.0; 3]) };
    let path = written(test, "file", &StandardFile::default().with(first).with(second));
    path.to_str().expect("a plain path").to_owned()
}

#[test]
fn a_table_of_records_has_its_columns_in_line() {
    let output = records(&[&file("command_table"), "--language", "fr"]);
    assert_eq!(output.status.code(), Some(0));
    let table = String::from_utf8(output.stdout).expect("UTF-8");
    let lines: Vec<&str> = table.lines().collect();
    let [head, first, second, "", count] = lines.as_slice() else { panic!("{table}") };
    for (title, left, right) in
        [("NOMV", "GZ ", "TT "), ("ETIQUETTE", "TEST ", "R1_V710_N "), ("LEVEL", "500 mb ", "1 hy ")]
    {
        let at = head.find(title).expect("the column");
        assert!(first[at..].starts_with(left) && second[at..].starts_with(right), "{table}");
    }
    assert!(first.contains("20250115 000000"), "{table}");
    assert_eq!(*count, "2 enregistrements, rpn-fst98");
}

#[test]
fn json_has_the_keys_of_the_descriptor() {
    let output = records(&[&file("command_json"), "--json"]);
    let list: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!((&list["format"], &list["warnings"]), (&json!("rpn-fst98"), &json!([])));
    let first = &list["records"][0];
    assert_eq!((&first["record"], &first["nomvar"], &first["datyp"]), (&json!(0), &json!("GZ"), &json!(5)));
    assert_eq!(first["datev_utc"], json!("2025-01-15T06:00:00Z"));
    assert_eq!(list["records"][1]["level"], json!(1.0));
}

#[test]
fn values_are_written_as_they_are_stored() {
    let file = file("command_values");
    let to = support::folder("command_values_out").join("values");
    let to = to.to_str().expect("a plain path");
    assert_eq!(records(&[&file, "--record", "0", "--values", to]).status.code(), Some(0));
    let bytes = fs::read(to).expect("written");
    let values: Vec<f64> = bytes.chunks(8).map(|bytes| f64::from_le_bytes(bytes.try_into().expect("eight"))).collect();
    assert_eq!(values, [1.5, -2.0, 0.25]);
    let beyond = records(&[&file, "--record", "2", "--values", to]);
    assert_eq!(beyond.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&beyond.stderr).contains("record 2 of 2"));
    assert_eq!(records(&[&file, "--record", "0"]).status.code(), Some(2), "where to?");
}

#[test]
fn a_file_without_records_is_refused() {
    let folder = support::folder("command_refused");
    let run = support::write(&folder, "run.nc", &support::forecast(&[0.0]).bytes());
    let run = run.to_str().expect("a plain path");
    let output = records(&[run]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("millibar info"));
    let output = records(&[run, "--json"]);
    assert_eq!(output.status.code(), Some(3));
    let refusal: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(refusal["error"]["class"], json!("unsupported"));
}
