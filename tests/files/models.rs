//! Models of a list, each with its folder and its pattern.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use millibar::catalog::Run;
use millibar::engine::{Engine, Snapshot, Watching};
use millibar::source;
use millibar::text::Language;

use super::harness::{EVENTS, QUICK, options, runs, step, wait};
use super::support::{folder, forecast, write};

#[test]
fn models_of_the_list_are_there_without_a_header_read_and_a_mistake_is_told() {
    let folder = folder("files-models");
    let data = folder.join("data");
    fs::create_dir_all(&data).expect("a folder");
    for run in ["2026112000", "2026112012"] {
        for lead in ["000", "006"] {
            File::create(data.join(format!("{run}_{lead}"))).expect("a file");
        }
    }
    let list = "[[model]]\nname_en = \"GDPS\"\nname_fr = \"SMPG\"\nfolder = \"data\"\nfiles = \"{run}_{lead}\"\n\n\
                [[model]]\nname_en = \"broken\"\n\n[[model]]\nname_en = \"none\"\nfolder = \"nowhere\"\n";
    let list = write(&folder, "models.toml", list.as_bytes());
    let opener = |path: &Path| -> Result<_, _> { panic!("{} was read", path.display()) };
    let engine = Engine::with_opener(options(None), Arc::new(opener), || {});
    engine.open_models(list.clone());
    let snapshot = wait(&engine, "the models", |snapshot| runs(snapshot).len() == 2);
    let names: Vec<_> = snapshot.catalog.models.iter().map(|model| (&*model.name.en, &*model.name.fr)).collect();
    assert_eq!(names, [("GDPS", "SMPG"), ("none", "none")]);
    assert!(runs(&snapshot).iter().all(|run| !run.is_read() && run.unread.len() == 2));
    let told = snapshot.notes.iter().map(|note| note.tell(Language::English)).collect::<Vec<_>>();
    assert!(told.iter().any(|told| told.contains(&format!("{}, line 7", list.display()))), "{told:?}");
}

/// The models of a list and how many lead times each has, once all is read.
fn models_of(list: &str, folder: &Path, watching: Option<Watching>) -> (Engine, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let opened = count.clone();
    let opener = move |path: &Path| {
        opened.fetch_add(1, Ordering::Relaxed);
        source::open(path)
    };
    let engine = Engine::with_opener(options(watching), Arc::new(opener), || {});
    engine.open_models(write(folder, "models.toml", list.as_bytes()));
    wait(&engine, "the models", |snapshot| snapshot.models_listed && snapshot.opening.is_none());
    (engine, count)
}

fn files_of(snapshot: &Snapshot, model: &str) -> usize {
    let runs = snapshot.catalog.model(model).map_or(&[][..], |model| &model.runs);
    let of_run = |run: &Run| run.unread.len() + run.series.first().map_or(0, |series| series.slots.len());
    runs.iter().map(of_run).sum()
}

#[test]
fn a_model_without_a_file_is_told_of_by_what_is_wrong_with_it() {
    let folder = folder("files-none");
    let data = folder.join("data");
    fs::create_dir_all(folder.join("empty")).expect("a folder");
    fs::create_dir_all(&data).expect("a folder");
    for lead in [0.0, 6.0, 12.0] {
        step(&data, 0.0, lead);
    }
    let row = |name: &str, place: &str, files: &str| {
        format!("[[model]]\nname_en = \"{name}\"\nfolder = \"{place}\"\nfiles = \"{files}\"\n\n")
    };
    let list = row("Absent", "nowhere", "*.nc") + &row("Other", "data", "{run}_{lead}") + &row("New", "empty", "*.nc");
    let (engine, _) = models_of(&list, &folder, Some(QUICK));
    let told = engine.snapshot().notes.iter().map(|note| note.tell(Language::English)).collect::<Vec<_>>();
    assert_eq!(told.len(), 2, "a folder that is empty waits for its first run: {told:?}");
    let path = folder.join("nowhere").display().to_string();
    assert!(told.iter().any(|told| told.starts_with("Absent") && told.contains(&path)), "{told:?}");
    assert!(told.iter().any(|told| told.contains("(files there: 3)") && told.contains("“{run}_{lead}”")), "{told:?}");
    fs::create_dir_all(folder.join("nowhere")).expect("a folder");
    write(&folder.join("nowhere"), "a.nc", &forecast(&[0.0]).bytes());
    wait(&engine, "the folder to come", |snapshot| files_of(snapshot, "Absent") == 1);
}

#[test]
fn models_share_a_folder_and_each_lists_its_own_files_read_once() {
    let folder = folder("files-shared");
    let data = folder.join("data");
    fs::create_dir_all(&data).expect("a folder");
    for name in ["gdps", "rdps"] {
        for lead in [0.0, 6.0] {
            write(&data, &format!("{name}_2026112012_{lead:03}.nc"), &forecast(&[lead]).bytes());
        }
    }
    let row = |name: &str, files: &str| {
        format!("[[model]]\nname_en = \"{name}\"\nfolder = \"data\"\nfiles = \"{files}\"\n\n")
    };
    let list = row("G", "gdps_{run}_{lead}.nc") + &row("R", "rdps_{run}_{lead}.nc") + &row("All", "*_{run}_{lead}.nc");
    let (engine, count) = models_of(&list, &folder, Some(QUICK));
    let snapshot = engine.snapshot();
    assert_eq!(["G", "R", "All"].map(|model| files_of(&snapshot, model)), [2, 2, 4]);
    let run = snapshot.catalog.model("G").expect("listed").runs[0].reference;
    engine.read_run("G", run);
    let read = |snapshot: &Snapshot| {
        snapshot.catalog.model("G").is_some_and(|model| model.runs[0].is_read() && model.runs[0].unread.is_empty())
    };
    let snapshot = wait(&engine, "the run of one model", |snapshot| read(snapshot) && snapshot.opening.is_none());
    assert_eq!(count.load(Ordering::Relaxed), 2, "headers are read once, and of the chosen model only");
    assert!(!snapshot.catalog.model("R").expect("listed").runs[0].is_read());
    assert_eq!(snapshot.catalog.model("All").expect("listed").runs[0].unread.len(), 2);
    assert_eq!(snapshot.catalog.files.len(), 2, "a file of two models is one file");

    write(&data, "gdps_2026112012_012.nc", &forecast(&[12.0]).bytes());
    let counts = |snapshot: &Snapshot| ["G", "R", "All"].map(|model| files_of(snapshot, model));
    wait(&engine, "the step in both models", |snapshot| counts(snapshot) == [3, 2, 5]);
}

#[test]
fn a_list_that_is_written_anew_is_taken_over_and_no_header_is_read_again() {
    for (name, watching) in [("looks", QUICK), ("events", EVENTS)] {
        let folder = folder(&format!("files-list-{name}"));
        let data = folder.join("data");
        fs::create_dir_all(&data).expect("a folder");
        for lead in [0.0, 6.0] {
            step(&data, 0.0, lead);
        }
        let row = |name: &str, files: &str| {
            format!("[[model]]\nname_en = \"{name}\"\nfolder = \"data\"\nfiles = \"{files}\"\n\n")
        };
        let (engine, count) = models_of(&row("A", "{run}_{lead}"), &folder, Some(watching));
        assert_eq!(engine.snapshot().notes.len(), 1, "the pattern fits no file");
        // As editors do, at a stroke.
        let rewrite = |list: &str| {
            let written = write(&folder, "models.toml.new", list.as_bytes());
            fs::rename(written, folder.join("models.toml")).expect("it is there");
        };
        rewrite(&row("A", "gdps_{run}_{lead}.nc"));
        let snapshot = wait(&engine, "its files", |snapshot| files_of(snapshot, "A") == 2 && snapshot.notes.is_empty());
        engine.read_run("A", runs(&snapshot)[0].reference);
        wait(&engine, "their headers", |snapshot| runs(snapshot).first().is_some_and(|run| run.unread.is_empty()));
        rewrite(&(row("B", "*_{run}_{lead}.nc") + &row("C", "gdps_{run}_{lead}.nc")));
        let both = |snapshot: &Snapshot| files_of(snapshot, "B") == 2 && files_of(snapshot, "C") == 2;
        wait(&engine, "both names", |snapshot| both(snapshot) && snapshot.catalog.model("A").is_none());
        rewrite(&row("C", "gdps_{run}_{lead}.nc"));
        wait(&engine, "one of them to go", |snapshot| {
            files_of(snapshot, "C") == 2 && snapshot.catalog.models.len() == 1
        });
        assert_eq!(count.load(Ordering::Relaxed), 2);
        fs::remove_file(folder.join("models.toml")).expect("it was there");
        wait(&engine, "all to go", |snapshot| snapshot.catalog.models.is_empty());
        rewrite(&row("C", "gdps_{run}_{lead}.nc"));
        wait(&engine, "it to come back", |snapshot| files_of(snapshot, "C") == 2);
    }
}
