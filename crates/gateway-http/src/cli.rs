//! The command line. Each command is a file of its own: arguments on top, what it does below.

mod check;
mod config;
mod disasm;
mod doc;
mod document;
mod eval;
mod explain;
mod import;
mod init;
mod output;
mod schema;
mod serve;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs Azure API Management policy documents anywhere.
#[derive(Debug, Parser)]
#[command(name = "tollgate", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),
    Config(config::Arguments),
    Disasm(disasm::Arguments),
    Doc(doc::Arguments),
    Eval(eval::Arguments),
    Explain(explain::Arguments),
    Import(import::Arguments),
    Init(init::Arguments),
    Schema(schema::Arguments),
    Serve(serve::Arguments),
    Test(test::Arguments),
}

/// Does what the command line says: 0 when all is well, 1 when what was looked at is not, 2 when the command could not
/// do what it was asked.
#[must_use]
pub fn run() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Config(arguments) => config::run(&arguments),
        Command::Disasm(arguments) => disasm::run(&arguments),
        Command::Doc(arguments) => doc::run(&arguments),
        Command::Eval(arguments) => eval::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
    };
    done.unwrap_or_else(|error| output::unusable(format_args!("{error:#}")))
}
