//! The gateway's own messages: a thread of its own writes them, so that a reader that has stopped reading never holds up
//! a call. Messages that find no room are dropped, and counted in one of their own.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// Messages that may wait.
const QUEUE: usize = 1024;
/// How long the last messages may take when the program ends.
const LAST: Duration = Duration::from_secs(1);

/// Where messages go.
#[derive(Debug, Clone)]
pub(crate) struct Messages {
    sender: SyncSender<Job>,
    dropped: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Job {
    Write(Vec<u8>),
    /// Everything before this is written.
    Tell(SyncSender<()>),
}

/// One message.
#[derive(Debug)]
pub(crate) struct Message<'m> {
    messages: &'m Messages,
    text: Vec<u8>,
}

impl Messages {
    /// Begins writing.
    pub(crate) fn to(out: impl Write + Send + 'static) -> io::Result<Self> {
        let (sender, jobs) = sync_channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&dropped);
        std::thread::Builder::new().name("messages".to_owned()).spawn(move || write(&jobs, out, &counter))?;
        Ok(Self { sender, dropped })
    }

    /// Waits until everything is written, if somebody reads it.
    pub(crate) fn finish(&self) {
        let (done, is_done) = sync_channel(1);
        if self.sender.try_send(Job::Tell(done)).is_ok() {
            let _ = is_done.recv_timeout(LAST);
        }
    }
}

fn write(jobs: &Receiver<Job>, mut out: impl Write, dropped: &AtomicU64) {
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Write(text) => {
                let lost = dropped.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    let _ = writeln!(out, "{lost} messages found no room");
                }
                let _ = out.write_all(&text).and_then(|()| out.flush());
            }
            Job::Tell(done) => drop(done.send(())),
        }
    }
}

impl<'m> MakeWriter<'m> for Messages {
    type Writer = Message<'m>;

    fn make_writer(&'m self) -> Message<'m> {
        Message { messages: self, text: Vec::new() }
    }
}

impl Write for Message<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Message<'_> {
    fn drop(&mut self) {
        let text = std::mem::take(&mut self.text);
        if !text.is_empty() && self.messages.sender.try_send(Job::Write(text)).is_err() {
            self.messages.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}
