//! `limit-concurrency`: lets so many calls at once through its policies and refuses the rest.

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::host::{HostCall, HostReply};
use crate::operand::TextOperand;
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, ElementSpec, Policies};
use crate::step::{Flow, Step, StepCx, Unwind};

const INSIDE: Policies = Policies::AllBut(&[]);

const SPEC: ElementSpec = ElementSpec::new("limit-concurrency", "Lets so many calls at once through its policies.")
    .attributes(&[
        Attribute::required("key", Accepts::Text, "Names the counter; policies with the same key share it.")
            .expression(),
        Attribute::required("max-count", Accepts::POSITIVE, "How many calls at once."),
    ])
    .policies(INSIDE)
    .needs_policy();

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let key = c.text(element, &SPEC, "key");
    let limit = c.number(element, &SPEC, "max-count").and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
    let start = c.reserve();
    c.body(element, INSIDE, "limit-concurrency");
    let end = c.emit(Leave { start });
    c.fill(start, LimitConcurrency { key, limit, end });
}

#[derive(Debug)]
struct LimitConcurrency {
    key: TextOperand,
    limit: u32,
    end: u32,
}

/// The counter in which a place is held.
struct Held(Box<str>);

impl Step for LimitConcurrency {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.key.eval(cx) {
            Ok(key) => {
                let key: Box<str> = key.into();
                cx.keep(cx.at, Held(key.clone()));
                Flow::Call(HostCall::AcquireSlot { key, limit: self.limit })
            }
            Err(error) => Flow::Fail(error),
        }
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        match reply {
            HostReply::Acquired(true) => Flow::Enter { end: self.end },
            HostReply::Acquired(false) => {
                cx.take_kept::<Held>(cx.at);
                Flow::Fail(cx.error(429, "ConcurrencyLimitExceeded", "Concurrency limit is exceeded"))
            }
            HostReply::Failed(error) => Flow::Fail(cx.host_failed(&error)),
            _ => Flow::Fail(cx.fault("a place was asked for")),
        }
    }

    fn unwind(&self, cx: &mut StepCx<'_>, _error: Option<&PolicyError>) -> Unwind {
        match cx.take_kept::<Held>(cx.at) {
            Some(Held(key)) => Unwind::Call(HostCall::ReleaseSlot { key }),
            None => Unwind::Continue,
        }
    }
}

/// Gives the place back on the regular way out.
#[derive(Debug)]
struct Leave {
    start: u32,
}

impl Step for Leave {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match cx.take_kept::<Held>(self.start) {
            Some(Held(key)) => Flow::Call(HostCall::ReleaseSlot { key }),
            None => Flow::Next,
        }
    }

    fn resume(&self, _cx: &mut StepCx<'_>, _reply: HostReply) -> Flow {
        Flow::Next
    }
}

#[cfg(test)]
mod tests {
    use crate::host::HostErrorKind;
    use crate::policies::check::Scene;

    fn limited(inside: &str) -> Scene {
        Scene::backend(&format!("<limit-concurrency key=\"k\" max-count=\"2\">{inside}</limit-concurrency>"))
    }

    #[test]
    fn a_place_is_given_back_on_every_way_out() {
        let forward = "> forward GET https://backend.example/base/orders?id=7 300s\n";
        let mut scene = limited("<forward-request />");
        assert_eq!(scene.run(), format!("> acquire k true\n{forward}> release k\n200 -\n(none)\n"));
        let mut scene = limited("<forward-request />").failure(HostErrorKind::Connection);
        assert!(scene.run().starts_with(&format!("> acquire k true\n{forward}> release k\n500")));
        let mut scene = limited("<return-response />");
        assert_eq!(scene.run(), "> acquire k true\n> release k\n200 -\n(none)\n");
    }

    #[test]
    fn one_too_many_is_refused() {
        let mut scene = limited("<forward-request />");
        scene.slots.insert("k".into(), 2);
        assert_eq!(
            scene.run(),
            "> acquire k false\n429 -\ncontent-type: application/json\n\
             { \"statusCode\": 429, \"message\": \"Concurrency limit is exceeded\" }\n\
             ! limit-concurrency ConcurrencyLimitExceeded: Concurrency limit is exceeded \
             (api/backend/limit-concurrency/)\n"
        );
    }
}
