//! `authentication-managed-identity`: an access token of the gateway's identity, for the backend or into a variable.

use http::{HeaderValue, header};
use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::NameId;
use crate::host::{HostCall, HostReply};
use crate::names;
use crate::operand::{TextOperand, new_string};
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, ElementSpec, Scopes};
use crate::step::{Flow, Step, StepCx};

pub(super) const SPEC: ElementSpec =
    ElementSpec::new("authentication-managed-identity", "Sends an access token of the gateway's identity.")
        .attributes(&[
            Attribute::required("resource", Accepts::Text, "What the token is for.").expression(),
            Attribute::optional("client-id", Accepts::Text, "The identity, where it is not the gateway's own."),
            Attribute::optional(
                "output-token-variable-name",
                Accepts::Name,
                "The variable that gets the token; the header is left alone then.",
            ),
            Attribute::optional("ignore-error", Accepts::Bool, "Whether to go on without a token.").default("false"),
        ])
        .scopes(Scopes::WITHOUT_WORKSPACE);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

/// Whose token for what, on its own or as part of another policy.
#[derive(Debug)]
pub(super) struct Identity {
    resource: TextOperand,
    client_id: Option<Box<str>>,
    variable: Option<NameId>,
    ignore_error: bool,
}

/// Compiles the element.
pub(super) fn identity(c: &mut Compiler<'_>, element: &Element) -> Identity {
    Identity {
        resource: c.text(element, &SPEC, "resource"),
        client_id: c.literal(element, &SPEC, "client-id").map(str::trim).filter(|id| !id.is_empty()).map(Box::from),
        variable: c.literal(element, &SPEC, "output-token-variable-name").map(names::intern),
        ignore_error: c.flag(element, &SPEC, "ignore-error"),
    }
}

impl Identity {
    /// What the host is asked.
    pub(super) fn ask(&self, cx: &mut StepCx<'_>) -> Result<HostCall, Box<PolicyError>> {
        let resource = self.resource.eval(cx)?.into();
        Ok(HostCall::GetToken { resource, client_id: self.client_id.clone() })
    }

    /// The value of `Authorization`, if there is one to set. A variable gets the token instead.
    pub(super) fn got(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Result<Option<HeaderValue>, Box<PolicyError>> {
        let token = match reply {
            HostReply::Token(Ok(token)) => token,
            HostReply::Token(Err(_)) | HostReply::Failed(_) if self.ignore_error => Box::default(),
            HostReply::Token(Err(error)) | HostReply::Failed(error) => {
                return Err(cx.error(500, "ManagedIdentityTokenFailure", error.message));
            }
            _ => return Err(cx.fault("a token was asked for")),
        };
        if let Some(name) = self.variable {
            let value = new_string(cx, &token)?;
            cx.exchange.call.set_variable(name, value);
            return Ok(None);
        }
        if token.is_empty() {
            return Ok(None);
        }
        let mut value = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| cx.error(500, "ManagedIdentityTokenFailure", "The token is no header value."))?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let identity = identity(c, element);
    c.emit(AuthenticationManagedIdentity(identity));
}

#[derive(Debug)]
struct AuthenticationManagedIdentity(Identity);

impl Step for AuthenticationManagedIdentity {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        self.0.ask(cx).map_or_else(Flow::Fail, Flow::Call)
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        match self.0.got(cx, reply) {
            Ok(Some(value)) => {
                cx.exchange.call.request.headers.insert(header::AUTHORIZATION, value);
                Flow::Next
            }
            Ok(None) => Flow::Next,
            Err(error) => Flow::Fail(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::policies::check::Scene;

    fn scene(attributes: &str) -> Scene {
        let text = format!("<authentication-managed-identity resource=\"https://r\" {attributes} />");
        Scene::inbound(&text).header("authorization", "old")
    }

    #[test]
    fn the_header_or_a_variable() {
        let mut header = scene("client-id=\"id\"").token("https://r", "t1");
        assert!(header.run().starts_with("> token https://r Some(\"id\")\n> forward"));
        assert!(header.request().contains("authorization: Bearer t1\n"));
        let mut variable = scene("output-token-variable-name=\"tok\" client-id=\"\"").token("https://r", "t2");
        assert!(variable.run().starts_with("> token https://r None\n"));
        assert!(variable.request().contains("authorization: old\n"));
        assert_eq!(variable.variable("tok"), "\"t2\"");
    }

    #[test]
    fn failures() {
        let shown = scene("").run();
        assert!(
            shown.ends_with(
                "! authentication-managed-identity ManagedIdentityTokenFailure: no token for https://r \
                 (api/inbound/authentication-managed-identity/)\n"
            ),
            "{shown}"
        );
        let mut ignored = scene("ignore-error=\"true\"");
        assert!(ignored.run().contains("> forward"));
        assert!(ignored.request().contains("authorization: old\n"));
        let mut variable = scene("ignore-error=\"true\" output-token-variable-name=\"none\"");
        variable.run();
        assert_eq!(variable.variable("none"), "\"\"");
        assert!(scene("").token("https://r", "a\nb").run().contains("The token is no header value."));
    }

    #[test]
    fn inside_send_request() {
        let mut scene = Scene::inbound(
            "<send-request response-variable-name=\"r\"><set-url>https://a/</set-url>\
             <authentication-managed-identity resource=\"https://r\" /></send-request>",
        )
        .token("https://r", "t3");
        assert!(
            scene
                .run()
                .starts_with("> token https://r None\n> send GET https://a/ authorization: Bearer t3; (none) 60s\n")
        );
    }
}
