//! Pages of prose and cases that are run against the policy engine.
//!
//! A page is Markdown: a heading with a policy document, a request and what is expected under it is a case. Its format
//! is described in `docs/testing.md`. [`run_page`] runs one page, [`run_paths`] all pages of files and folders;
//! everything happens in memory, on a virtual clock, against scripted backends.

mod attributes;
mod compile;
mod diff;
mod drive;
pub mod evaluate;
mod expect;
pub mod fuzz;
mod host;
mod library_page;
mod message;
mod page;
pub mod random;
mod report;
mod run;
mod script;
mod setup;
mod template;
mod time;
mod update;
mod variables;

use std::path::{Path, PathBuf};

pub use attributes::{attribute_tables, with_attribute_tables};
pub use library_page::library_tables;
pub use page::{Case, DocumentBlock, DocumentKind, Fence, Page, PageError, Step};
pub use report::{CaseReport, Colours, PageReport, Report};

/// What to do with expectations that do not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expectations {
    /// Report them.
    Check,
    /// Write what happened into the page.
    Update,
}

impl Expectations {
    /// `Update` when the environment variable `UPDATE_EXPECT` is `1`.
    #[must_use]
    pub fn from_environment() -> Self {
        if std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1") { Self::Update } else { Self::Check }
    }
}

/// Which cases run: all, or those whose headings have a text in them, in any case.
#[derive(Debug, Clone, Default)]
pub struct Cases {
    text: Option<String>,
}

impl Cases {
    /// All of them.
    pub const ALL: Self = Self { text: None };

    /// Those whose headings have the text.
    #[must_use]
    pub fn with(text: &str) -> Self {
        Self { text: Some(text.to_lowercase()) }
    }

    fn choose(&self, mut page: Page) -> Page {
        page.cases.retain(|case| self.text.as_ref().is_none_or(|text| case.name.to_lowercase().contains(text)));
        page
    }
}

/// Runs the cases of a page.
#[must_use]
pub fn run_page(path: &Path, chosen: &Cases, expectations: Expectations) -> PageReport {
    let run = |page: Page| {
        let page = chosen.choose(page);
        let mut report = run::page(&page).map_err(|malformed| vec![malformed.of(path)])?;
        if expectations == Expectations::Update {
            let (text, count) = update::rewritten(&page.text, &report.cases);
            if count > 0 {
                std::fs::write(path, text).map_err(|error| {
                    let message = format!("the page cannot be written: {error}");
                    vec![PageError { path: path.to_owned(), line: 1, message }]
                })?;
            }
            if count > 0 {
                // What was written is what counts: a block that holds for none of several requests fails still.
                report = run::page(&chosen.choose(Page::read(path)?)).map_err(|malformed| vec![malformed.of(path)])?;
            }
            report.updated = count;
        }
        Ok(report)
    };
    Page::read(path).and_then(run).unwrap_or_else(|errors| PageReport {
        path: path.to_owned(),
        errors,
        ..PageReport::default()
    })
}

/// Runs the cases of a page that is in memory.
#[must_use]
pub fn run_cases(page: &Page) -> PageReport {
    run::page(page).unwrap_or_else(|malformed| PageReport {
        path: page.path.clone(),
        errors: vec![malformed.of(&page.path)],
        ..PageReport::default()
    })
}

/// The pages among files and folders: files as they are, folders with all Markdown files below them in order.
///
/// # Errors
/// A path does not exist or cannot be read.
pub fn pages_in(paths: &[PathBuf]) -> std::io::Result<Vec<PathBuf>> {
    let mut pages = Vec::new();
    for path in paths {
        collect(path, &mut pages)?;
    }
    Ok(pages)
}

fn collect(path: &Path, pages: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let named = |error: std::io::Error| std::io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    if !std::fs::metadata(path).map_err(named)?.is_dir() {
        pages.push(path.to_owned());
        return Ok(());
    }
    let mut entries = std::fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() || entry.extension().is_some_and(|extension| extension == "md") {
            collect(&entry, pages)?;
        }
    }
    Ok(())
}

/// Runs the cases of all pages among files and folders; `progress` is told of each page after it ran.
///
/// # Errors
/// A path does not exist or cannot be read.
pub fn run_paths(
    paths: &[PathBuf],
    chosen: &Cases,
    expectations: Expectations,
    mut progress: impl FnMut(&PageReport),
) -> std::io::Result<Report> {
    let mut report = Report::default();
    for path in pages_in(paths)? {
        let page = run_page(&path, chosen, expectations);
        progress(&page);
        report.pages.push(page);
    }
    Ok(report)
}
