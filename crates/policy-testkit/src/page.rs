//! A page: Markdown whose sections are cases. `docs/testing.md` is the reference of the format.

use std::path::{Path, PathBuf};

mod assemble;
mod block;
mod fence;
mod mistakes;

pub use fence::Fence;

/// A page as it was read.
#[derive(Debug)]
pub struct Page {
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Its cases in order.
    pub cases: Vec<Case>,
}

/// One case: a heading with the blocks under it.
#[derive(Debug)]
pub struct Case {
    /// The heading's text, without `Case:`.
    pub name: String,
    /// The heading's line, from 1.
    pub line: u32,
    /// Policy documents and fragments.
    pub documents: Vec<DocumentBlock>,
    /// What the checker is expected to say.
    pub diagnostics: Option<Fence>,
    /// Surroundings of a case without requests.
    pub host: Vec<Fence>,
    /// Requests with what comes before and after them.
    pub steps: Vec<Step>,
}

/// A block that holds a policy document, one section of one, or a fragment.
#[derive(Debug)]
pub struct DocumentBlock {
    /// What it holds.
    pub kind: DocumentKind,
    /// A file to read instead of the block's text, relative to the page.
    pub file: Option<String>,
    /// The block.
    pub fence: Fence,
}

/// What an `xml` block holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentKind {
    /// A whole document of a scope.
    Whole(policy_vm::Scope),
    /// The content of one section of a scope's document.
    Section(policy_vm::Scope, policy_vm::Section),
    /// A fragment of that name.
    Fragment(String),
}

/// A request with its surroundings and expectations.
#[derive(Debug)]
pub struct Step {
    /// How often it is sent.
    pub times: u32,
    /// Changes of the surroundings before it is sent.
    pub host: Vec<Fence>,
    /// The request.
    pub request: Fence,
    /// Expected requests to backends.
    pub backend: Vec<Fence>,
    /// Expected response.
    pub response: Option<Fence>,
    /// Expected variables.
    pub variables: Option<Fence>,
    /// Expected trace.
    pub trace: Option<Fence>,
    /// Expected error.
    pub last_error: Option<Fence>,
}

/// What is wrong with a page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {message}", path.display())]
pub struct PageError {
    /// The page.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// What.
    pub message: String,
}

/// What is wrong at a line of a page not yet named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) line: u32,
    pub(crate) message: String,
}

impl Malformed {
    pub(crate) fn new(line: u32, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }

    pub(crate) fn of(self, path: &Path) -> PageError {
        PageError { path: path.to_owned(), line: self.line, message: self.message }
    }
}

impl Page {
    /// Reads a page from a file.
    ///
    /// # Errors
    /// The file cannot be read, or the page is malformed: everything that is wrong with it.
    pub fn read(path: &Path) -> Result<Self, Vec<PageError>> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| vec![Malformed::new(1, format!("the page cannot be read: {error}")).of(path)])?;
        Self::parse(path, text)
    }

    /// Reads a page from its text.
    ///
    /// # Errors
    /// Everything that is wrong with the page, in the order of its lines.
    pub fn parse(path: &Path, text: String) -> Result<Self, Vec<PageError>> {
        let (cases, mut malformed) = assemble::cases(&text);
        let page = Self { path: path.to_owned(), text, cases };
        malformed.extend(mistakes::of(&page));
        malformed.sort_by_key(|mistake| mistake.line);
        malformed.dedup();
        if malformed.is_empty() { Ok(page) } else { Err(malformed.into_iter().map(|one| one.of(path)).collect()) }
    }
}
