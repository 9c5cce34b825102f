//! The APIs of one path: told apart by version, then by revision.

use http::{HeaderMap, HeaderName};
use rustc_hash::FxHashMap;

use super::operations::Operations;
use super::query::{self, Coding, Decoded};
use super::watch::{Sight, Watch};

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
    Header { name: HeaderName, value: Option<Box<str>> },
}

/// An API of a path.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) api: usize,
    pub(super) operations: Operations,
    revision: Revision,
    value: Option<Box<str>>,
}

/// The APIs of a path whose versions are told in one way.
#[derive(Debug)]
pub(super) struct Group {
    told: Told,
    candidates: Vec<Candidate>,
    /// By the hash of version and revision.
    index: FxHashMap<u64, Vec<usize>>,
}

#[derive(Debug, PartialEq, Eq)]
enum Told {
    Nowhere,
    Query(Box<str>),
    Header(HeaderName),
}

/// Adds an API.
pub(super) fn add(groups: &mut Vec<Group>, api: usize, version: Version, revision: Revision, operations: Operations) {
    let (told, value) = match version {
        Version::Any => (Told::Nowhere, None),
        Version::Query { name, value } => (Told::Query(name), value),
        Version::Header { name, value } => (Told::Header(name), value),
    };
    let at = groups.iter().position(|group| group.told == told).unwrap_or(groups.len());
    if at == groups.len() {
        groups.push(Group { told, candidates: Vec::new(), index: FxHashMap::default() });
    }
    let Some(group) = groups.get_mut(at) else { return };
    let number = group.candidates.len();
    let plain = value.as_deref().map(|text| Asked { text, coding: Coding::Plain });
    let mut enter = |revision: Option<&str>| group.index.entry(hash(plain, revision)).or_default().push(number);
    enter(Some(&revision.number));
    if revision.is_current {
        enter(None);
    }
    group.candidates.push(Candidate { api, operations, revision, value });
}

impl Group {
    /// The APIs that a request means which asks for `revision`, the current one when there is none.
    pub(super) fn find<'g, W: Watch>(
        &'g self,
        query: &'g str,
        headers: &'g HeaderMap,
        revision: Option<&'g str>,
        rest: usize,
        watch: &mut W,
    ) -> impl Iterator<Item = &'g Candidate> + use<'g, W> {
        watch.step();
        let value = self.told.value(query, headers);
        if W::LOOKS {
            self.look(value, revision, rest, watch);
        }
        let same = self.index.get(&hash(value, revision)).map(Vec::as_slice).unwrap_or_default();
        let candidates = same.iter().filter_map(|number| self.candidates.get(*number));
        candidates.filter(move |candidate| candidate.has_version(value) && candidate.has_revision(revision))
    }

    fn look(&self, value: Option<Asked<'_>>, revision: Option<&str>, rest: usize, watch: &mut impl Watch) {
        for candidate in &self.candidates {
            let api = candidate.api;
            watch.saw(if !candidate.has_version(value) {
                Sight::OtherVersion { api, wanted: self.told.way(candidate.value.as_deref()) }
            } else if candidate.has_revision(revision) {
                Sight::Api { api, rest }
            } else {
                Sight::OtherRevision { api, number: candidate.revision.number.to_string() }
            });
        }
    }
}

/// A version that is asked for, as it is on the wire.
#[derive(Debug, Clone, Copy)]
struct Asked<'r> {
    text: &'r str,
    coding: Coding,
}

impl Asked<'_> {
    fn folded(self) -> impl Iterator<Item = u8> {
        Decoded { rest: self.text.as_bytes(), coding: self.coding }.map(|byte| byte.to_ascii_lowercase())
    }
}

impl Told {
    /// The version a request asks for. An empty one is none; of several the first counts.
    fn value<'r>(&self, query: &'r str, headers: &'r HeaderMap) -> Option<Asked<'r>> {
        let (text, coding) = match self {
            Self::Nowhere => return None,
            Self::Query(name) => (query::first(query, name)?, Coding::Query),
            // A value that is no text is not the version of any API, nor is it absent.
            Self::Header(name) => (headers.get(name)?.to_str().map_or("\0", str::trim), Coding::Plain),
        };
        (!text.is_empty()).then_some(Asked { text, coding })
    }

    /// How a request asks for a version.
    fn way(&self, version: Option<&str>) -> String {
        let (place, name) = match self {
            Self::Nowhere => return "no version".to_owned(),
            Self::Query(name) => ("query parameter", &**name),
            Self::Header(name) => ("header", name.as_str()),
        };
        match version {
            Some(version) => format!("{place} `{name}` = `{version}`"),
            None => format!("no {place} `{name}`"),
        }
    }
}

impl Candidate {
    fn has_version(&self, asked: Option<Asked<'_>>) -> bool {
        match (asked, &self.value) {
            (None, None) => true,
            (Some(asked), Some(value)) => asked.folded().eq(value.bytes().map(|byte| byte.to_ascii_lowercase())),
            _ => false,
        }
    }

    fn has_revision(&self, asked: Option<&str>) -> bool {
        asked.map_or(self.revision.is_current, |number| self.revision.number.eq_ignore_ascii_case(number))
    }
}

fn hash(version: Option<Asked<'_>>, revision: Option<&str>) -> u64 {
    let number = revision.into_iter().flat_map(str::bytes).map(|byte| byte.to_ascii_lowercase());
    // No byte of a text is 255.
    let mark = |is_there: bool| std::iter::once(if is_there { 0xff } else { 0xfe });
    let version_bytes = version.into_iter().flat_map(Asked::folded);
    query::hash(mark(version.is_some()).chain(version_bytes).chain(mark(revision.is_some())).chain(number))
}
