//! What the engine asks of the world around it.
//!
//! The engine does no I/O. Expressions get time and randomness from an [`Ambient`]; policies that need more stop with a
//! [`HostCall`], which the owner of the run carries out and answers with a [`HostReply`]. A call says *what* is wanted;
//! sockets, pools, stores and timers are the host's.

mod error;
mod transport;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::exchange::{Body, Response, Subscription, Url};
pub use crate::stored::{CachedResponse, Stored};
pub use error::{HostError, HostErrorKind, Unavailable};
pub use transport::{CertificateCheck, ClientCertificate, Proxy, Transport};

/// Time, randomness and trace output for expressions: everything that must be answered at once.
pub trait Ambient: Sync {
    /// Now, in .NET ticks (100 ns since 0001-01-01) UTC.
    fn now_ticks(&self) -> i64;

    /// A monotonic time for measuring, in microseconds since any fixed moment.
    fn monotonic_micros(&self) -> u64;

    /// Fills `bytes` with unpredictable bytes.
    fn random(&self, bytes: &mut [u8]);

    /// Whether this is so of a certificate (DER) that an expression asks about: `X509Certificate2.Verify()` and
    /// `VerifyNoRevocation()`. A host that knows no authorities trusts nobody.
    fn vouches_for(&self, certificate: &[u8], check: &CertificateCheck) -> bool {
        let _ = (certificate, check);
        false
    }

    /// A message of `context.Trace` or of the `trace` policy.
    fn trace(&self, record: TraceRecord<'_>) {
        let _ = record;
    }
}

/// A message for the trace.
#[derive(Debug, Clone, Copy)]
pub struct TraceRecord<'a> {
    /// Who says it.
    pub source: &'a str,
    /// `verbose`, `information`, `error`.
    pub severity: &'a str,
    /// What.
    pub message: &'a str,
    /// Further properties.
    pub metadata: &'a [(String, String)],
}

/// What a policy needs before it can go on.
#[derive(Debug)]
pub enum HostCall {
    /// Send the exchange's request to its backend; the host reads `exchange.call` and answers
    /// [`HostReply::Response`].
    Forward(ForwardOptions),
    /// Send a request made by a policy; answers [`HostReply::Response`], its body in memory.
    Send(Box<OutgoingRequest>),
    /// Send a request and do not wait for its answer; answers [`HostReply::Done`] at once.
    SendOneWay(Box<OutgoingRequest>),
    /// Bring a streamed body into memory; answers [`HostReply::Body`].
    ReadBody(Message),
    /// Answers [`HostReply::Cached`]; a failing cache is a miss.
    CacheLookup {
        /// The key.
        key: Box<str>,
        /// Which cache.
        cache: CacheKind,
        /// What kind of thing is looked for.
        space: CacheSpace,
    },
    /// Answers [`HostReply::Done`]; a failing cache is ignored.
    CacheStore {
        /// The key.
        key: Box<str>,
        /// The value.
        value: Box<Stored>,
        /// How long it lives.
        duration: Duration,
        /// Which cache.
        cache: CacheKind,
        /// What kind of thing it is.
        space: CacheSpace,
    },
    /// Keep the exchange's response, whose body the host still streams, once that has come to its end: `value` is the
    /// response without a body. Answers [`HostReply::Done`]; a host that cannot answers [`HostReply::Failed`], and is then
    /// asked for the body and a [`HostCall::CacheStore`].
    CacheStream {
        /// The key.
        key: Box<str>,
        /// The head of the response.
        value: Box<CachedResponse>,
        /// How long it lives.
        duration: Duration,
        /// Which cache.
        cache: CacheKind,
    },
    /// Answers [`HostReply::Done`] or [`HostReply::Failed`].
    CacheRemove {
        /// The key.
        key: Box<str>,
        /// Which cache.
        cache: CacheKind,
    },
    /// Count against a limit; answers [`HostReply::Counted`].
    Count(Box<CounterCall>),
    /// Take a place; answers [`HostReply::Acquired`].
    AcquireSlot {
        /// Name of the counter.
        key: Box<str>,
        /// Greatest number of places.
        limit: u32,
    },
    /// Give the place back; answers [`HostReply::Done`].
    ReleaseSlot {
        /// Name of the counter.
        key: Box<str>,
    },
    /// Find the subscription of a key; answers [`HostReply::Subscription`].
    FindSubscription {
        /// The key shown.
        key: Box<str>,
    },
    /// Wait before something is tried again; answers [`HostReply::Acquired`], `false` when it is not to be tried again: a host
    /// may bound the retries of all calls together.
    Retry(Duration),
    /// An access token for a resource, of this gateway's own identity or of another one; answers [`HostReply::Token`].
    GetToken {
        /// The resource that the token is for.
        resource: Box<str>,
        /// The identity, where it is not the gateway's own.
        client_id: Option<Box<str>>,
    },
    /// Look at the client's certificate; the host reads `exchange.call` and answers [`HostReply::Checked`].
    CheckCertificate(CertificateCheck),
}

/// One of the two messages of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// The request.
    Request,
    /// The response.
    Response,
}

/// Which cache a policy means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CacheKind {
    /// External if there is one, else internal.
    #[default]
    PreferExternal,
    /// In this process.
    Internal,
    /// Shared.
    External,
}

/// Values and responses live in separate spaces: the same key is another thing in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CacheSpace {
    /// What policies keep under keys of their own.
    #[default]
    Values,
    /// Responses. Who looks one up and does not find it is going to store it: a host may let others who look for the same
    /// key wait meanwhile.
    Responses,
}

/// Attributes of `forward-request`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardOptions {
    /// Until the response's headers; never zero.
    pub timeout: Duration,
    /// Until `100 Continue`, for a request with `Expect`; `None`: the body follows at once.
    pub continue_timeout: Option<Duration>,
    /// Follow 3xx answers.
    pub follow_redirects: bool,
    /// Keep the request's body so that it can be sent again.
    pub buffer_request_body: bool,
    /// Collect 8 KB of an answer whose length is not known before passing them on.
    pub buffer_response: bool,
    /// Protocol towards the backend.
    pub http_version: HttpVersion,
}

/// Protocol towards a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HttpVersion {
    /// HTTP/1.1.
    #[default]
    One,
    /// HTTP/2 only.
    Two,
    /// HTTP/2 where the backend offers it.
    TwoOrOne,
}

/// A request made by a policy.
#[derive(Debug)]
pub struct OutgoingRequest {
    /// Method.
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// Headers.
    pub headers: HeaderMap,
    /// Body; never a stream.
    pub body: Body,
    /// Until the whole answer is there.
    pub timeout: Duration,
    /// How it gets there.
    pub transport: Transport,
}

/// A step against a counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterCall {
    /// Names the counter: policy family, place, and the key's value.
    pub key: Box<str>,
    /// What kind of limit.
    pub kind: CounterKind,
    /// How many calls, or kilobytes, a period allows; `None` for no limit of that unit.
    pub calls: Option<u64>,
    /// Kilobytes (1024 bytes) a period allows. The call that reaches it passes; the next one is refused.
    pub bandwidth: Option<u64>,
    /// Length of the period; zero for one that never ends.
    pub period: Duration,
    /// Start of the first period in .NET ticks, for fixed windows.
    pub anchor: i64,
    /// How much to add.
    pub increment: u64,
    /// Bytes to add to what was transferred.
    pub increment_bytes: u64,
    /// Check before adding, only check, or only add.
    pub mode: CounterMode,
}

/// Sliding or a bucket for rates, fixed for quotas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CounterKind {
    /// At most `calls` in any window of `period`.
    SlidingWindow,
    /// Out of a bucket of `calls` tokens, which come back evenly in the course of a `period`.
    TokenBucket,
    /// At most `calls` in each period from `anchor` on.
    FixedWindow,
}

/// What to do with a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CounterMode {
    /// Refuse when it would pass the limit, else add.
    CheckAndAdd,
    /// Refuse when more than the limit has been counted; add nothing. The increment is zero.
    Check,
    /// Add, never refuse.
    Add,
}

/// A counter's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterState {
    /// The limit lets the call pass.
    pub allowed: bool,
    /// Calls left in the window after this one.
    pub remaining: u64,
    /// Time until the call would pass, or until the period ends.
    pub retry_after: Duration,
    /// The kilobytes, not the calls, are exhausted.
    pub bandwidth_exhausted: bool,
}

/// The host's answer.
#[derive(Debug)]
pub enum HostReply {
    /// Done.
    Done,
    /// A response, or why there is none.
    Response(Result<Box<Response>, HostError>),
    /// A whole body, or why there is none.
    Body(Result<Bytes, HostError>),
    /// What the cache has.
    Cached(Option<Arc<Stored>>),
    /// What the counter says.
    Counted(CounterState),
    /// Whether there was a place.
    Acquired(bool),
    /// The subscription of the key, if it exists and is active, and whether it is valid for the current API.
    Subscription(Option<SubscriptionFound>),
    /// A token, or why there is none.
    Token(Result<Box<str>, HostError>),
    /// Whether it is so.
    Checked(bool),
    /// It could not be done.
    Failed(HostError),
}

/// A subscription that a key belongs to.
#[derive(Debug, Clone)]
pub struct SubscriptionFound {
    /// The subscription.
    pub subscription: Arc<Subscription>,
    /// True when its state is active.
    pub active: bool,
    /// True when its scope covers the current API.
    pub in_scope: bool,
}
