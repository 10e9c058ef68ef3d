//! Compressors and filters by the names that Zarr gives them, in both versions.

use serde_json::Value;

use super::dtype::Form;
use crate::source::codec::{Filter, FilterError, Wrapping};

/// A codec that takes bytes or numbers and gives bytes; `None` for one that leaves nothing to undo. `settings` holds
/// what numcodecs knows of it.
pub fn filter(name: &str, settings: &Value, form: &Form) -> Result<Option<Filter>, FilterError> {
    let unknown = || FilterError::Unknown(name.to_owned());
    let filter = match name {
        "zlib" => Filter::Deflate(Wrapping::Zlib),
        "gzip" => Filter::Deflate(Wrapping::Gzip),
        "bz2" => Filter::Bzip2,
        "zstd" => Filter::Zstd,
        "lz4" => Filter::Lz4,
        "blosc" => Filter::Blosc,
        "crc32c" => Filter::Crc32c,
        "fletcher32" => Filter::Fletcher32,
        "shuffle" => {
            let each = settings.get("elementsize").map_or(Some(4), Value::as_u64);
            let each = each.and_then(|each| usize::try_from(each).ok()).filter(|each| (1..=256).contains(each));
            Filter::Shuffle(each.ok_or_else(unknown)?)
        }
        "delta" | "fixedscaleoffset" => calculation(name, settings, form).ok_or_else(unknown)?,
        // They round before they store.
        "quantize" | "bitround" => return Ok(None),
        _ => return Err(unknown()),
    };
    Ok(Some(filter))
}

/// A filter that calculates, if it ends in the array's own numbers.
fn calculation(name: &str, settings: &Value, form: &Form) -> Option<Filter> {
    let form_of = |key: &str| Form::of_numpy(settings.get(key)?.as_str()?).number_form();
    let numbers = form_of("dtype").filter(|numbers| form.number_form() == Some(*numbers))?;
    let stored = if settings.get("astype").is_some_and(Value::is_string) { form_of("astype")? } else { numbers };
    let setting = |key: &str| settings.get(key)?.as_f64();
    Some(match name {
        "delta" => Filter::Delta { numbers, stored },
        _ => Filter::FixedScaleOffset { offset: setting("offset")?, scale: setting("scale")?, numbers, stored },
    })
}
