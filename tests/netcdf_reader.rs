//! NetCDF files, written by the C library and read by ours: values, coordinates, times, and files that are broken.
#![cfg(feature = "netcdf-c")]

#[path = "netcdf_reader/hostile.rs"]
mod hostile;
#[path = "netcdf_reader/meaning.rs"]
mod meaning;
#[path = "netcdf_reader/storage.rs"]
mod storage;
#[path = "netcdf_reader/writing.rs"]
mod writing;
