//! From the reader's groups to plain declarations.

use netcdf_reader::{NcAttrValue, NcGroup, NcType, NcVariable};

use crate::source::cf::{Attribute, Declared, Dimension, Element, Number};

/// Groups nested deeper than this are left out: no forecast does so, a hostile file might.
const DEEPEST_GROUP: usize = 32;

/// All variables of a group and the groups in it, in the file's order.
pub fn declarations(root: &NcGroup) -> Vec<Declared> {
    let mut found = Vec::new();
    collect(root, "", 0, &mut found);
    found
}

fn collect(group: &NcGroup, path: &str, depth: usize, found: &mut Vec<Declared>) {
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    found.extend(group.variables.iter().filter_map(|variable| declared(variable, inside(variable.name()))));
    if depth < DEEPEST_GROUP {
        for inner in &group.groups {
            collect(inner, &inside(&inner.name), depth + 1, found);
        }
    }
}

/// `None` where a dimension is larger than this machine can count.
fn declared(variable: &NcVariable, path: String) -> Option<Declared> {
    let mut dims = Vec::with_capacity(variable.ndim());
    for dim in variable.dimensions() {
        dims.push(Dimension { name: dim.name.clone(), size: usize::try_from(dim.size).ok()? });
    }
    let element = element(variable.dtype());
    // The last dimension of characters is the length of the strings.
    if *variable.dtype() == NcType::Char {
        dims.pop();
    }
    let attributes =
        variable.attributes().iter().filter_map(|a| Some((a.name.clone(), attribute(&a.value)?))).collect();
    Some(Declared { path, element, dims, attributes })
}

fn element(dtype: &NcType) -> Element {
    Element::Number(match dtype {
        NcType::Byte => Number::I8,
        NcType::UByte => Number::U8,
        NcType::Short => Number::I16,
        NcType::UShort => Number::U16,
        NcType::Int => Number::I32,
        NcType::UInt => Number::U32,
        NcType::Int64 => Number::I64,
        NcType::UInt64 => Number::U64,
        NcType::Float => Number::F32,
        NcType::Double => Number::F64,
        NcType::Char | NcType::String => return Element::Text,
        NcType::Enum { base, .. } => return element(base),
        _ => return Element::Other,
    })
}

fn attribute(value: &NcAttrValue) -> Option<Attribute> {
    fn whole<T: Copy + Into<i128>>(values: &[T]) -> Attribute {
        Attribute::Integers(values.iter().map(|&value| value.into()).collect())
    }
    Some(match value {
        NcAttrValue::Bytes(values) => whole(values),
        NcAttrValue::UBytes(values) => whole(values),
        NcAttrValue::Shorts(values) => whole(values),
        NcAttrValue::UShorts(values) => whole(values),
        NcAttrValue::Ints(values) => whole(values),
        NcAttrValue::UInts(values) => whole(values),
        NcAttrValue::Int64s(values) => whole(values),
        NcAttrValue::UInt64s(values) => whole(values),
        NcAttrValue::Floats(values) => Attribute::Floats(values.iter().map(|&value| f64::from(value)).collect()),
        NcAttrValue::Doubles(values) => Attribute::Floats(values.clone()),
        NcAttrValue::Chars(text) => Attribute::Text(text.trim_end_matches('\0').to_owned()),
        NcAttrValue::Strings(texts) => match texts.as_slice() {
            [only] => Attribute::Text(only.clone()),
            _ => Attribute::Texts(texts.clone()),
        },
        NcAttrValue::UserDefined { .. } => return None,
    })
}

/// The attributes of the root group.
pub fn attributes(root: &NcGroup) -> Vec<(String, Attribute)> {
    root.attributes.iter().filter_map(|a| Some((a.name.clone(), attribute(&a.value)?))).collect()
}
