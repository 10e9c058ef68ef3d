//! With `MILLIBAR_TRACE` set, each stage says on the error stream how long it took; for all, sums are kept.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Where the time goes.
#[derive(Debug)]
pub(super) struct Trace {
    told: bool,
    began: Instant,
    read: AtomicU64,
    render: AtomicU64,
}

/// The kinds of stage that are summed apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Read,
    Render,
}

impl Trace {
    pub(super) fn new() -> Self {
        let told = std::env::var_os("MILLIBAR_TRACE").is_some_and(|value| !value.is_empty() && value != "0");
        Self { told, began: Instant::now(), read: AtomicU64::new(0), render: AtomicU64::new(0) }
    }

    pub(super) fn stage<T>(&self, kind: Kind, name: &str, slot: Option<usize>, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let outcome = work();
        let took = start.elapsed();
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        match kind {
            Kind::Open => {}
            Kind::Read => _ = self.read.fetch_add(nanoseconds, Ordering::Relaxed),
            Kind::Render => _ = self.render.fetch_add(nanoseconds, Ordering::Relaxed),
        }
        if self.told {
            let at = self.began.elapsed().as_secs_f64() * 1e3;
            let slot = slot.map_or_else(|| "-".to_owned(), |slot| slot.to_string());
            eprintln!("{at:9.2} ms  {name:<8} {slot:>4} {:8.2} ms", took.as_secs_f64() * 1e3);
        }
        outcome
    }

    /// Summed over all workers.
    pub(super) fn sums(&self) -> (Duration, Duration) {
        let sum = |of: &AtomicU64| Duration::from_nanos(of.load(Ordering::Relaxed));
        (sum(&self.read), sum(&self.render))
    }
}
