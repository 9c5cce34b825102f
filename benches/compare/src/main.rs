//! The same dozen expressions in this engine, rhai, CEL and Lua, side by side in one run.
//!
//! Times are medians of rounds in which everybody has their turn, so that whatever else a machine does falls on all alike.

mod case;
mod scripts;
mod tollgate;

use std::time::{Duration, Instant};

use case::{CASES, Case};

/// That of `tollgate`, for everybody.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Evaluates so many times and gives how long that took; shows the value where somebody wants to see it.
pub type Work = Box<dyn FnMut(u32, Option<&mut String>) -> Duration>;

/// Times work that needs nothing to be put in order first.
pub fn timed<T>(count: u32, mut work: impl FnMut() -> T) -> Duration {
    let begin = Instant::now();
    for _ in 0..count {
        std::hint::black_box(work());
    }
    begin.elapsed()
}

const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(20);

fn main() {
    let languages = ["tollgate", "rhai", "cel", "lua", "lua+jit"];
    println!("nanoseconds an evaluation\n{:<17}{}", "", languages.map(|name| format!("{name:>11}")).concat());
    // A name behind the command takes the expressions that have it in theirs.
    let only = std::env::args().nth(1).unwrap_or_default();
    let mut logs = [(0.0, 0_u32); 5];
    for case in CASES.iter().filter(|case| case.name.contains(&only)) {
        let times = measure(case);
        let shown = times.map(|time| time.map_or(format!("{:>11}", "-"), |time| format!("{time:>11.0}")));
        println!("{:<17}{}", case.name, shown.concat());
        for (log, time) in logs.iter_mut().zip(times) {
            if let (Some(time), Some(ours)) = (time, times[0]) {
                *log = (log.0 + (time / ours).ln(), log.1 + 1);
            }
        }
    }
    let means = logs.map(|(log, count)| format!("{:>11.2}", (log / f64::from(count)).exp()));
    println!("{:<17}{}", "of tollgate", means.concat());
}

fn measure(case: &Case) -> [Option<f64>; 5] {
    let mut all = [
        Some(tollgate::work(case)),
        Some(scripts::rhai(case)),
        scripts::cel(case),
        Some(scripts::lua(case, false)),
        Some(scripts::lua(case, true)),
    ];
    let mut counts = [0_u32; 5];
    for (work, count) in all.iter_mut().zip(&mut counts) {
        let Some(work) = work else { continue };
        let mut value = String::new();
        work(1, Some(&mut value));
        assert_eq!(value, case.expected, "{}", case.name);
        // As many as fill a round, found while everything gets warm.
        let begin = Instant::now();
        while begin.elapsed() < ROUND {
            work(8, None);
            *count += 8;
        }
    }
    let mut times: [Vec<f64>; 5] = Default::default();
    for _ in 0..ROUNDS {
        for ((work, count), times) in all.iter_mut().zip(counts).zip(&mut times) {
            let Some(work) = work else { continue };
            times.push(work(count, None).as_nanos() as f64 / f64::from(count));
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied()
    })
}
