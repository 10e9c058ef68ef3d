//! Arrays of Zarr version 3: `zarr.json`.

use serde_json::Value;

use super::codecs;
use super::dtype::Form;
use super::json;
use super::nodes::{Array, Keys, MOST_CODECS, Shard, bounded};
use crate::source::cf::ByteOrder;
use crate::source::codec::{FilterError, Pipeline};

/// `None` where the document makes no sense.
pub fn array(path: &str, document: &Value) -> Option<Array> {
    let shape = json::sizes(document.get("shape"))?;
    let grid = document.get("chunk_grid")?;
    let outer = json::sizes(grid.get("configuration")?.get("chunk_shape")).filter(|_| name(grid) == "regular")?;
    let chain = document.get("codecs")?.as_array()?;
    let sharding = chain.iter().find(|codec| name(codec) == "sharding_indexed");
    let inner = sharding.and_then(|codec| codec.get("configuration")?.get("codecs")?.as_array());
    let form = Form::of_name(document.get("data_type")?, order_of(inner.unwrap_or(chain)));
    let (mut tile, mut shard) = (outer, None);
    let mut decoded = Decoding::of(inner.unwrap_or(chain), &form, shape.len());
    if let Some(codec) = sharding {
        let inner_tile = json::sizes(codec.get("configuration")?.get("chunk_shape"))?;
        let per_shard = divided(&tile, &inner_tile)?;
        (tile, shard) = (inner_tile, Some(shard_of(codec, per_shard)));
        // Codecs around the shards would have to be undone as a whole before the index can be read.
        if chain.len() > 1 {
            decoded.pipeline = Err(FilterError::Unknown("sharding_indexed".into()));
        }
    }
    bounded(&shape, &tile, form.size())?;
    let shard = match shard {
        Some(Ok(shard)) => Some(shard),
        Some(Err(unknown)) => {
            decoded.pipeline = Err(unknown);
            None
        }
        None => None,
    };
    let attributes = document.get("attributes");
    let names = document.get("dimension_names").or_else(|| attributes?.get("_ARRAY_DIMENSIONS"));
    let names = names.and_then(Value::as_array);
    let names: Option<Vec<_>> = names.map(|names| names.iter().map(|n| n.as_str().map(str::to_owned)).collect());
    Some(Array {
        path: path.to_owned(),
        dimensions: names.filter(|names| names.len() == shape.len()).unwrap_or_default(),
        attributes: json::attributes(attributes, &form),
        fill: form.fill(document.get("fill_value")),
        pipeline: decoded.pipeline,
        keys: keys(document.get("chunk_key_encoding")?)?,
        shard,
        form,
        shape,
        tile,
        axes: decoded.axes,
    })
}

/// Codecs may be written as a name alone.
fn name(codec: &Value) -> &str {
    codec.as_str().or_else(|| codec.get("name")?.as_str()).unwrap_or("?")
}

fn order_of(chain: &[Value]) -> ByteOrder {
    let bytes = chain.iter().find(|codec| name(codec) == "bytes");
    let big = bytes.and_then(|codec| codec.get("configuration")?.get("endian")?.as_str()) == Some("big");
    if big { ByteOrder::Big } else { ByteOrder::Little }
}

/// What a chain of codecs does to a chunk.
struct Decoding {
    axes: Vec<usize>,
    pipeline: Result<Pipeline, FilterError>,
}

impl Decoding {
    fn of(chain: &[Value], form: &Form, rank: usize) -> Self {
        let mut axes: Vec<usize> = (0..rank).collect();
        let mut pipeline: Vec<_> = form.filter().into_iter().collect();
        if chain.len() > MOST_CODECS {
            return Self { axes, pipeline: Err(FilterError::Unknown(chain.len().to_string())) };
        }
        for codec in chain {
            let empty = Value::Null;
            let settings = codec.get("configuration").unwrap_or(&empty);
            let taken = match name(codec) {
                "sharding_indexed" => Err(FilterError::Unknown("sharding_indexed".into())),
                "bytes" | "vlen-utf8" => Ok(None),
                "transpose" => match turned(&axes, settings.get("order")) {
                    Some(turned) => {
                        axes = turned;
                        Ok(None)
                    }
                    None => Err(FilterError::Unknown("transpose".into())),
                },
                // numcodecs lends its own under longer names.
                other => codecs::filter(other.strip_prefix("numcodecs.").unwrap_or(other), settings, form),
            };
            match taken {
                Ok(filter) => pipeline.extend(filter),
                Err(unknown) => return Self { axes, pipeline: Err(unknown) },
            }
        }
        Self { axes, pipeline: Ok(Pipeline(pipeline)) }
    }
}

/// The dimensions in the order in which they are stored once they are transposed.
fn turned(axes: &[usize], order: Option<&Value>) -> Option<Vec<usize>> {
    let order = match order.and_then(Value::as_str) {
        Some("C") => (0..axes.len()).collect(),
        Some("F") => (0..axes.len()).rev().collect(),
        _ => json::sizes(order)?,
    };
    let mut sorted = order.clone();
    sorted.sort_unstable();
    let turned: Option<Vec<usize>> = order.iter().map(|&at| axes.get(at).copied()).collect();
    turned.filter(|_| sorted.iter().enumerate().all(|(n, &at)| n == at) && order.len() == axes.len())
}

/// How many inner chunks a shard has along each dimension.
fn divided(outer: &[usize], inner: &[usize]) -> Option<Vec<usize>> {
    let whole = |(&outer, &inner): (&usize, &usize)| (inner > 0 && outer % inner == 0).then(|| outer / inner);
    (outer.len() == inner.len()).then(|| outer.iter().zip(inner).map(whole).collect())?
}

/// Where the index of a shard stands, and whether a checksum stands behind it.
fn shard_of(codec: &Value, per_shard: Vec<usize>) -> Result<Shard, FilterError> {
    let unknown = || FilterError::Unknown("sharding_indexed".into());
    let settings = codec.get("configuration").ok_or_else(unknown)?;
    let index = settings.get("index_codecs").and_then(Value::as_array).ok_or_else(unknown)?;
    let names: Vec<&str> = index.iter().map(name).collect();
    let checked = match names.as_slice() {
        ["bytes"] => false,
        ["bytes", "crc32c"] => true,
        _ => return Err(unknown()),
    };
    let first = settings.get("index_location").and_then(Value::as_str) == Some("start");
    Ok(Shard { per_shard, checked, first, order: order_of(index) })
}

/// How the position of a chunk becomes its key.
fn keys(encoding: &Value) -> Option<Keys> {
    let given = || encoding.get("configuration")?.get("separator")?.as_str();
    let separator = |usual| match given() {
        Some("/") => Some('/'),
        Some(".") => Some('.'),
        Some(_) => None,
        None => Some(usual),
    };
    match name(encoding) {
        "default" => Some(Keys { separator: separator('/')?, leading: true }),
        "v2" => Some(Keys { separator: separator('.')?, leading: false }),
        _ => None,
    }
}
