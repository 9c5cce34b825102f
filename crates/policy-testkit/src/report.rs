//! What came of pages, as data, as text for people and as JSON for tools.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use crate::diff;
use crate::expect::Mismatch;
use crate::page::PageError;

/// What came of running pages.
#[derive(Debug, Default)]
pub struct Report {
    /// One a page, in the order in which they ran.
    pub pages: Vec<PageReport>,
}

/// What came of one page.
#[derive(Debug, Default)]
pub struct PageReport {
    /// The page.
    pub path: PathBuf,
    /// Its cases; empty when the page is malformed.
    pub cases: Vec<CaseReport>,
    /// Why the page could not be read: everything that is wrong with it.
    pub errors: Vec<PageError>,
    /// How many blocks were rewritten.
    pub updated: usize,
}

/// What came of one case.
#[derive(Debug, Default)]
pub struct CaseReport {
    /// The case's heading.
    pub name: String,
    /// Its line.
    pub line: u32,
    /// Requests sent.
    pub requests: u32,
    /// Nothing is expected of it but that it runs.
    pub checks_nothing: bool,
    /// Expectations that did not hold.
    pub(crate) mismatches: Vec<Mismatch>,
    /// Why the case could not run to its end.
    pub(crate) broken: Option<String>,
}

/// Whether text goes to a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// Plain text.
    Never,
    /// With escape sequences.
    Always,
}

impl CaseReport {
    /// True when everything held.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.mismatches.is_empty() && self.broken.is_none()
    }
}

impl PageReport {
    /// True when the page was readable and all its cases passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.errors.is_empty() && self.cases.iter().all(CaseReport::passed)
    }
}

impl Report {
    /// Number of cases that passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.cases().filter(|case| case.passed()).count()
    }

    /// Number of cases that failed.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.cases().filter(|case| !case.passed()).count()
    }

    /// Number of pages that could not be read.
    #[must_use]
    pub fn malformed(&self) -> usize {
        self.pages.iter().filter(|page| !page.errors.is_empty()).count()
    }

    /// 0 when all cases passed, 1 when one failed, 2 when a page is malformed.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match (self.malformed(), self.failed()) {
            (0, 0) => 0,
            (0, _) => 1,
            _ => 2,
        }
    }

    fn cases(&self) -> impl Iterator<Item = &CaseReport> {
        self.pages.iter().flat_map(|page| &page.cases)
    }

    /// `3 passed, 1 failed`.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut text = format!("{} passed, {} failed", self.passed(), self.failed());
        let updated: usize = self.pages.iter().map(|page| page.updated).sum();
        if self.malformed() > 0 {
            let _ = write!(text, ", {} unreadable", self.malformed());
        }
        if updated > 0 {
            let _ = write!(text, ", {updated} expectations rewritten");
        }
        let idle: Vec<String> = self.pages.iter().flat_map(PageReport::idle).collect();
        if !idle.is_empty() {
            let _ = write!(text, ", {} without expectations: {}", idle.len(), idle.join(", "));
        }
        text
    }

    /// Everything that failed, for people.
    #[must_use]
    pub fn failures(&self, colours: Colours) -> String {
        self.pages.iter().map(|page| page.failures(colours)).collect()
    }

    /// Everything, for tools.
    #[must_use]
    pub fn json(&self) -> String {
        let pages: Vec<PageJson<'_>> = self.pages.iter().map(PageJson::of).collect();
        let report = ReportJson { passed: self.passed(), failed: self.failed(), unreadable: self.malformed(), pages };
        serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
    }
}

impl PageReport {
    /// Where the cases are that expect nothing.
    fn idle(&self) -> impl Iterator<Item = String> {
        let idle = self.cases.iter().filter(|case| case.checks_nothing);
        idle.map(|case| format!("{}:{}", self.path.display(), case.line))
    }

    /// What failed on this page, for people.
    #[must_use]
    pub fn failures(&self, colours: Colours) -> String {
        let mut text = String::new();
        for error in &self.errors {
            let _ = writeln!(text, "{error}");
        }
        for case in self.cases.iter().filter(|case| !case.passed()) {
            let _ = writeln!(text, "{}:{}: case failed: {}", self.path.display(), case.line, case.name);
            if let Some(broken) = &case.broken {
                broken.lines().for_each(|line| text.push_str(&format!("    {line}\n")));
            }
            for mismatch in &case.mismatches {
                let _ = writeln!(text, "  {} at line {}:", mismatch.what, mismatch.line);
                text.push_str(&diff::unified(&mismatch.expected, &mismatch.actual, colours));
            }
        }
        text
    }
}

#[derive(Serialize)]
struct ReportJson<'r> {
    passed: usize,
    failed: usize,
    unreadable: usize,
    pages: Vec<PageJson<'r>>,
}

#[derive(Serialize)]
struct PageJson<'r> {
    path: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorJson<'r>>,
    cases: Vec<CaseJson<'r>>,
}

#[derive(Serialize)]
struct ErrorJson<'r> {
    line: u32,
    message: &'r str,
}

#[derive(Serialize)]
struct CaseJson<'r> {
    name: &'r str,
    line: u32,
    passed: bool,
    requests: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    checks_nothing: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'r str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mismatches: Vec<MismatchJson<'r>>,
}

#[derive(Serialize)]
struct MismatchJson<'r> {
    what: &'r str,
    line: u32,
    expected: &'r str,
    actual: &'r str,
}

impl<'r> PageJson<'r> {
    fn of(page: &'r PageReport) -> Self {
        Self {
            path: page.path.display().to_string(),
            errors: page.errors.iter().map(|error| ErrorJson { line: error.line, message: &error.message }).collect(),
            cases: page.cases.iter().map(CaseJson::of).collect(),
        }
    }
}

impl<'r> CaseJson<'r> {
    fn of(case: &'r CaseReport) -> Self {
        let mismatch = |mismatch: &'r Mismatch| MismatchJson {
            what: mismatch.what,
            line: mismatch.line,
            expected: &mismatch.expected,
            actual: &mismatch.actual,
        };
        Self {
            name: &case.name,
            line: case.line,
            passed: case.passed(),
            requests: case.requests,
            checks_nothing: case.checks_nothing,
            error: case.broken.as_deref(),
            mismatches: case.mismatches.iter().map(mismatch).collect(),
        }
    }
}
