//! Policies of whoever embeds the engine: an element of their own, checked and placed like any other.
//!
//! A [`CustomPolicy`] looks at the call and changes it, at once. What has to wait for the world (a backend, a cache) is what
//! the policies of the service do.

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::exchange::Call;
use crate::host::Message;
use crate::operand::TextOperand;
use crate::spec::ElementSpec;
use crate::step::{Flow, Step, StepCx};

use std::sync::Arc;

/// A policy that is not the service's. `examples/custom-policy` in the repository has one.
pub trait CustomPolicy: std::fmt::Debug + Send + Sync {
    /// What the element looks like. Documents are checked against it; mark it with [`ElementSpec::own`]. An element that
    /// the service has cannot be replaced, and neither child elements nor policies inside are given to [`Self::run`].
    fn spec(&self) -> ElementSpec;

    /// Does it: looks at the call, and changes it.
    ///
    /// # Errors
    /// What `on-error` handles and the caller sees.
    fn run(&self, call: &mut Call, attributes: &Attributes<'_>) -> Result<Then, Failure>;
}

/// How a call goes on after a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// With the next policy.
    GoOn,
    /// Not at all: [`Call::response`] goes to the caller.
    Answer,
}

/// Why a policy failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The status that the caller gets.
    pub status: u16,
    /// `context.LastError.Reason`.
    pub reason: &'static str,
    /// `context.LastError.Message`, which the caller reads as well.
    pub message: String,
}

/// The attributes of an element, expressions evaluated.
#[derive(Debug)]
pub struct Attributes<'a> {
    values: &'a [(&'static str, String)],
}

impl Attributes<'_> {
    /// The text of an attribute: what is written or what its expression gave, else the default. `None` for one that is
    /// absent and has none.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// Adds the steps of such a policy. The element was checked against its specification.
pub(crate) fn compile(c: &mut Compiler<'_>, element: &Element, policy: &Arc<dyn CustomPolicy>) {
    let spec = policy.spec();
    let attributes = spec.attributes.iter();
    let values =
        attributes.filter_map(|attribute| Some((attribute.name, c.text_or_none(element, &spec, attribute.name)?)));
    let values = values.collect();
    c.needs.request_headers_after_forward |= c.after_forward();
    // It may do what it likes.
    [Message::Request, Message::Response].into_iter().for_each(|message| c.edits.add(message, None));
    c.emit(Custom { policy: Arc::clone(policy), values });
}

#[derive(Debug)]
struct Custom {
    policy: Arc<dyn CustomPolicy>,
    values: Vec<(&'static str, TextOperand)>,
}

impl Step for Custom {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        let mut values = Vec::with_capacity(self.values.len());
        for (name, operand) in &self.values {
            match operand.eval(cx) {
                Ok(value) => values.push((*name, value.into_owned())),
                Err(error) => return Flow::Fail(error),
            }
        }
        match self.policy.run(&mut cx.exchange.call, &Attributes { values: &values }) {
            Ok(Then::GoOn) => Flow::Next,
            Ok(Then::Answer) => Flow::Finish,
            Err(failure) => Flow::Fail(cx.error(failure.status, failure.reason, failure.message)),
        }
    }
}
