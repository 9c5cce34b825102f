//! `rate-limit-by-key`: so many calls per period for each value of a key.

use std::time::Duration;

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::host::{CounterCall, CounterKind, CounterMode, HostCall, HostReply};
use crate::operand::{BoolOperand, IntOperand, TextOperand};
use crate::policies::Policy;
use crate::policies::counting::{
    CountLater, REMAINING_HEADER, REMAINING_VARIABLE, RETRY_HEADER, RETRY_VARIABLE, TOTAL_HEADER, Told, counted_later,
    key, rate_kind, unanswered,
};
use crate::spec::{Accepts, Attribute, ElementSpec, Sections};
use crate::step::{Flow, Step, StepCx};

const SPEC: ElementSpec = ElementSpec::new("rate-limit-by-key", "Limits the calls of each value of a key.")
    .attributes(&[
        Attribute::required("calls", Accepts::COUNT, "How many calls a period allows.").expression(),
        Attribute::required("renewal-period", Accepts::Int(1, 300), "Seconds of a period.").expression(),
        Attribute::required("counter-key", Accepts::Text, "Whose calls are counted; shared by all documents.")
            .expression(),
        Attribute::optional("increment-condition", Accepts::Bool, "Whether the call counts; may look at the response.")
            .expression(),
        Attribute::optional("increment-count", Accepts::COUNT, "How much the call counts.").expression(),
        Attribute::optional("increment-after-response", Accepts::Bool, "Whether it counts when it is answered.")
            .default("false"),
        Attribute::optional("flexible-retry-window", Accepts::Bool, "Accepted; has no effect.").without_effect(),
        RETRY_HEADER,
        RETRY_VARIABLE,
        REMAINING_HEADER,
        REMAINING_VARIABLE,
        TOTAL_HEADER,
    ])
    .sections(Sections::INBOUND);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let mut step = RateLimitByKey {
        kind: rate_kind(c),
        told: Told::compile(c, element, &SPEC),
        calls: c.int(element, &SPEC, "calls"),
        period: c.int(element, &SPEC, "renewal-period"),
        key: c.text(element, &SPEC, "counter-key"),
        increment: 1,
        later: None,
        fails_open: c.engine.switches.limits_fail_open,
    };
    let at = c.reserve();
    let start = c.here();
    let (condition, count) = counted_later(c, element, &SPEC);
    match (condition, count) {
        (None | Some(BoolOperand::Literal(_)), None | Some(IntOperand::Literal(_)))
            if !c.flag(element, &SPEC, "increment-after-response") =>
        {
            step.increment = match (condition, count) {
                (Some(BoolOperand::Literal(false)), _) => 0,
                (_, Some(IntOperand::Literal(count))) => count.unsigned_abs(),
                _ => 1,
            };
        }
        _ => {
            c.emit(CountLater { owner: at, condition, count, once: false });
            step.later = Some(start..c.here());
        }
    }
    c.fill(at, step);
}

#[derive(Debug)]
struct RateLimitByKey {
    kind: CounterKind,
    told: Told,
    calls: IntOperand,
    period: IntOperand,
    key: TextOperand,
    increment: u64,
    /// The steps that count when the response is known. What was counted before this call decides then.
    later: Option<std::ops::Range<u32>>,
    fails_open: bool,
}

impl RateLimitByKey {
    fn call(&self, cx: &mut StepCx<'_>) -> Result<Box<CounterCall>, Box<PolicyError>> {
        let calls = self.calls.eval(cx)?.unsigned_abs();
        let seconds = self.period.eval(cx)?.unsigned_abs();
        // Windows of different lengths cannot share a counter.
        let period = seconds.to_string();
        let key = |value: &[u8]| key("rate-limit-by-key", &[value, period.as_bytes()]);
        let key = self.key.eval_with(cx, key)?.unwrap_or_else(|| key(b""));
        Ok(Box::new(CounterCall {
            key,
            kind: self.kind,
            calls: Some(calls),
            bandwidth: None,
            period: Duration::from_secs(seconds),
            anchor: 0,
            increment: self.increment,
            increment_bytes: 0,
            mode: if self.later.is_some() { CounterMode::Check } else { CounterMode::CheckAndAdd },
        }))
    }
}

impl Step for RateLimitByKey {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.call(cx) {
            Ok(mut call) => {
                // What the answer is told with is written in the document, unless it is computed or counted again.
                if self.later.is_some() || !matches!(self.calls, IntOperand::Literal(_)) {
                    cx.keep(cx.at, CounterCall::clone(&call));
                }
                // Only asked now; what it counts for is added later.
                if self.later.is_some() {
                    call.increment = 0;
                }
                Flow::Call(HostCall::Count(call))
            }
            Err(error) => Flow::Fail(error),
        }
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        let kept = cx.take_kept::<CounterCall>(cx.at);
        let total = match (&kept, self.calls) {
            (Some(call), _) => call.calls.unwrap_or_default(),
            (None, IntOperand::Literal(calls)) => calls.unsigned_abs(),
            (None, IntOperand::Expression(..)) => return Flow::Next,
        };
        match reply {
            HostReply::Counted(state) if state.allowed => {
                self.told.remaining(cx, state.remaining, total);
                match (&self.later, kept) {
                    (Some(steps), Some(call)) => {
                        cx.defer(steps.clone(), call);
                        Flow::Jump(steps.end)
                    }
                    _ => Flow::Next,
                }
            }
            HostReply::Counted(state) => Flow::Fail(self.told.refused(cx, &state, total)),
            HostReply::Failed(error) => unanswered(cx, &error, self.fails_open),
            _ => Flow::Fail(cx.fault("a counter was asked for")),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::policies::check::Scene;

    fn calls(scene: &mut Scene, n: usize) -> Vec<u16> {
        let status = |scene: &mut Scene| {
            scene.run();
            scene.exchange.call.response.as_ref().map_or(0, |response| response.status)
        };
        (0..n).map(|_| status(scene)).collect()
    }

    #[test]
    fn the_fourth_of_three() {
        let mut scene = Scene::inbound("<rate-limit-by-key calls=\"3\" renewal-period=\"60\" counter-key=\"a\" />");
        assert_eq!(calls(&mut scene, 4), [200, 200, 200, 429]);
    }

    /// Counted after the response, a call is refused one later.
    #[test]
    fn counting_after_the_response_is_one_late() {
        let policy = "<rate-limit-by-key calls=\"3\" renewal-period=\"60\" counter-key=\"a\" increment-after-response=\"true\" />";
        let mut scene = Scene::inbound(policy);
        assert_eq!(calls(&mut scene, 5), [200, 200, 200, 200, 429]);
    }

    #[test]
    fn counting_goes_on_after_return_response() {
        let policy = "<rate-limit-by-key calls=\"3\" renewal-period=\"60\" counter-key=\"a\" increment-after-response=\"true\" />\
                      <return-response />";
        let mut scene = Scene::inbound(policy);
        calls(&mut scene, 2);
        assert_eq!(scene.counts.values().copied().collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn increments() {
        let policy =
            |more: &str| format!("<rate-limit-by-key calls=\"3\" renewal-period=\"60\" counter-key=\"a\" {more} />");
        let mut scene = Scene::inbound(&policy("increment-count=\"2\""));
        assert_eq!(calls(&mut scene, 2), [200, 429]);
        let mut scene = Scene::inbound(&policy("increment-condition=\"false\""));
        assert_eq!(calls(&mut scene, 5), [200; 5]);
    }

    /// Expressions that may look at the response run when there is one.
    #[test]
    fn a_computed_condition_is_evaluated_at_the_end() {
        let policy = "<rate-limit-by-key calls=\"3\" renewal-period=\"60\" counter-key=\"@(context.Request.IpAddress)\" \
                      increment-condition=\"@(context.Response.StatusCode &lt; 500)\" increment-count=\"@(1)\" \
                      remaining-calls-variable-name=\"left\" />";
        let mut scene = Scene::inbound(policy).answer(503, &[], "");
        assert_eq!(calls(&mut scene, 6), [503, 200, 200, 200, 200, 429]);
    }

    #[test]
    fn a_call_that_fails_is_not_counted_at_the_end() {
        let policy =
            "<rate-limit-by-key calls=\"3\" renewal-period=\"60\" counter-key=\"a\" increment-condition=\"@(true)\" />";
        let mut scene = Scene::inbound(policy).failure(crate::host::HostErrorKind::Connection);
        assert_eq!(calls(&mut scene, 1), [500]);
        assert!(scene.counts.values().all(|count| *count == 0));
    }

    #[test]
    fn computed_limits_have_bounds_too() {
        let policy = "<rate-limit-by-key calls=\"3\" renewal-period=\"@(301)\" counter-key=\"a\" />";
        assert!(Scene::inbound(policy).run().contains("Expression evaluation failed. The value 301 is out of range."));
    }
}
