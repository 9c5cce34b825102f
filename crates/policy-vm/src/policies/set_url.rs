//! `set-url`: where a request made by a policy goes. Only a part of other policies.

use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::Url;
use crate::operand::TextOperand;
use crate::spec::{Accepts, ElementSpec, Text};
use crate::step::StepCx;

pub(super) const SPEC: ElementSpec =
    ElementSpec::text_only("set-url", "Where the request goes: an absolute URL.", Text::Expression)
        .holds(Accepts::Name);

/// A `set-url`.
#[derive(Debug)]
pub(super) enum UrlEdit {
    Fixed(Url),
    Computed(TextOperand),
}

/// Compiles the element; `None` when something is wrong with it, which is reported.
pub(super) fn edit(c: &mut Compiler<'_>, element: &Element) -> Option<UrlEdit> {
    let text = c.inner_text(element);
    let Some(literal) = text.literal() else { return Some(UrlEdit::Computed(text)) };
    match Url::parse(literal) {
        Ok(url) => Some(UrlEdit::Fixed(url)),
        Err(error) => {
            let shown = c.checker().shown(element.inner_span);
            let headline = format!("'{shown}' is not the absolute URL of a service");
            c.error_noted(codes::INVALID_VALUE, element.span, headline, error.to_string());
            None
        }
    }
}

impl UrlEdit {
    /// The URL.
    pub(super) fn evaluate(&self, cx: &mut StepCx<'_>) -> Result<Url, Box<PolicyError>> {
        match self {
            Self::Fixed(url) => Ok(url.clone()),
            Self::Computed(text) => {
                let text = text.eval(cx)?;
                Url::parse(&text).map_err(|error| cx.bad_value(error))
            }
        }
    }
}
