//! `System.Text.RegularExpressions.MatchCollection`. Its matches are found when it is made.

use super::match_type::MatchObject;
use super::run::Job;
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, TypeDef, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::sequence::Iter;
use crate::value::text::Str;

// Not in the service's list: policies go through it with `foreach` or LINQ.
pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Text.RegularExpressions.MatchCollection")
    .summary("All matches of a regular expression in a text.")
    .interfaces(&["IEnumerable<Match>"])
    .allow(Allow::None)
    .members(&[
        property("int Count { get; }", |cx, args| Ok(Value::Int32(this(cx, args)?.0.len() as i32))),
        property("Match this[int i] { get; }", item),
    ]);

static KNOWN: Known = Known::new("System.Text.RegularExpressions.MatchCollection");

#[derive(Debug)]
struct MatchCollection(Vec<Value>);

net_object! {
    MatchCollection, KNOWN,
    fn iterate(&self, this: Value) -> Option<Iter> {
        Some(Iter::held(this))
    },
    fn items(&self) -> &[Value] {
        &self.0
    }
}

/// All matches from `start` on.
pub(super) fn find_all(cx: &mut Cx<'_>, job: &Job, input: Str, start: usize) -> Result<Value, Throw> {
    let mut found = Vec::new();
    let mut at = Some(start);
    while let Some(start) = at {
        let Some(captures) = job.search(cx, input, start)? else { break };
        at = job.next(input, &captures);
        found.push(cx.heap.new_native(MatchObject { job: Some(job.clone()), input, base: 0, captures })?);
    }
    cx.heap.charge(found.len() * size_of::<Value>())?;
    Ok(cx.heap.new_native(MatchCollection(found))?)
}

fn this<'a>(cx: &'a Cx<'_>, args: &[Value]) -> Result<&'a MatchCollection, Throw> {
    cx.heap.native(arg(args, 0)).ok_or(fault("a MatchCollection was expected"))
}

fn item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let index = usize::try_from(as_i32(args, 1)?).ok();
    match index.and_then(|index| this(cx, args).ok()?.0.get(index).copied()) {
        Some(found) => Ok(found),
        None => {
            let why = "Specified argument was out of the range of valid values.";
            Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "i"))
        }
    }
}
