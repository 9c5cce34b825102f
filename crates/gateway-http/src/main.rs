//! `tollgate`.

use std::process::ExitCode;

/// Most of what a call costs beside the kernel is small pieces of memory that live as long as the call.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    gateway_http::cli::run()
}
