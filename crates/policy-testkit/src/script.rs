//! The `toml host` block: the surroundings of a request, as data.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::page::{Fence, Malformed};
use crate::time::Span;

mod call;
mod problems;

pub(crate) use call::{ApiText, DeploymentText, OperationText, ProductText, SampleText, SubscriptionText, UserText};

/// The surroundings as one block writes them. Everything is optional.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Script {
    /// Where the virtual clock starts.
    pub(crate) clock: Option<toml::value::Datetime>,
    /// Moves the virtual clock before the request.
    pub(crate) advance: Option<Span>,
    /// Of the random numbers.
    pub(crate) seed: Option<u64>,
    pub(crate) client_ip: Option<ClientIp>,
    pub(crate) request_id: Option<String>,
    pub(crate) tracing: Option<bool>,
    /// There is an external cache beside the internal one.
    pub(crate) external_cache: bool,
    /// The cache fails from now on, or works again.
    pub(crate) cache_fails: Option<bool>,
    /// Counters cannot be asked from now on, or can again.
    pub(crate) counters_fail: Option<bool>,
    pub(crate) named_values: BTreeMap<String, NamedValueText>,
    /// Variables set before the first policy runs.
    pub(crate) variables: toml::Table,
    /// The operation's matched parameters, where its template does not give them.
    pub(crate) parameters: BTreeMap<String, String>,
    /// Answers of backends.
    pub(crate) backend: Option<Vec<Answer>>,
    /// Ids of backend entities and their URLs.
    pub(crate) backends: Option<BTreeMap<String, String>>,
    /// Names of the host's certificates; others are warned of.
    pub(crate) certificates: Option<Vec<String>>,
    /// The client's certificate: Base64 of its DER form.
    pub(crate) client_certificate: Option<String>,
    /// What is true of it: `trusted`, `not-revoked`, `issued-by NAME`, `issuer-thumbprint HEX`.
    pub(crate) certificate_facts: Option<Vec<String>>,
    /// Tokens that the gateway's identities get.
    pub(crate) tokens: Vec<TokenText>,
    /// Values in the cache.
    pub(crate) cache: toml::Table,
    /// Places already taken, by counter.
    pub(crate) slots: BTreeMap<String, u32>,
    pub(crate) api: Option<ApiText>,
    pub(crate) operation: Option<OperationText>,
    pub(crate) product: Option<ProductText>,
    pub(crate) user: Option<UserText>,
    /// Id of the caller's subscription, one of `subscriptions`.
    pub(crate) subscription: Option<String>,
    /// Subscriptions that the host knows.
    pub(crate) subscriptions: Vec<SubscriptionText>,
    pub(crate) deployment: Option<DeploymentText>,
    /// Switches of the engine.
    pub(crate) switches: Option<SwitchesText>,
}

/// The caller's address.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum ClientIp {
    /// Nobody knows it.
    None,
    Known(std::net::IpAddr),
}

impl TryFrom<String> for ClientIp {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::None);
        }
        let wrong = || format!("`{text}` is no address: expected one as `203.0.113.7` or `2001:db8::7`, or `none`");
        text.parse().map(Self::Known).map_err(|_| wrong())
    }
}

/// A token of an identity.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct TokenText {
    pub(crate) resource: String,
    /// The identity, where it is not the gateway's own.
    pub(crate) client_id: Option<String>,
    pub(crate) token: String,
}

/// A named value: its text, or its text and whether it is secret.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a text, or `{ value = \"…\", secret = true }`")]
pub(crate) enum NamedValueText {
    Plain(String),
    Full { value: String, secret: bool },
}

/// What a backend answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Answer {
    /// `GET https://host/path*`; the method may be left out.
    #[serde(default = "any")]
    pub(crate) r#match: String,
    #[serde(default = "ok")]
    pub(crate) status: u16,
    pub(crate) reason: Option<String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, OneOrMany>,
    #[serde(default)]
    pub(crate) body: String,
    /// A body that is no text, in Base64.
    pub(crate) body_base64: Option<String>,
    /// It breaks off there.
    #[serde(default)]
    pub(crate) body_error: bool,
    /// No answer but this failure.
    pub(crate) error: Option<Failure>,
    /// Time until the answer.
    pub(crate) delay: Option<Span>,
    /// When a backend that takes no calls does so again.
    pub(crate) retry_after: Option<Span>,
    /// Whether it need not be asked for.
    #[serde(default)]
    pub(crate) optional: bool,
}

fn any() -> String {
    "*".to_owned()
}

const fn ok() -> u16 {
    200
}

/// A header's value or values.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a text, or a list of texts")]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(crate) fn values(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// How a backend fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Failure {
    Timeout,
    Connection,
    ClientGone,
    /// Its circuit breaker is open.
    Unavailable,
    /// No member of the pool takes calls.
    PoolUnavailable,
    Refused,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct SwitchesText {
    pub(crate) strict_variables: bool,
    pub(crate) cors_terminates_unmatched: bool,
    pub(crate) single_backend_policy: bool,
    pub(crate) token_bucket_rates: bool,
    pub(crate) limits_fail_open: bool,
    pub(crate) count_failed_calls: bool,
    pub(crate) any_result_type: bool,
}

impl Script {
    /// Replaces what `newer` says; the rest stays.
    pub(crate) fn merge(&mut self, newer: Self) {
        fn take<T>(old: &mut Option<T>, new: Option<T>) {
            if new.is_some() {
                *old = new;
            }
        }
        take(&mut self.client_ip, newer.client_ip);
        take(&mut self.request_id, newer.request_id);
        take(&mut self.tracing, newer.tracing);
        take(&mut self.backends, newer.backends);
        take(&mut self.api, newer.api);
        take(&mut self.operation, newer.operation);
        take(&mut self.product, newer.product);
        take(&mut self.user, newer.user);
        take(&mut self.subscription, newer.subscription);
        take(&mut self.deployment, newer.deployment);
        take(&mut self.switches, newer.switches);
        take(&mut self.certificates, newer.certificates);
        take(&mut self.client_certificate, newer.client_certificate);
        take(&mut self.certificate_facts, newer.certificate_facts);
        self.tokens.extend(newer.tokens);
        self.named_values.extend(newer.named_values);
        self.variables.extend(newer.variables);
        if !newer.parameters.is_empty() {
            self.parameters = newer.parameters;
        }
    }

    /// Reads a block; what it names must be possible.
    pub(crate) fn parse(fence: &Fence) -> Result<Self, Malformed> {
        let script: Self = toml::from_str(&fence.text).map_err(|error| {
            let line = error.span().map_or(fence.line, |span| fence.line_of(span.start));
            Malformed::new(line, error.message().to_owned())
        })?;
        problems::of(&script, fence).map_or(Ok(script), Err)
    }

    /// A key of those that hold for compiling, if there is one.
    pub(crate) fn for_compiling(&self) -> Option<&'static str> {
        let there = [
            ("named-values", !self.named_values.is_empty()),
            ("backends", self.backends.is_some()),
            ("certificates", self.certificates.is_some()),
            ("switches", self.switches.is_some()),
        ];
        there.into_iter().find(|(_, is_there)| *is_there).map(|(key, _)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::fence;

    #[test]
    fn everything_is_optional_and_unknown_keys_are_errors() {
        assert!(Script::parse(&fence("")).is_ok());
        let error = Script::parse(&fence("seed = 1\n\n[[backend]]\nstaus = 200")).unwrap_err();
        assert_eq!(error.line, 14, "{error:?}");
        assert!(error.message.contains("staus"), "{error:?}");
    }

    #[test]
    fn answers_have_defaults() {
        let script = Script::parse(&fence("[[backend]]\nheaders = { A = \"1\", B = [\"2\", \"3\"] }")).unwrap();
        let answers = script.backend.unwrap();
        assert_eq!((answers[0].r#match.as_str(), answers[0].status), ("*", 200));
        assert_eq!(answers[0].headers["B"].values().len(), 2);
    }
}
