//! The NetCDF C library in a process of its own; `source::netcdf::fallback` says what it is asked and answers.
#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::process::ExitCode;

use millibar::source::cf::{Attribute, Declared, Dimension, Element, Number};
use millibar::source::{Described, Dumped};
use netcdf::types::{FloatType, IntType, NcVariableType};
use netcdf::{AttributeValue, Extents, Group, Variable};

type Failure = Box<dyn std::error::Error>;

const USAGE: &str = "usage: millibar-netcdf describe FILE | dump FILE VARIABLE START COUNT";
/// Numbers in one answer.
const MOST_NUMBERS: usize = 1 << 28;
const DEEPEST_GROUP: usize = 32;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["describe", file] => describe(file),
        ["dump", file, variable, start, count] => dump(file, variable, start, count),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("millibar-netcdf: {error}");
            ExitCode::from(3)
        }
    }
}

fn describe(path: &str) -> Result<(), Failure> {
    let file = netcdf::open(path)?;
    let mut described = Described::default();
    described.variables.extend(file.variables().map(|variable| declared(&variable, "")));
    for group in file.groups().into_iter().flatten() {
        collect(&group, &group.name(), 0, &mut described.variables);
    }
    described.attributes =
        file.attributes().filter_map(|a| Some((a.name().to_owned(), text(&a.value().ok()?)?))).collect();
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &described)?;
    Ok(writeln!(out)?)
}

fn collect(group: &Group<'_>, path: &str, depth: usize, found: &mut Vec<Declared>) {
    found.extend(group.variables().map(|variable| declared(&variable, path)));
    if depth < DEEPEST_GROUP {
        for inner in group.groups() {
            collect(&inner, &format!("{path}/{}", inner.name()), depth + 1, found);
        }
    }
}

fn dump(path: &str, name: &str, start: &str, count: &str) -> Result<(), Failure> {
    let file = netcdf::open(path)?;
    let variable = file.variable(name).ok_or("no such variable")?;
    let (start, count) = (list(start)?, list(count)?);
    let wanted = count.iter().try_fold(1_usize, |product, &n| product.checked_mul(n)).filter(|&n| n <= MOST_NUMBERS);
    let wanted = wanted.ok_or("more numbers than one answer holds")?;
    let extents = Extents::try_from((start.as_slice(), count.as_slice()))?;
    let values: Vec<f64> = variable.get_values(extents)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    serde_json::to_writer(&mut out, &Dumped { numbers: wanted })?;
    writeln!(out)?;
    for value in values {
        out.write_all(&value.to_le_bytes())?;
    }
    Ok(out.flush()?)
}

fn list(text: &str) -> Result<Vec<usize>, Failure> {
    text.split(',').filter(|word| !word.is_empty()).map(|word| Ok(word.parse()?)).collect()
}

fn declared(variable: &Variable<'_>, group: &str) -> Declared {
    let name = variable.name();
    let path = if group.is_empty() { name } else { format!("{group}/{name}") };
    let kind = variable.vartype();
    let mut dims: Vec<Dimension> =
        variable.dimensions().iter().map(|dim| Dimension { name: dim.name(), size: dim.len() }).collect();
    // The last dimension of characters is the length of the strings.
    if kind == NcVariableType::Char {
        dims.pop();
    }
    let attributes =
        variable.attributes().filter_map(|a| Some((a.name().to_owned(), attribute(a.value().ok()?)))).collect();
    Declared { path, element: element(&kind), dims, attributes }
}

fn element(kind: &NcVariableType) -> Element {
    Element::Number(match kind {
        NcVariableType::Int(IntType::I8) => Number::I8,
        NcVariableType::Int(IntType::U8) => Number::U8,
        NcVariableType::Int(IntType::I16) => Number::I16,
        NcVariableType::Int(IntType::U16) => Number::U16,
        NcVariableType::Int(IntType::I32) => Number::I32,
        NcVariableType::Int(IntType::U32) => Number::U32,
        NcVariableType::Int(IntType::I64) => Number::I64,
        NcVariableType::Int(IntType::U64) => Number::U64,
        NcVariableType::Float(FloatType::F32) => Number::F32,
        NcVariableType::Float(FloatType::F64) => Number::F64,
        NcVariableType::Char | NcVariableType::String => return Element::Text,
        _ => return Element::Other,
    })
}

fn attribute(value: AttributeValue) -> Attribute {
    fn whole<T: Into<i128>>(values: impl IntoIterator<Item = T>) -> Attribute {
        Attribute::Integers(values.into_iter().map(Into::into).collect())
    }
    match value {
        AttributeValue::Uchar(x) => whole([x]),
        AttributeValue::Uchars(x) => whole(x),
        AttributeValue::Schar(x) => whole([x]),
        AttributeValue::Schars(x) => whole(x),
        AttributeValue::Ushort(x) => whole([x]),
        AttributeValue::Ushorts(x) => whole(x),
        AttributeValue::Short(x) => whole([x]),
        AttributeValue::Shorts(x) => whole(x),
        AttributeValue::Uint(x) => whole([x]),
        AttributeValue::Uints(x) => whole(x),
        AttributeValue::Int(x) => whole([x]),
        AttributeValue::Ints(x) => whole(x),
        AttributeValue::Ulonglong(x) => whole([x]),
        AttributeValue::Ulonglongs(x) => whole(x),
        AttributeValue::Longlong(x) => whole([x]),
        AttributeValue::Longlongs(x) => whole(x),
        AttributeValue::Float(x) => Attribute::Floats(vec![x.into()]),
        AttributeValue::Floats(x) => Attribute::Floats(x.into_iter().map(Into::into).collect()),
        AttributeValue::Double(x) => Attribute::Floats(vec![x]),
        AttributeValue::Doubles(x) => Attribute::Floats(x),
        AttributeValue::Str(x) => Attribute::Text(x),
        AttributeValue::Strs(x) => Attribute::Texts(x),
    }
}

fn text(value: &AttributeValue) -> Option<String> {
    if let AttributeValue::Str(text) = value { Some(text.clone()) } else { None }
}
