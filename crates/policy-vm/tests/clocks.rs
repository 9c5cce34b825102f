//! A wall clock that somebody sets while a program runs: forwards, back, to the first and the last year, and to where there
//! are no dates. Expressions follow it, waiting and budgets do not. `threats.md` O8.

#![expect(clippy::expect_used, reason = "what stands in the way of a test fails it")]

use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use policy_vm::host::{Ambient, CounterCall, CounterState, HostError};
use policy_vm::{Engine, Environment, Exchange, Host, Limits, Pipeline, Scope, Source};

/// 2024-05-10 in .NET ticks.
const NOW: i64 = 638_509_000_000_000_000;
const HOUR: i64 = 36_000_000_000;
/// What the clock is set to, one look after the other.
const SETTINGS: [&[i64]; 7] = [
    &[NOW],
    &[NOW, NOW + HOUR, NOW - HOUR],
    &[NOW, 0],
    &[0, NOW],
    // The last moment of the year 9999.
    &[NOW, 3_155_378_975_999_999_999],
    &[NOW, i64::MAX, i64::MIN, -1],
    &[i64::MIN],
];

/// A machine whose wall clock jumps at every look. Its other clock goes on evenly.
struct Machine {
    wall: &'static [i64],
    looks: AtomicU64,
    even: AtomicU64,
    slept: Mutex<Vec<Duration>>,
}

impl Machine {
    fn new(wall: &'static [i64]) -> Self {
        Self { wall, looks: AtomicU64::new(0), even: AtomicU64::new(1_000), slept: Mutex::default() }
    }
}

impl Ambient for Machine {
    fn now_ticks(&self) -> i64 {
        let look = usize::try_from(self.looks.fetch_add(1, Ordering::Relaxed)).unwrap_or(0);
        self.wall.get(look % self.wall.len()).copied().unwrap_or(NOW)
    }

    fn monotonic_micros(&self) -> u64 {
        self.even.fetch_add(10, Ordering::Relaxed)
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

impl Host for Machine {
    async fn count(&self, call: CounterCall) -> Result<CounterState, HostError> {
        let (remaining, retry_after) = (call.calls.unwrap_or(0), call.period);
        Ok(CounterState { allowed: true, remaining, retry_after, bandwidth_exhausted: false })
    }

    async fn sleep(&self, time: Duration) -> Result<(), HostError> {
        self.slept.lock().expect("nobody panicked").push(time);
        Ok(())
    }
}

const DOCUMENT: &str = r#"<policies><inbound>
    <set-variable name="began" value="@(DateTime.UtcNow)" />
    <retry condition="true" count="3" interval="2"><set-variable name="again" value="@(DateTime.Now)" /></retry>
    <quota-by-key calls="10" renewal-period="300" counter-key="k" first-period-start="2024-01-01T00:00:00Z" />
    <rate-limit-by-key calls="10" renewal-period="60" counter-key="k" />
    <return-response>
        <set-header name="passed"><value>@((DateTime.UtcNow - (DateTime)context.Variables["began"]).ToString())</value></set-header>
        <set-header name="order"><value>@((DateTime.UtcNow &gt; context.Timestamp).ToString())</value></set-header>
        <set-header name="text"><value>@(DateTime.UtcNow.ToString("o") + DateTimeOffset.UtcNow.ToString("r"))</value></set-header>
        <set-header name="elapsed"><value>@((context.Elapsed.TotalSeconds &gt; 0 &amp;&amp; context.Elapsed.TotalSeconds &lt; 1).ToString())</value></set-header>
        <set-header name="year"><value>@(DateTime.UtcNow.Year.ToString())</value></set-header>
    </return-response>
</inbound></policies>"#;

#[test]
fn a_wall_clock_that_is_set_ends_no_run_and_moves_no_timer() {
    let source = Source::new("policy.xml", DOCUMENT);
    let compiled = Engine::new().compile(&source, Scope::Api, &Environment::default());
    assert!(compiled.program.is_some(), "{:?}", compiled.diagnostics);
    let pipeline = Pipeline::new(compiled.program);
    for wall in SETTINGS {
        let machine = Machine::new(wall);
        let mut exchange = Exchange::new(&Limits::default());
        (exchange.call.timestamp, exchange.call.started) = (NOW, Some(0));
        let ended =
            pin!(pipeline.run(&mut exchange, &machine)).poll(&mut Context::from_waker(Waker::noop())).is_ready();
        assert!(ended, "this host lets nobody wait");
        assert_eq!(*machine.slept.lock().expect("nobody panicked"), [Duration::from_secs(2); 3], "{wall:?}");
        let response = exchange.call.response.as_ref().expect("an answer");
        let header = |name: &str| response.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert_eq!((response.status, header("elapsed")), (200, "True"), "{wall:?}");
        let year: i64 = header("year").parse().expect("a year");
        assert!((1..=9999).contains(&year), "{wall:?}: {year}");
    }
}
