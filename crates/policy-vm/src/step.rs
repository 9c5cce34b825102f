//! A [`Step`]: what a policy was compiled to. Sections are lists of steps; control flow is jumps between them.

use std::any::Any;
use std::ops::Range;

use crate::cx::{Cx, MAX_OUTS};
use crate::error::PolicyError;
use crate::exception::Throw;
use crate::exchange::Exchange;
use crate::host::{Ambient, HostCall, HostError, HostErrorKind, HostReply};
use crate::program::{Program, Section, StepInfo};
use crate::value::Value;

/// One executable piece of a policy.
pub(crate) trait Step: Send + Sync + std::fmt::Debug {
    /// Does its work, or says what it needs.
    fn run(&self, cx: &mut StepCx<'_>) -> Flow;

    /// Goes on with what it asked for.
    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        let _ = reply;
        Flow::Fail(cx.fault("a step was answered that asked nothing"))
    }

    /// All it does is to go on with the next broader scope, which can then be begun with.
    fn is_base(&self) -> bool {
        false
    }

    /// The owner of a region (see [`Flow::Enter`]) sees every way out of it but the regular one: an error, or the end of
    /// the pipeline. It may clean up, and may catch an error by saying where to go on.
    fn unwind(&self, cx: &mut StepCx<'_>, error: Option<&PolicyError>) -> Unwind {
        let _ = (cx, error);
        Unwind::Continue
    }

    /// What `cors` does with a preflight request, when no other policy runs: [`Flow::Finish`] answers it.
    fn preflight(&self, cx: &mut StepCx<'_>) -> Flow {
        let _ = cx;
        Flow::Next
    }
}

/// Where a fiber goes after a step.
#[derive(Debug)]
pub(crate) enum Flow {
    /// The next step.
    Next,
    /// Another step of the same section, by its index in the program.
    Jump(u32),
    /// The host is asked; then [`Step::resume`].
    Call(HostCall),
    /// The same section of the next broader scope; then the next step.
    Base,
    /// The steps up to `end` become a region owned by this step: [`Step::unwind`]. Goes on with the next step.
    Enter {
        /// After the last step of the region.
        end: u32,
    },
    /// Runs ranges of steps side by side; then [`Step::resume`] with [`HostReply::Done`] (or fails).
    Fork {
        /// The branches.
        branches: Box<[Range<u32>]>,
        /// Go on when the first has ended, dropping the others.
        any: bool,
    },
    /// The pipeline ends with `exchange.call.response`.
    Finish,
    /// The response is there: the rest of `inbound` and the backend are left out, `outbound` follows.
    Respond,
    /// An error: regions unwind, then `on-error`.
    Fail(Box<PolicyError>),
}

/// A policy that has done what it does goes on with the next step.
impl From<Result<(), Box<PolicyError>>> for Flow {
    fn from(done: Result<(), Box<PolicyError>>) -> Self {
        match done {
            Ok(()) => Self::Next,
            Err(error) => Self::Fail(error),
        }
    }
}

/// What the owner of a region does about a way out of it.
#[derive(Debug)]
pub(crate) enum Unwind {
    /// Nothing more: the error or the end goes on outwards.
    Continue,
    /// The error is caught; go on at this step.
    Catch(u32),
    /// The host is asked to clean up; then the error or the end goes on outwards, whatever it answers.
    Call(HostCall),
}

/// An expression of a program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ExprId(pub(crate) u32);

/// The surroundings of a running step.
pub(crate) struct StepCx<'a> {
    pub(crate) exchange: &'a mut Exchange,
    pub(crate) ambient: &'a dyn Ambient,
    pub(crate) program: &'a Program,
    /// The program's number for the heap's literals.
    pub(crate) pool: u16,
    pub(crate) section: Section,
    pub(crate) info: &'a StepInfo,
    /// Which document of the pipeline, from the narrowest on.
    pub(crate) level: u16,
    /// What steps of this fiber keep: see [`StepCx::keep`].
    pub(crate) kept: &'a mut Vec<Kept>,
    /// Steps put off to the end: see [`StepCx::defer`].
    pub(crate) deferred: &'a mut Vec<Deferred>,
    /// Index of the running step.
    pub(crate) at: u32,
}

/// What a step keeps between its calls of the host, or for a later step of the same policy.
#[derive(Debug)]
pub(crate) struct Kept {
    level: u16,
    step: u32,
    value: Box<dyn Any + Send>,
}

/// Steps that run when the response is known.
#[derive(Debug)]
pub(crate) struct Deferred {
    pub(crate) level: u16,
    pub(crate) section: Section,
    pub(crate) steps: Range<u32>,
    pub(crate) kept: Option<Kept>,
    /// They run behind `on-error` too.
    pub(crate) after_errors: bool,
}

impl StepCx<'_> {
    /// Keeps a value under the number of a step of this program, in place of what was kept there before.
    pub(crate) fn keep<T: Any + Send>(&mut self, step: u32, value: T) {
        self.kept.retain(|kept| (kept.level, kept.step) != (self.level, step));
        self.kept.push(Kept { level: self.level, step, value: Box::new(value) });
    }

    /// The value kept under the number of a step.
    pub(crate) fn kept<T: Any + Send>(&mut self, step: u32) -> Option<&mut T> {
        let kept = self.kept.iter_mut().find(|kept| (kept.level, kept.step) == (self.level, step))?;
        kept.value.downcast_mut()
    }

    /// Takes the value kept under the number of a step.
    pub(crate) fn take_kept<T: Any + Send>(&mut self, step: u32) -> Option<T> {
        let at = self.kept.iter().position(|kept| (kept.level, kept.step) == (self.level, step))?;
        self.kept.swap_remove(at).value.downcast().ok().map(|value| *value)
    }

    /// Puts steps of this program off to the end of the pipeline, when the response is known. They find `value` kept
    /// under the number of the running step.
    pub(crate) fn defer<T: Any + Send>(&mut self, steps: Range<u32>, value: T) {
        let kept = Kept { level: self.level, step: self.at, value: Box::new(value) };
        let after_errors = self.program.deferred_after_errors;
        let (level, section) = (self.level, self.section);
        self.deferred.push(Deferred { level, section, steps, kept: Some(kept), after_errors });
    }

    /// Evaluates an expression.
    ///
    /// # Errors
    /// `ExpressionValueEvaluationFailure` with the exception's message.
    pub(crate) fn eval(&mut self, expression: ExprId) -> Result<Value, Box<PolicyError>> {
        self.with_cx(|cx| crate::machine::evaluate(cx, expression)).map_err(|throw| self.expression_failed(throw))
    }

    /// The text of an expression that does nothing but name one of the exchange (`context.Subscription.Id`), where it is;
    /// `None` for any other, and where there is none: evaluating it says then whether that is a null or an exception.
    pub(crate) fn lent(&self, expression: ExprId) -> Option<&str> {
        let (view, find) = self.program.code.functions.get(expression.0 as usize)?.lent?;
        find(&self.exchange.call, view)
    }

    /// Lends what native functions work with.
    pub(crate) fn with_cx<T>(&mut self, work: impl FnOnce(&mut Cx<'_>) -> T) -> T {
        let limits = &self.program.limits;
        let budget = self.exchange.expressions.budget(limits);
        let mut cx = Cx {
            heap: &mut self.exchange.heap,
            call: &mut self.exchange.call,
            ambient: self.ambient,
            stack: &mut self.exchange.stack,
            top: 0,
            code: Some(&self.program.code),
            pool: self.pool,
            budget,
            type_args: &[],
            outs: [Value::Null; MAX_OUTS],
            unwinding: crate::machine::Unwinding::default(),
        };
        let result = work(&mut cx);
        let left = cx.budget;
        self.exchange.expressions.take(&budget, &left, self.ambient);
        result
    }

    /// The error for an expression that threw.
    pub(crate) fn expression_failed(&self, throw: Throw) -> Box<PolicyError> {
        let why = match throw {
            Throw::Trap(trap) => trap.to_string(),
            Throw::Exception(handle) => match self.exchange.heap.object(handle) {
                crate::value::heap::Object::Exception(exception) => exception.message.to_string(),
                _ => String::new(),
            },
        };
        self.error(500, "ExpressionValueEvaluationFailure", format!("Expression evaluation failed. {why}"))
    }

    /// An error of the running policy.
    pub(crate) fn error(&self, status: u16, reason: &'static str, message: impl Into<String>) -> Box<PolicyError> {
        Box::new(PolicyError {
            source: self.info.source.into(),
            reason: reason.into(),
            message: message.into(),
            scope: self.program.scope.name().into(),
            section: self.section.name().into(),
            path: self.info.path.to_string(),
            policy_id: self.info.policy_id.as_deref().unwrap_or_default().to_owned(),
            status,
            ..PolicyError::default()
        })
    }

    /// An expression gave a value that its place cannot use.
    pub(crate) fn bad_value(&self, why: impl std::fmt::Display) -> Box<PolicyError> {
        self.error(500, "ExpressionValueEvaluationFailure", format!("Expression evaluation failed. {why}"))
    }

    /// The error for a host that could not do what it was asked.
    pub(crate) fn host_failed(&self, error: &HostError) -> Box<PolicyError> {
        let (status, reason) = match error.kind {
            HostErrorKind::Timeout => (500, "Timeout"),
            HostErrorKind::Connection => (500, "BackendConnectionFailure"),
            HostErrorKind::ClientGone => (500, "ClientConnectionFailure"),
            HostErrorKind::BodyTooLarge => (500, "BodyTooLarge"),
            HostErrorKind::RequestBodyTooLarge => (413, "BodyTooLarge"),
            HostErrorKind::Unavailable => (503, "BackendUnavailable"),
            HostErrorKind::Refused => (500, "NotAvailable"),
        };
        let mut failure = self.error(status, reason, error.message.clone());
        failure.public_message = match status {
            413 => Some("Request body is too large".into()),
            // Neither the backend's name nor its state is the caller's business.
            503 => Some("Service Unavailable".into()),
            _ => failure.public_message,
        };
        failure
    }

    /// An error that only a bug can cause.
    pub(crate) fn fault(&self, what: &str) -> Box<PolicyError> {
        self.error(500, "InternalFault", format!("internal fault: {what}"))
    }
}
