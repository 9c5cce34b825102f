//! Everything that is wrong with a configuration, collected in one pass.

use std::path::Path;
use std::sync::Arc;

use policy_parser::{Diagnostic, Severity, Source, Span, diagnostic};
use policy_vm::{Engine, Environment, Program, Scope};
use serde::de::DeserializeOwned;

/// The findings so far.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    pub(crate) found: Vec<Diagnostic>,
}

impl Problems {
    /// True when nothing found stands in the way of serving.
    pub(crate) fn is_fine(&self) -> bool {
        self.found.iter().all(|finding| finding.severity < Severity::Error)
    }

    /// What was found, in the order of files and places. A fragment's mistake is there once, however often it is included.
    pub(crate) fn into_findings(mut self) -> Vec<Diagnostic> {
        diagnostic::sort(&mut self.found);
        self.found
    }

    /// A mistake in a resource file, at the first place where `near` stands.
    pub(crate) fn error(&mut self, code: &'static str, source: &Arc<Source>, near: &str, headline: impl Into<String>) {
        self.found.push(Diagnostic::error(code, source, span_of(source, near), headline));
    }

    /// Something that works, but probably not as meant.
    pub(crate) fn warning(
        &mut self,
        code: &'static str,
        source: &Arc<Source>,
        near: &str,
        headline: impl Into<String>,
    ) {
        self.found.push(Diagnostic::warning(code, source, span_of(source, near), headline));
    }

    /// Reads a text file; `None` when there is none.
    pub(crate) fn read(&mut self, path: &Path) -> Option<Arc<Source>> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
                Some(Source::new(name, text))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                self.error("TG8001", &Source::new(name, ""), "", error.to_string());
                None
            }
        }
    }

    /// Reads a JSON file into `T`.
    pub(crate) fn json<T: DeserializeOwned>(&mut self, source: &Arc<Source>) -> Option<T> {
        match serde_json::from_str(source.text()) {
            Ok(value) => Some(value),
            Err(error) => {
                let at = offset_of(source.text(), error.line(), error.column());
                let text = error.to_string();
                let headline = text.rsplit_once(" at line ").map_or(text.as_str(), |(headline, _)| headline);
                self.found.push(Diagnostic::error("TG8003", source, Span::new(at, at), headline));
                None
            }
        }
    }

    /// Compiles a policy document.
    pub(crate) fn compile(
        &mut self,
        engine: &Engine,
        source: &Arc<Source>,
        scope: Scope,
        environment: &Environment,
    ) -> Option<Arc<Program>> {
        let compiled = engine.compile(source, scope, environment);
        self.found.extend(compiled.diagnostics);
        compiled.program
    }
}

fn span_of(source: &Source, near: &str) -> Span {
    let at = source.text().find(near).unwrap_or(0);
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(at), offset(at + near.len()))
}

/// serde_json counts lines and columns in bytes, from 1.
fn offset_of(text: &str, line: usize, column: usize) -> u32 {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    u32::try_from((start + column.saturating_sub(1)).min(text.len())).unwrap_or(u32::MAX)
}
