//! From a request to its API and operation: an immutable table of path segments, whose cost depends on the length of the
//! path and not on the number of operations.
//!
//! APIs are found by the longest suffix that leads to an operation; inside an API a literal segment beats a pattern, a
//! pattern beats a parameter, a parameter beats the rest of the path. Literals compare without regard to ASCII case.

pub(crate) mod operations;
pub(crate) mod path;
pub(crate) mod template;

use http::{HeaderMap, Method};
use rustc_hash::FxHashMap;

use self::operations::{Captured, Operations};
use self::path::Path;
pub(crate) use self::template::Template;

/// The table of one configuration.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    children: FxHashMap<Box<str>, usize>,
    apis: Vec<Candidate>,
}

#[derive(Debug)]
struct Candidate {
    api: usize,
    revision: Revision,
    version: Version,
    operations: Operations,
}

/// Which requests for a path an API with revisions answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revision {
    pub(crate) number: Box<str>,
    pub(crate) is_current: bool,
}

/// How a request says which version it means; versions in the path are part of the path here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Version {
    /// Only one version, or the version is in the path.
    Any,
    /// A query parameter; no value for the version that answers when it is absent.
    Query { name: Box<str>, value: Option<Box<str>> },
    /// A header.
    Header { name: http::HeaderName, value: Option<Box<str>> },
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
                let operations = Operations::new(&entry.operations);
                node.apis.push(Candidate { api, revision: entry.revision, version: entry.version, operations });
            }
        }
        routes
    }

    fn child(&mut self, at: usize, segment: &str) -> usize {
        let next = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return at };
        let found = *node.children.entry(segment.into()).or_insert(next);
        if found == next {
            self.nodes.push(Node::default());
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
        let mut nearest = None;
        // From the longest suffix to the root.
        let suffixes = self.suffixes(path);
        for (node, rest) in suffixes.found.get(..suffixes.count).unwrap_or_default().iter().rev() {
            for candidate in self.nodes.get(*node).map(|node| node.apis.as_slice()).unwrap_or_default() {
                if !candidate.answers(path, *rest, query, headers) {
                    continue;
                }
                nearest = nearest.or(Some(candidate.api));
                if let Some((operation, captured)) = candidate.operations.find(path, *rest, query, method) {
                    return Ok(Match { api: candidate.api, operation, rest: *rest, captured });
                }
            }
        }
        Err(NoMatch { api: nearest })
    }

    /// The nodes along the path that hold APIs, with the offset behind each.
    fn suffixes(&self, path: &Path<'_>) -> Suffixes {
        let mut found = Suffixes::default();
        let mut at = 0;
        let mut rest = 0;
        while let Some(node) = self.nodes.get(at) {
            if !node.apis.is_empty() {
                found.push(at, rest);
            }
            let Some((segment, end)) = path.segment(rest) else { break };
            let Some(next) = node.children.get(segment) else { break };
            (at, rest) = (*next, end);
        }
        found
    }
}

/// Nodes and offsets. APIs nest a few deep at most; beyond that the longest paths count.
#[derive(Default)]
struct Suffixes {
    found: [(usize, usize); 16],
    count: usize,
}

impl Suffixes {
    fn push(&mut self, node: usize, rest: usize) {
        self.count = (self.count + 1).min(self.found.len());
        if let Some(place) = self.found.get_mut(self.count - 1) {
            *place = (node, rest);
        }
    }
}

impl Candidate {
    fn answers(&self, path: &Path<'_>, rest: usize, query: &str, headers: &HeaderMap) -> bool {
        let revision = match path.revision() {
            None => self.revision.is_current,
            Some((number, at)) if at == rest => {
                if number.is_empty() {
                    self.revision.is_current
                } else {
                    *self.revision.number == *number
                }
            }
            Some(_) => false,
        };
        revision
            && match &self.version {
                Version::Any => true,
                Version::Query { name, value } => {
                    same(path::query_values(query).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|p| p.1), value)
                }
                Version::Header { name, value } => {
                    same(headers.get(name).and_then(|found| found.to_str().ok()).map(str::trim), value)
                }
            }
    }
}

fn same(found: Option<&str>, wanted: &Option<Box<str>>) -> bool {
    match (found, wanted) {
        (None, None) => true,
        (Some(found), Some(wanted)) => found.eq_ignore_ascii_case(wanted),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
