//! The hub's inbound section through the engine, beside the same work written by hand.

#![expect(missing_docs, reason = "criterion's macros make public functions")]

mod support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use policy_vm::host::Stored;
use policy_vm::{Ended, Exchange, Limits};
use support::{HEADERS, Memory, hub_inbound, pipeline};

fn request() -> Vec<(HeaderName, HeaderValue)> {
    HEADERS.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).into()
}

/// What each run begins with, whoever does the work.
fn arrive(headers: &mut HeaderMap, request: &[(HeaderName, HeaderValue)]) {
    headers.clear();
    for (name, value) in request {
        headers.insert(name, value.clone());
    }
}

/// What the hub's inbound section says, as a Rust engineer would write it: names are constants, nothing is parsed.
fn by_hand(headers: &mut HeaderMap, memory: &Memory) -> Option<u64> {
    const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
    const CONSUMER: HeaderName = HeaderName::from_static("x-consumer");
    let subscription = memory.key(headers.get(API_KEY)?.to_str().ok()?)?;
    let left = 1_000_000_000 - memory.count(&format!("rate-limit-by-key/{}/60", subscription.id)).min(1);
    let found = memory.lookup("bc-token")?;
    let Stored::Text(token) = &*found else { return None };
    headers.insert(header::AUTHORIZATION, HeaderValue::try_from(format!("Bearer {token}")).ok()?);
    headers.remove(API_KEY);
    headers.insert(CONSUMER, HeaderValue::try_from(subscription.id.as_str()).ok()?);
    Some(left)
}

fn hub(criterion: &mut Criterion) {
    let (memory, request) = (Memory::new(), request());
    let mut group = criterion.benchmark_group("hub_inbound");

    let mut headers = HeaderMap::new();
    group.bench_function("request_alone", |b| {
        b.iter(|| arrive(black_box(&mut headers), &request));
    });
    group.bench_function("by_hand", |b| {
        b.iter(|| {
            arrive(&mut headers, &request);
            assert!(by_hand(black_box(&mut headers), &memory).is_some());
        });
    });

    let pipeline = pipeline(&hub_inbound());
    let mut exchange = Exchange::new(&Limits::default());
    group.bench_function("engine", |b| {
        b.iter(|| {
            exchange.reset();
            arrive(&mut exchange.call.request.headers, &request);
            assert_eq!(memory.run(black_box(&pipeline), &mut exchange), Ended::Normally);
        });
    });
    // Both did the same.
    assert_eq!(headers, exchange.call.request.headers);
    group.finish();
}

criterion_group!(benches, hub);
criterion_main!(benches);
