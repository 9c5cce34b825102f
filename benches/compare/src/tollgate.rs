//! The engine under test.

use std::time::{Duration, Instant};

use policy_vm::eval::{self, Expression};
use policy_vm::exchange::Body;
use policy_vm::host::Ambient;
use policy_vm::value::behaviour;
use policy_vm::{Exchange, Limits};

use crate::Work;
use crate::case::{BODY, Case, HEADERS, METHOD, PATH, VARIABLE};

/// The wall clock and nothing else.
struct Clock;

impl Ambient for Clock {
    fn now_ticks(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        621_355_968_000_000_000 + i64::try_from(since.as_nanos() / 100).unwrap_or(0)
    }

    fn monotonic_micros(&self) -> u64 {
        0
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(0x80);
    }
}

/// Evaluations of one call. Then the memory of values is emptied, which is timed: that is what others do when they drop or
/// collect theirs. Taking the call in and clearing it away is not, since the others' calls are filled in once and for all.
const EVALUATIONS: u32 = 8;

/// Calls side by side, so that the clock is not looked at too often: a look takes as long as some of these expressions.
const CALLS: usize = 8;

fn compiled(text: &str) -> Expression {
    eval::compile(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"))
}

fn begin(exchange: &mut Exchange, limits: &Limits, variables: &[(&str, Expression)]) {
    let request = &mut exchange.call.request;
    request.method = METHOD.parse().expect("a method");
    for (name, value) in HEADERS {
        request.headers.insert(name, http::HeaderValue::from_static(value));
    }
    request.url.scheme.push_str("https");
    request.url.host.push_str("shop.example");
    request.url.path.push_str(PATH);
    request.body = Body::Bytes(BODY.into());
    for (name, value) in variables {
        value.assign(exchange, &Clock, limits, name).expect("a value");
    }
}

pub fn work(case: &Case) -> Work {
    let limits = Limits::default();
    let variables = [("token", compiled(&format!("@(\"{VARIABLE}\")"))), ("n", compiled("@(7)"))];
    let expression = compiled(case.csharp);
    let mut exchanges: Vec<Exchange> = (0..CALLS).map(|_| Exchange::new(&limits)).collect();
    Box::new(move |count, mut show| {
        let mut time = Duration::ZERO;
        let mut left = count;
        while left > 0 {
            exchanges.iter_mut().for_each(|exchange| begin(exchange, &limits, &variables));
            let start = Instant::now();
            for exchange in &mut exchanges {
                let now = left.min(EVALUATIONS);
                left -= now;
                for _ in 0..now {
                    expression.evaluate(exchange, &Clock, &limits, |cx, result| {
                        let Ok(value) = result else { panic!("an expression failed") };
                        let Some(show) = show.as_deref_mut() else { return };
                        let Ok(text) = behaviour::to_text(cx, value) else { panic!("a text cannot be made") };
                        *show = cx.text(text).to_utf8().into_owned();
                    });
                }
            }
            time += start.elapsed();
            let calls: Vec<_> = exchanges.iter_mut().map(|exchange| std::mem::take(&mut exchange.call)).collect();
            let start = Instant::now();
            exchanges.iter_mut().for_each(Exchange::reset);
            time += start.elapsed();
            for (exchange, call) in exchanges.iter_mut().zip(calls) {
                exchange.call = call;
                exchange.reset();
            }
        }
        // .NET's `true` is `True`.
        if let Some(show) = show.filter(|show| matches!(show.as_str(), "True" | "False")) {
            show.make_ascii_lowercase();
        }
        time
    })
}
