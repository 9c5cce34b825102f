//! `redirect-content-urls`: links to the backend become links to the gateway in a response's body, and the other way round
//! in a request's.
//!
//! How the service matches is not documented. Here a link is the whole base, scheme to path, ended by something that does
//! not go on with it: `https://b.example/v1` is not found in `https://b.example/v10`. Scheme and host compare without case,
//! the default port may be written or not, and slashes may be escaped as they are in some JSON.

use bytes::Bytes;
use memchr::memmem;
use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::{BackendChoice, Call, Url};
use crate::host::Message;
use crate::policies::Policy;
use crate::policies::message::{self, TooLarge};
use crate::spec::{ElementSpec, Once, Sections};
use crate::step::{Flow, Step, StepCx};

const SPEC: ElementSpec = ElementSpec::new("redirect-content-urls", "Makes links to the backend links to the gateway.")
    .sections(Sections::INBOUND.or(Sections::OUTBOUND))
    .once(Once::PerSection);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, _element: &Element) {
    c.reads_body(message::of(c.section));
    c.emit(RedirectContentUrls);
}

#[derive(Debug)]
struct RedirectContentUrls;

impl RedirectContentUrls {
    fn edit(&self, cx: &mut StepCx<'_>) -> Result<(), Box<PolicyError>> {
        let call = &cx.exchange.call;
        let (Some(backend), gateway) = (backend_base(call), gateway_base(call)) else { return Ok(()) };
        let (from, to) = match message::of(cx.section) {
            Message::Request => (gateway, backend),
            Message::Response => (backend, gateway),
        };
        message::edit_body(cx, |headers, body, limit| {
            // What is compressed has no links to be found.
            let is_plain = !headers.contains_key(http::header::CONTENT_ENCODING);
            if is_plain { replace(body, &from, &to, limit) } else { Ok(None) }
        })
    }
}

impl Step for RedirectContentUrls {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        self.edit(cx).into()
    }
}

/// The backend that is, or was, called. Of an entity the host says it when it has forwarded.
fn backend_base(call: &Call) -> Option<Url> {
    let url = match &call.backend {
        BackendChoice::Service => call.api.as_ref()?.service_url.as_ref(),
        BackendChoice::Url(url) => Some(url),
        BackendChoice::Entity(_) => call.backend_url.as_deref(),
    };
    url.cloned()
}

/// The API as the caller named it.
fn gateway_base(call: &Call) -> Url {
    let path = call.api.as_ref().map_or("", |api| api.path.as_str());
    Url { path: format!("/{}", path.trim_matches('/')), query: String::new(), ..call.original_url.clone() }
}

/// A base without the slash at its end.
fn base_text(url: &Url) -> String {
    Url { query: String::new(), ..url.clone() }.to_string().trim_end_matches('/').to_owned()
}

/// The body with every link replaced; `None` when there is none, an error when it would be too large.
fn replace(body: &[u8], from: &Url, to: &Url, limit: usize) -> Result<Option<Bytes>, TooLarge> {
    let to = base_text(to);
    let escaped_to = to.replace('/', "\\/");
    let links = Links::of(from);
    let mut out = Vec::new();
    let mut copied = 0;
    // What all links have in common is looked for first: it is rare in a text.
    for at in memmem::find_iter(body, b":") {
        let Some(link) = links.around(body, at) else { continue };
        let Some(before) = body.get(copied..link.start) else { continue };
        let to = if link.escaped { &escaped_to } else { &to };
        if out.len() + before.len() + to.len() > limit.max(body.len()) {
            return Err(TooLarge);
        }
        out.extend_from_slice(before);
        out.extend_from_slice(to.as_bytes());
        copied = link.end;
    }
    if copied == 0 {
        return Ok(None);
    }
    out.extend_from_slice(body.get(copied..).unwrap_or_default());
    if out.len() > limit.max(body.len()) { Err(TooLarge) } else { Ok(Some(out.into())) }
}

/// What is looked for.
struct Links {
    scheme: String,
    /// Host with and without the port that may be left out.
    authorities: Vec<String>,
    /// Segments of the path, each with its slash in front, plain and escaped.
    path: String,
    escaped_path: String,
}

struct Link {
    start: usize,
    end: usize,
    escaped: bool,
}

impl Links {
    fn of(url: &Url) -> Self {
        let port = url.effective_port();
        let default = Url { port: 0, scheme: url.scheme.clone(), ..Url::default() }.effective_port();
        let mut authorities = vec![format!("{}:{port}", url.host)];
        if port == default {
            authorities.push(url.host.clone());
        }
        let path = url.path.trim_end_matches('/').to_owned();
        Self { scheme: url.scheme.clone(), authorities, escaped_path: path.replace('/', "\\/"), path }
    }

    /// The link whose first colon stands at `colon`.
    fn around(&self, body: &[u8], colon: usize) -> Option<Link> {
        let start = colon.checked_sub(self.scheme.len())?;
        if !body.get(start..colon)?.eq_ignore_ascii_case(self.scheme.as_bytes())
            || start.checked_sub(1).and_then(|at| body.get(at)).is_some_and(u8::is_ascii_alphanumeric)
        {
            return None;
        }
        let rest = body.get(colon + 1..)?;
        let (rest, escaped) = match rest {
            [b'/', b'/', rest @ ..] => (rest, false),
            [b'\\', b'/', b'\\', b'/', rest @ ..] => (rest, true),
            _ => return None,
        };
        let path = if escaped { &self.escaped_path } else { &self.path };
        self.authorities.iter().find_map(|authority| {
            let (host, rest) = rest.split_at_checked(authority.len())?;
            let after =
                rest.strip_prefix(path.as_bytes()).filter(|_| host.eq_ignore_ascii_case(authority.as_bytes()))?;
            let goes_on = after.first().is_some_and(|next| {
                next.is_ascii_alphanumeric()
                    || b"-_~%@".contains(next)
                    || (*next == b':' && path.is_empty())
                    // A full stop may end a sentence.
                    || (*next == b'.' && after.get(1).is_some_and(u8::is_ascii_alphanumeric))
            });
            (!goes_on).then(|| Link { start, end: body.len() - after.len(), escaped })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::check::{Scene, inbound_findings};

    #[track_caller]
    fn check(body: &str, expected: &str) {
        let from = Url::parse("https://Backend.example/base/").unwrap();
        let to = Url::parse("http://gw.example:8080/shop").unwrap();
        let replaced = replace(body.as_bytes(), &from, &to, 10_000).unwrap();
        assert_eq!(replaced.as_deref().unwrap_or(body.as_bytes()), expected.as_bytes());
    }

    #[test]
    fn links_are_found_whole() {
        check("a https://backend.example/base/x b", "a http://gw.example:8080/shop/x b");
        check("HTTPS://BACKEND.example:443/base", "http://gw.example:8080/shop");
        check(r#"{"a":"https:\/\/backend.example\/base\/x"}"#, r#"{"a":"http:\/\/gw.example:8080\/shop\/x"}"#);
        check("<a href='https://backend.example/base?x=1'>", "<a href='http://gw.example:8080/shop?x=1'>");
        check(
            "https://backend.example/base https://backend.example/base.",
            "http://gw.example:8080/shop http://gw.example:8080/shop.",
        );
    }

    #[test]
    fn what_only_begins_like_a_link_stays() {
        for body in [
            "https://backend.example/base10",
            "https://backend.example/other",
            "https://backend.example:8443/base",
            "https://backend.example.org/base",
            "xhttps://backend.example/base",
            "http://backend.example/base",
            "https://backend.example",
            "https:",
            "",
        ] {
            check(body, body);
        }
    }

    #[test]
    fn growth_is_bounded() {
        let from = Url::parse("http://b").unwrap();
        let to = Url::parse(&format!("http://{}/", "a".repeat(50))).unwrap();
        let body = "http://b ".repeat(100);
        assert!(replace(body.as_bytes(), &from, &to, 1000).is_err());
    }

    #[test]
    fn both_directions() {
        let mut scene = Scene::outbound("<redirect-content-urls />").answer(
            200,
            &[("content-length", "99")],
            "see https://backend.example/base/orders",
        );
        assert!(scene.run().ends_with("200 -\nsee https://api.example/shop/orders\n"));
        let mut scene = Scene::inbound("<redirect-content-urls />").body("https://api.example/shop/orders");
        scene.run();
        assert!(scene.request().ends_with("\nhttps://backend.example/base/orders"));
    }

    #[test]
    fn once() {
        let found = inbound_findings("<redirect-content-urls /><redirect-content-urls />");
        assert!(found.starts_with("TG0206"), "{found}");
    }
}
