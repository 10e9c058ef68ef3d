//! Files made of messages with one field each, GRIB and RPN standard files: joined into variables by what the messages
//! say of themselves.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::Array2;
use rayon::prelude::*;

use super::alone::alone;
use super::{Choice, Detail, Frame, GribIdentity, LevelAxis, Reader, Refusal, SourceError, Step, Stop, Variable};
use crate::field::{LevelKind, Member, Qualifier};
use crate::grid::{Grid, Window};

static NEXT_ID: AtomicU64 = AtomicU64::new(1 << 32);

/// What all messages of one variable share. Two messages whose headings are equal belong to one variable; the grid is
/// compared by its address, so that a format shares one `Arc` between all messages on it.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The variable's id, where no other heading of the file has the same.
    pub name: String,
    /// Its id where the name stands twice.
    pub qualified: String,
    /// As of [`Variable`].
    pub identity: Option<String>,
    pub units: Option<String>,
    pub standard_name: Option<String>,
    pub long_name: Option<String>,
    pub grib: Option<GribIdentity>,
    /// As of [`Variable`].
    pub qualifiers: Vec<Qualifier>,
    pub frame: Frame,
    pub grid: Arc<Grid>,
    /// The kind and the unit of its levels; `None` where messages have none.
    pub levels: Option<(LevelKind, Option<String>)>,
}

/// One field, and what tells it from the others of its variable.
#[derive(Clone, Debug)]
pub struct Message {
    pub heading: Arc<Heading>,
    /// In the file's own unit; `None` exactly where the heading has no levels.
    pub level: Option<f64>,
    /// The other bound of a layer, in the same unit.
    pub level_to: Option<f64>,
    pub step: Step,
    pub member: Option<Member>,
}

/// Undoes the packing of one message, by its number in the list that [`variables`] was given.
pub trait Decoder: Send + Sync + fmt::Debug {
    fn path(&self) -> &Path;

    /// How many values a message has, as far as its header says.
    fn points(&self, message: usize) -> usize {
        let _ = message;
        0
    }

    /// `[ny, nx]` of the message's grid in its stored order, missing values NaN.
    fn decode(&self, message: usize) -> Result<Array2<f64>, SourceError>;

    /// The same for drawing.
    fn decode_f32(&self, message: usize) -> Result<Array2<f32>, SourceError> {
        self.decode(message).map(|values| values.mapv(|value| value as f32))
    }
}

/// Positions on the axes of a variable: step, level, member.
type Place = (usize, usize, usize);

/// Joins messages into variables in the order in which their headings appear. Of messages that say the same of
/// themselves the first one counts.
#[must_use]
pub fn variables(messages: &[Message], decoder: Arc<dyn Decoder>) -> Vec<Variable> {
    let mut gathered: Vec<Gathered> = Vec::new();
    let mut known: HashMap<(usize, String), Vec<usize>> = HashMap::new();
    let mut last: Option<(Arc<Heading>, usize)> = None;
    for (number, message) in messages.iter().enumerate() {
        let at = match &last {
            Some((heading, at)) if Arc::ptr_eq(heading, &message.heading) => *at,
            _ => {
                let key = (Arc::as_ptr(&message.heading.grid) as usize, message.heading.qualified.clone());
                let alike = known.entry(key).or_default();
                let found = alike.iter().copied().find(|&at| gathered[at].heading.is_same(&message.heading));
                found.unwrap_or_else(|| {
                    alike.push(gathered.len());
                    gathered.push(Gathered::new(message.heading.clone()));
                    gathered.len() - 1
                })
            }
        };
        gathered[at].add(number, message);
        last = Some((message.heading.clone(), at));
    }
    finish(gathered, decoder)
}

impl Heading {
    fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.grid, &other.grid)
            && self.name == other.name
            && self.qualified == other.qualified
            && self.units == other.units
            && self.grib == other.grib
            && self.frame == other.frame
            && self.levels == other.levels
    }
}

/// The bits of a level's number, and of the other bound of a layer.
type Bounds = (u64, Option<u64>);

/// A variable in the making: its axes in order of appearance.
struct Gathered {
    heading: Arc<Heading>,
    levels: Axis<Bounds>,
    steps: Axis<Step>,
    members: Axis<Option<Member>>,
    places: HashMap<Place, usize>,
}

impl Gathered {
    fn new(heading: Arc<Heading>) -> Self {
        Self {
            heading,
            levels: Axis::default(),
            steps: Axis::default(),
            members: Axis::default(),
            places: HashMap::new(),
        }
    }

    fn add(&mut self, number: usize, message: &Message) {
        // -0 and 0 are one level.
        let bits = |value: f64| (value + 0.0).to_bits();
        let place = (
            self.steps.place(message.step),
            self.levels.place((bits(message.level.unwrap_or(0.0)), message.level_to.map(bits))),
            self.members.place(message.member.clone()),
        );
        self.places.entry(place).or_insert(number);
    }
}

/// The values of an axis, each once, and where each stands.
struct Axis<K>(HashMap<K, usize>);

impl<K: Hash + Eq> Axis<K> {
    fn place(&mut self, value: K) -> usize {
        let next = self.0.len();
        *self.0.entry(value).or_insert(next)
    }

    fn in_order(self) -> Vec<K> {
        let mut values: Vec<_> = self.0.into_iter().collect();
        values.sort_by_key(|(_, place)| *place);
        values.into_iter().map(|(value, _)| value).collect()
    }
}

impl<K> Default for Axis<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

/// Ids are made unlike each other, and all variables get one reader.
fn finish(gathered: Vec<Gathered>, decoder: Arc<dyn Decoder>) -> Vec<Variable> {
    let (mut parts, mut places) = (Vec::new(), Vec::new());
    for Gathered { heading, levels, steps, members, places: own } in gathered {
        places.push(own);
        parts.push((heading, levels.in_order(), steps.in_order(), members.in_order()));
    }
    let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
    let reader: Arc<dyn Reader> = Arc::new(MessageReader { id, decoder, places });
    let mut times_named: HashMap<String, usize> = HashMap::new();
    // By a name that two variables have on one grid neither is found again.
    let mut times_identified: HashMap<(*const Grid, String), usize> = HashMap::new();
    for (heading, ..) in &parts {
        *times_named.entry(heading.name.clone()).or_default() += 1;
        if let Some(identity) = &heading.identity {
            *times_identified.entry((Arc::as_ptr(&heading.grid), identity.clone())).or_default() += 1;
        }
    }
    let identified = |heading: &Heading| {
        let only = |name: &String| times_identified.get(&(Arc::as_ptr(&heading.grid), name.clone())) == Some(&1);
        heading.identity.clone().filter(only)
    };
    let mut taken: HashMap<String, usize> = HashMap::new();
    parts
        .into_iter()
        .zip(0..)
        .map(|((heading, levels, steps, members), number)| {
            let alone = times_named.get(&heading.name) == Some(&1);
            let mut id = if alone { heading.name.clone() } else { heading.qualified.clone() };
            let before = taken.entry(id.clone()).or_default();
            *before += 1;
            if *before > 1 {
                id = format!("{id}#{before}");
            }
            let members: Option<Vec<Member>> = members.into_iter().collect();
            Variable {
                step_dims: Vec::new(),
                id,
                name: heading.name.clone(),
                identity: identified(&heading),
                units: heading.units.clone(),
                standard_name: heading.standard_name.clone(),
                long_name: heading.long_name.clone(),
                cell_methods: None,
                grib: heading.grib.clone(),
                qualifiers: heading.qualifiers.clone(),
                frame: heading.frame,
                grid: heading.grid.clone(),
                levels: heading.levels.clone().map(|(kind, units)| axis(kind, units, &levels)),
                steps: Arc::new(steps),
                members,
                dims: Arc::default(),
                reader: reader.clone(),
                number,
            }
        })
        .collect()
}

fn axis(kind: LevelKind, units: Option<String>, levels: &[Bounds]) -> LevelAxis {
    let values = levels.iter().map(|(value, _)| f64::from_bits(*value)).collect();
    let has_layers = levels.iter().any(|(_, to)| to.is_some());
    let to = if has_layers { levels.iter().map(|(_, to)| to.map(f64::from_bits)).collect() } else { Vec::new() };
    LevelAxis { kind, units, values, to }
}

/// The fields of one file of messages.
#[derive(Debug)]
struct MessageReader {
    id: u64,
    decoder: Arc<dyn Decoder>,
    /// For each variable, the number of the message at each place of its axes.
    places: Vec<HashMap<Place, usize>>,
}

impl MessageReader {
    fn message(&self, variable: u32, choice: &Choice) -> Option<usize> {
        let places = usize::try_from(variable).ok().and_then(|n| self.places.get(n))?;
        places.get(&(choice.step, choice.level, choice.member)).copied()
    }

    fn wanted(&self, variable: u32, choice: &Choice) -> Result<usize, SourceError> {
        let absent = || SourceError::new(self.path(), Refusal::NoGrid, Detail::of("detail.no_message"));
        self.message(variable, choice).ok_or_else(absent)
    }
}

impl MessageReader {
    fn window(&self, variable: u32, choice: &Choice, window: Window) -> Result<Array2<f32>, SourceError> {
        let message = self.wanted(variable, choice)?;
        let _large = alone(self.decoder.points(message).saturating_mul(size_of::<f32>()));
        self.decoder.decode_f32(message).map(|whole| cut(whole, window, f32::NAN))
    }
}

impl Reader for MessageReader {
    fn id(&self) -> u64 {
        self.id
    }

    fn path(&self) -> &Path {
        self.decoder.path()
    }

    fn has(&self, variable: u32, choice: &Choice) -> bool {
        self.message(variable, choice).is_some()
    }

    fn read_raw(&self, variable: u32, choice: &Choice) -> Result<Array2<f64>, SourceError> {
        self.decoder.decode(self.wanted(variable, choice)?)
    }

    fn read_windows(
        &self,
        variable: u32,
        choices: &[&Choice],
        window: Window,
        stop: &Stop,
        done: &(dyn Fn(usize, Result<Array2<f32>, SourceError>) + Sync),
    ) {
        choices.par_iter().enumerate().for_each(|(n, choice)| {
            if !stop.is_stopped() {
                done(n, self.window(variable, choice, window));
            }
        });
    }

    fn batch(&self, variable: u32, choice: &Choice) -> u64 {
        self.message(variable, choice).map_or(u64::MAX, |message| message as u64)
    }
}

/// The part of a field that a window within it covers, in the field's own memory: a large one is never there twice.
pub(crate) fn shrink<S: Copy + Default>(whole: Array2<S>, window: Window) -> Array2<S> {
    let (ny, nx) = whole.dim();
    if window == (Window { j0: 0, i0: 0, ny, nx }) {
        return whole;
    }
    let Window { j0, i0, .. } = window;
    let (rows, columns) = (window.ny.min(ny.saturating_sub(j0)), window.nx.min(nx.saturating_sub(i0)));
    let part = |whole: &Array2<S>| Array2::from_shape_fn((rows, columns), |(j, i)| whole[[j0 + j, i0 + i]]);
    if !whole.is_standard_layout() {
        return part(&whole);
    }
    let (mut values, first) = whole.into_raw_vec_and_offset();
    let first = first.unwrap_or(0) + j0 * nx + i0;
    for row in 0..rows {
        let from = first + row * nx;
        values.copy_within(from..from + columns, row * columns);
    }
    values.truncate(rows * columns);
    values.shrink_to_fit();
    Array2::from_shape_vec((rows, columns), values).unwrap_or_default()
}

/// The part of a field that a window covers; `missing` where there is none.
pub(super) fn cut<S: Copy + Default>(whole: Array2<S>, window: Window, missing: S) -> Array2<S> {
    let (ny, nx) = whole.dim();
    if window.j0.saturating_add(window.ny) <= ny && window.i0.saturating_add(window.nx) <= nx {
        return shrink(whole, window);
    }
    Array2::from_shape_fn((window.ny, window.nx), |(j, i)| {
        let column = (window.i0 + i) % nx.max(1);
        whole.get((window.j0 + j, column)).copied().unwrap_or(missing)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Geometry;
    use crate::time::LeadTime;

    #[test]
    fn a_part_of_a_field_is_the_same_in_its_own_memory() {
        let whole = Array2::from_shape_fn((5, 7), |(j, i)| 10 * j + i);
        let window = Window { j0: 1, i0: 2, ny: 3, nx: 4 };
        let expected = Array2::from_shape_fn((3, 4), |(j, i)| 10 * (j + 1) + i + 2);
        assert_eq!(shrink(whole.clone(), window), expected);
        assert_eq!(
            shrink(whole.clone().reversed_axes(), Window { j0: 2, i0: 1, ny: 4, nx: 3 }),
            expected.reversed_axes()
        );
        assert_eq!(shrink(whole.clone(), Window { j0: 0, i0: 0, ny: 5, nx: 7 }), whole);
    }

    #[derive(Debug)]
    struct Numbers;

    impl Decoder for Numbers {
        fn path(&self) -> &Path {
            Path::new("numbers")
        }
        fn decode(&self, message: usize) -> Result<Array2<f64>, SourceError> {
            Ok(Array2::from_shape_fn((2, 3), |(j, i)| (100 * message + 10 * j + i) as f64))
        }
    }

    fn message(heading: &Arc<Heading>, level: f64, hours: i64) -> Message {
        let step = Step { lead: Some(LeadTime(3600 * hours)), ..Step::default() };
        Message { heading: heading.clone(), level: Some(level), level_to: None, step, member: None }
    }

    fn heading(name: &str, qualified: &str) -> Arc<Heading> {
        let grid = Arc::new(Grid { ny: 2, nx: 3, geometry: Geometry::Unplaced });
        Arc::new(Heading {
            name: name.into(),
            qualified: qualified.into(),
            identity: None,
            units: None,
            standard_name: None,
            long_name: None,
            grib: None,
            qualifiers: Vec::new(),
            frame: Frame::Unsaid,
            grid,
            levels: Some((LevelKind::Pressure, Some("Pa".into()))),
        })
    }

    #[test]
    fn messages_make_axes_and_what_no_message_has_is_absent() {
        let t = heading("t", "t:pressure");
        let messages =
            [message(&t, 85_000.0, 0), message(&t, 50_000.0, 6), message(&t, 85_000.0, 6), message(&t, 85_000.0, 6)];
        let variables = variables(&messages, Arc::new(Numbers));
        let [t] = variables.as_slice() else { panic!("one variable") };
        assert_eq!((t.id.as_str(), t.steps.len()), ("t", 2));
        assert_eq!(t.levels.as_ref().map(|axis| axis.values.clone()), Some(vec![85_000.0, 50_000.0]));
        let at = |step, level| t.field(Choice { step, level, ..Choice::default() });
        assert!(at(0, 1).is_none(), "50 kPa has no first step");
        let repeated = at(1, 0).expect("is there").read_raw().expect("decodes");
        assert_eq!(repeated[[0, 0]], 200.0, "of equal messages the first one counts");
    }

    #[test]
    fn names_that_stand_twice_are_qualified() {
        let messages = [
            message(&heading("t", "t:pressure"), 1.0, 0),
            message(&heading("t", "t:height"), 1.0, 0),
            message(&heading("t", "t:height"), 1.0, 0),
            message(&heading("u", "u:height"), 1.0, 0),
        ];
        let ids: Vec<_> = variables(&messages, Arc::new(Numbers)).into_iter().map(|v| v.id).collect();
        assert_eq!(ids, ["t:pressure", "t:height", "t:height#2", "u"]);
    }
}
