//! One policy document compiled as its service would, without the rest of the service: to look at what became of it.

use std::path::Path;
use std::sync::Arc;

use policy_parser::{Diagnostic, Severity, Source};
use policy_vm::{Environment, Program, Scope};

use super::hidden::SHORTEST;
use super::{folder, single};
use crate::config::Config;

/// A document, and what it was compiled with.
#[derive(Debug)]
pub(crate) struct Document {
    /// The program, when there is no error in it.
    pub(crate) program: Option<Arc<Program>>,
    pub(crate) findings: Vec<Diagnostic>,
    environment: Environment,
}

/// Where a document belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// The service folder whose named values, fragments and backends it refers to; the named values of the settings alone
    /// when absent.
    pub(crate) service: Option<&'a Path>,
    /// Where in the folder it lies, if it does.
    pub(crate) file: Option<&'a Path>,
    pub(crate) scope: Scope,
}

impl Document {
    /// Compiles `source` with what is around it. What the folder is warned of elsewhere is not told.
    pub(crate) fn compile(source: &Arc<Source>, around: Surroundings<'_>, config: &Config) -> Self {
        let engine = config.engine();
        let (environment, mut problems) = match around.service {
            Some(root) => folder::environment(root, around.file, &engine, config),
            None => single::environment(config),
        };
        let program = problems.compile(&engine, source, around.scope, &environment);
        let mut findings = problems.into_findings();
        findings.retain(|one| one.severity == Severity::Error || one.source.name() == source.name());
        Self { program, findings, environment }
    }

    /// What it was compiled to. Secrets are not shown, wherever their text stands.
    pub(crate) fn listing(&self) -> Option<String> {
        let mut listing = self.program.as_ref()?.disassemble();
        let mut secrets: Vec<&str> = self.environment.named_values.values().filter_map(hidden).collect();
        // A secret may contain another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        for secret in secrets {
            listing = listing.replace(secret, "***").replace(escaped(secret).as_str(), "***");
        }
        Some(listing)
    }
}

/// The text that a listing must not show.
fn hidden(value: &policy_vm::NamedValue) -> Option<&str> {
    (value.secret && value.value.len() >= SHORTEST).then_some(value.value.as_str())
}

/// As it stands in a literal of a listing.
fn escaped(text: &str) -> String {
    let literal = format!("{text:?}");
    literal.trim_start_matches('"').trim_end_matches('"').to_owned()
}
