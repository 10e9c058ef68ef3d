//! The fields of a file: its records as messages, and their values on demand.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use ndarray::Array2;

use super::container::{Container, Fault};
use super::descriptor::Descriptor;
use super::grids::Grids;
use super::levels;
use super::naming::{Identity, Names, Third};
use super::positions;
use super::times::{self, Named};
use super::values::{self, Shape, Values};
use crate::field::LevelKind;
use crate::grid::Grid;
use crate::source::messages::{Decoder, Message};
use crate::source::{Detail, Frame, Refusal, SourceError, Step};

/// Fields of one file that are kept in mind.
const MOST_FIELDS: usize = 1 << 20;
/// Codes of levels without a meaning share a kind that no file can have.
const UNKNOWN_LEVEL: LevelKind = LevelKind::Other(999);

/// Which numbers make a field.
#[derive(Clone, Debug)]
struct Field {
    record: usize,
    plane: usize,
    /// The record that says where it holds.
    mask: Option<usize>,
    grid: Arc<Grid>,
}

/// The fields of a file as its directory describes them.
pub struct Fields {
    pub messages: Vec<Message>,
    places: Vec<Field>,
    /// For each thing that is wrong with records: how many they are, and the first.
    pub faults: Vec<(Fault, u64, usize)>,
    /// There are more fields than these.
    pub too_many: bool,
}

impl Fields {
    /// Reads positional records where grids need them: no field.
    pub fn of(container: &Container, grids: &mut Grids) -> Self {
        let named = Named::of(container.path());
        let masks = masks(container);
        let mut found: Vec<(Field, Identity, Descriptor)> = Vec::new();
        let mut faults: Vec<(Fault, u64, usize)> = Vec::new();
        let mut too_many = false;
        for (number, record) in container.records().enumerate() {
            if !is_offered(record) {
                continue;
            }
            let shape = match container.payload(record).and_then(|(_, bytes)| Shape::of(record, bytes)) {
                Ok(shape) => shape,
                Err(fault) => {
                    match faults.iter_mut().find(|(known, ..)| *known == fault) {
                        Some((_, count, _)) => *count += 1,
                        None => faults.push((fault, 1, number)),
                    }
                    continue;
                }
            };
            if found.len().saturating_add(shape.nk) > MOST_FIELDS {
                too_many = true;
                continue;
            }
            let grid = grids.of(record);
            let mask = masks.get(&MaskKey::of(record)).copied();
            for plane in 0..shape.nk {
                let field = Field { record: number, plane, mask, grid: grid.clone() };
                found.push((field, identity(record, shape, plane), *record));
            }
        }
        keep_apart(&mut found, named);
        let messages = messages(&found, named);
        let places = found.into_iter().map(|(field, ..)| field).collect();
        Self { messages, places, faults, too_many }
    }

    /// What undoes the packing of each of the messages.
    pub fn decoder(self, container: Container) -> Arc<dyn Decoder> {
        Arc::new(FieldDecoder { container, fields: self.places })
    }
}

/// Fields are numbers over an area, and no record that serves others.
fn is_offered(record: &Descriptor) -> bool {
    values::is_field(record) && !positions::is_auxiliary(&record.nomvar()) && !is_mask(record)
}

fn identity(record: &Descriptor, shape: Shape, plane: usize) -> Identity {
    let ((level_kind, level_unit), _) = level(record);
    Identity {
        nomvar: record.nomvar(),
        typvar: record.typvar(),
        etiket: record.etiket(),
        second: None,
        third: Third::of(record),
        level_kind,
        level_unit,
        plane: (shape.nk > 1).then_some(plane as u32),
    }
}

fn level(record: &Descriptor) -> ((LevelKind, Option<&'static str>), f64) {
    levels::level(record.ip1()).unwrap_or(((UNKNOWN_LEVEL, None), record.ip1().into()))
}

/// Records that agree in all but ip2 would hide one another: there ip2 is a part of what they are.
fn keep_apart(found: &mut [(Field, Identity, Descriptor)], named: Named) {
    let mut first: HashMap<_, u32> = HashMap::new();
    let mut hidden: HashSet<[String; 3]> = HashSet::new();
    for (field, identity, record) in found.iter() {
        let (_, level) = level(record);
        let key = (Arc::as_ptr(&field.grid) as usize, identity, level.to_bits(), times::step(record, named));
        if *first.entry(key).or_insert(record.ip2()) != record.ip2() {
            hidden.insert(identity.label());
        }
    }
    drop(first);
    let alike = found.iter_mut().filter(|(_, identity, _)| !hidden.is_empty() && hidden.contains(&identity.label()));
    alike.for_each(|(_, identity, record)| identity.second = Some(record.ip2()));
}

fn messages(found: &[(Field, Identity, Descriptor)], named: Named) -> Vec<Message> {
    let names = Names::of(found.iter().map(|(_, identity, _)| identity));
    let mut headings = HashMap::new();
    found
        .iter()
        .map(|(field, identity, record)| {
            let key = (Arc::as_ptr(&field.grid) as usize, identity);
            let heading = || Arc::new(names.heading(identity, frame(record), field.grid.clone()));
            let heading = headings.entry(key).or_insert_with(heading);
            let (_, level) = level(record);
            let step = times::step(record, named);
            let step = Step { span: identity.third.span(step.lead), ..step };
            Message { heading: heading.clone(), level: Some(level), level_to: None, step, member: None }
        })
        .collect()
}

/// Winds stand along x and y of their grid, which has none where each point is given by itself (Y): those are of the Earth.
/// Names for components to the east and to the north are others than those of components along the grid.
fn frame(record: &Descriptor) -> Frame {
    if record.grtyp() == 'Y' { Frame::Earth } else { Frame::Grid }
}

/// By which a field and its mask know each other.
#[derive(PartialEq, Eq, Hash)]
struct MaskKey {
    nomvar: String,
    etiket: String,
    numbers: [u32; 6],
}

impl MaskKey {
    fn of(record: &Descriptor) -> Self {
        let numbers = [record.date(), record.ip1(), record.ip2(), record.ip3(), record.ni(), record.nj()];
        Self { nomvar: record.nomvar(), etiket: record.etiket(), numbers }
    }
}

fn is_mask(record: &Descriptor) -> bool {
    matches!(record.typvar().as_str(), "@@" | "!@")
}

/// Records that hold 1 where another one, whose type ends in `@`, is valid.
fn masks(container: &Container) -> HashMap<MaskKey, usize> {
    let masked = |record: &Descriptor| !is_mask(record) && record.typvar().ends_with('@');
    let wanted: HashSet<MaskKey> = container.records().filter(|record| masked(record)).map(MaskKey::of).collect();
    let all = container.records().enumerate().filter(|(_, record)| !wanted.is_empty() && is_mask(record));
    all.map(|(number, record)| (MaskKey::of(record), number)).filter(|(key, _)| wanted.contains(key)).collect()
}

#[derive(Debug)]
struct FieldDecoder {
    container: Container,
    fields: Vec<Field>,
}

impl FieldDecoder {
    /// All values of a record.
    fn values(&self, record: usize) -> Result<Values, SourceError> {
        let absent = || self.container.fault(record, Detail::of("rpn.address"));
        let described = self.container.record(record).ok_or_else(absent)?;
        let data = self.container.read(record)?;
        values::decode(described, &data).map_err(|fault| self.container.fault(record, fault))
    }

    /// The values of one field, numbers of one kind, with holes where its mask has them.
    fn field<S: Copy>(
        &self,
        message: usize,
        convert: impl Fn(Values) -> Vec<S>,
        missing: S,
    ) -> Result<Array2<S>, SourceError> {
        let none = || SourceError::new(self.path(), Refusal::NoGrid, Detail::of("detail.no_message"));
        let field = self.fields.get(message).ok_or_else(none)?;
        let (ny, nx) = (field.grid.ny, field.grid.nx);
        let mut values = convert(self.values(field.record)?);
        let inconsistent = || self.container.fault(field.record, Detail::of("detail.inconsistent"));
        let count = ny.saturating_mul(nx);
        if values.len() != count {
            let first = field.plane.saturating_mul(count);
            let plane = values.get(first..first.saturating_add(count)).ok_or_else(inconsistent)?;
            values = plane.to_vec();
        }
        if let Some(mask) = field.mask {
            let mask = self.values(mask)?.into_f64();
            values.iter_mut().zip(mask).filter(|(_, valid)| *valid == 0.0).for_each(|(value, _)| *value = missing);
        }
        Array2::from_shape_vec((ny, nx), values).map_err(|_| inconsistent())
    }
}

impl Decoder for FieldDecoder {
    fn path(&self) -> &Path {
        self.container.path()
    }

    fn points(&self, message: usize) -> usize {
        let record = self.fields.get(message).and_then(|field| self.container.record(field.record));
        record.map_or(0, |record| {
            [record.ni(), record.nj(), record.nk()].iter().fold(1_usize, |all, &n| all.saturating_mul(n as usize))
        })
    }

    fn decode(&self, message: usize) -> Result<Array2<f64>, SourceError> {
        self.field(message, Values::into_f64, f64::NAN)
    }

    fn decode_f32(&self, message: usize) -> Result<Array2<f32>, SourceError> {
        self.field(message, Values::into_f32, f32::NAN)
    }
}
