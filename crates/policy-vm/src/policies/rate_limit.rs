//! `rate-limit`: so many calls per period for each subscription.

use std::time::Duration;

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::engine::Scope;
use crate::error::PolicyError;
use crate::host::{CounterCall, CounterKind, CounterMode, CounterState};
use crate::policies::Policy;
use crate::policies::counting::{
    Count, Limits, PLACE, PLACE_ID, PLACE_NAME, Placed, REMAINING_HEADER, REMAINING_VARIABLE, RETRY_HEADER,
    RETRY_HEADER_OF_PART, RETRY_VARIABLE, TOTAL_HEADER, Tally, Together, Told, key, owner, placed, rate_kind,
};
use crate::spec::{Accepts, Attribute, Child, ElementSpec, Once, Scopes, Sections};
use crate::step::StepCx;

const CALLS: Attribute = Attribute::optional("calls", Accepts::COUNT, "How many calls a period allows.");
const PERIOD: Attribute = Attribute::optional("renewal-period", Accepts::Int(1, 300), "Seconds of a period.");

const PART: &[Attribute] = &[
    PLACE_NAME,
    PLACE_ID,
    CALLS,
    PERIOD,
    RETRY_HEADER_OF_PART,
    RETRY_VARIABLE,
    REMAINING_HEADER,
    REMAINING_VARIABLE,
    TOTAL_HEADER,
];

const OPERATION: ElementSpec =
    ElementSpec::new("operation", "A limit for one operation.").attributes(PART).groups(&[PLACE]);

const API: ElementSpec = ElementSpec::new("api", "A limit for one API.")
    .attributes(PART)
    .groups(&[PLACE])
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
    let limits = placed(c, element, |c, part| {
        // What is told about the policy as a whole is told once, of all its counters.
        let told = (!std::ptr::eq(part, element)).then(|| Told::compile(c, part, &OPERATION));
        let calls = c.number(part, &SPEC, "calls")?;
        let period = seconds(c, part).or(period)?;
        Some(Rate { calls: calls.unsigned_abs(), period, told })
    });
    let total = limits.first().map_or(0, |limit| limit.limit.calls);
    let fails_open = c.engine.switches.limits_fail_open;
    let kind = rate_kind(c);
    c.emit(Together { limits: RateLimit { told, limits, total, kind }, fails_open });
}

fn seconds(c: &Compiler<'_>, element: &Element) -> Option<Duration> {
    c.number(element, &SPEC, "renewal-period").map(|seconds| Duration::from_secs(seconds.unsigned_abs()))
}

#[derive(Debug)]
struct Rate {
    calls: u64,
    period: Duration,
    /// What a part tells about its own counter.
    told: Option<Told>,
}

#[derive(Debug)]
struct RateLimit {
    told: Told,
    limits: Vec<Placed<Rate>>,
    total: u64,
    kind: CounterKind,
}

impl RateLimit {
    fn part(&self, limit: usize) -> Option<(&Told, u64)> {
        let rate = &self.limits.get(limit)?.limit;
        Some((rate.told.as_ref()?, rate.calls))
    }
}

impl Limits for RateLimit {
    /// None without a subscription.
    fn counts(&self, cx: &StepCx<'_>) -> Vec<Count> {
        let call = &cx.exchange.call;
        let Some(subscription) = &call.subscription else { return Vec::new() };
        let owner = owner(call, cx.program.scope);
        let count = |(limit, placed): (usize, &Placed<Rate>)| {
            let [api, operation] = placed.parts(call)?;
            let call = CounterCall {
                key: key("rate-limit", &[&*owner, &cx.info.path, &subscription.id, api, operation]),
                kind: self.kind,
                calls: Some(placed.limit.calls),
                bandwidth: None,
                period: placed.limit.period,
                anchor: 0,
                increment: 1,
                increment_bytes: 0,
                mode: CounterMode::CheckAndAdd,
            };
            Some(Count { call, limit, remaining: u64::MAX })
        };
        self.limits.iter().enumerate().filter_map(count).collect()
    }

    fn passed(&self, cx: &mut StepCx<'_>, tally: Tally) {
        if let Some(least) = tally.counts().iter().map(|count| count.remaining).min() {
            self.told.remaining(cx, least, self.total);
        }
        for count in tally.counts() {
            if let Some((told, calls)) = self.part(count.limit) {
                told.remaining(cx, count.remaining, calls);
            }
        }
    }

    fn refused(&self, cx: &mut StepCx<'_>, tally: Tally, state: &CounterState) -> Box<PolicyError> {
        let part = self.part(tally.limit());
        let error = self.told.refused_by(part.map(|(told, _)| told), cx, state, self.total);
        if let Some((told, calls)) = part {
            told.remaining(cx, 0, calls);
        }
        error
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::{Environment, Scope, Switches};
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

    /// The published schema lets parts name headers and variables: they are about the part's own counter.
    #[test]
    fn parts_tell_about_their_own_counters() {
        let policy = "<rate-limit calls=\"3\" renewal-period=\"60\" remaining-calls-header-name=\"X-Least\">\
                      <api id=\"shop\" calls=\"5\" renewal-period=\"30\" remaining-calls-header-name=\"X-Api\" \
                      total-calls-header-name=\"X-Api-Total\" remaining-calls-variable-name=\"api\">\
                      <operation name=\"get order\" calls=\"1\" renewal-period=\"20\" retry-after-header-name=\"X-Again\" \
                      retry-after-variable-name=\"again\" /></api></rate-limit>";
        let mut scene = Scene::inbound(policy).subscription("s");
        let shown = scene.run();
        assert!(shown.ends_with("200 -\nx-least: 0\nx-api: 4\nx-api-total: 5\n(none)\n"), "{shown}");
        assert_eq!(scene.variable("api"), "Int32(4)");
        scene.log.clear();
        let shown = scene.run();
        assert!(shown.contains("429 -\ncontent-type: application/json\nx-again: 42\nx-least: 0\n"), "{shown}");
        assert_eq!(scene.variable("again"), "Int32(42)");
    }

    #[test]
    fn a_switch_makes_it_a_bucket_of_tokens() {
        let switches = Switches { token_bucket_rates: true, ..Switches::default() };
        let policy = "<policies><inbound><rate-limit calls=\"6\" renewal-period=\"60\" /></inbound></policies>";
        let shown = Scene::new().switches(switches).document(Scope::Api, policy).subscription("s").run();
        assert!(shown.contains("kind: TokenBucket"), "{shown}");
    }

    #[test]
    fn a_counter_that_cannot_be_asked() {
        let policy = "<policies><inbound><rate-limit calls=\"6\" renewal-period=\"60\" \
                      remaining-calls-header-name=\"X-Left\" /></inbound></policies>";
        for (limits_fail_open, expected) in [(false, "500 -\n"), (true, "200 -\n(none)\n")] {
            let switches = Switches { limits_fail_open, ..Switches::default() };
            let scene = Scene::new().switches(switches).document(Scope::Api, policy).subscription("s");
            let shown = scene.without_counters().run();
            assert!(shown.contains(expected), "{limits_fail_open}: {shown}");
        }
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings(
                "<rate-limit calls=\"1\" renewal-period=\"301\"><api id=\"a\" calls=\"1\" /></rate-limit>"
            ),
            "TG0212 policy.xml:1:58 the 'renewal-period' attribute is invalid: '301' is not a whole number from 1 to 300\n"
        );
        let twice = format!("<policies><inbound>{LIMIT}{LIMIT}</inbound></policies>");
        assert!(findings_at(Scope::Global, &twice, &Environment::default()).contains("TG0204"));
        let found = findings_at(Scope::Api, &twice, &Environment::default());
        assert!(found.contains("the policy 'rate-limit' can be used only once in a document"), "{found}");
    }
}
