//! The operations of one API as a tree of segments.

use std::hash::Hasher;
use std::ops::Range;

use http::Method;
use rustc_hash::{FxHashMap, FxHasher};

use super::action;
use super::ends::{End, Ends, Found};
use super::path::Path;
use super::patterns::{self, Group};
use super::template::{Segment, Template};
use super::watch::{Sight, Watch};

/// Ranges of the decoded path.
pub(crate) type Captured = Vec<Range<usize>>;

/// A tree of templates.
#[derive(Debug, Default)]
pub(crate) struct Operations {
    nodes: Vec<Node>,
    /// Nodes by the hash of their parent and their literal segment; of equal hashes the later ones have the next numbers.
    literals: FxHashMap<u64, u32>,
    /// Some are told apart by the action of a SOAP message.
    pub(super) by_action: bool,
}

#[derive(Debug, Default)]
struct Node {
    /// The literal segment that leads here from `parent`.
    segment: Box<str>,
    parent: u32,
    parameter: Option<u32>,
    patterns: Vec<Group>,
    /// Templates that end here.
    ends: Option<Box<Ends>>,
    /// Templates that take the rest of the path from here on.
    rests: Option<Box<Ends>>,
}

/// A node while the tree is built.
#[derive(Debug, Default)]
struct Sketch {
    ends: Vec<End>,
    rests: Vec<End>,
}

impl Operations {
    /// Builds the tree of operations, which have their places in the list for numbers.
    pub(crate) fn new<'t>(operations: impl IntoIterator<Item = (Option<&'t Method>, &'t Template)>) -> Self {
        let mut tree = Self { nodes: vec![Node::default()], literals: FxHashMap::default(), by_action: false };
        let mut sketches = vec![Sketch::default()];
        for (operation, (method, template)) in operations.into_iter().enumerate() {
            let mut at = 0;
            for segment in &template.segments {
                at = tree.child(at, segment);
            }
            sketches.resize_with(tree.nodes.len(), Sketch::default);
            tree.by_action |= template.query.iter().any(|part| part.name.eq_ignore_ascii_case(action::PARAMETER));
            let found = Found::new(operation, template);
            let end = End { method: method.cloned(), query: template.query.clone(), found };
            if let Some(sketch) = sketches.get_mut(at as usize) {
                if template.rest.is_some() { sketch.rests.push(end) } else { sketch.ends.push(end) }
            }
        }
        for (node, sketch) in tree.nodes.iter_mut().zip(sketches) {
            (node.ends, node.rests) = (Ends::new(sketch.ends), Ends::new(sketch.rests));
        }
        tree.nodes.shrink_to_fit();
        tree.literals.shrink_to_fit();
        tree
    }

    fn child(&mut self, at: u32, segment: &Segment) -> u32 {
        let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let new = match segment {
            Segment::Literal(text) => {
                let (found, key) = self.literal(at, text);
                if let Some(found) = found {
                    return found;
                }
                self.literals.insert(key, next);
                Node { segment: text.as_str().into(), parent: at, ..Node::default() }
            }
            Segment::Parameter(_) | Segment::Pattern { .. } => Node::default(),
        };
        let Some(node) = self.nodes.get_mut(at as usize) else { return at };
        let found = match segment {
            Segment::Literal(_) => next,
            Segment::Parameter(_) => *node.parameter.get_or_insert(next),
            Segment::Pattern { literals, .. } => patterns::child(&mut node.patterns, literals, next),
        };
        if found == next {
            self.nodes.push(new);
        }
        found
    }

    /// The node behind a literal segment, or the key that it would have.
    fn literal(&self, parent: u32, segment: &str) -> (Option<u32>, u64) {
        let mut hasher = FxHasher::default();
        hasher.write_u32(parent);
        hasher.write(segment.as_bytes());
        let mut key = hasher.finish();
        while let Some(found) = self.literals.get(&key) {
            let node = self.nodes.get(*found as usize);
            if node.is_some_and(|node| node.parent == parent && *node.segment == *segment) {
                return (Some(*found), key);
            }
            key = key.wrapping_add(1);
        }
        (None, key)
    }

    /// The best operation for the path behind `rest`.
    pub(crate) fn find(
        &self,
        path: &Path<'_>,
        rest: usize,
        query: &str,
        method: &Method,
        watch: &mut impl Watch,
    ) -> Option<(usize, Captured)> {
        let mut search = Search { tree: self, path, query, method, captured: Vec::new(), watch };
        let found = search.visit(0, rest)?;
        Some((found, search.captured))
    }
}

struct Search<'a, W> {
    tree: &'a Operations,
    path: &'a Path<'a>,
    query: &'a str,
    method: &'a Method,
    captured: Captured,
    watch: &'a mut W,
}

impl<W: Watch> Search<'_, W> {
    /// Recursion goes no deeper than the longest template.
    fn visit(&mut self, at: u32, rest: usize) -> Option<usize> {
        let node = self.tree.nodes.get(at as usize)?;
        self.watch.step();
        let Some((segment, end)) = self.path.segment(rest).filter(|(segment, end)| !self.is_trailing(segment, *end))
        else {
            if node.ends.is_none() && node.rests.is_none() {
                self.watch.saw(Sight::Segment { at: rest });
            }
            let found = node.ends.as_ref().and_then(|ends| ends.find(self.method, self.query, self.watch));
            return found.or_else(|| self.rest(node, rest)).map(|found| found.operation);
        };
        if let (Some(next), _) = self.tree.literal(at, segment)
            && let Some(found) = self.visit(next, end)
        {
            return Some(found);
        }
        let before = self.captured.len();
        for group in &node.patterns {
            self.watch.step();
            for (pattern, next) in group.candidates(segment) {
                self.watch.step();
                if pattern.capture(segment, rest + 1, &mut self.captured)
                    && let Some(found) = self.visit(*next, end)
                {
                    return Some(found);
                }
                self.captured.truncate(before);
            }
        }
        if let Some(next) = node.parameter.filter(|_| !segment.is_empty()) {
            self.captured.push(rest + 1..end);
            if let Some(found) = self.visit(next, end) {
                return Some(found);
            }
            self.captured.truncate(before);
        }
        self.watch.saw(Sight::Segment { at: rest });
        self.rest(node, rest).map(|found| found.operation)
    }

    /// The empty segment behind a trailing slash.
    fn is_trailing(&self, segment: &str, end: usize) -> bool {
        segment.is_empty() && end == self.path.decoded().len()
    }

    fn rest(&mut self, node: &Node, rest: usize) -> Option<Found> {
        let found = node.rests.as_ref()?.find(self.method, self.query, self.watch)?;
        if found.captures_rest {
            let length = self.path.decoded().len();
            self.captured.push((rest + 1).min(length)..length);
        }
        Some(found)
    }
}
