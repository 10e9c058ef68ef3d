//! Reads that take a large part of the memory go one at a time: what is decoded on the way to a field lives for one of
//! them only.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Decoded chunks and messages of so many bytes are read alone; of smaller ones every worker may have one.
const LARGE: usize = 1 << 26;

/// Whether so many bytes are given back as soon as they were used, rather than kept for the next read.
#[must_use]
pub fn is_large(bytes: usize) -> bool {
    bytes >= LARGE
}

/// To be held while so many bytes are decoded and copied; `None` where they are few. Only workers wait for it, and nobody
/// who holds it hands out work or waits for others.
#[must_use]
pub fn alone(bytes: usize) -> Option<MutexGuard<'static, ()>> {
    static ONE: Mutex<()> = Mutex::new(());
    is_large(bytes).then(|| ONE.lock().unwrap_or_else(PoisonError::into_inner))
}
