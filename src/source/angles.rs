//! The angles by which a file says that its grid is turned: WRF's `COSALPHA` and `SINALPHA`, ROMS' `angle`, NEMO's `gcost` and
//! `gsint`.

use std::sync::{Arc, Mutex, PoisonError};

use ndarray::{Array2, Zip};

use super::{Choice, FieldRef, Reader, Stop, Variable, brought_to};
use crate::grid::{Grid, Neighbours, Orientation, Told, Window, XAxes};

/// Names of the cosine and the sine of the angle from east to the x axis, counter-clockwise, by which
/// `east = u cos − v sin` (WRF users' guide; NEMO, `geo2ocean`).
const COSINES: [[&str; 2]; 2] = [["COSALPHA", "SINALPHA"], ["gcost", "gsint"]];
/// ROMS' name of that angle.
const ANGLE: &str = "angle";

/// Where the angles of a grid lie.
#[derive(Debug)]
pub struct Angles {
    numbers: Numbers,
}

#[derive(Debug)]
enum Numbers {
    Cosine { cos: FieldRef, sin: FieldRef },
    Angle { field: FieldRef, in_degrees: bool },
}

/// The angles that a file has for the points of a grid, or for those around them; `None` where it has none.
#[must_use]
pub fn angles(variables: &[Variable], grid: &Arc<Grid>) -> Option<Angles> {
    let field = |name: &str| {
        let named = |variable: &&Variable| variable.name == name;
        variables.iter().filter(named).find_map(|variable| at_points(variable, grid))
    };
    let cosines =
        COSINES.iter().find_map(|[cos, sin]| Some(Numbers::Cosine { cos: field(cos)?.0, sin: field(sin)?.0 }));
    let numbers = cosines.or_else(|| {
        let (field, units) = field(ANGLE)?;
        // Any other angle has another unit than that of a turn.
        let in_degrees = units.to_lowercase().starts_with("deg");
        (in_degrees || units.to_lowercase().starts_with("rad")).then_some(Numbers::Angle { field, in_degrees })
    });
    numbers.map(|numbers| Angles { numbers })
}

/// The first field of a variable at the points of a grid, and its unit.
fn at_points<'a>(variable: &'a Variable, grid: &Arc<Grid>) -> Option<(FieldRef, &'a str)> {
    let field = variable.field(Choice { dims: vec![0; variable.dims.len()], ..Choice::default() })?;
    let units = variable.units.as_deref().unwrap_or_default();
    let own = &variable.grid;
    if Arc::ptr_eq(own, grid) || own == grid {
        return Some((field, units));
    }
    // Half a cell to the side an angle is another already: positions tell it better, where they do.
    if grid.orientation() == Orientation::Turned {
        return None;
    }
    if (grid.ny, grid.nx) == (own.ny, own.nx) {
        return Some((field, units));
    }
    let near = |a: usize, b: usize| a.abs_diff(b) <= 1 && a.min(b) > 1;
    let around = Neighbours { dj: if grid.ny > own.ny { -1 } else { 0 }, di: if grid.nx > own.nx { -1 } else { 0 } };
    let lies_between = near(grid.ny, own.ny) && near(grid.nx, own.nx);
    lies_between.then(|| (brought_to(&field, own, grid, around), units))
}

impl Told for Angles {
    fn over(&self, window: Window) -> Option<XAxes> {
        match &self.numbers {
            Numbers::Cosine { cos, sin } => {
                let (cos, sin) = (read(cos, window)?, read(sin, window)?);
                if cos.dim() != sin.dim() {
                    return None;
                }
                let axis = |&cos: &f32, &sin: &f32| {
                    let size = cos.hypot(sin);
                    [cos / size, sin / size]
                };
                Some(Zip::from(&cos).and(&sin).map_collect(axis))
            }
            Numbers::Angle { field, in_degrees } => {
                let angle = read(field, window)?;
                Some(angle.mapv(|angle| {
                    let (sin, cos) = if *in_degrees { angle.to_radians() } else { angle }.sin_cos();
                    [cos, sin]
                }))
            }
        }
    }

    fn id(&self) -> (u64, u32) {
        let (Numbers::Cosine { cos: field, .. } | Numbers::Angle { field, .. }) = &self.numbers;
        (field.reader.id(), field.variable)
    }
}

fn read(field: &FieldRef, window: Window) -> Option<Array2<f32>> {
    let read: Mutex<Option<Array2<f32>>> = Mutex::default();
    let (reader, choice): (&Arc<dyn Reader>, &Choice) = (&field.reader, &field.choice);
    reader.read_windows(field.variable, &[choice], window, &Stop::default(), &|_, outcome| {
        *read.lock().unwrap_or_else(PoisonError::into_inner) = outcome.ok();
    });
    read.into_inner().unwrap_or_else(PoisonError::into_inner)
}
