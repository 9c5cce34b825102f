//! The request that `send-request` and `send-one-way-request` build: new, or a copy of the current one, edited by the
//! same elements that edit messages elsewhere.

use std::time::Duration;

use http::{HeaderMap, Method, header};
use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::Body;
use crate::host::{HostCall, HostReply, Message, OutgoingRequest, Transport};
use crate::operand::ChoiceOperand;
use crate::policies::authentication_basic::{self, Credentials};
use crate::policies::authentication_managed_identity::{self, Identity};
use crate::policies::set_body::{self, BodyEdit};
use crate::policies::set_header::{self, HeaderEdit};
use crate::policies::set_method::{self, MethodEdit};
use crate::policies::set_url::{self, UrlEdit};
use crate::policies::timeout::Timeout;
use crate::policies::{authentication_certificate, message, proxy};
use crate::spec::{Accepts, Attribute, Child, ElementSpec};
use crate::step::StepCx;

const MODES: &[&str] = &["new", "copy"];

pub(super) const MODE: Attribute =
    Attribute::optional("mode", Accepts::OneOf(MODES), "An empty request, or a copy of the current one.")
        .expression()
        .default("new");

pub(super) const TIMEOUT: Attribute =
    Attribute::optional("timeout", Accepts::COUNT, "Seconds until the call fails.").expression().default("60");

pub(super) const CHILDREN: &[Child] = &[
    Child::optional(set_url::SPEC),
    Child::optional(set_method::SPEC),
    Child::repeated(set_header::SPEC),
    Child::optional(set_body::SPEC),
    Child::optional(authentication_basic::SPEC),
    Child::optional(authentication_certificate::SPEC),
    Child::optional(authentication_managed_identity::SPEC),
    Child::optional(proxy::SPEC),
];

/// Of these one is enough, and the second would take the place of the first.
pub(super) const AUTHENTICATION: &[&str] =
    &["authentication-basic", "authentication-certificate", "authentication-managed-identity"];

/// A request to be built.
#[derive(Debug)]
pub(super) struct Outgoing {
    mode: ChoiceOperand,
    url: Option<UrlEdit>,
    method: Option<MethodEdit>,
    headers: Vec<HeaderEdit>,
    body: Option<BodyEdit>,
    credentials: Option<Credentials>,
    identity: Option<Identity>,
    certificate: Option<authentication_certificate::Choice>,
    proxy: Option<proxy::Choice>,
    timeout: Timeout,
}

/// Compiles attributes and children.
pub(super) fn compile(c: &mut Compiler<'_>, element: &Element, spec: &ElementSpec) -> Outgoing {
    let mut outgoing = Outgoing {
        mode: c.choice(element, spec, "mode"),
        url: None,
        method: None,
        headers: Vec::new(),
        body: None,
        credentials: None,
        identity: None,
        certificate: None,
        proxy: None,
        timeout: Timeout::compile(c, element, spec),
    };
    for child in element.elements() {
        match &*child.name {
            "set-url" => outgoing.url = set_url::edit(c, child),
            "set-method" => outgoing.method = set_method::edit(c, child),
            "set-header" => outgoing.headers.extend(set_header::edit(c, child)),
            "set-body" => outgoing.body = set_body::edit(c, child),
            "authentication-basic" => outgoing.credentials = Some(authentication_basic::credentials(c, child)),
            "authentication-managed-identity" => {
                outgoing.identity = Some(authentication_managed_identity::identity(c, child));
            }
            "authentication-certificate" => {
                outgoing.certificate = Some(authentication_certificate::choice(c, child));
            }
            _ => outgoing.proxy = Some(proxy::choice(c, child)),
        }
    }
    let copies = !matches!(outgoing.mode, ChoiceOperand::Literal(0));
    if !copies && element.child("set-url").is_none() {
        let headline = format!("the element '{}' lacks its 'set-url'", element.name);
        c.error_noted(codes::MISSING_CHILD, element.tag_span, headline, "only mode=\"copy\" goes without");
    }
    if copies && outgoing.body.is_none() && message::of(c.section) == Message::Request {
        c.reads_body(Message::Request);
    }
    if copies && c.after_forward() {
        c.needs.request_headers_after_forward = true;
    }
    outgoing
}

impl Outgoing {
    /// What the host is asked before the request can be built, if anything.
    pub(super) fn ask(&self, cx: &mut StepCx<'_>) -> Result<Option<HostCall>, Box<PolicyError>> {
        self.identity.as_ref().map(|identity| identity.ask(cx)).transpose()
    }

    /// Builds the request with the host's answer to what it was asked before.
    pub(super) fn build_with(
        &self,
        cx: &mut StepCx<'_>,
        reply: HostReply,
    ) -> Result<Box<OutgoingRequest>, Box<PolicyError>> {
        let token = match &self.identity {
            Some(identity) => identity.got(cx, reply)?,
            None => None,
        };
        let mut request = self.build(cx)?;
        if let Some(token) = token {
            request.headers.insert(header::AUTHORIZATION, token);
        }
        Ok(request)
    }

    /// Builds the request; the current one stays as it is.
    pub(super) fn build(&self, cx: &mut StepCx<'_>) -> Result<Box<OutgoingRequest>, Box<PolicyError>> {
        let mut request = match self.mode.eval(cx)? {
            0 => blank(),
            _ => copy(cx, self.url.is_some()),
        };
        request.timeout = self.timeout.eval(cx)?;
        if let Some(url) = &self.url {
            request.url = url.evaluate(cx)?;
        }
        if let Some(method) = &self.method {
            request.method = method.evaluate(cx)?;
        }
        if self.body.is_some() {
            message::forget_encoding(&mut request.headers);
        }
        for header in &self.headers {
            header.evaluate(cx)?.apply(&mut request.headers);
        }
        if let Some(body) = &self.body {
            let bytes = body.evaluate(cx)?;
            message::replace_body(&mut request.headers, &mut request.body, bytes);
        }
        if let Some(credentials) = &self.credentials {
            request.headers.insert(header::AUTHORIZATION, credentials.evaluate(cx)?);
        }
        if let Some(certificate) = &self.certificate {
            request.transport.certificate = Some(certificate.evaluate(cx)?);
        }
        if let Some(proxy) = &self.proxy {
            request.transport.proxy = Some(proxy.evaluate(cx)?);
        }
        if request.url.host.is_empty() {
            return Err(cx.bad_value("The request has no URL."));
        }
        Ok(Box::new(request))
    }
}

fn blank() -> OutgoingRequest {
    OutgoingRequest {
        method: Method::GET,
        url: crate::exchange::Url::default(),
        headers: HeaderMap::new(),
        body: Body::None,
        timeout: Duration::ZERO,
        transport: Transport::default(),
    }
}

/// A copy of the current request. After the backend has answered its body is gone.
fn copy(cx: &StepCx<'_>, elsewhere: bool) -> OutgoingRequest {
    let request = &cx.exchange.call.request;
    let mut headers = request.headers.clone();
    headers.remove(header::CONTENT_LENGTH);
    if elsewhere {
        // The name that the client asked for is not that of another server.
        headers.remove(header::HOST);
    }
    let body = match (&request.body, message::of(cx.section)) {
        (Body::Bytes(bytes), Message::Request) => Body::Bytes(bytes.clone()),
        _ => Body::None,
    };
    OutgoingRequest { method: request.method.clone(), url: request.url.clone(), headers, body, ..blank() }
}
