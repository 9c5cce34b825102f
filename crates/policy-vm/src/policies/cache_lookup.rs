//! `cache-lookup`: answers with a response of the cache, or remembers where the one that comes is to be stored.

use http::{HeaderMap, HeaderName, Method, header};
use jiff::fmt::rfc2822;
use policy_parser::document::Element;

use crate::check::{self, codes};
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::url::{name_of, parameters};
use crate::exchange::{Body, Call, Response};
use crate::host::{CacheKind, CacheSpace, CachedResponse, HostCall, HostReply, Stored};
use crate::operand::{BoolOperand, ChoiceOperand};
use crate::policies::Policy;
use crate::policies::caching::{CACHING_TYPE, Caching, Downstream, DownstreamKind, Key, cache};
use crate::spec::{Accepts, Attribute, Child, ElementSpec, Once, Order, Sections, Text};
use crate::step::{Flow, Step, StepCx};

const DOWNSTREAM: &[&str] = &["none", "private", "public"];

const BY_HEADER: ElementSpec =
    ElementSpec::text_only("vary-by-header", "A header whose values tell responses apart.", Text::Literal)
        .holds(Accepts::HeaderName);

const BY_PARAMETER: ElementSpec = ElementSpec::text_only(
    "vary-by-query-parameter",
    "Query parameters that tell responses apart, separated by `;`. Without any, the whole query does.",
    Text::Literal,
)
.holds(Accepts::Name);

const SPEC: ElementSpec = ElementSpec::new("cache-lookup", "Answers with a response of the cache, if there is one.")
    .attributes(&[
        Attribute::required("vary-by-developer", Accepts::Bool, "Whether each developer has responses of their own.")
            .expression(),
        Attribute::required(
            "vary-by-developer-groups",
            Accepts::Bool,
            "Whether developers of the same groups share responses and others do not.",
        )
        .expression(),
        CACHING_TYPE,
        Attribute::optional(
            "downstream-caching-type",
            Accepts::OneOf(DOWNSTREAM),
            "Who may keep the response between here and the caller.",
        )
        .expression()
        .default("none"),
        Attribute::optional("must-revalidate", Accepts::Bool, "Whether they must ask again when it is too old.")
            .expression()
            .default("true"),
        Attribute::optional(
            "allow-private-response-caching",
            Accepts::Bool,
            "Whether requests with `Authorization` are answered from the cache as well.",
        )
        .expression()
        .default("false"),
    ])
    .children(&[Child::repeated(BY_HEADER), Child::repeated(BY_PARAMETER)])
    .order(Order::Free)
    .sections(Sections::INBOUND)
    .once(Once::PerSection);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    if c.in_fragment() {
        let headline = "the policy 'cache-lookup' is not allowed in a fragment";
        c.error(codes::NOT_IN_FRAGMENT, element.name_span, headline);
        return;
    }
    let mut step = CacheLookup {
        by_developer: c.bool(element, &SPEC, "vary-by-developer"),
        by_groups: c.bool(element, &SPEC, "vary-by-developer-groups"),
        headers: Vec::new(),
        parameters: Vec::new(),
        cache: cache(c, element, &SPEC),
        downstream: c.choice(element, &SPEC, "downstream-caching-type"),
        must_revalidate: c.bool(element, &SPEC, "must-revalidate"),
        allows_private: c.bool(element, &SPEC, "allow-private-response-caching"),
    };
    for child in element.elements() {
        let text = c.inner_text(child);
        let text = text.literal().unwrap_or_default();
        let names = text.split(';').map(str::trim).filter(|name| !name.is_empty());
        match &*child.name {
            "vary-by-header" => step.headers.extend(check::header_name(text)),
            _ => step.parameters.extend(names.map(|name| name.to_lowercase().into())),
        }
    }
    shared_secrets(c, element, &step);
    c.emit(step);
}

/// Says so when what one caller may see can reach another.
fn shared_secrets(c: &mut Compiler<'_>, element: &Element, step: &CacheLookup) {
    let is_open = matches!(step.allows_private, BoolOperand::Literal(true))
        && matches!(step.by_developer, BoolOperand::Literal(false))
        && !step.headers.contains(&header::AUTHORIZATION);
    if is_open {
        let attribute = element.attribute("allow-private-response-caching");
        let span = attribute.map_or(element.tag_span, |written| written.value.span);
        c.warn(
            codes::SHARED_PRIVATE_RESPONSE,
            span,
            "callers with different 'Authorization' share responses: vary by it, or by developer",
        );
    }
}

#[derive(Debug)]
struct CacheLookup {
    by_developer: BoolOperand,
    by_groups: BoolOperand,
    headers: Vec<HeaderName>,
    /// Lower case.
    parameters: Vec<Box<str>>,
    cache: CacheKind,
    downstream: ChoiceOperand,
    must_revalidate: BoolOperand,
    allows_private: BoolOperand,
}

impl CacheLookup {
    /// The lookup, unless the request has no part in caching.
    fn prepare(&self, cx: &mut StepCx<'_>) -> Result<Option<Caching>, Box<PolicyError>> {
        let request = &cx.exchange.call.request;
        let (is_get, is_private) = (request.method == Method::GET, request.headers.contains_key(header::AUTHORIZATION));
        if !is_get || (is_private && !self.allows_private.eval(cx)?) {
            return Ok(None);
        }
        let downstream = Downstream {
            kind: match self.downstream.eval(cx)? {
                1 => DownstreamKind::Private,
                2 => DownstreamKind::Public,
                _ => DownstreamKind::None,
            },
            must_revalidate: self.must_revalidate.eval(cx)?,
        };
        let (by_developer, by_groups) = (self.by_developer.eval(cx)?, self.by_groups.eval(cx)?);
        let key = self.key(&cx.exchange.call, by_developer, by_groups);
        Ok(Some(Caching { key, cache: self.cache, downstream }))
    }

    fn key(&self, call: &Call, by_developer: bool, by_groups: bool) -> Box<str> {
        let mut key = Key::of(call);
        let query = call.request.url.query.as_str();
        if self.parameters.is_empty() {
            key.part(query);
        }
        for name in &self.parameters {
            let same = parameters(query).filter(|parameter| name_of(parameter).to_lowercase() == **name);
            key.list(name, same.map(|parameter| parameter.split_once('=').map_or("", |(_, value)| value).as_bytes()));
        }
        for name in &self.headers {
            key.list(name.as_str(), call.request.headers.get_all(name).iter().map(http::HeaderValue::as_bytes));
        }
        if by_developer {
            let user = call.user.as_ref().map(|user| ("user", user.id.as_str()));
            let (kind, id) = user
                .or(call.subscription.as_ref().map(|subscription| ("subscription", subscription.id.as_str())))
                .unwrap_or_default();
            key.part(kind);
            key.part(id);
        }
        if by_groups {
            let mut groups: Vec<_> =
                call.user.iter().flat_map(|user| &user.groups).map(|group| group.id.as_bytes()).collect();
            groups.sort_unstable();
            key.list("groups", groups.into_iter());
        }
        key.finish(call)
    }
}

impl Step for CacheLookup {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.prepare(cx) {
            Ok(Some(caching)) => {
                let (key, cache) = (caching.key.clone(), caching.cache);
                cx.exchange.call.caching = Some(Box::new(caching));
                Flow::Call(HostCall::CacheLookup { key, cache, space: CacheSpace::Responses })
            }
            Ok(None) => Flow::Next,
            Err(error) => Flow::Fail(error),
        }
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        let now = cx.ambient.now_ticks();
        let call = &mut cx.exchange.call;
        if let HostReply::Cached(Some(stored)) = reply
            && let Stored::Cached(cached) = &*stored
            && let Some(caching) = call.caching.take()
        {
            call.response = Some(answer(&call.request.headers, cached, caching.downstream, now));
            return Flow::Respond;
        }
        ask_for_all(&mut call.request.headers);
        Flow::Next
    }
}

/// The backend is to send the whole response, not one for a caller that has a part of it or an older one.
fn ask_for_all(headers: &mut HeaderMap) {
    for name in [
        header::CACHE_CONTROL,
        header::PRAGMA,
        header::IF_NONE_MATCH,
        header::IF_MODIFIED_SINCE,
        header::IF_MATCH,
        header::IF_UNMODIFIED_SINCE,
        header::IF_RANGE,
        header::RANGE,
    ] {
        headers.remove(name);
    }
}

/// The response for this caller: whole, or 304 for one that has it.
fn answer(request: &HeaderMap, cached: &CachedResponse, downstream: Downstream, now: i64) -> Response {
    let mut headers = cached.headers.clone();
    let seconds = u64::try_from(cached.expires.saturating_sub(now) / 10_000_000).unwrap_or(0);
    downstream.tell(&mut headers, seconds);
    if cached.status == 200 && has_it(request, &headers) {
        headers.remove(header::CONTENT_LENGTH);
        headers.remove(header::CONTENT_TYPE);
        return Response { status: 304, headers, ..Response::default() };
    }
    let body = if cached.body.is_empty() { Body::None } else { Body::Bytes(cached.body.clone()) };
    Response { status: cached.status, reason: cached.reason.clone(), headers, body }
}

/// RFC 9110 13.1: `If-None-Match` counts where it is, `If-Modified-Since` only without it.
fn has_it(request: &HeaderMap, response: &HeaderMap) -> bool {
    let mut tags = request.get_all(header::IF_NONE_MATCH).iter().peekable();
    if tags.peek().is_some() {
        let weak = |tag: &[u8]| tag.strip_prefix(b"W/").unwrap_or(tag).to_vec();
        let Some(current) = response.get(header::ETAG).map(|tag| weak(tag.as_bytes())) else { return false };
        return tags.any(|line| {
            line.as_bytes()
                .split(|byte| *byte == b',')
                .map(<[u8]>::trim_ascii)
                .any(|tag| tag == b"*" || weak(tag) == current)
        });
    }
    let date =
        |headers: &HeaderMap, name| rfc2822::DateTimeParser::new().parse_timestamp(headers.get(name)?.as_bytes()).ok();
    match (date(request, header::IF_MODIFIED_SINCE), date(response, header::LAST_MODIFIED)) {
        (Some(since), Some(modified)) => modified <= since,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::policies::check::{Scene, inbound_findings};

    const VARY: &str = "vary-by-developer=\"false\" vary-by-developer-groups=\"false\"";

    fn key(children: &str, scene: impl FnOnce(Scene) -> Scene) -> String {
        let mut scene = scene(Scene::inbound(&format!("<cache-lookup {VARY}>{children}</cache-lookup>")));
        scene.run();
        scene.exchange.call.caching.take().map_or("none".to_owned(), |caching| caching.key.into())
    }

    fn query(text: &str) -> impl FnOnce(Scene) -> Scene {
        move |mut scene| {
            text.clone_into(&mut scene.exchange.call.request.url.query);
            scene
        }
    }

    #[test]
    fn keys_tell_responses_apart() {
        let same = |children: &str, a: &str, b: &str| key(children, query(a)) == key(children, query(b));
        assert!(same("", "a=1", "a=1") && !same("", "a=1", "a=2") && !same("", "a=1", "b=1"));
        let by_a = "<vary-by-query-parameter>a;c</vary-by-query-parameter>";
        assert!(same(by_a, "a=1&b=2", "A=1&b=3") && !same(by_a, "a=1", "a=2") && !same(by_a, "a=", ""));
        assert!(!same(by_a, "a=1&a=2", "a=12") && !same(by_a, "a=1&c=2", "a=2&c=1"));
        let by_header = "<vary-by-header>Accept</vary-by-header>";
        let with = |value: &'static str| key(by_header, |scene| scene.header("accept", value));
        assert!(with("a") == with("a") && with("a") != with("b") && with("") != key(by_header, |scene| scene));
        let product = key("", |mut scene| {
            let product = crate::exchange::Product { id: "gold".into(), ..Default::default() };
            scene.exchange.call.product = Some(std::sync::Arc::new(product));
            scene
        });
        assert_ne!(product, key("", |scene| scene));
        assert!(product.starts_with("shop/get/"), "{product}");
    }

    #[test]
    fn who_has_no_part_in_it() {
        assert_eq!(key("", |scene| scene.method(Method::POST)), "none");
        assert_eq!(key("", |scene| scene.header("authorization", "x")), "none");
        let shown = inbound_findings(&format!("<cache-lookup {VARY} allow-private-response-caching=\"true\" />"));
        assert!(shown.starts_with("TG0252 policy.xml:1:"), "{shown}");
        let careful = "<vary-by-header>authorization</vary-by-header>";
        let shown = inbound_findings(&format!(
            "<cache-lookup {VARY} allow-private-response-caching=\"true\">{careful}</cache-lookup>"
        ));
        assert_eq!(shown, "");
    }

    #[test]
    fn a_miss_asks_for_the_whole() {
        let mut scene = Scene::inbound(&format!("<cache-lookup {VARY} />"))
            .header("if-none-match", "\"x\"")
            .header("range", "bytes=0-1")
            .header("cache-control", "no-cache")
            .header("accept", "a");
        scene.run();
        assert_eq!(scene.request(), "GET https://backend.example/base/orders?id=7\naccept: a\n(none)");
    }

    fn conditional(request: &[(&'static str, &'static str)]) -> u16 {
        let map = |lines: &[(&'static str, &'static str)]| {
            lines
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
                .collect::<HeaderMap>()
        };
        let cached = CachedResponse {
            status: 200,
            reason: None,
            headers: map(&[("etag", "W/\"v1\""), ("last-modified", "Tue, 03 Feb 2026 04:05:06 GMT"), ("expires", "0")]),
            body: "x".into(),
            expires: 70_000_000,
        };
        let downstream = Downstream { kind: DownstreamKind::Public, must_revalidate: true };
        let answer = answer(&map(request), &cached, downstream, 0);
        assert_eq!(answer.headers["cache-control"], "public, max-age=7, must-revalidate");
        assert!(!answer.headers.contains_key("expires"));
        answer.status
    }

    #[test]
    fn callers_that_have_it_are_told_so() {
        assert_eq!(conditional(&[]), 200);
        assert_eq!(conditional(&[("if-none-match", "\"v0\", \"v1\"")]), 304);
        assert_eq!(conditional(&[("if-none-match", "*")]), 304);
        assert_eq!(
            conditional(&[("if-none-match", "\"v2\""), ("if-modified-since", "Tue, 03 Feb 2026 04:05:06 GMT")]),
            200
        );
        assert_eq!(conditional(&[("if-modified-since", "Tue, 03 Feb 2026 04:05:06 GMT")]), 304);
        assert_eq!(conditional(&[("if-modified-since", "Tue, 03 Feb 2026 04:05:05 GMT")]), 200);
        assert_eq!(conditional(&[("if-modified-since", "yesterday")]), 200);
    }
}
