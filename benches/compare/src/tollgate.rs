//! The engine under test.

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

/// Calls that share one exchange's memory, which is emptied between one call and the next: here it stands for several.
const CALLS: u32 = 64;

fn compiled(text: &str) -> Expression {
    eval::compile(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"))
}

fn begin(exchange: &mut Exchange, limits: &Limits, variables: &[(&str, Expression)]) {
    exchange.reset();
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
    let mut exchange = Exchange::new(&limits);
    let mut left = 0;
    Box::new(move |mut show| {
        if left == 0 {
            left = CALLS;
            begin(&mut exchange, &limits, &variables);
        }
        left -= 1;
        let ((), _) = expression.evaluate(&mut exchange, &Clock, &limits, |cx, result| {
            let Ok(value) = result else { panic!("{}", case_failed()) };
            if let Some(show) = show.as_deref_mut() {
                let text = behaviour::to_text(cx, value).unwrap_or_else(|_| panic!("{}", case_failed()));
                *show = cx.text(text).to_utf8().into_owned();
            }
        });
        if let Some(show) = show {
            // .NET's `true` is `True`.
            if matches!(show.as_str(), "True" | "False") {
                show.make_ascii_lowercase();
            }
        }
    })
}

fn case_failed() -> &'static str {
    "an expression failed"
}
