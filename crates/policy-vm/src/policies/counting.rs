//! What the limiting policies share: whose counter it is, what callers are told, and counting when the response is known.

use std::time::Duration;

use http::{HeaderName, HeaderValue, header};
use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::engine::Scope;
use crate::error::PolicyError;
use crate::exchange::url::{COMPONENT, encode};
use crate::exchange::{Call, NameId};
use crate::host::{CounterCall, CounterMode, CounterState, HostCall, HostReply};
use crate::names;
use crate::operand::{BoolOperand, IntOperand};
use crate::spec::{Accepts, Attribute, ElementSpec};
use crate::step::{Flow, Step, StepCx};
use crate::value::Value;

pub(super) const RETRY_HEADER: Attribute =
    Attribute::optional("retry-after-header-name", Accepts::Name, "Header that says when to try again.")
        .default("Retry-After");
pub(super) const RETRY_VARIABLE: Attribute =
    Attribute::optional("retry-after-variable-name", Accepts::Name, "Variable that says when to try again.");
pub(super) const REMAINING_HEADER: Attribute =
    Attribute::optional("remaining-calls-header-name", Accepts::Name, "Header that says how many calls are left.");
pub(super) const REMAINING_VARIABLE: Attribute =
    Attribute::optional("remaining-calls-variable-name", Accepts::Name, "Variable that says how many calls are left.");
pub(super) const TOTAL_HEADER: Attribute =
    Attribute::optional("total-calls-header-name", Accepts::Name, "Header that says how many calls are allowed.");

/// Where the state of a rate limit is told.
#[derive(Debug)]
pub(super) struct Told {
    retry_header: Option<HeaderName>,
    retry_variable: Option<NameId>,
    remaining_header: Option<HeaderName>,
    remaining_variable: Option<NameId>,
    total_header: Option<HeaderName>,
}

impl Told {
    /// Compiles the attributes.
    pub(super) fn compile(c: &mut Compiler<'_>, element: &Element, spec: &ElementSpec) -> Self {
        Self {
            retry_header: header_name(c, element, spec, RETRY_HEADER.name),
            retry_variable: c.literal(element, spec, RETRY_VARIABLE.name).map(names::intern),
            remaining_header: header_name(c, element, spec, REMAINING_HEADER.name),
            remaining_variable: c.literal(element, spec, REMAINING_VARIABLE.name).map(names::intern),
            total_header: header_name(c, element, spec, TOTAL_HEADER.name),
        }
    }

    /// Tells how many calls are left, on whatever response there will be.
    pub(super) fn remaining(&self, cx: &mut StepCx<'_>, remaining: u64, total: u64) {
        let call = &mut cx.exchange.call;
        if let Some(name) = self.remaining_variable {
            call.set_variable(name, int(remaining));
        }
        if let Some(name) = &self.remaining_header {
            call.final_headers.push((name.clone(), remaining.into()));
        }
        if let Some(name) = &self.total_header {
            call.final_headers.push((name.clone(), total.into()));
        }
    }

    /// The refusal of a rate limit.
    pub(super) fn refused(&self, cx: &mut StepCx<'_>, state: &CounterState, total: u64) -> Box<PolicyError> {
        let seconds = whole_seconds(state.retry_after);
        if let Some(name) = self.retry_variable {
            cx.exchange.call.set_variable(name, int(seconds));
        }
        self.remaining(cx, 0, total);
        let mut error = cx.error(429, "RateLimitExceeded", "Rate limit is exceeded");
        error.public_message = Some(format!("Rate limit is exceeded. Try again in {seconds} seconds.").into());
        if let Some(name) = &self.retry_header {
            error.headers.push((name.clone(), HeaderValue::from(seconds)));
        }
        error
    }
}

fn header_name(c: &mut Compiler<'_>, element: &Element, spec: &ElementSpec, attribute: &str) -> Option<HeaderName> {
    let text = c.literal(element, spec, attribute)?;
    let name = HeaderName::from_bytes(text.trim().as_bytes()).ok();
    if name.is_none() {
        let span = element.attribute(attribute).map_or(element.tag_span, |written| written.value.span);
        let shown = c.checker().shown(span);
        c.error(codes::INVALID_VALUE, span, format!("'{shown}' is not the name of a header"));
    }
    name
}

fn int(n: u64) -> Value {
    Value::Int32(i32::try_from(n).unwrap_or(i32::MAX))
}

/// Rounded up, and at least one: to try again at once would be refused again.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0)).max(1)
}

/// The refusal of a quota.
pub(super) fn out_of_quota(cx: &StepCx<'_>, state: &CounterState, period: Duration) -> Box<PolicyError> {
    let what = if state.bandwidth_exhausted { "bandwidth" } else { "call volume" };
    if period.is_zero() {
        return cx.error(403, "QuotaExceeded", format!("Out of {what} quota."));
    }
    let seconds = whole_seconds(state.retry_after);
    let time = time_span(seconds);
    let message = format!("Out of {what} quota. Quota will be replenished in {time}.");
    let mut error = cx.error(403, "QuotaExceeded", message);
    error.headers.push((header::RETRY_AFTER, HeaderValue::from(seconds)));
    error
}

/// `[d.]hh:mm:ss`, as .NET writes a `TimeSpan`.
fn time_span(seconds: u64) -> String {
    let (minutes, s) = (seconds / 60, seconds % 60);
    let (hours, m) = (minutes / 60, minutes % 60);
    let (days, h) = (hours / 24, hours % 24);
    let clock = format!("{h:02}:{m:02}:{s:02}");
    if days == 0 { clock } else { format!("{days}.{clock}") }
}

/// A key made of parts, none of which can look like two.
pub(super) fn key(parts: &[&str]) -> Box<str> {
    let parts: Vec<_> = parts.iter().map(|part| encode(part, COMPONENT)).collect();
    parts.join("/").into()
}

/// What a document of a scope belongs to.
pub(super) fn owner(call: &Call, scope: Scope) -> String {
    let api = call.api.as_ref().map_or("", |api| &api.id);
    let operation = call.operation.as_ref().map_or("", |operation| &operation.id);
    match scope {
        Scope::Global | Scope::Workspace => scope.name().to_owned(),
        Scope::Product => format!("product {}", call.product.as_ref().map_or("", |product| &product.id)),
        Scope::Api => format!("api {api}"),
        Scope::Operation => format!("operation {api} {operation}"),
    }
}

/// An API or operation that a limit is for, by id or else by name.
#[derive(Debug)]
struct Place {
    id: Option<Box<str>>,
    name: Option<Box<str>>,
}

pub(super) const PLACE_ID: Attribute = Attribute::optional("id", Accepts::Name, "Its id; it wins over the name.");
pub(super) const PLACE_NAME: Attribute = Attribute::optional("name", Accepts::Name, "Its name.");

impl Place {
    fn compile(c: &mut Compiler<'_>, element: &Element) -> Self {
        // Neither attribute has a default, so what they belong to does not matter.
        let spec = &ElementSpec::new("", "");
        let place = Self {
            id: c.literal(element, spec, "id").map(Into::into),
            name: c.literal(element, spec, "name").map(Into::into),
        };
        if place.id.is_none() && place.name.is_none() {
            let headline = format!("the element '{}' needs one of the attributes 'id', 'name'", element.name);
            c.error(codes::ATTRIBUTE_GROUP, element.tag_span, headline);
        }
        place
    }

    fn is(&self, id: &str, name: &str) -> bool {
        match (&self.id, &self.name) {
            (Some(wanted), _) => wanted.eq_ignore_ascii_case(id),
            (None, Some(wanted)) => wanted.to_lowercase() == name.to_lowercase(),
            (None, None) => false,
        }
    }
}

/// A limit for all calls, for those of an API, or for those of an operation.
#[derive(Debug)]
pub(super) struct Placed<T> {
    api: Option<Place>,
    operation: Option<Place>,
    pub(super) limit: T,
}

/// The limits of an element and of the `api` and `operation` elements inside it, as far as they set one.
pub(super) fn placed<T>(
    c: &mut Compiler<'_>,
    element: &Element,
    mut read: impl FnMut(&mut Compiler<'_>, &Element) -> Option<T>,
) -> Vec<Placed<T>> {
    let mut limits = Vec::new();
    limits.extend(read(c, element).map(|limit| Placed { api: None, operation: None, limit }));
    for child in element.elements() {
        let place = Place::compile(c, child);
        let limit = read(c, child);
        if &*child.name == "operation" {
            limits.extend(limit.map(|limit| Placed { api: None, operation: Some(place), limit }));
            continue;
        }
        limits.extend(limit.map(|limit| Placed { api: Some(place), operation: None, limit }));
        for inner in child.elements() {
            let (api, operation) = (Place::compile(c, child), Place::compile(c, inner));
            let limit = read(c, inner);
            limits.extend(limit.map(|limit| Placed { api: Some(api), operation: Some(operation), limit }));
        }
    }
    limits
}

impl<T> Placed<T> {
    /// The parts of the counter's key that say which API and operation it is for; `None` when the call is none of theirs.
    pub(super) fn parts<'c>(&self, call: &'c Call) -> Option<[&'c str; 2]> {
        let (api, operation) = (call.api.as_deref(), call.operation.as_deref());
        let api = match (&self.api, api) {
            (None, _) => "",
            (Some(place), Some(api)) if place.is(&api.id, &api.name) => &api.id,
            _ => return None,
        };
        let operation = match (&self.operation, operation) {
            (None, _) => "",
            (Some(place), Some(operation)) if place.is(&operation.id, &operation.name) => &operation.id,
            _ => return None,
        };
        Some([api, operation])
    }
}

/// Several counters that a call must pass together: none is counted before all have been asked.
#[derive(Debug)]
pub(super) struct Tally {
    counts: Vec<CounterCall>,
    at: usize,
    asking: bool,
    /// The smallest number of calls left.
    pub(super) remaining: u64,
}

/// What a [`Tally`] does next.
pub(super) enum Tallied {
    Call(HostCall),
    Passed,
    Refused(CounterState),
}

impl Tally {
    /// Begins to count. One counter is checked and counted in one go.
    pub(super) fn new(counts: Vec<CounterCall>) -> Self {
        let asking = counts.len() > 1;
        Self { counts, at: 0, asking, remaining: u64::MAX }
    }

    /// The next counter.
    pub(super) fn next(&mut self) -> Tallied {
        if self.asking && self.at == self.counts.len() {
            (self.asking, self.at) = (false, 0);
        }
        match self.counts.get(self.at) {
            Some(count) if self.asking => Tallied::Call(HostCall::Count(asked(count))),
            Some(count) => Tallied::Call(HostCall::Count(count.clone())),
            None => Tallied::Passed,
        }
    }

    /// Goes on with the answer.
    pub(super) fn answered(&mut self, state: CounterState) -> Tallied {
        if !state.allowed {
            return Tallied::Refused(state);
        }
        if !self.asking {
            self.remaining = self.remaining.min(state.remaining);
        }
        self.at += 1;
        self.next()
    }
}

impl Tally {
    /// What was counted.
    pub(super) fn into_counts(self) -> Vec<CounterCall> {
        self.counts
    }
}

/// Whether a counter has room for one more: [`CounterMode::Check`] refuses what has passed its limit.
fn asked(count: &CounterCall) -> CounterCall {
    let calls = count.calls.map(|calls| calls.saturating_sub(count.increment));
    CounterCall { mode: CounterMode::Check, calls, ..count.clone() }
}

/// Counts when the response is known, because only then it is known whether and how much.
#[derive(Debug)]
pub(super) struct CountLater {
    /// The step that checked, under whose number the [`CounterCall`] is kept.
    pub(super) owner: u32,
    pub(super) condition: Option<BoolOperand>,
    pub(super) count: Option<IntOperand>,
    /// A key is counted once in a call, however many policies use it.
    pub(super) once: bool,
}

impl CountLater {
    fn call(&self, cx: &mut StepCx<'_>) -> Result<Option<HostCall>, Box<PolicyError>> {
        let Some(mut count) = cx.take_kept::<CounterCall>(self.owner) else { return Ok(None) };
        if let Some(condition) = self.condition
            && !condition.eval(cx)?
        {
            return Ok(None);
        }
        if let Some(increment) = self.count {
            count.increment = increment.eval(cx)?.unsigned_abs();
        }
        if self.once && !first_time(cx, &count.key) {
            return Ok(None);
        }
        count.mode = CounterMode::Add;
        Ok(Some(HostCall::Count(count)))
    }
}

impl Step for CountLater {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.call(cx) {
            Ok(Some(call)) => Flow::Call(call),
            Ok(None) => Flow::Next,
            Err(error) => Flow::Fail(error),
        }
    }

    fn resume(&self, _cx: &mut StepCx<'_>, _reply: HostReply) -> Flow {
        Flow::Next
    }
}

/// True when the key has not been counted in this call; from now on it has.
pub(super) fn first_time(cx: &mut StepCx<'_>, key: &str) -> bool {
    let counted = &mut cx.exchange.call.counted;
    if counted.iter().any(|known| **known == *key) {
        return false;
    }
    counted.push(key.into());
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_dotnet_does() {
        assert_eq!(time_span(1), "00:00:01");
        assert_eq!(time_span(25_280), "07:01:20");
        assert_eq!(time_span(1_952_292), "22.14:18:12");
    }

    #[test]
    fn keys_cannot_be_forged() {
        assert_ne!(key(&["a/b", "c"]), key(&["a", "b/c"]));
    }
}
