//! JSON as Zarr's writers write it, and attributes from it.

use serde_json::Value;

use super::dtype::Form;
use crate::source::cf::Attribute;

/// A document; Python writes NaN and infinities as bare words, which JSON has not.
pub fn parse(bytes: &[u8]) -> Option<Value> {
    let strict = serde_json::from_slice(bytes).ok();
    strict.or_else(|| serde_json::from_str(&with_quoted_words(std::str::from_utf8(bytes).ok()?)).ok())
}

/// The words that stand outside of strings and are no JSON become strings.
fn with_quoted_words(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 64);
    let (mut in_string, mut rest) = (false, text);
    while let Some(next) = rest.chars().next() {
        let word = ["NaN", "-Infinity", "Infinity"].into_iter().find(|word| !in_string && rest.starts_with(word));
        let length = match word {
            Some(word) => {
                quoted.extend(["\"", word, "\""]);
                word.len()
            }
            // An escape and what it escapes stay together.
            None if in_string && next == '\\' => {
                let pair: String = rest.chars().take(2).collect();
                quoted.push_str(&pair);
                pair.len()
            }
            None => {
                in_string ^= next == '"';
                quoted.push(next);
                next.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    quoted
}

/// Attributes of an array; those that CF counts in the array's own numbers may be written as text.
pub fn attributes(value: Option<&Value>, form: &Form) -> Vec<(String, Attribute)> {
    let Some(object) = value.and_then(Value::as_object) else { return Vec::new() };
    let of_value = ["_FillValue", "missing_value", "valid_min", "valid_max", "valid_range"];
    let read = |(name, value): (&String, &Value)| {
        let numbers = of_value.contains(&name.as_str()).then(|| form.attribute(value)).flatten();
        Some((name.clone(), numbers.or_else(|| attribute(value))?))
    };
    object.iter().filter_map(read).collect()
}

/// `None` for what CF has no attributes for.
pub fn attribute(value: &Value) -> Option<Attribute> {
    let list = std::slice::from_ref(value);
    let list = value.as_array().map_or(list, Vec::as_slice);
    if list.iter().all(Value::is_string) && !list.is_empty() {
        let mut texts: Vec<String> = list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        return Some(if texts.len() == 1 { Attribute::Text(texts.remove(0)) } else { Attribute::Texts(texts) });
    }
    if let Some(whole) = list.iter().map(whole).collect() {
        return Some(Attribute::Integers(whole)).filter(|_| !list.is_empty());
    }
    let real = |value: &Value| value.as_f64().or_else(|| word(value.as_str()?));
    list.iter().map(real).collect::<Option<Vec<f64>>>().map(Attribute::Floats)
}

pub fn whole(value: &Value) -> Option<i128> {
    let of_truth = || value.as_bool().map(i128::from);
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from)).or_else(of_truth)
}

/// A number that JSON cannot write.
pub fn word(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// A list of sizes.
pub fn sizes(value: Option<&Value>) -> Option<Vec<usize>> {
    value?.as_array()?.iter().map(|size| usize::try_from(size.as_u64()?).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_words_of_python_are_read() {
        let document = parse(br#"{"a": NaN, "b": [-Infinity, 1.5], "c": "say \"NaN\", Infinity"}"#).expect("readable");
        assert_eq!(document["a"], "NaN");
        assert_eq!(attribute(&document["b"]), Some(Attribute::Floats(vec![f64::NEG_INFINITY, 1.5])));
        assert_eq!(document["c"], "say \"NaN\", Infinity");
        assert_eq!(parse(b"{\"a\": nan}"), None);
    }

    #[test]
    fn attributes_keep_their_kind() {
        let document =
            parse(br#"{"i": [1, 2], "f": [1, 2.5], "t": "x", "u": ["x", "y"], "b": true, "o": {}, "e": []}"#);
        let found = attributes(document.as_ref(), &Form::Other);
        let get = |name: &str| found.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        assert_eq!(get("i"), Some(Attribute::Integers(vec![1, 2])));
        assert_eq!(get("f"), Some(Attribute::Floats(vec![1.0, 2.5])));
        assert_eq!(get("t"), Some(Attribute::Text("x".into())));
        assert_eq!(get("u"), Some(Attribute::Texts(vec!["x".into(), "y".into()])));
        assert_eq!(get("b"), Some(Attribute::Integers(vec![1])));
        assert_eq!((get("o"), get("e")), (None, None));
    }
}
