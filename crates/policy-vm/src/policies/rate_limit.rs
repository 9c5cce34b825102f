//! `rate-limit`: so many calls per period for each subscription.

use std::time::Duration;

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::engine::Scope;
use crate::host::{CounterCall, CounterKind, CounterMode, HostReply};
use crate::policies::Policy;
use crate::policies::counting::{
    PLACE_ID, PLACE_NAME, Placed, REMAINING_HEADER, REMAINING_VARIABLE, RETRY_HEADER, RETRY_VARIABLE, TOTAL_HEADER,
    Tallied, Tally, Told, key, owner, placed,
};
use crate::spec::{Accepts, Attribute, Child, ElementSpec, Once, Scopes, Sections};
use crate::step::{Flow, Step, StepCx};

const CALLS: Attribute = Attribute::optional("calls", Accepts::COUNT, "How many calls a period allows.");
const PERIOD: Attribute = Attribute::optional("renewal-period", Accepts::Int(1, 300), "Seconds of a period.");

const OPERATION: ElementSpec =
    ElementSpec::new("operation", "A limit for one operation.").attributes(&[PLACE_NAME, PLACE_ID, CALLS, PERIOD]);

const API: ElementSpec = ElementSpec::new("api", "A limit for one API.")
    .attributes(&[PLACE_NAME, PLACE_ID, CALLS, PERIOD])
    .children(&[Child::repeated(OPERATION)]);

const SPEC: ElementSpec = ElementSpec::new("rate-limit", "Limits the calls of each subscription.")
    .attributes(&[
        Attribute::required("calls", Accepts::COUNT, "How many calls a period allows."),
        Attribute::required("renewal-period", Accepts::Int(1, 300), "Seconds of a period."),
        RETRY_HEADER,
        RETRY_VARIABLE,
        REMAINING_HEADER,
        REMAINING_VARIABLE,
        TOTAL_HEADER,
    ])
    .children(&[Child::repeated(API), Child::repeated(OPERATION)])
    .sections(Sections::INBOUND)
    .scopes(Scopes::of(&[Scope::Product, Scope::Api, Scope::Operation]))
    .once(Once::PerDocument);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let told = Told::compile(c, element, &SPEC);
    let period = seconds(c, element);
    let limits = placed(c, element, |c, element| {
        let calls = c.number(element, &SPEC, "calls")?;
        let period = seconds(c, element).or(period)?;
        Some(Rate { calls: calls.unsigned_abs(), period })
    });
    let total = limits.first().map_or(0, |limit| limit.limit.calls);
    c.emit(RateLimit { told, limits, total });
}

fn seconds(c: &Compiler<'_>, element: &Element) -> Option<Duration> {
    c.number(element, &SPEC, "renewal-period").map(|seconds| Duration::from_secs(seconds.unsigned_abs()))
}

#[derive(Debug)]
struct Rate {
    calls: u64,
    period: Duration,
}

#[derive(Debug)]
struct RateLimit {
    told: Told,
    limits: Vec<Placed<Rate>>,
    total: u64,
}

impl RateLimit {
    /// The counters that the call must pass; none without a subscription.
    fn counts(&self, cx: &StepCx<'_>) -> Vec<CounterCall> {
        let call = &cx.exchange.call;
        let Some(subscription) = &call.subscription else { return Vec::new() };
        let owner = owner(call, cx.program.scope);
        let count = |placed: &Placed<Rate>| {
            let [api, operation] = placed.parts(call)?;
            Some(CounterCall {
                key: key("rate-limit", &[&*owner, &cx.info.path, &subscription.id, api, operation]),
                kind: CounterKind::SlidingWindow,
                calls: Some(placed.limit.calls),
                bandwidth: None,
                period: placed.limit.period,
                anchor: 0,
                increment: 1,
                increment_bandwidth: 0,
                mode: CounterMode::CheckAndAdd,
            })
        };
        self.limits.iter().filter_map(count).collect()
    }

    fn follow(&self, cx: &mut StepCx<'_>, tallied: Tallied) -> Flow {
        match tallied {
            Tallied::Call(call) => Flow::Call(call),
            Tallied::Passed => {
                let tally = cx.take_kept::<Tally>(cx.at);
                if let Some(tally) = tally.filter(|tally| tally.remaining != u64::MAX) {
                    self.told.remaining(cx, tally.remaining, self.total);
                }
                Flow::Next
            }
            Tallied::Refused(state) => Flow::Fail(self.told.refused(cx, &state, self.total)),
        }
    }
}

impl Step for RateLimit {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        let mut tally = Tally::new(self.counts(cx));
        let next = tally.next();
        cx.keep(cx.at, tally);
        self.follow(cx, next)
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        let next = match (reply, cx.kept::<Tally>(cx.at)) {
            (HostReply::Counted(state), Some(tally)) => tally.answered(state),
            (HostReply::Failed(error), _) => return Flow::Fail(cx.host_failed(&error)),
            _ => return Flow::Fail(cx.fault("a counter was asked for")),
        };
        self.follow(cx, next)
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::{Environment, Scope};
    use crate::policies::check::{Scene, findings_at, inbound_findings};

    const LIMIT: &str = "<rate-limit calls=\"1\" renewal-period=\"60\" remaining-calls-header-name=\"X-Left\" \
                         remaining-calls-variable-name=\"left\" total-calls-header-name=\"X-Total\" \
                         retry-after-variable-name=\"again\" />";

    #[test]
    fn one_too_many() {
        let mut scene = Scene::inbound(LIMIT).subscription("s");
        assert!(scene.run().ends_with("200 -\nx-left: 0\nx-total: 1\n(none)\n"));
        assert_eq!(scene.variable("left"), "Int32(0)");
        scene.log.clear();
        let shown = scene.run();
        let answer = "429 -\ncontent-type: application/json\nretry-after: 42\nx-left: 0\nx-total: 1\n\
             { \"statusCode\": 429, \"message\": \"Rate limit is exceeded. Try again in 42 seconds.\" }\n\
             ! rate-limit RateLimitExceeded: Rate limit is exceeded (api/inbound/rate-limit/)\n";
        assert!(shown.ends_with(answer), "{shown}");
        assert_eq!(scene.variable("again"), "Int32(42)");
    }

    #[test]
    fn the_retry_header_can_have_another_name() {
        let policy = "<rate-limit calls=\"0\" renewal-period=\"60\" retry-after-header-name=\"X-Again\" />";
        let shown = Scene::inbound(policy).subscription("s").run();
        assert!(shown.contains("\nx-again: 42\n") && !shown.contains("retry-after"), "{shown}");
    }

    #[test]
    fn without_a_subscription_nothing_is_limited() {
        assert!(Scene::inbound("<rate-limit calls=\"0\" renewal-period=\"60\" />").run().starts_with("> forward"));
    }

    /// A call that the operation's limit refuses does not use up the others.
    #[test]
    fn all_counters_are_asked_before_any_is_counted() {
        let policy = "<rate-limit calls=\"5\" renewal-period=\"60\"><api id=\"SHOP\" calls=\"4\" renewal-period=\"30\">\
                      <operation name=\"get order\" calls=\"1\" renewal-period=\"20\" /></api>\
                      <api id=\"other\" calls=\"0\" renewal-period=\"60\" /></rate-limit>";
        let mut scene = Scene::inbound(policy).subscription("s");
        scene.run();
        scene.run();
        let mut counts: Vec<_> = scene.counts.values().copied().collect();
        counts.sort_unstable();
        assert_eq!(counts, [1, 1, 1]);
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings("<rate-limit calls=\"1\" renewal-period=\"301\"><api calls=\"1\" /></rate-limit>"),
            "TG0212 policy.xml:1:58 the 'renewal-period' attribute is invalid: '301' is not a whole number from 1 to 300\n"
        );
        let twice = format!("<policies><inbound>{LIMIT}{LIMIT}</inbound></policies>");
        assert!(findings_at(Scope::Global, &twice, &Environment::default()).contains("TG0204"));
        let found = findings_at(Scope::Api, &twice, &Environment::default());
        assert!(found.contains("the policy 'rate-limit' can be used only once in a document"), "{found}");
    }
}
