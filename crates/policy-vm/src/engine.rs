//! [`Engine`]: compiles policy documents into [`Program`]s.

use std::collections::HashMap;
use std::sync::Arc;

use policy_parser::{Diagnostic, Source};

use crate::custom::CustomPolicy;
use crate::program::Program;

/// Compiles documents. Immutable, cheap to share; one per process is enough.
#[derive(Debug, Clone, Default)]
pub struct Engine {
    pub(crate) limits: Limits,
    pub(crate) switches: Switches,
    custom: Vec<Arc<dyn CustomPolicy>>,
}

/// What one run may use.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Instructions of one expression. Default 10 million.
    pub instructions: u64,
    /// How much all expressions of an exchange may use together, of instructions and of steps of regular expressions, as
    /// a multiple of what one may. Default 50.
    pub expressions: u32,
    /// Bytes that all expressions of an exchange may allocate together, at most 2 GiB. Default 64 MiB.
    pub memory: usize,
    /// UTF-16 units of one string. Default 8 Mi.
    pub string: usize,
    /// Nested calls of one expression. Default 200.
    pub depth: u32,
    /// Own time of one expression, in microseconds. Default 5 s.
    pub micros: u64,
    /// Own time of an exchange, in microseconds: of all its policies and expressions together, without what it waits for.
    /// Default 10 s.
    pub run_micros: u64,
    /// Steps of regular expressions in one expression. Default 10 million.
    pub regex_steps: u64,
    /// Bytes of a body that a policy reads. Default 2 MiB.
    pub buffered_body: usize,
    /// Steps (policies executed) of one exchange, loops included. Default 100,000.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            instructions: 10_000_000,
            expressions: 50,
            memory: 64 << 20,
            string: 8 << 20,
            depth: 200,
            micros: 5_000_000,
            run_micros: 10_000_000,
            regex_steps: 10_000_000,
            buffered_body: 2 << 20,
            steps: 100_000,
        }
    }
}

/// Points where the product's behaviour is uncertain and somebody may depend on either answer; see
/// `docs/compatibility.md`.
#[derive(Debug, Clone, Default)]
pub struct Switches {
    /// Reading a variable that does not exist throws instead of giving null.
    pub strict_variables: bool,
    /// `cors` ends a request of an origin that does not match with an empty 200 when the attribute is absent.
    pub cors_terminates_unmatched: bool,
    /// More than one policy directly under `backend` is an error, as the service has it, instead of a warning.
    pub single_backend_policy: bool,
    /// Rate limits are buckets of tokens, as in the service's v2 tiers, instead of sliding windows.
    pub token_bucket_rates: bool,
    /// A rate limit or quota whose counter cannot be asked lets calls pass, instead of failing them.
    pub limits_fail_open: bool,
    /// What by-key limits put off to the end is also counted when a call ended in `on-error`.
    pub count_failed_calls: bool,
    /// Expressions for texts and variables may give lists, dictionaries, XML, anonymous objects and whatever else can be
    /// kept, not only the result types that the service documents.
    pub any_result_type: bool,
}

/// The scope of a document, from broad to narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// All APIs.
    Global,
    /// A workspace.
    Workspace,
    /// A product.
    Product,
    /// An API.
    Api,
    /// An operation.
    Operation,
}

impl Scope {
    /// All, from broad to narrow.
    pub const ALL: [Self; 5] = [Self::Global, Self::Workspace, Self::Product, Self::Api, Self::Operation];

    /// As `context.LastError.Scope` spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Workspace => "workspace",
            Self::Product => "product",
            Self::Api => "api",
            Self::Operation => "operation",
        }
    }
}

/// What a document refers to: fragments, named values, backend entities.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Named values by display name.
    pub named_values: HashMap<String, NamedValue>,
    /// Fragments by id.
    pub fragments: HashMap<String, Arc<Source>>,
    /// Ids of backend entities; `None` when they are not known and not to be checked.
    pub backends: Option<Vec<String>>,
    /// Names and thumbprints of the host's certificates; `None` when they are not known and not to be checked.
    pub certificates: Option<Vec<String>>,
    /// The host has a cache that `caching-type="external"` means; without one documents that insist on it are warned.
    pub external_cache: bool,
}

/// A named value.
#[derive(Clone)]
pub struct NamedValue {
    /// Its text.
    pub value: String,
    /// Never shown in messages and traces.
    pub secret: bool,
}

impl std::fmt::Debug for NamedValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.secret { "NamedValue(***)" } else { "NamedValue(…)" })
    }
}

/// What compiling gives: a program when there was no error, and everything there is to say.
#[derive(Debug)]
pub struct Compiled {
    /// The program, if there was no error.
    pub program: Option<Arc<Program>>,
    /// All findings in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

impl Engine {
    /// An engine with default limits and switches.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Replaces the switches.
    #[must_use]
    pub fn with_switches(mut self, switches: Switches) -> Self {
        self.switches = switches;
        self
    }

    /// Adds a policy of your own. One that the service has stays what it is.
    #[must_use]
    pub fn with_policy(mut self, policy: impl CustomPolicy + 'static) -> Self {
        self.custom.push(Arc::new(policy));
        self
    }

    /// The added policy of that name.
    pub(crate) fn custom(&self, name: &str) -> Option<&Arc<dyn CustomPolicy>> {
        self.custom.iter().find(|policy| policy.spec().name == name)
    }

    /// The limits in force.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Compiles a document of the given scope.
    #[must_use]
    pub fn compile(&self, source: &Arc<Source>, scope: Scope, environment: &Environment) -> Compiled {
        crate::compile::document(self, source, scope, environment)
    }

    /// Checks a fragment on its own, as far as that does not depend on where it is included.
    #[must_use]
    pub fn check_fragment(&self, source: &Arc<Source>, environment: &Environment) -> Vec<Diagnostic> {
        crate::compile::check_fragment(self, source, environment)
    }
}
