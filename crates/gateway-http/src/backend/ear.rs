//! A backend's stream that knows when there is nothing to read, and when it has been too much.
//!
//! The library looks for something to read in every turn of a connection, six times or so a call, and finds something once.
//! When a look found nothing, the reactor has promised to tell; until it does, the answer is known without asking it again.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::backend::connect::Stream;

/// The stream.
#[derive(Debug)]
pub(crate) struct Listening<T> {
    stream: Stream<T>,
    /// None over TLS, where to read can also mean to write.
    ear: Option<Ear>,
    room: Room,
}

/// How many bytes may still come before an answer has begun. The library reads interim answers for as long as there are any,
/// and nobody else of the thread has a turn meanwhile.
#[derive(Debug, Clone)]
pub(crate) struct Room(Rc<Cell<u64>>);

/// An answer's head and the interim ones before it; a single head is bounded by the library, to less than half of it.
const BEFORE_AN_ANSWER: u64 = 1 << 20;

impl Default for Room {
    fn default() -> Self {
        Self(Rc::new(Cell::new(u64::MAX)))
    }
}

impl Room {
    /// An answer is waited for, or has begun: then its body has limits of its own.
    pub(crate) fn bound(&self, waits: bool) {
        self.0.set(if waits { BEFORE_AN_ANSWER } else { u64::MAX });
    }

    fn take(&self, bytes: usize) -> io::Result<()> {
        match self.0.get() {
            u64::MAX => Ok(()),
            0 => Err(io::Error::new(io::ErrorKind::InvalidData, "the backend says much and does not answer")),
            left => {
                self.0.set(left.saturating_sub(bytes as u64));
                Ok(())
            }
        }
    }
}

#[derive(Debug)]
struct Ear {
    news: Arc<News>,
    /// The same, as the reactor knows it.
    waker: Waker,
    /// The last look found nothing.
    waiting: bool,
}

/// What the reactor tells. Nobody else does, so that no other reason for a turn counts as something to read.
#[derive(Debug)]
struct News {
    came: AtomicBool,
    driver: Waker,
}

impl Wake for News {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.came.store(true, Ordering::Release);
        self.driver.wake_by_ref();
    }
}

impl<T> Listening<T> {
    /// Listens on behalf of one driver; to anybody else it is a stream like any other.
    pub(crate) fn new(stream: Stream<T>, driver: &Waker, room: Room) -> Self {
        let ear = matches!(stream, Stream::Plain(_)).then(|| {
            let news = Arc::new(News { came: AtomicBool::new(false), driver: driver.clone() });
            Ear { waker: Waker::from(Arc::clone(&news)), news, waiting: false }
        });
        Self { stream, ear, room }
    }
}

impl<T: AsyncRead + Unpin> Listening<T> {
    fn look(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Some(ear) = &mut self.ear else { return Pin::new(&mut self.stream).poll_read(cx, buf) };
        if !ear.news.driver.will_wake(cx.waker()) {
            // From now on somebody else is told.
            ear.waiting = false;
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        if ear.waiting && !ear.news.came.load(Ordering::Acquire) {
            return Poll::Pending;
        }
        // Forgotten before the look: what comes from now on is news again.
        ear.news.came.store(false, Ordering::Release);
        let polled = Pin::new(&mut self.stream).poll_read(&mut Context::from_waker(&ear.waker), buf);
        ear.waiting = polled.is_pending();
        polled
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Listening<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let polled = this.look(cx, buf);
        match polled {
            Poll::Ready(Ok(())) => Poll::Ready(this.room.take(buf.filled().len() - before)),
            other => other,
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Listening<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::AsyncWriteExt;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// Tells a task, and counts.
    #[derive(Debug)]
    struct Driver {
        task: Waker,
        told: AtomicBool,
    }

    impl Wake for Driver {
        fn wake(self: Arc<Self>) {
            self.told.store(true, Ordering::Release);
            self.task.wake_by_ref();
        }
    }

    fn read(stream: &mut Listening<TcpStream>, waker: &Waker) -> Poll<usize> {
        let mut room = [0; 8];
        let mut buf = ReadBuf::new(&mut room);
        let polled = Pin::new(stream).poll_read(&mut Context::from_waker(waker), &mut buf);
        polled.map(|result| result.map_or(0, |()| buf.filled().len()))
    }

    async fn told(driver: &Driver) {
        poll_fn(|_| if driver.told.swap(false, Ordering::AcqRel) { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    #[tokio::test]
    async fn whoever_waits_is_told_of_each_piece_and_of_the_end() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut peer, _) = listener.accept().await.unwrap();
        let task = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
        let driver = Arc::new(Driver { task, told: AtomicBool::new(false) });
        let waker = Waker::from(Arc::clone(&driver)).clone();
        let mut stream = Listening::new(Stream::<TcpStream>::Plain(stream), &waker, Room::default());
        for _ in 0..3 {
            assert!(read(&mut stream, &waker).is_pending() && read(&mut stream, &waker).is_pending());
            assert!(stream.ear.as_ref().is_some_and(|ear| ear.waiting));
            peer.write_all(b"piece").await.unwrap();
            told(&driver).await;
            assert_eq!(read(&mut stream, &waker), Poll::Ready(5));
        }
        // Somebody else looks in between, and is told in turn.
        assert!(read(&mut stream, &waker).is_pending());
        let other = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
        assert!(read(&mut stream, &other).is_pending());
        peer.write_all(b"more").await.unwrap();
        assert_eq!(poll_fn(|cx| read(&mut stream, &cx.waker().clone())).await, 4);
        assert!(read(&mut stream, &waker).is_pending());
        drop(peer);
        told(&driver).await;
        assert_eq!(read(&mut stream, &waker), Poll::Ready(0));
    }
}
