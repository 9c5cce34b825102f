use std::net::{IpAddr, Ipv4Addr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::metrics::Metrics;
use crate::timer::Clock;

impl Probe for tokio::io::DuplexStream {
    fn poll_ready(&self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    fn is_gone(&self, _: &mut Context<'_>) -> bool {
        false
    }
}

/// Sends `pieces` one by one through the filter and gives what comes out of it.
async fn pass(pieces: &[&[u8]]) -> (Vec<u8>, Option<Refusal>, bool) {
    let (mut client, server) = tokio::io::duplex(1 << 16);
    let connection =
        Rc::new(Connection::new(IpAddr::V4(Ipv4Addr::LOCALHOST), false, Clock::new(), Rc::new(Metrics::new(false))));
    let limits = Rc::new(HeadLimits { target: 1000, block: 4000, headers: 10, body: 1000 });
    let mut strict = Strict::new(server, Rc::clone(&connection), limits);
    let mut out = Vec::new();
    let mut broken = false;
    for piece in pieces {
        client.write_all(piece).await.unwrap();
        loop {
            let mut buffer = [0; 64];
            let read = tokio::time::timeout(std::time::Duration::from_millis(1), strict.read(&mut buffer));
            match read.await {
                Ok(Ok(count)) if count > 0 => out.extend_from_slice(&buffer[..count]),
                Ok(Err(_)) => {
                    broken = true;
                    break;
                }
                _ => break,
            }
        }
    }
    let refusal = connection.refusal.get().or(connection.broken.get().map(|(_, refusal)| refusal));
    (out, refusal, broken)
}

const GOOD: &[u8] = b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
const POST: &[u8] = b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";

#[tokio::test(start_paused = true)]
async fn good_messages_pass_unchanged_however_they_are_cut() {
    let all = [
        GOOD,
        POST,
        GOOD,
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        GOOD,
    ]
    .concat();
    for size in [1, 2, 3, 7, 20, 61, 1000] {
        let pieces: Vec<&[u8]> = all.chunks(size).collect();
        let (out, refusal, broken) = pass(&pieces).await;
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&all), "pieces of {size}");
        assert_eq!((refusal, broken), (None, false));
    }
}

#[tokio::test(start_paused = true)]
async fn a_bad_head_becomes_the_stand_in_behind_what_came_before() {
    let all = [GOOD, POST, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", GOOD].concat();
    let expected = [GOOD, POST, STAND_IN].concat();
    for size in [1, 5, 33, 1000] {
        let pieces: Vec<&[u8]> = all.chunks(size).collect();
        let (out, refusal, _) = pass(&pieces).await;
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&expected), "pieces of {size}");
        assert_eq!(refusal, Some(Refusal::SecondHost));
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_of_an_unfinished_head_is_handed_on() {
    let (out, refusal, _) = pass(&[b"GET / HTTP/1.1\r\nHost: a\r\n"]).await;
    assert_eq!((out, refusal), (Vec::new(), None));
}

#[tokio::test(start_paused = true)]
async fn a_bad_chunk_breaks_the_body_off() {
    let head: &[u8] = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    let (out, refusal, broken) = pass(&[head, b"3\r\nabc\r\n0x5\r\nhello\r\n"]).await;
    assert_eq!((out, refusal, broken), (head.to_vec(), Some(Refusal::BadChunk), true));
}

#[tokio::test(start_paused = true)]
async fn a_long_head_that_never_ends_is_refused() {
    let long = vec![b'a'; 5000];
    let (out, refusal, _) = pass(&[b"GET / HTTP/1.1\r\nX: ", &long]).await;
    assert_eq!((out.as_slice(), refusal), (STAND_IN, Some(Refusal::HeadTooLarge)));
}

/// The next request may come before the answer: what each brought stays its own.
#[tokio::test]
async fn bytes_are_counted_for_the_call_that_brings_them() {
    let (mut client, server) = tokio::io::duplex(1 << 16);
    let connection =
        Rc::new(Connection::new(IpAddr::V4(Ipv4Addr::LOCALHOST), false, Clock::new(), Rc::new(Metrics::new(false))));
    let limits = Rc::new(HeadLimits { target: 1000, block: 4000, headers: 10, body: 1000 });
    let mut strict = Strict::new(server, Rc::clone(&connection), limits);
    client.write_all(&[POST, GOOD, POST, GOOD].concat()).await.unwrap();
    let mut buffer = [0; 1000];
    let count = strict.read(&mut buffer).await.unwrap();
    assert_eq!(count, 2 * (POST.len() + GOOD.len()));
    for (call, sent) in [(1, POST), (2, GOOD), (3, POST), (4, GOOD)] {
        connection.begun.set(call);
        connection.call_begins();
        for _ in 0..2 {
            assert_eq!(connection.received_by(call), sent.len() as u64, "call {call}");
        }
        connection.call_ends();
    }
    assert_eq!(connection.received_by(5), 0);
    // Where nobody asks, nothing piles up.
    connection.call_begins();
    for _ in 0..1000 {
        client.write_all(&[GOOD, GOOD].concat()).await.unwrap();
        assert_eq!(strict.read(&mut buffer).await.unwrap(), 2 * GOOD.len());
        connection.begun.set(connection.heads.get());
    }
    assert!(connection.earlier.borrow().len() < 5);
}
