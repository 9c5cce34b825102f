//! The gateway's own messages, which a thread of its own writes.

use std::io::{self, Write};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

use crate::line_writer::LineWriter;

/// Messages that may wait.
const QUEUE: usize = 1024;
/// How long the last messages may take when the program ends.
const LAST: Duration = Duration::from_secs(1);

/// Where messages go.
#[derive(Debug, Clone)]
pub(crate) struct Messages(LineWriter);

/// One message.
#[derive(Debug)]
pub(crate) struct Message<'m> {
    messages: &'m Messages,
    text: Vec<u8>,
}

impl Messages {
    /// Begins writing.
    pub(crate) fn to(out: impl Write + Send + 'static) -> io::Result<Self> {
        LineWriter::start("messages", QUEUE, out, |lost| format!("{lost} messages found no room\n")).map(Self)
    }

    /// Waits until everything is written, if somebody reads it.
    pub(crate) fn finish(&self) {
        self.0.finish(LAST);
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
        if !text.is_empty() {
            self.messages.0.hand_over(text, 1);
        }
    }
}
