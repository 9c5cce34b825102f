//! Operands from attributes and texts. The element was checked against its specification before: what is missing or wrong
//! here was reported there.

use policy_parser::diagnostic::codes::ESCAPED_IN_RAW;
use policy_parser::document::{Content, ContentKind, Element, Embedded, Form};
use policy_parser::{Diagnostic, Severity, Span};

use super::policy::Compiler;
use super::{ExpressionError, Wanted};
use crate::check::{self, Inner};
use crate::operand::{BoolOperand, ChoiceOperand, HeaderOperand, IntOperand, TextOperand, ValueOperand};
use crate::spec::{Accepts, ElementSpec};
use crate::step::ExprId;

/// Stands for an expression that is wrong, which was reported: there is no program that could evaluate it.
const BROKEN: ExprId = ExprId(u32::MAX);

enum Operand {
    Literal(Box<str>),
    Expression(ExprId),
}

impl Compiler<'_> {
    /// A text attribute; its default when it is absent.
    pub(crate) fn text_or_none(&mut self, element: &Element, spec: &ElementSpec, name: &str) -> Option<TextOperand> {
        let attribute = spec.attribute(name)?;
        match element.attribute(name) {
            Some(written) => Some(self.text_content(&written.value)),
            None => attribute.default.map(|text| TextOperand::Literal(text.into())),
        }
    }

    /// A text attribute that is required or has a default.
    pub(crate) fn text(&mut self, element: &Element, spec: &ElementSpec, name: &str) -> TextOperand {
        self.text_or_none(element, spec, name).unwrap_or_else(|| TextOperand::Literal(Box::default()))
    }

    /// An attribute that names a header; `None` when it is absent, or wrong, which was reported.
    pub(crate) fn header_or_none(
        &mut self,
        element: &Element,
        spec: &ElementSpec,
        name: &str,
    ) -> Option<HeaderOperand> {
        let text = self.text_or_none(element, spec, name)?;
        match text.literal() {
            Some(literal) => check::header_name(literal).map(HeaderOperand::Literal),
            None => Some(HeaderOperand::Expression(text)),
        }
    }

    /// A boolean attribute; its default, or false, when it is absent.
    pub(crate) fn bool(&mut self, element: &Element, spec: &ElementSpec, name: &str) -> BoolOperand {
        self.bool_or_none(element, spec, name).unwrap_or(BoolOperand::Literal(false))
    }

    /// A boolean attribute; its default when it is absent.
    pub(crate) fn bool_or_none(&mut self, element: &Element, spec: &ElementSpec, name: &str) -> Option<BoolOperand> {
        match self.operand(element, spec, name, Wanted::Bool)? {
            Operand::Literal(text) => check::boolean(&text).map(BoolOperand::Literal),
            Operand::Expression(id) => Some(BoolOperand::Expression(id)),
        }
    }

    /// A whole number that is required or has a default.
    pub(crate) fn int(&mut self, element: &Element, spec: &ElementSpec, name: &str) -> IntOperand {
        self.int_or_none(element, spec, name).unwrap_or(IntOperand::Literal(0))
    }

    /// A whole number; its default when it is absent.
    pub(crate) fn int_or_none(&mut self, element: &Element, spec: &ElementSpec, name: &str) -> Option<IntOperand> {
        let (least, most) = match spec.attribute(name).map(|attribute| attribute.accepts) {
            Some(Accepts::Int(least, most)) => (least, most),
            _ => (i64::MIN, i64::MAX),
        };
        match self.operand(element, spec, name, Wanted::Integer)? {
            Operand::Literal(text) => check::integer(&text).map(IntOperand::Literal),
            Operand::Expression(id) => Some(IntOperand::Expression(id, least, most)),
        }
    }

    /// One of the words the attribute takes; required or with a default.
    pub(crate) fn choice(&mut self, element: &Element, spec: &ElementSpec, name: &str) -> ChoiceOperand {
        let words = match spec.attribute(name).map(|attribute| attribute.accepts) {
            Some(Accepts::OneOf(words)) => words,
            _ => &[],
        };
        match self.operand(element, spec, name, Wanted::Text) {
            Some(Operand::Literal(text)) => {
                ChoiceOperand::Literal(words.iter().position(|word| *word == text.trim()).unwrap_or(0))
            }
            Some(Operand::Expression(id)) => ChoiceOperand::Expression(id, words),
            None => ChoiceOperand::Literal(0),
        }
    }

    /// A value that is kept as it is.
    pub(crate) fn value_or_none(&mut self, element: &Element, spec: &ElementSpec, name: &str) -> Option<ValueOperand> {
        Some(match self.operand(element, spec, name, Wanted::Variable)? {
            Operand::Literal(text) => ValueOperand::Literal(text),
            Operand::Expression(id) => ValueOperand::Expression(id),
        })
    }

    /// An attribute that takes no expression; its default when it is absent.
    pub(crate) fn literal<'a>(&self, element: &'a Element, spec: &ElementSpec, name: &str) -> Option<&'a str> {
        match element.attribute(name).map(|written| &written.value.kind) {
            Some(ContentKind::Literal(text)) => Some(text),
            Some(ContentKind::Expression(_)) => None,
            None => spec.attribute(name).and_then(|attribute| attribute.default),
        }
    }

    /// A boolean attribute that takes no expression; its default, or false, when it is absent.
    pub(crate) fn flag(&self, element: &Element, spec: &ElementSpec, name: &str) -> bool {
        self.literal(element, spec, name).and_then(check::boolean).unwrap_or(false)
    }

    /// A whole number that is no expression; its default when it is absent.
    pub(crate) fn number(&self, element: &Element, spec: &ElementSpec, name: &str) -> Option<i64> {
        self.literal(element, spec, name).and_then(check::integer)
    }

    /// The text of an element, without white space around it.
    pub(crate) fn inner_text(&mut self, element: &Element) -> TextOperand {
        match check::inner(element) {
            Inner::Empty => TextOperand::Literal(Box::default()),
            Inner::Mixed(_) => TextOperand::Expression(BROKEN),
            Inner::Literal(text, _) => TextOperand::Literal(text.trim().into()),
            Inner::Expression(embedded, _) => self.text_expression(embedded),
        }
    }

    /// A text that is an expression.
    pub(crate) fn text_expression(&mut self, embedded: &Embedded) -> TextOperand {
        TextOperand::Expression(self.expression(embedded, Wanted::Text).unwrap_or(BROKEN))
    }

    fn text_content(&mut self, content: &Content) -> TextOperand {
        match &content.kind {
            ContentKind::Literal(text) => TextOperand::Literal(text.clone()),
            ContentKind::Expression(embedded) => self.text_expression(embedded),
        }
    }

    fn operand(&mut self, element: &Element, spec: &ElementSpec, name: &str, wanted: Wanted) -> Option<Operand> {
        let attribute = spec.attribute(name)?;
        match element.attribute(name).map(|written| &written.value.kind) {
            Some(ContentKind::Literal(text)) => Some(Operand::Literal(text.clone())),
            Some(ContentKind::Expression(embedded)) => self.expression(embedded, wanted).map(Operand::Expression),
            None => attribute.default.map(|text| Operand::Literal(text.into())),
        }
    }

    /// Compiles an expression; `None` when something is wrong with it, which is reported.
    pub(crate) fn expression(&mut self, embedded: &Embedded, wanted: Wanted) -> Option<ExprId> {
        match self.sink.compile(&embedded.text, wanted) {
            Ok(expression) => {
                self.reads = self.reads.union(expression.reads);
                let warnings = self.sink.take_warnings();
                self.report(embedded, warnings);
                Some(expression.id)
            }
            Err(errors) => {
                if let Some(expression) = self.mixed_form(embedded, wanted) {
                    return Some(expression);
                }
                self.report(embedded, errors);
                None
            }
        }
    }

    /// In a raw document, an expression that does not compile as it is written and does with its entities decoded: its
    /// author mixed the forms.
    fn mixed_form(&mut self, embedded: &Embedded, wanted: Wanted) -> Option<ExprId> {
        if self.tree.as_ref()?.form != Form::Raw {
            return None;
        }
        let decoded = embedded.decoded()?;
        let expression = self.sink.compile(&decoded.text, wanted).ok()?;
        self.reads = self.reads.union(expression.reads);
        let span = embedded.map.origin_span(Span::new(0, 2));
        let headline = "the expression is entity-escaped, the document is not";
        self.findings.push(Diagnostic::warning(ESCAPED_IN_RAW, &self.file, span, headline));
        let warnings = self.sink.take_warnings();
        self.report(&decoded, warnings);
        Some(expression.id)
    }

    fn report(&mut self, embedded: &Embedded, errors: Vec<ExpressionError>) {
        for error in errors {
            let span = embedded.map.origin_span(error.span);
            let mut finding = Diagnostic::error(error.code, &self.file, span, error.message);
            if error.warning {
                finding.severity = Severity::Warning;
            }
            self.findings.push(finding);
        }
    }
}
