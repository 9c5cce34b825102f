//! What the limiting policies share: whose counter it is, what callers are told, and counting when the response is known.

mod place;
mod tally;
mod together;

use std::time::Duration;

use http::{HeaderName, HeaderValue, header};
use policy_parser::document::Element;

use crate::check::{self, codes};
use crate::compile::Compiler;
use crate::engine::Scope;
use crate::error::PolicyError;
use crate::exchange::url::{COMPONENT, encode_into};
use crate::exchange::{Call, NameId};
use crate::host::{CounterCall, CounterKind, CounterMode, CounterState, HostCall, HostReply};
use crate::names;
use crate::operand::{BoolOperand, IntOperand};
use crate::policies::message;
use crate::spec::{Accepts, Attribute, ElementSpec};
use crate::step::{Flow, Step, StepCx};
use crate::value::Value;

pub(super) use place::{PLACE, PLACE_ID, PLACE_NAME, Placed, placed};
pub(super) use tally::{Count, Tallied, Tally};
pub(super) use together::{Limits, Together, unanswered};

pub(super) const RETRY_HEADER: Attribute = RETRY_HEADER_OF_PART.default("Retry-After");
pub(super) const RETRY_HEADER_OF_PART: Attribute =
    Attribute::optional("retry-after-header-name", Accepts::HeaderName, "Header that says when to try again.");
pub(super) const RETRY_VARIABLE: Attribute =
    Attribute::optional("retry-after-variable-name", Accepts::Name, "Variable that says when to try again.");
pub(super) const REMAINING_HEADER: Attribute = Attribute::optional(
    "remaining-calls-header-name",
    Accepts::HeaderName,
    "Header that says how many calls are left.",
);
pub(super) const REMAINING_VARIABLE: Attribute =
    Attribute::optional("remaining-calls-variable-name", Accepts::Name, "Variable that says how many calls are left.");
pub(super) const TOTAL_HEADER: Attribute =
    Attribute::optional("total-calls-header-name", Accepts::HeaderName, "Header that says how many calls are allowed.");

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
        self.refused_by(None, cx, state, total)
    }

    /// As [`Told::refused`], by a part of the policy, whose names for when to try again go before the policy's.
    pub(super) fn refused_by(
        &self,
        part: Option<&Self>,
        cx: &mut StepCx<'_>,
        state: &CounterState,
        total: u64,
    ) -> Box<PolicyError> {
        let seconds = whole_seconds(state.retry_after);
        if let Some(name) = part.and_then(|part| part.retry_variable).or(self.retry_variable) {
            cx.exchange.call.set_variable(name, int(seconds));
        }
        self.remaining(cx, 0, total);
        let mut error = cx.error(429, "RateLimitExceeded", "Rate limit is exceeded");
        error.public_message = Some(format!("Rate limit is exceeded. Try again in {seconds} seconds.").into());
        if let Some(name) = part.and_then(|part| part.retry_header.as_ref()).or(self.retry_header.as_ref()) {
            error.headers.push((name.clone(), HeaderValue::from(seconds)));
        }
        error
    }
}

/// How rates are counted.
pub(super) fn rate_kind(c: &Compiler<'_>) -> CounterKind {
    if c.engine.switches.token_bucket_rates { CounterKind::TokenBucket } else { CounterKind::SlidingWindow }
}

fn header_name(c: &mut Compiler<'_>, element: &Element, spec: &ElementSpec, attribute: &str) -> Option<HeaderName> {
    let name = c.literal(element, spec, attribute).and_then(check::header_name)?;
    if message::is_framing(&name) {
        let span = element.attribute(attribute).map_or(element.tag_span, |written| written.value.span);
        c.warn(codes::NO_EFFECT, span, format!("the header '{name}' is the gateway's own: this has no effect"));
        return None;
    }
    Some(name)
}

/// Compiles `increment-condition` and `increment-count`, whose expressions run when the response is known.
pub(super) fn counted_later(
    c: &mut Compiler<'_>,
    element: &Element,
    spec: &ElementSpec,
) -> (Option<BoolOperand>, Option<IntOperand>) {
    let condition = c.bool_or_none(element, spec, "increment-condition");
    let count = c.int_or_none(element, spec, "increment-count");
    c.evaluated_later();
    (condition, count)
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

/// What was transferred is known only when the response has been sent: the host adds it then.
pub(super) fn count_transfer(cx: &mut StepCx<'_>, counts: impl IntoIterator<Item = CounterCall>) {
    let limited = counts.into_iter().filter(|count| count.bandwidth.is_some());
    let later = limited.map(|count| CounterCall { increment: 0, mode: CounterMode::Add, ..count });
    cx.exchange.call.transfer_counters.extend(later);
}

/// `[d.]hh:mm:ss`, as .NET writes a `TimeSpan`.
fn time_span(seconds: u64) -> String {
    let (minutes, s) = (seconds / 60, seconds % 60);
    let (hours, m) = (minutes / 60, minutes % 60);
    let (days, h) = (hours / 24, hours % 24);
    let clock = format!("{h:02}:{m:02}:{s:02}");
    if days == 0 { clock } else { format!("{days}.{clock}") }
}

/// A key made of a name of ours and of parts, none of which can look like two.
pub(super) fn key(family: &str, parts: &[impl AsRef<[u8]>]) -> Box<str> {
    // Exact where nothing is escaped, as in nearly all keys: one allocation.
    let room: usize = parts.iter().map(|part| part.as_ref().len() + 1).sum();
    let mut key = Vec::with_capacity(family.len() + room);
    key.extend_from_slice(family.as_bytes());
    for part in parts {
        key.push(b'/');
        encode_into(&mut key, part.as_ref(), COMPONENT);
    }
    // Names of ours and what is encoded are ASCII.
    String::from_utf8(key).unwrap_or_default().into()
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
        Ok(Some(HostCall::Count(Box::new(count))))
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
        assert_ne!(key("k", &["a/b", "c"]), key("k", &["a", "b/c"]));
    }
}
