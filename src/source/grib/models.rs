//! Which model made a file: the centre and the number of its process, by the table in `resources/grib/models.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What tells the models of a centre apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum By {
    Process(u16),
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
            let by = match by.strip_prefix('b') {
                Some(background) => By::Background(background.parse().ok()?),
                None => by.parse().map_or(By::Centre, By::Process),
            };
            Some(((centre.parse().ok()?, by), name))
        })
        .collect()
});

/// The model, else the centre, in English and French around ` / ` where they differ.
#[must_use]
pub fn model(centre: u16, process: u16, background: Option<u8>) -> Option<&'static str> {
    let by = [Some(By::Process(process)), background.map(|number| By::Background(number.into())), Some(By::Centre)];
    by.into_iter().flatten().find_map(|by| NAMES.get(&(centre, by)).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_names_its_model_and_any_other_its_centre() {
        assert_eq!(model(7, 96, None), Some("GFS"));
        assert_eq!(model(7, 254, Some(1)), Some("NCEP"));
        assert_eq!(model(3, 3, None), None);
        assert_eq!(model(98, 2, Some(1)), Some("AIFS"));
        assert_eq!(model(98, 2, Some(255)), Some("ECMWF / CEPMMT"));
    }
}
