//! What is remembered from one session to the next: a small TOML file in the configuration folder.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::notices::reason;
use super::player::Pace;
use crate::source::Detail;
use crate::text::Language;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    #[default]
    System,
    Light,
    Dark,
}

/// The last choices. What a file leaves out is as on first start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub language: Option<Language>,
    pub look: Look,
    /// Name of the zone of local times; the system's where absent.
    pub zone: Option<String>,
    /// Of the window, in points.
    pub window: Option<[f32; 2]>,
    /// Id of the region.
    pub region: String,
    /// Pressure in hPa of the level chosen last.
    pub pressure: Option<f64>,
    /// Id of the product chosen last.
    pub product: Option<String>,
    pub pace: Pace,
    /// The folder of the picture that was saved last.
    pub pictures: Option<PathBuf>,
    /// Opened last first.
    pub recent: Vec<PathBuf>,
    /// The panel of levels and regions is folded away.
    pub side_hidden: bool,
    pub last: Last,
    /// What another version wrote stays as it is.
    #[serde(flatten)]
    pub others: toml::Table,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: None,
            look: Look::System,
            zone: None,
            window: None,
            region: "canada".to_owned(),
            pressure: None,
            product: None,
            pace: Pace::default(),
            pictures: None,
            recent: Vec::new(),
            side_hidden: false,
            last: Last::default(),
            others: toml::Table::new(),
        }
    }
}

/// What was on screen when the window was closed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Last {
    /// What was open, beside the models of the list.
    pub paths: Vec<PathBuf>,
    /// Id of the model.
    pub model: Option<String>,
    /// The run as it is written; `None` for the newest.
    pub run: Option<String>,
    /// Id of a variable; `None` for a product.
    pub variable: Option<String>,
    /// As it is written.
    pub level: Option<String>,
    /// Where the hand had put the view of this region: longitude and latitude of its middle, and how many times it was
    /// magnified.
    pub view: Option<(String, [f64; 3])>,
}

/// How reading the file went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The file could not be understood and was put aside under this name.
    Broken { aside: PathBuf },
    /// It could not be read at all.
    Unreadable { path: PathBuf, reason: Detail },
    /// It could not be written.
    Unwritable { path: PathBuf, reason: Detail },
}

impl Settings {
    const MOST_RECENT: usize = 8;
    /// A settings file is some hundred bytes; a longer one is not ours.
    const LONGEST: u64 = 1 << 20;

    /// Where the file stands on this system; `None` where there is no home folder.
    #[must_use]
    pub fn usual_path() -> Option<PathBuf> {
        Some(directories::ProjectDirs::from("", "", "millibar")?.config_dir().join("settings.toml"))
    }

    /// Reads the file. One that cannot be understood is put aside and the defaults are taken.
    #[must_use]
    pub fn read(path: &Path) -> (Self, Option<Trouble>) {
        let unreadable = |error: io::Error| Trouble::Unreadable { path: path.to_owned(), reason: reason(&error) };
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return (Self::default(), None),
            Err(error) => return (Self::default(), Some(unreadable(error))),
            Ok(data) if !data.is_file() => {
                return (Self::default(), Some(unreadable(io::Error::from(io::ErrorKind::InvalidInput))));
            }
            Ok(data) if data.len() > Self::LONGEST => return (Self::default(), Some(Self::put_aside(path))),
            Ok(_) => {}
        }
        match fs::read(path) {
            Err(error) => (Self::default(), Some(unreadable(error))),
            Ok(bytes) => match String::from_utf8(bytes).ok().and_then(|text| toml::from_str::<Self>(&text).ok()) {
                Some(settings) => (settings.sane(), None),
                None => (Self::default(), Some(Self::put_aside(path))),
            },
        }
    }

    fn put_aside(path: &Path) -> Trouble {
        let mut aside = path.as_os_str().to_owned();
        aside.push(".broken");
        let aside = PathBuf::from(aside);
        match fs::rename(path, &aside) {
            Ok(()) => Trouble::Broken { aside },
            Err(error) => Trouble::Unreadable { path: path.to_owned(), reason: reason(&error) },
        }
    }

    fn sane(mut self) -> Self {
        self.pace = self.pace.sane();
        self.window = self.window.filter(|size| size.iter().all(|side| (200.0..=20_000.0).contains(side)));
        self.recent.truncate(Self::MOST_RECENT);
        self
    }

    /// Puts a path at the head of the recent ones.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|known| known != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(Self::MOST_RECENT);
    }

    /// A path that could not be opened is none to come back to.
    pub fn forget(&mut self, path: &Path) {
        self.recent.retain(|known| known != path);
    }

    /// Writes the file so that it is at any moment either the old one or the new one.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let text = toml::to_string(self).map_err(io::Error::other)?;
        write_whole(path, text.as_bytes())
    }
}

/// Writes a file beside its place and then puts it there; its folders are made.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
    let beside = folder.join(format!(".{name}.{}", std::process::id()));
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.flush()
    });
    let placed = written.and_then(|()| fs::rename(&beside, path));
    if placed.is_err() {
        // The half-written file is of no use; that it cannot be removed either changes nothing.
        let _ = fs::remove_file(&beside);
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("millibar-settings-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    #[test]
    fn what_was_chosen_comes_back() {
        let path = folder("back").join("deep/settings.toml");
        let mut settings = Settings { language: Some(Language::French), pressure: Some(700.0), ..Settings::default() };
        settings.remember(Path::new("a.nc"));
        settings.remember(Path::new("b.nc"));
        settings.remember(Path::new("a.nc"));
        settings.write(&path).expect("written");
        let (read, trouble) = Settings::read(&path);
        assert_eq!((read.clone(), trouble), (settings, None));
        assert_eq!(read.recent, [PathBuf::from("a.nc"), PathBuf::from("b.nc")]);
    }

    #[test]
    fn a_broken_file_is_put_aside_and_the_defaults_are_taken() {
        let path = folder("broken").join("settings.toml");
        for broken in [&b"region = [["[..], b"\xff\xfe", b"window = \"wide\""] {
            fs::write(&path, broken).expect("written");
            let (settings, trouble) = Settings::read(&path);
            assert_eq!(settings, Settings::default());
            let Some(Trouble::Broken { aside }) = trouble else { panic!("{trouble:?}") };
            assert_eq!(fs::read(aside).expect("kept"), broken);
            assert!(!path.exists());
        }
    }

    #[test]
    fn keys_of_another_version_are_kept() {
        let path = folder("others").join("settings.toml");
        fs::write(&path, "region = \"europe\"\nnovelty = 3\n[last]\nmodel = \"GDPS\"\nstranger = 1\n")
            .expect("written");
        let (settings, trouble) = Settings::read(&path);
        assert_eq!((trouble, settings.last.model.as_deref()), (None, Some("GDPS")));
        settings.write(&path).expect("written");
        assert!(fs::read_to_string(&path).expect("there").contains("novelty = 3"));
        assert_eq!(Settings::read(&path).0, settings);
    }

    #[test]
    fn no_file_is_no_trouble() {
        assert_eq!(Settings::read(&folder("none").join("settings.toml")), (Settings::default(), None));
    }

    #[test]
    fn a_file_that_cannot_be_placed_leaves_nothing_behind() {
        let folder = folder("unplaced");
        let taken = folder.join("settings.toml");
        fs::create_dir_all(taken.join("inside")).expect("a folder in the way");
        assert!(Settings::default().write(&taken).is_err());
        assert_eq!(fs::read_dir(&folder).expect("readable").count(), 1);
    }
}
