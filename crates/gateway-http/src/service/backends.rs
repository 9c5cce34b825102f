//! Backend entities: where they are, what goes along, how they are reached, and when they take no calls.

mod credentials;
mod rules;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use http::{HeaderName, HeaderValue};
use policy_parser::diagnostic::quoted;
use policy_vm::exchange::Url;
use rustc_hash::FxHashMap;
use rustls::sign::CertifiedKey;

use super::folder::Parts;
use super::loader::{Loaded, Loader};
use super::named_values::{Unresolved, masked, missing_are_used, substitute};
use super::resources::{self, BackendInformation, last_name};
use crate::backend::breaker::Breaker;
use crate::backend::members::{Affinity, Pool};
use crate::backend::profile::{Authorities, Profile, Proxy};
use crate::backend::verify::Checks;
use crate::data::{Node, Place};
use crate::tls::TlsError;

/// All backend entities.
#[derive(Debug, Default)]
pub(crate) struct Backends {
    list: Vec<Backend>,
    /// Numbers by id in lower case.
    by_id: HashMap<Box<str>, usize>,
    /// Numbers of single backends by host.
    by_host: FxHashMap<String, Vec<usize>>,
}

/// A backend entity.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(crate) id: String,
    pub(crate) kind: Kind,
}

/// One server, or several to choose from.
#[derive(Debug)]
pub(crate) enum Kind {
    Single(Box<Single>),
    Pool(Pool),
}

/// A backend with a URL.
#[derive(Debug)]
pub(crate) struct Single {
    pub(crate) url: Url,
    /// The same as it may be shown, where a named value in it is secret.
    pub(crate) url_masked: Option<String>,
    /// Headers set on every request to it.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Query parameters, encoded, without `&` at the ends.
    pub(crate) query: String,
    /// Whose token goes along.
    pub(crate) identity: Option<Identity>,
    pub(crate) checks: Checks,
    pub(crate) certificate: Option<Arc<CertifiedKey>>,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) breaker: Option<Arc<Breaker>>,
    profile: OnceLock<Option<Arc<Profile>>>,
}

/// `credentials.managedIdentity`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) resource: String,
    pub(crate) client_id: Option<String>,
}

impl Single {
    /// How connections to it are made; `None` for one that is reached as everybody is.
    pub(crate) fn profile(&self, authorities: &Authorities) -> Result<Option<&Arc<Profile>>, TlsError> {
        if let Some(profile) = self.profile.get() {
            return Ok(profile.as_ref());
        }
        let is_usual = self.checks == Checks::default() && self.certificate.is_none() && self.proxy.is_none();
        let profile = if is_usual {
            None
        } else {
            let tls = authorities.connect_with(&self.checks, self.certificate.as_ref())?;
            Some(Arc::new(Profile { tls, proxy: self.proxy.clone() }))
        };
        Ok(self.profile.get_or_init(|| profile).as_ref())
    }
}

impl Backends {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn get(&self, number: usize) -> Option<&Backend> {
        self.list.get(number)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Backend> {
        self.list.iter()
    }

    /// Says of whom it is not asked who they are.
    pub(crate) fn tell_unchecked(&self) {
        for Backend { id, kind, .. } in &self.list {
            let Kind::Single(single) = kind else { continue };
            let (chain, name) = (single.checks.chain, single.checks.name);
            if !(chain && name) {
                tracing::warn!(backend = %id, chain, name, "the certificate of a backend is not checked in full");
            }
        }
    }

    /// The number of the one with this id.
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        match self.by_id.get(id) {
            Some(number) => Some(*number),
            None => self.by_id.get(id.to_lowercase().as_str()).copied(),
        }
    }

    /// The number of the one that this URL leads to: the same server, and the longest path.
    pub(crate) fn leading_to(&self, url: &Url) -> Option<usize> {
        let fits = |number: &&usize| match self.list.get(**number).map(|backend| &backend.kind) {
            Some(Kind::Single(single)) => is_within(url, &single.url),
            _ => false,
        };
        let length = |number: &&usize| match self.list.get(**number).map(|backend| &backend.kind) {
            Some(Kind::Single(single)) => single.url.path.len(),
            _ => 0,
        };
        self.by_host.get(&url.host)?.iter().filter(fits).max_by_key(length).copied()
    }

    fn add(&mut self, backend: Backend) {
        let number = self.list.len();
        self.by_id.insert(backend.id.to_lowercase().into(), number);
        if let Kind::Single(single) = &backend.kind {
            self.by_host.entry(single.url.host.clone()).or_default().push(number);
        }
        self.list.push(backend);
    }

    /// Takes over what is known of backends whose rules have stayed the same.
    pub(crate) fn adopt(&mut self, before: &Self) {
        for backend in &mut self.list {
            let Kind::Single(single) = &mut backend.kind else { continue };
            let Some(Kind::Single(old)) =
                before.find(&backend.id).and_then(|number| before.get(number)).map(|backend| &backend.kind)
            else {
                continue;
            };
            if let (Some(new), Some(known)) = (&mut single.breaker, &old.breaker)
                && new.rule == known.rule
            {
                *new = Arc::clone(known);
            }
        }
    }
}

/// The same server, and a path at or below the base's.
fn is_within(url: &Url, base: &Url) -> bool {
    let path = base.path.trim_end_matches('/');
    url.scheme == base.scheme
        && url.host == base.host
        && url.effective_port() == base.effective_port()
        && url.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What a folder has: single backends, and pools whose members are still only named.
#[derive(Debug, Default)]
pub(super) struct Found {
    singles: Vec<(String, Single)>,
    pools: Vec<FoundPool>,
    /// Those that cannot be used, which has been told: that they are not there is not another mistake.
    broken: Vec<String>,
}

#[derive(Debug)]
struct FoundPool {
    id: String,
    place: Place,
    pool: resources::Pool,
}

impl Found {
    /// What documents may call them.
    pub(super) fn ids(&self) -> Vec<String> {
        let singles = self.singles.iter().map(|(id, _)| id);
        singles.chain(self.pools.iter().map(|pool| &pool.id)).chain(&self.broken).cloned().collect()
    }
}

/// Adds them to those of the service and its other workspaces; policies name backends by their ids alone.
pub(super) fn add(loader: &mut Loader<'_>, parts: &mut Parts, found: Found) {
    let Found { singles, pools, broken } = found;
    let add = |loader: &mut Loader<'_>, parts: &mut Parts, id: String, kind: Kind| {
        if parts.backends.find(&id).is_some() {
            let text = format!("there is a backend `{id}` in the service or another workspace: ids must differ");
            loader.problems.error("TG8033", &loader.folder.place(), text);
        } else {
            parts.backends.add(Backend { id, kind });
        }
    };
    for (id, single) in singles {
        add(loader, parts, id, Kind::Single(Box::new(single)));
    }
    for found in pools {
        let is_broken = |service: &resources::PoolMember| {
            broken.iter().any(|known| known.eq_ignore_ascii_case(last_name(&service.id)))
        };
        if found.pool.services.iter().any(is_broken) {
            continue;
        }
        match pool(&parts.backends, &found) {
            Ok(pool) => add(loader, parts, found.id, Kind::Pool(pool)),
            Err(problem) => loader.problems.error("TG8031", &found.place, problem),
        }
    }
}

/// Loads all of them.
pub(super) fn load(loader: &mut Loader<'_>) -> Found {
    let mut found = Found::default();
    for entry in loader.folder.resources("backends") {
        let loaded = loader.resource::<BackendInformation>(&entry, &["backendInformation.json"], "backends");
        let Some(Loaded { properties, value: information }) = loaded else {
            found.broken.push(entry.name);
            continue;
        };
        if information.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("pool")) {
            let pool = information.pool.unwrap_or_default();
            found.pools.push(FoundPool { id: entry.name, place: properties.place_of("pool"), pool });
            continue;
        }
        match single(loader, &properties, information) {
            Ok(single) => found.singles.push((entry.name, single)),
            Err((code, key, problem)) => {
                found.broken.push(entry.name);
                match problem {
                    Some(problem) => loader.problems.error(code, &properties.place_of(key), problem),
                    // Others may be missing where nobody has looked yet.
                    None => missing_are_used(loader, &properties),
                }
            }
        }
    }
    found
}

/// What is wrong: code, the property it is about, a sentence where it is not told elsewhere.
type Problem = (&'static str, &'static str, Unresolved);

fn url(loader: &mut Loader<'_>, written: Option<&str>, key: &'static str) -> Result<Url, Problem> {
    let written = written.unwrap_or_default();
    if written.trim().is_empty() {
        let text = "there is no URL; exports made with an old version of the management interface leave pools out";
        return Err(("TG8030", key, Some(text.to_owned())));
    }
    let text = substitute(loader, written).map_err(|problem| ("TG8030", key, problem))?;
    // The file's text: a named value in it may be secret.
    Url::parse(&text).map_err(|error| ("TG8030", key, Some(format!("{}: {error}", quoted(written)))))
}

fn single(loader: &mut Loader<'_>, properties: &Node, information: BackendInformation) -> Result<Single, Problem> {
    let mut single = Single {
        url: url(loader, information.url.as_deref(), "url")?,
        url_masked: information.url.as_deref().and_then(|url| masked(loader, url)),
        headers: Vec::new(),
        query: String::new(),
        identity: None,
        checks: rules::checks(&information.tls.unwrap_or_default()),
        certificate: None,
        proxy: None,
        breaker: None,
        profile: OnceLock::new(),
    };
    if let Some(proxy) = information.proxy {
        single.proxy = Some(self::proxy(loader, &proxy)?);
    }
    if let Some(breaker) = information.circuit_breaker {
        let rule = rules::rule(breaker).map_err(|problem| ("TG8034", "circuitBreaker", Some(problem)))?;
        single.breaker = rule.map(|rule| Arc::new(Breaker::new(rule)));
    }
    let credentials = information.credentials.unwrap_or_default();
    credentials::load(loader, &properties.place_of("credentials"), credentials, &mut single)
        .map_err(|problem| ("TG8032", "credentials", problem))?;
    if !single.checks.chain || !single.checks.name {
        let text = "certificates of this backend are not fully checked";
        loader.problems.warning("TG8035", &properties.place_of("tls"), text);
    }
    Ok(single)
}

fn proxy(loader: &mut Loader<'_>, from: &resources::BackendProxy) -> Result<Proxy, Problem> {
    let at = url(loader, from.url.as_deref(), "proxy")?;
    let mut text = |text: &Option<String>| {
        let text = text.as_deref().map(|text| substitute(loader, text)).transpose();
        text.map_err(|problem| ("TG8030", "proxy", problem))
    };
    let (name, password) = (text(&from.username)?, text(&from.password)?.unwrap_or_default());
    Ok(Proxy::new(&at, name.as_deref().map(|name| (name, password.as_str()))))
}

/// A pool's turns are as many as its weights together.
const HEAVIEST: u32 = 100;

fn pool(backends: &Backends, found: &FoundPool) -> Result<Pool, String> {
    let FoundPool { id, pool, .. } = found;
    let mut members = Vec::new();
    for service in &pool.services {
        let name = last_name(&service.id);
        let single = backends
            .find(name)
            .filter(|number| backends.get(*number).is_some_and(|backend| matches!(backend.kind, Kind::Single(_))));
        let number = single.ok_or_else(|| format!("pool `{id}`: there is no single backend `{name}`"))?;
        let weight = service.weight.unwrap_or(1);
        if weight > HEAVIEST {
            return Err(format!("pool `{id}`: `{name}` has weight {weight}, and {HEAVIEST} is the most"));
        }
        members.push((number, name.to_lowercase(), service.priority.unwrap_or(1), weight));
    }
    if members.is_empty() {
        return Err(format!("pool `{id}` has no members"));
    }
    let cookie = pool.session_affinity.as_ref().and_then(|affinity| affinity.session_id.as_ref()?.name.clone());
    let cookie = cookie.filter(|name| HeaderName::try_from(name).is_ok()).map(|cookie| Affinity { cookie });
    Ok(Pool::new(members, cookie, rules::failure_status(pool.failure_response.as_ref())))
}

#[cfg(test)]
mod tests;
