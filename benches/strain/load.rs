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
const SECONDS: u64 = 20;
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

/// Finds the most that can be served and asks for three times as much. On a machine that others use, answers for each second
/// of the gateway's processor time say more than answers a second: both are told.
pub(crate) fn three_times(address: SocketAddr, seconds: &dyn Fn() -> f64) {
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).unwrap();
    runtime.block_on(async {
        most(address, CLIENTS, 2).await;
        let before = seconds();
        let (peak, slow) = most(address, CLIENTS, 10).await;
        let for_each = peak * 10.0 / (seconds() - before);
        println!("overload: at most {peak:.0} a second, {for_each:.0} for a second of processor time, 99 of 100 within {slow} ms");
        for times in [1.0, 3.0] {
            let before = seconds();
            let tally = at_rate(address, peak * times).await;
            let (good, took) = (tally.good.get() as f64, seconds() - before);
            println!(
                "overload: {times} times as many: {:.0} % of the most ({:.0} a second), {:.0} % for the same processor \
                 time, 99 of 100 within {} ms; of {} calls {} refused, {} answered too late or never, {} failed",
                good / SECONDS as f64 / peak * 100.0,
                good / SECONDS as f64,
                good / took / for_each * 100.0,
                slowest(&tally),
                tally.begun.get(),
                tally.refused.get(),
                tally.late.get(),
                tally.failed.get(),
            );
        }
        let (after, slow) = most(address, CLIENTS, 5).await;
        println!("overload: {:.0} % afterwards, 99 of 100 within {slow} ms", after / peak * 100.0);
    });
}
