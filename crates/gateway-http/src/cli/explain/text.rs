//! An explanation for people.

use std::fmt::Write as _;

use policy_parser::diagnostic::render::Colours;

use crate::explain::{Explanation, Key, Near, Outcome, Policy, Refusal, Route, ScopeOf, Text};

/// What is written, with or without colours.
struct Page {
    text: String,
    colours: Colours,
}

/// Writes it.
pub(super) fn text(explanation: &Explanation, colours: Colours) -> String {
    let mut page = Page { text: String::new(), colours };
    page.head(explanation);
    if let Some(route) = &explanation.route {
        page.route(route);
    }
    page.near(&explanation.near);
    if let Some(key) = &explanation.key {
        page.key(key);
    }
    if let Some(refusal) = &explanation.refusal {
        let changes = explanation.policy.iter().any(|policy| policy.sections.iter().any(|part| !part.texts.is_empty()));
        page.refusal(refusal, changes);
    }
    if let Some(policy) = &explanation.policy {
        page.policy(policy);
    }
    page.text
}

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";

impl Page {
    fn painted(&self, style: &str, text: &str) -> String {
        if self.colours == Colours::Always { format!("{style}{text}\x1b[0m") } else { text.to_owned() }
    }

    fn heading(&mut self, text: &str) {
        let heading = self.painted(BOLD, text);
        let _ = writeln!(self.text, "\n{heading}");
    }

    /// A name and what it is.
    fn row(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.text, "  {name:<10} {}", visible(value));
    }

    fn head(&mut self, explanation: &Explanation) {
        let Explanation { method, url, .. } = explanation;
        let (style, outcome) = match explanation.outcome {
            Outcome::Runs => (GREEN, "the policies run"),
            Outcome::Preflight => (GREEN, "a preflight request: only the policies that answer it run"),
            Outcome::Refused => (RED, "refused, after `on-error`"),
            Outcome::Answered if explanation.refusal.is_some() => (RED, "refused, whatever the policies are"),
            Outcome::Answered => (GREEN, "the gateway's health, whatever the policies are"),
        };
        let line = format!("{} {}", visible(method), visible(url));
        let (line, outcome) = (self.painted(BOLD, &line), self.painted(style, outcome));
        let _ = writeln!(self.text, "{line}\n  {outcome}");
    }

    fn route(&mut self, route: &Route) {
        self.heading("Route");
        let version = if route.version.is_empty() { String::new() } else { format!(", version {}", route.version) };
        self.row("API", &format!("{} ({}, revision {}{version})", route.api, route.api_path, route.revision));
        self.row("operation", &format!("{} ({})", route.operation, route.template));
        for (name, value) in &route.parameters {
            self.row("parameter", &format!("{name} = {value}"));
        }
        self.row("backend", route.backend.as_deref().unwrap_or("none: the API has no service URL"));
    }

    fn near(&mut self, near: &[Near]) {
        if near.is_empty() {
            return;
        }
        self.heading("Near");
        for Near { api, operation, template, why } in near {
            let what = match (operation, template) {
                (Some(operation), Some(template)) => format!("{api} / {operation} ({template})"),
                _ => api.clone(),
            };
            let _ = writeln!(self.text, "  {}: {}", visible(&what), visible(why));
        }
    }

    fn key(&mut self, key: &Key) {
        self.heading("Key");
        let decision = if key.allowed { self.painted(GREEN, "allowed") } else { self.painted(RED, "refused") };
        let _ = writeln!(self.text, "  {decision}: {}", visible(&key.reason));
        if let Some(product) = &key.product {
            self.row("product", product);
        }
    }

    /// What policies make of it is not known: they do not run.
    fn refusal(&mut self, refusal: &Refusal, changes: bool) {
        self.heading(if changes { "Answer, before `on-error`" } else { "Answer" });
        self.row("status", &refusal.status.to_string());
        self.row("reason", &refusal.reason);
        for (name, value) in &refusal.headers {
            self.row("header", &format!("{name}: {value}"));
        }
        self.row("body", &refusal.body);
    }

    fn policy(&mut self, policy: &Policy) {
        self.heading("Scopes");
        for ScopeOf { scope, id, file, sections } in &policy.scopes {
            let id = id.as_deref().map(|id| format!("{id}, ")).unwrap_or_default();
            let part = match (file, sections.as_slice()) {
                (None, _) => "no document".to_owned(),
                (Some(file), []) => format!("{file}, takes no part"),
                (Some(file), sections) => format!("{file}, in {}", sections.join(", ")),
            };
            self.row(scope, &format!("{id}{part}"));
        }
        for section in &policy.sections {
            self.heading(section.section);
            if section.texts.is_empty() {
                self.text.push_str("  (nothing)\n");
            }
            for text in &section.texts {
                self.piece(text);
            }
            if let Some(scope) = section.cut_by {
                let note = format!("  (the {scope} document has no <base/> here: broader scopes take no part)\n");
                self.text.push_str(&self.painted(DIM, &note));
            }
        }
    }

    fn piece(&mut self, piece: &Text) {
        let indent = "  ".repeat(piece.depth + 1);
        let mut mark = format!("<!-- {}: {}:{}", piece.scope, visible(&piece.file), piece.line);
        if !piece.fragments.is_empty() {
            let _ = write!(mark, ", with {}", visible(&piece.fragments.join(", ")));
        }
        mark.push_str(" -->");
        let mark = self.painted(DIM, &mark);
        let _ = writeln!(self.text, "{indent}{mark}");
        for line in piece.text.lines() {
            let _ = writeln!(self.text, "{indent}{}", visible(line));
        }
    }
}

/// Control characters of requests and files do nothing to a terminal.
fn visible(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let escaped = c.is_control() && c != '\t';
            let (plain, escape) = if escaped { (None, Some(c.escape_default())) } else { (Some(c), None) };
            plain.into_iter().chain(escape.into_iter().flatten())
        })
        .collect()
}
