//! How long the window took for its display frames: told at exit where `MILLIBAR_TRACE` is set.

use std::time::{Duration, Instant};

#[derive(Default)]
pub struct Trace {
    wanted: bool,
    frames: usize,
    longest: Duration,
    /// Of those while steps were being made.
    longest_loading: Duration,
    total: Duration,
    /// Of each display frame, in hundredths of a millisecond, for percentiles; bounded by [`Trace::MOST`].
    times: Vec<u32>,
}

impl Trace {
    const MOST: usize = 100_000;

    #[must_use]
    pub fn of_environment() -> Self {
        let wanted = std::env::var_os("MILLIBAR_TRACE").is_some_and(|value| !value.is_empty() && value != "0");
        let mut trace = Self::default();
        trace.wanted = wanted;
        trace
    }

    /// One display frame, from its beginning to the end of the window's own work on it.
    pub fn note(&mut self, began: Instant, loading: bool) {
        let took = began.elapsed();
        self.frames += 1;
        // The first frame lays out fonts; it is start-up time, not a pause under the hand.
        if self.frames == 1 {
            return;
        }
        self.longest = self.longest.max(took);
        if loading {
            self.longest_loading = self.longest_loading.max(took);
        }
        self.total += took;
        if self.times.len() < Self::MOST {
            self.times.push(u32::try_from(took.as_micros() / 10).unwrap_or(u32::MAX));
        }
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        if !self.wanted || self.frames < 2 {
            return;
        }
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        self.times.sort_unstable();
        let percentile = self.times.get(self.times.len() * 99 / 100).map_or(0.0, |time| f64::from(*time) / 100.0);
        eprintln!(
            "window: {} display frames, mean {:.2} ms, 99th percentile {percentile:.2} ms, longest {:.2} ms, \
             longest while loading {:.2} ms",
            self.frames,
            milliseconds(self.total) / (self.frames - 1) as f64,
            milliseconds(self.longest),
            milliseconds(self.longest_loading),
        );
    }
}
