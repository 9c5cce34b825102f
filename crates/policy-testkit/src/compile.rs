//! The documents of a case, compiled: every scope's document, and the global one that calls the backend.

use std::path::Path;
use std::sync::Arc;

use policy_parser::{Diagnostic, Severity, Source};
use policy_vm::{Engine, Environment, NamedValue, Pipeline, Scope, Section, Switches};

use crate::page::{Case, DocumentBlock, DocumentKind, Malformed};
use crate::script::{NamedValueText, Script};

/// A case's documents after compiling.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// The pipeline, if there was no error.
    pub(crate) pipeline: Option<Pipeline>,
    /// What the checker said about the case's own documents.
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) engine: Engine,
}

/// Compiles a case's documents.
pub(crate) fn compile(path: &Path, case: &Case, script: &Script) -> Result<Compiled, Malformed> {
    let engine = Engine::new().with_switches(switches(script));
    let environment = environment(path, case, script)?;
    let mut compiled = Compiled { pipeline: None, diagnostics: Vec::new(), engine };
    let mut programs = Vec::new();
    let mut complete = true;
    for (scope, source) in sources(path, case)? {
        let result = compiled.engine.compile(&source, scope, &environment);
        complete &= result.program.is_some() && !result.diagnostics.iter().any(|d| d.severity == Severity::Error);
        programs.extend(result.program);
        compiled.diagnostics.extend(result.diagnostics);
    }
    if !case.documents.iter().any(|document| scope_of(&document.kind) == Some(Scope::Global)) {
        let source = Source::new("the global document", policy_vm::DEFAULT_GLOBAL);
        let result = compiled.engine.compile(&source, Scope::Global, &Environment::default());
        complete &= result.program.is_some();
        programs.extend(result.program);
    }
    compiled.pipeline = complete.then(|| Pipeline::new(programs));
    Ok(compiled)
}

pub(crate) fn switches(script: &Script) -> Switches {
    let mut switches = Switches::default();
    if let Some(text) = script.switches {
        switches.strict_variables = text.strict_variables;
        switches.cors_terminates_unmatched = text.cors_terminates_unmatched;
        switches.single_backend_policy = text.single_backend_policy;
        switches.token_bucket_rates = text.token_bucket_rates;
        switches.limits_fail_open = text.limits_fail_open;
        switches.count_failed_calls = text.count_failed_calls;
        switches.any_result_type = text.any_result_type;
    }
    switches
}

fn environment(path: &Path, case: &Case, script: &Script) -> Result<Environment, Malformed> {
    let mut environment = Environment {
        backends: script.backends.as_ref().map(|backends| backends.keys().cloned().collect()),
        certificates: script.certificates.clone(),
        // The fake host keeps the two caches apart.
        external_cache: true,
        ..Environment::default()
    };
    for (name, value) in &script.named_values {
        let (value, secret) = match value {
            NamedValueText::Plain(value) => (value.clone(), false),
            NamedValueText::Full { value, secret } => (value.clone(), *secret),
        };
        environment.named_values.insert(name.clone(), NamedValue { value, secret });
    }
    environment.fragments.extend(fragments(path, case)?);
    Ok(environment)
}

/// The fragments, by their names.
pub(crate) fn fragments(path: &Path, case: &Case) -> Result<Vec<(String, Arc<Source>)>, Malformed> {
    let mut fragments = Vec::new();
    for document in &case.documents {
        if let DocumentKind::Fragment(name) = &document.kind {
            fragments.push((name.clone(), source_of(path, document)?));
        }
    }
    Ok(fragments)
}

const fn scope_of(kind: &DocumentKind) -> Option<Scope> {
    match kind {
        DocumentKind::Whole(scope) | DocumentKind::Section(scope, _) => Some(*scope),
        DocumentKind::Fragment(_) => None,
    }
}

/// One source a scope, in the order in which the scopes first appear.
pub(crate) fn sources(path: &Path, case: &Case) -> Result<Vec<(Scope, Arc<Source>)>, Malformed> {
    let mut sources: Vec<(Scope, Arc<Source>)> = Vec::new();
    for document in &case.documents {
        let Some(scope) = scope_of(&document.kind) else { continue };
        let known = sources.iter().any(|(known, _)| *known == scope);
        match document.kind {
            DocumentKind::Whole(_) if known => {
                return Err(Malformed::new(
                    document.fence.line,
                    format!("a second document of scope {}", scope.name()),
                ));
            }
            DocumentKind::Whole(_) => sources.push((scope, source_of(path, document)?)),
            _ if known => {}
            _ => sources.push((scope, sections(path, case, scope)?)),
        }
    }
    Ok(sources)
}

/// The text of one block or its file. A block's text keeps its lines of the page.
fn source_of(path: &Path, document: &DocumentBlock) -> Result<Arc<Source>, Malformed> {
    let line = document.fence.line;
    let Some(file) = &document.file else {
        let text = "\n".repeat(line as usize) + &document.fence.text;
        return Ok(Source::new(path.display().to_string(), text));
    };
    let place = path.parent().unwrap_or(Path::new("")).join(file);
    let text = std::fs::read_to_string(&place)
        .map_err(|error| Malformed::new(line, format!("`{}` cannot be read: {error}", place.display())))?;
    Ok(Source::new(file.clone(), text))
}

/// A document put together from the sections of its blocks; every line keeps its number.
fn sections(path: &Path, case: &Case, scope: Scope) -> Result<Arc<Source>, Malformed> {
    let mut text = String::new();
    let mut at_line = 1;
    let mut open: Option<Section> = None;
    let mut seen = Vec::new();
    for document in &case.documents {
        let DocumentKind::Section(of, section) = document.kind else { continue };
        if of != scope {
            continue;
        }
        let fence = &document.fence;
        if document.file.is_some() {
            return Err(Malformed::new(fence.line, "a file holds a whole document or a fragment, not a section"));
        }
        if seen.contains(&section) {
            return Err(Malformed::new(fence.line, format!("a second `{}` of one scope", section.name())));
        }
        seen.push(section);
        while at_line < fence.line {
            text.push('\n');
            at_line += 1;
        }
        text.push_str(if open.is_none() { "<policies>" } else { "" });
        text.push_str(&format!("<{}>\n{}</{}>", section.name(), fence.text, section.name()));
        at_line += 1 + u32::try_from(fence.text.matches('\n').count()).unwrap_or(0);
        open = Some(section);
    }
    text.push_str("</policies>");
    Ok(Source::new(path.display().to_string(), text))
}

/// The errors for somebody who did not expect any: with file and line, and what to do.
pub(crate) fn error_lines(diagnostics: &[Diagnostic]) -> String {
    let mut lines = Vec::new();
    for error in diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
        let (name, at) = (error.source.name(), error.source.position(error.span.start));
        lines.push(format!("{name}:{}:{}: error {}: {}", at.line, at.column, error.code, error.headline));
        lines.extend(error.notes.iter().map(|note| format!("  {note}")));
    }
    lines.join("\n")
}

/// The findings as a page writes them: positions count from the first line of their block.
pub(crate) fn diagnostic_lines(path: &Path, case: &Case, diagnostics: &[Diagnostic]) -> Vec<String> {
    let several = case.documents.len() > 1;
    let name = path.display().to_string();
    let mut lines = Vec::new();
    for diagnostic in diagnostics {
        let position = diagnostic.source.position(diagnostic.span.start);
        let block = case.documents.iter().rev().find(|document| document.fence.line <= position.line);
        let (place, line) = match block.filter(|_| diagnostic.source.name() == name) {
            Some(block) if several => (label(block), position.line - block.fence.line),
            Some(block) => (String::new(), position.line - block.fence.line),
            None => (format!("{}:", diagnostic.source.name()), position.line),
        };
        let (severity, code) = (diagnostic.severity.name(), diagnostic.code);
        lines.push(format!("{place}{line}:{}: {severity} {code}: {}", position.column, diagnostic.headline));
    }
    lines
}

fn label(document: &DocumentBlock) -> String {
    let words = document.fence.info.strip_prefix("xml").unwrap_or_default().trim();
    format!("{}:", if words.is_empty() { "xml" } else { words })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Page;

    #[test]
    fn sections_keep_the_lines_of_the_page() {
        let text = "# P\n\n```xml inbound\n<a />\n```\n\n```xml outbound\n<b />\n```\n";
        let page = Page::parse(Path::new("p.md"), text.to_owned()).unwrap();
        let sources = sources(&page.path, &page.cases[0]).unwrap();
        assert_eq!(sources.len(), 1);
        let lines: Vec<&str> = sources[0].1.text().lines().collect();
        assert_eq!(lines[2], "<policies><inbound>");
        assert_eq!(lines[3], "<a />");
        assert_eq!(lines[4], "</inbound>");
        assert_eq!((lines[6], lines[7], lines[8]), ("<outbound>", "<b />", "</outbound></policies>"));
    }

    #[test]
    fn findings_count_lines_from_their_block() {
        let text = "# P\n\n```xml inbound\n<a />\n<b />\n```\n";
        let page = Page::parse(Path::new("p.md"), text.to_owned()).unwrap();
        let source = &sources(&page.path, &page.cases[0]).unwrap()[0].1;
        let at = u32::try_from(source.text().find("<b").unwrap()).unwrap();
        let finding = Diagnostic::error("TG1", source, policy_parser::Span::new(at, at + 1), "no");
        assert_eq!(diagnostic_lines(&page.path, &page.cases[0], &[finding]), ["2:1: error TG1: no"]);
    }
}
