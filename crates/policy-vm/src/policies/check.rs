//! Support for the tests of policies: a document, a request, a host that plays its part, and what came of it as text.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use policy_parser::{Diagnostic, Severity, Source};

use crate::engine::{Engine, Environment, Scope};
use crate::exchange::{Api, Body, Exchange, Operation, Response, Subscription, Url};
use crate::host::{
    Ambient, CounterState, HostCall, HostError, HostErrorKind, HostReply, OutgoingRequest, Stored, SubscriptionFound,
    TraceRecord,
};
use crate::program::{Pipeline, Program};
use crate::run::{CallId, Ended, Progress, Run};

/// A call, the documents that apply to it, and the world around it.
pub(crate) struct Scene {
    pub(crate) engine: Engine,
    no_counters: bool,
    no_timers: bool,
    /// Attempts that it allows beyond the first.
    retries: u32,
    pub(crate) environment: Environment,
    pub(crate) exchange: Exchange,
    pub(crate) clock: Clock,
    /// What backends answer, in order; a plain 200 when there is nothing left.
    pub(crate) answers: VecDeque<Result<Response, HostError>>,
    pub(crate) cache: HashMap<String, Stored>,
    pub(crate) counts: HashMap<String, u64>,
    pub(crate) slots: HashMap<String, u32>,
    /// Tokens of the gateway's identity by resource.
    pub(crate) tokens: HashMap<String, String>,
    /// The backend's answers have `streamed` as their body, not yet in memory.
    pub(crate) streams: bool,
    /// What is true of the client's certificate, as `CertificateCheck` shows it.
    pub(crate) certificate_facts: Vec<String>,
    pub(crate) keys: HashMap<String, SubscriptionFound>,
    /// What the streamed bodies contain.
    pub(crate) streamed: Vec<u8>,
    /// What was asked of the host.
    pub(crate) log: Vec<String>,
    /// Whether of several calls the first is answered first.
    pub(crate) first_first: bool,
    documents: Vec<(Scope, String)>,
}

/// A clock that only sleeping moves, and traces.
#[derive(Default)]
pub(crate) struct Clock {
    pub(crate) ticks: AtomicI64,
    /// Microseconds that pass whenever somebody looks at the clock.
    pub(crate) passing: AtomicI64,
    traces: std::sync::Mutex<Vec<String>>,
}

impl Ambient for Clock {
    fn now_ticks(&self) -> i64 {
        638_505_760_890_000_000 + self.ticks.load(Ordering::Relaxed) // 2024-05-06T07:08:09Z
    }
    fn monotonic_micros(&self) -> u64 {
        let passing = self.passing.load(Ordering::Relaxed) * 10;
        (self.ticks.fetch_add(passing, Ordering::Relaxed) / 10).unsigned_abs()
    }
    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(0x80);
    }
    fn trace(&self, record: TraceRecord<'_>) {
        let text = format!("{} {}: {} {:?}", record.severity, record.source, record.message, record.metadata);
        self.traces.lock().expect("one thread").push(text);
    }
}

impl Scene {
    /// A `GET https://api.example/shop/orders?id=7` to `https://backend.example/base/orders?id=7`.
    pub(crate) fn new() -> Self {
        let engine = Engine::new();
        let mut exchange = Exchange::new(engine.limits());
        let call = &mut exchange.call;
        call.request.url = Url::parse("https://backend.example/base/orders?id=7").expect("a URL");
        call.original_url = Url::parse("https://api.example/shop/orders?id=7").expect("a URL");
        call.api = Some(Arc::new(Api {
            id: "shop".into(),
            name: "Shop".into(),
            path: "shop".into(),
            service_url: Url::parse("https://backend.example/base").ok(),
            key_header: "Ocp-Apim-Subscription-Key".into(),
            key_query: "subscription-key".into(),
            ..Api::default()
        }));
        call.operation =
            Some(Arc::new(Operation { id: "get".into(), name: "Get order".into(), ..Operation::default() }));
        call.client_ip = "203.0.113.7".parse().ok();
        Self {
            environment: Environment::default(),
            exchange,
            clock: Clock::default(),
            answers: VecDeque::new(),
            cache: HashMap::new(),
            counts: HashMap::new(),
            slots: HashMap::new(),
            keys: HashMap::new(),
            tokens: HashMap::new(),
            streams: false,
            certificate_facts: Vec::new(),
            streamed: Vec::new(),
            log: Vec::new(),
            first_first: false,
            documents: Vec::new(),
            no_counters: false,
            no_timers: false,
            retries: u32::MAX,
            engine,
        }
    }

    /// With a document of API scope.
    pub(crate) fn of(document: &str) -> Self {
        Self::new().document(Scope::Api, document)
    }

    /// With these policies in `inbound`, and a `forward-request`.
    pub(crate) fn inbound(policies: &str) -> Self {
        Self::of(&format!("<policies><inbound>{policies}</inbound><backend><forward-request /></backend></policies>"))
    }

    /// With these policies in `outbound`, after a `forward-request`.
    pub(crate) fn outbound(policies: &str) -> Self {
        Self::of(&format!("<policies><backend><forward-request /></backend><outbound>{policies}</outbound></policies>"))
    }

    /// With these policies in `backend`.
    pub(crate) fn backend(policies: &str) -> Self {
        Self::of(&format!("<policies><backend>{policies}</backend></policies>"))
    }

    /// One more document.
    pub(crate) fn document(mut self, scope: Scope, text: &str) -> Self {
        self.documents.push((scope, text.to_owned()));
        self
    }

    /// With switches, for the documents that come after.
    pub(crate) fn switches(mut self, switches: crate::engine::Switches) -> Self {
        self.engine = self.engine.with_switches(switches);
        self
    }

    /// Whose counters cannot be asked.
    pub(crate) const fn without_counters(mut self) -> Self {
        self.no_counters = true;
        self
    }

    /// That cannot wait.
    pub(crate) const fn without_timers(mut self) -> Self {
        self.no_timers = true;
        self
    }

    /// Bounds the retries of all policies together.
    pub(crate) fn retries(mut self, most: u32) -> Self {
        self.retries = most;
        self
    }

    /// A header of the request.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        self.exchange.call.request.headers.append(name, HeaderValue::from_str(value).expect("a value"));
        self
    }

    /// The method of the request.
    pub(crate) fn method(mut self, method: Method) -> Self {
        self.exchange.call.original_method = method.clone();
        self.exchange.call.request.method = method;
        self
    }

    /// The body of the request, in memory.
    pub(crate) fn body(mut self, text: &'static str) -> Self {
        self.exchange.call.request.body = Body::Bytes(text.into());
        self
    }

    /// What the backend answers next.
    pub(crate) fn answer(mut self, status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> Self {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let body = if body.is_empty() { Body::None } else { Body::Bytes(body.into()) };
        self.answers.push_back(Ok(Response { status, headers: map, body, reason: None }));
        self
    }

    /// How the next call of a backend fails.
    pub(crate) fn failure(mut self, kind: HostErrorKind) -> Self {
        self.answers.push_back(Err(HostError::new(kind, "it did not work")));
        self
    }

    /// A token that the gateway's identity has.
    pub(crate) fn token(mut self, resource: &str, token: &str) -> Self {
        self.tokens.insert(resource.to_owned(), token.to_owned());
        self
    }

    /// The caller's subscription.
    pub(crate) fn subscription(mut self, id: &str) -> Self {
        let subscription = Subscription { id: id.into(), name: id.into(), ..Subscription::default() };
        self.exchange.call.subscription = Some(Arc::new(subscription));
        self
    }

    fn pipeline(&self) -> Pipeline {
        let programs = self.documents.iter().map(|(scope, text)| self.compile(*scope, text));
        Pipeline::new(programs.collect::<Vec<_>>())
    }

    fn compile(&self, scope: Scope, text: &str) -> Arc<Program> {
        let compiled = self.engine.compile(&Source::new("policy.xml", text), scope, &self.environment);
        compiled.program.unwrap_or_else(|| panic!("{}", shown(&compiled.diagnostics)))
    }

    /// Runs, and shows request log, response and last error, each on lines of its own.
    pub(crate) fn run(&mut self) -> String {
        let pipeline = self.pipeline();
        let mut run = Run::new(&pipeline);
        let progress = run.begin(&mut self.exchange, &self.clock);
        self.go_on(&mut run, progress)
    }

    /// Runs `on-error` for an error found before.
    pub(crate) fn run_with_error(&mut self, error: crate::error::PolicyError) -> String {
        let pipeline = self.pipeline();
        let mut run = Run::new(&pipeline);
        let progress = run.begin_with_error(&mut self.exchange, &self.clock, error);
        self.go_on(&mut run, progress)
    }

    /// Runs until the n-th call of the host, then drops the run: what is to be cleaned up?
    pub(crate) fn run_and_drop(&mut self, calls: usize) -> Vec<String> {
        let pipeline = self.pipeline();
        let mut run = Run::new(&pipeline);
        let mut progress = run.begin(&mut self.exchange, &self.clock);
        for _ in 1..calls {
            let Progress::Call(id, call) = progress else { panic!("one call at a time") };
            let reply = self.perform(call);
            progress = run.reply(&mut self.exchange, &self.clock, id, reply);
        }
        let cleanups = run.abandon(&mut self.exchange, &self.clock);
        cleanups.iter().map(|call| format!("{call:?}")).collect()
    }

    /// Runs as a preflight request.
    pub(crate) fn preflight(&mut self) -> String {
        let pipeline = self.pipeline();
        let mut run = Run::new(&pipeline);
        let progress = run.preflight(&mut self.exchange, &self.clock);
        self.go_on(&mut run, progress)
    }

    /// Answers until the run has finished. Of several calls the last is answered first.
    pub(crate) fn go_on(&mut self, run: &mut Run<'_>, mut progress: Progress) -> String {
        let mut open: Vec<(CallId, HostCall)> = Vec::new();
        let ended = loop {
            match progress {
                Progress::Finished(ended) => break ended,
                Progress::Call(id, call) => open.push((id, call)),
                Progress::Calls(calls) => open.extend(calls),
                Progress::Pending => {}
                Progress::Cancel(ids, next) => {
                    self.log.push(format!("cancel {}", ids.len()));
                    open.retain(|(id, _)| !ids.contains(id));
                    progress = *next;
                    continue;
                }
            }
            let first = if self.first_first { 0 } else { open.len().saturating_sub(1) };
            let acquire = open.iter().position(|(_, call)| matches!(call, HostCall::AcquireSlot { .. }));
            let (id, call) = open.remove(acquire.unwrap_or(first));
            let reply = self.perform(call);
            progress = run.reply(&mut self.exchange, &self.clock, id, reply);
        };
        self.show(ended)
    }

    fn perform(&mut self, call: HostCall) -> HostReply {
        match call {
            HostCall::Forward(options) => {
                let request = &self.exchange.call.request;
                self.log.push(format!("forward {} {} {:?}", request.method, request.url, options.timeout));
                HostReply::Response(self.answer_next().map(Box::new))
            }
            HostCall::Send(request) => {
                self.log.push(format!("send {}", request_text(&request)));
                HostReply::Response(self.answer_next().map(Box::new))
            }
            HostCall::SendOneWay(request) => {
                self.log.push(format!("send one way {}", request_text(&request)));
                HostReply::Done
            }
            HostCall::ReadBody(message) => {
                self.log.push(format!("read {message:?}"));
                HostReply::Body(Ok(self.streamed.clone().into()))
            }
            HostCall::CacheLookup { key, .. } => HostReply::Cached(self.cache.get(&*key).cloned().map(Arc::new)),
            HostCall::CacheStream { .. } => HostReply::Failed(HostError::new(HostErrorKind::Refused, "no streams")),
            HostCall::GetToken { resource, client_id } => {
                self.log.push(format!("token {resource} {client_id:?}"));
                let error = || HostError::new(HostErrorKind::Refused, format!("no token for {resource}"));
                HostReply::Token(self.tokens.get(&*resource).map(|token| token.as_str().into()).ok_or_else(error))
            }
            HostCall::CheckCertificate(check) => {
                self.log.push(format!("check {check:?}"));
                HostReply::Checked(self.certificate_facts.contains(&format!("{check:?}")))
            }
            HostCall::CacheStore { key, value, duration, cache, .. } => {
                self.log.push(format!("store {key} {value:?} {duration:?} {cache:?}"));
                self.cache.insert(key.into(), *value);
                HostReply::Done
            }
            HostCall::CacheRemove { key, .. } => match self.cache.remove(&*key) {
                Some(_) => HostReply::Done,
                None => HostReply::Failed(HostError::new(HostErrorKind::Connection, "the cache is away")),
            },
            HostCall::Count(count) => {
                self.log.push(format!("count {count:?}"));
                if self.no_counters {
                    return HostReply::Failed(HostError::new(HostErrorKind::Timeout, "no counters"));
                }
                HostReply::Counted(self.count(&count))
            }
            HostCall::AcquireSlot { key, limit } => {
                let held = self.slots.entry(key.clone().into()).or_default();
                let free = *held < limit;
                *held += u32::from(free);
                self.log.push(format!("acquire {key} {free}"));
                HostReply::Acquired(free)
            }
            HostCall::ReleaseSlot { key } => {
                *self.slots.entry(key.clone().into()).or_default() -= 1;
                self.log.push(format!("release {key}"));
                HostReply::Done
            }
            HostCall::FindSubscription { key } => HostReply::Subscription(self.keys.get(&*key).cloned()),
            HostCall::Retry(time) => {
                let Some(left) = self.retries.checked_sub(1) else { return HostReply::Acquired(false) };
                self.retries = left;
                if self.no_timers && !time.is_zero() {
                    return HostReply::Failed(HostError::new(HostErrorKind::Refused, "no timers"));
                }
                if !time.is_zero() {
                    self.log.push(format!("sleep {time:?}"));
                    self.clock.ticks.fetch_add(i64::try_from(time.as_micros()).unwrap_or(0) * 10, Ordering::Relaxed);
                }
                HostReply::Acquired(true)
            }
        }
    }

    fn answer_next(&mut self) -> Result<Response, HostError> {
        let answer = self.answers.pop_front().unwrap_or_else(|| Ok(Response { status: 200, ..Response::default() }));
        answer.map(|response| if self.streams { Response { body: Body::Stream, ..response } } else { response })
    }

    /// Counts without ever renewing.
    fn count(&mut self, call: &crate::host::CounterCall) -> CounterState {
        use crate::host::CounterMode;
        let count = self.counts.entry(call.key.clone().into()).or_default();
        let limit = call.calls.unwrap_or(u64::MAX);
        let allowed = match call.mode {
            CounterMode::CheckAndAdd => *count + call.increment <= limit,
            CounterMode::Check => *count <= limit,
            CounterMode::Add => true,
        };
        if allowed && call.mode != CounterMode::Check {
            *count += call.increment;
        }
        let retry_after = Duration::from_millis(41_500);
        CounterState { allowed, remaining: limit.saturating_sub(*count), retry_after, bandwidth_exhausted: false }
    }

    fn show(&self, ended: Ended) -> String {
        let mut out = String::new();
        for line in &self.log {
            let _ = writeln!(out, "> {line}");
        }
        let call = &self.exchange.call;
        if let Some(response) = &call.response {
            let _ = writeln!(out, "{} {}", response.status, response.reason.as_deref().unwrap_or("-"));
            out.push_str(&headers_text(&response.headers));
            let _ = writeln!(out, "{}", body_text(&response.body));
        }
        if ended == Ended::WithError
            && let Some(error) = &call.last_error
        {
            let place = format!("{}/{}/{}/{}", error.scope, error.section, error.path, error.policy_id);
            let _ = writeln!(out, "! {} {}: {} ({place})", error.source, error.reason, error.message);
        }
        out
    }

    /// The request as it was left.
    pub(crate) fn request(&self) -> String {
        let request = &self.exchange.call.request;
        format!("{} {}\n{}{}", request.method, request.url, headers_text(&request.headers), body_text(&request.body))
    }

    /// The traces written.
    pub(crate) fn traces(&self) -> Vec<String> {
        self.clock.traces.lock().expect("one thread").clone()
    }

    /// A variable as text.
    pub(crate) fn variable(&self, name: &str) -> String {
        let found = crate::names::find(name).and_then(|id| self.exchange.call.variable(id));
        match found {
            None => "absent".to_owned(),
            Some(crate::value::Value::String(text)) => format!("\"{}\"", self.exchange.heap.text(text).to_utf8()),
            Some(value) => format!("{value:?}"),
        }
    }
}

fn request_text(request: &OutgoingRequest) -> String {
    let headers = headers_text(&request.headers).replace('\n', "; ");
    let body = body_text(&request.body);
    let mut text = format!("{} {} {headers}{body} {:?}", request.method, request.url, request.timeout);
    if let Some(certificate) = &request.transport.certificate {
        let _ = write!(text, " certificate {certificate:?}");
    }
    if let Some(proxy) = &request.transport.proxy {
        let _ = write!(text, " proxy {proxy:?}");
    }
    text
}

fn headers_text(headers: &HeaderMap) -> String {
    let mut out = String::new();
    for (name, value) in headers {
        let _ = writeln!(out, "{name}: {}", String::from_utf8_lossy(value.as_bytes()));
    }
    out
}

fn body_text(body: &Body) -> String {
    match body {
        Body::None => "(none)".to_owned(),
        Body::Stream => "(stream)".to_owned(),
        Body::Consumed => "(consumed)".to_owned(),
        Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Compiles a document of API scope and shows what there is to say about it, a finding a line.
pub(crate) fn findings(document: &str) -> String {
    findings_at(Scope::Api, document, &Environment::default())
}

/// Compiles policies in `inbound` and shows what there is to say about them.
pub(crate) fn inbound_findings(policies: &str) -> String {
    findings(&format!("<policies><inbound>{policies}</inbound></policies>"))
}

/// Compiles a document and shows what there is to say about it.
pub(crate) fn findings_at(scope: Scope, document: &str, environment: &Environment) -> String {
    let compiled = Engine::new().compile(&Source::new("policy.xml", document), scope, environment);
    let errors = compiled.diagnostics.iter().any(|finding| finding.severity == Severity::Error);
    assert_eq!(errors, compiled.program.is_none(), "a program is there exactly when there is no error");
    shown(&compiled.diagnostics)
}

fn shown(findings: &[Diagnostic]) -> String {
    let mut out = String::new();
    for finding in findings {
        let position = finding.source.position(finding.span.start);
        let warning = if finding.severity == Severity::Warning { "warning: " } else { "" };
        let _ = writeln!(
            out,
            "{} {}:{}:{} {warning}{}",
            finding.code,
            finding.source.name(),
            position.line,
            position.column,
            finding.headline
        );
        for note in &finding.notes {
            let _ = writeln!(out, "  {note}");
        }
    }
    out
}
