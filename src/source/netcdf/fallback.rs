//! The second reader: the NetCDF C library in a process of its own, asked when the safe reader cannot open a file.
//!
//! That library can be crashed or hung by a file. So it runs as a child, `millibar-netcdf`, with a time limit and a
//! bounded answer, and its standard error goes nowhere. Where the program is not installed, the refusal stands.
//!
//! ```text
//! millibar-netcdf describe FILE                     → one line of JSON: Described
//! millibar-netcdf dump FILE VARIABLE START COUNT    → one line of JSON: Dumped, then the stored numbers as f64, little endian
//! ```
//!
//! START and COUNT are lists with commas between, one number for each dimension.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::source::cf::{Declared, Number};

/// The name of the program, beside our own.
const PROGRAM: &str = if cfg!(windows) { "millibar-netcdf.exe" } else { "millibar-netcdf" };
/// Names another program in its place.
const OVERRIDE: &str = "MILLIBAR_NETCDF";
const PATIENCE: Duration = Duration::from_secs(2);
/// Longest description that is listened to.
const LONGEST_DESCRIPTION: u64 = 64 << 20;

/// What `describe` answers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Described {
    pub variables: Vec<Declared>,
    /// Text attributes of the file.
    pub attributes: Vec<(String, String)>,
}

/// The first line of what `dump` answers.
#[derive(Debug, Serialize, Deserialize)]
pub struct Dumped {
    pub numbers: usize,
}

/// The program, for one file.
pub struct Helper {
    program: PathBuf,
    path: PathBuf,
}

impl Helper {
    /// Asks the program what is in a file; `None` where there is no program, or it has no answer.
    pub fn describe(path: &Path) -> Option<(Self, Described)> {
        let helper = Self { program: program()?, path: path.to_owned() };
        let answer = helper.ask(&[OsStr::new("describe"), path.as_os_str()], LONGEST_DESCRIPTION)?;
        let described = serde_json::from_slice(&answer).ok()?;
        Some((helper, described))
    }

    /// A box of stored numbers in this machine's byte order, as [`super::file::File::slab`] gives it.
    pub fn slab(&self, declared: &Declared, start: &[usize], count: &[usize]) -> Option<Vec<u8>> {
        let number = declared.number()?;
        let wanted = count.iter().try_fold(1_usize, |product, &n| product.checked_mul(n))?;
        let list = |numbers: &[usize]| numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
        let (start, count) = (list(start), list(count));
        let arguments =
            ["dump".as_ref(), self.path.as_os_str(), declared.path.as_ref(), start.as_ref(), count.as_ref()];
        let answer = self.ask(&arguments, (wanted as u64).checked_mul(8)?.checked_add(4096)?)?;
        let end_of_line = answer.iter().position(|&byte| byte == b'\n')?;
        let header: Dumped = serde_json::from_slice(answer.get(..end_of_line)?).ok()?;
        let numbers = answer.get(end_of_line + 1..)?;
        (header.numbers == wanted && numbers.len() == wanted.checked_mul(8)?).then(|| as_stored(numbers, number))
    }

    /// At most `most` bytes of answer, within the time limit, from a program that ended well.
    fn ask(&self, arguments: &[&OsStr], most: u64) -> Option<Vec<u8>> {
        let mut child = Command::new(&self.program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let output = child.stdout.take()?;
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut answer = Vec::new();
            let whole = output.take(most).read_to_end(&mut answer).is_ok();
            // Nobody listens any more where the time is up.
            let _ = sender.send(whole.then_some(answer));
        });
        let answer = receiver.recv_timeout(PATIENCE).ok().flatten();
        // A child that is still busy, or says more than was asked, is ended; one that has ended cannot be.
        if answer.is_none() || answer.as_ref().is_some_and(|answer| answer.len() as u64 >= most) {
            let _ = child.kill();
        }
        let status = ended(&mut child)?;
        answer.filter(|_| status.success())
    }
}

/// How a child ended that has said all it has to say; one that does not come to its end is ended.
fn ended(child: &mut Child) -> Option<ExitStatus> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().ok()? {
            return Some(status);
        }
        if began.elapsed() > PATIENCE {
            let _ = child.kill();
            return child.wait().ok();
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn program() -> Option<PathBuf> {
    let named = std::env::var_os(OVERRIDE).map(PathBuf::from);
    let beside = || Some(std::env::current_exe().ok()?.parent()?.join(PROGRAM));
    named.or_else(beside).filter(|program| program.is_file())
}

/// Numbers that came as f64 in the form in which they are stored.
fn as_stored(numbers: &[u8], number: Number) -> Vec<u8> {
    let values = numbers.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes));
    match number {
        Number::I8 => values.flat_map(|x| (x as i8).to_ne_bytes()).collect(),
        Number::U8 => values.flat_map(|x| (x as u8).to_ne_bytes()).collect(),
        Number::I16 => values.flat_map(|x| (x as i16).to_ne_bytes()).collect(),
        Number::U16 => values.flat_map(|x| (x as u16).to_ne_bytes()).collect(),
        Number::I32 => values.flat_map(|x| (x as i32).to_ne_bytes()).collect(),
        Number::U32 => values.flat_map(|x| (x as u32).to_ne_bytes()).collect(),
        Number::I64 => values.flat_map(|x| (x as i64).to_ne_bytes()).collect(),
        Number::U64 => values.flat_map(|x| (x as u64).to_ne_bytes()).collect(),
        Number::F32 => values.flat_map(|x| (x as f32).to_ne_bytes()).collect(),
        Number::F64 => values.flat_map(f64::to_ne_bytes).collect(),
    }
}
