//! Small messages made by hand.
