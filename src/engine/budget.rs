//! The one byte budget over fields, frames and textures.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const MIB: u64 = 1 << 20;
const LEAST: u64 = 512 * MIB;
const MOST: u64 = 2048 * MIB;
/// How long a look at the machine's memory stays good.
const LOOK: Duration = Duration::from_secs(1);

/// Bytes in use, and how many may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub used: u64,
    pub limit: u64,
}

/// The limit: the user's own, or a share of what the machine has, looked at anew from time to time.
#[derive(Debug)]
pub(super) struct Budget {
    fixed: Option<u64>,
    limit: u64,
    looked: Instant,
}

impl Budget {
    pub(super) fn new(wanted: Option<u64>) -> Self {
        let limit = wanted.unwrap_or_else(|| limit_of_machine(0));
        Self { fixed: wanted, limit, looked: Instant::now() }
    }

    /// In bytes.
    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    /// It is time to look at the machine's memory again.
    pub(super) fn is_due(&self) -> bool {
        self.fixed.is_none() && self.looked.elapsed() > LOOK
    }

    /// True once each time that it is due: for the worker that shall look, see [`limit_of_machine`].
    pub(super) fn begin_look(&mut self) -> bool {
        let due = self.is_due();
        if due {
            self.looked = Instant::now();
        }
        due
    }

    pub(super) fn know(&mut self, limit: u64) {
        self.limit = limit;
    }
}

/// A quarter of what would be free without us, 512 MiB to 2 GiB, but never more than half of a cgroup's limit. What is
/// `used` by us counts as available: the limit must not fall because we filled it. Asks the system's files.
pub(super) fn limit_of_machine(used: u64) -> u64 {
    let available = available_memory().unwrap_or(4 * LEAST);
    let share = (available.saturating_add(used) / 4).clamp(LEAST, MOST);
    cgroup_limit().map_or(share, |limit| share.min(limit / 2))
}

/// `MemAvailable` of the kernel, in bytes.
fn available_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// The lowest memory limit of the control groups around this process, versions 2 and 1, in bytes.
fn cgroup_limit() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let limits = groups.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':');
        let (_, controllers, group) = (parts.next()?, parts.next()?, parts.next()?);
        if controllers.is_empty() {
            lowest_on_the_way(Path::new("/sys/fs/cgroup"), group, "memory.max")
        } else if controllers.split(',').any(|name| name == "memory") {
            lowest_on_the_way(Path::new("/sys/fs/cgroup/memory"), group, "memory.limit_in_bytes")
        } else {
            None
        }
    });
    limits.min()
}

/// Inside a container the group's path is that of the host and may not exist: then the mount's root counts.
fn lowest_on_the_way(mount: &Path, group: &str, file: &str) -> Option<u64> {
    let mut folder: PathBuf = mount.join(group.trim_start_matches('/'));
    let mut lowest: Option<u64> = None;
    while folder.starts_with(mount) {
        let limit = fs::read_to_string(folder.join(file)).ok().and_then(|text| text.trim().parse::<u64>().ok());
        lowest = lowest.into_iter().chain(limit).min();
        if !folder.pop() {
            break;
        }
    }
    lowest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_own_limit_stands() {
        assert_eq!(Budget::new(Some(300 * MIB)).limit(), 300 * MIB);
    }

    #[test]
    fn the_machines_limit_lies_between_its_bounds() {
        let limit = Budget::new(None).limit();
        assert!(limit <= MOST);
        assert!(limit >= LEAST || cgroup_limit().is_some_and(|group| limit == group / 2));
    }
}
