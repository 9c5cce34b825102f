//! What a run may take from the system's allocator: nothing, for the conditions that every call is asked.

use http::HeaderValue;
use policy_vm::host::Ambient;
use policy_vm::value::Value;
use policy_vm::{Exchange, Limits, eval};

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
