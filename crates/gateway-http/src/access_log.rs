//! One line of JSON for each call, which a thread of its own writes.

mod file;
pub(crate) mod line;
pub(crate) mod record;

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use self::file::LogFile;
use crate::config::{self, LogTarget};
use crate::line_writer::LineWriter;

/// Blocks of lines that may wait for the writer.
const QUEUE: usize = 64;
/// Lines are handed over when they are this long together, or at the next tick.
const BLOCK: usize = 32 << 10;
/// How long the last lines may take when the gateway stops: nobody may be reading.
const LAST: Duration = Duration::from_secs(2);

/// What writes.
#[derive(Debug)]
pub(crate) struct Writer(Option<LineWriter>);

/// One thread's end of the log.
#[derive(Debug)]
pub(crate) struct AccessLog {
    writer: Option<LineWriter>,
    block: RefCell<Vec<u8>>,
}

/// The log cannot be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    #[error("access log `{file}`: {source}")]
    Open { file: String, source: io::Error },
    #[error("access log: `to = \"file\"` needs `file`")]
    NoFile,
    #[error("access log: no thread: {0}")]
    Thread(io::Error),
}

impl Writer {
    /// Begins writing to where the settings say; files are relative to `folder`.
    pub(crate) fn start(settings: &config::AccessLog, folder: &Path) -> Result<Self, LogError> {
        let out: Box<dyn Write + Send> = match settings.to {
            LogTarget::Off => return Ok(Self(None)),
            LogTarget::Stdout => Box::new(io::stdout()),
            LogTarget::Stderr => Box::new(io::stderr()),
            LogTarget::File => {
                let file = folder.join(settings.file.as_ref().ok_or(LogError::NoFile)?);
                let name = file.display().to_string();
                Box::new(LogFile::open(file).map_err(|source| LogError::Open { file: name, source })?)
            }
        };
        Self::to(out)
    }

    fn to(out: Box<dyn Write + Send>) -> Result<Self, LogError> {
        let tell = |lost| format!("{{\"droppedLines\":{lost}}}\n");
        LineWriter::start("access-log", QUEUE, out, tell).map(|writer| Self(Some(writer))).map_err(LogError::Thread)
    }

    /// An end for one thread.
    pub(crate) fn log(&self) -> AccessLog {
        AccessLog { writer: self.0.clone(), block: RefCell::default() }
    }

    /// Waits until everything handed over is written, if somebody reads it.
    pub(crate) fn finish(self) {
        if let Some(writer) = self.0 {
            writer.finish(LAST);
        }
    }
}

fn count_lines(block: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', block).count() as u64
}

impl AccessLog {
    /// A log that writes nothing.
    #[cfg(test)]
    pub(crate) fn off() -> Self {
        Self { writer: None, block: RefCell::default() }
    }

    /// Is anybody interested?
    pub(crate) const fn is_on(&self) -> bool {
        self.writer.is_some()
    }

    /// Adds a line.
    pub(crate) fn line(&self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut block = self.block.borrow_mut();
        write(&mut block);
        if block.len() >= BLOCK {
            self.hand_over(&mut block);
        }
    }

    /// Hands over what there is.
    pub(crate) fn flush(&self) {
        let mut block = self.block.borrow_mut();
        if !block.is_empty() {
            self.hand_over(&mut block);
        }
    }

    fn hand_over(&self, block: &mut Vec<u8>) {
        let Some(writer) = &self.writer else { return block.clear() };
        let full = std::mem::replace(block, Vec::with_capacity(BLOCK + 1024));
        let lines = count_lines(&full);
        writer.hand_over(full, lines);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Condvar, Mutex};

    use super::*;

    /// Whether the reader takes anything, and what it took.
    type Taken = (Mutex<(bool, Vec<u8>)>, Condvar);

    /// A reader that takes nothing until it is told to.
    #[derive(Clone, Default)]
    struct Slow(Arc<Taken>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut state = self.0.0.lock().unwrap();
            while !state.0 {
                state = self.0.1.wait(state).unwrap();
            }
            state.1.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_stands_still_costs_lines_and_not_calls() {
        let slow = Slow::default();
        let writer = Writer::to(Box::new(slow.clone())).unwrap();
        let log = writer.log();
        for _ in 0..QUEUE + 10 {
            log.line(|out| out.extend_from_slice(&[b'x'; BLOCK]));
            log.line(|out| out.push(b'\n'));
            log.flush();
        }
        slow.0.0.lock().unwrap().0 = true;
        slow.0.1.notify_all();
        log.line(|out| out.extend_from_slice(b"end\n"));
        log.flush();
        drop(log);
        writer.finish();
        let written = String::from_utf8(slow.0.0.lock().unwrap().1.clone()).unwrap();
        assert!(written.contains("{\"droppedLines\":"), "{} bytes", written.len());
    }

    #[test]
    fn a_reader_that_never_reads_again_does_not_hold_up_the_end() {
        let writer = Writer::to(Box::new(Slow::default())).unwrap();
        let log = writer.log();
        log.line(|out| out.extend_from_slice(b"a line\n"));
        log.flush();
        drop(log);
        writer.finish();
    }

    /// A disk that is full until it is told not to be.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(bool, Vec<u8>)>>);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut state = self.0.lock().unwrap();
            if !state.0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            state.1.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_costs_lines_that_are_counted() {
        let disk = Disk::default();
        let writer = Writer::to(Box::new(disk.clone())).unwrap();
        let log = writer.log();
        for _ in 0..3 {
            log.line(|out| out.extend_from_slice(b"lost\nlost\n"));
            log.flush();
        }
        while log.writer.as_ref().unwrap().dropped() < 6 {
            std::thread::yield_now();
        }
        disk.0.lock().unwrap().0 = true;
        log.line(|out| out.extend_from_slice(b"kept\n"));
        log.flush();
        drop(log);
        writer.finish();
        assert_eq!(disk.0.lock().unwrap().1, b"{\"droppedLines\":6}\nkept\n");
    }
}
