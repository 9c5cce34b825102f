//! Follows the frames of an HTTP/2 connection, for what its library does not: how long the client takes, and how many
//! frames it sends that cost work and carry nothing.
//!
//! Frames are never changed. A client that floods gets, in the place of the next frame, one that no client may send; the
//! library then says good-bye in its own way.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::edge::connection::{Connection, Wait};
use crate::edge::linger::Linger;

const PREFACE: usize = 24;
const HEADER: usize = 9;
/// RST_STREAM for stream 0, which is an error of the connection.
const END: [u8; 13] = [0, 0, 4, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/// Data of this length, in either direction, explains a frame that carries nothing.
const EXPLAINS: u64 = 256;
/// Data shorter than this is hardly any: the shortest message of gRPC is as long.
const FEW: u32 = 5;
/// Flags of a frame of data.
const END_STREAM: u8 = 1;
const PADDED: u8 = 8;

/// A stream whose frames are counted.
#[derive(Debug)]
pub(super) struct Frames<S> {
    stream: S,
    connection: Rc<Connection>,
    place: Place,
    /// A header block has begun and not ended.
    in_block: bool,
    /// Since when nothing but signs of life has come.
    rests: u64,
    allowance: Allowance,
    /// Data of the current frame, which explains others when all of it is here.
    data: u32,
    /// There was one frame too many.
    too_many: bool,
    linger: Linger,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Preface(usize),
    /// In a frame's header, of which so much is here.
    Header([u8; HEADER], usize),
    /// In a frame's payload, of which so much is to come.
    Payload(u32, Kind),
    /// Before the first byte of a payload of that length, which says how much of it is padding; with the frame's flags.
    Padding(u32, u8),
    /// The client floods; so much of [`END`] has been handed on.
    Flood(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Data,
    Headers,
    Other,
}

/// Frames that carry nothing: how many more may come.
#[derive(Debug)]
struct Allowance {
    left: u64,
    most: u64,
    /// Until when time has been counted.
    counted: u64,
    /// Bytes that have not explained a whole frame yet.
    bytes: u64,
}

impl Allowance {
    fn new(most: u32, now: u64) -> Self {
        Self { left: u64::from(most), most: u64::from(most), counted: now, bytes: 0 }
    }

    /// Data goes one way or the other.
    fn explain(&mut self, bytes: u64) {
        self.bytes += bytes;
        self.left = self.most.min(self.left + self.bytes / EXPLAINS);
        self.bytes %= EXPLAINS;
    }

    /// A frame that costs so much; false when there have been too many.
    fn take(&mut self, cost: u64, now: u64) -> bool {
        // A tenth of what may come at once comes back in a second.
        let earned = self.most.saturating_mul(now.saturating_sub(self.counted)) / 10_000;
        if earned > 0 {
            self.left = self.most.min(self.left + earned);
            self.counted = now;
        }
        match self.left.checked_sub(cost) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }
}

/// What a frame costs that carries nothing, or next to nothing; `length` is without padding. Requests and data cost nothing:
/// they have limits of their own. Nor does the end of a request, of which there is one.
fn cost(kind: u8, flags: u8, length: u32) -> u64 {
    match kind {
        0 if length >= FEW || flags & END_STREAM != 0 => 0,
        1 => 0,
        // A stream that is given up cost a call.
        3 => 10,
        // New settings, unlike their acknowledgement, are work.
        4 if flags == 0 => 10,
        6 | 9 => 2,
        _ => 1,
    }
}

impl<S> Frames<S> {
    pub(super) fn new(stream: S, connection: Rc<Connection>, control_frames: u32) -> Self {
        let rests = connection.clock.millis();
        let allowance = Allowance::new(control_frames, rests);
        let place = Place::Preface(0);
        Self {
            stream,
            connection,
            place,
            in_block: false,
            rests,
            allowance,
            data: 0,
            too_many: false,
            linger: Linger::default(),
        }
    }

    /// Follows `bytes`; gives how many of them may be handed on.
    fn follow(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            at += match &mut self.place {
                Place::Preface(seen) => {
                    let step = rest.len().min(PREFACE - *seen);
                    *seen += step;
                    if *seen == PREFACE {
                        self.place = Place::Header([0; HEADER], 0);
                    }
                    step
                }
                Place::Header(header, seen) => {
                    let step = rest.len().min(HEADER - *seen);
                    for (place, byte) in header.iter_mut().skip(*seen).zip(rest) {
                        *place = *byte;
                    }
                    *seen += step;
                    if *seen == HEADER {
                        let header = *header;
                        self.begin(header);
                    }
                    step
                }
                Place::Payload(left, _) => {
                    let step = rest.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                    *left = left.saturating_sub(u32::try_from(step).unwrap_or(u32::MAX));
                    if *left == 0 {
                        self.end();
                    }
                    step
                }
                Place::Padding(length, flags) => {
                    let (length, flags) = (*length, *flags);
                    let padding = rest.first().copied().map_or(0, u32::from);
                    let behind = length.saturating_sub(1);
                    self.data(behind.saturating_sub(padding), flags);
                    self.payload(behind, Kind::Data);
                    1
                }
                Place::Flood(_) => return at,
            };
        }
        at
    }

    /// A frame begins.
    fn begin(&mut self, header: [u8; HEADER]) {
        const END_HEADERS: u8 = 4;
        let [high, middle, low, kind, flags, ..] = header;
        let length = u32::from_be_bytes([0, high, middle, low]);
        let now = self.connection.clock.millis();
        let carries = match kind {
            0 => Kind::Data,
            1 | 9 => Kind::Headers,
            _ => Kind::Other,
        };
        if carries == Kind::Headers {
            self.in_block = flags & END_HEADERS == 0;
        }
        // What goes on with a head begins none.
        if carries != Kind::Other && kind != 9 {
            self.connection.reading.set(Wait::Idle(now));
            self.rests = now;
        }
        // Its header may have been handed on in part already, so this frame still comes to its end.
        match kind {
            0 if flags & PADDED != 0 && length > 0 => self.place = Place::Padding(length, flags),
            0 => {
                self.data(length, flags);
                self.payload(length, carries);
            }
            _ => {
                self.too_many |= !self.allowance.take(cost(kind, flags, length), now);
                self.payload(length, carries);
            }
        }
    }

    /// A frame has so much data beside its padding.
    fn data(&mut self, length: u32, flags: u8) {
        self.data = length;
        self.too_many |= !self.allowance.take(cost(0, flags, length), self.connection.clock.millis());
    }

    fn payload(&mut self, length: u32, kind: Kind) {
        self.place = Place::Payload(length, kind);
        if length == 0 {
            self.end();
        }
    }

    /// A frame is complete.
    fn end(&mut self) {
        self.allowance.explain(u64::from(std::mem::take(&mut self.data)));
        self.place = if self.too_many { Place::Flood(0) } else { Place::Header([0; HEADER], 0) };
        let connection = &self.connection;
        if self.too_many && connection.metrics.refused("Http2Flood", connection.clock.millis()) {
            tracing::warn!(client = %connection.peer, reason = "Http2Flood", "a connection was refused");
        }
    }

    /// Notes what the reader waits for from now on.
    fn note_wait(&mut self) {
        let now = self.connection.clock.millis();
        let in_head = match self.place {
            Place::Preface(_) | Place::Payload(_, Kind::Headers | Kind::Other) => true,
            Place::Header(_, seen) => seen > 0 || self.in_block,
            Place::Payload(_, Kind::Data) | Place::Padding(..) | Place::Flood(_) => false,
        };
        let wait = match self.connection.reading.get() {
            Wait::Idle(since) if in_head => {
                self.rests = since;
                Wait::Head(now)
            }
            // A frame that came in pieces is no more of a call than one that came whole.
            Wait::Head(_) if !in_head => Wait::Idle(self.rests),
            same => same,
        };
        self.connection.reading.set(wait);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Frames<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if let Place::Flood(sent) = &mut this.place {
                let rest = END.get(*sent..).unwrap_or_default();
                let step = rest.len().min(buf.remaining());
                buf.put_slice(rest.get(..step).unwrap_or_default());
                *sent += step;
                // Nothing is read any more; the library has its error and closes.
                return if step > 0 { Poll::Ready(Ok(())) } else { Poll::Pending };
            }
            let before = buf.filled().len();
            match Pin::new(&mut this.stream).poll_read(cx, buf)? {
                Poll::Ready(()) if buf.filled().len() == before => return Poll::Ready(Ok(())),
                Poll::Ready(()) => {
                    let passed = this.follow(buf.filled().get(before..).unwrap_or_default());
                    buf.set_filled(before + passed);
                    if passed > 0 {
                        return Poll::Ready(Ok(()));
                    }
                }
                Poll::Pending => {
                    this.note_wait();
                    return Poll::Pending;
                }
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Frames<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.written(&result);
        result
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write_vectored(cx, bytes);
        this.written(&result);
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        this.linger.poll(&mut this.stream, &this.connection, cx)
    }
}

impl<S> Frames<S> {
    fn written(&mut self, result: &Poll<io::Result<usize>>) {
        self.connection.note_write(result.is_pending());
        if let Poll::Ready(Ok(bytes)) = result {
            self.allowance.explain(*bytes as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;
    use crate::timer::Clock;

    /// How many frames like this one may come before there are too many.
    fn may_come(flags: u8, payload: &[u8]) -> Option<usize> {
        let peer = std::net::Ipv4Addr::LOCALHOST.into();
        let connection = Connection::new(peer, false, Clock::new(), Rc::new(Metrics::new(false)));
        let mut frames = Frames::new((), Rc::new(connection), 100);
        frames.follow(&[0; PREFACE]);
        let mut frame = vec![0, 0, u8::try_from(payload.len()).unwrap(), 0, flags, 0, 0, 0, 1];
        frame.extend_from_slice(payload);
        (0..1000).find(|_| {
            // In two pieces, wherever it is torn.
            let (one, two) = frame.split_at(frame.len() / 2);
            frames.follow(one);
            frames.follow(two);
            frames.too_many
        })
    }

    #[test]
    fn data_that_is_hardly_any_is_counted_and_padding_is_no_data() {
        assert_eq!(may_come(0, &[]), Some(100));
        assert_eq!(may_come(0, b"x"), Some(100));
        assert_eq!(may_come(0, b"\0\0\0\0\0"), None, "an empty message of gRPC");
        let mut padded = vec![200];
        padded.extend_from_slice(&[0; 200]);
        assert_eq!(may_come(PADDED, &padded), Some(100), "nothing but padding");
        padded.push(0);
        assert_eq!(may_come(PADDED, &padded), Some(100), "and a byte");
        padded.extend_from_slice(&[0; 40]);
        assert_eq!(may_come(PADDED, &padded), None);
        assert_eq!(may_come(PADDED, &[255, 0]), Some(100), "more padding than there is room for");
        assert_eq!(may_come(PADDED, &[0]), Some(100));
        assert_eq!(may_come(END_STREAM, &[]), None, "the library knows that the stream is over");
    }

    /// Since when the reader waits, as after every read that found nothing more.
    #[test]
    fn pieces_of_a_head_begin_no_other_and_signs_of_life_no_rest() {
        let clock = Clock::new();
        let connection = Rc::new(Connection::new(
            std::net::Ipv4Addr::LOCALHOST.into(),
            false,
            clock.clone(),
            Rc::new(Metrics::new(false)),
        ));
        let mut frames = Frames::new((), Rc::clone(&connection), 100);
        let mut come = |at: u64, bytes: &[u8]| {
            clock.set(at);
            frames.follow(bytes);
            frames.note_wait();
            connection.reading.get()
        };
        come(0, &[0; PREFACE]);
        let rests = come(1, &[0, 0, 0, 4, 0, 0, 0, 0, 0]);
        assert!(matches!(rests, Wait::Idle(_)));
        // A PING in two pieces.
        assert_eq!(come(1000, &[0, 0, 8, 6, 0, 0, 0, 0, 0, 1]), Wait::Head(1000));
        assert_eq!(come(2000, &[2, 3, 4, 5, 6, 7, 8]), rests);
        // HEADERS without an end, and what goes on with them.
        assert_eq!(come(3000, &[0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82]), Wait::Head(3000));
        assert_eq!(come(9000, &[0, 0, 1, 9, 0, 0, 0, 0, 1, 0x86]), Wait::Head(3000));
        assert_eq!(come(9500, &[0, 0, 1, 9, 4, 0, 0, 0, 1, 0x84]), Wait::Idle(3000));
    }

    #[test]
    fn what_may_come_comes_back_with_time_and_with_data() {
        let mut allowance = Allowance::new(100, 0);
        assert!((0..100).all(|_| allowance.take(1, 0)));
        assert!(!allowance.take(1, 99), "a tenth of a second is a hundredth of what may come");
        assert!(allowance.take(1, 100));
        assert!((0..10).all(|_| allowance.take(1, 1100)));
        assert!(!allowance.take(1, 1100));
        allowance.explain(EXPLAINS - 1);
        assert!(!allowance.take(1, 1100));
        allowance.explain(1);
        assert!(allowance.take(1, 1100));
        assert!(allowance.take(100, 1_000_000), "and never more than at first");
        assert!(!allowance.take(1, 1_000_000));
    }
}
