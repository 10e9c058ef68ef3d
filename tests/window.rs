//! The window without a display: driven by the names of its controls, as a screen reader would.

#[allow(dead_code, reason = "each test binary uses a part of it")]
mod support;

#[path = "window/choosing.rs"]
mod choosing;
#[path = "window/controls.rs"]
mod controls;
#[path = "window/following.rs"]
mod following;
#[path = "window/going.rs"]
mod going;
#[path = "window/harness.rs"]
mod harness;
#[path = "window/list.rs"]
mod list;
#[path = "window/models.rs"]
mod models;
#[path = "window/opening.rs"]
mod opening;
#[path = "window/playing.rs"]
mod playing;
#[path = "window/pressing.rs"]
mod pressing;
#[path = "window/restarting.rs"]
mod restarting;
