//! Running a pipeline with an asynchronous host, for whoever embeds the engine.
//!
//! Implement [`Host`] with what your documents need: everything it does not offer is refused, which a policy sees as an
//! ordinary error. Branches of a `wait` are carried out side by side.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;

use crate::exchange::{Call, Exchange, Response};
use crate::host::{
    Ambient, CacheKind, CacheSpace, CertificateCheck, CounterCall, CounterState, ForwardOptions, HostCall, HostError,
    HostErrorKind, HostReply, Message, OutgoingRequest, Stored, SubscriptionFound,
};
use crate::program::Pipeline;
use crate::run::{CallId, Ended, Progress, Run};

/// What policies ask of the world. Every method has a default that refuses, or does what is harmless.
pub trait Host: Ambient {
    /// Sends the call's request to its backend: [`Call::backend`] says which, `call.request` what.
    fn forward(
        &self,
        call: &Call,
        options: ForwardOptions,
    ) -> impl Future<Output = Result<Response, HostError>> + Send {
        let _ = (call, options);
        async { Err(refused("this host forwards no requests")) }
    }

    /// Sends a request made by a policy; the body of the answer is in memory.
    fn send(&self, request: OutgoingRequest) -> impl Future<Output = Result<Response, HostError>> + Send {
        let _ = request;
        async { Err(refused("this host sends no requests")) }
    }

    /// Begins to send a request whose answer nobody wants.
    fn send_one_way(&self, request: OutgoingRequest) -> impl Future<Output = ()> + Send {
        let _ = request;
        async {}
    }

    /// Brings a streamed body into memory. Hosts that give the engine no streams are never asked.
    fn read_body(&self, call: &Call, message: Message) -> impl Future<Output = Result<Bytes, HostError>> + Send {
        let _ = (call, message);
        async { Err(refused("this host has no streamed bodies")) }
    }

    /// Looks a value or a response up in a cache.
    fn cache_lookup(
        &self,
        key: &str,
        cache: CacheKind,
        space: CacheSpace,
    ) -> impl Future<Output = Option<std::sync::Arc<Stored>>> + Send {
        let _ = (key, cache, space);
        async { None }
    }

    /// Keeps a value in a cache.
    fn cache_store(
        &self,
        key: &str,
        value: Stored,
        duration: Duration,
        cache: CacheKind,
        space: CacheSpace,
    ) -> impl Future<Output = ()> + Send {
        let _ = (key, value, duration, cache, space);
        async {}
    }

    /// Removes a value from a cache.
    fn cache_remove(&self, key: &str, cache: CacheKind) -> impl Future<Output = Result<(), HostError>> + Send {
        let _ = (key, cache);
        async { Ok(()) }
    }

    /// Counts against a limit.
    fn count(&self, call: CounterCall) -> impl Future<Output = Result<CounterState, HostError>> + Send {
        let _ = call;
        async { Err(refused("this host counts nothing")) }
    }

    /// Takes one of `limit` places.
    fn acquire(&self, key: &str, limit: u32) -> impl Future<Output = Result<bool, HostError>> + Send {
        let _ = (key, limit);
        async { Err(refused("this host has no concurrency limits")) }
    }

    /// Gives back a place of a run whose future was dropped. Must not wait: nobody polls any more. A place that
    /// [`Host::acquire`] was still waiting for is the host's affair, whose future is dropped with the run's.
    fn abandon(&self, key: &str) {
        let _ = key;
    }

    /// Gives a place back.
    fn release(&self, key: &str) -> impl Future<Output = ()> + Send {
        let _ = key;
        async {}
    }

    /// Finds the subscription of a key.
    fn find_subscription(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Option<SubscriptionFound>, HostError>> + Send {
        let _ = key;
        async { Err(refused("this host knows no subscriptions")) }
    }

    /// An access token for a resource, of the host's own identity or of another one.
    fn token(
        &self,
        resource: &str,
        client_id: Option<&str>,
    ) -> impl Future<Output = Result<Box<str>, HostError>> + Send {
        let _ = (resource, client_id);
        async { Err(refused("this host has no identity")) }
    }

    /// Looks at the client's certificate, `call.request.certificate`.
    fn check_certificate(
        &self,
        call: &Call,
        check: CertificateCheck,
    ) -> impl Future<Output = Result<bool, HostError>> + Send {
        let _ = (call, check);
        async { Err(refused("this host checks no certificates")) }
    }

    /// Whether a policy may try something again: a host may bound the retries of all calls together, so that a backend that
    /// is down is not asked many times as often.
    fn may_retry(&self) -> bool {
        true
    }

    /// Waits.
    fn sleep(&self, time: Duration) -> impl Future<Output = Result<(), HostError>> + Send {
        let _ = time;
        async { Err(refused("this host has no timers")) }
    }
}

fn refused(what: &str) -> HostError {
    HostError::new(HostErrorKind::Refused, what)
}

/// A call on its way, without a look at the exchange.
type Open<'h> = Pin<Box<dyn Future<Output = HostReply> + Send + 'h>>;

/// True for what cannot go on while the engine changes the exchange.
const fn looks_at_exchange(asked: &HostCall) -> bool {
    matches!(asked, HostCall::Forward(_) | HostCall::ReadBody(_) | HostCall::CheckCertificate(_))
}

/// The places that a run holds. When its future is dropped, as it is when a client goes away, they are free again.
struct Places<'h, H: Host> {
    host: &'h H,
    held: Mutex<Vec<Box<str>>>,
}

impl<H: Host> Places<'_, H> {
    fn held(&self) -> MutexGuard<'_, Vec<Box<str>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn given_back(&self, key: &str) {
        let mut held = self.held();
        if let Some(at) = held.iter().position(|known| **known == *key) {
            held.swap_remove(at);
        }
    }
}

impl<H: Host> Drop for Places<'_, H> {
    fn drop(&mut self) {
        for key in self.held().drain(..) {
            self.host.abandon(&key);
        }
    }
}

async fn perform<H: Host>(places: &Places<'_, H>, asked: HostCall) -> HostReply {
    let host = places.host;
    match asked {
        HostCall::Send(request) => HostReply::Response(host.send(*request).await.map(Box::new)),
        HostCall::SendOneWay(request) => {
            host.send_one_way(*request).await;
            HostReply::Done
        }
        HostCall::CacheLookup { key, cache, space } => HostReply::Cached(host.cache_lookup(&key, cache, space).await),
        HostCall::CacheStore { key, value, duration, cache, space } => {
            host.cache_store(&key, *value, duration, cache, space).await;
            HostReply::Done
        }
        HostCall::CacheStream { .. } => HostReply::Failed(refused("the body is to be read first")),
        HostCall::CacheRemove { key, cache } => done(host.cache_remove(&key, cache).await),
        HostCall::Count(count) => host.count(*count).await.map_or_else(HostReply::Failed, HostReply::Counted),
        HostCall::AcquireSlot { key, limit } => match host.acquire(&key, limit).await {
            Ok(acquired) => {
                if acquired {
                    places.held().push(key);
                }
                HostReply::Acquired(acquired)
            }
            Err(error) => HostReply::Failed(error),
        },
        HostCall::ReleaseSlot { key } => {
            places.given_back(&key);
            host.release(&key).await;
            HostReply::Done
        }
        HostCall::FindSubscription { key } => {
            host.find_subscription(&key).await.map_or_else(HostReply::Failed, HostReply::Subscription)
        }
        HostCall::Retry(time) => {
            let again = host.may_retry();
            match if again && !time.is_zero() { host.sleep(time).await } else { Ok(()) } {
                Ok(()) => HostReply::Acquired(again),
                Err(error) => HostReply::Failed(error),
            }
        }
        HostCall::GetToken { resource, client_id } => {
            HostReply::Token(host.token(&resource, client_id.as_deref()).await)
        }
        HostCall::Forward(_) | HostCall::ReadBody(_) | HostCall::CheckCertificate(_) => {
            HostReply::Failed(refused("this call looks at the exchange"))
        }
    }
}

async fn perform_on<H: Host>(places: &Places<'_, H>, call: &Call, asked: HostCall) -> HostReply {
    let host = places.host;
    match asked {
        HostCall::Forward(options) => HostReply::Response(host.forward(call, options).await.map(Box::new)),
        HostCall::ReadBody(message) => HostReply::Body(host.read_body(call, message).await),
        HostCall::CheckCertificate(check) => {
            host.check_certificate(call, check).await.map_or_else(HostReply::Failed, HostReply::Checked)
        }
        other => perform(places, other).await,
    }
}

fn done(result: Result<(), HostError>) -> HostReply {
    result.map_or_else(HostReply::Failed, |()| HostReply::Done)
}

/// The calls that are out.
struct Outstanding<'h> {
    open: Vec<(CallId, Open<'h>)>,
    /// Calls that look at the exchange: one at a time, and the engine rests meanwhile.
    looking: Vec<(CallId, HostCall)>,
    answered: VecDeque<(CallId, HostReply)>,
}

impl<'h> Outstanding<'h> {
    fn add<H: Host>(&mut self, places: &'h Places<'h, H>, id: CallId, asked: HostCall) {
        if looks_at_exchange(&asked) {
            self.looking.push((id, asked));
        } else {
            self.open.push((id, Box::pin(perform(places, asked))));
        }
    }

    fn forget(&mut self, ids: &[CallId]) {
        self.open.retain(|(id, _)| !ids.contains(id));
        self.looking.retain(|(id, _)| !ids.contains(id));
        self.answered.retain(|(id, _)| !ids.contains(id));
    }

    /// Moves the answers that are there.
    fn poll(&mut self, cx: &mut Context<'_>) {
        let answered = &mut self.answered;
        self.open.retain_mut(|(id, open)| match open.as_mut().poll(cx) {
            Poll::Ready(reply) => {
                answered.push_back((*id, reply));
                false
            }
            Poll::Pending => true,
        });
    }

    /// The next answer; `None` when nothing is out.
    async fn next<H: Host>(&mut self, places: &'h Places<'h, H>, call: &Call) -> Option<(CallId, HostReply)> {
        if let Some((id, asked)) = self.looking.pop() {
            let mut looking = pin!(perform_on(places, call, asked));
            let reply = poll_fn(|cx| {
                self.poll(cx);
                looking.as_mut().poll(cx)
            });
            let reply = reply.await;
            self.answered.push_back((id, reply));
        }
        poll_fn(|cx| {
            if self.answered.is_empty() {
                self.poll(cx);
            }
            match self.answered.pop_front() {
                Some(answer) => Poll::Ready(Some(answer)),
                None if self.open.is_empty() => Poll::Ready(None),
                None => Poll::Pending,
            }
        })
        .await
    }
}

impl Pipeline {
    /// Runs all sections for a call. Afterwards the response is in `exchange.call.response`.
    pub async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Ended {
        let mut run = Run::new(self);
        let mut progress = run.begin(exchange, host);
        let places = Places { host, held: Mutex::default() };
        let mut out = Outstanding { open: Vec::new(), looking: Vec::new(), answered: VecDeque::new() };
        loop {
            match progress {
                Progress::Finished(ended) => return ended,
                Progress::Call(id, asked) => {
                    // Nothing else is out: no need to keep the call anywhere.
                    let reply = perform_on(&places, &exchange.call, asked).await;
                    progress = run.reply(exchange, host, id, reply);
                    continue;
                }
                Progress::Calls(calls) => calls.into_iter().for_each(|(id, asked)| out.add(&places, id, asked)),
                Progress::Pending => {}
                Progress::Cancel(ids, next) => {
                    out.forget(&ids);
                    progress = *next;
                    continue;
                }
            }
            let Some((id, reply)) = out.next(&places, &exchange.call).await else { return Ended::WithError };
            progress = run.reply(exchange, host, id, reply);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Waker;

    use policy_parser::Source;

    use super::*;
    use crate::engine::{Engine, Environment, Scope};

    /// Answers by host name after so many polls.
    #[derive(Default)]
    struct Fake {
        log: Mutex<Vec<String>>,
        dropped: AtomicU32,
    }

    impl Ambient for Fake {
        fn now_ticks(&self) -> i64 {
            0
        }
        fn monotonic_micros(&self) -> u64 {
            0
        }
        fn random(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    struct CountsDrop<'f>(&'f Fake, bool);

    impl Drop for CountsDrop<'_> {
        fn drop(&mut self) {
            self.0.dropped.fetch_add(u32::from(!self.1), Ordering::Relaxed);
        }
    }

    impl Host for Fake {
        async fn send(&self, request: OutgoingRequest) -> Result<Response, HostError> {
            let mut guard = CountsDrop(self, false);
            let mut polls = request.url.host.len();
            poll_fn(|_| {
                polls -= 1;
                if polls == 0 { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            guard.1 = true;
            self.log.lock().expect("one thread").push(request.url.host);
            Ok(Response { status: 200, ..Response::default() })
        }

        async fn acquire(&self, key: &str, limit: u32) -> Result<bool, HostError> {
            match key {
                "none" => Err(refused("no places")),
                key => {
                    self.log.lock().expect("one thread").push(format!("acquire {key}"));
                    Ok(limit > 0)
                }
            }
        }

        async fn release(&self, key: &str) {
            self.log.lock().expect("one thread").push(format!("release {key}"));
        }

        fn abandon(&self, key: &str) {
            self.log.lock().expect("one thread").push(format!("abandon {key}"));
        }

        async fn forward(&self, call: &Call, _options: ForwardOptions) -> Result<Response, HostError> {
            self.log.lock().expect("one thread").push(format!("forward {}", call.request.method));
            Ok(Response { status: 201, ..Response::default() })
        }
    }

    fn run(policies: &str) -> (Vec<String>, u32, Ended) {
        let document =
            format!("<policies><inbound>{policies}</inbound><backend><forward-request /></backend></policies>");
        let compiled = Engine::new().compile(&Source::new("policy.xml", document), Scope::Api, &Environment::default());
        let pipeline = Pipeline::new(compiled.program);
        let mut exchange = Exchange::new(Engine::new().limits());
        let host = Fake::default();
        let ended = {
            let mut running = pin!(pipeline.run(&mut exchange, &host));
            let mut cx = Context::from_waker(Waker::noop());
            loop {
                if let Poll::Ready(ended) = running.as_mut().poll(&mut cx) {
                    break ended;
                }
            }
        };
        let log = host.log.lock().expect("one thread").clone();
        (log, host.dropped.load(Ordering::Relaxed), ended)
    }

    fn wait(how: &str) -> String {
        let send = |host: &str| format!("<send-request><set-url>http://{host}/</set-url></send-request>");
        format!("<wait for=\"{how}\">{}{}</wait>", send("slow"), send("hi"))
    }

    #[test]
    fn branches_run_side_by_side() {
        let (log, dropped, ended) = run(&wait("all"));
        assert_eq!((log.join(","), dropped, ended), ("hi,slow,forward GET".to_owned(), 0, Ended::Normally));
    }

    #[test]
    fn a_late_branch_is_dropped() {
        let (log, dropped, _) = run(&wait("any"));
        assert_eq!((log.join(","), dropped), ("hi,forward GET".to_owned(), 1));
    }

    #[test]
    fn what_a_host_does_not_offer_is_an_error() {
        let policy = "<limit-concurrency key=\"none\" max-count=\"1\"><set-method>PUT</set-method></limit-concurrency>";
        assert_eq!(run(policy).2, Ended::WithError);
    }

    #[test]
    fn a_run_that_is_dropped_gives_its_places_back() {
        let policy = "<limit-concurrency key=\"outer\" max-count=\"1\"><limit-concurrency key=\"inner\" max-count=\"1\">\
                      <send-request><set-url>http://slow/</set-url></send-request></limit-concurrency>\
                      <send-request><set-url>http://slower/</set-url></send-request></limit-concurrency>";
        let document = format!("<policies><inbound>{policy}</inbound></policies>");
        let compiled = Engine::new().compile(&Source::new("policy.xml", document), Scope::Api, &Environment::default());
        let pipeline = Pipeline::new(compiled.program);
        for (polls, expected) in [
            (1, "acquire outer,acquire inner,abandon outer,abandon inner"),
            (5, "acquire outer,acquire inner,slow,release inner,abandon outer"),
            (50, "acquire outer,acquire inner,slow,release inner,slower,release outer"),
        ] {
            let mut exchange = Exchange::new(Engine::new().limits());
            let host = Fake::default();
            {
                let mut running = pin!(pipeline.run(&mut exchange, &host));
                let mut cx = Context::from_waker(Waker::noop());
                let _ = (0..polls).find(|_| running.as_mut().poll(&mut cx).is_ready());
            }
            let log = host.log.lock().expect("one thread").join(",");
            assert_eq!(log, expected, "{polls}");
        }
    }
}
