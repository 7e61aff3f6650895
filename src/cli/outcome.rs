//! How a command ends.

/// How a command ends that could run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitOutcome {
    /// Exit code 0.
    Done,
    /// Exit code 1: errors are recorded, or a check failed.
    WithErrors,
}

/// Why a command could not run (exit code 2).
pub type CliFailure = Box<dyn std::error::Error + Send + Sync>;
