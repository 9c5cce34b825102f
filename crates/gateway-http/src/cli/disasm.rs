//! `tollgate disasm`: what a policy document or an expression is compiled to.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use policy_parser::diagnostic::render;
use policy_vm::Scope;

use super::eval::Input;
use super::output;
use crate::Settings;
use crate::service::Document;

/// Lists what a policy document is compiled to: the steps of each section, then the bytecode of their expressions.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// A policy document or a file with an expression, `-` for standard input, or an expression itself.
    #[arg(value_name = "FILE|-|EXPRESSION")]
    input: String,
    /// The service folder whose named values, fragments and backends the document refers to.
    #[arg(long, value_name = "FOLDER")]
    service: Option<PathBuf>,
    /// The scope the document is for.
    #[arg(long, value_enum, default_value_t = DocumentScope::Api)]
    scope: DocumentScope,
}

const HELP: &str = "\
Without --service, named values are those of `tollgate.toml` beside the document. Values of secrets are shown as ***.

Exit status: 0 there is a program, 1 there is none, 2 the input cannot be read.

Examples:
  tollgate disasm policy.xml
  tollgate disasm examples/hub/apis/bc/policy.xml --service examples/hub
  tollgate disasm '@(context.Request.Method == \"GET\")'";

/// As the command line spells scopes.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum DocumentScope {
    Global,
    Workspace,
    Product,
    Api,
    Operation,
}

impl From<DocumentScope> for Scope {
    fn from(scope: DocumentScope) -> Self {
        match scope {
            DocumentScope::Global => Self::Global,
            DocumentScope::Workspace => Self::Workspace,
            DocumentScope::Product => Self::Product,
            DocumentScope::Api => Self::Api,
            DocumentScope::Operation => Self::Operation,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let input = Input::read(&arguments.input)?;
    if input.text().starts_with('@') {
        return expression(&input);
    }
    let beside = arguments.service.as_deref().unwrap_or(Path::new(&arguments.input));
    let settings = Settings::read(None, beside);
    if !settings.mistakes().is_empty() {
        output::tell(&render::text(settings.mistakes(), output::colours(&std::io::stderr())));
        return Ok(ExitCode::FAILURE);
    }
    let service = arguments.service.as_deref();
    let document = Document::compile(&input.source, arguments.scope.into(), service, &settings.config);
    output::tell(&render::text(&document.findings, output::colours(&std::io::stderr())));
    let Some(listing) = document.listing() else { return Ok(ExitCode::FAILURE) };
    output::print(&listing)?;
    Ok(ExitCode::SUCCESS)
}

fn expression(input: &Input) -> anyhow::Result<ExitCode> {
    match policy_vm::eval::compile(input.text()) {
        Ok(expression) => {
            output::print(&expression.disassemble())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(errors) => {
            output::tell(&render::text(&input.findings(&errors), output::colours(&std::io::stderr())));
            Ok(ExitCode::FAILURE)
        }
    }
}
