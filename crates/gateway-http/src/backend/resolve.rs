//! From a name to a connection: addresses that are kept for a while, tried one beside the other.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use rustc_hash::FxHashMap;
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::backend::egress::Egress;
use crate::backend::error::CallError;
use crate::together::Together;

/// How long an address has before the next one is tried beside it (RFC 8305 recommends a quarter of a second).
const HEAD_START: Duration = Duration::from_millis(250);
/// A name may have a thousand addresses; nobody waits for all of them.
const MOST_ADDRESSES: usize = 16;
/// Names kept; more than this and all are forgotten.
const MOST_NAMES: usize = 10_000;

/// The addresses of names, as one thread knows them. What the system's resolver answers has no time to live, so it is kept
/// for a time that the settings say.
#[derive(Debug)]
pub(crate) struct Resolver {
    known: Rc<RefCell<FxHashMap<String, Known>>>,
    keep: Cell<Duration>,
    /// Those who want the same name while nobody knows it ask for it once.
    asking: Together<String, Result<Vec<IpAddr>, Unknown>>,
}

/// A name was not found; an error itself cannot be told twice.
#[derive(Debug, Clone)]
struct Unknown {
    kind: io::ErrorKind,
    text: String,
}

#[derive(Debug)]
struct Known {
    addresses: Vec<IpAddr>,
    until: Instant,
}

impl Resolver {
    pub(crate) fn new(keep: Duration) -> Self {
        Self { known: Rc::new(RefCell::new(HashMap::default())), keep: Cell::new(keep), asking: Together::default() }
    }

    /// Keeps what is found from now on for this long.
    pub(crate) fn keep_for(&self, keep: Duration) {
        self.keep.set(keep);
    }

    /// The addresses of a host, families taking turns.
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, CallError> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![address]);
        }
        if let Some(known) = self.known.borrow().get(host).filter(|known| known.until > Instant::now()) {
            return Ok(known.addresses.clone());
        }
        let (name, keep, known) = (host.to_owned(), self.keep.get(), Rc::clone(&self.known));
        let found = self.asking.result(name.clone(), || ask(name, keep, known)).await;
        let gone = || Unknown { kind: io::ErrorKind::Other, text: "the resolver failed".to_owned() };
        found.unwrap_or_else(|| Err(gone())).map_err(|unknown| CallError::Resolve {
            host: host.to_owned(),
            source: io::Error::new(unknown.kind, unknown.text),
        })
    }

    /// Forgets a name whose addresses did not work.
    fn forget(&self, host: &str) {
        self.known.borrow_mut().remove(host);
    }

    /// Connects to a host: the first of its addresses that answers.
    pub(crate) async fn connect(
        &self,
        host: &str,
        port: u16,
        egress: &Egress,
        origin: &dyn std::fmt::Display,
    ) -> Result<TcpStream, CallError> {
        let found = self.addresses(host).await?;
        let all = found.len();
        let addresses: Vec<_> =
            found.into_iter().map(|ip| SocketAddr::new(ip, port)).filter(|address| egress.allows(*address)).collect();
        if addresses.is_empty() && all > 0 {
            return Err(CallError::Egress { origin: origin.to_string() });
        }
        let doubt = Doubt { resolver: self, host };
        let connected = race(addresses).await;
        if connected.is_ok() {
            std::mem::forget(doubt);
        }
        connected.map_err(|source| CallError::Connect { origin: origin.to_string(), source })
    }
}

/// Addresses that have not worked yet: whoever gives up waiting for them forgets them too.
struct Doubt<'r> {
    resolver: &'r Resolver,
    host: &'r str,
}

impl Drop for Doubt<'_> {
    fn drop(&mut self) {
        self.resolver.forget(self.host);
    }
}

/// Asks the system for a name, and keeps what it says.
async fn ask(
    name: String,
    keep: Duration,
    known: Rc<RefCell<FxHashMap<String, Known>>>,
) -> Result<Vec<IpAddr>, Unknown> {
    let found = tokio::net::lookup_host((name.as_str(), 0)).await;
    let found = found.map_err(|error| Unknown { kind: error.kind(), text: error.to_string() })?;
    let addresses = in_turn(found.map(|address| address.ip()));
    if !keep.is_zero() && !addresses.is_empty() {
        let mut known = known.borrow_mut();
        if known.len() >= MOST_NAMES {
            known.clear();
        }
        known.insert(name, Known { addresses: addresses.clone(), until: Instant::now() + keep });
    }
    Ok(addresses)
}

/// IPv6 and IPv4 take turns, beginning with what the resolver put first.
fn in_turn(found: impl Iterator<Item = IpAddr>) -> Vec<IpAddr> {
    let mut all: Vec<IpAddr> = Vec::new();
    for address in found {
        if !all.contains(&address) {
            all.push(address);
        }
    }
    let first_is_v4 = all.first().is_some_and(IpAddr::is_ipv4);
    let (first, second): (Vec<_>, Vec<_>) = all.into_iter().partition(|address| address.is_ipv4() == first_is_v4);
    let mut second = second.into_iter();
    let mut turns: Vec<_> = first.into_iter().flat_map(|address| [Some(address), second.next()]).flatten().collect();
    turns.extend(second);
    turns.truncate(MOST_ADDRESSES);
    turns
}

type Attempt = Pin<Box<dyn Future<Output = io::Result<TcpStream>>>>;

/// Connects to the first address that answers. Each gets a head start on the next; one that fails starts the next at once.
async fn race(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut waiting = addresses.into_iter();
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    while let Some(address) = waiting.next() {
        attempts.push(Box::pin(TcpStream::connect(address)));
        let is_last = waiting.len() == 0;
        let mut head_start = Box::pin(tokio::time::sleep(HEAD_START));
        let first = poll_fn(|cx| {
            if let Poll::Ready(ended) = first_ended(&mut attempts, cx) {
                return Poll::Ready(Some(ended));
            }
            if attempts.is_empty() || (!is_last && head_start.as_mut().poll(cx).is_ready()) {
                return Poll::Ready(None);
            }
            Poll::Pending
        });
        match first.await {
            Some(Ok(stream)) => return Ok(stream),
            Some(Err(error)) => last = error,
            None => {}
        }
    }
    while !attempts.is_empty() {
        match poll_fn(|cx| first_ended(&mut attempts, cx)).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn first_ended(attempts: &mut Vec<Attempt>, cx: &mut std::task::Context<'_>) -> Poll<io::Result<TcpStream>> {
    for at in 0..attempts.len() {
        if let Some(attempt) = attempts.get_mut(at)
            && let Poll::Ready(ended) = attempt.as_mut().poll(cx)
        {
            drop(attempts.swap_remove(at));
            return Poll::Ready(ended);
        }
    }
    Poll::Pending
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns() {
        let of = |text: &str| in_turn(text.split(' ').map(|address| address.parse().unwrap()));
        let shown = |addresses: Vec<IpAddr>| addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(shown(of("1.1.1.1 1.1.1.2 ::1 ::2 ::3 1.1.1.1")), "1.1.1.1 ::1 1.1.1.2 ::2 ::3");
        assert_eq!(shown(of("::1 ::2 1.1.1.1")), "::1 1.1.1.1 ::2");
        let many: Vec<_> = (0..1000_u32).map(|number| IpAddr::from(number.to_be_bytes())).collect();
        assert_eq!(in_turn(many.into_iter()).len(), MOST_ADDRESSES);
    }

    #[tokio::test]
    async fn an_address_that_refuses_starts_the_next() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap();
        let stream = race(vec![closed, closed, open]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
        assert!(race(vec![closed]).await.is_err());
        assert!(race(Vec::new()).await.is_err());
    }

    /// Where nobody answers, whoever waits gives up; the next one asks whether the name leads elsewhere by now.
    #[tokio::test(flavor = "local")]
    async fn addresses_that_were_waited_for_in_vain_are_forgotten() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let resolver = Resolver::new(Duration::from_secs(30));
        let egress = Egress::default();
        let known =
            || Known { addresses: vec!["127.0.0.1".parse().unwrap()], until: Instant::now() + Duration::from_secs(30) };
        resolver.known.borrow_mut().insert("h".to_owned(), known());
        {
            let mut connecting = std::pin::pin!(resolver.connect("h", port, &egress, &"origin"));
            let polled = poll_fn(|cx| Poll::Ready(connecting.as_mut().poll(cx))).await;
            assert!(polled.is_pending());
            assert!(resolver.known.borrow().contains_key("h"));
        }
        assert!(!resolver.known.borrow().contains_key("h"));
        resolver.known.borrow_mut().insert("h".to_owned(), known());
        resolver.connect("h", port, &egress, &"origin").await.unwrap();
        assert!(resolver.known.borrow().contains_key("h"), "what worked is kept");
    }

    #[tokio::test(flavor = "local")]
    async fn odd_spellings_of_an_address_do_not_get_around_the_rules() {
        let resolver = Resolver::new(Duration::ZERO);
        let settings = crate::config::Egress { deny: vec!["127.0.0.0/8".to_owned()], ..Default::default() };
        let egress = Egress::new(&settings).unwrap();
        for host in ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "::ffff:127.0.0.1"] {
            let error = resolver.connect(host, 1, &egress, &"origin").await.unwrap_err();
            // A resolver may not know the spelling, which is as good.
            assert!(
                matches!(error, CallError::Egress { .. } | CallError::Resolve { .. })
                    || (host == "localhost" && matches!(error, CallError::Connect { .. })),
                "{host}: {error}"
            );
        }
    }
}
