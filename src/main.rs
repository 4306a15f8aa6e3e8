//! carelane: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    carelane::cli::main()
}
