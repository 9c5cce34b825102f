//! Closing a connection on which the peer still sends: with unread bytes the kernel resets it, and the peer may lose the
//! answer. What comes is read on for a while and dropped.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

use crate::edge::connection::{Connection, Wait};

/// Bytes read and dropped before the connection closes all the same.
const BYTES: usize = 1 << 20;

/// How much has been dropped.
#[derive(Debug, Default)]
pub(super) struct Linger {
    dropped: usize,
}

impl Linger {
    /// Ready when the peer has closed, or has sent enough.
    pub(super) fn poll<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        connection: &Connection,
        cx: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        if !matches!(connection.reading.get(), Wait::Linger(_)) {
            connection.reading.set(Wait::Linger(connection.clock.millis()));
        }
        let mut scratch = [0; 4096];
        while self.dropped < BYTES {
            let mut buf = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut *stream).poll_read(cx, &mut buf)) {
                Ok(()) if !buf.filled().is_empty() => self.dropped += buf.filled().len(),
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
