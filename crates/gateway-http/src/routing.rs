//! From a request to its API and operation: an immutable table of path segments, whose cost depends on the length of the
//! path and not on the number of operations.
//!
//! APIs are found by the longest suffix that leads to an operation; inside an API a literal segment beats a pattern, a
//! pattern beats a parameter, a parameter beats the rest of the path. Literals compare without regard to ASCII case.
//!
//! Nothing is compared with every operation: segments, methods, query parts, versions and revisions are all looked up. A
//! search goes back where a literal led nowhere and a parameter may not, so templates that are ambiguous in n segments can
//! take 2ⁿ visits, never more than the tree has nodes.

mod action;
mod apis;
mod ends;
pub(crate) mod operations;
pub(crate) mod path;
mod patterns;
pub(crate) mod query;
pub(crate) mod template;
pub(crate) mod watch;

use std::borrow::Cow;

use http::{HeaderMap, Method};
use rustc_hash::FxHashMap;

use self::action::with_action;
use self::apis::Group;
pub(crate) use self::apis::{Revision, Version};
use self::operations::{Captured, Operations};
use self::path::Path;
pub(crate) use self::template::Template;
use self::watch::Watch;

/// The table of one configuration.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    children: FxHashMap<Box<str>, usize>,
    apis: Vec<Group>,
    /// The nearest node on the way here that has APIs.
    above: Option<usize>,
    /// Bytes of the path on the way here.
    length: usize,
}

/// An API for the table.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its path with the version, if the path has that.
    pub(crate) path: String,
    pub(crate) revision: Revision,
    pub(crate) version: Version,
    /// Method (`None` for any) and template of each operation.
    pub(crate) operations: Vec<(Option<Method>, Template)>,
}

/// What a request was matched to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) api: usize,
    pub(crate) operation: usize,
    /// Where in the path the API's part ends.
    pub(crate) rest: usize,
    /// Values of the template's path parameters, in its order, as ranges of the decoded path.
    pub(crate) captured: Captured,
}

/// Nothing was matched.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoMatch {
    /// The API whose path would have been right.
    pub(crate) api: Option<usize>,
}

impl Routes {
    /// Builds the table. `entries` are the APIs in the order of their numbers.
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        let mut routes = Self { nodes: vec![Node::default()] };
        for (api, entry) in entries.into_iter().enumerate() {
            let mut at = 0;
            for segment in entry.path.to_ascii_lowercase().split('/').filter(|segment| !segment.is_empty()) {
                at = routes.child(at, segment);
            }
            if let Some(node) = routes.nodes.get_mut(at) {
                let operations = entry.operations.iter().map(|(method, template)| (method.as_ref(), template));
                apis::add(&mut node.apis, api, entry.version, entry.revision, Operations::new(operations));
            }
        }
        // Parents stand before their children.
        for at in 0..routes.nodes.len() {
            let above = routes.nodes.get(at).and_then(|node| if node.apis.is_empty() { node.above } else { Some(at) });
            let children: Vec<usize> =
                routes.nodes.get(at).map(|node| node.children.values().copied().collect()).unwrap_or_default();
            for child in children {
                if let Some(child) = routes.nodes.get_mut(child) {
                    child.above = above;
                }
            }
        }
        routes
    }

    fn child(&mut self, at: usize, segment: &str) -> usize {
        let next = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return at };
        let length = node.length + 1 + segment.len();
        let found = *node.children.entry(segment.into()).or_insert(next);
        if found == next {
            self.nodes.push(Node { length, ..Node::default() });
        }
        found
    }

    /// Finds the operation that a request means.
    pub(crate) fn find(
        &self,
        path: &Path<'_>,
        query: &str,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Match, NoMatch> {
        self.find_watched(path, query, method, headers, &mut ())
    }

    /// As [`Routes::find`], with somebody looking on.
    pub(crate) fn find_watched(
        &self,
        path: &Path<'_>,
        query: &str,
        method: &Method,
        headers: &HeaderMap,
        watch: &mut impl Watch,
    ) -> Result<Match, NoMatch> {
        let mut nearest = None;
        let walk = self.walk(path, watch);
        let mut at = Some(walk.end);
        // From the longest suffix to the root.
        while let Some(node) = at.and_then(|at| self.nodes.get(at)) {
            at = node.above;
            let (rest, revision) = walk.behind(node);
            for group in &node.apis {
                for candidate in group.find(query, headers, revision, rest, watch) {
                    nearest = nearest.or(Some(candidate.api));
                    let operations = &candidate.operations;
                    let query = if operations.by_action { with_action(query, headers) } else { Cow::Borrowed(query) };
                    if let Some((operation, captured)) = operations.find(path, rest, &query, method, watch) {
                        return Ok(Match { api: candidate.api, operation, rest, captured });
                    }
                }
            }
        }
        Err(NoMatch { api: nearest })
    }

    /// Follows the path as far as APIs have it. One segment may carry `;rev=N`, or be nothing else for an API at the root.
    fn walk<'p>(&self, path: &'p Path<'_>, watch: &mut impl Watch) -> Walk<'p> {
        let mut walk = Walk { end: 0, revision: None };
        let mut rest = 0;
        while let (Some(node), Some((segment, end))) = (self.nodes.get(walk.end), path.segment(rest)) {
            watch.step();
            let next = match node.children.get(segment) {
                Some(next) => *next,
                None => {
                    let Some((name, number)) = revision_of(segment).filter(|_| walk.revision.is_none()) else {
                        break;
                    };
                    let next = if name.is_empty() && rest == 0 { Some(&0) } else { node.children.get(name) };
                    let Some(next) = next else { break };
                    let length = end - rest - if name.is_empty() { 0 } else { 1 + name.len() };
                    walk.revision = Some(Asked { number, from: end - length, length });
                    *next
                }
            };
            (walk.end, rest) = (next, end);
        }
        walk
    }
}

/// The name and the revision of a segment that asks for one. Few do: a search for all of the mark is set up only then.
fn revision_of(segment: &str) -> Option<(&str, &str)> {
    memchr::memchr(b';', segment.as_bytes())?;
    segment.split_once(";rev=")
}

/// How far a path leads.
struct Walk<'p> {
    end: usize,
    revision: Option<Asked<'p>>,
}

/// A revision that is asked for.
struct Asked<'p> {
    number: &'p str,
    /// Where in the path it stands, and how much of it that is.
    from: usize,
    length: usize,
}

impl<'p> Walk<'p> {
    /// Where in the path the part of a node's APIs ends, and the revision asked of them.
    fn behind(&self, node: &Node) -> (usize, Option<&'p str>) {
        match &self.revision {
            // For an API of a shorter path it is text like any other.
            Some(asked) if asked.from <= node.length => {
                (node.length + asked.length, Some(asked.number).filter(|number| !number.is_empty()))
            }
            _ => (node.length, None),
        }
    }
}

#[cfg(test)]
mod tests;
