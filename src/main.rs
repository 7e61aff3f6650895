//! The `mammodex` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    mammodex::cli::main()
}
