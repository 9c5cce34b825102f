//! From the text of a document to its [`Program`]: sections, the one rule about `backend`, the parts put together.

use std::rc::Rc;
use std::sync::Arc;

use policy_parser::diagnostic::{self, codes as parser_codes};
use policy_parser::document::{
    ContentKind, Document, Element, Limits, Mode, NamedValues, Node, Options, Parsed, parse_with,
};
use policy_parser::{Diagnostic, Source, Span, suggest};

use super::fragment::MOST_STEPS;
use super::policy::Compiler;
use super::secret;
use crate::check::{self, codes};
use crate::engine::{Compiled, Engine, Environment, Scope};
use crate::policies;
use crate::program::{Program, Section};

impl NamedValues for Environment {
    fn get(&self, name: &str) -> Option<&str> {
        self.named_values.get(name).map(|named| named.value.as_str())
    }

    fn names(&self) -> Vec<&str> {
        self.named_values.keys().map(String::as_str).collect()
    }
}

/// Compiles a document.
pub(crate) fn compile(engine: &Engine, source: &Arc<Source>, scope: Scope, environment: &Environment) -> Compiled {
    let parsed = parse(source, environment, &Limits::DEFAULT);
    let mut compiler = Compiler::new(engine, environment, scope, source);
    compiler.findings = parsed.diagnostics;
    let tree = parsed.document.map(Rc::new);
    compiler.tree.clone_from(&tree);
    let sections = tree.map(|document| compiler.sections(&document));
    let sound = compiler.errors() == 0;
    let (diagnostics, program) = match sections {
        Some(sections) if sound => {
            let (findings, program) = compiler.finish(sections);
            (findings, Some(Arc::new(program)))
        }
        _ => (compiler.findings, None),
    };
    Compiled { program, diagnostics: told(diagnostics, source, environment) }
}

/// Checks a fragment on its own: everything but what depends on where it is included.
pub(crate) fn check_fragment(engine: &Engine, source: &Arc<Source>, environment: &Environment) -> Vec<Diagnostic> {
    let parsed = parse(source, environment, &Limits::FRAGMENT);
    let mut compiler = Compiler::new(engine, environment, Scope::Operation, source);
    compiler.findings = parsed.diagnostics;
    if let Some(document) = parsed.document.map(Rc::new) {
        compiler.tree = Some(Rc::clone(&document));
        compiler.fragment_root(&document);
        if &*document.root.name == "fragment" {
            compiler.walk.any_section = true;
            compiler.policies(&document.root);
        }
    }
    told(compiler.findings, source, environment)
}

/// Parses a document or fragment with the environment's named values.
pub(super) fn parse(source: &Arc<Source>, environment: &Environment, limits: &Limits) -> Parsed {
    // Where double braces are the text's own, as in templates, those that name no known value stay as they are.
    let lenient = |element: &Element| {
        let own = policies::find(&element.name).and_then(|policy| policy.spec.own_braces);
        own.is_some_and(|(attribute, value)| match element.attribute(attribute).map(|written| &written.value.kind) {
            Some(ContentKind::Literal(text)) => text.trim() == value,
            _ => false,
        })
    };
    parse_with(source, &Options { values: environment, limits, mode: Mode::Auto, lenient: &lenient })
}

/// As they are told: no secrets, in the order of the file; findings in fragments follow those of the document.
fn told(mut findings: Vec<Diagnostic>, source: &Arc<Source>, environment: &Environment) -> Vec<Diagnostic> {
    without_consequences(&mut findings);
    secret::hide(&mut findings, environment);
    diagnostic::sort(&mut findings);
    findings.sort_by_key(|finding| !Arc::ptr_eq(&finding.source, source));
    findings
}

/// Takes out what is only said because a named value is missing: nobody knows what should stand there.
fn without_consequences(findings: &mut Vec<Diagnostic>) {
    let missing = |finding: &Diagnostic| finding.code == parser_codes::UNKNOWN_NAMED_VALUE;
    let places: Vec<_> = findings.iter().filter(|finding| missing(finding)).map(place).collect();
    if places.is_empty() {
        return;
    }
    let overlap = |(one_source, one): &(Arc<Source>, Span), (source, span): &(Arc<Source>, Span)| {
        Arc::ptr_eq(one_source, source) && one.start < span.end && span.start < one.end
    };
    findings.retain(|finding| {
        let here = place(finding);
        missing(finding) || !places.iter().any(|there| overlap(there, &here))
    });
}

fn place(finding: &Diagnostic) -> (Arc<Source>, Span) {
    (Arc::clone(&finding.source), finding.span)
}

/// The steps of each section, in the order of [`Section::ALL`].
type Sections = [Option<std::ops::Range<u32>>; 4];

impl Compiler<'_> {
    fn sections(&mut self, document: &Document) -> Sections {
        let mut sections = Sections::default();
        let root = &document.root;
        if &*root.name != "policies" {
            let headline = format!("the root element of a document is 'policies', not '{}'", root.name);
            let note = match &*root.name {
                "fragment" => "a fragment is included by documents; it does not run on its own".to_owned(),
                _ => "a document is <policies> with the sections inbound, backend, outbound and on-error".to_owned(),
            };
            self.error_noted(codes::WRONG_ROOT, root.name_span, headline, note);
            return sections;
        }
        for node in &root.children {
            match node {
                Node::Element(element) => self.section(element, &mut sections),
                node if check::is_blank(node) => {}
                node => self.error(codes::UNEXPECTED_TEXT, node.span(), "the element 'policies' cannot contain text"),
            }
        }
        if self.here() > MOST_STEPS {
            let headline = format!("the document has more than the {MOST_STEPS} steps allowed");
            self.error(codes::TOO_MANY_STEPS, root.name_span, headline);
        }
        sections
    }

    fn section(&mut self, element: &Element, sections: &mut Sections) {
        let Some(section) = Section::ALL.into_iter().find(|section| section.name() == &*element.name) else {
            let headline = format!("the element 'policies' has invalid child element '{}'", element.name);
            let names = || Section::ALL.into_iter().map(Section::name);
            let note = match suggest::closest(&element.name, names()) {
                Some(near) => format!("did you mean '{near}'?"),
                None => format!("possible elements: {}", check::list(&names().collect::<Vec<_>>())),
            };
            self.error_noted(codes::UNKNOWN_SECTION, element.name_span, headline, note);
            return;
        };
        for written in &element.attributes {
            let headline = format!("the '{}' attribute is not declared", written.name);
            self.error(codes::UNKNOWN_ATTRIBUTE, written.name_span, headline);
        }
        if section == Section::Backend {
            self.single_backend_policy(element);
        }
        self.section = section;
        self.walk.begin_section();
        let start = self.here();
        self.policies(element);
        let steps = start..self.here();
        match sections.get_mut(section as usize) {
            Some(Some(_)) => {
                let headline = format!("the section '{}' is there twice", section.name());
                self.error(codes::REPEATED_SECTION, element.name_span, headline);
            }
            Some(slot) => *slot = Some(steps),
            None => {}
        }
    }

    /// The service refuses a second policy directly in `backend`; here it runs unless somebody wants it refused.
    fn single_backend_policy(&mut self, element: &Element) {
        let Some(second) = element.elements().nth(1) else { return };
        let headline = "the section 'backend' contains more than one policy";
        let code = codes::BACKEND_POLICIES;
        let finding = if self.engine.switches.single_backend_policy {
            Diagnostic::error(code, &self.file, second.name_span, headline)
        } else {
            Diagnostic::warning(code, &self.file, second.name_span, headline)
        };
        let note = "the service takes one; put them inside a single policy such as 'retry' or 'choose'";
        self.findings.push(finding.with_note(note));
    }

    fn finish(self, sections: Sections) -> (Vec<Diagnostic>, Program) {
        let (mut code, pool) = self.sink.finish();
        code.strict_variables = self.engine.switches.strict_variables;
        let program = Program {
            scope: self.scope,
            source: self.file,
            steps: self.steps,
            sections,
            preflight: self.preflight,
            code,
            pool,
            limits: self.engine.limits.clone(),
            needs: self.needs,
            edits: self.edits,
            deferred_after_errors: self.engine.switches.count_failed_calls,
        };
        (self.findings, program)
    }
}

#[cfg(test)]
mod tests;
