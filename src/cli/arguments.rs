//! The command line. The help, the man page and the completions are generated from these types.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::catalog::{WantedInterval, WantedPosition};
use crate::text::Language;

/// Animated weather forecasts: relative humidity, geopotential height and any other gridded variable.
///
/// Without a command, opens the window with the given files or folders. The commands work without a display.
#[derive(Debug, Parser)]
#[command(
    name = "millibar",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Exit status: 0 success; 1 partial success; 2 wrong usage; 3 no input could be used; 4 no display."
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Forecast files or folders to open in the window
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    pub common: Common,
}

/// Options of the window and of every command.
#[derive(Args, Clone, Debug, Default)]
pub struct Common {
    /// Language of messages and frames: en or fr [default: from the environment]
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = language)]
    pub language: Option<Language>,

    /// Number of worker threads [default: the cores available to this process]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,

    /// Memory limit for fields and frames, such as 800M or 2G [default: a quarter of the free memory, 512M to 2G]
    #[arg(long, global = true, value_name = "BYTES", value_parser = bytes)]
    pub memory: Option<u64>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the contents of files: variables, grids, levels, times
    Info(Info),
    /// Read values at a location or grid point
    Probe(Probe),
    /// List the records of an RPN standard file or the messages of a GRIB file
    Records(Records),
    /// Draw frames as PNG files, identical to those in the window
    Render(Box<Render>),
    /// Print the completion script for a shell
    #[command(hide = true)]
    Completions { shell: Shell },
    /// Print the manual page
    #[command(hide = true)]
    Man,
}

#[derive(Args, Debug)]
pub struct Info {
    /// Files or folders; together they form one data set
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Only the variables that have this member, and this position on a dimension
    #[command(flatten)]
    pub variant: VariantAsked,

    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Which of the fields at one level and time.
#[derive(Args, Debug, Default)]
pub struct VariantAsked {
    /// Ensemble member by number or name, as 7, control or mean [default: the control, else the lowest number]
    #[arg(long, value_name = "MEMBER", allow_hyphen_values = true)]
    pub member: Option<String>,

    /// Value of another dimension's coordinate, or #POSITION counted from 0 [default: #0]
    #[arg(long = "dim", value_name = "NAME=VALUE", value_parser = dimension)]
    pub dims: Vec<(String, String)>,
}

impl VariantAsked {
    /// The dimensions as the catalogue takes them.
    #[must_use]
    pub fn positions(&self) -> Vec<(String, WantedPosition)> {
        self.dims.iter().map(|(name, word)| (name.clone(), WantedPosition::Said(word.clone()))).collect()
    }
}

#[derive(Args, Debug)]
pub struct Records {
    /// RPN standard file or GRIB file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Print one JSON object
    #[arg(long)]
    pub json: bool,

    /// Record number, counted from 0 as listed
    #[arg(long, value_name = "N", requires = "values")]
    pub record: Option<usize>,

    /// Write the values of that record to PATH: 64-bit floats, little endian, row by row as stored, missing = NaN
    #[arg(long, value_name = "PATH", requires = "record")]
    pub values: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Probe {
    /// Files or folders; together they form one data set
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Variable, as `info` lists it [default: the first]
    #[arg(long, value_name = "NAME")]
    pub variable: Option<String>,

    /// Level: hPa for pressure levels, otherwise the number in the file; a layer as 0.1-0.4 [default: the first]
    #[arg(long, value_name = "LEVEL", value_parser = level, allow_hyphen_values = true)]
    pub level: Option<(f64, Option<f64>)>,

    /// Lead time in hours [default: the first]
    #[arg(long, value_name = "HOURS", allow_negative_numbers = true)]
    pub lead: Option<f64>,

    /// Reference time, such as 2026-11-20T12:00:00Z [default: the first]
    #[arg(long, value_name = "TIME")]
    pub run: Option<String>,

    /// Valid time, such as 2026-11-20T18:00:00Z [default: the first]
    #[arg(long, value_name = "TIME")]
    pub valid: Option<String>,

    /// Interval of a sum, mean or extreme: its length as 6h, or its lead times as 0-6 [default: the longest]
    #[arg(long, value_name = "INTERVAL", value_parser = interval)]
    pub interval: Option<WantedInterval>,

    #[command(flatten)]
    pub variant: VariantAsked,

    /// Latitude and longitude in degrees
    #[arg(long, value_name = "LAT,LON", value_parser = place, allow_hyphen_values = true)]
    pub at: Option<[f64; 2]>,

    /// Grid point: row and column as stored in the file, counted from 0
    #[arg(long, value_name = "J,I", value_parser = pair::<usize>, conflicts_with = "at")]
    pub index: Option<[usize; 2]>,

    /// Print one JSON object
    #[arg(long)]
    pub json: bool,

    /// Read one JSON request per line from standard input and answer each with one JSON line
    #[arg(long, conflicts_with_all = ["variable", "level", "lead", "run", "valid", "interval", "member", "dims", "at", "index"])]
    pub batch: bool,
}

#[derive(Args, Debug)]
pub struct Render {
    /// Files or folders; together they form one data set
    #[arg(required_unless_present_any = ["list_products", "list_regions"], value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Model name [default: the first with the requested product]
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,

    /// Run, such as 2026-11-20T12:00:00Z or 2026112012 [default: the latest with the requested product]
    #[arg(long, value_name = "TIME")]
    pub run: Option<String>,

    /// Product ID from --list-products [default: the first available]
    #[arg(long, value_name = "ID")]
    pub product: Option<String>,

    /// Draw one variable in colours, named as `info` lists it; from the latest run that has it
    #[arg(long, value_name = "NAME", conflicts_with = "product")]
    pub variable: Option<String>,

    /// Level: hPa for pressure levels, otherwise the number in the file; a layer as 0.1-0.4 [default: 500 hPa
    /// or what comes nearest, 850 hPa for temperature, the lowest height, the sea surface]
    #[arg(long, value_name = "LEVEL", value_parser = level, allow_hyphen_values = true)]
    pub level: Option<(f64, Option<f64>)>,

    /// Interval of a sum, mean or extreme: its length as 6h, or `start` for since the start of the run
    #[arg(long, value_name = "INTERVAL")]
    pub interval: Option<String>,

    #[command(flatten)]
    pub variant: VariantAsked,

    /// Region ID from --list-regions [default: canada, or data if they fill little of it]
    #[arg(long, value_name = "ID")]
    pub region: Option<String>,

    /// Lead time in hours [default: the nearest to now]
    #[arg(long, value_name = "HOURS", allow_negative_numbers = true)]
    pub lead: Option<f64>,

    /// Draw every lead time
    #[arg(long, conflicts_with = "lead")]
    pub all: bool,

    /// Include times with a missing layer; the frame names that layer
    #[arg(long)]
    pub union: bool,

    /// Width and height of the frame in pixels
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "1600x1000", value_parser = size)]
    pub size: [u32; 2],

    /// Pixels per point of text and lines: 2 for high-density screens
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = scale)]
    pub scale: f32,

    /// Output file; with --all, output folder (created if needed); `none` draws without writing
    #[arg(long, required_unless_present_any = ["list_products", "list_regions"], value_name = "PATH")]
    pub out: Option<PathBuf>,

    /// Print one JSON object: frames, files, seconds
    #[arg(long)]
    pub json: bool,

    /// List the products, one per line, ID first
    #[arg(long)]
    pub list_products: bool,

    /// List the regions, one per line, ID first
    #[arg(long)]
    pub list_regions: bool,
}

fn language(text: &str) -> Result<Language, String> {
    match text {
        "en" => Ok(Language::English),
        "fr" => Ok(Language::French),
        _ => Err("expected en or fr".to_owned()),
    }
}

/// `800M`, `2G`, `1GiB`, or a plain number of bytes.
fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim().trim_end_matches(['b', 'B']).trim_end_matches('i').to_ascii_lowercase().as_str() {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        _ => return Err("expected a number of bytes, such as 800M or 2G".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "expected a number of bytes, such as 800M or 2G".to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| "too large".to_owned())
}

/// `1600x1000`; a frame of this program has at most a hundred million pixels.
fn size(text: &str) -> Result<[u32; 2], String> {
    let (width, height) = text.split_once(['x', '×', 'X']).ok_or("expected WIDTHxHEIGHT, such as 1600x1000")?;
    let side = |text: &str| text.trim().parse::<u32>().ok().filter(|side| (16..=30_000).contains(side));
    let (Some(width), Some(height)) = (side(width), side(height)) else {
        return Err("each side must be 16 to 30000 pixels".to_owned());
    };
    let pixels = u64::from(width) * u64::from(height);
    if pixels <= 100_000_000 { Ok([width, height]) } else { Err("at most 100 million pixels".to_owned()) }
}

fn scale(text: &str) -> Result<f32, String> {
    text.parse()
        .ok()
        .filter(|scale| (0.5..=8.0).contains(scale))
        .ok_or_else(|| "expected a number from 0.5 to 8".to_owned())
}

fn place(text: &str) -> Result<[f64; 2], String> {
    let [lat, lon] = pair::<f64>(text)?;
    match (-90.0..=90.0).contains(&lat) && lon.is_finite() {
        true => Ok([lat, lon]),
        false => Err("expected a latitude from -90 to 90 and a longitude".to_owned()),
    }
}

fn pair<T: std::str::FromStr>(text: &str) -> Result<[T; 2], String> {
    let parts = text.split_once(',').ok_or("expected two numbers separated by a comma")?;
    let number = |part: &str| part.trim().parse().map_err(|_| format!("“{part}” is not a valid number"));
    Ok([number(parts.0)?, number(parts.1)?])
}

fn dimension(text: &str) -> Result<(String, String), String> {
    let (name, at) = text.split_once('=').ok_or("NAME=VALUE")?;
    Ok((name.trim().to_owned(), at.trim().to_owned()))
}

/// One number, or the two of a layer: `500`, `-2`, `0.1-0.4`.
fn level(text: &str) -> Result<(f64, Option<f64>), String> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let dash = text.char_indices().skip(1).find(|(at, c)| {
        (*c == '-' || *c == '–') && !text.get(..*at).is_some_and(|before| before.ends_with(['e', 'E']))
    });
    let found = match (number(text), dash) {
        (Some(value), _) => Some((value, None)),
        (None, Some((at, dash))) => {
            let to = text.get(at + dash.len_utf8()..).and_then(number);
            text.get(..at).and_then(number).zip(to).map(|(value, to)| (value, Some(to)))
        }
        _ => None,
    };
    found.ok_or_else(|| format!("“{text}” is not a level; write 500, or 0.1-0.4 for a layer"))
}

fn interval(text: &str) -> Result<WantedInterval, String> {
    WantedInterval::parse(text).ok_or_else(|| format!("“{text}” is not an interval; write 6h, or 0-6"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn memory_is_said_as_people_say_it() {
        assert_eq!(bytes("2G"), Ok(2 << 30));
        assert_eq!(bytes("800M"), Ok(800 << 20));
        assert_eq!(bytes("1GiB"), Ok(1 << 30));
        assert_eq!(bytes("4096"), Ok(4096));
        assert!(bytes("a lot").is_err());
        assert!(bytes("99999999999999999999G").is_err());
    }

    #[test]
    fn a_size_is_width_and_height_within_reason() {
        assert_eq!(size("1600x1000"), Ok([1600, 1000]));
        for wrong in ["1600", "x", "0x0", "1600x", "30000x30000", "-1x5", "99999999999x2"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_place_south_and_west_is_no_option() {
        let parsed = Arguments::try_parse_from(["millibar", "probe", "x.nc", "--at", "-33.9,-18.4"]).expect("parses");
        let Some(Command::Probe(probe)) = parsed.command else { unreachable!("probe was typed") };
        assert_eq!(probe.at, Some([-33.9, -18.4]));
    }

    #[test]
    fn files_without_a_command_are_for_the_window() {
        let parsed = Arguments::try_parse_from(["millibar", "a.nc", "runs/"]).expect("parses");
        assert!(parsed.command.is_none());
        assert_eq!(parsed.files, [PathBuf::from("a.nc"), PathBuf::from("runs/")]);
    }
}
