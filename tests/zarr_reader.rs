//! Zarr stores, written here by hand: metadata as JSON, chunks as bytes.

#[path = "zarr_reader/hostile.rs"]
mod hostile;
#[path = "zarr_reader/reading.rs"]
mod reading;
#[path = "zarr_reader/writing.rs"]
mod writing;
