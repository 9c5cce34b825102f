//! Everything that is wrong with a configuration, collected in one pass.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use policy_parser::{Diagnostic, Severity, Source, diagnostic};
use policy_vm::{Engine, Environment, Program, Scope};

use super::embedded::Embedded;
use super::lacking::{self, Line, Missing, variable};
use crate::data::{FileError, Place, read_text};

/// What the compiler says of a reference to a named value that does not exist.
const UNKNOWN_NAMED_VALUE: &str = "TG0160";

/// What it says of a backend that does not exist.
const UNKNOWN_BACKEND: &str = "TG0250";

/// A token of the overrides that the environment has nothing for.
const UNFILLED: &str = "TG8082";

/// The findings so far.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    pub(crate) found: Vec<Diagnostic>,
    /// Texts that were taken out of other files.
    embedded: Vec<Embedded>,
    /// Named values without a value, which are told once and not at every use.
    missing: BTreeMap<String, Missing>,
    /// What `tollgate.toml` has to give.
    pub(crate) lines: Vec<Line>,
    /// Places where it is known what is wrong, and told with [`UNFILLED`].
    known: Vec<Place>,
}

impl Problems {
    /// Findings that are settled.
    pub(crate) fn of(found: Vec<Diagnostic>) -> Self {
        Self { found, ..Self::default() }
    }

    /// True when nothing found stands in the way of serving.
    pub(crate) fn is_fine(&self) -> bool {
        let is_warning = |finding: &Diagnostic| finding.severity < Severity::Error;
        self.found.iter().chain(self.missing.values().map(|missing| &missing.finding)).all(is_warning)
    }

    /// What was found, in the order of files and places. A fragment's mistake is there once, however often it is included.
    pub(crate) fn into_findings(mut self) -> Vec<Diagnostic> {
        for finding in &mut self.found {
            for embedded in &self.embedded {
                embedded.lead_back(finding);
            }
        }
        let known = std::mem::take(&mut self.known);
        self.found.retain(|finding| {
            let is_here = |place: &Place| place.span == finding.span && place.source.name() == finding.source.name();
            finding.code == UNFILLED || !known.iter().any(is_here)
        });
        self.settle_missing();
        diagnostic::sort(&mut self.found);
        // A fragment's mistake is told by the fragment and by everyone who includes it.
        self.found.dedup_by(|a, b| {
            (a.code, a.span) == (b.code, b.span) && a.headline == b.headline && a.source.name() == b.source.name()
        });
        self.found
    }

    /// A named value that an export left out. Whether that stands in the way depends on whether somebody uses it.
    pub(crate) fn missing_value(&mut self, name: &str, missing: Missing) {
        self.missing.insert(name.to_owned(), missing);
    }

    /// Is this one of them?
    pub(crate) fn is_missing(&self, name: &str) -> bool {
        self.missing.contains_key(name)
    }

    /// Somebody needs it who is no policy.
    pub(crate) fn missing_is_used(&mut self, name: &str) {
        if let Some(missing) = self.missing.get_mut(name) {
            missing.finding.severity = Severity::Error;
        }
    }

    /// In the place of many findings that a named value does not exist one that says what to do.
    fn settle_missing(&mut self) {
        let mut unused = Vec::new();
        for (name, Missing { mut finding, line }) in std::mem::take(&mut self.missing) {
            let mut uses = Vec::new();
            self.found.retain(|found| {
                let is_use = found.code == UNKNOWN_NAMED_VALUE && found.name.as_deref() == Some(name.as_str());
                if is_use {
                    let line = found.source.position(found.span.start).line;
                    uses.push((found.severity, format!("{}:{line}", found.source.name())));
                }
                !is_use
            });
            uses.sort();
            if uses.iter().any(|(severity, _)| *severity == Severity::Error) {
                finding.severity = Severity::Error;
            }
            if let Some((_, first)) = uses.last() {
                let more = if uses.len() > 1 { format!(" and {} more places", uses.len() - 1) } else { String::new() };
                finding.notes.push(format!("it is used in {first}{more}"));
            }
            match finding.severity {
                Severity::Error => self.lines.extend(line),
                _ if uses.is_empty() => {
                    unused.push((name, finding));
                    continue;
                }
                _ => {}
            }
            self.found.push(finding);
        }
        self.found.extend(together(unused));
        self.settle_unknown();
        for finding in self.found.iter_mut().filter(|finding| finding.code == UNKNOWN_BACKEND) {
            let file = "`backends/<id>/backendInformation.json`: {\"properties\": {\"url\": \"https://…\"}}";
            finding.notes.push(format!("where the export left it out, write {file}"));
        }
    }

    /// Named values that the folder does not have at all.
    fn settle_unknown(&mut self) {
        for finding in self.found.iter_mut().filter(|finding| finding.code == UNKNOWN_NAMED_VALUE) {
            // Those that only comments name need not be written.
            let Some(name) = finding.name.as_deref().filter(|_| finding.severity == Severity::Error) else { continue };
            let line = Line::secret("named_values", name, &variable("VALUE", name));
            finding.notes.push(line.note());
            self.lines.push(line);
        }
    }

    /// What `tollgate.toml` has to give before the folder can be served and called, as it stands there.
    pub(crate) fn into_lines(mut self) -> String {
        self.settle_missing();
        lacking::toml(&self.lines)
    }

    /// What is found at these places follows from a token without a value.
    pub(crate) fn is_known_at<'p>(&mut self, places: impl Iterator<Item = &'p Place>) {
        self.known.extend(places.cloned());
    }

    /// A mistake at a place.
    pub(crate) fn error(&mut self, code: &'static str, place: &Place, headline: impl Into<String>) {
        self.found.push(place.error(code, headline));
    }

    /// Something that works, but probably not as meant.
    pub(crate) fn warning(&mut self, code: &'static str, place: &Place, headline: impl Into<String>) {
        self.found.push(place.warning(code, headline));
    }

    /// Reads a text file; `None` when there is none.
    pub(crate) fn read(&mut self, path: &Path) -> Option<Arc<Source>> {
        let name = path.display().to_string();
        match read_text(path) {
            Ok(text) if may_have_secrets(path) => Some(Source::hidden(name, text)),
            Ok(text) => Some(Source::new(name, text)),
            Err(FileError::Missing) => None,
            Err(error) => {
                self.error("TG8001", &Place::start_of(&Source::new(name, "")), error.to_string());
                None
            }
        }
    }

    /// Remembers a text that was taken out of a file, and gives what the compiler reads.
    pub(crate) fn embed(&mut self, embedded: Embedded) -> Arc<Source> {
        let source = Arc::clone(embedded.source());
        self.embedded.push(embedded);
        source
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

/// Files of values that are secret, or stand beside such.
fn may_have_secrets(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "namedValueInformation.json" || name == "backendInformation.json")
}

/// Values that nothing uses are no reason for many words: loggers and caches have one for each time they were deployed.
fn together(mut unused: Vec<(String, Diagnostic)>) -> Vec<Diagnostic> {
    const SHOWN: usize = 3;
    if unused.len() < 2 {
        return unused.into_iter().map(|(_, finding)| finding).collect();
    }
    let names: Vec<String> = unused.iter().take(SHOWN).map(|(name, _)| diagnostic::quoted(name)).collect();
    let more = unused.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let headline = format!("named values without a value that nothing uses: {}{more}", names.join(", "));
    let (_, mut first) = unused.swap_remove(0);
    first.headline = headline;
    first.notes = vec!["exports leave secrets out; where nothing uses them nothing has to be done".to_owned()];
    vec![first]
}
