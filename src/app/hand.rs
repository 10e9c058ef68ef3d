//! What the hand does with the map: where it has been moved to, and whether it still moves.

use crate::map::View;

/// The view wanted now, and how it came about.
#[derive(Clone, Debug, Default)]
pub struct Hand {
    /// Of the map rectangle; `None` until the map has a size and data to show.
    pub view: Option<View>,
    /// The view is that of its region: it follows the region when the window changes its size.
    pub home: bool,
    /// Seconds on the window's clock of the last movement.
    pub moved: Option<f64>,
    /// The place under the pointer, while that is over the map.
    pub pointer: Option<Pointer>,
}

/// The place under the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pointer {
    pub lon: f64,
    pub lat: f64,
}

/// The sharp picture is asked for when the hand has rested this long, or as soon as the one before is done.
pub const REST: f64 = 0.08;

impl Hand {
    /// A move by the hand to another view.
    pub fn go(&mut self, view: View, now: f64) {
        if self.view.as_ref() != Some(&view) {
            self.view = Some(view);
            self.home = false;
            self.moved = Some(now);
        }
    }

    /// Seconds until the hand counts as resting; `None` where it does.
    #[must_use]
    pub fn moving(&self, now: f64) -> Option<f64> {
        let left = self.moved? + REST - now;
        (left > 0.0).then_some(left)
    }
}
