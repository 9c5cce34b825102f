//! The operations that end at one place of the tree: told apart by method, then by query parts.
//!
//! Query parts are a decision tree: a level for each name, a table of its values. So a thousand operations of one path,
//! as SOAP services have them, cost what one costs.

use std::cmp::Reverse;

use http::Method;
use rustc_hash::FxHashMap;

use super::query;
use super::template::{QueryPart, QueryValue, Template};
use super::watch::{Sight, Watch};

/// Operations by method; those for any method, which come first, are for when there is none for the request's.
#[derive(Debug)]
pub(super) struct Ends {
    by_method: Box<[(Option<Method>, Choice)]>,
}

/// An operation that ends here.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) method: Option<Method>,
    pub(super) query: Vec<QueryPart>,
    pub(super) found: Found,
}

/// What is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) operation: usize,
    /// The rest of the path has a name.
    pub(super) captures_rest: bool,
    /// More query parts are more specific, then more values that are named; then what stands first.
    rank: (Reverse<usize>, Reverse<usize>, usize),
}

impl Found {
    pub(super) fn new(operation: usize, template: &Template) -> Self {
        let exact = template.query.iter().filter(|part| matches!(part.value, QueryValue::Exactly(_))).count();
        let rank = (Reverse(template.query.len()), Reverse(exact), operation);
        Self { operation, captures_rest: matches!(template.rest, Some(Some(_))), rank }
    }

    fn better(self, other: Option<Self>) -> Self {
        other.filter(|other| other.rank < self.rank).unwrap_or(self)
    }
}

impl Ends {
    /// `None` for no operations.
    pub(super) fn new(ends: Vec<End>) -> Option<Box<Self>> {
        let mut by_method: FxHashMap<Option<Method>, Vec<(Vec<QueryPart>, Found)>> = FxHashMap::default();
        for end in ends {
            by_method.entry(end.method).or_default().push((end.query, end.found));
        }
        let mut by_method: Box<[_]> = by_method.into_iter().map(|(method, ends)| (method, Choice::new(ends))).collect();
        by_method.sort_by(|(a, _), (b, _)| name(a).cmp(&name(b)));
        (!by_method.is_empty()).then(|| Box::new(Self { by_method }))
    }

    /// The most specific operation for method and query.
    pub(super) fn find<W: Watch>(&self, method: &Method, query: &str, watch: &mut W) -> Option<Found> {
        watch.step();
        let wanted = Some(method.as_str());
        let found = self.by_method.binary_search_by(|(method, _)| name(method).cmp(&wanted)).ok();
        let of_method = found.and_then(|at| self.by_method.get(at));
        let any = self.by_method.first().filter(|(method, _)| method.is_none());
        if of_method.is_none() && any.is_none() {
            watch.saw(Sight::Method);
        }
        let of_method = of_method.and_then(|(_, choice)| choice.find(query, watch));
        of_method.or_else(|| any.and_then(|(_, choice)| choice.find(query, watch)))
    }
}

fn name(method: &Option<Method>) -> Option<&str> {
    method.as_ref().map(Method::as_str)
}

/// Operations of one method, told apart by their query parts.
#[derive(Debug, Default)]
struct Choice {
    /// Without (further) query parts.
    plain: Option<Found>,
    levels: Vec<Level>,
}

/// Those that need a parameter.
#[derive(Debug)]
struct Level {
    name: Box<str>,
    /// By the hash of the value they need.
    exactly: FxHashMap<u64, Vec<(Box<str>, Choice)>>,
    /// Any value will do.
    anything: Option<Box<Choice>>,
}

impl Choice {
    fn new(mut ends: Vec<(Vec<QueryPart>, Found)>) -> Self {
        ends.sort_by_key(|(_, found)| found.rank);
        let mut choice = Self::default();
        ends.retain(|(query, found)| {
            if query.is_empty() {
                choice.plain.get_or_insert(*found);
            }
            !query.is_empty()
        });
        while let Some(name) = most_frequent(&ends) {
            let has_name = |part: &QueryPart| part.name.eq_ignore_ascii_case(&name);
            let (with, without) = ends.into_iter().partition(|(query, _)| query.iter().any(has_name));
            ends = without;
            choice.levels.push(Level::new(name, with));
        }
        choice
    }

    fn find<W: Watch>(&self, query: &str, watch: &mut W) -> Option<Found> {
        let mut best = self.plain;
        for level in &self.levels {
            let found = level.find(query, watch);
            best = best.map_or(found, |best| Some(best.better(found)));
        }
        best
    }
}

impl Level {
    fn new(name: String, ends: Vec<(Vec<QueryPart>, Found)>) -> Self {
        let mut anything = Vec::new();
        let mut exactly: FxHashMap<String, Vec<(Vec<QueryPart>, Found)>> = FxHashMap::default();
        for (mut query, found) in ends {
            let part = query.iter().position(|part| part.name.eq_ignore_ascii_case(&name)).map(|at| query.remove(at));
            match part.map(|part| part.value) {
                Some(QueryValue::Exactly(value)) => {
                    exactly.entry(value.to_ascii_lowercase()).or_default().push((query, found));
                }
                _ => anything.push((query, found)),
            }
        }
        let mut by_hash: FxHashMap<u64, Vec<(Box<str>, Choice)>> = FxHashMap::default();
        for (value, ends) in exactly {
            by_hash.entry(query::hash(value.bytes())).or_default().push((value.into(), Choice::new(ends)));
        }
        let anything = (!anything.is_empty()).then(|| Box::new(Choice::new(anything)));
        Self { name: name.into(), exactly: by_hash, anything }
    }

    fn find<W: Watch>(&self, request: &str, watch: &mut W) -> Option<Found> {
        watch.step();
        let value = query::first(request, &self.name);
        let found = value.and_then(|value| self.find_value(value, request, watch));
        if W::LOOKS && found.is_none() {
            watch.saw(Sight::Query { name: self.name.to_string() });
        }
        found
    }

    fn find_value<W: Watch>(&self, value: &str, request: &str, watch: &mut W) -> Option<Found> {
        let of_value = || {
            let same = self.exactly.get(&query::hash(query::folded(value)))?;
            same.iter().find(|(wanted, _)| query::is(value, wanted)).map(|(_, choice)| choice)
        };
        let exactly = if self.exactly.is_empty() { None } else { of_value() };
        let exactly = exactly.and_then(|choice| choice.find(request, watch));
        let anything = self.anything.as_ref().and_then(|choice| choice.find(request, watch));
        exactly.map_or(anything, |exactly| Some(exactly.better(anything)))
    }
}

/// The name that most of them need.
fn most_frequent(ends: &[(Vec<QueryPart>, Found)]) -> Option<String> {
    let mut counts: FxHashMap<String, usize> = FxHashMap::default();
    for part in ends.iter().flat_map(|(query, _)| query) {
        *counts.entry(part.name.to_ascii_lowercase()).or_default() += 1;
    }
    counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0))).map(|(name, _)| name)
}
