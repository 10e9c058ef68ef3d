//! Limits that the user may set, and what they come to on this machine.

use super::watch::Watching;

/// Limits that the user may set, and what else an owner wants.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Worker threads; by default as many as the cores that this process may use.
    pub threads: Option<usize>,
    /// Bytes for fields, frames and textures together; by default a quarter of the available memory, 512 MiB to 2 GiB.
    pub memory: Option<u64>,
    /// How open files are looked after; `None` for an owner that is done before they change.
    pub watching: Option<Watching>,
}

impl Options {
    /// Affinity and the cgroup's quota of processor time are respected.
    pub(super) fn threads(self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.threads.unwrap_or_else(cores).clamp(1, 256)
    }
}
