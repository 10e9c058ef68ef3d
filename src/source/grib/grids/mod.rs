//! Where the numbers of a field lie: the grid sections of both editions.
//!
//! [`Grids`] reads each distinct section once, so that all messages on one grid share one [`Grid`]. A grid that is known
//! but has no place on a map here (unstructured, stretched) still has its points: its values can be read.

mod earth;
mod edition1;
mod edition2;
mod healpix;
mod place;
mod predefined;
mod rows;
mod space;

use std::collections::HashMap;
use std::sync::Arc;

use super::message::Field;
use crate::grid::{Geometry, Grid, gaussian_latitudes};
use crate::source::{Detail, Frame};

/// Points on one grid that a message may claim: more than the finest global grid has, at a hundredth of a degree.
pub const MOST_POINTS: usize = 1 << 30;
/// Points along one axis.
const MOST_ALONG: usize = 1 << 18;
/// Parallels computed for one file, squared and summed: half a second's work.
const MOST_GAUSSIAN_WORK: usize = 1 << 28;

/// A grid, and how a message's values lie on it.
#[derive(Debug)]
pub struct Described {
    pub grid: Arc<Grid>,
    pub order: Order,
    /// What other tools call it: `regular_ll`, `reduced_gg` …
    pub word: &'static str,
    /// Points in each row of a grid with rows of unlike length.
    pub rows: Option<Vec<usize>>,
    /// Why it has no place on a map.
    pub note: Option<Detail>,
    /// What is wrong with the section that describes it: it contradicts itself, or makes no map.
    pub doubt: Option<Detail>,
    /// The name of a grid whose positions stand elsewhere.
    pub mark: Option<GridMark>,
}

/// By this a message of template 101 names its grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GridMark {
    pub uuid: [u8; 16],
    /// Which of the grid's points are meant; at DWD 1 cells, 2 vertices, 3 edges.
    pub part: u8,
    pub points: usize,
}

/// In which order the values come: flag table 3.4 (edition 1: table 8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    pub i_negative: bool,
    pub j_positive: bool,
    /// Columns first.
    pub j_consecutive: bool,
    /// Every second row (or column) backwards.
    pub alternating: bool,
}

impl Order {
    fn of(flags: u8) -> Self {
        Self {
            i_negative: flags & 0x80 != 0,
            j_positive: flags & 0x40 != 0,
            j_consecutive: flags & 0x20 != 0,
            alternating: flags & 0x10 != 0,
        }
    }
}

impl Described {
    fn new(word: &'static str, order: Order, grid: Grid) -> Self {
        Self { grid: Arc::new(grid), order, word, rows: None, note: None, doubt: None, mark: None }
    }

    /// The same with what is wrong with its section; what was found first holds.
    fn doubted(mut self, doubt: Option<Detail>) -> Self {
        self.doubt = self.doubt.or(doubt);
        self
    }

    /// Values of a grid whose positions are not known here.
    fn unplaced(word: &'static str, order: Order, ny: usize, nx: usize, note: Option<Detail>) -> Self {
        let grid = Arc::new(Grid { ny, nx, geometry: Geometry::Unplaced });
        Self { grid, order, word, rows: None, note, doubt: None, mark: None }
    }

    /// The same with positions.
    pub fn placed(&self, grid: Arc<Grid>) -> Self {
        Self { grid, order: self.order, word: self.word, rows: None, note: None, doubt: self.doubt.clone(), mark: None }
    }

    /// Number of its points.
    pub fn points(&self) -> usize {
        self.grid.ny.saturating_mul(self.grid.nx)
    }
}

/// Why a grid section gives no grid.
#[derive(Clone, Debug, PartialEq)]
pub enum NoGrid {
    /// It contradicts itself.
    Broken,
    /// Spectral coefficients.
    Spectral,
    /// A kind that is not known, by its number.
    Unknown(u16),
}

type Known = HashMap<(u8, Arc<[u8]>, u16), Result<Arc<Described>, NoGrid>>;

/// The grids of one file.
#[derive(Debug, Default)]
pub struct Grids {
    known: Known,
    gaussian: Gaussian,
}

/// Gaussian parallels that were computed already, and the work that they took.
#[derive(Debug, Default)]
struct Gaussian {
    known: HashMap<usize, Arc<[f64]>>,
    work: usize,
}

impl Grids {
    /// The grid of a field.
    pub fn of(&mut self, field: &Field) -> Result<Arc<Described>, NoGrid> {
        let named = if field.edition == 1 && field.grid.is_empty() { predefined::number(field) } else { 0 };
        let key = (field.edition, field.grid.clone(), named);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let read = match field.edition {
            1 if field.grid.is_empty() => predefined::describe(named),
            1 => edition1::describe(field.grid(), &mut self.gaussian),
            _ => edition2::describe(field.grid(), &mut self.gaussian),
        };
        let read = read.map(Arc::new);
        self.known.insert(key, read.clone());
        read
    }
}

impl Gaussian {
    /// All parallels of a Gaussian grid, from north to south; `None` for a number that no file should name.
    fn latitudes(&mut self, n: usize) -> Option<Arc<[f64]>> {
        if let Some(known) = self.known.get(&n) {
            return Some(known.clone());
        }
        self.work = self.work.saturating_add(n.saturating_mul(n));
        if self.work > MOST_GAUSSIAN_WORK {
            return None;
        }
        let found: Arc<[f64]> = gaussian_latitudes(n).into();
        self.known.insert(n, found.clone());
        (!found.is_empty()).then_some(found)
    }
}

/// The axes of vectors by the resolution and component flags (flag table 3.3, edition 1: table 7): bit 5. `Unsaid` for
/// grids without rows and columns, and where the grid is only a number.
pub fn frame(field: &Field) -> Frame {
    const ALONG_GRID: u8 = 0x08;
    let section = field.grid();
    let octet = match field.edition {
        1 if field.grid.is_empty() => return Frame::Unsaid,
        1 => 17,
        // Where the templates of edition 2 have them.
        _ => match section.u16(13) {
            Some(0..=3 | 40..=43 | 140 | 32_768 | 32_769) => 55,
            Some(10 | 12 | 20 | 30 | 31 | 90) => 47,
            _ => return Frame::Unsaid,
        },
    };
    match section.u8(octet) {
        Some(flags) if flags & ALONG_GRID != 0 => Frame::Grid,
        Some(_) => Frame::Earth,
        None => Frame::Unsaid,
    }
}

/// Sizes that a message states, checked.
fn sizes(ni: u32, nj: u32) -> Result<(usize, usize), NoGrid> {
    let (ni, nj) = (ni as usize, nj as usize);
    let sound = (1..=MOST_ALONG).contains(&ni) && (1..=MOST_ALONG).contains(&nj) && ni * nj <= MOST_POINTS;
    if sound { Ok((ni, nj)) } else { Err(NoGrid::Broken) }
}
