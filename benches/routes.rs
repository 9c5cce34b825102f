//! Finding an operation among 10, 1,000 and 100,000: the three should cost the same, but for what a larger table misses
//! in the processor's caches.

#![expect(missing_docs, reason = "criterion's macros make public functions")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gateway_http::measure::Table;
use http::{HeaderMap, Method};

/// So many operations in APIs of a hundred.
fn table(count: usize) -> Table {
    let operations = |api: usize| {
        let of_api = (api * 100)..count.min((api + 1) * 100);
        let of_kind = |number: usize| match number % 4 {
            0 => format!("GET /things{number}"),
            1 => format!("GET /things{number}/{{id}}/parts/{{part}}"),
            2 => format!("GET /search?kind={number}&q={{q}}"),
            _ => format!("GET /report{number}-{{year}}.pdf"),
        };
        of_api.map(of_kind).collect::<Vec<_>>()
    };
    let apis = (0..count.div_ceil(100)).map(|api| (format!("area{}/service{api}", api % 10), operations(api)));
    Table::new(apis.collect())
}

fn routes(c: &mut Criterion) {
    let mut group = c.benchmark_group("routes");
    let headers = HeaderMap::new();
    for count in [10, 1_000, 100_000] {
        let mut table = table(count);
        for (name, path, query, answered) in [
            ("literal", "/area0/service0/things4", "", true),
            ("parameters", "/area0/service0/things5/17/parts/x", "", true),
            ("query", "/area0/service0/search", "q=a&kind=6", true),
            ("pattern", "/area0/service0/report7-2024.pdf", "", true),
            ("encoded", "/area0/service0/things5/a%20b/parts/%C3%A9", "", true),
            ("unknown", "/area0/service0/nothing/of/the/kind", "", false),
        ] {
            assert_eq!(table.find(&Method::GET, path, query, &headers).is_some(), answered, "{path}");
            group.bench_function(BenchmarkId::new(name, count), |b| {
                b.iter(|| table.find(&Method::GET, black_box(path), black_box(query), &headers));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, routes);
criterion_main!(benches);
