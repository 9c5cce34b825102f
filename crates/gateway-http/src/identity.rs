//! Access tokens of the gateway's own identity, off the cloud: fixed ones, files that something else renews, and endpoints
//! that give them for client credentials. Each thread keeps its own until shortly before they expire.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use policy_vm::exchange::{Body, Url};
use policy_vm::host::{HostError, HostErrorKind, OutgoingRequest, Transport};
use rustc_hash::FxHashMap;
use serde::Deserialize;
use tokio::time::Instant;

use crate::backend::send::{Sender, send_as_it_is};
use crate::config::Identity;
use crate::config::secret::{Secret, SecretError};
use crate::routing::query;
use crate::together::Together;
use crate::worker::Worker;

/// The tokens of one thread.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    kept: RefCell<FxHashMap<Whose, Kept>>,
    /// Those who want the same token ask for it once.
    asking: Together<Whose, Result<Box<str>, HostError>>,
}

/// Resource and identity.
type Whose = (Box<str>, Option<Box<str>>);

impl Tokens {
    /// Asks for all of them again: they may be somebody else's now.
    pub(crate) fn forget(&self) {
        self.kept.borrow_mut().clear();
        self.asking.forget();
    }

    fn keep(&self, whose: Whose, token: &str, life: Duration) {
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(whose, Kept { token: token.into(), until: Instant::now() + life });
    }
}

struct Kept {
    token: Box<str>,
    until: Instant,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept(***)")
    }
}

/// Resources may come from requests: more than this and all are forgotten.
const MOST_KEPT: usize = 1000;
/// Files are read again this often.
const FILE_KEPT: Duration = Duration::from_secs(60);
/// A token is not used in the last part of its life, since it has a way to go.
const MARGIN: Duration = Duration::from_secs(60);
/// What an endpoint gives that does not say how long it lives.
const DEFAULT_LIFE: Duration = Duration::from_secs(300);
/// No token is kept for longer.
const LONGEST_KEPT: Duration = Duration::from_secs(24 * 3600);
/// How long an endpoint may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A token for a resource.
pub(crate) async fn token(worker: &Rc<Worker>, resource: &str, client_id: Option<&str>) -> Result<Box<str>, HostError> {
    let whose: Whose = (resource.into(), client_id.map(Into::into));
    if let Some(kept) = worker.tokens.kept.borrow().get(&whose).filter(|kept| kept.until > Instant::now()) {
        return Ok(kept.token.clone());
    }
    let rules = worker.rules();
    let identity = find(&rules.identities, resource, client_id)
        .ok_or_else(|| refused(format!("no `[[identity]]` in `tollgate.toml` gives tokens for `{resource}`")))?;
    match (&identity.token, &identity.token_url) {
        (Some(secret), _) => {
            let (tokens, folder, secret) = (Rc::clone(worker), rules.folder.clone(), secret.clone());
            let (worker, kept) = (Rc::clone(worker), whose.clone());
            let read = tokens.tokens.asking.result(whose, || read_and_keep(worker, folder, secret, kept));
            read.await.unwrap_or_else(|| Err(refused("reading a token failed".to_owned())))
        }
        (None, Some(url)) => {
            let (worker, identity, url) = (Rc::clone(worker), identity.clone(), url.clone());
            let tokens = Rc::clone(&worker);
            let fetched = tokens.tokens.asking.result(whose.clone(), || fetch_and_keep(worker, identity, url, whose));
            fetched.await.unwrap_or_else(|| Err(refused("asking for a token failed".to_owned())))
        }
        (None, None) => Err(refused(format!("the identity for `{resource}` has neither `token` nor `token_url`"))),
    }
}

/// Asks for a token, and keeps it unless the settings have changed meanwhile.
async fn fetch_and_keep(
    worker: Rc<Worker>,
    identity: Identity,
    url: String,
    whose: Whose,
) -> Result<Box<str>, HostError> {
    let before = worker.rules();
    let (token, life) = fetch(&worker, &identity, &url, &whose.0).await?;
    if before.identities == worker.rules().identities {
        worker.tokens.keep(whose, &token, life);
    }
    Ok(token)
}

/// The entry that fits best: one for the resource before one for all.
fn find<'i>(identities: &'i [Identity], resource: &str, client_id: Option<&str>) -> Option<&'i Identity> {
    let plain = |text: &str| text.trim_end_matches('/').to_owned();
    let theirs = identities.iter().filter(|identity| identity.client_id.as_deref() == client_id);
    let named =
        |identity: &&Identity| identity.resource.as_deref().is_some_and(|known| plain(known) == plain(resource));
    theirs.clone().find(named).or_else(|| theirs.clone().find(|identity| identity.resource.is_none()))
}

fn refused(message: String) -> HostError {
    HostError::new(HostErrorKind::Refused, message)
}

/// Reads a token that stands somewhere, and keeps it unless the settings have changed meanwhile.
async fn read_and_keep(
    worker: Rc<Worker>,
    folder: PathBuf,
    secret: Secret,
    whose: Whose,
) -> Result<Box<str>, HostError> {
    let before = worker.rules();
    let token: Box<str> = beside(move || secret.resolve(&folder)).await?.trim().into();
    if before.identities == worker.rules().identities {
        worker.tokens.keep(whose, &token, FILE_KEPT);
    }
    Ok(token)
}

/// Reads a secret beside the thread that serves: it may be in a file on a disk that is slow, or gone.
async fn beside(read: impl FnOnce() -> Result<String, SecretError> + Send + 'static) -> Result<String, HostError> {
    let read = tokio::time::timeout(TIMEOUT, tokio::task::spawn_blocking(read)).await;
    let late = |_| refused("the file of a secret cannot be read in time".to_owned());
    let read = read.map_err(late)?.map_err(|error| refused(error.to_string()))?;
    read.map_err(|error| refused(error.to_string()))
}

/// What an endpoint for client credentials answers (RFC 6749 5.1); some write numbers as texts.
#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: Option<serde_json::Value>,
}

/// Asks an endpoint for a token with client credentials (RFC 6749 4.4).
async fn fetch(
    worker: &Rc<Worker>,
    identity: &Identity,
    url: &str,
    resource: &str,
) -> Result<(Box<str>, Duration), HostError> {
    let failed = |message: String| HostError::new(HostErrorKind::Connection, message);
    let secret = match identity.application_secret.clone() {
        Some(secret) => {
            let folder = worker.rules().folder.clone();
            beside(move || secret.resolve(&folder)).await?
        }
        None => String::new(),
    };
    let scope = identity.scope.clone().unwrap_or_else(|| format!("{}/.default", resource.trim_end_matches('/')));
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", identity.application_id.as_deref().unwrap_or_default()),
        ("client_secret", &secret),
        ("scope", &scope),
    ];
    let body = fields.map(|(name, value)| format!("{name}={}", encode(value))).join("&");
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let request = OutgoingRequest {
        method: Method::POST,
        url: Url::parse(url).map_err(|error| refused(format!("`{url}`: {error}")))?,
        headers,
        body: Body::Bytes(Bytes::from(body)),
        timeout: TIMEOUT,
        transport: Transport::default(),
    };
    let response = Box::pin(send_as_it_is(&Sender::now(worker), request)).await.map_err(HostError::from)?;
    let Body::Bytes(bytes) = response.body else {
        return Err(failed(format!("the token endpoint answered {} without a body", response.status)));
    };
    if response.status != 200 {
        return Err(failed(format!("the token endpoint answered {}", response.status)));
    }
    let answer: Answer = serde_json::from_slice(&bytes)
        .map_err(|_| failed("the token endpoint answered something that is no token".to_owned()))?;
    let seconds = answer.expires_in.and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
    Ok((answer.access_token.into(), use_of(seconds.map_or(DEFAULT_LIFE, Duration::from_secs))))
}

/// How long a token is used that lives this long: a short one for half its life, and none for more than a day, whatever the
/// endpoint says.
fn use_of(life: Duration) -> Duration {
    life.saturating_sub(MARGIN).max(life / 2).min(LONGEST_KEPT)
}

/// `application/x-www-form-urlencoded`.
fn encode(text: &str) -> String {
    query::encode(text, b"-._*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_that_fits_best() {
        let entry = |resource: Option<&str>, client_id: Option<&str>, scope: &str| Identity {
            resource: resource.map(str::to_owned),
            client_id: client_id.map(str::to_owned),
            scope: Some(scope.to_owned()),
            ..Identity::default()
        };
        let all = [
            entry(None, None, "all"),
            entry(Some("https://a/"), None, "a"),
            entry(Some("https://a"), Some("x"), "a of x"),
        ];
        let found = |resource, client_id| find(&all, resource, client_id).and_then(|entry| entry.scope.as_deref());
        assert_eq!(found("https://a", None), Some("a"));
        assert_eq!(found("https://b", None), Some("all"));
        assert_eq!(found("https://a/", Some("x")), Some("a of x"));
        assert_eq!(found("https://b", Some("x")), None);
    }

    /// A disk that answers only when others of the thread have had their turn.
    #[tokio::test(flavor = "local")]
    async fn a_secret_on_a_slow_disk_holds_up_nobody() {
        let (go, wait) = std::sync::mpsc::channel();
        let slow = move || match wait.recv_timeout(TIMEOUT) {
            Ok(()) => Ok("secret".to_owned()),
            Err(_) => Err(SecretError::Environment("nobody else had a turn".to_owned())),
        };
        let read = tokio::task::spawn_local(beside(slow));
        let others = tokio::task::spawn_local(async move { go.send(()) });
        assert_eq!(read.await.unwrap().unwrap(), "secret");
        others.await.unwrap().unwrap();
    }

    #[test]
    fn lives_are_taken_with_a_grain_of_salt() {
        let of = |seconds| use_of(Duration::from_secs(seconds)).as_secs();
        assert_eq!((of(3600), of(100), of(0)), (3540, 50, 0));
        assert_eq!((of(9_223_372_036_854_775_807), of(u64::MAX)), (86_400, 86_400));
    }

    #[test]
    fn forms_are_encoded() {
        assert_eq!(encode("a b/ü&=1"), "a%20b%2F%C3%BC%26%3D1");
    }
}
