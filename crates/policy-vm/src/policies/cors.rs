//! `cors`: answers preflight requests and adds the headers that let browsers read responses.

use http::{HeaderName, HeaderValue, header};
use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::{Call, Response, Url};
use crate::operand::{BoolOperand, IntOperand, TextOperand};
use crate::policies::Policy;
use crate::program::Section;
use crate::spec::{Accepts, Attribute, Child, ElementSpec, Once, Order, Sections, Text};
use crate::step::{Flow, Step, StepCx};

const ORIGIN: ElementSpec =
    ElementSpec::text_only("origin", "An origin, or `*`.", Text::Expression).holds(Accepts::Name);

const METHOD: ElementSpec =
    ElementSpec::text_only("method", "A method, or `*`.", Text::Expression).holds(Accepts::Method);

const ORIGINS: ElementSpec =
    ElementSpec::new("allowed-origins", "Who may call.").children(&[Child::at_least_once(ORIGIN)]);

const METHODS: ElementSpec = ElementSpec::new("allowed-methods", "With which methods; GET and POST if absent.")
    .attributes(&[Attribute::optional(
        "preflight-result-max-age",
        Accepts::COUNT,
        "For how many seconds browsers remember the answer.",
    )
    .expression()
    .default("0")])
    .children(&[Child::at_least_once(METHOD)]);

const HEADER: ElementSpec =
    ElementSpec::text_only("header", "Name of a header, or `*`.", Text::Expression).holds(Accepts::HeaderName);

const HEADERS: ElementSpec =
    ElementSpec::new("allowed-headers", "With which headers.").children(&[Child::at_least_once(HEADER)]);

const EXPOSED: ElementSpec = ElementSpec::new("expose-headers", "Headers of responses that scripts may read.")
    .children(&[Child::at_least_once(HEADER)]);

const SPEC: ElementSpec = ElementSpec::new("cors", "Answers preflight requests and lets browsers read responses.")
    .attributes(&[
        Attribute::optional("allow-credentials", Accepts::Bool, "Whether cookies and the like may be sent.")
            .expression()
            .default("false"),
        Attribute::optional(
            "terminate-unmatched-request",
            Accepts::Bool,
            "Whether a request of another origin ends with an empty 200.",
        )
        .expression(),
    ])
    .children(&[Child::once(ORIGINS), Child::optional(METHODS), Child::optional(HEADERS), Child::optional(EXPOSED)])
    .order(Order::Free)
    .sections(Sections::INBOUND)
    .once(Once::PerSection);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let credentials = c.bool(element, &SPEC, "allow-credentials");
    let default = BoolOperand::Literal(c.engine.switches.cors_terminates_unmatched);
    let terminate = c.bool_or_none(element, &SPEC, "terminate-unmatched-request").unwrap_or(default);
    let mut list = |name: &str| -> Option<Vec<TextOperand>> {
        element.child(name).map(|list| list.elements().map(|entry| c.inner_text(entry)).collect())
    };
    let get_and_post = || ["GET", "POST"].map(|method| TextOperand::Literal(method.into())).into();
    let origins: Vec<_> = list("allowed-origins").unwrap_or_default().into_iter().map(Origin::from).collect();
    let methods = list("allowed-methods").unwrap_or_else(get_and_post);
    let headers = list("allowed-headers").unwrap_or_default();
    let exposed = list("expose-headers").unwrap_or_default();
    let max_age = match element.child("allowed-methods") {
        Some(methods) => c.int(methods, &METHODS, "preflight-result-max-age"),
        None => IntOperand::Literal(0),
    };
    if let Some(written) = element.child("allowed-origins")
        && origins.len() > 1
        && origins.iter().any(|origin| matches!(origin, Origin::Any))
    {
        c.warn(codes::NO_EFFECT, written.tag_span, "beside '*', which lets every origin in, others have no effect");
    }
    let at = c.emit(Cors { origins, methods, headers, exposed, max_age, credentials, terminate });
    if c.is_direct() && c.section == Section::Inbound {
        c.preflight.push(at);
        c.needs.answers_preflight = true;
    } else {
        let headline = "a 'cors' inside another policy answers no preflight requests";
        c.warn(codes::NO_PREFLIGHT, element.name_span, headline);
    }
}

#[derive(Debug)]
struct Cors {
    origins: Vec<Origin>,
    methods: Vec<TextOperand>,
    headers: Vec<TextOperand>,
    exposed: Vec<TextOperand>,
    max_age: IntOperand,
    credentials: BoolOperand,
    terminate: BoolOperand,
}

/// An origin that is allowed.
#[derive(Debug)]
enum Origin {
    Any,
    /// A URL, as it is written and as it is meant.
    Known(Box<str>, Server),
    /// Anything that is no URL, compared as text.
    Text(TextOperand),
}

/// Scheme, host and port: what makes an origin.
#[derive(Debug, PartialEq, Eq)]
struct Server {
    scheme: String,
    host: String,
    port: u16,
}

impl Server {
    fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        Some(Self { port: url.effective_port(), scheme: url.scheme, host: url.host })
    }
}

impl From<TextOperand> for Origin {
    fn from(text: TextOperand) -> Self {
        match text.literal() {
            Some("*") => Self::Any,
            Some(literal) => match Server::parse(literal) {
                Some(server) => Self::Known(literal.trim().into(), server),
                None => Self::Text(text),
            },
            None => Self::Text(text),
        }
    }
}

/// How an origin is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    None,
    /// As any other.
    Any,
    /// By its name.
    Named,
}

impl Cors {
    fn find(&self, cx: &mut StepCx<'_>, origin: &str) -> Result<Match, Box<PolicyError>> {
        // Browsers write an origin in one way, and so do documents: most are found without being taken apart.
        let written = |allowed: &Origin| matches!(allowed, Origin::Known(text, _) if **text == *origin);
        if self.origins.iter().any(written) {
            return Ok(Match::Named);
        }
        let server = Server::parse(origin);
        let mut found = Match::None;
        for allowed in &self.origins {
            let named = match allowed {
                Origin::Any => {
                    found = Match::Any;
                    continue;
                }
                Origin::Known(_, known) => server.as_ref() == Some(known),
                Origin::Text(text) => {
                    let text = text.eval(cx)?;
                    if text.trim() == "*" {
                        found = Match::Any;
                        continue;
                    }
                    let same = server.is_some() && Server::parse(&text) == server;
                    same || text.trim().eq_ignore_ascii_case(origin)
                }
            };
            if named {
                return Ok(Match::Named);
            }
        }
        Ok(found)
    }

    /// What happens to a request of an origin that is not allowed.
    fn unmatched(&self, cx: &mut StepCx<'_>) -> Result<Flow, Box<PolicyError>> {
        if self.terminate.eval(cx)? {
            cx.exchange.call.response = Some(Response { status: 200, ..Response::default() });
            return Ok(Flow::Finish);
        }
        Ok(Flow::Next)
    }

    fn actual(&self, cx: &mut StepCx<'_>) -> Result<Flow, Box<PolicyError>> {
        if cx.exchange.call.cors_matched {
            return Ok(Flow::Next);
        }
        let Some(origin) = request_header(&cx.exchange.call, &header::ORIGIN) else { return Ok(Flow::Next) };
        let found = self.find(cx, &origin)?;
        if found == Match::None {
            return self.unmatched(cx);
        }
        let mut added = self.origin_headers(cx, &origin, found)?;
        let exposed = texts(&self.exposed, cx)?;
        if !exposed.is_empty() {
            push(&mut added, header::ACCESS_CONTROL_EXPOSE_HEADERS, &exposed.join(","));
        }
        cx.exchange.call.cors_matched = true;
        cx.exchange.call.final_headers.extend(added);
        Ok(Flow::Next)
    }

    fn answer(&self, cx: &mut StepCx<'_>) -> Result<Flow, Box<PolicyError>> {
        let Some(origin) = request_header(&cx.exchange.call, &header::ORIGIN) else { return Ok(Flow::Next) };
        let found = self.find(cx, &origin)?;
        if found == Match::None {
            return self.unmatched(cx);
        }
        let mut response = Response { status: 200, ..Response::default() };
        if let Some(added) = self.preflight_headers(cx, &origin, found)? {
            response.headers.extend(added);
        }
        cx.exchange.call.response = Some(response);
        Ok(Flow::Finish)
    }

    /// The headers of a preflight response; `None` when method or headers are not allowed, so that the browser refuses.
    fn preflight_headers(
        &self,
        cx: &mut StepCx<'_>,
        origin: &str,
        found: Match,
    ) -> Result<Option<Headers>, Box<PolicyError>> {
        let (methods, headers) = (texts(&self.methods, cx)?, texts(&self.headers, cx)?);
        let call = &cx.exchange.call;
        let method = request_header(call, &header::ACCESS_CONTROL_REQUEST_METHOD).unwrap_or_default();
        let asked = request_header(call, &header::ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
        let mut names = asked.split(',').map(str::trim).filter(|name| !name.is_empty());
        if !allows(&methods, &method) || !names.all(|name| allows(&headers, name)) {
            return Ok(None);
        }
        let credentials = self.credentials.eval(cx)?;
        let mut added = self.origin_headers(cx, origin, found)?;
        push(&mut added, header::ACCESS_CONTROL_ALLOW_METHODS, &shown(&methods, &method, credentials));
        if !headers.is_empty() {
            push(&mut added, header::ACCESS_CONTROL_ALLOW_HEADERS, &shown(&headers, &asked, credentials));
        }
        let max_age = self.max_age.eval(cx)?;
        added.push((header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from(max_age)));
        Ok(Some(added))
    }

    fn origin_headers(&self, cx: &mut StepCx<'_>, origin: &str, found: Match) -> Result<Headers, Box<PolicyError>> {
        let credentials = self.credentials.eval(cx)?;
        let mut added = Vec::new();
        // With credentials `*` is no wildcard to browsers, so the origin is named, as it is when it was found by name.
        if found == Match::Any && !credentials {
            push(&mut added, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        } else {
            push(&mut added, header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            push(&mut added, header::VARY, "Origin");
        }
        if credentials {
            push(&mut added, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        Ok(added)
    }
}

type Headers = Vec<(HeaderName, HeaderValue)>;

fn push(headers: &mut Headers, name: HeaderName, value: &str) {
    headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
}

fn request_header(call: &Call, name: &HeaderName) -> Option<String> {
    let value = call.request.headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn texts(list: &[TextOperand], cx: &mut StepCx<'_>) -> Result<Vec<String>, Box<PolicyError>> {
    let mut texts =
        list.iter().map(|text| text.eval(cx).map(|text| text.trim().to_owned())).collect::<Result<Vec<_>, _>>()?;
    texts.retain(|text| !text.is_empty());
    Ok(texts)
}

fn allows(list: &[String], name: &str) -> bool {
    list.iter().any(|known| known == "*" || known.eq_ignore_ascii_case(name))
}

/// A list as a header; `*` stays one where browsers understand it, else what was asked for is named.
fn shown(list: &[String], asked: &str, credentials: bool) -> String {
    match list.iter().any(|name| name == "*") {
        true if credentials => asked.to_owned(),
        true => "*".to_owned(),
        false => list.join(","),
    }
}

impl Step for Cors {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        self.actual(cx).unwrap_or_else(Flow::Fail)
    }

    fn preflight(&self, cx: &mut StepCx<'_>) -> Flow {
        self.answer(cx).unwrap_or_else(Flow::Fail)
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use crate::engine::{Scope, Switches};
    use crate::policies::check::{Scene, inbound_findings};

    fn cors(attributes: &str, origin: &str) -> String {
        format!(
            "<cors {attributes}><allowed-origins><origin>{origin}</origin></allowed-origins>\
             <allowed-methods preflight-result-max-age=\"600\"><method>GET</method><method>PUT</method></allowed-methods>\
             <allowed-headers><header>content-type</header></allowed-headers>\
             <expose-headers><header>x-a</header><header>x-b</header></expose-headers></cors>"
        )
    }

    fn preflight(policy: &str, origin: &str, method: &str, headers: &str) -> String {
        let scene = Scene::inbound(policy)
            .method(Method::OPTIONS)
            .header("origin", origin)
            .header("access-control-request-method", method);
        let mut scene =
            if headers.is_empty() { scene } else { scene.header("access-control-request-headers", headers) };
        scene.preflight().replace('\n', "|")
    }

    const APP: &str = "https://app.example";

    #[test]
    fn a_preflight_that_matches() {
        assert_eq!(
            preflight(&cors("allow-credentials=\"true\"", "https://APP.example:443/"), APP, "PUT", "Content-Type"),
            "200 -|access-control-allow-origin: https://app.example|vary: Origin|access-control-allow-credentials: true|\
             access-control-allow-methods: GET,PUT|access-control-allow-headers: content-type|access-control-max-age: 600|\
             (none)|"
        );
        assert_eq!(
            preflight(&cors("", "*"), APP, "GET", ""),
            "200 -|access-control-allow-origin: *|access-control-allow-methods: GET,PUT|\
             access-control-allow-headers: content-type|access-control-max-age: 600|(none)|"
        );
    }

    #[test]
    fn a_preflight_that_does_not() {
        let empty = "200 -|(none)|";
        assert_eq!(preflight(&cors("", APP), "https://evil.example", "GET", ""), empty);
        assert_eq!(preflight(&cors("", APP), "http://app.example", "GET", ""), empty);
        assert_eq!(preflight(&cors("", APP), APP, "DELETE", ""), empty);
        assert_eq!(preflight(&cors("", APP), APP, "GET", "x-other"), empty);
    }

    #[test]
    fn wildcards_with_credentials_name_what_was_asked_for() {
        let policy = "<cors allow-credentials=\"true\"><allowed-origins><origin>*</origin></allowed-origins>\
                      <allowed-methods><method>*</method></allowed-methods>\
                      <allowed-headers><header>*</header></allowed-headers></cors>";
        assert_eq!(
            preflight(policy, APP, "PATCH", "x-a, x-b"),
            "200 -|access-control-allow-origin: https://app.example|vary: Origin|access-control-allow-credentials: true|\
             access-control-allow-methods: PATCH|access-control-allow-headers: x-a, x-b|access-control-max-age: 0|(none)|"
        );
    }

    /// The first that matches answers; one inside a `choose` takes no part.
    #[test]
    fn documents_in_effective_order() {
        let nested = format!("<choose><when condition=\"true\">{}</when></choose>", cors("", "*"));
        let narrow = format!("<policies><inbound>{nested}<base />{}</inbound></policies>", cors("", APP));
        let broad = format!("<policies><inbound>{}</inbound></policies>", cors("", "https://other.example"));
        let answer = |origin: &str| {
            let mut scene = Scene::new().document(Scope::Operation, &narrow).document(Scope::Global, &broad);
            scene = scene.header("origin", origin).header("access-control-request-method", "GET");
            scene.preflight().contains(&format!("access-control-allow-origin: {origin}"))
        };
        assert!(answer("https://other.example"));
        assert!(answer(APP));
        assert!(!answer("https://third.example"));
    }

    #[test]
    fn an_actual_request() {
        let mut scene = Scene::inbound(&cors("", APP)).header("origin", APP);
        scene = scene.answer(200, &[("access-control-allow-origin", "*"), ("vary", "Accept")], "b");
        assert!(scene.run().ends_with(
            "200 -\naccess-control-allow-origin: https://app.example\nvary: Accept\nvary: Origin\n\
             access-control-expose-headers: x-a,x-b\nb\n"
        ));
        assert!(!Scene::inbound(&cors("", APP)).run().contains("access-control"));
    }

    #[test]
    fn an_actual_request_of_another_origin() {
        let other = |attributes: &str| Scene::inbound(&cors(attributes, APP)).header("origin", "https://evil.example");
        assert_eq!(other("terminate-unmatched-request=\"true\"").run(), "200 -\n(none)\n");
        assert!(other("").run().starts_with("> forward"));
        let mut switched = other("");
        let switches = Switches { cors_terminates_unmatched: true, ..Switches::default() };
        switched.engine = switched.engine.with_switches(switches);
        assert_eq!(switched.run(), "200 -\n(none)\n");
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings("<cors><allowed-origins /></cors>"),
            "TG0221 policy.xml:1:26 the element 'allowed-origins' lacks its 'origin'\n  an origin, or `*`\n"
        );
    }
}
