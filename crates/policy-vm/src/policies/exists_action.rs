//! `exists-action`: what an edit does with what is there already, for headers and query parameters.

use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::spec::{ElementSpec, Text};

/// What to do with what is there already, in the order of [`Action`].
pub(super) const ACTIONS: &[&str] = &["override", "skip", "append", "delete"];

/// A value of the edit; it may be empty.
pub(super) const VALUE: ElementSpec = ElementSpec::text_only("value", "A value.", Text::Expression);

/// What to do with what is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Override,
    Skip,
    Append,
    Delete,
}

impl Action {
    /// By index in [`ACTIONS`].
    pub(super) const fn from_index(index: usize) -> Self {
        match index {
            0 => Self::Override,
            1 => Self::Skip,
            2 => Self::Append,
            _ => Self::Delete,
        }
    }
}

/// Says what becomes of an edit that has no `value`.
pub(super) fn warn_without_value(c: &mut Compiler<'_>, element: &Element, action: Action, what: &str) {
    let warning = match action {
        Action::Skip | Action::Append => "without a 'value' this has no effect".to_owned(),
        Action::Override => format!("without a 'value' this removes the {what}: 'delete' says so"),
        Action::Delete => return,
    };
    c.warn(codes::NO_EFFECT, element.tag_span, warning);
}
