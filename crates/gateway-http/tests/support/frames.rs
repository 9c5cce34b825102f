//! HTTP/2 frame by frame, so that a test can send what no library would.

#![allow(dead_code, unreachable_pub, reason = "every test file uses its own part")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const PRIORITY: u8 = 2;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PUSH_PROMISE: u8 = 5;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;
pub const WINDOW_UPDATE: u8 = 8;
pub const CONTINUATION: u8 = 9;

pub const END_STREAM: u8 = 1;
pub const ACK: u8 = 1;
pub const END_HEADERS: u8 = 4;
pub const PADDED: u8 = 8;

pub const NO_ERROR: u32 = 0;
pub const PROTOCOL_ERROR: u32 = 1;
pub const FLOW_CONTROL_ERROR: u32 = 3;
pub const STREAM_CLOSED: u32 = 5;
pub const FRAME_SIZE_ERROR: u32 = 6;
pub const COMPRESSION_ERROR: u32 = 9;
pub const ENHANCE_YOUR_CALM: u32 = 11;

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

impl Frame {
    /// The code at the beginning of RST_STREAM, or behind the stream of GOAWAY.
    pub fn code(&self) -> u32 {
        let at = if self.kind == GOAWAY { 4 } else { 0 };
        u32::from_be_bytes(self.payload[at..at + 4].try_into().unwrap())
    }
}

/// The bytes of a frame.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A header block without compression: every name and value as it is.
pub fn block<N: AsRef<[u8]>, V: AsRef<[u8]>>(headers: &[(N, V)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in headers {
        bytes.push(0);
        for text in [name.as_ref(), value.as_ref()] {
            integer(&mut bytes, text.len());
            bytes.extend(text);
        }
    }
    bytes
}

/// A length with seven bits of prefix (RFC 7541 5.1).
fn integer(bytes: &mut Vec<u8>, value: usize) {
    if value < 127 {
        bytes.push(value as u8);
        return;
    }
    bytes.push(127);
    let mut rest = value - 127;
    while rest >= 128 {
        bytes.push((rest % 128) as u8 | 128);
        rest /= 128;
    }
    bytes.push(rest as u8);
}

/// The pseudo headers of a request.
pub fn request<'t>(method: &'t str, path: &'t str) -> Vec<(&'t str, &'t str)> {
    vec![(":method", method), (":scheme", "http"), (":authority", "gw.example"), (":path", path)]
}

/// The status that a block of response headers begins with.
pub fn status(block: &[u8]) -> u16 {
    const INDEXED: [u16; 7] = [200, 204, 206, 304, 400, 404, 500];
    match block {
        // A change of the table's size comes first.
        [size, rest @ ..] if size & 0xe0 == 0x20 => status(rest),
        [index @ 0x88..=0x8e, ..] => INDEXED[usize::from(index - 0x88)],
        [0x08 | 0x48, length, text @ ..] if length & 0x80 == 0 => {
            std::str::from_utf8(&text[..usize::from(*length)]).unwrap().parse().unwrap()
        }
        [0x08 | 0x48, length, text @ ..] => digits(&text[..usize::from(length & 0x7f)]),
        other => panic!("no status: {other:x?}"),
    }
}

/// Three digits in the code of RFC 7541, appendix B: five bits for 0 to 2, six for the others.
fn digits(coded: &[u8]) -> u16 {
    let bits: Vec<u16> = coded.iter().flat_map(|byte| (0..8).rev().map(move |at| u16::from(byte >> at & 1))).collect();
    let number = |at: usize, count: usize| bits[at..at + count].iter().fold(0, |sum, bit| sum * 2 + bit);
    let (mut at, mut value) = (0, 0);
    for _ in 0..3 {
        let short = number(at, 5);
        let (digit, length) = if short <= 2 { (short, 5) } else { (number(at, 6) - 0x19 + 3, 6) };
        value = value * 10 + digit;
        at += length;
    }
    value
}

/// A client of HTTP/2.
pub struct Client<S = TcpStream> {
    pub stream: S,
    buffer: Vec<u8>,
    /// Frames of streams that nobody has asked for yet.
    kept: Vec<Frame>,
    next: u32,
}

impl Client {
    /// Connects and says nothing yet.
    pub fn silent(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self::over(stream)
    }

    /// Connects and greets.
    pub fn connect(address: SocketAddr) -> Self {
        let mut client = Self::silent(address);
        client.greet();
        client
    }
}

impl<S: Read + Write> Client<S> {
    pub fn over(stream: S) -> Self {
        Self { stream, buffer: Vec::new(), kept: Vec::new(), next: 1 }
    }

    /// The preface with empty settings, and the gateway's settings acknowledged.
    pub fn greet(&mut self) {
        self.send([PREFACE, &frame(SETTINGS, 0, 0, &[])].concat());
        let settings = self.frame().expect("the gateway's settings");
        assert_eq!((settings.kind, settings.flags), (SETTINGS, 0));
        self.send(frame(SETTINGS, ACK, 0, &[]));
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        // The gateway may have closed already; what matters is what it said.
        let _ = self.stream.write_all(bytes.as_ref());
        self
    }

    /// The number of the next stream.
    pub fn number(&mut self) -> u32 {
        let number = self.next;
        self.next += 2;
        number
    }

    /// Sends a request without a body; gives its stream.
    pub fn request(&mut self, headers: &[(&str, &str)]) -> u32 {
        let number = self.number();
        self.send(frame(HEADERS, END_HEADERS | END_STREAM, number, &block(headers)));
        number
    }

    /// The next frame; `None` when the connection is closed.
    pub fn frame(&mut self) -> Option<Frame> {
        loop {
            if let Some(header) = self.buffer.get(..9) {
                let length = usize::from(header[0]) << 16 | usize::from(header[1]) << 8 | usize::from(header[2]);
                let (kind, flags) = (header[3], header[4]);
                let stream = u32::from_be_bytes(header[5..9].try_into().unwrap());
                if self.buffer.len() >= 9 + length {
                    let payload = self.buffer[9..9 + length].to_vec();
                    self.buffer.drain(..9 + length);
                    return Some(Frame { kind, flags, stream, payload });
                }
            }
            let mut piece = [0; 4096];
            match self.stream.read(&mut piece) {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.buffer.extend_from_slice(&piece[..count]),
            }
        }
    }

    /// The next frame that is about this stream, or about all of the connection's.
    pub fn of(&mut self, stream: u32) -> Option<Frame> {
        if let Some(kept) = self.kept.iter().position(|frame| frame.stream == stream) {
            return Some(self.kept.remove(kept));
        }
        loop {
            let frame = self.frame()?;
            if frame.stream == stream && frame.kind != WINDOW_UPDATE || frame.kind == GOAWAY {
                return Some(frame);
            }
            if frame.stream != 0 && frame.kind != WINDOW_UPDATE {
                self.kept.push(frame);
            }
        }
    }

    /// The answer on a stream: its status and its body.
    pub fn answer(&mut self, stream: u32) -> (u16, Vec<u8>) {
        let head = self.of(stream).expect("an answer");
        assert_eq!(head.kind, HEADERS, "{head:?}");
        let mut body = Vec::new();
        let mut ended = head.flags & END_STREAM != 0;
        while !ended {
            let next = self.of(stream).expect("the rest of an answer");
            assert_eq!(next.kind, DATA, "{next:?}");
            ended = next.flags & END_STREAM != 0;
            body.extend(next.payload);
        }
        (status(&head.payload), body)
    }

    /// Why the gateway ends the connection; everything before that is skipped, and that it closes is made sure of.
    pub fn goaway(&mut self) -> Option<u32> {
        let mut code = None;
        while let Some(frame) = self.frame() {
            if frame.kind == GOAWAY {
                code = Some(frame.code());
            }
        }
        code
    }

    /// Asks for a sign of life, and waits for it.
    pub fn ping(&mut self) {
        self.send(frame(PING, 0, 0, b"are you "));
        while let Some(frame) = self.frame() {
            if frame.kind == PING && frame.flags == ACK && frame.payload == b"are you " {
                return;
            }
        }
        panic!("no answer to a ping");
    }
}
