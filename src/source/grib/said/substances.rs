//! Substances by their numbers in WMO code table 4.230, from the table in `resources/grib`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::Bilingual;

static NAMES: LazyLock<HashMap<u16, Bilingual>> = LazyLock::new(|| {
    let lines =
        include_str!("../../../../resources/grib/constituents.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut words = line.split('\t');
            let (number, en, fr) = (words.next()?.parse().ok()?, words.next()?, words.next()?);
            Some((number, Bilingual { en: en.to_owned(), fr: fr.to_owned() }))
        })
        .collect()
});

/// `None` for a number that the table does not name.
#[must_use]
pub fn name(number: u16) -> Option<Bilingual> {
    NAMES.get(&number).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn substances_have_names_in_both_languages() {
        let ozone = name(0).expect("ozone");
        assert_eq!((ozone.en.as_str(), ozone.fr.as_str()), ("ozone", "ozone"));
        assert_eq!(name(65_000), None);
    }
}
