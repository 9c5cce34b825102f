//! `authentication-certificate`: a client certificate for the connection to the backend.
//!
//! The engine only says which one; the host has the certificates that are named, and opens the connection.

use base64::Engine as _;
use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::host::ClientCertificate;
use crate::operand::{self, TextOperand, ValueOperand};
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, ElementSpec, Group, Sections};
use crate::step::{Flow, Step, StepCx};
use crate::value::heap::Object;

pub(super) const SPEC: ElementSpec =
    ElementSpec::new("authentication-certificate", "Shows a client certificate to the backend.")
        .attributes(&[
            Attribute::optional("thumbprint", Accepts::Text, "The SHA-1 of one of the gateway's certificates.")
                .expression(),
            Attribute::optional("certificate-id", Accepts::Text, "The name of one of the gateway's certificates.")
                .expression(),
            Attribute::optional("body", Accepts::Value, "A PFX file: bytes, or Base64.").expression(),
            Attribute::optional("password", Accepts::Text, "The password of `body`.").expression(),
        ])
        .groups(&[Group::AtLeastOne(&["thumbprint", "certificate-id", "body"])])
        .sections(Sections::INBOUND);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

/// Which certificate, on its own or as part of another policy. Of several the first in this order counts.
#[derive(Debug)]
pub(super) struct Choice {
    thumbprint: Option<TextOperand>,
    id: Option<TextOperand>,
    body: Option<ValueOperand>,
    password: TextOperand,
}

/// Compiles the element.
pub(super) fn choice(c: &mut Compiler<'_>, element: &Element) -> Choice {
    for name in ["thumbprint", "certificate-id"] {
        known_certificate(c, element, name);
    }
    Choice {
        thumbprint: c.text_or_none(element, &SPEC, "thumbprint"),
        id: c.text_or_none(element, &SPEC, "certificate-id"),
        body: c.value_or_none(element, &SPEC, "body"),
        password: c.text(element, &SPEC, "password"),
    }
}

/// Exports have no certificates: one that is missing is a call that will fail, not a document that is wrong.
fn known_certificate(c: &mut Compiler<'_>, element: &Element, attribute: &str) {
    let Some(text) = c.literal(element, &SPEC, attribute).map(plain) else { return };
    let environment = c.environment;
    let Some(known) = environment.certificates.as_ref().filter(|_| !text.is_empty()) else { return };
    if known.iter().any(|known| plain(known).eq_ignore_ascii_case(&text)) {
        return;
    }
    let span = element.attribute(attribute).map_or(element.tag_span, |written| written.value.span);
    let shown = c.checker().shown(span);
    c.warn(codes::UNKNOWN_CERTIFICATE, span, format!("there is no certificate '{shown}': calls that need it fail"));
}

/// Thumbprints are copied from where they have blanks, colons or an invisible mark in front.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != ':' && *c != '\u{200e}').collect()
}

impl Choice {
    /// The certificate.
    pub(super) fn evaluate(&self, cx: &mut StepCx<'_>) -> Result<ClientCertificate, Box<PolicyError>> {
        if let Some(text) = &self.thumbprint {
            let thumbprint = plain(&text.eval(cx)?);
            if !thumbprint.is_empty() {
                return Ok(ClientCertificate::Thumbprint(thumbprint.into()));
            }
        }
        if let Some(text) = &self.id {
            let id = text.eval(cx)?;
            if !id.trim().is_empty() {
                return Ok(ClientCertificate::Id(id.trim().into()));
            }
        }
        let Some(body) = &self.body else { return Err(cx.bad_value("The certificate is not named.")) };
        let value = body.eval(cx)?;
        let bytes = match cx.exchange.heap.get(value) {
            Some(Object::Bytes(bytes)) => bytes.clone(),
            _ => {
                let text: String = operand::text_of(cx, value)?.split_whitespace().collect();
                let decoded = base64::engine::general_purpose::STANDARD.decode(text);
                decoded.map_err(|_| cx.bad_value("The certificate is neither bytes nor Base64."))?
            }
        };
        if bytes.is_empty() {
            return Err(cx.bad_value("The certificate is empty."));
        }
        let password = self.password.eval(cx)?.as_ref().into();
        Ok(ClientCertificate::Pfx { bytes: bytes.into(), password })
    }
}

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let choice = choice(c, element);
    c.emit(AuthenticationCertificate(choice));
}

#[derive(Debug)]
struct AuthenticationCertificate(Choice);

impl Step for AuthenticationCertificate {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.0.evaluate(cx) {
            Ok(certificate) => {
                cx.exchange.call.transport.get_or_insert_default().certificate = Some(certificate);
                Flow::Next
            }
            Err(error) => Flow::Fail(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::{Environment, Scope};
    use crate::policies::check::{Scene, findings_at, inbound_findings};

    fn shown(attributes: &str) -> String {
        let mut scene = Scene::inbound(&format!("<authentication-certificate {attributes} />"));
        let shown = scene.run();
        let transport = scene.exchange.call.transport.take();
        transport.map_or(shown, |transport| format!("{:?}", transport.certificate))
    }

    #[test]
    fn which_certificate_counts() {
        assert_eq!(shown("thumbprint=\"\u{200e}ca 06:f5\""), "Some(thumbprint ca06f5)");
        assert_eq!(shown("certificate-id=\"@(&quot;erp&quot;)\""), "Some(id erp)");
        assert_eq!(shown("thumbprint=\"\" certificate-id=\"erp\" body=\"AAAA\""), "Some(id erp)");
        assert_eq!(shown("body=\"@(new byte[] { 1, 2 })\" password=\"secret\""), "Some(pfx of 2 bytes)");
        assert_eq!(shown("body=\"AAAA\""), "Some(pfx of 3 bytes)");
        assert!(shown("body=\"no Base64!\"").contains("neither bytes nor Base64"));
        assert!(shown("thumbprint=\"@(&quot;&quot;)\"").contains("The certificate is not named."));
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings("<authentication-certificate password=\"x\" />"),
            "TG0214 policy.xml:1:20 one of the attributes 'thumbprint', 'certificate-id', 'body' is needed\n"
        );
        let environment = Environment { certificates: Some(vec!["erp".into()]), ..Environment::default() };
        let document = "<policies><inbound><authentication-certificate certificate-id=\"mes\" /></inbound></policies>";
        assert_eq!(
            findings_at(Scope::Api, document, &environment),
            "TG0251 policy.xml:1:64 warning: there is no certificate 'mes': calls that need it fail\n"
        );
    }
}
