//! Which model made a file: the centre and the number of its process, by the table in `resources/grib/models.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// By centre, and by centre and process.
static NAMES: LazyLock<HashMap<(u16, Option<u16>), &'static str>> = LazyLock::new(|| {
    let lines = include_str!("../../../resources/grib/models.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut words = line.split('\t');
            let (centre, process, name) = (words.next()?, words.next()?, words.next()?);
            Some(((centre.parse().ok()?, process.parse().ok()), name))
        })
        .collect()
});

/// The model, else the centre, in English and French around ` / ` where they differ.
#[must_use]
pub fn model(centre: u16, process: u16) -> Option<&'static str> {
    NAMES.get(&(centre, Some(process))).or_else(|| NAMES.get(&(centre, None))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_names_its_model_and_any_other_its_centre() {
        assert_eq!(model(7, 96), Some("GFS"));
        assert_eq!(model(7, 254), Some("NCEP"));
        assert_eq!(model(3, 3), None);
    }
}
