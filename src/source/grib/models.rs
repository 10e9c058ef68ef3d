//! Which model made a file: the centre and the number of its process, by the table in `resources/grib/models.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::message::Field;

/// What tells the models of a centre apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum By {
    Process(u16),
    /// On a projected grid of so many km.
    Spaced(u16, u32),
    Background(u16),
    /// Any of them.
    Centre,
}

static NAMES: LazyLock<HashMap<(u16, By), &'static str>> = LazyLock::new(|| {
    let lines = include_str!("../../../resources/grib/models.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut words = line.split('\t');
            let (centre, by, name) = (words.next()?, words.next()?, words.next()?);
            let by = match (by.strip_prefix('b'), by.split_once('@')) {
                (Some(background), _) => By::Background(background.parse().ok()?),
                (_, Some((process, spacing))) => By::Spaced(process.parse().ok()?, spacing.parse().ok()?),
                _ => by.parse().map_or(By::Centre, By::Process),
            };
            Some(((centre.parse().ok()?, by), name))
        })
        .collect()
});

/// The model, else the centre, in English and French around ` / ` where they differ.
#[must_use]
pub fn model(field: &Field, process: u16, background: Option<u8>) -> Option<&'static str> {
    of_numbers(field.centre(), process, background, spacing(field))
}

/// The spacing of a polar stereographic or a Lambert grid of edition 2, in whole km.
fn spacing(field: &Field) -> Option<u32> {
    let section = field.grid();
    let projected = field.edition == 2 && matches!(section.u16(13), Some(20 | 30));
    let millimetres = section.u32(56).filter(|_| projected)?;
    Some(millimetres.saturating_add(500_000) / 1_000_000)
}

fn of_numbers(centre: u16, process: u16, background: Option<u8>, spacing: Option<u32>) -> Option<&'static str> {
    let by = [
        spacing.map(|spacing| By::Spaced(process, spacing)),
        Some(By::Process(process)),
        background.map(|number| By::Background(number.into())),
        Some(By::Centre),
    ];
    by.into_iter().flatten().find_map(|by| NAMES.get(&(centre, by)).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_names_its_model_and_any_other_its_centre() {
        assert_eq!(of_numbers(7, 96, None, None), Some("GFS"));
        assert_eq!(of_numbers(7, 254, Some(1), None), Some("NCEP"));
        assert_eq!(of_numbers(3, 3, None, None), None);
        assert_eq!(of_numbers(98, 2, Some(1), None), Some("AIFS"));
        assert_eq!(of_numbers(98, 2, Some(255), None), Some("ECMWF / CEPMMT"));
    }

    #[test]
    fn one_process_on_two_grids_is_two_models() {
        assert_eq!(of_numbers(54, 36, Some(36), Some(10)), Some("RDPS / SRPD"));
        assert_eq!(of_numbers(54, 36, Some(36), Some(3)), Some("CAPS"));
    }
}
