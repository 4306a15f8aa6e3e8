//! carelane: arguments in, exit code out.

use std::process::ExitCode;

/// A tenth of a webhook's CPU was the C library's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    carelane::cli::main()
}
