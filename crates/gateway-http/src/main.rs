//! `tollgate`.

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    gateway_http::cli::run()
}
