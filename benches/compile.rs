//! Documents to programs.

#![expect(missing_docs, reason = "criterion's macros make public functions")]

mod support;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use policy_parser::Source;
use policy_vm::{Engine, Environment, Scope};
use support::ORDERS;

/// Documents that differ as those of a thousand APIs do: in names, URLs and limits.
fn documents(count: usize) -> Vec<Arc<Source>> {
    let document = |i: usize| {
        let text = ORDERS.replace("orders", &format!("orders{i}")).replace("\"120\"", &format!("\"{}\"", 100 + i));
        Source::new("policy.xml", text)
    };
    (0..count).map(document).collect()
}

fn compile(engine: &Engine, source: &Arc<Source>) {
    let compiled = engine.compile(source, Scope::Api, &Environment::default());
    assert!(compiled.program.is_some(), "{:?}", compiled.diagnostics);
    black_box(compiled);
}

/// What authors compute, `#` being a number that makes each its own.
const EXPRESSIONS: [&str; 5] = [
    r#"@(context.Request.Headers.GetValueOrDefault("X-#","") == "b" && context.Request.Url.Path.StartsWith("/bc/"))"#,
    r#"@($"{context.Request.Method} {context.Request.Url.Path}?id={context.Variables["n#"]}")"#,
    r#"@((string)context.Request.Body.As<JObject>(preserveContent: true)["customer"]["name#"])"#,
    r#"@(string.Join(";", "a,b,c".Split(',').Where(x => x.Length > #).Select(x => x.ToUpperInvariant())))"#,
    r#"@{ int sum = 0; for (int i = 0; i < #; i++) { sum += i % 7; } return DateTime.UtcNow.AddMinutes(sum).ToString("o"); }"#,
];

/// A document of fifty expressions.
fn fifty() -> Arc<Source> {
    let policy = |i: usize| {
        let text = EXPRESSIONS[i % EXPRESSIONS.len()].replace('#', &i.to_string());
        format!("<set-variable name=\"v{i}\" value=\"{text}\" />")
    };
    let policies: String = (0..50).map(policy).collect();
    Source::new("policy.xml", format!("<policies><inbound>{policies}</inbound></policies>"))
}

fn benches(criterion: &mut Criterion) {
    let engine = Engine::new();
    let documents = documents(1000);
    // The class library is set up when it is first needed: once a process, so it cannot be repeated.
    let start = Instant::now();
    compile(
        &engine,
        &Source::new("policy.xml", "<policies><inbound><set-method>@(\"GET\")</set-method></inbound></policies>"),
    );
    println!("first compilation of a process, the class library included: {:?}", start.elapsed());

    let mut group = criterion.benchmark_group("compile");
    group.throughput(Throughput::Bytes(ORDERS.len() as u64));
    let mut next = documents.iter().cycle();
    group.bench_function("4_kib", |b| b.iter(|| next.next().map(|source| compile(&engine, source))));
    let fifty = fifty();
    group.throughput(Throughput::Elements(50));
    group.bench_function("50_expressions", |b| b.iter(|| compile(&engine, &fifty)));
    group.sample_size(10).throughput(Throughput::Elements(documents.len() as u64));
    group.bench_function("1000_documents", |b| b.iter(|| documents.iter().for_each(|source| compile(&engine, source))));
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
