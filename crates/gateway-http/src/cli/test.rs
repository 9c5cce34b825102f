//! `tollgate test`: runs the cases of pages against their policies, in memory, without sockets and without waiting.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use policy_parser::diagnostic::render;
use policy_testkit::{Cases, Colours, Expectations, PageReport, Report, run_paths};

use super::output::{self, Format};

/// Runs the cases of Markdown pages; exit status 1 when one failed, 2 when a page cannot be read or there is no case.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Pages, and folders with pages.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Write what happened into the pages instead of reporting it.
    #[arg(long)]
    update: bool,
    /// Only cases that have this text in their headings.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// How the outcome is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let expectations = if arguments.update { Expectations::Update } else { Expectations::from_environment() };
    let mut progress = Progress::new(arguments.format);
    let chosen = arguments.only.as_deref().map_or(Cases::ALL, Cases::with);
    let report = match run_paths(&arguments.paths, &chosen, expectations, |page| progress.ran(page)) {
        Ok(report) => report,
        Err(error) => return Ok(output::unusable(error)),
    };
    progress.clear();
    write_report(&report, arguments.format)?;
    if report.passed() + report.failed() + report.malformed() == 0 {
        return Ok(match &arguments.only {
            Some(text) => output::unusable(format!("no case in these pages has '{text}' in its heading")),
            None => output::unusable("there is no case in these pages"),
        });
    }
    Ok(ExitCode::from(report.exit_status()))
}

fn write_report(report: &Report, format: Format) -> std::io::Result<()> {
    output::print(&match format {
        Format::Json => report.json(),
        Format::Text => {
            let colours = match output::colours(&std::io::stdout()) {
                render::Colours::Always => Colours::Always,
                render::Colours::Never => Colours::Never,
            };
            format!("{}{}\n", report.failures(colours), report.summary())
        }
    })
}

/// A line on a terminal that says how far it is, and goes away at the end.
struct Progress {
    shown: bool,
    passed: usize,
    failed: usize,
}

impl Progress {
    fn new(format: Format) -> Self {
        Self { shown: format == Format::Text && std::io::stderr().is_terminal(), passed: 0, failed: 0 }
    }

    fn ran(&mut self, page: &PageReport) {
        let passed = page.cases.iter().filter(|case| case.passed()).count();
        self.passed += passed;
        self.failed += page.cases.len() - passed;
        self.write(&format!("{} passed, {} failed, {}", self.passed, self.failed, page.path.display()));
    }

    fn clear(&self) {
        self.write("");
    }

    fn write(&self, text: &str) {
        if self.shown {
            // A terminal that cannot be written to shows no progress.
            let _ = write!(std::io::stderr(), "\r\u{1B}[K{text}");
        }
    }
}
