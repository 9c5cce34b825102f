//! Load that does not wait for its answers: calls come at their times, whatever became of those before them, and nobody
//! waits for longer than a client would.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, LocalOptions};
use tokio::task::spawn_local;
use tokio::time::{sleep, sleep_until, timeout};

use crate::GET;

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long there is too much, and how long the most is looked for between.
const SECONDS: u64 = 20;
const PEAK_SECONDS: u64 = 4;
const TURNS: usize = 3;
/// Connections that clients have at most.
const CONNECTIONS: usize = 9_000;
/// Clients that find the most that can be served.
const CLIENTS: usize = 64;

/// What became of calls.
#[derive(Default)]
struct Tally {
    begun: Cell<u64>,
    good: Cell<u64>,
    refused: Cell<u64>,
    failed: Cell<u64>,
    late: Cell<u64>,
    /// Of the good ones, in milliseconds.
    took: RefCell<Vec<u32>>,
    free: RefCell<Vec<TcpStream>>,
    open: Cell<usize>,
}

fn add(cell: &Cell<u64>) {
    cell.set(cell.get() + 1);
}

/// The status of one call; `None` when the connection is of no use any more.
async fn call(stream: &mut TcpStream) -> Option<u16> {
    stream.write_all(GET).await.ok()?;
    let mut seen = [0; 2048];
    let mut at = 0;
    loop {
        let count = stream.read(seen.get_mut(at..)?).await.ok().filter(|count| *count > 0)?;
        at += count;
        let text = std::str::from_utf8(&seen[..at]).ok()?;
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
        if body.len() >= length.parse().ok()? {
            return head.get(9..12)?.parse().ok();
        }
    }
}

/// Clients that call again as soon as they are answered: calls a second, and how long the slowest hundredth took.
async fn most(address: SocketAddr, clients: usize, seconds: u64) -> (f64, u32) {
    let tally = Rc::new(Tally::default());
    let begin = Instant::now();
    let end = begin + Duration::from_secs(seconds);
    let clients: Vec<_> = (0..clients)
        .map(|_| {
            let tally = Rc::clone(&tally);
            spawn_local(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.set_nodelay(true).unwrap();
                while Instant::now() < end {
                    let begin = Instant::now();
                    match call(&mut stream).await {
                        Some(200) => {
                            add(&tally.good);
                            tally.took.borrow_mut().push(begin.elapsed().as_millis() as u32);
                        }
                        other => panic!("{other:?} without too much load"),
                    }
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    (tally.good.get() as f64 / begin.elapsed().as_secs_f64(), slowest(&tally))
}

fn slowest(tally: &Tally) -> u32 {
    let mut took = tally.took.borrow_mut();
    took.sort_unstable();
    took.get(took.len() * 99 / 100).copied().unwrap_or_default()
}

/// One call that came at its time.
async fn one(tally: Rc<Tally>, address: SocketAddr) {
    add(&tally.begun);
    let begin = Instant::now();
    let kept = tally.free.borrow_mut().pop();
    if kept.is_none() && tally.open.get() >= CONNECTIONS {
        return add(&tally.failed);
    }
    let work = async {
        let mut stream = match kept {
            Some(stream) => stream,
            None => {
                tally.open.set(tally.open.get() + 1);
                let stream = TcpStream::connect(address).await.ok()?;
                stream.set_nodelay(true).ok()?;
                stream
            }
        };
        let status = call(&mut stream).await?;
        tally.free.borrow_mut().push(stream);
        Some(status)
    };
    let done = timeout(PATIENCE, work).await;
    if !matches!(done, Ok(Some(_))) {
        tally.open.set(tally.open.get().saturating_sub(1));
    }
    match done {
        Ok(Some(200)) => {
            add(&tally.good);
            tally.took.borrow_mut().push(begin.elapsed().as_millis() as u32);
        }
        Ok(Some(503)) => add(&tally.refused),
        Ok(_) => add(&tally.failed),
        Err(_) => add(&tally.late),
    }
}

/// Calls at a rate, for [`SECONDS`].
async fn at_rate(address: SocketAddr, rate: f64) -> Rc<Tally> {
    let tally = Rc::new(Tally::default());
    let begin = tokio::time::Instant::now();
    let mut number = 0_u64;
    loop {
        let due = begin + Duration::from_secs_f64(number as f64 / rate);
        if due >= begin + Duration::from_secs(SECONDS) {
            break;
        }
        if due > tokio::time::Instant::now() {
            sleep_until(due).await;
        }
        spawn_local(one(Rc::clone(&tally), address));
        number += 1;
        if number.is_multiple_of(16) {
            tokio::task::yield_now().await;
        }
    }
    sleep(PATIENCE).await;
    tally
}

/// The middle one.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Finds the most that can be served and asks for three times as much, turn by turn: on a machine that others use, what is the
/// most changes from one minute to the next, so each turn is held against those right before and behind it. Answers for each
/// second of the gateway's processor time are told as well.
pub(crate) fn three_times(address: SocketAddr, seconds: &dyn Fn() -> f64) {
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).unwrap();
    runtime.block_on(async {
        let (first, _) = most(address, CLIENTS, PEAK_SECONDS).await;
        let took = seconds();
        let mut peaks = vec![most(address, CLIENTS, PEAK_SECONDS).await.0];
        let mut for_each = vec![peaks[0] * PEAK_SECONDS as f64 / (seconds() - took)];
        println!("overload: at most {:.0} a second ({first:.0} at first)", peaks[0]);
        let (mut ratios, mut paid) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            let before = seconds();
            let tally = at_rate(address, peaks[peaks.len() - 1] * 3.0).await;
            let (good, took) = (tally.good.get() as f64, seconds() - before);
            let before = seconds();
            let (peak, slow) = most(address, CLIENTS, PEAK_SECONDS).await;
            for_each.push(peak * PEAK_SECONDS as f64 / (seconds() - before));
            peaks.push(peak);
            let around = |all: &[f64]| all.iter().rev().take(2).sum::<f64>() / 2.0;
            ratios.push(good / SECONDS as f64 / around(&peaks));
            paid.push(good / took / around(&for_each));
            println!(
                "overload: three times as many: {:.0} a second, 99 of 100 within {} ms; of {} calls {} refused, {} answered \
                 too late or never, {} failed; then {peak:.0} a second, 99 of 100 within {slow} ms",
                good / SECONDS as f64,
                slowest(&tally),
                tally.begun.get(),
                tally.refused.get(),
                tally.late.get(),
                tally.failed.get(),
            );
        }
        println!(
            "overload: {:.0} % of the most around it, {:.0} % for the same processor time (medians of {TURNS})",
            median(ratios) * 100.0,
            median(paid) * 100.0
        );
    });
}
