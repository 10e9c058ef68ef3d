//! Arrays of Zarr version 2: `.zarray` and `.zattrs`.

use serde_json::Value;

use super::codecs;
use super::dtype::{Form, Kind};
use super::json;
use super::nodes::{Array, Keys, MOST_CODECS, bounded};
use crate::source::cf::Attribute;
use crate::source::codec::{FilterError, Pipeline};

/// `None` where the document makes no sense.
pub fn array(path: &str, document: &Value, attributes: Option<&Value>) -> Option<Array> {
    let (shape, tile) = (json::sizes(document.get("shape"))?, json::sizes(document.get("chunks"))?);
    let form = document.get("dtype")?.as_str().map_or(Form::Other, Form::of_numpy);
    bounded(&shape, &tile, form.size())?;
    let separator = match document.get("dimension_separator").and_then(Value::as_str) {
        Some("/") => '/',
        _ => '.',
    };
    let mut axes: Vec<usize> = (0..shape.len()).collect();
    if document.get("order").and_then(Value::as_str) == Some("F") {
        axes.reverse();
    }
    let fill = document.get("fill_value");
    let names = dimension_names(document, attributes).filter(|names| names.len() == shape.len());
    let mut array = Array {
        path: path.to_owned(),
        dimensions: names.unwrap_or_default(),
        attributes: json::attributes(attributes, &form),
        fill: form.fill(fill),
        pipeline: pipeline(document, &form),
        keys: Keys { separator, leading: false },
        shard: None,
        form,
        shape,
        tile,
        axes,
    };
    array.add_fill_value(fill);
    Some(array)
}

impl Array {
    /// The fill value of version 2 is CF's `_FillValue`, as xarray writes it. Coordinates of their own dimension have no
    /// missing values, and truths none to spare. Zero is what writers put who were not asked: it means something where
    /// numbers are packed only, else no dry day and no lead time of zero would be left.
    fn add_fill_value(&mut self, fill: Option<&Value>) {
        let truth = matches!(self.form, Form::Numbers { kind: Kind::Truth, .. });
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let own = matches!(self.dimensions.as_slice(), [Some(only)] if only == name);
        let has = |name: &str| self.attributes.iter().any(|(key, _)| key == name);
        let (told, packed) = (has("_FillValue"), has("scale_factor") || has("add_offset"));
        let says = |fill: &&Value| !fill.is_null() && (packed || fill.as_f64() != Some(0.0));
        if let Some(value) = fill.filter(|fill| says(fill) && !truth && !own && !told) {
            let attribute = self.form.attribute(value);
            self.attributes.extend(attribute.map(|value: Attribute| ("_FillValue".to_owned(), value)));
        }
    }
}

/// The filters in the order in which they are applied, then the compressor.
fn pipeline(document: &Value, form: &Form) -> Result<Pipeline, FilterError> {
    let filters = document.get("filters").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let compressor = document.get("compressor").filter(|compressor| !compressor.is_null());
    let mut pipeline: Vec<_> = form.filter().into_iter().collect();
    if filters.len() > MOST_CODECS {
        return Err(FilterError::Unknown(filters.len().to_string()));
    }
    for settings in filters.iter().chain(compressor) {
        let name = settings.get("id").and_then(Value::as_str).unwrap_or("?");
        // The strings themselves are read behind all filters.
        if name != "vlen-utf8" || *form != Form::Vlen {
            pipeline.extend(codecs::filter(name, settings, form)?);
        }
    }
    let strings = filters.iter().any(|filter| filter.get("id").and_then(Value::as_str) == Some("vlen-utf8"));
    if *form == Form::Vlen && !strings {
        return Err(FilterError::Unknown("object".to_owned()));
    }
    Ok(Pipeline(pipeline))
}

/// As xarray writes them, or the NetCDF library in either of its ways.
fn dimension_names(document: &Value, attributes: Option<&Value>) -> Option<Vec<Option<String>>> {
    let by_xarray = attributes.and_then(|all| all.get("_ARRAY_DIMENSIONS"));
    let new = || attributes?.get("_nczarr_array")?.get("dimension_references");
    let old = || document.get("_NCZARR_ARRAY")?.get("dimrefs");
    let names = by_xarray.or_else(new).or_else(old)?.as_array()?;
    Some(names.iter().map(|name| Some(name.as_str()?.rsplit('/').next()?.to_owned())).collect())
}
