//! Arrays that are stored in tiles, chunks of HDF5 and Zarr or blocks of plain rows: each tile is read and decoded once,
//! in parallel, and handed to all fields that it covers.

mod layout;
mod reader;
mod sides;
mod windows;

pub use layout::{Chunks, Fetched, Kind, Layout};
pub use reader::{Arrays, variables};
pub use windows::Job;

use super::cf::ByteOrder;

/// This machine's order of bytes.
pub const NATIVE: ByteOrder = if cfg!(target_endian = "little") { ByteOrder::Little } else { ByteOrder::Big };
