//! Many files: listed by their names, read run by run, followed as they come, grow and go.

#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "support/standard_file.rs"]
mod standard_file;
#[allow(dead_code, reason = "each test binary uses a part of it")]
mod support;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use millibar::catalog::{CatalogNote, Completeness, Run};
use millibar::engine::{Engine, EngineNote, Options, Picture, Request, Selection, SlotState, Snapshot, Watching};
use millibar::map::region;
use millibar::source;
use millibar::text::Language;
use millibar::time::{Calendar, LeadTime, Moment};

use standard_file::{Record, SIX_O_CLOCK, StandardFile};
use support::{Classic, folder, forecast, forecast_low, forecast_of, write};

const MILLI: Duration = Duration::from_millis(1);
/// Looks often, waits little.
const QUICK: Watching = Watching {
    every: Duration::from_millis(40),
    settle: Duration::from_millis(60),
    patience: Duration::from_secs(60),
    events: false,
};
/// By what the system tells alone.
const EVENTS: Watching = Watching { every: Duration::from_secs(3600), events: true, ..QUICK };

fn options(watching: Option<Watching>) -> Options {
    Options { threads: Some(2), memory: Some(64 << 20), watching }
}

fn wait(engine: &Engine, what: &str, until: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
    let start = Instant::now();
    loop {
        let snapshot = engine.snapshot();
        if until(&snapshot) {
            return snapshot;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "in vain: {what}: {:?}", snapshot.catalog.files);
        std::thread::sleep(MILLI);
    }
}

fn open(folder: &Path, watching: Option<Watching>) -> Engine {
    let engine = Engine::start(options(watching), || {});
    engine.open(vec![folder.to_owned()]);
    wait(&engine, "the folder", |snapshot| snapshot.opening.is_none());
    engine
}

fn request(snapshot: &Snapshot) -> Request {
    let selection = Selection::first(&snapshot.catalog).expect("something to show");
    let size = [320, 240];
    let layout = millibar::render::Layout::new(size, 1.0);
    let view = region("global").expect("bundled").view([layout.map.width, layout.map.height], 1.0, None);
    let picture = Picture {
        size,
        pixels_per_point: 1.0,
        region: "global".to_owned(),
        view,
        language: Language::English,
        interval_factor: 1.0,
    };
    Request { selection, picture, slot: 0 }
}

/// Has all frames made.
fn show(engine: &Engine) -> Arc<Snapshot> {
    engine.request(request(&engine.snapshot()));
    wait(engine, "all frames", |snapshot| snapshot.progress.of > 0 && snapshot.progress.done == snapshot.progress.of)
}

fn runs(snapshot: &Snapshot) -> &[Run] {
    snapshot.catalog.models.first().map_or(&[], |model| &model.runs)
}

fn slots(run: &Run) -> Vec<f64> {
    let series = run.series.first().map_or(&[][..], |series| &series.slots);
    series.iter().filter_map(|slot| slot.lead).map(LeadTime::hours).collect()
}

/// A step of the run that began so many hours after 2026-11-20 12Z, called as the centres do.
fn step(folder: &Path, run: f64, lead: f64) -> PathBuf {
    let hours = 20 * 24 + 12 + run as i64;
    let name = format!("gdps_202611{:02}{:02}_{lead:03}.nc", hours / 24, hours % 24);
    write(folder, &name, &forecast_of(run, &[lead]).bytes())
}

fn written(path: &Path, ago: Duration) {
    let file = File::options().write(true).open(path).expect("just written");
    file.set_modified(SystemTime::now() - ago).expect("a time can be set");
}

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn five_thousand_files_fill_the_selectors_by_their_names() {
    let folder = folder("files-many");
    for lead in 0..84 {
        step(&folder, 0.0, 3.0 * f64::from(lead));
    }
    for run in 1..60 {
        let moment = Moment::from_iso("2026-11-20T12:00:00Z", Calendar::Standard).expect("a moment");
        let run = Moment { seconds: moment.seconds - run * 43_200, ..moment }.iso().replace(['-', 'T'], "");
        for lead in 0..84 {
            File::create(folder.join(format!("gdps_{}_{:03}.nc", &run[..10], 3 * lead))).expect("a file");
        }
    }
    let count = Arc::new(AtomicUsize::new(0));
    let opened = count.clone();
    let opener = move |path: &Path| {
        opened.fetch_add(1, Ordering::Relaxed);
        source::open(path)
    };
    let engine = Engine::with_opener(options(None), Arc::new(opener), || {});
    let start = Instant::now();
    engine.open(vec![folder.clone()]);
    let snapshot = wait(&engine, "the names", |snapshot| !runs(snapshot).is_empty());
    let elapsed = start.elapsed();
    println!("5,040 names in {elapsed:?}");
    assert_eq!(runs(&snapshot).len(), 60);
    assert_eq!(snapshot.catalog.models[0].name.en, "gdps");
    assert!(elapsed < Duration::from_secs(1), "{elapsed:?}");
    wait(&engine, "the headers of one run", |snapshot| snapshot.opening.is_none());
    assert_eq!(count.load(Ordering::Relaxed), 84, "only the newest run is read");
}

#[test]
fn a_run_is_read_when_it_is_chosen() {
    let folder = folder("files-chosen");
    for run in [0.0, 12.0] {
        for lead in [0.0, 6.0, 12.0] {
            step(&folder, run, lead);
        }
    }
    let engine = open(&folder, None);
    let snapshot = engine.snapshot();
    let [newest, earlier] = runs(&snapshot) else { panic!("two runs") };
    assert!(newest.is_read() && newest.unread.is_empty());
    assert!(!earlier.is_read() && earlier.unread.len() == 3);
    assert_eq!(slots(newest), [0.0, 6.0, 12.0]);
    engine.read_run("gdps", earlier.reference);
    let snapshot = wait(&engine, "the run before", |snapshot| runs(snapshot)[1].unread.is_empty());
    assert_eq!(slots(&runs(&snapshot)[1]), [0.0, 6.0, 12.0]);
    assert!(snapshot.catalog.notes.is_empty());
}

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
    assert!(told.iter().any(|told| told.contains("(3 there)") && told.contains("«{run}_{lead}»")), "{told:?}");
    fs::create_dir_all(folder.join("nowhere")).expect("a folder");
    write(&folder.join("nowhere"), "a.nc", &forecast(&[0.0]).bytes());
    wait(&engine, "the folder to come", |snapshot| files_of(snapshot, "Absent") == 1);
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
fn a_short_run_arrives_and_an_old_short_one_is_incomplete() {
    let folder = folder("files-arriving");
    for (run, leads, ago) in [(-24.0, 2, 48), (-12.0, 4, 36), (0.0, 4, 24), (12.0, 3, 0)] {
        for lead in 0..leads {
            written(&step(&folder, run, f64::from(lead) * 6.0), HOUR * ago);
        }
    }
    let engine = open(&folder, None);
    let snapshot = engine.snapshot();
    let now = SystemTime::now();
    let states: Vec<Completeness> = runs(&snapshot).iter().map(|run| run.arrival.at(now)).collect();
    use Completeness::{Arriving, Incomplete, Whole};
    assert_eq!(states, [Arriving, Whole, Whole, Incomplete]);
    let arrival = &runs(&snapshot)[0].arrival;
    assert_eq!((arrival.leads, arrival.usual), (Some(3), Some(4)));
    let missing: Vec<f64> = arrival.missing.iter().filter_map(|time| time.lead).map(LeadTime::hours).collect();
    assert_eq!(missing, [18.0]);
    assert_eq!(runs(&snapshot)[0].arrival.at(now + 24 * HOUR), Incomplete, "nobody waits for ever");
}

/// While a run lands its steps join the loop, and what was drawn stays; a new run is listed and not read.
fn lands(name: &str, watching: Watching) {
    let folder = folder(name);
    step(&folder, 0.0, 0.0);
    step(&folder, 0.0, 12.0);
    let engine = open(&folder, Some(watching));
    show(&engine);
    let before: Vec<_> = [0, 1].map(|slot| engine.frame(slot).expect("drawn")).into();

    step(&folder, 0.0, 6.0);
    let snapshot = wait(&engine, "the step between", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 6.0, 12.0]);
    engine.request(request(&snapshot));
    let drawn = wait(&engine, "the new frame", |snapshot| snapshot.slots == vec![SlotState::Ready; 3]);
    assert_eq!(drawn.progress.of, 3);
    let after = [0, 2].map(|slot| engine.frame(slot).expect("drawn"));
    assert!(before.iter().zip(&after).all(|(a, b)| Arc::ptr_eq(a, b)), "what was drawn is not drawn again");

    step(&folder, 12.0, 0.0);
    let snapshot = wait(&engine, "the new run", |snapshot| runs(snapshot).len() == 2);
    assert!(!runs(&snapshot)[0].is_read(), "it is offered by its name");
    assert_eq!(snapshot.generation, drawn.generation, "what is shown is the owner's to choose");
    assert_eq!(snapshot.catalog.refused().count(), 0);
}

#[test]
fn a_run_lands_where_the_system_tells_nothing() {
    lands("files-lands-polled", QUICK);
}

#[test]
fn a_run_lands_as_the_system_tells() {
    lands("files-lands-told", EVENTS);
}

#[test]
fn files_come_under_the_names_of_a_transfer_and_folders_come_whole() {
    let folder = folder("files-transfer");
    let data = folder.join("prévisions d’été");
    fs::create_dir_all(&data).expect("a folder");
    step(&data, 0.0, 0.0);
    let engine = open(&data, Some(EVENTS));
    let bytes = |lead: f64| forecast(&[lead]).bytes();
    // As rsync does, and as browsers and `mv` do.
    for (lead, name) in [(6.0, ".gdps_2026112012_006.nc.x7Yq"), (12.0, "gdps_2026112012_012.nc.part")] {
        let whole = bytes(lead);
        let temporary = write(&data, name, &whole[..whole.len() / 2]);
        std::thread::sleep(150 * MILLI);
        fs::write(&temporary, &whole).expect("writable");
        fs::rename(&temporary, data.join(format!("gdps_2026112012_{lead:03}.nc"))).expect("renamed");
    }
    wait(&engine, "both steps", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 6.0, 12.0]);
    // A folder beside the others, with a file in it by the time that anybody looks.
    fs::create_dir_all(folder.join("18")).expect("a folder");
    step(&folder.join("18"), 0.0, 18.0);
    fs::rename(folder.join("18"), data.join("18")).expect("renamed");
    wait(&engine, "the folder", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 6.0, 12.0, 18.0]);
    fs::remove_dir_all(data.join("18")).expect("removed");
    let snapshot = wait(&engine, "the folder to go", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 6.0, 12.0]);
    assert_eq!(snapshot.catalog.refused().count(), 0);
}

#[test]
fn versions_of_a_parameter_are_the_same_series_in_whatever_order_the_files_hold_them() {
    let folder = folder("files-versions");
    let of = |lead: f64, names: &[&str]| {
        let humidity = |name: &str| if name == "hr_a" { 0.5 } else { 0.7 };
        let run = [("standard_name", "forecast_reference_time"), ("units", "hours since 2026-11-20 12:00:00")];
        let file = Classic::default()
            .dimension("lat", 2)
            .dimension("lon", 3)
            .variable("reftime", &[], &run, vec![0.0])
            .variable("lead", &[], &[("standard_name", "forecast_period"), ("units", "hours")], vec![lead])
            .variable("lat", &["lat"], &[("units", "degrees_north")], vec![50.0, 40.0])
            .variable("lon", &["lon"], &[("units", "degrees_east")], vec![-90.0, -80.0, -70.0]);
        let attributes = [("standard_name", "relative_humidity"), ("units", "1"), ("coordinates", "reftime lead")];
        names.iter().fold(file, |file, name| file.variable(name, &["lat", "lon"], &attributes, vec![humidity(name); 6]))
    };
    write(&folder, "m_2026112012_000.nc", &of(0.0, &["hr_b"]).bytes());
    write(&folder, "m_2026112012_006.nc", &of(6.0, &["hr_a", "hr_b"]).bytes());
    write(&folder, "m_2026112012_012.nc", &of(12.0, &["hr_b", "hr_a"]).bytes());
    let engine = open(&folder, None);
    let snapshot = engine.snapshot();
    let series = &runs(&snapshot)[0].series;
    assert_eq!(series.len(), 2);
    for (id, value, count) in [("relative_humidity", 0.5, 2), ("relative_humidity@hr_b", 0.7, 3)] {
        let series = series.iter().find(|series| series.parameter.id == id).expect(id);
        assert_eq!(series.slots.len(), count);
        for (_, _, recipe) in series.recipes() {
            let raw = recipe.ingredients[0].field.read_raw().expect("readable");
            assert!(raw.iter().all(|read| *read == value), "{raw}");
        }
    }
}

#[test]
fn a_file_that_is_being_written_joins_when_it_is_whole() {
    let folder = folder("files-grows");
    step(&folder, 0.0, 0.0);
    let engine = open(&folder, Some(QUICK));
    let whole = forecast(&[6.0]).bytes();
    let path = write(&folder, "gdps_2026112012_006.nc", &whole[..whole.len() / 2]);
    std::thread::sleep(400 * MILLI);
    let snapshot = engine.snapshot();
    assert_eq!(snapshot.catalog.refused().count(), 0, "a file that grows is not broken");
    assert_eq!(slots(&runs(&snapshot)[0]), [0.0]);
    fs::write(&path, &whole).expect("writable");
    wait(&engine, "the whole file", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 6.0]);
    let cut = write(&folder, "gdps_2026112012_012.nc", &forecast(&[12.0]).bytes()[..200]);
    written(&cut, HOUR);
    let snapshot = wait(&engine, "the broken file", |snapshot| snapshot.catalog.refused().count() == 1);
    assert_eq!(slots(&runs(&snapshot)[0]), [0.0, 6.0], "one that grows no longer is told of");
}

#[test]
fn a_file_that_is_gone_leaves_its_steps_missing_and_one_written_anew_is_read_anew() {
    let folder = folder("files-changes");
    let paths = [0.0, 6.0, 12.0].map(|lead| step(&folder, 0.0, lead));
    let engine = open(&folder, Some(QUICK));
    show(&engine);
    let before = [0, 1].map(|slot| engine.frame(slot).expect("drawn"));

    fs::remove_file(&paths[2]).expect("it was there");
    let snapshot = wait(&engine, "the step to go", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 6.0]);
    let missing: Vec<_> = runs(&snapshot)[0].arrival.missing.iter().filter_map(|time| time.lead).collect();
    assert_eq!(missing, [LeadTime(12 * 3600)]);
    assert_eq!(snapshot.catalog.refused().count(), 0);

    // The same step with other values, which lie two rows further north.
    fs::write(&paths[1], support::forecast_moved(&[6.0]).bytes()).expect("writable");
    wait(&engine, "the file to be read anew", |snapshot| {
        snapshot.opening.is_none() && snapshot.catalog.models.len() == 2
    });
    fs::write(&paths[1], forecast(&[6.0]).bytes()).expect("writable");
    let snapshot = wait(&engine, "the old values again", |snapshot| {
        snapshot.opening.is_none() && snapshot.catalog.models.len() == 1
    });
    engine.request(request(&snapshot));
    wait(&engine, "the frames", |snapshot| snapshot.slots == vec![SlotState::Ready; 2]);
    let after = [0, 1].map(|slot| engine.frame(slot).expect("drawn"));
    assert!(Arc::ptr_eq(&before[0], &after[0]), "an untouched step stays as it is");
    assert!(!Arc::ptr_eq(&before[1], &after[1]));
    step(&folder, 0.0, 12.0);
    let snapshot = wait(&engine, "the step that came back", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 6.0, 12.0]);
    assert!(runs(&snapshot)[0].arrival.missing.is_empty());
}

#[test]
fn a_step_whose_file_is_refused_is_told_of_and_leaves_a_gap() {
    let folder = folder("files-refused");
    let paths = [0.0, 6.0, 12.0, 18.0].map(|lead| step(&folder, 0.0, lead));
    written(&write(&folder, "notes.dat", b"<html>what stands beside</html>"), HOUR);
    let engine = open(&folder, Some(QUICK));
    let whole = forecast(&[6.0]).bytes();
    let page = b"<!DOCTYPE html><html>503 Service Unavailable</html>".to_vec();
    for bytes in [page, Vec::new(), whole[..whole.len() / 4].to_vec()] {
        fs::write(&paths[1], &bytes).expect("writable");
        written(&paths[1], HOUR);
        let snapshot = wait(&engine, "the refusal", |snapshot| {
            snapshot.catalog.refused().any(|error| error.path == paths[1]) && snapshot.opening.is_none()
        });
        assert_eq!(snapshot.catalog.refused().count(), 1, "what is no step is passed over");
        assert_eq!(slots(&runs(&snapshot)[0]), [0.0, 12.0, 18.0]);
        let missing: Vec<f64> =
            runs(&snapshot)[0].arrival.missing.iter().filter_map(|time| time.lead).map(LeadTime::hours).collect();
        assert_eq!(missing, [6.0], "{} bytes", bytes.len());
        fs::write(&paths[1], &whole).expect("writable");
        let snapshot = wait(&engine, "the step again", |snapshot| slots(&runs(snapshot)[0]).len() == 4);
        assert_eq!(snapshot.catalog.refused().count(), 0);
        assert!(runs(&snapshot)[0].arrival.missing.is_empty());
    }
    fs::write(&paths[1], b"<html></html>").expect("writable");
    written(&paths[1], HOUR);
    let snapshot = open(&folder, None).snapshot();
    assert_eq!((snapshot.catalog.refused().count(), runs(&snapshot)[0].arrival.missing.len()), (1, 1));
}

/// An RPN standard file with so many steps, six hours from one to the next, which its writer has closed or not.
fn steps_of_one_file(count: u32, closed: bool) -> Vec<u8> {
    let record = |n: u32| {
        // Dates are packed in units of four seconds, the last digit in three bits.
        let date = SIX_O_CLOCK + n * (6 * 3600 / 4 / 10 * 8);
        let values = [540.0, 546.0, 552.0, 534.0, 540.0, 546.0];
        let record = Record::new("GZ", 3, 2, &values).on_grid(b'L', [2000, 2000, 13_000, 22_000]);
        Record { ip: [500, 6 * (n + 1), 0], npas: 48 * (n + 1), date, ..record }
    };
    let file = (0..count).fold(StandardFile::default(), |file, n| file.with(record(n)));
    if closed { file.bytes() } else { file.unclosed().bytes() }
}

#[test]
fn of_a_file_that_grows_by_its_steps_those_that_are_there_are_shown() {
    let folder = folder("files-one-grows");
    let file = write(&folder, "one.fst", &steps_of_one_file(2, true));
    let all = [6.0, 12.0, 18.0, 24.0, 30.0];
    // Named by itself, or found in its folder.
    for opened in [&file, &folder] {
        in_place(&file, &steps_of_one_file(2, opened == &file));
        let engine = open(opened, Some(QUICK));
        assert_eq!(slots(&runs(&engine.snapshot())[0]), all[..2]);
        for count in [3, 4] {
            in_place(&file, &steps_of_one_file(count, false));
            let count = count as usize;
            let snapshot = wait(&engine, "the next step", |snapshot| {
                slots(&runs(snapshot)[0]) == all[..count] && snapshot.opening.is_none()
            });
            assert!(snapshot.catalog.arriving.contains(&file), "more may come");
            assert!(snapshot.catalog.files.iter().all(|report| report.outcome.as_ref().is_ok_and(Vec::is_empty)));
            assert_eq!(show(&engine).slots, vec![SlotState::Ready; count]);
        }
        in_place(&file, &steps_of_one_file(1, false));
        std::thread::sleep(300 * MILLI);
        assert_eq!(slots(&runs(&engine.snapshot())[0]), all[..4], "written anew it is what it was until there is more");
        in_place(&file, &steps_of_one_file(5, true));
        let snapshot = wait(&engine, "the whole file", |snapshot| {
            slots(&runs(snapshot)[0]) == all && snapshot.catalog.arriving.is_empty()
        });
        assert_eq!(show(&engine).slots.len(), 5);
        assert_eq!(snapshot.catalog.refused().count(), 0);
    }
}

/// Opens a file in place as `cp` does: the same file, emptied, then filled.
fn in_place(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("writable");
}

#[test]
fn a_file_that_is_written_anew_keeps_its_steps_and_their_pictures_until_it_is_whole() {
    for (name, of_one) in [("one", true), ("many", false)] {
        let folder = folder(&format!("files-anew-{name}"));
        let leads = [0.0, 6.0, 12.0];
        let files: Vec<PathBuf> = match of_one {
            true => leads.map(|lead| step(&folder, 0.0, lead)).into(),
            false => vec![write(&folder, "forecast.nc", &forecast(&leads).bytes())],
        };
        let target = if of_one { files[1].clone() } else { files[0].clone() };
        let engine = Engine::start(options(Some(QUICK)), || {});
        engine.open(if of_one { vec![folder.clone()] } else { files });
        wait(&engine, "the files", |snapshot| snapshot.opening.is_none());
        show(&engine);
        let before: Vec<_> = (0..3).map(|slot| engine.frame(slot).expect("drawn")).collect();

        let whole = if of_one { forecast_low(&[6.0]) } else { forecast_low(&leads) }.bytes();
        for part in [0, 100, whole.len() / 2, whole.len() - 40] {
            in_place(&target, &whole[..part]);
            let snapshot = wait(&engine, "the stir", |snapshot| snapshot.catalog.arriving.contains(&target));
            std::thread::sleep(200 * MILLI);
            assert_eq!(slots(&runs(&snapshot)[0]), leads, "the steps keep their places");
            let now = engine.snapshot();
            assert_eq!(slots(&runs(&now)[0]), leads, "{part} bytes");
            assert_eq!(now.catalog.refused().count(), 0, "what is being written is not broken");
            assert!(runs(&now)[0].arrival.missing.is_empty());
            engine.request(request(&now));
            let shown = wait(&engine, "the old frames", |snapshot| snapshot.slots == vec![SlotState::Ready; 3]);
            assert_eq!(shown.plan.arriving.len(), if of_one { 1 } else { 3 });
            assert!((0..3).all(|slot| Arc::ptr_eq(&before[slot], &engine.frame(slot).expect("drawn"))));
        }
        // What was not drawn before cannot be now, and that is no failure.
        let mut other = request(&engine.snapshot());
        other.selection.level = Some(millibar::field::Level::hpa(850.0));
        engine.request(other);
        wait(&engine, "all that can be read", |snapshot| snapshot.progress.done == 3);
        let states = engine.snapshot().slots.clone();
        assert!(states.iter().all(|state| matches!(state, SlotState::Ready | SlotState::Waiting)), "{states:?}");
        // The level beside may have been read ahead for the step on screen.
        assert_eq!(states[1], SlotState::Waiting);

        in_place(&target, &whole);
        let snapshot = wait(&engine, "the whole file", |snapshot| {
            snapshot.catalog.arriving.is_empty() && snapshot.opening.is_none()
        });
        assert_eq!(slots(&runs(&snapshot)[0]), leads);
        show(&engine);
        for (slot, before) in before.iter().enumerate() {
            let renewed = !of_one || slot == 1;
            let now = engine.frame(slot).expect("drawn");
            assert_eq!(now.pixels != before.pixels, renewed, "slot {slot} of {name}");
        }
    }
}

#[test]
fn a_file_that_is_removed_and_put_back_at_once_was_never_gone() {
    let folder = folder("files-back");
    let paths = [0.0, 6.0, 12.0].map(|lead| step(&folder, 0.0, lead));
    let patient = Watching { settle: 400 * MILLI, ..QUICK };
    let engine = open(&folder, Some(patient));
    fs::remove_file(&paths[1]).expect("it was there");
    let start = Instant::now();
    while start.elapsed() < 200 * MILLI {
        assert_eq!(slots(&runs(&engine.snapshot())[0]), [0.0, 6.0, 12.0]);
        std::thread::sleep(5 * MILLI);
    }
    write(&folder, "gdps_2026112012_006.nc", &forecast_low(&[6.0]).bytes());
    let start = Instant::now();
    while start.elapsed() < 800 * MILLI {
        assert_eq!(slots(&runs(&engine.snapshot())[0]), [0.0, 6.0, 12.0]);
        std::thread::sleep(5 * MILLI);
    }
    fs::remove_file(&paths[1]).expect("it was there");
    wait(&engine, "the step to go", |snapshot| slots(&runs(snapshot)[0]) == [0.0, 12.0]);
}

#[test]
fn whatever_happens_to_the_files_in_the_end_the_steps_are_those_on_the_disk() {
    for (name, watching) in [("polled", QUICK), ("told", Watching { every: 200 * MILLI, ..EVENTS })] {
        let folder = folder(&format!("files-anything-{name}"));
        let path = |lead: usize| folder.join(format!("gdps_2026112012_{:03}.nc", 6 * lead));
        let whole = |lead: usize| forecast(&[6.0 * lead as f64]).bytes();
        (0..8).for_each(|lead| fs::write(path(lead), whole(lead)).expect("writable"));
        let engine = open(&folder, Some(watching));
        show(&engine);
        // Numerical Recipes' linear congruence: any order will do, the same each time.
        let mut seed = 20_261_120_u32;
        let mut any = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % below
        };
        for _ in 0..80 {
            let lead = any(8) as usize;
            let (path, whole) = (path(lead), whole(lead));
            let half = &whole[..whole.len() / 2];
            // Some of these fail where there is no file, as they would for anybody.
            let _ = match any(8) {
                0 => fs::write(&path, &whole),
                1 => fs::write(&path, half),
                2 => File::create(&path).map(drop),
                3 => fs::remove_file(&path),
                4 => fs::write(path.with_extension("part"), &whole)
                    .and_then(|()| fs::rename(path.with_extension("part"), &path)),
                5 => {
                    File::options().write(true).open(&path).and_then(|file| file.set_modified(SystemTime::now() + HOUR))
                }
                6 => File::options()
                    .write(true)
                    .open(&path)
                    .and_then(|file| file.set_modified(SystemTime::now() - 5 * HOUR)),
                _ => fs::rename(&path, path.with_extension("old"))
                    .and_then(|()| fs::rename(path.with_extension("old"), &path)),
            };
            std::thread::sleep(any(40) * MILLI);
            let snapshot = engine.snapshot();
            if Selection::first(&snapshot.catalog).is_some() {
                engine.request(request(&snapshot));
            }
        }
        for lead in 0..8 {
            if lead % 3 == 0 {
                let _ = fs::remove_file(path(lead));
            } else {
                fs::write(path(lead), whole(lead)).expect("writable");
            }
        }
        let there = [6.0, 12.0, 24.0, 30.0, 42.0];
        let snapshot = wait(&engine, "what is on the disk", |snapshot| {
            !runs(snapshot).is_empty() && slots(&runs(snapshot)[0]) == there && snapshot.catalog.arriving.is_empty()
        });
        engine.request(request(&snapshot));
        wait(&engine, "all frames", |snapshot| snapshot.slots == vec![SlotState::Ready; there.len()]);
        wait(&engine, "nothing to complain of", |snapshot| snapshot.catalog.refused().count() == 0);
    }
}

#[test]
fn two_files_with_the_same_field_are_told_of_where_their_values_differ() {
    for (name, other, told) in [("equal", forecast(&[6.0]).bytes(), false), ("unlike", unlike(), true)] {
        let folder = folder(&format!("files-double-{name}"));
        let [a, b] = ["a", "b"].map(|name| folder.join(name));
        for below in [&a, &b] {
            fs::create_dir_all(below).expect("a folder");
        }
        let old = write(&a, "gdps.nc", &forecast(&[6.0]).bytes());
        written(&old, HOUR);
        let new = write(&b, "gdps.nc", &other);
        let engine = Engine::start(options(None), || {});
        engine.open(vec![old.clone(), new.clone()]);
        wait(&engine, "the files", |snapshot| snapshot.opening.is_none());
        let snapshot = engine.snapshot();
        assert_eq!(snapshot.catalog.doubles.len(), 4, "two variables on two levels");
        show(&engine);
        let note = EngineNote::SameField { shown: new, hidden: old };
        if told {
            wait(&engine, "the note", |snapshot| snapshot.notes.contains(&note));
        }
        std::thread::sleep(200 * MILLI);
        assert_eq!(engine.snapshot().notes, if told { vec![note] } else { Vec::new() });
    }
}

/// The forecast of +6 h with another height at its first point on 500 hPa.
fn unlike() -> Vec<u8> {
    let mut bytes = forecast(&[6.0]).bytes();
    let height = 2 * support::LATITUDES.len() * support::LONGITUDES.len() * size_of::<f64>();
    let at = bytes.len() - height;
    bytes[at..at + 8].copy_from_slice(&5000.0_f64.to_be_bytes());
    bytes
}

#[test]
fn a_name_speaks_where_the_header_is_silent_and_yields_where_it_is_not() {
    let folder = folder("files-silent");
    let silent = Classic::default()
        .dimension("lat", 2)
        .dimension("lon", 3)
        .variable("lat", &["lat"], &[("units", "degrees_north")], vec![50.0, 40.0])
        .variable("lon", &["lon"], &[("units", "degrees_east")], vec![-90.0, -80.0, -70.0])
        .variable("t", &["lat", "lon"], &[("units", "K")], vec![280.0; 6]);
    write(&folder, "gdps_2026112012_024.nc", &silent.bytes());
    let engine = open(&folder, None);
    let snapshot = engine.snapshot();
    let run = &runs(&snapshot)[0];
    assert_eq!(run.reference.map(|run| run.0.iso()).as_deref(), Some("2026-11-20T12:00:00Z"));
    assert_eq!(slots(run), [24.0]);
    assert_eq!(run.series[0].slots[0].valid.map(|valid| valid.0.iso()).as_deref(), Some("2026-11-21T12:00:00Z"));

    let path = write(&folder, "other_2026112000_006.nc", &forecast(&[6.0]).bytes());
    let engine = Engine::start(options(None), || {});
    engine.open(vec![path.clone()]);
    let snapshot = wait(&engine, "the file", |snapshot| snapshot.opening.is_none());
    assert_eq!(runs(&snapshot)[0].reference.map(|run| run.0.iso()).as_deref(), Some("2026-11-20T12:00:00Z"));
    let [CatalogNote::NameDisagrees { path: told, named, found }] = &snapshot.catalog.notes[..] else {
        panic!("{:?}", snapshot.catalog.notes)
    };
    assert_eq!((told, &**named, &**found), (&path, "2026-11-20 00Z +006 h", "2026-11-20 12Z +006 h"));
}
