//! What a run may take from the system's allocator: nothing, for the conditions that every call is asked. And what a
//! compiled document may keep.

#![expect(clippy::expect_used, reason = "what stands in the way of a test fails it")]

use http::HeaderValue;
use policy_vm::host::Ambient;
use policy_vm::value::Value;
use policy_vm::{Engine, Environment, Exchange, Limits, Scope, Source, eval};

struct Still;

impl Ambient for Still {
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

/// Allocations of the second and each further call with one exchange.
fn allocations(text: &str) -> u64 {
    let (limits, expression) = (Limits::default(), eval::compile(text).expect("an expression"));
    let mut exchange = Exchange::new(&limits);
    let mut call = || {
        exchange.reset();
        exchange.call.request.headers.insert("x-a", HeaderValue::from_static("b"));
        exchange.call.request.url.path.push_str("/bc/orders");
        let counted = allocation_counter::measure(|| {
            let (value, _) = expression.evaluate(&mut exchange, &Still, &limits, |_, result| result.ok());
            assert_eq!(value, Some(Value::Bool(true)), "{text}");
        });
        counted.count_total
    };
    call();
    call()
}

#[test]
fn conditions_allocate_nothing() {
    let conditions = [
        "@(context.Request.Headers.GetValueOrDefault(\"X-A\",\"\") == \"b\")",
        "@(context.Request.Headers.GetValueOrDefault(\"X-B\",\"none\") != \"b\")",
        "@(context.Request.Headers.ContainsKey(\"X-A\"))",
        "@(context.Request.Method == \"GET\" && context.Request.Url.Path.StartsWith(\"/bc/\"))",
        "@(!context.Variables.ContainsKey(\"token\"))",
        "@(context.Variables.GetValueOrDefault<string>(\"token\") == null)",
        "@(context.Request.Url.Path.Length > 3 && context.Request.Headers.GetValueOrDefault(\"x-a\", \"\").Length == 1)",
    ];
    let counted: Vec<_> =
        conditions.iter().map(|text| (allocations(text), *text)).filter(|(count, _)| *count > 0).collect();
    assert_eq!(counted, []);
}

/// A thousand APIs, each with such a document, are to stay under 200 MB with all that a gateway has beside them.
#[test]
fn a_compiled_document_keeps_less_than_100_kib() {
    let text = include_str!("../../../benches/documents/orders.xml");
    let engine = Engine::new();
    let compile = || {
        let compiled = engine.compile(&Source::new("policy.xml", text), Scope::Api, &Environment::default());
        compiled.program.expect("a program")
    };
    // The class library is set up once, names are known from the second time on.
    drop(compile());
    let mut program = None;
    let counted = allocation_counter::measure(|| program = Some(compile()));
    assert!(program.is_some());
    assert!((4096..100 << 10).contains(&counted.bytes_current), "{counted:?}");
}
