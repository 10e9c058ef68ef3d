//! Short names, units and names of parameters, from the tables in `resources/grib`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{LevelSaid, Said};
use crate::source::GribIdentity;

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
        let of = |centre: u16| EDITION_1.get(format!("{centre}:{second}.{third}").as_str());
        let lent = || lender(centre, second).and_then(of);
        let common = || EDITION_1.get(format!("2.{third}").as_str()).filter(|_| is_common(centre, second, third));
        return of(centre).or_else(lent).or_else(common).copied();
    }
    let key = format!("{first}.{second}.{third}");
    EDITION_2.get(format!("{centre}:{key}").as_str()).or_else(|| EDITION_2.get(key.as_str())).copied()
}

/// The centre whose tables of edition 1 another one uses: those of NCEP in the United States, those of DWD wherever its model
/// COSMO runs.
fn lender(centre: u16, table: u16) -> Option<u16> {
    const NCEP: u16 = 7;
    const DWD: u16 = 78;
    match table {
        2 | 128..=131 | 133 | 140 | 141 if GribIdentity::uses_tables_of_ncep(centre) => Some(NCEP),
        201..=205 => Some(DWD),
        _ => None,
    }
}

/// Of tables 1 to 3 the lower half is the WMO's, and so is that of NCEP's own tables but for the ocean's.
fn is_common(centre: u16, table: u16, number: u16) -> bool {
    let of_ncep = (129..=141).contains(&table) && GribIdentity::uses_tables_of_ncep(centre);
    number < 128 && (table <= 3 || of_ncep)
}

/// Another short name of a parameter, and where it holds; `None` for any.
struct Alias {
    surface: Option<u8>,
    value: Option<f64>,
    /// The type of the other surface.
    second: Option<u8>,
    statistic: Option<&'static str>,
    short: &'static str,
}

static ALIASES: LazyLock<HashMap<&'static str, Vec<Alias>>> = LazyLock::new(|| {
    let mut table: HashMap<&'static str, Vec<Alias>> = HashMap::new();
    let rows = include_str!("../../../../resources/grib/aliases.tsv").lines().filter(|row| !row.starts_with('#'));
    for row in rows {
        let words: Vec<&'static str> = row.split('\t').collect();
        let [key, surface, value, second, statistic, short] = words[..] else { continue };
        let statistic = statistic.parse().ok().and_then(super::edition2::statistic_word);
        let (surface, value, second) = (surface.parse().ok(), value.parse().ok(), second.parse().ok());
        table.entry(key).or_default().push(Alias { surface, value, second, statistic, short });
    }
    table
});

impl Alias {
    /// How many conditions it makes.
    fn weight(&self) -> usize {
        let said = [self.surface.is_some(), self.value.is_some(), self.second.is_some(), self.statistic.is_some()];
        said.into_iter().filter(|said| *said).count()
    }

    fn holds(&self, level: &LevelSaid, statistic: &str) -> bool {
        let second = level.other.map_or(255, |(kind, _)| kind);
        self.surface.is_none_or(|surface| surface == level.surface)
            && self.value.is_none_or(|value| level.value == Some(value))
            && self.second.is_none_or(|wanted| wanted == second)
            && self.statistic.is_none_or(|wanted| wanted == statistic)
    }
}

/// The short name as `grib_ls` tells it: of a message's parameter on its level, by its statistic.
#[must_use]
pub fn short_name(edition: u8, centre: u16, said: &Said) -> Option<&'static str> {
    let [first, second, third] = said.parameter;
    let key = format!("{first}.{second}.{third}");
    let own = EDITION_2.contains_key(format!("{centre}:{key}").as_str());
    let aliases = if edition == 1 || own { None } else { ALIASES.get(key.as_str()) };
    let holds = |alias: &&Alias| alias.holds(&said.level, &said.statistic);
    let alias = aliases.and_then(|aliases| aliases.iter().filter(holds).max_by_key(|alias| alias.weight()));
    let short = alias.map(|alias| alias.short).or_else(|| named(edition, centre, said.parameter)?.short);
    short.filter(|short| *short != "~")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Step;

    #[test]
    fn a_level_and_a_statistic_make_other_short_names() {
        let on = |parameter, surface, value: f64, statistic: &str| {
            let level = super::super::levels::of_edition_2((surface, Some(value)), (255, None));
            let said = Said {
                parameter,
                level,
                statistic: statistic.to_owned(),
                step: Step::default(),
                begins: None,
                member: None,
                perturbation: None,
                qualifiers: Vec::new(),
                plain: true,
                probability: false,
                process: 0,
                background: None,
                template: 0,
            };
            short_name(2, 98, &said)
        };
        assert_eq!(on([0, 0, 0], 103, 2.0, "instant"), Some("2t"));
        assert_eq!(on([0, 0, 0], 103, 80.0, "instant"), Some("t"));
        assert_eq!(on([0, 0, 0], 103, 2.0, "max"), Some("max_2t"));
        assert_eq!(on([0, 2, 2], 103, 10.0, "instant"), Some("10u"));
        assert_eq!(on([0, 3, 0], 1, 0.0, "instant"), Some("sp"));
        assert_eq!(on([0, 3, 5], 100, 50_000.0, "instant"), Some("gh"));
    }

    #[test]
    fn parameters_of_the_wmo_and_of_centres_have_their_units() {
        let units = |edition, centre, parameter| named(edition, centre, parameter).and_then(|named| named.units);
        assert_eq!(units(2, 7, [0, 3, 5]), Some("gpm"));
        assert_eq!(units(2, 98, [0, 1, 1]), Some("%"));
        assert_eq!(units(1, 98, [98, 128, 129]), Some("m2 s-2"));
        assert_eq!(units(1, 54, [54, 2, 7]), Some("gpm"));
        assert_eq!(units(1, 7, [7, 2, 52]), Some("%"));
        assert_eq!(named(2, 0, [0, 19, 190]), None);
        // The WMO's own numbers that other tools tell by their level only.
        assert_eq!(units(1, 7, [7, 2, 61]), Some("kg m-2"));
        assert_eq!(units(1, 85, [85, 1, 61]), Some("kg m-2"));
    }

    #[test]
    fn local_tables_are_those_of_their_centres() {
        let short = |edition, centre, parameter| named(edition, centre, parameter).and_then(|named| named.short);
        assert_eq!(short(1, 7, [7, 2, 130]), Some("mslet"));
        assert_eq!(short(1, 7, [7, 129, 212]), Some("refc"));
        assert_eq!(short(1, 7, [7, 131, 11]), Some("t"), "the lower half of NCEP's tables is the WMO's");
        assert_eq!(short(1, 8, [8, 2, 157]), Some("cape"), "the National Weather Service uses NCEP's tables");
        assert_eq!(short(1, 98, [98, 129, 11]), named(1, 98, [98, 129, 11]).and_then(|named| named.short));
        assert_ne!(short(1, 98, [98, 129, 130]), short(1, 7, [7, 129, 130]));
        assert_eq!(short(1, 220, [220, 201, 187]), short(1, 78, [78, 201, 187]));
        assert!(short(1, 220, [220, 201, 187]).is_some(), "COSMO of any centre");
        assert_eq!(named(2, 161, [209, 10, 0]).and_then(|named| named.units), Some("dBZ"));
        assert_eq!(short(2, 7, [0, 1, 241]), Some("tsnow"));
    }
}
