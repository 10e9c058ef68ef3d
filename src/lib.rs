//! millibar: open forecast files, watch the loop.
//!
//! A forecast goes through the program as through a river, and the modules are the river in order:
//!
//! ```text
//! paths ──► source ──► catalog ──► engine ──► app   the window
//!                                         └─► cli   its headless twin
//! product ──► render   fields + style + view → frame, pure
//! map                  projections, view, basemap, sampler
//! text, units, time, grid, field: the words that every room speaks
//! ```
//!
//! `ARCHITECTURE.md` has the table of what each room owns; `tests/architecture.rs` keeps the arrows pointing one way.
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
