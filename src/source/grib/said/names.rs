//! Short names, units and names of parameters, from the tables in `resources/grib`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a table says of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// As other tools abbreviate it; `None` where there is no usual name.
    pub short: Option<&'static str>,
    pub units: Option<&'static str>,
    pub long: &'static str,
}

type Table = HashMap<&'static str, Named>;

static EDITION_1: LazyLock<Table> = LazyLock::new(|| table(include_str!("../../../../resources/grib/parameters1.tsv")));
static EDITION_2: LazyLock<Table> = LazyLock::new(|| table(include_str!("../../../../resources/grib/parameters2.tsv")));

fn table(text: &'static str) -> Table {
    let silent = |word: &'static str| Some(word).filter(|word| *word != "-");
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut words = line.split('\t');
            let (key, short, units, long) = (words.next()?, words.next()?, words.next()?, words.next()?);
            Some((key, Named { short: silent(short), units: silent(units), long }))
        })
        .collect()
}

/// What is known of a parameter: the centre's own word first.
#[must_use]
pub fn named(edition: u8, centre: u16, parameter: [u16; 3]) -> Option<Named> {
    let [first, second, third] = parameter;
    if edition == 1 {
        // Of tables 1 to 3 the lower half is the WMO's.
        let own = EDITION_1.get(format!("{centre}:{second}.{third}").as_str());
        let common = || if second <= 3 && third < 128 { EDITION_1.get(format!("2.{third}").as_str()) } else { None };
        return own.or_else(common).copied();
    }
    let key = format!("{first}.{second}.{third}");
    EDITION_2.get(format!("{centre}:{key}").as_str()).or_else(|| EDITION_2.get(key.as_str())).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_the_wmo_and_of_centres_have_their_units() {
        let units = |edition, centre, parameter| named(edition, centre, parameter).and_then(|named| named.units);
        assert_eq!(units(2, 7, [0, 3, 5]), Some("gpm"));
        assert_eq!(units(2, 98, [0, 1, 1]), Some("%"));
        assert_eq!(units(1, 98, [98, 128, 129]), Some("m2 s-2"));
        assert_eq!(units(1, 54, [54, 2, 7]), Some("gpm"));
        assert_eq!(units(1, 7, [7, 2, 52]), Some("%"));
        assert_eq!(named(2, 0, [0, 19, 190]), None);
    }
}
