//! `timeout` and `timeout-ms`: how long a policy that calls a service waits. Zero, which the service takes and explains
//! nowhere, is the usual time.

use std::time::Duration;

use policy_parser::document::Element;

use crate::check::{self, codes};
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::operand::IntOperand;
use crate::spec::{Accepts, Attribute, ElementSpec};
use crate::step::StepCx;

const SECONDS: &str = "timeout";

/// The time in milliseconds, in place of the one in seconds.
pub(super) const MILLIS: Attribute =
    Attribute::optional("timeout-ms", Accepts::COUNT, "The same in milliseconds.").expression();

/// How long to wait.
#[derive(Debug)]
pub(super) struct Timeout {
    seconds: IntOperand,
    millis: Option<IntOperand>,
    usual: Duration,
}

impl Timeout {
    /// Compiles the attributes; the usual time is the default of `timeout`.
    pub(super) fn compile(c: &mut Compiler<'_>, element: &Element, spec: &ElementSpec) -> Self {
        let default = spec.attribute(SECONDS).and_then(|attribute| attribute.default);
        let usual = default.and_then(check::integer).unwrap_or_default().unsigned_abs();
        for name in [SECONDS, MILLIS.name] {
            let is_zero = c.number(element, spec, name) == Some(0);
            if let Some(written) = element.attribute(name).filter(|_| is_zero) {
                let text = format!("the '{name}' of 0 has no effect: it is the usual time of {usual} seconds");
                c.warn(codes::NO_EFFECT, written.name_span, text);
            }
        }
        Self {
            seconds: c.int(element, spec, SECONDS),
            millis: c.int_or_none(element, spec, MILLIS.name),
            usual: Duration::from_secs(usual),
        }
    }

    /// The time of this call.
    pub(super) fn eval(&self, cx: &mut StepCx<'_>) -> Result<Duration, Box<PolicyError>> {
        let time = match self.millis {
            Some(millis) => Duration::from_millis(millis.eval(cx)?.unsigned_abs()),
            None => Duration::from_secs(self.seconds.eval(cx)?.unsigned_abs()),
        };
        Ok(if time.is_zero() { self.usual } else { time })
    }
}
