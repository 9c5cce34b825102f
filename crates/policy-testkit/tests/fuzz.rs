//! Each fuzz target for a few seconds: its seeds, what once broke it, and a fixed number of inputs made from them.

#![expect(clippy::expect_used, reason = "a test says what it expects")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use policy_testkit::fuzz::{self, Mutator};

/// Longer than this, in a build without optimisation on a busy machine, is a hang.
const LONGEST: Duration = Duration::from_secs(20);

fn inputs(folder: &str, target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz").join(folder).join(target);
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), std::fs::read(path).expect("a readable file"))).collect()
}

/// `FUZZ` says how many inputs are made, in place of `count`; `FUZZ_SEED` from which number on.
fn check(name: &str, target: fn(&[u8]), count: usize) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let try_one = |what: &str, input: &[u8]| {
        let start = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| target(input)));
        let took = start.elapsed();
        if ended.is_err() || took > LONGEST {
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-failed"));
            std::fs::write(&kept, input).expect("a writable folder");
            panic!("{what} ({took:?}; kept as {}): {}", kept.display(), String::from_utf8_lossy(input));
        }
    };
    let seeds = inputs("seeds", name);
    assert!(!seeds.is_empty(), "the target has seeds");
    for (path, input) in inputs("regressions", name).iter().chain(&seeds) {
        try_one(&path.display().to_string(), input);
    }
    let seeds: Vec<_> = seeds.into_iter().map(|(_, input)| input).collect();
    let made = Mutator::new(&seeds, number("FUZZ_SEED").unwrap_or(1));
    let count = number("FUZZ").and_then(|count| usize::try_from(count).ok()).unwrap_or(count);
    for (at, input) in made.take(count).enumerate() {
        try_one(&format!("input {at}"), &input);
    }
}

#[test]
fn document() {
    check("document", fuzz::document, 400);
}

#[test]
fn expression() {
    check("expression", fuzz::expression, 4000);
}

#[test]
fn execute() {
    check("execute", frugally, 3000);
}

/// What is executed on a memory budget of 4 MiB takes no more at a time than this, its compilation included.
const MOST: u64 = 48 << 20;

fn frugally(input: &[u8]) {
    let used = allocation_counter::measure(|| fuzz::execute(input));
    assert!(used.bytes_max <= MOST, "{} bytes at a time", used.bytes_max);
}
