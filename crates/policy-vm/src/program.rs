//! [`Program`]: one compiled document; [`Pipeline`]: the documents of a call's scopes, chained by `<base/>`.

use std::ops::Range;
use std::sync::Arc;

use policy_parser::{Source, Span};

use crate::edits::EditedHeaders;
use crate::engine::{Limits, Scope};
use crate::step::Step;
use crate::value::heap::Pool;

/// The four sections of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// The request, before the backend.
    Inbound,
    /// Around the call to the backend.
    Backend,
    /// The response, before the caller.
    Outbound,
    /// Entered when any of the others fails.
    OnError,
}

impl Section {
    /// All four in the order of the document.
    pub const ALL: [Self; 4] = [Self::Inbound, Self::Backend, Self::Outbound, Self::OnError];

    /// The element's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Backend => "backend",
            Self::Outbound => "outbound",
            Self::OnError => "on-error",
        }
    }
}

/// One compiled document. Immutable; shared by all runs.
#[derive(Debug)]
pub struct Program {
    pub(crate) scope: Scope,
    pub(crate) source: Arc<Source>,
    /// The steps of all sections, one after the other.
    pub(crate) steps: Vec<StepEntry>,
    /// Which steps are whose, in the order of [`Section::ALL`]; `None` for a section that is not there.
    pub(crate) sections: [Option<Range<u32>>; 4],
    /// The `cors` and `base` policies directly in `inbound`: all there is to a preflight request.
    pub(crate) preflight: Vec<u32>,
    /// Compiled functions of all expressions, with what they refer to.
    pub(crate) code: crate::bytecode::Code,
    /// The literals.
    pub(crate) pool: Arc<Pool>,
    pub(crate) limits: Limits,
    pub(crate) needs: Needs,
    pub(crate) edits: EditedHeaders,
    /// Steps that were put off also run behind `on-error`.
    pub(crate) deferred_after_errors: bool,
}

/// A step with what an error says about it.
#[derive(Debug)]
pub(crate) struct StepEntry {
    pub(crate) step: Box<dyn Step>,
    pub(crate) info: StepInfo,
}

/// What `context.LastError` says about a step.
#[derive(Debug, Clone)]
pub struct StepInfo {
    /// The policy's element name.
    pub source: &'static str,
    /// `choose[3]/when[2]`.
    pub path: Arc<str>,
    /// The policy's `id`.
    pub policy_id: Option<Arc<str>>,
    /// The file it stands in: the document, or a fragment.
    pub file: Arc<Source>,
    /// Where it stands.
    pub span: Span,
}

/// What a program needs from its host: the compiler knows, the gateway does not guess.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// Some policy or expression reads the request's body.
    pub request_body: bool,
    /// Some policy or expression reads the response's body.
    pub response_body: bool,
    /// Some expression reads the client's certificate.
    pub certificate: bool,
    /// Something reads the request's headers after it was forwarded, so the host must keep them.
    pub request_headers_after_forward: bool,
    /// There is a policy directly in `inbound` that answers preflight requests.
    pub answers_preflight: bool,
}

impl Needs {
    /// What either needs.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self {
            request_body: self.request_body | other.request_body,
            response_body: self.response_body | other.response_body,
            certificate: self.certificate | other.certificate,
            request_headers_after_forward: self.request_headers_after_forward | other.request_headers_after_forward,
            answers_preflight: self.answers_preflight | other.answers_preflight,
        }
    }
}

impl Program {
    /// What running it needs.
    #[must_use]
    pub const fn needs(&self) -> Needs {
        self.needs
    }

    /// The scope it was compiled for.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// The steps of a section, unless all there is to it is `<base/>`.
    fn work(&self, section: Section) -> Option<Range<u32>> {
        let steps = self.sections.get(section as usize)?.clone()?;
        let only = self.steps.get(steps.start as usize).filter(|_| steps.len() == 1);
        if only.is_some_and(|only| only.step.is_base()) { None } else { Some(steps) }
    }

    /// The document it was compiled from.
    #[must_use]
    pub const fn source(&self) -> &Arc<Source> {
        &self.source
    }
}

/// The documents that apply to a call, narrow to broad: `<base/>` in one runs the same section of the next.
#[derive(Debug, Clone, Default)]
pub struct Pipeline {
    pub(crate) programs: Vec<Arc<Program>>,
    /// For each document and section: the first at or after it that has something to do there.
    ways: Vec<[Option<Way>; 4]>,
}

/// Steps of one of a pipeline's documents.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) level: u16,
    pub(crate) steps: Range<u32>,
}

impl Pipeline {
    /// Chains documents; they are put in order by scope, narrowest first.
    #[must_use]
    pub fn new(programs: impl IntoIterator<Item = Arc<Program>>) -> Self {
        let mut programs: Vec<_> = programs.into_iter().collect();
        programs.sort_by_key(|program| std::cmp::Reverse(program.scope));
        let mut ways = vec![[const { None }; 4]; programs.len()];
        let mut next = [const { None }; 4];
        for (level, program) in programs.iter().enumerate().rev() {
            for (next, section) in next.iter_mut().zip(Section::ALL) {
                // A document without the section behaves as if it held `<base/>`.
                if let Some(steps) = program.work(section) {
                    *next = Some(Way { level: u16::try_from(level).unwrap_or(u16::MAX), steps });
                }
            }
            if let Some(way) = ways.get_mut(level) {
                way.clone_from(&next);
            }
        }
        Self { programs, ways }
    }

    /// Where a section goes on at, or after, one of the documents.
    pub(crate) fn way(&self, section: Section, level: usize) -> Option<&Way> {
        self.ways.get(level)?.get(section as usize)?.as_ref()
    }

    /// What running it needs.
    #[must_use]
    pub fn needs(&self) -> Needs {
        self.programs.iter().fold(Needs::default(), |needs, program| needs.union(program.needs))
    }

    /// Which headers its policies edit.
    #[must_use]
    pub fn edited_headers(&self) -> EditedHeaders {
        let mut all = EditedHeaders::default();
        self.programs.iter().for_each(|program| all.add_all(&program.edits));
        all
    }
}
