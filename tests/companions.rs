//! Fields whose positions stand in another file: found beside them or among the files opened with them, never by chance.

#[allow(dead_code, reason = "each test binary uses a part of it")]
mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use millibar::catalog::Catalog;
use millibar::engine::{Engine, Options, Snapshot, Watching};
use millibar::grid::{Geometry, Window};
use millibar::source::{Choice, Dataset, Stop, Variable, open, open_among};
use millibar::text::Language;
use support::{Classic, folder, write};

/// Cells of the mesh of the tests: a ring around the Earth and its poles.
const CELLS: usize = 14;

/// Degrees: two poles and two rows of six.
fn cells() -> [Vec<f64>; 2] {
    let place = |n: usize| match n {
        0 => (90.0, 0.0),
        13 => (-90.0, 0.0),
        _ => (if n % 2 == 1 { 30.0 } else { -30.0 }, 30.0 * n as f64),
    };
    [(0..CELLS).map(|n| place(n).0).collect(), (0..CELLS).map(|n| place(n).1).collect()]
}

fn radians([lat, lon]: [Vec<f64>; 2]) -> [Vec<f64>; 2] {
    [lat, lon].map(|axis| axis.into_iter().map(f64::to_radians).collect())
}

fn counted(count: usize) -> Vec<f64> {
    (0..count).map(|n| n as f64).collect()
}

/// As MPAS writes its diagnostics: the time as text, no positions.
fn diagnostics() -> Classic {
    Classic::default()
        .dimension("Time", 2)
        .dimension("StrLen", 64)
        .dimension("nCells", CELLS)
        .texts("xtime", &["Time", "StrLen"], &["2010-10-23_06:00:00", "2010-10-23_12:00:00"])
        .texts("initial_time", &["StrLen"], &["2010-10-23_00:00:00"])
        .variable("t2m", &["Time", "nCells"], &[("units", "K")], counted(2 * CELLS))
}

/// As MPAS's static files: radians, without a word about it.
fn mesh([lat, lon]: [Vec<f64>; 2]) -> Classic {
    Classic::default().dimension("nCells", lat.len()).variable("latCell", &["nCells"], &[], lat).variable(
        "lonCell",
        &["nCells"],
        &[],
        lon,
    )
}

fn opened(path: &Path, others: &[PathBuf]) -> Dataset {
    open_among(path, others).unwrap_or_else(|error| panic!("{error}"))
}

fn find<'a>(dataset: &'a Dataset, id: &str) -> &'a Variable {
    dataset.variables.iter().find(|variable| variable.id == id).unwrap_or_else(|| panic!("{id} is listed"))
}

fn told(dataset: &Dataset) -> String {
    dataset.notes.iter().map(|note| note.tell(Language::English)).collect::<Vec<_>>().join("; ")
}

#[track_caller]
fn stands_at(variable: &Variable, (j, i): (usize, usize), (lon, lat): (f64, f64)) {
    let found = variable.grid.position(j, i).unwrap_or_else(|| panic!("{} has places", variable.id));
    assert!((found.0 - lon).abs() < 1e-9 && (found.1 - lat).abs() < 1e-9, "{}: {found:?}", variable.id);
}

#[test]
fn cells_of_mpas_are_placed_by_the_static_file_in_the_same_folder() {
    let folder = folder("companions-mpas");
    let path = write(&folder, "diag.2010-10-23_06.00.00.nc", &diagnostics().bytes());
    let alone = opened(&path, &[]);
    assert!(alone.unplaced && find(&alone, "t2m").grid.geometry == Geometry::Unplaced);
    let words = told(&alone);
    assert!(words.contains("latCell, lonCell along nCells (14)") && words.contains("static"), "{words}");

    let mesh = write(&folder, "x1.14.static.nc", &mesh(radians(cells())).bytes());
    let placed = opened(&path, &[]);
    assert!(!placed.unplaced && placed.notes.is_empty(), "{}", told(&placed));
    assert_eq!(placed.companions, [mesh]);
    let t2m = find(&placed, "t2m");
    stands_at(t2m, (0, 7), (-150.0, 30.0));
    let leads: Vec<f64> = t2m.steps.iter().filter_map(|step| step.lead.map(|lead| lead.hours())).collect();
    assert_eq!(leads, [6.0, 12.0]);
    let field = t2m.field(Choice { step: 1, ..Choice::default() }).expect("there").read_raw().expect("readable");
    assert_eq!(field[[0, 7]], 21.0);
    let again = opened(&path, &[]);
    assert!(Arc::ptr_eq(&t2m.grid, &find(&again, "t2m").grid), "the files of a run share their grid");
}

#[test]
fn as_many_points_along_another_dimension_are_not_enough() {
    let folder = folder("companions-length");
    let path = write(&folder, "diag.2010-10-23_06.00.00.nc", &diagnostics().bytes());
    let [lat, lon] = radians(cells());
    let other = Classic::default()
        .dimension("nVertices", CELLS)
        .variable("latVertex", &["nVertices"], &[], lat)
        .variable("lonVertex", &["nVertices"], &[], lon);
    write(&folder, "other.static.nc", &other.bytes());
    assert!(opened(&path, &[]).unplaced);
}

#[test]
fn of_two_meshes_that_fit_and_differ_none_is_taken_unless_one_is_opened_with_the_fields() {
    let folder = folder("companions-two");
    let path = write(&folder, "diag.2010-10-23_06.00.00.nc", &diagnostics().bytes());
    write(&folder, "a.static.nc", &mesh(radians(cells())).bytes());
    let [lat, lon] = cells();
    let turned = mesh(radians([lat, lon.into_iter().map(|lon| lon + 10.0).collect()]));
    let second = write(&folder, "b.static.nc", &turned.bytes());
    let both = opened(&path, &[]);
    let words = told(&both);
    assert!(both.unplaced && words.contains("a.static.nc") && words.contains("b.static.nc"), "{words}");
    let chosen = opened(&path, &[path.clone(), second]);
    assert!(!chosen.unplaced, "{}", told(&chosen));
    stands_at(find(&chosen, "t2m"), (0, 1), (40.0, 30.0));
    write(&folder, "b.static.nc", &mesh(radians(cells())).bytes());
    assert!(!opened(&path, &[]).unplaced, "alike, they do not contradict each other");
}

const UUID: &str = "6292539a-bdb5-11e4-b235-8b2b080f8c13";

/// As ICON and CDO write it.
fn icon(uuid: &str) -> Classic {
    let attributes = [("units", "K"), ("coordinates", "clat clon"), ("CDI_grid_type", "unstructured")];
    Classic::default().attribute("uuidOfHGrid", uuid).dimension("ncells", CELLS).variable(
        "t_2m",
        &["ncells"],
        &attributes,
        counted(CELLS),
    )
}

fn icon_grid(uuid: &str) -> Classic {
    let [lat, lon] = radians(cells());
    let radian = [("units", "radian"), ("standard_name", "grid_latitude")];
    Classic::default()
        .attribute("uuidOfHGrid", uuid)
        .dimension("cell", CELLS)
        .variable("clat", &["cell"], &radian, lat)
        .variable("clon", &["cell"], &[("units", "radian"), ("standard_name", "grid_longitude")], lon)
}

#[test]
fn an_icon_grid_is_known_by_its_mark_and_another_one_is_refused_with_words() {
    let folder = folder("companions-icon");
    let path = write(&folder, "icon_out.nc", &icon(UUID).bytes());
    let other = write(&folder, "icon_grid_0001.nc", &icon_grid("00000000-bdb5-11e4-b235-8b2b080f8c13").bytes());
    let refused = opened(&path, &[]);
    let words = told(&refused);
    assert!(refused.unplaced && words.contains("icon_grid_0001.nc") && words.contains("identifier"), "{words}");
    let own = write(&folder, "zz.nc", &icon_grid(UUID).bytes());
    let placed = opened(&path, &[other]);
    assert!(!placed.unplaced, "{}", told(&placed));
    assert_eq!(placed.companions, [own]);
    stands_at(find(&placed, "t_2m"), (0, 2), (60.0, -30.0));
}

#[test]
fn winds_of_nemo_stand_on_their_own_points_of_the_mesh() {
    let folder = folder("companions-nemo");
    let plane = |by: f64, across: bool| -> Vec<f64> {
        let at = |n: usize| if across { (n % 4) as f64 + 0.1 * (n / 4) as f64 } else { (n / 4) as f64 };
        (0..12).map(|n| by + at(n)).collect()
    };
    let size = |classic: Classic| classic.dimension("t", 1).dimension("y", 3).dimension("x", 4);
    let mut mesh = size(Classic::default());
    for (points, by) in [("t", 0.0), ("u", 0.5)] {
        mesh = mesh.variable(&format!("gphi{points}"), &["t", "y", "x"], &[], plane(40.0, false)).variable(
            &format!("glam{points}"),
            &["t", "y", "x"],
            &[],
            plane(-30.0 + by, true),
        );
    }
    write(&folder, "mesh_mask.nc", &mesh.bytes());
    let coordinates = [("coordinates", "nav_lat nav_lon"), ("units", "m/s")];
    let output = size(Classic::default())
        .dimension("depthu", 1)
        .variable("vozocrtx", &["t", "depthu", "y", "x"], &coordinates, counted(12))
        .variable("sozotaux", &["t", "y", "x"], &coordinates, counted(12));
    for (name, lon) in [("run_grid_U.nc", -28.4), ("run_grid_T.nc", -28.9)] {
        let dataset = opened(&write(&folder, name, &output.bytes()), &[]);
        assert!(!dataset.unplaced, "{}", told(&dataset));
        stands_at(find(&dataset, "vozocrtx"), (1, 1), (-28.4, 41.0));
        stands_at(find(&dataset, "sozotaux"), (1, 1), (lon, 41.0));
    }
}

#[test]
fn the_sides_of_a_cube_are_read_as_one_row_of_points() {
    let folder = folder("companions-cube");
    let sides = ["nf", "Ydim", "Xdim"];
    let plane = |first: f64, step: f64| (0..24).map(|n| first + step * f64::from(n)).collect::<Vec<f64>>();
    let file = Classic::default()
        .dimension("lev", 2)
        .dimension("nf", 6)
        .dimension("Ydim", 2)
        .dimension("Xdim", 2)
        .variable("lons", &sides, &[("units", "degrees_east")], plane(0.0, 15.0))
        .variable("lats", &sides, &[("units", "degrees_north")], plane(-60.0, 5.0))
        .variable("T", &["lev", "nf", "Ydim", "Xdim"], &[("coordinates", "lons lats")], counted(48));
    let dataset = opened(&write(&folder, "cube.nc", &file.bytes()), &[]);
    let variable = find(&dataset, "T");
    assert_eq!((variable.grid.ny, variable.grid.nx), (1, 24));
    assert_eq!((variable.dims[0].name.as_str(), variable.dims[0].size), ("lev", 2));
    stands_at(variable, (0, 13), (-165.0, 5.0));
    let upper = Choice { dims: vec![1], ..Choice::default() };
    let field = variable.field(upper.clone()).expect("there");
    assert_eq!(field.read_raw().expect("readable").row(0).to_vec(), (24..48).map(f64::from).collect::<Vec<_>>());
    let window = Window { j0: 0, i0: 6, ny: 1, nx: 5 };
    let seen = std::sync::Mutex::new(Vec::new());
    field.reader.read_windows(field.variable, &[&upper, &Choice::default()], window, &Stop::default(), &|n, values| {
        seen.lock().expect("no panic").push((n, values.expect("readable").row(0).to_vec()));
    });
    let mut seen = seen.into_inner().expect("no panic");
    seen.sort_by_key(|(n, _)| *n);
    assert_eq!(seen, [(0, vec![30.0, 31.0, 32.0, 33.0, 34.0]), (1, vec![6.0, 7.0, 8.0, 9.0, 10.0])]);
}

#[test]
fn what_a_mesh_is_made_of_is_no_model_beside_the_fields_that_stand_on_it() {
    let folder = folder("companions-shown");
    let path = write(&folder, "diag.2010-10-23_06.00.00.nc", &diagnostics().bytes());
    let with_areas = mesh(radians(cells())).variable("areaCell", &["nCells"], &[], counted(CELLS));
    let mesh = write(&folder, "x1.14.static.nc", &with_areas.bytes());
    let catalog = |paths: &[&PathBuf]| {
        let opened = paths.iter().map(|path| ((*path).clone(), open(path).map(Arc::new)));
        Catalog::new(&opened.collect::<Vec<_>>())
    };
    let both = catalog(&[&path, &mesh]);
    assert_eq!(both.models.len(), 1, "{:?}", both.models);
    assert_eq!(both.refused().count(), 0);
    assert_eq!(catalog(&[&mesh]).models.len(), 1, "alone it shows what it has");
}

const QUICK: Watching = Watching {
    every: Duration::from_millis(40),
    settle: Duration::from_millis(60),
    patience: Duration::from_secs(60),
    events: false,
};

fn wait(engine: &Engine, until: impl Fn(&Snapshot) -> bool) {
    let start = Instant::now();
    while !until(&engine.snapshot()) {
        assert!(start.elapsed() < Duration::from_secs(30), "in vain: {:?}", engine.snapshot().catalog.files);
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn is_placed(snapshot: &Snapshot) -> bool {
    let runs = snapshot.catalog.models.iter().flat_map(|model| &model.runs);
    runs.flat_map(|run| &run.series).any(|series| series.grid.position(0, 7).is_some())
}

/// Fields without positions are open; then the file of their mesh comes.
fn comes_later(name: &str, file: &str, fields: &Classic, mesh: &Classic, comes: impl FnOnce(&Engine, &Path, &[u8])) {
    let folder = folder(name);
    let path = write(&folder, file, &fields.bytes());
    let options = Options { threads: Some(2), memory: Some(64 << 20), watching: Some(QUICK) };
    let engine = Engine::start(options, || {});
    engine.open(vec![folder]);
    wait(&engine, |snapshot| snapshot.opening.is_none() && !snapshot.catalog.is_empty());
    assert!(!is_placed(&engine.snapshot()));
    comes(&engine, &path, &mesh.bytes());
    wait(&engine, is_placed);
    let notes: Vec<_> = engine.snapshot().catalog.files.iter().filter(|file| file.outcome.is_err()).cloned().collect();
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn fields_are_placed_when_the_mesh_lands_in_the_watched_folder() {
    let lands = |_: &Engine, path: &Path, bytes: &[u8]| {
        write(path.parent().expect("a folder"), "x1.14.init.nc", bytes);
    };
    let mesh = mesh(radians(cells()));
    comes_later("companions-lands", "diag.2010-10-23_06.00.00.nc", &diagnostics(), &mesh, lands);
    comes_later("companions-lands-icon", "icon_out.nc", &icon(UUID), &icon_grid(UUID), lands);
}

#[test]
fn a_mesh_that_is_opened_goes_before_the_one_in_the_folder() {
    let (inside, outside) = (folder("companions-inside"), folder("companions-outside"));
    let fields = write(&inside, "diag.2010-10-23_06.00.00.nc", &diagnostics().bytes());
    let [lat, lon] = cells();
    let turned = mesh(radians([lat, lon.into_iter().map(|lon| lon + 10.0).collect()]));
    write(&inside, "x1.14.static.nc", &turned.bytes());
    let right = write(&outside, "x1.14.static.nc", &mesh(radians(cells())).bytes());
    let watched = Options { threads: Some(2), memory: Some(64 << 20), watching: Some(QUICK) };
    for order in [[&fields, &right], [&right, &fields]] {
        let engine = Engine::start(watched, || {});
        engine.open(order.map(Clone::clone).to_vec());
        wait(&engine, |snapshot| {
            let runs = snapshot.catalog.models.iter().flat_map(|model| &model.runs);
            let places = runs.flat_map(|run| &run.series).filter_map(|series| series.grid.position(0, 1));
            places.into_iter().any(|(lon, _)| (lon - 30.0).abs() < 1e-6)
        });
    }
}

#[test]
fn fields_are_placed_when_the_mesh_is_opened_afterwards() {
    let is_opened = |engine: &Engine, _: &Path, bytes: &[u8]| {
        let elsewhere = folder("companions-elsewhere");
        engine.open(vec![write(&elsewhere, "mesh.nc", bytes)]);
    };
    let mesh = mesh(radians(cells()));
    comes_later("companions-opened", "diag.2010-10-23_06.00.00.nc", &diagnostics(), &mesh, is_opened);
}
