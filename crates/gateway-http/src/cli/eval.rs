//! `tollgate eval`: one expression against a context document, or many as JSON lines.

mod batch;
mod context;
mod input;
mod repl;
mod show;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use policy_parser::diagnostic::render;
use policy_testkit::evaluate::{self, Members};
use policy_vm::compile::ExpressionError;
use policy_vm::eval::Expression;
use serde_json::{Map, Value as Json};

pub(super) use self::input::Input;
use super::output::{self, Format};

/// Evaluates an expression: prints its value, static type and the instructions it used.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// The expression, `@(…)` or `@{…}`, or a file that contains it, or `-` for standard input. Without it there is a
    /// prompt on a terminal; elsewhere standard input is read.
    #[arg(value_name = "EXPRESSION|FILE|-")]
    expression: Option<String>,
    /// A context document as JSON. What it does not mention of the request, the user and so on is that of the default one.
    #[arg(long, value_name = "FILE")]
    context: Option<PathBuf>,
    /// Print the context document that expressions see, and evaluate nothing.
    #[arg(long, conflicts_with_all = ["expression", "batch"])]
    default_context: bool,
    /// Evaluate JSON lines from standard input.
    #[arg(long, conflicts_with_all = ["expression", "disasm", "format"])]
    batch: bool,
    /// Prompt for expressions, on a terminal or not.
    #[arg(long, short, conflicts_with_all = ["expression", "batch", "default_context", "format"])]
    interactive: bool,
    /// Allow every member of the library, not only those that policies may use.
    #[arg(long)]
    unrestricted: bool,
    /// Print the bytecode as well.
    #[arg(long)]
    disasm: bool,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const HELP: &str = "\
Exit status: 0 the expression gave a value, 1 it does not compile or threw, 2 it could not be evaluated.

Batch: each line is {\"id\", \"expr\", \"context\"?}; an empty line asks for the answers so far, which come one a line in \
the order of the requests: {\"id\", \"ok\": true, \"type\", \"value\", \"static_type\"} or {\"id\", \"ok\": false, \
\"error\": {\"kind\", ...}}. Kinds: compile (codes, message, line, column), exception (type, message), trap, context, \
crash and request (message). Other keys of a line are ignored, except those that look like these misspelt. The exit \
status is 0 unless a line is no request.

Examples:
  tollgate eval '@(context.Request.Headers.GetValueOrDefault(\"Host\", \"none\"))'
  tollgate eval expression.cs --context context.json --format json
  tollgate eval --interactive
  echo '{\"id\": 1, \"expr\": \"@(1 + 1)\"}' | tollgate eval --batch";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let context = context::document(arguments.context.as_deref())?;
    if arguments.default_context {
        output::print(&format!("{context:#}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let members = if arguments.unrestricted { Members::All } else { Members::Allowed };
    if arguments.batch {
        return batch::run(members, &context);
    }
    let asks = arguments.expression.is_none() && arguments.format == Format::Text && std::io::stdin().is_terminal();
    if arguments.interactive || asks {
        return repl::run(members, context, arguments.disasm);
    }
    let input = Input::read(arguments.expression.as_deref().unwrap_or("-"))?;
    if arguments.expression.is_none() && input.text().is_empty() {
        return Ok(output::unusable("there is no expression, neither as an argument nor on standard input"));
    }
    match evaluate::compile(members, input.text()) {
        Ok(expression) => finish(arguments, &expression, &context),
        Err(errors) => refuse(arguments.format, &input, &errors),
    }
}

/// Evaluates and shows what came of it.
fn finish(arguments: &Arguments, expression: &Expression, context: &Json) -> anyhow::Result<ExitCode> {
    let evaluation = evaluate::evaluate(expression, context);
    let kind = evaluation.answer.get("error").and_then(|error| error.get("kind")).and_then(Json::as_str);
    if kind == Some("context") {
        return Ok(output::unusable(show::failure(&evaluation.answer)));
    }
    let failed = kind.is_some();
    match arguments.format {
        Format::Json => {
            let mut answer = evaluation.answer;
            answer.insert("instructions".to_owned(), evaluation.instructions.into());
            if arguments.disasm {
                answer.insert("listing".to_owned(), expression.disassemble().into());
            }
            output::print(&format!("{}\n", Json::Object(answer)))?;
        }
        Format::Text => {
            let listing = if arguments.disasm { format!("{}\n", expression.disassemble()) } else { String::new() };
            if failed {
                output::print(&listing)?;
                output::tell(&format!("error: {}\n", show::failure(&evaluation.answer)));
            } else {
                output::print(&format!("{listing}{}", show::result(&evaluation, expression.ty)))?;
            }
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Shows why an expression does not compile.
fn refuse(format: Format, input: &Input, errors: &[ExpressionError]) -> anyhow::Result<ExitCode> {
    let findings = input.findings(errors);
    match format {
        Format::Text => output::tell(&render::text(&findings, output::colours(&std::io::stderr()))),
        Format::Json => {
            let mut answer: Map<String, Json> = evaluate::refusal(input.text(), errors);
            answer.insert("diagnostics".to_owned(), serde_json::from_str(&render::json_array(&findings))?);
            output::print(&format!("{}\n", Json::Object(answer)))?;
        }
    }
    Ok(ExitCode::FAILURE)
}
