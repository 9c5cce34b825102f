//! How much memory the process takes of what it may: the gateway sheds load before the kernel ends it.

use std::cell::Cell;
use std::fs;
use std::sync::atomic::{AtomicU8, Ordering};

/// How short memory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Pressure {
    None = 0,
    /// From 90 % on, connections close after the call in progress.
    Close = 1,
    /// From 95 % on, new calls are refused.
    Refuse = 2,
}

/// What the threads look at once a tick.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicU8);

impl Gauge {
    pub(crate) fn get(&self) -> Pressure {
        match self.0.load(Ordering::Relaxed) {
            0 => Pressure::None,
            1 => Pressure::Close,
            _ => Pressure::Refuse,
        }
    }

    pub(crate) fn set(&self, pressure: Pressure) {
        self.0.store(pressure as u8, Ordering::Relaxed);
    }
}

/// What a share of the allowance means.
pub(crate) fn pressure(used: u64, allowed: u64) -> Pressure {
    match used.saturating_mul(100).checked_div(allowed) {
        Some(95..) => Pressure::Refuse,
        Some(90..) => Pressure::Close,
        _ => Pressure::None,
    }
}

/// Bytes of the process that are in memory; `None` where the machine does not say.
pub(crate) fn resident() -> Option<u64> {
    kilobytes(&fs::read_to_string("/proc/self/status").ok()?, "VmRSS:")
}

/// Bytes that the process may have: its control group's, else the machine's.
pub(crate) fn allowance() -> Option<u64> {
    let of_group = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .into_iter()
        .filter_map(|file| fs::read_to_string(file).ok()?.trim().parse::<u64>().ok());
    let of_machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| kilobytes(&text, "MemTotal:"));
    of_group.chain(of_machine).min()
}

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// Files that the process may have open; `None` where the machine does not say.
pub(crate) fn open_files() -> Option<usize> {
    let text = fs::read_to_string("/proc/self/limits").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Lets the allocator look at what it can give back to the system.
///
/// It keeps what was freed for about a second, and looks again only when it has something to do: where everything rests, that
/// would be never. Taking and freeing a piece too large for it to keep is such an occasion.
#[derive(Debug, Default)]
pub(crate) struct GiveBack {
    at: Cell<Option<u64>>,
}

/// Longer than the allocator keeps what is free.
const KEPT_MILLIS: u64 = 1_500;
/// Nobody touches it: it costs a piece of the address space for a moment.
const OCCASION: usize = 64 << 20;

impl GiveBack {
    /// Something was freed just now, or not; what was freed before is given back when its time has come.
    pub(crate) fn after(&self, now: u64, freed: bool) {
        let is_due = self.at.get().is_some_and(|at| at <= now);
        if is_due || self.at.get().is_none() {
            self.at.set(freed.then_some(now + KEPT_MILLIS));
        }
        if is_due {
            drop(std::hint::black_box(Vec::<u8>::with_capacity(OCCASION)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shedding_begins_before_the_end() {
        let found = [0, 89, 90, 94, 95, 200].map(|used| pressure(used, 100));
        use Pressure::{Close, None, Refuse};
        assert_eq!(found, [None, None, Close, Close, Refuse, Refuse]);
        assert_eq!(pressure(5, 0), None, "without an allowance there is nothing to run out of");
    }

    #[test]
    fn sizes_are_read() {
        assert_eq!(kilobytes("VmPeak:\t 9 kB\nVmRSS:\t    1234 kB\n", "VmRSS:"), Some(1234 * 1024));
        assert_eq!(kilobytes("VmRSS:\tmany\n", "VmRSS:"), None);
    }
}
