//! Names, levels, times, units; and files that are not as they should be.

use std::fs;
use std::io::Write;
use std::sync::Arc;

use millibar::catalog;
use millibar::field::LevelKind;
use millibar::source::{self, Choice, Entry, Refusal};
use millibar::time::LeadTime;

use super::standard_file::{Record, SIX_O_CLOCK, StandardFile, entry};
use super::{first_field, opened, support, variable, written};

const VALUES: [f32; 6] = [0.25, 0.5, 0.75, 1.0, 0.0, 1.5];

fn humidity() -> Record {
    Record::new("HR", 3, 2, &VALUES).on_grid(b'L', [100, 200, 14_000, 24_000])
}

#[test]
fn a_listing_names_all_that_the_directory_says() {
    let record = Record { ip: [850, 6, 3], ig: [70_000, 1 << 20, 3, 4], ..humidity() };
    let list = source::records(&written("listing", "file", &StandardFile::default().with(record))).expect("lists");
    assert!(list.warnings.is_empty());
    let records: Vec<_> = list.records().collect();
    let [record] = records.as_slice() else { panic!("one record") };
    let of = |key: &str| record.entries.iter().find(|(name, _)| *name == key).map(|(_, entry)| entry.clone());
    let text = |words: &str| Some(Entry::Text(words.to_owned()));
    assert_eq!((of("nomvar"), of("typvar"), of("etiket")), (text("HR"), text("P"), text("TEST")));
    assert_eq!((of("ig1"), of("ig2")), (Some(Entry::Integer(70_000)), Some(Entry::Integer(1 << 20))));
    assert_eq!((of("dateo_utc"), of("datev_utc")), (text("2025-01-15T00:00:00Z"), text("2025-01-15T06:00:00Z")));
    assert_eq!((of("level"), of("kind")), (Some(Entry::Number(850.0)), Some(Entry::Integer(2))));
    assert_eq!(record.cells.len(), list.columns.len());
    assert!(record.cells.iter().any(|cell| cell == "850 mb"));
}

#[test]
fn old_and_new_codes_of_a_level_make_one_axis() {
    let file = StandardFile::default()
        .with(Record { ip: [850, 6, 0], ..humidity() })
        .with(Record { ip: [41_394_464, 6, 0], ..humidity() })
        .with(Record { ip: [41_744_464, 12, 0], npas: 0, ..humidity() });
    let dataset = opened(&written("levels", "file", &file));
    let humidity = variable(&dataset, "HR");
    let axis = humidity.levels.as_ref().expect("levels");
    assert_eq!((axis.kind, axis.values.as_slice()), (LevelKind::Pressure, [850.0, 500.0].as_slice()));
    assert_eq!(
        humidity.steps.iter().map(|step| step.lead).collect::<Vec<_>>(),
        [Some(LeadTime(21_600)), Some(LeadTime(0))]
    );
    assert!(humidity.field(Choice { step: 1, level: 1, ..Choice::default() }).is_none(), "no such record");
}

#[test]
fn an_analysis_beside_a_forecast_is_another_variable_of_the_run() {
    let file = StandardFile::default().with(humidity()).with(Record { typvar: "A", ..humidity() });
    let path = written("versions", "file", &file);
    let catalog = catalog::Catalog::new(&[(path.clone(), Ok(Arc::new(opened(&path))))]);
    let series: Vec<&catalog::Series> = catalog.models.iter().flat_map(|m| &m.runs).flat_map(|r| &r.series).collect();
    let ids: Vec<&str> = series.iter().map(|series| series.parameter.id.as_str()).collect();
    assert_eq!(ids, ["relative_humidity", "relative_humidity@HR/A/TEST"]);
    assert_eq!(series[1].parameter.name.fr, "Humidité relative (HR/A/TEST)");
    assert!(series.iter().all(|series| series.len() == 1));
}

#[test]
fn labels_types_and_kinds_of_level_are_kept_apart() {
    let file = StandardFile::default()
        .with(humidity())
        .with(Record { etiket: "OTHER RUN", ..humidity() })
        .with(Record { typvar: "A", ..humidity() })
        .with(Record { ip: [76_696_048, 6, 0], ..humidity() })
        .with(Record { ip: [500, 6, 9], ..humidity() })
        .with(Record { nomvar: "GZ", ..humidity() });
    let dataset = opened(&written("apart", "file", &file));
    let ids: Vec<&str> = dataset.variables.iter().map(|variable| variable.id.as_str()).collect();
    let expected = [
        "HR/P/TEST/pressure/ip3=0",
        "HR/P/OTHER RUN",
        "HR/A/TEST",
        "HR/P/TEST/height_above_ground/ip3=0",
        "HR/P/TEST/pressure/ip3=9",
        "GZ",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn a_label_that_stands_only_in_some_steps_leaves_the_other_in_one_piece() {
    let at = |npas: u32| Record { npas, ip: [500, npas / 8, 0], ..humidity() };
    let first = StandardFile::default().with(at(0));
    let both = |npas| StandardFile::default().with(at(npas)).with(Record { etiket: "OTHER", ..at(npas) });
    let last = StandardFile::default().with(Record { etiket: "OTHER", ..at(144) });
    let folder = support::folder("labels");
    let files = [("000", first), ("006", both(48)), ("012", both(96)), ("018", last)]
        .map(|(lead, file)| support::write(&folder, &format!("2025011500_{lead}"), &file.bytes()));
    let ids_and_leads = |order: &[usize]| -> Vec<(String, Vec<f64>)> {
        let open = |n: &usize| (files[*n].clone(), Ok(Arc::new(opened(&files[*n]))));
        let listed = catalog::inventory(&order.iter().map(open).collect::<Vec<_>>());
        let leads = |of: &catalog::Listed| of.steps.iter().filter_map(|s| s.lead).map(|lead| lead.hours()).collect();
        listed.iter().map(|of| (of.id.clone(), leads(of))).collect()
    };
    let both = [("HR/P/TEST".to_owned(), vec![0.0, 6.0, 12.0]), ("HR/P/OTHER".to_owned(), vec![6.0, 12.0, 18.0])];
    assert_eq!(ids_and_leads(&[0, 1, 2, 3]), both);
    let mut backwards = ids_and_leads(&[3, 2, 1, 0]);
    backwards.reverse();
    backwards.iter_mut().for_each(|(_, leads)| leads.reverse());
    assert_eq!(backwards, both, "whatever the order of the files");
    assert_eq!(ids_and_leads(&[0, 3]), [("HR".to_owned(), vec![0.0, 18.0])], "no file has two of one name");
}

#[test]
fn the_catalogue_shows_the_units_that_the_centre_writes_in() {
    let file = ["HR", "GZ", "TT", "UU", "XYZ"].into_iter();
    let file = file.fold(StandardFile::default(), |file, nomvar| file.with(Record { nomvar, ..humidity() }));
    let dataset = opened(&written("units", "file", &file));
    let shown = |id: &str| {
        let variable = variable(&dataset, id);
        let (parameter, conversion, _) = catalog::meaning(variable);
        (variable.units.clone().unwrap_or_default(), parameter.unit_label, conversion.apply(1.0))
    };
    assert_eq!(shown("GZ"), ("dam".into(), "dam".into(), 1.0));
    assert_eq!(shown("TT"), ("degC".into(), "°C".into(), 1.0));
    assert_eq!(shown("HR").1, "%");
    assert_eq!(shown("UU").0, "kt");
    assert_eq!(shown("XYZ").0, "");
}

#[test]
fn deleted_records_are_gone_and_auxiliary_ones_are_no_fields() {
    let file = StandardFile::default()
        .with(Record { deleted: true, ..humidity() })
        .with(Record { nomvar: "HY", ..humidity() })
        .with(Record { nomvar: "GZ", ..humidity() })
        .with(Record { datyp: 7, nbits: 8, nomvar: "TEXT", ..humidity() });
    let path = written("deleted", "file", &file);
    assert_eq!(source::records(&path).expect("lists").count, 3);
    let dataset = opened(&path);
    assert_eq!(dataset.variables.iter().map(|variable| variable.id.as_str()).collect::<Vec<_>>(), ["GZ"]);
}

#[test]
fn a_mask_makes_holes() {
    let mask: Vec<f32> = vec![1.0, 0.0, 1.0, 1.0, 0.0, 1.0];
    let mask = Record { typvar: "@@", ..Record::new("HR", 3, 2, &mask) };
    let file = StandardFile::default().with(mask).with(Record { typvar: "P@", ..humidity() });
    let dataset = opened(&written("mask", "file", &file));
    let values = first_field(variable(&dataset, "HR"));
    assert_eq!(values.iter().map(|value| value.is_nan()).collect::<Vec<_>>(), [false, true, false, false, true, false]);
    assert_eq!(values[5], 1.5);
}

#[test]
fn without_time_steps_the_names_lead_time_counts_where_ip2_agrees() {
    let record = || Record { deet: 0, npas: 0, date: SIX_O_CLOCK, ..humidity() };
    let file = StandardFile::default().with(record());
    let lead = |test: &str, name: &str| {
        let dataset = opened(&written(test, name, &file));
        variable(&dataset, "HR").steps[0].lead
    };
    assert_eq!(lead("named_by_lead", "2025011500_006"), Some(LeadTime(21_600)));
    assert_eq!(lead("named_otherwise", "2025011500_012"), Some(LeadTime(0)));
}

#[test]
fn records_that_differ_in_ip2_alone_do_not_hide_one_another() {
    let at = |ip2: u32| Record { deet: 0, npas: 0, ip: [500, ip2, 0], ..humidity() };
    let file = StandardFile::default().with(at(6)).with(at(12)).with(Record { nomvar: "GZ", ..at(6) });
    let dataset = opened(&written("second_number", "file", &file));
    let ids: Vec<&str> = dataset.variables.iter().map(|variable| variable.id.as_str()).collect();
    assert_eq!(ids, ["HR/P/TEST/ip2=6", "HR/P/TEST/ip2=12", "GZ"]);
}

#[test]
fn a_file_that_is_being_written_is_read_as_far_as_its_directory_goes() {
    let file = StandardFile::default().with(humidity()).unclosed();
    let dataset = opened(&written("writing", "file", &file));
    assert_eq!(first_field(variable(&dataset, "HR"))[3], 1.0);
    let [note] = dataset.notes.as_slice() else { panic!("one note: {:?}", dataset.notes) };
    assert!(note.to_string().contains("Not closed by the program that writes it"), "{note}");
}

#[test]
fn a_cut_record_costs_that_record_only() {
    let mut bytes = StandardFile::default().with(humidity()).with(Record { nomvar: "GZ", ..humidity() }).bytes();
    bytes.truncate(bytes.len() - 8);
    let path = support::write(&support::folder("cut_record"), "file", &bytes);
    let dataset = opened(&path);
    assert_eq!(dataset.variables.len(), 1);
    let notes: Vec<String> = dataset.notes.iter().map(ToString::to_string).collect();
    assert!(notes.iter().any(|note| note.contains("the first is record 1")), "{notes:?}");
    assert!(source::record_values(&path, 0).is_ok());
    assert!(source::record_values(&path, 1).is_err());
    assert!(source::record_values(&path, 2).is_err_and(|error| error.refusal == Refusal::NotFound));
}

#[test]
fn what_a_writer_appends_harms_nobody_and_what_it_rewrites_is_told() {
    let path = written("rewritten", "file", &StandardFile::default().with(humidity()));
    let dataset = opened(&path);
    let read = || variable(&dataset, "HR").field(Choice::default()).expect("a field").read_raw();
    fs::OpenOptions::new().append(true).open(&path).and_then(|mut file| file.write_all(&[0; 4096])).expect("appended");
    assert!(read().is_ok());
    let mut bytes = fs::read(&path).expect("readable");
    bytes[entry(0) + 4 * 14] ^= 1;
    // Into the same file, as a writer does.
    let file = fs::OpenOptions::new().write(true).open(&path);
    file.and_then(|mut file| file.write_all(&bytes)).expect("rewritten");
    let refusal = read().expect_err("another record stands there now").to_string();
    assert!(refusal.contains("changed since the file was opened"), "{refusal}");
}

#[test]
fn other_files_of_the_family_are_refused_by_name() {
    let folder = support::folder("refused_kinds");
    let with = |at: usize, mark: &[u8]| {
        let mut bytes = vec![0; 4096];
        bytes[at..at + mark.len()].copy_from_slice(mark);
        bytes
    };
    let kinds: [(&str, usize, &[u8], &str); 7] = [
        ("archive", 17, b"CMCARCH5", "CMCARC"),
        ("random_89", 0, &[0x55; 8], "1989"),
        ("sequential_89", 112, &[0xaa; 8], "1989"),
        ("sequential_89_fortran", 116, &[0xaa; 8], "1989"),
        ("rsf", 16, b"RSF0STDR", "RSF"),
        ("burp", 12, b"BRP0", "BURP"),
        ("sequential_98", 12, b"STDS", "sequential"),
    ];
    for (name, at, mark, word) in kinds {
        let path = support::write(&folder, name, &with(at, mark));
        let refusal = source::open(&path).expect_err("refused");
        assert_eq!(refusal.refusal, Refusal::Unsupported, "{name}");
        assert!(refusal.to_string().contains(word), "{refusal}");
        assert!(source::records(&path).is_err());
    }
}
