use super::*;
use crate::catalog::{Mark, read_name};
use crate::source::Refusal;

fn found(path: &str) -> Found {
    let path = PathBuf::from(path);
    Found { named: read_name(&path), path, mark: Mark::default() }
}

fn folder() -> Root {
    Root::Path("folder".into())
}

fn refused(path: &Path) -> SourceError {
    SourceError::new(path, Refusal::Empty, "")
}

/// Lists a folder with these files in it.
fn with_files(names: &[&str]) -> Opening {
    let mut opening = Opening::default();
    opening.add(vec!["folder".into()]);
    assert!(matches!(opening.next(), Some(OpeningJob::List(_))));
    opening.listed(&folder(), names.iter().map(|name| found(&format!("folder/{name}"))).collect());
    opening
}

fn next_headers(opening: &mut Opening) -> Option<PathBuf> {
    loop {
        match opening.next()? {
            OpeningJob::Headers(path) => return Some(path),
            OpeningJob::Join { .. } => opening.joined(),
            job => panic!("{job:?}"),
        }
    }
}

#[test]
fn the_catalogue_is_made_once_when_all_headers_are_read() {
    let mut opening = Opening::default();
    opening.add(vec!["folder".into()]);
    assert!(matches!(opening.next(), Some(OpeningJob::List(_))));
    assert!(opening.next().is_none(), "nothing to read before the folder is listed");
    opening.listed(&folder(), vec![found("folder/a"), found("folder/b")]);
    for done in 0..2 {
        assert_eq!(opening.progress(), Some((done, 2)));
        let Some(OpeningJob::Headers(path)) = opening.next() else { panic!("headers come after the list") };
        opening.read(&path, Err(refused(&path)));
    }
    let Some(OpeningJob::Join { files, .. }) = opening.next() else { panic!("the catalogue comes last") };
    assert_eq!(files.len(), 2);
    opening.joined();
    assert!(opening.next().is_none());
    assert_eq!(opening.progress(), None);
}

#[test]
fn a_file_closed_while_it_is_read_stays_closed() {
    let mut opening = Opening::default();
    opening.add(vec!["a".into()]);
    opening.next();
    opening.listed(&Root::Path("a".into()), vec![found("a")]);
    opening.next();
    assert!(opening.forget(Path::new("a")));
    opening.read(Path::new("a"), Err(refused(Path::new("a"))));
    let Some(OpeningJob::Join { files, .. }) = opening.next() else { panic!("a catalogue without the file is due") };
    assert!(files.is_empty());
}

#[test]
fn of_several_runs_only_the_newest_is_read() {
    let names = ["m_2026112000_000.nc", "m_2026112000_006.nc", "m_2026112012_000.nc", "m_2026112012_006.nc"];
    let mut opening = with_files(&names);
    let Some(OpeningJob::Join { files, .. }) = opening.next() else { panic!("the names alone fill the selectors") };
    assert_eq!(files.len(), 4);
    opening.joined();
    let read: Vec<PathBuf> = std::iter::from_fn(|| {
        let path = next_headers(&mut opening)?;
        opening.read(&path, Err(refused(&path)));
        Some(path)
    })
    .collect();
    assert_eq!(read, ["folder/m_2026112012_000.nc", "folder/m_2026112012_006.nc"].map(PathBuf::from));
    opening.read_next("m", &["folder/m_2026112000_006.nc".into()]);
    assert!(next_headers(&mut opening).is_some_and(|path| path.ends_with("m_2026112000_000.nc")), "its whole run");
}

#[test]
fn of_several_models_the_first_in_the_folder_is_read() {
    let mut opening =
        with_files(&["a/zeta_2026112000_000.nc", "a/zeta_2026112012_000.nc", "b/alpha_2026112100_000.nc"]);
    assert!(next_headers(&mut opening).is_some_and(|path| path.ends_with("a/zeta_2026112012_000.nc")));
}

#[test]
fn a_catalogue_is_made_as_soon_as_the_first_picture_can_be() {
    let names: Vec<String> = (0..9).map(|step| format!("m_2000010100_{:03}.nc", 6 * step)).collect();
    let mut opening = with_files(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let first = next_headers(&mut opening).expect("something to read");
    assert!(first.ends_with("m_2000010100_000.nc"), "now lies outside the run: {first:?}");
    opening.read(&first, Err(refused(&first)));
    assert!(matches!(opening.next(), Some(OpeningJob::Join { .. })));
}

#[test]
fn a_file_that_grows_is_not_broken_before_patience_is_over() {
    let mut opening = with_files(&["m_2026112012_000.nc"]);
    opening.patience = Duration::from_secs(60);
    let path = next_headers(&mut opening).expect("something to read");
    let young = Mark { length: 1, written: Some(std::time::SystemTime::now()) };
    opening.changed(&folder(), vec![Found { mark: young, ..found("folder/m_2026112012_000.nc") }], &[]);
    opening.read(&path, Err(refused(&path)));
    assert_eq!(next_headers(&mut opening), Some(path.clone()), "it changed while it was read");
    opening.read(&path, Err(refused(&path)));
    let Some(OpeningJob::Join { files, .. }) = opening.next() else { panic!("a catalogue is due") };
    assert!(files.is_empty());
    opening.joined();
    assert!(!opening.lose_patience());
    opening.patience = Duration::ZERO;
    assert!(opening.lose_patience());
    assert_eq!(next_headers(&mut opening), Some(path.clone()));
    opening.read(&path, Err(refused(&path)));
    let Some(OpeningJob::Join { files, .. }) = opening.next() else { panic!("a catalogue is due") };
    assert!(matches!(files[0].outcome, Some(Err(_))), "now it is told");
}

#[test]
fn a_broken_file_that_is_dated_in_the_future_is_not_waited_for_for_ever() {
    let mut opening = with_files(&["m_2026112012_000.nc"]);
    opening.patience = Duration::from_millis(50);
    let path = next_headers(&mut opening).expect("something to read");
    let future = Mark { length: 1, written: Some(std::time::SystemTime::now() + Duration::from_secs(9000)) };
    opening.changed(&folder(), vec![Found { mark: future, ..found("folder/m_2026112012_000.nc") }], &[]);
    opening.read(&path, Err(refused(&path)));
    assert_eq!(next_headers(&mut opening), Some(path.clone()), "it changed while it was read");
    opening.read(&path, Err(refused(&path)));
    assert!(!opening.lose_patience(), "it may still grow");
    std::thread::sleep(Duration::from_millis(60));
    assert!(opening.lose_patience());
}

#[test]
fn a_new_run_is_listed_and_a_new_step_of_the_open_run_is_read() {
    let mut opening = with_files(&["m_2026112012_000.nc"]);
    let first = next_headers(&mut opening).expect("something to read");
    opening.read(&first, Err(refused(&first)));
    assert_eq!(next_headers(&mut opening), None);
    assert!(opening.changed(&folder(), vec![found("folder/m_2026112100_000.nc")], &[]));
    assert_eq!(next_headers(&mut opening), None, "the headers of a run that nobody chose are not read");
    assert!(opening.changed(&folder(), vec![found("folder/m_2026112012_006.nc")], &[]));
    assert!(next_headers(&mut opening).is_some_and(|path| path.ends_with("m_2026112012_006.nc")));
    assert!(opening.changed(&folder(), Vec::new(), &[first]));
}
