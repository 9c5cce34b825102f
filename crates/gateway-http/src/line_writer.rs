//! A thread that writes lines for others, so that a reader that is slow or gone never holds up a call. Lines that find no
//! room, or cannot be written, are dropped and counted in one of their own.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

/// One end of it: whoever has one may hand lines over.
#[derive(Clone)]
pub(crate) struct LineWriter {
    jobs: SyncSender<Job>,
    dropped: Arc<AtomicU64>,
}

enum Job {
    /// A text and how many lines it counts for.
    Write(Vec<u8>, u64),
    /// Everything before this is written, or lost.
    Tell(SyncSender<()>),
}

impl fmt::Debug for LineWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineWriter").field("dropped", &self.dropped).finish_non_exhaustive()
    }
}

impl LineWriter {
    /// Begins writing; `room` texts may wait, and `tell` says how many lines were lost.
    pub(crate) fn start(
        name: &str,
        room: usize,
        mut out: impl Write + Send + 'static,
        tell: fn(u64) -> String,
    ) -> io::Result<Self> {
        let (jobs, ordered) = sync_channel(room);
        let dropped = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&dropped);
        let thread = std::thread::Builder::new().name(name.to_owned());
        thread.spawn(move || write(&ordered, &mut out, &counter, tell))?;
        Ok(Self { jobs, dropped })
    }

    /// Hands a text over that counts for so many lines. It waits for nobody.
    pub(crate) fn hand_over(&self, text: Vec<u8>, lines: u64) {
        if self.jobs.try_send(Job::Write(text, lines)).is_err() {
            self.dropped.fetch_add(lines, Ordering::Relaxed);
        }
    }

    /// Waits until everything that was handed over is written, if somebody reads it.
    pub(crate) fn finish(&self, limit: Duration) {
        let end = Instant::now() + limit;
        let (done, is_done) = sync_channel(1);
        let mut job = Job::Tell(done);
        // Whoever waits for room, or joins a thread, has no limit.
        while let Err(TrySendError::Full(back)) = self.jobs.try_send(job) {
            if Instant::now() >= end {
                return;
            }
            job = back;
            std::thread::sleep(Duration::from_millis(1));
        }
        let _ = is_done.recv_timeout(end.saturating_duration_since(Instant::now()));
    }

    /// Lines that are lost and not told yet.
    #[cfg(test)]
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

fn write(jobs: &Receiver<Job>, out: &mut impl Write, dropped: &AtomicU64, tell: fn(u64) -> String) {
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Write(text, lines) => {
                let lost = dropped.swap(0, Ordering::Relaxed);
                let told = if lost > 0 { out.write_all(tell(lost).as_bytes()) } else { Ok(()) };
                // A full disk or a closed pipe costs lines, not calls.
                if told.and_then(|()| out.write_all(&text)).and_then(|()| out.flush()).is_err() {
                    dropped.fetch_add(lost + lines, Ordering::Relaxed);
                }
            }
            Job::Tell(done) => drop(done.send(())),
        }
    }
}
