//! Filters of HDF5 that the library undoes, and ours that it is given.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hdf5_reader::FilterRegistry;
use hdf5_reader::error::Error;
use hdf5_reader::filters::{nbit, scaleoffset, szip};

use super::{Filter, FilterError, OURS, Pipeline, copied};

/// Largest chunk that our filters make for the library, which does not say what it expects.
const LARGEST_CHUNK: usize = 1 << 28;

/// Which filter of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Szip,
    NBit,
    ScaleOffset,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Szip => "szip",
            Self::NBit => "n-bit",
            Self::ScaleOffset => "scale-offset",
        }
    }

    /// How many bytes were written to `out`.
    pub fn decode(self, bytes: &[u8], parameters: &[u32], out: &mut [u8]) -> Result<usize, FilterError> {
        let most = out.len();
        let decode = || match self {
            Self::Szip => szip::decompress_with_limit(bytes, parameters, most),
            Self::NBit => nbit::decompress_with_limit(bytes, parameters, most),
            Self::ScaleOffset => scaleoffset::decompress_with_limit(bytes, parameters, most),
        };
        // A decoder that gives up is as good as one that says why.
        let decoded = catch_unwind(AssertUnwindSafe(decode)).ok().and_then(Result::ok);
        copied(&decoded.ok_or(FilterError::Stream(self.name()))?, out)
    }
}

/// The library's filters with ours beside them, for what it reads itself: coordinates, and what the loop over tiles does
/// not know.
#[must_use]
pub fn registry() -> FilterRegistry {
    let mut registry = FilterRegistry::new();
    for id in OURS {
        registry.register(
            id,
            Box::new(move |description, bytes, number_size| {
                let filter = Filter::of_hdf5(id, &description.client_data, number_size);
                let decoded =
                    filter.and_then(|filter| Pipeline(vec![filter]).undo_within(bytes.to_vec(), LARGEST_CHUNK));
                decoded.map_err(|error| match error {
                    FilterError::Unknown(name) => Error::UnsupportedFilter(name),
                    FilterError::Broken(what) | FilterError::Stream(what) => Error::InvalidData(what.to_owned()),
                })
            }),
        );
    }
    registry
}
