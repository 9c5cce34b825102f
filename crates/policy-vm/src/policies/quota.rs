//! `quota`: so many calls, or kilobytes, of each subscription in fixed periods or for ever.

use std::time::Duration;

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::engine::Scope;
use crate::error::PolicyError;
use crate::host::{CounterCall, CounterKind, CounterMode, CounterState};
use crate::policies::Policy;
use crate::policies::counting::{
    Count, Limits, PLACE, PLACE_ID, PLACE_NAME, Placed, Tally, Together, count_transfer, key, out_of_quota, placed,
};
use crate::spec::{Accepts, Attribute, Child, ElementSpec, Group, Once, Scopes, Sections};
use crate::step::StepCx;

const CALLS: Attribute = Attribute::optional("calls", Accepts::COUNT, "How many calls a period allows.");
const BANDWIDTH: Attribute =
    Attribute::optional("bandwidth", Accepts::Int(0, i64::MAX), "How many kilobytes a period allows.");
const EITHER: Group = Group::AtLeastOne(&["calls", "bandwidth"]);

const OPERATION: ElementSpec = ElementSpec::new("operation", "A limit for one operation.")
    .attributes(&[PLACE_NAME, PLACE_ID, CALLS, BANDWIDTH])
    .groups(&[EITHER, PLACE]);

const API: ElementSpec = ElementSpec::new("api", "A limit for one API.")
    .attributes(&[PLACE_NAME, PLACE_ID, CALLS, BANDWIDTH])
    .groups(&[PLACE])
    .children(&[Child::repeated(OPERATION)]);

const SPEC: ElementSpec = ElementSpec::new("quota", "Limits the calls or kilobytes of each subscription.")
    .attributes(&[
        CALLS,
        BANDWIDTH,
        Attribute::required("renewal-period", Accepts::COUNT, "Seconds of a period; 0 for one that never ends."),
    ])
    .groups(&[EITHER])
    .children(&[Child::repeated(API)])
    .sections(Sections::INBOUND)
    .scopes(Scopes::of(&[Scope::Product]))
    .once(Once::PerDocument);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let seconds = c.number(element, &SPEC, "renewal-period").unwrap_or_default();
    let limits = placed(c, element, |c, element| {
        let read = |name| c.number(element, &SPEC, name).map(i64::unsigned_abs);
        let (calls, bandwidth) = (read("calls"), read("bandwidth"));
        (calls.is_some() || bandwidth.is_some()).then_some(Volume { calls, bandwidth })
    });
    let fails_open = c.engine.switches.limits_fail_open;
    c.emit(Together { limits: Quota { period: Duration::from_secs(seconds.unsigned_abs()), limits }, fails_open });
}

#[derive(Debug)]
struct Volume {
    calls: Option<u64>,
    bandwidth: Option<u64>,
}

#[derive(Debug)]
struct Quota {
    period: Duration,
    limits: Vec<Placed<Volume>>,
}

impl Limits for Quota {
    /// None without a subscription.
    fn counts(&self, cx: &StepCx<'_>) -> Vec<Count> {
        let call = &cx.exchange.call;
        let Some(subscription) = &call.subscription else { return Vec::new() };
        let product = call.product.as_ref().map_or("", |product| &product.id);
        let count = |(limit, placed): (usize, &Placed<Volume>)| {
            let [api, operation] = placed.parts(call)?;
            let call = CounterCall {
                key: key("quota", &[product, &subscription.id, api, operation]),
                kind: CounterKind::FixedWindow,
                calls: placed.limit.calls,
                bandwidth: placed.limit.bandwidth,
                period: self.period,
                anchor: subscription.start.unwrap_or(subscription.created),
                increment: 1,
                increment_bytes: 0,
                mode: CounterMode::CheckAndAdd,
            };
            Some(Count { call, limit, remaining: u64::MAX })
        };
        self.limits.iter().enumerate().filter_map(count).collect()
    }

    fn passed(&self, cx: &mut StepCx<'_>, tally: Tally) {
        count_transfer(cx, tally.into_calls());
    }

    fn refused(&self, cx: &mut StepCx<'_>, _tally: Tally, state: &CounterState) -> Box<PolicyError> {
        out_of_quota(cx, state, self.period)
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::{Environment, Scope};
    use crate::policies::check::{Scene, findings_at};

    fn scene(policy: &str) -> Scene {
        let document = format!("<policies><inbound>{policy}</inbound></policies>");
        Scene::new().document(Scope::Product, &document).subscription("s")
    }

    #[test]
    fn one_too_many() {
        let mut scene = scene("<quota calls=\"1\" renewal-period=\"3600\" />");
        assert!(scene.run().ends_with("200 -\n(none)\n"));
        let shown = scene.run();
        let answer = "403 -\ncontent-type: application/json\nretry-after: 42\n\
             { \"statusCode\": 403, \"message\": \"Out of call volume quota. Quota will be replenished in 00:00:42.\" }\n\
             ! quota QuotaExceeded: Out of call volume quota. Quota will be replenished in 00:00:42. \
             (product/inbound/quota/)\n";
        assert!(shown.ends_with(answer), "{shown}");
    }

    #[test]
    fn a_quota_for_ever_is_never_replenished() {
        let shown = scene("<quota calls=\"0\" renewal-period=\"0\" />").run();
        assert!(shown.contains("\"Out of call volume quota.\"") && !shown.contains("retry-after"), "{shown}");
    }

    #[test]
    fn kilobytes_are_counted_by_the_host_at_the_end() {
        let mut scene =
            scene("<quota bandwidth=\"10\" renewal-period=\"3600\"><api id=\"shop\" calls=\"9\" /></quota>");
        scene.run();
        let later = &scene.exchange.call.transfer_counters;
        assert_eq!(
            later.iter().map(|count| (&*count.key, count.bandwidth)).collect::<Vec<_>>(),
            [("quota//s//", Some(10))]
        );
    }

    #[test]
    fn what_is_wrong() {
        let document = "<policies><inbound><quota renewal-period=\"1\"><api id=\"a\"><operation id=\"b\" calls=\"1\" /></api></quota></inbound></policies>";
        assert_eq!(
            findings_at(Scope::Product, document, &Environment::default()),
            "TG0214 policy.xml:1:20 one of the attributes 'calls', 'bandwidth' is needed\n"
        );
        assert!(findings_at(Scope::Api, document, &Environment::default()).contains("TG0204"));
    }
}
