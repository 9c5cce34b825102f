//! The prompt of `tollgate eval`: an expression a line, with history and completion.

mod completion;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use policy_parser::diagnostic::render;
use policy_testkit::evaluate::{self, Members};
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{CompletionType, Config, Editor};
use serde_json::Value as Json;

use self::completion::Assistant;
use super::input::Input;
use super::show;
use crate::cli::{doc, output};

const HELP: &str = "\
An expression is evaluated as `@( ... )`, `{ ... }` as a block that returns a value. Tab completes members.
  :doc TYPE[.MEMBER]    signatures
  :set NAME EXPRESSION  makes the text, number, truth or JSON a variable of the context
  :disasm               shows the bytecode of what follows, or stops showing it
  :help                 this
  :quit                 ends, as the end of input does
";

/// Lines that are remembered.
const MOST_REMEMBERED: usize = 1_000;

/// What the prompt knows.
struct Session {
    members: Members,
    context: Json,
    disasm: bool,
}

enum Next {
    Goes,
    Ends,
}

pub(super) fn run(members: Members, context: Json, disasm: bool) -> anyhow::Result<ExitCode> {
    let config = Config::builder()
        .max_history_size(MOST_REMEMBERED)
        .and_then(|config| config.history_ignore_dups(true))
        .context("the prompt cannot be set up")?
        .completion_type(CompletionType::List)
        .build();
    let mut editor: Editor<Assistant, DefaultHistory> = Editor::with_config(config).context("there is no terminal")?;
    editor.set_helper(Some(Assistant::new(members)));
    let file = history_file().filter(|_| std::io::stdin().is_terminal());
    if let Some(file) = &file {
        // The first time there is none.
        let _ = editor.load_history(file);
    }
    let mut session = Session { members, context, disasm };
    loop {
        match editor.readline("> ") {
            Ok(line) => {
                let _ = editor.add_history_entry(line.as_str());
                if let Next::Ends = session.line(line.trim())? {
                    break;
                }
            }
            // Ctrl-C gives up the line, not the session.
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => {
                // Through a pipe the end may come in the middle of an input, which is not to be lost in silence.
                let unfinished = editor.helper().map(Assistant::take_unfinished).unwrap_or_default();
                if !std::io::stdin().is_terminal() && !unfinished.is_empty() {
                    session.line(unfinished.trim())?;
                }
                break;
            }
            Err(error) => return Err(error).context("the input cannot be read"),
        }
    }
    if let Some(file) = &file
        && let Some(folder) = file.parent()
        && std::fs::create_dir_all(folder).is_ok()
    {
        // A history that cannot be kept is no reason to fail.
        let _ = editor.save_history(file);
    }
    Ok(ExitCode::SUCCESS)
}

/// `$XDG_STATE_HOME/tollgate/history`, by default below `~/.local/state`.
fn history_file() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let state = state.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")))?;
    Some(state.join("tollgate/history"))
}

/// What is typed, as an expression.
fn as_expression(line: &str) -> String {
    match line.chars().next() {
        Some('@') => line.to_owned(),
        Some('{') => format!("@{line}"),
        _ => format!("@({line})"),
    }
}

impl Session {
    fn line(&mut self, line: &str) -> anyhow::Result<Next> {
        let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match command {
            "" => {}
            ":quit" | ":q" => return Ok(Next::Ends),
            ":help" | ":h" => output::print(HELP)?,
            ":disasm" => self.disasm = !self.disasm,
            ":doc" => match doc::find(rest.trim()) {
                Ok(topic) => output::print(&doc::text::topic(&topic))?,
                Err(why) => output::tell(&format!("error: {why}\n")),
            },
            ":set" => self.set(rest.trim()),
            _ if command.starts_with(':') => {
                output::tell(&format!("error: there is no command `{command}`; try :help\n"))
            }
            _ => self.evaluate(line)?,
        }
        Ok(Next::Goes)
    }

    fn evaluate(&self, line: &str) -> anyhow::Result<()> {
        let input = Input::new("<input>", as_expression(line));
        let expression = match evaluate::compile(self.members, input.text()) {
            Ok(expression) => expression,
            Err(errors) => {
                output::tell(&render::text(&input.findings(&errors), output::colours(&std::io::stderr())));
                return Ok(());
            }
        };
        if self.disasm {
            output::print(&format!("{}\n", expression.disassemble()))?;
        }
        let evaluation = evaluate::evaluate(&expression, &self.context);
        if evaluation.answer.contains_key("error") {
            output::tell(&format!("error: {}\n", show::failure(&evaluation.answer)));
        } else {
            output::print(&show::result(&evaluation, expression.ty))?;
        }
        Ok(())
    }

    /// `:set name expression`
    fn set(&mut self, rest: &str) {
        let Some((name, text)) = rest.split_once(char::is_whitespace) else {
            return output::tell("error: a name and an expression are wanted: `:set count 5`\n");
        };
        let value = evaluate::compile(self.members, &as_expression(text.trim()))
            .map_err(|errors| errors.first().map(|error| error.message.clone()).unwrap_or_default())
            .and_then(|expression| variable(&evaluate::evaluate(&expression, &self.context).answer));
        match value {
            Ok(value) => {
                let overrides = serde_json::json!({"Variables": {name: value}});
                self.context = evaluate::merge(&self.context, &overrides);
            }
            Err(why) => output::tell(&format!("error: {why}\n")),
        }
    }
}

/// A result as a context document writes it.
fn variable(answer: &serde_json::Map<String, Json>) -> Result<Json, String> {
    if answer.contains_key("error") {
        return Err(show::failure(answer));
    }
    let ty = answer.get("type").and_then(Json::as_str);
    let value = answer.get("value").and_then(Json::as_str).unwrap_or_default();
    let parsed = |text: &str| serde_json::from_str::<Json>(text).map_err(|error| error.to_string());
    match ty {
        None => Ok(Json::Null),
        Some("System.String") => Ok(value.into()),
        Some("System.Boolean" | "System.Int32" | "System.Int64") => parsed(&value.to_lowercase()),
        Some(ty) if ty.starts_with("Newtonsoft.Json.Linq.") => {
            let json = value.split_once(' ').map_or(value, |(_, json)| json);
            Ok(serde_json::json!({"$json": parsed(json)?}))
        }
        Some(ty) if answer.get("value").is_some_and(Json::is_string) => {
            Ok(serde_json::json!({"$type": ty, "$value": value}))
        }
        Some(ty) => Err(format!("a variable of type {ty} cannot be set here")),
    }
}
