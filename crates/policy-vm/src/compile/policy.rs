//! [`Compiler`]: what a policy's compilation works with. Operands come from attributes and texts, steps go to the
//! program; what an expression reads is brought into memory by a step before it.

use std::rc::Rc;
use std::sync::Arc;

use policy_parser::document::{ContentKind, Document, Element};
use policy_parser::{Diagnostic, Severity, Source, Span};

use crate::check::{self, Checker, Inner};
use crate::compile::bodies::ReadBodies;
use crate::compile::{ExpressionSink, Reads, Wanted};
use crate::edits::EditedHeaders;
use crate::engine::{Engine, Environment, Scope};
use crate::program::{Needs, Section, StepEntry, StepInfo};
use crate::spec::{Accepts, Attribute, ElementSpec, Policies};
use crate::step::{Flow, Step, StepCx};

/// Compiles the policies of one document.
pub(crate) struct Compiler<'e> {
    pub(crate) engine: &'e Engine,
    pub(crate) environment: &'e Environment,
    pub(crate) scope: Scope,
    pub(crate) section: Section,
    /// The file of the element being compiled: the document, or a fragment.
    pub(crate) file: Arc<Source>,
    pub(crate) findings: Vec<Diagnostic>,
    pub(crate) needs: Needs,
    /// Which headers of the call's messages are edited.
    pub(crate) edits: EditedHeaders,
    pub(super) sink: ExpressionSink,
    pub(super) steps: Vec<StepEntry>,
    pub(super) walk: super::walk::Walk,
    pub(super) fragments: super::fragment::Fragments,
    /// The tree that `file` was parsed to.
    pub(super) tree: Option<Rc<Document>>,
    /// The `cors` and `base` policies directly in `inbound`.
    pub(crate) preflight: Vec<u32>,
    /// What the operands read that were compiled since the last step.
    pub(super) reads: Reads,
    /// What any expression reads, while somebody wants to know: see [`Compiler::collect_reads`].
    collected: Reads,
}

/// A step that is filled in later.
#[derive(Debug)]
struct Unfilled;

impl Step for Unfilled {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        Flow::Fail(cx.fault("a step was not filled in"))
    }
}

impl<'e> Compiler<'e> {
    pub(super) fn new(engine: &'e Engine, environment: &'e Environment, scope: Scope, file: &Arc<Source>) -> Self {
        let mut sink = ExpressionSink::default();
        if engine.switches.any_result_type {
            sink.accept_any_result();
        }
        Self {
            engine,
            environment,
            scope,
            section: Section::Inbound,
            file: Arc::clone(file),
            findings: Vec::new(),
            needs: Needs::default(),
            edits: EditedHeaders::default(),
            sink,
            steps: Vec::new(),
            walk: super::walk::Walk::default(),
            fragments: super::fragment::Fragments::default(),
            tree: None,
            preflight: Vec::new(),
            reads: Reads::default(),
            collected: Reads::default(),
        }
    }

    // Findings.

    /// Adds an error in the current file.
    pub(crate) fn error(&mut self, code: &'static str, span: Span, headline: impl Into<String>) {
        self.findings.push(Diagnostic::error(code, &self.file, span, headline));
    }

    /// Adds an error with a note.
    pub(crate) fn error_noted(&mut self, code: &'static str, span: Span, headline: String, note: impl Into<String>) {
        self.findings.push(Diagnostic::error(code, &self.file, span, headline).with_note(note));
    }

    /// Adds a warning in the current file.
    pub(crate) fn warn(&mut self, code: &'static str, span: Span, headline: impl Into<String>) {
        self.findings.push(Diagnostic::warning(code, &self.file, span, headline));
    }

    /// What stands between the tags of an element, named values substituted, as the text it is.
    pub(crate) fn markup(&self, element: &Element) -> String {
        self.tree.as_ref().map(|document| document.text_at(element.inner_span)).unwrap_or_default()
    }

    /// A `forward-request` was compiled. If there can be a second one in the same call, the request must survive the
    /// first.
    pub(crate) fn forwarded(&mut self) {
        self.needs.request_headers_after_forward |= self.walk.forwards > 0 || self.walk.repeats > 0;
        self.walk.forwards += 1;
    }

    /// The number of errors so far.
    pub(crate) fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error).count()
    }

    /// The checker for elements of the current file.
    pub(crate) fn checker(&mut self) -> Checker<'_> {
        Checker { source: &self.file, findings: &mut self.findings }
    }

    // Steps.

    /// The index of the next step.
    pub(crate) fn here(&self) -> u32 {
        u32::try_from(self.steps.len()).unwrap_or(u32::MAX)
    }

    /// Adds a step, and before it one that brings into memory what the step's expressions read.
    pub(crate) fn emit(&mut self, step: impl Step + 'static) -> u32 {
        self.read_bodies();
        self.push(Box::new(step))
    }

    /// Adds a step that is filled in later, when what follows it is known.
    pub(crate) fn reserve(&mut self) -> u32 {
        self.emit(Unfilled)
    }

    /// Fills a reserved step in.
    pub(crate) fn fill(&mut self, at: u32, step: impl Step + 'static) {
        if let Some(entry) = self.steps.get_mut(at as usize) {
            entry.step = Box::new(step);
        }
    }

    /// The operands compiled for the step to come are evaluated when the response is known.
    pub(crate) fn evaluated_later(&mut self) {
        self.needs.request_headers_after_forward |= self.reads.request;
    }

    /// Adds the step that brings into memory what the operands compiled so far read, if they read anything.
    pub(crate) fn read_bodies(&mut self) {
        let reads = std::mem::take(&mut self.reads);
        self.note_reads(reads);
        if reads.request_body || reads.response_body {
            self.push(Box::new(ReadBodies { request: reads.request_body, response: reads.response_body }));
        }
    }

    /// The step to come reads this body.
    pub(crate) fn reads_body(&mut self, message: crate::host::Message) {
        match message {
            crate::host::Message::Request => self.reads.request_body = true,
            crate::host::Message::Response => self.reads.response_body = true,
        }
    }

    /// Compiles something and says what all its expressions read together.
    pub(crate) fn collect_reads(&mut self, work: impl FnOnce(&mut Self)) -> Reads {
        let outer = std::mem::take(&mut self.collected);
        work(self);
        let inner = std::mem::replace(&mut self.collected, outer);
        self.collected = self.collected.union(inner);
        inner
    }

    fn note_reads(&mut self, reads: Reads) {
        self.collected = self.collected.union(reads);
        self.needs.request_body |= reads.request_body;
        self.needs.response_body |= reads.response_body;
        self.needs.certificate |= reads.certificate;
        self.needs.request_headers_after_forward |= reads.request && self.after_forward();
    }

    /// Whether the request may have been forwarded already where the current policy runs.
    pub(crate) fn after_forward(&self) -> bool {
        matches!(self.section, Section::Outbound | Section::OnError) || self.walk.forwards > 0
    }

    fn push(&mut self, step: Box<dyn Step>) -> u32 {
        let at = self.here();
        let info = self.walk.info.clone().unwrap_or_else(|| StepInfo {
            source: "policies",
            path: Arc::default(),
            policy_id: None,
            file: Arc::clone(&self.file),
            span: Span::default(),
        });
        self.steps.push(StepEntry { step, info });
        at
    }

    /// Compiles the expressions of an element that is wrong otherwise, to report what is wrong with them as well.
    pub(super) fn survey(&mut self, element: &Element, spec: &ElementSpec) {
        for written in &element.attributes {
            let ContentKind::Expression(embedded) = &written.value.kind else { continue };
            if let Some(attribute) = spec.attribute(&written.name).filter(|attribute| attribute.expression) {
                self.expression(embedded, wanted(attribute));
            }
        }
        if let Inner::Expression(embedded, _) = check::inner(element) {
            self.expression(embedded, Wanted::Text);
        }
        for child in element.elements() {
            if let Some(known) = check::child_spec(spec, &child.name) {
                self.survey(child, &known.spec);
                if known.spec.policies != Policies::None {
                    self.body(child, known.spec.policies, known.spec.name);
                }
            }
        }
        self.reads = Reads::default();
    }
}

const fn wanted(attribute: &Attribute) -> Wanted {
    match attribute.accepts {
        Accepts::Bool => Wanted::Bool,
        Accepts::Int(..) => Wanted::Integer,
        Accepts::Value => Wanted::Variable,
        Accepts::Text | Accepts::Name | Accepts::OneOf(_) | Accepts::HeaderName | Accepts::Method => Wanted::Text,
    }
}
