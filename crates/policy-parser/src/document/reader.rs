//! The reader: where it stands, what is open, what was wrong, and the loop over everything that can stand between
//! tags. What each of them looks like is in `tag`, `attribute`, `text` and `markup`.

use std::sync::Arc;

use super::ast::{Element, Form, Node};
use super::characters::{continues_name, is_space, starts_name};
use super::decode::Decoded;
use super::limits::Limits;
use crate::diagnostic::{Diagnostic, Severity, codes, quoted};
use crate::source::{OffsetMap, Source, Span, offset};

/// Warnings reported at most: they stop nothing, and a hundred say what the rest would.
const WARNINGS: usize = 100;

/// Reads one text in one form. Offsets are those of the text; [`Reader::span`] leads them to the file.
pub(super) struct Reader<'s> {
    /// The file.
    source: &'s Arc<Source>,
    /// What is read: the file with named values substituted.
    pub(super) text: &'s str,
    /// Leads offsets of `text` to the file.
    pub(super) origin: &'s OffsetMap,
    pub(super) limits: &'s Limits,
    form: Form,
    /// Line breaks in the expressions of attributes become spaces.
    pub(super) normalise: bool,
    /// Where it stands; always at the start of a character.
    pub(super) at: usize,
    /// The elements that are open, outermost first.
    pub(super) open: Vec<Element>,
    /// Elements that are open and too deep to be kept.
    pub(super) too_deep: usize,
    root: Option<Element>,
    second_root: bool,
    nodes: usize,
    /// Something swallowed the rest of the text, so nobody is to blame for a missing end tag.
    pub(super) cut: bool,
    /// Nothing more is read or reported.
    pub(super) stopped: bool,
    errors: usize,
    diagnostics: Vec<Diagnostic>,
    /// The value under construction.
    pub(super) value: Decoded,
    /// Expressions in raw form that have no end.
    pub(super) endless: usize,
    /// Up to here no value has quotes inside quotes, see `quotes`.
    pub(super) no_inner_quotes_before: usize,
}

/// What was read.
pub(super) struct Reading {
    pub(super) form: Form,
    pub(super) root: Option<Element>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) errors: usize,
    pub(super) stopped: bool,
}

impl<'s> Reader<'s> {
    /// A reader at the start of `text`.
    pub(super) fn new(
        source: &'s Arc<Source>,
        text: &'s str,
        origin: &'s OffsetMap,
        limits: &'s Limits,
        form: Form,
        normalise: bool,
    ) -> Self {
        Self {
            source,
            text,
            origin,
            limits,
            form,
            normalise,
            at: 0,
            open: Vec::new(),
            too_deep: 0,
            root: None,
            second_root: false,
            nodes: 0,
            cut: false,
            stopped: false,
            errors: 0,
            diagnostics: Vec::new(),
            value: Decoded::default(),
            endless: 0,
            no_inner_quotes_before: 0,
        }
    }

    /// Reads everything.
    pub(super) fn run(mut self) -> Reading {
        self.check_characters();
        self.at = if self.text.starts_with('\u{FEFF}') { 3 } else { 0 };
        self.xml_declaration();
        while self.at < self.text.len() && !self.stopped {
            let before = self.at;
            self.next();
            debug_assert!(self.at > before, "no progress at {before}");
        }
        self.finish();
        let Self { form, root, diagnostics, errors, stopped, .. } = self;
        Reading { form, root, diagnostics, errors, stopped }
    }

    /// Reads one tag, text, comment, or whatever stands there.
    fn next(&mut self) {
        if self.peek() != Some(b'<') {
            return self.text();
        }
        match self.byte(self.at + 1) {
            Some(b'/') => self.end_tag(),
            Some(b'?') => self.processing_instruction(),
            Some(b'!') if self.looks_at("<!--") => self.comment(),
            Some(b'!') if !self.looks_at("<![CDATA[") => self.declaration(),
            _ if self.name_end(self.at + 1) > self.at + 1 => self.start_tag(),
            _ => self.text(),
        }
    }

    /// Closes what is still open.
    fn finish(&mut self) {
        let end = self.text.len();
        let span = self.span(end, end);
        while !self.open.is_empty() {
            if !self.cut {
                self.report_unclosed();
            }
            self.close_innermost(span, span);
        }
        if self.root.is_none() && self.errors == 0 {
            self.error(codes::NO_ROOT, end, end, "the document has no element");
        }
    }

    /// True in raw form.
    pub(super) fn is_raw(&self) -> bool {
        self.form == Form::Raw
    }

    /// The byte at an offset.
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// The byte it stands at.
    pub(super) fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    /// True when `expected` stands where it stands.
    pub(super) fn looks_at(&self, expected: &str) -> bool {
        self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(expected.as_bytes()))
    }

    /// The text between two offsets.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'s str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The offset of the first `needle` at or after `from`.
    pub(super) fn find(&self, needle: &str, from: usize) -> Option<usize> {
        let rest = self.text.as_bytes().get(from..)?;
        memchr::memmem::find(rest, needle.as_bytes()).map(|length| from + length)
    }

    /// The offset of the first `needle` at or after `from`.
    pub(super) fn find_byte(&self, needle: u8, from: usize) -> Option<usize> {
        let rest = self.text.as_bytes().get(from..)?;
        memchr::memchr(needle, rest).map(|length| from + length)
    }

    /// The offset of the first of two bytes at or after `from`, or the end of the text.
    pub(super) fn find_either(&self, first: u8, second: u8, from: usize) -> usize {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        memchr::memchr2(first, second, rest).map_or(self.text.len(), |length| from + length)
    }

    /// The offset after the white space of markup at `from`.
    pub(super) fn space_end(&self, from: usize) -> usize {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        from + rest.iter().position(|byte| !is_space(*byte)).unwrap_or(rest.len())
    }

    /// Skips the white space of markup.
    pub(super) fn skip_space(&mut self) {
        self.at = self.space_end(self.at);
    }

    /// The offset after the name at `from`; `from` if there is none.
    pub(super) fn name_end(&self, from: usize) -> usize {
        let rest = self.slice(from, self.text.len());
        let mut characters = rest.char_indices();
        if !characters.next().is_some_and(|(_, character)| starts_name(character)) {
            return from;
        }
        from + characters.find(|(_, character)| !continues_name(*character)).map_or(rest.len(), |(at, _)| at)
    }

    /// The place in the file of a range of the text.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let span = Span::new(offset(start), offset(end));
        if self.origin.is_identity() { span } else { self.origin.origin_span(span) }
    }

    /// What the file says at a range of the text, in backticks. The text itself is never shown, since it may hold
    /// the secret value of a reference.
    pub(super) fn quoted(&self, start: usize, end: usize) -> String {
        self.file(self.span(start, end))
    }

    /// What stands at a place in the file, in backticks.
    pub(super) fn file(&self, span: Span) -> String {
        quoted(self.source.text().get(span.start as usize..span.end as usize).unwrap_or_default())
    }

    /// Reports an error at a range of the text.
    pub(super) fn error(&mut self, code: &'static str, start: usize, end: usize, headline: impl Into<String>) {
        let span = self.span(start, end);
        self.report(Diagnostic::error(code, self.source, span, headline));
    }

    /// Reports an error at a range of the text, and the way out.
    pub(super) fn error_with_note(
        &mut self,
        code: &'static str,
        start: usize,
        end: usize,
        headline: impl Into<String>,
        note: impl Into<String>,
    ) {
        let span = self.span(start, end);
        self.report(Diagnostic::error(code, self.source, span, headline).with_note(note));
    }

    /// Reports an error at a place in the file.
    pub(super) fn error_at(&mut self, code: &'static str, span: Span, headline: impl Into<String>) {
        self.report(Diagnostic::error(code, self.source, span, headline));
    }

    /// Reports a warning at a range of the text.
    pub(super) fn warning(&mut self, code: &'static str, start: usize, end: usize, headline: impl Into<String>) {
        let span = self.span(start, end);
        self.report(Diagnostic::warning(code, self.source, span, headline));
    }

    /// Keeps a diagnostic, and stops when there are too many. The limit also bounds the time of a hostile text: what
    /// looks far ahead in vain is followed by an error, or has a limit of its own.
    fn report(&mut self, diagnostic: Diagnostic) {
        if self.stopped {
            return;
        }
        match diagnostic.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning if self.diagnostics.len() - self.errors >= WARNINGS => return,
            Severity::Warning => {}
        }
        if self.errors > self.limits.errors {
            self.stopped = true;
            let headline = format!("there are more than {} errors", self.limits.errors);
            self.diagnostics.push(Diagnostic::error(codes::TOO_MANY_ERRORS, self.source, diagnostic.span, headline));
            return;
        }
        self.diagnostics.push(diagnostic);
    }

    /// Puts a finished node where it belongs.
    pub(super) fn add(&mut self, node: Node) {
        if self.too_deep > 0 {
            return;
        }
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            let headline = format!("the document has more than {} elements, texts and comments", self.limits.nodes);
            self.error_at(codes::TOO_MANY_NODES, node.span(), headline);
            self.stopped = true;
            return;
        }
        match (self.open.last_mut(), node) {
            (Some(parent), node) => parent.children.push(node),
            (None, Node::Element(element)) if self.root.is_none() => self.root = Some(element),
            // Another root was reported when it began; texts and comments beside the root mean nothing.
            (None, _) => {}
        }
    }

    /// Reports, once, that an element begins where the document is complete.
    pub(super) fn check_single_root(&mut self, name: Span) {
        if self.open.is_empty() && self.root.is_some() && !self.second_root {
            self.second_root = true;
            let headline = "the document has more than one root element";
            let note = "everything belongs inside the first";
            self.report(Diagnostic::error(codes::SECOND_ROOT, self.source, name, headline).with_note(note));
        }
    }
}
