//! What a file's name says, before anything in the file is read: its model, its run, its lead time.
//!
//! A name counts only where it tells both run and lead time, as the centres write them: a date alone may as well be
//! that of the values.

use std::path::{Component, Path};

use crate::time::{Calendar, Date, LeadTime, Moment, ReferenceTime};

/// The run of a file and its lead time, by the file's name and those of the folders around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Named {
    pub run: ReferenceTime,
    /// `None` where a model's pattern names none: such files may hold several.
    pub lead: Option<LeadTime>,
}

/// How many folders above a file may hold its date.
const FOLDERS: usize = 4;

/// `2026112012_024`, `gdps_2026112012_024.nc`, `20261120T12Z_…_PT024H.grib2`, `CMC_…_2026112012_P024.grib2`,
/// `gfs.20261120/12/atmos/gfs.t12z.pgrb2.0p25.f024`, `2026112012/024.nc`
#[must_use]
pub fn read_name(path: &Path) -> Option<Named> {
    let file = path.file_name()?.to_string_lossy();
    if is_beside(path) {
        return None;
    }
    let words = words(&file);
    let own = date(&words);
    // Behind date and hour in one word a number of two digits is a lead time; behind an hour it may be minutes.
    let shortest = if own.is_some_and(|dated| dated.in_one_word) { 2 } else { 3 };
    let (moment, from) = match own {
        Some(Dated { date, hour: Some(hour), end, .. }) => (at(date, hour)?, end),
        Some(Dated { date, hour: None, end, .. }) => {
            let hour = hour_in(&words).or_else(|| folder_hour(path))?;
            (at(date, hour)?, end)
        }
        None => (folder_moment(path, hour_in(&words))?, 0),
    };
    let lead = lead(&words, own.is_some().then_some(from), shortest)?;
    Some(Named { run: ReferenceTime(moment), lead: Some(lead) })
}

/// Files that stand beside forecasts and bear their names: parts of a transfer, packed copies, indices, checksums,
/// pictures, words.
#[must_use]
pub fn is_beside(path: &Path) -> bool {
    const ENDS: [&str; 23] = [
        "part",
        "partial",
        "filepart",
        "tmp",
        "temp",
        "crdownload",
        "idx",
        "index",
        "inv",
        "ctl",
        "md5",
        "sha1",
        "sha256",
        "xml",
        "txt",
        "log",
        "png",
        "html",
        "ok",
        "gz",
        "bz2",
        "xz",
        "zst",
    ];
    let end = path.extension().map(|end| end.to_string_lossy().to_ascii_lowercase());
    end.is_some_and(|end| ENDS.contains(&end.as_str()))
}

/// `gdps_2026112012_024.nc` is of the model `gdps`: its words without dates, numbers, parameters and levels; where
/// nothing is left, those of the nearest folder that has any.
#[must_use]
pub fn model_of(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let folders = path.ancestors().skip(1).filter_map(Path::file_name).take(FOLDERS);
    let names = std::iter::once(stem.clone()).chain(folders.map(|name| name.to_string_lossy().into_owned()));
    let of_one_field = read_name(path).is_some();
    let all: Vec<String> = names.collect();
    // A folder that is called by what is in it says nothing: the one above does.
    let own = |at: usize, name: &str| at == 0 || !is_generic(name);
    let by = |of_one_field: bool, generic: bool| {
        let named = all.iter().enumerate().filter(|(at, name)| generic || own(*at, name));
        named.into_iter().find_map(|(_, name)| naming_words(name, of_one_field))
    };
    let words = by(of_one_field, false).or_else(|| by(of_one_field, true)).or_else(|| by(false, true)).unwrap_or(stem);
    words.split('_').map(usual_case).collect::<Vec<_>>().join("_")
}

/// Names of folders that say what is in them or who made them, not whose forecast it is.
fn is_generic(name: &str) -> bool {
    const GENERIC: [&str; 40] = [
        "pres",
        "pressure",
        "prs",
        "plev",
        "pl",
        "sfc",
        "surface",
        "model",
        "models",
        "diag",
        "hyb",
        "eta",
        "data",
        "dataset",
        "datasets",
        "grib",
        "grib1",
        "grib2",
        "grb",
        "netcdf",
        "nc",
        "rpn",
        "fst",
        "zarr",
        "hdf5",
        "out",
        "output",
        "outputs",
        "run",
        "runs",
        "latest",
        "current",
        "forecast",
        "forecasts",
        "files",
        "download",
        "downloads",
        "tmp",
        "prog",
        "atmos",
    ];
    GENERIC.contains(&name.to_lowercase().as_str())
}

/// `gdps` as `GDPS`: the names of models as their centres write them.
fn usual_case(word: &str) -> &str {
    const MODELS: [&str; 42] = [
        "GDPS",
        "RDPS",
        "HRDPS",
        "GEPS",
        "REPS",
        "NAEFS",
        "CMC",
        "GEM",
        "GDWPS",
        "RDWPS",
        "CaPA",
        "HRDPA",
        "RDPA",
        "GIOPS",
        "RIOPS",
        "GFS",
        "GEFS",
        "NAM",
        "RAP",
        "HRRR",
        "CFS",
        "RRFS",
        "ICON",
        "ECMWF",
        "IFS",
        "AIFS",
        "ERA5",
        "ARPEGE",
        "AROME",
        "HARMONIE",
        "HIRLAM",
        "COSMO",
        "UKMO",
        "JMA",
        "WRF",
        "MPAS",
        "GraphCast",
        "GenCast",
        "FourCastNet",
        "NeuralGCM",
        "FuXi",
        "ACCESS",
    ];
    MODELS.into_iter().find(|model| model.eq_ignore_ascii_case(word)).unwrap_or(word)
}

/// Parts of names that say what a file of one field holds, not whose it is (CMC and NOAA file names).
const CONTENTS: [&str; 26] = [
    "hgt",
    "rh",
    "relh",
    "tmp",
    "spfh",
    "absv",
    "vvel",
    "ugrd",
    "vgrd",
    "wind",
    "wdir",
    "prmsl",
    "dpt",
    "depr",
    "apcp",
    "isbl",
    "tgl",
    "agl",
    "sfc",
    "msl",
    "eatm",
    "hybl",
    "latlon",
    "rotlatlon",
    "ps",
    "nc",
];

/// `None` where a name has no word of its own. In a name that tells run and lead time, words for what is in the file
/// may stand besides.
fn naming_words(name: &str, of_one_field: bool) -> Option<String> {
    let words: Vec<&str> = name
        .split(['_', '-', '.', ' '])
        .filter(|word| word.chars().any(char::is_alphabetic) && !is_time_word(word))
        .collect();
    // NEMO writes a file for each kind of point of its grid: `…_grid_T`, `…_grid_U`.
    let words = match words.as_slice() {
        [front @ .., grid, point]
            if !front.is_empty() && grid.eq_ignore_ascii_case("grid") && ["T", "U", "V", "W", "F"].contains(point) =>
        {
            front.to_vec()
        }
        _ => words,
    };
    let contents = |word: &&str| CONTENTS.contains(&word.to_ascii_lowercase().as_str()) || is_spacing(word);
    let words: Vec<&str> = words.into_iter().filter(|word| !of_one_field || !contents(word)).collect();
    (!words.is_empty()).then(|| words.join("_"))
}

/// `24x`, `0p25`, `LatLon0`: the spacing of a grid.
fn is_spacing(word: &str) -> bool {
    let letters: String = word.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
    word.chars().any(|c| c.is_ascii_digit())
        && matches!(letters.as_str(), "x" | "p" | "latlon" | "rotlatlon" | "ps" | "km")
}

/// `20261120T12Z`, `f024`, `h006`, `12z`, `T00`, `PT024H`: letters that only carry a time.
fn is_time_word(word: &str) -> bool {
    let letters: String = word.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let carriers = ["t", "tz", "z", "f", "h", "p", "pth", "step", "lead", "fh", "fhr", "ft", "hr", "utc"];
    digits >= 2 && carriers.contains(&letters.as_str())
}

/// A date in a name, with the hour that stands in the same word or behind it.
#[derive(Clone, Copy)]
struct Dated {
    date: Date,
    hour: Option<(u8, u8)>,
    in_one_word: bool,
    /// The first word behind it.
    end: usize,
}

fn words(name: &str) -> Vec<&str> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

fn at(date: Date, (hour, minute): (u8, u8)) -> Option<Moment> {
    Moment::new(Calendar::Standard, date, hour, minute, 0).filter(|_| hour < 24)
}

fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|c| c.is_ascii_digit()).then(|| text.parse().ok())?
}

/// The first date among the words.
fn date(words: &[&str]) -> Option<Dated> {
    (0..words.len()).find_map(|at| {
        let rest = words.get(at..)?;
        let (date, tail, used) = whole_date(rest).or_else(|| split_date(rest))?;
        let end = at + used;
        if tail.is_empty() {
            let next = words.get(end).and_then(|word| hour_word(word));
            return Some(Dated { date, hour: next, in_one_word: false, end: end + usize::from(next.is_some()) });
        }
        Some(Dated { date, hour: Some(clock(tail)?), in_one_word: true, end })
    })
}

/// `20261120` and what stands behind it in the same word.
fn whole_date<'a>(words: &[&'a str]) -> Option<(Date, &'a str, usize)> {
    let word = words.first()?;
    let (head, tail) = word.split_at_checked(8)?;
    let date = Date { year: number(head.get(..4)?)?, month: number(head.get(4..6)?)?, day: number(head.get(6..)?)? };
    is_day(date).then_some((date, tail, 1))
}

/// `2026-11-20`, `2026-11-20T12`
fn split_date<'a>(words: &[&'a str]) -> Option<(Date, &'a str, usize)> {
    let [year, month, day, ..] = words else { return None };
    let (day, tail) = day.split_at_checked(2)?;
    let date = Date { year: number(year)?, month: number(month)?, day: number(day)? };
    let well = year.len() == 4 && month.len() == 2 && is_day(date);
    well.then_some((date, tail, 3))
}

fn is_day(date: Date) -> bool {
    (1900..2200).contains(&date.year) && Calendar::Standard.days(date).is_some()
}

/// `12`, `T12Z`, `1200`, `T120000Z` behind a date.
fn clock(text: &str) -> Option<(u8, u8)> {
    let digits = text.trim_start_matches(['T', 't']).trim_end_matches(['Z', 'z']);
    let hour = number(digits.get(..2)?)?;
    let minute = match digits.len() {
        2 => 0,
        4 | 6 => number(digits.get(2..4)?)?,
        _ => return None,
    };
    (digits.bytes().all(|c| c.is_ascii_digit()) && hour < 24 && minute < 60).then_some((hour, minute))
}

/// A word that is an hour behind a date: `12`, `12z`, `t12z`, `1200`, `12UTC`.
fn hour_word(word: &str) -> Option<(u8, u8)> {
    clock(word.trim_end_matches("UTC").trim_end_matches("utc"))
}

/// `t12z` or `12z` anywhere.
fn hour_in(words: &[&str]) -> Option<(u8, u8)> {
    words.iter().filter(|word| word.ends_with(['z', 'Z'])).find_map(|word| hour_word(word))
}

fn folders(path: &Path) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
    let names = path.parent().into_iter().flat_map(|parent| parent.components().rev());
    let names = names.filter_map(|part| if let Component::Normal(name) = part { Some(name) } else { None });
    names.take(FOLDERS).map(|name| name.to_string_lossy())
}

/// A folder that is called by its hour.
fn folder_hour(path: &Path) -> Option<(u8, u8)> {
    folders(path).find_map(|name| hour_of_folder(&name))
}

fn hour_of_folder(name: &str) -> Option<(u8, u8)> {
    let words = words(name);
    (words.len() == 1).then(|| hour_word(words.first()?))?
}

/// The date of the nearest folder that has one, at its own hour, that of the file, or that of a folder between.
fn folder_moment(path: &Path, of_file: Option<(u8, u8)>) -> Option<Moment> {
    let mut hour = of_file;
    for name in folders(path) {
        if let Some(dated) = date(&words(&name)) {
            return at(dated.date, dated.hour.or(hour)?);
        }
        hour = hour.or_else(|| hour_of_folder(&name));
    }
    None
}

/// The lead time in hours. `from`: the first word behind the name's own date, which is the lead time if it is a number of
/// at least `shortest` digits.
fn lead(words: &[&str], from: Option<usize>, shortest: usize) -> Option<LeadTime> {
    let hours = |text: &str| number::<i64>(text).filter(|_| (1..=4).contains(&text.len()));
    let rest = words.get(from.unwrap_or(0)..)?;
    let marked = |word: &&str| {
        let lower = word.to_ascii_lowercase();
        let period = lower.strip_prefix("pt").and_then(|rest| rest.strip_suffix('h'));
        let carried = ["fcst", "step", "lead", "fhr", "fh", "ft", "f"].iter().find_map(|mark| lower.strip_prefix(mark));
        let behind = lower.strip_suffix("hr").or_else(|| lower.strip_suffix('h'));
        let carried = carried.filter(|digits| digits.len() >= 2);
        period.or(carried).or(behind).and_then(hours)
    };
    let first_behind = || from.and_then(|_| hours(rest.first()?).filter(|_| rest[0].len() >= shortest));
    // A name that is its lead time alone, in a folder that is its run.
    let stem = words.split_last().map(|(last, front)| if front.is_empty() { *last } else { front[front.len() - 1] });
    let alone = || stem.filter(|word| word.len() == 3).and_then(hours);
    let by_letter = |word: &&str| {
        let digits = word.strip_prefix(['P', 'p', 'H', 'h']).filter(|digits| digits.len() >= 2);
        digits.and_then(hours)
    };
    let found = rest.iter().find_map(marked);
    let found = found.or_else(first_behind).or_else(alone);
    let found = found.or_else(|| from.and_then(|_| rest.iter().find_map(by_letter)));
    found.map(|hours| LeadTime(hours * 3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_a_forecast_is_no_lead_time_of_it() {
        for path in ["gdps_2026112012_024.nc.part", "gfs_2026112012_f024.grib2.idx", "2026112012_024.md5"] {
            assert_eq!(read_name(Path::new(path)), None, "{path}");
        }
    }

    #[test]
    fn names_of_the_centres_tell_run_and_lead_time() {
        for (path, run, hours) in [
            ("pres/2026112012_024", "2026-11-20T12:00:00Z", 24),
            ("gdps_2026112012_024.nc", "2026-11-20T12:00:00Z", 24),
            ("gdps_p500_2026112012_024.nc", "2026-11-20T12:00:00Z", 24),
            ("20261120T12Z_MSC_GDPS_RelativeHumidity_IsbL-0500_LatLon0.15_PT024H.grib2", "2026-11-20T12:00:00Z", 24),
            ("20261120T12Z_GDPS_P006.nc", "2026-11-20T12:00:00Z", 6),
            ("CMC_glb_HGT_ISBL_500_latlon.24x.24_2026112012_P024.grib2", "2026-11-20T12:00:00Z", 24),
            ("gfs.20261120/12/atmos/gfs.t12z.pgrb2.0p25.f024", "2026-11-20T12:00:00Z", 24),
            ("20261120000000-36h-oper-fc.grib2", "2026-11-20T00:00:00Z", 36),
            ("icon_global_icosahedral_pressure-level_2026112012_078_500_RELHUM.grib2", "2026-11-20T12:00:00Z", 78),
            ("ecmwf-20261120T12Z-f024.nc", "2026-11-20T12:00:00Z", 24),
            ("graphcast_2026-11-20_12z_+006h.nc", "2026-11-20T12:00:00Z", 6),
            ("run_2026-11-20T06_step012.nc", "2026-11-20T06:00:00Z", 12),
            ("runs/2026112000/024.nc", "2026-11-20T00:00:00Z", 24),
            ("20261120/18/model_f003.nc", "2026-11-20T18:00:00Z", 3),
            ("gdps_20261120_18_003.nc", "2026-11-20T18:00:00Z", 3),
        ] {
            let named = read_name(Path::new(path)).unwrap_or_else(|| panic!("{path} tells nothing"));
            assert_eq!(named.run.0.iso(), run, "{path}");
            assert_eq!(named.lead, Some(LeadTime(hours * 3600)), "{path}");
        }
    }

    #[test]
    fn a_date_alone_may_be_that_of_the_values() {
        for path in [
            "wrfout_d01_2026-11-20_12:00:00",
            "era5_20261120.nc",
            "model_2026112012.nc",
            "rh_gz.nc",
            "2026139912_024",
            "temperature_500.nc",
            "file.h5",
            "",
        ] {
            assert_eq!(read_name(Path::new(path)), None, "{path}");
        }
    }

    #[test]
    fn dates_and_leads_in_a_name_are_not_the_model() {
        let check = |path: &str, model: &str| assert_eq!(model_of(Path::new(path)), model, "{path}");
        check("runs/gdps_2026112012_024.nc", "GDPS");
        check("graphcast/2026112012_024.nc", "GraphCast");
        check("graphcast/2026112012/024.nc", "GraphCast");
        check("ecmwf-20261120T12Z-f024.nc", "ECMWF");
        check("rh_gz.nc", "rh_gz");
        check("gdps/pres/2026112012_024", "GDPS");
        check("gdps/pres/20261120/12/024.nc", "GDPS");
        check("hrdps/latest/2026112012_024.grib2", "HRDPS");
        check("gdps/grib2/latest/2026112012_024", "GDPS");
        check("data/2026112012_024", "data");
        check("CMC_glb_HGT_ISBL_500_latlon.24x.24_2026112012_P024.grib2", "CMC_glb");
        check("CMC_glb_RELH_ISBL_500_latlon.24x.24_2026112012_P024.grib2", "CMC_glb");
        check("20261120T12Z_GDPS_PT024H.grib2", "GDPS");
        check("ORCA025_1d_20261120_20261121_grid_U.nc", "ORCA025_1d");
    }
}
