//! The rooms between a file and its numbers, compiled for fuzzing.

#![forbid(unsafe_code)]

#[path = "../../src/catalog/mod.rs"]
pub mod catalog;
#[path = "../../src/field/mod.rs"]
pub mod field;
#[path = "../../src/grid/mod.rs"]
pub mod grid;
#[path = "../../src/source/mod.rs"]
pub mod source;
#[path = "../../src/text.rs"]
pub mod text;
#[path = "../../src/time.rs"]
pub mod time;
#[path = "../../src/units.rs"]
pub mod units;

#[path = "../support/reading.rs"]
pub mod reading;
