//! `tollgate disasm`: what a policy document or an expression is compiled to.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use policy_parser::diagnostic::render;
use policy_vm::{Environment, Scope};

use super::eval::{self, Input};
use super::output;
use crate::service::listing;
use crate::{Settings, StartError};

/// Lists what a policy document is compiled to: the steps of each section, then the bytecode of their expressions.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// A policy document, a file with an expression, an expression, or `-` for an expression from standard input.
    #[arg(value_name = "FILE")]
    file: String,
    /// The service folder whose named values, fragments and backends the document refers to.
    #[arg(long, value_name = "FOLDER")]
    service: Option<PathBuf>,
    /// The scope the document is for.
    #[arg(long, value_enum, default_value_t = DocumentScope::Api)]
    scope: DocumentScope,
}
