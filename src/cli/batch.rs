//! `millibar probe --batch`: one JSON request a line, one JSON answer a line, in order.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::info::shape;
use super::output::Output;
use super::prober::{Finding, Place, ProbeError, Prober};
use crate::catalog::{self, Wanted, WantedInterval, WantedLevel, WantedPosition};
use crate::text::{Bilingual, Language};
use crate::time::LeadTime;

/// One line of the input; what it leaves out is the first that there is.
#[derive(Debug, Default, Deserialize)]
struct Request {
    variable: Option<String>,
    run: Option<String>,
    lead: Option<f64>,
    valid: Option<String>,
    /// The file's own number; two of a layer.
    level: Option<LevelAsked>,
    member: Option<Value>,
    /// As `--interval` takes it.
    interval: Option<String>,
    #[serde(default)]
    dims: Option<BTreeMap<String, usize>>,
    index: Option<Index>,
    /// Latitude, longitude.
    at: Option<[f64; 2]>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum LevelAsked {
    One(f64),
    Layer([f64; 2]),
}

/// Row and column, or one number on grids of loose points.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Index {
    Point(usize),
    One([usize; 1]),
    Two([usize; 2]),
}

/// One line of the output.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Answer {
    Found {
        value: Value,
        units: Option<String>,
        lat: Value,
        lon: Value,
        index: Vec<usize>,
        #[serde(skip_serializing_if = "Option::is_none")]
        shown: Option<Box<Shown>>,
    },
    Refused {
        error: Reason,
    },
}

/// A part of a vector along the grid as it is shown: turned and converted.
#[derive(Serialize)]
pub struct Shown {
    name: Bilingual,
    value: Value,
    units: String,
    in_file_units: Value,
    turned: bool,
    frame: &'static str,
}

impl Shown {
    fn of(finding: &Finding) -> Option<Self> {
        let vector = finding.vector.as_ref()?;
        let value = vector.value(finding.value, finding.index)?;
        Some(Self {
            name: vector.parameter.name.clone(),
            value: json_number(value),
            units: vector.parameter.unit_label.clone(),
            in_file_units: json_number(vector.in_file_units(value)),
            turned: vector.how == catalog::Shown::Turned,
            frame: vector.part.tell(vector.how, Language::English),
        })
    }
}

#[derive(Serialize)]
pub struct Reason {
    class: &'static str,
    message: String,
}

/// Answers every line until the input ends or nobody listens any more.
pub fn answer_all(prober: &mut Prober, output: &mut Output) {
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    while !output.is_closed() {
        line.clear();
        match input.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => output.json(&answer(prober, &line)),
        }
        output.flush();
    }
}

fn answer(prober: &mut Prober, line: &[u8]) -> Answer {
    let found = serde_json::from_slice::<Request>(line)
        .map_err(|error| ProbeError::BadRequest(error.to_string()))
        .and_then(|request| prober.find(request.variable.as_deref(), &request.wanted(), request.place()));
    match found {
        Ok(finding) => Answer::found(&finding),
        Err(error) => Answer::refused(&error),
    }
}

impl Request {
    fn wanted(&self) -> Wanted {
        Wanted {
            run: self.run.clone(),
            lead: self.lead.and_then(LeadTime::from_hours),
            valid: self.valid.clone(),
            level: self.level.map(|level| match level {
                LevelAsked::One(value) => WantedLevel::InFile(value, None),
                LevelAsked::Layer([value, to]) => WantedLevel::InFile(value, Some(to)),
            }),
            interval: self.interval.as_deref().and_then(WantedInterval::parse),
            member: self.member.as_ref().filter(|member| !member.is_null()).map(|member| match member {
                Value::String(name) => name.clone(),
                other => other.to_string(),
            }),
            dims: self.dims.iter().flatten().map(|(name, at)| (name.clone(), WantedPosition::At(*at))).collect(),
        }
    }

    fn place(&self) -> Option<Place> {
        let index = self.index.as_ref().map(|index| match index {
            Index::Point(i) | Index::One([i]) => Place::Index([0, *i]),
            Index::Two(index) => Place::Index(*index),
        });
        index.or(self.at.map(Place::At))
    }
}

impl Answer {
    pub fn found(finding: &Finding) -> Self {
        let [j, i] = finding.index;
        let (lon, lat) = finding.position.unwrap_or((f64::NAN, f64::NAN));
        let grid = finding.grid;
        Self::Found {
            value: json_number(finding.value),
            units: finding.variable.units.clone(),
            lat: json_number(lat),
            lon: json_number(lon),
            index: if shape(grid).len() == 1 { vec![i] } else { vec![j, i] },
            shown: Shown::of(finding).map(Box::new),
        }
    }

    pub fn refused(error: &ProbeError) -> Self {
        Self::Refused { error: Reason { class: error.class(), message: error.tell(Language::English) } }
    }
}

/// JSON has no infinities: they are words. A missing value is `null`.
pub fn json_number(value: f64) -> Value {
    if value == f64::INFINITY {
        "inf".into()
    } else if value == f64::NEG_INFINITY {
        "-inf".into()
    } else {
        // `Value::from` makes a NaN `null`.
        value.into()
    }
}

#[cfg(test)]
mod tests {
    use super::super::vectors::Shelf;
    use super::*;

    #[test]
    fn infinities_are_words_and_a_missing_value_is_null() {
        assert_eq!(json_number(f64::INFINITY).to_string(), "\"inf\"");
        assert_eq!(json_number(f64::NEG_INFINITY).to_string(), "\"-inf\"");
        assert_eq!(json_number(f64::NAN).to_string(), "null");
        assert_eq!(json_number(-3.5).to_string(), "-3.5");
    }

    #[test]
    fn a_line_that_is_no_request_gets_an_answer_that_says_so() {
        let shelf = Shelf::new(&[]);
        let mut prober = Prober::new(&[], &shelf);
        for line in ["", "nonsense", "[]", "{\"level\":\"high\"}", "{\"index\":[-1,0]}", "{\"at\":[1]}", "\u{0}"] {
            let answer = serde_json::to_string(&answer(&mut prober, line.as_bytes())).expect("serialises");
            assert!(answer.contains("bad-request"), "{line}: {answer}");
        }
    }

    #[test]
    fn a_grid_point_is_two_numbers_or_one() {
        let place = |text: &str| serde_json::from_str::<Request>(text).expect("a request").place();
        assert_eq!(place("{\"index\":[3,4]}"), Some(Place::Index([3, 4])));
        assert_eq!(place("{\"index\":[5]}"), Some(Place::Index([0, 5])));
        assert_eq!(place("{\"index\":5}"), Some(Place::Index([0, 5])));
        assert_eq!(place("{\"at\":[-54.5,12]}"), Some(Place::At([-54.5, 12.0])));
        assert_eq!(place("{}"), None);
    }
}
