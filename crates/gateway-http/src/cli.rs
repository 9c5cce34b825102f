//! The command line. Each command is a file of its own: arguments on top, what it does below.

mod check;
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
    Serve(serve::Arguments),
    Test(test::Arguments),
}

/// Does what the command line says.
///
/// # Errors
/// What stood in the way, for the person at the terminal.
pub fn run() -> anyhow::Result<ExitCode> {
    match Arguments::parse().command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
    }
}
