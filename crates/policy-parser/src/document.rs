//! Policy documents: XML whose attribute values and texts may be expressions, raw or escaped.
//!
//! Start at [`parse`]. The reader is our own because no XML library reads the raw form, where an attribute may say
//! `"@(a["b"] < c)"`, goes on after an error, or leads every byte of an expression back through entities and named
//! values to the file the user wrote.
//!
//! The way of a text: [`named_values`] are substituted, the result is read by one reader that knows both forms, and
//! references to named values that do not exist are judged when it is known in which element they stand.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::source::{Source, Span, offset};

pub mod ast;
mod attribute;
mod characters;
mod content;
mod decode;
mod embedded;
pub mod limits;
mod markup;
pub mod named_values;
mod quotes;
mod reader;
mod references;
mod tag;
mod text;

pub use ast::{Attribute, Content, ContentKind, Document, Element, Embedded, Form, Node, Substitution};
pub use limits::Limits;
pub use named_values::{NamedValues, NoNamedValues};

use named_values::Expanded;
use reader::{Reader, Reading};

/// How the expressions of a document are expected to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Escaped if the document is well-formed XML, raw otherwise. Nothing in a document announces its form.
    ///
    /// Line breaks of an expression in an attribute are kept here even if the document is well-formed: whoever wrote
    /// a `//` comment there meant it to end with its line.
    #[default]
    Auto,
    /// Plain C# in attributes and texts.
    Raw,
    /// Well-formed XML, by the letter: a line break in an attribute is a space.
    Escaped,
}

/// What [`parse_with`] needs to know.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// What `{{name}}` stands for.
    pub values: &'a dyn NamedValues,
    /// How much is read.
    pub limits: &'a Limits,
    /// How expressions are written.
    pub mode: Mode,
    /// True for an element between whose tags `{{ … }}` may be something other than a reference to a named value:
    /// known names are replaced there too, unknown ones are left alone.
    pub lenient: &'a dyn Fn(&Element) -> bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { values: &NoNamedValues, limits: &Limits::DEFAULT, mode: Mode::Auto, lenient: &|_| false }
    }
}

/// A tree, as far as there is one, and everything that is wrong with the text.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// `None` only if there is no element at all or the text was refused unread.
    pub document: Option<Document>,
    /// Sorted by position, none twice.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// True when there is something worse than a warning.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// A text that was refused.
    fn refused(diagnostic: Diagnostic) -> Self {
        Self { document: None, diagnostics: vec![diagnostic] }
    }
}

/// Parses a text known as `name`, without named values, within the default limits, in whichever form it is.
///
/// ```
/// let parsed = policy_parser::parse_document("a.xml", r#"<policies><step when="@(a["b"] < 1)"/></policies>"#);
/// assert!(!parsed.has_errors());
/// ```
#[must_use]
pub fn parse_document(name: impl Into<String>, text: impl Into<String>) -> Parsed {
    parse_with(&Source::new(name, text), &Options::default())
}

/// Parses a policy document, a fragment, or a single element, in which no element is lenient.
#[must_use]
pub fn parse(source: &Arc<Source>, values: &dyn NamedValues, limits: &Limits, mode: Mode) -> Parsed {
    parse_with(source, &Options { values, limits, mode, ..Options::default() })
}

/// Parses a policy document, a fragment, or a single element.
#[must_use]
pub fn parse_with(source: &Arc<Source>, options: &Options<'_>) -> Parsed {
    let limit = options.limits.bytes;
    if source.text().len() > limit {
        let boundary = (0..=limit).rev().find(|at| source.text().is_char_boundary(*at));
        let at = offset(boundary.unwrap_or_default());
        let headline = format!("the document has {} bytes, {limit} are allowed", source.text().len());
        return Parsed::refused(Diagnostic::error(codes::DOCUMENT_TOO_LARGE, source, Span::new(at, at), headline));
    }
    let expanded = match named_values::substitute(source, options) {
        Ok(expanded) => expanded,
        Err(diagnostic) => return Parsed::refused(diagnostic),
    };
    let reading = match options.mode {
        Mode::Raw => read(source, &expanded, options.limits, Form::Raw, false),
        Mode::Escaped => read_escaped(source, &expanded, options.limits),
        Mode::Auto => read_either(source, &expanded, options.limits),
    };
    let Reading { form, root, mut diagnostics, stopped, .. } = reading;
    note_substitutions(&mut diagnostics, &expanded.substitutions);
    let substitutions = expanded.substitutions;
    let document = root.map(|root| Document { source: Arc::clone(source), form, root, substitutions });
    if !stopped {
        references::check(source, &expanded.unknown, document.as_ref(), options, &mut diagnostics);
    }
    crate::diagnostic::sort(&mut diagnostics);
    Parsed { document, diagnostics }
}

/// Tells, where a finding lies in the text of a named value, that it does: the file shows only its name there.
fn note_substitutions(diagnostics: &mut [Diagnostic], substitutions: &[Substitution]) {
    for diagnostic in diagnostics {
        let after = substitutions.partition_point(|substitution| substitution.span.start <= diagnostic.span.start);
        let before = after.checked_sub(1).and_then(|index| substitutions.get(index));
        if before.is_some_and(|substitution| diagnostic.span.start < substitution.span.end) {
            diagnostic.notes.push("this is about the text of the named value".to_owned());
        }
    }
}

/// Reads a text in one form.
fn read(source: &Arc<Source>, expanded: &Expanded<'_>, limits: &Limits, form: Form, normalise: bool) -> Reading {
    Reader::new(source, &expanded.text, &expanded.map, limits, form, normalise).run()
}

/// Reads a text in escaped form. If that is the wrong form and the other the right one, the first error says so.
fn read_escaped(source: &Arc<Source>, expanded: &Expanded<'_>, limits: &Limits) -> Reading {
    let mut reading = read(source, expanded, limits, Form::Escaped, true);
    if reading.errors > 0 && read(source, expanded, &impatient(limits), Form::Raw, false).errors == 0 {
        crate::diagnostic::sort(&mut reading.diagnostics);
        let first = reading.diagnostics.iter_mut().find(|diagnostic| diagnostic.severity == Severity::Error);
        if let Some(first) = first {
            first.notes.push("read in raw form, the document has no errors".to_owned());
        }
    }
    reading
}

/// Limits under which reading stops at the first error, for when it is enough to know that there is one.
fn impatient(limits: &Limits) -> Limits {
    Limits { errors: 0, ..limits.clone() }
}

/// Reads a text in the form in which it has fewer errors, escaped if both have the same number: what is wrong in one
/// form only, such as `<` in an expression, is most probably not a mistake but the other form.
fn read_either(source: &Arc<Source>, expanded: &Expanded<'_>, limits: &Limits) -> Reading {
    let escaped = read(source, expanded, &impatient(limits), Form::Escaped, false);
    if escaped.errors == 0 {
        return escaped;
    }
    let raw = read(source, expanded, limits, Form::Raw, false);
    if raw.errors == 0 {
        return raw;
    }
    let escaped = read(source, expanded, limits, Form::Escaped, false);
    if escaped.errors <= raw.errors { escaped } else { raw }
}

impl Document {
    /// The text at `span` of the file with named values substituted, for elements whose content is not a tree of
    /// policies but some document of its own. Entities are left as they are.
    #[must_use]
    pub fn text_at(&self, span: Span) -> String {
        let mut text = String::with_capacity(span.len() as usize);
        let mut at = span.start;
        let first = self.substitutions.partition_point(|substitution| substitution.span.start < span.start);
        let file = |start: u32, end: u32| self.source.text().get(start as usize..end as usize).unwrap_or_default();
        for substitution in self.substitutions.iter().skip(first) {
            if substitution.span.end > span.end {
                break;
            }
            text.push_str(file(at, substitution.span.start));
            text.push_str(&substitution.value);
            at = substitution.span.end;
        }
        text.push_str(file(at, span.end));
        text
    }
}
