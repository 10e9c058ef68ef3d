//! How the records of a file become variables: what tells one from another, what it is called, and its unit.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::descriptor::Descriptor;
use super::levels::Coded;
use crate::field::LevelKind;
use crate::grid::Grid;
use crate::source::Frame;
use crate::source::messages::Heading;
use crate::time::{LeadTime, Span};

/// What all records of one variable have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    pub nomvar: String,
    pub typvar: String,
    pub etiket: String,
    /// ip2, where records are alike in all else.
    pub second: Option<u32>,
    pub third: Third,
    pub level_kind: LevelKind,
    pub level_unit: Option<&'static str>,
    /// Of a record with several planes, counted from 0.
    pub plane: Option<u32>,
}

/// What ip3 says: the other end of an interval where it is coded as a time, else a number of the writer's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Third {
    Nothing,
    Number(u32),
    /// From the beginning of the run to the lead time.
    SinceStart,
    /// So many seconds up to the lead time.
    Interval(i64),
}

impl Third {
    pub fn of(record: &Descriptor) -> Self {
        /// The kind of a code that is a time in hours.
        const TIME: u32 = 10;
        /// Codes begin behind the plain numbers.
        const LAST_PLAIN: u32 = 32_767;
        let ip3 = record.ip3();
        if ip3 == 0 {
            return Self::Nothing;
        }
        match Coded::of(ip3) {
            Some(coded) if ip3 > LAST_PLAIN && coded.kind == TIME => {
                let lead = i64::from(record.deet()) * i64::from(record.npas());
                let other_end = (coded.number() * 3600.0) as i64;
                if other_end == 0 { Self::SinceStart } else { Self::Interval(lead - other_end) }
            }
            _ => Self::Number(ip3),
        }
    }

    /// The length of the interval that ip3 says, of a field with this lead time.
    pub fn span(self, lead: Option<LeadTime>) -> Option<Span> {
        match self {
            Self::Interval(seconds) => Some(Span(seconds)),
            Self::SinceStart => lead.map(|lead| Span(lead.0)),
            Self::Nothing | Self::Number(_) => None,
        }
    }

    fn word(self) -> String {
        match self {
            Self::Nothing => "ip3=0".to_owned(),
            Self::Number(number) => format!("ip3={number}"),
            Self::SinceStart => "0h".to_owned(),
            Self::Interval(seconds) => format!("{}h", seconds as f64 / 3600.0),
        }
    }
}

/// Names for all identities of a file: the nomvar, with typvar and etiket behind it where it stands twice, and whatever
/// else tells apart those that are still alike.
pub struct Names {
    /// Of name, type and label: whether they stand with several kinds of level, third numbers, planes.
    unlike: HashMap<[String; 3], [bool; 3]>,
}

/// With what a name, type and label stand.
#[derive(Default)]
struct Seen {
    levels: HashSet<LevelKind>,
    thirds: HashSet<Third>,
    planes: HashSet<Option<u32>>,
}

impl Names {
    pub fn of<'a>(identities: impl Iterator<Item = &'a Identity>) -> Self {
        let mut seen: HashMap<[String; 3], Seen> = HashMap::new();
        for identity in identities {
            let seen = seen.entry(identity.label()).or_default();
            seen.levels.insert(identity.level_kind);
            seen.thirds.insert(identity.third);
            seen.planes.insert(identity.plane);
        }
        let unlike = seen.into_iter().map(|(label, seen)| {
            (label, [seen.levels.len(), seen.thirds.len(), seen.planes.len()].map(|different| different > 1))
        });
        Self { unlike: unlike.collect() }
    }

    pub fn heading(&self, identity: &Identity, frame: Frame, grid: Arc<Grid>) -> Heading {
        let label = identity.label();
        let mut qualified = label.join("/");
        let [levels, thirds, planes] = self.unlike.get(&label).copied().unwrap_or_default();
        let kind = identity.level_kind.text_key();
        let further = [
            levels.then(|| kind.strip_prefix("level.").unwrap_or(kind).to_owned()),
            thirds.then(|| identity.third.word()),
            identity.second.map(|ip2| format!("ip2={ip2}")),
            identity.plane.filter(|_| planes).map(|plane| format!("k={plane}")),
        ];
        for part in further.into_iter().flatten() {
            qualified.push('/');
            qualified.push_str(&part);
        }
        Heading {
            name: identity.nomvar.clone(),
            qualified,
            identity: Some(identity.in_words()),
            units: unit(&identity.nomvar).map(str::to_owned),
            standard_name: None,
            long_name: None,
            grib: None,
            qualifiers: Vec::new(),
            frame,
            grid,
            levels: Some((identity.level_kind, identity.level_unit.map(str::to_owned))),
        }
    }
}

impl Identity {
    /// All of it, whatever else the file holds.
    fn in_words(&self) -> String {
        let plane = self.plane.map(|plane| format!("/k={plane}")).unwrap_or_default();
        let second = self.second.map(|ip2| format!("/ip2={ip2}")).unwrap_or_default();
        let (label, kind) = (self.label().join("/"), self.level_kind.text_key());
        format!("{label}/{kind}/{}{second}{plane}", self.third.word())
    }

    /// Name, type and label.
    pub fn label(&self) -> [String; 3] {
        [self.nomvar.clone(), self.typvar.clone(), self.etiket.clone()]
    }
}

#[derive(Deserialize)]
struct Table {
    units: HashMap<String, String>,
}

static UNITS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("../../../resources/rpn.toml"))
        .unwrap_or_else(|error| unreachable!("the bundled table is tested: {error}"));
    table.units
});

/// The unit in which the centre writes a nomvar: the file has none. `None` for names that are not in the table.
pub fn unit(nomvar: &str) -> Option<&'static str> {
    UNITS.get(nomvar).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Geometry;
    use crate::units;

    #[test]
    fn every_unit_of_the_table_is_one_that_converts() {
        for (nomvar, unit) in UNITS.iter() {
            assert!(units::parse(unit).is_some(), "{nomvar}: {unit}");
        }
        assert_eq!((unit("GZ"), unit("HR"), unit("UU"), unit("????")), (Some("dam"), Some("1"), Some("kt"), None));
    }

    #[test]
    fn the_dictionary_of_parameters_has_the_same_units() {
        #[derive(Deserialize)]
        struct Dictionary {
            variable: Vec<Parameter>,
        }
        #[derive(Deserialize)]
        struct Parameter {
            #[serde(default)]
            rpn: Vec<Name>,
        }
        #[derive(Deserialize)]
        struct Name {
            nomvar: String,
            unit: String,
        }
        let dictionary: Dictionary =
            toml::from_str(include_str!("../../../resources/variables.toml")).expect("the dictionary");
        for Name { nomvar, unit: expected } in dictionary.variable.into_iter().flat_map(|entry| entry.rpn) {
            assert_eq!(unit(&nomvar), Some(expected.as_str()), "{nomvar}");
        }
    }

    #[test]
    fn a_name_grows_only_by_what_tells_it_apart() {
        let plain = Identity {
            nomvar: "TT".into(),
            typvar: "P".into(),
            etiket: "RUN".into(),
            second: None,
            third: Third::Nothing,
            level_kind: LevelKind::Pressure,
            level_unit: Some("hPa"),
            plane: None,
        };
        let at_two_metres = Identity { level_kind: LevelKind::HeightAboveGround, ..plain.clone() };
        let analysis = Identity { typvar: "A".into(), ..plain.clone() };
        let grid = Arc::new(Grid { ny: 1, nx: 1, geometry: Geometry::Unplaced });
        let of = |identities: &[&Identity]| {
            let names = Names::of(identities.iter().copied());
            names.heading(identities[0], Frame::Unsaid, grid.clone()).qualified
        };
        assert_eq!(of(&[&plain]), "TT/P/RUN");
        assert_eq!(of(&[&plain, &analysis]), "TT/P/RUN");
        assert_eq!(of(&[&at_two_metres, &plain]), "TT/P/RUN/height_above_ground");
        let member = Identity { third: Third::Number(7), ..plain.clone() };
        assert_eq!(of(&[&member, &plain]), "TT/P/RUN/ip3=7");
        let second_plane = Identity { plane: Some(1), ..plain.clone() };
        assert_eq!(of(&[&second_plane, &plain]), "TT/P/RUN/k=1");
    }
}
