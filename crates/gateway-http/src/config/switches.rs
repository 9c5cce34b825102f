//! Points of the engine's behaviour that can be chosen, see `docs/compatibility.md`.

use policy_vm::Engine;
use serde::{Deserialize, Serialize};

use super::Config;

/// The engine's switches.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Switches {
    pub(crate) strict_variables: bool,
    pub(crate) cors_terminates_unmatched: bool,
    pub(crate) single_backend_policy: bool,
    pub(crate) token_bucket_rates: bool,
    pub(crate) limits_fail_open: bool,
    pub(crate) any_result_type: bool,
}

impl From<&Switches> for policy_vm::Switches {
    fn from(switches: &Switches) -> Self {
        Self {
            strict_variables: switches.strict_variables,
            cors_terminates_unmatched: switches.cors_terminates_unmatched,
            single_backend_policy: switches.single_backend_policy,
            token_bucket_rates: switches.token_bucket_rates,
            limits_fail_open: switches.limits_fail_open,
            any_result_type: switches.any_result_type,
        }
    }
}

impl Config {
    /// An engine that compiles as these settings want it.
    pub(crate) fn engine(&self) -> Engine {
        Engine::new().with_switches((&self.switches).into())
    }
}
