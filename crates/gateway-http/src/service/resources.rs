//! The resource files of a service folder, as far as serving needs them. Unknown properties are ignored: exports carry
//! many that only the management side knows.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

use crate::data::AS_WRITTEN;

/// A resource of which only single properties are looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Anything {}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ApiInformation {
    pub(super) display_name: Option<String>,
    pub(super) path: String,
    pub(super) protocols: Vec<String>,
    pub(super) service_url: Option<String>,
    pub(super) subscription_required: Option<bool>,
    pub(super) subscription_key_parameter_names: Option<KeyNames>,
    #[serde(deserialize_with = "label")]
    pub(super) api_revision: Option<String>,
    pub(super) is_current: Option<bool>,
    #[serde(deserialize_with = "label")]
    pub(super) api_version: Option<String>,
    pub(super) api_version_set_id: Option<String>,
    pub(super) api_version_set: Option<VersionSetInformation>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) api_type: Option<String>,
    pub(super) translate_required_query_parameters: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct KeyNames {
    pub(super) header: Option<String>,
    pub(super) query: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct VersionSetInformation {
    pub(super) versioning_scheme: Option<String>,
    pub(super) version_query_name: Option<String>,
    pub(super) version_header_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OperationInformation {
    #[serde(default)]
    pub(super) display_name: Option<String>,
    pub(super) method: String,
    pub(super) url_template: String,
    #[serde(default)]
    pub(super) responses: Vec<ResponseInformation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ResponseInformation {
    pub(super) status_code: u16,
    pub(super) representations: Vec<Representation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Representation {
    pub(super) content_type: String,
    pub(super) sample: Option<String>,
    pub(super) examples: BTreeMap<String, Example>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Example {
    pub(super) value: Option<serde_json::Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ProductInformation {
    pub(super) display_name: Option<String>,
    pub(super) subscription_required: Option<bool>,
    pub(super) approval_required: Option<bool>,
    pub(super) subscriptions_limit: Option<i32>,
    pub(super) state: Option<String>,
}

/// An entry of `apis.json` or `groups.json`: an object or a bare name.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Link {
    Name(String),
    Object { name: String },
}

impl Link {
    pub(super) fn name(&self) -> &str {
        let (Self::Name(name) | Self::Object { name }) = self;
        last_name(name)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SubscriptionInformation {
    pub(super) display_name: Option<String>,
    pub(super) scope: Option<String>,
    pub(super) owner_id: Option<String>,
    pub(super) state: Option<String>,
    pub(super) primary_key: Option<String>,
    pub(super) secondary_key: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct NamedValueInformation {
    pub(super) display_name: Option<String>,
    pub(super) value: Option<String>,
    pub(super) secret: bool,
    pub(super) key_vault: Option<KeyVault>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct KeyVault {
    pub(super) secret_identifier: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct GroupInformation {
    pub(super) display_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WorkspaceInformation {
    pub(super) display_name: Option<String>,
}

/// What a product is linked by in a workspace.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct LinkInformation {
    pub(super) api_id: Option<String>,
    pub(super) group_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct BackendInformation {
    pub(super) url: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) credentials: Option<Credentials>,
    pub(super) proxy: Option<BackendProxy>,
    pub(super) tls: Option<Tls>,
    pub(super) circuit_breaker: Option<CircuitBreaker>,
    pub(super) pool: Option<Pool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BackendProxy {
    pub(super) url: Option<String>,
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Tls {
    pub(super) validate_certificate_chain: Option<bool>,
    pub(super) validate_certificate_name: Option<bool>,
    pub(super) server_certificate_thumbprints: Vec<String>,
    pub(super) server_x509_names: Vec<X509Name>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct X509Name {
    pub(super) name: String,
    pub(super) issuer_certificate_thumbprint: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CircuitBreaker {
    pub(super) rules: Vec<CircuitBreakerRule>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct CircuitBreakerRule {
    pub(super) name: String,
    pub(super) failure_condition: FailureCondition,
    pub(super) trip_duration: Option<String>,
    pub(super) accept_retry_after: Option<bool>,
    pub(super) failure_response: Option<FailureResponse>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct FailureCondition {
    pub(super) count: Option<u32>,
    pub(super) percentage: Option<u32>,
    pub(super) interval: Option<String>,
    pub(super) status_code_ranges: Vec<StatusCodeRange>,
    pub(super) error_reasons: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct StatusCodeRange {
    pub(super) min: u16,
    pub(super) max: u16,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct FailureResponse {
    pub(super) status_code: Option<u16>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Pool {
    pub(super) services: Vec<PoolMember>,
    pub(super) session_affinity: Option<SessionAffinity>,
    pub(super) failure_response: Option<FailureResponse>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PoolMember {
    pub(super) id: String,
    pub(super) priority: Option<u32>,
    pub(super) weight: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SessionAffinity {
    pub(super) session_id: Option<SessionId>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SessionId {
    pub(super) name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Credentials {
    pub(super) header: BTreeMap<String, Vec<String>>,
    pub(super) query: BTreeMap<String, Vec<String>>,
    pub(super) authorization: Option<Authorization>,
    pub(super) certificate_ids: Vec<String>,
    /// Thumbprints.
    pub(super) certificate: Vec<String>,
    pub(super) managed_identity: Option<ManagedIdentity>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ManagedIdentity {
    pub(super) client_id: Option<String>,
    pub(super) resource: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Authorization {
    pub(super) scheme: String,
    pub(super) parameter: String,
}

/// A label that people write as a number, and that the service takes so: `1.10` is another one than `1.1`.
fn label<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    from.deserialize_newtype_struct(AS_WRITTEN, Label)
}

struct Label;

impl<'de> Visitor<'de> for Label {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// The name at the end of an id: relative, absolute or bare.
pub(super) fn last_name(id: &str) -> &str {
    id.trim_end_matches('/').rsplit('/').next().unwrap_or(id)
}

/// The workspace in an id.
pub(super) fn workspace_of(id: &str) -> Option<&str> {
    let mut parts = id.split('/');
    parts.find(|part| part.eq_ignore_ascii_case("workspaces"))?;
    parts.next()
}

/// The kind and the name at the end of an id.
pub(super) fn kind_and_name(id: &str) -> (&str, &str) {
    let mut parts = id.trim_end_matches('/').rsplit('/');
    let name = parts.next().unwrap_or_default();
    match parts.next() {
        Some(kind) if !kind.is_empty() => (kind, name),
        _ => (name, ""),
    }
}

#[cfg(test)]
mod labels {
    use policy_parser::Source;

    use super::ApiInformation;
    use crate::data::{parse_json, parse_yaml, read};

    #[test]
    fn a_label_is_what_is_written() {
        let written = [
            ("x.yaml", "apiVersion: 1.10\napiRevision: 01\n", "1.10", "01"),
            ("x.yaml", "apiVersion: 1.0\napiRevision: 1e3\n", "1.0", "1e3"),
            ("x.yaml", "apiVersion: v1\napiRevision: \"2\"\n", "v1", "2"),
            ("x.json", "{\"apiVersion\": 2.0, \"apiRevision\": 2}", "2.0", "2"),
        ];
        for (name, text, version, revision) in written {
            let (source, mut found) = (Source::new(name, text), Vec::new());
            let node =
                if name.ends_with("json") { parse_json(&source, &mut found) } else { parse_yaml(&source, &mut found) };
            let api: ApiInformation = read(&node.unwrap(), "TG8003", &mut found).unwrap();
            assert_eq!((api.api_version.as_deref(), api.api_revision.as_deref()), (Some(version), Some(revision)));
            assert!(found.is_empty(), "{found:?}");
        }
        let (source, mut found) = (Source::new("x.yaml", "apiVersion: null\napiRevision:\n"), Vec::new());
        let node = parse_yaml(&source, &mut found).unwrap();
        let api: ApiInformation = read(&node, "TG8003", &mut found).unwrap();
        assert_eq!((api.api_version, api.api_revision), (None, None));
    }
}
