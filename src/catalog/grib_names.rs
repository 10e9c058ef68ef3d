//! The dictionary's entries behind the numbers by which GRIB names parameters.

use std::sync::LazyLock;

use super::parameter::{KNOWN, KnownParameter};
use crate::source::{GribIdentity, LevelAxis};

/// ECMWF and NCEP have numbers of their own in edition 1.
const ECMWF: u16 = 98;
const NCEP: u16 = 7;

/// One way in which messages name an entry.
struct GribName {
    entry: &'static KnownParameter,
    edition: u8,
    /// `None` where any centre's numbers are meant.
    centre: Option<u16>,
    /// Edition 2: discipline, category, number. Edition 1: version of the table (0 for the WMO's), number.
    numbers: Vec<u16>,
    /// Type of level.
    surface: Option<u8>,
    value: Option<f64>,
    statistic: Option<&'static str>,
}

static NAMES: LazyLock<Vec<GribName>> = LazyLock::new(|| {
    let mut names = Vec::new();
    for entry in KNOWN.iter() {
        names.extend(entry.grib2.iter().filter_map(|word| GribName::read(entry, 2, None, word)));
        names.extend(entry.grib1.iter().filter_map(|word| GribName::read(entry, 1, None, &format!("0.{word}"))));
        names.extend(entry.grib1_ncep.iter().filter_map(|word| {
            // Table 2 where none is named.
            let plain = word.split_once('@').map_or(word.as_str(), |(numbers, _)| numbers);
            let word = if plain.contains('.') { word.clone() } else { format!("2.{word}") };
            GribName::read(entry, 1, Some(NCEP), &word)
        }));
        names.extend(entry.grib1_ecmwf.iter().filter_map(|word| GribName::read(entry, 1, Some(ECMWF), word)));
        // Table 128 is the one that numbers without a table mean.
        if let Some(id) = entry.ecmwf_id {
            let (table, number) = if id < 1000 { (128, id) } else { (id / 1000, id % 1000) };
            names.extend(GribName::read(entry, 1, Some(ECMWF), &format!("{table}.{number}")));
        }
    }
    names
});

/// The entry that a message's numbers name; the one that says most about level and statistic where there are several.
/// `levels` are those of the whole variable: «at 2 m» is meant only where 2 m is its only level.
pub(super) fn identify(grib: &GribIdentity, levels: Option<&LevelAxis>) -> Option<&'static KnownParameter> {
    if !grib.plain {
        return None;
    }
    let ranked = NAMES.iter().filter_map(|name| Some((name.rank(grib, levels)?, name.entry)));
    // The first of equals.
    ranked
        .fold(
            None,
            |best: Option<(i32, _)>, found| if best.is_some_and(|best| best.0 >= found.0) { best } else { Some(found) },
        )
        .map(|(_, entry)| entry)
}

impl GribName {
    /// Reads `0.0.0@103:2/2`.
    fn read(entry: &'static KnownParameter, edition: u8, centre: Option<u16>, word: &str) -> Option<Self> {
        let (word, statistic) = match word.split_once('/') {
            Some((word, code)) => (word, Some(*["avg", "accum", "max", "min"].get(code.parse::<usize>().ok()?)?)),
            None => (word, None),
        };
        let (numbers, level) = word.split_once('@').map_or((word, None), |(numbers, level)| (numbers, Some(level)));
        let (surface, value) = match level.map(|level| level.split_once(':').unwrap_or((level, ""))) {
            Some((surface, value)) => (Some(surface.parse().ok()?), value.parse().ok()),
            None => (None, None),
        };
        let numbers: Option<Vec<u16>> = numbers.split('.').map(|number| number.parse().ok()).collect();
        Some(Self { entry, edition, centre, numbers: numbers?, surface, value, statistic })
    }

    /// How much it says of what a message is; `None` where it says something else.
    fn rank(&self, grib: &GribIdentity, levels: Option<&LevelAxis>) -> Option<i32> {
        if self.edition != grib.edition || !self.is_numbered(grib) {
            return None;
        }
        let mut rank = match self.statistic {
            Some(statistic) if statistic == grib.statistic => 1,
            // An amount may come as if it were of a moment.
            Some("accum") if grib.statistic == "instant" => -1,
            Some(_) => return None,
            None => self.takes(grib).then_some(0)?,
        };
        match self.surface {
            Some(surface) if surface == grib.surface => rank += 2,
            Some(_) => return None,
            // Radiation at the top of the atmosphere is not that at the ground.
            None if grib.level_kind == "top" => return None,
            None => {}
        }
        if let Some(value) = self.value {
            let only = levels.filter(|axis| axis.values.len() == 1).and_then(|axis| axis.values.first());
            if only != Some(&value) {
                return None;
            }
            rank += 4;
        }
        Some(rank)
    }

    fn is_numbered(&self, grib: &GribIdentity) -> bool {
        const LOCAL: u16 = 192;
        /// The discipline of MRMS.
        const MRMS: u16 = 209;
        let [_, table, number] = grib.parameter;
        match (self.edition, self.centre, self.numbers.as_slice()) {
            // The centres' own numbers in the dictionary are NCEP's.
            (2, _, numbers) => {
                let local = grib.parameter.iter().any(|&number| number >= LOCAL);
                let is_own = grib.parameter.first() == Some(&MRMS);
                let is_ncep = GribIdentity::uses_tables_of_ncep(grib.centre);
                numbers == grib.parameter && (!local || is_own || is_ncep)
            }
            // The lower half of tables 1 to 3 is the WMO's, and so is that of NCEP's own.
            (_, None, &[_, wanted]) => {
                let of_ncep = (129..=141).contains(&table) && GribIdentity::uses_tables_of_ncep(grib.centre);
                number < 128 && number == wanted && (table <= 3 || of_ncep)
            }
            (_, Some(centre), &[wanted_table, wanted]) => {
                let is_its = centre == grib.centre || centre == NCEP && GribIdentity::uses_tables_of_ncep(grib.centre);
                is_its && table == wanted_table && number == wanted
            }
            _ => false,
        }
    }

    /// Whether a statistic that the entry does not ask for leaves it what it is: sums and means of what is summed anyway,
    /// and means on levels of the free atmosphere. A mean beside its own instant values at the ground is something else.
    fn takes(&self, grib: &GribIdentity) -> bool {
        let is_mean = grib.statistic.starts_with("avg");
        match grib.statistic.as_str() {
            "instant" => true,
            "accum" => self.entry.is_summed(),
            _ if is_mean => {
                self.entry.is_summed()
                    || ["pressure", "hybrid", "sigma", "potential_temperature"].contains(&grib.level_kind.as_str())
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::LevelKind;

    fn check(
        edition: u8,
        centre: u16,
        parameter: [u16; 3],
        level: (u8, &str, &[f64]),
        statistic: &str,
    ) -> Option<&'static str> {
        let (surface, word, values) = level;
        let grib = GribIdentity {
            edition,
            centre,
            parameter,
            surface,
            level_kind: word.into(),
            statistic: statistic.into(),
            plain: true,
        };
        let axis = LevelAxis::of(LevelKind::Other(surface.into()), None, values.to_vec());
        identify(&grib, Some(&axis).filter(|axis| !axis.values.is_empty())).map(|entry| entry.id.as_str())
    }

    #[test]
    fn level_and_statistic_choose_among_entries_of_one_number() {
        let pressure = (100, "pressure", [85_000.0, 50_000.0].as_slice());
        let two_metres = (103, "height_above_ground", [2.0].as_slice());
        assert_eq!(check(2, 7, [0, 0, 0], pressure, "instant"), Some("temperature"));
        assert_eq!(check(2, 7, [0, 0, 0], two_metres, "instant"), Some("temperature_2m"));
        assert_eq!(check(2, 7, [0, 0, 0], two_metres, "max"), Some("temperature_max_2m"));
        let masts = (103, "height_above_ground", [2.0, 80.0].as_slice());
        assert_eq!(check(2, 7, [0, 0, 0], masts, "instant"), Some("temperature"));
        assert_eq!(check(2, 7, [0, 3, 0], (1, "surface", &[]), "instant"), Some("surface_pressure"));
        assert_eq!(check(2, 7, [0, 3, 0], (101, "msl", &[]), "instant"), Some("mslp"));
        assert_eq!(check(2, 78, [0, 1, 52], (1, "surface", &[]), "accum"), Some("total_precipitation"));
        assert_eq!(check(2, 78, [0, 1, 52], (1, "surface", &[]), "instant"), Some("precipitation_rate"));
        assert_eq!(check(2, 7, [0, 6, 1], (10, "entire_atmosphere", &[]), "avg"), None);
    }

    #[test]
    fn the_first_product_is_known_from_every_centre() {
        let wmo = (100, "pressure", [500.0].as_slice());
        for (centre, parameter, id) in [
            (54, [54, 2, 52], "relative_humidity"),
            (7, [7, 2, 7], "geopotential_height"),
            (98, [98, 128, 157], "relative_humidity"),
            (98, [98, 128, 129], "geopotential"),
            (98, [98, 128, 133], "specific_humidity"),
            (85, [85, 1, 6], "geopotential"),
        ] {
            assert_eq!(check(1, centre, parameter, wmo, "instant"), Some(id), "{centre} {parameter:?}");
        }
        assert_eq!(check(1, 7, [7, 128, 157], wmo, "instant"), None, "table 128 is ECMWF's");
        let numbers =
            [([0, 1, 1], "relative_humidity"), ([0, 3, 5], "geopotential_height"), ([0, 3, 4], "geopotential")];
        for (parameter, id) in numbers {
            assert_eq!(check(2, 255, parameter, (100, "pressure", &[50_000.0]), "instant"), Some(id));
        }
    }
}
