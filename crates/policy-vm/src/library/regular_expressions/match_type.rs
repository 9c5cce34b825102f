//! `System.Text.RegularExpressions.Match`.

use super::capture::Part;
use super::group::GroupObject;
use super::group_collection::GroupCollection;
use super::matcher::Captures;
use super::replacement::Replacement;
use super::run::{Job, last, span};
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, TypeDef, method, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::{Str, TextBuf};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Text.RegularExpressions.Match")
    .base("Group")
    .summary("A match of a regular expression.")
    .allow(Allow::Only(&["Empty", "Groups", "Result"]))
    .members(&[
        property("static Match Empty { get; }", empty),
        property("GroupCollection Groups { get; }", groups),
        method("Match NextMatch()", next_match),
        method("string Result(string replacement)", result),
    ]);

static KNOWN: Known = Known::new("System.Text.RegularExpressions.Match");

/// A match, or that there is none.
#[derive(Clone, Debug)]
pub(super) struct MatchObject {
    /// What matched; none for `Match.Empty`.
    pub(super) job: Option<Job>,
    /// The part of the input that was searched.
    pub(super) input: Str,
    /// Where that part begins.
    pub(super) base: usize,
    /// The values of all groups; none for a failed match.
    pub(super) captures: Captures,
}

impl MatchObject {
    pub(super) fn part(&self) -> Part {
        let (start, length) = span(&self.captures);
        let base = if self.captures.is_empty() { 0 } else { self.base };
        Part { input: self.input, base, start, length }
    }

    /// Number of groups; a failed match has group 0 only.
    pub(super) fn count(&self) -> usize {
        self.captures.len().max(1)
    }

    /// A group by its slot; an empty one when there is none.
    pub(super) fn group(&self, slot: usize) -> GroupObject {
        let names = self.job.as_ref().map(|job| &job.pattern.groups.names);
        // `Match.Empty` has the one group of its own.
        let name = match names {
            Some(names) => names.get(slot).cloned().unwrap_or_default(),
            None if slot == 0 => "0".into(),
            None => String::new(),
        };
        let captures = self.captures.get(slot).cloned().unwrap_or_default();
        GroupObject { input: self.input, base: self.base, name, captures }
    }
}

net_object! {
    MatchObject, KNOWN,
    fn to_text(&self, heap: &Heap) -> Option<TextBuf> {
        Some(self.part().to_text(heap))
    }
}

/// Searches, and makes the match of what is found.
pub(super) fn find(cx: &mut Cx<'_>, job: Job, input: Str, base: usize, start: usize) -> Result<Value, Throw> {
    let Some(captures) = job.search(cx, input, start)? else { return empty(cx, &[]) };
    Ok(cx.heap.new_native(MatchObject { job: Some(job), input, base, captures })?)
}

fn this(cx: &Cx<'_>, args: &[Value]) -> Result<MatchObject, Throw> {
    cx.heap.native::<MatchObject>(arg(args, 0)).cloned().ok_or(fault("a Match was expected"))
}

/// The one failed match that there is.
fn empty(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let none = MatchObject { job: None, input: Str::EMPTY, base: 0, captures: Captures::new() };
    Ok(cx.heap.single("Match.Empty", KNOWN.id(), none)?)
}

fn groups(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(GroupCollection { of: arg(args, 0) })?)
}

fn next_match(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = this(cx, args)?;
    let Some(job) = this.job.clone().filter(|_| !this.captures.is_empty()) else { return Ok(arg(args, 0)) };
    match job.next(this.input, &this.captures) {
        Some(start) => find(cx, job, this.input, this.base, start),
        None => empty(cx, &[]),
    }
}

fn result(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 1, "replacement")?;
    let this = this(cx, args)?;
    let Some(job) = this.job.as_ref().filter(|_| !this.captures.is_empty()) else {
        return Err(cx.throw(Exc::NotSupported, "Result cannot be called on a failed Match."));
    };
    cx.charge(text.len())?;
    let replacement = Replacement::new(cx.text(text), &job.pattern);
    let values = |slot| last(&this.captures, slot);
    cx.heap.charge_string(replacement.length(this.input.len(), &job.pattern, &values))?;
    let mut out = TextBuf::new();
    replacement.write(&mut out, cx.text(text), cx.text(this.input), &job.pattern, &values);
    cx.string_buf(&out)
}
