//! What the policies of the cache share: which cache it is, the key of a response, what `cache-lookup` leaves for
//! `cache-store`, and what caches on the way to the caller are told.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderValue, header};
use policy_parser::document::Element;
use sha2::{Digest, Sha256};

use crate::check::codes;
use crate::compile::Compiler;
use crate::exchange::{BackendChoice, Call};
use crate::host::CacheKind;
use crate::spec::{Accepts, Attribute, ElementSpec};

/// Which cache, on every policy of the cache.
pub(super) const CACHING_TYPE: Attribute =
    Attribute::optional("caching-type", Accepts::OneOf(CACHES), "Which cache.").default("prefer-external");

const CACHES: &[&str] = &["prefer-external", "internal", "external"];

/// The cache that the attribute names.
pub(super) fn cache(c: &mut Compiler<'_>, element: &Element, spec: &ElementSpec) -> CacheKind {
    match c.literal(element, spec, CACHING_TYPE.name).map(str::trim) {
        Some("internal") => CacheKind::Internal,
        Some("external") => {
            if let Some(written) = element.attribute(CACHING_TYPE.name).filter(|_| !c.environment.external_cache) {
                let text = "there is no external cache here: the memory of the process takes its place";
                c.warn(codes::NO_EFFECT, written.value.span, text);
            }
            CacheKind::External
        }
        _ => CacheKind::PreferExternal,
    }
}

/// A lookup that found nothing.
#[derive(Debug)]
pub(crate) struct Caching {
    /// Where the response belongs.
    pub(super) key: Box<str>,
    pub(super) cache: CacheKind,
    pub(super) downstream: Downstream,
}

/// What caches between gateway and caller may do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Downstream {
    pub(super) kind: DownstreamKind,
    pub(super) must_revalidate: bool,
}

/// `downstream-caching-type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DownstreamKind {
    None,
    Private,
    Public,
}

impl Downstream {
    /// Tells the caches in the response; it may be used for so many seconds.
    pub(super) fn tell(self, headers: &mut HeaderMap, seconds: u64) {
        headers.remove(header::EXPIRES);
        headers.remove(header::PRAGMA);
        let kind = match self.kind {
            DownstreamKind::None => {
                headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                return;
            }
            DownstreamKind::Private => "private",
            DownstreamKind::Public => "public",
        };
        let revalidate = if self.must_revalidate { ", must-revalidate" } else { "" };
        if let Ok(value) = HeaderValue::try_from(format!("{kind}, max-age={seconds}{revalidate}")) {
            headers.insert(header::CACHE_CONTROL, value);
        }
    }
}

/// What tells one response from another. Every part goes in with its length, so no two lists of parts are the same text;
/// the key is the hash of all, so it is short whatever a caller sends.
#[derive(Debug)]
pub(super) struct Key(Sha256);

impl Key {
    /// What is in every key: who was asked for what, and where the answer comes from.
    pub(super) fn of(call: &Call) -> Self {
        let mut key = Self(Sha256::new());
        let asked = &call.original_url;
        key.parts([asked.scheme.as_str(), &asked.host, &asked.port.to_string()]);
        key.part(call.product.as_ref().map_or("", |product| &product.id));
        if let Some(api) = &call.api {
            key.parts([api.id.as_str(), &api.revision, &api.version]);
        }
        key.part(call.operation.as_ref().map_or("", |operation| &operation.id));
        let backend = &call.request.url;
        key.parts([backend.scheme.as_str(), &backend.host, &backend.port.to_string(), &backend.path]);
        key.part(match &call.backend {
            BackendChoice::Entity(id) => id,
            BackendChoice::Service | BackendChoice::Url(_) => "",
        });
        key
    }

    pub(super) fn part(&mut self, part: &str) {
        self.bytes(part.as_bytes());
    }

    fn parts<'p>(&mut self, parts: impl IntoIterator<Item = &'p str>) {
        parts.into_iter().for_each(|part| self.part(part));
    }

    pub(super) fn bytes(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// Several values under one name; none is something else than an empty one.
    pub(super) fn list<'v>(&mut self, name: &str, values: impl Iterator<Item = &'v [u8]>) {
        self.part(name);
        let values: Vec<_> = values.collect();
        self.0.update((values.len() as u64).to_le_bytes());
        values.into_iter().for_each(|value| self.bytes(value));
    }

    /// The key, with the operation's name for people who look at a cache.
    pub(super) fn finish(self, call: &Call) -> Box<str> {
        let id = |id: Option<&String>| id.map_or("-", String::as_str).to_owned();
        let mut text = id(call.api.as_ref().map(|api| &api.id));
        text.push('/');
        text.push_str(&id(call.operation.as_ref().map(|operation| &operation.id)));
        text.push('/');
        for byte in self.0.finalize() {
            let _ = write!(text, "{byte:02x}");
        }
        text.into()
    }
}
