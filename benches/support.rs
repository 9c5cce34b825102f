//! What the benches share: a host that answers at once, and the document of the hub.

#![expect(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]
#![allow(dead_code, reason = "each bench uses its part")]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use policy_parser::Source;
use policy_vm::exchange::Subscription;
use policy_vm::host::{Ambient, CounterState, HostCall, HostReply, Stored, SubscriptionFound};
use policy_vm::{Ended, Engine, Environment, Exchange, Pipeline, Progress, Run, Scope};

/// About 4 KiB: what a careful author writes for one API.
pub(crate) const ORDERS: &str = include_str!("documents/orders.xml");

/// The hub that `proxy-cost` measures over sockets.
const HUB: &str = include_str!("hub/apis/mes/policy.xml");

/// What a call of the hub carries.
pub(crate) const HEADERS: [(&str, &str); 5] = [
    ("host", "hub.example"),
    ("user-agent", "mes/4.2"),
    ("accept", "application/json"),
    ("x-api-key", "key-0042-0123456789abcdef0123456789"),
    ("x-correlation-id", "7c1f0a52"),
];

/// The inbound section of the hub, the key checked by policy: the gateway's own check is no part of the engine.
pub(crate) fn hub_inbound() -> String {
    let inbound = HUB.split_once("<base />").and_then(|(_, rest)| rest.split_once("</inbound>"));
    let (steps, _) = inbound.expect("the hub has an inbound section");
    format!("<policies><inbound><validate-key header-name=\"X-Api-Key\" />{steps}</inbound></policies>")
}

/// Compiles a document that is all there is for a call.
pub(crate) fn pipeline(document: &str) -> Pipeline {
    let source = Source::new("policy.xml", document);
    let compiled = Engine::new().compile(&source, Scope::Api, &Environment::default());
    assert!(compiled.program.is_some(), "{:?}", compiled.diagnostics);
    Pipeline::new(compiled.program)
}

/// A thousand keys, a counter each, a cache with the token: all in memory, all answers at once.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) keys: HashMap<Box<str>, Arc<Subscription>>,
    pub(crate) cache: HashMap<Box<str>, Arc<Stored>>,
    pub(crate) count: AtomicU64,
}

impl Memory {
    pub(crate) fn new() -> Self {
        let subscription = |i: u32| {
            let key = format!("key-{i:04}-0123456789abcdef0123456789");
            let id = format!("consumer-{i:04}");
            let subscription = Subscription { id, primary_key: key.clone(), ..Subscription::default() };
            (key.into_boxed_str(), Arc::new(subscription))
        };
        // As long as tokens are.
        let token = Stored::Text("eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.".repeat(20).into());
        Self {
            keys: (0..1000).map(subscription).collect(),
            cache: HashMap::from([("bc-token".into(), Arc::new(token))]),
            count: AtomicU64::new(0),
        }
    }

    pub(crate) fn key(&self, key: &str) -> Option<Arc<Subscription>> {
        self.keys.get(key).cloned()
    }

    pub(crate) fn lookup(&self, key: &str) -> Option<Arc<Stored>> {
        self.cache.get(key).cloned()
    }

    /// One counter stands for all: what a store costs is no matter of the engine.
    pub(crate) fn count(&self, key: &str) -> u64 {
        assert!(key.ends_with("60"), "the key names its period");
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    fn answer(&self, asked: &HostCall) -> HostReply {
        match asked {
            HostCall::FindSubscription { key } => {
                HostReply::Subscription(self.key(key).map(|subscription| SubscriptionFound {
                    subscription,
                    active: true,
                    in_scope: true,
                }))
            }
            HostCall::Count(count) => HostReply::Counted(CounterState {
                allowed: true,
                remaining: count.calls.unwrap_or_default() - self.count(&count.key).min(1),
                retry_after: Duration::ZERO,
                bandwidth_exhausted: false,
            }),
            HostCall::CacheLookup { key, .. } => HostReply::Cached(self.lookup(key)),
            other => panic!("the hub does not ask for {other:?}"),
        }
    }

    /// Runs all sections.
    pub(crate) fn run(&self, pipeline: &Pipeline, exchange: &mut Exchange) -> Ended {
        let mut run = Run::new(pipeline);
        let mut progress = run.begin(exchange, self);
        loop {
            match progress {
                Progress::Call(id, asked) => progress = run.reply(exchange, self, id, self.answer(&asked)),
                Progress::Finished(ended) => return ended,
                other => panic!("the hub has no branches: {other:?}"),
            }
        }
    }
}

impl Ambient for Memory {
    fn now_ticks(&self) -> i64 {
        638_505_760_890_000_000
    }

    fn monotonic_micros(&self) -> u64 {
        0
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(0x80);
    }
}
