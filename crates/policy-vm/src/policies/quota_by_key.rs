//! `quota-by-key`: so many calls, or kilobytes, of each value of a key in fixed periods or for ever.

use std::time::Duration;

use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::host::{CounterCall, CounterKind, CounterMode, HostCall, HostReply};
use crate::operand::{BoolOperand, IntOperand, TextOperand};
use crate::policies::Policy;
use crate::policies::counting::{CountLater, count_transfer, counted_later, first_time, key, out_of_quota, unanswered};
use crate::spec::{Accepts, Attribute, ElementSpec, Group, Sections};
use crate::step::{Flow, Step, StepCx};

const SPEC: ElementSpec = ElementSpec::new("quota-by-key", "Limits the calls or kilobytes of each value of a key.")
    .attributes(&[
        Attribute::optional("calls", Accepts::COUNT, "How many calls a period allows."),
        Attribute::optional("bandwidth", Accepts::Int(0, i64::MAX), "How many kilobytes a period allows."),
        Attribute::required("renewal-period", Accepts::COUNT, "Seconds of a period, at least 300; 0 for ever."),
        Attribute::required("counter-key", Accepts::Text, "Whose calls are counted; shared by all documents.")
            .expression(),
        Attribute::optional("increment-condition", Accepts::Bool, "Whether the call counts; may look at the response.")
            .expression(),
        Attribute::optional("increment-count", Accepts::COUNT, "How much the call counts.").expression(),
        Attribute::optional("first-period-start", Accepts::Name, "When the first period began: yyyy-MM-ddTHH:mm:ssZ.")
            .default("0001-01-01T00:00:00Z"),
    ])
    .groups(&[Group::AtLeastOne(&["calls", "bandwidth"])])
    .sections(Sections::INBOUND);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let seconds = c.number(element, &SPEC, "renewal-period").unwrap_or_default();
    let span = |name: &str| element.attribute(name).map_or(element.tag_span, |written| written.value.span);
    if (1..300).contains(&seconds) {
        c.error(codes::INVALID_VALUE, span("renewal-period"), "the shortest period is 300 seconds; 0 is for ever");
    }
    let Some(anchor) = c.literal(element, &SPEC, "first-period-start").and_then(ticks) else {
        c.error(codes::INVALID_VALUE, span("first-period-start"), "the start is written as yyyy-MM-ddTHH:mm:ssZ");
        return;
    };
    let volume = |name| c.number(element, &SPEC, name).map(i64::unsigned_abs);
    let mut step = QuotaByKey {
        calls: volume("calls"),
        bandwidth: volume("bandwidth"),
        period: Duration::from_secs(seconds.unsigned_abs()),
        anchor,
        key: c.text(element, &SPEC, "counter-key"),
        increment: 1,
        later: None,
        fails_open: c.engine.switches.limits_fail_open,
    };
    let at = c.reserve();
    let start = c.here();
    match counted_later(c, element, &SPEC) {
        (Some(BoolOperand::Literal(false)), _) => step.increment = 0,
        (None | Some(BoolOperand::Literal(true)), None) => {}
        (None | Some(BoolOperand::Literal(true)), Some(IntOperand::Literal(count))) => {
            step.increment = count.unsigned_abs();
        }
        (condition, count) => {
            c.emit(CountLater { owner: at, condition, count, once: true });
            step.later = Some(start..c.here());
        }
    }
    c.fill(at, step);
}

/// `yyyy-MM-ddTHH:mm:ssZ` in ticks of 100 ns.
fn ticks(text: &str) -> Option<i64> {
    let (date, time) = text.trim().strip_suffix('Z')?.split_once('T')?;
    let numbers = |text: &str, mark: char| -> Option<[i64; 3]> {
        let mut parts = text
            .split(mark)
            .map(|part| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i64>().ok()).flatten());
        let three = [parts.next()??, parts.next()??, parts.next()??];
        parts.next().is_none().then_some(three)
    };
    let ([year, month, day], [hour, minute, second]) = (numbers(date, '-')?, numbers(time, ':')?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = days.get(usize::try_from(month.checked_sub(1)?).ok()?).copied()?;
    let fits = (1..=9999).contains(&year) && (1..=length).contains(&day) && hour < 24 && minute < 60 && second < 60;
    if !fits {
        return None;
    }
    let past = year - 1;
    let before: i64 = days.iter().take(usize::try_from(month - 1).ok()?).sum();
    let day_number = past * 365 + past / 4 - past / 100 + past / 400 + before + day - 1;
    Some((((day_number * 24 + hour) * 60 + minute) * 60 + second) * 10_000_000)
}

#[derive(Debug)]
struct QuotaByKey {
    calls: Option<u64>,
    bandwidth: Option<u64>,
    period: Duration,
    anchor: i64,
    key: TextOperand,
    increment: u64,
    /// The steps that count when the response is known. What was counted before this call decides then.
    later: Option<std::ops::Range<u32>>,
    fails_open: bool,
}

impl QuotaByKey {
    fn call(&self, cx: &mut StepCx<'_>) -> Result<CounterCall, Box<PolicyError>> {
        let value = self.key.eval(cx)?;
        let key = key("quota-by-key", &[&*value, &self.period.as_secs().to_string()]);
        // A call counts once for a key, however many policies use it.
        let again = self.later.is_none() && !first_time(cx, &key);
        Ok(CounterCall {
            key,
            kind: CounterKind::FixedWindow,
            calls: self.calls,
            bandwidth: self.bandwidth,
            period: self.period,
            anchor: self.anchor,
            increment: if again { 0 } else { self.increment },
            increment_bytes: 0,
            mode: if self.later.is_some() { CounterMode::Check } else { CounterMode::CheckAndAdd },
        })
    }

    fn passed(&self, cx: &mut StepCx<'_>, call: CounterCall) -> Flow {
        let counted = cx.exchange.call.transfer_counters.iter().any(|known| known.key == call.key);
        if !counted {
            count_transfer(cx, [call.clone()]);
        }
        match &self.later {
            Some(steps) => {
                cx.defer(steps.clone(), call);
                Flow::Jump(steps.end)
            }
            None => Flow::Next,
        }
    }
}

impl Step for QuotaByKey {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.call(cx) {
            Ok(call) => {
                cx.keep(cx.at, call.clone());
                // Only asked now; what it counts for is added later.
                let increment = if self.later.is_some() { 0 } else { call.increment };
                Flow::Call(HostCall::Count(Box::new(CounterCall { increment, ..call })))
            }
            Err(error) => Flow::Fail(error),
        }
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        let Some(call) = cx.take_kept::<CounterCall>(cx.at) else { return Flow::Next };
        match reply {
            HostReply::Counted(state) if state.allowed => self.passed(cx, call),
            HostReply::Counted(state) => Flow::Fail(out_of_quota(cx, &state, self.period)),
            HostReply::Failed(error) => unanswered(cx, &error, self.fails_open),
            _ => Flow::Fail(cx.fault("a counter was asked for")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ticks;
    use crate::policies::check::{Scene, inbound_findings};

    #[test]
    fn starts() {
        assert_eq!(ticks("0001-01-01T00:00:00Z"), Some(0));
        assert_eq!(ticks("1970-01-01T00:00:00Z"), Some(621_355_968_000_000_000));
        assert_eq!(ticks("2024-02-29T23:59:59Z"), Some(638_448_479_990_000_000));
        for wrong in
            ["2023-02-29T00:00:00Z", "2024-01-01", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z", "x-1-1T0:0:0Z"]
        {
            assert_eq!(ticks(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn one_too_many() {
        let mut scene = Scene::inbound("<quota-by-key calls=\"1\" renewal-period=\"300\" counter-key=\"a\" />");
        assert!(scene.run().ends_with("200 -\n(none)\n"));
        scene.exchange.call.reset_counted();
        assert!(
            scene
                .run()
                .contains("! quota-by-key QuotaExceeded: Out of call volume quota. Quota will be replenished in")
        );
    }

    #[test]
    fn a_call_counts_once_for_a_key() {
        let policy = "<quota-by-key calls=\"9\" renewal-period=\"300\" counter-key=\"a\" />";
        let mut scene = Scene::inbound(&(policy.to_owned() + policy));
        scene.run();
        assert_eq!(scene.counts.values().copied().collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn what_is_wrong() {
        let policy = "<quota-by-key calls=\"1\" renewal-period=\"60\" counter-key=\"a\" first-period-start=\"now\" />";
        assert_eq!(
            inbound_findings(policy),
            "TG0212 policy.xml:1:60 the shortest period is 300 seconds; 0 is for ever\n\
             TG0212 policy.xml:1:100 the start is written as yyyy-MM-ddTHH:mm:ssZ\n"
        );
    }
}
