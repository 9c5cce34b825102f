//! Named values: `{{name}}` is replaced in the text, before anything of it is understood, once and not again in what
//! was put in.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::sync::Arc;

use super::Options;
use super::ast::Substitution;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{OffsetMap, Source, Span, offset};

/// Where the values come from. A value may be secret: no diagnostic ever shows one.
pub trait NamedValues {
    /// The value of that name.
    fn get(&self, name: &str) -> Option<&str>;

    /// The names there are, for "did you mean"; a source that cannot or will not tell has none.
    fn names(&self) -> Vec<&str> {
        Vec::new()
    }
}

/// There are none: every reference is an error.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoNamedValues;

impl NamedValues for NoNamedValues {
    fn get(&self, _name: &str) -> Option<&str> {
        None
    }
}

impl<S: BuildHasher> NamedValues for HashMap<String, String, S> {
    fn get(&self, name: &str) -> Option<&str> {
        HashMap::get(self, name).map(String::as_str)
    }

    fn names(&self) -> Vec<&str> {
        self.keys().map(String::as_str).collect()
    }
}

impl NamedValues for BTreeMap<String, String> {
    fn get(&self, name: &str) -> Option<&str> {
        BTreeMap::get(self, name).map(String::as_str)
    }

    fn names(&self) -> Vec<&str> {
        self.keys().map(String::as_str).collect()
    }
}

/// A text with its named values substituted.
pub(super) struct Expanded<'s> {
    /// The text that is read.
    pub(super) text: Cow<'s, str>,
    /// Leads its offsets back to the file; empty if nothing was replaced.
    pub(super) map: OffsetMap,
    /// What was replaced, ascending.
    pub(super) substitutions: Vec<Substitution>,
    /// References to names that do not exist, braces included, ascending.
    pub(super) unknown: Vec<Span>,
}

/// Replaces every reference whose name is known.
///
/// # Errors
///
/// When the text grows beyond its limit.
pub(super) fn substitute<'s>(source: &'s Arc<Source>, options: &Options<'_>) -> Result<Expanded<'s>, Diagnostic> {
    let file = source.text();
    let mut expanded = Expanded {
        text: Cow::Borrowed(file),
        map: OffsetMap::default(),
        substitutions: Vec::new(),
        unknown: Vec::new(),
    };
    let mut text = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(reference) = next_reference(file, at) {
        at = reference.end;
        let span = Span::new(offset(reference.start), offset(reference.end));
        let Some(value) = options.values.get(reference.name) else {
            if !reference.tripled {
                expanded.unknown.push(span);
            }
            continue;
        };
        let before = file.get(copied..reference.start).unwrap_or_default();
        expanded.map.copy(offset(text.len()), offset(copied));
        text.push_str(before);
        expanded.map.replace(offset(text.len()), span.start);
        text.push_str(value);
        expanded.substitutions.push(Substitution { span, value: value.into() });
        copied = reference.end;
        let limit = options.limits.expanded_bytes;
        if text.len() > limit {
            let headline =
                format!("with named values substituted the document has more than the {limit} bytes allowed");
            return Err(Diagnostic::error(codes::EXPANDED_TOO_LARGE, source, span, headline));
        }
    }
    if copied > 0 {
        expanded.map.copy(offset(text.len()), offset(copied));
        text.push_str(file.get(copied..).unwrap_or_default());
        expanded.text = Cow::Owned(text);
    }
    Ok(expanded)
}

/// A reference in a text.
struct Reference<'s> {
    start: usize,
    end: usize,
    name: &'s str,
    /// A third brace stands on either side. C# writes a brace and a hole that way inside an interpolated string, so
    /// such a name need not be one of ours.
    tripled: bool,
}

/// The first reference at or after `from`. Only two braces, a name without spaces and two braces are one; anything
/// else between braces belongs to C# or to a template.
fn next_reference(text: &str, from: usize) -> Option<Reference<'_>> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at += memchr::memchr(b'{', bytes.get(at..)?)?;
        let start = at;
        at += 1;
        if bytes.get(at) != Some(&b'{') {
            continue;
        }
        let rest = bytes.get(at + 1..)?;
        let length = rest.iter().position(|byte| !is_name_byte(*byte))?;
        if length == 0 || !rest.get(length..).is_some_and(|rest| rest.starts_with(b"}}")) {
            continue;
        }
        let end = at + 1 + length + 2;
        let before = start.checked_sub(1).and_then(|before| bytes.get(before));
        let tripled = before == Some(&b'{') && bytes.get(end) == Some(&b'}');
        return Some(Reference { start, end, name: text.get(at + 1..end - 2)?, tripled });
    }
}

/// Letters, digits, `-`, `.` and `_`.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}
