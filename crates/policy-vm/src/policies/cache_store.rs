//! `cache-store`: stores the response where the `cache-lookup` of the same call did not find one.
//!
//! A body that only streams through is not held back for it: the host stores it when its last byte has come.

use std::time::Duration;

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::Body;
use crate::host::{CacheSpace, CachedResponse, HostCall, HostReply, Message, Stored};
use crate::operand::{BoolOperand, IntOperand};
use crate::policies::Policy;
use crate::policies::caching::Caching;
use crate::spec::{Accepts, Attribute, ElementSpec, Once, Sections};
use crate::step::{Flow, Step, StepCx};

const SPEC: ElementSpec = ElementSpec::new("cache-store", "Stores the response that a `cache-lookup` did not find.")
    .attributes(&[
        Attribute::required("duration", Accepts::COUNT, "How many seconds it lives.").expression(),
        Attribute::optional(
            "cache-response",
            Accepts::Bool,
            "Whether this response is stored; without it, those with status 200 are.",
        )
        .expression(),
        Attribute::optional("caching-mode", Accepts::Text, "Not documented; without effect.").without_effect(),
    ])
    .sections(Sections::OUTBOUND)
    .once(Once::PerSection);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let step = CacheStore {
        duration: c.int(element, &SPEC, "duration"),
        stores: c.bool_or_none(element, &SPEC, "cache-response"),
    };
    c.emit(step);
}

#[derive(Debug)]
struct CacheStore {
    duration: IntOperand,
    stores: Option<BoolOperand>,
}

/// What is to be stored, while the host is asked for the body.
struct Pending {
    caching: Caching,
    head: CachedResponse,
    duration: Duration,
}

impl CacheStore {
    /// What is to be stored, if this response is.
    fn prepare(&self, cx: &mut StepCx<'_>) -> Result<Option<Pending>, Box<PolicyError>> {
        let Some(status) = cx.exchange.call.response.as_ref().map(|response| response.status) else { return Ok(None) };
        let Some(caching) = cx.exchange.call.caching.take() else { return Ok(None) };
        let stores = match self.stores {
            Some(stores) => stores.eval(cx)?,
            None => status == 200,
        };
        let seconds = self.duration.eval(cx)?.unsigned_abs();
        // There is no body of these to be stored, and none may be sent along.
        if !stores || seconds == 0 || status < 200 || status == 304 {
            return Ok(None);
        }
        let now = cx.ambient.now_ticks();
        let ticks = i64::try_from(seconds.saturating_mul(10_000_000)).unwrap_or(i64::MAX);
        let Some(response) = &mut cx.exchange.call.response else { return Ok(None) };
        let head = CachedResponse {
            status,
            reason: response.reason.clone(),
            headers: response.headers.clone(),
            body: bytes::Bytes::new(),
            expires: now.saturating_add(ticks),
        };
        caching.downstream.tell(&mut response.headers, seconds);
        Ok(Some(Pending { caching: *caching, head, duration: Duration::from_secs(seconds) }))
    }
}

impl Pending {
    fn store(self, body: bytes::Bytes) -> Flow {
        let Self { caching: Caching { key, cache, .. }, mut head, duration } = self;
        head.headers.remove(http::header::CONTENT_LENGTH);
        head.body = body;
        let value = Stored::Cached(Box::new(head));
        Flow::Call(HostCall::CacheStore { key, value: Box::new(value), duration, cache, space: CacheSpace::Responses })
    }

    fn stream(&self) -> Flow {
        let (key, cache) = (self.caching.key.clone(), self.caching.cache);
        Flow::Call(HostCall::CacheStream { key, value: Box::new(self.head.clone()), duration: self.duration, cache })
    }
}

impl Step for CacheStore {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        let pending = match self.prepare(cx) {
            Ok(Some(pending)) => pending,
            Ok(None) => return Flow::Next,
            Err(error) => return Flow::Fail(error),
        };
        match cx.exchange.call.response.as_ref().map(|response| &response.body) {
            Some(Body::Bytes(bytes)) => {
                let bytes = bytes.clone();
                pending.store(bytes)
            }
            Some(Body::None) => pending.store(bytes::Bytes::new()),
            Some(Body::Stream) => {
                let asked = pending.stream();
                cx.keep(cx.at, pending);
                asked
            }
            Some(Body::Consumed) | None => Flow::Next,
        }
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        match reply {
            // A host that stores no streams is asked for the body.
            HostReply::Failed(_) if cx.kept::<Pending>(cx.at).is_some() => {
                Flow::Call(HostCall::ReadBody(Message::Response))
            }
            HostReply::Body(Ok(bytes)) => {
                if let Some(response) = &mut cx.exchange.call.response {
                    response.body = Body::Bytes(bytes.clone());
                }
                match cx.take_kept::<Pending>(cx.at) {
                    Some(pending) => pending.store(bytes),
                    None => Flow::Next,
                }
            }
            HostReply::Body(Err(error)) => Flow::Fail(cx.host_failed(&error)),
            // A cache that fails is as good as none.
            _ => {
                cx.take_kept::<Pending>(cx.at);
                Flow::Next
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::Scope;
    use crate::policies::check::{Scene, findings};

    fn document(store: &str, more: &str) -> String {
        format!(
            "<policies><inbound><cache-lookup vary-by-developer=\"false\" vary-by-developer-groups=\"false\" \
             downstream-caching-type=\"private\" must-revalidate=\"false\" /></inbound>\
             <backend><forward-request /></backend><outbound>{store}{more}</outbound></policies>"
        )
    }

    /// Runs two calls of the same kind; the second one's log.
    fn twice(store: &str, status: u16) -> String {
        let outbound = "<set-header name=\"x-out\"><value>1</value></set-header>";
        let mut scene = Scene::of(&document(store, outbound)).answer(status, &[("etag", "\"e\"")], "first");
        scene.run();
        scene.log.clear();
        scene.exchange.call.response = None;
        scene = scene.answer(status, &[], "second");
        scene.run()
    }

    #[test]
    fn a_hit_leaves_the_backend_out_and_runs_outbound() {
        let shown = twice("<cache-store duration=\"60\" />", 200);
        assert_eq!(shown, "200 -\netag: \"e\"\ncache-control: private, max-age=60\nx-out: 1\nfirst\n");
    }

    #[test]
    fn which_responses_are_stored() {
        let is_hit = |store: &str, status| !twice(store, status).contains("> forward");
        assert!(!is_hit("<cache-store duration=\"60\" />", 500));
        assert!(is_hit("<cache-store duration=\"60\" cache-response=\"true\" />", 500));
        assert!(!is_hit("<cache-store duration=\"60\" cache-response=\"@(false)\" />", 200));
        assert!(!is_hit("<cache-store duration=\"0\" />", 200));
    }

    #[test]
    fn without_a_lookup_nothing_is_stored() {
        let mut scene = Scene::outbound("<cache-store duration=\"60\" />").answer(200, &[], "x");
        assert!(!scene.run().contains("> store"));
    }

    #[test]
    fn a_stream_of_a_host_that_cannot_is_read() {
        let mut scene = Scene::of(&document("<cache-store duration=\"60\" />", "")).answer(200, &[], "");
        scene.streamed = b"streamed".to_vec();
        scene.streams = true;
        let shown = scene.run();
        assert!(shown.contains("> read Response\n> store shop/get/"), "{shown}");
        assert!(shown.ends_with("streamed\n"), "{shown}");
    }

    /// A hit inside a place of `limit-concurrency` gives it back.
    #[test]
    fn a_hit_gives_places_back() {
        let inside = "<policies><inbound><limit-concurrency key=\"k\" max-count=\"1\"><cache-lookup \
                      vary-by-developer=\"false\" vary-by-developer-groups=\"false\" /></limit-concurrency></inbound>\
                      <backend><forward-request /></backend><outbound><cache-store duration=\"9\" /></outbound></policies>";
        let mut scene = Scene::of(inside).answer(200, &[], "x");
        scene.run();
        scene.exchange.call.response = None;
        scene.log.clear();
        let shown = scene.run();
        assert!(shown.starts_with("> acquire k true\n> release k\n200 -\n"), "{shown}");
    }

    #[test]
    fn what_is_wrong() {
        let text = "<policies><outbound><cache-store duration=\"9\" caching-mode=\"x\" /></outbound></policies>";
        assert_eq!(findings(text), "TG0215 policy.xml:1:47 warning: the 'caching-mode' attribute has no effect\n");
    }

    /// Outbound of broader documents runs after a hit as well.
    #[test]
    fn every_scope_has_its_outbound() {
        let narrow = "<policies><inbound><base /><set-header name=\"x-skipped\"><value>1</value></set-header></inbound>\
                      <outbound><base /></outbound></policies>";
        let mut scene = Scene::of(narrow)
            .document(Scope::Global, &document("<cache-store duration=\"60\" />", "<set-status code=\"201\" />"))
            .answer(200, &[], "x");
        scene.run();
        scene.exchange.call.response = None;
        scene.exchange.call.request.headers.clear();
        let shown = scene.run();
        assert!(shown.ends_with("201 -\ncache-control: private, max-age=60\nx\n"), "{shown}");
        assert!(!scene.request().contains("x-skipped"));
    }
}
