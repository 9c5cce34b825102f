//! `tollgate disasm`: what a policy document or an expression is compiled to.

use std::path::Path;
use std::process::ExitCode;

use policy_parser::diagnostic::render;

use super::document::Belongs;
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
    #[command(flatten)]
    belongs: Belongs,
    /// Overrides to lay over the folder, as for `serve`.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
}

const HELP: &str = "\
Without --service it is the folder that the document lies in; without one, named values are those of `tollgate.toml` \
beside the document. Values of secrets are shown as ***.

Exit status: 0 there is a program, 1 there is none, 2 the input cannot be read.

Examples:
  tollgate disasm policy.xml
  tollgate disasm examples/hub/apis/bc/policy.xml
  tollgate disasm - --service examples/hub --scope operation < draft.xml
  tollgate disasm '@(context.Request.Method == \"GET\")'";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let input = Input::read(&arguments.input)?;
    if input.text().starts_with('@') {
        return expression(&input);
    }
    let file = (arguments.input != "-").then(|| Path::new(&arguments.input));
    let place = arguments.belongs.place(file);
    let beside = place.service.as_deref().or(file).unwrap_or(Path::new(""));
    let mut settings = Settings::read(None, beside);
    if let Some(environment) = &arguments.environment {
        settings = settings.environment(environment);
    }
    if !settings.mistakes().is_empty() {
        output::tell(&render::text(settings.mistakes(), output::colours(&std::io::stderr())));
        return Ok(ExitCode::FAILURE);
    }
    let document = Document::compile(&input.source, place.surroundings(), &settings.config);
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
