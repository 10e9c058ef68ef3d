//! millibar: a native viewer for weather forecast files.
//!
//! Data flows one way: paths → source → catalog → engine → app or cli. The modules, in that order:
//!
//! ```text
//! paths ──► source ──► catalog ──► engine ──► app   the window
//!                                         └─► cli   the commands
//! product ──► render   fields + style + view → frame, pure
//! map                  projections, view, basemap, sampler
//! text, raster, units, time, grid, field: types that every module may use
//! ```
//!
//! `ARCHITECTURE.md` lists what each module owns and may use; `tests/architecture.rs` enforces it.
#![forbid(unsafe_code)]

pub mod app;
pub mod catalog;
pub mod cli;
pub mod engine;
pub mod field;
pub mod grid;
pub mod map;
pub mod product;
pub mod raster;
pub mod render;
pub mod source;
pub mod text;
pub mod time;
pub mod units;
