//! Many files: listed by their names, read run by run, followed as they come, grow and go.

#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "support/standard_file.rs"]
mod standard_file;
#[allow(dead_code, reason = "each test binary uses a part of it")]
mod support;

#[path = "files/changing.rs"]
mod changing;
#[path = "files/harness.rs"]
mod harness;
#[path = "files/landing.rs"]
mod landing;
#[path = "files/listing.rs"]
mod listing;
#[path = "files/models.rs"]
mod models;
