//! Tables about the call: its API and operation, and who makes it.

use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct ApiText {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) service_url: String,
    pub(crate) key_header: String,
    pub(crate) key_query: String,
    pub(crate) revision: String,
    pub(crate) version: String,
}

impl Default for ApiText {
    fn default() -> Self {
        Self {
            id: "echo".to_owned(),
            name: "Echo".to_owned(),
            path: String::new(),
            service_url: "https://backend.example".to_owned(),
            key_header: "Ocp-Apim-Subscription-Key".to_owned(),
            key_query: "subscription-key".to_owned(),
            revision: "1".to_owned(),
            version: String::new(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct OperationText {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The request's method when absent.
    pub(crate) method: Option<String>,
    pub(crate) template: String,
    pub(crate) responses: Vec<SampleText>,
}

impl Default for OperationText {
    fn default() -> Self {
        Self {
            id: "call".to_owned(),
            name: "Call".to_owned(),
            method: None,
            template: "/*".to_owned(),
            responses: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct SampleText {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) sample: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ProductText {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct UserText {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) groups: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct SubscriptionText {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) primary_key: String,
    #[serde(default)]
    pub(crate) secondary_key: String,
    /// `active` when absent.
    pub(crate) state: Option<String>,
    /// False when its scope does not cover the API.
    #[serde(default = "yes")]
    pub(crate) in_scope: bool,
    pub(crate) product: Option<String>,
    pub(crate) start: Option<toml::value::Datetime>,
    pub(crate) owner: Option<UserText>,
}

const fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct DeploymentText {
    pub(crate) region: String,
    pub(crate) gateway_id: String,
    pub(crate) instance_id: String,
    pub(crate) service_id: String,
    pub(crate) service_name: String,
}
