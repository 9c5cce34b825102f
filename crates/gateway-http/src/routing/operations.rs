//! The operations of one API as a tree of segments.

use std::ops::Range;

use http::Method;
use rustc_hash::FxHashMap;

use crate::routing::path::{Path, query_values};
use crate::routing::template::{QueryPart, QueryValue, Segment, Template};

/// Ranges of the decoded path.
pub(crate) type Captured = Vec<Range<usize>>;

/// A tree of templates.
#[derive(Debug, Default)]
pub(super) struct Operations {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    literals: FxHashMap<Box<str>, usize>,
    patterns: Vec<(Pattern, usize)>,
    parameter: Option<usize>,
    /// Templates that end here.
    ends: Vec<End>,
    /// Templates that take the rest of the path from here on.
    rests: Vec<End>,
}

#[derive(Debug, PartialEq, Eq)]
struct Pattern {
    literals: Vec<String>,
}

#[derive(Debug)]
struct End {
    method: Option<Method>,
    query: Vec<QueryPart>,
    operation: usize,
    /// The rest has a name.
    captures_rest: bool,
}

impl Operations {
    pub(super) fn new(operations: &[(Option<Method>, Template)]) -> Self {
        let mut tree = Self { nodes: vec![Node::default()] };
        for (operation, (method, template)) in operations.iter().enumerate() {
            let mut at = 0;
            for segment in &template.segments {
                at = tree.child(at, segment);
            }
            let end = End {
                method: method.clone(),
                query: template.query.clone(),
                operation,
                captures_rest: matches!(template.rest, Some(Some(_))),
            };
            if let Some(node) = tree.nodes.get_mut(at) {
                if template.rest.is_some() { node.rests.push(end) } else { node.ends.push(end) }
            }
        }
        for node in &mut tree.nodes {
            // More conditions first; an operation for any method only when there is none for this one.
            for ends in [&mut node.ends, &mut node.rests] {
                ends.sort_by_key(|end| (std::cmp::Reverse(end.query.len()), end.method.is_none()));
            }
            node.patterns
                .sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.literals.iter().map(String::len).sum::<usize>()));
        }
        tree
    }

    fn child(&mut self, at: usize, segment: &Segment) -> usize {
        let next = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return at };
        let found = match segment {
            Segment::Literal(text) => *node.literals.entry(text.as_str().into()).or_insert(next),
            Segment::Parameter(_) => *node.parameter.get_or_insert(next),
            Segment::Pattern { literals, .. } => {
                match node.patterns.iter().find(|(pattern, _)| pattern.literals == *literals) {
                    Some((_, found)) => *found,
                    None => {
                        node.patterns.push((Pattern { literals: literals.clone() }, next));
                        next
                    }
                }
            }
        };
        if found == next {
            self.nodes.push(Node::default());
        }
        found
    }

    /// The best operation for the path behind `rest`.
    pub(super) fn find(&self, path: &Path<'_>, rest: usize, query: &str, method: &Method) -> Option<(usize, Captured)> {
        let mut search = Search { tree: self, path, query, method, captured: Vec::new() };
        let end = search.visit(0, rest)?;
        Some((end, search.captured))
    }
}

struct Search<'a> {
    tree: &'a Operations,
    path: &'a Path<'a>,
    query: &'a str,
    method: &'a Method,
    captured: Captured,
}

impl Search<'_> {
    /// Recursion goes no deeper than the longest template.
    fn visit(&mut self, node: usize, rest: usize) -> Option<usize> {
        let node = self.tree.nodes.get(node)?;
        let Some((segment, end)) = self.path.segment(rest).filter(|(segment, end)| !self.is_trailing(segment, *end))
        else {
            return self.pick(&node.ends).or_else(|| self.rest(node, rest)).map(|end| end.operation);
        };
        if let Some(next) = node.literals.get(segment)
            && let Some(found) = self.visit(*next, end)
        {
            return Some(found);
        }
        let start = rest + 1;
        let before = self.captured.len();
        for (pattern, next) in &node.patterns {
            if pattern.capture(segment, start, &mut self.captured)
                && let Some(found) = self.visit(*next, end)
            {
                return Some(found);
            }
            self.captured.truncate(before);
        }
        if let Some(next) = node.parameter.filter(|_| !segment.is_empty()) {
            self.captured.push(start..end);
            if let Some(found) = self.visit(next, end) {
                return Some(found);
            }
            self.captured.truncate(before);
        }
        self.rest(node, rest).map(|end| end.operation)
    }

    /// The empty segment behind a trailing slash.
    fn is_trailing(&self, segment: &str, end: usize) -> bool {
        segment.is_empty() && end == self.path.decoded().len()
    }

    fn rest<'t>(&mut self, node: &'t Node, rest: usize) -> Option<&'t End> {
        let end = self.pick(&node.rests)?;
        if end.captures_rest {
            let length = self.path.decoded().len();
            self.captured.push((rest + 1).min(length)..length);
        }
        Some(end)
    }

    fn pick<'t>(&self, ends: &'t [End]) -> Option<&'t End> {
        ends.iter().find(|end| {
            end.method.as_ref().is_none_or(|method| method == self.method)
                && end.query.iter().all(|part| {
                    query_values(self.query).any(|(name, value)| {
                        name.eq_ignore_ascii_case(&part.name)
                            && match &part.value {
                                QueryValue::Parameter(_) => true,
                                QueryValue::Exactly(wanted) => value.eq_ignore_ascii_case(wanted),
                            }
                    })
                })
        })
    }
}

impl Pattern {
    /// Takes a segment apart: literals as early as possible, every parameter at least one character.
    fn capture(&self, segment: &str, start: usize, captured: &mut Captured) -> bool {
        let Some((first, others)) = self.literals.split_first() else { return false };
        let Some(mut rest) = segment.strip_prefix(first.as_str()) else { return false };
        let mut at = first.len();
        for (index, literal) in others.iter().enumerate() {
            let length = if index + 1 == others.len() {
                match rest.strip_suffix(literal.as_str()) {
                    Some(value) => value.len(),
                    None => return false,
                }
            } else {
                // A parameter is not empty, so its literal is looked for behind the first character.
                let skip = rest.chars().next().map_or(1, char::len_utf8);
                match rest.get(skip..).and_then(|tail| tail.find(literal.as_str())) {
                    Some(found) => skip + found,
                    None => return false,
                }
            };
            if length == 0 {
                return false;
            }
            captured.push(start + at..start + at + length);
            at += length + literal.len();
            rest = rest.get(length + literal.len()..).unwrap_or_default();
        }
        true
    }
}
