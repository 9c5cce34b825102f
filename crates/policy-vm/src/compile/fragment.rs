//! Fragments: their policies stand in the place of the `include-fragment`, their text keeps its own positions.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use policy_parser::document::{Document, Limits};
use policy_parser::{Diagnostic, Source, Span, suggest};

use super::document::parse;
use super::policy::Compiler;
use crate::check::codes;

/// Included fragments by id; `None` for one that has no tree.
pub(super) type Fragments = HashMap<String, Option<Rc<Document>>>;

/// Inlined fragments of one document. A fragment of half a megabyte included ten thousand times is no configuration.
const MOST_INCLUDES: u32 = 1000;

/// Steps of one document.
pub(super) const MOST_STEPS: u32 = 50_000;

impl Compiler<'_> {
    /// Compiles the policies of a fragment as if they stood here.
    pub(crate) fn include(&mut self, id: &str, span: Span) {
        if let Some(outer) = &self.walk.fragment {
            let headline = if outer.eq_ignore_ascii_case(id) {
                format!("the fragment '{id}' includes itself")
            } else {
                format!("the fragment '{outer}' includes the fragment '{id}'")
            };
            self.error_noted(codes::NESTED_FRAGMENT, span, headline, "a fragment cannot include fragments");
            return;
        }
        if self.walk.any_section {
            let headline = format!("a fragment includes the fragment '{id}'");
            self.error_noted(codes::NESTED_FRAGMENT, span, headline, "a fragment cannot include fragments");
            return;
        }
        self.walk.includes += 1;
        if self.walk.includes > MOST_INCLUDES || self.here() > MOST_STEPS {
            if self.walk.includes == MOST_INCLUDES + 1 {
                let headline = format!("more than {MOST_INCLUDES} fragments are included");
                self.error(codes::TOO_MANY_INCLUDES, span, headline);
            }
            return;
        }
        let environment = self.environment;
        let Some(source) = find(&environment.fragments, id) else {
            let headline = format!("there is no fragment '{id}'");
            match suggest::closest(id, environment.fragments.keys().map(String::as_str)) {
                Some(near) => {
                    self.error_noted(codes::UNKNOWN_FRAGMENT, span, headline, format!("did you mean '{near}'?"));
                }
                None => self.error(codes::UNKNOWN_FRAGMENT, span, headline),
            }
            return;
        };
        if let Some(document) = self.fragment(id, source) {
            self.inline(id, &document, span);
        }
    }

    /// The tree of a fragment; what is wrong with its text is reported once.
    fn fragment(&mut self, id: &str, source: &Arc<Source>) -> Option<Rc<Document>> {
        if let Some(known) = self.fragments.get(id) {
            return known.clone();
        }
        let parsed = parse(source, self.environment, &Limits::FRAGMENT);
        self.findings.extend(parsed.diagnostics);
        let document = parsed.document.map(Rc::new);
        if let Some(document) = &document {
            self.fragment_root(document);
        }
        self.fragments.insert(id.to_owned(), document.clone());
        document
    }

    /// The root must be `fragment` and contain a policy.
    pub(super) fn fragment_root(&mut self, document: &Document) {
        let root = &document.root;
        if &*root.name != "fragment" {
            let headline = format!("the root element of a fragment is 'fragment', not '{}'", root.name);
            self.findings.push(Diagnostic::error(codes::WRONG_ROOT, &document.source, root.name_span, headline));
        } else if root.elements().next().is_none() {
            let headline = "the fragment contains no policy";
            self.findings.push(Diagnostic::warning(codes::EMPTY_FRAGMENT, &document.source, root.tag_span, headline));
        }
    }

    fn inline(&mut self, id: &str, document: &Rc<Document>, span: Span) {
        if &*document.root.name != "fragment" {
            return;
        }
        let before = self.findings.len();
        let place = format!("{}:{}", self.file.name(), self.file.position(span.start).line);
        let outer = std::mem::replace(&mut self.file, Arc::clone(&document.source));
        let tree = self.tree.replace(Rc::clone(document));
        self.walk.fragment = Some(id.into());
        self.policies(&document.root);
        self.walk.fragment = None;
        self.tree = tree;
        self.file = outer;
        for finding in self.findings.iter_mut().skip(before) {
            finding.notes.push(format!("the fragment '{id}' is included at {place}"));
        }
    }
}

/// The fragment of that id; case counts only if there are several.
fn find<'f>(fragments: &'f HashMap<String, Arc<Source>>, id: &str) -> Option<&'f Arc<Source>> {
    if let Some(source) = fragments.get(id) {
        return Some(source);
    }
    let mut near = fragments.iter().filter(|(known, _)| known.eq_ignore_ascii_case(id));
    match (near.next(), near.next()) {
        (Some((_, source)), None) => Some(source),
        _ => None,
    }
}
