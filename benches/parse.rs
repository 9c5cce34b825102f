//! Documents to trees, and the expressions inside them.

#![expect(missing_docs, reason = "criterion's macros make public functions")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// About 4 KiB, not well-formed XML: its expressions stand unescaped, as people write them.
const ORDERS: &str = include_str!("documents/orders.xml");

/// The same in the escaped form.
fn escaped() -> String {
    let mut rest = ORDERS;
    let mut out = String::new();
    while let Some(at) = rest.find("=\"@") {
        let value = &rest[at + 2..];
        // An expression ends before the quote that the next attribute, or the end of the tag, follows.
        let ends = ["\" />", "\">", "\" remaining", "\" variable", "\" value", "\" duration"];
        let end = ends.iter().filter_map(|end| value.find(end)).min().unwrap_or(value.len());
        out.push_str(&rest[..at + 2]);
        out.push_str(&value[..end].replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;"));
        rest = &value[end..];
    }
    out + rest
}

fn document(criterion: &mut Criterion) {
    let escaped = escaped();
    let mut group = criterion.benchmark_group("parse");
    for (name, text) in [("raw", ORDERS), ("escaped", &escaped)] {
        let parsed = policy_parser::parse_document("policy.xml", text);
        assert!(!parsed.has_errors(), "{:?}", parsed.diagnostics);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| b.iter(|| policy_parser::parse_document("policy.xml", black_box(text))));
    }
    group.finish();
}

fn expression(criterion: &mut Criterion) {
    let text =
        "jwt.Claims[\"roles\"].Where(role => role.StartsWith(\"orders.\")).Select(role => role.Substring(7)).ToArray()";
    let mut group = criterion.benchmark_group("parse_expression");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("linq", |b| b.iter(|| policy_parser::csharp::parse(black_box(text))));
    group.finish();
}

criterion_group!(benches, document, expression);
criterion_main!(benches);
