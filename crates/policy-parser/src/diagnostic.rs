//! What is wrong with a text, as data: a code, a sentence, a place in the user's file, and the way out.

use std::sync::Arc;

pub mod codes;
pub mod escape;
pub mod render;

pub use escape::quoted;

use crate::source::{Source, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Works, but probably not as meant.
    Warning,
    /// There is no program.
    Error,
}

/// One finding. `headline` is understandable on its own.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Stable code: the C# compiler's own (`CS0103`) for expressions, `TG…` for everything else.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence.
    pub headline: String,
    /// The file it was found in.
    pub source: Arc<Source>,
    /// The culprit, in byte offsets of `source`.
    pub span: Span,
    /// What to do about it, or what was expected.
    pub notes: Vec<String>,
    /// The name that it is about, whole and as it is written, where somebody goes on with it.
    pub name: Option<Box<str>>,
}

impl Diagnostic {
    /// An error at `span` of `source`.
    #[must_use]
    pub fn error(code: &'static str, source: &Arc<Source>, span: Span, headline: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            headline: headline.into(),
            source: Arc::clone(source),
            span,
            notes: Vec::new(),
            name: None,
        }
    }

    /// A warning at `span` of `source`.
    #[must_use]
    pub fn warning(code: &'static str, source: &Arc<Source>, span: Span, headline: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, source, span, headline) }
    }

    /// Adds a note.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says which name it is about.
    #[must_use]
    pub fn about(mut self, name: impl Into<Box<str>>) -> Self {
        self.name = Some(name.into());
        self
    }
}

/// Sorts by file and position and removes what is there twice. Among diagnostics at one place the wider comes first.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    let key = |diagnostic: &Diagnostic| (diagnostic.span.start, std::cmp::Reverse(diagnostic.span.end));
    diagnostics.sort_by(|a, b| {
        let place = a.source.name().cmp(b.source.name()).then_with(|| key(a).cmp(&key(b)));
        place.then_with(|| a.code.cmp(b.code)).then_with(|| a.headline.cmp(&b.headline))
    });
    diagnostics.dedup_by(|a, b| {
        (a.code, a.severity, a.span) == (b.code, b.severity, b.span)
            && a.headline == b.headline
            && a.source.name() == b.source.name()
            && a.notes == b.notes
    });
}
