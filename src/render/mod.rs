//! The painter: fields, style and view to a frame. Pure: the same input gives the same bytes.

mod frame;
mod png;

pub use frame::Frame;
