//! `retry`: runs its policies once, then again while a condition holds and attempts remain.
//!
//! ```text
//! start    evaluates the attributes
//! begin    makes what follows a region, whose errors it keeps
//! …        the policies
//! decide   condition, attempts, waiting; goes back to `begin`, goes on, or raises the error that was kept
//! ```

use std::time::Duration;

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::host::{HostCall, HostReply};
use crate::operand::{BoolOperand, IntOperand};
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, ElementSpec, Policies};
use crate::step::{Flow, Step, StepCx, Unwind};

const INSIDE: Policies = Policies::AllBut(&["wait"]);

const SPEC: ElementSpec = ElementSpec::new("retry", "Runs policies again while a condition holds.")
    .attributes(&[
        Attribute::required("condition", Accepts::Bool, "Whether to try again; evaluated after each attempt.")
            .expression(),
        Attribute::required("count", Accepts::Int(1, 50), "How often to try again at most.").expression(),
        Attribute::required("interval", Accepts::COUNT, "Seconds between attempts.").expression(),
        Attribute::optional("max-interval", Accepts::POSITIVE, "Greatest number of seconds between attempts.")
            .expression(),
        Attribute::optional("delta", Accepts::POSITIVE, "By how many seconds the interval grows.").expression(),
        Attribute::optional("first-fast-retry", Accepts::Bool, "Whether the first retry does not wait.")
            .expression()
            .default("false"),
    ])
    .policies(INSIDE)
    .needs_policy();

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let start = Start {
        count: c.int(element, &SPEC, "count"),
        interval: c.int(element, &SPEC, "interval"),
        max_interval: c.int_or_none(element, &SPEC, "max-interval"),
        delta: c.int_or_none(element, &SPEC, "delta"),
        first_fast: c.bool(element, &SPEC, "first-fast-retry"),
    };
    let at = c.emit(start);
    let begin = c.reserve();
    c.repeated(|c| c.body(element, INSIDE, "retry"));
    let end = c.here();
    c.fill(begin, Begin { start: at, end });
    let condition = c.bool(element, &SPEC, "condition");
    c.emit(Decide { start: at, begin, condition });
}

#[derive(Debug)]
struct Start {
    count: IntOperand,
    interval: IntOperand,
    max_interval: Option<IntOperand>,
    delta: Option<IntOperand>,
    first_fast: BoolOperand,
}

/// Where a `retry` is.
#[derive(Debug)]
struct Attempts {
    /// Retries made.
    made: u32,
    most: u32,
    pace: Pace,
    /// The error of the last attempt.
    error: Option<Box<PolicyError>>,
}

/// How long to wait.
#[derive(Debug, Clone, Copy)]
struct Pace {
    interval: u32,
    delta: Option<u32>,
    most: Option<u32>,
    first_fast: bool,
}

impl Start {
    fn attempts(&self, cx: &mut StepCx<'_>) -> Result<Attempts, Box<PolicyError>> {
        // The bounds of the attributes are far inside 32 bits.
        let small = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        let optional = |operand: Option<IntOperand>, cx: &mut StepCx<'_>| match operand {
            Some(operand) => operand.eval(cx).map(|n| Some(small(n))),
            None => Ok(None),
        };
        let most = small(self.count.eval(cx)?);
        let interval = small(self.interval.eval(cx)?);
        let pace = Pace {
            interval,
            delta: optional(self.delta, cx)?,
            most: optional(self.max_interval, cx)?,
            first_fast: self.first_fast.eval(cx)?,
        };
        Ok(Attempts { made: 0, most, pace, error: None })
    }
}

impl Step for Start {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.attempts(cx) {
            Ok(attempts) => {
                cx.keep(cx.at, attempts);
                Flow::Next
            }
            Err(error) => Flow::Fail(error),
        }
    }
}

#[derive(Debug)]
struct Begin {
    start: u32,
    end: u32,
}

impl Step for Begin {
    fn run(&self, _cx: &mut StepCx<'_>) -> Flow {
        Flow::Enter { end: self.end }
    }

    /// Keeps an error until it is decided whether there is another attempt.
    fn unwind(&self, cx: &mut StepCx<'_>, error: Option<&PolicyError>) -> Unwind {
        let (Some(error), Some(attempts)) = (error, cx.kept::<Attempts>(self.start)) else { return Unwind::Continue };
        attempts.error = Some(Box::new(error.clone()));
        Unwind::Catch(self.end)
    }
}

#[derive(Debug)]
struct Decide {
    start: u32,
    begin: u32,
    condition: BoolOperand,
}

impl Decide {
    /// How long to wait before the next attempt; `None` when there is none.
    fn wait(&self, cx: &mut StepCx<'_>) -> Result<Option<Duration>, Box<PolicyError>> {
        let again = self.condition.eval(cx)?;
        let mut random = [0; 4];
        cx.ambient.random(&mut random);
        let Some(attempts) = cx.kept::<Attempts>(self.start) else { return Ok(None) };
        if again && attempts.made < attempts.most {
            attempts.made += 1;
            return Ok(Some(attempts.pace.before(attempts.made, random)));
        }
        self.give_up(cx).map(|()| None)
    }

    /// The last attempt was the last.
    fn give_up(&self, cx: &mut StepCx<'_>) -> Result<(), Box<PolicyError>> {
        match cx.take_kept::<Attempts>(self.start).and_then(|attempts| attempts.error) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

impl Step for Decide {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.wait(cx) {
            Ok(Some(time)) => Flow::Call(HostCall::Retry(time)),
            Ok(None) => Flow::Next,
            Err(error) => Flow::Fail(error),
        }
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        match reply {
            HostReply::Acquired(true) => {}
            // As if the attempts had been used up: what the last one left is the outcome.
            HostReply::Acquired(false) => return self.give_up(cx).map_or_else(Flow::Fail, |()| Flow::Next),
            HostReply::Failed(error) => return Flow::Fail(cx.host_failed(&error)),
            _ => return Flow::Fail(cx.fault("a retry was asked for")),
        }
        if let Some(attempts) = cx.kept::<Attempts>(self.start) {
            attempts.error = None;
        }
        Flow::Jump(self.begin)
    }
}

impl Pace {
    /// The time before the n-th retry, from 1. The exponent counts from zero: only so does the documented example
    /// (10, 20, 40, 80, 100 for interval 10, delta 10, maximum 100) come out.
    fn before(self, n: u32, random: [u8; 4]) -> Duration {
        if n == 1 && self.first_fast {
            return Duration::ZERO;
        }
        let interval = f64::from(self.interval);
        let seconds = match (self.delta.map(f64::from), self.most.map(f64::from)) {
            (None, None) => interval,
            (None, Some(most)) => interval.min(most),
            (Some(delta), None) => interval + f64::from(n - 1) * delta,
            (Some(delta), Some(most)) => {
                let spread = 0.8 + 0.4 * f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX);
                let doubled = 2_f64.powi(i32::try_from(n - 1).unwrap_or(i32::MAX)) - 1.0;
                most.min(interval + doubled * delta * spread)
            }
        };
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::HostErrorKind;
    use crate::policies::check::{Scene, findings};

    fn paces(interval: u32, delta: Option<u32>, most: Option<u32>, first_fast: bool) -> Vec<u64> {
        let pace = Pace { interval, delta, most, first_fast };
        (1..=6).map(|n| pace.before(n, [0, 0, 0, 0x80]).as_secs_f64().round() as u64).collect()
    }

    #[test]
    fn how_long_it_waits() {
        assert_eq!(paces(3, None, None, false), [3, 3, 3, 3, 3, 3]);
        assert_eq!(paces(3, Some(2), None, true), [0, 5, 7, 9, 11, 13]);
        assert_eq!(paces(10, Some(10), Some(100), false), [10, 20, 40, 80, 100, 100]);
        assert_eq!(paces(10, None, Some(4), false), [4; 6]);
    }

    #[test]
    fn a_condition_that_stays_true_is_no_error_at_the_end() {
        let mut scene = Scene::backend(
            "<retry condition=\"true\" count=\"2\" interval=\"1\" first-fast-retry=\"true\"><forward-request /></retry>",
        )
        .answer(503, &[], "a")
        .answer(503, &[], "b")
        .answer(503, &[], "c");
        let forward = "> forward GET https://backend.example/base/orders?id=7 300s\n";
        assert_eq!(scene.run(), format!("{forward}{forward}> sleep 1s\n{forward}503 -\nc\n"));
    }

    #[test]
    fn an_error_is_kept_and_raised_at_the_end() {
        let retry = |condition: &str| {
            Scene::backend(&format!(
                "<retry id=\"r\" condition=\"{condition}\" count=\"1\" interval=\"2\"><forward-request id=\"f\" /></retry>"
            ))
            .failure(HostErrorKind::Connection)
        };
        let place = "(api/backend/retry[1]/forward-request[1]/f)\n";
        let failed = format!("! forward-request BackendConnectionFailure: it did not work {place}");
        assert!(retry("false").run().ends_with(&failed));
        assert!(retry("true").failure(HostErrorKind::Connection).run().ends_with(&failed));
        assert!(
            retry("true")
                .run()
                .ends_with("> sleep 2s\n> forward GET https://backend.example/base/orders?id=7 300s\n200 -\n(none)\n")
        );
    }

    #[test]
    fn nested_attempts_multiply() {
        let mut scene = Scene::backend(
            "<retry condition=\"true\" count=\"2\" interval=\"0\"><retry condition=\"true\" count=\"1\" interval=\"0\">\
             <forward-request /></retry></retry>",
        );
        assert_eq!(scene.run().matches("> forward").count(), 6);
    }

    /// The host may bound the retries of all calls together: what the last attempt left is the outcome then.
    #[test]
    fn a_host_that_allows_no_more_ends_it() {
        let retry = "<retry condition=\"true\" count=\"9\" interval=\"0\"><forward-request /></retry>";
        let mut scene = Scene::backend(retry).answer(503, &[], "a").answer(502, &[], "b").retries(1);
        let shown = scene.run();
        assert!(shown.matches("> forward").count() == 2 && shown.ends_with("\n502 -\nb\n"), "{shown}");
        let shown = Scene::backend(retry).failure(HostErrorKind::Connection).retries(0).run();
        let raised = "! forward-request BackendConnectionFailure: it did not work";
        assert!(shown.matches("> forward").count() == 1 && shown.contains(raised), "{shown}");
    }

    /// Attempts without a pause are what the interval is there to prevent.
    #[test]
    fn a_host_that_cannot_wait_is_asked_once() {
        let retry = "<retry condition=\"true\" count=\"9\" interval=\"10\"><forward-request /></retry>";
        let shown = Scene::backend(retry).answer(503, &[], "a").without_timers().run();
        assert!(shown.matches("> forward").count() == 1 && shown.contains("! retry "), "{shown}");
        assert!(shown.contains("no timers"), "{shown}");
    }

    #[test]
    fn return_response_ends_it() {
        let mut scene =
            Scene::backend("<retry condition=\"true\" count=\"9\" interval=\"0\"><return-response /></retry>");
        assert_eq!(scene.run(), "200 -\n(none)\n");
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            findings(
                "<policies><backend><retry condition=\"yes\" count=\"51\" interval=\"1\"><wait><choose><when condition=\"true\" /></choose></wait></retry></backend></policies>"
            ),
            "TG0212 policy.xml:1:38 the 'condition' attribute is invalid: 'yes' is not 'true' or 'false'\n\
             TG0212 policy.xml:1:50 the 'count' attribute is invalid: '51' is not a whole number from 1 to 50\n\
             TG0205 policy.xml:1:68 the policy 'wait' is not allowed inside 'retry'\n"
        );
    }

    /// There is no answer after a failure, and a condition that forgets it fails itself.
    #[test]
    fn conditions_see_what_the_attempt_left() {
        let retry = |condition: &str| {
            Scene::backend(&format!(
                "<retry condition=\"@({condition})\" count=\"@(2)\" interval=\"0\"><forward-request /></retry>"
            ))
            .failure(HostErrorKind::Connection)
            .answer(503, &[], "")
            .answer(200, &[], "")
        };
        let shown = retry("context.Response == null || context.Response.StatusCode == 503").run();
        assert_eq!((shown.matches("> forward").count(), shown.contains("\n200 -\n")), (3, true), "{shown}");
        let shown = retry("context.Response.StatusCode == 503").run();
        assert!(
            shown.contains("! retry ExpressionValueEvaluationFailure: Expression evaluation failed. Object reference"),
            "{shown}"
        );
    }
}
