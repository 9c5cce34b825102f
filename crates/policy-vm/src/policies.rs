//! The policies: one element, one file, one line here.
//!
//! A file holds the specification, the compilation, the steps and their tests. To add a policy, add its `mod` line and its
//! entry in [`REGISTRY`], both in alphabetical order, and take it off [`NOT_BUILT`].

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::spec::ElementSpec;

mod authentication_basic;
mod authentication_certificate;
mod authentication_managed_identity;
mod base;
mod cache_lookup;
mod cache_lookup_value;
mod cache_remove_value;
mod cache_store;
mod cache_store_value;
mod caching;
#[cfg(test)]
pub(crate) mod check;
mod check_header;
mod choose;
mod cors;
mod counting;
mod exists_action;
mod find_and_replace;
pub(crate) mod forward_request;
mod include_fragment;
mod ip_filter;
mod limit_concurrency;
mod message;
mod mock_response;
mod outgoing;
mod proxy;
mod quota;
mod quota_by_key;
mod rate_limit;
mod rate_limit_by_key;
mod redirect_content_urls;
mod retry;
mod return_response;
mod rewrite_uri;
mod send_one_way_request;
mod send_request;
mod set_backend_service;
mod set_body;
mod set_header;
mod set_method;
mod set_query_parameter;
mod set_status;
mod set_url;
mod set_variable;
mod timeout;
mod trace;
mod validate_client_certificate;
mod validate_key;
mod wait;

pub(crate) use caching::Caching;

/// A policy.
pub(crate) struct Policy {
    /// What it looks like.
    pub(crate) spec: ElementSpec,
    /// Adds its steps to the program. The element was checked against the specification.
    pub(crate) compile: fn(&mut Compiler<'_>, &Element),
}

/// All policies, by name.
static REGISTRY: &[Policy] = &[
    authentication_basic::POLICY,
    authentication_certificate::POLICY,
    authentication_managed_identity::POLICY,
    base::POLICY,
    cache_lookup::POLICY,
    cache_lookup_value::POLICY,
    cache_remove_value::POLICY,
    cache_store::POLICY,
    cache_store_value::POLICY,
    check_header::POLICY,
    choose::POLICY,
    cors::POLICY,
    find_and_replace::POLICY,
    forward_request::POLICY,
    include_fragment::POLICY,
    ip_filter::POLICY,
    limit_concurrency::POLICY,
    mock_response::POLICY,
    proxy::POLICY,
    quota::POLICY,
    quota_by_key::POLICY,
    rate_limit::POLICY,
    rate_limit_by_key::POLICY,
    redirect_content_urls::POLICY,
    retry::POLICY,
    return_response::POLICY,
    rewrite_uri::POLICY,
    send_one_way_request::POLICY,
    send_request::POLICY,
    set_backend_service::POLICY,
    set_body::POLICY,
    set_header::POLICY,
    set_method::POLICY,
    set_query_parameter::POLICY,
    set_status::POLICY,
    set_variable::POLICY,
    trace::POLICY,
    validate_client_certificate::POLICY,
    validate_key::POLICY,
    wait::POLICY,
];

/// Elements that the service knows as policies or parts of policies and that are not built yet.
const NOT_BUILT: &[&str] = &[
    "authentication-token",
    "authentication-token-store",
    "azure-openai-emit-token-metric",
    "azure-openai-semantic-cache-lookup",
    "azure-openai-semantic-cache-store",
    "azure-openai-token-limit",
    "block",
    "cache-value",
    "cosmosdb-data-source",
    "cross-domain",
    "emit-metric",
    "get-authorization-context",
    "graphql-data-source",
    "http-data-source",
    "invoke-dapr-binding",
    "invoke-request",
    "json-to-xml",
    "jsonp",
    "llm-content-safety",
    "llm-emit-token-metric",
    "llm-semantic-cache-lookup",
    "llm-semantic-cache-store",
    "llm-token-limit",
    "log-to-eventhub",
    "publish-event",
    "publish-to-dapr",
    "send-service-bus-message",
    "set-graphql-resolver",
    "set-request-metric-dimension-value",
    "sql-data-source",
    "validate-azure-ad-token",
    "validate-content",
    "validate-graphql-request",
    "validate-headers",
    "validate-jwt",
    "validate-odata-request",
    "validate-parameters",
    "validate-status-code",
    "xml-to-json",
    "xsl-transform",
];

/// The policy of that name.
pub(crate) fn find(name: &str) -> Option<&'static Policy> {
    let at = REGISTRY.binary_search_by(|policy| policy.spec.name.cmp(name)).ok()?;
    REGISTRY.get(at)
}

/// True for every policy element of the service, built or not.
pub(crate) fn is_known(name: &str) -> bool {
    is_built(name) || NOT_BUILT.contains(&name)
}

/// True for a policy that is built.
pub(crate) fn is_built(name: &str) -> bool {
    find(name).is_some()
}

/// The first policy that has an element of this name inside.
pub(crate) fn owner_of(name: &str) -> Option<&'static str> {
    fn contains(spec: &ElementSpec, name: &str) -> bool {
        spec.children.iter().any(|child| child.spec.name == name || contains(&child.spec, name))
    }
    REGISTRY.iter().find(|policy| contains(&policy.spec, name)).map(|policy| policy.spec.name)
}

/// The names of all policies, for "did you mean".
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    REGISTRY.iter().map(|policy| policy.spec.name).chain(NOT_BUILT.iter().copied())
}

/// What every policy looks like, by name: for reference tables and editors.
pub fn specs() -> impl Iterator<Item = &'static ElementSpec> {
    REGISTRY.iter().map(|policy| &policy.spec)
}

/// Names of policies of the service that this engine does not have yet.
#[must_use]
pub fn not_built() -> &'static [&'static str] {
    NOT_BUILT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_are_in_order_and_disjoint() {
        assert!(REGISTRY.windows(2).all(|pair| pair[0].spec.name < pair[1].spec.name));
        assert!(NOT_BUILT.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(NOT_BUILT.iter().all(|name| !is_built(name)));
    }
}
