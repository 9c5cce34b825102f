//! What a block is for, read from the words after its fence.

use policy_parser::suggest;
use policy_vm::{Scope, Section};

use super::DocumentKind;

/// What a block is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Shown to the reader, nothing more.
    Prose,
    /// As prose, but in a case somebody forgot the second word.
    Bare,
    /// A policy document or a part of one, perhaps kept in a file.
    Document(DocumentKind, Option<String>),
    /// The surroundings of the next request.
    Host,
    /// A request.
    Request(Option<StepNumbers>),
    /// An expected request to a backend.
    Backend,
    /// The expected response.
    Response,
    /// Expected variables.
    Variables,
    /// The expected trace.
    Trace,
    /// What the checker is expected to say.
    Diagnostics,
    /// The expected error.
    LastError,
}

/// `2`, or `2-4` for a request that is sent several times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StepNumbers {
    /// The first.
    pub(super) first: u32,
    /// The last.
    pub(super) last: u32,
}

impl Role {
    /// Is it about a request that stands before it?
    pub(super) const fn is_expectation(&self) -> bool {
        matches!(self, Self::Backend | Self::Response | Self::Variables | Self::Trace | Self::LastError)
    }

    /// Reads the words after a fence.
    pub(super) fn of(info: &str) -> Result<Self, String> {
        let mut words = info.split_whitespace();
        // Readers see no difference between `HTTP` and `http`, so there is none.
        let language = words.next().unwrap_or_default().to_ascii_lowercase();
        let rest: Vec<&str> = words.collect();
        match (language.as_str(), rest.as_slice()) {
            ("xml", ["example", ..]) => Ok(Self::Prose),
            ("xml", words) => document(words),
            ("toml", ["host"]) => Ok(Self::Host),
            ("toml", ["variables"]) => Ok(Self::Variables),
            ("http", ["request"]) => Ok(Self::Request(None)),
            ("http", ["request", numbers]) => StepNumbers::of(numbers).map(|numbers| Self::Request(Some(numbers))),
            ("http", ["backend"]) => Ok(Self::Backend),
            ("http", ["response"]) => Ok(Self::Response),
            ("text", ["trace"]) => Ok(Self::Trace),
            ("text", ["last-error"]) => Ok(Self::LastError),
            ("diagnostics", []) => Ok(Self::Diagnostics),
            ("toml" | "http", []) => Ok(Self::Bare),
            ("toml", [_, ..]) => Err(unknown(info, "`toml host` or `toml variables`")),
            ("http", [_, ..]) => Err(unknown(info, "`http request`, `http backend` or `http response`")),
            ("text", [_, ..]) => Err(unknown(info, "`text trace` or `text last-error`")),
            ("diagnostics", _) => Err(unknown(info, "`diagnostics`")),
            (near, _) if suggest::closest(near, ["diagnostics"].into_iter()).is_some() => {
                Err(unknown(info, "`diagnostics`"))
            }
            _ => Ok(Self::Prose),
        }
    }
}

fn unknown(info: &str, expected: &str) -> String {
    format!("unknown block `{info}`: expected {expected}")
}

fn document(words: &[&str]) -> Result<Role, String> {
    let (mut scope, mut section, mut fragment, mut file) = (Scope::Api, None, None, None);
    for word in words {
        if let Some(found) = Section::ALL.into_iter().find(|section| section.name() == *word) {
            if section.replace(found).is_some() {
                return Err("a block is of one section".to_owned());
            }
        } else if let Some(name) = word.strip_prefix("scope=") {
            scope = scope_named(name).ok_or_else(|| {
                let all = Scope::ALL.map(Scope::name).join("`, `");
                format!("unknown scope `{name}`: expected `{all}`")
            })?;
        } else if let Some(name) = word.strip_prefix("fragment:") {
            fragment = Some(name.to_owned());
        } else if let Some(path) = word.strip_prefix("file=") {
            file = Some(path.to_owned());
        } else {
            let expected = "a section, `scope=…`, `fragment:…`, `file=…` or `example`";
            return Err(format!("unknown word `{word}` after `xml`: expected {expected}"));
        }
    }
    let kind = match (fragment, section) {
        (Some(_), Some(_)) => return Err("a fragment is of no section".to_owned()),
        (Some(name), None) => DocumentKind::Fragment(name),
        (None, Some(section)) => DocumentKind::Section(scope, section),
        (None, None) => DocumentKind::Whole(scope),
    };
    Ok(Role::Document(kind, file))
}

fn scope_named(name: &str) -> Option<Scope> {
    Scope::ALL.into_iter().find(|scope| scope.name() == name)
}

/// How many requests a case sends at most.
const MOST_REQUESTS: u32 = 10_000;

impl StepNumbers {
    fn of(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (first.parse(), last.parse()) {
            (Ok(_), Ok(last)) if last > MOST_REQUESTS => Err(format!("a case has at most {MOST_REQUESTS} requests")),
            (Ok(first), Ok(last)) if first <= last => Ok(Self { first, last }),
            _ => Err(format!("`{text}` is no number of a request: expected `2` or `2-4`")),
        }
    }

    /// How many requests these are.
    #[must_use]
    pub(super) const fn count(self) -> u32 {
        self.last - self.first + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_after_xml() {
        let role = |info| Role::of(info).unwrap();
        assert_eq!(role("xml"), Role::Document(DocumentKind::Whole(Scope::Api), None));
        assert_eq!(
            role("xml on-error scope=product"),
            Role::Document(DocumentKind::Section(Scope::Product, Section::OnError), None)
        );
        assert_eq!(role("xml fragment:f"), Role::Document(DocumentKind::Fragment("f".into()), None));
        assert_eq!(role("xml file=a.xml"), Role::Document(DocumentKind::Whole(Scope::Api), Some("a.xml".into())));
        assert_eq!(role("xml example"), Role::Prose);
    }

    #[test]
    fn unknown_words_are_errors_and_unknown_languages_are_prose() {
        for info in [
            "diagnostic",
            "Diagnostics x",
            "HTTP answer",
            "xml inbond",
            "xml scope=all",
            "http answer",
            "http request x",
            "toml hosts",
            "text traces",
        ] {
            assert!(Role::of(info).is_err(), "{info}");
        }
        assert_eq!((Role::of("toml"), Role::of("http")), (Ok(Role::Bare), Ok(Role::Bare)));
        for info in ["", "rust", "text", "json foo", "diff"] {
            assert_eq!(Role::of(info), Ok(Role::Prose), "{info}");
        }
        assert_eq!(Role::of("HTTP response"), Ok(Role::Response));
        assert_eq!(Role::of("http request 2-4"), Ok(Role::Request(Some(StepNumbers { first: 2, last: 4 }))));
    }
}
