//! A dozen expressions of the kinds that policies are made of.

#![expect(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]
#![expect(missing_docs, reason = "criterion's macros make public functions")]

mod support;

use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use http::HeaderValue;
use policy_vm::eval::{self, Expression};
use policy_vm::exchange::Body;
use policy_vm::{Exchange, Limits};
use support::Memory;

/// Header, payload and signature of a token with two claims.
const TOKEN: &str = "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJtZXMiLCJyb2xlcyI6WyJvcmRlcnMucmVhZCIsIm9yZGVycy53cml0ZSJdLCJleHAiOjQxMDI0NDQ4MDB9.c2lnbmF0dXJl";

const BODY: &str = r#"{"id":4711,"customer":{"name":"Contoso","country":"DE"},"lines":[{"sku":"A-1","quantity":3},{"sku":"B-2","quantity":5}]}"#;

const EXPRESSIONS: &[(&str, &str)] = &[
    ("header_test", "@(context.Request.Headers.GetValueOrDefault(\"X-A\",\"\") == \"b\")"),
    ("method_and_path", "@(context.Request.Method == \"GET\" && context.Request.Url.Path.StartsWith(\"/bc/\"))"),
    ("variable_test", "@(context.Variables.ContainsKey(\"token\"))"),
    ("variable_text", "@(\"Bearer \" + (string)context.Variables[\"token\"])"),
    (
        "jwt_claim",
        "@(context.Request.Headers.GetValueOrDefault(\"Authorization\",\"\").AsJwt()?.Claims.GetValueOrDefault(\"sub\",\"\") == \"mes\")",
    ),
    (
        "json_field",
        "@((string)context.Request.Body.As<JObject>(preserveContent: true)[\"customer\"][\"name\"] == \"Contoso\")",
    ),
    ("string_building", "@($\"{context.Request.Method} {context.Request.Url.Path}?id={context.Variables[\"n\"]}\")"),
    ("split_and_join", "@(string.Join(\";\", \"a,b,c,d,e,f,g,h\".Split(',').Select(x => x.ToUpperInvariant())))"),
    ("regex", "@(Regex.IsMatch(context.Request.Url.Path, \"^/bc/[a-z]+/[0-9]+$\"))"),
    ("date", "@(DateTime.UtcNow.AddMinutes(5).ToString(\"yyyy-MM-ddTHH:mm:ssZ\"))"),
    ("linq_100", "@(Enumerable.Range(0, 100).Where(x => x % 3 == 0).Select(x => x * 2).Sum())"),
    ("loop_10000", "@{ int sum = 0; for (int i = 0; i < 10000; i++) { sum += i % 7; } return sum; }"),
];

/// The call that they look at, in place of the one before: nothing of an exchange's memory is freed before its end.
fn begin(exchange: &mut Exchange, memory: &Memory, limits: &Limits, variables: &[(&str, Expression)]) {
    exchange.reset();
    let request = &mut exchange.call.request;
    request.headers.insert("accept", HeaderValue::from_static("application/json"));
    request.headers.insert("x-a", HeaderValue::from_static("b"));
    request.headers.insert("authorization", HeaderValue::from_static(TOKEN));
    request.url.scheme = "https".to_owned();
    request.url.host = "shop.example".to_owned();
    request.url.path = "/bc/orders/4711".to_owned();
    request.body = Body::Bytes(BODY.into());
    for (name, value) in variables {
        value.assign(exchange, memory, limits, name).expect("a value");
    }
}

fn compiled(text: &str) -> Expression {
    eval::compile(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"))
}

fn expressions(criterion: &mut Criterion) {
    const CALLS: u64 = 64;
    let (memory, limits) = (Memory::new(), Limits::default());
    let variables = [("token", compiled("@(\"eyJhbGciOiJSUzI1NiJ9\")")), ("n", compiled("@(7)"))];
    let mut exchange = Exchange::new(&limits);
    let mut group = criterion.benchmark_group("expression");
    for (name, text) in EXPRESSIONS {
        let expression = compiled(text);
        group.bench_function(*name, |b| {
            b.iter_custom(|count| {
                let mut time = Duration::ZERO;
                for done in (0..count).step_by(CALLS as usize) {
                    begin(&mut exchange, &memory, &limits, &variables);
                    let start = Instant::now();
                    for _ in 0..CALLS.min(count - done) {
                        expression.evaluate(&mut exchange, &memory, &limits, |_, result| assert!(result.is_ok()));
                    }
                    time += start.elapsed();
                }
                time
            });
        });
    }
    group.finish();
}

criterion_group!(benches, expressions);
criterion_main!(benches);
