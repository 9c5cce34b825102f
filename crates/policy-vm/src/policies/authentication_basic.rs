//! `authentication-basic`: Basic credentials for the backend.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, header};
use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::operand::TextOperand;
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, ElementSpec, Once, Sections};
use crate::step::{Flow, Step, StepCx};

pub(super) const SPEC: ElementSpec =
    ElementSpec::new("authentication-basic", "Sends Basic credentials to the backend.")
        .attributes(&[
            Attribute::required("username", Accepts::Text, "The user's name.").expression(),
            Attribute::required("password", Accepts::Text, "The password.").expression(),
        ])
        .sections(Sections::INBOUND)
        .once(Once::PerSection);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

/// Name and password, on their own or as part of another policy.
#[derive(Debug)]
pub(super) struct Credentials {
    username: TextOperand,
    password: TextOperand,
}

/// Compiles the element.
pub(super) fn credentials(c: &mut Compiler<'_>, element: &Element) -> Credentials {
    Credentials { username: c.text(element, &SPEC, "username"), password: c.text(element, &SPEC, "password") }
}

impl Credentials {
    /// The value of `Authorization`.
    pub(super) fn evaluate(&self, cx: &mut StepCx<'_>) -> Result<HeaderValue, Box<PolicyError>> {
        let mut pair = self.username.eval(cx)?.into_owned();
        let password = self.password.eval(cx)?;
        let _ = write!(pair, ":{password}");
        let text = format!("Basic {}", STANDARD.encode(pair.as_bytes()));
        let mut value = HeaderValue::try_from(text).map_err(|_| cx.fault("base64 is a header value"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let credentials = credentials(c, element);
    c.emit(AuthenticationBasic(credentials));
}

#[derive(Debug)]
struct AuthenticationBasic(Credentials);

impl Step for AuthenticationBasic {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.0.evaluate(cx) {
            Ok(value) => {
                cx.exchange.call.request.headers.insert(header::AUTHORIZATION, value);
                Flow::Next
            }
            Err(error) => Flow::Fail(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::policies::check::Scene;

    #[test]
    fn what_is_sent() {
        let mut scene = Scene::inbound("<authentication-basic username=\"Aladdin\" password=\"open sesame\" />")
            .header("authorization", "x");
        scene.run();
        assert!(scene.request().contains("authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    }
}
